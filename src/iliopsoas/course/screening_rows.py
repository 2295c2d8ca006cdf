"""What the screening is made of: outcomes, and the rows of ``screening.toml`` once they are read.

``screening.toml`` holds four kinds of rows besides `Work` and `Client`:

=============  ======================================================================================
question       ``ask``, and what a yes means: ``outcome``, for which ``works``, what to ``do``, ``why``; of these
               works it ``declines`` some outright
rule           two or more yes together (``all_of``) that mean more than each alone
contradiction  ``answers`` that cannot all be right, and what to ``ask`` then
check          a question whose answer is only compared with others
=============  ======================================================================================

Every question, rule and work says on what it rests (``basis``, one of `BASES`) and names sources.
`iliopsoas.course.screening_file` reads and checks them, `iliopsoas.course.screening` decides by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal, get_args

from iliopsoas.course.grounds import Basis, Grounded

Answer = Literal["yes", "no", "unsure"]
Outcome = Literal[
    "clear", "adapt", "ask_first", "not_today", "ask_doctor", "decline", "gp_this_week", "same_day",
    "emergency_department", "call_999",
]  # fmt: skip
Group = Literal["today", "history", "medicines", "pregnancy", "hips and back", "the person"]

ANY = "any"
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
SEVERITY = {outcome: rank for rank, outcome in enumerate(OUTCOMES)}


@dataclass(frozen=True)
class Reason(Grounded):
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


@dataclass(frozen=True)
class Work(Grounded):
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
