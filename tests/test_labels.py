"""Label layout: for any set of anchors, nothing crosses, nothing overlaps, nothing leaves the sheet."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iliopsoas.plates.labels import (
    LabelItem,
    PlacedLabel,
    layout,
    spread,
    text_height_px,
    wrap,
)
from iliopsoas.plates.leaders import crossings

SIZE = (800, 900)
# Few different heights, so that equal and collinear anchors come up often.
coordinate = st.one_of(
    st.integers(0, 8).map(lambda k: k * 100), st.floats(0, 800, allow_nan=False).map(lambda v: round(v, 1))
)
item = st.tuples(
    coordinate,
    coordinate,
    st.sampled_from([None, None, "left", "right"]),
    st.sampled_from(["Psoas", "Psoas\nmajor"]),
    st.integers(0, 3),
)


def items_from(rows):
    return [LabelItem(f"k{i}", text, (x, y), i + 1, side, weight) for i, (x, y, side, text, weight) in enumerate(rows)]


def orientation(p, q, r):
    return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])


def properly_cross(a: PlacedLabel, b: PlacedLabel) -> bool:
    """Textbook test, written apart from the one under test."""
    p, q, r, s = a.slot, a.anchor, b.slot, b.anchor
    far = 1e-3
    d1, d2, d3, d4 = orientation(p, q, r), orientation(p, q, s), orientation(r, s, p), orientation(r, s, q)
    return min(d1, d2) < -far and max(d1, d2) > far and min(d3, d4) < -far and max(d3, d4) > far


@settings(max_examples=150, deadline=None)
@given(st.lists(item, max_size=34))
def test_any_set_of_labels_is_laid_out_cleanly(rows):
    items = items_from(rows)
    out = layout(items, SIZE)
    assert sorted([p.id for p in out.placed] + list(out.dropped)) == sorted(k.id for k in items)
    for a, b in combinations(out.placed, 2):
        assert not properly_cross(a, b), (a, b)
        if a.side == b.side:
            apart = abs(a.slot[1] - b.slot[1])
            assert apart >= (text_height_px(a.text) + text_height_px(b.text)) / 2 - 1e-3, (a, b)
    for p in out.placed:
        assert p.slot[1] - text_height_px(p.text) / 2 >= 0
        assert p.slot[1] + text_height_px(p.text) / 2 <= SIZE[1]
        assert p.slot[0] < 0 if p.side == "left" else p.slot[0] > SIZE[0]
    assert layout(items, SIZE) == out


@settings(max_examples=20, deadline=None)
@given(st.lists(item, min_size=80, max_size=110))
def test_when_there_is_no_room_the_least_important_go(rows):
    items = items_from(rows)
    out = layout(items, SIZE)
    weight = {k.id: k.weight for k in items}
    assert out.dropped
    kept = [weight[p.id] for p in out.placed]
    assert max(weight[d] for d in out.dropped) <= min(kept)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 900), st.sampled_from([20.0, 40.0])), min_size=1, max_size=15))
def test_spread_keeps_order_and_room(rows):
    wanted, heights = zip(*sorted(rows), strict=True)
    y = spread(wanted, heights, 0, 900)
    for i in range(len(y) - 1):
        assert y[i + 1] - y[i] >= (heights[i] + heights[i + 1]) / 2 - 1e-6
    assert y[0] >= heights[0] / 2 - 1e-6
    assert y[-1] <= 900 - heights[-1] / 2 + 1e-6


def test_spread_leaves_rows_alone_that_have_room():
    assert np.allclose(spread([100, 300, 700], [20, 20, 20], 0, 900), [100, 300, 700])


def test_labels_on_one_height_do_not_cross():
    rows = [(x, 450, "left", "Disc", 0) for x in range(40, 400, 40)]
    out = layout(items_from(rows), SIZE)
    assert len(out.placed) == len(rows)
    assert not any(properly_cross(a, b) for a, b in combinations(out.placed, 2))
    reach = sorted(out.placed, key=lambda p: p.slot[1])
    xs = [p.anchor[0] for p in reach]
    turning = xs.index(min(xs))  # outer leaders reach further in, above and below
    assert xs[:turning] == sorted(xs[:turning], reverse=True)
    assert xs[turning:] == sorted(xs[turning:])


def test_a_leader_through_another_anchor_counts_as_touching():
    slots = np.array([[0.0, 10.0], [0.0, 30.0]])
    anchors = np.array([[100.0, 10.0], [50.0, 10.0]])
    assert crossings(slots, anchors).all(where=~np.eye(2, dtype=bool))


def test_free_labels_take_the_nearer_column_and_wishes_are_kept_when_nothing_crosses():
    out = layout(
        [
            LabelItem("a", "A", (100, 100)),
            LabelItem("b", "B", (700, 100)),
            LabelItem("c", "C", (700, 500), side="left"),
        ],
        SIZE,
    )
    assert {p.id: p.side for p in out.placed} == {"a": "left", "b": "right", "c": "left"}


def test_labels_near_the_middle_even_out_the_columns():
    spine = [LabelItem(f"v{i}", f"V{i}", (410, 60 * i + 60)) for i in range(12)]
    asked = [replace(k, side="right") for k in spine]
    sides = [p.side for p in layout(spine, SIZE).placed]
    assert 4 <= sides.count("left") <= 8
    assert {p.side for p in layout(asked, SIZE).placed} == {"right"}
    far = [replace(k, anchor=(700, k.anchor[1])) for k in spine]
    assert {p.side for p in layout(far, SIZE).placed} == {"right"}


def test_a_leader_keeps_clear_of_another_labels_anchor_where_it_can():
    items = [LabelItem("near", "Near", (700, 400), side="right"), LabelItem("far", "Far", (500, 402), side="right")]
    placed = {p.id: p for p in layout(items, SIZE).placed}
    (x0, y0), (x1, y1) = placed["far"].slot, placed["far"].anchor
    at_near = y0 + (y1 - y0) * (700 - x0) / (x1 - x0)
    assert abs(at_near - 400) > 4


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Psoas major", "Psoas major"),
        ("Anterior superior iliac spine of the hip bone", "Anterior superior iliac\nspine of the hip bone"),
        ("Two\nlines that were broken by hand already", "Two\nlines that were broken by hand already"),
        ("Donaudampfschifffahrtsgesellschaft", "Donaudampfschifffahrtsgesellschaft"),
    ],
)
def test_long_names_take_two_even_lines(text, wanted):
    assert wrap(text) == wanted
