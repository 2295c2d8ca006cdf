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
from iliopsoas.atlas.published_arms import published_arms
from iliopsoas.atlas.structures import structure
from iliopsoas.body import shapes
from iliopsoas.body.assemble import Body, Part
from iliopsoas.body.held import held
from iliopsoas.body.hips import HIP_CENTRE
from iliopsoas.body.landmarks import landmark
from iliopsoas.body.muscle import EXTRAPOLATED_FROM_DEG, Fascicle, fascicles, muscle
from iliopsoas.body.pose import Pose
from iliopsoas.body.posed import DRAWN, Posed, drawn_pose, in_room
from iliopsoas.body.skeleton import femur_of
from iliopsoas.plates import standing
from iliopsoas.plates.plate import Along, Fact, Folio, LabelSpec, Layer, LazyPlates, Plate, frame_key
from iliopsoas.plates.view import View, view_at
from iliopsoas.sources import UnknownName

Shown = Literal["side", "front", "hip"]

MUSCLES = ("psoas_major", "iliacus", "rectus_femoris")
FIELDS = tuple(name for name in DRAWN if name != "breath_l")  # what a reader sets
_SOURCES = ("rajagopal2016",)
_FASCICLES = ("christophy2012",)
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
HELD_TO_SPINE_DEG = 35.0  # up to here straight fascicles, those held to the spine and the drawn line change alike
_HELD_TOLD_FROM_MM = 3.0  # from so much difference on, both are told
_LINE_M = 0.0011
ONE_LEG = "Only the right leg is drawn, in its own pose; the left leg and its muscles are left out: legs may be apart."
_NOT_IN_WORDS = ("psoas_adduction_arm_mm", "psoas_rotation_arm_mm")  # of the caption; the list of facts has them
ARM_BAND = "Published curves of this arm"


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
        title=f"Pose lab: {_in_words(pose)}",
        caption=f"{said} {ONE_LEG}",
        view=_framed(view, said),
        layers=_layers(view),
        labels=_labels(pose, view),
        facts=facts,
        description=(
            "The bones turn as the models say; the flesh keeps its volume, so that a muscle is thicker when it is "
            "shorter. The thin upright line is the vertical of the room through the hip joints.",
            ONE_LEG,
            *([_beyond(pose)] if _beyond(pose) else []),
            *([_extrapolated().text] if grey else []),
        ),
        sources=tuple(
            dict.fromkeys((*_SOURCES, *_FASCICLES, *(k for f in facts for k in f.sources), *standing.SOURCES))
        ),
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


# ---------------------------------------------------------------- what is said


def pose_facts(pose: Pose) -> tuple[Fact, ...]:
    """Return what the models say in a pose: angles, changes of length, arms of psoas, fascicles high and low."""
    thigh = pose.thigh_to_vertical_deg
    way = "straight down" if abs(thigh) < 0.5 else f"{abs(thigh):.0f}° {'in front of' if thigh > 0 else 'behind'} it"
    facts = [
        Fact("pose", pose.state, "", f"{_in_words(pose)}."),
        Fact(
            "thigh_to_vertical_deg",
            round(thigh, 1),
            "deg",
            f"Against the vertical of the room the thigh points {way}: hip flexion less forward tilt of the pelvis.",
        ),
    ]
    for id in MUSCLES:
        line = muscle(id)
        change = line.change(pose)
        told = f"{line.name}, path in the hip model: {change.text}."
        if id == "psoas_major" and (pose.lumbar_flexion_deg or pose.pelvic_tilt_deg):
            told += " Neither the spine nor the tilt of the pelvis alone changes it: its line begins on the pelvis."
        facts.append(Fact(f"{id}_change_mm", round(change.mm, 1), "mm", told, _SOURCES))
    facts += _arm_facts(pose)
    if pose.lumbar_flexion_deg:
        facts += [_fascicle_fact(fascicle, pose) for fascicle in _high_and_low()]
    if muscle("psoas_major").extrapolated(pose):
        facts.append(_extrapolated())
    if muscle("rectus_femoris").extrapolated(pose) and not muscle("psoas_major").extrapolated(pose):
        said = "From 120° of knee flexion the length of rectus femoris is extrapolated: the model's curves end there."
        facts.append(Fact("knee_extrapolated", "yes", "", said))
    if _beyond(pose):
        facts.append(Fact("drawn_otherwise", "yes", "", _beyond(pose)))
    return tuple(facts)


