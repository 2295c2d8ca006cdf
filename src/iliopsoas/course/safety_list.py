"""All safety content as one list: every row of every file, by its id, with its ground, ready for a qualified review."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from iliopsoas.atlas.strokes import Span, strokes
from iliopsoas.body.margins import margins
from iliopsoas.course.consent import Scene, consent
from iliopsoas.course.duties import WHEN, duties
from iliopsoas.course.exercises import Exercise, exercises
from iliopsoas.course.exercises import stop_rules as aftercare_stops
from iliopsoas.course.grounds import TRAINED
from iliopsoas.course.screening import ANY, GROUPS, OUTCOMES, Reason, screening
from iliopsoas.course.technique import Technique, techniques
from iliopsoas.course.thomas import Study, thomas_test
from iliopsoas.sources import reference

WEAK_MARK = "weak"
OWN_CHECK = f"{TRAINED} ({WEAK_MARK}): our own cross-check of answers"
OWN_STEPS = f"{TRAINED} ({WEAK_MARK}): our own sorting into steps; each question that leads here names its sources"
STUDY = "study"


class Row(Protocol):
    """What stands in the list: a row of any file that says on what it rests."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def basis(self) -> str:
        """On what it rests."""

    @property
    def is_weak(self) -> bool:
        """Whether that is weak."""

    @property
    def sources(self) -> tuple[str, ...]:
        """Reference keys."""


@dataclass(frozen=True)
class Line:
    """One row.

    Attributes
    ----------
    key : str
        Kind and id, such as "question.fever".
    cells : tuple of str
        Under the heads of its chapter.
    ground : str
        On what it rests, as printed; "" for what needs none.
    is_weak : bool
    """

    key: str
    cells: tuple[str, ...]
    ground: str = ""
    is_weak: bool = False


@dataclass(frozen=True)
class Chapter:
    """Rows of one kind under their heads."""

    title: str
    heads: tuple[str, ...]
    lines: tuple[Line, ...]


def ground(basis: str, weak: bool, sources: Iterable[str]) -> str:
    """Return on what a row rests, as printed: the kind of ground, the mark of a weak one, and the sources."""
    kind, named = f"{basis}{f' ({WEAK_MARK})' if weak else ''}", cited(sources)
    return f"{kind}: {named}" if named else kind


def mark(row: Row) -> str:
    """Return what is put behind a row on weak ground, where its whole ground is not printed; else nothing."""
    return f" ({WEAK_MARK})" if row.is_weak else ""


def cited(keys: Iterable[str]) -> str:
    """Return references as they are cited in a row."""
    return "; ".join(reference(key).short for key in keys)


def words(id: str) -> str:
    """Return an id as words."""
    special = {"call_999": "call 999", "gp_this_week": "GP this week", "thomas_test": "Thomas test"}
    return special.get(id, id.replace("_", " "))


def chapters() -> tuple[Chapter, ...]:
    """Return the whole list."""
    return tuple(Chapter(title, heads, tuple(lines)) for title, heads, lines in _chapters())


def weak_lines() -> tuple[Line, ...]:
    """Return the rows that rest on weak ground."""
    return tuple(line for chapter in chapters() for line in chapter.lines if line.is_weak)


