"""The safety list as one file to print: every row with its ground and its id, and room for the reviewer's judgement."""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path

from iliopsoas.course.safety_list import Chapter, Line, chapters, weak_lines
from iliopsoas.course.signoff import reviews
from iliopsoas.learning.folder import write_atomically

TITLE = "Iliopsoas: the safety content, for review"
WHAT_TO_DO = (
    "Read each row. Right as it stands: tick it. Not right: strike out what is wrong, and write what should stand "
    "there. Missing: write it at the end. A row with a grey bar rests on case reports, a maker's leaflet or expert "
    "knowledge alone. Then sign: the names and dates of reviewers are printed at the head of the lessons."
)
SCOPE = (
    "Education, not medical advice. It qualifies nobody; hands-on work is learnt from a teacher, under supervision, "
    "and done within one's qualification, insurance and local rules. Emergency numbers are those of the UK."
)
_STYLE = """
@page { size: A4 landscape; margin: 12mm }
body { font: 10pt/1.35 system-ui, "Segoe UI", Arial, sans-serif; color: #111; background: #fff; margin: 1.2em auto;
  max-width: 1100px; padding: 0 1em }
h1 { font-size: 16pt; margin: 0 0 .3em } h2 { font-size: 12pt; margin: 1.4em 0 .3em; break-after: avoid }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100% } thead { display: table-header-group } tr { break-inside: avoid }
th, td { border: 1px solid #777; padding: 3px 5px; text-align: left; vertical-align: top; overflow-wrap: break-word }
td { white-space: pre-line } thead th { background: #eee } tbody th { font-weight: 600 }
.weak > :first-child { border-left: 6px solid #777 }
.row { font: 8pt/1.3 ui-monospace, Consolas, monospace; overflow-wrap: anywhere; min-width: 8em; width: 8em }
.ground { font-size: 8.5pt } .tick { width: 2.6em } .remark { min-width: 8em } .steps { min-width: 20em }
.sign th { width: 14em } .line { height: 2.6em }
@media print { body { margin: 0; max-width: none; padding: 0; font-size: 8.5pt } .wide { overflow: visible } }
"""


def page(day: date) -> str:
    """Return the list as one HTML page that needs nothing else.

    Parameters
    ----------
    day : date
        Printed on it.
    """
    e = html.escape
    all_chapters = chapters()
    count = sum(len(chapter.lines) for chapter in all_chapters)
    state = "".join(f"<p><strong>{e(review.text)}</strong></p>" for review in reviews().values())
    blank = "".join(
        f"<tr><th scope=row>{e(label)}</th><td class=line></td></tr>"
        for label in ("Reviewer", "Qualification", "Rows reviewed", "Missing", "Date and signature")
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{e(TITLE)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head><body>'
        f"<h1>{e(TITLE)}</h1><p>Version {e(version('iliopsoas'))}, {day.isoformat()}. {count} rows, "
        f"{len(weak_lines())} of them on weak ground.</p><p>{e(SCOPE)}</p>{state}<p>{e(WHAT_TO_DO)}</p>"
        f"{''.join(_chapter(chapter) for chapter in all_chapters)}"
        f"<h2>Review</h2><table class=sign><tbody>{blank}</tbody></table></body></html>\n"
    )


def write(path: Path, replace: bool = False) -> int:
    """Write the list.

    Parameters
    ----------
    path : Path
        The file, with the ending .html.
    replace : bool
        Whether a file that is there may be replaced: somebody's remarks may stand in it.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    FileExistsError
        A file is there, and it may not be replaced.
    OSError
        The file cannot be written.
    """
    if path.exists() and not replace:
        raise FileExistsError(str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, page(date.today()).encode("utf-8"))
    return sum(len(chapter.lines) for chapter in chapters())


def _chapter(chapter: Chapter) -> str:
    e = html.escape
    heads = "".join(f"<th scope=col>{e(head)}</th>" for head in (*chapter.heads, "Ground", "Row"))
    body = "".join(_rows(chapter))
    return (
        f'<h2>{e(chapter.title)}</h2><div class=wide tabindex=0 role=region aria-label="{e(chapter.title)}"><table>'
        f"<thead><tr>{heads}<th scope=col class=tick>Right</th><th scope=col class=remark>Remark</th></tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _rows(chapter: Chapter) -> Iterator[str]:
    for line in chapter.lines:
        yield _row(line)


def _row(line: Line) -> str:
    e = html.escape
    # Steps, a line each, need more room than the words beside them, or the row grows longer than its page.
    cells = "".join(f"<td{' class=steps' if chr(10) in cell else ''}>{e(cell)}</td>" for cell in line.cells[1:])
    kind = " class=weak" if line.is_weak else ""
    return (
        f"<tr{kind}><th scope=row>{e(line.cells[0])}</th>{cells}<td class=ground>{e(line.ground)}</td>"
        f"<td class=row>{e(line.key)}</td><td>\u2610</td><td></td></tr>"
    )
