"""The plates of safe hands in a real browser: by keyboard alone, on a narrow screen, each frame in its own words."""

from __future__ import annotations

from datetime import date

import pytest

import browser_lab as lab
from iliopsoas.plates.catalogue import folio
from iliopsoas.publish import safety_sheet
from iliopsoas.widgets import Acetates
from test_frames_browser import page_of

pytestmark = lab.marks()
STEPPED = ("positions", "thomas_test", "draping_abdomen", "draping_groin", "draping_gluteal")
WHOLE = ("percussion", "percussion_reach")


@pytest.fixture(scope="module", params=(*STEPPED, *WHOLE))
def id(request):
    return request.param


@pytest.fixture(scope="module")
def html(id):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ILIOPSOAS_WAIT", "1")
        return page_of(Acetates(folio(id)))


def test_every_picture_is_reached_by_keyboard_and_says_its_own_words(id, html, open_page):
    subject = folio(id)
    page = open_page(html, ".acetates[data-ink]", viewport={"width": 1300, "height": 1000})
    for view in subject.views:
        if len(subject.views) > 1:
            page.locator(f".ac-radios [data-id='{view}']").first.focus()
            page.keyboard.press("Enter")
        frames = subject.frames or ("",)
        if subject.along:
            page.locator(".ac-along input[type=range]").focus()
            page.keyboard.press("Home")
        for n, frame in enumerate(frames):
            if n:
                page.keyboard.press("ArrowRight")
            key = subject.key(view, frame)
            page.wait_for_selector(f".acetates[data-ink='{key} full']")
            plate = subject.plate(key)
            assert page.locator("canvas").get_attribute("aria-label") == plate.alt_for()
            assert page.locator(".ac-caption p").first.inner_text() == plate.caption
            assert plate.schematic in page.locator(".ac-caption").inner_text()


@pytest.mark.parametrize("width", [360, 1300])
def test_no_serious_barrier_and_nothing_cut_off(html, open_page, width):
    page = open_page(html, ".acetates[data-ink]", viewport={"width": width, "height": 800})
    assert lab.barriers(page, ".acetates") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert lab.cut_off(page, ".acetates") == []


def test_the_list_for_a_reviewer_prints_so_that_it_can_be_filled_in(open_page):
    """On A4: no table runs over the edge, no row is longer than its page, and there is room to sign."""
    # A4 across, less the margins of the page, in CSS pixels.
    page = open_page(safety_sheet.page(date(2027, 3, 31)), ".sign", viewport={"width": 1031, "height": 703})
    page.emulate_media(media="print")
    wide = page.evaluate("[...document.querySelectorAll('table')].map((t) => t.getBoundingClientRect().right)")
    assert max(wide) <= 1032
    high = page.evaluate("[...document.querySelectorAll('tr')].map((r) => r.getBoundingClientRect().height)")
    assert max(high) < 640, "with its repeated head, on one page"
    room = page.evaluate("[...document.querySelectorAll('.sign td')].map((d) => d.getBoundingClientRect().width)")
    assert len(room) == 5 and min(room) > 500
