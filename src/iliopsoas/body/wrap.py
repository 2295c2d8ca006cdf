"""A string over a cylinder: the shortest way from point to point that does not go through it, for many poses at once.

The string is straight to the cylinder, a helix on it, and straight again. It is the true shortest one, so moving its
ends is all that changes its length: that makes moment arms exact. The published engine places the two points where the
string leaves the cylinder a little off, which its lengths hardly notice (0.01 mm for psoas major) and its arms do
(0.5 mm for adduction).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Half = Literal["-x", "+x", "-y", "+y", "all"]


@dataclass(frozen=True, eq=False)
class Bend:
    """How strings lie over a cylinder along z of its own frame; shapes (...) and (..., 3), metres and radians.

    Attributes
    ----------
    touches : ndarray of bool
        Whether the string touches the cylinder at all.
    length_m : ndarray
        Length from end to end.
    pull_start, pull_end : ndarray
        How much longer the string gets per metre that either end is moved, as a vector: the direction in which the
        string leaves the rest, of length 1 unless the end lies inside the cylinder.
    first, last : ndarray
        Where the string meets and leaves the cylinder (of no use where it does not touch).
    turn_rad : ndarray
        How far it goes round, positive anticlockwise seen from the tip of z; 0 where it does not touch.
    """

    touches: NDArray[np.bool_]
    length_m: FloatArray
    pull_start: FloatArray
    pull_end: FloatArray
    first: FloatArray
    last: FloatArray
    turn_rad: FloatArray


def bend(start: FloatArray, end: FloatArray, radius_m: float, half: Half = "all") -> Bend:
    """Return the shortest strings from `start` to `end`, shape (..., 3), outside an endless cylinder along z.

    Parameters
    ----------
    start, end : ndarray
        Ends in the frame of the cylinder, metres. One that lies inside counts as lying on the surface beside it.
    radius_m : float
        Radius of the cylinder.
    half : {"-x", "+x", "-y", "+y", "all"}
        Half of the cylinder over which the string has to pass, even if the straight line passes on the other side of
        the axis; "all": the side that is nearer.

    Notes
    -----
    Seen along the axis, the string turns from the direction of `start` to that of `end`, one way round or the other. It
    touches when that turn is greater than what the two tangents take up. The way round is the one whose middle lies in
    `half`. A string that would have to turn by more than 270 degrees is one that has slipped past; it is taken as free.
    """
    start, end = np.broadcast_arrays(np.asarray(start, float), np.asarray(end, float))
    far1, far2 = (np.hypot(p[..., 0], p[..., 1]) for p in (start, end))
    a1, a2 = (np.arctan2(p[..., 1], p[..., 0]) for p in (start, end))
    between = np.mod(a2 - a1 + np.pi, 2 * np.pi) - np.pi  # the short way, -180 .. 180 degrees
    way = _way(a1, between, half)
    sweep = way * between  # 0 .. 180 the short way; below 0 the long way, unless it slipped past
    sweep = np.where(sweep < -np.pi / 2, sweep + 2 * np.pi, sweep)
    t1, t2 = (np.arccos(radius_m / np.maximum(far, radius_m)) for far in (far1, far2))
    turn = np.maximum(sweep - t1 - t2, 0.0)
    touches = turn > 0

    # Unrolled, the string is the straight diagonal of a rectangle: `flat` across the axis, `rise` along it.
    straight, on = radius_m * np.tan(t1), radius_m * turn
    flat = straight + on + radius_m * np.tan(t2)
    rise = end[..., 2] - start[..., 2]
    bent = np.hypot(flat, rise)
    apart = np.linalg.norm(end - start, axis=-1)
    b1, b2 = a1 + way * t1, a2 - way * t2
    with np.errstate(invalid="ignore", divide="ignore"):
        across, along = flat / bent, rise / bent
        first = _on_surface(radius_m, b1, start[..., 2] + rise * straight / flat)
        last = _on_surface(radius_m, b2, start[..., 2] + rise * (straight + on) / flat)
        pull1, pull2 = (
            np.stack([-way * lever * np.sin(b), way * lever * np.cos(b), along], -1)
            for b, lever in (
                (b1, across * radius_m / np.minimum(far1, radius_m)),
                (b2, across * radius_m / np.minimum(far2, radius_m)),
            )
        )
        free = (end - start) / apart[..., None]
    bends = touches[..., None]
    return Bend(
        touches=touches,
        length_m=np.where(touches, bent, apart),
        pull_start=-np.where(bends, pull1, free),
        pull_end=np.where(bends, pull2, free),
        first=first,
        last=last,
        turn_rad=way * turn,
    )


def helix(first: FloatArray, last: FloatArray, turn_rad: float, steps: int) -> FloatArray:
    """Return points along the string on the cylinder, both ends included, shape (steps + 1, 3), for one pose."""
    t = np.linspace(0, 1, steps + 1)
    angle = np.arctan2(first[1], first[0]) + t * turn_rad
    radius = np.hypot(first[0], first[1])
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), first[2] + t * (last[2] - first[2])], -1)


def _on_surface(radius_m: float, angle: FloatArray, z: FloatArray) -> FloatArray:
    return np.stack([radius_m * np.cos(angle), radius_m * np.sin(angle), z], -1)


def _way(start_angle: FloatArray, between: FloatArray, half: Half) -> FloatArray:
    """Return +1 (anticlockwise) or -1: the way round whose middle lies in `half`, or the short way."""
    short = np.where(between < 0, -1.0, 1.0)
    if half == "all":
        return short
    middle = start_angle + between / 2  # the short way round; the long way has the opposite middle
    inward = np.cos(middle) if half[1] == "x" else np.sin(middle)
    return np.where((inward > 0) == (half[0] == "+"), short, -short)
