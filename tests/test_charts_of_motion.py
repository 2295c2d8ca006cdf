"""Stride, lumbar levers and activity: every number shown is that of the model or of its source."""

import math

import numpy as np
import pytest

from iliopsoas.atlas.activity import activity, read_activity
from iliopsoas.atlas.joints import joints
from iliopsoas.atlas.stride import read_stride, stride
from iliopsoas.body.muscle import fascicles, muscle
from iliopsoas.body.pose import Pose
from iliopsoas.course import claim, question
from iliopsoas.plates import gait, lumbar
from iliopsoas.plates.catalogue import chart, folio
from iliopsoas.plates.chart_arm import spread_mm
from iliopsoas.sources import DataError

ARM = chart("psoas_arm")


# ---------------------------------------------------------------- the lever at the hip, among what was measured


def test_the_lever_is_shown_in_the_band_of_what_was_measured_and_grey_from_ninety_degrees():
    gids = {artist.get_gid() for ax in ARM.figure().axes for artist in (*ax.lines, *ax.collections)}
    assert {"psoas_major", "psoas_major:extrapolated", "published:blemker"} <= gids
    assert {f"published:arnold_{k}" for k in (1, 2, 3)} <= gids
    assert {"blemker2005", "arnold2000", "modenese2020"} <= set(ARM.sources)
    low, high = spread_mm()
    for angle in range(-15, 90, 5):
        assert low < muscle("psoas_major").moment_arm_mm(Pose(hip_flexion_deg=angle), "flexion") < high
    assert "They differ because bodies differ" in ARM.caption


# ---------------------------------------------------------------- the lumbar joints


def texts_of(plot):
    return {t.get_gid(): t.get_text() for ax in plot.figure().axes for t in ax.texts if t.get_gid()}


def test_each_cell_of_the_lumbar_plate_is_the_fascicle_of_the_model():
    cells = texts_of(chart("lumbar_arms"))
    shown = 0
    for f in fascicles():
        for joint in joints().lumbar:
            text = cells[f"{f.id}:{joint}"]
            if joint not in f.crosses:
                assert text == ""
                continue
            arm, shown = f.lumbar_arm_mm(Pose(), joint), shown + 1
            if abs(arm) < lumbar.NO_LEVER_MM:
                assert text == "0"
            else:
                assert text == f"{'F' if arm > 0 else 'E'} {abs(arm):.0f}", (f.id, joint)
    assert (len(fascicles()), shown) == (11, 35)


def test_both_views_of_the_lumbar_moments_stand_together_with_their_caveat():
    plot = chart("lumbar_arms")
    largest = max(f.lumbar_arm_mm(Pose(), "l5_s1") for f in fascicles())
    assert f"reach {largest:.0f} mm at L5–S1" in plot.caption
    for words in ("very small (Bogduk", "joint centre a few millimetres", "another posture"):
        assert words in plot.caption
    assert "bogduk1992" in plot.sources


def test_above_it_extends_below_it_flexes_and_posture_turns_that():
    rows = {one.joint: one.mean_arm_mm for one in lumbar.together()}
    assert rows["l1_l2"] < -lumbar.NO_LEVER_MM and rows["l5_s1"] > 15
    assert list(rows.values()) == sorted(rows.values())
    for bent, arched in zip(lumbar.together(20), lumbar.together(-15), strict=True):
        assert arched.mean_arm_mm < rows[bent.joint] < bent.mean_arm_mm
    for claim_id in ("C08", "C16"):
        assert "upper lumbar joints" in claim(claim_id).finding


def test_the_processes_extend_and_the_bodies_hardly_do_either():
    for joint in ("l1_l2", "l2_l3", "l3_l4"):
        for id, arm in lumbar.arms_mm(joint).items():
            assert lumbar.word(arm) == "extends" if id.endswith("process") else arm < 7, (joint, id)


