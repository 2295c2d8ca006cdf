"""The dome of the diaphragm: a sheet of fibres from the wall of the cage and the arcuate ligaments to a central tendon.

Heights are chosen so that the openings measure at their levels (T8 for the vena cava, with the central tendon); the
right dome stands higher than the left. How far the top of each dome falls follows the volume (cohen1994). Everything
else, such as the outline of the tendon and how the fall is shared between domes and middle, is a drawing choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from iliopsoas.atlas.mesh import FloatArray, IntArray
from iliopsoas.body import arcuate, column, shapes
from iliopsoas.body.surface import Surface, keep_out
from iliopsoas.body.thorax import RIBS, Thorax, thorax
from iliopsoas.body.walls import wall

DESCENT_CM_PER_L = 1.66  # cohen1994; ten healthy adults, right dome
MOST_L = 3.0  # the published line holds to 87 % of the inspiratory capacity; what is drawn ends here
TOP_RIGHT_M, TOP_LEFT_M, MIDDLE_M = 0.3350, 0.3190, 0.3095  # heights at rest
MIDDLE_SHARE = 0.85  # of the fall of the domes that the middle, held by the pericardium, makes
_RIGHT, _LEFT = (-0.008, 0.060), (-0.008, -0.057)  # where the domes stand highest: x, z
_WIDE_X_M, _WIDE_Z_M = 0.062, 0.044
COLUMNS, LUMBAR_COLUMNS, ROWS, TENDON_ROWS = 140, 26, 40, 14
THICK_M = 0.0030
CLEAR_M = 0.0005  # of its upper face from every bone
DEEPEST_M = 0.009  # what lies deeper behind a bone is not in it
WALL_GAP_M = 0.0050  # of its upper face from the innermost of the ribs

# Outline of the central tendon from the front leaf by the right to the left one: x, z (metres).
_TREFOIL = np.array(
    [
        [0.034, 0.000], [0.031, 0.018], [0.018, 0.032], [0.010, 0.048], [0.002, 0.068], [-0.014, 0.083],
        [-0.036, 0.085], [-0.049, 0.071], [-0.047, 0.052], [-0.037, 0.033], [-0.0280, 0.016], [-0.0255, 0.000],
        [-0.0280, -0.016], [-0.037, -0.032], [-0.047, -0.049], [-0.049, -0.066], [-0.036, -0.079], [-0.014, -0.077],
        [0.002, -0.062], [0.010, -0.045], [0.019, -0.030], [0.031, -0.017],
    ]
)  # fmt: skip
CAVAL_AT = (-0.011, 0.021)  # x, z of the caval opening in the tendon
CAVAL_RADIUS_M = 0.0095


@dataclass(frozen=True)
class Dome:
    """The diaphragm at a volume.

    Parameters
    ----------
    breath_l : float
        Litres above rest, 0 to `MOST_L`.

    Raises
    ------
    ValueError
        A volume outside what is drawn.
    """

    breath_l: float = 0.0

    def __post_init__(self) -> None:
        """Check the volume."""
        if not 0 <= self.breath_l <= MOST_L:
            raise ValueError(f"breath_l is {self.breath_l!r}; the diaphragm is drawn from 0 to {MOST_L:g} litres")

    @property
    def descent_m(self) -> float:
        """How far the tops of the domes lie below their height at rest."""
        return DESCENT_CM_PER_L * 1e-2 * self.breath_l

    @property
    def cage(self) -> Thorax:
        """The cage at this volume."""
        return thorax(self.breath_l)

    def height_m(self, x: FloatArray, z: FloatArray) -> FloatArray:
        """Return the height of the roof at places in the horizontal plane."""
        fall = MIDDLE_SHARE * self.descent_m
        middle = MIDDLE_M - fall
        out = np.full(np.broadcast(x, z).shape, middle)
        for (cx, cz), top in ((_RIGHT, TOP_RIGHT_M), (_LEFT, TOP_LEFT_M)):
            rise = top - self.descent_m - middle
            out = out + rise * np.exp(-(((x - cx) / _WIDE_X_M) ** 2) - ((z - cz) / _WIDE_Z_M) ** 2)
        return out

    @cached_property
    def ring(self) -> FloatArray:
        """Where the fibres arise: from the xiphoid round the right side to the spine, then back on the left side."""
        half, _ = _half_ring(self.cage)
        return np.vstack([half, half[:0:-1] * [1, 1, -1]])

    @property
    def columns(self) -> dict[str, IntArray]:
        """Columns of the sheet that belong to each part, neighbouring parts sharing their border."""
        half, (sternal, costal) = _half_ring(self.cage)
        n, whole = len(half), 2 * len(half) - 1
        left = lambda first, last: np.arange(whole - last, whole - first + 1) % whole  # noqa: E731
        return {
            "diaphragm_sternal": np.arange(-sternal, sternal + 1) % whole,
            "diaphragm_costal_r": np.arange(sternal, costal + 1),
            "diaphragm_costal_l": left(sternal, costal),
            "diaphragm_lumbar_r": np.arange(costal, n),
            "diaphragm_lumbar_l": left(costal, n - 1),
        }

    @cached_property
    def rim(self) -> FloatArray:
        """Where the fibres end on the tendon, one place a column."""
        ring = self.ring
        n = len(ring) // 2 + 1
        share, even = _share(ring[:n]), np.linspace(0, 1, 400)
        closed = np.c_[_outline(400), np.zeros(401)]
        # The fibres of a half end on its half of the outline.
        right, left = shapes.evenly(closed[:201], 400), shapes.evenly(closed[200:], 400)[::-1]
        x, z = (np.interp(share, even, right[:, k]) for k in (0, 1))
        xl, zl = (np.interp(share, even, left[:, k]) for k in (0, 1))
        x, z = np.r_[x, xl[:0:-1]], np.r_[z, zl[:0:-1]]
        return np.stack([x, self.height_m(x, z), z], 1)

    @cached_property
    def sheet(self) -> FloatArray:
        """Upper face of the muscle, shape (rows from the wall to the tendon, columns, 3)."""
        ring, rim = self.ring, self.rim
        out = rim[:, [0, 2]]
        # Leaving direction at the tendon: outwards and down along the roof.
        centre = np.array([-0.008, 0.0])
        away = shapes.unit(ring[:, [0, 2]] - rim[:, [0, 2]])
        away = shapes.unit(away + 0.6 * shapes.unit(out - centre))
        step = 0.004
        slope = (self.height_m(rim[:, 0] + step * away[:, 0], rim[:, 2] + step * away[:, 1]) - rim[:, 1]) / step
        slope = np.minimum(slope, 0.15)
        flat = np.linalg.norm(ring[:, [0, 2]] - rim[:, [0, 2]], axis=1)
        rise = np.maximum(rim[:, 1] - ring[:, 1], 0.004)
        # Up the wall as far as the roof lets it, then over in one bend.
        direction = np.arctan2(ring[:, 2], ring[:, 0])
        bend = np.minimum(1.05 * flat + 0.008, 0.8 * rise)
        top = rim[:, 1] - bend
        wall_rows = ROWS // 2
        up = np.linspace(0, 1, wall_rows)[:, None] * (top - ring[:, 1]) + ring[:, 1]
        reach = self.cage.cage.wall_m(direction, up) - WALL_GAP_M
        start = np.hypot(ring[:, 0], ring[:, 2])
        free = shapes.smoothstep((up - ring[:, 1]) / 0.030)
        reach = start + free * (np.maximum(reach, 0.9 * start) - start)
        side = np.stack([reach * np.cos(direction), up, reach * np.sin(direction)], -1)
        side = shapes.ease(_across(side, 6), 6)
        a = side[-1]
        leave = np.stack([np.zeros(len(a)), 1.55 * bend, np.zeros(len(a))], 1)
        leave += 0.5 * (side[-1] - side[-3]) * [1, 0, 1]
        span = np.linalg.norm(rim[:, [0, 2]] - a[:, [0, 2]], axis=1)
        arrive = -np.stack([away[:, 0], slope, away[:, 1]], 1) * (1.5 * span)[:, None]
        over = shapes.hermite(a, rim, leave, arrive, ROWS - wall_rows + 1)
        grid = np.concatenate([side, over[1:]])
        grid = shapes.ease(_across(grid, 3), 5)
        return self._inside(grid)

    def _inside(self, grid: FloatArray) -> FloatArray:
        """Keep the sheet off ribs, cartilages and spine; it may touch them where it arises."""
        middle = np.array([-0.010, 0.0, 0.0])
        flat = grid.reshape(-1, 3).copy()
        inwards = shapes.unit((middle - flat) * [1, 0, 1])
        for _ in range(3):
            for rib in _cage_walls(self.breath_l):
                near = np.flatnonzero(rib.near(flat, 0.002))
                if len(near):
                    height = rib.nearest(flat[near], 0.02).height_m
                    sunk = np.where(height > -DEEPEST_M, np.maximum(CLEAR_M - height, 0), 0)
                    flat[near] += inwards[near] * sunk[:, None]
        grid = _across(shapes.ease(flat.reshape(grid.shape), 2), 1)
        return keep_out(grid, spine_walls(), CLEAR_M, rounds=4, reach_m=0.02)

    @cached_property
    def tendon(self) -> tuple[FloatArray, FloatArray]:
        """Upper face of the central tendon as rings round the caval opening, and that opening's rim."""
        rim = self.rim
        angle = np.arctan2(rim[:, 2] - CAVAL_AT[1], rim[:, 0] - CAVAL_AT[0])
        hole = np.stack(
            [
                CAVAL_AT[0] + CAVAL_RADIUS_M * np.cos(angle),
                np.zeros(len(angle)),
                CAVAL_AT[1] + CAVAL_RADIUS_M * np.sin(angle),
            ],
            1,
        )
        t = np.linspace(0, 1, TENDON_ROWS)[:, None, None]
        grid = rim * (1 - t) + hole * t
        grid[..., 1] = self.height_m(grid[..., 0], grid[..., 2])
        return grid, grid[-1]


