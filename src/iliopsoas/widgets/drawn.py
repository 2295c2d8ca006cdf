"""What all cards with pictures share: pictures that are drawn in the background as long as the card is open."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import anywidget
import traitlets

from iliopsoas.widgets.background import draw_later

HERE = Path(__file__).resolve().parent


def joined(*names: str) -> str:
    """Return files of this folder, as they are, one after the other: scripts as one ES module, or styles."""
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in names)


class Drawn(anywidget.AnyWidget):
    """A widget whose pictures are drawn in the background, as long as it is open.

    Attributes
    ----------
    error : str
        What went wrong while drawing in the background, or "".
    """

    error = traitlets.Unicode().tag(sync=True)
    _closed = False

    def draw_in_background(self, task: Callable[[], None], rank: int = 0, name: str = "") -> None:
        """Run a task on the drawing thread, a lower rank first, unless the widget has been closed by then.

        What goes wrong there has no one to be raised to: `error` says it, after the name of what was drawn.
        """
        draw_later(partial(self._try, task, name), rank=rank)

    def _try(self, task: Callable[[], None], name: str) -> None:
        if self._closed:
            return
        try:
            task()
        except Exception as problem:
            self.error = f"{name}: {type(problem).__name__}: {problem}".removeprefix(": ")

    def close(self) -> None:
        """Stop drawing for this widget and close it."""
        self._closed = True
        super().close()
