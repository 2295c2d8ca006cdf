"""Drill, test and progress in a real browser: by keyboard alone, in JupyterLab and without a kernel."""

from __future__ import annotations

import json
import re

import pytest

import browser_lab as lab
from browser_lab import answers, focused, press, said
from iliopsoas.course.questions import question, questions
from iliopsoas.learning import history
from iliopsoas.learning.bank import bank
from iliopsoas.learning.drill import Plan
from iliopsoas.learning.progress import Progress
from iliopsoas.learning.proof import Test
from iliopsoas.widgets.drill import Drill
from iliopsoas.widgets.prove import Proof
from test_progress import answer

pytestmark = lab.marks()
NO_PLATE = [q for q in questions().values() if q.plate is None]
SAFE, SAFE_TOO = [q for q in NO_PLATE if q.safety and q.kind == "choice"][:2]
CHOICE = next(q for q in NO_PLATE if q.kind == "choice" and not q.safety)
STATEMENT = next(q for q in NO_PLATE if q.kind == "true_false" and not q.safety)
NUMBER = next(q for q in NO_PLATE if q.kind == "number")
LATE = next(q for q in questions().values() if q.lesson == "06")
NAME = next(q for q in questions().values() if q.kind == "label")
SOME = (SAFE, CHOICE, STATEMENT, NUMBER)


def drill_of(*asked):
    return Drill(Plan(tuple(asked), len(asked), 0, 0, 0, None), 8)


def proof_of(*asked):
    return Proof(asked, Test("test0001", tuple(q.id for q in asked), ()))


def page_of(widget) -> str:
    data = {"state": {"spec": widget.spec}}
    names = "pageStore, readProgress, sealed, crc32"
    return lab.page_without_kernel(widget, "Questions", data, names)


@pytest.fixture
def bare(open_page):
    """Open a page without a kernel that holds this card."""
    return lambda widget, **options: open_page(page_of(widget), ".questions .qu-body > *", **options)


def choose(page, text: str, sure: str = "") -> None:
    page.get_by_label(text, exact=True).check()
    if sure:
        page.get_by_label(sure, exact=True).check()
    page.locator("button[type=submit]").click()


def asked_now(page):
    text = page.locator(".qu-body .qu-ask").first.inner_text()
    told = page.locator(".qu-vignette")
    vignette = told.inner_text() if told.count() else None
    return next(q for q in bank().values() if text.startswith(q.question) and q.vignette == vignette)


def downloaded(page, name: str = "Download my progress") -> bytes:
    with page.expect_download() as waited:
        press(page, name)
    assert waited.value.suggested_filename == "progress.jsonl"
    return waited.value.path().read_bytes()


# ---------------------------------------------------------------- the same file in both languages


def test_a_line_of_the_page_is_read_by_python_and_the_other_way_round(bare):
    page = bare(drill_of(CHOICE))
    assert page.evaluate("crc32('123456789')") == "cbf43926"
    given = ["psoas – größer", '𝛼\u2028"}', ["a", "b"], 3.5, None]
    page.evaluate(
        "given => given.forEach(given => pageStore().add({ question: 'q001', given, right: true, sure: null }))",
        given,
    )
    found = history.read(page.evaluate("pageStore().text()").encode())
    assert [one.data["given"] for one in found.events] == given
    assert not found.faults and found.device
    mine = history.History((answer(given="ischiadicus – größer"), answer(given="\ud83d", order=2)), "python")
    text = history.written(mine).decode()
    read = page.evaluate("text => readProgress(text)", text)
    assert (len(read["events"]), read["faults"], read["newer"]) == (2, 0, False)
    damaged = page.evaluate("text => readProgress(text)", text.replace("größer", "grosser"))
    assert (len(damaged["events"]), damaged["faults"]) == (1, 1)


def test_the_page_merges_a_file_and_gives_out_all_of_it(bare, tmp_path):
    page = bare(drill_of(CHOICE, STATEMENT))
    choose(page, CHOICE.right)
    other = tmp_path / "from another computer.jsonl"
    elsewhere = answer("q002", order=5)
    other.write_bytes(history.written(history.History((elsewhere,), "there")))
    page.locator("input[type=file]").set_input_files(other)
    page.get_by_text("1 entry was added, 0 you had already.").first.wait_for()
    found = history.read(downloaded(page))
    assert found.ids == {elsewhere.id, answers(page)[0]["event"]}
    other.write_text("a photo", encoding="utf-8")
    page.locator("input[type=file]").set_input_files(other)
    page.get_by_text("it holds no progress of this course").first.wait_for()
    newer = page.evaluate("sealed({ iliopsoas: 'progress', schema: 2 })")
    other.write_text(newer, encoding="utf-8")
    page.locator("input[type=file]").set_input_files(other)
    page.get_by_text("written by a newer version").first.wait_for()
    assert history.read(downloaded(page)).ids == found.ids


