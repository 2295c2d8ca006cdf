"""Sacrum and coccyx: the LLP26 mean sacrum with its first endplate, foramina and crest; the coccyx is drawn."""

from __future__ import annotations

import numpy as np

from iliopsoas.atlas._build_mesh import loft, loop, smoothstep, unit
from iliopsoas.atlas._build_spine import reach
from iliopsoas.atlas.endplate import Endplate
from iliopsoas.atlas.mesh import FloatArray, Mesh

S1 = Endplate(np.array([-0.0727, 0.0204, 0.0]), 0.0165, 0.0250, 40.2)  # laid on the mean sacrum's own endplate
SACRUM_NARROWED_M = 0.0035


def sacrum(mean: Mesh) -> Mesh:
    """Return the sacrum with a flat first endplate, a promontory, foramina and crest."""
    v = mean.v
    z = np.abs(v[:, 2])
    inward = SACRUM_NARROWED_M * smoothstep(z, 0.020, 0.046)  # clear of the hip bones
    m = loop(mean.moved(np.c_[v[:, :2], np.sign(v[:, 2]) * (z - inward)]), 2)
    return relief(plated(m))


# Where the sacral foramina open: how far down the bone's midline (metres from the promontory in front, from the top
# of the crest behind), how far from the midline, radius and depth of the dent. Drawn, not measured.
FORAMINA_FRONT = (
    (0.033, 0.0185, 0.0050, 0.0065),
    (0.055, 0.0170, 0.0047, 0.0060),
    (0.075, 0.0155, 0.0043, 0.0052),
    (0.092, 0.0142, 0.0036, 0.0040),
)
FORAMINA_BACK = (
    (0.017, 0.0190, 0.0034, 0.0045),
    (0.034, 0.0175, 0.0034, 0.0040),
    (0.049, 0.0160, 0.0030, 0.0034),
    (0.062, 0.0150, 0.0027, 0.0028),
)
CREST = (0.004, 0.020, 0.037, 0.052)  # tubercles of the median crest, metres down the back


def relief(mesh: Mesh) -> Mesh:
    """Dent the foramina and raise the transverse lines in front and the median crest behind."""
    front = midline(mesh, -1, S1.centre + S1.half_depth_m * S1.forward)
    back = midline(mesh, 1, np.array([-0.120, 0.022, 0.0]))
    n = mesh.normals()
    v = mesh.v
    out = np.zeros(len(v))
    faces = (
        (front, FORAMINA_FRONT, smoothstep(n @ unit(0.8, -0.6, 0), 0.1, 0.4)),
        (back, FORAMINA_BACK, smoothstep(n @ unit(-0.8, 0.6, 0), 0.1, 0.4)),
    )
    for line, foramina, side in faces:
        for down, apart, radius, depth in foramina:
            x, y = (np.interp(down, line[:, 2], line[:, k]) for k in (0, 1))
            near = np.argmin(np.linalg.norm(v - [x, y, apart], axis=1) + np.where(side > 0.5, 0, 1))
            d = np.linalg.norm((np.c_[v[:, :2], np.abs(v[:, 2])] - v[near]) * [1, 1, 0.8], axis=1)
            out -= side * depth * np.exp(-((d / radius) ** 4))
    side = faces[0][2] * (np.abs(v[:, 2]) < 0.022)
    for down, apart, *_ in FORAMINA_FRONT:
        x, y = (np.interp(down, front[:, 2], front[:, k]) for k in (0, 1))
        d = np.hypot(v[:, 0] - x, v[:, 1] - y)
        out += side * 0.0010 * np.exp(-((d / 0.0022) ** 2)) * smoothstep(np.abs(v[:, 2]), apart - 0.002, apart - 0.007)
    for down in CREST:
        x, y = (np.interp(down, back[:, 2], back[:, k]) for k in (0, 1))
        d = np.hypot(v[:, 0] - x, v[:, 1] - y)
        out += faces[1][2] * (0.0038 * np.exp(-((d / 0.006) ** 2))) * np.exp(-((v[:, 2] / 0.0035) ** 2))
    return mesh.moved(v + out[:, None] * n)


