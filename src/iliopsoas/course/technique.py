"""Techniques, devices, never-areas, stop rules, and what became of the article's own sequence.

``technique.toml`` holds five kinds of rows, each with its sources: ``technique`` (steps, minutes and the steps that
they are for, pressure, dose, and what it reaches), ``device`` (what a trial used and found), ``never`` (where no device
goes), ``stop`` (a sign, what to do, and its outcome as in screening), ``article_step`` (kept, changed, dropped or
added, and why).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, get_args

from iliopsoas.atlas.structures import source_keys
from iliopsoas.course.claims import claims
from iliopsoas.course.grounds import BASES, Basis, Grounded
from iliopsoas.course.screening import OUTCOMES, Outcome, screening
from iliopsoas.sources import DataError
from iliopsoas.sources.tables import Column, Refused, list_of, number, one_of, read_rows, text, whole

Verdict = Literal["kept", "changed", "dropped", "added"]

FILE = "technique.toml"
FREQUENCY_HZ = (10.0, 60.0)  # what devices on sale can do, roughly: anything outside is a slip of the pen


@dataclass(frozen=True)
class Phase:
    """Steps that go together, and whether the minutes of the technique are for them."""

    steps: tuple[str, ...]
    timed: bool


@dataclass(frozen=True)
class Technique(Grounded):
    """One technique, step by step.

    `work` is what it is in the screening, `also` what else where it is used at other places too. `minutes` are the
    least and most for the steps with the numbers `timed`; what comes before and after takes as long as it takes.
    """

    id: str
    name: str
    work: str
    minutes: tuple[float, float]
    reaches: str
    position: str
    steps: tuple[str, ...]
    timed: tuple[int, ...]
    pressure: str
    dose: str
    basis: Basis
    sources: tuple[str, ...]
    also: tuple[str, ...] = ()

    @property
    def works(self) -> tuple[str, ...]:
        """All that it is in the screening."""
        return (self.work, *self.also)

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The steps one by one, those of the minutes together."""
        before = [Phase((step,), False) for step in self.steps[: self.timed[0] - 1]]
        after = [Phase((step,), False) for step in self.steps[self.timed[-1] :]]
        return (*before, Phase(self.steps[self.timed[0] - 1 : self.timed[-1]], True), *after)


@dataclass(frozen=True)
class Device(Grounded):
    """What one trial did with a percussion device, and what it found; the frequency may not be known."""

    id: str
    target: str
    frequency_hz: tuple[float, float] | None
    minutes: float
    people: int
    found: str
    basis: Basis
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Never(Grounded):
    """An area over which a device never goes, and why."""

    id: str
    area: str
    why: str
    basis: Basis
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Stop(Grounded):
    """A sign that ends the work at once, what to do, and the outcome of screening that it amounts to."""

    id: str
    sign: str
    do: str
    outcome: Outcome
    basis: Basis
    sources: tuple[str, ...]


@dataclass(frozen=True)
class ArticleStep(Grounded):
    """A step of the article's sequence in our words, what became of it and why, and the claims that it makes."""

    id: str
    article: str
    verdict: Verdict
    instead: str
    why: str
    claims: tuple[str, ...]
    basis: Basis
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Techniques:
    """All rows by id, in the order of the file."""

    techniques: Mapping[str, Technique]
    devices: Mapping[str, Device]
    never: Mapping[str, Never]
    stops: Mapping[str, Stop]
    article: Mapping[str, ArticleStep]


@cache
def techniques() -> Techniques:
    """Return the rows of the package (read once, then kept)."""
    return read_techniques(files("iliopsoas.course").joinpath(FILE).read_text(encoding="utf-8"))


def read_techniques(toml: str, file: str = FILE) -> Techniques:
    """Parse and check the rows; raises `DataError` for anything that is not allowed.

    A technique belongs to a work that the screening offers, and says that or how far it does not reach; a step of the
    article names claims that there are.
    """
    rows = read_rows(file, toml, _TABLES)
    offered = [id for id, work in screening().works.items() if work.offered]
    for row in rows["technique"]:
        for column, ids in (("work", [row["work"]]), ("also", row["also"])):
            for id in ids:
                if id not in offered:
                    raise DataError(file, row["id"], column, id, ", ".join(offered))
        timed, last = row["timed"], len(row["steps"])
        if timed[-1] > last or timed != tuple(range(timed[0], timed[-1] + 1)):
            raise DataError(file, row["id"], "timed", list(timed), f"numbers of steps in a row, from 1 to {last}")
    for row in rows["article_step"]:
        for id in row["claims"]:
            if id not in claims():
                raise DataError(file, row["id"], "claims", id, "an id of claims.toml")
    return Techniques(
        MappingProxyType({row["id"]: Technique(**row) for row in rows["technique"]}),
        MappingProxyType({row["id"]: Device(**row) for row in rows["device"]}),
        MappingProxyType({row["id"]: Never(**row) for row in rows["never"]}),
        MappingProxyType({row["id"]: Stop(**row) for row in rows["stop"]}),
        MappingProxyType({row["id"]: ArticleStep(**row) for row in rows["article_step"]}),
    )


def _span(low: float, high: float) -> Any:
    def check(value: object) -> tuple[float, float]:
        if not isinstance(value, list) or len(value) != 2:
            raise Refused("two numbers, the least and the most", value)
        first, last = (number(one) for one in value)
        if not low <= first <= last <= high:
            raise Refused(f"two numbers from {low:g} to {high:g}, the least first", value)
        return first, last

    return check


_SOURCES: dict[str, Column] = {"sources": Column(source_keys())}
_BASIS: dict[str, Column] = {"basis": Column(one_of(BASES))}
_TABLES: dict[str, dict[str, Column]] = {
    "technique": {
        "name": Column(text()),
        "work": Column(text()),
        "also": Column(list_of(text()), required=False, default=()),
        "minutes": Column(_span(0.5, 15)),
        "reaches": Column(text()),
        "position": Column(text()),
        "steps": Column(list_of(text(), 3)),
        "timed": Column(list_of(whole(1, 20), 1)),
        "pressure": Column(text()),
        "dose": Column(text()),
        **_BASIS,
        **_SOURCES,
    },
    "device": {
        "target": Column(text()),
        "frequency_hz": Column(_span(*FREQUENCY_HZ), required=False),
        "minutes": Column(number),
        "people": Column(whole(1, 10000)),
        "found": Column(text()),
        **_BASIS,
        **_SOURCES,
    },
    "never": {"area": Column(text()), "why": Column(text()), **_BASIS, **_SOURCES},
    "stop": {"sign": Column(text()), "do": Column(text()), "outcome": Column(one_of(OUTCOMES)), **_BASIS, **_SOURCES},
    "article_step": {
        "article": Column(text()),
        "verdict": Column(one_of(get_args(Verdict))),
        "instead": Column(text()),
        "why": Column(text()),
        "claims": Column(list_of(text(), 1)),
        **_BASIS,
        **_SOURCES,
    },
}
