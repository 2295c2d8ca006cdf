"""Frames along an axis in a real browser: scrubbing, typing, playing, and that a scrubbed frame is a fresh one."""

from __future__ import annotations

import base64

import numpy as np
import pytest

import browser_lab as lab
import synthetic_body as toy
from iliopsoas.plates import pack
from iliopsoas.plates.composite import composite
from iliopsoas.plates.plate import Folio
from iliopsoas.widgets import Acetates, drawing

pytestmark = lab.marks()
STATE = ("spec", "view", "frame", "on", "stop", "labels", "part", "error")


@pytest.fixture(scope="module")
def subject():
    return toy.along_folio()


@pytest.fixture(scope="module")
def widget(subject):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ILIOPSOAS_WAIT", "1")
        yield Acetates(subject)


def page_of(widget: Acetates, without: tuple[str, ...] = ()) -> str:
    names = [name for name in widget.trait_names() if name.startswith("pack_") and name not in without]
    packs = {name: base64.b64encode(getattr(widget, name)).decode() for name in names}
    state = {name: getattr(widget, name) for name in STATE}
    return lab.page_without_kernel(widget, "Frames", {"state": state, "packs": packs})


@pytest.fixture
def bare(open_page, widget):
    html = page_of(widget)
    return lambda html=html, **options: open_page(html, ".acetates[data-ink]", **options)


def wanted(subject, key, on=None, lit=()):
    base = subject.base_of(key)
    _head, sheet = pack.read(drawing.full_pack(subject, key), drawing.full_pack(subject, base) if base else b"")
    return lab.on_paper(composite(sheet, on, lit))


def assert_shows(page, subject, key, on=None, lit=()):
    page.wait_for_selector(f".acetates[data-ink='{key} full']")
    picture = wanted(subject, key, on, lit)

    def shown():
        difference = np.abs(lab.on_paper(lab.canvas_pixels(page.locator(".acetates"))) - picture)
        assert difference.mean() < 0.1, f"{key}: mean difference {difference.mean():.3f} of 255"
        assert np.percentile(difference, 99.9) <= 2

    lab.comes_true(page, shown)


def slider(page):
    return page.get_by_role("slider", name="Height")


def test_arrows_home_and_end_go_through_the_frames_and_say_them_with_their_unit(bare, subject):
    page = bare()
    slider(page).focus()
    for key, stop in (
        ("End", "high"), ("ArrowLeft", "higher"), ("Home", "low"), ("ArrowRight", "lower"), ("ArrowUp", "middle"),
    ):  # fmt: skip
        page.keyboard.press(key)
        page.wait_for_selector(f".acetates[data-ink='front__{stop} full']")
        mm = toy.HEIGHTS_MM[stop]
        assert slider(page).get_attribute("aria-valuetext") == f"{mm} mm"
        alt = page.locator("canvas").get_attribute("aria-label")
        assert alt == subject.plates[f"front__{stop}"].alt_for()
        assert page.locator(".ac-facts").inner_text() == subject.plates[f"front__{stop}"].facts[0].text
    page.wait_for_function(
        "document.querySelector('[role=status]').textContent.startsWith('Height: 0 mm. The strap is 0 mm')"
    )


@pytest.mark.parametrize("prepared", [True, False])
def test_a_scrubbed_frame_is_painted_as_a_fresh_one(bare, subject, prepared):
    page = bare()
    if prepared:
        page.wait_for_selector(".acetates[data-ready='front__middle']")
    slider(page).focus()
    for stop in ("low", "high", "lower"):
        slider(page).fill(str(list(toy.HEIGHTS_MM).index(stop)))
        assert_shows(page, subject, f"front__{stop}")
    page.get_by_role("radio", name="From behind").click()
    assert_shows(page, subject, "back__lower")


