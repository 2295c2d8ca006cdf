"""What lies under a percussion head: the body cut at the loin, where it never goes, and at the upper outer buttock.

The ruler is drawn at the scale of the plate. Its bands are published, for the lumbar plexus; psoas major begins nearer.
No source gives a depth that percussion reaches, so none is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from types import MappingProxyType

import numpy as np

from iliopsoas.atlas.mesh import FloatArray
from iliopsoas.atlas.structures import structure
from iliopsoas.body import cut, zones
from iliopsoas.body.assemble import Body, Part
from iliopsoas.body.landmarks import transverse_process_tip
from iliopsoas.body.shapes import arc_length, evenly, unit
from iliopsoas.course.technique import techniques
from iliopsoas.plates import section, standing
from iliopsoas.plates.back import DEPTH_SOURCES, NEARER_MM
from iliopsoas.plates.palette import CUT
from iliopsoas.plates.plate import Fact, Folio, LabelSpec, Layer, LazyPlates, Plate
from iliopsoas.plates.view import View, view_at

VIEWS = ("loin", "buttock")
SYSTEMS = ("back", "diaphragm", "vessels", "nerves", "organs", "wall")
# Skin of the back to lumbar plexus, millimetres (capdevila2002); psoas begins `NEARER_MM` less deep.
PLEXUS_MM: Mapping[str, tuple[int, int]] = MappingProxyType({"women": (57, 93), "men": (61, 101)})
NO_DEPTH = (
    "No source in this course gives a depth that percussion reaches, so none is drawn: the plate shows what lies in "
    "between, and how far it is."
)
NOT_REACHED = "No head is known to reach psoas major, from behind or from the side; from the front it is never used."
_WIDTH_M, _SIZE_PX = 0.470, (940, 600)
_CENTRE: Mapping[str, tuple[float, float, float]] = MappingProxyType(
    {"loin": (-0.048, 0.0, -0.022), "buttock": (-0.060, 0.0, 0.0)}
)
_MARK_M = 0.0012  # height of the marks over the cut faces: so low that they throw no shadow
_RULER_AT_M, _BAR_M, _STEP_M = 0.176, 0.0065, 0.0088
_RING_M, _RING_OFF_M = 0.0075, 0.0025
_STRIPE_M, _EVERY_M = 0.0022, 0.0062
_BULK_BELOW_M = -0.005  # above this height fat and the thin edge of the muscles lie under the skin of the buttock
_PROCESS = "l4"


@dataclass(frozen=True)
class _Cut:
    """Makes the cut faces with the marks on them; known to the cache by the name of its view."""

    view: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "__qualname__", f"ReachCut({self.view})")

    def __call__(self) -> Body:
        return _body(self.view)


@dataclass(frozen=True)
class Line:
    """A straight line into the body: where it begins on the skin and its direction, in the plane's coordinates.

    Attributes
    ----------
    start, way : (float, float)
        Metres, right and up in the picture.
    crosses : tuple of (str, float, float)
        Structure id, and from and to in millimetres under the skin, as drawn.
    """

    start: tuple[float, float]
    way: tuple[float, float]
    crosses: tuple[tuple[str, float, float], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the structures, each once, from the skin inwards."""
        return tuple(dict.fromkeys(_said(id) for id, *_ in self.crosses))


def percussion_reach_folio() -> Folio:
    """Return what lies under a head at the loin and at the upper outer buttock, cut across."""
    return Folio("percussion_reach", "What a percussion head meets", LazyPlates(VIEWS, _plate))


@cache
def plane(view: str) -> cut.Plane:
    """Return the plane of a view: at the transverse process of L4, or through the allowed area of the buttock."""
    if view == "loin":
        return cut.seen_from_below(float(transverse_process_tip(_PROCESS)[1]))
    return cut.seen_from_below(float(_head_on_buttock()[0][1]))


def _head_on_buttock() -> tuple[FloatArray, FloatArray]:
    """Return the middle of the allowed area over the bulk of the muscles, on the skin, and the way inwards there."""
    s, field = zones.skin(), zones.fields()["gluteal"]
    k = int(np.where(s.mesh.v[:, 1] < _BULK_BELOW_M, field, -1.0).argmax())
    return s.mesh.v[k], s.inwards[k]