def test_order_rises_when_the_clock_of_the_page_goes_back(bare):
    page = bare(drill_of(CHOICE))
    orders = page.evaluate(
        """() => {
            const real = Date.now, times = [5e12, 4e12, 6e12];
            const RealDate = Date;
            return times.map(time => {
                globalThis.Date = class extends RealDate {
                    constructor(...a) { a.length ? super(...a) : super(time); }
                };
                const { order } = pageStore().add({ question: 'q001', given: null, right: false, sure: null });
                globalThis.Date = RealDate;
                return order;
            });
        }"""
    )
    assert orders == sorted(set(orders)) and len(orders) == 3


# ---------------------------------------------------------------- a drill without a kernel


def test_a_whole_drill_by_keyboard_alone(bare):
    """Wrong and sure comes back after the others, once right it stays away, and the end says how it went."""
    page = bare(drill_of(*SOME))
    keys = page.keyboard
    page.locator("fieldset.qu-ask input").first.focus()
    for _ in range(SAFE.choices.index(SAFE.wrong[0].text)):
        keys.press("ArrowDown")
    if SAFE.choices[0] == SAFE.wrong[0].text:
        keys.press("Space")
    keys.press("Tab")
    keys.press("Space")  # sure
    keys.press("Enter")
    assert "Not right." in said(page)
    assert focused(page) == "Next question"
    keys.press("Enter")
    for q in (CHOICE, STATEMENT):
        assert asked_now(page).id == q.id
        options = q.choices or ("True", "False")
        for _ in range(options.index(q.solution)):
            keys.press("ArrowDown")
        if options[0] == q.solution:
            keys.press("Space")
        keys.press("Enter")
        assert said(page).startswith("Right.")
        keys.press("Enter")
    keys.type(f"{NUMBER.value:g}")
    keys.press("Enter")
    keys.press("Enter")
    assert asked_now(page).id == SAFE.id
    assert "You were sure, and it was not right. Once more:" in page.locator(".qu-body").inner_text()
    for _ in range(SAFE.choices.index(SAFE.right)):
        keys.press("ArrowDown")
    if SAFE.choices[0] == SAFE.right:
        keys.press("Space")
    keys.press("Tab")
    keys.press("Space")
    keys.press("Enter")
    assert focused(page) == "See how it went"
    keys.press("Enter")
    assert "3 of 4 right at the first answer" in page.locator(".qu-outcome").inner_text()
    assert [(a["id"], a["right"], a["part"]) for a in answers(page)] == [
        (SAFE.id, False, "drill"), (CHOICE.id, True, "drill"), (STATEMENT.id, True, "drill"),
        (NUMBER.id, True, "drill"), (SAFE.id, True, "drill"),
    ]  # fmt: skip
    assert focused(page) == "Ask these again (1)"
    assert [one.data["right"] for one in history.read(downloaded(page)).events] == [False, True, True, True, True]


def test_a_drill_without_a_kernel_says_that_it_plans_no_next_day(bare):
    """It keeps and gives out answers; what is due when is worked out in Jupyter, and it promises nothing else."""
    page = bare(drill_of(CHOICE))
    alone = page.locator(".qu-alone")
    assert "plans no next day" in alone.inner_text() and "load it there with progress()" in alone.inner_text()
    choose(page, CHOICE.right)
    page.locator(".qu-buttons button.qu-main").click()
    assert alone.is_visible()
    assert "comes back" not in page.locator(".questions").inner_text()
    assert "whoever wants to can read the right ones in its source" in page.locator(".qu-kept").inner_text()


def test_it_can_be_stopped_at_any_time_and_gone_on_with(bare):
    page = bare(drill_of(*SOME))
    press(page, "Stop here")
    assert "Nothing answered this time." in page.locator(".qu-outcome").inner_text()
    assert focused(page) == "Go on"
    press(page, "Go on")
    choose(page, SAFE.right, "Sure")
    press(page, "Stop here")
    assert "1 of 1 right at the first answer" in page.locator(".qu-outcome").inner_text()
    assert not page.get_by_role("button", name="Stop here").is_visible()
    press(page, "Go on")
    assert asked_now(page).id == CHOICE.id


