"""Vertebrae and discs of the standing spine: each source vertebra is given its level's size, shape and place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from iliopsoas.atlas._build_mesh import loft, loop, smoothstep
from iliopsoas.atlas.endplate import Endplate
from iliopsoas.atlas.mesh import FloatArray, Mesh

MM = 1e-3


@dataclass(frozen=True)
class Shape:
    """Drawn size of one vertebra (drawing choices; millimetres and degrees).

    Depth runs front to back, width side to side, height between the endplates at the middle of the body; `wedge` is
    positive when the body is taller in front.
    """

    depth: tuple[float, float]  # upper, lower
    width: tuple[float, float]
    height: float
    wedge: float
    tilt: float  # of the upper endplate, front down positive
    disc_below: float
    process: float | None = None  # half span of the transverse processes
    rise: float = 0.0  # how far the tip stands above the root
    back: float = 0.0  # how far the tip stands behind the root
    process_height: float = 10.0
    process_depth: float = 5.0
    process_tip: float = 0.55
    spine_raised: float = 0.0  # slope added to the spinous process (the source's hangs down as a thoracic one does)
    joint_reach: float = 1.0  # of the lower joint processes, times the source's


# fmt: off
SHAPES: dict[str, Shape] = {
    "l5": Shape((35.5, 35.5), (49, 50), 27.0, 7.5, 18, 12.6, 40, 5.5, 1, 14.5, 12, .82, .15, 1.22),
    "l4": Shape((35.5, 35.5), (48.5, 49.5), 26.8, 2.0, 5, 12.4, 43, 4, 2, 10.5, 7.5, .62, .30, .65),
    "l3": Shape((35.5, 35.5), (46.5, 48.5), 26.6, 0.0, -4, 11.6, 48, 2, 2, 10.5, 7.5, .62, .38, .84),
    "l2": Shape((35, 35.5), (44.5, 46.5), 26.0, -1.8, -10, 10.4, 42, 2, 1.5, 10, 7, .58, .38, .92),
    "l1": Shape((34.5, 35), (43, 44.5), 25.4, -3.2, -11, 9.2, 36, 1, 0.5, 9.5, 7, .58, .34, 1.08),
    "t12": Shape((33, 34), (41, 43), 24.4, -3.8, -9.4, 7.2, spine_raised=.25, joint_reach=1.12),
    "t11": Shape((32, 33), (38, 40), 22.6, -3.8, -6.0, 6.2, joint_reach=1.12),
    "t10": Shape((30.5, 31), (34, 36), 21.4, -3.6, -2.6, 5.6, joint_reach=1.1),
    "t9": Shape((30, 30.5), (32, 33.5), 20.6, -3.4, 0.6, 5.2, joint_reach=1.1),
    "t8": Shape((29.5, 30), (30.5, 32), 20.0, -3.4, 3.8, 4.8, joint_reach=1.1),
    "t7": Shape((29, 29.5), (29.5, 30.5), 19.5, -3.4, 7.0, 4.6, joint_reach=1.1),
    "t6": Shape((28.5, 29), (28.5, 29.5), 19.0, -3.4, 10.2, 4.4, joint_reach=1.1),
}
# fmt: on
ORDER = tuple(SHAPES)  # from the sacrum up
COARSE = ("t6", "t7", "t8", "t9", "t10")  # vertebrae above what the muscle needs, subdivided once less
AROUND = 48


def outline(theta: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the outline of a lumbar endplate, half depth and half width 1: flat or slightly hollow behind."""
    c, s = np.cos(theta), np.sin(theta)
    x = np.sign(c) * np.abs(c) ** np.where(c > 0, 0.92, 0.72)
    z = np.sign(s) * np.abs(s) ** 0.90
    x = np.where(c < 0, x + 0.07 * np.exp(-((s / 0.42) ** 2)) * (-c), x)
    return x, z


_THETA = np.linspace(-np.pi, np.pi, 721)
_X, _Z = outline(_THETA)
_ANGLE, _RADIUS = np.unwrap(np.arctan2(_Z, _X)), np.hypot(_X, _Z)


