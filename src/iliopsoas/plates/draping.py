"""Draping step by step: what sheet and towel cover at each step, and what is never uncovered, for three regions.

Words and states of the cloth are rows of the course (`consent.toml`), places are those of `iliopsoas.body.draping`.
"""

from __future__ import annotations

from collections.abc import Mapping

from iliopsoas.body import draping as where
from iliopsoas.course.consent import Drape, consent
from iliopsoas.course.safety_list import ground
from iliopsoas.plates import standing
from iliopsoas.plates.plate import Along, Fact, Folio, LabelSpec, Layer, LazyPlates, Plate, frame_key
from iliopsoas.plates.view import View, view_at
from iliopsoas.sources import UnknownName

SCHEMATIC = (
    "Skin and cloth are our own shapes on measured bones; which cloth covers what at which step, and every edge, is "
    "our own choice of teaching, hung on points that can be felt. No study prescribes it. The client is drawn "
    "standing; on the couch a sheet lies the same way."
)
SCOPE = "Within your qualification and local rules, with consent for this region, and learnt under supervision."
_SIZE_PX = (620, 838)
_VIEWS: Mapping[str, tuple[float, str]] = {
    "front": (0, "Seen from the front; the client's right is on the left of the picture."),
    "behind": (180, "Seen from behind; the client's right is on the right of the picture."),
}
# What is seen, by region and state of the cloth.
_SEEN: Mapping[str, Mapping[str, str]] = {
    "abdomen": {
        "covered": "The sheet covers everything.",
        "two_cloths": "A towel lies across the trunk down to the middle of the belly, and the sheet from there down.",
        "open": "Bare is the belly between the lowest ribs and the line between the front hip-bone points.",
    },
    "groin": {
        "covered": "The sheet covers pelvis and both legs.",
        "edge_in_crease": "The edge of the sheet lies in the groin crease; another cloth covers the thigh.",
        "open": "Bare is the right thigh from a hand's breadth below the crease; its inner side is covered.",
        "clothed": "Shorts, and a towel over the pelvis; the thighs below the shorts are bare and free to move.",
    },
    "gluteal": {
        "covered": "The sheet covers back, buttocks and legs.",
        "open": "Bare is the upper outer part of the right buttock: above the fold from the middle of the sacrum to "
        "the hip, below the crest. Sacrum, cleft and the left buttock are covered.",
    },
}


def draping_abdomen() -> Folio:
    """Return draping for work on the belly."""
    return _folio("abdomen")


def draping_groin() -> Folio:
    """Return draping for work on the front of hip and thigh."""
    return _folio("groin")


def draping_gluteal() -> Folio:
    """Return draping for work on the buttock."""
    return _folio("gluteal")


def _folio(region: str) -> Folio:
    row = consent().drapes[region]
    view = where.SEEN_FROM[region]
    ids = [f"step_{n}" for n in range(1, len(row.steps) + 1)]
    keys = {frame_key(view, id): n for n, id in enumerate(ids)}
    first_open = next(n for n, state in enumerate(row.covers) if state != "covered")
    return Folio(
        f"draping_{region}",
        f"Draping: {row.name.lower()}",
        LazyPlates(keys, lambda key: _plate(row, keys[key], key)),
        along=Along("Step", "", tuple((id, str(n)) for n, id in enumerate(ids, 1)), start=ids[first_open]),
        print_only=tuple(frame_key(view, ids[n]) for n in _told_apart(row)),
    )


def _told_apart(row: Drape) -> list[int]:
    """Return the first step with each state of the cloth but the one that shows nothing but cloth."""
    return [row.covers.index(state) for state in dict.fromkeys(row.covers) if state != "covered"]


def seen(region: str, state: str) -> str:
    """Return what a state of the cloth looks like, in words.

    Raises
    ------
    UnknownName
        For a state that the region does not have.
    """
    if state not in _SEEN[region]:
        raise UnknownName(f"state of draping of {region!r}", state, _SEEN[region])
    return _SEEN[region][state]


