"""Questions on plates, painting and the ledger in a real browser: by pointer, by keyboard alone, small, dark, alone."""

from __future__ import annotations

import base64

import pytest

import browser_lab as lab
from browser_lab import answers
from iliopsoas.course import claim, claims, question
from iliopsoas.widgets import ledger as ledger_card
from iliopsoas.widgets.ledger import ledger
from iliopsoas.widgets.painting import VIEWS, paint
from iliopsoas.widgets.questions import ask, case

pytestmark = lab.marks()

POINT, PART, MARKED, LEVEL = "q201", "q218", "q227", "q222"


@pytest.fixture
def bare(open_page):
    """Open a page without a kernel that holds one widget."""

    def opened(widget, ready: str, **options):
        names = [name for name in widget.traits() if name.startswith("pack_")]
        packs = {name: base64.b64encode(getattr(widget, name)).decode() for name in names}
        data = {"state": {"spec": widget.spec}, "packs": packs}
        html = lab.page_without_kernel(widget, "Card", data)
        return open_page(html, ready, **options)

    return opened


def drawn(page) -> None:
    """Wait until no picture is still being drawn, and what is marked on it is."""
    page.wait_for_function("[...document.querySelectorAll('.bo-note')].every(note => note.hidden)")
    page.wait_for_function(
        "!document.querySelector('.bo-told') || document.querySelector('.bo-sheet canvas').dataset.lit"
    )


def listed(page) -> None:
    page.wait_for_function("document.querySelectorAll('select.qu-place option').length > 3")


def lit_pixels(page):
    return lab.canvas_pixels(page.locator(".bo-sheet")).astype(int)


# ---------------------------------------------------------------- questions on plates


def test_a_whole_quiz_on_plates_by_keyboard_alone(bare):
    """A point, a part, a marked structure, a level and a case, from the first key to the result, without a pointer."""
    page = bare(ask(POINT, PART, MARKED, LEVEL, "K02"), ".questions form", viewport={"width": 1000, "height": 900})
    keys = page.keyboard
    said = page.locator(".questions [role=status]")

    listed(page)
    keys.press("Tab")  # the list of places; its texts name nothing
    texts = page.locator("select.qu-place option").all_inner_texts()
    assert texts[1].startswith("Point 1 of ") and not [t for t in texts if "trochanter" in t.lower()]
    keys.press("Enter")  # nothing chosen yet: Enter in a list opens or checks, and answers nothing
    keys.press("Escape")
    page.locator("select.qu-place").focus()
    wanted = place_of(page, "lesser_trochanter")
    for _ in range(wanted):
        keys.press("ArrowDown")
    assert "lesser_trochanter" in page.locator(".bo-sheet canvas").get_attribute("data-lit")
    press_check(page)
    wanted_answer = {"id": POINT, "given": "lesser_trochanter", "right": True, "sure": None, "n": 1}
    assert wanted_answer.items() <= answers(page)[-1].items()
    assert "Right." in said.inner_text() and question(POINT).why in said.inner_text()
    keys.press("Enter")

    listed(page)
    assert page.evaluate("document.activeElement.className") == "qu-place"
    assert page.locator("select.qu-place option").nth(1).inner_text().startswith("Part 1 of ")
    for _ in range(place_of(page, "psoas_minor")):
        keys.press("ArrowDown")
    press_check(page)
    assert answers(page)[-1]["given"] == "psoas_minor" and answers(page)[-1]["right"] is False
    told = page.locator(".qu-result").inner_text()
    assert "You named: Psoas minor" in told and "The answer: Iliacus" in told
    keys.press("Enter")

    drawn(page)
    keys.type("iliacus")
    keys.press("Enter")
    assert answers(page)[-1]["right"] is True
    keys.press("Enter")

    keys.press("Space")
    for _ in range(question(LEVEL).choices.index("L3–L4")):
        keys.press("ArrowDown")
    keys.press("Enter")
    assert answers(page)[-1]["right"] is True
    keys.press("Enter")

    for step in case("K02").spec["questions"]:
        assert "K02, Something beats" in page.locator(".qu-vignette").inner_text()
        keys.press("Space")
        for _ in range([c["text"] for c in step["choices"]].index(step["solution"])):
            keys.press("ArrowDown")
        keys.press("Tab")
        keys.press("Space")  # sure
        keys.press("Enter")
        assert answers(page)[-1]["right"] and answers(page)[-1]["sure"]
        keys.press("Enter")
    assert "5 of 6 right at the first answer" in page.locator(".qu-outcome").inner_text()


