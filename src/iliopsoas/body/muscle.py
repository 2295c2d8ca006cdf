"""How long a muscle's path is in a pose, and how it is levered: ``muscle("psoas_major").length_mm(Pose(...))``.

Two things that are never mixed up:

- the *hip model of record* (Rajagopal 2016): one line per muscle. Its psoas begins at a point on the pelvis, so neither
  the lumbar spine nor the tilt of the pelvis changes anything in it;
- the *fascicles* of psoas major (Christophy 2012): eleven a side, from the moving lumbar vertebrae to the point at the
  pelvic brim and from there along the path of the hip model. Use them wherever level or lumbar angle enters.

What is computed is the length of a path: from bone to bone, muscle and tendon together. It says nothing of how belly,
fibre and tendon share a change. A share is given only with what it is a share of. Agreement with the published engine
is precision, not truth: the flexion arms of psoas that others measured or computed fibre by fibre run from 15 to 45 mm.

A fascicle runs straight from its vertebra to the brim. In a spine bent far forwards it bowstrings in front of the lower
joints, so its arms there grow beyond what a muscle held to the bodies can have.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from iliopsoas.atlas.joints import VERTEBRAE, joints
from iliopsoas.atlas.muscle_paths import paths
from iliopsoas.body.kinematics import HIP_MOVES, Angles, FloatArray, Side, Skeleton
from iliopsoas.body.line import Line, Trace
from iliopsoas.body.pose import Pose
from iliopsoas.sources import UnknownName

HipAxis = Literal["flexion", "adduction", "rotation"]

EXTRAPOLATED_FROM_DEG = 90.0  # of hip flexion: measured curves of the arm of psoas end between 88 and 96
KNEE_CURVES_END_DEG = 120.0
_MIRROR = np.array([1.0, 1.0, -1.0])


@dataclass(frozen=True)
class Share:
    """A part of something that is named: `value` (1 is all of it) of `of`, which is `of_mm` long."""

    value: float
    of: str
    of_mm: float

    @property
    def text(self) -> str:
        """As printed: "20.7 % of the path of psoas major in standing (229 mm)"."""
        return f"{abs(self.value) * 100:.1f} % of {self.of} ({self.of_mm:.0f} mm)"


@dataclass(frozen=True)
class Change:
    """A change of the length of a path.

    Attributes
    ----------
    mm : float
        Above zero longer, below shorter.
    of_path : Share
        The change as a share of the path before it.
    of_fibre : Share or None
        The same millimetres as a share of the model's fibre length: what it would come to if fibres took up all of it,
        which tendon and pennation see to that they do not. None for a fascicle.
    """

    mm: float
    of_path: Share
    of_fibre: Share | None = None

    @property
    def word(self) -> str:
        """Which way: "longer", "shorter", or "the same" within half a millimetre."""
        return "the same" if abs(self.mm) < 0.5 else "longer" if self.mm > 0 else "shorter"

    @property
    def text(self) -> str:
        """As printed: "47.4 mm shorter: 20.7 % of the path of psoas major in standing (229 mm)"."""
        return "the same" if self.word == "the same" else f"{abs(self.mm):.1f} mm {self.word}: {self.of_path.text}"


@dataclass(frozen=True, eq=False)
class Muscle:
    """The line of one muscle of the hip model; get it with `muscle`.

    Attributes
    ----------
    id, name : str
        "psoas_major", "Psoas major".
    side : {"r", "l"}
        The left has the lengths and arms of the right in the same pose; only its `path` is on the other side.
    line : Line
        Its points and cylinder, right side.
    source : str
        Reference key of its numbers.
    fibre_mm : float or None
        Fibre length at which the model's muscle is strongest.
    """

    id: str
    name: str
    side: Side
    line: Line
    source: str
    fibre_mm: float | None = None

    def length_mm(self, pose: Pose) -> float:
        """Return the length of the path in a pose, millimetres."""
        return float(_traced(self.line, pose).length_m) * 1e3

    def lengths_mm(self, pose: Pose | None = None, **sweep: ArrayLike) -> FloatArray:
        """Return the lengths over many poses, millimetres.

        Parameters
        ----------
        pose : Pose, optional
            What is not swept; standing when left out.
        **sweep : array_like
            Fields of a pose (`hip_flexion_deg=range(-20, 91)`) that take many values; their shapes are broadcast.

        Returns
        -------
        ndarray
            Of the broadcast shape.
        """
        return self.line.trace(_skeleton(pose, sweep)).length_m * 1e3

    def moment_arm_mm(self, pose: Pose, axis: HipAxis) -> float:
        """Return the moment arm at the hip in a pose, millimetres; above zero it flexes, adducts or rotates inwards.

        Raises
        ------
        UnknownName
            The axis is not "flexion", "adduction" or "rotation".
        """
        if axis not in get_args(HipAxis):
            raise UnknownName("axis of the hip", axis, get_args(HipAxis))
        skeleton = _posed(pose)
        arm_m = _traced(self.line, pose).shortening_m(skeleton.hip_axes[axis], skeleton["femur"].origin, HIP_MOVES)
        return float(arm_m) * 1e3

    def moment_arms_mm(self, axis: HipAxis, pose: Pose | None = None, **sweep: ArrayLike) -> FloatArray:
        """Return moment arms at the hip over many poses, millimetres; arguments as for `lengths_mm`."""
        if axis not in get_args(HipAxis):
            raise UnknownName("axis of the hip", axis, get_args(HipAxis))
        skeleton = _skeleton(pose, sweep)
        trace = self.line.trace(skeleton)
        return trace.shortening_m(skeleton.hip_axes[axis], skeleton["femur"].origin, HIP_MOVES) * 1e3

    def path(self, pose: Pose, steps: int = 12) -> FloatArray:
        """Return the path in a pose from origin to insertion, shape (n, 3), metres, in the pelvis frame.

        `steps` is the number of stretches drawn over the cylinder, if the path touches it.
        """
        points = self.line.trace(_skeleton(pose, {})).polyline(steps)
        return points if self.side == "r" else points * _MIRROR

    def change(self, pose: Pose, since: Pose | None = None) -> Change:
        """Return how much longer or shorter the path is than in another pose (standing when left out)."""
        before = self.length_mm(since or Pose())
        mm = self.length_mm(pose) - before
        where = "in standing" if since in (None, Pose()) else "before"
        of_path = Share(mm / before, f"the path of {_in_words(self)} {where}", before)
        if self.fibre_mm is None:
            return Change(mm, of_path)
        return Change(mm, of_path, Share(mm / self.fibre_mm, f"the model's fibre of {_in_words(self)}", self.fibre_mm))

    def extrapolated(self, pose: Pose) -> bool:
        """Whether the pose is beyond what bears the model out; such a value is to be greyed.

        From 90 degrees of hip flexion; for a muscle that crosses the knee, also beyond 120 degrees of knee flexion,
        where the curves of the model end.
        """
        over_knee = not self.line.bones.isdisjoint({"tibia", "patella"})
        return pose.hip_flexion_deg >= EXTRAPOLATED_FROM_DEG or (
            over_knee and pose.knee_flexion_deg > KNEE_CURVES_END_DEG
        )


@dataclass(frozen=True, eq=False)
class Fascicle(Muscle):
    """One fascicle of psoas major; get them with `fascicles`. At the hip it is levered as the hip model's psoas is.

    Attributes
    ----------
    on : str
        Vertebra that it begins on, such as "l4".
    """

    on: str = ""

    @property
    def crosses(self) -> tuple[str, ...]:
        """Ids of the lumbar joints that the fascicle crosses, from below: ("l5_s1", "l4_l5") for one of L4."""
        return tuple(joints().lumbar)[: VERTEBRAE.index(self.on) + 1]

    def lumbar_arm_mm(self, pose: Pose, joint: str) -> float:
        """Return the moment arm at a lumbar joint, millimetres; above zero it flexes that joint, below it extends it.

        0 at a joint that the fascicle does not cross.

        Raises
        ------
        UnknownName
            The joint is none of "l5_s1" .. "l1_l2".
        """
        return float(self.lumbar_arms_mm(joint, pose))

    def lumbar_arms_mm(self, joint: str, pose: Pose | None = None, **sweep: ArrayLike) -> FloatArray:
        """Return moment arms at a lumbar joint over many poses, millimetres; arguments as for `lengths_mm`."""
        if joint not in joints().lumbar:
            raise UnknownName("lumbar joint", joint, joints().lumbar)
        row = joints().lumbar[joint]
        skeleton = _skeleton(pose, sweep)
        centre = skeleton[row.above].place(row.above_m)
        moving = VERTEBRAE[VERTEBRAE.index(row.above) :]
        forwards = np.array([0.0, 0.0, -1.0])  # lumbar flexion turns the vertebra above about this
        arms = self.line.trace(skeleton).shortening_m(forwards, centre, moving) * 1e3
        return np.broadcast_to(arms, skeleton.angles.shape)


@cache
def muscle(id: str, side: Side = "r") -> Muscle:
    """Return a muscle of the hip model, such as "psoas_major", "iliacus" or "rectus_femoris".

    Raises
    ------
    UnknownName
        No muscle has this id; the message names ids that look like it, or all.
    """
    if id not in paths().muscles:
        raise UnknownName("muscle of the hip model", id, paths().muscles)
    row = paths().muscles[id]
    cylinder = None if row.cylinder is None else paths().cylinders[row.cylinder]
    line = Line(tuple((p.on, p.at_m) for p in row.path), cylinder, (row.from_point or 1) - 1)
    return Muscle(row.id, row.name, _side(side), line, row.source, row.fibre_m * 1e3)


def muscles() -> tuple[str, ...]:
    """Return the ids of all muscles of the hip model."""
    return tuple(paths().muscles)


@cache
def fascicles(id: str = "psoas_major", side: Side = "r") -> tuple[Fascicle, ...]:
    """Return the fascicles of a muscle, from above downwards; only "psoas_major" has them.

    Raises
    ------
    UnknownName
        No muscle that has fascicles has this id.
    """
    origins = [row for row in paths().fascicles.values() if row.muscle == id]
    if not origins:
        raise UnknownName("muscle with fascicles", id, {row.muscle for row in paths().fascicles.values()})
    whole = muscle(id).line
    brim = [at for _, at in whole.points].index(joints().frames["rajagopal"].brim_m)
    out = []
    for row in origins:
        points = ((row.on, row.at_m), *whole.points[brim:])
        line = Line(points, whole.cylinder, whole.bends_after - brim + 1)
        out.append(Fascicle(row.id, row.name, _side(side), line, row.source, on=row.on))
    return tuple(out)


# One pose is asked for many muscles and arms at once, standing again and again.
@lru_cache(maxsize=64)
def _posed(pose: Pose) -> Skeleton:
    return _skeleton(pose, {})


@lru_cache(maxsize=1024)
def _traced(line: Line, pose: Pose) -> Trace:
    return line.trace(_posed(pose))


def _skeleton(pose: Pose | None, sweep: dict[str, ArrayLike]) -> Skeleton:
    return Skeleton(Angles.of(pose or Pose(), **sweep))


def _side(side: str) -> Side:
    if side not in get_args(Side):
        raise ValueError(f"side {side!r} is neither 'r' nor 'l'")
    return side  # type: ignore[return-value]  # checked above


def _in_words(line: Muscle) -> str:
    """Return what the line is called within a sentence."""
    if isinstance(line, Fascicle):
        return f"the fascicle from the {line.name[0].lower()}{line.name[1:]}"
    return line.name[0].lower() + line.name[1:]
