"""Landmarks found on the finished meshes, not typed in."""

from __future__ import annotations

from typing import Any

import numpy as np

from iliopsoas.atlas._build_spine import Plate
from iliopsoas.atlas.mesh import FloatArray, Mesh


def landmarks(bones: dict[str, Mesh], plates: dict[str, tuple[Plate, Plate]], s1: Plate) -> dict[str, Any]:
    """Return points, endplates and transverse processes as plain lists (metres)."""
    return {
        "points": {k: _plain(p) for k, p in sorted(_points(bones).items())},
        "endplates": _endplates(plates, s1),
        "transverse_processes": {f"l{k}": _process(bones[f"l{k}"]) for k in range(1, 6)},
    }


def _plain(p: FloatArray) -> list[float]:
    return [round(float(x), 6) for x in p]


def _extreme(v: FloatArray, direction: list[float], keep: np.ndarray) -> FloatArray:
    inside = v[keep]
    return inside[np.argmax(inside @ np.array(direction))]


def _points(bones: dict[str, Mesh]) -> dict[str, FloatArray]:
    hip, femur, sacrum = bones["hip_bone_r"].v, bones["femur_r"].v, bones["sacrum"].v
    x, y, z = hip.T
    out = {
        "asis": _extreme(hip, [1, 0, 0.3], (y > -0.03) & (z > 0.08)),
        "iliac_crest_top": _extreme(hip, [0, 1, 0], y > 0),
        "psis": _extreme(hip, [-1, 0, 0], (y > -0.01) & (y < 0.05)),
        "pubic_tubercle": _extreme(hip, [1, 0.4, 0], z < 0.035),
        "ischial_tuberosity": _extreme(hip, [0, -1, 0], x < -0.05),
        "ischial_spine": _extreme(hip, [-0.6, 0, -1], (y > -0.085) & (y < -0.04) & (x < -0.08)),
        "aiis": _extreme(hip, [1, 0, 0], (y > -0.05) & (y < -0.02) & (z > 0.06)),
        "iliopubic_eminence": _extreme(hip, [0.5, 1, -0.3], (y > -0.08) & (y < -0.05) & (z > 0.04) & (z < 0.065)),
        "promontory": _extreme(sacrum, [1, 0, 0], np.abs(sacrum[:, 2]) < 0.004),
    }
    fx, fy, fz = femur.T
    hip_y = -0.07849
    out["greater_trochanter"] = _extreme(femur, [0, 0, 1], fy > hip_y - 0.06)
    out["lesser_trochanter"] = _extreme(femur, [-0.6, 0, -1], (fy < hip_y - 0.045) & (fy > hip_y - 0.085) & (fz > 0.05))
    return out


def _endplates(plates: dict[str, tuple[Plate, Plate]], s1: Plate) -> dict[str, Any]:
    def plain(p: Plate) -> dict[str, Any]:
        return {
            "centre": _plain(p.centre),
            "tilt_deg": round(p.tilt_deg, 3),
            "half_depth_m": round(p.half_depth, 6),
            "half_width_m": round(p.half_width, 6),
        }

    out = {k: {"upper": plain(u), "lower": plain(low)} for k, (u, low) in plates.items()}
    out["s1"] = {"upper": plain(s1)}
    return out


def _process(bone: Mesh) -> dict[str, Any]:
    """Tip of the right transverse process, and points along the middle of its front from root to tip."""
    v = bone.v
    tip = v[np.argmax(v[:, 2])]
    normals = bone.normals()
    front = []
    start = 0.026
    for z in np.linspace(start, tip[2] - 0.002, 9):
        near = (np.abs(v[:, 2] - z) < 0.0035) & (normals[:, 0] > 0.5) & (v[:, 0] < tip[0] + 0.02)
        front.append(v[near].mean(0) if near.any() else tip)
    return {"tip": _plain(tip), "front": [_plain(p) for p in front]}
