"""System "wall": the muscles of the abdominal wall as sheets, the rectus sheath, and the outline of skin and fat.

All of it is schematic. The wall is a smooth barrel that passes over ribs, costal margin, iliac crest, anterior superior
iliac spine and pubis; the sheets are its layers. The skin is the outline of a slim to average adult: near the navel it
stands about as far in front of the aorta as ultrasound measured in women of normal weight lying down (aagl2024).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from iliopsoas.atlas.mesh import FloatArray, Mesh
from iliopsoas.body import back_muscles, gluteal, shapes
from iliopsoas.body.assemble import Body, Part
from iliopsoas.body.assemble import body as standing
from iliopsoas.body.landmarks import landmark, line
from iliopsoas.body.surface import Surface, keep_out
from iliopsoas.body.walls import hip_bone, wall

# The barrel by height: half width, front, and the height of its middle from front to back; millimetres.
_BARREL = (
    (285, 138, 74, -50),
    (230, 141, 74, -47),
    (190, 140, 71, -43),
    (145, 137, 64, -41),
    (95, 129, 50, -43),
    (60, 129, 46, -45),
    (30, 130, 43, -47),
    (0, 126, 37, -48),
    (-40, 119, 24, -50),
    (-75, 112, 10, -52),
    (-100, 106, 4, -54),
)
_POWER = 2.45
# How far back the skin stands by height; millimetres.
_BACK = (
    (285, -160),
    (230, -157),
    (190, -149),
    (155, -143),
    (120, -138),
    (90, -141),
    (60, -149),
    (30, -160),
    (0, -171),
    (-40, -184),
    (-75, -190),
    (-105, -187),
    (-130, -172),
)
# Thickness of the sheets (drawing choices), metres; outermost first.
EXTERNAL_M, INTERNAL_M, TRANSVERSUS_M, RECTUS_M, SHEATH_M = 0.0055, 0.0075, 0.0038, 0.0100, 0.0009
FAT_FRONT_M, FAT_M, SKIN_M = 0.011, 0.013, 0.0022
OUTER_RIBS = ("rib_7", "rib_8", "rib_9", "rib_10", "rib_11")  # what the external oblique lies on
RIB_COVER_M, RIB_NEAR_M, RIB_REACH_M = 0.0015, 0.006, 0.020  # how far off a rib it is lifted, and over what breadth
INNER_FACE_M = EXTERNAL_M + INTERNAL_M + 0.0016 + TRANSVERSUS_M  # from the outer to the inner face, with the gaps
_SEMILUNAR_M, _RECTUS_IN_M = 0.066, 0.005
_CREST_M = 0.0015  # how far above the crest's line a sheet ends
ROWS, COLUMNS, AROUND = 48, 40, 120
THIGH_TOP_M, TRUNK_LOW_M = -0.100, -0.128
SHEATH_LOW_M = 0.010  # how far below the tubercle the front of the sheath ends, on the front of the symphysis
TOUCH_M = 0.0016  # from the midline to the skin of a thigh where the two touch
THIGHS_PART_M = 0.075  # how far below the trunk the thighs begin to stand apart


def parts(body: Body, breath_l: float) -> Iterator[Part]:
    """Yield the parts of the system, right, left and midline; the breath does not move them."""
    yield Part("skin", "skin", "", "skin", skin(), "skin")
    yield Part("fat", "skin", "", "fat", fat(), "skin")
    for name, tissue, mesh in _right():
        structure = "skin" if name.startswith("thigh") else name.removesuffix("_posterior")
        # No line where thigh and trunk meet, nor where the flat tendon of the external oblique becomes the sheath.
        group = {"skin": "skin", "rectus_sheath": "external_oblique_r"}.get(structure, f"{structure}_r")
        right = Part(f"{name}_r", structure, "r", tissue, mesh, group)
        yield right
        yield replace(right.mirrored(), group="skin") if structure == "skin" else right.mirrored()


def _right() -> Iterator[tuple[str, str, Mesh]]:
    yield "thigh_skin", "skin", thigh(0.0)
    yield "thigh_fat", "fat", thigh(SKIN_M)
    yield "external_oblique", "muscle", side_sheet(0.0, EXTERNAL_M, 118.0, _ribs_outside, -38.0, False)
    yield (
        "internal_oblique",
        "muscle",
        side_sheet(EXTERNAL_M + 0.0008, INTERNAL_M, 142.0, _costal_margin, 42.0, True),
    )
    inside = INNER_FACE_M - TRANSVERSUS_M
    yield "transversus_abdominis", "muscle", side_sheet(inside, TRANSVERSUS_M, 142.0, _costal_margin, 88.0, True)
    yield "rectus_abdominis", "muscle", rectus()
    yield "rectus_sheath", "tendon", sheath(front=True)
    yield "rectus_sheath_posterior", "tendon", sheath(front=False)


def _table(y_m: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    rows = np.array(_BARREL, float)[::-1] * 1e-3
    return tuple(shapes.profile(y_m, rows[:, 0], rows[:, k]) for k in (1, 2, 3))  # type: ignore[return-value]


def barrel(y_m: FloatArray, angle_deg: FloatArray, inset_m: FloatArray | float = 0.0) -> FloatArray:
    """Return points of the wall's outer face at heights and angles (0 in front, 90 on the right), `inset_m` deeper."""
    y, a = np.broadcast_arrays(np.asarray(y_m, float), np.radians(np.asarray(angle_deg, float)))
    width, front, middle = _table(y)
    c, s = (np.sign(q) * np.abs(q) ** (2 / _POWER) for q in (np.cos(a), np.sin(a)))
    x = middle + (front - middle - inset_m) * c
    return np.stack([x, y, (width - inset_m) * s], axis=-1)


