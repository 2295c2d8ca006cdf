"""Who has reviewed the safety content: `reviews()` says it, and says so where nobody has yet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from iliopsoas.sources import DataError
from iliopsoas.sources.tables import Column, Refused, read_rows, text

FILE = "signoff.toml"


@dataclass(frozen=True)
class Review:
    """A review of a part of the course; `reviewer`, `qualification` and `date` (ISO) are empty until it was done."""

    id: str
    covers: str
    reviewer: str
    qualification: str
    date: str

    @property
    def text(self) -> str:
        """What a lesson prints."""
        if not self.reviewer:
            return f"{self.covers}: not yet reviewed by a qualified tutor."
        return f"{self.covers}: reviewed by {self.reviewer}, {self.qualification}, {self.date}."


@cache
def reviews() -> Mapping[str, Review]:
    """Return all reviews by id (read once, then kept)."""
    return read_reviews(files("iliopsoas.course").joinpath(FILE).read_text(encoding="utf-8"))


def read_reviews(toml: str, file: str = FILE) -> Mapping[str, Review]:
    """Parse and check the reviews; raises `DataError` where one is filled in by half, or its date is no date."""
    rows = read_rows(file, toml, {"review": _COLUMNS})["review"]
    for row in rows:
        given = [field for field in ("reviewer", "qualification", "date") if row[field]]
        if 0 < len(given) < 3:
            missing = next(field for field in ("reviewer", "qualification", "date") if not row[field])
            raise DataError(file, row["id"], missing, "", "reviewer, qualification and date, all three or none")
        if row["date"] and not re.fullmatch(r"20\d\d-[01]\d-[0-3]\d", row["date"]):
            raise DataError(file, row["id"], "date", row["date"], "a date such as 2027-03-31")
    return MappingProxyType({row["id"]: Review(**row) for row in rows})


def _maybe(value: object) -> str:
    if not isinstance(value, str) or value != value.strip():
        raise Refused("text, or nothing between the quotes", value)
    return value


_COLUMNS = {
    "covers": Column(text()),
    "reviewer": Column(_maybe),
    "qualification": Column(_maybe),
    "date": Column(_maybe),
}
