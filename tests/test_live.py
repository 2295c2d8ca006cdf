"""A plate of several inputs: what may be set, what is answered, and the quick drawing that it answers with."""

from __future__ import annotations

import io

import numpy as np
import pytest
import traitlets
from PIL import Image

import synthetic_body as toy
from iliopsoas.plates import pack, quick
from iliopsoas.plates.layers import Layer
from iliopsoas.plates.merge import merged
from iliopsoas.widgets import drawing, live, warm


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ILIOPSOAS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ILIOPSOAS_WAIT", "1")
    for maker in (toy.body, toy.areas, toy.Turned):
        monkeypatch.setattr(maker, "__module__", "iliopsoas.toy")


@pytest.fixture
def later(monkeypatch):
    tasks = []
    monkeypatch.setattr("iliopsoas.widgets.drawn.draw_later", lambda task, rank=0: tasks.append(task))
    return tasks


@pytest.fixture
def widget(later, monkeypatch):
    """A widget whose messages to the browser are kept."""
    w = toy.live()
    w.sent = []
    monkeypatch.setattr(w, "send", lambda content, buffers=(): w.sent.append((content, list(buffers))))
    return w


def ask(w, n, values, view="front", rest=False, on=("bones", "beads", "straps")):
    w._on_message(w, {"ask": n, "values": values, "view": view, "rest": rest, "on": list(on)}, [])


# ---------------------------------------------------------------- the quick drawing


def test_a_draft_shows_the_parts_where_the_sheet_has_them():
    plate = toy.live_plate({"up_mm": 10})
    draft, sheet = quick.draft(plate), plate.sheet(draft=True)
    whole = merged(sheet, plate.shown())
    both = (draft.index > 0) & (whole.index > 0)
    assert (draft.index[both] == whole.index[both]).mean() > 0.98
    assert abs(int((draft.index > 0).sum()) - int((whole.index > 0).sum())) < 0.06 * (whole.index > 0).sum()
    steps = draft.depth[both] / 65535 - whole.depth[both] / 4095
    assert np.percentile(np.abs(steps), 95) < 0.01


def test_a_draft_hides_what_is_peeled_and_what_lies_behind():
    plate = toy.live_plate({})
    number = {row.id: row.index for row in plate.sheet(draft=True).parts}
    assert number["strap_r"] in quick.draft(plate).index
    assert number["strap_r"] not in quick.draft(plate, ["beads"]).index
    assert number["bead"] not in quick.draft(plate).index  # behind the post
    assert (quick.draft(plate, ["beads"]).index == number["ball_r"]).sum() > (
        quick.draft(plate).index == number["ball_r"]
    ).sum()


def test_glass_is_drawn_as_an_outline_that_hides_nothing():
    layers = tuple(Layer(k.id, k.name, k.parts, k.on, k.locked, glass=k.id == "straps") for k in toy.LAYERS)
    solid, glass = (quick.draft(toy.plate(layers=ls)) for ls in (toy.LAYERS, layers))
    number = {row.id: row.index for row in toy.plate().sheet(draft=True).parts}
    assert (glass.index == number["ball_r"]).sum() > (solid.index == number["ball_r"]).sum()
    outline = (glass.colour == 2).sum()
    assert 50 < outline < 0.2 * (solid.index == number["strap_r"]).sum()


def test_thinned_meshes_draw_the_same_thing():
    ball = toy.sphere(radius=0.08, rings=120)
    fine = toy.Part("ball", "ball", "", "bone", ball, "ball")
    plate = toy.plate(
        layers=(Layer("all", "All", ("ball",), locked=True),),
        labels=(),
        stops=(),
        areas=(),
        body=lambda: {"ball": fine},
    )
    first, second, third = (quick.draft(plate) for _ in range(3))
    assert len(quick._thinned(ball)[1][0]) < 0.5 * len(ball.f)
    assert np.array_equal(second.colour, third.colour)
    assert ((first.index > 0) != (second.index > 0)).mean() < 0.01
    assert np.abs(first.rgba.astype(int) - second.rgba)[first.index > 0].mean() < 12


def test_what_is_sent_is_the_draft_with_words_and_anchors_of_the_same_plate():
    plate = toy.live_plate({"up_mm": 20}, "back")
    data = quick.write(plate, ["straps"])
    head, draft = quick.header(data), quick.draft(plate, ["straps"])
    assert head["facts"] == [fact.text for fact in plate.facts]
    assert head["caption"] == plate.caption
    assert head["alt"]["view"] == plate.view.sentence
    start = len(data) - head["image"][1]
    image = np.asarray(Image.open(io.BytesIO(data[start:])).convert("RGBA"))
    assert np.array_equal(image[..., 3], draft.rgba[..., 3])
    drawn = draft.rgba[..., 3] > 0
    assert np.array_equal(image[drawn], draft.rgba[drawn])


def test_anchors_lie_on_what_they_name():
    plate = toy.live_plate({})
    draft = quick.draft(plate)
    number = {row.id: row.index for row in plate.sheet(draft=True).parts}
    found = quick.anchors(plate, draft)
    for id in ("post", "ball_l", "strap_r"):
        x, y = found[id]
        assert draft.index[y, x] == number[id]
    assert "bead" not in found
    assert "spot_l" not in found