def inner_face(points: FloatArray, gap_m: ArrayLike = 0.0) -> FloatArray:
    """Return points, shape (..., 3), drawn straight in to the inner face of the side wall or `gap_m` within it.

    What is inside stays. Right and left are alike, so points of either side may be given.
    """
    p = np.asarray(points, float)
    inset = INNER_FACE_M + np.broadcast_to(np.asarray(gap_m, float), p.shape[:-1])
    width, front, middle = _table(p[..., 1])
    forward = np.maximum(p[..., 0] - middle, 0.0)
    shares = forward / (front - inset - middle), np.abs(p[..., 2]) / (width - inset)
    out = (shares[0] ** _POWER + shares[1] ** _POWER) ** (1 / _POWER)
    share = 1 / np.maximum(out, 1.0)
    result = p.copy()
    result[..., 0] = p[..., 0] - forward * (1 - share)
    result[..., 2] = p[..., 2] * share
    return result


def angle_at(z_m: FloatArray | float, y_m: FloatArray, inset_m: float = 0.0) -> FloatArray:
    """Return the angle in front at which the barrel is `z_m` from the midline, degrees."""
    width = _table(np.asarray(y_m, float))[0] - inset_m
    s = np.clip(np.asarray(z_m, float) / width, 0, 1) ** (_POWER / 2)
    return np.degrees(np.arcsin(s))


@cache
def _low() -> tuple[FloatArray, FloatArray]:
    """Return the lower border of the side wall: angles (degrees, rising) and heights, along ligament and crest."""
    asis, tubercle = landmark("asis"), landmark("pubic_tubercle")
    ligament = tubercle + np.linspace(0, 1, 20)[:, None] * (asis - tubercle)
    crest = line("iliac_crest")
    crest = crest[crest[:, 0] > -0.112]
    angles = [float(angle_at(p[2], np.array(p[1]))) for p in ligament]
    heights = [float(p[1]) + 0.002 for p in ligament]
    for p in crest:
        middle, width = float(_table(np.array(p[1]))[2]), float(_table(np.array(p[1]))[0])
        front = float(_table(np.array(p[1]))[1])
        s, c = (p[2] / width), (p[0] - middle) / (front - middle)
        a = float(np.degrees(np.arctan2(np.abs(s) ** (_POWER / 2), np.sign(c) * np.abs(c) ** (_POWER / 2))))
        if a > angles[-1] + 0.5:
            angles.append(a)
            heights.append(float(p[1]) + _CREST_M)
    return np.array(angles), np.array(heights)


def _ribs_outside(angle_deg: FloatArray) -> FloatArray:
    """Height at which the external oblique is cut off: above the picture, on the outside of the ribs."""
    return np.full_like(angle_deg, 0.275)


def _costal_margin(angle_deg: FloatArray) -> FloatArray:
    """Height of the costal margin and the last ribs, at which the two inner sheets end."""
    return shapes.profile(angle_deg, (25.0, 45.0, 70.0, 100.0, 140.0), (0.192, 0.160, 0.142, 0.150, 0.185))


