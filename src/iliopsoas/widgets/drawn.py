"""What all cards with pictures share: pictures that are drawn in the background as long as the card is open."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import traitlets

from iliopsoas.widgets.background import draw_later
from iliopsoas.widgets.card import Card


class Drawn(Card):
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
