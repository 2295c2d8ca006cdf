"""What belongs to safe work besides hands: insurance, supervision, a clean and sound device, emergency, records.

``duties.toml`` holds rows ``duty``: when it is due, what to do and why, on what it rests, and its sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, get_args

from iliopsoas.atlas.structures import source_keys
from iliopsoas.course.grounds import BASES, Basis, Grounded
from iliopsoas.sources.tables import Column, one_of, read_rows, text

When = Literal["before", "device", "emergency", "after", "observed"]

FILE = "duties.toml"
WHEN: Mapping[When, str] = MappingProxyType(
    {
        "before": "Before the first client",
        "device": "The device",
        "emergency": "In an emergency",
        "after": "Afterwards",
        "observed": "Seen by a tutor",
    }
)
# What an incident form asks for, in the order in which it is filled in.
INCIDENT = (
    "Date and time; place",
    "Client (initials only on a copy for the tutor)",
    "Who worked, who else was in the room",
    "What was planned, and agreed to",
    "What was being done: area, technique, device and setting, minutes so far",
    "What happened, in the client's words first",
    "What was done at once; who was called, when, by whom",
    "How the client left, with whom, and where to",
    "What the client was told to watch for",
    "Told: tutor or supervisor, insurer, others (when)",
    "What changes from now on",
    "Written by, date, signature",
)


@dataclass(frozen=True)
class Duty(Grounded):
    """Something to be done for safe work, and when."""

    id: str
    when: When
    name: str
    do: str
    why: str
    basis: Basis
    sources: tuple[str, ...]


@cache
def duties() -> Mapping[str, Duty]:
    """Return all duties by id, in the order of the file (read once, then kept)."""
    return read_duties(files("iliopsoas.course").joinpath(FILE).read_text(encoding="utf-8"))


def read_duties(toml: str, file: str = FILE) -> Mapping[str, Duty]:
    """Parse and check the rows; raises `DataError` for anything that is not allowed."""
    rows = read_rows(file, toml, {"duty": _COLUMNS})["duty"]
    return MappingProxyType({row["id"]: Duty(**row) for row in rows})


_COLUMNS = {
    "when": Column(one_of(get_args(When))),
    "name": Column(text()),
    "do": Column(text()),
    "why": Column(text()),
    "basis": Column(one_of(BASES)),
    "sources": Column(source_keys()),
}
