"""Back, buttock and wall of the belly: where each thing starts, ends and lies. Closes review findings 50, 51 and 59."""

import numpy as np
import pytest

from iliopsoas.body import back_muscles, gluteal, pelvis_back, wall
from iliopsoas.body.assemble import body
from iliopsoas.body.landmarks import landmark, transverse_process_tip
from iliopsoas.body.region import Region, system_of, systems_there
from iliopsoas.body.surface import Surface, volume_cm3
from iliopsoas.plates.back import PLEXUS_MM, depth_facts
from iliopsoas.plates.catalogue import folio
from iliopsoas.plates.merge import merged
from iliopsoas.plates.three_muscles import STARTS, psoas_levels
from iliopsoas.sources import reference

BONE_M, THROUGH_M = 0.003, 0.002


@pytest.fixture(scope="module")
def parts():
    return Region(("back", "wall"))()


@pytest.fixture(scope="module")
def organs():
    return Region(("organs",))()


@pytest.fixture(scope="module")
def bones():
    names = ("sacrum", "coccyx", "hip_bone_r", "femur_r", "t11", "t12", "l1", "l2", "l3", "l4", "l5", "rib_12_r")
    return {name: Surface(body()[name].mesh) for name in names}


def distance_m(points, bones, *names):
    found = [np.abs(bones[name].nearest(points).height_m) for name in names]
    return np.min(found, axis=0)


# Muscle or ligament, one of its ends, and the bones one of which that end must lie on.
ENDS = [
    ("gluteus maximus: ilium to coccyx", lambda: gluteal.maximus_origin()[:-6], ("hip_bone_r", "sacrum", "coccyx")),
    ("gluteus maximus: gluteal tuberosity", gluteal.gluteal_tuberosity, ("femur_r",)),
    ("gluteus medius: outer ilium", lambda: gluteal.medius_ends()[0], ("hip_bone_r",)),
    ("gluteus medius: greater trochanter", lambda: gluteal.medius_ends()[1], ("femur_r",)),
    ("piriformis: sacrum", lambda: pelvis_back.piriformis_ends()[0][None], ("sacrum",)),
    ("piriformis: greater trochanter", lambda: pelvis_back.piriformis_ends()[1][None], ("femur_r",)),
    ("sacrotuberous ligament: ischial tuberosity", lambda: pelvis_back.sacrotuberous_ends()[1], ("hip_bone_r",)),
    ("sacrospinous ligament: ischial spine", lambda: pelvis_back.sacrospinous_ends()[1], ("hip_bone_r",)),
]  # fmt: skip


@pytest.mark.parametrize(("what", "end", "on"), ENDS, ids=[e[0] for e in ENDS])
def test_every_end_lies_within_3_mm_of_its_bone(what, end, on, bones):
    assert distance_m(end(), bones, *on).max() < BONE_M, what


def test_the_origin_of_gluteus_maximus_goes_from_ilium_over_sacrum_and_coccyx_to_the_ligament(bones):
    """It used to stop at S5 (finding 59): coccyx and sacrotuberous ligament belong to it."""
    line = gluteal.maximus_origin()
    on = {name: np.abs(bones[name].nearest(line).height_m) < BONE_M for name in ("hip_bone_r", "sacrum", "coccyx")}
    first = [int(np.argmax(on[name])) for name in ("hip_bone_r", "sacrum", "coccyx")]
    assert all(k.any() for k in on.values()) and first == sorted(first)
    ligament = Surface(pelvis_back.sacrotuberous_ligament())
    assert np.abs(ligament.nearest(line[-1:]).height_m).max() < 0.006
    tract = Surface(gluteal.iliotibial_tract())
    assert np.abs(tract.nearest(gluteal.maximus_insertion()[:6]).height_m).min() < 0.008, "and it ends in the tract"


SOFT = ["multifidus_r", "erector_spinae_r", "gluteus_maximus_r", "gluteus_medius_r", "piriformis_r", "sciatic_nerve_r",
        "sacrotuberous_ligament_r", "sacrospinous_ligament_r", "thoracolumbar_fascia_r", "superior_gluteal_artery_1_r",
        "superior_gluteal_artery_2_r", "inferior_gluteal_artery_1_r", "iliotibial_tract_r", "transversus_abdominis_r",
        "internal_oblique_r"]  # fmt: skip


