"""An endplate of a vertebral body: how the build makes it and how the bones record it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from iliopsoas.atlas.mesh import FloatArray


@dataclass(frozen=True, eq=False)
class Endplate:
    """An endplate of a vertebral body.

    Attributes
    ----------
    centre : ndarray, shape (3,)
        Middle of the plate, metres.
    half_depth_m, half_width_m : float
        Half the front-to-back and half the side-to-side size, metres.
    tilt_deg : float
        Turn from level, degrees; positive when the front is lower.
    """

    centre: FloatArray
    half_depth_m: float
    half_width_m: float
    tilt_deg: float

    @property
    def forward(self) -> FloatArray:
        """Unit vector along the plate towards its front."""
        a = np.radians(self.tilt_deg)
        return np.array([np.cos(a), -np.sin(a), 0.0])

    @property
    def up(self) -> FloatArray:
        """Unit normal of the plate, upwards."""
        a = np.radians(self.tilt_deg)
        return np.array([np.sin(a), np.cos(a), 0.0])
