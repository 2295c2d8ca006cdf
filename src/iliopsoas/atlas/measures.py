"""Published numbers about the structures, each with its unit, the people measured and the source.

`measures.toml` is the one home of a number that a caption or a lesson prints. Where sources disagree, each has a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, get_args

from iliopsoas.atlas.structures import source_keys, structures
from iliopsoas.sources import UnknownName
from iliopsoas.sources.tables import Column, number, one_of, read_rows, text

Unit = Literal["mm", "mm2", "cm2", "cm2/m2", "deg", "%", "hips"]

FILE = "measures.toml"
_PRINTED: dict[str, str] = {"mm2": " mm²", "cm2": " cm²", "cm2/m2": " cm²/m²", "deg": "°", "%": "%"}


class UnknownMeasure(UnknownName):
    """No measure has this id; the message names ids that look like it."""


@dataclass(frozen=True)
class Measure:
    """One published number.

    Attributes
    ----------
    id : str
        Name used in code and data.
    structure : str
        Structure id of what was measured.
    name : str
        What was measured, in plain words.
    value : float
        The number, in `unit`.
    unit : str
        One of `Unit`.
    people : str
        Who was measured, and how.
    sources : tuple of str
        Reference keys.
    sd : float or None
        Standard deviation in `unit`, None where the source gives none.
    """

    id: str
    structure: str
    name: str
    value: float
    unit: Unit
    people: str
    sources: tuple[str, ...]
    sd: float | None = None

    @property
    def text(self) -> str:
        """The number as printed: "24.9 ± 17.9 mm", "12 hips"."""
        spread = "" if self.sd is None else f" ± {self.sd:g}"
        return f"{self.value:g}{spread}{_PRINTED.get(self.unit, f' {self.unit}')}"


def measure(id: str) -> Measure:
    """Return the measure with this id; raises `UnknownMeasure` (a KeyError) naming ids that look like it."""
    try:
        return measures()[id]
    except KeyError:
        raise UnknownMeasure("measure", id, measures()) from None


def measures_of(structure: str) -> tuple[Measure, ...]:
    """Return the measures of one structure id, in the order of the file; empty when there is none."""
    return tuple(m for m in measures().values() if m.structure == structure)


@cache
def measures() -> Mapping[str, Measure]:
    """Return all measures by id, in the order of the file (read once, then kept)."""
    return read_measures(files("iliopsoas.atlas").joinpath(FILE).read_text(encoding="utf-8"))


def read_measures(toml: str, file: str = FILE) -> Mapping[str, Measure]:
    """Parse and check a table of measures; raises `DataError` for anything that is not allowed."""
    columns = {
        "structure": Column(one_of(tuple(structures()), "the id of a structure")),
        "name": Column(text()),
        "value": Column(number),
        "unit": Column(one_of(get_args(Unit))),
        "people": Column(text()),
        "sources": Column(source_keys()),
        "sd": Column(number, required=False),
    }
    rows = read_rows(file, toml, {"measure": columns})["measure"]
    return MappingProxyType({row["id"]: Measure(**row) for row in rows})
