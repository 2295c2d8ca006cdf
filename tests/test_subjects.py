"""The plates that lessons show: they light, name and say what the tables and the bones say."""

from itertools import combinations

import numpy as np
import pytest

from iliopsoas.atlas.attachments import attachment
from iliopsoas.atlas.published_arms import published_arms, read_published_arms
from iliopsoas.body import landmarks
from iliopsoas.body.assemble import body
from iliopsoas.body.muscle import muscle
from iliopsoas.body.pose import Pose
from iliopsoas.plates import standing
from iliopsoas.plates.catalogue import catalogue, chart, charts, folio
from iliopsoas.plates.chart import published_sizes
from iliopsoas.plates.chart_arm import spread_mm
from iliopsoas.plates.composite import merged
from iliopsoas.plates.labels import text_height_px
from iliopsoas.plates.motion import ANGLES
from iliopsoas.sources import DataError, UnknownName, reference

# Along an axis the frames have the same layers and labels; those that are printed stand for all.
PAGES = [(f.id, view) for f in catalogue() for view in f.printed]
pages = pytest.mark.parametrize(("subject", "view"), PAGES, ids=["-".join(page) for page in PAGES])
VIEWS = pytest.mark.parametrize("view", standing.VIEWS)

# The origin table: level -> disc, margins of bodies, transverse process (Bogduk, ch. 9).
ORIGINS = {
    "t12_l1": {"disc_t12_l1", "margin_t12_lower", "margin_l1_upper", "tp_l1"},
    "l1_l2": {"disc_l1_l2", "margin_l1_lower", "margin_l2_upper", "tp_l2"},
    "l2_l3": {"disc_l2_l3", "margin_l2_lower", "margin_l3_upper", "tp_l3"},
    "l3_l4": {"disc_l3_l4", "margin_l3_lower", "margin_l4_upper", "tp_l4"},
    "l4_l5": {"disc_l4_l5", "margin_l4_lower", "margin_l5_upper", "tp_l5"},
    "l5": {"body_l5"},
}

CLOSE_UPS = {"pose_lab", "groin", "lacunae"}


def every_subset(plate):
    """Give every set of layers that a learner can reach: any, or from the back forward where they come off in order."""
    peelable = [k.id for k in plate.layers if not k.locked]
    if plate.peel == "in_order":
        return [peelable[:k] for k in range(len(peelable) + 1)]
    return [[id for bit, id in enumerate(peelable) if mask >> bit & 1] for mask in range(2 ** len(peelable))]


@VIEWS
def test_each_level_lights_the_origins_of_the_table_and_no_other(view):
    plate = folio("attachments").plates[view]
    assert [stop.id for stop in plate.stops] == list(ORIGINS)
    for stop in plate.stops:
        lit = {id.removeprefix("psoas_major_")[:-2] for id in stop.lit if id.startswith("psoas_major_")}
        assert lit == ORIGINS[stop.id], stop.id
        assert {id[-1] for id in stop.lit} == set(standing.lit_sides(view))
        assert stop.sources and all(reference(key) for key in stop.sources), "its source is on screen"


@VIEWS
def test_what_a_level_lights_is_on_the_picture(view):
    """In every view some of each kind of origin can be lit: on the bone, or seen through what covers it."""
    plate = folio("attachments").plates[view]
    sheet = plate.sheet(draft=True)
    for stop in plate.stops:
        for kind in ("disc", "margin", "tp", "body"):
            wanted = {id for id in stop.lit if id.startswith(f"psoas_major_{kind}")}
            if wanted:
                numbers = [sheet.part(id).index for id in wanted if id in {row.id for row in sheet.parts}]
                assert numbers and np.isin(sheet.areas.index, numbers).sum() > 40, (stop.id, kind)


