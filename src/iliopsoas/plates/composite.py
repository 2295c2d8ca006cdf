"""Layers to picture: merge by depth, shade where things touch, tint what is lit, show what is hidden.

`widgets/acetates.js` does the same, step for step, with the constants that travel in the pack (`layers.Rules`). The
steps are written so that plain typed arrays can follow them; a test compares the two pixel by pixel.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from iliopsoas.plates.layers import Rules, Sheet, SheetLayer
from iliopsoas.plates.merge import Merged, merged, place
from iliopsoas.plates.tints import BEHIND, LIT, SHOWN, keys_of, paint

__all__ = ["composite", "lit_mask", "merged", "part_at"]

F32 = NDArray[np.float32]


def composite(sheet: Sheet, on: Iterable[str] | None = None, lit: Iterable[str] = ()) -> NDArray[np.uint8]:
    """Put the layers together.

    Parameters
    ----------
    sheet : Sheet
    on : iterable of str, optional
        Ids of the layers shown (locked ones always are); by default those that are on at first.
    lit : iterable of str
        Ids of parts and areas to highlight; where something covers them they shine through, hatched.

    Returns
    -------
    ndarray of uint8, shape (h, w, 4)
        Straight alpha.

    Raises
    ------
    UnknownName
        For an unknown layer, part or area id.
    """
    shown = sheet.shown(on)
    lit_table = sheet.lit_table(lit)
    m = merged(sheet, shown)
    colour, cover = _blend(sheet, shown)
    _seams(colour, m, sheet.rules)
    _shadow(colour, cover, m.depth, sheet.rules)
    paint(colour, cover, keys_of(sheet, shown, lit_table, m), sheet)
    for layer in sheet.layers:
        if layer.glass and layer.id in shown:
            _glass(colour, cover, m.depth, layer)
    alpha = cover * _fade(sheet)
    straight = np.minimum(colour / np.maximum(cover, 1e-6)[..., None], 255)
    out = np.concatenate([straight, alpha[..., None] * 255], 2) + np.float32(0.5)
    out[cover <= 0] = 0
    return out.astype(np.uint8)


def lit_mask(sheet: Sheet, on: Iterable[str] | None = None, lit: Iterable[str] = ()) -> NDArray[np.bool_]:
    """Return where `composite` with the same arguments tints what is lit, seen or shining through: shape (h, w)."""
    shown = sheet.shown(on)
    return keys_of(sheet, shown, sheet.lit_table(lit), merged(sheet, shown), ghosts=False) >> 8 >= BEHIND


def part_at(sheet: Sheet, x: int, y: int, on: Iterable[str] | None = None, lit: Iterable[str] = ()) -> str | None:
    """Return the id of the area, else the part, that a reader points at; None for paper."""
    shown = sheet.shown(on)
    w, h = sheet.size_px
    if not (0 <= x < w and 0 <= y < h):
        return None
    m = merged(sheet, shown)
    key = int(keys_of(sheet, shown, sheet.lit_table(lit), m, ghosts=False)[y, x])
    row = {p.index: p for p in sheet.parts}
    if key >> 8 in (SHOWN, LIT) and row[key & 255].parent is not None:
        return row[key & 255].id
    index = int(m.index[y, x])
    for layer in sheet.layers:
        bx, by, bw, bh = layer.box
        if layer.glass and layer.id in shown and index == 0 and bx <= x < bx + bw and by <= y < by + bh:
            index = int(layer.index[y - by, x - bx])
    return row[index].id if index else None


def _blend(sheet: Sheet, shown: frozenset[str]) -> tuple[F32, F32]:
    """Return premultiplied colour (0..255) and cover (0..1) of the opaque layers, near to far in each pixel."""
    w, h = sheet.size_px
    colour, cover = np.zeros((h, w, 3), np.float32), np.zeros((h, w), np.float32)
    layers = [k for k in sheet.layers if k.id in shown and not k.glass and k.rgba.size]
    count = np.zeros((h, w), np.uint8)
    for layer in layers:
        count[place(layer)] += layer.rgba[..., 3] > 0
    crowded = np.flatnonzero(count.ravel() > 1)
    rank = np.zeros((len(layers), len(crowded)), np.int32)  # depth, then place in the order; 0 where nothing is
    pixels = np.zeros((len(layers), len(crowded), 4), np.uint8)
    for k, layer in enumerate(layers):
        at = place(layer)
        alone = (count[at] == 1) & (layer.rgba[..., 3] > 0)
        a = layer.rgba[alone][:, 3:].astype(np.float32) / np.float32(255)
        colour[at][alone] = layer.rgba[alone][:, :3] * a
        cover[at][alone] = a[:, 0]
        x, y, bw, bh = layer.box
        px, py = crowded % w - x, crowded // w - y
        inside = np.flatnonzero((px >= 0) & (px < bw) & (py >= 0) & (py < bh))
        px, py = px[inside], py[inside]
        rgba = layer.rgba[py, px]
        pixels[k, inside] = rgba
        rank[k, inside] = np.where(rgba[:, 3] > 0, layer.depth[py, px].astype(np.int32) * 256 + k + 1, 0)
    order = np.argsort(-rank, axis=0, kind="stable")
    near = np.take_along_axis(pixels, order[..., None], 0)
    c, q = np.zeros((len(crowded), 3), np.float32), np.zeros(len(crowded), np.float32)
    for k in range(len(layers)):
        share = (1 - q) * (near[k, :, 3] / np.float32(255))
        c += near[k, :, :3] * share[:, None]
        q += share
    colour.reshape(-1, 3)[crowded] = c
    cover.ravel()[crowded] = q
    return colour, cover


def _seams(colour: F32, m: Merged, rules: Rules) -> None:
    """Draw a soft line where two layers meet without a step."""
    h, w = m.layer.shape
    count = np.zeros((h, w), np.uint8)
    depth = m.depth.astype(np.int32)
    for dy, dx in ((0, 1), (1, -1), (1, 0), (1, 1)):
        a = (slice(0, h - dy), slice(max(0, -dx), w - max(0, dx)))
        b = (slice(dy, h), slice(max(0, dx), w - max(0, -dx)))
        meet = (m.layer[a] != m.layer[b]) & (m.layer[a] > 0) & (m.layer[b] > 0)
        meet &= np.abs(depth[a] - depth[b]) <= rules.seam_jump
        count[a] += meet
        count[b] += meet
    hit = count > 0
    strength = np.minimum(np.float32(1), count[hit] * np.float32(rules.seam_gain)) * np.float32(rules.seam_strength)
    colour[hit] *= (1 - strength)[:, None]


def _window_sum(a: NDArray[np.float64], radius: int) -> NDArray[np.float64]:
    """Return the sum over a square window, cut off at the borders."""
    for axis in (1, 0):
        n = a.shape[axis]
        total = np.concatenate([np.zeros_like(np.take(a, [0], axis)), np.cumsum(a, axis)], axis)
        hi = np.minimum(np.arange(n) + radius + 1, n)
        lo = np.maximum(np.arange(n) - radius, 0)
        a = np.take(total, hi, axis) - np.take(total, lo, axis)
    return a


def _shadow(colour: F32, cover: F32, depth: NDArray[np.uint16], rules: Rules) -> None:
    """Darken what lies close behind something nearer: the mean depth around a pixel against its own."""
    g = rules.grid
    h, w = depth.shape
    cells = depth[::g, ::g].astype(np.float64)
    some = (cells > 0).astype(np.float64)
    drawn = depth > 0
    here = depth.astype(np.float32)
    shade = np.zeros((h, w), np.float32)
    for ring in rules.rings:
        total, weight = (_window_sum(_window_sum(a, ring.r1), ring.r2) for a in (cells, some))
        n = _enlarged(total, g, (h, w), ring.shift)
        k = _enlarged(weight, g, (h, w), ring.shift)
        ratio = np.divide(n, k, out=here.copy(), where=k > 0)
        x = (ratio - here) / np.float32(ring.range)
        shade += np.where(x > 0, x / (1 + x * x / 4), np.maximum(x, -rules.low))  # far cover casts no contact shadow
    shade /= len(rules.rings)
    for c in range(3):
        band = colour[..., c]
        darker = np.minimum(band * (1 - np.float32(rules.strength[c]) * shade), 255 * cover)
        colour[..., c] = np.where(drawn, darker, band)


def _enlarged(cells: NDArray[np.float64], g: int, shape: tuple[int, int], shift: tuple[int, int]) -> F32:
    """Return the grid enlarged `g` times by straight interpolation, moved by whole cells."""
    out = cells
    for axis, size, s in ((0, shape[0], shift[1]), (1, shape[1], shift[0])):
        at = np.arange(size)
        low = np.clip(at // g - s, 0, cells.shape[axis] - 1)
        high = np.clip(at // g + 1 - s, 0, cells.shape[axis] - 1)
        f = (at % g) / g
        f = f[:, None] if axis == 0 else f[None]
        out = np.take(out, low, axis) * (1 - f) + np.take(out, high, axis) * f
    return out.astype(np.float32)


def _glass(colour: F32, cover: F32, depth: NDArray[np.uint16], layer: SheetLayer) -> None:
    """Lay glass over what is behind it and under what is in front."""
    at = place(layer)
    a = layer.rgba[..., 3].astype(np.float32) / np.float32(255)
    front = layer.depth >= depth[at]
    c, q = colour[at], cover[at]
    keep = np.where(front, 1 - a, 1)
    share = np.where(front, a, (1 - q) * a)
    colour[at] = c * keep[..., None] + layer.rgba[..., :3] * share[..., None]
    cover[at] = q * keep + share


def _fade(sheet: Sheet) -> F32:
    """Return how strongly each pixel shows, falling softly to 0 at the picture's edges."""
    w, h = sheet.size_px
    rim = sheet.rules.fade

    def along(n: int) -> F32:
        d = np.minimum(np.arange(n), n - 1 - np.arange(n))
        t = np.minimum(1, (d + 0.5) / rim) if rim else np.ones(n)
        return (t * t * (3 - 2 * t)).astype(np.float32)

    return along(h)[:, None] * along(w)[None]
