"""Where a percussion device may be used and where never: buttock, hip and thigh from three sides, as glass.

Areas and never-areas are computed on the skin (`iliopsoas.body.zones`); what is never allowed and what trials used
are checked rows of the course (`technique.toml`). Nothing here is meant for the psoas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from iliopsoas.atlas.structures import structure
from iliopsoas.body import zones
from iliopsoas.body.assemble import Body, Part
from iliopsoas.body.pose import Pose
from iliopsoas.body.rectus_femoris import rectus_femoris
from iliopsoas.body.region import Region
from iliopsoas.course.technique import techniques
from iliopsoas.plates import standing
from iliopsoas.plates.plate import Fact, Folio, LabelSpec, Layer, LazyPlates, Plate
from iliopsoas.plates.view import View, view_at

VIEWS = ("posterior", "lateral_right", "anterior")
NOT_PSOAS = "From none of these places is psoas major reached: it lies in front of the spine and inside the pelvis."
NEITHER = "What is neither green nor hatched is left out here too."
_DEEP = (
    "piriformis",
    "sciatic_nerve",
    "superior_gluteal_artery_1",
    "superior_gluteal_artery_2",
    "inferior_gluteal_artery_1",
)
_FRONT = ("external_iliac_artery", "external_iliac_vein", "femoral_artery", "femoral_vein", "femoral_nerve")
# View, azimuth, middle of the picture (metres), title, opening of the alt text.
_VIEWS: Mapping[str, tuple[float, tuple[float, float, float], str, str]] = {
    "posterior": (180, (-0.055, -0.040, 0.0), "From behind", "Loin, buttocks and thighs seen from behind."),
    "lateral_right": (
        90,
        (-0.055, -0.040, 0.0),
        "From the right side",
        "Loin, hip and thigh seen from the right side; the front of the body is on the right of the picture.",
    ),
    "anterior": (0, (-0.055, -0.040, 0.0), "From the front", "Belly, hips and thighs seen from the front."),
}
_WIDTH_M, _SIZE_PX = 0.408, (680, 840)
_ALLOWED_TEXT = {
    "gluteal": "Upper outer buttock",
    "tensor": "Tensor fasciae latae,\nby analogy",
    "quadriceps": "Quadriceps",
}
_NEVER_TEXT = {
    "bone_joint": "Never: bony edges",
    "spine": "Never: spine, sacrum,\ntail bone",
    "groin": "Never: groin",
    "sciatic": "Never: sciatic nerve and\ngluteal vessels",
    "abdomen": "Never: belly and loins",
}


@dataclass(frozen=True)
class _WithZones:
    """Makes the region with the zones that a view shows and the front of the thighs; the cache knows it by its name."""

    view: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "__qualname__", f"WithZones({self.view})")

    def __call__(self) -> Mapping[str, Any]:
        whole = Region(zones.SYSTEMS)()
        parts = {id: whole[id] for id in whole}
        quad = rectus_femoris(Pose())
        thigh = Part("rectus_femoris_r", "rectus_femoris", "r", "muscle", quad.flesh, "rectus_femoris_r")
        for part in [thigh, thigh.mirrored(), *zones.parts(_seen(self.view), _view(self.view).matrix[2])]:
            parts[part.id] = part
        return Body(parts)


def percussion_folio() -> Folio:
    """Return where a device may be used and where never, from behind, from the right side and from the front."""
    return Folio("percussion", "Percussion: where, and where never", LazyPlates(VIEWS, _plate))


def margin_facts() -> tuple[Fact, ...]:
    """Return what the allowed areas keep clear of, and by how much."""
    words = {
        "sciatic_nerve": "the sciatic nerve",
        "gluteal_arteries": "the drawn gluteal vessels",
        "femoral_vessels": "the femoral vessels",
        "femoral_nerve": "the trunk of the femoral nerve",
    }
    return tuple(
        Fact(
            f"clear_of_{name}_mm",
            round(margin * 1e3),
            "mm",
            f"Under the allowed areas {words[name]} {'is' if 'nerve' in name else 'are'} nowhere nearer than "
            f"{margin * 1e3:.0f} mm to the line straight in from the skin.",
            zones_sources(name),
        )
        for name, margin in zones.MARGINS_M.items()
    )


def zones_sources(name: str) -> tuple[str, ...]:
    """Return what the place of a structure that is kept clear rests on."""
    return {"sciatic_nerve": ("currin2015", "gray1918")}.get(name, ("gray1918",))


def dose_facts() -> tuple[Fact, ...]:
    """Return frequency, minutes and amplitude, only inside what trials used."""
    devices = techniques().devices.values()
    known = [d for d in devices if d.frequency_hz is not None]
    low = min(d.frequency_hz[0] for d in known if d.frequency_hz)
    high = max(d.frequency_hz[1] for d in known if d.frequency_hz)
    minutes = sorted({d.minutes for d in devices})
    trials = tuple(dict.fromkeys(key for d in devices for key in d.sources))
    row = techniques().techniques["percussion"]
    return (
        Fact(
            "frequency_hz",
            f"{low:g}-{high:g}",
            "Hz",
            f"Trials used {low:g} to {high:g} beats a second.",
            tuple(dict.fromkeys(key for d in known for key in d.sources)),
        ),
        Fact(
            "minutes",
            "-".join(f"{k:g}" for k in (minutes[0], minutes[-1])),
            "min",
            f"They worked {', '.join(f'{k:g}' for k in minutes[:-1])} or {minutes[-1]:g} minutes a region, on "
            "quadriceps, gluteals, hamstrings and calf; here about "
            f"{row.minutes[0]:g} to {row.minutes[1]:g} minutes.",
            trials,
        ),
        Fact(
            "amplitude",
            "not given",
            "",
            "No abstract of these trials gives how far the head travels or how hard it pressed, so no number is given "
            "here.",
            trials,
        ),
    )


def _view(name: str) -> View:
    azimuth, middle, title, opening = _VIEWS[name]
    return view_at(name, azimuth, 0, middle, _WIDTH_M, _SIZE_PX, title, opening)


def _zone_parts(kind: str, name: str) -> tuple[str, ...]:
    names = zones.ALLOWED if kind == "allowed" else _seen_never(name)
    return standing.on_sides([f"{kind}_{zone}" for zone in names if zone in _seen(name)], standing.sides(name))


def _seen(view: str) -> tuple[str, ...]:
    """Return the zones that a view shows."""
    return {
        "posterior": ("gluteal", *_seen_never(view)),
        "lateral_right": ("gluteal", "tensor", "quadriceps", *_seen_never(view)),
        "anterior": ("tensor", "quadriceps", *_seen_never(view)),
    }[view]


def _seen_never(view: str) -> tuple[str, ...]:
    return {
        "posterior": ("bone_joint", "spine", "sciatic", "abdomen"),
        "lateral_right": ("bone_joint", "sciatic", "groin", "abdomen"),
        "anterior": ("bone_joint", "groin", "abdomen"),
    }[view]


def _plate(name: str) -> Plate:
    sides = standing.sides(name)
    front = name == "anterior"
    ribs = standing.paired(["rib_12", "rib_11"], name)
    bones = (*standing.bones_layer(name).parts, *standing.hip_bones_layer(name).parts, *ribs)
    deep = [*([] if front else _DEEP), *(_FRONT if front else [])]
    muscles = {
        "posterior": standing.on_sides(["gluteus_medius"], sides) + ("gluteus_maximus_r",),
        "lateral_right": ("gluteus_medius_r", "rectus_femoris_r"),
        "anterior": standing.on_sides(["gluteus_medius", "rectus_femoris"], sides),
    }[name]
    never = [techniques().never[id] for id in _seen_never(name)]
    allowed = [structure(f"allowed_{zone}") for zone in zones.ALLOWED if zone in _seen(name)]
    layers = (
        Layer("bones", "Bones", tuple(dict.fromkeys(bones)), locked=True, sentence="Spine, pelvis and thigh bones."),
        Layer(
            "deep",
            "Nerves and vessels",
            standing.on_sides(deep, sides),
            sentence={
                "posterior": "Piriformis, the sciatic nerve below it and the gluteal vessels above and below it.",
                "lateral_right": "Piriformis, the sciatic nerve and the gluteal vessels.",
                "anterior": "The femoral nerve, artery and vein at the groin.",
            }[name],
        ),
        Layer(
            "muscles",
            "Muscles",
            muscles,
            sentence={
                "posterior": "Gluteus medius on both sides, gluteus maximus on the right only.",
                "lateral_right": "Gluteus medius, and rectus femoris before the thigh; gluteus maximus is left out.",
                "anterior": "Gluteus medius, and rectus femoris in front of the thighs.",
            }[name],
        ),
        Layer(
            "skin",
            "Skin",
            ("skin", *standing.on_sides(["thigh_skin"], sides)),
            glass=True,
            sentence="The outline of the skin, as glass.",
        ),
        Layer(
            "allowed",
            "Where it may be used",
            _zone_parts("allowed", name),
            glass=True,
            sentence="Green, with a firm outline: " + "; ".join(k.name for k in allowed) + ".",
        ),
        Layer(
            "never",
            "Never",
            _zone_parts("never", name),
            sentence="Hatched red, never: " + "; ".join(_lower(k.area) for k in never) + ".",
        ),
    )
    elsewhere = [k for id, k in techniques().never.items() if id not in zones.NEVER]
    doses = " ".join(fact.text for fact in dose_facts())
    return Plate(
        id=f"percussion_{name}",
        title="Percussion: where, and where never",
        caption=f"{NOT_PSOAS} Green: where a device may be used, after screening and consent. Hatched: never. "
        f"{NEITHER}",
        view=_view(name),
        layers=layers,
        labels=_labels(name),
        facts=(*margin_facts(), *dose_facts()),
        description=(
            NOT_PSOAS,
            "Never, on this plate: " + " ".join(f"{k.area}: {_lower(k.why)}" for k in never),
            "Never, wherever it is: " + " ".join(f"{k.area}: {_lower(k.why)}" for k in elsewhere),
            " ".join(fact.text for fact in margin_facts()),
            doses,
        ),
        sources=tuple(
            dict.fromkeys(
                (
                    *(key for k in (*never, *elsewhere) for key in k.sources),
                    *(key for fact in (*margin_facts(), *dose_facts()) for key in fact.sources),
                    *standing.SOURCES,
                )
            )
        ),
        schematic=f"{standing.SCHEMATIC} Outlines of the areas are computed from bony points of the drawn body; the "
        f"margins, and a hand's breadth of {zones.HAND_M * 1e2:.1f} cm, are our own choices. Vessels stand for "
        "arteries and veins. In a living body find the bony points by touch; the drawing is no template.",
        body=_WithZones(name),
    )


def _lower(words: str) -> str:
    return words[0].lower() + words[1:]


def _labels(name: str) -> tuple[LabelSpec, ...]:
    behind, front = name == "posterior", name == "anterior"
    side = "r"
    out = [_zone_label("allowed", zone, name, 10) for zone in zones.ALLOWED if zone in _seen(name)]
    out += [_zone_label("never", zone, name, 10) for zone in _seen_never(name)]
    if not front:
        open_side = "l" if behind else "r"
        spec = standing.named("sciatic_nerve", (f"sciatic_nerve_{open_side}",), "deep", 9)
        out.append(replace(spec, id=f"sciatic_nerve_{open_side}"))
        arteries = tuple(f"superior_gluteal_artery_{k}_{open_side}" for k in (1, 2))
        spec = standing.named("superior_gluteal_artery", arteries, "deep", 8)
        out.append(replace(spec, id=f"superior_gluteal_artery_{open_side}"))
    if front:
        out += [standing.named(k, layer="deep", weight=8) for k in ("femoral_nerve", "femoral_artery", "femoral_vein")]
    if not behind:
        out.append(standing.named("rectus_femoris", layer="muscles", weight=6))
    out.append(standing.named("gluteus_medius", layer="muscles", weight=6))
    if behind:
        out += [
            standing.named("gluteus_maximus", layer="muscles", weight=6),
            _point("psis", side),
            _point("greater_trochanter", side),
        ]
    elif front:
        out += [_point("asis", side), _point("pubic_tubercle", side)]
    else:
        out += [_point("asis", side), _point("greater_trochanter", side), _point("psis", side)]
    return tuple(out)


def _point(id: str, side: str) -> LabelSpec:
    return replace(standing.at_landmark(id, side=side, weight=7), through=True)  # type: ignore[arg-type]


def _zone_label(kind: str, zone: str, view: str, weight: int) -> LabelSpec:
    """Return the label of a zone, at the point of its right side that lies deepest inside and faces the reader."""
    s, field = zones.skin(), zones.fields()[zone]
    towards = _view(view).matrix[2]
    facing = -s.inwards @ towards > 0.35
    inside = facing & (s.mesh.v[:, 1] < 0.14)
    best = np.where(inside, np.minimum(field, 0.02) - 0.02 * (1 + s.inwards @ towards), -1.0)
    x, y, z = (float(c) for c in s.mesh.v[int(best.argmax())] + 0.001 * towards)
    text = (_ALLOWED_TEXT if kind == "allowed" else _NEVER_TEXT)[zone]
    return LabelSpec(f"{kind}_{zone}_r", text, point=(x, y, z), layer=kind, weight=weight, through=True)
