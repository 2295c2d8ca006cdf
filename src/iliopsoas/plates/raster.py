"""From triangles to pixels: a z-buffer in numpy that keeps part, depth, normal and fibre coordinate of what is nearest.

Triangles are cut into one-pixel-high spans and spans into fragments, so that no work is spent on pixels outside a
triangle; the nearest fragment of each pixel wins. A pixel is covered when its centre lies inside, so two triangles that
share an edge leave neither a gap nor a double hit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from iliopsoas.atlas.mesh import Mesh
from iliopsoas.plates.view import View

F32 = NDArray[np.float32]
FRAGMENTS_AT_ONCE = 3_000_000  # keeps the working arrays near 100 MB
EMPTY_DEPTH_M = -9.0


@dataclass(frozen=True, eq=False)
class GBuffer:
    """What is nearest in each pixel of a window of a view.

    Attributes
    ----------
    part : ndarray of int16, shape (h, w)
        Position of the mesh in the list that was drawn; -1 where nothing is.
    depth : ndarray of float32, shape (h, w)
        Metres towards the viewer; `EMPTY_DEPTH_M` where nothing is.
    normal : ndarray of float32, shape (h, w, 3)
        Unit normal in view axes (right, up, towards the viewer).
    uv : ndarray of float32, shape (h, w, 2)
        Fibre coordinates: u 0..1 along the fibres, v metres across them.
    v_rate : ndarray of float32, shape (h, w)
        How fast v changes on the picture, metres per pixel: the width of a fibre follows from it.
    origin_px : (int, int)
        Pixel x, y of the window's first pixel in the view.
    """

    part: NDArray[np.int16]
    depth: F32
    normal: F32
    uv: F32
    v_rate: F32
    origin_px: tuple[int, int]


def rasterise(meshes: Sequence[Mesh], view: View, margin_px: int = 0) -> GBuffer:
    """Draw meshes into the smallest window of the view that holds them.

    Parameters
    ----------
    meshes : sequence of Mesh
        Closed meshes show their outer side only; a mesh with `sheet` shows both.
    view : View
        Its `size_px` is the resolution drawn at.
    margin_px : int
        The window has a free rim of at least so many pixels; its origin and size are whole multiples of it.

    Returns
    -------
    GBuffer
        Of zero size when nothing falls into the picture.
    """
    tri = _triangles(meshes, view)
    w, h = view.size_px
    if len(tri.part) == 0:
        return _empty_buffer((0, 0), 0, 0)
    x, y = tri.xyz[:, :, 0], tri.xyz[:, :, 1]
    x0, y0 = max(0, int(np.floor(x.min()))), max(0, int(np.floor(y.min())))
    x1, y1 = min(w, int(np.ceil(x.max()))), min(h, int(np.ceil(y.max())))
    hit, winner = _resolve(tri, x0, y0, x1 - x0, y1 - y0)
    left, top, right, bottom = x0, y0, x1, y1
    if margin_px:
        left, top = (margin_px * (low // margin_px - 1) for low in (x0, y0))
        right, bottom = (margin_px * (-(-high // margin_px) + 1) for high in (x1, y1))
        row, column = np.divmod(hit, x1 - x0)
        hit = (row + y0 - top) * (right - left) + column + x0 - left
    out = _empty_buffer((left, top), right - left, bottom - top)
    _interpolate(tri, hit, winner, out)
    return out


@dataclass(frozen=True, eq=False)
class _Triangles:
    """Front-facing triangles of all meshes: screen corners (t, 3, 3), attributes (t, 3, 5) = normal, u, v; part."""

    xyz: NDArray[np.float64]
    attributes: F32
    part: NDArray[np.int16]
    two_sided: NDArray[np.bool_]


def _triangles(meshes: Sequence[Mesh], view: View) -> _Triangles:
    w, h = view.size_px
    xyz, attributes, part, two_sided = [], [], [], []
    for i, mesh in enumerate(meshes):
        p = view.project(mesh.v)
        t = p[mesh.f]
        e1, e2 = t[:, 1, :2] - t[:, 0, :2], t[:, 2, :2] - t[:, 0, :2]
        area = e1[:, 0] * e2[:, 1] - e1[:, 1] * e2[:, 0]
        keep = np.abs(area) > 1e-9 if mesh.sheet else area < -1e-9  # y runs down: front faces turn clockwise
        (ax, ay), (bx, by), (cx, cy) = (t[:, k, :2].T for k in range(3))
        keep &= (np.maximum(np.maximum(ax, bx), cx) > 0) & (np.maximum(np.maximum(ay, by), cy) > 0)
        keep &= (np.minimum(np.minimum(ax, bx), cx) < w) & (np.minimum(np.minimum(ay, by), cy) < h)
        if not keep.any():
            continue
        at_vertex = np.zeros((len(p), 5), np.float32)
        at_vertex[:, :3] = mesh.normals() @ view.matrix.T
        if mesh.uv is not None:
            at_vertex[:, 3:] = mesh.uv
        xyz.append(t[keep])
        attributes.append(at_vertex[mesh.f[keep]])
        part.append(np.full(int(keep.sum()), i, np.int16))
        two_sided.append(np.full(int(keep.sum()), mesh.sheet))
    if not xyz:
        none = np.zeros(0, np.float32)
        return _Triangles(np.zeros((0, 3, 3)), none.reshape(0, 3, 5), none.astype(np.int16), none > 0)
    return _Triangles(np.concatenate(xyz), np.concatenate(attributes), np.concatenate(part), np.concatenate(two_sided))


def _empty_buffer(origin_px: tuple[int, int], w: int, h: int) -> GBuffer:
    return GBuffer(
        np.full((h, w), -1, np.int16),
        np.full((h, w), EMPTY_DEPTH_M, np.float32),
        np.zeros((h, w, 3), np.float32),
        np.zeros((h, w, 2), np.float32),
        np.zeros((h, w), np.float32),
        origin_px,
    )


Point = tuple[NDArray[np.floating], NDArray[np.floating]]


def downwards(corners: Sequence[Point]) -> list[Point]:
    """Return the corners (x, y) of each triangle in the order of their height on the picture, the uppermost first."""
    found = list(corners)
    for k, m in ((0, 1), (1, 2), (0, 1)):
        (xk, yk), (xm, ym) = found[k], found[m]
        swap = ym < yk
        found[k] = np.where(swap, xm, xk), np.minimum(yk, ym)
        found[m] = np.where(swap, xk, xm), np.maximum(yk, ym)
    return found


def runs(counts: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the number of each run, and the place in it, for runs of such lengths, all above 0, end to end.

    The same as `numpy.repeat` of the numbers, in a fraction of its time.
    """
    ends = np.cumsum(counts, dtype=np.int64)
    number = np.zeros(ends[-1] if len(ends) else 0, np.int64)
    number[ends[:-1]] = 1
    np.cumsum(number, out=number)
    return number, np.arange(len(number)) - (ends - counts).take(number)


