"""Questions in a real browser: in a page without a kernel, and in JupyterLab, where letters must change no cell."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

import browser_lab as lab
from browser_lab import answers, check, focused, go_on, press, said
from iliopsoas.atlas.structures import structures
from iliopsoas.course import question, questions
from iliopsoas.widgets.questions import Questions, ask

pytestmark = lab.marks()

OF_KIND = {kind: next(q for q in questions().values() if q.kind == kind and not q.safety and q.plate is None)
           for kind in ("choice", "true_false", "number", "order", "label", "reveal")}  # fmt: skip
SAFETY = next(q for q in questions().values() if q.kind == "choice" and q.safety)


def page_without_kernel(widget: Questions) -> str:
    packs = {name: base64.b64encode(getattr(widget, name)).decode() for name in widget.spec["packs"]}
    data = {"state": {"spec": widget.spec, "answers": widget.answers}, "packs": packs}
    return lab.page_without_kernel(widget, "Questions", data, "structureMeant, judge")


@pytest.fixture
def bare(open_page):
    """Open a page without a kernel that asks these questions; call it with ids or a widget."""

    def opened(*asked, **options):
        widget = asked[0] if isinstance(asked[0], Questions) else ask(*asked)
        return open_page(page_without_kernel(widget), ".questions .qu-body > *", **options)

    return opened


@pytest.fixture
def notebook(jupyter, chromium, notes):
    """Open a notebook that asks a safety question and one to be typed: for each test a new one with its own kernel."""
    ids = f"{SAFETY.id} {OF_KIND['label'].id}"
    jupyter.notebook("asking.ipynb", "from iliopsoas import ask", f"w = ask({ids!r})\nw", "print(w.answers)")
    context = chromium.new_context(viewport={"width": 1200, "height": 900})
    page = lab.page_of(context, notes["asked"], notes["problems"])
    jupyter.open(page, "asking.ipynb")
    lab.run_cell(page, 0)
    lab.run_cell(page, 1)
    page.wait_for_selector(".questions form")
    yield page
    context.close()
    jupyter.end_kernels()


def answer_safely(page) -> None:
    page.get_by_label(SAFETY.right, exact=True).check()
    page.get_by_label("Sure", exact=True).check()
    check(page)
    page.locator(".qu-verdict").wait_for()


def told(page) -> str:
    return page.locator(".qu-result").inner_text()


# ---------------------------------------------------------------- a run


def test_a_whole_run_by_keyboard_alone(bare):
    """Every kind of question: wrong where it can be, explained at once, and to the end without a pointer."""
    kinds = OF_KIND
    asked = [kinds["choice"], kinds["true_false"], kinds["number"], kinds["order"], kinds["label"], kinds["reveal"]]
    page = bare(ask(*(q.id for q in asked)))
    keys = page.keyboard

    keys.press("Tab")  # into the choice; the first is chosen with Space, arrows move on
    keys.press("Space")
    first = kinds["choice"].choices
    for _ in range((first.index(kinds["choice"].right) + 1) % len(first)):
        keys.press("ArrowDown")
    keys.press("Enter")
    (chosen,) = [w for w in kinds["choice"].wrong if w.text == answers(page)[-1]["given"]]
    for words in ("Not right.", chosen.why, kinds["choice"].why):
        assert words in told(page)
        assert words in said(page)
    assert focused(page) == "Next question"
    keys.press("Enter")

    keys.press("Space" if not kinds["true_false"].true else "ArrowDown")  # the focus is on "True" already
    keys.press("Enter")
    assert answers(page)[-1]["right"] is False
    assert kinds["true_false"].tempts in told(page)
    keys.press("Enter")

    keys.press("Enter")  # nothing typed yet
    assert said(page) == "Type a number."
    keys.type(f"{kinds['number'].value:g} {kinds['number'].unit}")
    keys.press("Enter")
    assert "Right." in told(page)
    keys.press("Enter")

    wanted = list(kinds["order"].items)
    for place, item in enumerate(wanted):
        shown = page.locator(".qu-order li > span:first-of-type").all_inner_texts()
        for _ in range(shown.index(item) - place):
            page.get_by_role("button", name=f"Move up: {item}", exact=True).focus()
            keys.press("Enter")
            assert said(page).startswith(f"{item}: now ")
            assert page.evaluate("document.activeElement.closest('li').innerText").startswith(item)
    page.locator("button[type=submit]").focus()
    keys.press("Enter")
    assert answers(page)[-1]["given"] == wanted
    assert "Right." in told(page)
    keys.press("Enter")

    keys.type(kinds["label"].solution.upper())
    keys.press("Enter")
    assert "Right." in told(page)
    keys.press("Enter")

    keys.type("I think so")
    keys.press("Tab")
    keys.press("Enter")
    assert kinds["reveal"].answer in told(page)
    assert focused(page) == "Yes"
    keys.press("Tab")
    keys.press("Enter")  # not yet

    assert "3 of 6 right at the first answer" in page.locator(".qu-outcome").inner_text()
    assert [a["id"] for a in answers(page)] == [q.id for q in asked]
    assert [a["right"] for a in answers(page)] == [False, False, True, True, True, False]
    assert focused(page) == "Ask these again (3)"
    keys.press("Enter")
    assert page.locator(".qu-count").inner_text() == "Question 1 of 3"


def test_wrong_and_then_right_in_the_next_round(bare):
    q = OF_KIND["choice"]
    page = bare(q.id)
    page.get_by_label(q.wrong[0].text, exact=True).check()
    check(page)
    assert page.locator(".qu-given .qu-is-wrong").inner_text().split("\n")[-1].startswith(q.wrong[0].text)
    assert q.right in page.locator(".qu-given .qu-is-right").inner_text()
    go_on(page)
    press(page, "Ask these again (1)")
    page.get_by_label(q.right, exact=True).check()
    check(page)
    assert "Right." in told(page)
    assert [(a["right"], a["sure"], a["n"]) for a in answers(page)] == [(False, None, 1), (True, None, 2)]
    go_on(page)
    assert "1 of 1 right" in said(page)


def test_sure_and_wrong_on_safety_comes_back_at_the_end(bare):
    q, other = SAFETY, OF_KIND["choice"]
    page = bare(q.id, other.id)
    page.get_by_label(q.wrong[0].text, exact=True).check()
    check(page)
    assert said(page) == "Say how sure you are, too."
    assert answers(page) == []
    page.get_by_label("Sure", exact=True).check()
    check(page)
    go_on(page)
    assert other.question in page.locator(".qu-ask").first.inner_text()
    page.get_by_label(other.right, exact=True).check()
    check(page)
    assert focused(page) == "Next question"
    go_on(page)
    assert "You were sure, and it was not right." in page.locator(".qu-body").inner_text()
    page.get_by_label(q.right, exact=True).check()
    page.get_by_label("Not sure", exact=True).check()
    check(page)
    go_on(page)
    outcome = page.locator(".qu-outcome").inner_text()
    assert "1 of 2 right at the first answer" in outcome
    assert "Look at these first: safety" in outcome
    assert [(a["id"], a["sure"], a["right"], a["n"]) for a in answers(page)] == [
        (q.id, True, False, 1), (other.id, None, True, 1), (q.id, False, True, 2),
    ]  # fmt: skip


def test_not_sure_and_wrong_is_explained_once(bare):
    page = bare(SAFETY.id)
    page.get_by_label(SAFETY.wrong[0].text, exact=True).check()
    page.get_by_label("Not sure", exact=True).check()
    check(page)
    assert focused(page) == "See how it went"


def test_a_reloaded_page_goes_on_where_it_was(bare):
    widget = ask(SAFETY.id, OF_KIND["choice"].id, OF_KIND["number"].id)
    widget.answers = [
        {"id": SAFETY.id, "given": SAFETY.wrong[0].text, "right": False, "sure": True, "n": 1},
        {"id": OF_KIND["choice"].id, "given": OF_KIND["choice"].right, "right": True, "sure": None, "n": 1},
    ]
    page = bare(widget)
    assert page.locator(".qu-count").inner_text() == "Question 3 of 3"
    assert OF_KIND["number"].question in page.locator(".qu-ask").inner_text()


def test_a_long_lesson_is_asked_in_parts(bare):
    page = bare(ask(lesson="02", most=2))
    for _ in range(2):
        press(page, "I do not know")
        go_on(page)
    press(page, "Next 2 questions")
    assert page.locator(".qu-count").inner_text() == "Question 1 of 2"
    third = [q for q in questions().values() if q.lesson == "02"][2]
    assert third.question in page.locator(".qu-ask").inner_text()


def test_every_question_is_asked_and_answered_once(bare):
    """Each is shown with a way to answer, and each tells its answer, its reason and its sources."""
    # Plates are asked in test_plates_asked_browser; here they would only be drawn.
    asked = [q if q.kind == "click" else replace(q, plate=None) for q in questions().values()]
    page = bare(Questions(asked, "All", most=len(asked)))
    for q in asked:
        assert q.question in page.locator(".qu-ask").first.inner_text()
        ways = page.locator(".qu-body :is(input, textarea, select, .qu-order)").count()
        assert ways >= (len(q.choices) or 1)
        press(page, "I do not know")
        shown = page.locator(".qu-body").inner_text()
        for words in (q.why, *(q.items or [q.solution])):
            assert words in shown, q.id
        assert page.locator(".ac-sources li").count() == len(q.sources)
        go_on(page)
    assert f"0 of {len(questions())} right" in page.locator(".qu-outcome").inner_text()
    assert [a["id"] for a in answers(page)] == list(questions())
    assert all(a["given"] is None and a["right"] is False for a in answers(page))


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_pressed_there_is_always_a_way_on(bare, notes, seed):
    """A long walk of presses and entries at random: nothing raised, no answer lost, always something to press."""
    page = bare(ask(*(q.id for q in (SAFETY, *OF_KIND.values())), most=3))
    before = len(notes["problems"])
    kept = page.evaluate(
        """seed => {
            const next = n => { seed = (seed * 1103515245 + 12345) % 2147483648; return Math.floor(seed / 65536) % n; };
            const texts = ['', '8', 'eight', 'iliacus', 'psoas mayor', '- -', 'Musculus psoas minor'];
            const counts = [];
            for (let step = 0; step < 400; step++) {
                const fields = [...document.querySelectorAll('.qu-body :is(input, textarea)')];
                const buttons = [...document.querySelectorAll('.qu-body button:not(:disabled)')];
                if (!buttons.length) return `nothing to press at step ${step}`;
                const field = fields[next(Math.max(fields.length, 1))];
                if (field?.type === 'radio') field.click(); else if (field) field.value = texts[next(texts.length)];
                buttons[next(buttons.length)].click();
                counts.push(model.get('answers').length);
            }
            return counts;
        }""",
        seed + 1,
    )
    assert isinstance(kept, list), kept
    assert kept == sorted(kept) and kept[-1] > 40
    assert notes["problems"][before:] == []
    every = answers(page)
    for k, one in enumerate(every):
        assert one["n"] == 1 + sum(earlier["id"] == one["id"] for earlier in every[:k])
        assert one["sure"] is None or question(one["id"]).safety


@pytest.mark.parametrize(("width", "height"), [(1000, 640), (360, 700)])
def test_what_is_asked_and_what_is_told_comes_into_sight_by_itself(bare, width, height):
    """After each step the question is read from its top, and the verdict of an answer is seen without scrolling."""
    asked = [OF_KIND[kind] for kind in ("label", "choice", "order", "true_false", "number")] + [SAFETY]
    page = bare(*(q.id for q in asked), viewport={"width": width, "height": height})
    page.evaluate("document.querySelector('main').style.paddingBlock = '900px 1800px'")
    question_itself = ".qu-body :is(fieldset.qu-ask > legend, label.qu-ask, p.qu-ask)"
    for k, q in enumerate(asked):
        if k:
            assert lab.out_of_sight(page, ".qu-count", question_itself) == [], q.id
        press(page, "I do not know")
        assert lab.out_of_sight(page, ".qu-verdict", ".qu-buttons .qu-main") == [], q.id
        page.evaluate("k => window.scrollTo(0, k % 2 ? 0 : document.body.scrollHeight)", k)  # reads elsewhere meanwhile
        page.keyboard.press("Enter")
    assert lab.out_of_sight(page, ".qu-done") == []


# ---------------------------------------------------------------- judging


def test_a_name_with_a_typo_is_accepted_and_another_structures_name_is_not(bare):
    page = bare("q021")
    assert question("q021").structure == "lesser_trochanter"
    box = page.get_by_role("textbox")
    box.fill("the thing at the back")
    check(page)
    assert "No structure of this course has that name." in said(page)
    assert answers(page) == []
    box.fill("Greater trochanter")
    check(page)
    assert "Not right." in told(page)
    assert structures()["greater_trochanter"].sentence in told(page)
    go_on(page)
    press(page, "Ask these again (1)")
    page.get_by_role("textbox").fill("leser trochantér")
    check(page)
    assert "Right." in told(page)
    assert [(a["given"], a["right"]) for a in answers(page)] == [
        ("Greater trochanter", False), ("leser trochantér", True),
    ]  # fmt: skip


def meant(page, *texts: str) -> list:
    """Return, for each text, the structure that the page takes it for: an id, "unclear" or ""."""
    known = ask(OF_KIND["label"].id).spec["structures"]
    return page.evaluate(
        """([texts, known]) => texts.map(text => {
            const { id, unclear } = structureMeant(text, known);
            return unclear ? 'unclear' : id ?? '';
        })""",
        [list(texts), known],
    )


def test_no_name_and_no_slip_of_the_pen_is_taken_for_another_structure(bare):
    """Over all structures: each of its names, and each name with one letter left out, doubled, changed or swapped."""
    page = bare(OF_KIND["label"].id)
    every = [(id, name) for id, s in structures().items() for name in (s.name, s.latin, *s.synonyms) if name]
    owners = {}
    for id, name in every:
        owners.setdefault(name.lower(), set()).add(id)
    for (id, name), found in zip(every, meant(page, *(name for _, name in every)), strict=True):
        assert found == (id if len(owners[name.lower()]) == 1 else "unclear"), name
    slips = [(id, slip, name) for id, name in every for slip in slips_of(name)]
    found = meant(page, *(slip for _, slip, _ in slips))
    names = {name: ids for name, ids in owners.items()}
    for (id, slip, name), taken in zip(slips, found, strict=True):
        if slip.lower() not in names:
            assert taken in (id, "unclear", ""), f"{slip!r}, meant as {name!r}, was taken for {taken}"
    long = [(taken, id) for (id, _, name), taken in zip(slips, found, strict=True) if len(name) >= 9]
    assert sum(taken == id for taken, id in long) > 0.75 * len(long)


def slips_of(name: str) -> list[str]:
    middle = len(name) // 2
    spots = [k for k in (1, middle, len(name) - 2) if 0 < k < len(name) - 1 and name[k - 1 : k + 1].isalpha()]
    return [
        slip
        for k in spots
        for slip in (
            name[:k] + name[k + 1 :],
            name[:k] + name[k] + name[k:],
            name[:k] + "q" + name[k + 1 :],
            name[: k - 1] + name[k] + name[k - 1] + name[k + 1 :],
        )
    ]


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("Musculus psoas major", "psoas_major"),
        ("M. psoas major", "psoas_major"),
        ("the PSOAS-MAJOR", "psoas_major"),
        ("psoas manor", "unclear"),
        ("psoas", ""),
        ("left psoas minor", "psoas_minor"),
        ("trochanter minor", "lesser_trochanter"),
        ("Tróchanter  minor", "lesser_trochanter"),
        ("iliopectineal eminence", "iliopubic_eminence"),
        ("L4/5", "disc_l4_l5"),
        ("disc L4-L5", "disc_l4_l5"),
        ("L4–5 disk", "disc_l4_l5"),
        ("L5–S1 disc", "disc_l5_s1"),
        ("L 5", "l5"),
        ("discus intervertebralis", "unclear"),
        ("asis", "asis"),
        ("aiis", "aiis"),
        ("asiss", ""),
        ("right crus", ""),
        ("right crus of the diaphragm", "right_crus"),
        ("left crus of diafragm", "left_crus"),
        ("Poupart’s ligament", "inguinal_ligament"),
        ("rib 11", "rib_11"),
        ("rib 13", ""),
        ("internal iliac artery", "internal_iliac_artery"),
        ("!?", ""),
    ],
)
def test_what_people_type(bare, typed, wanted):
    assert meant(bare(OF_KIND["label"].id), typed) == [wanted]


@pytest.mark.parametrize(
    ("typed", "right"),
    [("8", True), ("8,0", True), ("8.1 specimens", True), (" 8 ", True), ("8.5", False), ("27", False), ("−8", False),
     ("eight", None), ("", None), ("8 or 9", None)],
)  # fmt: skip
def test_numbers_as_people_type_them(bare, typed, right):
    q = OF_KIND["number"]
    assert (q.value, q.tolerance) == (8, 0.2)
    found = bare(q.id).evaluate(
        "([q, typed]) => judge(q, typed).right ?? null", [ask(q.id).spec["questions"][0], typed]
    )
    assert found is right


# ---------------------------------------------------------------- how it looks and is read


@pytest.mark.parametrize("width", [1000, 360])
def test_no_serious_barrier_and_nothing_runs_over(bare, width):
    """Each kind of question, before and after the answer, and the end."""
    shown = [SAFETY, *OF_KIND.values()]
    page = bare(*(q.id for q in shown), viewport={"width": width, "height": 740}, has_touch=width < 500)

    def look():
        assert lab.barriers(page, ".questions") == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        small = page.evaluate(
            """() => [...document.querySelectorAll('.questions :is(button, label:has(input), [type=text], textarea)')]
                .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44)
                .map(e => e.outerHTML.slice(0, 80))"""
        )
        assert small == []

    for _ in shown:
        look()
        press(page, "I do not know")
        page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
        look()
        go_on(page)
    look()


def test_dark_words_on_a_white_card_on_a_dark_page(bare):
    page = bare(SAFETY.id, color_scheme="dark")
    colours = page.locator(".questions").evaluate(
        "root => [getComputedStyle(root).backgroundColor, getComputedStyle(root.querySelector('legend')).color]"
    )
    assert colours == ["rgb(255, 255, 255)", "rgb(26, 26, 26)"]


def test_the_chosen_answer_can_be_seen_without_the_pages_colours(bare):
    q = OF_KIND["choice"]
    page = bare(q.id, forced_colors="active")
    page.get_by_label(q.right, exact=True).check()
    chosen, other = page.evaluate(
        """() => [':has(:checked)', ':not(:has(:checked))'].map(is =>
            getComputedStyle(document.querySelector('.questions fieldset > label' + is)).outlineStyle)"""
    )
    assert chosen != other


def test_a_key_held_down_answers_one_question_only(bare):
    page = bare(OF_KIND["number"].id, OF_KIND["choice"].id)
    page.get_by_role("textbox").fill("8")
    page.keyboard.down("Enter")
    page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    assert "Right." in told(page)


# ---------------------------------------------------------------- in JupyterLab


def test_letters_leave_the_notebook_alone_and_escape_leaves_the_card(notebook):
    page = notebook
    assert page.locator("[data-still]").count() == 1
    assert not page.locator("[data-still]").is_visible()
    before = lab.cell_count(page)
    check_button = page.locator("button[type=submit]")
    for place in (page.get_by_role("radio").first, page.locator(".qu-sure input").first, check_button):
        for key in lab.COMMANDS:
            if "Enter" in key and place is check_button:
                continue  # there it means to check
            place.focus()
            page.keyboard.press(key)
    assert lab.cell_count(page) == before
    assert page.locator(".jp-Dialog").count() == 0
    page.locator(".qu-ask input").first.focus()
    page.keyboard.press("Escape")
    page.wait_for_function("document.activeElement.classList.contains('jp-Cell')")


def test_answers_arrive_in_python(notebook):
    answer_safely(notebook)
    text = lab.printed(notebook, 2, "'given'")
    assert f"'id': '{SAFETY.id}'" in text and "'right': True" in text


def test_typing_a_name_edits_no_cell_and_goes_on_after_the_kernel_is_gone(notebook, jupyter):
    page = notebook
    before = lab.cell_count(page)
    answer_safely(page)
    jupyter.lose_kernel(page)
    go_on(page)
    page.get_by_role("textbox", name=OF_KIND["label"].question).focus()
    page.keyboard.type(OF_KIND["label"].solution)
    page.keyboard.press("Enter")
    page.locator(".qu-verdict").wait_for()
    assert "Right." in told(page)
    assert lab.cell_count(page) == before
    assert lab.barriers(page, ".questions") == []


def test_a_saved_notebook_without_its_kernel_still_asks_in_words(notebook, jupyter):
    page = notebook
    page.locator(".qu-buttons button").first.focus()
    jupyter.reopen_saved(page, "asking.ipynb")
    still = page.locator(".jp-OutputArea [data-still]")
    still.wait_for(state="visible")
    assert page.locator(".questions").count() == 0
    assert SAFETY.question in still.inner_text()
    assert not still.get_by_text(SAFETY.why).is_visible()
    still.locator("summary").first.click()
    still.get_by_text(SAFETY.why).wait_for()


def test_nothing_was_asked_of_another_host_and_nothing_went_wrong(notes):
    assert [address for address in notes["asked"] if not lab.is_local(address)] == []
    assert [text for text in notes["problems"] if "questions" in text.lower() or "anywidget" in text.lower()] == []
