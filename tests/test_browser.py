"""Plates in a real browser: in JupyterLab with a kernel, after the kernel is gone, and in a page that never had one."""

from __future__ import annotations

import base64
import time

import numpy as np
import pytest

import browser_lab as lab
from iliopsoas.plates import pack
from iliopsoas.plates.catalogue import folio
from iliopsoas.plates.composite import composite
from iliopsoas.widgets import Acetates, drawing, warm

pytestmark = lab.marks()

SUBJECT = "start"
LEVEL_WORDS = "Level"


@pytest.fixture(scope="module")
def subject():
    """Give the subject with all its packs in the cache that kernels share with this process."""
    found = folio(SUBJECT)
    warm(folios=[found])
    return found


@pytest.fixture(scope="module")
def notebook(subject, jupyter, chromium, notes):
    """Open a notebook that holds a widget by name, and run it as far as the widget."""
    jupyter.notebook(
        "widget.ipynb",
        "from iliopsoas import folio\nfrom iliopsoas.widgets import Acetates",
        f"w = Acetates(folio({SUBJECT!r}))\nw",
        "print(w.view, w.on, repr(w.stop), w.labels, w.part, sep='|')",
        "w.view, w.stop, w.part = 'lateral_right', 'l5', 'iliacus'",
        "import time\ntime.sleep(1.5)",
    )
    context = chromium.new_context(viewport={"width": 1400, "height": 1000})
    page = lab.page_of(context, notes["asked"], notes["problems"])
    jupyter.open(page, "widget.ipynb")
    lab.run_cell(page, 0)
    lab.run_cell(page, 1)
    page.wait_for_selector(".acetates[data-ink='anterior full']")
    yield page
    context.close()


def page_without_kernel(widget: Acetates) -> str:
    """Return a page that holds the widget with all its packs."""
    names = [name for name in widget.trait_names() if name.startswith("pack_")]
    state = {name: getattr(widget, name) for name in ("spec", "view", "on", "stop", "labels", "part", "error")}
    packs = {name: base64.b64encode(getattr(widget, name)).decode() for name in names}
    return lab.page_without_kernel(widget, "A plate", {"state": state, "packs": packs})


@pytest.fixture(scope="module")
def markup(subject):
    return page_without_kernel(Acetates(subject))


@pytest.fixture
def bare(open_page, markup):
    """Open pages without a kernel; call it with what a browser context takes."""
    return lambda html=markup, **options: open_page(html, ".acetates[data-ink]", **options)


def choose_view(page, subject, view: str) -> None:
    page.get_by_role("radio", name=subject.plate(view).view.title, exact=True).click()
    page.wait_for_selector(f".acetates[data-ink^='{view} ']")


def set_layers(page, subject, on) -> None:
    for layer in subject.plate("anterior").layers:
        if not layer.locked:
            page.get_by_role("checkbox", name=layer.name, exact=True).set_checked(layer.id in on)


def choose_stop(page, subject, stop: str | None) -> None:
    stops = {s.id: s.name for s in subject.plate("anterior").stops}
    page.get_by_role("radio", name=stops[stop] if stop else "None", exact=True).click()


def close_card(page) -> None:
    page.locator(".ac-close").click()


def alt_of(page) -> str:
    return page.locator(".acetates canvas").get_attribute("aria-label")


def assert_canvas_is(page, subject, view, on, lit=()) -> None:
    _head, sheet = pack.read(drawing.full_pack(subject, view))
    page.mouse.move(0, 0)
    wanted = lab.on_paper(composite(sheet, on, lit))

    def shown() -> None:
        seen = lab.on_paper(lab.canvas_pixels(page.locator(".acetates")))
        assert seen.shape == wanted.shape
        difference = np.abs(seen - wanted)
        assert difference.mean() < 0.1, f"{view} {on} {lit}: mean difference {difference.mean():.3f} of 255"
        assert np.percentile(difference, 99.9) <= 2

    lab.comes_true(page, shown)


