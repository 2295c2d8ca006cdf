"""The screening gate and the rehearsal in a browser, without a kernel: by keyboard, and deciding as Python does."""

from __future__ import annotations

import random

import pytest

import browser_lab as lab
from iliopsoas.course.consent import consent
from iliopsoas.course.screening import OUTCOMES, screen, screening
from iliopsoas.widgets import gate as cards

pytestmark = lab.marks()
DATA = screening()


def page_without_kernel(card) -> str:
    return lab.page_without_kernel(card, "SafetyCard", {"state": {"spec": card.spec}}, "decide")


@pytest.fixture
def bare(open_page):
    return lambda card, **options: open_page(page_without_kernel(card), ".gate .qu-body > *", **options)


def test_the_page_decides_as_python_does_whatever_is_answered(bare):
    page = bare(cards.gate())
    dice = random.Random(7)
    asked = [*DATA.questions, *DATA.checks]
    healthy = {**dict.fromkeys(asked, "no"), "feels_well": "yes"}
    cases = [[work, 5, {**healthy, id: "yes"}] for work in DATA.works for id in DATA.questions]
    for _ in range(200):
        some = dice.sample(asked, dice.randint(0, len(asked)))
        answers = {id: dice.choice(["yes", "no", "no", "no", "unsure", "", "maybe", None]) for id in some}
        cases.append([dice.choice([*DATA.works, "dance"]), dice.choice([3, 4, 5, None]), answers])
    found = page.evaluate(
        "(cases) => { const read = JSON.parse(document.getElementById('data').textContent).state.spec;"
        " return cases.map(([work, level, answers]) => { const d = decide(read.data, work, level, answers);"
        " return [d.outcome, d.reasons.map((one) => one.id), d.open.length]; }); }",
        cases,
    )
    expected = [screen(work, level, answers) for work, level, answers in cases]
    assert {d.outcome for d in expected} >= set(OUTCOMES) - {"clear"}
    for case, one, other in zip(cases, found, expected, strict=True):
        assert one == [other.outcome, [r.id for r in other.reasons], len(other.open)], case


def test_the_sheet_of_a_client_opens_only_after_a_decision(bare):
    page = bare(cards.gate())
    assert not page.locator(".ga-sheet").is_visible()
    assert not page.locator(".ga-result").is_visible()
    assert page.get_by_role("button", name="Decide").is_disabled()
    page.get_by_role("radio", name="Decline this work").check()
    page.get_by_role("button", name="Decide").click()
    assert "Outcome: Clear to go on." in page.locator(".ga-result").inner_text()
    assert "The sheet says otherwise." in page.locator(".ga-result").inner_text()
    assert page.locator(".ga-sheet").is_visible()


@pytest.mark.parametrize("client", DATA.clients.values(), ids=lambda c: c.id)
def test_every_client_ends_as_the_data_says(bare, client):
    page = bare(cards.gate())
    page.get_by_label("Who").select_option(client.id)
    page.get_by_role("radio", name=cards.NAMES[client.outcome], exact=True).check()
    page.get_by_role("button", name="Decide").click()
    said = page.locator(".ga-result").inner_text()
    assert f"Outcome: {cards.NAMES[client.outcome]}." in said
    assert "So does the sheet." in said
    reasons = screen(client.work, client.level, DATA.answers_of(client)).reasons
    assert bool(reasons) == bool(client.yes)
    assert all(reason.do in said for reason in reasons)


def test_an_empty_sheet_is_never_clear_and_counts_what_is_open(bare):
    page = bare(cards.gate())
    page.get_by_label("Who").select_option("")
    page.get_by_label("What is planned").select_option("hip_stretch")
    page.get_by_label("Your level").select_option("3")
    whole = len(DATA.questions) + len(DATA.checks)
    assert f"{whole} of {whole} questions are open" in page.locator(".ga-sheet summary").inner_text()
    assert page.locator(".ga-result").get_attribute("data-outcome") == "ask_first"
    first = page.locator(".ga-sheet fieldset").filter(has_text="Sudden or severe pain")
    first.get_by_role("radio", name="Not sure").check()
    assert page.locator(".ga-result").get_attribute("data-outcome") == "call_999"


def test_the_rehearsal_by_keyboard_alone_a_wrong_reply_does_not_lead_on(bare):
    page = bare(cards.rehearsal())
    scenes = list(consent().scenes.values())
    wrong = next(k for k, reply in enumerate(scenes[0].choices) if not reply.right)
    page.locator(".ga-reply").nth(wrong).focus()
    page.keyboard.press("Enter")
    assert scenes[0].choices[wrong].why in page.locator(".qu-result").inner_text()
    page.keyboard.press("Enter")  # "Try another reply" has the focus
    for scene in scenes:
        assert scene.client in page.locator(".qu-ask").inner_text()
        right = next(k for k, reply in enumerate(scene.choices) if reply.right)
        for _ in range(right):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert scene.choices[right].why in page.locator(".qu-result").inner_text()
        assert page.locator(".qu-fine").first.inner_text().startswith(f"Ground: {scene.basis} (weak): ")
        page.keyboard.press("Enter")
    assert "1 replies were not right at first." in page.locator(".qu-done").inner_text()
    assert "Not said yet: \u2013." in page.locator(".ga-elements").inner_text()


@pytest.mark.parametrize("card", [cards.gate, cards.rehearsal])
@pytest.mark.parametrize("width", [1200, 360])
def test_nothing_serious_for_a_screen_reader_and_nothing_runs_off_the_page(bare, card, width):
    page = bare(card(), viewport={"width": width, "height": 800})
    assert lab.barriers(page, ".gate") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
