"""Packs: what the browser gets is what was drawn."""

import json
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iliopsoas.plates.coding import COLOURS, DEPTH_STEP, KEEP_MOST, depth_image, depth_of, reduced
from iliopsoas.plates.composite import _shadow, composite
from iliopsoas.plates.layers import DEPTH_STEPS, rules_for
from iliopsoas.plates.merge import Merged
from iliopsoas.plates.pack import read, write
from iliopsoas.plates.pack_head import folded, unfolded
from synthetic_body import plate


@pytest.fixture(scope="module")
def packed():
    p = plate()
    data = write(p)
    return p, data, *read(data)


def test_numbers_and_flags_come_back_exactly_and_depth_nearly(packed):
    p, _, _, sheet = packed
    drawn = p.sheet()
    assert (sheet.size_px, sheet.depth_range_m, sheet.rules, sheet.draft) == (
        drawn.size_px,
        drawn.depth_range_m,
        drawn.rules,
        drawn.draft,
    )
    assert sheet.parts == drawn.parts
    for a, b in zip(sheet.layers, drawn.layers, strict=True):
        assert (a.id, a.name, a.box, a.on, a.locked, a.glass, a.ghost, a.sentence, a.colour) == (
            b.id, b.name, b.box, b.on, b.locked, b.glass, b.ghost, b.sentence, b.colour,
        )  # fmt: skip
        assert np.array_equal(a.index, b.index)
        assert_depth_is_near(a.depth, b.depth)
    assert sheet.areas.box == drawn.areas.box
    assert np.array_equal(sheet.areas.index, drawn.areas.index)
    assert_depth_is_near(sheet.areas.depth, drawn.areas.depth)


def assert_depth_is_near(read, drawn):
    """Assert that nothing is empty that was not, and that no depth is other than what is drawn there or next to it."""
    assert np.array_equal(read > 0, drawn > 0)
    h, w = drawn.shape
    rim = np.pad(drawn.astype(float), 1)
    rim[rim == 0] = np.nan
    around = [rim[y : y + h, x : x + w][drawn > 0] for y, x in np.ndindex(3, 3)]
    if drawn.any():
        assert (read[drawn > 0] >= np.nanmin(around, 0) - DEPTH_STEP / 2).all()
        assert (read[drawn > 0] <= np.nanmax(around, 0) + DEPTH_STEP / 2).all()


def test_coarser_depth_draws_no_contour_lines_in_the_shadows():
    """On a dome seen from its top, half a millimetre a pixel, with depths of 0.3 m in all as on the large plates."""
    y, x = np.mgrid[:160, :160] - 79.5
    depth_m = 0.15 - (x * x + y * y) / 160 * 0.0005
    depth = (1.5 + (depth_m / 0.3) * DEPTH_STEPS).astype(np.uint16)
    rules = rules_for(0.0005, (0.0, 0.3), (160, 160))
    m = Merged(depth, np.ones_like(depth, np.uint8), np.ones_like(depth, np.uint8))
    shades = []
    for one in (m.depth, depth_of(depth_image(m.depth, m.index), m.index)):
        colour = np.full((160, 160, 3), 200, np.float32)
        _shadow(colour, np.ones((160, 160), np.float32), one, rules)
        shades.append(colour[20:-20, 20:-20])
    assert np.abs(shades[0] - shades[1]).max() < 3


def test_ink_is_reduced_without_being_seen(packed):
    p, _, _, sheet = packed
    for a, b in zip(sheet.layers, p.sheet().layers, strict=True):
        if a.rgba.size:
            assert len(np.unique(a.rgba.reshape(-1, 4), axis=0)) <= COLOURS + 1
            assert np.array_equal(a.rgba[..., 3] > 0, b.rgba[..., 3] > 0)
    for on in ([], ["beads", "straps"], ["beads", "straps", "areas"]):
        full, small = (composite(s, on, p.lit_for("both")).astype(float) for s in (p.sheet(), sheet))
        cover = full[..., 3:] / 255
        assert np.abs((full - small)[..., :3] * cover).mean() < 1.5
        assert np.percentile(np.abs((full - small)[..., :3] * cover), 99) < 20


