"""The diaphragm at rest: where it holds on, what passes through it, from below, in front and from the side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from iliopsoas.atlas.structures import structure
from iliopsoas.body import landmarks
from iliopsoas.body.region import Region
from iliopsoas.plates import standing
from iliopsoas.plates.labels import Side
from iliopsoas.plates.plate import Fact, Folio, LabelSpec, Layer, LazyPlates, Plate
from iliopsoas.plates.view import View, view_at
from iliopsoas.sources import DRAWN_FROM

VIEWS = ("inferior", "anterior", "lateral_right")
SOURCES = ("gray1918", *DRAWN_FROM)
VERTEBRAE = ("t6", "t7", "t8", "t9", "t10", "t11", "t12", "l1", "l2", "l3")
RIBS = tuple(f"rib_{k}" for k in range(3, 13))
SCHEMATIC = (
    "The diaphragm is our own surface, hung on the bones. Its openings are set to their levels at rest; the sizes of "
    "crura and arcuate ligaments have not been published and are drawn by eye, as is the outline of the central "
    "tendon. The rib cage hangs a little low in front, so that against the front ends of the ribs the domes stand "
    "about one space higher than books give them."
)
_TOP_M, _LOW_M = 0.392, 0.118


def diaphragm_folio() -> Folio:
    """Return the diaphragm at rest in three views, with its attachments and openings named."""
    return Folio("diaphragm", "The diaphragm and where it holds on", LazyPlates(VIEWS, _plate))


def framed(name: str, height_px: int = 800) -> View:
    """Return a view of the lower chest and the upper lumbar spine.

    Parameters
    ----------
    name : str
        One of `VIEWS`.
    height_px : int
        Height of the upright views; the view from below has one size.

    Raises
    ------
    ValueError
        No such view; the message names those there are.
    """
    height_m = _TOP_M - _LOW_M
    middle = (_TOP_M + _LOW_M) / 2
    if name == "inferior":
        said = "Seen from below and in front, as if looking up into the dome; the front of the body is at the top."
        return view_at(name, 0, -58, (-0.032, 0.250, 0), 0.300, (900, 720), "From below", said)
    if name == "anterior":
        width_m = 0.326
        size = (round(height_px * width_m / height_m), height_px)
        return view_at(name, 0, 0, (0, middle, 0), width_m, size, "From the front", "Seen from the front.")
    if name == "lateral_right":
        width_m = 0.262
        size = (round(height_px * width_m / height_m), height_px)
        said = "Seen from the right side; the front of the body is on the right of the picture."
        return view_at(name, 90, 0, (-0.024, middle, 0), width_m, size, "From the right side", said)
    raise ValueError(f"view {name!r} of the diaphragm is not known; there are {', '.join(VIEWS)}")


def spine_layer(view: str) -> Layer:
    """Return the locked layer of the spine from T6 to L3, with rib 12 as the end of the lateral arcuate ligament."""
    below = [f"disc_{a}_{b}" for a, b in pairwise(VERTEBRAE)]
    said = "The spine from T6 to L3 and the twelfth rib."
    return Layer("spine", "Spine", (*VERTEBRAE, *below, *standing.paired(["rib_12"], view)), locked=True, sentence=said)


def behind_layer(view: str) -> Layer:
    """Return the layer of psoas major and quadratus lumborum, over which the fibres arch."""
    quadratus = ["quadratus_lumborum", *(f"quadratus_digitation_{v}" for v in ("l1", "l2", "l3", "l4"))]
    psoas = ["psoas_major", *standing.psoas_slips(), *standing.psoas_deep_slips()]
    return Layer(
        "behind",
        "Psoas major and quadratus lumborum",
        standing.paired([*psoas, *quadratus], view),
        sentence="Psoas major beside the spine and quadratus lumborum beside it, both passing behind the diaphragm.",
    )


def muscle_layer() -> Layer:
    """Return the layer of the diaphragm with its tendon and crura; both sides in every view, since it is one sheet."""
    sheets = ["diaphragm_costal_r", "diaphragm_costal_l", "diaphragm_lumbar_r", "diaphragm_lumbar_l"]
    parts = ("diaphragm_sternal", *sheets, "central_tendon", "right_crus", "right_crus_slip", "left_crus")
    return Layer(
        "diaphragm",
        "Diaphragm",
        parts,
        sentence="The diaphragm with a higher right and a lower left dome, its central tendon of three leaves, the "
        "right crus down to L3 and the left crus down to L2.",
    )


def arches_layer(view: str) -> Layer:
    """Return the layer of the arcuate ligaments."""
    pairs = standing.paired(["medial_arcuate_ligament", "lateral_arcuate_ligament"], view)
    return Layer(
        "arches",
        "Arcuate ligaments",
        (*pairs, "median_arcuate_ligament"),
        sentence="The arcuate ligaments: medial from the body to the transverse process of L1, lateral from there to "
        "the twelfth rib, median in front of the aorta at T12.",
    )


def cage_layer(view: str) -> Layer:
    """Return the layer of ribs and sternum; upright they are glass, because they stand before the diaphragm."""
    glass = view != "inferior"
    parts = (*standing.paired([r for r in RIBS if r != "rib_12"], view), "sternum")
    said = "Ribs and sternum as glass." if glass else "Ribs, and sternum with the costal cartilages."
    return Layer("cage", "Ribs and sternum", parts, glass=glass, sentence=said)


def spine_names(view: str, names: Iterable[str] = ("t8", "t10", "t12", "l1", "l2", "l3")) -> tuple[LabelSpec, ...]:
    """Return the labels of vertebrae, by which the levels are read."""
    side: Side | None = "left" if view == "lateral_right" else None
    return tuple(replace(standing.named(v, weight=6), side=side) for v in names)


def opening_facts() -> tuple[Fact, ...]:
    """Return the levels of the openings and crura."""
    say = (
        ("vena_caval_level", "T8", "The vena cava passes through the central tendon at the level of T8."),
        ("oesophageal_level", "T10", "The oesophagus passes between two slips of the right crus at the level of T10."),
        ("aortic_level", "T12", "The aorta passes behind the median arcuate ligament at the level of T12."),
        ("right_crus_levels", "L1 to L3", "The right crus arises from L1 to L3."),
        ("left_crus_levels", "L1 to L2", "The left crus arises from L1 and L2."),
    )
    return tuple(Fact(name, value, "", text, ("gray1918",)) for name, value, text in say)


def _plate(name: str) -> Plate:
    passing = Layer(
        "passing",
        "What passes through",
        ("passing_aorta", "passing_vena_cava", "passing_oesophagus"),
        sentence="Short pieces of the vena cava in the central tendon, of the oesophagus between two slips of the "
        "right crus and of the aorta behind the median arcuate ligament.",
    )
    facts = opening_facts()
    return Plate(
        id=f"diaphragm_{name}",
        title="The diaphragm and where it holds on",
        caption="The diaphragm at the end of a quiet breath out: domes, central tendon, crura, arcuate ligaments, and "
        "the three large openings.",
        view=framed(name),
        layers=(
            spine_layer(name),
            behind_layer(name),
            passing,
            muscle_layer(),
            arches_layer(name),
            cage_layer(name),
        ),
        labels=_labels(name),
        facts=facts,
        description=(
            "The muscle fibres arise from the xiphoid in front, from the inside of the costal cartilages and lower "
            "ribs at the sides, and behind from the arcuate ligaments and by two crura from the lumbar vertebrae. All "
            "end on the central tendon.",
            "Psoas major passes behind the medial arcuate ligament, quadratus lumborum behind the lateral one. The two "
            "ligaments meet on the tip of the transverse process of L1.",
            " ".join(f.text for f in facts),
        ),
        sources=SOURCES,
        schematic=SCHEMATIC,
        body=Region(("diaphragm",)),
    )


def _labels(view: str) -> tuple[LabelSpec, ...]:
    tip = landmarks.transverse_process_tip("l1")
    x, y, z = (float(c) for c in tip)
    named = standing.named
    return (
        named("central_tendon", weight=10),
        LabelSpec("diaphragm_costal_r", structure("diaphragm_costal").name, ("diaphragm_costal_r",), weight=9),
        LabelSpec("diaphragm_lumbar_l", structure("diaphragm_lumbar").name, ("diaphragm_lumbar_l",), weight=8),
        named("diaphragm_sternal", weight=7),
        named("right_crus", ("right_crus",), weight=10),
        named("left_crus", weight=10),
        named("median_arcuate_ligament", weight=10),
        named("medial_arcuate_ligament", weight=10),
        named("lateral_arcuate_ligament", weight=10),
        LabelSpec(
            "inferior_vena_cava", "Inferior vena cava, through the tendon at T8", ("passing_vena_cava",), weight=9
        ),
        LabelSpec("oesophagus", "Oesophagus, through the right crus at T10", ("passing_oesophagus",), weight=9),
        LabelSpec("abdominal_aorta", "Aorta, behind the median arcuate ligament at T12", ("passing_aorta",), weight=9),
        named("psoas_major", weight=8),
        named("quadratus_lumborum", weight=8),
        named("rib_12", weight=6),
        named("sternum", weight=4),
        LabelSpec("transverse_process_r", f"{structure('transverse_process').name} of L1", point=(x, y, z), weight=7),
        *(spine_names(view) if view != "inferior" else spine_names(view, ("t12", "l1", "l3"))),
    )
