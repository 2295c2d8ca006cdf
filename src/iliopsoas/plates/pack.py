"""A plate as bytes for the browser: a JSON header that says everything, then the layers' images.

Header length (4 bytes, little-endian), header (UTF-8 JSON), images. `acetates.js` reads it; `read` reads it back, so
that what the browser got can be checked.
"""

from __future__ import annotations

import io
import json
import struct
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import (  # naming the plugin keeps Pillow from loading every format it knows to find one
    Image,
    WebPImagePlugin,  # noqa: F401
    features,
)

from iliopsoas.plates.credits import credit_line
from iliopsoas.plates.labels import LABEL_GAP_PX, LINE_PX, ROW_GAP_PX
from iliopsoas.plates.layers import Overlay, PartRow, Ring, Rules, Sheet, SheetLayer
from iliopsoas.sources import reference

if TYPE_CHECKING:
    from iliopsoas.plates.plate import Plate

VERSION = 1
COLOURS = 64  # per layer: 2 levels of 255 away from the full ink on average, at half the bytes of 256 colours
_SAMPLE, _ROUNDS = 6000, 4


def write(plate: Plate, draft: bool = False) -> bytes:
    """Return the pack of a plate: its layers, its labels for every subset of them, and its words.

    Parameters
    ----------
    plate : Plate
    draft : bool
        The quick drawing, quickly packed (larger).
    """
    sheet = plate.sheet(draft)
    body = bytearray()

    def put(image: NDArray[np.uint8]) -> list[int] | None:
        if image.size == 0:
            return None
        data = _encoded(image, sheet.draft)
        body.extend(data)
        return [len(body) - len(data), len(data)]

    layers = []
    for k in sheet.layers:
        layers.append(
            {
                "id": k.id,
                "name": k.name,
                "locked": k.locked,
                "glass": k.glass,
                "ghost": k.ghost,
                "on": k.on,
                "sentence": k.sentence,
                "colour": k.colour,
                "box": list(k.box),
                "ink": put(k.rgba if sheet.draft else reduced(k.rgba, COLOURS)),
                "data": put(depth_image(k.depth, k.index)),
            }
        )
    over = sheet.areas
    areas = over and {"box": list(over.box), "data": put(depth_image(over.depth, over.index))}
    header = {**_words(plate, sheet), **_numbers(sheet), "layers": layers, "areas": areas}
    head = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    return struct.pack("<I", len(head)) + head + bytes(body)


def read(data: bytes) -> tuple[dict[str, Any], Sheet]:
    """Return the header and the sheet of a pack.

    Raises
    ------
    ValueError
        When the bytes are not a pack of this version.
    """
    if len(data) < 4 or struct.unpack("<I", data[:4])[0] > len(data) - 4:
        raise ValueError("Not a pack: the header is cut off.")
    (size,) = struct.unpack("<I", data[:4])
    try:
        head = json.loads(data[4 : 4 + size].decode("utf-8"))
    except ValueError as error:
        raise ValueError(f"Not a pack: the header is not JSON ({error}).") from error
    if head.get("v") != VERSION:
        raise ValueError(f"Pack version {head.get('v')!r}; this package reads version {VERSION}.")
    start = 4 + size

    def image(at: list[int] | None, mode: str) -> NDArray[np.uint8]:
        if at is None:
            return np.zeros((0, 0, len(mode)), np.uint8)
        raw = data[start + at[0] : start + at[0] + at[1]]
        return np.asarray(Image.open(io.BytesIO(raw)).convert(mode))

    layers = []
    for k in head["layers"]:
        depth, index = depth_and_index(image(k["data"], "RGB"))
        flags = {f: k[f] for f in ("on", "locked", "glass", "ghost", "sentence", "colour")}
        layers.append(SheetLayer(k["id"], k["name"], tuple(k["box"]), image(k["ink"], "RGBA"), depth, index, **flags))
    over = head["areas"]
    areas = Overlay(tuple(over["box"]), *depth_and_index(image(over["data"], "RGB"))) if over else None
    parts = tuple(
        PartRow(p["i"], p["id"], p["structure"], p["side"], p["name"], p["layer"], p["parent"], p["tint"], p["hard"])
        for p in head["parts"]
    )
    size, depths = (head["w"], head["h"]), tuple(head["depth"])
    return head, Sheet(head["view"], size, depths, tuple(layers), parts, areas, _rules(head), head["draft"])


