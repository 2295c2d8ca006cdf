"""Where the bones of the moving body are in a pose: rigid placements of femur, tibia, kneecap, vertebrae and pelvis.

This is the one edge at which clinical signs (`Pose`) become those of the published models. They differ for the pelvis,
where the models count tilting backwards as positive, and for the spine, where they count extension. Everything is the
right side in the pelvis frame of the hip model (metres); `placement` mirrors it for the left and `pelvis_in_room` says
how the pelvis stands. One pose or many at once: angles have any shape, and what comes out has that shape in front.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache, cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from iliopsoas.atlas.joints import VERTEBRAE, joints
from iliopsoas.body.pose import Pose, checked_values
from iliopsoas.body.spline import Spline
from iliopsoas.sources import UnknownName

FloatArray = NDArray[np.float64]
Side = Literal["r", "l"]

BONES = ("pelvis", "femur", "tibia", "patella", *VERTEBRAE)
HIP_MOVES = frozenset({"femur", "tibia", "patella"})
_MIRROR = np.array([1.0, 1.0, -1.0])


@dataclass(frozen=True, eq=False)
class Angles:
    """Angles of one or many poses in radians and with the signs of the published models.

    Attributes
    ----------
    hip_flexion, hip_adduction, hip_rotation, knee : ndarray
        As in `Pose`.
    pelvis_backward_tilt, lumbar_extension : ndarray
        The other way round than in `Pose`.
    lumbar_bending, lumbar_rotation : ndarray
        To the right, and to the left, of the whole lumbar spine; a `Pose` has none.
    """

    hip_flexion: FloatArray
    hip_adduction: FloatArray
    hip_rotation: FloatArray
    knee: FloatArray
    pelvis_backward_tilt: FloatArray
    lumbar_extension: FloatArray
    lumbar_bending: FloatArray
    lumbar_rotation: FloatArray

    @classmethod
    def of(cls, pose: Pose, **sweep: ArrayLike) -> Angles:
        """Return the angles of a pose, with some of its fields (named as in `Pose`) replaced by arrays.

        Raises
        ------
        ValueError
            A field is unknown or a value not allowed, as for `Pose`, or the arrays do not fit together.
        """
        found = {name: checked_values(name, value) for name, value in sweep.items()}
        shapes = {name: value.shape for name, value in found.items()}
        try:
            shape = np.broadcast_shapes(*shapes.values())
        except ValueError:
            raise ValueError(f"the arrays of a sweep do not broadcast: {shapes}") from None

        def rad(name: str) -> FloatArray:
            return np.radians(found.get(name, np.array(getattr(pose, name))))

        none = np.array(0.0)
        return cls(
            hip_flexion=np.broadcast_to(rad("hip_flexion_deg"), shape),  # one field of full shape gives all results it
            hip_adduction=rad("hip_adduction_deg"),
            hip_rotation=rad("hip_rotation_deg"),
            knee=rad("knee_flexion_deg"),
            pelvis_backward_tilt=-rad("pelvic_tilt_deg"),
            lumbar_extension=-rad("lumbar_flexion_deg"),
            lumbar_bending=none,
            lumbar_rotation=none,
        )

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the poses: () for one."""
        return np.broadcast_shapes(*(np.shape(getattr(self, field.name)) for field in fields(self)))


@dataclass(frozen=True, eq=False)
class Placement:
    """Where a bone is: turn of its frame, shape (..., 3, 3), and its origin, shape (..., 3), metres."""

    turn: FloatArray
    origin: FloatArray

    def place(self, points: ArrayLike) -> FloatArray:
        """Return points of the bone, shape (3,) or (n, 3), where they are now; with shape (..., n, 3) for n points."""
        local = np.asarray(points, float)
        if local.ndim == 1:
            return self.turn @ local + self.origin
        return local @ np.swapaxes(self.turn, -1, -2) + self.origin[..., None, :]

    def local(self, points: FloatArray) -> FloatArray:
        """Return points that are where `points` (..., 3) say, in the bone's own frame; one for each pose."""
        return turned_back(self.turn, points - self.origin)

    def __matmul__(self, inner: Placement) -> Placement:
        """Return the placement of a bone placed by `inner` on this one."""
        return Placement(self.turn @ inner.turn, turned(self.turn, inner.origin) + self.origin)

    @property
    def inverse(self) -> Placement:
        """The placement that undoes this one."""
        back = np.swapaxes(self.turn, -1, -2)
        return Placement(back, -turned(back, self.origin))

    @property
    def mirrored(self) -> Placement:
        """The same for the mirror image of the bone, on the other side."""
        return Placement(self.turn * _MIRROR * _MIRROR[:, None], self.origin * _MIRROR)


