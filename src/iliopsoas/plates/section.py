"""Transverse sections: the same shapes as in every other plate, cut by a plane and looked at from below.

Each cut face is laid flat in the picture's plane and drawn by the ordinary renderer, so that names, layers, cards,
figures and alt texts come about as everywhere. A small front view in the corner shows the height of the cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from iliopsoas.atlas.mesh import FloatArray, Mesh, joined
from iliopsoas.atlas.structures import structure
from iliopsoas.body import cut
from iliopsoas.body.assemble import Body, Part
from iliopsoas.body.region import Region, system_of, systems_there
from iliopsoas.body.shapes import unit
from iliopsoas.plates import standing
from iliopsoas.plates.palette import BACKDROPS, CUT
from iliopsoas.plates.plate import Along, Fact, Folio, LabelSpec, Layer, LazyPlates, Plate, frame_key
from iliopsoas.plates.section_levels import LEVELS, Level, expected, level
from iliopsoas.plates.view import View, view_at

VIEW = "below"
ORIENTATION = (
    "Seen from below, as in radiology: the patient's right is on the left of the picture, the front at the top."
)
START = "l3"
LEFT_OUT = (
    "Organs, the wall of the belly, fat and skin are schematic; the grain of a cut face only says which tissue it is. "
    "The muscles of the thigh, the short rotators of the hip other than piriformis, and the pelvic floor are left out."
)
# Framing and the place of the small front view: drawing choices, metres.
_CENTRE_M, _WIDTH_M, _SIZE_PX = (-0.057, 0.0, 0.0), 0.440, (880, 560)
_INSET_SCALE, _INSET_AT_M = 0.150, (-0.143, -0.183)
_DEPTH_RANGE_M = (-0.030, 0.030)
_RANK_M = 0.00006  # what is drawn later lies so much nearer
_NAMED_CM2, _THIN_CM2 = 0.25, 0.05  # a smaller cut face is not named; the second for vessels and nerves
_UNNAMED = ("psoas_major_superficial", "tendinous_arches")  # part of what stands beside them
_SIDE_MARK_M = 0.011

# Layers from the bottom up: id, name, what the alt text says, locked.
_LAYERS = (
    ("ground", "Skin and fat", "Skin and the fat under it, schematic.", True),
    ("organs", "Organs", "Organs, schematic.", False),
    (
        "trunk",
        "Belly wall and diaphragm",
        "The muscles of the belly wall, schematic, the diaphragm and quadratus lumborum.",
        False,
    ),
    ("back", "Back and buttock", "The muscles of the back and the buttock.", False),
    ("bones", "Bones and discs", "Bone with its compact rim, and discs.", True),
    ("iliopsoas", "Iliopsoas", "Psoas major and iliacus with their tendon, on both sides.", False),
    ("vessels", "Vessels and nerves", "The cut vessels and nerves, the smaller ones as dots.", False),
    ("front", "Where the cut is", "A small view from the front shows the height of the cut as a line.", True),
)
_TWICE = ("lacunae",)  # systems that show again, cut open, what another one has whole
# System of `Region` to the layer of its cut faces; one that is not listed goes with vessels and nerves.
_LAYER_OF_SYSTEM = {
    "back": "back",
    "diaphragm": "trunk",
    "vessels": "vessels",
    "nerves": "vessels",
    "fascia": "trunk",
    "groin": "vessels",
    "lacunae": "vessels",
    "organs": "organs",
    "wall": "trunk",
}
_ILIOPSOAS = ("psoas", "iliacus", "iliopsoas_tendon", "tendinous_arches", "inguinal_ligament")


@dataclass(frozen=True)
class Cut:
    """Makes the cut faces of the region at one level; a plate's ``body``."""

    level: str
    systems: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the level, and take a name that the cache of drawn plates knows it by."""
        level(self.level)
        object.__setattr__(self, "__qualname__", f"Cut({self.level}, {'+'.join(self.systems)})")

    def __call__(self) -> Body:
        """Return the cut faces, and the small front view with the line of the level."""
        return _cut(self.level, self.systems)


def sections_folio() -> Folio:
    """Return transverse sections from T12-L1 to the lesser trochanter, as frames along the level."""
    stops = tuple((k.id, k.name) for k in LEVELS.values())
    keys = tuple(frame_key(VIEW, id) for id in LEVELS)
    return Folio(
        "sections",
        "Transverse sections",
        LazyPlates(keys, lambda key: section_plate(key.removeprefix(f"{VIEW}__"))),
        Along("Level", "", stops, START),
        tuple(frame_key(VIEW, id) for id in ("l1", "l3", "l4_l5", "s1", "inguinal", "hip")),
    )


def section_plate(at: str, systems: tuple[str, ...] | None = None) -> Plate:
    """Return the section at a level, with all systems that there are or with the given ones.

    Raises
    ------
    UnknownName
        When there is no such level.
    """
    where = level(at)
    there = tuple(k for k in systems_there() if k not in _TWICE) if systems is None else systems
    layers = _layers(there)
    facts = section_facts(where)
    told = " ".join(fact.text for fact in facts)
    return Plate(
        id=f"section_{at}",
        title=f"Transverse section: {where.name}",
        caption=f"{ORIENTATION} {told}",
        view=_view(where, facts),
        layers=layers,
        labels=_labels(Cut(at, there), layers),
        facts=facts,
        description=(
            "Every face is cut from the same shapes as the other plates, by a horizontal plane. In a standing body "
            "discs and sacrum slope, so a horizontal plane can meet two vertebrae at once.",
            told,
        ),
        sources=(*dict.fromkeys(key for fact in facts for key in fact.sources), *standing.SOURCES),
        schematic=f"{standing.SCHEMATIC} {LEFT_OUT}",
        depth_range_m=_DEPTH_RANGE_M,
        body=Cut(at, there),
    )


def section_facts(where: Level) -> tuple[Fact, ...]:
    """Return what is measured on the cut and told of its height: psoas area beside what was published, and touch."""
    area = psoas_area_cm2(where.id)
    facts = [Fact("touch", where.touch, text=where.touch, sources=where.sources)]
    if area > 0:
        known = expected().get(where.id)
        said = f"Psoas major of one side is cut in {area:.1f} cm² here"
        said += f"; published: {known.text}." if known else ", a drawing choice: no size was published for this level."
        facts.insert(0, Fact("psoas_area_cm2", round(area, 1), "cm2", said, (known.source,) if known else ()))
    return tuple(facts)


@lru_cache(maxsize=64)
def psoas_area_cm2(at: str) -> float:
    """Return the area in which the right psoas major (with its slips) is cut at a level; overlaps count once."""
    from iliopsoas.body.assemble import body

    psoas = [p.mesh for p in body().values() if p.side == "r" and p.tissue in ("psoas", "psoas_deep")]
    return cut.cut_area_cm2(psoas, level(at).plane)


def _view(where: Level, facts: tuple[Fact, ...]) -> View:
    said = (
        f"Transverse section through the {where.name}, seen from below: the patient's right is on the left of the "
        "picture, the front is at the top."
    )
    numbers = " ".join(fact.text for fact in facts if fact.name != "touch")
    title = where.name[0].upper() + where.name[1:]
    return view_at(f"{VIEW}_{where.id}", 0, -90, _CENTRE_M, _WIDTH_M, _SIZE_PX, title, f"{said} {numbers}".strip())


def _layers(systems: tuple[str, ...]) -> tuple[Layer, ...]:
    """Return the layers with their parts; they are the same at every level."""
    parts = _where_parts_go(systems)
    return tuple(
        Layer(id, name, tuple(parts[id]), locked=locked, sentence=said)
        for id, name, said, locked in _LAYERS
        if parts[id]
    )


@lru_cache(maxsize=8)
def _where_parts_go(systems: tuple[str, ...]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {id: [] for id, *_ in _LAYERS}
    for id, members in _members(systems).items():
        found[_layer_of(members[0], systems)].append(id)
    found["front"] += ["front_bones", "front_psoas_major", "level_line", "side_marks"]
    return found


def _layer_of(part: Part, systems: tuple[str, ...]) -> str:
    system = system_of(part.id, systems)
    if part.tissue in BACKDROPS and part.structure == "skin":
        return "ground"
    if system:
        return _LAYER_OF_SYSTEM.get(system, "vessels")
    return "iliopsoas" if part.structure.startswith(_ILIOPSOAS) else "bones"


@lru_cache(maxsize=8)
def _members(systems: tuple[str, ...]) -> Mapping[str, list[Part]]:
    """Return the parts that make one cut face each: all of one structure, side and tissue; backdrops first."""
    out: dict[str, list[Part]] = {}
    for part in sorted(Region(systems)().values(), key=lambda p: p.tissue not in BACKDROPS):
        id = f"{part.structure}_{part.tissue}" + (f"_{part.side}" if part.side else "")
        out.setdefault(id, []).append(part)
    return out


@lru_cache(maxsize=32)
def _cut(at: str, systems: tuple[str, ...]) -> Body:
    plane = level(at).plane
    parts = dict(cut_faces(plane, systems))
    for part in _front(plane):
        parts[part.id] = part
    return Body(parts)


def cut_faces(plane: cut.Plane, systems: tuple[str, ...]) -> Mapping[str, Part]:
    """Return the cut faces of the region at a plane, laid flat: within a layer, what comes later covers what was."""
    parts: dict[str, Part] = {}
    order = _where_parts_go(systems)
    members = _members(systems)
    for rank, (layer_id, *_) in enumerate(_LAYERS):
        for id in order[layer_id]:
            if id in members:
                faces = [np.zeros((0, 4, 2)), *_faces(members[id], plane)]
                mesh = cut.flat_mesh(np.concatenate(faces), rank * _RANK_M)
                first = members[id][0]
                parts[id] = Part(id, first.structure, first.side, first.tissue + CUT, mesh, first.group)
    return parts


def cut_layers(systems: tuple[str, ...]) -> tuple[Layer, ...]:
    """Return the layers of the cut faces of some systems, without the small view from the front."""
    return tuple(layer for layer in _layers(systems) if layer.id != "front")


def cut_outlines(plane: cut.Plane, systems: tuple[str, ...], ids: Iterable[str]) -> Mapping[str, list[FloatArray]]:
    """Return the outlines of some cut faces in the plane's coordinates, by their ids; sheets have none."""
    members = _members(systems)
    return {
        id: [plane.flat(loop) for p in members[id] if not p.mesh.sheet for loop in cut.outlines(p.mesh, plane)]
        for id in ids
    }


