"""The widget's Python half: what it sends, what it accepts, what it says, and that the cache is never in the way."""

from __future__ import annotations

import base64
import html
import io
import multiprocessing
import re
import shutil
import threading

import numpy as np
import pytest
import traitlets
from matplotlib.figure import Figure
from PIL import Image

import synthetic_body as toy
from iliopsoas.atlas.attachments import levels
from iliopsoas.plates import pack
from iliopsoas.plates.catalogue import folio
from iliopsoas.plates.plate import Folio
from iliopsoas.sources import UnknownName
from iliopsoas.widgets import Acetates, background, cache, drawing, still, warm
from iliopsoas.widgets.card import joined
from iliopsoas.widgets.show import show
from iliopsoas.widgets.structure_cards import cards_of


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """Give every test an empty cache; the made-up body counts as one of ours, so that it is kept there."""
    monkeypatch.setenv("ILIOPSOAS_CACHE", str(tmp_path / "cache"))
    for maker in (toy.body, toy.areas):
        monkeypatch.setattr(maker, "__module__", "iliopsoas.toy")
    return tmp_path / "cache"


@pytest.fixture
def subject():
    return Folio(
        "toy", "A toy", {"front": toy.plate(id="toy_front"), "back": toy.plate(id="toy_back", view=toy.back())}
    )


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


# ---------------------------------------------------------------- what is sent, and when


def test_a_draft_of_the_first_view_comes_first_and_full_ink_follows(subject, later):
    w = Acetates(subject)
    assert drawing.header(w.pack_front)["draft"] is True
    assert w.pack_back == b""
    assert "<img" not in w._still_html()
    run(later)
    assert not drawing.header(w.pack_front)["draft"]
    assert not drawing.header(w.pack_back)["draft"]
    assert "<img" in w._still_html()
    assert w.error == ""


def test_the_first_view_is_finished_before_other_views_are_begun(subject, later):
    Acetates(subject, view="back")
    assert [rank for rank, _task in later] == sorted(rank for rank, _task in later)
    later[0][1]()
    assert drawing.is_cached(drawing.full_pack, subject, "back")
    assert not drawing.is_cached(drawing.full_pack, subject, "front")


def test_what_is_in_the_cache_comes_in_full_ink_at_once(subject, later):
    warm(folios=[subject])
    w = Acetates(subject)
    assert not drawing.header(w.pack_front)["draft"]
    assert "<img" in w._still_html()
    assert len(later) == 1  # the other view


def test_a_pack_is_what_the_plate_would_be_packed_to_now(subject):
    w = Acetates(subject)
    for view in subject.plates:
        assert getattr(w, f"pack_{view}") == pack.write(subject.plate(view))


def test_waiting_for_everything_lets_a_view_that_fails_raise(subject, monkeypatch):
    broken = Folio("toy", "A toy", {**subject.plates, "back": toy.plate(view=toy.back(), body=lambda: {})})
    with pytest.raises(UnknownName, match="post"):
        Acetates(broken)


def test_a_view_that_fails_in_the_background_is_shown_by_name_and_stops_nothing_else(subject, later):
    views = {"front": subject.plates["front"], "bad": toy.plate(body=lambda: {}), "back": subject.plates["back"]}
    w = Acetates(Folio("toy", "A toy", views))
    run(later)
    assert w.error.startswith("bad: ")
    assert "post" in w.error
    assert w.pack_back


def test_a_closed_widget_draws_nothing_more(subject, later):
    w = Acetates(subject)
    w.close()
    run(later)
    assert not drawing.is_cached(drawing.full_pack, subject, "front")


def test_a_body_that_is_not_ours_is_never_taken_from_the_cache(subject):
    own = Folio("toy", "A toy", {"front": toy.plate(body=lambda: toy.body())})
    drawing.full_pack(own, "front")
    assert not drawing.is_cached(drawing.full_pack, own, "front")


def test_plates_with_one_id_and_different_content_do_not_share_an_entry(subject):
    drawing.full_pack(subject, "front")
    other = Folio("toy", "A toy", {"front": toy.plate(id="toy_front", caption="Another caption.")})
    assert drawing.is_cached(drawing.full_pack, subject, "front")
    assert not drawing.is_cached(drawing.full_pack, other, "front")


# ---------------------------------------------------------------- what may be set


