"""One recorded stride: hip angle over the walking cycle, and the force that a simulation of it gave psoas."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from iliopsoas.atlas.structures import source_keys
from iliopsoas.sources import DataError
from iliopsoas.sources.tables import Check, Column, Refused, number, read_rows, text

FILE = "stride.toml"


@dataclass(frozen=True)
class Stride:
    """One stride of one adult.

    Attributes
    ----------
    id, people : str
    percent : tuple of float
        Positions in the cycle, from one first contact of the foot (0) to the next (100).
    right_deg, left_deg : tuple of float
        Hip flexion of each leg, above zero flexion; nan where it was not recorded.
    psoas_n : tuple of float
        Force of psoas in a simulation, newtons; only shares of it are fit to be shown.
    toe_off_low_percent, toe_off_high_percent : float
        When the toes left the ground.
    sources : tuple of str
        Reference keys.
    """

    id: str
    people: str
    percent: tuple[float, ...]
    right_deg: tuple[float, ...]
    left_deg: tuple[float, ...]
    psoas_n: tuple[float, ...]
    toe_off_low_percent: float
    toe_off_high_percent: float
    sources: tuple[str, ...]

    @property
    def hip_flexion_deg(self) -> tuple[float, ...]:
        """Hip flexion at each position: the mean of both legs where both were recorded, else the one that was."""
        out = []
        for pair in zip(self.right_deg, self.left_deg, strict=True):
            known = [angle for angle in pair if not math.isnan(angle)]
            out.append(sum(known) / len(known))
        return tuple(out)

    @property
    def force_share(self) -> tuple[float, ...]:
        """Simulated force of psoas at each position as a share of its highest value here."""
        return tuple(force / max(self.psoas_n) for force in self.psoas_n)


@cache
def stride() -> Stride:
    """Return the stride (read once, then kept)."""
    return read_stride(files("iliopsoas.atlas").joinpath(FILE).read_text(encoding="utf-8"))


def read_stride(toml: str, file: str = FILE) -> Stride:
    """Parse and check the table; raises `DataError` for anything that is not allowed."""
    columns = {
        "people": Column(text()),
        "percent": Column(_numbers()),
        "right_deg": Column(_numbers(missing=True)),
        "left_deg": Column(_numbers(missing=True)),
        "psoas_n": Column(_numbers()),
        "toe_off_low_percent": Column(number),
        "toe_off_high_percent": Column(number),
        "sources": Column(source_keys()),
    }
    rows = read_rows(file, toml, {"stride": columns})["stride"]
    one = Stride(**rows[0])
    if len(rows) > 1:
        raise DataError(file, rows[1]["id"], "id", rows[1]["id"], "one stride only")
    for field in ("right_deg", "left_deg", "psoas_n"):
        if len(getattr(one, field)) != len(one.percent):
            raise DataError(file, one.id, field, len(getattr(one, field)), f"{len(one.percent)} numbers, as percent")
    if list(one.percent) != sorted(set(one.percent)) or (one.percent[0], one.percent[-1]) != (0, 100):
        raise DataError(file, one.id, "percent", one.percent, "numbers that rise from 0 to 100")
    for percent, *pair in zip(one.percent, one.right_deg, one.left_deg, strict=True):
        if all(math.isnan(angle) for angle in pair):
            raise DataError(file, one.id, "left_deg", f"nothing at {percent:g} %", "an angle of one leg at least")
    return one


def _numbers(missing: bool = False) -> Check:
    def check(value: Any) -> tuple[float, ...]:
        if not isinstance(value, list) or not value:
            raise Refused("a list of numbers", value)
        return tuple(one if missing and isinstance(one, float) and math.isnan(one) else number(one) for one in value)

    return check
