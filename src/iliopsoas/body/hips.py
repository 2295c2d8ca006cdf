"""How the thighs stand to the pelvis in the drawing: what of a `Pose` the drawn body follows.

Both thighs move alike, the left as the mirror image of the right. The pelvis and the spine stay as in standing, the
lower leg is not drawn. A pose that asks for more is refused, not drawn wrongly.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from iliopsoas.atlas.bones import load_bones
from iliopsoas.atlas.mesh import FloatArray, Mesh
from iliopsoas.body.kinematics import placement
from iliopsoas.body.pose import Pose
from iliopsoas.body.surface import Surface

HIP_CENTRE = np.array([-0.056276, -0.07849, 0.07726])  # right, of the standing frame

# What was drawn and measured (tests); the model of the muscles reaches farther.
DRAWN = MappingProxyType(
    {"hip_flexion_deg": (-20.0, 100.0), "hip_adduction_deg": (-25.0, 15.0), "hip_rotation_deg": (-25.0, 25.0)}
)

# External rotation stops where the lesser trochanter of these bones, with the tendon on it, meets the ischium. Found on
# the drawn bones as the plane through where they meet (a test measures both sides of it): degrees, and degrees for each
# of adduction and of flexion.
_MEETS_DEG, _BY_ADDUCTION, _BY_FLEXION = -54.0, 2.0, -1.2


def least_rotation_deg(flexion_deg: float, adduction_deg: float) -> float:
    """Return how far the drawn thigh can turn outwards, as a hip rotation (below 0 is external), degrees.

    It matters in extension with adduction alone. It is a limit of these bones, which belong to nobody, not of a client.
    """
    return _MEETS_DEG + _BY_ADDUCTION * adduction_deg + _BY_FLEXION * flexion_deg


@dataclass(frozen=True)
class Hips:
    """The turn of both femurs against the pelvis; nothing given is standing.

    Attributes
    ----------
    flexion_deg, adduction_deg, rotation_deg : float
        As in `Pose`.
    """

    flexion_deg: float = 0.0
    adduction_deg: float = 0.0
    rotation_deg: float = 0.0

    @classmethod
    def of(cls, pose: Pose) -> Hips:
        """Return the hips of a pose.

        Raises
        ------
        ValueError
            The pose moves something that is not drawn yet, or a hip farther than is drawn; the message names the field.
        """
        for name, limit in Pose.limits().items():
            value = getattr(pose, name)
            if name not in DRAWN:
                if value:
                    raise ValueError(
                        f"{name} is {value:g}, which is not drawn yet: pelvis, spine and breath stay as in standing "
                        f"and there is no lower leg. Allowed is 0; the fields drawn are {', '.join(DRAWN)}"
                    )
                continue
            low, high = DRAWN[name]
            if not low <= value <= high:
                raise ValueError(f"{name} is {value:g}; drawn are {low:g} ({limit.minus}) to {high:g} ({limit.plus})")
        least = least_rotation_deg(pose.hip_flexion_deg, pose.hip_adduction_deg)
        if pose.hip_rotation_deg < least:
            raise ValueError(
                f"hip_rotation_deg is {pose.hip_rotation_deg:g}; with hip_flexion_deg {pose.hip_flexion_deg:g} and "
                f"hip_adduction_deg {pose.hip_adduction_deg:g} the drawn thigh bone meets the ischium beyond {least:g} "
                f"(external rotation). Allowed there are {least:g} to {DRAWN['hip_rotation_deg'][1]:g}"
            )
        return cls(pose.hip_flexion_deg, pose.hip_adduction_deg, pose.hip_rotation_deg)

    @cached_property
    def pose(self) -> Pose:
        """The pose that moves the hips, and nothing else, like this."""
        return Pose(
            hip_flexion_deg=self.flexion_deg,
            hip_adduction_deg=self.adduction_deg,
            hip_rotation_deg=self.rotation_deg,
        )

    @cached_property
    def turn(self) -> FloatArray:
        """Turn of the right femur from standing, shape (3, 3)."""
        return placement(self.pose, "femur").turn

    @property
    def turn_deg(self) -> float:
        """How far in all the femur is turned from standing, degrees."""
        return float(np.degrees(np.arccos(np.clip((np.trace(self.turn) - 1) / 2, -1, 1))))

    def place(self, points: ArrayLike) -> FloatArray:
        """Return points of the standing right femur, shape (..., 3), where they are now."""
        p = np.asarray(points, float)
        return p if self == STANDING else (p - HIP_CENTRE) @ self.turn.T + HIP_CENTRE

    def back(self, points: ArrayLike) -> FloatArray:
        """Return where points that move with the right femur, shape (..., 3), are in standing."""
        p = np.asarray(points, float)
        return p if self == STANDING else (p - HIP_CENTRE) @ self.turn + HIP_CENTRE


STANDING = Hips()


def femur_mesh(hips: Hips = STANDING) -> Mesh:
    """Return the right femur, turned about the centre of the hip joint."""
    mesh = load_bones()["femur_r"]
    return mesh if hips == STANDING else mesh.moved(hips.place(mesh.v))


@lru_cache(maxsize=8)
def femur_surface(hips: Hips) -> Surface:
    """Return the right femur where it is now, prepared for nearest-point questions."""
    return Surface(femur_mesh(hips))
