"""The palpation map: verdicts follow from the geometry, distances are measured anew, nothing invites pressing."""

import re
from dataclasses import replace

import numpy as np
import pytest

from iliopsoas.atlas.structures import structure
from iliopsoas.body import squares, under_hand
from iliopsoas.body.assemble import Body
from iliopsoas.body.landmarks import landmark
from iliopsoas.body.margins import VERDICTS, margins, read_margins
from iliopsoas.body.under_hand import Reading, measured, readings, verdict, verdicts, whole_body
from iliopsoas.course.technique import techniques
from iliopsoas.plates import palpation as plate
from iliopsoas.sources import DataError, reference
from iliopsoas.widgets.palpation import DEEPEST_MM, OUTSIDE, map_spec, palpation

SQUARES = list(squares.squares().values())
IDS = [one.id for one in SQUARES]
HAND_M = squares.HAND_MM / 1000
STRICT = ("never", "caution")


@pytest.fixture(scope="module")
def body():
    return whole_body()


@pytest.fixture(scope="module")
def anew(body):
    return measured(body)


def moved(body, names, by_mm):
    """Return a body with some structures moved by (forwards, up, to the right), millimetres."""
    step = np.array(by_mm) / 1000
    parts = {id: body[id] for id in body}
    for id, part in parts.items():
        if part.structure in names:
            parts[id] = replace(part, mesh=part.mesh.moved(part.mesh.v + step))
    return Body(parts)


# ---------------------------------------------------------------- distances, measured in another way


def points_of(body, *names):
    """Return points all over the triangles of structures, as seen from the front: (n, 2), y and z in metres."""
    out = []
    weights = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5], [1 / 3] * 3])
    for part in body.values():
        if part.structure in names:
            corners = part.mesh.v[part.mesh.f][..., 1:]
            out.append(np.einsum("kc,ncd->nkd", weights, corners).reshape(-1, 2))
    assert out, names
    return np.concatenate(out)


def line_between(a, b, n=400):
    return np.asarray(a) + np.linspace(0, 1, n)[:, None] * (np.asarray(b) - np.asarray(a))


def away_mm(square, points):
    """Return how far points are from a square, seen from the front."""
    out = np.maximum(np.maximum(np.array(square.low_m) - points, points - np.array(square.high_m)), 0)
    return 1e3 * float(np.hypot(*out.T).min())


def both(points):
    return np.concatenate([points, points * [1, -1]])


@pytest.fixture(scope="module")
def dangers(body):
    """What the map must keep hands off, with the margin that it states, built here from the body and the landmarks."""
    tubercle, asis = landmark("pubic_tubercle")[1:], landmark("asis")[1:]
    ring = tubercle + 0.41 * (asis - tubercle) + [0.0125, 0]
    nerve = points_of(body, "femoral_nerve")
    at_groin = nerve[nerve[:, 0] < np.interp(abs(nerve[:, 1]), [tubercle[1], asis[1]], [tubercle[0], asis[0]]) + 0.015]
    ways = np.linspace(0, 1, 40)[:, None]
    below = np.concatenate([line_between(tubercle, asis) - [HAND_M * w, 0] for w in ways[:, 0]])
    return {
        "aorta": (points_of(body, "abdominal_aorta"), "never"),
        "vena_cava": (points_of(body, "inferior_vena_cava"), "never"),
        "iliac_vessels": (
            points_of(body, *(f"{k}_iliac_{kind}" for k in ("common", "external") for kind in ("artery", "vein"))),
            "never",
        ),
        "femoral_vessels": (points_of(body, "femoral_artery", "femoral_vein"), "never"),
        "femoral_nerve_groin": (at_groin, "never"),
        "femoral_canal": (points_of(body, "femoral_canal"), "never"),
        "deep_ring": (both(ring[None]), "never"),
        "inguinal_canal": (both(line_between(ring, tubercle)), "never"),
        "navel": (squares.navel()[None], "never"),
        "groin": (both(below), "never"),
        "midline": (line_between([tubercle[0], 0], [0.221, 0]), "never"),
        "kidney": (points_of(body, "kidney"), "caution"),
        "epigastric": (points_of(body, "inferior_epigastric_artery"), "caution"),
        "cutaneous_nerve": (both(line_between(asis, asis + 0.03 * (tubercle - asis) / 0.13)), "caution"),
        "ureter": (points_of(body, "ureter"), "caution"),
    }


