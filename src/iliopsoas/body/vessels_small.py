"""Smaller vessels in front of the psoas: renal, gonadal, inferior epigastric. Their calibres are schematic."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from iliopsoas.body import shapes
from iliopsoas.body.kidney import hilum
from iliopsoas.body.landmarks import Side, landmark
from iliopsoas.body.surface import Surface
from iliopsoas.body.tubes import Tube, before, by, draped, flesh, laid, muscles, on_psoas, spine, tapered, tube
from iliopsoas.body.vessels import (
    AORTA_RADIUS_M,
    CAVA_HALF_M,
    CAVA_RIGHT_M,
    RENAL_ARTERY_M,
    RENAL_VEIN_M,
    aorta,
    cava,
    midline_walls,
    own,
)
from iliopsoas.body.vessels_pelvis import Named, artery, under_ligament

GONADAL_M, EPIGASTRIC_M = 0.0015, 0.0016


def _at_height(t: Tube, y_m: float) -> np.ndarray:
    """Return the point of a tube's line at a height."""
    return t.path[np.argmin(np.abs(t.path[:, 1] - y_m))]


@cache
def renal(side: Side) -> tuple[Tube, Tube]:
    """Return renal artery and vein of a side, as if it were the right one; both end inside the hilum."""
    goal = hilum(side)
    a = own(_at_height(aorta(), before("l1_l2", 0, 0)[1] + 0.004), side)
    start = a + by(0.0, 0.0, 0.6 * AORTA_RADIUS_M)
    beyond = before("l1_l2", RENAL_ARTERY_M + 0.0016, 0.016)  # behind the vena cava on the right
    way = [start, beyond, before("l2", 0.012, 0.026, up_m=0.008), goal.artery + by(0.001, 0.002, -0.012), goal.artery]
    line = laid(
        way,
        44,
        RENAL_ARTERY_M,
        [*spine(), *muscles(), midline_walls("r")[1]][: None if side == "r" else -1],
        free=(0.12, 0.1),
    )
    arteries = tube(line, tapered(44, RENAL_ARTERY_M, RENAL_ARTERY_M * 0.8))
    v = own(_at_height(cava(), before("l2", 0, 0)[1] + 0.009), side)
    if side == "r":
        way = [
            v + by(0.001, 0.0, 0.5 * CAVA_HALF_M[1]),
            v + by(0.002, 0.001, 0.017),
            goal.vein + by(0.002, 0.0, -0.012),
        ]
    else:  # it crosses in front of the aorta
        cross = own(_at_height(aorta(), v[1] + 0.002), side) + by(AORTA_RADIUS_M + RENAL_VEIN_M + 0.0022, 0.0, 0.0)
        way = [
            v + by(0.002, 0.0, 0.4 * CAVA_RIGHT_M),
            cross,
            cross + by(-0.004, 0.002, 0.019),
            goal.vein + by(0.002, 0, -0.012),
        ]
    walls = [*spine(), *muscles(), *(midline_walls(side)[:1] if side == "l" else ())]
    line = laid([*way, goal.vein], 44, RENAL_VEIN_M, walls, free=(0.12, 0.1), gap_m=0.002 if side == "l" else 0.0005)
    return arteries, tube(line, tapered(44, RENAL_VEIN_M, RENAL_VEIN_M * 0.85))


@cache
def gonadal(side: Side) -> tuple[Tube, Tube]:
    """Return gonadal artery and vein of a side, as if it were the right one: down the front of psoas to the deep ring.

    Drawn as in a man; in a woman they cross the external iliac vessels into the pelvis.
    """
    front = _at_height(aorta(), before("l2_l3", 0, 0)[1] + 0.004)
    start = own(front, side) + by(AORTA_RADIUS_M * 0.93, 0.0, 0.002)
    ring = under_ligament() + by(0.0035, 0.014, 0.006)
    over = on_psoas("l3", 0.0, 0.0045)
    if side == "r":  # the artery crosses in front of the vena cava
        over_cava = _at_height(cava(), before("l3", 0, 0)[1] + 0.006) + by(CAVA_HALF_M[0] + 0.003, 0.0, 0.0)
        way = [start, over_cava, over]
    else:
        way = [start, own(front, side) + by(0.006, -0.012, 0.014), over]
    down = [on_psoas(r, t, 0.0035) for r, t in (("l4", 0.01), ("l5", 0.02), ("l5_s1", 0.03), ("brim", 0.03))]
    floor = Surface(flesh().mesh.facing((1.0, 0.0, 0.0)))
    path = draped([*way, *down, ring], 70, GONADAL_M, floor, [*muscles()], (0.42, 0.93), sink=2.2)
    one = tube(path, tapered(70, GONADAL_M, GONADAL_M, 0.4), around=10)
    beside = draped(
        [p + by(0, 0, 0.0042) for p in [*down, ring]], 50, GONADAL_M, floor, [*muscles()], (0.0, 0.93), sink=2.2
    )
    if side == "r":
        top = [_at_height(cava(), before("l2_l3", 0, 0)[1]) + by(CAVA_HALF_M[0] * 0.6, 0.0, 0.006)]
        join = [on_psoas("l3", 0.03, 0.005)]
    else:
        v = renal("l")[1]
        top, join = [v.path[24] + by(0.0, -0.001, 0.0)], [on_psoas("l2_l3", 0.02, 0.006), on_psoas("l3", 0.04, 0.005)]
    line = shapes.ease(shapes.curve([*top, *join, *beside[2::6]], 70), 6)
    return one, tube(line, tapered(70, GONADAL_M * 1.15, GONADAL_M, 0.4), around=10)


@cache
def epigastric(side: Side) -> Tube:
    """Return the inferior epigastric artery: from the external iliac, inside the deep ring, up behind rectus."""
    start = artery(side)[1].path[-5]
    middle = landmark("pubic_tubercle") * [1.0, 1.0, 0.0]
    way = [
        start,
        start + by(0.008, -0.001, -0.005),
        start + by(0.0125, 0.012, -0.011),
        [middle[0] + 0.022, start[1] + 0.045, start[2] - 0.016],
        [middle[0] + 0.030, start[1] + 0.085, start[2] - 0.019],
    ]
    return tube(shapes.curve(way, 40), tapered(40, EPIGASTRIC_M, EPIGASTRIC_M * 0.8, 0.3), around=10)


def tubes(side: Side) -> Iterator[Named]:
    """Yield the smaller vessels of a side: name, structure, tissue, outline group, tube in its place."""
    place = (lambda t: t) if side == "r" else (lambda t: t.mirrored())
    for kind, one in zip(("artery", "vein"), renal(side), strict=True):
        yield f"renal_{kind}", f"renal_{kind}", kind, "", place(one)
    for kind, one in zip(("artery", "vein"), gonadal(side), strict=True):
        yield f"gonadal_{kind}", "gonadal_vessels", kind, "", place(one)
    yield "inferior_epigastric_artery", "inferior_epigastric_artery", "artery", "", place(epigastric(side))