def place_of(page, structure: str) -> int:
    """Return how many steps down the list a structure is: found by trying, as someone who sees the ring does."""
    return page.evaluate(
        """structure => {
            const list = document.querySelector('select.qu-place'), at = list.selectedIndex;
            for (let k = 1; k < list.options.length; k++) {
                list.selectedIndex = k;
                list.dispatchEvent(new Event('change'));
                const found = document.querySelector('.bo-sheet canvas').dataset.lit.split(' ').includes(structure);
                list.selectedIndex = at;
                list.dispatchEvent(new Event('change'));
                if (found) return k;
            }
            return -1;
        }""",
        structure,
    )


def press_check(page) -> None:
    page.locator("button[type=submit]").focus()
    page.keyboard.press("Enter")


def click_at(page, structure: str, dx: float = 0.0) -> None:
    """Click where the list says that a structure is, or beside it."""
    k = place_of(page, structure)
    page.locator("select.qu-place").select_option(index=k)
    x, y = page.locator("circle.bo-ring").evaluate("ring => [ring.cx.baseVal.value, ring.cy.baseVal.value]")
    page.locator("select.qu-place").select_option(index=0)
    box = page.locator(".bo-sheet canvas").bounding_box()
    scale = box["width"] / page.locator(".bo-sheet canvas").evaluate("canvas => canvas.width")
    page.mouse.click(box["x"] + (x + dx) * scale, box["y"] + y * scale)


def test_pointing_chooses_what_is_there_and_paper_chooses_nothing(bare):
    page = bare(ask(POINT), ".questions form")
    listed(page)
    click_at(page, "ischial_tuberosity")
    assert "ischial_tuberosity" in page.locator("canvas").get_attribute("data-lit")
    box = page.locator("canvas").bounding_box()
    page.mouse.click(box["x"] + 3, box["y"] + box["height"] - 3)
    assert page.locator("[role=status]").inner_text() == "There is nothing to choose there."
    page.locator("button[type=submit]").click()
    assert page.locator(".qu-note").inner_text() == "Choose a place first."
    assert answers(page) == []
    click_at(page, "lesser_trochanter", dx=14)  # near is good enough for a point of bone
    page.locator("button[type=submit]").click()
    assert answers(page)[-1]["right"] is True


def test_a_landmark_is_found_on_either_side_from_behind(bare):
    page = bare(ask(POINT), ".questions form")
    listed(page)
    k = place_of(page, "lesser_trochanter")
    page.locator("select.qu-place").select_option(index=k)
    x, y = page.locator("circle.bo-ring").evaluate("ring => [ring.cx.baseVal.value, ring.cy.baseVal.value]")
    box = page.locator("canvas").bounding_box()
    scale = box["width"] / 640
    page.mouse.click(box["x"] + (640 - x) * scale, box["y"] + y * scale)
    page.locator("button[type=submit]").click()
    assert answers(page)[-1]["right"] is True


def test_who_cannot_see_the_plate_answers_in_words(bare):
    page = bare(ask(POINT), ".questions form")
    page.locator(".qu-words summary").click()
    page.get_by_label("Its name").fill("trochanter minor")
    page.locator("button[type=submit]").click()
    assert answers(page)[-1]["given"] == "lesser_trochanter" and answers(page)[-1]["right"] is True


def test_a_marked_structure_is_lit_without_its_name_and_named_with_the_answer(bare):
    page = bare(ask(MARKED), ".questions form")
    drawn(page)
    before = page.locator(".bo-board").inner_text() + (page.locator("canvas").get_attribute("data-lit") or "")
    assert "iliacus" not in before.lower()
    lit = lit_pixels(page)
    page.get_by_role("button", name="I do not know").click()
    page.wait_for_selector(".bo-told:has-text('Marked: Iliacus.')")
    unlit = bare(ask("q217"), ".questions form")
    drawn(unlit)
    assert (abs(lit - lit_pixels(unlit)).max(axis=2) > 20).sum() > 2000, "the marked muscle looks marked"


def outline(page) -> int:
    """Return how many pixels of the picture have the colour of the line that is drawn round what is marked."""
    return int((lit_pixels(page)[..., :3] == (11, 87, 164)).all(axis=2).sum())


