"""Putting layers together, against the plainest possible loop: right occlusion, shadows, tints, ghosts, glass."""

from dataclasses import replace
from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iliopsoas.plates.composite import composite, merged, part_at
from iliopsoas.plates.layers import Overlay, PartRow, Ring, Rules, Sheet, SheetLayer
from iliopsoas.plates.merge import Window
from iliopsoas.sources.errors import UnknownName

PLAIN = Rules(eps=3, seam_jump=0, rings=(Ring(1, 1, 10, (0, 0)),), seam_strength=0, strength=(0, 0, 0), fade=0)
W, H = 12, 10


def subsets(names):
    return chain.from_iterable(combinations(names, k) for k in range(len(names) + 1))


def sheet_of(layers, rules=PLAIN, areas=None, extra=(), size=(W, H), hard=True):
    rows = [PartRow(i, f"p{i}", f"p{i}", "", f"P{i}", k.id, None, "#00ff00", hard) for i, k in enumerate(layers, 1)]
    return Sheet("v", size, (0.0, 0.4), tuple(layers), (*rows, *extra), areas, rules)


def flat(name, number, box, depth, rgba=(200, 100, 50, 255), **flags):
    w, h = box[2:]
    full = np.broadcast_to(np.array(rgba, np.uint8), (h, w, 4)).copy()
    return SheetLayer(
        name, name, box, full, np.full((h, w), depth, np.uint16), np.full((h, w), number, np.uint8), **flags
    )


