"""Draping: at every step what is bare is what is worked on, and what is never uncovered is covered."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest

from iliopsoas.body import draping, strokes, zones
from iliopsoas.course.consent import consent, read_consent
from iliopsoas.plates.catalogue import folio
from iliopsoas.sources import DataError, UnknownName

DRAPES = consent().drapes
STEPS = [(id, n) for id, row in DRAPES.items() for n in range(len(row.steps))]


def nearest(region, y_m, z_m):
    """Return the lattice points nearest to places on the skin."""
    s = draping.surface(draping.SEEN_FROM[region])
    return np.array([np.hypot(s.y - y, s.z - z).argmin() for y, z in zip(y_m, z_m, strict=True)])


@pytest.mark.parametrize(("region", "step"), STEPS)
def test_nothing_is_bare_that_is_not_worked_on(region, step):
    state = DRAPES[region].covers[step]
    sheet, towel = draping.cloths(region, state)
    assert draping.faults(region, sheet, towel, state == "clothed") == ()
    bare = draping.uncovered(region, sheet, towel)
    assert bare.any() == (state in ("open", "clothed"))


@pytest.mark.parametrize("region", DRAPES)
def test_a_drape_that_slips_is_a_fault(region):
    """Three centimetres more than the rule allows: once over a never-area, once only beside what is worked on."""
    sheet, towel = draping.cloths(region, "open")
    slipped = draping.faults(region, sheet - 0.03, towel)
    assert "a place that is never uncovered is bare" in slipped or region == "groin"
    assert "something is bare that is not worked on" in slipped
    assert len(draping.faults(region, np.full(len(sheet), -1.0), np.full(len(sheet), -1.0))) == 2


def test_every_stroke_lies_on_bare_skin_and_the_covered_area_of_the_strokes_is_covered():
    """The strokes were worked out elsewhere (`iliopsoas.body.strokes`): both must agree about the belly."""
    bare = draping.uncovered("abdomen", *draping.cloths("abdomen", "open"))
    s = draping.surface("front")
    assert not (bare & strokes.inside("covered", s.z, s.y)).any()
    ups = [path for id, path in strokes.paths().items() if id != "across"]
    for path in ups:
        below_ribs = path[path[:, 1] < draping.ribs_m() - 0.004]
        assert len(below_ribs) > 10
        assert bare[nearest("abdomen", below_ribs[:, 1], below_ribs[:, 0])].all()


def test_the_groin_where_no_device_goes_stays_covered():
    """The never-area of percussion is worked out elsewhere, round the skin (`iliopsoas.body.zones`)."""
    v = zones.skin().mesh.v[zones.fields()["groin"] > 0.004][::40]
    bare = draping.uncovered("groin", *draping.cloths("groin", "open"))
    assert len(v) > 20
    assert not bare[nearest("groin", v[:, 1], v[:, 2])].any()


def test_sacrum_and_cleft_stay_covered_and_the_upper_outer_buttock_is_bare():
    bare = draping.uncovered("gluteal", *draping.cloths("gluteal", "open"))
    behind = zones.skin().inwards[:, 0] > 0.5
    spine = zones.skin().mesh.v[(zones.fields()["spine"] > 0.004) & behind][::30]
    assert len(spine) > 20
    assert not bare[nearest("gluteal", spine[:, 1], spine[:, 2])].any()
    bulk = zones.skin().mesh.v[(zones.fields()["gluteal"] > 0.004) & behind][::5]
    assert len(bulk) > 20
    assert bare[nearest("gluteal", bulk[:, 1], bulk[:, 2])].mean() > 0.9
    s = draping.surface("behind")
    assert not bare[s.z < 0].any()


@pytest.mark.parametrize("region", DRAPES)
def test_a_plate_for_every_step_in_its_words(region):
    row, shown = DRAPES[region], folio(f"draping_{region}")
    assert [name for _, name in shown.along.stops] == [str(n) for n in range(1, len(row.steps) + 1)]
    for n, key in enumerate(shown.plates):
        plate = shown.plate(key)
        assert row.steps[n] in plate.caption and row.steps[n] in plate.alt_for()
        assert row.never in plate.caption
        assert plate.facts[1].value == row.covers[n]
        assert "our own choice" in plate.schematic


def test_what_is_bare_in_the_picture_is_skin_and_what_is_not_is_cloth():
    """The picture is asked, not the rule: pixel for pixel over the trunk between the flanks."""
    region = "abdomen"
    shown = folio(f"draping_{region}")
    on = ("skin", "sheet", "towel")
    for key, state in (("front__step_4", "open"), ("front__step_1", "covered")):
        plate = shown.plate(key)
        bare = draping.uncovered(region, *draping.cloths(region, state))
        s = draping.surface("front")
        inner = np.abs(s.z) < 0.10
        for k in np.flatnonzero(inner)[::397]:
            edges = (draping.points_line_m(), draping.ribs_m())
            if min(abs(s.y[k] - edge) for edge in edges) < 0.006 or abs(s.z[k]) < 0.02:
                continue
            x, y, _ = plate.picture_view.project([s.x[k] if np.isfinite(s.x[k]) else 0.0, s.y[k], s.z[k]])
            part = plate.part_at(int(x), int(y), on)
            if part is None or not np.isfinite(s.x[k]):
                continue
            assert (part in ("skin", "thigh_skin_r", "thigh_skin_l")) == bool(bare[k]), (part, s.y[k], s.z[k])


def test_words_and_cloth_cannot_part():
    toml = files("iliopsoas.course").joinpath("consent.toml").read_text(encoding="utf-8")
    with pytest.raises(DataError, match="one state for each of 6 steps"):
        read_consent(toml.replace('"covered covered two_cloths open open covered"', '"covered open"'))
    with pytest.raises(DataError, match="two_cloths"):
        read_consent(toml.replace("two_cloths open open", "half open open"))


def test_what_there_is_not_is_refused_by_name():
    with pytest.raises(UnknownName, match="back"):
        draping.never("back")
    with pytest.raises(UnknownName, match="half"):
        draping.cloths("groin", "half")
