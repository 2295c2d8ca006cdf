"""The line of psoas major (right side), along which its belly is drawn.

It hangs on landmarks: beside the bodies and in front of the transverse processes, over the pelvic brim, in front of the
hip joint, and back to the lesser trochanter. In another pose of the hip the way above the brim stays, and what lies
between brim and femur bows out or draws taut until the line has become as much longer or shorter as the path of the hip
model has. So the drawing keeps to the model without being its path.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from iliopsoas.atlas.mesh import FloatArray
from iliopsoas.body import column, shapes, tissue
from iliopsoas.body.hips import HIP_CENTRE, STANDING, Hips
from iliopsoas.body.landmarks import landmark, transverse_process_front
from iliopsoas.body.muscle import muscle
from iliopsoas.body.surface import keep_out
from iliopsoas.body.walls import femur

ROWS = 96
FREE_TENDON_M = 0.016  # the last stretch of the line, without flesh

# Drawing choices, by level: half breadth of the belly (m), and how far forward it may reach beside the column (part of
# the disc's length from behind; published values come from tissue.DISC_COVER).
_STATIONS: dict[str, tuple[float, float]] = {
    "l1": (0.0065, 0.62),
    "l1_l2": (0.0082, 0.70),
    "l2": (0.0099, 0.76),
    "l2_l3": (0.0120, 0.80),
    "l3": (0.0140, 0.84),
    "l3_l4": (0.0168, 0.86),
    "l4": (0.0200, 0.86),
    "l4_l5": (0.0222, 0.85),
}
_BEHIND_M = 0.004  # room between belly and transverse processes for the deep slips
_FULLNESS = 3.27  # area of the super-ellipse over the product of its half sizes
_BRIM_POINT = HIP_CENTRE + np.array([0.0358, 0.0131, -0.0117])  # in front of the hip, as in the hip model of record
_WRAP_RADIUS_M = 0.0345  # of the line about the hip axis: femoral head, capsule and half the muscle
_TAUT_RADIUS_M = 0.028  # likewise where the muscle is as taut as it can be
_MOST_BOW_M = 0.045  # how far it may bow out below the brim


@dataclass(frozen=True, eq=False)
class PsoasLine:
    """The line of psoas major with what is wanted round it.

    Attributes
    ----------
    path : ndarray, shape (ROWS, 3)
        From T12-L1 to the lesser trochanter, metres.
    station_row : dict
        Row of each level of `tissue.psoas_sections`.
    area_m2 : ndarray, shape (ROWS,)
        Wanted section area.
    ratio : ndarray, shape (ROWS,)
        Wanted half size front to back over that side to side.
    flesh_rows : int
        Rows from the top that have flesh; the others are free tendon.
    """

    path: FloatArray
    station_row: dict[str, int]
    area_m2: FloatArray
    ratio: FloatArray
    flesh_rows: int

    @property
    def length_m(self) -> float:
        """Length from end to end."""
        return float(shapes.arc_length(self.path)[-1])


def wrap_hip(start: FloatArray, end: FloatArray, radius_m: float, n: int = 9) -> FloatArray:
    """Return points from start to end round the front of the hip axis, shape (n, 3); none if the way is clear."""
    a, b = start[:2] - HIP_CENTRE[:2], end[:2] - HIP_CENTRE[:2]
    da, db = np.hypot(*a), np.hypot(*b)
    ta = np.arctan2(a[1], a[0]) - np.arccos(min(1.0, radius_m / da))
    tb = np.arctan2(b[1], b[0]) + np.arccos(min(1.0, radius_m / db))
    sweep = (ta - tb + np.pi) % (2 * np.pi) - np.pi
    if sweep <= 1e-3:
        return np.empty((0, 3))
    turn = np.linspace(0, sweep, n)
    before, after = np.sqrt(max(da**2 - radius_m**2, 0)), np.sqrt(max(db**2 - radius_m**2, 0))
    part = (before + radius_m * turn) / (before + radius_m * sweep + after)
    x, y = np.cos(ta - turn), np.sin(ta - turn)
    z = start[2] + part * (end[2] - start[2])
    return np.stack([HIP_CENTRE[0] + radius_m * x, HIP_CENTRE[1] + radius_m * y, z], axis=1)


def bowed(path: FloatArray, first: int, bow_m: float) -> FloatArray:
    """Return a path, shape (n, ..., 3), whose points from `first` on bow away from the hip axis, most in the middle."""
    s = np.linalg.norm(np.diff(path, axis=0), axis=-1).cumsum(axis=0)
    s = np.concatenate([np.zeros_like(s[:1]), s])
    part = np.clip((s - s[first]) / (s[-1] - s[first]), 0, 1)
    along = shapes.unit(path[-1] - path[first])
    out = (path - HIP_CENTRE) * [1.0, 1.0, 0.0]
    out = shapes.unit(out - (out * along).sum(-1, keepdims=True) * along)
    return path + (bow_m * np.sin(np.pi * part) ** 2)[..., None] * out


def grown_to(length_m: Callable[[float], float], wanted_m: float, limits: tuple[float, float]) -> float:
    """Return the number at which a length that grows with it is the wanted one, or the limit nearest to it."""
    low, high = limits
    for _ in range(12):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if length_m(middle) < wanted_m else (low, middle)
    return 0.5 * (low + high)


def psoas_line(hips: Hips = STANDING, more_m: float = 0.0) -> PsoasLine:
    """Return the line of the right psoas major; its change of length from standing is that of the hip model.

    `more_m` makes it longer by that much, for what the belly's middle line loses against it.
    """
    return _psoas_line(hips, more_m)


@lru_cache(maxsize=8)
def _psoas_line(hips: Hips, more_m: float) -> PsoasLine:
    if hips == STANDING:
        return _laid(hips, 0.0)
    wanted = psoas_line().length_m + muscle("psoas_major").change(hips.pose).mm * 1e-3 + more_m
    return _laid(hips, grown_to(lambda slack: _laid(hips, slack).length_m, wanted, (-1.0, 1.0)))


def _process_plane_m(name: str, here: column.Slice) -> float:
    """Forward coordinate of the fronts of the transverse processes at a level."""
    vertebrae = [v for v in name.split("_") if v != "t12"]
    return float(np.mean([here.local(transverse_process_front(v, 0.25))[0] for v in vertebrae]))


def _lumbar_station(name: str) -> tuple[FloatArray, float, float]:
    """Centre of the belly beside one body or disc, with half sizes front to back and side to side (m)."""
    here = column.level(name)
    half_side, cover = _STATIONS[name]
    if name in tissue.DISC_COVER:
        cover = tissue.DISC_COVER[name].value
    half_up = _area_m2(name) / (_FULLNESS * half_side)
    front = here.half_depth_m * (2 * cover - 1)
    back = _process_plane_m(name, here) + _BEHIND_M
    room = max(front - back - 2 * half_up, 0.0)
    middle = back + half_up + 0.5 * room
    inner = here.half_width_m * (1 - min(abs(middle) / here.half_depth_m, 0.8) ** column.HULL_POWER) ** (
        1 / column.HULL_POWER
    )
    return here.world(middle, 0.0, inner + 0.9 * half_side), half_up, half_side


def _area_m2(name: str) -> float:
    return next(s.area_cm2 for s in tissue.psoas_sections() if s.level == name) * 1e-4


@cache
def _standing_insertion() -> FloatArray:
    return femur().nearest(landmark("lesser_trochanter")).point[0]


def insertion_point(hips: Hips = STANDING) -> FloatArray:
    """Return the tip of the lesser trochanter, on the surface of the right femur."""
    return hips.place(_standing_insertion())


@cache
def _way_above() -> tuple[FloatArray, dict[str, FloatArray], FloatArray]:
    """Where the line begins, way points by level down to in front of the hip, and the half sizes' ratio at each."""
    top = column.level("t12_l1")
    begin = column.plate("t12", "lower").world(0.002, -0.0005, column.plate("t12", "lower").half_width_m)
    first = top.world(-0.10 * top.half_depth_m, 0.0, top.half_width_m + 0.0012)
    points, up, side = {"t12_l1": first}, [], []
    for name in _STATIONS:
        p, hu, hs = _lumbar_station(name)
        points[name] = p
        up.append(hu)
        side.append(hs)
    l5 = column.level("l5")
    points["l5"] = l5.world(0.05 * l5.half_depth_m, 0.0, l5.half_width_m + 0.0175)
    eminence = landmark("iliopubic_eminence")
    over = eminence + shapes.unit(np.array([0.9, 0.35, 0.05])) * 0.013
    over[2] = _BRIM_POINT[2] - 0.001
    for name, part in (("l5_s1", 0.30), ("brim", 0.68)):
        points[name] = (1 - part) * points["l5"] + part * over
    points["eminence"], points["hip"] = over, _BRIM_POINT
    ratio = {"l5": 1.08, "l5_s1": 1.0, "brim": 1.0, "eminence": 0.90, "hip": 0.80}
    for name, r in ratio.items():
        a = _area_m2(name)
        up.append(np.sqrt(a * r / np.pi))
        side.append(np.sqrt(a / r / np.pi))
    return begin, points, np.array(up) / np.array(side)