@cache
def lines(view: str) -> tuple[Line, ...]:
    """Return the lines that a view follows: at the loin through the process and beside it, else under the head."""
    at = plane(view)
    if view == "loin":
        tip = float(transverse_process_tip(_PROCESS)[2])
        starts = [
            ((z, -0.30), (0.0, 1.0)) for z in (0.75 * tip, tip + 0.012)
        ]  # on the patient's left, the reader's right
    else:
        p, inwards = _head_on_buttock()
        start, way = at.flat(p), unit(np.array([-inwards[2], inwards[0]]))
        starts = [(tuple(start - 0.05 * way), tuple(way))]
    return tuple(_line(view, start, way) for start, way in starts)


def _line(view: str, start: tuple[float, float], way: tuple[float, float]) -> Line:
    ids = [id for layer in section.cut_layers(SYSTEMS) for id in layer.parts if layer.id != "organs"]
    loops = section.cut_outlines(plane(view), SYSTEMS, ids)
    skin = min(a for a, _ in cut.met(loops["skin_skin"], start, way))
    found = []
    for id, own in loops.items():
        for a, b in cut.met(own, start, way):
            name = "fat" if id == "skin_fat" else _structure(id)
            found.append((name, (a - skin) * 1e3, (b - skin) * 1e3))
    found.sort(key=lambda row: row[1])
    ends = ("psoas_major",) if view == "loin" else ("hip_bone",)
    last = next((k for k, row in enumerate(found) if row[0] in ends), len(found) - 1)
    begin = np.asarray(start) + skin * np.asarray(way)
    return Line((float(begin[0]), float(begin[1])), way, tuple(found[: last + 1]))


def _structure(id: str) -> str:
    whole = section._members(SYSTEMS)[id][0].structure
    return {"psoas_major_superficial": "psoas_major", "psoas_major_deep": "psoas_major"}.get(whole, whole)


def _said(id: str) -> str:
    special = {
        "fat": "fat",
        "skin": "skin",
        "hip_bone": "ilium (bone)",
        _PROCESS: f"transverse process of {_PROCESS.upper()}",
    }
    if id in special:
        return special[id]
    name = structure(id).name
    return name[0].lower() + name[1:]


def reach_facts(view: str) -> tuple[Fact, ...]:
    """Return what lies in between, in order, and at the loin the published depths."""
    facts = [Fact("depth_of_percussion", "not published", "", NO_DEPTH)]
    if view == "loin":
        for who, (low, high) in PLEXUS_MM.items():
            facts.append(
                Fact(
                    f"plexus_depth_{who}_mm",
                    f"{low}-{high}",
                    "mm",
                    f"From the skin of the back the lumbar plexus lies {low} to {high} mm deep in {who}.",
                    DEPTH_SOURCES[:1],
                )
            )
            facts.append(
                Fact(
                    f"psoas_begins_{who}_mm",
                    f"{low - NEARER_MM}-{high - NEARER_MM}",
                    "mm",
                    f"Psoas major begins about {NEARER_MM / 10:.0f} cm less deep, roughly {low - NEARER_MM} to "
                    f"{high - NEARER_MM} mm in {who}.",
                    DEPTH_SOURCES,
                )
            )
        through, beside = lines(view)
        facts.append(
            Fact("through_process", len(through.names), "", _in_order("Through the transverse process", through))
        )
        facts.append(Fact("beside_process", len(beside.names), "", _in_order("Beside its tip", beside)))
    else:
        facts.append(
            Fact(
                "under_head",
                len(lines(view)[0].names),
                "",
                _in_order("Under the head", lines(view)[0])
                + " Only behind that bone, inside the pelvis, lie iliacus and psoas major. No depth was published for "
                "this place.",
                ("gray1918",),
            )
        )
    return tuple(facts)


def _in_order(where: str, line: Line) -> str:
    return f"{where}, from the skin inwards: {', '.join(line.names)}."


