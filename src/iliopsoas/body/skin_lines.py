"""Drawn on the skin: lines, arrows, figures and hatching that lie on the front of the trunk.

Everything is given as it is seen from the front, as points (z, y) in metres, z towards the client's right; the depth
comes from the skin. Nothing here is tissue.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from iliopsoas.atlas.mesh import FloatArray, Mesh, joined
from iliopsoas.body import shapes, wall

LIFT_M = 0.0015  # how far a line lies off the skin (drawing choice)
STEP_M = 0.002  # between two points of a line
_FLANK = 0.97  # of the half width of the trunk: further out the skin turns away


@cache
def _rings() -> tuple[FloatArray, list[tuple[FloatArray, FloatArray]]]:
    """Return the heights of the skin's rings, rising, and the front of the right half of each: z rising, and x."""
    v = wall.skin().v
    heights = np.unique(np.round(v[:, 1], 6))
    fronts = []
    for y in heights:
        row = v[(np.abs(v[:, 1] - y) < 1e-5) & (v[:, 2] >= -1e-6)]
        # A ring has two points at most distances from the midline; the one in front counts.
        widest = row[np.argmax(row[:, 2])]
        row = row[row[:, 0] >= widest[0]]
        order = np.argsort(row[:, 2])
        fronts.append((row[order, 2], row[order, 0]))
    return heights, fronts


def half_width_m(y_m: ArrayLike) -> FloatArray:
    """Return how far from the midline the skin still faces the front, at heights."""
    heights, fronts = _rings()
    return np.interp(np.asarray(y_m, float), heights, [_FLANK * z[-1] for z, _ in fronts])


def on_skin(points: ArrayLike, lift_m: float = LIFT_M) -> FloatArray:
    """Return points (n, 2) as (z, y) on the front of the skin, shape (n, 3), `lift_m` towards the viewer."""
    p = np.asarray(points, float)
    heights, fronts = _rings()
    z, y = np.abs(p[:, 0]), p[:, 1]
    above = np.clip(np.searchsorted(heights, y), 1, len(heights) - 1)
    share = np.clip((y - heights[above - 1]) / (heights[above] - heights[above - 1]), 0, 1)
    x = np.empty(len(p))
    for k in np.unique(above):
        at = above == k
        low, high = (np.interp(z[at], *fronts[j]) for j in (k - 1, k))
        x[at] = low + (high - low) * share[at]
    return np.stack([x + lift_m, y, p[:, 0]], axis=1)


def evenly(points: ArrayLike, step_m: float = STEP_M) -> FloatArray:
    """Return a line through points (n, 2) with steps of about `step_m`, both ends kept."""
    p = np.asarray(points, float)
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(p, axis=0), axis=1))])
    at = np.linspace(0, length[-1], max(2, int(np.ceil(length[-1] / step_m)) + 1))
    return np.stack([np.interp(at, length, p[:, k]) for k in (0, 1)], axis=1)


def ribbon(points: ArrayLike, width_m: float, lift_m: float = LIFT_M) -> Mesh:
    """Return a flat ribbon along a line."""
    p = evenly(points)
    along = shapes.unit(np.gradient(p, axis=0))
    side = np.stack([-along[:, 1], along[:, 0]], axis=1)
    across = np.linspace(-0.5, 0.5, 3) * width_m
    grid = p[:, None] + across[None, :, None] * side[:, None]
    return _sheet(grid, lift_m)


def arrow(points: ArrayLike, width_m: float, head_m: float, lift_m: float = LIFT_M) -> Mesh:
    """Return a ribbon that ends in the point of an arrow; the tip is the last point of the line."""
    p = evenly(points, 0.001)
    far = np.linalg.norm(p - p[-1], axis=1)
    shaft = p[far > 0.8 * head_m]
    foot = p[np.argmin(np.abs(far - head_m))]
    along = shapes.unit((p[-1] - foot)[None])[0]
    side = np.array([-along[1], along[0]])
    rows = np.linspace(0, 1, 9)
    half = 0.62 * head_m * (1 - rows)
    grid = (foot + rows[:, None] * (p[-1] - foot))[:, None] + (np.linspace(-1, 1, 5)[None] * half[:, None])[
        ..., None
    ] * side
    return _joined([ribbon(shaft, width_m, lift_m), _sheet(grid, lift_m)])


