"""Hip bone, femur and symphysis: the LLP26 mean bones in the pelvis frame, with what a mean shape smooths away."""

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
    unit,
    welded,
)
from iliopsoas.atlas._build_sources import Sources, read_lattice
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

# The transform above shrinks the mean pelvis to 0.956 of its size; its sockets then stand 14 mm above the model's hip
# centres and are too small for the femoral heads. So it is drawn at its own size in the sagittal plane, its width is
# left (the sockets are then as far apart as the model's hip centres), and the sockets are put on those centres.
SOCKET = np.array([-0.05559, -0.06465, 0.07723])  # centre of the socket's sphere after the transform above, metres
REGROWN = np.array([1 / 0.9562237228725265, 1 / 0.9562237228725265, 1.0])

EMINENCE = np.array([-0.0335, -0.0590, 0.0590])  # iliopubic eminence: where it is raised
SOCKET_RADIUS_M = 0.0237
LESSER_TROCHANTER_M = 0.0006
CREST_RAISED_M = 0.003


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
    """Return the right hip bone, finished, and the mean sacrum, symmetric."""
    v, f = llp26(sources, "pelvis_combined_cubic_mean_rigid_LLP26", "pelvis_combined_cubic_flat")
    out = {}
    for piece in components(registered(v, "pelvis"), f):
        z = piece.v[:, 2].mean()
        piece = outward(welded(piece.v, piece.f))
        if abs(z) < 0.02:
            middle = (piece.v[:, 2].max() + piece.v[:, 2].min()) / 2
            out["sacrum"] = symmetric(piece.moved(piece.v - [0, 0, middle]))
        elif z > 0:
            out["hip_bone_r"] = hip_bone(piece)
    return out


def hip_bone(mean: Mesh) -> Mesh:
    """Return the right hip bone, its spines and eminence raised again and its socket clear of the femoral head."""
    m = raised(mean, np.array([-0.107, -0.077, 0.048]), 0.010 * unit(-0.55, -0.2, -0.8), 0.009)  # ischial spine
    m = loop(m, 2)
    m = m.moved(m.v + np.outer(CREST_RAISED_M * smoothstep(m.v[:, 1], 0.0, 0.062), [0, 1, 0]))
    m = raised(m, EMINENCE, 0.0030 * unit(0.7, 0.65, -0.3), 0.010)
    m = raised(m, np.array([-0.0230, -0.0465, 0.0905]), 0.0025 * unit(0.9, -0.35, 0.1), 0.009)  # AIIS
    m = raised(m, np.array([-0.136, 0.014, 0.0395]), 0.0025 * unit(-0.9, -0.1, -0.1), 0.008)  # PSIS
    return reamed(m)


def reamed(mesh: Mesh) -> Mesh:
    """Push the floor of the socket clear of the femoral head."""
    out = mesh.v - HIP_CENTRE
    far = np.linalg.norm(out, axis=1, keepdims=True)
    into = -(mesh.normals() * out).sum(1, keepdims=True) / far  # 1 where the surface looks at the centre
    push = np.clip(SOCKET_RADIUS_M - far, 0, None) * smoothstep(into, 0.0, 0.4)
    return mesh.moved(mesh.v + push * out / far)


def femur(sources: Sources) -> Mesh:
    """Return the right femur down to mid shaft, closed by a flat cap, its lesser trochanter raised."""
    return clipped_below(whole_femur(sources), FEMUR_FLOOR_M)


def whole_femur(sources: Sources) -> Mesh:
    """Return the right femur down to the knee, its lesser trochanter raised."""
    v, f = llp26(sources, "femur_left_mean_rigid_LLP26", "femur_left_quartic_flat")
    v = registered(v, "femur_r") + HIP_CENTRE
    m = loop(outward(welded(v, f)), 2)
    return raised(m, np.array([-0.0815, -0.1350, 0.0870]), LESSER_TROCHANTER_M * unit(-0.75, 0.0, -0.66), 0.010)


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
