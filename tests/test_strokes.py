"""Effleurage: the data, where the strokes run on the body, the plate's words, and how a drawn stroke compares."""

from importlib.resources import files
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iliopsoas.atlas import strokes as data
from iliopsoas.body import strokes as where
from iliopsoas.body.landmarks import landmark
from iliopsoas.body.region import Region
from iliopsoas.course.consent import consent
from iliopsoas.course.technique import techniques
from iliopsoas.learning.strokes import Area, Drawn, Wanted, enters, judge_round, judge_stroke, pace
from iliopsoas.plates.catalogue import folio
from iliopsoas.plates.strokes import REACHES, outlines_mm, path_mm
from iliopsoas.sources import DataError, reference
from iliopsoas.widgets.strokes import choices, strokes

ROWS = data.strokes()
WANTED = [Wanted(id, [tuple(p) for p in path_mm(id).tolist()]) for id in ROWS.strokes]
NEVER = [Area(id, [tuple(p) for p in corners.tolist()]) for id, corners in outlines_mm().values()]
ROUND = [Drawn(one.points_mm) for one in WANTED]


def moved(points, dx=0.0, dy=0.0):
    return [(x + dx, y + dy) for x, y in points]


# ---------------------------------------------------------------- the data


def test_the_strokes_are_those_of_the_technique():
    technique = techniques().techniques["effleurage"]
    steps = " ".join(technique.steps)
    direction, speed, pressure = (ROWS.rules[id] for id in data.RULES)
    assert direction.text.split(": ")[1].rstrip(".") in steps and "clockwise" in steps
    assert speed.text.removeprefix("Slowly: ").rstrip(".") in steps
    assert pressure.text == technique.pressure
    assert "a hand's breadth above the groin crease and off the midline below the navel" in steps
    assert {*direction.sources} <= {*technique.sources}
    covered = consent().drapes["abdomen"]
    assert "line between the front hip-bone points" in covered.never
    assert ROWS.areas["covered"].sources[0] in covered.sources


def test_no_number_is_given_where_no_source_gives_one():
    assert ROWS.rules["pressure"].note == "Light: no number was found."
    assert not any(row.unit in ("N", "g", "kPa") for row in ROWS.numbers.values())
    assert ROWS.round_s == (6, 10), "two breaths at 20 and at 12 a minute"
    assert "worked out" in ROWS.rules["speed"].note
    for row in ROWS.numbers.values():
        assert row.sources or row.id == "breaths_a_round"


@pytest.mark.parametrize(
    ("old", "new", "entry", "field"),
    [
        ('id = "across"', 'id = "over"', "stroke", "id"),
        ('along = "ascending_colon_r"', 'along = "ascending_colon"', "up", "along"),
        ('basis = "expert knowledge"', 'basis = "belief"', "up", "basis"),
        ('basis = "professional body"', 'basis = "study"', "breaths_a_minute", "basis"),
        ("most = 20", "most = 2", "breaths_a_minute", "most"),
        ('sources = ["gruber2003"]', "sources = []", "above_groin", "sources"),
    ],
)
def test_a_bad_row_is_refused_by_file_entry_and_field(old, new, entry, field):
    text = files("iliopsoas.atlas").joinpath(data.FILE).read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(DataError) as caught:
        data.read_strokes(text.replace(old, new, 1))
    assert (caught.value.file, caught.value.entry, caught.value.field) == (data.FILE, entry, field)


# ---------------------------------------------------------------- on the body


def test_up_on_the_clients_right_across_to_the_left_down_on_the_left():
    """In the body's own frame, z towards its right: a mirrored plate fails here and in the next test."""
    up, across, down = where.paths().values()
    assert (up[:, 0] > 0.04).all() and (np.diff(up[:, 1]) > 0).all()
    assert across[0, 0] > 0.04 and across[-1, 0] < -0.04 and (np.diff(across[:, 0]) < 0).all()
    assert (down[:, 0] < -0.04).all() and (np.diff(down[:, 1]) < 0).all()
    assert np.allclose(up[-1], across[0]) and np.allclose(across[-1], down[0])
    body = Region(("organs",))()
    assert up[0, 0] * body["ascending_colon_r"].mesh.v[:, 2].mean() > 0
    assert down[0, 0] * body["descending_colon_l"].mesh.v[:, 2].mean() > 0


