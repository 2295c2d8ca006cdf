"""Positions on the couch, and how slack the path of psoas major is in each: read from the hip model, not the drawing.

The posed body of the pose lab lies on a schematic couch. Slack is not released: the muscle is only not pulled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

import numpy as np

from iliopsoas.atlas.mesh import FloatArray
from iliopsoas.atlas.poses import named_pose
from iliopsoas.body.assemble import Body, Part
from iliopsoas.body.kinematics import placement
from iliopsoas.body.muscle import muscle
from iliopsoas.body.pose import Pose
from iliopsoas.body.posed import Posed, in_room
from iliopsoas.body.skeleton import bone
from iliopsoas.plates import couch, pose_lab, standing
from iliopsoas.plates.plate import Along, Fact, Folio, LabelSpec, Layer, LazyPlates, Plate, frame_key
from iliopsoas.plates.view import View, view_at

VIEW = "side"
START = "pillow_20"
NOT_RELEASED = "Slack is not released: the muscle is only not pulled."
_SOURCES = ("rajagopal2016",)
_ON_BACK_DEG = -90.0  # the pelvis lies on its back
_CENTRE, _WIDTH_M, _SIZE_PX = (0.235, 0.060, 0.0), 1.42, (960, 500)
_HEEL_M, _SOLE_M = 0.020, 0.062  # from the couch to the ankle bones, on the heel and on the sole
_DEEP_M = -1.40  # couch and pillow are drawn far behind, so that no shadow of the bones falls on them
_ENDS_M = (-0.44, 0.91)  # head end and foot end of the couch as drawn


@dataclass(frozen=True)
class Position:
    """A position on the couch.

    Attributes
    ----------
    id, name, sentence : str
    hip_flexion_deg, lumbar_flexion_deg : float
        Our choice, as for every pose, unless `sources` say otherwise.
    knee_flexion_deg : float or None
        None where the couch under the heel settles it.
    sources : tuple of str
        Reference keys of the position itself; none gives its angles.
    """

    id: str
    name: str
    sentence: str
    hip_flexion_deg: float
    lumbar_flexion_deg: float = 0.0
    knee_flexion_deg: float | None = 0.0
    sources: tuple[str, ...] = ()

    @property
    def on_side(self) -> bool:
        """Whether the body lies on its side and is looked at from above."""
        return self.id == "side_lying"

    @property
    def pose(self) -> Pose:
        """The pose of the right leg, with the pelvis as it lies in the picture."""
        knee = _knee_to_couch(self) if self.knee_flexion_deg is None else self.knee_flexion_deg
        return Pose(
            hip_flexion_deg=self.hip_flexion_deg,
            knee_flexion_deg=knee,
            pelvic_tilt_deg=_ON_BACK_DEG,
            lumbar_flexion_deg=self.lumbar_flexion_deg,
        )


def _positions() -> Mapping[str, Position]:
    rest = named_pose("lying_knees_up")
    rows = (
        Position("flat", "On the back, legs flat", "On the back with straight legs, the spine as in standing.", 0.0),
        Position(
            "pillow_20",
            "On the back, pillow under the knees, 20°",
            "On the back with a pillow under the knees that bends the hips by 20 degrees.",
            20.0,
            knee_flexion_deg=None,
            sources=("bladderbowel2026",),
        ),
        Position(
            "pillow_30",
            "On the back, thick pillow under the knees, 30°",
            "On the back with a thick pillow under the knees that bends the hips by 30 degrees.",
            30.0,
            knee_flexion_deg=None,
            sources=("bladderbowel2026",),
        ),
        Position(
            "knees_up",
            "Constructive rest: on the back, feet flat",
            "On the back with the knees up and the feet flat on the couch.",
            rest.hip_flexion_deg,
            rest.lumbar_flexion_deg,
            None,
            rest.sources,
        ),
        Position(
            "side_lying",
            "On the side, upper hip bent",
            "On the left side with the upper hip and knee bent and a pillow between the knees.",
            35.0,
            5.0,
            50.0,
        ),
    )
    return MappingProxyType({row.id: row for row in rows})


@dataclass(frozen=True)
class _OnCouch:
    """Makes the posed body with couch and pillow; known to the cache by its position."""

    position: Position

    def __post_init__(self) -> None:
        object.__setattr__(self, "__qualname__", f"OnCouch({self.position.id}, {self.position.pose.state})")

    def __call__(self) -> Body:
        posed = dict(Posed(self.position.pose)())
        for part in _furniture(self.position, posed):
            posed[part.id] = part
        return Body(posed)


def positions_folio() -> Folio:
    """Return the positions as frames, seen from the right side, side-lying from above."""
    keys = {frame_key(VIEW, id): row for id, row in POSITIONS.items()}
    return Folio(
        "positions",
        "Positions on the couch",
        LazyPlates(keys, lambda key: _plate(key, keys[key])),
        along=Along("Position", "", tuple((id, row.name) for id, row in POSITIONS.items()), start=START),
    )


def position_facts(position: Position) -> tuple[Fact, ...]:
    """Return the slack of psoas major in a position, from the hip model, and what the angle rests on."""
    pose = position.pose
    change = muscle("psoas_major").change(pose)
    slack = (
        "Psoas major is as long as in standing: no slack."
        if change.word == "the same"
        else (f"Path of psoas major in the hip model: {change.text}.")
    )
    angle = pose.hip_flexion_deg
    bent = "Hips: not bent." if not angle else f"Hips: bent by {angle:g}°, an angle that we chose."
    return (
        Fact("hip_flexion_deg", angle, "deg", bent, position.sources),
        Fact("psoas_major_change_mm", round(change.mm, 1), "mm", slack, _SOURCES),
        Fact("not_released", "yes", "", NOT_RELEASED),
    )


# ---------------------------------------------------------------- couch and pillow


@cache
def _couch_top(lumbar_flexion_deg: float) -> float:
    pose = Pose(pelvic_tilt_deg=_ON_BACK_DEG, lumbar_flexion_deg=lumbar_flexion_deg)
    return couch.top_under(Posed(pose, rough=True)())


@cache
def _knee_to_couch(position: Position) -> float:
    """Return the bend of the knee at which the heel, or the sole, lies on the couch, degrees."""
    top = _couch_top(position.lumbar_flexion_deg)
    gap = _SOLE_M if position.id == "knees_up" else _HEEL_M

    def height(knee_deg: float) -> float:
        pose = Pose(hip_flexion_deg=position.hip_flexion_deg, knee_flexion_deg=knee_deg, pelvic_tilt_deg=_ON_BACK_DEG)
        shin = placement(pose, "tibia").place(bone("tibia_r", True).v)
        return float(in_room(pose, shin)[:, 1].min()) - gap - top

    low, high = 0.0, 120.0
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if height(middle) > 0 else (low, middle)
    return round((low + high) / 2, 1)


def _furniture(position: Position, body: Mapping[str, Part]) -> list[Part]:
    knee = body["patella_r"].mesh.v.mean(0)
    femur, tibia = body["femur_r"].mesh.v, body["tibia_r"].mesh.v
    if position.on_side:
        hip_y = float(body["hip_bone_r"].mesh.v[:, 1].mean())
        top = couch.rounded(*_ENDS_M, hip_y - 0.17, hip_y + 0.37, 14)
        middle = (knee[:2] + tibia[:, :2].mean(0)) / 2
        cushion = couch.rounded(-0.20, 0.20, -0.075, 0.075, 5) @ _turn(tibia, knee).T + middle + [0.0, -0.01]
        return [
            Part("couch", "couch", "", "couch", couch.prism(top, _DEEP_M - 0.02, _DEEP_M), "couch"),
            Part("pillow", "pillow", "", "pillow", couch.prism(cushion, _DEEP_M / 2 - 0.02, _DEEP_M / 2), "pillow"),
        ]
    height = _couch_top(position.lumbar_flexion_deg)
    if position.id.startswith("pillow"):
        condyles = femur[np.linalg.norm(femur - femur[femur[:, 0].argmax()], axis=1) < 0.07]
        cushion = couch.rounded(knee[0] - 0.165, knee[0] + 0.105, height, float(condyles[:, 1].min()) - 0.022, 2.3)
    else:  # none is needed: it lies at the foot end
        cushion = couch.rounded(_ENDS_M[1] - 0.14, _ENDS_M[1] - 0.02, height, height + 0.045, 3.0)
    mesh = couch.prism(cushion, _DEEP_M / 2 - 0.02, _DEEP_M / 2)
    return [couch.plank(*_ENDS_M, height, _DEEP_M), Part("pillow", "pillow", "", "pillow", mesh, "pillow")]


def _turn(tibia: FloatArray, knee: FloatArray) -> FloatArray:
    """Return the turn that lays the x axis along the shin, shape (2, 2)."""
    far = tibia[np.linalg.norm(tibia - knee, axis=1).argmax(), :2] - knee[:2]
    c, s = far / np.linalg.norm(far)
    return np.array([[c, -s], [s, c]])


# ---------------------------------------------------------------- the plates


def _plate(key: str, position: Position) -> Plate:
    facts = position_facts(position)
    told = " ".join(fact.text for fact in facts)
    seen = "Seen from above." if position.on_side else "Seen from the right side."
    cushion = {
        "pillow_20": "a pillow under the knees",
        "pillow_30": "a thick pillow under the knees",
        "side_lying": "a pillow between the knees",
    }.get(position.id, "the pillow put aside")
    bones, hips, *flesh = pose_lab.side_layers()
    bones = replace(
        bones,
        parts=tuple(id for id in bones.parts if id != "vertical"),
        sentence="The spine from T11 to the coccyx and the bones of the right leg.",
    )
    layers = (
        Layer(
            "couch",
            "Couch",
            ("couch", "pillow"),
            locked=True,
            glass=True,
            sentence=f"The couch, and {cushion}; both schematic.",
        ),
        bones,
        hips,
        *flesh,
    )
    return Plate(
        id=f"positions_{position.id}",
        title=position.name,
        caption=f"{position.sentence} {told} {pose_lab.ONE_LEG}",
        view=_view(key, position, f"{position.sentence} {seen} The head is on the left. {told}"),
        layers=layers,
        labels=_labels(position),
        facts=facts,
        description=(
            f"{position.sentence} {told}",
            "A pillow under the knees bends the hips by about 20 to 30 degrees; how much depends on pillow and thigh.",
            pose_lab.ONE_LEG,
        ),
        sources=tuple(dict.fromkeys((*_SOURCES, *position.sources, *standing.SOURCES))),
        schematic=f"{standing.SCHEMATIC} Angles are ours; head, arms, feet, skin and the flesh of back and buttock are "
        "left out; couch and pillow are schematic.",
        depth_range_m=(-1.50, 0.50),
        body=_OnCouch(position),
    )


def _view(key: str, position: Position, said: str) -> View:
    return view_at(key, 90, 0, _CENTRE, _WIDTH_M, _SIZE_PX, position.name, said)


def _labels(position: Position) -> tuple[LabelSpec, ...]:
    return (
        standing.named("psoas_major", layer="psoas_major", weight=10),
        standing.named("iliacus", layer="iliacus", weight=9),
        standing.named("rectus_femoris", layer="rectus_femoris", weight=8),
        standing.named("femur", weight=6),
        standing.named("tibia", weight=5),
        standing.named("l1", weight=5),
        standing.named("sacrum", weight=6),
        standing.named("hip_bone", layer="hip_bones", weight=5),
        LabelSpec("couch", "Couch, from above" if position.on_side else "Couch", ("couch",), weight=6),
        LabelSpec("pillow", "Pillow", ("pillow",), weight=8),
    )


POSITIONS = _positions()
