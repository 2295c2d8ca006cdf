"""Look whether the course can run here, and say what to do where it cannot."""

from __future__ import annotations

import json
import os
import platform
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TextIO

from packaging.requirements import Requirement
from packaging.version import Version

from iliopsoas.cli.console import CourseError, coloured
from iliopsoas.cli.lab import private_jupyter, settings_folder
from iliopsoas.cli.lessons import lessons

REINSTALL = (
    "Install the course again: python -m uv sync --reinstall (in a checkout), "
    "or python -m pip install --force-reinstall iliopsoas"
)
FONT = "DejaVu Sans"  # comes with matplotlib


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Parameters
    ----------
    name : str
        What was looked at.
    found : str
        What there is.
    remedy : str
        What to do; empty when all is well.
    """

    name: str
    found: str
    remedy: str = ""


def python_row() -> Row:
    """Look at the version of Python.

    Returns
    -------
    Row
        A fault below 3.11.
    """
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    return Row("Python", found, "" if sys.version_info >= (3, 11) else "Install Python 3.11 or newer.")


def package_rows() -> Iterator[Row]:
    """Look at the packages the course needs.

    Yields
    ------
    Row
        A fault for each package that is missing or of a version we do not work with.
    """
    for requirement in (Requirement(text) for text in requires("iliopsoas") or ()):
        if requirement.marker and not requirement.marker.evaluate():
            continue
        try:
            found = version(requirement.name)
        except PackageNotFoundError:
            yield Row(requirement.name, "not installed", REINSTALL)
            continue
        fits = requirement.specifier.contains(found, prereleases=True)
        said = found if fits else f"{found}, but {requirement.specifier} is needed"
        yield Row(requirement.name, said, "" if fits else REINSTALL)


def _extension_version(name: str, roots: list[str]) -> str | None:
    """Read the version of JupyterLab's half of a widget package; None where there is none."""
    for root in roots:
        package = Path(root) / name / "package.json"
        if package.is_file():
            return str(json.loads(package.read_text(encoding="utf-8"))["version"])
    return None


def front_end_rows() -> Iterator[Row]:
    """Look whether JupyterLab has the browser halves of the widget packages, in versions that fit the Python halves.

    Yields
    ------
    Row
        One for anywidget, one for ipywidgets.
    """
    from jupyter_core.paths import jupyter_path

    roots = jupyter_path("labextensions")
    # The manager counts for itself: 5 is the one that works with ipywidgets 8.
    wanted = {"anywidget": Version(version("anywidget")).release[:2], "@jupyter-widgets/jupyterlab-manager": (5,)}
    for name, release in wanted.items():
        label, found = f"{name.split('/')[-1]} in browser", _extension_version(name, roots)
        if found is None:
            yield Row(label, "missing, so pictures would stay still", REINSTALL)
        elif Version(found).release[: len(release)] != release:
            yield Row(label, f"{found}, but {'.'.join(map(str, release))} is needed", REINSTALL)
        else:
            yield Row(label, found)


def kernel_row() -> Row:
    """Look whether notebooks run with the Python that has the course.

    Returns
    -------
    Row
        A fault if the kernel ``python3`` is another Python.
    """
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        command = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except NoSuchKernel:
        return Row("Notebook kernel", "there is no kernel 'python3'", REINSTALL)
    ours = command in ("python", "python3") or Path(command).resolve() == Path(sys.executable).resolve()
    return Row("Notebook kernel", "this Python" if ours else f"another Python, {command}", "" if ours else REINSTALL)


