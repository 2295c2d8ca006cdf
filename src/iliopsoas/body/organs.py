"""The organs in front of iliopsoas: kidneys, adrenals, ureters, bladder, and the large bowel on the muscle."""

from __future__ import annotations

from collections.abc import Iterator

from iliopsoas.atlas.mesh import Mesh
from iliopsoas.body import bowel, kidney, ureter
from iliopsoas.body.assemble import Body, Part
from iliopsoas.body.landmarks import Side


def parts(body: Body, breath_l: float) -> Iterator[Part]:
    """Yield the organs, right, left and in the midline."""
    sides: tuple[Side, Side] = ("r", "l")
    for side in sides:
        yield _part("kidney", "kidney", side, kidney.kidney(side))
        yield _part("adrenal", "gland", side, kidney.adrenal(side), "adrenal_gland")
        yield _part("ureter", "ureter", side, ureter.ureter(side).mesh)
    yield Part("bladder", "bladder", "", "gut", ureter.bladder(), "bladder")
    yield _part("caecum", "gut", "r", bowel.caecum(), group="colon_r")
    yield _part("ascending_colon", "gut", "r", bowel.ascending(), group="colon_r")
    yield _part("appendix", "gut", "r", bowel.appendix())
    yield _part("ileum", "gut", "r", bowel.ileum())
    yield _part("descending_colon", "gut", "l", bowel.descending(), group="colon_l")
    yield _part("sigmoid_colon", "gut", "l", bowel.sigmoid(), group="colon_l")


def _part(name: str, tissue: str, side: Side, mesh: Mesh, structure: str = "", group: str = "") -> Part:
    id = f"{name}_{side}"
    return Part(id, structure or name, side, tissue, mesh if side == "r" else mesh.mirrored(), group or id)
