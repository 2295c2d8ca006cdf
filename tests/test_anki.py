"""The deck for Anki: questions and cases once each, ids that stay, pictures with words, messages that help."""

from __future__ import annotations

import json
import re
import sqlite3
import sys
import zipfile

import numpy as np
import pytest

from iliopsoas.cli import main
from iliopsoas.course.questions import questions
from iliopsoas.learning.bank import bank, is_on_plate
from iliopsoas.publish import anki

SOME = [
    next(q for q in questions().values() if q.kind == "click"),
    next(q for q in questions().values() if q.kind == "choice" and q.plate is None),
    next(q for q in bank().values() if q.vignette),
]


@pytest.fixture(scope="module")
def deck(tmp_path_factory):
    pytest.importorskip("genanki", reason="genanki is not installed; `uv sync --group anki` does it")
    path = tmp_path_factory.mktemp("anki") / "some.apkg"
    assert anki.write(path, SOME) == len(SOME)
    with zipfile.ZipFile(path) as packed:
        media = {name: packed.read(number) for number, name in json.loads(packed.read("media")).items()}
        collection = path.with_name("collection.anki2")
        collection.write_bytes(packed.read("collection.anki2"))
    base = sqlite3.connect(collection)
    notes = base.execute("select guid, tags, flds from notes").fetchall()
    decks = json.loads(base.execute("select decks from col").fetchone()[0])
    assert base.execute("pragma integrity_check").fetchone() == ("ok",)
    assert base.execute("select count(*) from cards").fetchone() == (len(SOME),), "one card a question"
    base.close()
    return notes, media, decks


def test_a_card_keeps_its_id_so_that_a_newer_deck_forgets_no_date(deck):
    genanki = pytest.importorskip("genanki")
    notes, _, decks = deck
    assert {guid for guid, _, _ in notes} == {genanki.guid_for("iliopsoas", q.id) for q in SOME}
    assert decks[str(anki.DECK_ID)]["name"] == "Iliopsoas"


def test_no_card_shows_a_picture_that_the_file_lacks_and_none_is_packed_for_nothing(deck):
    notes, media, _ = deck
    shown = {name for _, _, fields in notes for name in re.findall(r'<img src="([^"]+)"', fields)}
    assert shown == set(media)
    assert all(data.startswith((b"\x89PNG", b"\xff\xd8", b"RIFF")) for data in media.values())


def test_a_picture_stands_on_the_card_with_its_words_and_in_the_file(deck):
    notes, media, _ = deck
    fields = {q.id: next(f for _, _, f in notes if f.startswith(q.id)).split("\x1f") for q in SOME}
    _, front, back = fields[SOME[0].id]
    shown = re.findall(r'<img src="([^"]+)" alt="([^"]+)">', front + back)
    assert len(shown) == 2 and {name for name, _ in shown} == set(media)
    assert all(len(alt.split()) > 10 for _, alt in shown)
    assert SOME[0].solution not in front and f"Marked: {SOME[0].solution}" in back
    assert media[shown[0][0]] != media[shown[1][0]], "bare in front, marked behind"
    assert SOME[1].solution in fields[SOME[1].id][2]


@pytest.mark.parametrize("q", bank().values(), ids=lambda q: q.id)
def test_every_card_asks_and_answers_and_a_picture_gives_nothing_away(q):
    front, back = anki.front(q), anki.back(q)
    assert q.why.split(".")[0].replace("&", "&amp;")[:20] in back
    assert "<img" in front if is_on_plate(q) else "<img" not in front
    assert ("<img" in back) == (q.plate is not None)
    assert ("Safety" in front) == q.safety
    if q.kind == "click":
        assert anki.picture_name(q, is_told=False) != anki.picture_name(q, is_told=True)


def test_what_a_card_marks_has_a_line_round_it():
    """The plate of iliacus, which is gold by nature: with and without the mark."""
    q = next(q for q in questions().values() if q.kind == "label" and q.plate and q.plate.structure == "iliacus")

    def blue(marked):
        seen = np.asarray(anki._picture(q.plate, marked).convert("RGB")).astype(int)
        return int((np.abs(seen - (11, 87, 164)).max(axis=2) < 40).sum())

    assert blue(False) == 0 and blue(True) > 200


def test_names_of_pictures_differ_where_pictures_differ():
    by_name = {}
    for q in bank().values():
        for name, (place, marked) in anki._pictures(q):
            what = (place.folio, place.view, place.off, (place.stop or place.structure) if marked else "")
            assert by_name.setdefault(name, what) == what


def test_without_genanki_it_is_said_how_to_get_it(monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "genanki", None)
    assert main(["anki", str(tmp_path / "x.apkg")]) == 1
    said = capsys.readouterr().err
    assert "genanki" in said and "uv run --extra anki" in said and "pip install genanki" in said


def test_another_ending_is_refused(tmp_path, capsys):
    assert main(["anki", str(tmp_path / "x.zip")]) == 2
    assert ".apkg" in capsys.readouterr().err
