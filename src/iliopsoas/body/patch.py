"""Pieces of a surface: cut out where a field is above zero, lifted off it, and hatched with stripes.

A field is one number for each vertex. It is taken as straight along every edge, so a piece ends on exact lines.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from iliopsoas.atlas.mesh import FloatArray, IntArray, Mesh

LIFT_M = 0.0012  # how far a piece lies off its surface, so that it is drawn in front of it (drawing choice)
STRIPE_M, GAP_M = 0.0022, 0.0062  # of a hatched piece (drawing choices)


def finer(mesh: Mesh) -> tuple[Mesh, IntArray]:
    """Return the same surface with every triangle cut into four, and between which two vertices each new one lies.

    The second is of shape (n, 2); a vertex that was there before stands there twice.
    """
    v, f = mesh.v, mesh.f
    edges = np.sort(np.concatenate([f[:, [0, 1]], f[:, [1, 2]], f[:, [2, 0]]]), axis=1)
    unique, which = np.unique(edges, axis=0, return_inverse=True)
    a, b, c = which.reshape(3, -1) + len(v)
    p, q, r = f.T
    faces = np.concatenate([np.stack(t, 1) for t in ((p, a, c), (a, q, b), (c, b, r), (a, b, c))])
    own = np.repeat(np.arange(len(v))[:, None], 2, axis=1)
    return Mesh(np.concatenate([v, v[unique].mean(1)]), faces, None, mesh.sheet), np.concatenate([own, unique])


def clipped(mesh: Mesh, field: ArrayLike, *more: FloatArray) -> tuple[Mesh, tuple[FloatArray, ...]]:
    """Return the piece of a mesh where a field is above zero, and other fields on its vertices.

    Parameters
    ----------
    mesh : Mesh
    field : array_like, shape (n,)
        One number a vertex.
    *more : ndarray, shape (n,) or (n, k)
        Fields that are carried along.
    """
    h = np.asarray(field, float)
    carried = [mesh.v, *more]
    inside = h > 0
    count = inside[mesh.f].sum(1)
    faces = [mesh.f[count == 3]]
    rows: list[list[FloatArray]] = [[] for _ in carried]
    n = len(mesh.v)
    for kept in (1, 2):
        f = _turned(mesh.f[count == kept], inside, kept == 1)
        if not len(f):
            continue
        # One corner lies apart from the two others: the cut goes through the two edges from it.
        i, j, k = f.T
        new = []
        for other in (j, k):
            t = h[i] / (h[i] - h[other])
            for row, values in zip(rows, carried, strict=True):
                share = t.reshape((-1,) + (1,) * (values.ndim - 1))
                row.append(values[i] + share * (values[other] - values[i]))
            new.append(n + np.arange(len(f)))
            n += len(f)
        if kept == 1:
            faces.append(np.stack([i, new[0], new[1]], 1))
        else:
            faces += [np.stack([new[0], j, k], 1), np.stack([new[0], k, new[1]], 1)]
    found = [np.concatenate([values, *row]) for values, row in zip(carried, rows, strict=True)]
    piece = np.concatenate(faces)
    used = np.unique(piece)
    number = np.full(n, -1)
    number[used] = np.arange(len(used))
    return Mesh(found[0][used], number[piece], None, True), tuple(values[used] for values in found[1:])


def _turned(f: IntArray, inside: np.ndarray, wanted: bool) -> IntArray:
    """Return triangles turned so that the corner that differs from the two others comes first."""
    first = (inside[f] == wanted).argmax(1)
    row = np.arange(len(f))
    return np.stack([f[row, (first + k) % 3] for k in range(3)], 1)


def hatched(mesh: Mesh, across: FloatArray) -> Iterator[Mesh]:
    """Yield the stripes of a piece, along lines on which `across` (metres, one number a vertex) stays the same."""
    step = STRIPE_M + GAP_M
    for k in range(int(np.floor(across.min() / step)), int(np.ceil(across.max() / step)) + 1):
        low = across - k * step
        if not ((low > 0) & (low < STRIPE_M)).any() and not (low.min() < 0 < low.max()):
            continue
        above, (at,) = clipped(mesh, low, across)
        if len(above.f):
            stripe, _ = clipped(above, k * step + STRIPE_M - at)
            if len(stripe.f):
                yield stripe
