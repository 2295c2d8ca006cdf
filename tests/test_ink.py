"""Ink and palette: where lines run and how heavy they are, where light falls, how colours keep apart."""

import numpy as np
import pytest

from iliopsoas.plates import palette
from iliopsoas.plates.ink import MARGIN_PX, ink
from iliopsoas.plates.palette import AREA_COLOURS, LOOKS, Look, least_difference, look, rgb
from iliopsoas.plates.raster import rasterise
from iliopsoas.sources.errors import UnknownName
from synthetic_body import box, front, sphere, strap

BONE = LOOKS["bone"]


def drawn(meshes, looks, groups=None, supersample=2, size=(320, 360), glass=False):
    v = front(size)
    g = rasterise(meshes, v.scaled(supersample), MARGIN_PX * supersample)
    groups = groups or list(range(len(meshes)))
    return ink(g, looks, groups, v.pixel_m / supersample, supersample, (-0.2, 0.2), glass)


def brightness(image):
    return image.rgba[..., :3].astype(float).mean(2)


def test_light_comes_from_the_upper_left():
    im = drawn([sphere(radius=0.1)], [BONE])
    h, w = im.part.shape
    light = brightness(im)
    upper_left = light[h // 3 - 5 : h // 3 + 5, w // 3 - 5 : w // 3 + 5].mean()
    lower_right = light[2 * h // 3 - 5 : 2 * h // 3 + 5, 2 * w // 3 - 5 : 2 * w // 3 + 5].mean()
    assert upper_left > lower_right + 25


def test_a_silhouette_is_outlined_and_heavier_on_the_side_away_from_the_light():
    im = drawn([sphere(radius=0.1)], [BONE])
    h, w = im.part.shape
    cover = im.rgba[..., 3] / 255
    dark = np.where(im.rgba[..., 3] > 0, 255 - brightness(im), 0) * cover
    diagonal = np.array([dark[i * h // 400, i * w // 400] for i in range(400)])
    start, end = diagonal[:200], diagonal[200:]
    assert start.max() > 80
    assert end.max() > 120
    ink_of = lambda run: (run > 110).sum()  # noqa: E731
    assert ink_of(end) > ink_of(start)


@pytest.mark.parametrize(("groups", "line"), [([0, 1], True), ([0, 0], False)])
def test_parts_of_one_group_share_their_outline(groups, line):
    left, right = box((0, 0, 0.05), (0.02, 0.05, 0.05)), box((0, 0, -0.05), (0.02, 0.05, 0.05))
    im = drawn([left, right], [BONE, BONE], groups)
    h, w = im.part.shape
    seam = brightness(im)[h // 2, w // 2 - 3 : w // 2 + 4]
    plain = brightness(im)[h // 2, w // 4]
    assert (seam.min() < plain - 60) == line


def test_a_depth_step_inside_a_group_is_drawn():
    far, near = box((0, 0, 0.05), (0.02, 0.05, 0.05)), box((0.012, 0, -0.05), (0.02, 0.05, 0.05))
    im = drawn([far, near], [BONE, BONE], [0, 0])
    h, w = im.part.shape
    seam = brightness(im)[h // 2, w // 2 - 3 : w // 2 + 4]
    assert seam.min() < brightness(im)[h // 2, w // 4] - 60


def test_fibres_run_along_the_muscle():
    im = drawn([strap(0.0, 0.04, 0.08)], [Look("#A23F2B", "#A23F2B", 0.6)])
    h, w = im.part.shape
    inner = brightness(im)[h // 5 : -h // 5, w // 5 : -w // 5]
    across, along = np.abs(np.diff(inner, axis=1)).mean(), np.abs(np.diff(inner, axis=0)).mean()
    assert across > 4 * along
    plain = drawn([strap(0.0, 0.04, 0.08)], [Look("#A23F2B", "#A23F2B", 0.0)])
    assert brightness(plain)[h // 5 : -h // 5, w // 5 : -w // 5].std() < 2 < inner.std()


def test_glass_has_a_faint_body_and_a_firm_outline():
    solid, glass = (drawn([sphere(radius=0.1)], [BONE], glass=k) for k in (False, True))
    h, w = glass.part.shape
    middle = (slice(h // 2 - 10, h // 2 + 10), slice(w // 2 - 10, w // 2 + 10))
    assert solid.rgba[middle][..., 3].min() == 255
    assert glass.rgba[middle][..., 3].max() < 100
    assert glass.rgba[h // 2, :, 3].max() > 130
    assert np.array_equal(glass.part, solid.part)


def test_draft_and_full_ink_agree_on_what_is_where():
    full, draft = (drawn([sphere(radius=0.1)], [BONE], supersample=k) for k in (2, 1))
    sizes = [(k.rgba[..., 3] > 127).sum() for k in (full, draft)]
    assert sizes[0] == pytest.approx(sizes[1], rel=0.02)
    centre = [k.rgba[tuple(np.array(k.part.shape) // 2)][:3].astype(int) for k in (full, draft)]
    assert np.abs(centre[0] - centre[1]).max() <= 4


def test_every_line_pixel_knows_its_depth():
    im = drawn([sphere(radius=0.1)], [BONE])
    seen = im.rgba[..., 3] > 0
    assert im.part[seen].min() >= 0
    assert im.depth_m[seen].min() > -0.15


# What stands on the plates with attachment areas; the tissues round the muscle are judged plate by plate (test_route).
WITH_AREAS = ("bone", "disc", "cartilage", "psoas", "psoas_deep", "psoas_minor", "iliacus", "tendon", "ligament")


def test_tissues_and_areas_stay_apart_for_every_kind_of_vision():
    colours = {name: LOOKS[name].colour for name in WITH_AREAS}
    kinds = {k: v for k, v in AREA_COLOURS.items() if k in ("margin", "disc", "process", "fossa", "trochanter")}
    least, a, b, vision = least_difference({**colours, **{f"area {k}": v for k, v in kinds.items()}})
    assert least >= 12, (a, b, vision)


def test_lit_colours_differ_from_the_tissue_they_replace():
    for name, k in LOOKS.items():
        assert least_difference({"tissue": k.colour, "lit": k.lit})[0] >= 12, name


def test_colour_differences_are_those_of_the_formula():
    lab = palette.lab([[1, 1, 1], [0, 0, 0], [1, 0, 0]])
    assert lab[0] == pytest.approx([100, 0, 0], abs=0.02)
    assert lab[1] == pytest.approx([0, 0, 0], abs=1e-6)
    assert lab[2] == pytest.approx([53.24, 80.09, 67.20], abs=0.05)  # the known value of sRGB red
    assert palette.seen([[0.2, 0.5, 0.7]], "normal")[0] == pytest.approx([0.2, 0.5, 0.7])
    red, green = palette.seen([[0.8, 0.2, 0.2], [0.45, 0.4, 0.1]], "deutan")
    assert np.abs(red - green).max() < 0.35 < np.abs(np.array([0.8, 0.2, 0.2]) - [0.45, 0.4, 0.1]).max() + 0.01


def test_unknown_tissue_and_bad_colour_are_refused():
    with pytest.raises(UnknownName, match="psoas"):
        look("psoass")
    with pytest.raises(ValueError, match="#rrggbb"):
        rgb("red")
