"""Every plate as a picture file, and the page that lists them.

``figures/`` is what is read on the web without running anything: each plate from each view with its names, with
numbers, with empty lines to write on, and with numbers and a key. `write` makes it, `check` tells what is out of date.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from tqdm import tqdm

from iliopsoas.plates.catalogue import catalogue, charts
from iliopsoas.plates.chart import Chart
from iliopsoas.plates.credits import SOURCE, credit_line
from iliopsoas.plates.foot import source_line
from iliopsoas.plates.plate import Folio, Plate
from iliopsoas.plates.reduce import few_colours
from iliopsoas.sources.errors import UnknownName

Style = Literal["names", "numbers", "blank", "key"]
STYLES: dict[Style, str] = {
    "names": "with names",
    "numbers": "with numbers",
    "blank": "with empty lines to write on",
    "key": "with numbers and a key",
}
# Drawing choices: the names plate is to print across an A4 page, the whole folder to stay small enough to clone.
DPI: dict[Style, int] = {"names": 150, "numbers": 130, "blank": 130, "key": 130}
INDEX = "README.md"
SOFTWARE = f"matplotlib {version('matplotlib')}"

# Two pictures are the same when, averaged over squares of BLOCK_PX pixels, at most SHARE of the squares differ by
# more than STEP of 255 in any colour. Another system or processor may move an edge by part of a pixel and passes; a
# part or a colour that changed does not. The words are compared as text. Another release of matplotlib may set letters
# quite differently (3.11 did); with which one a picture was drawn is written into it, so that a reader can tell.
BLOCK_PX = 8
STEP = 24
SHARE = 0.0005


@dataclass(frozen=True)
class Album:
    """Everything there is a picture of.

    Parameters
    ----------
    folios : tuple of Folio
        The plates, by subject and view.
    charts : tuple of Chart
        What is plotted rather than drawn.
    """

    folios: tuple[Folio, ...]
    charts: tuple[Chart, ...] = ()


def album() -> Album:
    """Give everything the lessons show.

    Returns
    -------
    Album
        In the order in which the lessons use it.
    """
    return Album(catalogue(), charts())


@dataclass(frozen=True)
class Picture:
    """One picture file that should exist.

    Parameters
    ----------
    name : str
        Path below the folder, with forward slashes.
    save : callable
        Writes the picture as a PNG file to the path it is given, with title, alt text, licence and source inside.
    words : callable
        What is written beside it, such as its labels; compared as text, since letters are hard to compare as pixels.
    """

    name: str
    save: Callable[[Path], object]
    words: Callable[[], str]

    def draw(self) -> bytes:
        """Draw it as a PNG file of at most 256 colours.

        Returns
        -------
        bytes
            The same bytes for the same plate and the same versions of the drawing libraries.
        """
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "picture.png"
            self.save(path)
            with Image.open(path) as drawn:
                return _slim(drawn, {"Labels": self.words(), "Software": SOFTWARE})


@dataclass(frozen=True)
class Fault:
    """One file of the folder that is not as it should be.

    Parameters
    ----------
    name : str
        Path below the folder.
    kind : {"missing", "extra", "out of date"}
        What is wrong with it.
    """

    name: str
    kind: Literal["missing", "extra", "out of date"]

    def __str__(self) -> str:
        """Give kind and name, as printed."""
        return f"{self.kind}: {self.name}"


def _slim(drawn: Image.Image, words: dict[str, str]) -> bytes:
    """Write a picture with a palette, keeping its text and adding to it."""
    texts = {str(key): str(value) for key, value in drawn.info.items() if key in getattr(drawn, "text", {})} | words
    info = PngInfo()
    for key in sorted(texts):
        info.add_itxt(key, texts[key])
    file = io.BytesIO()
    few_colours(drawn).save(file, "PNG", optimize=True, pnginfo=info, dpi=drawn.info.get("dpi", (150, 150)))
    return file.getvalue()


def pictures(album: Album, only: str | None = None) -> tuple[Picture, ...]:
    """List the pictures that should exist.

    Parameters
    ----------
    album : Album
        Everything there is a picture of.
    only : str, optional
        Restrict to one subject or chart.

    Returns
    -------
    tuple of Picture
        In the order of the index page.

    Raises
    ------
    UnknownName
        If there is no such subject; the message names those that come close, or all.
    """
    known = [*(folio.id for folio in album.folios), *(chart.id for chart in album.charts)]
    if only is not None and only not in known:
        raise UnknownName("plate", only, known)
    plates = (
        _of_plate(folio.id, view, folio.plates[view], style)
        for folio in album.folios
        if only in (None, folio.id)
        for view in folio.plates
        for style in STYLES
    )
    return (*plates, *(_of_chart(chart) for chart in album.charts if only in (None, chart.id)))


def _of_plate(subject: str, view: str, plate: Plate, style: Style) -> Picture:
    def words() -> str:
        labels = sorted(plate.labels_for(), key=lambda label: label.number)
        named = "; ".join(f"{label.number} {' '.join(label.text.split())}" for label in labels)
        return " | ".join([named, plate.title, plate.caption, plate.schematic, source_line(plate), credit_line()])

    return Picture(f"{subject}/{view}_{style}.png", lambda path: plate.save(path, labels=style, dpi=DPI[style]), words)


def _of_chart(chart: Chart) -> Picture:
    def save(path: Path) -> None:
        words = {"Title": chart.title, "Description": chart.alt, "Copyright": "MIT", "Source": SOURCE, "Software": None}
        chart.figure().savefig(path, dpi=DPI["names"], metadata=words)

    return Picture(f"charts/{chart.id}.png", save, lambda: chart.caption)


def index(album: Album) -> str:
    """Write the page that lists the pictures, readable as Markdown on the web and offline.

    Parameters
    ----------
    album : Album
        Everything there is a picture of.

    Returns
    -------
    str
        Markdown; every picture has the plate's own alt text.
    """
    lines = [
        "# Plates",
        "",
        "Written by `iliopsoas figures`, which also checks them: change a plate, not this page.",
        "Each picture file holds its title, a description of what is seen, licence and source in its metadata.",
        "Licences and what is schematic: see [NOTICE](../NOTICE).",
    ]
    for folio in album.folios:
        lines += ["", f"## {folio.title}"]
        for view, plate in folio.plates.items():
            others = ", ".join(
                f"[{words}]({folio.id}/{view}_{style}.png)" for style, words in STYLES.items() if style != "names"
            )
            lines += ["", f"### {folio.title}: {plate.view.title.lower()}", ""]
            lines += [f"![{_alt(plate.alt_for())}]({folio.id}/{view}_names.png)", ""]
            lines += [plate.caption, "", f"The same {others}."]
        notes = dict.fromkeys(plate.schematic for plate in folio.plates.values() if plate.schematic)
        lines += [line for note in notes for line in ("", f"*{note}*")]
    if album.charts:
        lines += ["", "## Charts"]
    for chart in album.charts:
        lines += ["", f"### {chart.title}", "", f"![{_alt(chart.alt)}](charts/{chart.id}.png)", "", chart.caption]
    return "\n".join(lines) + "\n"


def _alt(text: str) -> str:
    """Fit a description between the brackets of a Markdown image."""
    return " ".join(text.split()).replace("[", "(").replace("]", ")")


def _with_progress(wanted: Sequence[Picture], progress: bool) -> Iterator[Picture]:
    yield from tqdm(wanted, desc="Plates", unit="picture", disable=not progress)


def write(album: Album, folder: Path, only: str | None = None, progress: bool = False) -> list[Path]:
    """Write the pictures and the index page.

    Parameters
    ----------
    album : Album
        Everything there is a picture of.
    folder : Path
        Made if it does not exist. Files that do not belong to it are left alone; `check` names them.
    only : str, optional
        Restrict the pictures to one subject; the index always lists all.
    progress : bool, optional
        Whether to show a progress bar.

    Returns
    -------
    list of Path
        The files whose content changed. A picture that looks the same is not touched.
    """
    changed = []
    for picture in _with_progress(pictures(album, only), progress):
        path = folder / picture.name
        drawn = picture.draw()
        if not path.is_file() or not same_picture(path.read_bytes(), drawn):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(drawn)
            changed.append(path)
    page = folder / INDEX
    if not page.is_file() or page.read_text(encoding="utf-8") != index(album):
        folder.mkdir(parents=True, exist_ok=True)
        page.write_text(index(album), encoding="utf-8", newline="\n")
        changed.append(page)
    return changed


def check(album: Album, folder: Path, only: str | None = None, progress: bool = False) -> list[Fault]:
    """Draw everything again and compare it with the folder.

    Parameters
    ----------
    album : Album
        Everything there is a picture of.
    folder : Path
        What `write` wrote.
    only : str, optional
        Restrict to one subject.
    progress : bool, optional
        Whether to show a progress bar.

    Returns
    -------
    list of Fault
        Empty when the folder is up to date. How far a picture may differ is said at `SHARE`.
    """
    faults = []
    wanted = pictures(album, only)
    for picture in _with_progress(wanted, progress):
        path = folder / picture.name
        if not path.is_file():
            faults.append(Fault(picture.name, "missing"))
        elif not same_picture(path.read_bytes(), picture.draw()):
            faults.append(Fault(picture.name, "out of date"))
    page = folder / INDEX
    if not page.is_file():
        faults.append(Fault(INDEX, "missing"))
    elif page.read_text(encoding="utf-8") != index(album):
        faults.append(Fault(INDEX, "out of date"))
    expected = {picture.name for picture in pictures(album)} | {INDEX}
    found = (path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file())
    strays = (path.as_posix() for path in found if not any(part.startswith(".") for part in path.parts))
    return faults + [Fault(name, "extra") for name in strays if name not in expected]


def drawn_with(folder: Path) -> set[str]:
    """Tell what the pictures of a folder were drawn with.

    Parameters
    ----------
    folder : Path
        What `write` wrote.

    Returns
    -------
    set of str
        Such as ``{"matplotlib 3.11.2"}``; compare with `SOFTWARE`. Files that cannot be read are left out.
    """
    found = set()
    for path in folder.rglob("*.png"):
        with contextlib.suppress(OSError, SyntaxError, ValueError), Image.open(path) as image:
            found |= {image.info["Software"]} if "Software" in image.info else set()
    return found


def same_picture(one: bytes, other: bytes) -> bool:
    """Say whether two PNG files show and say the same.

    Parameters
    ----------
    one, other : bytes
        PNG files; one that cannot be read is the same as nothing.

    Returns
    -------
    bool
        True if their texts are equal and their pixels too, but for the tolerance said at `SHARE`.
    """
    if one == other:
        return True
    try:
        (texts, pixels), (other_texts, other_pixels) = _decoded(one), _decoded(other)
    except (OSError, SyntaxError, ValueError):  # what Pillow raises for a broken file
        return False
    if texts != other_texts or pixels.shape != other_pixels.shape:
        return False
    differs = np.abs(pixels - other_pixels).max(axis=2) > STEP
    return bool(differs.mean() <= SHARE)


def _decoded(png: bytes) -> tuple[dict[str, str], np.ndarray]:
    """Give the texts of a PNG file and its mean colour over squares."""
    with Image.open(io.BytesIO(png)) as image:
        image.load()
        texts = {key: str(value) for key, value in getattr(image, "text", {}).items() if key != "Software"}
        return texts, np.asarray(image.convert("RGB").reduce(BLOCK_PX), dtype=np.int16)
