"""Layers to picture: merge by depth, shade where things touch, tint what is lit, show what is hidden.

`widgets/acetates.js` does the same, step for step, with the constants that travel in the pack (`layers.Rules`). The
steps are written so that plain typed arrays can follow them; a test compares the two pixel by pixel.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from iliopsoas.plates.layers import AREAS, Rules, Sheet, SheetLayer, Window
from iliopsoas.plates.palette import rgb

F32 = NDArray[np.float32]
SOLID = 128  # a pixel with at least this alpha owns its depth and number
GHOST, SHOWN, BEHIND, LIT = 1, 2, 3, 4  # states of a key, weakest first


@dataclass(frozen=True, eq=False)
class Merged:
    """What is nearest in every pixel, glass left out: depth (uint16), part number and layer number (uint8; 0 empty)."""

    depth: NDArray[np.uint16]
    index: NDArray[np.uint8]
    layer: NDArray[np.uint8]


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
    _paint(colour, cover, _keys(sheet, shown, lit_table, m), sheet)
    for layer in sheet.layers:
        if layer.glass and layer.id in shown:
            _glass(colour, cover, m.depth, layer)
    alpha = cover * _fade(sheet)
    straight = np.minimum(colour / np.maximum(cover, 1e-6)[..., None], 255)
    out = np.concatenate([straight, alpha[..., None] * 255], 2) + np.float32(0.5)
    out[cover <= 0] = 0
    return out.astype(np.uint8)


def merged(sheet: Sheet, on: Iterable[str] | None = None, window: Window | None = None) -> Merged:
    """Return what is nearest in every pixel (of a window) for the layers shown; glass owns nothing."""
    shown = sheet.shown(on)
    window = window or Window(0, 0, *sheet.size_px)
    depth, index = np.zeros(window.shape, np.uint16), np.zeros(window.shape, np.uint8)
    number = np.zeros(window.shape, np.uint8)
    for k, layer in enumerate(sheet.layers, 1):
        if layer.glass or layer.id not in shown:
            continue
        to, frm = window.overlap(layer.box)
        its_depth = layer.depth[frm]
        nearer = (layer.rgba[frm][..., 3] >= SOLID) & (its_depth >= depth[to])
        depth[to][nearer] = its_depth[nearer]
        index[to][nearer] = layer.index[frm][nearer]
        number[to][nearer] = k
    return Merged(depth, index, number)


def part_at(sheet: Sheet, x: int, y: int, on: Iterable[str] | None = None, lit: Iterable[str] = ()) -> str | None:
    """Return the id of the area, else the part, that a reader points at; None for paper."""
    shown = sheet.shown(on)
    w, h = sheet.size_px
    if not (0 <= x < w and 0 <= y < h):
        return None
    m = merged(sheet, shown)
    key = int(_keys(sheet, shown, sheet.lit_table(lit), m, ghosts=False)[y, x])
    row = {p.index: p for p in sheet.parts}
    if key >> 8 in (SHOWN, LIT) and row[key & 255].parent is not None:
        return row[key & 255].id
    index = int(m.index[y, x])
    for layer in sheet.layers:
        bx, by, bw, bh = layer.box
        if layer.glass and layer.id in shown and index == 0 and bx <= x < bx + bw and by <= y < by + bh:
            index = int(layer.index[y - by, x - bx])
    return row[index].id if index else None


def _at(layer_or_overlay: object) -> tuple[slice, slice]:
    x, y, w, h = layer_or_overlay.box  # type: ignore[attr-defined]
    return slice(y, y + h), slice(x, x + w)


def _blend(sheet: Sheet, shown: frozenset[str]) -> tuple[F32, F32]:
    """Return premultiplied colour (0..255) and cover (0..1) of the opaque layers, near to far in each pixel."""
    w, h = sheet.size_px
    colour, cover = np.zeros((h, w, 3), np.float32), np.zeros((h, w), np.float32)
    layers = [k for k in sheet.layers if k.id in shown and not k.glass and k.rgba.size]
    count = np.zeros((h, w), np.uint8)
    for layer in layers:
        count[_at(layer)] += layer.rgba[..., 3] > 0
    crowded = np.flatnonzero(count.ravel() > 1)
    rank = np.zeros((len(layers), len(crowded)), np.int32)  # depth, then place in the order; 0 where nothing is
    pixels = np.zeros((len(layers), len(crowded), 4), np.uint8)
    for k, layer in enumerate(layers):
        at = _at(layer)
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
        rank[k, inside] = np.where(rgba[:, 3] > 0, layer.depth[py, px].astype(np.int32) * 16 + k + 1, 0)
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


def _keys(
    sheet: Sheet, shown: frozenset[str], lit: NDArray[np.bool_], m: Merged, ghosts: bool = True
) -> NDArray[np.uint16]:
    """Return state * 256 + number for every pixel that takes a tint (number: layer of a ghost, else part)."""
    keys = np.zeros(m.depth.shape, np.uint16)
    eps = sheet.rules.eps
    near = m.depth.astype(np.int32)
    hard = _hard(sheet)
    for k, layer in enumerate(sheet.layers, 1):
        if layer.ghost and ghosts and layer.id in shown:
            at = _at(layer)
            hidden = (layer.rgba[..., 3] >= SOLID) & (near[at] > layer.depth.astype(np.int32) + eps)
            hidden &= hard[m.index[at]]  # a muscle under a muscle is what one expects; under bone it wants showing
            keys[at][hidden] = GHOST * 256 + k
    shown_layers = [k for k in sheet.layers if k.id in shown]
    if not lit.any() and AREAS not in shown:
        return keys
    for layer in shown_layers:
        at = _at(layer)
        chosen = (layer.rgba[..., 3] >= SOLID) & lit[layer.index]
        if chosen.any():
            _write(keys[at], chosen, layer.index, near[at] > layer.depth.astype(np.int32) + eps)
    if sheet.areas is not None:
        over = sheet.areas
        at = _at(over)
        present = _on_shown_layer(sheet, shown)[over.index]
        hidden = near[at] > over.depth.astype(np.int32) + eps
        _write(keys[at], present & lit[over.index], over.index, hidden)
        if AREAS in shown:
            plain = shown_areas(sheet, shown, over.index, m.index[at]) & ~lit[over.index] & ~hidden
            plain &= keys[at] >> 8 <= SHOWN
            keys[at][plain] = SHOWN * 256 + over.index[plain].astype(np.uint16)
    return keys


def shown_areas(
    sheet: Sheet, shown: frozenset[str], area: NDArray[np.uint8], behind: NDArray[np.uint8]
) -> NDArray[np.bool_]:
    """Return where an area that is switched on may be painted, given area numbers and the parts merged there.

    Through glass bone one would see its areas painted over the muscle behind: that muscle is left clean.
    """
    glass = {k.id for k in sheet.layers if k.glass}
    in_glass = np.zeros(256, bool)
    in_glass[[p.index for p in sheet.parts if p.layer in glass]] = True
    return _on_shown_layer(sheet, shown)[area] & (~in_glass[area] | (behind == 0) | _hard(sheet)[behind])


def _on_shown_layer(sheet: Sheet, shown: frozenset[str]) -> NDArray[np.bool_]:
    table = np.zeros(256, bool)
    table[[p.index for p in sheet.parts if p.layer in shown]] = True
    return table


def _hard(sheet: Sheet) -> NDArray[np.bool_]:
    table = np.zeros(256, bool)
    table[[p.index for p in sheet.parts if p.hard]] = True
    return table


def _write(
    keys: NDArray[np.uint16], chosen: NDArray[np.bool_], index: NDArray[np.uint8], hidden: NDArray[np.bool_]
) -> None:
    """Write lit pixels where they are at least as strong as what is there."""
    state = np.where(hidden, BEHIND, LIT).astype(np.uint16)
    chosen = chosen & (state >= keys >> 8)
    keys[chosen] = state[chosen] * 256 + index[chosen]


def _paint(colour: F32, cover: F32, keys: NDArray[np.uint16], sheet: Sheet) -> None:
    """Tint the keyed pixels and outline them; both are softened over 3 x 3 pixels."""
    rows, cols = np.flatnonzero(keys.any(1)), np.flatnonzero(keys.any(0))
    if len(rows) == 0:
        return
    h, w = keys.shape
    y0, y1 = max(0, int(rows[0]) - 1), min(h, int(rows[-1]) + 2)
    x0, x1 = max(0, int(cols[0]) - 1), min(w, int(cols[-1]) + 2)
    rules = sheet.rules
    near = np.pad(keys[y0:y1, x0:x1], 1)
    table = np.zeros((5 * 256, 3), np.float32)
    for k, layer in enumerate(sheet.layers, 1):
        table[GHOST * 256 + k] = rgb(layer.colour)
    for p in sheet.parts:
        for state in (SHOWN, BEHIND, LIT):
            table[state * 256 + p.index] = rgb(p.tint)
    any_key = near > 0
    touched = np.zeros((y1 - y0, x1 - x0), bool)
    for dy in range(3):
        for dx in range(3):
            touched |= any_key[dy : dy + y1 - y0, dx : dx + x1 - x0]
    py, px = np.nonzero(touched)
    here = near[py + 1, px + 1]
    fill, edge = np.array(rules.fill, np.float32), np.array(rules.edge, np.float32)
    hatch = np.array(rules.hatch, np.float32)
    tint, mean = np.zeros((len(py), 3), np.float32), np.zeros((len(py), 3), np.float32)
    share, weight = np.zeros(len(py), np.float32), np.zeros(len(py), np.float32)
    differing = np.zeros(len(py), np.int32)
    strongest: NDArray[np.int32] = np.zeros(len(py), np.int32)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            q = near[py + 1 + dy, px + 1 + dx]
            level = (q >> 8).astype(np.int32)
            dose = fill[level] / 9
            dose *= np.where(level == BEHIND, hatch[(px + x0 + dx + py + y0 + dy) & 7], 1)
            of_key = table[q]
            tint += of_key * dose[:, None]
            share += dose
            some = (level > 0).astype(np.float32) / 9
            mean += of_key * some[:, None]
            weight += some
            differing += (q != here).astype(np.int32)
            np.maximum(strongest, level, out=strongest)
    at = (py + y0, px + x0)
    c, cov = colour[at], cover[at]
    bright = (c @ np.array([0.299, 0.587, 0.114], np.float32)) / np.maximum(255 * cov, 1e-6)
    glow = np.minimum(rules.lum[0] + rules.lum[1] * np.where(cov > 0, bright, 1), 1).astype(np.float32)
    c = c * (1 - share[:, None]) + tint * glow[:, None]
    cov = cov * (1 - share) + share
    e = np.minimum(np.float32(1), differing * np.float32(rules.gain)) * edge[strongest]
    ax, ay = at[1], at[0]
    dash = (ax + 2 * ay >> 3) & 1
    e = e * np.where((strongest == GHOST) | (strongest == BEHIND), dash, 1)
    line = mean / weight[:, None] * np.float32(rules.line)
    colour[at] = c * (1 - e[:, None]) + line * e[:, None]
    cover[at] = cov * (1 - e) + e


def _glass(colour: F32, cover: F32, depth: NDArray[np.uint16], layer: SheetLayer) -> None:
    """Lay glass over what is behind it and under what is in front."""
    at = _at(layer)
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
