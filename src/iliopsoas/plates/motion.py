"""The hip bends: one plate per angle, from the right side, with what the hip model says of psoas major there.

Every number comes from `iliopsoas.body.muscle`, none from the drawing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from iliopsoas.atlas.structures import structure
from iliopsoas.body import landmarks
from iliopsoas.body.hips import Hips
from iliopsoas.body.muscle import muscle
from iliopsoas.body.pose import Pose
from iliopsoas.plates import standing
from iliopsoas.plates.plate import Fact, Folio, LabelSpec, Layer, LazyPlates, Plate
from iliopsoas.plates.pose_words import extrapolated
from iliopsoas.plates.view import View
from iliopsoas.plates.view import view as view_of

_SIDE = "lateral_right"
_MODEL = ("rajagopal2016",)
# Plates by name, as they are offered; flexion of the hip, degrees.
ANGLES: Mapping[str, float] = MappingProxyType(
    {"extended_20": -20.0, "standing": 0.0, "bent_30": 30.0, "bent_60": 60.0, "bent_90": 90.0}
)
_LEFT_M, _RIGHT_M = -0.163, 0.185  # from behind the sacrum to beyond the end of the bent thigh
HELD_STILL = (
    "Pelvis and spine are held still as in standing; in a living body they move along. "
    "The numbers come from the hip model, not from the drawing."
)


@dataclass(frozen=True)
class _Posed:
    """Makes the body in a pose; known to the cache by a name that says which pose."""

    pose: Pose

    def __post_init__(self) -> None:
        object.__setattr__(self, "__qualname__", f"_Posed({self.pose.state})")

    def __call__(self) -> Mapping[str, Any]:
        from iliopsoas.body.assemble import body  # only when something is drawn: building it takes a moment

        return body(pose=self.pose)


def hip_motion_folio() -> Folio:
    """Return psoas major and iliacus with the hip extended, standing, and bent by 30, 60 and 90 degrees."""
    return Folio("hip_motion", "The hip bends", LazyPlates(ANGLES, _plate))


def motion_facts(pose: Pose) -> tuple[Fact, ...]:
    """Return what the hip model says of psoas major in a pose: change of the path, and flexion arm."""
    psoas = muscle("psoas_major")
    change, arm_mm = psoas.change(pose), psoas.moment_arm_mm(pose, "flexion")
    length_mm = psoas.length_mm(Pose())
    told = (
        f"The path of psoas major is {length_mm:.0f} mm long in the hip model."
        if pose == Pose()
        else f"In the hip model the path of psoas major is {change.text}."
    )
    grey = psoas.extrapolated(pose)
    return (
        Fact("hip_flexion_deg", pose.hip_flexion_deg, "deg", f"{_state(pose)}."),
        Fact("psoas_path_change_mm", round(change.mm, 1), "mm", told, _MODEL, grey),
        Fact(
            "psoas_flexion_arm_mm",
            round(arm_mm, 1),
            "mm",
            f"Its moment arm for bending the hip is {arm_mm:.1f} mm.",
            _MODEL,
            grey,
        ),
        *([extrapolated()] if grey else []),
    )


def _state(pose: Pose) -> str:
    """Return the angle in words: "Hip bent 60°"."""
    angle = pose.hip_flexion_deg
    return "Standing" if not angle else f"Hip {'bent' if angle > 0 else 'extended'} {abs(angle):g}°"


def _framed(name: str, pose: Pose, facts: tuple[Fact, ...]) -> View:
    """Return the view from the right side that has room for the bent thigh; its sentence says angle and numbers."""
    whole = view_of(_SIDE)
    height_m, height_px = standing.TOP_M - standing.BOTTOM_M, 900
    width_m = _RIGHT_M - _LEFT_M
    return replace(
        whole,
        name=name,
        title=_state(pose),
        sentence=" ".join([whole.sentence, *(fact.text for fact in facts)]),
        size_px=(round(height_px * width_m / height_m), height_px),
        width_m=width_m,
        centre_m=((_LEFT_M + _RIGHT_M) / 2, (standing.TOP_M + standing.BOTTOM_M) / 2),
    )


def _plate(name: str) -> Plate:
    return posed_plate(name, Pose(hip_flexion_deg=ANGLES[name]))


def posed_plate(name: str, pose: Pose) -> Plate:
    """Return the plate of the hip in a pose, seen from the right side; `name` is that of its view."""
    facts = motion_facts(pose)
    bones = standing.bones_layer(_SIDE)
    layers = (
        replace(
            bones,
            name="Spine and thigh bone",
            sentence="The spine from T11 to the coccyx as in standing, and the right thigh bone.",
        ),
        standing.hip_bones_layer(_SIDE),
        Layer(
            "psoas_major",
            "Psoas major",
            standing.paired(
                [
                    "psoas_major",
                    *standing.psoas_slips(),
                    *standing.psoas_deep_slips(),
                    *standing.arches(),
                    "iliopsoas_tendon",
                ],
                _SIDE,
            ),
            ghost=True,
            sentence="Psoas major beside the lumbar spine and over the pelvic brim, its tendon to the femur.",
        ),
        Layer(
            "iliacus",
            "Iliacus",
            standing.paired(["iliacus"], _SIDE),
            ghost=True,
            sentence="Iliacus from the iliac fossa over the front of the hip joint to the thigh bone.",
        ),
    )
    numbers = " ".join(fact.text for fact in facts[1:])
    return Plate(
        id=f"hip_motion_{name}",
        title=f"The hip bends: {_state(pose)[0].lower()}{_state(pose)[1:]}",
        caption=f"{_state(pose)}. {numbers} {HELD_STILL}",
        view=_framed(name, pose, facts),
        layers=layers,
        labels=_labels(pose),
        facts=facts,
        description=(
            "When the hip bends, psoas major and iliacus get shorter and thicker between the pelvis and the lesser "
            "trochanter, which swings forwards and up; when it extends they are drawn taut over the front of the "
            "joint.",
            "The flesh is drawn with the same volume in every plate, the tendon with the same length.",
            HELD_STILL,
        ),
        sources=(*_MODEL, *(key for key in standing.SOURCES if key not in _MODEL)),
        schematic=f"{standing.SCHEMATIC} How belly and tendon share the change of length is our drawing.",
        body=_Posed(pose),
    )


def _labels(pose: Pose) -> tuple[LabelSpec, ...]:
    x, y, z = (float(c) for c in Hips.of(pose).place(landmarks.landmark("lesser_trochanter")))
    hidden = f"{structure('lesser_trochanter').name} (behind)"
    on_right = (
        standing.named("psoas_major", layer="psoas_major", weight=10),
        standing.named("iliacus", layer="iliacus", weight=10),
        standing.named("iliopsoas_tendon", layer="psoas_major", weight=9),
        standing.named("femur", weight=6),
        LabelSpec("lesser_trochanter_r", hidden, point=(x, y, z), weight=8, through=True),
    )
    return (
        *(
            replace(label, side="right") for label in on_right
        ),  # so that a name stays where it was when the pose changes
        *(replace(standing.named(vertebra, weight=5), side="left") for vertebra in ("l1", "l3", "l5")),
        replace(standing.named("sacrum", weight=6), side="left"),
        replace(standing.named("hip_bone", layer="hip_bones", weight=6), side="left"),
    )
