"""What the lessons on safe hands print: lists and tables from the checked data, never behind an interaction.

Plain HTML that follows the notebook's own colours and needs no kernel once it is there. What rests on weak ground says
so in its row.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from iliopsoas.body.margins import margins as palpation_margins
from iliopsoas.course.consent import consent
from iliopsoas.course.duties import INCIDENT, WHEN
from iliopsoas.course.duties import duties as all_duties
from iliopsoas.course.grounds import Grounded
from iliopsoas.course.measure import ERROR_DEG
from iliopsoas.course.measure import SOURCES as ERROR_SOURCES
from iliopsoas.course.safety_list import OWN_STEPS, chapters, cited, ground, hertz, meant, together, weak_lines, words
from iliopsoas.course.screening import ANY, GROUPS, OUTCOMES, Reason, screening
from iliopsoas.course.signoff import reviews
from iliopsoas.course.technique import techniques
from iliopsoas.sources import UnknownName
from iliopsoas.widgets.prose import Prose

FIRST = (
    "Education, not medical advice. Hands-on work is learnt from a teacher, under supervision. Work within your "
    "qualification, your insurance and your local rules; this course qualifies nobody."
)
LOOK = "text-align:left;vertical-align:top;white-space:pre-line"
# Where five columns have no room, each row stands as a card and each cell says which column it is.
STACKED = (
    ".iliopsoas-rows{container-type:inline-size}@container (max-width:38em){"
    ".iliopsoas-rows :is(table,caption,tbody,tr,th,td){display:block;box-sizing:border-box;width:100%}"
    ".iliopsoas-rows thead{display:none}.iliopsoas-rows td::before{content:attr(data-head);font-weight:600}}"
)


def first_screen(lesson: str) -> Prose:
    """Return what stands first in a lesson on safe hands: scope, who reviewed it, and what rests on weak ground.

    Parameters
    ----------
    lesson : str
        "07" or "08".

    Raises
    ------
    UnknownName
        For another lesson.
    """
    known = {id.removeprefix("lesson_"): review for id, review in reviews().items()}
    if lesson not in known:
        raise UnknownName("lesson with a review", lesson, known)
    grounded = [line for chapter in chapters() for line in chapter.lines if line.ground]
    share = f"{len(weak_lines())} of {len(grounded)} safety rows rest on case reports, a maker's leaflet or expert "
    share += "knowledge alone."
    lines = [FIRST, known[lesson].text, f"{share} They are marked “weak”, and wait for that review."]
    return Prose("".join(f"<p><strong>{html.escape(line)}</strong></p>" for line in lines), "\n".join(lines))


def levels() -> Prose:
    """Return what each level of qualification may do and may not do in the UK."""
    rows = [
        [f"Level {row.level}", row.may, row.may_not, ground(row.basis, row.is_weak, row.sources)]
        for row in consent().levels.values()
    ]
    return _table("What each level of qualification may do (UK)", ["Level", "may", "may not", "Ground"], rows)


def duties(*when: str) -> Prose:
    """Return what belongs to safe work besides hands, by default all of it.

    Parameters
    ----------
    when : str
        Of "before", "device", "emergency", "after", "observed"; another one raises `UnknownName`.
    """
    for one in when:
        if one not in WHEN:
            raise UnknownName("time of a duty", one, WHEN)
    parts = []
    for one, title in WHEN.items():
        chosen = [duty for duty in all_duties().values() if duty.when == one]
        rows = [[d.name, d.do, d.why, ground(d.basis, d.is_weak, d.sources)] for d in chosen]
        if not when or one in when:
            parts.append(_table(title, ["What", "Do", "Why", "Ground"], rows))
    return _joined(parts)


def incident_form() -> Prose:
    """Return a form to print and to fill in the same day, when something went wrong or nearly did."""
    return _form("Incident form: something went wrong, or nearly", ["Asked", "Answer"], INCIDENT)


def before_after_card() -> Prose:
    """Return a card to print: what is measured before and after, with the error of the test in words."""
    angle = "Thomas test, {} thigh, pelvis held: degrees short of neutral (above horizontal) or beyond it (below)"
    asked = [angle.format("right"), angle.format("left"), "How strong the complaint is, 0 to 10", "Signs that changed"]
    rules = [
        "The same hands, the same couch, the pelvis held; without that no number is written.",
        f"A change of up to {ERROR_DEG:g} degrees is within the error of the test ({cited(ERROR_SOURCES)}): no result.",
        "If nothing changed, that is written down too.",
    ]
    card = _form("Before and after", ["Measured", "Before", "After"], asked)
    lines = "".join(f"<p>{html.escape(rule)}</p>" for rule in rules)
    return Prose(card.markup + lines, "\n".join([card.plain, *rules]))


def _form(title: str, heads: Sequence[str], asked: Sequence[str]) -> Prose:
    """Return a table to print with empty boxes beside what is asked."""
    e = html.escape
    box = "border:1px solid;text-align:left;padding:4px"
    width = round(62 / (len(heads) - 1))
    empty = f'<td style="border:1px solid;height:3.2em;width:{width}%"></td>' * (len(heads) - 1)
    head = "".join(f'<th scope="col" style="{box}">{e(one)}</th>' for one in heads)
    rows = "".join(f'<tr><th scope="row" style="{box};font-weight:600">{e(one)}</th>{empty}</tr>' for one in asked)
    markup = (
        '<table style="border-collapse:collapse;width:100%"><caption style="text-align:left;font-weight:600">'
        f"{e(title)}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )
    blank = "____" if len(heads) == 2 else " / ".join(f"{one}: ____" for one in heads[1:])
    return Prose(markup, "\n".join([title, *(f"{one}: {blank}" for one in asked)]))


def screening_list(work: str | None = None) -> Prose:
    """Return every question of the screening with what a yes means, to whom and how fast.

    Parameters
    ----------
    work : str, optional
        Only what bears on this piece of work.

    Raises
    ------
    UnknownName
        For a work that there is not.
    """
    data = screening()
    if work is not None and work not in data.works:
        raise UnknownName("work", work, data.works)
    parts = []
    for group in GROUPS:
        chosen = [q for q in data.questions.values() if q.group == group and _bears(q, work)]
        rows = [_reason_row(q.ask, q.for_work(work) if work else q, work) for q in chosen]
        if rows:
            parts.append(_table(f"Ask about {group}", ["Question", "A yes means", "Do", "Why", "Ground"], rows))
    both = [_reason_row(together(rule), rule, work) for rule in data.rules.values()]
    parts.append(_table("Two answers together", ["Both", "mean", "Do", "Why", "Ground"], both))
    return _joined(parts)


def outcomes() -> Prose:
    """Return what each outcome of the screening means, with its time and place."""
    rows = [[words(name), text, OWN_STEPS] for name, text in OUTCOMES.items()]
    return _table("Outcomes, from the safest to the most serious", ["Outcome", "What you do", "Ground"], rows)


def consent_list() -> Prose:
    """Return what has to be said before consent is asked for, with an example of each."""
    rows = [[e.name, f"“{e.say}”", e.why, ground(e.basis, e.is_weak, e.sources)] for e in consent().elements.values()]
    return _table("What is said before consent", ["Element", "For example", "Why", "Ground"], rows)


def draping(*ids: str) -> Prose:
    """Return draping step by step for some regions, by default for all; an unknown one raises `UnknownName`."""
    data = consent().drapes
    for id in ids:
        if id not in data:
            raise UnknownName("region to drape", id, data)
    return _joined(
        _steps(f"Draping: {row.name.lower()}", row.steps, after=[row.never, _rests_on(row)])
        for id, row in data.items()
        if not ids or id in ids
    )


def technique(id: str) -> Prose:
    """Return one technique: what it reaches, position, steps, pressure, dose; an unknown one raises `UnknownName`."""
    rows = techniques().techniques
    if id not in rows:
        raise UnknownName("technique", id, rows)
    row = rows[id]
    works = [screening().works[work] for work in row.works]
    minutes = f"{row.minutes[0]:g} to {row.minutes[1]:g} minutes"
    head = [f"{work.name}: level {work.least_level} and up. {work.note}" for work in works]
    head += [f"Reaches: {row.reaches}", f"Position: {row.position}"]
    tail = [f"Pressure: {row.pressure}", f"Dose: {minutes}. {row.dose}", _rests_on(row)]
    return _steps(row.name, row.steps, before=head, after=tail)


def stop_rules() -> Prose:
    """Return the signs that end the work at once, and what to do then."""
    rows = [[s.sign, s.do, ground(s.basis, s.is_weak, s.sources)] for s in techniques().stops.values()]
    return _table("Stop at once", ["Sign", "Do", "Ground"], rows)


def never_over() -> Prose:
    """Return the areas over which no device goes."""
    rows = [[n.area, n.why, ground(n.basis, n.is_weak, n.sources)] for n in techniques().never.values()]
    return _table("Never over", ["Area", "Why", "Ground"], rows)


def margins() -> Prose:
    """Return how far a hand stays from what on the palpation map: verdict, margin, why, and what it rests on."""
    rows = []
    for m in palpation_margins().values():
        far = f"{m.margin_mm:g} mm" if m.margin_mm else "over it"
        rows.append([m.name, m.verdict, far, m.why, f"{m.margin_from} {ground(m.basis, m.is_weak, m.sources)}"])
    return _table("Margins of the palpation map", ["Keep off", "Verdict", "Margin", "Why", "Ground"], rows)


def devices() -> Prose:
    """Return what trials did with percussion devices, and what they found."""
    rows = []
    for d in techniques().devices.values():
        numbers = [str(d.people), hertz(d.frequency_hz), f"{d.minutes:g}"]
        rows.append([d.target, *numbers, d.found, ground(d.basis, d.is_weak, d.sources)])
    return _table("What trials did", ["Muscle", "People", "Beats a second", "Minutes", "Found", "Ground"], rows)


def article_sequence() -> Prose:
    """Return the article's own sequence, step by step: what is kept, changed, dropped or added, and why."""
    rows = [
        [s.article, s.verdict, s.instead, s.why, f"{', '.join(c.upper() for c in s.claims)}; {_ground(s)}"]
        for s in techniques().article.values()
    ]
    return _table("The article's sequence", ["The article", "Here", "Instead", "Why", "Claims and ground"], rows)