def test_the_time_informs_can_be_hidden_and_ends_nothing(bare):
    widget = drill_of(*SOME)
    page = bare(widget)
    assert page.locator(".qu-time").inner_text() == "8 minutes, or as long as you like"
    page.clock.install()
    page.get_by_label(SAFE.right, exact=True).click()
    page.clock.run_for(61_000)
    assert page.locator(".qu-time").inner_text() == "About 7 min left"
    press(page, "Hide the time")
    assert not page.locator(".qu-time").is_visible()
    page.clock.run_for(480_000)
    assert said(page) == "The time is over. Stop whenever you like."
    press(page, "Show the time")
    assert "The time is over" in page.locator(".qu-time").inner_text()
    assert asked_now(page).id == SAFE.id


@pytest.mark.parametrize("seed", range(2))
def test_whatever_is_pressed_in_a_drill_no_answer_is_lost(bare, notes, seed):
    page = bare(drill_of(*SOME, SAFE_TOO))
    before = len(notes["problems"])
    counts = page.evaluate(
        """seed => {
            const next = n => { seed = (seed * 1103515245 + 12345) % 2147483648; return Math.floor(seed / 65536) % n; };
            const counts = [];
            for (let step = 0; step < 300; step++) {
                const fields = [...document.querySelectorAll('.qu-body :is(input, textarea)')];
                const buttons = [...document.querySelectorAll(':is(.qu-body, .qu-bar) button:not(:disabled)')]
                    .filter(one => one.checkVisibility());
                if (!buttons.length) return `nothing to press at step ${step}`;
                const field = fields[next(Math.max(fields.length, 1))];
                if (field?.type === 'radio') field.click(); else if (field) field.value = ['', '8', 'x'][next(3)];
                buttons[next(buttons.length)].click();
                counts.push(model.get('answers').length);
            }
            return counts;
        }""",
        seed + 1,
    )
    assert isinstance(counts, list), counts
    assert counts == sorted(counts) and counts[-1] > 20
    assert notes["problems"][before:] == []
    kept = history.read(page.evaluate("pageStore().text()").encode())
    assert [one.id for one in kept.events] == [a["event"] for a in answers(page)]


# ---------------------------------------------------------------- the test without a kernel


def test_a_test_tells_nothing_before_its_end_and_one_wrong_on_safety_is_not_passed(bare):
    asked = (SAFE, CHOICE, STATEMENT, SAFE_TOO)
    page = bare(proof_of(*asked))
    choose(page, SAFE.right)
    assert said(page) == "Say how sure you are, too."
    for q in asked:
        assert asked_now(page).id == q.id
        shown = page.locator(".questions").inner_text()
        assert q.why not in shown and "Right" not in re.sub("Right and wrong", "", shown)
        choose(page, q.wrong[0].text if q is SAFE_TOO else q.solution, "Sure")
        if q is not SAFE_TOO:
            assert said(page).startswith("Noted.")
    result = page.locator(".qu-outcome").inner_text()
    assert result.startswith("Not passed yet")
    rows = page.locator(".qu-topics:has(thead) td").all_inner_texts()
    rates = [int(right) / int(asked) for right, asked in (row.split(" / ") for row in rows)]
    assert rates == sorted(rates), "the weakest topic stands first"
    assert "3 of 4 right, 75 %. The pass mark is 80 %." in result
    assert "Safety: 1 of 2 right. All of them must be." in result
    assert "you were sure, and it was not right" in result and f"Lesson {SAFE_TOO.lesson}" in result
    assert "qualifies you for nothing" in result
    page.locator(".qu-review summary").first.click()
    told = page.locator(".qu-review").inner_text()
    assert SAFE_TOO.why in told and SAFE_TOO.wrong[0].why in told and SAFE_TOO.right in told
    assert all(a["part"] == "test:test0001" and a["n"] == 1 for a in answers(page))


def test_everything_right_is_passed(bare):
    page = bare(proof_of(SAFE, CHOICE))
    choose(page, SAFE.right, "Sure")
    choose(page, CHOICE.right, "Not sure")
    assert page.locator(".qu-done").inner_text().endswith("Passed")
    assert "Everything was right." in page.locator(".qu-outcome").inner_text()


