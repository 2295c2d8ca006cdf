"""The cases as data, how bad entries are refused, and the schemas that say what a row may hold."""

import json
import re
import tomllib
from importlib.resources import files

import jsonschema
import pytest

from iliopsoas.course import UnknownCase, case, cases, questions
from iliopsoas.course.cases import TIERS, read_cases
from iliopsoas.course.questions import KINDS
from iliopsoas.course.schemas import case_schema, published, question_schema
from iliopsoas.sources import DataError, reference
from iliopsoas.widgets import questions as card
from test_questions import row as question_row

ALL = tuple(cases().values())

GOOD = """
[[case]]
id = "k90"
lesson = "07"
title = "A title"
condition = "a condition"
tier = "same_day"
vignette = "A person comes."
steps = [
  { question = "What now?", right = "No treatment; medical contact today: the GP", wrong = [
    { text = "Wait", why = "No." },
    { text = "Treat", why = "No." },
  ], why = "Because." },
]
say = "Please see your GP today."
sources = ["nice2020"]
"""


def text_of(one):
    parts = [one.title, one.vignette, one.say]
    for step in one.steps:
        parts += [step.question, step.right, step.why, *(part for w in step.wrong for part in (w.text, w.why))]
    return " ".join(parts)


# ---------------------------------------------------------------- what the cases are


def test_there_are_enough_and_they_end_in_every_way():
    assert len(ALL) >= 12
    assert {one.tier for one in ALL} == set(TIERS), "every tier is needed somewhere"
    assert sum(one.tier in ("999", "emergency", "same_day", "gp") for one in ALL) >= 6
    assert sum(one.tier == "adapt" for one in ALL) >= 3
    assert sum(one.tier == "clear" for one in ALL) == 1


@pytest.mark.parametrize(
    ("words", "tier"),
    [
        ("marathon", "emergency"),
        ("lesser trochanter", "emergency"),
        ("13-year-old", "emergency"),
        ("out of breath", "999"),
        ("pale and sweating", "999"),
        ("strong beat in his belly", "same_day"),
        ("shivers", "emergency"),
        ("hernia in the right groin", "emergency"),
        ("warfarin", "emergency"),
        ("numbness between the legs", "emergency"),
        ("colour of tea", "emergency"),
        ("percussion over the whole buttock", "emergency"),
        ("34th week", "adapt"),
        ("new kidney", "adapt"),
        ("hip replaced", "adapt"),
        ("lost five kilos", "gp"),
        ("office worker", "clear"),
    ],
)
def test_each_condition_of_the_review_has_its_tier(words, tier):
    (one,) = [one for one in ALL if words in f"{one.vignette} {one.condition}"]
    assert one.tier == tier


def test_a_tier_has_one_wording_with_a_time_and_a_place():
    for one in ALL:
        (deciding,) = [step for step in one.steps if step.right.startswith(TIERS[one.tier])]
        if one.tier == "same_day":
            assert "GP" in deciding.right and "111" in deciding.right
    for tier in ("999", "emergency", "same_day"):
        assert TIERS[tier].startswith("No treatment; ")
        assert re.search("now|today", TIERS[tier])


def test_urgent_never_stands_alone_and_nobody_is_told_to_change_medicines():
    for one in ALL:
        assert not re.search("urgent", text_of(one), re.IGNORECASE), one.id
        for step in one.steps:
            assert not re.search(r"\b(skip|stop|leave out) (the|his|her) (warfarin|tablets)", step.right), one.id


def test_no_case_gives_leave_to_press_on_belly_or_groin():
    for one in ALL:
        for step in one.steps:
            if step.right.startswith("Treat") and re.search(r"belly|groin|abdom", step.right):
                assert re.search(r"\bno\b|without|leave", step.right, re.IGNORECASE), (one.id, step.right)


def test_sources_resolve_and_texts_are_short():
    for one in ALL:
        assert all(reference(key).title for key in one.sources)
        assert len(one.vignette.split()) <= 70, one.id
        for step in one.steps:
            assert len(step.why.split()) <= 50, one.id
            assert all(len(w.why.split()) <= 30 for w in step.wrong), one.id


def test_the_right_answer_cannot_be_guessed_from_its_length():
    steps = [step for one in ALL for step in one.steps]
    longest = [step for step in steps if len(step.right) >= max(len(w.text) for w in step.wrong)]
    assert len(longest) <= len(steps) / 2


