"""The strokes of light effleurage on the abdominal wall: order, direction, speed, pressure, and where none goes.

``strokes.toml`` says them in words and, only where a source gives one, in numbers. Where they run on the drawn body is
worked out in `iliopsoas.body.strokes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, get_args

from iliopsoas.atlas.structures import source_keys
from iliopsoas.sources import DataError, UnknownName, keys
from iliopsoas.sources.tables import Column, list_of, number, one_of, read_rows, text

Unit = Literal["mm", "breaths", "breaths a minute"]

FILE = "strokes.toml"
STROKES = ("up", "across", "down")  # in the order in which they are done
AREAS = ("covered", "above_groin", "midline")
RULES = ("direction", "speed", "pressure")
NUMBERS = ("breaths_a_round", "breaths_a_minute", "hand_breadth")
BASES = ("official advice", "professional body", "expert knowledge")


class _Row:
    """A row with a ``basis``."""

    basis: str

    @property
    def is_weak(self) -> bool:
        """Whether the row rests on expert knowledge alone."""
        return self.basis == "expert knowledge"


@dataclass(frozen=True)
class Stroke(_Row):
    """One stroke, in words; `along` is the part of the large bowel that it follows, "" for none that is drawn."""

    id: str
    name: str
    along: str
    begins: str
    ends: str
    basis: str
    sources: tuple[str, ...]

    @property
    def text(self) -> str:
        """The stroke as a sentence."""
        return f"{self.name}: from {self.begins} to {self.ends}."


@dataclass(frozen=True)
class NeverArea(_Row):
    """An area into which no stroke goes, and why."""

    id: str
    name: str
    why: str
    basis: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class StrokeRule(_Row):
    """What holds for all strokes, what it rests on, and what has to be said with it."""

    id: str
    text: str
    basis: str
    note: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Span(_Row):
    """A number, or the least and the most of one, in `unit`."""

    id: str
    least: float
    most: float
    unit: Unit
    basis: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Strokes:
    """All rows by id, in the order of the file, which for strokes is the order in which they are done."""

    strokes: Mapping[str, Stroke]
    areas: Mapping[str, NeverArea]
    rules: Mapping[str, StrokeRule]
    numbers: Mapping[str, Span]

    @property
    def hand_mm(self) -> float:
        """The hand's breadth by which distances are kept, millimetres; of the larger hands that were measured."""
        return self.numbers["hand_breadth"].most

    @property
    def round_s(self) -> tuple[float, float]:
        """Seconds of one round, least and most: so many breaths, at so many a minute."""
        breaths, rate = self.numbers["breaths_a_round"], self.numbers["breaths_a_minute"]
        return 60 * breaths.least / rate.most, 60 * breaths.most / rate.least

    @property
    def sources(self) -> tuple[str, ...]:
        """Every reference key of the rows, each once."""
        rows = (self.strokes, self.areas, self.rules, self.numbers)
        return tuple(dict.fromkeys(key for table in rows for row in table.values() for key in row.sources))


@cache
def strokes() -> Strokes:
    """Return the rows of the package (read once, then kept)."""
    return read_strokes(files("iliopsoas.atlas").joinpath(FILE).read_text(encoding="utf-8"))


def area(id: str) -> NeverArea:
    """Return the never-area with this id; an unknown one raises `UnknownName`."""
    if id not in strokes().areas:
        raise UnknownName("never-area", id, strokes().areas)
    return strokes().areas[id]


def read_strokes(toml: str, file: str = FILE) -> Strokes:
    """Parse and check the rows; raises `DataError` for anything that is not allowed.

    Every stroke, area, rule and number that the plate and the trainer speak of is there, and no other: one that is left
    out or added by a slip would change what is taught.
    """
    rows = read_rows(file, toml, _TABLES)
    for table, wanted in (("stroke", STROKES), ("area", AREAS), ("rule", RULES), ("number", NUMBERS)):
        found = [row["id"] for row in rows[table]]
        if found != list(wanted):
            raise DataError(file, table, "id", ", ".join(found), f"{', '.join(wanted)}, in this order")
    for row in rows["number"]:
        if not 0 < row["least"] <= row["most"]:
            raise DataError(file, row["id"], "most", row["most"], f"a number of at least {row['least']:g}")
    return Strokes(
        MappingProxyType({row["id"]: Stroke(**row) for row in rows["stroke"]}),
        MappingProxyType({row["id"]: NeverArea(**row) for row in rows["area"]}),
        MappingProxyType({row["id"]: StrokeRule(**row) for row in rows["rule"]}),
        MappingProxyType({row["id"]: Span(**row) for row in rows["number"]}),
    )


_BOWEL = ("", "ascending_colon_r", "descending_colon_l")
_BASIS: dict[str, Column] = {"basis": Column(one_of(BASES))}
_SOURCES: dict[str, Column] = {**_BASIS, "sources": Column(source_keys())}
_MAYBE: dict[str, Column] = {**_BASIS, "sources": Column(list_of(one_of(keys(), "a key of references.bib")))}
_TABLES: dict[str, dict[str, Column]] = {
    "stroke": {
        "name": Column(text()),
        "along": Column(one_of(_BOWEL)),
        "begins": Column(text()),
        "ends": Column(text()),
        **_SOURCES,
    },
    "area": {"name": Column(text()), "why": Column(text()), **_SOURCES},
    "rule": {"text": Column(text()), "note": Column(text()), **_MAYBE},
    "number": {"least": Column(number), "most": Column(number), "unit": Column(one_of(get_args(Unit))), **_MAYBE},
}
