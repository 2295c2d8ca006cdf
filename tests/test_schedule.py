"""When questions come back, what a drill and a test ask, and how a test is judged."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iliopsoas.course.cases import cases
from iliopsoas.course.questions import questions
from iliopsoas.learning import proof
from iliopsoas.learning.bank import bank, is_on_plate
from iliopsoas.learning.drill import interleaved, plan
from iliopsoas.learning.history import History, in_order
from iliopsoas.learning.schedule import SOON, standings
from test_progress import NOON, answer, event, written

DAY = timedelta(days=1)
SAFETY = next(q for q in questions().values() if q.safety)
PLAIN = [q for q in questions().values() if not q.safety]


def after(*answers):
    """Give answers their order: as they stand."""
    return [event({**one.data, "order": k}) for k, one in enumerate(answers)]


# ---------------------------------------------------------------- when


def test_what_was_wrong_comes_back_in_minutes_and_what_was_right_after_days():
    stand = standings(after(answer("q001", right=False), answer("q002", right=True)), NOON)
    assert stand["q001"].due == NOON + SOON
    assert NOON + DAY <= stand["q002"].due <= NOON + 10 * DAY


def test_gaps_grow_with_right_answers_and_a_year_is_the_longest():
    at, gaps = NOON, []
    given_so_far = []
    for _ in range(12):
        given_so_far.append(answer("q001", at=at))
        due = standings(after(*given_so_far), at)["q001"].due
        gaps.append(due - at)
        at = due
    assert gaps == sorted(gaps)
    assert gaps[1] > gaps[0] and gaps[-1] <= 366 * DAY


def test_right_but_not_sure_comes_back_sooner_than_right_and_sure():
    stand = standings(after(answer("q001", sure=False), answer("q002", sure=True)), NOON)
    assert stand["q001"].due < stand["q002"].due


def test_sure_and_wrong_does_not_wait():
    stand = standings(after(answer("q001", right=False, sure=True)), NOON)["q001"]
    assert stand.is_sure_and_wrong and stand.is_due(NOON)
    healed = standings(after(answer("q001", right=False, sure=True), answer("q001", sure=True)), NOON)["q001"]
    assert not healed.is_sure_and_wrong and not healed.is_due(NOON)


@pytest.mark.parametrize("wrong", [NOON + 400 * DAY, NOON - 9000 * DAY])
def test_a_clock_that_was_wrong_hides_no_question(wrong):
    """Its answer is believed only as far as it can be, and the question is asked no later than otherwise."""
    now = NOON + DAY
    stand = standings(after(answer("q001", at=NOON), answer("q001", at=wrong)), now)["q001"]
    assert stand.last == NOON
    first = standings(after(answer("q002", at=wrong)), now)["q002"]
    assert first.is_due(now)


some = st.lists(
    st.builds(
        answer,
        st.sampled_from([q.id for q in PLAIN[:6]] + [SAFETY.id, "q999"]),
        st.booleans(),
        st.sampled_from([None, True, False]),
        st.datetimes(datetime(1990, 1, 1), datetime(2050, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),
        st.integers(0, 10**6),
    ),
    max_size=20,
)


@given(some, st.datetimes(datetime(1995, 1, 1), datetime(2045, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)))
def test_the_schedule_follows_from_the_answers_and_the_time_alone(given_answers, now):
    events = in_order(given_answers)
    stand = standings(events, now)
    assert stand == standings(events, now)
    assert set(stand) == {one.data["question"] for one in events}
    assert sum(one.seen for one in stand.values()) == len(events)
    assert all(one.last <= now and one.last <= one.due for one in stand.values())
    chosen = plan(events, now)
    assert len({q.id for q in chosen.asked}) == len(chosen.asked) == chosen.due + chosen.new
    due = {id for id, one in stand.items() if one.is_due(now) and id in bank()}
    assert {q.id for q in chosen.asked if q.id in stand} <= due
    assert chosen.due + chosen.waiting == len(due)


# ---------------------------------------------------------------- a drill


def test_a_first_time_learner_gets_the_first_lesson_in_its_order():
    chosen = plan([], NOON)
    wanted = [q.id for q in questions().values() if q.lesson == "00"]
    assert [q.id for q in chosen.asked] == wanted[: len(chosen.asked)]
    assert 1 <= len(chosen.asked) <= 8 and chosen.due == 0


def test_new_questions_come_from_lessons_that_were_begun_and_due_ones_from_all():
    begun = next(q for q in PLAIN if q.lesson == "02")
    chosen = plan(after(answer(begun.id, right=False)), NOON + DAY)
    assert chosen.asked[0].id == begun.id
    assert {q.lesson for q in chosen.asked} == {"02"}
    assert {q.lesson for q in plan([], NOON, lessons=["06"]).asked} == {"06"}


def test_sure_and_wrong_on_safety_comes_first_and_then_what_is_most_overdue():
    other, late, later = PLAIN[:3]
    given_answers = after(
        answer(late.id, right=False, at=NOON - 2 * DAY),
        answer(later.id, right=False, at=NOON - 5 * DAY),
        answer(other.id, right=False, sure=True, at=NOON - 9 * DAY),
        answer(SAFETY.id, right=False, sure=True, at=NOON),
    )
    asked = [q.id for q in plan(given_answers, NOON).asked]
    assert asked[:2] == [SAFETY.id, other.id]
    assert set(asked[2:4]) == {late.id, later.id}


def test_a_short_drill_leaves_the_rest_waiting_and_says_so():
    given_answers = after(*(answer(q.id, right=False, at=NOON - DAY) for q in PLAIN[:20]))
    chosen = plan(given_answers, NOON, minutes=2)
    assert len(chosen.asked) == 6 and chosen.waiting == 14 and chosen.new == 0


def test_what_is_not_due_is_not_asked_and_the_next_date_is_known():
    given_answers = after(*(answer(q.id, at=NOON) for q in questions().values()))
    chosen = plan(given_answers, NOON + timedelta(hours=1))
    assert chosen.asked == ()
    assert chosen.next_due == min(one.due for one in standings(given_answers, NOON).values())


def test_a_case_that_went_wrong_in_a_test_is_drilled_and_new_ones_are_not():
    asked = next(iter(cases().values())).questions[0]
    chosen = plan(after(answer(asked.id, right=False, sure=True, part="test:x")), NOON)
    assert chosen.asked[0].id == asked.id
    assert sum(q.vignette is not None for q in chosen.asked) == 1


def test_pictures_are_mixed_and_names_come_in_a_block():
    asked = [q for q in questions().values() if q.lesson in ("01", "02")]
    mixed = interleaved(asked)
    assert Counter(mixed) == Counter(asked)
    words = [q.plate is None and q.topic == "names" for q in mixed]
    assert words == sorted(words, reverse=True)
    others = [q for q in mixed if not (q.plate is None and q.topic == "names")]
    themes = [f"plate {q.plate.folio}" if q.plate else q.topic for q in others]
    most = max(Counter(themes).values())
    same = sum(a == b for a, b in pairwise(themes))
    assert same <= max(0, most - (len(themes) - most) - 1), themes
    grouped = sorted(themes)
    assert same < sum(a == b for a, b in pairwise(grouped))


# ---------------------------------------------------------------- the test


@pytest.mark.parametrize("seed", range(8))
def test_a_test_asks_all_topics_safety_and_people_and_nothing_twice(seed):
    asked = proof.choose(seed)
    ids = [q.id for q in asked]
    assert ids == [q.id for q in proof.choose(seed)]
    assert len(set(ids)) == len(ids) == proof.ITEMS
    assert {q.topic for q in asked} == {q.topic for q in questions().values() if q.kind != "reveal"}
    assert sum(q.safety for q in asked) >= proof.LEAST_SAFETY
    assert not [q.id for q in asked if q.kind == "reveal"]
    people = [one for one in cases().values() if one.questions[0].id in ids]
    assert 1 < len(people) <= proof.CASES
    assert sum(one.tier not in ("adapt", "clear") for one in people) >= proof.DECLINED
    for one in people:
        first = ids.index(one.questions[0].id)
        assert ids[first : first + len(one.questions)] == [q.id for q in one.questions]


def test_other_seeds_give_other_tests_and_the_last_one_is_avoided():
    first, second = proof.choose(1), proof.choose(2)
    assert {q.id for q in first} != {q.id for q in second}
    used = {q.id for q in first}
    plain = {q.id for q in proof.choose(2)} & used
    avoiding = {q.id for q in proof.choose(2, avoid=used)} & used
    assert len(avoiding) < len(plain)


def test_one_topic_can_be_tested_and_few_questions_are_all_asked():
    assert {q.topic for q in proof.choose(1, topics=["attachments"])} == {"attachments"}
    every = [q for q in questions().values() if q.topic == "stress" and q.kind != "reveal"]
    assert {q.id for q in proof.choose(1, items=100, topics=["stress"])} == {q.id for q in every}


def test_most_of_a_test_is_on_plates():
    for seed in range(5):
        asked = proof.choose(seed)
        assert sum(map(is_on_plate, asked)) > len(asked) / 2
        assert len({(q.plate.folio, q.plate.view) for q in asked if is_on_plate(q)}) <= 8, "each has to be drawn"
    assert all(map(is_on_plate, proof.choose(3, topics=["attachments"], items=5)))


def marked(right_ids, asked, sure=True):
    return after(*(answer(q.id, right=q.id in right_ids, sure=sure, part="test:x") for q in asked))


def test_one_wrong_answer_about_safety_is_not_passed_however_much_else_is_right():
    asked = proof.choose(5)
    every = {q.id for q in asked}
    safe = next(q for q in asked if q.safety)
    assert proof.result(asked, marked(every, asked)).is_passed
    went = proof.result(asked, marked(every - {safe.id}, asked))
    assert not went.is_passed and went.right == len(asked) - 1
    assert went.sure_and_wrong == (safe.id,)
    assert went.study == (safe.lesson,)


@pytest.mark.parametrize(("missed", "passed"), [(7, True), (8, False)])
def test_the_pass_mark_is_eighty_percent(missed, passed):
    asked = proof.choose(5)
    plain = [q.id for q in asked if not q.safety][:missed]
    went = proof.result(asked, marked({q.id for q in asked} - set(plain), asked))
    assert (went.right / 36 >= 0.8) is passed
    assert went.is_passed is passed


def test_only_the_first_answer_counts_and_none_counts_as_wrong():
    asked = proof.choose(5)[:2]
    went = proof.result(asked, after(answer(asked[0].id, right=False), answer(asked[0].id, right=True)))
    assert (went.asked, went.right) == (2, 0)
    assert sum(n for _, n in went.by_topic.values()) == 2


def test_tests_are_told_apart_in_the_history():
    begun = [
        event(
            {"event": f"test{k}", "kind": "test", "at": written(NOON), "order": k, "device": "x", "questions": ["q001"]}
        )
        for k in (1, 2)
    ]
    mine = answer("q001", part="test:test2", order=3)
    found = proof.tests(History(in_order([*begun, mine, answer("q001", part="drill", order=4)])))
    assert [one.is_done for one in found] == [False, True]
    assert found[1].answers == (mine,)
