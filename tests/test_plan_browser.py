"""The session plan in a browser: refused while anything is open, by keyboard alone, on paper; nothing kept unasked."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace

import pytest

import browser_lab as lab
from iliopsoas.course.consent import consent
from iliopsoas.course.exercises import exercise, exercises
from iliopsoas.course.measure import SIDES, Reading, angle_change, scale_change
from iliopsoas.course.plan import FRAME, MEASURES, Plan, Step
from iliopsoas.course.screening import screening
from iliopsoas.course.technique import techniques
from iliopsoas.widgets import plan as module
from test_screening import CASES, HEALTHY

pytestmark = lab.marks()
DATA = module.plan_data()
SECRET = "Zwiebelfisch"  # a client's word that occurs nowhere else
READY = Plan(
    level=5,
    answers=HEALTHY,
    said=tuple(consent().elements),
    agreed=True,
    steps=(Step("effleurage", 3),),
    booked=60,
    aftercare=("half_kneeling",),
    cleared=("half_kneeling",),
    measures=("thomas", "scale"),
)
ALSO = (
    "decide, obstacles, planSheet, planFile, readPlan, angleChange, scaleChange, readingWords, PLAN_WORDS, EMPTY_PLAN,"
    "data: read.state.spec.data"
)


def plain(plan: Plan, **also) -> dict:
    """Give a plan as the page has it."""
    steps = [{"technique": s.technique, "work": s.work, "minutes": s.minutes} for s in plan.steps]
    lists = {name: list(getattr(plan, name)) for name in ("said", "changes", "measures", "aftercare", "cleared")}
    rest = {"level": plan.level, "booked": plan.booked, "agreed": plan.agreed, "frame": dict(plan.frame)}
    given = {"answers": dict(plan.answers), "client": "", "note": "", "readings": {}}
    return {"steps": steps, **lists, **rest, **given, **also}


@pytest.fixture
def bare(open_page):
    """Open the form in a page without a kernel; what goes to a printer is kept as `printed` instead."""

    def opened(**options):
        card = module.plan()
        html = lab.page_without_kernel(card, "Plan", {"state": {"spec": card.spec}}, ALSO)
        page = open_page(html, ".plan .ga-group", **options)
        page.context.add_init_script("window.print = () => { window.top.printed = document.body.innerText }")
        return page

    return opened


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def focused(page) -> str:
    return page.evaluate("document.activeElement.closest('[data-field]')?.dataset.field ?? ''")


def filled(page, plan: Plan, **also):
    """Load a plan into the form, as from a file saved today."""
    text = page.evaluate(
        "([data, plan]) => planFile(data, plan, new Date().toLocaleDateString('sv'))", [DATA, plain(plan, **also)]
    )
    load(page, text)
    page.get_by_text("The plan is loaded.", exact=True).first.wait_for()


def load(page, text):
    page.locator(".plan input[type=file]").set_input_files(
        {"name": "plan.json", "mimeType": "application/json", "buffer": text.encode()}
    )


def plans_of_the_table() -> list[Plan]:
    """Plan each case of the screening's table with what it is about, so far as that can be planned."""
    steps = {work: Step(t.id, t.minutes[0], work) for t in techniques().techniques.values() for work in t.works}
    found = []
    for yes, work, _ in CASES:
        answers = {**HEALTHY, **dict.fromkeys(yes.split(), "yes")}
        changes = tuple(id for id in yes.split() if id in screening().questions)
        plan = replace(READY, answers=answers, changes=changes, measures=("scale",))
        if work in steps:
            plan = replace(plan, steps=(steps[work],))
        elif work == "thomas_test":
            plan = replace(plan, measures=("thomas",))
        found.append(plan)
    return found


def random_plans(count: int) -> list[Plan]:
    dice = random.Random(11)

    def some(known):
        return tuple(dice.sample(sorted(known), dice.randint(0, len(known))))

    kinds = [(t.id, work) for t in techniques().techniques.values() for work in t.works]
    found = []
    for _ in range(count):
        rarely = dice.choice([0.02, 0.3])
        answers = {
            id: said if dice.random() > rarely else dice.choice(["yes", "unsure", ""]) for id, said in HEALTHY.items()
        }
        steps = [dice.choice(kinds) for _ in range(dice.randint(0, 3))]
        found.append(
            Plan(
                level=dice.choice([None, 3, 4, 5]),
                answers=answers,
                said=dice.choice([READY.said, some(consent().elements)]),
                agreed=dice.random() < 0.5,
                steps=tuple(Step(id, dice.choice([0.5, 1, 2.5, 3, 12, 60]), work) for id, work in steps),
                booked=dice.choice([None, 30, 47.5, 60, 120]),
                changes=some(screening().questions),
                aftercare=some(exercises())[:3],
                cleared=some(exercises()),
                measures=some(MEASURES),
                frame={name: dice.choice([1, 7.5, 15]) for name in some(FRAME)},
            )
        )
    return found