@pytest.mark.parametrize(
    ("trait", "value", "names"),
    [
        ("view", "top", ["front", "back"]),
        ("stop", "middle", ["left", "both"]),
        ("on", ["bones", "strap"], ["straps", "beads"]),
        ("part", "strop_r", ["strap_r"]),
    ],
)
def test_an_unknown_value_is_refused_by_a_message_that_names_what_there_is(subject, trait, value, names):
    w = Acetates(subject)
    before = getattr(w, trait)
    with pytest.raises(traitlets.TraitError) as refused:
        setattr(w, trait, value)
    assert trait in str(refused.value)
    assert all(repr(name) in str(refused.value) for name in names)
    assert getattr(w, trait) == before


def test_an_unknown_view_is_refused_before_anything_is_drawn(subject, later):
    with pytest.raises(traitlets.TraitError, match="front"):
        Acetates(subject, view="top")
    assert later == []


def test_locked_layers_stay_on_and_layers_keep_the_order_of_the_plate(subject):
    w = Acetates(subject)
    w.on = ["areas", "beads"]
    assert w.on == ["bones", "beads", "areas"]


def test_a_structure_can_be_named_by_its_parts_its_own_id_or_its_area(subject):
    w = Acetates(subject)
    for known in ("ball_r", "ball", "spot_l", "spot", "top_l", ""):
        w.part = known
        assert w.part == known


# ---------------------------------------------------------------- what is said


def test_the_widget_says_what_the_plate_says_of_the_same_state(subject):
    w = Acetates(subject, view="back", on=["straps"], stop="both")
    said = w.alt()
    assert said == subject.plate("back").alt_for(["bones", "straps"], "both")
    assert "A strap over the right ball." in said
    assert "Beads" in said
    assert "Lit: both spots." in said


