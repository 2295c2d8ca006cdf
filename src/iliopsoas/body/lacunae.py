"""The two passages under the right inguinal ligament, opened: everything that runs through them cut off at one plane.

The cut surfaces are those of the drawn body, so that this view and the others cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from iliopsoas.atlas.mesh import FloatArray, Mesh
from iliopsoas.body import shapes
from iliopsoas.body.assemble import Body, Part
from iliopsoas.body.groin import arch, canal, lacunar
from iliopsoas.body.iliacus import COLUMNS, iliacus
from iliopsoas.body.nerves_branches import femoral, genitofemoral, lateral_femoral_cutaneous
from iliopsoas.body.psoas_belly import belly
from iliopsoas.body.tubes import Tube, tube
from iliopsoas.body.vessels_pelvis import artery, ligament_at, under_ligament, vein

_BELOW_M = 0.006  # the cut lies this far below the ligament where the artery passes


_SEEN_M = 0.075


def plane() -> tuple[FloatArray, FloatArray]:
    """Return a point of the cut and its normal, which points down the thigh."""
    line = artery("r")[3].path
    normal = shapes.unit(line[6] - line[1])
    return ligament_at(under_ligament()[2]) + _BELOW_M * normal, normal


def _flat(mesh: Mesh) -> Mesh:
    """Return a mesh that ends at the plane: what lies beyond is laid onto it."""
    point, normal = plane()
    beyond = np.clip((mesh.v - point) @ normal, 0, None)
    return Mesh(mesh.v - beyond[:, None] * normal, mesh.f, mesh.uv, mesh.sheet)


def _rows(grid: FloatArray) -> int:
    """Return how many rows of a grid reach the plane, with the first that lies wholly beyond."""
    point, normal = plane()
    over = ((grid - point) @ normal).min(1) > 0
    return int(np.argmax(over)) + 1 if over.any() else len(grid)


def _cut(one: Tube) -> Mesh:
    """Return the stretch of a tube above the plane, not longer than is seen."""
    point, normal = plane()
    height = (one.path - point) @ normal
    beyond = height > 0.006
    n = int(np.argmax(beyond)) + 1 if beyond.any() else len(one.path)
    first = int(np.argmax(height > -_SEEN_M))
    rings = shapes.oval_rings(one.path[first:n], one.radius_m[first:n], one.radius_m[first:n], around=20)
    return _flat(shapes.loft(rings))


@cache
def _muscles() -> tuple[Mesh, Mesh]:
    rings = belly().rings
    psoas = shapes.loft(rings[: _rows(rings)])
    both = iliacus().mesh.v.reshape(2, -1, COLUMNS, 3)
    n = max(_rows(both[0]), _rows(both[1]))
    return _flat(psoas), _flat(shapes.slab(both[0, :n], both[1, :n]))


def _flat_nerve() -> Mesh:
    one = femoral()
    rings = one.mesh.v.reshape(len(one.path), -1, 3)
    return _flat(shapes.loft(rings[: _rows(rings)]))


def parts(body: Body, breath_l: float) -> Iterator[Part]:
    """Yield what passes under the right ligament, cut."""
    psoas, iliac = _muscles()
    join = lambda *tubes: tube(np.concatenate([t.path for t in tubes]), np.concatenate([t.radius_m for t in tubes]))  # noqa: E731
    rows: list[tuple[str, str, str, Mesh]] = [
        ("psoas_major", "psoas_major", "psoas", psoas),
        ("iliacus", "iliacus", "iliacus", iliac),
        ("femoral_nerve", "femoral_nerve", "nerve", _flat_nerve()),
        (
            "lateral_femoral_cutaneous_nerve",
            "lateral_femoral_cutaneous_nerve",
            "nerve",
            _cut(lateral_femoral_cutaneous()),
        ),
        ("genitofemoral_nerve", "genitofemoral_nerve", "nerve", _cut(genitofemoral()["_femoral"])),
        ("artery", "femoral_artery", "artery", _cut(join(*artery("r")[1:4:2]))),
        ("vein", "femoral_vein", "vein", _cut(join(*vein("r")[1:4:2]))),
        ("femoral_canal", "femoral_canal", "cartilage", canal()),
        ("iliopectineal_arch", "iliopectineal_arch", "tendon", arch()),
        ("lacunar_ligament", "lacunar_ligament", "tendon", lacunar()),
    ]
    for name, structure, tissue, mesh in rows:
        yield Part(f"cut_{name}_r", structure, "r", tissue, mesh, f"cut_{name}_r")
