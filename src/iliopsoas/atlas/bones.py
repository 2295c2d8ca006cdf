"""Load the bones and what is recorded about them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from iliopsoas.atlas.archive import read_npz
from iliopsoas.atlas.mesh import IntArray, Mesh

ASSET = Path(__file__).with_name("bones.npz")
LEG = Path(__file__).with_name("leg.npz")


@cache
def load_bones() -> Mapping[str, Mesh]:
    """Return every bone, disc and cartilage by id, in the standing frame.

    Paired parts end in ``_r`` or ``_l``; the left one is the mirror image of the right one.

    Returns
    -------
    mapping of str to Mesh
        Closed meshes, outward-facing; metres, x anterior, y superior, z right. Treat them as read-only.
    """
    return _loaded(ASSET)


@cache
def load_leg() -> Mapping[str, Mesh]:
    """Return the whole femur, tibia, fibula and kneecap of either leg by id, each in its own frame.

    For what moves at the knee; the fibula is in the frame of the tibia. The standing body has the femur of
    `load_bones`, which ends at mid shaft. Only this reads their file.
    """
    return _loaded(LEG)


def _loaded(asset: Path) -> Mapping[str, Mesh]:
    data = read_npz(asset)
    low, step = data["low"], float(data["step"])
    out: dict[str, Mesh] = {}
    for name in sorted(key[:-2] for key in data if key.endswith(".v")):
        faces, coarse = data[f"{name}.f"], data[f"{name}.n"]
        if faces.ndim == 0:  # same triangles as an earlier bone
            faces = data[f"{faces}.f"]
        f = faces.astype(np.int64)
        for count in coarse:
            f = refined_faces(f, int(count))
        corner = data.get(f"{name}.low", low)
        out[name] = Mesh(data[f"{name}.v"] * step + corner, f)
    for name in [n for n in out if n.endswith("_r")]:
        out[f"{name[:-1]}l"] = out[name].mirrored()
    for mesh in out.values():
        mesh.v.setflags(write=False)
        mesh.f.setflags(write=False)
    return MappingProxyType(out)


def edges_of(faces: IntArray) -> tuple[IntArray, IntArray]:
    """Return the sorted edges of triangles, shape (e, 2), and the edge number of each side, shape (m, 3)."""
    sides = np.sort(faces[:, [[0, 1], [1, 2], [2, 0]]], axis=2).reshape(-1, 2)
    # One number an edge sorts as the pair does, and ten times as fast.
    many = int(sides.max()) + 1
    keys, number = np.unique(sides[:, 0].astype(np.int64) * many + sides[:, 1], return_inverse=True)
    return np.stack([keys // many, keys % many], axis=1), number.reshape(-1, 3)


def refined_faces(faces: IntArray, vertices: int) -> IntArray:
    """Return four triangles for each, after a vertex is put on every edge (edge i becomes vertex `vertices` + i)."""
    a, b, c = faces.T
    ab, bc, ca = (vertices + edges_of(faces)[1]).T
    return np.vstack([np.c_[a, ab, ca], np.c_[b, bc, ab], np.c_[c, ca, bc], np.c_[ab, bc, ca]])


@cache
def bones_record() -> dict[str, Any]:
    """Return what is recorded with the bones: frame, registration, drawing choices, sources, licences, landmarks."""
    with np.load(ASSET, allow_pickle=False) as data:
        record: dict[str, Any] = json.loads(str(data["record"]))
    return record
