"""The step timer: `timer("effleurage")` counts the minutes of a technique, with the stop rules beside it.

Everything comes with the widget, so it works without a kernel. It starts only when it is told to, makes no sound and
does not flash; the time left is worked out from the clock, so that a tab out of sight loses none.
"""

from __future__ import annotations

import html
from math import ceil, floor
from typing import Any

import traitlets

from iliopsoas.course.technique import Stop, Technique, techniques
from iliopsoas.sources import UnknownName
from iliopsoas.widgets import still
from iliopsoas.widgets.card import Card
from iliopsoas.widgets.structure_cards import source_lines

SCRIPTS = ("controls.js", "timer.js")
STYLES = ("questions.css", "timer.css")


class StepTimer(Card):
    """The steps of one technique with its minutes, and the stop rules.

    Parameters
    ----------
    technique : str
        An id of technique.toml, such as "effleurage".

    Raises
    ------
    UnknownName
        For a technique that there is not.
    """

    scripts = SCRIPTS
    stylesheets = STYLES

    spec = traitlets.Dict().tag(sync=True)

    def __init__(self, technique: str) -> None:
        known = techniques().techniques
        if technique not in known:
            raise UnknownName("technique", technique, known)
        self.technique = technique
        super().__init__(spec=_spec(known[technique]))

    def _still_html(self) -> str:
        e = html.escape
        row = techniques().techniques[self.technique]
        steps = "".join(f"<li>{e(step)}</li>" for step in row.steps)
        stops = "".join(
            f"<li><strong>{e(s.sign)}.</strong> {e(s.do)}{_weak(s)}</li>" for s in techniques().stops.values()
        )
        return (
            f'<div data-still="{e(self.spec["still"])}"><p><strong>{e(self.spec["title"])}</strong></p><ol>{steps}</ol>'
            f"<p>{e(self.spec['told'])}</p><p><strong>Stop at once</strong></p><ul>{stops}</ul></div>"
        )

    def _still_text(self) -> str:
        row = techniques().techniques[self.technique]
        steps = (f"{n}. {step}" for n, step in enumerate(row.steps, 1))
        stops = (f"{s.sign}: {s.do}{_weak(s)}" for s in techniques().stops.values())
        return "\n".join([self.spec["title"], *steps, self.spec["told"], "Stop at once", *stops])

    def _ipython_display_(self, **_: Any) -> None:
        """Send two outputs: steps and stop rules as text, then the widget that hides them."""
        still.emit(self._still_html(), self._still_text())
        still.emit_live(self)

    def __repr__(self) -> str:
        """Return a text without a memory address, so that outputs of notebooks compare equal."""
        return f"StepTimer({self.technique!r})"


def timer(technique: str) -> StepTimer:
    """Return the step timer of a technique; as the last line of a cell, it shows it.

    Parameters
    ----------
    technique : str
        An id of technique.toml: "effleurage", "percussion" or "contract_relax".

    Raises
    ------
    UnknownName
        A KeyError whose message names the techniques there are.
    """
    return StepTimer(technique)


def minutes_of(row: Technique) -> list[int]:
    """Return the whole minutes that can be chosen, from the least to the most of the data."""
    least, most = row.minutes
    return list(range(ceil(least), floor(most) + 1))


def _weak(row: Stop) -> str:
    return " (weak)" if row.is_weak else ""


def _spec(row: Technique) -> dict[str, Any]:
    first, last = row.timed[0], row.timed[-1]
    least, most = (f"{m:g}" for m in row.minutes)
    span = least if least == most else f"{least} to {most}"
    of = f"step {first}" if first == last else f"steps {first} to {last}"
    return {
        "still": f"timer {row.id}",
        "title": f"Step timer: {row.name[0].lower()}{row.name[1:]}",
        "phases": [{"steps": list(one.steps), "timed": one.timed} for one in row.phases],
        "minutes": minutes_of(row),
        "told": f"The clock runs for {of}: {span} minutes. {row.dose}",
        "reaches": row.reaches,
        "pressure": row.pressure,
        "stops": [{"sign": s.sign, "do": s.do, "weak": s.is_weak} for s in techniques().stops.values()],
        "sources": source_lines(row.sources),
        "stop_sources": source_lines(key for s in techniques().stops.values() for key in s.sources),
        "words": {},
    }