def _laid(hips: Hips, slack: float) -> PsoasLine:
    """Return the line with a given slack below the brim: 0 as in standing, -1 taut over the hip, above 0 bowed out."""
    _, stations, ratios = _way_above()
    path, over_brim = _course(hips, stations)
    if slack < 0:
        taut, _ = _course(hips, {k: p for k, p in stations.items() if k != "hip"}, _TAUT_RADIUS_M)
        path = path - slack * (taut - path)
    elif slack > 0:
        path = bowed(path, over_brim, slack * _MOST_BOW_M)
    s = shapes.arc_length(path)
    row = {k: int(np.argmin(np.linalg.norm(path - p, axis=1))) for k, p in stations.items()}
    row["hip"] = max(row["hip"], row["eminence"] + 1)  # far bent, a taut line is nearest to both at one place
    knots = np.array([s[r] for k, r in row.items() if k != "t12_l1"])
    rest = s[-1] - knots[-1]
    knots = np.concatenate([[0.0, 0.006], knots, knots[-1] + rest * np.array([0.42, 0.78, 1.0])])
    ratio = shapes.profile(s, knots, np.concatenate([[2.2, 2.4], ratios, [0.75, 0.8, 0.8]]))
    if hips == STANDING:
        areas = [0.06e-4, 0.55e-4] + [_area_m2(k) for k in row if k != "t12_l1"] + [3.0e-4, 1.15e-4, 0.55e-4]
        area = shapes.profile(s, knots, areas)
    else:
        area = _carried_along(s)
    side = np.sqrt(area / np.pi / ratio)
    # Near its end the line keeps half a tendon off the bone, then comes down on it.
    tail = slice(ROWS - 26, ROWS)
    clear = 0.85 * side[tail] * np.minimum(ratio[tail], 1) * shapes.smoothstep((s[-1] - s[tail]) / 0.014)
    path[tail] = shapes.ease(keep_out(path[tail], [femur(hips)], clear, rounds=2), 4, hold=(2, 1))
    return PsoasLine(path, row, area, ratio, int(np.searchsorted(s, s[-1] - FREE_TENDON_M)))


