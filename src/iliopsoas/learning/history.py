"""All that a learner did, in order: read from the bytes of progress files, merged without loss, written again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from iliopsoas.learning.events import Event, LineError, new_id, opened, read_event, sealed

SCHEMA = 1  # raised when a line means something else than before; fields and kinds may be added without
_MARK = b"\xef\xbb\xbf"  # some editors of Windows put this before the first line


class NewerProgressError(ValueError):
    """A progress file was written by a later version of the course, so it is not touched."""


class NotProgressError(ValueError):
    """Nothing in a file can be read as progress."""


@dataclass(frozen=True)
class Fault:
    """A line that cannot be read: its number, why, and its bytes as they stand in the file."""

    number: int
    why: str
    line: bytes


@dataclass(frozen=True)
class History:
    """Events in their order, each once.

    Parameters
    ----------
    events : tuple of Event
        In the order in which they happened.
    device : str
        Random name of the file they were read from; empty where it has none yet.
    faults : tuple of Fault
        Lines that cannot be read.
    """

    events: tuple[Event, ...] = ()
    device: str = ""
    faults: tuple[Fault, ...] = ()

    @property
    def largest(self) -> int:
        """The order of the last event, 0 when there is none."""
        return self.events[-1].order if self.events else 0

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all events."""
        return frozenset(one.id for one in self.events)

    @property
    def answers(self) -> tuple[Event, ...]:
        """The answers among the events."""
        return tuple(one for one in self.events if one.kind == "answer")


def in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    """Sort events and keep each once; of two lines with one id the same is kept whatever came first."""
    kept: dict[str, Event] = {}
    for one in events:
        other = kept.get(one.id)
        if other is None or (one.place, one.line) < (other.place, other.line):
            kept[one.id] = one
    return tuple(sorted(kept.values(), key=lambda one: one.place))


def merged(*histories: History) -> History:
    """Join histories, of two machines for example: every event that any of them holds, each once.

    The device is that of the first; faults are left to the files that hold them.
    """
    device = histories[0].device if histories else ""
    return History(in_order(event for one in histories for event in one.events), device)


def read(content: bytes) -> History:
    """Read the bytes of a progress file.

    Parameters
    ----------
    content : bytes
        The whole file; empty is the history of one who has not begun.

    Raises
    ------
    NewerProgressError
        When it was written by a later version of the course.
    NotProgressError
        When it holds something, and nothing in it is progress.
    """
    lines = content.removeprefix(_MARK).split(b"\n")
    events, faults, device, heads = [], [], "", 0
    for number, line in enumerate(lines, 1):
        bare = line.removesuffix(b"\r")
        if not bare.strip():
            continue
        try:
            data = opened(bare)
            if isinstance(data, dict) and "iliopsoas" in data:
                _check_schema(data)
                device, heads = device or str(data.get("device", "")), heads + 1
                continue
            events.append(read_event(bare))
        except LineError as error:
            faults.append(Fault(number, str(error), line))
    if faults and not events and not heads:
        raise NotProgressError(f"none of its {len(faults)} lines can be read; the first: {faults[0].why}")
    return History(in_order(events), device, tuple(faults))


def head(device: str = "") -> bytes:
    """Return the first line of a progress file, which says what it is, without its end."""
    return sealed({"iliopsoas": "progress", "schema": SCHEMA, "device": device or new_id()})


def written(history: History) -> bytes:
    """Return a history as the bytes of a progress file; lines keep the form in which they were read."""
    return b"".join(line + b"\n" for line in (head(history.device), *(one.line for one in history.events)))


def _check_schema(data: dict[str, Any]) -> None:
    schema = data.get("schema")
    if isinstance(schema, bool) or not isinstance(schema, int) or schema < 1:
        raise LineError(f"its field 'schema' holds {schema!r}; allowed: a whole number from 1")
    if schema > SCHEMA:
        raise NewerProgressError(
            f"It was written by a newer version of the course (its schema is {schema}, this version reads {SCHEMA})."
        )
