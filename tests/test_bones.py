"""The bones, measured on their meshes: what an anatomist would check with a ruler, not what the build was told."""

from __future__ import annotations

import itertools
import json
import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iliopsoas.atlas._build_sources import PACKAGES, Sources, SourcesMissingError
from iliopsoas.atlas.bones import ASSET, LEG, bones_record, load_bones, load_leg
from iliopsoas.atlas.build import build, build_leg, main
from iliopsoas.atlas.structures import structures
from iliopsoas.body import landmarks
from solid import depth_mm, dihedral_deg, distance_mm, is_closed

LUMBAR = ["l1", "l2", "l3", "l4", "l5"]
COLUMN = ["t6", "t7", "t8", "t9", "t10", "t11", "t12", *LUMBAR]
HIP_CENTRE = np.array([-0.056276, -0.07849, 0.07726])
PAIRED = {"hip_bone", "femur", *(f"rib_{k}" for k in range(3, 13)), "costal_margin"}
MIDLINE = {
    *COLUMN, "sacrum", "coccyx", "pubic_symphysis", "disc_t11_t12", "disc_t12_l1", "disc_l1_l2", "disc_l2_l3",
    "disc_l3_l4", "disc_l4_l5", "disc_l5_s1", "disc_t6_t7", "disc_t7_t8", "disc_t8_t9", "disc_t9_t10",
    "disc_t10_t11", "sternum",
}  # fmt: skip
BONE_OF = {
    "sacral_ala": "sacrum", "sacral_apex": "sacrum", "promontory": "sacrum", "coccyx_tip": "coccyx",
    "femoral_head": "femur_r", "greater_trochanter": "femur_r", "lesser_trochanter": "femur_r",
}  # fmt: skip


@pytest.fixture(scope="module")
def bones():
    return load_bones()


# ------------------------------------------------------------------ rulers


def face_line(bone, side, z_m=0.004):
    """Fit a line (slope, height at x = 0) to the upper or lower edge of a vertebral body near the midline."""
    v, n = bone.v, bone.normals()
    front = v[np.abs(v[:, 2]) < z_m, 0].max()
    edge = (np.abs(v[:, 2]) < z_m) & (v[:, 0] > front - 0.027) & (v[:, 0] < front - 0.006)
    up = np.array([0.0, side, 0])
    for _ in range(3):  # the flat of the plate, without its rounded rim
        flat = edge & (n @ up > (0.6 if up[0] == 0 else 0.97))
        line = np.polyfit(v[flat, 0], v[flat, 1], 1)
        up = side * np.array([-line[0], 1, 0]) / math.hypot(line[0], 1)
    return line


def tilt_deg(bone, side=1):
    """Tilt of an endplate, front down positive."""
    return -math.degrees(math.atan(face_line(bone, side)[0]))


def column_tilts(bones):
    return {k: tilt_deg(bones[k]) for k in COLUMN} | {"s1": tilt_deg(bones["sacrum"])}


def crossings(mesh, start, way):
    """Distances at which a line from `start` along the unit vector `way` passes through the surface, sorted."""
    a, b, c = (mesh.v[mesh.f[:, k]] for k in range(3))
    e, g = b - a, c - a
    h = np.cross(way, g)
    det = (e * h).sum(1)
    det = np.where(np.abs(det) < 1e-18, np.inf, det)
    s = start - a
    u = (s * h).sum(1) / det
    q = np.cross(s, e)
    w = (q * way).sum(1) / det
    hit = (u >= 0) & (w >= 0) & (u + w <= 1) & np.isfinite(det)
    return np.sort((g * q).sum(1)[hit] / det[hit])


def rim_mm(bone, side):
    """Depth on the midline and greatest width of a body, 2 to 4 mm from one endplate: rays, front to canal."""
    slope, height = face_line(bone, side)
    a = math.atan(slope)
    back, up = -np.array([math.cos(a), math.sin(a), 0]), np.array([-math.sin(a), math.cos(a), 0])
    front = bone.v[np.abs(bone.v[:, 2]) < 0.004, 0].max() + 0.02
    depths, widths = [], []
    for inset in (0.002, 0.003, 0.004):
        start = np.array([front, slope * front + height, 0.0004]) - side * inset * up
        first, second = crossings(bone, start, back)[:2]
        depths.append(second - first)
        for part in (0.4, 0.5, 0.6):
            middle = start + (first + part * (second - first)) * back
            across = crossings(bone, middle, np.array([0.0, 0, 1]))
            widths.append(2 * across[across > 0].min())
    return 1e3 * max(depths), 1e3 * max(widths)


def height_at_mm(bone, where):
    """Height of a body at its front ("front"), or at the front of the canal ("back")."""
    upper, lower = face_line(bone, 1), face_line(bone, -1)
    front = bone.v[np.abs(bone.v[:, 2]) < 0.004, 0].max()
    x = front - (0.004 if where == "front" else 0.029)
    tilt = math.atan((upper[0] + lower[0]) / 2)
    return (np.polyval(upper, x) - np.polyval(lower, x)) * math.cos(tilt) * 1e3


