"""Exact geometry for tests: distance to triangles and inside-or-outside, by brute force and without the package."""

from __future__ import annotations

import numpy as np


def distance_mm(points, meshes):
    """Distance from each point to the nearest triangle of several meshes, millimetres."""
    return np.min([_distance(np.atleast_2d(points), m) for m in meshes], axis=0) * 1e3


def _distance(p, mesh):
    out = np.empty(len(p))
    t = mesh.v[mesh.f]
    for i, q in enumerate(p):
        # Triangles with a corner within the nearest corner's distance plus the longest edge are the only candidates.
        d = np.linalg.norm(t - q, axis=2).min(1)
        near = t[d < d.min() + 0.012]
        out[i] = np.sqrt(_squared(q, near).min())
    return out


def _squared(q, t):
    a, b, c = t[:, 0], t[:, 1], t[:, 2]
    best = np.minimum.reduce([_to_edge(q, a, b), _to_edge(q, b, c), _to_edge(q, c, a)])
    n = np.cross(b - a, c - a)
    length = np.linalg.norm(n, axis=1)
    good = length > 1e-14
    n = n / np.where(good, length, 1)[:, None]
    h = ((q - a) * n).sum(1)
    foot = q - h[:, None] * n
    inside = good.copy()
    for x, y in ((a, b), (b, c), (c, a)):
        inside &= (np.cross(y - x, foot - x) * n).sum(1) >= 0
    return np.where(inside, h**2, best)


def _to_edge(q, a, b):
    ab = b - a
    s = np.clip(((q - a) * ab).sum(1) / np.maximum((ab * ab).sum(1), 1e-18), 0, 1)
    return ((q - a - s[:, None] * ab) ** 2).sum(1)


def inside(points, mesh):
    """Whether each point lies inside a closed mesh: signed crossings of a ray, counted over all triangles."""
    p = np.asarray(points, float)
    out = np.zeros(len(p), bool)
    box = ((p > mesh.v.min(0)) & (p < mesh.v.max(0))).all(1)
    # A skew direction, so that the ray misses edges and symmetry planes.
    r = np.array([[0.9003, 0.3107, 0.3049], [-0.3259, 0.9443, 0.0001], [-0.2879, -0.0995, 0.9525]])
    v, q = mesh.v @ r.T, p[box] @ r.T
    a, b, c = (v[mesh.f[:, k]] for k in range(3))
    count = np.zeros(len(q), int)
    lo, hi = np.minimum.reduce([a, b, c]), np.maximum.reduce([a, b, c])
    for i in range(0, len(q), 100):
        part = q[i : i + 100]
        near = (
            (lo[:, 1:] < part[:, 1:].max(0)) & (hi[:, 1:] > part[:, 1:].min(0)) & (hi[:, :1] > part[:, 0].min())
        ).all(1)
        y, z = part[:, 1, None], part[:, 2, None]
        e = [_side(y, z, s[near], t[near]) for s, t in ((a, b), (b, c), (c, a))]
        up, down = (e[0] > 0) & (e[1] > 0) & (e[2] > 0), (e[0] < 0) & (e[1] < 0) & (e[2] < 0)
        for hit, sign in ((up, 1), (down, -1)):
            k, f = np.nonzero(hit)
            w = np.stack([e[1][k, f], e[2][k, f], e[0][k, f]])
            x = (w * np.stack([v[near][f, 0] for v in (a, b, c)])).sum(0) / w.sum(0)
            np.add.at(count, i + k, sign * (x > part[k, 0]))
    out[box] = count != 0
    return out


def _side(y, z, s, t):
    return (t[:, 1] - s[:, 1]) * (z - s[:, 2]) - (t[:, 2] - s[:, 2]) * (y - s[:, 1])


def depth_mm(points, mesh):
    """Depth of each point inside a closed mesh, millimetres; 0 outside."""
    out = np.zeros(len(points))
    deep = inside(points, mesh)
    if deep.any():
        out[deep] = _distance(np.asarray(points)[deep], mesh) * 1e3
    return out


def dihedral_deg(mesh, faces=None):
    """Angles between the normals of neighbouring triangles, degrees."""
    f = mesh.f if faces is None else mesh.f[faces]
    t = mesh.v[f]
    n = np.cross(t[:, 1] - t[:, 0], t[:, 2] - t[:, 0])
    area = np.linalg.norm(n, axis=1)
    n = n / np.maximum(area, 1e-18)[:, None]
    edges = np.sort(np.concatenate([f[:, [0, 1]], f[:, [1, 2]], f[:, [2, 0]]]), axis=1)
    face = np.tile(np.arange(len(f)), 3)
    order = np.lexsort(edges.T)
    edges, face = edges[order], face[order]
    pair = (edges[:-1] == edges[1:]).all(1)
    a, b = face[:-1][pair], face[1:][pair]
    ok = (area[a] > 1e-9) & (area[b] > 1e-9)
    return np.degrees(np.arccos(np.clip((n[a] * n[b]).sum(1)[ok], -1, 1)))


def is_closed(mesh):
    """Whether every edge is shared by exactly two triangles."""
    f = mesh.f
    edges = np.sort(np.concatenate([f[:, [0, 1]], f[:, [1, 2]], f[:, [2, 0]]]), axis=1)
    return bool((np.unique(edges, axis=0, return_counts=True)[1] == 2).all())
