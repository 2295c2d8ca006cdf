"""The aftercare checker: `aftercare()` lets the learner predict what an exercise does to psoas, then the model answers.

Everything is worked out when the widget is made and sent with it, so it answers without a kernel too. The card for a
client is printed by the browser; nothing about a client is asked for, kept or sent.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import traitlets

from iliopsoas.course.checker import ASKED, WHY_SAME, WORDS, Answer, answer
from iliopsoas.course.exercises import Exercise, Leg, StopRule, exercise, exercises, stop_rules
from iliopsoas.course.safety_list import mark
from iliopsoas.widgets import still
from iliopsoas.widgets.card import Card
from iliopsoas.widgets.structure_cards import source_lines

SCRIPTS = ("controls.js", "aftercare.js")
TITLE = "Aftercare checker"
LEGEND = (
    "Change of the path since standing, in the hip model and the fascicles of this course. The range runs over the "
    "angles that people differ by, and for psoas also over the published levers of other bodies and models and from "
    "fascicles that run straight past a bent spine to fascicles held to it. "
    f"{WHY_SAME}"
)
WITHOUT_SOURCE = (
    "Rules marked “weak” rest on clinical teaching or case reports. No qualified tutor has reviewed the rules yet."
)
FURTHEST_MM = 80  # end of the bar on either side


class Aftercare(Card):
    """Exercises to predict, and a card to print.

    Parameters
    ----------
    offered : sequence of Exercise
        In the order in which they are offered.

    Attributes
    ----------
    answers : list of dict
        What the learner predicted, in order: ``id`` ("half_kneeling/back/psoas_high"); ``given`` (a word of
        `iliopsoas.course.checker.WORDS`); ``right`` (None where it depends on how the pose is done); ``n``, which
        answer to this it is.
    """

    scripts = SCRIPTS
    stylesheets = ("aftercare.css",)

    spec = traitlets.Dict().tag(sync=True)
    answers = traitlets.List(traitlets.Dict()).tag(sync=True)

    def __init__(self, offered: Sequence[Exercise]) -> None:
        if not offered:
            raise ValueError("There is nothing to check: no exercise was given.")
        self._offered = tuple(offered)
        self._key = f"aftercare {' '.join(one.id for one in self._offered)}"
        super().__init__(
            spec={
                "title": TITLE,
                "still": self._key,
                "exercises": [_plain(one) for one in self._offered],
                "asked": [{"id": a.id, "name": a.name, "hint": a.hint} for a in ASKED.values()],
                "choices": list(WORDS),
                "stops": [{"sign": s.sign, "act": s.act, "tier": s.tier, "mark": mark(s)} for s in _worst_first()],
                "stop_sources": source_lines(dict.fromkeys(key for s in stop_rules() for key in s.sources)),
                "without_source": WITHOUT_SOURCE,
                "legend": LEGEND,
                "furthest_mm": FURTHEST_MM,
                "words": {},
            }
        )

    def _still_html(self) -> str:
        e = html.escape
        rows = "".join(_exercise_html(one) for one in self._offered)
        stops = "".join(f"<li>{e(s.sign)}: <strong>{e(s.act)}</strong>{mark(s)}</li>" for s in _worst_first())
        return (
            f'<div data-still="{e(self._key)}"><p><strong>{TITLE}</strong></p>{rows}<p>{e(LEGEND)}</p>'
            f"<p><strong>When to stop</strong></p><ul>{stops}</ul><p>{e(WITHOUT_SOURCE)}</p></div>"
        )

    def _still_text(self) -> str:
        lines = [line for one in self._offered for line in _exercise_text(one)]
        return "\n".join([*lines, LEGEND, *(f"{s.sign}: {s.act}{mark(s)}" for s in _worst_first())])

    def _ipython_display_(self, **_: Any) -> None:
        """Send two outputs: the exercises as text with answers to unfold, then the widget that hides them."""
        still.emit(self._still_html(), self._still_text())
        still.emit_live(self)

    def __repr__(self) -> str:
        """Return a text without a memory address, so that outputs of notebooks compare equal."""
        return f"Aftercare({', '.join(one.id for one in self._offered)})"


def aftercare(*ids: str) -> Aftercare:
    """Return the aftercare checker; as the last line of a cell, it is shown.

    Parameters
    ----------
    *ids : str
        Ids of exercises, such as "half_kneeling"; one text may hold several. All of them when left out.

    Raises
    ------
    UnknownExercise
        A KeyError whose message names ids that look like the wrong one.
    """
    wanted = " ".join(ids).split() or list(exercises())
    return Aftercare([exercise(id) for id in dict.fromkeys(wanted)])


def _worst_first() -> tuple[StopRule, ...]:
    return stop_rules()[::-1]


def _plain(one: Exercise) -> dict[str, Any]:
    """Return an exercise as the page needs it, with the model's answers."""
    return {
        "id": one.id,
        "name": one.name,
        "aim": one.aim,
        "purpose": one.purpose,
        "how": list(one.how),
        "dose": one.dose,
        "dose_basis": _dose_basis(one),
        "adapt": list(one.adapt),
        "not_for": list(one.not_for),
        "instead": exercise(one.instead).name if one.instead else "",
        "evidence": one.evidence,
        "sources": source_lines(dict.fromkeys((*one.sources, *one.dose_sources, *_angle_sources(one)))),
        "legs": [_plain_leg(one, leg) for leg in one.leg],
    }


