"""A plate while it moves: flat shaded triangles of what faces the viewer, in a few colours, without supersampling.

One number a pixel holds depth, part and colour together, so that a single maximum decides what is nearest. Meshes are
thinned once, as their triangles stay the same while their points move. Glass is drawn as its outline; areas, ghosts,
fibres and shadows wait for the full ink.
"""

from __future__ import annotations

import io
import json
import struct
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from iliopsoas.atlas.mesh import Mesh
from iliopsoas.plates.ink import AMBIENT, DIRECT, LIGHT, RIM, SKY, WRAP
from iliopsoas.plates.pack import moving_words
from iliopsoas.plates.palette import INK, look, unit_rgb
from iliopsoas.plates.raster import downwards, runs
from iliopsoas.plates.view import View

if TYPE_CHECKING:
    from iliopsoas.plates.plate import Plate

F32 = NDArray[np.float32]
_DEPTHS = 65534  # depth in the upper 16 bits, then 8 bits of part number, then 8 bits of colour number
_INK, _GLASS_INK, _FIRST = 1, 2, 3  # colour numbers: 0 is paper
_DARK, _BRIGHT = 0.25, 1.05  # tones of the darkest and the lightest shade
_CELL_M = 0.0035  # of thinned meshes: three pixels or so
_FEW = 600  # triangles that are not worth thinning
_MESHES_KEPT = 400
_GRID = 4  # labels look for their anchors on every fourth pixel


@dataclass(frozen=True, eq=False)
class Draft:
    """A quick picture.

    Attributes
    ----------
    colour : ndarray of uint8, shape (h, w)
        Numbers of `palette`; 0 is paper.
    palette : ndarray of uint8, shape (256, 4)
        Straight RGBA.
    index : ndarray of uint8, shape (h, w)
        Number of the nearest part, as in the sheet of the plate; 0 where nothing is.
    depth : ndarray of uint16, shape (h, w)
        Far 1 to near 65535; 0 where nothing is.
    """

    colour: NDArray[np.uint8]
    palette: NDArray[np.uint8]
    index: NDArray[np.uint8]
    depth: NDArray[np.uint16]

    @property
    def rgba(self) -> NDArray[np.uint8]:
        """The picture as pixels, shape (h, w, 4)."""
        return self.palette[self.colour]


def draft(plate: Plate, on: Iterable[str] | None = None) -> Draft:
    """Draw a plate quickly.

    Parameters
    ----------
    plate : Plate
        With `depth_range_m`, or the depths of what is drawn are taken.
    on : iterable of str, optional
        Layers shown, as in `Plate.shown`.

    Raises
    ------
    UnknownName
        A layer names a part that the body does not have.
    """
    view, body, shown = plate.picture_view, plate.body(), plate.shown(on)
    w, h = view.size_px
    numbered = [(layer, part) for layer in plate.layers for part in layer.parts]
    solid = [(k, body[part]) for k, (layer, part) in enumerate(numbered, 1) if layer.id in shown and not layer.glass]
    glass = [(k, body[part]) for k, (layer, part) in enumerate(numbered, 1) if layer.id in shown and layer.glass]
    tissues = list(dict.fromkeys(part.tissue for _, part in solid))
    shades = (255 - _FIRST) // max(1, len(tissues))
    first = {tissue: _FIRST + n * shades for n, tissue in enumerate(tissues)}
    depths = plate.depth_range_m or _depths([p.mesh for _, p in (*solid, *glass)], view)
    key = _drawn([(k, p.mesh, first[p.tissue]) for k, p in solid], view, depths, shades).reshape(h, w)
    colour, index, depth = _parted(key)
    groups = {g: n for n, g in enumerate(dict.fromkeys(part.group for _, part in solid), 1)}
    group_of = np.zeros(256, np.uint8)
    for k, part in solid:
        group_of[k] = groups[part.group] % 255 + 1
    group = np.frombuffer(index.tobytes().translate(group_of.tobytes()), np.uint8).reshape(h, w)
    np.copyto(colour, _INK, where=_edges(group))
    if glass:
        pane = _drawn([(k, p.mesh, _GLASS_INK) for k, p in glass], view, depths, 1).reshape(h, w)
        _, behind, _ = _parted(pane)
        np.copyto(colour, _GLASS_INK, where=_edges(behind) & (pane >= key))
        np.copyto(index, behind, where=index == 0)
    return Draft(colour, _palette(tuple(tissues), shades), index, depth)


