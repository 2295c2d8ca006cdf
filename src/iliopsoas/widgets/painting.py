"""Painting: `paint("psoas_major")` shows bare bone, and the learner marks where the muscle holds on.

By pointer with a brush, or by keyboard from a list of places; both fill the same mask, and the page compares it with
the attachment areas that the plate carries. Nothing needs the kernel once the pictures are drawn.
"""

from __future__ import annotations

import html
import os
from collections.abc import Iterator
from functools import partial
from typing import Any

import traitlets

from iliopsoas.atlas.attachments import Attachment, attachments, attachments_of
from iliopsoas.atlas.structures import structure
from iliopsoas.plates.catalogue import folio
from iliopsoas.sources import UnknownName
from iliopsoas.widgets import still
from iliopsoas.widgets.acetates import WAIT, pack_name
from iliopsoas.widgets.drawing import full_pack
from iliopsoas.widgets.drawn import Drawn
from iliopsoas.widgets.structure_cards import place_of, source_lines
from iliopsoas.widgets.wire import pack_trait, words_trait

SCRIPTS = ("packs.js", "picture.js", "controls.js", "board.js", "painting.js")
FOLIO = "attachments"
BARE = ("bones", "hip_bones")
# The views in which every area of the muscle can be seen on bare bone (tested).
VIEWS = {
    "psoas_major": ("anterolateral_right", "posterior"),
    "iliacus": ("anterior",),
    "psoas_minor": ("anterolateral_right",),
}
TOLERANCE_MM = 3.0  # edges of attachments are schematic, so nobody is asked to hit them closer than this
_PELVIS, _FEMUR = "Sacrum and hip bone", "Thigh bone"
# Places where none of the three holds on, and where it is often drawn: part or named point of the plate, and its words.
ELSEWHERE = (
    ("T11–T12", "part", "disc_t11_t12", "T11–T12 disc"),
    ("L5–S1", "part", "disc_l5_s1", "L5–S1 disc"),
    (_PELVIS, "point", "promontory", "promontory of the sacrum"),
    (_PELVIS, "point", "asis", "front end of the iliac crest"),
    (_PELVIS, "point", "iliac_crest", "top of the iliac crest"),
)


class Painting(Drawn):
    """Bare bone on which the learner marks the attachments of one muscle, on the right side.

    Parameters
    ----------
    muscle : str
        "psoas_major", "iliacus" or "psoas_minor".

    Attributes
    ----------
    result : dict
        The last score, empty before: ``overlap`` (Dice, 0 to 1, with `TOLERANCE_MM`), ``found`` and ``places`` (how
        many of how many), ``missed`` and ``excess`` (names), ``n`` (how often it was scored).
    error : str
        What went wrong while a picture was drawn, or "".

    Raises
    ------
    UnknownName
        For a muscle that cannot be painted.
    """

    scripts = SCRIPTS
    stylesheets = ("questions.css", "painting.css")

    spec = words_trait()
    result = traitlets.Dict().tag(sync=True)

    def __init__(self, muscle: str) -> None:
        if muscle not in VIEWS:
            raise UnknownName("muscle to paint", muscle, VIEWS)
        self.muscle = muscle
        views = VIEWS[muscle]
        wait = bool(os.environ.get(WAIT))
        packs = {pack_name(view): full_pack(folio(FOLIO), view) if wait else b"" for view in views}
        self.add_traits(**{name: pack_trait() for name in packs})
        super().__init__(spec=_spec(muscle), **packs)
        if not wait:
            for view in views:
                self.draw_in_background(partial(self._draw, view), rank=2, name=view)

    def _draw(self, view: str) -> None:
        setattr(self, pack_name(view), full_pack(folio(FOLIO), view))

    def _still_html(self) -> str:
        e = html.escape
        rows = "".join(f"<li>{e(one.text[0].upper() + one.text[1:])}</li>" for one in attachments_of(self.muscle))
        return (
            f'<div data-still="{e(self.spec["still"])}"><p><strong>{e(self.spec["title"])}</strong></p>'
            f"<p>Mark them on a drawing of your own, then compare.</p>"
            f"<details><summary>Where it holds on</summary><ul>{rows}</ul></details></div>"
        )

    def _still_text(self) -> str:
        rows = (f"- {one.text}" for one in attachments_of(self.muscle))
        return "\n".join([self.spec["title"], *rows])

    def _ipython_display_(self, **_: Any) -> None:
        """Send two outputs: the places as text to unfold, then the widget that hides them."""
        still.emit(self._still_html(), self._still_text())
        still.emit_live(self)

    def __repr__(self) -> str:
        """Return a text without a memory address, so that outputs of notebooks compare equal."""
        return f"Painting({self.muscle!r})"


def paint(muscle: str) -> Painting:
    """Return a bare plate on which to mark where a muscle holds on; as the last line of a cell, it shows it.

    Parameters
    ----------
    muscle : str
        "psoas_major", "iliacus" or "psoas_minor".

    Raises
    ------
    UnknownName
        A KeyError whose message names the muscles there are.
    """
    return Painting(muscle)


def _spec(muscle: str) -> dict[str, Any]:
    name = structure(muscle).name
    plates = {view: folio(FOLIO).plate(view) for view in VIEWS[muscle]}
    first = next(iter(plates.values()))
    return {
        "muscle": muscle,
        "still": f"painting {muscle}",
        "title": f"Paint: where {name[0].lower()}{name[1:]} holds on",
        "views": [
            {
                "id": view,
                "name": plate.view.title,
                "pack": pack_name(view),
                "alt": plate.alt_for(BARE),
                "mm": 1000 * plate.picture_view.pixel_m,
            }
            for view, plate in plates.items()
        ],
        "on": list(BARE),
        "tolerance": TOLERANCE_MM,
        "places": list(_places(muscle)),
        "schematic": first.schematic,
        "sources": source_lines(key for one in attachments_of(muscle) for key in one.sources),
        "words": {},
    }


def _places(muscle: str) -> Iterator[dict[str, Any]]:
    """Yield the places of the keyboard list, from the top down: areas of all three muscles, and places without any."""
    rows = [(_group(one), "area", one.id, _words(one), one.muscle == muscle) for one in attachments().values()]
    rows += [(group, kind, id, words, False) for group, kind, id, words in ELSEWHERE]
    rows.sort(key=lambda row: _GROUPS.index(row[0]))
    for group, kind, id, words, wanted in rows:
        yield {"group": group, "kind": kind, "id": id, "text": words, "wanted": wanted}


_GROUPS = ("T11–T12", "T12–L1", "L1–L2", "L2–L3", "L3–L4", "L4–L5", "L5", "L5–S1", _PELVIS, _FEMUR)


def _group(one: Attachment) -> str:
    if one.kind in ("trochanter", "shaft"):
        return _FEMUR
    if one.kind in ("fossa", "ala", "ramus"):
        return _PELVIS
    if one.level:
        return next(name for name in _GROUPS if name.replace("–", "_").lower() == one.level)
    return "T12–L1"  # psoas minor has no levels; it begins at the first


def _words(one: Attachment) -> str:
    """Return a place in words that name no muscle."""
    own = {
        "iliacus_fossa": "iliac fossa, its upper two thirds",
        "iliacus_insertion": "front of the lesser trochanter and shaft below it",
        "psoas_major_insertion": "tip of the lesser trochanter",
        "psoas_minor_insertion": "brim of the pubic bone, as far as the iliopubic eminence",
    }
    front = ", its front part" if one.muscle == "psoas_minor" and one.role == "origin" else ""
    return own.get(one.id) or f"{place_of(one)}{front}"
