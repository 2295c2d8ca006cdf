"""What the plates of the standing body share: which parts go together, how they are named, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Literal

import numpy as np

from iliopsoas.atlas.attachments import attachment, attachments, levels
from iliopsoas.atlas.bones import load_bones
from iliopsoas.atlas.structures import structure
from iliopsoas.body import landmarks
from iliopsoas.plates.labels import Side
from iliopsoas.plates.layers import AREAS
from iliopsoas.plates.plate import Fact, LabelSpec, Layer, Stop
from iliopsoas.plates.view import View
from iliopsoas.plates.view import view as view_of
from iliopsoas.sources import DRAWN_FROM

VERTEBRAE = ("t11", "t12", "l1", "l2", "l3", "l4", "l5")
DISCS = ("disc_t11_t12", "disc_t12_l1", "disc_l1_l2", "disc_l2_l3", "disc_l3_l4", "disc_l4_l5", "disc_l5_s1")
VIEWS = ("anterior", "lateral_right", "anterolateral_right", "posterior", "inferior")
LEVELS = ("t12_l1", "l1_l2", "l2_l3", "l3_l4", "l4_l5", "l5")

TROCHANTER_M = 0.012  # how far from its tip the bump of the lesser trochanter is looked for
TOP_M, BOTTOM_M = 0.262, -0.210  # height of the frame: through the body of T11, and below the lesser trochanter

BONES_SCHEMATIC = "Bones of different people were resized, restacked and curved to one standing body."
SCHEMATIC = f"Soft parts are our own shapes on measured bones; outlines of attachments are schematic. {BONES_SCHEMATIC}"
SOURCES = tuple(DRAWN_FROM)


def framed(name: str, scale: float = 1.0) -> View:
    """Return a named view framed for the iliopsoas: from T11 to below the lesser trochanter, as wide as the body.

    Upright views fade out at T11, where the drawn spine ends, so that no rib is seen without its vertebra.

    Parameters
    ----------
    name : str
        Name of the view.
    scale : float
        Size of the picture relative to the large plates.
    """
    whole = view_of(name)
    (width_px, height_px), middle_m = (640, 900), (TOP_M + BOTTOM_M) / 2
    width_m = (TOP_M - BOTTOM_M) * width_px / height_px
    if name == "inferior":  # foreshortened, so that it needs less height and stands lower
        height_px, middle_m, width_m = 700, whole.centre_m[1] + 0.005, 0.345
    size_px = round(width_px * scale), round(height_px * scale)
    return replace(whole, size_px=size_px, width_m=width_m, centre_m=(whole.centre_m[0], middle_m))


def sides(view: str) -> tuple[str, ...]:
    """Return the sides drawn in a view; from the right side only the right one, so that nothing stands behind it."""
    return ("r",) if view == "lateral_right" else ("r", "l")


def lit_sides(view: str) -> tuple[str, ...]:
    """Return the sides that a level lights; seen obliquely, the far side would only show as hatching through bone."""
    return ("r",) if view == "anterolateral_right" else sides(view)


def paired(names: Iterable[str], view: str) -> tuple[str, ...]:
    """Return the part ids of paired structures on the sides that the view draws."""
    return on_sides(names, sides(view))


def on_sides(names: Iterable[str], chosen: Iterable[str]) -> tuple[str, ...]:
    """Return the part ids of paired structures on the chosen sides."""
    return tuple(f"{name}_{side}" for name in names for side in chosen)


def psoas_slips() -> tuple[str, ...]:
    """Return the names, without side, of the superficial slips of psoas major, from the top down."""
    return tuple(f"psoas_slip_{level}" for level in LEVELS)


def psoas_deep_slips() -> tuple[str, ...]:
    """Return the names, without side, of the deep slips of psoas major, from the top down."""
    return tuple(f"psoas_deep_{vertebra}" for vertebra in VERTEBRAE[2:])


def arches() -> tuple[str, ...]:
    """Return the names, without side, of the tendinous arches over the waists of the bodies, from the top down."""
    return tuple(f"psoas_arch_{vertebra}" for vertebra in VERTEBRAE[2:-1])


@cache
def curve_facts() -> tuple[Fact, ...]:
    """Return the measured posture of the drawn spine, from its endplates."""
    slope = landmarks.endplate("s1", "upper").tilt_deg
    lordosis = slope - landmarks.endplate("l1", "upper").tilt_deg
    return (
        Fact(
            "lordosis_drawn_deg",
            round(lordosis),
            "deg",
            f"Lumbar curve as drawn, from the top of L1 to the top of the sacrum: {lordosis:.0f}°.",
            ("yukawa2019",),
        ),
        Fact(
            "sacral_slope_drawn_deg",
            round(slope),
            "deg",
            f"Slope of the top of the sacrum as drawn: {slope:.0f}°.",
            ("yukawa2019",),
        ),
    )


def bones_layer(view: str) -> Layer:
    """Return the locked layer of bones under the muscles: the spine with its discs, the femurs and the last rib."""
    lordosis = curve_facts()[0].value
    parts = (*VERTEBRAE, *DISCS, "sacrum", "coccyx", *paired(["rib_12", "femur"], view))
    said = f"The spine from T11 to the coccyx, with a lumbar curve of {lordosis} degrees, and the thigh bones."
    return Layer("bones", "Spine and thigh bones", parts, locked=True, sentence=said)


def hip_bones_layer(view: str) -> Layer:
    """Return the layer of the hip bones; from the side they are glass, because they stand before everything else."""
    glass = view == "lateral_right"
    return Layer(
        "hip_bones",
        "Hip bones",
        (*paired(["hip_bone"], view), "pubic_symphysis"),
        glass=glass,
        sentence="The right hip bone as glass." if glass else "The hip bones.",
    )


# What the alt text says of each kind of attachment that a view paints.
_PAINTED = (
    (("margin", "body"), "body margins orange"),
    (("disc",), "discs blue"),
    (("process",), "transverse processes green"),
    (("fossa",), "iliac fossa violet"),
    (("ala",), "wing of sacrum violet"),
    (("ramus",), "end on the pelvis pink"),
    (("trochanter", "shaft"), "ends on the femur pink"),
)


def areas_layer(view: str) -> Layer:
    """Return the switch that paints the attachments on the bones, and says which ones this view has."""
    kinds = {attachment(area[:-2]).kind for area in shown_areas(view)}
    said = ", ".join(words for some, words in _PAINTED if kinds & set(some))
    return Layer(AREAS, "Attachments on bone", sentence=f"Attachments painted on the bone: {said}.")


@cache
def area_ids() -> tuple[str, ...]:
    """Return the ids of all attachment areas, right and left."""
    return tuple(f"{name}_{side}" for name in attachments() for side in ("r", "l"))


def shown_areas(view: str) -> tuple[str, ...]:
    """Return the ids of the attachment areas on the sides that the view draws.

    From the side the hip bone is glass, and what is painted on its inner face would hide what the glass is to show.
    """
    on_glass = "hip_bone" if view == "lateral_right" else None
    return tuple(area for area in area_ids() if area[-1] in sides(view) and attachment(area[:-2]).on != on_glass)


def level_stops(view: str) -> tuple[Stop, ...]:
    """Return the positions of the level control: each lights the origins of psoas major at one level.

    The slips that arise there stay unlit: they would cover the transverse process behind them.
    """
    stops = []
    for level in levels():
        facts = (Fact("how_far_to_trust", level.note, text=level.note, sources=level.sources),) if level.note else ()
        lit = on_sides(level.areas, lit_sides(view))
        stops.append(Stop(level.id, level.name, lit, level.sentence, facts, level.sources))
    return tuple(stops)


def named(structure_id: str, parts: Iterable[str] = (), layer: str | None = None, weight: int = 0) -> LabelSpec:
    """Return the label of a structure, on its right side if it has two; the name comes from the atlas."""
    row = structure(structure_id)
    own = f"{structure_id}_r" if row.paired else structure_id
    return LabelSpec(own, row.name, tuple(parts) or (own,), layer=layer, weight=weight)


def at_landmark(structure_id: str, point: str = "", side: Literal["r", "l"] = "r", weight: int = 0) -> LabelSpec:
    """Return the label of a bony landmark at its measured point."""
    row = structure(structure_id)
    x, y, z = (float(c) for c in landmarks.landmark(point or structure_id, side))
    own = f"{structure_id}_{side}" if row.paired else structure_id
    return LabelSpec(own, row.name, point=(x, y, z), weight=weight)


def lesser_trochanter(view: str) -> LabelSpec:
    """Return the label of the lesser trochanter, where this view shows it.

    In front only its inner edge stands out beside the shaft, obliquely only that of the left femur; from the right side
    the shaft covers it, and the label says so.
    """
    if view == "lateral_right":
        return replace(at_landmark("lesser_trochanter", weight=8), text="Lesser trochanter (behind)", through=True)
    side: Literal["r", "l"] = "l" if view == "anterolateral_right" else "r"
    label = at_landmark("lesser_trochanter", side=side, weight=8)
    if view == "posterior":
        return label
    femur = load_bones()[f"femur_{side}"].v
    near = femur[np.linalg.norm(femur - landmarks.landmark("lesser_trochanter", side), axis=1) < TROCHANTER_M]
    x, y, z = (float(c) for c in near[np.argmin(np.abs(near[:, 2]))])
    return replace(label, point=(x, y, z))


def spine_labels(view: str, weight: int = 5) -> tuple[LabelSpec, ...]:
    """Return the labels of vertebrae and discs, from the top down, in one column where the view has room for it."""
    order = [name for pair in zip(VERTEBRAE, DISCS, strict=True) for name in pair]
    column: Side | None = None if view in ("lateral_right", "posterior") else "right"
    return tuple(replace(named(name, weight=weight + (not name.startswith("disc"))), side=column) for name in order)
