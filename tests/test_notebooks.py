"""What every lesson must be, whatever it teaches. That it runs is nbval's part, in the same pytest run."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

from iliopsoas.atlas.poses import named_poses

NOTEBOOKS = sorted((Path(__file__).resolve().parent.parent / "notebooks").glob("*.ipynb"))
IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)[^)]*\)")
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)[^)]*\)")
TAG_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
LOGIC = re.compile(r"^\s*(def|class|for|while|if|try|with|lambda)\b|^\s*@", re.MULTILINE)
NETWORK = re.compile(r"https?://|\burllib\b|\brequests\b|\bsocket\b|^\s*[!%](?!matplotlib\b|config\b)", re.MULTILINE)
LESSONS_WITH_HANDS = {"07", "08"}

lesson = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(path: Path, kind: str) -> list[str]:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == kind]


def test_there_are_lessons():
    assert [path.stem for path in NOTEBOOKS if path.stem in ("00_start_here", "02_attachments")], NOTEBOOKS
    assert all(re.fullmatch(r"\d\d_[a-z0-9_]+", path.stem) for path in NOTEBOOKS)


@lesson
def test_it_is_a_valid_notebook_for_any_python(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata["kernelspec"]["name"] == "python3"
    assert "version" not in notebook.metadata.get("language_info", {}), "would change with each author's Python"


@lesson
def test_it_is_stored_without_outputs(path):
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code" and "keep_output" not in cell["metadata"].get("tags", []):
            assert not cell["outputs"]
            assert cell["execution_count"] is None


@lesson
def test_code_is_short_and_without_logic(path):
    for source in cells(path, "code"):
        assert len(source.splitlines()) <= 8, source
        assert not LOGIC.search(source), f"belongs in the package:\n{source}"


@lesson
def test_code_asks_nothing_of_the_network_or_the_shell(path):
    for source in cells(path, "code"):
        assert not NETWORK.search(source), source


@lesson
def test_every_picture_in_the_text_exists_and_is_described(path):
    for source in cells(path, "markdown"):
        assert not TAG_IMAGE.search(source), "write ![description](file): the learner's copy finds only those"
        for alt, target in IMAGE.findall(source):
            assert len(alt.split()) >= 3, f"no description of {target}"
            assert target.startswith("../figures/"), f"{target} would not be copied into a learner's folder"
            assert (path.parent / target).is_file(), target


def anchor(heading: str) -> str:
    """Give a heading's anchor as JupyterLab makes it."""
    return heading.strip().replace(" ", "-")


@lesson
def test_every_link_resolves_here(path):
    """In the repository and in a learner's folder, where the lessons stand side by side."""
    for source in cells(path, "markdown"):
        for target in LINK.findall(source):
            if re.match(r"(https?:|mailto:)", target):
                continue
            file, _, fragment = target.partition("#")
            aim = path.parent / file if file else path
            assert aim in NOTEBOOKS, f"{target} leads out of the lessons"
            headings = re.findall(r"^#+ (.+)$", "\n".join(cells(aim, "markdown")), re.MULTILINE)
            assert not fragment or fragment in map(anchor, headings), f"no heading for {target}"


@lesson
def test_it_has_one_title_and_no_skipped_heading(path):
    text = "\n".join(cells(path, "markdown"))
    depths = [len(marks) for marks in re.findall(r"^(#+) ", text, re.MULTILINE)]
    assert depths[0] == 1 and depths.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(depths))
    assert re.match(r"# ", cells(path, "markdown")[0]), "the title comes first"


@lesson
def test_the_reader_knows_the_limits(path):
    """Lesson 00 says what the course is not; lessons with hands in them say it on their first screen."""
    number, text = path.stem[:2], "\n".join(cells(path, "markdown"))
    first_screen = "\n".join(cells(path, "markdown")[:2]).lower()
    if number == "00":
        for words in ("not medical advice", "qualification", "insurance", "local rules", "supervis"):
            assert words in text.lower(), words
    if number in LESSONS_WITH_HANDS:
        for words in ("qualification", "insurance", "local rules", "do not learn hands-on work from a notebook alone"):
            assert words in first_screen, words


@lesson
def test_every_picture_the_code_makes_goes_through_show(path):
    """Only `show` carries alt text and caption."""
    for source in cells(path, "code"):
        assert not re.search(r"\bdisplay\(|plt\.|pyplot|\bImage\(", source), source


def test_the_first_lesson_leads_to_every_other_and_none_calls_one_unwritten():
    text = "\n".join(cells(NOTEBOOKS[0], "markdown"))
    assert [path.name for path in NOTEBOOKS[1:] if f"({path.name})" not in text] == []
    unwritten = re.compile(r"lessons? (is|are) being written|first part\b|lesson \d\d[^.]*still to come", re.IGNORECASE)
    for path in NOTEBOOKS:
        assert not unwritten.search("\n".join(cells(path, "markdown"))), path.name


def test_a_plate_or_pose_that_a_lesson_shows_is_named_in_full():
    """A call with a frame begins at that frame: a name that is not known would quietly show another picture."""
    frames = re.compile(r'show\("pose_lab", frame="(\w+)"\)')
    named = [id for path in NOTEBOOKS for source in cells(path, "code") for id in frames.findall(source)]
    assert named and set(named) <= set(named_poses())
