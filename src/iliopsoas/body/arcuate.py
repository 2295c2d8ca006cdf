"""The arcuate ligaments: medial over psoas major, lateral over quadratus lumborum, median in front of the aorta.

Their ends lie on bone, or on the crura for the median one, and so do not move with a breath. How far they arch forwards
follows from the muscles under them; their thickness is a drawing choice, since no size has been published.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from iliopsoas.atlas.mesh import FloatArray, Mesh, joined
from iliopsoas.body import column, quadratus_lumborum, shapes
from iliopsoas.body.landmarks import transverse_process_tip
from iliopsoas.body.psoas_belly import belly
from iliopsoas.body.psoas_slips import deep, superficial
from iliopsoas.body.surface import Surface, keep_out
from iliopsoas.body.walls import wall

N = 40
RADIUS_M = 0.0014  # drawing choice
RIB_AT_M = 0.058  # how far from the midline the lateral arch ends on rib 12
AORTA_RADIUS_M = 0.0088  # half of 17.5 mm (kim2022)
AORTA_LEFT_M = 0.004  # how far left of the midline it lies at T12 (drawing choice)


def l1_side() -> FloatArray:
    """Return where the medial arch begins: the right side of the body of L1, above its middle, shape (3,)."""
    body = column.level("l1")
    return wall("l1").nearest(body.world(0.001, 0.004, body.half_width_m)).point[0]


def l1_tip() -> FloatArray:
    """Return where the medial and the lateral arch meet: the tip of the right transverse process of L1, shape (3,)."""
    return wall("l1").nearest(np.array([0.002, 0.0, 0.0]) + transverse_process_tip("l1")).point[0]


def rib_12_end() -> FloatArray:
    """Return where the lateral arch ends: the lower border of the right twelfth rib, shape (3,)."""
    return quadratus_lumborum.rib_12_border(RIB_AT_M - 0.002, RIB_AT_M + 0.002, 3)[1]


@cache
def _psoas_front() -> tuple[Surface, ...]:
    b = belly()
    flesh = [b.mesh, *(s.mesh for s in superficial(b).values()), *(s.mesh for s in deep(b).values())]
    near = joined(flesh)
    return (Surface(near),)


def _arch(a: FloatArray, b: FloatArray, bow: FloatArray) -> FloatArray:
    """Return half an ellipse from a to b that rises by `bow` above the straight line."""
    t = np.linspace(0, np.pi, N)[:, None]
    return a + (b - a) * (1 - np.cos(t)) / 2 + np.sin(t) * bow


@cache
def medial_path() -> FloatArray:
    """Return the line of the right medial arcuate ligament from the body of L1 to its process, shape (n, 3)."""
    path = _arch(l1_side(), l1_tip(), np.array([0.010, 0.010, 0.002]))
    return _over(path, _psoas_front())


@cache
def lateral_path() -> FloatArray:
    """Return the line of the right lateral arcuate ligament from the process of L1 to rib 12, shape (n, 3)."""
    path = _arch(l1_tip(), rib_12_end(), np.array([0.011, 0.009, 0.0]))
    return _over(path, (quadratus_lumborum.surface(),))


def _over(path: FloatArray, flesh: tuple[Surface, ...]) -> FloatArray:
    """Lift a line off the muscle that it bridges and off the bones; its ends stay."""
    ends = path[[0, -1]].copy()
    bones = [wall(k) for k in ("t12", "l1", "rib_12_r", "disc_t12_l1")]
    for _ in range(4):
        path = keep_out(path, flesh, RADIUS_M + 0.0006, rounds=1, reach_m=0.02)
        path = keep_out(path, bones, RADIUS_M + 0.0002, rounds=1)
        path[[0, -1]] = ends
        path = shapes.ease(path, 3)
    return path


def aorta_path() -> FloatArray:
    """Return the middle of the aorta from T9 to L1 as the diaphragm meets it, from above down, shape (n, 3)."""
    points = []
    for vertebra, left in (
        ("t9", 0.013),
        ("t10", 0.010),
        ("t11", 0.007),
        ("t12", AORTA_LEFT_M),
        ("l1", 0.005),
        ("l2", 0.006),
    ):
        body = column.between(column.plate(vertebra, "upper"), column.plate(vertebra, "lower"))
        points.append(body.world(body.half_depth_m + AORTA_RADIUS_M + 0.0016, 0.0, -left))
    return shapes.curve(points, 60)


@cache
def median_path() -> FloatArray:
    """Return the line of the median arcuate ligament, from right to left in front of the aorta at T12, shape (n, 3)."""
    aorta = aorta_path()
    level = column.between(column.plate("t12", "upper"), column.plate("t12", "lower"), 0.35)
    top = aorta[np.argmin(np.abs((aorta - level.centre) @ level.up))]
    angle = np.linspace(-0.62 * np.pi, 0.62 * np.pi, N)[:, None]  # 0 in front
    radius = AORTA_RADIUS_M + 0.0032
    ring = radius * (np.cos(angle) * level.forward - np.sin(angle) * np.array([0.0, 0.0, 1.0]) * 1.06)
    # An arch: its feet lie lower, beside the aorta, on the crura.
    drop = -0.030 * (1 - np.cos(angle * 0.80)) * level.up
    return top + ring + drop


def ligament(path: FloatArray, radius_m: float = RADIUS_M) -> Mesh:
    """Return a cord along a line, its ends a little sunk."""
    t = np.linspace(0, 1, len(path))
    radius = radius_m * np.sqrt(np.clip(1 - (2 * t - 1) ** 20, 0.08, 1))
    return shapes.loft(shapes.oval_rings(path, radius, radius * 1.25, up=(0.3, 1, 0.1), around=14))


def meshes() -> dict[str, Mesh]:
    """Return the ligaments of the right side and the median one, by name."""
    return {
        "medial_arcuate_ligament": ligament(medial_path()),
        "lateral_arcuate_ligament": ligament(lateral_path()),
        "median_arcuate_ligament": ligament(median_path(), 0.0017),
    }