def write(plate: Plate, on: Iterable[str] | None = None) -> bytes:
    """Return a quick picture as bytes for the browser, with the words and numbers of the same plate.

    The form is that of a pack: header length, JSON, image. The header has ``flat``, the words of the plate, and
    ``anchors``: where the labels point, by label id.
    """
    picture = draft(plate, on)
    image = Image.frombytes("P", picture.colour.shape[::-1], picture.colour.tobytes())
    image.putpalette(picture.palette.tobytes(), "RGBA")
    data = io.BytesIO()
    image.save(data, "PNG", compress_level=1)
    head = {**moving_words(plate), "flat": True, "anchors": anchors(plate, picture, on), "image": [0, data.tell()]}
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    return struct.pack("<I", len(text)) + text + data.getvalue()


def anchors(plate: Plate, picture: Draft, on: Iterable[str] | None = None) -> dict[str, list[int]]:
    """Return where labels point, pixels: the visible pixel nearest to the middle of what they name."""
    shown = plate.shown(on)
    number = {part: k for k, part in enumerate((p for layer in plate.layers for p in layer.parts), 1)}
    small = picture.index[_GRID // 2 :: _GRID, _GRID // 2 :: _GRID]
    y, x = np.nonzero(small)
    what = small[y, x]
    found: dict[str, list[int]] = {}
    for label in plate.labels:
        if label.layer is not None and label.layer not in shown:
            continue
        if label.point is not None:
            px, py, _ = plate.picture_view.project(label.point)
            if label.through and 0 <= px < picture.index.shape[1] and 0 <= py < picture.index.shape[0]:
                found[label.id] = [round(float(px)), round(float(py))]
            continue
        mine = np.isin(what, [number[part] for part in label.parts if part in number])
        if not mine.any():
            continue
        mx, my = x[mine], y[mine]
        best = int(((mx - mx.mean()) ** 2 + (my - my.mean()) ** 2).argmin())
        found[label.id] = [int(mx[best]) * _GRID + _GRID // 2, int(my[best]) * _GRID + _GRID // 2]
    return found


@lru_cache(maxsize=8)
def _palette(tissues: tuple[str, ...], shades: int) -> NDArray[np.uint8]:
    """Return paper, the two inks, and the shades of every tissue from dark to light, shape (256, 4)."""
    table = np.zeros((256, 4), np.uint8)
    table[_INK] = [*(unit_rgb(INK) * 255).astype(int), 255]
    table[_GLASS_INK] = [*(unit_rgb(INK) * 127 + 90).astype(int), 255]
    tone = np.linspace(_DARK, _BRIGHT, shades, dtype=np.float32)[:, None]
    for n, tissue in enumerate(tissues):
        base = unit_rgb(look(tissue).colour)
        dark, light = base ** np.float32(1.35) * np.float32(0.57), 1 - (1 - base) * np.float32(0.6)
        below, above = tone / np.float32(0.8), np.clip((tone - np.float32(0.8)) / np.float32(0.45), 0, 1)
        rows = np.where(tone < 0.8, dark + (base - dark) * below, base + (light - base) * above)
        at = _FIRST + n * shades
        table[at : at + shades, :3] = np.clip(rows, 0, 1) * 255 + 0.5
        table[at : at + shades, 3] = 255
    table.flags.writeable = False
    return table


def _parted(key: NDArray[np.uint32]) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint16]]:
    """Return colour number, part number and depth of every pixel, shape (h, w) each."""
    parts = key.astype("<u4", copy=False).view(np.uint8).reshape(*key.shape, 4)
    return parts[..., 0].copy(), parts[..., 1].copy(), parts.view("<u2")[..., 1]


