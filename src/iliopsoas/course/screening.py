"""Screening before hands: `screen(work, level, answers)` says clear, adapt, or decline and refer, to whom and how fast.

It fails closed. "Unsure" counts as yes; a question without a clear answer, answers that cannot both be right, a level
or a work that is not known: none of them is ever clear. It sorts cases for teaching; it does not judge a client.

``screening.toml`` holds four kinds of rows besides `Work` and `Client`:

=============  ======================================================================================
question       ``ask``, and what a yes means: ``outcome``, for which ``works``, what to ``do``, ``why``; of these
               works it ``declines`` some outright
rule           two or more yes together (``all_of``) that mean more than each alone
contradiction  ``answers`` that cannot all be right, and what to ``ask`` then
check          a question whose answer is only compared with others
=============  ======================================================================================

Every question, rule and work says on what it rests (``basis``, one of `BASES`) and names sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, get_args

from iliopsoas.atlas.structures import source_keys
from iliopsoas.sources import DataError
from iliopsoas.sources.tables import Column, Refused, flag, list_of, one_of, read_rows, text, whole

Answer = Literal["yes", "no", "unsure"]
Outcome = Literal[
    "clear", "adapt", "ask_first", "not_today", "ask_doctor", "decline", "gp_this_week", "same_day",
    "emergency_department", "call_999",
]  # fmt: skip
Basis = Literal[
    "guideline", "official advice", "professional body", "manufacturer", "review of studies", "study", "case reports",
    "expert knowledge",
]  # fmt: skip
Group = Literal["today", "history", "medicines", "pregnancy", "hips and back", "the person"]

FILE = "screening.toml"
ANY = "any"
BASES: tuple[Basis, ...] = get_args(Basis)
WEAK: frozenset[str] = frozenset({"expert knowledge", "case reports", "manufacturer"})
GROUPS: tuple[Group, ...] = get_args(Group)
LEVELS = (3, 4, 5)
# From the safest to the most serious: what it says, with a time and a place. Numbers are those of the UK; elsewhere
# the country's own emergency number.
OUTCOMES: Mapping[Outcome, str] = MappingProxyType(
    {
        "clear": "Nothing found that speaks against it. Explain, ask for consent, go on asking while you work.",
        "adapt": "Only with the changes named here.",
        "ask_first": "Do not touch yet: a question is open. Ask, and screen again.",
        "not_today": "Not today. Another day, screened again.",
        "ask_doctor": "Not before the client's own doctor or clinical team has agreed to this work.",
        "decline": "Do not do this work.",
        "gp_this_week": "Do not treat. GP appointment within this week; same day if it gets worse.",
        "same_day": "Do not treat. GP practice or NHS 111 today, before anything else; emergency department if neither "
        "answers.",
        "emergency_department": "Do not treat. Emergency department (A&E) now; somebody else drives. Call 999 if the "
        "client gets worse.",
        "call_999": "Do not treat. Call 999 now (112 or the country's own number), stay with the client, send for the "
        "AED.",
    }
)
_SEVERITY = {outcome: rank for rank, outcome in enumerate(OUTCOMES)}
_ON_YES = tuple(o for o in OUTCOMES if o not in ("clear", "ask_first"))


@dataclass(frozen=True)
class Reason:
    """Why a decision is not simply clear: a question or rule that was met, with what to do and what it rests on."""

    id: str
    outcome: Outcome
    do: str
    why: str
    basis: Basis
    sources: tuple[str, ...]
    works: tuple[str, ...] = (ANY,)
    declines: tuple[str, ...] = ()
    ask: str = ""
    group: Group | Literal[""] = ""
    all_of: tuple[str, ...] = ()

    def for_work(self, work: str) -> Reason:
        """Return what it means for one piece of work."""
        return replace(self, outcome="decline") if work in self.declines else self

    @property
    def is_weak(self) -> bool:
        """Whether it rests on case reports, a maker's leaflet or expert knowledge alone."""
        return self.basis in WEAK


@dataclass(frozen=True)
class Work:
    """What may be planned.

    Attributes
    ----------
    least_level : int
        Lowest UK level of qualification at which it is usually taught; insurance and local rules may ask for more.
    offered : bool
        False for what this course does not teach at all: always declined.
    """

    id: str
    name: str
    least_level: int
    offered: bool
    note: str
    basis: Basis
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Contradiction:
    """Answers that cannot all be right, and what to ask then."""

    id: str
    answers: Mapping[str, str]
    ask: str


@dataclass(frozen=True)
class Client:
    """Somebody to practise on: what is told, what is planned at which level, what is answered yes, and how it ends."""

    id: str
    name: str
    told: str
    work: str
    level: int
    yes: tuple[str, ...]
    outcome: Outcome