def test_most_of_the_pull_presses_and_less_the_lower_the_more_it_slides():
    presses = [one.presses for one in lumbar.together()]
    slides = [one.slides for one in lumbar.together()]
    assert presses == sorted(presses, reverse=True) and slides == sorted(slides)
    assert min(presses) > 0.7 and max(presses) < 1
    for one in lumbar.together():
        assert one.presses**2 + one.slides**2 <= 1
    assert f"at least {100 * min(presses):.0f} %" in chart("lumbar_arms").alt


# ---------------------------------------------------------------- the stride


def test_the_stride_has_a_frame_every_five_per_cent_and_ends_where_it_began():
    along = folio("stride").along
    assert [name for _, name in along.stops] == [f"{p} %" for p in range(0, 101, 5)]
    assert along.stops[0][0] == along.start
    assert gait.hip_flexion_deg(100) == pytest.approx(gait.hip_flexion_deg(0), abs=1)


@pytest.mark.parametrize("percent", range(0, 101, 5))
def test_a_frame_says_what_trial_model_and_simulation_give(percent):
    plate = folio("stride").plates[gait.frame_key(gait.VIEW, gait.stop_id(percent))]
    facts = {f.name: f.value for f in plate.facts}
    angle = gait.hip_flexion_deg(percent)
    assert facts["hip_flexion_deg"] == round(angle)
    assert facts["psoas_path_change_mm"] == round(muscle("psoas_major").change(Pose(hip_flexion_deg=angle)).mm)
    row = stride().percent.index(percent)
    assert facts["psoas_force_share"] == round(100 * stride().psoas_n[row] / max(stride().psoas_n))
    for fact in plate.facts:
        assert fact.text in plate.alt_for() and fact.text in plate.caption
    assert "not a measurement" in plate.caption and " N" not in plate.caption
    drawn = plate.body.pose.hip_flexion_deg
    assert drawn == max(-20, angle), "the drawing stands at the angle it names"


def test_frames_are_of_one_framing():
    plates = folio("stride").plates
    first = plates[next(iter(plates))]
    for plate in plates.values():
        assert [k.parts for k in plate.layers] == [k.parts for k in first.layers]
        assert (plate.depth_range_m, plate.size) == (first.depth_range_m, first.size)
        assert (plate.view.width_m, plate.view.centre_m) == (first.view.width_m, first.view.centre_m)


@pytest.mark.parametrize("percent", [5, 50])
def test_what_moves_stays_inside_the_picture(percent):
    plate = folio("stride").plates[gait.frame_key(gait.VIEW, gait.stop_id(percent))]
    parts = plate.body()
    for id in ("psoas_major_r", "iliacus_r", "iliopsoas_tendon_r", "sacrum"):
        x, y, _ = plate.view.project(parts[id].mesh.v).T
        assert x.min() > 0 and x.max() < plate.view.size_px[0] and y.max() < plate.view.size_px[1]
    x, y, _ = plate.view.project(parts["femur_r"].mesh.v).T
    assert x[y < plate.view.size_px[1]].min() > 0 and x[y < plate.view.size_px[1]].max() < plate.view.size_px[0]


def test_when_the_toes_leave_the_ground_the_hip_is_still_extended():
    for percent in (stride().toe_off_low_percent, stride().toe_off_high_percent):
        assert -12 < gait.hip_flexion_deg(percent) < -6
    assert gait.phase(65).startswith("swing") and gait.phase(60).startswith("end of stance")
    assert not gait.hip_flexion_deg(65) > 0


def test_both_legs_count_where_both_were_recorded():
    at = dict(zip(stride().percent, stride().hip_flexion_deg, strict=True))
    assert at[0] == 18.9 and at[100] == 18.7 and at[50] == pytest.approx((-21.1 - 21.4) / 2)


