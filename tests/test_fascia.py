"""Fascia: sheets end on what they are known to end on; a plate says firm or dashed; a breath's frames fit together."""

from __future__ import annotations

import numpy as np
import pytest

from iliopsoas.body import arcuate, fascia
from iliopsoas.body.landmarks import landmark
from iliopsoas.body.psoas_belly import belly
from iliopsoas.body.region import SYSTEMS, Region
from iliopsoas.body.rest_lines import dashed, rest_line
from iliopsoas.course.questions import question
from iliopsoas.plates.breath import VIEWS, VOLUMES_L, breath_facts, breath_folio
from iliopsoas.plates.diaphragm import diaphragm_folio
from iliopsoas.plates.fascia import continuity_stops, fascia_folio
from iliopsoas.plates.plate import frame_key
from solid import depth_mm, distance_mm, is_closed


@pytest.fixture(scope="module")
def parts():
    return {p.id: p for p in Region(("fascia",))().values()}


def test_psoas_fascia_begins_in_the_medial_arcuate_ligament_and_ends_at_the_inguinal_ligament(parts):
    sheet = fascia.psoas_sheet()
    cord = arcuate.ligament(arcuate.medial_path())
    assert distance_mm(sheet[0, ::4], [cord]).max() < 2.0
    gap = sheet[-1, :, 1] - fascia.groin_line(sheet[-1, :, 2])
    assert np.abs(gap).max() < 0.006
    assert distance_mm(sheet[-1], [parts["inguinal_ligament_r"].mesh]).min() < 15


def test_fascia_of_quadratus_lumborum_begins_in_the_lateral_arcuate_ligament():
    cord = arcuate.ligament(arcuate.lateral_path())
    assert distance_mm(fascia.quadratus_sheet()[0, ::4], [cord]).max() < 2.0


def test_psoas_fascia_and_iliac_fascia_are_one_sheet_above_the_groin():
    psoas, iliac = fascia.psoas_sheet(), fascia.iliac_sheet()
    lower = psoas[2 * len(psoas) // 3 :: 3].reshape(-1, 3)
    nearest = np.linalg.norm(lower[:, None] - iliac.reshape(1, -1, 3), axis=2).min() * 1e3
    assert nearest < 4


def test_psoas_fascia_lies_in_front_of_the_muscle(parts):
    assert depth_mm(fascia.psoas_sheet()[1:].reshape(-1, 3), belly().mesh).max() < 0.3


def test_iliopectineal_arch_runs_from_the_ligament_to_the_eminence(parts):
    v = parts["iliopectineal_arch_r"].mesh.v
    assert distance_mm(v, [parts["inguinal_ligament_r"].mesh]).min() < 6
    assert np.linalg.norm(v - landmark("iliopubic_eminence"), axis=1).min() < 0.006


def test_anterior_longitudinal_ligament_lies_on_the_front_of_the_bodies(parts):
    mesh = parts["anterior_longitudinal_ligament"].mesh
    assert is_closed(mesh)
    for vertebra in ("l1", "l2", "l3", "l4"):
        assert distance_mm(mesh.v[::7], [parts[vertebra].mesh]).min() < 1.0


def test_a_dashed_line_has_gaps_and_a_short_one_is_refused():
    mesh = dashed(np.linspace([0, 0, 0], [0, 0.05, 0], 20))
    heights = np.unique(np.round(np.sort(mesh.v[:, 1]), 4))
    assert np.diff(heights).max() > 0.003
    with pytest.raises(ValueError, match="path"):
        dashed(np.linspace([0, 0, 0], [0, 0.001, 0], 5))
    with pytest.raises(ValueError, match="view"):
        rest_line("posterior")


# ---------------------------------------------------------------- what the plates say


def test_every_continuity_is_firm_or_dashed_and_has_a_source():
    stops = {s.id: s for s in continuity_stops()}
    assert set(stops) == {"medial_arch", "lateral_arch", "groin", "crus", "force"}
    for id, stop in stops.items():
        assert stop.sources and stop.lit
        assert stop.sentence.startswith("Dashed, a hypothesis" if id == "force" else "Firm, seen in dissection"), id
    assert "No study was found" in stops["force"].sentence
    assert stops["force"].lit == ("force_line_r",), "only the dashed line is lit for what is not shown"
    assert not any("force_line" in part for id, s in stops.items() if id != "force" for part in s.lit)


def test_fascia_plates_light_only_what_they_draw():
    for view in fascia_folio().plates:
        plate = fascia_folio().plates[view]
        drawn = {p for layer in plate.layers for p in layer.parts}
        assert all(set(stop.lit) <= drawn for stop in plate.stops)
        assert "hypothesis" in plate.caption and "no structure" in plate.schematic


@pytest.mark.parametrize("view", VIEWS)
def test_frames_of_a_breath_share_layers_parts_framing_and_depth(view):
    plates = [breath_folio().plates[frame_key(view, stop)] for stop in VOLUMES_L]
    first = plates[0]
    for plate in plates[1:]:
        assert [(k.id, k.parts) for k in plate.layers] == [(k.id, k.parts) for k in first.layers]
        assert (plate.view.axes, plate.view.centre_m, plate.view.width_m) == (
            first.view.axes, first.view.centre_m, first.view.width_m
        )  # fmt: skip
        assert plate.depth_range_m == first.depth_range_m
        assert [k.id for k in plate.labels] == [k.id for k in first.labels]


def test_the_deepest_breath_fits_the_depths_of_its_plates():
    body = Region(("diaphragm",), 3.0)()
    for view in VIEWS:
        plate = breath_folio().plates[frame_key(view, "300")]
        for layer in plate.layers:
            for part in layer.parts:
                depth = plate.view.project(body[part].mesh.v)[:, 2]
                assert plate.depth_range_m[0] <= depth.min() and depth.max() <= plate.depth_range_m[1], part


def test_words_and_numbers_of_a_breath_come_from_the_volume():
    for stop, litres in VOLUMES_L.items():
        plate = breath_folio().plates[frame_key("anterior", stop)]
        cm = next(f.value for f in plate.facts if f.name == "dome_descent_cm")
        assert cm == pytest.approx(1.66 * litres, abs=0.006)
        assert plate.alt_for().count(f"{cm:.1f} cm") == (1 if litres else 0)
    assert all(f.sources for f in breath_facts(1.5))
    deep = next(f for f in breath_facts(3.0) if f.name == "deep_lower_limit_cm")
    assert (
        "3.7" in deep.text and "4.7" in deep.text and "lower" not in deep.text.split(".")[0].replace("lower limits", "")
    )


def test_the_question_on_litres_and_centimetres_uses_the_same_slope():
    q = question("q507")
    assert abs(q.value / 10 - 1.66 * 1.5) < q.tolerance / 10
    assert "1.5 litres" in q.question


def test_the_diaphragm_says_what_is_schematic():
    for view in diaphragm_folio().plates:
        assert "drawn by eye" in diaphragm_folio().plates[view].schematic


def test_the_systems_of_this_module_can_be_asked_for():
    assert {"diaphragm", "fascia"} <= set(SYSTEMS)


def test_iliac_fascia_lies_in_front_of_its_muscle(parts):
    assert depth_mm(fascia.iliac_sheet().reshape(-1, 3), parts["iliacus_r"].mesh).max() < 0.5