def test_unknown_case_names_those_there_are():
    assert case("K03") is case("k03")
    with pytest.raises(UnknownCase, match="No case is called 'K99'"):
        case("K99")


# ---------------------------------------------------------------- bad entries


def test_a_good_entry_is_read():
    assert read_cases(GOOD)["k90"].label == "K90"


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("nice2020", "nice2021", "sources"),
        ('id = "k90"', 'id = "q900"', "id"),
        ('tier = "same_day"', 'tier = "urgent"', "tier"),
        ('tier = "same_day"', 'tier = "999"', "steps.right"),
        ("No treatment; medical contact today: the GP", "See the GP soon", "steps.right"),
        ('text = "Wait"', 'text = "No treatment, medical contact today: the GP."', "steps.wrong"),
        ('{ text = "Wait", why = "No." },', "", "steps.wrong"),
        ('{ text = "Wait", why = "No." },', '{ text = "Wait" },', "steps.wrong.why"),
        ('say = "Please see your GP today."\n', "", "say"),
        ('lesson = "07"', 'lesson = "12"', "lesson"),
    ],
)
def test_a_bad_entry_names_file_entry_and_field(old, new, field):
    assert old in GOOD
    with pytest.raises(DataError) as error:
        read_cases(GOOD.replace(old, new), "my.toml")
    assert (error.value.file, error.value.field) == ("my.toml", field)
    assert error.value.entry in ("k90", "q900") and error.value.allowed


def test_one_condition_never_has_two_tiers():
    other = GOOD.replace('"k90"', '"k91"').replace("same_day", "999")
    other = other.replace("No treatment; medical contact today: the GP", TIERS["999"])
    with pytest.raises(DataError, match="one condition has one tier"):
        read_cases(GOOD + other)


# ---------------------------------------------------------------- on the card


def test_a_case_is_asked_step_by_step_with_its_story_and_confidence():
    one = case("K03")
    asked = card.ask("K03").spec
    assert asked["title"] == "Case"
    assert [q["id"] for q in asked["questions"]] == ["k03a", "k03b"]
    assert all(q["safety"] and one.vignette in q["vignette"] for q in asked["questions"])
    assert one.say in asked["questions"][-1]["why"]
    assert card.case("K03", "k01").spec["title"] == "Cases"
    assert one.vignette in card.case("K03")._still_text()
    assert [q["id"] for q in card.ask("q001 K02").spec["questions"]] == ["q001", "k02a", "k02b"]


# ---------------------------------------------------------------- schemas


def toml_of(name):
    return tomllib.loads(files("iliopsoas.course").joinpath(name).read_text(encoding="utf-8"))


def test_the_published_schemas_are_the_ones_made_from_the_columns():
    for path, text in published().items():
        assert path.read_text(encoding="utf-8") == text, "run python -m iliopsoas.course.schemas"
        jsonschema.Draft202012Validator.check_schema(json.loads(text))


@pytest.mark.parametrize(("file", "schema"), [("questions.toml", question_schema()), ("cases.toml", case_schema())])
def test_every_row_fits_its_schema(file, schema):
    jsonschema.validate(toml_of(file), schema)


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_of_a_kind_refuses_what_the_loader_refuses(kind):
    good = tomllib.loads(question_row(kind))
    jsonschema.validate(good, question_schema())
    for field in good["question"][0]:
        rows = [{k: v for k, v in good["question"][0].items() if k != field}]
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"question": rows}, question_schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"question": [{**good["question"][0], "hint": "x"}]}, question_schema())


def test_the_schema_of_cases_refuses_a_missing_reason():
    bad = GOOD.replace('{ text = "Wait", why = "No." }', '{ text = "Wait" }')
    jsonschema.validate(tomllib.loads(GOOD), case_schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(bad), case_schema())


def test_no_question_repeats_the_tier_of_a_condition_otherwise():
    """What cases and questions say about the same warning signs ends in the same place."""
    said = {q.id: f"{q.right or ''} {' '.join(q.items or ())} {q.why}" for q in questions().values() if q.safety}
    assert "the same day" in said["q709"] and "999" in said["q709"]
    assert "Fever with groin pain: emergency department now" in said["q710"]
    assert "emergency department now" in said["q007"] and "emergency department now" in said["q046"]
