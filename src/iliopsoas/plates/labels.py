"""Where label texts stand: two columns beside the picture, leaders that never cross, texts that never overlap.

Pure functions of anchors and texts; nothing here knows about pictures. Of all ways to join slots and anchors, one of
least total length has no crossings, and exchanging the slots of two leaders that cross makes the total shorter: that
is the whole method.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from iliopsoas.plates.leaders import clear, crossings, exchange, shortening_pair

Side = Literal["left", "right"]
WRAP_CHARS = 26  # longer texts take two lines
LINE_PX = 17.0  # pixels of the picture a line of text takes
ROW_GAP_PX = 7.0
LABEL_GAP_PX = 14.0  # from the picture's edge to the text
MIDDLE = 0.15  # of the width: labels this near to the middle may take either column
_MOST_ROUNDS = 400


@dataclass(frozen=True)
class LabelItem:
    """A label that wants a place.

    Attributes
    ----------
    id, text : str
        The text may hold one line break.
    anchor : (float, float)
        Pixel on the structure.
    number : int
        Printed in place of the text on numbered plates.
    side : "left", "right" or None
        Wanted column; None takes the nearer one. A crossing may overrule it.
    weight : int
        When there is not room for all, the lowest go.
    """

    id: str
    text: str
    anchor: tuple[float, float]
    number: int = 0
    side: Side | None = None
    weight: int = 0


@dataclass(frozen=True)
class PlacedLabel:
    """A label with its place: the leader runs from `slot` beside the text to `anchor`, pixels of the picture."""

    id: str
    text: str
    number: int
    anchor: tuple[float, float]
    slot: tuple[float, float]
    side: Side

    @property
    def height_px(self) -> float:
        """Height of the text, pixels of the picture."""
        return text_height_px(self.text)


@dataclass(frozen=True)
class Layout:
    """Placed labels in reading order (left column, then right; downwards), and ids for which there was no room."""

    placed: tuple[PlacedLabel, ...]
    dropped: tuple[str, ...]


def wrap(text: str, most: int = WRAP_CHARS) -> str:
    """Break a long text into two lines, as even as its words allow. A text with a break is kept as it is."""
    if len(text) <= most or "\n" in text or " " not in text.strip():
        return text
    breaks = [i for i, c in enumerate(text) if c == " "]
    at = min(breaks, key=lambda i: (max(i, len(text) - i - 1), i))
    return text[:at] + "\n" + text[at + 1 :]


def text_height_px(text: str) -> float:
    """Return the height that a text takes in its column."""
    return LINE_PX * (1 + text.count("\n"))


def layout(items: Sequence[LabelItem], size_px: tuple[int, int], inset_px: float = 12.0) -> Layout:
    """Place labels beside a picture.

    Parameters
    ----------
    items : sequence of LabelItem
    size_px : (int, int)
        Width and height of the picture.
    inset_px : float
        Texts keep this far from the top and the bottom of the columns.

    Returns
    -------
    Layout
        The same for the same input. Texts lie within the height of the picture.
    """
    return _layout(tuple(items), size_px, inset_px)


@lru_cache(maxsize=256)
def _layout(wanted: tuple[LabelItem, ...], size_px: tuple[int, int], inset_px: float) -> Layout:
    width, height = size_px
    room = height - 2 * inset_px + ROW_GAP_PX
    items, sides, dropped = _columns(list(wanted), width, room)
    placed = _place(items, sides, size_px, inset_px, uniform=False)
    while placed is None:
        placed = _place(items, sides, size_px, inset_px, uniform=True)
        if placed is None:  # even rows of the tallest text do not fit: give up the least important one
            items, sides, more = _without_least(items, sides)
            dropped += more
    order = {item.id: i for i, item in enumerate(items)}
    placed.sort(key=lambda p: (p.side == "right", p.slot[1], order[p.id]))
    return Layout(tuple(placed), tuple(dropped))


def _need(item: LabelItem) -> float:
    return text_height_px(item.text) + ROW_GAP_PX


def _columns(items: list[LabelItem], width: float, room: float) -> tuple[list[LabelItem], list[Side], list[str]]:
    """Choose a column for each label; move some over, then drop some, when a column is too full."""
    dropped: list[str] = []
    while sum(_need(k) for k in items) > 2 * room or any(_need(k) > room for k in items):
        items, _, more = _without_least(items, ["left"] * len(items))
        dropped += more
    while True:
        sides: list[Side] = [k.side or ("left" if k.anchor[0] < width / 2 else "right") for k in items]
        _balance(items, sides, width)
        for full, other in (("left", "right"), ("right", "left")):
            # Those nearest to the middle change first, and those free to choose before those that asked.
            movable = sorted(
                (i for i, s in enumerate(sides) if s == full),
                key=lambda i: (items[i].side is not None, abs(items[i].anchor[0] - width / 2), i),
            )
            for i in movable:
                if _load(items, sides, full) <= room:
                    break
                if _load(items, sides, other) + _need(items[i]) <= room:
                    sides[i] = other  # type: ignore[call-overload]
        if _load(items, sides, "left") <= room and _load(items, sides, "right") <= room:
            return items, sides, dropped
        items, _, more = _without_least(items, sides)
        dropped += more


def _balance(items: Sequence[LabelItem], sides: list[Side], width: float) -> None:
    """Let labels near the middle of the picture change column while one column is much fuller than the other."""
    free = [
        i for i, k in enumerate(items) if k.side is None and abs(k.anchor[0] - width / 2) <= MIDDLE * width
    ]  # fmt: skip
    for i in sorted(free, key=lambda i: (abs(items[i].anchor[0] - width / 2), i)):
        other: Side = "right" if sides[i] == "left" else "left"
        if _load(items, sides, sides[i]) - _load(items, sides, other) >= 4 * _need(items[i]):
            sides[i] = other


def _load(items: Sequence[LabelItem], sides: Sequence[str], side: str) -> float:
    return sum(_need(k) for k, s in zip(items, sides, strict=True) if s == side)


def _without_least(items: list[LabelItem], sides: list[Side]) -> tuple[list[LabelItem], list[Side], list[str]]:
    """Drop the label of least weight; of equal ones the last."""
    i = min(range(len(items)), key=lambda k: (items[k].weight, -k))
    return items[:i] + items[i + 1 :], sides[:i] + sides[i + 1 :], [items[i].id]


def spread(wanted: ArrayLike, heights: ArrayLike, lo: float, hi: float) -> NDArray[np.float64]:
    """Return centres as near as possible (least squares) to the wanted ones, in their order, that do not overlap.

    Parameters
    ----------
    wanted : array_like
        Wished centres; the order is kept even where they are not increasing.
    heights : array_like
        Height of each row.
    lo, hi : float
        The rows lie between these. The caller makes sure that they fit.
    """
    h = np.asarray(heights, float)
    if len(h) == 0:
        return np.zeros(0)
    offset = np.concatenate([[0.0], np.cumsum((h[1:] + h[:-1]) / 2)])
    blocks: list[list[float]] = []  # pool adjacent violators on what is left after the offsets
    for w in np.asarray(wanted, float) - offset:
        blocks.append([float(w), 1.0])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (m1, k1), (m2, k2) = blocks[-2:]
            blocks[-2:] = [[(m1 * k1 + m2 * k2) / (k1 + k2), k1 + k2]]
    base = np.concatenate([np.full(int(k), m) for m, k in blocks])
    first, last = lo + h[0] / 2, hi - h[-1] / 2 - offset[-1]
    return np.clip(base, first, max(first, last)) + offset


def _place(
    items: Sequence[LabelItem], sides: Sequence[Side], size_px: tuple[int, int], inset_px: float, uniform: bool
) -> list[PlacedLabel] | None:
    """Give every label a slot and untangle.

    With `uniform`, all slots are as high as the tallest text and stay where they are, so that each exchange shortens
    the total and untangling must end. Without, rows are as high as their text, which is tighter but may fail (None).
    """
    if not items:
        return []
    width, height = size_px
    lo, hi = inset_px - ROW_GAP_PX / 2, height - inset_px + ROW_GAP_PX / 2
    needs = np.array([_need(k) for k in items])
    if uniform:
        needs[:] = needs.max()
    anchors = np.array([k.anchor for k in items], float)
    columns = {
        side: sorted((i for i, s in enumerate(sides) if s == side), key=lambda i: (anchors[i, 1], anchors[i, 0], i))
        for side in ("left", "right")
    }
    if any(needs[rows].sum() > hi - lo + 1e-9 for rows in columns.values()):
        return None
    at_x = {"left": -LABEL_GAP_PX, "right": width + LABEL_GAP_PX}
    slots = np.zeros((len(items), 2))

    def settle() -> None:
        for side, rows in columns.items():
            slots[rows, 0] = at_x[side]
            slots[rows, 1] = spread(anchors[rows, 1], needs[rows], lo, hi)

    settle()
    for _ in range(_MOST_ROUNDS if not uniform else 100 * _MOST_ROUNDS):
        pair = shortening_pair(slots, anchors)
        if pair is None:
            break
        i, j = pair
        exchange(columns, i, j)
        if uniform:
            slots[[i, j]] = slots[[j, i]]
        else:
            if any(needs[rows].sum() > hi - lo + 1e-9 for rows in columns.values()):
                return None
            settle()
    else:
        return None
    if not uniform and crossings(slots, anchors).any():
        return None
    clear(columns, slots, anchors, None if uniform else settle)
    side_of: dict[int, Side] = {i: "left" if i in columns["left"] else "right" for i in range(len(items))}
    return [
        PlacedLabel(k.id, k.text, k.number, k.anchor, (float(slots[i, 0]), round(float(slots[i, 1]), 3)), side_of[i])
        for i, k in enumerate(items)
    ]
