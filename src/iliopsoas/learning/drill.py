"""What a drill asks, and in which order: first what is dangerous, then what is due, then a few that are new.

Pictures are mixed, so that no two in a row come from one plate where that can be helped: mixing was found to help with
pictures that are easily taken for each other, and not with words, so names and terms come in a block. What is new comes
in the order of the lessons.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from iliopsoas.course.questions import Question, questions
from iliopsoas.learning.bank import bank
from iliopsoas.learning.events import Event
from iliopsoas.learning.schedule import Standing, standings

MINUTES = 8
_NEW = 8  # in one drill, so that they do not crowd out what is due
_A_MINUTE = 3  # questions that a quick learner answers, reasons read; the rest waits for the next drill
_WORDS = "names"  # the topic that is vocabulary


@dataclass(frozen=True)
class Plan:
    """What one drill asks.

    Parameters
    ----------
    asked : tuple of Question
        In this order.
    due, new : int
        How many of them are due, and how many were never answered.
    waiting : int
        How many are due besides these.
    unseen : int
        How many questions of the chosen lessons were never answered, and are not asked now.
    next_due : datetime or None
        When the next is due that is not due now; None when nothing is waiting for its day.
    """

    asked: tuple[Question, ...]
    due: int
    new: int
    waiting: int
    unseen: int
    next_due: datetime | None


def plan(
    answers: Iterable[Event], now: datetime, minutes: float = MINUTES, lessons: Collection[str] | None = None
) -> Plan:
    """Choose what to ask now.

    Parameters
    ----------
    answers : iterable of Event
        All that was answered, in order.
    now : datetime
        The time, with its zone.
    minutes : float, optional
        How long the drill is meant to last; it sets how many questions are chosen.
    lessons : collection of str, optional
        Take questions of these lessons only. Otherwise due questions come from all, and new ones from the lessons in
        which the learner has answered something, or from the first lesson if there is none. Questions of a case come
        only once they were answered in a lesson or a test.
    """
    known = bank()
    stand = {id: one for id, one in standings(answers, now).items() if id in known}
    chosen = [q for q in known.values() if lessons is None or q.lesson in lessons]
    due = [q for q in chosen if q.id in stand and stand[q.id].is_due(now)]
    begun = _begun(stand, known) if lessons is None else set(lessons)
    fresh = [q for q in chosen if q.id in questions() and q.id not in stand and q.lesson in begun]
    room = max(1, round(minutes * _A_MINUTE))
    urgent = sorted((q for q in due if stand[q.id].is_sure_and_wrong), key=lambda q: (not q.safety, stand[q.id].last))
    usual = sorted((q for q in due if not stand[q.id].is_sure_and_wrong), key=lambda q: (stand[q.id].due, q.id))
    asked_due = [*urgent, *usual][:room]
    asked_new = fresh[: min(_NEW, room - len(asked_due))]
    first, then = asked_due[: len(urgent)], asked_due[len(urgent) :]
    later = [one.due for id, one in stand.items() if not one.is_due(now) and (lessons is None or known[id] in chosen)]
    return Plan(
        tuple([*first, *interleaved(then), *asked_new]),
        due=len(asked_due),
        new=len(asked_new),
        waiting=len(due) - len(asked_due),
        unseen=len(fresh) - len(asked_new),
        next_due=min(later, default=None),
    )


def interleaved(asked: Sequence[Question]) -> list[Question]:
    """Return the same questions: names and terms in blocks, one topic after the other, then the others mixed.

    Of the others none follows one of the same plate (or, without a plate, of the same topic) as long as another is
    left; among those that may follow, the earlier of the given order comes first.
    """
    words = [q for q in asked if _is_word(q)]
    others = [q for q in asked if not _is_word(q)]
    mixed: list[Question] = []
    while others:
        last = _theme(mixed[-1]) if mixed else None
        counts = {theme: sum(_theme(q) == theme for q in others) for theme in map(_theme, others)}
        crowded = next((theme for theme, n in counts.items() if theme != last and n >= len(others) - n), None)
        fits = [q for q in others if _theme(q) == crowded] or [q for q in others if _theme(q) != last] or others
        mixed.append(fits[0])
        others.remove(fits[0])
    return [*words, *mixed]


def _is_word(q: Question) -> bool:
    return q.plate is None and q.topic == _WORDS


def _theme(q: Question) -> str:
    return f"plate {q.plate.folio}" if q.plate else f"topic {q.topic}"


def _begun(stand: Mapping[str, Standing], known: Mapping[str, Question]) -> set[str]:
    """Return the lessons in which something was answered; for one who has answered nothing, the first lesson."""
    return {known[id].lesson for id in stand} or {min(q.lesson for q in known.values())}
