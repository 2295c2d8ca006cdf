"""Fascicles held to the spine: one line with the straight ones in standing, less shortened by a bent spine."""

import numpy as np
import pytest

from iliopsoas.atlas.joints import VERTEBRAE, joints
from iliopsoas.body.held import held
from iliopsoas.body.kinematics import placement
from iliopsoas.body.muscle import fascicles
from iliopsoas.body.pose import Pose
from iliopsoas.plates.pose_words import pose_facts

every_fascicle = pytest.mark.parametrize("fascicle", fascicles(), ids=lambda f: f.id)


@every_fascicle
def test_in_standing_both_are_one_line(fascicle):
    standing = Pose()
    assert held(fascicle).length_mm(standing) == pytest.approx(fascicle.length_mm(standing), abs=1e-9)
    for joint in joints().lumbar:
        assert held(fascicle).lumbar_arm_mm(standing, joint) == pytest.approx(
            fascicle.lumbar_arm_mm(standing, joint), abs=1e-9
        )


@every_fascicle
def test_it_has_one_point_on_each_vertebra_that_it_passes_and_they_go_with_it(fascicle):
    passed = VERTEBRAE[: VERTEBRAE.index(fascicle.on)][::-1]
    points = held(fascicle).line.points[1 : 1 + len(passed)]
    assert tuple(bone for bone, _ in points) == passed
    bent = Pose(lumbar_flexion_deg=50)
    for k, (bone, at) in enumerate(points):
        np.testing.assert_allclose(held(fascicle).path(bent)[k + 1], placement(bent, bone).place(at), atol=1e-12)


@every_fascicle
def test_at_the_hip_nothing_differs(fascicle):
    pose = Pose(hip_flexion_deg=70, hip_adduction_deg=-10, hip_rotation_deg=15)
    assert held(fascicle).change(pose).mm == pytest.approx(fascicle.change(pose).mm, abs=1e-9)
    assert held(fascicle).moment_arm_mm(pose, "flexion") == pytest.approx(fascicle.moment_arm_mm(pose, "flexion"))


@every_fascicle
def test_a_spine_bent_far_shortens_it_less_than_a_string(fascicle):
    pose = Pose(lumbar_flexion_deg=60)
    less_mm = held(fascicle).change(pose).mm - fascicle.change(pose).mm
    assert less_mm >= -1e-9 and (less_mm > 10) == (fascicle.on == "l1")


def test_the_lab_tells_both_where_they_differ():
    (bent,) = [f.text for f in pose_facts(Pose(lumbar_flexion_deg=45)) if f.name == "fascicle_l1_body_change_mm"]
    mm = held(next(f for f in fascicles() if f.id == "l1_body")).change(Pose(lumbar_flexion_deg=45)).mm
    assert bent.endswith(
        f"; held to the vertebrae that it passes, {abs(mm):.1f} mm {'shorter' if mm < 0 else 'longer'}."
    )
    (little,) = [f.text for f in pose_facts(Pose(lumbar_flexion_deg=10)) if f.name == "fascicle_l1_body_change_mm"]
    assert "held" not in little