def _words(plate: Plate, sheet: Sheet) -> dict[str, Any]:
    """Return the part of the header that is read: names, labels, stops, alt text, credits."""
    from iliopsoas.plates.labels import wrap
    from iliopsoas.plates.plate import NOT_SHOWN

    place = {spec.id: i for i, spec in enumerate(plate.labels)}
    labels: dict[str, int] = {}
    layouts: list[list] = []  # most subsets share their labels with another one
    first = sheet.mask_of()  # a draft is soon replaced: only the labels that are seen at once are worth their time
    for mask in [first] if sheet.draft else range(1 << len(sheet.peelable)):
        rows = plate.labels_for(sheet.shown_by_mask(mask), sheet.draft)
        found = [
            [place[p.id], round(p.anchor[0]), round(p.anchor[1]), p.side[0].upper(), round(p.slot[1], 1)] for p in rows
        ]
        if found not in layouts:
            layouts.append(found)
        labels[str(mask)] = layouts.index(found)
    return {
        "v": VERSION,
        "id": plate.id,
        "view": plate.view.name,
        "view_title": plate.view.title,
        "title": plate.title,
        "caption": plate.caption,
        "schematic": plate.schematic,
        "names": [
            {"id": s.id, "text": wrap(s.text), "structure": s.structure, "parts": list(s.parts), "n": n}
            for n, s in enumerate(plate.labels, 1)
        ],
        "labels": labels,
        "layouts": layouts,
        "label_gap": LABEL_GAP_PX,
        "row": LINE_PX,
        "row_gap": ROW_GAP_PX,
        "stops": [
            {
                "id": s.id,
                "name": s.name,
                "lit": list(s.lit),
                "sentence": s.sentence,
                "facts": [asdict(f) for f in s.facts],
                "sources": list(s.sources),
            }
            for s in plate.stops
        ],
        "control": plate.control,
        "alt": {
            "view": plate.view.sentence,
            "layers": {k.id: k.sentence for k in plate.layers},
            "not_shown": NOT_SHOWN,
        },
        "describe": list(plate.description),
        "sources": [{"short": r.short, "text": r.text, "url": r.link} for r in map(reference, plate.sources)],
        "credits": credit_line(),
    }


def _numbers(sheet: Sheet) -> dict[str, Any]:
    """Return the part of the header that is computed with."""
    r = sheet.rules
    return {
        "w": sheet.size_px[0],
        "h": sheet.size_px[1],
        "depth": list(sheet.depth_range_m),
        "draft": sheet.draft,
        "mime_ink": _mime(),
        "mime_data": _mime(),
        "parts": [
            {
                "i": p.index,
                "id": p.id,
                "structure": p.structure,
                "side": p.side,
                "name": p.name,
                "layer": p.layer,
                "parent": p.parent,
                "tint": p.tint,
                "hard": p.hard,
            }
            for p in sheet.parts
        ],
        "eps": r.eps,
        "seam": {"jump": r.seam_jump, "strength": r.seam_strength, "gain": r.seam_gain},
        "shadow": {
            "grid": r.grid,
            "low": r.low,
            "strength": list(r.strength),
            "rings": [{"r1": k.r1, "r2": k.r2, "range": k.range, "shift": list(k.shift)} for k in r.rings],
        },
        "tints": {
            "fill": list(r.fill),
            "edge": list(r.edge),
            "gain": r.gain,
            "line": r.line,
            "lum": list(r.lum),
            "hatch": list(r.hatch),
        },
        "fade": r.fade,
    }


def _rules(head: dict[str, Any]) -> Rules:
    seam, shadow, tints = head["seam"], head["shadow"], head["tints"]
    rings = tuple(Ring(k["r1"], k["r2"], k["range"], tuple(k["shift"])) for k in shadow["rings"])
    return Rules(
        head["eps"],
        seam["jump"],
        rings,
        seam["strength"],
        seam["gain"],
        shadow["grid"],
        shadow["low"],
        tuple(shadow["strength"]),
        tuple(tints["fill"]),
        tuple(tints["edge"]),
        tints["gain"],
        tints["line"],
        tuple(tints["lum"]),
        tuple(tints["hatch"]),
        head["fade"],
    )


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
def _mime() -> str:
    return "image/webp" if features.check("webp") else "image/png"


def _encoded(image: NDArray[np.uint8], quick: bool) -> bytes:
    """Encode without loss: WebP where Pillow has it, else PNG."""
    out = io.BytesIO()
    picture = Image.fromarray(image)
    if quick and image.shape[2] == 4:
        picture = picture.quantize(256, Image.Quantize.FASTOCTREE).convert("RGBA")
    if _mime() == "image/webp":
        effort = {"method": 0, "quality": 20} if quick else {"method": 2, "quality": 50}
        picture.save(out, "WEBP", lossless=True, exact=True, **effort)
    else:
        picture.save(out, "PNG", compress_level=1 if quick else 6)
    return out.getvalue()
