"""The pictures there should be of the plates and charts, and the page that lists them.

Each plate is drawn from each view with its names, with numbers, with empty lines to write on, with numbers and a key,
and once more small, for the text of a lesson. `iliopsoas.publish.figures` keeps a folder of them.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from PIL import Image
from PIL.PngImagePlugin import PngInfo

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
# What a lesson's text shows before it is run: small enough that all of them fit into the package.
LESSON_DPI, LESSON_QUALITY = 84, 60
SOFTWARE = f"matplotlib {version('matplotlib')}"


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
        """Draw it: as a PNG file of at most 256 colours, or as WebP where its name says so.

        Returns
        -------
        bytes
            The same bytes for the same plate and the same versions of the drawing libraries.
        """
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "picture.png"
            self.save(path)
            with Image.open(path) as drawn:
                if self.name.endswith(".webp"):
                    return _small(drawn)
                return _slim(drawn, {"Labels": self.words(), "Software": SOFTWARE})


def _small(drawn: Image.Image) -> bytes:
    """Write a picture as WebP, a quarter of the size of its PNG."""
    file = io.BytesIO()
    drawn.convert("RGB").save(file, "WEBP", quality=LESSON_QUALITY, method=6)
    return file.getvalue()


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
        picture
        for folio in album.folios
        if only in (None, folio.id)
        for view, plate in folio.printed.items()
        for picture in _all_of_plate(folio.id, view, plate)
    )
    return (*plates, *(_of_chart(chart) for chart in album.charts if only in (None, chart.id)))


def _all_of_plate(subject: str, view: str, plate: Plate) -> Iterator[Picture]:
    for style in STYLES:
        yield _of_plate(subject, view, plate, style)
    yield Picture(
        f"{subject}/{view}.webp", lambda path: plate.save(path, labels="names", dpi=LESSON_DPI), lambda: plate.title
    )


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
        for view, plate in folio.printed.items():
            others = ", ".join(
                f"[{words}]({folio.id}/{view}_{style}.png)" for style, words in STYLES.items() if style != "names"
            )
            lines += ["", f"### {folio.title}: {plate.view.title.lower()}", ""]
            lines += [f"![{_alt(plate.alt_for())}]({folio.id}/{view}_names.png)", ""]
            lines += [plate.caption, "", f"The same {others}."]
        notes = dict.fromkeys(plate.schematic for plate in folio.printed.values() if plate.schematic)
        lines += [line for note in notes for line in ("", f"*{note}*")]
    if album.charts:
        lines += ["", "## Charts"]
    for chart in album.charts:
        lines += ["", f"### {chart.title}", "", f"![{_alt(chart.alt)}](charts/{chart.id}.png)", "", chart.caption]
    return "\n".join(lines) + "\n"


def _alt(text: str) -> str:
    """Fit a description between the brackets of a Markdown image."""
    return " ".join(text.split()).replace("[", "(").replace("]", ")")
