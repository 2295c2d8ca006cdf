"""Consent: every element is said, the rehearsal can be passed and failed, and a change of mind ends the work."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iliopsoas.course.consent import FILE, consent, read_consent, rehearse
from iliopsoas.sources import DataError, UnknownName, reference

DATA = consent()


def right_way():
    """Return the right reply to each scene, in order."""
    replies = []
    while (scene := rehearse(replies).scene) is not None:
        replies.append(next(k for k, reply in enumerate(scene.choices) if reply.right))
    return replies


def test_the_elements_are_those_that_the_standard_names():
    assert set(DATA.elements) >= {"nature", "purpose", "risks", "alternatives", "stop"}
    assert DATA.missing(DATA.elements) == ()
    assert [e.id for e in DATA.missing(["nature", "purpose"])] == ["risks", "alternatives", "stop", "company"]
    with pytest.raises(UnknownName, match="signature"):
        DATA.missing(["signature"])


def test_the_right_replies_cover_every_element_and_end_when_the_client_stops():
    end = rehearse(right_way())
    assert (end.scene, end.wrong, end.covered) == (None, 0, tuple(DATA.elements))
    last = list(DATA.scenes.values())[-1]
    assert "rather stop" in last.client
    assert next(reply for reply in last.choices if reply.right).next == "end"


def test_the_client_changes_her_mind_half_way_and_going_on_is_wrong():
    scene = DATA.scenes["half_way"]
    going_on = next(reply for reply in scene.choices if reply.text.startswith("Go on"))
    assert not going_on.right


@given(st.lists(st.integers(0, 3), max_size=12))
def test_no_wrong_reply_leads_on(tried):
    replies, expected = [], 0
    for reply in tried:
        here = rehearse(replies).scene
        if here is None or reply >= len(here.choices):
            continue
        replies.append(reply)
        expected += not here.choices[reply].right
        if not here.choices[reply].right:
            assert rehearse(replies).scene == here
    assert rehearse(replies).wrong == expected


@pytest.mark.parametrize("replies", [[9], [-1], [True], ["1"], [*right_way(), 0]])
def test_a_reply_that_there_is_not_is_refused(replies):
    with pytest.raises(ValueError, match="reply"):
        rehearse(replies)


def test_levels_and_drapes_say_what_may_not_be():
    assert [level.level for level in DATA.levels.values()] == [3, 4, 5]
    assert "belly or groin" in DATA.levels["level_3"].may_not
    assert set(DATA.drapes) == {"abdomen", "groin", "gluteal"}
    assert all(drape.never and len(drape.steps) >= 5 for drape in DATA.drapes.values())


def test_every_row_names_a_source():
    groups = (DATA.elements, DATA.levels, DATA.drapes, DATA.scenes)
    assert all(reference(key) for group in groups for row in group.values() for key in row.sources)


def package_text():
    from importlib.resources import files

    return files("iliopsoas.course").joinpath(FILE).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "entry", "field"),
    [
        ('next = "risk" }', 'next = "rsk" }', "start", "choices.next"),
        ('right = true, why = "What, where', 'right = false, why = "What, where', "start", "choices"),
        ('covers = ["nature", "purpose"]', 'covers = ["nature", "purpos"]', "start", "choices.covers"),
        ('covers = ["alternatives"]', "covers = []", "whole file", "scene"),
        ('and a promise that no study bears out.", next = "start"', 'and.", next = "risk"', "start", "choices.next"),
        ('next = "end" }', 'next = "start" }', "start", "choices.next"),
        ("level = 3", "level = 2", "level_3", "level"),
    ],
)
def test_a_bad_row_is_refused_by_file_entry_and_field(old, new, entry, field):
    text = package_text()
    assert old in text
    with pytest.raises(DataError) as caught:
        read_consent(text.replace(old, new, 1))
    assert (caught.value.file, caught.value.entry, caught.value.field) == (FILE, entry, field)
