"""What a pose does to a muscle, as the aftercare checker answers: shorter, about the same or longer, and by how much.

The size is a change of the length of a path since standing, from the model alone. Its range runs over the angles that
people are taken to differ by. For psoas it also runs over the published curves of its lever at the hip, which stand for
other bodies and other models (a path changes by the area under the curve of its arm), and from fascicles that run
straight past a bent spine to fascicles held to it. Beyond 90 degrees of hip flexion,
or 120 of the knee, nothing is computed any more; the answer then says what is reached there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from types import MappingProxyType
from typing import Literal

import numpy as np

from iliopsoas.atlas.published_arms import published_arms
from iliopsoas.body.held import held
from iliopsoas.body.kinematics import FloatArray
from iliopsoas.body.muscle import EXTRAPOLATED_FROM_DEG, KNEE_CURVES_END_DEG, Muscle, fascicles, muscle
from iliopsoas.body.pose import Pose
from iliopsoas.course.exercises import Leg, exercise
from iliopsoas.sources import UnknownName

Word = Literal["shorter", "about the same", "longer"]

WORDS: tuple[Word, ...] = ("shorter", "about the same", "longer")
_ENDS = {"hip_flexion_deg": EXTRAPOLATED_FROM_DEG, "knee_flexion_deg": KNEE_CURVES_END_DEG}
SAME_WITHIN_MM = 3.0
# Why three: about what seven degrees at the hip do at the model's lever of 24 mm. No angle of a pose is known better.
WHY_SAME = (
    "Less than 3 mm counts as about the same: that is what about 7° of hip movement do, and nobody's pose is known "
    "better than that."
)


@dataclass(frozen=True)
class Asked:
    """What the learner is asked about.

    Attributes
    ----------
    id, name, hint : str
        "psoas_high", "Psoas, upper fascicles (L1)", and a sentence.
    lines : tuple of str
        Ids of the fascicles, or of the muscle of the hip model; their mean is the answer.
    """

    id: str
    name: str
    hint: str
    lines: tuple[str, ...]


ASKED: Mapping[str, Asked] = MappingProxyType(
    {
        one.id: one
        for one in (
            Asked("psoas_high", "Psoas, upper fascicles (L1)", "From the body and the transverse process of L1.",
                  ("l1_body", "l1_process")),
            Asked("psoas_low", "Psoas, lower fascicles (L5)", "From the body and the transverse process of L5.",
                  ("l5_body", "l5_process")),
            Asked("rectus_femoris", "Rectus femoris", "From the hip bone over hip and knee to the shin.",
                  ("rectus_femoris",)),
        )
    }
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What the model says of one muscle in one leg of an exercise.

    Attributes
    ----------
    mm : float
        Change of the path since standing; above zero longer.
    low_mm, high_mm : float
        Its range.
    beyond : bool
        Whether the pose goes beyond what is computed; `mm` is then what is reached at the end of that.
    """

    mm: float
    low_mm: float
    high_mm: float
    beyond: bool

    @property
    def word(self) -> Word:
        """Shorter, about the same, or longer."""
        if abs(self.mm) < SAME_WITHIN_MM:
            return "about the same"
        return "longer" if self.mm > 0 else "shorter"

    @property
    def is_sure(self) -> bool:
        """Whether the whole range has the same word."""
        return {_word(self.low_mm), _word(self.high_mm)} == {self.word}

    @property
    def is_open(self) -> bool:
        """Whether the range runs from shorter to longer, so that no prediction is right or wrong."""
        return (_word(self.low_mm), _word(self.high_mm)) == ("shorter", "longer")

    @property
    def text(self) -> str:
        """As printed: "6 mm longer than in standing; range: 1 to 12 mm longer. ..."."""
        size = "About the same as in standing" if self.word == "about the same" else f"{_mm(self.mm)} than in standing"
        doubt = ""
        if self.is_open:
            doubt = " Shorter or longer depends on how the pose is done."
        elif not self.is_sure and self.word == "about the same":
            doubt = " Done differently it may change a little."
        elif not self.is_sure:
            doubt = " Done with small angles it may be about the same."
        end = " The pose goes on beyond what is computed; this is what is reached there." if self.beyond else ""
        return f"{size}; range: {_span(self.low_mm, self.high_mm)}.{doubt}{end}"


