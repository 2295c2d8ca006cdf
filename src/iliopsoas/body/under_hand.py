"""What lies under each square of the palpation map, and the verdict on it: stay superficial, caution, or never.

A reading is measured on the same meshes as every plate shows: what straight lines from the skin to the back meet, what
pulse and what nerve are nearest, and how far the square is from everything that has a margin. The verdict follows from
the reading and the margins alone. It fails closed: what is missing or cannot be computed is never. No verdict invites
pressing.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from math import isfinite
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from iliopsoas.atlas.mesh import FloatArray, IntArray
from iliopsoas.atlas.structures import structures
from iliopsoas.body import below, squares
from iliopsoas.body.assemble import Part
from iliopsoas.body.margins import VERDICTS, Margin, Verdict, margins
from iliopsoas.body.region import Region
from iliopsoas.body.sites import Site, gap_m, nearest_point, place_site, structure_site
from iliopsoas.body.squares import Square
from iliopsoas.body.stored import made_from

ASSET = Path(__file__).resolve().parent / "under_hand.json"
SYSTEMS = ("back", "diaphragm", "fascia", "vessels", "nerves", "organs", "groin", "wall")
PER_SQUARE = np.array([0.1, 0.3, 0.5, 0.7, 0.9])  # lines within a square, as shares of its height and breadth
MIDDLE = 2
WALL = ("external_oblique", "internal_oblique", "transversus_abdominis", "rectus_abdominis", "rectus_sheath")
ILIOPSOAS = ("psoas_major", "iliacus", "iliopsoas_tendon")
COVERS = ("psoas_fascia", "iliac_fascia")  # they lie on the muscle: beside and behind it they say nothing
BEHIND = ("quadratus_lumborum", "erector_spinae", "multifidus", "gluteus_medius", "gluteus_maximus", "piriformis",
          "quadratus_fascia", "thoracolumbar_fascia")  # fmt: skip
PULSES = ("abdominal_aorta", "common_iliac_artery", "external_iliac_artery", "internal_iliac_artery", "femoral_artery",
          "inferior_epigastric_artery")  # fmt: skip
NERVES = ("femoral_nerve", "lateral_femoral_cutaneous_nerve", "ilioinguinal_nerve", "iliohypogastric_nerve",
          "genitofemoral_nerve", "obturator_nerve", "subcostal_nerve")  # fmt: skip
# Means of 187 women lying for surgery, ultrasound near the navel, normal weight and obese (aagl2024), millimetres.
LYING_WALL_MM, LYING_AORTA_MM = (18.0, 37.0), (45.0, 79.0)
_UNKNOWN = float("nan")
UNSEEN_MM = 15.0  # a space deeper than this between wall and what is drawn next holds bowel that is not drawn


@dataclass(frozen=True)
class Met:
    """One structure under a square.

    Attributes
    ----------
    structure, side : str
    depth_mm : float
        From the skin straight back to its front, under the middle of the square; where the middle misses it, under the
        place nearest to the middle.
    low_mm, high_mm : float
        Range: least and greatest within the square, and above the ligament also how much nearer or farther it lies in
        slim and in heavy people on their back (see `range_words`).
    in_middle : bool
        Whether it lies under the middle of the square.
    """

    structure: str
    side: str
    depth_mm: float
    low_mm: float
    high_mm: float
    in_middle: bool


@dataclass(frozen=True)
class Near:
    """The pulse or nerve nearest to the middle of a square, seen from the front; ``away_mm`` is 0 right under it."""

    structure: str
    side: str
    away_mm: float
    depth_mm: float
    towards: str


@dataclass(frozen=True)
class Reading:
    """What was measured at one square.

    Attributes
    ----------
    square : str
        Its id.
    met : tuple of Met
        From the skin to the iliopsoas, else to bone or the muscles of the back; by depth.
    unseen_mm : (float, float) or None
        Depths between which bowel and fat lie that are not drawn.
    pulse, nerve : Near or None
    gaps_mm : mapping of str to float or None
        For every margin by id, how far the square is from it; None where that could not be measured.
    """

    square: str
    met: tuple[Met, ...]
    unseen_mm: tuple[float, float] | None
    pulse: Near | None
    nerve: Near | None
    gaps_mm: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Judged:
    """The verdict on a square.

    Attributes
    ----------
    verdict : "superficial", "caution" or "never"
    reasons : tuple of str
        Sentences, the weightiest first; never empty.
    margins : tuple of str
        Ids of the margins that were reached, the strictest and nearest first.
    """

    verdict: Verdict
    reasons: tuple[str, ...]
    margins: tuple[str, ...] = ()


def verdict(reading: Reading, rules: Mapping[str, Margin] | None = None) -> Judged:
    """Return the verdict on a reading: the strictest of all margins that are reached.

    Parameters
    ----------
    reading : Reading
    rules : mapping of str to Margin, optional
        By default those of the package.
    """
    rules = margins() if rules is None else rules
    problem = _problem(reading, rules)
    known = {id: gap for id, gap in reading.gaps_mm.items() if gap is not None and isfinite(gap) and gap >= 0}
    reached = [rule for rule in rules.values() if known.get(rule.id, float("inf")) <= rule.margin_mm]
    reached.sort(key=lambda rule: (-VERDICTS.index(rule.verdict), known[rule.id]))
    said = [_reason(rule, known[rule.id]) for rule in reached]
    ids = tuple(rule.id for rule in reached)
    if problem:
        return Judged("never", (f"Not computed: {problem}. What cannot be computed is never.", *said), ids)
    strictest = reached[0].verdict if reached else "superficial"
    if strictest == "superficial":
        said.insert(0, _no_margin(rules, known))
    return Judged(strictest, tuple(said), ids)


def _problem(reading: Reading, rules: Mapping[str, Margin]) -> str:
    """Return why a reading does not carry a verdict, or ""."""
    if reading.square not in squares.squares():
        return f"there is no square {reading.square!r}"
    if not rules:
        return "there are no margins"
    for rule in rules.values():
        gap = reading.gaps_mm.get(rule.id)
        if gap is None or not isfinite(gap) or gap < 0:
            return f"the distance to {rule.name[0].lower()}{rule.name[1:]} is not known"
    depths = [number for one in reading.met for number in (one.low_mm, one.depth_mm, one.high_mm)]
    if not depths or not all(isfinite(number) and number >= 0 for number in depths):
        return "what lies under it is not known"
    if reading.met[0].structure != "skin" or len(reading.met) < 3:
        return "what lies under it is not drawn"
    if reading.pulse is None or reading.nerve is None:
        return "the nearest pulse or nerve is not known"
    return ""


def _reason(rule: Margin, gap_mm: float) -> str:
    if rule.margin_mm == 0:
        return f"{rule.name}. {rule.why}"
    at = "under this square" if gap_mm < 0.5 else f"{gap_mm:.0f} mm from this square"
    return f"{rule.name}: {at}, margin {rule.margin_mm:g} mm. {rule.why}"


def _no_margin(rules: Mapping[str, Margin], gaps_mm: Mapping[str, float]) -> str:
    strict = [rule for rule in rules.values() if rule.verdict != "superficial"]
    nearest = min(strict, key=lambda rule: gaps_mm[rule.id])
    name = nearest.name[0].lower() + nearest.name[1:]
    return f"No margin is reached. What comes nearest is {name}, {gaps_mm[nearest.id]:.0f} mm from this square."


# ---------------------------------------------------------------- kept ready


@cache
def readings() -> Mapping[str, Reading]:
    """Return the readings of the standing body by square: as stored, or measured where that was made from other shapes.

    ``under_hand.json`` is written with the stored soft parts (`python -m iliopsoas.body.stored`).
    """
    with suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads(ASSET.read_text(encoding="utf-8"))
        if kept["made_from"] == made_from():
            return MappingProxyType({id: _read(row) for id, row in kept["readings"].items()})
    return MappingProxyType(dict(measured(whole_body())))


@cache
def verdicts() -> Mapping[str, Judged]:
    """Return the verdict on every square."""
    return MappingProxyType({id: verdict(reading) for id, reading in readings().items()})


def packed(found: Mapping[str, Reading]) -> str:
    """Return readings as the text of ``under_hand.json``; the same readings give the same text."""
    rows = ",\n".join(f"{json.dumps(id)}: {json.dumps(asdict(reading))}" for id, reading in found.items())
    return f'{{"made_from": "{made_from()}", "readings": {{\n{rows}\n}}}}\n'


def _read(row: dict[str, Any]) -> Reading:
    near = {name: Near(**row[name]) if row[name] else None for name in ("pulse", "nerve")}
    unseen = tuple(row["unseen_mm"]) if row["unseen_mm"] else None
    return Reading(row["square"], tuple(Met(**one) for one in row["met"]), unseen, gaps_mm=row["gaps_mm"], **near)


# ---------------------------------------------------------------- measuring


def whole_body() -> Mapping[str, Part]:
    """Return the standing body with every system that the map measures."""
    return Region(SYSTEMS)()


def measured(body: Mapping[str, Part], rules: Mapping[str, Margin] | None = None) -> Mapping[str, Reading]:
    """Measure every square on a body; pure, so that a body with a structure moved gives another answer.

    Parameters
    ----------
    body : mapping of str to Part
        Parts by id, as `whole_body` gives.
    rules : mapping of str to Margin, optional
    """
    rules = margins() if rules is None else rules
    lattice = _Lattice.of(body)
    sites = {
        rule.id: place_site(body, rule.place) if rule.place else structure_site(body, rule.structures)
        for rule in rules.values()
    }
    found = {}
    for square in squares.squares().values():
        gaps = {id: None if site is None else round(1e3 * gap_m(site, square), 2) for id, site in sites.items()}
        met, unseen = lattice.under(square)
        pulse, nerve = (lattice.nearest(body, names, square) for names in (PULSES, NERVES))
        found[square.id] = Reading(square.id, met, unseen, pulse, nerve, gaps)
    return found


@dataclass(frozen=True, eq=False)
class _Lattice:
    """Depths of everything on a lattice of lines, `PER_SQUARE` each way in every square.

    Attributes
    ----------
    y, z : ndarray
        Rising, metres.
    skin : ndarray, shape (rows, columns)
        Where the skin is, metres.
    depth : mapping of (structure, side) to ndarray, shape (rows, columns)
        Depth of its front under the skin, metres; nan where it is not met.
    wall_back : ndarray, shape (rows, columns)
        Depth of the back of the belly wall; 0 where there is none.
    scale : ((float, float), (float, float))
        Least and greatest factor of the wall, and of what is behind it.
    """

    y: FloatArray
    z: FloatArray
    skin: FloatArray
    depth: Mapping[tuple[str, str], FloatArray]
    wall_back: FloatArray
    scale: tuple[tuple[float, float], tuple[float, float]]
    sites: dict[str, Site] = field(default_factory=dict)

    def site(self, part: Part) -> Site:
        """Return a part as seen from the front (kept, for it is asked for at every square)."""
        if part.id not in self.sites:
            self.sites[part.id] = Site(part.mesh.v[part.mesh.f][..., 1:])
        return self.sites[part.id]

    @classmethod
    def of(cls, body: Mapping[str, Part]) -> _Lattice:
        y, z = _lines(squares.rows()), _lines(squares.columns())
        groups = below.by_structure(body)
        skin = below.fronts(groups[("skin", "")], y, z)[0]
        depth = {key: skin - below.fronts(parts, y, z)[0] for key, parts in groups.items()}
        backs = [
            skin - below.fronts([part], y, z)[1]
            for (name, _), parts in groups.items()
            if name in WALL
            for part in parts
        ]
        wall = np.nan_to_num(np.fmax.reduce(backs), nan=0.0)
        lattice = cls(y, z, skin, depth, wall, ((1.0, 1.0), (1.0, 1.0)))
        return cls(y, z, skin, depth, wall, lattice._scale())

    def _at(self, square: Square) -> tuple[IntArray, IntArray]:
        low, high = np.array(square.low_m), np.array(square.high_m)
        rows = np.flatnonzero((self.y > low[0]) & (self.y < high[0]))
        columns = np.flatnonzero((self.z > low[1]) & (self.z < high[1]))
        return rows, columns

    def _middle(self, id: str) -> tuple[int, int]:
        rows, columns = self._at(squares.squares()[id])
        return int(rows[MIDDLE]), int(columns[MIDDLE])

    def _scale(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return what turns drawn depths near the navel into those published of people lying down."""
        wall = 1e3 * float(self.wall_back[self._middle("E4")])
        drawn = self.depth.get(("abdominal_aorta", ""))
        aorta = float("nan") if drawn is None else 1e3 * float(drawn[self._middle("E5")])
        if not aorta > wall > 0:  # nothing to compare with: every range, and with it every verdict, is unknown
            return (_UNKNOWN, _UNKNOWN), (_UNKNOWN, _UNKNOWN)
        inner = [(LYING_AORTA_MM[k] - LYING_WALL_MM[k]) / (aorta - wall) for k in (0, 1)]
        outer = [LYING_WALL_MM[k] / wall for k in (0, 1)]
        return (min(1.0, outer[0]), max(1.0, outer[1])), (min(1.0, inner[0]), max(1.0, inner[1]))

    def under(self, square: Square) -> tuple[tuple[Met, ...], tuple[float, float] | None]:
        """Return what lies under a square down to the iliopsoas or what else ends the way, and the undrawn space."""
        rows, columns = self._at(square)
        here = np.ix_(rows, columns)
        away = np.hypot(*np.meshgrid(PER_SQUARE - 0.5, PER_SQUARE - 0.5, indexing="ij"))
        found = []
        for (name, side), depth in self.depth.items():
            own = depth[here]
            some = np.isfinite(own)
            if not some.any():
                continue
            k = np.unravel_index(np.where(some, away, np.inf).argmin(), away.shape)
            low, high = self._range(own[some], self.wall_back[here][some], square)
            at = float(own[k])
            mm = [round(1e3 * d, 1) for d in (at, min(low, at), max(high, at))]
            found.append(Met(name, side, mm[0], mm[1], mm[2], bool(some[MIDDLE, MIDDLE])))
        found.sort(key=lambda one: one.depth_mm)
        kept = _as_far_as_counts(found)
        return kept, self._unseen(kept, square, 1e3 * float(self.wall_back[rows[MIDDLE]][columns].max()))

    def _range(self, depth: FloatArray, wall: FloatArray, square: Square) -> tuple[float, float]:
        if square.high_m[0] <= squares.ligament_height(square.middle_m[1]):
            return float(depth.min()), float(depth.max())
        outer, inner = np.minimum(depth, wall), np.maximum(depth - wall, 0)
        low, high = (outer * self.scale[0][k] + inner * self.scale[1][k] for k in (0, 1))
        return float(low.min()), float(high.max())

    @staticmethod
    def _unseen(met: tuple[Met, ...], square: Square, wall_mm: float) -> tuple[float, float] | None:
        behind = [one.depth_mm for one in met if one.depth_mm > wall_mm and one.structure not in WALL]
        if wall_mm <= 0 or square.high_m[0] <= squares.ligament_height(square.middle_m[1]):
            return None
        if not behind or min(behind) - wall_mm < UNSEEN_MM:
            return None
        return round(wall_mm, 1), round(min(behind), 1)

    def nearest(self, body: Mapping[str, Part], names: Collection[str], square: Square) -> Near | None:
        """Return the nearest of some structures to the middle of a square."""
        at, best = square.middle_m, None
        for part in body.values():
            if part.structure not in names or part.tissue not in ("artery", "nerve"):
                continue
            flat = self.site(part)
            apart = float(np.linalg.norm(np.maximum(np.maximum(flat.corners.min(0) - at, at - flat.corners.max(0)), 0)))
            if best is None or apart < best[0]:
                away, foot = nearest_point(flat, at)
                if best is None or away < best[0]:
                    best = away, part, foot
        if best is None:
            return None
        away, part, foot = best
        row, column = (int(np.abs(line - c).argmin()) for line, c in zip((self.y, self.z), foot, strict=True))
        depth = float(self.depth[(part.structure, part.side)][row, column])
        if not isfinite(depth):  # no line of the lattice meets it there: its front beside the nearest point
            flat = np.linalg.norm(part.mesh.v[:, 1:] - foot, axis=1)
            skin = float(self.skin[row, column])
            if not isfinite(skin):
                skin = float(
                    self.skin[tuple(int(np.abs(k - c).argmin()) for k, c in zip((self.y, self.z), at, strict=True))]
                )
            depth = skin - float(part.mesh.v[flat < flat.min() + 0.002, 0].max())
        depth *= 1e3
        return Near(part.structure, part.side, round(1e3 * away, 1), round(depth, 1), _towards(foot - at, square))


