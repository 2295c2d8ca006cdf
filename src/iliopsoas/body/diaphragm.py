"""The diaphragm as parts of the body: muscle, tendon, crura, arcuate ligaments, and the cage that moves with it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from iliopsoas.atlas.bones import load_bones
from iliopsoas.atlas.mesh import FloatArray, Mesh
from iliopsoas.body import arcuate, crura, quadratus_lumborum, shapes
from iliopsoas.body.assemble import Body, Part
from iliopsoas.body.dome import THICK_M, Dome, dome, spine_walls
from iliopsoas.body.rest_lines import rest_line
from iliopsoas.body.surface import keep_out
from iliopsoas.body.thorax import RIBS, Thorax

TENDON_THICK_M = 0.0018  # drawing choice
GROUP = "diaphragm"
_PASSING = {
    "passing_aorta": ("abdominal_aorta", "artery"),
    "passing_vena_cava": ("inferior_vena_cava", "vein"),
    "passing_oesophagus": ("oesophagus", "oesophagus"),
}


def parts(body: Body, breath_l: float = 0.0) -> Iterator[Part]:
    """Yield the parts of the system at a volume, right, left and midline.

    Parameters
    ----------
    body : Body
        The standing body; nothing of it is changed but ribs and costal margin, which are yielded where they are now.
    breath_l : float
        Litres above rest, 0 to 3.

    Raises
    ------
    ValueError
        A volume outside what is drawn.
    """
    d = dome(breath_l)
    for name, mesh in muscle_meshes(d).items():
        side = name[-1] if name[-2:] in ("_r", "_l") else ""
        yield Part(name, name[:-2] if side else name, side, "diaphragm", mesh, GROUP)
    yield Part("central_tendon", "central_tendon", "", "tendon", tendon_mesh(d), "central_tendon")
    for name, mesh in crura.meshes(breath_l).items():
        yield Part(name, name.removesuffix("_slip"), "", "diaphragm", mesh, GROUP)
    for name, mesh in arcuate.meshes().items():
        if name == "median_arcuate_ligament":
            yield Part(name, name, "", "ligament", mesh, name)
        else:
            yield from _both(Part(f"{name}_r", name, "r", "ligament", mesh, f"{name}_r"))
    for name, mesh in crura.passing().items():
        structure, tissue = _PASSING[name]
        yield Part(name, structure, "", tissue, mesh, name)
    for view in ("anterior", "lateral_right"):
        yield Part(f"rest_line_{view}", "diaphragm", "", "mark", rest_line(view), f"rest_line_{view}")
    yield from cage_parts(d.cage)
    yield from quadratus_lumborum.parts()


def muscle_meshes(d: Dome) -> dict[str, Mesh]:
    """Return the sternal, costal and lumbar sheets of muscle by part id."""
    upper = d.sheet
    thick = THICK_M * shapes.profile(np.arange(len(upper)), [0, 6, len(upper) - 5, len(upper) - 1], [0.25, 1, 1, 0.6])
    out = shapes.ring_normals(upper)
    last = d.columns["diaphragm_lumbar_r"][-1]  # behind, the sheet is open: its two borders have no common normal
    out[:, last], out[:, last + 1] = out[:, last - 1], out[:, last + 2]
    lower = upper - thick[:, None, None] * out
    for _ in range(2):  # what leaves a vertebra may enter the disc
        lower = keep_out(lower, spine_walls(), 0.0002, rounds=2, reach_m=0.02)
    return {name: shapes.slab(lower[:, k], upper[:, k]) for name, k in d.columns.items()}


def tendon_mesh(d: Dome) -> Mesh:
    """Return the central tendon as a thin sheet with the caval opening in it."""
    grid, _ = d.tendon
    upper: FloatArray = np.concatenate([grid, grid[:, :1]], axis=1)
    return shapes.slab(upper - [0.0, TENDON_THICK_M, 0.0], upper)


def cage_parts(cage: Thorax) -> Iterator[Part]:
    """Yield ribs, costal margin and sternum with its cartilages where they are at a volume."""
    for k in RIBS:
        yield from _both(Part(f"rib_{k}_r", f"rib_{k}", "r", "bone", cage.rib(k), f"rib_{k}_r"))
    margin = load_bones()["costal_margin_r"]
    moved = margin.moved(cage.follow(margin.v))
    yield from _both(Part("costal_margin_r", "costal_margin", "r", "cartilage", moved, "costal_margin_r"))
    yield Part("sternum", "sternum", "", "cartilage", cage.front, "sternum")


def _both(part: Part) -> Iterator[Part]:
    yield part
    yield part.mirrored()
