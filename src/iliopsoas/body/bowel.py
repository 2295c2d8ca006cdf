"""The large bowel in front of iliopsoas: caecum with appendix on the right, descending and sigmoid colon on the left.

Position on the muscles is published, width and folds are schematic. Small bowel, omentum and the transverse colon are
left out, and the colon is cut below its two flexures.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from iliopsoas.atlas.mesh import FloatArray, Mesh
from iliopsoas.body import column, shapes
from iliopsoas.body.landmarks import landmark
from iliopsoas.body.surface import keep_out
from iliopsoas.body.tubes import by, everything, laid, on_psoas, tube
from iliopsoas.body.wall import inner_face

CAECUM_M, ASCENDING_M, DESCENDING_M, SIGMOID_M = 0.0230, 0.0205, 0.0140, 0.0150
APPENDIX_M, ILEUM_M = 0.0034, 0.0110
_POUCH_M = 0.030
WALL_GAP_M = 0.0004
_ROUND = 0.8  # of its radius keeps the gut between wall and muscle; what is left over is pressed flat


def gut(path: FloatArray, radius_m: FloatArray, first: float = 0.0, around: int = 36) -> Mesh:
    """Return a length of colon: pouches between three bands."""
    s = shapes.arc_length(path)
    fold = np.abs(np.sin(np.pi * (s + first) / _POUCH_M))[:, None] ** 0.7
    angle = np.linspace(0, 2 * np.pi, around, endpoint=False)[None]
    band = np.abs(np.cos(1.5 * angle)) ** 10
    swell = 0.90 + 0.13 * fold * (1 - band) - 0.02 * band
    from_end = np.minimum(s, s[-1] - s)
    blunt = np.sqrt(np.clip(1 - (1 - np.clip(from_end / radius_m, 0, 1)) ** 2, 0.02, 1))
    rings = shapes.oval_rings(path, radius_m * blunt, radius_m * blunt, around=around)
    middle = path[:, None]
    round_ = inner_face(middle + swell[..., None] * (rings - middle), WALL_GAP_M)
    resting = keep_out(round_, everything(), WALL_GAP_M, rounds=2, reach_m=0.010)
    return shapes.loft(inner_face(resting, WALL_GAP_M))


def within(path: FloatArray, radius_m: FloatArray) -> FloatArray:
    """Return a path drawn in from the belly wall and kept off bones and muscles; between them the gut is flattened."""
    for _ in range(4):
        path = inner_face(path, WALL_GAP_M + _ROUND * radius_m)
        path = shapes.ease(keep_out(path, everything(), _ROUND * radius_m, rounds=2, reach_m=0.025), 4)
    return path


def caecum_floor() -> FloatArray:
    """Return the lowest point of the caecum's middle line: on iliacus and the outer psoas, above the ligament."""
    return 0.5 * on_psoas("brim", 0.12, 0.0) + 0.5 * landmark("iliac_fossa") + by(CAECUM_M + 0.004, 0.004, 0.0)


@cache
def _right() -> tuple[FloatArray, FloatArray, int]:
    low, crest = caecum_floor(), landmark("iliac_crest_top")
    top = column.level("l2").centre[1]
    way = [
        low + by(0.004, -0.016, -0.003),
        low + by(0.0, 0.008, 0.001),
        low + by(-0.004, 0.034, 0.004),
        by(crest[0] + 0.048, crest[1] + 0.010, crest[2] + 0.007),
        by(crest[0] + 0.046, 0.5 * (crest[1] + top), crest[2] + 0.012),
        by(crest[0] + 0.054, top - 0.002, crest[2] + 0.010),
        by(crest[0] + 0.074, top + 0.012, crest[2] - 0.010),
    ]
    n = 110
    u = np.linspace(0, 1, n)
    radius = shapes.profile(u, [0, 0.10, 0.22, 0.34, 1], [CAECUM_M * 0.8, CAECUM_M, CAECUM_M, ASCENDING_M, ASCENDING_M])
    path = within(shapes.ease(laid(way, n, radius, everything(), rounds=2), 10), radius)
    return path, radius, int(0.26 * n)


