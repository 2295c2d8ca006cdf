"""A fascicle of psoas major held to the spine: the other end of what a real one may do when the spine bends.

The fascicles of the lumbar model (`muscle`) run straight from their vertebra to the brim, and bowstring in front of a
spine that is bent far forwards. A real muscle grows from every body and disc on its way and lies in one fascia with
them. So the same fascicle is also traced as if each vertebra that it passes held it where the straight line passes it
in standing. In standing both are one line; bent, what a muscle does is taken to lie between the two. No source here
says how near to which, so neither is called right.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from iliopsoas.atlas.joints import VERTEBRAE
from iliopsoas.body.kinematics import Angles, Skeleton
from iliopsoas.body.line import Line
from iliopsoas.body.muscle import Fascicle
from iliopsoas.body.pose import Pose


@cache
def held(fascicle: Fascicle) -> Fascicle:
    """Return a fascicle with a point on every vertebra that it passes, at the height of that vertebra's own frame.

    Parameters
    ----------
    fascicle : Fascicle
        As `fascicles` gives it.
    """
    standing = Skeleton(Angles.of(Pose()))
    (on, origin), (pelvis, brim) = fascicle.line.points[:2]
    start, end = standing[on].place(origin), standing[pelvis].place(brim)
    passed = []
    for vertebra in reversed(VERTEBRAE[: VERTEBRAE.index(fascicle.on)]):
        part = (standing[vertebra].place(np.zeros(3))[1] - start[1]) / (end[1] - start[1])
        x, y, z = (float(c) for c in standing[vertebra].local(start + part * (end - start)))
        passed.append((vertebra, (x, y, z)))
    line = fascicle.line
    points = (line.points[0], *passed, *line.points[1:])
    return replace(fascicle, line=Line(points, line.cylinder, line.bends_after + len(passed)))
