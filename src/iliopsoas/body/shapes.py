"""Shapes from numbers: curves, lofts, slabs and bands that carry fibre coordinates.

Everything is in metres. A *ring* is a closed section of points, shape (around, 3); *rings* stack them along a muscle,
shape (rows, around, 3). A *turn* is a place on a ring: 0 in front, 1/4 lateral, 1/2 behind, 3/4 medial (right side).
A *grid* is an open sheet of points, shape (rows along the fibres, columns across them, 3).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from iliopsoas.atlas.mesh import FloatArray, IntArray, Mesh, vertex_normals

FORWARD = np.array([1.0, 0.0, 0.0])


def arc_length(path: FloatArray) -> FloatArray:
    """Return the distance along a polyline at each of its points, shape (n,), metres."""
    return np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])


def evenly(path: FloatArray, n: int) -> FloatArray:
    """Return `n` points at equal distances along a polyline, shape (n, 3)."""
    s = arc_length(path)
    return np.stack([np.interp(np.linspace(0, s[-1], n), s, path[:, k]) for k in range(3)], axis=1)


def curve(points: ArrayLike, n: int = 60) -> FloatArray:
    """Return a smooth curve through way points (cubic Hermite on chord length), `n` points at equal distances.

    A way point that repeats the one before it is dropped.
    """
    p = np.asarray(points, float)
    p = p[np.concatenate([[True], np.linalg.norm(np.diff(p, axis=0), axis=1) > 1e-6])]
    if len(p) == 2:
        return p[0] + np.linspace(0, 1, n)[:, None] * (p[1] - p[0])
    s = arc_length(p)
    slope = np.gradient(p, s, axis=0)
    t = np.linspace(0, s[-1], 8 * n)
    i = np.clip(np.searchsorted(s, t, side="right") - 1, 0, len(p) - 2)
    h = (s[i + 1] - s[i])[:, None]
    return evenly(_hermite(((t - s[i]) / h[:, 0])[:, None], p[i], p[i + 1], h * slope[i], h * slope[i + 1]), n)


def hermite(start: FloatArray, end: FloatArray, leave: FloatArray, arrive: FloatArray, n: int) -> FloatArray:
    """Return curves between paired points with given end tangents (m), shape (n, k, 3), for k starts and ends."""
    return _hermite(np.linspace(0, 1, n)[:, None, None], start[None], end[None], leave[None], arrive[None])


def _hermite(u: FloatArray, a: FloatArray, b: FloatArray, da: FloatArray, db: FloatArray) -> FloatArray:
    return (2 * u**3 - 3 * u**2 + 1) * a + (u**3 - 2 * u**2 + u) * da + (3 * u**2 - 2 * u**3) * b + (u**3 - u**2) * db


def profile(x: ArrayLike, knots: ArrayLike, values: ArrayLike) -> FloatArray:
    """Return smooth values at `x` that never overshoot the knots (cubic Hermite with limited slopes).

    Outside the knots the end values hold. Knots must increase.
    """
    xs, k, f = (np.asarray(a, float) for a in (x, knots, values))
    if len(k) != len(f) or (np.diff(k) <= 0).any():
        raise ValueError(f"profile needs increasing knots, one value each; got knots {k.tolist()}, values {f.tolist()}")
    d = np.diff(f) / np.diff(k)
    same = d[1:] * d[:-1] > 0
    inner = np.where(same, 2 * d[1:] * d[:-1] / np.where(same, d[1:] + d[:-1], 1), 0)
    m = np.concatenate([d[:1], inner, d[-1:]])
    i = np.clip(np.searchsorted(k, xs, side="right") - 1, 0, len(k) - 2)
    h = k[i + 1] - k[i]
    return _hermite(np.clip((xs - k[i]) / h, 0, 1), f[i], f[i + 1], h * m[i], h * m[i + 1])


def smoothstep(x: ArrayLike) -> FloatArray:
    """Return 0 below 0, 1 above 1, and a smooth rise between."""
    u = np.clip(np.asarray(x, float), 0, 1)
    return u * u * (3 - 2 * u)


def unit(v: FloatArray) -> FloatArray:
    """Return vectors of length one along the last axis (zero stays zero)."""
    return v / (np.linalg.norm(v, axis=-1, keepdims=True) + 1e-20)


def frames(path: FloatArray, up: ArrayLike = FORWARD) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return unit tangent, `up` made square to it, and side (tangent x up), each shape (n, 3).

    A path that runs downwards on the right with `up` forward has its side pointing laterally.
    """
    t = unit(np.gradient(path, axis=0))
    u = np.broadcast_to(np.asarray(up, float), t.shape)
    u = unit(u - (u * t).sum(1, keepdims=True) * t)
    return t, u, np.cross(t, u)


