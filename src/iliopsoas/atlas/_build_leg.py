"""The leg down to the ankle: the whole femur, and tibia, fibula and kneecap in the frames of the hip model's bones."""

from __future__ import annotations

from typing import Any

import numpy as np

from iliopsoas.atlas._build_mesh import components, loop, outward, welded
from iliopsoas.atlas._build_pelvis import HIP_CENTRE, llp26, whole_femur
from iliopsoas.atlas._build_sources import Sources, read_stl
from iliopsoas.atlas.mesh import FloatArray, IntArray, Mesh

KNEECAP = "musclemimic_models/model/meshes/r_patella.stl"

# From the stored LLP26 millimetres into the tibia's frame (metres): x_out = A @ x_mm + t. Turned by iterative closest
# points onto the tibia and fibula of OpenSim, as large as the femur is drawn (1.026 times the mean bone), the plateau
# in its middle and its height where that of OpenSim is.
TIBIA: dict[str, list[list[float]] | list[float]] = {
    "A": [
        [-0.0002976571095503124, -0.0009765240463188618, -0.00010221429350823892],
        [-6.366384947703834e-05, -8.738800248293635e-05, 0.001020272993366974],
        [-0.000979792778655832, 0.00030234227902375374, -3.5241834668534555e-05],
    ],
    "t": [0.1524383736654615, -0.8420685649579743, 0.09191679034298199],
}

CHOICES = {
    "femur": "The whole femur, above mid shaft the same as in bones.npz; its origin is the hip centre.",
    "tibia_fibula": "Tibia and fibula are turned and placed to lie on those of OpenSim and are as large as the femur "
    "is drawn; from 60 degrees of knee flexion the condyles sink up to 4 mm into the plateau, where it is not seen.",
    "patella": "The kneecap is rounded by two steps of Loop subdivision, which takes 1 to 3 mm off its corners; its "
    "size and place are those of OpenSim.",
}


def leg(sources: Sources) -> tuple[dict[str, Mesh], dict[str, Any]]:
    """Return the right leg's bones, each in its own frame (fibula: that of the tibia), and their record."""
    femur = whole_femur(sources)
    v, f = llp26(
        sources, "tibia_fibula_cubic_right_mirrored_from_left_mean_rigid_LLP26", "tibia_fibula_right_cubic_flat"
    )
    tibia, fibula = components(v @ np.array(TIBIA["A"]).T + np.array(TIBIA["t"]), f)
    out = {
        "femur_r": femur.moved(femur.v - HIP_CENTRE),
        "tibia_r": _rounded(tibia.v, tibia.f),
        "fibula_r": _rounded(fibula.v, fibula.f),
        "patella_r": _rounded(*read_stl(sources.read("opensim", KNEECAP))),
    }
    record = {
        "frame": "Each bone in the frame of the Rajagopal 2016 model: x anterior, y superior, z right; metres; the "
        "fibula in that of the tibia",
        "registration": {"tibia": TIBIA, "meaning": "x_out = A @ x_mm + t, in metres"},
        "choices": CHOICES,
        "files_sha256": dict(sorted(sources.digests.items())),
        "licences": ["CC-BY-3.0", "MPL-2.0"],
    }
    return dict(sorted(out.items())), record


def _rounded(v: FloatArray, f: IntArray) -> Mesh:
    return loop(outward(welded(v, f)), 2)
