"""The learner's own folder: copies of the lessons that are brought up to date and never overwritten once changed.

What counts as a change is what a learner types: the cells and their text. Running a lesson fills in outputs,
which are drawn anew at the next run, so a lesson that was only run is still brought up to date.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from iliopsoas.cli.console import CourseError
from iliopsoas.cli.lessons import MARKDOWN_IMAGE, Lesson, figures_home, is_shipped, lessons
from iliopsoas.learning.folder import write_atomically

RECORD = ".iliopsoas.json"


@dataclass(frozen=True)
class Report:
    """What bringing a folder up to date did, as file names below the folder.

    Parameters
    ----------
    written : tuple of str
        Files that were not there.
    updated : tuple of str
        Unchanged older copies, now the current version.
    kept : tuple of str
        Files the learner changed, of which a newer version exists.
    """

    written: tuple[str, ...]
    updated: tuple[str, ...]
    kept: tuple[str, ...]


def fingerprint(name: str, content: bytes) -> str:
    """Sum up what a learner could have changed in a file.

    Parameters
    ----------
    name : str
        File name; a notebook is judged by its cells and their text, anything else byte by byte.
    content : bytes
        The file.

    Returns
    -------
    str
        A SHA-256 in hexadecimal.
    """
    if name.endswith(".ipynb"):
        # A notebook that cannot be read is judged byte by byte: it is the learner's, and it stays.
        with contextlib.suppress(ValueError, KeyError, TypeError):
            cells = json.loads(content.decode("utf-8"))["cells"]
            # JupyterLab adds an empty cell when the last one is run.
            typed = [
                [cell["cell_type"], "".join(cell["source"]), cell.get("attachments")]
                for cell in cells
                if "".join(cell["source"]).strip()
            ]
            content = json.dumps(typed, sort_keys=True).encode("utf-8")
    return hashlib.sha256(content).hexdigest()


def learners_copy(lesson: Lesson) -> bytes:
    """Make the file a learner gets: the shipped lesson, its pictures looked for in ``figures/`` beside it.

    Parameters
    ----------
    lesson : Lesson
        The shipped lesson, whose pictures are in ``../figures``, outside what JupyterLab may serve.

    Returns
    -------
    bytes
        A notebook file.
    """
    notebook = json.loads(lesson.source.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            source = MARKDOWN_IMAGE.sub(_as_shipped, "".join(cell["source"]))
            cell["source"] = source.replace("../figures/", "figures/").splitlines(keepends=True)
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def _as_shipped(image: re.Match[str]) -> str:
    """Return an image of a lesson's text as it is, or its description where this installation has no such picture."""
    name = image["target"].removeprefix("../figures/")
    if name == image["target"] or is_shipped(name):
        return image[0]
    return f"*Picture, drawn by the next cell: {image['alt']}.*"


def shipped_files() -> dict[str, bytes]:
    """Collect everything a learner's folder holds.

    Returns
    -------
    dict of str to bytes
        Lessons and the pictures they show, by file name below the folder.
    """
    course = lessons()
    found = {f"{lesson.name}.ipynb": learners_copy(lesson) for lesson in course}
    for picture in sorted({name for lesson in course for name in lesson.pictures if is_shipped(name)}):
        found[f"figures/{picture}"] = figures_home().joinpath(*picture.split("/")).read_bytes()
    return found


def _read_record(folder: Path) -> dict[str, str]:
    """Read which version of each file was written; an unreadable record means that nothing is known."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        wrote = json.loads((folder / RECORD).read_text(encoding="utf-8"))["wrote"]
        return {str(name): str(value) for name, value in wrote.items()}
    return {}


def bring_up_to_date(folder: Path) -> Report:
    """Put the lessons into a learner's folder without ever overwriting one that was changed.

    Parameters
    ----------
    folder : Path
        Made if it does not exist.

    Returns
    -------
    Report
        What was written, updated and kept.

    Raises
    ------
    CourseError
        If the folder cannot be read or written; the message names the path and what to do.
    """
    shipped = shipped_files()
    with _explained(folder):
        return _bring_up_to_date(folder, shipped)


@contextlib.contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Turn a refusal of the file system into what to do about it."""
    try:
        yield
    except OSError as error:
        raise CourseError(
            f"Cannot keep the lessons in {folder}: {error.strerror or error} ({error.filename or folder}).",
            "Name a folder you may write to: iliopsoas lab --folder PATH",
        ) from error


def _bring_up_to_date(folder: Path, shipped: dict[str, bytes]) -> Report:
    folder.mkdir(parents=True, exist_ok=True)
    record = _read_record(folder)
    written, updated, kept = [], [], []
    for name, content in shipped.items():
        path, current = folder / name, fingerprint(name, content)
        if not path.exists():
            written.append(name)
        else:
            theirs = fingerprint(name, path.read_bytes())
            if theirs == current:
                record[name] = current
                continue
            if theirs != record.get(name):
                if record.get(name) != current:
                    kept.append(name)
                continue
            updated.append(name)
        write_atomically(path, content)
        record[name] = current
    text = json.dumps({"course": version("iliopsoas"), "wrote": record}, indent=1, sort_keys=True) + "\n"
    write_atomically(folder / RECORD, text.encode("utf-8"))
    return Report(tuple(written), tuple(updated), tuple(kept))


def put_fresh_copy(folder: Path, lesson: Lesson) -> Path:
    """Put the current version of a lesson beside one that the learner changed.

    Parameters
    ----------
    folder : Path
        The learner's folder.
    lesson : Lesson
        Which lesson.

    Returns
    -------
    Path
        The new file, ``02_attachments_fresh.ipynb`` or the first free number after it.
    """
    names = (f"{lesson.name}_fresh{number}.ipynb" for number in ("", *(f"_{n}" for n in range(2, 1000))))
    path = next(folder / name for name in names if not (folder / name).exists())
    with _explained(folder):
        write_atomically(path, learners_copy(lesson))
    return path