def test_the_strip_draws_these_curves():
    # only the curves: the pictures are drawn and looked at with the frames
    alt = chart("stride_strip").alt
    back, front = gait.turning_points()
    assert (back, front) == (50, 85) and "21° extension at 50 %" in alt
    assert f"{gait.path_change_mm(back):.0f} mm longer" in alt
    assert f"{-gait.path_change_mm(front):.0f} mm shorter" in alt
    assert "simulated force is highest at 55 %" in alt


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("percent = [0, 50, 100]", "percent = [0, 100, 50]", "percent"),
        ("psoas_n = [1, 2, 3]", "psoas_n = [1, 2]", "psoas_n"),
        ("left_deg = [nan, nan, 1]", "left_deg = [nan, nan, nan]", "left_deg"),
        ("right_deg = [1, 2, nan]", "right_deg = [1, 2, inf]", "right_deg"),
        ('sources = ["opensimwalk"]', 'sources = ["walk"]', "sources"),
    ],
)
def test_a_bad_stride_names_its_field(old, new, field):
    good = """[[stride]]
id = "one"
people = "one adult"
percent = [0, 50, 100]
right_deg = [1, 2, nan]
left_deg = [nan, nan, 1]
psoas_n = [1, 2, 3]
toe_off_low_percent = 63
toe_off_high_percent = 64
sources = ["opensimwalk"]
"""
    assert read_stride(good).hip_flexion_deg == (1, 2, 1) and math.isnan(read_stride(good).left_deg[0])
    with pytest.raises(DataError) as error:
        read_stride(good.replace(old, new))
    assert (error.value.entry, error.value.field) == ("one", field)


# ---------------------------------------------------------------- how hard it works


def test_the_ladder_draws_each_share_as_it_was_given():
    ax = chart("activity_ladder").figure().axes[0]
    bars = {p.get_gid(): p for p in ax.patches}
    points = {line.get_gid(): line for line in ax.lines}
    for one in activity().tasks.values():
        assert one.text in chart("activity_ladder").alt
        if one.kind in ("about", "most"):
            assert points[one.id].get_xdata()[0] == (100 if one.kind == "most" else one.high_pct)
        else:
            assert (bars[one.id].get_x(), bars[one.id].get_width()) == (one.low_pct, one.high_pct - one.low_pct)
            assert (bars[one.id].get_alpha() == 1) == (one.kind == "range"), "an open end fades"


def test_scales_are_kept_apart_and_each_part_of_psoas_is_told():
    assert {one.scale for one in activity().tasks.values()} == {"psoas", "review"}
    assert "not to be read on into each other" in chart("activity_ladder").caption
    parts = {f.part for f in activity().findings if f.sources == ("park2013",)}
    assert parts == {"process", "body"}
    for f in activity().findings:
        assert f.said in chart("activity_ladder").alt


def test_the_ranking_asked_is_that_of_the_ladder():
    asked = question("q401")
    by_name = {one.name: one for one in activity().tasks.values()}
    assert asked.kind == "order"
    ranked = [by_name[item] for item in asked.items]
    tops = [one.high_pct or 101 for one in ranked]
    assert tops == sorted(tops) and len(set(tops)) == len(tops)
    assert {one.scale for one in ranked} == {"psoas"}, "shares of one study only can be ranked"


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("low_pct = 15", "low_pct = 40", "low_pct"),
        ("low_pct = 15\n", "", "low_pct"),
        ('kind = "range"', 'kind = "most"', "low_pct"),
        ('scale = "psoas"', 'scale = "iliacus"', "scale"),
        ('part = "body"', 'part = "disc"', "part"),
    ],
)
def test_a_bad_share_names_its_field(old, new, field):
    good = """[[task]]
id = "one"
name = "One"
scale = "psoas"
kind = "range"
low_pct = 15
high_pct = 35
sources = ["juker1998"]
[[finding]]
id = "two"
name = "Two"
part = "body"
said = "It works."
people = "nine adults"
sources = ["park2013"]
"""
    assert read_activity(good).tasks["one"].text == "15 to 35 %"
    with pytest.raises(DataError) as error:
        read_activity(good.replace(old, new))
    assert error.value.field == field


def test_no_force_of_the_simulation_is_printed():
    assert not np.isin([str(int(n)) for n in stride().psoas_n if n > 100], chart("stride_strip").alt.split()).any()