def test_the_still_comes_first_and_the_widget_after_it(subject, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **_: shown.append(data))
    Acetates(subject)._ipython_display_()
    assert list(shown[0]) == ["text/html", "text/plain"]
    assert 'data-still="toy"' in shown[0]["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in shown[1]
    assert re.search(r"0x[0-9a-f]{6}", str(shown[0]["text/plain"])) is None


def test_the_still_is_a_picture_with_alt_text_and_caption(subject):
    w = Acetates(subject)
    markup = w._still_html()
    alt = re.search(r'alt="([^"]+)"', markup)
    assert html.unescape(alt[1]) == subject.plate("front").alt_for()
    assert subject.plate("front").caption in html.unescape(markup)
    data = base64.b64decode(re.search(r"base64,([^\"]+)", markup)[1])
    picture = Image.open(io.BytesIO(data)).convert("L")
    assert picture.width > toy.SIZE[0]
    assert picture.getextrema()[0] < 60


def test_the_words_of_the_still_stay_those_of_its_picture(subject, later):
    w = Acetates(subject, view="back")
    w.view, w.on, w.stop = "front", [], "both"
    run(later)
    assert html.escape(subject.plate("back").alt_for()) in w._still_html()


def test_a_chart_keeps_letters_that_can_be_read_and_a_still_fits_its_cell():
    chart, plate = (
        still.figure_html(b"x", "Alt.", "Words."),
        still.figure_html(b"x", "Alt.", "Words.", still_of="start"),
    )
    assert f"min-width:{still.LEAST_CHART_PX}px" in chart and 'overflow-x:auto" tabindex="0"' in chart
    assert "min-width" not in plate and "tabindex" not in plate


def test_a_chart_loses_nothing_and_a_shaded_plate_is_made_smaller(monkeypatch):
    chart, plate = Figure(figsize=(5, 4)), Figure(figsize=(5, 4))
    chart.subplots().bar([1, 2], [3, 4])
    grain = np.random.default_rng(0).uniform(0, 25, (300, 400, 1))
    plate.subplots().imshow((grain + np.linspace(60, 220, 400)[:, None]).repeat(3, 2).astype(np.uint8))
    lossless, lossy = still.image_of(chart), still.image_of(plate)
    assert (lossless[12:16], lossy[12:16]) == (b"VP8L", b"VP8 ")
    assert 'src="data:image/webp;base64,' in still.figure_html(lossy, "Alt.", "Words.")
    monkeypatch.setattr(still, "mime", lambda: "image/png")
    png = still.image_of(plate)
    assert 'src="data:image/png;base64,' in still.figure_html(png, "Alt.", "Words.")
    exact = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
    off = np.asarray(Image.open(io.BytesIO(lossy)).convert("RGB")) - exact
    assert len(lossy) < len(png) and np.sqrt((off**2).mean()) < 12


def test_words_in_a_still_cannot_break_out_of_it():
    markup = still.figure_html(b"x", 'a "quote" <b>', "<script>", still_of='"><b>')
    assert "<b>" not in markup
    assert "<script>" not in markup


def test_a_picture_without_words_is_refused():
    with pytest.raises(ValueError, match="alt"):
        still.figure_html(b"x", " ", "A caption.")
    with pytest.raises(ValueError, match="caption"):
        show(Figure(), alt="A line.", caption="")


def test_show_puts_a_bare_figure_out_with_its_words(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **_: shown.append(data))
    figure = Figure()
    figure.add_subplot().plot([1, 2])
    assert show(figure, alt="A rising line.", caption="A line.") is None
    assert 'alt="A rising line."' in shown[0]["text/html"]


def test_show_takes_the_ids_of_the_catalogue_and_refuses_what_it_cannot_show():
    with pytest.raises(UnknownName, match="attachments"):
        show("attachment")
    with pytest.raises(TypeError, match="int"):
        show(3)
    with pytest.raises(TypeError, match="stop"):
        show(Figure(), alt="A line.", caption="A line.", stop="l3")
    with pytest.raises(TypeError, match="caption"):
        show("start", caption="Mine.")


def test_the_browsers_half_is_one_module_that_asks_nothing_of_anyone():
    code = joined(*Acetates.scripts)
    found_by = joined("card.js")
    assert "fetch(" not in found_by
    assert "http" not in found_by
    assert re.search(r"^\s*import\b", code, re.MULTILINE) is None
    assert "fetch(" not in code
    assert re.findall(r"https?://[^'\"]+", code) == ["http://www.w3.org/2000/svg"]
    assert code.count("export default") == 1
    css = joined(*Acetates.stylesheets)
    assert "url(" not in css
    assert "@import" not in css


# ---------------------------------------------------------------- cards


def test_the_card_of_psoas_major_lists_its_origins_level_by_level():
    card = cards_of(["psoas_major"])["psoas_major"]
    by_level = {line["level"]: line["text"] for line in card["attachments"]}
    assert list(by_level) == [*(level.name for level in levels()), "Insertion"]
    assert "lesser trochanter" in by_level["Insertion"]
    assert by_level["L2–L3"] == "L2–L3 disc; L2 lower margin; L3 upper margin; L3 transverse process"
    assert "S1" not in str(by_level)
    assert card["latin"]
    assert card["say"]
    assert card["does"]
    assert card["sources"]


def test_everything_on_the_lessons_plates_that_the_atlas_knows_has_a_card():
    w = Acetates(folio("start"))
    head = drawing.header(w.pack_anterior)
    for part in head["parts"]:
        kin = part["id"].removesuffix("_r").removesuffix("_l") if part["parent"] else part["structure"]
        assert w.spec["cards"][kin]["name"]
    assert set(w.spec["stops"]) == {stop["id"] for stop in head["stops"]}
    assert all(stop["sources"] for stop in w.spec["stops"].values())


def test_what_only_another_view_shows_has_a_card_before_that_view_is_drawn(later):
    bones = folio("bones")
    only_behind = {k.structure for k in bones.plate("posterior").labels} - {
        k.structure for k in bones.plate("anterior").labels
    }
    assert "psis" in only_behind
    assert only_behind <= set(Acetates(bones).spec["cards"])


def test_cards_come_in_the_order_of_the_atlas_whatever_was_asked_first():
    assert list(cards_of(["iliacus_fossa", "l3", "iliacus", "psoas_major"])) == [
        "psoas_major",
        "iliacus",
        "l3",
        "iliacus_fossa",
    ]
    assert cards_of(["nothing"]) == {}


# ---------------------------------------------------------------- the cache


def test_what_is_written_is_read_back_and_every_word_of_the_key_counts():
    assert cache.read("plate", "front") is None
    assert cache.write(b"drawn", "plate", "front")
    assert cache.read("plate", "front") == b"drawn"
    assert cache.read("plate", "back") is None
    assert cache.read("platefront") is None
    assert cache.read("plate", "front", "") is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole[:-1],
        lambda whole: whole[:20],
        lambda whole: b"",
        lambda whole: whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:],
        lambda whole: b"something else altogether, long enough to hold a digest and more",
    ],
    ids=["cut at the end", "cut in the head", "empty", "one bit turned", "foreign"],
)
def test_a_damaged_entry_is_drawn_again(damage):
    cache.write(b"a long enough payload", "plate")
    path = cache.entry_path("plate")
    path.write_bytes(damage(path.read_bytes()))
    assert cache.read("plate") is None
    assert cache.cached(lambda: b"drawn again", "plate") == b"drawn again"
    assert cache.read("plate") == b"drawn again"


