"""The groin round iliopsoas: iliopectineal arch, iliac fascia, femoral canal, lacunar ligament, and the bursa (right).

The two passages under the inguinal ligament and their order are published, and so is the size of the bursa. Thickness
of the sheets and the outline of the canal are schematic.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from iliopsoas.atlas.mesh import FloatArray, Mesh
from iliopsoas.body import shapes
from iliopsoas.body.assemble import Body, Part
from iliopsoas.body.landmarks import landmark
from iliopsoas.body.nerves_branches import femoral
from iliopsoas.body.psoas_belly import belly
from iliopsoas.body.surface import Surface, keep_out
from iliopsoas.body.tubes import by, flesh, muscles, row_of, tube
from iliopsoas.body.vessels_pelvis import FEMORAL_ARTERY_M, artery, ligament_at, under_ligament, vein
from iliopsoas.body.walls import femur, hip_bone

BURSA_M = (0.055, 0.030)  # length and breadth (imaios_bursa: about 5 to 6 by 3 cm)
_SHEET_M = 0.0009


def parts(body: Body, breath_l: float) -> Iterator[Part]:
    """Yield the parts of the groin, right and left."""
    for name, structure, tissue, mesh in (
        ("iliopectineal_arch", "iliopectineal_arch", "ligament", arch()),
        ("iliac_fascia", "iliac_fascia", "ligament", fascia()),
        ("lacunar_ligament", "lacunar_ligament", "ligament", lacunar()),
        ("femoral_canal", "femoral_canal", "cartilage", canal()),
        ("iliopectineal_bursa", "iliopectineal_bursa", "bursa", bursa()),
    ):
        part = Part(f"{name}_r", structure, "r", tissue, mesh, f"{name}_r")
        yield part
        yield part.mirrored()


def arch_top() -> FloatArray:
    """Return where the arch leaves the inguinal ligament: between femoral nerve and femoral artery."""
    return ligament_at(under_ligament()[2] + FEMORAL_ARTERY_M + 0.0022)


@cache
def arch() -> Mesh:
    """Return the iliopectineal arch: a band from the ligament, between nerve and artery, to the iliopubic eminence."""
    top = arch_top()
    foot = hip_bone().nearest(landmark("iliopubic_eminence")).point[0]
    groin = under_ligament()
    n, across = 34, 7
    beside = groin + by(-0.001, -0.001, FEMORAL_ARTERY_M + 0.0022)
    inner = groin + by(-0.0145, 0.002, -0.0085)
    line = shapes.curve([top + by(-0.0012, 0.0, 0.0), beside, groin + by(-0.0058, 0.0, 0.0010), inner, foot], n)
    half = shapes.profile(np.linspace(0, 1, n), [0, 0.3, 1], [0.0045, 0.0050, 0.0060])
    u = np.linspace(-1, 1, across)
    grid = line[:, None] + half[:, None, None] * u[None, :, None] * shapes.unit(np.array([-0.25, 1.0, -0.35]))
    weight = np.zeros(n)
    weight[6:-5] = 1.0
    vessels = [Surface(t.mesh) for t in (*artery("r")[1:4:2], *vein("r")[1:4:2], femoral())]
    out = keep_out(grid, [*muscles(), *vessels], _SHEET_M * 0.7, rounds=2)
    grid = shapes.ease(grid + weight[:, None, None] * (out - grid), 3)
    grid = keep_out(grid, muscles()[:2], 0.0007, rounds=2)
    normal = shapes.grid_normals(grid)
    return shapes.slab(grid - 0.5 * _SHEET_M * normal, grid + 0.5 * _SHEET_M * normal)


@cache
def fascia() -> Mesh:
    """Return the iliac fascia over iliopsoas and the femoral nerve, from the brim to below the ligament."""
    floor = np.concatenate([flesh().mesh.v, femoral().mesh.v])
    rings = belly().rings
    y = np.linspace(rings[row_of("brim")].mean(0)[1] - 0.002, rings[row_of("hip")].mean(0)[1] - 0.022, 44)
    inner = np.stack([shapes.at(rings, r, 0.945) for r in np.linspace(row_of("brim") - 4, row_of("hip") + 12, 60)])
    share = np.linspace(0, 1, 40)
    grid = np.zeros((len(y), len(share), 3))
    for k, height in enumerate(y):
        slice_ = floor[np.abs(floor[:, 1] - height) < 0.004]
        z_in = np.interp(-height, -inner[:, 1], inner[:, 2])
        z = z_in + share * (slice_[:, 2].max() - 0.0035 - z_in)
        near = np.hypot(slice_[:, 1] - height, slice_[:, 2] - z[:, None]) < 0.0042
        x = np.where(near, slice_[:, 0], -1.0).max(1)
        grid[k] = np.stack([x, np.full(len(z), height), z], axis=1)
    eased = shapes.ease_across(shapes.ease(grid, 8), 8)
    grid[..., 0] = shapes.ease_across(shapes.ease(np.maximum(grid, eased), 6), 6)[..., 0] + 0.0008
    return shapes.slab(grid, grid + by(0.0006, 0.0, 0.0))


@cache
def lacunar() -> Mesh:
    """Return the lacunar ligament: from the inner end of the inguinal ligament back to the pecten pubis."""
    n, across = 16, 8
    tubercle, pecten = landmark("pubic_tubercle"), landmark("pecten_pubis")
    a = np.stack([ligament_at(z) for z in np.linspace(tubercle[2] + 0.001, tubercle[2] + 0.017, n)])
    start, end = tubercle + by(-0.002, 0.000, 0.001), 0.55 * tubercle + 0.45 * pecten
    b = hip_bone().nearest(start + np.linspace(0, 1, n)[:, None] * (end - start)).point
    t = np.linspace(0, 1, across)[None, :, None]
    grid = a[:, None] + t * (b - a)[:, None]
    # Its free edge, towards the canal, is hollow.
    grid[-1] += (np.sin(np.pi * t[0]) * 0.003) * shapes.unit(tubercle - ligament_at(0.05))
    normal = shapes.grid_normals(grid)
    return shapes.slab(grid - 0.4 * _SHEET_M * normal, grid + 0.4 * _SHEET_M * normal)


def canal_middle() -> FloatArray:
    """Return the middle of the femoral ring: between femoral vein and lacunar ligament."""
    v = vein("r")[3].path[2]
    return v + np.array([0.0000, 0.0, -0.0098])


@cache
def canal() -> Mesh:
    """Return the femoral canal as a short cone of loose tissue on the inner side of the femoral vein."""
    top = canal_middle()
    path = shapes.curve(
        [top + by(-0.001, 0.004, 0.0), top + by(0.0, -0.006, 0.0006), top + by(0.000, -0.015, 0.002)], 26
    )
    path = keep_out(path, [Surface(t.mesh) for t in vein("r")[1:4:2]], 0.0034, rounds=2)
    return tube(path, shapes.profile(np.linspace(0, 1, 26), [0, 0.2, 1], [0.0034, 0.0036, 0.0016])).mesh


@cache
def bursa() -> Mesh:
    """Return the iliopectineal bursa: a flat bag between iliopsoas and the front of the hip joint."""
    length, breadth = BURSA_M
    b = belly()
    rows = np.arange(row_of("eminence") - 10, row_of("hip") + 14)
    back = np.stack([shapes.at(b.rings, r, 0.50) for r in rows])
    back = shapes.evenly(back, 200)
    s = shapes.arc_length(back)
    middle = s[np.argmin(np.abs(back[:, 1] - landmark("iliopubic_eminence")[1]))] + 0.010
    at = np.linspace(middle - 0.5 * length, middle + 0.5 * length, 36)
    path = np.stack([np.interp(at, s, back[:, k]) for k in range(3)], axis=1) + by(-0.0022, 0.0, 0.0)
    u = np.linspace(-1, 1, 36)
    belly_of = np.sqrt(np.clip(1 - np.abs(u) ** 2.2, 0.003, 1))
    rings = shapes.oval_rings(path, 0.0021 * belly_of, 0.5 * breadth * belly_of, around=30)
    rings = keep_out(rings, [hip_bone(), femur(), *muscles()[:2]], 0.0003, rounds=2)
    return shapes.loft(rings)
