"""The record that travels inside bones.npz: where every bone comes from and what was changed by choice."""

from __future__ import annotations

from typing import Any

from iliopsoas.atlas._build_pelvis import REGISTRATION
from iliopsoas.atlas._build_sources import PACKAGES, Sources
from iliopsoas.atlas._build_spine import SHAPES


def record(sources: Sources, landmarks: dict[str, Any]) -> dict[str, Any]:
    """Return the record as plain JSON data."""
    return {
        "frame": "Rajagopal 2016 pelvis: x anterior, y superior, z right; metres; standing",
        "hip_centre_r_m": [-0.056276, -0.07849, 0.07726],
        "registration": REGISTRATION,
        "vertebrae": {k: vars(s) for k, s in SHAPES.items()},
        "packages": {k: vars(p) for k, p in PACKAGES.items()},
        "files_sha256": dict(sorted(sources.digests.items())),
        "landmarks": landmarks,
    }
