"""The test of lesson 10: which questions it asks, when it is passed, and what to study next.

The pass mark is a choice of this course: `PASS_SHARE` of all answers, and every answer that concerns safety.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from iliopsoas.course.cases import Case, cases
from iliopsoas.course.questions import Question, questions
from iliopsoas.learning.bank import is_on_plate
from iliopsoas.learning.events import Event
from iliopsoas.learning.history import History

PASS_SHARE = 0.8
ITEMS = 36  # 45 minutes with the time to look at a plate
LEAST_SAFETY = 10  # fewer would let safety be passed by luck
CASES = 5  # people among the items, each with all its questions in a row
DECLINED = 3  # of them are people whom one must not treat today, at least
_VIEWS = 6  # of plates in one test, if there are enough questions on them: each has to be drawn and sent
_OF_EACH = 1  # question of every topic at least, on a plate or not
_DECLINE = ("999", "emergency", "same_day", "gp")
_NOT_ASKED = ("reveal",)  # judged by the learner, so nothing a test can count


@dataclass(frozen=True)
class Result:
    """How a test went.

    Parameters
    ----------
    asked, right : int
        Questions, and those answered rightly.
    safety_asked, safety_right : int
        The same of those that concern safety.
    by_topic : mapping
        Right and asked of each topic.
    sure_and_wrong : tuple of str
        Ids of questions of which the learner was sure and was wrong.
    study : tuple of str
        Lessons with something missed, the most first; safety counts double.
    """

    asked: int
    right: int
    safety_asked: int
    safety_right: int
    by_topic: Mapping[str, tuple[int, int]]
    sure_and_wrong: tuple[str, ...]
    study: tuple[str, ...]

    @property
    def is_passed(self) -> bool:
        """Whether enough is right, and all that concerns safety."""
        return self.right >= PASS_SHARE * self.asked and self.safety_right == self.safety_asked


@dataclass(frozen=True)
class Test:
    """One test that a learner began: its id, what it asks, and the answers so far."""

    __test__ = False  # no test of the test runner

    id: str
    asked: tuple[str, ...]
    answers: tuple[Event, ...]

    @property
    def part(self) -> str:
        """What its answers carry in the progress file."""
        return f"test:{self.id}"

    @property
    def is_done(self) -> bool:
        """Whether everything is answered."""
        return {one.data["question"] for one in self.answers} >= set(self.asked)


def choose(
    seed: int, items: int = ITEMS, topics: Iterable[str] | None = None, avoid: Iterable[str] = ()
) -> tuple[Question, ...]:
    """Choose the questions of a test: the same for the same seed, none twice.

    Parameters
    ----------
    seed : int
        Which test; any whole number.
    items : int, optional
        How many questions; fewer if there are not so many.
    topics : iterable of str, optional
        Only these topics. Cases belong to safety.
    avoid : iterable of str, optional
        Ids that the last test asked; they come only if there are too few others.

    Returns
    -------
    tuple of Question
        Up to `CASES` cases, at least `DECLINED` of them of people whom one must not treat; at least `LEAST_SAFETY`
        questions about safety; at least `_OF_EACH` of every other topic; then questions on a plate until they are the
        greater part, and then the topics as evenly as they can be. The order is mixed, but the questions of a case
        stay together.
    """
    chance, wanted, used = random.Random(seed), None if topics is None else set(topics), set(avoid)
    pool = [q for q in questions().values() if q.kind not in _NOT_ASKED and (wanted is None or q.topic in wanted)]
    chance.shuffle(pool)
    pool.sort(key=lambda q: (q.id in used, not is_on_plate(q)))  # stable: mixed within each of the four
    units = _chosen_cases(chance, items // 2, used) if wanted is None or "safety" in wanted else []
    chosen = {q.id: q for unit in units for q in unit}
    safety = [q for q in pool if q.safety][: max(0, min(LEAST_SAFETY, items) - len(chosen))]
    singles = {q.id: q for q in safety}
    names = sorted({q.topic for q in pool})
    chance.shuffle(names)
    while len(chosen) + len(singles) < items:
        left = [q for q in pool if q.id not in singles]
        if not left:
            break
        so_far = (*chosen.values(), *singles.values())
        counts = Counter(q.topic for q in so_far)
        rare = [q for q in left if counts[q.topic] < _OF_EACH]
        pictures = [q for q in left if is_on_plate(q)] if sum(map(is_on_plate, so_far)) <= items / 2 else []
        views = {_view(q) for q in so_far} - {None}
        if len(views) >= _VIEWS:
            pictures = [q for q in pictures if _view(q) in views]
        left = rare or pictures or left
        fewest = min({q.topic for q in left}, key=lambda name: (counts[name], names.index(name)))
        of_topic = [q for q in left if q.topic == fewest]
        one = next((q for q in of_topic if len(views) < _VIEWS or _view(q) in {None, *views}), of_topic[0])
        singles[one.id] = one
    units += [(q,) for q in singles.values()]
    chance.shuffle(units)
    return tuple(q for unit in units for q in unit)


def _view(q: Question) -> tuple[str, str] | None:
    """Return the view that a question brings along; None for a question without."""
    return (q.plate.folio, q.plate.view) if q.plate and is_on_plate(q) else None


def _chosen_cases(chance: random.Random, room: int, used: set[str]) -> list[tuple[Question, ...]]:
    """Return the questions of a few cases, case by case, at most `room` questions in all."""
    every = list(cases().values())
    chance.shuffle(every)
    every.sort(key=lambda one: one.questions[0].id in used)
    declined = [one for one in every if one.tier in _DECLINE][:DECLINED]
    others = [one for one in every if one not in declined]
    found: list[Case] = []
    for one in (*declined, *others):
        if len(found) < CASES and sum(len(case.steps) for case in (*found, one)) <= room:
            found.append(one)
    return [one.questions for one in found]


def tests(history: History) -> tuple[Test, ...]:
    """Return the tests that a learner began, in order."""
    begun = [one for one in history.events if one.kind == "test"]
    return tuple(
        Test(
            one.id,
            tuple(dict.fromkeys(one.data["questions"])),
            tuple(answer for answer in history.answers if answer.data.get("part") == f"test:{one.id}"),
        )
        for one in begun
    )


def result(asked: Sequence[Question], answers: Iterable[Event]) -> Result:
    """Return how a test went; only the first answer to a question counts, and none counts as wrong."""
    first: dict[str, Event] = {}
    for one in answers:
        first.setdefault(one.data["question"], one)
    is_right = {q.id: q.id in first and first[q.id].data["right"] for q in asked}
    topics = dict.fromkeys(q.topic for q in asked)
    missed: dict[str, int] = {}
    for q in asked:
        if not is_right[q.id]:
            missed[q.lesson] = missed.get(q.lesson, 0) + (2 if q.safety else 1)
    return Result(
        len(asked),
        sum(is_right.values()),
        sum(q.safety for q in asked),
        sum(is_right[q.id] for q in asked if q.safety),
        {t: (sum(is_right[q.id] for q in asked if q.topic == t), sum(q.topic == t for q in asked)) for t in topics},
        tuple(q.id for q in asked if q.id in first and first[q.id].data.get("sure") and not is_right[q.id]),
        tuple(sorted(missed, key=lambda lesson: (-missed[lesson], lesson))),
    )