def test_labels_of_every_subset_are_those_of_the_plate(packed):
    p, _, head, sheet = packed
    assert set(head["labels"]) == {str(m) for m in range(1 << len(sheet.peelable))}
    for mask, number in head["labels"].items():
        wanted = p.labels_for(sheet.shown_by_mask(int(mask)))
        rows = head["layouts"][number]
        assert [head["names"][r[0]]["id"] for r in rows] == [k.id for k in wanted]
        for row, k in zip(rows, wanted, strict=True):
            assert tuple(row[1:3]) == pytest.approx(k.anchor, abs=0.5)
            assert row[3] == k.side[0].upper()
            assert row[4] == pytest.approx(k.slot[1], abs=0.06)
    assert len(head["layouts"]) < len(head["labels"])


@pytest.mark.parametrize("on", [[], ["beads"], ["beads", "straps", "areas"]])
@pytest.mark.parametrize("stop", [None, "left", "both"])
def test_alt_text_can_be_put_together_from_the_header(packed, on, stop):
    p, _, head, _ = packed
    shown = {k["id"] for k in head["layers"] if k["locked"] or k["id"] in on}
    pieces = [head["alt"]["view"], *(head["alt"]["layers"][k["id"]] for k in head["layers"] if k["id"] in shown)]
    away = [k["name"] for k in head["layers"] if k["id"] not in shown]
    if away:
        pieces.append(head["alt"]["not_shown"].replace("{0}", ", ".join(away)))
    pieces += [s["sentence"] for s in head["stops"] if s["id"] == stop]
    assert " ".join(x for x in pieces if x) == p.alt_for(on, stop)


def test_the_header_says_everything_a_reader_sees(packed):
    p, data, head, _ = packed
    assert (head["v"], head["id"], head["view"], head["title"], head["caption"]) == (
        3,
        p.id,
        "front",
        p.title,
        p.caption,
    )
    assert head["schematic"] == p.schematic
    assert "CC-BY-3.0" in head["credits"]
    assert [s["lit"] for s in head["stops"]] == [list(s.lit) for s in p.stops]
    tint = {row["id"]: row["tint"] for row in head["parts"]}
    assert all(len(t) == 7 and t[0] == "#" for t in tint.values())
    assert {row["parent"] for row in head["parts"]} == {None, "ball_r", "ball_l"}
    end = 4 + struct.unpack("<I", data[:4])[0]
    images = [k[f] for k in head["layers"] for f in ("ink", "part", "depth") if k[f]]
    images += [head["areas"]["part"], head["areas"]["depth"]]
    assert sum(n for _, n in images) == len(data) - end  # nothing is stored that nothing points at
    stored = json.loads(data[4:end].decode("utf-8"))
    assert unfolded(stored) == head
    assert folded(head) == stored
    assert len(json.dumps(stored)) < 0.9 * len(json.dumps(head))


