"""Before and after: angles in words, and a change within the error of the test is not a result."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iliopsoas.course.measure import ERROR_DEG, MOST_DEG, SIDES, SOURCES, Reading, angle_change, scale_change
from iliopsoas.sources import reference

readings = st.builds(Reading, st.floats(0, MOST_DEG), st.sampled_from(sorted(SIDES)))


def test_an_angle_is_said_in_words_and_never_with_a_sign():
    assert Reading(8, "short").words == "8° short of neutral (thigh above horizontal)"
    assert Reading(12, "beyond").words == "12° beyond neutral (thigh below horizontal)"
    assert Reading(0, "short").words == Reading(0, "beyond").words == "at neutral (thigh horizontal)"


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (Reading(8, "short"), Reading(6, "short"), "2° of change, within the error of the test (2°): not a result"),
        (Reading(6, "short"), Reading(8, "short"), "within the error"),
        (Reading(1, "short"), Reading(1, "beyond"), "within the error"),
        (Reading(5, "beyond"), Reading(5, "beyond"), "within the error"),
        (Reading(8, "short"), Reading(2, "short"), "6° further than before, more than the error"),
        (Reading(4, "short"), Reading(4, "beyond"), "8° further"),
        (Reading(4, "beyond"), Reading(4, "short"), "8° less far"),
        (Reading(8, "short"), Reading(5.5, "short"), "2.5° further"),
    ],
)
def test_a_change_is_a_result_only_beyond_the_error(before, after, says):
    assert says in angle_change(before, after)


@given(readings, readings)
def test_no_change_as_small_as_the_error_is_ever_told_as_one(before, after):
    signed = [r.degrees if r.side == "beyond" else -r.degrees for r in (before, after)]
    small = abs(signed[1] - signed[0]) <= ERROR_DEG
    assert ("not a result" in angle_change(before, after)) == small
    assert ("further" in angle_change(before, after)) == (not small and signed[1] > signed[0])


def test_a_complaint_from_0_to_10_is_compared_and_promises_nothing():
    assert scale_change(6, 4).startswith("2 less")
    assert scale_change(4, 4).startswith("The same number")
    assert "stop rule" in scale_change(4, 6)


@pytest.mark.parametrize("bad", [-1, 61, True, None, "8", float("nan")])
def test_what_cannot_be_an_angle_is_refused(bad):
    with pytest.raises(ValueError, match="degrees is"):
        Reading(bad, "short")


def test_a_side_and_a_number_that_there_are_not_are_refused():
    with pytest.raises(ValueError, match="side is 'above'"):
        Reading(8, "above")
    with pytest.raises(ValueError, match="after is 11"):
        scale_change(3, 11)


def test_the_error_has_a_source():
    assert [reference(key).short for key in SOURCES]
