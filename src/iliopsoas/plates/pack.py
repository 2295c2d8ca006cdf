"""A plate as bytes for the browser: a JSON header that says everything, then the layers' images.

Header length (4 bytes, little-endian), header (UTF-8 JSON), images. `picture.js` reads it; `read` reads it back, so
that what the browser got can be checked. A frame along an axis leaves out what is the same in the frame shown at first,
and so does a variant: its layers there are marked as shared, of a layer that differs in one part only that patch is
there, and words of the header that are missing are read there.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from iliopsoas.plates.coding import (
    COLOURS,
    FRAME_COLOURS,
    GLASS_COLOURS,
    decoded,
    depth_image,
    depth_of,
    encoded,
    reduced,
)
from iliopsoas.plates.draw import AT_ONCE
from iliopsoas.plates.frames import frame_of, patch_of, patched, same_areas, same_image
from iliopsoas.plates.layers import Overlay, PartRow, Sheet, SheetLayer
from iliopsoas.plates.pack_head import VERSION, folded, moving_words, numbers, rules, unfolded, words

if TYPE_CHECKING:
    from iliopsoas.plates.plate import Plate

__all__ = ["COLOURS", "VERSION", "header", "moving_words", "read", "write"]


def write(
    plate: Plate, draft: bool = False, base: Plate | None = None, base_key: str = "", quick: bool = False
) -> bytes:
    """Return the pack of a plate: its layers, its labels for every subset of them, and its words.

    Parameters
    ----------
    plate : Plate
    draft : bool
        The quick drawing, quickly packed (larger).
    base : Plate, optional
        The frame of the same view that is shown at first. Layers and words that are the same there are left out, and
        read from its pack.
    base_key : str
        Key of that frame; it is written into the header.
    quick : bool
        Full ink, quickly packed: for an answer that a reader waits for.

    Raises
    ------
    ValueError
        When the plate is not a frame of the view that `base` shows: other layers, parts, size or depths.
    """
    sheet = plate.sheet(draft)
    still = frame_of(plate, sheet, base, draft) if base else None
    with ThreadPoolExecutor(AT_ONCE) as pool:  # the encoder lets go of the interpreter, so words are found meanwhile
        pack_image = partial(_packed, quick=sheet.draft or quick, few_colours=sheet.draft)
        put = partial(pool.submit, pack_image)
        layers, areas = _images(sheet, still, put, is_frame=base is not None)
        said = _read_words(plate, sheet.draft, plate.body, plate.area_shapes)
        if base:
            known = _read_words(base, sheet.draft, base.body, base.area_shapes)
            said = {name: value for name, value in said.items() if name not in known or known[name] != value}
            said["base"] = base_key
    body = bytearray()
    for row in (*layers, areas or {}):
        for name in ("ink", "part", "depth"):
            if isinstance(row.get(name), Future):
                data = row[name].result()
                row[name] = [len(body), len(data)]
                body.extend(data)
    head = json.dumps({**folded(said), "layers": layers, "areas": areas}, ensure_ascii=False, separators=(",", ":"))
    text = head.encode("utf-8")
    return struct.pack("<I", len(text)) + text + bytes(body)


def _packed(
    image: NDArray[np.uint8], colours: int | None, index: NDArray[np.uint8] | None, quick: bool, few_colours: bool
) -> bytes:
    """Return an encoded image; unless it has to be quick, with so many colours, those of its parts among them."""
    return encoded(image if quick or not colours else reduced(image, colours, index), quick, few_colours)


def _images(
    sheet: Sheet, still: Sheet | None, encode: Callable[..., Any], is_frame: bool
) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """Return a row for each layer, and one for the areas; their images stand in them as `encode` gives them."""

    def put(image: NDArray[np.uint8], colours: int | None = None, index: NDArray[np.uint8] | None = None) -> Any:
        return encode(image, colours, index) if image.size else None

    layers: list[dict[str, Any]] = []
    for number, k in enumerate(sheet.layers):
        row = {
            "id": k.id,
            "name": k.name,
            "locked": k.locked,
            "glass": k.glass,
            "ghost": k.ghost,
            "on": k.on,
            "sentence": k.sentence,
            "colour": k.colour,
        }
        if still and same_image(k, still.layers[number]):
            layers.append({**row, "shared": True})
            continue
        rgba, depth, index = k.rgba, k.depth, k.index
        if still and (patch := patch_of(k, still.layers[number])):
            row["patch"] = patch
            x, y, w, h = (patch[0] - k.box[0], patch[1] - k.box[1], *patch[2:])
            cut = np.s_[y : y + h, x : x + w]
            rgba, depth, index = rgba[cut], depth[cut], index[cut]
        colours = GLASS_COLOURS if k.glass else FRAME_COLOURS if is_frame else COLOURS
        ink = put(rgba, colours, None if k.glass else index)
        layers.append({**row, "box": list(k.box), "ink": ink, **_where(depth, index, put)})
    over = sheet.areas
    areas: dict[str, Any] | None = None
    if over and still and same_areas(over, still.areas):
        areas = {"shared": True}
    elif over:
        areas = {"box": list(over.box), **_where(over.depth, over.index, put)}
    return layers, areas


def _where(depth: NDArray[np.uint16], index: NDArray[np.uint8], put: Callable[..., Any]) -> dict[str, Any]:
    """Return the two images that say what lies where and how near, and the number before the lowest part.

    Parts are counted from there, so that a layer is the same on every plate of one framing, whatever else is on it.
    """
    if not index.size:
        return {"before": 0, "part": None, "depth": None}
    before = int(index[index > 0].min(initial=255)) - 1
    own = np.where(index > 0, index - np.uint8(before), np.uint8(0))
    return {"before": before, "part": put(own), "depth": put(depth_image(depth, index))}


@lru_cache(maxsize=16)
def _read_words(plate: Plate, draft: bool, *providers: object) -> dict[str, Any]:
    """Return the header without the images; the frames of a view are compared with the same one again and again."""
    sheet = plate.sheet(draft)
    return {**words(plate, sheet), **numbers(sheet)}


def header(data: bytes, base: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the header of a pack; where it leaves out what its base has, `base` is the header of that.

    Raises
    ------
    ValueError
        When the bytes are not a pack of this version, or the pack needs its base.
    """
    if len(data) < 4 or struct.unpack("<I", data[:4])[0] > len(data) - 4:
        raise ValueError("Not a pack: the header is cut off.")
    (size,) = struct.unpack("<I", data[:4])
    try:
        head = json.loads(data[4 : 4 + size].decode("utf-8"))
    except ValueError as error:
        raise ValueError(f"Not a pack: the header is not JSON ({error}).") from error
    if head.get("base") and base is None:
        raise ValueError(f"This pack leaves out what that of {head['base']!r} has; give that too.")
    left_out = dict(base) if base and head.get("base") else {}
    version = {**left_out, **head}.get("v")
    if version != VERSION:
        raise ValueError(f"Pack version {version!r}; this package reads version {VERSION}.")
    return {**left_out, **unfolded(head)}


