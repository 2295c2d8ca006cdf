"""The plates of safe hands: what percussion meets, where it may go, positions on the couch, the Thomas test."""

import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iliopsoas.body import cut, zones
from iliopsoas.body.hips import HIP_CENTRE
from iliopsoas.body.landmarks import landmark
from iliopsoas.body.muscle import muscle
from iliopsoas.body.patch import clipped, hatched
from iliopsoas.body.pose import Pose
from iliopsoas.body.region import Region
from iliopsoas.course.technique import techniques
from iliopsoas.course.thomas import FILE, read_thomas_test, thomas_test
from iliopsoas.plates import back, percussion, percussion_reach, positions, thomas
from iliopsoas.plates.catalogue import folio
from iliopsoas.sources import DataError, UnknownName, reference

SUBJECTS = ("percussion", "percussion_reach", "positions", "thomas_test")


def words(plate):
    return [
        plate.title,
        plate.caption,
        *plate.description,
        plate.alt_for(),
        *(f.text for f in plate.facts),
        *(k.text.replace("\n", " ") for k in plate.labels),
    ]


def printed(id):
    return [folio(id).plates[key] for key in folio(id).printed]


FRAMES = [(id, key) for id in ("positions", "thomas_test") for key in folio(id).plates]


@pytest.mark.parametrize(("subject", "key"), FRAMES, ids=["-".join(k) for k in FRAMES])
def test_every_frame_can_be_drawn_as_one_of_its_view_and_names_what_it_is_about(subject, key):
    plate, base = folio(subject).plates[key], folio(subject).plates[folio(subject).base_of(key) or key]
    layout = plate.label_layout(draft=True)  # refuses what lies outside the depths that frames share
    assert not layout.dropped
    assert {"psoas_major_r", "couch"} <= {label.id for label in layout.placed}
    assert [(k.id, k.parts) for k in plate.layers] == [(k.id, k.parts) for k in base.layers]
    assert (plate.view.size_px, plate.view.axes, plate.depth_range_m) == (
        base.view.size_px,
        base.view.axes,
        base.depth_range_m,
    )


# ---------------------------------------------------------------- what a head meets


def test_the_depths_are_the_published_ones_and_psoas_begins_two_centimetres_nearer():
    assert dict(percussion_reach.PLEXUS_MM) == {"women": (57, 93), "men": (61, 101)}, "Capdevila 2002"
    every = [mm for pair in percussion_reach.PLEXUS_MM.values() for mm in pair]
    assert (min(every), max(every)) == back.PLEXUS_MM
    facts = {f.name: f for f in percussion_reach.reach_facts("loin")}
    for who, (low, high) in percussion_reach.PLEXUS_MM.items():
        assert facts[f"plexus_depth_{who}_mm"].value == f"{low}-{high}"
        assert facts[f"psoas_begins_{who}_mm"].value == f"{low - 20}-{high - 20}"
        assert "capdevila2002" in facts[f"plexus_depth_{who}_mm"].sources
        assert "yoo2019" in facts[f"psoas_begins_{who}_mm"].sources


@pytest.fixture(scope="module")
def loin():
    return folio("percussion_reach").plates["loin"]


def test_the_bars_are_drawn_at_the_scale_of_the_section(loin):
    made, zero = loin.body(), percussion_reach.lines("loin")[0].start[1]
    for who, (low, high) in percussion_reach.PLEXUS_MM.items():
        for id, nearer in ((f"plexus_{who}", 0), (f"psoas_begins_{who}", 20)):
            up = (made[id].mesh.v[:, 0] - zero) * 1e3
            assert (up.min(), up.max()) == pytest.approx((low - nearer, high - nearer), abs=0.1), id


def test_what_lies_before_the_psoas_is_read_off_the_section_in_order(loin):
    through, beside = percussion_reach.lines("loin")
    first = ("skin", "fat", "thoracolumbar fascia", "erector spinae")
    assert through.names == (*first, "transverse process of L4", "psoas major")
    assert beside.names == (*first, "quadratus lumborum", "psoas major")
    for line in (through, beside):
        begins = next(a for name, a, _ in line.crosses if name == "psoas_major")
        assert 57 - 20 <= begins <= 101 - 20, "in the drawn body too it begins within the published range"
        assert ", ".join(line.names) in loin.alt_for()


def test_from_the_buttock_bone_lies_before_it():
    (line,) = percussion_reach.lines("buttock")
    assert line.names[-1] == "ilium (bone)" and "gluteus medius" in line.names
    assert "behind that bone" in folio("percussion_reach").plates["buttock"].caption


