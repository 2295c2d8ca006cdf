"""The body in any pose: the trunk and the right leg on moving bones, with psoas, iliacus and rectus femoris on them.

The left leg and its muscles are left out: legs may be apart, and the pose is that of one leg. Psoas rides on the spine:
its slips stay on the vertebrae and discs that they arise from, the belly bends with them. Every muscle keeps its
volume, so it is thicker when it is shorter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType

import numpy as np

from iliopsoas.atlas.joints import VERTEBRAE
from iliopsoas.atlas.mesh import FloatArray
from iliopsoas.body import hip_shapes, shapes
from iliopsoas.body.assemble import Body, Part
from iliopsoas.body.hips import HIP_CENTRE, Hips, least_rotation_deg
from iliopsoas.body.iliacus import FOSSA_ROWS
from iliopsoas.body.kinematics import pelvis_in_room
from iliopsoas.body.muscle import muscle
from iliopsoas.body.pose import Pose
from iliopsoas.body.psoas_belly import TENDON_TURN
from iliopsoas.body.rectus_femoris import rectus_femoris
from iliopsoas.body.skeleton import Carriers, bones, carriers, spine_share
from iliopsoas.body.surface import Surface, keep_out, volume_cm3
from iliopsoas.body.walls import femur

# What is drawn; the model of the muscles reaches farther in adduction and rotation.
DRAWN: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "hip_flexion_deg": (-20.0, 120.0),
        "hip_adduction_deg": (-25.0, 15.0),
        "hip_rotation_deg": (-40.0, 25.0),
        "knee_flexion_deg": (0.0, 140.0),
        "pelvic_tilt_deg": (-120.0, 120.0),
        "lumbar_flexion_deg": (-25.0, 60.0),
        "breath_l": (0.0, 3.0),
    }
)
_SOFT_REACH_M = 0.010  # flesh goes over from one vertebra to the next within the disc and so far beyond it
# How far a line may be drawn in or bowed out to be as long as the model's: parts of its distance from the hip axis.
_BOWS: Mapping[str, tuple[float, float]] = {"psoas_major": (-0.12, 0.35), "iliacus": (-0.25, 0.35)}
_BONE_SIDE = 1.4  # half breadths from the middle of a ring to the point from which it grows
_IN_PSOAS_M, _JOIN_ROWS = 0.0030, 6  # so deep may iliacus lie in psoas, but for its last rows, which join the tendon
_IN_BONE_M = 0.0012  # so deep may iliacus lie in the femur, on which it ends
_DEAR_M = 0.008  # so many metres off in length are borne rather than a bow of 1
_LENGTHS = {"psoas_major": ("psoas_major", "iliopsoas_tendon", "psoas_middle"), "iliacus": ("iliacus",)}
_VOLUMES = ("psoas_major", "iliacus")


def drawn_pose(pose: Pose) -> Pose:
    """Return the pose as it is drawn: each angle held within `DRAWN`, turned out no farther than bone lets."""
    held = {name: min(max(getattr(pose, name), low), high) for name, (low, high) in DRAWN.items()}
    least = least_rotation_deg(held["hip_flexion_deg"], held["hip_adduction_deg"])
    return Pose(**{**held, "hip_rotation_deg": max(held["hip_rotation_deg"], least)})


@dataclass(frozen=True)
class Posed:
    """Makes the body in a pose; a plate's ``body``, known to the cache of drawn plates by its pose.

    Parameters
    ----------
    pose : Pose
        Held within `DRAWN`.
    rough : bool
        With coarser meshes, for drafts.
    """

    pose: Pose
    rough: bool = False

    def __post_init__(self) -> None:
        """Take a name that says what is made."""
        object.__setattr__(self, "__qualname__", f"Posed({self.pose.state}{', rough' if self.rough else ''})")

    def __call__(self) -> Body:
        """Return the body, as it stands in the room."""
        return posed_body(drawn_pose(self.pose), self.rough)


@lru_cache(maxsize=6)
def posed_body(pose: Pose, rough: bool = False) -> Body:
    """Return trunk, right leg and right muscles in a pose, in the room: pelvis tilted, x forwards, y up, metres."""
    stands = pelvis_in_room(pose)
    parts = {}
    for part in (*_bones(pose, rough), *_muscles(pose, rough)):
        mesh = part.mesh.moved(stands.place(part.mesh.v)) if pose.pelvic_tilt_deg else part.mesh
        parts[part.id] = Part(part.id, part.structure, part.side, part.tissue, mesh, part.group)
    return Body(parts)


def _bones(pose: Pose, rough: bool) -> Iterator[Part]:
    for id, mesh in bones(pose, rough):
        name = id.removesuffix("_r").removesuffix("_l")
        tissue = "disc" if name.startswith("disc_") else "cartilage" if name == "pubic_symphysis" else "bone"
        yield Part(id, name, id[-1] if id != name else "", tissue, mesh, id)


# ---------------------------------------------------------------- muscles

_KINDS = (
    ("psoas_major", "psoas_major", "psoas", "psoas_major_r"),
    ("psoas_slip_", "psoas_major_superficial", "psoas", "psoas_major_r"),
    ("psoas_deep_", "psoas_major_deep", "psoas_deep", "psoas_major_r"),
    ("psoas_arch_", "tendinous_arches", "tendon", "psoas_major_r"),
    ("iliopsoas_tendon", "iliopsoas_tendon", "tendon", "iliopsoas_tendon_r"),
    ("iliacus", "iliacus", "iliacus", "iliacus_r"),
)


def _muscles(pose: Pose, rough: bool) -> Iterator[Part]:
    found = flesh(pose, rough)
    for name, mesh in hip_shapes.meshes(rough).items():
        for start, structure, tissue, group in _KINDS:
            if name.startswith(start):
                yield Part(f"{name}_r", structure, "r", tissue, mesh.moved(found[name]), group)
                break
    quad = rectus_femoris(pose.replace(pelvic_tilt_deg=0, lumbar_flexion_deg=0, breath_l=0), rough)
    for id, structure, tissue, mesh in (
        ("rectus_femoris_r", "rectus_femoris", "muscle", quad.flesh),
        ("rectus_femoris_tendon_r", "rectus_femoris", "tendon", quad.tendon),
        ("patellar_ligament_r", "patellar_ligament", "tendon", quad.ligament),
    ):
        yield Part(id, structure, "r", tissue, mesh, id)


def flesh(pose: Pose, rough: bool = False) -> Mapping[str, FloatArray]:
    """Return the vertices of psoas and iliacus, part by part, shape (n, 3), metres, in the pelvis frame.

    "psoas_middle" is the middle line of psoas from T12-L1 to the lesser trochanter.
    """
    at_hip = _at_hip(pose.hip_flexion_deg, pose.hip_adduction_deg, pose.hip_rotation_deg, rough)
    by = carriers(pose.lumbar_flexion_deg)
    return at_hip if by.still else _on_spine(at_hip, by, rough)


@lru_cache(maxsize=16)
def _at_hip(flexion_deg: float, adduction_deg: float, rotation_deg: float, rough: bool) -> Mapping[str, FloatArray]:
    """Return the flesh with the hip in a pose, as long as the hip model says and of its volume in standing."""
    s = hip_shapes.stored(rough)
    found = dict(hip_shapes.flesh(flexion_deg, adduction_deg, rotation_deg, rough))
    pose = Pose(hip_flexion_deg=flexion_deg, hip_adduction_deg=adduction_deg, hip_rotation_deg=rotation_deg)
    for name, parts in _LENGTHS.items():
        before = _line(name, {n: s.standing[s.parts[n]] for n in parts}, rough)
        wanted = float(shapes.arc_length(before)[-1]) + muscle(name).change(pose).mm / 1e3
        bow = _bow(_line(name, found, rough), _line_bends(name, rough), wanted, _BOWS[name])
        found |= _bowed(found, parts, bow, s)
    for name in _VOLUMES:
        found[name] = _refilled(name, found[name], rough)
    if not rough:
        psoas = Surface(hip_shapes.meshes()["psoas_major"].moved(found["psoas_major"]))
        hips = Hips(flexion_deg, adduction_deg, rotation_deg)
        found["iliacus"] = _kept_out(found["iliacus"], psoas, hips)
    return MappingProxyType(found)


def _kept_out(iliacus: FloatArray, psoas: Surface, hips: Hips) -> FloatArray:
    """Return iliacus kept out of psoas and the turned femur, into which it may come between the poses of the grid."""
    fibres = iliacus.reshape(*(hip_shapes.grid_of("iliacus") or ()), 3)
    low = fibres[:, FOSSA_ROWS:-_JOIN_ROWS]
    low[...] = keep_out(low, [psoas], -_IN_PSOAS_M, rounds=2)
    return hips.place(keep_out(hips.back(fibres.reshape(-1, 3)), [femur()], -_IN_BONE_M, rounds=2))


def _line(name: str, found: Mapping[str, FloatArray], rough: bool) -> FloatArray:
    """Return a muscle's middle line, shape (n, 3)."""
    if name == "psoas_major":
        return found["psoas_middle"]
    grid = hip_shapes.grid_of(name, rough)
    assert grid is not None
    return found[name].reshape(*grid, 3).mean((0, 2))


