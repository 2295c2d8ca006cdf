"""The vertebral column as the muscles meet it: one frame per endplate, and a smooth hull over bodies and discs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Literal

import numpy as np

from iliopsoas.atlas.mesh import FloatArray
from iliopsoas.body import shapes
from iliopsoas.body.landmarks import endplate

Edge = Literal["upper", "lower"]
VERTEBRAE = ("t12", "l1", "l2", "l3", "l4", "l5")
DISCS = ("t12_l1", "l1_l2", "l2_l3", "l3_l4", "l4_l5")
_EDGES: tuple[Edge, Edge] = ("upper", "lower")
PLATES: tuple[tuple[str, Edge], ...] = (("t12", "lower"), *((v, e) for v in VERTEBRAE[1:] for e in _EDGES))

WAIST = 0.055  # how far the hull follows the waist of a body, part of its half width (a bone's own waist is deeper)
BULGE = 0.035  # how far a disc stands out, likewise
HULL_POWER = 2.2  # super-ellipse of a lumbar body seen from above
ROWS_PER_PLATE = 3


@dataclass(frozen=True, eq=False)
class Slice:
    """A cut through the column: where its middle is, how wide it is, and which way it faces.

    Attributes
    ----------
    centre : ndarray, shape (3,)
        Middle of the body or disc, metres.
    forward, up : ndarray, shape (3,)
        Unit vectors in the midplane: along the endplate to the front, and square to it.
    half_depth_m, half_width_m : float
        Half sizes front to back and side to side.
    """

    centre: FloatArray
    forward: FloatArray
    up: FloatArray
    half_depth_m: float
    half_width_m: float

    def local(self, points: FloatArray) -> FloatArray:
        """Return forward, up and right coordinates (m) of points, shape (..., 3)."""
        return (points - self.centre) @ np.stack([self.forward, self.up, [0.0, 0.0, 1.0]]).T

    def world(self, forward_m: float, up_m: float, right_m: float) -> FloatArray:
        """Return the point with these coordinates, shape (3,)."""
        return self.centre + forward_m * self.forward + up_m * self.up + np.array([0.0, 0.0, right_m])


@cache
def plate(vertebra: str, edge: Edge) -> Slice:
    """Return one endplate ("upper" or "lower") of a vertebra as a slice."""
    e = endplate(vertebra, edge)
    a = np.radians(e.tilt_deg)  # front down is positive
    forward, up = np.array([np.cos(a), -np.sin(a), 0.0]), np.array([np.sin(a), np.cos(a), 0.0])
    return Slice(np.array(e.centre, float), forward, up, e.half_depth_m, e.half_width_m)


def between(a: Slice, b: Slice, part: float = 0.5) -> Slice:
    """Return the slice at `part` of the way from a to b."""
    mix = lambda x, y: (1 - part) * x + part * y  # noqa: E731
    forward = shapes.unit(mix(a.forward, b.forward))
    up = np.array([-forward[1], forward[0], 0.0])
    return Slice(
        mix(a.centre, b.centre),
        forward,
        up,
        mix(a.half_depth_m, b.half_depth_m),
        mix(a.half_width_m, b.half_width_m),
    )


@cache
def level(name: str) -> Slice:
    """Return the middle of a body ("l3") or of a disc ("l3_l4", "l5_s1") as a slice."""
    if "_" in name:
        above, below = name.split("_")
        return between(plate(above, "lower"), plate(below, "upper"))
    if name not in VERTEBRAE:
        known = [*VERTEBRAE, *DISCS, "l5_s1"]
        raise ValueError(f"level {name!r} is not known; choose one of {', '.join(known)}")
    return between(plate(name, "upper"), plate(name, "lower"))


@cache
def hull_rings(around: int = 48) -> FloatArray:
    """Return rings of a smooth hull over bodies and discs from the lower edge of T12 to that of L5.

    Rows run downwards, turn 0 is in front, 1/4 on the right side. Between the endplates of a body the hull keeps
    outside the waist, as the muscle does; it bulges a little at each disc.
    """
    plates = [plate(v, e) for v, e in PLATES]
    slices, inset = [], []
    for k, (a, b) in enumerate(pairwise(plates)):
        is_body = k % 2 == 1
        for part in np.arange(ROWS_PER_PLATE) / ROWS_PER_PLATE:
            slices.append(between(a, b, part))
            inset.append((-WAIST if is_body else BULGE) * np.sin(np.pi * part))
    slices.append(plates[-1])
    swell = 1 + np.array([*inset, 0.0])
    angle = np.linspace(0, 2 * np.pi, around, endpoint=False)
    c, s = (np.sign(q) * np.abs(q) ** (2 / HULL_POWER) for q in (np.cos(angle), np.sin(angle)))
    rows = [
        x.centre + k * (x.half_depth_m * c[:, None] * x.forward + x.half_width_m * s[:, None] * [0.0, 0.0, 1.0])
        for x, k in zip(slices, swell, strict=True)
    ]
    return np.stack(rows)


def hull_row(vertebra: str, edge: Edge) -> int:
    """Return the row of `hull_rings` that lies on an endplate."""
    return PLATES.index((vertebra, edge)) * ROWS_PER_PLATE
