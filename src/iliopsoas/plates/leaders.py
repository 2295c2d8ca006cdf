"""Leader lines from slots to anchors: which cross, which pass too near, and how exchanging slots cures it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

CLEAR_PX = 7.0  # a leader that passes nearer to another anchor is moved away from it where that is possible


def crossings(slots: NDArray[np.float64], anchors: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which leaders cross or touch, shape (n, n); leaders to one and the same anchor may meet there.

    Parameters
    ----------
    slots, anchors : ndarray, shape (n, 2)
        The two ends of each leader.
    """
    a, b = slots[:, None], anchors[:, None]
    c, d = slots[None], anchors[None]

    def turn(p: NDArray, q: NDArray, r: NDArray) -> NDArray[np.float64]:
        t = (q[..., 0] - p[..., 0]) * (r[..., 1] - p[..., 1]) - (q[..., 1] - p[..., 1]) * (r[..., 0] - p[..., 0])
        return np.where(np.abs(t) < 1e-7, 0.0, np.sign(t))

    def within(p: NDArray, q: NDArray, r: NDArray) -> NDArray[np.bool_]:
        lo, hi = np.minimum(p, q), np.maximum(p, q)
        return ((r >= lo - 1e-9) & (r <= hi + 1e-9)).all(-1)

    t1, t2, t3, t4 = turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)
    hit = (t1 * t2 < 0) & (t3 * t4 < 0)
    for t, p, q, r in ((t1, a, b, c), (t2, a, b, d), (t3, c, d, a), (t4, c, d, b)):
        hit |= (t == 0) & within(p, q, r)
    same = (anchors[:, None] == anchors[None]).all(-1)
    return hit & ~same & ~np.eye(len(slots), dtype=bool)


def clear(
    columns: dict[str, list[int]],
    slots: NDArray[np.float64],
    anchors: NDArray[np.float64],
    settle: Callable[[], None] | None,
) -> None:
    """Exchange neighbours in a column where a leader all but runs over the other's anchor and this cures it."""
    crossed = crossings(slots, anchors).any()  # two leaders to one anchor may be left so
    apart = _clearances(slots, anchors)
    for rows in columns.values():
        for at in range(len(rows) - 1):
            i, j = rows[at], rows[at + 1]
            if min(apart[i, j], apart[j, i]) >= CLEAR_PX:
                continue
            kept = slots.copy()
            exchange(columns, i, j)
            if settle is None:
                slots[[i, j]] = slots[[j, i]]
            else:
                settle()
            now = _clearances(slots, anchors)
            if crossings(slots, anchors).any() > crossed or now.sum() <= apart.sum():
                exchange(columns, i, j)
                slots[:] = kept
            else:
                apart = now


def _clearances(slots: NDArray[np.float64], anchors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how near each leader (row) passes to the other labels' anchors, at most `CLEAR_PX`."""
    apart = distances(slots, anchors, anchors)
    np.fill_diagonal(apart, CLEAR_PX)
    return np.minimum(apart, CLEAR_PX)


def distances(
    slots: NDArray[np.float64], anchors: NDArray[np.float64], points: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the distance of every point from every leader, shape (leaders, points)."""
    along = anchors - slots
    length2 = np.maximum((along * along).sum(1), 1e-12)
    rel = points[None] - slots[:, None]
    t = np.clip((rel * along[:, None]).sum(2) / length2[:, None], 0, 1)
    return np.linalg.norm(rel - t[..., None] * along[:, None], axis=2)


def shortening_pair(slots: NDArray[np.float64], anchors: NDArray[np.float64]) -> tuple[int, int] | None:
    """Return two leaders that cross and get shorter together when they exchange slots."""
    pairs = np.argwhere(np.triu(crossings(slots, anchors), 1))
    if len(pairs) == 0:
        return None
    i, j = pairs.T

    def far(p: NDArray, q: NDArray) -> NDArray[np.float64]:
        return np.hypot(*(slots[p] - anchors[q]).T)

    gain = far(i, i) + far(j, j) - far(i, j) - far(j, i)
    best = int(gain.argmax())
    return (int(i[best]), int(j[best])) if gain[best] > 1e-9 else None


def exchange(columns: dict[str, list[int]], i: int, j: int) -> None:
    """Let two labels change places, in one column or across."""
    for rows in columns.values():
        rows[:] = [j if k == i else i if k == j else k for k in rows]
