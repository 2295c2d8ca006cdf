"""Consent before touch: what has to be said, who may do what, draping, and a rehearsal whose answers lead on.

``consent.toml`` holds four kinds of rows: ``element`` (what has to be said), ``level`` (UK level of qualification),
``drape`` (what is covered, step by step) and ``scene`` (one line of the client in the rehearsal, with choices of which
exactly one is right and each leads to a scene or to "end"). Every row says on what it rests, and names its sources.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from iliopsoas.atlas.structures import source_keys
from iliopsoas.body.draping import STATES
from iliopsoas.course.grounds import BASES, Basis, Grounded
from iliopsoas.sources import DataError, UnknownName
from iliopsoas.sources.tables import Column, Refused, flag, list_of, one_of, read_rows, record, text, whole

FILE = "consent.toml"
END = "end"


@dataclass(frozen=True)
class Element(Grounded):
    """One thing that has to be said before consent is asked for, with an example in the therapist's words."""

    id: str
    name: str
    say: str
    why: str
    basis: Basis
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Level(Grounded):
    """What a level of qualification may do and may not do, in the UK."""

    id: str
    level: int
    may: str
    may_not: str
    basis: Basis
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Drape(Grounded):
    """Draping of one region, step by step, and what is never uncovered.

    `covers` says for each step how the cloth lies: states of `iliopsoas.body.draping`.
    """

    id: str
    name: str
    steps: tuple[str, ...]
    covers: tuple[str, ...]
    never: str
    basis: Basis
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Reply:
    """One thing that the therapist may answer: what it covers, whether it is right and why, and where it leads."""

    text: str
    covers: tuple[str, ...]
    right: bool
    why: str
    next: str


@dataclass(frozen=True)
class Scene(Grounded):
    """One line of the client, and what may be answered."""

    id: str
    client: str
    choices: tuple[Reply, ...]
    basis: Basis
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Consent:
    """All rows by id, in the order of the file; the rehearsal begins with the first scene."""

    elements: Mapping[str, Element]
    levels: Mapping[str, Level]
    drapes: Mapping[str, Drape]
    scenes: Mapping[str, Scene]

    def missing(self, said: Iterable[str]) -> tuple[Element, ...]:
        """Return the elements that have not been said; consent is complete when there is none.

        Raises
        ------
        UnknownName
            For something that is not an element.
        """
        done = set(said)
        for id in done:
            if id not in self.elements:
                raise UnknownName("element of consent", id, self.elements)
        return tuple(e for id, e in self.elements.items() if id not in done)


@dataclass(frozen=True)
class Rehearsal:
    """Where a rehearsal stands after some replies.

    Attributes
    ----------
    scene : Scene or None
        The scene that waits for a reply; None at the end.
    wrong : int
        Replies that were not right.
    covered : tuple of str
        Elements of consent that were covered, in the order of `Consent.elements`.
    """

    scene: Scene | None
    wrong: int
    covered: tuple[str, ...]


def rehearse(replies: Sequence[int]) -> Rehearsal:
    """Return where the rehearsal stands after these replies, the number of each choice counted from 0.

    Raises
    ------
    ValueError
        A reply that the scene does not have, or a reply after the end.
    """
    data = consent()
    scene: Scene | None = next(iter(data.scenes.values()))
    wrong, covered = 0, set()
    for place, reply in enumerate(replies, 1):
        if scene is None:
            raise ValueError(f"reply {place} comes after the end of the rehearsal")
        if isinstance(reply, bool) or not isinstance(reply, int) or not 0 <= reply < len(scene.choices):
            raise ValueError(f"reply {place} is {reply!r}; scene {scene.id!r} has 0 to {len(scene.choices) - 1}")
        chosen = scene.choices[reply]
        wrong += not chosen.right
        covered |= set(chosen.covers)
        scene = None if chosen.next == END else data.scenes[chosen.next]
    return Rehearsal(scene, wrong, tuple(id for id in data.elements if id in covered))