def test_the_same_plate_gives_the_same_bytes_and_a_draft_other_ones(packed):
    p, data, _, _ = packed
    assert write(p) == data
    head, sheet = read(write(p, draft=True))
    assert head["draft"]
    assert sheet.draft


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_coded_depth_is_known_in_every_cell_and_nowhere_made_up(h, w, seed):
    rng = np.random.default_rng(seed)
    index = rng.choice([0, 0, 1, 2, 255], (h, w)).astype(np.uint8)
    depth = np.where(index > 0, rng.choice([1, 2, 700, 4000, 4095], (h, w)), 0).astype(np.uint16)
    back = depth_of(depth_image(depth, index), index)
    assert_depth_is_near(back, depth)
    for y, x in np.ndindex((h + 1) // 2, (w + 1) // 2):
        cell = np.s_[2 * y : 2 * y + 2, 2 * x : 2 * x + 2]
        drawn = index[cell] > 0
        if drawn.any():  # the first one by rows
            assert abs(int(back[cell][drawn][0]) - int(depth[cell][drawn][0])) <= DEPTH_STEP // 2


def test_depth_between_two_known_pixels_is_their_mean_and_stops_where_another_part_begins():
    index = np.ones((4, 8), np.uint8)
    index[:, 5:] = 2
    depth = np.where(index == 1, 1 + 16 * np.arange(8), 2001).astype(np.uint16)
    back = depth_of(depth_image(depth, index), index)
    assert back[0].tolist() == [1, 17, 33, 49, 65, 2001, 2001, 2001]
    assert np.array_equal(back[1], back[0])


def test_reducing_keeps_pictures_of_few_colours_and_clear_pixels():
    rng = np.random.default_rng(1)
    few = rng.integers(0, 256, (5, 4)).astype(np.uint8)[rng.integers(0, 5, (30, 30))]
    few[..., 3] = 255
    assert np.abs(reduced(few, 16).astype(int) - few).max() <= 1
    ramp = np.zeros((50, 50, 4), np.uint8)
    ramp[..., :3] = np.linspace(40, 240, 2500).reshape(50, 50, 1)
    ramp[:25, :, 3] = 255
    small = reduced(ramp, 32)
    assert not small[25:].any()
    assert np.abs(small[:25].astype(int) - ramp[:25]).max() <= 6


def test_a_part_keeps_its_colour_however_small_it_is():
    """A ureter cut across is a few dozen pixels of green among a hundred thousand of muscle, half of them outline."""
    rng = np.random.default_rng(3)
    image = np.full((300, 300, 4), 255, np.uint8)
    image[..., :3] = (rng.uniform(120, 190, (300, 300, 1)) * [1.0, 0.45, 0.3]).astype(np.uint8)
    index = np.ones((300, 300), np.uint8)
    image[100:108, 100:108, :3] = 30
    image[101:107, 101:107, :3] = [40, 170, 105]
    index[100:108, 100:108] = 2
    inside = np.s_[102:106, 102:106, :3]
    assert np.abs(reduced(image, 40, index)[inside].astype(int) - image[inside]).max() <= 4
    # without the parts it is one of the muscle's colours: what was so, and was seen on the sections
    assert np.abs(reduced(image, 40)[inside].astype(int) - image[inside]).max() > 40


def test_among_fibres_a_colour_is_carried_on_and_on_smooth_bone_it_is_not():
    rng = np.random.default_rng(2)
    shades = np.linspace(90, 150, 60)[:, None] + np.zeros(60)
    lined = shades + 60 * (np.arange(60) % 4 < 2) + rng.uniform(-4, 4, (60, 60))
    changes, off = [], []
    for grey in (shades, lined):
        image = np.full((60, 60, 4), 255, np.uint8)
        image[..., :3] = grey[..., None]
        small = reduced(image, COLOURS)
        changes.append((np.abs(np.diff(small[..., 0].astype(int), axis=0)) > 0).mean())
        off.append(np.abs(small.astype(int) - image).max())
    # the slope is one level a row: carried on by more than one row it would show as a step
    assert off[0] <= 3 and changes[0] > 0.3
    assert KEEP_MOST / 2 < off[1] <= KEEP_MOST + 3 and changes[1] < 0.3


@pytest.mark.parametrize("data", [b"", b"\x00", struct.pack("<I", 50) + b"{}", struct.pack("<I", 4) + b"nope"])
def test_bytes_that_are_no_pack_are_refused(data):
    with pytest.raises(ValueError, match="Not a pack"):
        read(data)


def test_another_version_is_refused():
    head = json.dumps({"v": 99}).encode()
    with pytest.raises(ValueError, match="version 99"):
        read(struct.pack("<I", len(head)) + head)
