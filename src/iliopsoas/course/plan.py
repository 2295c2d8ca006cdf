"""The session plan: what is done, in which order, for how many minutes; it will not print while anything is open.

A plan is a value: nothing about a client is kept anywhere unless its text is saved by whoever asked for it, and the
saved text says that it holds health data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from iliopsoas.course.consent import consent
from iliopsoas.course.screening import OUTCOMES, Decision, screen, screening
from iliopsoas.course.technique import techniques
from iliopsoas.sources import UnknownName

SESSION_MIN = (15, 120)  # minutes that a session may have in all
#: What every session has besides the work, and its least minutes: drawing choices of this course, no trial gives them.
FRAME: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "screening": ("Screening", 10),
        "consent": ("Consent and draping", 5),
        "before": ("Measure before", 5),
        "after": ("Measure after, aftercare, safety-net advice", 10),
    }
)
PRIVATE = (
    "This sheet holds health data of a client: keep it as your data-protection duties say, or destroy it. "
    "Education, not medical advice; within your qualification, insurance and local rules."
)


class PlanNotReady(ValueError):  # noqa: N818 - reads as what it is where it is caught
    """A plan that may not be printed; the message lists everything that is open."""


@dataclass(frozen=True)
class Step:
    """One step of the work: a technique and its minutes."""

    technique: str
    minutes: float


@dataclass(frozen=True)
class Plan:
    """A session.

    Attributes
    ----------
    level : int
        UK level of the therapist's qualification.
    answers : mapping
        Answers to the screening (see `iliopsoas.course.screening.screen`).
    said : tuple of str
        Elements of consent that were said.
    agreed : bool
        The client said yes, in words, after that.
    steps : tuple of Step
        The work, in order.
    changes : tuple of str
        Ids of the reasons whose "adapt" was read and built in.
    aftercare : tuple of str
        What the client takes home, a line each.
    measures : tuple of str
        What is measured before and after, a line each.
    frame : mapping of str to float
        Minutes of `FRAME`, where other than its least.
    """

    level: int
    answers: Mapping[str, object]
    said: tuple[str, ...]
    agreed: bool
    steps: tuple[Step, ...]
    changes: tuple[str, ...] = ()
    aftercare: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    frame: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a technique or a part of the frame that there is not, and minutes that are no positive number."""
        known = techniques().techniques
        for step in self.steps:
            if step.technique not in known:
                raise UnknownName("technique", step.technique, known)
            _positive("minutes", step.minutes)
        for name, minutes in self.frame.items():
            if name not in FRAME:
                raise UnknownName("part of a session", name, FRAME)
            _positive(f"minutes of {name}", minutes)

    @property
    def minutes(self) -> float:
        """All minutes, of frame and work."""
        return sum(self.frame.get(name, least) for name, (_, least) in FRAME.items()) + sum(
            step.minutes for step in self.steps
        )

    def decisions(self) -> Mapping[str, Decision]:
        """Return what the screening says of each piece of work, by the technique."""
        rows = techniques().techniques
        return {s.technique: screen(rows[s.technique].work, self.level, self.answers) for s in self.steps}

    def problems(self) -> tuple[str, ...]:
        """Return everything that stands in the way of printing, a sentence each; empty when it may be printed."""
        found = [] if self.steps else ["No work is planned."]
        for technique, decision in self.decisions().items():
            name = techniques().techniques[technique].name
            if decision.outcome == "adapt":
                unread = [reason for reason in decision.reasons if reason.id not in self.changes]
                found += [f"{name}: build this change in first: {reason.do}" for reason in unread]
            elif decision.outcome != "clear":
                found.append(f"{name}: {OUTCOMES[decision.outcome]}")
                found += [f"{reason.ask or reason.why} {reason.do}" for reason in decision.reasons]
                found += decision.open
        found += [f"Consent: {element.name} was not said." for element in consent().missing(self.said)]
        if self.agreed is not True:
            found.append("Consent: the client has not said yes in words.")
        for name, (title, least) in FRAME.items():
            if self.frame.get(name, least) < least:
                found.append(f"{title}: {self.frame[name]:g} minutes; at least {least} are needed and cannot be cut.")
        for step in self.steps:
            row = techniques().techniques[step.technique]
            if not row.minutes[0] <= step.minutes <= row.minutes[1]:
                found.append(f"{row.name}: {step.minutes:g} minutes; from {row.minutes[0]:g} to {row.minutes[1]:g}.")
        low, high = SESSION_MIN
        if not low <= self.minutes <= high:
            found.append(f"The session lasts {self.minutes:g} minutes; from {low} to {high} can be planned.")
        if not self.measures:
            found.append("Nothing is measured before and after.")
        if not self.aftercare:
            found.append("No aftercare is planned.")
        return tuple(dict.fromkeys(found))

    def sheet(self) -> str:
        """Return the plan as a sheet to print, in Markdown.

        Raises
        ------
        PlanNotReady
            While anything of `problems` is open; nothing is returned then.
        """
        if problems := self.problems():
            raise PlanNotReady("This plan is not printed yet:\n- " + "\n- ".join(problems))
        rows = techniques()
        parts = {name: f"{self.frame.get(name, least):g} min" for name, (_, least) in FRAME.items()}
        lines = ["# Session plan", "", f"{self.minutes:g} minutes in all. {PRIVATE}", ""]
        asked = len(screening().questions)
        lines += [f"1. **Screening** ({parts['screening']}): {asked} questions, asked today."]
        lines += [f"2. **Consent and draping** ({parts['consent']}): said were"]
        lines += [f"   - {element.name}: {element.say}" for element in consent().elements.values()]
        lines += [f"3. **Measure before** ({parts['before']}): {'; '.join(self.measures)}."]
        for number, step in enumerate(self.steps, 4):
            row = rows.techniques[step.technique]
            lines += [f"{number}. **{row.name}** ({step.minutes:g} min). {row.position} {row.reaches}"]
            lines += [f"   - {line}" for line in row.steps]
            lines += [f"   - Pressure: {row.pressure}"]
        after = 4 + len(self.steps)
        lines += [f"{after}. **After** ({parts['after']}): measure again. At home: {'; '.join(self.aftercare)}."]
        changes = [q.do for id, q in screening().questions.items() if id in self.changes]
        if changes:
            lines += ["", "## Changes for this client", "", *(f"- {change}" for change in changes)]
        lines += ["", "## Stop at once", "", *(f"- **{s.sign}.** {s.do}" for s in rows.stops.values())]
        lines += ["", "## Never over", "", *(f"- **{n.area}.** {n.why}" for n in rows.never.values())]
        return "\n".join(lines) + "\n"


def _positive(field: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise ValueError(f"{field} is {value!r}. Allowed: a number above 0.")
