"""Plates: words, labels, hit tests and figures of one description agree, whatever is shown."""

import subprocess
import sys
from dataclasses import FrozenInstanceError, replace
from io import BytesIO
from itertools import chain, combinations

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from PIL import Image

from iliopsoas.plates.composite import composite
from iliopsoas.plates.figure import TITLE_PT, figure, text_width_px
from iliopsoas.plates.foot import UNHINTED
from iliopsoas.plates.plate import Along, Folio, LabelSpec, Layer, LazyPlates, Stop, frame_key
from iliopsoas.plates.view import view, view_names
from iliopsoas.sources.errors import UnknownName
from synthetic_body import LABELS, LAYERS, SIZE, areas, back, body, front, plate

MODES = ("names", "numbers", "blank", "key")


def subsets(names):
    return chain.from_iterable(combinations(names, k) for k in range(len(names) + 1))


def by_gid(fig):
    return {a.get_gid(): a for a in fig.findobj() if a.get_gid()}


# ---------------------------------------------------------------------------- description


def test_a_plate_is_a_frozen_value():
    one, two = plate(), plate()
    assert one == two
    assert hash(one) == hash(two)
    assert one == plate(body=lambda: {})  # where parts come from is not part of what it shows
    assert one != plate(title="Another")
    with pytest.raises(FrozenInstanceError):
        one.title = "x"


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"layers": (*LAYERS, LAYERS[1])}, ValueError, "'beads' is there twice"),
        ({"labels": (*LABELS, LABELS[0])}, ValueError, "'post' is there twice"),
        ({"labels": (LabelSpec("x", "X", ("strapp_r",)),)}, UnknownName, "strap_r"),
        ({"labels": (LabelSpec("x", "X", ("post",), layer="bone"),)}, UnknownName, "bones"),
        ({"labels": (LabelSpec("x", "X"),)}, ValueError, "parts or a point"),
        ({"labels": (LabelSpec("x", "X", ("post",), (0, 0, 0)),)}, ValueError, "parts or a point"),
        ({"stops": (Stop("a", "A", ("spot_x",)),)}, UnknownName, "spot_l"),
        ({"layers": tuple(Layer(f"k{i}", "K", ()) for i in range(7)), "labels": ()}, ValueError, "at most 6"),
    ],
)
def test_a_description_that_contradicts_itself_is_refused(changes, error, says):
    with pytest.raises(error, match=says):
        plate(**changes)


def test_a_part_the_body_does_not_have_is_named_when_drawn():
    wrong = plate(layers=(Layer("bones", "Bones", ("pots", "ball_r", "ball_l")),), labels=(), stops=(), areas=())
    with pytest.raises(UnknownName, match="post"):
        wrong.sheet()
    twice = plate(layers=(*LAYERS, Layer("more", "More", ("post",))))
    with pytest.raises(ValueError, match="'post' is in layer 'bones' and in layer 'more'"):
        twice.sheet()
    with pytest.raises(UnknownName, match="spot_l"):
        plate(areas=("spot_l", "spot_r", "spott")).sheet()


def test_alt_text_says_what_is_shown_and_what_is_not():
    p = plate()
    assert p.alt_for() == (
        "Seen from the front. A post and two balls. A bead behind the post. A strap over the right ball. "
        "Not shown: Areas."
    )
    assert p.alt_for(on=[], stop="left") == (
        "Seen from the front. A post and two balls. Not shown: Beads, Straps, Areas. Lit: the left spot."
    )
    assert "Not shown" not in p.alt_for(on=["beads", "straps", "areas"])
    with pytest.raises(UnknownName, match="straps"):
        p.alt_for(on=["strap"])
    with pytest.raises(UnknownName, match="left"):
        p.alt_for(stop="lef")


def test_the_sheet_is_drawn_once():
    p = plate()
    assert p.sheet() is plate().sheet()
    assert p.sheet(draft=True) is not p.sheet()
    assert p.sheet(draft=True).draft
    assert plate(ink="draft").sheet().draft
    assert plate(size=(80, 90)).sheet().size_px == (80, 90)


# ---------------------------------------------------------------------------- what is where