@cache
def caecum() -> Mesh:
    """Return the right caecum."""
    path, radius, cut = _right()
    return gut(path[: cut + 6], radius[: cut + 6] * np.where(np.arange(cut + 6) < cut, 1, 0.97))


@cache
def ascending() -> Mesh:
    """Return the ascending colon, cut below the liver."""
    path, radius, cut = _right()
    return gut(path[cut - 3 :], radius[cut - 3 :], shapes.arc_length(path)[cut - 3])


@cache
def appendix() -> Mesh:
    """Return the appendix, drawn hanging over the pelvic brim; its place varies much."""
    path, _, _ = _right()
    start = path[6] + by(-0.010, 0.000, -CAECUM_M * 0.72)
    way = [
        start,
        start + by(0.004, -0.012, -0.010),
        start + by(0.000, -0.034, -0.012),
        start + by(-0.010, -0.046, -0.022),
        start + by(-0.016, -0.042, -0.034),
    ]
    return tube(laid(way, 50, APPENDIX_M, everything(), free=(0.2, 0.0)), APPENDIX_M, around=14).mesh


@cache
def ileum() -> Mesh:
    """Return the end of the small bowel where it joins the caecum."""
    path, _, cut = _right()
    end = path[cut - 8] + by(0.0, 0.0, -CAECUM_M * 0.6)
    way = [end + by(0.004, -0.018, -0.044), end + by(0.008, -0.008, -0.024), end]
    return tube(laid(way, 36, ILEUM_M, everything(), free=(0.0, 0.3)), ILEUM_M, around=18).mesh


@cache
def _left() -> tuple[FloatArray, FloatArray, int]:
    crest, fossa = landmark("iliac_crest_top"), landmark("iliac_fossa")
    top = column.level("l1_l2").centre[1]
    arc = landmark("arcuate_line")
    middle = np.array([arc[0], arc[1], 0.0])
    descending = [
        by(crest[0] + 0.046, top + 0.004, crest[2] + 0.012),
        by(crest[0] + 0.030, top - 0.020, crest[2] + 0.018),
        by(crest[0] + 0.032, 0.5 * (crest[1] + top), crest[2] + 0.018),
        by(crest[0] + 0.038, crest[1] + 0.008, crest[2] + 0.012),
        fossa + by(0.030, 0.010, -0.006),
        fossa + by(0.034, -0.024, -0.014),
    ]
    sigmoid = [
        on_psoas("brim", 0.02, SIGMOID_M + 0.006) + by(0.004, -0.012, -0.002),
        middle + by(0.052, -0.004, 0.034),
        middle + by(0.046, 0.014, 0.002),
        middle + by(0.020, 0.008, -0.022),
        middle + by(-0.008, -0.006, -0.014),
        middle + by(-0.030, 0.006, 0.000),
        middle + by(-0.044, -0.012, 0.000),
    ]
    n = 150
    way = [*descending, *sigmoid]
    radius = np.full(n, DESCENDING_M)
    path = within(shapes.ease(laid(way, n, DESCENDING_M, everything(), rounds=2), 10), radius)
    cut = int(np.argmin(np.linalg.norm(path - np.array(descending[-1]), axis=1)))
    radius = shapes.profile(np.arange(n), [0, cut, cut + 12, n - 1], [DESCENDING_M, DESCENDING_M, SIGMOID_M, SIGMOID_M])
    return path, radius, cut


@cache
def descending() -> Mesh:
    """Return the descending colon as if it were on the right; it is a left part."""
    path, radius, cut = _left()
    return gut(path[: cut + 4], radius[: cut + 4])


@cache
def sigmoid() -> Mesh:
    """Return the sigmoid colon as if it began on the right; it begins on the left and ends in front of the sacrum."""
    path, radius, cut = _left()
    return gut(path[cut - 3 :], radius[cut - 3 :], shapes.arc_length(path)[cut - 3])
