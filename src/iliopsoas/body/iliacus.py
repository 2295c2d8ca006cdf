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
from iliopsoas.body.psoas_belly import HIP_CENTRE, Belly, belly, femur_surface, hip_surface, wrap_hip
from iliopsoas.body.surface import Surface, keep_out, rest_on

COLUMNS = 30
FOSSA_ROWS, LOW_ROWS = 26, 30
LIP_M = 0.006  # bare strip kept along the inner lip of the crest
_INWARDS = (0.45, 0.25, -0.85)
# Thickness along the fibres (drawing choice): parts of the way from origin to insertion, millimetres.
_ALONG = (0.0, 0.04, 0.12, 0.25, 0.42, 0.60, 0.75, 0.88, 0.96, 1.0)
_THICK_MM = (0.6, 4.5, 10.5, 16.5, 19.0, 18.0, 14.5, 9.5, 5.0, 1.2)


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


def _lateral_line() -> FloatArray:
    """Way points of the outermost fibres from the front edge of the hip bone to the femur."""
    edge = landmark("aiis") + np.array([0.003, 0.002, -0.005])
    groin = HIP_CENTRE + np.array([0.0315, 0.004, 0.0215])
    end = insertion_line()[0]
    return np.concatenate([[edge, groin], wrap_hip(groin, end, 0.0330)[1:], [end]])


def _medial_line(belly: Belly) -> FloatArray:
    """Way points of the innermost fibres: along the lateral back of psoas, then with its tendon to the femur."""
    end = insertion_line()[-1]
    along = [shapes.at(belly.rings, belly.station_row[k], t) for k, t in (("eminence", 0.34), ("hip", 0.30))]
    return np.concatenate([along, wrap_hip(along[-1], end, 0.0330)[1:], [end]])


def gate_line() -> FloatArray:
    """Return where the fibres cross the front edge of the hip bone, from AIIS to psoas, shape (COLUMNS, 3)."""
    a, b = _lateral_line()[0], _medial_line(belly())[0]
    return a + np.linspace(0, 1, COLUMNS)[:, None] * (b - a)


def insertion_line() -> FloatArray:
    """From the front of the shaft just below the lesser trochanter (lateral fibres) up to its front."""
    tip = landmark("lesser_trochanter")
    way = tip + np.array([[0.022, -0.031, 0.010], [0.014, -0.016, 0.004], [0.006, -0.002, -0.001]])
    return femur_surface().nearest(shapes.curve(way, COLUMNS)).point


@cache
def iliacus() -> Iliacus:
    """Return the right iliacus beside psoas major, in the standing pose."""
    psoas = belly()
    floor, origin = fossa_surface(), origin_line()
    s = np.linspace(0, 1, COLUMNS)
    lateral, medial = (shapes.curve(w, LOW_ROWS) for w in (_lateral_line(), _medial_line(psoas)))
    low = lateral[:, None] + s[:, None] * (medial - lateral)[:, None]
    end = insertion_line()
    low += shapes.smoothstep((np.arange(LOW_ROWS) - LOW_ROWS + 12) / 11)[:, None, None] * (end - low[-1])
    high = np.stack([shapes.evenly(np.stack([o, g]), FOSSA_ROWS) for o, g in zip(origin, low[0], strict=True)], axis=1)
    grid = np.concatenate([high[:-1], low])
    row = np.arange(len(grid))
    on_bone = np.repeat(shapes.smoothstep((FOSSA_ROWS - 1 - row) / 5)[:, None], COLUMNS, axis=1)
    fossa, bend = slice(0, FOSSA_ROWS), np.exp(-(((row - FOSSA_ROWS) / 8) ** 2))
    for _ in range(3):
        grid[fossa] = rest_on(grid[fossa], floor, 0.0006, on_bone[fossa], rounds=1)
        grid = shapes.ease_across(shapes.ease(grid, 10, weight=0.1 + 0.9 * bend), 2)
    walls = [floor, femur_surface()]
    grid = keep_out(grid, walls, 0.0006, rounds=1)
    grid = shapes.ease(grid, 5, weight=bend)
    length = np.linspace(0, 1, len(grid))
    along = shapes.profile(length, _ALONG, _THICK_MM)
    across = np.sqrt(np.clip(1 - np.abs(2 * s - 1) ** 3, 0, 1))
    across = 0.06 + 0.94 * np.where(s > 0.5, np.maximum(across, 0.55), across)
    thick = along[:, None] * across * 1e-3
    n = shapes.grid_normals(grid)
    n *= np.sign((n[FOSSA_ROWS // 2] @ np.array([0.6, 0.2, -0.6])).sum())
    n = shapes.unit(shapes.ease_across(shapes.ease(n, 6), 4))
    # In the fossa all of the thickness lies on the free side; in front of the hip the grid is nearer the middle.
    free = shapes.profile(row, [0, FOSSA_ROWS - 4, FOSSA_ROWS + 10, len(grid)], [1.0, 1.0, 0.85, 0.8])[:, None]
    upper = grid + n * (thick * free)[..., None]
    lower = grid - n * (thick * (1 - free) + 1e-5)[..., None]
    muscle = [Surface(psoas.mesh)]
    for _ in range(2):
        upper = shapes.ease_across(shapes.ease(keep_out(upper, muscle, 0.0002, rounds=1), 2), 2)
    mesh = shapes.slab(lower, upper)
    v = keep_out(mesh.v, [*muscle, hip_surface(), Surface(load_bones()["sacrum"]), femur_surface()], 0.0003, rounds=2)
    return Iliacus(mesh.moved(v), origin, end)
