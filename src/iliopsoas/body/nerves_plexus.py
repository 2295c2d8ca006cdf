"""The lumbar plexus within psoas major: roots from the foramina, and how they join (right side).

All of it lies in the back third of the muscle, as cadaver sections show; the exact course inside is schematic.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from iliopsoas.atlas.mesh import FloatArray
from iliopsoas.body import column
from iliopsoas.body.surface import Surface
from iliopsoas.body.tubes import Tube, in_psoas, laid, spine, tapered, tube
from iliopsoas.body.walls import wall

ROOT_M = 0.0021
BACK = 0.83  # where the plexus lies between the front (0) and the back (1) of the belly
# Vertebra to the disc beside the foramen below its pedicle.
_DISC_BELOW = {"t12": "t12_l1", "l1": "l1_l2", "l2": "l2_l3", "l3": "l3_l4", "l4": "l4_l5", "l5": "l5_s1"}


@cache
def foramen(vertebra: str) -> FloatArray:
    """Return the roomiest point of the foramen below a vertebra's pedicle, shape (3,), metres."""
    here = column.level(_DISC_BELOW[vertebra])
    up, right = (k.ravel() for k in np.meshgrid(np.linspace(-0.002, 0.014, 9), np.linspace(0.011, 0.019, 5)))
    points = np.stack([here.world(-here.half_depth_m - 0.006, u, r) for u, r in zip(up, right, strict=True)])
    clear = np.min([s.nearest(points).height_m for s in _round(vertebra)], axis=0)
    return points[int(np.argmax(np.minimum(clear, 0.004)))]


def _round(vertebra: str) -> list[Surface]:
    below = {"t12": "l1", "l1": "l2", "l2": "l3", "l3": "l4", "l4": "l5", "l5": "sacrum"}[vertebra]
    return [wall(vertebra), wall(below), wall(f"disc_{_DISC_BELOW[vertebra]}")]


def _strand(way: list[FloatArray], start_m: float, end_m: float, n: int = 36, free: float = 0.0) -> Tube:
    path = laid(way, n, start_m, spine(), free=(free, 0.0))
    return tube(path, tapered(n, start_m, end_m), around=10)


def femoral_origin() -> FloatArray:
    """Return where the three roots of the femoral nerve have joined, in the back of the belly beside L5."""
    return in_psoas("l5", BACK - 0.06, 0.86)


def obturator_origin() -> FloatArray:
    """Return where the roots of the obturator nerve have joined, in the back of the belly, nearer its inner side."""
    return in_psoas("l5", BACK + 0.02, 0.30)


@cache
def roots() -> dict[str, Tube]:
    """Return the roots of L1 to L4 and what they give to the nerves, by name, all within the back of psoas."""
    f = {v: foramen(v) for v in _DISC_BELOW}
    join = femoral_origin()
    return {
        "l1": _strand([f["l1"], in_psoas("l1_l2", BACK, 0.42), in_psoas("l2", BACK - 0.02, 0.55)], ROOT_M, 0.0013, 20),
        "l2": _strand(
            [f["l2"], in_psoas("l2_l3", BACK + 0.02, 0.38), in_psoas("l3", BACK, 0.58), in_psoas("l3_l4", BACK, 0.68),
             in_psoas("l4", BACK, 0.76), in_psoas("l4_l5", BACK - 0.03, 0.84), join],
            ROOT_M, 0.0016, 56),
        "l3": _strand(
            [f["l3"], in_psoas("l3_l4", BACK + 0.03, 0.34), in_psoas("l4", BACK + 0.03, 0.55),
             in_psoas("l4_l5", BACK, 0.74), join], ROOT_M * 1.15, 0.0020, 44),
        "l4": _strand([f["l4"], in_psoas("l4_l5", BACK + 0.04, 0.30), in_psoas(39, BACK + 0.02, 0.58), join],
                      ROOT_M * 1.15, 0.0019, 30),
        "l2_to_l1": _strand([in_psoas("l1_l2", BACK, 0.42), in_psoas("l2", BACK, 0.40), in_psoas("l2_l3", BACK, 0.42)],
                            0.0011, 0.0011, 20),
        "obturator_l2": _strand([in_psoas("l3", BACK, 0.58), in_psoas("l3_l4", BACK + 0.02, 0.52),
                                 in_psoas("l4", BACK + 0.04, 0.40), in_psoas("l4_l5", BACK + 0.03, 0.34),
                                 obturator_origin()], 0.0011, 0.0012, 40),
        "obturator_l3": _strand([in_psoas("l4", BACK + 0.03, 0.55), in_psoas("l4_l5", BACK + 0.03, 0.42),
                                 obturator_origin()], 0.0012, 0.0012, 26),
        "obturator_l4": _strand([in_psoas("l4_l5", BACK + 0.04, 0.30), in_psoas(39, BACK + 0.04, 0.30),
                                 obturator_origin()], 0.0012, 0.0012, 18),
    }  # fmt: skip