def midline(mesh: Mesh, sense: int, start: FloatArray) -> FloatArray:
    """Return x, y and distance from a start (metres) down the front (sense -1) or back (1) of the sacrum's midline."""
    v, n = mesh.v, mesh.normals()
    at = (np.abs(v[:, 2]) < 1e-9) & (sense * (n @ unit(-0.8, 0.6, 0)) > 0.2) & (v[:, 1] <= start[1] + 1e-3)
    p = v[at, :2]
    hub = np.array([-0.070, -0.055])
    p = p[np.argsort(-np.arctan2(p[:, 1] - hub[1], -(p[:, 0] - hub[0])))]
    step = np.linalg.norm(np.diff(p, axis=0), axis=1)
    return np.c_[p, np.r_[0, np.cumsum(step)]]


def plated(mesh: Mesh) -> Mesh:
    """Flatten the first sacral endplate and let its rim stand out over the ala and the pelvic face."""
    d, n = mesh.v - S1.centre, mesh.normals()
    x, y = d @ S1.forward, d @ S1.up
    r = reach(x / S1.half_depth_m, d[:, 2] / S1.half_width_m)
    top = smoothstep(n @ S1.up, 0.15, 0.6) * smoothstep(np.abs(y), 0.011, 0.006)
    flat = top * smoothstep(r, 1.16, 1.0)
    dish = -0.0004 * np.clip(1 - r**2, 0, 1)
    y_new = y * (1 - flat) + dish * flat
    beside = top * np.exp(-(((r - 1.24) / 0.12) ** 2)) * smoothstep(x / S1.half_depth_m, -0.75, -0.2)
    y_new -= 0.0022 * beside
    wall = (
        smoothstep(n @ S1.forward, 0.2, 0.7)
        * smoothstep(np.abs(r - 1), 0.45, 0.2)
        * np.exp(-(((y + 0.0065) / 0.0035) ** 2))
    )
    x_new = x - 0.0014 * wall
    return mesh.moved(mesh.v + np.outer(y_new - y, S1.up) + np.outer(x_new - x, S1.forward))


# Coccyx, drawn: middle line (x, y) and half depth, half width along it, metres; the whole numbers are the joints.
COCCYX = np.array([[-0.1440, -0.0655], [-0.1424, -0.0765], [-0.1386, -0.0855], [-0.1332, -0.0925], [-0.1276, -0.0965]])
COCCYX_HALF = np.array([[0.0052, 0.0112], [0.0044, 0.0078], [0.0037, 0.0060], [0.0031, 0.0046], [0.0026, 0.0036]])


def coccyx() -> Mesh:
    """Return a schematic coccyx: four pieces, each smaller than the last, curving forward from the sacral apex."""
    theta = np.linspace(0, 2 * np.pi, 28, endpoint=False)
    knots = np.arange(5)

    def at(table: FloatArray, s: float) -> FloatArray:
        return np.array([np.interp(np.clip(s, 0, 4), knots, table[:, k]) for k in (0, 1)])

    rows = []
    for s in np.linspace(0, 4, 49):
        along = np.sum([at(COCCYX, s + d) - at(COCCYX, s - d) for d in (0.2, 0.4, 0.6)], axis=0)
        along /= np.linalg.norm(along)
        centre = (at(COCCYX, s - 0.3) + 2 * at(COCCYX, s) + at(COCCYX, s + 0.3)) / 4 if 0.3 < s < 3.7 else at(COCCYX, s)
        joint = np.cos(np.pi * s) ** 24 if 0.5 < s < 3.5 else 0.0
        horns = 1 + 0.14 * np.exp(-(((s - 0.3) / 0.25) ** 2))  # transverse processes of the first piece
        deep, wide = at(COCCYX_HALF, s) * [1 - 0.13 * joint, (1 - 0.15 * joint) * horns]
        end = (
            np.sqrt(np.clip(1 - (1 - min(s + 0.1, 4 - s) / 0.45) ** 2, 0.05, 1)) if min(s + 0.1, 4 - s) < 0.45 else 1.0
        )
        rows.append(
            np.c_[centre + end * deep * np.outer(np.cos(theta), [along[1], -along[0]]), end * wide * np.sin(theta)]
        )
    return loft(np.array(rows))
