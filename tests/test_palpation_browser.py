"""The palpation map in a browser, without a kernel: by keyboard alone, by pointer, small, and for screen readers."""

from __future__ import annotations

import base64

import pytest

import browser_lab as lab
from iliopsoas.body.under_hand import readings, verdicts
from iliopsoas.widgets import palpation as card

pytestmark = lab.marks()
READY = ".palpation[data-shown]"


@pytest.fixture(scope="module")
def html():
    one = card.palpation()
    packs = {"pack_front": base64.b64encode(one.pack_front).decode()}
    return lab.page_without_kernel(one, "Palpation", {"state": {"spec": one.spec}, "packs": packs})


@pytest.fixture
def bare(open_page, html):
    return lambda **options: open_page(html, READY, **options)


def chosen(page, id):
    page.wait_for_selector(f".pm-said[data-id={id}]")
    return page.locator(".pm-said").inner_text()


def test_by_keyboard_alone_from_square_to_square_and_from_the_list(bare):
    page = bare(viewport={"width": 1100, "height": 900})
    page.locator("select").first.focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "gridcell"
    assert page.evaluate("document.activeElement.dataset.id") == "E5"
    for key, id in (("ArrowLeft", "E4"), ("ArrowLeft", "E3"), ("ArrowDown", "F3"), ("End", "F9"), ("Home", "F1"),
                    ("ArrowUp", "E1"), ("ArrowUp", "D1"), ("ArrowUp", "D1"), ("ArrowLeft", "D1")):  # fmt: skip
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.dataset.id") == id
        assert id in chosen(page, id)
    assert page.locator(".pm-cell[tabindex='0']").count() == 1
    page.keyboard.press("Tab")  # one Tab stop: the next thing is the list
    assert page.evaluate("document.activeElement.tagName") == "SELECT"
    page.locator("select").nth(1).select_option("M3")
    assert "Refused" in chosen(page, "M3")


def test_where_a_row_has_a_gap_the_arrow_goes_beyond_it(bare):
    page = bare()
    page.locator(".pm-cell[data-id=P4]").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.id") == "P6"


def test_each_card_says_what_was_measured_and_unsafe_squares_are_refused(bare):
    page = bare()
    for id, found in verdicts().items():
        page.locator("select").nth(1).select_option(id)
        text = chosen(page, id)
        assert found.reasons[0] in text
        assert ("Refused: no hand and no device here." in text) == (found.verdict == "never")
        rungs = page.locator(".pm-ladder li:not(.pm-unseen)")
        assert rungs.count() == len(readings()[id].met)
        assert page.locator(".pm-said").get_attribute("data-verdict") == found.verdict


def test_by_pointer_on_the_plate_and_beside_the_squares(bare):
    page = bare(viewport={"width": 1100, "height": 900})
    page.locator(".pm-cell[data-id=F7]").click()
    assert "Stay superficial" in chosen(page, "F7")
    sheet = page.locator(".bo-sheet")
    sheet.click(position={"x": 12, "y": 60})
    page.wait_for_selector(".pm-said[data-id='']")
    assert card.OUTSIDE in page.locator(".pm-said").inner_text()
    assert page.locator(".pm-cell[aria-selected=true]").count() == 0
    assert page.locator(".pm-ladder").count() == 0


def test_layers_come_off_and_the_picture_says_so(bare):
    page = bare()
    canvas = page.locator(".bo-sheet canvas")
    before = canvas.get_attribute("aria-label")
    assert "The skin over all of it." in before
    page.locator("select").first.select_option("2")
    page.wait_for_selector(".palpation[data-shown='2']")
    assert "Not shown: Belly wall, Skin." in canvas.get_attribute("aria-label")


def test_every_verdict_stands_in_a_table_that_nothing_hides(bare):
    page = bare()
    table = page.locator(".pm-table")
    assert table.is_visible() and page.locator("details .pm-table").count() == 0
    letters = table.locator("td span[aria-hidden]").all_inner_texts()
    assert letters == [{"never": "N", "caution": "C", "superficial": "S"}[v.verdict] for v in verdicts().values()]


def test_no_picture_no_harm(open_page):
    one = card.palpation()
    bare = lab.page_without_kernel(one, "Palpation", {"state": {"spec": one.spec, "pack_front": None}})
    page = open_page(bare, ".palpation .pm-said[data-id=E5]")
    page.locator("select").nth(1).select_option("K3")
    assert "Refused" in chosen(page, "K3")


@pytest.mark.parametrize("width", [1200, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_for_a_screen_reader_and_nothing_runs_off_the_page(bare, width, scheme):
    page = bare(viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert lab.barriers(page, ".palpation") == []
    assert lab.cut_off(page, ".palpation") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.locator(".pm-cell[data-id=M3]").bounding_box()
    assert min(box["width"], box["height"]) >= (20 if width == 360 else 24), "a finger misses it"
    assert page.locator(".pm-said").get_attribute("aria-live") == "polite"
