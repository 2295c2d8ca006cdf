"""The ureters: from the renal pelvis down the inner front of psoas, over the fork of the iliac artery, to the bladder.

The crossing in front of the common iliac fork is published; thickness is schematic.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from iliopsoas.atlas.bones import load_bones
from iliopsoas.atlas.mesh import FloatArray, Mesh
from iliopsoas.body import shapes
from iliopsoas.body.kidney import hilum, place
from iliopsoas.body.landmarks import Side, landmark
from iliopsoas.body.surface import Surface
from iliopsoas.body.tubes import Tube, by, everything, laid, on_psoas, tube
from iliopsoas.body.vessels import midline_walls
from iliopsoas.body.vessels_pelvis import COMMON_ARTERY_M, artery, bifurcation, vein

RADIUS_M = 0.0021
_N = 120
BLADDER_LENGTH_M = 0.052


@cache
def bladder() -> Mesh:
    """Return the empty bladder: flat, wholly behind the pubic symphysis and below its upper border."""
    symphysis = load_bones()["pubic_symphysis"].v
    top, back = symphysis[:, 1].max(), symphysis[:, 0].min()
    u = np.linspace(0, 1, 40)
    start = np.array([back - 0.004, top - 0.0095, 0.0])
    path = start + u[:, None] * np.array([-BLADDER_LENGTH_M, 0.0, 0.0])
    wide = shapes.profile(u, [0, 0.12, 0.45, 0.8, 0.94, 1], [0.002, 0.009, 0.021, 0.024, 0.016, 0.002])
    high = shapes.profile(u, [0, 0.12, 0.45, 0.8, 0.94, 1], [0.002, 0.0050, 0.0068, 0.0085, 0.0070, 0.0015])
    return shapes.loft(shapes.oval_rings(path, high, wide, up=(0, 1, 0), around=36, power=2.3))


def mouth() -> FloatArray:
    """Return where the right ureter meets the bladder: at the side of its base, from behind."""
    v = bladder().v
    return np.array([v[:, 0].min() + 0.006, v[:, 1].mean() + 0.001, 0.014])


def crossing() -> FloatArray:
    """Return the ureter's point in front of the fork of the common iliac artery, as if on the right."""
    return bifurcation() + np.array([COMMON_ARTERY_M + RADIUS_M + 0.0012, 0.001, -0.001])


@cache
def ureter(side: Side) -> Tube:
    """Return a ureter with its funnel, as if it were the right one."""
    internal, end = artery(side)[2], mouth()
    funnel = [hilum(side).pelvis, place(side, -0.009, -0.012, -0.0235), place(side, -0.008, -0.026, -0.0255)]
    spine_at, arc = landmark("ischial_spine"), landmark("arcuate_line")
    down = [on_psoas(r, t, RADIUS_M + 0.001) for r, t in
            (("l3", 0.01), ("l3_l4", 0.985), ("l4", 0.955), ("l4_l5", 0.93), ("l5", 0.905))]  # fmt: skip
    before = [crossing() + by(-0.004, -0.014, -0.0105), crossing() + by(-0.018, -0.030, -0.012)]
    before += [internal.path[k] + p for k, p in ((24, [0.011, 0.0, -0.012]), (30, [0.013, 0, -0.009]))]
    low = 0.62 * spine_at + 0.38 * arc + by(0.018, 0.002, -0.010)
    way = [*funnel, *down, crossing(), *before, low, end + by(-0.012, 0.006, 0.012), end]
    vessels = [Surface(t.mesh) for t in (*artery(side)[:3], *vein(side)[:3])]
    walls = [*everything(), *midline_walls(side), *vessels]
    path = laid(way, _N, RADIUS_M, walls, rounds=4, free=(0.05, 0.03))
    path = laid(shapes.ease(path, 6), _N, RADIUS_M, walls, rounds=1, free=(0.05, 0.03))
    s = shapes.arc_length(path)
    radius = RADIUS_M + shapes.profile(s, [0, 0.006, 0.018, 0.034], [0.0042, 0.0048, 0.0022, 0.0])
    return tube(path, radius, around=12)
