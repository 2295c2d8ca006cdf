"""Transverse sections: cut from the same shapes as every other plate, the right way round, with sane areas."""

import numpy as np
import pytest

from iliopsoas.atlas.mesh import Mesh
from iliopsoas.body import cut
from iliopsoas.body.assemble import body
from iliopsoas.body.landmarks import endplate, landmark
from iliopsoas.body.surface import section_area_cm2
from iliopsoas.body.tissue import psoas_sections
from iliopsoas.plates.catalogue import folio
from iliopsoas.plates.section import psoas_area_cm2, section_plate
from iliopsoas.plates.section_levels import LEVELS, expected, level
from iliopsoas.sources import UnknownName, reference

every_level = pytest.mark.parametrize("at", list(LEVELS))


def box(low, high, inwards=False):
    """A closed box; with `inwards` its triangles face its inside, as the wall of a hole does."""
    (a, b, c), (d, e, f) = low, high
    v = np.array([[x, y, z] for x in (a, d) for y in (b, e) for z in (c, f)], float)
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    tri = np.array([t for p, q, r, s in quads for t in ((p, q, r), (p, r, s))])
    return Mesh(v, tri[:, ::-1] if inwards else tri)


def off_the_edges(mesh, points):
    """Distance of points to the nearest edge of a mesh, found by trying every edge near their height, metres."""
    a, b = (mesh.v[mesh.f[:, k]].reshape(-1, 3) for k in ([0, 1, 2], [1, 2, 0]))
    near = (np.minimum(a, b)[:, 1] <= points[0, 1]) & (np.maximum(a, b)[:, 1] >= points[0, 1])
    a, along = a[near], (b - a)[near]
    t = np.clip(((points[:, None] - a) * along).sum(-1) / ((along**2).sum(-1) + 1e-30), 0, 1)
    return np.linalg.norm(points[:, None] - a - t[..., None] * along, axis=-1).min(1)


def test_a_box_is_cut_in_its_rectangle_whichever_plane():
    mesh = box((0, 0, 0), (0.04, 0.02, 0.03))
    assert cut.cut_area_cm2([mesh], cut.seen_from_below(0.01)) == pytest.approx(12.0)
    tilted = cut.seen_from_below(0.01, tilt_deg=20, x_m=0.02)
    assert cut.cut_area_cm2([mesh], tilted) == pytest.approx(12.0 / np.cos(np.radians(20)), rel=1e-3)
    assert len(cut.outlines(mesh, cut.seen_from_below(0.03))) == 0


def test_holes_stay_open_and_overlaps_count_once():
    plane = cut.seen_from_below(0.0)
    outer, hole = box((-0.02, -0.02, -0.02), (0.02, 0.02, 0.02)), box((-0.01, -0.01, -0.01), (0.01, 0.01, 0.01), True)
    both = Mesh(np.concatenate([outer.v, hole.v]), np.concatenate([outer.f, hole.f + len(outer.v)]))
    assert cut.area_cm2(cut.cap(both, plane)) == pytest.approx(12.0)
    inside = box((-0.01, -0.01, -0.01), (0.01, 0.01, 0.01))
    assert cut.cut_area_cm2([outer, inside], plane) == pytest.approx(16.0)


@pytest.mark.parametrize("part", ["l3", "psoas_major_r", "iliacus_l", "hip_bone_r", "sacrum", "femur_r"])
@pytest.mark.parametrize("at", ["l3", "s1", "hip"])
def test_every_point_of_an_outline_lies_on_the_mesh_and_on_the_plane(part, at):
    """Front view and section come from the same shapes: nothing is drawn twice."""
    mesh, plane = body()[part].mesh, level(at).plane
    for outline in cut.outlines(mesh, plane):
        assert np.abs(plane.height(outline)).max() < 1e-9
        assert off_the_edges(mesh, outline).max() < 1e-9


@every_level
def test_sections_are_closed_and_as_large_as_the_mesh_says(at):
    """Filled by winding or summed triangle by triangle, the area is the same; an open outline would lose some."""
    plane = level(at).plane
    for part in body().values():
        if part.side == "l" or part.tissue not in ("psoas", "iliacus", "bone"):
            continue
        filled = cut.area_cm2(cut.cap(part.mesh, plane))
        summed = section_area_cm2(part.mesh, plane.origin, plane.normal)
        assert filled == pytest.approx(summed, rel=0.02, abs=0.02), part.id


def test_the_patients_right_is_on_the_left_and_the_front_at_the_top():
    view = section_plate("l4_l5", ()).view
    right, left = view.project([[0, 0, 0.05], [0, 0, -0.05]])[:, 0]
    assert right < left
    front, back = view.project([[0.02, 0, 0], [-0.10, 0, 0]])[:, 1]
    assert front < back
    mesh = section_plate("l3", ()).body()["psoas_major_psoas_r"].mesh
    assert mesh.v[:, 2].min() > 0, "the right psoas is laid out on the right of the body"