# ---------------------------------------------------------------- what may be set


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"up_mm": 41}, r"up_mm is 41; allowed are numbers from -40 \(down\) to 40 \(up\)"),
        ({"right_mm": -0.5}, r"right_mm is -0.5; allowed are numbers from 0 to 30 \(to the right\)"),
        ({"up_mm": float("nan")}, "up_mm is nan"),
        ({"up_mm": True}, "up_mm is True"),
        ({"up_mm": "10"}, "up_mm is '10'"),
        ({"upp_mm": 1}, "no input 'upp_mm'.*'up_mm'"),
    ],
)
def test_a_value_that_is_not_allowed_is_refused_by_field_value_and_limits(values, named):
    w = toy.live()
    with pytest.raises(traitlets.TraitError, match=named):
        w.values = values
    assert w.values == {"up_mm": 0, "right_mm": 0}


def test_setting_some_inputs_leaves_the_others():
    w = toy.live(values={"up_mm": 5})
    w.values = {"right_mm": 2.5}
    assert w.values == {"up_mm": 5, "right_mm": 2.5}


def test_the_state_is_one_line_that_brings_the_values_back():
    w = toy.live()
    assert w.state == "resting"
    w.values = {"up_mm": -7, "right_mm": 12.5}
    assert w.state == "up_mm=-7 right_mm=12.5"
    other = toy.live()
    other.state = w.state
    assert other.values == w.values
    other.state = "right_mm=3"
    assert other.values == {"up_mm": 0, "right_mm": 3}
    other.state = "resting"
    assert other.values == {"up_mm": 0, "right_mm": 0}


@pytest.mark.parametrize(
    ("text", "named"),
    [("up_mm 5", "'up_mm' is not"), ("up=5", "no input 'up'"), ("up_mm=99", "from -40"), ("up_mm=1 up_mm=2", "twice")],
)
def test_a_state_that_means_nothing_is_refused(text, named):
    w = toy.live()
    with pytest.raises(traitlets.TraitError, match=named):
        w.state = text
    assert w.state == "resting"


def test_poses_and_inputs_are_checked_when_the_widget_is_made():
    with pytest.raises(ValueError, match="up_mm is 50"):
        toy.live(poses=[("Too high", {"up_mm": 50})])
    with pytest.raises(ValueError, match="start_mm is 3"):
        live.Input("start_mm", "Start", " mm", 0, 2, start=3)
    with pytest.raises(traitlets.TraitError, match="'front', 'back'"):
        toy.live(view="top")


# ---------------------------------------------------------------- what is answered


def test_while_moving_a_draft_of_the_values_asked_for_is_answered(widget):
    ask(widget, 1, {"up_mm": 12, "right_mm": 3})
    content, (drawn,) = widget.sent[0]
    assert content == {"ask": 1, "values": {"up_mm": 12, "right_mm": 3}, "view": "front"}
    assert quick.header(drawn)["facts"] == ["The strap is 12 mm up.", "It is 3 mm to the right."]


def test_at_rest_full_ink_comes_with_what_it_answers(widget, later):
    ask(widget, 1, {"up_mm": 12}, "back", rest=True)
    assert widget.sent == []
    later.pop()()
    assert widget.answered == {"ask": 1, "values": {"up_mm": 12, "right_mm": 0}, "view": "back"}
    head, sheet = pack.read(widget.pack_live)
    plate = toy.live_plate({"up_mm": 12}, "back")
    assert head["caption"] == plate.caption
    assert not sheet.draft
    assert all(np.array_equal(a.rgba, b.rgba) for a, b in zip(sheet.layers, plate.sheet().layers, strict=True))
    assert len(head["labels"]) == 8  # peeling needs no kernel


def test_full_ink_that_is_out_of_date_is_not_drawn(widget, later, monkeypatch):
    ask(widget, 1, {"up_mm": 12}, rest=True)
    ask(widget, 2, {"up_mm": 13})
    monkeypatch.setattr(pack, "write", lambda *_, **__: pytest.fail("drawn all the same"))
    later.pop(0)()
    assert widget.answered["ask"] == 0
    assert [content["ask"] for content, _ in widget.sent] == [2]


@pytest.mark.parametrize(
    ("values", "view", "said"),
    [({"up_mm": 99}, "front", "up_mm is 99"), ({"right_mm": 13}, "front", "unlucky"), ({}, "top", "'back'")],
)
def test_what_cannot_be_drawn_is_answered_with_why(widget, values, view, said):
    ask(widget, 5, values, view)
    content, buffers = widget.sent[0]
    assert content["ask"] == 5
    assert said in content["refused"]
    assert buffers == []


def test_a_failure_at_rest_is_answered_too(widget, later):
    ask(widget, 3, {"right_mm": 13}, rest=True)
    later.pop()()
    assert widget.sent == [({"ask": 3, "refused": "right_mm is 13; that is unlucky"}, [])]
    assert "unlucky" in widget.error


def test_messages_that_are_no_requests_are_left_alone(widget):
    for content in ({}, {"ask": "1"}, {"other": 1}):
        widget._on_message(widget, content, [])
    assert widget.sent == []


def test_the_first_picture_is_kept_for_the_next_time(later, monkeypatch):
    monkeypatch.delenv("ILIOPSOAS_WAIT")
    w = toy.live()
    assert drawing.header(w.pack_live)["draft"]
    for task in later:
        task()
    assert not drawing.header(w.pack_live)["draft"]
    assert "<img" in w._still_html()
    assert not drawing.header(toy.live().pack_live)["draft"]
    assert warm(folios=[w.folio]) == 2  # the other view


def test_rough_shapes_are_for_drafts_only(later):
    asked = []

    def rough(values, view):
        asked.append(dict(values))
        return toy.live_plate(values, view)

    w = toy.live(rough=rough)
    assert asked == []
    ask(w, 1, {"up_mm": 1})
    assert asked == [{"up_mm": 1, "right_mm": 0}]


def test_alt_text_follows_the_values():
    w = toy.live()
    w.values = {"up_mm": 9}
    assert "9 mm up" in w.alt()
