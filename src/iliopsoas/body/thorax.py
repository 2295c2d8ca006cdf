"""Ribs, sternum and costal cartilages in a breath: how they turn, and how wide the cage is from inside.

The turn of ribs 3 and 7 from rest to a full breath is published for two men (wilson1987): 11 and 7 degrees as a pump
handle, 13 and 10 degrees as a bucket handle. Ribs between and below are drawn on the straight line through the two. The
rest is a drawing choice: a full breath is taken as `FULL_BREATH_L`; the turn grows evenly with the volume, about an
axis through the head of the rib; rib 12 is held still, with the muscle that holds it; the cartilages follow the ends of
their ribs, and the sternum the mean of ribs 3 to 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from iliopsoas.atlas.bones import load_bones
from iliopsoas.atlas.mesh import FloatArray, Mesh
from iliopsoas.body import landmarks, shapes

RIBS = tuple(range(3, 13))
FULL_BREATH_L = 3.0
# Degrees from rest to a full breath: pump handle, bucket handle (wilson1987; two men, lying).
PUBLISHED_TURN_DEG = {3: (11.0, 13.0), 7: (7.0, 10.0)}
HELD = (12,)  # ribs that do not move
_JOINED = range(3, 11)  # ribs whose cartilage is part of the front piece
_STERNUM_M = 0.018  # half width of what moves as the sternum itself


def turn_deg(rib: int) -> tuple[float, float]:
    """Return how far a rib turns from rest to a full breath, degrees: pump handle, bucket handle."""
    if rib in HELD:
        return 0.0, 0.0
    (a, high), (b, low) = PUBLISHED_TURN_DEG.items()
    part = (rib - a) / (b - a)
    return high[0] + part * (low[0] - high[0]), high[1] + part * (low[1] - high[1])


@dataclass(frozen=True)
class Thorax:
    """The cage at a volume.

    Parameters
    ----------
    breath_l : float
        Litres above rest.
    """

    breath_l: float = 0.0

    def rib(self, number: int) -> Mesh:
        """Return a right rib where it is now."""
        mesh = load_bones()[f"rib_{number}_r"]
        return mesh.moved(self.carried(number, mesh.v))

    def carried(self, number: int, points: FloatArray, bucket: bool = True) -> FloatArray:
        """Return points, shape (n, 3), turned as a right rib turns."""
        pump, handle = (np.radians(d) * self.breath_l / FULL_BREATH_L for d in turn_deg(number))
        head, _ = _ends(number)
        turn = np.array([-handle if bucket else 0.0, 0.0, pump])
        return head + _turned(points - head, shapes.unit(turn), float(np.linalg.norm(turn)))

    @cached_property
    def front(self) -> Mesh:
        """Sternum and cartilages, which reach the ends of their ribs."""
        mesh = load_bones()["sternum"]
        return mesh.moved(self.follow(mesh.v))

    def follow(self, points: FloatArray) -> FloatArray:
        """Return points of the front of the cage, shape (n, 3), carried with sternum and rib ends."""
        side = np.where(points[:, 2:] < 0, [[1, 1, -1]], [[1, 1, 1]])
        right = points * side
        lifts, sites = [], []
        for k in _JOINED:
            _, tip = _ends(k)
            lifts.append(self.carried(k, tip[None])[0] - _meeting(k))
            sites.append(_meeting(k))
        sternum = np.mean([self.carried(k, _meeting(k)[None], bucket=False)[0] - _meeting(k) for k in range(3, 8)], 0)
        sternum[2] = 0.0
        d = np.linalg.norm(right[:, None] - np.array(sites)[None], axis=2)
        near = np.exp(-((d / 0.014) ** 2)) + 1e-9 / (d + 1e-3) ** 2
        ends = (near[..., None] * np.array(lifts)[None]).sum(1) / near.sum(1, keepdims=True)
        # Along a cartilage the movement passes from that of the sternum to that of the rib.
        far = np.min(d, axis=1)
        inward = np.maximum(right[:, 2] - _STERNUM_M, 0)
        part = shapes.smoothstep(inward / (inward + far + 1e-4))[:, None]
        move = sternum * (1 - part) + ends * part
        return points + move * side

    @cached_property
    def costal_arch(self) -> FloatArray:
        """Line of the costal margin from the end of rib 10 to the xiphoid, shape (n, 3)."""
        return self.follow(landmarks.line("costal_arch"))

    @cached_property
    def cage(self) -> Cage:
        """The inside of the cage."""
        bones = load_bones()
        spine = [bones[k].v for k in ("t6", "t7", "t8", "t9", "t10", "t11", "t12", "l1", "l2")]
        spine = [v[v[:, 0] > v[:, 0].max() - 0.04] for v in spine]
        return Cage.around(np.vstack([*(self.rib(k).v for k in RIBS), self.front.v, *spine]))


@lru_cache(maxsize=16)
def thorax(breath_l: float) -> Thorax:
    """Return the cage at a volume, kept."""
    return Thorax(breath_l)


def _turned(v: FloatArray, axis: FloatArray, angle: float) -> FloatArray:
    c, s = np.cos(angle), np.sin(angle)
    return v * c + np.cross(axis, v) * s + np.outer(v @ axis, axis) * (1 - c)


@lru_cache(maxsize=16)
def _ends(number: int) -> tuple[FloatArray, FloatArray]:
    """Return head and front end of a right rib at rest."""
    v = load_bones()[f"rib_{number}_r"].v
    head = v[np.argsort(v[:, 2])[:12]].mean(0)
    low = v[:, 1] + (0.5 * v[:, 2] if number < 8 else 0.0)  # the front ends lie lowest, those of the upper ribs inwards
    return head, v[np.argsort(low)[:14]].mean(0)


@lru_cache(maxsize=16)
def _meeting(number: int) -> FloatArray:
    """Return the end of the cartilage that belongs to a rib, as the bones are stored."""
    v = load_bones()["sternum"].v
    v = v[v[:, 2] > 0]
    _, tip = _ends(number)
    return v[np.argsort(np.linalg.norm(v - tip, axis=1))[:8]].mean(0)


@dataclass(frozen=True, eq=False)
class Cage:
    """How far the inner wall of the cage lies from its axis, by direction and height.

    Attributes
    ----------
    reach_m : ndarray, shape (heights, directions)
        Distance, metres; direction 0 is in front, growing to the right.
    """

    reach_m: FloatArray

    AXIS = (0.0, 0.0)  # x, z
    LOW_M, HIGH_M, STEP_M, AROUND = 0.13, 0.42, 0.010, 72

    @classmethod
    def around(cls, right: FloatArray) -> Cage:
        """Measure the cage from points of its right half and midline, and mirror it."""
        v = np.vstack([right, right * [1, 1, -1]])
        x, z = v[:, 0] - cls.AXIS[0], v[:, 2] - cls.AXIS[1]
        k = np.round(np.arctan2(z, x) / (2 * np.pi) * cls.AROUND).astype(int) % cls.AROUND
        rows = round((cls.HIGH_M - cls.LOW_M) / cls.STEP_M) + 1
        i = np.round((v[:, 1] - cls.LOW_M) / cls.STEP_M).astype(int)
        keep = (i >= 0) & (i < rows)
        found = np.full((rows, cls.AROUND), np.inf)
        np.minimum.at(found, (i[keep], k[keep]), np.hypot(x, z)[keep])
        # Between two ribs the wall runs from one to the next; above and below them all it goes straight on.
        out = np.empty_like(found)
        at = np.arange(rows)
        for c in range(cls.AROUND):
            seen = np.isfinite(found[:, c])
            out[:, c] = np.interp(at, at[seen], found[seen, c]) if seen.any() else np.nan
        known = np.isfinite(out[0])
        for r in range(rows):
            out[r] = np.interp(np.arange(cls.AROUND), np.flatnonzero(known), out[r, known], period=cls.AROUND)
        for _ in range(3):
            out = np.minimum(out, 0.25 * np.roll(out, 1, 1) + 0.5 * out + 0.25 * np.roll(out, -1, 1))
            out[1:-1] = 0.25 * out[:-2] + 0.5 * out[1:-1] + 0.25 * out[2:]
        return cls(out)

    def wall_m(self, direction: FloatArray, height_m: FloatArray) -> FloatArray:
        """Return the distance of the wall from the axis in directions (radians) at heights (m); arrays broadcast."""
        direction, height_m = np.broadcast_arrays(direction, height_m)
        rows = len(self.reach_m)
        r = np.clip((height_m - self.LOW_M) / self.STEP_M, 0, rows - 1.001)
        c = (direction / (2 * np.pi) * self.AROUND) % self.AROUND
        i, k = np.floor(r).astype(int), np.floor(c).astype(int) % self.AROUND
        a, b = r - i, c - np.floor(c)
        g, after = self.reach_m, (k + 1) % self.AROUND
        low = g[i, k] * (1 - b) + g[i, after] * b
        high = g[i + 1, k] * (1 - b) + g[i + 1, after] * b
        return low * (1 - a) + high * a
