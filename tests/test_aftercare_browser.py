"""The aftercare checker in a real browser, in a page without a kernel: by keyboard, by name, and its card on paper."""

from __future__ import annotations

import pytest

import browser_lab as lab
from iliopsoas.course.checker import answer
from iliopsoas.course.exercises import exercise, stop_rules
from iliopsoas.widgets.aftercare import aftercare

pytestmark = lab.marks()


@pytest.fixture
def bare(open_page):
    """Open a page without a kernel with the whole checker."""

    def opened(**options):
        widget = aftercare()
        data = {"state": {"spec": widget.spec, "answers": []}}
        page = lab.page_without_kernel(widget, "Aftercare", data, "judge, cardPage")
        return open_page(page, ".aftercare form", **options)

    return opened


def choose(page, name):
    page.get_by_role("radio", name=name, exact=True).click()


def predict(page, word):
    for row in page.locator(".af-row").all():
        row.get_by_text(word, exact=True).click()
    page.locator("button[type=submit]").click()


def said(page):
    return page.locator(".aftercare [role=status]").inner_text()


def test_a_prediction_is_judged_for_each_leg_and_told_with_size_and_range(bare):
    page = bare()
    choose(page, "Pigeon pose")
    assert "mm longer" not in page.locator(".af-body").inner_text(), "predict first"
    predict(page, "longer")
    kept = {one["id"]: one for one in page.evaluate("model.get('answers')")}
    assert kept["pigeon/back/psoas_high"]["right"] is True
    assert kept["pigeon/front/psoas_low"]["right"] is False
    assert kept["pigeon/front/rectus_femoris"]["right"] is None, "it depends on how the pose is done"
    told = page.locator(".af-result").inner_text()
    for leg in exercise("pigeon").leg:
        for asked in ("psoas_high", "psoas_low", "rectus_femoris"):
            assert answer("pigeon", leg.id, asked).text in told
        assert leg.name in told
    assert exercise("pigeon").dose in told
    assert "3 of 5 right" in said(page)


def test_it_is_done_by_keyboard_alone_and_says_what_is_missing(bare):
    page = bare()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert page.locator(".af-name").first.inner_text().startswith("Constructive rest")
    page.locator("button[type=submit]").focus()
    page.keyboard.press("Enter")
    assert "Choose an answer for each muscle" in said(page)
    assert page.evaluate("document.activeElement.type") == "radio"
    for _ in range(3):
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.textContent").startswith("What the model says")
    assert len(page.evaluate("model.get('answers')")) == 3
    page.get_by_role("button", name="Predict again").click()
    assert page.locator(".aftercare form").count() == 1


def test_the_card_waits_for_the_screening_and_always_says_when_to_stop(bare):
    page = bare()
    press = page.get_by_role("button", name="Print the card")
    press.click()
    assert "Choose at least one exercise" in said(page)
    page.locator(".af-picks").get_by_text("Half-kneeling", exact=True).click()
    press.click()
    assert "Screen the client first" in said(page)
    assert page.locator(".af-frame").count() == 0
    for text in exercise("half_kneeling").not_for:
        assert text in page.locator(".af-gate").inner_text()
    page.locator(".af-gate input").check()
    page.locator(".af-picks").get_by_text("Child's pose", exact=True).click()
    assert not page.locator(".af-gate input").is_checked(), "another list has to be gone through"
    page.locator(".af-gate input").check()
    press.click()
    card = page.frame_locator(".af-frame").locator("body")
    text = card.inner_text()
    for rule in stop_rules():
        assert rule.sign in text and rule.act in text
    for id in ("half_kneeling", "childs_pose"):
        one = exercise(id)
        for piece in (one.name, one.dose, *one.how, *one.not_for):
            assert piece in text
    assert "rest, not a stretch" in text and exercise("pigeon").name not in text
    assert card.locator("input, textarea").count() == 0, "nothing about a client is asked for"


@pytest.mark.parametrize("width", [1100, 360])
def test_nothing_stands_in_the_way_of_anyone(bare, width):
    page = bare(viewport={"width": width, "height": 900})
    assert lab.barriers(page, ".aftercare") == []
    choose(page, "Half-kneeling")
    predict(page, "shorter")
    assert lab.barriers(page, ".aftercare") == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
