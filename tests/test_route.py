"""The plates of the way through: what they name, what they show and hide, and the key of the planted mistakes."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from iliopsoas.atlas.structures import structures
from iliopsoas.body.mistakes import MISTAKES, MOST, NOT_TOGETHER, Planted, drawn_lots, mistake
from iliopsoas.body.relations import relations
from iliopsoas.plates.catalogue import folio
from iliopsoas.plates.merge import merged
from iliopsoas.plates.palette import least_difference, look
from iliopsoas.plates.plate import MOST_PEELABLE
from iliopsoas.plates.spot import VARIANTS, key_of, spot_plate

PAGES = [(id, view) for id in ("route", "plexus", "groin", "lacunae") for view in folio(id).plates]
pages = pytest.mark.parametrize(("subject", "view"), PAGES, ids=["-".join(p) for p in PAGES])


@pages
def test_every_label_of_the_first_picture_stands_and_crosses_none(subject, view):
    plate = folio(subject).plate(view)
    layout = plate.label_layout(draft=True)
    assert not layout.dropped
    assert len(layout.placed) >= 12
    for a, b in combinations(layout.placed, 2):
        assert not _cross(a, b), (a.id, b.id)


def _cross(a, b):
    turn = lambda p, q, r: (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])  # noqa: E731
    p, q, r, s = a.slot, a.anchor, b.slot, b.anchor
    return turn(p, q, r) * turn(p, q, s) < -1e-6 and turn(r, s, p) * turn(r, s, q) < -1e-6


@pages
def test_every_structure_that_is_drawn_or_named_has_a_row(subject, view):
    plate = folio(subject).plate(view)
    body = plate.body()
    assert {body[p].structure for layer in plate.layers for p in layer.parts} <= set(structures())
    named = {label.structure for label in plate.labels if not label.id.startswith("lumbar_plexus")}
    assert named <= set(structures())
    assert sum(not layer.locked for layer in plate.layers) <= MOST_PEELABLE[plate.peel]


@pages
def test_what_is_schematic_and_where_it_is_from_is_said(subject, view):
    plate = folio(subject).plate(view)
    assert "schematic" in plate.schematic
    assert "gray1918" in plate.sources


def test_the_plate_says_that_it_is_no_guide_to_pressing():
    """Review A1 and A8: never a recipe, never "press lateral to the pulse"."""
    for subject, view in PAGES:
        plate = folio(subject).plate(view)
        words = " ".join([plate.caption, *plate.description, plate.schematic]).lower()
        assert "lateral to the pulse" not in words
        assert "sink" not in words
    for view in folio("route").plates:
        assert "not a guide to reaching the muscle" in folio("route").plate(view).caption


def test_the_tissues_of_the_whole_way_stay_apart_for_every_kind_of_vision():
    plate = folio("route").plate("anterior")
    body = plate.body()
    tissues = {body[p].tissue for layer in plate.layers for p in layer.parts}
    least, a, b, vision = least_difference({t: look(t).colour for t in tissues})
    assert len(tissues) >= 14
    assert least >= 10, (a, b, vision)


def test_bowel_covers_the_ureters_until_it_is_taken_away():
    plate = folio("route").plate("anterior")
    sheet = plate.sheet(draft=True)
    seen = lambda on: np.isin(merged(sheet, plate.shown(on)).index, _numbers(sheet, "ureter")).sum()  # noqa: E731
    everything = [layer.id for layer in plate.layers]
    assert seen([k for k in everything if k != "bowel"]) > seen(everything) > 0


def _numbers(sheet, structure):
    return [row.index for row in sheet.parts if row.structure == structure]


def test_the_groin_shows_nerve_artery_vein_canal_in_order_from_outside_inwards():
    """In a view from the front the right side is on the left of the picture."""
    for subject, view in (("groin", "front"), ("lacunae", "from_below")):
        plate = folio(subject).plate(view)
        sheet = plate.sheet(draft=True)
        index = merged(sheet, plate.shown()).index
        order = ("femoral_nerve", "femoral_artery", "femoral_vein", "femoral_canal")
        across = []
        for k in order:
            rows, columns = np.nonzero(np.isin(index, _numbers(sheet, k)))
            across.append(columns[rows >= np.quantile(rows, 0.8)].mean() if subject == "lacunae" else columns.mean())
        assert across == sorted(across), (subject, across)


def test_the_bursa_is_seen_when_the_muscles_are_gone():
    plate = folio("groin").plate("front")
    names = lambda on: {label.id.removesuffix("_r") for label in plate.labels_for(on, draft=True)}  # noqa: E731
    everything = [layer.id for layer in plate.layers if layer.on]
    assert "iliopectineal_bursa" not in names(everything)
    assert "iliopectineal_bursa" in names(["bones", "bursa"])


# ---------------------------------------------------------------- spot the error


@pytest.mark.parametrize("id", list(MISTAKES))
def test_a_planted_mistake_breaks_the_relations_of_its_key(id):
    right, wrong = Planted(())(), Planted((id,))()
    for name in mistake(id).relations:
        assert relations()[name].margin_mm(right) > 0
        assert relations()[name].margin_mm(wrong) < 0


@pytest.mark.parametrize("seed", sorted(VARIANTS.values()))
def test_the_key_names_every_mistake_and_no_other(seed):
    ids = drawn_lots(seed)
    body = Planted(ids)()
    broken = {id for id, one in MISTAKES.items() if any(relations()[r].margin_mm(body) < 0 for r in one.relations)}
    hidden = {id for id in broken - set(ids) if any({id, other} in NOT_TOGETHER for other in ids)}
    assert broken - hidden == set(ids)
    assert len(key_of(seed)) == len(ids)


def test_lots_are_the_same_every_time_and_never_too_many():
    for seed in range(40):
        assert drawn_lots(seed) == drawn_lots(seed)
        assert 1 <= len(drawn_lots(seed)) <= MOST


def test_the_variants_hold_every_mistake():
    assert {id for seed in VARIANTS.values() for id in drawn_lots(seed)} == set(MISTAKES)


def test_the_plate_keeps_its_secret_until_the_key_is_opened():
    for name, seed in VARIANTS.items():
        plate = spot_plate(name, seed)
        said = " ".join([plate.title, plate.caption, plate.alt_for(), *plate.description, plate.stops[0].sentence])
        for one in key_of(seed):
            assert one not in said
            assert one in plate.stop("key").sentence
        assert plate.stop("key").lit
        assert not plate.stop("looking").lit


def test_an_unknown_mistake_is_refused_by_name():
    with pytest.raises(KeyError, match="ureter_behind"):
        Planted(("ureter_behnd",))