def reach(x: FloatArray, z: FloatArray) -> FloatArray:
    """Return how far out a point lies on the unit endplate: 1 on the outline."""
    return np.hypot(x, z) / np.interp(np.arctan2(z, x), _ANGLE, _RADIUS)


@dataclass(frozen=True)
class Body:
    """The body of a source vertebra in its own frame: x forward, y up, origin at the middle of the body."""

    mesh: Mesh
    half_depth: float
    half_width: tuple[float, float]  # lower, upper
    lower: tuple[float, float]  # height and slope of the lower plate
    upper: tuple[float, float]


def body_frame(source: Mesh) -> Body:
    """Turn a source vertebra so that its endplates lie level on average, and measure its body."""
    v = source.v.copy()
    for _ in range(3):
        front = v[:, 0].max()
        near = (v[:, 0] > front - 0.030) & (np.abs(v[:, 2]) < 0.024)
        n = Mesh(v, source.f).normals()
        top = near & (n[:, 1] > 0.85) & (v[:, 1] > np.quantile(v[near, 1], 0.75))
        bottom = near & (n[:, 1] < -0.85) & (v[:, 1] < np.quantile(v[near, 1], 0.25))
        up, low = (np.polyfit(v[s, 0], v[s, 1], 1) for s in (top, bottom))
        a = -np.arctan((up[0] + low[0]) / 2)
        turn = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
        v = v @ turn.T
    up, low = (np.polyfit(v[s, 0], v[s, 1], 1) for s in (top, bottom))
    v[:, 1] -= (up[1] + low[1]) / 2
    half = (up[1] - low[1]) / 2
    midline, n = np.abs(v[:, 2]) < 0.004, Mesh(v, source.f).normals()[:, 0]
    rim = np.abs(v[:, 1]) > 0.5 * half
    front = float(np.median(v[midline & rim & (n > 0.5) & (v[:, 0] > v[:, 0].max() - 0.006), 0]))
    wall = midline & (n < -0.6) & (v[:, 0] > front - 0.036) & (v[:, 0] < front - 0.02)  # front of the vertebral canal
    depth = front - float(np.median(v[wall, 0]))
    v[:, 0] -= front - depth / 2
    near = np.abs(v[:, 0]) < depth * 0.4
    widths = [np.abs(v[near & (s * v[:, 1] > half * 0.6), 2]).max() * 0.985 for s in (-1, 1)]
    return Body(Mesh(v, source.f), depth / 2, (widths[0], widths[1]), (-half, low[0]), (half, up[0]))


def fitted(body: Body, shape: Shape) -> Mesh:
    """Give a source vertebra its drawn size: squarer body with a waist, wedge, and the level's transverse process."""
    v = body.mesh.v
    x = v[:, 0] / body.half_depth
    low = body.lower[0] + body.lower[1] * np.clip(v[:, 0], -body.half_depth, body.half_depth)
    up = body.upper[0] + body.upper[1] * np.clip(v[:, 0], -body.half_depth, body.half_depth)
    t = 2 * (v[:, 1] - low) / (up - low) - 1  # -1 at the lower plate, 1 at the upper
    tc = np.clip(t, -1, 1)
    wide = body.half_width[0] + (body.half_width[1] - body.half_width[0]) * (tc + 1) / 2
    z = v[:, 2] / wide
    x, t, z = squared(x, t, z)
    a_low, a_up = shape.depth[1] / 2 * MM, shape.depth[0] / 2 * MM
    b_low, b_up = shape.width[1] / 2 * MM, shape.width[0] / 2 * MM
    f = (np.clip(t, -1, 1) + 1) / 2
    a, b = a_low + (a_up - a_low) * f, b_low + (b_up - b_low) * f
    behind = np.minimum(x + 1, 0)
    grow = (a_low + a_up) / 2 / body.half_depth
    new_x = a * np.maximum(x, -1) + behind * body.half_depth * grow * 1.02
    new_z = np.where(x < -1, z * wide * (b_low + b_up) / sum(body.half_width), z * b)
    edge = np.tan(np.radians(shape.wedge / 2))
    level = np.clip(new_x, -a, a)
    half = shape.height / 2 * MM + edge * level
    new_y = t * half
    out = np.stack([new_x, new_y, new_z], 1)
    if shape.process is not None:
        out = winged(out, shape)
    return Mesh(arched(out, shape), body.mesh.f)


