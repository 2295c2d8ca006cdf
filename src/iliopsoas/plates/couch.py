"""A couch, a pillow and rods beside the posed body: schematic shapes, in the room, metres."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from iliopsoas.atlas.mesh import FloatArray, Mesh
from iliopsoas.body import shapes
from iliopsoas.body.assemble import Part

# Drawing choices: thickness of the couch, and of the flesh between bone and couch.
COUCH_M, FLESH_M = 0.055, 0.018
_TRUNK = ("sacrum", "coccyx", "l1", "l2", "l3", "l4", "l5", "t11", "t12", "rib_12_r")


def prism(outline: FloatArray, from_m: float, to_m: float) -> Mesh:
    """Return a flat outline (n, 2; x and y) drawn out from one depth (z) to another as a closed body."""
    depths = np.linspace(from_m, to_m, 4)
    rings = [np.concatenate([outline, np.full((len(outline), 1), z)], axis=1) for z in depths]
    return shapes.loft(np.stack(rings))


def rounded(left: float, right: float, low: float, high: float, power: float = 8.0, around: int = 72) -> FloatArray:
    """Return a rounded rectangle as an outline, shape (around, 2); with power 2 it is an ellipse."""
    a = np.linspace(0, 2 * np.pi, around, endpoint=False)
    c, s = (np.sign(q) * np.abs(q) ** (2 / power) for q in (np.cos(a), np.sin(a)))
    return np.stack([(left + right) / 2 + (right - left) / 2 * c, (low + high) / 2 + (high - low) / 2 * s], axis=1)


def plank(left: float, right: float, top: float, depth_m: float) -> Part:
    """Return the couch from the side, with square ends."""
    low = top - COUCH_M
    x, y = np.linspace(left, right, 24), np.linspace(low, top, 8)
    outline = np.concatenate(
        [
            np.stack([x, np.full(24, low)], 1),
            np.stack([np.full(6, right), y[1:-1]], 1),
            np.stack([x[::-1], np.full(24, top)], 1),
            np.stack([np.full(6, left), y[-2:0:-1]], 1),
        ]
    )
    return Part("couch", "couch", "", "couch", prism(outline, depth_m - 0.02, depth_m), "couch")


def rod(id: str, points: ArrayLike, radius_m: float = 0.0020, tissue: str = "line") -> Part:
    """Return a thin rod along points (n, 3) as a line of the drawing."""
    way = shapes.evenly(np.asarray(points, float), max(12, 2 * len(np.asarray(points))))
    return Part(id, id, "", tissue, shapes.loft(shapes.oval_rings(way, radius_m, radius_m, (0.15, 0.25, 0.95), 10)), id)


def top_under(body: Mapping[str, Part]) -> float:
    """Return the height of the couch under a body that lies on its back: just below the lowest bone of the trunk."""
    return min(float(body[id].mesh.v[:, 1].min()) for id in _TRUNK if id in body) - FLESH_M
