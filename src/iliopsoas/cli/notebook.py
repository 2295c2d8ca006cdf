"""The doctor's table inside a notebook."""

from __future__ import annotations

import html

from iliopsoas.cli.doctor import rows
from iliopsoas.cli.folder import default_folder
from iliopsoas.widgets.prose import Prose


def doctor() -> Prose:
    """Look whether the course can run on this computer, and return the findings as a table.

    Every row says in a word whether it is well; a row that is not says what to do. It is the same look as
    ``iliopsoas doctor`` takes in a terminal.
    """
    found = list(rows(default_folder()))
    lines = [(row.name, row.found, f"do this: {row.remedy}" if row.remedy else "ok") for row in found]
    head = "".join(
        f'<th scope="col" style="text-align:left">{title}</th>' for title in ("Looked at", "Found", "Result")
    )
    body = "".join(
        f'<tr><th scope="row" style="text-align:left;font-weight:normal">{html.escape(name)}</th>'
        f'<td style="text-align:left">{html.escape(what)}</td>'
        f'<td style="text-align:left"><strong>{html.escape(result)}</strong></td></tr>'
        for name, what, result in lines
    )
    markup = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return Prose(markup, "\n".join(" | ".join(line) for line in lines))
