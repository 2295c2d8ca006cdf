"""Iliacus (right side): from the upper two thirds of the iliac fossa over the hip joint to the lesser trochanter.

Fibres are smooth curves on the inner surface of the muscle's visible face. In the fossa the deep face is the bone
itself; in front of the hip the muscle is a lens in section.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from iliopsoas.atlas.bones import load_bones
from iliopsoas.atlas.mesh import FloatArray, Mesh, joined
from iliopsoas.body import shapes
from iliopsoas.body.hips import HIP_CENTRE, STANDING, Hips
from iliopsoas.body.landmarks import landmark
from iliopsoas.body.muscle import muscle
from iliopsoas.body.psoas_belly import Belly, belly
from iliopsoas.body.psoas_line import bowed, grown_to, wrap_hip
from iliopsoas.body.surface import Surface, keep_out, rest_on, volume_cm3
from iliopsoas.body.walls import femur, hip_bone

COLUMNS = 30
FOSSA_ROWS, LOW_ROWS = 26, 30
LIP_M = 0.005  # bare strip kept along the inner lip of the crest
_WRAP_RADIUS_M = 0.0320  # of the deep face about the hip axis
_TAUT_RADIUS_M = 0.0255  # likewise of a fibre as taut as it can be
_MOST_BOW_M = 0.045
_LEFT_GROIN_DEG = 60.0  # of flexion from which fibres run free of the groin
_CROSSES_M = 0.004  # a fibre deeper than this in psoas has lost its way
_INWARDS = (0.45, 0.25, -0.85)
# Thickness along the fibres (drawing choice): parts of the way from origin to insertion, millimetres.
_ALONG = (0.0, 0.04, 0.12, 0.25, 0.36, 0.46, 0.60, 0.75, 0.88, 0.96, 1.0)
_THICK_MM = (0.6, 8.0, 18.0, 25.0, 25.0, 22.0, 20.0, 17.0, 12.0, 6.5, 1.2)
# Far bent, flesh has slid up into the fossa, and what lies before the hip is thinner.
_FAR_BENT_MM = (0.6, 9.0, 20.0, 27.0, 26.0, 20.0, 14.0, 10.5, 7.5, 4.5, 1.2)
_BENDS_FAR_DEG = (40.0, 90.0)
_BOWS_IN_DEG = 70.0  # of flexion from which a slack muscle sinks in towards the joint; before, it bows out
_FAIR_OVER_M = 0.012  # a far bent muscle has no bend shorter than about this
_DEEP_M = 0.018  # a far bent fibre may lie so deep in the femur before it is pushed out
_FAST = 1e6  # so firmly do its ends stay where they are


@dataclass(frozen=True, eq=False)
class Iliacus:
    """The muscle, its two ends (origin and insertion lines, shape (COLUMNS, 3)) and its middle line, metres."""

    mesh: Mesh
    origin: FloatArray
    insertion: FloatArray
    line: FloatArray

    @property
    def length_m(self) -> float:
        """Length of the middle line, from the crest to the femur."""
        return float(shapes.arc_length(self.line)[-1])


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


def _lateral_line(hips: Hips, taut: bool = False) -> FloatArray:
    """Way points of the outermost fibres from the front edge of the hip bone to the femur."""
    edge = landmark("aiis") + np.array([0.004, 0.004, 0.0])
    groin = HIP_CENTRE + np.array([0.0315, 0.004, 0.0210])
    return _to_femur(np.array([edge] if taut else [edge, groin]), insertion_line(hips)[0], taut)


def _medial_line(belly: Belly, taut: bool = False) -> FloatArray:
    """Way points of the innermost fibres: along the lateral back of psoas, then with its tendon to the femur."""
    along = [shapes.at(belly.rings, belly.station_row[k], t) for k, t in (("eminence", 0.34), ("hip", 0.30))]
    return _to_femur(np.array(along[:1] if taut else along), insertion_line(belly.hips)[-1], taut)


def _to_femur(way: FloatArray, end: FloatArray, taut: bool) -> FloatArray:
    """Return way points that go on round the hip to the femur."""
    return np.concatenate([way, wrap_hip(way[-1], end, _TAUT_RADIUS_M if taut else _WRAP_RADIUS_M)[1:], [end]])


def gate_line() -> FloatArray:
    """Return where the fibres cross the front edge of the hip bone in standing, from AIIS to psoas, (COLUMNS, 3)."""
    a, b = _lateral_line(STANDING)[0], _medial_line(belly())[0]
    return a + np.linspace(0, 1, COLUMNS)[:, None] * (b - a)


@cache
def _standing_insertion() -> FloatArray:
    steps_mm = [[25.5, -26.5, 12.0], [21.5, -30.5, 10.0], [16.0, -22.0, 6.0], [6.0, -2.0, -1.0]]
    way = landmark("lesser_trochanter") + 1e-3 * np.array(steps_mm)
    return femur().nearest(shapes.curve(way, COLUMNS)).point


def insertion_line(hips: Hips = STANDING) -> FloatArray:
    """Return where the fibres end: from the front of the shaft below the lesser trochanter up to its front."""
    return hips.place(_standing_insertion())


def iliacus(hips: Hips = STANDING) -> Iliacus:
    """Return the right iliacus beside psoas major.

    In another pose of the hip its fibres between brim and femur bow out or draw taut until their middle line has become
    as much longer or shorter as the path of the hip model has; the muscle keeps its volume.
    """
    return _iliacus(hips)


@lru_cache(maxsize=8)
def _iliacus(hips: Hips) -> Iliacus:
    if hips == STANDING:
        return _built(hips, 0.0, 1.0)
    standing, fuller = iliacus(), 1.0
    wanted, volume = standing.length_m + muscle("iliacus").change(hips.pose).mm * 1e-3, volume_cm3(standing.mesh)

    def length_m(slack: float) -> float:
        # Bones and neighbours push what is laid, so the length is that of the muscle as it is built.
        nonlocal fuller
        made = _built(hips, slack, fuller)
        fuller *= volume / volume_cm3(made.mesh)
        return made.length_m

    return _built(hips, grown_to(length_m, wanted, (-1.0, 1.0)), fuller)


def _built(hips: Hips, slack: float, fuller: float) -> Iliacus:
    """Return the muscle with a given slack before the hip, and so many times as thick as in standing."""
    bed = _bed(hips, slack)
    length, s = np.linspace(0, 1, len(bed)), np.linspace(0, 1, COLUMNS)
    across = np.sqrt(np.clip(1 - np.abs(2 * s - 1) ** 3, 0, 1))
    # Laterally the muscle thins out to a rounded border; medially it leans against psoas.
    across = 0.05 + 0.95 * np.where(s > 0.5, np.maximum(across, 0.55 * shapes.smoothstep((1 - s) / 0.1)), across)
    far = _far_bent(hips)
    along = [(1 - far) * a + far * b for a, b in zip(_THICK_MM, _FAR_BENT_MM, strict=True)]
    thick = shapes.profile(length, _ALONG, along)[:, None] * across * 1e-3 * fuller
    n = shapes.grid_normals(bed)
    n *= np.sign((n[FOSSA_ROWS // 2] @ np.array([0.6, 0.2, -0.6])).sum())
    n = shapes.unit(shapes.ease_across(shapes.ease(n, 8), 6))
    # The free face is taut: it bridges hollows, but keeps part of its thickness over every ridge.
    face = shapes.ease(bed + n * thick[..., None], 40, hold=(2, 4))
    psoas = Surface(belly(hips).whole)
    for _ in range(3):
        low = ((face - bed) * n).sum(-1)
        face = face + n * np.clip(0.5 * thick - low, 0, None)[..., None]
        face = shapes.ease_across(shapes.ease(_beside(psoas, face, 0.0006, hips), 4, hold=(2, 2)), 2)
    face[0] = bed[0] + n[0] * 0.0012
    face = _off_bone(_beside(psoas, face, 0.0004, hips, rounds=2), 0.0006, hips)
    # A last easing where the muscle leaves the bone, so that no edge of bone prints through.
    leaves = np.exp(-(((np.arange(len(face)) - FOSSA_ROWS) / 4) ** 2))
    face = shapes.ease(face, 6, weight=leaves)
    if hips != STANDING:
        # There a moved hip also presses psoas into it; what that dents is eased across the fibres as well.
        eased = shapes.ease_across(shapes.ease(face, 60), 16)
        beyond = np.exp(-(((np.arange(len(face)) - FOSSA_ROWS - 8) / 12) ** 2))
        face = keep_out(face + beyond[:, None, None] * (eased - face), [psoas], -0.0025, reach_m=0.025)
        face, bed = _faired(face, far), _faired(bed, far)
    face = _off_bone(face, 0.0004, hips)
    bed = _off_bone(_beside(psoas, bed, 0.0004, hips, rounds=2), 0.0003, hips)
    return Iliacus(shapes.slab(bed, face), origin_line(), insertion_line(hips), 0.5 * (bed + face).mean(1))


def _far_bent(hips: Hips) -> float:
    """Return 0 until the hip begins to be far bent, 1 from where it is."""
    begins, ends = _BENDS_FAR_DEG
    return float(shapes.smoothstep((hips.flexion_deg - begins) / (ends - begins)))


def _faired(grid: FloatArray, part: float) -> FloatArray:
    """Return a face or bed without the crease that a bent hip makes before the brim; both ends stay where they are."""
    if not part:
        return grid
    row = np.arange(len(grid))
    hold = 1 + 30 * (1 - shapes.smoothstep((row - 6) / (FOSSA_ROWS - 10)))
    hold = hold + _FAST * ((row < 2) | (row > len(grid) - 3))
    return grid + part * (shapes.faired(grid, _FAIR_OVER_M, hold) - grid)


def _low(hips: Hips, slack: float) -> FloatArray:
    """Fibres from the front edge of the pelvis to the femur, shape (LOW_ROWS, COLUMNS, 3).

    With a slack of 0 they run as in standing, over the groin, and leave it as the hip flexes; at -1 they are taut, and
    above 0 they bow out.
    """
    low = _between(_lateral_line(hips), _medial_line(belly(hips)), hips)
    left = float(shapes.smoothstep(hips.flexion_deg / _LEFT_GROIN_DEG))
    if slack < 0 or left:
        taut = _between(_lateral_line(hips, taut=True), _medial_line(belly(hips), taut=True), hips)
        low = low + (1 - (1 - left) * (1 - max(0.0, -slack))) * (taut - low)
    most = _MOST_BOW_M if hips.flexion_deg < _BOWS_IN_DEG else -_MOST_BOW_M
    return bowed(low, 0, slack * most) if slack > 0 else low


def _between(lateral_way: FloatArray, medial_way: FloatArray, hips: Hips) -> FloatArray:
    """Return fibres between the outermost and the innermost ones, their ends spread along the insertion."""
    s = np.linspace(0, 1, COLUMNS)[:, None]
    lateral, medial = (shapes.curve(way, LOW_ROWS) for way in (lateral_way, medial_way))
    low = lateral[:, None] + s * (medial - lateral)[:, None]
    spread = shapes.smoothstep((np.arange(LOW_ROWS) - LOW_ROWS + 12) / 11)[:, None, None]
    return low + spread * (insertion_line(hips) - low[-1])


def _bed(hips: Hips, slack: float) -> FloatArray:
    """Deep face: on the bone down to the brim, then in front of the hip joint; shape (rows, COLUMNS, 3)."""
    origin, end, floor = origin_line(), insertion_line(hips), fossa_surface()
    low = _low(hips, slack)
    high = np.stack([shapes.evenly(np.stack(line), FOSSA_ROWS) for line in zip(origin, low[0], strict=True)], axis=1)
    bed = np.concatenate([high[:-1], low])
    row = np.arange(len(bed))
    on_bone = np.repeat(shapes.smoothstep((FOSSA_ROWS - 1 - row) / 5)[:, None], COLUMNS, axis=1)
    bend = np.exp(-(((row - FOSSA_ROWS) / 8) ** 2))
    for _ in range(3):
        bed[:FOSSA_ROWS] = rest_on(bed[:FOSSA_ROWS], floor, 0.0006, on_bone[:FOSSA_ROWS], rounds=1)
        bed = shapes.ease_across(shapes.ease(_off_bone(bed, 0.0006, hips), 10, weight=0.1 + 0.9 * bend), 2)
        bed[0], bed[-1] = origin, end
    return bed


def _beside(psoas: Surface, grid: FloatArray, gap_m: float, hips: Hips, rounds: int = 1) -> FloatArray:
    """Return a grid kept out of psoas.

    Before a moved hip the two can cross so far that the nearest way out is the wrong one. There each row of the grid
    ends, seen from the lateral border, where psoas begins.
    """
    if hips != STANDING:
        last, row = COLUMNS - 1, np.arange(len(grid))
        height = psoas.nearest(grid.reshape(-1, 3), 0.03).height_m.reshape(grid.shape[:2]) - gap_m
        inside = height < -_CROSSES_M
        k = np.maximum(np.argmax(inside, axis=1), 1)
        a, b = height[row, k - 1] + _CROSSES_M, height[row, k] + _CROSSES_M
        ends = np.where(inside.any(1), k - 1 + np.clip(a / np.maximum(a - b, 1e-9), 0, 1), last)
        low = shapes.smoothstep((row - FOSSA_ROWS + 2) / 6) * shapes.smoothstep((len(grid) - 2 - row) / 5)
        ends = last + low * (np.minimum(ends, shapes.ease(ends, 6)) - last)
        grid = np.stack(
            [
                np.stack([np.interp(np.linspace(0, end, COLUMNS), np.arange(COLUMNS), x) for x in points.T], axis=1)
                for points, end in zip(grid, ends, strict=True)
            ]
        )
    return keep_out(grid, [psoas], gap_m, rounds=rounds, reach_m=0.025)


def _off_bone(grid: FloatArray, gap_m: float, hips: Hips) -> FloatArray:
    """Lift a grid off the inner face of the pelvis (first rows) and off the whole hip bone and femur (later rows)."""
    out = grid.copy()
    out[:FOSSA_ROWS] = keep_out(out[:FOSSA_ROWS], [fossa_surface()], gap_m, rounds=1, reach_m=0.006)
    out[FOSSA_ROWS - 2 :] = keep_out(out[FOSSA_ROWS - 2 :], [hip_bone(), femur(hips)], gap_m, rounds=2, reach_m=_DEEP_M)
    return out
