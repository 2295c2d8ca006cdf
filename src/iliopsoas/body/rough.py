"""Coarser meshes, for drafts that are drawn while something moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from iliopsoas.atlas.mesh import Mesh


def rough(mesh: Mesh, cell_m: float) -> Mesh:
    """Return a mesh whose vertices within one cell of a grid are joined to their middle; what collapses is dropped.

    Parameters
    ----------
    cell_m : float
        Size of a cell, metres: about what the mesh may be off.
    """
    cell = np.floor((mesh.v - mesh.v.min(0)) / cell_m).astype(np.int64)
    _, number, count = np.unique(cell, axis=0, return_inverse=True, return_counts=True)
    number = number.ravel()
    v = np.stack([np.bincount(number, x) for x in mesh.v.T], 1) / count[:, None]
    f = number[mesh.f]
    f = f[(f[:, 0] != f[:, 1]) & (f[:, 1] != f[:, 2]) & (f[:, 2] != f[:, 0])]
    uv = None if mesh.uv is None else np.stack([np.bincount(number, x) for x in mesh.uv.T], 1) / count[:, None]
    return replace(mesh, v=v, f=np.unique(f, axis=0), uv=uv)
