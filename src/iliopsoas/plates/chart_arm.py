"""The chart of psoas' arm for bending the hip: the hip model among the published curves."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from iliopsoas.atlas.published_arms import published_arms
from iliopsoas.body.muscle import EXTRAPOLATED_FROM_DEG, muscle
from iliopsoas.body.pose import Pose
from iliopsoas.plates.chart import Chart
from iliopsoas.plates.palette import INK, TEXT, look

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FROM_DEG, TO_DEG = -20, 110
_BAND = ("blemker_shortest", "blemker_longest")


def psoas_arm() -> Chart:
    """Return the chart of the arm of psoas major for bending the hip, from 20 degrees extended to 110 bent."""
    model = muscle("psoas_major")
    told = ", ".join(
        f"{model.moment_arm_mm(Pose(hip_flexion_deg=angle), 'flexion'):.0f} mm at {angle}°" for angle in (0, 30, 60)
    )
    low, high = spread_mm()
    return Chart(
        id="psoas_arm",
        title="How long is psoas' lever at the hip?",
        caption=(
            "Moment arm of psoas major for bending the hip. Red line: the hip model of this course, grey from "
            f"{EXTRAPOLATED_FROM_DEG:.0f}° on, where it is extrapolated. Band: the fibres of one model made from "
            "images. Thin lines: three measured bodies. They differ because bodies differ, and because a muscle as "
            "wide as this has no single lever: each fibre has its own."
        ),
        alt=(
            f"Line chart of the moment arm over hip flexion. In the hip model it is {told}. "
            f"The published curves lie between {low:.0f} and {high:.0f} mm."
        ),
        sources=("rajagopal2016", *dict.fromkeys(key for curve in published_arms().values() for key in curve.sources)),
        draw=_draw,
    )


@cache
def spread_mm() -> tuple[float, float]:
    """Return the smallest and the largest published arm of psoas for bending the hip, mm."""
    arms = [arm for curve in published_arms().values() for arm in curve.arm_mm]
    return min(arms), max(arms)


def _draw() -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.6, 4.4), dpi=110, layout="constrained")
    ax = figure.add_subplot()
    curves = published_arms()
    shortest, longest = (curves[id] for id in _BAND)
    over = np.linspace(
        max(shortest.angle_deg[0], longest.angle_deg[0]), min(shortest.angle_deg[-1], longest.angle_deg[-1])
    )
    low, high = (np.interp(over, c.angle_deg, c.arm_mm) for c in (shortest, longest))
    ax.fill_between(over, low, high, color="#E8C9BE", gid="published:blemker", zorder=1)
    ax.annotate("fibres (Blemker 2005)", (22, 19.6), fontsize=9, color=TEXT)
    for curve in curves.values():
        if curve.id not in _BAND:
            ax.plot(curve.angle_deg, curve.arm_mm, color=INK, lw=1, ls="--", gid=f"published:{curve.id}", zorder=2)
            ax.annotate(curve.name, (curve.angle_deg[-1], curve.arm_mm[-1]), (4, -3), textcoords="offset points",
                        fontsize=9, color=TEXT)  # fmt: skip
    angles = np.arange(FROM_DEG, TO_DEG + 1.0)
    arms = muscle("psoas_major").moment_arms_mm("flexion", hip_flexion_deg=angles)
    sure = angles <= EXTRAPOLATED_FROM_DEG
    ax.plot(angles[sure], arms[sure], color=look("psoas").colour, lw=2.8, gid="psoas_major", zorder=3)
    ax.plot(angles[~sure], arms[~sure], color="#9a9a9a", lw=2.8, gid="psoas_major:extrapolated", zorder=3)
    ax.annotate("hip model", (-19, 21.8), color=look("psoas").colour, fontsize=10)
    ax.set_xlim(FROM_DEG, TO_DEG)
    ax.set_ylim(0, 48)
    ax.set_xlabel("Hip flexion (degrees; below 0 the thigh is behind)")
    ax.set_ylabel("Moment arm (mm)")
    ax.spines[["top", "right"]].set_visible(False)
    ax.yaxis.grid(True, color="#dddddd", lw=0.8)
    ax.set_axisbelow(True)
    return figure
