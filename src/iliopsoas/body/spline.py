"""The cubic spline by which the published model moves knee and kneecap.

At either end its third derivative is that of the cubic through the last four points, and beyond the ends it runs
straight on. Other splines through the same points differ between them, so this one is written out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


class Spline:
    """A cubic spline through points; call it with numbers of any shape.

    Parameters
    ----------
    at, values : sequence of float
        At least four rising places, and the value at each.
    """

    def __init__(self, at: Sequence[float], values: Sequence[float]) -> None:
        x, y = np.asarray(at, float), np.asarray(values, float)
        h = np.diff(x)
        slope = np.diff(y) / h
        second = np.diff(slope)
        # Unknown are sixths of the second derivative at the points: smooth inside, and the end rule at both ends.
        main = np.concatenate([[-h[0]], 2 * (h[:-1] + h[1:]), [-h[-1]]])
        third = np.diff(second / (x[2:] - x[:-2])) / (x[3:] - x[:-3])
        right = np.concatenate([[third[0] * h[0] ** 2], second, [-third[-1] * h[-1] ** 2]])
        s = np.linalg.solve(np.diag(main) + np.diag(h, 1) + np.diag(h, -1), right)
        self._x = x
        self._terms = np.stack([y[:-1], slope - h * (s[1:] + 2 * s[:-1]), 3 * s[:-1], np.diff(s) / h])
        self._end = (y[-1], slope[-1] + h[-1] * (s[-2] + 2 * s[-1]))

    def __call__(self, at: FloatArray) -> FloatArray:
        """Return the values at `at`, same shape."""
        x, a = self._x, np.asarray(at, float)
        k = np.clip(np.searchsorted(x, a, side="right") - 1, 0, len(x) - 2)
        y, b, c, d = self._terms[:, k]
        dx = a - x[k]
        inside = y + dx * (b + dx * (c + dx * d))
        before = self._terms[0, 0] + dx * self._terms[1, 0]
        after = self._end[0] + (a - x[-1]) * self._end[1]
        return np.where(a < x[0], before, np.where(a > x[-1], after, inside))