def read(data: bytes, base: bytes = b"") -> tuple[dict[str, Any], Sheet]:
    """Return the header and the sheet of a pack; `base` is the pack of the frame that it names as its base, if any.

    Raises
    ------
    ValueError
        When the bytes are not a pack of this version, or the pack needs its base.
    """
    first, still = read(base) if base else (None, None)
    head = header(data, first)
    start = 4 + struct.unpack("<I", data[:4])[0]

    def image(at: list[int], mode: str) -> NDArray[np.uint8]:
        return decoded(data[start + at[0] : start + at[0] + at[1]], mode)

    def where(row: Mapping[str, Any]) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
        own = image(row["part"], "RGB")[..., 0]
        index = np.where(own > 0, own + np.uint8(row["before"]), np.uint8(0))
        return depth_of(image(row["depth"], "RGB"), index), index

    layers = []
    for number, k in enumerate(head["layers"]):
        if k.get("shared") and still:
            same = still.layers[number]
            box, ink, depth, index = same.box, same.rgba, same.depth, same.index
        elif not k["ink"]:
            box, ink = tuple(k["box"]), np.zeros((0, 0, 4), np.uint8)
            depth, index = np.zeros((0, 0), np.uint16), np.zeros((0, 0), np.uint8)
        else:
            box, ink = tuple(k["box"]), image(k["ink"], "RGBA")
            depth, index = where(k)
            if k.get("patch") and still:
                ink, depth, index = patched(still.layers[number], box, tuple(k["patch"]), ink, depth, index)
        flags = {f: k[f] for f in ("on", "locked", "glass", "ghost", "sentence", "colour")}
        layers.append(SheetLayer(k["id"], k["name"], box, ink, depth, index, **flags))
    over = head["areas"]
    if over and over.get("shared") and still:
        areas = still.areas
    else:
        areas = Overlay(tuple(over["box"]), *where(over)) if over else None
    parts = tuple(
        PartRow(p["i"], p["id"], p["structure"], p["side"], p["name"], p["layer"], p["parent"], p["tint"], p["hard"])
        for p in head["parts"]
    )
    size, depths = (head["w"], head["h"]), tuple(head["depth"])
    return head, Sheet(head["view"], size, depths, tuple(layers), parts, areas, rules(head), head["draft"])