def test_no_depth_of_percussion_is_told_or_drawn():
    for plate in printed("percussion_reach"):
        fact = next(f for f in plate.facts if f.name == "depth_of_percussion")
        assert fact.value == "not published" and fact.unit == ""
        assert percussion_reach.NO_DEPTH in plate.caption
        assert not [id for id in plate.body() if "reach" in id]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_no_words_claim_that_the_psoas_is_reached(subject):
    for plate in printed(subject):
        for text in words(plate):
            for sentence in re.split(r"(?<=[.:;]) ", text):
                if re.search(r"reach|penetrat|get(s)? to|releas", sentence) and "psoas" in sentence.lower():
                    assert re.search(r"\b(no|not|none|never|nothing)\b", sentence.lower()), (plate.id, sentence)


def test_a_line_is_inside_an_outline_between_its_crossings():
    square = np.array([[0, 0], [2, 0], [2, 2], [0, 2]], float)
    hole = np.array([[0.5, 0.5], [0.5, 1.5], [1.5, 1.5], [1.5, 0.5]], float)
    assert cut.met([square], (-1, 1), (1, 0)) == [(1.0, 3.0)]
    assert cut.met([square, hole], (-1, 1), (1, 0)) == [(1.0, 1.5), (2.5, 3.0)]
    assert cut.met([square], (1, 1), (1, 0)) == [(0.0, 1.0)]
    assert cut.met([square], (-1, 3), (1, 0)) == []


# ---------------------------------------------------------------- where it may go


@pytest.fixture(scope="module")
def region():
    return Region(zones.SYSTEMS)()


def inside(name):
    return zones.fields()[name] > 0.0


def clearance_mm(area, vertices):
    """Measure anew on the whole mesh what an area keeps clear of."""
    s, here = zones.skin(), inside(area)
    return 1e3 * float(zones.clearance_m(s.mesh.v[here], s.inwards[here], vertices).min())


PAIRS = [(area, what) for area, some in zones.ALLOWED.items() for what in some]


@pytest.mark.parametrize(("area", "what"), PAIRS, ids=["-".join(pair) for pair in PAIRS])
def test_an_allowed_area_is_clear_of_nerve_and_vessels_by_the_stated_margin(area, what, region):
    vertices = np.concatenate([region[id].mesh.v for id in zones.KEPT_CLEAR[what]])
    stated = next(f.value for f in percussion.margin_facts() if f.name == f"clear_of_{what}_mm")
    assert inside(area).sum() > 150
    assert clearance_mm(area, vertices) > stated - 2.0


def test_the_margin_is_broken_when_the_nerve_is_moved_by_hand(region):
    nerve = region["sciatic_nerve_r"].mesh.v
    assert clearance_mm("gluteal", nerve) > 28
    assert clearance_mm("gluteal", nerve + [0.0, 0.03, 0.03]) < 28


def test_every_area_that_may_be_used_is_named_in_the_technique():
    said = " ".join(techniques().techniques["percussion"].steps).lower()
    assert all(word in said for word in ("upper outer", "tensor fasciae latae", "quadriceps"))


def test_nothing_is_both_allowed_and_never():
    fields = zones.fields()
    counted = np.sum([field > 0 for field in fields.values()], axis=0)
    assert counted.max() == 1
    assert set(fields) == {*zones.ALLOWED, *zones.NEVER}
    assert set(zones.NEVER) <= set(techniques().never)


def zone_at(point, facing):
    """Return the zone of the skin straight out from a point of the right half in a direction."""
    s, way = zones.skin(), np.asarray(facing, float)
    off = s.mesh.v - point
    ahead = off @ way
    aside = np.linalg.norm(off - ahead[:, None] * way, axis=1)
    aside[(ahead < 0) | (-s.inwards @ way < 0.2)] = 9
    k = int(aside.argmin())
    return next((name for name, field in zones.fields().items() if field[k] > 0), "")


def test_the_places_that_the_course_names_are_never(region):
    half = 0.5 * (landmark("greater_trochanter") + landmark("ischial_tuberosity"))
    artery = region["femoral_artery_r"].mesh.v
    below = landmark("pubic_tubercle")[1] - 0.03
    back_, front, side = (-1, 0, 0), (1, 0, 0), (0, 0, 1)
    assert zone_at(half, back_) == "sciatic"
    assert zone_at(artery[np.abs(artery[:, 1] - below).argmin()], front) == "groin"
    assert zone_at(np.array([0.0, 0.10, 0.06]), back_) == "abdomen", "the loin"
    assert zone_at(np.array([0.0, 0.10, 0.06]), front) == "abdomen"
    assert zone_at(np.array([0.0, 0.10, 0.002]), back_) == "spine"
    assert zone_at(landmark("greater_trochanter"), side) == "bone_joint"
    for name in zones.BONE_M:
        near = np.linalg.norm(zones.skin().mesh.v - landmark(name), axis=1)
        for area in zones.ALLOWED:
            assert near[inside(area)].min() > near.min() + 0.012, (name, area)


