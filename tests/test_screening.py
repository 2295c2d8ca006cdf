"""The screening gate: every case ends where the red flags and contraindications say, and it fails closed."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iliopsoas.course.cases import cases
from iliopsoas.course.grounds import BASES, WEAK
from iliopsoas.course.screening import (
    FILE,
    OUTCOMES,
    is_safer,
    read_screening,
    screen,
    screening,
)
from iliopsoas.course.technique import techniques
from iliopsoas.sources import DataError, reference

DATA = screening()
HEALTHY = {**dict.fromkeys(DATA.questions, "no"), "feels_well": "yes", "takes_no_medicine": "no"}
OFFERED = [id for id, work in DATA.works.items() if work.offered]

# What the client says yes to, what is planned, how it must end. Everything else is answered no.
CASES = [
    # healthy: each work that is offered, at its level
    ("", "hip_stretch", "clear"),
    ("", "thomas_test", "clear"),
    ("", "thigh_percussion", "clear"),
    ("", "gluteal_percussion", "clear"),
    ("", "abdomen", "clear"),
    ("", "contract_relax", "clear"),
    # what this course does not offer to anybody
    ("", "deep_abdominal", "decline"),
    ("", "groin", "decline"),
    ("", "abdominal_percussion", "decline"),
    # ambulance
    ("collapse_pain", "abdomen", "call_999"),
    ("collapse_pain", "hip_stretch", "call_999"),
    ("breathless", "thigh_percussion", "call_999"),
    ("leg_swelling breathless", "hip_stretch", "call_999"),
    ("pulsing_lump belly_pain", "hip_stretch", "call_999"),
    ("aneurysm belly_pain", "thomas_test", "call_999"),
    ("pulsing_lump pulsing_pain", "thigh_percussion", "call_999"),  # pain in the back alone
    ("aneurysm pulsing_pain", "hip_stretch", "call_999"),
    ("collapse_pain knee_kneeling", "hip_stretch", "call_999"),
    ("breathless pregnant", "hip_stretch", "call_999"),
    # emergency department now
    ("saddle_numbness", "thomas_test", "emergency_department"),
    ("saddle_numbness", "thigh_percussion", "emergency_department"),
    ("fever_pain", "hip_stretch", "emergency_department"),
    ("fever_pain extension_pain", "thomas_test", "emergency_department"),
    ("extension_pain", "contract_relax", "emergency_department"),
    ("hernia_painful", "abdomen", "emergency_department"),
    ("hernia_painful hernia", "hip_stretch", "emergency_department"),
    ("ectopic", "abdomen", "emergency_department"),
    ("testicle_pain", "hip_stretch", "emergency_department"),
    ("sudden_belly", "hip_stretch", "emergency_department"),  # twisted ovary, stone
    ("sudden_belly belly_pain", "abdomen", "emergency_department"),
    ("sudden_belly collapse_pain", "thomas_test", "call_999"),
    ("cannot_bear_weight", "thomas_test", "emergency_department"),
    ("sudden_pop", "contract_relax", "emergency_department"),
    ("dark_urine", "thigh_percussion", "emergency_department"),
    ("dark_urine anaemia_muscle", "gluteal_percussion", "emergency_department"),
    ("blood_thinner leg_weak", "hip_stretch", "emergency_department"),
    ("blood_thinner belly_pain", "thigh_percussion", "emergency_department"),
    ("bleeding_disorder leg_weak", "thomas_test", "emergency_department"),
    ("pregnancy_alarm pregnant", "hip_stretch", "emergency_department"),
    ("pregnant leg_swelling", "thigh_percussion", "emergency_department"),
    ("under_18 young_hip_pain", "thomas_test", "emergency_department"),
    # the same day
    ("pulsing_lump", "abdomen", "same_day"),
    ("pulsing_lump", "thigh_percussion", "same_day"),
    ("leg_swelling", "thigh_percussion", "same_day"),
    ("leg_swelling clot_history", "gluteal_percussion", "same_day"),
    ("belly_pain", "abdomen", "same_day"),
    ("belly_pain", "hip_stretch", "same_day"),
    ("load_groin_pain", "hip_stretch", "emergency_department"),
    ("load_groin_pain weight_night", "thomas_test", "emergency_department"),
    ("leg_weak", "hip_stretch", "same_day"),
    ("cancer weight_night", "hip_stretch", "same_day"),
    # GP this week
    ("weight_night", "hip_stretch", "gp_this_week"),
    ("weight_night osteoporosis", "thomas_test", "gp_this_week"),
    # declined
    ("aneurysm", "abdomen", "decline"),
    ("aneurysm", "hip_stretch", "decline"),
    ("aneurysm", "gluteal_percussion", "decline"),
    ("vessel_graft", "abdomen", "decline"),
    ("vessel_graft", "hip_stretch", "decline"),
    ("transplant", "abdomen", "decline"),
    ("transplant", "hip_stretch", "decline"),
    ("transplant", "thomas_test", "decline"),
    ("abdominal_devices", "abdomen", "decline"),
    ("coil", "abdomen", "decline"),
    ("recent_surgery", "abdomen", "decline"),
    ("recent_surgery", "thomas_test", "decline"),
    ("hernia", "abdomen", "decline"),
    ("bowel_disease", "abdomen", "decline"),
    ("enlarged_organs", "abdomen", "decline"),
    ("bleeding_disorder", "hip_stretch", "decline"),
    ("weak_vessels", "hip_stretch", "decline"),
    ("osteoporosis", "thigh_percussion", "decline"),
    ("osteoporosis", "gluteal_percussion", "decline"),
    ("blood_thinner", "abdomen", "decline"),
    ("blood_thinner", "gluteal_percussion", "decline"),
    ("pregnant", "abdomen", "decline"),
    ("pregnant", "thigh_percussion", "decline"),
    ("pregnant", "thomas_test", "decline"),
    ("hip_replacement", "thomas_test", "decline"),
    ("balance", "thomas_test", "decline"),
    ("under_18", "gluteal_percussion", "decline"),
    ("under_18", "abdomen", "decline"),
    ("under_18", "hip_stretch", "adapt"),
    ("cannot_consent", "hip_stretch", "decline"),
    ("says_stop", "abdomen", "decline"),
    # not before a doctor has agreed
    ("implants", "gluteal_percussion", "ask_doctor"),
    ("cancer", "hip_stretch", "ask_doctor"),
    ("clot_history", "thigh_percussion", "ask_doctor"),
    ("blood_pressure", "contract_relax", "ask_doctor"),
    ("epilepsy", "thigh_percussion", "ask_doctor"),
    ("chemo_immune", "hip_stretch", "ask_doctor"),
    ("disc_or_slip", "thomas_test", "ask_doctor"),
    ("nerve_leg", "gluteal_percussion", "ask_doctor"),
    # another day
    ("strong_painkillers", "hip_stretch", "not_today"),
    # with changes
    ("hernia", "hip_stretch", "adapt"),
    ("osteoporosis", "hip_stretch", "adapt"),
    ("nerve_feeling", "thigh_percussion", "adapt"),
    ("anaemia_muscle", "thigh_percussion", "adapt"),
    ("skin", "gluteal_percussion", "adapt"),
    ("hip_replacement", "hip_stretch", "adapt"),
    ("hip_pinch", "hip_stretch", "adapt"),
    ("knee_kneeling", "hip_stretch", "adapt"),
    ("balance", "hip_stretch", "adapt"),
    # a yes that does not bear on the work that is planned
    ("knee_kneeling", "abdomen", "clear"),
    ("bowel_disease", "hip_stretch", "clear"),
    ("coil", "thigh_percussion", "clear"),
    ("epilepsy", "hip_stretch", "clear"),
    ("blood_thinner", "thomas_test", "clear"),
]


def decided(yes, work, level=5):
    return screen(work, level, {**HEALTHY, **dict.fromkeys(yes.split(), "yes")})


@pytest.mark.parametrize(("yes", "work", "expected"), CASES)
def test_each_case_ends_where_it_must(yes, work, expected):
    assert decided(yes, work).outcome == expected


def test_the_table_is_long_enough_and_meets_every_question_and_rule():
    assert len(CASES) >= 80
    said = {id for yes, _, _ in CASES for id in yes.split()}
    assert said >= set(DATA.questions) - {"unwell_today"}  # that one is tested with its cross-check
    assert all(any(set(rule.all_of) <= set(yes.split()) for yes, _, _ in CASES) for rule in DATA.rules.values())
    assert {outcome for _, _, outcome in CASES} == set(OUTCOMES) - {"ask_first"}


def test_unwell_today_waits_for_another_day():
    assert screen("hip_stretch", 3, {**HEALTHY, "feels_well": "no", "unwell_today": "yes"}).outcome == "not_today"


@pytest.mark.parametrize("contradiction", DATA.contradictions, ids=lambda c: c.id)
def test_answers_that_cannot_both_be_right_are_asked_again(contradiction):
    decision = screen("hip_stretch", 5, {**HEALTHY, **contradiction.answers})
    assert contradiction.ask in decision.open
    assert not is_safer(decision.outcome, "ask_first")


@pytest.mark.parametrize("value", ["", " ", None, "maybe", "perhaps not", 0, True, ["no"]])
def test_what_is_not_an_answer_leaves_the_question_open(value):
    decision = screen("hip_stretch", 3, {**HEALTHY, "leg_swelling": value})
    assert decision.outcome == "ask_first"
    assert any(DATA.questions["leg_swelling"].ask in line for line in decision.open)


def test_unsure_counts_as_yes():
    for id in DATA.questions:
        assert screen("abdomen", 5, {**HEALTHY, id: "unsure"}) == screen("abdomen", 5, {**HEALTHY, id: "yes"})


@pytest.mark.parametrize("level", [None, "", "level 3", 2, 6, True, 3.5, "3"])
def test_an_unknown_level_is_never_clear(level):
    assert screen("hip_stretch", level, HEALTHY).outcome == "ask_first"


@pytest.mark.parametrize("work", OFFERED)
def test_work_below_its_level_is_declined(work):
    least = DATA.works[work].least_level
    assert screen(work, least, HEALTHY).outcome == "clear"
    for level in range(3, least):
        assert screen(work, level, HEALTHY).outcome == "decline"


def test_unknown_work_and_unknown_questions_are_never_clear():
    assert screen("psoas_release", 5, HEALTHY).outcome == "decline"
    decision = screen("hip_stretch", 5, {**HEALTHY, "leg_sweling": "no"})
    assert decision.outcome == "ask_first"
    assert "'leg_sweling'" in decision.open[0]


def test_nothing_answered_is_nothing_cleared():
    decision = screen("hip_stretch", 3, {})
    assert decision.outcome == "ask_first"
    assert len(decision.open) == len(DATA.questions) + len(DATA.checks)


answers = st.fixed_dictionaries({}, optional={id: st.sampled_from(["yes", "no", "unsure"]) for id in HEALTHY})
works = st.sampled_from([*DATA.works, "something else"])
levels = st.sampled_from([3, 4, 5, None])


@given(answers, works, levels, st.sampled_from(sorted(DATA.questions)))
def test_one_more_yes_never_makes_it_safer(given_answers, work, level, more):
    before = screen(work, level, {**given_answers, more: "no"}).outcome
    after = screen(work, level, {**given_answers, more: "yes"}).outcome
    # To say that one is unwell settles "neither well nor unwell"; nothing else is settled by a yes.
    assert not is_safer(after, before) or (more == "unwell_today" and before == "ask_first" and after != "clear")


@given(answers, works, levels, st.sampled_from(sorted(DATA.questions)))
def test_one_more_red_flag_never_makes_a_whole_case_safer(given_answers, work, level, more):
    whole = {**HEALTHY, **given_answers}
    before = screen(work, level, {**whole, more: "no"}).outcome
    after = screen(work, level, {**whole, more: "yes"}).outcome
    assert not is_safer(after, before) or (more == "unwell_today" and before == "ask_first")
    assert after != "clear" or before == "clear"


@given(answers, works, levels, st.sampled_from(sorted(HEALTHY)))
def test_an_answer_taken_away_never_makes_it_clear(given_answers, work, level, less):
    rest = {id: said for id, said in {**HEALTHY, **given_answers}.items() if id != less}
    decision = screen(work, level, rest)
    assert decision.outcome != "clear"
    assert not is_safer(decision.outcome, "ask_first")


@given(answers, works, levels)
def test_clear_means_that_nothing_was_found_and_nothing_is_open(given_answers, work, level):
    decision = screen(work, level, given_answers)
    assert (decision.outcome == "clear") == (not decision.reasons and not decision.open)
    ranks = [r.outcome for r in decision.reasons]
    assert not any(is_safer(a, b) for a, b in pairwise(ranks))


def test_every_row_rests_on_named_sources_and_says_how_weak_they_are():
    rows = [*DATA.questions.values(), *DATA.rules.values()]
    for row in rows:
        assert row.sources
        assert row.basis in BASES
        assert row.is_weak == (row.basis in WEAK)
        for key in row.sources:
            assert reference(key)
    assert any(row.is_weak for row in rows)


def test_urgent_never_stands_without_a_time_and_a_place():
    for text in [*OUTCOMES.values(), *(f"{r.do} {r.why}" for r in [*DATA.questions.values(), *DATA.rules.values()])]:
        assert "urgent" not in text.lower()
    for outcome in ("gp_this_week", "same_day", "emergency_department", "call_999"):
        assert any(when in OUTCOMES[outcome] for when in ("week", "today", "now"))
        assert any(where in OUTCOMES[outcome] for where in ("GP", "111", "Emergency department", "999"))


def test_one_condition_has_one_tier():
    # Fever with pain in back or hip, a painful hernia, and a swollen leg had two tiers each in the sources.
    assert DATA.questions["fever_pain"].outcome == "emergency_department"
    assert DATA.questions["hernia_painful"].outcome == "emergency_department"
    assert DATA.questions["leg_swelling"].outcome == "same_day"
    assert DATA.rules["clot_in_lung"].outcome == "call_999"


QUESTION = """[[question]]
id = "a"
group = "today"
ask = "A?"
outcome = "call_999"
works = ["any"]
do = "Call."
why = "Because."
basis = "guideline"
sources = ["finucane2020"]
"""
REST = """
[[question]]
id = "b"
group = "today"
ask = "B?"
outcome = "adapt"
works = ["rest"]
do = "Change."
why = "Because."
basis = "guideline"
sources = ["finucane2020"]
[[rule]]
id = "r"
all_of = ["a", "b"]
outcome = "call_999"
do = "Call."
why = "Because."
basis = "guideline"
sources = ["finucane2020"]
[[contradiction]]
id = "c"
answers = { a = "yes", k = "yes" }
ask = "Which?"
[[check]]
id = "k"
ask = "K?"
[[work]]
id = "rest"
name = "Rest"
least_level = 3
offered = true
note = "Lie."
basis = "study"
sources = ["finucane2020"]
[[client]]
id = "somebody"
name = "Somebody"
told = "Much."
work = "rest"
level = 3
yes = ["a"]
outcome = "call_999"
"""


def test_the_small_screening_of_these_tests_is_good():
    assert set(read_screening(QUESTION + REST).questions) == {"a", "b"}


@pytest.mark.parametrize(
    ("old", "new", "entry", "field"),
    [
        ('"finucane2020"]\n\n', '"finucan2020"]\n\n', "a", "sources"),
        ('sources = ["finucane2020"]\n\n', "\n", "a", "sources"),
        ('basis = "guideline"', 'basis = "gideline"', "a", "basis"),
        ('outcome = "call_999"', 'outcome = "urgent"', "a", "outcome"),
        ('outcome = "call_999"', 'outcome = "clear"', "a", "outcome"),
        ('ask = "A?"', 'ask = "A"', "a", "ask"),
        ('works = ["any"]', 'works = ["dance"]', "a", "works"),
        ('works = ["any"]', 'works = ["any"]\ndeclines = ["rest"]', "a", "declines"),
        ('all_of = ["a", "b"]', 'all_of = ["a", "z"]', "r", "all_of"),
        ('all_of = ["a", "b"]\noutcome = "call_999"', 'all_of = ["a", "b"]\noutcome = "adapt"', "r", "outcome"),
        ("{ a = ", "{ z = ", "c", "answers"),
        ('id = "k"', 'id = "b"', "c", "answers"),
        ("least_level = 3", "least_level = 2", "rest", "least_level"),
        ('yes = ["a"]', 'yes = ["b"]', "somebody", "outcome"),
        ('yes = ["a"]', 'yes = ["k"]', "somebody", "yes"),
        ('work = "rest"', 'work = "rust"', "somebody", "work"),
    ],
)
def test_a_bad_row_is_refused_by_file_entry_and_field(old, new, entry, field):
    text = QUESTION + REST
    assert old in text
    with pytest.raises(DataError) as caught:
        read_screening(text.replace(old, new, 1))
    assert (caught.value.file, caught.value.entry, caught.value.field) == (FILE, entry, field)


# What the people of cases.toml would answer yes to, and what they came for.
ANSWERS_OF_CASES = {
    "k01": ("collapse_pain pulsing_lump belly_pain", "hip_stretch"),
    "k02": ("pulsing_lump", "hip_stretch"),
    "k03": ("load_groin_pain", "hip_stretch"),
    "k04": ("sudden_pop", "hip_stretch"),
    "k05": ("under_18 young_hip_pain", "hip_stretch"),
    "k06": ("leg_swelling breathless", "thigh_percussion"),
    "k07": ("fever_pain", "hip_stretch"),
    "k08": ("hernia_painful", "abdomen"),
    "k09": ("blood_thinner leg_weak", "hip_stretch"),
    "k10": ("saddle_numbness", "thomas_test"),
    "k11": ("dark_urine", "thigh_percussion"),
    "k13": ("pregnant", "abdomen"),
    "k14": ("transplant", "abdomen"),
    "k15": ("hip_replacement", "hip_stretch"),
    "k16": ("", "hip_stretch"),
    "k17": ("", "hip_stretch"),
    "k18": ("weight_night", "hip_stretch"),
}
# A case is adapted when the work asked for is declined and something else can be done, too.
OUTCOMES_OF_TIERS = {
    "999": {"call_999"},
    "emergency": {"emergency_department"},
    "same_day": {"same_day"},
    "gp": {"gp_this_week"},
    "adapt": {"adapt", "decline", "clear"},
    "clear": {"clear"},
}


@pytest.mark.parametrize("id", ANSWERS_OF_CASES)
def test_the_gate_and_the_cases_send_the_same_condition_to_the_same_place(id):
    case = cases()[id]
    assert decided(*ANSWERS_OF_CASES[id]).outcome in OUTCOMES_OF_TIERS[case.tier], case.condition


def test_every_case_is_compared_but_the_one_that_begins_after_the_work():
    assert set(cases()) - set(ANSWERS_OF_CASES) == {"k12"}
    assert cases()["k12"].tier == "emergency"
    assert techniques().stops["after"].outcome == "emergency_department"
