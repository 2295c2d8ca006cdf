"""Tubes: vessels, nerves and ureters, laid along way points that hang on bones and muscles.

Everything is laid as if it were on the right, where bones and muscles are surfaces to keep out of; `mirror` brings what
belongs to the left to its side.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from iliopsoas.atlas.mesh import FloatArray, Mesh, joined
from iliopsoas.body import column, shapes
from iliopsoas.body.iliacus import iliacus
from iliopsoas.body.landmarks import Side
from iliopsoas.body.psoas_belly import belly
from iliopsoas.body.psoas_slips import deep, superficial
from iliopsoas.body.surface import Surface, keep_out, rest_on
from iliopsoas.body.walls import hip_bone, wall

GAP_M = 0.0005
ACROSS = np.array([1.0, 1.0, -1.0])


@dataclass(frozen=True, eq=False)
class Tube:
    """A tube: its line, how thick it is along it, and its surface.

    Attributes
    ----------
    path : ndarray, shape (n, 3)
        Middle line, metres.
    radius_m : ndarray, shape (n,)
        Half its breadth.
    mesh : Mesh
    """

    path: FloatArray
    radius_m: FloatArray
    mesh: Mesh

    def mirrored(self) -> Tube:
        """Return the tube on the other side of the midline."""
        return Tube(self.path * ACROSS, self.radius_m, self.mesh.mirrored())


def tube(
    path: FloatArray, radius_m: ArrayLike, flat: ArrayLike = 1.0, up: ArrayLike = shapes.FORWARD, around: int = 14
) -> Tube:
    """Return a tube with rounded ends; `flat` is its thickness towards `up` over its breadth."""
    radius = np.broadcast_to(np.asarray(radius_m, float), len(path)).copy()
    s = shapes.arc_length(path)
    from_end = np.minimum(s, s[-1] - s)
    blunt = np.sqrt(np.clip(1 - (1 - np.clip(from_end / (radius + 1e-9), 0, 1)) ** 2, 0.04, 1))
    return Tube(path, radius, shapes.loft(shapes.oval_rings(path, radius * blunt * flat, radius * blunt, up, around)))


def cut_at(path: FloatArray, radius_m: FloatArray, rows: Sequence[int], around: int = 16) -> list[Tube]:
    """Return one tube cut into several at some rows; each reaches a little into the next, so that no seam shows."""
    rings = shapes.oval_rings(path, radius_m, radius_m, around=around)
    middle, out = path[:, None], []
    ends = [0, *rows, len(path) - 1]
    for k, (a, b) in enumerate(pairwise(ends)):
        lo, hi = (max(a - 3, 0) if k else a), (min(b + 3, len(path) - 1) if b < ends[-1] else b)
        row = np.arange(lo, hi + 1)
        inside = np.maximum(np.maximum(a - row, row - b), 0)
        size = np.array([1.0, 0.97, 0.88, 0.7])[inside][:, None, None]
        piece = middle[lo : hi + 1] + size * (rings[lo : hi + 1] - middle[lo : hi + 1])
        out.append(Tube(path[a : b + 1], radius_m[a : b + 1], shapes.loft(piece)))
    return out


def tapered(n: int, start_m: float, end_m: float, tip: float = 1.0) -> FloatArray:
    """Return radii from one end to the other, shape (n,); over the last tenth they fall to `tip` of that."""
    u = np.linspace(0, 1, n)
    return (start_m + (end_m - start_m) * u) * (1 - (1 - tip) * shapes.smoothstep((u - 0.88) / 0.12))


def laid(
    way: ArrayLike,
    n: int,
    radius_m: ArrayLike,
    walls: Iterable[Surface],
    rounds: int = 3,
    hold: tuple[int, int] = (1, 1),
    gap_m: float = GAP_M,
    free: tuple[float, float] = (0.0, 0.0),
) -> FloatArray:
    """Return a smooth line through way points that keeps its radius and a gap away from walls, shape (n, 3).

    Over the shares `free` at its start and end it may be anywhere: a nerve leaves its muscle there, a branch its stem.
    """
    path = shapes.curve(way, n)
    r = np.broadcast_to(np.asarray(radius_m, float), n) + gap_m
    u = np.linspace(0, 1, n)
    on = shapes.smoothstep((u - free[0]) / 0.06 + 1) * (u >= free[0]) * (u <= 1 - free[1])
    surfaces = list(walls)
    for k in range(rounds + 1):
        pushed = keep_out(path, surfaces, r, rounds=2, reach_m=0.025)
        path = path + on[:, None] * (pushed - path)
        if k < rounds:
            path = shapes.ease(path, 4, hold)
    return path


def draped(
    way: ArrayLike,
    n: int,
    radius_m: float,
    floor: Surface,
    walls: Iterable[Surface],
    on: tuple[float, float],
    rounds: int = 3,
    sink: float = 0.8,
) -> FloatArray:
    """Return a line that rests on a surface between two shares of its length, shape (n, 3).

    `sink` is how high its middle lies over the surface, in radii.
    """
    path, u = shapes.curve(way, n), np.linspace(0, 1, n)
    weight = shapes.smoothstep((u - on[0]) / 0.08 + (on[0] <= 0)) * shapes.smoothstep((on[1] - u) / 0.08 + (on[1] >= 1))
    surfaces = list(walls)
    for _ in range(rounds):
        path = rest_on(path, floor, sink * radius_m, weight, rounds=1)
        path = shapes.ease(path, 5)
        path = keep_out(path, surfaces, sink * radius_m, rounds=1)
    return path


@cache
def flesh() -> Surface:
    """Return psoas major with its slips and iliacus (right side) as one surface."""
    b = belly()
    slips = [*superficial(b).values(), *deep(b).values()]
    return Surface(joined([b.mesh, *(slip.mesh for slip in slips), iliacus().mesh]))


@cache
def psoas() -> Surface:
    """Return the belly of the right psoas major with its tendon."""
    return Surface(belly().whole)


@cache
def iliacus_surface() -> Surface:
    """Return the right iliacus."""
    return Surface(iliacus().mesh)


@cache
def muscles() -> tuple[Surface, ...]:
    """Return the muscles of the right side that vessels and nerves keep out of, belly by belly."""
    b = belly()
    slips = [Surface(slip.mesh) for slip in (*superficial(b).values(), *deep(b).values())]
    return (psoas(), iliacus_surface(), *slips)


@cache
def spine() -> tuple[Surface, ...]:
    """Return bodies, discs and sacrum."""
    discs = [f"disc_{d}" for d in ("t11_t12", *column.DISCS, "l5_s1")]
    return tuple(wall(k) for k in ("t11", *column.VERTEBRAE, *discs, "sacrum"))


@cache
def everything() -> tuple[Surface, ...]:
    """Return the bones and muscles of the right side that nothing runs through unless it is meant to."""
    return (*spine(), hip_bone(), *muscles())


def before(level: str, gap_m: float, right_m: float, up_m: float = 0.0) -> FloatArray:
    """Return the point in front of a body ("l3") or disc ("l3_l4"), `gap_m` before its rim at `right_m`."""
    here = column.level(level)
    share = min(abs(right_m) / here.half_width_m, 0.95)
    rim = here.half_depth_m * (1 - share**column.HULL_POWER) ** (1 / column.HULL_POWER)
    return here.world(rim + gap_m, up_m, right_m)


def row_of(level: str) -> int:
    """Return the row of the belly's rings at a level of `tissue.psoas_sections`."""
    return belly().station_row[level]


