"""The line of a muscle: points fixed to bones, one stretch of which may bend over a cylinder, traced in poses.

A `Line` is what stays the same in every pose; `Line.trace` says where it runs in given ones: its length, and how fast
that changes when a joint turns. The latter is exact: a moment arm is the part of the pull that turns about the axis.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from iliopsoas.atlas.joints import Vector
from iliopsoas.atlas.muscle_paths import Cylinder
from iliopsoas.body.kinematics import FloatArray, Placement, Skeleton, body_fixed_xyz, turned
from iliopsoas.body.wrap import Bend, bend, helix


@dataclass(frozen=True, eq=False)
class Line:
    """The line of one muscle or fascicle.

    Attributes
    ----------
    points : tuple
        Pairs of the bone that a point is on and where in the frame of that bone, metres; from origin to insertion.
    cylinder : Cylinder or None
        What the stretch after `bends_after` may bend over.
    bends_after : int
        Number (from 0) of the point before that stretch.
    """

    points: tuple[tuple[str, Vector], ...]
    cylinder: Cylinder | None = None
    bends_after: int = 0

    @property
    def bones(self) -> frozenset[str]:
        """Bones that the line has points on."""
        return frozenset(bone for bone, _ in self.points)

    @cached_property
    def _frame(self) -> Placement:
        """The cylinder on its bone."""
        assert self.cylinder is not None
        return Placement(body_fixed_xyz(self.cylinder.turn_rad), np.array(self.cylinder.at_m))

    def trace(self, skeleton: Skeleton) -> Trace:
        """Return where the line runs in the poses of a skeleton."""
        stops = [(bone, skeleton[bone].place(at)) for bone, at in self.points]
        if self.cylinder is None:
            return Trace(stops)
        frame = skeleton[self.cylinder.on] @ self._frame
        start, end = (frame.local(point) for _, point in stops[self.bends_after : self.bends_after + 2])
        found = bend(start, end, self.cylinder.radius_m, self.cylinder.half)
        return Trace(stops, Over(self.bends_after, self.cylinder.on, frame, found))


@dataclass(frozen=True, eq=False)
class Over:
    """The stretch of a line that may bend over a cylinder.

    Attributes
    ----------
    after : int
        Number of the point before it.
    on : str
        Bone that the cylinder is fixed to.
    frame : Placement
        Where the cylinder is.
    bend : Bend
        How the stretch lies over it, in the frame of the cylinder.
    """

    after: int
    on: str
    frame: Placement
    bend: Bend


@dataclass(frozen=True, eq=False)
class Trace:
    """A line in one or many poses, in the pelvis frame.

    Attributes
    ----------
    stops : list
        Pairs of the bone that holds a point and where it is, shape (..., 3), metres.
    over : Over or None
        The stretch that may bend.
    """

    stops: list[tuple[str, FloatArray]]
    over: Over | None = None

    @property
    def length_m(self) -> FloatArray:
        """Length from origin to insertion, shape (...)."""
        total: FloatArray = np.zeros(())
        for k, ((_, a), (_, b)) in enumerate(zip(self.stops, self.stops[1:], strict=False)):
            bends = self.over is not None and self.over.after == k
            total = total + (self.over.bend.length_m if self.over and bends else np.linalg.norm(b - a, axis=-1))
        return total

    def shortening_m(self, axis: FloatArray, centre: FloatArray, moving: Collection[str]) -> FloatArray:
        """Return the moment arm: how much shorter the line gets per radian of a joint, shape (...), metres.

        Parameters
        ----------
        axis, centre : ndarray
            Unit vector about which the moving bones turn right-handed, and a point on it, shape (..., 3).
        moving : collection of str
            Bones that turn; the others stay.
        """
        total: FloatArray = np.zeros(())
        for k, ((bone_a, a), (bone_b, b)) in enumerate(zip(self.stops, self.stops[1:], strict=False)):
            if self.over is not None and self.over.after == k:
                held_by, bend = self.over.on, self.over.bend
                pull_a, pull_b = (turned(self.over.frame.turn, pull) for pull in (bend.pull_start, bend.pull_end))
            elif (bone_a in moving) == (bone_b in moving):
                continue  # a straight stretch that turns as one, or not at all, keeps its length
            else:
                held_by, pull_b = bone_a, (b - a) / np.linalg.norm(b - a, axis=-1, keepdims=True)
                pull_a = -pull_b
            # Only an end that moves against what holds the string changes its length.
            for bone, point, pull in ((bone_a, a, pull_a), (bone_b, b, pull_b)):
                against = float(bone in moving) - float(held_by in moving)
                if against:
                    total = total - against * np.sum(pull * np.cross(axis, point - centre), -1)
        return total

    def polyline(self, steps: int = 12) -> FloatArray:
        """Return points along the line of one pose, shape (n, 3), metres, with `steps` stretches over the cylinder."""
        points = [point for _, point in self.stops]
        if self.over is None or not self.over.bend.touches:
            return np.array(points)
        bend, k = self.over.bend, self.over.after + 1
        round_it = self.over.frame.place(helix(bend.first, bend.last, float(bend.turn_rad), steps))
        return np.concatenate([points[:k], round_it, points[k:]])
