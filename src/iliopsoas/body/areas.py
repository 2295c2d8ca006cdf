"""Attachment areas as functions on the bones: where each muscle holds on, as smooth patches that can be painted.

Every area belongs to one bone or disc. `inside(points)` is positive within the patch and about the distance to its edge
in metres, so that a clean edge can be drawn at any size. Outlines are drawing choices guided by the text of the
attachment; the muscles' own ends lie within them (tested).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from iliopsoas.atlas.bones import load_bones
from iliopsoas.atlas.mesh import FloatArray
from iliopsoas.body import iliacus, psoas_minor, shapes, stored
from iliopsoas.body.areas_spine import Inside, spine_areas
from iliopsoas.body.hips import Hips
from iliopsoas.body.landmarks import landmark
from iliopsoas.body.pose import Pose
from iliopsoas.body.psoas_line import insertion_point
from iliopsoas.body.surface import Surface

STANDING = Pose()


@dataclass(frozen=True, eq=False)
class Area:
    """An attachment area on one bone or disc.

    Attributes
    ----------
    id : str
        Attachment id and side, such as "psoas_major_disc_l3_l4_r".
    attachment : str
        Row of attachments.toml.
    side : str
        "r" or "l".
    parent : str
        Id of the part it lies on.
    inside : callable
        Points, shape (n, 3), metres -> shape (n,): positive inside, about metres from the edge.
    """

    id: str
    attachment: str
    side: str
    parent: str
    inside: Inside


def areas(pose: Pose = STANDING) -> Mapping[str, Area]:
    """Return every attachment area of psoas major, psoas minor and iliacus, right and left, by id.

    In another pose than standing the areas follow their bones; which poses can be drawn says `iliopsoas.body.hips`.
    """
    hips = Hips.of(pose)
    return _standing() if hips == Hips() else _moved(hips)


@lru_cache(maxsize=8)
def _moved(hips: Hips) -> Mapping[str, Area]:
    right = {id: area.inside for id, area in _standing().items() if area.parent == "femur_r"}
    carried = {id: (lambda points, inside=inside: inside(hips.back(points))) for id, inside in right.items()}
    out = {}
    for id, area in _standing().items():
        at = f"{area.attachment}_r"
        if at in carried:
            area = replace(area, inside=carried[at] if area.side == "r" else _mirrored(carried[at]))
        out[id] = area
    return MappingProxyType(out)


@cache
def _standing() -> Mapping[str, Area]:
    out: dict[str, Area] = {}
    for attachment, parent, inside in [*spine_areas(), *_pelvis(), *_femur()]:
        for side in ("r", "l"):
            bone = parent.removesuffix("_r") + ("_" + side if parent.endswith("_r") else "")
            area = Area(f"{attachment}_{side}", attachment, side, bone, inside if side == "r" else _mirrored(inside))
            out[area.id] = area
    return MappingProxyType(out)


def _mirrored(inside: Inside) -> Inside:
    return lambda points: inside(np.asarray(points, float) * [1.0, 1.0, -1.0])


# ------------------------------------------------------------------------------------------- pelvis


def _pelvis() -> list[tuple[str, str, Inside]]:
    eminence, tubercle = landmark("iliopubic_eminence"), landmark("pubic_tubercle")
    (end,) = _line("psoas_minor_end")
    along = 0.010 * shapes.unit(tubercle - eminence)
    return [
        ("iliacus_fossa", "hip_bone_r", _fossa()),
        ("iliacus_sacral_ala", "sacrum", _capsule(_line("sacral_ala"), 0.0055)),
        ("psoas_minor_insertion", "hip_bone_r", _capsule(np.array([end - along, end + along]), 0.0042)),
    ]


def _ala_line() -> FloatArray:
    """Return a short line on the sacral ala beside the front of the sacro-iliac joint."""
    joint = iliacus.sacroiliac_front()
    ala = Surface(load_bones()["sacrum"].facing((0.8, 0.5, 0.1)))
    return ala.nearest(joint + np.array([[0.001, -0.001, -0.0055], [0.006, -0.009, -0.0050]])).point


def _capsule(line: FloatArray, radius_m: float) -> Inside:
    """Return all points within a distance of a polyline."""

    def inside(points: FloatArray) -> FloatArray:
        p = np.asarray(points, float)
        best = np.full(len(p), np.inf)
        for a, b in pairwise(line):
            ab = b - a
            t = np.clip((p - a) @ ab / (ab @ ab), 0, 1)
            best = np.minimum(best, ((p - a - t[:, None] * ab) ** 2).sum(1))
        return radius_m - np.sqrt(best)

    return inside


def _fossa() -> Inside:
    """Return the upper two thirds of the iliac fossa, on its inner face only.

    The outline lives in a plane laid through the fossa; a fitted surface tells the inner face from the outer one.
    """
    outline = _line("fossa_outline")
    centre = outline.mean(0)
    across = shapes.unit(outline[0] - centre)
    normal = shapes.unit(np.linalg.svd(outline - centre)[2][2])
    normal *= np.sign(normal @ np.array([0.45, 0.25, -0.85]))
    e1 = shapes.unit(across - (across @ normal) * normal)
    basis = np.stack([e1, np.cross(normal, e1), normal])
    flat = (outline - centre) @ basis.T
    angle = np.linspace(-np.pi, np.pi, 180, endpoint=False)
    radius = np.interp(angle, *_polar(flat[:, 0], flat[:, 1]), period=2 * np.pi)
    smooth = np.exp(-0.5 * (np.arange(-12, 13) / 4.5) ** 2)
    radius = np.convolve(np.concatenate([radius[-12:], radius, radius[:12]]), smooth / smooth.sum(), "valid")
    bone = load_bones()["hip_bone_r"].facing((0.45, 0.25, -0.85))
    local = (bone.v - centre) @ basis.T
    r = np.interp(np.arctan2(local[:, 1], local[:, 0]), angle, radius, period=2 * np.pi)
    near = (np.hypot(local[:, 0], local[:, 1]) < r + 0.004) & (np.abs(local[:, 2]) < 0.03)
    fit = _fit_height(local[near])

    def inside(points: FloatArray) -> FloatArray:
        x, y, z = ((np.asarray(points, float) - centre) @ basis.T).T
        edge = np.interp(np.arctan2(y, x), angle, radius, period=2 * np.pi) - np.hypot(x, y)
        near = np.clip(x, -0.09, 0.09), np.clip(y, -0.09, 0.09)
        return np.minimum(edge, z - _height(*near, fit) + 0.0022)

    return inside


def _polar(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    angle = np.arctan2(y, x)
    order = np.argsort(angle)
    return angle[order], np.hypot(x, y)[order]


_DEGREE = 5


def _fit_height(points: FloatArray) -> FloatArray:
    """Return coefficients, shape (degree + 1, degree + 1), of the smooth height over a plane that fits points best."""
    u, v = 10 * points[:, 0], 10 * points[:, 1]  # decimetres keep the fit well conditioned
    powers = [(i, j) for i in range(_DEGREE + 1) for j in range(_DEGREE + 1 - i)]
    terms = np.stack([u**i * v**j for i, j in powers], axis=1)
    out = np.zeros((_DEGREE + 1, _DEGREE + 1))
    for (i, j), c in zip(powers, np.linalg.lstsq(terms, points[:, 2], rcond=None)[0], strict=True):
        out[i, j] = c
    return out


def _height(x: FloatArray, y: FloatArray, fit: FloatArray) -> FloatArray:
    """Return the fitted height at places of the plane."""
    u, v = 10 * x, 10 * y
    out = np.zeros_like(u)
    for i in range(_DEGREE, -1, -1):
        inner = np.full_like(u, fit[i, _DEGREE - i])
        for j in range(_DEGREE - i - 1, -1, -1):
            inner = inner * v + fit[i, j]
        out = out * u + inner
    return out


def _fossa_outline() -> FloatArray:
    """Return the closed outline of the origin of iliacus on the bone, shape (n, 3)."""
    top = iliacus.origin_line()
    on_hip = top[: int(0.9 * len(top))]
    gate = iliacus.gate_line()[: len(on_hip)]
    low = on_hip + 0.64 * (gate - on_hip)
    s = np.linspace(-1, 1, len(low))
    low = np.stack([np.polyval(np.polyfit(s, low[:, k], 2), s) for k in range(3)], axis=1)
    way = np.concatenate([on_hip, low[::-1]])
    return shapes.evenly(np.concatenate([way, way[:1]]), 161)[:-1]


_LINES: Mapping[str, Callable[[], FloatArray]] = MappingProxyType(
    {
        "fossa_outline": _fossa_outline,
        "sacral_ala": _ala_line,
        "psoas_minor_end": lambda: psoas_minor.insertion_point()[None],
        "iliacus_end": lambda: iliacus.insertion_line()[::4],
    }
)


def built_lines() -> Mapping[str, FloatArray]:
    """Return the lines on the bones that depend on where the muscles lie, built anew; `areas` prefers stored ones."""
    return {name: build() for name, build in _LINES.items()}


def _line(name: str) -> FloatArray:
    return stored.line(name, _LINES[name])


# ------------------------------------------------------------------------------------------- femur


def _femur() -> list[tuple[str, str, Inside]]:
    tip = insertion_point()
    psoas = _capsule(tip + np.array([[0.0, 0.004, 0.0], [0.0, -0.004, 0.0]]), 0.0075)
    whole = _capsule(_line("iliacus_end"), 0.0065)

    def iliacus_only(points: FloatArray) -> FloatArray:
        return np.minimum(whole(points), -psoas(points) - 0.0004)

    return [("psoas_major_insertion", "femur_r", psoas), ("iliacus_insertion", "femur_r", iliacus_only)]
