"""Painting and the ledger's card as far as Python makes them; the rest is in test_plates_asked_browser."""

import re

import pytest

from iliopsoas.atlas.attachments import attachments_of
from iliopsoas.course import claim, claims
from iliopsoas.course.claims import EVIDENCE, SAFETY
from iliopsoas.sources import UnknownName, reference
from iliopsoas.widgets import ledger as card
from iliopsoas.widgets.painting import VIEWS, Painting, paint
from iliopsoas.widgets.prose import Prose


@pytest.mark.parametrize("muscle", list(VIEWS))
def test_the_places_of_a_muscle_are_its_attachments_and_there_are_others(muscle):
    places = paint(muscle).spec["places"]
    assert {one["id"] for one in places if one["wanted"]} == {one.id for one in attachments_of(muscle)}
    assert sum(not one["wanted"] for one in places) >= 5, "a list of right answers only would be no question"
    texts = [(one["group"], one["text"]) for one in places]
    assert len(set(texts)) == len(texts), "two places with one name cannot be told apart"
    assert not [text for _, text in texts if re.search("psoas|iliacus", text)], "a place that names a muscle"


def test_places_stand_from_the_top_down():
    groups = list(dict.fromkeys(one["group"] for one in paint("psoas_major").spec["places"]))
    assert groups[:2] == ["T11–T12", "T12–L1"] and groups[-2:] == ["Sacrum and hip bone", "Thigh bone"]


def test_bone_is_bare_and_says_what_is_schematic():
    spec = paint("psoas_major").spec
    assert spec["on"] == ["bones", "hip_bones"]
    assert "schematic" in spec["schematic"]
    assert all("Psoas major beside" not in view["alt"] and "Not shown" in view["alt"] for view in spec["views"])
    assert spec["sources"]


def test_its_pictures_come_later_without_waiting(monkeypatch):
    monkeypatch.delenv("ILIOPSOAS_WAIT")
    later = []
    monkeypatch.setattr("iliopsoas.widgets.drawn.draw_later", lambda task, rank: later.append(task))
    card = paint("psoas_major")
    assert card.pack_posterior == b"" and len(later) == 2
    for task in later:
        task()
    assert card.pack_posterior and card.pack_anterolateral_right and card.error == ""


def test_readers_without_the_widget_get_the_places_in_words():
    one = paint("iliacus")
    assert one._still_html().count("<li>") == len(attachments_of("iliacus")) and "<details>" in one._still_html()
    assert "iliac fossa" in one._still_text()
    assert repr(one) == "Painting('iliacus')"


def test_a_muscle_that_cannot_be_painted_is_refused_by_name():
    with pytest.raises(UnknownName, match=r"Did you mean .*'psoas_major'"):
        Painting("psoas_maior")


# ---------------------------------------------------------------- the ledger's card


def test_the_card_of_the_ledger_has_every_claim_once_with_all_that_it_shows():
    spec = card.ledger().spec
    assert sorted(one["id"] for one in spec["claims"]) == sorted(claims())
    assert spec["filters"] and list(spec["evidence"]) == list(EVIDENCE) and list(spec["safety"]) == list(SAFETY)
    for sent in spec["claims"]:
        c = claim(sent["id"])
        assert (sent["article"], sent["finding"], sent["say"]) == (c.article, c.finding, c.say)
        assert (sent["evidence"], sent["safety"], sent["topic"]) == (c.evidence, c.safety, c.topic)
        assert [one["short"] for one in sent["sources"]] == [reference(key).short for key in c.sources]


def test_a_lessons_claims_use_the_same_card_without_filters():
    one = card.claims("C02", "C05")
    assert [c["label"] for c in one.spec["claims"]] == ["C02", "C05"] and not one.spec["filters"]
    assert repr(one) == "Ledger(C02, C05)"


def test_a_choice_that_nothing_fits_is_told_in_words():
    assert isinstance(card.ledger(topic="safety", lesson="00"), Prose)
    with pytest.raises(UnknownName):
        card.ledger(topic="walkin")


def test_the_text_behind_the_card_folds_every_verdict():
    one = card.ledger(lesson="07")
    outside = re.sub(r"<details>.*?</details>", "", one._text.markup, flags=re.S)
    assert claim("C49").article in one._text.plain and claim("C49").finding not in outside