def _chapters() -> Iterator[tuple[str, tuple[str, ...], Iterable[Line]]]:
    said, asked, done, tested = consent(), screening(), techniques(), thomas_test()
    yield (
        "Levels of qualification (UK)",
        ("Level", "may", "may not"),
        _each("level", said.levels.values(), lambda x: (f"Level {x.level}", x.may, x.may_not)),
    )
    yield (
        "Pieces of work",
        ("Work", "from level", "Taught here", "Note"),
        _each(
            "work", asked.works.values(), lambda x: (x.name, str(x.least_level), "yes" if x.offered else "no", x.note)
        ),
    )
    for when, title in WHEN.items():
        chosen = [duty for duty in duties().values() if duty.when == when]
        yield title, ("What", "Do", "Why"), _each("duty", chosen, lambda x: (x.name, x.do, x.why))
    yield (
        "Outcomes of the screening",
        ("Outcome", "What you do"),
        (Line(f"outcome.{id}", (words(id), text), OWN_STEPS, True) for id, text in OUTCOMES.items()),
    )
    heads = ("A yes means", "Do", "Why")
    for group in GROUPS:
        chosen_questions = [q for q in asked.questions.values() if q.group == group]
        yield (
            f"Screening: {group}",
            ("Question", *heads),
            _each("question", chosen_questions, lambda q: (q.ask, *meant(q))),
        )
    yield (
        "Screening: two answers together",
        ("Both", *heads),
        _each("rule", asked.rules.values(), lambda r: (together(r), *meant(r))),
    )
    yield (
        "Screening: answers that cannot all be right",
        ("Answers", "Ask"),
        (
            Line(
                f"contradiction.{c.id}",
                ("; ".join(f"{words(k)}: {v}" for k, v in c.answers.items()), c.ask),
                OWN_CHECK,
                True,
            )
            for c in asked.contradictions
        ),
    )
    yield (
        "Screening: asked only to compare",
        ("Question",),
        (Line(f"check.{id}", (text,), OWN_CHECK, True) for id, text in asked.checks.items()),
    )
    yield (
        "Said before consent",
        ("Element", "For example", "Why"),
        _each("element", said.elements.values(), lambda x: (x.name, f"“{x.say}”", x.why)),
    )
    yield "The rehearsal of consent", ("The client", "Replies"), _each("scene", said.scenes.values(), _scene)
    yield (
        "Draping",
        ("Where", "Steps", "Never"),
        _each("drape", said.drapes.values(), lambda x: (x.name, numbered(x.steps), x.never)),
    )
    yield (
        "Techniques",
        ("Technique", "Reaches", "Position", "Steps", "Pressure", "Dose"),
        _each("technique", done.techniques.values(), _technique),
    )
    yield from _strokes()
    yield (
        "Stop at once",
        ("Sign", "Do", "Outcome"),
        _each("stop", done.stops.values(), lambda x: (x.sign, x.do, words(x.outcome))),
    )
    yield "Never over, with a device", ("Area", "Why"), _each("never", done.never.values(), lambda x: (x.area, x.why))
    yield "Margins of the palpation map", ("Keep off", "Verdict", "Margin", "Why"), (
        Line(f"margin.{m.id}", (m.name, m.verdict, _far(m.margin_mm), m.why),
             f"{m.margin_from} {ground(m.basis, m.is_weak, m.sources)}", m.is_weak)
        for m in margins().values()
    )  # fmt: skip
    yield "What trials did with devices", ("Muscle", "People", "Beats a second", "Minutes", "Found"), (
        Line(f"device.{d.id}", (d.target, str(d.people), hertz(d.frequency_hz), f"{d.minutes:g}", d.found),
             ground(d.basis, d.is_weak, d.sources), d.is_weak)
        for d in done.devices.values()
    )  # fmt: skip
    yield "The modified Thomas test: signs", ("Sign", "taken to point to", "Note"), _each(
        "reading", tested.readings.values(),
        lambda x: (x.sign, f"{x.points_to}{' Contested.' if x.contested else ''}", x.note),
    )  # fmt: skip
    yield "The modified Thomas test: how good it is", ("People", "Found"), (_study(s) for s in tested.studies.values())
    yield "The article's sequence", ("The article", "Here", "Instead", "Why", "Claims"), _each(
        "article_step", done.article.values(),
        lambda s: (s.article, s.verdict, s.instead, s.why, ", ".join(c.upper() for c in s.claims)),
    )  # fmt: skip
    yield "Exercises", ("Exercise", "How", "Dose", "Adapt", "Not for", "Evidence"), map(_exercise, exercises().values())
    yield "Exercises: when to stop", ("Sign", "Do", "How fast"), _each(
        "aftercare_stop", aftercare_stops(), lambda s: (s.sign, s.act, words(s.tier))
    )  # fmt: skip


