"""How strokes that a learner draws compare with those of the plate: pure functions, the same as in strokes_judge.js.

Points are millimetres as seen on the plate, x to the viewer's right, y up; times are seconds. What counts first is
whether a stroke entered an area where none goes: then nothing else makes it right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Points = Sequence[tuple[float, float]]
Pace = Literal["", "fast", "fitting", "slow"]

TOLERANCE_MM = 22.0  # how far a stroke may be off; a quarter of a hand's breadth, our choice
LEAST_MM = 10.0  # a shorter one is a dab, not a stroke
SAMPLES = 41


@dataclass(frozen=True)
class Drawn:
    """What was drawn in one go: points, and when each was passed; no times when it was chosen from a list."""

    points_mm: Points
    times_s: Sequence[float] = ()

    def __post_init__(self) -> None:
        """Refuse a stroke without points, and times that are not one for each point."""
        if not self.points_mm:
            raise ValueError("points_mm is empty; a stroke has at least one point")
        if self.times_s and len(self.times_s) != len(self.points_mm):
            raise ValueError(f"times_s has {len(self.times_s)} values; allowed are none or {len(self.points_mm)}")


@dataclass(frozen=True)
class Wanted:
    """A stroke of the plate."""

    id: str
    points_mm: Points


@dataclass(frozen=True)
class Area:
    """A piece of an area into which no stroke goes, as a polygon."""

    id: str
    corners_mm: Points


@dataclass(frozen=True)
class StrokeVerdict:
    """How one stroke compares.

    Attributes
    ----------
    entered : tuple of str
        Ids of the never-areas that it entered, in the order given; empty for none.
    short : bool
        Less than `LEAST_MM` long.
    stroke : str
        Id of the wanted stroke that it is nearest to, whichever way it was drawn.
    backwards : bool
        It runs against it.
    start_mm, end_mm : float
        From its start to the wanted start, and from its end to the wanted end.
    off_mm : float
        The farthest that either strays from the other.
    right : bool
        Nothing of this speaks against it.
    """

    entered: tuple[str, ...]
    short: bool
    stroke: str
    backwards: bool
    start_mm: float
    end_mm: float
    off_mm: float
    right: bool


@dataclass(frozen=True)
class RoundVerdict:
    """How all strokes of a round compare.

    Attributes
    ----------
    strokes : tuple of StrokeVerdict
        In the order in which they were drawn.
    entered : tuple of str
        Never-areas that any of them entered.
    missing : tuple of str
        Wanted strokes that none of them is.
    in_order : bool
        They are the wanted ones, each once, in order.
    seconds : float or None
        From the first touch to the last, None when any has no times.
    pace : str
        "fast", "fitting" or "slow" against the seconds given; "" without any. Slow is no mistake.
    right : bool
        Every stroke is right, and they are in order. The pace is told apart.
    """

    strokes: tuple[StrokeVerdict, ...]
    entered: tuple[str, ...]
    missing: tuple[str, ...]
    in_order: bool
    seconds: float | None
    pace: Pace
    right: bool


def judge_stroke(
    drawn: Drawn, wanted: Sequence[Wanted], never: Sequence[Area], tolerance_mm: float = TOLERANCE_MM
) -> StrokeVerdict:
    """Return how one stroke compares with that of `wanted` which it is nearest to."""
    line = _array(drawn.points_mm)
    entered = tuple(dict.fromkeys(area.id for area in never if enters(line, _array(area.corners_mm))))
    sampled = resampled(line)
    best = None
    for one in wanted:
        target = resampled(_array(one.points_mm))
        along, against = (_apart(sampled, way).mean() for way in (target, target[::-1]))
        if best is None or min(along, against) < best[0]:
            best = min(along, against), one, target, against < along
    if best is None:
        raise ValueError("wanted is empty; at least one stroke is needed to compare with")
    _, one, target, backwards = best
    start, end = float(_apart(sampled[0], target[0])), float(_apart(sampled[-1], target[-1]))
    off = max(_strays(sampled, target), _strays(target, sampled))
    short = length(line) < LEAST_MM
    right = not (entered or short or backwards) and max(start, end, off) <= tolerance_mm
    return StrokeVerdict(entered, short, one.id, bool(backwards), start, end, off, right)


def judge_round(
    drawn: Sequence[Drawn],
    wanted: Sequence[Wanted],
    never: Sequence[Area],
    round_s: tuple[float, float],
    tolerance_mm: float = TOLERANCE_MM,
) -> RoundVerdict:
    """Return how a whole round compares; `round_s` is the least and the most seconds that it should take."""
    verdicts = tuple(judge_stroke(one, wanted, never, tolerance_mm) for one in drawn)
    found = [one.stroke for one in verdicts]
    entered = tuple(dict.fromkeys(id for one in verdicts for id in one.entered))
    missing = tuple(one.id for one in wanted if one.id not in found)
    in_order = found == [one.id for one in wanted]
    timed = [one.times_s for one in drawn]
    seconds = float(timed[-1][-1] - timed[0][0]) if timed and all(timed) else None
    right = in_order and all(one.right for one in verdicts)
    return RoundVerdict(verdicts, entered, missing, in_order, seconds, pace(seconds, round_s), right)


def pace(seconds: float | None, round_s: tuple[float, float]) -> Pace:
    """Return whether a round was faster than the least seconds, slower than the most, or between."""
    if seconds is None:
        return ""
    return "fast" if seconds < round_s[0] else "slow" if seconds > round_s[1] else "fitting"


def enters(line: FloatArray, corners: FloatArray) -> bool:
    """Return whether a line, shape (n, 2), has a point in a polygon or meets its edge between two points."""
    following = np.roll(corners, -1, axis=0)
    return bool(_held(line, corners, following).any() or _meet(line[:-1], line[1:], corners, following).any())


def resampled(line: FloatArray, samples: int = SAMPLES) -> FloatArray:
    """Return points at even steps along a line; its one point many times where it has no length."""
    steps = _apart(line[1:], line[:-1])
    at = np.concatenate([[0.0], np.cumsum(steps)])
    wanted = np.linspace(0.0, at[-1], samples)
    return np.stack([np.interp(wanted, at, line[:, k]) for k in (0, 1)], axis=1)


def length(line: FloatArray) -> float:
    """Return the length of a line."""
    return float(_apart(line[1:], line[:-1]).sum())


def _array(points: Points) -> FloatArray:
    return np.asarray(points, float).reshape(-1, 2)


def _apart(one: FloatArray, other: FloatArray) -> FloatArray:
    far: FloatArray = np.hypot(*np.moveaxis(one - other, -1, 0))
    return far


def _strays(line: FloatArray, other: FloatArray) -> float:
    """Return how far the farthest point of a line is from the nearest of another one's points."""
    return float(_apart(line[:, None], other[None]).min(1).max())


