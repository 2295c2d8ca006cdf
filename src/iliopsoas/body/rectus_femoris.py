"""Rectus femoris (right side): from the anterior inferior iliac spine to the kneecap, and on as the patellar ligament.

It runs as the hip model's path does, straight to the kneecap or over the end of the bent femur; where the hip is
extended it is kept in front of the joint, which the model's line would cut. Its size is a drawing choice, and the
other three heads of quadriceps, on which it lies, are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from iliopsoas.atlas.bones import load_leg
from iliopsoas.atlas.mesh import FloatArray, Mesh
from iliopsoas.body import shapes
from iliopsoas.body.kinematics import placement
from iliopsoas.body.muscle import muscle
from iliopsoas.body.pose import Pose
from iliopsoas.body.psoas_line import wrap_hip
from iliopsoas.body.surface import Surface, keep_out, volume_cm3
from iliopsoas.body.walls import hip_bone

ROWS, AROUND = 60, 28
# Drawing choices.
VOLUME_CM3 = 190.0
HEAD_TENDON_M, TENDON_M = 0.022, 0.085  # free of flesh above and below, in every pose
_ALONG = (0.0, 0.10, 0.28, 0.48, 0.70, 0.88, 1.0)  # of the flesh, and how thick it is there
_THICK = (0.16, 0.48, 0.90, 1.0, 0.80, 0.42, 0.12)
_FLAT = 0.62  # half size front to back over that side to side
_OVER_HIP_M = 0.0315  # of its line about the hip axis
_TENDON_HALF_M = (0.0022, 0.0135)
_LIGAMENT_HALF_M = (0.0024, 0.0125)


@dataclass(frozen=True, eq=False)
class RectusFemoris:
    """The muscle in one pose, in the pelvis frame.

    Attributes
    ----------
    flesh, tendon, ligament : Mesh
        Down to the tendon, to the kneecap, and from there to the tibia.
    line : ndarray, shape (n, 3)
        From the pelvis to the tibia, metres.
    """

    flesh: Mesh
    tendon: Mesh
    ligament: Mesh
    line: FloatArray

    @property
    def length_m(self) -> float:
        """Length of the line from the pelvis over the kneecap to the tibia."""
        return float(shapes.arc_length(self.line)[-1])


@cache
def origin_point() -> FloatArray:
    """Return where the line begins, just under the surface of the anterior inferior iliac spine, shape (3,).

    The model's origin lies 4 mm inside our bone; the line begins between it and the surface, so that it shortens alike.
    """
    model = muscle("rectus_femoris").path(Pose())[0]
    return 0.6 * model + 0.4 * hip_bone().nearest(model[None]).point[0]


@lru_cache(maxsize=16)
def rectus_femoris(pose: Pose, rough: bool = False) -> RectusFemoris:
    """Return the right rectus femoris; only hip and knee angles change it. It keeps its volume and its tendons' length.

    A rough one, for drafts, is not pushed out of the bones.
    """
    path = muscle("rectus_femoris").path(pose)
    # The last four points are three on the kneecap and one on the tibia.
    over, kneecap, tibia = path[1:-4], path[-4:-1], path[-1]
    first = over[0] if len(over) else kneecap[0]
    way = [origin_point(), *wrap_hip(origin_point(), first, _OVER_HIP_M)[1:-1], *over, kneecap[0]]
    line = shapes.ease(shapes.curve(np.array(way), ROWS), 6)
    front = placement(pose, "femur").turn[:, 0]
    s = shapes.arc_length(line)
    flesh_end = s[-1] - TENDON_M
    part = np.clip((s - HEAD_TENDON_M) / (flesh_end - HEAD_TENDON_M), 0, 1)
    thick = shapes.profile(part, _ALONG, _THICK)
    rows = s < flesh_end + 0.012
    flesh = _filled(line[rows], thick[rows], front, VOLUME_CM3)
    if not rough:
        # What bones take from it is made good once.
        lost = VOLUME_CM3 / volume_cm3(_clear_of_bone(flesh, pose))
        flesh = _clear_of_bone(_filled(line[rows], thick[rows], front, VOLUME_CM3 * lost), pose)
    below = s > flesh_end - 0.045
    half_up, half_side = (np.full(int(below.sum()), x) for x in _TENDON_HALF_M)
    half_side = half_side * (0.55 + 0.45 * np.linspace(0, 1, len(half_side)))
    # The tendon begins on the front of the flesh, as a sheet does.
    lift = np.interp(s[below], [flesh_end - 0.045, flesh_end + 0.004], [_depth(flesh, line, front) * 0.20, 0.0])
    tendon = shapes.loft(shapes.oval_rings(line[below] + lift[:, None] * front, half_up, half_side, front, 20))
    if not rough:
        tendon = _clear_of_bone(tendon, pose)
    shin = placement(pose, "tibia").turn[:, 0]
    down = shapes.curve(np.array([kneecap[2] + 0.004 * shin, tibia + 0.002 * shin]), 16)
    ligament = shapes.loft(shapes.oval_rings(down, *_LIGAMENT_HALF_M, up=shin, around=20))
    return RectusFemoris(flesh, tendon, ligament, np.concatenate([line, path[-3:]]))


def _filled(line: FloatArray, thick: FloatArray, front: FloatArray, wanted_cm3: float) -> Mesh:
    """Return the flesh round its line, as thick as its volume wants."""
    size = 0.014
    for _ in range(2):
        mesh = shapes.loft(shapes.oval_rings(line, size * _FLAT * thick, size * thick, front, AROUND, 2.3))
        size *= np.sqrt(wanted_cm3 / volume_cm3(mesh))
    return shapes.loft(shapes.oval_rings(line, size * _FLAT * thick, size * thick, front, AROUND, 2.3))


def _clear_of_bone(mesh: Mesh, pose: Pose) -> Mesh:
    """Return the mesh pushed out of femur, kneecap and hip bone."""
    v = mesh.v
    for bone in ("femur", "patella"):
        at = placement(pose, bone)
        v = at.place(keep_out(at.inverse.place(v), [_bone(bone)], 0.0004, rounds=2, reach_m=0.018))
    return mesh.moved(keep_out(v, [hip_bone()], 0.0002, rounds=2))


@cache
def _bone(name: str) -> Surface:
    return Surface(load_leg()[f"{name}_r"])


def _depth(flesh: Mesh, line: FloatArray, front: FloatArray) -> float:
    """Return the half size front to back of the flesh, metres."""
    return float(np.ptp((flesh.v - line[0]) @ front) / 4)
