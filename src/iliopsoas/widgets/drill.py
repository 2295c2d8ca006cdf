"""The drill of a lesson: `drill()` asks what is due today, for eight minutes or until the learner stops."""

from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta

from iliopsoas.course.questions import questions
from iliopsoas.learning.drill import MINUTES, Plan, plan
from iliopsoas.learning.progress import Progress
from iliopsoas.learning.schedule import standings
from iliopsoas.sources import UnknownName
from iliopsoas.widgets.keeping import read_kept
from iliopsoas.widgets.prose import Prose
from iliopsoas.widgets.questions import Questions


class Drill(Questions):
    """The card of one drill.

    Parameters
    ----------
    chosen : Plan
        What to ask; at least one question.
    minutes : float
        What the learner is told about the time. Nothing ends by itself.
    """

    def __init__(self, chosen: Plan, minutes: float) -> None:
        super().__init__(
            chosen.asked, _title(chosen), len(chosen.asked), card="drill", part="drill", minutes=round(minutes)
        )
        self._more = self._next_due
        self._tell(self.kept["problem"])

    def _next_due(self) -> dict[str, str]:
        now = datetime.now(UTC)
        found, _ = read_kept(self._progress)
        mine = {q.id for q in self._asked}
        dates = [one.due for one in standings(found.answers, now).values() if one.question in mine and one.seen]
        return {"next": f"The first of these comes back {day(min(dates), now)}."} if dates else {}


def drill(lesson: str | None = None, minutes: float = MINUTES) -> Questions | Prose:
    """Return a drill of what is due now; as the last line of a cell, it asks.

    Parameters
    ----------
    lesson : str, optional
        Only questions of this lesson, such as "02". Without it, what is due of all lessons comes, and new questions of
        the lessons that were begun.
    minutes : float, optional
        How long it is meant to take. It sets how many questions are chosen; the time shown informs and ends nothing.

    Raises
    ------
    UnknownName
        A KeyError for a lesson without questions; the message names those that have some.
    ValueError
        When `minutes` is not from 1 to 60.
    """
    lessons = tuple(dict.fromkeys(q.lesson for q in questions().values()))
    if lesson is not None and lesson not in lessons:
        raise UnknownName("lesson with questions", lesson, lessons)
    if isinstance(minutes, bool) or not isinstance(minutes, (int, float)) or not 1 <= minutes <= 60:
        raise ValueError(f"minutes is {minutes!r}. Allowed: a number from 1 to 60.")
    now = datetime.now(UTC)
    progress = Progress()
    found, problem = read_kept(progress)
    chosen = plan(found.answers, now, minutes, None if lesson is None else [lesson])
    if chosen.asked:
        return Drill(chosen, minutes)
    return _nothing_due(chosen, now, lesson, [*progress.notices, *([problem] if problem else [])])


def _title(chosen: Plan) -> str:
    parts = [f"{chosen.due} due" if chosen.due else "", f"{chosen.new} new" if chosen.new else ""]
    return f"Drill: {' and '.join(part for part in parts if part)}"


def _nothing_due(chosen: Plan, now: datetime, lesson: str | None, notices: list[str]) -> Prose:
    """Say that there is nothing to drill, when there will be, and what can be done meanwhile."""
    of = f" in lesson {lesson}" if lesson else ""
    lines = [*notices, f"Nothing is due{of} now."]
    if chosen.next_due:
        lines.append(f"The next question comes back {day(chosen.next_due, now)}.")
    if lesson is None:
        lines.append('New questions come with the lessons that you begin. To take those of one: drill(lesson="02").')
    return Prose("".join(f"<p>{html.escape(line)}</p>" for line in lines), "\n".join(lines))


def day(due: datetime, now: datetime) -> str:
    """Return when something is due as a learner says it: in minutes, today, tomorrow, or on a day, by local time."""
    here, today = due.astimezone(), now.astimezone().date()
    if due <= now:
        return "as soon as you drill again"
    if due - now < timedelta(hours=1):
        return f"in {max(1, round((due - now).total_seconds() / 60))} minutes"
    if here.date() == today:
        return "later today"
    if here.date() == today + timedelta(days=1):
        return "tomorrow"
    return f"on {here.strftime('%A')} {here.day} {here.strftime('%B')}" + (
        f" {here.year}" if here.year != today.year else ""
    )