@pytest.mark.parametrize("name", SOFT)
def test_nothing_lies_more_than_2_mm_inside_bone(name, parts, bones):
    for bone, surface in bones.items():
        near = surface.near(parts[name].mesh.v, 0.0)
        if near.any():
            deepest = surface.nearest(parts[name].mesh.v[near]).height_m.min()
            assert deepest > -THROUGH_M, f"{bone}: {-deepest * 1e3:.1f} mm"


def test_parts_are_closed_and_left_mirrors_right(parts):
    for part in parts.values():
        if part.structure in STARTS or part.id in SOFT:
            assert volume_cm3(part.mesh) > 0, part.id
    right, left = parts["gluteus_maximus_r"].mesh, parts["gluteus_maximus_l"].mesh
    assert np.array_equal(right.v * [1, 1, -1], left.v)


def test_the_sciatic_nerve_passes_half_way_between_tuberosity_and_trochanter():
    trochanter, tuberosity = landmark("greater_trochanter"), landmark("ischial_tuberosity")
    line = pelvis_back.sciatic_line()
    y = 0.5 * (trochanter[1] + tuberosity[1])
    z = np.interp(-y, -line[:, 1], line[:, 2])
    part = (z - tuberosity[2]) / (trochanter[2] - tuberosity[2])
    assert 0.40 < part < 0.60, "5.8 of 12 cm from the tuberosity in 100 CT scans"


def test_the_sciatic_nerve_leaves_below_piriformis_and_is_a_flat_cord_of_12_to_15_mm(parts):
    nerve, muscle = pelvis_back.sciatic_rings(), parts["piriformis_r"].mesh.v
    widths = np.linalg.norm(nerve[25:45, 0] - nerve[25:45, 10], axis=1), np.ptp(nerve[25:45, :, 2], axis=1)
    assert 0.012 < np.median(widths[1]) < 0.016 and np.median(widths[0]) < 0.006
    for z in (0.058, 0.066, 0.072):
        beside = muscle[np.abs(muscle[:, 2] - z) < 0.004]
        at = pelvis_back.sciatic_line()[np.argmin(np.abs(pelvis_back.sciatic_line()[:, 2] - z))]
        assert at[1] < beside[:, 1].min() + 0.004, "below the lower border"


def test_piriformis_goes_through_the_greater_sciatic_notch(parts):
    """Above the ischial spine and behind the border of the notch, so that the notch can be read."""
    v = parts["piriformis_r"].mesh.v
    leaving = v[np.abs(v[:, 2] - 0.052) < 0.004]
    assert leaving[:, 1].min() > landmark("ischial_spine")[1]
    hip = body()["hip_bone_r"].mesh.v
    border = hip[(np.abs(hip[:, 1] + 0.045) < 0.004) & (hip[:, 2] < 0.075)][:, 0].min()
    assert leaving[:, 0].max() < border + 0.004


def test_the_superior_gluteal_artery_leaves_above_piriformis_and_the_inferior_below(parts):
    muscle = parts["piriformis_r"].mesh.v
    middle = muscle[np.abs(muscle[:, 2] - 0.056) < 0.004][:, 1].mean()
    above, below = (parts[f"{n}_gluteal_artery_1_r"].mesh.v for n in ("superior", "inferior"))
    assert above[np.abs(above[:, 2] - 0.056) < 0.004][:, 1].mean() > middle
    assert below[np.abs(below[:, 2] - 0.052) < 0.004][:, 1].mean() < middle
    nerve = pelvis_back.sciatic_line()
    low = below[np.argmin(below[:, 1])]
    assert low[2] < np.interp(-low[1], -nerve[:, 1], nerve[:, 2]), "on the inner side of the nerve"


def test_gluteus_maximus_covers_nerve_and_artery(parts):
    face = parts["gluteus_maximus_r"].mesh.v
    for point in [*pelvis_back.sciatic_line()[22:34], *parts["superior_gluteal_artery_1_r"].mesh.v[560:600:14]]:
        near = face[np.hypot(face[:, 1] - point[1], face[:, 2] - point[2]) < 0.006]
        assert len(near) and near[:, 0].min() < point[0], "the muscle lies behind"


