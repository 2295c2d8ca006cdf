"""What is nearest in every pixel of some layers: the first step of every picture, and all that labels need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from iliopsoas.plates.layers import Box, Overlay, Sheet, SheetLayer

SOLID = 128  # a pixel with at least this alpha owns its depth and number


@dataclass(frozen=True)
class Window:
    """Every `step`-th pixel of a part of the sheet: x and y from the first to before the last."""

    x0: int
    y0: int
    x1: int
    y1: int
    step: int = 1

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return max(0, -(-(self.y1 - self.y0) // self.step)), max(0, -(-(self.x1 - self.x0) // self.step))

    def overlap(self, box: Box) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
        """Return where a cropped image falls into the window, and what of the image that is."""
        x, y, w, h = box
        rows, cols = self.shape
        to_y, from_y = self._along(self.y0, rows, y, h)
        to_x, from_x = self._along(self.x0, cols, x, w)
        return (to_y, to_x), (from_y, from_x)

    def _along(self, start: int, count: int, first: int, size: int) -> tuple[slice, slice]:
        i0 = max(0, -(-(first - start) // self.step))
        i1 = max(i0, min(count, -(-(first + size - start) // self.step)))
        at = start + i0 * self.step - first
        return slice(i0, i1), slice(at, at + (i1 - i0) * self.step, self.step)


@dataclass(frozen=True, eq=False)
class Merged:
    """What is nearest in every pixel, glass left out: depth (uint16), part number and layer number (uint8; 0 empty)."""

    depth: NDArray[np.uint16]
    index: NDArray[np.uint8]
    layer: NDArray[np.uint8]


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


def place(image: SheetLayer | Overlay) -> tuple[slice, slice]:
    """Return the rows and columns of the sheet that a cropped image covers."""
    x, y, w, h = image.box
    return slice(y, y + h), slice(x, x + w)
