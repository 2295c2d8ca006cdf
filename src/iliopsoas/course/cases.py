"""Cases: a person, what is known, and what to do. `case("K03")` is one of them; `ask("K03")` puts it on the card.

One row of ``cases.toml`` is one case. Every row has

==========  =======================================================================================
id          "k01", "k02", ...; printed as "K01"
lesson      "00" to "10": the first lesson after which it can be solved
title       a name that does not give the answer away
condition   what has to be thought of; cases with the same condition have the same tier
tier        one of `TIERS`: what has to happen, when and where
vignette    what the learner is told
steps       one to four questions, each a table with question, right, wrong (two or three tables with text and why),
            and why. The right answer of exactly one step begins with the words of the tier
say         what to tell the client
sources     reference keys, at least one
==========  =======================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, get_args

from iliopsoas.atlas.structures import source_keys
from iliopsoas.course.claims import LESSONS
from iliopsoas.course.questions import Question, Wrong, check_choice
from iliopsoas.sources import DataError, UnknownName
from iliopsoas.sources.tables import Column, list_of, one_of, read_rows, record, text

Tier = Literal["999", "emergency", "same_day", "gp", "adapt", "clear"]

FILE = "cases.toml"
CASE_ID = re.compile(r"[kK]\d{2}")
STEPS = (1, 4)
# What has to happen, in the words in which every case says it: always with a time and a place.
TIERS: Mapping[Tier, str] = MappingProxyType(
    {
        "999": "No treatment; call 999 or 112 now",
        "emergency": "No treatment; emergency department now",
        "same_day": "No treatment; medical contact today",
        "gp": "GP appointment this week, first",
        "adapt": "Treat, but adapted",
        "clear": "Treat as planned",
    }
)


class UnknownCase(UnknownName):
    """No case has this id; the message names those that look like it."""


@dataclass(frozen=True)
class Step:
    """A question about a case, with one right answer."""

    question: str
    right: str
    wrong: tuple[Wrong, ...]
    why: str


@dataclass(frozen=True)
class Case:
    """One case; the module says what each field holds."""

    id: str
    lesson: str
    title: str
    condition: str
    tier: Tier
    vignette: str
    steps: tuple[Step, ...]
    say: str
    sources: tuple[str, ...]

    @property
    def label(self) -> str:
        """The id as it is printed: "K03"."""
        return self.id.upper()

    @property
    def questions(self) -> tuple[Question, ...]:
        """Its steps as questions for the card, "k03a", "k03b" and so on; every one of them is about safety."""
        last = len(self.steps) - 1
        return tuple(
            Question(
                id=f"{self.id}{'abcd'[place]}",
                lesson=self.lesson,
                topic="safety",
                kind="choice",
                question=step.question,
                why=f"{step.why} What to say: “{self.say}”" if place == last else step.why,
                sources=self.sources,
                safety=True,
                right=step.right,
                wrong=step.wrong,
                vignette=f"{self.label}, {self.title}. {self.vignette}",
            )
            for place, step in enumerate(self.steps)
        )


def case(id: str) -> Case:
    """Return the case with this id ("K03" or "k03"); an unknown one raises `UnknownCase`."""
    try:
        return cases()[id.lower()]
    except (KeyError, AttributeError):
        raise UnknownCase("case", id, [c.label for c in cases().values()]) from None


def case_questions(id: str) -> tuple[Question, ...]:
    """Return the questions of a case, in order; an unknown one raises `UnknownCase`."""
    return case(id).questions


@cache
def cases() -> Mapping[str, Case]:
    """Return all cases by id, in the order of the file (read once, then kept)."""
    return read_cases(files("iliopsoas.course").joinpath(FILE).read_text(encoding="utf-8"))


def read_cases(toml: str, file: str = FILE) -> Mapping[str, Case]:
    """Parse and check a table of cases; raises `DataError` for anything that is not allowed."""
    rows = read_rows(file, toml, {"case": COLUMNS})["case"]
    found = {row["id"]: Case(**row) for row in rows}
    tier_of: dict[str, Case] = {}
    for one in found.values():
        _check(file, one)
        first = tier_of.setdefault(one.condition.casefold(), one)
        if first.tier != one.tier:
            allowed = f"'{first.tier}', as in {first.label}: one condition has one tier"
            raise DataError(file, one.id, "tier", one.tier, allowed)
    return MappingProxyType(found)


def _check(file: str, one: Case) -> None:
    if not re.fullmatch(r"k\d{2}", one.id):
        raise DataError(file, one.id, "id", one.id, "k and two digits")
    if not STEPS[0] <= len(one.steps) <= STEPS[1]:
        raise DataError(file, one.id, "steps", len(one.steps), f"{STEPS[0]} to {STEPS[1]} steps")
    for step in one.steps:
        check_choice(file, one.id, "steps.wrong", step.right, step.wrong)
    deciding = [step for step in one.steps if step.right.startswith(TIERS[one.tier])]
    others = [tier for tier, words in TIERS.items() if tier != one.tier]
    straying = [step for step in one.steps if any(step.right.startswith(TIERS[tier]) for tier in others)]
    if len(deciding) != 1 or straying:
        allowed = f"one right answer, and no other, that begins with '{TIERS[one.tier]}'"
        raise DataError(file, one.id, "steps.right", [step.right for step in one.steps], allowed)


STEP: Mapping[str, Column] = {
    "question": Column(text()),
    "right": Column(text()),
    "wrong": Column(list_of(record({"text": Column(text()), "why": Column(text())}, Wrong))),
    "why": Column(text()),
}


COLUMNS: Mapping[str, Column] = {
    "lesson": Column(one_of(LESSONS)),
    "title": Column(text()),
    "condition": Column(text()),
    "tier": Column(one_of(get_args(Tier))),
    "vignette": Column(text()),
    "steps": Column(list_of(record(STEP, Step), least=STEPS[0])),
    "say": Column(text()),
    "sources": Column(source_keys()),
}