@pytest.mark.parametrize("id", IDS)
def test_a_square_within_a_margin_is_never_or_caution(id, anew, dangers):
    square, found = squares.squares()[id], verdict(anew[id])
    for name, (points, least) in dangers.items():
        rule = margins()[name]
        assert VERDICTS.index(rule.verdict) >= VERDICTS.index(least), name
        far = away_mm(square, points)
        if far <= rule.margin_mm:
            assert VERDICTS.index(found.verdict) >= VERDICTS.index(least), f"{name} is {far:.1f} mm from {id}"
            assert name in found.margins
        measured_mm = anew[id].gaps_mm[name]
        assert measured_mm <= far + 0.01, f"{name}: {measured_mm} mm, but a point of it lies {far:.2f} mm away"


def test_distances_agree_with_those_measured_in_another_way(anew, dangers):
    close = {"aorta", "vena_cava", "iliac_vessels", "femoral_vessels", "kidney", "ureter", "epigastric", "midline"}
    for square in SQUARES:
        for name in close:
            far = away_mm(square, dangers[name][0])
            assert anew[square.id].gaps_mm[name] == pytest.approx(far, abs=2.5), (square.id, name)


# ---------------------------------------------------------------- verdicts


def test_every_verdict_is_reproduced_from_the_geometry(anew):
    assert list(readings()) == list(anew) == IDS
    for id in IDS:
        kept, new = readings()[id], anew[id]
        assert [(m.structure, m.side, m.in_middle) for m in kept.met] == [
            (m.structure, m.side, m.in_middle) for m in new.met
        ], f"{id}: a shape has changed; run python -m iliopsoas.body.stored"
        assert [m.depth_mm for m in kept.met] == pytest.approx([m.depth_mm for m in new.met], abs=0.2)
        assert kept.gaps_mm == pytest.approx(new.gaps_mm, abs=0.1)
        assert verdicts()[id].verdict == verdict(new).verdict
        assert verdicts()[id].margins == verdict(new).margins


def test_the_stored_readings_were_made_from_this_code_and_these_bones():
    assert f'"made_from": "{under_hand.made_from()}"' in under_hand.ASSET.read_text(encoding="utf-8"), (
        "a shape has changed: run python -m iliopsoas.body.stored"
    )


def test_every_square_below_the_ligament_is_never():
    for square in SQUARES:
        if square.low_m[0] < squares.ligament_height(square.middle_m[1]) and square.side:
            assert verdicts()[square.id].verdict == "never", square.id
            assert "groin" in verdicts()[square.id].margins


def test_the_midline_and_the_line_of_the_vessels_are_never():
    for square in SQUARES:
        if square.column in (4, 5, 6):
            assert verdicts()[square.id].verdict == "never", square.id


def test_superficial_squares_lie_on_the_belly_wall_where_the_strokes_of_lesson_08_may_go(anew):
    """The strokes stay a hand's breadth above the groin and off the midline below the navel."""
    free = [square for square in SQUARES if verdicts()[square.id].verdict == "superficial"]
    assert free and {s.side for s in free} == {"r", "l"}
    for square in free:
        assert square.low_m[0] > squares.ligament_height(square.middle_m[1]) + HAND_M - 0.014, square.id
        wall = {m.structure for m in anew[square.id].met if m.in_middle}
        assert wall & {"rectus_abdominis", "external_oblique"}, square.id
    step = next(s for s in techniques().techniques["effleurage"].steps if "groin crease" in s)
    assert "hand's breadth" in step and "off the midline below the navel" in step


def test_it_does_not_contradict_the_never_areas_of_devices():
    assert {"abdomen", "groin"} <= set(techniques().never), "no device on belly or groin, whatever the square"
    assert "no device belongs on any of them" in plate.NO_PRESSING


def test_the_order_at_the_groin_is_that_of_the_facts(anew):
    """From outside inwards nerve, artery, vein (gray1918); the artery in front of psoas (review 1)."""
    for side, columns in (("r", (2, 3)), ("l", (8, 7))):
        outer, inner = (anew[f"M{k}"] for k in columns)
        assert outer.nerve.structure == "femoral_nerve" and outer.nerve.towards.startswith("towards the midline")
        order = [m.structure for m in inner.met if m.side == side]
        assert order.index("femoral_artery") < order.index("psoas_major")
        assert inner.pulse.away_mm == 0


@pytest.mark.parametrize("side, id, colon", [("r", "E2", "ascending_colon"), ("l", "E8", "descending_colon")])
def test_beside_the_navel_the_wall_comes_before_the_bowel(anew, side, id, colon):
    order = [m.structure for m in anew[id].met if m.side in ("", side)]
    wall = ["skin", "subcutaneous_fat", "external_oblique", "internal_oblique", "transversus_abdominis"]
    assert order[:5] == wall
    assert colon in order[5:]


