"""When each question is due again: a function of what was answered and of the time, and of nothing else.

The intervals are those of FSRS (Free Spaced Repetition Scheduler), with its published default weights and without its
random spread, so that the same answers give the same dates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from types import MappingProxyType

from fsrs import Card, Rating, Scheduler, State

from iliopsoas.learning.events import Event

SOON = timedelta(minutes=10)  # after an answer that was wrong
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_DAYS = 365  # a course is taken again after years; nothing in it is put off for longer than one


@dataclass(frozen=True)
class Standing:
    """How a learner stands with one question.

    Parameters
    ----------
    question : str
        Its id.
    seen : int
        How often it was answered.
    right : bool
        Whether the last answer was right.
    is_sure_and_wrong : bool
        The last answer was wrong, and the learner had been sure of it.
    last, due : datetime
        When it was answered last, and when it is due again.
    """

    question: str
    seen: int
    right: bool
    is_sure_and_wrong: bool
    last: datetime
    due: datetime

    def is_due(self, now: datetime) -> bool:
        """Say whether it should be asked; what one was sure of and got wrong does not wait."""
        return self.is_sure_and_wrong or self.due <= now


def standings(answers: Iterable[Event], now: datetime) -> Mapping[str, Standing]:
    """Return how the learner stands with every question that was answered, by the id of the question.

    Parameters
    ----------
    answers : iterable of Event
        In their order, as `history.History.answers` gives them.
    now : datetime
        The time, with its zone. A clock that was wrong does no harm: an answer dated after now, or before the answer
        to the same question that it follows, counts as given when that one was, and the question is asked rather too
        soon.
    """
    now = now.astimezone(UTC)
    seen: dict[str, Standing] = {}
    cards: dict[str, Card] = {}
    for answer in answers:
        id, right, sure = answer.data["question"], answer.data["right"], answer.data.get("sure")
        before = seen.get(id)
        at = _believed(answer.at, before.last if before else None, now)
        card = cards.get(id) or Card(card_id=1, state=State.Learning, due=at)
        cards[id], _ = _scheduler().review_card(card, _rating(right, sure), at)
        seen[id] = Standing(
            id, before.seen + 1 if before else 1, right, bool(sure) and not right, at, cards[id].due.astimezone(UTC)
        )
    return MappingProxyType(seen)


def _rating(right: bool, sure: bool | None) -> Rating:
    """Return how an answer counts: right but not sure is remembered with difficulty."""
    if not right:
        return Rating.Again
    return Rating.Hard if sure is False else Rating.Good


def _believed(at: datetime, last: datetime | None, now: datetime) -> datetime:
    """Return when an answer was given as far as the clock can be believed."""
    earliest = last or _LONG_AGO
    return at if earliest <= at <= now else earliest


@cache
def _scheduler() -> Scheduler:
    return Scheduler(
        learning_steps=[SOON], relearning_steps=[SOON], maximum_interval=_LONGEST_DAYS, enable_fuzzing=False
    )
