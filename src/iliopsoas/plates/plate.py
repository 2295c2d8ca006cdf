"""A plate: a frozen description of what an atlas page shows, and what can be asked of it.

Figures, packs for the browser, alt texts and hit tests all come from the same description and the same sheet, so they
cannot drift apart.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from weakref import WeakKeyDictionary

from iliopsoas.plates.anchors import Visible
from iliopsoas.plates.composite import part_at
from iliopsoas.plates.draw import draw_sheet
from iliopsoas.plates.folio import Along, Folio, LazyPlates, frame_key
from iliopsoas.plates.labels import LabelItem, Layout, PlacedLabel, layout, wrap
from iliopsoas.plates.layers import Layer, Sheet
from iliopsoas.plates.spec import Fact, LabelSpec, Stop
from iliopsoas.plates.view import View
from iliopsoas.sources.errors import UnknownName

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Along", "Fact", "Folio", "LabelMode", "LabelSpec", "Layer", "LazyPlates", "Plate", "Stop", "frame_key"]

LabelMode = Literal["names", "numbers", "blank", "key"]
NOT_SHOWN = "Not shown: {0}."
# Labels are laid out for every subset of the layers that can be taken away in any order, and for every depth down to
# which they are peeled where the order is fixed.
MOST_PEELABLE = {"any": 6, "in_order": 12}
_SHEETS_KEPT = 6


_BUILDING = threading.Lock()  # a body that is being put together in the background is waited for, not built twice


def standing_body() -> Mapping[str, Any]:
    """Return the standing body of `iliopsoas.body.assemble`."""
    from iliopsoas.body.assemble import body  # only when something is drawn: building it takes a moment

    with _BUILDING:
        return body()


def standing_areas() -> Mapping[str, Any]:
    """Return the attachment areas of `iliopsoas.body.areas`."""
    from iliopsoas.body.areas import areas

    with _BUILDING:
        return areas()


@dataclass(frozen=True)
class Plate:
    """A view of the body in layers, with names and what they say.

    Attributes
    ----------
    id, title, caption : str
    view : View
    layers : tuple of Layer
        Bottom to top.
    labels : tuple of LabelSpec
        Their order numbers them.
    stops, control : tuple of Stop, str
        Positions of the one control ("Level"), and its name.
    facts : tuple of Fact
    description : tuple of str
        Longer description, a paragraph each.
    sources : tuple of str
        Reference keys.
    schematic : str
        What on the plate is schematic; printed with it.
    areas : tuple of str
        Ids of the attachment areas that can be shown or lit.
    ink : "full" or "draft"
    size : (int, int) or None
        Pixels of the picture, when other than the view's.
    peel : "any" or "in_order"
        Whether layers can be taken away in any order (at most 6 of them), or only from the front to the back, which is
        the last of `layers` first (at most 12).
    depth_range_m : (float, float) or None
        Farthest and nearest depth, metres towards the viewer; frames along an axis share one. None: of what is drawn.
    body, area_shapes : callables
        Where parts and areas come from; not part of what makes two plates equal.
    """

    id: str
    title: str
    caption: str
    view: View
    layers: tuple[Layer, ...]
    labels: tuple[LabelSpec, ...] = ()
    stops: tuple[Stop, ...] = ()
    control: str = ""
    facts: tuple[Fact, ...] = ()
    description: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    schematic: str = ""
    areas: tuple[str, ...] = ()
    ink: Literal["full", "draft"] = "full"
    size: tuple[int, int] | None = None
    peel: Literal["any", "in_order"] = "any"
    depth_range_m: tuple[float, float] | None = None
    body: Callable[[], Mapping[str, Any]] = field(default=standing_body, compare=False, repr=False)
    area_shapes: Callable[[], Mapping[str, Any]] = field(default=standing_areas, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse a description that contradicts itself, naming field, value and what is allowed."""
        for what, ids in (
            ("layers", [k.id for k in self.layers]),
            ("labels", [k.id for k in self.labels]),
            ("stops", [k.id for k in self.stops]),
        ):
            twice = sorted({i for i in ids if ids.count(i) > 1})
            if twice:
                raise ValueError(f"Plate {self.id!r}, {what}: {twice[0]!r} is there twice; ids must be unique.")
        if self.peel not in MOST_PEELABLE:
            raise ValueError(
                f"Plate {self.id!r}, peel: {self.peel!r}; allowed are {', '.join(map(repr, MOST_PEELABLE))}."
            )
        peelable, most = [k.id for k in self.layers if not k.locked], MOST_PEELABLE[self.peel]
        if len(peelable) > most:
            raise ValueError(
                f"Plate {self.id!r} has {len(peelable)} layers to take away; at most {most} are allowed with peel="
                f"{self.peel!r}."
            )
        self.shown()
        known = {*(p for k in self.layers for p in k.parts), *self.areas}
        for label in self.labels:
            if label.layer is not None and label.layer not in [k.id for k in self.layers]:
                raise UnknownName(f"layer (label {label.id!r})", label.layer, [k.id for k in self.layers])
            if bool(label.parts) == (label.point is not None):
                raise ValueError(f"Plate {self.id!r}, label {label.id!r}: give it parts or a point, one of the two.")
            _known(label.parts, known, f"label {label.id!r}")
        for stop in self.stops:
            _known(stop.lit, known, f"stop {stop.id!r}")

    @property
    def picture_view(self) -> View:
        """The view at the plate's own size."""
        return self.view if self.size is None else replace(self.view, size_px=self.size)

    def stop(self, stop_id: str) -> Stop:
        """Return a stop of the control; an unknown one raises `UnknownName`."""
        for s in self.stops:
            if s.id == stop_id:
                return s
        raise UnknownName(f"stop of plate {self.id!r}", stop_id, [s.id for s in self.stops])

    def sheet(self, draft: bool = False) -> Sheet:
        """Return the drawn layers (kept in memory, so that asking again costs nothing)."""
        draft = draft or self.ink == "draft"
        key = (self.picture_view, self.layers, self.areas, draft, self.depth_range_m, self.body, self.area_shapes)
        if key in _SHEETS:
            _SHEETS.move_to_end(key)
            return _SHEETS[key]
        shapes = self.area_shapes() if self.areas else {}
        for area in self.areas:
            if area not in shapes:
                raise UnknownName("attachment area", area, shapes)
        areas = [shapes[a] for a in self.areas]
        drawn = draw_sheet(self.picture_view, self.layers, self.body(), areas, draft, self.depth_range_m)
        _SHEETS[key] = drawn
        while len(_SHEETS) > _SHEETS_KEPT:
            _SHEETS.popitem(last=False)
        return drawn

    def shown(self, on: Iterable[str] | None = None) -> frozenset[str]:
        """Return the ids of the layers shown: the locked ones and `on`, by default those on at first.

        Raises
        ------
        UnknownName
            For a layer that there is not.
        ValueError
            For a layer that is away under one that is shown, where layers come off in order.
        """
        ids = [k.id for k in self.layers]
        wanted = [k.id for k in self.layers if k.on] if on is None else list(on)
        for name in wanted:
            if name not in ids:
                raise UnknownName(f"layer of plate {self.id!r}", name, ids)
        self._check_order(wanted)
        return frozenset(wanted) | {k.id for k in self.layers if k.locked}

    def _check_order(self, shown: Iterable[str]) -> None:
        """Refuse a layer that is away under one that is shown, where layers come off in order."""
        if self.peel == "any":
            return
        under = ""
        for layer in self.layers:
            if layer.locked:
                continue
            if layer.id not in shown:
                under = under or layer.id
            elif under:
                raise ValueError(
                    f"Plate {self.id!r} is peeled in order, the front first: layer {under!r} cannot be away while "
                    f"{layer.id!r} in front of it is shown."
                )

    def peeled_sets(self) -> tuple[frozenset[str], ...]:
        """Return every set of layers that can be shown, as ids: for bit masks, or from all peeled off to none."""
        free, fixed = ([k.id for k in self.layers if k.locked is locked] for locked in (False, True))
        if self.peel == "in_order":
            return tuple(frozenset([*fixed, *free[:k]]) for k in range(len(free) + 1))
        masks = range(1 << len(free))
        return tuple(frozenset([*fixed, *(k for i, k in enumerate(free) if mask >> i & 1)]) for mask in masks)

    def lit_for(self, stop: str | None = None, lit: Iterable[str] = ()) -> tuple[str, ...]:
        """Return the ids lit by a stop and by `lit` together, checked."""
        extra = tuple(lit)
        _known(extra, {*(p for k in self.layers for p in k.parts), *self.areas}, "lit")
        return (*(self.stop(stop).lit if stop is not None else ()), *extra)

    def alt_for(self, on: Iterable[str] | None = None, stop: str | None = None) -> str:
        """Return the alt text: the view, each layer shown, what is not shown, and what the stop says."""
        shown = self.shown(on)
        pieces = [self.view.sentence, *(k.sentence for k in self.layers if k.id in shown)]
        hidden = [k.name for k in self.layers if k.id not in shown]
        if hidden:
            pieces.append(NOT_SHOWN.format(", ".join(hidden)))
        if stop is not None:
            pieces.append(self.stop(stop).sentence)
        return " ".join(p for p in pieces if p)

    def label_layout(self, on: Iterable[str] | None = None, draft: bool = False) -> Layout:
        """Return the labels of what is visible, placed, and the ids for which there was no room."""
        return _label_layout(self, self.shown(on), draft or self.ink == "draft", self.body, self.area_shapes)

    def labels_for(self, on: Iterable[str] | None = None, draft: bool = False) -> tuple[PlacedLabel, ...]:
        """Return the labels of what is visible with these layers shown, in reading order."""
        return self.label_layout(on, draft).placed

    def part_at(self, x: int, y: int, on: Iterable[str] | None = None, lit: Iterable[str] = ()) -> str | None:
        """Return the id of the area, else the part, at a pixel of the picture; None for paper."""
        return part_at(self.sheet(), x, y, self.shown(on), lit)

    def figure(
        self,
        labels: LabelMode = "names",
        on: Iterable[str] | None = None,
        stop: str | None = None,
        lit: Iterable[str] = (),
        draft: bool = False,
    ) -> Figure:
        """Return the plate as a matplotlib figure (see `iliopsoas.plates.figure.figure`)."""
        from iliopsoas.plates.figure import figure  # matplotlib is slow to import and not needed for packs

        return figure(self, labels=labels, on=on, stop=stop, lit=lit, draft=draft)

    def save(
        self,
        path: str | Path,
        labels: LabelMode = "names",
        on: Iterable[str] | None = None,
        stop: str | None = None,
        lit: Iterable[str] = (),
        dpi: float = 150,
    ) -> Path:
        """Write the plate as PNG, SVG or PDF, by the ending of `path`, with licence and alt text inside."""
        from iliopsoas.plates.figure import save

        return save(self, path, labels=labels, on=on, stop=stop, lit=lit, dpi=dpi)


def _known(ids: Iterable[str], known: Iterable[str], where: str) -> None:
    for part_id in ids:
        if part_id not in known:
            raise UnknownName(f"part or area of this plate ({where})", part_id, sorted(known))


_SHEETS: OrderedDict[tuple, Sheet] = OrderedDict()
_MEMOS: WeakKeyDictionary[Sheet, dict] = WeakKeyDictionary()


@lru_cache(maxsize=512)
def _label_layout(plate: Plate, shown: frozenset[str], draft: bool, *providers: object) -> Layout:
    sheet = plate.sheet(draft)
    visible = Visible(sheet, plate.picture_view, shown, _MEMOS.setdefault(sheet, {}))
    items = []
    for number, spec in enumerate(plate.labels, 1):
        if spec.layer is not None and spec.layer not in shown:
            continue
        at = visible.of_parts(spec.parts) if spec.point is None else visible.of_point(spec.point)
        if at is None and spec.through and spec.point is not None:
            x, y, _ = plate.picture_view.project(spec.point)
            at = (float(x), float(y))
        if at is not None:
            items.append(LabelItem(spec.id, wrap(spec.text), at, number, spec.side, spec.weight))
    return layout(items, sheet.size_px)
