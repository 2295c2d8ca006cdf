"""One thread that draws, for all widgets: the most wanted picture first, and never two at a time.

A learner who runs a whole lesson asks for many plates at once; drawn side by side they would all be late.
"""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable

Task = Callable[[], None]

_order = itertools.count()
_waiting: queue.PriorityQueue[tuple[int, int, Task]] = queue.PriorityQueue()
_start = threading.Lock()
_thread: threading.Thread | None = None


def draw_later(task: Task, rank: int = 0) -> None:
    """Run `task` on the drawing thread; a lower rank goes first, equal ranks in the order in which they came.

    A task has to deal with its own errors. The thread does not keep a kernel alive.
    """
    global _thread
    _waiting.put((rank, next(_order), task))
    with _start:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_work, name="iliopsoas-drawing", daemon=True)
            _thread.start()


def _work() -> None:
    while True:
        _rank, _number, task = _waiting.get()
        try:
            task()
        finally:
            _waiting.task_done()
