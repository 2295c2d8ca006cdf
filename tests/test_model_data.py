"""The tables of the model: they are whole, and a bad row is refused by file, entry and field."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from iliopsoas.atlas.joints import VERTEBRAE, joints, read_joints
from iliopsoas.atlas.muscle_paths import paths, read_paths
from iliopsoas.sources import DataError, reference

JOINTS = files("iliopsoas.atlas").joinpath("joints.toml").read_text(encoding="utf-8")
PATHS = files("iliopsoas.atlas").joinpath("muscle_paths.toml").read_text(encoding="utf-8")


def test_every_number_has_a_source():
    tables = [joints().frames, joints().joints, joints().lumbar, paths().cylinders, paths().muscles, paths().fascicles]
    assert {row.source for table in tables for row in table.values()} == {"rajagopal2016", "christophy2012"}
    assert all(reference(key).text for key in ("rajagopal2016", "christophy2012", "delp2007"))


def test_eleven_fascicles_from_five_vertebrae():
    assert len(paths().fascicles) == 11
    assert {row.on for row in paths().fascicles.values()} == set(VERTEBRAE)
    assert sum(row.id.endswith("_process") for row in paths().fascicles.values()) == 5
    assert sum(row.id.endswith("_disc") for row in paths().fascicles.values()) == 4


def test_the_two_pelvis_frames_are_kept_apart():
    ours, theirs = joints().frames["rajagopal"], joints().frames["christophy"]
    assert ours.hip_m == (-0.056276, -0.07849, 0.07726)
    assert theirs.hip_m != ours.hip_m
    moved = joints().spine_moved_m
    assert [t + m for t, m in zip(theirs.brim_m[:2], moved[:2], strict=True)] == pytest.approx(ours.brim_m[:2])
    assert moved[2] == 0  # the spine stays in the midline
    assert paths().muscles["psoas_major"].path[1].at_m == ours.brim_m


@pytest.mark.parametrize("share", ["flexion_share", "bending_share", "rotation_share"])
def test_the_lumbar_joints_share_out_the_whole_angle(share):
    assert sum(getattr(row, share) for row in joints().lumbar.values()) == pytest.approx(1)


JOINT_FAULTS = [
    ("in_child_m = [0.0, 0.0, 0.0]", "in_child_m = [0.0, 0.0]", "hip", "in_child_m", "three numbers"),
    ("in_child_m = [0.0, 0.0, 0.0]", 'in_child_m = "0"', "hip", "in_child_m", "a list of numbers"),
    ("in_child_m = [0.0, 0.0, 0.0]", "in_child_m = [0.0, 0.0, nan]", "hip", "in_child_m", "a number"),
    ('child = "tibia"', 'child = "tibea"', "knee", "child", "Did you mean 'tibia'"),
    ("in_parent_m = [-0.056276", "in_parent_m = [-0.0707", "hip", "in_parent_m", "hip centre of our frame"),
    ('source = "christophy2012"', 'source = "christophi2012"', "christophy", "source", "Did you mean 'christophy2012'"),
    ("values = [0.0, 0.059461,", "values = [0.059461,", "knee_turn_y", "values", "a value for each"),
    ("at_rad = [0.0, 0.174533,", "at_rad = [0.2, 0.174533,", "knee_turn_z", "values", "rising angles"),
    ('id = "kneecap"\n', 'id = "knee_cap"\n', "kneecap", "", "hip, knee, kneecap"),
    ('id = "christophy"\n', 'id = "other"\n', "christophy", "", "rajagopal, christophy"),
    ("flexion_share = 0.185", "flexion_share = 0.19", "lumbar_joint", "flexion_share", "add up to 1"),
    ('below = "l5"', 'below = "l3"', "l4_l5", "above", "from below upwards"),
    ('axis = "z"', 'axis = "w"', "knee_turn_z", "axis", "x, y, z"),
]


@pytest.mark.parametrize(("old", "new", "entry", "field", "words"), JOINT_FAULTS)
def test_a_bad_joint_is_refused_by_name(old, new, entry, field, words):
    assert old in JOINTS
    with pytest.raises(DataError, match=re.escape(words)) as caught:
        read_joints(JOINTS.replace(old, new, 1), file="mine.toml")
    assert (caught.value.file, caught.value.entry, caught.value.field) == ("mine.toml", entry, field)


PATH_FAULTS = [
    ("radius_m = 0.05\n", "radius_m = 0.0\n", "psoas_brim", "radius_m", "above 0"),
    ('half = "-y"', 'half = "-z"', "psoas_brim", "half", "-x, +x, -y, +y, all"),
    ('on = "femur", at_m = [-0.0132', 'on = "femr", at_m = [-0.0132', "psoas_major", "path.on", "Did you mean 'femur'"),
    ("at_m = [-0.0132, -0.0467, 0.0046]", "at_m = [-0.0132, -0.0467]", "psoas_major", "path.at_m", "three numbers"),
    ('cylinder = "psoas_brim"', 'cylinder = "brim"', "psoas_major", "cylinder", "psoas_brim"),
    ("from_point = 2\n", "", "psoas_major", "from_point", "with a cylinder"),
    ("from_point = 2\n", "from_point = 4\n", "psoas_major", "from_point", "before the last"),
    ("fibre_m = 0.1169\n", "", "psoas_major", "fibre_m", "is required"),
    ('muscle = "psoas_major"', 'muscle = "psoas"', "l1_body", "muscle", "psoas_major"),
    ('muscle = "psoas_major"', 'muscle = "iliacus"', "l1_body", "muscle", "the brim point"),
    ('on = "l1"', 'on = "t12"', "l1_body", "on", "l5, l4"),
]


@pytest.mark.parametrize(("old", "new", "entry", "field", "words"), PATH_FAULTS)
def test_a_bad_path_is_refused_by_name(old, new, entry, field, words):
    assert old in PATHS
    with pytest.raises(DataError, match=re.escape(words)) as caught:
        read_paths(PATHS.replace(old, new, 1), file="mine.toml")
    assert (caught.value.file, caught.value.entry, caught.value.field) == ("mine.toml", entry, field)


def test_a_path_of_one_point_is_refused():
    short = re.sub(r"path = \[\n.*\n.*\n.*\n.*\n\]", 'path = [{ on = "femur", at_m = [0, 0, 0] }]', PATHS, count=1)
    assert short != PATHS
    with pytest.raises(DataError, match="at least two points"):
        read_paths(short)