def test_a_test_in_a_saved_page_goes_on_after_the_page_was_closed(chromium, notes, tmp_path):
    """From disk, where the browser lets a page keep something; the card finds its answers again."""
    path = tmp_path / "lesson.html"
    path.write_text(page_of(proof_of(SAFE, CHOICE, STATEMENT)), encoding="utf-8")
    context = chromium.new_context()
    try:
        page = lab.page_of(context, notes["asked"], notes["problems"])
        page.goto(path.as_uri())
        choose(page, SAFE.right, "Sure")
        assert "kept in this browser" in page.locator(".qu-kept").inner_text()
        page.close()
        page = lab.page_of(context, notes["asked"], notes["problems"])
        page.goto(path.as_uri())
        assert page.locator(".qu-count").inner_text() == "Question 2 of 3"
        assert asked_now(page).id == CHOICE.id
        assert len(history.read(downloaded(page)).events) == 1
    finally:
        context.close()


@pytest.mark.parametrize("make", [drill_of, proof_of])
@pytest.mark.parametrize("width", [1000, 360])
def test_no_serious_barrier_and_nothing_runs_over(bare, width, make):
    page = bare(make(SAFE, CHOICE), viewport={"width": width, "height": 740})

    def look():
        assert lab.barriers(page, ".questions") == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        small = page.evaluate(
            """() => [...document.querySelectorAll('.questions :is(button, summary, label:has(input))')]
                .filter(e => e.checkVisibility() && !e.closest('.ac-sources') && e.getBoundingClientRect().height < 44)
                .map(e => e.outerHTML.slice(0, 80))"""
        )
        assert small == []

    look()
    for q in (SAFE, CHOICE):
        choose(page, q.wrong[0].text, "Sure" if q.safety or make is proof_of else "")
        look()
        if make is drill_of:
            page.locator(".qu-buttons button.qu-main").click()
    if make is drill_of:
        press(page, "Stop here")
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    look()


# ---------------------------------------------------------------- in JupyterLab


@pytest.fixture
def notebook(jupyter, chromium, notes):
    """Open a notebook with a drill, a test and the card that shows how one stands: each time new, nothing run yet."""
    cells = ('drill(lesson="00")', "progress()", "prove(items=5, seed=2)")
    jupyter.notebook("drilling.ipynb", "from iliopsoas import drill, progress, prove", *cells)
    Progress().path.unlink(missing_ok=True)
    context = chromium.new_context(viewport={"width": 1200, "height": 900})
    page = lab.page_of(context, notes["asked"], notes["problems"])
    page.set_default_timeout(60_000)
    jupyter.open(page, "drilling.ipynb")
    lab.run_cell(page, 0)
    yield page
    context.close()
    jupyter.end_kernels()


def begin(page, cell: int) -> None:
    """Run a cell that shows a card, and put the focus where the card puts it after an answer."""
    lab.run_cell(page, cell)
    page.wait_for_selector(".questions form")
    page.locator(".qu-body").locator("input, select, textarea, button:not(:disabled)").first.focus()


def written_so_far(page, count: int) -> list[dict]:
    """Wait until the learner's file holds so many answers."""
    for _ in range(100):
        events = Progress().read().events
        if len(events) >= count:
            return [dict(one.data) for one in events]
        page.wait_for_timeout(100)
    raise AssertionError(f"only {len(events)} of {count} answers reached the file")


def test_letters_in_a_drill_change_no_cell_and_escape_leaves_it(notebook):
    page, keys = notebook, notebook.keyboard
    begin(page, 1)
    cells = lab.cell_count(page)
    for place in (page.locator(".qu-body input").first, page.get_by_role("button", name="Stop here")):
        for key in lab.COMMANDS:
            if "Enter" not in key:
                place.focus()
                keys.press(key)
    assert lab.cell_count(page) == cells and page.locator(".jp-Dialog").count() == 0
    keys.press("Escape")
    page.wait_for_function("document.activeElement.classList.contains('jp-Cell')")


def test_a_whole_drill_in_jupyterlab_by_keyboard_writes_each_answer_at_once(notebook):
    """Every question of lesson 00, one of them wrong and sure: it comes back, is right, and the drill is over."""
    page, keys = notebook, notebook.keyboard
    begin(page, 1)
    cells, asked = lab.cell_count(page), []
    while page.locator(".qu-outcome").count() == 0:
        q = asked_now(page)
        is_wrong = q.kind == "choice" and q.safety and q.id not in asked and not any(one == "wrong" for one in asked)
        sure = "Sure" if q.safety else ""
        lab.answer_by_keyboard(page, q, q.wrong[0].text if is_wrong else None, sure)
        if q.kind == "reveal":
            assert focused(page) == "Yes"
        else:
            assert said(page).startswith("Not right." if is_wrong else "Right."), q.id
            assert written_so_far(page, len([one for one in asked if one != "wrong"]) + 1)[-1]["question"] == q.id
        asked += [q.id, "wrong"] if is_wrong else [q.id]
        keys.press("Enter")
    ids = [one for one in asked if one != "wrong"]
    lesson = [q.id for q in questions().values() if q.lesson == "00"]
    assert sorted(set(ids)) == lesson and len(ids) == len(lesson) + 1, "all of them, and one of them again"
    assert f"{len(lesson) - 1} of {len(lesson)} right at the first answer" in page.locator(".qu-outcome").inner_text()
    page.locator(".qu-next", has_text="The first of these comes back").wait_for()
    assert [one["question"] for one in written_so_far(page, len(ids))] == ids
    assert "progress.jsonl" in page.locator(".qu-kept").inner_text()
    assert lab.cell_count(page) == cells
    assert lab.barriers(page, ".questions") == []