def _faces(members: list[Part], plane: cut.Plane) -> Iterator[FloatArray]:
    loops = [plane.flat(loop) for p in members if not p.mesh.sheet for loop in cut.outlines(p.mesh, plane)]
    yield cut.filling(loops)
    for part in members:
        if part.mesh.sheet:
            yield cut.cap(part.mesh, plane)


def _front(plane: cut.Plane) -> Iterator[Part]:
    """Yield the small front view, the line of the level on it, and the marks of right and left."""
    bones, psoas = _small()
    yield Part("front_bones", "bones_from_the_front", "", "bone", bones, "front_bones")
    yield Part("front_psoas_major", "psoas_major", "", "psoas", psoas, "front_psoas_major")
    y = _INSET_AT_M[0] + _INSET_SCALE * float(plane.origin[1])
    half, thick = 0.034, 0.0011
    box = [(-half, -thick / 2), (half, -thick / 2), (half, thick / 2), (-half, thick / 2)]
    line = np.array([[(r + _INSET_AT_M[1], u + y) for r, u in box]])
    yield Part("level_line", "level_of_the_cut", "", "mark", cut.flat_mesh(line, 0.028), "level_line")
    yield Part("side_marks", "side_marks", "", "mark", cut.flat_mesh(right_and_left(), 0.028), "side_marks")


