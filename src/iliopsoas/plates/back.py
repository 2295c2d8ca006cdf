"""The back in layers: fascia and muscles on the right, on the left what lies under them, and how deep psoas begins.

The depth bar is drawn at the scale of the plate. Its numbers are published for the lumbar plexus; psoas begins nearer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from iliopsoas.body import cut, quadratus_lumborum
from iliopsoas.body.assemble import Body, Part
from iliopsoas.body.region import Region
from iliopsoas.plates import standing
from iliopsoas.plates.palette import CUT
from iliopsoas.plates.plate import Fact, Folio, LabelSpec, Layer, LazyPlates, Plate
from iliopsoas.plates.view import View

VIEWS = ("posterior", "lateral_right")
SYSTEMS = ("back",)
DEPTH_SOURCES = ("capdevila2002", "yoo2019")
# Skin to lumbar plexus from behind, millimetres, women and men together; and how much nearer psoas begins.
PLEXUS_MM, NEARER_MM = (57, 101), 20
_BAR_AT_M, _BAR_TOP_M, _BAR_X_M = -0.176, 0.225, -0.215
_DEEP = (
    "piriformis",
    "sacrotuberous_ligament",
    "sacrospinous_ligament",
    "sciatic_nerve",
    "superior_gluteal_artery_1",
    "superior_gluteal_artery_2",
    "inferior_gluteal_artery_1",
)
WHAT_IS_SHOWN = (
    "On the right the back is complete. On the left erector spinae, thoracolumbar fascia and gluteus maximus are taken "
    "away: only so is psoas major seen between the transverse processes. In a living body it begins roughly 4 to 8 cm "
    "under the skin of the back, behind muscle and bone: a hand or a device at the loin meets those first."
)


@dataclass(frozen=True)
class _WithBar:
    """Makes the region with the depth bar; known to the cache by its name."""

    systems: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "__qualname__", f"WithBar({'+'.join(self.systems)})")

    def __call__(self) -> Mapping[str, Any]:
        whole = Region(self.systems)()
        parts = {id: whole[id] for id in whole}
        for part in [*quadratus_lumborum.parts(), *_bar()]:
            parts[part.id] = part
        return Body(parts)


def back_folio() -> Folio:
    """Return the back in layers, from behind and from the right side."""
    return Folio("back", "The back in layers", LazyPlates(VIEWS, _plate))


def depth_facts() -> tuple[Fact, ...]:
    """Return how deep the lumbar plexus and psoas lie from behind."""
    low, high = PLEXUS_MM
    return (
        Fact(
            "plexus_depth_mm",
            f"{low}-{high}",
            "mm",
            "From the skin of the back the lumbar plexus lies 57 to 93 mm deep in women, 61 to 101 mm in men.",
            DEPTH_SOURCES[:1],
        ),
        Fact(
            "psoas_begins_mm",
            f"{low - NEARER_MM}-{high - NEARER_MM}",
            "mm",
            f"Psoas major begins about {NEARER_MM / 10:.0f} cm less deep than the plexus, roughly 4 to 8 cm; taller "
            "and lighter people have less, heavier people more.",
            DEPTH_SOURCES,
        ),
    )


def _bar() -> list[Part]:
    """Return the depth bar beside the loin: a ruler from the skin down, and two bands on it."""

    def face(left: float, right: float, top_mm: float, low_mm: float) -> list[tuple[float, float]]:
        y = [_BAR_TOP_M - mm * 1e-3 for mm in (low_mm, low_mm, top_mm, top_mm)]
        return list(zip((left, right, right, left), y, strict=True))

    ticks = [face(-0.007 if mm % 50 else -0.011, 0.0, mm - 0.4, mm + 0.4) for mm in range(0, 111, 10)]
    bands = {
        "depth_bar": ("mark", [face(-0.0008, 0.0008, -0.4, 110.4), *ticks]),
        "depth_of_psoas_major": ("psoas", [face(0.003, 0.010, PLEXUS_MM[0] - NEARER_MM, PLEXUS_MM[1] - NEARER_MM)]),
        "depth_of_lumbar_plexus": ("nerve", [face(0.013, 0.020, *PLEXUS_MM)]),
    }
    out = []
    for id, (tissue, quads) in bands.items():
        flat = cut.flat_mesh(np.array(quads), 0.0)
        # Seen from behind, right is z and up is y; the bar stands free behind the left loin.
        v = np.stack([np.full(len(flat.v), _BAR_X_M), flat.v[:, 0], _BAR_AT_M - flat.v[:, 2]], axis=1)
        mesh = flat.moved(v)
        out.append(Part(id, "depth_bar", "", tissue if tissue == "mark" else tissue + CUT, mesh, id))
    return out


def _view(name: str) -> View:
    whole = standing.framed(name)
    if name != "posterior":
        return replace(whole, centre_m=(whole.centre_m[0] + 0.006, whole.centre_m[1]))
    extra_m = 0.036  # room for the depth bar on the reader's left
    width_m = whole.width_m + extra_m
    width_px = round(whole.size_px[0] * width_m / whole.width_m)
    return replace(
        whole,
        size_px=(width_px, whole.size_px[1]),
        width_m=width_m,
        centre_m=(whole.centre_m[0] - extra_m / 2, whole.centre_m[1]),
    )


def _plate(name: str) -> Plate:
    behind = name == "posterior"
    sides = standing.sides(name)
    outer = ("r",)  # what covers the rest is drawn on one side only, so that the other shows what it covers
    ribs = standing.paired(["rib_12", "rib_11", "rib_10"], name)
    bones = standing.bones_layer(name)
    bones = replace(bones, parts=tuple(dict.fromkeys([*bones.parts, *ribs, *standing.hip_bones_layer(name).parts])),
                    name="Bones", sentence="Spine from T11, lower ribs, hip bones and thigh bones.")  # fmt: skip
    layers = (
        bones,
        Layer(
            "iliopsoas",
            "Psoas major and iliacus",
            standing.on_sides(["psoas_major", *standing.psoas_deep_slips(), "iliacus", "iliopsoas_tendon"], sides),
            ghost=not behind,
            sentence="Psoas major in front of the transverse processes, iliacus inside the hip bone.",
        ),
        Layer(
            "deep",
            "Under gluteus maximus",
            standing.on_sides(_DEEP, sides),
            sentence="Piriformis through the greater sciatic notch, the sciatic nerve below it half-way between "
            "ischial tuberosity and greater trochanter, the gluteal arteries, and the two ligaments from sacrum to "
            "ischium.",
        ),
        Layer(
            "medius",
            "Gluteus medius",
            standing.on_sides(["gluteus_medius"], sides),
            sentence="Gluteus medius from the outer ilium to the greater trochanter.",
        ),
        Layer(
            "back_muscles",
            "Back muscles",
            standing.on_sides(["multifidus", "erector_spinae", *quadratus_lumborum.meshes()], outer),
            sentence="Erector spinae and multifidus beside the spine, quadratus lumborum in front of them, on the "
            "right.",
        ),
        Layer(
            "maximus",
            "Gluteus maximus",
            standing.on_sides(["gluteus_maximus"], outer),
            sentence="Gluteus maximus from ilium, sacrum, coccyx and sacrotuberous ligament to iliotibial tract and "
            "femur, on the right.",
        ),
        Layer(
            "fascia",
            "Fascia",
            standing.on_sides(["thoracolumbar_fascia", "iliotibial_tract"], outer),
            sentence="The thoracolumbar fascia over the back muscles and the iliotibial tract on the thigh, on the "
            "right.",
        ),
        *([Layer("depth", "Depth", ("depth_bar", "depth_of_psoas_major", "depth_of_lumbar_plexus"), locked=True,
                 sentence=" ".join(fact.text for fact in depth_facts()))] if behind else []),
    )  # fmt: skip
    return Plate(
        id=f"back_{name}",
        title="The back in layers",
        caption=WHAT_IS_SHOWN if behind else "The right side of back and buttock in layers, from the side.",
        view=_view(name),
        layers=layers,
        labels=_labels(name),
        facts=depth_facts(),
        description=(
            "Three layers lie over psoas major at the back: skin and fat, the thoracolumbar fascia with erector spinae "
            "and multifidus, and quadratus lumborum with the transverse processes.",
            "Under gluteus maximus the sciatic nerve leaves the pelvis below piriformis. In 100 CT scans of living "
            "adults it passed on average half-way between ischial tuberosity and greater trochanter. The superior "
            "gluteal vessels leave above piriformis, the inferior ones below it.",
            " ".join(fact.text for fact in depth_facts()),
        ),
        sources=("gray1918", "bogduk_ch9", "currin2015", *DEPTH_SOURCES, *standing.SOURCES),
        schematic=f"{standing.SCHEMATIC} Back and buttock muscles are drawn as smooth masses, gluteus medius and "
        "minimus as one; arteries stand for arteries and veins, and their calibre is schematic. Short hip rotators "
        "other than piriformis are left out.",
        body=_WithBar(SYSTEMS),
    )


def _labels(name: str) -> tuple[LabelSpec, ...]:
    behind = name == "posterior"
    under = "l" if behind else "r"

    def on(structure_id: str, layer: str, side: str, weight: int, parts: tuple[str, ...] = ()) -> LabelSpec:
        spec = standing.named(structure_id, parts or (f"{structure_id}_{side}",), layer, weight)
        return replace(spec, id=f"{structure_id}_{side}")

    arteries = tuple(f"superior_gluteal_artery_{k}_{under}" for k in (1, 2))
    out = [
        on("thoracolumbar_fascia", "fascia", "r", 8),
        on("iliotibial_tract", "fascia", "r", 5),
        on("erector_spinae", "back_muscles", "r", 8),
        on("multifidus", "back_muscles", "r", 8),
        on("quadratus_lumborum", "back_muscles", "r", 7),
        on("gluteus_maximus", "maximus", "r", 9),
        on("gluteus_medius", "medius", under, 7),
        on("piriformis", "deep", under, 9),
        on("sciatic_nerve", "deep", under, 10),
        on("superior_gluteal_artery", "deep", under, 9, arteries),
        on("inferior_gluteal_artery", "deep", under, 8, (f"inferior_gluteal_artery_1_{under}",)),
        on("sacrotuberous_ligament", "deep", under, 7),
        on("sacrospinous_ligament", "deep", under, 6),
        on("psoas_major", "iliopsoas", under, 9),
        standing.named("sacrum", weight=5),
        standing.named("coccyx", weight=5),
        standing.named("l4", weight=4),
        standing.at_landmark("psis", weight=6),
        standing.at_landmark("greater_trochanter", side=under, weight=6),  # type: ignore[arg-type]
        standing.at_landmark("ischial_tuberosity", side=under, weight=6),  # type: ignore[arg-type]
    ]
    if behind:
        out += [
            LabelSpec("depth_bar", "Depth from the skin,\n1 cm a mark", ("depth_bar",), layer="depth", weight=9),
            LabelSpec("depth_of_psoas_major", "Psoas major begins:\nroughly 4 to 8 cm",
                      ("depth_of_psoas_major",), layer="depth", side="left", weight=10),
            LabelSpec("depth_of_lumbar_plexus", "Lumbar plexus: 57–93 mm\n(women), 61–101 mm (men)",
                      ("depth_of_lumbar_plexus",), layer="depth", side="left", weight=10),
        ]  # fmt: skip
    return tuple(out)