def test_what_is_marked_or_chosen_has_a_line_round_it(bare):
    """Iliacus is gold by nature, so its colour when lit would leave open which muscle of the plate is meant."""
    page = bare(ask(MARKED, PART), ".questions form")
    drawn(page)
    assert outline(page) > 500
    page.get_by_role("button", name="I do not know").click()
    page.locator(".qu-buttons button.qu-main").click()
    listed(page)
    assert outline(page) == 0
    page.locator("select.qu-place").select_option(index=place_of(page, "psoas_minor"))
    assert outline(page) > 100
    page.locator("select.qu-place").select_option(index=0)
    assert outline(page) == 0


def test_one_answer_counts_the_place_or_the_name_whichever_came_last(bare):
    page = bare(ask(PART), ".questions form")
    listed(page)
    places, words = page.locator("select.qu-place"), page.locator(".qu-words input")
    page.locator(".qu-words summary").click()
    words.fill("no such thing")
    page.locator("button[type=submit]").click()
    assert "No structure of this course has that name." in page.locator(".qu-note").inner_text()
    assert words.evaluate("input => input === document.activeElement"), "the focus is where something has to be mended"
    places.select_option(index=place_of(page, "psoas_minor"))
    assert words.input_value() == ""
    words.press_sequentially("iliacus")
    assert places.input_value() == "" and outline(page) == 0
    page.locator("button[type=submit]").click()
    assert (answers(page)[-1]["given"], answers(page)[-1]["right"]) == ("iliacus", True)


def test_every_question_with_a_plate_shows_it_and_lights_what_it_asks_for(bare):
    """One question of every view: the picture comes, and something is lit or ringed once the answer is known."""
    from iliopsoas.course import questions

    first = {(q.plate.folio, q.plate.view): q.id for q in questions().values() if q.plate}
    page = bare(ask(*first.values(), most=len(first)), ".questions form")
    for id in first.values():
        page.get_by_role("button", name="I do not know").click()
        page.wait_for_function("document.querySelector('.bo-sheet canvas')?.dataset.lit")
        assert page.locator(".bo-told").inner_text(), id
        page.locator(".qu-buttons button.qu-main").click()


@pytest.mark.parametrize("width", [1000, 360])
def test_no_serious_barrier_and_nothing_runs_over(bare, width):
    page = bare(ask(POINT, MARKED, "K03"), ".questions form", viewport={"width": width, "height": 740})
    for _ in range(4):
        drawn(page)
        assert lab.barriers(page, ".questions") == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.get_by_role("button", name="I do not know").click()
        drawn(page)
        assert lab.barriers(page, ".questions") == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.locator(".qu-buttons button.qu-main").click()


# ---------------------------------------------------------------- painting


def painted(bare, muscle: str, **options):
    return bare(paint(muscle), ".painting[data-ready=yes]", **options)


def result(page) -> dict:
    return page.evaluate("model.get('result')")


@pytest.mark.parametrize("muscle", list(VIEWS))
def test_all_places_by_keyboard_alone_make_a_full_score(bare, muscle):
    """Every place of the muscle can be seen in one of its views, chosen from the list, and counts."""
    page = painted(bare, muscle)
    wanted = [place["id"] for place in paint(muscle).spec["places"] if place["wanted"]]
    for id in wanted:
        page.locator(f"[data-place={id}]").focus()
        page.keyboard.press("Space")
        assert page.locator("[role=status]").inner_text().endswith(": marked.")
    page.get_by_role("button", name="Score it").focus()
    page.keyboard.press("Enter")
    found = result(page)
    assert (found["found"], found["places"]) == (len(wanted), len(wanted))
    assert found["missed"] == [] and found["excess"] == []
    assert found["overlap"] > 0.97
    assert "100 % overlap" in page.locator("[role=status]").inner_text()


def test_what_is_missed_and_what_is_too_much_is_named_level_by_level(bare):
    page = painted(bare, "psoas_major")
    ids = [place["id"] for place in paint("psoas_major").spec["places"] if place["wanted"]]
    for id in [*(one for one in ids if one != "psoas_major_tp_l2"), "disc_l5_s1"]:
        page.locator(f"[data-place={id}]").check()
    page.get_by_role("button", name="Score it").click()
    found = result(page)
    assert found["missed"] == ["L1–L2: L2 transverse process"]
    assert found["excess"] == ["L5–S1 disc"]
    assert found["found"] == len(ids) - 1 and 0.7 < found["overlap"] < 0.99
    told = page.locator(".pa-score").inner_text()
    assert "L2 transverse process" in told and "L5–S1 disc" in told