def _lines(borders: FloatArray) -> FloatArray:
    a, b = borders[:-1, None], borders[1:, None]
    return np.sort((a + PER_SQUARE * (b - a)).ravel())


def _as_far_as_counts(found: list[Met]) -> tuple[Met, ...]:
    """Return what counts: down to the iliopsoas under the middle, else to bone, else to the muscles behind.

    What lies only beside the middle counts if it is a vessel, a nerve, an organ or the iliopsoas, and not behind the
    front of that; of the wall there it counts where the middle has none.
    """
    last = next((one.depth_mm for one in found if one.in_middle and _is(one, "end")), float("inf"))
    muscle = next((one.depth_mm for one in found if one.structure in ILIOPSOAS), float("inf"))
    has_wall = any(one.in_middle and one.structure in WALL for one in found)

    def counts(one: Met) -> bool:
        if one.structure in COVERS and one.depth_mm > muscle:
            return False
        if one.in_middle:
            return one.depth_mm <= last
        if one.structure in WALL:
            return not has_wall
        return one.depth_mm <= min(last, muscle) and _is(one, "soft")

    return tuple(one for one in found if counts(one))


def _is(one: Met, what: str) -> bool:
    kind = structures()[one.structure].kind
    if what == "end":
        return one.structure in (*ILIOPSOAS, *BEHIND) or kind in ("bone", "disc", "cartilage")
    return one.structure in ILIOPSOAS or kind in ("vessel", "nerve", "organ", "passage")


def _towards(step: FloatArray, square: Square) -> str:
    """Say in which direction something lies: towards head or feet, the midline or outwards."""
    up, right = (float(c) for c in step)
    across = ""
    if abs(right) > 0.4 * abs(up):
        if not square.side:
            across = "to the client's right" if right > 0 else "to the client's left"
        else:
            across = "outwards" if (right > 0) == (square.side == "r") else "towards the midline"
    along = ("towards the head" if up > 0 else "towards the feet") if abs(up) > 0.4 * abs(right) else ""
    return " and ".join(part for part in (across, along) if part)
