"""The doctor's table inside a notebook."""

from __future__ import annotations

import html
from collections.abc import Iterable

from iliopsoas.cli.doctor import rows
from iliopsoas.learning.folder import default_folder
from iliopsoas.widgets.prose import Prose


def doctor() -> Prose:
    """Look whether the course can run on this computer, and say so.

    What is wrong comes first, with what to do about it; all that was looked at unfolds. It is the same look as
    ``iliopsoas doctor`` takes in a terminal.
    """
    found = [(row.name, row.found, f"do this: {row.remedy}" if row.remedy else "ok") for row in rows(default_folder())]
    faults = [line for line in found if line[2] != "ok"]
    verdict = f"{len(faults)} to put right:" if faults else "All is well: the course can run on this computer."
    markup = (
        f"<p><strong>{verdict}</strong></p>{_table(faults) if faults else ''}"
        f"<details><summary>Everything that was looked at ({len(found)})</summary>{_table(found)}</details>"
    )
    return Prose(markup, "\n".join([verdict, *(" | ".join(line) for line in found)]))


def _table(lines: Iterable[tuple[str, str, str]]) -> str:
    head = "".join(
        f'<th scope="col" style="text-align:left">{title}</th>' for title in ("Looked at", "Found", "Result")
    )
    body = "".join(
        f'<tr><th scope="row" style="text-align:left;font-weight:normal">{html.escape(name)}</th>'
        f'<td style="text-align:left">{html.escape(what)}</td>'
        f'<td style="text-align:left"><strong>{html.escape(result)}</strong></td></tr>'
        for name, what, result in lines
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
