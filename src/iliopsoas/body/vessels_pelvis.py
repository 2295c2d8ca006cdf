"""The iliac and femoral vessels, from the fork of the aorta and into the thigh.

They are laid along the belly of psoas major: the artery on its inner front, the vein inside and behind it; only above
the sacrum do right and left differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from iliopsoas.atlas.mesh import FloatArray
from iliopsoas.body import shapes
from iliopsoas.body.landmarks import Side, landmark
from iliopsoas.body.ligaments import inguinal_line
from iliopsoas.body.surface import Surface, keep_out
from iliopsoas.body.tubes import Tube, before, by, cut_at, everything, laid, on_psoas, row_of, tapered, tube
from iliopsoas.body.vessels import AORTA_RADIUS_M, above_confluence, above_fork, confluence, fork, own
from iliopsoas.body.walls import femur

Named = tuple[str, str, str, str, Tube]

COMMON_ARTERY_M = 0.0109 / 2  # kim2022
EXTERNAL_ARTERY_M, INTERNAL_ARTERY_M = 0.0047, 0.0034  # below the upper limits of lorbeer2018
FEMORAL_ARTERY_M = 0.0045  # between women and men
COMMON_VEIN_M, EXTERNAL_VEIN_M, INTERNAL_VEIN_M, FEMORAL_VEIN_M = 0.0068, 0.0055, 0.0040, 0.0052
_N = 110
BIFURCATION_ROW = 46.0  # of the belly: level with the disc L5-S1, in front of the sacro-iliac joint


def bifurcation() -> FloatArray:
    """Return where the common iliac artery divides (right side), on the inner front of psoas."""
    return on_psoas(BIFURCATION_ROW, 0.87, COMMON_ARTERY_M + 0.0006)


def under_ligament() -> FloatArray:
    """Return the middle of the artery behind the inguinal ligament: on psoas, at the mid-inguinal point."""
    middle = ligament_at(0.5 * landmark("asis")[2])
    rows = np.linspace(row_of("brim"), row_of("hip") + 4, 60)
    line = np.stack([on_psoas(r, 0.945, FEMORAL_ARTERY_M + 0.0006) for r in rows])
    return line[np.argmin(np.abs(line[:, 1] - middle[1] - 0.001))]


def ligament_at(right_m: float) -> FloatArray:
    """Return the point of the inguinal ligament's middle line at a distance from the midline."""
    line = inguinal_line()[::-1]
    return np.array([np.interp(right_m, line[:, 2], line[:, k]) for k in range(3)])


def _thigh(start: FloatArray, forward: float, right: float) -> list[FloatArray]:
    """Return way points from the ligament down the thigh: straight down, going back with the femur."""
    return [
        start + by(0.0005, -0.022, 0.001),
        start + by(-0.003 + 0.2 * forward, -0.055, 0.0015 + 0.4 * right),
        start + by(-0.011 + 0.6 * forward, -0.105, 0.003 + 0.8 * right),
        start + by(-0.018 + forward, -0.172, 0.004 + right),
    ]


@cache
def artery(side: Side) -> tuple[Tube, Tube, Tube, Tube]:
    """Return common, external, internal iliac and femoral artery of a side, as if it were the right one."""
    split, groin = bifurcation(), under_ligament()
    inside, end = own(above_fork(), side), own(fork(), side)
    beside = AORTA_RADIUS_M - COMMON_ARTERY_M
    cross = 0.0148 if side == "r" else 0.0030  # on the right the vein lies between artery and spine
    way = [inside + by(0, 0, 0.7 * beside), end + by(0.0, 0.002, beside)]
    way += [before("l4_l5", COMMON_ARTERY_M + cross, 0.5 * (end[2] + 0.026))]
    way += [before("l5", COMMON_ARTERY_M + 0.7 * cross, 0.0232, up_m=0.002), split]
    down = [on_psoas(r, t, EXTERNAL_ARTERY_M + 0.0006) for r, t in ((52, 0.875), (57, 0.88), (62, 0.91))]
    path = laid([*way, *down, groin, *_thigh(groin, 0.0, 0.0)], _N, 0.0051, [*everything(), femur()])
    path = keep_out(shapes.ease(path, 10), everything(), 0.0056, rounds=1)
    i, j = (int(np.argmin(np.linalg.norm(path - p, axis=1))) for p in (split, groin))
    knots = [COMMON_ARTERY_M, COMMON_ARTERY_M, EXTERNAL_ARTERY_M, FEMORAL_ARTERY_M, FEMORAL_ARTERY_M * 0.95]
    radius = shapes.profile(np.arange(_N), [0, i - 1, i + 8, j, _N - 1], knots)
    common, external, femoral = cut_at(path, radius, (i, j))
    way = [split + by(-0.001, 0.003, -0.001), split + by(-0.012, -0.008, -0.001), *_pelvic_wall()]
    inner = laid(way, 40, INTERNAL_ARTERY_M, everything(), free=(0.05, 0.0))
    return common, external, tube(inner, tapered(40, INTERNAL_ARTERY_M, 0.0022, 0.5)), femoral


