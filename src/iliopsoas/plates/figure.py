"""A plate on paper: matplotlib figure with the picture, vector leaders and text, and PNG, SVG or PDF files of it.

Only `matplotlib.figure.Figure` is used: no pyplot, no global settings. Every artist that stands for a structure carries
its id as `gid`.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patheffects import Normal, Stroke
from numpy.typing import NDArray

from iliopsoas.plates.composite import composite
from iliopsoas.plates.credits import AUTHORS, LICENCE, SOURCE, credit_line
from iliopsoas.plates.foot import FONT, PX_PER_INCH, UNHINTED, foot_blocks, text_width_px
from iliopsoas.plates.labels import PlacedLabel
from iliopsoas.plates.palette import INK, PAPER, TEXT
from iliopsoas.plates.plate import LabelMode
from iliopsoas.sources.errors import close_matches, did_you_mean

if TYPE_CHECKING:
    from iliopsoas.plates.plate import Plate

LABEL_PT, TITLE_PT = 9.0, 12.0
PAD_PX = 5  # between leader and text
HEAD_PX = 40
BLANK_PX = 150  # length of the ruled line that stands for a name


def figure(
    plate: Plate,
    labels: LabelMode = "names",
    on: Iterable[str] | None = None,
    stop: str | None = None,
    lit: Iterable[str] = (),
    draft: bool = False,
    interpolation: str = "lanczos",
) -> Figure:
    """Draw a plate.

    Parameters
    ----------
    plate : Plate
    labels : {"names", "numbers", "blank", "key"}
        Names at the leaders; numbers; empty ruled lines to write on; or numbers with the list of names below.
    on : iterable of str, optional
        Layers shown; by default those on at first.
    stop : str, optional
        Position of the plate's control: what it lights, and its sentence under the picture.
    lit : iterable of str
        More parts or areas to highlight.
    draft : bool
        A quick drawing.
    interpolation : str
        How matplotlib enlarges the picture; "none" leaves it to the reader of an SVG or PDF.

    Raises
    ------
    ValueError
        For an unknown way of labelling.
    UnknownName
        For an unknown layer, stop, part or area.
    """
    modes = get_args(LabelMode)
    if labels not in modes:
        hint = did_you_mean(close_matches(labels, modes))
        raise ValueError(f"labels={labels!r}: allowed are {', '.join(repr(m) for m in modes)}.{hint}")
    shown = plate.shown(on)
    chosen = plate.lit_for(stop, lit)
    picture = _on_paper(composite(plate.sheet(draft), shown, chosen))
    h, w = picture.shape[:2]
    placed = _renumbered(plate.labels_for(shown, draft))
    margin = _margin(placed, labels)
    width = w + 2 * margin
    foot = foot_blocks(plate, placed, labels, stop, width)
    foot_px = 14 + sum(block.height_px for block in foot)
    fig = Figure(figsize=(width / PX_PER_INCH, (h + HEAD_PX + foot_px) / PX_PER_INCH), dpi=PX_PER_INCH, facecolor=PAPER)
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    ax.imshow(picture, extent=(0, w, h, 0), interpolation=interpolation, gid=f"picture:{plate.id}", zorder=1)
    ax.set_xlim(-margin, w + margin)
    ax.set_ylim(h + foot_px, -HEAD_PX)
    text = _writer(ax)
    title_pt = TITLE_PT * min(1.0, (width - 2 * PAD_PX) / text_width_px(plate.title, TITLE_PT, "bold"))
    text(w / 2, -HEAD_PX / 2, plate.title, title_pt, f"title:{plate.id}", ha="center", weight="bold")
    for label in placed:
        _draw_label(ax, text, label, labels)
    y = h + 10.0
    for block in foot:
        for x, dy, line in block.lines:
            text(x - margin, y + dy, line, block.size_pt, block.gid, style=block.style, va="top", colour=block.colour)
        y += block.height_px
    fig.set_label(plate.alt_for(shown, stop))
    return fig


def save(
    plate: Plate,
    path: str | Path,
    labels: LabelMode = "names",
    on: Iterable[str] | None = None,
    stop: str | None = None,
    lit: Iterable[str] = (),
    dpi: float = 150,
) -> Path:
    """Write a plate as PNG, SVG or PDF (by the ending), with title, alt text, licence and source inside.

    The same plate gives the same bytes: no dates, and the ids inside an SVG depend on the plate alone.
    """
    path = Path(path)
    kind = path.suffix.lower().lstrip(".")
    if kind not in ("png", "svg", "pdf"):
        raise ValueError(f"{path.name}: a plate is saved as .png, .svg or .pdf, not {path.suffix!r}.")
    alt = plate.alt_for(on, stop)
    fig = figure(plate, labels, on, stop, lit, interpolation="lanczos" if kind == "png" else "none")
    out = io.BytesIO()
    settings: Any = {"svg.hashsalt": plate.id, "svg.fonttype": "path", "pdf.fonttype": 42, **UNHINTED}
    with matplotlib.rc_context(settings):
        fig.savefig(out, format=kind, dpi=dpi, facecolor=PAPER, metadata=_metadata(plate, alt, kind))
    data = out.getvalue()
    if kind == "svg":
        data = _with_title(data.decode("utf-8"), plate.title, alt).encode("utf-8")
    path.write_bytes(data)
    return path


def _metadata(plate: Plate, alt: str, kind: str) -> dict[str, str | None]:
    if kind == "png":
        return {
            "Title": plate.title,
            "Description": alt,
            "Copyright": LICENCE,
            "Comment": credit_line(),
            "Source": SOURCE,
            "Software": None,
        }
    if kind == "svg":
        return {
            "Title": plate.title,
            "Description": alt,
            "Rights": f"{LICENCE}. {credit_line()}",
            "Source": SOURCE,
            "Creator": AUTHORS,
            "Date": None,
        }
    return {
        "Title": plate.title,
        "Subject": alt,
        "Author": AUTHORS,
        "Keywords": f"licence: {LICENCE}; source: {SOURCE}; {credit_line()}",
        "Creator": None,
        "Producer": None,
        "CreationDate": None,
    }


def _with_title(svg: str, title: str, alt: str) -> str:
    """Give the drawing a title and a description that screen readers read."""
    start = svg.index("<svg")
    head = svg.index(">", start) + 1
    tag = svg[start : head - 1] + ' role="img" aria-labelledby="plate-title plate-desc">'
    words = f'\n <title id="plate-title">{escape(title)}</title>\n <desc id="plate-desc">{escape(alt)}</desc>'
    return svg[:start] + tag + words + svg[head:]


def _on_paper(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lay the picture on white: no transparency to go wrong in print."""
    a = rgba[..., 3:].astype(np.float32) / 255
    return (rgba[..., :3] * a + 255 * (1 - a) + 0.5).astype(np.uint8)


