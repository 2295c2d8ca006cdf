"""Outlines of the attachment areas on the spine: strips on discs and margins, the body of L5, transverse processes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from iliopsoas.atlas.mesh import FloatArray
from iliopsoas.body import column, shapes
from iliopsoas.body.landmarks import transverse_process_front, transverse_process_tip

Inside = Callable[[FloatArray], FloatArray]

ROUND_M = 0.0012  # radius to which the corners of a patch are rounded
MARGIN_M = 0.0055  # height of a margin strip
# Front-to-back reach on the side of the column, parts of the half depth from its middle.
MAJOR_REACH = (-0.40, 0.72)
MAJOR_REACH_TOP = (-0.55, 0.50)  # at T12-L1, behind psoas minor
MINOR_REACH = (0.56, 0.84)
PROCESS_PART = 0.75  # the inner three quarters, from root to tip
PROCESS_DEPTH_M = 0.0020  # how far behind its front line a process still counts as front


def spine_areas() -> list[tuple[str, str, Inside]]:
    """Return attachment id, parent part and outline of every area on vertebrae and discs, right side."""
    return [*_column(), *_processes()]


def _within(x: FloatArray, low: float, high: float) -> FloatArray:
    return 0.5 * (high - low) - np.abs(x - 0.5 * (low + high))


def _corner(a: FloatArray, b: FloatArray, round_m: float = ROUND_M) -> FloatArray:
    """Return what is inside both of two half-planes, their corner rounded."""
    x, y = round_m - a, round_m - b
    return round_m - np.hypot(np.maximum(x, 0), np.maximum(y, 0)) - np.minimum(np.maximum(x, y), 0)


def _column() -> list[tuple[str, str, Inside]]:
    rows: list[tuple[str, str, Inside]] = []
    for disc in column.DISCS:
        above, below = disc.split("_")
        reach = MAJOR_REACH_TOP if disc == "t12_l1" else MAJOR_REACH
        rows.append((f"psoas_major_disc_{disc}", f"disc_{disc}", _strip(column.level(disc), reach)))
        rows.append((f"psoas_major_margin_{above}_lower", above, _strip(column.plate(above, "lower"), reach, "lower")))
        rows.append((f"psoas_major_margin_{below}_upper", below, _strip(column.plate(below, "upper"), reach, "upper")))
    rows.append(("psoas_major_body_l5", "l5", _l5_body()))
    t12, l1 = column.plate("t12", "lower"), column.plate("l1", "upper")
    rows.append(("psoas_minor_disc_t12_l1", "disc_t12_l1", _strip(column.level("t12_l1"), MINOR_REACH)))
    rows.append(("psoas_minor_margin_t12_lower", "t12", _strip(t12, MINOR_REACH, "lower")))
    rows.append(("psoas_minor_margin_l1_upper", "l1", _strip(l1, MINOR_REACH, "upper")))
    return rows


def _strip(at: column.Slice, reach: tuple[float, float], edge: str = "") -> Inside:
    """Return a strip on the right side of a disc, or of the margin of a body next to its `edge`."""
    low, high = (r * at.half_depth_m for r in reach)

    def inside(points: FloatArray) -> FloatArray:
        forward, up, right = at.local(np.asarray(points, float)).T
        patch = _within(forward, low, high)
        if edge:
            patch = _corner(patch, MARGIN_M - (up if edge == "lower" else -up))
        return np.minimum(np.minimum(patch, _rim_m(at, forward, right)), right - 0.3 * at.half_width_m)

    return inside


def _rim_m(at: column.Slice, forward: FloatArray, right: FloatArray) -> FloatArray:
    """Return the height above a shell 4 mm inside the rim: keeps areas off the face of an endplate."""
    return (np.hypot(forward / at.half_depth_m, right / at.half_width_m) - 1) * at.half_width_m + 0.0042


def _l5_body() -> Inside:
    """Return a rounded patch on the side of the body of L5, clear of its margins."""
    at = column.level("l5")
    middle, half = np.array([0.22 * at.half_depth_m, -0.0015]), np.array([0.50 * at.half_depth_m, 0.0078])

    def inside(points: FloatArray) -> FloatArray:
        forward, up, right = at.local(np.asarray(points, float)).T
        u, v = (forward - middle[0]) / half[0], (up - middle[1]) / half[1]
        return np.minimum((1 - np.sqrt(np.sqrt(u**4 + v**4))) * half.min(), right - 0.3 * at.half_width_m)

    return inside


def _processes() -> list[tuple[str, str, Inside]]:
    return [(f"psoas_major_tp_{v}", v, _process(v)) for v in column.VERTEBRAE[1:]]


def _process(vertebra: str) -> Inside:
    """Return the inner three quarters of the front of a transverse process."""
    line = shapes.ease(np.array([transverse_process_front(vertebra, f) for f in np.linspace(0, 1, 13)]), 4)
    out = shapes.unit(line[-1] - line[0])
    forward = column.level(vertebra).forward
    forward = shapes.unit(forward - (forward @ out) * out)
    along = (line - line[0]) @ out
    end = PROCESS_PART * float((transverse_process_tip(vertebra) - line[0]) @ out)
    order = np.argsort(along)
    high = np.cross(out, forward)

    def inside(points: FloatArray) -> FloatArray:
        p = np.asarray(points, float)
        s = (p - line[0]) @ out
        foot = np.stack([np.interp(s, along[order], line[order, k]) for k in range(3)], axis=1)
        gap = p - foot
        front, height = gap @ forward, np.abs(gap @ high)
        return np.minimum(np.minimum(_within(s, -0.0020, end), front + PROCESS_DEPTH_M), 0.0075 - height)

    return inside
