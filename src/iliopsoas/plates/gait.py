"""The stride: psoas major and iliacus over one walking cycle, frame by frame, and the same as curves.

The hip angle is that of one recorded adult; the length of psoas' path is our hip model's at that angle; the force is
the output of a simulation, shown as a share of its own highest value. Only the hip moves in the drawing.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from iliopsoas.atlas.stride import stride
from iliopsoas.body.muscle import muscle
from iliopsoas.body.pose import Pose
from iliopsoas.body.posed import DRAWN, Posed
from iliopsoas.plates import motion
from iliopsoas.plates.plate import Along, Fact, Folio, LazyPlates, Plate, frame_key
from iliopsoas.plates.view import View

VIEW = "lateral_right"
_MODEL = ("rajagopal2016",)
_LEFT_M, _RIGHT_M = -0.163, 0.060  # from behind the sacrum to in front of the thigh where it is bent most
_HEIGHT_PX = 720  # fewer pixels than the bending hip: there are 21 of these
_DEPTH_M = (-0.2, 0.2)  # from the left greater trochanter to the right one and a little beyond
ONE_ADULT = (
    "Hip angle: one recorded adult, who reaches farther back than textbooks have it. Path: our hip model at that "
    "angle. Force: output of a simulation, not a measurement, as a share of its own highest value; it also rises "
    "about first contact, for which we know of no recording. Iliacus was recorded in nine walking men: active, though "
    "weakly, at the change from stance to swing."
)
DRAWN_SO = (
    "Only the hip moves here: pelvis and spine are held still, the lower leg is left out, and the hip is drawn no "
    "farther back than 20°."
)


def percents() -> tuple[float, ...]:
    """Return the positions in the cycle that there are frames of, 0 to 100."""
    return stride().percent


def stop_id(percent: float) -> str:
    """Return the id of a position: "p055"."""
    return f"p{percent:03.0f}"


def hip_flexion_deg(percent: float) -> float:
    """Return the hip angle of the recorded adult at a position in the cycle, degrees; above zero flexion."""
    return float(np.interp(percent, stride().percent, stride().hip_flexion_deg))


def force_share(percent: float) -> float:
    """Return the simulated force of psoas at a position as a share of its highest value in the cycle."""
    return float(np.interp(percent, stride().percent, stride().force_share))


def path_change_mm(percent: float) -> float:
    """Return how much longer (above zero) or shorter psoas' path is than in standing, mm."""
    return muscle("psoas_major").change(Pose(hip_flexion_deg=hip_flexion_deg(percent))).mm


@cache
def turning_points() -> tuple[float, float]:
    """Return where the hip is farthest extended and, after that, farthest bent, per cent of the cycle."""
    angles = stride().hip_flexion_deg
    back = int(np.argmin(angles))
    front = back + int(np.argmax(angles[back:]))
    return stride().percent[back], stride().percent[front]


def phase(percent: float) -> str:
    """Return what the leg does at a position, read from the angle and from when the toes leave the ground."""
    back, front = turning_points()
    if percent in (0, 100):
        return "first contact of the foot"
    if percent < back:
        return "stance: the body moves on over the foot, the thigh goes back"
    if percent <= stride().toe_off_low_percent:
        return "end of stance: the thigh turns to come forwards"
    if percent < front:
        return "swing: the thigh comes forwards"
    return "end of swing: the foot gets ready to land"


def stride_folio() -> Folio:
    """Return the stride as frames along the cycle, every 5 %."""
    stops = tuple((stop_id(p), f"{p:g} %") for p in percents())
    keys = {frame_key(VIEW, stop_id(p)): p for p in percents()}
    return Folio(
        "stride",
        "One stride",
        LazyPlates(keys, lambda key: _plate(key, keys[key])),
        along=Along("Stride", "%", stops, stop_id(0)),
        print_only=tuple(frame_key(VIEW, stop_id(p)) for p in (0, 30, 55, 65, 85)),
    )


def stride_facts(percent: float) -> tuple[Fact, ...]:
    """Return what is known at a position of the cycle: phase, hip angle, change of the path, share of force."""
    limit = Pose.limits()["hip_flexion_deg"]
    angle = round(hip_flexion_deg(percent))
    change = round(path_change_mm(percent))
    psoas = (
        "about as long as in standing" if not change else f"{abs(change)} mm {'longer' if change > 0 else 'shorter'}"
    )
    than = "" if not change else " than in standing"
    share = round(100 * force_share(percent))
    return (
        Fact("phase", phase(percent), "", f"{percent:g} % of the stride, {phase(percent)}."),
        Fact("hip_flexion_deg", angle, "deg", f"Hip of one recorded adult: {limit.words(angle)}.", stride().sources),
        Fact("psoas_path_change_mm", change, "mm", f"Path of psoas in our model: {psoas}{than}.", _MODEL),
        Fact("psoas_force_share", share, "%", f"Simulated force of psoas: {share} % of its highest in this stride.",
             stride().sources),
    )  # fmt: skip


def _drawn_pose(percent: float) -> Pose:
    low = DRAWN["hip_flexion_deg"][0]
    return Pose(hip_flexion_deg=max(low, hip_flexion_deg(percent)))


def _plate(key: str, percent: float) -> Plate:
    """Return one frame: the bending hip at this angle, with the words of the stride."""
    facts = stride_facts(percent)
    like = motion.posed_plate(key, _drawn_pose(percent))
    said = " ".join(fact.text for fact in facts)
    wide, high = like.view.size_px
    width_m = _RIGHT_M - _LEFT_M
    view: View = replace(
        like.view,
        name=key,
        title=f"{percent:g} % of the stride",
        sentence=f"Seen from the right side. {said}",
        size_px=(round(_HEIGHT_PX * width_m / like.view.width_m * wide / high), _HEIGHT_PX),
        width_m=width_m,
        centre_m=((_LEFT_M + _RIGHT_M) / 2, like.view.centre_m[1]),
    )
    return replace(
        like,
        id=f"stride_{stop_id(percent)}",
        title=f"One stride: {percent:g} %, {phase(percent).split(':')[0]}",
        caption=f"{said} {ONE_ADULT} {DRAWN_SO}",
        view=view,
        body=Posed(_drawn_pose(percent)),
        depth_range_m=_DEPTH_M,
        facts=facts,
        description=(
            "Through stance the thigh goes back and psoas gets longer; its simulated force is highest about where it "
            "is longest. Then the thigh comes forwards and psoas gets shorter, until the foot lands in front.",
            ONE_ADULT,
            DRAWN_SO,
        ),
        sources=tuple(dict.fromkeys((*stride().sources, *_MODEL, "simonsen2012", "arnold2010", *like.sources))),
        schematic=f"{like.schematic} {DRAWN_SO}",
    )
