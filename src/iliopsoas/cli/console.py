"""What the command line says and how: plain words, colour only where it helps."""

from __future__ import annotations

import os
import sys
from typing import TextIO


class CourseError(Exception):
    """Something the reader can put right.

    Parameters
    ----------
    problem : str
        What is wrong, naming the file, field or value.
    remedy : str
        What to do about it.
    exit_code : int, optional
        What the command ends with: 1 for a fault, 2 for a wrong argument.
    """

    def __init__(self, problem: str, remedy: str, exit_code: int = 1) -> None:
        super().__init__(f"{problem}\n{remedy}")
        self.problem = problem
        self.remedy = remedy
        self.exit_code = exit_code


def prepare_streams() -> None:
    """Let standard output replace what its encoding cannot print, as on an old Windows console."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def wants_colour(stream: TextIO) -> bool:
    """Say whether to colour what is written to a stream.

    Parameters
    ----------
    stream : TextIO
        Where the text goes.

    Returns
    -------
    bool
        True on a terminal that knows colours, unless ``NO_COLOR`` is set (https://no-color.org).
    """
    if os.environ.get("NO_COLOR") or not stream.isatty():
        return False
    if os.name == "nt":  # the old console prints the codes themselves
        return bool(os.environ.get("WT_SESSION") or os.environ.get("TERM"))
    return os.environ.get("TERM") != "dumb"


def coloured(text: str, colour: str, stream: TextIO) -> str:
    """Colour a piece of text where the stream can show it.

    Parameters
    ----------
    text : str
        What is printed; its meaning never rests on the colour.
    colour : {"green", "red", "bold"}
        How.
    stream : TextIO
        Where the text goes.

    Returns
    -------
    str
        The text, with terminal codes around it or without.
    """
    codes = {"green": "32", "red": "31;1", "bold": "1"}
    return f"\x1b[{codes[colour]}m{text}\x1b[0m" if wants_colour(stream) else text
