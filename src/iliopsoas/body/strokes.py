"""Where the strokes of light effleurage run on the drawn body, and where none goes.

Worked out from the bones and the large bowel. A stroke is the path of the middle of the hand. Each begins, turns and
ends at landmarks: the groin crease (from the front hip-bone point to the pubic tubercle), the lowest ribs, the middle
of the colon. Points are (z, y) as seen from the front, metres, z towards the client's right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from iliopsoas.atlas import strokes as data
from iliopsoas.atlas.mesh import FloatArray, Mesh
from iliopsoas.body import bowel, column, skin_lines
from iliopsoas.body.assemble import Body, Part
from iliopsoas.body.assemble import body as standing
from iliopsoas.body.landmarks import landmark
from iliopsoas.body.region import Region

CLEAR_M = 0.006  # how far a stroke keeps off the areas, beyond what the data say (drawing choice)
BOW_M = 0.010  # how far the stroke across rises to its middle, as the costal margin does (drawing choice)
LOW_M = -0.112  # where the picture, and with it the lowest area, ends
_ARROW_M, _HEAD_M, _STRIPE_M, _GAP_M = 0.0065, 0.021, 0.0012, 0.0058
_FIGURE_M, _PEN_M = 0.017, 0.0030
NUMBERED = ("1", "2", "3")


def hand_m() -> float:
    """Return the hand's breadth by which distances are kept, metres."""
    return data.strokes().hand_mm * 1e-3


def navel_m() -> float:
    """Return the height of the navel: that of the disc L3-L4 (gray1918); it varies much."""
    return float(column.level("l3_l4").centre[1])


@cache
def crease() -> FloatArray:
    """Return the groin crease of the right side from the front hip-bone point to the pubic tubercle, (2, 2)."""
    return np.array([landmark("asis")[[2, 1]], landmark("pubic_tubercle")[[2, 1]]])


def from_crease_m(z_m: ArrayLike, y_m: ArrayLike) -> FloatArray:
    """Return the distance of points from the nearer groin crease, as seen from the front."""
    p = np.stack(np.broadcast_arrays(np.abs(np.asarray(z_m, float)), np.asarray(y_m, float)), -1)
    a, b = crease()
    t = np.clip(((p - a) @ (b - a)) / ((b - a) @ (b - a)), 0, 1)
    return np.linalg.norm(p - (a + t[..., None] * (b - a)), axis=-1)


def ribs_m(z_m: float) -> float:
    """Return the height of the lowest rib or costal margin at a distance from the midline."""
    v = np.concatenate([standing()[f"{name}_r"].mesh.v for name in ("costal_margin", "rib_10", "rib_11")])
    near = v[(np.abs(v[:, 2] - abs(z_m)) < 0.005) & (v[:, 0] > -0.06)]
    return float(near[:, 1].min())


def _colon_m(side: str) -> float:
    """Return how far from the midline the middle of the hand runs on a side, metres, above 0.

    The hand lies on the colon, its outer edge along the outer border of the colon between groin and ribs.
    """
    v = (bowel.ascending() if side == "r" else bowel.descending()).v
    between = v[(v[:, 1] > landmark("iliac_crest_top")[1]) & (v[:, 1] < ribs_m(v[:, 2].max()))]
    return float(between[:, 2].max()) - hand_m() / 2


def _start_m(z_m: float) -> float:
    """Return the lowest height above the crease at which a hand's breadth, and a little, is kept from it."""
    heights = np.linspace(float(crease()[0, 1]), ribs_m(z_m), 800)
    clear = from_crease_m(np.full(800, z_m), heights) >= hand_m() + CLEAR_M
    return float(heights[np.flatnonzero(~clear)[-1] + 1])


@cache
def paths() -> Mapping[str, FloatArray]:
    """Return the path of each stroke by id, in the order in which they are done; shape (n, 2) as (z, y), metres."""
    right, left = _colon_m("r"), -_colon_m("l")
    top_right, top_left = ribs_m(right) - CLEAR_M, ribs_m(left) - CLEAR_M
    t = np.linspace(0, 1, 41)[:, None]
    across = np.array([right, top_right]) * (1 - t) + np.array([left, top_left]) * t
    across[:, 1] += BOW_M * 4 * (t * (1 - t))[:, 0]
    made = {
        "up": np.array([[right, _start_m(right)], [right, top_right]]),
        "across": across,
        "down": np.array([[left, top_left], [left, _start_m(-left)]]),
    }
    return MappingProxyType({id: skin_lines.evenly(made[id]) for id in data.strokes().strokes})


def inside(id: str, z_m: ArrayLike, y_m: ArrayLike) -> np.ndarray:
    """Return whether points lie in a never-area; they do not overlap. An unknown one raises `UnknownName`."""
    z, y = np.broadcast_arrays(np.asarray(z_m, float), np.asarray(y_m, float))
    points_m = float(crease()[0, 1])
    covered = y < points_m
    groin = ~covered & (from_crease_m(z, y) < hand_m())
    middle = ~covered & ~groin & (np.abs(z) < hand_m() / 2) & (y < navel_m())
    found: np.ndarray = {"covered": covered, "above_groin": groin, "midline": middle}[data.area(id).id]
    return found


