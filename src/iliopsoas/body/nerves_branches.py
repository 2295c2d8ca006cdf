"""The nerves that leave psoas major, each at its border, and the sympathetic trunk beside it (right side).

Where a nerve leaves the muscle and what it passes under are published; between those places it lies on what the muscle
and the bones offer it. Thickness is schematic, but for the femoral nerve at the inguinal ligament.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from iliopsoas.atlas.mesh import FloatArray
from iliopsoas.body import column, landmarks, shapes
from iliopsoas.body.landmarks import landmark
from iliopsoas.body.nerves_plexus import BACK, femoral_origin, foramen, obturator_origin
from iliopsoas.body.surface import Surface
from iliopsoas.body.tubes import (
    Tube,
    before,
    by,
    draped,
    everything,
    flesh,
    in_psoas,
    laid,
    muscles,
    on_psoas,
    row_of,
    spine,
    tapered,
    tube,
)
from iliopsoas.body.vessels_pelvis import ligament_at, under_ligament
from iliopsoas.body.walls import femur, hip_bone, wall

FEMORAL_BREADTH_M, FEMORAL_THICK_M = 0.0098, 0.0031  # at the inguinal ligament (gruber2003)
FEMORAL_BESIDE_M = 0.0112  # middle of the nerve from the middle of the artery at the ligament (drawing choice)
LFCN_FROM_SPINE_M = 0.015  # inside the anterior superior iliac spine
_FRONT = (1.0, 0.05, -0.15)


@cache
def _floor() -> Surface:
    """Return the front of the muscles, on which nerves lie."""
    return Surface(flesh().mesh.facing(_FRONT))


def nerve_at_ligament() -> FloatArray:
    """Return the middle of the femoral nerve behind the ligament, on the front of psoas outside the artery."""
    at = under_ligament() + by(0.0, 0.003, FEMORAL_BESIDE_M)
    hit = _floor().nearest(at[None])
    return hit.point[0] + 0.5 * FEMORAL_THICK_M * shapes.unit(hit.normal[0])


@cache
def femoral() -> Tube:
    """Return the femoral nerve: out of the outer border of psoas, in the groove to iliacus, on both at the groin."""
    groin = nerve_at_ligament()
    groove = [on_psoas(r, t, 0.0028) for r, t in (("l5_s1", 0.24), (54, 0.20), ("brim", 0.16))]
    way = [
        femoral_origin(),
        on_psoas(44.5, 0.33, -0.001),
        *groove,
        groin,
        groin + by(-0.001, -0.020, 0.0015),
        groin + by(-0.0055, -0.038, 0.003),
    ]
    n = 84
    path = draped(way, n, 0.0022, _floor(), [hip_bone()], (0.30, 1.0), sink=0.9)
    at = np.clip((shapes.arc_length(path) / shapes.arc_length(path)[-1] - 0.30) / 0.45, 0, 1)
    breadth = 0.0024 + (0.5 * FEMORAL_BREADTH_M - 0.0024) * shapes.smoothstep(at)
    flat = 0.85 + (FEMORAL_THICK_M / FEMORAL_BREADTH_M - 0.85) * shapes.smoothstep(at)
    return tube(path, breadth, flat)


@cache
def femoral_branches() -> tuple[Tube, ...]:
    """Return the branches into which the femoral nerve splits, 3 to 4 cm below the ligament, fanning over the thigh."""
    top, ends = femoral().path[-4], []
    for k, (forward, right, down) in enumerate(
        ((0.006, -0.003, 0.070), (0.004, 0.007, 0.062), (-0.002, 0.018, 0.050), (0.000, -0.008, 0.100))
    ):
        side = (k - 1.5) * 0.0016
        way = [
            top + by(0, 0.004, 0.4 * side),
            top + by(0.001, -0.012, side + 0.25 * right),
            top + by(forward - 0.004, -down * 0.6, side + 0.75 * right),
            top + by(forward - 0.014, -down, side + right),
        ]
        ends.append(
            tube(
                laid(way, 30, 0.0013, [*muscles(), femur()], free=(0.1, 0)), tapered(30, 0.0014, 0.0010, 0.3), around=8
            )
        )
    return tuple(ends)


@cache
def lateral_femoral_cutaneous() -> Tube:
    """Return the nerve from the outer border of psoas beside L4 over iliacus, under the ligament by the spine."""
    under = ligament_at(landmark("asis")[2] - LFCN_FROM_SPINE_M) + by(-0.0042, 0.0, 0.0)
    spine_at = landmark("asis")
    fossa = landmark("iliac_fossa")
    roots = [in_psoas("l3", BACK, 0.60), in_psoas("l3_l4", BACK - 0.04, 0.74)]
    way = [
        *roots,
        on_psoas("l4", 0.30, 0.0006),
        on_psoas("l5", 0.27, 0.006),
        0.5 * on_psoas("l5_s1", 0.24, 0.004) + 0.5 * fossa + by(0.008, 0.004, 0.0),
        fossa + by(0.016, -0.004, -0.004),
        under,
        by(spine_at[0] - 0.003, under[1] - 0.030, under[2] + 0.004),
        by(spine_at[0] - 0.008, under[1] - 0.105, under[2] + 0.010),
    ]
    path = draped(way, 84, 0.0013, _floor(), [hip_bone()], (0.36, 0.60), sink=1.0)
    return tube(path, tapered(84, 0.0014, 0.0012, 0.4), around=10)


@cache
def genitofemoral() -> dict[str, Tube]:
    """Return the nerve: through psoas beside L3-4, down its front, and its two branches above the ligament."""
    rows = [("l3_l4", 0.925), ("l4", 0.945), ("l4_l5", 0.96), ("l5", 0.97), ("l5_s1", 0.985), ("brim", 0.995)]
    start = [in_psoas("l2", BACK, 0.45), in_psoas("l2_l3", BACK - 0.12, 0.40), in_psoas("l3", 0.45, 0.34)]
    split = on_psoas(row_of("brim") + 1.5, 0.997, 0.0012)
    way = [*start, *(on_psoas(r, t, 0.0008) for r, t in rows), split]
    path = draped(way, 80, 0.0012, _floor(), [], (0.42, 1.0), sink=0.8)
    stem = tube(path, tapered(80, 0.0013, 0.0012), around=10)
    groin = under_ligament()
    ring = groin + by(0.0045, 0.014, 0.004)
    ways = {
        "genital": [
            path[-3],
            0.5 * path[-3] + 0.5 * ring + by(0.003, 0.0, 0.0),
            ring + by(0.001, 0.0, 0.0),
            ligament_at(groin[2] - 0.012) + by(0.006, 0.008, 0.0),
            ligament_at(0.032) + by(0.006, 0.004, 0.0),
        ],
        "femoral": [
            path[-3],
            0.45 * path[-3] + 0.55 * groin + by(0.003, 0.0, 0.003),
            groin + by(0.003, 0.0, 0.0062),
            groin + by(0.004, -0.030, 0.006),
            groin + by(0.001, -0.055, 0.008),
        ],
    }
    made = {"": stem}
    for name, points in ways.items():
        line = laid(points, 34, 0.0009, muscles(), free=(0.1, 0.0))
        made[f"_{name}"] = tube(line, tapered(34, 0.0010, 0.0009, 0.3), around=8)
    return made


@cache
def obturator() -> Tube:
    """Return the obturator nerve: out of the inner border of psoas, along the side wall, to the obturator canal."""
    arc, pecten = landmark("arcuate_line"), landmark("pecten_pubis")
    leaves = on_psoas(48.5, 0.64, 0.0012)
    canal = pecten + by(-0.012, -0.012, 0.005)
    way = [
        obturator_origin(),
        leaves,
        leaves + by(-0.010, -0.020, 0.002),
        arc + by(-0.004, 0.010, -0.0095),
        arc + by(0.008, -0.018, -0.010),
        canal + by(-0.012, 0.008, 0.001),
        canal,
        canal + by(0.006, -0.010, 0.006),
    ]
    path = laid(way, 70, 0.0022, everything(), free=(0.14, 0.0), rounds=4)
    return tube(path, tapered(70, 0.0015, 0.0014, 0.4), around=10)


@cache
def lumbosacral() -> dict[str, Tube]:
    """Return the lumbosacral trunk with the root of L5: over the wing of the sacrum into the pelvis."""
    ala, arc, sp = landmark("sacral_ala"), landmark("arcuate_line"), landmark("ischial_spine")
    over = 0.45 * ala + 0.55 * landmark("promontory") + by(0.002, -0.004, 0.002)
    notch = 0.4 * arc + 0.6 * sp + by(-0.008, 0.030, -0.010)
    way = [in_psoas("l4_l5", BACK + 0.05, 0.26), in_psoas(39, BACK + 0.05, 0.16), over, 0.5 * over + 0.5 * notch, notch]
    trunk = laid(way, 44, 0.0030, everything(), free=(0.30, 0.0))
    root = laid(
        [foramen("l5"), foramen("l5") + by(0.006, -0.008, 0.006), trunk[24]], 20, 0.0022, spine(), free=(0.2, 0.2)
    )
    return {
        "": tube(trunk, tapered(44, 0.0020, 0.0028, 0.35)),
        "_l5": tube(root, tapered(20, 0.0024, 0.0022), around=10),
    }


@cache
def sympathetic(walls: tuple[Surface, ...]) -> Tube:
    """Return the trunk with its ganglia: on the bodies at the inner margin of psoas, behind the vessels in `walls`."""
    levels = ("t12_l1", "l1", "l1_l2", "l2", "l2_l3", "l3", "l3_l4", "l4", "l4_l5", "l5", "l5_s1")
    way = [before(v, 0.0017, 0.0172) for v in levels]
    way += [landmark("promontory") + by(-0.010, -0.014, 0.0205), landmark("promontory") + by(-0.026, -0.034, 0.018)]
    path = laid(way, 90, 0.0012, [*spine(), *muscles()], rounds=3, gap_m=0.0003)
    for _ in range(3):
        path = laid_again(path, walls)
    radius = np.full(90, 0.0010)
    for v in ("l2", "l3", "l4", "l5"):
        y = column.level(v).centre[1]
        radius += 0.0011 * np.exp(-(((path[:, 1] - y) / 0.0045) ** 2))
    return tube(path, radius * tapered(90, 1.0, 1.0, 0.4), around=10)


def laid_again(path: FloatArray, vessels: tuple[Surface, ...]) -> FloatArray:
    """Return a line pushed back out of vessels and then forward out of the spine."""
    from iliopsoas.body.surface import keep_out

    path = keep_out(path, vessels, 0.0016, rounds=1)
    return keep_out(shapes.ease(path, 2), spine(), 0.0012, rounds=2)


@cache
def wall_nerves() -> dict[str, Tube]:
    """Return subcostal, iliohypogastric and ilio-inguinal nerve: across the back wall, then forward in the flank."""
    crest = landmarks.line("iliac_crest")
    along = lambda share, up, forward=0.0: shapes.evenly(crest, 101)[round(share * 100)] + by(forward, up, 0.0)  # noqa: E731
    asis = landmark("asis")
    tip = {v: landmarks.transverse_process_tip(v) for v in ("l1", "l2", "l3")}
    hypogastric = [
        in_psoas("l2", BACK - 0.02, 0.55),
        on_psoas(15, 0.30, 0.0012),
        tip["l2"] + by(0.012, -0.014, 0.018),
        tip["l3"] + by(0.006, -0.004, 0.034),
        along(0.62, 0.032, 0.006),
        along(0.42, 0.024),
        along(0.20, 0.020, 0.004),
        asis + by(0.012, 0.016, -0.014),
        asis + by(0.022, 0.002, -0.040),
    ]
    inguinal = [
        in_psoas("l2", BACK - 0.02, 0.60),
        on_psoas(19, 0.30, 0.0012),
        tip["l3"] + by(0.018, 0.004, 0.012),
        tip["l3"] + by(0.010, -0.022, 0.032),
        along(0.58, 0.014, 0.010),
        along(0.40, 0.011),
        along(0.18, 0.009, 0.004),
        asis + by(0.010, 0.002, -0.012),
        ligament_at(0.070) + by(0.007, 0.010, 0.0),
        ligament_at(0.042) + by(0.008, 0.009, 0.0),
        ligament_at(0.020) + by(0.006, 0.000, 0.0),
    ]
    walls = [*muscles(), hip_bone()]
    made = {}
    for name, way in (("iliohypogastric_nerve", hypogastric), ("ilioinguinal_nerve", inguinal)):
        path = shapes.ease(laid(way, 96, 0.0015, walls, free=(0.12, 0.0)), 60)
        made[name] = tube(path, tapered(96, 0.0014, 0.0011, 0.3), around=10)
    rib = _rib_12_lower_edge()
    way = [
        foramen("t12"),
        foramen("t12") + by(0.002, -0.004, 0.012),
        *rib[1:],
        rib[-1] + by(0.000, -0.008, 0.014),
        rib[-1] + by(0.022, -0.020, 0.027),
    ]
    path = laid(way, 60, 0.0015, [wall("rib_12_r"), *spine()], free=(0.1, 0.0))
    return {**made, "subcostal_nerve": tube(path, tapered(60, 0.0014, 0.0011, 0.3), around=10)}


def _rib_12_lower_edge() -> list[FloatArray]:
    """Return points below the lower border of rib 12, from its neck to its tip."""
    v = wall("rib_12_r").mesh.v
    cuts = np.linspace(v[:, 2].min() + 0.25 * np.ptp(v[:, 2]), v[:, 2].max() - 0.003, 5)
    lowest = [v[np.abs(v[:, 2] - z) < 0.004] for z in cuts]
    return [near[np.argmin(near[:, 1])] + by(0.0025, -0.0035, 0.0) for near in lowest]
