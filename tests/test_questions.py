"""The questions as data, how bad entries are refused, and the card that asks them, as far as Python makes it.

Whether answers are judged rightly is tested where that is done: in the page, by test_questions_browser.py.
"""

import json
import re

import pytest

from iliopsoas.atlas.structures import structure
from iliopsoas.course import UnknownQuestion, question, questions
from iliopsoas.course.questions import KINDS, TOPICS, read_questions
from iliopsoas.plates.catalogue import folio
from iliopsoas.sources import DataError, UnknownName, reference
from iliopsoas.widgets import places
from iliopsoas.widgets.drawing import full_pack
from iliopsoas.widgets.questions import Questions, ask

LESSONS = tuple(dict.fromkeys(q.lesson for q in questions().values()))
ALL = tuple(questions().values())
LABELS = [q for q in ALL if q.kind == "label"]
CHOICES = [q for q in ALL if q.kind == "choice"]

GOOD = {
    "choice": """right = "This"\nwrong = [{ text = "That", why = "No." }, { text = "More", why = "No." }]""",
    "true_false": """true = false\ntempts = "It is said." """,
    "number": """value = 3\nunit = "bones"\ntolerance = 0\ntempts = "Four are drawn." """,
    "order": """items = ["first", "second", "third"]\ntempts = "It looks so." """,
    "label": """structure = "iliacus" """,
    "click": """plate = { folio = "attachments", view = "anterior", structure = "iliacus" }""",
    "reveal": """answer = "This." """,
}


def row(kind, fields=None):
    return f"""
[[question]]
id = "q900"
lesson = "02"
topic = "attachments"
kind = "{kind}"
question = "What is it?"
why = "Because."
sources = ["bogduk_ch9"]
{GOOD[kind] if fields is None else fields}
"""


def all_text(q):
    wrong = [part for w in q.wrong or () for part in (w.text, w.why)]
    return " ".join([q.question, q.why, q.tempts or "", q.answer or "", q.right or "", *(q.items or ()), *wrong])


def plain(text):
    return re.sub("[^a-z0-9]+", " ", text.lower())


# ---------------------------------------------------------------- what is asked


def test_ids_begin_with_the_lesson_after_the_first_sixty():
    assert [q.id for q in ALL][:3] == ["q001", "q002", "q003"]
    assert [q.id for q in ALL if q.id > "q060" and q.id[1] != str(int(q.lesson) % 10)] == []


def test_every_kind_is_used_and_half_of_the_bank_is_on_plates():
    assert {q.kind for q in ALL} == set(KINDS)
    assert {q.topic for q in ALL} <= set(TOPICS)
    assert len(ALL) >= 120
    assert 2 * sum(q.plate is not None for q in ALL) >= len(ALL)
    marked = [q for q in ALL if q.plate and (q.kind == "click" or q.plate.shown == "with")]
    assert len(marked) >= 50, "a plate that is part of the question, not only of its answer"


def test_every_lesson_asks_about_safety():
    for lesson in LESSONS:
        assert any(q.safety for q in ALL if q.lesson == lesson), lesson


def test_every_source_resolves():
    for q in ALL:
        assert all(reference(key).title for key in q.sources), q.id


@pytest.mark.parametrize("q", [q for q in ALL if q.plate], ids=lambda q: q.id)
def test_every_plate_exists_and_what_it_asks_for_is_in_sight(q):
    places.check(q)
    places.check_visible(q, full_pack(folio(q.plate.folio), q.plate.view))


@pytest.mark.parametrize("q", LABELS, ids=lambda q: q.id)
def test_a_label_question_does_not_give_its_name_away(q):
    wanted = structure(q.structure)
    for name in (wanted.name, wanted.latin, *wanted.synonyms):
        assert not name or f" {plain(name)} " not in f" {plain(q.question)} ", name


def test_the_right_answer_cannot_be_guessed_from_its_look():
    """It stands in every place, is not mostly the longest, and statements are true and false alike."""
    places = [q.choices.index(q.right) for q in CHOICES]
    assert set(places) == set(range(4))
    assert max(places.count(k) for k in range(4)) <= len(places) / 2
    longest = [q.id for q in CHOICES if len(q.right) >= max(len(w.text) for w in q.wrong)]
    assert len(longest) <= len(CHOICES) / 2
    true = [q.true for q in ALL if q.kind == "true_false"]
    assert 1 / 3 <= sum(true) / len(true) <= 2 / 3


