"""The stroke trainer and the step timer in a real browser: by pointer, by keyboard alone, small, and by the clock."""

from __future__ import annotations

import base64
import html
import random

import pytest

import browser_lab as lab
from iliopsoas.atlas import strokes as data
from iliopsoas.course.technique import techniques
from iliopsoas.learning.strokes import TOLERANCE_MM, Area, Drawn, Wanted, judge_round
from iliopsoas.sources import UnknownName
from iliopsoas.widgets.strokes import strokes
from iliopsoas.widgets.timer import timer

pytestmark = lab.marks()

MINUTE = 60_000
STOOD_S = 1_000  # when the clock is taken into the test's hands, seconds


@pytest.fixture(scope="module")
def widget():
    """Give one trainer, drawn once for all tests."""
    return strokes()


@pytest.fixture
def drawing(open_page, widget):
    """Open a page without a kernel with the trainer."""

    def opened(**options):
        packs = {name: base64.b64encode(getattr(widget, name)).decode() for name in widget.traits() if "pack_" in name}
        page = lab.page_without_kernel(
            widget, "Strokes", {"state": {"spec": widget.spec}, "packs": packs}, "judgeRound"
        )
        options.setdefault("viewport", {"width": 1000, "height": 1000})
        return open_page(page, ".strokes[data-ready=yes]", **options)

    return opened


def wanted(widget):
    return [one["points"] for one in widget.spec["wanted"]]


def draw(page, spec, points):
    """Draw a stroke by mouse, points in millimetres."""
    paper = page.locator(".st-paper")
    paper.scroll_into_view_if_needed()
    box, (x0, y0) = paper.bounding_box(), spec["origin"]
    scale = box["width"] / spec["size"][0]
    at = [(box["x"] + (x0 + x / spec["mm"]) * scale, box["y"] + (y0 - y / spec["mm"]) * scale) for x, y in points]
    page.mouse.move(*at[0])
    page.mouse.down()
    for place in [*at[1::4], at[-1]]:
        page.mouse.move(*place)
    page.mouse.up()


def said(page, card=".strokes"):
    return page.locator(f"{card} [role=status]").inner_text()


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def result(page):
    return page.evaluate("model.get('result')")


# ---------------------------------------------------------------- the same verdict here and there


def test_the_page_and_python_judge_the_same_strokes_alike(drawing, widget):
    """Strokes of all kinds, near the limits too: the verdicts are the same, to the micrometre."""
    spec, dice = widget.spec, random.Random(8)
    rounds = [[{"points": points, "times": []} for points in wanted(widget)]]
    for _ in range(120):
        one = []
        for _ in range(dice.randint(1, 4)):
            base = dice.choice([*wanted(widget), *(row["points"] for row in spec["choices"])])
            points = base[:: dice.randint(1, max(1, len(base) - 1))] if dice.random() < 0.5 else base
            points = points[::-1] if dice.random() < 0.3 else points
            far = dice.choice([0, 3, 12, 30])
            points = [[x + dice.uniform(-far, far), y + dice.uniform(-far, far)] for x, y in points]
            start = dice.uniform(0, 5)
            times = [start + k * dice.uniform(0.01, 0.2) for k in range(len(points))] if dice.random() < 0.7 else []
            one.append({"points": points, "times": sorted(times)})
        rounds.append(one)
    page = drawing()
    there = page.evaluate(
        """rounds => { const s = model.get('spec');
            return rounds.map(one => judgeRound(one, s.wanted, s.never, s.round_s, s.tolerance)); }""",
        rounds,
    )
    targets = [Wanted(one["id"], one["points"]) for one in spec["wanted"]]
    never = [Area(one["id"], one["corners"]) for one in spec["never"]]
    kinds = set()
    for one, found in zip(rounds, there, strict=True):
        here = judge_round([Drawn(k["points"], k["times"]) for k in one], targets, never, tuple(spec["round_s"]))
        assert found["right"] == here.right and found["in_order"] == here.in_order and found["pace"] == here.pace
        assert found["entered"] == list(here.entered) and found["missing"] == list(here.missing)
        assert found["seconds"] == pytest.approx(here.seconds)
        for mine, theirs in zip(here.strokes, found["strokes"], strict=True):
            assert theirs["entered"] == list(mine.entered)
            for name in ("short", "stroke", "backwards", "right"):
                assert theirs[name] == getattr(mine, name), name
            for name in ("start_mm", "end_mm", "off_mm"):
                assert theirs[name] == pytest.approx(getattr(mine, name), abs=1e-3), name
            kinds.add((bool(mine.entered), mine.backwards, mine.right, mine.short))
    assert len(kinds) > 4, "strokes of too few kinds were compared"
    assert spec["tolerance"] == TOLERANCE_MM


