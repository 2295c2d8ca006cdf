"""What a lesson prints as text: its references, and the article's claims for readers without the card of `ledger`.

Plain HTML that follows the notebook's own colours, opens by keyboard and needs no kernel once it is there.
"""

from __future__ import annotations

import html
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from iliopsoas import course
from iliopsoas.course import Claim, claim
from iliopsoas.course.claims import EVIDENCE, LESSONS, SAFETY, TOPICS
from iliopsoas.sources import UnknownName, reference

_MARK = {"supported": "✓", "partly supported": "◐", "unsupported": "?", "contradicted": "✗"}


@dataclass(frozen=True)
class Prose:
    """A piece of HTML with the same content as plain text for readers without it."""

    markup: str
    plain: str

    def _repr_html_(self) -> str:
        return self.markup

    def __repr__(self) -> str:
        """Return the plain text."""
        return self.plain


def references(*keys: str) -> Prose:
    """Return the printed list of these references, in alphabetical order.

    Parameters
    ----------
    *keys : str
        Reference keys; one text may hold several, parted by blanks.

    Raises
    ------
    UnknownReference
        A KeyError whose message names keys that look like the wrong one.
    """
    found = sorted({reference(key) for key in " ".join(keys).split()}, key=lambda r: r.text.casefold())
    items = "".join(f"<li>{_linked(r.text, r.link)}</li>" for r in found)
    return Prose(f"<ul>{items}</ul>", "\n".join(r.text for r in found))


def claims(*ids: str) -> Prose:
    """Return claims of the article; each verdict opens only when the reader asks for it.

    Parameters
    ----------
    *ids : str
        Claim ids, such as "C02".

    Raises
    ------
    UnknownClaim
        A KeyError whose message names ids that look like the wrong one.
    """
    chosen = [claim(id) for id in ids]
    return Prose("".join(_claim_html(c) for c in chosen), "\n\n".join(_claim_text(c) for c in chosen))


def ledger(topic: str | None = None, evidence: str | None = None, lesson: str | None = None) -> Prose:
    """Return the claims ledger: how many claims have which verdict, then the claims by topic, then what they cite.

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
    found = chosen(topic, evidence, lesson)
    if not found:
        return Prose("<p>No claim of the article fits this choice.</p>", "No claim of the article fits this choice.")
    cited = references(*{key: None for c in found for key in c.sources})
    markup, plain = [_verdicts_html(found)], [_verdicts_text(found)]
    for name in TOPICS:
        of_topic = [c for c in found if c.topic == name]
        if of_topic:
            title = f"{name.capitalize()} ({len(of_topic)})"
            markup += [f"<h3>{title}</h3>", *map(_claim_html, of_topic)]
            plain += [title, *map(_claim_text, of_topic)]
    markup.append(f"<h3>Sources</h3><details><summary>What these claims cite</summary>{cited.markup}</details>")
    return Prose("".join(markup), "\n\n".join([*plain, f"Sources\n{cited.plain}"]))


def chosen(topic: str | None = None, evidence: str | None = None, lesson: str | None = None) -> list[Claim]:
    """Return the claims that fit a choice of the ledger; raises `UnknownName` for a value that there is not."""
    _check("topic", topic, TOPICS)
    _check("grade of evidence", evidence, EVIDENCE)
    _check("lesson", lesson, LESSONS)
    return [
        c
        for c in course.claims().values()
        if topic in (None, c.topic) and evidence in (None, c.evidence) and lesson in (None, c.lesson)
    ]


def _check(what: str, asked: str | None, valid: Collection[str]) -> None:
    if asked is not None and asked not in tuple(valid):
        raise UnknownName(what, asked, valid)


def _verdicts_html(chosen: Sequence[Claim]) -> str:
    """Return a table of the claims by evidence (rows) and safety (columns), and what the grades mean."""
    head = "".join(f'<th scope="col">{name}</th>' for name in (*SAFETY, "all"))
    rows = "".join(
        f'<tr><th scope="row">{_MARK[grade]} {grade}</th>' + "".join(f"<td>{n}</td>" for n in counts) + "</tr>"
        for grade, counts in _counts(chosen).items()
    )
    meaning = "".join(
        f"<li><strong>{name}</strong>: {what}</li>" for name, what in [*EVIDENCE.items(), *SAFETY.items()]
    )
    return (
        f"<table><caption>Verdicts on {len(chosen)} claims: evidence down, safety across</caption>"
        f'<thead><tr><th scope="col">Evidence</th>{head}</tr></thead><tbody>{rows}</tbody></table>'
        f"<details><summary>What the grades mean</summary><ul>{meaning}</ul></details>"
    )


def _verdicts_text(chosen: Sequence[Claim]) -> str:
    lines = (f"{grade}: {counts[-1]}" for grade, counts in _counts(chosen).items())
    unsafe = sum(c.safety == "unsafe as written" for c in chosen)
    return "\n".join([f"Verdicts on {len(chosen)} claims", *lines, f"unsafe as written: {unsafe}"])


def _counts(chosen: Sequence[Claim]) -> dict[str, list[int]]:
    """Return, for each grade of evidence, the number of claims with each grade of safety, and their sum."""
    table: dict[str, list[int]] = {}
    for grade in EVIDENCE:
        cells = [sum((c.evidence, c.safety) == (grade, safety) for c in chosen) for safety in SAFETY]
        table[grade] = [*cells, sum(cells)]
    return table


def _claim_html(c: Claim) -> str:
    e = html.escape
    cited = "; ".join(e(reference(key).short) for key in c.sources)
    return (
        f'<div style="border-left:4px solid #8C3B22;padding:4px 0 4px 12px;margin:12px 0">'
        f"<p><strong>{c.label}.</strong> The article says: {e(c.article)}</p>"
        f"<details><summary><strong>Verdict</strong> (grade it yourself first)</summary>"
        f"<p><strong>Evidence: {_MARK[c.evidence]} {e(c.evidence)}.</strong> "
        f"<strong>Safety: {e(c.safety)}.</strong></p>"
        f"<p>{e(c.finding)}</p><p><em>Say instead:</em> {e(c.say)}</p>"
        f"<p><small>Sources: {cited}.</small></p></details></div>"
    )


def _claim_text(c: Claim) -> str:
    cited = "; ".join(reference(key).short for key in c.sources)
    return (
        f"{c.label}. The article says: {c.article}\nEvidence: {c.evidence}. Safety: {c.safety}.\n{c.finding}\n"
        f"Say instead: {c.say}\nSources: {cited}."
    )


def _linked(text: str, link: str) -> str:
    shown = html.escape(text)
    if not link:
        return shown
    return f'{shown} <a href="{html.escape(link)}" rel="noreferrer">open the source</a>'
