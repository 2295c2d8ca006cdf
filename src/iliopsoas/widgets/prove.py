"""The test of lesson 10: `prove()` asks over all topics, tells right and wrong at the end, goes on after a break."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from iliopsoas.course.questions import TOPICS, Question
from iliopsoas.learning.bank import bank, is_on_plate
from iliopsoas.learning.events import event, new_id, next_order, written
from iliopsoas.learning.history import History
from iliopsoas.learning.progress import Progress
from iliopsoas.learning.proof import ITEMS, PASS_SHARE, Test, choose, tests
from iliopsoas.sources import UnknownName
from iliopsoas.widgets import places
from iliopsoas.widgets.keeping import as_answers, read_kept
from iliopsoas.widgets.questions import Questions


class Proof(Questions):
    """The card of one test.

    Parameters
    ----------
    asked : sequence of Question
        What the test asks, in this order.
    test : Test
        The test in the learner's file that is gone on with; one without answers is written there with the first answer.
    """

    def __init__(self, asked: Sequence[Question], test: Test) -> None:
        answered = len({one.data["question"] for one in test.answers})
        # A plate that would come with the answer is not shown in a test, so it is not drawn for it either.
        bare = [q if is_on_plate(q) else replace(q, plate=None) for q in asked]
        super().__init__(
            bare,
            "Test" if not answered else f"Test, gone on with after {answered} of {len(asked)}",
            len(asked),
            card="prove",
            part=test.part,
            **{"pass": PASS_SHARE, "files": lesson_files(self._places())},
        )
        see = {q.id: places.in_words(q.plate) for q in asked if q.plate}
        shown = [{**q, "see": see[q["id"]]} if q["id"] in see else q for q in self.spec["questions"]]
        self.spec = {**self.spec, "questions": shown}
        if answered:
            self.answers = as_answers(test.answers)
            return
        now = datetime.now(UTC)
        begun = {"event": test.id, "kind": "test", "at": written(now), "order": next_order(now, self._largest)}
        found, _ = read_kept(self._progress)
        self._before = (event({**begun, "device": found.device or "new", "questions": [q.id for q in asked]}),)

    @staticmethod
    def _places() -> tuple[Path, ...]:
        return (Path.cwd(), Progress().path.parent)


def prove(
    items: int = ITEMS, topic: str | Sequence[str] | None = None, seed: int | None = None, fresh: bool = False
) -> Questions:
    """Return the test; as the last line of a cell, it asks, or goes on with the test that was interrupted.

    Parameters
    ----------
    items : int, optional
        How many questions a new test asks.
    topic : str or sequence of str, optional
        Only these topics, such as "safety".
    seed : int, optional
        Which test: the same number gives the same test. Without it, a new one that avoids what the last one asked.
    fresh : bool, optional
        Begin a new test even if one was interrupted. What was answered stays in the progress file.

    Raises
    ------
    UnknownName
        A KeyError for a topic that there is not; the message names those that look like it.
    ValueError
        When `items` or `seed` is not a whole number, or `items` is not from 1 to 200.
    """
    topics = None if topic is None else (topic,) if isinstance(topic, str) else tuple(topic)
    for one in topics or ():
        if one not in TOPICS:
            raise UnknownName("topic", one, TOPICS)
    if isinstance(items, bool) or not isinstance(items, int) or not 1 <= items <= 200:
        raise ValueError(f"items is {items!r}. Allowed: a whole number from 1 to 200.")
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
        raise ValueError(f"seed is {seed!r}. Allowed: a whole number, or None.")
    found, _ = read_kept(Progress())
    begun = tests(found)
    if not fresh and seed is None and topics is None:
        open_test = _interrupted(begun)
        if open_test:
            return Proof([bank()[id] for id in open_test.asked], open_test)
    avoid = begun[-1].asked if begun and seed is None else ()
    asked = choose(secrets.randbelow(10**6) if seed is None else seed, items, topics, avoid)
    return Proof(asked, Test(new_id(), tuple(q.id for q in asked), ()))


def _interrupted(begun: Sequence[Test]) -> Test | None:
    """Return the last test if it was begun, is not done, and asks only what there still is."""
    if not begun or begun[-1].is_done or not all(id in bank() for id in begun[-1].asked):
        return None
    return begun[-1]


def lesson_files(places: Sequence[Path]) -> dict[str, str]:
    """Return the files of the lessons beside the learner's notebook, by the number of the lesson."""
    found: dict[str, str] = {}
    for place in reversed(places):
        for path in sorted(place.glob("[0-9][0-9]_*.ipynb"), reverse=True):
            if re.fullmatch(r"\d\d_[a-z_]+\.ipynb", path.name) and not path.stem.endswith("_fresh"):
                found[path.name[:2]] = path.name
    return found


def results(history: History) -> list[tuple[Test, list[Question]]]:
    """Return the tests that are done, with their questions, as far as the course still has them."""
    return [(one, [bank()[id] for id in one.asked if id in bank()]) for one in tests(history) if one.is_done]
