"""Muscles beside the spine at the back (right side), and the sheet over them.

Erector spinae and multifidus are drawn as two masses each with its own outline; their sizes are drawing choices that
fill the room between spinous processes, laminae, transverse processes and the skin.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from iliopsoas.atlas.mesh import FloatArray, Mesh
from iliopsoas.body import shapes
from iliopsoas.body.surface import Surface, keep_out
from iliopsoas.body.walls import wall

ROWS, AROUND = 64, 40
FASCIA_M = 0.0012  # thickness of the sheet (drawing choice)
_GAP_M = 0.0005
_POINT_M = 0.045  # of its height, over which the sheet runs to its lower point (drawing choice)
# Heights above the pelvis frame's zero, then front, back (negative is behind), inner and outer border, millimetres.
_ERECTOR = (
    (272, -114, -143, 7, 46),
    (228, -110, -140, 9, 54),
    (190, -101, -133, 15, 63),
    (157, -98, -128, 17, 68),
    (120, -94, -123, 19, 70),
    (94, -94, -125, 21, 64),
    (62, -105, -132, 22, 52),
    (34, -120, -142, 20, 42),
    (6, -134, -151, 16, 36),
    (-24, -150, -157, 8, 25),
    (-52, -152, -156, 6, 13),
)
_MULTIFIDUS = (
    (262, -114, -130, 3, 10),
    (228, -110, -131, 3, 12),
    (190, -101, -124, 3, 15),
    (157, -97, -119, 3, 18),
    (120, -92, -113, 3, 21),
    (94, -90, -116, 3, 24),
    (62, -100, -126, 3, 27),
    (34, -106, -136, 3, 30),
    (6, -126, -147, 3, 30),
    (-24, -146, -155, 3, 19),
    (-52, -152, -155, 4, 8),
)


def _rings(table: tuple[tuple[int, ...], ...], power: float) -> FloatArray:
    rows = np.array(table, float)[::-1] * 1e-3
    y = np.linspace(rows[-1, 0], rows[0, 0], ROWS)
    front, back, inner, outer = (shapes.profile(y, rows[:, 0], rows[:, k]) for k in range(1, 5))
    path = np.stack([(front + back) / 2, y, (inner + outer) / 2], axis=1)
    angle = np.linspace(0, 2 * np.pi, AROUND, endpoint=False)
    c, s = (np.sign(q) * np.abs(q) ** (2 / power) for q in (np.cos(angle), np.sin(angle)))
    depth, width = ((front - back) / 2)[:, None], ((outer - inner) / 2)[:, None]
    out = np.repeat(path[:, None], AROUND, axis=1)
    out[..., 0] += depth * c
    out[..., 2] += width * s
    return out


def _bones() -> list[Surface]:
    spine = ("t10", "t11", "t12", "l1", "l2", "l3", "l4", "l5", "sacrum")
    return [wall(name) for name in (*spine, "hip_bone_r", "rib_12_r", "rib_11_r", "rib_10_r")]


@cache
def multifidus_rings() -> FloatArray:
    """Return rings of multifidus from T11 down to the back of the sacrum, shape (ROWS, AROUND, 3)."""
    out = shapes.ease(_rings(_MULTIFIDUS, 2.4), 2)
    out = shapes.ease(keep_out(out, _bones(), _GAP_M, rounds=3), 2)
    out[..., 2] = np.maximum(out[..., 2], 0.0012)
    return keep_out(out, _bones(), _GAP_M, rounds=3)


@cache
def erector_rings() -> FloatArray:
    """Return rings of erector spinae from T11 down to sacrum and iliac crest, shape (ROWS, AROUND, 3)."""
    out = shapes.ease(_rings(_ERECTOR, 2.6), 2)
    walls = [*_bones(), Surface(shapes.loft(multifidus_rings()))]
    out = shapes.ease(keep_out(out, walls, _GAP_M, rounds=3), 2)
    return keep_out(out, walls, _GAP_M, rounds=3)


def outer_border(y_m: FloatArray) -> FloatArray:
    """Return the outermost points of erector spinae at heights, shape (..., 3): the lateral raphe."""
    rings = erector_rings()
    edge = rings[np.arange(ROWS), rings[..., 2].argmax(1)][::-1]
    y = np.asarray(y_m, float)
    return np.stack([np.interp(y, edge[:, 1], edge[:, 0]), y, np.interp(y, edge[:, 1], edge[:, 2])], axis=-1)


def multifidus() -> Mesh:
    """Return multifidus, close to spinous processes and laminae, thickest over L5 and the sacrum."""
    return shapes.loft(multifidus_rings())


def erector_spinae() -> Mesh:
    """Return erector spinae (longissimus and iliocostalis as one mass)."""
    return shapes.loft(erector_rings())


@cache
def fascia_grids() -> tuple[FloatArray, FloatArray]:
    """Return both faces of the posterior layer of the thoracolumbar fascia, each shape (ROWS, 40, 3).

    It runs from the spinous processes over both masses to their outer border; rows run downwards.
    """
    rows = []
    for a, b in zip(erector_rings(), multifidus_rings(), strict=True):
        # Both masses are cut at slightly different heights row by row; the sheet follows the erector's.
        points = np.concatenate([a, b])
        rows.append(_over(points[:, [2, 0]], float(a[:, 1].mean())))
    grid = _pointed(shapes.ease_across(shapes.ease(np.stack(rows), 6), 2))
    n = shapes.grid_normals(grid)
    n *= np.sign(-n[..., 0].sum())
    lower = keep_out(grid + n * 0.0008, _bones(), 0.0006, rounds=2)
    return lower, lower + n * FASCIA_M


def _pointed(grid: FloatArray) -> FloatArray:
    """Return the sheet drawn in towards the midline at its lower end, where it runs out on the lower sacrum."""
    y, inner = grid[..., 1], grid[:, :1, 2]
    near_end = np.clip(1 - (y - y.min()) / _POINT_M, 0, 1)
    out = grid.copy()
    out[..., 2] = inner + (grid[..., 2] - inner) * np.sqrt(1 - 0.99 * near_end**2)
    return out


def thoracolumbar_fascia() -> Mesh:
    """Return the posterior layer of the thoracolumbar fascia as a thin slab."""
    return shapes.slab(*fascia_grids())


def _over(points: FloatArray, y_m: float, columns: int = 40) -> FloatArray:
    """Return the taut line over points (z, x) from the midline round the back to the outermost one."""
    first = np.array([0.0012, points[points[:, 0] < 0.012, 1].min()])
    outer = points[np.argmax(points[:, 0])]
    back = points[points[:, 1] < outer[1]]
    chain = [first]
    for p in [*sorted(back.tolist()), outer.tolist()]:
        q = np.array(p)
        while len(chain) > 1 and _turn(chain[-2], chain[-1], q) <= 0:
            chain.pop()
        chain.append(q)
    return shapes.evenly(np.array([[x, y_m, z] for z, x in chain]), columns)


def _turn(a: FloatArray, b: FloatArray, c: FloatArray) -> float:
    return float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))


def depth_of_back_mm(y_m: float) -> float:
    """Return how thick the drawn back muscles are at a height, front to back, millimetres."""
    rings = erector_rings()
    row = rings[np.argmin(np.abs(rings[:, :, 1].mean(1) - y_m))]
    return float((row[:, 0].max() - row[:, 0].min()) * 1e3)
