"""The pose lab: trunk and right leg in any pose, from the side or the front, with what the models say of the muscles.

``pose_lab({"hip_flexion_deg": 60, "lumbar_flexion_deg": 20})`` is a plate. Every number comes from
`iliopsoas.body.muscle`, none from the drawing; the pictures stand in the room, in front of an upright line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np

from iliopsoas.atlas.mesh import Mesh
from iliopsoas.atlas.poses import NamedPose, named_poses
from iliopsoas.atlas.structures import structure
from iliopsoas.body import shapes
from iliopsoas.body.assemble import Body, Part
from iliopsoas.body.hips import HIP_CENTRE
from iliopsoas.body.landmarks import landmark
from iliopsoas.body.muscle import muscle
from iliopsoas.body.pose import Pose
from iliopsoas.body.posed import Posed, drawn_pose, in_room
from iliopsoas.body.skeleton import femur_of
from iliopsoas.plates import standing
from iliopsoas.plates.plate import Along, Fact, Folio, LabelSpec, Layer, LazyPlates, Plate, frame_key
from iliopsoas.plates.pose_words import FASCICLES, SOURCES, beyond, extrapolated, in_words, pose_facts
from iliopsoas.plates.view import View, view_at
from iliopsoas.sources import UnknownName

Shown = Literal["side", "front", "hip"]

# View, azimuth, middle of the picture seen from the hip centre (metres, in the room), width, title, opening of the alt.
_VIEWS: Mapping[str, tuple[float, tuple[float, float, float], float, str, str]] = MappingProxyType(
    {
        "side": (
            90,
            (0.060, -0.040, 0),
            0.88,
            "From the right side",
            "Seen from the right side; the front of the body is on the right of the picture.",
        ),
        "front": (0, (0, -0.040, -HIP_CENTRE[2]), 0.88, "From the front", "Seen from the front."),
        "hip": (
            90,
            (0.010, 0.060, 0),
            0.40,
            "The hip from the right side",
            "Hip and lumbar spine seen from the right side; the front of the body is on the right of the picture.",
        ),
    }
)
SIZE_PX = (800, 900)
_LINE_M = 0.0011
ONE_LEG = "Only the right leg is drawn, in its own pose; the left leg and its muscles are left out: legs may be apart."
_NOT_IN_WORDS = ("psoas_adduction_arm_mm", "psoas_rotation_arm_mm")  # of the caption; the list of facts has them


@dataclass(frozen=True)
class _InRoom:
    """Makes the body in a pose, with the upright line behind it; known to the cache by its pose."""

    pose: Pose
    rough: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "__qualname__", f"_InRoom({self.pose.state}{', rough' if self.rough else ''})")

    def __call__(self) -> Body:
        posed = Posed(self.pose, self.rough)()
        return Body({**posed, "vertical": _vertical()})


@cache
def _vertical() -> Part:
    """Return the upright of the room through the line of the hips, as a thin rod behind everything."""
    ends = np.array([[0, 0.75, 0], [0, -0.95, 0]]) + HIP_CENTRE * [1, 1, 0] + [-0.55, 0, -0.55]
    # Far behind in both views, and on the line of the hips in each of them.
    side = ends * [0, 1, 1] + [HIP_CENTRE[0], 0, 0]
    front = ends * [1, 1, 0]
    rods = [shapes.loft(shapes.oval_rings(shapes.evenly(p, 12), _LINE_M, _LINE_M, around=8)) for p in (side, front)]
    mesh = Mesh(np.concatenate([r.v for r in rods]), np.concatenate([rods[0].f, rods[1].f + len(rods[0].v)]))
    return Part("vertical", "vertical", "", "line", mesh, "vertical")


def pose_lab(values: Mapping[str, float], view: Shown = "side", rough: bool = False) -> Plate:
    """Return the plate of a pose.

    Parameters
    ----------
    values : mapping of str to float
        Fields of a `Pose`; what is left out is 0.
    view : {"side", "front", "hip"}
        From the right side, from the front, or near the hip from the right side.
    rough : bool
        With coarser meshes, for a draft while something moves; words and numbers are the same.

    Raises
    ------
    ValueError
        A value is not allowed; the message names field, value and limits.
    UnknownName
        There is no such field or view.
    """
    for name in values:
        if name not in Pose.limits():
            raise UnknownName("field of a pose", name, Pose.limits())
    if view not in get_args(Shown):
        raise UnknownName("view of the pose lab", view, get_args(Shown))
    pose = Pose(**values)
    return _pose_plate(pose, view, rough, tuple(n for n in named_poses().values() if Pose(**n.angles) == pose))


def _pose_plate(pose: Pose, view: Shown, rough: bool, named: tuple[NamedPose, ...]) -> Plate:
    """Return the plate of a pose that also says what the angles of the poses of this name rest on."""
    facts = pose_facts(pose)
    facts = (*facts[:1], *(_named_fact(n) for n in named if n.rests_on != "zero"), *facts[1:])
    said = " ".join(fact.text for fact in facts if fact.name not in _NOT_IN_WORDS)
    grey = muscle("psoas_major").extrapolated(pose)
    return Plate(
        id=f"pose_lab_{view}",
        title=f"Pose lab: {in_words(pose)}",
        caption=f"{said} {ONE_LEG}",
        view=_framed(view, said),
        layers=_layers(view),
        labels=_labels(pose, view),
        facts=facts,
        description=(
            "The bones turn as the models say; the flesh keeps its volume, so that a muscle is thicker when it is "
            "shorter. The thin upright line is the vertical of the room through the hip joints.",
            ONE_LEG,
            *([beyond(pose)] if beyond(pose) else []),
            *([extrapolated().text] if grey else []),
        ),
        sources=tuple(dict.fromkeys((*SOURCES, *FASCICLES, *(k for f in facts for k in f.sources), *standing.SOURCES))),
        schematic=f"{standing.SCHEMATIC} How belly and tendon share a change of length, the size of rectus femoris and "
        "where in each disc the spine bends are our drawing.",
        depth_range_m=(-1.0, 1.0) if view == "front" else (-0.75, 0.75),
        body=_InRoom(pose, rough),
    )


def pose_lab_folio() -> Folio:
    """Return the named poses from the right side, one frame each."""
    poses = named_poses()
    keys = {frame_key("side", id): id for id in poses}
    return Folio(
        "pose_lab",
        "Poses",
        LazyPlates(keys, lambda key: _named_plate(keys[key])),
        along=Along("Pose", "", tuple((id, named.name) for id, named in poses.items()), start="standing"),
        print_only=tuple(frame_key("side", id) for id in PRINTED),
    )


PRINTED = ("chair_sitting", "slumped_sitting", "childs_pose", "half_kneeling_back")


def _named_plate(id: str) -> Plate:
    named = named_poses()[id]
    plate = _pose_plate(Pose(**named.angles), "side", False, ())
    said = pose_said(named)
    key = frame_key("side", id)
    shown = replace(plate.view, name=key, title=named.name, sentence=f"{named.name}. {said} {plate.view.sentence}")
    return replace(
        plate,
        id=f"pose_lab_{id}",
        title=named.name,
        caption=f"{named.name}. {said} {plate.caption}",
        view=shown,
        sources=tuple(dict.fromkeys((*plate.sources, *named.sources))),
    )


def _named_fact(named: NamedPose) -> Fact:
    return Fact(f"named_{named.id}", named.rests_on, "", f"{named.name}. {pose_said(named)}", named.sources)


def pose_said(named: NamedPose) -> str:
    """Return what a named pose is and what its angles rest on, in a sentence or two."""
    chosen = "Knee, pelvis and spine are as we chose them." if named.rests_on == "measured" else ""
    return " ".join(x for x in (named.sentence, named.basis, chosen) if x)


# ---------------------------------------------------------------- what is drawn


def _framed(view: Shown, said: str) -> View:
    azimuth, middle, width_m, title, opening = _VIEWS[view]
    return view_at(view, azimuth, 0, HIP_CENTRE + middle, width_m, SIZE_PX, title, f"{opening} {said}")


def side_layers() -> tuple[Layer, ...]:
    """Return the layers of the posed body from the right side: bones, hip bones, then one for each muscle."""
    return _layers("side")


def _layers(view: Shown) -> tuple[Layer, ...]:
    from_front = view == "front"
    hips = ("hip_bone_r", "hip_bone_l", "pubic_symphysis") if from_front else ("hip_bone_r", "pubic_symphysis")
    ribs = ("rib_12_r", "rib_12_l") if from_front else ("rib_12_r",)
    spine = ("t11", "t12", *standing.VERTEBRAE[2:], *standing.DISCS[0:])
    psoas = ("psoas_major", *standing.psoas_slips(), *standing.psoas_deep_slips(), *standing.arches())
    return (
        Layer(
            "bones",
            "Spine and leg bones",
            (
                "vertical",
                *dict.fromkeys(spine),
                "sacrum",
                "coccyx",
                *ribs,
                "femur_r",
                "tibia_r",
                "fibula_r",
                "patella_r",
            ),
            locked=True,
            sentence="The spine from T11 to the coccyx and the right leg as they stand in the room; the lower leg may "
            "run out of the picture.",
        ),
        Layer(
            "hip_bones",
            "Hip bones",
            hips,
            glass=not from_front,
            sentence="The hip bones." if from_front else "The right hip bone as glass.",
        ),
        Layer(
            "psoas_major",
            "Psoas major",
            (*(f"{name}_r" for name in psoas), "iliopsoas_tendon_r"),
            ghost=True,
            sentence="Right psoas major from the moving vertebrae over the pelvic brim, its tendon to the femur.",
        ),
        Layer(
            "iliacus",
            "Iliacus",
            ("iliacus_r",),
            ghost=True,
            sentence="Right iliacus from the iliac fossa over the front of the hip joint to the thigh bone.",
        ),
        Layer(
            "rectus_femoris",
            "Rectus femoris",
            ("rectus_femoris_r", "rectus_femoris_tendon_r", "patellar_ligament_r"),
            sentence="Right rectus femoris from the anterior inferior iliac spine to the kneecap, and on to the tibia.",
        ),
    )


def _labels(pose: Pose, view: Shown) -> tuple[LabelSpec, ...]:
    drawn = drawn_pose(pose)
    point = in_room(pose, femur_of(drawn).place(landmark("lesser_trochanter")))
    x, y, z = (float(c) for c in point)
    hidden = f"{structure('lesser_trochanter').name} (behind)"
    names: list[LabelSpec] = [
        standing.named("psoas_major", layer="psoas_major", weight=10),
        standing.named("iliacus", layer="iliacus", weight=10),
        standing.named("rectus_femoris", layer="rectus_femoris", weight=10),
        standing.named("iliopsoas_tendon", layer="psoas_major", weight=7),
        LabelSpec("lesser_trochanter_r", hidden, point=(x, y, z), weight=8, through=True),
        standing.named("femur", weight=6),
        standing.named("patella", weight=5),
        standing.named("tibia", weight=4),
        *(standing.named(v, weight=5) for v in ("l1", "l3", "l5")),
        standing.named("sacrum", weight=6),
        standing.named("hip_bone", layer="hip_bones", weight=6),
        LabelSpec("vertical", "Vertical of the room", ("vertical",), weight=3),
    ]
    return tuple(names)