@pytest.mark.parametrize("side", ["r", "l"])
def test_a_level_lights_its_own_height(side):
    """The lit pixels of a level lie between the vertebrae that it is named after."""
    plate = folio("attachments").plates["anterior"]
    sheet = plate.sheet(draft=True)
    for stop in plate.stops[:-1]:
        upper, lower = stop.id.split("_")
        top = plate.view.project(landmarks.endplate(upper, "upper").centre)[1]
        bottom = plate.view.project(landmarks.endplate(lower, "lower").centre)[1]
        area = sheet.areas
        for id in stop.lit:
            if id.startswith("psoas_major_") and id.endswith(side) and "_tp_" not in id:
                rows = np.nonzero(area.index == sheet.part(id).index)[0] + area.box[1]
                assert top - 3 < rows.mean() < bottom + 3, id


@pages
def test_labels_are_clean_for_every_subset_of_layers(subject, view):
    plate = folio(subject).plates[view]
    sheet = plate.sheet(draft=True)
    height = sheet.size_px[1]
    specs = {spec.id: spec for spec in plate.labels}
    for on in every_subset(plate):
        layout = plate.label_layout(on, draft=True)
        assert not layout.dropped, (on, layout.dropped)
        index = merged(sheet, plate.shown(on)).index
        for label in layout.placed:
            x, y = (int(c) for c in label.anchor)
            spec = specs[label.id]
            if spec.parts and not any(k.glass and set(spec.parts) & set(k.parts) for k in plate.layers):
                assert sheet.parts[[row.index for row in sheet.parts].index(index[y, x])].id in spec.parts, label.id
            assert label.slot[1] - text_height_px(label.text) / 2 >= 0
            assert label.slot[1] + text_height_px(label.text) / 2 <= height
        for a, b in combinations(layout.placed, 2):
            assert not cross(a, b), (on, a.id, b.id)
            if a.side == b.side:
                need = (text_height_px(a.text) + text_height_px(b.text)) / 2
                assert abs(a.slot[1] - b.slot[1]) >= need - 1e-3, (on, a.id, b.id)


def cross(a, b):
    def turn(p, q, r):
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    p, q, r, s = a.slot, a.anchor, b.slot, b.anchor
    return turn(p, q, r) * turn(p, q, s) < -1e-6 and turn(r, s, p) * turn(r, s, q) < -1e-6


@pages
def test_nothing_is_cut_off_at_the_sides(subject, view):
    sheet = folio(subject).plates[view].sheet(draft=True)
    for layer in sheet.layers:
        if subject in CLOSE_UPS and layer.id == "bones":
            continue  # bones may run out of the picture, so that what it is about is large enough
        if layer.box[2]:
            x, _, w, _ = layer.box
            assert x > 0 and x + w < sheet.size_px[0], layer.id


@pages
def test_words_follow_layers_and_level(subject, view):
    plate = folio(subject).plates[view]
    everything, nothing = plate.alt_for([k.id for k in plate.layers if not k.locked]), plate.alt_for([])
    for layer in plate.layers:
        if subject != "spot_the_error":  # a sentence there would say what is wrong, or repeat it
            assert layer.sentence, layer.id
        assert layer.sentence in everything
        if not layer.locked:
            assert layer.name in nothing
            assert not layer.sentence or layer.sentence not in nothing
    for stop in plate.stops:
        assert plate.alt_for(stop=stop.id).endswith(stop.sentence)
    assert plate.caption and plate.schematic
    assert plate.description or subject == "spot_the_error"
    assert all(reference(key) for key in plate.sources)


def test_the_curve_that_is_told_is_the_curve_that_is_drawn():
    slope = landmarks.endplate("s1", "upper").tilt_deg
    lordosis = slope - landmarks.endplate("l1", "upper").tilt_deg
    assert 45 <= lordosis <= 58 and 36 <= slope <= 44
    for view in standing.VIEWS:
        assert f"lumbar curve of {lordosis:.0f} degrees" in folio("bones").plates[view].alt_for()


def test_from_behind_the_reader_is_told_what_was_taken_away():
    assert "back muscles are left out" in folio("attachments").plates["posterior"].caption
    assert "back muscles" not in folio("attachments").plates["anterior"].caption


def test_from_the_right_only_the_right_side_is_drawn():
    for subject in ("bones", "attachments", "start"):
        plate = folio(subject).plates["lateral_right"]
        assert not [part for layer in plate.layers for part in layer.parts if part.endswith("_l")]


