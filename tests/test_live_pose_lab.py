"""The pose lab as a live plate."""

from __future__ import annotations

import pytest
import traitlets

from iliopsoas.atlas.poses import named_poses
from iliopsoas.body.pose import Pose
from iliopsoas.plates import quick
from iliopsoas.widgets import live
from iliopsoas.widgets.pose_lab import first_plates, inputs, live_pose_lab


@pytest.fixture
def lab(monkeypatch, tmp_path):
    monkeypatch.setenv("ILIOPSOAS_CACHE", str(tmp_path))
    monkeypatch.delenv("ILIOPSOAS_WAIT", raising=False)
    monkeypatch.setattr(live, "draw_later", lambda task, rank=0: None)
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
