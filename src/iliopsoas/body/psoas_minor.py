"""Psoas minor (right side): a slender belly from T12 and L1 and a long flat tendon to the pecten pubis."""

from __future__ import annotations

import numpy as np

from iliopsoas.atlas.mesh import FloatArray, Mesh, joined
from iliopsoas.body import column, shapes
from iliopsoas.body.landmarks import landmark
from iliopsoas.body.psoas_belly import Belly
from iliopsoas.body.psoas_slips import superficial
from iliopsoas.body.surface import Surface, keep_out, rest_on
from iliopsoas.body.walls import hip_bone, psoas_walls, wall

N = 80
_FRONT = (0.9, 0.0, -0.45)
# Drawing choices inside the published spread: belly 37.5 +/- 6.0 % of the unit, 52.5 +/- 34.3 mm2 (neumann2015).
BELLY_LENGTH_M = 0.088
BELLY_WIDTH_M, TENDON_WIDTH_M = 0.0145, 0.0050


def insertion_point() -> FloatArray:
    """Return a point on the pecten pubis beside the iliopubic eminence, on the bone, shape (3,)."""
    eminence, tubercle = landmark("iliopubic_eminence"), landmark("pubic_tubercle")
    return hip_bone().nearest(eminence + 0.16 * (tubercle - eminence) + [0.002, 0.004, -0.003]).point[0]


def origin_point() -> FloatArray:
    """Return the middle of the origin: side of the T12-L1 disc, in front of psoas major, shape (3,)."""
    row = 0.5 * (column.hull_row("t12", "lower") + column.hull_row("l1", "upper"))
    p = shapes.at(column.hull_rings(), row, 0.135)
    return wall("disc_t12_l1").nearest(p).point[0]


def psoas_minor(belly: Belly) -> Mesh:
    """Return psoas minor lying on the front of a given psoas major."""
    start, end = origin_point(), insertion_point()
    rings = belly.rings
    turns = {"l1": 0.97, "l1_l2": 0.99, "l2_l3": 1.0, "l3_l4": 1.0, "l4_l5": 0.99, "l5_s1": 0.96, "brim": 0.91}
    way = [start, *(shapes.at(rings, belly.station_row[k], t) for k, t in turns.items()), end]
    path = shapes.ease(shapes.curve(way, N), 20)
    s = shapes.arc_length(path)
    flesh = Surface(joined([belly.mesh, *(slip.mesh for slip in superficial(belly).values())]))
    rest = flesh.mesh.facing(_FRONT)
    on = shapes.smoothstep((s - 0.012) / 0.02) * shapes.smoothstep((s[-1] - 0.075 - s) / 0.03)
    for _ in range(3):
        path = shapes.ease(rest_on(path, Surface(rest), 0.0024, on, rounds=1), 8)
        path = keep_out(path, [Surface(belly.mesh)], 0.0012, rounds=1)
    path = shapes.ease(path, 3)
    full = [0.010, 0.03, 0.5 * BELLY_LENGTH_M, BELLY_LENGTH_M, BELLY_LENGTH_M + 0.03, s[-1] - 0.03, s[-1]]
    wide = np.array([0.55, 0.85, 1, 0.62, 0, 0, 0]) * (BELLY_WIDTH_M - TENDON_WIDTH_M) + TENDON_WIDTH_M
    wide[-1] = 0.0085
    half_side = shapes.profile(s, full, wide / 2)
    half_side = half_side * np.sqrt(np.clip((s + 0.0006) / 0.004, 0.2, 1))
    half_up = shapes.profile(s, full, [0.0010, 0.0018, 0.0024, 0.0016, 0.0009, 0.0009, 0.0007])
    oval = shapes.oval_rings(path, half_up, half_side, up=_FRONT, around=20)
    for i, target in ((0, wall("disc_t12_l1")), (-1, hip_bone())):
        foot = rest_on(oval[i], target, 0.0002)
        ramp = shapes.smoothstep(1 - np.abs(np.arange(N) - (0 if i == 0 else N - 1)) / 7)[:, None, None]
        oval = oval + ramp * (foot - oval[i])
    gap = np.full(oval.shape[:2], 0.0003)
    gap[[0, -1]] = -0.001
    return shapes.loft(keep_out(oval, psoas_walls(belly.hips), gap, rounds=2))
