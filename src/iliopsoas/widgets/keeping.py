"""From a card of questions to the learner's file: each answer is written at once, and the card is told that it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import traitlets

from iliopsoas.learning.events import Event, LineError, event
from iliopsoas.learning.history import History
from iliopsoas.learning.progress import Progress, ProgressError

_FIELDS = ("event", "at", "order", "device")


class Kept(traitlets.HasTraits):
    """What a card of questions has besides its answers: whether they have reached the learner's file.

    Attributes
    ----------
    kept : dict
        ``count``: how many answers of this card are in the file; ``largest``: the order of the last event in it when
        the card was made; ``where``: the file, as shown to the learner;
        ``problem``: why the last ones are not, and what to do, or ""; ``notices``: what else the learner must know;
        ``more``: what a kind of card adds.
    """

    answers: Any
    kept = traitlets.Dict().tag(sync=True)

    def begin_keeping(
        self, progress: Progress, before: Sequence[Event] = (), more: Callable[[], Mapping[str, Any]] = dict
    ) -> None:
        """Write every answer from now on.

        Parameters
        ----------
        progress : Progress
            The learner's file.
        before : sequence of Event, optional
            What is written before the first answer, such as that a test was begun.
        more : callable, optional
            Returns what the card is told after each writing, besides.
        """
        self._progress, self._before, self._more = progress, tuple(before), more
        found, problem = read_kept(progress)
        self._largest = found.largest
        self._tell(problem)
        self.observe(lambda _: self._write(), "answers")

    def _write(self) -> None:
        try:
            events = as_events(self.answers)
            self._progress.add([*self._before, *events] if events else [])
        except (ProgressError, LineError) as error:
            self._tell(f"Your last answers are not in your file. {error}")
        else:
            self._tell("")

    def _tell(self, problem: str) -> None:
        count = self.kept.get("count", 0) if problem else sum("event" in one for one in self.answers)
        more = {} if problem else dict(self._more())
        self.kept = {
            "count": count,
            "largest": self._largest,
            "where": shown(self._progress.path),
            "problem": problem,
            "notices": list(self._progress.notices),
            "more": more,
        }


def as_events(answers: Iterable[Mapping[str, Any]]) -> list[Event]:
    """Return the answers of a card as events; those that no page has stamped, such as examples, are left out.

    Raises
    ------
    LineError
        When the page sent something that may not stand in a progress file; the message names field and value.
    """
    stamped = [one for one in answers if "event" in one]
    return [
        event(
            {"event": one["event"], "kind": "answer"}
            | {name: one.get(name) for name in _FIELDS[1:]}
            | {"question": one.get("id"), "given": one.get("given"), "right": one.get("right"), "sure": one.get("sure")}
            | {"part": one.get("part", "")}
        )
        for one in stamped
    ]


def as_answers(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Return events as the answers of a card, which goes on behind them."""
    counts: dict[str, int] = {}
    answers = []
    for one in events:
        id = one.data["question"]
        counts[id] = counts.get(id, 0) + 1
        fields = {name: one.data.get(name) for name in ("given", "right", "sure", *_FIELDS, "part")}
        answers.append({"id": id, "n": counts[id], **fields})
    return answers


def read_kept(progress: Progress) -> tuple[History, str]:
    """Return what the learner did, and why it could not be read ("" if it could); it is never raised in a lesson."""
    try:
        return progress.read(), ""
    except ProgressError as error:
        return History(), str(error)


def shown(path: Path) -> str:
    """Return a path as a learner finds it: from the home folder where it lies there."""
    try:
        return str(Path("~") / path.relative_to(Path.home()))
    except ValueError:
        return str(path)