def test_an_entry_that_cannot_be_read_is_drawn_again_each_time():
    cache.entry_path("plate").mkdir(parents=True)  # reading it fails, and so does replacing it
    assert cache.cached(lambda: b"drawn", "plate") == b"drawn"
    assert not [*cache.cache_dir().rglob("*.part")]


def test_a_disk_that_takes_nothing_only_loses_the_saving(subject, tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("ILIOPSOAS_CACHE", str(tmp_path / "file" / "cache"))
    assert not cache.write(b"drawn", "plate")
    assert Acetates(subject).pack_front == pack.write(subject.plate("front"))


def _write_many(folder, letter):
    import os

    os.environ["ILIOPSOAS_CACHE"] = folder
    for _ in range(40):
        cache.write(letter * 200_000, "plate")


def test_many_writers_at_once_never_leave_half_an_entry(own_cache):
    cache.write(b"a" * 200_000, "plate")
    threads = [threading.Thread(target=_write_many, args=(str(own_cache), b"%d" % k)) for k in range(3)]
    process = multiprocessing.get_context("spawn").Process(target=_write_many, args=(str(own_cache), b"p"))
    for writer in (process, *threads):
        writer.start()
    seen = set()
    while any(writer.is_alive() for writer in (process, *threads)):
        entry = cache.read("plate")
        assert entry is not None
        assert len(set(entry)) == 1
        assert len(entry) == 200_000
        seen.add(entry[:1])
    for writer in (process, *threads):
        writer.join()
    assert process.exitcode == 0
    assert not [*own_cache.rglob("*.part")]


def test_any_changed_file_of_the_package_makes_new_entries(tmp_path, monkeypatch):
    (tmp_path / "package" / "atlas").mkdir(parents=True)
    (tmp_path / "package" / "atlas" / "bones.npz").write_bytes(b"bones")
    (tmp_path / "package" / "__pycache__").mkdir()
    monkeypatch.setattr(cache, "PACKAGE", tmp_path / "package")
    digest = cache.package_digest.__wrapped__
    first = digest()
    (tmp_path / "package" / "__pycache__" / "x.pyc").write_bytes(b"compiled")
    assert digest() == first
    (tmp_path / "package" / "atlas" / "bones.npz").write_bytes(b"other bones")
    assert digest() != first
    second = digest()
    monkeypatch.setattr(cache, "version", lambda library: "0")
    assert digest() not in (first, second)


def test_entries_of_old_versions_go_after_a_while_and_nothing_else_does(own_cache):
    import os

    for name in ("0123456789abcdef", "fedcba9876543210", "my notes 1234567"):
        (own_cache / name).mkdir(parents=True)
        (own_cache / name / "entry.bin").write_bytes(b"old")
    (own_cache / "fedcba9876543210" / "thesis.txt").write_bytes(b"mine")
    for folder in own_cache.iterdir():
        os.utime(folder, (1, 1))
    (own_cache / "aaaaaaaaaaaaaaaa").mkdir()
    cache.write(b"new", "plate")
    left = {p.relative_to(own_cache).as_posix() for p in own_cache.rglob("*") if p.is_file()}
    assert "fedcba9876543210/thesis.txt" in left
    assert "my notes 1234567/entry.bin" in left
    assert "0123456789abcdef/entry.bin" not in left
    assert (own_cache / "aaaaaaaaaaaaaaaa").is_dir()


def test_warming_draws_what_is_missing_and_nothing_twice(subject, own_cache):
    assert warm(folios=[subject]) == 4  # two views, a pack and a still each
    assert warm(folios=[subject]) == 0
    shutil.rmtree(own_cache)
    assert warm(folios=[subject]) == 4


# ---------------------------------------------------------------- the drawing thread


def test_the_drawing_thread_takes_the_most_wanted_first():
    begin, done, order = threading.Event(), threading.Event(), []
    background.draw_later(lambda: begin.wait(10))
    for rank in (2, 0, 1):
        background.draw_later(lambda rank=rank: order.append(rank), rank=rank)
    background.draw_later(done.set, rank=3)
    begin.set()
    assert done.wait(10)
    assert order == [0, 1, 2]