def test_the_page_finds_the_same_open_points_as_python_in_the_same_places(bare):
    plans = [READY, *plans_of_the_table(), *random_plans(150)]
    pages = bare().evaluate("(plans) => plans.map((plan) => obstacles(data, plan))", [plain(plan) for plan in plans])
    for plan, found in zip(plans, pages, strict=True):
        assert [(one["text"], one["field"]) for one in found] == [(o.text, o.field) for o in plan.obstacles()], plan
    assert pages[0] == []
    assert sum(not found for found in pages) > 3, "some of them can be printed"


def test_the_page_decides_every_case_of_the_table_as_python_does(bare):
    cases = [[work, 5, {**HEALTHY, **dict.fromkeys(yes.split(), "yes")}] for yes, work, _ in CASES]
    found = bare().evaluate(
        "(cases) => cases.map(([work, level, answers]) => decide(data, work, level, answers).outcome)", cases
    )
    assert found == [outcome for _, _, outcome in CASES]


def test_the_page_says_of_a_change_what_python_says(bare):
    page = bare()
    angles = [Reading(degrees, side) for degrees in (0, 1, 2, 4.5, 8, 12) for side in SIDES]
    pairs = [(one, other) for one in angles for other in angles]
    shown = [[{"degrees": r.degrees, "side": r.side} for r in pair] for pair in pairs]
    assert page.evaluate("(pairs) => pairs.map(([a, b]) => angleChange(data, a, b))", shown) == [
        angle_change(*pair) for pair in pairs
    ]
    assert page.evaluate("(all) => all.map((one) => readingWords(data, one))", [a for a, _ in shown]) == [
        one.words for one, _ in pairs
    ]
    numbers = [(a, b) for a in range(11) for b in range(11)]
    assert page.evaluate("(pairs) => pairs.map(([a, b]) => scaleChange(data, a, b))", numbers) == [
        scale_change(*pair) for pair in numbers
    ]


def test_an_empty_plan_is_refused_and_each_open_point_leads_to_its_field(bare):
    page = bare()
    press(page, "Add a piece of work")
    page.get_by_label("Half-kneeling", exact=True).check()
    press(page, "Print the plan")
    assert "Not printed." in page.evaluate("document.activeElement.textContent")
    assert page.locator(".pl-frame").count() == 0
    page.locator(".pl-open summary").click()
    fields = [one.get_attribute("data-to") for one in page.locator(".pl-lead").all()]
    asked = [*screening().questions, *screening().checks]
    assert set(fields) >= {f"question:{id}" for id in asked} | {f"consent:{id}" for id in consent().elements}
    assert set(fields) >= {"level", "booked", "agreed", "measures", "cleared:half_kneeling"}
    for k, field in enumerate(fields):
        page.locator(".pl-lead").nth(k).click()
        expected = {"measures": "measure:thomas", "work:abdomen": "step:0"}.get(field, field)
        assert focused(page) == expected


@pytest.mark.parametrize(
    ("change", "says", "to"),
    [
        ({"answers": {**HEALTHY, "hernia": ""}}, "Not answered: A known hernia", "question:hernia"),
        ({"answers": {**HEALTHY, "collapse_pain": "unsure"}}, "Call 999 now", "question:collapse_pain"),
        ({"said": READY.said[:-1]}, "Consent: Company was not said.", "consent:company"),
        ({"agreed": False}, "the client has not said yes in words", "agreed"),
        ({"level": 3}, "Do not do this work.", "step:0"),
        ({"booked": 20}, "13 more than the 20 that are booked", "booked"),
        ({"answers": {**HEALTHY, "skin": "yes"}}, "build this change in first", "change:skin"),
    ],
)
def test_one_open_point_is_enough_to_print_nothing(bare, change, says, to):
    page = bare()
    plan = replace(READY, **change)
    answers = {id: said for id, said in plan.answers.items() if said}
    filled(page, replace(plan, answers=answers))
    press(page, "Print the plan")
    leads = page.locator(".pl-lead")
    assert any(says in text for text in leads.all_inner_texts())
    assert page.locator(".pl-frame").count() == 0
    leads.filter(has_text=says).first.click()
    assert focused(page) == to


