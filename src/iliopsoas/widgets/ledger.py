"""The article's claims on a card: grade one yourself, for evidence and for safety, then compare with ours.

`claims("C02")` shows some of them, `ledger()` all, with filters. Without the widget the same claims stand there as text
(`iliopsoas.widgets.prose`). Grades are compared in the page, with and without a kernel.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import traitlets

from iliopsoas import course
from iliopsoas.course import Claim, claim
from iliopsoas.course.claims import EVIDENCE, SAFETY, TOPICS
from iliopsoas.widgets import prose, still
from iliopsoas.widgets.card import Card
from iliopsoas.widgets.structure_cards import source_lines

SCRIPTS = ("controls.js", "ledger.js")
FILTERED_FROM = 6  # so many claims are worth a filter


class Ledger(Card):
    """Claims to be graded, each with its verdict behind it.

    Parameters
    ----------
    shown : sequence of Claim
        In this order.
    title : str
        Stands on the card.
    text : Prose
        The same for readers without the widget.

    Attributes
    ----------
    grades : list of dict
        What the learner has graded, in order: ``id``, ``evidence`` and ``safety`` (his grades, or "" where he looked
        without grading), ``agrees`` (whether both are ours).
    """

    scripts = SCRIPTS
    stylesheets = ("questions.css", "ledger.css")

    spec = traitlets.Dict().tag(sync=True)
    grades = traitlets.List(traitlets.Dict()).tag(sync=True)

    def __init__(self, shown: Sequence[Claim], title: str, text: prose.Prose) -> None:
        self._shown = tuple(shown)
        self._text = text
        self._key = f"claims {' '.join(c.id for c in self._shown)}"
        super().__init__(
            spec={
                "title": title,
                "still": self._key,
                "claims": [_plain(c) for c in self._shown],
                "evidence": dict(EVIDENCE),
                "safety": dict(SAFETY),
                "topics": [t for t in TOPICS if any(c.topic == t for c in self._shown)],
                "filters": len(self._shown) >= FILTERED_FROM,
                "words": {},
            }
        )

    def _ipython_display_(self, **_: Any) -> None:
        """Send two outputs: the claims as text with verdicts to unfold, then the widget that hides them."""
        still.emit(f'<div data-still="{self._key}">{self._text.markup}</div>', self._text.plain)
        still.emit_live(self)

    def __repr__(self) -> str:
        """Return a text without a memory address, so that outputs of notebooks compare equal."""
        return f"Ledger({', '.join(c.label for c in self._shown)})"


def claims(*ids: str) -> Ledger | prose.Prose:
    """Return claims of the article to be graded; as the last line of a cell, it shows them.

    Parameters
    ----------
    *ids : str
        Claim ids, such as "C02".

    Raises
    ------
    UnknownClaim
        A KeyError whose message names ids that look like the wrong one.
    """
    text = prose.claims(*ids)
    return Ledger([claim(id) for id in ids], "Claims of the article", text) if ids else text


def ledger(topic: str | None = None, evidence: str | None = None, lesson: str | None = None) -> Ledger | prose.Prose:
    """Return the claims ledger: all claims of the article, with filters.

    Parameters
    ----------
    topic : str, optional
        Show this topic only, such as "walking".
    evidence : str, optional
        Show the claims with this grade of evidence only, such as "contradicted".
    lesson : str, optional
        Show the claims of this lesson only, "00" to "10".

    Raises
    ------
    UnknownName
        A KeyError whose message names values that look like the wrong one.
    """
    text = prose.ledger(topic, evidence, lesson)
    chosen = prose.chosen(topic, evidence, lesson)
    of_topics = [c for name in TOPICS for c in chosen if c.topic == name]
    all_of_them = len(of_topics) == len(course.claims())
    title = f"The ledger: {'all ' if all_of_them else ''}{len(of_topics)} claims"
    return Ledger(of_topics, title, text) if of_topics else text


def _plain(c: Claim) -> dict[str, Any]:
    return {
        "id": c.id,
        "label": c.label,
        "topic": c.topic,
        "lesson": c.lesson,
        "article": c.article,
        "evidence": c.evidence,
        "safety": c.safety,
        "finding": c.finding,
        "say": c.say,
        "sources": source_lines(c.sources),
    }
