"""Hip bone, sacrum, coccyx, femur and symphysis: the LLP26 mean bones in the pelvis frame, with what the mean lost."""

from __future__ import annotations

import numpy as np

from iliopsoas.atlas._build_mesh import clipped_below, components, loft, loop, outward, symmetric, welded
from iliopsoas.atlas._build_sources import Sources, read_lattice
from iliopsoas.atlas._build_spine import Plate
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

S1 = Plate(np.array([-0.0735, 0.0195, 0.0]), 41.0, 0.0165, 0.0250)


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
            out["sacrum"] = loop(symmetric(piece.moved(piece.v - [0, 0, middle])))
        elif z > 0:
            out["hip_bone_r"] = loop(piece)
    return out


def femur(sources: Sources) -> Mesh:
    """Return the right femur down to mid shaft, closed by a flat cap."""
    v, f = llp26(sources, "femur_left_mean_rigid_LLP26", "femur_left_quartic_flat")
    v = registered(v, "femur_r") + HIP_CENTRE
    return clipped_below(loop(outward(welded(v, f))), FEMUR_FLOOR_M)


def symphysis() -> Mesh:
    """Return the disc between the pubic bones."""
    centre = np.array([[-0.0265, -0.079, 0], [-0.0215, -0.090, 0], [-0.0270, -0.105, 0]])
    theta = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    rows = []
    for t in np.linspace(0, 1, 9):
        c = (1 - t) * (1 - 2 * t) * centre[0] + 4 * t * (1 - t) * centre[1] + t * (2 * t - 1) * centre[2]
        rows.append(c + np.c_[0.008 * np.cos(theta), np.zeros(20), 0.0042 * np.sin(theta)])
    return loft(np.array(rows))


def coccyx() -> Mesh:
    """Return a schematic coccyx: four pieces, each smaller than the last, curving forward from the sacral apex."""
    centre = np.array(
        [[-0.1385, -0.0510], [-0.1368, -0.0610], [-0.1322, -0.0695], [-0.1256, -0.0760], [-0.1190, -0.0800]]
    )
    half = np.array([[0.0045, 0.0100], [0.0042, 0.0085], [0.0034, 0.0062], [0.0028, 0.0046], [0.0014, 0.0022]])
    theta = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    rows = []
    for s in np.linspace(0, 4, 41):
        c = np.array([np.interp(s, range(5), centre[:, k]) for k in (0, 1)])
        ahead = np.array([np.interp(min(s + 0.3, 4), range(5), centre[:, k]) for k in (0, 1)])
        back = np.array([np.interp(max(s - 0.3, 0), range(5), centre[:, k]) for k in (0, 1)])
        along = (ahead - back) / np.linalg.norm(ahead - back)
        deep, wide = (np.interp(s, range(5), half[:, k]) * (1 - 0.22 * np.cos(np.pi * s) ** 8) for k in (0, 1))
        end = np.sqrt(np.clip(min(s, 4 - s) / 0.25, 0.02, 1))
        normal = np.array([along[1], -along[0]])
        rows.append(np.c_[c + end * deep * np.outer(np.cos(theta), normal), end * wide * np.sin(theta)])
    return loft(np.array(rows))