# ---------------------------------------------------------------- marks


@lru_cache(maxsize=2)
def _body(view: str) -> Body:
    parts = dict(section.cut_faces(plane(view), SYSTEMS))
    letters = Part(
        "side_marks", "side_marks", "", "mark", cut.flat_mesh(section.right_and_left(), _MARK_M), "side_marks"
    )
    for part in (*_ring(view), *_head(view), *_ruler(view), letters):
        parts[part.id] = part
    return Body(parts)


def _mark(id: str, name: str, tissue: str, quads: list[FloatArray], depth_m: float = _MARK_M) -> Part:
    return Part(id, name, "", tissue, cut.flat_mesh(np.array(quads, float), depth_m), id)


def _ring(view: str) -> list[Part]:
    """Return the zones of the skin at the cut, as a band just outside it: hatched where never, whole where allowed."""
    at = plane(view)
    loop = max(section.cut_outlines(at, SYSTEMS, ["skin_skin"])["skin_skin"], key=len)
    loop = np.pad(np.concatenate([loop, loop[:1]]), ((0, 0), (0, 1)))
    loop = evenly(loop, int(arc_length(loop)[-1] / 0.0011))[:, :2]
    out = unit(np.stack([np.gradient(loop[:, 1]), -np.gradient(loop[:, 0])], 1))
    s, fields = zones.skin(), zones.fields()
    near = np.abs(s.mesh.v[:, 1] - at.origin[1]) < 0.006
    here = np.stack([np.abs(s.mesh.v[near, 2]), s.mesh.v[near, 0]], 1)
    at_skin = np.stack([np.abs(loop[:, 0]), loop[:, 1]], 1)
    away = np.linalg.norm(at_skin[:, None] - here[None], axis=2)
    nearest = np.argsort(away, axis=1)[:, :6]
    weight = 1 / (np.take_along_axis(away, nearest, 1) + 1e-4)
    along = arc_length(loop)
    parts = []
    for name in (*zones.ALLOWED, *zones.NEVER):
        inside = (fields[name][near][nearest] * weight).sum(1) > 0
        allowed = name in zones.ALLOWED
        quads = []
        for k in np.flatnonzero(inside[:-1]).tolist():
            if not allowed and along[k] % _EVERY_M > _STRIPE_M:
                continue
            low, high = loop + _RING_OFF_M * out, loop + (_RING_OFF_M + _RING_M) * out
            lean = 0 if allowed else 4
            j = min(k + lean, len(loop) - 2)
            quads.append(np.array([low[k], low[k + 1], high[j + 1], high[j]]))
        if quads:
            kind = "allowed" if allowed else "never"
            parts.append(_mark(f"{kind}_{name}", f"{kind}_{name}", kind, quads))
    return parts


def _head(view: str) -> list[Part]:
    """Return the outline of a round flat head on the skin, at the end of the first line."""
    line = lines(view)[0]
    way = np.array(line.way)
    p, side = np.array(line.start) - 0.0108 * way, np.array([way[1], -way[0]])

    def box(near: float, far: float, half: float) -> FloatArray:
        return np.array(
            [
                p - near * way - half * side,
                p - near * way + half * side,
                p - far * way + half * side,
                p - far * way - half * side,
            ]
        )

    quads = [box(0.0, 0.007, 0.0125), box(0.007, 0.010, 0.009), box(0.010, 0.020, 0.0042)]
    return [_mark("percussion_head", "percussion_head", "line", quads, _MARK_M)]