def test_a_quarter_of_the_way_out_psoas_lies_behind_wall_bowel_and_ureter(anew):
    """Facts (b): the ureter lies on the front of psoas; nothing of the muscle is nearer than the wall."""
    for id, side in (("E4", "r"), ("E6", "l")):
        reading = anew[id]
        order = [m.structure for m in reading.met if m.side in ("", side)]
        assert order[-1] == "psoas_major" and order.index("rectus_abdominis") < order.index("ureter")
        assert reading.unseen_mm and reading.unseen_mm[0] < reading.unseen_mm[1] < reading.met[-1].depth_mm
    assert "inferior_vena_cava" in [m.structure for m in anew["E4"].met]
    assert anew["E6"].pulse.structure == "abdominal_aorta" and anew["E6"].pulse.away_mm < anew["E4"].pulse.away_mm


def test_right_and_left_differ_where_the_body_does(anew):
    assert "caecum" in [m.structure for m in anew["H2"].met] + [m.structure for m in anew["G2"].met]
    left = [m.structure for row in "GHJ" for m in anew[f"{row}8"].met]
    assert "caecum" not in left and {"sigmoid_colon", "descending_colon"} & set(left)


@pytest.mark.parametrize("id", IDS)
def test_what_lies_under_a_square_is_in_order_with_a_range(id, anew):
    met = anew[id].met
    assert met[0].structure == "skin" and met[0].depth_mm == 0
    assert [m.depth_mm for m in met] == sorted(m.depth_mm for m in met)
    assert all(0 <= m.low_mm <= m.depth_mm <= m.high_mm for m in met)
    assert len({(m.structure, m.side) for m in met}) == len(met)
    assert max(m.depth_mm for m in met) < DEEPEST_MM + 60
    ends = [m for m in met if m.in_middle and m.structure in under_hand.ILIOPSOAS]
    assert len(ends) <= 1 and (not ends or met[-1] == ends[0]), "nothing is told of what lies behind the muscle"


def test_the_range_at_the_navel_holds_what_was_measured_in_people_lying_down(anew):
    aorta = next(m for m in anew["E5"].met if m.structure == "abdominal_aorta")
    assert aorta.low_mm <= 45 and aorta.high_mm >= 79  # aagl2024, normal weight and obese


# ---------------------------------------------------------------- it fails closed, and follows the body


def test_moving_a_vessel_by_hand_changes_the_verdict(body, anew):
    free = next(id for id in ("E3", "F3") if verdict(anew[id]).verdict == "superficial")
    after = verdict(measured(moved(body, {"femoral_artery"}, (0, 250, 0)))[free])
    assert after.verdict == "never"
    assert after.margins[0] == "femoral_vessels" and after.reasons[0].startswith("Femoral artery and vein: under")


def test_moving_the_femoral_nerve_away_is_seen_in_the_distances(body, anew):
    away = measured(moved(body, {"femoral_nerve"}, (0, 0, 300)))
    assert away["N3"].gaps_mm["femoral_nerve_groin"] > anew["N3"].gaps_mm["femoral_nerve_groin"]


@pytest.mark.parametrize("gone", ["abdominal_aorta", "femoral_nerve", "kidney", "femoral_canal"])
def test_without_a_structure_no_square_is_judged_free(body, gone):
    less = Body({id: body[id] for id in body if body[id].structure != gone})
    found = {verdict(reading).verdict for reading in measured(less).values()}
    assert found == {"never"}


def broken(reading: Reading):
    yield replace(reading, met=())
    yield replace(reading, met=reading.met[1:])
    yield replace(reading, met=reading.met[:2])
    yield replace(reading, pulse=None)
    yield replace(reading, nerve=None)
    yield replace(reading, square="Z9")
    yield replace(reading, gaps_mm={})
    for wrong in (None, float("nan"), float("inf"), -1.0):
        yield replace(reading, gaps_mm={**reading.gaps_mm, "aorta": wrong})
    for wrong in (float("nan"), float("inf"), -5.0):
        yield replace(reading, met=(*reading.met[:-1], replace(reading.met[-1], depth_mm=wrong)))


def test_what_cannot_be_computed_is_never():
    free = next(readings()[id] for id in IDS if verdicts()[id].verdict == "superficial")
    for one in broken(free):
        found = verdict(one)
        assert found.verdict == "never" and "Not computed" in found.reasons[0]
    assert verdict(free, {}).verdict == "never"


def test_a_wider_margin_never_makes_a_square_safer():
    for id in IDS:
        before = VERDICTS.index(verdicts()[id].verdict)
        for rule in margins().values():
            wider = {**margins(), rule.id: replace(rule, margin_mm=rule.margin_mm + 25)}
            assert VERDICTS.index(verdict(readings()[id], wider).verdict) >= before