def test_answers_are_mixed_in_the_same_way_every_time_and_an_order_never_begins_right():
    for q in ALL:
        if q.kind == "choice":
            assert q.choices == question(q.id).choices
            assert sorted(q.choices) == sorted([q.right, *(w.text for w in q.wrong)])
        if q.kind == "order":
            assert sorted(q.mixed_items) == sorted(q.items)
            assert q.mixed_items != q.items


def test_no_decimal_has_to_be_recalled():
    """A number asked for is a whole one, and counted or worked out from what the question gives."""
    for q in ALL:
        assert q.value is None or q.value == round(q.value), q.id


def test_questions_and_reasons_are_short():
    for q in ALL:
        assert len(q.question.split()) <= 50, q.id
        assert len(q.why.split()) <= 50, q.id
        assert all(len(w.why.split()) <= 30 for w in q.wrong or ()), q.id


def test_nothing_of_the_workshop_and_no_dose_is_left():
    workshop = re.compile(r"\(mem\)|\(calc\)|stored|sources seen|gait2392|\bEK\b|\[|https?:|quiz", re.IGNORECASE)
    dose = re.compile(r"\d[\d–. ]*(Hz|rpm|N\b|minutes?|min\b|seconds?|s\b|strokes|sessions)", re.IGNORECASE)
    for q in ALL:
        assert not workshop.search(all_text(q)), q.id
        assert not dose.search(all_text(q)), q.id


@pytest.mark.parametrize(
    ("asked", "must_be_right", "must_say"),
    [
        ("numb between the legs", "emergency department now", "emergency"),
        ("had a fever", "emergency department now", "hospital now"),
        ("blood thinner", "emergency department now", "emergency"),
        ("something beat in his belly", "ambulance if pain or collapse", "medical contact the same day"),
        ("through the belly", "not leave to press", "this course teaches none"),
        ("strong massage gun", "the loin is no place for it", "The loin covers the kidney"),
        ("finished all lessons", "Nothing new", "qualifies nobody"),
    ],
)
def test_warnings_stay(asked, must_be_right, must_say):
    (q,) = [q for q in CHOICES if asked in q.question]
    assert q.safety
    assert must_be_right in q.right
    assert must_say in q.why


@pytest.mark.parametrize(
    ("id", "must_be_right", "must_say"),
    [
        ("q010", "Psoas major", "T12 to L5"),
        ("q305", "Mostly in the back third", "mostly in its back third"),
        ("q402", "About a centimetre shorter", "11 mm shorter at 25°"),
        ("q405", "It presses the joints together", "posture and on where a model puts the joint centre"),
        ("q408", "True", "still behind the body"),
        ("q507", "25 mm", "between 15 and 87 % of what a person can breathe in from rest"),
        ("q701", "Femoral nerve", "the artery lies in front of the inner part of psoas"),
        ("q702", "The femoral nerve, on the muscle", "No sustained pressure and no device"),
        ("q901", "Much shorter on both sides", "the pose goes beyond that"),
        ("q903", "The standing split stance, holding on to a chair", "without kneeling"),
    ],
)
def test_each_answer_that_a_review_found_wrong_or_unsafe_stays_mended(id, must_be_right, must_say):
    q = question(id)
    assert q.solution.startswith(must_be_right)
    assert must_say in q.why


def test_where_the_plexus_lies_is_never_said_without_mostly():
    for q in ALL:
        for text in (q.right or "", q.why, q.answer or ""):
            if "back third" in text:
                assert re.search("mostly[^.]*back third", text, re.IGNORECASE), q.id


def test_no_explanation_rests_on_what_is_true_of_every_muscle():
    assert not [q.id for q in ALL if "skeletal muscle" in all_text(q)]


def test_a_question_can_be_asked_alone():
    """In a drill or a test it stands without its lesson: it points to no other plate, page or question."""
    elsewhere = re.compile(
        r"\b(on which plate|the plate above|see above|as before|the last question|this lesson)\b", re.IGNORECASE
    )
    for q in ALL:
        assert not elsewhere.search(q.question), q.id


def test_what_is_marked_is_not_the_answer_in_words():
    """A plate that marks a structure before the answer shows which of the choices it is."""
    for q in CHOICES:
        if q.plate and q.plate.shown == "with":
            assert plain(structure(q.plate.structure).name) not in plain(q.right), q.id


def test_urgent_never_stands_without_a_place_and_a_time():
    assert not [q.id for q in ALL if re.search("urgent", all_text(q), re.IGNORECASE)]