def test_what_is_no_number_is_neither_printed_nor_saved(bare):
    page = bare()
    filled(page, READY)
    page.locator("[data-field='minutes:0']").fill("")
    press(page, "Save to a file")
    assert "give a number of minutes" in page.locator(".pl-told").inner_text()
    assert focused(page) == "minutes:0"
    page.locator("[data-field='minutes:0']").fill("3")
    page.locator("[data-field='reading:scale:before']").fill("11")
    press(page, "Print the plan")
    assert page.locator(".pl-lead").all_inner_texts() == ["A complaint is a number from 0 to 10."]


def test_a_reading_within_the_error_is_no_result(bare):
    page = bare()
    assert not page.locator("[data-field='reading:right:before']").is_visible(), "only what is to be measured"
    page.locator("[data-field='measure:thomas']").check()
    page.locator("[data-field='reading:right:before']").fill("8")
    page.locator("[data-field='reading:right:after']").fill("6")
    shown = page.locator("[data-change=right]")
    assert shown.inner_text() == angle_change(Reading(8, "short"), Reading(6, "short"))
    assert "within the error" in shown.inner_text() and "not a result" in shown.inner_text()
    page.get_by_label("Thomas angle, right, pelvis held, after, which way").select_option("beyond")
    assert "14° further" in shown.inner_text()


def test_the_whole_form_by_keyboard_alone(bare):
    page = bare()
    keys = page.keyboard

    def tab_to(field, back=False):
        for _ in range(400):
            if focused(page) == field:
                return
            keys.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"{field} is not reached by Tab")

    tab_to("client")
    keys.type(SECRET)
    keys.press("Tab")
    keys.press("5")  # a select takes what begins so
    tab_to("booked")
    keys.type("45")
    tab_to("steps")
    keys.press("Enter")
    assert focused(page) == "step:0"
    tab_to("measure:thomas")
    keys.press("Space")
    tab_to("reading:right:before")
    keys.type("8")
    tab_to("exercise:split_stance")
    keys.press("Space")
    tab_to("cleared:split_stance")
    keys.press("Space")
    for id in ("feels_well", "takes_no_medicine", *screening().questions):
        tab_to(f"question:{id}")
        keys.press("Space")
        if id == "feels_well":
            keys.press("ArrowRight")
    for id in consent().elements:
        tab_to(f"consent:{id}")
        keys.press("Space")
    tab_to("agreed")
    keys.press("Space")
    for _ in range(10):
        if page.evaluate("document.activeElement.textContent") == "Print the plan":
            break
        keys.press("Tab")
    keys.press("Enter")
    page.wait_for_function("window.printed")
    paper = page.evaluate("window.printed")
    assert SECRET in paper and "8° short of neutral" in paper
    assert page.locator(".ga-result").get_attribute("data-outcome") == "clear"


def test_the_paper_holds_what_keeps_a_client_safe_and_what_it_is(bare):
    page = bare()
    answers = {**HEALTHY, "skin": "yes"}
    filled(page, replace(READY, answers=answers, changes=("skin",)), client="R. T.", note="Warm room.")
    press(page, "Print the plan")
    page.wait_for_function("window.printed")
    paper = " ".join(page.evaluate("window.printed").split())
    rows = techniques()
    texts = [part for s in rows.stops.values() for part in (s.sign, s.do)]
    texts += [part for n in rows.never.values() for part in (n.area, n.why)]
    texts += [e.say for e in consent().elements.values()] + list(exercise("half_kneeling").not_for)
    texts += [*rows.techniques["effleurage"].steps, rows.techniques["effleurage"].reaches]
    texts += ["R. T.", "Warm room.", screening().questions["skin"].ask, screening().questions["skin"].do]
    texts += ["holds health data of a client", "not yet reviewed by a qualified tutor", "33 of 60 minutes booked"]
    assert [text for text in texts if text not in paper] == []


def fullest(works: tuple[str, ...]) -> Plan:
    """Give the longest plan that may be printed for these works: every yes that leaves them possible."""
    kinds = {work: t.id for t in techniques().techniques.values() for work in t.works}
    steps = tuple(Step(kinds[work], techniques().techniques[kinds[work]].minutes[1], work) for work in works)
    longest = sorted(exercises().values(), key=lambda e: -len(e.dose + "".join(e.not_for)))[:2]
    ids = tuple(e.id for e in longest)
    plan = replace(READY, steps=steps, aftercare=ids, cleared=ids, booked=120)
    for id in screening().questions:
        more = replace(plan, answers={**plan.answers, id: "yes"}, changes=(*plan.changes, id))
        if not more.problems():
            plan = more
    return plan


