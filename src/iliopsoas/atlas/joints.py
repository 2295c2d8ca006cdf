"""Joints of the moving body: where they lie, how the knee angle moves the kneecap, how the spine shares out a bend.

`joints.toml` holds the published numbers of two models. The hip, knee and kneecap are those of the hip model of record
(Rajagopal 2016), whose pelvis frame is ours. The lumbar chain is that of Christophy 2012, with a pelvis frame of its
own. The second is laid on the first so that its *brim point*, where all fascicles of psoas major end, falls on the brim
point of the hip model, seen from the side; it is not moved across the midline. That keeps the line of each fascicle
past each lumbar joint as published. It is a choice of this project: laying hip centre on hip centre instead would move
the spine by another 11 mm forwards and 4 mm down, shorten the fascicles by 7 to 8 mm and take up to 5 mm off their
flexing arms at L5-S1: so uncertain are those numbers at least.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, TypeVar

from iliopsoas.sources import DataError, references
from iliopsoas.sources.tables import Check, Column, Refused, number, one_of, read_rows, text

FILE = "joints.toml"
VERTEBRAE = ("l5", "l4", "l3", "l2", "l1")
_SHARES = ("flexion_share", "bending_share", "rotation_share")

Vector = tuple[float, float, float]
Row = TypeVar("Row")


@dataclass(frozen=True)
class ModelFrame:
    """The pelvis frame of a published model: its right hip centre and the brim point of psoas major, metres."""

    id: str
    hip_m: Vector
    brim_m: Vector
    source: str


@dataclass(frozen=True)
class Joint:
    """A joint between two bones of the right leg.

    Attributes
    ----------
    parent, child : str
        Bone that stays and bone that moves.
    in_parent_m, in_child_m : tuple of float
        The joint in the frame of either bone, metres.
    turn_rad : tuple of float
        Turn of the joint's axes on both bones, body-fixed x, y, z, radians.
    source : str
        Reference key.
    """

    id: str
    parent: str
    child: str
    in_parent_m: Vector
    in_child_m: Vector
    turn_rad: Vector
    source: str


@dataclass(frozen=True)
class Curve:
    """One turn or slide of a joint as a function of the knee angle.

    Attributes
    ----------
    joint : str
        Id of the joint.
    kind : {"turn", "slide"}
        About or along `axis`; `values` are radians or metres.
    axis : {"x", "y", "z"}
        Axis of the joint.
    at_rad, values : tuple of float
        Knee angles and what the curve is there. No values: the knee angle itself; one value: always that.
    """

    id: str
    joint: str
    kind: Literal["turn", "slide"]
    axis: Literal["x", "y", "z"]
    at_rad: tuple[float, ...]
    values: tuple[float, ...]


@dataclass(frozen=True)
class LumbarJoint:
    """A joint of the lumbar spine.

    Attributes
    ----------
    name : str
        As printed, "L4–L5".
    below, above : str
        "pelvis" or a vertebra, and the vertebra that moves on it.
    below_m, above_m : tuple of float
        The joint in the frame of either, metres.
    flexion_share, bending_share, rotation_share : float
        Part of the whole lumbar angle that falls to this joint, 0 to 1.
    source : str
        Reference key.
    """

    id: str
    name: str
    below: str
    above: str
    below_m: Vector
    above_m: Vector
    flexion_share: float
    bending_share: float
    rotation_share: float
    source: str


@dataclass(frozen=True)
class Joints:
    """All tables of `joints.toml`, each a mapping by id in the order of the file."""

    frames: Mapping[str, ModelFrame]
    joints: Mapping[str, Joint]
    curves: Mapping[str, Curve]
    lumbar: Mapping[str, LumbarJoint]

    def curves_of(self, joint: str) -> tuple[Curve, ...]:
        """Return the curves of a joint, turns in the order in which they are made."""
        return tuple(curve for curve in self.curves.values() if curve.joint == joint)

    @property
    def spine_moved_m(self) -> Vector:
        """How the lumbar model is moved to lie in our pelvis frame: brim point on brim point, but not sideways."""
        ours, theirs = self.frames["rajagopal"].brim_m, self.frames["christophy"].brim_m
        return (ours[0] - theirs[0], ours[1] - theirs[1], 0.0)


@cache
def joints() -> Joints:
    """Return the joints of the package (read once, then kept)."""
    return read_joints(files("iliopsoas.atlas").joinpath(FILE).read_text(encoding="utf-8"))


def read_joints(toml: str, file: str = FILE) -> Joints:
    """Parse and check the table of joints; raises `DataError` for anything that is not allowed."""
    bone = one_of(("pelvis", "femur", "tibia", "patella"))
    shares = {share: Column(number) for share in _SHARES}
    tables: dict[str, dict[str, Column]] = {
        "frame": {"hip_m": Column(vector), "brim_m": Column(vector), "source": Column(source_key())},
        "joint": {
            "parent": Column(bone),
            "child": Column(bone),
            "in_parent_m": Column(vector),
            "in_child_m": Column(vector),
            "turn_rad": Column(vector),
            "source": Column(source_key()),
        },
        "curve": {
            "joint": Column(one_of(("knee", "kneecap"))),
            "kind": Column(one_of(("turn", "slide"))),
            "axis": Column(one_of(("x", "y", "z"))),
            "at_rad": Column(_numbers, required=False, default=()),
            "values": Column(_numbers, required=False, default=()),
        },
        "lumbar_joint": {
            "name": Column(text()),
            "below": Column(one_of(("pelvis", *VERTEBRAE))),
            "above": Column(one_of(VERTEBRAE)),
            "below_m": Column(vector),
            "above_m": Column(vector),
            **shares,
            "source": Column(source_key()),
        },
    }
    rows = read_rows(file, toml, tables)
    out = Joints(
        by_id(rows["frame"], ModelFrame),
        by_id(rows["joint"], Joint),
        by_id(rows["curve"], Curve),
        by_id(rows["lumbar_joint"], LumbarJoint),
    )
    _check(out, file)
    return out


def _check(out: Joints, file: str) -> None:
    """Refuse tables whose rows do not fit together."""
    for table, needed in ((out.frames, ("rajagopal", "christophy")), (out.joints, ("hip", "knee", "kneecap"))):
        for id in needed:
            if id not in table:
                raise DataError(file, id, "", None, f"the rows {', '.join(needed)}")
    if out.joints["hip"].in_parent_m != out.frames["rajagopal"].hip_m:
        raise DataError(file, "hip", "in_parent_m", out.joints["hip"].in_parent_m, "the hip centre of our frame")
    for curve in out.curves.values():
        ok = (len(curve.values) <= 1 and not curve.at_rad) or len(curve.values) == len(curve.at_rad) >= 4
        if not ok or any(b <= a for a, b in zip(curve.at_rad, curve.at_rad[1:], strict=False)):
            raise DataError(file, curve.id, "values", curve.values, "a value for each of at least four rising angles")
    below = "pelvis"
    for joint, above in zip(out.lumbar.values(), VERTEBRAE, strict=False):
        if (joint.below, joint.above) != (below, above):
            raise DataError(file, joint.id, "above", joint.above, f"{above} on {below}: joints from below upwards")
        below = above
    for share in _SHARES:
        total = sum(getattr(joint, share) for joint in out.lumbar.values())
        if len(out.lumbar) != len(VERTEBRAE) or abs(total - 1) > 1e-9:
            raise DataError(file, "lumbar_joint", share, total, "five joints whose shares add up to 1")


# ---------------------------------------------------------------- shared with muscle_paths.py


def vector(value: object) -> Vector:
    """Accept a list of three numbers; gives a tuple."""
    found = _numbers(value)
    if len(found) != 3:
        raise Refused("a list of three numbers", value)
    return (found[0], found[1], found[2])


def source_key() -> Check:
    """Return a check for one known reference key."""
    return one_of(tuple(references()), "a key of references.bib")


def by_id(rows: list[dict[str, object]], make: type[Row]) -> Mapping[str, Row]:
    """Return checked rows as objects by id, in the order of the file; nothing can be changed in it."""
    return MappingProxyType({str(row["id"]): make(**row) for row in rows})


def _numbers(value: object) -> tuple[float, ...]:
    if not isinstance(value, list):
        raise Refused("a list of numbers", value)
    return tuple(number(item) for item in value)
