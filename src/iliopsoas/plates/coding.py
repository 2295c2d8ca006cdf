"""Images as few bytes: the part of every pixel, depth of every other one, ink in few colours.

Depth is most of what a layer would weigh. It decides what hides what and where shadows fall; every other pixel of it is
enough, as outlines come from the part numbers, which lose nothing. Lossy WebP was tried for the ink: at the same size
as the few colours it is off by 5 to 6 levels of 255 (root mean square), as it halves the resolution of colour.
"""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import (  # naming the plugin keeps Pillow from loading every format it knows to find one
    Image,
    WebPImagePlugin,  # noqa: F401
    features,
)

from iliopsoas.plates.layers import DEPTH_STEPS

COLOURS = 48  # per layer: 3 levels of 255 away from the full ink on average, at two fifths of the bytes of 256 colours
GLASS_COLOURS = 16  # of a glass layer, which is an outline and a faint wash of one or two tissues
FRAME_COLOURS = 40  # of what moves, in all frames but the one shown at first: they are many, and seen in passing
DEPTH_STEP = 2  # of `DEPTH_STEPS`, about a tenth of a millimetre; four times that shows as contour lines in the shadows
_CELL = ((0, 0), (0, 1), (1, 0), (1, 1))  # pixels of a cell of depth (row, column), first asked first
_SAMPLE, _SAMPLE_FAINT, _ROUNDS = 6000, 1000, 4  # edges, which are faint, are few and seen
_WEIGHT = np.array([0.3, 0.6, 0.1, 0.7], np.float32)  # of red, green, blue and cover in how light a pixel is
_RANK = 0.85  # among the pixels of a part, the darkest first
_NEAR = 24.0  # levels of 255: parts whose colours are this near share one
# Levels of 255 by which a pixel may be off and still go on with the colour above it: on smooth bone the least, as
# streaks would show there; among fibres and hatching a share of the local contrast, which hides them.
KEEP_LEAST, KEEP_SHARE, KEEP_MOST = 2.0, 0.8, 18.0
_LIGHT = np.array([3, 6, 1])  # of red, green and blue, in tenths


