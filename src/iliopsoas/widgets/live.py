"""A plate of several inputs at once: the kernel draws while they move, a draft at a time, and full ink at rest.

The browser asks, the kernel answers; words, numbers and pixels always come in one answer. Newer requests go before
older ones, and the last picture answered stays, also when the kernel is gone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

import traitlets

from iliopsoas.plates import pack, quick
from iliopsoas.plates.plate import Folio, LazyPlates, Plate
from iliopsoas.sources.errors import close_matches, did_you_mean
from iliopsoas.widgets import still
from iliopsoas.widgets.acetates import SCRIPTS, WAIT
from iliopsoas.widgets.drawing import full_pack, full_still, header, quick_pack, stored
from iliopsoas.widgets.drawn import Drawn
from iliopsoas.widgets.structure_cards import cards_of
from iliopsoas.widgets.wire import words_trait

Make = Callable[..., Plate]  # make(values) -> Plate, or make(values, view=...) where there are views
START = "start"
ONLY = "only"  # key of the one view there is


@dataclass(frozen=True)
class Input:
    """One thing that a reader sets.

    Attributes
    ----------
    name : str
        Key of the values, with its unit: "hip_flexion_deg".
    label : str
        What a reader calls it, "Hip flexion".
    unit : str
        As printed after a number: "°".
    low, high, step, start : float
        Limits, step of the slider, value at first; in `unit`.
    minus, plus : str
        What values below and above zero mean: "extension", "flexion"; "" where there is nothing to say.
    """

    name: str
    label: str
    unit: str
    low: float
    high: float
    step: float = 1.0
    start: float = 0.0
    minus: str = ""
    plus: str = ""

    def __post_init__(self) -> None:
        """Refuse limits, step or start that contradict each other."""
        if not self.low < self.high or not self.step > 0:
            raise ValueError(f"Input {self.name!r}: low {self.low:g}, high {self.high:g}, step {self.step:g}.")
        self.checked(self.start)

    def checked(self, value: Any) -> float:
        """Return the value as a number; one that is not allowed raises ValueError naming field, value and limits."""
        number = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
        if not number or not self.low <= value <= self.high:
            shown = f"{value:g}" if number else repr(value)
            low, high = (f"{end:g}" + (f" ({word})" if word else "") for end, word in self._ends())
            raise ValueError(f"{self.name} is {shown}; allowed are numbers from {low} to {high}")
        return float(value) + 0.0  # minus zero becomes zero

    def _ends(self) -> tuple[tuple[float, str], tuple[float, str]]:
        return (self.low, self.minus if self.low < 0 else ""), (self.high, self.plus if self.high > 0 else "")


class Live(Drawn):
    """A plate that answers to several inputs.

    Parameters
    ----------
    id, title : str
    make : callable
        From the values, by name, to the plate; with `views` it is called ``make(values, view=...)``. Pure: the same
        values give the same plate.
    inputs : sequence of Input
    poses : sequence of (str, mapping of str to float)
        Named sets of values; what one leaves out is as at the start.
    views : mapping of str to str
        Names of the views that `make` knows, and what a reader calls them; empty for one view.
    rough : callable, optional
        Like `make`, for drafts: the same words and numbers, simpler shapes.
    start_word : str
        The state in which every input is as at first, in a word.
    values, view, on, labels, part : optional
        What to begin with; see the attributes.

    Attributes
    ----------
    values : dict of str to float
        Every input by name. Setting some of them leaves the others as they are.
    state : str
        The same as one short line, "hip_flexion_deg=60 knee_flexion_deg=30", or `start_word`. Setting it sets `values`.
    view : str
        Name of the view; "" where there is one.
    on, labels, part, error
        As in `iliopsoas.widgets.acetates.Acetates`.

    Raises
    ------
    traitlets.TraitError
        For a value outside its limits, naming field, value and limits, or a name that there is not.
    """

    scripts = SCRIPTS
    stylesheets = ("acetates.css",)

    spec = words_trait()
    values = traitlets.Dict().tag(sync=True)
    view = traitlets.Unicode().tag(sync=True)
    frame = traitlets.Unicode().tag(sync=True)
    stop = traitlets.Unicode().tag(sync=True)
    on = traitlets.List(traitlets.Unicode()).tag(sync=True)
    labels = traitlets.Bool(True).tag(sync=True)
    part = traitlets.Unicode().tag(sync=True)
    pack_live = traitlets.Bytes(b"").tag(sync=True)
    answered = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        id: str,
        title: str,
        make: Make,
        inputs: Sequence[Input],
        poses: Iterable[tuple[str, Mapping[str, float]]] = (),
        views: Mapping[str, str] | None = None,
        rough: Make | None = None,
        start_word: str = START,
        **values: Any,
    ) -> None:
        self._id, self._title, self._make, self._rough = id, title, make, rough or make
        self._inputs = {one.name: one for one in inputs}
        self._views = dict(views or {})
        self._start_word, self._newest = start_word, 0
        self._still_handle: Any = None
        self._poses = [(name, self._whole(pose)) for name, pose in poses]
        view = values.pop("view", next(iter(self._views), ""))
        self._check_view(view)
        first = self._whole(values.pop("values", {}))
        self._folio = self._folio_of(first)
        plate = self._folio.plates[view or ONLY]
        wait = bool(os.environ.get(WAIT))
        drawn = (full_pack if wait else quick_pack)(self._folio, view or ONLY)
        self._still = self._draw_still(view, always=wait)
        values = {"on": [k.id for k in plate.layers if k.on], **values}
        self._layers = plate.layers
        self._first = plate
        super().__init__(
            spec=self._spec(drawn),
            values=first,
            view=view,
            pack_live=drawn,
            answered=self._answer(0, first, view),
            **values,
        )
        self.on_msg(self._on_message)
        if not wait:
            if header(drawn)["draft"]:
                self._newest = 0
                self.draw_in_background(lambda: self._draw_full(0, first, view), rank=0)
            if not self._still:
                self.draw_in_background(lambda: self._send_still(view), rank=1)

    # ---- what may be set

    def _whole(self, values: Mapping[str, Any], rest: Mapping[str, float] | None = None) -> dict[str, float]:
        """Return every input: the checked `values`, and of the others those of `rest` or those at first."""
        for name in values:
            if name not in self._inputs:
                near = did_you_mean(close_matches(name, self._inputs))
                raise ValueError(
                    f"{self._id} has no input {name!r}.{near or ' There are ' + ', '.join(self._inputs) + '.'}"
                )
        kept = rest or {name: one.start for name, one in self._inputs.items()}
        return {name: one.checked(values[name]) if name in values else kept[name] for name, one in self._inputs.items()}

    @traitlets.validate("values")
    def _valid_values(self, proposal: Any) -> dict[str, float]:
        try:
            return self._whole(proposal["value"], self.values or None)
        except ValueError as refused:
            raise traitlets.TraitError(str(refused)) from None

    @traitlets.validate("view")
    def _valid_view(self, proposal: Any) -> str:
        self._check_view(proposal["value"])
        return proposal["value"]

    def _check_view(self, view: str) -> None:
        if view not in (self._views or {"": ""}):
            raise traitlets.TraitError(f"view has no {view!r}; there are {', '.join(map(repr, self._views)) or 'none'}")

    @traitlets.validate("on")
    def _valid_on(self, proposal: Any) -> list[str]:
        try:
            shown = self._first.shown(proposal["value"])
        except (KeyError, ValueError) as refused:
            raise traitlets.TraitError(f"on: {refused}") from None
        return [layer.id for layer in self._layers if layer.id in shown]

    @property
    def state(self) -> str:
        """The values as one short line; what is as at first is left out."""
        said = [
            f"{name}={_short(self.values[name])}"
            for name, one in self._inputs.items()
            if self.values[name] != one.start
        ]
        return " ".join(said) or self._start_word

    @state.setter
    def state(self, text: str) -> None:
        self.values = self._whole(self.read_state(text))

    def read_state(self, text: str) -> dict[str, float]:
        """Return the values that a line of text gives.

        Raises
        ------
        traitlets.TraitError
            A part is not of the form name=number, or its name or value is not allowed.
        """
        found: dict[str, float] = {}
        for part in [] if text.strip() == self._start_word else text.split():
            match = re.fullmatch(r"(\w+)=([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)", part)
            if not match:
                raise traitlets.TraitError(
                    f"{part!r} is not of the form name=number, such as {next(iter(self._inputs))}=10"
                )
            if match[1] in found:
                raise traitlets.TraitError(f"{match[1]} stands twice in {text!r}")
            found[match[1]] = float(match[2])
        try:
            self._whole(found)
        except ValueError as refused:
            raise traitlets.TraitError(str(refused)) from None
        return found

    # ---- drawing

    def _plate(self, values: Mapping[str, float], view: str, make: Make | None = None) -> Plate:
        make = make or self._make
        return make(dict(values), view=view) if self._views else make(dict(values))

    def _folio_of(self, values: Mapping[str, float]) -> Folio:
        return Folio(
            self._id,
            self._title,
            LazyPlates(self._views or [ONLY], lambda view: self._plate(values, view if self._views else "")),
        )

    def _draw_still(self, view: str, always: bool) -> bytes:
        key = view or ONLY
        return full_still(self._folio, key) if always else stored(full_still, self._folio, key) or b""

    def _answer(self, ask: int, values: Mapping[str, float], view: str) -> dict[str, Any]:
        return {"ask": ask, "values": dict(values), "view": view}

    def _on_message(self, _widget: Any, content: Mapping[str, Any], _buffers: Any) -> None:
        """Answer a request of the browser: at once with a draft, or, when it has come to rest, later in full ink."""
        if not isinstance(content, dict) or not isinstance(content.get("ask"), int):
            return
        ask = content["ask"]
        self._newest = max(self._newest, ask)
        try:
            values = self._whole(content.get("values", {}))
            view = content.get("view", "")
            self._check_view(view)
            if content.get("rest"):
                self.draw_in_background(lambda: self._draw_full(ask, values, view), rank=-1)
                return
            drawn = quick.write(self._plate(values, view, self._rough), content.get("on"))
        except Exception as refused:  # whatever it is, the reader waits for an answer
            self.send({"ask": ask, "refused": str(refused)})
            return
        self.send(self._answer(ask, values, view), [drawn])

    def _draw_full(self, ask: int, values: Mapping[str, float], view: str) -> None:
        """Draw in full ink on the drawing thread, unless something newer has been asked for meanwhile."""
        if ask < self._newest:
            return
        try:
            # What the widget begins with is kept for the next time.
            drawn = pack.write(self._plate(values, view), quick=True) if ask else full_pack(self._folio, view or ONLY)
            if ask < self._newest:
                return
            with self.hold_sync():
                self.pack_live, self.answered, self.error = drawn, self._answer(ask, values, view), ""
        except Exception as problem:
            if ask:
                self.send({"ask": ask, "refused": str(problem)})
            raise

    def _send_still(self, view: str) -> None:
        self._still = self._draw_still(view, always=True)
        if self._still_handle is not None:
            self._still_handle.update({"text/html": self._still_html(), "text/plain": repr(self)}, raw=True)

    # ---- words

    def _spec(self, drawn: bytes) -> dict[str, Any]:
        head = header(drawn)
        rows = (*head["parts"], *head["names"])
        return {
            "id": self._id,
            "title": self._title,
            "views": [{"id": view, "name": name} for view, name in self._views.items()] or [{"id": "", "name": ""}],
            "keys": {view: {"": "live"} for view in self._views or [""]},
            "along": None,
            "cards": cards_of(dict.fromkeys(row["structure"] for row in rows)),
            "stops": {},
            "words": {},
            "inputs": [asdict(one) for one in self._inputs.values()],
            "poses": [{"name": name, "values": values} for name, values in self._poses],
            "start_word": self._start_word,
        }

    @property
    def folio(self) -> Folio:
        """What it begins with, by view: to be drawn ahead (`iliopsoas.widgets.warm`) and printed."""
        return self._folio

    def alt(self) -> str:
        """Return the alt text of the values set."""
        return self._plate(self.values, self.view).alt_for(self.on)

    def _still_html(self) -> str:
        return still.figure_html(self._still, self._first.alt_for(), self._first.caption, still_of=self._id)

    def _ipython_display_(self, **_: Any) -> None:
        """Send the still, then the widget that hides it (see `Acetates`)."""
        self._still_handle = still.emit(self._still_html(), repr(self), display_id=True)
        still.emit_live(self)

    def __repr__(self) -> str:
        """Return a text without a memory address, so that outputs of notebooks compare equal."""
        return f"Live({self._id!r})"


def _short(value: float) -> str:
    """Return the shortest text that reads back as the same number."""
    return f"{value:g}" if float(f"{value:g}") == value else repr(value)