def _plain_leg(one: Exercise, leg: Leg) -> dict[str, Any]:
    return {
        "id": leg.id,
        "name": leg.name,
        "angles": [{"text": a.words, "basis": a.basis} for a in leg.angle],
        "answers": {asked: _plain_answer(answer(one.id, leg.id, asked)) for asked in ASKED},
    }


def _plain_answer(a: Answer) -> dict[str, Any]:
    return {
        "word": a.word,
        "text": a.text,
        "mm": a.mm,
        "low_mm": a.low_mm,
        "high_mm": a.high_mm,
        "open": a.is_open,
    }


def _dose_basis(one: Exercise) -> str:
    if one.dose_rests_on == "guideline":
        return "Seconds and days after a guideline on stretching in general; how often in a row is custom."
    return "Custom; no trial compared doses."


def _angle_sources(one: Exercise) -> list[str]:
    return [key for leg in one.leg for a in leg.angle for key in a.sources]


def _exercise_text(one: Exercise) -> list[str]:
    """Return an exercise in lines: what to do, then what the model says, then dose and limits."""
    said = [
        f"{leg.name}, {a.name}: {answer(one.id, leg.id, a.id).text}"
        for leg in one.leg
        for a in ASKED.values()
    ]  # fmt: skip
    angles = [f"{leg.name}. {a.words}. {a.basis}" for leg in one.leg for a in leg.angle]
    return [
        f"{one.name}. {one.purpose}",
        *one.how,
        *said,
        *angles,
        f"Dose: {one.dose} {_dose_basis(one)}",
        f"To adapt: {' '.join(one.adapt)}",
        f"Not for: {' '.join(one.not_for)}",
        one.evidence,
    ]


def _exercise_html(one: Exercise) -> str:
    e = html.escape
    first, *rest = _exercise_text(one)
    how, folded = rest[: len(one.how)], rest[len(one.how) :]
    steps = "".join(f"<li>{e(step)}</li>" for step in how)
    barred = "".join(f"<li>{e(text)}</li>" for text in one.not_for)
    lines = "".join(f"<p>{e(line)}</p>" for line in folded)
    return (
        f"<p><strong>{e(first)}</strong></p><ol>{steps}</ol><p>Not for:</p><ul>{barred}</ul>"
        f"<details><summary>Each leg: shorter, about the same or longer? Say it first, then open.</summary>"
        f"{lines}</details>"
    )
