"""The crura of the diaphragm and what passes between their fibres: aorta, oesophagus, vena cava.

The right crus arises from L1 to L3 and divides into two slips round the oesophagus, the left one from L1 and L2
(gray1918). Both lie on the front of the bodies below and join in front of the aorta; that part does not move with a
breath. Above it they shorten as the central tendon comes down. Widths and thicknesses are drawing choices, since no
size has been published.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from iliopsoas.atlas.mesh import FloatArray, Mesh
from iliopsoas.body import arcuate, column, shapes
from iliopsoas.body.dome import CAVAL_AT, dome
from iliopsoas.body.landmarks import endplate
from iliopsoas.body.surface import Surface, keep_out
from iliopsoas.body.walls import wall

UNDER_ROOF_M = 0.0025  # how far under the roof the slips end, on the tendon
STILL_BELOW_M = 0.238  # the crura move only above this height, just over the median arcuate ligament
N, AROUND = 70, 22
_FRONT = (1.0, 0.30, 0.0)
OESOPHAGUS_RADIUS_M = 0.0066  # drawing choice
VENA_CAVA_RADIUS_M = 0.0082  # half of 16 to 17 mm (vessel sizes: schematic)


def _on_body(vertebra: str, part: float, right_m: float) -> FloatArray:
    """Return a point on the front of a body: `part` of its height from the top, and so far to the right."""
    middle = column.between(column.plate(vertebra, "upper"), column.plate(vertebra, "lower"), part)
    return wall(vertebra).nearest(middle.world(middle.half_depth_m, 0.0, right_m)).point[0]


# Where each slip runs at rest above its bodies: x, y, z (metres).
_RIGHT_ABOVE = [
    [-0.0455, 0.2190, 0.0135], [-0.0335, 0.2370, 0.0085], [-0.0300, 0.2560, 0.0065], [-0.0285, 0.2810, 0.0085],
    [-0.0280, 0.3010, 0.0115], [-0.0262, 0.3120, 0.0130],
]  # fmt: skip
_RIGHT_LEFT_SLIP = [
    [-0.0430, 0.2270, 0.0085], [-0.0325, 0.2400, 0.0035], [-0.0292, 0.2540, -0.0055], [-0.0280, 0.2670, -0.0185],
    [-0.0285, 0.2800, -0.0275], [-0.0285, 0.2920, -0.0235], [-0.0280, 0.3030, -0.0140], [-0.0262, 0.3120, -0.0085],
]  # fmt: skip
_LEFT_ABOVE = [
    [-0.0460, 0.2190, -0.0205], [-0.0335, 0.2370, -0.0165], [-0.0315, 0.2540, -0.0205], [-0.0330, 0.2800, -0.0345],
    [-0.0360, 0.3000, -0.0355], [-0.0365, 0.3130, -0.0330],
]  # fmt: skip


def _fallen(path: FloatArray, breath_l: float) -> FloatArray:
    """Let the part above the median arcuate ligament follow the roof over its upper end."""
    end = path[-1]
    roof = float(dome(breath_l).height_m(end[0], end[2])) - UNDER_ROOF_M
    part = shapes.smoothstep((path[:, 1] - STILL_BELOW_M) / (end[1] - STILL_BELOW_M))
    out = path.copy()
    out[:, 1] += (roof - end[1]) * part
    return out


def lowest_points() -> dict[str, FloatArray]:
    """Return where the lowest fibres of each crus hold on: "right" on L3, "left" on L2."""
    return {"right": _on_body("l3", 0.72, 0.0085), "left": _on_body("l2", 0.72, -0.0145)}


@cache
def paths() -> dict[str, FloatArray]:
    """Return the middle lines at rest, from the lowest origin up: right crus, its left slip, left crus."""
    low = lowest_points()
    right = [low["right"], _on_body("l3", 0.1, 0.009), *(_on_body("l2", p, 0.0105) for p in (0.75, 0.2)),
             *(_on_body("l1", p, 0.0125) for p in (0.75, 0.25))]  # fmt: skip
    left = [low["left"], _on_body("l2", 0.1, -0.0155), *(_on_body("l1", p, -0.0175) for p in (0.75, 0.25))]
    return {
        "right_crus": shapes.curve(np.vstack([right, _RIGHT_ABOVE]), N),
        "right_crus_slip": shapes.curve(_RIGHT_LEFT_SLIP, N),
        "left_crus": shapes.curve(np.vstack([left, _LEFT_ABOVE]), N),
    }


# Half width and half thickness along each slip, as (height at rest, half width, half thickness), metres.
_SIZES = {
    "right_crus": (
        (0.108, 0.0032, 0.0008), (0.150, 0.0045, 0.0012), (0.190, 0.0062, 0.0020), (0.222, 0.0085, 0.0034),
        (0.250, 0.0115, 0.0034), (0.281, 0.0105, 0.0032), (0.300, 0.0130, 0.0026), (0.314, 0.0135, 0.0008),
    ),
    "right_crus_slip": (
        (0.225, 0.0050, 0.0016), (0.242, 0.0085, 0.0030), (0.262, 0.0082, 0.0030), (0.281, 0.0062, 0.0028),
        (0.300, 0.0100, 0.0024), (0.314, 0.0110, 0.0008),
    ),
    "left_crus": (
        (0.142, 0.0032, 0.0008), (0.175, 0.0048, 0.0014), (0.200, 0.0062, 0.0022), (0.222, 0.0085, 0.0032),
        (0.240, 0.0112, 0.0032), (0.255, 0.0125, 0.0032), (0.281, 0.0110, 0.0028), (0.300, 0.0110, 0.0022),
        (0.314, 0.0115, 0.0008),
    ),
}  # fmt: skip


def meshes(breath_l: float = 0.0) -> dict[str, Mesh]:
    """Return the slips of the crura at a volume (litres above rest), by name."""
    walls = [wall(k) for k in ("l3", "l2", "l1", "t12", "t11", "disc_l2_l3", "disc_l1_l2", "disc_t12_l1")]
    aorta = Surface(_tube(arcuate.aorta_path(), arcuate.AORTA_RADIUS_M))
    out = {}
    for name, rest in paths().items():
        height, wide, deep = np.array(_SIZES[name]).T
        half_wide, half_deep = (shapes.profile(rest[:, 1], height, size) for size in (wide, deep))
        path = _fallen(rest, breath_l)
        path = path + np.array([1.0, 0.25, 0.0]) * (half_deep * (rest[:, 1] < 0.205))[:, None]
        rings = shapes.oval_rings(shapes.ease(path, 2), half_deep, half_wide, up=_FRONT, around=AROUND, power=2.6)
        gap = np.full(rings.shape[:2], 0.0003)
        gap[:2] = -0.0006
        out[name] = shapes.loft(keep_out(keep_out(rings, [aorta], 0.0003, rounds=1), walls, gap, rounds=2))
    return out


def _tube(path: FloatArray, radius_m: float, around: int = 28) -> Mesh:
    return shapes.loft(shapes.oval_rings(path, radius_m, radius_m, around=around))


def level_m(vertebra: str, x_m: float, part: float = 0.5) -> float:
    """Return the height at which a vertebra's level lies at a place in front of it: 0 its upper edge, 1 its lower."""
    upper, lower = endplate(vertebra, "upper"), endplate(vertebra, "lower")
    edges = [e.centre[1] - np.tan(np.radians(e.tilt_deg)) * (x_m - e.centre[0]) for e in (upper, lower)]
    return float(edges[0] + part * (edges[1] - edges[0]))


