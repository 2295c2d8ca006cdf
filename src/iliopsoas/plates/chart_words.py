"""Charts of words and of an order: what short, stiff, contracted and weak mean, and which muscles a startle reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from iliopsoas.plates.chart import Chart
from iliopsoas.plates.palette import INK, TEXT, look

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SOFT = "#6b6b6b"
# From first to last; the summary gives the order and no times.
STARTLE = (
    ("Eyelids", "first; a blink reflex of its own"),
    ("Side of the neck", "first of the startle itself"),
    ("Muscles farther down", "later, the farther from the brainstem"),
    ("Small muscles of the hand", "later than their distance suggests"),
)
NOT_RECORDED = "Psoas"


def startle_order() -> Chart:
    """Return the chart of the order in which muscles answered a sudden sound."""
    told = "; ".join(f"{muscle.lower()}: {what}" for muscle, what in STARTLE)
    return Chart(
        id="startle_order",
        title="Startle: which muscles were recorded, and in which order",
        caption=(
            "Electrical recordings in 12 healthy people after an unexpected sound. The order is published, times are "
            "not in the summary that was read, so the steps are evenly spaced. In another study of 11 people standing "
            "and 6 sitting, two muscles of the lower leg answered about twice as often in standing. Psoas was recorded "
            "in neither, so neither says anything about it."
        ),
        alt=f"Steps in order: {told}. Below, an empty row: psoas, not recorded.",
        sources=("brown1991", "brown1991b"),
        draw=_draw_startle,
    )


def four_words() -> Chart:
    """Return the schematic chart of short, stiff, contracted and weak, each against an easy hip."""
    return Chart(
        id="four_words",
        title="Short, stiff, contracted, weak: four findings",
        caption=(
            "Drawn by us to show what the words mean; the curves are no measurements and the scales have no numbers. "
            "What was measured: short, 6.1° between two groups of 98 people; stiff, in people who felt a stiff back, "
            "whose backs were no stiffer than others; contracted, about 10 % of psoas' maximum in a curl-up and 15 to "
            "35 % in sit-ups in eight adults, and nothing over hours of sitting; weak, only in a simulation."
        ),
        alt=(
            "Four small schematic plots. Short: resistance is low and then stops the hip early. Stiff: resistance "
            "rises steeply all the way. Contracted: electrical activity is there from the start. Weak: the force that "
            "the muscle gives is low. In each, a grey dashed line shows an easy hip."
        ),
        sources=("boukabache2021", "stanton2017", "juker1998", "lewis2007", "simons1998"),
        draw=_draw_words,
    )


def _draw_startle() -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.6, 3.9), dpi=110, layout="constrained")
    ax = figure.add_subplot()
    for k, (muscle, what) in enumerate(STARTLE):
        step = min(k, 2)  # which of the last two comes first depends on the muscle
        ax.barh(-k, 4.6 - step, left=step, height=0.42, color="#c9d6e2", zorder=2)
        ax.plot(step, -k, "o", ms=10, color=INK, gid=f"startle:{muscle}", zorder=3)
        ax.annotate(what, (step, -k), (12, -4), textcoords="offset points", fontsize=9.5, color=TEXT, zorder=4)
    row = -len(STARTLE)
    ax.plot([0, 4.6], [row, row], color=look("psoas").colour, lw=1.4, ls=(0, (4, 4)), zorder=2)
    ax.annotate("not recorded", (1.9, row), (0, -4), textcoords="offset points", color=look("psoas").colour,
                weight="bold", gid="startle:psoas", bbox={"fc": "white", "ec": "none", "pad": 3})  # fmt: skip
    ax.set_yticks([-k for k in range(len(STARTLE) + 1)], [*(muscle for muscle, _ in STARTLE), NOT_RECORDED])
    ax.set_xlim(-0.2, 4.8)
    ax.set_ylim(row - 0.6, 0.6)
    ax.set_xticks([])
    ax.set_xlabel("Order, from the sound on (steps, not times)  →")
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.tick_params(left=False)
    return figure


def _draw_words() -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.6, 5.6), dpi=110, layout="constrained")
    axes = figure.subplots(2, 2).ravel()
    at = np.linspace(0, 1, 200)
    easy = 0.06 + 0.9 * np.clip(at - 0.72, 0, None) ** 1.2 * 4
    early = 0.06 + 0.9 * np.clip(at - 0.38, 0, None) ** 1.2 * 4
    steep = 0.06 + 0.85 * at**1.1
    _panel(axes[0], "Short", "the joint stops early", "Resistance", at, easy, early)
    _panel(axes[1], "Stiff", "it resists all the way", "Resistance", at, easy, steep)
    wave = 0.5 + 0.16 * np.sin(60 * at) * np.sin(13 * at + 1)
    _panel(axes[2], "Contracted", "its nerve is active", "Electrical activity", at, 0 * at + 0.03, wave)
    rise = 1 - np.exp(-6 * at)
    _panel(axes[3], "Weak", "it gives little force", "Force in a strength test", at, 0.9 * rise, 0.38 * rise)
    for ax in axes[:2]:
        ax.set_xlabel("Hip extension →", color=TEXT)
    for ax in axes[2:]:
        ax.set_xlabel("Time →", color=TEXT)
    figure.supxlabel("Schematic: no measurements. Dashed: an easy hip.", fontsize=9.5, color=SOFT)
    return figure


def _panel(ax: Axes, word: str, what: str, scale: str, at: np.ndarray, easy: np.ndarray, found: np.ndarray) -> None:
    shown = found <= 1
    ax.plot(at[easy <= 1], easy[easy <= 1], color=SOFT, lw=1.6, ls="--", gid=f"{word}:easy")
    ax.plot(at[shown], found[shown], color=look("psoas").colour, lw=2.6, gid=f"{word}:found")
    ax.set_title(f"{word}: {what}", fontsize=11, color=TEXT, loc="left")
    ax.set_ylabel(scale, color=TEXT)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1.05)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[["top", "right"]].set_visible(False)