def test_unknown_question_names_those_there_are():
    with pytest.raises(UnknownQuestion, match=r"No question is called 'q99'"):
        question("q99")


# ---------------------------------------------------------------- bad entries


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_entry_of_each_kind_is_read_and_has_an_answer(kind):
    assert read_questions(row(kind))["q900"].solution


@pytest.mark.parametrize(
    ("kind", "old", "new", "field"),
    [
        ("choice", "bogduk_ch9", "bogduk_ch8", "sources"),
        ("choice", 'sources = ["bogduk_ch9"]', "sources = []", "sources"),
        ("choice", 'lesson = "02"', 'lesson = "11"', "lesson"),
        ("choice", 'topic = "attachments"', 'topic = "attachment"', "topic"),
        ("choice", 'kind = "choice"', 'kind = "choise"', "kind"),
        ("choice", 'id = "q900"', 'id = "x900"', "id"),
        ("choice", 'why = "Because."\n', "", "why"),
        ("choice", 'text = "That"', 'text = "this."', "wrong"),  # two right answers
        ("choice", 'right = "This"', 'right = ["This", "That"]', "right"),
        ("choice", 'right = "This"\n', "", "right"),
        ("choice", '{ text = "That", why = "No." }', '{ text = "That" }', "wrong.why"),
        ("choice", '{ text = "That", why = "No." }', '{ text = "That", why = "" }', "wrong.why"),
        ("choice", '{ text = "That", why = "No." }, ', "", "wrong"),
        ("choice", 'kind = "choice"', 'kind = "choice"\nvalue = 3', "value"),
        ("choice", 'kind = "choice"', 'kind = "choice"\nsafety = "yes"', "safety"),
        ("choice", 'kind = "choice"', 'kind = "choice"\nplate = { folio = "a", view = "b" }', "plate.structure"),
        ("true_false", 'tempts = "It is said."', "", "tempts"),
        ("true_false", "true = false", 'true = "false"', "true"),
        ("number", 'unit = "bones"\n', "", "unit"),  # a tolerance without a unit
        ("number", "tolerance = 0", "tolerance = -1", "tolerance"),
        ("number", "tolerance = 0\n", "", "tolerance"),
        ("number", "value = 3", 'value = "3"', "value"),
        ("order", '"second"', '"first"', "items"),
        ("order", '"second"', '"First."', "items"),
        ("order", ', "third"', "", "items"),
        ("label", "iliacus", "iliacus_r", "structure"),
        ("click", GOOD["click"], "", "plate"),
        ("click", "What is it?", "Choose the iliacus.", "question"),
        ("click", "What is it?", "Choose the Iliac muscle, please.", "question"),
        ("click", '"anterior"', '"an terior"', "plate.view"),
        ("click", 'structure = "iliacus"', 'structure = "iliacus", shown = "before"', "plate.shown"),
        ("click", 'kind = "click"', 'kind = "click"\nstructure = "iliacus"', "structure"),
        ("reveal", 'answer = "This."', "", "answer"),
    ],
)  # fmt: skip
def test_a_bad_entry_names_file_entry_and_field(kind, old, new, field):
    assert old in row(kind)
    with pytest.raises(DataError) as error:
        read_questions(row(kind).replace(old, new), "my.toml")
    assert (error.value.file, error.value.field) == ("my.toml", field)
    assert error.value.entry in ("q900", "x900")
    assert error.value.allowed


@pytest.mark.parametrize(
    ("old", "new", "field", "says"),
    [
        ('"attachments"', '"attachment"', "plate.folio", "Did you mean 'attachments'"),
        ('"anterior"', '"frontal"', "plate.view", "one of anterior, lateral_right"),
        ('structure = "iliacus"', 'structure = "iliacus", off = ["psoas"]', "plate.off", "psoas_major"),
        ('structure = "iliacus"', 'structure = "iliacus", stop = "l6"', "plate.stop", "l5"),
        ('structure = "iliacus"', 'structure = "bladder"', "plate.structure", "iliopsoas_tendon"),
    ],
)
def test_a_place_that_no_plate_has_is_refused_before_it_is_asked(old, new, field, says):
    assert old in row("click")
    q = read_questions(row("click").replace(old, new).replace('topic = "attachment"', 'topic = "attachments"'))["q900"]
    with pytest.raises(DataError, match=re.escape(says)) as error:
        Questions([q], "Bad")
    assert (error.value.entry, error.value.field) == ("q900", field)


