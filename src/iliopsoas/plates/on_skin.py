"""What is drawn on the skin of the palpation map: squares, letters, hatching and lines, laid onto the skin's own shape.

Everything is made flat, as a reader sees it from the front (right is the client's left, up is up), and then laid onto
the skin: nothing on the map can drift from the body that it is measured on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from iliopsoas.atlas.mesh import FloatArray, Mesh, joined
from iliopsoas.body import below, squares, under_hand
from iliopsoas.body.assemble import Body, Part
from iliopsoas.body.cut import filling, flat_mesh, ribbon
from iliopsoas.body.landmarks import landmark, line
from iliopsoas.body.region import Region
from iliopsoas.body.squares import COLUMNS, LETTERS, Square

SYSTEMS = ("vessels", "nerves", "organs", "groin", "wall")  # what the plate draws; more is measured
SIGNS = {"superficial": "S", "caution": "C", "never": "N"}
# Drawing choices, metres.
_STEP_M, _LIFT_M, _GAP_M = 0.0025, 0.0007, 0.0005
_HATCH_M, _STROKE_M, _LINE_M = 0.0080, 0.00036, 0.0008
_LETTER_M, _NAME_M, _CLEAR_M = 0.0088, 0.0085, 0.0068  # height of letters; what is kept clear of hatching round one
_BEYOND_M = 0.011  # how far outside the squares their names stand
_BAND_M, _BUTTON_M, _NAVEL_M = 0.0026, 0.0046, 0.0088


@cache
def _skin() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the front of the skin on a fine lattice: heights, distances from the midline, and x; metres."""
    y = np.arange(-0.215, 0.262, _STEP_M)
    z = np.arange(-0.172, 0.1721, _STEP_M)
    body = Region(SYSTEMS)()
    return y, z, below.fronts(below.by_structure(body)[("skin", "")], y, z)[0]


def front_of_skin(y_m: FloatArray, z_m: FloatArray) -> FloatArray:
    """Return where the front of the skin is at heights and distances from the midline, metres; nan beside the body."""
    y, z, x = _skin()
    i = np.clip((y_m - y[0]) / _STEP_M, 0, len(y) - 1.001)
    j = np.clip((z_m - z[0]) / _STEP_M, 0, len(z) - 1.001)
    a, b = i.astype(int), j.astype(int)
    u, v = i - a, j - b
    top = x[a, b] * (1 - v) + x[a, b + 1] * v
    low = x[a + 1, b] * (1 - v) + x[a + 1, b + 1] * v
    return np.asarray(top * (1 - u) + low * u)


def _laid(quads: FloatArray, lift_m: float) -> Mesh:
    """Return flat quadrilaterals (n, 4, 2), right and up, laid onto the skin."""
    mesh = flat_mesh(quads, 0.0)
    right, up = quads.reshape(-1, 2).T
    x = front_of_skin(up, -right) + lift_m
    mesh = mesh.moved(np.stack([x, up, -right], axis=1))
    whole = np.isfinite(mesh.v[:, 0])[mesh.f].all(1)
    return Mesh(np.nan_to_num(mesh.v), mesh.f[whole], None, True)


def _patch(square: Square) -> Mesh:
    n = 10
    (y0, z0), (y1, z1) = square.low_m, square.high_m
    u = np.linspace(y0 + _GAP_M, y1 - _GAP_M, n)
    r = -np.linspace(z1 - _GAP_M, z0 + _GAP_M, n)
    rr, uu = np.meshgrid(r, u)
    grid = np.stack([rr, uu], axis=-1)
    quads = np.stack([grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]], axis=2).reshape(-1, 4, 2)
    return _laid(quads, _LIFT_M)


def _stroke(points: FloatArray, thick_m: float, lift_m: float = 2 * _LIFT_M) -> Mesh:
    """Return a line (n, 2), right and up, as a ribbon on the skin."""
    length = float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())
    if length < 1e-6:
        return Mesh(np.zeros((0, 3)), np.zeros((0, 3), np.int64), None, True)
    s = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    at = np.linspace(0, length, max(2, round(length / _STEP_M) + 1))
    fine = np.stack([np.interp(at, s, points[:, k]) for k in (0, 1)], axis=1)
    return _laid(ribbon(fine, thick_m), lift_m)


@cache
def _glyph(text: str, height_m: float) -> FloatArray:
    """Return a short text as quadrilaterals (n, 4, 2) round 0, its letters `height_m` high."""
    from matplotlib.font_manager import FontProperties  # slow to import, and only needed when something is drawn
    from matplotlib.textpath import TextPath

    path = TextPath((0, 0), text, size=100, prop=FontProperties(family="DejaVu Sans", weight="bold"))
    loops = [loop[:-1] for loop in map(np.array, path.to_polygons()) if len(loop) > 3]
    high = np.concatenate(loops)[:, 1]
    middle = (np.concatenate(loops).min(0) + np.concatenate(loops).max(0)) / 2
    quads = filling([(loop - middle)[::-1] * height_m / (high.max() - high.min()) for loop in loops])
    return quads


def _text(text: str, at: FloatArray, height_m: float) -> Mesh:
    return _laid(_glyph(text, height_m) + at, 5 * _LIFT_M)


