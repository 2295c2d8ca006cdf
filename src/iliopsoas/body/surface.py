"""Questions asked of a finished surface: how far, which side, how large a section; and keeping shapes off it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from iliopsoas.atlas.mesh import FloatArray, IntArray, Mesh

REACH_M = 0.012  # a point deeper than this behind a surface is not pushed out of it


@dataclass(frozen=True, eq=False)
class Nearest:
    """Nearest places on a surface, one per query point.

    Attributes
    ----------
    point : ndarray, shape (n, 3)
        Nearest point of the surface, metres.
    height_m : ndarray, shape (n,)
        Distance to it; negative behind the surface (inside a closed mesh).
    normal : ndarray, shape (n, 3)
        Unit surface normal there.
    """

    point: FloatArray
    height_m: FloatArray
    normal: FloatArray


class Surface:
    """A mesh prepared for nearest-point questions.

    The nearest vertex is found first, then the nearest point on the triangles round it: close enough on the even
    meshes used here, and without a search tree.
    """

    def __init__(self, mesh: Mesh) -> None:
        self.mesh = mesh

    @cached_property
    def lo(self) -> FloatArray:
        """Lower corner of the bounding box, metres."""
        return self.mesh.v.min(0)

    @cached_property
    def hi(self) -> FloatArray:
        """Upper corner of the bounding box, metres."""
        return self.mesh.v.max(0)

    @cached_property
    def _normals(self) -> FloatArray:
        return self.mesh.normals()

    @cached_property
    def _vertices(self) -> tuple[FloatArray, NDArray[np.float32]]:
        """The middle of the vertices, and what makes the nearest one the largest of a product, shape (4, n)."""
        v = self.mesh.v
        centre = v.mean(0)
        away = v - centre
        columns = [away, -0.5 * (away**2).sum(1, keepdims=True)]
        return centre, np.ascontiguousarray(np.concatenate(columns, axis=1).astype(np.float32).T)

    @cached_property
    def _fans(self) -> tuple[IntArray, IntArray, IntArray]:
        """Triangles round each vertex, each turned to start at it: other two corners, and where each fan begins."""
        f, n = self.mesh.f, len(self.mesh.v)
        corners = np.concatenate([f, f[:, [1, 2, 0]], f[:, [2, 0, 1]]])
        corners = corners[np.argsort(corners[:, 0], kind="stable")]
        return corners[:, 1], corners[:, 2], np.searchsorted(corners[:, 0], np.arange(n + 1))

    def near(self, points: FloatArray, reach_m: float = REACH_M) -> NDArray[np.bool_]:
        """Return which points lie within the bounding box widened by `reach_m` (boolean, shape (n,))."""
        return _between(points, self.lo - reach_m, self.hi + reach_m)

    def nearest(self, points: ArrayLike, within_m: float = np.inf) -> Nearest:
        """Return the nearest places on the surface for points, shape (n, 3).

        With `within_m`, only answers nearer than that are right; the others are merely as far or farther.
        """
        p = np.atleast_2d(np.asarray(points, float))
        v = self.mesh.v
        k = _nearest_vertex(p, *self._vertices, within_m)
        second, third, begin = self._fans
        count = begin[k + 1] - begin[k]
        first = np.cumsum(count) - count
        owner = np.repeat(np.arange(len(p)), count)
        fan = np.arange(len(owner)) - first[owner] + begin[k][owner]
        j, m = second[fan], third[fan]
        wj, wm = _weights(p[owner] - v[k][owner], v[j] - v[k][owner], v[m] - v[k][owner])
        foot = v[k][owner] * (1 - wj - wm)[:, None] + v[j] * wj[:, None] + v[m] * wm[:, None]
        d2 = _dot(p[owner] - foot, p[owner] - foot)
        best = first + _argmin_by(d2, first, owner)
        j, m, wj, wm, foot = j[best], m[best], wj[best, None], wm[best, None], foot[best]
        normals = self._normals
        n = normals[k] * (1 - wj - wm) + normals[j] * wj + normals[m] * wm
        n /= np.linalg.norm(n, axis=1, keepdims=True) + 1e-20
        gap = p - foot
        side = np.where(_dot(gap, n) < 0, -1.0, 1.0)
        return Nearest(foot, side * np.linalg.norm(gap, axis=1), n)


def _nearest_vertex(
    p: FloatArray, centre: FloatArray, corners: NDArray[np.float32], within_m: float, chunk: int = 240
) -> IntArray:
    """Return the number of the vertex nearest to each point; neighbours in `p` should lie near each other."""
    q = np.concatenate([p - centre, np.ones((len(p), 1))], axis=1).astype(np.float32)
    out = np.empty(len(p), np.int64)
    for i in range(0, len(p), chunk):
        here = q[i : i + chunk]
        known = np.arange(corners.shape[1])
        if np.isfinite(within_m):
            lo, hi = here[:, :3].min(0) - within_m, here[:, :3].max(0) + within_m
            known = np.flatnonzero(_between(corners[:3].T, lo, hi))
            known = known if len(known) else np.arange(1)
        near = np.ascontiguousarray(corners[:, known])
        # Larger products would start threads, which wait for each other on a busy machine.
        step = max(1, 60_000 // len(known))
        for j in range(i, i + len(here), step):
            out[j : min(j + step, i + chunk)] = known[np.argmax(q[j : min(j + step, i + chunk)] @ near, axis=1)]
    return out


# Sums and conditions over three columns are written out: numpy is slow along so short an axis.


def _between(points: NDArray[np.floating], lo: NDArray[np.floating], hi: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return which points, shape (n, 3), lie inside a box."""
    inside = np.ones(len(points), bool)
    for c in range(3):
        inside &= (points[:, c] > lo[c]) & (points[:, c] < hi[c])
    return inside


