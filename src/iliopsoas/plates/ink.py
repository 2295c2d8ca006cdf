"""Ink and wash: from what a pixel shows (part, depth, normal, fibre) to its colour, with outlines of varying weight.

Contact shadows are not drawn here: they depend on which other layers lie on top and belong to `layers.composite`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from iliopsoas.plates import fibres, grain
from iliopsoas.plates.palette import INK, Look, unit_rgb
from iliopsoas.plates.raster import GBuffer

F32 = NDArray[np.float32]


def _f32(*values: float) -> F32:
    return np.array(values, np.float32)


def _unit(vector: F32) -> F32:
    return vector / np.linalg.norm(vector).astype(np.float32)


LIGHT = _unit(_f32(-0.42, 0.62, 0.66))  # from the upper left, towards the viewer
_HALF = _unit(LIGHT + _f32(0, 0, 1))
AMBIENT, DIRECT, WRAP, SKY = 0.36, 0.56, 0.35, 0.12
CAVITY = 0.16  # darkening of hollows and lightening of ridges
RIM = 0.30  # darkening where the surface turns away
HAZE = 0.10  # the farthest parts move this far towards the paper
STEP_M = 0.0022  # a depth step below this draws no line inside one part
GLASS_BODY = 0.26
MARGIN_PX = 2  # of the sheet, round what is drawn: a line grows outwards


@dataclass(frozen=True, eq=False)
class InkImage:
    """One layer, finished, at the size of the sheet.

    Attributes
    ----------
    rgba : ndarray of uint8, shape (h, w, 4)
        Straight alpha.
    depth_m : ndarray of float32, shape (h, w)
        Nearest depth in the pixel; `iliopsoas.plates.raster.EMPTY_DEPTH_M` where nothing is.
    part : ndarray of int16, shape (h, w)
        Position in the list that was drawn; -1 where nothing is.
    origin_px : (int, int)
        Place of the first pixel on the sheet.
    """

    rgba: NDArray[np.uint8]
    depth_m: F32
    part: NDArray[np.int16]
    origin_px: tuple[int, int]


def ink(
    g: GBuffer,
    looks: Sequence[Look],
    groups: Sequence[int],
    pixel_m: float,
    supersample: int,
    depth_range_m: tuple[float, float],
    glass: bool = False,
) -> InkImage:
    """Shade and outline one layer.

    Parameters
    ----------
    g : GBuffer
        Drawn at `supersample` times the size of the sheet, with a free rim of `supersample` * `MARGIN_PX`.
    looks : sequence of Look
        Per mesh.
    groups : sequence of int
        Per mesh; meshes of one group share an outline, so that only depth steps draw a line between them.
    pixel_m : float
        Size of a pixel of `g`, metres.
    supersample : int
        How many pixels of `g` make one of the sheet, each way.
    depth_range_m : (float, float)
        Farthest and nearest depth of the plate, for the haze.
    glass : bool
        A faint body with a firm outline.
    """
    mask = g.part >= 0
    line, near_part, near_depth = outlines(g, np.asarray(groups, np.int32), pixel_m, supersample)
    colour, dark = _wash(g, mask, looks, supersample, depth_range_m, pixel_m)
    pen = unit_rgb(INK)
    picture = np.zeros((*mask.shape, 4), np.float32)
    if glass:
        body = np.zeros(mask.shape, np.float32)
        turned = 1 - np.clip(g.normal[mask][:, 2], 0, 1)
        body[mask] = GLASS_BODY * (0.55 + 1.5 * turned * turned)
        edge = np.minimum(line * 0.85, 0.8)
        alpha = body * (1 - edge) + edge
        picture[mask, :3] = (colour**1.5) * (body * (1 - edge))[mask][:, None]
        picture[..., :3] += pen * edge[..., None]
        picture[..., 3] = alpha
    else:
        flat, inside = picture.reshape(-1, 4), np.flatnonzero(mask)
        e = line.ravel()[inside][:, None] * np.float32(0.86)
        painted = np.empty((len(inside), 4), np.float32)
        painted[:, :3] = colour * (1 - e) + (dark * np.float32(0.40) + pen * np.float32(0.25)) * e
        painted[:, 3] = 1
        flat[inside] = painted
        outside = np.flatnonzero(~mask & (line > 0))
        flat[outside] = np.append(pen, np.float32(1)) * (line.ravel()[outside] * np.float32(0.9))[:, None]
    return _reduced(picture, near_depth, near_part, g.origin_px, supersample)


def _wash(
    g: GBuffer,
    mask: NDArray[np.bool_],
    looks: Sequence[Look],
    supersample: int,
    depth_range_m: tuple[float, float],
    pixel_m: float,
) -> tuple[F32, F32]:
    """Return colour and shadow colour of the drawn pixels, each (n, 3)."""
    at = np.flatnonzero(mask)
    part = g.part.ravel()[at]
    base_of = np.array([unit_rgb(k.colour) for k in looks], np.float32).reshape(-1, 3)
    dark_of = base_of ** np.float32(1.35) * _f32(0.55, 0.50, 0.62)  # shadows lean cool
    light_of = 1 - (1 - base_of) * _f32(0.55, 0.60, 0.70)  # lights lean warm
    gloss = np.array([k.gloss for k in looks], np.float32)[part]
    base, dark, light = (of.take(part, 0) for of in (base_of, dark_of, light_of))
    n = g.normal.reshape(-1, 3).take(at, 0)
    tone = AMBIENT + DIRECT * np.clip((n @ LIGHT + WRAP) / (1 + WRAP), 0, 1) + SKY * (0.5 + 0.5 * n[:, 1])
    tone += CAVITY * relief(g.normal, mask, supersample).ravel()[at]
    amount = np.array([k.fibres for k in looks], np.float32)[part]
    fibrous = np.flatnonzero(amount > 0)
    ink_dark = ink_light = np.zeros(0, np.float32)
    if len(fibrous):
        u, v = g.uv.reshape(-1, 2).take(at[fibrous], 0).T
        rate = g.v_rate.ravel()[at[fibrous]]
        tone[fibrous] *= 1 + amount[fibrous] * fibres.bundles(u, v, rate)
        ink_dark, ink_light = fibres.strokes(u, v, rate, supersample)
        ink_dark, ink_light = ink_dark * amount[fibrous], ink_light * amount[fibrous]
    cut = np.array([k.grain != "" for k in looks], bool)
    if cut.any():
        tone += grain.tones(g, [k.grain for k in looks], pixel_m).ravel()[at]
    tone = np.clip(tone, 0.10, 1.25).astype(np.float32)[:, None]
    below, above = tone / np.float32(0.8), np.clip((tone - np.float32(0.8)) / np.float32(0.45), 0, 1)
    colour = np.where(tone < 0.8, dark + (base - dark) * below, base + (light - base) * above)
    colour += (gloss * np.clip(n @ _HALF, 0, 1) ** 36)[:, None]
    colour *= 1 - RIM * np.clip(1 - n[:, 2:], 0, 1) ** 3
    if len(fibrous):
        colour[fibrous] += (dark[fibrous] * np.float32(0.6) - colour[fibrous]) * (0.85 * ink_dark)[:, None]
        colour[fibrous] += (light[fibrous] - colour[fibrous]) * (0.55 * ink_light)[:, None]
    far, near = depth_range_m
    haze = HAZE * np.clip((near - g.depth.ravel()[at]) / max(near - far, 1e-6), 0, 1)
    colour += (_f32(0.93, 0.94, 0.97) - colour) * haze[:, None].astype(np.float32)
    return np.clip(colour, 0, 1), dark


def relief(normal: F32, mask: NDArray[np.bool_], supersample: int) -> F32:
    """Return how the surface curves on the picture, -1 hollow .. 1 ridge (0 at the picture's and the parts' edges)."""
    r = supersample
    out = np.zeros(mask.shape, np.float32)
    inner = (slice(r, -r), slice(r, -r))
    whole = mask[2 * r :, r:-r] & mask[: -2 * r, r:-r] & mask[r:-r, 2 * r :] & mask[r:-r, : -2 * r]
    x, y = (np.ascontiguousarray(normal[..., axis]) for axis in (0, 1))
    bend = x[r:-r, 2 * r :] - x[r:-r, : -2 * r] + y[: -2 * r, r:-r] - y[2 * r :, r:-r]
    out[inner] = np.clip(bend * np.float32(2.2), -1, 1) * whole
    return out


def outlines(
    g: GBuffer, groups: NDArray[np.int32], pixel_m: float, supersample: int
) -> tuple[F32, NDArray[np.int16], F32]:
    """Find where the pen runs and how hard it presses.

    The line lies on the nearer side: full at a silhouette and between groups, lighter at a depth step inside a group.
    It swells on the side turned from the light, as a pen line does.

    Returns
    -------
    strength : ndarray of float32, shape (h, w)
        0..1.
    part, depth : ndarrays, shape (h, w)
        As in `g`, carried on to the line's pixels outside the shape.
    """
    h, w = g.part.shape
    group = np.append(groups, -1).astype(np.int32).take(g.part.ravel())  # the last one stands for part -1, nothing
    depth, normal = g.depth.ravel(), g.normal.reshape(-1, 3)
    strength = np.zeros(h * w, np.float32)
    for axis, stride in ((0, w), (1, 1)):
        a = tuple(slice(1, None) if k == axis else slice(None) for k in (0, 1))
        b = tuple(slice(None, -1) if k == axis else slice(None) for k in (0, 1))
        grid = group.reshape(h, w)
        edge = np.zeros((h, w), bool)
        edge[b] = (grid[a] != grid[b]) | (np.abs(g.depth[a] - g.depth[b]) > STEP_M)
        first = np.flatnonzero(edge)  # few pixels: all that follows is cheap
        second = first + stride
        step = depth[second] - depth[first]
        nearer = np.where(step > 0, second, first)
        size = np.abs(step)
        slope = np.abs(normal[nearer, 1 - axis]) / np.maximum(normal[nearer, 2], 0.15) * pixel_m
        extra = size - np.minimum(slope * 2, 0.004)  # a surface seen edge-on is steep without being a step
        inside = np.clip((extra - STEP_M) / 0.004, 0, 1)
        s = np.where(inside > 0, 0.35 + 0.6 * inside, 0)
        border = group[first] != group[second]
        s = np.where(border, np.maximum(s, 0.8 + 0.2 * (size > 0.003)), s)
        np.maximum.at(strength, nearer, s.astype(np.float32))
    return _swell(strength, g, supersample)


def _swell(strength: F32, g: GBuffer, supersample: int) -> tuple[F32, NDArray[np.int16], F32]:
    """Widen the line where the pen presses; carry part and depth to the pixels that it gains outside."""
    h, w = g.part.shape
    part, depth = g.part.ravel().copy(), g.depth.ravel().copy()
    across = _unit(LIGHT[:2])
    press = np.zeros(h * w, np.float32)
    at = np.flatnonzero(strength > 0)  # of truth values, which is found much faster than of numbers
    n = g.normal.reshape(-1, 3)[at, :2]
    press[at] = np.clip(0.5 - 0.5 * (n @ across) / (np.hypot(n[:, 0], n[:, 1]) + 1e-6), 0, 1)
    rounds = [(0.5, 0.5), (-0.35, 0.95)] if supersample > 1 else [(-0.1, 0.6)]
    for least, gain in rounds:
        at = np.flatnonzero(strength > 0)
        offered = strength[at] * np.clip(least + gain * press[at], 0, 1)
        weight, owner, height = press[at], part[at], depth[at]
        for step in (1, -1, w, -w):  # the margin of the buffer is free, so nothing wraps around
            to = at + step
            better = offered > strength[to]
            to, frm = to[better], np.flatnonzero(better)
            strength[to] = offered[frm]
            press[to] = weight[frm]
            outside = part[to] < 0
            part[to[outside]] = owner[frm[outside]]
            depth[to[outside]] = height[frm[outside]]
    return strength.reshape(h, w), part.reshape(h, w), depth.reshape(h, w)


def _reduced(picture: F32, depth: F32, part: NDArray[np.int16], origin_px: tuple[int, int], k: int) -> InkImage:
    """Average premultiplied colour over k x k pixels, and keep part and depth of the nearest of them."""
    corners = [(slice(i, None, k), slice(j, None, k)) for i in range(k) for j in range(k)]
    total = picture[corners[0]].copy()
    near_depth, near_part = depth[corners[0]].copy(), part[corners[0]].copy()
    for at in corners[1:]:
        total += picture[at]
        here = depth[at]
        np.copyto(near_part, part[at], where=here > near_depth)
        np.maximum(near_depth, here, out=near_depth)
    seen = total[..., 3] > 0
    straight = total[seen]
    straight[:, :3] /= straight[:, 3:]
    straight[:, 3] /= k * k
    rgba = np.zeros(total.shape, np.uint8)
    rgba[seen] = (np.clip(straight, 0, 1) * 255 + 0.5).astype(np.uint8)
    return InkImage(rgba, near_depth, near_part, (origin_px[0] // k, origin_px[1] // k))