def _hatching(square: Square, both_ways: bool) -> list[Mesh]:
    """Return diagonal strokes over a square, clear of the letter in its middle."""
    (y0, z0), (y1, z1) = square.low_m, square.high_m
    middle = np.array([-(z0 + z1) / 2, (y0 + y1) / 2])
    half = np.array([(z1 - z0) / 2, (y1 - y0) / 2]) - 0.0012
    out = []
    for slope in (1.0, -1.0)[: 1 + both_ways]:
        reach = half.sum()
        for offset in np.arange(-reach + _HATCH_M / 2, reach, _HATCH_M):
            # On up = slope * right + offset, from side to side of the square.
            ends = np.sort([-half[0], half[0], (-half[1] - offset) / slope, (half[1] - offset) / slope])[1:3]
            line_ = np.array([[r, slope * r + offset] for r in np.linspace(float(ends[0]), float(ends[1]), 12)])
            if np.abs(line_[:, 1]).max() > half[1] + 1e-6:
                continue
            free = np.linalg.norm(line_, axis=1) > _CLEAR_M
            for run in np.split(np.arange(12), np.flatnonzero(np.diff(free.astype(int))) + 1):
                if free[run[0]] and len(run) > 1:
                    out.append(_stroke(line_[run] + middle, _STROKE_M))
    return out


def _as_seen(points: FloatArray, side: str = "r") -> FloatArray:
    """Return body points (n, 3) as right and up of a reader in front; ``side="l"`` mirrors them."""
    return np.stack([-points[:, 2] if side == "r" else points[:, 2], points[:, 1]], axis=1)


def landmarks_on_skin() -> Mapping[str, list[FloatArray]]:
    """Return by structure id the lines and points of both sides that a hand can feel: right and up, metres."""
    asis, tubercle = landmark("asis"), landmark("pubic_tubercle")
    ligament = np.stack([asis, tubercle])
    return {
        "inguinal_ligament": [_as_seen(ligament, side) for side in "rl"],
        "costal_margin": [_as_seen(line("costal_arch"), side) for side in "rl"],
        "asis": [_as_seen(asis[None], side) for side in "rl"],
        "pubic_tubercle": [_as_seen(tubercle[None], side) for side in "rl"],
        "navel": [squares.navel()[None, ::-1]],
    }


def _ring(at: FloatArray, radius_m: float) -> Mesh:
    turn = np.linspace(0, 2 * np.pi, 33)
    return _stroke(at + radius_m * np.stack([np.cos(turn), np.sin(turn)], axis=1), _LINE_M)


@dataclass(frozen=True)
class MapBody:
    """Makes the body with the map on its skin; a plate's ``body``."""

    def __post_init__(self) -> None:
        """Take a name that the cache of drawn plates knows it by."""
        object.__setattr__(self, "__qualname__", "MapBody")

    def __call__(self) -> Body:
        """Return the body with squares, letters, hatching, names of rows and columns, and landmarks on the skin."""
        whole = Region(SYSTEMS)()
        return Body({**whole, **{part.id: part for part in _marks()}})


def _marks() -> Iterator[Part]:
    verdicts = under_hand.verdicts()
    navel = landmarks_on_skin()["navel"][0][0]
    patches: dict[str, list[Mesh]] = {name: [] for name in SIGNS}
    hatching: list[Mesh] = []
    letters: list[Mesh] = []
    for square in squares.squares().values():
        found = verdicts[square.id].verdict
        patches[found].append(_patch(square))
        if found != "superficial":
            hatching += _hatching(square, found == "never")
        at = square.middle_m[::-1] * [-1, 1]
        if np.all(np.abs(at - navel) < square.size_m[::-1] / 2):
            at = navel  # in the ring that stands for it
        letters.append(_text(SIGNS[found], at, _LETTER_M))
    for name, meshes in patches.items():
        if meshes:
            id = f"squares_{name}"
            yield Part(id, "palpation_square", "", f"verdict_{name}", joined(meshes), id)
    yield Part("square_hatching", "palpation_square", "", "line", joined(hatching), "square_letters")
    yield Part("square_letters", "palpation_square", "", "mark", joined(letters), "square_letters")
    yield Part("square_names", "palpation_square", "", "mark", joined(_names()), "square_names")
    for name, shapes in landmarks_on_skin().items():
        meshes = [_felt(name, shape) for shape in shapes]
        yield Part(f"on_skin_{name}", name, "", _FELT[name], joined(meshes), f"on_skin_{name}")


# What a landmark looks like: bone, cartilage and ligament in their own colours, the navel as a ring.
_FELT = {
    "inguinal_ligament": "ligament",
    "costal_margin": "cartilage",
    "asis": "bone",
    "pubic_tubercle": "bone",
    "navel": "mark",
}


def _felt(name: str, shape: FloatArray) -> Mesh:
    """Return one landmark on the skin: a button, a ring or a band."""
    if name == "navel":
        return _ring(shape[0], _NAVEL_M)
    if len(shape) == 1:
        turn = np.linspace(0, 2 * np.pi, 33)[:-1]
        disc = filling([_BUTTON_M * np.stack([np.cos(turn), np.sin(turn)], axis=1)])
        return _laid(disc + shape[0], 4 * _LIFT_M)
    return _stroke(shape, _BAND_M, 3 * _LIFT_M)


def _names() -> Iterator[Mesh]:
    """Yield row letters on both sides and column numbers above, as round a map."""
    y, z = squares.rows(), squares.columns()
    for row in range(len(y) - 1):
        for right in (-z[0] - _BEYOND_M, -z[-1] + _BEYOND_M):
            yield _text(LETTERS[row], np.array([right, (y[row] + y[row + 1]) / 2]), _NAME_M)
    for column in range(COLUMNS):
        yield _text(str(column + 1), np.array([-(z[column] + z[column + 1]) / 2, y[0] + _BEYOND_M]), _NAME_M)
