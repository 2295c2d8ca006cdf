"""What stands under a plate on paper: key, caption, what is schematic, sources, credits, broken into lines that fit."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties

from iliopsoas.plates.credits import credit_line
from iliopsoas.plates.labels import PlacedLabel
from iliopsoas.plates.palette import TEXT
from iliopsoas.sources import reference

if TYPE_CHECKING:
    from iliopsoas.plates.plate import LabelMode, Plate

FONT = "DejaVu Sans"  # ships with matplotlib, so that every machine draws the same
PX_PER_INCH = 100  # one pixel of the picture is 1/100 inch of paper
CAPTION_PT, SMALL_PT = 8.5, 6.5


# For saving: hinted letters are as wide as pixels allow, up to a twelfth wider at one resolution than at another.
UNHINTED: Any = {"text.hinting": "none"}


def text_width_px(text: str, size_pt: float, weight: str = "normal") -> float:
    """Return the width of the longest line of a text, pixels of the picture."""
    return max(_line_width_px(line, size_pt, weight) for line in text.split("\n"))


@cache
def _line_width_px(line: str, size_pt: float, weight: str) -> float:
    font = FontProperties(family=FONT, size=size_pt, weight=weight)
    # As hinted for this resolution, which is wider than unhinted, so that a figure shown directly fits too.
    width, _, _ = _measure().get_text_width_height_descent(line, font, False)
    return float(width)


@cache
def _measure() -> RendererAgg:
    return RendererAgg(8, 8, PX_PER_INCH)


class Block:
    """Lines of text under the picture: (x from the paper's left edge, y from the block's top, words)."""

    def __init__(self, gid: str, size_pt: float, style: str = "normal", colour: str = TEXT) -> None:
        self.gid = gid
        self.size_pt = size_pt
        self.style = style
        self.colour = colour
        self.lines: list[tuple[float, float, str]] = []
        self.height_px = 0.0

    @property
    def line_px(self) -> float:
        """Height of one line."""
        return self.size_pt * 1.35 * PX_PER_INCH / 72


def foot_blocks(
    plate: Plate, placed: Sequence[PlacedLabel], labels: LabelMode, stop: str | None, width: float
) -> list[Block]:
    """Return what stands under the picture: key, caption, what is schematic, sources, credits."""
    left, room = 24.0, width - 48
    blocks = []
    if labels == "key" and placed:
        blocks.append(_key_block(placed, left, room))
    words = [plate.caption]
    if stop is not None:
        chosen = plate.stop(stop)
        words.append(f"{plate.control} {chosen.name}: {chosen.sentence}".strip())
    for gid, size, style, colour, lines in (
        (f"caption:{plate.id}", CAPTION_PT, "normal", TEXT, words),
        (f"schematic:{plate.id}", CAPTION_PT, "italic", TEXT, [plate.schematic]),
        (f"sources:{plate.id}", SMALL_PT, "normal", "#555555", [source_line(plate)]),
        (f"credits:{plate.id}", SMALL_PT, "normal", "#555555", [credit_line()]),
    ):
        block = Block(gid, size, style, colour)
        for line in (row for text in lines if text for row in _broken(text, size, room)):
            block.lines.append((left, block.height_px, line))
            block.height_px += block.line_px
        block.height_px += 5 if block.lines else 0
        blocks.append(block)
    return blocks


def source_line(plate: Plate) -> str:
    """Return the sources of a plate, each as it is cited in a line of text; empty when it names none."""
    cited = dict.fromkeys(reference(key).short for key in plate.sources)
    return f"Sources: {'; '.join(cited)}." if cited else ""


def _key_block(placed: Sequence[PlacedLabel], left: float, room: float) -> Block:
    block = Block("key", CAPTION_PT)
    entries = [f"{p.number}  {p.text.replace(chr(10), ' ')}" for p in sorted(placed, key=lambda p: p.number)]
    widest = max(text_width_px(e, CAPTION_PT) for e in entries) + 18
    columns = max(1, min(len(entries), int(room // widest)))
    rows = -(-len(entries) // columns)
    for i, entry in enumerate(entries):
        block.lines.append((left + (i // rows) * room / columns, (i % rows) * block.line_px, entry))
    block.height_px = rows * block.line_px + 10
    return block


def _broken(text: str, size_pt: float, room: float) -> list[str]:
    """Break a text into lines no wider than `room` pixels."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width_px(longer, size_pt) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