# ---------------------------------------------------------------- margins as data


def test_every_margin_says_why_from_where_and_on_what_ground():
    for rule in margins().values():
        assert rule.why.endswith(".") and rule.margin_from.endswith(".") and rule.sources
        assert all(reference(key) for key in rule.sources)
        assert rule.basis == "expert knowledge" or rule.margin_mm > 0 or rule.place
    assert set(margins()) >= {
        *("aorta", "iliac_vessels", "femoral_vessels", "femoral_nerve_groin", "inguinal_canal", "deep_ring"),
        *("femoral_canal", "navel", "epigastric", "kidney", "pelvic_organs", "nodes", "cutaneous_nerve"),
    }


GOOD = """
[[margin]]
id = "aorta"
name = "Aorta"
structures = ["abdominal_aorta"]
verdict = "never"
margin_mm = 10
why = "A pulse."
margin_from = "Half a fingertip."
basis = "study"
sources = ["kim2022"]
"""


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('verdict = "never"', 'verdict = "press gently"', "verdict"),
        ("margin_mm = 10", "margin_mm = -1", "margin_mm"),
        ("margin_mm = 10", "margin_mm = 400", "margin_mm"),
        ('"kim2022"', '"kim2999"', "sources"),
        ('"abdominal_aorta"', '"abdominal_aota"', "structures"),
        ('structures = ["abdominal_aorta"]', 'place = "gron"', "place"),
        ('structures = ["abdominal_aorta"]', "", "place"),
        ('structures = ["abdominal_aorta"]', 'structures = ["abdominal_aorta"]\nplace = "groin"', "place"),
        ('basis = "study"', 'basis = "habit"', "basis"),
        ('why = "A pulse."', "", "why"),
    ],
)
def test_a_bad_margin_is_refused_by_name(old, new, field):
    assert read_margins(GOOD)["aorta"].margin_mm == 10
    with pytest.raises(DataError) as refused:
        read_margins(GOOD.replace(old, new))
    assert field in str(refused.value) and "margins.toml" in str(refused.value)


# ---------------------------------------------------------------- what is said

INVITES = re.compile(
    r"\bsink\b|work (in|deep|through)|deep(er)? (pressure|press|palpat|work)|press (in|down|deep|into|firmly|gently)"
    r"|\bpush|\bdig\b|probe|hook|curl|lean (in|on)|firm(ly)?\b|release the psoas|reach(es)? the psoas"
    r"|feel for|find the muscle",
    re.IGNORECASE,
)


def said():
    card = palpation()
    own = map_spec()
    yield from own["notes"]
    yield from (f"{one['name']}: {one['means']}" for one in own["verdicts"].values())
    for square in own["squares"]:
        yield from (
            *square["reasons"],
            *square["also"],
            square["pulse"],
            square["nerve"],
            square["where"],
            square["note"],
        )
    yield card._still_text()
    yield from (f"{rule.name} {rule.why} {rule.margin_from}" for rule in margins().values())


def test_no_card_invites_pressing():
    assert INVITES.search("sink slowly and press into the belly"), "a test that cannot fail"
    for text in said():
        assert not INVITES.search(text), text
    assert set(VERDICTS) == {"superficial", "caution", "never"}


def test_the_spec_holds_every_square_with_all_that_the_card_says():
    own = map_spec()
    assert [one["id"] for one in own["squares"]] == IDS and own["outside"] == OUTSIDE
    for sent in own["squares"]:
        found = verdicts()[sent["id"]]
        assert sent["verdict"] == found.verdict
        assert [*sent["reasons"], *sent["also"]] == list(found.reasons) and sent["reasons"]
        assert [one["id"] for one in sent["met"]] == [one.structure for one in readings()[sent["id"]].met]
    assert own["sources"] and "schematic" in own["schematic"]


def test_readers_without_the_widget_get_every_square_in_words():
    text, markup = palpation()._still_text(), palpation()._still_html()
    assert markup.count("<tr>") == len(IDS) + 1 and 'alt="Belly and groin' in markup
    for id in IDS:
        assert f"{id} | " in text and f'<th scope="row">{id}</th>' in markup
    assert repr(palpation()) == "Palpation()"


def test_the_plate_says_what_the_verdicts_are():
    one = plate.palpation_folio().plate("front")
    of = plate.counted()
    assert sum(of.values()) == len(IDS)
    for name, count in of.items():
        assert f"{count} {'SCN'[VERDICTS.index(name)]} ({plate.NAMES[name].lower()})" in one.alt_for()
        assert next(f for f in one.facts if f.name == f"squares_{name}").value == count
    assert all(reference(key) for key in one.sources)
    assert structure("palpation_square").kind == "mark"
