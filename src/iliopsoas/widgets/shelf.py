"""The shelf of a page: images that several cards show are sent and kept once, by what is in them.

Bones, hip bones and muscles of one framing are the same on many plates, and questions are asked on plates that a lesson
has shown already. A card's pack therefore goes out with the names of its images (see `iliopsoas.widgets.wire`), and
the images lie here.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Any

import anywidget

_making = threading.Lock()
_made: list[Shelf] = []


class Shelf(anywidget.AnyWidget):
    """Images by name, for all cards of a kernel; it has no looks, and lives as long as the kernel.

    A name is a digest of the image, so a cell that is run again adds nothing.
    """

    _esm = "export default {};"

    def __init__(self) -> None:
        self._images: dict[str, bytes] = {}
        self._putting = threading.Lock()  # who finds an image here may count on its having been sent
        super().__init__()

    def put(self, images: Mapping[str, bytes]) -> None:
        """Keep and send those images that are not here yet."""
        with self._putting:
            new = {name: image for name, image in images.items() if name not in self._images}
            if new:
                self._images |= new
                self.keys: list[str] = [*self.keys, *new]
                self.send_state(list(new))

    def get_state(self, key: str | Iterable[str] | None = None, drop_defaults: bool = False) -> dict[str, Any]:
        """Return the state for the page, or some of it, images included; as `ipywidgets.Widget.get_state`."""
        names = self.keys if key is None else [key] if isinstance(key, str) else list(key)
        own = [name for name in names if name not in self._images]
        return super().get_state(own, drop_defaults) | {n: self._images[n] for n in names if n in self._images}


def shelf() -> Shelf:
    """Return the shelf of this kernel; a new one where there is none, or it was closed."""
    with _making:
        if not _made or _made[-1].comm is None:
            _made[:] = [Shelf()]
        return _made[-1]
