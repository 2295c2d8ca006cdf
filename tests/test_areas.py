"""Attachment areas measured on the bones: present, on the right bone, side and face, apart from each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iliopsoas.atlas.attachments import attachments
from iliopsoas.atlas.bones import load_bones
from iliopsoas.body import column
from iliopsoas.body.areas import areas
from iliopsoas.body.assemble import body
from iliopsoas.body.iliacus import iliacus
from iliopsoas.body.landmarks import landmark, transverse_process_front, transverse_process_tip
from iliopsoas.body.psoas_belly import belly
from iliopsoas.body.psoas_slips import deep, superficial

RIGHT = sorted(k for k in areas() if k.endswith("_r"))
# Plausible sizes in cm2: a strip of a disc 10 mm high and 20 mm long is 2, the whole iliac fossa about 60.
PLAUSIBLE = {
    "psoas_major_disc": (1.5, 7),
    "psoas_major_margin": (0.7, 2.5),
    "psoas_major_body": (1.5, 4.5),
    "psoas_major_tp": (0.6, 3.5),
    "psoas_major_insertion": (1, 5),
    "psoas_minor_disc": (0.4, 2.5),
    "psoas_minor_margin": (0.2, 1.2),
    "psoas_minor_insertion": (0.8, 4),
    "iliacus_fossa": (25, 65),
    "iliacus_sacral_ala": (0.8, 4),
    "iliacus_insertion": (2, 9),
}


def sampled(bone, n=3):
    """Points spread over a bone's surface, their normals, and the area each stands for (cm2)."""
    mesh = load_bones()[bone]
    t = mesh.v[mesh.f]
    cross = np.cross(t[:, 1] - t[:, 0], t[:, 2] - t[:, 0])
    area = np.linalg.norm(cross, axis=1) / 2
    keep = area > 1e-12
    t, cross, area = t[keep], cross[keep], area[keep]
    cells = [((i + 1 / 3) / n, (j + 1 / 3) / n) for i in range(n) for j in range(n - i)]
    cells += [((i + 2 / 3) / n, (j + 2 / 3) / n) for i in range(n - 1) for j in range(n - 1 - i)]
    p = np.concatenate([t[:, 0] + u * (t[:, 1] - t[:, 0]) + v * (t[:, 2] - t[:, 0]) for u, v in cells])
    normal = np.tile(cross / np.linalg.norm(cross, axis=1, keepdims=True), (len(cells), 1))
    return p, normal, np.tile(area / len(cells) * 1e4, len(cells))


@pytest.fixture(scope="module")
def surfaces():
    return {bone: sampled(bone) for bone in {a.parent for a in areas().values()}}


def painted(area, surfaces):
    p, normal, weight = surfaces[area.parent]
    hit = area.inside(p) > 0
    return p[hit], normal[hit], float(weight[hit].sum())


def test_areas_are_the_rows_of_the_attachment_table():
    assert {a.attachment for a in areas().values()} == set(attachments())
    for a in areas().values():
        assert a.id == f"{a.attachment}_{a.side}"
        row = attachments()[a.attachment]
        assert a.parent in (row.on, f"{row.on}_{a.side}")
        assert a.parent in body()


@pytest.mark.parametrize("name", RIGHT)
def test_every_area_is_there_at_a_plausible_size(name, surfaces):
    area = areas()[name]
    size = painted(area, surfaces)[2]
    low, high = next(v for k, v in PLAUSIBLE.items() if name.startswith(k))
    print(f"{name} on {area.parent}: {size:.2f} cm2")
    assert low < size < high


@pytest.mark.parametrize("name", RIGHT)
def test_every_area_lies_on_its_own_side(name, surfaces):
    assert painted(areas()[name], surfaces)[0][:, 2].min() > 0
    assert painted(areas()[name[:-2] + "_l"], surfaces)[0][:, 2].max() < 0


@given(st.integers(0, 2**32 - 1))
def test_left_is_the_mirror_of_right(seed):
    p = np.random.default_rng(seed).uniform((-0.12, -0.2, -0.12), (0.0, 0.25, 0.12), (20, 3))
    for name in RIGHT:
        right, left = areas()[name], areas()[name[:-2] + "_l"]
        np.testing.assert_allclose(left.inside(p * [1, 1, -1]), right.inside(p), atol=1e-12)


