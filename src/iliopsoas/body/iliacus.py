"""Iliacus (right side): from the upper two thirds of the iliac fossa over the hip joint to the lesser trochanter.

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
from iliopsoas.body.psoas_belly import Belly, belly, wrap_hip
from iliopsoas.body.surface import Surface, keep_out, rest_on
from iliopsoas.body.walls import HIP_CENTRE, femur, hip_bone

COLUMNS = 30
FOSSA_ROWS, LOW_ROWS = 26, 30
LIP_M = 0.005  # bare strip kept along the inner lip of the crest
_INWARDS = (0.45, 0.25, -0.85)
# Thickness along the fibres (drawing choice): parts of the way from origin to insertion, millimetres.
_ALONG = (0.0, 0.04, 0.12, 0.25, 0.36, 0.46, 0.60, 0.75, 0.88, 0.96, 1.0)
_THICK_MM = (0.6, 8.0, 18.0, 25.0, 25.0, 22.0, 20.0, 17.0, 12.0, 6.5, 1.2)


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
    hit = hip_bone().nearest(right)
    close = right[np.abs(hit.height_m) < 0.005]
    return close[np.argmax(close @ [0.8, 1.0, 0.0])]


@cache
def origin_line() -> FloatArray:
    """Return the line where the visible fibres start: inside the crest, from below the ASIS to the sacral ala."""
    asis, aiis, joint = landmark("asis"), landmark("aiis"), sacroiliac_front()
    crest = crest_line()
    middle = 0.4 * crest[8] + 0.3 * joint + 0.3 * aiis
    inside = crest + LIP_M * 1.4 * shapes.unit(middle - crest)
    notch = 0.6 * asis + 0.4 * aiis + np.array([-0.006, 0.0, -0.004])
    ala = joint + np.array([0.004, 0.001, -0.010])
    way = np.concatenate([[notch], inside[1:], [0.5 * (inside[-1] + joint) + [0.004, 0.0, -0.002]], [ala]])
    line = rest_on(shapes.evenly(way, 80), fossa_surface(), 0.0005, rounds=2)
    line = shapes.evenly(rest_on(shapes.ease(line, 12), fossa_surface(), 0.0005, rounds=2), COLUMNS)
    both = Surface(joined([load_bones()["hip_bone_r"], load_bones()["sacrum"]]))
    return rest_on(line, both, 0.0005, rounds=1)


def _lateral_line() -> FloatArray:
    """Way points of the outermost fibres from the front edge of the hip bone to the femur."""
    edge = landmark("aiis") + np.array([0.004, 0.004, 0.0])
    groin = HIP_CENTRE + np.array([0.0285, 0.004, 0.0210])
    end = insertion_line()[0]
    return np.concatenate([[edge, groin], wrap_hip(groin, end, 0.0295)[1:], [end]])


def _medial_line(belly: Belly) -> FloatArray:
    """Way points of the innermost fibres: along the lateral back of psoas, then with its tendon to the femur."""
    end = insertion_line()[-1]
    along = [shapes.at(belly.rings, belly.station_row[k], t) for k, t in (("eminence", 0.34), ("hip", 0.30))]
    return np.concatenate([along, wrap_hip(along[-1], end, 0.0295)[1:], [end]])


def gate_line() -> FloatArray:
    """Return where the fibres cross the front edge of the hip bone, from AIIS to psoas, shape (COLUMNS, 3)."""
    a, b = _lateral_line()[0], _medial_line(belly())[0]
    return a + np.linspace(0, 1, COLUMNS)[:, None] * (b - a)


def insertion_line() -> FloatArray:
    """Return where the fibres end: from the front of the shaft below the lesser trochanter up to its front."""
    steps_mm = [[25.5, -26.5, 12.0], [21.5, -30.5, 10.0], [16.0, -22.0, 6.0], [6.0, -2.0, -1.0]]
    way = landmark("lesser_trochanter") + 1e-3 * np.array(steps_mm)
    return femur().nearest(shapes.curve(way, COLUMNS)).point


@cache
def iliacus() -> Iliacus:
    """Return the right iliacus beside psoas major, in the standing pose."""
    bed = _bed()
    length, s = np.linspace(0, 1, len(bed)), np.linspace(0, 1, COLUMNS)
    across = np.sqrt(np.clip(1 - np.abs(2 * s - 1) ** 3, 0, 1))
    # Laterally the muscle thins out to a rounded border; medially it leans against psoas.
    across = 0.05 + 0.95 * np.where(s > 0.5, np.maximum(across, 0.55 * shapes.smoothstep((1 - s) / 0.1)), across)
    thick = shapes.profile(length, _ALONG, _THICK_MM)[:, None] * across * 1e-3
    n = shapes.grid_normals(bed)
    n *= np.sign((n[FOSSA_ROWS // 2] @ np.array([0.6, 0.2, -0.6])).sum())
    n = shapes.unit(shapes.ease_across(shapes.ease(n, 8), 6))
    # The free face is taut: it bridges hollows, but keeps part of its thickness over every ridge.
    face = shapes.ease(bed + n * thick[..., None], 40, hold=(2, 4))
    psoas = [Surface(belly().whole)]
    for _ in range(3):
        low = ((face - bed) * n).sum(-1)
        face = face + n * np.clip(0.5 * thick - low, 0, None)[..., None]
        face = shapes.ease_across(
            shapes.ease(keep_out(face, psoas, 0.0006, rounds=1, reach_m=0.025), 4, hold=(2, 2)), 2
        )
    face[0] = bed[0] + n[0] * 0.0012
    face = _off_bone(keep_out(face, psoas, 0.0004, rounds=2, reach_m=0.025), 0.0006)
    # A last easing where the muscle leaves the bone, so that no edge of bone prints through.
    leaves = np.exp(-(((np.arange(len(face)) - FOSSA_ROWS) / 4) ** 2))
    face = _off_bone(shapes.ease(face, 6, weight=leaves), 0.0004)
    bed = _off_bone(keep_out(bed, psoas, 0.0004, rounds=2, reach_m=0.025), 0.0003)
    return Iliacus(shapes.slab(bed, face), origin_line(), insertion_line())


def _bed() -> FloatArray:
    """Deep face: on the bone down to the brim, then in front of the hip joint; shape (rows, COLUMNS, 3)."""
    origin, end, floor = origin_line(), insertion_line(), fossa_surface()
    s = np.linspace(0, 1, COLUMNS)[:, None]
    lateral, medial = (shapes.curve(w, LOW_ROWS) for w in (_lateral_line(), _medial_line(belly())))
    low = lateral[:, None] + s * (medial - lateral)[:, None]
    low += shapes.smoothstep((np.arange(LOW_ROWS) - LOW_ROWS + 12) / 11)[:, None, None] * (end - low[-1])
    high = np.stack([shapes.evenly(np.stack(line), FOSSA_ROWS) for line in zip(origin, low[0], strict=True)], axis=1)
    bed = np.concatenate([high[:-1], low])
    row = np.arange(len(bed))
    on_bone = np.repeat(shapes.smoothstep((FOSSA_ROWS - 1 - row) / 5)[:, None], COLUMNS, axis=1)
    bend = np.exp(-(((row - FOSSA_ROWS) / 8) ** 2))
    for _ in range(3):
        bed[:FOSSA_ROWS] = rest_on(bed[:FOSSA_ROWS], floor, 0.0006, on_bone[:FOSSA_ROWS], rounds=1)
        bed = shapes.ease_across(shapes.ease(_off_bone(bed, 0.0006), 10, weight=0.1 + 0.9 * bend), 2)
        bed[0], bed[-1] = origin, end
    return bed


def _off_bone(grid: FloatArray, gap_m: float) -> FloatArray:
    """Lift a grid off the inner face of the pelvis (first rows) and off the whole hip bone and femur (later rows)."""
    out = grid.copy()
    out[:FOSSA_ROWS] = keep_out(out[:FOSSA_ROWS], [fossa_surface()], gap_m, rounds=1, reach_m=0.006)
    out[FOSSA_ROWS - 2 :] = keep_out(out[FOSSA_ROWS - 2 :], [hip_bone(), femur()], gap_m, rounds=2)
    return out
