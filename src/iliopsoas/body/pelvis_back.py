"""What lies under gluteus maximus (right side): piriformis, two ligaments, the sciatic nerve and gluteal arteries.

The nerve leaves below piriformis and passes half-way between ischial tuberosity and greater trochanter (currin2015:
100 CT scans); its width is a drawing choice inside the usual 12 to 15 mm. Calibres of the arteries are schematic.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from iliopsoas.atlas.mesh import FloatArray, Mesh
from iliopsoas.body import shapes
from iliopsoas.body.landmarks import landmark
from iliopsoas.body.surface import keep_out
from iliopsoas.body.walls import hip_bone, wall

NERVE_WIDTH_M, NERVE_THICK_M = 0.0135, 0.0045
_ARTERY_M = 0.0021  # radius
_BAND_M = 0.0032
N = 60


def _on(bone: str, *points: tuple[float, float, float]) -> FloatArray:
    return wall(bone).nearest(np.array(points)).point


@cache
def piriformis_ends() -> tuple[FloatArray, FloatArray]:
    """Return the middle of the origin on the front of the sacrum, and the insertion on top of the trochanter."""
    return _on("sacrum", (-0.108, -0.020, 0.024))[0], _on("femur_r", (-0.0765, -0.079, 0.1215))[0]


@cache
def piriformis_rings() -> FloatArray:
    """Return rings of piriformis from the sacrum through the greater sciatic notch to the femur."""
    start, end = piriformis_ends()
    way = [
        start,
        [-0.1135, -0.033, 0.040],
        [-0.1120, -0.043, 0.058],
        [-0.1060, -0.054, 0.080],
        [-0.0930, -0.068, 0.104],
        end,
    ]
    path = shapes.curve(np.array([np.asarray(point, float) for point in way]), N)
    u = np.linspace(0, 1, N)
    high = shapes.profile(u, (0, 0.12, 0.35, 0.6, 0.85, 1), (0.0155, 0.0170, 0.0150, 0.0105, 0.0048, 0.0028))
    deep = shapes.profile(u, (0, 0.12, 0.35, 0.6, 0.85, 1), (0.0022, 0.0060, 0.0075, 0.0065, 0.0036, 0.0020))
    rings = shapes.oval_rings(path, deep, high, (-1, 0, 0), 28, 2.2)
    walls = [wall("sacrum"), hip_bone(), wall("femur_r")]
    for _ in range(3):
        rings = shapes.ease(keep_out(rings, walls, 0.0005, rounds=2), 2)
    return keep_out(rings, walls, 0.0004, rounds=3)


def piriformis() -> Mesh:
    """Return piriformis."""
    return shapes.loft(piriformis_rings())


def _band(start: FloatArray, end: FloatArray, twist: float) -> Mesh:
    """Return a flat band between two lines of equal length, its middle clear of bone."""
    t = np.linspace(0, 1, 30)[:, None, None]
    grid = start[None] * (1 - t) + end[None] * t + np.sin(np.pi * t) * np.array([-twist, 0.0, 0.0])
    walls = [wall("sacrum"), wall("coccyx"), hip_bone()]
    grid[1:-1] = keep_out(grid[1:-1], walls, 0.0006, rounds=3)
    grid = shapes.ease(grid, 3)
    n = shapes.grid_normals(grid)
    n *= np.sign(-n[..., 0].sum())
    thick = _BAND_M * (0.35 + 0.65 * np.sin(np.pi * np.clip(t[..., 0], 0.02, 0.98)))
    return shapes.slab(grid, grid + n * thick[..., None])


@cache
def sacrotuberous_ends() -> tuple[FloatArray, FloatArray]:
    """Return both ends, shape (16, 3) each: from PSIS over the side of the sacrum to the coccyx; ischial tuberosity."""
    top = np.concatenate(
        [
            hip_bone().nearest(landmark("psis") + np.array([[0.003, -0.012, 0.0]])).point,
            _on("sacrum", (-0.138, -0.018, 0.040), (-0.143, -0.034, 0.034), (-0.145, -0.050, 0.028)),
            _on("coccyx", (-0.145, -0.068, 0.011)),
        ]
    )
    steps = np.array([[-0.022, 0.022, 0.012], [-0.018, 0.012, 0.006], [-0.010, 0.004, -0.002]])
    low = hip_bone().nearest(landmark("ischial_tuberosity") + steps).point
    return shapes.evenly(top, 16), shapes.evenly(low, 16)


def sacrotuberous_ligament() -> Mesh:
    """Return the sacrotuberous ligament, from ilium, sacrum and coccyx to the ischial tuberosity."""
    return _band(*sacrotuberous_ends(), 0.004)


@cache
def sacrospinous_ends() -> tuple[FloatArray, FloatArray]:
    """Return both ends, shape (12, 3) each: side of lower sacrum and coccyx; ischial spine."""
    top = np.concatenate([_on("sacrum", (-0.138, -0.046, 0.031)), _on("coccyx", (-0.142, -0.070, 0.011))])
    low = hip_bone().nearest(landmark("ischial_spine") + np.array([[0.0, 0.003, 0.0], [0.0, -0.003, 0.0]])).point
    return shapes.evenly(top, 12), shapes.evenly(low, 12)


def sacrospinous_ligament() -> Mesh:
    """Return the sacrospinous ligament, in front of the sacrotuberous one."""
    return _band(*sacrospinous_ends(), -0.002)


@cache
def sciatic_line() -> FloatArray:
    """Return the middle line of the sciatic nerve from the front of piriformis down the thigh, shape (N, 3)."""
    trochanter, tuberosity = landmark("greater_trochanter"), landmark("ischial_tuberosity")
    half = 0.5 * (trochanter + tuberosity)
    way = np.array(
        [
            [-0.1000, -0.034, 0.044],
            [-0.1045, -0.052, 0.050],
            [-0.1165, -0.072, 0.059],
            [-0.1195, -0.090, 0.070],
            [-0.1150, -0.108, 0.083],
            [-0.1070, half[1], half[2]],
            [-0.0980, -0.160, half[2] + 0.003],
            [-0.0900, -0.215, half[2] + 0.003],
            [-0.0860, -0.290, half[2] + 0.001],
        ]
    )
    return shapes.curve(way, N)


@cache
def sciatic_rings() -> FloatArray:
    """Return rings of the sciatic nerve: a flat cord, wide from side to side."""
    rings = shapes.oval_rings(sciatic_line(), NERVE_THICK_M / 2, NERVE_WIDTH_M / 2, (-1, 0, 0), 20, 2.3)
    return shapes.ease(keep_out(rings, [hip_bone(), wall("femur_r"), wall("sacrum")], 0.0006, rounds=3), 2)


def sciatic_nerve() -> Mesh:
    """Return the sciatic nerve."""
    return shapes.loft(sciatic_rings())


def _tube(way: list[list[float]], radius_m: float = _ARTERY_M) -> Mesh:
    path = shapes.curve(way, N)
    u = np.linspace(0, 1, N)
    rings = shapes.oval_rings(path, radius_m * (1 - 0.45 * u), radius_m * (1 - 0.45 * u), (-1, 0, 0), 14)
    return shapes.loft(keep_out(rings, [hip_bone(), wall("sacrum"), wall("femur_r")], 0.0004, rounds=3))


# From the pelvis through the notch above piriformis, then up and back between the gluteal muscles, and forwards.
_SUPERIOR = (
    [[-0.0900, -0.018, 0.046], [-0.1020, -0.0255, 0.0560], [-0.1130, -0.024, 0.0690], [-0.1330, 0.004, 0.0690]],
    [[-0.1060, -0.0255, 0.0610], [-0.1075, -0.016, 0.0800], [-0.0960, -0.004, 0.1030], [-0.0750, 0.003, 0.1220]],
)
# Below piriformis, on the inner side of the sciatic nerve.
_INFERIOR = (
    [[-0.1060, -0.040, 0.042], [-0.1155, -0.068, 0.0480], [-0.1290, -0.086, 0.0560], [-0.1290, -0.112, 0.0620]],
)


def superior_gluteal_artery() -> tuple[Mesh, ...]:
    """Return the superior gluteal artery above piriformis: its trunk with the branch to the back, and the deep one."""
    return tuple(_tube(way) for way in _SUPERIOR)


def inferior_gluteal_artery() -> tuple[Mesh, ...]:
    """Return the inferior gluteal artery below piriformis."""
    return tuple(_tube(way, 0.0018) for way in _INFERIOR)
