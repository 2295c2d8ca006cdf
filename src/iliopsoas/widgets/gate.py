"""The screening gate and the rehearsal of consent, as cards that work with and without a kernel.

Both show everything that they decide by as plain lists too (`iliopsoas.widgets.safety`): nothing that keeps a client
safe stands behind an interaction.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any, ClassVar

import traitlets

from iliopsoas.course.consent import Consent, consent
from iliopsoas.course.safety_list import ground
from iliopsoas.course.screening import GROUPS, LEVELS, OUTCOMES, Reason, Screening, screening
from iliopsoas.sources import reference
from iliopsoas.widgets import still
from iliopsoas.widgets.card import Card

SCRIPTS = ("controls.js", "sheet.js", "gate.js")
STYLES = ("questions.css", "gate.css")
NAMES: Mapping[str, str] = {
    "clear": "Clear to go on",
    "adapt": "With changes",
    "ask_first": "Ask first",
    "not_today": "Not today",
    "ask_doctor": "Only after the doctor agrees",
    "decline": "Decline this work",
    "gp_this_week": "GP this week",
    "same_day": "GP or 111 today",
    "emergency_department": "Emergency department now",
    "call_999": "Call 999 now",
}


class SafetyCard(Card):
    """A card of `gate` or `rehearsal`; all that it knows is in `spec`."""

    scripts: ClassVar[tuple[str, ...]] = SCRIPTS
    stylesheets: ClassVar[tuple[str, ...]] = STYLES

    spec = traitlets.Dict().tag(sync=True)

    def __init__(self, spec: Mapping[str, Any], plain: str) -> None:
        self._plain = plain
        super().__init__(spec=dict(spec))

    def _ipython_display_(self, **_: Any) -> None:
        """Send two outputs: the same as text, then the card that hides it."""
        lines = "".join(f"<p>{html.escape(line)}</p>" for line in self._plain.split("\n"))
        still.emit(f'<div data-still="{html.escape(self.spec["still"])}">{lines}</div>', self._plain)
        still.emit_live(self)

    def __repr__(self) -> str:
        """Return a text without a memory address, so that outputs of notebooks compare equal."""
        return f"SafetyCard({self.spec['still']!r})"


def gate() -> SafetyCard:
    """Return the screening gate: decide about a client, then see what the sheet says and why; or fill in a sheet."""
    data = screening()
    lines = [
        f"{c.name}. {c.told} Planned: {data.works[c.work].name}. {OUTCOMES[c.outcome]}" for c in data.clients.values()
    ]
    spec = {"card": "gate", "title": "The screening gate", "still": "gate", "data": gate_data(data), "words": {}}
    return SafetyCard(spec, "\n".join(["The screening gate", *lines]))


def rehearsal() -> SafetyCard:
    """Return the rehearsal of consent: a talk in which every reply is yours."""
    data = consent()
    lines = [
        f"Client: {s.client} You: {next(reply.text for reply in s.choices if reply.right)} "
        f"({ground(s.basis, s.is_weak, s.sources)})"
        for s in data.scenes.values()
    ]
    spec = {"card": "rehearsal", "title": "Consent, rehearsed", "still": "rehearsal", "words": {}, **_talk(data)}
    return SafetyCard(spec, "\n".join(["Consent, rehearsed", *lines]))


def gate_data(data: Screening) -> dict[str, Any]:
    """Return the screening as plain data for the page; `decide` in gate.js decides by it as `screen` does here."""
    return {
        "order": list(OUTCOMES),
        "outcomes": {id: {"name": NAMES[id], "text": text} for id, text in OUTCOMES.items()},
        "groups": list(GROUPS),
        "levels": list(LEVELS),
        "questions": [_reason(q) for q in data.questions.values()],
        "rules": [_reason(rule) for rule in data.rules.values()],
        "contradictions": [{"answers": dict(c.answers), "ask": c.ask} for c in data.contradictions],
        "checks": [{"id": id, "ask": ask} for id, ask in data.checks.items()],
        "works": [
            {"id": w.id, "name": w.name, "least_level": w.least_level, "offered": w.offered, "note": w.note}
            for w in data.works.values()
        ],
        "clients": [
            {
                "id": c.id,
                "name": c.name,
                "told": c.told,
                "work": c.work,
                "level": c.level,
                "answers": dict(data.answers_of(c)),
            }
            for c in data.clients.values()
        ],
    }


def _reason(row: Reason) -> dict[str, Any]:
    return {
        "id": row.id,
        "group": row.group,
        "ask": row.ask,
        "outcome": row.outcome,
        "works": list(row.works),
        "declines": list(row.declines),
        "all_of": list(row.all_of),
        "do": row.do,
        "why": row.why,
        "ground": f"{row.basis}: {'; '.join(reference(key).short for key in row.sources)}",
        "weak": row.is_weak,
    }


def _talk(data: Consent) -> dict[str, Any]:
    return {
        "elements": [{"id": e.id, "name": e.name} for e in data.elements.values()],
        "scenes": [
            {
                "id": s.id,
                "client": s.client,
                "ground": f"Ground: {ground(s.basis, s.is_weak, s.sources)}.",
                "choices": [
                    {"text": r.text, "covers": list(r.covers), "right": r.right, "why": r.why, "next": r.next}
                    for r in s.choices
                ],
            }
            for s in data.scenes.values()
        ],
    }
