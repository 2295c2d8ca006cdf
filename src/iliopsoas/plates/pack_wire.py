"""A pack on its way to the page: its images are named by what is in them, so that cards may share them.

Plates of one framing show the same bones, and a question may be asked on a plate that another card shows. What is the
same byte for byte has the same name, and is sent and kept once (see `iliopsoas.widgets.shelf`).
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

_IMAGES = ("ink", "part", "depth")


def split(data: bytes) -> tuple[bytes, dict[str, bytes]]:
    """Return a pack without its images, and these by name.

    Parameters
    ----------
    data : bytes
        A pack (see `iliopsoas.plates.pack`).

    Returns
    -------
    bare : bytes
        Length of the header (4 bytes, little-endian) and the header, compressed by zlib, with names of images in place
        of places.
    images : dict of str to bytes
        A name is a digest of the image, 16 hexadecimal digits after an "i".
    """
    (size,) = struct.unpack_from("<I", data)
    head = json.loads(data[4 : 4 + size])
    images = {}
    for row, name in _places(head):
        offset, length = row[name]
        image = data[4 + size + offset :][:length]
        row[name] = f"i{hashlib.sha256(image).hexdigest()[:16]}"
        images[row[name]] = image
    text = zlib.compress(json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode(), 9)
    return struct.pack("<I", len(text)) + text, images


def _places(head: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield each row of a header that has images, and the name under which it has one, in the order of the bytes."""
    for row in (*head["layers"], head.get("areas") or {}):
        yield from ((row, name) for name in _IMAGES if row.get(name))