def _turn(a: FloatArray, b: FloatArray, c: FloatArray) -> FloatArray:
    turn: FloatArray = (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (
        c[..., 0] - a[..., 0]
    )
    return turn


def _meet(a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray) -> NDArray[np.bool_]:
    """Return which pieces of line from `a` to `b` meet which from `c` to `d`, touching included unless parallel."""
    a, b = a[:, None], b[:, None]
    one, other = _turn(a, b, c), _turn(a, b, d)
    meet: NDArray[np.bool_] = (one * other <= 0) & (np.abs(one - other) > 0) & (_turn(c, d, a) * _turn(c, d, b) <= 0)
    return meet


def _held(points: FloatArray, a: FloatArray, b: FloatArray) -> NDArray[np.bool_]:
    """Return which points a polygon with edges from `a` to `b` holds (ray to the right, edges counted half open)."""
    x, y = points[:, :1], points[:, 1:]
    between = (a[:, 1] > y) != (b[:, 1] > y)
    rise = np.where(b[:, 1] == a[:, 1], 1.0, b[:, 1] - a[:, 1])  # a level edge is never between
    held: NDArray[np.bool_] = (between & (x < a[:, 0] + (y - a[:, 1]) / rise * (b[:, 0] - a[:, 0]))).sum(1) % 2 == 1
    return held
