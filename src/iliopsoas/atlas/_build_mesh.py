"""Small mesh tools that only the bone build needs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from iliopsoas.atlas.bones import edges_of, refined_faces
from iliopsoas.atlas.mesh import FloatArray, IntArray, Mesh


def unit(x: float, y: float, z: float) -> FloatArray:
    """Return a unit vector."""
    return np.array([x, y, z]) / np.sqrt(x * x + y * y + z * z)


def smoothstep(x: FloatArray, low: float, high: float) -> FloatArray:
    """Return 0 below `low`, 1 above `high` (or the reverse if high < low) and a smooth ramp between."""
    t = np.clip((np.asarray(x, float) - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def components(v: FloatArray, f: IntArray) -> Iterator[Mesh]:
    """Yield the connected pieces of a triangle soup, in order of their first vertex."""
    label = np.arange(len(v))
    while True:
        lowest = label[f].min(1)
        new = label.copy()
        for k in range(3):
            np.minimum.at(new, f[:, k], lowest)
        new = new[new]
        if np.array_equal(new, label):
            break
        label = new
    for first in np.unique(label):
        keep = label == first
        number = np.cumsum(keep) - 1
        yield Mesh(v[keep], number[f[keep[f[:, 0]]]])


def outward(mesh: Mesh) -> Mesh:
    """Return a closed, consistently wound mesh with its triangles facing outwards."""
    return mesh if volume(mesh) > 0 else Mesh(mesh.v, mesh.f[:, ::-1])


def loop(mesh: Mesh, times: int = 1) -> Mesh:
    """Return a closed mesh after Loop subdivision: four triangles for each, and rounder.

    The triangles come in the order of `refined_faces`, so the asset need only store the coarse ones.
    """
    for _ in range(times):
        v, f = mesh.v, mesh.f
        edge, number = edges_of(f)
        opposite = np.zeros((len(edge), 3))
        for k in range(3):
            np.add.at(opposite, number[:, k], v[f[:, (k + 2) % 3]])
        middle = 3 / 8 * (v[edge[:, 0]] + v[edge[:, 1]]) + opposite / 8
        around, count = np.zeros_like(v), np.bincount(edge.ravel(), minlength=len(v))[:, None]
        np.add.at(around, edge[:, 0], v[edge[:, 1]])
        np.add.at(around, edge[:, 1], v[edge[:, 0]])
        pull = 5 / 8 - (3 / 8 + np.cos(2 * np.pi / np.maximum(count, 3)) / 4) ** 2
        mesh = Mesh(
            np.vstack([v * (1 - pull) + around * pull / np.maximum(count, 1), middle]), refined_faces(f, len(v))
        )
    return mesh


def welded(v: FloatArray, f: IntArray, step_m: float = 1e-6) -> Mesh:
    """Return the triangles with vertices closer than about `step_m` joined and collapsed triangles dropped."""
    key = np.round(v / step_m).astype(np.int64)
    _, first, inverse = np.unique(key, axis=0, return_index=True, return_inverse=True)
    f = inverse.ravel()[f]
    f = f[(f[:, 0] != f[:, 1]) & (f[:, 1] != f[:, 2]) & (f[:, 2] != f[:, 0])]
    return Mesh(v[first], f)


def sliced(mesh: Mesh, point: FloatArray, normal: FloatArray) -> Mesh:
    """Return the part of a mesh on the side of a plane that `normal` points to; triangles across it are cut."""
    v, f = mesh.v, mesh.f
    d = (v - point) @ normal
    inside = d > 0
    count = inside[f].sum(1)
    vertices, faces, base = [v], [f[count == 3]], len(v)
    for n_in in (1, 2):
        t = f[count == n_in]
        k = np.argmax(inside[t] if n_in == 1 else ~inside[t], 1)  # the corner alone on its side
        a, b, c = (t[np.arange(len(t)), (k + i) % 3] for i in range(3))
        for other in (b, c):
            w = d[a] / (d[a] - d[other])
            vertices.append(v[a] + w[:, None] * (v[other] - v[a]))
        p, q = base + np.arange(len(t)), base + len(t) + np.arange(len(t))
        base += 2 * len(t)
        faces += [np.c_[a, p, q]] if n_in == 1 else [np.c_[p, b, c], np.c_[p, c, q]]
    out = np.concatenate(vertices)
    f = np.concatenate(faces)
    used = np.unique(f)
    new = np.full(len(out), -1)
    new[used] = np.arange(len(used))
    return Mesh(out[used], new[f])


def symmetric(mesh: Mesh, snap_m: float = 0.0012) -> Mesh:
    """Return the right half of a midline mesh joined to its mirror image."""
    v = mesh.v.copy()
    v[np.abs(v[:, 2]) < snap_m, 2] = 0
    half = sliced(Mesh(v, mesh.f), np.zeros(3), np.array([0.0, 0.0, 1.0]))
    v, f = half.v, half.f
    v[np.abs(v[:, 2]) < 1e-7, 2] = 0
    flat = (v[f][:, :, 2] == 0).all(1)
    f = f[~flat]
    return welded(np.vstack([v, v * [1, 1, -1]]), np.vstack([f, f[:, ::-1] + len(v)]))


def clipped_below(mesh: Mesh, y_m: float) -> Mesh:
    """Return what lies above a height, closed by a flat cap (one convex cross-section)."""
    half = sliced(mesh, np.array([0.0, y_m, 0.0]), np.array([0.0, 1.0, 0.0]))
    m = welded(half.v, half.f)
    pairs = np.vstack([m.f[:, [0, 1]], m.f[:, [1, 2]], m.f[:, [2, 0]]])
    forward = {(int(a), int(b)) for a, b in pairs}
    rim = np.array([(b, a) for a, b in sorted(forward) if (b, a) not in forward])
    centre = m.v[np.unique(rim)].mean(0)
    # A second ring just inside the rim keeps the cap's shading flat.
    ids = np.unique(rim)
    inner = np.full(len(m.v), -1)
    inner[ids] = len(m.v) + np.arange(len(ids))
    a, b = rim.T
    middle = len(m.v) + len(ids)
    fan = np.c_[inner[a], inner[b], np.full(len(a), middle)]
    cap = np.vstack([np.c_[a, b, inner[b]], np.c_[a, inner[b], inner[a]], fan])
    return Mesh(np.vstack([m.v, centre + 0.9 * (m.v[ids] - centre), centre]), np.vstack([m.f, cap]))


def loft(rings: FloatArray) -> Mesh:
    """Return a closed surface through rings, shape (rows, around, 3), with a fan over each end."""
    rows, around, _ = rings.shape
    i, j = np.meshgrid(np.arange(rows - 1), np.arange(around), indexing="ij")
    a, b = (i * around + j).ravel(), (i * around + (j + 1) % around).ravel()
    f = np.vstack([np.c_[a, b, a + around], np.c_[b, b + around, a + around]])
    first, last = rows * around, rows * around + 1
    near = np.arange(around)
    following = (near + 1) % around
    end = (rows - 1) * around
    caps = [np.c_[np.full(around, first), following, near], np.c_[np.full(around, last), end + near, end + following]]
    f = np.vstack([f, *caps])
    return outward(Mesh(np.vstack([rings.reshape(-1, 3), rings[0].mean(0), rings[-1].mean(0)]), f))


def volume(mesh: Mesh) -> float:
    """Return the signed volume of a closed mesh, m3 (positive when triangles face outwards)."""
    a, b, c = (mesh.v[mesh.f[:, k]] for k in range(3))
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)


def raised(mesh: Mesh, at: FloatArray, by: FloatArray, radius_m: float, power: float = 2.0) -> Mesh:
    """Return the mesh with a smooth bump: displacement `by` (metres) at a point, gone about 1.5 radii from it."""
    near = np.exp(-((np.linalg.norm(mesh.v - at, axis=1) / radius_m) ** power))
    return mesh.moved(mesh.v + near[:, None] * by)


def through(points: FloatArray, length: FloatArray, at: FloatArray) -> FloatArray:
    """Return a smooth curve (cubic Hermite) through points at distances `length`, evaluated at distances `at`."""
    slope = np.gradient(points, length, axis=0)
    i = np.clip(np.searchsorted(length, at, side="right") - 1, 0, len(length) - 2)
    step = (length[i + 1] - length[i])[:, None]
    t = ((at - length[i])[:, None]) / step
    return (
        (1 + 2 * t) * (1 - t) ** 2 * points[i]
        + t * (1 - t) ** 2 * step * slope[i]
        + t**2 * (3 - 2 * t) * points[i + 1]
        + t**2 * (t - 1) * step * slope[i + 1]
    )
