"""What lies behind a point of the skin: straight lines from the front to the back of the body, met with every mesh.

Depth is counted from the skin straight back, along -x. The lines stand on a lattice of heights and distances from the
midline, so that each triangle is asked only for the few lines that may meet it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from iliopsoas.atlas.mesh import FloatArray, IntArray, Mesh
from iliopsoas.body.assemble import Part

_NUDGE_M = 1.7e-7  # so that no line runs exactly through a vertex


@dataclass(frozen=True, eq=False)
class Faces:
    """Where the lines of a lattice meet a mesh.

    Attributes
    ----------
    line : ndarray of int, shape (n,)
        Number of the line: row of the lattice times columns plus column.
    x_m : ndarray, shape (n,)
        Where along the line, metres; the front of the body is positive.
    enters : ndarray of bool, shape (n,)
        Whether the face looks forward.
    """

    line: IntArray
    x_m: FloatArray
    enters: np.ndarray


def met(mesh: Mesh, y_m: FloatArray, z_m: FloatArray) -> Faces:
    """Return where lines at all heights `y_m` and distances `z_m` (both rising) meet a mesh."""
    y, z = y_m + _NUDGE_M, z_m + _NUDGE_M
    corners = mesh.v[mesh.f]
    p = corners[..., 1:]
    low, high = p.min(1), p.max(1)
    y0, y1 = np.searchsorted(y, low[:, 0]), np.searchsorted(y, high[:, 0])
    z0, z1 = np.searchsorted(z, low[:, 1]), np.searchsorted(z, high[:, 1])
    count = (y1 - y0) * (z1 - z0)
    owner = np.repeat(np.arange(len(p)), count)
    first = np.cumsum(count) - count
    k = np.arange(len(owner)) - first[owner]
    width = (z1 - z0)[owner]
    iy, iz = y0[owner] + k // np.maximum(width, 1), z0[owner] + k % np.maximum(width, 1)
    a, b, c = p[owner, 0], p[owner, 1], p[owner, 2]
    q = np.stack([y[iy], z[iz]], axis=1) if len(owner) else np.zeros((0, 2))
    area = _cross(b - a, c - a)
    flat = np.abs(area) < 1e-16  # a triangle seen edge on is met by its neighbours
    area = np.where(flat, np.inf, area)
    wb, wc = _cross(q - a, c - a) / area, _cross(b - a, q - a) / area
    inside = (wb >= 0) & (wc >= 0) & (wb + wc <= 1) & ~flat
    x = corners[owner, :, 0]
    at = x[:, 0] * (1 - wb - wc) + x[:, 1] * wb + x[:, 2] * wc
    return Faces((iy * len(z) + iz)[inside], at[inside], (area > 0)[inside])


def _cross(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.asarray(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])


def fronts(parts: Iterable[Part], y_m: FloatArray, z_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return where lines first enter some parts and first leave one of them, shape (rows, columns), metres; else nan.

    Parameters
    ----------
    parts : iterable of Part
        They count as one thing, such as a muscle and its slips.
    y_m, z_m : ndarray
        Heights and distances from the midline of the lattice, rising, metres.
    """
    n = len(y_m) * len(z_m)
    enters, leaves = np.full(n, -np.inf), np.full(n, -np.inf)
    for part in parts:
        hit = met(part.mesh, y_m, z_m)
        np.maximum.at(enters, hit.line, hit.x_m)
        np.maximum.at(leaves, hit.line[~hit.enters], hit.x_m[~hit.enters])
    shape = len(y_m), len(z_m)
    return tuple(np.where(np.isfinite(g), g, np.nan).reshape(shape) for g in (enters, leaves))  # type: ignore[return-value]


def by_structure(body: Mapping[str, Part]) -> Mapping[tuple[str, str], list[Part]]:
    """Return parts by structure and side, those that count as one thing together; marks are no structures."""
    out: dict[tuple[str, str], list[Part]] = {}
    for part in body.values():
        if part.tissue == "mark":
            continue
        name = "subcutaneous_fat" if part.tissue == "fat" else ONE.get(part.structure, part.structure)
        side = "" if name in ("skin", "subcutaneous_fat") else part.side
        out.setdefault((name, side), []).append(part)
    return out


# Parts of a muscle, which the map calls by the muscle's name.
ONE = {"psoas_major_superficial": "psoas_major", "psoas_major_deep": "psoas_major", "tendinous_arches": "psoas_major"}