def side_sheet(
    inset_m: float,
    thick_m: float,
    back_deg: float,
    top: Callable[[FloatArray], FloatArray],
    slant_deg: float,
    to_raphe: bool,
) -> Mesh:
    """Return one sheet of the side wall, from the semilunar line to its border behind.

    Parameters
    ----------
    inset_m, thick_m : float
        Depth of its outer face under the barrel, and its thickness.
    back_deg : float
        Angle of its border behind.
    top : callable
        Upper border: angle in degrees to height in metres.
    slant_deg : float
        How its fibres run against the vertical; above 0 they rise forwards.
    to_raphe : bool
        Its border behind bends in to the outer border of the back muscles.
    """
    t = np.linspace(0, 1, COLUMNS)[None]
    first = angle_at(_SEMILUNAR_M, np.array(0.06))
    a = first + (back_deg - first) * t
    low_a, low_y = _low()
    low, high = np.interp(a, low_a, low_y), top(a)
    u = np.linspace(0, 1, ROWS)[:, None]
    y = high + (low - high) * u
    a = np.broadcast_to(a, y.shape).copy()
    a[:, :8] += (np.linspace(1, 0, 8) ** 2)[None] * (angle_at(_SEMILUNAR_M * _narrow(y[:, :1]), y[:, :1]) - first)
    outer, inner = barrel(y, a, inset_m), barrel(y, a, inset_m + thick_m * _edge(t))
    if to_raphe:
        w = (shapes.smoothstep((t - 0.62) / 0.38) * np.ones_like(y))[..., None]
        aim = back_muscles.outer_border(y) + np.array([0.004, 0.0, 0.003])
        mid = 0.5 * (outer + inner)
        shift = w * (aim - mid)
        outer, inner = outer + shift, inner + shift
    bones = [hip_bone()]
    if not to_raphe:  # the outermost sheet lies on the ribs
        bones += [wall(f"{rib}_r") for rib in ("rib_9", "rib_10", "rib_11", "costal_margin")]
    for _ in range(2):
        inner = keep_out(inner, bones, 0.0010, rounds=2, reach_m=0.014)
        outer = keep_out(outer, bones, 0.0022, rounds=2, reach_m=0.016)
        inner, outer = (shapes.ease_across(shapes.ease(g, 2), 2) for g in (inner, outer))
    if not to_raphe:
        lift = _rib_lift(y, a)
        inner, outer = inner + lift, outer + lift
    mesh = shapes.slab(inner, outer)
    return _slanted(mesh, np.concatenate([inner.reshape(-1, 3), outer.reshape(-1, 3)]), slant_deg)


def _rib_lift(y_m: FloatArray, angle_deg: FloatArray) -> FloatArray:
    """Return how the outermost sheet is lifted off the barrel, shape (..., 3), where ribs stand out before it.

    Out from the middle of the trunk, as the ribs do: pushed off the nearest face, a point within a rib may go inwards.
    """
    ribs = np.concatenate([standing()[f"{rib}_r"].mesh.v[::2] for rib in (*OUTER_RIBS, "costal_margin")])
    width, front, middle = _table(ribs[:, 1])
    from_middle = ribs - np.stack([middle, ribs[:, 1], np.zeros(len(ribs))], axis=1)
    out = np.abs(from_middle[:, 0] / (front - middle)) ** _POWER + np.abs(from_middle[:, 2] / width) ** _POWER
    out = out ** (1 / _POWER)
    excess_m = (1 - 1 / out) * np.linalg.norm(from_middle, axis=1) + RIB_COVER_M
    proud = excess_m > 0
    feet = (ribs - from_middle * (1 - 1 / out)[:, None])[proud]
    grid = barrel(y_m, angle_deg)
    apart = np.linalg.norm(grid[..., None, :] - feet, axis=-1)
    lift_m = (excess_m[proud] * np.exp(-(np.maximum(apart - RIB_NEAR_M, 0) ** 2) / RIB_REACH_M**2)).max(-1)
    centre = np.stack([_table(y_m)[2] * np.ones_like(grid[..., 0]), grid[..., 1], np.zeros_like(grid[..., 0])], axis=-1)
    return shapes.ease(shapes.unit(grid - centre) * lift_m[..., None], 1)


def _edge(t: FloatArray) -> FloatArray:
    """Flesh thins out to a flat tendon at both borders."""
    return 0.12 + 0.88 * shapes.smoothstep(t / 0.16) * shapes.smoothstep((1 - t) / 0.12)