@pytest.mark.parametrize("view", ["anterior", "lateral_right", "anterolateral_right", "inferior"])
def test_everything_that_has_to_be_told_apart_is_named(view):
    """In each view every structure of the lesson gets its name on one of the two plates, with some layers shown."""
    named = set()
    for subject in ("bones", "attachments"):
        plate = folio(subject).plates[view]
        for on in every_subset(plate):
            named |= {specs.structure for specs in plate.labels if specs.id in ids_of(plate, on)}
    wanted = {
        "t12",
        "l1",
        "l2",
        "l3",
        "l4",
        "l5",
        "sacrum",
        "lesser_trochanter",
        "psoas_major",
        "psoas_minor",
        "iliacus",
    }
    wanted |= {disc for disc in standing.DISCS if disc != "disc_t11_t12"}
    wanted |= {"psoas_major_superficial", "psoas_major_deep"}
    if view in ("anterior", "anterolateral_right"):
        wanted.add("iliac_fossa")  # from the side it faces away, from below its edge does
    assert wanted <= named, wanted - named


@VIEWS
def test_the_fossa_is_named_only_where_nothing_fills_it(view):
    plate = folio("attachments").plates[view]
    for on in every_subset(plate):
        if "iliacus" in on or "hip_bones" not in on:
            assert not {"iliac_fossa_r", "iliac_fossa_l"} & ids_of(plate, on), on


def ids_of(plate, on):
    return {label.id for label in plate.labels_for(on, draft=True)}


def test_where_the_lesser_trochanter_is_covered_its_label_says_so():
    for view in standing.VIEWS:
        plate = folio("bones").plates[view]
        spec = next(label for label in plate.labels if label.structure == "lesser_trochanter")
        assert spec.through == ("behind" in spec.text) == (view == "lateral_right")
        assert spec.id in ids_of(plate, None)


@pages
def test_the_words_name_only_the_attachments_that_the_view_paints(subject, view):
    plate = folio(subject).plates[view]
    for layer in plate.layers:
        if layer.id == "areas":
            kinds = {attachment(area[:-2]).kind for area in plate.areas}
            assert ("fossa" in layer.sentence) == ("fossa" in kinds)
            assert ("pelvis" in layer.sentence) == ("ramus" in kinds)


def test_taking_psoas_away_uncovers_the_transverse_processes():
    plate = folio("attachments").plates["anterior"]
    sheet = plate.sheet(draft=True)
    l3 = sheet.part("l3").index
    covered = (merged(sheet, plate.shown()).index == l3).sum()
    bare = (merged(sheet, plate.shown([])).index == l3).sum()
    assert bare > 1.2 * covered


@pytest.mark.parametrize("name", list(ANGLES))
def test_a_bent_hip_says_its_angle_and_what_the_model_says(name):
    plate, pose, psoas = folio("hip_motion").plates[name], Pose(hip_flexion_deg=ANGLES[name]), muscle("psoas_major")
    facts = {fact.name: fact for fact in plate.facts}
    change, arm_mm = psoas.change(pose), psoas.moment_arm_mm(pose, "flexion")
    assert facts["psoas_path_change_mm"].value == pytest.approx(change.mm, abs=0.05)
    assert facts["psoas_flexion_arm_mm"].value == pytest.approx(arm_mm, abs=0.05)
    said = [f"arm for bending the hip is {arm_mm:.1f} mm", f"{psoas.length_mm(Pose()):.0f} mm"]
    if ANGLES[name]:
        said += [f"{abs(ANGLES[name]):g}°", f"{abs(change.mm):.1f} mm {change.word}: {change.of_path.text}"]
    for words in (plate.alt_for(), plate.caption):
        assert all(part in words for part in said), said
        assert ("extrapolated" in words) == (ANGLES[name] >= 90)
    assert "held still" in plate.caption and "not from the drawing" in plate.caption
    assert all(reference(key) for fact in plate.facts for key in fact.sources)


