"""Gluteus maximus, gluteus medius and the iliotibial tract (right side).

Origins and insertions are those of Gray 1918; thicknesses and the course between them are drawing choices.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from iliopsoas.atlas.bones import load_bones
from iliopsoas.atlas.mesh import FloatArray, Mesh, joined
from iliopsoas.body import shapes
from iliopsoas.body.landmarks import landmark, line
from iliopsoas.body.surface import Surface, keep_out, rest_on
from iliopsoas.body.walls import hip_bone, wall

ROWS, COLUMNS = 44, 40
MAXIMUS_M, MEDIUS_M, TRACT_M = 0.027, 0.021, 0.0022
_BOW_M = 0.017  # how far the deep face of gluteus maximus is bowed back over hip joint and ischium
_GAP_M = 0.0005


@cache
def _pelvis() -> Surface:
    bones = load_bones()
    return Surface(joined([bones["hip_bone_r"], bones["sacrum"], bones["coccyx"]]))


def _femur() -> Surface:
    return wall("femur_r")


@cache
def maximus_origin() -> FloatArray:
    """Return the origin line of gluteus maximus, from the crest down, shape (COLUMNS, 3).

    Ilium behind the posterior gluteal line, back of the sacrum, side of the coccyx, then the sacrotuberous ligament.
    """
    crest = line("iliac_crest")
    back = crest[np.argmin(np.abs(crest[:, 1] - 0.049) - (crest[:, 0] < -0.1) * 1.0)]
    way = [
        back + np.array([-0.001, -0.004, 0.004]),
        landmark("psis") + np.array([0.000, 0.006, 0.003]),
        landmark("psis") + np.array([0.000, -0.014, 0.000]),
        [-0.1385, -0.018, 0.034],
        [-0.1435, -0.042, 0.027],
        [-0.1470, -0.062, 0.012],
    ]
    on_bone = [_pelvis().nearest(np.array(p)).point[0] for p in way]
    tip = wall("coccyx").nearest(np.array([-0.139, -0.088, 0.012])).point[0]
    off = sacrotuberous_middle(0.45)
    bony = shapes.evenly(np.array([*on_bone, tip]), COLUMNS - 6)
    ligament = tip + np.linspace(0, 1, 7)[1:, None] * (off - tip)
    return np.concatenate([_pelvis().nearest(bony).point, ligament])


def sacrotuberous_middle(part: float) -> FloatArray:
    """Return a point of the middle line of the sacrotuberous ligament; 0 is the sacrum, 1 the ischial tuberosity."""
    top = wall("sacrum").nearest(np.array([-0.143, -0.046, 0.030])).point[0]
    end = hip_bone().nearest(landmark("ischial_tuberosity") + np.array([-0.014, 0.008, 0.002])).point[0]
    return np.asarray(top + part * (end - top), float)


@cache
def gluteal_tuberosity() -> FloatArray:
    """Return the insertion of the deep lower fibres on the back of the femur, upper to lower, shape (12, 3)."""
    way = np.array([[-0.080, -0.158, 0.1185], [-0.0735, -0.185, 0.1150], [-0.069, -0.215, 0.1125]])
    return _femur().nearest(shapes.evenly(way, 12)).point


@cache
def maximus_insertion() -> FloatArray:
    """Return where the fibres end: upper ones in the iliotibial tract, lower ones on the femur, shape (COLUMNS, 3)."""
    tract = shapes.curve([[-0.066, -0.098, 0.1475], [-0.072, -0.128, 0.1440], [-0.077, -0.150, 0.1300]], 30)
    return shapes.evenly(np.concatenate([tract, gluteal_tuberosity()[1:]]), COLUMNS)


@cache
def maximus_grids() -> tuple[FloatArray, FloatArray]:
    """Return deep and superficial face of gluteus maximus; rows along the fibres, columns from above down."""
    start, end = maximus_origin(), maximus_insertion()
    span = end - start
    above = np.linspace(1, 0, COLUMNS)[:, None] ** 2
    leave = span + np.array([-0.050, -0.010, 0.020]) + above * np.array([0.030, 0.020, 0.070])
    arrive = span + np.array([0.045, -0.015, 0.010])
    deep = shapes.hermite(start, end, leave, arrive, ROWS)
    u = np.linspace(0, 1, ROWS)[:, None]
    s = np.linspace(0, 1, COLUMNS)[None]
    deep = deep + (np.sin(np.pi * u) * _BOW_M)[..., None] * np.array([-0.9, 0.0, 0.25])
    below = Surface(medius())
    walls = [_pelvis(), _femur(), below]
    for _ in range(3):
        # A last row and a first row lie on bone; between them the muscle keeps off what runs beneath it.
        gap = np.broadcast_to(_GAP_M + 0.004 * np.sin(np.pi * u), deep.shape[:2])
        deep[1:-1] = keep_out(deep[1:-1], walls, gap[1:-1], rounds=2, reach_m=0.02)
        deep = shapes.ease_across(shapes.ease(deep, 6), 3)
    deep[1:-1] = keep_out(deep[1:-1], walls, _GAP_M, rounds=4, reach_m=0.02)
    own = [hip_bone(), wall("sacrum"), wall("coccyx"), _femur()]
    deep[[0, -1]] = keep_out(deep[[0, -1]], own, 0.0, rounds=4)
    along = shapes.profile(u, (0.0, 0.10, 0.30, 0.55, 0.80, 0.95, 1.0), (0.05, 0.55, 0.95, 1.0, 0.72, 0.26, 0.06))
    across = 0.10 + 0.90 * np.clip(1 - np.abs(2 * s - 1) ** 3.2, 0, 1) ** 0.6
    n = shapes.grid_normals(deep)
    n *= np.sign(-n[..., 0].sum())
    n = shapes.unit(shapes.ease_across(shapes.ease(n, 12), 8))
    face = deep + n * (MAXIMUS_M * along * across)[..., None]
    return deep, keep_out(shapes.ease_across(shapes.ease(face, 6), 3), [_pelvis(), _femur()], 0.0008, rounds=2)


def gluteus_maximus() -> Mesh:
    """Return gluteus maximus."""
    return shapes.slab(*maximus_grids())


@cache
def medius_ends() -> tuple[FloatArray, FloatArray]:
    """Return origin (below the crest, outside) and insertion (outer face of the greater trochanter), front to back."""
    crest = line("iliac_crest")
    some = crest[(crest[:, 0] < -0.016) & (crest[:, 0] > -0.122)]
    out = shapes.unit(np.array([-0.15, -0.35, 1.0]))
    origin = _outer().nearest(shapes.evenly(some, COLUMNS) + 0.006 * out + [0.0, -0.008, 0.0]).point
    tip = [[-0.050, -0.100, 0.139], [-0.064, -0.098, 0.1405], [-0.078, -0.088, 0.132], [-0.080, -0.081, 0.126]]
    return origin, _femur().nearest(shapes.curve(tip, COLUMNS)).point


@cache
def _outer() -> Surface:
    return Surface(load_bones()["hip_bone_r"].facing((-0.35, 0.1, 0.9), 0.0))


@cache
def medius_grids() -> tuple[FloatArray, FloatArray]:
    """Return deep and superficial face of gluteus medius; columns from front to back."""
    origin, end = medius_ends()
    span = end - origin
    behind = np.linspace(0, 1, COLUMNS)[:, None] ** 1.5
    leave = span + [0.0, -0.02, 0.012] + behind * np.array([-0.055, -0.080, 0.0])
    arrive = span + [0.0, -0.03, 0.0] + behind * np.array([0.045, 0.015, 0.055])
    deep = shapes.hermite(origin, end, leave, arrive, ROWS)
    u = np.linspace(0, 1, ROWS)[:, None]
    on = np.broadcast_to(shapes.smoothstep((0.62 - u) / 0.3), deep.shape[:2])
    for _ in range(3):
        deep[1:-1] = rest_on(deep[1:-1], _outer(), 0.001, 0.9 * on[1:-1], rounds=1)
        deep = shapes.ease_across(shapes.ease(deep, 8), 3)
    deep[1:-1] = keep_out(deep[1:-1], [hip_bone(), _femur()], _GAP_M, rounds=3, reach_m=0.02)
    s = np.linspace(0, 1, COLUMNS)[None]
    along = shapes.profile(u, (0.0, 0.12, 0.35, 0.6, 0.85, 1.0), (0.05, 0.50, 1.0, 0.95, 0.42, 0.05))
    across = 0.12 + 0.88 * np.clip(1 - np.abs(2 * s - 1) ** 3, 0, 1) ** 0.6
    n = shapes.grid_normals(deep)
    n *= np.sign(n[..., 2].sum())
    n = shapes.unit(shapes.ease_across(shapes.ease(n, 12), 8))
    face = shapes.ease_across(shapes.ease(deep + n * (MEDIUS_M * along * across)[..., None], 5), 3)
    return deep, keep_out(face, [hip_bone(), _femur()], 0.0008, rounds=2)


@cache
def medius() -> Mesh:
    """Return gluteus medius (with minimus beneath it as one mass: the two are not told apart here)."""
    return shapes.slab(*medius_grids())


@cache
def iliotibial_tract() -> Mesh:
    """Return the iliotibial tract from the tubercle of the crest over the greater trochanter down the thigh."""
    heights = np.array([0.034, 0.0, -0.04, -0.08, -0.105, -0.14, -0.20, -0.29])
    side = np.array([0.1265, 0.1330, 0.1440, 0.1490, 0.1500, 0.1480, 0.1440, 0.1380])
    front = np.array([-0.028, -0.022, -0.022, -0.026, -0.030, -0.034, -0.036, -0.034])
    back = np.array([-0.052, -0.056, -0.062, -0.068, -0.070, -0.072, -0.072, -0.066])
    y = np.linspace(heights[0], heights[-1], 60)
    z, a, b = (shapes.profile(y[::-1], heights[::-1], k[::-1])[::-1] for k in (side, front, back))
    t = np.linspace(0, 1, 10)[None]
    curve = -0.004 * (2 * t - 1) ** 2
    x = a[:, None] + (b - a)[:, None] * t
    grid = np.stack([x, np.broadcast_to(y[:, None], x.shape), z[:, None] + curve], axis=-1)
    grid[0] = _outer().nearest(grid[0]).point
    for _ in range(3):
        grid[1:] = keep_out(grid[1:], [hip_bone(), _femur(), Surface(medius())], 0.0010, rounds=2, reach_m=0.03)
        grid = shapes.ease_across(shapes.ease(grid, 14), 6)
    return shapes.slab(grid, grid + np.array([0.0, 0.0, TRACT_M]))