def oval_rings(
    path: FloatArray,
    half_up: ArrayLike,
    half_side: ArrayLike,
    up: ArrayLike = FORWARD,
    around: int = 24,
    power: float = 2.0,
) -> FloatArray:
    """Return super-elliptic rings square to a path, shape (n, around, 3); turn 0 lies on the `up` side."""
    n = len(path)
    hu, hs = (np.broadcast_to(np.asarray(r, float), n)[:, None, None] for r in (half_up, half_side))
    _, u, s = frames(path, up)
    angle = np.linspace(0, 2 * np.pi, around, endpoint=False)
    c, si = (np.sign(q) * np.abs(q) ** (2 / power) for q in (np.cos(angle), np.sin(angle)))
    return path[:, None] + hu * c[None, :, None] * u[:, None] + hs * si[None, :, None] * s[:, None]


def _quads(rows: int, cols: int, closed: bool) -> IntArray:
    i, j = np.meshgrid(np.arange(rows - 1), np.arange(cols if closed else cols - 1), indexing="ij")
    a, b = i * cols + j, i * cols + (j + 1) % cols
    c, d = a + cols, b + cols
    return np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([b, d, c], -1).reshape(-1, 3)])


def _strip_cap(ring: IntArray) -> IntArray:
    """Triangles that close one ring by a zigzag between its two halves: flat sections need no centre vertex."""
    out, i, j = [], 0, len(ring) - 1
    while j - i > 1:
        out.append((ring[i], ring[i + 1], ring[j]))
        if j - i > 2:
            out.append((ring[i + 1], ring[j - 1], ring[j]))
        i, j = i + 1, j - 1
    return np.array(out)