@cache
def _line_bends(name: str, rough: bool) -> FloatArray:
    """Return what part of the femur's turn each point of the middle line makes, shape (n,)."""
    s = hip_shapes.stored(rough)
    if name == "psoas_major":
        return s.bends[s.parts["psoas_middle"]]
    grid = hip_shapes.grid_of(name, rough)
    assert grid is not None
    return s.bends[s.parts[name]].reshape(grid).mean((0, 2))


def _bow(line: FloatArray, bends: FloatArray, wanted_m: float, limits: tuple[float, float]) -> float:
    """Return by how much a line is to bow so that its length comes nearest to the wanted one; small bows come first."""
    bows = np.linspace(*limits, 61)
    away = (4 * bends * (1 - bends))[:, None] * (line - HIP_CENTRE) * [1.0, 1.0, 0.0]
    bowed = line + bows[:, None, None] * away
    lengths = np.linalg.norm(np.diff(bowed, axis=1), axis=2).sum(1)
    return float(bows[np.argmin(np.abs(lengths - wanted_m) + _DEAR_M * np.abs(bows))])


def _bowed(
    found: Mapping[str, FloatArray], parts: tuple[str, ...], bow: float, s: hip_shapes.Stored
) -> dict[str, FloatArray]:
    """Return parts drawn away from the hip axis by a part of their distance, most where they are half bent."""
    out = {}
    for name in parts:
        bends = s.bends[s.parts[name]][:, None]
        away = (found[name] - HIP_CENTRE) * [1.0, 1.0, 0.0]
        out[name] = found[name] + bow * 4 * bends * (1 - bends) * away
    return out


