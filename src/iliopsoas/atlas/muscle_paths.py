"""Paths of the muscles in the moving body: path points on bones, wrap cylinders, and where fascicles of psoas begin.

`muscle_paths.toml` holds the published numbers of the hip model of record (Rajagopal 2016) and of the fascicles of
psoas major (Christophy 2012). How long a path is in a pose is the business of `iliopsoas.body.muscle`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from iliopsoas.atlas.joints import VERTEBRAE, Vector, by_id, joints, source_key, vector
from iliopsoas.sources import DataError
from iliopsoas.sources.tables import Column, Refused, number, one_of, read_rows, record, text, whole

FILE = "muscle_paths.toml"
_BONES = ("pelvis", "femur", "tibia", "patella")

Half = Literal["-x", "+x", "-y", "+y", "all"]


@dataclass(frozen=True)
class PathPoint:
    """A point of a path: the bone that it is on, and where in the frame of that bone, metres."""

    on: str
    at_m: Vector


@dataclass(frozen=True)
class Cylinder:
    """A cylinder that a path bends over.

    Attributes
    ----------
    on : str
        Bone that it is fixed to.
    at_m, turn_rad : tuple of float
        Its middle in the frame of the bone, metres, and the turn of its frame, body-fixed x, y, z, radians.
    radius_m, length_m : float
        Its size; its axis is z of its own frame.
    half : {"-x", "+x", "-y", "+y", "all"}
        Half over which a path may lie, in its own frame; "all": the nearer one.
    model_name, source : str
        Name in the published model without the side, and reference key.
    """

    id: str
    model_name: str
    on: str
    at_m: Vector
    turn_rad: Vector
    radius_m: float
    length_m: float
    half: Half
    source: str


@dataclass(frozen=True)
class MusclePath:
    """The path of one muscle of the hip model.

    Attributes
    ----------
    name : str
        As printed.
    path : tuple of PathPoint
        From origin to insertion.
    cylinder : str or None
        Id of the cylinder that the path bends over.
    from_point : int or None
        The stretch from this point (counted from 1) to the next bends over the cylinder.
    fibre_m : float
        Fibre length at which the model's muscle is strongest, metres.
    model_name, source : str
        Name in the published model without the side, and reference key.
    """

    id: str
    name: str
    model_name: str
    path: tuple[PathPoint, ...]
    fibre_m: float
    source: str
    cylinder: str | None = None
    from_point: int | None = None


@dataclass(frozen=True)
class FascicleOrigin:
    """Where one fascicle begins: the muscle it belongs to, a lumbar vertebra, and the point in its frame, metres."""

    id: str
    name: str
    model_name: str
    muscle: str
    on: str
    at_m: Vector
    source: str


@dataclass(frozen=True)
class Paths:
    """All tables of `muscle_paths.toml`, each a mapping by id in the order of the file."""

    cylinders: Mapping[str, Cylinder]
    muscles: Mapping[str, MusclePath]
    fascicles: Mapping[str, FascicleOrigin]


@cache
def paths() -> Paths:
    """Return the paths of the package (read once, then kept)."""
    return read_paths(files("iliopsoas.atlas").joinpath(FILE).read_text(encoding="utf-8"))


def read_paths(toml: str, file: str = FILE) -> Paths:
    """Parse and check the table of paths; raises `DataError` for anything that is not allowed."""
    point = record({"on": Column(one_of(_BONES)), "at_m": Column(vector)}, PathPoint)
    tables: dict[str, dict[str, Column]] = {
        "cylinder": {
            "model_name": Column(text()),
            "on": Column(one_of(_BONES)),
            "at_m": Column(vector),
            "turn_rad": Column(vector),
            "radius_m": Column(_size),
            "length_m": Column(_size),
            "half": Column(one_of(("-x", "+x", "-y", "+y", "all"))),
            "source": Column(source_key()),
        },
        "muscle": {
            "name": Column(text()),
            "model_name": Column(text()),
            "path": Column(lambda value: _points(value, point)),
            "fibre_m": Column(_size),
            "source": Column(source_key()),
            "cylinder": Column(text(), required=False),
            "from_point": Column(whole(1, 9), required=False),
        },
        "fascicle": {
            "name": Column(text()),
            "model_name": Column(text()),
            "muscle": Column(text()),
            "on": Column(one_of(VERTEBRAE)),
            "at_m": Column(vector),
            "source": Column(source_key()),
        },
    }
    rows = read_rows(file, toml, tables)
    out = Paths(
        by_id(rows["cylinder"], Cylinder), by_id(rows["muscle"], MusclePath), by_id(rows["fascicle"], FascicleOrigin)
    )
    _check(out, file)
    return out


def _check(out: Paths, file: str) -> None:
    """Refuse tables whose rows do not fit together."""
    for muscle in out.muscles.values():
        if (muscle.cylinder is None) != (muscle.from_point is None):
            raise DataError(file, muscle.id, "from_point", muscle.from_point, "with a cylinder, and only then")
        if muscle.cylinder is not None and muscle.cylinder not in out.cylinders:
            raise DataError(file, muscle.id, "cylinder", muscle.cylinder, ", ".join(out.cylinders))
        if muscle.from_point is not None and muscle.from_point >= len(muscle.path):
            raise DataError(file, muscle.id, "from_point", muscle.from_point, "a point before the last")
    for fascicle in out.fascicles.values():
        if fascicle.muscle not in out.muscles:
            raise DataError(file, fascicle.id, "muscle", fascicle.muscle, ", ".join(out.muscles))
        if joints().frames["rajagopal"].brim_m not in [p.at_m for p in out.muscles[fascicle.muscle].path]:
            raise DataError(file, fascicle.id, "muscle", fascicle.muscle, "a muscle whose path has the brim point")


def _size(value: object) -> float:
    found = number(value)
    if found <= 0:
        raise Refused("a number above 0", value)
    return found


def _points(value: object, point: object) -> tuple[PathPoint, ...]:
    if not isinstance(value, list) or len(value) < 2:
        raise Refused("a list of at least two points", value)
    return tuple(point(item) for item in value)  # type: ignore[operator]
