"""The record that travels inside bones.npz: where every bone comes from and what was changed by choice."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from iliopsoas.atlas._build_pelvis import (
    CREST_RAISED_M,
    FEMUR_FLOOR_M,
    HIP_CENTRE,
    REGISTRATION,
    REGROWN,
    SOCKET,
    SOCKET_RADIUS_M,
)
from iliopsoas.atlas._build_sacrum import FORAMINA_BACK, FORAMINA_FRONT, SACRUM_NARROWED_M
from iliopsoas.atlas._build_sources import PACKAGES, Sources
from iliopsoas.atlas._build_spine import SHAPES
from iliopsoas.atlas._build_thorax import EXTRA_TURN_DEG

# One plain sentence per change. They are choices made to draw one standing body; none of them is a measurement.
CHOICES = {
    "pelvis_place": "The mean pelvis is drawn at its own size from front to back and from top to bottom, 0.956 of it "
    "from side to side, with its sockets on the hip centres of the Rajagopal 2016 model.",
    "left_side": "The left hip bone, femur and ribs are mirror images of the right ones; the sacrum is its right half "
    "and its mirror image.",
    "socket": f"The floor of the hip socket is pushed out to {SOCKET_RADIUS_M * 1e3:.1f} mm from the hip centre, clear "
    "of the femoral head.",
    "hip_bone": "Ischial spine, anterior inferior and posterior superior iliac spines and iliopubic eminence, which a "
    "mean shape smooths away, are raised by 10, 2.5, 2.5 and 3 mm.",
    "iliac_crest": f"The ilium grows by up to {CREST_RAISED_M * 1e3:.0f} mm towards the top of its crest, which the "
    "smoothing of the mesh had lowered.",
    "sacrum": f"The wings of the sacrum are drawn in by {SACRUM_NARROWED_M * 1e3:.1f} mm a side, clear of the hip "
    "bones; its first endplate is flattened and given a rim.",
    "sacral_relief": f"The {len(FORAMINA_FRONT)} pairs of foramina in front and {len(FORAMINA_BACK)} behind are dents, "
    "not channels; they, the transverse lines and the median crest are drawn.",
    "coccyx": "The coccyx is drawn: four pieces, each smaller than the last.",
    "femur": f"The femur ends {-FEMUR_FLOOR_M * 1e3:.0f} mm below the origin with a flat cap; its lesser trochanter is "
    "raised by 0.6 mm.",
    "vertebrae": "Each vertebra is given its level's size, wedge and tilt, a squarer body with a waist, and its "
    "level's transverse and spinous processes; the numbers are listed under vertebrae.",
    "stack": "The vertebrae stand on the first sacral endplate with the disc heights and tilts listed; T6 to T10 are "
    "there to carry the ribs and to tell the levels of the diaphragm.",
    "discs": "The discs are drawn between the endplates, 0.6 mm into each, from just inside the rims, bulging about "
    "2 % beyond them.",
    "ribs": f"Ribs 9 to 12 are turned as one to lie along our vertebrae, {EXTRA_TURN_DEG:.0f} degrees further front "
    "down, and their heads are drawn in to the bodies; ribs 3 to 8 go with them, the heads of 3 to 5 like that of 6.",
    "sternum": "The sternum and its costal cartilages are one piece, carried as the ribs are; the left half is the "
    "mirror image of the right one.",
    "costal_margin": "The costal margin is a band along the source's costal arch, with the cartilage of rib 9; it "
    "stops at the xiphoid where no sternum is shown.",
    "symphysis": "The pubic symphysis is drawn between the pubic bones.",
}


def record(sources: Sources, landmarks: dict[str, Any]) -> dict[str, Any]:
    """Return the record as plain JSON data."""
    return {
        "frame": "Rajagopal 2016 pelvis: x anterior, y superior, z right; metres; standing",
        "hip_centre_r_m": HIP_CENTRE.tolist(),
        "scale": {
            "pelvis_sagittal": 1.0,
            "pelvis_side_to_side": REGISTRATION["pelvis"]["scale"],
            "femur": REGISTRATION["femur_r"]["scale"],
            "meaning": "times the size of the source's mean bone",
        },
        "registration": {
            **REGISTRATION,
            "meaning": "x_out = A @ x_mm + t, in metres; then the pelvis only: (x_out - socket) * regrown + hip centre",
            "socket_m": SOCKET.tolist(),
            "regrown": REGROWN.tolist(),
        },
        "choices": CHOICES,
        "vertebrae": {
            "meaning": "millimetres and degrees; pairs are upper, lower endplate; wedge and tilt positive when taller, "
            "lower in front",
            **{k: asdict(s) for k, s in SHAPES.items()},
        },
        "packages": {k: asdict(p) for k, p in PACKAGES.items()},
        "files_sha256": dict(sorted(sources.digests.items())),
        "licences": sorted({p.licence for p in PACKAGES.values()}),
        "landmarks": landmarks,
    }