def _dot(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the product of each two vectors, shape (n,)."""
    return a[:, 0] * b[:, 0] + a[:, 1] * b[:, 1] + a[:, 2] * b[:, 2]


def _argmin_by(values: FloatArray, first: IntArray, owner: IntArray) -> IntArray:
    """Return the position of the smallest value within each run of one owner, counted from the run's beginning."""
    least = np.minimum.reduceat(values, first)
    hit = np.flatnonzero(values <= least[owner])
    new = np.concatenate([[True], owner[hit[1:]] != owner[hit[:-1]]])
    return hit[new] - first


def _weights(p: FloatArray, b: FloatArray, c: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return weights of corners b and c (a lies at 0) of the nearest point: in the triangle, else on the edge to b."""
    bb, bc, cc, pb, pc = _dot(b, b), _dot(b, c), _dot(c, c), _dot(p, b), _dot(p, c)
    det = bb * cc - bc * bc + 1e-30
    wb, wc = (cc * pb - bc * pc) / det, (bb * pc - bc * pb) / det
    inside = (wb >= 0) & (wc >= 0) & (wb + wc <= 1)
    spoke = np.clip(pb / (bb + 1e-30), 0, 1)
    return np.where(inside, wb, spoke), np.where(inside, wc, 0.0)


def keep_out(
    points: FloatArray,
    walls: Iterable[Surface],
    gap_m: ArrayLike = 0.0004,
    rounds: int = 3,
    reach_m: float = REACH_M,
) -> FloatArray:
    """Return points (any shape (..., 3)) pushed out of each wall until `gap_m` above it.

    `gap_m` is one number or one per point. Points deeper than `reach_m` stay: give a small reach to an open surface,
    behind whose rim there is no inside.
    """
    shape = np.shape(points)
    p = np.array(points, float).reshape(-1, 3)
    gap = np.broadcast_to(np.asarray(gap_m, float), shape[:-1]).reshape(-1)
    for wall in walls:
        todo = np.flatnonzero(wall.near(p, max(0.0, float(gap.max())) + 1e-4))
        for _ in range(rounds):
            if not len(todo):
                break
            hit = wall.nearest(p[todo], reach_m + 0.004)
            lift = gap[todo] - hit.height_m
            push: NDArray[np.bool_] = (lift > 1e-6) & (hit.height_m > -reach_m)
            todo = todo[push]
            p[todo] += hit.normal[push] * lift[push, None]
    return p.reshape(shape)


def rest_on(
    points: FloatArray, floor: Surface, gap_m: ArrayLike = 0.0, weight: ArrayLike = 1.0, rounds: int = 2
) -> FloatArray:
    """Return points (any shape (..., 3)) pulled to height `gap_m` above a surface; `weight` 0..1 softens the pull."""
    shape = np.shape(points)
    p = np.array(points, float).reshape(-1, 3)
    gap, w = (np.broadcast_to(np.asarray(x, float), shape[:-1]).reshape(-1) for x in (gap_m, weight))
    for _ in range(rounds):
        hit = floor.nearest(p)
        p += (hit.point + hit.normal * gap[:, None] - p) * w[:, None]
    return p.reshape(shape)


def volume_cm3(mesh: Mesh) -> float:
    """Return the volume inside a closed mesh."""
    t = mesh.v[mesh.f] - mesh.v.mean(0)
    return float(np.einsum("ij,ij->", t[:, 0], np.cross(t[:, 1], t[:, 2])) / 6 * 1e6)


def section_area_cm2(mesh: Mesh, point: ArrayLike, normal: ArrayLike) -> float:
    """Return the area in which a plane cuts a closed mesh (all its loops together)."""
    n = np.asarray(normal, float) / np.linalg.norm(np.asarray(normal, float))
    o = np.asarray(point, float)
    h = (mesh.v - o) @ n
    t = mesh.f[(h[mesh.f] > 0).any(1) & (h[mesh.f] <= 0).any(1)]
    # Each crossed triangle gives one directed segment; the area is half the summed cross products about `o`.
    total = np.zeros(3)
    for tri in t:
        ends = {}
        for a, b in ((tri[0], tri[1]), (tri[1], tri[2]), (tri[2], tri[0])):
            if (h[a] > 0) != (h[b] > 0):
                x = mesh.v[a] + (mesh.v[b] - mesh.v[a]) * (h[a] / (h[a] - h[b]))
                ends["down" if h[a] > 0 else "up"] = x - o
        total += np.cross(ends["down"], ends["up"])
    return float(abs(total @ n) / 2 * 1e4)


def ring_area_m2(rings: FloatArray) -> FloatArray:
    """Return the area inside each ring, shape (rows,), for nearly flat rings."""
    q = rings - rings.mean(1, keepdims=True)
    return 0.5 * np.linalg.norm(np.cross(q, np.roll(q, -1, axis=1)).sum(1), axis=1)
