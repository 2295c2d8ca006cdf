"""Strings over a cylinder: they are the shortest ones outside it, on the side that was asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from iliopsoas.body.spline import Spline
from iliopsoas.body.wrap import bend, helix

RADIUS = 0.04
angles = st.floats(-np.pi, np.pi)
distances = st.floats(RADIUS * 1.02, 0.2)
heights = st.floats(-0.1, 0.1)
halves = st.sampled_from(["-x", "+x", "-y", "+y", "all"])
ends = st.builds(lambda a, r, z: np.array([r * np.cos(a), r * np.sin(a), z]), angles, distances, heights)
shifts = st.floats(-0.02, 0.02)


def passes_the_axis(start, end):
    """Whether the straight line goes past the axis on one side of it: through it, both ways round are as good."""
    return start[:2] @ end[:2] > 0 or abs(start[0] * end[1] - start[1] * end[0]) > 1e-9


def detour(start, end, first, last, turn):
    """Length of the string whose points on the cylinder are given."""
    on = np.hypot(RADIUS * turn, last[2] - first[2])
    return np.linalg.norm(first - start) + on + np.linalg.norm(end - last)


@given(ends, ends, halves)
def test_the_length_is_that_of_its_parts(start, end, half):
    found = bend(start, end, RADIUS, half)
    if found.touches:
        parts = detour(start, end, found.first, found.last, abs(found.turn_rad))
        assert found.length_m == pytest.approx(parts, abs=1e-9)
        assert np.hypot(*found.first[:2]) == pytest.approx(RADIUS)
        assert np.hypot(*found.last[:2]) == pytest.approx(RADIUS)
    else:
        assert found.length_m == pytest.approx(np.linalg.norm(end - start))


@given(ends, ends, halves, shifts, shifts, shifts, shifts)
def test_no_string_near_it_is_shorter(start, end, half, turn1, turn2, rise1, rise2):
    found = bend(start, end, RADIUS, half)
    assume(found.touches and abs(found.turn_rad) > 0.05)
    way = np.sign(found.turn_rad)
    a = np.arctan2(found.first[1], found.first[0])
    b = a + found.turn_rad
    first = np.array([*(RADIUS * np.array([np.cos(a + turn1), np.sin(a + turn1)])), found.first[2] + rise1])
    last = np.array([*(RADIUS * np.array([np.cos(b + turn2), np.sin(b + turn2)])), found.last[2] + rise2])
    turn = way * (found.turn_rad + turn2 - turn1)
    # Sliding a tangent point off along the cylinder cuts through it, to third order only: hence the small allowance.
    least = found.length_m - RADIUS * (abs(turn1) ** 3 + abs(turn2) ** 3) - 1e-12
    assert detour(start, end, first, last, turn) >= least


@given(ends, ends, halves)
def test_its_straight_parts_stay_outside(start, end, half):
    found = bend(start, end, RADIUS, half)
    assume(found.touches)
    t = np.linspace(0, 1, 50)[:, None]
    for a, b in ((start, found.first), (found.last, end)):
        assert np.hypot(*(a + t * (b - a))[:, :2].T).min() > RADIUS - 1e-9


@given(ends, ends)
def test_the_nearer_side_is_never_longer_and_never_through(start, end):
    near = bend(start, end, RADIUS)
    assert abs(near.turn_rad) <= np.pi
    for half in ("-x", "+x", "-y", "+y"):
        other = bend(start, end, RADIUS, half)
        assert near.length_m <= other.length_m + 1e-12 or not other.touches  # one that slipped past goes through
    if not near.touches:
        t = np.linspace(0, 1, 200)[:, None]
        assert np.hypot(*(start + t * (end - start))[:, :2].T).min() > RADIUS - 1e-6


@given(ends, ends, st.sampled_from(["-x", "+x", "-y", "+y"]))
def test_a_bent_string_passes_over_its_half(start, end, half):
    found = bend(start, end, RADIUS, half)
    assume(found.touches)
    tangents = sum(np.arccos(RADIUS / np.hypot(*p[:2])) for p in (start, end))
    middle = np.arctan2(start[1], start[0]) + np.sign(found.turn_rad) * (abs(found.turn_rad) + tangents) / 2
    sign = {"+": 1, "-": -1}[half[0]]
    assert sign * (np.cos(middle) if half[1] == "x" else np.sin(middle)) >= -1e-9


@given(ends, ends, halves)
def test_back_again_is_as_long(start, end, half):
    assume(np.linalg.norm(end - start) > 1e-3 and passes_the_axis(start, end))
    there, back = bend(start, end, RADIUS, half), bend(end, start, RADIUS, half)
    assert there.length_m == pytest.approx(back.length_m, abs=1e-9)
    assert there.pull_end == pytest.approx(back.pull_start, abs=1e-6)


@given(ends, ends)
def test_the_mirror_image_is_as_long(start, end):
    flip = np.array([1.0, 1.0, -1.0])
    assert bend(start * flip, end * flip, RADIUS, "-y").length_m == bend(start, end, RADIUS, "-y").length_m


@given(ends, ends, halves)
def test_the_pulls_are_how_the_length_changes(start, end, half):
    assume(np.linalg.norm(end - start) > 1e-3)
    found = bend(start, end, RADIUS, half)
    h = 1e-7
    for step in h * np.eye(3):
        for pull, move1, move2 in ((found.pull_start, step, 0 * step), (found.pull_end, 0 * step, step)):
            less = bend(start - move1, end - move2, RADIUS, half)
            more = bend(start + move1, end + move2, RADIUS, half)
            # At the border between touching and free, or between two ways round, there is no one slope.
            assume(less.touches == more.touches == found.touches and abs(more.turn_rad - less.turn_rad) < 1e-3)
            assert pull @ step / h == pytest.approx((more.length_m - less.length_m) / (2 * h), abs=2e-5)


def test_an_end_inside_counts_as_on_the_surface_and_pulls_along_it():
    start, end = np.array([-0.1, -0.02, 0.0]), np.array([0.03, 0.02, 0.01])
    found = bend(start, end, RADIUS, "-y")
    assert found.touches
    assert np.hypot(*found.last[:2]) == pytest.approx(RADIUS)
    h = 1e-7
    slope = [(bend(start, end + h * d, RADIUS, "-y").length_m - found.length_m) / h for d in np.eye(3)]
    assert found.pull_end == pytest.approx(slope, abs=1e-5)


@given(ends, ends, halves)
def test_the_helix_runs_on_the_surface_from_first_to_last(start, end, half):
    found = bend(start, end, RADIUS, half)
    assume(found.touches)
    points = helix(found.first, found.last, float(found.turn_rad), 400)
    assert np.hypot(points[:, 0], points[:, 1]) == pytest.approx(RADIUS)
    assert points[[0, -1]] == pytest.approx(np.array([found.first, found.last]), abs=1e-9)
    on = np.hypot(RADIUS * found.turn_rad, found.last[2] - found.first[2])
    assert np.linalg.norm(np.diff(points, axis=0), axis=1).sum() == pytest.approx(on, rel=1e-4)


def test_many_at_once_are_as_one_by_one():
    rng = np.random.default_rng(0)
    start, end = rng.uniform(-0.2, 0.2, (2, 50, 3))
    many = bend(start, end, RADIUS, "-y").length_m
    assert many.tolist() == [float(bend(a, b, RADIUS, "-y").length_m) for a, b in zip(start, end, strict=True)]


# ---------------------------------------------------------------- the spline of the knee

KNOTS = np.array([0.0, 0.2, 0.3, 0.5, 0.9, 1.0])


@given(st.lists(st.floats(-2, 2), min_size=4, max_size=4))
def test_a_cubic_is_its_own_spline(terms):
    cubic = np.polynomial.Polynomial(terms)
    at = np.linspace(0, 1, 31)
    assert Spline(KNOTS, cubic(KNOTS))(at) == pytest.approx(cubic(at), abs=1e-9)


def test_the_spline_passes_its_points_smoothly_and_runs_straight_on():
    values = np.array([0.0, 0.3, -0.2, 0.1, 0.4, 0.0])
    spline = Spline(KNOTS, values)
    assert spline(KNOTS) == pytest.approx(values)
    h = 1e-4
    for knot in KNOTS:
        left, right = spline(np.array([knot - h, knot + h])) - spline(knot)
        assert right / h == pytest.approx(-left / h, abs=0.05)
    beyond = spline(np.array([-0.3, -0.2, -0.1, 1.1, 1.2, 1.3]))
    assert np.diff(beyond[:3], 2) == pytest.approx(0, abs=1e-12)
    assert np.diff(beyond[3:], 2) == pytest.approx(0, abs=1e-12)
