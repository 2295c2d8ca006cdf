"""The pose lab as a live plate: six angles, three views, the named poses a click away."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from iliopsoas.atlas.poses import named_pose, named_poses
from iliopsoas.body.pose import STANDING, Pose
from iliopsoas.plates.plate import Folio, LazyPlates
from iliopsoas.plates.pose_lab import Shown, pose_lab
from iliopsoas.plates.pose_words import FIELDS
from iliopsoas.widgets.live import Input, Live

ID, TITLE = "pose_lab", "Pose lab"
VIEWS = {"side": "From the right side", "front": "From the front", "hip": "The hip, near"}


def inputs() -> list[Input]:
    """Return the angles that a reader sets, with their limits and the words for their signs."""
    limits = Pose.limits()
    return [
        Input(name, k.name, k.unit, k.low, k.high, 1.0, 0.0, k.minus, k.plus)
        for name, k in ((name, limits[name]) for name in FIELDS)
    ]


def live_pose_lab(frame: str = "", **values: Any) -> Live:
    """Return the live pose lab.

    Parameters
    ----------
    frame : str
        Id of the named pose that it begins with, such as "childs_pose"; empty begins with `values`.
    **values
        As in `Live`: ``values={"hip_flexion_deg": 60}, view="front"``.

    Raises
    ------
    UnknownName
        There is no pose with this id.
    ValueError
        Both a pose and values are given.
    """
    if frame and "values" in values:
        raise ValueError(f"The pose lab begins with a pose or with values: frame={frame!r} or values=..., not both.")
    if frame:
        values["values"] = {name: value for name, value in named_pose(frame).angles.items() if value}
    poses = [(pose.name, {k: v for k, v in pose.angles.items() if v}) for pose in named_poses().values()]
    rough = partial(pose_lab, rough=True)
    return Live(ID, TITLE, pose_lab, inputs(), poses, VIEWS, rough, STANDING, **values)


def first_plates() -> Folio:
    """Return what the pose lab begins with, to be drawn ahead."""
    return Folio(ID, TITLE, LazyPlates(VIEWS, lambda view: pose_lab(dict.fromkeys(FIELDS, 0.0), cast(Shown, view))))
