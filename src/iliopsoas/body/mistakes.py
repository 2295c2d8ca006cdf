"""Mistakes that can be planted in the body, for a plate on which a learner looks for them; each with its key.

A planted mistake breaks relations of `relations`, and a test holds it to that: so the key is right, and no mistake is
planted that the checks would not find.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random
from types import MappingProxyType

import numpy as np

from iliopsoas.atlas.mesh import FloatArray
from iliopsoas.body import column, shapes
from iliopsoas.body.assemble import Body, Part
from iliopsoas.body.landmarks import landmark
from iliopsoas.body.region import Region
from iliopsoas.sources import UnknownName

SYSTEMS = ("vessels", "nerves", "organs", "groin")
MOST = 3

Shift = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True)
class Mistake:
    """One mistake.

    Attributes
    ----------
    id : str
    wrong, right : str
        What the plate shows, and what is so, a sentence each.
    relations : tuple of str
        Relations that it breaks.
    parts : tuple of str
        Parts, without a side, that were changed; the key lights them.
    change : callable
        From the points of a right part (n, 3), metres, to where they were put; None: mirrored across the midline.
    """

    id: str
    wrong: str
    right: str
    relations: tuple[str, ...]
    parts: tuple[str, ...]
    change: Shift | None


def _below(y_m: float, over_m: float, step: tuple[float, float, float]) -> Shift:
    """Return a change that moves what lies below a height, more and more over a distance; millimetres on the right."""
    return lambda v: v + shapes.smoothstep((y_m - v[:, 1]) / over_m)[:, None] * np.array(step) * 1e-3


def _round(y_m: float, half_m: float, step: tuple[float, float, float]) -> Shift:
    """Return a change that moves what lies within a distance of a height."""
    return lambda v: v + shapes.smoothstep(1.6 * (1 - np.abs(v[:, 1] - y_m) / half_m))[:, None] * np.array(step) * 1e-3


def _up_to_t11(v: FloatArray) -> FloatArray:
    start, goal = column.level("l2").centre[1], column.plate("t12", "upper").centre[1] + 0.014
    top = column.plate("l1", "upper").centre[1] + 0.006
    stretch = (goal - start) / (top - start)
    return np.column_stack([v[:, 0], np.where(v[:, 1] > start, start + stretch * (v[:, 1] - start), v[:, 1]), v[:, 2]])


def _to_greater_trochanter(v: FloatArray) -> FloatArray:
    step = landmark("greater_trochanter") - landmark("lesser_trochanter") + np.array([0.010, 0.004, -0.006])
    return v + shapes.smoothstep((-0.060 - v[:, 1]) / 0.075)[:, None] * step


_GREAT = ("abdominal_aorta", "inferior_vena_cava", "common_iliac_artery", "common_iliac_vein", "renal_artery",
          "renal_vein")  # fmt: skip
_FEMORAL = ("femoral_nerve", *(f"femoral_nerve_branch_{k}" for k in range(1, 5)))

_ROWS = (
    Mistake("great_vessels_mirrored", "Aorta and vena cava have changed sides.",
            "The aorta lies left of the midline, the vena cava on its right.", ("aorta_left", "cava_right_of_aorta"),
            _GREAT, None),
    Mistake("femoral_nerve_inside", "At the groin the femoral nerve lies on the inner side of the vessels.",
            "From outside inwards: nerve, artery, vein, canal.", ("nerve_lateral_to_artery",), _FEMORAL,
            _below(0.030, 0.075, (24, 0, -38))),
    Mistake("artery_and_vein_swapped", "At the groin the femoral vein lies outside the artery.",
            "The vein lies on the inner side of the artery.", ("artery_lateral_to_vein",),
            ("femoral_vein", "external_iliac_vein"), _below(0.000, 0.055, (9, 0, 23))),
    Mistake("ureter_behind", "The ureter passes behind the iliac vessels.",
            "The ureter crosses in front of the fork of the common iliac artery.", ("ureter_before_iliac_fork",),
            ("ureter",), _round(0.026, 0.055, (-24, 0, 0))),
    Mistake("psoas_from_t11", "Psoas major begins at T11.", "Its highest origin is T12 with the disc below it.",
            ("psoas_begins_at_t12",), ("psoas_major", "psoas_slip_t12_l1"), _up_to_t11),
    Mistake("psoas_to_greater_trochanter", "Psoas and iliacus end on the greater trochanter.",
            "They end on the lesser trochanter, on the inner back of the femur.", ("tendon_ends_on_lesser_trochanter",),
            ("psoas_major", "iliacus", "iliopsoas_tendon"), _to_greater_trochanter),
    Mistake("renal_vein_behind", "The left renal vein passes behind the aorta.",
            "The left renal vein crosses in front of the aorta.", ("left_renal_vein_before_aorta",), ("renal_vein",),
            lambda v: v - np.array([0.026, 0, 0]) * shapes.smoothstep(1.5 - np.abs(v[:, 2:3] - 0.004) / 0.016)),
    Mistake("cutaneous_nerve_far_in",
            "The lateral femoral cutaneous nerve passes under the middle of the inguinal ligament.",
            "It passes under the outer end, 1 to 2 cm inside the front hip-bone spine.",
            ("cutaneous_nerve_by_the_spine",), ("lateral_femoral_cutaneous_nerve",),
            _below(0.045, 0.055, (6, -4, -27))),
)  # fmt: skip

#: All mistakes by id.
MISTAKES: Mapping[str, Mistake] = MappingProxyType({row.id: row for row in _ROWS})

# Mistakes that change the same parts, or one of which would hide the other.
NOT_TOGETHER = (
    {"femoral_nerve_inside", "artery_and_vein_swapped"},
    {"great_vessels_mirrored", "renal_vein_behind"},
    {"psoas_from_t11", "psoas_to_greater_trochanter"},
    {"femoral_nerve_inside", "cutaneous_nerve_far_in"},
)


def mistake(id: str) -> Mistake:
    """Return a mistake; an unknown one raises `UnknownName`."""
    try:
        return MISTAKES[id]
    except KeyError:
        raise UnknownName("mistake", id, MISTAKES) from None


def drawn_lots(seed: int) -> tuple[str, ...]:
    """Return the ids of one to three mistakes for a seed, the same ones every time, none of which hides another."""
    lots = Random(seed)
    wanted = lots.randint(1, MOST)
    chosen: list[str] = []
    for id in lots.sample(sorted(MISTAKES), len(MISTAKES)):
        if len(chosen) < wanted and not any({id, other} in NOT_TOGETHER for other in chosen):
            chosen.append(id)
    return tuple(sorted(chosen, key=list(MISTAKES).index))


@dataclass(frozen=True)
class Planted:
    """Makes the body with some mistakes; a plate's ``body``.

    Parameters
    ----------
    ids : tuple of str
        Keys of `MISTAKES`.
    """

    ids: tuple[str, ...]

    def __post_init__(self) -> None:
        """Check the ids, and take a name that the cache of drawn plates knows it by."""
        for id in self.ids:
            mistake(id)
        object.__setattr__(self, "__qualname__", f"Planted({'+'.join(self.ids)})")

    def __call__(self) -> Body:
        """Return the region with the mistakes in it."""
        whole = Region(SYSTEMS)()
        parts = {id: whole[id] for id in whole}
        for id in self.ids:
            parts.update(_planted(parts, mistake(id)))
        return Body(parts)


def _planted(parts: Mapping[str, Part], one: Mistake) -> dict[str, Part]:
    changed: dict[str, Part] = {}
    for id, part in parts.items():
        name = id.removesuffix("_r").removesuffix("_l")
        if name not in one.parts:
            continue
        if one.change is None:
            twin = {"r": f"{name}_l", "l": f"{name}_r"}.get(part.side, id)
            changed[id] = replace(part, mesh=parts[twin].mesh.mirrored())
        else:
            flip = np.array([1.0, 1.0, -1.0 if part.side == "l" else 1.0])
            changed[id] = replace(part, mesh=replace(part.mesh, v=one.change(part.mesh.v * flip) * flip))
    return changed
