"""Hip bone, sacrum, coccyx, femur and symphysis: the LLP26 mean bones in the pelvis frame, with what the mean lost."""

from __future__ import annotations

import numpy as np

from iliopsoas.atlas._build_mesh import (
    clipped_below,
    components,
    loft,
    loop,
    outward,
    raised,
    smoothstep,
    symmetric,
    welded,
)
from iliopsoas.atlas._build_sources import Sources, read_lattice
from iliopsoas.atlas._build_spine import Plate, reach
from iliopsoas.atlas.mesh import FloatArray, Mesh

ATLAS = "musculoskeletal/models/atlas_meshes"
HIP_CENTRE = np.array([-0.056276, -0.07849, 0.07726])
FEMUR_FLOOR_M = -0.30

# Similarity transforms from the stored LLP26 millimetres into the pelvis frame (metres): x_out = A @ x_mm + t.
# Pelvis: iterative closest points to the Rajagopal 2016 pelvis and sacrum. Femur: left mean, mirrored, in the frame
# of the right femur (origin at the hip centre).
REGISTRATION: dict[str, dict[str, list[list[float]] | list[float] | float]] = {
    "pelvis": {
        "A": [
            [-3.139197907580942e-05, -0.0009490683442521397, -0.00011246168135147466],
            [6.209051607445808e-05, -0.00011430991863248672, 0.0009473340585559218],
            [-0.0009536892154404945, 2.3797660072598304e-05, 6.53785890927423e-05],
        ],
        "t": [0.08212125856762983, -1.2088438250288467, -0.05145108301695705],
        "scale": 0.9562237228725265,
    },
    "femur_r": {
        "A": [
            [8.851240306148421e-05, -0.001010581918720517, -0.00015341600229975798],
            [9.482006188637908e-05, -0.00014520833949730806, 0.0010112222424899968],
            [0.0010177531331665576, 0.0001014172243644666, -8.086925394773239e-05],
        ],
        "t": [0.17424737828927847, -1.228661981726251, -0.01858518407620363],
        "scale": 1.0259857356231614,
    },
}

# The transform above shrinks the mean pelvis to 0.956 to lie on the (smaller-boned) outline of the model's pelvis; its
# sockets then stand 14 mm too high for the femoral heads. So it is drawn at its own size in the sagittal plane, its
# width is left (the sockets are then as far apart as the model's hip centres), and the sockets are put on them.
SOCKET = np.array([-0.05559, -0.06465, 0.07723])  # centre of the socket's sphere after the transform above, metres
REGROWN = np.array([1 / 0.9562237228725265, 1 / 0.9562237228725265, 1.0])

S1 = Plate(np.array([-0.0727, 0.0204, 0.0]), 41.0, 0.0165, 0.0250)
EMINENCE = np.array([-0.0335, -0.0590, 0.0590])  # iliopubic eminence: where it is raised
SOCKET_RADIUS_M = 0.0237
SACRUM_NARROWED_M = 0.0035
LESSER_TROCHANTER_M = 0.005


def registered(points: FloatArray, bone: str) -> FloatArray:
    """Return stored LLP26 points (mm) in the pelvis frame (femur: the femur's own frame), metres."""
    fit = REGISTRATION[bone]
    out = points @ np.array(fit["A"]).T + np.array(fit["t"])
    return (out - SOCKET) * REGROWN + HIP_CENTRE if bone == "pelvis" else out


def llp26(sources: Sources, geof: str, name: str) -> tuple[FloatArray, np.ndarray]:
    """Return nodes and triangles of one LLP26 mean bone."""
    files = (f"{ATLAS}/{geof}.geof", f"{ATLAS}/{name}.ens", f"{ATLAS}/{name}.mesh")
    return read_lattice(*(sources.read("llp26", path) for path in files))


def pelvis(sources: Sources) -> dict[str, Mesh]:
    """Return right hip bone and symmetric sacrum."""
    v, f = llp26(sources, "pelvis_combined_cubic_mean_rigid_LLP26", "pelvis_combined_cubic_flat")
    out = {}
    for piece in components(registered(v, "pelvis"), f):
        z = piece.v[:, 2].mean()
        piece = outward(welded(piece.v, piece.f))
        if abs(z) < 0.02:
            middle = (piece.v[:, 2].max() + piece.v[:, 2].min()) / 2
            out["sacrum"] = sacrum(symmetric(piece.moved(piece.v - [0, 0, middle])))
        elif z > 0:
            out["hip_bone_r"] = hip_bone(piece)
    return out


