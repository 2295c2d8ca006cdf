"""Charts of what sitting was seen to go with: the lumbar curve from standing to sitting, and how far hips extend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from iliopsoas.plates.chart import Chart
from iliopsoas.plates.palette import INK, TEXT, look

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SOFT = "#6b6b6b"


@dataclass(frozen=True)
class Curve:
    """A mean lumbar curve in degrees, in a posture, and whether we worked it out from what the source gives."""

    posture: str
    mean_deg: float
    worked_out: bool = False


# Sixteen adults, radiographs, means as published.
SIXTEEN = (
    Curve("Standing", 37.1),
    Curve("Kneeling on the heels", 31.8),
    Curve("Sitting on a chair", 17.9),
    Curve("Sitting cross-legged", 9.8),
)
# Fifty adults: the source gives the change and what share of the standing curve it is.
FIFTY_CHANGE_DEG, FIFTY_SHARE = -16.6, 0.498
EXTENSION_GAP_DEG = 6.1


def fifty() -> tuple[Curve, Curve]:
    """Return the mean lumbar curve of fifty adults in standing and in sitting, worked out from change and share."""
    standing = -FIFTY_CHANGE_DEG / FIFTY_SHARE
    return Curve("Standing", standing, True), Curve("Sitting on a chair", standing + FIFTY_CHANGE_DEG, True)


def lordosis_sitting() -> Chart:
    """Return the chart of the lumbar curve in standing and in four ways of sitting."""
    said = ", ".join(f"{one.posture.lower()} {one.mean_deg:.1f}°" for one in SIXTEEN)
    return Chart(
        id="lordosis_sitting",
        title="The lumbar curve, standing and sitting",
        caption=(
            "Mean lumbar curve on radiographs. Filled: 16 adults, as published. Open: 50 adults, for whom the change "
            "(16.6°, about half) is published and the two values are worked out from it. No spread is shown, because "
            "the summaries that were read give none. How an angle is measured differs between studies. Angles were "
            "measured, no muscle: sitting on a chair flattens the curve, although it holds the front of the hip short."
        ),
        alt=(
            f"Dot chart of the lumbar curve. Sixteen adults: {said}. Fifty adults: from standing to sitting on a chair "
            "the curve fell by 16.6°, about half of it."
        ),
        sources=("endo2012", "moon2018"),
        draw=_draw_lordosis,
    )


def sitting_extension() -> Chart:
    """Return the chart of the difference in hip extension between people who sit little and much."""
    return Chart(
        id="sitting_extension",
        title="Sitting, activity and hip extension: what one look can show",
        caption=(
            "98 of 144 people who were measured once with the modified Thomas test. Those who were active and sat "
            "under four hours a day had 6.1° more hip extension than those who were inactive and sat over seven. The "
            "third group was active and sat over seven hours; the summary that was read gives no value for it. The "
            "groups differ in two habits, and nobody was followed: the figure shows a difference, not its cause."
        ),
        alt=(
            "Two groups on a scale of hip extension, 6.1 degrees apart: inactive people who sat over seven hours a "
            "day at 0 as the reference, active people who sat under four hours at plus 6.1. A third group, active "
            "but sitting long, has no value. Beside it: it can show that the groups differ; it cannot show which came "
            "first, whether sitting or inactivity matters, nor which tissue stops the hip."
        ),
        sources=("boukabache2021",),
        draw=_draw_extension,
    )


def _draw_lordosis() -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.6, 3.9), dpi=110, layout="constrained")
    ax = figure.add_subplot()
    colour = look("psoas").colour
    rows = {one.posture: -k for k, one in enumerate(SIXTEEN)}
    for one in SIXTEEN:
        ax.plot([0, one.mean_deg], [rows[one.posture]] * 2, color=colour, lw=2, zorder=2)
        ax.plot(one.mean_deg, rows[one.posture], "o", ms=10, color=colour, gid=f"moon2018:{one.posture}", zorder=3)
        ax.annotate(f"{one.mean_deg:.1f}°", (one.mean_deg, rows[one.posture]), (10, -4), textcoords="offset points",
                    color=TEXT)  # fmt: skip
    lift = 0.28
    standing, sitting = fifty()
    for one in (standing, sitting):
        ax.plot(one.mean_deg, rows[one.posture] - lift, "s", ms=8, color=INK, mfc="white", mew=1.6,
                gid=f"endo2012:{one.posture}", zorder=3)  # fmt: skip
    ax.annotate("50 adults: 16.6° less, about half", (sitting.mean_deg, rows[sitting.posture] - lift), (12, -4),
                textcoords="offset points", fontsize=9, color=TEXT)  # fmt: skip
    ax.set_yticks(list(rows.values()), list(rows))
    ax.set_xlim(0, 46)
    ax.set_ylim(-len(SIXTEEN) + 0.35, 0.6)
    ax.set_xlabel("Mean lumbar curve (degrees)")
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.tick_params(left=False)
    ax.xaxis.grid(True, color="#dddddd", lw=0.8)
    ax.set_axisbelow(True)
    return figure


def _draw_extension() -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.6, 4.4), dpi=110, layout="constrained")
    ax, words = figure.subplots(2, 1, height_ratios=(1.5, 1))
    colour = look("psoas").colour
    groups = ("Active,\nunder 4 hours", "Active,\nover 7 hours", "Inactive,\nover 7 hours")
    ax.plot(0, 0, "o", ms=11, color=INK, mfc="white", mew=1.8, gid="boukabache2021:inactive")
    ax.plot(EXTENSION_GAP_DEG, 2, "o", ms=11, color=colour, gid="boukabache2021:active")
    ax.annotate("6.1° more", (EXTENSION_GAP_DEG, 2), (12, -4), textcoords="offset points", color=TEXT)
    ax.annotate("reference", (0, 0), (12, -4), textcoords="offset points", color=TEXT)
    ax.annotate("measured; no value in the summary read", (0.3, 1), (0, -4), textcoords="offset points", fontsize=9,
                color=SOFT)  # fmt: skip
    ax.set_yticks([2, 1, 0], groups)
    ax.set_xlim(-0.6, 9)
    ax.set_ylim(-0.5, 2.5)
    ax.set_xlabel("Hip extension compared with the lowest group (degrees)")
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.tick_params(left=False)
    ax.xaxis.grid(True, color="#dddddd", lw=0.8)
    ax.set_axisbelow(True)
    words.set_axis_off()
    can = "This can show\nthat the groups differ,\nand by how much on average"
    cannot = (
        "This cannot show\nwhich came first; sitting or inactivity;\nwhich tissue stops the hip; what would change it"
    )
    for x, text, edge in ((0.0, can, colour), (0.5, cannot, SOFT)):
        words.text(x, 0.95, text, transform=words.transAxes, va="top", fontsize=9.5, color=TEXT, linespacing=1.5,
                   bbox={"boxstyle": "round,pad=0.5", "fc": "#f6f6f6", "ec": edge})  # fmt: skip
    return figure
