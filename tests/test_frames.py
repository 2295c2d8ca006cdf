"""Frames along an axis: what they share is stored once, and nothing is lost by it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import traitlets

import synthetic_body as toy
from iliopsoas.plates import catalogue, pack
from iliopsoas.plates.coding import DEPTH_STEP
from iliopsoas.plates.plate import Along, Folio, frame_key
from iliopsoas.sources import UnknownName
from iliopsoas.widgets import Acetates, drawing, warm
from iliopsoas.widgets.show import show


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ILIOPSOAS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ILIOPSOAS_WAIT", "1")
    for maker in (toy.body, toy.areas, toy.Moved):
        monkeypatch.setattr(maker, "__module__", "iliopsoas.toy")
    return tmp_path / "cache"


@pytest.fixture
def subject():
    return toy.along_folio()


@pytest.fixture
def later(monkeypatch):
    """Hold back what a widget hands to the drawing thread; the test runs it when it likes."""
    monkeypatch.delenv("ILIOPSOAS_WAIT", raising=False)
    tasks = []
    monkeypatch.setattr("iliopsoas.widgets.drawn.draw_later", lambda task, rank=0: tasks.append((rank, task)))
    return tasks


def run(tasks):
    for _rank, task in sorted(tasks, key=lambda pair: pair[0]):
        task()


# ---------------------------------------------------------------- folios


def test_a_folio_along_an_axis_has_views_and_frames(subject):
    assert subject.views == ("front", "back")
    assert subject.frames == tuple(toy.HEIGHTS_MM)
    assert subject.key("back") == "back__middle"
    assert subject.key("back", "high") == "back__high"
    assert subject.base_of("back__high") == "back__middle"
    assert subject.base_of("back__middle") == ""


def test_a_folio_without_an_axis_has_its_keys_as_views():
    folio = Folio("toy", "A toy", {"front": toy.plate(), "back": toy.plate(view=toy.back())})
    assert (folio.views, folio.frames, folio.key("back"), folio.base_of("back")) == (("front", "back"), (), "back", "")


def test_variants_of_one_picture_are_stored_as_changes_of_the_first():
    plates = {name: toy.frame(toy.front(), stop) for name, stop in (("one", "low"), ("two", "high"))}
    folio = Folio("toy", "A toy", plates, first="one")
    assert (folio.views, folio.base_of("one"), folio.base_of("two")) == (("one", "two"), "", "one")
    whole, change = (drawing.full_pack(folio, key) for key in ("one", "two"))
    assert len(change) < 0.5 * len(whole)
    shown, drawn = (pack.read(*packs)[1] for packs in ((change, whole), (pack.write(plates["two"]),)))
    for a, b in zip(shown.layers, drawn.layers, strict=True):
        assert np.array_equal(a.index, b.index)
    with pytest.raises(UnknownName, match=r"first plate.*three"):
        Folio("toy", "A toy", plates, first="three")


def test_planted_mistakes_travel_as_changes_of_the_first_plate():
    folio = catalogue.folio("spot_the_error")
    assert {folio.base_of(key) for key in folio.plates} == {"", "plate_1"}


def test_a_missing_frame_and_one_too_many_are_refused(subject):
    plates = dict(subject.plates)
    plates.pop("back__low")
    with pytest.raises(UnknownName, match="back__low"):
        toy.along_folio(plates=plates)
    with pytest.raises(UnknownName, match="front__top"):
        toy.along_folio(plates={**subject.plates, "front__top": toy.plate()})
    with pytest.raises(UnknownName, match="top"):
        subject.key("front", "top")
    with pytest.raises(UnknownName, match="side"):
        subject.key("side")


# ---------------------------------------------------------------- packs


def read_frame(folio, key):
    base = folio.base_of(key)
    return pack.read(drawing.full_pack(folio, key), drawing.full_pack(folio, base) if base else b"")


@pytest.mark.parametrize("key", ["front__low", "back__high", "front__middle"])
def test_a_frame_read_with_its_base_is_the_frame_that_was_drawn(subject, key):
    head, sheet = read_frame(subject, key)
    alone_head, alone = pack.read(pack.write(subject.plates[key]))
    for a, b in zip(sheet.layers, alone.layers, strict=True):
        assert (a.id, a.box, a.sentence, a.on) == (b.id, b.box, b.sentence, b.on)
        assert all(np.array_equal(x, y) for x, y in ((a.depth, b.depth), (a.index, b.index)))
        assert np.abs(a.rgba.astype(int) - b.rgba).sum() / max(1, a.rgba.size) < (1.5 if a.id == "straps" else 0.01)
    assert sheet.areas.box == alone.areas.box
    assert np.array_equal(sheet.areas.index, alone.areas.index)
    assert (sheet.parts, sheet.rules) == (alone.parts, alone.rules)
    words = {name: value for name, value in head.items() if name not in ("layers", "areas", "base")}
    assert words == {name: value for name, value in alone_head.items() if name not in ("layers", "areas")}


def test_only_what_moves_travels(subject):
    whole, frame = (drawing.full_pack(subject, key) for key in ("front__middle", "front__high"))
    head = drawing.header(frame)
    assert [k["id"] for k in head["layers"] if not k.get("shared")] == ["straps"]
    assert head["areas"] == {"shared": True}
    assert not {"parts", "names", "stops", "sources", "credits", "shadow"} & set(head)
    assert "alt" in head  # it says how high the strap is
    assert head["base"] == "front__middle"
    assert len(frame) < 0.5 * len(whole)


def test_of_a_layer_that_differs_in_one_part_only_that_travels():
    """A layer of a post that stays and a strap that moves."""
    layers = (replace(toy.LAYERS[0], parts=("post", "ball_l", "ball_r", "strap_r")), *toy.LAYERS[1:2], toy.LAYERS[3])
    plates = {frame_key("front", stop): toy.frame(toy.front(), stop, layers=layers) for stop in toy.HEIGHTS_MM}
    folio = toy.along_folio(plates=plates)
    row = drawing.header(drawing.full_pack(folio, "front__high"))["layers"][0]
    *_, w, h = row["patch"]
    assert w * h < 0.5 * row["box"][2] * row["box"][3]
    _head, sheet = read_frame(folio, "front__high")
    alone = pack.read(pack.write(plates["front__high"]))[1]
    a, b = sheet.layers[0], alone.layers[0]
    assert a.box == b.box
    assert np.array_equal(a.index, b.index)
    assert np.array_equal(a.depth > 0, b.depth > 0)
    off = np.abs(a.depth.astype(int) - b.depth)[a.index > 0]
    assert np.median(off) <= DEPTH_STEP  # which pixels are known depends on where the image begins
    assert np.array_equal(a.rgba[..., 3] > 0, b.rgba[..., 3] > 0)
    assert np.abs(a.rgba.astype(int) - b.rgba).mean() < 2


def test_a_draft_is_whole(subject):
    head = drawing.header(drawing.quick_pack(subject, "front__high"))
    assert head["draft"]
    assert "base" not in head


def test_a_frame_without_its_base_is_refused(subject):
    with pytest.raises(ValueError, match="front__middle"):
        pack.read(drawing.full_pack(subject, "front__high"))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"depth_range_m": (-0.2, 0.2)}, "depth_range_m"),
        ({"size": (150, 180)}, "size_px"),
        ({"layers": toy.LAYERS[1:]}, "layers"),
        ({"areas": ("spot_r",)}, "parts"),
    ],
)
def test_plates_that_are_not_frames_of_one_view_are_refused(subject, change, named):
    first, other = subject.plates["front__middle"], subject.plates["front__high"]
    if "layers" in change or "areas" in change:
        change = {**change, "labels": (), "stops": ()}
    with pytest.raises(ValueError, match=named):
        pack.write(replace(other, **change), base=first, base_key="front__middle")


MOST_BYTES = 2_100_000  # in a page they are a third larger: 2.8 MB


@pytest.mark.parametrize("id", ["breath", "sections", "stride"])
def test_the_frames_of_a_subject_are_small_enough_for_a_page(id):
    """Of each view the base is weighed, and the frames next to it and farthest from it stand for the others."""
    subject, total = catalogue.folio(id), 0.0
    for view in subject.views:
        keys = [subject.key(view, stop) for stop in subject.frames]
        base = subject.key(view)
        place = keys.index(base)
        others = sorted((k for k in keys if k != base), key=lambda k: abs(keys.index(k) - place))
        some = [len(drawing.full_pack(subject, k)) for k in {others[0], others[-1]}]
        total += len(drawing.full_pack(subject, base)) + len(others) * sum(some) / len(some)
    assert total < MOST_BYTES, round(total)


# ---------------------------------------------------------------- the widget


def test_the_widget_begins_at_the_start_or_where_it_is_told(subject):
    assert (Acetates(subject).view, Acetates(subject).frame) == ("front", "middle")
    w = Acetates(subject, view="back", frame="low")
    assert (w.view, w.frame) == ("back", "low")
    assert w.alt() == subject.plates["back__low"].alt_for()
    assert "-40 mm" in w.alt()
    assert "-40 mm" in w._still_html()


def test_a_frame_that_there_is_not_is_refused_by_name(subject):
    w = Acetates(subject)
    with pytest.raises(traitlets.TraitError, match="'higher'"):
        w.frame = "top"
    assert w.frame == "middle"
    with pytest.raises(traitlets.TraitError, match="frame has no 'low'"):
        Acetates(Folio("toy", "A toy", {"front": toy.plate()}), frame="low")


def test_every_frame_of_every_view_is_sent(subject, later):
    w = Acetates(subject, frame="high")
    assert drawing.header(w.pack_front__high)["draft"]
    run(later)
    for key in subject.plates:
        head = drawing.header(getattr(w, f"pack_{key}"))
        assert not head.get("draft")
        assert head.get("base", "") == subject.base_of(key)
    assert w.error == ""


def test_what_is_shown_is_drawn_first_and_neighbours_before_other_views(subject, later, monkeypatch):
    w = Acetates(subject, frame="high")
    sent = []
    monkeypatch.setattr(w, "_send_pack", lambda key, send=w._send_pack: (sent.append(key), send(key)))
    later.clear()
    w._draw_rest("front__high")
    run(later)
    order = list(dict.fromkeys(sent))
    assert order[:3] == ["front__middle", "front__high", "front__higher"]
    assert [key.split("__")[0] for key in order] == ["front"] * 5 + ["back"] * 5


def test_where_the_reader_goes_is_drawn_next(subject, later):
    w = Acetates(subject)
    later.clear()
    w.view, w.frame = "back", "low"
    rank, task = later[-1]
    assert rank == 0
    assert drawing.header(w.pack_front__middle)["draft"]
    for _rank, task in later[-2:]:
        task()
    assert w.pack_back__low
    assert w.pack_back__middle
    assert not w.pack_front__low


def test_from_the_cache_a_frame_comes_with_its_base_at_once(subject, later):
    warm(folios=[subject])
    w = Acetates(subject, view="back", frame="high")
    assert drawing.header(w.pack_back__high)["base"] == "back__middle"
    assert w.pack_back__middle


def test_a_frame_whose_base_is_not_in_the_cache_comes_as_a_draft(subject, later, own_cache):
    drawing.full_pack(subject, "front__high")
    assert drawing.header(drawing.quick_pack(subject, "front__high"))["draft"]
    assert drawing.header(Acetates(subject, frame="high").pack_front__high)["draft"]


def test_a_frame_that_fails_is_shown_by_name(subject, later):
    plates = {**subject.plates, "front__low": toy.frame(toy.front(), "low", size=(150, 180))}
    w = Acetates(toy.along_folio(plates=plates))
    run(later)
    assert w.error.startswith("front__low: ")
    assert "size_px" in w.error
    assert w.pack_front__high


def test_the_cache_knows_a_frame_by_its_base_too(subject):
    drawing.full_pack(subject, "front__high")
    other = toy.along_folio(
        plates={**subject.plates, "front__middle": toy.frame(toy.front(), "middle", schematic="Otherwise.")}
    )
    assert drawing.is_cached(drawing.full_pack, subject, "front__high")
    assert not drawing.is_cached(drawing.full_pack, other, "front__high")


def test_warming_draws_all_frames_and_a_still_for_each_view(subject):
    assert warm(folios=[subject]) == 10 + 2
    assert warm(folios=[subject]) == 0


def test_cards_come_along_with_the_frame_that_first_names_them(later):
    def make(stop, labels):
        return toy.frame(toy.front(), stop, labels=labels)

    psoas = replace(toy.LABELS[4], id="psoas_major_r")
    plates = {frame_key("front", s): make(s, (psoas,) if s == "high" else toy.LABELS[:2]) for s in toy.HEIGHTS_MM}
    w = Acetates(toy.along_folio(plates=plates))
    assert "psoas_major" not in w.spec["cards"]
    run(later)
    assert w.spec["cards"]["psoas_major"]["latin"]
    w.part = "psoas_major"


def test_show_begins_where_it_is_told(subject, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **_: shown.append(data))
    show(subject, view="back", frame="low")
    assert "-40 mm" in shown[0]["text/html"]
    with pytest.raises(traitlets.TraitError, match="frame has no"):
        show(subject, frame="top")


def test_the_axis_goes_to_the_browser_with_its_words(subject):
    spec = Acetates(subject).spec
    assert spec["along"]["name"] == "Height"
    assert [stop["name"] for stop in spec["along"]["stops"]] == [str(mm) for mm in toy.HEIGHTS_MM.values()]
    assert spec["keys"]["back"]["low"] == "back__low"
    assert [view["id"] for view in spec["views"]] == ["front", "back"]


def test_an_axis_begins_at_one_of_its_stops():
    with pytest.raises(UnknownName, match="middle"):
        Along("Height", "mm", (("low", "low"),), "middle")
