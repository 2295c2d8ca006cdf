"""The iliopsoas tendon (right side): on the medial back of psoas major from the brim, alone at the lesser trochanter."""

from __future__ import annotations

import numpy as np

from iliopsoas.atlas.mesh import FloatArray, Mesh
from iliopsoas.body import shapes, tissue
from iliopsoas.body.psoas_belly import ROWS, Belly, femur_surface, hip_surface
from iliopsoas.body.surface import keep_out

AROUND = 28
MIDDLE_TURN = 0.60  # medial of straight behind
_DEPTH = 0.55  # how far the tendon reaches into the belly, part of the way to its line


def tendon_share(belly: Belly) -> FloatArray:
    """Return the part of the girth that is tendon at each row: the published share at the hip, all of it at the end."""
    s = shapes.arc_length(belly.path)
    hip = s[belly.station_row["hip"]]
    start = s[belly.station_row["brim"]]
    free = s[belly.flesh_rows - 1]
    share = tissue.TENDON_SHARE_AT_LABRUM
    knots = [start, 0.5 * (start + hip), hip, 0.5 * (hip + free), free]
    return shapes.profile(s, knots, [0.10, 0.30, share, share + 0.05, 0.80])


def iliopsoas_tendon(belly: Belly) -> Mesh:
    """Return the tendon: a plate on the belly's surface that closes to a cord below the fleshy part."""
    first = belly.station_row["brim"]
    rows = np.arange(first, ROWS)
    share = tendon_share(belly)[rows]
    s = shapes.arc_length(belly.path)
    k = np.arange(AROUND) / AROUND
    outer = k < 0.5
    # First half of the ring runs along the surface of the belly, second half returns inside it.
    x = np.where(outer, 4 * k - 1, 3 - 4 * k)
    turn = MIDDLE_TURN + 0.5 * share[:, None] * x
    onto = shapes.at(belly.rings, rows[:, None], turn)
    lift = shapes.unit(shapes.at(shapes.ring_normals(belly.rings), rows[:, None], turn)) * 0.0005
    line = belly.path[rows][:, None]
    dome = np.sqrt(np.clip(1 - x**2, 0, 1))[None, :, None]
    plate = np.where(outer[:, None], onto + lift * (2 * dome - 1), onto + (line - onto) * _DEPTH * dome)
    whole = shapes.at(belly.rings, rows[:, None], MIDDLE_TURN + (k - 0.25)[None])
    closed = shapes.smoothstep((s[rows] - (s[belly.flesh_rows] - 0.022)) / 0.026)[:, None, None]
    rings = shapes.ease(plate + closed * (whole - plate), 2)
    gap = np.where(rows > ROWS - 7, -0.0012, 0.0003)[:, None] * np.ones(AROUND)
    return shapes.loft(keep_out(rings, [femur_surface(), hip_surface()], gap, rounds=2))


def share_at_hip(belly: Belly) -> float:
    """Return the measured part of the girth that is tendon in front of the hip joint, 0..1."""
    row = belly.station_row["hip"]
    share = tendon_share(belly)[row]
    turns = np.linspace(0, 1, 400, endpoint=False)
    ring = shapes.at(belly.rings, row, turns)
    step = np.linalg.norm(ring - np.roll(ring, 1, axis=0), axis=1)
    on = np.abs((turns - MIDDLE_TURN + 0.5) % 1 - 0.5) < share / 2
    return float(step[on].sum() / step.sum())