def test_on_the_picture_the_round_is_clockwise_and_starts_on_the_left():
    plate = folio("strokes").plate("anterior")
    xy = [
        plate.view.project(np.column_stack([np.zeros(len(p)), p[:, 1], p[:, 0]]))[:, :2] for p in where.paths().values()
    ]
    assert xy[0][0, 0] < plate.view.size_px[0] / 2 < xy[2][0, 0]
    loop = np.concatenate(xy)
    x, y = loop.T
    turn = np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)
    assert turn > 0, "with y downwards, above 0 is clockwise"
    sheet = plate.sheet(draft=True)
    row = sheet.part("stroke_up")
    layer = next(k for k in sheet.layers if k.id == "strokes")
    columns = np.nonzero(sheet.placed(layer.index, layer.box) == row.index)[1]
    assert len(columns) > 100 and columns.max() < plate.view.size_px[0] / 2


def test_the_middle_of_the_hand_lies_on_the_colon():
    body, hand = Region(("organs",))(), where.hand_m()
    for id in ("up", "down"):
        colon = body[ROWS.strokes[id].along].mesh.v
        beside = colon[(colon[:, 1] > where.paths()[id][:, 1].min()) & (colon[:, 1] < where.paths()[id][:, 1].max())]
        middle = abs(where.paths()[id][0, 0])
        reached = np.abs(beside[:, 2])
        assert reached.max() <= middle + hand / 2 + 0.001 and reached.min() >= middle - hand / 2


def test_no_stroke_enters_a_never_area_and_none_comes_near_the_groin():
    for id, path in where.paths().items():
        for area in data.AREAS:
            assert not where.inside(area, *path.T).any(), (id, area)
        assert where.from_crease_m(*path.T).min() >= where.hand_m()
        assert path[:, 1].min() > landmark("asis")[1]
        assert not enters(path_mm(id), np.concatenate([np.array(NEVER[0].corners_mm)]))
        assert not any(enters(path_mm(id), np.array(area.corners_mm)) for area in NEVER)


def test_areas_as_fields_and_as_outlines_are_the_same():
    z, y = np.meshgrid(np.linspace(-0.12, 0.12, 41), np.linspace(-0.11, 0.15, 47))
    points = np.stack([z.ravel(), y.ravel()], 1)
    for area in data.AREAS:
        outlined = np.zeros(len(points), bool)
        for id, corners in where.outlines().values():
            if id == area:
                outlined |= np.array([enters(p[None], corners) for p in points])
        inside = where.inside(area, *points.T)
        assert not (inside & ~outlined).any(), area
        others = np.any([where.inside(id, *points.T) for id in data.AREAS], axis=0)
        near = np.abs(where.from_crease_m(*points.T) - where.hand_m()) < 0.002
        assert not (outlined & ~others & ~near).any(), "an outline that holds what is nobody's area"


def test_every_great_vessel_below_the_navel_lies_under_a_never_area():
    body = Region(("vessels",))()
    names = ["abdominal_aorta", *(f"{k}_iliac_artery_{s}" for k in ("common", "external") for s in "rl")]
    names += [f"femoral_artery_{s}" for s in "rl"]
    for name in names:
        v = body[name].mesh.v
        low = v[v[:, 1] < where.navel_m()]
        assert len(low), name
        covered = np.any([where.inside(area, low[:, 2], low[:, 1]) for area in data.AREAS], axis=0)
        assert covered.all(), f"{name}: {low[~covered][:3]}"


def test_hatching_is_drawn_in_its_area_and_nowhere_else():
    body = where.WithStrokes(("wall",))()
    for area in data.AREAS:
        v = body[f"never_{area}"].mesh.v
        inside = np.zeros(len(v), bool)
        for dz, dy in product((-0.0025, 0, 0.0025), repeat=2):  # half the width of a line
            inside |= where.inside(area, v[:, 2] + dz, v[:, 1] + dy)
        assert inside.all() and len(v) > 500, area


