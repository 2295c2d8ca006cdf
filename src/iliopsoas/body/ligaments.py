"""Inguinal ligament (right side), from the anterior superior iliac spine to the pubic tubercle."""

from __future__ import annotations

from functools import cache

import numpy as np

from iliopsoas.atlas.mesh import FloatArray, Mesh
from iliopsoas.body import shapes
from iliopsoas.body.landmarks import landmark
from iliopsoas.body.walls import hip_bone

SAG_M = 0.0125  # how far vessels and the fascia of the thigh pull it forward and down (drawing choice)


@cache
def inguinal_line() -> FloatArray:
    """Return the middle line of the ligament from spine to tubercle, shape (48, 3), metres."""
    a, b = (hip_bone().nearest(landmark(k)).point[0] for k in ("asis", "pubic_tubercle"))
    t = 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, 48))[:, None]
    return a + t * (b - a) + 4 * t * (1 - t) * SAG_M * shapes.unit(np.array([0.75, -0.65, 0.0]))


def inguinal_ligament() -> Mesh:
    """Return the ligament as a cord with a slight sag, its ends on the bone."""
    path = inguinal_line()
    t = 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, 48))[:, None]
    # Spread a little towards its ends, then closed by a blunt tip.
    u = np.abs(2 * t[:, 0] - 1)
    radius = (0.0020 + 0.0010 * u**3) * np.sqrt(np.clip(1 - u**24, 0.04, 1))
    return shapes.loft(shapes.oval_rings(path, radius, radius * 0.8, (1, 0, 0), 14))
