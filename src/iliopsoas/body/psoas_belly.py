"""The belly of psoas major (right side): a stack of rings round its line.

Their areas are those that the line wants: in standing those of `tissue.psoas_sections`, in other poses of the hip those
of the flesh that has slid there, thicker when the muscle is shorter. The belly is pushed out of the column, so that it
is flat where it lies against the bodies.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from iliopsoas.atlas.mesh import FloatArray, Mesh
from iliopsoas.body import column, shapes, tissue
from iliopsoas.body.hips import STANDING, Hips
from iliopsoas.body.muscle import muscle
from iliopsoas.body.psoas_line import ROWS, PsoasLine, psoas_line
from iliopsoas.body.surface import Surface, keep_out, rest_on, ring_area_m2, volume_cm3
from iliopsoas.body.walls import femur, psoas_walls

AROUND = 40
TENDON_TURN = 0.60  # the tendon lies behind and medially on the belly
_MOST_ROUNDS, _LENGTH_WITHIN_M = 6, 0.0004  # in which length and volume are made good in another pose than standing
POWER = 2.25  # super-ellipse of the sections: a little fuller than an ellipse


@dataclass(frozen=True, eq=False)
class Belly:
    """The belly of psoas major as rings.

    Attributes
    ----------
    rings : ndarray, shape (ROWS, AROUND, 3)
        From T12-L1 to the lesser trochanter, metres; the last rows are the tendon's.
    path : ndarray, shape (ROWS, 3)
        The line through them.
    area_m2 : ndarray, shape (ROWS,)
        Wanted section area.
    flesh_rows : int
        Rows from the top that belong to the fleshy belly.
    station_row : dict
        Row of each level of `tissue.psoas_sections`.
    hips : Hips
        The hips that it was built for.
    """

    rings: FloatArray
    path: FloatArray
    area_m2: FloatArray
    flesh_rows: int
    station_row: dict[str, int]
    hips: Hips = STANDING

    @cached_property
    def middle(self) -> FloatArray:
        """The middle line: the middles of the rings, shape (ROWS, 3)."""
        return self.rings.mean(1)

    @property
    def length_m(self) -> float:
        """Length of the middle line, from T12-L1 to the lesser trochanter."""
        return float(shapes.arc_length(self.middle)[-1])

    @cached_property
    def mesh(self) -> Mesh:
        """The fleshy belly as a closed mesh; under the tendon it lies a little deeper."""
        share = self.tendon_share[:, None]
        turn = np.arange(AROUND) / AROUND
        away = np.abs((turn - TENDON_TURN + 0.5) % 1 - 0.5)
        under = shapes.smoothstep((0.5 * share + 0.01 - away) / 0.03) * (share > 0)
        depth = under * np.minimum(0.0016, 0.25 * np.sqrt(self.area_m2)[:, None])
        rings = self.rings - shapes.ring_normals(self.rings) * depth[..., None]
        # The last flesh ends inside the tendon.
        s = shapes.arc_length(self.path)
        left = shapes.smoothstep((s[self.flesh_rows - 1] + 0.001 - s) / 0.020)[:, None, None]
        middle = shapes.at(self.rings, np.arange(ROWS), TENDON_TURN)[:, None]
        core = self.path[:, None] + 0.35 * (middle - self.path[:, None])
        rings = core + (0.12 + 0.88 * left) * (rings - core)
        return shapes.loft(rings[: self.flesh_rows])

    @cached_property
    def whole(self) -> Mesh:
        """Belly and tendon together, down to the bone, as one closed mesh."""
        return shapes.loft(self.rings)

    @cached_property
    def _tendon_at(self) -> tuple[FloatArray, dict[str, float]]:
        """Distance along the line at each row, and where the tendon begins, lies before the hip, and is alone.

        The tendon keeps its length: in another pose it has slid along the line, as if the end were where it was.
        """
        s = shapes.arc_length(self.path)
        if self.hips != STANDING:
            before, marks = belly()._tendon_at
            return s - s[-1] + before[-1], marks
        rows = {"begins": self.station_row["brim"], "hip": self.station_row["hip"], "alone": self.flesh_rows - 1}
        return s, {name: float(s[row]) for name, row in rows.items()}

    @property
    def tendon_row(self) -> float:
        """Row at which the tendon begins; it may lie between two."""
        s, marks = self._tendon_at
        return float(np.interp(marks["begins"], s, np.arange(ROWS)))

    @cached_property
    def tendon_share(self) -> FloatArray:
        """Part of the girth that is tendon at each row: before the hip, in standing, the published share."""
        s, marks = self._tendon_at
        start, hip, free = marks.values()
        share = tissue.TENDON_SHARE_AT_LABRUM.value
        knots = [start - 0.004, start, 0.5 * (start + hip), hip, 0.5 * (hip + free), free]
        return shapes.profile(s, knots, [0.0, 0.06, 0.30, share, share + 0.04, 0.70])


def belly(hips: Hips = STANDING) -> Belly:
    """Return the belly of the right psoas major; it keeps the volume that it has in standing."""
    return _belly(hips)


@lru_cache(maxsize=8)
def _belly(hips: Hips) -> Belly:
    line = psoas_line(hips)
    made = _filled(hips, line, line.area_m2)
    if hips == STANDING:
        return made
    # What bones did to the middle line and the volume is made good in further rounds.
    standing, more_m, fuller = belly(), 0.0, 1.0
    wanted_m, volume = standing.length_m + muscle("psoas_major").change(hips.pose).mm * 1e-3, volume_cm3(standing.mesh)
    for _ in range(_MOST_ROUNDS):
        more_m += wanted_m - made.length_m
        fuller *= volume / volume_cm3(made.mesh)
        line = psoas_line(hips, more_m)
        made = _filled(hips, line, line.area_m2 * np.where(np.arange(ROWS) < line.flesh_rows, fuller, 1.0))
        if abs(wanted_m - made.length_m) < _LENGTH_WITHIN_M:
            break
    return made


def _filled(hips: Hips, line: PsoasLine, want: FloatArray) -> Belly:
    """Return the belly round a line with the wanted section areas."""
    path = line.path
    side = np.sqrt(want / np.pi / line.ratio)
    base = shapes.oval_rings(path, side * line.ratio, side, around=AROUND, power=POWER)
    rings = _fitted(path, base, want, psoas_walls(hips))
    if hips != STANDING:
        rings = _smoothed_below(rings, line.station_row["brim"], hips)
    # The last ring lies a little inside the bone, so that no cut end shows.
    foot = rest_on(base[-1], femur(hips), -0.0010)
    ramp = shapes.smoothstep((np.arange(ROWS) - (ROWS - 6)) / 5)[:, None, None]
    return Belly(rings + ramp * (foot - rings), path, want, line.flesh_rows, line.station_row, hips)


def _smoothed_below(rings: FloatArray, first: int, hips: Hips) -> FloatArray:
    """Return the rings with those in front of the moved hip eased round and along, since bones push them unevenly."""
    row = np.arange(ROWS)
    weight = shapes.smoothstep((row - first) / 6) * shapes.smoothstep((ROWS - 3 - row) / 4)
    area = ring_area_m2(rings)
    for _ in range(4):
        eased = shapes.ease(shapes.ease_across(rings, 3, closed=True), 3)
        middle = eased.mean(1, keepdims=True)
        eased = middle + (eased - middle) * np.sqrt(area / ring_area_m2(eased))[:, None, None]
        rings = rings + weight[:, None, None] * (eased - rings)
        rings = keep_out(rings, psoas_walls(hips), 0.0004, rounds=1)
    return rings


def _fitted(path: FloatArray, base: FloatArray, want: FloatArray, walls: tuple[Surface, ...]) -> FloatArray:
    """Push rings out of the column and bones, and scale them until their areas are the wanted ones."""
    hull = Surface(shapes.loft(column.hull_rings()))
    scale = np.ones(len(path))
    for obstacles in ([hull], [hull, *walls], [hull, *walls]):
        rings = path[:, None] + scale[:, None, None] * (base - path[:, None])
        rings = keep_out(rings, obstacles, 0.0009, rounds=1)
        rings = shapes.ease(shapes.ease_across(rings, 1, closed=True), 4)
        scale = shapes.ease(scale * np.sqrt(want / ring_area_m2(rings)), 2)
    for _ in range(2):
        rings = shapes.ease(keep_out(rings, walls, 0.0006, rounds=1), 2)
    return keep_out(rings, walls, 0.0003, rounds=2)