def hip_bone(mean: Mesh) -> Mesh:
    """Return the right hip bone with the spine, eminence and crest tubercle that a mean shape smooths away."""
    m = raised(mean, np.array([-0.107, -0.077, 0.048]), 0.010 * unit(-0.55, -0.2, -0.8), 0.009)  # ischial spine
    m = loop(m, 2)
    m = raised(m, EMINENCE, 0.0030 * unit(0.7, 0.65, -0.3), 0.010)
    m = raised(m, np.array([-0.0230, -0.0465, 0.0905]), 0.0025 * unit(0.9, -0.35, 0.1), 0.009)  # AIIS
    m = raised(m, np.array([-0.136, 0.014, 0.0395]), 0.0025 * unit(-0.9, -0.1, -0.1), 0.008)  # PSIS
    return reamed(m)


def unit(x: float, y: float, z: float) -> FloatArray:
    """Return a unit vector."""
    return np.array([x, y, z]) / np.sqrt(x * x + y * y + z * z)


def reamed(mesh: Mesh) -> Mesh:
    """Push the floor of the socket clear of the femoral head."""
    out = mesh.v - HIP_CENTRE
    far = np.linalg.norm(out, axis=1, keepdims=True)
    into = -(mesh.normals() * out).sum(1, keepdims=True) / far  # 1 where the surface looks at the centre
    push = np.clip(SOCKET_RADIUS_M - far, 0, None) * smoothstep(into, 0.0, 0.4)
    return mesh.moved(mesh.v + push * out / far)


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
    front = midline(mesh, -1, S1.centre + S1.half_depth * S1.forward)
    back = midline(mesh, 1, np.array([-0.120, 0.022, 0.0]))
    n = mesh.normals()
    v = mesh.v
    out = np.zeros(len(v))
    faces = (
        (front, FORAMINA_FRONT, n @ unit(0.8, -0.6, 0) > 0.25),
        (back, FORAMINA_BACK, n @ unit(-0.8, 0.6, 0) > 0.25),
    )
    for line, foramina, side in faces:
        for down, apart, radius, depth in foramina:
            x, y = (np.interp(down, line[:, 2], line[:, k]) for k in (0, 1))
            near = np.argmin(np.linalg.norm(v - [x, y, apart], axis=1) + np.where(side, 0, 1))
            d = np.linalg.norm((np.c_[v[:, :2], np.abs(v[:, 2])] - v[near]) * [1, 1, 0.8], axis=1)
            out -= side * depth * np.exp(-((d / radius) ** 4))
    side = faces[0][2] & (np.abs(v[:, 2]) < 0.022)
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
    r = reach(x / S1.half_depth, d[:, 2] / S1.half_width)
    top = smoothstep(n @ S1.up, 0.15, 0.6) * (np.abs(y) < 0.008)
    flat = top * smoothstep(r, 1.16, 1.0)
    dish = -0.0008 * np.clip(1 - r**2, 0, 1)
    y_new = y * (1 - flat) + dish * flat
    beside = top * np.exp(-(((r - 1.24) / 0.12) ** 2)) * smoothstep(x / S1.half_depth, -0.75, -0.2)
    y_new -= 0.0022 * beside
    wall = smoothstep(n @ S1.forward, 0.2, 0.7) * (np.abs(r - 1) < 0.35) * np.exp(-(((y + 0.0065) / 0.0035) ** 2))
    x_new = x - 0.0014 * wall
    return mesh.moved(mesh.v + np.outer(y_new - y, S1.up) + np.outer(x_new - x, S1.forward))


def femur(sources: Sources) -> Mesh:
    """Return the right femur down to mid shaft, closed by a flat cap, its lesser trochanter raised."""
    v, f = llp26(sources, "femur_left_mean_rigid_LLP26", "femur_left_quartic_flat")
    v = registered(v, "femur_r") + HIP_CENTRE
    m = loop(outward(welded(v, f)), 2)
    m = raised(m, np.array([-0.0815, -0.1350, 0.0870]), LESSER_TROCHANTER_M * unit(-0.75, 0.0, -0.66), 0.010)
    return clipped_below(m, FEMUR_FLOOR_M)


def symphysis() -> Mesh:
    """Return the disc between the pubic bones: an oblique wedge that fills the gap between their faces."""
    top, bottom = np.array([-0.0195, -0.1010]), np.array([-0.0325, -0.1165])
    along = (bottom - top) / np.linalg.norm(bottom - top)
    across = np.array([-along[1], along[0]])
    theta = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    rows = []
    for t in np.linspace(0, 1, 13):
        end = np.sqrt(max(1 - (2 * t - 1) ** 8, 0.06))
        thick = 0.0038 + 0.0012 * (2 * t - 1) ** 4
        c = top + t * (bottom - top)
        rows.append(np.c_[c + 0.0055 * end * np.outer(np.cos(theta), across), thick * np.sin(theta)])
    return loft(np.array(rows))


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
        along = sum(at(COCCYX, s + d) - at(COCCYX, s - d) for d in (0.2, 0.4, 0.6))
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