def safety_list() -> Prose:
    """Return all safety content as one list, ready to be reviewed by a qualified tutor; each row ends with its id."""
    tables = []
    for chapter in chapters():
        heads = [*chapter.heads, "Ground", "Row"]
        tables.append(_table(chapter.title, heads, [[*one.cells, one.ground, one.key] for one in chapter.lines]))
    return _joined([first_screen("07"), first_screen("08"), *tables])


def _bears(q: Reason, work: str | None) -> bool:
    return work is None or ANY in q.works or work in q.works


def _reason_row(asked: str, reason: Reason, work: str | None) -> list[str]:
    return [asked, *meant(reason, work), ground(reason.basis, reason.is_weak, reason.sources)]


def _ground(row: Grounded) -> str:
    return ground(row.basis, row.is_weak, row.sources)


def _rests_on(row: Grounded) -> str:
    return f"Ground: {_ground(row)}."


def _table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Prose:
    e = html.escape
    head = "".join(f'<th scope="col" style="text-align:left">{e(one)}</th>' for one in heads)
    body = "".join(
        f'<tr><th scope="row" style="text-align:left;font-weight:600">{e(row[0])}</th>'
        + "".join(
            f'<td style="{LOOK}" data-head="{e(name)}: ">{e(cell)}</td>'
            for name, cell in zip(heads[1:], row[1:], strict=True)
        )
        + "</tr>"
        for row in rows
    )
    markup = (
        f"<style>{STACKED}</style>"
        f'<div class="iliopsoas-rows" style="overflow-x:auto" tabindex="0" role="region" aria-label="{e(caption)}">'
        "<table>"
        f'<caption style="text-align:left;font-weight:600">{e(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
    plain = [caption, *(" | ".join(f"{h}: {c}" for h, c in zip(heads, row, strict=True)) for row in rows)]
    return Prose(markup, "\n".join(plain))


def _steps(title: str, steps: Sequence[str], before: Sequence[str] = (), after: Sequence[str] = ()) -> Prose:
    e = html.escape
    markup = (
        f"<p><strong>{e(title)}</strong></p>"
        + "".join(f"<p>{e(line)}</p>" for line in before)
        + f"<ol>{''.join(f'<li>{e(step)}</li>' for step in steps)}</ol>"
        + "".join(f"<p>{e(line)}</p>" for line in after)
    )
    numbered = [f"{n}. {step}" for n, step in enumerate(steps, 1)]
    return Prose(markup, "\n".join([title, *before, *numbered, *after]))


def _joined(parts: Iterable[Prose]) -> Prose:
    chosen = list(parts)
    return Prose("".join(part.markup for part in chosen), "\n\n".join(part.plain for part in chosen))
