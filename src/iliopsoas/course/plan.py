"""The session plan: what is done, in which order, for how many minutes; it will not print while anything is open.

A plan is a value: nothing about a client is kept anywhere unless its text is saved by whoever asked for it, and the
saved text says that it holds health data. Whatever is planned is screened: the work, the Thomas test when it is among
the measures, and the exercises for home as the teaching of a stretch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from iliopsoas.course.consent import consent
from iliopsoas.course.exercises import exercise, exercises
from iliopsoas.course.screening import OUTCOMES, Decision, Reason, screen, screening
from iliopsoas.course.technique import techniques
from iliopsoas.sources import UnknownName

SESSION_MIN = (15, 120)  # minutes that a session may have in all
MOST_EXERCISES = 2  # "One or two, shown and tried": technique.toml, the article's step on exercises
HOME_WORK = "hip_stretch"  # what the teaching of an exercise is in the screening
#: What every session has besides the work, and its least minutes: drawing choices of this course, no trial gives them.
FRAME: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "screening": ("Screening", 10),
        "consent": ("Consent and draping", 5),
        "before": ("Measure before", 5),
        "after": ("Measure after, aftercare, safety-net advice", 10),
    }
)
#: What may be measured before and after, and what it is in the screening.
MEASURES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "thomas": ("Thomas angle with the pelvis held, in words, each side", "thomas_test"),
        "scale": ("How strong the complaint is, from 0 (none) to 10", ""),
    }
)
PRIVATE = (
    "This sheet holds health data of a client: keep it as your data-protection duties say, or destroy it. "
    "Education, not medical advice; within your qualification, insurance and local rules."
)
#: What stands in the way of printing; the page fills in the same words (widgets/plan.js).
SAYS: Mapping[str, str] = MappingProxyType(
    {
        "no_work": "No work is planned.",
        "change": "{0}: build this change in first: {1}",
        "outcome": "{0}: {1}",
        "reason": "{0} {1}",
        "not_said": "Consent: {0} was not said.",
        "not_agreed": "Consent: the client has not said yes in words.",
        "frame": "{0}: {1} minutes; at least {2} are needed and cannot be cut.",
        "minutes": "{0}: {1} minutes; from {2} to {3}.",
        "twice": "{0} is planned twice.",
        "lasts": "The session lasts {0} minutes; from {1} to {2} can be planned.",
        "no_booking": "The time booked is not given.",
        "over": "The session lasts {0} minutes, {1} more than the {2} that are booked.",
        "no_measure": "Nothing is measured before and after.",
        "no_aftercare": "No aftercare is planned.",
        "many": "Aftercare: {0} exercises; one or two, shown and tried, are enough.",
        "not_for": "{0}: go through who must leave it out, with the client.",
    }
)


class PlanNotReady(ValueError):  # noqa: N818 - reads as what it is where it is caught
    """A plan that may not be printed; the message lists everything that is open."""


@dataclass(frozen=True)
class Step:
    """One step of the work: a technique, its minutes, and which work it is where the technique is used for several."""

    technique: str
    minutes: float
    work: str = ""

    def __post_init__(self) -> None:
        """Refuse a technique that there is not, one for another work, and minutes that are no positive number."""
        known = techniques().techniques
        if self.technique not in known:
            raise UnknownName("technique", self.technique, known)
        row = known[self.technique]
        object.__setattr__(self, "work", self.work or row.work)
        if self.work not in row.works:
            raise UnknownName(f"work of technique {self.technique!r}", self.work, row.works)
        _positive("minutes", self.minutes)

    @property
    def title(self) -> str:
        """What is done, and where when the technique is used at several places."""
        row = techniques().techniques[self.technique]
        return row.name if len(row.works) == 1 else screening().works[self.work].name


@dataclass(frozen=True)
class Obstacle:
    """Something that stands in the way of printing.

    Attributes
    ----------
    text : str
        What is open, in a sentence.
    field : str
        Where it is put right: "level", "booked", "steps", "measures", "aftercare", "agreed"; or with an id
        ("question:hernia", "consent:risks", "change:skin", "cleared:pigeon", "frame:before", "work:abdomen"), or with
        the number of a step from 0 ("minutes:1", "step:1").
    """

    text: str
    field: str


@dataclass(frozen=True)
class Plan:
    """A session.

    Attributes
    ----------
    level : int or None
        UK level of the therapist's qualification.
    answers : mapping
        Answers to the screening (see `iliopsoas.course.screening.screen`).
    said : tuple of str
        Elements of consent that were said.
    agreed : bool
        The client said yes, in words, after that.
    steps : tuple of Step
        The work, in order.
    booked : float or None
        Minutes that are booked.
    changes : tuple of str
        Ids of the reasons whose "adapt" was read and built in.
    aftercare, cleared : tuple of str
        Exercises that the client takes home, and those of which it was gone through who must leave them out.
    measures : tuple of str
        What is measured before and after, keys of `MEASURES`.
    frame : mapping of str to float
        Minutes of `FRAME`, where other than its least.
    """

    level: int | None
    answers: Mapping[str, object]
    said: tuple[str, ...]
    agreed: bool
    steps: tuple[Step, ...]
    booked: float | None = None
    changes: tuple[str, ...] = ()
    aftercare: tuple[str, ...] = ()
    cleared: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    frame: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse an exercise, a measure or a part of the frame that there is not, and minutes that cannot be."""
        for kind, names, known in (
            ("exercise", (*self.aftercare, *self.cleared), exercises()),
            ("measure", self.measures, MEASURES),
            ("part of a session", tuple(self.frame), FRAME),
        ):
            for name in names:
                if name not in known:
                    raise UnknownName(kind, name, known)
        for name, minutes in self.frame.items():
            _positive(f"minutes of {name}", minutes)
        if self.booked is not None:
            _positive("booked", self.booked)

    @property
    def minutes(self) -> float:
        """All minutes, of frame and work."""
        return sum(self.frame.get(name, least) for name, (_, least) in FRAME.items()) + sum(
            step.minutes for step in self.steps
        )

    @property
    def works(self) -> tuple[str, ...]:
        """Everything that is planned, as the screening knows it, each once."""
        measured = [MEASURES[name][1] for name in self.measures]
        home = [HOME_WORK] if self.aftercare else []
        return tuple(dict.fromkeys(w for w in [*(s.work for s in self.steps), *measured, *home] if w))

    def decisions(self) -> Mapping[str, Decision]:
        """Return what the screening says of everything that is planned, by its work."""
        return {work: screen(work, self.level, self.answers) for work in self.works}

    def obstacles(self) -> tuple[Obstacle, ...]:
        """Return everything that stands in the way of printing, each once; empty when it may be printed."""
        pairs = [*self._screened(), *self._asked(), *self._timed(), *self._measured()]
        return tuple(Obstacle(text, field) for text, field in dict.fromkeys(pairs))

    def problems(self) -> tuple[str, ...]:
        """Return everything that stands in the way of printing, a sentence each; empty when it may be printed."""
        return tuple(dict.fromkeys(one.text for one in self.obstacles()))

    def _screened(self) -> Iterator[tuple[str, str]]:
        if not self.steps:
            yield _say("no_work"), "steps"
        for work, decision in self.decisions().items():
            name = screening().works[work].name
            if decision.outcome == "adapt":
                for reason in decision.reasons:
                    if reason.id not in self.changes:
                        yield _say("change", name, reason.do), f"change:{reason.id}"
            elif decision.outcome != "clear":
                places = [_place(reason) for reason in decision.reasons]
                places += [_field(about, work) for about in decision.about]
                yield _say("outcome", name, OUTCOMES[decision.outcome]), places[0]
                for reason in decision.reasons:
                    yield _say("reason", reason.ask or reason.why, reason.do), _place(reason)
                for text, about in zip(decision.open, decision.about, strict=True):
                    yield text, _field(about, work)

    def _asked(self) -> Iterator[tuple[str, str]]:
        for element in consent().missing(self.said):
            yield _say("not_said", element.name), f"consent:{element.id}"
        if self.agreed is not True:
            yield _say("not_agreed"), "agreed"

    def _timed(self) -> Iterator[tuple[str, str]]:
        for name, (title, least) in FRAME.items():
            if self.frame.get(name, least) < least:
                yield _say("frame", title, self.frame[name], least), f"frame:{name}"
        for place, step in enumerate(self.steps):
            low, high = techniques().techniques[step.technique].minutes
            if not low <= step.minutes <= high:
                yield _say("minutes", step.title, step.minutes, low, high), f"minutes:{place}"
            if step.work in [earlier.work for earlier in self.steps[:place]]:
                yield _say("twice", step.title), f"step:{place}"
        low, high = SESSION_MIN
        if not low <= self.minutes <= high:
            yield _say("lasts", self.minutes, low, high), "steps"
        if self.booked is None:
            yield _say("no_booking"), "booked"
        elif self.minutes > self.booked:
            yield _say("over", self.minutes, self.minutes - self.booked, self.booked), "booked"

    def _measured(self) -> Iterator[tuple[str, str]]:
        if not self.measures:
            yield _say("no_measure"), "measures"
        if not self.aftercare:
            yield _say("no_aftercare"), "aftercare"
        if len(self.aftercare) > MOST_EXERCISES:
            yield _say("many", len(self.aftercare)), "aftercare"
        for id in self.aftercare:
            if id not in self.cleared:
                yield _say("not_for", exercise(id).name), f"cleared:{id}"

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
        lines = ["# Session plan", "", f"{self.minutes:g} of {self.booked:g} minutes booked. {PRIVATE}", ""]
        asked = len(screening().questions)
        lines += [f"1. **Screening** ({parts['screening']}): {asked} questions, asked today."]
        lines += [f"2. **Consent and draping** ({parts['consent']}): said were"]
        lines += [f"   - {element.name}: {element.say}" for element in consent().elements.values()]
        measures = "; ".join(MEASURES[name][0] for name in self.measures)
        lines += [f"3. **Measure before** ({parts['before']}): {measures}."]
        for number, step in enumerate(self.steps, 4):
            row = rows.techniques[step.technique]
            lines += [f"{number}. **{step.title}** ({step.minutes:g} min). {row.position} {row.reaches}"]
            lines += [f"   - {line}" for line in row.steps]
            lines += [f"   - Pressure: {row.pressure}"]
        lines += [f"{4 + len(self.steps)}. **After** ({parts['after']}): measure again. At home:"]
        lines += [f"   - {exercise(id).name}: {exercise(id).dose}" for id in self.aftercare]
        reasons = {r.id: r.do for decision in self.decisions().values() for r in decision.reasons}
        if reasons:
            lines += ["", "## Changes for this client", "", *(f"- {change}" for change in reasons.values())]
        lines += ["", "## Stop at once", "", *(f"- **{s.sign}.** {s.do}" for s in rows.stops.values())]
        lines += ["", "## Never over", "", *(f"- **{n.area}.** {n.why}" for n in rows.never.values())]
        return "\n".join(lines) + "\n"


def _say(word: str, *values: object) -> str:
    return SAYS[word].format(*(f"{v:g}" if isinstance(v, int | float) else v for v in values))


def _place(reason: Reason) -> str:
    return f"question:{reason.all_of[0] if reason.all_of else reason.id}"


def _field(about: str, work: str) -> str:
    return {"work": f"work:{work}", "level": "level"}.get(about, f"question:{about}")


def _positive(field: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise ValueError(f"{field} is {value!r}. Allowed: a number above 0.")
