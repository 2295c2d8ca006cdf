"""What the frames of a view have in common: it is stored once, with their base, the frame that is shown at first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from iliopsoas.plates.layers import Box, Overlay, Sheet, SheetLayer

if TYPE_CHECKING:
    from iliopsoas.plates.plate import Plate

_WORTH = 0.75  # of a layer: a patch larger than this saves too little
_FRAMED = ("size_px", "depth_range_m", "parts", "rules")  # what all frames of a view have in common


def frame_of(plate: Plate, sheet: Sheet, base: Plate, draft: bool) -> Sheet:
    """Return the sheet of the base, after a look whether the two are frames of one view."""
    still = base.sheet(draft)
    own, first = ([k.id for k in s.layers] for s in (sheet, still))
    if own != first:
        raise ValueError(f"Plate {plate.id!r} has layers {own}, but frame {base.id!r} of the same view has {first}.")
    for name in _FRAMED:
        if getattr(sheet, name) != getattr(still, name):
            raise ValueError(
                f"Plate {plate.id!r} differs in {name} from frame {base.id!r} of the same view; frames along an axis "
                "need the same view, depth_range_m, layers, and parts and areas in the same order."
            )
    return still


def same_image(a: SheetLayer, b: SheetLayer) -> bool:
    """Return whether two layers look the same and lie at the same place."""
    return a.box == b.box and all(
        x is y or np.array_equal(x, y) for x, y in ((a.rgba, b.rgba), (a.depth, b.depth), (a.index, b.index))
    )


def patch_of(layer: SheetLayer, base: SheetLayer) -> list[int] | None:
    """Return the smallest box (x, y, width, height on the sheet) inside the layer's own that holds what differs.

    None where it is most of the layer, or nothing of the layer: then the whole is stored.
    """
    x, y, w, h = layer.box
    if not w or not base.box[2]:
        return None
    differs = np.zeros((h, w), bool)
    for own, other in ((layer.rgba, base.rgba), (layer.depth, base.depth), (layer.index, base.index)):
        there = _within(other, base.box, layer.box)
        differs |= (own != there).reshape(h, w, -1).any(2)
    rows, cols = np.flatnonzero(differs.any(1)), np.flatnonzero(differs.any(0))
    if not len(rows):
        return None
    size = int(cols[-1] - cols[0] + 1), int(rows[-1] - rows[0] + 1)
    if size[0] * size[1] > _WORTH * w * h:
        return None
    return [x + int(cols[0]), y + int(rows[0]), *size]


def _within(image: NDArray, box: Box, wanted: Box) -> NDArray:
    """Return an image cropped to a box as it lies in another box."""
    x, y, w, h = wanted
    out = np.zeros((h, w, *image.shape[2:]), image.dtype)
    x0, x1 = max(x, box[0]), min(x + w, box[0] + box[2])
    y0, y1 = max(y, box[1]), min(y + h, box[1] + box[3])
    if x1 > x0 and y1 > y0:
        out[y0 - y : y1 - y, x0 - x : x1 - x] = image[y0 - box[1] : y1 - box[1], x0 - box[0] : x1 - box[0]]
    return out


def same_areas(a: Overlay | None, b: Overlay | None) -> bool:
    """Return whether two overlays hold the same areas at the same places."""
    if a is None or b is None:
        return a is b
    return a.box == b.box and np.array_equal(a.depth, b.depth) and np.array_equal(a.index, b.index)


def patched(base: SheetLayer, box: Box, patch: Box, *images: NDArray) -> tuple[NDArray, ...]:
    """Return ink, depth and index of a layer of which only a patch differs from its base."""
    x, y, w, h = patch[0] - box[0], patch[1] - box[1], patch[2], patch[3]
    out = []
    of_bases: tuple[NDArray, ...] = (base.rgba, base.depth, base.index)
    for of_base, image in zip(of_bases, images, strict=True):
        whole = _within(of_base, base.box, box)
        whole[y : y + h, x : x + w] = image
        out.append(whole)
    return tuple(out)
