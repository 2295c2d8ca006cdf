"""Ribs 3-12, the sternum with its cartilages and the costal margin, carried with the lower thoracic vertebrae."""

from __future__ import annotations

import numpy as np

from iliopsoas.atlas._build_mesh import components, loft, loop, outward, smoothstep, symmetric, through, welded
from iliopsoas.atlas.endplate import Endplate
from iliopsoas.atlas.mesh import FloatArray, IntArray, Mesh, joined

HIGHEST = 3  # the highest rib that is built
FIRST_LAID = 9  # from here down the ribs are laid along our vertebrae; those above go with them
FIRST_SEATED = 6  # the highest rib whose vertebra is built
EXTRA_TURN_DEG = 5.0  # ribs turned front down about their heads, so that the margin reaches L2-L3


def ribs_of(v: FloatArray, f: IntArray) -> dict[int, Mesh]:
    """Return the right ribs of the source thorax by number, from above down."""
    found = []
    for piece in components(v, f):
        if 45 < len(piece.v) < 120 and piece.v[:, 2].mean() > 0.01 and piece.v[:, 0].min() < -0.05:
            found.append(piece)
    back = [-p.v[np.argsort(p.v[:, 0])[:12], 1].mean() for p in found]
    return {k: found[int(i)] for k, i in enumerate(np.argsort(back), 1)}


def head(rib: Mesh) -> FloatArray:
    """Return the inner end of a right rib."""
    return rib.v[np.argsort(rib.v[:, 2])[:6]].mean(0)


def facet(plates: tuple[Endplate, Endplate]) -> FloatArray:
    """Return where the head of the rib meets its vertebra: the back of the body's side, above the middle."""
    upper, lower = plates
    a, b = (upper.half_depth_m + lower.half_depth_m) / 2, (upper.half_width_m + lower.half_width_m) / 2
    middle = 0.72 * upper.centre + 0.28 * lower.centre
    return middle - 0.80 * a * upper.forward + [0, 0, 0.86 * b]


def thorax(
    v: FloatArray, f: IntArray, plates: dict[str, tuple[Endplate, Endplate]]
) -> tuple[dict[str, Mesh], FloatArray]:
    """Return right ribs, sternum and costal margin on the vertebrae, and the line of the margin from rib 10 inwards.

    All are turned and shifted as one, then each head is drawn in.

    The turn is the one that lays the line of the source's rib heads along ours, and a little more (`EXTRA_TURN_DEG`).
    """
    source = {k: m for k, m in ribs_of(v, f).items() if k >= HIGHEST}
    laid = [k for k in source if k >= FIRST_LAID]
    heads = np.array([head(source[k]) for k in laid])
    facets = np.array([facet(plates[f"t{k}"]) for k in laid])
    lean = [np.arctan2(*(p[0] - p[-1])[[0, 1]]) for p in (heads, facets)]
    a = lean[0] - lean[1] - np.radians(EXTRA_TURN_DEG)
    turn = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])

    def carried(p: FloatArray) -> FloatArray:
        moved = (p - heads.mean(0)) @ turn.T + facets.mean(0)
        return np.c_[moved[:, :2], p[:, 2]]

    out: dict[str, Mesh] = {}
    placed = {k: loop(outward(welded(carried(m.v), m.f)), 2) for k, m in source.items()}
    for k, m in placed.items():
        seated = max(k, FIRST_SEATED)  # above it the spine is not built: those ribs go with the first that has its bone
        pull = facet(plates[f"t{seated}"]) - head(placed[seated])
        weight = smoothstep(np.linalg.norm(m.v - head(m), axis=1), 0.055, 0.005)
        out[f"rib_{k}_r"] = m.moved(m.v + weight[:, None] * pull)
    front = next(p for p in components(v, f) if 600 < len(p.v) < 900)
    out["sternum"] = loop(symmetric(outward(welded(carried(front.v), front.f))), 1)
    arch = carried(ARCH)
    tips = [tip(out[f"rib_{k}_r"]) for k in (10, 9)]
    edge = cartilage(np.vstack([tips[0], arch]), 0.0038, 0.0062)
    spur = cartilage(np.vstack([tips[1], (tips[1] + arch[4]) / 2 + [0.006, -0.002, 0.002], arch[4]]), 0.0032, 0.0052)
    out["costal_margin_r"] = joined([edge, spur])
    return out, np.vstack([tips[0], arch])


# The free edge of the costal arch on the source thorax, from rib 10 to the xiphoid (metres, source frame).
ARCH = np.array(
    [
        [0.0556, -0.2640, 0.1060],
        [0.0645, -0.2570, 0.0965],
        [0.0745, -0.2460, 0.0862],
        [0.0790, -0.2335, 0.0765],
        [0.0795, -0.2200, 0.0665],
        [0.0775, -0.2060, 0.0555],
        [0.0740, -0.1900, 0.0440],
        [0.0700, -0.1770, 0.0325],
        [0.0655, -0.1680, 0.0220],
        [0.0630, -0.1640, 0.0150],
    ]
)


def tip(rib: Mesh) -> FloatArray:
    """Return a point just inside the front end of a right rib."""
    front = rib.v[np.argsort(-rib.v[:, 0])]
    end, before = front[:8].mean(0), front[30:40].mean(0)
    return end + 0.002 * (before - end) / np.linalg.norm(before - end)


def cartilage(points: FloatArray, half_depth: float, half_height: float) -> Mesh:
    """Return a rounded band of costal cartilage through points."""
    length = np.r_[0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))]
    at = np.linspace(0, length[-1], max(12, round(length[-1] / 0.004)))
    line = through(points, length, at)
    along = np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1)[:, None]
    deep = np.array([0.75, 0.0, 0.66]) - (along @ [0.75, 0.0, 0.66])[:, None] * along
    deep /= np.linalg.norm(deep, axis=1)[:, None]
    high = np.cross(along, deep)
    theta = np.linspace(0, 2 * np.pi, 18, endpoint=False)
    near_end = np.minimum(at, length[-1] - at) / (1.2 * half_height)
    end = np.sqrt(np.clip(1 - (1 - np.clip(near_end, 0, 1)) ** 2, 0.03, 1))
    rows = [
        c + w * (half_depth * np.outer(np.cos(theta), d) + half_height * np.outer(np.sin(theta), h))
        for c, d, h, w in zip(line, deep, high, end, strict=True)
    ]
    return loft(np.array(rows))
