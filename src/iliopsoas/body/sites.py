"""Where hands stay off, seen from the front: the outlines that the palpation map measures its squares against.

A site is flat: triangles and lines in (y, z), metres, as a reader of the plate sees them. Some are drawn structures,
some are places that are named by landmarks, such as the inguinal canal, and some are bands along the ligament.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from iliopsoas.atlas.mesh import FloatArray
from iliopsoas.body import squares
from iliopsoas.body.assemble import Part
from iliopsoas.body.landmarks import landmark, line
from iliopsoas.body.squares import HAND_MM, Square

# Along the ligament from the tubercle: mean place of the deep ring in 50 people (conaghan2004); its height above it.
DEEP_RING_SHARE, DEEP_RING_ABOVE_M = 0.41, 0.0125
# How far inwards of the ASIS the lateral femoral cutaneous nerve was found (hospodar1999).
CUTANEOUS_NERVE_M = 0.046
NEAR_GROIN_M = 0.020  # what of the femoral nerve counts as "at the groin": from so far above the ligament downwards
EPIGASTRIC_M = (0.040, 0.080)  # from the midline: holds the means of the epigastric vessels at all levels (saber2004)
_NONE = np.zeros((0, 3, 2))


@dataclass(frozen=True, eq=False)
class Site:
    """A flat place.

    Attributes
    ----------
    triangles : ndarray, shape (n, 3, 2)
        What it covers: y and z, metres.
    lines : ndarray, shape (m, 2, 2)
        Lines, or points as lines without length.
    """

    triangles: FloatArray = field(default_factory=lambda: _NONE)
    lines: FloatArray = field(default_factory=lambda: np.zeros((0, 2, 2)))

    @cached_property
    def edges(self) -> FloatArray:
        """Edges of the triangles, and the lines, shape (k, 2, 2)."""
        return np.concatenate([*(self.triangles[:, [k, (k + 1) % 3]] for k in range(3)), self.lines])

    @cached_property
    def corners(self) -> FloatArray:
        """Corners of the triangles and ends of the lines, shape (k, 2)."""
        return np.concatenate([self.triangles.reshape(-1, 2), self.lines.reshape(-1, 2)])

    @cached_property
    def _boxes(self) -> tuple[tuple[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]:
        """Lower and upper corners of the boxes round edges and round triangles."""
        (a, b), (p, q, r) = self.edges.swapaxes(0, 1), self.triangles.swapaxes(0, 1)
        low, high = np.minimum(np.minimum(p, q), r), np.maximum(np.maximum(p, q), r)
        return (np.minimum(a, b), np.maximum(a, b)), (low, high)

    def edges_near(self, low: FloatArray, high: FloatArray, reach_m: float) -> FloatArray:
        """Return the edges whose boxes come within a distance of a rectangle."""
        return self.edges[_reaches(*self._boxes[0], low, high, reach_m)]

    def triangles_at(self, low: FloatArray, high: FloatArray) -> FloatArray:
        """Return the triangles whose boxes meet a rectangle."""
        return self.triangles[_reaches(*self._boxes[1], low, high, 0.0)]


def structure_site(body: Mapping[str, Part], names: Iterable[str]) -> Site | None:
    """Return the outline of some structures, both sides; None where the body lacks one of them."""
    found = []
    for name in names:
        own = [part for part in body.values() if part.structure == name and part.tissue != "mark"]
        if not own:
            return None
        found += [part.mesh.v[part.mesh.f][..., 1:] for part in own]
    return Site(np.concatenate(found)) if found else None


def place_site(body: Mapping[str, Part], place: str) -> Site | None:
    """Return a place by its name, one of `PLACES`."""
    return PLACES[place](body)


def gap_m(site: Site, square: Square) -> float:
    """Return how far a site lies from a square, seen from the front, metres; 0 where they touch, nan for an empty site.

    The nearest points of a rectangle and a triangle or line lie at a corner of one of them, unless their edges cross.
    """
    low, high = np.array(square.low_m), np.array(square.high_m)
    if not len(site.corners):
        return float("nan")
    from_ends = float(np.linalg.norm(np.maximum(np.maximum(low - site.corners, site.corners - high), 0), axis=1).min())
    if from_ends == 0:
        return 0.0
    corners = np.array([[y, z] for y in (low[0], high[0]) for z in (low[1], high[1])])
    edges = site.edges_near(low, high, from_ends)
    around = site.triangles_at(low, high)
    if _crosses(edges, low, high) or any(_within(corner, around) for corner in corners):
        return 0.0
    return min(
        [
            from_ends,
            *(float(np.linalg.norm(_feet(corner, edges) - corner, axis=1).min()) for corner in corners if len(edges)),
        ]
    )


def nearest_point(site: Site, at: FloatArray) -> tuple[float, FloatArray]:
    """Return how far a site lies from a point, metres, 0 inside it, and its nearest point, shape (2,)."""
    if _within(at, site.triangles_at(at, at)):
        return 0.0, at
    reach = float(np.linalg.norm(site.corners - at, axis=1).min())
    feet = _feet(at, site.edges_near(at, at, reach))
    away = np.linalg.norm(feet - at, axis=1)
    return float(away.min()), feet[away.argmin()]


def _reaches(from_: FloatArray, to: FloatArray, low: FloatArray, high: FloatArray, reach_m: float) -> NDArray[np.bool_]:
    """Return which boxes come within a distance of a rectangle."""
    top, far = high + reach_m, low - reach_m
    return (from_[:, 0] <= top[0]) & (from_[:, 1] <= top[1]) & (to[:, 0] >= far[0]) & (to[:, 1] >= far[1])


def _crosses(edges: FloatArray, low: FloatArray, high: FloatArray) -> bool:
    """Return whether any edge runs through a rectangle (both ends may be outside)."""
    a, d = edges[:, 0], edges[:, 1] - edges[:, 0]
    safe = np.where(np.abs(d) < 1e-15, 1e-15, d)
    t0, t1 = (low - a) / safe, (high - a) / safe
    first, last = np.minimum(t0, t1).max(1), np.maximum(t0, t1).min(1)
    return bool((np.maximum(first, 0) <= np.minimum(last, 1)).any())


def _feet(at: FloatArray, edges: FloatArray) -> FloatArray:
    a, d = edges[:, 0], edges[:, 1] - edges[:, 0]
    t = np.clip(((at - a) * d).sum(1) / ((d * d).sum(1) + 1e-30), 0, 1)
    return np.asarray(a + t[:, None] * d)


def _within(at: FloatArray, triangles: FloatArray) -> bool:
    """Return whether a point lies in one of the triangles."""
    if not len(triangles):
        return False
    d = triangles - at
    turn = [d[:, k, 0] * d[:, (k + 1) % 3, 1] - d[:, k, 1] * d[:, (k + 1) % 3, 0] for k in range(3)]
    return bool((np.all(np.array(turn) > 0, 0) | np.all(np.array(turn) < 0, 0)).any())


# ---------------------------------------------------------------- places named by landmarks


def _both(points: FloatArray) -> FloatArray:
    """Return a shape (..., 2) of the right side with its mirror image."""
    return np.concatenate([points, points * [1.0, -1.0]])


def _quad(a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray) -> FloatArray:
    return np.array([[a, b, c], [a, c, d]])


def _ligament_ends() -> tuple[FloatArray, FloatArray]:
    return landmark("pubic_tubercle")[1:], landmark("asis")[1:]


def _groin(body: Mapping[str, Part]) -> Site:
    tubercle, asis = _ligament_ends()
    down = np.array([-HAND_MM / 1000, 0.0])
    return Site(_both(_quad(tubercle, asis, asis + down, tubercle + down)))


def _above_groin(body: Mapping[str, Part]) -> Site:
    tubercle, asis = _ligament_ends()
    up = np.array([HAND_MM / 1000, 0.0])
    middle = _quad(tubercle, tubercle * [1, -1], tubercle * [1, -1] + up, tubercle + up)
    return Site(np.concatenate([_both(_quad(tubercle, asis, asis + up, tubercle + up)), middle]))


def _midline(body: Mapping[str, Part]) -> Site:
    at = squares.heights()
    return Site(lines=np.array([[[at["breastbone"], 0.0], [at["tubercle"], 0.0]]]))


def deep_ring() -> FloatArray:
    """Return where the right deep inguinal ring is taken to lie, shape (2,): y and z, metres."""
    tubercle, asis = _ligament_ends()
    return tubercle + DEEP_RING_SHARE * (asis - tubercle) + [DEEP_RING_ABOVE_M, 0.0]


def _deep_ring(body: Mapping[str, Part]) -> Site:
    return Site(lines=_both(np.array([[deep_ring(), deep_ring()]])))


def _canal(body: Mapping[str, Part]) -> Site:
    """From the deep ring to the superficial one, which lies just above and outside the tubercle."""
    return Site(lines=_both(np.array([[deep_ring(), _ligament_ends()[0]]])))


def _navel(body: Mapping[str, Part]) -> Site:
    at = squares.navel()
    return Site(lines=np.array([[at, at]]))


def _cutaneous(body: Mapping[str, Part]) -> Site:
    tubercle, asis = _ligament_ends()
    along = (tubercle - asis) / np.linalg.norm(tubercle - asis)
    return Site(lines=_both(np.array([[asis, asis + CUTANEOUS_NERVE_M * along]])))


def _inlet(body: Mapping[str, Part]) -> Site:
    brim = line("pelvic_brim")[:, 1:]
    whole = np.concatenate([brim, brim[::-1] * [1.0, -1.0]])
    middle = whole.mean(0)
    return Site(np.stack([whole, np.roll(whole, -1, axis=0), np.broadcast_to(middle, whole.shape)], axis=1))


def _costal(body: Mapping[str, Part]) -> Site:
    arch = line("costal_arch")[:, 1:]
    return Site(lines=_both(np.stack([arch[:-1], arch[1:]], axis=1)))


def _epigastric_band(body: Mapping[str, Part]) -> Site:
    at = squares.heights()
    top, low = at["breastbone"], at["tubercle"]
    near, far = EPIGASTRIC_M
    corner = lambda y, z: np.array([y, z])  # noqa: E731
    return Site(_both(_quad(corner(low, near), corner(low, far), corner(top, far), corner(top, near))))


def _femoral_nerve(body: Mapping[str, Part], at_groin: bool) -> Site | None:
    whole = structure_site(body, ["femoral_nerve"])
    if whole is None:
        return None
    middle = whole.triangles.mean(1)
    low = middle[:, 0] < squares.ligament_height(middle[:, 1]) + NEAR_GROIN_M
    return Site(whole.triangles[low if at_groin else ~low])


#: Places that are no one drawn structure, by name.
PLACES: Mapping[str, Callable[[Mapping[str, Part]], Site | None]] = MappingProxyType(
    {
        "midline": _midline,
        "groin": _groin,
        "above_groin": _above_groin,
        "deep_ring": _deep_ring,
        "inguinal_canal": _canal,
        "navel": _navel,
        "cutaneous_nerve_at_ligament": _cutaneous,
        "femoral_nerve_at_groin": partial(_femoral_nerve, at_groin=True),
        "femoral_nerve_above_groin": partial(_femoral_nerve, at_groin=False),
        "pelvic_inlet": _inlet,
        "costal_margin": _costal,
        "epigastric_band": _epigastric_band,
    }
)
