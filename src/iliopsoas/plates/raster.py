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


def rasterise(meshes: Sequence[Mesh], view: View) -> GBuffer:
    """Draw meshes into the smallest window of the view that holds them.

    Parameters
    ----------
    meshes : sequence of Mesh
        Closed meshes show their outer side only; a mesh with `sheet` shows both.
    view : View
        Its `size_px` is the resolution drawn at.

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
    out = _empty_buffer((x0, y0), x1 - x0, y1 - y0)
    winner = _resolve(tri, x0, y0, x1 - x0, y1 - y0)
    _interpolate(tri, winner, out)
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
        lo, hi = t[:, :, :2].min(1), t[:, :, :2].max(1)
        keep &= (hi > 0).all(1) & (lo[:, 0] < w) & (lo[:, 1] < h)
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


def _spans(tri: _Triangles, x0: int, y0: int, w: int, h: int) -> tuple[NDArray[np.int64], ...]:
    """Cut triangles into rows: triangle number, row, first pixel, pixel count (all inside the window)."""
    order = np.argsort(tri.xyz[:, :, 1], axis=1)
    top, mid, low = (np.take_along_axis(tri.xyz[:, :, :2], order[:, k, None, None], 1)[:, 0] for k in range(3))
    row_a = np.clip(np.ceil(top[:, 1] - 0.5), y0, y0 + h).astype(np.int64)
    row_b = np.clip(np.ceil(low[:, 1] - 0.5), y0, y0 + h).astype(np.int64)
    rows = row_b - row_a
    t = np.repeat(np.arange(len(rows)), rows)
    row = np.arange(len(t)) - np.repeat(np.cumsum(rows) - rows - row_a, rows)
    yc = row + 0.5

    def edge_x(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
        # Both triangles of a shared edge see its ends in the same order, so they round alike.
        slope = (b[:, 0] - a[:, 0]) / np.maximum(b[:, 1] - a[:, 1], 1e-12)
        return a[t, 0] + (yc - a[t, 1]) * slope[t]

    long = edge_x(top, low)
    short = np.where(yc < mid[t, 1], edge_x(top, mid), edge_x(mid, low))
    first = np.clip(np.ceil(np.minimum(long, short) - 0.5), x0, x0 + w).astype(np.int64)
    end = np.clip(np.ceil(np.maximum(long, short) - 0.5), x0, x0 + w).astype(np.int64)
    some = end > first
    return t[some], row[some], first[some], (end - first)[some]


def _resolve(tri: _Triangles, x0: int, y0: int, w: int, h: int) -> NDArray[np.int64]:
    """Return the number of the nearest triangle of each pixel of the window, shape (h * w,); -1 where none."""
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
        n = count[begin:stop]
        j = np.arange(int(n.sum())) - np.repeat(np.cumsum(n) - n, n)
        z = np.repeat(start_z[begin:stop], n) + np.repeat(step_z[begin:stop], n) * j
        # Depth in the high half, triangle in the low half: one maximum decides both.
        key = (np.clip(z, 0, 2**31 - 2).astype(np.int64) << 32) | np.repeat(t[begin:stop], n)
        np.maximum.at(best, np.repeat(start_at[begin:stop], n) + j, key)
        begin = stop
    return np.where(best >= 0, best & 0xFFFFFFFF, -1)


def _interpolate(tri: _Triangles, winner: NDArray[np.int64], out: GBuffer) -> None:
    """Fill the buffer with what the winning triangles hold at the pixel centres."""
    w = out.part.shape[1]
    hit = np.flatnonzero(winner >= 0)
    used = np.zeros(len(tri.part), bool)
    used[winner[hit]] = True
    k = (np.cumsum(used) - 1)[winner[hit]]
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
    value = gx[k]
    value *= x[:, None]
    step = gy[k]
    step *= y[:, None]
    value += step
    value += at[:, 0].astype(np.float32)[k]
    normal = value[:, 1:4]
    flip = (normal[:, 2] < 0) & tri.two_sided[used][k]
    normal[flip] *= -1
    normal /= np.sqrt((normal * normal).sum(1, keepdims=True)) + np.float32(1e-12)
    out.part.ravel()[hit] = tri.part[used][k]
    out.depth.ravel()[hit] = value[:, 0]
    out.normal.reshape(-1, 3)[hit] = normal
    out.uv.reshape(-1, 2)[hit] = value[:, 4:]
    out.v_rate.ravel()[hit] = np.hypot(gx[:, 5], gy[:, 5])[k]
