"""A pose of the body: a few angles with clinical signs, checked, and one line of text that brings it back.

Every sign has a word. Zero is one for all: standing with the plane through both anterior superior iliac spines and the
pubis upright, the axis of the femur upright, the knee straight. That zero is a choice: frames through other points of
the pelvis, and the couch in the Thomas test, call other positions zero.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from numbers import Real
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from iliopsoas.sources import close_matches
from iliopsoas.sources.errors import did_you_mean

STANDING = "standing"


@dataclass(frozen=True)
class Limit:
    """What one field of a pose may be, and the words for its signs.

    Attributes
    ----------
    name : str
        As printed, "Hip flexion".
    low, high : float
        Least and greatest value, in `unit`.
    plus, minus : str
        What a value above and below zero means, "flexion" and "extension"; minus is empty where there is none.
    unit : str
        "°" or " L".
    """

    name: str
    low: float
    high: float
    plus: str
    minus: str
    unit: str = "°"

    def words(self, value: float) -> str:
        """Return the value with its sign as a word: "15° extension", or "0°"."""
        return f"{abs(value):g}{self.unit}" + (f" {self.plus if value > 0 else self.minus}" if value else "")


# Hip: the range of the hip model's coordinates. Knee: its curves end at 120, straight on from there (see Muscle). The
# lumbar range is ours, within what the lumbar model lets L5-S1 do, divided by its share. Tilt: from lying on the back
# (-90) to bowing on the knees; how far one lets a slider go is for the slider to say. Breath: up to a deep one.
_LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        "hip_flexion_deg": Limit("Hip flexion", -30, 120, "flexion", "extension"),
        "hip_adduction_deg": Limit("Hip adduction", -50, 30, "adduction", "abduction"),
        "hip_rotation_deg": Limit("Hip rotation", -40, 40, "internal rotation", "external rotation"),
        "knee_flexion_deg": Limit("Knee flexion", 0, 140, "flexion", ""),
        "pelvic_tilt_deg": Limit("Pelvic tilt", -120, 120, "anterior tilt", "posterior tilt"),
        "lumbar_flexion_deg": Limit("Lumbar flexion", -25, 60, "flexion", "extension"),
        "breath_l": Limit("Breath", 0, 3, "above rest", "", " L"),
    }
)


@dataclass(frozen=True)
class Pose:
    """Angles of one leg, the pelvis and the lumbar spine, and the breath; nothing given is standing at rest.

    The leg is the one that is asked about, right or left: the words mean the same for both, and the left is the mirror
    image of the right. Hip angles are those of the femur to the pelvis, body-fixed in the order flexion, adduction,
    rotation, so "adduction" of a flexed hip is about an axis that the flexion has carried along.

    Attributes
    ----------
    hip_flexion_deg : float
        Above zero flexion, below extension; thigh to pelvis, whatever the pelvis does in the room.
    hip_adduction_deg : float
        Above zero adduction (towards the midline), below abduction.
    hip_rotation_deg : float
        Above zero internal (medial) rotation, below external (lateral).
    knee_flexion_deg : float
        Above zero flexion.
    pelvic_tilt_deg : float
        Pelvis in the room; above zero anterior tilt (front of the pelvis down), below posterior. Alone it changes no
        length: every bone turns with the pelvis. `tilted` tilts the pelvis between a thigh and a chest that stay.
    lumbar_flexion_deg : float
        L1 to the pelvis, measured from standing; above zero flexion (bending forwards), below extension.
    breath_l : float
        Litres of air above the end of a quiet breath out.

    Raises
    ------
    ValueError
        A value is no finite number or lies outside its limits; the message names field, value and limits.
    """

    hip_flexion_deg: float = 0.0
    hip_adduction_deg: float = 0.0
    hip_rotation_deg: float = 0.0
    knee_flexion_deg: float = 0.0
    pelvic_tilt_deg: float = 0.0
    lumbar_flexion_deg: float = 0.0
    breath_l: float = 0.0

    def __post_init__(self) -> None:  # noqa: D105 - checks, as the class says
        for name in _LIMITS:
            object.__setattr__(self, name, _checked(name, getattr(self, name)))

    @staticmethod
    def limits() -> Mapping[str, Limit]:
        """Return what each field may be and what its signs mean, by field, in order."""
        return _LIMITS

    def replace(self, **changes: float) -> Pose:
        """Return this pose with some fields changed."""
        return replace(self, **changes)

    @property
    def thigh_to_vertical_deg(self) -> float:
        """Thigh in the room, above zero when the knee is in front of the hip: hip flexion less anterior tilt."""
        return self.hip_flexion_deg - self.pelvic_tilt_deg

    def tilted(self, pelvic_tilt_deg: float) -> Pose:
        """Return this pose with the pelvis tilted between thigh and chest, whose directions in the room stay.

        Ten degrees more of anterior tilt are ten more of hip flexion and ten less of lumbar flexion.
        """
        more = _checked("pelvic_tilt_deg", pelvic_tilt_deg) - self.pelvic_tilt_deg
        return self.replace(
            pelvic_tilt_deg=pelvic_tilt_deg,
            hip_flexion_deg=self.hip_flexion_deg + more,
            lumbar_flexion_deg=self.lumbar_flexion_deg - more,
        )

    @property
    def state(self) -> str:
        """The pose as one line: the fields that are not zero, or "standing". `from_state` reads it."""
        return " ".join(f"{name}={_short(value)}" for name, value in asdict(self).items() if value) or STANDING

    @classmethod
    def from_state(cls, text: str) -> Pose:
        """Return the pose that `state` wrote, or that somebody typed: "hip_flexion_deg=37.5 knee_flexion_deg=10".

        Raises
        ------
        ValueError
            A part is not of the form field=number, a field is unknown (close ones are named) or stands twice, or its
            value is not allowed.
        """
        found: dict[str, float] = {}
        for part in [] if text.strip() == STANDING else text.split():
            match = re.fullmatch(r"(\w+)=([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)", part)
            if not match:
                raise ValueError(f"{part!r} is no part of a pose; write field=number, such as hip_flexion_deg=37.5")
            name, value = match.groups()
            if name not in _LIMITS:
                raise ValueError(f"a pose has no field {name!r}.{did_you_mean(close_matches(name, _LIMITS))}")
            if name in found:
                raise ValueError(f"{name} stands twice in {text!r}")
            found[name] = float(value)
        return cls(**found)


assert tuple(_LIMITS) == tuple(field.name for field in fields(Pose))


def checked_values(name: str, values: Any) -> NDArray[np.float64]:
    """Return many values of one field of a pose as an array of floats; raises like `Pose`, naming the first bad one."""
    if name not in _LIMITS:
        raise ValueError(f"a pose has no field {name!r}.{did_you_mean(close_matches(name, _LIMITS))}")
    array = np.asarray(values)
    if array.dtype.kind not in "iuf":
        raise ValueError(f"{name} holds {array.dtype}; allowed are numbers {_range(name)}")
    limit = _LIMITS[name]
    out = array.astype(np.float64)
    bad = out[~((out >= limit.low) & (out <= limit.high))]
    if bad.size:
        raise _refusal(name, bad.flat[0])
    return out


def _checked(name: str, value: object) -> float:
    limit = _LIMITS[name]
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        raise _refusal(name, value)
    if not limit.low <= float(value) <= limit.high:  # false for nan
        raise _refusal(name, value)
    return float(value) + 0.0  # minus zero becomes zero


def _refusal(name: str, value: object) -> ValueError:
    shown = _short(float(value)) if isinstance(value, Real) and not isinstance(value, bool) else repr(value)
    return ValueError(f"{name} is {shown}; allowed are numbers {_range(name)}")


def _range(name: str) -> str:
    limit = _LIMITS[name]
    low = f"{limit.low:g}" + (f" ({limit.minus})" if limit.minus else "")
    return f"from {low} to {limit.high:g} ({limit.plus})"


def _short(value: float) -> str:
    """Return the shortest text that reads back as the same number."""
    return f"{value:g}" if float(f"{value:g}") == value else repr(value)