@every_level
def test_each_plate_says_how_it_is_seen(at):
    plate = section_plate(at, ())
    for words in (plate.alt_for(), plate.caption):
        assert "right is on the left of the picture" in words and "from below" in words


def test_right_side_names_stand_on_the_left():
    placed = {p.id: p for p in section_plate("l4_l5", ()).labels_for()}
    assert placed["psoas_major_r"].anchor[0] < section_plate("l4_l5", ()).picture_view.size_px[0] / 2


@pytest.mark.parametrize("at", list(expected()))
def test_psoas_is_cut_in_the_published_size_within_15_percent(at):
    want, found = expected()[at], psoas_area_cm2(at)
    assert 0.85 * want.low_cm2 <= found <= 1.15 * want.high_cm2
    assert reference(want.source)
    assert f"{found:.1f} cm²" in section_plate(at, ()).caption and want.text in section_plate(at, ()).caption


def test_the_numbers_expected_are_those_of_the_table():
    drawn = {s.level: s.published for s in psoas_sections() if s.is_published}
    assert set(drawn) == set(expected())
    assert "6.5" in drawn["l3"] and "10 " in drawn["l3"] and "16.3" in drawn["l4_l5"]


def test_psoas_grows_down_to_l4_l5_and_shrinks_again():
    areas = [psoas_area_cm2(at) for at in ("l1", "l2", "l3", "l4", "inguinal", "hip")]
    assert areas[0] < areas[1] < areas[2] < areas[3] > areas[4] > areas[5] > 0
    assert psoas_area_cm2("lesser_trochanter") < 0.6


@every_level
def test_where_nothing_was_published_the_plate_says_so(at):
    if at not in expected() and psoas_area_cm2(at) > 0:
        assert "no size was published" in section_plate(at, ()).caption


def test_levels_go_down_and_lie_where_they_say():
    heights = [k.height_m() for k in LEVELS.values()]
    assert heights == sorted(heights, reverse=True)
    assert abs(landmark("iliac_crest_top")[1] - level("l4_l5").height_m()) < 0.010, "the crest lies near L4-5"
    assert level("asis").height_m() == pytest.approx(landmark("asis")[1])
    upper = endplate("s1", "upper").centre[1]
    assert level("s1").height_m() < upper < level("l5").height_m()
    with pytest.raises(UnknownName, match="l4_l5"):
        level("l4_5")


def test_touch_is_told_with_its_source_and_the_navel_is_no_landmark():
    for k in LEVELS.values():
        assert k.touch and all(reference(key) for key in k.sources)
    assert "no safe guide" in level("l3").touch
    assert "By touch it is put higher" in level("l4_l5").touch


def test_frames_share_layers_parts_framing_and_depth():
    plates = folio("sections").plates
    first = plates["below__l3"]
    for key in ("below__t12_l1", "below__hip"):
        plate = plates[key]
        assert [(k.id, k.parts) for k in plate.layers] == [(k.id, k.parts) for k in first.layers]
        assert plate.depth_range_m == first.depth_range_m
        assert (plate.view.axes, plate.view.centre_m, plate.view.width_m) == (
            first.view.axes, first.view.centre_m, first.view.width_m)  # fmt: skip
    assert folio("sections").along.start == "l3"


def test_the_line_on_the_front_view_is_at_the_height_of_the_cut():
    """On the small front view the line crosses the bones where the plane does."""
    high, low = (section_plate(at, ()).body() for at in ("l1", "hip"))
    line = [b["level_line"].mesh.v[:, 0].mean() for b in (high, low)]
    bones = high["front_bones"].mesh.v
    parts = [p.mesh.v[:, 1] for p in body().values() if p.structure in ("t11", "femur")]
    real = (max(v.max() for v in parts), min(v.min() for v in parts))
    scale = np.ptp(bones[:, 0]) / (max(p.mesh.v[:, 1].max() for p in body().values() if p.id in ("t11", "rib_10_r"))
                                   - real[1])  # fmt: skip
    told = level("l1").height_m() - level("hip").height_m()
    assert (line[0] - line[1]) / scale == pytest.approx(told, rel=0.02)


@pytest.mark.parametrize("at", ["l4_l5", "s1"])
def test_vessels_are_cut_where_they_run_and_alike_on_both_sides(at):
    """Pieces that another plate has cut open once put a femoral artery of the right side beside the sacrum."""
    made = section_plate(at).body()
    for kind in ("artery", "vein"):
        faces = {side: len(made[f"femoral_{kind}_{kind}_{side}"].mesh.v) for side in "rl"}
        assert faces == {"r": 0, "l": 0}, kind