@st.composite
def random_sheets(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    layers = []
    for i in range(draw(st.integers(1, 4))):
        w, h = rng.integers(1, W + 1), rng.integers(1, H + 1)
        x, y = rng.integers(0, W - w + 1), rng.integers(0, H - h + 1)
        rgba = rng.integers(0, 256, (h, w, 4)).astype(np.uint8)
        rgba[..., 3] = rng.choice([0, 60, 127, 128, 255], (h, w))
        depth = np.where(rgba[..., 3] > 0, rng.integers(1, 8, (h, w)) * 5, 0).astype(np.uint16)  # ties are common
        index = np.where(rgba[..., 3] > 0, i + 1, 0).astype(np.uint8)
        layers.append(SheetLayer(f"k{i}", f"K{i}", (x, y, w, h), rgba, depth, index, glass=bool(rng.random() < 0.2)))
    return sheet_of(layers)


def by_hand(sheet, on):
    """One pixel after the other, near to far; glass last, over or under the rest."""
    out = np.zeros((H, W, 4))
    owner = np.zeros((H, W, 2), int)
    for y in range(H):
        for x in range(W):
            hits = []
            for k, layer in enumerate(sheet.layers):
                bx, by, bw, bh = layer.box
                if layer.id in on and bx <= x < bx + bw and by <= y < by + bh and layer.rgba[y - by, x - bx, 3]:
                    hits.append((int(layer.depth[y - by, x - bx]), k, layer.rgba[y - by, x - bx].astype(float), layer))
            solid = sorted((h for h in hits if not h[3].glass), key=lambda h: (-h[0], -h[1]))
            colour, cover = np.zeros(3), 0.0
            for _, _, rgba, _ in solid:
                share = (1 - cover) * rgba[3] / 255
                colour, cover = colour + rgba[:3] * share, cover + share
            first = next((h for h in solid if h[2][3] >= 128), None)
            near = first[0] if first else 0
            owner[y, x] = (near, first[1] + 1 if first else 0)
            for depth, _, rgba, _ in (h for h in hits if h[3].glass):
                a = rgba[3] / 255
                if depth >= near:
                    colour, cover = rgba[:3] * a + colour * (1 - a), a + cover * (1 - a)
                else:
                    colour, cover = colour + rgba[:3] * a * (1 - cover), cover + a * (1 - cover)
            if cover > 0:
                out[y, x] = [*np.floor(np.minimum(colour / cover, 255) + 0.5), np.floor(cover * 255 + 0.5)]
    return out, owner


@settings(max_examples=40, deadline=None)
@given(random_sheets())
def test_any_subset_of_layers_is_the_plain_merge_by_depth(sheet):
    for on in subsets([k.id for k in sheet.layers]):
        wanted, owner = by_hand(sheet, on)
        got = composite(sheet, on).astype(float)
        assert np.abs(got[..., 3] - wanted[..., 3]).max() <= 1
        strong = wanted[..., 3] > 20  # nearly clear pixels have no colour to speak of
        assert np.abs(got - wanted)[strong].max(initial=0) <= 1
        m = merged(sheet, on)
        assert np.array_equal(m.depth, owner[..., 0])
        assert np.array_equal(m.layer, owner[..., 1])


@settings(max_examples=60, deadline=None)
@given(random_sheets(), st.integers(0, 5), st.integers(0, 5), st.integers(1, 4))
def test_a_window_of_the_merge_is_a_part_of_the_whole(sheet, x0, y0, step):
    whole, part = merged(sheet), merged(sheet, window=Window(x0, y0, W - 1, H - 2, step))
    assert np.array_equal(part.depth, whole.depth[y0 : H - 2 : step, x0 : W - 1 : step])
    assert np.array_equal(part.index, whole.index[y0 : H - 2 : step, x0 : W - 1 : step])


def test_the_order_of_layers_decides_only_between_equal_depths():
    far, near = flat("far", 1, (0, 0, W, H), 10, (255, 0, 0, 255)), flat("near", 2, (2, 2, 4, 4), 20, (0, 0, 255, 255))
    assert np.array_equal(composite(sheet_of([far, near])), composite(sheet_of([replace(near, index=near.index), far])))
    level = replace(near, depth=np.full((4, 4), 10, np.uint16))
    assert composite(sheet_of([far, level]))[3, 3, 2] == 255
    assert composite(sheet_of([level, far]))[3, 3, 0] == 255


def test_shadow_matches_its_definition():
    """Mean depth of the surroundings against the pixel's own, for a few pixels, written out."""
    rng = np.random.default_rng(5)
    size = (31, 26)
    w, h = size
    depth = rng.integers(1, 60, (h, w)).astype(np.uint16)
    depth[:6, :9] = 0
    rgba = np.full((h, w, 4), 180, np.uint8)
    rgba[..., 3] = np.where(depth > 0, 255, 0)
    layer = SheetLayer("a", "A", (0, 0, w, h), rgba, depth, (depth > 0).astype(np.uint8))
    ring = Ring(2, 1, 12, (1, 1))
    rules = replace(PLAIN, rings=(ring,), strength=(0.5, 0.5, 0.5), low=0.1)
    got = composite(sheet_of([layer], rules, size=size))
    cells = depth[::4, ::4].astype(float)

    def window(a, r):
        rows, cols = a.shape
        return np.array(
            [[a[max(0, j - r) : j + r + 1, max(0, i - r) : i + r + 1].sum() for i in range(cols)] for j in range(rows)]
        )

    def between(a, y, x):
        j = [min(max(y // 4 + k - 1, 0), a.shape[0] - 1) for k in (0, 1)]
        i = [min(max(x // 4 + k - 1, 0), a.shape[1] - 1) for k in (0, 1)]
        fy, fx = (y % 4) / 4, (x % 4) / 4
        upper, lower = (a[k, i[0]] * (1 - fx) + a[k, i[1]] * fx for k in j)
        return upper * (1 - fy) + lower * fy

    total, count = window(window(cells, 2), 1), window(window((cells > 0) * 1.0, 2), 1)
    for y, x in ((20, 20), (25, 30), (7, 3), (0, 30), (13, 17)):
        t = (between(total, y, x) / between(count, y, x) - depth[y, x]) / 12
        shade = t / (1 + t * t / 4) if t > 0 else max(t, -0.1)
        assert got[y, x, 0] == pytest.approx(min(180 * (1 - 0.5 * shade), 255), abs=1)


def test_what_lies_close_behind_something_is_darker_and_far_cover_casts_less():
    rules = replace(PLAIN, rings=(Ring(1, 1, 20, (0, 0)),), strength=(0.5, 0.5, 0.5))
    size = (40, 40)

    def beside_a_wall(height):
        floor = flat("floor", 1, (0, 0, 40, 40), 100, (200, 200, 200, 255))
        wall = flat("wall", 2, (0, 0, 20, 40), 100 + height, (200, 200, 200, 255))
        return int(composite(sheet_of([floor, wall], rules, size=size))[20, 21, 0])

    open_floor = beside_a_wall(0)
    assert open_floor == 200
    assert beside_a_wall(60) < open_floor - 30
    assert beside_a_wall(600) > beside_a_wall(60)


def two_balls(**flags):
    back = flat("back", 1, (2, 2, 6, 6), 100, (250, 240, 230, 255), **flags)
    front = flat("front", 2, (5, 0, 7, 10), 200, (120, 30, 20, 255))
    return back, front


def test_lit_parts_are_tinted_and_what_is_far_from_them_stays():
    sheet = sheet_of(two_balls(), size=(W, H))
    plain, lit = composite(sheet), composite(sheet, lit=["p1"])
    changed = np.any(plain != lit, axis=2)
    near = np.zeros((H, W), bool)
    near[1:9, 1:9] = True  # the part and one pixel around it
    assert changed[4, 3]
    assert not changed[~near].any()
    assert lit[4, 3, 1] > lit[4, 3, 0]  # towards its green


def test_a_covered_lit_part_shines_through_as_hatching():
    sheet = sheet_of(two_balls(), size=(W, H))
    plain, lit = composite(sheet).astype(int), composite(sheet, lit=["p1"]).astype(int)
    covered = (lit - plain)[3:7, 5:8, 1].ravel()
    assert covered.max() > 40
    assert covered.min() < covered.max() / 2
    without = composite(sheet, ["back"], lit=["p1"]).astype(int)
    assert without[4, 6, 1] > lit[4, 6, 1]  # seen plainly once nothing covers it


def test_a_ghost_appears_only_where_something_lies_in_front():
    ghost, plain = (sheet_of(two_balls(ghost=k)) for k in (True, False))
    changed = np.any(composite(ghost) != composite(plain), axis=2)
    assert changed[2:8, 5:8].any()
    assert not changed[:, :4].any()
    assert not changed[:, 9:].any()
    assert np.array_equal(composite(ghost, ["back"]), composite(plain, ["back"]))
    assert np.array_equal(composite(ghost, ["front"]), composite(plain, ["front"]))
    soft = sheet_of(two_balls(ghost=True), hard=False)  # a muscle in front of a muscle
    assert np.array_equal(composite(soft), composite(plain))


def test_glass_hides_nothing():
    back, front = two_balls()
    pane = flat("pane", 3, (0, 0, W, H), 300, (255, 255, 255, 60), glass=True)
    sheet = sheet_of([back, front, pane])
    with_pane, without = composite(sheet).astype(int), composite(sheet, ["back", "front"]).astype(int)
    m = merged(sheet)
    assert set(np.unique(m.layer)) == {0, 1, 2}
    assert np.abs(with_pane - without)[m.layer > 0].max() <= 60
    assert part_at(sheet, 3, 4) == "p1"
    assert part_at(sheet, 0, 9) == "p3"  # where there is nothing else the pane itself is meant


def area_sheet(rules=PLAIN, on=("back", "front", "areas")):
    back, front = two_balls()
    switch = SheetLayer("areas", "Areas", (0, 0, 0, 0), *(np.zeros(s, t) for s, t in EMPTY), on="areas" in on)
    spots = np.zeros((6, 6), np.uint8)
    spots[1:5, :2], spots[1:5, 4:] = 7, 8
    over = Overlay((2, 2, 6, 6), np.where(spots > 0, 100, 0).astype(np.uint16), spots)
    extra = [PartRow(i, f"a{i}", "m", "", "A", "back", "p1", "#0000ff") for i in (7, 8)]
    return sheet_of([back, front, switch], rules, over, extra)


EMPTY = (((0, 0, 4), np.uint8), ((0, 0), np.uint16), ((0, 0), np.uint8))


def test_areas_show_when_switched_on_and_not_through_what_covers_them():
    sheet = area_sheet()
    off, on = composite(sheet, ["back", "front"]).astype(int), composite(sheet).astype(int)
    assert on[4, 2, 2] - on[4, 2, 0] > off[4, 2, 2] - off[4, 2, 0] + 60
    assert np.array_equal(on[4, 9:], off[4, 9:])  # area 8 lies under the front layer
    lit = composite(sheet, ["back", "front"], lit=["a8"]).astype(int)
    assert (lit[3:7, 6:8] != off[3:7, 6:8]).any()
    assert np.array_equal(lit[:, :4], off[:, :4])
    assert np.array_equal(composite(sheet, ["front"]), composite(sheet, ["front", "areas"]))  # its bone is away


def test_areas_of_glass_bone_are_not_painted_over_the_muscle_behind_it():
    pane = flat("back", 1, (2, 2, 6, 6), 100, (250, 240, 230, 60), glass=True)
    switch = SheetLayer("areas", "Areas", (0, 0, 0, 0), *(np.zeros(s, t) for s, t in EMPTY))
    muscle = flat("muscle", 2, (2, 2, 3, 6), 50, (120, 30, 20, 255))
    over = Overlay((2, 2, 6, 6), np.full((6, 6), 100, np.uint16), np.full((6, 6), 7, np.uint8))
    extra = [PartRow(7, "a7", "m", "", "A", "back", "p1", "#0000ff", True)]
    sheet = sheet_of([pane, muscle, switch], areas=over, extra=extra, hard=False)
    off, on, lit = (composite(sheet, *k).astype(int) for k in ((["back", "muscle"],), (None,), (None, ["a7"])))
    assert np.array_equal(on[3:7, 2:4], off[3:7, 2:4])
    assert (on[3:7, 6:8] != off[3:7, 6:8]).any()
    assert (lit[3:7, 2:4] != off[3:7, 2:4]).any()


def test_pointing_finds_the_area_then_the_part():
    sheet = area_sheet()
    assert part_at(sheet, 2, 4) == "a7"
    assert part_at(sheet, 2, 4, ["back", "front"]) == "p1"
    assert part_at(sheet, 2, 4, ["back"], lit=["a7"]) == "a7"
    assert part_at(sheet, 7, 4) == "p2"  # covered
    assert part_at(sheet, 0, 0) is None
    assert part_at(sheet, -1, 4) is None


def test_a_seam_is_drawn_only_between_layers_that_touch():
    rules = replace(PLAIN, seam_jump=3, seam_strength=0.5, seam_gain=0.2)
    left = flat("a", 1, (0, 0, 6, H), 100, (200, 200, 200, 255))
    touching, apart = (flat("b", 2, (6, 0, 6, H), 100 + d, (200, 200, 200, 255)) for d in (2, 40))
    seam, step = (composite(sheet_of([left, k], rules))[5, :, 0].astype(int) for k in (touching, apart))
    assert seam[5] < 170
    assert seam[6] < 170
    assert (seam[[0, 1, 10, 11]] == 200).all()
    assert (step == 200).all()


def test_the_picture_fades_at_its_edges():
    sheet = sheet_of([flat("a", 1, (0, 0, 40, 40), 100)], replace(PLAIN, fade=8), size=(40, 40))
    alpha = composite(sheet)[..., 3].astype(int)
    assert alpha[20, 20] == 255
    assert alpha[20, 0] < 5
    assert (np.diff(alpha[20, :9]) > 0).all()
    assert np.array_equal(alpha, alpha[::-1, ::-1])


def test_unknown_ids_are_refused_by_name():
    sheet = sheet_of(two_balls())
    with pytest.raises(UnknownName, match="front"):
        composite(sheet, ["frnt"])
    with pytest.raises(UnknownName, match="p1"):
        composite(sheet, lit=["p11"])


def test_masks_of_peelable_layers_go_both_ways():
    back, front = two_balls()
    sheet = sheet_of([replace(back, locked=True), front, flat("top", 3, (0, 0, 2, 2), 300)])
    assert sheet.peelable == ("front", "top")
    for mask in range(4):
        assert sheet.mask_of(sheet.shown_by_mask(mask)) == mask
        assert "back" in sheet.shown_by_mask(mask)
