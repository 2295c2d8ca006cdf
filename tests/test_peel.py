"""Layers that come off only from the front to the back."""

from __future__ import annotations

import numpy as np
import pytest
import traitlets

import synthetic_body as toy
from iliopsoas.plates import pack
from iliopsoas.plates.composite import composite
from iliopsoas.plates.layers import Layer
from iliopsoas.plates.plate import Folio
from iliopsoas.widgets import Acetates

STRAPS = [f"strap_{k:02}" for k in range(12)]


@pytest.fixture(scope="module")
def deep():
    return toy.deep_plate()


def test_twelve_layers_may_come_off_in_order_and_no_more(deep):
    with pytest.raises(ValueError, match=r"13 layers.*at most 12.*in_order"):
        toy.deep_plate(layers=(*deep.layers, Layer("more", "More", ())))
    with pytest.raises(ValueError, match=r"12 layers.*at most 6.*any"):
        toy.deep_plate(peel="any")
    with pytest.raises(ValueError, match=r"peel: 'front'.*'any', 'in_order'"):
        toy.deep_plate(peel="front")


@pytest.mark.parametrize("ask", ["shown", "alt_for", "labels_for", "figure"])
def test_what_lies_under_a_layer_that_is_shown_cannot_be_away(deep, ask):
    with pytest.raises(ValueError, match="'strap_03' cannot be away while 'strap_04' in front of it is shown"):
        getattr(deep, ask)(on=[*STRAPS[:3], *STRAPS[4:]])


def test_a_plate_cannot_begin_out_of_order(deep):
    layers = tuple(Layer(k.id, k.name, k.parts, on=k.id != "strap_05", locked=k.locked) for k in deep.layers)
    with pytest.raises(ValueError, match="strap_05"):
        toy.deep_plate(layers=layers)


def test_every_depth_has_labels_and_alt_text_and_nothing_else_has(deep):
    sets = deep.peeled_sets()
    assert len(sets) == 13
    head, sheet = pack.read(pack.write(deep))
    assert set(head["labels"]) == {str((1 << k) - 1) for k in range(13)}
    assert head["peel"] == "in_order"
    for k, shown in enumerate(sets):
        assert shown == {"bones", *STRAPS[:k]}
        rows = head["layouts"][head["labels"][str(sheet.mask_of(shown))]]
        assert [head["names"][row[0]]["id"] for row in rows] == [label.id for label in deep.labels_for(shown)]
        assert ("Sheet 12." in deep.alt_for(shown).partition("Not shown")[0]) == (k == 12)


def test_of_layers_that_may_come_off_in_any_order_every_subset_is_kept():
    plate = toy.plate()
    assert len(set(plate.peeled_sets())) == 8
    assert pack.header(pack.write(plate))["peel"] == "any"


def test_many_layers_of_equal_depth_are_ordered_like_few(deep):
    """The later of two layers at one depth lies in front, with more than sixteen of them too."""
    ids = [f"copy_{k:02}" for k in range(20)]
    rows = [
        toy.Part(i, "strap", "", ("psoas", "iliacus")[n == 19], toy.strap(0.02 - 0.0001 * (n < 19)), i)
        for n, i in enumerate(ids)
    ]
    plate = toy.plate(
        layers=tuple(Layer(i, i, (i,), locked=True) for i in ids),
        labels=(),
        stops=(),
        areas=(),
        body=lambda: {r.id: r for r in rows},
    )
    alone = toy.plate(
        layers=(Layer(ids[-1], "x", (ids[-1],), locked=True),),
        labels=(),
        stops=(),
        areas=(),
        body=lambda: {ids[-1]: rows[-1]},
    )
    both, one = composite(plate.sheet()), composite(alone.sheet())
    inside = one[..., 3] == 255
    assert np.abs(both[inside][:, :3].astype(int) - one[inside][:, :3])[:, 0].mean() < 12


def test_the_widget_refuses_what_the_plate_refuses(deep, monkeypatch):
    monkeypatch.setenv("ILIOPSOAS_WAIT", "1")
    w = Acetates(Folio("toy_deep", "Deep", {"front": deep}))
    w.on = STRAPS[:7]
    assert w.on == ["bones", *STRAPS[:7]]
    with pytest.raises(traitlets.TraitError, match="'strap_00' cannot be away"):
        w.on = STRAPS[1:]
    assert w.on == ["bones", *STRAPS[:7]]
