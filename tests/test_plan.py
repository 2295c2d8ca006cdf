"""Techniques and the session plan: it adds up, and nothing is printed while a stop item is open."""

from dataclasses import replace
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iliopsoas.course.claims import claims
from iliopsoas.course.consent import consent
from iliopsoas.course.exercises import exercise
from iliopsoas.course.plan import FRAME, MOST_EXERCISES, PRIVATE, Plan, PlanNotReady, Step
from iliopsoas.course.screening import screening
from iliopsoas.course.technique import FILE, read_techniques, techniques
from iliopsoas.sources import DataError, UnknownName, reference

DATA = techniques()
HEALTHY = {**dict.fromkeys(screening().questions, "no"), "feels_well": "yes", "takes_no_medicine": "no"}
READY = Plan(
    level=4,
    answers=HEALTHY,
    said=tuple(consent().elements),
    agreed=True,
    steps=(Step("effleurage", 3), Step("contract_relax", 4)),
    booked=60,
    aftercare=("half_kneeling",),
    cleared=("half_kneeling",),
    measures=("thomas", "scale"),
)


def test_a_whole_plan_adds_up_and_prints():
    assert READY.problems() == ()
    assert READY.minutes == sum(least for _, least in FRAME.values()) + 7
    sheet = READY.sheet()
    assert f"{READY.minutes:g} of 60 minutes booked" in sheet
    assert exercise("half_kneeling").dose in sheet
    assert PRIVATE in sheet
    for stop in DATA.stops.values():
        assert stop.sign in sheet
    for never in DATA.never.values():
        assert never.area in sheet


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"agreed": False}, "has not said yes"),
        ({"agreed": "yes"}, "has not said yes"),
        ({"said": ("nature", "purpose", "risks", "alternatives", "company")}, "Right to stop was not said"),
        ({"steps": ()}, "No work is planned"),
        ({"measures": ()}, "Nothing is measured"),
        ({"aftercare": ()}, "No aftercare"),
        ({"level": 3}, "taught from level 4"),
        ({"answers": {}}, "Do not touch yet"),
        ({"answers": {**HEALTHY, "blood_thinner": "yes"}}, "Do not do this work"),
        ({"answers": {**HEALTHY, "collapse_pain": "yes"}}, "Call 999 now"),
        ({"answers": {**HEALTHY, "skin": "yes"}}, "build this change in first: Leave that area out."),
        ({"level": None}, "No level of qualification is chosen"),
        ({"booked": None}, "The time booked is not given."),
        ({"booked": 30}, "The session lasts 37 minutes, 7 more than the 30 that are booked."),
        ({"cleared": ()}, "Half-kneeling: go through who must leave it out"),
        ({"cleared": ("pigeon",)}, "Half-kneeling: go through who must leave it out"),
        ({"aftercare": ("half_kneeling", "pigeon", "childs_pose")}, "3 exercises; one or two"),
        (
            {"steps": (Step("effleurage", 2), Step("effleurage", 3))},
            "Effleurage of the abdominal wall is planned twice",
        ),
        ({"answers": {**HEALTHY, "hip_replacement": "yes"}}, "Modified Thomas test: Do not do this work."),
        ({"answers": {**HEALTHY, "transplant": "yes"}}, "Teaching a stretch of the hip flexors: Do not do this work."),
        ({"answers": {**HEALTHY, "takes_no_medicine": ""}}, "Not answered: Takes no medicine at all?"),
        ({"frame": {"screening": 2}}, "cannot be cut"),
        ({"frame": {"consent": 1}}, "cannot be cut"),
        ({"steps": (Step("effleurage", 14),)}, "from 2 to 4"),
        ({"frame": {"after": 300}}, "can be planned"),
    ],
)
def test_nothing_is_printed_while_something_is_open(change, says):
    plan = replace(READY, **change)
    assert any(says in problem for problem in plan.problems())
    with pytest.raises(PlanNotReady, match="not printed"):
        plan.sheet()


def test_a_change_that_was_read_is_printed():
    plan = replace(READY, answers={**HEALTHY, "skin": "yes"}, changes=("skin",))
    assert "Leave that area out." in plan.sheet()


@given(st.sampled_from(sorted(screening().questions)), st.sampled_from(["yes", "unsure", "", "perhaps"]))
def test_every_open_or_met_question_that_bears_on_the_work_stops_the_print(question, said):
    plan = replace(READY, answers={**HEALTHY, question: said})
    bears = any(decision.outcome != "clear" for decision in plan.decisions().values())
    assert bool(plan.problems()) == bears


def test_whatever_is_planned_is_screened_not_the_hands_alone():
    """The Thomas test and the exercises have contraindications of their own."""
    assert READY.works == ("abdomen", "contract_relax", "thomas_test", "hip_stretch")
    hands = replace(READY, steps=(Step("percussion", 1, "thigh_percussion"),), measures=("scale",), aftercare=())
    assert hands.works == ("thigh_percussion",)