# ---------------------------------------------------------------- the trainer


def test_a_round_drawn_by_mouse_is_judged_in_words(drawing, widget):
    page = drawing()
    for k, points in enumerate(wanted(widget), 1):
        draw(page, widget.spec, points)
        assert said(page) == f"Stroke {k} of 3."
    press(page, "Compare")
    assert result(page)["right"] is True and result(page)["by"] == "drawn"
    told = page.locator(".st-verdict").inner_text()
    for rule in ("speed", "pressure"):
        assert data.strokes().rules[rule].text in told and data.strokes().rules[rule].note in told
    assert "seconds for the round" in told
    draw(page, widget.spec, wanted(widget)[0])
    assert "three strokes already" in said(page).lower() or "3 strokes already" in said(page)


def test_a_never_area_is_said_at_once_and_first(drawing, widget):
    page = drawing()
    up, across, down = wanted(widget)
    draw(page, widget.spec, up)
    draw(page, widget.spec, across[::-1])
    draw(page, widget.spec, [*down, [down[-1][0], 10]])
    area = data.strokes().areas["above_groin"]
    assert said(page).startswith("Stop. Stroke 3 goes where no hand goes") and area.why in said(page)
    press(page, "Compare")
    lines = page.locator(".st-verdict p").all_inner_texts()
    assert lines[0] == "Stop." and area.why in lines[1]
    assert any("Stroke 2" in line and "wrong way" in line for line in lines[2:])
    assert result(page)["right"] is False and result(page)["entered"] == ["above_groin"]
    press(page, "Take the last one back")
    assert (
        page.locator(".st-verdict").inner_text() == "" and page.locator(".strokes").get_attribute("data-drawn") == "2"
    )
    press(page, "Try again")
    assert page.locator(".strokes").get_attribute("data-drawn") == "0"


def test_it_is_done_from_the_lists_by_keyboard_alone_for_the_same_credit(drawing, widget):
    page = drawing()
    texts = {row["id"]: row["text"] for row in widget.spec["choices"]}
    order = [row["id"] for row in widget.spec["choices"]]
    page.keyboard.press("Tab")
    for k, id in enumerate(("right_up", "across_left", "left_down")):
        assert page.evaluate("document.activeElement.tagName") == "SELECT"
        for _ in range(order.index(id) + 1):
            page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.selectedOptions[0].textContent") == texts[id]
        assert said(page) == f"Stroke {k + 1} of 3."
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Compare"
    page.keyboard.press("Enter")
    kept = result(page)
    assert kept["right"] is True and kept["by"] == "chosen" and kept["pace"] == ""
    assert "in order" in said(page) and "not compared" in said(page)
    page.locator(".strokes select").first.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    assert said(page).startswith("Stop."), "the midline, chosen from the list"


def test_the_strokes_can_be_shown_and_the_never_areas_always_are(drawing, widget):
    page = drawing()
    area = widget.spec["never"][0]
    canvas = page.locator(".bo-sheet canvas[role=img]")
    assert "Hatched" in canvas.get_attribute("aria-label") and "Numbered arrows" not in canvas.get_attribute(
        "aria-label"
    )
    assert area["why"] in page.locator(".st-never").inner_text()
    before = lab.canvas_pixels(page.locator(".bo-sheet"), "canvas[role=img]")
    press(page, "Show the strokes")
    page.wait_for_selector(".strokes[data-shows=whole]")
    assert "Numbered arrows" in canvas.get_attribute("aria-label")
    assert data.strokes().strokes["up"].text in said(page)
    after = lab.canvas_pixels(page.locator(".bo-sheet"), "canvas[role=img]")
    assert (before != after).any(-1).sum() > 2000
    press(page, "Hide the strokes")
    page.wait_for_selector(".strokes[data-shows=bare]")


def test_a_finger_draws_too(drawing, widget):
    page = drawing(viewport={"width": 360, "height": 800}, has_touch=True)
    page.locator(".st-paper").scroll_into_view_if_needed()
    session = page.context.new_cdp_session(page)
    spec, box = widget.spec, page.locator(".st-paper").bounding_box()
    scale = box["width"] / spec["size"][0]
    at = [
        {
            "x": box["x"] + (spec["origin"][0] + x / spec["mm"]) * scale,
            "y": box["y"] + (spec["origin"][1] - y / spec["mm"]) * scale,
        }
        for x, y in wanted(widget)[0]
    ]
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at[0]]})
    for place in at[1:]:
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [place]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_selector(".strokes[data-drawn='1']")
    press(page, "Compare")
    assert result(page)["strokes"][0] == {"stroke": "up", "right": True, "backwards": False}