def _arm_facts(pose: Pose) -> list[Fact]:
    psoas = muscle("psoas_major")
    low, high, sources = published_band(pose.hip_flexion_deg)
    out = []
    for axis, plus, minus in (
        ("flexion", "bends", "extends"),
        ("adduction", "adducts", "abducts"),
        ("rotation", "turns inwards", "turns outwards"),
    ):
        arm = psoas.moment_arm_mm(pose, axis)  # type: ignore[arg-type]  # the three axes there are
        does = f"it {plus if arm > 0 else minus} the hip" if axis != "rotation" else f"it {plus if arm > 0 else minus}"
        told = f"Moment arm of psoas major for {axis}: {abs(arm):.1f} mm ({does})."
        if abs(arm) < 0.5:
            told = f"Moment arm of psoas major for {axis}: {abs(arm):.1f} mm, next to none."
        if axis == "flexion":
            told += f" {ARM_BAND}: {low:.0f} to {high:.0f} mm at the nearest angle that they reach."
        cited = (*_SOURCES, *sources) if axis == "flexion" else _SOURCES
        out.append(Fact(f"psoas_{axis}_arm_mm", round(arm, 1), "mm", told, cited))
    return out


def published_band(hip_flexion_deg: float) -> tuple[float, float, tuple[str, ...]]:
    """Return the least and the greatest published flexion arm of psoas, mm, at an angle, and the references.

    Each curve is read at the angle, or at its end nearest to it.
    """
    curves = [c for c in published_arms().values() if c.muscle == "psoas_major"]
    at = [float(np.interp(hip_flexion_deg, c.angle_deg, c.arm_mm)) for c in curves]
    return min(at), max(at), tuple(dict.fromkeys(key for c in curves for key in c.sources))


def _high_and_low() -> tuple[Fascicle, ...]:
    """Return the highest and the lowest fascicles of psoas: body and process of L1, then of L5."""
    return tuple(f for f in fascicles() if f.id in ("l1_body", "l1_process", "l5_body", "l5_process"))


def _fascicle_fact(fascicle: Fascicle, pose: Pose) -> Fact:
    change = fascicle.change(pose)
    told = f"Fascicle from the {fascicle.name[0].lower()}{fascicle.name[1:]}: {change.text}."
    to_spine = held(fascicle).change(pose)
    if abs(to_spine.mm - change.mm) >= _HELD_TOLD_FROM_MM:
        told = f"{told[:-1]}; held to the vertebrae that it passes, {abs(to_spine.mm):.1f} mm {to_spine.word}."
    return Fact(f"fascicle_{fascicle.id}_change_mm", round(change.mm, 1), "mm", told, (*_FASCICLES, *_SOURCES))


def _extrapolated() -> Fact:
    said = (
        f"From {EXTRAPOLATED_FROM_DEG:.0f}° of hip flexion these values are extrapolated: about there the measured "
        "curves of the moment arm end."
    )
    return Fact("extrapolated_from_deg", EXTRAPOLATED_FROM_DEG, "deg", said)


def _beyond(pose: Pose) -> str:
    """Return the sentence that says how the picture differs from the pose, or nothing."""
    drawn = drawn_pose(pose)
    limits = Pose.limits()
    differ = [
        f"{limits[name].name.lower()} at {limits[name].words(getattr(drawn, name))}"
        for name in FIELDS
        if getattr(drawn, name) != getattr(pose, name)
    ]
    said = f"The picture stops at {' and '.join(differ)}; the numbers are those of the pose." if differ else ""
    if DRAWN["hip_rotation_deg"][0] < drawn.hip_rotation_deg and pose.hip_rotation_deg < drawn.hip_rotation_deg:
        said += " Turned out any farther, the lesser trochanter of the drawn bones would meet the ischium."
    if drawn.lumbar_flexion_deg > HELD_TO_SPINE_DEG:
        said += (" " if said else "") + (
            f"Beyond {HELD_TO_SPINE_DEG:.0f}° of lumbar flexion the model's fascicles, which run straight, leave the "
            "spine, and those from L1 and L2 shorten more than a muscle can that is held to it. The drawn muscle lies "
            "between the two."
        )
    return said


def _in_words(pose: Pose) -> str:
    """Return the angles in words: "Hip flexion: 60° flexion; lumbar flexion: 20° flexion", or "Standing"."""
    limits = Pose.limits()
    parts = [
        f"{limits[name].name.removesuffix(' flexion').lower()} {limits[name].words(value)}"
        for name in FIELDS
        if (value := getattr(pose, name))
    ]
    said = (
        ", ".join(parts).replace("hip adduction ", "").replace("hip rotation ", "").replace("pelvic tilt ", "pelvis ")
    )
    return said[:1].upper() + said[1:] if said else "Standing"


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
