"""Everything that can be asked: the questions of the lessons, and those of the cases."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from iliopsoas.course.cases import cases
from iliopsoas.course.questions import Question, questions


@cache
def bank() -> Mapping[str, Question]:
    """Return every question by its id, in the order of the course; those of the cases come last."""
    return MappingProxyType({**questions(), **{q.id: q for one in cases().values() for q in one.questions}})


def is_on_plate(q: Question) -> bool:
    """Say whether a plate comes with the question, and not only with its answer."""
    return q.plate is not None and (q.kind == "click" or q.plate.shown == "with")


def in_a_line(q: Question) -> str:
    """Return what a question asks, as a line of a list: with its case named, and marked when it is about safety."""
    case = f"{q.vignette.split('. ')[0]}: " if q.vignette else ""
    return f"{'Safety: ' if q.safety else ''}{case}{q.question}"
