"""What lies beside, before and within what: the relations of the body, each shown to fail when something is moved.

Whether anything runs through a muscle or a bone is measured by brute force (`solid.py`), not with the search that laid
vessels and nerves.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import solid
from iliopsoas.atlas.bones import load_bones
from iliopsoas.atlas.structures import structures
from iliopsoas.body.basis import BASIS, basis
from iliopsoas.body.landmarks import landmark
from iliopsoas.body.region import Region
from iliopsoas.body.relations import height, middle_at, relations
from iliopsoas.sources import reference

SYSTEMS = ("vessels", "nerves", "organs", "groin")
TUBES = ("artery", "vein", "nerve", "ureter")
# What anatomy itself puts inside the muscle: plexus and the beginnings of its nerves.
WITHIN = ("plexus", "femoral_nerve", "obturator_nerve", "genitofemoral", "lumbosacral", "lateral_femoral", "ilio")


@pytest.fixture(scope="module")
def region():
    return Region(SYSTEMS)()


@pytest.fixture(scope="module")
def added(region):
    from iliopsoas.body.assemble import body

    return {k: region[k] for k in region if k not in body()}


# ---------------------------------------------------------------- the relations


def test_there_are_enough_and_each_says_what_it_measures():
    rows = relations()
    assert len(rows) >= 25
    for row in rows.values():
        assert row.says[0].isupper(), row.id
        assert row.says.endswith("."), row.id
        assert row.sources, row.id
        assert all(reference(key).title for key in row.sources), row.id
        assert all(name in structures() for name in row.structures), row.id


@pytest.mark.parametrize("id", list(relations()))
def test_relation_holds(region, id):
    margin = relations()[id].margin_mm(region)
    print(f"{relations()[id].says} Margin {margin:.1f} mm.")
    assert margin > 0


# Relation, the parts moved, and how: by (forward, up, to the right) millimetres on the right and mirrored on the left,
# or "across" the midline.
MOVED = [
    ("nerve_lateral_to_artery", ("femoral_nerve",), (0, 0, -30)),
    ("artery_lateral_to_vein", ("femoral_vein",), (0, 0, 25)),
    ("vein_lateral_to_canal", ("femoral_canal",), (0, 0, 20)),
    ("no_window_beside_the_artery", ("femoral_nerve",), (0, 0, 9)),  # as far apart as the first drawing had them
    ("psoas_behind_femoral_artery", ("femoral_artery",), (-25, 0, 0)),
    ("femoral_nerve_on_iliopsoas", ("femoral_nerve",), (-15, 0, 0)),
    ("ligament_before_femoral_artery", ("femoral_artery",), (20, 0, 0)),
    ("ligament_before_femoral_nerve", ("femoral_nerve",), (20, 0, 0)),
    ("cutaneous_nerve_by_the_spine", ("lateral_femoral_cutaneous_nerve",), (0, -12, -25)),
    ("arch_between_nerve_and_artery", ("iliopectineal_arch",), (0, 0, 20)),
    ("fascia_over_femoral_nerve", ("iliac_fascia",), (-15, 0, 0)),
    ("bursa_between_muscle_and_joint", ("iliopectineal_bursa",), (30, 0, 0)),
    ("epigastric_rises_inside", ("inferior_epigastric_artery",), (0, 0, 25)),
    ("tendon_ends_on_lesser_trochanter", ("iliopsoas_tendon",), (10, 30, 50)),
    ("aorta_left", ("abdominal_aorta",), "across"),
    ("cava_right_of_aorta", ("inferior_vena_cava",), "across"),
    ("aorta_forks_on_l4", ("abdominal_aorta",), (0, 45, 0)),
    ("veins_join_at_l4_l5", ("inferior_vena_cava",), (0, 30, 0)),
    ("right_artery_before_confluence", ("common_iliac_artery",), (-20, 0, 0)),
    ("left_renal_vein_before_aorta", ("renal_vein",), (-20, 0, 0)),
    ("right_renal_artery_behind_cava", ("renal_artery",), (25, 0, 0)),
    ("hilum_order", ("renal_vein",), (-20, 0, 0)),
    ("kidneys_t12_to_l3", ("kidney",), (0, -60, 0)),
    ("kidney_outside_psoas", ("kidney",), (0, 0, -60)),
    ("ureter_before_psoas", ("ureter",), (-15, 0, 0)),
    ("ureter_before_iliac_fork", ("ureter",), (-15, 0, 0)),
    ("ureter_before_internal_iliac", ("ureter",), (-30, 0, 0)),
    ("gonadal_vessels_before_ureter", ("gonadal_artery",), (-12, 0, 0)),
    ("right_ureter_outside_cava", ("ureter",), (0, 0, -15)),
    ("caecum_right", ("caecum",), "across"),
    ("descending_colon_left", ("descending_colon",), "across"),
    ("caecum_before_iliacus", ("caecum",), (-60, 0, 0)),
    ("empty_bladder_behind_symphysis", ("bladder",), (0, 12, 0)),  # a full bladder rises above the symphysis
    ("plexus_in_back_third", ("plexus_l3",), (8, 0, 0)),
    ("roots_behind_front_of_disc", ("plexus_l4",), (20, 0, 0)),
    ("plexus_inside_psoas", ("plexus_l2", "plexus_l3", "plexus_l4"), (0, 0, 30)),
    ("genitofemoral_leaves_at_l3_l4", ("genitofemoral_nerve",), (0, -40, 0)),
    ("genitofemoral_on_the_front", ("genitofemoral_nerve",), (-15, 0, 0)),
    ("femoral_nerve_in_groove", ("femoral_nerve",), (0, 0, -25)),
    ("obturator_on_inner_side", ("obturator_nerve",), (0, 0, 35)),
    ("obturator_behind_iliac_vessels", ("obturator_nerve",), (40, 0, 0)),
    ("order_on_the_sacral_wing", ("sympathetic_trunk",), (0, 0, 20)),
    ("sympathetic_at_inner_margin", ("sympathetic_trunk",), (0, 0, 15)),
    ("right_sympathetic_behind_cava", ("sympathetic_trunk",), (30, 0, 0)),
    ("wall_nerves_behind_kidney", ("subcostal_nerve",), (40, 0, 0)),
    ("iliac_artery_on_inner_side", ("external_iliac_artery",), (0, 0, 30)),
    ("iliac_vein_inside_and_behind", ("external_iliac_vein",), (0, 0, 25)),
    ("psoas_begins_at_t12", ("psoas_slip_t12_l1",), (0, 40, 0)),
]


def moved(region, names, how):
    parts = dict(region)
    for id, part in region.items():
        if id.removesuffix("_r").removesuffix("_l") in names:
            v = part.mesh.v * [1, 1, -1] if how == "across" else part.mesh.v + np.array(how) * _mirrored(part) * 1e-3
            parts[id] = replace(part, mesh=replace(part.mesh, v=v))
    return parts


def _mirrored(part):
    return np.array([1, 1, -1 if part.side == "l" else 1])


@pytest.mark.parametrize(("id", "names", "how"), MOVED, ids=[m[0] for m in MOVED])
def test_moved_by_hand_to_the_wrong_side_it_no_longer_holds(region, id, names, how):
    relation = relations()[id]
    assert relation.margin_mm(region) > 0
    assert relation.margin_mm(moved(region, names, how)) < 0


# ---------------------------------------------------------------- nothing runs through anything


def test_every_part_is_a_closed_surface_of_a_known_structure(added):
    for id, part in added.items():
        assert part.structure in structures(), id
        assert solid.is_closed(part.mesh), id
        assert np.isfinite(part.mesh.v).all(), id


def test_what_is_alike_on_both_sides_is_there_on_both_sides(added):
    one_sided = {"caecum", "ascending_colon", "appendix", "ileum", "descending_colon", "sigmoid_colon"}
    right = {k[:-2] for k in added if k.endswith("_r")}
    left = {k[:-2] for k in added if k.endswith("_l")}
    assert right ^ left == one_sided
    assert {k for k in added if k[-2:] not in ("_r", "_l")} == {"abdominal_aorta", "inferior_vena_cava", "bladder"}


def tubes(added, side="r"):
    return {k: p for k, p in added.items() if p.tissue in TUBES and (p.side in (side, ""))}


def test_no_vessel_or_ureter_runs_through_a_muscle(added, region):
    """Finding 54: 72 points of the internal iliac and 64 of the external artery lay inside psoas."""
    for side in "rl":
        flesh = [region[f"{k}_{side}"].mesh for k in ("psoas_major", "iliacus")]
        for id, part in tubes(added, side).items():
            if part.tissue != "nerve":
                deepest = max(float(solid.depth_mm(part.mesh.v, mesh).max()) for mesh in flesh)
                assert deepest <= 1.0, (id, deepest)


def test_no_nerve_runs_through_a_muscle_where_it_should_lie_on_it(added, region):
    """Finding 54, for nerves: inside psoas only where they form; below the brim nothing is inside any more."""
    flesh = [region[f"{k}_r"].mesh for k in ("psoas_major", "iliacus")]
    for id, part in tubes(added).items():
        if part.tissue == "nerve":
            v = part.mesh.v[part.mesh.v[:, 1] < -0.012] if id.startswith(WITHIN) else part.mesh.v
            if len(v):
                deepest = max(float(solid.depth_mm(v, mesh).max()) for mesh in flesh)
                assert deepest <= 2.0, (id, deepest)  # a flat nerve in a groove: its edges dip in


def test_nothing_runs_through_bone(added):
    bones = {k: m for k, m in load_bones().items() if not k.endswith("_l") and not k.startswith("disc")}
    for id, part in tubes(added).items():
        worst = {k: float(solid.depth_mm(part.mesh.v, m).max()) for k, m in bones.items()}
        deepest = max(worst, key=worst.get)
        assert worst[deepest] <= 1.5, (id, deepest, worst[deepest])


def test_kidneys_keep_out_of_the_muscle(added, region):
    for side in "rl":
        assert solid.depth_mm(added[f"kidney_{side}"].mesh.v, region[f"psoas_major_{side}"].mesh).max() <= 1.0


# ---------------------------------------------------------------- sizes and levels with a source


def test_every_structure_says_what_it_rests_on(added):
    assert {p.structure for p in added.values()} == set(BASIS)
    for row in BASIS.values():
        assert row.place_text, row.structure
        assert row.size_text, row.structure
        assert bool(row.sources) == ("published" in (row.place, row.size)), row.structure
        assert all(reference(key).title for key in row.sources), row.structure
    with pytest.raises(KeyError, match="abdominal_aorta"):
        basis("abdominal_aort")


@pytest.mark.parametrize("id", [row.structure for row in BASIS.values() if row.breadth_mm])
def test_a_calibre_that_is_said_is_the_one_that_is_drawn(added, id):
    part = next(p for p in added.values() if p.structure == id and p.side in ("r", ""))
    y = {"femoral_nerve": middle_of_ligament(), "femoral_artery": -0.09}.get(id, float(np.median(part.mesh.v[:, 1])))
    v = part.mesh.v
    cut = v[np.abs(v[:, 1] - y) < 0.003]
    direction = np.linalg.svd(cut - cut.mean(0))[2]
    breadth = 1e3 * min(np.ptp(cut @ d) for d in direction[:2]) if id != "femoral_nerve" else 1e3 * np.ptp(cut[:, 2])
    assert breadth == pytest.approx(BASIS[id].breadth_mm, abs=1.6)


def middle_of_ligament():
    return 0.5 * (landmark("asis")[1] + landmark("pubic_tubercle")[1]) - 0.012


def test_the_kidneys_are_as_long_as_published(added):
    for side, mm in (("r", 104), ("l", 106)):
        v = added[f"kidney_{side}"].mesh.v
        axis = np.linalg.svd(v - v.mean(0), full_matrices=False)[2][0]
        assert 1e3 * np.ptp(v @ axis) == pytest.approx(mm, abs=3)


def test_nerves_end_in_branches_or_in_a_tip_and_not_blunt(added):
    """Finding 53: femoral and lateral femoral cutaneous nerve ended bluntly."""
    ends = {k: p for k, p in added.items() if p.tissue == "nerve" and k.endswith("_r")}
    assert sum(k.startswith("femoral_nerve_branch") for k in ends) >= 4
    for id in ("lateral_femoral_cutaneous_nerve_r", "femoral_nerve_branch_1_r", "iliohypogastric_nerve_r"):
        v = ends[id].mesh.v.reshape(len(ends[id].mesh.v) // 10, 10, 3) if "branch" not in id else None
        rings = v if v is not None else ends[id].mesh.v.reshape(-1, 8, 3)
        size = np.linalg.norm(rings - rings.mean(1, keepdims=True), axis=2).mean(1)
        assert size[-2] < 0.6 * size[len(size) // 2], id


def test_the_cutaneous_nerve_comes_from_the_plexus_not_from_the_femoral_nerve(added):
    """Finding 53: it was drawn as a branch of the femoral nerve."""
    start = added["lateral_femoral_cutaneous_nerve_r"].mesh.v
    assert start[:, 1].max() > height("l3_l4")
    femoral = added["femoral_nerve_r"].mesh.v
    assert start[:, 1].max() - femoral[:, 1].max() > 0.03


def test_the_flank_nerves_reach_the_front(added):
    """Finding 61: iliohypogastric and ilio-inguinal nerve ended in mid-air beside the muscle."""
    for name in ("iliohypogastric_nerve_r", "ilioinguinal_nerve_r"):
        v = added[name].mesh.v
        assert v[:, 0].max() > landmark("asis")[0], name
        assert v[v[:, 0].argmax(), 2] < landmark("asis")[2], name


def test_skin_to_psoas_order_at_three_named_points(region):
    """From front to back: over the groin pulse, over the right ureter at L4, and in the left iliac fossa."""

    def order(names, y, z):
        reach = [(float(v[:, 0].max()), k) for k in names if len(v := near(region[k], y, z))]
        return [k for _, k in sorted(reach, reverse=True)]

    def near(part, y, z, reach=0.006):
        return part.mesh.v[np.hypot(part.mesh.v[:, 1] - y, part.mesh.v[:, 2] - z) < reach]

    groin = middle_at(region["femoral_artery_r"], -0.067)
    assert order(["psoas_major_r", "femoral_artery_r", "inguinal_ligament_r"], groin[1], groin[2]) == [
        "inguinal_ligament_r", "femoral_artery_r", "psoas_major_r"]  # fmt: skip
    ureter = middle_at(region["ureter_r"], height("l4"))
    assert order(["psoas_major_r", "ureter_r"], ureter[1], ureter[2]) == ["ureter_r", "psoas_major_r"]
    brim = middle_at(region["psoas_major_l"], -0.025)
    crossed = [k for k in ("sigmoid_colon_l", "psoas_major_l") if len(near(region[k], brim[1], brim[2], 0.012))]
    assert crossed == ["sigmoid_colon_l", "psoas_major_l"]
