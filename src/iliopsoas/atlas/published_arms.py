"""Published moment arms of psoas at the hip, as curves: what the hip model is judged by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from iliopsoas.atlas.structures import source_keys, structures
from iliopsoas.sources import DataError
from iliopsoas.sources.tables import Check, Column, Refused, number, one_of, read_rows, text

FILE = "published_arms.toml"


@dataclass(frozen=True)
class ArmCurve:
    """One published curve of the flexion arm over the hip angle.

    Attributes
    ----------
    id, name, people : str
        Name in code; what the curve is of; who was measured.
    muscle : str
        Structure id.
    angle_deg : tuple of float
        Hip flexion, rising.
    arm_mm : tuple of float
        Arm at each angle; positive bends the hip.
    sources : tuple of str
        Reference keys.
    """

    id: str
    muscle: str
    name: str
    people: str
    angle_deg: tuple[float, ...]
    arm_mm: tuple[float, ...]
    sources: tuple[str, ...]


@cache
def published_arms() -> Mapping[str, ArmCurve]:
    """Return all curves by id, in the order of the file (read once, then kept)."""
    return read_published_arms(files("iliopsoas.atlas").joinpath(FILE).read_text(encoding="utf-8"))


def read_published_arms(toml: str, file: str = FILE) -> Mapping[str, ArmCurve]:
    """Parse and check a table of curves; raises `DataError` for anything that is not allowed."""
    muscles = [id for id, row in structures().items() if row.kind == "muscle"]
    columns = {
        "muscle": Column(one_of(muscles, "a muscle of structures.toml")),
        "name": Column(text()),
        "people": Column(text()),
        "angle_deg": Column(_numbers()),
        "arm_mm": Column(_numbers()),
        "sources": Column(source_keys()),
    }
    curves = [ArmCurve(**row) for row in read_rows(file, toml, {"series": columns})["series"]]
    for curve in curves:
        if len(curve.angle_deg) != len(curve.arm_mm):
            raise DataError(
                file, curve.id, "arm_mm", len(curve.arm_mm), f"{len(curve.angle_deg)} numbers, as angle_deg"
            )
        if list(curve.angle_deg) != sorted(set(curve.angle_deg)):
            raise DataError(file, curve.id, "angle_deg", curve.angle_deg, "angles that rise")
    return MappingProxyType({curve.id: curve for curve in curves})


def _numbers() -> Check:
    def check(value: object) -> tuple[float, ...]:
        if not isinstance(value, list) or len(value) < 2:
            raise Refused("a list of at least two numbers", value)
        return tuple(number(one) for one in value)

    return check