def openings(breath_l: float = 0.0) -> dict[str, FloatArray]:
    """Return the middle of each opening at a volume, shape (3,): of vena cava, oesophagus and aorta."""
    d = dome(breath_l)
    _, rim = d.tendon
    slip, right = (_fallen(paths()[k], breath_l) for k in ("right_crus_slip", "right_crus"))
    row = int(np.argmin(slip[:, 2]))  # where the slip stands farthest to the left
    across = right[np.argmin(np.abs(right[:, 1] - slip[row, 1]))]
    gullet = 0.5 * (slip[row] + across)
    path = arcuate.aorta_path()
    arch = arcuate.median_path()
    aorta = path[np.argmin(np.abs(path[:, 1] - arch[:, 1].max()))]
    return {"vena_caval_foramen": rim.mean(0), "oesophageal_hiatus": gullet, "aortic_hiatus": aorta}


def passing() -> dict[str, Mesh]:
    """Return short pieces of aorta, vena cava and oesophagus where they pass; they stand still."""
    x, z = CAVAL_AT
    cava = [[x - 0.016, 0.200, z - 0.002], [x - 0.009, 0.235, z - 0.001], [x, 0.275, z], [x, 0.310, z], [x, 0.348, z]]
    hiatus = openings()["oesophageal_hiatus"]
    gullet = [hiatus + p for p in ([-0.0130, 0.050, 0.0070], [-0.0095, 0.025, 0.0035], [0, 0, 0],
                                   [0.0100, -0.014, -0.0050], [0.0190, -0.022, -0.0130])]  # fmt: skip
    aorta = arcuate.aorta_path()
    aorta = aorta[aorta[:, 1] > endplate("l1", "upper").centre[1] - 0.010]  # cut short, so that the crura show
    return {
        "passing_aorta": _tube(aorta, arcuate.AORTA_RADIUS_M),
        "passing_vena_cava": _tube(shapes.curve(cava, 60), VENA_CAVA_RADIUS_M),
        "passing_oesophagus": _tube(shapes.curve(gullet, 40), OESOPHAGUS_RADIUS_M),
    }
