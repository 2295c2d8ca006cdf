"""Ribs 9-12 and the costal margin, carried with the eleventh and twelfth thoracic vertebra."""

from __future__ import annotations

import numpy as np

from iliopsoas.atlas._build_mesh import components, loft, loop, outward, smoothstep, welded
from iliopsoas.atlas._build_spine import Plate
from iliopsoas.atlas.mesh import FloatArray, IntArray, Mesh

FIRST, LAST = 9, 12
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


def facet(plates: tuple[Plate, Plate]) -> FloatArray:
    """Return where the head of the rib meets its vertebra: the back of the body's side, above the middle."""
    upper, lower = plates
    a, b = (upper.half_depth + lower.half_depth) / 2, (upper.half_width + lower.half_width) / 2
    middle = 0.72 * upper.centre + 0.28 * lower.centre
    return middle - 0.80 * a * upper.forward + [0, 0, 0.86 * b]


def thorax(v: FloatArray, f: IntArray, plates: dict[str, tuple[Plate, Plate]]) -> dict[str, Mesh]:
    """Return right ribs and costal margin, hung on the vertebrae: one turn and shift for all, then each head drawn in.

    The turn is the one that lays the line of the source's rib heads along ours, and a little more (`EXTRA_TURN_DEG`).
    """
    source = {k: m for k, m in ribs_of(v, f).items() if FIRST <= k <= LAST}
    heads = np.array([head(source[k]) for k in source])
    facets = np.array([facet(plates[f"t{k}"]) for k in source])
    lean = [np.arctan2(*(p[0] - p[-1])[[0, 1]]) for p in (heads, facets)]
    a = lean[0] - lean[1] - np.radians(EXTRA_TURN_DEG)
    turn = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])

    def carried(p: FloatArray) -> FloatArray:
        moved = (p - heads.mean(0)) @ turn.T + facets.mean(0)
        return np.c_[moved[:, :2], p[:, 2]]

    out = {}
    for k, m in source.items():
        m = loop(outward(welded(carried(m.v), m.f)), 1)
        pull = facet(plates[f"t{k}"]) - head(m)
        weight = smoothstep(np.linalg.norm(m.v - head(m), axis=1), 0.055, 0.005)
        out[f"rib_{k}_r"] = m.moved(m.v + weight[:, None] * pull)
    out["costal_margin_r"] = margin(carried(ARCH))
    return out


# The free edge of the costal arch on the source thorax, from the tip of rib 10 to the xiphoid (metres, source frame).
ARCH = np.array(
    [[0.047, -0.2650, 0.1150], [0.0556, -0.2640, 0.1046], [0.0645, -0.2555, 0.0955], [0.0752, -0.2452, 0.0852],
     [0.0791, -0.2320, 0.0762], [0.0792, -0.2170, 0.0650], [0.0780, -0.2080, 0.0562], [0.0735, -0.1870, 0.0438],
     [0.0707, -0.1765, 0.0320], [0.0656, -0.1680, 0.0227]]
)  # fmt: skip


def margin(arch: FloatArray) -> Mesh:
    """Return the costal margin as a rounded band along the arch."""
    t = np.linspace(0, len(arch) - 1, 36)
    line = np.stack([np.interp(t, np.arange(len(arch)), arch[:, k]) for k in range(3)], 1)
    along = np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1)[:, None]
    deep = np.array([0.8, 0, 0.6]) - (along @ [0.8, 0, 0.6])[:, None] * along
    deep /= np.linalg.norm(deep, axis=1)[:, None]
    high = np.cross(along, deep)
    theta = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    end = np.sqrt(np.clip(1 - np.linspace(-1, 1, 36) ** 10, 0.05, 1))
    rows = [
        c + w * (0.0035 * np.outer(np.cos(theta), d) + 0.0065 * np.outer(np.sin(theta), h))
        for c, d, h, w in zip(line, deep, high, end, strict=True)
    ]
    return loft(np.array(rows))
