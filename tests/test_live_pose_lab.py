"""The pose lab as a live plate."""

from __future__ import annotations

import pytest
import traitlets

from iliopsoas.atlas.poses import named_poses
from iliopsoas.body.pose import Pose
from iliopsoas.plates import quick
from iliopsoas.plates.pose_lab import pose_lab
from iliopsoas.sources import UnknownName
from iliopsoas.widgets.pose_lab import first_plates, inputs, live_pose_lab


@pytest.fixture
def lab(monkeypatch, tmp_path):
    monkeypatch.setenv("ILIOPSOAS_CACHE", str(tmp_path))
    monkeypatch.delenv("ILIOPSOAS_WAIT", raising=False)
    monkeypatch.setattr("iliopsoas.widgets.drawn.draw_later", lambda task, rank=0: None)
    w = live_pose_lab()
    w.sent = []
    monkeypatch.setattr(w, "send", lambda content, buffers=(): w.sent.append((content, list(buffers))))
    return w


def test_every_pose_with_a_name_can_be_set_and_its_state_is_that_of_the_pose(lab):
    assert [one.name for one in inputs()] == [name for name in Pose.limits() if name != "breath_l"]
    assert len(lab.spec["poses"]) == len(named_poses())
    for pose in named_poses().values():
        lab.values = {**dict.fromkeys(lab.values, 0.0), **pose.angles}
        assert Pose.from_state(lab.state) == Pose(**pose.angles)
    with pytest.raises(traitlets.TraitError, match="hip_flexion_deg is 130; allowed are numbers from -30"):
        lab.values = {"hip_flexion_deg": 130}


def test_a_draft_says_what_the_hip_model_says(lab):
    lab._on_message(lab, {"ask": 1, "values": {"hip_flexion_deg": 60}, "view": "side", "on": lab.on}, [])
    content, (drawn,) = lab.sent[0]
    assert content["values"]["hip_flexion_deg"] == 60
    head = quick.header(drawn)
    assert any("Moment arm of psoas major for flexion" in fact for fact in head["facts"])
    assert {"psoas_major_r", "femur_r"} <= set(head["anchors"])
    assert head["image"][1] < 200_000


def test_what_is_drawn_ahead_is_what_the_lab_begins_with(lab):
    ours, its = first_plates(), lab.folio
    assert list(ours.plates) == list(its.plates)
    for view in ours.plates:
        assert repr(ours.plates[view]) == repr(its.plates[view])
        assert ours.plates[view].body == its.plates[view].body


def test_a_named_pose_says_what_its_angles_rest_on_wherever_they_come_from():
    child, most = named_poses()["childs_pose"], named_poses()["prayer_most"]
    plate = pose_lab({name: value for name, value in child.angles.items() if value})
    for named in (child, most):  # the same angles: one chosen, one measured
        assert f"{named.name}. {named.sentence} {named.basis}" in plate.caption
    assert set(most.sources) <= set(plate.sources)
    off = pose_lab({**child.angles, "hip_flexion_deg": child.hip_flexion_deg - 1})
    assert child.name not in off.caption


def test_it_begins_with_the_pose_that_is_asked_for(monkeypatch, tmp_path):
    monkeypatch.setenv("ILIOPSOAS_CACHE", str(tmp_path))
    monkeypatch.setattr("iliopsoas.widgets.drawn.draw_later", lambda task, rank=0: None)
    lab = live_pose_lab(frame="half_kneeling_back")
    assert lab.values["hip_flexion_deg"] == named_poses()["half_kneeling_back"].hip_flexion_deg < 0
    assert lab.folio.plates["side"].caption.startswith(f"{_words(lab)}. Half-kneeling, leg behind. ")
    with pytest.raises(UnknownName, match="No pose is called 'half_kneeling'"):
        live_pose_lab(frame="half_kneeling")
    with pytest.raises(ValueError, match="frame='childs_pose' or values"):
        live_pose_lab(frame="childs_pose", values={"hip_flexion_deg": 20})


def _words(lab):
    return lab.folio.plates["side"].title.removeprefix("Pose lab: ")