@pytest.mark.parametrize(("width", "height"), [(1100, 760), (360, 700)])
def test_the_score_comes_into_sight_and_beside_the_picture_where_there_is_room(bare, width, height):
    page = painted(bare, "psoas_minor", viewport={"width": width, "height": height})
    page.locator("[data-place=psoas_minor_insertion]").check()
    page.get_by_role("button", name="Score it").click()
    assert lab.out_of_sight(page, ".pa-score .qu-verdict") == []
    side, board = page.locator(".pa-score").bounding_box(), page.locator(".bo-board").bounding_box()
    assert (side["x"] >= board["x"] + board["width"]) == (width > 1000)
    if width > 1000:
        assert lab.out_of_sight(page, ".bo-sheet") == [], "the true places are lit there"
    groups = page.locator(".pa-score li b").all_inner_texts()
    assert groups and len(set(groups)) == len(groups), "one line for each level"


def test_a_brush_paints_the_eraser_takes_away_and_undo_brings_back(bare):
    page = painted(bare, "iliacus")
    box = page.locator("canvas.pa-paint").bounding_box()
    count = (
        "[...document.querySelector('canvas.pa-paint').getContext('2d').getImageData(0, 0, 640, 900).data]"
        ".filter((value, k) => k % 4 === 3 && value).length"
    )

    def stroke(x0, x1):
        page.mouse.move(box["x"] + box["width"] * x0, box["y"] + box["height"] * 0.45)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * x1, box["y"] + box["height"] * 0.5, steps=6)
        page.mouse.up()

    stroke(0.2, 0.35)
    first = page.evaluate(count)
    assert first > 1000
    page.get_by_role("radio", name="Eraser").click()
    page.get_by_role("radio", name="Large").click()
    stroke(0.2, 0.35)
    assert page.evaluate(count) == 0
    page.get_by_role("button", name="Undo").click()
    assert page.evaluate(count) == first
    page.get_by_role("button", name="Score it").click()
    assert 0 < result(page)["overlap"] < 1
    page.get_by_role("button", name="Clear").click()
    assert page.evaluate(count) == 0
    page.get_by_role("button", name="Score it").click()
    assert page.locator(".pa-score").inner_text() == "Nothing is marked yet."


def test_painting_everything_is_no_way_to_a_good_score(bare):
    page = painted(bare, "psoas_minor")
    for box in page.locator("[data-place]").all():
        box.check()
    page.get_by_role("button", name="Score it").click()
    assert result(page)["overlap"] < 0.5


@pytest.mark.parametrize("width", [1000, 360])
def test_painting_has_no_serious_barrier(bare, width):
    page = painted(bare, "psoas_major", viewport={"width": width, "height": 740}, color_scheme="dark")
    page.locator("[data-place=psoas_major_tp_l2]").check()
    page.get_by_role("button", name="Score it").click()
    assert lab.barriers(page, ".painting") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    colours = page.locator(".painting").evaluate(
        "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]"
    )
    assert colours == ["rgb(255, 255, 255)", "rgb(26, 26, 26)"]


# ---------------------------------------------------------------- the ledger


def test_a_claim_is_graded_by_keyboard_and_then_tells_its_verdict(bare):
    page = bare(ledger(), ".ledger .le-claim")
    c = claim("C02")
    row = page.locator("[data-claim=c02]")
    assert c.finding not in page.locator(".ledger").inner_text()
    row.get_by_role("button", name="Compare: C02").focus()
    page.keyboard.press("Enter")
    assert page.locator("[role=status]").inner_text() == "Choose both grades first."
    assert page.evaluate("document.activeElement.tagName") == "SELECT"
    page.keyboard.type("contradicted")
    page.keyboard.press("Tab")
    page.keyboard.type("no concern")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    told = row.inner_text()
    for words in (c.finding, c.say, f"Evidence: {c.evidence}.", "You chose contradicted.", "As you graded it."):
        assert words in told
    assert page.evaluate("model.get('grades')") == [
        {"id": "c02", "evidence": "contradicted", "safety": "no concern", "agrees": False}
    ]
    assert c.finding in page.locator("[role=status]").inner_text()
    assert "You graded 1, 0 of them as this ledger does" in page.locator(".qu-count").inner_text()
    row.locator(".ac-sources summary").click()
    assert row.locator(".ac-sources li").count() == len(c.sources)
    page.get_by_label("Your work").select_option("differ")
    assert page.locator("[data-claim]").count() == 1


