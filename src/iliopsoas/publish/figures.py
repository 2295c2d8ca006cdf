"""A folder with every plate as a picture file, and the page that lists them.

``figures/`` is what is read on the web without running anything. `write` makes it, `check` tells what is out of date.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image
from tqdm import tqdm

from iliopsoas.publish.album import Album, Picture, index, pictures

INDEX = "README.md"

# Two pictures are the same when, averaged over squares of BLOCK_PX pixels, at most SHARE of the squares differ by
# more than STEP of 255 in any colour. Another system or processor may move an edge by part of a pixel and passes; a
# part or a colour that changed does not. The words are compared as text. Another release of matplotlib may set letters
# quite differently (3.11 did); with which one a picture was drawn is written into it, so that a reader can tell.
BLOCK_PX = 8
STEP = 24
SHARE = 0.0005


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
        Such as ``{"matplotlib 3.11.2"}``; compare with `album.SOFTWARE`. Files that cannot be read are left out.
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
