"""The activity ladder: how hard psoas works in what, and which part of it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from iliopsoas.atlas.activity import Finding, Task, activity
from iliopsoas.plates.chart import Chart
from iliopsoas.plates.palette import TEXT, look
from iliopsoas.sources import reference

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PARTS = {"process": "From the processes", "body": "From the bodies", "whole": "Psoas as a whole"}
_SCALES = {
    "psoas": "Share of psoas' own maximum: fine wires, five men and three women",
    "review": "Another scale: nine studies of hip flexors together, 109 adults",
}


def activity_ladder() -> Chart:
    """Return the chart of psoas' activity by task, with what is known of its parts."""
    tasks, findings = activity().tasks.values(), activity().findings
    told = "; ".join(f"{one.name.lower()} {one.text}" for one in tasks if one.scale == "psoas")
    other = "; ".join(f"{one.name.lower()} {one.text}" for one in tasks if one.scale == "review")
    everything: tuple[Task | Finding, ...] = (*tasks, *findings)
    parts = " ".join(f"{f.name}: {f.said}" for f in findings)
    return Chart(
        id="activity_ladder",
        title="How hard does psoas work?",
        caption=(
            "Electrical activity of psoas by task, as a share of that in a full effort. Bars: from the least to the "
            "most; a bar that fades says no more than, or more than. The two scales come from different studies and "
            "are not to be read on into each other. Below: which part works in what. Activity is not force, and few "
            "people were recorded: eight with wires for the first scale, read in a secondary source."
        ),
        alt=(
            f"Bar chart. Share of psoas' own maximum: {told}. On another scale, from a review: {other}. "
            f"Which part works: {parts}"
        ),
        sources=tuple(dict.fromkeys(key for one in everything for key in one.sources)),
        draw=_draw,
    )


def _draw() -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.2, 8.2), dpi=110)
    _draw_bars(figure.add_axes((0.32, 0.475, 0.67, 0.515)))
    _draw_findings(figure.add_axes((0.02, 0.01, 0.97, 0.405)))
    return figure


def _draw_bars(ax: Any) -> None:
    y, colour = 0.0, look("psoas").colour
    ticks: list[tuple[float, str]] = []
    for scale, title in _SCALES.items():
        ax.text(0, y - 0.05, title, fontsize=9.5, color=TEXT, style="italic", va="center")
        y += 0.8
        for one in activity().tasks.values():
            if one.scale == scale:
                _draw_bar(ax, one, y, colour if scale == "psoas" else look("iliacus").colour)
                ticks.append((y, one.name))
                y += 1
        y += 0.5
    ax.set_yticks([at for at, _ in ticks], [name for _, name in ticks])
    ax.set_ylim(y - 0.6, -0.6)
    ax.set_xlim(0, 106)
    ax.set_xticks(range(0, 101, 20), [f"{x} %" for x in range(0, 101, 20)])
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.tick_params(axis="y", length=0, labelsize=10)
    ax.xaxis.grid(True, color="#dddddd", lw=0.8)
    ax.set_axisbelow(True)


def _draw_bar(ax: Any, one: Task, y: float, colour: str) -> None:
    if one.kind == "most":
        ax.plot(100, y, ">", ms=11, color=colour, gid=one.id)
        ax.annotate(one.text, (100, y), (-12, 0), textcoords="offset points", ha="right", va="center", fontsize=10)
        return
    low, high = one.low_pct or 0.0, one.high_pct or 0.0
    if one.kind == "about":
        ax.plot(high, y, "D", ms=9, color=colour, gid=one.id)
    else:
        fades = one.kind in ("at_most", "at_least")
        ax.barh(y, high - low, left=low, height=0.5, color=colour, alpha=0.45 if fades else 1, gid=one.id)
        if fades:  # the end that was reported is a firm line
            ax.plot([high if one.kind == "at_most" else low] * 2, [y - 0.25, y + 0.25], color=colour, lw=4)
    at = high if one.kind != "at_least" else low
    ha, shift = ("right", -8) if one.kind == "at_least" else ("left", 8)
    ax.annotate(one.text, (at, y), (shift, 0), textcoords="offset points", ha=ha, va="center", fontsize=10, color=TEXT)


def _draw_findings(ax: Any) -> None:
    y = 0.0
    for part, title in PARTS.items():
        ax.text(0, y, title, fontsize=10, weight="bold", color=TEXT, va="top")
        for f in (f for f in activity().findings if f.part == part):
            cited = "; ".join(reference(key).short for key in f.sources)
            name, said = textwrap.wrap(f.name, 34), textwrap.wrap(f"{f.said} ({f.people}; {cited})", 60)
            ax.text(0.22, y, "\n".join(name), fontsize=9.5, color=TEXT, va="top", gid=f.id)
            ax.text(0.51, y, "\n".join(said), fontsize=9.5, color=TEXT, va="top")
            y -= 0.55 * max(len(name), len(said)) + 0.4
        ax.axhline(y + 0.12, color="#cccccc", lw=0.8)
    ax.set_xlim(0, 1.02)
    ax.set_ylim(y, 0.2)
    ax.axis("off")
