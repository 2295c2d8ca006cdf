"""Questions asked of a finished surface: how far, which side, how large a section; and keeping shapes off it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from iliopsoas.atlas.mesh import FloatArray, IntArray, Mesh

REACH_M = 0.030  # a surface farther than this never moves a point


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

    The nearest vertex is found first, then the nearest point on the triangles round it: exact for the even meshes
    used here, and without a search tree.
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
    def _fan(self) -> IntArray:
        """Triangles round each vertex, padded with the first of them; shape (vertices, widest fan)."""
        f, n = self.mesh.f, len(self.mesh.v)
        vert, face = f.T.reshape(-1), np.tile(np.arange(len(f)), 3)
        order = np.argsort(vert, kind="stable")
        vert, face = vert[order], face[order]
        first = np.searchsorted(vert, np.arange(n))
        count = np.bincount(vert, minlength=n)
        fan = np.repeat(face[np.minimum(first, len(face) - 1)][:, None], max(int(count.max()), 1), axis=1)
        fan[vert, np.arange(len(vert)) - first[vert]] = face
        return fan

    def near(self, points: FloatArray, reach_m: float = REACH_M) -> np.ndarray:
        """Return which points lie within the bounding box widened by `reach_m` (boolean, shape (n,))."""
        return ((points > self.lo - reach_m) & (points < self.hi + reach_m)).all(1)

    def nearest(self, points: ArrayLike) -> Nearest:
        """Return the nearest places on the surface for points, shape (n, 3)."""
        p = np.atleast_2d(np.asarray(points, float))
        v, f = self.mesh.v, self.mesh.f
        fan = self._fan[_nearest_vertex(p, v)]
        a, b, c = (v[f[fan, k]] for k in range(3))
        w = _closest_weights(p[:, None], a, b, c)
        q = w[..., :1] * a + w[..., 1:2] * b + w[..., 2:] * c
        best = np.argmin(((q - p[:, None]) ** 2).sum(-1), axis=1)
        row = np.arange(len(p))
        tri, weight, q = f[fan[row, best]], w[row, best], q[row, best]
        n = (self._normals[tri] * weight[..., None]).sum(1)
        n /= np.linalg.norm(n, axis=1, keepdims=True) + 1e-20
        gap = p - q
        side = np.where((gap * n).sum(1) < 0, -1.0, 1.0)
        return Nearest(q, side * np.linalg.norm(gap, axis=1), n)


def _nearest_vertex(p: FloatArray, v: FloatArray, chunk: int = 1500) -> IntArray:
    centre = v.mean(0)
    near = (v - centre).astype(np.float32)
    q = (p - centre).astype(np.float32)
    half = 0.5 * (near**2).sum(1)
    return np.concatenate([np.argmin(half - q[i : i + chunk] @ near.T, axis=1) for i in range(0, len(q), chunk)])


def _closest_weights(p: FloatArray, a: FloatArray, b: FloatArray, c: FloatArray) -> FloatArray:
    """Barycentric weights of the point of each triangle nearest to p (broadcast; last axis xyz -> abc)."""
    ab, ac, ap = b - a, c - a, p - a
    dot = lambda x, y: (x * y).sum(-1)  # noqa: E731
    d00, d01, d11, d20, d21 = dot(ab, ab), dot(ab, ac), dot(ac, ac), dot(ap, ab), dot(ap, ac)
    det = d00 * d11 - d01 * d01 + 1e-30
    wb, wc = (d11 * d20 - d01 * d21) / det, (d00 * d21 - d01 * d20) / det
    inside = np.stack([1 - wb - wc, wb, wc], -1)
    # nearest point of each edge, for projections that fall outside the triangle
    t_ab = np.clip(d20 / (d00 + 1e-30), 0, 1)
    t_ac = np.clip(d21 / (d11 + 1e-30), 0, 1)
    bc = c - b
    t_bc = np.clip(dot(p - b, bc) / (dot(bc, bc) + 1e-30), 0, 1)
    zero = np.zeros_like(t_ab)
    edges = np.stack(
        [
            np.stack([1 - t_ab, t_ab, zero], -1),
            np.stack([1 - t_ac, zero, t_ac], -1),
            np.stack([zero, 1 - t_bc, t_bc], -1),
        ],
        -2,
    )
    corners = np.stack(np.broadcast_arrays(a, b, c), -2)
    q = (edges[..., None] * corners[..., None, :, :]).sum(-2)
    pick = np.argmin(((q - p[..., None, :]) ** 2).sum(-1), axis=-1)
    best = np.take_along_axis(edges, pick[..., None, None], axis=-2)[..., 0, :]
    return np.where((inside >= 0).all(-1)[..., None], inside, best)


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
            hit = wall.nearest(p[todo])
            lift = gap[todo] - hit.height_m
            push = (lift > 1e-6) & (hit.height_m > -reach_m)
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
