"""Where each muscle holds on to bone and disc, level by level.

`attachments.toml` has a row for every attachment area (drawings add the side) and a row for every level of the
lumbar origin of psoas major. A level lights the areas that name it, so words, table and picture cannot part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, get_args

from iliopsoas.atlas.structures import sentence, source_keys, structures
from iliopsoas.sources import DataError, UnknownName, close_matches
from iliopsoas.sources.tables import Column, one_of, read_rows, text

Role = Literal["origin", "insertion"]
Kind = Literal["disc", "margin", "body", "process", "fossa", "ala", "trochanter", "shaft", "ramus"]
Certainty = Literal["firm", "varies", "disputed", "schematic"]

FILE = "attachments.toml"
# The muscle whose origins the levels count.
LEVELLED = "psoas_major"


class UnknownAttachment(UnknownName):
    """No attachment has this id; the message names ids that look like it."""


@dataclass(frozen=True)
class Attachment:
    """One area in which a muscle is attached, on either side of the body.

    Attributes
    ----------
    id : str
        Name of the area, without a side: "psoas_major_tp_l3".
    muscle : str
        Structure id of the muscle.
    role : {"origin", "insertion"}
        Nearer to or farther from the middle of the body.
    level : str or None
        Id of the lumbar level it belongs to, None where there is none.
    on : str
        Structure id of the bone or disc.
    kind : str
        What part of it: one of `Kind`.
    text : str
        Where, in plain words.
    sources : tuple of str
        Reference keys.
    certainty : {"firm", "varies", "disputed", "schematic"}
        Sources agree; people differ; sources differ; or the outline is a drawing choice.
    """

    id: str
    muscle: str
    role: Role
    level: str | None
    on: str
    kind: Kind
    text: str
    sources: tuple[str, ...]
    certainty: Certainty


@dataclass(frozen=True)
class Level:
    """One level of the lumbar origin of psoas major.

    Attributes
    ----------
    id, name : str
        "l3_l4" and "L3–L4".
    areas : tuple of str
        Attachment ids that this level lights: disc, margins, process.
    sentence : str
        What arises here, in one sentence for the screen.
    sources : tuple of str
        Reference keys.
    note : str
        What is a reading of ours and not the source's own word; empty where nothing is.
    """

    id: str
    name: str
    areas: tuple[str, ...]
    sentence: str
    sources: tuple[str, ...]
    note: str


def attachments() -> Mapping[str, Attachment]:
    """Return all attachments by id, in the order of the file."""
    return _package_data()[0]


def attachment(id: str) -> Attachment:
    """Return the attachment with this id; raises `UnknownAttachment` (a KeyError) naming ids that look like it."""
    try:
        return attachments()[id]
    except KeyError:
        raise UnknownAttachment("attachment", id, attachments()) from None


def attachments_of(muscle: str) -> tuple[Attachment, ...]:
    """Return the attachments of one muscle (a structure id), origins first; empty when it has none."""
    mine = [a for a in attachments().values() if a.muscle == muscle]
    return tuple(sorted(mine, key=lambda a: a.role != "origin"))


def levels() -> tuple[Level, ...]:
    """Return the levels of the lumbar origin of psoas major, from T12–L1 down to L5."""
    return _package_data()[1]


@cache
def _package_data() -> tuple[Mapping[str, Attachment], tuple[Level, ...]]:
    return read_attachments(files("iliopsoas.atlas").joinpath(FILE).read_text(encoding="utf-8"))


def read_attachments(toml: str, file: str = FILE) -> tuple[Mapping[str, Attachment], tuple[Level, ...]]:
    """Parse and check the attachments and their levels.

    Parameters
    ----------
    toml : str
        Text with [[level]] and [[attachment]] tables.
    file : str, optional
        Name used in errors.

    Returns
    -------
    tuple
        The attachments by id, and the levels in file order.

    Raises
    ------
    DataError
        A row breaks a rule, names a structure or level that does not exist, or a level lights nothing.
    """
    tables = read_rows(file, toml, {"level": _level_columns(), "attachment": _attachment_columns()})
    level_ids = tuple(row["id"] for row in tables["level"])
    for row in tables["attachment"]:
        if row["level"] is not None and row["level"] not in level_ids:
            like = close_matches(row["level"], level_ids)
            raise DataError(file, row["id"], "level", row["level"], ", ".join(level_ids), like)
    found = {row["id"]: Attachment(**row) for row in tables["attachment"]}
    return MappingProxyType(found), tuple(_level(row, found, file) for row in tables["level"])


def _level(row: dict[str, Any], found: Mapping[str, Attachment], file: str) -> Level:
    areas = tuple(a.id for a in found.values() if (a.muscle, a.role, a.level) == (LEVELLED, "origin", row["id"]))
    if not areas:
        raise DataError(file, row["id"], "areas", None, f"at least one origin of {LEVELLED} with this level")
    return Level(areas=areas, **row)


def _level_columns() -> dict[str, Column]:
    return {
        "name": Column(text()),
        "sentence": Column(sentence()),
        "sources": Column(source_keys()),
        "note": Column(sentence(), required=False, default=""),
    }


def _attachment_columns() -> dict[str, Column]:
    muscles = tuple(s.id for s in structures().values() if s.kind == "muscle")
    bones = tuple(s.id for s in structures().values() if s.kind in ("bone", "disc"))
    return {
        "muscle": Column(one_of(muscles, "the id of a structure of kind muscle")),
        "role": Column(one_of(get_args(Role))),
        "level": Column(text(), required=False),
        "on": Column(one_of(bones, "the id of a structure of kind bone or disc")),
        "kind": Column(one_of(get_args(Kind))),
        "text": Column(text()),
        "sources": Column(source_keys()),
        "certainty": Column(one_of(get_args(Certainty))),
    }