def test_frequency_and_minutes_lie_inside_what_trials_used_and_no_amplitude_is_given():
    facts = {f.name: f for f in percussion.dose_facts()}
    trials = techniques().devices.values()
    low, high = (float(x) for x in str(facts["frequency_hz"].value).split("-"))
    assert (low, high) == (
        min(d.frequency_hz[0] for d in trials if d.frequency_hz),
        max(d.frequency_hz[1] for d in trials if d.frequency_hz),
    )
    shortest, longest = (float(x) for x in str(facts["minutes"].value).split("-"))
    assert (shortest, longest) == (min(d.minutes for d in trials), max(d.minutes for d in trials))
    assert facts["amplitude"].value == "not given" and not re.search(r"\d", facts["amplitude"].text)


def test_the_words_hold_every_never_area_with_its_reason():
    for plate in printed("percussion"):
        whole = " ".join(plate.description)
        for row in techniques().never.values():
            if row.id in zones.NEVER and f"never_{row.id}_r" not in plate.body():
                continue  # not seen from here
            assert row.area in whole and row.why[1:] in whole, (plate.id, row.id)
        for row in techniques().never.values():
            if row.id not in zones.NEVER:
                assert row.area in whole


def test_a_piece_ends_exactly_where_its_field_is_zero():
    s = zones.skin()
    piece, (y,) = clipped(s.mesh, s.mesh.v[:, 1], s.mesh.v[:, 1])
    assert y.min() == pytest.approx(0, abs=1e-12) and piece.v[:, 1].min() == pytest.approx(0, abs=1e-12)
    stripes = list(hatched(piece, piece.v[:, 1]))
    assert len(stripes) > 10 and all(np.ptp(k.v[:, 1]) < 0.0023 for k in stripes)


# ---------------------------------------------------------------- positions


@pytest.mark.parametrize("id", list(positions.POSITIONS))
def test_the_slack_of_a_position_is_the_models(id):
    row = positions.POSITIONS[id]
    plate = folio("positions").plates[f"side__{id}"]
    change = muscle("psoas_major").change(Pose(hip_flexion_deg=row.hip_flexion_deg))
    fact = next(f for f in plate.facts if f.name == "psoas_major_change_mm")
    assert fact.value == pytest.approx(change.mm, abs=0.05)
    assert (change.text in plate.caption) == (id != "flat")
    assert "Slack is not released" in plate.caption and "Slack is not released" in plate.alt_for()


def test_a_pillow_bends_the_hips_by_20_to_30_degrees_here_and_in_the_technique():
    assert [positions.POSITIONS[f"pillow_{k}"].hip_flexion_deg for k in (20, 30)] == [20, 30]
    assert "20 to 30 degrees" in techniques().techniques["effleurage"].position
    slack = [muscle("psoas_major").change(Pose(hip_flexion_deg=k)).mm for k in (20, 30)]
    assert slack == pytest.approx([-8.7, -13.4], abs=0.1), "nine to thirteen millimetres"


@pytest.mark.parametrize("id", [k for k, row in positions.POSITIONS.items() if not row.on_side])
def test_the_body_lies_on_the_couch_and_the_heel_too(id):
    made = folio("positions").plates[f"side__{id}"].body()
    top = made["couch"].mesh.v[:, 1].max()
    assert 0.010 < made["sacrum"].mesh.v[:, 1].min() - top < 0.030
    ankle = min(made[k].mesh.v[:, 1].min() for k in ("tibia_r", "fibula_r")) - top
    assert 0.0 < ankle < (0.12 if id == "flat" else 0.075), ankle


# ---------------------------------------------------------------- the Thomas test

ANGLES = st.floats(-20, 40), st.floats(0, 15), st.floats(0, 10)


@given(*ANGLES)
def test_tilting_the_pelvis_changes_the_hip_by_as_much_while_the_thigh_stays(thigh, tilt, more):
    before = thomas.Test(thigh, tilt)
    after = thomas.Test(thigh, tilt + more)
    assert after.hip_deg - before.hip_deg == pytest.approx(more, abs=1e-9)
    assert after.pose.thigh_to_vertical_deg == pytest.approx(before.pose.thigh_to_vertical_deg, abs=1e-9)
    assert before.pose.thigh_to_vertical_deg == pytest.approx(90 + thigh, abs=1e-9), "0 is level, above 0 above it"
    assert before.pose.hip_flexion_deg == pytest.approx(before.hip_deg, abs=1e-9)


def thigh_on_the_plate_deg(view, finding):
    """Measure the thigh of a plate on the drawn bone."""
    v = folio("thomas_test").plates[f"{view}__{finding}"].body()["femur_r"].mesh.v
    far = v[np.argsort(-np.linalg.norm(v - HIP_CENTRE, axis=1))[:60]].mean(0) - HIP_CENTRE
    return float(np.degrees(np.arctan2(far[1], far[0])))


