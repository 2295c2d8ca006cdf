"""The safety list as a page for a reviewer: complete, printable, and never over somebody's remarks."""

import re
from datetime import date

import pytest

from iliopsoas.cli import main
from iliopsoas.course.safety_list import chapters, weak_lines
from iliopsoas.publish import safety_sheet


def test_the_page_has_every_row_with_its_ground_room_for_a_judgement_and_the_state_of_review():
    page = safety_sheet.page(date(2027, 3, 31))
    rows = [line for chapter in chapters() for line in chapter.lines]
    assert page.count("\u2610") == len(rows) > 150
    assert page.count("<tr class=weak>") == len(weak_lines()) > 40
    for line in rows:
        assert f"<td class=row>{line.key}</td>" in page
    assert "2027-03-31" in page and page.count("not yet reviewed by a qualified tutor") == 2
    assert "not medical advice" in page
    assert not re.search(r"<script|<details|src=|href=|@import", page), "nothing hidden, nothing fetched"


def test_the_command_writes_it_and_never_over_a_file_unasked(tmp_path, capsys):
    file = tmp_path / "new folder" / "list.html"
    assert main(["safety-list", str(file)]) == 0
    assert f"rows written to {file}" in capsys.readouterr().out
    file.write_text("remarks", encoding="utf-8")
    assert main(["safety-list", str(file)]) == 1
    assert "--replace" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == "remarks"
    assert main(["safety-list", str(file), "--replace"]) == 0
    assert "<!doctype html>" in file.read_text(encoding="utf-8")
    assert [one.name for one in file.parent.iterdir()] == ["list.html"]


@pytest.mark.parametrize("name", ["list.pdf", "list"])
def test_another_ending_is_refused(name, tmp_path, capsys):
    assert main(["safety-list", str(tmp_path / name)]) == 2
    assert ".html" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_named(tmp_path, capsys):
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert main(["safety-list", str(tmp_path / "file" / "list.html")]) == 1
    assert "Name another file" in capsys.readouterr().err
