"""The flesh at the hip in any pose, from shapes stored for a grid of poses: in milliseconds instead of a second.

`hip_shapes.npz` holds every part that the hips change, built by the modules of this package (`hip_shapes_build`) at
flexion -20 to 120 in steps of 20 with three adductions and three rotations (turned out no farther than bone lets).
What is stored is how far each differs from the standing shape *bent with the joint*: every row of a muscle between brim
and femur turns a part of the way that the femur turns. So the ends stay on their bones between the poses of the grid,
and beyond it: past its last flexion the shape bends on as it is there. Nothing here knows of the spine (`posed`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from iliopsoas.atlas.archive import read_npz
from iliopsoas.atlas.mesh import FloatArray, Mesh
from iliopsoas.body import shapes
from iliopsoas.body.hips import HIP_CENTRE
from iliopsoas.body.kinematics import about

ASSET = Path(__file__).with_name("hip_shapes.npz")
FLEXION_DEG = (-20.0, 0.0, 20.0, 40.0, 60.0, 80.0, 100.0, 120.0)
ADDUCTION_DEG = (-25.0, 0.0, 15.0)
ROTATION_DEG = (-40.0, 0.0, 25.0)

# Rows of each kind of part and points in a row; a slab is two such grids, its lower face and its upper one.
LOFTS = MappingProxyType({"psoas_major": 40, "iliopsoas_tendon": 28, "psoas_minor": 20, "psoas_arch": 12})
SLABS = MappingProxyType({"iliacus": 30, "psoas_slip": 15, "psoas_deep": 15})
BELLY_ROWS = 80


@dataclass(frozen=True, eq=False)
class Stored:
    """What is stored of the shapes.

    Attributes
    ----------
    parts : mapping of str to slice
        Where the vertices of each part are.
    standing : ndarray, shape (n, 3)
        Every part in standing, metres.
    bends : ndarray, shape (n,)
        What part of the femur's turn each vertex makes, 0 on the pelvis to 1 on the femur.
    modes : ndarray, shape (m, n, 3)
        Ways in which the shapes differ from the bent standing shape, metres.
    weights : ndarray, shape (8, 3, 3, m)
        How much of each at every pose of the grid: flexion, adduction, rotation.
    """

    parts: MappingProxyType[str, slice]
    standing: FloatArray
    bends: FloatArray
    modes: NDArray[np.float32]
    weights: FloatArray


@cache
def stored(rough: bool = False) -> Stored:
    """Return the stored shapes (read once, then kept); rough with about a quarter of the points."""
    return _thinned(stored()) if rough else _read()


def _thinned(whole: Stored) -> Stored:
    """Return every second point round or across, and every second row but always the first and the last."""
    kept, parts, begin = [], {}, 0
    for name, at in whole.parts.items():
        numbers = np.arange(at.start, at.stop)
        grid = grid_of(name)
        if grid is not None:
            rows = np.round(np.linspace(0, grid[-2] - 1, (grid[-2] + 1) // 2)).astype(int)
            numbers = numbers.reshape(grid)[..., rows, ::2].reshape(-1)
        parts[name] = slice(begin, begin + len(numbers))
        begin += len(numbers)
        kept.append(numbers)
    keep = np.concatenate(kept)
    return Stored(
        MappingProxyType(parts), whole.standing[keep], whole.bends[keep], whole.modes[:, keep].copy(), whole.weights
    )


def _read() -> Stored:
    data = read_npz(ASSET)
    names, counts = [str(n) for n in data["names"]], data["counts"]
    ends = np.cumsum(counts)
    parts = {n: slice(int(e - c), int(e)) for n, c, e in zip(names, counts, ends, strict=True)}
    standing = data["standing"].astype(float) * data["step"] + data["low"]
    modes = np.zeros((len(data["scale"]), len(standing), 3), np.float32)
    # Neighbours differ little, so differences from one vertex to the next pack better.
    for k, (begin, end) in enumerate(data["spans"]):
        modes[k, begin:end] = np.cumsum(data[f"mode_{k}"].astype(np.int32), axis=0) * data["scale"][k]
    return Stored(MappingProxyType(parts), standing, data["bends"].astype(float), modes, data["weights"])


@cache
def grid_of(name: str, rough: bool = False) -> tuple[int, ...] | None:
    """Return how the points of a part lie: (rows, around) of a tube, (2, rows, across) of a slab; None for a line."""
    count = len(range(*stored(rough).parts[name].indices(len(stored(rough).standing))))
    for kind, around in LOFTS.items():
        if name.startswith(kind):
            around = around // 2 if rough else around
            return (count // around, around)
    for kind, across in SLABS.items():
        if name.startswith(kind):
            across = (across + 1) // 2 if rough else across
            return (2, count // across // 2, across)
    return None


@cache
def meshes(rough: bool = False) -> MappingProxyType[str, Mesh]:
    """Return the standing mesh of every stored part: its triangles and fibres are those of all poses."""
    out = {}
    for name, at in stored(rough).parts.items():
        grid = grid_of(name, rough)
        if grid is not None:
            points = stored(rough).standing[at].reshape(*grid, 3)
            out[name] = shapes.loft(points) if len(grid) == 2 else shapes.slab(*points)
    return MappingProxyType(out)


@lru_cache(maxsize=16)
def flesh(
    flexion_deg: float, adduction_deg: float, rotation_deg: float, rough: bool = False
) -> MappingProxyType[str, FloatArray]:
    """Return the vertices of every stored part, shape (n, 3), metres in the pelvis frame, with the hip in a pose.

    Parameters
    ----------
    flexion_deg, adduction_deg, rotation_deg : float
        As in `Pose`; outside the grid the differences stay those of its edge and only the bending goes on.
    rough : bool
        About a quarter of the points, for drafts.
    """
    s = stored(rough)
    grid = (
        _cubic(FLEXION_DEG, flexion_deg),
        _square(ADDUCTION_DEG, adduction_deg),
        _square(ROTATION_DEG, rotation_deg),
    )
    much = np.einsum("a,b,c,abcm->m", *grid, s.weights)
    shape = s.standing + np.tensordot(much.astype(np.float32), s.modes, 1)
    out = bent(shape, s.bends, flexion_deg, adduction_deg, rotation_deg)
    return MappingProxyType({name: out[at] for name, at in s.parts.items()})


def bent(
    points: FloatArray,
    bends: FloatArray,
    flexion_deg: float,
    adduction_deg: float,
    rotation_deg: float,
    back: bool = False,
) -> FloatArray:
    """Return points (n, 3) turned about the hip centre by a part `bends` (n,) of each angle, or turned back."""
    moved = np.flatnonzero(bends > 0)
    if not len(moved):
        return points.copy()
    part, row = np.unique(bends[moved], return_inverse=True)
    turn = (
        about("z", np.radians(part * flexion_deg))
        @ about("x", np.radians(part * adduction_deg))
        @ about("y", np.radians(part * rotation_deg))
    )
    if back:
        turn = np.swapaxes(turn, 1, 2)
    out = points.copy()
    out[moved] = np.einsum("nij,nj->ni", turn[row], points[moved] - HIP_CENTRE) + HIP_CENTRE
    return out


def _cubic(nodes: tuple[float, ...], at: float) -> FloatArray:
    """Return the weights of evenly spaced nodes for a value between them: a cubic through the four round it."""
    step = nodes[1] - nodes[0]
    x = (min(max(at, nodes[0]), nodes[-1]) - nodes[0]) / step
    first = min(max(int(x) - 1, 0), len(nodes) - 4)
    out = np.zeros(len(nodes))
    out[first : first + 4] = _lagrange(np.arange(first, first + 4.0), x)
    return out


def _square(nodes: tuple[float, ...], at: float) -> FloatArray:
    """Return the weights of three nodes for a value: a parabola through them, level beyond the outer ones."""
    return _lagrange(np.array(nodes), min(max(at, nodes[0]), nodes[-1]))


def _lagrange(nodes: FloatArray, at: float) -> FloatArray:
    return np.array([np.prod([(at - b) / (a - b) for b in nodes if b != a]) for a in nodes])


def bends_of(rows: int, across: int, first: float, last: float) -> FloatArray:
    """Return what part of the femur's turn each point of a part makes, shape (rows * across,).

    None up to row `first`, all of it from row `last` on; rows may lie between two.
    """
    part = np.clip((np.arange(rows) - first) / (last - first), 0, 1)
    return np.repeat(part * part * (3 - 2 * part), across)
