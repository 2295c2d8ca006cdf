"""The session plan builder: `plan()` gives a form that prints a plan only when nothing stands in its way.

Everything is decided in the page, with and without a kernel, as `iliopsoas.course.plan` decides. What is typed about a
client stays in that page: it is never sent to the kernel or kept with the notebook, and is written to a file only when
the reader presses Save.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from iliopsoas.course import measure
from iliopsoas.course import plan as rules
from iliopsoas.course.consent import consent
from iliopsoas.course.exercises import exercises
from iliopsoas.course.plan import FRAME, MEASURES, PRIVATE
from iliopsoas.course.screening import screening
from iliopsoas.course.signoff import reviews
from iliopsoas.course.technique import techniques
from iliopsoas.sources import reference
from iliopsoas.widgets.gate import SafetyCard, gate_data

SCRIPTS = ("controls.js", "sheet.js", "plan_rules.js", "plan_sheet.js", "plan.js")
STYLES = ("questions.css", "gate.css", "plan.css")
TITLE = "Session plan"
#: Groups of the screening that are asked before every session; a plan saved on another day comes back without them.
EACH_TIME = ("today", "medicines", "pregnancy", "the person")
FILE: Mapping[str, Any] = MappingProxyType(
    {
        "name": "Session plan of the Iliopsoas course",
        "version": 1,
        "note": "A saved plan is a file with health data of a client. Keep it where nobody else can read it. Delete it "
        "as soon as the session is written up in your own client record, or the plan is not needed any more. How that "
        "record is kept, and for how long, is set by your local rules: data protection law, your professional body, "
        "your insurer.",
    }
)
MEASURE_NOTE = (
    f"Both times by the same tester, with the pelvis held, or no number. A change of {measure.ERROR_DEG:g}° or less is "
    f"within the error of the test ({'; '.join(reference(key).short for key in measure.SOURCES)}): it is not a result."
)
PAGE_SAYS: Mapping[str, str] = MappingProxyType(
    {
        "memory": "What you type here stays in this page: it goes to no kernel, no notebook and no host. Closing or "
        "reloading the page, or running its cell again, forgets it. Practise with an invented client.",
        "minutes": "{0}: give a number of minutes above 0.",
        "booked": "Minutes booked",
        "angle": f"A Thomas angle is a number from 0 to {measure.MOST_DEG:g}, without a sign: the words say which way.",
        "scale": f"A complaint is a number from {measure.SCALE[0]} to {measure.SCALE[1]}.",
        "enough": "This is as much as one session can hold.",
        "refused": "Not loaded: {0} The file was left as it is, and so was this form.",
        "unreadable": "the file cannot be read as a saved plan; it may be damaged or of another kind.",
        "foreign": "this is not a session plan of this course.",
        "version": "it is of version {0}, and this course reads version 1.",
        "field": "“{0}” holds something that a saved plan cannot have.",
    }
)


class PlanCard(SafetyCard):
    """The form of `plan`; what is typed into it is in no trait."""

    scripts = SCRIPTS
    stylesheets = STYLES

    def __repr__(self) -> str:
        """Return a text without a memory address, so that outputs of notebooks compare equal."""
        return "PlanCard()"


def plan() -> PlanCard:
    """Return the session plan builder; as the last line of a cell, it is shown."""
    said = "; ".join(element.name for element in consent().elements.values())
    rows = techniques().techniques.values()
    lines = [
        TITLE,
        "The form needs its script. On paper the same is filled in, in this order, and nothing may be left open:",
        f"Screening: all {len(screening().questions)} questions of lesson 07, for all that is planned.",
        f"Consent, said before the first touch: {said}; and a yes in words.",
        *(f"{title}: at least {least} minutes." for title, least in FRAME.values()),
        *(f"{t.name}: {t.minutes[0]:g} to {t.minutes[1]:g} minutes. {t.position}" for t in rows),
        f"Measured before and after: {'; '.join(name for name, _ in MEASURES.values())}. {MEASURE_NOTE}",
        "Aftercare: one or two exercises of lesson 09, and who must leave them out.",
        PRIVATE,
    ]
    spec = {"card": "plan", "title": TITLE, "still": "session plan", "data": plan_data(), "words": {}}
    return PlanCard(spec, "\n".join(lines))


def plan_data() -> dict[str, Any]:
    """Return all that the page decides and prints by, as plain data."""
    rows = techniques()
    return {
        **{name: value for name, value in gate_data(screening()).items() if name != "clients"},
        "consent": [{"id": e.id, "name": e.name, "say": e.say} for e in consent().elements.values()],
        "techniques": [
            {
                "id": t.id,
                "name": t.name,
                "works": list(t.works),
                "minutes": list(t.minutes),
                "position": t.position,
                "reaches": t.reaches,
                "steps": list(t.steps),
                "pressure": t.pressure,
                "dose": t.dose,
            }
            for t in rows.techniques.values()
        ],
        "frame": [{"id": id, "name": name, "least": least} for id, (name, least) in FRAME.items()],
        "measures": [{"id": id, "name": name, "work": work} for id, (name, work) in MEASURES.items()],
        "exercises": [
            {"id": e.id, "name": e.name, "dose": e.dose, "not_for": list(e.not_for)} for e in exercises().values()
        ],
        "stops": [{"sign": s.sign, "do": s.do, "weak": s.is_weak} for s in rows.stops.values()],
        "never": [{"area": n.area, "why": n.why, "weak": n.is_weak} for n in rows.never.values()],
        "home_work": rules.HOME_WORK,
        "session_min": list(rules.SESSION_MIN),
        "most_exercises": rules.MOST_EXERCISES,
        "each_time": list(EACH_TIME),
        "says": dict(rules.SAYS),
        "page_says": dict(PAGE_SAYS),
        "measure_says": dict(measure.SAYS),
        "sides": dict(measure.SIDES),
        "error_deg": measure.ERROR_DEG,
        "most_deg": measure.MOST_DEG,
        "scale": list(measure.SCALE),
        "measure_note": MEASURE_NOTE,
        "private": PRIVATE,
        "review": " ".join(review.text for review in reviews().values()),
        "file": dict(FILE),
    }
