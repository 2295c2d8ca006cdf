"""Iliacus (right side): from the upper two thirds of the iliac fossa over the front of the hip to the lesser trochanter.

Fibres are smooth curves on the inner surface of the muscle's visible face. In the fossa the deep face is the bone
itself; in front of the hip the muscle is a lens in section.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from iliopsoas.atlas.bones import load_bones
from iliopsoas.atlas.mesh import FloatArray, Mesh, joined
from iliopsoas.body import shapes
from iliopsoas.body.landmarks import landmark
from iliopsoas.body.psoas_belly import HIP_CENTRE, Belly, femur_surface, hip_surface, wrap_hip
from iliopsoas.body.surface import Surface, keep_out, rest_on

COLUMNS = 30
FOSSA_ROWS, LOW_ROWS = 26, 30
LIP_M = 0.006  # bare strip kept along the inner lip of the crest
_INWARDS = (0.45, 0.25, -0.85)


@dataclass(frozen=True, eq=False)
class Iliacus:
    """The muscle and its two ends: origin and insertion lines, shape (COLUMNS, 3), metres."""

    mesh: Mesh
    origin: FloatArray
    insertion: FloatArray


@cache
def fossa_surface() -> Surface:
    """Return the inner face of the right hip bone with the front of the sacrum: what iliacus lies on."""
    bones = load_bones()
    return Surface(joined([bones["hip_bone_r"].facing(_INWARDS), bones["sacrum"].facing((0.8, 0.5, 0.2))]))


@cache
def crest_line(n: int = 24) -> FloatArray:
    """Return the top of the iliac crest from the ASIS to above the sacro-iliac joint, shape (n, 3)."""
    v = load_bones()["hip_bone_r"].v
    front, back = landmark("asis"), landmark("iliac_crest_top")
    points = [front]
    for x in np.linspace(front[0] - 0.010, back[0] - 0.006, 9):
        near = v[(np.abs(v[:, 0] - x) < 0.006) & (v[:, 2] > 0.03)]
        points.append(near[np.argmax(near[:, 1])])
    return shapes.ease(shapes.curve(points, n), 6)


@cache
def sacroiliac_front() -> FloatArray:
    """Return the front upper end of the sacro-iliac joint line, on the hip bone, shape (3,)."""
    sacrum = load_bones()["sacrum"].v
    right = sacrum[sacrum[:, 2] > 0.03]
    hit = hip_surface().nearest(right)
    close = right[np.abs(hit.height_m) < 0.005]
    return close[np.argmax(close @ [0.8, 1.0, 0.0])]


@cache
def origin_line() -> FloatArray:
    """Return the line where the visible fibres start: inside the crest, from below the ASIS to the sacral ala."""
    asis, aiis, joint = landmark("asis"), landmark("aiis"), sacroiliac_front()
    crest = crest_line()
    middle = 0.4 * crest[8] + 0.3 * joint + 0.3 * aiis
    inside = crest + LIP_M * 1.4 * shapes.unit(middle - crest)
    notch = 0.45 * asis + 0.55 * aiis + np.array([-0.006, 0.0, -0.004])
    ala = joint + np.array([0.004, 0.001, -0.010])
    way = np.concatenate([[notch], inside[1:], [0.5 * (inside[-1] + joint) + [0.004, 0.0, -0.002]], [ala]])
    line = rest_on(shapes.evenly(way, 80), fossa_surface(), 0.0005, rounds=2)
    return shapes.evenly(rest_on(shapes.ease(line, 30), fossa_surface(), 0.0005, rounds=2), COLUMNS)


def _gate() -> FloatArray:
    """Where the fibres cross the front edge of the hip bone, between AIIS and iliopubic eminence."""
    lateral = landmark("aiis") + [0.004, 0.000, -0.006]
    medial = landmark("iliopubic_eminence") + [0.004, 0.016, 0.013]
    s = np.linspace(0, 1, COLUMNS)[:, None]
    return lateral + s * (medial - lateral)


def _insertion() -> FloatArray:
    """From the front of the shaft just below the lesser trochanter (lateral fibres) up to its front."""
    tip = landmark("lesser_trochanter")
    way = tip + np.array([[0.022, -0.031, 0.010], [0.014, -0.016, 0.004], [0.006, -0.002, -0.001]])
    return femur_surface().nearest(shapes.curve(way, COLUMNS)).point


@cache
def iliacus(belly: Belly) -> Iliacus:
    """Return the right iliacus beside a given psoas."""
    floor, origin, gate, end = fossa_surface(), origin_line(), _gate(), _insertion()
    s = np.linspace(0, 1, COLUMNS)
    groin = HIP_CENTRE + np.stack([0.0375 - 0.002 * s, np.full(COLUMNS, 0.008), 0.016 - 0.020 * s], axis=1)
    fibres = []
    for k in range(COLUMNS):
        rest = wrap_hip(groin[k], end[k], 0.0375 - 0.003 * s[k])
        upper = shapes.evenly(np.stack([origin[k], 0.5 * (origin[k] + gate[k]), gate[k]]), FOSSA_ROWS)
        lower = shapes.curve(np.concatenate([[gate[k], groin[k]], rest[1:], [end[k]]]), LOW_ROWS + 1)
        fibres.append(np.concatenate([upper, lower[1:]]))
    grid = np.stack(fibres, axis=1)
    row = np.arange(len(grid))
    on_bone = np.repeat(shapes.smoothstep((FOSSA_ROWS - row) / 6)[:, None], COLUMNS, axis=1)
    for _ in range(2):
        fossa = slice(0, FOSSA_ROWS)
        grid[fossa] = rest_on(grid[fossa], floor, 0.0006, on_bone[fossa], rounds=1)
        grid = shapes.ease_across(shapes.ease(grid, 3), 2)
    bend = np.exp(-(((row - FOSSA_ROWS) / 9) ** 2))
    grid = shapes.ease(grid, 40, weight=bend)
    grid = keep_out(grid, [floor, femur_surface()], 0.0006, rounds=1)
    grid = shapes.ease(grid, 4, weight=bend)
    length = np.linspace(0, 1, len(grid))
    along = shapes.profile(length, [0, 0.06, 0.2, 0.42, 0.62, 0.8, 0.93, 1], [0.6, 4, 10, 13, 12.5, 9.5, 5, 1.2])
    across = np.sqrt(np.clip(1 - np.abs(2 * s - 1) ** 3.2, 0, 1)) * 0.93 + 0.07
    thick = along[:, None] * across * 1e-3
    n = shapes.grid_normals(grid)
    n *= np.sign((n[FOSSA_ROWS // 2] @ np.array([0.6, 0.2, -0.6])).sum())
    # In the fossa all of the thickness lies on the free side; in front of the hip the grid is nearer the middle.
    free = shapes.profile(row, [0, FOSSA_ROWS - 4, FOSSA_ROWS + 10, len(grid)], [1.0, 1.0, 0.72, 0.8])[:, None]
    upper = grid + n * (thick * free)[..., None]
    lower = grid - n * (thick * (1 - free) + 1e-5)[..., None]
    upper[:FOSSA_ROWS] = shapes.ease_across(upper[:FOSSA_ROWS], 2)
    mesh = shapes.slab(lower, upper)
    v = keep_out(mesh.v, [hip_surface(), Surface(load_bones()["sacrum"]), femur_surface()], 0.0003, rounds=2)
    return Iliacus(mesh.moved(v), origin, end)
