"""The palpation map as a card: `palpation()` shows the plate, and what lies under the square that is chosen.

A square is chosen by pointer on the plate, with arrow keys in one Tab stop over it, or from a list. All readings are
sent once, so the card works without a kernel. Every verdict also stands in a table of letters that nothing hides, and
the still has all of it in words.
"""

from __future__ import annotations

import html
import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from iliopsoas.atlas.structures import structure
from iliopsoas.body import squares, under_hand
from iliopsoas.body.margins import VERDICTS, margins
from iliopsoas.body.squares import Square
from iliopsoas.body.under_hand import Judged, Met, Near, Reading
from iliopsoas.plates import palpation as map_plate
from iliopsoas.plates.catalogue import folio
from iliopsoas.plates.on_skin import SIGNS
from iliopsoas.widgets import still
from iliopsoas.widgets.acetates import WAIT, pack_name
from iliopsoas.widgets.drawing import full_pack, full_still, stored
from iliopsoas.widgets.drawn import Drawn
from iliopsoas.widgets.structure_cards import source_lines
from iliopsoas.widgets.wire import pack_trait, words_trait

SCRIPTS = ("packs.js", "picture.js", "controls.js", "board.js", "palpation.js")
STYLES = ("questions.css", "palpation.css")
FOLIO = "palpation"
START = "E5"  # the navel
DEEPEST_MM = 170  # end of the depth ladder
OUTSIDE = "Outside the squares nothing was measured. What is not measured is never."
UNSEEN = "Small bowel, its mesentery and fat: not drawn"
THIGH = "Sartorius, rectus femoris, pectineus and the other muscles of the thigh are not drawn."
# Two structures with one name on the map, and names that a reader of the map expects.
_NAMES = {"skin": "Skin", "psoas_major": "Psoas major"}


class Palpation(Drawn):
    """The palpation map; all that it says is in `spec`, its picture in ``pack_front``.

    Attributes
    ----------
    error : str
        What went wrong while the picture was drawn, or "".
    """

    scripts = SCRIPTS
    stylesheets = STYLES

    spec = words_trait()
    pack_front = pack_trait()

    def __init__(self) -> None:
        self._still_handle: Any = None
        own, wait = folio(FOLIO), bool(os.environ.get(WAIT))
        ready = full_pack(own, map_plate.VIEW) if wait else stored(full_pack, own, map_plate.VIEW) or b""
        self._still = full_still(own, map_plate.VIEW) if wait else stored(full_still, own, map_plate.VIEW) or b""
        super().__init__(spec=map_spec(), pack_front=ready)
        if not ready or not self._still:
            self.draw_in_background(self._draw, rank=2)

    def _draw(self) -> None:
        self.pack_front = full_pack(folio(FOLIO), map_plate.VIEW)
        self._still = full_still(folio(FOLIO), map_plate.VIEW)
        if self._still_handle is not None:
            self._still_handle.update({"text/html": self._still_html(), "text/plain": self._still_text()}, raw=True)

    def _still_html(self) -> str:
        plate = folio(FOLIO).plate(map_plate.VIEW)
        picture = still.figure_html(self._still, plate.alt_for(), plate.caption, still_of=FOLIO)
        rows = "".join(f"<tr>{''.join(_cell(k, text) for k, text in enumerate(row))}</tr>" for row in _rows())
        heads = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in _HEADS)
        head = f"<caption>{html.escape(_TABLE)}</caption><thead><tr>{heads}</tr></thead>"
        table = f"<table>{head}<tbody>{rows}</tbody></table>"
        lines = "".join(f"<p>{html.escape(line)}</p>" for line in (*_legend(), OUTSIDE, *_notes()))
        return f'<div data-still="{FOLIO}">{picture}{lines}{table}</div>'

    def _still_text(self) -> str:
        rows = [" | ".join(row) for row in _rows()]
        plate = folio(FOLIO).plate(map_plate.VIEW)
        return "\n".join([plate.alt_for(), *_legend(), OUTSIDE, *_notes(), " | ".join(_HEADS), *rows])

    def _ipython_display_(self, **_: Any) -> None:
        """Send two outputs: plate and table of all squares in words, then the widget that hides them."""
        self._still_handle = still.emit(self._still_html(), self._still_text(), display_id=True)
        still.emit_live(self)

    def __repr__(self) -> str:
        """Return a text without a memory address, so that outputs of notebooks compare equal."""
        return "Palpation()"


def palpation() -> Palpation:
    """Return the palpation map; as the last line of a cell, it is shown."""
    return Palpation()