@pytest.mark.parametrize("width", [1100, 360])
def test_nothing_stands_in_the_way_of_anyone(drawing, widget, width):
    page = drawing(viewport={"width": width, "height": 900})
    assert lab.barriers(page, ".strokes") == []
    draw(page, widget.spec, [*wanted(widget)[2], [70, 0]])
    press(page, "Compare")
    assert lab.barriers(page, ".strokes") == [] and lab.cut_off(page, ".strokes") == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_a_kernel_it_says_all_in_words(widget):
    told, rows = widget._still_text(), data.strokes()
    for row in [*rows.strokes.values(), *rows.rules.values()]:
        assert row.text in told and html.escape(row.text) in widget._still_html()
    assert "<details" not in widget._still_html().split("Draw the three strokes")[0], "never-areas need no opening"


# ---------------------------------------------------------------- the timer


@pytest.fixture
def ticking(chromium, notes):
    """Open a page with a timer whose clock is in the hands of the test."""
    contexts = []

    def opened(technique="effleurage", held=True, **options):
        one = timer(technique)
        markup = lab.page_without_kernel(
            one,
            "Timer",
            {"state": {"spec": one.spec}},
            "timerAt, timerLeft, timerPause, timerRun, timerText, timerTick",
        )
        contexts.append(chromium.new_context(**options))
        page = lab.page_of(contexts[-1], notes["asked"], notes["problems"])
        if held:
            page.clock.install(time=0)
        page.set_content(markup)
        page.wait_for_selector(".timer[data-running]")
        if held:
            page.clock.pause_at(STOOD_S)
        return page

    yield opened
    for context in contexts:
        context.close()


def left(page):
    return page.locator(".ti-time").inner_text()


def to_the_clock(page):
    for _ in timer("effleurage").spec["phases"]:
        if "with the clock" not in page.locator(".ti-part").inner_text():
            press(page, "Next part")


def test_the_minutes_are_those_of_the_data_for_the_steps_of_the_data():
    for id, row in techniques().techniques.items():
        spec = timer(id).spec
        timed = [one for one in spec["phases"] if one["timed"]]
        assert len(timed) == 1 and timed[0]["steps"] == [row.steps[n - 1] for n in row.timed]
        assert [step for one in spec["phases"] for step in one["steps"]] == list(row.steps)
        assert (spec["minutes"][0], spec["minutes"][-1]) == row.minutes
        assert row.dose in spec["told"]
        rules = [(s.sign, s.do, s.is_weak) for s in techniques().stops.values()]
        assert [(s["sign"], s["do"], s["weak"]) for s in spec["stops"]] == rules
    with pytest.raises(UnknownName, match="psoas"):
        timer("psoas")


def test_the_clock_is_a_function_of_now(ticking):
    page = ticking()
    found = page.evaluate(
        """() => { const phases = [{ timed: false }, { timed: true }, { timed: false }];
            const at = timerAt(phases, 1, 2), run = timerRun(at, 1000), paused = timerPause(run, 31000);
            return { at, left: [timerLeft(run, 1000), timerLeft(run, 61000), timerLeft(run, 999999), timerLeft(run, 0)],
                paused: [paused.left, paused.since], again: timerLeft(timerRun(paused, 500000), 510000),
                idle: timerRun(timerAt(phases, 0, 2), 5), running: timerRun(run, 5000) === run,
                early: timerTick(phases, run, 120999).isOver, over: timerTick(phases, run, 121000),
                text: [120000, 119999, 60000, 999, 1, 0].map(timerText) }; }"""
    )
    assert found["left"] == [120000, 60000, 0, 120000], "a clock that was set back adds nothing"
    assert found["paused"] == [90000, None] and found["again"] == 80000
    assert found["idle"]["since"] is None and found["running"]
    assert found["early"] is False and found["over"]["isOver"] is True
    assert (found["over"]["state"]["phase"], found["over"]["state"]["since"]) == (2, None)
    assert found["text"] == ["2:00", "2:00", "1:00", "0:01", "0:01", "0:00"]


def test_nothing_runs_before_start_and_pause_holds_the_time(ticking):
    page = ticking()
    page.clock.run_for(5 * MINUTE)
    assert page.locator(".timer").get_attribute("data-phase") == "0"
    page.get_by_role("button", name="Start", exact=True).focus()
    page.keyboard.press("Enter")
    assert "no clock" in said(page, ".timer"), "this part takes as long as it takes"
    to_the_clock(page)
    page.clock.run_for(MINUTE)
    assert left(page) == "2:00" and page.locator(".timer").get_attribute("data-running") == "no"
    press(page, "Start")
    page.clock.run_for(30_000)
    assert left(page) == "1:30"
    press(page, "Pause")
    assert said(page, ".timer") == "Paused at 1:30."
    page.clock.run_for(10 * MINUTE)
    assert left(page) == "1:30"
    press(page, "From the beginning")
    assert page.locator(".timer").get_attribute("data-phase") == "0"
    press(page, "Part before")
    assert "first part" in said(page, ".timer")


