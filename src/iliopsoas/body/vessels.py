"""The great vessels: aorta and inferior vena cava with what joins them above the pelvis.

Below their ends `vessels_pelvis` goes on. Levels are published, calibres where `basis` says so; how far a vessel lies
beside the midline is a drawing choice. The branches of the aorta to the gut are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from iliopsoas.atlas.mesh import FloatArray
from iliopsoas.body import shapes
from iliopsoas.body.assemble import Body, Part
from iliopsoas.body.landmarks import Side, endplate
from iliopsoas.body.surface import Surface
from iliopsoas.body.tubes import ACROSS, Tube, before, laid, muscles, spine, tapered, tube

AORTA_RADIUS_M = 0.0175 / 2  # kim2022, both sexes
AORTA_LEFT_M = 0.005  # of the midline (drawing choice)
CAVA_HALF_M = (0.0072, 0.0092)  # thickness and breadth: 16.5 mm between them
CAVA_RIGHT_M = 0.0145
_BESIDE_DISC_M = 0.0018  # from aorta to the discs: 1 to 2.5 mm (kot2022)
RENAL_ARTERY_M, RENAL_VEIN_M = 0.0028, 0.0042


@cache
def aorta() -> Tube:
    """Return the aorta from in front of T11 to its fork on L4, left of the midline."""
    gap, left = AORTA_RADIUS_M + _BESIDE_DISC_M, -AORTA_LEFT_M
    chest = endplate("t11", "upper").centre + np.array([0.0255, 0.012, left - 0.005])
    way = [chest, before("t12", gap, left - 0.002)]
    way += [before(v, gap, left) for v in ("t12_l1", "l1", "l1_l2", "l2", "l2_l3", "l3", "l3_l4", "l4")]
    path = laid(way, 80, AORTA_RADIUS_M, spine())
    radius = tapered(80, AORTA_RADIUS_M, AORTA_RADIUS_M * 0.96)
    return tube(path, radius, around=22)


def fork() -> FloatArray:
    """Return the fork of the aorta, in front of the body of L4."""
    return aorta().path[-1]


def above_fork() -> FloatArray:
    """Return a point inside the aorta, 13 mm above its end: the common iliac arteries begin there, side by side."""
    return aorta().path[-1] + 0.013 * shapes.unit(aorta().path[-8] - aorta().path[-1])


@cache
def cava() -> Tube:
    """Return the inferior vena cava, right of the aorta, from in front of the upper half of L5 upwards to T9."""
    thick, right = CAVA_HALF_M[0], CAVA_RIGHT_M
    low = before("l4_l5", thick + 0.0014, right - 0.002, up_m=-0.004)
    way = [low, *(before(v, thick + 0.0014, right) for v in ("l4", "l3_l4", "l3", "l2_l3"))]
    # Above L2 it leaves room for the right renal artery behind it, and then leans forward to the liver.
    way += [before("l2", thick + 0.005, right), before("l1_l2", thick + 0.0078, right + 0.001)]
    way += [before("l1", thick + 0.0105, right + 0.003), before("t12", thick + 0.018, right + 0.006)]
    way += [endplate("t10", "upper").centre + np.array([0.037, 0.0, right + 0.009])]
    way += [endplate("t9", "upper").centre + np.array([0.042, 0.012, right + 0.010])]
    path = laid(way, 90, CAVA_HALF_M[0], [*spine(), *muscles()])
    return tube(path, CAVA_HALF_M[1], CAVA_HALF_M[0] / CAVA_HALF_M[1], around=22)


def confluence() -> FloatArray:
    """Return where the common iliac veins join."""
    return cava().path[0]


def above_confluence() -> FloatArray:
    """Return a point inside the vena cava, 10 mm above its lower end."""
    return cava().path[0] + 0.010 * shapes.unit(cava().path[8] - cava().path[0])


def parts(body: Body, breath_l: float) -> Iterator[Part]:
    """Yield the vessels, right, left and in the midline."""
    from iliopsoas.body import vessels_pelvis, vessels_small  # they hang on what is made here

    yield Part("abdominal_aorta", "abdominal_aorta", "", "artery", aorta().mesh, "aorta")
    yield Part("inferior_vena_cava", "inferior_vena_cava", "", "vein", cava().mesh, "cava")
    sides: tuple[Side, Side] = ("r", "l")
    for side in sides:
        for name, structure, tissue, group, made in (*vessels_pelvis.tubes(side), *vessels_small.tubes(side)):
            yield Part(f"{name}_{side}", structure, side, tissue, made.mesh, group or f"{name}_{side}")


def midline_walls(side: Side) -> tuple[Surface, Surface]:
    """Return aorta and vena cava as surfaces, seen as if `side` were the right one."""
    turn = (lambda mesh: mesh) if side == "r" else (lambda mesh: mesh.mirrored())
    return Surface(turn(aorta().mesh)), Surface(turn(cava().mesh))


def own(point: FloatArray, side: Side) -> FloatArray:
    """Return a midline point as if `side` were the right one."""
    return point if side == "r" else point * ACROSS
