"""What the lessons on safe hands print is all of the checked data, with its ground, and behind no interaction."""

import re
from pathlib import Path

import pytest

from iliopsoas.course.consent import consent
from iliopsoas.course.screening import OUTCOMES, screening
from iliopsoas.course.signoff import read_reviews, reviews
from iliopsoas.course.technique import techniques
from iliopsoas.sources import DataError, UnknownName, reference
from iliopsoas.widgets import safety


def test_the_whole_list_holds_every_row_with_its_sources_and_nothing_to_open():
    whole = safety.safety_list()
    data = techniques()
    asked = [q.ask for q in screening().questions.values()]
    said = [e.say for e in consent().elements.values()]
    for text in [*asked, *said, *OUTCOMES.values(), *(s.sign for s in data.stops.values())]:
        assert text in whole.plain
    for row in [*screening().questions.values(), *data.never.values(), *data.article.values()]:
        assert all(reference(key).short in whole.plain for key in row.sources)
    assert "<details" not in whole.markup
    assert "<script" not in whole.markup


def test_weak_ground_is_marked_in_its_row_and_counted_on_the_first_screen():
    line = next(row for row in safety.never_over().plain.splitlines() if "Groin" in row)
    assert f"({safety.WEAK_MARK})" in line
    strong = next(row for row in safety.screening_list().plain.splitlines() if "Numbness or tingling" in row)
    assert f"({safety.WEAK_MARK})" not in strong
    for lesson in ("07", "08"):
        said = safety.first_screen(lesson).plain
        assert "not medical advice" in said
        assert "not yet reviewed by a qualified tutor" in said
        assert f"{len(list(safety._weak_rows()))} of " in said


def test_a_list_for_one_work_leaves_out_what_does_not_bear_on_it():
    stretch = safety.screening_list("hip_stretch").plain
    assert "knee that hurts when kneeling" in stretch
    assert "stoma" not in stretch
    assert "Sudden or severe pain" in stretch
    with pytest.raises(UnknownName, match="psoas_release"):
        safety.screening_list("psoas_release")


def test_what_there_is_not_is_refused_by_name():
    with pytest.raises(UnknownName, match="09"):
        safety.first_screen("09")
    with pytest.raises(UnknownName, match="head"):
        safety.draping("head")
    with pytest.raises(UnknownName, match="cupping"):
        safety.technique("cupping")


def test_every_table_has_a_caption_and_headers():
    markup = safety.safety_list().markup
    assert markup.count("<table>") == markup.count("<caption") > 8
    assert '<th scope="col"' in markup
    assert '<th scope="row"' in markup


def test_each_cell_says_its_column_where_rows_are_stacked():
    markup = safety.levels().markup
    assert "@container" in markup and ".iliopsoas-rows thead{display:none}" in markup
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', markup)[1:]
    assert re.findall(r'data-head="(.*?): "', markup) == heads * 3


def test_what_is_never_done_is_no_step():
    for text in safety.draping().plain.split("Draping: ")[1:]:
        lines = text.splitlines()
        numbered = [line for line in lines if re.match(r"\d+\. ", line)]
        assert numbered and not any("Never" in line for line in numbered)
        assert any(line.startswith(("Never ", "Nothing ")) for line in lines)


def test_a_breathless_client_gets_an_ambulance_in_every_lesson():
    """As the screening says: new breathlessness is a call, not an appointment."""
    assert screening().questions["breathless"].outcome == "call_999"
    lesson = next((Path(__file__).resolve().parent.parent / "notebooks").glob("05_*.ipynb")).read_text(encoding="utf-8")
    assert "newly short of breath needs an ambulance (999 or 112)" in lesson


def test_a_review_is_filled_in_whole_or_not_at_all():
    assert all(not review.reviewer for review in reviews().values())
    row = '[[review]]\nid = "lesson_07"\ncovers = "Lesson 07"\nreviewer = "{}"\nqualification = "{}"\ndate = "{}"\n'
    done = read_reviews(row.format("A. Tutor", "Level 6 tutor", "2027-03-31"))["lesson_07"]
    assert done.text == "Lesson 07: reviewed by A. Tutor, Level 6 tutor, 2027-03-31."
    with pytest.raises(DataError, match="all three or none"):
        read_reviews(row.format("A. Tutor", "", "2027-03-31"))
    with pytest.raises(DataError, match="a date such as"):
        read_reviews(row.format("A. Tutor", "Level 6 tutor", "last week"))
