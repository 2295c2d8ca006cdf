"""The squares of the palpation map: a grid over belly and groin that hangs on landmarks a hand can feel.

Seen from the front: y is up and z is the body's right, metres. Columns divide the way from the midline to the front
spine of the hip bone (ASIS) into quarters; rows divide the ways between costal margin, iliac crest, ASIS, pubic
tubercle and a hand's breadth below the inguinal ligament. A square is where the middle of a fingertip may be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np

from iliopsoas.atlas.mesh import FloatArray
from iliopsoas.atlas.strokes import strokes
from iliopsoas.body import column
from iliopsoas.body.landmarks import landmark, line

HAND_MM = strokes().hand_mm  # one hand for all plates: that of a large hand, as a larger one is safer
COLUMNS = 9  # 1 on the right ASIS, 5 on the midline, 9 on the left ASIS
MIDLINE = 5
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # without I and O, which look like numbers
# Bands from the top down: from, to, how many rows, and what a reader calls the band.
BANDS = (
    ("breastbone", "costal_margin", 3, "between the ribs, above the lowest part of the costal margin"),
    ("costal_margin", "crest", 3, "between costal margin and iliac crest"),
    ("crest", "asis", 3, "between iliac crest and ASIS"),
    ("asis", "tubercle", 4, "between ASIS and pubic tubercle"),
    ("tubercle", "hand", 4, "below the pubic tubercle"),
)
_PARTS = {
    3: ("upper third", "middle third", "lower third"), 4: ("first quarter", "second quarter", "third quarter",
          "last quarter")}  # fmt: skip
_OUT = ("on the line of the ASIS", "three quarters of the way out to the ASIS", "half-way out to the ASIS",
        "a quarter of the way out to the ASIS", "on the midline")  # fmt: skip


@dataclass(frozen=True)
class Square:
    """One square of the map.

    Attributes
    ----------
    id : str
        Row letter from the top down and column from the client's right to left: "E5" is at the navel.
    row, column : int
        From 0 and from 1.
    side : str
        "r", "l", or "" on the midline.
    low_m, high_m : (float, float)
        Lower corner and upper corner: y and z, metres; z is the client's right.
    where : str
        Its place in words, by landmarks that a hand can feel.
    """

    id: str
    row: int
    column: int
    side: str
    low_m: tuple[float, float]
    high_m: tuple[float, float]
    where: str

    @property
    def middle_m(self) -> FloatArray:
        """Middle, shape (2,): y and z, metres."""
        return (np.array(self.low_m) + np.array(self.high_m)) / 2

    @property
    def size_m(self) -> FloatArray:
        """Height and width, shape (2,), metres."""
        return np.array(self.high_m) - np.array(self.low_m)


def heights() -> Mapping[str, float]:
    """Return the heights that bound the bands, metres."""
    tubercle = float(landmark("pubic_tubercle")[1])
    arch = line("costal_arch")
    return {
        "breastbone": float(arch[:, 1].max()),
        "costal_margin": float(arch[:, 1].min()),
        "crest": float(landmark("iliac_crest_top")[1]),
        "asis": float(landmark("asis")[1]),
        "tubercle": tubercle,
        "hand": tubercle - HAND_MM / 1000,
    }


def rows() -> FloatArray:
    """Return the borders of the rows from the top down, shape (rows + 1,), metres."""
    at = heights()
    pieces = [np.linspace(at[top], at[low], n + 1)[:-1] for top, low, n, _ in BANDS]
    return np.concatenate([*pieces, [at["hand"]]])


def columns() -> FloatArray:
    """Return the borders of the columns from the client's right to left, shape (10,), metres."""
    step = float(landmark("asis")[2]) / (MIDLINE - 1)
    return np.asarray(step * (MIDLINE - 0.5 - np.arange(COLUMNS + 1)), np.float64)


def navel() -> FloatArray:
    """Return where the navel is drawn, shape (2,): y and z; in the middle at the disc L3-L4 (gray1918)."""
    return np.array([float(column.level("l3_l4").centre[1]), 0.0])


def ligament_height(z_m: FloatArray | float) -> FloatArray:
    """Return the height of the inguinal ligament at a distance from the midline, either side; ASIS outside it."""
    asis, tubercle = landmark("asis"), landmark("pubic_tubercle")
    found: FloatArray = np.interp(np.abs(z_m), [tubercle[2], asis[2]], [tubercle[1], asis[1]])
    return found


def costal_height(z_m: float) -> float:
    """Return the height of the costal arch at a distance from the midline, either side; its lower end outside it."""
    arch = line("costal_arch")
    order = np.argsort(arch[:, 2])
    return float(np.interp(abs(z_m), arch[order, 2], arch[order, 1]))


@cache
def squares() -> Mapping[str, Square]:
    """Return all squares by id, row by row from the top down and from the client's right to left.

    Left out are places over the ribs, between the thighs and beyond a hand's breadth below the ligament: there is no
    hand to be there on the strength of this map.
    """
    return MappingProxyType({square.id: square for square in _squares()})


def _squares() -> Iterator[Square]:
    y, z = rows(), columns()
    tubercle, hand = heights()["tubercle"], HAND_MM / 1000
    names = [f"{name}, {_PARTS[n][k]}" for _, _, n, name in BANDS for k in range(n)]
    for row in range(len(y) - 1):
        for k in range(COLUMNS):
            low, high = (float(y[row + 1]), float(z[k + 1])), (float(y[row]), float(z[k]))
            at_y, at_z = (low[0] + high[0]) / 2, (low[1] + high[1]) / 2
            between_thighs = k + 1 == MIDLINE and at_y < tubercle
            if at_y > costal_height(at_z) or at_y < ligament_height(at_z) - hand or between_thighs:
                continue
            side = "" if k + 1 == MIDLINE else "r" if k + 1 < MIDLINE else "l"
            out = _OUT[min(k, COLUMNS - 1 - k)]
            side_word = {"r": "right, ", "l": "left, ", "": ""}[side]
            where = f"{side_word}{out}; {names[row]}{_by_the_ligament(low, high)}"
            yield Square(f"{LETTERS[row]}{k + 1}", row, k + 1, side, low, high, where)


def _by_the_ligament(low: tuple[float, float], high: tuple[float, float]) -> str:
    """Say where a square lies against the inguinal ligament, when it is on or below it."""
    line_at = ligament_height(np.linspace(low[1], high[1], 9))
    if bool((line_at > high[0]).all()):
        return "; below the inguinal ligament"
    return "; on the inguinal ligament" if bool((line_at >= low[0]).any()) and abs(low[1] + high[1]) > 1e-6 else ""
