"""Poses by name, each of one leg, each with what its angle rests on: measured in people, or chosen by us.

`poses.toml` is the one home of these angles. ``Pose(**named_pose("step_up_lead").angles)`` is the pose itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, get_args

from iliopsoas.atlas.structures import sentence, source_keys
from iliopsoas.sources import DataError, UnknownName
from iliopsoas.sources.tables import Column, number, one_of, read_rows, text

RestsOn = Literal["zero", "measured", "schematic"]

FILE = "poses.toml"
ANGLES = (
    "hip_flexion_deg",
    "hip_adduction_deg",
    "hip_rotation_deg",
    "knee_flexion_deg",
    "pelvic_tilt_deg",
    "lumbar_flexion_deg",
)
_SAID: dict[str, str] = {
    "zero": "Zero by definition.",
    "measured": "Measured: {people}.",
    "schematic": "Schematic angle.",
}


@dataclass(frozen=True)
class NamedPose:
    """A pose of the hip with a name.

    Attributes
    ----------
    id, name : str
        "step_up_lead", "Step of 20 cm, leading leg".
    rests_on : {"zero", "measured", "schematic"}
        Where its angles come from.
    sentence : str
        One plain sentence.
    sources : tuple of str
        Reference keys; at least one for a measured pose.
    people : str
        Who was measured; empty for other poses.
    hip_flexion_deg, hip_adduction_deg, hip_rotation_deg : float
        As in `iliopsoas.body.pose.Pose`; so are the next three.
    knee_flexion_deg, pelvic_tilt_deg, lumbar_flexion_deg : float
        Chosen by us in every pose, so that the picture looks like it; what was measured is the hip alone.
    sd_deg : float or None
        Standard deviation of the flexion, where the source gives one.
    """

    id: str
    name: str
    rests_on: RestsOn
    sentence: str
    sources: tuple[str, ...] = ()
    people: str = ""
    hip_flexion_deg: float = 0.0
    hip_adduction_deg: float = 0.0
    hip_rotation_deg: float = 0.0
    knee_flexion_deg: float = 0.0
    pelvic_tilt_deg: float = 0.0
    lumbar_flexion_deg: float = 0.0
    sd_deg: float | None = None

    @property
    def angles(self) -> dict[str, float]:
        """The angles as keyword arguments of a `Pose`."""
        return {name: getattr(self, name) for name in ANGLES}

    @property
    def basis(self) -> str:
        """What the hip's angles rest on, as printed: "Measured: 60 young men." or "Schematic angle, no source."."""
        if self.rests_on == "schematic" and not self.sources:
            return "Schematic angle, no source."
        return _SAID[self.rests_on].format(people=self.people)


def named_pose(id: str) -> NamedPose:
    """Return the pose with this id; raises `UnknownName` (a KeyError) naming ids that look like it."""
    if id not in named_poses():
        raise UnknownName("pose", id, named_poses())
    return named_poses()[id]


@cache
def named_poses() -> Mapping[str, NamedPose]:
    """Return all named poses by id, in the order of the file (read once, then kept)."""
    return read_poses(files("iliopsoas.atlas").joinpath(FILE).read_text(encoding="utf-8"))


def read_poses(toml: str, file: str = FILE) -> Mapping[str, NamedPose]:
    """Parse and check a table of poses; raises `DataError` for anything that is not allowed."""
    angle = Column(number, required=False, default=0.0)
    columns = {
        "name": Column(text()),
        "rests_on": Column(one_of(get_args(RestsOn))),
        "sentence": Column(sentence()),
        "sources": Column(source_keys(), required=False, default=()),
        "people": Column(text(), required=False, default=""),
        **dict.fromkeys(ANGLES, angle),
        "sd_deg": Column(number, required=False),
    }
    out = {}
    for row in read_rows(file, toml, {"pose": columns})["pose"]:
        pose = NamedPose(**row)
        measured = pose.rests_on == "measured"
        if measured and not pose.sources:
            raise DataError(file, pose.id, "sources", None, "the source of what was measured")
        if measured != bool(pose.people):
            raise DataError(file, pose.id, "people", pose.people or None, "who was measured, in measured poses alone")
        if pose.sd_deg is not None and not measured:
            raise DataError(file, pose.id, "sd_deg", pose.sd_deg, "nothing, because the pose was not measured")
        if pose.rests_on == "zero" and any(pose.angles.values()):
            raise DataError(file, pose.id, "rests_on", "zero", "measured, schematic; its angles are not 0")
        out[pose.id] = pose
    return MappingProxyType(out)