@pytest.mark.parametrize("level", ["l1", "l2", "l3", "l4"])
def test_back_muscles_lie_behind_the_transverse_processes_under_their_fascia(level, parts):
    tip = transverse_process_tip(level)
    row = back_muscles.erector_rings()
    ring = row[np.argmin(np.abs(row[..., 1].mean(1) - tip[1]))]
    assert ring[:, 0].min() < tip[0] - 0.02 and ring[:, 2].max() > tip[2], "behind it and beyond its tip"
    sheet = parts["thoracolumbar_fascia_r"].mesh.v
    behind = sheet[np.abs(sheet[:, 1] - tip[1]) < 0.004][:, 0].min()
    assert behind < ring[:, 0].min() + 0.001
    assert 20 < back_muscles.depth_of_back_mm(tip[1]) < 45


def test_the_back_plate_says_what_was_taken_away_and_how_deep_psoas_begins():
    """Finding 50: psoas seen naked between the processes, without a word on what lies over it."""
    plate = folio("back").plates["posterior"]
    right = {part for layer in plate.layers for part in layer.parts if part.endswith("_r")}
    assert {"erector_spinae_r", "multifidus_r", "thoracolumbar_fascia_r", "gluteus_maximus_r"} <= right
    assert "taken away" in plate.caption and "4 to 8 cm" in plate.caption
    facts = {fact.name: fact for fact in depth_facts()}
    assert facts["psoas_begins_mm"].value == f"{PLEXUS_MM[0] - 20}-{PLEXUS_MM[1] - 20}", (
        "2 cm less deep than the plexus"
    )
    assert all(reference(key) for fact in facts.values() for key in fact.sources)
    alt = plate.alt_for()
    assert "57 to 93 mm deep in women" in alt and "sciatic nerve" in alt


def test_the_depth_bar_is_drawn_at_the_scale_of_the_plate():
    made = folio("back").plates["posterior"].body()
    top = made["depth_bar"].mesh.v[:, 1].max()
    band = made["depth_of_lumbar_plexus"].mesh.v[:, 1]
    assert (top - band.max()) * 1e3 == pytest.approx(PLEXUS_MM[0], abs=1)
    assert (top - band.min()) * 1e3 == pytest.approx(PLEXUS_MM[1], abs=1)


def test_the_wall_lies_in_order_under_the_skin(parts):
    """From the side at L4: skin, external oblique, internal oblique, transversus; in front rectus in its sheath."""
    y = 0.085

    def reach(name, axis):
        v = parts[name].mesh.v
        near = v[np.abs(v[:, 1] - y) < 0.006]
        return near[:, axis].max()

    order = ["skin", "external_oblique_r", "internal_oblique_r", "transversus_abdominis_r"]
    sides = [reach(name, 2) for name in order]
    assert sides == sorted(sides, reverse=True)
    assert reach("skin", 0) > reach("rectus_sheath_r", 0) > reach("rectus_abdominis_r", 0)
    assert 6 < wall.skin_to_muscle_mm(y) < 20


def test_the_skin_is_outside_everything(parts):
    skin = Surface(parts["skin"].mesh)
    for name in (
        "gluteus_maximus_r",
        "erector_spinae_r",
        "external_oblique_r",
        "gluteus_medius_r",
        "iliotibial_tract_r",
    ):
        v = parts[name].mesh.v
        v = v[(v[:, 1] > -0.10) & (v[:, 1] < 0.25)]
        assert skin.nearest(v).height_m.max() < 0.0, name


def test_only_psoas_major_starts_on_vertebrae_that_move(bones):
    """Claim C01 and finding 18: all three reach the column, one reaches vertebrae that move."""
    mobile = ("t12", "l1", "l2", "l3", "l4", "l5")
    assert [s.muscle for s in STARTS.values() if s.mobile] == ["psoas_major"]
    assert np.median(distance_m(psoas_levels(), bones, *mobile)) < 0.006
    assert distance_m(pelvis_back.piriformis_ends()[0][None], bones, *mobile).min() > 0.03
    assert distance_m(gluteal.maximus_origin(), bones, *mobile).min() > 0.01
    for s in STARTS.values():
        plate = folio("three_muscles").plates[s.muscle]
        assert plate.facts[0].value == ("yes" if s.mobile else "no")
        assert "Only psoas major reaches vertebrae that still move" in " ".join(plate.description)


def test_systems_that_are_there_are_known_with_their_parts():
    assert {"back", "wall"} <= set(systems_there())
    assert system_of("gluteus_maximus_r", ("back", "wall")) == "back"
    assert system_of("psoas_major_r", ("back", "wall")) == ""


ORGANS = ("caecum_r", "ascending_colon_r", "appendix_r", "ileum_r", "descending_colon_l", "sigmoid_colon_l", "bladder")


