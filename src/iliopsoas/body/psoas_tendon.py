"""The iliopsoas tendon (right side): on the medial back of psoas major from the brim, then alone to the femur."""

from __future__ import annotations

import numpy as np

from iliopsoas.atlas.mesh import FloatArray, Mesh
from iliopsoas.body import shapes
from iliopsoas.body.hips import STANDING
from iliopsoas.body.psoas_belly import TENDON_TURN, Belly
from iliopsoas.body.psoas_belly import belly as standing_belly
from iliopsoas.body.psoas_line import ROWS
from iliopsoas.body.surface import keep_out, volume_cm3
from iliopsoas.body.walls import femur, hip_bone

AROUND = 28
_DEPTH = 0.55  # how far the tendon reaches into the belly, part of the way to its line


def iliopsoas_tendon(belly: Belly) -> Mesh:
    """Return the tendon: a plate on the belly's surface that closes to a cord below the fleshy part."""
    made = _tendon(belly, _DEPTH)
    if belly.hips == STANDING:
        return made
    # It keeps its volume by reaching less far into the thicker belly.
    spare, standing = 0.4 * _DEPTH, volume_cm3(_tendon(standing_belly(), _DEPTH))
    lean = volume_cm3(_tendon(belly, spare))
    per_depth = (volume_cm3(made) - lean) / (_DEPTH - spare)
    return _tendon(belly, float(np.clip(spare + (standing - lean) / per_depth, 0.15, 0.95)))


def _rows(belly: Belly) -> FloatArray:
    """Rows of the belly on which the tendon lies, as many in every pose; they may lie between two rows of the belly."""
    count = ROWS - round(standing_belly().tendon_row)
    return np.linspace(belly.tendon_row, ROWS - 1, count)


def _tendon(belly: Belly, depth: float) -> Mesh:
    rows = _rows(belly)
    share, s = (np.interp(rows, np.arange(ROWS), x) for x in (belly.tendon_share, shapes.arc_length(belly.path)))
    alone = shapes.arc_length(belly.path)[belly.flesh_rows]
    k = np.arange(AROUND) / AROUND
    outer = k < 0.5
    # The first half of a ring runs along the surface of the belly, the second returns inside it.
    x = np.where(outer, 4 * k - 1, 3 - 4 * k)
    turn = TENDON_TURN + 0.5 * share[:, None] * x
    onto = shapes.at(belly.rings, rows[:, None], turn)
    out = shapes.unit(shapes.at(shapes.ring_normals(belly.rings), rows[:, None], turn))
    dome = np.sqrt(np.clip(1 - x**2, 0, 1))[None, :, None]
    line = np.stack([np.interp(rows, np.arange(ROWS), x) for x in belly.path.T], axis=1)[:, None]
    plate = np.where(outer[:, None], onto - out * 0.0009 * (1 - dome), onto + (line - onto) * depth * dome)
    whole = shapes.at(belly.rings, rows[:, None], TENDON_TURN + (k - 0.25)[None])
    closed = shapes.smoothstep((s - alone + 0.020) / 0.022)[:, None, None]
    rings = shapes.ease(plate + closed * (whole - plate), 2)
    gap = np.where(rows > ROWS - 2, -0.0015, 0.0002)[:, None] * np.ones(AROUND)
    bones = [femur(belly.hips), hip_bone()]
    # Where a turned femur comes near the ischium, the tendon keeps to its own bone.
    return shapes.loft(keep_out(rings, bones if belly.hips == STANDING else bones[::-1], gap, rounds=2))


def share_at_hip(belly: Belly) -> float:
    """Return the measured part of the girth that is tendon in front of the hip joint, 0..1."""
    row = belly.station_row["hip"]
    turns = np.linspace(0, 1, 400, endpoint=False)
    ring = shapes.at(belly.rings, row, turns)
    step = np.linalg.norm(ring - np.roll(ring, 1, axis=0), axis=1)
    on = np.abs((turns - TENDON_TURN + 0.5) % 1 - 0.5) < belly.tendon_share[row] / 2
    return float(step[on].sum() / step.sum())
