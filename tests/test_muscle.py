"""The muscle model: reference values, what must hold in every pose, and what is refused."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from iliopsoas import Pose, fascicles, muscle
from iliopsoas.body.muscle import muscles
from iliopsoas.sources import UnknownName
from model_reference import (
    AXES,
    FIELDS,
    HIP,
    JOINTS,
    LUMBAR,
    RANGE,
    TOLERANCE_MM,
    end_inside_cylinder,
    lines,
    ours,
    random_poses,
    read,
)

LIMITS = Pose.limits()
KNEE = {"rectus_femoris", "tensor_fasciae_latae", "sartorius"}
LINES = [*lines().values(), *fascicles()]
BY_ID = {line.id: line for line in LINES}
LEFT = {line.id: line for line in (*(muscle(id, "l") for id in muscles()), *fascicles(side="l"))}

any_line = st.sampled_from(sorted(BY_ID)).map(BY_ID.__getitem__)
any_pose = st.builds(Pose, **{name: st.floats(limit.low, limit.high) for name, limit in LIMITS.items()})
common_pose = st.builds(Pose, **{name: st.floats(low, high) for name, (low, high) in RANGE.items()})


# ---------------------------------------------------------------- against the published engine and the published text


@pytest.mark.parametrize("id", muscles())
def test_the_hip_model_agrees_with_the_engine(id):
    rows = [row for row in read(HIP) if row[0] == id]
    assert len(rows) >= 30
    poses = {field: np.array([pose[field] for _, pose, _ in rows]) for field in FIELDS}
    off = np.abs(ours(muscle(id), poses) - [values for _, _, values in rows])
    assert (off.max(0) <= TOLERANCE_MM[id]).all(), dict(zip(("length", *AXES), off.max(0), strict=True))


@pytest.mark.parametrize("id", [fascicle.id for fascicle in fascicles()])
def test_the_fascicles_agree_with_the_engine(id):
    fascicle = BY_ID[id]
    for _, angles, (length, *arms) in [row for row in read(LUMBAR) if row[0] == id]:
        pose = Pose(**angles)
        assert fascicle.length_mm(pose) == pytest.approx(length, abs=0.05)
        assert [fascicle.lumbar_arm_mm(pose, joint) for joint in JOINTS] == pytest.approx(arms, abs=0.001)


def test_the_reference_covers_every_line():
    assert {row[0] for row in read(HIP)} == set(muscles())
    assert {row[0] for row in read(LUMBAR)} == {fascicle.id for fascicle in fascicles()}


@pytest.mark.parametrize(("flexion_deg", "change_mm"), [(-20, 8.3), (30, -13.4), (60, -29.5), (80, -41.5), (90, -47.4)])
def test_psoas_changes_length_as_the_course_says(flexion_deg, change_mm):
    assert muscle("psoas_major").change(Pose(hip_flexion_deg=flexion_deg)).mm == pytest.approx(change_mm, abs=0.051)


@pytest.mark.parametrize(("flexion_deg", "arm_mm"), [(0, 24.1), (60, 33.4)])
def test_psoas_is_levered_as_the_course_says(flexion_deg, arm_mm):
    assert muscle("psoas_major").moment_arm_mm(Pose(hip_flexion_deg=flexion_deg), "flexion") == pytest.approx(
        arm_mm, abs=0.051
    )


def test_psoas_flexes_the_hip_in_every_pose_in_range():
    poses = random_poses(20_000, seed=3)
    assert muscle("psoas_major").moment_arms_mm("flexion", **poses).min() > 10
    alone = muscle("psoas_major").moment_arms_mm("flexion", hip_flexion_deg=np.arange(-30, 120.5, 0.5))
    assert alone.min() > 5


# ---------------------------------------------------------------- what must hold in every pose


@given(any_line, any_pose, st.sampled_from(list(zip(AXES, FIELDS, strict=False))))
def test_an_arm_is_how_much_the_path_shortens(line, pose, axis_and_field):
    axis, field = axis_and_field
    h = 1e-4
    here = min(max(getattr(pose, field), LIMITS[field].low + h), LIMITS[field].high - h)
    before, after = line.lengths_mm(pose, **{field: [here - h, here + h]})
    arm = line.moment_arms_mm(axis, pose, **{field: here})
    assert arm == pytest.approx((before - after) / np.radians(2 * h), abs=0.02)


@given(st.sampled_from(fascicles()), any_pose)
def test_lumbar_arms_add_up_to_the_change_by_lumbar_flexion(fascicle, pose):
    h = 1e-4
    here = min(max(pose.lumbar_flexion_deg, -25 + h), 60 - h)
    before, after = fascicle.lengths_mm(pose, lumbar_flexion_deg=[here - h, here + h])
    shares = {"l5_s1": 0.125, "l4_l5": 0.185, "l3_l4": 0.204, "l2_l3": 0.231, "l1_l2": 0.255}
    arm = sum(share * fascicle.lumbar_arm_mm(pose, joint) for joint, share in shares.items())
    assert arm == pytest.approx((before - after) / np.radians(2 * h), abs=0.05)


@given(any_line, common_pose, common_pose, st.floats(0, 1))
def test_a_small_step_is_a_small_change(line, one, other, part):
    """Along any way between two poses, a hundredth of a degree changes no length by more than an arm of 25 cm would."""
    names = [*FIELDS, "lumbar_flexion_deg"]
    a, b = (np.array([getattr(pose, name) for name in names]) for pose in (one, other))
    here = a + part * (b - a)
    step = 0.01 * (b - a) / max(np.abs(b - a).sum(), 1e-9)
    there = np.clip(here + step, [RANGE[name][0] for name in names], [RANGE[name][1] for name in names])
    lengths = line.lengths_mm(**{name: np.array([h, t]) for name, h, t in zip(names, here, there, strict=True)})
    assert abs(lengths[1] - lengths[0]) <= np.radians(0.01) * 250


@given(any_line, any_pose)
def test_the_left_mirrors_the_right_exactly(line, pose):
    left = LEFT[line.id]
    assert left.length_mm(pose) == line.length_mm(pose)
    assert [left.moment_arm_mm(pose, axis) for axis in AXES] == [line.moment_arm_mm(pose, axis) for axis in AXES]
    assert (left.path(pose) * [1, 1, -1] == line.path(pose)).all()


@given(any_line, any_pose)
def test_the_drawn_path_is_as_long_as_the_length_says(line, pose):
    assume(not end_inside_cylinder(line, asdict(pose)))
    path = line.path(pose, steps=200)
    assert np.linalg.norm(np.diff(path, axis=0), axis=1).sum() * 1e3 == pytest.approx(line.length_mm(pose), abs=0.3)


@given(any_pose, st.floats(-25, 60), st.floats(-120, 120))
def test_spine_and_tilt_change_nothing_in_the_hip_model(pose, lumbar, tilt):
    other = pose.replace(lumbar_flexion_deg=lumbar, pelvic_tilt_deg=tilt)
    for id in muscles():
        assert muscle(id).length_mm(other) == muscle(id).length_mm(pose)
        assert (muscle(id).path(other) == muscle(id).path(pose)).all()


def test_the_spine_changes_every_fascicle_and_tilt_alone_none():
    for fascicle in fascicles():
        assert abs(fascicle.change(Pose(lumbar_flexion_deg=40)).mm) > 0.5
        assert fascicle.change(Pose(pelvic_tilt_deg=30)).mm == 0
    # Tilted between a thigh and a chest that stay, the pelvis does change them, high ones by more than the hip alone.
    tucked = Pose().tilted(-10)
    assert all(fascicle.change(tucked).mm > 2 for fascicle in fascicles())
    assert muscle("psoas_major").change(tucked).mm == pytest.approx(4.2, abs=0.1)


@given(any_pose)
def test_at_the_hip_a_fascicle_is_levered_as_the_muscle_is(pose):
    whole = [muscle("psoas_major").moment_arm_mm(pose, axis) for axis in AXES]
    for fascicle in fascicles():
        assert [fascicle.moment_arm_mm(pose, axis) for axis in AXES] == pytest.approx(whole, abs=1e-9)


def test_the_knee_changes_what_crosses_it_and_nothing_else():
    changed = {id for id in muscles() if abs(muscle(id).change(Pose(knee_flexion_deg=60)).mm) > 0.1}
    assert changed == KNEE
    assert muscle("rectus_femoris").change(Pose(knee_flexion_deg=90)).mm > 50


def test_each_level_crosses_the_joints_below_it():
    assert [len(fascicle.crosses) for fascicle in fascicles()] == [5, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    for fascicle in fascicles():
        arms = {joint: fascicle.lumbar_arm_mm(Pose(), joint) for joint in JOINTS}
        assert {joint for joint, arm in arms.items() if arm} == set(fascicle.crosses)


def test_in_standing_processes_extend_the_upper_joints_and_all_flex_the_lowest():
    by_id = {fascicle.id: fascicle for fascicle in fascicles()}
    assert all(fascicle.lumbar_arm_mm(Pose(), "l5_s1") > 5 for fascicle in by_id.values())
    assert all(by_id[id].lumbar_arm_mm(Pose(), "l2_l3") < -10 for id in ("l1_process", "l2_process"))


def test_the_path_ends_on_its_bones():
    pose = Pose(hip_flexion_deg=50, hip_adduction_deg=-10, hip_rotation_deg=15)
    for id in muscles():
        path = muscle(id).path(pose)
        assert path[0] == pytest.approx(muscle(id).line.points[0][1])  # all begin on the pelvis
    tops = [fascicle.path(Pose())[0, 1] for fascicle in fascicles()]
    assert tops == sorted(tops, reverse=True)


# ---------------------------------------------------------------- many at once, words, errors


@pytest.mark.parametrize("line", [muscle("psoas_major"), muscle("rectus_femoris"), fascicles()[0]], ids=lambda m: m.id)
def test_a_sweep_is_its_poses_one_by_one(line):
    flexion, lumbar = np.array([[-20.0], [0.0], [75.0]]), np.array([0.0, 30.0])
    base = Pose(hip_adduction_deg=-10, knee_flexion_deg=20)
    lengths = line.lengths_mm(base, hip_flexion_deg=flexion, lumbar_flexion_deg=lumbar)
    arms = line.moment_arms_mm("rotation", base, hip_flexion_deg=flexion, lumbar_flexion_deg=lumbar)
    assert lengths.shape == arms.shape == (3, 2)
    for i, f in enumerate(flexion[:, 0]):
        for j, s in enumerate(lumbar):
            pose = base.replace(hip_flexion_deg=f, lumbar_flexion_deg=s)
            assert lengths[i, j] == pytest.approx(line.length_mm(pose), abs=1e-9)
            assert arms[i, j] == pytest.approx(line.moment_arm_mm(pose, "rotation"), abs=1e-9)


def test_a_sweep_is_checked_like_a_pose():
    psoas = muscle("psoas_major")
    with pytest.raises(ValueError, match="hip_flexion_deg is 125; allowed"):
        psoas.lengths_mm(hip_flexion_deg=[0, 125])
    with pytest.raises(ValueError, match="Did you mean 'hip_flexion_deg'"):
        psoas.lengths_mm(flexion_deg=[0])
    with pytest.raises(ValueError, match=r"do not broadcast: .*hip_rotation_deg.*3"):
        psoas.lengths_mm(hip_flexion_deg=[0, 1], hip_rotation_deg=[0, 1, 2])
    assert psoas.lengths_mm().shape == ()
    assert fascicles()[3].lumbar_arms_mm("l1_l2", lumbar_flexion_deg=[0, 10]).tolist() == [0, 0]


def test_a_change_names_what_it_is_a_share_of():
    change = muscle("psoas_major").change(Pose(hip_flexion_deg=90))
    assert change.text == "47.4 mm shorter: 20.7 % of the path of psoas major in standing (229 mm)"
    assert change.of_fibre is not None
    assert change.of_fibre.text == "40.5 % of the model's fibre of psoas major (117 mm)"
    highest = fascicles("psoas_major")[0].change(Pose(hip_flexion_deg=90))
    assert highest.of_fibre is None
    assert highest.of_path.value == pytest.approx(-0.127, abs=0.001)
    assert highest.text.endswith("of the path of the fascicle from the body of L1 in standing (373 mm)")
    assert muscle("psoas_major").change(Pose()).text == "the same"
    back = muscle("psoas_major").change(Pose(), since=Pose(hip_flexion_deg=90))
    assert back.word == "longer"
    assert back.mm == pytest.approx(-change.mm)
    assert "in standing" not in back.text


def test_values_beyond_what_bears_them_out_are_marked():
    psoas, rectus = muscle("psoas_major"), muscle("rectus_femoris")
    assert not psoas.extrapolated(Pose(hip_flexion_deg=89.9))
    assert psoas.extrapolated(Pose(hip_flexion_deg=90))
    assert rectus.extrapolated(Pose(knee_flexion_deg=121))
    assert not psoas.extrapolated(Pose(knee_flexion_deg=140))


def test_unknown_names_bring_the_right_ones():
    with pytest.raises(UnknownName, match="Did you mean 'psoas_major'"):
        muscle("psoas")
    with pytest.raises(UnknownName, match="Did you mean 'flexion'"):
        muscle("iliacus").moment_arm_mm(Pose(), "flexon")
    with pytest.raises(UnknownName, match="psoas_major"):
        fascicles("iliacus")
    with pytest.raises(UnknownName, match="l4_l5"):
        fascicles()[0].lumbar_arm_mm(Pose(), "l4_l6")
    for get in (muscle, fascicles):
        with pytest.raises(ValueError, match="'left' is neither 'r' nor 'l'"):
            get("psoas_major", "left")