@cache
def outlines() -> Mapping[str, tuple[str, FloatArray]]:
    """Return the outlines of the never-areas, by an id of each piece: id of its area, and corners (n, 2) as (z, y).

    They hold what `inside` holds, and the strip of the midline also what the groins have of it.
    """
    a, b = crease()
    far, low, half, hand = 0.5, -0.5, hand_m() / 2, hand_m()
    line = float(a[1])
    # A hand's breadth round the crease, cut off at the line between the front hip-bone points: from its outer end,
    # round the point, and along the crease to where the line cuts it.
    along = (b - a) / np.linalg.norm(b - a)
    up = np.array([along[1], -along[0]])
    up = up if up[1] > 0 else -up
    turn = np.arctan2(up[1], up[0])
    round_ = a + hand * np.stack([np.cos(q := np.linspace(0, turn, 240)), np.sin(q)], 1)
    slope = b + hand * up
    foot = round_[-1] + (slope - round_[-1]) * (round_[-1, 1] - line) / (round_[-1, 1] - slope[1])
    groin = np.concatenate([round_, foot[None]])
    covered = np.array([[far, line], [far, low], [-far, low], [-far, line]])
    strip = np.array([[half, line], [half, navel_m()], [-half, navel_m()], [-half, line]])
    pieces = {
        "covered": ("covered", covered),
        "above_groin_r": ("above_groin", groin),
        "above_groin_l": ("above_groin", groin * [-1.0, 1.0]),
        "midline": ("midline", strip),
    }
    return MappingProxyType(pieces)


@dataclass(frozen=True)
class WithStrokes:
    """Makes the region with the strokes on its skin; a plate's ``body``, known to the cache by its name.

    They are no system of `Region`: what is drawn on the skin has no place in a section through the body.
    """

    systems: tuple[str, ...]

    def __post_init__(self) -> None:
        """Take a name that says what is made."""
        object.__setattr__(self, "__qualname__", f"WithStrokes({'+'.join(self.systems)})")

    def __call__(self) -> Body:
        """Return the body with the parts of the systems and what is drawn on the skin."""
        whole = Region(self.systems)()
        return Body({**{id: whole[id] for id in whole}, **{part.id: part for part in parts()}})


def parts() -> Iterator[Part]:
    """Yield the strokes with their numbers, the hatched areas, and the landmarks on the skin."""
    for number, (id, path) in zip(NUMBERED, paths().items(), strict=True):
        yield Part(
            f"stroke_{id}", f"stroke_{id}", "", "stroke", skin_lines.arrow(path, _ARROW_M, _HEAD_M), f"stroke_{id}"
        )
        beside = _beside(id, path)
        mesh = skin_lines.figure(number, beside, _FIGURE_M, _PEN_M)
        yield Part(f"stroke_number_{id}", f"stroke_{id}", "", "stroke", mesh, f"stroke_number_{id}")
    reach = 0.165
    for k, id in enumerate(data.AREAS):
        box = (-reach, LOW_M, reach, 0.14)
        stripes = skin_lines.hatching(partial(inside, id), box, (45, -45, 45)[k], _GAP_M, _STRIPE_M)
        pieces = [stripes, *(skin_lines.ribbon(edge, 2 * _STRIPE_M) for edge in _edges(id))]
        yield Part(f"never_{id}", f"never_{id}", "", "no_stroke", skin_lines.joined_lines(pieces), f"never_{id}")
    yield Part("mark_navel", "mark_navel", "", "mark", _spot((0.0, navel_m())), "mark_navel")
    for side, sign in (("r", 1.0), ("l", -1.0)):
        (z, y), _ = crease()
        yield Part(f"mark_asis_{side}", "asis", side, "mark", _spot((sign * float(z), float(y))), f"mark_asis_{side}")
        line = _margin() * [sign, 1.0]
        yield Part(f"mark_ribs_{side}", "costal_margin", side, "mark", _dashed(line), f"mark_ribs_{side}")


def _beside(id: str, path: FloatArray) -> tuple[float, float]:
    """Return where the number of a stroke stands: outside the round, beside its middle."""
    z, y = path[len(path) // 2]
    return {"up": (z + 0.020, y), "across": (z, y + 0.020), "down": (z - 0.020, y)}[id]


def _margin() -> FloatArray:
    """Return the lower edge of the ribs of the right side as a line, from near the midline out."""
    z = np.linspace(0.012, 0.122, 23)
    return np.stack([z, [ribs_m(k) for k in z]], 1)


def _spot(middle: tuple[float, float]) -> Mesh:
    return skin_lines.disc(middle, 0.0045, 2 * skin_lines.LIFT_M)  # above the hatching


def _dashed(line: FloatArray) -> Mesh:
    p = skin_lines.evenly(line)
    dashes = [p[k : k + 5] for k in range(0, len(p) - 4, 8)]
    return skin_lines.joined_lines([skin_lines.ribbon(dash, 0.0016) for dash in dashes])


def _edges(id: str) -> Iterator[FloatArray]:
    """Yield the borders of a never-area that are drawn as lines, where no other area lies beyond."""
    line = float(crease()[0, 1])
    if id == "covered":
        wide = float(skin_lines.half_width_m(line))
        yield np.array([[wide, line], [-wide, line]])
        return
    if id == "midline":
        strip = outlines()["midline"][1]
        free = [p for p in skin_lines.evenly(strip) if from_crease_m(p[0], p[1]) >= hand_m()]
        yield np.array(free)
        return
    for sign in (1.0, -1.0):
        edge = skin_lines.evenly(outlines()["above_groin_r"][1])
        seen = edge[(np.abs(edge[:, 0]) < skin_lines.half_width_m(edge[:, 1])) & (edge[:, 0] > 0)]
        yield seen * [sign, 1.0]