@lru_cache(maxsize=16)
def dome(breath_l: float) -> Dome:
    """Return the diaphragm at a volume, kept."""
    return Dome(breath_l)


@lru_cache(maxsize=4)
def _cage_walls(breath_l: float) -> tuple[Surface, ...]:
    cage = thorax(breath_l)
    ribs = [cage.rib(k) for k in RIBS if k > 5]
    return tuple(Surface(m) for m in (*ribs, *(m.mirrored() for m in ribs), cage.front))


def spine_walls() -> tuple[Surface, ...]:
    """Return the vertebrae and discs that the sheet lies on."""
    spine = ("t9", "t10", "t11", "t12", "l1", "l2", "disc_t12_l1", "disc_t11_t12", "disc_t10_t11")
    return tuple(wall(k) for k in spine)


def _across(grid: FloatArray, times: int) -> FloatArray:
    """Smooth the sheet across its fibres, from its border behind on the left round the front to that on the right."""
    half = grid.shape[1] // 2 + 1
    return np.roll(shapes.ease_across(np.roll(grid, -half, axis=1), times), half, axis=1)


def _outline(n: int) -> FloatArray:
    """Return the outline of the tendon as a smooth closed curve, x and z, shape (n, 2), from the front by the right."""
    p = np.vstack([_TREFOIL[-3:], _TREFOIL, _TREFOIL[:4]])
    line = shapes.curve(np.c_[p, np.zeros(len(p))], 40 * len(p))[:, :2]
    first = np.argmin(np.linalg.norm(line[: len(line) // 2] - _TREFOIL[0], axis=1))
    last = len(line) // 2 + np.argmin(np.linalg.norm(line[len(line) // 2 :] - _TREFOIL[0], axis=1))
    loop = line[first : last + 1]
    return shapes.evenly(np.c_[loop, np.zeros(len(loop))], n + 1)[:, :2]


def _share(half: FloatArray) -> FloatArray:
    """Return how far along its half of the tendon each column ends: 0 at the front leaf, 1 behind."""
    # By direction seen from the tendon, softened, so that fibres neither crowd nor cross.
    angle = np.unwrap(np.arctan2(half[:, 2], half[:, 0] + 0.008))
    even = np.linspace(0, 1, len(half))
    part = 0.55 * (angle - angle[0]) / (angle[-1] - angle[0]) + 0.45 * even
    return np.maximum.accumulate(part) * 0.93


def _half_ring(cage: Thorax) -> tuple[FloatArray, tuple[int, int]]:
    """Return the right half of the line of origin, from the midline in front to L1, and where its parts begin."""
    arch = cage.costal_arch[::-1]  # from the xiphoid
    arch = arch[:-1]
    inwards = shapes.unit(np.array([0.0, 0.0, 0.0]) - arch * [1, 0, 1])
    arch = arch + 0.0045 * inwards + [0, 0.004, 0]
    xiphoid = arch[0] * [1, 1, 0] + [-0.001, 0.004, 0.0]
    tips = []
    for k in (10, 11, 12):
        mesh = cage.rib(k)
        end = mesh.v[np.argsort(mesh.v[:, 1])[:16]].mean(0)
        tips.append(Surface(mesh).nearest(end + 0.01 * shapes.unit(-end * [1, 0, 1])).point[0])
    rib_12 = wall("rib_12_r").nearest(np.array([0.008, 0.0, 0.004]) + arcuate.rib_12_end()).point[0]
    front = np.vstack([xiphoid, arch])
    side = np.vstack([arch[-1], tips[0], tips[1], tips[2], rib_12])
    body = column.level("l1")
    beside = [body.world(f * body.half_depth_m, 0.004, s * body.half_width_m) for f, s in ((0.45, 0.95), (0.75, 0.80))]
    spine = np.array([0.0015, 0.0, 0.001]) + wall("l1").nearest(np.array(beside)).point
    behind = np.array([-0.0012, 0.0014, 0.0])  # the fibres leave an arch from its upper border
    back = np.vstack([arcuate.lateral_path()[::-1][1:] + behind, arcuate.medial_path()[::-1][1:] + behind, spine])
    n = COLUMNS // 2
    sternal = shapes.evenly(front[:3], 6)
    costal = shapes.curve(np.vstack([front[2:], side[1:]]), n - 6 - LUMBAR_COLUMNS)
    lumbar = shapes.evenly(back, LUMBAR_COLUMNS)
    half = np.vstack([sternal[:-1], costal, lumbar])
    return half, (5, 5 + len(costal) - 1)
