"""Psoas major, piriformis and gluteus maximus, each with where it truly starts: on vertebrae that move, or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from iliopsoas.atlas.mesh import FloatArray
from iliopsoas.atlas.structures import structure
from iliopsoas.body import column, gluteal, landmarks, pelvis_back, shapes
from iliopsoas.body.assemble import Body, Part
from iliopsoas.body.region import Region
from iliopsoas.body.walls import wall
from iliopsoas.plates import standing
from iliopsoas.plates.plate import Fact, Folio, LabelSpec, Layer, LazyPlates, Plate

_TUBE_M = 0.0028  # radius of the marked lines


@dataclass(frozen=True)
class Start:
    """Where one of the three muscles starts and ends.

    Attributes
    ----------
    muscle : str
        Structure id.
    view : str
        Name of the view that shows it best.
    mobile : bool
        Whether it takes fibres from vertebrae that move on each other.
    origin, insertion : str
        Labels of both ends.
    sentence : str
        The verdict in one sentence.
    sources : tuple of str
        Reference keys.
    """

    muscle: str
    view: str
    mobile: bool
    origin: str
    insertion: str
    sentence: str
    sources: tuple[str, ...]


STARTS: Mapping[str, Start] = {
    s.muscle: s
    for s in (
        Start(
            "psoas_major",
            "anterior",
            True,
            "Starts on T12 to L5: vertebrae that move",
            "Ends on the lesser trochanter",
            "Psoas major starts on vertebrae and discs from T12 to L5, which move on each other, and ends on the "
            "femur.",
            ("bogduk_ch9",),
        ),
        Start(
            "piriformis",
            "posterior",
            False,
            "Starts on the front of the sacrum (seen through)",
            "Ends on the greater trochanter",
            "Piriformis starts on the front of the sacrum, whose vertebrae are fused, and ends on the femur.",
            ("gray1918",),
        ),
        Start(
            "gluteus_maximus",
            "posterior",
            False,
            "Starts on ilium, sacrum, coccyx and sacrotuberous ligament",
            "Ends on the iliotibial tract and the femur",
            "Gluteus maximus starts on ilium, sacrum, coccyx and sacrotuberous ligament, and ends on the iliotibial "
            "tract and the femur; no vertebra that moves gives it origin.",
            ("gray1918",),
        ),
    )
}


@dataclass(frozen=True)
class _WithOrigins:
    """Makes the region with the marks of the three origins; known to the cache by its name."""

    systems: tuple[str, ...] = ("back",)

    def __post_init__(self) -> None:
        object.__setattr__(self, "__qualname__", f"WithOrigins({'+'.join(self.systems)})")

    def __call__(self) -> Mapping[str, Any]:
        whole = Region(self.systems)()
        parts = {id: whole[id] for id in whole}
        for part in _origins():
            for one in (part, part.mirrored()):
                parts[one.id] = one
        return Body(parts)


def three_muscles_folio() -> Folio:
    """Return the three muscles said to join spine and leg, a plate each."""
    return Folio("three_muscles", "Three muscles, three starts", LazyPlates(STARTS, _plate))


def psoas_levels() -> FloatArray:
    """Return the middle of the origin of psoas major on bodies and discs, from T12 down to L5, shape (n, 3)."""
    rows = np.linspace(column.hull_row("t12", "lower"), column.hull_row("l5", "lower") - 1.5, 60)
    return shapes.at(column.hull_rings(), rows, 0.21)


def _origins() -> Iterator[Part]:
    yield _tube("psoas_major", psoas_levels(), "origin_mobile", 0)
    for number, level in enumerate(("l1", "l2", "l3", "l4", "l5"), 1):
        at = landmarks.transverse_process_front(level, 0.55)
        yield _tube("psoas_major", at + np.linspace(-0.006, 0.006, 12)[:, None] * [0, 0, 1], "origin_mobile", number)
    middle = pelvis_back.piriformis_ends()[0]
    span = np.array([[0.006, 0.017, 0.0], [0.0, 0.0, 0.0], [-0.010, -0.017, -0.002]])
    line = wall("sacrum").nearest(shapes.evenly(middle + span, 30)).point
    yield _tube("piriformis", line, "origin_fixed", 0)
    yield _tube("gluteus_maximus", gluteal.maximus_origin(), "origin_fixed", 0)


def _tube(muscle: str, line: FloatArray, tissue: str, number: int) -> Part:
    path = shapes.curve(shapes.evenly(line, 24), 60)
    s = np.linspace(-1, 1, len(path))
    radius = _TUBE_M * np.sqrt(np.clip(1 - np.abs(s) ** 12, 0.05, 1))
    mesh = shapes.loft(shapes.oval_rings(path, radius, radius, (-1, 0.1, 0.2), 14))
    return Part(f"origin_{muscle}_{number}_r", muscle, "r", tissue, mesh, f"origin_{muscle}_r")


def _plate(muscle: str) -> Plate:
    start = STARTS[muscle]
    name = structure(muscle).name
    bones = standing.bones_layer(start.view)
    hips = standing.hip_bones_layer(start.view).parts
    sides = ("r", "l")
    parts = {
        "psoas_major": ["psoas_major", *standing.psoas_slips(), *standing.psoas_deep_slips(), "iliopsoas_tendon"],
        "piriformis": ["piriformis"],
        "gluteus_maximus": ["gluteus_maximus", "iliotibial_tract"],
    }[muscle]
    marks = [id.removesuffix("_r") for id in (p.id for p in _origins()) if id.startswith(f"origin_{muscle}_")]
    return Plate(
        id=f"three_muscles_{muscle}",
        title=f"{name}: where it starts",
        caption=start.sentence,
        view=standing.framed(start.view),
        layers=(
            Layer("bones", "Bones", (*bones.parts, *hips), locked=True, sentence=bones.sentence),
            Layer(
                "muscle",
                name,
                (
                    *standing.on_sides(parts, ("r",)),
                    *(["sacrotuberous_ligament_r", "sacrotuberous_ligament_l"] if muscle == "gluteus_maximus" else []),
                ),
                sentence=f"{name} on the right.",
            ),
            Layer(
                "origin",
                "Where it starts",
                standing.on_sides(marks, sides),
                ghost=True,
                sentence=start.sentence,
            ),
        ),
        labels=_labels(start, marks),
        facts=(
            Fact(
                "starts_on_vertebrae_that_move",
                "yes" if start.mobile else "no",
                "",
                start.sentence,
                start.sources,
            ),
        ),
        description=(
            start.sentence,
            "Anatomy counts sacrum and coccyx as part of the vertebral column, so all three muscles reach from the "
            "column to the femur. Only psoas major reaches vertebrae that still move on each other.",
        ),
        sources=(*start.sources, *standing.SOURCES),
        schematic=f"{standing.SCHEMATIC} The marked lines show where a muscle starts, not the outline of its origin.",
        body=_WithOrigins(),
    )


def _origin_label(start: Start, marks: list[str]) -> LabelSpec:
    own = f"origin_{start.muscle}"
    if start.muscle != "piriformis":
        return LabelSpec(own, start.origin, standing.on_sides(marks, ("l",)), layer="origin", weight=10)
    x, y, z = (float(c) for c in pelvis_back.piriformis_ends()[0])  # the sacrum stands before it
    return LabelSpec(own, start.origin, point=(x, y, -z), layer="origin", weight=10, through=True)


def _labels(start: Start, marks: list[str]) -> tuple[LabelSpec, ...]:
    back = start.view == "posterior"
    end = {
        "psoas_major": standing.lesser_trochanter("anterior").point,
        "piriformis": tuple(float(c) for c in pelvis_back.piriformis_ends()[1]),
        "gluteus_maximus": tuple(float(c) for c in gluteal.gluteal_tuberosity()[4]),
    }[start.muscle]
    return (
        standing.named(start.muscle, (f"{start.muscle}_r",), "muscle", 10),
        _origin_label(start, marks),
        LabelSpec(f"insertion_{start.muscle}", start.insertion, point=end, layer="muscle", weight=9, through=True),  # type: ignore[arg-type]
        standing.named("sacrum", weight=5),
        standing.named("coccyx", weight=5),
        *(standing.named(v, weight=4) for v in ("t12", "l1", "l2", "l3", "l4", "l5")),
        standing.named("femur", ("femur_l",), weight=3),
        *([standing.at_landmark("psis", side="l", weight=3)] if back else []),
    )
