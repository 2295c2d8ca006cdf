"""Exercises for a client at home: `exercise("half_kneeling")`, with the pose of each leg, dose, and who must not.

One row of ``exercises.toml`` is one exercise, with one table ``leg`` for each leg that does something of its own. Every
angle says what it rests on: measured in people, or an assumption; and between which values people are taken to differ.
What psoas does in a pose is not written there: `iliopsoas.course.checker` asks the model. The rows ``stop`` are the
rules when to stop, on every card alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, get_args

from iliopsoas.atlas.structures import source_keys
from iliopsoas.body.pose import Pose
from iliopsoas.course.grounds import BASES, TRAINED, Basis, Grounded
from iliopsoas.sources import DataError, UnknownName
from iliopsoas.sources.tables import Column, list_of, number, one_of, read_rows, record, text

Aim = Literal["stretch", "rest"]
RestsOn = Literal["measured", "assumption"]
DoseRestsOn = Literal["guideline", "custom"]
Tier = Literal["stop", "same day", "emergency department now", "ambulance now"]

FILE = "exercises.toml"
TIERS: tuple[Tier, ...] = get_args(Tier)


class UnknownExercise(UnknownName):
    """No exercise has this id; the message names ids that look like it."""


@dataclass(frozen=True)
class Angle:
    """One angle of a leg in an exercise.

    Attributes
    ----------
    field : str
        Field of a `Pose`.
    value, low, high : float
        What is taken, and between which values people are taken to differ, degrees.
    rests_on : {"measured", "assumption"}
    said : str
        Who was measured, or why it was chosen.
    sources : tuple of str
        Reference keys; at least one where it was measured.
    """

    field: str
    value: float
    low: float
    high: float
    rests_on: RestsOn
    said: str
    sources: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The angle with its sign as a word: "Hip flexion: 15° extension (10° to 20° extension)"."""
        limit = Pose.limits()[self.field]
        low, high = sorted((self.low, self.high), key=abs)
        if self.low < 0 < self.high:
            span = f"{limit.words(self.low)} to {limit.words(self.high)}"
        else:
            span = f"{abs(low):g}° to {limit.words(high)}"
        return f"{limit.name}: {limit.words(self.value)} ({span})"

    @property
    def basis(self) -> str:
        """What it rests on, as printed."""
        return f"{'Measured' if self.rests_on == 'measured' else 'Assumption'}: {self.said}"


