"""Cutting a mesh by a plane: closed outlines, their area, and the filled cut face.

An outline keeps what is solid on its left, seen from the side that the plane's normal points to, so that overlapping
shells of one part (a muscle and its slips, a bone whose surface folds over itself) fill to one face.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from iliopsoas.atlas.mesh import FloatArray, IntArray, Mesh
from iliopsoas.body.shapes import unit

SHEET_M = 0.0009  # thickness in which an open sheet is drawn where it is cut (drawing choice)
_ROW_M = 2e-6  # heights of corners are rounded to this in the filling


@dataclass(frozen=True, eq=False)
class Plane:
    """A cutting plane with its own axes.

    Attributes
    ----------
    origin : ndarray, shape (3,)
        A point of it, metres; the zero of its coordinates.
    right, up : ndarray, shape (3,)
        Unit vectors in the plane, square to each other.
    """

    origin: FloatArray
    right: FloatArray
    up: FloatArray

    @cached_property
    def normal(self) -> FloatArray:
        """Unit normal, towards the viewer who has `right` to the right and `up` upwards."""
        return np.cross(self.right, self.up)

    def flat(self, points: ArrayLike) -> FloatArray:
        """Return points (..., 3) in the plane's coordinates: right and up, metres, shape (..., 2)."""
        return (np.asarray(points, float) - self.origin) @ np.stack([self.right, self.up]).T

    def height(self, points: ArrayLike) -> FloatArray:
        """Return how far points (..., 3) lie in front of the plane, metres."""
        return np.asarray((np.asarray(points, float) - self.origin) @ self.normal)


def seen_from_below(y_m: float, tilt_deg: float = 0.0, x_m: float = 0.0) -> Plane:
    """Return a transverse plane as radiologists look at it: from the feet, the patient's right on the viewer's left.

    Parameters
    ----------
    y_m : float
        Height of the plane at `x_m`.
    tilt_deg : float
        0 is horizontal; above 0 its front is lower, as the upper face of the sacrum.
    x_m : float
        Where the plane has the height `y_m`.
    """
    a = np.radians(tilt_deg)
    return Plane(np.array([x_m, y_m, 0.0]), np.array([0.0, 0.0, -1.0]), np.array([np.cos(a), -np.sin(a), 0.0]))


def outlines(mesh: Mesh, plane: Plane) -> tuple[FloatArray, ...]:
    """Return the outlines in which a plane cuts a mesh, each shape (n, 3), metres.

    Every point lies on an edge of the mesh. An outline of a closed mesh is closed (its first point is not repeated);
    that of a sheet runs from border to border. Where a mesh has a hole, its outline is closed by a straight line.
    """
    start, end, a, b, point = _crossings(mesh, plane)
    follows = dict(zip(start.tolist(), end.tolist(), strict=True))
    at = {int(key): k for k, key in enumerate(_keys(a, b, len(mesh.v)))}
    firsts = [key for key in follows if key not in set(follows.values())]  # ends of open chains go first
    found, left = [], dict(follows)
    for first in [*firsts, *follows]:
        if first not in left:
            continue
        chain, key = [first], left.pop(first)
        while key != first:
            chain.append(key)
            if key not in left:
                break
            key = left.pop(key)
        if len(chain) > 2 or (mesh.sheet and len(chain) > 1):
            found.append(point[[at[k] for k in chain]])
    return tuple(found)


def _crossings(mesh: Mesh, plane: Plane) -> tuple[IntArray, IntArray, IntArray, IntArray, FloatArray]:
    """Return directed steps between crossed edges (their keys), and every crossed edge with its point."""
    above = plane.height(mesh.v) > 0
    f = mesh.f[above[mesh.f].any(1) & ~above[mesh.f].all(1)]
    a, b = f, f[:, [1, 2, 0]]
    up, down = ~above[a] & above[b], above[a] & ~above[b]
    n, row = len(mesh.v), np.arange(len(f))
    leaves, enters = down.argmax(1), up.argmax(1)
    start = _keys(a[row, leaves], b[row, leaves], n)
    end = _keys(a[row, enters], b[row, enters], n)
    lo, hi = np.divmod(np.unique(np.concatenate([start, end])), n)
    h = plane.height(mesh.v)
    t = (h[lo] / (h[lo] - h[hi]))[:, None] if len(lo) else np.zeros((0, 1))
    return start, end, lo, hi, mesh.v[lo] + t * (mesh.v[hi] - mesh.v[lo])


def _keys(a: IntArray, b: IntArray, n: int) -> IntArray:
    """Return one number for the edge between two vertices, whichever comes first."""
    return np.minimum(a, b) * n + np.maximum(a, b)