def map_spec() -> dict[str, Any]:
    """Return all that the card says, as plain data."""
    plate = folio(FOLIO).plate(map_plate.VIEW)
    readings, judged = under_hand.readings(), under_hand.verdicts()
    peelable = [layer for layer in plate.layers if not layer.locked]
    depths = [peelable[: len(peelable) - k] for k in range(len(peelable) + 1)]
    return {
        "title": plate.title,
        "still": FOLIO,
        "pack": pack_name(map_plate.VIEW),
        "size": list(plate.picture_view.size_px),
        "views": [
            {"id": str(k), "name": on[-1].name if on else "Bones", "on": _on(plate, on), "alt": plate.alt_for(_ids(on))}
            for k, on in enumerate(depths)
        ],
        "start": START,
        "columns": squares.COLUMNS,
        "verdicts": {
            name: {"sign": SIGNS[name], "name": map_plate.NAMES[name], "means": map_plate.MEANS[name]}
            for name in VERDICTS
        },
        "squares": [
            _plain(square, readings[square.id], judged[square.id], _box(square))
            for square in squares.squares().values()
        ],
        "deepest_mm": DEEPEST_MM,
        "outside": OUTSIDE,
        "notes": list(_notes()),
        "schematic": plate.schematic,
        "sources": source_lines(plate.sources),
        "words": {},
    }


def _ids(layers: list[Any]) -> list[str]:
    return [layer.id for layer in layers]


def _on(plate: Any, layers: list[Any]) -> list[str]:
    shown = plate.shown(_ids(layers))
    return [layer.id for layer in plate.layers if layer.id in shown]


def _notes() -> tuple[str, ...]:
    return map_plate.NO_PRESSING, map_plate.ONE_BODY, map_plate.RANGE


def _legend() -> Iterator[str]:
    for name in reversed(VERDICTS):
        yield f"{SIGNS[name]} – {map_plate.NAMES[name]}: {map_plate.MEANS[name]}."


def _box(square: Square) -> list[float]:
    """Return where a square is on the plate: left, top, right, bottom in pixels."""
    view = folio(FOLIO).plate(map_plate.VIEW).picture_view
    corners = np.array([[0.0, square.high_m[0], square.high_m[1]], [0.0, square.low_m[0], square.low_m[1]]])
    (left, top, _), (right, bottom, _) = view.project(corners)
    return [round(float(number), 1) for number in (left, top, right, bottom)]


def _plain(square: Square, reading: Reading, judged: Judged, box: list[float]) -> dict[str, Any]:
    other = sum(margins()[id].verdict != judged.verdict for id in judged.margins)  # the weightiest come first
    main = judged.reasons[: len(judged.reasons) - other]
    return {
        "id": square.id,
        "row": square.id[0],
        "column": square.column,
        "box": box,
        "where": square.where[0].upper() + square.where[1:],
        "verdict": judged.verdict,
        "reasons": list(main),
        "also": list(judged.reasons[len(main) :]),
        "pulse": _near("Nearest pulse", reading.pulse),
        "nerve": _near("Nearest nerve", reading.nerve),
        "met": [_rung(one) for one in reading.met],
        "unseen": reading.unseen_mm and {"name": UNSEEN, "from": reading.unseen_mm[0], "to": reading.unseen_mm[1]},
        "note": THIGH if "below the inguinal ligament" in square.where else "",
    }


def name_of(id: str, side: str) -> str:
    """Return what the map calls a structure, with its side."""
    name = _NAMES.get(id) or structure(id).name
    return f"{name}, {'right' if side == 'r' else 'left'}" if side else name


def _rung(one: Met) -> dict[str, Any]:
    return {
        "id": one.structure,
        "name": name_of(one.structure, one.side),
        "mm": round(one.depth_mm),
        "low": round(one.low_mm),
        "high": round(one.high_mm),
        "middle": one.in_middle,
        "kind": structure(one.structure).kind,
    }


def _near(what: str, near: Near | None) -> str:
    if near is None:
        return f"{what}: not known."
    name = name_of(near.structure, near.side)
    at = "under the middle of this square" if near.away_mm < 0.5 else f"{near.away_mm:.0f} mm {near.towards}"
    return f"{what}: {name[0].lower()}{name[1:]}, {at}, drawn {near.depth_mm:.0f} mm deep."


_HEADS = ("Square", "Where", "Verdict", "Why", "Under it, from the skin (mm deep, range)", "Pulse and nerve")
_TABLE = "All squares of the palpation map"


def _rows() -> Iterator[tuple[str, ...]]:
    """Yield every square in words: id, place, verdict, reasons, what lies under it, pulse and nerve."""
    readings, judged = under_hand.readings(), under_hand.verdicts()
    for square in squares.squares().values():
        reading, found = readings[square.id], judged[square.id]
        under = [
            f"{name_of(one.structure, one.side)}{'' if one.in_middle else ' (beside the middle)'} "
            f"{one.depth_mm:.0f} ({one.low_mm:.0f} to {one.high_mm:.0f})"
            for one in reading.met
        ]
        near = f"{_near('Nearest pulse', reading.pulse)} {_near('Nearest nerve', reading.nerve)}"
        yield (
            square.id, square.where, map_plate.NAMES[found.verdict], " ".join(found.reasons), "; ".join(under), near
        )  # fmt: skip


def _cell(k: int, text: str) -> str:
    tag = 'th scope="row"' if k == 0 else "td"
    return f"<{tag}>{html.escape(text)}</{tag.split()[0]}>"
