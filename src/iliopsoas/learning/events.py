"""One thing that a learner did, as one line of the progress file.

A line is a JSON object that anyone can read, and ends with a sum over itself::

    {"event": "0f3c…", "kind": "answer", "at": "2026-11-25T19:04:11Z", "order": 1795633451000, "device": "k2f9…",
     "question": "q021", "given": "lesser trochanter", "right": true, "sure": null, "part": "drill", "sum": "5d0c1a7e"}

========  =========================================================================================
event     its own id, random; the same line seen twice, or on two machines, is one event
kind      "answer"; "test" (a test of lesson 10 was begun); a kind that is not known here is kept
at        what the clock of the computer showed, UTC; clocks can be wrong, so it does not give the order
order     whole number that never falls on one machine: milliseconds since 1970, or one more than the
          largest that was known when the clock stands still or goes back
device    random name of the progress file in which, or of the page on which, it happened
part      of an answer: "" in a lesson, "drill", or "test:" and the id of the test
sum       CRC-32 over the text before it, so that a line that broke off or was altered is noticed
========  =========================================================================================

``progress.js`` writes and reads the same lines in the browser.
"""

from __future__ import annotations

import json
import re
import secrets
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

MOST = 8_640_000_000_000_000  # the last millisecond that a browser's clock can show; a larger order is damage
_SUMMED = re.compile(rb'^(.*),\s*"sum":\s*"([0-9a-f]{8})"\}$', re.DOTALL)
_ID = re.compile(r"[A-Za-z0-9_-]{4,64}")
_TEXTS = ("event", "kind", "at", "device")


class LineError(ValueError):
    """A line of a progress file cannot be read; the message says why, in words for a learner."""


@dataclass(frozen=True)
class Event:
    """One line of the progress file.

    Parameters
    ----------
    data : mapping
        The fields of the module's table, without the sum.
    line : bytes
        The line as it was read or is to be written, without its end.
    """

    data: Mapping[str, Any]
    line: bytes

    @property
    def id(self) -> str:
        """Its own id."""
        return self.data["event"]

    @property
    def kind(self) -> str:
        """What happened: "answer", "test", or what a later version knows."""
        return self.data["kind"]

    @property
    def order(self) -> int:
        """Its place; larger is later."""
        return self.data["order"]

    @property
    def at(self) -> datetime:
        """What the clock showed, UTC."""
        return moment(self.data["at"])

    @property
    def place(self) -> tuple[int, str]:
        """What events are sorted by: order, then id, so that two machines sort alike."""
        return (self.order, self.id)


def moment(text: str) -> datetime:
    """Read a time such as ``2026-11-25T19:04:11Z``; raises ValueError for anything that is no time with a zone."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"{text!r} names no time zone")
    return found.astimezone(UTC)


def written(at: datetime) -> str:
    """Write a time to the second, as `moment` reads it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def next_order(at: datetime, largest: int) -> int:
    """Return the order of what happens now: the clock in milliseconds, but always above the largest that is known."""
    return min(MOST, max(int(at.timestamp() * 1000), largest + 1))


def new_id() -> str:
    """Return an id that nobody has had: 80 random bits."""
    return secrets.token_hex(10)


def sealed(data: Mapping[str, Any]) -> bytes:
    """Write an object as one line that ends with its sum.

    Raises
    ------
    ValueError
        When it holds what JSON cannot hold, such as not-a-number.
    """
    text = json.dumps(dict(data), ensure_ascii=False, allow_nan=False)
    try:
        body = text[:-1].encode("utf-8")
    except UnicodeEncodeError:  # half of a surrogate pair, which a browser may send
        body = json.dumps(dict(data), allow_nan=False)[:-1].encode("ascii")
    return body + b', "sum": "%08x"}' % zlib.crc32(body)


def opened(line: bytes) -> dict[str, Any]:
    """Read an object that `sealed` wrote, and check its sum.

    Raises
    ------
    LineError
        When it broke off, was altered or is something else.
    """
    found = _SUMMED.match(line)
    if not found:
        raise LineError("it breaks off, or is not a line of a progress file")
    if int(found[2], 16) != zlib.crc32(found[1]):
        raise LineError("it was altered after it was written")
    try:
        data = json.loads(found[1].decode("utf-8") + "}")
    except (ValueError, RecursionError) as error:
        raise LineError("it is not JSON") from error
    return data


def read_event(line: bytes) -> Event:
    """Read one line as an event.

    Raises
    ------
    LineError
        When it is none; the message says why.
    """
    return event(opened(line), line)


def event(data: Mapping[str, Any], line: bytes | None = None) -> Event:
    """Make an event of its fields, and check them.

    Parameters
    ----------
    data : mapping
        The fields of the module's table.
    line : bytes, optional
        The line they were read from, which is kept as it is.

    Raises
    ------
    LineError
        When a field is missing or holds what it may not; the message names field, value and what is allowed.
    """
    for field in _TEXTS:
        if not isinstance(data.get(field), str):
            raise LineError(f"its field {field!r} holds {data.get(field)!r}; allowed: a text")
    if not _ID.fullmatch(data["event"]):
        raise LineError(f"its field 'event' holds {data['event']!r}; allowed: 4 to 64 letters, digits, - and _")
    order = data.get("order")
    if isinstance(order, bool) or not isinstance(order, int) or not 0 <= order <= MOST:
        raise LineError(f"its field 'order' holds {order!r}; allowed: a whole number from 0 to {MOST}")
    try:
        moment(data["at"])
    except (ValueError, OverflowError) as error:
        raise LineError(
            f"its field 'at' holds {data['at']!r}; allowed: a time with its zone, as 2026-11-25T19:04:11Z"
        ) from error
    if data["kind"] == "answer":
        _check_answer(data)
    if data["kind"] == "test":
        _check_test(data)
    return Event(MappingProxyType(dict(data)), sealed(data) if line is None else line)


def _check_answer(data: Mapping[str, Any]) -> None:
    if not isinstance(data.get("question"), str):
        raise LineError(f"its field 'question' holds {data.get('question')!r}; allowed: the id of a question")
    if not isinstance(data.get("right"), bool):
        raise LineError(f"its field 'right' holds {data.get('right')!r}; allowed: true or false")
    if not (data.get("sure") is None or isinstance(data["sure"], bool)):
        raise LineError(f"its field 'sure' holds {data['sure']!r}; allowed: true, false or null")
    if not isinstance(data.get("part", ""), str):
        raise LineError(f"its field 'part' holds {data['part']!r}; allowed: a text")


def _check_test(data: Mapping[str, Any]) -> None:
    asked = data.get("questions")
    if not isinstance(asked, list) or not asked or not all(isinstance(one, str) for one in asked):
        raise LineError(f"its field 'questions' holds {asked!r}; allowed: a list of ids of questions")
