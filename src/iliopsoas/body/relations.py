"""What lies beside, before, behind and within what: relations that the drawn body must keep, each with its source.

A relation measures a body and returns a margin in millimetres: above zero it holds, and by how much; below zero it does
not. So the same functions check the body and show that a structure moved by hand to the wrong side is found out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from iliopsoas.atlas.mesh import FloatArray
from iliopsoas.body import column, landmarks
from iliopsoas.body.assemble import Part
from iliopsoas.body.landmarks import landmark
from iliopsoas.body.surface import Surface

Parts = Mapping[str, Part]
Margin = Callable[[Parts], float]

MIDLINE_HALF_MM = 2.0  # nearer to the midline than this is neither right nor left


@dataclass(frozen=True)
class Relation:
    """One relation.

    Attributes
    ----------
    id : str
    says : str
        The relation as one plain sentence.
    sources : tuple of str
        Reference keys.
    structures : tuple of str
        What it speaks of; moving one of them can break it.
    margin_mm : callable
        From the parts of a body to millimetres; above zero the relation holds.
    """

    id: str
    says: str
    sources: tuple[str, ...]
    structures: tuple[str, ...]
    margin_mm: Margin


@cache
def relations() -> Mapping[str, Relation]:
    """Return all relations by id, in the order of the lesson: groin, in front, within, beside."""
    from iliopsoas.body import relations_front, relations_groin, relations_within  # they use what is written here

    rows = (*relations_groin.ROWS, *relations_front.ROWS, *relations_within.ROWS)
    found = {row.id: row for row in rows}
    if len(found) != len(rows):
        raise ValueError("Two relations have one id.")
    return found


def slice_at(part: Part, y_m: float, half_m: float = 0.003) -> FloatArray:
    """Return the vertices of a part near a height, shape (n, 3), metres; if none are near, the nearest one."""
    v = part.mesh.v
    near = v[np.abs(v[:, 1] - y_m) < half_m]
    return near if len(near) else v[[np.argmin(np.abs(v[:, 1] - y_m))]]


def middle_at(part: Part, y_m: float) -> FloatArray:
    """Return the middle of a part at a height, shape (3,), metres."""
    cut = slice_at(part, y_m)
    return 0.5 * (cut.min(0) + cut.max(0))


def outward(part: Part, y_m: float) -> float:
    """Return how far from the midline, towards its own side, the middle of a part lies at a height; metres."""
    z = float(middle_at(part, y_m)[2])
    return -z if part.side == "l" else z


def front_at(part: Part, y_m: float, z_m: float, reach_m: float = 0.004) -> float:
    """Return how far forward a part reaches at a height and a distance from the midline; -inf where it is not."""
    v = part.mesh.v
    near = v[np.hypot(v[:, 1] - y_m, v[:, 2] - z_m) < reach_m]
    return float(near[:, 0].max()) if len(near) else -np.inf


def back_at(part: Part, y_m: float, z_m: float, reach_m: float = 0.004) -> float:
    """Return how far back a part reaches at a height and a distance from the midline; inf where it is not."""
    v = part.mesh.v
    near = v[np.hypot(v[:, 1] - y_m, v[:, 2] - z_m) < reach_m]
    return float(near[:, 0].min()) if len(near) else np.inf


def height(level: str) -> float:
    """Return the height of the middle of a body ("l3") or disc ("l3_l4"), metres."""
    return float(column.level(level).centre[1])


def edge(vertebra: str, which: str) -> float:
    """Return the height of the middle of an endplate, metres."""
    return float(landmarks.endplate(vertebra, "upper" if which == "upper" else "lower").centre[1])


def both(measure: Callable[[Parts, str], float]) -> Margin:
    """Return a margin that is the smaller of those of the right and the left side."""
    return lambda parts: min(measure(parts, "r"), measure(parts, "l"))


def within(value: float, low: float, high: float) -> float:
    """Return how far inside two limits a value lies, millimetres; negative outside."""
    return 1e3 * min(value - low, high - value)


def surface_of(part: Part) -> Surface:
    """Return a part as a surface."""
    return Surface(part.mesh)


def ligament_crossing(parts: Parts, side: str, name: str) -> FloatArray:
    """Return where a part passes under the inguinal ligament: its middle at the height of the ligament there."""
    ligament = parts[f"inguinal_ligament_{side}"].mesh.v
    part = parts[f"{name}_{side}"]
    best, at = np.inf, ligament[0]
    for y in np.arange(ligament[:, 1].min(), ligament[:, 1].max(), 0.002):
        if not part.mesh.v[:, 1].min() < y < part.mesh.v[:, 1].max():
            continue
        here = middle_at(part, float(y))
        band = ligament[np.abs(ligament[:, 1] - y) < 0.003]
        gap = np.abs(band[:, 2] - here[2]).min() if len(band) else np.inf
        if gap < best:
            best, at = float(gap), here
    return at


def spine_point(name: str, side: str) -> FloatArray:
    """Return a bony point of a side, metres."""
    return landmark(name, "r" if side == "r" else "l")