def test_a_tab_out_of_sight_loses_no_time(ticking):
    """The clock jumps without a tick in between, as when a browser puts a hidden tab to sleep."""
    page = ticking()
    to_the_clock(page)
    press(page, "Start")
    page.clock.set_system_time(STOOD_S + 80)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert left(page) == "0:40"
    page.clock.set_system_time(STOOD_S + 300)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    phases = timer("effleurage").spec["phases"]
    after = next(k for k, one in enumerate(phases) if one["timed"]) + 1
    assert page.locator(".timer").get_attribute("data-phase") == str(after)
    assert said(page, ".timer").startswith("The time is over.") and phases[after]["steps"][0] in said(page, ".timer")
    assert page.locator(".timer").get_attribute("data-running") == "no"


def test_a_change_of_part_is_said_politely_and_marked(ticking):
    page = ticking()
    status = page.locator(".timer [role=status]")
    assert (
        status.get_attribute("aria-live") in (None, "polite")
        and page.locator("[aria-live=assertive], [role=alert]").count() == 0
    )
    steps = techniques().techniques["effleurage"].steps
    press(page, "Next part")
    assert said(page, ".timer").startswith(f"Part 2 of 4: {steps[1]}")
    assert page.locator("[aria-current=step]").all_inner_texts() == [steps[1]]
    press(page, "Next part")
    assert page.locator("[aria-current=step]").all_inner_texts() == list(steps[2:5])
    told = said(page, ".timer")
    press(page, "Start")
    page.clock.run_for(20_000)
    assert said(page, ".timer") == "Started: 2:00 left." != told, "seconds are not read out"


def test_stop_holds_the_clock_and_leads_to_the_rules(ticking):
    page = ticking()
    to_the_clock(page)
    press(page, "Start")
    page.clock.run_for(45_000)
    press(page, "Stop: hands off")
    assert page.locator(".timer").get_attribute("data-running") == "no" and left(page) == "1:15"
    rules = techniques().stops
    assert rules["word"].do in said(page, ".timer")
    assert page.evaluate("document.activeElement.className") == "ti-stops"
    shown = page.locator(".ti-stops").inner_text()
    assert all(rule.sign in shown and rule.do in shown for rule in rules.values())
    assert shown.count("(weak)") == sum(rule.is_weak for rule in rules.values()) > 0


def test_the_timer_is_worked_by_keyboard_alone(ticking):
    page = ticking(viewport={"width": 1000, "height": 900})
    focus = "document.activeElement.textContent"
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate(focus) == "Next part":
            break
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert "with the clock" in page.locator(".ti-part").inner_text()
    for _ in range(12):
        if page.evaluate("document.activeElement.getAttribute('role')") == "radio":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert left(page) == "3:00"
    for _ in range(12):
        if page.evaluate(focus) == "Start":
            break
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    page.clock.run_for(60_000)
    assert left(page) == "2:00"
    page.keyboard.press("Space")
    assert said(page, ".timer") == "Paused at 2:00."


@pytest.mark.parametrize("width", [1100, 360])
def test_the_stop_rules_are_beside_the_clock(ticking, width):
    page = ticking(held=False, viewport={"width": width, "height": 900})  # axe waits by the clock
    assert lab.barriers(page, ".timer") == [] and lab.cut_off(page, ".timer") == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    to_the_clock(page)
    press(page, "Start")
    page.evaluate("scrollTo(0, 0)")
    rules = page.locator(".ti-stops > ul > li")
    assert rules.count() == len(techniques().stops)
    for place in (page.locator(".ti-time"), rules.first, rules.last):
        box = place.bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= 900, place
    last, clock_box = rules.last.bounding_box(), page.locator(".ti-clock").bounding_box()
    apart = last["y"] + last["height"] <= clock_box["y"] or last["x"] >= clock_box["x"] + clock_box["width"]
    assert apart, "the clock lies over the rules"
    assert lab.barriers(page, ".timer") == []


def test_nothing_moves_for_those_who_want_no_motion(ticking):
    page = ticking(reduced_motion="reduce")
    to_the_clock(page)
    press(page, "Start")
    assert not page.locator(".ti-bar").is_visible() and left(page) == "2:00"
    styles = page.evaluate(
        """() => [...document.querySelectorAll('.timer, .timer *')].filter(node => {
            const { animationName, transitionDuration } = getComputedStyle(node);
            return animationName !== 'none' || !/^0s(, 0s)*$/.test(transitionDuration); }).length"""
    )
    assert styles == 0
