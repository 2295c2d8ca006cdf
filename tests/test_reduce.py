"""Pictures with few colours: white stays white, and a small spot of a rare colour keeps it."""

import numpy as np
from PIL import Image

from iliopsoas.plates.reduce import COLOURS, few_colours


def gradient_with_a_spot():
    ramp = np.linspace(60, 250, 300)
    picture = np.full((300, 300, 4), 255, np.uint8)
    picture[60:240, :, :3] = ramp[None, :, None] * [1.0, 0.93, 0.85]
    picture[100:112, 40:52, :3] = (199, 57, 137)
    picture[:40, :, 3] = 0
    return Image.fromarray(picture)


def test_paper_is_white_and_a_rare_colour_survives():
    slim = few_colours(gradient_with_a_spot())
    seen = np.asarray(slim.convert("RGB")).astype(int)
    assert slim.mode == "P" and len(np.unique(np.asarray(slim))) <= COLOURS
    assert (seen[:60] == 255).all() and (seen[240:] == 255).all()
    assert np.abs(seen[102:110, 42:50] - [199, 57, 137]).max() < 12


def test_a_smooth_ramp_shows_no_steps():
    before = np.asarray(gradient_with_a_spot().convert("RGB")).astype(int)[200]
    after = np.asarray(few_colours(gradient_with_a_spot()).convert("RGB")).astype(int)[200]
    assert np.abs(before - after).max() <= 8
