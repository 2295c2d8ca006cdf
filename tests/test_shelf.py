"""What cards share: it is sent once, before the card that needs it, and nothing of it is lost on the way."""

from __future__ import annotations

import json
import struct
import threading
import zlib
from dataclasses import replace

import pytest

import synthetic_body as toy
from iliopsoas.plates import pack, pack_wire
from iliopsoas.widgets import Acetates, drawing, gate, ledger, plan, questions  # noqa: F401 - every kind of card
from iliopsoas.widgets import shelf as shelf_module
from iliopsoas.widgets.card import Card, joined
from iliopsoas.widgets.shelf import Shelf, shelf
from iliopsoas.widgets.wire import pack_out, words_out


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ILIOPSOAS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ILIOPSOAS_WAIT", "1")


@pytest.fixture
def sent(monkeypatch):
    """Give a shelf of its own, and what it sends: a list of the names in each message."""
    monkeypatch.setattr(shelf_module, "_made", [])
    messages = []
    own = shelf()
    monkeypatch.setattr(own, "_send", lambda message, buffers=None: messages.append(sent_names(message)))
    return messages


def sent_names(message) -> list[str]:
    return sorted(path[0] for path in message["buffer_paths"])


@pytest.fixture(scope="module")
def subject():
    return toy.along_folio()


def head_of(bare: bytes) -> dict:
    (size,) = struct.unpack_from("<I", bare)
    assert len(bare) == 4 + size
    return json.loads(zlib.decompress(bare[4:]))


def rows_of(head: dict) -> list[dict]:
    return [*head["layers"], *([head["areas"]] if head.get("areas") else [])]


# ---------------------------------------------------------------- packs on their way


def test_a_pack_loses_nothing_when_it_is_split(subject):
    for key in subject.plates:
        base = subject.base_of(key)
        plate, first = subject.plates[key], subject.plates[base] if base else None
        whole = pack.write(plate, base=first, base_key=base)
        bare, images = pack_wire.split(whole)
        assert len(bare) < len(whole) / 2
        (size,) = struct.unpack_from("<I", whole)
        head, named = json.loads(whole[4 : 4 + size]), head_of(bare)
        assert images, key
        for row, out in zip(rows_of(head), rows_of(named), strict=True):
            for name in ("ink", "part", "depth"):
                if row.get(name):
                    offset, length = row[name]
                    assert images[out[name]] == whole[4 + size + offset :][:length]
                    out[name] = row[name]
        assert named == head


def test_the_header_goes_out_with_names_of_images_and_without_images(subject):
    bare, images = pack_wire.split(pack.write(subject.plates["front__middle"]))
    rows = [row for row in head_of(bare)["layers"] if row["ink"]]
    assert {row[name] for row in rows for name in ("ink", "part", "depth")} <= images.keys()
    assert not any(image in bare for image in images.values())


def test_a_draft_goes_out_whole(sent):
    draft = pack.write(toy.plate(), draft=True)
    assert pack_out(draft) == draft
    assert pack_out(b"") == b""
    assert sent == []


def test_words_come_back_as_they_were():
    words = {"title": "Psoas – „Lende“", "of": [1, None, {"a": "µm"}]}
    assert json.loads(zlib.decompress(words_out(words))) == words


# ---------------------------------------------------------------- the shelf


def test_what_lies_on_the_shelf_is_not_sent_again(sent):
    shelf().put({"i1": b"one", "i2": b"two"})
    shelf().put({"i1": b"one", "i3": b"three"})
    shelf().put({"i2": b"two"})
    assert sent == [["i1", "i2"], ["i3"]]


def test_a_page_that_is_opened_anew_gets_all_of_it(sent):
    shelf().put({"i1": b"one", "i2": b"two"})
    state = shelf().get_state()
    assert (state["i1"], state["i2"]) == (b"one", b"two")
    assert "_esm" in state
    assert shelf().get_state("i2") == {"i2": b"two"}
    assert "i1" in shelf().get_state(drop_defaults=True)


def test_who_finds_an_image_there_may_count_on_its_having_been_sent(monkeypatch):
    """A second card does not go on while the first one's message is still being sent."""
    own = Shelf()
    is_sending, may_go_on, order = threading.Event(), threading.Event(), []

    def send(message, buffers=None):
        is_sending.set()
        assert may_go_on.wait(10)
        order.append("sent")

    monkeypatch.setattr(own, "_send", send)
    first = threading.Thread(target=own.put, args=({"i1": b"one"},))
    first.start()
    assert is_sending.wait(10)
    second = threading.Thread(target=lambda: (own.put({"i1": b"one"}), order.append("second goes on")))
    second.start()
    second.join(0.2)
    may_go_on.set()
    first.join(10)
    second.join(10)
    assert order == ["sent", "second goes on"]


def test_a_closed_shelf_gives_way_to_a_new_one(sent):
    first = shelf()
    first.close()
    assert shelf() is not first
    assert shelf() is shelf()


# ---------------------------------------------------------------- cards


def test_two_cards_of_one_plate_send_its_images_once(sent, subject):
    one = Acetates(subject)
    before = [name for names in sent for name in names]
    two = Acetates(subject)
    assert [name for names in sent for name in names] == before
    state = two.get_state()
    assert state["shelf"] == one.shelf == f"IPY_MODEL_{shelf().model_id}"
    for key in subject.plates:
        named = head_of(state[f"pack_{key}"])["layers"]
        assert {row["ink"] for row in named if row.get("ink")} <= set(before)


def test_plates_of_one_framing_share_their_bones(sent):
    """Other parts above a layer, other numbers: the layer itself is the same, byte for byte."""
    whole, bare = toy.plate(), toy.plate()
    fewer = [layer for layer in whole.layers if layer.id != whole.layers[0].id]
    depths = whole.sheet().depth_range_m
    whole = replace(whole, depth_range_m=depths)
    bare = replace(bare, layers=tuple(fewer), labels=(), stops=(), areas=(), depth_range_m=depths)
    first, second = (head_of(pack_out(pack.write(plate)))["layers"] for plate in (whole, bare))
    kept = {row["id"]: row for row in first}
    for row in second:
        assert all(row[name] == kept[row["id"]][name] for name in ("ink", "part", "depth")), row["id"]
    assert any(row["before"] != kept[row["id"]]["before"] for row in second)


def test_a_card_carries_only_what_finds_its_script(sent, subject):
    card = Acetates(subject)
    state = card.get_state()
    assert len(state["_esm"]) < 3000
    names = [word.strip("';,") for word in state["_esm"].splitlines()[0].split() if word.startswith("'s")]
    texts = [zlib.decompress(shelf().get_state(name)[name]).decode() for name in names]
    assert texts == [joined(*Acetates.scripts), joined(*Acetates.stylesheets)]
    assert not state.get("_css")


def test_in_python_a_card_has_whole_packs_and_plain_words(sent, subject):
    card = Acetates(subject)
    assert card.spec["id"] == subject.id
    assert card.pack_front__middle == drawing.full_pack(subject, "front__middle")


def test_no_file_is_in_a_cards_script_twice():
    kinds, waiting = set(), [Card]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        kinds.add(kind)
    named = {kind.__name__: kind.scripts for kind in kinds if kind.scripts}
    assert {"Acetates", "Questions", "Ledger", "PlanCard"} <= named.keys()
    for name, scripts in named.items():
        assert len(set(scripts)) == len(scripts), name
