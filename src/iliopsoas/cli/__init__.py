"""The ``iliopsoas`` command: open the course, look whether all is well, write the figures."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn

from iliopsoas.cli.console import CourseError, prepare_streams
from iliopsoas.sources.errors import UnknownName, close_matches, did_you_mean


class _Parser(argparse.ArgumentParser):
    """A parser whose errors name what is allowed."""

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and the full help, and end with exit code 2."""
        self.exit(2, f"iliopsoas: {message}\n\n{self.format_help()}")


def _folder(text: str) -> Path:
    """Read a folder given on the command line."""
    return Path(text).expanduser().absolute()


def _parsers() -> tuple[_Parser, dict[str, _Parser]]:
    """Describe the commands and their options."""
    from iliopsoas.cli.lessons import lesson_names
    from iliopsoas.learning.folder import default_folder

    parser = _Parser(
        prog="iliopsoas",
        description="Interactive lessons about the iliopsoas. Without a command, opens the course.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"iliopsoas {version('iliopsoas')}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    known: dict[str, _Parser] = {}

    def add(name: str, help: str) -> _Parser:
        known[name] = commands.add_parser(name, help=help, description=help, allow_abbrev=False)
        return known[name]

    lab = add("lab", "Open the course in JupyterLab, on your own copies of the lessons.")
    lab.add_argument(
        "lesson", nargs="?", metavar="LESSON", help=f"number or name: {lesson_names()} (default: the first)"
    )
    own = f"folder for your lessons (default: {default_folder()})"
    lab.add_argument("--folder", type=_folder, default=default_folder(), help=own)
    lab.add_argument("--fresh", action="store_true", help="put the current version beside yours and open it")
    lab.add_argument("--no-browser", action="store_true", help="only print the address")
    lab.add_argument("--port", type=int, help="port to use (default: the first free one from 8888)")
    lab.add_argument("--no-warm", action="store_true", help="do not draw the plates ahead in the background")

    doctor = add("doctor", "Look whether the course can run here, and say what to do where it cannot.")
    doctor.add_argument("--folder", type=_folder, default=default_folder(), help=own)

    figures = add("figures", "Write every plate as a picture, and a page that lists them.")
    figures.add_argument(
        "--check", action="store_true", help="write nothing; name what is missing, extra or out of date"
    )
    figures.add_argument("--only", metavar="ID", help="one plate, such as attachments")
    figures.add_argument("--folder", type=_folder, default=_folder("figures"), help="where to (default: figures, here)")

    anki = add("anki", "Write all questions and cases as a deck for Anki.")
    anki.add_argument(
        "file",
        nargs="?",
        type=_folder,
        default=_folder("iliopsoas.apkg"),
        help="the file (default: iliopsoas.apkg, here)",
    )

    sheet = add("safety-list", "Write all safety content as one page to print, for a qualified reviewer.")
    sheet.add_argument(
        "file",
        nargs="?",
        type=_folder,
        default=_folder("iliopsoas-safety-list.html"),
        help="the file (default: iliopsoas-safety-list.html, here)",
    )
    sheet.add_argument("--replace", action="store_true", help="replace a file that is there")

    warm = add("warm", "Draw every plate ahead, so that the lessons open at once.")
    warm.add_argument("--background", action="store_true", help="give way to other programs; end quietly when told to")
    return parser, known


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    """Read the command line; opening the course is what happens without a command."""
    parser, known = _parsers()
    words = list(argv)
    if not words or (words[0].startswith("-") and words[0] not in ("-h", "--help", "--version")):
        words.insert(0, "lab")
    if not words[0].startswith("-") and words[0] not in known:
        parser.error(f"there is no command {words[0]!r}.{did_you_mean(close_matches(words[0], known, most=1))}")
    arguments, unknown = parser.parse_known_args(words)
    if unknown:
        known[arguments.command].error(f"there is no option {unknown[0]!r}")
    return arguments


def _figures(arguments: argparse.Namespace) -> int:
    """Write the figures, or say which are out of date."""
    from iliopsoas.publish import figures
    from iliopsoas.publish.album import SOFTWARE, album

    progress = sys.stderr.isatty()
    shown = album()
    try:
        if arguments.check:
            faults = figures.check(shown, arguments.folder, arguments.only, progress)
            for fault in faults:
                print(fault)
            if not faults:
                print(f"{arguments.folder} is up to date.")
                return 0
            print(f"{len(faults)} to put right. iliopsoas figures writes them anew; delete by hand what is extra.")
            others = figures.drawn_with(arguments.folder) - {SOFTWARE}
            if others:
                print(f"They were drawn with {', '.join(sorted(others))}; this is {SOFTWARE}.")
                print("Letters may be set differently; python -m uv run iliopsoas figures --check uses the pinned one.")
            return 1
        changed = figures.write(shown, arguments.folder, arguments.only, progress)
    except UnknownName as error:
        raise CourseError(str(error), "Leave out --only to write them all.", exit_code=2) from error
    except OSError as error:
        raise CourseError(
            f"Cannot write to {arguments.folder}: {error}", "Name another folder with --folder PATH."
        ) from error
    print(f"{len(changed)} files changed in {arguments.folder}.")
    return 0


def _anki(path: Path) -> int:
    """Write the deck for Anki."""
    from iliopsoas.publish import anki

    if path.suffix != ".apkg":
        raise CourseError(f"{path} does not end in .apkg, so Anki would not open it.", "Name it iliopsoas.apkg", 2)
    try:
        count = anki.write(path, progress=sys.stderr.isatty())
    except anki.NoGenanki as error:
        raise CourseError(
            "The package genanki, which writes such files, is not installed.",
            "With the course's folder: python -m uv run --extra anki iliopsoas anki\n"
            "With the installed package: python -m pip install genanki, then again.",
        ) from error
    except OSError as error:
        raise CourseError(f"Cannot write {path}: {error}", "Name another file.") from error
    print(f"{count} cards written to {path}. Open it in Anki; a newer deck keeps the dates of the old one.")
    return 0


def _safety_list(path: Path, replace: bool) -> int:
    """Write the safety list."""
    from iliopsoas.publish import safety_sheet

    if path.suffix not in (".html", ".htm"):
        raise CourseError(
            f"{path} does not end in .html, so no browser would open it.", "Name it iliopsoas-safety-list.html", 2
        )
    try:
        count = safety_sheet.write(path, replace)
    except FileExistsError as error:
        raise CourseError(
            f"{path} is there already; somebody's remarks may stand in it.", "Name another file, or say --replace."
        ) from error
    except OSError as error:
        raise CourseError(f"Cannot write {path}: {error}", "Name another file.") from error
    print(f"{count} rows written to {path}. Open it in a browser and print it.")
    return 0


def _warm(background: bool) -> int:
    """Draw the plates into the cache."""
    from iliopsoas.cli.warm import warm

    return warm(background)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    argv : sequence of str, optional
        Words after the command's name; those of the process if not given.

    Returns
    -------
    int
        Exit code: 0 done, 1 a fault (what to do is printed), 2 a wrong word on the command line.
    """
    prepare_streams()
    arguments = _arguments(sys.argv[1:] if argv is None else argv)
    try:
        if arguments.command == "doctor":
            from iliopsoas.cli.doctor import examine

            return examine(arguments.folder)
        if arguments.command == "figures":
            return _figures(arguments)
        if arguments.command == "anki":
            return _anki(arguments.file)
        if arguments.command == "safety-list":
            return _safety_list(arguments.file, arguments.replace)
        if arguments.command == "warm":
            return _warm(arguments.background)
        from iliopsoas.cli.lab import open_course

        return open_course(
            arguments.lesson,
            arguments.folder,
            fresh=arguments.fresh,
            browser=not arguments.no_browser,
            port=arguments.port,
            warm=not arguments.no_warm,
        )
    except CourseError as error:
        print(f"iliopsoas: {error.problem}\n{error.remedy}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
