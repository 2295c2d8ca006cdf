"""The bones and discs as surfaces that muscles rest on and keep out of (right side and midline)."""

from __future__ import annotations

from functools import cache

import numpy as np

from iliopsoas.atlas.bones import load_bones
from iliopsoas.body import column
from iliopsoas.body.surface import Surface

HIP_CENTRE = np.array([-0.056276, -0.07849, 0.07726])  # right, of the standing frame


@cache
def wall(bone: str) -> Surface:
    """Return one bone or disc, prepared for nearest-point questions."""
    return Surface(load_bones()[bone])


def hip_bone() -> Surface:
    """Return the right hip bone."""
    return wall("hip_bone_r")


def femur() -> Surface:
    """Return the right femur."""
    return wall("femur_r")


@cache
def psoas_walls() -> tuple[Surface, ...]:
    """Return every bone and disc that psoas must not enter."""
    discs = [f"disc_{d}" for d in (*column.DISCS, "l5_s1")]
    return tuple(wall(k) for k in (*column.VERTEBRAE, *discs, "sacrum", "hip_bone_r", "femur_r"))