class Skeleton:
    """The right-hand bones of one or many poses, placed in the pelvis frame when asked for: ``skeleton["femur"]``."""

    def __init__(self, angles: Angles) -> None:
        self.angles = angles
        self._placed: dict[str, Placement] = {"pelvis": STILL}

    def __getitem__(self, bone: str) -> Placement:
        """Return where a bone of `BONES` is; raises `UnknownName` for another."""
        if bone not in self._placed:
            self._placed[bone] = self._find(bone)
        return self._placed[bone]

    @cached_property
    def hip_axes(self) -> dict[str, FloatArray]:
        """Unit vectors about which each hip angle turns the femur, shape (..., 3), in the pelvis frame."""
        flexed = about("z", self.angles.hip_flexion)
        both = flexed @ about("x", self.angles.hip_adduction)
        return {"flexion": np.array([0.0, 0.0, 1.0]), "adduction": flexed[..., 0], "rotation": both[..., 1]}

    def _find(self, bone: str) -> Placement:
        if bone == "femur":
            a = self.angles
            turn = about("z", a.hip_flexion) @ about("x", a.hip_adduction) @ about("y", a.hip_rotation)
            return Placement(turn, np.array(joints().joints["hip"].in_parent_m))
        if bone in ("tibia", "patella"):
            return self["femur"] @ knee_joint("knee" if bone == "tibia" else "kneecap", self.angles.knee)
        if bone in VERTEBRAE:
            return self._vertebra(bone)
        raise UnknownName("bone of the moving body", bone, BONES)

    def _vertebra(self, bone: str) -> Placement:
        joint = next(joint for joint in joints().lumbar.values() if joint.above == bone)
        a = self.angles
        turn = (
            about("z", joint.flexion_share * a.lumbar_extension)
            @ about("x", joint.bending_share * a.lumbar_bending)
            @ about("y", joint.rotation_share * a.lumbar_rotation)
        )
        there = np.array(joint.below_m) + (np.array(joints().spine_moved_m) if joint.below == "pelvis" else 0)
        return self[joint.below] @ Placement(turn, there - turn @ np.array(joint.above_m))


def placement(pose: Pose, bone: str, side: Side = "r") -> Placement:
    """Return where one of `BONES` is in a pose, in the pelvis frame; the left leg mirrors the right.

    The placement of a left bone takes points of that left bone. At `Pose()` turns are those of the models: none for
    the femur and the vertebrae.
    """
    found = Skeleton(Angles.of(pose))[bone]
    if side not in ("r", "l"):
        raise ValueError(f"side {side!r} is neither 'r' nor 'l'")
    return found if side == "r" else found.mirrored


def pelvis_in_room(pose: Pose) -> Placement:
    """Return how the pelvis stands in a room, x forwards and y up: tilted about the line through the hip centres."""
    turn = about("z", Angles.of(pose).pelvis_backward_tilt)
    middle = np.array(joints().joints["hip"].in_parent_m) * [1, 1, 0]
    return Placement(turn, middle - turn @ middle)


def segment_flexion_deg(pose: Pose) -> dict[str, float]:
    """Return how much each lumbar joint, from L5-S1 upwards, flexes in a pose, degrees; above zero is flexion."""
    return {id: joint.flexion_share * pose.lumbar_flexion_deg for id, joint in joints().lumbar.items()}


def knee_joint(joint: Literal["knee", "kneecap"], knee_rad: FloatArray) -> Placement:
    """Return the tibia or the kneecap on the femur at knee angles of any shape, radians."""
    outer, inner, splines = _knee_tables(joint)
    turn, slide = np.eye(3), np.zeros((*np.shape(knee_rad), 3))
    for curve in joints().curves_of(joint):
        value = splines[curve.id](knee_rad) if curve.id in splines else curve.values[0] if curve.values else knee_rad
        if curve.kind == "turn":
            turn = turn @ about(curve.axis, value)
        else:
            slide[..., "xyz".index(curve.axis)] = value
    return outer @ Placement(turn, slide) @ inner


@cache
def _knee_tables(joint: str) -> tuple[Placement, Placement, dict[str, Spline]]:
    row = joints().joints[joint]
    turn = body_fixed_xyz(row.turn_rad)
    splines = {c.id: Spline(c.at_rad, c.values) for c in joints().curves_of(joint) if len(c.values) > 1}
    return Placement(turn, np.array(row.in_parent_m)), Placement(turn, np.array(row.in_child_m)).inverse, splines


# ---------------------------------------------------------------- turns


def about(axis: Literal["x", "y", "z"], angle_rad: Any) -> FloatArray:
    """Return the right-handed turn about an axis by angles of any shape, shape (..., 3, 3)."""
    k = "xyz".index(axis)
    i, j = (k + 1) % 3, (k + 2) % 3
    angle = np.asarray(angle_rad, float)
    out = np.zeros((*angle.shape, 3, 3))
    out[..., k, k] = 1
    out[..., i, i] = out[..., j, j] = np.cos(angle)
    out[..., j, i] = np.sin(angle)
    out[..., i, j] = -out[..., j, i]
    return out


def body_fixed_xyz(angles_rad: ArrayLike) -> FloatArray:
    """Return the turn by three angles about x, then the new y, then the newest z, shape (3, 3)."""
    x, y, z = np.asarray(angles_rad, float)
    return about("x", x) @ about("y", y) @ about("z", z)


def turned(turn: FloatArray, vectors: FloatArray) -> FloatArray:
    """Return vectors (..., 3) turned, one for each pose."""
    return (turn @ vectors[..., None])[..., 0]


def turned_back(turn: FloatArray, vectors: FloatArray) -> FloatArray:
    """Return vectors (..., 3) turned the other way, one for each pose."""
    return (vectors[..., None, :] @ turn)[..., 0, :]


STILL = Placement(np.eye(3), np.zeros(3))