def _strokes() -> Iterator[tuple[str, tuple[str, ...], Iterable[Line]]]:
    """Yield the chapters on light effleurage as it is drawn: strokes, where none goes, rules, numbers."""
    rows = strokes()
    yield "Effleurage: the strokes", ("Stroke",), _each("stroke", rows.strokes.values(), lambda x: (x.text,))
    yield "Effleurage: where no stroke goes", ("Area", "Why"), _each(
        "stroke_area", rows.areas.values(), lambda x: (x.name, x.why)
    )  # fmt: skip
    yield "Effleurage: rules", ("Rule", "Note"), _each("stroke_rule", rows.rules.values(), lambda x: (x.text, x.note))
    yield "Effleurage: numbers", ("What", "How much"), _each(
        "stroke_number", rows.numbers.values(), lambda x: (words(x.id), _span(x))
    )  # fmt: skip


def _each(kind: str, rows: Iterable[Row], cells: Callable[[Any], tuple[str, ...]]) -> Iterator[Line]:
    for row in rows:
        yield Line(f"{kind}.{row.id}", cells(row), ground(row.basis, row.is_weak, row.sources), row.is_weak)


def meant(reason: Reason, work: str | None = None) -> tuple[str, str, str]:
    """Return what a question or rule leads to, what to do, and why; without a `work` also for which works."""
    where = "" if ANY in reason.works or work else f" ({', '.join(map(words, reason.works))})"
    declines = f"; declined: {', '.join(map(words, reason.declines))}" if reason.declines and not work else ""
    return f"{words(reason.outcome)}{where}{declines}", reason.do, reason.why


def together(rule: Reason) -> str:
    """Return the questions of a rule as one text."""
    return " And: ".join(screening().questions[id].ask for id in rule.all_of)


def numbered(steps: Iterable[str]) -> str:
    """Return steps as one text with their numbers, a line each."""
    return "\n".join(f"{n}. {step}" for n, step in enumerate(steps, 1))


def hertz(span: tuple[float, float] | None) -> str:
    """Return a range of frequencies, or that none was said."""
    return "not said" if span is None else " to ".join(dict.fromkeys(f"{f:g}" for f in span))


def _span(row: Span) -> str:
    return f"{' to '.join(dict.fromkeys(f'{x:g}' for x in (row.least, row.most)))} {row.unit}"


def _far(margin_mm: float) -> str:
    return f"{margin_mm:g} mm" if margin_mm else "over it"


def _scene(scene: Scene) -> tuple[str, str]:
    replies = (f"{'Right' if one.right else 'Wrong'}: “{one.text}” {one.why}" for one in scene.choices)
    return scene.client, numbered(replies)


def _technique(row: Technique) -> tuple[str, ...]:
    works = " ".join(screening().works[work].name + "." for work in row.works)
    dose = f"{row.minutes[0]:g} to {row.minutes[1]:g} minutes. {row.dose}"
    return f"{row.name}. {works}", row.reaches, row.position, numbered(row.steps), row.pressure, dose


def _study(row: Study) -> Line:
    return Line(f"study.{row.id}", (str(row.people), row.found), ground(STUDY, False, row.sources))


def _exercise(row: Exercise) -> Line:
    cells = (row.name, numbered(row.how), row.dose, " ".join(row.adapt), " ".join(row.not_for), row.evidence)
    is_custom = row.dose_rests_on == "custom"
    dose = f"dose: {row.dose_rests_on}{f' ({WEAK_MARK})' if is_custom else ''}"
    return Line(f"exercise.{row.id}", cells, f"{dose}; {cited(row.sources)}", is_custom)
