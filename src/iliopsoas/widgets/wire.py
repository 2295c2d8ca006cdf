"""What of a card goes out to the page: packs without what other cards may have too, words compressed.

In Python these traits hold what they stand for; only on the way out they are made smaller. `packs.js` reads it, and
also takes the plain form, as a page without a kernel has it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

import traitlets

from iliopsoas.plates import pack_wire
from iliopsoas.widgets.drawing import header
from iliopsoas.widgets.shelf import shelf


def pack_trait() -> traitlets.Bytes:
    """Return a trait for a pack; its images go to the shelf of the page."""
    return traitlets.Bytes(b"").tag(sync=True, to_json=pack_out)


def words_trait() -> traitlets.Dict:
    """Return a trait for all that a card says, as plain data."""
    return traitlets.Dict().tag(sync=True, to_json=words_out)


def pack_out(data: bytes, _widget: Any = None) -> bytes:
    """Return what goes out for a pack: in full ink without its images, which are put on the shelf before.

    A draft goes out whole, since it is soon replaced.
    """
    if not data or header(data).get("draft"):
        return data
    bare, images = pack_wire.split(data)
    shelf().put(images)
    return bare


def words_out(words: Mapping[str, Any], _widget: Any = None) -> bytes:
    """Return words as compressed JSON."""
    return zlib.compress(json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode(), 9)
