"""The kidneys with their hilar notch, the adrenals on them, and the renal pelves; the right kidney lies lower.

Lower edge of the right one opposite the top of L3, the left one 12.5 mm higher, length 10.4 and 10.6 cm: published.
Breadth, thickness and tilt are drawing choices.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from iliopsoas.atlas.mesh import FloatArray, Mesh
from iliopsoas.body import column, shapes
from iliopsoas.body.landmarks import Side
from iliopsoas.body.surface import keep_out
from iliopsoas.body.tubes import muscles, on_psoas

LENGTH_M = {"r": 0.104, "l": 0.106}  # lee1996
HALF_BREADTH_M, HALF_THICK_M = 0.0270, 0.0185
LEFT_HIGHER_M = 0.0125  # davisanat
_TILT_DEG, _TURN_DEG, _LEAN_DEG = 14.0, 32.0, 9.0
_ROWS, _AROUND = 44, 40


@dataclass(frozen=True, eq=False)
class Hilum:
    """Where vein, artery and pelvis enter the kidney, from the front backwards; metres, as if on the right."""

    vein: FloatArray
    artery: FloatArray
    pelvis: FloatArray


def _axes() -> FloatArray:
    """Return forward, up and outward axes of the kidney, rows: the hilum looks inwards and forwards."""
    a, b, c = np.radians([_TILT_DEG, _TURN_DEG, _LEAN_DEG])
    up = shapes.unit(np.array([-np.sin(c), np.cos(c) * np.cos(a), -np.sin(a)]))  # upper end inwards and back
    out = shapes.unit(np.array([-np.sin(b), 0.0, np.cos(b)]))
    out = shapes.unit(out - (out @ up) * up)
    return np.stack([np.cross(up, out), up, out])


def centre(side: Side) -> FloatArray:
    """Return the middle of a kidney, as if it were the right one: in front of and outside the upper psoas."""
    half = 0.5 * LENGTH_M[side] * np.cos(np.radians(_TILT_DEG))
    lower_edge = column.plate("l3", "upper").centre[1] - 0.004 + (LEFT_HIGHER_M if side == "l" else 0.0)
    beside = on_psoas("l2", 0.13)
    return np.array([beside[0] - 0.003, lower_edge + half, beside[2] + HALF_BREADTH_M + 0.001])


@cache
def kidney(side: Side) -> Mesh:
    """Return a kidney as if it were the right one: a bean whose notch looks inwards and forwards."""
    u = -np.cos(np.linspace(0, np.pi, _ROWS))[:, None]
    angle = np.linspace(0, 2 * np.pi, _AROUND, endpoint=False)[None]
    belly = np.sqrt(np.clip(1 - np.abs(u) ** 2.3, 0.0004, 1))
    x, z = HALF_THICK_M * belly * np.cos(angle), HALF_BREADTH_M * belly * np.sin(angle)
    inward = np.clip(-np.sin(angle), 0, 1)
    notch = np.exp(-((u / 0.30) ** 2)) * inward**2.2
    z = z + 0.0125 * notch - 0.0030 * u**2 + 0.0022
    x = x * (1 - 0.22 * notch)
    y = 0.5 * LENGTH_M[side] * u * np.ones_like(angle)
    rings = np.stack([x, y, z], -1) @ _axes() + centre(side)
    rings = keep_out(rings, muscles(), 0.0012, rounds=2)
    return shapes.loft(rings)


def place(side: Side, forward_m: float, up_m: float, out_m: float) -> FloatArray:
    """Return the point with these coordinates in the kidney's own axes, from its middle."""
    return centre(side) + np.array([forward_m, up_m, out_m]) @ _axes()


@cache
def hilum(side: Side) -> Hilum:
    """Return the three doors of the hilum: vein in front, artery, pelvis behind."""
    out = -HALF_BREADTH_M + 0.0150
    return Hilum(
        vein=place(side, 0.0072, 0.003, out),
        artery=place(side, 0.0, 0.005, out),
        pelvis=place(side, -0.0080, -0.003, out),
    )


@cache
def adrenal(side: Side) -> Mesh:
    """Return an adrenal on the upper end of the kidney: a pyramid on the right, a crescent on the left."""
    half = 0.5 * LENGTH_M[side]
    u = np.linspace(0, 1, 24)
    if side == "r":
        way = [place(side, 0.001, half + 0.001, 0.006), place(side, 0.001, half + 0.010, -0.004),
               place(side, 0.000, half + 0.024, -0.013)]  # fmt: skip
        breadth = shapes.profile(u, [0, 0.2, 0.6, 1], [0.006, 0.0135, 0.0095, 0.0020])
    else:
        way = [place(side, 0.003, half - 0.026, -0.021), place(side, 0.002, half - 0.007, -0.0185),
               place(side, 0.001, half + 0.006, -0.007)]  # fmt: skip
        breadth = shapes.profile(u, [0, 0.3, 0.7, 1], [0.0030, 0.0085, 0.0075, 0.0025])
    path = shapes.curve(way, 24)
    rings = shapes.oval_rings(path, 0.38 * breadth + 0.0008, breadth, around=20)
    return shapes.loft(keep_out(rings, muscles(), 0.001, rounds=1))
