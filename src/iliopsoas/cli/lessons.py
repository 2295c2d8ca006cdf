"""The lessons that come with the package: where they are, what they are called, how one is chosen."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from iliopsoas.cli.console import CourseError
from iliopsoas.sources.errors import close_matches, did_you_mean

REINSTALL = "Install the course again: python -m pip install --force-reinstall iliopsoas"
MARKDOWN_IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<target>[^)\s]+)[^)]*\)")


@dataclass(frozen=True)
class Lesson:
    """One notebook of the course, as shipped.

    Parameters
    ----------
    name : str
        File name without its ending, such as ``"02_attachments"``.
    source : Traversable
        The shipped file; never written to.
    """

    name: str
    source: Traversable

    @property
    def number(self) -> str:
        """The two digits a lesson is known by."""
        return self.name[:2]

    @cached_property
    def notebook(self) -> dict[str, Any]:
        """The notebook's content."""
        return json.loads(self.source.read_text(encoding="utf-8"))

    @property
    def title(self) -> str:
        """The first heading of the lesson, without its number."""
        for cell in self.notebook["cells"]:
            heading = re.search(r"^#\s+(.+)$", "".join(cell["source"]), re.MULTILINE)
            if cell["cell_type"] == "markdown" and heading:
                return re.sub(r"^(lesson\s+)?\d+\W+", "", heading[1].strip(), flags=re.IGNORECASE)
        return self.name[3:].replace("_", " ").capitalize()

    @property
    def pictures(self) -> tuple[str, ...]:
        """Pictures its text shows, as paths below ``figures/``."""
        text = "\n".join("".join(cell["source"]) for cell in self.notebook["cells"] if cell["cell_type"] == "markdown")
        targets = (match["target"] for match in MARKDOWN_IMAGE.finditer(text))
        return tuple(target.removeprefix("../figures/") for target in targets if target.startswith("../figures/"))


def home() -> Traversable:
    """Find the shipped lessons.

    Returns
    -------
    Traversable
        ``notebooks/`` of a checkout, or the copy inside an installed package.
        The pictures are in ``figures/`` beside it.

    Raises
    ------
    CourseError
        If this installation holds no lessons.
    """
    checkout = Path(__file__).parents[3] / "notebooks"
    if checkout.is_dir() and (checkout.parent / "pyproject.toml").is_file():
        return checkout
    installed = files("iliopsoas") / "lessons"
    if not installed.is_dir():
        raise CourseError(
            f"The lessons are missing: there is no folder {installed}.",
            REINSTALL,
        )
    return installed


def figures_home() -> Traversable:
    """Find the shipped pictures that the lessons show.

    Returns
    -------
    Traversable
        ``figures/`` of a checkout, or the chosen few inside an installed package.
    """
    place = home()
    return place.parent / "figures" if isinstance(place, Path) else files("iliopsoas") / "figures"


def is_shipped(picture: str) -> bool:
    """Return whether this installation has a picture (a path below ``figures/``); a package has a few."""
    return figures_home().joinpath(*picture.split("/")).is_file()


def lessons() -> tuple[Lesson, ...]:
    """List the shipped lessons.

    Returns
    -------
    tuple of Lesson
        In the order of their numbers.

    Raises
    ------
    CourseError
        If there are none.
    """
    found = (entry for entry in home().iterdir() if re.fullmatch(r"\d\d_\w+\.ipynb", entry.name))
    shipped = sorted((Lesson(entry.name.removesuffix(".ipynb"), entry) for entry in found), key=lambda one: one.name)
    if not shipped:
        raise CourseError(f"There are no lessons in {home()}.", REINSTALL)
    return tuple(shipped)


def lesson_names() -> str:
    """Name every lesson in one line, for the help text.

    Returns
    -------
    str
        Such as ``"00 start_here, 02 attachments"``.
    """
    try:
        return ", ".join(f"{lesson.number} {lesson.name[3:]}" for lesson in lessons())
    except CourseError:  # help and doctor must work where the lessons are what is missing
        return "none found"


def choose(word: str | None) -> Lesson:
    """Find the lesson a reader asks for.

    Parameters
    ----------
    word : str or None
        A number (``"2"``, ``"02"``), a name (``"attachments"``), or a file name, in any case. None is the first lesson.

    Returns
    -------
    Lesson
        The one lesson that fits.

    Raises
    ------
    CourseError
        If none fits; the message names every lesson there is.
    """
    shipped = lessons()
    if word is None:
        return shipped[0]
    wanted = re.sub(r"[\s-]+", "_", re.split(r"[\\/]", word.strip())[-1].lower().removesuffix(".ipynb"))
    for lesson in shipped:
        name = lesson.name.lower()
        if wanted in (name, name[3:]) or (wanted.isdigit() and int(wanted) == int(lesson.number)):
            return lesson
    guess = did_you_mean(close_matches(wanted, [lesson.name[3:] for lesson in shipped], most=1))
    known = "\n".join(f"  {lesson.number}  {lesson.name[3:]:<16} {lesson.title}" for lesson in shipped)
    raise CourseError(f"There is no lesson {word!r}.{guess}", f"The lessons are:\n{known}", exit_code=2)