def _narrow(y_m: FloatArray) -> FloatArray:
    """Width of rectus abdominis by height, as a part of its greatest: the semilunar line bows outwards.

    It leaves the pubic tubercle, is farthest out above the navel, and bends in where it meets the costal margin.
    """
    heights = (-0.112, -0.098, -0.06, 0.0, 0.06, 0.12, 0.17, 0.23, 0.28)
    return shapes.profile(y_m, heights, (0.18, 0.31, 0.57, 0.85, 0.97, 1.0, 0.97, 0.86, 0.70))


def _slanted(mesh: Mesh, points: FloatArray, slant_deg: float) -> Mesh:
    """Return a sheet whose fibres run at an angle to the vertical, seen from the side that faces out."""
    round_m = np.arctan2(points[:, 2], points[:, 0] + 0.045) * 0.11
    a = np.radians(slant_deg)
    along = points[:, 1] * np.cos(a) - round_m * np.sin(a)
    across = points[:, 1] * np.sin(a) + round_m * np.cos(a)
    along = (along - along.min()) / (np.ptp(along) + 1e-9)
    return replace(mesh, uv=np.stack([along, across], axis=1))


def _front_grid(inset_m: float, top_m: float, low_m: float, first_m: float, last_m: float) -> FloatArray:
    y = np.linspace(top_m, low_m, ROWS)[:, None]
    t = np.linspace(0, 1, 24)[None]
    z = first_m + (last_m * _narrow(y) - first_m) * t
    return barrel(y, angle_at(z, y, inset_m), inset_m)


def rectus() -> Mesh:
    """Return rectus abdominis from the costal margin to the pubis."""
    top, low = 0.262, float(landmark("pubic_tubercle")[1]) + 0.004
    args = (top, low, _RECTUS_IN_M, _SEMILUNAR_M - 0.003)
    outer = _front_grid(SHEATH_M + 0.0006, *args)
    t, u = np.linspace(0, 1, 24)[None], np.linspace(0, 1, ROWS)[:, None]
    thick = (
        RECTUS_M * (0.1 + 0.9 * (1 - np.abs(2 * t - 1) ** 4)) * shapes.profile(u, (0, 0.1, 0.85, 1), (0.4, 1, 1, 0.3))
    )
    inner = outer + (_front_grid(SHEATH_M + 0.0006 + 1e-3, *args) - outer) * (thick / 1e-3)[..., None]
    return shapes.slab(inner, outer)


def sheath(front: bool) -> Mesh:
    """Return the front or the back layer of the rectus sheath; the back one ends below the navel (arcuate line)."""
    tubercle = float(landmark("pubic_tubercle")[1])
    low = tubercle - SHEATH_LOW_M if front else tubercle + 0.42 * (0.07 - tubercle)
    depth = -0.0018 if front else SHEATH_M + RECTUS_M + 0.0014
    args = (0.274, low, 0.0012, _SEMILUNAR_M + 0.004)
    outer, inner = _front_grid(depth, *args), _front_grid(depth + SHEATH_M, *args)
    return shapes.slab(inner, outer)


