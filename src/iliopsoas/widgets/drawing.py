"""The bytes that a widget shows, drawn or read from the cache: packs for the browser, stills for readers without it."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable
from typing import Any

from iliopsoas.plates import pack
from iliopsoas.plates.pack_head import unfolded
from iliopsoas.plates.plate import Folio
from iliopsoas.widgets import cache
from iliopsoas.widgets.still import image_of


def full_pack(folio: Folio, view: str) -> bytes:
    """Return the pack of a view in full ink, from the cache if it is there."""
    base = folio.base_of(view)
    first = folio.plate(base) if base else None
    return _cached(full_pack, folio, view, lambda: pack.write(folio.plate(view), base=first, base_key=base))


def quick_pack(folio: Folio, view: str) -> bytes:
    """Return the pack of a view in full ink if the cache has it, and what it rests on; else a draft, which is whole.

    A draft takes a fraction of the time.
    """
    base = folio.base_of(view)
    known = stored(full_pack, folio, view) if not base or is_cached(full_pack, folio, base) else None
    return known or pack.write(folio.plate(view), draft=True)


def full_still(folio: Folio, view: str) -> bytes:
    """Return the view with its names as an image, layers and labels as at first, from the cache if it is there."""
    return _cached(full_still, folio, view, lambda: image_of(folio.plate(view).figure(labels="names")))


def stored(make: Callable[[Folio, str], bytes], folio: Folio, view: str) -> bytes | None:
    """Return what `make` has put into the cache for a view, None where there is nothing."""
    key = _key(make, folio, view)
    return cache.read(*key) if key else None


def is_cached(make: Callable[[Folio, str], bytes], folio: Folio, view: str) -> bool:
    """Return whether the cache holds what `make` makes for a view; always False for what cannot be kept."""
    return stored(make, folio, view) is not None


def header(drawn: bytes) -> dict[str, Any]:
    """Return the header of a pack as it is stored: that of a frame leaves out what its base has."""
    (length,) = struct.unpack_from("<I", drawn)
    return unfolded(json.loads(drawn[4 : 4 + length]))


def _cached(make: Callable[[Folio, str], bytes], folio: Folio, view: str, draw: Callable[[], bytes]) -> bytes:
    key = _key(make, folio, view)
    return cache.cached(draw, *key) if key else draw()


def _key(make: Callable[[Folio, str], bytes], folio: Folio, view: str) -> tuple[str, ...]:
    """Return what an entry depends on besides the package; empty where that cannot be put into words.

    The id alone would not do: two plates with one id may differ in what they show, or in the body that they show. A
    body is known by the function that makes it, if that is one of ours. A frame depends on its base too.
    """
    plates = [folio.plate(key) for key in (view, folio.base_of(view)) if key]
    makers = [f"{maker.__module__}.{maker.__qualname__}" for one in plates for maker in (one.body, one.area_shapes)]
    if not all(name.startswith("iliopsoas.") and "<" not in name for name in makers):
        return ()
    made_of = hashlib.sha256(repr(plates).encode()).hexdigest()
    return (folio.id, plates[0].id, view, make.__name__, made_of, *makers)