@dataclass(frozen=True)
class Leg:
    """One leg of an exercise, or both where they do the same."""

    id: str
    name: str
    angle: tuple[Angle, ...]

    @property
    def pose(self) -> Pose:
        """The pose of the leg."""
        return Pose(**{a.field: a.value for a in self.angle})


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    Attributes
    ----------
    id, name : str
    aim : {"stretch", "rest"}
    purpose : str
        What it is for, one sentence.
    how : tuple of str
        Steps, in words for a client.
    dose, dose_rests_on, dose_sources : str, {"guideline", "custom"}, tuple of str
        How long and how often, and whether somebody recommends that or it is only custom.
    adapt : tuple of str
        How to make it easier.
    not_for : tuple of str
        Who must leave it out, or ask first.
    evidence : str
        What was found on it, or that nothing was.
    sources : tuple of str
        Reference keys.
    leg : tuple of Leg
    instead : str
        Id of what to do when it does not suit; "" for none.
    """

    id: str
    name: str
    aim: Aim
    purpose: str
    how: tuple[str, ...]
    dose: str
    dose_rests_on: DoseRestsOn
    adapt: tuple[str, ...]
    not_for: tuple[str, ...]
    evidence: str
    sources: tuple[str, ...]
    leg: tuple[Leg, ...]
    dose_sources: tuple[str, ...] = ()
    instead: str = ""

    def one_leg(self, id: str) -> Leg:
        """Return the leg with this id; an unknown one raises `UnknownName`."""
        for one in self.leg:
            if one.id == id:
                return one
        raise UnknownName(f"leg of exercise {self.id!r}", id, [one.id for one in self.leg])


@dataclass(frozen=True)
class StopRule(Grounded):
    """A sign at which an exercise ends, what to do, and how fast."""

    id: str
    sign: str
    act: str
    tier: Tier
    basis: Basis
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exercises:
    """All exercises by id, and the stop rules in their order."""

    exercises: Mapping[str, Exercise]
    stops: tuple[StopRule, ...]


def exercise(id: str) -> Exercise:
    """Return the exercise with this id.

    Raises
    ------
    UnknownExercise
        A KeyError whose message names ids that look like it.
    """
    if id not in exercises():
        raise UnknownExercise("exercise", id, exercises())
    return exercises()[id]


def exercises() -> Mapping[str, Exercise]:
    """Return all exercises by id, in the order of the file."""
    return _stored().exercises


def stop_rules() -> tuple[StopRule, ...]:
    """Return the rules when to stop, mildest first."""
    return _stored().stops


@cache
def _stored() -> Exercises:
    return read_exercises(files("iliopsoas.course").joinpath(FILE).read_text(encoding="utf-8"))


def read_exercises(toml: str, file: str = FILE) -> Exercises:
    """Parse and check a table of exercises; raises `DataError` for anything that is not allowed."""
    rows = read_rows(file, toml, {"exercise": _EXERCISE, "stop": _STOP})
    for row in rows["exercise"]:
        _check(file, row, [one["id"] for one in rows["exercise"]])
    ranks = [TIERS.index(row["tier"]) for row in rows["stop"]]
    if ranks != sorted(ranks) or len(set(ranks)) != len(TIERS):
        raise DataError(file, "stop", "tier", [row["tier"] for row in rows["stop"]], f"all of {', '.join(TIERS)}, so")
    for row in rows["stop"]:
        if row["basis"] != TRAINED and not row["sources"]:
            raise DataError(file, row["id"], "sources", None, f"the source, or the basis {TRAINED}")
    by_id = MappingProxyType({row["id"]: Exercise(**row) for row in rows["exercise"]})
    return Exercises(by_id, tuple(StopRule(**row) for row in rows["stop"]))


def _check(file: str, row: Mapping[str, Any], ids: list[str]) -> None:
    id = row["id"]
    if row["instead"] and (row["instead"] not in ids or row["instead"] == id):
        raise DataError(file, id, "instead", row["instead"], f"another exercise of {', '.join(ids)}")
    if (row["dose_rests_on"] == "guideline") and not row["dose_sources"]:
        raise DataError(file, id, "dose_sources", None, "the source of the guideline")
    legs = [leg.id for leg in row["leg"]]
    if len(set(legs)) != len(legs):
        raise DataError(file, id, "leg.id", legs, "legs that differ")
    for leg in row["leg"]:
        fields = [a.field for a in leg.angle]
        if len(set(fields)) != len(fields):
            raise DataError(file, id, "leg.angle.field", fields, "each field once")
        for a in leg.angle:
            limit = Pose.limits()[a.field]
            if not limit.low <= a.low <= a.value <= a.high <= limit.high:
                allowed = f"low, value and high that rise, from {limit.low:g} to {limit.high:g}"
                raise DataError(file, id, f"{leg.id}.{a.field}", (a.low, a.value, a.high), allowed)
            if a.rests_on == "measured" and not a.sources:
                raise DataError(file, id, f"{leg.id}.{a.field}", None, "the source of what was measured")


_KEYS = Column(source_keys(), required=False, default=())
_TEXTS = Column(list_of(text(), 1))
_ANGLE = {
    "field": Column(one_of(tuple(name for name in Pose.limits() if name.endswith("_deg")))),
    "value": Column(number),
    "low": Column(number),
    "high": Column(number),
    "rests_on": Column(one_of(get_args(RestsOn))),
    "said": Column(text()),
    "sources": _KEYS,
}
_LEG = {"id": Column(text()), "name": Column(text()), "angle": Column(list_of(record(_ANGLE, Angle), 1))}
_EXERCISE = {
    "name": Column(text()),
    "aim": Column(one_of(get_args(Aim))),
    "purpose": Column(text()),
    "how": _TEXTS,
    "dose": Column(text()),
    "dose_rests_on": Column(one_of(get_args(DoseRestsOn))),
    "dose_sources": _KEYS,
    "adapt": _TEXTS,
    "not_for": _TEXTS,
    "instead": Column(text(), required=False, default=""),
    "evidence": Column(text()),
    "sources": Column(source_keys()),
    "leg": Column(list_of(record(_LEG, Leg), 1)),
}
_STOP = {"sign": Column(text()), "act": Column(text()), "tier": Column(one_of(TIERS)), "basis": Column(one_of(BASES)),
         "sources": _KEYS}  # fmt: skip
