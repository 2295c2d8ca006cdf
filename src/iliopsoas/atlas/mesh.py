"""Triangle meshes: the one shape that every bone and every soft part shares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Mesh:
    """A triangle mesh in the pelvis frame (x anterior, y superior, z right; metres).

    Attributes
    ----------
    v : ndarray, shape (n, 3)
        Vertices, metres.
    f : ndarray, shape (m, 3)
        Vertex numbers of each triangle, counter-clockwise seen from outside.
    uv : ndarray, shape (n, 2), optional
        Fibre coordinates: u runs 0..1 along the fibres, v across them in metres. None for bone.
    sheet : bool
        An open surface whose two sides are both drawn.
    """

    v: FloatArray
    f: IntArray
    uv: FloatArray | None = None
    sheet: bool = False

    def moved(self, v: FloatArray) -> Mesh:
        """Return the same triangles with other vertex positions, shape (n, 3), metres."""
        return replace(self, v=np.asarray(v, float))

    def mirrored(self) -> Mesh:
        """Return the mirror image across the midline (z changes sign, triangles keep facing outwards)."""
        return replace(self, v=self.v * [1.0, 1.0, -1.0], f=self.f[:, ::-1])

    def normals(self) -> FloatArray:
        """Return area-weighted unit normals at the vertices, shape (n, 3)."""
        return vertex_normals(self.v, self.f)

    def facing(self, direction: Iterable[float], least: float = 0.05) -> Mesh:
        """Return the part whose surface looks along `direction` (dot product above `least`).

        Thin bones have two sides a few millimetres apart; a search for the nearest surface must ask only one of them.
        """
        keep = self.normals() @ np.asarray(list(direction), float) > least
        return submesh(self, keep[self.f].all(1))


def vertex_normals(v: FloatArray, f: IntArray) -> FloatArray:
    """Return area-weighted unit vertex normals, shape (n, 3), of triangles `f` over vertices `v`."""
    # Axis by axis: much faster than numpy's cross product and norm of rows of three.
    corners, points = np.ascontiguousarray(f.T), np.ascontiguousarray(v.T)
    first, second, third = (points.take(one, 1) for one in corners)
    (ax, ay, az), (bx, by, bz) = second - first, third - first
    n = (ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx)
    x, y, z = (sum(np.bincount(corner, one, len(v)) for corner in corners) for one in n)
    return np.stack([x, y, z], 1) / (np.sqrt(x * x + y * y + z * z) + 1e-20)[:, None]


def submesh(mesh: Mesh, faces: NDArray[np.bool_]) -> Mesh:
    """Return only the chosen triangles (boolean per face) with the vertices that they use."""
    f = mesh.f[faces]
    used = np.unique(f)
    new = np.full(len(mesh.v), -1)
    new[used] = np.arange(len(used))
    return replace(mesh, v=mesh.v[used], f=new[f], uv=None if mesh.uv is None else mesh.uv[used])


def joined(meshes: Iterable[Mesh]) -> Mesh:
    """Return one mesh of all triangles of several (fibre coordinates are dropped)."""
    base, vs, fs = 0, [], []
    for m in meshes:
        vs.append(m.v)
        fs.append(m.f + base)
        base += len(m.v)
    return Mesh(np.concatenate(vs), np.concatenate(fs))
