"""Images as few bytes: depth and part number in one picture, ink in few colours, both without further loss."""

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

COLOURS = 64  # per layer: 2 levels of 255 away from the full ink on average, at half the bytes of 256 colours
GLASS_COLOURS = 16  # of a glass layer, which is an outline and a faint wash of one or two tissues
FRAME_COLOURS = 40  # of what moves, in all frames but the one shown at first: they are many, and seen in passing
_SAMPLE, _ROUNDS = 6000, 4


def depth_image(depth: NDArray[np.uint16], index: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Code depth and part number as an RGB image, shape (h, w, 3).

    Red and green hold the difference to the pixel on the left (0 before the first), folded to 0, -1, 1, -2 .. -> 0, 1,
    2, 3 ..; blue holds the number. Differences of smooth surfaces are small, which packs three times better than depth.
    """
    step = np.diff(depth.astype(np.int32), axis=1, prepend=0)
    folded = np.where(step >= 0, 2 * step, -2 * step - 1)
    return np.stack([folded >> 8, folded & 255, index], 2).astype(np.uint8)


def depth_and_index(image: NDArray[np.uint8]) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
    """Return depth and part number of a coded image (the inverse of `depth_image`)."""
    folded = image[..., 0].astype(np.int32) << 8 | image[..., 1]
    step = np.where(folded & 1, -(folded + 1 >> 1), folded >> 1)
    return np.cumsum(step, axis=1).astype(np.uint16), np.ascontiguousarray(image[..., 2])


def reduced(rgba: NDArray[np.uint8], colours: int) -> NDArray[np.uint8]:
    """Return an image with at most so many colours, chosen by a few rounds of k-means over a fixed sample."""
    drawn = rgba[..., 3] > 0
    pixels = rgba[drawn].astype(np.float32)
    if len(pixels) <= colours:
        return rgba
    pixels[:, :3] *= pixels[:, 3:] / 255  # premultiplied: faint edge pixels count little
    sample = pixels[np.linspace(0, len(pixels) - 1, min(len(pixels), _SAMPLE)).astype(int)]
    light = sample @ np.array([0.3, 0.6, 0.1, 0.7], np.float32)
    centres = sample[np.argsort(light, kind="stable")[np.linspace(0, len(sample) - 1, colours).astype(int)]]
    for _ in range(_ROUNDS):
        nearest = _nearest(sample, centres)
        count = np.bincount(nearest, minlength=colours)
        total = np.stack([np.bincount(nearest, sample[:, c], colours) for c in range(4)], 1)
        centres = np.where(count[:, None] > 0, total / np.maximum(count, 1)[:, None], centres).astype(np.float32)
    straight = centres.copy()
    straight[:, :3] *= 255 / np.maximum(centres[:, 3:], 1)
    table = (np.clip(straight, 0, 255) + 0.5).astype(np.uint8)
    out = np.zeros_like(rgba)
    pieces = np.array_split(pixels, 1 + len(pixels) // 20000)
    out[drawn] = np.concatenate([table[_nearest(piece, centres)] for piece in pieces])
    return out


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
    if few_colours and image.shape[2] == 4:
        picture = picture.quantize(256, Image.Quantize.FASTOCTREE).convert("RGBA")
    if mime() == "image/webp":
        effort = {"method": 0, "quality": 20} if quick else {"method": 2, "quality": 50}
        picture.save(out, "WEBP", lossless=True, exact=True, **effort)
    else:
        picture.save(out, "PNG", compress_level=1 if quick else 6)
    return out.getvalue()


def decoded(data: bytes, mode: str) -> NDArray[np.uint8]:
    """Return an encoded image as pixels, "RGB" or "RGBA"."""
    return np.asarray(Image.open(io.BytesIO(data)).convert(mode))