def test_each_bent_hip_is_drawn_in_its_pose_and_kept_under_a_name_of_its_own():
    plates = folio("hip_motion").plates
    for name, angle in ANGLES.items():
        assert plates[name].body() is body(pose=Pose(hip_flexion_deg=angle))
    made_by = {f"{p.body.__module__}.{p.body.__qualname__}" for p in plates.values()}
    assert len(made_by) == len(ANGLES)
    assert all(maker.startswith("iliopsoas.") and "<" not in maker for maker in made_by), "the cache can keep them"
    assert len({p.view.title for p in plates.values()}) == len(ANGLES)


def test_the_bent_thigh_stays_inside_the_picture():
    for name in ("bent_60", "bent_90"):
        plate = folio("hip_motion").plates[name]
        x, y, _ = plate.view.project(plate.body()["femur_r"].mesh.v).T
        w, h = plate.view.size_px
        assert x.min() > 0 and x.max() < w and y.min() > 0 and y.max() < h


def test_unknown_subjects_are_refused_by_name():
    with pytest.raises(UnknownName, match="attachments"):
        folio("attachment")
    with pytest.raises(UnknownName, match="psoas_size"):
        chart("size")


def test_the_chart_shows_the_drawn_sizes_and_the_published_ones():
    plot = chart("psoas_size")
    ax = plot.figure().axes[0]
    line = next(artist for artist in ax.lines if artist.get_gid() == "psoas_major")
    ticks = [text.get_text() for text in ax.get_xticklabels()]
    drawn = dict(zip(ticks, line.get_ydata(), strict=True))
    from iliopsoas.body.tissue import psoas_sections

    for section in psoas_sections():
        name = "–".join(part.upper() for part in section.level.split("_"))
        if name in drawn:
            assert drawn[name] == section.area_cm2
    for point in published_sizes():
        assert f"{point.area_cm2:.1f} cm²" in plot.alt and reference(point.source)
    assert {p.level for p in published_sizes()} == {"l3", "l4_l5"}


def test_every_subject_has_an_id_of_its_own():
    ids = [f.id for f in catalogue()] + [c.id for c in charts()]
    assert len(ids) == len(set(ids))
    plates = [f.plates[view].id for f in catalogue() for view in f.plates]
    assert len(plates) == len(set(plates))


def test_the_arm_chart_shows_the_model_among_the_published_curves():
    plot = chart("psoas_arm")
    ax = plot.figure().axes[0]
    lines = {line.get_gid(): line for line in ax.lines}
    angles, arms = lines["psoas_major"].get_data()
    for angle in (-20, 0, 60, 90):
        exact = muscle("psoas_major").moment_arm_mm(Pose(hip_flexion_deg=angle), "flexion")
        assert arms[list(angles).index(angle)] == pytest.approx(exact, abs=1e-6)
    assert lines["psoas_major:extrapolated"].get_xdata().min() > 90, "grey where it is extrapolated"
    low, high = spread_mm()
    for curve in published_arms().values():
        assert min(curve.arm_mm) >= low and max(curve.arm_mm) <= high
        if curve.id.startswith("arnold"):
            assert tuple(lines[f"published:{curve.id}"].get_ydata()) == curve.arm_mm
    assert f"between {low:.0f} and {high:.0f} mm" in plot.alt


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("angle_deg = [0, 10]", "angle_deg = [10, 0]", "angle_deg"),
        ("arm_mm = [20, 21]", "arm_mm = [20]", "arm_mm"),
        ("arm_mm = [20, 21]", "arm_mm = [20, 21, 22]", "arm_mm"),
        ('muscle = "psoas_major"', 'muscle = "femur"', "muscle"),
        ('sources = ["blemker2005"]', 'sources = ["blemker2006"]', "sources"),
    ],
)
def test_a_bad_curve_names_its_field(old, new, field):
    good = """[[series]]
id = "one"
muscle = "psoas_major"
name = "A curve"
people = "one adult"
angle_deg = [0, 10]
arm_mm = [20, 21]
sources = ["blemker2005"]
"""
    assert read_published_arms(good)["one"].arm_mm == (20.0, 21.0)
    with pytest.raises(DataError) as error:
        read_published_arms(good.replace(old, new))
    assert (error.value.entry, error.value.field) == ("one", field)