def _course(hips: Hips, stations: dict[str, FloatArray], radius_m: float = _WRAP_RADIUS_M) -> tuple[FloatArray, int]:
    """Return a smooth path past way points and round the hip, and its row over the brim."""
    last, end = list(stations.values())[-1], insertion_point(hips)
    way = np.array([_way_above()[0], *stations.values(), *wrap_hip(last, end, radius_m)[1:], end])
    path = shapes.ease(shapes.curve(way, ROWS), 12)
    # Under tension the muscle cuts the corner between the lordotic spine and the brim.
    below = [int(np.argmin(np.linalg.norm(path - stations[k], axis=1))) for k in ("l2_l3", "eminence")]
    path[below[0] : below[1]] = shapes.ease(path[below[0] : below[1]], 20)
    return path, below[1]


def _carried_along(s: FloatArray) -> FloatArray:
    """Return section areas for distances along a line that is longer or shorter than in standing.

    The free tendon keeps its length; all flesh shortens by the same part, slides up and gets thicker.
    """
    standing = psoas_line()
    at = shapes.arc_length(standing.path)
    flesh, flesh_before = s[-1] - FREE_TENDON_M, at[-1] - FREE_TENDON_M
    was_at = np.where(s < flesh, s * flesh_before / flesh, s - s[-1] + at[-1])
    thicker = 1 + (flesh_before / flesh - 1) * shapes.smoothstep((flesh - s) / 0.02)
    return np.interp(was_at, at, standing.area_m2) * thicker
