"""Psoas major: the slips by which it arises (right side).

Each slip is a band of fibres. It starts on a line of bone or disc, crosses freely to the belly, runs along its surface
and sinks into it. Superficial slips start on a disc and the margins beside it, deep slips on the front of a transverse
process; each higher slip passes outside the next one, as the layers of the muscle do.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from iliopsoas.atlas.mesh import FloatArray, Mesh
from iliopsoas.body import column, shapes
from iliopsoas.body.landmarks import transverse_process_front
from iliopsoas.body.psoas_belly import Belly
from iliopsoas.body.surface import Surface, keep_out
from iliopsoas.body.walls import psoas_walls, wall

COLUMNS = 15
FREE_ROWS, BOUND_ROWS = 11, 24
MARGIN_M = 0.0042  # how far a superficial slip reaches onto the body above and below its disc
_ARCH_M = 0.0016  # how far an arch stands off the smooth hull of the column
_ACROSS = np.linspace(-1, 1, COLUMNS)
_BOW_TURN = 0.035  # how far the ends of a superficial origin lie behind its middle, turns
PROCESS_PART = (0.04, 0.75)  # the inner three quarters of the front of the process (bogduk_ch9)


@dataclass(frozen=True, eq=False)
class Slip:
    """One slip: its mesh and the line it starts on (points on bone or disc, shape (COLUMNS, 3))."""

    mesh: Mesh
    origin: FloatArray


@dataclass(frozen=True)
class _Course:
    """Where a slip runs on the belly: how far below its origin it meets and leaves it (m), and over which turns."""

    meets_m: float
    leaves_m: float
    turns: tuple[float, float]
    drift: float
    height_m: float
    narrows: float = 0.55


@lru_cache(maxsize=8)
def superficial(belly: Belly) -> dict[str, Slip]:
    """Return the slips from discs and margins, T12-L1 to L4-5, and the one from the body of L5, keyed by level."""
    out = {}
    for disc in column.DISCS:
        course = _Course(0.018, 0.075, (1.030, 0.835), 0.105, 0.0026)
        if disc == "t12_l1":
            course = _Course(0.016, 0.080, (1.12, 0.84), 0.09, 0.0016, 0.6)
        out[disc] = _slip(belly, _disc_line(disc), np.array([0.30, -0.50, 0.80]), course)
    out["l5"] = _slip(
        belly, _body_line(), np.array([0.30, -0.50, 0.80]), _Course(0.014, 0.065, (1.00, 0.80), 0.06, 0.0024)
    )
    return out


@lru_cache(maxsize=8)
def deep(belly: Belly) -> dict[str, Slip]:
    """Return the slips from the transverse processes of L1 to L5, keyed by vertebra."""
    out = {}
    for vertebra in column.VERTEBRAE[1:]:
        line = np.array([transverse_process_front(vertebra, f) for f in np.linspace(*PROCESS_PART, COLUMNS)])
        line = shapes.ease(line, 4)
        line = wall(vertebra).nearest(line).point
        course = _Course(0.020, 0.062, (0.66, 0.43), 0.0, 0.0032)
        out[vertebra] = _slip(belly, line, np.array([0.55, -0.85, 0.05]), course)
    return out


@lru_cache(maxsize=8)
def arches(belly: Belly) -> dict[str, Mesh]:
    """Return the tendinous arches over the waists of L1 to L4, keyed by vertebra.

    Each springs from the lower end of one slip's origin and comes down on the upper end of the next; between them it
    stands off the bone, so that the lumbar vessels pass behind it.
    """
    slips, hull = superficial(belly), column.hull_rings()
    out = {}
    for above, below in pairwise(column.DISCS):
        vertebra = above.split("_")[1]
        top, bottom = slips[above].origin[-1], slips[below].origin[0]
        rows = column.hull_row(vertebra, "upper") + column.ROWS_PER_PLATE * np.array([0.3, 0.5, 0.7])
        waist = shapes.at(hull, rows, 0.195)
        away = shapes.unit(waist - column.level(vertebra).centre)
        path = shapes.curve(np.concatenate([[top], waist + away * _ARCH_M, [bottom]]), 28)
        end = np.abs(np.linspace(-1, 1, 28))
        path = shapes.ease(keep_out(path, psoas_walls(belly.hips), 0.0014 * (1 - end**6), rounds=2), 4)
        rings = shapes.oval_rings(path, 0.0008 + 0.0006 * end**3, 0.0010 + 0.0020 * end**4, (0.3, 0.0, 1.0), 12)
        out[vertebra] = shapes.loft(rings)
    return out


def _disc_line(disc: str) -> FloatArray:
    """Points down the side of a disc from the margin above to the margin below, bowed forward in the middle."""
    above, below = disc.split("_")
    turn = (0.205 if disc == "t12_l1" else 0.145) + _BOW_TURN * _ACROSS**2
    rings = column.hull_rings()
    ends: tuple[tuple[str, column.Edge], ...] = ((above, "lower"), (below, "upper"))
    top, bottom = (shapes.at(rings, column.hull_row(v, e), turn) for v, e in ends)
    down = shapes.unit(bottom - top)
    part = np.linspace(0, 1, COLUMNS)[:, None]
    over = 0.5 * MARGIN_M if disc == "t12_l1" else MARGIN_M
    line = (1 - part) * (top - over * down) + part * (bottom + MARGIN_M * down)
    return _on_nearest(line, [wall(k) for k in (above, f"disc_{disc}", below)])


def _body_line() -> FloatArray:
    """Points down the side of the body of L5, clear of its discs."""
    rows = np.linspace(column.hull_row("l5", "upper") + 0.95, column.hull_row("l5", "lower") - 0.55, COLUMNS)
    line = shapes.at(column.hull_rings(), rows, 0.160 + _BOW_TURN * _ACROSS**2)
    return _on_nearest(line, [wall("l5")])


def _on_nearest(points: FloatArray, surfaces: list[Surface]) -> FloatArray:
    hits = [s.nearest(points) for s in surfaces]
    best = np.argmin(np.abs([h.height_m for h in hits]), axis=0)
    return np.array([hits[b].point[i] for i, b in enumerate(best)])


def _slip(belly: Belly, origin: FloatArray, leave: FloatArray, course: _Course) -> Slip:
    rings = belly.rings[: belly.flesh_rows]
    normals = shapes.ring_normals(rings)
    y, row = belly.path[: belly.flesh_rows, 1], np.arange(belly.flesh_rows)
    first, last = (float(np.interp(-(origin[:, 1].mean() - d), -y, row)) for d in (course.meets_m, course.leaves_m))
    part = np.linspace(0, 1, BOUND_ROWS)[:, None]
    x = _ACROSS
    middle = np.mean(course.turns) + course.drift * part
    half = (course.turns[0] - course.turns[1]) / 2 * (1 - (1 - course.narrows) * part)
    turn, rows = middle - half * x, first + (last - first) * part
    bound, out = shapes.at(rings, rows, turn), shapes.unit(shapes.at(normals, rows, turn))
    length = np.linalg.norm(bound[0] - origin, axis=1, keepdims=True)
    start = shapes.unit(leave) * length
    free = shapes.hermite(origin, bound[0], start, shapes.unit(bound[1] - bound[0]) * length, FREE_ROWS + 1)[:-1]
    grid = np.concatenate([free, bound])
    grid = shapes.ease(grid, 6, hold=(1, 1))
    n = shapes.grid_normals(grid)
    n *= np.sign((n[FREE_ROWS:] * out).sum())
    s = np.linspace(0, 1, len(grid))
    dome = np.sqrt(np.clip(1 - x**2, 0, 1))
    rise = shapes.profile(s, [0, 0.12, 0.35, 0.75, 1], np.array([0.5, 0.9, 1.0, 0.7, 0.05]) * course.height_m)
    sink = shapes.profile(s, [0, 0.1, 0.3, 1], [0.0004, 0.0016, 0.0026, 0.0030])
    edge = shapes.profile(s, [0, 0.1, 0.35, 1], [0.0002, 0.0005, 0.0009, 0.0014])[:, None]
    upper = grid + n * (rise[:, None] * dome - edge)[..., None]
    lower = grid - n * (sink[:, None] * dome + edge + 1e-5)[..., None]
    mesh = shapes.slab(lower, upper)
    gap = np.full(len(mesh.v), 0.0002).reshape(2, len(grid), COLUMNS)
    gap[:, 0] = -0.001  # the first row stays on its bone
    return Slip(mesh.moved(keep_out(mesh.v, psoas_walls(belly.hips), gap.reshape(-1), rounds=2)), origin)
