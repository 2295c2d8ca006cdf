"""Charts: what is plotted rather than drawn, with the same words as a plate. So far one: the size of psoas major."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from iliopsoas.atlas.measures import Measure, measure
from iliopsoas.body.tissue import psoas_sections
from iliopsoas.plates.palette import INK, TEXT, look

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAN_M, WOMAN_M = 1.78, 1.65  # statures for which the index at L3 is worked out, said in the chart
UPPER, LOWER = "l1", "l5_s1"


@dataclass(frozen=True)
class Chart:
    """A plot with its words.

    Attributes
    ----------
    id, title, caption, alt : str
        As on a plate; `alt` says what the plot shows.
    sources : tuple of str
        Reference keys.
    draw : callable
        Makes the figure anew.
    """

    id: str
    title: str
    caption: str
    alt: str
    sources: tuple[str, ...]
    draw: Callable[[], Figure] = field(compare=False, repr=False)

    def figure(self) -> Figure:
        """Return the plot as a matplotlib figure."""
        return self.draw()


@dataclass(frozen=True)
class SizePoint:
    """A published size of psoas major on one side: level, area and spread in cm², who, and reference key."""

    level: str
    area_cm2: float
    spread_cm2: float
    who: str
    source: str


def published_sizes() -> tuple[SizePoint, ...]:
    """Return the published sizes that the chart shows.

    The index at L3 (area of both sides divided by height squared) is worked out for one stature per sex; that it adds
    both sides is usual but not stated in the abstract that was read.
    """
    largest = measure("psoas_major_area_max")
    points = [SizePoint("l4_l5", largest.value, largest.sd or 0.0, largest.people, largest.sources[0])]
    for name, stature_m in (("men", MAN_M), ("women", WOMAN_M)):
        index = measure(f"psoas_major_area_index_l3_{name}")
        points.append(_from_index(index, stature_m, name))
    return tuple(points)


def _from_index(index: Measure, stature_m: float, name: str) -> SizePoint:
    half = stature_m**2 / 2
    who = f"{name}, CT, worked out for {stature_m:.2f} m"
    return SizePoint("l3", index.value * half, (index.sd or 0.0) * half, who, index.sources[0])


def psoas_size() -> Chart:
    """Return the chart of the cross-section of psoas major from L1 to L5–S1: as drawn, and as published."""
    points = published_sizes()
    largest = max(psoas_sections(), key=lambda s: s.area_cm2)
    said = "; ".join(f"{p.area_cm2:.1f} cm² at {_name(p.level)} ({p.who})" for p in points)
    return Chart(
        id="psoas_size",
        title="How thick is psoas major?",
        caption=(
            "Cross-section of psoas major on one side. Line: as drawn here, a drawing choice for one adult. Marks: at "
            "L4–L5 the mean of one study; at L3 worked out from a published index (area by height squared), taken as "
            "both sides together and for one height; bars are one standard deviation where it was given."
        ),
        alt=(
            f"Line chart. As drawn, psoas major grows from the top down to {largest.area_cm2:.1f} cm² at "
            f"{_name(largest.level)} and then narrows. Published, or worked out from what was: {said}."
        ),
        sources=tuple(dict.fromkeys(p.source for p in points)),
        draw=_draw_psoas_size,
    )


def _name(level: str) -> str:
    return "–".join(part.upper() for part in level.split("_"))


def _draw_psoas_size() -> Figure:
    from matplotlib.figure import Figure

    levels = [s.level for s in psoas_sections()]
    shown = psoas_sections()[levels.index(UPPER) : levels.index(LOWER) + 1]
    x = {s.level: k for k, s in enumerate(shown)}
    offset = {0: 0.0, 1: -0.08, 2: 0.08}  # the two dots at L3 stand side by side
    figure = Figure(figsize=(7.6, 4.2), dpi=110, layout="constrained")
    ax = figure.add_subplot()
    colour = look("psoas").colour
    ax.plot(list(x.values()), [s.area_cm2 for s in shown], color=colour, lw=2.5, gid="psoas_major", zorder=2)
    ax.annotate("as drawn", (x["l2"], shown[x["l2"]].area_cm2), (4, -18), textcoords="offset points", color=colour)
    for k, p in enumerate(published_sizes()):
        at = x[p.level] + offset[k]
        ax.errorbar(
            at,
            p.area_cm2,
            p.spread_cm2 or None,
            fmt="os^"[k],
            ms=8,
            color=INK,
            mfc="white",
            mew=1.6,
            capsize=4,
            gid=f"published:{k}",
            zorder=3,
        )
        left = k < 2  # the lowest point would cross the line on the left
        ax.annotate(_said(p), (at, p.area_cm2), (-10 if left else 12, 4 if left else -22), textcoords="offset points",
                    ha="right" if left else "left", fontsize=9, color=TEXT)  # fmt: skip
    ax.set_xticks(list(x.values()), [_name(level) for level in x])
    ax.set_xlim(-0.6, len(x) - 0.4)
    ax.set_ylim(0, 18)
    ax.set_xlabel("Level, from the top down")
    ax.set_ylabel("Area of one side (cm²)")
    ax.spines[["top", "right"]].set_visible(False)
    ax.yaxis.grid(True, color="#dddddd", lw=0.8)
    ax.set_axisbelow(True)
    return figure


def _said(p: SizePoint) -> str:
    spread = f" ± {p.spread_cm2:.1f}" if p.spread_cm2 else ""
    return f"{p.area_cm2:.1f}{spread} cm²\n{p.who}"
