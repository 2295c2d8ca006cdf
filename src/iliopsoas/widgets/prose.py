"""What a lesson prints as text: its references, and the article's claims with their verdicts.

Plain HTML that follows the notebook's own colours, opens by keyboard and needs no kernel once it is there.
"""

from __future__ import annotations

import html
from dataclasses import dataclass

from iliopsoas.course import Claim, claim
from iliopsoas.sources import reference

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
