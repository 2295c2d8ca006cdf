"""Questions in a lesson: `ask(lesson="02")` puts them on a card, one after the other, and says at once why.

Answers are checked in the page, with and without a kernel. With one, Python reads them from ``answers`` and writes them
into the learner's progress file. Nothing leaves the computer.

Questions on a plate bring its pack along, one for each view; the kernel draws it in the background and the page marks,
lights and finds what is pointed at.
"""

from __future__ import annotations

import html
import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import traitlets

from iliopsoas.atlas.structures import structures
from iliopsoas.course.cases import CASE_ID, case_questions
from iliopsoas.course.questions import Question, question, questions
from iliopsoas.learning.progress import Progress
from iliopsoas.plates.catalogue import folio
from iliopsoas.sources import UnknownName, reference
from iliopsoas.widgets import places, still
from iliopsoas.widgets.acetates import WAIT
from iliopsoas.widgets.drawing import full_pack
from iliopsoas.widgets.drawn import Drawn
from iliopsoas.widgets.keeping import Kept
from iliopsoas.widgets.structure_cards import source_lines
from iliopsoas.widgets.wire import pack_trait, words_trait

SCRIPTS = (
    "packs.js",
    "picture.js",
    "controls.js",
    "board.js",
    "progress.js",
    "answers.js",
    "fields.js",
    "questions.js",
    "drill.js",
    "prove.js",
)
MOST = 8  # questions in a row, before the learner is told how it went
_TO_DO = {
    "choice": "Choose one:",
    "true_false": "True or false?",
    "number": "",
    "order": "These are not in order yet:",
    "label": "",
    "click": "Choose it on the plate, or name it.",
    "reveal": "Write down what you think.",
}


class Questions(Kept, Drawn):
    """Questions on a card, one after the other.

    Parameters
    ----------
    asked : sequence of Question
        What to ask, in this order.
    title : str
        Stands on the card.
    most : int
        Questions in a row; the learner then sees how it went and may go on with the next ones.
    **spec
        What another kind of card tells its part of the page: ``card``, its name there, and what that needs.

    Attributes
    ----------
    answers : list of dict
        What the learner has answered, in order: ``id``; ``given`` (a text, a number, a list of texts, or None for "I do
        not know"); ``right``; ``sure`` (None where it was not asked); ``n``, which answer to this question it is.
        Setting it to an empty list begins again.
    error : str
        What went wrong while a plate was drawn, or "". The questions can be answered without it.

    Raises
    ------
    DataError
        When a question names a plate, view, layer or structure that there is not; with ``ILIOPSOAS_WAIT`` set, when all
        plates are drawn before the constructor returns, also when what it names is hidden there.
    """

    scripts = SCRIPTS
    stylesheets = ("questions.css",)

    spec = words_trait()
    answers = traitlets.List(traitlets.Dict()).tag(sync=True)

    def __init__(self, asked: Sequence[Question], title: str, most: int = MOST, **spec: Any) -> None:
        if not asked:
            raise ValueError("There is nothing to ask: no question was given.")
        if isinstance(most, bool) or not isinstance(most, int) or most < 1:
            raise ValueError(f"most is {most!r}. Allowed: a whole number, 1 or more.")
        self._asked = tuple(asked)
        self._key = f"questions {' '.join(q.id for q in self._asked)}"
        for q in self._asked:
            places.check(q)
        on_plate: dict[str, list[Question]] = {}
        for q in self._asked:
            if q.plate:
                on_plate.setdefault(places.pack_name(q.plate), []).append(q)
        wait = bool(os.environ.get(WAIT))
        packs = {name: _drawn(asking) if wait else b"" for name, asking in on_plate.items()}
        self.add_traits(**{name: pack_trait() for name in packs})
        super().__init__(
            **packs,
            spec={
                "title": title,
                "most": most,
                "still": self._key,
                "questions": [_plain(q) for q in self._asked],
                "packs": list(packs),
                "structures": _names() if any(q.kind in ("label", "click") for q in self._asked) else {},
                "words": {},
            }
            | spec,
        )
        self.begin_keeping(Progress())
        if not wait:
            for rank, (name, asking) in enumerate(on_plate.items()):
                self.draw_in_background(partial(self._send_pack, name, asking), rank=2 if rank == 0 else 3)

    def _send_pack(self, name: str, asking: Sequence[Question]) -> None:
        setattr(self, name, _drawn(asking))

    def _still_html(self) -> str:
        rows = "".join(f"<li>{_question_html(q)}</li>" for q in self._asked)
        title = html.escape(self.spec["title"])
        return f'<div data-still="{html.escape(self._key)}"><p><strong>{title}</strong></p><ol>{rows}</ol></div>'

    def _still_text(self) -> str:
        return "\n\n".join(_question_text(q) for q in self._asked)

    def _ipython_display_(self, **_: Any) -> None:
        """Send two outputs: the questions as text with answers to unfold, then the widget that hides them."""
        still.emit(self._still_html(), self._still_text())
        still.emit_live(self)

    def __repr__(self) -> str:
        """Return a text without a memory address, so that outputs of notebooks compare equal."""
        return f"Questions({', '.join(q.id for q in self._asked)})"


