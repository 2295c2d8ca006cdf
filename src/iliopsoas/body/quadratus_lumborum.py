"""Quadratus lumborum and the iliolumbar ligament: from the iliac crest to rib 12, with a digitation to each process.

The ends lie on bone: lower border of rib 12, tips of the transverse processes of L1 to L4, inner lip of the iliac crest
and the iliolumbar ligament (Gray 1918). Thickness and the course between the ends are drawing choices.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from iliopsoas.atlas.bones import load_bones
from iliopsoas.atlas.mesh import FloatArray, Mesh
from iliopsoas.body import shapes
from iliopsoas.body.assemble import Part
from iliopsoas.body.landmarks import line, transverse_process_tip
from iliopsoas.body.surface import Surface, keep_out
from iliopsoas.body.walls import wall

PROCESSES = ("l1", "l2", "l3", "l4")
ROWS, COLUMNS = 44, 22
THICK_M = 0.0085  # front to back at its thickest (drawing choice)
_RIB_FROM_M, _RIB_TO_M = 0.032, 0.062  # part of rib 12 that it reaches, from the midline


def rib_12_border(from_m: float, to_m: float, n: int = 12) -> FloatArray:
    """Return points on the lower border of the right twelfth rib between two distances from the midline, shape (n, 3).

    Raises
    ------
    ValueError
        The rib does not reach so far.
    """
    v = load_bones()["rib_12_r"].v
    if not v[:, 2].min() < from_m < v[:, 2].max() or not v[:, 2].min() < to_m < v[:, 2].max():
        raise ValueError(f"rib 12 reaches from {v[:, 2].min():.3f} to {v[:, 2].max():.3f} m, not {from_m} to {to_m}")
    out = []
    for z in np.linspace(from_m, to_m, n):
        near = v[np.abs(v[:, 2] - z) < 0.003]
        out.append(near[np.argmin(near[:, 1] + 0.5 * np.abs(near[:, 2] - z))])
    return wall("rib_12_r").nearest(shapes.ease(np.array(out), 2)).point


def crest_line(n: int = 12) -> FloatArray:
    """Return the part of the right iliac crest that gives it origin, from behind to the top, shape (n, 3)."""
    crest = line("iliac_crest")
    back = crest[(crest[:, 0] < -0.079) & (crest[:, 0] > -0.115)][::-1]
    return wall("hip_bone_r").nearest(np.array([0.002, 0.0, -0.002]) + shapes.curve(back, n)).point


def iliolumbar_ends() -> tuple[FloatArray, FloatArray]:
    """Return the ends of the iliolumbar ligament: tip of the transverse process of L5, and iliac crest."""
    return transverse_process_tip("l5"), crest_line()[0]


@cache
def _grid() -> tuple[FloatArray, FloatArray]:
    """Return back and front of the sheet as grids, rows from rib 12 down, columns from medial to lateral."""
    l5, crest = iliolumbar_ends()
    top = rib_12_border(_RIB_FROM_M, _RIB_TO_M, COLUMNS)
    low = shapes.evenly(np.vstack([l5 + 0.55 * (crest - l5), crest_line(16)]), COLUMNS)
    tips = np.array([transverse_process_tip(p) for p in PROCESSES])
    # Its inner border runs just lateral to the tips, which its digitations reach.
    inner = shapes.curve(np.vstack([top[0], np.array([0.0035, -0.004, 0.0055]) + tips, low[0]]), ROWS)
    outer = shapes.curve(np.vstack([top[-1], (top[-1] + low[-1]) / 2 + [0.004, 0.0, 0.006], low[-1]]), ROWS)
    u = np.linspace(0, 1, ROWS)[:, None, None]
    c = np.linspace(0, 1, COLUMNS)[None, :, None]
    straight = top[None] * (1 - u) + low[None] * u
    ends = straight[:, :1] * (1 - c) + straight[:, -1:] * c
    middle = inner[:, None] * (1 - c) + outer[:, None] * c + (straight - ends)
    forward = np.array([1.0, 0.0, 0.0])
    flat = np.sqrt(np.clip(1 - (2 * c - 1) ** 6, 0.06, 1)) * np.sqrt(np.clip(1 - (2 * u - 1) ** 8, 0.05, 1))
    half = THICK_M / 2 * flat
    back, front = middle - half * forward, middle + half * forward
    walls = [wall(k) for k in ("rib_12_r", "rib_11_r", "hip_bone_r", *PROCESSES, "l5")]
    inside = np.where((u > 0.04) & (u < 0.96), 0.0004, -0.0008) * np.ones_like(flat)
    front = keep_out(front, walls, inside[..., 0], rounds=2)
    back = keep_out(back, walls, inside[..., 0], rounds=2)
    return back, front


def front_grid() -> FloatArray:
    """Return the front of the right muscle, rows from rib 12 down, columns from medial to lateral, shape (r, c, 3)."""
    return _grid()[1]


def digitation_ends() -> dict[str, FloatArray]:
    """Return where each digitation meets the tip of its transverse process, by vertebra."""
    return {p: wall(p).nearest(transverse_process_tip(p)).point[0] for p in PROCESSES}


@cache
def meshes() -> dict[str, Mesh]:
    """Return the sheet, its four digitations and the iliolumbar ligament of the right side, by name."""
    back, front = _grid()
    out = {"quadratus_lumborum": shapes.slab(back, front)}
    middle = 0.5 * (back + front)
    heights = middle[:, 2, 1]
    for p, tip in digitation_ends().items():
        # From the tip down and outwards into the sheet, as its fibres run.
        row = int(np.argmin(np.abs(heights - (tip[1] - 0.022))))
        near = int(np.argmin(np.abs(heights - (tip[1] - 0.007))))
        path = shapes.curve([tip, middle[near, 1], middle[row, 3], middle[min(row + 5, ROWS - 1), 5]], 24)
        t = np.linspace(0, 1, 24)
        side = shapes.profile(t, [0, 0.25, 0.7, 1], [0.0030, 0.0048, 0.0060, 0.0035])
        deep = shapes.profile(t, [0, 0.25, 0.7, 1], [0.0016, 0.0026, 0.0036, 0.0018])
        rings = shapes.oval_rings(path, deep, side, around=18)
        gap = np.full(rings.shape[:2], 0.0002)
        gap[:2] = -0.0008
        out[f"quadratus_digitation_{p}"] = shapes.loft(keep_out(rings, [wall(p)], gap, rounds=2))
    a, b = iliolumbar_ends()
    t = np.linspace(0, 1, 22)
    path = a + t[:, None] * (b - a) + 4 * (t * (1 - t))[:, None] * np.array([0.001, 0.003, 0.0])
    wide = 0.0045 * np.sqrt(np.clip(1 - (2 * t - 1) ** 16, 0.1, 1))
    rings = shapes.oval_rings(path, wide * 0.35, wide, up=(1, 0, 0), around=18)
    gap = np.full(rings.shape[:2], 0.0002)
    gap[[0, 1, -2, -1]] = -0.0008
    out["iliolumbar_ligament"] = shapes.loft(keep_out(rings, [wall("l5"), wall("hip_bone_r")], gap, rounds=2))
    return out


def parts() -> Iterator[Part]:
    """Yield muscle and ligament of both sides."""
    for name, mesh in meshes().items():
        ligament = name == "iliolumbar_ligament"
        structure = name if ligament else "quadratus_lumborum"
        group = f"{structure}_r"
        part = Part(f"{name}_r", structure, "r", "ligament" if ligament else "quadratus", mesh, group)
        yield part
        yield part.mirrored()


def surface() -> Surface:
    """Return the right sheet, prepared for nearest-point questions."""
    return Surface(meshes()["quadratus_lumborum"])
