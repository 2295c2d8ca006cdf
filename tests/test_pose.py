"""Poses: what they refuse, what their words say, and the one line that brings them back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iliopsoas import Pose
from iliopsoas.body.pose import checked_values

LIMITS = Pose.limits()


def poses() -> st.SearchStrategy[Pose]:
    return st.builds(Pose, **{name: st.floats(limit.low, limit.high) for name, limit in LIMITS.items()})


@given(poses())
def test_state_brings_a_pose_back(pose):
    assert Pose.from_state(pose.state) == pose
    assert "\n" not in pose.state


def test_state_says_only_what_is_not_zero():
    assert Pose(hip_flexion_deg=37.5, knee_flexion_deg=10).state == "hip_flexion_deg=37.5 knee_flexion_deg=10"
    assert Pose().state == "standing"
    assert Pose.from_state(" standing ") == Pose.from_state("") == Pose()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hip_flexion=30", "hip_flexion_deg"),
        ("hip_flexion_deg=thirty", "field=number"),
        ("hip_flexion_deg 30", "field=number"),
        ("hip_flexion_deg=nan", "field=number"),
        ("hip_flexion_deg=130", "from -30 \\(extension\\) to 120 \\(flexion\\)"),
        ("knee_flexion_deg=1 knee_flexion_deg=2", "twice"),
    ],
)
def test_a_bad_line_is_refused_with_what_to_write(text, words):
    with pytest.raises(ValueError, match=words):
        Pose.from_state(text)


@pytest.mark.parametrize("name", LIMITS)
def test_limits_are_allowed_and_beyond_them_nothing(name):
    limit = LIMITS[name]
    for value in (limit.low, limit.high):
        assert getattr(Pose(**{name: value}), name) == value
    for value in (limit.low - 0.01, limit.high + 0.01, float("nan"), float("inf"), -float("inf")):
        with pytest.raises(ValueError, match=f"{name} is .*{limit.low:g}.*{limit.high:g}"):
            Pose(**{name: value})


@pytest.mark.parametrize("value", ["30", True, np.True_, None, 1j, [30.0]])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match=r"hip_flexion_deg is .* allowed are numbers from -30"):
        Pose(hip_flexion_deg=value)


def test_numbers_of_any_kind_make_the_same_pose():
    assert {Pose(hip_flexion_deg=kind(30)) for kind in (int, float, np.float32, np.int16)} == {Pose(hip_flexion_deg=30)}
    assert hash(Pose(hip_flexion_deg=-0.0)) == hash(Pose())
    assert Pose(hip_flexion_deg=-0.0).state == "standing"


def test_a_pose_cannot_be_changed_but_replaced():
    pose = Pose(hip_flexion_deg=30)
    with pytest.raises(AttributeError):
        pose.hip_flexion_deg = 40
    assert pose.replace(knee_flexion_deg=20) == Pose(hip_flexion_deg=30, knee_flexion_deg=20)
    with pytest.raises(ValueError, match="hip_flexion_deg is 121"):
        pose.replace(hip_flexion_deg=121)


def test_signs_are_words():
    assert LIMITS["hip_flexion_deg"].words(-15) == "15° extension"
    assert LIMITS["hip_adduction_deg"].words(-10) == "10° abduction"
    assert LIMITS["hip_rotation_deg"].words(10) == "10° internal rotation"
    assert LIMITS["pelvic_tilt_deg"].words(7.5) == "7.5° anterior tilt"
    assert LIMITS["lumbar_flexion_deg"].words(0) == "0°"
    assert LIMITS["breath_l"].words(0.5) == "0.5 L above rest"


@given(st.floats(-10, 10), st.floats(-10, 10))
def test_tilting_between_thigh_and_chest_moves_neither(first, second):
    pose = Pose(hip_flexion_deg=10, pelvic_tilt_deg=first)
    tilted = pose.tilted(second)
    assert tilted.thigh_to_vertical_deg == pytest.approx(pose.thigh_to_vertical_deg)
    chest = [p.pelvic_tilt_deg + p.lumbar_flexion_deg for p in (pose, tilted)]
    assert chest[0] == pytest.approx(chest[1])
    assert tilted.hip_flexion_deg - pose.hip_flexion_deg == pytest.approx(second - first)


def test_many_values_are_checked_as_one_is():
    assert checked_values("hip_flexion_deg", [1, 2]).tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match="hip_flexion_deg is 121; allowed"):
        checked_values("hip_flexion_deg", [[0, 121], [500, 0]])
    with pytest.raises(ValueError, match="hip_flexion_deg is nan"):
        checked_values("hip_flexion_deg", [0, np.nan])
    with pytest.raises(ValueError, match="holds bool"):
        checked_values("hip_flexion_deg", [True])
    with pytest.raises(ValueError, match="Did you mean 'hip_flexion_deg'"):
        checked_values("hip_flexion", [0])