def filling(loops: Sequence[FloatArray]) -> FloatArray:
    """Return trapezoids, shape (n, 4, 2), that fill flat closed outlines (m, 2) by their winding number.

    Corners are lower left, lower right, upper right, upper left. Nothing has to be triangulated: the plane is swept
    in strips from corner to corner, and in each strip the edges are met from left to right.
    """
    edges = [np.stack([loop, np.roll(loop, -1, axis=0)], axis=1) for loop in loops if len(loop) > 2]
    if not edges:
        return np.zeros((0, 4, 2))
    e = np.concatenate(edges)
    e[:, :, 1] = np.round(e[:, :, 1] / _ROW_M) * _ROW_M  # so that equal heights are equal
    e = e[e[:, 0, 1] != e[:, 1, 1]]
    rows = np.unique(e[:, :, 1])
    rises = e[:, 1, 1] > e[:, 0, 1]
    low, high = np.where(rises[:, None], e[:, 0], e[:, 1]), np.where(rises[:, None], e[:, 1], e[:, 0])
    out = []
    for lo, hi in pairwise(rows):
        k = np.flatnonzero((low[:, 1] <= lo) & (high[:, 1] >= hi))
        slope = (high[k, 0] - low[k, 0]) / (high[k, 1] - low[k, 1])
        x = low[k, 0] + (np.array([[lo], [hi], [0.5 * (lo + hi)]]) - low[k, 1]) * slope
        order = np.argsort(x[2], kind="stable")
        winding = np.cumsum(np.where(rises[k][order], -1, 1))
        x, inside, begin = x[:, order], False, 0
        for j, w in enumerate(winding):
            if not inside and w > 0:
                inside, begin = True, j
            elif inside and w <= 0:
                inside = False
                out.append([(x[0, begin], lo), (x[0, j], lo), (x[1, j], hi), (x[1, begin], hi)])
    return np.array(out, float).reshape(-1, 4, 2)


def area_cm2(trapezoids: FloatArray) -> float:
    """Return the area of a filling."""
    q = trapezoids
    width = (q[:, 1, 0] - q[:, 0, 0] + q[:, 2, 0] - q[:, 3, 0]) / 2
    return float((width * (q[:, 2, 1] - q[:, 1, 1])).sum() * 1e4)


def cut_area_cm2(meshes: Iterable[Mesh], plane: Plane) -> float:
    """Return the area in which a plane cuts several closed meshes; where they overlap it counts once."""
    loops = [plane.flat(loop) for mesh in meshes for loop in outlines(mesh, plane)]
    return area_cm2(filling(loops))


def met(loops: Sequence[FloatArray], start: ArrayLike, way: ArrayLike) -> list[tuple[float, float]]:
    """Return where a straight line is inside flat closed outlines (m, 2): from and to, metres from `start`, in order.

    Parameters
    ----------
    loops : sequence of ndarray, shape (m, 2)
        What is solid lies on their left; where they overlap it counts once.
    start, way : array_like, shape (2,)
        Where the line begins, and its direction.
    """
    p, d = np.asarray(start, float), np.asarray(way, float)
    d = d / np.linalg.norm(d)
    across = np.array([-d[1], d[0]])
    steps: list[tuple[float, int]] = []
    for loop in loops:
        side = (loop - p) @ across
        along = (loop - p) @ d
        a, b = side > 0, np.roll(side, -1) > 0
        for k in np.flatnonzero(a != b):
            j = (k + 1) % len(loop)
            t = side[k] / (side[k] - side[j])
            steps.append((float(along[k] + t * (along[j] - along[k])), 1 if b[k] else -1))
    out, depth, begin = [], 0, 0.0
    for at, turn in sorted(steps):
        if depth == 0 and depth + turn != 0:
            begin = at
        elif depth != 0 and depth + turn == 0 and at > 0:
            out.append((max(begin, 0.0), at))
        depth += turn
    return out


def ribbon(line: FloatArray, thick_m: float = SHEET_M) -> FloatArray:
    """Return quadrilaterals, shape (n, 4, 2), along a flat open line: a sheet where it is cut."""
    along = unit(np.gradient(line, axis=0))
    across = np.stack([-along[:, 1], along[:, 0]], axis=1) * thick_m / 2
    left, right = line + across, line - across
    return np.stack([right[:-1], right[1:], left[1:], left[:-1]], axis=1)


def cap(mesh: Mesh, plane: Plane) -> FloatArray:
    """Return the cut face of a mesh as quadrilaterals, shape (n, 4, 2), in the plane's coordinates."""
    loops = [plane.flat(loop) for loop in outlines(mesh, plane)]
    if mesh.sheet:
        return np.concatenate([np.zeros((0, 4, 2)), *(ribbon(loop) for loop in loops)])
    return filling(loops)


def flat_mesh(quads: FloatArray, depth_m: float) -> Mesh:
    """Return quadrilaterals (n, 4, 2) laid out to be seen from below: right is -z, up is x, nearer is lower.

    Its fibre coordinates are the place in the plane, metres.
    """
    corners = quads.reshape(-1, 2)
    v = np.stack([corners[:, 1], np.full(len(corners), -depth_m), -corners[:, 0]], axis=1)
    first = 4 * np.arange(len(quads))[:, None, None]
    f: NDArray[np.int64] = (first + np.array([[0, 1, 2], [0, 2, 3]])).reshape(-1, 3)
    return Mesh(v, f, corners.copy(), sheet=True)
