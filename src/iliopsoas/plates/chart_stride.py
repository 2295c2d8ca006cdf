"""The stride on paper: the moving hip above, and under it its angle, psoas' path and force over the same cycle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from iliopsoas.atlas.stride import stride
from iliopsoas.plates import gait
from iliopsoas.plates.chart import Chart
from iliopsoas.plates.composite import composite
from iliopsoas.plates.palette import INK, TEXT, look

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN = (0, 30, 55, 65, 85)  # positions whose pictures stand above the curves
_PICTURE_SHARE = 0.105  # width of one picture, as a share of that of the curves


def stride_strip() -> Chart:
    """Return the strip of the stride: five pictures and three curves over one cycle."""
    back, front = gait.turning_points()
    longest, shortest = gait.path_change_mm(back), gait.path_change_mm(front)
    peak = gait.percents()[int(np.argmax(stride().force_share))]
    off = f"{stride().toe_off_low_percent:g}–{stride().toe_off_high_percent:g}"
    return Chart(
        id="stride_strip",
        title="One stride",
        caption=f"From one first contact of the foot (0 %) to the next. {gait.ONE_ADULT} {gait.DRAWN_SO}",
        alt=(
            f"Five side views of pelvis and thigh over three curves of one stride. The hip is bent at first contact, "
            f"goes back to {abs(gait.hip_flexion_deg(back)):.0f}° extension at {back:g} %, the toes leave the ground "
            f"at {off} %, and it is bent {gait.hip_flexion_deg(front):.0f}° at {front:g} %. Psoas' path in our model "
            f"is {longest:.0f} mm longer than in standing at {back:g} % and {-shortest:.0f} mm shorter at {front:g} %. "
            f"Its simulated force is highest at {peak:g} %."
        ),
        sources=(*stride().sources, "rajagopal2016", "simonsen2012"),
        draw=_draw,
    )


def _draw() -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.4, 8.6), dpi=110)
    left, width = 0.125, 0.855
    at = {p: gait.frame_key(gait.VIEW, gait.stop_id(p)) for p in SHOWN}
    plates = gait.stride_folio().plates
    for p, key in at.items():
        middle = left + width * p / 100
        ax = figure.add_axes(
            (min(max(middle - _PICTURE_SHARE / 2, 0.01), 0.99 - _PICTURE_SHARE), 0.6, _PICTURE_SHARE, 0.36)
        )
        ax.imshow(composite(plates[key].sheet()))
        ax.set_title(f"{p} %", fontsize=11, color=TEXT)
        ax.axis("off")
    percent = np.linspace(0, 100, 201)
    rows = (
        ("Hip angle\n(degrees)", [gait.hip_flexion_deg(p) for p in percent], INK, "bent", "extended"),
        (
            "Psoas' path\n(mm, model)",
            [gait.path_change_mm(p) for p in percent],
            look("psoas").colour,
            "longer",
            "shorter",
        ),
        ("Force, share of\nhighest (simulated)", [100 * gait.force_share(p) for p in percent], "#0b57a4", "", ""),
    )
    for k, (name, values, colour, above, below) in enumerate(rows):
        ax = figure.add_axes((left, 0.42 - 0.165 * k, width, 0.145))
        _curve(ax, percent, values, colour, above, below)
        ax.set_ylabel(name, fontsize=10)
        ax.set_gid(f"row:{k}")
        if k < 2:
            ax.set_xticklabels([])
            if k == 0:
                toes = stride().toe_off_high_percent + 0.4
                ax.text(toes, 0.97, "toes off", transform=ax.get_xaxis_transform(), va="top", fontsize=9.5, color=TEXT)
        else:
            ax.set_ylim(0, 108)
            ax.set_xlabel("Per cent of the stride", fontsize=10)
    _phases(figure.axes[len(SHOWN)], figure.axes[-1])
    return figure


def _curve(ax: Any, percent: Any, values: Any, colour: str, above: str, below: str) -> None:
    ax.plot(percent, values, color=colour, lw=2.4, gid="curve")
    ax.axvspan(stride().toe_off_low_percent, stride().toe_off_high_percent, color="#c9c9c9", lw=0)
    for p in SHOWN:
        ax.axvline(p, color="#9a9a9a", lw=0.9, ls=":")
    if above:
        ax.set_ylim(*(np.array([-1.25, 1.25]) * np.abs(values).max()))
        ax.axhline(0, color="#9a9a9a", lw=0.9)
        places = (0.42, 0.12) if values[0] > 0 else (0.12, 0.42)  # where the curve is on the other side
        for text, x, y, va in ((above, places[0], 0.97, "top"), (below, places[1], 0.03, "bottom")):
            ax.text(x, y, text, transform=ax.transAxes, ha="center", va=va, fontsize=9.5, color=TEXT)
        ticks = [t for t in ax.get_yticks() if ax.get_ylim()[0] <= t <= ax.get_ylim()[1]]
        ax.set_yticks(ticks, [f"{abs(t):g}" for t in ticks])  # which side is which stands beside them in words
    ax.set_xlim(0, 100)
    ax.set_xticks(range(0, 101, 10))
    ax.spines[["top", "right"]].set_visible(False)


def _phases(top: Any, bottom: Any) -> None:
    off = stride().toe_off_low_percent
    for a, b, name in ((0, off, "stance: foot on the ground"), (off, 100, "swing")):
        top.annotate("", (a, 1.09), (b, 1.09), xycoords=("data", "axes fraction"),
                     arrowprops={"arrowstyle": "<->", "color": INK, "lw": 1})  # fmt: skip
        top.text(
            (a + b) / 2,
            1.12,
            name,
            transform=top.get_xaxis_transform(),
            ha="center",
            va="bottom",
            fontsize=10,
            color=TEXT,
        )
    bottom.annotate("iliacus recorded\nabout here, weakly\n(nine men, no numbers)", (off + 0.5, 20), (72, 62),
                    fontsize=9, color=TEXT, va="center", arrowprops={"arrowstyle": "->", "color": INK})  # fmt: skip