def loft(rings: FloatArray) -> Mesh:
    """Return the closed tube through rings, ends capped by strips.

    u runs 0..1 along the tube; v is the distance round the widest ring (m, 0 in front, seam behind).
    """
    n, around, _ = rings.shape
    base = np.arange(around)
    faces = np.concatenate([_quads(n, around, True), _strip_cap(base)[:, ::-1], _strip_cap(base + (n - 1) * around)])
    sides = np.linalg.norm(rings - np.roll(rings, 1, axis=1), axis=2)
    girth = np.cumsum(sides[np.argmax(sides.sum(1))])
    girth = girth - girth[0]
    v = np.where(base > around // 2, girth - girth[-1] - girth[1], girth)
    uv = np.stack(np.broadcast_arrays(np.linspace(0, 1, n)[:, None], v[None]), -1).reshape(-1, 2)
    return _outwards(Mesh(rings.reshape(-1, 3), faces, uv))


def slab(lower: FloatArray, upper: FloatArray) -> Mesh:
    """Return the closed slab between two grids of one shape (rows along the fibres, columns across).

    u runs 0..1 along the rows; v is the distance across (m) at the widest row.
    """
    r, c, _ = upper.shape
    widths = np.linalg.norm(np.diff(upper, axis=1), axis=2)
    across = np.concatenate([[0.0], np.cumsum(widths[np.argmax(widths.sum(1))])])
    uv = np.stack(np.broadcast_arrays(np.linspace(0, 1, r)[:, None], across[None]), -1).reshape(-1, 2)
    k, f = r * c, _quads(r, c, False)
    right, left = np.arange(1, r) * c + c - 1, np.arange(r - 2, 0, -1) * c
    edge = np.concatenate([np.arange(c), right, (r - 1) * c + np.arange(c - 2, -1, -1), left])
    a, b = edge, np.roll(edge, -1)
    rim = np.concatenate([np.stack([a, b, a + k], 1), np.stack([b, b + k, a + k], 1)])
    v = np.concatenate([lower.reshape(-1, 3), upper.reshape(-1, 3)])
    return _outwards(Mesh(v, np.concatenate([f[:, ::-1], f + k, rim]), np.concatenate([uv, uv])))


def _outwards(mesh: Mesh) -> Mesh:
    """Turn all triangles of a consistently wound closed mesh to face outwards."""
    t = mesh.v[mesh.f] - mesh.v.mean(0)
    volume = np.einsum("ij,ij->", t[:, 0], np.cross(t[:, 1], t[:, 2]))
    return mesh if volume > 0 else Mesh(mesh.v, mesh.f[:, ::-1], mesh.uv, mesh.sheet)


def grid_normals(grid: FloatArray) -> FloatArray:
    """Return unit normals of an open grid, shape (rows, columns, 3)."""
    r, c, _ = grid.shape
    return vertex_normals(grid.reshape(-1, 3), _quads(r, c, False)).reshape(r, c, 3)


def ring_normals(rings: FloatArray) -> FloatArray:
    """Return unit outward normals of rings, shape (rows, around, 3)."""
    r, c, _ = rings.shape
    n = vertex_normals(rings.reshape(-1, 3), _quads(r, c, True)).reshape(r, c, 3)
    return n if ((rings - rings.mean(1, keepdims=True)) * n).sum() > 0 else -n


def at(rings: FloatArray, row: ArrayLike, turn: ArrayLike) -> FloatArray:
    """Return values on rings at fractional rows (0..rows-1) and turns (0..1), bilinear; arrays broadcast."""
    n, around = rings.shape[:2]
    r, t = np.broadcast_arrays(np.asarray(row, float), np.asarray(turn, float))
    i = np.clip(np.floor(r).astype(int), 0, n - 2)
    a = np.clip(r - i, 0, 1)[..., None]
    x = (t % 1.0) * around
    j = np.floor(x).astype(int) % around
    b, k = (x - np.floor(x))[..., None], (j + 1) % around
    return (rings[i, j] * (1 - b) + rings[i, k] * b) * (1 - a) + (rings[i + 1, j] * (1 - b) + rings[i + 1, k] * b) * a


def ease(grid: FloatArray, times: int = 4, hold: tuple[int, int] = (1, 1), weight: ArrayLike = 1.0) -> FloatArray:
    """Return a grid or rings smoothed along the rows; the first and last `hold` rows stay.

    `weight` (0..1, broadcast to the eased rows) limits how much each row gives.
    """
    g = grid.copy()
    a, b = hold[0], len(g) - hold[1]
    w = np.asarray(weight, float)
    w = w[a:b].reshape((-1,) + (1,) * (g.ndim - 1)) if w.ndim else w
    for _ in range(times):
        g[a:b] += w * (0.25 * g[a - 1 : b - 1] + 0.25 * g[a + 1 : b + 1] - 0.5 * g[a:b])
    return g


def faired(grid: FloatArray, over_m: float, hold: ArrayLike) -> FloatArray:
    """Return a grid whose lines along the rows are smoothing splines: bends shorter than about `over_m` go.

    `hold`, shape (rows,), says how firmly each row keeps its place: 0 not at all, 1 as of itself, far above 1 fast.
    """
    step = np.linalg.norm(np.diff(grid, axis=0), axis=2).mean(1)
    step = np.maximum(step, 0.2 * step.mean())
    rows = np.arange(len(grid) - 2)
    second = np.zeros((len(rows), len(grid)))
    reach = 0.5 * (step[:-1] + step[1:])
    second[rows, rows], second[rows, rows + 2] = 1 / (step[:-1] * reach), 1 / (step[1:] * reach)
    second[rows, rows + 1] = -(second[rows, rows] + second[rows, rows + 2])
    weight = np.asarray(hold, float) * np.gradient(np.concatenate([[0.0], np.cumsum(step)]))
    stiff = over_m**4 * second.T @ (reach[:, None] * second)
    return np.linalg.solve(stiff + np.diag(weight), weight[:, None] * grid.reshape(len(grid), -1)).reshape(grid.shape)


def ease_across(grid: FloatArray, times: int = 2, closed: bool = False) -> FloatArray:
    """Return a grid smoothed across the fibres; open borders stay, closed rings wrap round."""
    g = grid.copy()
    for _ in range(times):
        if closed:
            g = 0.5 * g + 0.25 * (np.roll(g, 1, axis=1) + np.roll(g, -1, axis=1))
        else:
            g[:, 1:-1] = 0.5 * g[:, 1:-1] + 0.25 * (g[:, :-2] + g[:, 2:])
    return g
