"""Cloth on the body: what a sheet and a towel cover at each step of draping, and what is never uncovered.

Everything is a field over the front or the back of the skin, metres, above zero where it holds, hung on bony landmarks.
Cloth is laid on the skin's own shape, bridges its hollows, and hangs a little beyond it. Which places are covered at
which step is our own choice of teaching, as are the folds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np

from iliopsoas.atlas.mesh import FloatArray, Mesh, joined
from iliopsoas.body import below, patch, shapes, strokes
from iliopsoas.body.assemble import Body, Part
from iliopsoas.body.landmarks import landmark, line
from iliopsoas.body.region import Region
from iliopsoas.sources import UnknownName

# Region to the states of its cloth; a step of `consent.toml` names one of them.
STATES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "abdomen": ("covered", "two_cloths", "open"),
        "groin": ("covered", "edge_in_crease", "open", "clothed"),
        "gluteal": ("covered", "open"),
    }
)
SEEN_FROM: Mapping[str, str] = MappingProxyType({"abdomen": "front", "groin": "front", "gluteal": "behind"})
LOW_M, HIGH_M, WIDE_M = -0.285, 0.246, 0.196  # of the lattice
_STEP_M = 0.003
_LIFT_M, _OVER_M, _MARK_M = 0.0035, 0.0040, 0.0120  # cloth off the skin, a second cloth off the first, marks off both
_BEYOND_M = 0.010  # how far cloth hangs beyond the outline of the body
_FALL = 1.6  # metres that it falls back for each metre beyond the outline
_SOFT = 6  # steps over which cloth bridges a hollow
_FOLD_M, _FOLDS_M = 0.0005, (0.052, 0.083)  # height and lengths of its folds
_STRIPE_M, _GAP_M = 0.0015, 0.0135  # of the hatching
_OVERLAP_M = 0.012  # of two cloths
_HEM_M = (0.0045, 0.0058)  # from the edge of a cloth
_INNER_THIGH_M = 0.052  # from the midline: what lies nearer stays covered
_CLEAR_M = 0.010  # beyond the lines of bone that are never passed
_FAR = 1.0


@dataclass(frozen=True, eq=False)
class Surface:
    """The front or the back of the skin on a lattice.

    Attributes
    ----------
    y, z : ndarray, shape (n,)
        Height, and distance from the midline (the client's right is above 0) of each point, metres.
    x : ndarray, shape (n,)
        The skin, nan where the body is not met.
    cloth : ndarray, shape (n,)
        Where cloth lies, also a little beyond the body, where it is cut off by `within`.
    within : ndarray, shape (n,)
        How far points lie within the edges of hanging cloth, metres.
    f : ndarray of int, shape (m, 3)
        Triangles, turned towards the viewer.
    towards : float
        1 for the front, -1 for the back.
    """

    y: FloatArray
    z: FloatArray
    x: FloatArray
    cloth: FloatArray
    within: FloatArray
    f: np.ndarray
    towards: float

    def mesh(self, x: FloatArray) -> Mesh:
        """Return a sheet at some depths; triangles without a depth are left out."""
        whole = np.isfinite(x)[self.f].all(1)
        return Mesh(np.stack([np.nan_to_num(x), self.y, self.z], 1), self.f[whole], None, True)


@cache
def surface(seen_from: str) -> Surface:
    """Return the skin "front" or "behind"."""
    towards = {"front": 1.0, "behind": -1.0}[seen_from]
    y, z = np.arange(LOW_M, HIGH_M, _STEP_M), np.arange(-WIDE_M, WIDE_M + _STEP_M / 2, _STEP_M)
    body = Region(("wall",))()
    skin = [
        Part("skin", "skin", "", "skin", Mesh(m.v * [towards, 1, 1], m.f), "skin")
        for m in (body[id].mesh for id in ("skin", "thigh_skin_r", "thigh_skin_l"))
    ]
    met = below.fronts(skin, y, z)[0]
    cloth = _draped(met)
    yy, zz = np.meshgrid(y, z, indexing="ij")
    folds = sum(
        np.sin(2 * np.pi * (zz * c + yy * s) / length + 1.3 * np.sin(yy * k) + 2.1)
        for (c, s), length, k in (((0.92, 0.38), _FOLDS_M[0], 9.0), ((0.98, 0.18), _FOLDS_M[1], 14.0))
    )
    cloth = cloth + _FOLD_M * folds
    n = np.arange(len(y) * len(z)).reshape(len(y), len(z))
    a, b, c, d = n[:-1, :-1], n[:-1, 1:], n[1:, 1:], n[1:, :-1]
    f = np.concatenate([np.stack(t, -1).reshape(-1, 3) for t in ((a, b, c), (a, c, d))])
    return Surface(
        yy.ravel(), zz.ravel(), towards * met.ravel(), towards * cloth.ravel(), _within(met, zz).ravel(), f, towards
    )


def _within(skin: FloatArray, z: FloatArray) -> FloatArray:
    """Return how far points lie within the edges of hanging cloth, which are smoother than the outline of the skin."""
    wide = np.where(np.isfinite(skin), np.abs(z), 0.0).max(1)
    window = np.hanning(31)
    smooth = np.convolve(np.pad(wide, 15, mode="edge"), window / window.sum(), "valid")
    return (smooth + _BEYOND_M)[:, None] - np.abs(z)


def _draped(skin: FloatArray) -> FloatArray:
    """Return the lie of cloth over rows of the skin: over hollows and gaps, and hanging beyond both sides."""
    out = np.full(skin.shape, np.nan)
    column = np.arange(skin.shape[1])
    for row, x in enumerate(skin):
        on = np.flatnonzero(np.isfinite(x))
        if not len(on):
            continue
        away = np.maximum(np.maximum(on[0] - column, column - on[-1]), 0) * _STEP_M
        hangs = np.interp(column, on, x[on]) - _FALL * away
        out[row] = np.where(away <= 2.5 * _BEYOND_M, hangs, np.nan)
    width = np.exp(-0.5 * (np.arange(-3 * _SOFT, 3 * _SOFT + 1) / _SOFT) ** 2)
    solid = np.isfinite(out).astype(float)
    filled = np.nan_to_num(out)
    for axis in (0, 1):
        filled, solid = (np.apply_along_axis(np.convolve, axis, one, width, "same") for one in (filled, solid))
    soft = filled / np.maximum(solid, 1e-9)
    return np.fmax(np.where(np.isfinite(out), soft, np.nan), np.where(np.isfinite(skin), skin, -np.inf)) + _LIFT_M


# ---------------------------------------------------------------- places


def ribs_m() -> float:
    """Return the height of the lowest edge of the ribs, as seen from the front."""
    return min(strokes.ribs_m(z) for z in np.linspace(0.03, 0.12, 10))


def points_line_m() -> float:
    """Return the height of the line between the two front hip-bone points."""
    return float(landmark("asis")[1])


def _below_crease(s: Surface) -> FloatArray:
    """Return how far points lie below the groin crease, square to it, metres; below 0 above it."""
    a, b = strokes.crease()
    along = (b - a) / np.linalg.norm(b - a)
    down = np.array([along[1], -along[0]])
    down = down if down[1] < 0 else -down
    return (np.abs(s.z) - a[0]) * down[0] + (s.y - a[1]) * down[1]


def _sacrum_half(y: FloatArray) -> FloatArray:
    """Return the half width of what is kept covered over sacrum, tail bone and cleft, by height: as in `zones`."""
    return shapes.profile(-y, (-0.10, -0.06, -landmark("psis")[1], 0.03, 0.075, 0.12), (
        0.030, 0.038, 0.058, 0.050, 0.026, 0.018))  # fmt: skip


def never(region: str) -> FloatArray:
    """Return where nothing is ever uncovered, as a field on the region's surface, metres."""
    s = _surface(region)
    if region == "abdomen":
        return points_line_m() - s.y
    if region == "groin":
        return -_below_crease(s)
    return np.maximum(_sacrum_half(s.y) - np.abs(s.z), -s.z)


def worked(region: str) -> FloatArray:
    """Return what may be uncovered where work was agreed on, as a field on the region's surface, metres."""
    s = _surface(region)
    if region == "abdomen":
        return np.minimum(ribs_m() - s.y, s.y - points_line_m())
    if region == "groin":
        return np.minimum(_below_crease(s) - strokes.hand_m(), s.z - _INNER_THIGH_M)
    crest = np.interp(s.z, *_crest_behind())
    middle_m, hip = 0.5 * (landmark("psis")[1] + landmark("sacral_apex")[1]), landmark("greater_trochanter")
    along = shapes.unit(np.array([[hip[2], hip[1] - middle_m]]))[0]
    above = (s.y - middle_m) * along[0] - s.z * along[1]
    return np.minimum.reduce([above, s.z - _sacrum_half(s.y) - _CLEAR_M, crest - _CLEAR_M - s.y])


def _crest_behind() -> tuple[FloatArray, FloatArray]:
    """Return the height of the iliac crest by the distance from the midline, from the back spine to its top."""
    crest = line("iliac_crest")
    back = crest[crest[:, 0] <= crest[crest[:, 1].argmax(), 0]]
    order = np.argsort(back[:, 2])
    return back[order, 2], np.maximum.accumulate(back[order, 1])


def cloths(region: str, state: str) -> tuple[FloatArray, FloatArray]:
    """Return where sheet and towel (or clothing) lie, as fields on the region's surface, metres.

    Raises
    ------
    UnknownName
        For a region or a state that there is not.
    """
    s = _surface(region)
    if state not in STATES[region]:
        raise UnknownName(f"state of draping of {region!r}", state, STATES[region])
    all_of_it, none = np.full(len(s.y), _FAR), np.full(len(s.y), -_FAR)
    if state == "covered":
        return all_of_it, none
    if region == "abdomen":
        low, high = points_line_m(), ribs_m()
        if state == "two_cloths":
            low = high = (low + high) / 2
            return low + _OVERLAP_M - s.y, s.y - high + _OVERLAP_M
        return low - s.y, s.y - high
    if region == "groin":
        if state == "edge_in_crease":
            thigh = np.minimum(_below_crease(s), s.z - 0.012)
            return -thigh + _OVERLAP_M, thigh
        if state == "open":
            return -worked("groin"), none
        shorts = s.y - (landmark("pubic_tubercle")[1] - 1.5 * strokes.hand_m())
        towel = np.minimum.reduce([points_line_m() + 0.030 - s.y, s.y - landmark("pubic_tubercle")[1] + 0.030])
        return shorts, towel
    return -worked("gluteal"), none


def _surface(region: str) -> Surface:
    if region not in SEEN_FROM:
        raise UnknownName("region to drape", region, SEEN_FROM)
    return surface(SEEN_FROM[region])


def uncovered(region: str, sheet: FloatArray, towel: FloatArray) -> np.ndarray:
    """Return which points of the skin neither cloth lies over."""
    return np.isfinite(_surface(region).x) & (np.maximum(sheet, towel) <= 0)


def faults(region: str, sheet: FloatArray, towel: FloatArray, is_clothed: bool = False) -> tuple[str, ...]:
    """Return what is wrong with a draping, in words; empty when nothing is.

    Parameters
    ----------
    region : str
    sheet, towel : ndarray
        As of `cloths`.
    is_clothed : bool
        Both thighs move and are seen below shorts.
    """
    bare = uncovered(region, sheet, towel)
    place = worked(region)
    if is_clothed:
        s = _surface(region)
        place = _below_crease(s) - strokes.hand_m()
    found = []
    if (bare & (never(region) > 0)).any():
        found.append("a place that is never uncovered is bare")
    if (bare & (place < 0)).any():
        found.append("something is bare that is not worked on")
    return tuple(found)


# ---------------------------------------------------------------- parts


@dataclass(frozen=True)
class Draped:
    """Makes the skin with its cloth at one step; a plate's ``body``, known to the cache by its name."""

    region: str
    state: str

    def __post_init__(self) -> None:
        """Take a name that says what is made."""
        object.__setattr__(self, "__qualname__", f"Draped({self.region}, {self.state})")

    def __call__(self) -> Body:
        """Return skin, sheet, towel, hems, the hatched never-area, and landmarks."""
        whole = Region(("wall",))()
        skin = {id: whole[id] for id in ("skin", "thigh_skin_r", "thigh_skin_l")}
        return Body({**skin, **{part.id: part for part in _parts(self.region, self.state)}})


def _parts(region: str, state: str) -> Iterator[Part]:
    s = _surface(region)
    sheet, towel = cloths(region, state)
    for id, field, lift in (("sheet", sheet, 0.0), ("towel", towel, _OVER_M)):
        lying = s.mesh(s.cloth + s.towards * lift)
        field = np.minimum(field, s.within)
        yield Part(id, id, "", id, patch.clipped(lying, field)[0], id)
        hem = s.mesh(s.cloth + s.towards * (lift + 0.0008))
        yield Part(f"{id}_hem", id, "", "hem", _band(hem, field, *_HEM_M), f"{id}_hem")
    over = s.mesh(s.cloth + s.towards * _MARK_M)
    field = np.where(np.isfinite(s.x), never(region), -_FAR)
    piece, (across,) = patch.clipped(over, field, (s.y + s.z) / np.sqrt(2))
    stripes = [*_hatching(piece, across)]
    stripes.append(_band(over, field, 0.0, 1.5 * _STRIPE_M))
    yield Part("never", "never_uncovered", "", "no_stroke", _sheet(joined(stripes)), "never")
    for name, at in marks(region).items():
        yield Part(f"mark_{name}", name, "", "mark", _dots(s, at), f"mark_{name}")


def marks(region: str) -> Mapping[str, list[tuple[float, float]]]:
    """Return landmarks that a hand can feel, by name, as (z, y) of both sides."""
    both = {"abdomen": ("asis",), "groin": ("asis", "pubic_tubercle"), "gluteal": ("psis", "greater_trochanter")}[
        region
    ]
    found = {n: [(sign * float(landmark(n)[2]), float(landmark(n)[1])) for sign in (1.0, -1.0)] for n in both}
    if region == "abdomen":
        found["navel"] = [(0.0, strokes.navel_m())]
    return found


def _dots(s: Surface, at: list[tuple[float, float]]) -> Mesh:
    over = s.mesh(s.cloth + s.towards * (_MARK_M + 0.001))
    near = np.min([np.hypot(s.z - z, s.y - y) for z, y in at], axis=0)
    return patch.clipped(over, 0.0046 - near)[0]


def _hatching(piece: Mesh, across: FloatArray) -> Iterator[Mesh]:
    """Yield stripes of a piece: fewer and finer than those of `patch.hatched`, as they lie over half a body."""
    for at in np.arange(across.min(), across.max(), _GAP_M):
        yield _band(piece, across, at, at + _STRIPE_M)


def _band(mesh: Mesh, field: FloatArray, low: float, high: float) -> Mesh:
    """Return the piece of a mesh where a field lies between two values."""
    above, (rest,) = patch.clipped(mesh, field - low, field)
    return patch.clipped(above, high - rest)[0] if len(above.f) else above


def _sheet(mesh: Mesh) -> Mesh:
    return Mesh(mesh.v, mesh.f, None, True)