def test_filters_narrow_together_and_say_how_many_are_left(bare):
    page = bare(ledger(), ".ledger .le-claim")
    filters = page.locator(".le-filters")
    filters.get_by_label("Topic", exact=True).select_option("technique")
    filters.get_by_label("Evidence", exact=True).select_option("contradicted")
    wanted = [c.id for c in claims().values() if (c.topic, c.evidence) == ("technique", "contradicted")]
    assert [row.get_attribute("data-claim") for row in page.locator("[data-claim]").all()] == wanted
    assert page.locator(".qu-count").inner_text().startswith(f"{len(wanted)} of 50 claims shown")
    filters.get_by_label("Safety", exact=True).select_option("no concern")
    assert page.locator(".le-list").inner_text() == "No claim fits this choice."


@pytest.mark.parametrize("width", [1000, 360])
def test_the_ledger_has_no_serious_barrier(bare, width):
    page = bare(ledger_card.claims("C02", "C41"), ".ledger .le-claim", viewport={"width": width, "height": 740})
    page.get_by_role("button", name="Show without grading: C41").click()
    assert lab.barriers(page, ".ledger") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".le-filters").count() == 0, "two claims need no filter"


# ---------------------------------------------------------------- in JupyterLab


@pytest.fixture
def notebook(jupyter, chromium, notes):
    """Open a notebook with a card of each kind: each time a new one, with its own kernel."""
    cells = [
        f"from iliopsoas import ask, claims, paint\nw = ask('{POINT} {MARKED}')\nw",
        "p = paint('psoas_minor')\np",
        "c = claims('C02')\nc",
        "print(w.answers, p.result, c.grades)",
    ]
    jupyter.notebook("plates.ipynb", *cells)
    context = chromium.new_context(viewport={"width": 1200, "height": 900})
    page = lab.page_of(context, notes["asked"], notes["problems"])
    jupyter.open(page, "plates.ipynb")
    for k in range(3):
        lab.run_cell(page, k)
    page.set_default_timeout(90_000)
    page.wait_for_selector(".ledger .le-claim")
    page.wait_for_function("document.querySelectorAll('select.qu-place option').length > 3")
    page.wait_for_selector(".painting[data-ready=yes]")
    yield page
    context.close()
    jupyter.end_kernels()


def test_in_jupyterlab_letters_and_arrows_change_no_cell(notebook):
    page = notebook
    before = lab.cell_count(page)
    places = [
        "select.qu-place",
        ".qu-words summary",
        ".painting [data-place]",
        ".painting [role=radio]",
        ".ledger select",
    ]
    for place in places:
        for key in lab.COMMANDS:
            page.locator(place).first.focus()
            page.keyboard.press(key)
            page.keyboard.press("Escape") if page.locator(".jp-Dialog").count() else None
    assert lab.cell_count(page) == before
    assert page.locator(".jp-Dialog").count() == 0


def test_in_jupyterlab_a_quiz_a_painting_and_a_grade_by_keyboard_reach_python(notebook):
    page = notebook
    keys = page.keyboard
    page.locator("select.qu-place").focus()
    for _ in range(place_of(page, "lesser_trochanter")):
        keys.press("ArrowDown")
    press_check(page)
    keys.press("Enter")
    page.get_by_role("textbox", name=question(MARKED).question).focus()
    keys.type("iliacus")
    keys.press("Enter")
    keys.press("Enter")
    assert "2 of 2 right" in page.locator(".qu-outcome").inner_text()
    page.locator("[data-place=psoas_minor_insertion]").check()
    page.locator(".painting button.qu-main").focus()
    keys.press("Enter")
    page.get_by_role("button", name="Show without grading: C02").focus()
    keys.press("Enter")
    text = lab.printed(page, 3, "'given': 'lesser_trochanter'", "'id': 'c02'")
    assert "'places': 4" in text


def test_nothing_was_asked_of_another_host_and_nothing_went_wrong(notes):
    assert [address for address in notes["asked"] if not lab.is_local(address)] == []
    ours = ("questions", "painting", "ledger", "board", "anywidget")
    assert [text for text in notes["problems"] if any(word in text.lower() for word in ours)] == []
