"""Dashed lines that show where the domes stand at rest, to read a descent against; drawn, not tissue."""

from __future__ import annotations

from functools import cache

import numpy as np

from iliopsoas.atlas.mesh import FloatArray, Mesh, joined
from iliopsoas.body import shapes
from iliopsoas.body.dome import dome

DASH_M, GAP_M, RADIUS_M = 0.0055, 0.0035, 0.00055
IN_FRONT_M = 0.088  # before the sternum at the deepest breath
BESIDE_M = 0.152  # to the right of all ribs


def dashed(path: FloatArray, radius_m: float = RADIUS_M, dash_m: float = DASH_M, gap_m: float = GAP_M) -> Mesh:
    """Return a line, shape (n, 3), as thin rods with gaps.

    Raises
    ------
    ValueError
        The line is shorter than one dash.
    """
    length = shapes.arc_length(path)
    if length[-1] < dash_m:
        raise ValueError(f"path is {length[-1]:.4f} m long, shorter than a dash of {dash_m} m")
    rods = []
    for start in np.arange(0, length[-1] - 0.5 * dash_m, dash_m + gap_m):
        at = np.linspace(start, min(start + dash_m, length[-1]), 5)
        rod = np.stack([np.interp(at, length, path[:, k]) for k in range(3)], 1)
        rods.append(shapes.loft(shapes.oval_rings(rod, radius_m, radius_m, up=(0.2, 0.9, 0.4), around=8)))
    return joined(rods)


@cache
def rest_line(view: str) -> Mesh:
    """Return the outline of the domes at rest as seen in front ("anterior") or from the right ("lateral_right").

    Raises
    ------
    ValueError
        Another view.
    """
    if view not in ("anterior", "lateral_right"):
        raise ValueError(f"view is {view!r}; a line at rest is drawn for anterior and lateral_right")
    d = dome(0.0)
    points = np.vstack([d.sheet.reshape(-1, 3), d.tendon[0].reshape(-1, 3)])
    across = points[:, 2] if view == "anterior" else points[:, 0]
    edges = np.linspace(across.min() + 0.002, across.max() - 0.002, 60)
    top = np.array([points[np.abs(across - e) < 0.0035, 1].max() for e in edges])
    top = np.convolve(np.pad(top, 2, mode="edge"), np.ones(5) / 5, mode="valid") + 0.0008
    if view == "anterior":
        line = np.stack([np.full(60, IN_FRONT_M), top, edges], 1)
    else:
        line = np.stack([edges, top, np.full(60, BESIDE_M)], 1)
    return dashed(shapes.curve(line, 200))