def test_each_view_sees_what_lies_towards_it():
    p, q = plate(), plate(view=back())
    middle = (SIZE[0] // 2, SIZE[1] // 2)
    assert p.part_at(*middle) == "post"  # the bead is behind the post
    assert q.part_at(*middle) == "bead"
    assert q.part_at(*middle, on=["straps"]) == "post"
    x, y = (int(k) for k in p.view.project((0.04, 0.02, 0.055))[:2])
    assert p.part_at(x, y) == "strap_r"
    assert p.part_at(x, y, on=["beads"]) == "ball_r"


def test_pointing_and_labels_agree_with_every_subset_shown():
    for v in (front(), back()):
        p = plate(view=v)
        for on in subsets(["beads", "straps", "areas"]):
            labelled = {k.id for k in p.labels_for(on)}
            for k in p.labels_for(on):
                spec = next(s for s in p.labels if s.id == k.id)
                hit = p.part_at(int(k.anchor[0]), int(k.anchor[1]), on)
                if spec.parts:
                    row = p.sheet().part(hit)
                    assert hit in spec.parts or row.parent in spec.parts, (on, k.id, hit)
            assert ("strap_r" in labelled) == ("straps" in on)
            assert ("spot_l" in labelled) == ("areas" in on and v.name == "front")
            assert ("bead" in labelled) == ("beads" in on and v.name == "back")


def test_a_hidden_part_has_no_label_until_its_cover_is_taken_away():
    p = plate()
    assert "bead" not in {k.id for k in p.labels_for()}
    assert "bead" in {k.id for k in plate(view=back()).labels_for()}
    assert "top_r" not in {k.id for k in p.labels_for()}  # a point under the strap
    assert "top_r" in {k.id for k in p.labels_for(on=["beads"])}
    assert "top_l" in {k.id for k in p.labels_for()}
    assert "top_l" not in {k.id for k in plate(view=back()).labels_for()}


def test_landmarks_are_labelled_at_their_own_pixel():
    p = plate()
    at = next(k.anchor for k in p.labels_for() if k.id == "top_l")
    assert at == pytest.approx(p.view.project((0.04, 0.02, -0.055))[:2], abs=1)


@pytest.mark.parametrize("name", view_names())
def test_labels_are_sound_in_every_view_and_subset(name):
    p = plate(view=replace(view(name), centre_m=(0.0, 0.0), width_m=0.3, size_px=SIZE))
    for on in subsets(["beads", "straps", "areas"]):
        placed = p.labels_for(on)
        assert placed
        for a, b in combinations(placed, 2):
            if a.side == b.side:
                assert abs(a.slot[1] - b.slot[1]) >= (a.height_px + b.height_px) / 2 - 1e-3
        for k in placed:
            assert 0 <= k.anchor[0] < SIZE[0]
            assert 0 <= k.anchor[1] < SIZE[1]


def test_only_lit_areas_change_and_a_covered_one_shines_through():
    p = plate()
    plain = composite(p.sheet(), p.shown()).astype(int)
    lit = composite(p.sheet(), p.shown(), p.lit_for("left")).astype(int)
    changed = np.any(plain != lit, axis=2)
    over = p.sheet().areas
    spot = p.sheet().placed(over.index, over.box) == p.sheet().part("spot_l").index
    grown = np.zeros_like(spot)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            grown |= np.roll(np.roll(spot, dy, 0), dx, 1)
    assert changed[spot].mean() > 0.9
    assert not changed[~grown].any()
    both = composite(p.sheet(), p.shown(), p.lit_for("both")).astype(int)
    strap = np.zeros_like(spot)
    box = next(k for k in p.sheet().layers if k.id == "straps").box
    strap[box[1] : box[1] + box[3], box[0] : box[0] + box[2]] = True
    assert np.any(both != lit, axis=2)[strap].sum() > 50


def test_an_area_on_the_far_side_is_seen_through_its_own_bone_when_lit():
    p = plate(areas=("back_l",), stops=(), labels=())
    x, y = (int(k) for k in p.view.project((-0.04, 0.02, -0.055))[:2])
    near = (slice(y - 5, y + 6), slice(x - 5, x + 6))
    plain = composite(p.sheet(), ["areas"])[near].astype(int)
    lit = composite(p.sheet(), ["areas"], ["back_l"])[near].astype(int)
    assert np.abs(plain - lit).max() > 30
    q = replace(p, view=back())
    assert q.part_at(*(int(k) for k in q.view.project((-0.04, 0.02, -0.055))[:2]), on=["areas"]) == "back_l"


# ---------------------------------------------------------------------------- figures


def canvas(fig):
    c = FigureCanvasAgg(fig)
    c.draw()
    return c.get_renderer()


@pytest.mark.parametrize("mode", MODES)
def test_texts_do_not_overlap_and_stay_on_the_page(mode):
    big = plate(size=(320, 360))
    fig = big.figure(labels=mode, stop="both")
    renderer = canvas(fig)
    boxes = [(t, t.get_window_extent(renderer)) for t in fig.findobj(matplotlib.text.Text) if t.get_text()]
    page = fig.bbox
    for t, b in boxes:
        assert b.x0 >= page.x0 - 0.5, t
        assert b.x1 <= page.x1 + 0.5, t
        assert b.y0 >= page.y0 - 0.5, t
        assert b.y1 <= page.y1 + 0.5, t
    for (s, a), (t, b) in combinations(boxes, 2):
        assert not (a.x0 < b.x1 - 1 and b.x0 < a.x1 - 1 and a.y0 < b.y1 - 1 and b.y0 < a.y1 - 1), (s, t)


def test_names_stand_clear_of_the_picture():
    fig = plate(size=(320, 360)).figure()
    renderer = canvas(fig)
    gids = by_gid(fig)
    picture = gids["picture:toy"].get_window_extent(renderer)
    for k in plate(size=(320, 360)).labels_for():
        b = gids[k.id].get_window_extent(renderer)
        assert b.x1 <= picture.x0 or b.x0 >= picture.x1


def test_every_label_has_text_leader_and_anchor_with_its_id():
    p = plate()
    gids = by_gid(p.figure())
    assert f"picture:{p.id}" in gids
    for k in p.labels_for():
        assert gids[k.id].get_text() == k.text
        (x0, x1), (y0, y1) = gids[f"leader:{k.id}"].get_data()
        assert (x0, y0) == k.slot
        assert (x1, y1) == (k.anchor[0] + 0.5, k.anchor[1] + 0.5)
        assert tuple(np.ravel(gids[f"anchor:{k.id}"].get_data())) == (x1, y1)
    assert "bead" not in gids


def test_numbers_key_and_blank_hold_what_a_worksheet_needs():
    p = plate()
    words = {k.id: k.text.replace("\n", " ") for k in p.labels_for()}
    numbers, key, blank = (p.figure(labels=m) for m in ("numbers", "key", "blank"))

    def texts(fig):
        return [t.get_text() for t in fig.findobj(matplotlib.text.Text) if t.get_text()]

    at = {i: by_gid(numbers)[i].get_text() for i in words}
    assert sorted(at.values()) == [str(i) for i in range(1, len(words) + 1)]
    assert not any(w in t for w in words.values() for t in texts(numbers))
    for i, w in words.items():
        assert f"{at[i]}  {w}" in texts(key)
        assert by_gid(key)[i].get_text() == at[i]
    for i, w in words.items():
        assert i not in by_gid(blank)
        (x0, x1), (y0, y1) = by_gid(blank)[f"line:{i}"].get_data()
        assert abs(x1 - x0) > 100
        assert y0 == y1
        assert not any(w in t for t in texts(blank))


def test_what_is_schematic_whose_bones_and_the_stop_are_printed():
    page = " ".join(t.get_text() for t in plate().figure(stop="left").findobj(matplotlib.text.Text))
    for words in ("Everything here is made up.", "MPL-2.0", "CC-BY-3.0", "Side Left: Lit: the left spot.", "A toy"):
        assert words in page


def test_a_figure_shows_what_was_asked():
    p = plate()

    def picture(**how):
        return by_gid(p.figure(**how))["picture:toy"].get_array()

    bare, all_on = picture(on=[]), picture()
    assert (bare != all_on).any()
    assert (picture(stop="left") != all_on).any()
    assert np.array_equal(picture(stop="left"), picture(lit=["spot_l"]))
    with pytest.raises(ValueError, match=r"'names', 'numbers', 'blank', 'key'.*'names'"):
        p.figure(labels="name")
    with pytest.raises(UnknownName, match="straps"):
        p.figure(on=["strap"])
    with pytest.raises(UnknownName, match="both"):
        p.figure(stop="bot")
    with pytest.raises(UnknownName, match="strap_r"):
        p.figure(lit=["strap"])


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_saved_twice_gives_the_same_bytes(tmp_path, kind):
    one, two = (plate().save(tmp_path / f"{k}.{kind}", stop="left", dpi=80).read_bytes() for k in "ab")
    assert one == two
    assert plate().save(tmp_path / f"c.{kind}", labels="blank", dpi=80).read_bytes() != one


def test_files_say_title_alt_licence_and_source(tmp_path):
    p = plate()
    alt = p.alt_for()
    with Image.open(p.save(tmp_path / "a.png", dpi=80)) as png:
        info = png.info
    assert info["Title"] == "A toy"
    assert info["Description"] == alt
    assert "MPL-2.0" in info["Copyright"]
    assert "CC-BY-3.0" in info["Comment"]
    svg = p.save(tmp_path / "a.svg").read_text(encoding="utf-8")
    assert '<title id="plate-title">A toy</title>' in svg
    assert f'<desc id="plate-desc">{alt}</desc>' in svg
    assert "CC-BY-3.0" in svg
    assert 'id="leader:strap_r"' in svg
    assert "dc:date" not in svg
    pdf = p.save(tmp_path / "a.pdf").read_bytes()
    assert b"MPL-2.0" in pdf
    assert b"CreationDate" not in pdf
    with pytest.raises(ValueError, match=r"\.png, \.svg or \.pdf"):
        p.save(tmp_path / "a.gif")


def test_drawing_leaves_matplotlib_as_it_was(tmp_path):
    before = dict(matplotlib.rcParams)
    plate().save(tmp_path / "a.svg")
    assert dict(matplotlib.rcParams) == before
    code = "import sys, iliopsoas.plates.figure, iliopsoas.plates.pack; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_users_settings_do_not_change_a_plate(tmp_path):
    with matplotlib.rc_context({"lines.linestyle": ":", "lines.marker": "s", "font.size": 20, "axes.facecolor": "red"}):
        odd = plate().save(tmp_path / "odd.png", dpi=80).read_bytes()
    assert odd == plate().save(tmp_path / "plain.png", dpi=80).read_bytes()


def test_measured_width_is_no_less_than_drawn_width():
    fig = matplotlib.figure.Figure(dpi=100)
    words = "Anterior superior iliac spine"
    t = fig.text(0, 0, words, fontsize=9, fontfamily="DejaVu Sans")
    assert text_width_px(words, 9) == pytest.approx(t.get_window_extent(canvas(fig)).width, abs=1.5)


# ---------------------------------------------------------------------------- folios


def test_a_folio_makes_each_view_once_and_when_asked():
    made = []

    def make(name):
        made.append(name)
        return plate(id=f"toy_{name}", view=front(name=name))

    folio = Folio("toys", "Toys", LazyPlates(["front", "side"], make))
    assert list(folio.plates) == ["front", "side"]
    assert len(folio.plates) == 2
    assert made == []
    assert folio.plate("side") is folio.plate("side")
    assert made == ["side"]
    with pytest.raises(UnknownName, match="front"):
        folio.plate("fron")


def test_synthetic_fixture_is_what_the_tests_believe():
    assert set(areas()) == {"spot_r", "spot_l", "back_l"}
    assert {p.tissue for p in body().values()} == {"bone", "disc", "psoas"}
    out = BytesIO()
    plate().figure().savefig(out, format="png", dpi=50)
    assert Image.open(BytesIO(out.getvalue())).width > 100


def test_an_axis_starts_at_one_of_its_stops_and_has_each_once():
    with pytest.raises(KeyError, match="called 'deep'"):
        Along("Breath", "l", (("rest", "at rest"),), "deep")
    with pytest.raises(ValueError, match="'rest' is there twice"):
        Along("Breath", "l", (("rest", "at rest"), ("rest", "again")), "rest")


def test_a_folio_prints_what_it_names_and_else_everything():
    plates = {frame_key("front", stop): plate(title=stop) for stop in ("rest", "deep")}
    along = Along("Breath", "l", (("rest", "at rest"), ("deep", "deep breath")), "rest")
    assert list(Folio("breath", "Breath", plates, along).printed) == ["front__rest", "front__deep"]
    assert list(Folio("breath", "Breath", plates, along, ("front__deep",)).printed) == ["front__deep"]
    with pytest.raises(KeyError, match="front__full"):
        Folio("breath", "Breath", plates, along, ("front__full",))


def test_frames_share_the_depths_they_are_given_and_nothing_may_lie_outside():
    assert plate(depth_range_m=(-1.0, 1.0)).sheet(draft=True).depth_range_m == (-1.0, 1.0)
    with pytest.raises(ValueError, match="depth_range_m is"):
        plate(depth_range_m=(0.0, 0.0001)).sheet(draft=True)


@pytest.mark.parametrize("dpi", [84, 110, 130, 150])
def test_no_line_under_the_picture_runs_off_the_paper_at_any_resolution(dpi):
    words = "Soft parts are our own shapes on measured bones; outlines of attachments are schematic. " * 4
    with matplotlib.rc_context(UNHINTED):
        fig = plate(caption=words, schematic=words).figure()
        fig.set_dpi(dpi)
        renderer = FigureCanvasAgg(fig).get_renderer()
        ends = [text.get_window_extent(renderer).x1 for text in fig.findobj(Text) if text.get_text()]
    assert max(ends) <= fig.bbox.width


def test_a_long_title_is_set_smaller_and_stays_on_the_paper():
    for title in ("A toy", "A very long title of a plate that names every angle of a pose, one after the other " * 2):
        fig = figure(plate(title=title))
        canvas(fig)
        (text,) = [t for t in fig.axes[0].texts if (t.get_gid() or "").startswith("title:")]
        box = text.get_window_extent(canvas(fig))
        assert box.x0 >= 0 and box.x1 <= fig.bbox.width
        assert (text.get_fontsize() == TITLE_PT) == (title == "A toy")