def _write_row(name: str, folder: Path, remedy: str) -> Row:
    """Try to write into a folder, making it if need be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"iliopsoas")
    except OSError as error:
        return Row(name, f"cannot write to {folder}: {error.strerror or error}", remedy)
    return Row(name, str(folder))


def folder_rows(folder: Path) -> Iterator[Row]:
    """Look whether the three folders that the course writes to can be written.

    Parameters
    ----------
    folder : Path
        The learner's own folder.

    Yields
    ------
    Row
        Lessons, settings, and drawn plates.
    """
    from iliopsoas.widgets.cache import cache_dir

    yield _write_row("Your lessons", folder, "Name a folder you may write to: iliopsoas lab --folder PATH")
    yield _write_row("Settings", settings_folder(), "Set ILIOPSOAS_SETTINGS to a folder you may write to.")
    yield _write_row(
        "Drawn plates",
        cache_dir(),
        "Set ILIOPSOAS_CACHE to a folder you may write to; till then each plate is drawn anew.",
    )


def lessons_row() -> Row:
    """Look for the shipped lessons.

    Returns
    -------
    Row
        Their names.
    """
    return Row("Lessons", ", ".join(lesson.title for lesson in lessons()))


def font_row() -> Row:
    """Look for the font of the labels.

    Returns
    -------
    Row
        A fault if matplotlib cannot find it.
    """
    from matplotlib import font_manager

    try:
        path = Path(font_manager.findfont(FONT, fallback_to_default=False))
    except ValueError:
        return Row(
            "Font", f"{FONT} is missing", "Install matplotlib again: python -m uv sync --reinstall-package matplotlib"
        )
    return Row("Font", f"{FONT} ({path.name})")


def bones_row() -> Row:
    """Read the bones.

    Returns
    -------
    Row
        How many there are.
    """
    from iliopsoas.atlas.bones import load_bones

    return Row("Bones", f"{len(load_bones())} shapes read")


def plate_row() -> Row:
    """Draw one plate from nothing, as a first lesson does.

    Returns
    -------
    Row
        Which, and how long it took.
    """
    from iliopsoas.plates.catalogue import catalogue

    start = time.perf_counter()
    folio = next(iter(catalogue()))
    view = next(iter(folio.plates))
    folio.plates[view].sheet(draft=True)
    return Row("A plate drawn", f"{folio.title}, {view}: {time.perf_counter() - start:.1f} s")


def port_row() -> Row:
    """Look whether this computer lets us serve to itself.

    Returns
    -------
    Row
        A fault if no port can be taken on 127.0.0.1.
    """
    try:
        with socket.socket() as server:
            server.bind(("127.0.0.1", 0))
            return Row("Free port", f"{server.getsockname()[1]} on this computer")
    except OSError as error:
        return Row(
            "Free port", str(error), "Ask whoever looks after this computer to allow programs to serve on 127.0.0.1."
        )


def _tried(name: str, look: Callable[[], Row]) -> Row:
    """Turn whatever goes wrong while looking into a row: the doctor must finish."""
    try:
        return look()
    except CourseError as error:
        return Row(name, error.problem, error.remedy)
    except Exception as error:
        return Row(name, f"{type(error).__name__}: {error}", REINSTALL)


def rows(folder: Path) -> Iterator[Row]:
    """Look at everything, one thing after the other.

    Parameters
    ----------
    folder : Path
        The learner's own folder.

    Yields
    ------
    Row
        One for each thing looked at.
    """
    yield python_row()
    yield from package_rows()
    yield from folder_rows(folder)
    yield from front_end_rows()
    yield _tried("Notebook kernel", kernel_row)
    yield _tried("Lessons", lessons_row)
    yield _tried("Font", font_row)
    yield _tried("Bones", bones_row)
    yield _tried("A plate drawn", plate_row)
    yield port_row()


def examine(folder: Path, stream: TextIO | None = None) -> int:
    """Print the table.

    Parameters
    ----------
    folder : Path
        The learner's own folder.
    stream : TextIO, optional
        Where to; standard output if not given.

    Returns
    -------
    int
        Exit code: 0 when all is well, 1 when something is to be done.
    """
    stream = stream or sys.stdout
    os.environ.update(private_jupyter(settings_folder()))
    faults = 0
    for row in rows(folder):
        faults += bool(row.remedy)
        word = coloured("FAULT", "red", stream) if row.remedy else coloured("  ok ", "green", stream)
        print(f"[{word}] {row.name:<30} {row.found}", file=stream)
        if row.remedy:
            print(f"        do this: {row.remedy}", file=stream)
    to_do = f"{faults} to put right; see 'do this' above."
    print(f"\n{to_do if faults else 'All is well. Open the course with: iliopsoas lab'}", file=stream)
    return 1 if faults else 0