def _spans(tri: _Triangles, x0: int, y0: int, w: int, h: int) -> tuple[NDArray[np.int64], ...]:
    """Cut triangles into rows: triangle number, row, first pixel, pixel count (all inside the window)."""
    top, mid, low = downwards([(tri.xyz[:, k, 0], tri.xyz[:, k, 1]) for k in range(3)])
    row_a = np.clip(np.ceil(top[1] - 0.5), y0, y0 + h).astype(np.int64)
    row_b = np.clip(np.ceil(low[1] - 0.5), y0, y0 + h).astype(np.int64)
    some = np.flatnonzero(row_b > row_a)
    number, row = runs((row_b - row_a)[some])
    t = some[number]
    row += row_a[t]
    yc = row + 0.5
    # One side spans all rows of a triangle, the other two share them. Both triangles of a shared edge see its ends in
    # the same order, so they round alike.
    sides = ((top, low), (top, mid), (mid, low))
    slope = np.stack([(b[0] - a[0]) / np.maximum(b[1] - a[1], 1e-12) for a, b in sides], 1).ravel()
    x, y = (np.stack([a[k] for a, _ in sides], 1).ravel() for k in (0, 1))
    of_long = 3 * t
    of_short = of_long + 1 + (yc >= mid[1][t])
    long, short = (x[side] + (yc - y[side]) * slope[side] for side in (of_long, of_short))
    first = np.clip(np.ceil(np.minimum(long, short) - 0.5), x0, x0 + w).astype(np.int64)
    end = np.clip(np.ceil(np.maximum(long, short) - 0.5), x0, x0 + w).astype(np.int64)
    some = np.flatnonzero(end > first)
    return t[some], row[some], first[some], (end - first)[some]


