"""The folder of pictures: what is written, and that `check` finds what is missing, extra or out of date, no more."""

from __future__ import annotations

import io
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from iliopsoas.cli import main
from iliopsoas.publish import album as albums
from iliopsoas.publish import figures
from iliopsoas.sources.errors import UnknownName


@dataclass
class Label:
    number: int
    text: str


@dataclass
class FakePlate:
    """A drawing of two shapes and its words, in place of a plate."""

    view: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(title="From the front"))
    title: str = "Shapes, from the front"
    caption: str = "A square and a disc."
    schematic: str = "Both are made up."
    sources: tuple[str, ...] = ("bogduk1992",)
    colour: str = "#8C3B22"
    shift_px: float = 0
    words: list[str] = field(default_factory=lambda: ["square", "disc"])

    def labels_for(self):
        return [Label(number, text) for number, text in enumerate(self.words, 1)]

    def alt_for(self):
        return f"From the front [view]: a square and a disc, {self.colour}."

    def save(self, path, labels, dpi):
        """Draw large and scale down, so that a shift of part of a pixel only changes the edges."""
        large = Image.new("RGB", (800, 600), "white")
        pen, shift = ImageDraw.Draw(large), self.shift_px * 200 / dpi
        pen.rectangle((100 + shift, 100, 350 + shift, 350), fill=self.colour, outline="black", width=4)
        pen.ellipse((450 + shift, 200, 700 + shift, 450), fill="#E69F00", outline="black", width=4)
        info = PngInfo()
        info.add_itxt("Description", self.alt_for())
        large.resize((dpi * 4, dpi * 3), Image.Resampling.LANCZOS).save(path, pnginfo=info)


@dataclass
class FakeChart:
    id: str = "growth"
    title: str = "How it grows"
    caption: str = "A line."
    alt: str = "A line that rises from 1 to 4."
    values: tuple[float, ...] = (1, 2, 4)

    def figure(self):
        figure = Figure(figsize=(4, 3))
        figure.add_subplot().plot(self.values)
        return figure


@dataclass
class FakeFolio:
    id: str
    title: str
    plates: dict

    @property
    def printed(self):
        return self.plates


def small_album():
    side = FakePlate(view=SimpleNamespace(title="From the side"))
    folios = (
        FakeFolio("shapes", "Shapes", {"anterior": FakePlate(), "lateral": side}),
        FakeFolio("more", "More shapes", {"anterior": FakePlate(colour="#009E73")}),
    )
    return albums.Album(folios, (FakeChart(),))