def test_a_structure_that_is_hidden_in_its_view_is_refused():
    """The discs lie behind the muscle in the view from the side; with the muscle off they are in sight."""
    hidden = (
        row("click")
        .replace('"anterior"', '"lateral_right"')
        .replace('structure = "iliacus"', 'structure = "disc_l4_l5"')
    )
    bare = hidden.replace(
        'structure = "disc_l4_l5"', 'structure = "disc_l4_l5", off = ["psoas_major", "psoas_deep", "psoas_minor"]'
    )
    with pytest.raises(DataError, match="nothing hides in this view"):
        Questions([read_questions(hidden)["q900"]], "Bad")
    assert Questions([read_questions(bare)["q900"]], "Good")


def test_an_id_stands_once():
    with pytest.raises(DataError, match="an id that no other row has"):
        read_questions(row("choice") + row("label"))


# ---------------------------------------------------------------- the card


def test_a_lesson_asks_all_its_questions_in_order():
    for lesson in LESSONS:
        asked = [q["id"] for q in ask(lesson=lesson).spec["questions"]]
        assert asked == [q.id for q in ALL if q.lesson == lesson]


def test_ids_are_asked_as_given_and_each_once():
    assert [q["id"] for q in ask("q003 q001", "q003").spec["questions"]] == ["q003", "q001"]


@pytest.mark.parametrize(
    ("ids", "more", "error"),
    [
        (("q999",), {}, UnknownQuestion),
        ((), {}, TypeError),
        (("q001",), {"lesson": "02"}, TypeError),
        ((), {"lesson": "11"}, UnknownName),
        (("q001",), {"most": 0}, ValueError),
        (("q001",), {"most": 2.5}, ValueError),
    ],
)
def test_what_cannot_be_asked_is_refused(ids, more, error):
    with pytest.raises(error):
        ask(*ids, **more)


def test_nothing_to_ask_is_refused():
    with pytest.raises(ValueError, match="nothing to ask"):
        Questions([], "Empty")


@pytest.mark.parametrize("q", ALL, ids=lambda q: q.id)
def test_the_page_gets_all_that_it_needs_to_judge_and_to_explain(q):
    (sent,) = ask(q.id).spec["questions"]
    assert json.loads(json.dumps(sent)) is not None
    assert sent["question"] == q.question and sent["why"] == q.why and sent["safety"] is q.safety
    assert [s["short"] for s in sent["sources"]] == [reference(key).short for key in q.sources]
    if q.kind == "choice":
        assert [c["text"] for c in sent["choices"] if not c.get("why")] == [q.right] == [sent["solution"]]
    if q.kind == "label":
        known = ask(q.id).spec["structures"]
        assert known[q.structure]["name"] == sent["solution"]
    if q.plate:
        assert folio(q.plate.folio).title in sent["see"]
        assert q.plate.structure in sent["plate"]["same"]
        assert "areas" not in sent["plate"]["on"]
        assert not set(q.plate.off) & set(sent["plate"]["on"])


def test_questions_on_one_view_share_its_pack():
    card = ask("q201", "q206", "q202")
    assert card.spec["packs"] == ["pack_bones__posterior", "pack_bones__anterior"]
    assert all(getattr(card, name) for name in card.spec["packs"]), "drawn at once where ILIOPSOAS_WAIT is set"


def test_without_waiting_the_card_is_there_at_once_and_the_picture_follows(monkeypatch):
    monkeypatch.delenv("ILIOPSOAS_WAIT")
    later = []
    monkeypatch.setattr("iliopsoas.widgets.drawn.draw_later", lambda task, rank: later.append((rank, task)))
    card = ask("q201")
    assert card.pack_bones__posterior == b""
    (only,) = later
    only[1]()
    assert card.pack_bones__posterior and card.error == ""


def test_the_text_for_readers_without_the_widget_asks_everything_and_folds_the_answers():
    card = ask(lesson="02")
    markup, text = card._still_html(), card._still_text()
    assert markup.count("<details>") == markup.count("<li><p>") == len(card.spec["questions"])
    for q in card._asked:
        assert q.solution.rstrip(".") in text
        assert q.why in text
    folded = re.sub("<details>.*?</details>", "", markup)
    assert not [q.id for q in card._asked if q.why in folded]
    assert card.spec["still"] in markup


def test_its_text_has_no_address_and_answers_begin_empty():
    card = ask("q001")
    assert repr(card) == "Questions(q001)"
    assert card.answers == []
    assert card.spec["most"] == 8