def answer(exercise_id: str, leg_id: str, asked: str) -> Answer:
    """Return what the model says, by id of exercise, leg and muscle (one of `ASKED`); raises `UnknownName`."""
    if asked not in ASKED:
        raise UnknownName("muscle that is asked about", asked, ASKED)
    return _answer(exercise(exercise_id).one_leg(leg_id), asked)


@cache
def _answer(leg: Leg, asked: str) -> Answer:
    corners = np.array(list(product(*({a.low, a.high} for a in leg.angle)))).T
    sweep = {a.field: np.append(a.value, corner) for a, corner in zip(leg.angle, corners, strict=True)}
    beyond = False
    for field, end in _ENDS.items():
        if field in sweep:
            beyond |= sweep[field][0] > end and (field == "hip_flexion_deg" or asked == "rectus_femoris")
            sweep[field] = np.minimum(sweep[field], end)
    lines = _lines(asked)
    changes = _changes_mm(lines, sweep)
    middle, sizes = float(changes[:, 0].mean()), changes[:, 1:]
    if asked != "rectus_femoris":
        hip_deg = sweep["hip_flexion_deg"][1:]
        hip_mm = muscle("psoas_major").lengths_mm(hip_flexion_deg=hip_deg) - muscle("psoas_major").length_mm(Pose())
        other_mm = np.array([published_changes_mm(angle) for angle in hip_deg]).T  # one row a curve
        sizes = np.concatenate([sizes, _changes_mm([held(f) for f in fascicles() if f in lines], sweep)[:, 1:]])
        sizes = np.concatenate([sizes, *(sizes - hip_mm + row for row in other_mm)])
    low, high = min(float(sizes.min()), middle), max(float(sizes.max()), middle)
    return Answer(round(middle, 1), round(low, 1), round(high, 1), bool(beyond))


def _changes_mm(lines: Sequence[Muscle], sweep: Mapping[str, FloatArray]) -> FloatArray:
    """Return by how much each line is longer than in standing in each pose of a sweep, shape (lines, poses), mm."""
    return np.array([line.lengths_mm(Pose(), **sweep) - line.length_mm(Pose()) for line in lines])


def _lines(asked: str) -> tuple[Muscle, ...]:
    by_id: dict[str, Muscle] = {f.id: f for f in fascicles()}
    return tuple(by_id.get(id) or muscle(id) for id in ASKED[asked].lines)


@cache
def published_changes_mm(hip_flexion_deg: float) -> tuple[float, ...]:
    """Return how much the path of psoas would change since standing with each published curve of its arm, mm.

    Outside its angles a curve is held at its end.
    """
    angles = np.linspace(0.0, hip_flexion_deg, 91)
    arms = (np.interp(angles, c.angle_deg, c.arm_mm) for c in published_arms().values())
    return tuple(-float(np.trapezoid(arm, np.radians(angles))) for arm in arms)


def _word(mm: float) -> Word:
    return Answer(mm, mm, mm, False).word


def _mm(mm: float) -> str:
    return f"{abs(mm):.0f} mm {'longer' if mm > 0 else 'shorter'}"


def _span(low: float, high: float) -> str:
    """Return a range in words: "3 to 10 mm longer", "2 mm shorter to 8 mm longer"."""
    small, large = sorted((low, high), key=abs)
    if low * high < 0 and round(low) and round(high):
        return f"{_mm(low)} to {_mm(high)}"
    return f"{abs(small):.0f} to {_mm(large)}"