@lru_cache(maxsize=1)
def _small() -> tuple[Mesh, Mesh]:
    """Return bones and psoas of the standing body, small and seen from the front, at their place in the section."""
    from iliopsoas.body.assemble import body

    parts = body().values()
    names = (*standing.VERTEBRAE, *standing.DISCS, "sacrum", "coccyx", "hip_bone", "femur", "pubic_symphysis", "rib_12",
             "rib_11", "rib_10", "costal_margin")  # fmt: skip
    bones = joined([p.mesh for p in parts if p.structure in names])
    psoas = joined([p.mesh for p in parts if p.id in ("psoas_major_r", "psoas_major_l", "iliacus_r", "iliacus_l")])
    return tuple(m.moved(_as_inset(m.v)) for m in (bones, psoas))  # type: ignore[return-value]


def _as_inset(points: ArrayLike) -> FloatArray:
    """Turn a body point so that its front faces the reader of a section, and make it small."""
    p = np.asarray(points, float) * _INSET_SCALE
    return np.stack([p[..., 1] + _INSET_AT_M[0], -p[..., 0], p[..., 2] - _INSET_AT_M[1]], axis=-1)


def right_and_left() -> FloatArray:
    """Return the letters R and L as strokes in the plane, on the patient's right and left."""
    h, w = _SIDE_MARK_M, 0.6 * _SIDE_MARK_M
    turn = np.linspace(np.pi / 2, -np.pi / 2, 9)
    bowl = np.stack([0.5 * w + 0.5 * w * np.cos(turn), 0.75 * h + 0.25 * h * np.sin(turn)], axis=1)
    letters = (
        (-0.200, [[(0, 0), (0, h)], [(0, h), *bowl, (0, 0.5 * h)], [(0.45 * w, 0.5 * h), (w, 0)]]),
        (0.193, [[(0, h), (0, 0), (w, 0)]]),
    )
    out = []
    for right, strokes in letters:
        for stroke in strokes:
            out.append(cut.ribbon(np.array(stroke, float) + np.array([right, 0.064]), 0.0016))
    return np.concatenate(out)


