"""The named poses: their angles are those of their sources, and a bad row is refused by file, entry and field."""

import re

import pytest

from iliopsoas.atlas.poses import named_pose, named_poses, read_poses
from iliopsoas.body.muscle import muscle
from iliopsoas.body.pose import Pose
from iliopsoas.sources import DataError, UnknownName, reference

GOOD = """
[[pose]]
id = "deep"
name = "Deep sitting"
hip_flexion_deg = 90
sd_deg = 16
rests_on = "measured"
people = "ten adults"
sentence = "Sitting deep."
sources = ["verhaegen2022"]
"""


def test_every_named_pose_is_a_pose_and_says_what_it_rests_on():
    for id, named in named_poses().items():
        pose = Pose(**named.angles)
        assert pose.hip_flexion_deg == named.hip_flexion_deg
        assert named.basis, id
        assert all(reference(key) for key in named.sources)
        assert bool(named.people and named.sources) == (named.rests_on == "measured"), id


@pytest.mark.parametrize(
    ("id", "flexion_deg", "sd_deg", "source"),
    [
        ("deep_sitting_men", 90.3, 16.4, "verhaegen2022"),
        ("deep_sitting_women", 96.4, 18.1, "verhaegen2022"),
        ("prayer_least", 74, None, "ariff2015"),
        ("prayer_most", 119, None, "ariff2015"),
    ],
)
def test_measured_angles_are_those_of_the_source(id, flexion_deg, sd_deg, source):
    named = named_pose(id)
    assert (named.hip_flexion_deg, named.sd_deg, named.sources) == (flexion_deg, sd_deg, (source,))
    assert named.basis.startswith("Measured: ")


def test_an_angle_without_a_source_says_so():
    for id in ("step_up_lead", "late_stance", "chair_sitting"):
        assert named_pose(id).basis == "Schematic angle, no source."


def test_bent_poses_shorten_the_psoas_and_the_end_of_stance_lengthens_it():
    for named in named_poses().values():
        mm = muscle("psoas_major").change(Pose(**named.angles)).mm
        assert (mm < 0) == (named.hip_flexion_deg > 0) and (mm > 0) == (named.hip_flexion_deg < 0), named.id


def test_an_unknown_pose_names_close_ones():
    with pytest.raises(UnknownName, match="deep_sitting_men"):
        named_pose("deep_sitting")


def test_a_good_row_is_read():
    angles = read_poses(GOOD)["deep"].angles
    assert angles.pop("hip_flexion_deg") == 90
    assert set(angles.values()) == {0} and len(angles) == 5


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('sources = ["verhaegen2022"]', "", "sources"),
        ('people = "ten adults"', "", "people"),
        ('rests_on = "measured"', 'rests_on = "guessed"', "rests_on"),
        ('rests_on = "measured"', 'rests_on = "schematic"', "people"),
        ('rests_on = "measured"\npeople = "ten adults"', 'rests_on = "schematic"', "sd_deg"),
        ('sd_deg = 16\nrests_on = "measured"\npeople = "ten adults"', 'rests_on = "zero"', "rests_on"),
        ("hip_flexion_deg = 90", 'hip_flexion_deg = "90"', "hip_flexion_deg"),
        ("hip_flexion_deg", "hip_flexion", "hip_flexion"),
    ],
)
def test_a_bad_row_is_refused_by_entry_and_field(old, new, field):
    assert old in GOOD
    with pytest.raises(DataError, match=re.escape(f"poses.toml, entry 'deep', field '{field}'")):
        read_poses(GOOD.replace(old, new))
