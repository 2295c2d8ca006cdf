"""Where on the skin a percussion device may go and where never, from landmarks, nerves and vessels (right side).

Every zone is a field on the skin, metres, above zero inside. "Clear of" a structure means: on the straight line from a
point of the skin inwards, square to it, nothing of the structure comes nearer than so much. What is allowed keeps the
margins of `MARGINS_M` and off every never-zone; the margins are our own choices, no source gives any.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from iliopsoas.atlas.mesh import FloatArray, IntArray, Mesh, joined
from iliopsoas.body import patch, shapes
from iliopsoas.body.assemble import Part
from iliopsoas.body.landmarks import landmark, line
from iliopsoas.body.muscle import muscle
from iliopsoas.body.pose import Pose
from iliopsoas.body.region import Region
from iliopsoas.body.squares import HAND_MM

# What an allowed area keeps clear of, and by how much.
MARGINS_M: Mapping[str, float] = MappingProxyType(
    {"sciatic_nerve": 0.030, "gluteal_arteries": 0.015, "femoral_vessels": 0.025, "femoral_nerve": 0.025}
)
# Ids of parts (right side) behind each of these names.
KEPT_CLEAR: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "sciatic_nerve": ("sciatic_nerve_r",),
        "gluteal_arteries": (
            "superior_gluteal_artery_1_r",
            "superior_gluteal_artery_2_r",
            "inferior_gluteal_artery_1_r",
        ),
        "femoral_vessels": ("femoral_artery_r", "femoral_vein_r", "external_iliac_artery_r", "external_iliac_vein_r"),
        "femoral_nerve": ("femoral_nerve_r",),
    }
)
# What each allowed area keeps clear of; from the buttock the ilium lies before the femoral nerve and vessels.
ALLOWED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "gluteal": ("sciatic_nerve", "gluteal_arteries"),
        "tensor": ("gluteal_arteries", "femoral_vessels", "femoral_nerve"),
        "quadriceps": ("femoral_vessels", "femoral_nerve"),
    }
)
# The never-areas of the course that have a place on these plates (ids of its rows), the first before the others.
NEVER = ("bone_joint", "spine", "groin", "sciatic", "abdomen")
SYSTEMS = ("back", "wall", "vessels", "nerves")
REACH_M = 0.075  # how far inwards the line under a point is looked along
BONE_REACH_M = 0.025  # bone deeper than this under the skin is no edge that a device could meet
HAND_M = HAND_MM * 1e-3
# Drawing choices: how far bone under the skin is kept off.
BONE_M: Mapping[str, float] = MappingProxyType({"asis": 0.024, "psis": 0.030, "greater_trochanter": 0.030})
CREST_M = 0.018
GAP_M = 0.004  # between what is allowed and what is never
NEARER_M = 0.30  # zones are drawn so much nearer to the viewer: what is far off casts no shadow on what it covers
_SEAM_M = -0.114  # height at which the skin of the thigh takes over from that of the trunk
_LOW_M, _HIGH_M = -0.292, 0.205  # the zones end with the picture
_TENSOR_M, _QUADRICEPS_M = 0.019, 0.027  # half widths of the two long areas
_TENSOR_TO_M = -0.155  # lower end of its flesh as drawn
_QUADRICEPS_IN_M, _QUADRICEPS_FROM_M = 0.080, -0.165


@dataclass(frozen=True, eq=False)
class Skin:
    """The skin of the right half as one surface, with what is asked of every vertex.

    Attributes
    ----------
    mesh : Mesh
    inwards : ndarray, shape (n, 3)
        Unit vectors into the body: level, and square to the outline of the skin at that height.
    coarse, coarse_inwards : ndarray, shape (m, 3)
        The vertices and directions before the mesh was made finer.
    parents : ndarray, shape (n, 2)
        The coarse vertices half-way between which each vertex lies.
    """

    mesh: Mesh
    inwards: FloatArray
    coarse: FloatArray
    coarse_inwards: FloatArray
    parents: IntArray

    def off(self, points: ArrayLike, reach_m: float = REACH_M) -> FloatArray:
        """Return how near some points (m, 3) come to the line inwards from each vertex, metres, shape (n,)."""
        return clearance_m(self.coarse, self.coarse_inwards, points, reach_m)[self.parents].mean(1)


def clearance_m(at: FloatArray, inwards: FloatArray, points: ArrayLike, reach_m: float = REACH_M) -> FloatArray:
    """Return the least distance of some points (m, 3) from the lines that go inwards from `at`, shape (n,), metres."""
    q = np.asarray(points, float)
    out = np.empty(len(at))
    some = max(1, 400_000 // max(1, len(q)))
    for k in range(0, len(at), some):
        p, d = at[k : k + some], inwards[k : k + some]
        along = np.clip(d @ q.T - (p * d).sum(1, keepdims=True), 0.0, reach_m)
        foot = p[:, None] + along[..., None] * d[:, None]
        out[k : k + some] = np.sqrt(((q[None] - foot) ** 2).sum(-1).min(1))
    return out


@cache
def skin() -> Skin:
    """Return the skin of the right half, from above the crest down to the middle of the thigh."""
    body = Region(("wall",))()
    pieces, ways = [], []
    for id, sign in (("skin", 1), ("thigh_skin_r", -1)):
        mesh = body[id].mesh
        v, n = mesh.v, mesh.normals()
        field = np.minimum.reduce([v[:, 2] + 1e-6, sign * (v[:, 1] - _SEAM_M), v[:, 1] - _LOW_M, _HIGH_M - v[:, 1]])
        piece, (normal,) = patch.clipped(mesh, field, n)
        pieces.append(piece)
        ways.append(normal)
    coarse = joined(pieces)
    inwards = -shapes.unit(np.concatenate(ways) * [1.0, 0.0, 1.0])
    mesh, parents = patch.finer(coarse)
    return Skin(mesh, shapes.unit(inwards[parents].mean(1)), coarse.v, inwards, parents)


@cache
def fields() -> Mapping[str, FloatArray]:
    """Return every zone as a field on `skin`, metres, above zero inside; no two of them overlap.

    Keys are `ALLOWED` and `NEVER`.
    """
    s = skin()
    clear = {name: s.off(np.concatenate([_points(id) for id in ids])) for name, ids in KEPT_CLEAR.items()}
    never = _never(s)
    out: dict[str, FloatArray] = {}
    taken = np.full(len(s.mesh.v), -np.inf)
    for name in NEVER:
        out[name] = np.minimum(never[name], -taken)
        taken = np.maximum(taken, never[name])
    for name, field in _allowed(s).items():
        kept = [clear[what] - MARGINS_M[what] for what in ALLOWED[name]]
        out[name] = np.minimum.reduce([field, *kept, -taken - GAP_M])
    return MappingProxyType(out)


def _points(id: str) -> FloatArray:
    """Return points of a part; the femoral vessels are carried straight on below the end of their drawn part."""
    v = Region(SYSTEMS)()[id].mesh.v[::3]
    if not id.startswith("femoral_") or id.startswith("femoral_nerve"):
        return v
    end = v[v[:, 1] < v[:, 1].min() + 0.002].mean(0)
    before = v[np.abs(v[:, 1] - end[1] - 0.03) < 0.004].mean(0)
    return np.concatenate([v, end + np.linspace(0, 3, 24)[:, None] * (end - before)])


def _never(s: Skin) -> dict[str, FloatArray]:
    v, out = s.mesh.v, -s.inwards
    x, y, z = v.T
    asis, tubercle, psis = landmark("asis"), landmark("pubic_tubercle"), landmark("psis")
    trochanter = landmark("greater_trochanter")
    behind = -0.055 - x  # metres behind the frontal plane through the hip
    bony = [_disc(v, landmark(name), margin) for name, margin in BONE_M.items()]
    crest = CREST_M - s.off(line("iliac_crest"), BONE_REACH_M)
    # Over the spine a hand's half; over sacrum and sacroiliac joints as wide as the back spines, then to the tail bone.
    half = shapes.profile(-y, (-0.10, -0.06, -psis[1], 0.03, 0.075, 0.12), (0.030, 0.038, 0.058, 0.050, 0.026, 0.018))
    spine = np.minimum.reduce([half - z, behind, y + 0.118])
    # Below the line from spine to tubercle, a hand's breadth, as far out as the front spine.
    across = shapes.unit(np.array([0.0, *(asis - tubercle)[1:]]))
    down = np.array([0.0, -across[2], across[1]])
    below = (v - tubercle) @ (down if down[1] < 0 else -down)
    groin = np.minimum.reduce(
        [below + 0.008, HAND_M - below, asis[2] - 0.002 - z, x + 0.050, y - tubercle[1] + HAND_M, z - 0.004]
    )
    # Below the line from back spine to trochanter, on its inner side: the lower inner buttock.
    inner = np.minimum.reduce([_below_spine_line(v), trochanter[2] - 0.045 - z, behind, y + 0.165])
    vessels = MARGINS_M["gluteal_arteries"] - _beside(s, "gluteal_arteries")
    nerve = MARGINS_M["sciatic_nerve"] - _beside(s, "sciatic_nerve")
    facing_back = (-out[:, 0] - 0.30) * 0.05
    sciatic = np.minimum.reduce([np.maximum.reduce([inner, nerve, vessels]), facing_back])
    flank = y - np.interp(_around(v), *_crest_heights())
    abdomen = np.where(_around(v) > _around(asis[None]), -below - 0.008, flank)
    return {
        "bone_joint": np.maximum.reduce([*bony, crest]),
        "spine": spine,
        "groin": groin,
        "sciatic": sciatic,
        "abdomen": abdomen,
    }


def _disc(v: FloatArray, point: FloatArray, radius_m: float) -> FloatArray:
    """Return how far the skin lies inside a disc round the place that is nearest to a bony point, metres."""
    away = np.linalg.norm(v - point, axis=1)
    return radius_m - np.sqrt(np.maximum(away**2 - away.min() ** 2, 0.0))


def _beside(s: Skin, what: str) -> FloatArray:
    """Return how far the skin lies beside a structure, seen from behind, metres."""
    flat = np.array([0.0, 1.0, 1.0])
    level = np.broadcast_to([-1.0, 0.0, 0.0], s.coarse.shape)
    points = np.concatenate([_points(id) for id in KEPT_CLEAR[what]])[::2]
    return clearance_m(s.coarse * flat, level, points * flat, 0.0)[s.parents].mean(1)


def _around(v: FloatArray) -> FloatArray:
    """Return the angle of points round the trunk, radians: above 0 in front of the side, below 0 behind it."""
    return np.arctan2(v[:, 0] + 0.055, np.abs(v[:, 2]))


def _crest_heights() -> tuple[FloatArray, FloatArray]:
    """Return the height of the crest by the angle round the trunk, back to front."""
    crest = line("iliac_crest")
    angle = _around(crest)
    order = np.argsort(angle)
    return angle[order], crest[order, 1]


def _below_spine_line(v: FloatArray) -> FloatArray:
    """Return how far points lie below and inside the line from the back spine to the trochanter, metres."""
    psis, trochanter = landmark("psis"), landmark("greater_trochanter")
    along = shapes.unit(np.array([0.0, *(trochanter - psis)[1:]]))
    inside = np.array([0.0, -along[2], along[1]])
    return (v - psis) @ (inside if inside[1] < 0 else -inside)


def _allowed(s: Skin) -> dict[str, FloatArray]:
    v = s.mesh.v
    x, y, z = v.T
    asis, trochanter = landmark("asis"), landmark("greater_trochanter")
    # In front of the line from front spine to trochanter begins tensor fasciae latae, behind it the gluteal bulk.
    share = np.clip((y - trochanter[1]) / (asis[1] - trochanter[1]), -0.2, 1.6)
    border = trochanter[0] + share * (asis[0] - trochanter[0])
    gluteal = np.minimum.reduce([border - 0.014 - x, y - trochanter[1] - 0.010, z - 0.060])
    path = muscle("tensor_fasciae_latae").path(Pose())
    flesh = shapes.curve(path[:2], 40)
    flesh = flesh[(flesh[:, 1] > _TENSOR_TO_M) & (flesh[:, 1] < asis[1] - 0.012)]
    tensor = np.minimum.reduce([_TENSOR_M - s.off(flesh), x - border + 0.004, asis[1] - 0.02 - y])
    front = muscle("rectus_femoris").path(Pose())
    thigh = shapes.curve(front[:2], 60)
    thigh = thigh[thigh[:, 1] > -0.33]
    # Below the other area, and outside the line of the femoral vessels, also where their drawn part ends.
    quadriceps = np.minimum.reduce(
        [_QUADRICEPS_M - s.off(thigh), (-s.inwards[:, 0] - 0.3) * 0.05, z - _QUADRICEPS_IN_M, _QUADRICEPS_FROM_M - y]
    )
    return {"gluteal": gluteal, "tensor": tensor, "quadriceps": quadriceps}


def parts(names: Iterable[str], towards: ArrayLike) -> Iterator[Part]:
    """Yield the zones of both sides as parts, as far as they face a viewer (none of a side that does not).

    Allowed ones are whole, never-zones hatched.

    Part ids are "allowed_gluteal_r" and "never_groin_l".

    Parameters
    ----------
    names : iterable of str
        Of `ALLOWED` and `NEVER`.
    towards : array_like, shape (3,)
        Unit vector to the viewer, in whose picture a shift along it changes nothing.
    """
    s, way = skin(), np.asarray(towards, float)
    for name in names:
        kind = "allowed" if name in ALLOWED else "never"
        structure = f"{kind}_{name}"
        for side, mirror in (("r", [1.0, 1.0, 1.0]), ("l", [1.0, 1.0, -1.0])):
            facing = -s.inwards @ (way * mirror) - 0.12
            field = np.minimum(fields()[name], 0.05 * facing)
            near = s.mesh.v - patch.LIFT_M * s.inwards + NEARER_M * way * mirror
            piece, (across,) = patch.clipped(Mesh(near, s.mesh.f, None, True), field, _across(s.mesh.v))
            if not len(piece.f):
                continue
            mesh = piece if kind == "allowed" else joined(patch.hatched(piece, across))
            mesh = Mesh(mesh.v, mesh.f, None, True)
            if side == "l":
                mesh = mesh.mirrored()
            yield Part(f"{structure}_{side}", structure, side, kind, mesh, f"{structure}_{side}")


def _across(v: FloatArray) -> FloatArray:
    """Return a coordinate across the stripes, metres: they slant on every side from which the body is looked at."""
    around = np.arctan2(v[:, 2], v[:, 0] + 0.055) * 0.13
    return (v[:, 1] + around) / np.sqrt(2)
