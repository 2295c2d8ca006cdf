"""How far a hand stays from what, on the palpation map: margins as checked data, each with source and confidence.

``margins.toml`` holds rows ``margin``: a place of `iliopsoas.body.sites` or drawn structures, the verdict that holds
within ``margin_mm`` of it, why, where the margin comes from, on what kind of source it rests, and the sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, get_args

from iliopsoas.atlas.structures import source_keys, structures
from iliopsoas.body.sites import PLACES
from iliopsoas.sources import DataError
from iliopsoas.sources.tables import Column, list_of, number, one_of, read_rows, text

Verdict = Literal["superficial", "caution", "never"]
Basis = Literal["study", "expert knowledge"]

FILE = "margins.toml"
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)  # from the mildest to the strictest; none of them invites pressing
BASES: tuple[Basis, ...] = get_args(Basis)
MOST_MM = 60.0  # a greater margin would be a slip of the pen: an area is a place, not a margin


@dataclass(frozen=True)
class Margin:
    """One reason to keep off.

    Attributes
    ----------
    id, name : str
    verdict : "superficial", "caution" or "never"
        What holds within the margin.
    margin_mm : float
        Seen from the front, from the edge of a square; 0 means that it must touch.
    place : str
        A place of `iliopsoas.body.sites.PLACES`, or empty.
    structures : tuple of str
        Drawn structures instead.
    why, margin_from : str
        Why hands keep off, and where the margin comes from.
    basis : "study" or "expert knowledge"
        What the margin rests on; the second is weak.
    sources : tuple of str
    """

    id: str
    name: str
    verdict: Verdict
    margin_mm: float
    why: str
    margin_from: str
    basis: Basis
    sources: tuple[str, ...]
    place: str = ""
    structures: tuple[str, ...] = ()

    @property
    def is_weak(self) -> bool:
        """Whether the margin rests on expert knowledge alone."""
        return self.basis == "expert knowledge"


@cache
def margins() -> Mapping[str, Margin]:
    """Return the margins of the package by id (read once, then kept)."""
    return read_margins(files("iliopsoas.body").joinpath(FILE).read_text(encoding="utf-8"))


def read_margins(toml: str, file: str = FILE) -> Mapping[str, Margin]:
    """Parse and check margins; raises `DataError` for anything that is not allowed.

    A margin names either a place or structures that there are, is not below 0 and not above `MOST_MM`.
    """
    rows = read_rows(file, toml, {"margin": _COLUMNS})["margin"]
    for row in rows:
        if bool(row["place"]) == bool(row["structures"]):
            raise DataError(file, row["id"], "place", row["place"], "a place or structures, one of the two")
        if not 0 <= row["margin_mm"] <= MOST_MM:
            raise DataError(file, row["id"], "margin_mm", row["margin_mm"], f"a number from 0 to {MOST_MM:g}")
    return MappingProxyType({row["id"]: Margin(**row) for row in rows})


_COLUMNS: dict[str, Column] = {
    "name": Column(text()),
    "place": Column(one_of(tuple(PLACES), "a place of sites.PLACES"), required=False, default=""),
    "structures": Column(list_of(one_of(tuple(structures()), "an id of structures.toml"), 1), False, ()),
    "verdict": Column(one_of(VERDICTS)),
    "margin_mm": Column(number),
    "why": Column(text()),
    "margin_from": Column(text()),
    "basis": Column(one_of(BASES)),
    "sources": Column(source_keys()),
}
