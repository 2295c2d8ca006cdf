"""A live plate in a real browser: with a kernel that the test plays, in JupyterLab, and without one."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
import traitlets

import browser_lab as lab
import synthetic_body as toy
from iliopsoas.plates import pack, quick
from iliopsoas.plates.composite import composite
from iliopsoas.widgets.card import joined

pytestmark = lab.marks()
STATE = ("spec", "values", "view", "frame", "stop", "on", "labels", "part", "error", "answered")
UP, RIGHT = "Up", "Right"

# A model as anywidget gives it, whose other end is the Python of this test.
MODEL = """
(state) => {
  const values = { ...state.state }, ears = {};
  const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  values.pack_live = bytes(state.packs.pack_live);
  const tell = (name, ...more) => (ears[name] ?? []).forEach((ear) => ear(...more));
  const model = {
    get: (name) => values[name],
    set(name, value) { values[name] = value; },
    save_changes() { window.saved = JSON.stringify(values.values); },
    on(name, ear) { (ears[name] ??= []).push(ear); },
    off() {},
    async send(message) {
      (window.requests ??= []).push(message);
      if (window.deaf) return;
      const { sent, traits } = JSON.parse(await window.kernel(JSON.stringify(message)));
      if (window.slow) await new Promise((go) => setTimeout(go, window.slow));
      for (const [content, buffers] of sent) tell('msg:custom', content, buffers.map(bytes));
      if (traits) {
        values.pack_live = bytes(traits.pack_live);
        values.answered = traits.answered;
        tell('change:pack_live');
        tell('change:answered');
      }
    },
    fromPython(name, value) { values[name] = value; tell(`change:${name}`); },
  };
  window.model = model;
  window.open(document.getElementById('here'), model);
}
"""


@pytest.fixture
def widget(monkeypatch, tmp_path):
    monkeypatch.setenv("ILIOPSOAS_WAIT", "1")
    monkeypatch.setenv("ILIOPSOAS_CACHE", str(tmp_path))
    tasks = []
    monkeypatch.setattr("iliopsoas.widgets.drawn.draw_later", lambda task, rank=0: tasks.append(task))
    w = toy.live()
    w.tasks = tasks
    return w


def data_of(widget) -> dict:
    packs = {"pack_live": base64.b64encode(widget.pack_live).decode()}
    return {"state": {name: getattr(widget, name) for name in STATE}, "packs": packs}


@pytest.fixture
def page(chromium, notes, widget, monkeypatch):
    """Open the widget in a page, connected to the Python object."""
    contexts = []

    def opened(**options):
        contexts.append(chromium.new_context(**{"viewport": {"width": 1300, "height": 1100}, **options}))
        found = lab.page_of(contexts[-1], notes["asked"], notes["problems"])
        sent = []
        monkeypatch.setattr(widget, "send", lambda content, buffers=(): sent.append((content, list(buffers))))

        def kernel(text: str) -> str:
            before = widget.answered
            sent.clear()
            widget._on_message(widget, json.loads(text), [])
            while widget.tasks:
                widget.tasks.pop(0)()
            coded = [(content, [base64.b64encode(b).decode() for b in buffers]) for content, buffers in sent]
            traits = None
            if widget.answered != before:
                traits = {"answered": widget.answered, "pack_live": base64.b64encode(widget.pack_live).decode()}
            return json.dumps({"sent": coded, "traits": traits})

        found.expose_function("kernel", kernel)
        script = (
            joined(*widget.scripts).replace("export function", "function").replace("export default", "const entry =")
        )
        found.set_content(
            '<!doctype html><html lang="en"><meta charset="utf-8"><title>Live</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<style>body {{ margin: 0 }} {joined(*widget.stylesheets)}</style><main><div id=here></div></main>"
            f"<script type=module>{script}\nwindow.open = (el, model) => render({{ el, model }});"
            "window.isThere = true;</script></html>"
        )
        found.wait_for_function("window.isThere")
        found.evaluate(MODEL, data_of(widget))
        found.wait_for_selector(".acetates[data-ink='live full front resting']")
        return found

    yield opened
    for context in contexts:
        context.close()


def slider(page, name):
    return page.get_by_role("slider", name=name, exact=True)


def field(page, name):
    return page.get_by_role("textbox", name=f"{name}, value")


def assert_full(page, values, view="front", state=None):
    state = state or " ".join(f"{k}={v:g}" for k, v in values.items() if v) or "resting"
    page.wait_for_selector(f".acetates[data-ink='live full {view} {state}']")
    plate = toy.live_plate(values, view)
    seen = lab.on_paper(lab.canvas_pixels(page.locator(".acetates")))
    difference = np.abs(seen - lab.on_paper(composite(pack.read(pack.write(plate, quick=True))[1])))
    assert difference.mean() < 0.1
    assert page.locator("canvas").get_attribute("aria-label") == plate.alt_for()
    assert page.locator(".ac-facts p").all_inner_texts() == [fact.text for fact in plate.facts]
    assert page.locator(".ac-facts .ac-grey").all_inner_texts() == [f.text for f in plate.facts if f.is_extrapolated]
    assert page.locator(".ac-caption p").first.inner_text() == "Only a toy.", "the numbers have a place of their own"
    assert page.locator(".ac-state code").inner_text() == state
    return plate


def test_keys_buttons_and_typed_values_move_and_full_ink_follows(page):
    page = page()
    slider(page, UP).focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
    assert_full(page, {"up_mm": 1})
    assert slider(page, UP).get_attribute("aria-valuetext") == "1 mm up"
    page.keyboard.press("Home")
    assert_full(page, {"up_mm": -40})
    assert slider(page, UP).get_attribute("aria-valuetext") == "40 mm down"
    assert page.get_by_role("button", name="Up: one step back").is_disabled()
    page.get_by_role("button", name="Right: one step on").click()
    assert_full(page, {"up_mm": -40, "right_mm": 0.5})
    field(page, UP).fill("12,5 mm")
    page.keyboard.press("Enter")
    assert_full(page, {"up_mm": 12.5, "right_mm": 0.5})
    field(page, UP).fill("7 down")
    page.keyboard.press("Tab")
    assert_full(page, {"up_mm": -7, "right_mm": 0.5})
    page.wait_for_function("window.saved === JSON.stringify({ up_mm: -7, right_mm: 0.5 })")


@pytest.mark.parametrize("typed", ["41", "-41", "abc", "", "3 left", "nan"])
def test_a_typed_value_that_is_not_allowed_is_refused_and_changes_nothing(page, typed):
    page = page()
    field(page, UP).fill(typed)
    page.keyboard.press("Enter")
    said = page.locator(".ac-refusal[role=alert]").inner_text()
    assert said.startswith("Up is ")
    assert said.endswith("allowed are numbers from -40 mm (down) to 40 mm (up)")
    assert field(page, UP).get_attribute("aria-invalid") == "true"
    page.wait_for_timeout(300)
    assert page.locator(".acetates").get_attribute("data-ink") == "live full front resting"
    page.get_by_role("button", name="High").click()
    assert page.locator(".ac-refusal[role=alert]").inner_text() == ""
    assert_full(page, {"up_mm": 30})
    assert field(page, UP).input_value() == "30"


def test_a_pose_is_one_click_and_says_that_it_is_shown(page):
    page = page()
    assert page.get_by_role("button", name="Rest", exact=True).get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Aside").click()
    assert_full(page, {"up_mm": -10, "right_mm": 20.5})
    assert page.get_by_role("button", name="Aside").get_attribute("aria-pressed") == "true"
    assert page.get_by_role("button", name="Rest", exact=True).get_attribute("aria-pressed") == "false"


def test_while_moving_drafts_come_with_their_own_words(page):
    page = page()
    page.evaluate("window.kernelLater = true")
    slider(page, UP).focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".acetates[data-ink='live draft front up_mm=1']")
    plate = toy.live_plate({"up_mm": 1})
    seen = lab.on_paper(lab.canvas_pixels(page.locator(".acetates")))
    if page.locator(".acetates").get_attribute("data-ink") == "live draft front up_mm=1":
        assert np.abs(seen - lab.on_paper(quick.draft(plate).rgba)).mean() < 0.1
        assert page.locator(".ac-facts").inner_text().startswith("The strap is 1 mm up.")
    assert_full(page, {"up_mm": 1})


def test_requests_never_pile_up_and_the_newest_wins(page):
    page = page()
    page.evaluate("window.slow = 250")
    most = page.evaluate(
        """async () => {
            const range = document.querySelector('.ac-input input[type=range]');
            let most = 0;
            for (let k = 1; k <= 30; k++) {
                range.value = k;
                range.dispatchEvent(new Event('input'));
                await new Promise((go) => setTimeout(go, 20));
                most = Math.max(most, window.requests.length);
            }
            return most;
        }"""
    )
    assert_full(page, {"up_mm": 30})
    assert most < 12  # of 30 values, in the time of about three slow answers
    rests = page.evaluate("window.requests.filter((one) => one.rest).length")
    assert 1 <= rests <= 3


def test_layers_views_and_python_reach_the_picture(page, widget):
    page = page()
    page.get_by_role("radio", name="From behind").click()
    assert_full(page, {}, "back")
    page.evaluate("model.fromPython('values', { up_mm: 8, right_mm: 0 })")
    assert_full(page, {"up_mm": 8}, "back")
    requests = page.evaluate("window.requests.length")
    page.get_by_role("checkbox", name="Straps").uncheck()
    page.wait_for_timeout(300)
    assert page.evaluate("window.requests.length") == requests  # peeling at rest needs no kernel
    seen = lab.on_paper(lab.canvas_pixels(page.locator(".acetates")))
    plate = toy.live_plate({"up_mm": 8}, "back")
    assert np.abs(seen - lab.on_paper(composite(pack.read(widget.pack_live)[1], ["beads"]))).mean() < 0.1
    assert pack.read(widget.pack_live)[0]["caption"] == plate.caption


def test_a_state_can_be_pasted_and_is_checked(page):
    page = page()
    box = page.get_by_role("textbox", name="Show a state")
    for text, said in (
        ("up_mm=99", "Up is 99; allowed are numbers from -40 mm (down) to 40 mm (up)"),
        ("up=3", "There is no input “up”; there are up_mm, right_mm"),
        ("up_mm 3", "“up_mm” is not of the form name=number"),
        ("up_mm=1 up_mm=2", "up_mm stands twice"),
    ):
        box.fill(text)
        page.keyboard.press("Enter")
        assert page.locator(".ac-refusal[role=alert]").inner_text() == said
    assert page.locator(".acetates").get_attribute("data-ink") == "live full front resting"
    box.fill(" right_mm=20.5  up_mm=-10 ")
    page.get_by_role("button", name="Show", exact=True).click()
    assert_full(page, {"up_mm": -10, "right_mm": 20.5})
    page.get_by_role("button", name="Copy").click()
    taken = page.evaluate("getSelection().toString() || document.querySelector('[role=status]').textContent")
    assert "up_mm=-10 right_mm=20.5" in taken
    with pytest.raises(traitlets.TraitError):
        toy.live().state = "up_mm=99"


def test_a_refusal_of_the_kernel_is_shown_and_the_last_picture_stays(page):
    page = page()
    field(page, RIGHT).fill("13")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('[role=alert]').textContent === 'right_mm is 13; that is unlucky'")
    assert page.locator("canvas").get_attribute("aria-label") == toy.live_plate({}).alt_for()
    field(page, RIGHT).fill("12")
    page.keyboard.press("Enter")
    assert_full(page, {"right_mm": 12})


def test_a_kernel_that_does_not_answer_is_said_and_heard_again_later(page):
    page = page()
    page.evaluate("window.deaf = true")
    for _ in range(5):
        slider(page, UP).focus()
        page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.ac-stage .ac-note').textContent.includes('busy or not running')")
    assert page.locator("canvas").get_attribute("aria-label") == toy.live_plate({}).alt_for()
    page.evaluate("window.deaf = false")
    page.keyboard.press("ArrowRight")
    assert_full(page, {"up_mm": 6})
    assert page.locator(".ac-stage .ac-note").inner_text() == ""


def test_without_a_kernel_the_last_picture_stays_and_says_so(open_page, widget):
    widget.values = {"up_mm": 5}
    html = lab.page_without_kernel(widget, "Live", data_of(widget))
    page = open_page(html, ".acetates[data-ink]")
    assert "needs a running kernel" in page.locator(".ac-stage .ac-note").inner_text()
    assert slider(page, UP).is_disabled()
    assert page.get_by_role("button", name="High").is_disabled()
    page.get_by_role("checkbox", name="Straps").uncheck()
    seen = lab.on_paper(lab.canvas_pixels(page.locator(".acetates")))
    assert np.abs(seen - lab.on_paper(composite(pack.read(widget.pack_live)[1], ["beads"]))).mean() < 0.1


def test_no_serious_barrier_every_control_named_and_room_on_a_narrow_screen(page):
    wide = page()
    assert lab.barriers(wide, ".acetates") == []
    narrow = page(viewport={"width": 360, "height": 740})
    assert lab.barriers(narrow, ".acetates") == []
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 360
    assert lab.cut_off(narrow, ".acetates") == []
    unnamed = wide.locator(".acetates :is(input, button, select)").evaluate_all(
        "nodes => nodes.filter(n => !(n.getAttribute('aria-label') || n.labels?.[0]?.textContent"
        " || n.textContent.trim())).map(n => n.outerHTML)"
    )
    assert unnamed == []


def test_on_a_narrow_screen_the_picture_stands_above_what_changes_it(page):
    found = page(viewport={"width": 280, "height": 740})  # as much as JupyterLab leaves of 360

    def tops():
        parts = (".ac-picture", ".ac-inputs", ".ac-poses", ".ac-stage .ac-labels", ".ac-card")
        return [found.locator(part).bounding_box()["y"] for part in parts]

    assert tops() == sorted(tops())
    assert lab.cut_off(found, ".acetates") == []
    found.set_viewport_size({"width": 1300, "height": 900})
    found.wait_for_selector(".ac-beside")
    picture, inputs, *_ = tops()
    assert inputs < picture
    assert found.locator(".ac-sheet .ac-labels, .ac-aside .ac-poses").count() == 2


def test_in_jupyterlab_keys_stay_inside_and_the_kernel_answers(jupyter, chromium, notes, top):
    jupyter.notebook(
        "live.ipynb",
        f"import sys\nsys.path.insert(0, {str(top / 'tests')!r})\nimport synthetic_body as toy",
        "w = toy.live()\nw",
        "print(w.state)",
    )
    context = chromium.new_context(viewport={"width": 1400, "height": 1100})
    page = lab.page_of(context, notes["asked"], notes["problems"])
    jupyter.open(page, "live.ipynb")
    lab.run_cell(page, 0)
    lab.run_cell(page, 1)
    page.wait_for_selector(".acetates[data-ink='live full front resting']")
    before = lab.cell_count(page)
    for place in (slider(page, UP), field(page, UP), page.get_by_role("button", name="Rest", exact=True)):
        place.focus()
        for key in ("a", "b", "x", "m", "y"):
            page.keyboard.press(key)
    assert lab.cell_count(page) == before
    slider(page, UP).focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    assert_full(page, {"up_mm": 6})
    page.wait_for_timeout(500)
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.classList.contains('jp-Cell')")
    lab.run_cell(page, 2)
    page.wait_for_selector(".jp-OutputArea-output pre:has-text('up_mm=6')")
    jupyter.lose_kernel(page)
    slider(page, UP).focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.ac-stage .ac-note').textContent.includes('busy or not running')")
    assert page.locator("canvas").get_attribute("aria-label") == toy.live_plate({"up_mm": 6}).alt_for()
    context.close()