def depth_image(depth: NDArray[np.uint16], index: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Code depth as an RGB image of half the size, shape ((h + 1) // 2, (w + 1) // 2, 3).

    Each cell of two by two pixels has the depth of its first drawn pixel, in steps of `DEPTH_STEP`. Red and green hold
    the difference to the cell on the left (0 before the first), folded to 0, -1, 1, -2 .. -> 0, 1, 2, 3 ..; empty cells
    go on with what was before them, as jumps cost most.
    """
    first = _first_drawn(index > 0)
    steps = np.zeros_like(first[0], np.int32)
    whole = _even(depth).astype(np.int32)
    for (row, col), here in zip(_CELL, first, strict=True):
        steps[here] = (whole[row::2, col::2][here] - 1 + DEPTH_STEP // 2) // DEPTH_STEP
    last = np.maximum.accumulate(np.where(np.logical_or.reduce(first), np.arange(steps.shape[1]), -1), axis=1)
    steps = np.where(last >= 0, np.take_along_axis(steps, np.maximum(last, 0), 1), 0)
    change = np.diff(steps, axis=1, prepend=0)
    folded = np.where(change >= 0, 2 * change, -2 * change - 1)
    return np.stack([folded >> 8, folded & 255, np.zeros_like(folded)], 2).astype(np.uint8)


def depth_of(image: NDArray[np.uint8], index: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """Return depth as the page reads it from a coded image and the part number of every pixel, shape (h, w).

    A pixel that is not in the image itself has the mean of those next to it, corners included, that are and belong to
    the same part; where there are none, what its cell has.
    """
    h, w = index.shape
    folded = image[..., 0].astype(np.int32) << 8 | image[..., 1]
    steps = np.cumsum(np.where(folded & 1, -(folded + 1 >> 1), folded >> 1), axis=1)
    of_cell = np.minimum(1 + DEPTH_STEP * steps, DEPTH_STEPS + 1)
    known = np.zeros([2 * n + 2 for n in of_cell.shape], np.int32)  # with a rim of one pixel; 0 where nothing is
    for (row, col), here in zip(_CELL, _first_drawn(index > 0), strict=True):
        known[1 + row : -1 : 2, 1 + col : -1 : 2] = np.where(here, of_cell, 0)
    part = np.pad(_even(index), 1)
    total, count = np.zeros_like(known[1:-1, 1:-1]), np.zeros_like(known[1:-1, 1:-1])
    rows, cols = total.shape
    for y, x in np.ndindex(3, 3):
        there = known[y : y + rows, x : x + cols]
        same = (there > 0) & (part[y : y + rows, x : x + cols] == part[1:-1, 1:-1])
        total += np.where(same, there, 0)
        count += same
    mean = np.where(count > 0, (2 * total + count) // np.maximum(2 * count, 1), of_cell.repeat(2, 0).repeat(2, 1))
    own = known[1:-1, 1:-1]
    depth = np.where(own > 0, own, mean)[:h, :w]
    return np.where(index > 0, depth, 0).astype(np.uint16)


def _first_drawn(drawn: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Return for each place in a cell in which cells it is the first that is drawn."""
    whole = _even(drawn)
    taken = np.zeros_like(whole[::2, ::2])
    first = []
    for row, col in _CELL:
        here = whole[row::2, col::2]
        first.append(here & ~taken)
        taken = taken | here
    return first


def _even(image: NDArray) -> NDArray:
    """Return an image with an empty row or column more where their number is odd."""
    return np.pad(image, [(0, n % 2) for n in image.shape])


def reduced(rgba: NDArray[np.uint8], colours: int, index: NDArray[np.uint8] | None = None) -> NDArray[np.uint8]:
    """Return an image with at most so many colours, chosen by a few rounds of k-means over a fixed sample.

    With the part of every pixel in `index`, shape (h, w), a colour of each part is among them, however small
    the part is: a ureter cut across is a few dozen pixels, and green. A pixel goes on with the colour of the one above
    it where that is near its own, as runs cost little. On region and diaphragm that saves a fifth of the bytes and
    leaves the ink 4.5 levels of 255 off (root mean square) for 4.0.
    """
    drawn = rgba[..., 3] > 0
    pixels = rgba[drawn].astype(np.float32)
    if len(pixels) <= colours:
        return rgba
    pixels[:, :3] *= pixels[:, 3:] / 255  # premultiplied: faint edge pixels count little
    kept = np.zeros((0, 4), np.float32) if index is None else _of_parts(pixels, index[drawn], colours // 2)
    faint = pixels[pixels[:, 3] < 255]
    sample = np.concatenate([_spread(pixels, _SAMPLE), _spread(faint, _SAMPLE_FAINT)])
    light = sample @ _WEIGHT
    centres = sample[np.argsort(light, kind="stable")[np.linspace(0, len(sample) - 1, colours - len(kept)).astype(int)]]
    for _ in range(_ROUNDS):
        nearest = _nearest(sample, np.concatenate([centres, kept]))
        count = np.bincount(nearest, minlength=colours)[: len(centres)]
        total = np.stack([np.bincount(nearest, sample[:, c], colours)[: len(centres)] for c in range(4)], 1)
        centres = np.where(count[:, None] > 0, total / np.maximum(count, 1)[:, None], centres).astype(np.float32)
    centres = np.concatenate([centres, kept])
    straight = centres.copy()
    straight[:, :3] *= 255 / np.maximum(centres[:, 3:], 1)
    table = (np.clip(straight, 0, 255) + 0.5).astype(np.uint8)
    out = np.zeros_like(rgba)
    pieces = np.array_split(pixels, 1 + len(pixels) // 20000)
    out[drawn] = np.concatenate([table[_nearest(piece, centres)] for piece in pieces])
    return out if colours <= GLASS_COLOURS else _in_runs(out, rgba)  # a faint wash shows every band


def _spread(pixels: NDArray[np.float32], most: int) -> NDArray[np.float32]:
    return pixels[np.linspace(0, len(pixels) - 1, min(len(pixels), most)).astype(int)] if len(pixels) else pixels


def _of_parts(pixels: NDArray[np.float32], parts: NDArray[np.uint8], most: int) -> NDArray[np.float32]:
    """Return a light colour of each part, at most so many: those that are near another one only once.

    Light, as a small part is half outline.
    """
    kept: list[NDArray[np.float32]] = []
    for part in np.unique(parts[parts > 0]):
        own = pixels[parts == part]
        colour = own[np.argsort(own @ _WEIGHT, kind="stable")[int(_RANK * len(own))]]
        if all(np.linalg.norm(colour - other) >= _NEAR for other in kept):
            kept.append(colour)
    return np.array(kept[:most], np.float32).reshape(-1, 4)


def _in_runs(few: NDArray[np.uint8], rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the image of few colours with a pixel's colour carried down for as long as it is near that of `rgba`."""
    own = rgba.astype(np.int32)
    light = np.pad(own[..., :3] @ _LIGHT // 10, ((0, 0), (2, 2)), mode="edge")
    around = np.stack([light[:, k : k + own.shape[1]] for k in range(5)])
    allowed = np.clip(KEEP_LEAST + KEEP_SHARE * (around.max(0) - around.min(0)), 0, KEEP_MOST) ** 2
    runs = few.copy()
    for y in range(1, len(runs)):
        off = own[y] - runs[y - 1]
        near = ((off * off).sum(1) <= allowed[y]) & (own[y, :, 3] > 0) & (runs[y - 1, :, 3] > 0)
        runs[y] = np.where(near[:, None], runs[y - 1], few[y])
    return runs


def _nearest(points: NDArray[np.float32], centres: NDArray[np.float32]) -> NDArray[np.intp]:
    return ((centres * centres).sum(1) - 2 * (points @ centres.T)).argmin(1)


@cache
def mime() -> str:
    """Return the type of the images: WebP where Pillow has it, else PNG."""
    return "image/webp" if features.check("webp") else "image/png"


def encoded(image: NDArray[np.uint8], quick: bool, few_colours: bool = False) -> bytes:
    """Encode without loss: WebP where Pillow has it, else PNG; `few_colours` first chooses 256 of them, roughly."""
    out = io.BytesIO()
    picture = Image.fromarray(image)
    if few_colours and picture.mode == "RGBA":
        picture = picture.quantize(256, Image.Quantize.FASTOCTREE).convert("RGBA")
    if mime() == "image/webp":
        effort = {"method": 0, "quality": 20} if quick else {"method": 2, "quality": 50}
        picture.save(out, "WEBP", lossless=True, exact=True, **effort)
    else:
        picture.save(out, "PNG", compress_level=1 if quick else 6)
    return out.getvalue()


def decoded(data: bytes, mode: str) -> NDArray[np.uint8]:
    """Return an encoded image as pixels, "RGB" or "RGBA"; of one with a single channel all three are that."""
    return np.asarray(Image.open(io.BytesIO(data)).convert(mode))
