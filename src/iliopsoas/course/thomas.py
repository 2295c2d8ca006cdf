"""The modified Thomas test: what each deviation is taken to point to, and how good the test is.

``thomas.toml`` holds two kinds of rows, each with its sources: ``reading`` (a sign, what it points to, whether that is
contested, and what to know of it) and ``study`` (who was tested, what was found, and its numbers).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from iliopsoas.atlas.structures import source_keys
from iliopsoas.course.grounds import BASES, Basis, Grounded
from iliopsoas.sources.tables import Column, Refused, flag, number, one_of, read_rows, text, whole

FILE = "thomas.toml"


@dataclass(frozen=True)
class Reading(Grounded):
    """One deviation: the sign, what it is taken to point to, whether sources differ, and what to know of it."""

    id: str
    sign: str
    points_to: str
    contested: bool
    note: str
    basis: Basis
    sources: tuple[str, ...]

    @property
    def text(self) -> str:
        """As printed, with the word for how sure it is."""
        sure = "contested" if self.contested else "agreed"
        return f"{self.sign}: {self.points_to[0].lower()}{self.points_to[1:]} ({sure}) {self.note}"


@dataclass(frozen=True)
class Study:
    """One study of the test; a number that it did not give is None.

    Attributes
    ----------
    id, found : str
    people : int
    sources : tuple of str
    sensitivity_pct, specificity_pct : float or None
        Of a thigh above the horizontal for limited hip extension.
    between_raters_kappa : float or None
        Agreement on pass or fail.
    between_raters_icc : (float, float) or None
        Least and greatest agreement of measured angles.
    """

    id: str
    people: int
    found: str
    sources: tuple[str, ...]
    sensitivity_pct: float | None = None
    specificity_pct: float | None = None
    between_raters_kappa: float | None = None
    between_raters_icc: tuple[float, float] | None = None


@dataclass(frozen=True)
class ThomasTest:
    """All rows by id, in the order of the file."""

    readings: Mapping[str, Reading]
    studies: Mapping[str, Study]


@cache
def thomas_test() -> ThomasTest:
    """Return the rows of the package (read once, then kept)."""
    return read_thomas_test(files("iliopsoas.course").joinpath(FILE).read_text(encoding="utf-8"))


def read_thomas_test(toml: str, file: str = FILE) -> ThomasTest:
    """Parse and check the rows; raises `DataError` for anything that is not allowed."""
    rows = read_rows(file, toml, _TABLES)
    return ThomasTest(
        MappingProxyType({row["id"]: Reading(**row) for row in rows["reading"]}),
        MappingProxyType({row["id"]: Study(**row) for row in rows["study"]}),
    )


def _within(low: float, high: float) -> Any:
    def check(value: object) -> float:
        found = number(value)
        if not low <= found <= high:
            raise Refused(f"a number from {low:g} to {high:g}", value)
        return found

    return check


def _span(value: object) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:
        raise Refused("two numbers from 0 to 1, the least first", value)
    low, high = (_within(0, 1)(one) for one in value)
    if low > high:
        raise Refused("two numbers from 0 to 1, the least first", value)
    return low, high


_SOURCES: dict[str, Column] = {"sources": Column(source_keys())}
_TABLES: dict[str, dict[str, Column]] = {
    "reading": {
        "sign": Column(text()),
        "points_to": Column(text()),
        "contested": Column(flag),
        "note": Column(text()),
        "basis": Column(one_of(BASES)),
        **_SOURCES,
    },
    "study": {
        "people": Column(whole(1, 10000)),
        "found": Column(text()),
        "sensitivity_pct": Column(_within(0, 100), required=False),
        "specificity_pct": Column(_within(0, 100), required=False),
        "between_raters_kappa": Column(_within(-1, 1), required=False),
        "between_raters_icc": Column(_span, required=False),
        **_SOURCES,
    },
}