# ---------------------------------------------------------------- the plate's words


def test_the_words_on_the_plate_are_those_of_the_data():
    plate = folio("strokes").plate("anterior")
    labels = {label.id: label.text for label in plate.labels}
    for n, (id, row) in enumerate(ROWS.strokes.items(), 1):
        assert labels[f"stroke_{id}"] == f"{n} {row.name}"
        assert f"{n}: {row.text}" in plate.alt_for()
    for id, area in ROWS.areas.items():
        assert labels[f"never_{id}"] == area.name
        assert area.why in " ".join(plate.description)
    for rule in ROWS.rules.values():
        assert rule.text in plate.caption and rule.text in " ".join(plate.description)
        assert all(reference(key) for key in rule.sources) and {*rule.sources} <= {*plate.sources}
    assert "Light: no number was found." in plate.caption
    assert "6 to 10 seconds" in plate.caption
    assert REACHES in plate.caption and "do not reach the psoas" in REACHES
    said = {fact.name: fact for fact in plate.facts}
    assert said["hand_breadth_mm"].value == ROWS.hand_mm
    keeps = 1e3 * min(where.from_crease_m(*p.T).min() for p in where.paths().values())
    assert f"keeps {keeps:.0f} mm" in said["hand_breadth_mm"].text


def test_the_never_areas_can_be_seen_while_the_strokes_cannot():
    spec = strokes().spec
    assert "never" in spec["layers"]["bare"] and "strokes" not in spec["layers"]["bare"]
    for area in ROWS.areas.values():
        assert area.name.lower() in spec["alt"]["bare"].lower()
        assert any(f"{area.why} (weak)" == one["why"] for one in spec["never"])
    assert not any(row.text in spec["alt"]["bare"] for row in ROWS.strokes.values())


# ---------------------------------------------------------------- how a drawn stroke compares

shift = st.floats(-15, 15)
wobble = st.lists(st.tuples(st.floats(-4, 4), st.floats(-4, 4)), min_size=5, max_size=30)


def test_the_strokes_themselves_are_right():
    found = judge_round(ROUND, WANTED, NEVER, ROWS.round_s)
    assert found.right and found.in_order and not found.entered and not found.missing
    assert all(one.off_mm < 1e-6 for one in found.strokes)
    assert found.seconds is None and found.pace == ""


@given(st.integers(0, 2), shift, shift, wobble)
def test_what_is_right_is_wrong_the_other_way(k, dx, dy, jitter):
    base = np.array(WANTED[k].points_mm)
    at = np.linspace(0, len(base) - 1, len(jitter)).astype(int)
    points = [tuple(p) for p in (base[at] + np.array(jitter) + [dx, dy]).tolist()]
    one = judge_stroke(Drawn(points), WANTED, NEVER)
    other = judge_stroke(Drawn(points[::-1]), WANTED, NEVER)
    assert not (one.right and other.right)
    if one.right:
        assert other.backwards and not one.backwards and other.stroke == one.stroke


@given(st.integers(0, 2))
def test_a_reversed_stroke_is_refused(k):
    found = judge_stroke(Drawn(WANTED[k].points_mm[::-1]), WANTED, NEVER)
    assert found.backwards and not found.right and found.stroke == WANTED[k].id


inner = st.sampled_from(
    [p for _, corners in outlines_mm().values() for p in [tuple(np.clip(corners, -150, 240).mean(0).tolist())]]
)


@given(st.integers(0, 2), inner, st.floats(0, 1))
def test_a_stroke_through_a_never_area_is_refused_whatever_else(k, point, share):
    """A perfect stroke with one dip into an area, or past it between two points."""
    points = list(WANTED[k].points_mm)
    at = 1 + int(share * (len(points) - 2))
    found = judge_stroke(Drawn([*points[:at], point, *points[at:]]), WANTED, NEVER, tolerance_mm=1e6)
    assert found.entered and not found.right
    others = [Drawn(one.points_mm) for one in WANTED]
    others[k] = Drawn([*points[:at], point, *points[at:]])
    assert not judge_round(others, WANTED, NEVER, ROWS.round_s, tolerance_mm=1e6).right