@dataclass(frozen=True)
class Screening:
    """All rows of the screening, by id, in the order in which they are asked."""

    questions: Mapping[str, Reason]
    rules: Mapping[str, Reason]
    contradictions: tuple[Contradiction, ...]
    checks: Mapping[str, str]
    works: Mapping[str, Work]
    clients: Mapping[str, Client]

    def answers_of(self, client: Client) -> Mapping[str, str]:
        """Return all answers of a client: well, no medicine unless said, and no to whatever is not named."""
        rest = {"feels_well": "yes", "takes_no_medicine": "no"}
        return {**dict.fromkeys(self.questions, "no"), **rest, **dict.fromkeys(client.yes, "yes")}


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
    """

    outcome: Outcome
    reasons: tuple[Reason, ...]
    open: tuple[str, ...]

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
    open_ = [f"There is no question {id!r}." for id in answers if not _is_asked(data, id)]
    open_ += [f"Not answered: {ask}" for id, ask in _asks(data) if id not in given]
    counted = {id: "no" if said == "no" else "yes" for id, said in given.items()}
    open_ += [c.ask for c in data.contradictions if c.answers.items() <= counted.items()]
    yes = {id for id, said in counted.items() if said == "yes"}
    reasons = [
        q.for_work(work) for id, q in data.questions.items() if id in yes and (ANY in q.works or work in q.works)
    ]
    reasons += [rule for rule in data.rules.values() if yes.issuperset(rule.all_of)]
    least: list[Outcome] = ["ask_first"] if open_ else []
    planned = data.works.get(work)
    if planned is None:
        open_.append(f"There is no work {work!r}; there are {', '.join(data.works)}.")
        least.append("decline")
    elif not planned.offered:
        open_.append(f"{planned.name}: {planned.note}")
        least.append("decline")
    elif level not in LEVELS or isinstance(level, bool):
        open_.append(f"Level of qualification is {level!r}; there are {', '.join(map(str, LEVELS))}.")
        least.append("ask_first")
    elif int(str(level)) < planned.least_level:
        open_.append(f"{planned.name} is taught from level {planned.least_level}. {planned.note}")
        least.append("decline")
    reasons.sort(key=lambda reason: -_SEVERITY[reason.outcome])
    outcome: Outcome = max([*least, *(r.outcome for r in reasons)], key=_SEVERITY.__getitem__, default="clear")
    return Decision(outcome, tuple(reasons), tuple(open_))


def is_safer(one: Outcome, other: Outcome) -> bool:
    """Return whether `one` lets more happen than `other`."""
    return _SEVERITY[one] < _SEVERITY[other]


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
    rows = read_rows(file, toml, _TABLES)
    works = {row["id"]: Work(**row) for row in rows["work"]}
    questions = {row["id"]: Reason(**row) for row in rows["question"]}
    rules = {row["id"]: Reason(**row) for row in rows["rule"]}
    checks = {row["id"]: row["ask"] for row in rows["check"]}
    contradictions = tuple(Contradiction(**row) for row in rows["contradiction"])
    clients = {row["id"]: Client(**row) for row in rows["client"]}

    def known(entry: str, field: str, ids: tuple[str, ...], allowed: Mapping[str, Any]) -> None:
        for id in ids:
            if id not in allowed:
                raise DataError(file, entry, field, id, f"one of {', '.join(allowed)}")

    asked = {**questions, **checks}
    for q in questions.values():
        known(q.id, "works", tuple(w for w in q.works if w != ANY), works)
        known(q.id, "declines", q.declines, {w: works[w] for w in works if w in q.works or ANY in q.works})
        if q.declines and _SEVERITY[q.outcome] >= _SEVERITY["decline"]:
            raise DataError(
                file, q.id, "declines", q.declines, "left out, since its outcome is as serious for all works"
            )
    for rule in rules.values():
        known(rule.id, "all_of", rule.all_of, questions)
        worst = max(_SEVERITY[questions[id].outcome] for id in rule.all_of)
        if _SEVERITY[rule.outcome] < worst:
            raise DataError(
                file, rule.id, "outcome", rule.outcome, "nothing milder than what its answers ask for alone"
            )
    for c in contradictions:
        known(c.id, "answers", tuple(c.answers), asked)
    twice = (set(questions) & set(checks)) | (set(rules) & set(asked))
    if twice:
        raise DataError(file, min(twice), "id", min(twice), "an id that no other row has")
    frozen = MappingProxyType
    found = Screening(frozen(questions), frozen(rules), contradictions, frozen(checks), frozen(works), frozen(clients))
    for client in clients.values():
        known(client.id, "work", (client.work,), works)
        known(client.id, "yes", client.yes, questions)
        decided = screen(client.work, client.level, found.answers_of(client), found).outcome
        if decided != client.outcome:
            raise DataError(file, client.id, "outcome", client.outcome, f"{decided!r}, which the rows above lead to")
    return found


def _answers(value: object) -> Mapping[str, str]:
    if not isinstance(value, dict) or len(value) < 2 or not set(value.values()) <= {"yes", "no"}:
        raise Refused("a table of at least two answers, each yes or no", value)
    return MappingProxyType(dict(value))


_GROUND: dict[str, Column] = {"basis": Column(one_of(BASES)), "sources": Column(source_keys())}
_TABLES = {
    "question": {
        "group": Column(one_of(GROUPS)),
        "ask": Column(text(r".*\?", "a question")),
        "outcome": Column(one_of(_ON_YES)),
        "works": Column(list_of(text(), 1)),
        "declines": Column(list_of(text()), required=False, default=()),
        "do": Column(text()),
        "why": Column(text()),
        **_GROUND,
    },
    "rule": {
        "all_of": Column(list_of(text(), 2)),
        "outcome": Column(one_of(_ON_YES)),
        "do": Column(text()),
        "why": Column(text()),
        **_GROUND,
    },
    "contradiction": {"answers": Column(_answers), "ask": Column(text(r".*\?", "a question"))},
    "check": {"ask": Column(text(r".*\?", "a question"))},
    "client": {
        "name": Column(text()),
        "told": Column(text()),
        "work": Column(text()),
        "level": Column(whole(LEVELS[0], LEVELS[-1])),
        "yes": Column(list_of(text())),
        "outcome": Column(one_of(OUTCOMES)),
    },
    "work": {
        "name": Column(text()),
        "least_level": Column(whole(LEVELS[0], LEVELS[-1])),
        "offered": Column(flag),
        "note": Column(text()),
        **_GROUND,
    },
}
