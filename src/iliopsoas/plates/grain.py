"""What a cut face looks like: muscle as bundles with dotted fibres, bone as a compact rim round spongy bone.

Sizes are drawing choices; they say which tissue is cut, not how large its fibres are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from iliopsoas.plates.raster import GBuffer

F32 = NDArray[np.float32]
BUNDLE_M, DOT_M, SPONGE_M, RIM_M, EDGE_M = 0.0042, 0.00125, 0.0016, 0.0017, 0.0011
_RANDOM = np.random.default_rng(7).random((64, 64, 3)).astype(np.float32)


def tones(g: GBuffer, grains: Sequence[str], pixel_m: float) -> F32:
    """Return how much lighter (+) or darker (-) each pixel is than an even wash, shape (h, w).

    Parameters
    ----------
    g : GBuffer
        Its fibre coordinates are places in the cut, metres.
    grains : sequence of str
        Per mesh, as `Look.grain`.
    pixel_m : float
        Size of a pixel of `g`, metres.
    """
    out = np.zeros(g.part.shape, np.float32)
    kind = np.array([*grains, ""])[g.part]
    muscle, bone = kind == "muscle", kind == "bone"
    if muscle.any():
        out[muscle] = _muscle(g.uv[muscle])
    if bone.any():
        out[bone] = _sponge(g.uv[bone])
        out[_rim(g.part, RIM_M / pixel_m) & bone] = 0.16
    cut = kind != ""
    out[_rim(g.part, EDGE_M / pixel_m) & cut & ~bone] -= 0.07
    return out


def _muscle(uv: F32) -> F32:
    """Return bundles parted by pale seams, with darker dots for the fibres in them."""
    first, second, which = _cells(uv, BUNDLE_M)
    seam = np.clip(1 - (second - first) / np.float32(0.16), 0, 1)
    near, _, lot = _cells(uv, DOT_M)
    dot = np.clip((0.38 - near) / 0.14, 0, 1) * (lot < 0.7)
    out: F32 = 0.12 * (which - 0.5) + 0.24 * seam - 0.26 * dot * (1 - seam)
    return out


def _sponge(uv: F32) -> F32:
    near, far, lot = _cells(uv, SPONGE_M)
    beam = np.clip(1 - (far - near) / np.float32(0.22), 0, 1)
    out: F32 = -0.10 + 0.14 * beam - 0.10 * (lot < 0.3) * (1 - beam)
    return out


def _cells(uv: F32, size_m: float) -> tuple[F32, F32, F32]:
    """Return distance to the nearest and the second nearest of scattered points (cells), and the nearest one's lot."""
    at = uv / np.float32(size_m)
    cell = np.floor(at).astype(np.int64)
    first, second = np.full(len(at), 9, np.float32), np.full(len(at), 9, np.float32)
    lot = np.zeros(len(at), np.float32)
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            near = cell + np.array([dx, dy])
            r = _RANDOM[near[:, 0] % 64, near[:, 1] % 64]
            d = np.hypot(near[:, 0] + 0.15 + 0.7 * r[:, 0] - at[:, 0], near[:, 1] + 0.15 + 0.7 * r[:, 1] - at[:, 1])
            d = d.astype(np.float32)
            nearer = d < first
            second = np.where(nearer, first, np.minimum(second, d))
            lot = np.where(nearer, r[:, 2], lot)
            first = np.where(nearer, d, first)
    return first, second, lot


def _rim(part: NDArray[np.int16], width_px: float) -> NDArray[np.bool_]:
    """Return the pixels that lie within a width of the edge of their part."""
    edge = np.zeros(part.shape, bool)
    for axis in (0, 1):
        a = tuple(slice(1, None) if k == axis else slice(None) for k in (0, 1))
        b = tuple(slice(None, -1) if k == axis else slice(None) for k in (0, 1))
        other = part[a] != part[b]
        edge[a] |= other
        edge[b] |= other
    for step in range(max(0, round(width_px) - 1)):
        grown = edge.copy()
        grown[1:] |= edge[:-1]
        grown[:-1] |= edge[1:]
        grown[:, 1:] |= edge[:, :-1]
        grown[:, :-1] |= edge[:, 1:]
        if step % 2:  # every second round also over the corners: nearly a circle
            grown[1:, 1:] |= edge[:-1, :-1]
            grown[:-1, :-1] |= edge[1:, 1:]
            grown[1:, :-1] |= edge[:-1, 1:]
            grown[:-1, 1:] |= edge[1:, :-1]
        edge = grown
    return edge
