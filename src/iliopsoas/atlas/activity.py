"""How hard psoas works in a task: what published recordings say, as shares of a maximum or in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, get_args

from iliopsoas.atlas.structures import sentence, source_keys
from iliopsoas.sources import DataError
from iliopsoas.sources.tables import Column, number, one_of, read_rows, text

Scale = Literal["psoas", "review"]
Kind = Literal["about", "at_most", "at_least", "range", "most"]
Part = Literal["process", "body", "whole"]

FILE = "activity.toml"


@dataclass(frozen=True)
class Task:
    """One task with a share of the activity in a full effort.

    Attributes
    ----------
    id, name : str
    scale : {"psoas", "review"}
        Whose maximum: psoas itself in one study, or hip flexors over the studies of a review.
    kind : {"about", "at_most", "at_least", "range", "most"}
        How the numbers are meant; "most": the highest of its study, no number.
    low_pct, high_pct : float or None
    sources : tuple of str
        Reference keys.
    """

    id: str
    name: str
    scale: Scale
    kind: Kind
    sources: tuple[str, ...]
    low_pct: float | None = None
    high_pct: float | None = None

    @property
    def text(self) -> str:
        """The share as printed: "15 to 35 %", "no more than 16 %", "the highest"."""
        if self.kind == "most":
            return "the highest of all"
        words = {"about": "about {1:g} %", "at_most": "no more than {1:g} %", "at_least": "more than {0:g} %"}
        return words.get(self.kind, "{0:g} to {1:g} %").format(self.low_pct, self.high_pct)


@dataclass(frozen=True)
class Finding:
    """What a recording says in words: in which task which part of psoas works."""

    id: str
    name: str
    part: Part
    said: str
    people: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Activity:
    """All tasks and findings, in the order of the file."""

    tasks: Mapping[str, Task]
    findings: tuple[Finding, ...]


@cache
def activity() -> Activity:
    """Return what is recorded (read once, then kept)."""
    return read_activity(files("iliopsoas.atlas").joinpath(FILE).read_text(encoding="utf-8"))


def read_activity(toml: str, file: str = FILE) -> Activity:
    """Parse and check the table; raises `DataError` for anything that is not allowed."""
    share = Column(number, required=False)
    task = {
        "name": Column(text()),
        "scale": Column(one_of(get_args(Scale))),
        "kind": Column(one_of(get_args(Kind))),
        "low_pct": share,
        "high_pct": share,
        "sources": Column(source_keys()),
    }
    finding = {
        "name": Column(text()),
        "part": Column(one_of(get_args(Part))),
        "said": Column(sentence()),
        "people": Column(text()),
        "sources": Column(source_keys()),
    }
    rows = read_rows(file, toml, {"task": task, "finding": finding})
    tasks = [Task(**row) for row in rows["task"]]
    for one in tasks:
        if one.kind == "most":
            if one.low_pct is not None or one.high_pct is not None:
                raise DataError(file, one.id, "low_pct", (one.low_pct, one.high_pct), "no numbers with kind 'most'")
        elif one.low_pct is None or one.high_pct is None or not 0 <= one.low_pct <= one.high_pct <= 100:
            raise DataError(file, one.id, "low_pct", (one.low_pct, one.high_pct), "low and high, 0 to 100, rising")
    return Activity(MappingProxyType({one.id: one for one in tasks}), tuple(Finding(**row) for row in rows["finding"]))