def _plate(row: Drape, number: int, key: str) -> Plate:
    state, step = row.covers[number], row.steps[number]
    told = f"Step {number + 1} of {len(row.steps)}. {step}"
    look = seen(row.id, state)
    rests_on = ground(row.basis, row.is_weak, row.sources)
    azimuth, side = _VIEWS[where.SEEN_FROM[row.id]]
    return Plate(
        id=f"draping_{row.id}_{number + 1}",
        title=f"{row.name}: step {number + 1}",
        caption=f"{told} {look} {row.never} {SCOPE}",
        view=_view(key, azimuth, f"{row.name}, step {number + 1}", f"{told} {look} {side}"),
        layers=_layers(row),
        labels=_labels(row.id, state),
        facts=(
            Fact("step", number + 1, "", told, row.sources),
            Fact("seen", state, "", look),
            Fact("never", "always", "", row.never, row.sources),
        ),
        description=(f"{told} {look}", row.never, f"Ground: {rests_on}.", SCOPE),
        sources=tuple(dict.fromkeys([*row.sources, "cityuhand2026", *standing.SOURCES])),
        schematic=SCHEMATIC,
        depth_range_m=(-0.32, 0.32),
        body=where.Draped(row.id, state),
    )


def _view(key: str, azimuth_deg: float, title: str, said: str) -> View:
    middle = (-0.05, (where.HIGH_M + where.LOW_M) / 2, 0.0)
    width = (where.HIGH_M - where.LOW_M) * _SIZE_PX[0] / _SIZE_PX[1]
    return view_at(key, azimuth_deg, 0, middle, width, _SIZE_PX, title, said)


def _layers(row: Drape) -> tuple[Layer, ...]:
    return (
        Layer(
            "skin",
            "Skin",
            ("skin", "thigh_skin_r", "thigh_skin_l"),
            locked=True,
            sentence="The skin of trunk and thighs.",
        ),
        Layer("sheet", "Sheet", ("sheet", "sheet_hem"), sentence="The sheet, as cloth over the body."),
        Layer("towel", "Second cloth", ("towel", "towel_hem"), sentence="The second cloth, at the steps that use one."),
        Layer("never", "Never uncovered", ("never",), sentence=f"Hatched: {row.never}"),
        Layer(
            "landmarks",
            "Landmarks",
            tuple(f"mark_{name}" for name in where.marks(row.id)),
            sentence="Dots: points that a hand can feel, and on the belly the navel.",
        ),
    )


_NAMES: Mapping[str, str] = {
    "asis": "Front hip-bone point",
    "pubic_tubercle": "Pubic tubercle",
    "navel": "Navel (varies)",
    "psis": "Back hip-bone point",
    "greater_trochanter": "Greater trochanter",
}


_BARE: Mapping[str, str] = {
    "abdomen": "Bare: belly",
    "groin": "Bare: thigh",
    "gluteal": "Bare: buttock,\nupper outer part",
}


def _labels(region: str, state: str) -> tuple[LabelSpec, ...]:
    names = {"clothed": ("Shorts", "Towel"), "two_cloths": ("Sheet", "Towel"), "open": ("Sheet", "Towel")}
    sheet, towel = names.get(state, ("Sheet", "Second cloth"))
    cloths = [LabelSpec("sheet", sheet, ("sheet",), layer="sheet", weight=9)]
    if state != "covered":
        cloths.append(LabelSpec("towel", towel, ("towel",), layer="towel", weight=9))
        cloths.append(LabelSpec("skin", _BARE[region], ("skin", "thigh_skin_r"), weight=10))
    return (
        *cloths,
        LabelSpec("never", "Never uncovered", ("never",), layer="never", weight=8),
        *(
            LabelSpec(f"mark_{name}", _NAMES[name], (f"mark_{name}",), layer="landmarks", weight=6)
            for name in where.marks(region)
        ),
    )