def spots_of(subject, view: str, wanted: str, lit=()) -> list[tuple[int, int]]:
    """Return pixels of the picture, four apart, that show a part or area."""
    _head, sheet = pack.read(drawing.full_pack(subject, view))
    plate = subject.plate(view)
    w, h = sheet.size_px
    found = [(x, y) for y in range(4, h, 4) for x in range(4, w, 4) if _part(plate, x, y, lit) == wanted]
    assert found, f"{wanted} is not visible in {view}"
    return found


def spot_of(subject, view: str, wanted: str, lit=()) -> tuple[int, int]:
    """Return a pixel of the picture that shows a part or area, well inside it if it is large enough."""
    found = spots_of(subject, view, wanted, lit)
    return found[len(found) // 2]


_PARTS: dict = {}


def _part(plate, x, y, lit):
    """Ask for the part at a pixel; the answers for a whole picture are kept, because each one merges all layers."""
    from iliopsoas.plates.composite import merged

    key = (plate.id, lit)
    if key not in _PARTS:
        sheet = plate.sheet()
        index = merged(sheet).index
        _PARTS[key] = np.array(["", *[""] * 255], object)[index]
        names = {p.index: p.id for p in sheet.parts}
        for k in np.unique(index):
            if k:
                _PARTS[key][index == k] = names[int(k)]
    return _PARTS[key][y, x]


def point_at(page, x: int, y: int, w: int) -> None:
    box = page.locator(".acetates canvas").bounding_box()
    scale = box["width"] / w
    page.mouse.move(box["x"] + (x + 0.5) * scale, box["y"] + (y + 0.5) * scale)


# ---------------------------------------------------------------- in JupyterLab


def test_a_lesson_shows_its_plate_live_and_the_still_steps_back(jupyter, chromium, subject, top, notes):
    lesson = top / "notebooks" / "00_start_here.ipynb"
    (jupyter.root / lesson.name).write_bytes(lesson.read_bytes())
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    page = lab.page_of(context, notes["asked"], notes["problems"])
    jupyter.open(page, lesson.name)
    lab.run_all(page)
    page.wait_for_selector(".acetates[data-ink='anterior full']")
    assert page.locator("[data-still='start']").count() == 1
    assert not page.locator("[data-still='start']").is_visible()
    assert alt_of(page) == subject.plate("anterior").alt_for()
    assert_canvas_is(page, subject, "anterior", None)
    context.close()


def test_keys_stay_inside_save_passes_and_escape_leaves(notebook, jupyter):
    page = notebook
    before, saved = lab.cell_count(page), (jupyter.root / "widget.ipynb").read_bytes()
    places = [
        page.get_by_role("slider"),
        page.get_by_role("checkbox").first,
        page.locator(".ac-labels button[tabindex='0']"),
        page.get_by_role("radio", checked=True).first,
        page.locator(".ac-list button[tabindex='0']"),
    ]
    for place in places:
        place.focus()
        for key in lab.COMMANDS:
            page.keyboard.press(key)
    assert lab.cell_count(page) == before
    assert page.locator(".jp-Dialog").count() == 0
    page.get_by_role("slider").focus()
    page.keyboard.press("Control+s")
    until = time.monotonic() + 10
    while (jupyter.root / "widget.ipynb").read_bytes() == saved and time.monotonic() < until:
        page.wait_for_timeout(100)
    assert (jupyter.root / "widget.ipynb").read_bytes() != saved
    page.keyboard.press("Escape")
    page.wait_for_function("document.activeElement.classList.contains('jp-Cell')")
    page.keyboard.press("b")
    page.wait_for_function(f"document.querySelectorAll('.jp-Notebook .jp-Cell').length === {before + 1}")
    page.keyboard.press("d")
    page.keyboard.press("d")
    page.wait_for_function(f"document.querySelectorAll('.jp-Notebook .jp-Cell').length === {before}")
    close_card(page)  # Shift+Enter on a label opened it


def test_what_the_reader_does_arrives_in_python_and_what_python_sets_arrives_on_screen(notebook, subject):
    page = notebook
    choose_view(page, subject, "anterior")
    set_layers(page, subject, ["bones", "iliacus"])
    choose_stop(page, subject, "l2_l3")
    page.locator(".acetates").get_by_role("checkbox", name="Labels").uncheck()
    said = lab.printed(page, 2, "anterior|", "'l2_l3'|False").strip().split("|")
    layers = [k.id for k in subject.plate("anterior").layers if k.locked or k.id == "iliacus"]
    assert said == ["anterior", str(layers), "'l2_l3'", "False", ""]
    lab.run_cell(page, 3)
    page.wait_for_selector(".acetates[data-ink='lateral_right full']")
    page.wait_for_function("document.querySelector('.acetates [type=range]').getAttribute('aria-valuetext') === 'L5'")
    assert page.get_by_role("region", name="About Iliacus").is_visible()
    close_card(page)
    page.get_by_role("button", name="Put all back").click()
    page.locator(".acetates").get_by_role("checkbox", name="Labels").check()
    choose_stop(page, subject, None)


def test_a_busy_kernel_takes_nothing_back(notebook, subject):
    page = notebook
    peelable = [k.id for k in subject.plate("anterior").layers if not k.locked]
    lab.run_cell(page, 4)
    for on in (peelable, [], peelable, peelable[:1]):
        set_layers(page, subject, on)
        page.wait_for_timeout(150)
    left = [k.id for k in subject.plate("anterior").layers if k.locked or k.id == peelable[0]]
    lab.printed(page, 2, f"|{left}|")  # the kernel has taken, and answered, all of it
    for layer in subject.plate("anterior").layers:
        if not layer.locked:
            box = page.get_by_role("checkbox", name=layer.name, exact=True)
            assert box.is_checked() == (layer.id == peelable[0])
    page.get_by_role("button", name="Put all back").click()


def test_the_dark_theme_leaves_dark_words_on_a_white_card(notebook):
    page = notebook
    lab.set_theme(page, "JupyterLab Dark")
    page.wait_for_selector("body[data-jp-theme-light='false']", state="attached")
    try:
        colours = page.locator(".acetates").evaluate(
            """root => ['.ac-title', '.ac-caption', '.ac-labels button', '.ac-checks label', '.ac-describe > summary']
                .map(name => getComputedStyle(root.querySelector(name)).color)
                .concat(getComputedStyle(root).backgroundColor)"""
        )
        assert colours[-1] == "rgb(255, 255, 255)"
        assert set(colours[:-1]) == {"rgb(26, 26, 26)"}
    finally:
        lab.set_theme(page, "JupyterLab Light")


def test_no_serious_barrier_in_the_notebook(notebook):
    assert lab.barriers(notebook, ".acetates") == []


def test_everything_works_after_the_kernel_is_gone(notebook, jupyter, subject):
    page = notebook
    jupyter.lose_kernel(page)
    choose_view(page, subject, "lateral_right")
    set_layers(page, subject, ["bones", "psoas_major", "areas"])
    assert_canvas_is(page, subject, "lateral_right", ["psoas_major", "areas"])
    page.get_by_role("slider").focus()
    page.keyboard.press("Home")
    for stop in subject.plate("lateral_right").stops:
        page.keyboard.press("ArrowRight")
        assert_canvas_is(page, subject, "lateral_right", ["psoas_major", "areas"], stop.lit)
        assert alt_of(page) == subject.plate("lateral_right").alt_for(["psoas_major", "areas"], stop.id)
    page.locator(".ac-all > summary").click()
    page.locator(".ac-list button", has_text="Psoas major").first.click()
    assert "Musculus psoas major" in page.locator(".ac-card").inner_text()


def test_a_saved_notebook_without_its_kernel_shows_the_still(notebook, jupyter, subject):
    page = notebook
    page.get_by_role("slider").focus()
    jupyter.reopen_saved(page, "widget.ipynb")
    still = page.locator(".jp-OutputArea [data-still] img")
    still.wait_for(state="visible")
    assert page.locator(".acetates").count() == 0
    assert still.get_attribute("alt") == subject.plate("anterior").alt_for()
    assert still.evaluate("image => image.naturalWidth") > 400


# ---------------------------------------------------------------- the same module in a page without a kernel


def test_every_mix_of_layers_view_and_level_is_painted_as_in_python(bare, subject):
    page = bare(viewport={"width": 1400, "height": 1000})
    layers = [k.id for k in subject.plate("anterior").layers]
    mixes = [("anterior", layers, None), ("anterior", [], "l3_l4"), ("anterior", ["areas"], None)]
    mixes += [("lateral_right", ["iliacus", "areas"], "t12_l1"), ("lateral_right", layers[:-1], "l4_l5")]
    for view, on, stop in mixes:
        plate = subject.plate(view)
        choose_view(page, subject, view)
        set_layers(page, subject, on)
        choose_stop(page, subject, stop)
        assert_canvas_is(page, subject, view, on, plate.stop(stop).lit if stop else ())
        assert alt_of(page) == plate.alt_for(on, stop)


def test_pointing_names_what_is_there_and_lights_all_of_it(bare, subject):
    page = bare(viewport={"width": 1400, "height": 1000})
    w = pack.read(drawing.full_pack(subject, "anterior"))[1].size_px[0]
    plain = lab.canvas_pixels(page.locator(".acetates"))
    x, y = spot_of(subject, "anterior", "psoas_major_r")
    point_at(page, x, y, w)
    page.wait_for_selector(".ac-tag:not([hidden])")
    assert page.locator(".ac-tag").inner_text() == "Psoas major"
    assert page.locator(".ac-labels button.ac-on").inner_text().split() == ["Psoas", "major"]
    lit = np.abs(lab.canvas_pixels(page.locator(".acetates")).astype(int) - plain).max(-1) > 8
    # The lines of its fibres are as dark as what lights it already, so not every pixel changes by so much.
    assert np.mean([lit[y, x] for x, y in spots_of(subject, "anterior", "psoas_major_r")]) > 0.75
    assert lit.sum() > 2000
    page.mouse.move(1, 1)
    page.wait_for_selector(".ac-tag[hidden]", state="attached")
    assert np.array_equal(lab.canvas_pixels(page.locator(".acetates")), plain)


def test_a_click_opens_the_card_and_a_second_click_closes_it(bare, subject):
    page = bare(viewport={"width": 1400, "height": 1000})
    w = pack.read(drawing.full_pack(subject, "anterior"))[1].size_px[0]
    point_at(page, *spot_of(subject, "anterior", "psoas_major_r"), w)
    page.mouse.down()
    page.mouse.up()
    card = page.get_by_role("region", name="About Psoas major, right")
    text = card.inner_text()
    for word in ("Musculus psoas major", "SOH-as", "L2–L3", "Nerve supply", "Sources"):
        assert word in text
    assert page.locator("[role=status]").inner_text().startswith("Psoas major, right. ")
    page.mouse.down()
    page.mouse.up()
    assert card.count() == 0


def test_an_area_answers_with_its_muscle_and_place(bare, subject):
    page = bare(viewport={"width": 1400, "height": 1000})
    choose_stop(page, subject, "l2_l3")
    name = "Psoas major: L3 transverse process"
    page.locator(".ac-list button", has_text=name).click()
    assert name in page.get_by_role("region", name=f"About {name}").inner_text()


def test_labels_list_and_views_are_one_tab_stop_each_and_arrows_move_inside(bare, subject):
    page = bare(viewport={"width": 1400, "height": 1000})
    page.locator("[role=radio][aria-checked=true]").first.focus()
    stops = []
    for _ in range(60):
        stops.append(
            page.evaluate("document.activeElement.closest('.ac-labels, .ac-list, .ac-radios')?.className ?? ''")
        )
        page.keyboard.press("Tab")
        if not page.evaluate("Boolean(document.activeElement.closest('.acetates'))"):
            break
    assert stops.count("ac-labels") == 1
    assert stops.count("ac-list") == 1
    assert stops.count("ac-radios") == 2
    first = page.locator(".ac-labels button[tabindex='0']")
    first.focus()
    seen = set()
    for _ in range(page.locator(".ac-labels button").count()):
        seen.add(page.evaluate("document.activeElement.dataset.id"))
        assert page.locator(".ac-labels button.ac-on").count() >= 1
        page.keyboard.press("ArrowDown")
    assert len(seen) == page.locator(".ac-labels button").count()
    page.keyboard.press("Enter")
    assert page.locator(".ac-card.ac-open").count() == 1
    page.keyboard.press("i")  # the first letter finds Iliacus
    assert page.evaluate("document.activeElement.dataset.name") == "Iliacus"


def test_a_level_is_reached_by_slider_buttons_name_and_list(bare, subject):
    page = bare(viewport={"width": 1400, "height": 1000})
    slider = page.get_by_role("slider", name=LEVEL_WORDS)
    sentences = {s.name: s.sentence for s in subject.plate("anterior").stops}
    slider.focus()
    page.keyboard.press("End")
    assert slider.get_attribute("aria-valuetext") == "L5"
    page.get_by_role("button", name="Level: one step back").click()
    assert slider.get_attribute("aria-valuetext") == "L4–L5"
    typed = page.get_by_role("combobox", name="Level, by name")
    typed.fill("l1-l2")
    typed.press("Enter")
    assert slider.get_attribute("aria-valuetext") == "L1–L2"
    typed.fill("nonsense")
    typed.press("Enter")
    assert typed.input_value() == "L1–L2"
    for name in sentences:  # a name that is part of another one still means itself
        typed.fill(name)
        typed.press("Enter")
        assert slider.get_attribute("aria-valuetext") == name
    page.get_by_role("radio", name="T12–L1").click()
    fact = page.locator(".ac-fact").inner_text()
    assert sentences["T12–L1"] in fact
    assert "Bogduk" in fact


def test_scrubbing_speaks_once_and_says_the_last(bare, subject):
    page = bare(viewport={"width": 1400, "height": 1000})
    page.evaluate(
        """() => {
            window.said = [];
            const status = document.querySelector('[role=status]'), heard = { childList: true, subtree: true };
            new MutationObserver(() => said.push(status.textContent)).observe(status, heard);
        }"""
    )
    page.get_by_role("slider").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("said.length > 0")
    page.wait_for_timeout(500)  # and nothing comes after it
    assert page.evaluate("said") == [subject.plate("anterior").stops[3].sentence]


def test_peeling_goes_from_the_front_and_everything_can_be_put_back(bare, subject):
    page = bare(viewport={"width": 1400, "height": 1000})
    front = [k for k in reversed(subject.plate("anterior").layers) if not k.locked]
    page.get_by_role("button", name="Peel off").focus()
    for layer in front:
        assert page.evaluate("document.activeElement.textContent") == f"Peel off: {layer.name}"
        page.keyboard.press("Enter")
        assert not page.get_by_role("checkbox", name=layer.name, exact=True).is_checked()
    assert page.evaluate("document.activeElement.textContent") == "Put all back"
    assert alt_of(page) == subject.plate("anterior").alt_for([])
    page.keyboard.press("Enter")
    assert alt_of(page) == subject.plate("anterior").alt_for()
    assert page.evaluate("document.activeElement.textContent") == f"Peel off: {front[0].name}"


def test_a_draft_can_be_peeled_and_put_back_too(bare, subject):
    w = Acetates(subject)
    w.pack_anterior = pack.write(subject.plate("anterior"), draft=True)
    page = bare(page_without_kernel(w), viewport={"width": 1400, "height": 1000})
    assert page.locator(".acetates").get_attribute("data-ink") == "anterior draft"
    labels = page.locator(".ac-labels button").count()
    assert labels > 0
    page.get_by_role("button", name="Peel off").click()
    page.get_by_role("button", name="Peel off").click()
    assert page.get_by_role("checkbox", checked=False).count() == 2
    page.get_by_role("button", name="Put all back").click()
    assert page.locator(".ac-labels button").count() == labels


def test_a_phone_gets_numbers_and_a_key_and_nothing_runs_over(bare):
    page = bare(viewport={"width": 360, "height": 740}, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    labels = page.locator(".ac-labels button")
    dots = page.locator(".ac-dots span")
    assert dots.count() == labels.count() > 0
    assert dots.first.is_visible()
    assert labels.first.inner_text().startswith(dots.first.inner_text())
    page.locator(".ac-all > summary").click()
    small = page.evaluate(
        """() => [...document.querySelectorAll('.acetates :is(button, input, label:has(input), summary)')]
            .filter(e => e.checkVisibility() && !e.closest('.ac-sources') && e.type !== 'checkbox')
            .filter(e => e.getBoundingClientRect().height < 44 || e.getBoundingClientRect().width < 44)
            .map(e => e.outerHTML.slice(0, 80))"""
    )
    assert small == []


def test_a_finger_beside_a_structure_still_finds_it(bare, subject):
    page = bare(viewport={"width": 360, "height": 740}, has_touch=True)
    _head, sheet = pack.read(drawing.full_pack(subject, "anterior"))
    alpha = composite(sheet)[..., 3]
    w = sheet.size_px[0]
    row = sheet.size_px[1] // 3
    edge = int(np.flatnonzero(alpha[row] > 200)[0])
    page.locator(".acetates canvas").scroll_into_view_if_needed()
    box = page.locator(".acetates canvas").bounding_box()
    scale = box["width"] / w
    page.touchscreen.tap(box["x"] + edge * scale - 8, box["y"] + row * scale)
    assert page.locator(".ac-card.ac-open").count() == 1


def test_print_is_a_still_picture_with_its_words(bare):
    page = bare(viewport={"width": 1000, "height": 900})
    choose = page.locator(".ac-slide + .ac-radios button").nth(2)
    choose.click()
    page.emulate_media(media="print")
    assert not page.get_by_role("checkbox").first.is_visible()
    assert not page.get_by_role("slider").is_visible()
    assert page.locator(".acetates canvas").is_visible()
    assert page.locator(".ac-labels").is_visible()
    assert page.locator(".ac-caption").is_visible()
    assert page.locator(".ac-fact p").first.is_visible()


@pytest.mark.parametrize("width", [1400, 360])
def test_no_serious_barrier_with_card_and_list_open(bare, width):
    page = bare(viewport={"width": width, "height": 900})
    page.locator(".ac-labels button").first.click()
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    assert lab.barriers(page, ".acetates") == []


def test_the_choice_can_be_seen_without_the_pages_colours(bare):
    page = bare(viewport={"width": 1000, "height": 900}, forced_colors="active")
    chosen, other = page.evaluate(
        """() => ['true', 'false'].map(is => getComputedStyle(
            document.querySelector(`[role=radio][aria-checked=${is}]`)).backgroundColor)"""
    )
    assert chosen != other


def test_nothing_was_asked_of_another_host_and_nothing_went_wrong(notes):
    assert [address for address in notes["asked"] if not lab.is_local(address)] == []
    assert notes["problems"] == []
