"""The lumbar plate: how each fascicle of psoas major is levered at each lumbar joint, and which way it pulls there.

Every number comes from the fascicles of `iliopsoas.body.muscle`; the vertebrae beside the table are sketched round the
joint centres of the same model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from iliopsoas.atlas.joints import joints
from iliopsoas.body.kinematics import Angles, Skeleton
from iliopsoas.body.muscle import fascicles
from iliopsoas.body.pose import Pose
from iliopsoas.plates.chart import Chart
from iliopsoas.plates.palette import INK, TEXT, look

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Smaller arms are called no clear lever: a joint centre a few millimetres further back or forward turns their sign.
NO_LEVER_MM = 3.0
BENT_DEG, ARCHED_DEG = 20, -15
_POSTURES = (("arched\n15°", ARCHED_DEG), ("standing", 0), ("bent\n20°", BENT_DEG))
_EXTENDS, _FLEXES, _NEITHER, _NONE = "#A9CDE8", "#F5C27A", "#FFFFFF", "#ECECEC"
_HALF_DEPTH_M = (0.024, 0.011)  # of a sketched body, behind and in front of the joint centres; a drawing choice
_WIDE_M = 0.012


@dataclass(frozen=True)
class LumbarJointSum:
    """What all fascicles together do at one joint, each pulling alike.

    Attributes
    ----------
    joint, name : str
        "l5_s1", "L5–S1".
    mean_arm_mm : float
        Above zero it flexes.
    presses, slides : float
        Share of the pull along the column, pressing the joint together, and across it, forwards.
    """

    joint: str
    name: str
    mean_arm_mm: float
    presses: float
    slides: float


@cache
def arms_mm(joint: str, lumbar_flexion_deg: float = 0.0) -> Mapping[str, float]:
    """Return the arm of every fascicle that crosses a lumbar joint, by id, mm; above zero it flexes the joint."""
    pose = Pose(lumbar_flexion_deg=lumbar_flexion_deg)
    return {f.id: f.lumbar_arm_mm(pose, joint) for f in fascicles() if joint in f.crosses}


def word(arm_mm: float) -> str:
    """Return what a fascicle does at a joint: "flexes", "extends", or "no clear lever" within 3 mm."""
    return "no clear lever" if abs(arm_mm) < NO_LEVER_MM else "flexes" if arm_mm > 0 else "extends"


@cache
def together(lumbar_flexion_deg: float = 0.0) -> tuple[LumbarJointSum, ...]:
    """Return what all fascicles together do at each joint, from above downwards."""
    pose = Pose(lumbar_flexion_deg=lumbar_flexion_deg)
    centres = _centres_m(lumbar_flexion_deg)
    ids = list(centres)
    out = []
    for n, (joint, row) in enumerate(joints().lumbar.items()):
        up = (centres[ids[min(n + 1, len(ids) - 1)]] - centres[ids[max(n - 1, 0)]])[:2]
        up = up / np.linalg.norm(up)
        pulls = []
        for f in fascicles():
            if joint in f.crosses:
                begin, brim = f.path(pose)[:2]
                pulls.append(((brim - begin) / np.linalg.norm(brim - begin))[:2])  # right and left cancel sideways
        pull = np.mean(pulls, axis=0)
        mean = float(np.mean(list(arms_mm(joint, lumbar_flexion_deg).values())))
        out.append(LumbarJointSum(joint, row.name, mean, float(-pull @ up), float(pull @ (up[1], -up[0]))))
    return tuple(out[::-1])


@cache
def _centres_m(lumbar_flexion_deg: float) -> Mapping[str, Any]:
    skeleton = Skeleton(Angles.of(Pose(lumbar_flexion_deg=lumbar_flexion_deg)))
    return {id: skeleton[row.above].place(row.above_m).reshape(3) for id, row in joints().lumbar.items()}


def lumbar_arms() -> Chart:
    """Return the plate of the arm of each fascicle at each lumbar joint."""
    top, bottom = together()[0], together()[-1]
    largest = max(arms_mm("l5_s1").values())
    least = min(one.presses for one in together())
    return Chart(
        id="lumbar_arms",
        title="What psoas major does to the lumbar spine",
        caption=(
            "Moment arm (mm) of each of the eleven fascicles at each lumbar joint, in the standing posture of the "
            f"model. F flexes (bends forwards), E extends (arches), 0 means less than {NO_LEVER_MM:.0f} mm: no clear "
            "lever. The right-hand columns show the mean with the back arched, standing and bent, and what share of "
            "the pull presses the joint together, taking all fascicles to pull alike. "
            f"In this model the arms reach {largest:.0f} mm at L5–S1; on radiographs of ten men the moments were very "
            "small (Bogduk and colleagues 1992). They differ because a joint centre a few millimetres further back or "
            "forward, and another posture, change such short arms by as much as they measure. Lines and centres: the "
            "model. Vertebrae: sketched."
        ),
        alt=(
            "Side view of five lumbar vertebrae with eleven lines from them to the pelvic brim, and a table. All "
            f"together extend {top.name} by a mean arm of {-top.mean_arm_mm:.0f} mm and flex {bottom.name} by one of "
            f"{bottom.mean_arm_mm:.0f} mm. Lines from transverse processes extend the joints from L3–L4 up, those "
            "from bodies and discs have hardly any lever there. Bent forwards the arms shift towards flexion, arched "
            f"towards extension. At every joint at least {100 * least:.0f} % of the pull presses."
        ),
        sources=("christophy2012", "rajagopal2016", "bogduk1992", "park2013"),
        draw=_draw,
    )


def _draw() -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12.6, 5.6), dpi=110, layout="constrained")
    side, table = figure.subplots(1, 2, width_ratios=(1, 3.1))
    _draw_side(side)
    _draw_table(table)
    return figure


def _draw_side(ax: Any) -> None:
    from matplotlib.patches import Polygon

    centres = _centres_m(0.0)
    points = [np.array(c[:2]) for c in centres.values()]  # from below
    top = points[-1] + (points[-1] - points[-2])
    for n, (low, high) in enumerate(zip(points, [*points[1:], top], strict=True)):
        up = (high - low) / np.linalg.norm(high - low)
        forward = np.array([up[1], -up[0]])
        gap = 0.004 * up
        back, front = _HALF_DEPTH_M
        corners = [low + gap - back * forward, low + gap + front * forward, high - gap + front * forward,
                   high - gap - back * forward]  # fmt: skip
        ax.add_patch(Polygon(corners, facecolor="#F3ECE0", edgecolor="#9a9a9a", lw=1, zorder=1))
        name = f"L{5 - n}"
        ax.annotate(name, (low + high) / 2 - (back + 0.006) * forward, ha="right", va="center", fontsize=9, color=TEXT)
    for f in fascicles():
        begin, brim = f.path(Pose())[:2]
        process = f.id.endswith("process")
        tone = look("psoas_deep" if process else "psoas").colour
        ax.plot(*np.array([begin, brim])[:, :2].T, color=tone, lw=1.6, ls="--" if process else "-", gid=f.id, zorder=2)
        ax.plot(*begin[:2], "o", ms=4, color=tone, zorder=3)
    for centre in points:
        ax.plot(*centre, "o", ms=7, mfc="white", mec=INK, mew=1.5, zorder=4)
    brim = fascicles()[0].path(Pose())[1]
    ax.annotate("pelvic\nbrim", brim[:2], (8, 0), textcoords="offset points", fontsize=9, color=TEXT, va="center")
    ax.annotate("○ joint centre\n— from body or disc\n- - from process", (0.02, 0.02), xycoords="axes fraction",
                fontsize=9, color=TEXT, va="bottom")  # fmt: skip
    ax.set_title("From the right; front is right", fontsize=10, color=TEXT)
    ax.set_aspect("equal")
    ax.margins(0.12, 0.04)
    ax.axis("off")


def _draw_table(ax: Any) -> None:
    from matplotlib.patches import Rectangle

    rows, lines = together(), fascicles()
    for y, one in enumerate(rows):
        arms = arms_mm(one.joint)
        for x, f in enumerate(lines):
            arm = arms.get(f.id)
            ax.add_patch(Rectangle((x, y), 1, 1, facecolor=_NONE if arm is None else _shade(arm), edgecolor="#b5b5b5"))
            ax.text(x + 0.5, y + 0.5, "" if arm is None else _cell(arm), ha="center", va="center", fontsize=10,
                    color=TEXT, gid=f"{f.id}:{one.joint}")  # fmt: skip
        for k, (_, bend) in enumerate(_POSTURES):
            mean = next(o for o in together(float(bend)) if o.joint == one.joint).mean_arm_mm
            at = len(lines) + 0.4 + 1.15 * k
            ax.add_patch(Rectangle((at, y), 1.15, 1, facecolor=_shade(mean), edgecolor="#b5b5b5"))
            ax.text(at + 0.575, y + 0.5, _cell(mean), ha="center", va="center", fontsize=10, color=TEXT,
                    weight="bold" if bend == 0 else "normal", gid=f"mean:{bend}:{one.joint}")  # fmt: skip
        ax.text(len(lines) + 4.7, y + 0.5, f"{100 * one.presses:.0f} %", ha="center", va="center", fontsize=10,
                color=TEXT, gid=f"presses:{one.joint}")  # fmt: skip
        ax.text(-0.2, y + 0.5, one.name, ha="right", va="center", fontsize=10, color=TEXT)
    heads: list[tuple[float, str]] = [(x + 0.5, _head(f.id)) for x, f in enumerate(lines)]
    heads += [(len(lines) + 0.975 + 1.15 * k, name) for k, (name, _) in enumerate(_POSTURES)]
    for at, name in [*heads, (len(lines) + 4.7, "presses")]:
        ax.text(at, -0.12, name, ha="center", va="bottom", fontsize=9, color=TEXT, linespacing=1.1)
    ax.text(len(lines) / 2, -1.0, "Fascicle, by where it begins", ha="center", va="bottom", fontsize=10, color=TEXT)
    ax.text(len(lines) + 2.12, -1.0, "Mean of all", ha="center", va="bottom", fontsize=10, color=TEXT)
    key = [("F flexes", _FLEXES), ("E extends", _EXTENDS), ("0 no clear lever", _NEITHER), ("does not cross", _NONE)]
    for k, (name, tone) in enumerate(key):
        ax.add_patch(Rectangle((3.4 * k, len(rows) + 0.35), 0.5, 0.4, facecolor=tone, edgecolor="#b5b5b5"))
        ax.text(3.4 * k + 0.65, len(rows) + 0.55, name, va="center", fontsize=9.5, color=TEXT)
    ax.set_xlim(-1.4, len(lines) + 5.4)
    ax.set_ylim(len(rows) + 0.9, -1.5)
    ax.axis("off")


def _cell(arm_mm: float) -> str:
    return "0" if abs(arm_mm) < NO_LEVER_MM else f"{'F' if arm_mm > 0 else 'E'} {abs(arm_mm):.0f}"


def _shade(arm_mm: float) -> str:
    return {"flexes": _FLEXES, "extends": _EXTENDS, "no clear lever": _NEITHER}[word(arm_mm)]


def _head(id: str) -> str:
    where, kind = id.rsplit("_", 1)
    return f"{where.upper().replace('_', '–')}\n{kind}"
