"""The rasteriser and the views: what is nearest is seen, whole, where the view puts it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iliopsoas.atlas.mesh import Mesh
from iliopsoas.plates.raster import rasterise
from iliopsoas.plates.view import view, view_at, view_axes, view_names
from iliopsoas.sources.errors import UnknownName
from synthetic_body import box, front, sphere, strap

FLAT = view_at("flat", 0, 0, (0, 0, 0), 1.0, (100, 100))


def polygon_pixels(corners, faces):
    """Numbers of the pixels covered; corners in pixels of FLAT."""
    c = np.asarray(corners, float)
    points = FLAT.unproject(c[:, 0], c[:, 1], np.zeros(len(c)))
    g = rasterise([Mesh(points, np.array(faces), sheet=True)], FLAT)
    if g.part.size == 0:
        return set()
    ys, xs = np.nonzero(g.part >= 0)
    return set(zip(xs + g.origin_px[0], ys + g.origin_px[1], strict=True))


def test_a_ball_covers_its_disc_and_looks_at_the_viewer_in_the_middle():
    v = front((400, 450))
    g = rasterise([sphere(radius=0.1, rings=60)], v)
    radius_px = 0.1 / v.pixel_m
    assert np.isclose((g.part == 0).sum(), np.pi * radius_px**2, rtol=0.01)
    x, y = (round(float(k)) for k in v.project((0.1, 0, 0))[:2] - g.origin_px)
    assert g.depth[y, x] == pytest.approx(0.1, abs=1e-4)
    assert g.normal[y, x] == pytest.approx([0, 0, 1], abs=0.02)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 6.28), min_size=4, max_size=7, unique=True), st.floats(8, 45), st.integers(0, 6))
def test_neighbouring_triangles_leave_no_gap_and_no_overlap(angles, radius, turn):
    """A convex polygon covers the same pixels however it is cut into triangles."""
    a = np.sort(angles)
    corners = np.c_[50 + radius * np.cos(a), 50 + radius * np.sin(a)]
    n = len(a)
    fan = [[0, i, i + 1] for i in range(1, n - 1)]
    k = turn % n
    other = [[k, (k + i) % n, (k + i + 1) % n] for i in range(1, n - 1)]
    assert polygon_pixels(corners, fan) == polygon_pixels(corners, other)
    pieces = [polygon_pixels(corners, [f]) for f in fan]
    assert sum(len(p) for p in pieces) == len(set().union(*pieces))


def test_a_pixel_belongs_to_a_shape_when_its_centre_does():
    assert polygon_pixels([(10, 20), (30, 20), (30, 50), (10, 50)], [[0, 1, 2], [0, 2, 3]]) == {
        (x, y) for x in range(10, 30) for y in range(20, 50)
    }


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_nearer_one_is_seen_whatever_the_order(order):
    near, far = strap(0.1, 0.02, 0.02), strap(0.0, 0.06, 0.06)
    meshes = [near, far]
    g = rasterise([meshes[k] for k in order], front())
    at = np.array(front().project((0.1, 0, 0))[:2] - g.origin_px).astype(int)
    assert g.part[at[1], at[0]] == order.index(0)
    assert (g.part == order.index(1)).sum() > 3 * (g.part == order.index(0)).sum()


def test_closed_shapes_show_their_outside_only_and_sheets_both_sides():
    whole = box(half=(0.02, 0.05, 0.05))
    inside_out = Mesh(whole.v, whole.f[:, ::-1])
    g, h = rasterise([whole], front()), rasterise([inside_out], front())
    middle = tuple(np.array(g.part.shape) // 2)
    assert g.depth[middle] == pytest.approx(0.02, abs=1e-6)
    assert h.depth[middle] == pytest.approx(-0.02, abs=1e-6)  # only the far wall faces the viewer now
    back = view_at("b", 180, 0, (0, 0, 0), 0.3, (160, 180))
    sheet = rasterise([strap(0.0)], back)
    assert (sheet.part == 0).sum() > 1000
    assert sheet.normal[sheet.part == 0][:, 2].min() > 0.99


def test_fibre_coordinates_run_evenly_over_a_strap():
    v = front((320, 360))
    g = rasterise([strap(0.0, 0.04, 0.08)], v)
    on = g.part == 0
    ys, xs = np.nonzero(on)
    points = v.unproject(xs + g.origin_px[0] + 0.5, ys + g.origin_px[1] + 0.5, g.depth[on])
    assert g.uv[on][:, 0] == pytest.approx((0.08 - points[:, 1]) / 0.16, abs=1e-5)
    assert g.uv[on][:, 1] == pytest.approx(points[:, 2], abs=1e-6)
    assert g.v_rate[on] == pytest.approx(v.pixel_m, rel=1e-3)


def test_nothing_in_the_picture_is_an_empty_buffer():
    assert rasterise([sphere((0, 5, 0))], front()).part.size == 0
    assert rasterise([], front()).part.size == 0


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(view_names()), st.tuples(*[st.floats(-0.3, 0.3)] * 3))
def test_every_view_can_be_undone(name, point):
    v = view(name)
    x, y, depth = v.project(point)
    assert v.unproject(x, y, depth) == pytest.approx(point, abs=1e-12)
    x2, y2, depth2 = v.scaled(2).project(point)
    assert (x2, y2, depth2) == pytest.approx((2 * x, 2 * y, depth), abs=1e-9)


@pytest.mark.parametrize("name", view_names())
def test_views_are_right_handed(name):
    m = view(name).matrix
    assert m @ m.T == pytest.approx(np.eye(3), abs=1e-12)
    assert np.linalg.det(m) == pytest.approx(1)


def test_views_look_from_where_they_say():
    def px(name, p):
        return view(name).project(p)

    right, left, ahead, behind, up = (0, 0, 0.1), (0, 0, -0.1), (0.1, 0, 0), (-0.1, 0, 0), (0, 0.1, 0)
    assert px("anterior", right)[0] < px("anterior", left)[0]  # the right side of the body is on the left
    assert px("anterior", ahead)[2] > px("anterior", behind)[2]
    assert px("posterior", right)[0] > px("posterior", left)[0]
    assert px("posterior", behind)[2] > px("posterior", ahead)[2]
    assert px("lateral_right", right)[2] > px("lateral_right", left)[2]
    assert px("lateral_right", ahead)[0] > px("lateral_right", behind)[0]
    assert px("inferior", (0, -0.1, 0))[2] > px("inferior", up)[2]
    assert px("anterolateral_right", right)[2] > px("anterolateral_right", left)[2]
    for name in view_names():
        assert px(name, up)[1] < px(name, (0, -0.1, 0))[1]


def test_axes_from_angles_name_the_quarter_turns():
    assert np.array(view_axes(0)) == pytest.approx(np.array([[0, 0, -1], [0, 1, 0], [1, 0, 0]]))
    assert np.array(view_axes(90)) == pytest.approx(np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]]))


def test_an_unknown_view_names_those_that_look_like_it():
    with pytest.raises(UnknownName, match="anterior"):
        view("anteror")
