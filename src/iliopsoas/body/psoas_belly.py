"""Psoas major: its line, its belly and its tendon (right side).

The line hangs on landmarks: beside the bodies and in front of the transverse processes, over the pelvic brim, in front
of the hip joint, and back to the lesser trochanter. The belly is a stack of rings round it whose areas are those of
`tissue.psoas_sections`; it is pushed out of the column, so that it is flat where it lies against the bodies.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from iliopsoas.atlas.mesh import FloatArray, Mesh
from iliopsoas.body import column, shapes, tissue
from iliopsoas.body.landmarks import landmark, transverse_process_front
from iliopsoas.body.surface import Surface, keep_out, rest_on, ring_area_m2
from iliopsoas.body.walls import HIP_CENTRE, femur, psoas_walls

ROWS, AROUND = 96, 40
TENDON_TURN = 0.60  # the tendon lies behind and medially on the belly
POWER = 2.25  # super-ellipse of the sections: a little fuller than an ellipse

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


@dataclass(frozen=True, eq=False)
class Belly:
    """The belly of psoas major as rings.

    Attributes
    ----------
    rings : ndarray, shape (ROWS, AROUND, 3)
        From T12-L1 to the lesser trochanter, metres; the last rows are the tendon's.
    path : ndarray, shape (ROWS, 3)
        The line through them.
    area_m2 : ndarray, shape (ROWS,)
        Wanted section area.
    flesh_rows : int
        Rows from the top that belong to the fleshy belly.
    station_row : dict
        Row of each level of `tissue.psoas_sections`.
    """

    rings: FloatArray
    path: FloatArray
    area_m2: FloatArray
    flesh_rows: int
    station_row: dict[str, int]

    @cached_property
    def mesh(self) -> Mesh:
        """The fleshy belly as a closed mesh; under the tendon it lies a little deeper."""
        share = self.tendon_share[:, None]
        turn = np.arange(AROUND) / AROUND
        away = np.abs((turn - TENDON_TURN + 0.5) % 1 - 0.5)
        under = shapes.smoothstep((0.5 * share + 0.01 - away) / 0.03) * (share > 0)
        depth = under * np.minimum(0.0016, 0.25 * np.sqrt(self.area_m2)[:, None])
        rings = self.rings - shapes.ring_normals(self.rings) * depth[..., None]
        # The last flesh ends inside the tendon.
        s = shapes.arc_length(self.path)
        left = shapes.smoothstep((s[self.flesh_rows - 1] + 0.001 - s) / 0.020)[:, None, None]
        middle = shapes.at(self.rings, np.arange(ROWS), TENDON_TURN)[:, None]
        core = self.path[:, None] + 0.35 * (middle - self.path[:, None])
        rings = core + (0.12 + 0.88 * left) * (rings - core)
        return shapes.loft(rings[: self.flesh_rows])

    @cached_property
    def whole(self) -> Mesh:
        """Belly and tendon together, down to the bone, as one closed mesh."""
        return shapes.loft(self.rings)

    @cached_property
    def tendon_share(self) -> FloatArray:
        """Part of the girth that is tendon at each row: the published share at the hip, nearly all at the end."""
        s = shapes.arc_length(self.path)
        start, hip, free = s[self.station_row["brim"]], s[self.station_row["hip"]], s[self.flesh_rows - 1]
        share = tissue.TENDON_SHARE_AT_LABRUM.value
        knots = [start - 0.004, start, 0.5 * (start + hip), hip, 0.5 * (hip + free), free]
        return shapes.profile(s, knots, [0.0, 0.06, 0.30, share, share + 0.04, 0.70])


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
def insertion_point() -> FloatArray:
    """Return the tip of the lesser trochanter, on the surface of the right femur."""
    return femur().nearest(landmark("lesser_trochanter")).point[0]


def _line() -> tuple[FloatArray, dict[str, FloatArray], FloatArray, FloatArray]:
    """Way points by level, and half sizes (front-back, side) at each."""
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
    end = insertion_point()
    way = [begin, *points.values(), *wrap_hip(_BRIM_POINT, end, _WRAP_RADIUS_M)[1:], end]
    ratio = {"l5": 1.08, "l5_s1": 1.0, "brim": 1.0, "eminence": 0.90, "hip": 0.80}
    for name, r in ratio.items():
        a = _area_m2(name)
        up.append(np.sqrt(a * r / np.pi))
        side.append(np.sqrt(a / r / np.pi))
    return np.array(way), points, np.array(up), np.array(side)


@cache
def belly() -> Belly:
    """Return the belly of the right psoas major in the standing pose."""
    way, stations, half_up, half_side = _line()
    path = shapes.ease(shapes.curve(way, ROWS), 12)
    # Under tension the muscle cuts the corner between the lordotic spine and the brim.
    below = [int(np.argmin(np.linalg.norm(path - stations[k], axis=1))) for k in ("l2_l3", "eminence")]
    path[below[0] : below[1]] = shapes.ease(path[below[0] : below[1]], 20)
    s = shapes.arc_length(path)
    row = {k: int(np.argmin(np.linalg.norm(path - p, axis=1))) for k, p in stations.items()}
    knots = np.array([s[r] for k, r in row.items() if k != "t12_l1"])
    rest = s[-1] - knots[-1]
    knots = np.concatenate([[0.0, 0.006], knots, knots[-1] + rest * np.array([0.42, 0.78, 1.0])])
    area = np.array([0.06e-4, 0.55e-4] + [_area_m2(k) for k in row if k != "t12_l1"] + [3.0e-4, 1.15e-4, 0.55e-4])
    shape = np.concatenate([[2.2, 2.4], half_up / half_side, [0.75, 0.8, 0.8]])
    want, ratio = shapes.profile(s, knots, area), shapes.profile(s, knots, shape)
    side = np.sqrt(want / np.pi / ratio)
    # Near its end the line keeps half a tendon off the bone, then comes down on it.
    tail = slice(ROWS - 26, ROWS)
    clear = 0.85 * side[tail] * np.minimum(ratio[tail], 1) * shapes.smoothstep((s[-1] - s[tail]) / 0.014)
    path[tail] = shapes.ease(keep_out(path[tail], [femur()], clear, rounds=2), 4, hold=(2, 1))
    base = shapes.oval_rings(path, side * ratio, side, around=AROUND, power=POWER)
    rings = _fitted(path, base, want)
    # The last ring lies a little inside the bone, so that no cut end shows.
    foot = rest_on(base[-1], femur(), -0.0010)
    ramp = shapes.smoothstep((np.arange(ROWS) - (ROWS - 6)) / 5)[:, None, None]
    rings = rings + ramp * (foot - rings)
    flesh = int(np.searchsorted(s, s[-1] - 0.016))
    return Belly(rings, path, want, flesh, row)


def _fitted(path: FloatArray, base: FloatArray, want: FloatArray) -> FloatArray:
    """Push rings out of the column and bones, and scale them until their areas are the wanted ones."""
    hull = Surface(shapes.loft(column.hull_rings()))
    scale = np.ones(len(path))
    for obstacles in ([hull], [hull, *psoas_walls()], [hull, *psoas_walls()]):
        rings = path[:, None] + scale[:, None, None] * (base - path[:, None])
        rings = keep_out(rings, obstacles, 0.0009, rounds=1)
        rings = shapes.ease(shapes.ease_across(rings, 1, closed=True), 4)
        scale = shapes.ease(scale * np.sqrt(want / ring_area_m2(rings)), 2)
    for _ in range(2):
        rings = shapes.ease(keep_out(rings, psoas_walls(), 0.0006, rounds=1), 2)
    return keep_out(rings, psoas_walls(), 0.0003, rounds=2)
