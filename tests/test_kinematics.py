"""Where the bones are: signs, order of turns, the knee, the spine, and left as the mirror image of right."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iliopsoas import Pose
from iliopsoas.atlas.joints import VERTEBRAE, joints
from iliopsoas.body.kinematics import (
    BONES,
    Angles,
    Skeleton,
    about,
    body_fixed_xyz,
    pelvis_in_room,
    placement,
    segment_flexion_deg,
)
from iliopsoas.sources import UnknownName

HIP = np.array([-0.056276, -0.07849, 0.07726])
DOWN = np.array([0.0, -0.4, 0.0])
LIMITS = Pose.limits()
any_pose = st.builds(Pose, **{name: st.floats(limit.low, limit.high) for name, limit in LIMITS.items()})


def test_in_standing_femur_and_vertebrae_are_not_turned():
    for bone in ("pelvis", "femur", *VERTEBRAE):
        assert (placement(Pose(), bone).turn == np.eye(3)).all()
    assert (placement(Pose(), "femur").origin == HIP).all()
    assert (pelvis_in_room(Pose()).place([0.1, 0.2, 0.3]) == [0.1, 0.2, 0.3]).all()


@pytest.mark.parametrize(
    ("pose", "towards"),
    [
        (Pose(hip_flexion_deg=30), [1, 0, 0]),
        (Pose(hip_flexion_deg=-20), [-1, 0, 0]),
        (Pose(hip_adduction_deg=15), [0, 0, -1]),
        (Pose(hip_adduction_deg=-30), [0, 0, 1]),
    ],
)
def test_the_word_of_a_hip_angle_is_where_the_knee_goes(pose, towards):
    moved = placement(pose, "femur").place(DOWN) - (HIP + DOWN)
    assert moved @ np.array(towards) > 0.05


def test_internal_rotation_turns_the_front_of_the_thigh_to_the_midline():
    assert placement(Pose(hip_rotation_deg=20), "femur").turn[2, 0] < -0.3
    assert placement(Pose(hip_rotation_deg=20), "femur", "l").turn[2, 0] > 0.3


def test_knee_flexion_takes_the_heel_backwards():
    heel = placement(Pose(knee_flexion_deg=90), "tibia").place([0.0, -0.4, 0.0])
    straight = placement(Pose(), "tibia").place([0.0, -0.4, 0.0])
    assert heel[0] < straight[0] - 0.3


def test_hip_turns_are_body_fixed_in_the_order_flexion_adduction_rotation():
    pose = Pose(hip_flexion_deg=60, hip_adduction_deg=-20, hip_rotation_deg=30)
    z, x, y = np.radians([60, -20, 30])
    expected = about("z", z) @ about("x", x) @ about("y", y)
    assert placement(pose, "femur").turn == pytest.approx(expected)
    axes = Skeleton(Angles.of(pose)).hip_axes
    assert axes["adduction"] == pytest.approx([np.cos(z), np.sin(z), 0])  # carried along by the flexion
    assert axes["rotation"] == pytest.approx(expected[:, 1])  # the axis of the femur


def test_tilt_and_lumbar_flexion_have_clinical_signs():
    asis = [0.0, 0.0, 0.11]
    assert pelvis_in_room(Pose(pelvic_tilt_deg=10)).place(asis)[1] < -0.005  # front of the pelvis down
    assert placement(Pose(lumbar_flexion_deg=20), "l1").origin[0] > placement(Pose(), "l1").origin[0] + 0.02
    hips = np.array([HIP, HIP * [1, 1, -1]])
    assert pelvis_in_room(Pose(pelvic_tilt_deg=40)).place(hips) == pytest.approx(hips)


def test_lumbar_flexion_is_shared_by_the_published_coefficients():
    found = segment_flexion_deg(Pose(lumbar_flexion_deg=40))
    assert found == pytest.approx({"l5_s1": 5.0, "l4_l5": 7.4, "l3_l4": 8.16, "l2_l3": 9.24, "l1_l2": 10.2})
    l1 = placement(Pose(lumbar_flexion_deg=40), "l1").turn
    assert l1 == pytest.approx(about("z", -np.radians(40)))


@pytest.mark.parametrize("angle", ["lumbar_bending", "lumbar_rotation"])
def test_the_whole_of_every_lumbar_angle_reaches_l1(angle):
    still = {field: np.array(0.0) for field in Angles.__dataclass_fields__}
    turned = Skeleton(Angles(**{**still, angle: np.array(0.3)}))["l1"].turn
    assert turned == pytest.approx(about("x" if angle == "lumbar_bending" else "y", 0.3))


@given(any_pose)
def test_neighbouring_vertebrae_share_their_joint(pose):
    for row in joints().lumbar.values():
        below = np.array(row.below_m) + (joints().spine_moved_m if row.below == "pelvis" else np.zeros(3))
        assert placement(pose, row.below).place(below) == pytest.approx(placement(pose, row.above).place(row.above_m))


@given(any_pose, st.sampled_from(BONES))
def test_a_placement_is_rigid_and_mirrors(pose, bone):
    right, left = placement(pose, bone), placement(pose, bone, "l")
    assert right.turn @ right.turn.T == pytest.approx(np.eye(3), abs=1e-12)
    assert np.linalg.det(right.turn) == pytest.approx(1)
    point = np.array([0.01, -0.2, 0.03])
    flip = np.array([1, 1, -1])
    assert left.place(point * flip) == pytest.approx(right.place(point) * flip, abs=1e-15)
    assert right.local(right.place(point)) == pytest.approx(point)
    assert right.inverse.place(right.place(point)) == pytest.approx(point)


@given(any_pose)
def test_only_its_own_angles_move_a_bone(pose):
    leg = pose.replace(lumbar_flexion_deg=0, pelvic_tilt_deg=0, breath_l=0)
    for bone in ("femur", "tibia", "patella"):
        assert (placement(pose, bone).origin == placement(leg, bone).origin).all()
    spine = Pose(lumbar_flexion_deg=pose.lumbar_flexion_deg)
    for bone in VERTEBRAE:
        assert (placement(pose, bone).turn == placement(spine, bone).turn).all()


@given(st.floats(0, 139.9))
def test_knee_and_kneecap_move_smoothly(knee):
    for bone in ("tibia", "patella"):
        a, b = (placement(Pose(knee_flexion_deg=k), bone) for k in (knee, knee + 0.1))
        assert np.abs(a.origin - b.origin).max() < 2e-4
        assert np.abs(a.turn - b.turn).max() < 3e-3


def test_many_points_and_many_poses():
    points = np.arange(6.0).reshape(2, 3)
    many = Skeleton(Angles.of(Pose(), hip_flexion_deg=[0, 30, 60]))["femur"]
    assert many.place(points).shape == (3, 2, 3)
    one = placement(Pose(hip_flexion_deg=60), "femur")
    assert many.place(points)[2] == pytest.approx(one.place(points))
    assert many.place(points[1])[2] == pytest.approx(one.place(points)[1])


def test_body_fixed_turns_are_made_about_the_turned_axes():
    assert body_fixed_xyz([0, 0, 0.3]) == pytest.approx(about("z", 0.3))
    quarter = np.pi / 2
    assert body_fixed_xyz([quarter, quarter, 0]) @ [0, 0, 1] == pytest.approx([1, 0, 0])


def test_unknown_bones_and_sides_are_refused():
    with pytest.raises(UnknownName, match="femur"):
        placement(Pose(), "fmur")
    with pytest.raises(ValueError, match="neither"):
        placement(Pose(), "femur", "right")