@cache
def consent() -> Consent:
    """Return the rows of the package (read once, then kept)."""
    return read_consent(files("iliopsoas.course").joinpath(FILE).read_text(encoding="utf-8"))


def read_consent(toml: str, file: str = FILE) -> Consent:
    """Parse and check the rows; raises `DataError` for anything that is not allowed.

    A scene has exactly one right reply, every reply leads to a scene or to "end", a wrong reply does not lead on, and
    the right ones lead from the first scene to the end and cover every element.
    """
    rows = read_rows(file, toml, _TABLES)
    elements = {row["id"]: Element(**row) for row in rows["element"]}
    scenes = {row["id"]: Scene(**row) for row in rows["scene"]}
    for scene in scenes.values():
        if sum(reply.right for reply in scene.choices) != 1:
            raise DataError(file, scene.id, "choices", "right", "exactly one right reply")
        for reply in scene.choices:
            if reply.next not in (*scenes, END):
                raise DataError(file, scene.id, "choices.next", reply.next, f"{END}, {', '.join(scenes)}")
            if not reply.right and reply.next != scene.id:
                raise DataError(file, scene.id, "choices.next", reply.next, "the same scene again after a wrong reply")
            for id in reply.covers:
                if id not in elements:
                    raise DataError(file, scene.id, "choices.covers", id, ", ".join(elements))
    for row in rows["drape"]:
        known = STATES.get(row["id"], ())
        if len(row["covers"]) != len(row["steps"]):
            wanted = f"one state for each of {len(row['steps'])} steps"
            raise DataError(file, row["id"], "covers", " ".join(row["covers"]), wanted)
        for state in row["covers"]:
            if state not in known:
                raise DataError(file, row["id"], "covers", state, ", ".join(known) or "no region of that name")
    left = set(elements) - _covered_on_the_right_way(file, scenes)
    if left:
        raise DataError(file, "whole file", "scene", min(left), "replies that cover every element")
    return Consent(
        MappingProxyType(elements),
        MappingProxyType({row["id"]: Level(**row) for row in rows["level"]}),
        MappingProxyType({row["id"]: Drape(**row) for row in rows["drape"]}),
        MappingProxyType(scenes),
    )


def _covered_on_the_right_way(file: str, scenes: Mapping[str, Scene]) -> set[str]:
    covered: set[str] = set()
    id, seen = next(iter(scenes)), set()
    while id != END:
        if id in seen:
            raise DataError(file, id, "choices.next", id, "right replies that lead to the end, not in a circle")
        seen.add(id)
        right = next(reply for reply in scenes[id].choices if reply.right)
        covered |= set(right.covers)
        id = right.next
    unused = [name for name in scenes if name not in seen]
    if unused:
        raise DataError(file, unused[0], "id", unused[0], "a scene that right replies lead to")
    return covered


def _replies(value: object) -> tuple[Reply, ...]:
    if not isinstance(value, list) or not 2 <= len(value) <= 4:
        raise Refused("a list of two to four replies", value)
    return tuple(_REPLY(one) for one in value)


def _states(value: object) -> tuple[str, ...]:
    if not isinstance(value, str) or not value.split():
        raise Refused("states of the cloth, one for each step, with spaces between them", value)
    return tuple(value.split())


_REPLY = record(
    {
        "text": Column(text()),
        "covers": Column(list_of(text())),
        "right": Column(flag),
        "why": Column(text()),
        "next": Column(text()),
    },
    Reply,
)
_GROUND: dict[str, Column] = {"basis": Column(one_of(BASES)), "sources": Column(source_keys())}
_TABLES: dict[str, dict[str, Any]] = {
    "element": {"name": Column(text()), "say": Column(text()), "why": Column(text()), **_GROUND},
    "level": {"level": Column(whole(3, 5)), "may": Column(text()), "may_not": Column(text()), **_GROUND},
    "drape": {
        "name": Column(text()),
        "steps": Column(list_of(text(), 3)),
        "covers": Column(_states),
        "never": Column(text()),
        **_GROUND,
    },
    "scene": {"client": Column(text()), "choices": Column(_replies), **_GROUND},
}
