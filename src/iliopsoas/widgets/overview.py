"""How a learner stands: `progress()` shows what is due, what went wrong, topic by topic, and where the file lies."""

from __future__ import annotations

import html
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import traitlets

from iliopsoas.course.questions import Question
from iliopsoas.learning.bank import bank, in_a_line
from iliopsoas.learning.history import History
from iliopsoas.learning.progress import Progress, ProgressError
from iliopsoas.learning.proof import result
from iliopsoas.learning.schedule import Standing, standings
from iliopsoas.widgets import still
from iliopsoas.widgets.card import Card
from iliopsoas.widgets.drill import day
from iliopsoas.widgets.keeping import read_kept, shown
from iliopsoas.widgets.prove import results

SCRIPTS = ("controls.js", "progress.js", "overview.js")
_MOST = 6  # questions named in one list


class Overview(Card):
    """The card that shows how a learner stands, and hands out, takes in or deletes the progress file."""

    scripts = SCRIPTS
    stylesheets = ("questions.css",)

    spec = traitlets.Dict().tag(sync=True)

    def __init__(self) -> None:
        self._progress = Progress()
        super().__init__(spec=self._seen())
        self.on_msg(lambda _, message, __: self._answer(message))

    def _seen(self) -> dict[str, Any]:
        found, problem = read_kept(self._progress)
        notices = [*self._progress.notices, *([problem] if problem else [])]
        return summary(found, datetime.now(UTC)) | {
            "title": "Your progress",
            "still": "progress",
            "notices": notices,
            "where": shown(self._progress.path),
        }

    def _answer(self, message: Mapping[str, Any]) -> None:
        """Do what the learner asked for in the page, and say what came of it."""
        try:
            if message.get("type") == "download":
                self.send({"type": "file", "text": self._progress.content().decode("utf-8", "surrogateescape")})
                return
            if message.get("type") == "load":
                said = str(self._progress.merge(str(message.get("text", "")).encode("utf-8", "surrogatepass")))
            elif message.get("type") == "delete":
                self._progress.delete()
                said = "Your progress file was deleted."
            else:
                return
        except ProgressError as error:
            said = str(error)
        self.spec = self._seen()
        self.send({"type": "said", "text": said})

    def _ipython_display_(self, **_: Any) -> None:
        """Send two outputs: the same as text, then the widget that hides it."""
        e = html.escape
        lines = _plain_lines(self.spec)
        still.emit(
            f'<div data-still="progress">{"".join(f"<p>{e(line)}</p>" for line in lines)}</div>', "\n".join(lines)
        )
        still.emit_live(self)

    def __repr__(self) -> str:
        """Return a text without a memory address."""
        return "Overview()"


def progress() -> Overview:
    """Return how the learner stands; as the last line of a cell, it is shown.

    What is due, what one was sure of and got wrong, topic by topic, and how tests went. Its buttons download the
    progress file, load another one (what it holds is added, nothing is replaced), and delete it after a confirmation.
    """
    return Overview()


def summary(found: History, now: datetime) -> dict[str, Any]:
    """Return how a learner stands, as plain data: count, headline, lines, lists of questions, a table by topic."""
    known = bank()
    stand = {id: one for id, one in standings(found.answers, now).items() if id in known}
    due = [one for one in stand.values() if one.is_due(now)]
    urgent = [one.question for one in stand.values() if one.is_sure_and_wrong]
    urgent.sort(key=lambda id: (not known[id].safety, id))
    lines = []
    later = [one.due for one in stand.values() if not one.is_due(now)]
    if later:
        lines.append(f"The next one comes back {day(min(later), now)}.")
    lines += _test_lines(found)
    return {
        "count": len(found.events),
        "headline": _headline(len(stand), len(due)),
        "lines": lines,
        "lists": _lists(urgent, stand, known),
        "table": _by_topic(stand, known, now),
    }


def _headline(seen: int, due: int) -> str:
    if not seen:
        return "You have not answered a question yet."
    answered = f"{seen} {'question' if seen == 1 else 'questions'} answered"
    return f"{answered}; {due} due now." if due else f"{answered}; nothing is due now."


def _lists(urgent: list[str], stand: Mapping[str, Standing], known: Mapping[str, Question]) -> list[dict[str, Any]]:
    wrong = sorted(id for id, one in stand.items() if not one.right and not one.is_sure_and_wrong)
    lists = []
    for title, ids, is_warning in (
        ("You were sure, and it was not right", urgent, True),
        ("Not right when you answered last", wrong, False),
    ):
        if ids:
            more = [f"… and {len(ids) - _MOST} more"] if len(ids) > _MOST else []
            named = [in_a_line(known[id]) for id in ids[:_MOST]]
            lists.append({"title": title, "lines": [*named, *more], "isWarning": is_warning})
    return lists


def _by_topic(stand: Mapping[str, Standing], known: Mapping[str, Question], now: datetime) -> dict[str, Any]:
    rows = []
    for topic in dict.fromkeys(q.topic for q in known.values()):
        every = [q for q in known.values() if q.topic == topic]
        mine = [stand[q.id] for q in every if q.id in stand]
        if mine:
            right = sum(one.right for one in mine)
            rows.append([topic, f"{len(mine)} of {len(every)}", str(right), str(sum(one.is_due(now) for one in mine))])
    return {"head": ["Topic", "Answered", "Right last time", "Due now"], "rows": rows}


def _test_lines(found: History) -> list[str]:
    lines = []
    for test, asked in results(found)[-3:]:
        if asked:
            went = result(asked, test.answers)
            when = test.answers[-1].at.astimezone()
            verdict = "passed" if went.is_passed else "not passed yet"
            lines.append(
                f"Test of {when.day} {when.strftime('%B %Y')}: {verdict}, {went.right} of {went.asked} right, "
                f"safety {went.safety_right} of {went.safety_asked}."
            )
    return lines


def _plain_lines(spec: Mapping[str, Any]) -> list[str]:
    lists = [line for one in spec["lists"] for line in (f"{one['title']}:", *(f"- {text}" for text in one["lines"]))]
    table = [", ".join(f"{head.lower()} {cell}" for head, cell in zip(spec["table"]["head"], row, strict=True))
             for row in spec["table"]["rows"]]  # fmt: skip
    return [*spec["notices"], spec["headline"], *spec["lines"], *lists, *table, f"Your file: {spec['where']}"]