def test_crossing_an_area_between_two_points_counts():
    low = where.outlines()["midline"][1][0, 1] * 1e3 + 60
    found = judge_stroke(Drawn([(-80, low), (80, low)]), WANTED, NEVER)
    assert "midline" in found.entered


def test_a_point_on_the_edge_of_a_square():
    square = np.array([[0, 0], [10, 0], [10, 10], [0, 10]], float)
    assert enters(np.array([[5.0, 5.0]]), square)
    assert enters(np.array([[-5.0, 5.0], [15.0, 5.0]]), square)
    assert enters(np.array([[-5.0, 10.0], [5.0, 10.0], [5.0, 12.0]]), square), "touching it from outside"
    assert not enters(np.array([[-5.0, 5.0], [-1.0, 5.0]]), square)
    assert not enters(np.array([[-5.0, -5.0], [20.0, -5.0], [20.0, 20.0]]), square)


def test_order_missing_and_extra_are_told():
    back = judge_round(ROUND[::-1], WANTED, NEVER, ROWS.round_s)
    assert not back.in_order and not back.right and not back.missing and all(one.right for one in back.strokes)
    two = judge_round(ROUND[:2], WANTED, NEVER, ROWS.round_s)
    assert two.missing == ("down",) and not two.right
    twice = judge_round([*ROUND, ROUND[0]], WANTED, NEVER, ROWS.round_s)
    assert not twice.in_order and not twice.right
    assert not judge_round([], WANTED, NEVER, ROWS.round_s).right


@pytest.mark.parametrize(("change", "field"), [((0, 40), "end_mm"), ((60, 0), "off_mm")])
def test_a_stroke_that_is_off_is_refused_with_its_distance(change, field):
    up = WANTED[0].points_mm
    points = [*up[:-1], (up[-1][0] + change[0], up[-1][1] + change[1])]
    found = judge_stroke(Drawn(points), WANTED[:1], [])
    assert not found.right and getattr(found, field) > 22


def test_a_dab_is_no_stroke():
    for points in ([WANTED[0].points_mm[0]], moved([WANTED[0].points_mm[0]] * 2, 1)):
        found = judge_stroke(Drawn(points), WANTED, NEVER)
        assert found.short and not found.right


def test_the_pace_is_told_apart_and_slow_is_no_mistake():
    assert [pace(s, ROWS.round_s) for s in (None, 3, 6, 8, 10, 30)] == [
        "",
        "fast",
        "fitting",
        "fitting",
        "fitting",
        "slow",
    ]
    timed = [
        Drawn(one.points_mm, np.linspace(10 * k, 10 * k + 4, len(one.points_mm)).tolist())
        for k, one in enumerate(WANTED)
    ]
    found = judge_round(timed, WANTED, NEVER, ROWS.round_s)
    assert found.right and found.seconds == pytest.approx(24) and found.pace == "slow"


def test_bad_strokes_are_refused_by_field():
    with pytest.raises(ValueError, match="points_mm"):
        Drawn([])
    with pytest.raises(ValueError, match="times_s"):
        Drawn([(0, 0), (1, 1)], [0.0])


def test_the_lists_lead_to_the_same_credit_and_hold_what_is_wrong():
    rows = {row["id"]: Drawn([tuple(p) for p in row["points"]]) for row in choices()}
    right = [rows[id] for id in ("right_up", "across_left", "left_down")]
    assert judge_round(right, WANTED, NEVER, ROWS.round_s).right
    for id in ("right_down", "across_right", "left_up"):
        assert judge_stroke(rows[id], WANTED, NEVER).backwards
    for id in ("middle_up", "groin_down"):
        assert judge_stroke(rows[id], WANTED, NEVER).entered
    assert len({row["text"] for row in choices()}) == len(rows)