def _pelvic_wall() -> list[FloatArray]:
    """Return way points along the side wall of the pelvis to the top of the greater sciatic notch."""
    ala, arc, spine = landmark("sacral_ala"), landmark("arcuate_line"), landmark("ischial_spine")
    return [
        0.62 * ala + 0.38 * arc + by(0.012, -0.012, -0.011),
        0.55 * arc + 0.45 * spine + by(-0.004, 0.030, -0.010),
        0.45 * arc + 0.55 * spine + by(-0.010, 0.018, -0.010),
    ]


@cache
def vein(side: Side) -> tuple[Tube, Tube, Tube, Tube]:
    """Return common, external, internal iliac and femoral vein of a side, as if it were the right one."""
    common, external, internal, femoral = artery(side)
    walls = [*everything(), femur(), *(Surface(t.mesh) for t in (common, external, internal, femoral))]
    inside, top, r = own(above_confluence(), side), own(confluence(), side), COMMON_VEIN_M
    way = [inside + by(0, 0, 0.0022), top + by(0.0, 0.001, 0.0030)]
    if side == "r":
        way += [before("l5", r + 0.001, 0.0212, up_m=-0.006)]
    else:  # it crosses in front of L5, behind the artery of the other side and then on the inner side of its own
        way += [before("l5", r + 0.0008, 0.0, up_m=-0.004), before("l5", r + 0.0008, 0.013, up_m=-0.012)]
    join = on_psoas(51, 0.745, EXTERNAL_VEIN_M + 0.0008) + by(-0.002, 0.0, -0.002)
    groin = under_ligament() + by(-0.002, -0.0035, -(FEMORAL_ARTERY_M + FEMORAL_VEIN_M + 0.0010))
    down = [on_psoas(row, t, EXTERNAL_VEIN_M + 0.0006) for row, t in ((57, 0.75), (62, 0.77))]
    path = laid([*way, join, *down, groin, *_thigh(groin, -0.007, 0.0085)], _N, 0.0058, walls, rounds=4)
    path = shapes.ease(keep_out(shapes.ease(path, 10), everything(), 0.0072, rounds=1), 2)
    i, j = (int(np.argmin(np.linalg.norm(path - p, axis=1))) for p in (join, groin))
    knots = [COMMON_VEIN_M, COMMON_VEIN_M, EXTERNAL_VEIN_M, FEMORAL_VEIN_M, FEMORAL_VEIN_M]
    one, two, three = cut_at(path, shapes.profile(np.arange(_N), [0, i - 4, i + 12, j, _N - 1], knots), (i, j))
    start = path[i]
    wall_points = [p + by(-0.006, -0.001, -0.002) for p in _pelvic_wall()]
    inner = laid([start, start + by(-0.010, -0.010, 0.0), *wall_points], 40, INTERNAL_VEIN_M, walls, free=(0.12, 0.0))
    return one, two, tube(inner, tapered(40, INTERNAL_VEIN_M, 0.0026, 0.5)), three


def tubes(side: Side) -> Iterator[Named]:
    """Yield the vessels of a side: name, structure, tissue, outline group, tube in its place."""
    place = (lambda t: t) if side == "r" else (lambda t: t.mirrored())
    names = ("common_iliac", "external_iliac", "internal_iliac", "femoral")
    for tissue, kind, made in (("artery", "artery", artery(side)), ("vein", "vein", vein(side))):
        for name, one in zip(names, made, strict=True):
            yield f"{name}_{kind}", f"{name}_{kind}", tissue, f"iliac_{kind}_{side}", place(one)