def _ruler(view: str) -> list[Part]:
    """Return the line through the process with a mark a centimetre, and the published bands beside the body."""
    if view != "loin":
        line = lines(view)[0]
        return [_mark("way_in", "way_in", "mark", _ticked(line, line.crosses[-1][2] * 1e-3)[:1])]
    through, beside = lines(view)
    zero = through.start[1]
    quads = [*_ticked(through, 0.11), *_dashes(beside, 0.11)]
    r = _RULER_AT_M
    quads += [_bar(r, zero, mm - 0.35, mm + 0.35, -0.0075 if mm % 50 else -0.012, 0.0) for mm in range(0, 111, 10)]
    quads += [_bar(r, zero, -0.4, 110.4, -0.0006, 0.0006)]
    dots = np.arange(through.start[0] + 0.006, r - 0.008, 0.006)
    quads += [_bar(x, zero, -0.25, 0.25, 0.0, 0.003) for x in dots]
    parts = [_mark("depth_bar", "depth_bar", "mark", quads)]
    for k, who in enumerate(PLEXUS_MM):
        low, high = PLEXUS_MM[who]
        x = 0.0035 + k * _STEP_M
        parts.append(
            _mark(
                f"psoas_begins_{who}",
                "psoas_major",
                "psoas" + CUT,
                [_bar(r, zero, low - NEARER_MM, high - NEARER_MM, x, x + _BAR_M)],
            )
        )
        x += 2 * _STEP_M
        parts.append(_mark(f"plexus_{who}", "lumbar_plexus", "nerve" + CUT, [_bar(r, zero, low, high, x, x + _BAR_M)]))
    return parts


def _bar(r: float, zero: float, from_mm: float, to_mm: float, left: float, right: float) -> FloatArray:
    low, high = zero + from_mm * 1e-3, zero + to_mm * 1e-3
    return np.array([(r + left, low), (r + right, low), (r + right, high), (r + left, high)])


def _ticked(line: Line, long_m: float) -> list[FloatArray]:
    """Return a thin line into the body with a mark every centimetre."""
    p, way = np.array(line.start), np.array(line.way)
    side = np.array([way[1], -way[0]])
    half = 0.0004
    out = [np.array([p - half * side, p + half * side, p + long_m * way + half * side, p + long_m * way - half * side])]
    for k in range(int(long_m * 100) + 1):
        q, w = p + 0.01 * k * way, 0.0045 if k % 5 else 0.0070
        out.append(
            np.array(
                [
                    q - w * side - half * way,
                    q + w * side - half * way,
                    q + w * side + half * way,
                    q - w * side + half * way,
                ]
            )
        )
    return out


def _dashes(line: Line, long_m: float) -> list[FloatArray]:
    (x, y), half = line.start, 0.0004
    return [
        np.array([(x - half, y + k), (x + half, y + k), (x + half, y + k + 0.003), (x - half, y + k + 0.003)])
        for k in np.arange(0, long_m, 0.006)
    ]


# ---------------------------------------------------------------- the plates


def _view(view: str) -> View:
    said = {
        "loin": "The body cut across at the transverse process of L4 and seen from below: the patient's right is on "
        "the left of the picture, the front is at the top. A percussion head stands at the left loin only to show what "
        "lies before it.",
        "buttock": "The body cut across through the upper outer buttock and seen from below: the patient's right is on "
        "the left of the picture, the front is at the top.",
    }[view]
    title = {"loin": "At the loin: never", "buttock": "At the upper outer buttock"}[view]
    return view_at(view, 0, -90, _CENTRE[view], _WIDTH_M, _SIZE_PX, title, said)


def _plate(view: str) -> Plate:
    facts = reach_facts(view)
    body = _Cut(view)
    made = body()
    faces = {id for layer in section.cut_layers(SYSTEMS) for id in layer.parts}
    marks = tuple(id for id in made if id not in faces)
    told = " ".join(fact.text for fact in facts)
    never = techniques().never["abdomen"]
    layers = tuple(replace(layer, locked=layer.id in ("ground", "bones")) for layer in section.cut_layers(SYSTEMS))
    said = {
        "loin": f"A band outside the skin, hatched all round: {never.area[0].lower()}{never.area[1:]}, and spine, "
        "never. A line with a mark every centimetre runs from the head through the transverse process; beside the "
        "body the published depths stand as bars.",
        "buttock": "A band outside the skin: green where a device may be used, hatched where never. A line runs "
        "inwards from the head.",
    }[view]
    return Plate(
        id=f"percussion_reach_{view}",
        title="What a percussion head meets: " + {"loin": "the loin", "buttock": "the upper outer buttock"}[view],
        caption=" ".join([NOT_REACHED, *(fact.text for fact in facts[1:]), facts[0].text]),
        view=_view(view),
        layers=(*layers, Layer("marks", "Marks", marks, locked=True, sentence=f"{said} {told}")),
        labels=_labels(view, layers, made),
        facts=facts,
        description=(NOT_REACHED, told, f"{never.area}: never. {never.why}"),
        sources=tuple(
            dict.fromkeys(
                [*(k for f in facts for k in f.sources), *never.sources, "bogduk_ch9", "gray1918", *standing.SOURCES]
            )
        ),
        schematic=f"{standing.SCHEMATIC} {section.LEFT_OUT} The drawn body is slim; how thick its layers are is a "
        "drawing choice, and no depth is to be read off them.",
        depth_range_m=(-0.030, 0.030),
        body=body,
    )