@cache
def _skin_rings() -> FloatArray:
    """Return rings of the trunk's skin, from above the picture down to the perineum; shape (rows, AROUND, 3).

    The right half is made and mirrored.
    """
    y = np.linspace(0.283, TRUNK_LOW_M, 64)[:, None]
    a = np.linspace(0, 180, AROUND // 2 + 1)[None]
    width, front, middle = _table(y)
    heights, backs = np.array(_BACK, float)[::-1].T * 1e-3
    back, hip = shapes.profile(y, heights, backs), shapes.smoothstep((0.03 - y) / 0.12)
    c, s = (np.sign(q) * np.abs(q) ** (2 / _POWER) for q in (np.cos(np.radians(a)), np.sin(np.radians(a))))
    x = middle + np.where(c > 0, front + FAT_FRONT_M - middle, middle - back) * c
    z = (width + FAT_M) * (1 + 0.30 * hip) * s
    rings = np.stack([x, np.broadcast_to(y, x.shape), z], axis=-1)
    bodies = [gluteal.gluteus_maximus(), gluteal.medius(), gluteal.iliotibial_tract(), back_muscles.erector_spinae()]
    walls = [Surface(mesh) for mesh in bodies]
    for _ in range(2):
        rings = keep_out(rings, walls, 0.012, rounds=1, reach_m=0.03)
        rings[..., 1] = y  # pushed within its own height only
        rings[..., 2] = np.maximum(rings[..., 2], 0.0)
        rings[:, [0, -1], 2] = 0.0
        rings = shapes.ease_across(shapes.ease(rings, 8), 8)
        rings[:, [0, -1], 0] = rings[:, [1, -2], 0]
    return np.concatenate([rings, rings[:, -2:0:-1] * [1.0, 1.0, -1.0]], axis=1)


def _furrow(rings: FloatArray) -> FloatArray:
    """Press the furrow over the spine and the cleft between the buttocks into the back."""
    y, z = rings[..., 1], rings[..., 2]
    behind = rings[..., 0] < -0.08
    deep = shapes.profile(
        y[:, 0], (-0.13, -0.09, -0.055, -0.02, 0.06, 0.16, 0.28), (0.038, 0.030, 0.016, 0.003, 0.007, 0.008, 0.006)
    )[:, None]
    wide = shapes.profile(y[:, 0], (-0.13, -0.05, 0.03, 0.28), (0.014, 0.012, 0.018, 0.018))[:, None]
    out = rings.copy()
    out[..., 0] += behind * deep * np.exp(-((z / wide) ** 2))
    return out


@cache
def skin() -> Mesh:
    """Return the skin of the trunk as a closed surface."""
    return shapes.loft(_furrow(_skin_rings()))


@cache
def fat() -> Mesh:
    """Return the inner face of the skin as a closed surface: what it holds is fat where nothing else is."""
    rings = _furrow(_skin_rings())
    inner = rings - shapes.ring_normals(rings) * SKIN_M
    inner[..., 1] = rings[..., 1]
    return shapes.loft(inner)


@cache
def thigh(skin_m: float) -> Mesh:
    """Return the skin of the right thigh, `skin_m` under its surface, from within the trunk to below the picture.

    It begins as the right half of the trunk's rings, just inside them, so that no step is seen where the trunk ends,
    and turns round on the way down.
    """
    half = AROUND // 2 + 1
    trunk = _furrow(_skin_rings())
    y = np.linspace(THIGH_TOP_M, -0.298, 52)[:, None]
    row = np.interp(-np.maximum(y[:, 0], TRUNK_LOW_M), -trunk[:, 0, 1], np.arange(len(trunk)))
    low = np.stack([shapes.at(trunk, r, np.arange(half) / AROUND) for r in row])
    t = np.linspace(0, 1, 22)[None, 1:-1, None]
    inner = (low[:, -1:] * (1 - t) + low[:, :1] * t) * [1.0, 1.0, 0.0] + [0.0, 0.0, 0.0006]
    start = np.concatenate([np.maximum(low, [-1.0, -1.0, 0.0006]), inner], axis=1)
    angle = np.concatenate([np.linspace(0, np.pi, half), np.linspace(np.pi, 2 * np.pi, 22)[1:-1]])
    last = low[-1]
    middle = np.array([0.5 * (last[:, 0].max() + last[:, 0].min()) + 0.006, 0.0, 0.088])
    c, s = (np.sign(q) * np.abs(q) ** (2 / 2.25) for q in (np.cos(angle), np.sin(angle)))
    oval = middle + np.stack([0.082 * c, np.zeros_like(c), 0.080 * s], axis=1)
    rings = start + shapes.smoothstep((TRUNK_LOW_M - y) / 0.10)[..., None] * (oval - start)
    # The thighs touch below the perineum and part further down, so that no slot with a flat top stands between them.
    touch = (1 - shapes.smoothstep((TRUNK_LOW_M - THIGHS_PART_M - y) / 0.10)) * np.ones_like(c)
    near = 1 - shapes.smoothstep((rings[..., 2] - TOUCH_M) / 0.05)
    rings[..., 2] -= touch * near * np.maximum(rings[..., 2].min(1, keepdims=True) - TOUCH_M - skin_m, 0)
    rings[..., 1] = y
    within = np.clip((y - TRUNK_LOW_M - 0.004) / (THIGH_TOP_M - TRUNK_LOW_M), 0, 1)[..., None] * 0.003
    inset_m = skin_m + within - 0.0003
    centre = rings.mean(1, keepdims=True)
    rings = rings - inset_m * shapes.unit(rings - centre)
    rings[..., 1] = y
    return shapes.loft(rings)


def skin_to_muscle_mm(y_m: float) -> float:
    """Return how thick skin and fat are drawn in front beside the midline, millimetres."""
    rings = _skin_rings()
    row = rings[np.argmin(np.abs(rings[:, 0, 1] - y_m))]
    beside = row[np.argmin(np.abs(row[:, 2] - 0.03) + (row[:, 0] < -0.04))]
    return float((beside[0] - barrel(np.array(y_m), angle_at(beside[2], np.array(y_m)))[0]) * 1e3)
