"""The questions that lessons ask: `question("q001")` is one of them, with its answer, its reason and its sources.

One row of ``questions.toml`` is one question. Every row has

==========  =======================================================================================
id          "q001", "q002", ...
lesson      "00" to "10"; a lesson asks its questions in the order of the file
topic       one of `TOPICS`
kind        one of `KINDS`; it says which further fields the row has
question    what is asked
why         why the answer is right, shown with it
sources     reference keys, at least one
safety      optional, true: the learner also says how sure he is, and "sure and wrong" comes back
plate       optional table: where the answer can be seen, see `Place`. What it names must be on the plate and not
            hidden there; the plates are drawn one layer higher, so `iliopsoas.widgets.places` checks that
==========  =======================================================================================

and, by its kind,

==========  =======================================================================================
choice      ``right``, one text, and ``wrong``, two or three tables with ``text`` and ``why``: why that
            answer tempts, and why it is wrong all the same
true_false  ``true``, the truth, and ``tempts``: why the other answer tempts
number      ``value``, ``unit``, ``tolerance`` (how far off still counts as right) and ``tempts``
order       ``items``, three to six texts in the right order, and ``tempts``
label       ``structure``, an id of the atlas: its name, its Latin name and its synonyms are all right
click       nothing more, but it needs ``plate``: the learner chooses the structure there, which has no names then. Its
            name may not stand in the question, so that who cannot see the plate can answer in words
reveal      ``answer``: the learner writes what he expects, reads the answer, and judges himself
==========  =======================================================================================

Answers are checked where the learner gives them, in the page (``widgets/questions.js``).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, get_args

from iliopsoas.atlas.structures import source_keys, structure, structures
from iliopsoas.course.claims import LESSONS
from iliopsoas.sources import DataError, UnknownName
from iliopsoas.sources.tables import Column, flag, list_of, number, one_of, read_rows, record, text

Kind = Literal["choice", "true_false", "number", "order", "label", "click", "reveal"]
Topic = Literal[
    "names", "bones and landmarks", "attachments", "neighbours", "function", "walking", "fascia and breath", "evidence",
    "stress", "sitting and tightness", "technique", "aftercare", "safety",
]  # fmt: skip
When = Literal["with", "after"]

FILE = "questions.toml"
KINDS: tuple[Kind, ...] = get_args(Kind)
TOPICS: tuple[Topic, ...] = get_args(Topic)
CHOICES = (3, 4)  # answers to choose from, the right one among them
STEPS = (3, 6)  # items to put in order


class UnknownQuestion(UnknownName):
    """No question has this id; the message names ids that look like it."""


@dataclass(frozen=True)
class Wrong:
    """An answer that is not right, and why it tempts or what it is instead."""

    text: str
    why: str


@dataclass(frozen=True)
class Place:
    """Where an answer can be seen: a structure in a view of a folio, all by id.

    Attributes
    ----------
    folio, view, structure : str
        `structure` is drawn there, or is a landmark that the plate names.
    shown : {"after", "with"}
        "after": the plate comes with the answer. "with": it comes with the question, the structure marked and without
        its name. A click shows it bare with the question, whatever this says.
    off : tuple of str
        Ids of layers that are taken off.
    stop : str
        Id of the stop of the plate's control that is lit instead of the structure, or "".
    """

    folio: str
    view: str
    structure: str
    shown: When = "after"
    off: tuple[str, ...] = ()
    stop: str = ""


@dataclass(frozen=True)
class Question:
    """One question; the module says what each field holds. Fields of other kinds are None."""

    id: str
    lesson: str
    topic: Topic
    kind: Kind
    question: str
    why: str
    sources: tuple[str, ...]
    safety: bool = False
    plate: Place | None = None
    right: str | None = None
    wrong: tuple[Wrong, ...] | None = None
    true: bool | None = None
    tempts: str | None = None
    value: float | None = None
    unit: str | None = None
    tolerance: float | None = None
    items: tuple[str, ...] | None = None
    structure: str | None = None
    answer: str | None = None
    vignette: str | None = None  # a case tells it before its questions

    @property
    def choices(self) -> tuple[str, ...]:
        """The answers of a choice, right and wrong, in an order that depends on nothing but the question."""
        if self.right is None or self.wrong is None:
            return ()
        return _mixed(self.id, [self.right, *(w.text for w in self.wrong)])

    @property
    def mixed_items(self) -> tuple[str, ...]:
        """The items of an order as they are first shown: never in the right order."""
        if self.items is None:
            return ()
        mixed = _mixed(self.id, self.items)
        return mixed if mixed != self.items else (*mixed[1:], mixed[0])

    @property
    def solution(self) -> str:
        """The right answer in words."""
        if self.kind == "click" and self.plate is not None:
            return structure(self.plate.structure).name
        if self.structure is not None:
            return structure(self.structure).name
        if self.value is not None:
            return f"{self.value:g} {self.unit}"
        if self.true is not None:
            return "True" if self.true else "False"
        return self.right or self.answer or " → ".join(self.items or ())


def question(id: str) -> Question:
    """Return the question with this id.

    Raises
    ------
    UnknownQuestion
        A KeyError whose message names ids that look like it.
    """
    try:
        return questions()[id]
    except KeyError:
        raise UnknownQuestion("question", id, questions()) from None


@cache
def questions() -> Mapping[str, Question]:
    """Return all questions by id, in the order of the file (read once, then kept)."""
    return read_questions(files("iliopsoas.course").joinpath(FILE).read_text(encoding="utf-8"))


def read_questions(toml: str, file: str = FILE) -> Mapping[str, Question]:
    """Parse and check a table of questions; raises `DataError` for anything that is not allowed."""
    of_kinds = {name: Column(c.check, required=False) for columns in OF_KIND.values() for name, c in columns.items()}
    rows = read_rows(file, toml, {"question": {**COMMON, **of_kinds}})["question"]
    for row in rows:
        _check_kind(file, row)
        _check_answer(file, row)
    return MappingProxyType({row["id"]: Question(**row) for row in rows})


def _check_kind(file: str, row: Mapping[str, Any]) -> None:
    """Check that a row has the fields of its kind, all of them and no others."""
    id, kind = row["id"], row["kind"]
    if not re.fullmatch(r"q\d{3}", id):
        raise DataError(file, id, "id", id, "q and three digits")
    wanted = OF_KIND[kind]
    for field in wanted:
        if row[field] is None:
            raise DataError(file, id, field, None, f"a value, because kind '{kind}' needs it")
    for field in dict.fromkeys(name for columns in OF_KIND.values() for name in columns):
        if field not in wanted and row[field] is not None:
            only = ", ".join(wanted) or "the fields that every question has"
            raise DataError(file, id, field, row[field], f"with kind '{kind}' only {only}")


def _check_answer(file: str, row: Mapping[str, Any]) -> None:
    """Check that there is one right answer, and that it can be found."""
    id = row["id"]
    if row["kind"] == "click":
        _check_click(file, row)
    elif row["kind"] == "choice":
        check_choice(file, id, "wrong", row["right"], row["wrong"])
    elif row["kind"] == "order":
        _check_count(file, id, "items", len(row["items"]), STEPS, "items")
        _check_different(file, id, "items", row["items"], "items that all differ, or there would be two right orders")
    elif row["kind"] == "number" and row["tolerance"] < 0:
        raise DataError(file, id, "tolerance", row["tolerance"], "0 or more")


def check_choice(file: str, id: str, field: str, right: str, wrong: Sequence[Wrong]) -> None:
    """Check that a choice has three or four answers, all different; raises `DataError`."""
    texts = [right, *(w.text for w in wrong)]
    _check_count(file, id, field, len(texts), CHOICES, "answers in all")
    _check_different(file, id, field, texts, "answers that all differ, or there would be two right ones")


def _check_click(file: str, row: Mapping[str, Any]) -> None:
    if row["plate"] is None:
        raise DataError(file, row["id"], "plate", None, "a value, because kind 'click' needs it")
    wanted = structure(row["plate"].structure)
    asked = f" {plain_words(row['question'])} "
    for name in (wanted.name, wanted.latin, *wanted.synonyms):
        if name and f" {plain_words(name)} " in asked:
            raise DataError(file, row["id"], "question", name, "words that do not name the structure itself")


def plain_words(text: str) -> str:
    """Return a text in small letters without marks, to look for a name in it."""
    return " ".join(re.findall("[a-z0-9]+", text.lower()))


def _check_count(file: str, id: str, field: str, count: int, limits: tuple[int, int], what: str) -> None:
    if not limits[0] <= count <= limits[1]:
        raise DataError(file, id, field, count, f"{limits[0]} to {limits[1]} {what}")


def _check_different(file: str, id: str, field: str, texts: Iterable[str], allowed: str) -> None:
    seen: set[str] = set()
    for one in texts:
        plain = "".join(c for c in one.casefold() if c.isalnum())
        if plain in seen:
            raise DataError(file, id, field, one, allowed)
        seen.add(plain)


def _mixed(id: str, texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(texts, key=lambda one: hashlib.sha256(f"{id} {one}".encode()).digest()))


_ID = text(r"[a-z0-9]+(_[a-z0-9]+)*", "small letters and digits joined by _")
_KEY = text(r"[a-z0-9]+(_{1,2}[a-z0-9]+)*", "small letters and digits joined by _ or, before a stop, __")
_STRUCTURE = one_of(tuple(structures()), "an id of structures.toml")
COMMON = {
    "lesson": Column(one_of(LESSONS)),
    "topic": Column(one_of(TOPICS)),
    "kind": Column(one_of(KINDS)),
    "question": Column(text()),
    "why": Column(text()),
    "sources": Column(source_keys()),
    "safety": Column(flag, required=False, default=False),
    "plate": Column(
        record(
            {
                "folio": Column(_ID),
                "view": Column(_KEY),
                "structure": Column(_STRUCTURE),
                "shown": Column(one_of(get_args(When)), required=False, default="after"),
                "off": Column(list_of(_ID), required=False, default=()),
                "stop": Column(_ID, required=False, default=""),
            },
            Place,
        ),
        required=False,
    ),
}
_TEMPTS = Column(text())
OF_KIND: Mapping[Kind, Mapping[str, Column]] = {
    "choice": {
        "right": Column(text()),
        "wrong": Column(list_of(record({"text": Column(text()), "why": Column(text())}, Wrong))),
    },
    "true_false": {"true": Column(flag), "tempts": _TEMPTS},
    "number": {"value": Column(number), "unit": Column(text()), "tolerance": Column(number), "tempts": _TEMPTS},
    "order": {"items": Column(list_of(text())), "tempts": _TEMPTS},
    "label": {"structure": Column(_STRUCTURE)},
    "click": {},
    "reveal": {"answer": Column(text())},
}
