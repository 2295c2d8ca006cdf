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
from iliopsoas.body.hips import HIP_CENTRE
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
_FULLNESS = 3.27  # area of its sections over the product of their half sizes
_FLAT = 0.62  # half size front to back over that side to side
_OVER_HIP_M = 0.0315  # of its line about the hip axis
KNEE_WRAP_M, KNEE_RADIUS_M = (0.00358828, -0.402732, 0.00209111), 0.026  # the model's cylinder, in the femur's frame
KNEE_FROM_M = -0.30  # height from which the line may bend towards it
_OFF_SHAFT_M = 0.006  # of the line before the front of the shaft
_TENDON_HALF_M = (0.0030, 0.0135)
_TENDON_END_ROWS = 4  # from the edge of the kneecap on its front
_LIGAMENT_HALF_M, _LIGAMENT_TAPERS = (0.0032, 0.0142), 0.80  # below it is so much narrower than above
_LIGAMENT_ROUND = 0.16  # part of its length over which each end is rounded off and thinned out


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
    path = muscle("rectus_femoris").path(pose, steps=2)
    kneecap = path[-4:-1]  # what comes before them bends over the knee, as `_over_knee` does
    before_hip = wrap_hip(origin_point(), kneecap[0], _OVER_HIP_M)[1:-1]
    way = [origin_point(), *before_hip, *_over_knee(origin_point(), kneecap[0], pose), kneecap[0]]
    line = shapes.ease(_before_shaft(shapes.curve(np.array(way), ROWS), pose), 6)
    front = placement(pose, "femur").turn[:, 0]
    s = shapes.arc_length(line)
    flesh_end = s[-1] - TENDON_M
    part = np.clip((s - HEAD_TENDON_M) / (flesh_end - HEAD_TENDON_M), 0, 1)
    thick = shapes.profile(part, _ALONG, _THICK)
    rows = s < flesh_end + 0.012
    flesh = _filled(line[rows], thick[rows], front, VOLUME_CM3)
    if not rough:
        # What curves and bones take from it is made good once.
        lost = VOLUME_CM3 / volume_cm3(_clear_of_bone(flesh, pose))
        flesh = _clear_of_bone(_filled(line[rows], thick[rows], front, VOLUME_CM3 * lost), pose)
    below = s > flesh_end - 0.045
    # The tendon begins on the front of the flesh, as a sheet does, and runs out on the front of the kneecap.
    lift = np.interp(s[below], [flesh_end - 0.045, flesh_end + 0.004], [_depth(flesh, line, front) * 0.20, 0.0])
    # It cuts the corner that a bent knee makes of the line there.
    onto = line[-2] + np.linspace(0, 1, _TENDON_END_ROWS + 1)[1:, None] * (kneecap[1] - line[-2])
    along = np.concatenate([(line[below] + lift[:, None] * front)[:-1], onto])
    rounded = _rounded((len(along) - 1 - np.arange(len(along))) / (2 * _TENDON_END_ROWS))
    half_up, half_side = (x * rounded for x in _TENDON_HALF_M)
    half_side = half_side * (0.55 + 0.45 * np.linspace(0, 1, len(half_side)))
    tendon = shapes.loft(shapes.oval_rings(along, half_up, half_side, front, 20))
    if not rough:
        tendon = _clear_of_bone(tendon, pose)
    shin = placement(pose, "tibia").turn[:, 0]
    apex = kneecap[2] + 0.006 * shapes.unit(kneecap[1] - kneecap[2])
    down = shapes.curve(np.array([apex, placement(pose, "tibia").place(_tuberosity())]), 24)
    ligament = shapes.loft(shapes.oval_rings(down, *_ligament_sizes(len(down)), up=shin, around=20))
    if not rough:
        for name in ("tibia", "patella"):
            at = placement(pose, name)
            ligament = ligament.moved(at.place(keep_out(at.inverse.place(ligament.v), [_bone(name)], 0.0002)))
    return RectusFemoris(flesh, tendon, ligament, np.concatenate([line, path[-3:]]))


def _rounded(from_end: FloatArray) -> FloatArray:
    """Return factors that round off an end and thin it out: small at 0, all of the size from 1 on."""
    return 0.15 + 0.85 * np.sqrt(1 - (1 - np.clip(from_end, 0, 1)) ** 2)


def _ligament_sizes(rows: int) -> tuple[FloatArray, FloatArray]:
    """Return half sizes of the patellar ligament, front to back and side to side, metres, each of shape (rows,)."""
    t = np.linspace(0, 1, rows)
    rounded = _rounded(np.minimum(t, 1 - t) / _LIGAMENT_ROUND)
    half_up, half_side = _LIGAMENT_HALF_M
    return half_up * rounded, half_side * (1 + t * (_LIGAMENT_TAPERS - 1)) * rounded


@cache
def _tuberosity() -> FloatArray:
    """Return the point of the tibia nearest to where the model's path ends, in the frame of the tibia, shape (3,)."""
    row = muscle("rectus_femoris").line.points[-1]
    return _bone("tibia").nearest(np.array([row[1]])).point[0]


@cache
def _shaft_front() -> tuple[FloatArray, FloatArray]:
    """Return how far forward the femur reaches at heights from above downwards, in its own frame, metres."""
    v = load_leg()["femur_r"].v
    heights = np.linspace(-0.10, -0.37, 28)
    return heights, np.array([v[np.abs(v[:, 1] - y) < 0.006, 0].max() for y in heights])


def _over_knee(start: FloatArray, kneecap: FloatArray, pose: Pose) -> FloatArray:
    """Return points over the end of the bent femur, as the model's path bends there; none if the way is clear."""
    femur, centre = placement(pose, "femur"), np.array(KNEE_WRAP_M)
    a, b = femur.inverse.place(np.stack([start, kneecap]))
    part = np.clip((KNEE_FROM_M - a[1]) / (b[1] - a[1]), 0, 1)
    above = a + part * (b - a)
    heights, front = _shaft_front()
    above[0] = max(above[0], np.interp(-above[1], -heights, front) + _OFF_SHAFT_M)
    round_it = wrap_hip(above - centre + HIP_CENTRE, b - centre + HIP_CENTRE, KNEE_RADIUS_M)
    return (
        femur.place(np.concatenate([above[None], round_it[:-1] + centre - HIP_CENTRE])) if len(round_it) else round_it
    )


def _before_shaft(line: FloatArray, pose: Pose) -> FloatArray:
    """Return the line kept in front of the shaft, which the straight one would cut when hip and knee are far bent."""
    femur = placement(pose, "femur")
    local = femur.inverse.place(line)
    heights, front = _shaft_front()
    y = local[:, 1]
    inside = shapes.smoothstep((heights[0] + 0.03 - y) / 0.06) * shapes.smoothstep((y - heights[-1] + 0.02) / 0.06)
    short = np.interp(-y, -heights, front) + _OFF_SHAFT_M - local[:, 0]
    local[:, 0] += inside * 0.5 * (short + np.sqrt(short**2 + 0.004**2)) * (short > -0.02)
    return femur.place(local)


def _filled(line: FloatArray, thick: FloatArray, front: FloatArray, wanted_cm3: float) -> Mesh:
    """Return the flesh round its line, as thick as its volume wants."""
    s = shapes.arc_length(line)
    size = np.sqrt(wanted_cm3 * 1e-6 / (_FULLNESS * _FLAT * np.trapezoid(thick**2, s)))
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