def test_the_drawn_thigh_keeps_its_direction_when_the_pelvis_tilts():
    level = thigh_on_the_plate_deg("held", "neutral")
    assert thigh_on_the_plate_deg("tilted", "neutral") == pytest.approx(level, abs=0.01)
    assert thigh_on_the_plate_deg("held", "short") - level == pytest.approx(8, abs=0.2)
    assert thigh_on_the_plate_deg("held", "beyond") - level == pytest.approx(-12, abs=0.2)


def test_the_tilted_plate_says_what_it_hides():
    plate = folio("thomas_test").plates["tilted__neutral"]
    assert "15 degrees short of neutral (thigh level, pelvis tilted 15 degrees forwards)" in plate.caption
    assert "seems at neutral: the tilt hides 15 degrees" in plate.caption
    beyond = folio("thomas_test").plates["tilted__beyond"]
    assert "3 degrees short of neutral" in beyond.caption and "seems 12 degrees beyond neutral" in beyond.caption


def test_signs_are_words():
    for plate in folio("thomas_test").plates.values():
        for text in words(plate):
            assert not re.search(r"(?<![\w.])[-−]\d", text), (plate.id, text)
    assert thomas.in_words(8) == "8 degrees short of neutral"
    assert thomas.in_words(-12) == "12 degrees beyond neutral"
    short = folio("thomas_test").plates["held__short"]
    assert "8 degrees short of neutral (thigh 8 degrees above the horizontal" in short.alt_for()


@pytest.mark.parametrize(
    ("field", "value"),
    [("thigh_deg", 60), ("pelvis_deg", -5), ("knee_deg", 150), ("drift_deg", True), ("thigh_deg", float("nan"))],
)
def test_what_is_out_of_range_is_refused_by_field_value_and_limits(field, value):
    low, high, _ = thomas.LIMITS[field]
    with pytest.raises(ValueError, match=rf"{field} is .*{value}.* from {low:g} to {high:g}"):
        thomas.Test(**{field: value})
    with pytest.raises(UnknownName, match="held"):
        thomas.thomas_plate("floating", "short")
    with pytest.raises(UnknownName, match="drift"):
        thomas.thomas_plate("held", "long")


def test_each_deviation_says_what_it_points_to_and_that_it_is_contested():
    data = thomas_test()
    for finding in thomas.FINDINGS.values():
        plate = folio("thomas_test").plates[f"held__{finding.id}"]
        said = [reading.id for reading in data.readings.values() if reading.text in plate.caption]
        assert said == ([finding.reading] if finding.reading else [])
        assert all(reading.text in " ".join(plate.description) for reading in data.readings.values())
        assert all(study.found in " ".join(plate.description) for study in data.studies.values())
    assert {r.id for r in data.readings.values()} == {f.reading for f in thomas.FINDINGS.values() if f.reading}
    assert all(r.contested and "(contested)" in r.text for r in data.readings.values())


def test_the_table_of_the_lesson_has_the_numbers_of_the_data(top):
    page = json.loads((top / "notebooks" / "07_before_you_touch.ipynb").read_text(encoding="utf-8"))
    whole = "".join("".join(cell["source"]) for cell in page["cells"])
    studies = thomas_test().studies
    assert f"| {studies['vigotsky2016'].people} |" in whole
    assert f"sensitivity {studies['vigotsky2016'].sensitivity_pct:.0f} %" in whole
    assert f"specificity {studies['vigotsky2016'].specificity_pct:.0f} %" in whole
    assert f"kappa {studies['peeler2007'].between_raters_kappa}" in whole
    low, high = studies["clapis2008"].between_raters_icc
    assert f"ICC {low} to {high}" in whole
    for study in studies.values():
        assert all(reference(key) for key in study.sources)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("sensitivity_pct = 31.8", "sensitivity_pct = 131.8", "sensitivity_pct"),
        ("between_raters_icc = [0.89, 0.92]", "between_raters_icc = [0.92, 0.89]", "between_raters_icc"),
        ("contested = true", 'contested = "rather"', "contested"),
        ('sources = ["clapis2008"]', 'sources = ["clapis1908"]', "sources"),
        ("people = 29", "people = 0", "people"),
    ],
)
def test_bad_data_of_the_test_is_refused_by_file_entry_and_field(old, new, field, top):
    toml = (top / "src" / "iliopsoas" / "course" / FILE).read_text(encoding="utf-8")
    assert old in toml
    with pytest.raises(DataError, match=f"thomas.toml.*{field}"):
        read_thomas_test(toml.replace(old, new, 1))