@pytest.mark.parametrize(
    "works",
    [("abdomen",), ("contract_relax",), ("abdomen", "gluteal_percussion", "thigh_percussion", "contract_relax")],
    ids=" ".join,
)
def test_the_longest_plan_goes_on_two_sides_of_a4(bare, tmp_path, works):
    page = bare()
    degrees = {"degrees": 12.5, "side": "beyond"}
    readings = {spot: {"before": degrees, "after": degrees} for spot in ("right", "left")}
    plan = plain(fullest(works), client="W" * 40, note="Lorem ipsum " * 25, readings=readings)
    assert page.evaluate("(plan) => obstacles(data, plan)", plan) == []
    html = page.evaluate("(plan) => planSheet(data, plan, PLAN_WORDS, '2027-03-31')", plan)
    page.set_content(html)
    pdf = page.pdf(prefer_css_page_size=True)
    assert 1 <= pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") <= 2
    boxes = [[float(x) for x in box.split()] for box in re.findall(rb"/MediaBox\s*\[([^\]]+)\]", pdf)]
    assert boxes, "every page says how large it is"
    for box in boxes:
        assert box == pytest.approx([0, 0, 595.3, 841.9], abs=1.0), "A4, upright, in points"


def test_a_file_is_written_only_when_asked_and_says_what_it_is(bare):
    page = bare()
    filled(page, READY, client=SECRET)
    with page.expect_download() as asked:
        press(page, "Save to a file")
    text = asked.value.path().read_text(encoding="utf-8")
    assert SECRET not in asked.value.suggested_filename
    read = json.loads(text)
    assert list(read)[:3] == ["file", "version", "read_this_first"], "what it is stands first"
    for said in ("health data of a client", "Delete it", "local rules"):
        assert said in read["read_this_first"]
    press(page, "Forget everything")
    press(page, "Forget it")
    assert page.locator("[data-field=client]").input_value() == ""
    assert page.locator(".plan input[type=radio]:checked").count() == 0
    load(page, text)
    page.get_by_text("The plan is loaded.", exact=True).first.wait_for()
    assert page.locator("[data-field=client]").input_value() == SECRET
    press(page, "Print the plan")
    page.wait_for_function("window.printed")


def test_a_plan_of_another_day_has_to_be_asked_and_agreed_again(bare):
    page = bare()
    load(page, page.evaluate("([data, plan]) => planFile(data, plan, '2020-01-01')", [DATA, plain(READY)]))
    page.get_by_text("It was saved on another day").first.wait_for()
    press(page, "Print the plan")
    page.locator(".pl-open summary").click()
    open_now = {one.get_attribute("data-to") for one in page.locator(".pl-lead").all()}
    for id, question in screening().questions.items():
        assert (f"question:{id}" in open_now) == (question.group in module.EACH_TIME)
    assert open_now >= {f"consent:{id}" for id in consent().elements} | {"agreed", "cleared:half_kneeling"}


def damaged(change) -> str:
    """Give a saved plan with something wrong in it."""
    whole = {"file": module.FILE["name"], "version": 1, "read_this_first": "", "saved": "2027-03-31"}
    read = {**whole, "plan": plain(READY)}
    change(read)
    return json.dumps(read)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "cannot be read"),
        ('{"file": "Session plan of', "cannot be read"),
        ("\x00\x01", "cannot be read"),
        ("[]", "not a session plan"),
        ("null", "not a session plan"),
        ('{"nbformat": 4, "cells": []}', "not a session plan"),
        (damaged(lambda read: read.update(version=2)), "version 2"),
        (damaged(lambda read: read.update(saved="yesterday")), "“saved”"),
        (damaged(lambda read: read.update(plan=None)), "“plan”"),
        (damaged(lambda read: read["plan"].pop("said")), "“said”"),
        (damaged(lambda read: read["plan"].update(extra=1)), "“extra”"),
        (damaged(lambda read: read["plan"].update(agreed="yes")), "“agreed”"),
        (damaged(lambda read: read["plan"].update(level="5")), "“level”"),
        (damaged(lambda read: read["plan"].update(said=["magic"])), "“said”"),
        (damaged(lambda read: read["plan"]["answers"].update(hernia="maybe")), "“answers”"),
        (damaged(lambda read: read["plan"]["answers"].update(hernya="no")), "“answers”"),
        (damaged(lambda read: read["plan"]["steps"][0].update(work="groin")), "“steps”"),
        (damaged(lambda read: read["plan"]["steps"][0].update(minutes=None)), "“steps”"),
        (damaged(lambda read: read["plan"].update(readings={"right": {"before": 8}})), "“readings”"),
        (damaged(lambda read: read["plan"].update(frame={"tea": 5})), "“frame”"),
        (damaged(lambda read: read["plan"].update(client="x" * 2000)), "“client”"),
    ],
)
def test_an_unreadable_or_foreign_file_is_refused_and_changes_nothing(bare, text, says):
    page = bare()
    page.locator("[data-field=client]").fill(SECRET)
    load(page, text)
    page.locator(".pl-told").filter(has_text="Not loaded").wait_for()
    told = page.locator(".pl-told").inner_text()
    assert says in told and "left as it is" in told
    assert page.locator("[data-field=client]").input_value() == SECRET