def components(mesh):
    label = np.arange(len(mesh.v))
    while True:
        new = label.copy()
        for k in range(3):
            np.minimum.at(new, mesh.f[:, k], label[mesh.f].min(1))
        new = new[new]
        if (new == label).all():
            return len(np.unique(label))
        label = new


def volume_cm3(mesh):
    a, b, c = (mesh.v[mesh.f[:, k]] for k in range(3))
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6) * 1e6


def sphere(points):
    """Centre and radius of the sphere that fits points best (linear least squares)."""
    a = np.c_[2 * points, np.ones(len(points))]
    c = np.linalg.lstsq(a, (points**2).sum(1), rcond=None)[0]
    return c[:3], math.sqrt(c[3] + c[:3] @ c[:3])


# ------------------------------------------------------------------ what is there


def test_every_bone_disc_and_cartilage_is_there(bones):
    assert set(bones) == MIDLINE | {f"{k}_{s}" for k in PAIRED for s in "rl"}


def test_atlas_rows_of_bones_and_discs_have_a_shape(bones):
    drawn = {k.removesuffix("_r").removesuffix("_l") for k in (*bones, *load_leg())}
    solid = {s.id for s in structures().values() if s.kind in ("bone", "disc", "vertebra", "cartilage")}
    assert solid <= drawn


@pytest.mark.parametrize("name", sorted(MIDLINE | {f"{k}_r" for k in PAIRED}))
def test_mesh_is_closed_outward_and_one_piece(bones, name):
    mesh = bones[name]
    assert is_closed(mesh)
    assert volume_cm3(mesh) > 0
    # The costal margin is the arch and the cartilage of rib 9 that runs into it.
    assert components(mesh) == (2 if name == "costal_margin_r" else 1)
    assert np.unique(mesh.f).size == len(mesh.v), "vertices that no triangle uses"


@pytest.mark.parametrize("name", ["l3", "t12", "sacrum", "hip_bone_r", "femur_r", "rib_11_r"])
def test_surface_is_smooth_enough_to_print(bones, name):
    mesh = bones[name]
    keep = np.ones(len(mesh.f), bool)
    if name == "femur_r":  # the flat cut has an edge
        keep = mesh.v[mesh.f][:, :, 1].min(1) > mesh.v[:, 1].min() + 0.004
    bend = dihedral_deg(mesh, keep)
    assert np.quantile(bend, 0.99) < 60
    assert np.median(bend) < 10


def test_left_mirrors_right_exactly(bones):
    for name in PAIRED:
        right, left = bones[f"{name}_r"], bones[f"{name}_l"]
        np.testing.assert_array_equal(left.v * [1, 1, -1], right.v)
        assert volume_cm3(left) == pytest.approx(volume_cm3(right))


