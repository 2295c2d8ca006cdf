"""The iliopsoas tendon (right side): on the medial back of psoas major from the brim, then alone to the femur."""

from __future__ import annotations

import numpy as np

from iliopsoas.atlas.mesh import Mesh
from iliopsoas.body import shapes
from iliopsoas.body.psoas_belly import ROWS, TENDON_TURN, Belly
from iliopsoas.body.surface import keep_out
from iliopsoas.body.walls import femur, hip_bone

AROUND = 28
_DEPTH = 0.55  # how far the tendon reaches into the belly, part of the way to its line


def iliopsoas_tendon(belly: Belly) -> Mesh:
    """Return the tendon: a plate on the belly's surface that closes to a cord below the fleshy part."""
    rows = np.arange(belly.station_row["brim"], ROWS)
    share = belly.tendon_share[rows]
    s = shapes.arc_length(belly.path)
    k = np.arange(AROUND) / AROUND
    outer = k < 0.5
    # The first half of a ring runs along the surface of the belly, the second returns inside it.
    x = np.where(outer, 4 * k - 1, 3 - 4 * k)
    turn = TENDON_TURN + 0.5 * share[:, None] * x
    onto = shapes.at(belly.rings, rows[:, None], turn)
    out = shapes.unit(shapes.at(shapes.ring_normals(belly.rings), rows[:, None], turn))
    dome = np.sqrt(np.clip(1 - x**2, 0, 1))[None, :, None]
    line = belly.path[rows][:, None]
    plate = np.where(outer[:, None], onto - out * 0.0009 * (1 - dome), onto + (line - onto) * _DEPTH * dome)
    whole = shapes.at(belly.rings, rows[:, None], TENDON_TURN + (k - 0.25)[None])
    closed = shapes.smoothstep((s[rows] - s[belly.flesh_rows] + 0.020) / 0.022)[:, None, None]
    rings = shapes.ease(plate + closed * (whole - plate), 2)
    gap = np.where(rows > ROWS - 2, -0.002, 0.0002)[:, None] * np.ones(AROUND)
    return shapes.loft(keep_out(rings, [femur(), hip_bone()], gap, rounds=2))


def share_at_hip(belly: Belly) -> float:
    """Return the measured part of the girth that is tendon in front of the hip joint, 0..1."""
    row = belly.station_row["hip"]
    turns = np.linspace(0, 1, 400, endpoint=False)
    ring = shapes.at(belly.rings, row, turns)
    step = np.linalg.norm(ring - np.roll(ring, 1, axis=0), axis=1)
    on = np.abs((turns - TENDON_TURN + 0.5) % 1 - 0.5) < belly.tendon_share[row] / 2
    return float(step[on].sum() / step.sum())
