"""Screening before hands: `screen(work, level, answers)` says clear, adapt, or decline and refer, to whom and how fast.

It fails closed. "Unsure" counts as yes; a question without a clear answer, answers that cannot both be right, a level
or a work that is not known: none of them is ever clear. It sorts cases for teaching; it does not judge a client.
The rows by which it decides are those of `iliopsoas.course.screening_rows`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import get_args

from iliopsoas.course.screening_file import FILE, parse
from iliopsoas.course.screening_rows import (
    ANY,
    GROUPS,
    LEVELS,
    OUTCOMES,
    SEVERITY,
    Answer,
    Client,
    Contradiction,
    Group,
    Outcome,
    Reason,
    Screening,
    Work,
)  # fmt: skip
from iliopsoas.sources import DataError

__all__ = [
    "ANY", "FILE", "GROUPS", "LEVELS", "OUTCOMES", "Answer", "Client", "Contradiction",
    "Decision", "Group", "Outcome", "Reason", "Screening", "Work", "is_safer", "read_screening", "screen", "screening",
]  # fmt: skip


@dataclass(frozen=True)
class Decision:
    """What the screening says.

    Attributes
    ----------
    outcome : str
        Key of `OUTCOMES`.
    reasons : tuple of Reason
        The most serious first.
    open : tuple of str
        What still has to be asked, said or known, a sentence each.
    about : tuple of str
        For each of `open` what it is about: the id of a question or check, "work" or "level".
    """

    outcome: Outcome
    reasons: tuple[Reason, ...]
    open: tuple[str, ...]
    about: tuple[str, ...]

    @property
    def text(self) -> str:
        """To whom and how fast, in words."""
        return OUTCOMES[self.outcome]


def screen(work: str, level: object, answers: Mapping[str, object], data: Screening | None = None) -> Decision:
    """Decide whether a piece of work may go on.

    Parameters
    ----------
    work : str
        What is planned, an id of `Screening.works`.
    level : int
        UK level of the therapist's qualification, 3 to 5.
    answers : mapping
        Id of a question or check to "yes", "no" or "unsure". What is missing, empty or anything else counts as open.
    data : Screening, optional
        By default that of the package.

    Returns
    -------
    Decision
        The most serious outcome that anything asks for; with something open it is at least "ask_first".
    """
    data = data or screening()
    given = {id: said for id, value in answers.items() if (said := _said(value)) and _is_asked(data, id)}
    open_ = [(f"There is no question {id!r}.", str(id)) for id in answers if not _is_asked(data, id)]
    open_ += [(f"Not answered: {ask}", id) for id, ask in _asks(data) if id not in given]
    counted = {id: "no" if said == "no" else "yes" for id, said in given.items()}
    open_ += [(c.ask, next(iter(c.answers))) for c in data.contradictions if c.answers.items() <= counted.items()]
    yes = {id for id, said in counted.items() if said == "yes"}
    reasons = [
        q.for_work(work) for id, q in data.questions.items() if id in yes and (ANY in q.works or work in q.works)
    ]
    reasons += [rule for rule in data.rules.values() if yes.issuperset(rule.all_of)]
    least: list[Outcome] = ["ask_first"] if open_ else []
    planned = data.works.get(work)
    if planned is None:
        open_.append(("No work of this course is chosen.", "work"))
        least.append("decline")
    elif not planned.offered:
        open_.append((f"{planned.name}: {planned.note}", "work"))
        least.append("decline")
    elif level not in LEVELS or isinstance(level, bool):
        open_.append((f"No level of qualification is chosen; there are {', '.join(map(str, LEVELS))}.", "level"))
        least.append("ask_first")
    elif int(str(level)) < planned.least_level:
        open_.append((f"{planned.name} is taught from level {planned.least_level}. {planned.note}", "work"))
        least.append("decline")
    reasons.sort(key=lambda reason: -SEVERITY[reason.outcome])
    outcome: Outcome = max([*least, *(r.outcome for r in reasons)], key=SEVERITY.__getitem__, default="clear")
    return Decision(outcome, tuple(reasons), tuple(text for text, _ in open_), tuple(about for _, about in open_))


def is_safer(one: Outcome, other: Outcome) -> bool:
    """Return whether `one` lets more happen than `other`."""
    return SEVERITY[one] < SEVERITY[other]


def _said(value: object) -> str:
    said = value.strip().lower() if isinstance(value, str) else ""
    return said if said in get_args(Answer) else ""


def _asks(data: Screening) -> list[tuple[str, str]]:
    return [*((id, q.ask) for id, q in data.questions.items()), *data.checks.items()]


def _is_asked(data: Screening, id: object) -> bool:
    return id in data.questions or id in data.checks


@cache
def screening() -> Screening:
    """Return the screening of the package (read once, then kept)."""
    return read_screening(files("iliopsoas.course").joinpath(FILE).read_text(encoding="utf-8"))


def read_screening(toml: str, file: str = FILE) -> Screening:
    """Parse and check a screening; raises `DataError` for anything that is not allowed."""
    found = parse(toml, file)
    for client in found.clients.values():
        decided = screen(client.work, client.level, found.answers_of(client), found).outcome
        if decided != client.outcome:
            raise DataError(file, client.id, "outcome", client.outcome, f"{decided!r}, which the rows above lead to")
    return found
