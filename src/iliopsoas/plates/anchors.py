"""Where a label points: a pixel well inside what is visible of a structure, or a bony point that is not covered."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from iliopsoas.plates.composite import SOLID, merged
from iliopsoas.plates.layers import AREAS, Sheet
from iliopsoas.plates.view import View

STEP = 4  # the search grid, pixels
LEAST_PX = 40  # fewer visible pixels than this are not worth a label
NEAR_POINT_M = 0.004  # a landmark counts as visible with this much in front of it (its own bone, a thin edge)
NEAR_POINT_PX = 5
LEAST_FADE = 0.6


class Visible:
    """What is visible of a sheet with some layers shown, ready to be asked for anchors.

    Parameters
    ----------
    sheet : Sheet
    view : View
    on : iterable of str or None
        Layers shown, as in `composite`.
    """

    def __init__(self, sheet: Sheet, view: View, on: Iterable[str] | None = None) -> None:
        self.sheet = sheet
        self.view = view
        self.shown = sheet.shown(on)
        m = merged(sheet, self.shown)
        self.depth = m.depth.astype(np.int32)
        self.index = m.index.copy()
        for layer in sheet.layers:
            if layer.glass and layer.id in self.shown:
                self._add_glass(layer)
        self.area = np.zeros_like(self.index)
        if sheet.areas is not None and AREAS in self.shown:
            on_layer = np.zeros(256, bool)
            for p in sheet.parts:
                on_layer[p.index] = p.layer in self.shown
            index = sheet.placed(sheet.areas.index, sheet.areas.box)
            depth = sheet.placed(sheet.areas.depth, sheet.areas.box).astype(np.int32)
            seen = on_layer[index] & (self.depth <= depth + sheet.rules.eps)
            self.area = np.where(seen, index, 0).astype(np.uint8)
        w, h = sheet.size_px
        rim = int(np.ceil(sheet.rules.fade * LEAST_FADE))
        for image in (self.index, self.area):
            image[:rim] = image[h - rim :] = 0
            image[:, :rim] = image[:, w - rim :] = 0

    def _add_glass(self, layer: object) -> None:
        """Glass has pixels of its own only where nothing else is."""
        x, y, w, h = layer.box  # type: ignore[attr-defined]
        at = (slice(y, y + h), slice(x, x + w))
        free = (self.index[at] == 0) & (layer.rgba[..., 3] > 0)  # type: ignore[attr-defined]
        self.index[at][free] = layer.index[free]  # type: ignore[attr-defined]

    def of_parts(self, parts: Iterable[str]) -> tuple[float, float] | None:
        """Return the deepest visible pixel of some parts or areas together; None when too little of them shows."""
        wanted, areas = np.zeros(256, bool), np.zeros(256, bool)
        for part_id in parts:
            row = self.sheet.part(part_id)
            (wanted if row.parent is None else areas)[row.index] = True
        at = _deepest(wanted[self.index[::STEP, ::STEP]] | areas[self.area[::STEP, ::STEP]])
        if at is not None:
            return float(at[0] * STEP), float(at[1] * STEP)
        fine = wanted[self.index] | areas[self.area]
        return _deepest(fine) if int(fine.sum()) >= LEAST_PX else None

    def of_point(self, point: Iterable[float]) -> tuple[float, float] | None:
        """Return the pixel of a body point (metres), or None when it is covered or outside the picture."""
        x, y, depth_m = self.view.project(list(point))
        far, near = self.sheet.depth_range_m
        w, h = self.sheet.size_px
        cx, cy = int(np.floor(x)), int(np.floor(y))
        r = NEAR_POINT_PX
        y0, y1, x0, x1 = max(0, cy - r), min(h, cy + r + 1), max(0, cx - r), min(w, cx + r + 1)
        if y0 >= y1 or x0 >= x1:
            return None
        steps = (depth_m - far) / (near - far) * 65534 + 1
        slack = NEAR_POINT_M / (near - far) * 65534
        fits = (self.index[y0:y1, x0:x1] > 0) & (np.abs(self.depth[y0:y1, x0:x1] - steps) <= slack)
        if not fits.any():
            return None
        py, px = np.nonzero(fits)
        best = int(np.argmin((px + x0 - x + 0.5) ** 2 + (py + y0 - y + 0.5) ** 2))
        return float(px[best] + x0), float(py[best] + y0)


def _deepest(mask: NDArray[np.bool_]) -> tuple[float, float] | None:
    """Return x, y of the cell farthest inside a mask (largest mean around it), None for fewer than 8 cells."""
    rows, cols = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if len(rows) == 0:
        return None
    y0, x0 = rows[0], cols[0]
    inner = mask[y0 : rows[-1] + 1, x0 : cols[-1] + 1]
    area = int(inner.sum())
    if area < 8:
        return None
    radius = int(np.clip(0.22 * np.sqrt(area), 1, 5))
    score = inner.astype(np.float32)
    for r in (radius, max(1, radius // 2)):
        score = _mean(score, r)
    # Of equally deep cells take the one nearest to the middle of the mask: steadier from subset to subset.
    cy, cx = (float(k.mean()) for k in np.nonzero(inner))
    yy, xx = np.ogrid[: inner.shape[0], : inner.shape[1]]
    away = np.hypot(yy - cy, xx - cx) / max(inner.shape)
    score = np.where(inner, np.minimum(score, 0.97) - 0.03 * away, -1)
    y, x = np.unravel_index(int(score.argmax()), score.shape)
    return float(x + x0), float(y + y0)


def _mean(a: NDArray[np.float32], r: int) -> NDArray[np.float32]:
    """Return the mean over a square window; outside counts as 0."""
    for axis in (0, 1):
        pad = [(r + 1, r) if k == axis else (0, 0) for k in (0, 1)]
        total = np.cumsum(np.pad(a, pad), axis, dtype=np.float64)
        n = a.shape[axis]
        hi = np.take(total, np.arange(n) + 2 * r + 1, axis)
        a = ((hi - np.take(total, np.arange(n), axis)) / (2 * r + 1)).astype(np.float32)
    return a


def is_solid(sheet: Sheet, layer_id: str) -> NDArray[np.bool_]:
    """Return where a layer owns its pixels, on the whole sheet (for checks)."""
    layer = next(k for k in sheet.layers if k.id == layer_id)
    return sheet.placed(layer.rgba[..., 3] >= SOLID, layer.box)