@pytest.mark.parametrize("name", RIGHT)
def test_an_area_is_one_patch_with_a_clean_edge(name, surfaces):
    """Walking away from its middle, each area ends once; its value falls about as fast as the distance grows."""
    area = areas()[name]
    p, _, _ = painted(area, surfaces)
    step = np.full((1, 3), 1e-5)
    slope = np.abs(area.inside(p + step) - area.inside(p)) / np.linalg.norm(step)
    assert slope.max() < 3
    links = np.linalg.norm(p[:, None] - p[None], axis=2) < 0.006 if len(p) < 1500 else None
    if links is not None:
        reached = np.zeros(len(p), bool)
        reached[0] = True
        for _ in range(60):
            reached = links[reached].any(0)
        assert reached.all()


def test_no_point_of_bone_belongs_to_two_areas(surfaces):
    for bone in surfaces:
        here = [a for a in areas().values() if a.parent == bone]
        p, _, weight = surfaces[bone]
        inside = np.array([a.inside(p) > 0 for a in here])
        both = inside.sum(0) > 1
        names = {here[i].id for i in np.flatnonzero(inside[:, both].any(1))}
        assert weight[both].sum() < 0.02, names


def test_margins_stop_at_the_disc_and_keep_to_the_rim():
    for name in RIGHT:
        area = areas()[name]
        if "margin" in name:
            vertebra, edge = area.attachment.split("_")[-2:]
            at = column.plate(vertebra, edge)
            p, _, _ = sampled(area.parent)
            up = at.local(p[area.inside(p) > 0])[:, 1] * (1 if edge == "lower" else -1)
            assert up.max() < 0.0065, name  # a strip of about 5 mm
            assert area.inside(at.world(0.0, 0.0, 0.0)[None])[0] < 0, name  # not the face of the endplate


@pytest.mark.parametrize("vertebra", column.VERTEBRAE[1:])
def test_process_areas_lie_on_the_front(vertebra, surfaces):
    area = areas()[f"psoas_major_tp_{vertebra}_r"]
    p, normal, _ = painted(area, surfaces)
    front = normal @ column.level(vertebra).forward
    print(f"{area.id}: {np.mean(front > 0):.2f} of it faces forward")
    assert np.mean(front > 0) > 0.9
    assert np.median(front) > 0.5
    root, tip = transverse_process_front(vertebra, 0.0), transverse_process_tip(vertebra)
    part = (p - root) @ (tip - root) / ((tip - root) @ (tip - root))
    print(f"it ends at {part.max():.2f} of the way to the tip")
    assert 0.65 < part.max() < 0.85  # the inner three quarters


def test_the_fossa_is_the_inner_face_below_the_bare_lip(surfaces):
    p, normal, _ = painted(areas()["iliacus_fossa_r"], surfaces)
    inwards = normal @ [0.45, 0.25, -0.85]
    assert np.mean(inwards > 0) > 0.99
    assert p[:, 1].max() < landmark("iliac_crest_top")[1] - 0.003


def test_each_superficial_slip_starts_within_its_areas():
    for level, slip in superficial(belly()).items():
        if level == "l5":
            names = ["psoas_major_body_l5"]
        else:
            above, below = level.split("_")
            names = [
                f"psoas_major_disc_{level}",
                f"psoas_major_margin_{above}_lower",
                f"psoas_major_margin_{below}_upper",
            ]
        best = np.max([areas()[f"{n}_r"].inside(slip.origin) for n in names], axis=0)
        print(f"slip {level}: farthest out {-best.min() * 1e3:.1f} mm")
        assert best.min() > -0.0012, level


def test_each_deep_slip_starts_within_its_area():
    for vertebra, slip in deep(belly()).items():
        value = areas()[f"psoas_major_tp_{vertebra}_r"].inside(slip.origin)
        assert value.min() > -0.0012, vertebra


def test_the_lower_ends_lie_within_their_areas():
    end = body()["iliopsoas_tendon_r"].mesh.v[-28:]
    assert areas()["psoas_major_insertion_r"].inside(end).min() > 0
    inserted = iliacus().insertion
    on = np.maximum(
        areas()["iliacus_insertion_r"].inside(inserted), areas()["psoas_major_insertion_r"].inside(inserted)
    )
    assert on.min() > -0.0005
    minor = body()["psoas_minor_r"].mesh.v.reshape(-1, 20, 3)
    assert areas()["psoas_minor_insertion_r"].inside(minor[-1]).min() > -0.001
    start = areas()["psoas_minor_disc_t12_l1_r"].inside(minor[0])
    assert start.max() > 0
    assert start.min() > -0.003