def test_layers_level_and_card_stay_while_the_frames_change(bare, subject):
    page = bare()
    page.get_by_role("checkbox", name="Areas").check()
    page.get_by_role("checkbox", name="Beads").uncheck()
    page.get_by_role("radio", name="Both", exact=True).click()
    page.get_by_role("button", name="Height: one step on").click()
    assert_shows(page, subject, "front__higher", ["straps", "areas"], ("spot_r", "spot_l"))
    page.wait_for_selector(".acetates[data-ready='front__higher']")
    page.get_by_role("combobox", name="Height, choose one").select_option(label="-40 mm")
    assert_shows(page, subject, "front__low", ["straps", "areas"], ("spot_r", "spot_l"))
    page.get_by_role("radio", name="None", exact=True).click()
    page.get_by_role("checkbox", name="Straps").uncheck()
    assert_shows(page, subject, "front__low", ["areas"])


def test_pointing_works_on_a_frame_that_was_scrubbed_to(bare, subject):
    page = bare()
    page.wait_for_selector(".acetates[data-ready='front__middle']")
    slider(page).focus()
    page.keyboard.press("End")
    page.wait_for_selector(".acetates[data-ready='front__high']")
    box = page.locator("canvas").bounding_box()
    sheet = subject.plates["front__high"].sheet()
    layer = next(k for k in sheet.layers if k.id == "straps")
    x, y, w, h = layer.box
    scale = box["width"] / sheet.size_px[0]
    page.mouse.move(box["x"] + (x + w / 2) * scale, box["y"] + (y + h / 2) * scale)
    page.wait_for_selector(".ac-tag:not([hidden])")
    assert page.locator(".ac-tag").inner_text().lower() == "strap"


def test_the_newest_wish_wins_and_each_picture_has_its_own_words(bare, subject):
    page = bare()
    page.evaluate(
        """() => { const range = document.querySelector('.ac-along input');
            for (const k of [0, 4, 1, 3, 0]) { range.value = k; range.dispatchEvent(new Event('input')); } }"""
    )
    assert_shows(page, subject, "front__low")
    page.wait_for_timeout(400)
    assert page.locator(".acetates").get_attribute("data-ink") == "front__low full"


def test_a_frame_still_being_drawn_leaves_the_last_picture_with_its_words(open_page, widget, subject):
    page = open_page(page_of(widget, without=("pack_front__high",)), ".acetates[data-ink]")
    slider(page).focus()
    page.keyboard.press("End")
    assert "Still drawing: From the front, 40 mm." in page.locator(".ac-note").inner_text()
    assert page.locator("canvas").get_attribute("aria-label") == subject.plates["front__middle"].alt_for()
    page.keyboard.press("ArrowLeft")
    assert_shows(page, subject, "front__higher")
    assert page.locator(".ac-note").inner_text() == ""


def test_play_is_only_on_request_and_stops_at_the_end(bare):
    page = bare()
    play = page.get_by_role("button", name="Height: go through all of it")
    page.wait_for_timeout(500)
    assert page.locator(".acetates").get_attribute("data-ink") == "front__middle full"
    assert play.inner_text() == "Play"
    play.click()
    assert play.inner_text() == "Pause"
    page.wait_for_selector(".acetates[data-ink='front__high full']")
    page.wait_for_function("[...document.querySelectorAll('.ac-along button')].at(-1).textContent === 'Play'")
    play.click()
    page.wait_for_selector(".acetates[data-ink='front__low full']")
    slider(page).focus()
    page.keyboard.press("ArrowRight")  # whoever takes the slider stops it
    assert play.inner_text() == "Play"


def test_with_reduced_motion_play_shows_stills(bare):
    page = bare(reduced_motion="reduce")
    slider(page).focus()
    page.keyboard.press("Home")
    page.wait_for_selector(".acetates[data-ink='front__low full']")
    page.evaluate(
        """() => {
            const root = document.querySelector('.acetates');
            window.seen = [[performance.now(), root.dataset.ink]];
            new MutationObserver(() => {
                if (seen.at(-1)[1] !== root.dataset.ink) seen.push([performance.now(), root.dataset.ink]);
            }).observe(root, { attributes: true });
        }"""
    )
    page.get_by_role("button", name="Height: go through all of it").click()
    page.wait_for_function("seen.length >= 4")
    times, shown = zip(*page.evaluate("seen"), strict=True)
    assert [ink.split("__")[1] for ink in shown[:4]] == ["low full", "lower full", "middle full", "higher full"]
    assert min(np.diff(times[1:4])) > 1000, "a picture stands for a second and a half, however fast the machine is"


