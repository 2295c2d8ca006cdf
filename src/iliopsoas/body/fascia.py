"""The sheets of fascia in front of psoas major, quadratus lumborum and iliacus, and what they go on into.

Each sheet lies on its muscle and ends on the band it is known to end on (gray1918): psoas fascia in the medial arcuate
ligament, that of quadratus lumborum in the lateral one, psoas and iliac fascia in the inguinal ligament and the
iliopectineal arch. How far a sheet stands off its muscle and where its side borders lie are drawing choices.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from iliopsoas.atlas.mesh import FloatArray, Mesh, joined
from iliopsoas.body import arcuate, column, crura, quadratus_lumborum, shapes
from iliopsoas.body.assemble import Body, Part
from iliopsoas.body.iliacus import COLUMNS as ILIACUS_COLUMNS
from iliopsoas.body.iliacus import iliacus
from iliopsoas.body.landmarks import landmark
from iliopsoas.body.ligaments import SAG_M
from iliopsoas.body.psoas_belly import belly
from iliopsoas.body.psoas_slips import superficial
from iliopsoas.body.rest_lines import dashed
from iliopsoas.body.surface import Surface, keep_out
from iliopsoas.body.walls import hip_bone, wall

OFF_M, THICK_M = 0.0012, 0.0007  # stands off the muscle; thickness
ROWS, COLUMNS = 60, 26
_MEDIAL_TURN, _LATERAL_TURN = -0.25, 0.30  # borders on the belly of psoas: 0 is in front, 1/4 lateral


def groin_line(z_m: FloatArray) -> FloatArray:
    """Return the height of the right inguinal ligament at distances from the midline, metres."""
    a, b = landmark("pubic_tubercle"), landmark("asis")
    t = np.clip((np.asarray(z_m, float) - a[2]) / (b[2] - a[2]), 0, 1)
    return a[1] + t * (b[1] - a[1]) - 4 * t * (1 - t) * 0.65 * SAG_M


def _down_to_groin(grid: FloatArray, rows: int) -> FloatArray:
    """Cut the columns of a sheet where they pass the inguinal ligament, and divide each evenly."""
    ends = []
    for c in range(grid.shape[1]):
        over = grid[:, c, 1] - groin_line(grid[:, c, 2])
        below = np.flatnonzero(over[3:] <= 0) + 3
        i = int(below[0]) if len(below) else len(over) - 1
        ends.append(i - 1 + over[i - 1] / (over[i - 1] - over[i] + 1e-12) if over[i] <= 0 else float(i))
    smooth = np.convolve(np.pad(ends, 1, mode="edge"), np.ones(3) / 3, mode="valid")
    at = np.linspace(0, 1, rows)[:, None] * np.clip(smooth, 2, len(grid) - 1)
    low = np.clip(np.floor(at).astype(int), 0, len(grid) - 2)
    part = (at - low)[..., None]
    columns = np.arange(grid.shape[1])[None]
    return grid[low, columns] * (1 - part) + grid[low + 1, columns] * part


@cache
def psoas_sheet() -> FloatArray:
    """Return the front of psoas fascia, rows from the medial arcuate to the inguinal ligament, shape (r, c, 3)."""
    b = belly()
    turns = np.linspace(_MEDIAL_TURN, _LATERAL_TURN, COLUMNS)
    rows = np.arange(len(b.rings))
    body = shapes.at(b.rings, rows[:, None], turns[None])
    top = shapes.evenly(arcuate.medial_path(), COLUMNS)
    first = int(np.argmax(body[:, COLUMNS // 2, 1] < top[:, 1].mean() - 0.012))
    grid = _down_to_groin(np.concatenate([top[None], body[first:]]), ROWS)
    grid[0] = top
    flesh = Surface(joined([b.mesh, *(s.mesh for s in superficial(b).values())]))
    for _ in range(3):
        inner = keep_out(grid[1:], [flesh], OFF_M, rounds=1)
        grid = np.concatenate([top[None], shapes.ease_across(inner, 1)])
        grid = shapes.ease(grid, 2)
    return np.concatenate([top[None], keep_out(grid[1:], [flesh, Surface(b.mesh)], OFF_M, rounds=3)])


@cache
def iliac_sheet() -> FloatArray:
    """Return the front of iliac fascia, rows from the iliac crest to the inguinal ligament, shape (r, c, 3)."""
    face = iliacus().mesh.v.reshape(2, -1, ILIACUS_COLUMNS, 3)[1]
    grid = _down_to_groin(face, ROWS)
    normal = shapes.ring_normals(grid)
    inwards = np.array([0.45, 0.2, -0.87])
    normal = normal if (normal * inwards).sum() > 0 else -normal
    normal[:, [0, -1]] = normal[:, [1, -2]]
    grid = grid + OFF_M * normal
    return keep_out(shapes.ease(grid, 2), [Surface(belly().mesh), Surface(iliacus().mesh)], OFF_M, rounds=2)


@cache
def quadratus_sheet() -> FloatArray:
    """Return the fascia of quadratus lumborum in front, rows from the lateral arcuate ligament down, (r, c, 3)."""
    front = quadratus_lumborum.front_grid()
    arch = shapes.evenly(arcuate.lateral_path(), front.shape[1])
    below = front[:, front.shape[1] // 2, 1] < arch[:, 1].max() - 0.012
    grid = np.concatenate([arch[None], np.array([OFF_M, 0.0, 0.0]) + front[int(np.argmax(below)) : -1]])
    return np.concatenate([arch[None], shapes.ease(grid, 3)[1:]])


def _sheet(front: FloatArray) -> Mesh:
    normal = shapes.ring_normals(front)
    normal[:, [0, -1]] = normal[:, [1, -2]]
    forward = (normal * [0.8, 0.1, -0.3]).sum() > 0
    back = front - (THICK_M if forward else -THICK_M) * normal
    return shapes.slab(back, front)


def iliopectineal_arch() -> Mesh:
    """Return the band from the inguinal ligament back to the iliopubic eminence, medial to psoas."""
    eminence = hip_bone().nearest(landmark("iliopubic_eminence")).point[0]
    a, b = landmark("asis"), landmark("pubic_tubercle")
    upper = a + 0.62 * (b - a) + [0.004, -0.005, 0.0]
    path = shapes.curve([upper, 0.5 * (upper + eminence) + [0.001, -0.001, -0.004], eminence], 26)
    t = np.linspace(0, 1, 26)
    wide = 0.0042 * np.sqrt(np.clip(1 - (2 * t - 1) ** 12, 0.1, 1))
    return shapes.loft(shapes.oval_rings(path, 0.0007 * np.ones(26), wide, up=(0.2, 0.0, -1.0), around=16))


def anterior_longitudinal_ligament() -> Mesh:
    """Return the strip in front of bodies and discs from T12 to the sacrum, its width schematic."""
    points = []
    for vertebra in column.VERTEBRAE:
        for edge in ("upper", "lower"):
            p = column.plate(vertebra, edge)
            points.append(p.world(p.half_depth_m + 0.0006, 0.0, 0.0))
    path = shapes.curve([*points, np.array([0.002, 0.0, 0.0]) + landmark("promontory")], 80)
    rings = shapes.oval_rings(path, 0.0008 * np.ones(80), 0.0085 * np.ones(80), up=(1, 0, 0), around=20, power=2.6)
    names = [*column.VERTEBRAE, *(f"disc_{d}" for d in (*column.DISCS, "l5_s1"))]
    return shapes.loft(keep_out(rings, [wall(k) for k in names], 0.0002, rounds=2))


def force_line() -> FloatArray:
    """Return the line along which force is said to pass: dome, lumbar fibres, medial arch, psoas fascia, groin."""
    sheet = psoas_sheet()
    middle = sheet[:, COLUMNS // 2] + [0.004, 0.0, 0.0]
    right = crura.paths()["right_crus"]
    start = right[-1] + [0.012, -0.004, 0.020]
    return shapes.curve(
        [start, np.array([0.001, -0.045, 0.006]) + start, middle[0] + [0.010, 0.020, 0.0], *middle[::6]], 160
    )


def parts(body: Body, breath_l: float = 0.0) -> Iterator[Part]:
    """Yield the sheets of both sides, the ligament in the midline and the dashed line of the hypothesis."""
    pairs = {
        "psoas_fascia": _sheet(psoas_sheet()),
        "iliac_fascia": _sheet(iliac_sheet()),
        "quadratus_fascia": _sheet(quadratus_sheet()),
        "iliopectineal_arch": iliopectineal_arch(),
    }
    for name, mesh in pairs.items():
        part = Part(f"{name}_r", name, "r", "fascia", mesh, f"{name}_r")
        yield part
        yield part.mirrored()
    name = "anterior_longitudinal_ligament"
    yield Part(name, name, "", "ligament", anterior_longitudinal_ligament(), name)
    line = dashed(force_line(), 0.0011, 0.007, 0.005)
    yield Part("force_line_r", "psoas_fascia", "r", "mark", line, "force_line_r")