def arched(v: FloatArray, shape: Shape) -> FloatArray:
    """Set the slope of the spinous process, and how far down the lower joint processes reach."""
    behind = np.clip(-0.034 - v[:, 0], 0, None)
    z = np.abs(v[:, 2])
    out = v.copy()
    out[:, 1] += shape.spine_raised * behind * smoothstep(z, 0.012, 0.006)
    low = np.clip(-0.004 - v[:, 1], 0, None)
    joint = smoothstep(v[:, 0], -0.020, -0.026) * smoothstep(v[:, 0], -0.046, -0.040)
    out[:, 1] -= (shape.joint_reach - 1) * low * joint * smoothstep(z, 0.004, 0.008)
    return out


def squared(x: FloatArray, t: FloatArray, z: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Sharpen the rims of the body and draw in its waist; the arch behind is left as it is."""
    r = reach(x, z)
    m, hard = np.maximum(r, np.abs(t)) + 1e-9, 14.0
    now = (r**hard + np.abs(t) ** hard) ** (1 / hard)
    body = smoothstep(r, 1.45, 1.10) * smoothstep(m, 0.35, 0.8)
    grow = 1 + body * (np.clip(1 / now, 0.85, 1.25) - 1)
    waist = 1 - 0.115 * body * (1 - np.clip(t, -1, 1) ** 2) * smoothstep(r, 0.5, 0.9)
    t = t * grow
    near = smoothstep(r, 1.45, 1.15)
    return x * grow * waist, t + near * (np.clip(t, -1, 1) - t), z * grow * waist


ROOT_M = 0.0225  # where the transverse process is taken to begin, from the midline


def winged(v: FloatArray, shape: Shape) -> FloatArray:
    """Draw the transverse processes out to their level's span, as flat blades with a blunt tip.

    The source's process is a short cone. Each of its points keeps its place round the cone; how far out it lies and
    how wide the process is there are set anew.
    """
    assert shape.process is not None
    side, z = np.sign(v[:, 2]), np.abs(v[:, 2])
    wing = smoothstep(v[:, 0], -0.45 * shape.depth[1] / 2 * MM, -0.85 * shape.depth[1] / 2 * MM)
    wing = wing * (v[:, 0] > -0.062)
    u = np.clip((z - ROOT_M) / (z.max() - ROOT_M), 0, 1) * wing
    centre, half = _cone(v[:, :2], u, wing > 0.5)
    along = 1 - (1 - u) ** 1.25  # more of the source's rings towards the tip, for a round end
    taper = 1 - (1 - shape.process_tip) * along
    blunt = np.sqrt(np.clip(1 - np.clip((along - 0.86) / 0.14, 0, 1) ** 2, 0.03, 1))
    thin = 1 - 0.2 * along
    goal = np.stack([shape.process_depth / 2 * thin * blunt, shape.process_height / 2 * taper * blunt], 1) * MM
    mix = smoothstep(u, 0.0, 0.30)[:, None]
    spoke = (v[:, :2] - centre) / np.maximum(half, 4e-4)
    bent = centre + np.stack([-shape.back * along, shape.rise * along**1.4], 1) * MM
    out = v.copy()
    out[:, :2] = (v[:, :2] + bent - centre) * (1 - mix) + (bent + spoke * goal) * mix
    out[:, :2] = np.where(u[:, None] > 0, out[:, :2], v[:, :2])
    reach_out = ROOT_M + along * (shape.process * MM - ROOT_M)
    out[:, 2] = side * np.where(u > 0, z + (reach_out - z) * np.minimum(wing, 1), z)
    return out


def _cone(xy: FloatArray, u: FloatArray, wing: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
    """Return middle and half size (x, y) of the source's process at each point's place along it."""
    knots = np.linspace(0.03, 0.97, 9)
    middle, size = [], []
    for k in knots:
        ring_ = xy[(np.abs(u - k) < 0.09) & wing & (u > 0)]
        low, high = ring_.min(0), ring_.max(0)
        middle.append((low + high) / 2)
        size.append((high - low) / 2)
    table = np.hstack([middle, size])
    table[1:-1] = (table[:-2] + 2 * table[1:-1] + table[2:]) / 4
    table[-1, 2:] = np.minimum(table[-1, 2:], table[-2, 2:])
    at = np.stack([np.interp(u, knots, table[:, c]) for c in range(4)], 1)
    return at[:, :2], at[:, 2:]


def placed(mesh: Mesh, middle: FloatArray, tilt_deg: float) -> Mesh:
    """Turn a vertebra from its own frame into the standing frame."""
    a = np.radians(tilt_deg)
    x, y = np.array([np.cos(a), -np.sin(a), 0]), np.array([np.sin(a), np.cos(a), 0])
    return mesh.moved(mesh.v @ np.stack([x, y, [0, 0, 1]]) + middle)


def standing(sources: dict[str, Mesh], s1: Endplate) -> tuple[dict[str, Mesh], dict[str, tuple[Endplate, Endplate]]]:
    """Stack the vertebrae on the first sacral endplate; return meshes and (upper, lower) endplates by level."""
    bones: dict[str, Mesh] = {}
    plates: dict[str, tuple[Endplate, Endplate]] = {}
    below = s1
    for name in ORDER:
        shape = SHAPES[name]
        tilt = shape.tilt + shape.wedge / 2
        lower_tilt = shape.tilt + shape.wedge
        between = np.radians((below.tilt_deg + lower_tilt) / 2)
        lower_c = below.centre + shape.disc_below * MM * np.array([np.sin(between), np.cos(between), 0])
        up = np.array([np.sin(np.radians(tilt)), np.cos(np.radians(tilt)), 0])
        middle = lower_c + up * shape.height / 2 * MM
        bones[name] = placed(fitted(body_frame(loop(sources[name], 1 if name in COARSE else 2)), shape), middle, tilt)
        lower = Endplate(lower_c, shape.depth[1] / 2 * MM, shape.width[1] / 2 * MM, lower_tilt)
        upper_c = middle + up * shape.height / 2 * MM
        upper = Endplate(upper_c, shape.depth[0] / 2 * MM, shape.width[0] / 2 * MM, shape.tilt)
        plates[name] = (upper, lower)
        below = upper
    return bones, plates


def ring(plate: Endplate, scale: float = 1.0, lift: float = 0.0) -> FloatArray:
    """Return the rim of an endplate, shape (AROUND, 3); `lift` moves it along the normal, metres."""
    x, z = outline(np.linspace(0, 2 * np.pi, AROUND, endpoint=False))
    across = np.array([0.0, 0.0, 1.0])
    return (
        plate.centre
        + np.outer(x * plate.half_depth_m * scale, plate.forward)
        + np.outer(z * plate.half_width_m * scale, across)
        + lift * plate.up
    )


def disc(above: Endplate, below: Endplate, inset: float = 0.985, bulge: float = 0.04, margin_m: float = 0.0006) -> Mesh:
    """Loft a disc between two endplates.

    It starts a little inside each rim (`inset` of its size) and `margin_m` deep in the bone, and bulges between them.
    """
    low, high = ring(below, inset, -margin_m), ring(above, inset, margin_m)
    rows = []
    for t in np.r_[0, 0.06, np.linspace(0.15, 0.85, 7), 0.94, 1]:
        line = low + (high - low) * t
        middle = line.mean(0)
        swell = 1 + bulge * (4 * t * (1 - t)) ** 0.6
        rows.append(middle + (line - middle) * swell)
    return loft(np.array(rows))