@pytest.fixture(autouse=True, scope="module")
def small():
    """Draw small pictures: the same things hold of them, and sooner."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(albums, "DPI", dict.fromkeys(albums.STYLES, 100))
        yield


@pytest.fixture(scope="module")
def written(small, tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    figures.write(small_album(), folder)
    return folder


@pytest.fixture
def album():
    return small_album()


@pytest.fixture
def folder(tmp_path, written):
    """A folder that is up to date with `album`, to be spoilt."""
    return Path(shutil.copytree(written, tmp_path / "figures"))


def names(faults):
    return {(fault.kind, fault.name) for fault in faults}


def test_every_view_is_written_in_every_style_with_its_words_inside(folder, album):
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*.png")}
    assert written == {
        f"{place}_{style}.png"
        for place in ("shapes/anterior", "shapes/lateral", "more/anterior")
        for style in ("names", "numbers", "blank", "key")
    } | {"charts/growth.png"}
    small = {path.relative_to(folder).as_posix() for path in folder.rglob("*.webp")}
    assert small == {"shapes/anterior.webp", "shapes/lateral.webp", "more/anterior.webp"}
    with Image.open(folder / "shapes" / "anterior_names.png") as picture:
        assert picture.mode == "P", "a palette keeps the folder small"
        assert picture.text["Description"] == album.folios[0].plates["anterior"].alt_for()
        labels, *printed = picture.text["Labels"].split(" | ")
        assert labels == "1 square; 2 disc"
        assert printed[:3] == ["Shapes, from the front", "A square and a disc.", "Both are made up."]
        assert "Bogduk" in printed[3]


def test_what_was_written_is_up_to_date(folder, album):
    assert figures.check(album, folder) == []
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    assert figures.write(album, folder) == []
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_the_same_plate_gives_the_same_bytes(album):
    (picture, *_) = albums.pictures(album)
    assert picture.draw() == picture.draw()


@pytest.mark.parametrize(
    "change",
    [{"colour": "#0B3C7A"}, {"words": ["square", "ring"]}, {"shift_px": 12}],
    ids=["another colour", "another word", "moved"],
)
def test_a_changed_plate_is_out_of_date(folder, album, change):
    plate = album.folios[0].plates["lateral"]
    for name, value in change.items():
        setattr(plate, name, value)
    found = names(figures.check(album, folder))
    assert {("out of date", f"shapes/lateral_{style}.png") for style in albums.STYLES} <= found
    assert not any("anterior" in name for _, name in found)


def test_a_changed_chart_is_out_of_date(folder, album):
    album.charts[0].values = (4, 2, 1)
    assert names(figures.check(album, folder)) == {("out of date", "charts/growth.png")}


def test_part_of_a_pixel_is_not_a_change(folder, album):
    """As between two releases of a drawing library."""
    album.folios[0].plates["lateral"].shift_px = 0.5
    drawn = albums.pictures(album, "shapes")[4].draw()
    assert drawn != (folder / "shapes" / "lateral_names.png").read_bytes()
    assert figures.check(album, folder) == []


def test_missing_extra_and_broken_files_are_named(folder, album):
    (folder / "shapes" / "anterior_key.png").unlink()
    (folder / "shapes" / "old_names.png").write_bytes(b"")
    (folder / "more" / "anterior_blank.png").write_bytes(b"\x89PNG broken")
    (folder / "README.md").write_text("old", encoding="utf-8")
    assert names(figures.check(album, folder)) == {
        ("missing", "shapes/anterior_key.png"),
        ("extra", "shapes/old_names.png"),
        ("out of date", "more/anterior_blank.png"),
        ("out of date", "README.md"),
    }
    figures.write(album, folder)
    assert names(figures.check(album, folder)) == {("extra", "shapes/old_names.png")}


def test_one_subject_alone(folder, album):
    album.folios[0].plates["anterior"].colour = album.folios[1].plates["anterior"].colour = "#0B3C7A"
    changed = {path.relative_to(folder).parts[0] for path in figures.write(album, folder, only="more")}
    assert changed == {"more", "README.md"}
    with pytest.raises(UnknownName, match="'shapes'"):
        albums.pictures(album, "shape")


def test_the_index_shows_each_view_once_with_alt_text_and_leads_to_the_rest(folder):
    page = (folder / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", page)
    assert [target for _, target in shown] == [
        "shapes/anterior_names.png",
        "shapes/lateral_names.png",
        "more/anterior_names.png",
        "charts/growth.png",
    ]
    assert all(alt.startswith("From the front (view): a square") for alt, _ in shown[:-1])
    assert shown[-1][0] == "A line that rises from 1 to 4."
    for target in re.findall(r"\]\(([^)]+)\)", page):
        assert (folder / target).is_file() or target == "../NOTICE"
    assert "Both are made up." in page


def test_the_tolerance_is_a_share_of_squares():
    def png(pixels):
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "PNG")
        return file.getvalue()

    white = np.full((800, 800, 3), 255, dtype=np.uint8)
    few, many = white.copy(), white.copy()
    squares = int(figures.SHARE * (800 // figures.BLOCK_PX) ** 2)
    few[: figures.BLOCK_PX, : squares * figures.BLOCK_PX] = 0
    many[: 2 * figures.BLOCK_PX, : squares * figures.BLOCK_PX] = 0
    assert figures.same_picture(png(white), png(few))
    assert not figures.same_picture(png(white), png(many))
    assert not figures.same_picture(png(white), png(white[:-8])), "another size is another picture"


def test_another_release_of_the_drawing_library_is_named(folder, album, monkeypatch, capsys):
    monkeypatch.setattr(albums, "album", lambda: album)
    monkeypatch.setattr(albums, "SOFTWARE", "matplotlib 9.9")
    assert main(["figures", "--check", "--folder", str(folder)]) == 0, "its name alone is no difference"
    (folder / "README.md").unlink()
    assert main(["figures", "--check", "--folder", str(folder)]) == 1
    assert "this is matplotlib 9.9" in capsys.readouterr().out


def test_the_command_writes_checks_and_names(tmp_path, album, monkeypatch, capsys):
    monkeypatch.setattr(albums, "album", lambda: album)
    place = ["--folder", str(tmp_path / "figures")]
    assert main(["figures", *place]) == 0
    assert main(["figures", "--check", *place]) == 0
    (tmp_path / "figures" / "shapes" / "anterior_key.png").unlink()
    assert main(["figures", "--check", *place]) == 1
    assert "missing: shapes/anterior_key.png" in capsys.readouterr().out
    assert main(["figures", "--only", "nothing", *place]) == 2
    assert "shapes, more" in capsys.readouterr().err


def test_the_folder_of_this_repository_is_complete(top: Path):
    """Names only: drawing every plate again is the work of `iliopsoas figures --check`."""
    folder = top / "figures"
    expected = {picture.name for picture in albums.pictures(albums.album())} | {figures.INDEX}
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert found == expected
    sizes = {name: (folder / name).stat().st_size for name in expected}
    assert max(sizes.values()) < 1_000_000
    assert sum(sizes.values()) < 200_000 * len(sizes), "a clone stays small for what it shows"