def _labels(made: Cut, layers: tuple[Layer, ...]) -> tuple[LabelSpec, ...]:
    """Return a name for every cut face that is large enough: those of the patient's right, and the midline's."""
    body = made()
    specs: dict[str, LabelSpec] = {}
    for layer in layers:
        for id in layer.parts:
            part = body[id]
            if layer.id == "front" or part.side == "l" or not len(part.mesh.v):
                continue
            area = cut.area_cm2(part.mesh.uv.reshape(-1, 4, 2)) if part.mesh.uv is not None else 0.0
            if part.structure in _UNNAMED or area < (_THIN_CM2 if layer.id == "vessels" else _NAMED_CM2):
                continue
            own = part.structure + (f"_{part.side}" if part.side else "")
            spec = LabelSpec(own, structure(part.structure).name, (id,), layer=layer.id, weight=_weight(layer.id, area))
            have = specs.get(own)
            specs[own] = spec if have is None else replace(have, parts=(*have.parts, id))
    if "skin" in specs:  # its largest face is the whole belly: name the layer under the skin instead
        specs["skin"] = LabelSpec(
            "skin", structure("skin").name, point=_under_the_skin(made), layer="ground", through=True
        )
    at = body["level_line"].mesh.v
    x, y, z = (float(c) for c in [at[:, 0].mean(), at[0, 1], at[:, 2].max() - 0.002])
    text = f"Height of the cut: {LEVELS[made.level].name}"
    line = LabelSpec("level_of_the_cut", text, point=(x, y, z), layer="front", weight=9, through=True)
    return (*specs.values(), line)


def _under_the_skin(made: Cut) -> tuple[float, float, float]:
    """Return a point of the fat under the skin, in front on the patient's left, in the laid out section."""
    plane = level(made.level).plane
    fat = [p for id, some in _members(made.systems).items() if id.startswith("skin_fat") for p in some]
    loops = [plane.flat(k) for p in fat if p.side != "r" for k in cut.outlines(p.mesh, plane)]
    loop = max(loops, key=len)
    middle = loop.mean(0)
    ahead = (loop - middle) @ np.array([np.sin(np.radians(48)), np.cos(np.radians(48))])
    edge = loop[ahead.argmax()]
    right, up = edge + 0.004 * unit(middle - edge)
    return float(up), 0.0, float(-right)


def _weight(layer: str, area_cm2: float) -> int:
    return (20 if layer == "iliopsoas" else 10 if layer in ("vessels", "bones") else 5) + min(4, int(area_cm2))