def _sheet(grid: FloatArray, lift_m: float) -> Mesh:
    rows, columns, _ = grid.shape
    v = on_skin(grid.reshape(-1, 2), lift_m)
    n = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = n[:-1, :-1], n[:-1, 1:], n[1:, 1:], n[1:, :-1]
    faces = np.concatenate([np.stack(t, -1).reshape(-1, 3) for t in ((a, b, c), (a, c, d))])
    return Mesh(v, faces, None, True)


def _joined(meshes: Sequence[Mesh]) -> Mesh:
    whole = joined(meshes)
    return Mesh(whole.v, whole.f, None, True)


def joined_lines(meshes: Sequence[Mesh]) -> Mesh:
    """Return several pieces on the skin as one."""
    return _joined(meshes)


def hatching(
    inside: Callable[[FloatArray, FloatArray], np.ndarray],
    box: tuple[float, float, float, float],
    slant_deg: float,
    gap_m: float,
    width_m: float,
    lift_m: float = LIFT_M,
) -> Mesh:
    """Return stripes over an area of the skin.

    Parameters
    ----------
    inside : callable
        From z and y, arrays in metres, to whether a point belongs to the area.
    box : (float, float, float, float)
        Least z, least y, greatest z, greatest y of what is searched, metres.
    slant_deg : float
        How the stripes run against the horizontal, as seen from the front.
    gap_m, width_m : float
        From the middle of one stripe to that of the next, and width of a stripe.
    """
    a = np.radians(slant_deg)
    along, side = np.array([-np.cos(a), np.sin(a)]), np.array([np.sin(a), np.cos(a)])
    middle = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])
    reach = 0.5 * np.hypot(box[2] - box[0], box[3] - box[1])
    t = np.arange(-reach, reach, STEP_M / 2)
    stripes = []
    for off in np.arange(-np.floor(reach / gap_m) * gap_m, reach, gap_m):
        line = middle + off * side + t[:, None] * along
        ok = inside(line[:, 0], line[:, 1]) & (np.abs(line[:, 0]) < half_width_m(line[:, 1]))
        ok &= (line[:, 1] >= box[1]) & (line[:, 1] <= box[3])
        edges = np.flatnonzero(np.diff(np.concatenate([[0], ok.astype(int), [0]])))
        stripes += [line[i:j] for i, j in edges.reshape(-1, 2) if j - i > 4]
    return _joined([ribbon(stripe, width_m, lift_m) for stripe in stripes])


_T = np.linspace(0, 1, 13)


def _bow(middle_x: float, middle_y: float, half_x: float, half_y: float, from_deg: float, to_deg: float) -> FloatArray:
    """Return a part of an oval; 0 degrees is up, 90 to the viewer's right."""
    a = np.radians(from_deg + (to_deg - from_deg) * _T)
    return np.stack([middle_x + half_x * np.sin(a), middle_y + half_y * np.cos(a)], 1)


# Figures as strokes of a pen, in a box 0..1 wide and 0..1 high, x to the viewer's right.
_FIGURES: dict[str, tuple[FloatArray, ...]] = {
    "1": (np.array([[0.22, 0.78], [0.55, 1.0], [0.55, 0.0]]),),
    "2": (np.concatenate([_bow(0.5, 0.70, 0.42, 0.30, -90, 117), np.array([[0.05, 0.0], [0.95, 0.0]])]),),
    "3": (np.concatenate([_bow(0.46, 0.75, 0.38, 0.25, -63, 180), _bow(0.46, 0.25, 0.44, 0.25, 0, 243)]),),
}


def figure(digit: str, middle: tuple[float, float], height_m: float, width_m: float, lift_m: float = LIFT_M) -> Mesh:
    """Return "1", "2" or "3" with its middle at (z, y), to be read from the front; another one raises `KeyError`."""
    lines = []
    for line in _FIGURES[digit]:
        x, y = (line[:, 0] - 0.5) * 0.6 * height_m, (line[:, 1] - 0.5) * height_m
        lines.append(ribbon(np.stack([middle[0] - x, middle[1] + y], 1), width_m, lift_m))
    return _joined(lines)


def disc(middle: tuple[float, float], radius_m: float, lift_m: float = LIFT_M) -> Mesh:
    """Return a round patch with its middle at (z, y)."""
    a, r = np.linspace(0, 2 * np.pi, 37), np.linspace(0.02, 1, 6) * radius_m
    grid = np.array(middle) + r[:, None, None] * np.stack([np.cos(a), np.sin(a)], -1)[None]
    return _sheet(grid, lift_m)