def _edges(of: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return the pixels whose right or lower neighbour is something else."""
    edge = np.zeros(of.shape, bool)
    edge[:, :-1] |= of[:, :-1] != of[:, 1:]
    edge[:-1] |= of[:-1] != of[1:]
    return edge


def _depths(meshes: Sequence[Mesh], view: View) -> tuple[float, float]:
    z = np.concatenate([view.project(mesh.v)[:, 2] for mesh in meshes])
    return float(z.min()) - 0.001, float(z.max()) + 0.001


def _drawn(
    parts: Sequence[tuple[int, Mesh, int]], view: View, depth_range_m: tuple[float, float], shades: int
) -> NDArray[np.uint32]:
    """Return depth, part number and colour number of every pixel, flat."""
    w, h = view.size_px
    best = np.zeros(w * h, np.uint32)
    if not parts:
        return best
    meshes = [mesh for _, mesh, _ in parts]
    thin = [_thinned(mesh) for mesh in meshes]
    x, y, z = _projected(np.concatenate([mesh.v[use] for mesh, (use, _) in zip(meshes, thin, strict=True)]), view)
    starts = np.cumsum([0, *(len(use) for use, _ in thin)])
    faces = np.concatenate([f + start for (_, f), start in zip(thin, starts, strict=False)], 1)
    counts = [f.shape[1] for _, f in thin]
    owner, open_ = np.repeat(np.arange(len(meshes)), counts), np.repeat([mesh.sheet for mesh in meshes], counts)
    far, near = depth_range_m
    ax, bx, cx = (x[faces[c]] for c in range(3))
    ay, by, cy = (y[faces[c]] for c in range(3))
    area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)  # y runs down: what faces the viewer turns the other way
    keep = (area < -1e-6) | (open_ & (np.abs(area) > 1e-6))
    low, high = np.minimum(np.minimum(ay, by), cy), np.maximum(np.maximum(ay, by), cy)
    row0 = np.ceil(np.maximum(low, 0) - np.float32(0.5)).astype(np.int32)
    rows = np.minimum(np.ceil(high - np.float32(0.5)), h).astype(np.int32) - row0
    kept = np.flatnonzero(keep & (rows > 0) & (high > 0) & (low < h))
    if not len(kept):
        return best
    ax, bx, cx, ay, by, cy, area = (a[kept] for a in (ax, bx, cx, ay, by, cy, area))
    az, bz, cz = (z[faces[c][kept]] for c in range(3))
    zx = ((bz - az) * (cy - ay) - (cz - az) * (by - ay)) / area  # slope of depth, metres a pixel
    zy = ((cz - az) * (bx - ax) - (bz - az) * (cx - ax)) / area
    number, colour0 = (np.array(column, np.uint32)[owner[kept]] for column in list(zip(*parts, strict=True))[::2])
    key = (number << 8 | colour0 + _shade(zx, zy, np.float32(view.pixel_m), shades)).astype(np.uint32)
    scale = np.float32(_DEPTHS / (near - far))
    corners = ((ax, ay), (bx, by), (cx, cy))
    _fill(best, corners, (az - np.float32(far)) * scale, zx * scale, zy * scale, key, row0[kept], rows[kept], (w, h))
    return best


def _projected(points: NDArray[np.float64], view: View) -> tuple[F32, F32, F32]:
    """Return pixel x, pixel y and depth in metres: as `View.project`, in single precision and in three pieces."""
    at = points.astype(np.float32) @ view.matrix.T.astype(np.float32)
    origin = view.project(np.zeros(3))
    scale = np.float32(1 / view.pixel_m)
    return at[:, 0] * scale + np.float32(origin[0]), np.float32(origin[1]) - at[:, 1] * scale, at[:, 2]


_Thin = tuple[NDArray[np.int64], NDArray[np.int32]]
_THIN: OrderedDict[int, tuple[NDArray[np.int64], _Thin | None]] = OrderedDict()


def _thinned(mesh: Mesh) -> _Thin:
    """Return which points to use, and triangles between these, shape (3, t).

    Triangles that come a second time are thinned, and kept: points of one cell that look the same way become one. The
    array is held together with what was made of it, for as long as it lives nobody else has its id.
    """
    name = id(mesh.f)
    known = _THIN.get(name)
    if known is None or known[1] is None:
        whole = np.arange(len(mesh.v)), np.ascontiguousarray(mesh.f.T, np.int32)
        made = _clustered(mesh) if known and len(mesh.f) > _FEW else None
        _THIN[name] = (mesh.f, made or (whole if known else None))
        while len(_THIN) > _MESHES_KEPT:
            _THIN.popitem(last=False)
        return made or whole
    _THIN.move_to_end(name)
    return known[1]


def _clustered(mesh: Mesh) -> _Thin:
    """Return a mesh with one point for each cell of space and direction of its surface."""
    normal = mesh.normals()
    axis = np.abs(normal).argmax(1)
    facing = 2 * axis + (np.take_along_axis(normal, axis[:, None], 1)[:, 0] > 0)
    cell = np.floor(mesh.v / _CELL_M).astype(np.int64)
    cell -= cell.min(0)
    sides = cell.max(0) + 1
    code = ((cell[:, 0] * sides[1] + cell[:, 1]) * sides[2] + cell[:, 2]) * 6 + facing
    _, use, of = np.unique(code, return_index=True, return_inverse=True)
    f = of[mesh.f].astype(np.int32)
    real = (f[:, 0] != f[:, 1]) & (f[:, 1] != f[:, 2]) & (f[:, 2] != f[:, 0])
    return use, np.ascontiguousarray(f[real].T)


def _shade(zx: F32, zy: F32, pixel_m: np.float32, shades: int) -> NDArray[np.uint32]:
    """Return the shade of each triangle from how its depth falls off on the picture."""
    nx, ny = -zx / pixel_m, zy / pixel_m  # screen y runs down
    nz = 1 / np.sqrt(nx * nx + ny * ny + 1)
    nx, ny = nx * nz, ny * nz
    lit = np.clip((nx * LIGHT[0] + ny * LIGHT[1] + nz * LIGHT[2] + WRAP) / (1 + WRAP), 0, 1)
    tone = (AMBIENT + DIRECT * lit + SKY * (0.5 + 0.5 * ny)) * (1 - RIM * (1 - nz) ** 3)
    return np.clip((tone - _DARK) * ((shades - 1) / (_BRIGHT - _DARK)) + 0.5, 0, shades - 1).astype(np.uint32)


def _fill(
    best: NDArray[np.uint32],
    corners: Sequence[tuple[F32, F32]],
    z0: F32,
    zx: F32,
    zy: F32,
    key: NDArray[np.uint32],
    row0: NDArray[np.int32],
    rows: NDArray[np.int32],
    size_px: tuple[int, int],
) -> None:
    """Cut triangles into rows and rows into pixels; keep the nearest of each pixel."""
    w, _ = size_px
    half = np.float32(0.5)
    t, row = runs(rows)
    row += row0.take(t)
    # One side spans all rows of a triangle, the other two share them: each row is cut by the long one and one of these.
    (xa, ya), (xb, yb), (xc, yc) = downwards(corners)
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = np.stack([(xc - xa) / (yc - ya), (xb - xa) / (yb - ya), (xc - xb) / (yc - yb)], 1).ravel()
    starts, heights = np.stack([xa, xa, xb], 1).ravel(), np.stack([ya, ya, yb], 1).ravel()
    middle = row.astype(np.float32) + half
    long = 3 * t
    short = long + 1 + (middle > yb.take(t))
    one, other = (starts.take(at) + (middle - heights.take(at)) * slopes.take(at) for at in (long, short))
    first = np.ceil(np.maximum(np.minimum(one, other), 0) - half)
    count = np.minimum(np.ceil(np.maximum(one, other) - half), w) - first
    some = np.flatnonzero(count > 0)
    t, row, middle = t.take(some), row.take(some), middle.take(some)
    first, n = first.take(some), count.take(some).astype(np.int64)
    (ax, ay), slope_x = corners[0], zx.take(t)
    start_z = z0.take(t) + (first + half - ax.take(t)) * slope_x + (middle - ay.take(t)) * zy.take(t)
    span, j = runs(n)
    depth = start_z.take(span) + slope_x.take(span) * j.astype(np.float32)
    np.clip(depth, 0, _DEPTHS, out=depth)
    j += (row * w + first.astype(np.int64)).take(span)
    np.maximum.at(best, j, (depth.astype(np.uint32) + np.uint32(1)) << 16 | key.take(t).take(span))


def header(drawn: bytes) -> Mapping[str, Any]:
    """Return the header of a quick picture."""
    (length,) = struct.unpack_from("<I", drawn)
    return json.loads(drawn[4 : 4 + length])
