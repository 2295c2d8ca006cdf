"""What is laid over the merged picture: areas, what is lit, and what is seen through what covers it.

A key says, for each pixel, what is tinted there and how: its state (ghost, shown, behind, lit) and a number. Painting
softens keys over 3 x 3 pixels, which smooths their edges.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from iliopsoas.plates.layers import AREAS, Sheet
from iliopsoas.plates.merge import SOLID, Merged, place
from iliopsoas.plates.palette import rgb

F32 = NDArray[np.float32]
GHOST, SHOWN, BEHIND, LIT = 1, 2, 3, 4  # states of a key, weakest first


def keys_of(
    sheet: Sheet, shown: frozenset[str], lit: NDArray[np.bool_], m: Merged, ghosts: bool = True
) -> NDArray[np.uint16]:
    """Return state * 256 + number for every pixel that takes a tint (number: layer of a ghost, else part)."""
    keys = np.zeros(m.depth.shape, np.uint16)
    eps = sheet.rules.eps
    near = m.depth.astype(np.int32)
    hard = _hard(sheet)
    for k, layer in enumerate(sheet.layers, 1):
        if layer.ghost and ghosts and layer.id in shown:
            at = place(layer)
            hidden = (layer.rgba[..., 3] >= SOLID) & (near[at] > layer.depth.astype(np.int32) + eps)
            hidden &= hard[m.index[at]]  # a muscle under a muscle is what one expects; under bone it wants showing
            keys[at][hidden] = GHOST * 256 + k
    shown_layers = [k for k in sheet.layers if k.id in shown]
    if not lit.any() and AREAS not in shown:
        return keys
    for layer in shown_layers:
        at = place(layer)
        chosen = (layer.rgba[..., 3] >= SOLID) & lit[layer.index]
        if chosen.any():
            _write(keys[at], chosen, layer.index, near[at] > layer.depth.astype(np.int32) + eps)
    if sheet.areas is not None:
        over = sheet.areas
        at = place(over)
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


def paint(colour: F32, cover: F32, keys: NDArray[np.uint16], sheet: Sheet) -> None:
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
    glow[strongest == BEHIND] = 1  # what is seen through dark flesh must not be dark itself
    c = c * (1 - share[:, None]) + tint * glow[:, None]
    cov = cov * (1 - share) + share
    e = np.minimum(np.float32(1), differing * np.float32(rules.gain)) * edge[strongest]
    ax, ay = at[1], at[0]
    dash = (ax + 2 * ay >> 3) & 1
    e = e * np.where((strongest == GHOST) | (strongest == BEHIND), dash, 1)
    line = mean / weight[:, None] * np.float32(rules.line)
    colour[at] = c * (1 - e[:, None]) + line * e[:, None]
    cover[at] = cov * (1 - e) + e
