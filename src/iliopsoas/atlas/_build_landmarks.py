"""Landmarks found on the finished meshes by their definitions, not typed in.

Where a definition says "furthest towards", the direction is given as x forward, y up, z right; all on the right side.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from iliopsoas.atlas._build_pelvis import EMINENCE, HIP_CENTRE
from iliopsoas.atlas.endplate import Endplate
from iliopsoas.atlas.mesh import FloatArray, Mesh

DEFINITIONS = {
    "asis": "furthest forward on the iliac crest",
    "aiis": "furthest forward and down on the front border of the ilium below the ASIS",
    "psis": "furthest back on the iliac crest",
    "iliac_crest_top": "highest point of the iliac crest",
    "iliac_fossa": "deepest point of the fossa below the straight line from ASIS to the back of the crest",
    "arcuate_line": "middle of the line from the sacro-iliac joint to the iliopubic eminence along the brim",
    "iliopubic_eminence": "swelling of the brim in front of the hip joint, where ilium and pubis meet",
    "pecten_pubis": "middle of the ridge from the iliopubic eminence to the pubic tubercle",
    "pubic_tubercle": "furthest forward and up on the pubis near the midline",
    "ischial_spine": "furthest towards the midline and back between the two sciatic notches",
    "ischial_tuberosity": "lowest point of the ischium",
    "promontory": "furthest forward on the sacrum in the midline",
    "sacral_ala": "middle of the top of the wing, between first sacral endplate and sacro-iliac joint",
    "sacral_apex": "lowest point of the sacrum in the midline",
    "coccyx_tip": "lowest point of the coccyx in the midline",
    "femoral_head": "top of the femoral head",
    "greater_trochanter": "furthest to the side on the femur",
    "lesser_trochanter": "furthest back and towards the midline on the bump below the neck",
}


def landmarks(
    bones: dict[str, Mesh],
    plates: dict[str, tuple[Endplate, Endplate]],
    s1: Endplate,
    drawn_lines: dict[str, FloatArray],
) -> dict[str, Any]:
    """Return points, lines, endplates and transverse processes as plain lists (metres, right side)."""
    points = _points(bones)
    lines = _lines(bones, points) | drawn_lines
    return {
        "definitions": DEFINITIONS,
        "points": {k: _plain(p) for k, p in sorted(points.items())},
        "lines": {k: [_plain(p) for p in line] for k, line in sorted(lines.items())},
        "endplates": _endplates(bones, plates, s1),
        "transverse_processes": {f"l{k}": _process(bones[f"l{k}"]) for k in range(1, 6)},
    }


def _plain(p: FloatArray) -> list[float]:
    return [round(float(x), 6) + 0.0 for x in p]


def _furthest(v: FloatArray, direction: tuple[float, float, float], keep: NDArray[np.bool_]) -> FloatArray:
    inside = v[keep]
    return inside[np.argmax(inside @ np.array(direction))]


def _nearest(v: FloatArray, p: FloatArray) -> FloatArray:
    return v[np.argmin(np.linalg.norm(v - p, axis=1))]


def _points(bones: dict[str, Mesh]) -> dict[str, FloatArray]:
    hip, sacrum, coccyx, femur = (bones[k].v for k in ("hip_bone_r", "sacrum", "coccyx", "femur_r"))
    x, y, z = hip.T
    middle = np.abs(sacrum[:, 2]) < 1e-4
    below_neck = (femur[:, 1] < HIP_CENTRE[1] - 0.040) & (femur[:, 1] > HIP_CENTRE[1] - 0.085)
    out = {
        "asis": _furthest(hip, (1, 0, 0), (y > -0.025) & (z > 0.08)),
        "aiis": _furthest(hip, (0.85, -0.53, 0), (y < -0.035) & (y > -0.060) & (z > 0.075)),
        "psis": _furthest(hip, (-1, 0, 0), y > -0.005),
        "iliac_crest_top": _furthest(hip, (0, 1, 0), y > 0),
        "iliopubic_eminence": _nearest(hip, EMINENCE),
        "pubic_tubercle": _furthest(hip, (1, 0.4, 0), (y < -0.080) & (z < 0.035)),
        "ischial_spine": _furthest(hip, (-0.6, 0, -0.8), (y > -0.095) & (y < -0.060) & (x < -0.085)),
        "ischial_tuberosity": _furthest(hip, (0, -1, 0), x < -0.06),
        "promontory": _furthest(sacrum, (1, 0, 0), middle),
        "sacral_apex": _furthest(sacrum, (0, -1, 0), middle),
        "coccyx_tip": _furthest(coccyx, (0, -1, 0), np.abs(coccyx[:, 2]) < 0.002),
        "femoral_head": _furthest(femur, (0, 1, 0), np.linalg.norm(femur - HIP_CENTRE, axis=1) < 0.026),
        "greater_trochanter": _furthest(femur, (0, 0, 1), femur[:, 1] > HIP_CENTRE[1] - 0.06),
        "lesser_trochanter": _furthest(femur, (-0.75, 0, -0.66), below_neck & (femur[:, 2] < 0.10)),
    }
    out["iliac_fossa"] = _fossa(bones["hip_bone_r"], out["asis"], out["iliac_crest_top"])
    out["sacral_ala"] = _ala(bones["sacrum"])
    return out


def _fossa(hip: Mesh, asis: FloatArray, crest: FloatArray) -> FloatArray:
    """Return the point of the inner face furthest from the plane through ASIS, crest and the back of the brim."""
    inner = (hip.normals() @ np.array([0.45, 0.2, -0.87]) > 0.75) & (hip.v[:, 1] > -0.02) & (hip.v[:, 0] > -0.085)
    brim = np.array([-0.085, -0.005, 0.056])
    normal = np.cross(crest - asis, brim - asis)
    normal *= np.sign(normal[2]) / np.linalg.norm(normal)
    v = hip.v[inner]
    return v[np.argmax((v - asis) @ normal)]


def _ala(sacrum: Mesh) -> FloatArray:
    top = (sacrum.normals()[:, 1] > 0.6) & (np.abs(sacrum.v[:, 2] - 0.037) < 0.004)
    return _nearest(sacrum.v[top], sacrum.v[top].mean(0))


def _lines(bones: dict[str, Mesh], points: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Return the iliac crest from ASIS to PSIS, and the brim from promontory to pubic tubercle."""
    hip, sacrum = bones["hip_bone_r"], bones["sacrum"]
    hub = np.array([-0.070, -0.010])
    start, end = (np.arctan2(*(points[k][[1, 0]] - hub[[1, 0]])) for k in ("asis", "psis"))
    upper = hip.v[hip.v[:, 1] > -0.03]
    crest = [points["asis"]]
    for a in np.linspace(start, end if end > 0 else end + 2 * np.pi, 25)[1:-1]:
        crest.append(_furthest(upper, (np.cos(a), np.sin(a), 0), _wedge(upper, hub, a)))
    crest.append(points["psis"])
    brim = [points["promontory"]]
    for z in np.linspace(0.006, 0.044, 8):
        near = (np.abs(sacrum.v[:, 2] - z) < 0.0025) & (sacrum.v[:, 1] < 0.015)
        brim.append(_furthest(sacrum.v, (0.9, 0.45, 0), near))
    brim += list(_arcuate(hip, points))
    hip_part = np.array(brim[-17:])
    corner = int(np.argmin(np.linalg.norm(hip_part - points["iliopubic_eminence"], axis=1)))
    points["arcuate_line"] = hip_part[corner // 2]
    points["pecten_pubis"] = hip_part[(corner + len(hip_part)) // 2]
    return {"iliac_crest": np.array(crest), "pelvic_brim": np.array(brim)}


def _wedge(v: FloatArray, hub: FloatArray, angle: float, width: float = 0.09) -> NDArray[np.bool_]:
    d = np.arctan2(v[:, 1] - hub[1], v[:, 0] - hub[0]) - angle
    return np.abs((d + np.pi) % (2 * np.pi) - np.pi) < width


def _arcuate(hip: Mesh, points: dict[str, FloatArray]) -> list[FloatArray]:
    """Return the brim on the hip bone: the sharpest edge between its upper and its inner face."""
    out = []
    n = hip.normals()
    inlet = np.array([-0.62, 0.56, -0.55]) / np.linalg.norm([-0.62, 0.56, -0.55])  # looks into the pelvis from its wall
    for a in np.linspace(0, 1, 17)[:-1]:
        guess = (1 - a) * np.array([-0.098, -0.002, 0.050]) + a * points["pubic_tubercle"]
        guess = guess + 4 * a * (1 - a) * np.array([0.006, -0.008, 0.026])
        near = np.linalg.norm(hip.v - guess, axis=1) < 0.012
        facing = near & (n @ inlet > 0.3)
        pick = facing if facing.any() else near
        out.append(_nearest(hip.v[pick], guess))
    return [*out, points["pubic_tubercle"]]


def _endplates(bones: dict[str, Mesh], plates: dict[str, tuple[Endplate, Endplate]], s1: Endplate) -> dict[str, Any]:
    out: dict[str, Any] = {
        k: {"upper": _measured(bones[k], u, 1), "lower": _measured(bones[k], low, -1)} for k, (u, low) in plates.items()
    }
    out["s1"] = {"upper": _measured(bones["sacrum"], s1, 1, bone_is_sacrum=True)}
    return out


def _measured(bone: Mesh, near: Endplate, side: int, bone_is_sacrum: bool = False) -> dict[str, Any]:
    """Fit an endplate to the flat of a body's mesh, looked for where it was meant to be."""
    d, n = bone.v - near.centre, bone.normals() @ near.up * side
    x, z = d @ near.forward, d[:, 2]
    inside = (x / near.half_depth_m) ** 2 + (z / near.half_width_m) ** 2 < 0.9**2
    flat = inside & (n > 0.9) & (np.abs(d @ near.up) < 0.004)
    slope, _ = np.polyfit(bone.v[flat, 0], bone.v[flat, 1], 1)
    tilt = float(-np.degrees(np.arctan(slope)))
    plate = Endplate(near.centre, near.half_depth_m, near.half_width_m, tilt)
    height = (d @ plate.up)[flat].mean()
    rim = (np.abs(d @ plate.up - height) < 0.0030) & (np.abs(x) < 1.15 * near.half_depth_m)
    line = rim & (np.abs(z) < 0.003)
    front, back = x[line].max(), x[line].min()
    if bone_is_sacrum:  # no rim at the sides: the wing goes on, a step lower
        level = (np.abs(d @ plate.up - height) < 0.0006) & (n > 0.96) & (np.abs(x) < 0.005)
        half_width = np.abs(z[level & (np.abs(z) < 1.08 * near.half_width_m)]).max()
        back = -near.half_depth_m  # nor a rim behind: the floor of the canal goes on
    else:
        half_width = np.abs(z[rim & (np.abs(z) < 1.08 * near.half_width_m)]).max()
    centre = near.centre + plate.forward * (front + back) / 2 + plate.up * height
    return {
        "centre": _plain(centre),
        "tilt_deg": round(tilt, 2),
        "half_depth_m": round(float(front - back) / 2, 6),
        "half_width_m": round(float(half_width), 6),
    }


def _process(bone: Mesh) -> dict[str, Any]:
    """Return the tip of the right transverse process, and points down the middle of its front from root to tip."""
    v, n = bone.v, bone.normals()
    tip = v[np.argmax(v[:, 2])]
    wing = (v[:, 2] > 0.022) & (v[:, 0] < tip[0] + 0.025)
    front = []
    for z in np.linspace(0.0265, tip[2] - 0.0015, 9):
        near = wing & (np.abs(v[:, 2] - z) < 0.0025)
        ring = v[near]
        height = (ring[:, 1].max() + ring[:, 1].min()) / 2
        face = near & (n[:, 0] > 0.35)
        face = face if face.any() else near
        front.append(v[face][np.argmin(np.abs(v[face, 1] - height) + np.abs(v[face, 2] - z))])
    return {"tip": _plain(tip), "front": [_plain(p) for p in front]}