def _renumbered(placed: Sequence[PlacedLabel]) -> list[PlacedLabel]:
    """Return the labels numbered 1, 2, 3 .. in the plate's order: on paper a gap would be a riddle."""
    rank = {k: i for i, k in enumerate(sorted(p.number for p in placed), 1)}
    return [replace(p, number=rank[p.number]) for p in placed]


def _margin(placed: Sequence[PlacedLabel], labels: LabelMode) -> float:
    """Return the width of a label column; both are as wide as the wider one needs."""
    if not placed:
        return 24
    reach = max(abs(p.slot[0]) if p.side == "left" else 0 for p in placed) or 14
    widest = {
        "names": max(text_width_px(p.text, LABEL_PT) for p in placed),
        "blank": BLANK_PX,
        "numbers": text_width_px("00", LABEL_PT, "bold"),
        "key": text_width_px("00", LABEL_PT, "bold"),
    }[labels]
    return float(np.ceil(reach + PAD_PX + widest + 10))


def _writer(ax: Any) -> Any:
    def text(
        x: float,
        y: float,
        words: str,
        size_pt: float,
        gid: str,
        ha: str = "left",
        va: str = "center",
        weight: str = "normal",
        style: str = "normal",
        colour: str = TEXT,
    ) -> None:
        ax.text(
            x, y, words, ha=ha, va=va, fontsize=size_pt, fontfamily=FONT, fontweight=weight, fontstyle=style,
            color=colour, gid=gid, zorder=22, linespacing=1.15, multialignment=ha, clip_on=False, parse_math=False,
        )  # fmt: skip

    return text


def _draw_label(ax: Any, text: Any, label: PlacedLabel, labels: LabelMode) -> None:
    """Draw leader, anchor dot, and what stands at the leader."""
    halo = [Stroke(linewidth=2.2, foreground=PAPER, alpha=0.85), Normal()]
    (sx, sy), (ax_, ay) = label.slot, (label.anchor[0] + 0.5, label.anchor[1] + 0.5)
    ax.plot(
        [sx, ax_], [sy, ay], color=INK, lw=0.65, ls="-", marker="", zorder=20, path_effects=halo,
        solid_capstyle="round", clip_on=False, gid=f"leader:{label.id}",
    )  # fmt: skip
    ax.plot(
        [ax_], [ay], ls="", marker="o", ms=3.2, mfc=INK, mec=PAPER, mew=0.6, zorder=21, clip_on=False,
        gid=f"anchor:{label.id}",
    )  # fmt: skip
    out = -1 if label.side == "left" else 1
    ha = "right" if label.side == "left" else "left"
    if labels == "blank":
        ax.plot(
            [sx, sx + out * BLANK_PX], [sy, sy], color=INK, lw=0.65, ls="-", marker="", clip_on=False, zorder=20,
            gid=f"line:{label.id}",
        )  # fmt: skip
    elif labels == "names":
        text(sx + out * PAD_PX, sy, label.text, LABEL_PT, label.id, ha=ha)
    else:
        text(sx + out * PAD_PX, sy, str(label.number), LABEL_PT, label.id, ha=ha, weight="bold")