@cache
def _psoas_normals() -> FloatArray:
    return shapes.ring_normals(belly().rings)


def on_psoas(row: float | str, turn: float, gap_m: float = 0.0) -> FloatArray:
    """Return a point `gap_m` off the belly of psoas: turn 0 is its front, 1/4 its outer side, 3/4 its inner side."""
    at = float(row_of(row)) if isinstance(row, str) else row
    rings = belly().rings
    p, normal = shapes.at(rings, at, turn), shapes.at(_psoas_normals(), at, turn)
    return p + gap_m * shapes.unit(normal)


def in_psoas(row: float | str, back: float, out: float) -> FloatArray:
    """Return a point inside the belly: `back` 0 its front and 1 its back, `out` 0 its inner and 1 its outer side."""
    at = float(row_of(row)) if isinstance(row, str) else row
    ring = shapes.at(belly().rings, at, np.arange(40) / 40)
    lo, hi = ring.min(0), ring.max(0)
    return np.array([hi[0] + back * (lo[0] - hi[0]), ring[:, 1].mean(), lo[2] + out * (hi[2] - lo[2])])


def by(forward_m: float, up_m: float, right_m: float) -> FloatArray:
    """Return a step from a landmark, shape (3,), metres; how it was chosen stands in `basis`."""
    return np.array([forward_m, up_m, right_m])


def mirror(points: FloatArray, side: Side) -> FloatArray:
    """Return points of a right part as they are, of a left one on the other side."""
    return points if side == "r" else points * ACROSS
