"""Where on a plate a question asks or answers: checked against the plate, and as plain data for the page.

A question names folio, view and structure; the course's data cannot know the plates, which are drawn beside it, so what
it names is looked up here, when the question is about to be asked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from iliopsoas.atlas.structures import structure
from iliopsoas.course.questions import FILE, Place, Question
from iliopsoas.plates import pack
from iliopsoas.plates.catalogue import catalogue, folio
from iliopsoas.plates.layers import AREAS, Sheet
from iliopsoas.plates.merge import merged
from iliopsoas.plates.plate import Folio, Plate
from iliopsoas.sources import DataError, UnknownName
from iliopsoas.sources.errors import close_matches

LEAST_PX = 60  # what is smaller, or a sliver along an edge, can neither be seen nor pointed at
# What also counts as a structure, because it is a part of it.
PARTS: Mapping[str, tuple[str, ...]] = {
    "psoas_major": ("psoas_major_superficial", "psoas_major_deep", "tendinous_arches"),
    "iliopsoas": ("psoas_major", "psoas_major_superficial", "psoas_major_deep", "tendinous_arches", "iliacus"),
}


def pack_name(place: Place) -> str:
    """Return the name of the trait that holds the pack of a place; questions on one view share it."""
    return f"pack_{place.folio}__{place.view}"


def plate_of(place: Place) -> Plate:
    """Return the plate that a place is on."""
    return folio(place.folio).plate(place.view)


def same(structure: str) -> tuple[str, ...]:
    """Return the ids that count as a structure: its own, and those of its parts."""
    return (structure, *PARTS.get(structure, ()))


def shown_layers(place: Place) -> list[str]:
    """Return the ids of the layers that are shown, in the order of the plate.

    Attachment areas are painted only where one is marked: they would answer too many questions.
    """
    layers = plate_of(place).layers
    return [k.id for k in layers if k.id != AREAS and (k.locked or (k.on and k.id not in place.off))]


def check(question: Question, file: str = FILE) -> None:
    """Check that the plate of a question exists and has what the question names.

    Raises
    ------
    DataError
        Names file, question, field and what there is instead.
    """
    place = question.plate
    if place is None:
        return
    folios = {one.id: one for one in catalogue()}
    _one_of(file, question.id, "plate.folio", place.folio, folios)
    _one_of(file, question.id, "plate.view", place.view, folios[place.folio].plates)
    plate = plate_of(place)
    for layer in place.off:
        _one_of(file, question.id, "plate.off", layer, [k.id for k in plate.layers if not k.locked])
    if place.stop:
        _one_of(file, question.id, "plate.stop", place.stop, [stop.id for stop in plate.stops])
    names = {label.structure for label in plate.labels}
    parts = {part for layer in plate.layers for part in layer.parts}
    if place.structure not in names | {part.removesuffix("_r").removesuffix("_l") for part in parts}:
        # Rarely needed, and the body takes a moment: a slip is a part with an id of its own.
        drawn = {part.structure for id, part in plate.body().items() if id in parts}
        wholes = {whole for whole, its in PARTS.items() if drawn & set(its)}
        _one_of(file, question.id, "plate.structure", place.structure, sorted(names | drawn | wholes))


def check_visible(question: Question, drawn: bytes, file: str = FILE) -> None:
    """Check, on the drawn picture, that what a question names can be seen; raises `DataError` where it is hidden."""
    place = question.plate
    if place is None or place.stop:
        return
    if place.structure not in visible(drawn, tuple(shown_layers(place))):
        raise DataError(
            file, question.id, "plate.structure", place.structure, "a structure that nothing hides in this view"
        )


@lru_cache(maxsize=64)
def visible(drawn: bytes, on: tuple[str, ...]) -> frozenset[str]:
    """Return the ids of all structures that can be seen on a pack with these layers shown.

    A landmark can be seen where its name is placed; a muscle also where only a part of it is in sight.
    """
    head, sheet = pack.read(drawn)
    seen = _in_sight(sheet, frozenset(on))
    seen |= {head["names"][row[0]]["structure"] for row in _labels(head, on)}
    return frozenset(seen | {whole for whole, parts in PARTS.items() if seen & set(parts)})


def _in_sight(sheet: Sheet, on: frozenset[str]) -> set[str]:
    index = merged(sheet, on).index
    glass = {layer.id for layer in sheet.layers if layer.glass}
    pixels = {part.index: int((index == part.index).sum()) for part in sheet.parts if part.parent is None}
    for layer in sheet.layers:
        if layer.glass and layer.id in on:
            for part in sheet.parts:
                if part.layer in glass:
                    pixels[part.index] = pixels.get(part.index, 0) + int((layer.index == part.index).sum())
    return {part.structure for part in sheet.parts if pixels.get(part.index, 0) >= LEAST_PX}


def _labels(head: Mapping[str, Any], on: Collection[str]) -> list[list]:
    peelable = [layer["id"] for layer in head["layers"] if not layer["locked"]]
    mask = sum(1 << bit for bit, layer in enumerate(peelable) if layer in on)
    at = head["labels"].get(str(mask))
    return [] if at is None else head["layouts"][at]


def plain(question: Question) -> dict[str, Any]:
    """Return where a question shows something, as the page needs it."""
    place = question.plate
    assert place is not None
    plate = plate_of(place)
    layers = shown_layers(place)
    stop = plate.stop(place.stop) if place.stop else None
    return {
        "pack": pack_name(place),
        "structure": place.structure,
        "name": structure(place.structure).name,
        "same": list(same(place.structure)),
        "on": layers,
        "stop": place.stop,
        "shown": "bare" if question.kind == "click" else place.shown,
        "alt": plate.alt_for(layers),
        "lit": stop.sentence if stop else "",
        "schematic": plate.schematic,
    }


def in_words(place: Place) -> str:
    """Return where an answer can be seen: title of the folio and of its view."""
    one: Folio = folio(place.folio)
    return f"{one.title}, view {one.plate(place.view).view.title.lower()}"


def _one_of(file: str, entry: str, field: str, value: str, valid: Collection[str]) -> None:
    try:
        known = value in valid
    except UnknownName:  # a mapping that refuses what it does not have
        known = False
    if not known:
        matches = close_matches(value, valid)
        raise DataError(file, entry, field, value, f"one of {', '.join(list(valid)[:40])}", matches)