def test_no_serious_barrier_and_room_on_a_narrow_screen(bare):
    page = bare(viewport={"width": 360, "height": 740})
    assert lab.barriers(page, ".acetates") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.set_viewport_size({"width": 280, "height": 740})  # as much as JupyterLab leaves of 360

    def whole():
        assert lab.cut_off(page, ".acetates") == []

    lab.comes_true(page, whole)
    wide = bare(viewport={"width": 1400, "height": 1000})
    assert lab.barriers(wide, ".acetates") == []
    names = [node["name"] for node in wide.locator(".ac-along").evaluate_all(
        "rows => rows.flatMap(row => [...row.querySelectorAll('input, select, button')]"
        ".map(node => ({ name: node.getAttribute('aria-label') ?? node.labels?.[0]?.textContent ?? '' })))"
    )]  # fmt: skip
    assert len(names) == 5
    assert all("Height" in name for name in names)


# ---------------------------------------------------------------- layers that come off in order


@pytest.fixture(scope="module")
def deep():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ILIOPSOAS_WAIT", "1")
        yield Acetates(Folio("toy_deep", "Deep", {"front": toy.deep_plate()}))


def test_layers_come_off_one_by_one_and_down_to_any_of_them(open_page, deep):
    page = open_page(page_of(deep), ".acetates[data-ink]", viewport={"width": 1200, "height": 1000})
    plate = toy.deep_plate()
    sets = plate.peeled_sets()[::-1]  # nothing peeled first
    sheet = pack.read(deep.pack_front)[1]
    box, range_ = page.get_by_role("combobox", name="Down to"), page.get_by_role("slider", name="Down to")
    assert page.get_by_role("checkbox").count() == 1  # labels

    def assert_depth(depth):
        lab.comes_true(page, lambda: at_depth(depth))

    def at_depth(depth):
        assert page.locator("canvas").get_attribute("aria-label") == plate.alt_for(sets[depth])
        seen = lab.on_paper(lab.canvas_pixels(page.locator(".acetates")))
        assert np.abs(seen - lab.on_paper(composite(sheet, sets[depth]))).mean() < 0.1
        assert box.input_value() == str(depth) == range_.input_value()
        shown = [n.inner_text().strip() for n in page.locator(".ac-labels button").all()]
        assert len(shown) == len(plate.labels_for(sets[depth]))

    page.get_by_role("button", name="Peel off: Sheet 12", exact=True).click()
    assert_depth(1)
    page.get_by_role("button", name="Peel off: Sheet 11", exact=True).click()
    assert_depth(2)
    page.get_by_role("button", name="Put back: Sheet 11", exact=True).click()
    assert_depth(1)
    box.select_option(label="Sheet 3")
    assert_depth(9)
    range_.focus()
    page.keyboard.press("End")
    assert_depth(12)
    assert range_.get_attribute("aria-valuetext") == "Only Bones, 12 of 12 peeled off"
    assert page.get_by_role("button", name="Nothing left to peel").is_disabled()
    page.keyboard.press("ArrowLeft")
    assert_depth(11)
    page.get_by_role("button", name="Put all back").click()
    assert_depth(0)
    page.wait_for_function("document.querySelector('[role=status]').textContent === 'All layers are back.'")
    assert lab.barriers(page, ".acetates") == []


def test_a_deep_plate_fits_a_narrow_screen(open_page, deep):
    page = open_page(page_of(deep), ".acetates[data-ink]", viewport={"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