def _labels(view: str, layers: tuple[Layer, ...], made: Mapping[str, Part]) -> tuple[LabelSpec, ...]:
    """Return the names of what the lines cross and of the marks; those of muscles on the patient's right."""
    wanted = {
        "loin": (
            "psoas_major",
            "quadratus_lumborum",
            "erector_spinae",
            "thoracolumbar_fascia",
            _PROCESS,
            "multifidus",
            "abdominal_aorta",
            "inferior_vena_cava",
            "external_oblique",
        ),
        "buttock": ("psoas_major", "iliacus", "gluteus_medius", "gluteus_maximus", "hip_bone", "sacrum"),
    }[view]
    out = []
    for name in wanted:
        paired = structure(name).paired
        own = name + ("_r" if paired else "")
        ids = [p.id for p in made.values() if p.structure == name and p.side in ("r", "") and len(p.mesh.v)]
        ids = [id for id in ids if any(id in layer.parts for layer in layers)]
        if ids:
            where = next(layer.id for layer in layers if ids[0] in layer.parts)
            out.append(LabelSpec(own, structure(name).name, tuple(ids), layer=where, weight=8))
    out.append(
        LabelSpec(
            "percussion_head",
            {"loin": "Head: never here", "buttock": "Head, floating,\nnot leant on"}[view],
            ("percussion_head",),
            layer="marks",
            weight=10,
        )
    )
    if view == "loin":
        out.append(_at(made, "never_abdomen", "From the front: never", (0.0, 0.5)))
        out.append(
            LabelSpec(
                "depth_bar",
                "Depth from the skin,\n1 cm a mark",
                point=_on_ruler(),
                layer="marks",
                side="right",
                weight=9,
                through=True,
            )
        )
        for who, (low, high) in PLEXUS_MM.items():
            out.append(
                LabelSpec(
                    f"psoas_begins_{who}",
                    f"Psoas begins, {who}:\n{low - NEARER_MM}–{high - NEARER_MM} mm",
                    (f"psoas_begins_{who}",),
                    layer="marks",
                    side="right",
                    weight=10,
                )
            )
            out.append(
                LabelSpec(
                    f"plexus_{who}",
                    f"Lumbar plexus, {who}:\n{low}–{high} mm",
                    (f"plexus_{who}",),
                    layer="marks",
                    side="right",
                    weight=10,
                )
            )
    else:
        out.append(_at(made, "allowed_gluteal", "May be used", (1.0, -0.3)))
        out.append(
            _at(made, "never_groin" if "never_groin" in made else "never_abdomen", "Never: belly and groin", (0.0, 1.0))
        )
    return tuple(out)


def _on_ruler() -> tuple[float, float, float]:
    zero = lines("loin")[0].start[1]
    return zero + 0.105, -_MARK_M, -_RULER_AT_M


def _at(made: Mapping[str, Part], id: str, text: str, way: tuple[float, float]) -> LabelSpec:
    """Return the label of a mark at its point that lies farthest to one side (right, up) of the picture."""
    v = made[id].mesh.v
    k = int((-v[:, 2] * way[0] + v[:, 0] * way[1]).argmax())
    x, y, z = (float(c) for c in v[k])
    return LabelSpec(id, text, point=(x, y, z), layer="marks", weight=9, through=True)
