"""Acetates: a plate on screen, named after the transparent overlays of a printed atlas.

The kernel draws one *pack* for each view, along an axis one for each frame of it (see `iliopsoas.plates.pack`), and
sends it; everything that follows, views, frames, layers, labels, levels, cards, happens in the browser, also after the
kernel is gone.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import partial
from typing import Any

import traitlets

from iliopsoas.plates.plate import Folio, Plate
from iliopsoas.sources.errors import close_matches
from iliopsoas.widgets import still
from iliopsoas.widgets.drawing import full_pack, full_still, header, is_cached, quick_pack, stored
from iliopsoas.widgets.drawn import Drawn
from iliopsoas.widgets.structure_cards import cards_of, source_lines
from iliopsoas.widgets.wire import pack_trait, words_trait

WAIT = "ILIOPSOAS_WAIT"
SCRIPTS = ("packs.js", "picture.js", "controls.js", "acetates.js", "live.js", "entry.js")


class Acetates(Drawn):
    """One subject in several views, with layers to peel, labels, cards and at most one control.

    Parameters
    ----------
    folio : Folio
        What to show.
    view, frame, on, stop, labels, part : optional
        What to begin with; see the attributes.

    Attributes
    ----------
    view : str
        Name of the view shown.
    frame : str
        Id of the position along the folio's axis ("l3"), or "" where it has none.
    on : list of str
        Ids of the layers shown, in the order of the plate; locked layers are always among them.
    stop : str
        Id of the stop of the control ("l3_l4"), or "" for none.
    labels : bool
        Labels are shown.
    part : str
        Id of the structure whose card is open (a structure, part, area or label), or "".
    error : str
        What went wrong while drawing in the background, or "".

    Raises
    ------
    traitlets.TraitError
        When one of them is set to what the folio does not have; the message names what it has.

    Notes
    -----
    The first view is ready when the constructor returns: in full ink if the cache has it, else as a draft. The rest is
    drawn by one background thread. With ``ILIOPSOAS_WAIT`` set (tests, export) everything is drawn before the
    constructor returns, and a view that cannot be drawn raises.
    """

    scripts = SCRIPTS
    stylesheets = ("acetates.css",)

    spec = words_trait()
    view = traitlets.Unicode().tag(sync=True)
    frame = traitlets.Unicode().tag(sync=True)
    on = traitlets.List(traitlets.Unicode()).tag(sync=True)
    stop = traitlets.Unicode().tag(sync=True)
    labels = traitlets.Bool(True).tag(sync=True)
    part = traitlets.Unicode().tag(sync=True)

    def __init__(self, folio: Folio, **values: Any) -> None:
        self._folio = folio
        self._still_handle: Any = None
        first = {"view": folio.views[0], "frame": folio.along.start if folio.along else ""}
        values = {**first, "on": [k.id for k in self._plate().layers if k.on], **values}
        self._parts = self._named_on_any_view()
        self._full: set[str] = set()  # keys of the packs in full ink
        self._first = key = folio.key(self._checked_view(values["view"]), self._checked_frame(values["frame"]))
        wait = bool(os.environ.get(WAIT))
        packs = {pack_name(one): b"" for one in folio.plates}
        for one in folio.plates if wait else self._needed(key):
            packs[pack_name(one)] = self._read(one, (full_pack if wait else quick_pack)(folio, one))
        self.add_traits(**{name: pack_trait() for name in packs})
        super().__init__(spec=self._spec(), **packs, **values)
        self._still = full_still(folio, key) if wait else stored(full_still, folio, key) or b""
        if not wait:
            self._draw_rest(key)
            self.observe(self._draw_wanted, ["view", "frame"])

    # ---- what may be set

    @traitlets.validate("view")
    def _valid_view(self, proposal: Any) -> str:
        return self._checked_view(proposal["value"])

    @traitlets.validate("frame")
    def _valid_frame(self, proposal: Any) -> str:
        return self._checked_frame(proposal["value"])

    @traitlets.validate("stop")
    def _valid_stop(self, proposal: Any) -> str:
        return _checked("stop", proposal["value"], ["", *(stop.id for stop in self._plate().stops)])

    @traitlets.validate("on")
    def _valid_on(self, proposal: Any) -> list[str]:
        layers = self._plate().layers
        chosen = {_checked("on", id, [layer.id for layer in layers]) for id in proposal["value"]}
        try:
            shown = self._plate().shown(chosen)
        except ValueError as refused:
            raise traitlets.TraitError(f"on: {refused}") from None
        return [layer.id for layer in layers if layer.id in shown]

    @traitlets.validate("part")
    def _valid_part(self, proposal: Any) -> str:
        return _checked("part", proposal["value"], ["", *self._parts])

    def _checked_view(self, view: str) -> str:
        return _checked("view", view, self._folio.views)

    def _checked_frame(self, frame: str) -> str:
        return _checked("frame", frame, self._folio.frames or [""])

    # ---- drawing

    def _plate(self, view: str = "", frame: str = "") -> Plate:
        return self._folio.plates[self._folio.key(view or self._folio.views[0], frame)]

    def _named_on_any_view(self) -> dict[str, None]:
        plates = [self._plate(view) for view in self._folio.views]
        areas = [area for plate in plates for area in plate.areas]
        labels = [label for plate in plates for label in plate.labels]
        ids = [*areas, *map(_without_side, areas), *(k.id for k in labels), *(k.structure for k in labels)]
        return dict.fromkeys(ids)

    def _read(self, key: str, drawn: bytes) -> bytes:
        """Remember which ids a pack knows, as `part` may be set to any of them, and whether it is in full ink."""
        head = header(drawn)
        if not head.get("draft"):
            self._full.add(key)
        for row in (*head.get("parts", ()), *head.get("names", ())):
            self._parts.update(dict.fromkeys((row["id"], row["structure"], _without_side(row["id"]))))
        return drawn

    def _needed(self, key: str) -> list[str]:
        """Return the keys of the packs that a frame cannot be shown without: a draft is whole, full ink is not."""
        base = self._folio.base_of(key)
        return [base, key] if base and all(is_cached(full_pack, self._folio, one) for one in (base, key)) else [key]

    def _draw_rest(self, first: str) -> None:
        """Hand what is missing to the drawing thread: this view's full ink, its still, then the other views.

        Along an axis the frames of this view come before other views, those near the one shown first.
        """
        if first not in self._full:
            self._draw_full(first, rank=0)
        if not self._still:
            self.draw_in_background(partial(self._send_still, first), rank=1, name=first)
        frames = self._folio.frames or ("",)
        at = frames.index(self.frame)
        near = sorted(frames, key=lambda frame: abs(frames.index(frame) - at))
        for view in sorted(self._folio.views, key=lambda view: view != self.view):
            for frame in near:
                key = self._folio.key(view, frame)
                if key != first:
                    self._draw_full(key, rank=2)

    def _draw_wanted(self, _change: Any) -> None:
        """Draw first what the reader has gone to."""
        key = self._folio.key(self.view, self.frame)
        if key not in self._full:
            self._draw_full(key, rank=0)

    def _draw_full(self, key: str, rank: int) -> None:
        """Hand a pack in full ink, after that which it rests on, to the drawing thread."""
        for one in filter(None, (self._folio.base_of(key), key)):
            self.draw_in_background(partial(self._send_pack, one), rank=rank, name=one)

    def _send_pack(self, key: str) -> None:
        if key in self._full:
            return
        drawn = self._read(key, full_pack(self._folio, key))
        cards = cards_of(self._parts)
        if cards.keys() != self.spec["cards"].keys():  # what only this frame names
            self.spec = {**self.spec, "cards": cards}
        setattr(self, pack_name(key), drawn)

    def _send_still(self, key: str) -> None:
        self._still = full_still(self._folio, key)
        if self._still_handle is not None:
            self._still_handle.update({"text/html": self._still_html(), "text/plain": repr(self)}, raw=True)

    # ---- words

    def alt(self) -> str:
        """Return the alt text of what is shown now."""
        return self._plate(self.view, self.frame).alt_for(self.on, self.stop or None)

    def _spec(self) -> dict[str, Any]:
        plate, along = self._plate(), self._folio.along
        return {
            "id": self._folio.id,
            "title": self._folio.title,
            "views": [{"id": view, "name": self._plate(view).view.title} for view in self._folio.views],
            "keys": {
                view: {frame: self._folio.key(view, frame) for frame in self._folio.frames or ("",)}
                for view in self._folio.views
            },
            "along": along
            and {
                "name": along.name,
                "unit": along.unit,
                "stops": [{"id": id, "name": name} for id, name in along.stops],
            },
            "cards": cards_of(self._parts),
            "stops": {
                stop.id: {"facts": [fact.text for fact in stop.facts], "sources": source_lines(stop.sources)}
                for stop in plate.stops
            },
            "words": {},
        }

    def _still_html(self) -> str:
        plate = self._folio.plates[self._first]  # whatever the reader looks at by now
        return still.figure_html(self._still, plate.alt_for(), plate.caption, still_of=self._folio.id)

    def _ipython_display_(self, **_: Any) -> None:
        """Send two outputs: the still, then the widget that hides it."""
        self._still_handle = still.emit(self._still_html(), repr(self), display_id=True)
        still.emit_live(self)

    def __repr__(self) -> str:
        """Return a text without a memory address, so that outputs of notebooks compare equal."""
        return f"Acetates({self._folio.id!r})"


def pack_name(key: str) -> str:
    """Return the name of the trait that holds the pack of a view, along an axis of a frame."""
    return f"pack_{key}"


def _without_side(id: str) -> str:
    return id[:-2] if id.endswith(("_r", "_l")) else id


def _checked(field: str, value: str, allowed: Iterable[str]) -> str:
    names = list(allowed)
    if value in names:
        return value
    if not any(names):
        raise traitlets.TraitError(f"{field} has no {value!r}; there is none to choose here.")
    likely = close_matches(value, names) if len(names) > 12 else [name for name in names if name]
    says = ", ".join(repr(name) for name in likely or names[:12])
    raise traitlets.TraitError(
        f"{field} has no {value!r}; {'did you mean' if len(names) > 12 else 'there are'} {says}?"
    )
