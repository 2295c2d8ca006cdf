"""The stroke trainer: `strokes()` lets the learner draw a round of light effleurage and says how it compares.

By pointer on the plate, or by keyboard from lists; both go through the same judgement (`strokes_judge.js`, step for
step `iliopsoas.learning.strokes`). Nothing needs the kernel once the picture is drawn.
"""

from __future__ import annotations

import html
import os
from typing import Any

import numpy as np
import traitlets

from iliopsoas.atlas import strokes as data
from iliopsoas.body import strokes as where
from iliopsoas.course.safety_list import mark
from iliopsoas.learning.strokes import TOLERANCE_MM
from iliopsoas.plates.catalogue import folio
from iliopsoas.plates.strokes import REACHES, origin_px, outlines_mm, path_mm
from iliopsoas.widgets import still
from iliopsoas.widgets.acetates import WAIT, pack_name
from iliopsoas.widgets.drawing import full_pack
from iliopsoas.widgets.drawn import Drawn
from iliopsoas.widgets.structure_cards import source_lines
from iliopsoas.widgets.wire import pack_trait, words_trait

SCRIPTS = ("packs.js", "picture.js", "controls.js", "board.js", "strokes_judge.js", "strokes.js")
STYLES = ("questions.css", "strokes.css")
FOLIO, VIEW = "strokes", "anterior"
BARE = ("bones", "skin", "landmarks", "never")  # the never-areas are in sight all the time
TITLE = "Draw one round of effleurage"


class StrokeTrainer(Drawn):
    """The belly with its never-areas, on which the learner draws the strokes of one round.

    Attributes
    ----------
    result : dict
        The last comparison, empty before: ``right``, ``entered`` (ids of never-areas), ``in_order``, ``missing``,
        ``strokes`` (for each ``stroke``, ``right``, ``backwards``), ``pace`` ("" where there are no times), ``by``
        ("drawn" or "chosen") and ``n`` (how often it was compared).
    error : str
        What went wrong while the picture was drawn, or "".
    """

    scripts = SCRIPTS
    stylesheets = STYLES

    spec = words_trait()
    result = traitlets.Dict().tag(sync=True)

    def __init__(self) -> None:
        wait = bool(os.environ.get(WAIT))
        drawn = full_pack(folio(FOLIO), VIEW) if wait else b""
        self.add_traits(**{pack_name(VIEW): pack_trait()})
        super().__init__(spec=_spec(), **{pack_name(VIEW): drawn})
        if not wait:
            self.draw_in_background(self._draw, rank=2)

    def _draw(self) -> None:
        setattr(self, pack_name(VIEW), full_pack(folio(FOLIO), VIEW))

    def _still_html(self) -> str:
        e = html.escape
        rows = data.strokes()
        strokes = "".join(f"<li>{e(one.text)}{mark(one)}</li>" for one in rows.strokes.values())
        never = "".join(
            f"<li><strong>{e(one.name)}.</strong> {e(one.why)}{mark(one)}</li>" for one in rows.areas.values()
        )
        rules = "".join(f"<p>{e(rule.text)} {e(rule.note)}{mark(rule)}</p>" for rule in rows.rules.values())
        return (
            f'<div data-still="{e(self.spec["still"])}"><p><strong>{e(TITLE)}</strong></p><p>{e(REACHES)}</p>'
            f"<p>Where no stroke goes:</p><ul>{never}</ul>"
            "<p>Draw the three strokes on a drawing of your own, with their order and direction, then compare.</p>"
            f"<details><summary>The strokes, in order</summary><ol>{strokes}</ol>{rules}</details></div>"
        )

    def _still_text(self) -> str:
        rows = data.strokes()
        never = (f"Never: {one.name}. {one.why}{mark(one)}" for one in rows.areas.values())
        strokes = (f"{n}. {one.text}{mark(one)}" for n, one in enumerate(rows.strokes.values(), 1))
        rules = (f"{rule.text} {rule.note}{mark(rule)}" for rule in rows.rules.values())
        return "\n".join([TITLE, REACHES, *never, *strokes, *rules])

    def _ipython_display_(self, **_: Any) -> None:
        """Send two outputs: the strokes as text to unfold, then the widget that hides them."""
        still.emit(self._still_html(), self._still_text())
        still.emit_live(self)

    def __repr__(self) -> str:
        """Return a text without a memory address, so that outputs of notebooks compare equal."""
        return "StrokeTrainer()"


def strokes() -> StrokeTrainer:
    """Return the trainer for the strokes of effleurage; as the last line of a cell, it shows it."""
    return StrokeTrainer()


def choices() -> list[dict[str, Any]]:
    """Return the strokes that can be chosen from a list: those of the plate both ways, and some that go wrong.

    Each is a path as one that is drawn, so it is judged as one.
    """
    paths = {id: path_mm(id) for id in data.strokes().strokes}
    hip, tubercle = where.crease()[:, None] * [-1e3, 1e3]
    navel, line = 1e3 * where.navel_m(), float(hip[0, 1])
    middle = np.array([[0.0, line], [0.0, navel]])
    groin = np.concatenate([hip, tubercle])
    rows = [
        ("middle_up", "Midline below the navel: up", middle),
        ("right_down", "The client's right: down", paths["up"][::-1]),
        ("left_down", "The client's left: down", paths["down"]),
        ("across_left", "Across below the ribs: from the client's right to left", paths["across"]),
        ("groin_down", "The client's right groin crease: downwards and in", groin),
        ("left_up", "The client's left: up", paths["down"][::-1]),
        ("right_up", "The client's right: up", paths["up"]),
        ("across_right", "Across below the ribs: from the client's left to right", paths["across"][::-1]),
    ]
    return [{"id": id, "text": text, "points": _plain(points)} for id, text, points in rows]


def _plain(points: Any) -> list[list[float]]:
    return np.round(points, 2).tolist()


def _spec() -> dict[str, Any]:
    plate = folio(FOLIO).plate(VIEW)
    rows = data.strokes()
    layers = {"bare": list(BARE), "whole": [*BARE, "strokes"]}
    return {
        "still": "stroke trainer",
        "title": TITLE,
        "pack": pack_name(VIEW),
        "layers": layers,
        "alt": {name: plate.alt_for(on) for name, on in layers.items()},
        "mm": 1000 * plate.picture_view.pixel_m,
        "origin": list(origin_px(plate.picture_view)),
        "size": list(plate.picture_view.size_px),
        "tolerance": TOLERANCE_MM,
        "round_s": list(rows.round_s),
        "wanted": [
            {"id": id, "name": one.name, "text": one.text, "points": _plain(path_mm(id))}
            for id, one in rows.strokes.items()
        ],
        "never": [
            {
                "id": area,
                "name": rows.areas[area].name,
                "why": f"{rows.areas[area].why}{mark(rows.areas[area])}",
                "corners": _plain(corners),
            }
            for area, corners in outlines_mm().values()
        ],
        "choices": choices(),
        "rules": {id: f"{rule.text} {rule.note}{mark(rule)}" for id, rule in rows.rules.items()},
        "reaches": REACHES,
        "schematic": plate.schematic,
        "sources": source_lines(rows.sources),
        "words": {},
    }
