"""What a reader can look up about a structure or an attachment, as plain data for the browser."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from iliopsoas.atlas.attachments import Attachment, attachments, attachments_of, levels
from iliopsoas.atlas.structures import Structure, structures
from iliopsoas.sources import reference

CERTAINTY = {
    "varies": "People differ here.",
    "disputed": "Sources differ here.",
    "schematic": "The outline is schematic.",
}
# Kind of a structure to the heading that it stands under in the list.
GROUPS = {
    "muscle": "Muscles",
    "muscle part": "Muscles",
    "tendon": "Tendons and ligaments",
    "ligament": "Tendons and ligaments",
    "fascia": "Fascia",
    "bone": "Bones",
    "cartilage": "Bones",
    "joint": "Discs and joints",
    "disc": "Discs and joints",
    "landmark": "Bony landmarks",
    "vessel": "Vessels",
    "nerve": "Nerves",
    "organ": "Organs",
}
ATTACHMENTS = "Attachment areas"
# Kind of an attachment to the word for the place, where the bone's name alone does not say it.
PLACES = {
    "margin": "{on} {edge} margin",
    "body": "{on} body",
    "process": "{on} transverse process",
    "disc": "{on}",
    "fossa": "iliac fossa",
    "ala": "ala of the sacrum",
    "trochanter": "lesser trochanter",
    "shaft": "shaft of the femur",
    "ramus": "pubic bone",
}


def cards_of(ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return a card for every structure and attachment id among `ids`, in the order of the atlas.

    Returns
    -------
    dict
        Keys of a card: name, group, latin, say, synonyms, sentence, does, nerve, attachments (level, text), sources
        (text, url). What is not known is left out; an id that is neither structure nor attachment has no card.
    """
    wanted = set(ids)
    cards = {id: _structure_card(row) for id, row in structures().items() if id in wanted}
    order = [*dict.fromkeys(GROUPS.values()), *(card["group"] for card in cards.values())]
    cards = dict(sorted(cards.items(), key=lambda item: order.index(item[1]["group"])))
    return cards | {id: _attachment_card(one) for id, one in attachments().items() if id in wanted}


def source_lines(keys: Iterable[str]) -> list[dict[str, str]]:
    """Return short form, text and address of each source once, in order; an unknown key raises `UnknownReference`."""
    return [{"short": ref.short, "text": ref.text, "url": ref.link} for ref in map(reference, dict.fromkeys(keys))]


def _structure_card(row: Structure) -> dict[str, Any]:
    own = attachments_of(row.id)
    keys = [*row.all_sources, *(key for one in own for key in one.sources)]
    return _known(
        name=row.name,
        group=GROUPS.get(row.kind, row.kind.capitalize()),
        latin=row.latin,
        say=row.say,
        synonyms=list(row.synonyms),
        sentence=row.sentence,
        does=row.action.text if row.action else "",
        nerve=row.nerve.text if row.nerve else "",
        attachments=_by_level(own),
        sources=source_lines(keys),
    )


def _attachment_card(one: Attachment) -> dict[str, Any]:
    muscle = structures()[one.muscle]
    place = f"{one.role.capitalize()} of {_lower(muscle.name)}: {one.text}."
    level = _level_name(one)
    return _known(
        name=f"{muscle.name}: {place_of(one)}",
        group=ATTACHMENTS,
        sentence=" ".join(filter(None, [place, f"Level {level}." if level else "", CERTAINTY.get(one.certainty, "")])),
        sources=source_lines(one.sources),
    )


def place_of(one: Attachment) -> str:
    """Return the place in a few words: "L3 upper margin"."""
    edge = "upper" if one.id.endswith("_upper") else "lower"
    return PLACES[one.kind].format(on=structures()[one.on].name, edge=edge)


def _by_level(own: Iterable[Attachment]) -> list[dict[str, str]]:
    """Return a line for each level, its places joined, and one for each attachment that has no level."""
    lines: dict[str, list[str]] = {}
    others = []
    for one in own:
        level = _level_name(one)
        if level:
            lines.setdefault(level, []).append(place_of(one))
        else:
            others.append({"level": one.role.capitalize(), "text": one.text})
    return [*({"level": level, "text": "; ".join(places)} for level, places in lines.items()), *others]


def _level_name(one: Attachment) -> str:
    return next((level.name for level in levels() if level.id == one.level), "")


def _lower(name: str) -> str:
    """Return a name as it stands inside a sentence; "L3" keeps its capital."""
    return name if len(name) > 1 and not name[1].islower() else name[0].lower() + name[1:]


def _known(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}
