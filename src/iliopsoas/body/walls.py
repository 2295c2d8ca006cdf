"""The bones and discs as surfaces that muscles rest on and keep out of (right side and midline)."""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np

from iliopsoas.atlas.bones import load_bones
from iliopsoas.body import column, shapes
from iliopsoas.body.hips import HIP_CENTRE, STANDING, Hips, femur_surface
from iliopsoas.body.surface import Surface

# Drawing choices: radius of the femoral head, and of joint and labrum seen as one ball.
_HEAD_M, _CAPSULE_M = 0.0233, 0.0268


@cache
def wall(bone: str) -> Surface:
    """Return one bone or disc, prepared for nearest-point questions."""
    return Surface(load_bones()[bone])


def hip_bone() -> Surface:
    """Return the right hip bone."""
    return wall("hip_bone_r")


def femur(hips: Hips = STANDING) -> Surface:
    """Return the right femur where it is now."""
    return femur_surface(hips)


@lru_cache(maxsize=8)
def capsule(hips: Hips) -> tuple[Surface, ...]:
    """Return the front of the hip joint as a ball, so that the rim of the socket does not print through; none standing.

    In standing no muscle needs it; how far it covers the rim grows over the first degrees that the hip turns.
    """
    if hips == STANDING:
        return ()
    radius_m = _HEAD_M + (_CAPSULE_M - _HEAD_M) * min(1.0, hips.turn_deg / 15)
    polar, angle = np.linspace(0, np.pi, 35)[1:-1, None], np.linspace(0, 2 * np.pi, 48, endpoint=False)
    x, y, z = np.broadcast_arrays(np.cos(polar), np.sin(polar) * np.cos(angle), np.sin(polar) * np.sin(angle))
    return (Surface(shapes.loft(HIP_CENTRE + radius_m * np.stack([x, y, z], axis=-1))),)


def psoas_walls(hips: Hips = STANDING) -> tuple[Surface, ...]:
    """Return every bone and disc that psoas must not enter."""
    discs = [f"disc_{d}" for d in (*column.DISCS, "l5_s1")]
    return (*(wall(k) for k in (*column.VERTEBRAE, *discs, "sacrum", "hip_bone_r")), femur(hips), *capsule(hips))
