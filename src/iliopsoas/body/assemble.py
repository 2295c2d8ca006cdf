"""The body: every bone and every soft part, right and left, standing or with the hips in another pose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import lru_cache
from types import MappingProxyType

from iliopsoas.atlas.bones import load_bones
from iliopsoas.atlas.mesh import Mesh
from iliopsoas.body.hips import STANDING as UPRIGHT
from iliopsoas.body.hips import Hips, femur_mesh
from iliopsoas.body.iliacus import iliacus
from iliopsoas.body.ligaments import inguinal_ligament
from iliopsoas.body.pose import Pose
from iliopsoas.body.psoas_belly import belly
from iliopsoas.body.psoas_minor import psoas_minor as psoas_minor_mesh
from iliopsoas.body.psoas_slips import arches, deep, superficial
from iliopsoas.body.psoas_tendon import iliopsoas_tendon
from iliopsoas.body.stored import soft_parts

STANDING = Pose()


class UnknownPartError(KeyError):
    """A part that the body does not have."""


@dataclass(frozen=True, eq=False)
class Part:
    """One thing that can be drawn.

    Attributes
    ----------
    id : str
        Part id with side, such as "psoas_slip_l3_l4_r".
    structure : str
        Structure it belongs to (row of structures.toml).
    side : str
        "r", "l", or "" for a midline part.
    tissue : str
        Key of the palette: bone, disc, cartilage, psoas, psoas_deep, psoas_minor, iliacus, tendon, ligament.
    mesh : Mesh
        Its surface, metres, where it is in the pose.
    group : str
        Parts of one group share an outline.
    """

    id: str
    structure: str
    side: str
    tissue: str
    mesh: Mesh
    group: str

    def mirrored(self) -> Part:
        """Return the left part that belongs to this right one."""
        if self.side != "r":
            raise ValueError(f"part {self.id!r} is not a right part, so it has no mirror image")
        swap = lambda name: name.removesuffix("_r") + "_l"  # noqa: E731
        return replace(self, id=swap(self.id), side="l", mesh=self.mesh.mirrored(), group=swap(self.group))


class Body(Mapping[str, Part]):
    """All parts by id; an unknown id raises `UnknownPartError` with close matches."""

    def __init__(self, parts: dict[str, Part]) -> None:
        self._parts = MappingProxyType(parts)

    def __getitem__(self, id: str) -> Part:  # noqa: D105
        if id not in self._parts:
            close = get_close_matches(str(id), self._parts, n=3) or list(self._parts)[:3]
            raise UnknownPartError(f"part {id!r} is not in the body; did you mean {', '.join(close)}?")
        return self._parts[id]

    def __contains__(self, id: object) -> bool:  # noqa: D105
        return id in self._parts

    def __iter__(self) -> Iterator[str]:  # noqa: D105
        return iter(self._parts)

    def __len__(self) -> int:  # noqa: D105
        return len(self._parts)


def body(psoas_minor: bool = True, pose: Pose = STANDING) -> Body:
    """Return the body, standing or with the hips in another pose.

    Both thighs move alike, the left as the mirror image of the right; pelvis and spine stay as in standing.

    Parameters
    ----------
    psoas_minor : bool
        Whether the body has the muscle; in about half of people it is absent.
    pose : Pose
        Hip flexion, adduction and rotation, within `iliopsoas.body.hips.DRAWN`.

    Raises
    ------
    ValueError
        The pose moves what is not drawn yet, or a hip farther than is drawn; the message names the field.
    """
    return _body(bool(psoas_minor), Hips.of(pose))


@lru_cache(maxsize=8)
def _body(psoas_minor: bool, hips: Hips) -> Body:
    parts: dict[str, Part] = {}
    soft = (soft_parts() if hips == UPRIGHT else None) or built_soft_parts(hips)
    for part in [*_bones(hips), *soft]:
        if part.structure == "psoas_minor" and not psoas_minor:
            continue
        parts[part.id] = part
        if part.side == "r" and part.tissue not in ("bone", "cartilage"):
            left = part.mirrored()
            parts[left.id] = left
    return Body(parts)


def _bones(hips: Hips) -> Iterator[Part]:
    femur = femur_mesh(hips)
    moved = {} if hips == UPRIGHT else {"femur_r": femur, "femur_l": femur.mirrored()}
    for id, mesh in load_bones().items():
        side = id[-1] if id[-2:] in ("_r", "_l") else ""
        structure = id[:-2] if side else id
        tissue = "disc" if id.startswith("disc_") else "bone"
        if id.startswith(("costal_margin", "pubic_symphysis")):
            tissue = "cartilage"
        yield Part(id, structure, side, tissue, moved.get(id, mesh), id)


def built_soft_parts(hips: Hips = UPRIGHT) -> tuple[Part, ...]:
    """Return the right soft parts, built from the bones; `body` prefers those that are kept ready."""
    return tuple(_soft(hips))


def _soft(hips: Hips) -> Iterator[Part]:
    b = belly(hips)
    yield _right("psoas_major", "psoas_major", "psoas", b.mesh, "psoas_major_r")
    for name, slip in superficial(b).items():
        yield _right(f"psoas_slip_{name}", "psoas_major_superficial", "psoas", slip.mesh, "psoas_major_r")
    for name, slip in deep(b).items():
        yield _right(f"psoas_deep_{name}", "psoas_major_deep", "psoas_deep", slip.mesh, "psoas_major_r")
    for name, mesh in arches(b).items():
        yield _right(f"psoas_arch_{name}", "tendinous_arches", "tendon", mesh, "psoas_major_r")
    yield _right("psoas_minor", "psoas_minor", "psoas_minor", psoas_minor_mesh(b))
    yield _right("iliacus", "iliacus", "iliacus", iliacus(hips).mesh)
    yield _right("iliopsoas_tendon", "iliopsoas_tendon", "tendon", iliopsoas_tendon(b))
    yield _right("inguinal_ligament", "inguinal_ligament", "ligament", inguinal_ligament())


def _right(name: str, structure: str, tissue: str, mesh: Mesh, group: str = "") -> Part:
    return Part(f"{name}_r", structure, "r", tissue, mesh, group or f"{name}_r")