def _resolve(tri: _Triangles, x0: int, y0: int, w: int, h: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which pixels of the window, of w * h, show something, and the number of the nearest triangle of each."""
    t, row, first, count = _spans(tri, x0, y0, w, h)
    a = tri.xyz[:, 0]
    e1, e2 = tri.xyz[:, 1] - a, tri.xyz[:, 2] - a
    det = e1[:, 0] * e2[:, 1] - e1[:, 1] * e2[:, 0]
    slope_x = (e1[:, 2] * e2[:, 1] - e2[:, 2] * e1[:, 1]) / det
    slope_y = (e2[:, 2] * e1[:, 0] - e1[:, 2] * e2[:, 0]) / det
    z_lo, z_hi = tri.xyz[:, :, 2].min(), tri.xyz[:, :, 2].max()
    scale = (2**31 - 2) / max(z_hi - z_lo, 1e-9)
    start_z = (a[t, 2] + (first + 0.5 - a[t, 0]) * slope_x[t] + (row + 0.5 - a[t, 1]) * slope_y[t] - z_lo) * scale
    step_z = slope_x[t] * scale
    start_at = (row - y0) * w + first - x0
    best = np.full(w * h, -1, np.int64)
    ends = np.cumsum(count)
    begin = 0
    while begin < len(t):
        done = int(ends[begin - 1]) if begin else 0
        stop = max(begin + 1, int(np.searchsorted(ends, done + FRAGMENTS_AT_ONCE)))
        span, j = runs(count[begin:stop])
        span += begin
        z = start_z.take(span) + step_z.take(span) * j
        # Depth in the high half, triangle in the low half: one maximum decides both.
        key = (np.clip(z, 0, 2**31 - 2).astype(np.int64) << 32) | t.take(span)
        np.maximum.at(best, start_at.take(span) + j, key)
        begin = stop
    hit = np.flatnonzero(best >= 0)
    return hit, best[hit] & 0xFFFFFFFF


def _interpolate(tri: _Triangles, hit: NDArray[np.int64], winner: NDArray[np.int64], out: GBuffer) -> None:
    """Fill the buffer with what the winning triangles hold at the pixel centres."""
    w = out.part.shape[1]
    used = np.zeros(len(tri.part), bool)
    used[winner] = True
    k = (np.cumsum(used) - 1)[winner]
    a = tri.xyz[used, 0]
    e1, e2 = tri.xyz[used, 1] - a, tri.xyz[used, 2] - a
    det = e1[:, 0] * e2[:, 1] - e1[:, 1] * e2[:, 0]
    # Every attribute is a plane over the picture: at the first corner, and its slopes. Here: depth, normal, u, v.
    at = np.concatenate([tri.xyz[used][:, :, 2:], tri.attributes[used]], 2)
    d1, d2 = at[:, 1] - at[:, 0], at[:, 2] - at[:, 0]
    gx = ((d1 * e2[:, 1:2] - d2 * e1[:, 1:2]) / det[:, None]).astype(np.float32)
    gy = ((d2 * e1[:, 0:1] - d1 * e2[:, 0:1]) / det[:, None]).astype(np.float32)
    corner = (a[:, :2] - np.array(out.origin_px) - 0.5).astype(np.float32)
    x, y = (hit % w).astype(np.float32) - corner[k, 0], (hit // w).astype(np.float32) - corner[k, 1]
    value = gx.take(k, 0)
    value *= x[:, None]
    step = gy.take(k, 0)
    step *= y[:, None]
    value += step
    value += at[:, 0].astype(np.float32).take(k, 0)
    normal = value[:, 1:4]
    flip = (normal[:, 2] < 0) & tri.two_sided[used][k]
    normal[flip] *= -1
    nx, ny, nz = normal.T
    normal /= (np.sqrt(nx * nx + ny * ny + nz * nz) + np.float32(1e-12))[:, None]
    out.part.ravel()[hit] = tri.part[used][k]
    out.depth.ravel()[hit] = value[:, 0]
    out.normal.reshape(-1, 3)[hit] = normal
    out.uv.reshape(-1, 2)[hit] = value[:, 4:]
    out.v_rate.ravel()[hit] = np.hypot(gx[:, 5], gy[:, 5])[k]