@pytest.mark.parametrize("name", sorted(MIDLINE))
def test_midline_bones_are_their_own_mirror_image(bones, name):
    v = bones[name].v
    order = [np.lexsort(np.round(p * 1e4).T) for p in (v, v * [1, 1, -1])]
    worst = np.abs(v[order[0]].mean(0) - (v * [1, 1, -1])[order[1]].mean(0)).max()
    assert worst < 5e-5
    assert distance_mm((v * [1, 1, -1])[:: max(1, len(v) // 40)], [bones[name]]).max() < 0.3


# ------------------------------------------------------------------ the standing spine


def test_lordosis_and_sacral_slope_are_those_of_standing(bones):
    tilts = column_tilts(bones)
    assert 36 <= tilts["s1"] <= 44
    assert 45 <= tilts["s1"] - tilts["l1"] <= 58


@pytest.mark.parametrize(
    ("vertebra", "published"), [("s1", 40), ("l5", 18), ("l4", 5), ("l3", -4), ("l2", -10), ("l1", -11)]
)
def test_upper_endplates_tilt_as_published(bones, vertebra, published):
    assert column_tilts(bones)[vertebra] == pytest.approx(published, abs=2.5)


def test_wedge_is_shared_by_bodies_and_discs(bones):
    body = {k: tilt_deg(bones[k], -1) - tilt_deg(bones[k], 1) for k in COLUMN}
    disc = {a: tilt_deg(bones["sacrum" if b == "s1" else b]) - tilt_deg(bones[a], -1)
            for a, b in itertools.pairwise([*LUMBAR, "s1"])}  # fmt: skip
    assert body["l5"] > 5 and height_at_mm(bones["l5"], "front") > height_at_mm(bones["l5"], "back") + 2
    assert body["l1"] < -1, "the first lumbar body is taller behind"
    assert body["l1"] < body["l2"] < body["l3"] < body["l4"] < body["l5"]
    assert disc["l5"] > disc["l4"] > disc["l3"] > disc["l2"] > disc["l1"] > 0
    assert disc["l5"] > 10


def test_thoracolumbar_junction_is_nearly_straight_and_bends_back(bones):
    tilts = column_tilts(bones)
    assert abs(tilts["t12"] - tilts["l1"]) < 6
    assert tilts["l1"] < tilts["t12"] < tilts["t11"] < tilts["t10"]  # thoracic kyphosis begins
    fronts = {k: bones[k].v[np.abs(bones[k].v[:, 2]) < 0.004, 0].max() for k in COLUMN}
    steps = [fronts[a] - fronts[b] for a, b in itertools.pairwise(COLUMN)]
    assert max(np.abs(steps)) < 0.014, "a step between neighbouring bodies"


@pytest.mark.parametrize("level", LUMBAR)
@pytest.mark.parametrize("side", [1, -1])
def test_lumbar_bodies_have_plausible_sizes(bones, level, side):
    depth, width = rim_mm(bones[level], side)
    assert 40 <= width <= 52
    assert 31.5 <= depth <= 38
    assert 22 <= height_at_mm(bones[level], "back") <= 30
    assert 23 <= height_at_mm(bones[level], "front") <= 32


def test_bodies_have_a_waist(bones):
    for level in LUMBAR:
        v = bones[level].v
        upper, lower = face_line(bones[level], 1), face_line(bones[level], -1)
        front = v[np.abs(v[:, 2]) < 0.004, 0].max()
        at = (np.abs(v[:, 0] - (front - 0.014)) < 0.006) & (np.abs(v[:, 2]) > 0.012)
        t = (v[:, 1] - np.polyval(lower, v[:, 0])) / (np.polyval(upper, v[:, 0]) - np.polyval(lower, v[:, 0]))
        rim = np.abs(v[at & ((t < 0.15) | (t > 0.85)), 2]).max()
        waist = np.abs(v[at & (np.abs(t - 0.5) < 0.1), 2]).max()
        assert 0.001 < rim - waist < 0.005


DISCS = [("t11", "t12"), ("t12", "l1"), ("l1", "l2"), ("l2", "l3"), ("l3", "l4"), ("l4", "l5"), ("l5", "s1")]


@pytest.mark.parametrize(("above", "below"), DISCS)
def test_discs_fill_the_space_between_the_rims(bones, above, below):
    disc, top, bottom = bones[f"disc_{above}_{below}"], bones[above], bones["sacrum" if below == "s1" else below]
    x = disc.v[:, 0].mean()
    high, low = np.polyval(face_line(top, -1), x), np.polyval(face_line(bottom, 1), x)
    tilt = math.radians((tilt_deg(top, -1) + tilt_deg(bottom)) / 2)
    height = (high - low) * math.cos(tilt) * 1e3
    assert (8 if below != "t12" and above != "t12" else 5) <= height <= 14
    for bone in (top, bottom):  # each endplate lies just inside the disc: no gap, and not through it
        sunk = depth_mm(bone.v, disc)
        assert (sunk > 0.2).sum() > 30
        assert sunk.max() < 1.0
    bulge = 2e3 * np.abs(disc.v[:, 2]).max()
    width = min(rim_mm(top, -1)[1], rim_mm(bottom, 1)[1] if below != "s1" else 99)
    assert -1 < bulge - width < 4.5


def test_lumbar_discs_grow_downwards(bones):
    volumes = [volume_cm3(bones[f"disc_{a}_{b}"]) for a, b in DISCS]
    assert volumes[:-2] == sorted(volumes[:-2])
    assert 8 < volumes[2] < volumes[5] < 24


@pytest.mark.parametrize(("above", "below"), list(itertools.pairwise([*COLUMN, "sacrum"])))
def test_neighbouring_vertebrae_meet_at_their_joints_without_passing_through(bones, above, below):
    a, b = bones[above], bones[below]
    assert depth_mm(a.v, b).max() < 0.5
    assert depth_mm(b.v, a).max() < 0.5
    behind = a.v[(a.v[:, 0] < a.v[:, 0].max() - 0.040) & (np.abs(a.v[:, 2]) > 0.007)]
    behind = behind[behind[:, 1] < np.quantile(behind[:, 1], 0.4)]
    assert 0.2 < distance_mm(behind[::3], [b]).min() < 5.5


HALF_SPAN_MM = {"l1": 36, "l2": 42, "l3": 48, "l4": 43, "l5": 40}


def test_transverse_processes_span_what_each_level_should(bones):
    spans = {k: np.abs(bones[k].v[:, 2]).max() * 1e3 for k in LUMBAR}
    assert max(spans, key=spans.get) == "l3"
    for level, expected in HALF_SPAN_MM.items():
        assert spans[level] == pytest.approx(expected, abs=1.5)


def process(bone, low_mm, high_mm):
    return bone.v[(bone.v[:, 2] > low_mm * 1e-3) & (bone.v[:, 2] < high_mm * 1e-3)]


def test_fifth_transverse_process_is_thick_and_turned_up_and_the_others_slender(bones):
    def size(level):
        span = HALF_SPAN_MM[level]
        ring = process(bones[level], span - 8, span - 6)
        return np.ptp(ring[:, 1]) * 1e3, np.ptp(ring[:, 0]) * 1e3

    def rise(level):  # of the tip above the root, in the frame of the body
        a = math.radians((tilt_deg(bones[level]) + tilt_deg(bones[level], -1)) / 2)
        up = np.array([math.sin(a), math.cos(a), 0])
        root, tip = process(bones[level], 26, 29), process(bones[level], HALF_SPAN_MM[level] - 2, 99)
        return ((tip @ up).mean() - (root @ up).mean()) * 1e3

    tall, deep = size("l5")
    for level in ("l1", "l2", "l3"):
        assert size(level)[0] < tall - 1.5 and size(level)[1] < deep
        assert rise(level) < 2.5 < rise("l5")


@pytest.mark.parametrize("level", ["l1", "l2", "l3", "l4", "l5"])
def test_transverse_processes_point_sideways_and_a_little_back(bones, level):
    tip = process(bones[level], HALF_SPAN_MM[level] - 3, 99).mean(0)
    root = process(bones[level], 25, 28).mean(0)
    assert 0.5e-3 < root[0] - tip[0] < 0.6 * (tip[2] - root[2]) + 2e-3


@pytest.mark.parametrize("level", [*COLUMN])
def test_each_vertebra_has_canal_pedicles_and_spinous_process(bones, level):
    v = bones[level].v
    front = v[np.abs(v[:, 2]) < 0.004, 0].max()
    slope, height = face_line(bones[level], 1)
    back = -np.array([1, slope, 0]) / math.hypot(1, slope)
    below = 0.010 if level not in ("t6", "t7", "t8") else 0.014  # higher up the arches hang lower behind their bodies
    start = np.array([front + 0.02, slope * (front + 0.02) + height - below, 0.0004])
    hits = crossings(bones[level], start, back)
    assert len(hits) >= 4, "in front of the body, canal, arch behind"
    assert 0.010 < hits[2] - hits[1] < 0.026, "the canal is open"
    assert (front - v[:, 0].min()) * 1e3 > 60, "the spinous process reaches back"
    pedicle = v[(front - v[:, 0] > 0.033) & (front - v[:, 0] < 0.040) & (np.abs(v[:, 2]) > 0.007)]
    assert len(pedicle) > 20


# ------------------------------------------------------------------ the pelvis


def test_crest_stands_at_l4_to_l4_l5(bones):
    top = bones["hip_bone_r"].v[np.argmax(bones["hip_bone_r"].v[:, 1])]
    x = bones["l4"].v[np.abs(bones["l4"].v[:, 2]) < 0.004, 0].max() - 0.016
    l4 = [np.polyval(face_line(bones["l4"], s), x) for s in (1, -1)]
    l5 = np.polyval(face_line(bones["l5"], 1), x)
    assert l5 <= top[1] <= (l4[0] + l4[1]) / 2, "between the L4-5 disc and the middle of L4"
    s1 = np.polyval(face_line(bones["sacrum"], 1), bones["sacrum"].v[:, 0].max() - 0.0125)
    assert 43 <= (top[1] - s1) * 1e3 <= 50


def test_pelvis_stands_with_spines_and_tubercles_upright():
    asis, tubercle = landmarks.landmark("asis"), landmarks.landmark("pubic_tubercle")
    lean = math.degrees(math.atan2(asis[0] - tubercle[0], asis[1] - tubercle[1]))
    assert abs(lean) < 3


def test_promontory_is_a_sharp_edge(bones):
    v = bones["sacrum"].v
    middle = v[np.abs(v[:, 2]) < 1e-4, :2]
    tip = middle[middle[:, 0].argmax()]
    d = np.linalg.norm(middle - tip, axis=1)
    ring = middle[(d > 0.008) & (d < 0.014)]
    arms = [ring[ring[:, 1] > tip[1]].mean(0) - tip, ring[ring[:, 1] < tip[1]].mean(0) - tip]
    cos = arms[0] @ arms[1] / np.prod([np.linalg.norm(a) for a in arms])
    assert 45 < math.degrees(math.acos(cos)) < 100


def test_femoral_head_is_round_on_the_hip_centre_and_clear_of_its_socket(bones):
    femur, hip = bones["femur_r"], bones["hip_bone_r"]
    out = femur.v - HIP_CENTRE
    far = np.linalg.norm(out, axis=1)
    ball = (far < 0.030) & ((femur.normals() * out).sum(1) / far > 0.95) & (out[:, 2] < 0.005)
    centre, radius = sphere(femur.v[ball])
    assert np.linalg.norm(centre - HIP_CENTRE) < 0.002
    assert 0.021 < radius < 0.025
    assert depth_mm(femur.v[far < 0.05], hip).max() == 0
    gap = distance_mm(femur.v[ball][::4], [hip])
    assert gap.min() > 0.2 and np.quantile(gap, 0.25) < 2.5


def test_sacrum_meets_the_hip_bones_without_passing_through(bones):
    sacrum, hip = bones["sacrum"], bones["hip_bone_r"]
    side = sacrum.v[sacrum.v[:, 2] > 0.035]
    assert depth_mm(side, hip).max() < 0.3
    gap = distance_mm(side[::3], [hip])
    near = side[::3][gap < 3]
    assert gap.min() < 1.5
    assert np.ptp(near[:, 0]) > 0.025 and np.ptp(near[:, 1]) > 0.015, "the joint is an area, not a point"


def test_symphysis_joins_the_pubic_bones(bones):
    disc = bones["pubic_symphysis"]
    right = disc.v[disc.v[:, 2] > 0.003]
    assert distance_mm(right, [bones["hip_bone_r"]]).min() < 0.5
    assert depth_mm(right, bones["hip_bone_r"]).max() < 1.5
    hip = bones["hip_bone_r"].v
    assert 0.005 < 2 * hip[:, 2].min() < 0.009


def test_sacral_foramina_are_four_dents_a_side(bones):
    mesh = bones["sacrum"]
    v, n = mesh.v, mesh.normals()
    for forward, band in ((1, (0.009, 0.024)), (-1, (0.009, 0.024))):
        face = (forward * (n @ [0.8, -0.6, 0]) > 0.3) & (v[:, 2] > band[0]) & (v[:, 2] < band[1]) & (v[:, 1] < 0.02)
        pits = []
        for i in np.flatnonzero(face):
            d = np.linalg.norm(v - v[i], axis=1)
            around = (d > 0.006) & (d < 0.009) & (n @ n[i] > 0)
            if around.any() and (v[around] - v[i]).mean(0) @ n[i] > 0.0015:
                pits.append(v[i])
        groups = []
        for p in sorted(pits, key=lambda p: -p[1]):
            if not groups or min(np.linalg.norm(p - q) for q in groups[-1]) > 0.005:
                groups.append([])
            groups[-1].append(p)
        assert len([g for g in groups if len(g) > 3]) == 4


def test_coccyx_hangs_from_the_sacrum_and_curves_forward(bones):
    coccyx, sacrum = bones["coccyx"], bones["sacrum"]
    assert distance_mm(coccyx.v, [sacrum]).min() < 0.5
    assert depth_mm(coccyx.v, sacrum).max() < 1.5
    assert 25 < np.ptp(coccyx.v[:, 1]) * 1e3 < 45
    low = coccyx.v[coccyx.v[:, 1] < coccyx.v[:, 1].min() + 0.004]
    high = coccyx.v[coccyx.v[:, 1] > coccyx.v[:, 1].max() - 0.004]
    assert low[:, 0].mean() > high[:, 0].mean() + 0.008
    assert np.ptp(high[:, 2]) > 2 * np.ptp(low[:, 2])


def test_lesser_trochanter_is_a_bump_of_10_to_12_mm_behind_and_inside(bones):
    v = bones["femur_r"].v
    tip = landmarks.landmark("lesser_trochanter")

    def middle(y):
        ring = v[np.abs(v[:, 1] - y) < 0.003]
        return (ring.max(0) + ring.min(0))[[0, 2]] / 2

    upper, lower = middle(tip[1] - 0.035), middle(tip[1] - 0.075)

    def reach(y):  # of the surface from the shaft's axis, towards the trochanter
        axis = upper + (upper - lower) * (y - tip[1] + 0.035) / 0.040
        way = tip[[0, 2]] - (upper + (upper - lower) * 0.035 / 0.040)
        way /= np.linalg.norm(way)
        ring = v[np.abs(v[:, 1] - y) < 0.003][:, [0, 2]] - axis
        ring = ring[np.abs(ring @ [-way[1], way[0]]) < 0.004]
        return (ring @ way).max() * 1e3, way

    height, way = reach(tip[1])
    base = (reach(tip[1] + 0.025)[0] + reach(tip[1] - 0.025)[0]) / 2
    assert 10 <= height - base <= 12
    assert way[0] < -0.4 and way[1] < -0.4, "behind and towards the midline"


def test_ischial_spine_stands_out_between_two_notches(bones):
    v = bones["hip_bone_r"].v
    spine = landmarks.landmark("ischial_spine")

    def border(y):
        ring = v[(np.abs(v[:, 1] - y) < 0.002) & (v[:, 0] < -0.08)]
        return (ring @ [-0.6, 0, -0.8]).max()

    there = spine @ np.array([-0.6, 0, -0.8])
    assert (there - border(spine[1] + 0.022)) * 1e3 > 6
    assert (there - border(spine[1] - 0.018)) * 1e3 > 6


# ------------------------------------------------------------------ the ribs


@pytest.mark.parametrize("rib", [9, 10, 11, 12])
def test_rib_heads_rest_on_their_vertebrae(bones, rib):
    mesh, body = bones[f"rib_{rib}_r"], bones[f"t{rib}"]
    head = mesh.v[mesh.v[:, 2] < mesh.v[:, 2].min() + 0.012]
    assert distance_mm(head, [body]).min() < 1.0
    assert depth_mm(mesh.v, body).max() < 3.0
    nearest = head[distance_mm(head, [body]).argmin()]
    upper, lower = (np.polyval(face_line(body, s), nearest[0]) for s in (1, -1))
    assert lower < nearest[1] < upper + 0.004, "on the body, not on the disc below"


@pytest.mark.parametrize("rib", [9, 10])
def test_rib_tips_meet_the_costal_margin(bones, rib):
    v = bones[f"rib_{rib}_r"].v
    tip = v[v[:, 0] > v[:, 0].max() - 0.006]
    assert distance_mm(tip, [bones["costal_margin_r"]]).min() < 1.0


def test_ribs_slope_down_and_the_margin_ends_above_the_crest(bones):
    for rib in (9, 10, 11, 12):
        v = bones[f"rib_{rib}_r"].v
        assert v[v[:, 2].argmin(), 1] - v[:, 1].min() > 0.02
    lowest = bones["costal_margin_r"].v[:, 1].min()
    crest = bones["hip_bone_r"].v[:, 1].max()
    assert (lowest - crest) * 1e3 > 36  # more than two fingers
    assert bones["l3"].v[:, 1].min() < lowest < bones["l2"].v[:, 1].max()


# ------------------------------------------------------------------ landmarks


@pytest.mark.parametrize("name", landmarks.names())
def test_landmarks_lie_on_their_bone(bones, name):
    bone = BONE_OF.get(name, "hip_bone_r")
    assert distance_mm(landmarks.landmark(name), [bones[bone]])[0] < 1.5
    assert len(landmarks.definition(name)) > 10


def test_every_landmark_of_the_atlas_has_a_point_or_a_line():
    lines = {"iliac_crest", "pelvic_brim"}
    for name in lines:
        assert landmarks.line(name).shape[1] == 3
    rows = {s.id for s in structures().values() if s.kind == "landmark"}
    on_skin = {"navel"}
    assert rows <= set(landmarks.names()) | lines | {"transverse_process"} | on_skin


def test_landmarks_are_where_their_definitions_say(bones):
    at = {k: landmarks.landmark(k) for k in landmarks.names()}
    hip, femur, sacrum = bones["hip_bone_r"].v, bones["femur_r"].v, bones["sacrum"].v
    crest = hip[(hip[:, 1] > -0.02) & (hip[:, 2] > 0.08)]
    assert at["asis"][0] == pytest.approx(crest[:, 0].max(), abs=5e-4)
    assert at["iliac_crest_top"][1] == pytest.approx(hip[:, 1].max(), abs=5e-4)
    assert at["psis"][0] == pytest.approx(hip[:, 0].min(), abs=5e-4)
    assert at["ischial_tuberosity"][1] == pytest.approx(hip[:, 1].min(), abs=5e-4)
    assert at["promontory"][0] == pytest.approx(sacrum[np.abs(sacrum[:, 2]) < 0.002, 0].max(), abs=5e-4)
    assert at["greater_trochanter"][2] == pytest.approx(femur[:, 2].max(), abs=5e-4)
    # Neighbours in their right order.
    assert 0.025 < at["asis"][1] - at["aiis"][1] < 0.055 and at["asis"][0] > at["aiis"][0]
    assert at["aiis"][1] > at["iliopubic_eminence"][1] > at["pubic_tubercle"][1]
    assert at["aiis"][2] > at["iliopubic_eminence"][2] > at["pecten_pubis"][2] > at["pubic_tubercle"][2]
    assert at["iliopubic_eminence"][0] > HIP_CENTRE[0] and at["iliopubic_eminence"][1] > HIP_CENTRE[1]
    assert at["ischial_spine"][1] > at["ischial_tuberosity"][1] + 0.04
    assert at["lesser_trochanter"][1] < HIP_CENTRE[1] - 0.04
    assert at["psis"][2] < at["iliac_crest_top"][2] < at["asis"][2]


def test_fossa_lies_inside_the_ring_of_crest_and_brim():
    fossa, crest, brim = landmarks.landmark("iliac_fossa"), landmarks.line("iliac_crest"), landmarks.line("pelvic_brim")
    assert brim[:, 1].min() < fossa[1] < crest[:, 1].max()
    assert fossa[2] < np.interp(fossa[1], crest[:13, 1], crest[:13, 2]) and fossa[2] > brim[:, 2].max()


@pytest.mark.parametrize("name", ["iliac_crest", "pelvic_brim"])
def test_bony_lines_follow_the_bones_without_a_jump(bones, name):
    line = landmarks.line(name)
    assert distance_mm(line, [bones["hip_bone_r"], bones["sacrum"]]).max() < 1.5
    step = np.linalg.norm(np.diff(line, axis=0), axis=1)
    assert step.max() < (0.020 if name == "iliac_crest" else 0.025)
    np.testing.assert_allclose(line[0], landmarks.landmark("asis" if name == "iliac_crest" else "promontory"))
    np.testing.assert_allclose(line[-1], landmarks.landmark("psis" if name == "iliac_crest" else "pubic_tubercle"))


@pytest.mark.parametrize("vertebra", [*COLUMN, "s1"])
def test_recorded_endplates_agree_with_the_mesh(bones, vertebra):
    bone = bones["sacrum" if vertebra == "s1" else vertebra]
    for edge, side in (("upper", 1), ("lower", -1))[: 1 if vertebra == "s1" else 2]:
        plate = landmarks.endplate(vertebra, edge)
        slope = face_line(bone, side)
        assert plate.tilt_deg == pytest.approx(tilt_deg(bone, side), abs=1.5)
        assert plate.centre[1] == pytest.approx(np.polyval(slope, plate.centre[0]), abs=7e-4)
        assert plate.centre[2] == 0
        if vertebra != "s1":
            depth, width = rim_mm(bone, side)
            assert 2e3 * plate.half_depth_m == pytest.approx(depth, abs=2.5)
            assert 2e3 * plate.half_width_m == pytest.approx(width, abs=2.5)
        front = plate.centre + plate.half_depth_m * plate.forward
        assert distance_mm(front, [bone])[0] < 1.5
        assert plate.forward @ plate.up == pytest.approx(0)


@pytest.mark.parametrize("level", LUMBAR)
@pytest.mark.parametrize("side", ["r", "l"])
def test_transverse_process_points_lie_on_the_front(bones, level, side):
    bone, sign = bones[level], 1 if side == "r" else -1
    tip = landmarks.transverse_process_tip(level, side)
    assert sign * tip[2] == pytest.approx(np.abs(bone.v[:, 2]).max(), abs=2e-4)
    for fraction in (0, 0.25, 0.5, 0.75, 1):
        p = landmarks.transverse_process_front(level, fraction, side)
        assert distance_mm(p, [bone])[0] < 1.0
        assert depth_mm(p[None] + np.array([0.003, 0, 0]), bone)[0] == 0, "nothing of the process lies in front of it"
    root, end = (landmarks.transverse_process_front(level, f, side) for f in (0, 1))
    assert sign * root[2] < 0.028 < sign * end[2] <= sign * tip[2]


@given(st.sampled_from(landmarks.names()), st.floats(0, 1), st.sampled_from(LUMBAR))
def test_sides_mirror(name, fraction, level):
    flip = np.array([1, 1, -1])
    np.testing.assert_array_equal(landmarks.landmark(name, "l"), landmarks.landmark(name, "r") * flip)
    np.testing.assert_array_equal(
        landmarks.transverse_process_front(level, fraction, "l"),
        landmarks.transverse_process_front(level, fraction, "r") * flip,
    )


def test_unknown_names_are_told_with_what_is_near():
    with pytest.raises(landmarks.UnknownLandmarkError, match=r"landmark 'assis'.*asis"):
        landmarks.landmark("assis")
    with pytest.raises(landmarks.UnknownLandmarkError, match=r"vertebra 'l6'.*l5"):
        landmarks.endplate("l6", "upper")
    with pytest.raises(landmarks.UnknownLandmarkError, match=r"edge of s1 'lower'.*upper"):
        landmarks.endplate("s1", "lower")
    with pytest.raises(landmarks.UnknownLandmarkError, match="level 't12'"):
        landmarks.transverse_process_tip("t12")
    with pytest.raises(ValueError, match=r"fraction 1\.5 .*0 .*1"):
        landmarks.transverse_process_front("l3", 1.5)
    with pytest.raises(ValueError, match="side 'right' is neither 'r' nor 'l'"):
        landmarks.landmark("asis", "right")


# ------------------------------------------------------------------ the file and its record


def test_bones_cannot_be_changed_by_a_reader(bones):
    with pytest.raises(ValueError, match="read-only"):
        bones["l3"].v[0] = 0
    with pytest.raises(TypeError):
        bones["l3"] = bones["l4"]


def test_record_says_frame_scale_sources_licences_and_every_choice():
    record = bones_record()
    assert "metres" in record["frame"] and "anterior" in record["frame"]
    np.testing.assert_allclose(record["hip_centre_r_m"], HIP_CENTRE)
    assert {"pelvis_sagittal", "pelvis_side_to_side", "femur"} <= set(record["scale"])
    assert {(p["name"], p["version"]) for p in record["packages"].values()} == {
        ("musculoskeletal-models", "0.2.4"),
        ("musclemimic-models", "1.0.6"),
    }
    licences = " ".join(p["licence"] for p in record["packages"].values())
    assert all(name in licences for name in ("MPL-2.0", "Apache-2.0", "CC-BY-3.0"))
    assert all(len(digest) == 64 for digest in record["files_sha256"].values()) and len(record["files_sha256"]) == 19
    for part in ("coccyx", "discs", "costal_margin", "symphysis", "sacral_relief", "vertebrae", "ribs", "left_side"):
        assert record["choices"][part].endswith(".")
    assert json.loads(json.dumps(record)) == record


def test_asset_is_small():
    assert ASSET.stat().st_size < 600_000


# ------------------------------------------------------------------ the build


@pytest.fixture(scope="module")
def wheels():
    """Folder of the wheels, or None when the packages are installed; skips where there is neither."""
    folder = Path(os.environ["ILIOPSOAS_WHEELS"]) if os.environ.get("ILIOPSOAS_WHEELS") else None
    try:
        Sources(folder).read("llp26", "musculoskeletal/models/__init__.py")
        Sources(folder).read("opensim", "musclemimic_models/__init__.py")
    except SourcesMissingError as missing:
        pytest.skip(str(missing))
    return folder


def test_build_makes_the_same_bytes_twice_and_the_shipped_bones(wheels, tmp_path):
    first, second = build(wheels), build(wheels)
    assert first == second
    made = tmp_path / "bones.npz"
    made.write_bytes(first)
    with np.load(made, allow_pickle=False) as new, np.load(ASSET, allow_pickle=False) as shipped:
        assert sorted(new.files) == sorted(shipped.files)
        for key in new.files:
            if key.endswith(".v"):  # another processor may round one step (about 12 micrometres) the other way
                assert np.abs(new[key].astype(int) - shipped[key].astype(int)).max() <= 1, key
            elif key.endswith((".f", ".n")):
                np.testing.assert_array_equal(new[key], shipped[key], err_msg=key)
        ours, theirs = (json.loads(str(d["record"])) for d in (new, shipped))
        found, expected = ours.pop("landmarks"), theirs.pop("landmarks")
        assert ours == theirs
        for name, point in found["points"].items():
            np.testing.assert_allclose(point, expected["points"][name], atol=1e-3)


@pytest.mark.parametrize("name", ["femur_r", "tibia_r", "fibula_r", "patella_r"])
def test_bones_of_the_leg_are_closed_and_mirrored(name):
    mesh = load_leg()[name]
    assert is_closed(mesh) and components(mesh) == 1 and volume_cm3(mesh) > 0
    np.testing.assert_array_equal(load_leg()[name[:-1] + "l"].v * [1, 1, -1], mesh.v)


def test_the_whole_femur_is_the_one_of_the_standing_body_made_longer(bones):
    whole, cut = load_leg()["femur_r"].v + HIP_CENTRE, bones["femur_r"].v
    above = cut[cut[:, 1] > -0.28]
    assert distance_mm(above[::20], [load_leg()["femur_r"].moved(whole)]).max() < 0.1
    assert whole[:, 1].min() == pytest.approx(-0.507, abs=0.005)


def test_the_leg_is_built_as_shipped_and_both_assets_are_small(wheels):
    made = build_leg(wheels)
    assert made == build_leg(wheels)
    with np.load(LEG, allow_pickle=False) as shipped:
        record = json.loads(str(shipped["record"]))
    assert all(len(digest) == 64 for digest in record["files_sha256"].values())
    assert set(record["choices"]) == {"femur", "tibia_fibula", "patella"}
    assert abs(len(made) - LEG.stat().st_size) < 2000
    assert LEG.stat().st_size < 150_000


def test_build_command_writes_where_told(wheels, tmp_path, capsys):
    out = tmp_path / "elsewhere.npz"
    where = [] if wheels is None else ["--wheels", str(wheels)]
    assert main([*where, "--out", str(out)]) == 0
    assert out.stat().st_size < 600_000
    assert out.with_name("leg.npz").stat().st_size < 150_000
    assert "elsewhere.npz" in capsys.readouterr().out


def test_missing_and_wrong_packages_say_how_to_get_the_right_ones(tmp_path):
    with pytest.raises(SourcesMissingError, match=r"uv pip install --no-deps .*musculoskeletal-models==0\.2\.4"):
        Sources(tmp_path).read("llp26", "nothing.geof")
    (tmp_path / PACKAGES["llp26"].wheel).write_bytes(b"not a wheel")
    with pytest.raises(SourcesMissingError, match="not the file the bones were made from"):
        Sources(tmp_path).read("llp26", "nothing.geof")


def test_build_command_without_packages_leaves_with_a_sentence(tmp_path, capsys):
    with pytest.raises(SystemExit) as left:
        main(["--wheels", str(tmp_path), "--out", str(tmp_path / "bones.npz")])
    assert left.value.code == 1
    assert "--no-deps" in capsys.readouterr().err
    assert not (tmp_path / "bones.npz").exists()