@pytest.mark.parametrize("id", ORGANS)
def test_organs_stay_inside_the_wall_of_the_belly(organs, id):
    """Caecum, sigmoid and descending colon once reached 27, 22 and 9 mm into it."""
    v = organs[id].mesh.v
    assert 1e3 * np.linalg.norm(v - wall.inner_face(v), axis=1).max() <= 2.0
    pushed_out = v + [0.04, 0.0, 0.0]
    assert id == "bladder" or 1e3 * np.linalg.norm(pushed_out - wall.inner_face(pushed_out), axis=1).max() > 2.0


@pytest.mark.parametrize("id", ["caecum_r", "ascending_colon_r", "descending_colon_l", "sigmoid_colon_l"])
def test_bowel_lies_before_muscle_and_bone_and_not_in_them(organs, id):
    v = organs[id].mesh.v * ([1, 1, -1] if id.endswith("_l") else [1, 1, 1])
    for name in ("psoas_major_r", "iliacus_r", "hip_bone_r", "sacrum"):
        height = Surface(body()[name].mesh).nearest(v, 0.02).height_m
        assert height[height > -0.019].min(initial=1.0) > -0.001, name


def test_the_inner_face_of_the_wall_is_that_of_its_innermost_sheet(parts):
    """What `inner_face` leaves where it is lies within transversus abdominis as drawn, above the iliac crest."""
    v = parts["transversus_abdominis_r"].mesh.v
    free = v[(v[:, 1] > landmark("iliac_crest_top")[1] + 0.01) & (v[:, 0] > -0.03)]
    within = wall.inner_face(free)
    sheet = np.linalg.norm(free - within, axis=1)
    assert 1e3 * sheet.min() < 1.5
    assert 1e3 * sheet.max() < 1e3 * wall.TRANSVERSUS_M + 4.0


@pytest.mark.parametrize("view", ["anterior", "anterolateral_right", "lateral_right"])
def test_nothing_sticks_out_through_the_wall_of_the_region(view):
    """Bowel and rib ends once showed in front of the external oblique."""
    plate = folio("region").plates[view]
    sheet = plate.sheet(draft=True)
    index = merged(sheet, plate.shown()).index
    covered = np.zeros(index.shape, bool)
    layer = next(k for k in sheet.layers if k.id == "wall_outer")
    x, y, w, h = layer.box
    number = next(row.index for row in sheet.parts if row.id == "external_oblique_r")
    covered[y : y + h, x : x + w] = layer.index == number
    out = [row.index for row in sheet.parts if row.structure in ("caecum", "ascending_colon") or "rib_" in row.id]
    assert covered.sum() > 10_000
    assert (np.isin(index, out) & covered).sum() <= 0.002 * covered.sum()


def test_the_thighs_meet_under_the_trunk_and_part_lower_down(parts):
    """No slot with a flat top between them."""

    def gap_mm(y_m):
        v = parts["thigh_skin_r"].mesh.v
        return 1e3 * v[np.abs(v[:, 1] - y_m) < 0.004, 2].min()

    assert gap_mm(wall.TRUNK_LOW_M - 0.01) < 2.5
    assert gap_mm(-0.295) > 4.0


def test_the_rectus_sheath_narrows_to_the_pubis_and_under_the_ribs(parts):
    v = parts["rectus_sheath_r"].mesh.v

    def width_mm(y_m):
        return 1e3 * v[np.abs(v[:, 1] - y_m) < 0.006, 2].max()

    widest, pubis, ribs = width_mm(0.12), width_mm(landmark("pubic_tubercle")[1]), width_mm(0.262)
    assert widest > 1.15 * ribs and widest > 2.4 * pubis
    assert v[:, 1].min() < landmark("pubic_tubercle")[1] - 0.008, "down on the symphysis"


@pytest.mark.parametrize("view", ["anterior", "lateral_right", "anterolateral_right", "posterior"])
def test_the_region_goes_from_skin_to_bone(view):
    plate = folio("region").plates[view]
    drawn = {part for layer in plate.layers for part in layer.parts}
    assert {
        "abdominal_aorta",
        "femoral_nerve_r",
        "kidney_r",
        "caecum_r",
        "psoas_major_r",
        "external_oblique_r",
    } <= drawn
    assert plate.peel == "in_order" and len(plate.layers) <= 12
    assert plate.layers[0].id == "bones" and plate.layers[-1].id == "skin"
    assert "schematic" in plate.schematic and "left out" in plate.schematic
