"""The drawn spine bent, and what bends with it; and the drawn bones of one pose.

How far each bone turns is the model's (`kinematics`). Where it turns is the drawing's: the drawn vertebrae are stacked
otherwise than the model's, so each turns on the one below about a point in the disc between them, a little behind its
middle. From T12 upwards everything rides on L1, and the pelvis is one bone with the sacrum.

`Carriers` bend anything that hangs on the spine: a point goes with the vertebra that it is level with, and beside a
disc partly with the one above and partly with the one below.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

import numpy as np

from iliopsoas.atlas.bones import load_bones, load_leg
from iliopsoas.atlas.joints import VERTEBRAE
from iliopsoas.atlas.mesh import FloatArray, Mesh
from iliopsoas.body import column, shapes
from iliopsoas.body.hips import HIP_CENTRE
from iliopsoas.body.kinematics import Angles, Placement, Skeleton, about, placement, segment_flexion_deg
from iliopsoas.body.landmarks import endplate
from iliopsoas.body.pose import Pose
from iliopsoas.body.rough import rough

# Drawing choice: the centre of a lumbar joint lies so much of the disc's half depth behind its middle, in flexion and
# in extension. So the drawn psoas changes with the spine most nearly as the model's fascicles do.
AXIS_BEHIND = (0.6, 0.2)
RIDE_ON_L1 = ("t11", "t12", "rib_12")
LEG = ("femur", "tibia", "fibula", "patella")
TRUNK = (
    *("t11", "t12", *reversed(VERTEBRAE), "disc_t11_t12", "disc_t12_l1", "disc_l1_l2", "disc_l2_l3", "disc_l3_l4"),
    *("disc_l4_l5", "disc_l5_s1", "sacrum", "coccyx", "rib_12_r", "rib_12_l", "hip_bone_r", "hip_bone_l"),
    "pubic_symphysis",
)
ROUGH_M = 0.006  # how far a coarse bone may be off
_SLOPE_REACH_M = 0.020  # an endplate's plane is followed so far to the front and back, then goes on level


@dataclass(frozen=True, eq=False)
class Carriers:
    """What carries the flesh on the spine: placements that take standing points to where they are in the pose.

    Attributes
    ----------
    placements : tuple of Placement
        Of the pelvis, then L5 to L1.
    """

    placements: tuple[Placement, ...]

    @cached_property
    def still(self) -> bool:
        """Whether nothing is moved."""
        return all(np.array_equal(p.turn, np.eye(3)) for p in self.placements)

    @cached_property
    def _tables(self) -> tuple[FloatArray, FloatArray]:
        return np.stack([p.turn.T for p in self.placements]), np.stack([p.origin for p in self.placements])

    def carry(self, points: FloatArray, share: FloatArray) -> FloatArray:
        """Return standing points, shape (n, 3), where they are now.

        Parameters
        ----------
        points : ndarray
            Metres.
        share : ndarray, shape (n,)
            What carries each: 0 the pelvis, 1 L5, .. 5 L1; 2.5 is half L4 and half L3.
        """
        turn, origin = self._tables
        k = np.clip(share, 0, len(self.placements) - 1)
        low = np.minimum(k.astype(int), len(self.placements) - 2)
        out = np.empty_like(points)
        for i in np.flatnonzero(np.bincount(low)):
            here = np.flatnonzero(low == i)
            p, w = points[here], (k[here] - i)[:, None]
            out[here] = (1 - w) * (p @ turn[i] + origin[i]) + w * (p @ turn[i + 1] + origin[i + 1])
        return out


@lru_cache(maxsize=32)
def carriers(lumbar_flexion_deg: float) -> Carriers:
    """Return what carries the flesh on the spine at a lumbar flexion, degrees (above zero flexion)."""
    share = segment_flexion_deg(Pose(lumbar_flexion_deg=lumbar_flexion_deg))
    placed = [Placement(np.eye(3), np.zeros(3))]
    for joint, flexion_deg in share.items():
        centre = joint_centre(joint, AXIS_BEHIND[lumbar_flexion_deg < 0])
        turn = about("z", -np.radians(flexion_deg))  # forwards is the other way round than the model counts
        placed.append(placed[-1] @ Placement(turn, centre - turn @ centre))
    return Carriers(tuple(placed))


@cache
def joint_centre(joint: str, behind: float) -> FloatArray:
    """Return the point about which a drawn vertebra turns on the one below, "l5_s1" .. "l1_l2", in standing, (3,).

    `behind` is how far it lies behind the middle of the disc, in half depths of it.
    """
    below, above = joint.split("_")[::-1]
    disc = column.level(f"{min(above, below)}_{max(above, below)}")
    return disc.world(-behind * disc.half_depth_m, 0.0, 0.0)


def spine_share(points: FloatArray, reach_m: float = 0.0) -> FloatArray:
    """Return what carries standing points (n, 3), by their height beside the column: 0 the pelvis .. 5 L1.

    From one vertebra to the next it rises beside the disc, and `reach_m` farther above and below it.
    """
    plates = [endplate("s1", "upper")]
    for vertebra in VERTEBRAE:
        plates += [endplate(vertebra, "lower"), endplate(vertebra, "upper")]
    heights = []
    for e in plates[:-1]:
        ahead = np.clip(points[:, 0] - e.centre[0], -_SLOPE_REACH_M, _SLOPE_REACH_M)
        heights.append(e.centre[1] - np.tan(np.radians(e.tilt_deg)) * ahead)
    share = np.zeros(len(points))
    for below, above in zip(heights[::2], heights[1::2], strict=True):
        part = (points[:, 1] - below + reach_m) / np.maximum(above - below + 2 * reach_m, 1e-4)
        share += shapes.smoothstep(part) if reach_m else np.clip(part, 0, 1)
    return share


@cache
def bone(id: str, coarse: bool = False) -> Mesh:
    """Return a bone or disc as stored: of the trunk in standing, of the right leg in its own frame."""
    mesh = load_leg()[id] if id[:-2] in LEG else load_bones()[id]
    return rough(mesh, ROUGH_M) if coarse else mesh


def bones(pose: Pose, coarse: bool = False) -> Iterator[tuple[str, Mesh]]:
    """Yield the bones and discs from T11 down to the right ankle by id, where they are in the frame of the pelvis."""
    by = carriers(pose.lumbar_flexion_deg)
    for id in TRUNK:
        mesh, name = bone(id, coarse), id.removesuffix("_r").removesuffix("_l")
        if not by.still and name.startswith("disc_"):
            mesh = mesh.moved(by.carry(mesh.v, _disc_share(id, coarse)))
        elif not by.still and (name in VERTEBRAE or name in RIDE_ON_L1):
            on = VERTEBRAE.index(name) + 1 if name in VERTEBRAE else len(VERTEBRAE)
            mesh = mesh.moved(by.placements[on].place(mesh.v))
        yield id, mesh
    placed = Skeleton(Angles.of(pose))
    for name in LEG:
        at, mesh = placed["tibia" if name == "fibula" else name], bone(f"{name}_r", coarse)
        yield f"{name}_r", mesh.moved(at.place(mesh.v))


@cache
def _disc_share(id: str, coarse: bool) -> FloatArray:
    return spine_share(bone(id, coarse).v)


def femur_of(pose: Pose) -> Placement:
    """Return what takes points of the *standing* right femur, in the pelvis frame, to where they are."""
    turn = placement(pose, "femur").turn
    return Placement(turn, HIP_CENTRE - turn @ HIP_CENTRE)
