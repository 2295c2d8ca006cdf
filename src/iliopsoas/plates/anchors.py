"""Where a label points: a pixel well inside what is visible of a structure, or a bony point that is not covered."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from iliopsoas.plates.layers import AREAS, Sheet
from iliopsoas.plates.merge import Window, merged
from iliopsoas.plates.tints import shown_areas
from iliopsoas.plates.view import View

Pixel = tuple[float, float]
STEP = 4  # the search grid, pixels
LEAST_CELLS = 8
LEAST_PX = 40  # fewer visible pixels than this are not worth a label
NEAR_POINT_M = 0.004  # a landmark counts as visible when the surface shown there is no farther from it in depth
NEAR_POINT_PX = 5
FADED = 0.6  # labels keep out of the outer part of the fading rim


class Visible:
    """What is visible of a sheet with some layers shown, ready to be asked for anchors.

    Parameters
    ----------
    sheet : Sheet
    view : View
    on : iterable of str or None
        Layers shown, as in `composite`.
    memo : dict, optional
        Anchors found before for the same visible shape; share it between subsets of one sheet.
    """

    def __init__(self, sheet: Sheet, view: View, on: Iterable[str] | None = None, memo: dict | None = None) -> None:
        self.sheet = sheet
        self.view = view
        self.shown = sheet.shown(on)
        self._memo = {} if memo is None else memo
        self._coarse = self._look(Window(0, 0, *sheet.size_px, STEP))[:2]

    def of_parts(self, parts: Iterable[str]) -> Pixel | None:
        """Return the deepest visible pixel of some parts or areas together; None when too little of them shows."""
        wanted, areas = np.zeros(256, bool), np.zeros(256, bool)
        for part_id in parts:
            row = self.sheet.part(part_id)
            (wanted if row.parent is None else areas)[row.index] = True
        index, area = self._coarse
        seen = index.tobytes().translate(wanted.tobytes())  # many times faster than by array
        if areas.any():
            seen = (np.frombuffer(seen, bool) | areas[area].ravel()).tobytes()
        if seen not in self._memo:
            mask = np.frombuffer(seen, bool).reshape(index.shape)
            self._memo[seen] = _deepest(mask) if seen.count(1) >= LEAST_CELLS else None
        at = self._memo[seen]
        if at is not None:
            return at[0] * STEP, at[1] * STEP
        return self._of_thin(wanted, areas)

    def _of_thin(self, wanted: NDArray[np.bool_], areas: NDArray[np.bool_]) -> Pixel | None:
        """Look at every pixel where the parts are drawn at all: the grid is too coarse for thin ones."""
        key = (wanted.tobytes(), areas.tobytes())
        if key not in self._memo:
            self._memo[key] = self._extent(wanted, areas)
        extent = self._memo[key]
        if extent is None:
            return None
        x0, y0 = extent[:2]
        index, area, _ = self._look(Window(*extent))
        mask = wanted[index] | areas[area]
        if int(mask.sum()) < LEAST_PX or _mean(mask.astype(np.float32), 1).max() < 0.99:
            return None  # too little, or a sliver nowhere three pixels wide: a dot there would point at something else
        x, y = _deepest(mask)
        return x + x0, y + y0

    def _extent(self, wanted: NDArray[np.bool_], areas: NDArray[np.bool_]) -> tuple[int, int, int, int] | None:
        """Return the box of everything drawn of some parts, whether covered or not."""
        boxes = []
        for layer in self.sheet.layers:
            boxes += _boxes(wanted[layer.index], layer.box[:2])
        if self.sheet.areas is not None:
            boxes += _boxes(areas[self.sheet.areas.index], self.sheet.areas.box[:2])
        if not boxes:
            return None
        x0, y0, x1, y1 = zip(*boxes, strict=True)
        return min(x0), min(y0), max(x1), max(y1)

    def of_point(self, point: Iterable[float]) -> Pixel | None:
        """Return the pixel of a body point (metres), or None when it is covered or outside the picture."""
        x, y, depth_m = self.view.project(list(point))
        w, h = self.sheet.size_px
        cx, cy, r = int(np.floor(x)), int(np.floor(y)), NEAR_POINT_PX
        window = Window(max(0, cx - r), max(0, cy - r), min(w, cx + r + 1), min(h, cy + r + 1))
        if 0 in window.shape:
            return None
        index, _, depth = self._look(window)
        slack = NEAR_POINT_M * self.sheet.steps_per_m
        py, px = np.nonzero((index > 0) & (np.abs(depth - self.sheet.steps_of(float(depth_m))) <= slack))
        if len(py) == 0:
            return None
        best = int(np.argmin((px + window.x0 + 0.5 - x) ** 2 + (py + window.y0 + 0.5 - y) ** 2))
        return float(px[best] + window.x0), float(py[best] + window.y0)

    def _look(self, window: Window) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int32]]:
        """Return visible part numbers, visible area numbers and depth of a window; nothing in the fading rim."""
        m = merged(self.sheet, self.shown, window)
        depth, index, area = m.depth.astype(np.int32), m.index, np.zeros_like(m.index)
        for layer in self.sheet.layers:
            if layer.glass and layer.id in self.shown:  # glass has pixels of its own only where nothing else is
                to, frm = window.overlap(layer.box)
                free = (index[to] == 0) & (layer.rgba[frm][..., 3] > 0)
                index[to][free] = layer.index[frm][free]
                depth[to][free] = layer.depth[frm][free]
        over = self.sheet.areas
        if over is not None and AREAS in self.shown:
            to, frm = window.overlap(over.box)
            seen = shown_areas(self.sheet, self.shown, over.index[frm], index[to])
            seen &= m.depth[to] <= over.depth[frm].astype(np.int32) + self.sheet.rules.eps
            area[to] = np.where(seen, over.index[frm], 0)
        w, h = self.sheet.size_px
        rim = int(np.ceil(self.sheet.rules.fade * FADED))
        x = np.arange(window.x0, window.x1, window.step)
        y = np.arange(window.y0, window.y1, window.step)
        faded = ((y < rim) | (y >= h - rim))[:, None] | ((x < rim) | (x >= w - rim))[None]
        index[faded] = area[faded] = 0
        return index, area, depth


def _boxes(mask: NDArray[np.bool_], origin: tuple[int, int]) -> list[tuple[int, int, int, int]]:
    """Return the bounding box x0, y0, x1, y1 of a mask in a list, an empty list when nothing is set."""
    rows, cols = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if len(rows) == 0:
        return []
    x, y = origin
    return [(x + int(cols[0]), y + int(rows[0]), x + int(cols[-1]) + 1, y + int(rows[-1]) + 1)]


def _deepest(mask: NDArray[np.bool_]) -> Pixel:
    """Return x, y of the cell farthest inside a mask: of those with the fullest surroundings the most central one."""
    x0, y0, x1, y1 = _boxes(mask, (0, 0))[0]
    inner = mask[y0:y1, x0:x1]
    radius = int(np.clip(0.22 * np.sqrt(inner.sum()), 1, 5))
    score = inner.astype(np.float32)
    for r in (radius, max(1, radius // 2)):
        score = _mean(score, r)
    ys, xs = np.nonzero(inner)
    away = np.hypot(ys - ys.mean(), xs - xs.mean()) / max(inner.shape)
    best = int(np.argmax(np.minimum(score[ys, xs], 0.97) - 0.03 * away))
    return float(xs[best] + x0), float(ys[best] + y0)


def _mean(a: NDArray[np.float32], r: int) -> NDArray[np.float32]:
    """Return the mean over a square window; outside counts as 0."""
    for axis in (0, 1):
        n, size = a.shape[axis], 2 * r + 1
        wide = np.zeros([k + (size if k_axis == axis else 0) for k_axis, k in enumerate(a.shape)])
        inner = (slice(r + 1, r + 1 + n), slice(None)) if axis == 0 else (slice(None), slice(r + 1, r + 1 + n))
        wide[inner] = a
        total = np.cumsum(wide, axis, out=wide)
        low, high = (total[:n], total[size:]) if axis == 0 else (total[:, :n], total[:, size:])
        a = ((high - low) / size).astype(np.float32)
    return a