def test_percussion_is_screened_for_the_place_where_it_is_used():
    here, there = Step("percussion", 1, "gluteal_percussion"), Step("percussion", 1, "thigh_percussion")
    assert Step("percussion", 1) == here
    assert "buttock" in here.title and "thigh" in there.title
    assert replace(READY, steps=(here, there)).problems() == ()
    with pytest.raises(UnknownName, match="abdomen"):
        Step("percussion", 1, "abdomen")


def test_everything_that_is_open_says_where_it_is_put_right():
    plan = replace(READY, answers={}, level=None, said=(), agreed=False, booked=None, cleared=())
    fields = {one.field for one in plan.obstacles()}
    asked = [*screening().questions, *screening().checks]
    assert fields >= {f"question:{id}" for id in asked} | {f"consent:{id}" for id in consent().elements}
    assert fields >= {"level", "agreed", "booked", "cleared:half_kneeling"}
    young = {**HEALTHY, "young_hip_pain": "yes"}
    assert {o.field for o in replace(READY, answers=young).obstacles()} == {"question:young_hip_pain"}
    low = replace(READY, level=3).obstacles()
    assert {o.field for o in low} == {"work:abdomen", "work:contract_relax"}


def test_one_or_two_exercises_are_what_the_article_step_says():
    assert MOST_EXERCISES == 2
    assert DATA.article["exercises"].instead.startswith("One or two")


def test_what_there_is_not_is_refused_early():
    with pytest.raises(UnknownName, match="jumping"):
        replace(READY, aftercare=("jumping",))
    with pytest.raises(UnknownName, match="mood"):
        replace(READY, measures=("mood",))
    with pytest.raises(ValueError, match="booked is 0"):
        replace(READY, booked=0)
    with pytest.raises(UnknownName, match="psoas_release"):
        replace(READY, steps=(Step("psoas_release", 5),))
    with pytest.raises(ValueError, match="minutes is -1"):
        replace(READY, steps=(Step("effleurage", -1),))
    with pytest.raises(UnknownName, match="tea"):
        replace(READY, frame={"tea": 5})


def test_nothing_says_that_it_reaches_the_psoas():
    for row in DATA.techniques.values():
        if "psoas" in row.reaches:
            assert "not reach it" in row.reaches
    assert not any("reaches the psoas" in step for row in DATA.techniques.values() for step in row.steps)


def test_frequencies_and_minutes_are_those_of_trials():
    assert DATA.devices["sams2025"].frequency_hz == (29, 40)
    assert DATA.devices["canbulut2023"].frequency_hz == (30, 30)
    assert DATA.devices["konrad2020"].frequency_hz is None
    assert DATA.techniques["percussion"].minutes[0] == DATA.devices["sams2025"].minutes


def test_the_sciatic_nerve_and_the_groin_are_never_areas():
    assert {"abdomen", "groin", "sciatic", "spine", "neck"} <= set(DATA.never)
    assert "sciatic nerve" in DATA.never["sciatic"].why


def test_the_article_is_taken_step_by_step_with_its_claims():
    told = {claim for step in DATA.article.values() for claim in step.claims}
    assert {"c40", "c41", "c42", "c43", "c44", "c45", "c49"} <= told <= set(claims())
    assert {step.verdict for step in DATA.article.values()} >= {"changed", "dropped", "added"}


def test_every_row_names_a_source():
    for group in (DATA.techniques, DATA.devices, DATA.never, DATA.stops, DATA.article):
        assert all(reference(key) for row in group.values() for key in row.sources)


@pytest.mark.parametrize(
    ("old", "new", "entry", "field"),
    [
        ('work = "abdomen"', 'work = "groin"', "effleurage", "work"),
        ('also = ["thigh_percussion"]', 'also = ["abdominal_percussion"]', "percussion", "also"),
        ("minutes = [2, 4]", "minutes = [4, 2]", "effleurage", "minutes"),
        ("frequency_hz = [29, 40]", "frequency_hz = [29, 400]", "sams2025", "frequency_hz"),
        ('claims = ["c49"]', 'claims = ["c99"]', "screening", "claims"),
        ('verdict = "added"', 'verdict = "aded"', "screening", "verdict"),
        ('outcome = "same_day"', 'outcome = "soon"', "pulse", "outcome"),
        ('sources = ["skillsforhealth2018"]', "sources = []", "word", "sources"),
    ],
)
def test_a_bad_row_is_refused_by_file_entry_and_field(old, new, entry, field):
    text = files("iliopsoas.course").joinpath(FILE).read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(DataError) as caught:
        read_techniques(text.replace(old, new, 1))
    assert (caught.value.file, caught.value.entry, caught.value.field) == (FILE, entry, field)