def _drawn(asking: Sequence[Question]) -> bytes:
    """Return the pack on which these questions are asked, once all that they name can be seen there."""
    place = asking[0].plate
    assert place is not None
    drawn = full_pack(folio(place.folio), place.view)
    for q in asking:
        places.check_visible(q, drawn)
    return drawn


def ask(*ids: str, lesson: str | None = None, most: int = MOST) -> Questions:
    """Return questions to be asked; as the last line of a cell, it asks them.

    Parameters
    ----------
    *ids : str
        Ids of questions, or of cases such as "K03"; one text may hold several, parted by blanks.
    lesson : str, optional
        Instead of ids: all questions of this lesson, such as "02", in the order of the course.
    most : int, optional
        Questions in a row, before the learner sees how it went and may go on.

    Raises
    ------
    UnknownName
        A KeyError for an unknown id, or a lesson without questions; the message names what there is.
    TypeError
        When both ids and a lesson are given, or neither.
    ValueError
        When `most` is not a whole number from 1 up.
    """
    wanted = " ".join(ids).split()
    if bool(wanted) == (lesson is not None):
        raise TypeError('ask takes ids of questions, such as ask("q001"), or a lesson, such as ask(lesson="02").')
    if lesson is None:
        cases = [id for id in wanted if CASE_ID.fullmatch(id)]
        title = "Questions" if len(cases) < len(wanted) else "Case" if len(cases) == 1 else "Cases"
        asked = {q.id: q for id in wanted for q in (case_questions(id) if id in cases else [question(id)])}
        return Questions(list(asked.values()), title, most)
    lessons = tuple(dict.fromkeys(q.lesson for q in questions().values()))
    if lesson not in lessons:
        raise UnknownName("lesson with questions", lesson, lessons)
    return Questions([q for q in questions().values() if q.lesson == lesson], f"Questions on lesson {lesson}", most)


def case(*ids: str) -> Questions:
    """Return cases to be solved, one after the other; as the last line of a cell, it shows them.

    Parameters
    ----------
    *ids : str
        Ids of cases, such as "K03"; one text may hold several, parted by blanks.

    Raises
    ------
    UnknownCase
        A KeyError whose message names the cases that look like the wrong one.
    """
    wanted = dict.fromkeys(" ".join(ids).split())
    asked = [q for id in wanted for q in case_questions(id)]
    return Questions(asked, "Case" if len(wanted) == 1 else "Cases", most=max(len(asked), 1))


def _plain(q: Question) -> dict[str, Any]:
    """Return a question as the page needs it; what the question does not have is left out."""
    fields = {
        "id": q.id,
        "kind": q.kind,
        "topic": q.topic,
        "lesson": q.lesson,
        "question": q.question,
        "safety": q.safety,
        "solution": q.solution,
        "why": q.why,
        "tempts": q.tempts,
        "choices": [{"text": text, "why": _why_of(q).get(text)} for text in q.choices] or None,
        "items": q.items,
        "mixed": q.mixed_items or None,
        "value": q.value,
        "unit": q.unit,
        "tolerance": q.tolerance,
        "structure": q.plate.structure if q.kind == "click" and q.plate else q.structure,
        "vignette": q.vignette,
        "see": places.in_words(q.plate) if q.plate else None,
        "plate": places.plain(q) if q.plate else None,
        "sources": source_lines(q.sources),
    }
    return {name: value for name, value in fields.items() if value is not None}


def _why_of(q: Question) -> Mapping[str, str]:
    return {wrong.text: wrong.why for wrong in q.wrong or ()}


def _names() -> dict[str, dict[str, Any]]:
    """Return name, every accepted name and the sentence of each structure, for labels typed by the learner."""
    return {
        id: {"name": s.name, "names": [n for n in (s.name, s.latin, *s.synonyms) if n], "sentence": s.sentence}
        for id, s in structures().items()
    }


def _lines(q: Question) -> list[str]:
    """Return what stands behind the question, once it is opened."""
    others = [f"Not “{text}”: {why}" for text, why in _why_of(q).items()]
    tempts = [f"Why the other answer tempts: {q.tempts}"] if q.tempts else []
    cited = "; ".join(reference(key).short for key in q.sources)
    return [f"{q.solution.rstrip('.')}.", q.why, *others, *tempts, f"Sources: {cited}."]


def _question_html(q: Question) -> str:
    e = html.escape
    offered = "".join(f"<li>{e(text)}</li>" for text in q.choices or q.mixed_items)
    lines = "".join(f"<p>{e(line)}</p>" for line in _lines(q))
    told = f"<p>{e(q.vignette)}</p>" if q.vignette else ""
    listed = f"<ul>{offered}</ul>" if offered else ""
    return f"{told}<p>{e(q.question)} {_TO_DO[q.kind]}</p>{listed}<details><summary>Answer</summary>{lines}</details>"


def _question_text(q: Question) -> str:
    offered = (f"- {text}" for text in q.choices or q.mixed_items)
    told = [q.vignette] if q.vignette else []
    return "\n".join([*told, f"{q.question} {_TO_DO[q.kind]}".rstrip(), *offered, *_lines(q)])