@pytest.mark.parametrize(("width", "scheme"), [(1100, "light"), (360, "light"), (360, "dark")])
def test_nothing_stands_in_the_way_of_anyone(bare, width, scheme):
    page = bare(viewport={"width": width, "height": 900}, color_scheme=scheme)
    assert lab.barriers(page, ".plan") == []
    answers = {**HEALTHY, "skin": "yes"}
    filled(page, replace(READY, answers=answers, steps=(*READY.steps, Step("percussion", 1)), said=()))
    press(page, "Print the plan")
    assert lab.barriers(page, ".plan") == []
    assert lab.cut_off(page, ".plan") == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_nothing_was_asked_of_any_host(bare, notes):
    assert [address for address in notes["asked"] if not lab.is_local(address)] == []
    assert notes["problems"] == []


def test_in_jupyterlab_the_saved_notebook_has_none_of_the_clients_words(jupyter, chromium, notes):
    """Also with the state of all widgets saved, which JupyterLab does for who asks for it."""
    jupyter.notebook("plan.ipynb", "from iliopsoas import plan\nplan()")
    setting = (
        jupyter.root.parent / "SETTINGS" / "@jupyter-widgets" / "jupyterlab-manager" / "plugin.jupyterlab-settings"
    )
    setting.parent.mkdir(parents=True, exist_ok=True)
    setting.write_text('{"saveState": true}', encoding="utf-8")
    context = chromium.new_context(viewport={"width": 1200, "height": 900})
    page = lab.page_of(context, notes["asked"], notes["problems"])
    jupyter.open(page, "plan.ipynb")
    lab.run_cell(page, 0)
    page.wait_for_selector(".plan .ga-group")
    cells = lab.cell_count(page)
    page.locator("[data-field=client]").click()
    for key in lab.COMMANDS:
        page.keyboard.press(key)
    assert lab.cell_count(page) == cells, "keys typed into the form change no cell"
    page.locator("[data-field=client]").fill(f"{SECRET} one")
    page.locator("[data-field=note]").fill(f"{SECRET} two")
    page.locator("fieldset[data-field='question:hernia'] input").nth(1).check()
    page.locator("[data-field='measure:scale']").check()
    page.locator("[data-field='reading:scale:before']").fill("7")
    press(page, "Print the plan")
    page.locator(".pl-lead").first.wait_for()
    page.keyboard.press("Escape")
    file = jupyter.root / "plan.ipynb"
    page.keyboard.press("Control+s")

    def saved_with_outputs():
        saved = file.read_text(encoding="utf-8")
        assert "Session plan" in saved, "its outputs are in it"
        assert "application/vnd.jupyter.widget-state+json" in saved, "and the state of its widgets"

    lab.comes_true(page, saved_with_outputs)
    assert SECRET not in file.read_text(encoding="utf-8")
    jupyter.lose_kernel(page)
    page.locator("[data-field=client]").fill(SECRET)
    press(page, "Print the plan")
    assert "Not printed." in page.locator(".pl-open").inner_text()
    assert page.locator("[data-field=client]").input_value() == SECRET, "it goes on without a kernel"
    jupyter.reopen_saved(page, "plan.ipynb")
    page.wait_for_selector("[data-still='session plan'], .plan .ga-group")
    assert SECRET not in page.content()
    context.close()
