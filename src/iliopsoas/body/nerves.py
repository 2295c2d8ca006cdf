"""The lumbar plexus and its nerves, and the sympathetic trunk: what runs within and beside psoas major."""

from __future__ import annotations

from collections.abc import Iterator

from iliopsoas.body import nerves_branches, nerves_plexus, vessels_pelvis
from iliopsoas.body.assemble import Body, Part
from iliopsoas.body.landmarks import Side
from iliopsoas.body.surface import Surface
from iliopsoas.body.tubes import Tube
from iliopsoas.body.vessels import midline_walls


def parts(body: Body, breath_l: float) -> Iterator[Part]:
    """Yield the nerves, right and left."""
    for name, structure, group, made in _right():
        part = Part(f"{name}_r", structure, "r", "nerve", made.mesh, f"{group or name}_r")
        yield part
        yield part.mirrored()
    sides: tuple[Side, Side] = ("r", "l")
    for side in sides:
        made = sympathetic(side)
        mesh = made.mesh if side == "r" else made.mesh.mirrored()
        id = f"sympathetic_trunk_{side}"
        yield Part(id, "sympathetic_trunk", side, "nerve", mesh, id)


def sympathetic(side: Side) -> Tube:
    """Return the sympathetic trunk of a side, as if it were the right one; it lies behind the vessels of its side."""
    vessels = [*vessels_pelvis.artery(side)[:1], *vessels_pelvis.vein(side)[:1]]
    return nerves_branches.sympathetic((*midline_walls(side), *(Surface(t.mesh) for t in vessels)))


def _right() -> Iterator[tuple[str, str, str, Tube]]:
    """Yield name, structure, outline group and tube of every nerve that is alike on both sides."""
    for name, made in nerves_plexus.roots().items():
        yield f"plexus_{name}", "lumbar_plexus", "plexus", made
    yield "femoral_nerve", "femoral_nerve", "plexus", nerves_branches.femoral()
    for k, made in enumerate(nerves_branches.femoral_branches(), 1):
        yield f"femoral_nerve_branch_{k}", "femoral_nerve", "plexus", made
    yield (
        "lateral_femoral_cutaneous_nerve",
        "lateral_femoral_cutaneous_nerve",
        "",
        nerves_branches.lateral_femoral_cutaneous(),
    )
    for name, made in nerves_branches.genitofemoral().items():
        yield f"genitofemoral_nerve{name}", "genitofemoral_nerve", "genitofemoral", made
    yield "obturator_nerve", "obturator_nerve", "plexus", nerves_branches.obturator()
    for name, made in nerves_branches.lumbosacral().items():
        yield f"lumbosacral_trunk{name}", "lumbosacral_trunk", "lumbosacral", made
    for name, made in nerves_branches.wall_nerves().items():
        yield name, name, "", made