def test_a_whole_test_in_jupyterlab_by_keyboard_ends_with_its_result(notebook):
    """From the first key to the result, pictures and all; then the file holds the test and its answers."""
    page = notebook
    begin(page, 3)
    cells = lab.cell_count(page)
    for count in range(1, 6):
        lab.answer_by_keyboard(page, asked_now(page), None, "Sure" if count % 2 else "Not sure")
        written_so_far(page, count + 1)  # the first line says that the test was begun
    page.wait_for_function("document.activeElement.classList.contains('qu-done')")
    result = page.locator(".qu-outcome").inner_text()
    assert result.startswith("✓ Passed") or result.startswith("Passed")
    assert "5 of 5 right, 100 %" in result and "qualifies you for nothing" in result
    assert lab.cell_count(page) == cells
    assert lab.barriers(page, ".questions") == []


def test_how_one_stands_is_shown_downloaded_loaded_and_deleted_by_the_learner(notebook, tmp_path):
    page = notebook
    Progress().add([answer(CHOICE.id, order=1), answer(STATEMENT.id, right=False, order=2)])
    lab.run_cell(page, 2)
    stands = page.locator(".questions", has=page.locator(".ov-board"))
    stands.wait_for()
    before = Progress().read()
    assert f"{len({e.data['question'] for e in before.answers})} questions answered" in stands.inner_text()
    assert history.read(downloaded(page)).ids == before.ids
    other = tmp_path / "other.jsonl"
    other.write_bytes(history.written(history.History((answer(LATE.id, right=False, sure=True),), "there")))
    stands.locator("input[type=file]").set_input_files(other)
    stands.get_by_text("1 entry was added, 0 you had already.").wait_for()
    assert "You were sure, and it was not right" in stands.inner_text()
    assert len(Progress().read().events) == len(before.events) + 1
    assert lab.barriers(page, ".questions") == []
    cells = lab.cell_count(page)
    stands.get_by_role("button", name="Delete my progress…").click()
    page.keyboard.type("dax")
    page.keyboard.press("Enter")
    stands.get_by_text("Nothing was deleted").wait_for()
    assert lab.cell_count(page) == cells
    assert Progress().path.exists()
    stands.get_by_role("button", name="Delete my progress…").click()
    page.keyboard.type("delete")
    page.keyboard.press("Enter")
    stands.get_by_text("Your progress file was deleted.").wait_for()
    assert not Progress().path.exists()
    assert "You have not answered a question yet." in stands.inner_text()


def test_after_the_kernel_is_gone_answers_are_kept_in_the_page_and_offered(notebook, jupyter):
    page = notebook
    begin(page, 1)
    press(page, "I do not know")
    written_so_far(page, 1)
    jupyter.lose_kernel(page)
    page.locator(".qu-buttons button.qu-main").click()
    press(page, "I do not know")
    drilled = page.locator(".questions", has=page.locator(".qu-body"))
    drilled.get_by_text("the kernel does not answer").first.wait_for()
    with page.expect_download() as waited:
        drilled.get_by_role("button", name="Download my progress").click()
    kept = history.read(waited.value.path().read_bytes())
    assert len(kept.answers) == 2 and not kept.faults


def test_nothing_was_asked_of_another_host_and_nothing_went_wrong(notes):
    assert [address for address in notes["asked"] if not lab.is_local(address)] == []
    assert [text for text in notes["problems"] if "questions" in text.lower() or "anywidget" in text.lower()] == []


def test_the_page_of_a_card_holds_what_it_needs():
    sent = json.loads(json.dumps(drill_of(question(NAME.id)).spec))
    assert sent["card"] == "drill" and sent["part"] == "drill" and sent["structures"]