def _refilled(name: str, v: FloatArray, rough: bool) -> FloatArray:
    """Return a part with the volume that it has in standing: rings wider forwards and outwards, a slab thicker."""
    mesh, grid = hip_shapes.meshes(rough)[name], hip_shapes.grid_of(name, rough)
    assert grid is not None
    more = _standing_cm3(name, rough) / volume_cm3(mesh.moved(v))
    points = v.reshape(*grid, 3)
    if len(grid) == 2:
        # Bone is behind and medially, so it grows away from a point a little beyond that side.
        middle = points.mean(1, keepdims=True)
        still = middle + _BONE_SIDE * (points[:, [round(TENDON_TURN * grid[1])]] - middle)
        return (still + np.sqrt(more) * (points - still)).reshape(-1, 3)
    return np.stack([points[0], points[0] + more * (points[1] - points[0])]).reshape(-1, 3)


@cache
def _standing_cm3(name: str, rough: bool) -> float:
    return volume_cm3(hip_shapes.meshes(rough)[name])


@cache
def _shares(rough: bool) -> Mapping[str, FloatArray]:
    """Return which vertebra carries each point of psoas; the slips of the processes begin on their own."""
    s = hip_shapes.stored(rough)
    out = {}
    for name, at in s.parts.items():
        if name.startswith("iliacus"):
            continue
        v = s.standing[at]
        share = spine_share(v, _SOFT_REACH_M)
        if name.startswith("psoas_deep_"):
            _, rows, across = hip_shapes.grid_of(name, rough) or (0, 0, 0)
            own = VERTEBRAE.index(name.removeprefix("psoas_deep_")) + 1
            row = np.tile(np.repeat(np.arange(rows), across), 2) / rows
            free = shapes.smoothstep((row - 0.08) / 0.45)
            share = own + free * (share - own)
        elif name.startswith(("psoas_slip_", "psoas_arch_")):
            share = _on_bone(name, v, share, rough)
        out[name] = share
    return out


def _on_bone(name: str, v: FloatArray, share: FloatArray, rough: bool) -> FloatArray:
    """Return the shares of a slip or arch whose ends go with bone and disc exactly, as the discs themselves do."""
    grid = hip_shapes.grid_of(name, rough)
    assert grid is not None
    rows, across = grid[-2:]
    row = np.tile(np.repeat(np.arange(rows), across), len(grid) - 1) / (rows - 1)
    end = row if name.startswith("psoas_slip_") else np.minimum(row, 1 - row)
    free = shapes.smoothstep((end - 0.05) / 0.30)
    hard = spine_share(v)
    return hard + free * (share - hard)


def _on_spine(at_hip: Mapping[str, FloatArray], by: Carriers, rough: bool) -> Mapping[str, FloatArray]:
    found = dict(at_hip)
    for name, share in _shares(rough).items():
        found[name] = by.carry(at_hip[name], share)
    found["psoas_major"] = _refilled("psoas_major", found["psoas_major"], rough)
    return MappingProxyType(found)


def in_room(pose: Pose, points: FloatArray) -> FloatArray:
    """Return points of the pelvis frame, shape (..., 3), as they stand in the room."""
    return pelvis_in_room(drawn_pose(pose)).place(points)
