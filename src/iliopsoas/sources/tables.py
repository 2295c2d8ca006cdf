"""Strict reading of hand-written TOML tables: every row is checked field by field before anything uses it.

A table is a list of rows (`[[structure]]`, `[[attachment]]`), each with an `id`. The caller says which columns a row
may have; a missing, unknown, misspelt or mistyped one raises `DataError` and names what is allowed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from iliopsoas.sources.errors import DataError, close_matches

ID_PATTERN = r"[a-z][a-z0-9]*(_[a-z0-9]+)*"


class Refused(Exception):  # noqa: N818 - never leaves this module as such
    """A check says no; `read_rows` turns it into a `DataError` that knows the file, the entry and the field."""

    def __init__(self, allowed: str, value: object = None, matches: Collection[str] = ()) -> None:
        super().__init__(allowed)
        self.allowed = allowed
        self.value = value
        self.matches = tuple(matches)
        self.field = ""

    def inside(self, field: str) -> Refused:
        """Return this refusal, found inside `field` (a field of an inline table reads "action.text")."""
        self.field = f"{field}.{self.field}" if self.field else field
        return self


Check = Callable[[object], Any]


@dataclass(frozen=True)
class Column:
    """One field of a row: its check, and the value it takes when an optional field is left out."""

    check: Check
    required: bool = True
    default: Any = None


def text(pattern: str = "", allowed: str = "text that is not empty") -> Check:
    """Return a check for a non-empty text without stray blanks, matching `pattern` from end to end when given."""

    def check(value: object) -> str:
        ok = isinstance(value, str) and value != "" and value == " ".join(value.split())
        if not ok or (pattern and not re.fullmatch(pattern, str(value))):
            raise Refused(allowed, value)
        return str(value)

    return check


def flag(value: object) -> bool:
    """Accept true or false."""
    if not isinstance(value, bool):
        raise Refused("true or false", value)
    return value


def number(value: object) -> float:
    """Accept a finite number (whole or not, but not true or false)."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < float("inf"):
        raise Refused("a number", value)
    return float(value)


def whole(low: int, high: int) -> Check:
    """Return a check for a whole number from `low` to `high`, both included."""

    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise Refused(f"a whole number from {low} to {high}", value)
        return value

    return check


def one_of(valid: Collection[str], what: str = "") -> Check:
    """Return a check for one name out of a closed set; `what` says in words what the set is when it is long."""

    def check(value: object) -> str:
        if not isinstance(value, str) or value not in valid:
            raise Refused(what or ", ".join(valid), value, close_matches(value, valid))
        return value

    return check


def list_of(check_one: Check, least: int = 0) -> Check:
    """Return a check for a list of at least `least` different values, each passing `check_one`; gives a tuple."""

    def check(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) < least:
            raise Refused("a list" + (f" of at least {least}" if least else ""), value)
        items = tuple(check_one(item) for item in value)
        if len(set(items)) != len(items):
            raise Refused("a list in which nothing stands twice", value)
        return items

    return check


def record(columns: Mapping[str, Column], make: Callable[..., Any]) -> Check:
    """Return a check for an inline table with these columns, given to `make` as keyword arguments."""

    def check(value: object) -> Any:
        if not isinstance(value, dict):
            raise Refused(f"a table with {', '.join(columns)}", value)
        return make(**check_row(value, columns))

    return check


def check_row(row: Mapping[str, object], columns: Mapping[str, Column]) -> dict[str, Any]:
    """Return the checked values of one row, in column order; raises `Refused` that names the field."""
    for field in row:
        if field not in columns:
            raise Refused(f"the fields {', '.join(columns)}", field, close_matches(field, columns)).inside(field)
    out = {}
    for field, column in columns.items():
        if field not in row:
            if column.required:
                raise Refused("a value, because the field is required").inside(field)
            out[field] = column.default
            continue
        try:
            out[field] = column.check(row[field])
        except Refused as no:
            raise no.inside(field) from None
    return out


def read_rows(file: str, toml: str, tables: Mapping[str, Mapping[str, Column]]) -> dict[str, list[dict[str, Any]]]:
    """Parse and check the tables of one file.

    Parameters
    ----------
    file : str
        Name of the file, used in errors only.
    toml : str
        Its text.
    tables : mapping
        For each table that the file holds, its columns. A column "id" is added to every table.

    Returns
    -------
    dict
        For each table its rows in file order, each a dict with "id" and every column.

    Raises
    ------
    DataError
        The text is not TOML, a table is unknown, missing or empty, or a row breaks a rule.
    """
    try:
        data = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise DataError(file, "whole file", "", str(error), "valid TOML") from None
    for name in data:
        if name not in tables:
            raise DataError(file, name, "", name, f"the tables {', '.join(tables)}", close_matches(name, tables))
    return {name: _read_table(file, name, data.get(name), columns) for name, columns in tables.items()}


def _read_table(file: str, name: str, rows: object, columns: Mapping[str, Column]) -> list[dict[str, Any]]:
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise DataError(file, name, "", None if rows is None else rows, f"at least one [[{name}]]")
    with_id = {"id": Column(text(ID_PATTERN, "small letters and digits joined by _")), **columns}
    out: list[dict[str, Any]] = []
    seen: set[str] = set()
    for place, row in enumerate(rows, 1):
        entry = row["id"] if isinstance(row.get("id"), str) else f"{name} {place}"
        try:
            checked = check_row(row, with_id)
        except Refused as no:
            raise DataError(file, entry, no.field, no.value, no.allowed, no.matches) from None
        if checked["id"] in seen:
            raise DataError(file, entry, "id", entry, "an id that no other row has")
        seen.add(checked["id"])
        out.append(checked)
    return out
