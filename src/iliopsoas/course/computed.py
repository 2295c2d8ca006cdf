"""Numbers that lessons, questions and claims print and that our own model gives: each with how it is worked out.

A lesson may print a length or a lever only if it stands here, or in the short list of what was measured elsewhere; a
test works all of them out anew and reads them in the texts. So no number of another model can slip in.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from iliopsoas.body.muscle import fascicles, muscle
from iliopsoas.body.pose import Pose
from iliopsoas.course.checker import SAME_WITHIN_MM, answer

NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Computed:
    """One printed number.

    Attributes
    ----------
    id : str
    said : tuple of str
        The forms in which it is printed, number and unit: "47 mm", "47.4 mm".
    of : str
        What it is, in words.
    work_out : callable
        Works it out, in the unit of `said`.
    """

    id: str
    said: tuple[str, ...]
    of: str
    work_out: Callable[[], float]

    def is_true(self) -> bool:
        """Whether every printed form is the rounded value."""
        value = self.work_out()
        for text in self.said:
            digits = NUMBER.findall(text)[0]
            places = len(digits.partition(".")[2])
            if abs(float(digits) - value) > 0.5 * 10**-places + 1e-9:
                return False
        return True


def computed() -> Mapping[str, Computed]:
    """Return all of them by id."""
    return _ALL


def _change(muscle_id: str = "psoas_major", **angles: float) -> Callable[[], float]:
    return lambda: abs(muscle(muscle_id).change(Pose(**angles)).mm)


def _arm(hip_flexion_deg: float = 0.0) -> Callable[[], float]:
    return lambda: muscle("psoas_major").moment_arm_mm(Pose(hip_flexion_deg=hip_flexion_deg), "flexion")


def _share(of_mm: Callable[[], float]) -> Callable[[], float]:
    """Return the share of a length that psoas' path is shorter by at a right angle, per cent."""
    return lambda: 100 * _change(hip_flexion_deg=90)() / of_mm()


def _standing_mm(id: str) -> Callable[[], float]:
    lines = {f.id: f for f in fascicles()}
    return lambda: (lines.get(id) or muscle(id)).length_mm(Pose())


def _fibre_mm() -> float:
    return muscle("psoas_major").fibre_mm or math.nan


def _lumbar_largest() -> float:
    return max(f.lumbar_arm_mm(Pose(), "l5_s1") for f in fascicles())


_ROWS = (
    Computed("path", ("229 mm",), "path of psoas major in standing", _standing_mm("psoas_major")),
    Computed("back_20", ("8 mm", "8.3 mm"), "longer at 20° of extension", _change(hip_flexion_deg=-20)),
    Computed("back_15", ("6 mm",), "longer at 15° of extension", _change(hip_flexion_deg=-15)),
    Computed("bent_25", ("11 mm",), "shorter at 25° of flexion", _change(hip_flexion_deg=25)),
    Computed("bent_60", ("30 mm",), "shorter at 60° of flexion", _change(hip_flexion_deg=60)),
    Computed("bent_80", ("41.5 mm",), "shorter at 80° of flexion", _change(hip_flexion_deg=80)),
    Computed("bent_90", ("47 mm", "47.4 mm"), "shorter at 90° of flexion", _change(hip_flexion_deg=90)),
    Computed("share_path", ("21 %",), "of the path in standing, at 90°", _share(_standing_mm("psoas_major"))),
    Computed("share_l1", ("13 %",), "of a fascicle from the body of L1, at 90°", _share(_standing_mm("l1_body"))),
    Computed("share_fibre", ("41 %",), "of the model's fibre, at 90°", _share(_fibre_mm)),
    Computed("fibre", ("12 cm",), "fibre of psoas in the model", lambda: _fibre_mm() / 10),
    Computed("arm_0", ("24 mm",), "lever at the hip in standing", _arm()),
    Computed("arm_60", ("33 mm",), "lever at the hip at 60° of flexion", _arm(60)),
    Computed("tilt_10", ("4.2 mm",), "longer when the pelvis rolls back 10° over standing thighs",
             _change(hip_flexion_deg=-10)),
    Computed("lumbar", ("32 mm",), "largest lever at L5–S1", _lumbar_largest),
    Computed("kneeling", ("6 mm",), "half-kneeling, back leg, upper fascicles",
             lambda: answer("half_kneeling", "back", "psoas_high").mm),
    Computed("kneeling_low", ("1 mm",), "least of its range",
             lambda: answer("half_kneeling", "back", "psoas_high").low_mm),
    Computed("kneeling_high", ("12 mm",), "most of its range",
             lambda: answer("half_kneeling", "back", "psoas_high").high_mm),
    Computed("kneeling_rectus", ("71 mm",), "half-kneeling, back leg, rectus femoris",
             lambda: answer("half_kneeling", "back", "rectus_femoris").mm),
    Computed("same", ("3 mm",), "what counts as about the same", lambda: SAME_WITHIN_MM),
)  # fmt: skip
_ALL: Mapping[str, Computed] = MappingProxyType({row.id: row for row in _ROWS})
