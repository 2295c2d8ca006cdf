"""What the models say in a pose, in facts and words; every number is a model's, none is measured on the drawing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from iliopsoas.atlas.published_arms import published_arms
from iliopsoas.body.held import held
from iliopsoas.body.muscle import EXTRAPOLATED_FROM_DEG, Fascicle, fascicles, muscle
from iliopsoas.body.pose import Pose
from iliopsoas.body.posed import DRAWN, drawn_pose
from iliopsoas.plates.plate import Fact

MUSCLES = ("psoas_major", "iliacus", "rectus_femoris")
FIELDS = tuple(name for name in DRAWN if name != "breath_l")  # what a reader sets
SOURCES = ("rajagopal2016",)
FASCICLES = ("christophy2012",)
HELD_TO_SPINE_DEG = 35.0  # up to here straight fascicles, those held to the spine and the drawn line change alike
_HELD_TOLD_FROM_MM = 3.0  # from so much difference on, both are told
ARM_BAND = "Published curves of this arm"


def pose_facts(pose: Pose) -> tuple[Fact, ...]:
    """Return what the models say in a pose: angles, changes of length, arms of psoas, fascicles high and low."""
    thigh = pose.thigh_to_vertical_deg
    way = "straight down" if abs(thigh) < 0.5 else f"{abs(thigh):.0f}° {'in front of' if thigh > 0 else 'behind'} it"
    facts = [
        Fact("pose", pose.state, "", f"{in_words(pose)}."),
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
        facts.append(Fact(f"{id}_change_mm", round(change.mm, 1), "mm", told, SOURCES))
    facts += _arm_facts(pose)
    if pose.lumbar_flexion_deg:
        facts += [_fascicle_fact(fascicle, pose) for fascicle in _high_and_low()]
    if muscle("psoas_major").extrapolated(pose):
        facts.append(extrapolated())
    if muscle("rectus_femoris").extrapolated(pose) and not muscle("psoas_major").extrapolated(pose):
        said = "From 120° of knee flexion the length of rectus femoris is extrapolated: the model's curves end there."
        facts.append(Fact("knee_extrapolated", "yes", "", said))
    if beyond(pose):
        facts.append(Fact("drawn_otherwise", "yes", "", beyond(pose)))
    return tuple(_greyed(fact, pose) for fact in facts)


def _greyed(fact: Fact, pose: Pose) -> Fact:
    """Return a fact marked as extrapolated if it is a number of a muscle beyond what is borne out."""
    of = muscle("rectus_femoris" if fact.name.startswith("rectus_femoris") else "psoas_major")
    return replace(fact, is_extrapolated=fact.unit == "mm" and of.extrapolated(pose))


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
        cited = (*SOURCES, *sources) if axis == "flexion" else SOURCES
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
    return Fact(f"fascicle_{fascicle.id}_change_mm", round(change.mm, 1), "mm", told, (*FASCICLES, *SOURCES))


def extrapolated() -> Fact:
    """Return from where on values are extrapolated, and why."""
    said = (
        f"From {EXTRAPOLATED_FROM_DEG:.0f}° of hip flexion these values are extrapolated: about there the measured "
        "curves of the moment arm end."
    )
    return Fact("extrapolated_from_deg", EXTRAPOLATED_FROM_DEG, "deg", said)


def beyond(pose: Pose) -> str:
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


def in_words(pose: Pose) -> str:
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
