"""From a body to a sheet: rasterise and ink every layer of a view, and find the attachment areas on their bones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from iliopsoas.atlas.attachments import attachments
from iliopsoas.atlas.mesh import Mesh, submesh
from iliopsoas.atlas.structures import structures
from iliopsoas.plates.ink import MARGIN_PX, InkImage, ink
from iliopsoas.plates.layers import DEPTH_STEPS, Box, Layer, Overlay, PartRow, Sheet, SheetLayer, rules_for
from iliopsoas.plates.palette import AREA_COLOURS, OTHER_AREA, look
from iliopsoas.plates.raster import rasterise
from iliopsoas.plates.view import View
from iliopsoas.sources.errors import UnknownName

AT_ONCE = 2  # layers drawn side by side
DRAFT_PX = 2  # pixels of the picture, each way, for one of a draft
GLASS_STEPS = 8  # of `DEPTH_STEPS`, about half a millimetre
AREA_MARGIN_M = 0.004  # triangles this near to an area are searched for it


_Image = TypeVar("_Image", SheetLayer, Overlay)


class DrawnPart(Protocol):
    """What a drawing needs to know of a part of the body (see `iliopsoas.body.assemble`)."""

    id: str
    structure: str
    side: str
    tissue: str
    mesh: Mesh
    group: str


class DrawnArea(Protocol):
    """What a drawing needs to know of an attachment area (see `iliopsoas.body.areas`)."""

    id: str
    attachment: str
    side: str
    parent: str
    inside: Callable[[NDArray[np.float64]], NDArray[np.float64]]


def draw_sheet(
    view: View,
    layers: Sequence[Layer],
    body: Mapping[str, Any],
    areas: Iterable[Any] = (),
    draft: bool = False,
    depth_range_m: tuple[float, float] | None = None,
) -> Sheet:
    """Draw all layers of a view.

    Parameters
    ----------
    view : View
    layers : sequence of Layer
        Bottom to top.
    body : mapping of part id to `DrawnPart`
    areas : iterable of `DrawnArea`
        Attachment areas to find on the parts drawn; areas whose parent is not drawn are left out.
    draft : bool
        With a sixteenth of the pixels, each of which stands for 2 x 2 of the picture: for the moment until the full
        ink is there.
    depth_range_m : (float, float), optional
        Farthest and nearest depth, metres towards the viewer; by default what is drawn just fits in.

    Raises
    ------
    UnknownName
        When a layer names a part that the body does not have.
    ValueError
        When a part is in two layers, there are more parts and areas than an index image can number, or something
        lies outside the depths given.
    """
    drawn = _drawn(layers, body)
    areas = [a for a in areas if a.parent in drawn]
    if len(drawn) + len(areas) > 255:
        raise ValueError(f"A plate numbers at most 255 parts and areas, not {len(drawn)} + {len(areas)}.")
    rows = _rows(drawn, areas, body)
    depths = np.concatenate([view.project(body[p].mesh.v)[:, 2] for p in drawn])
    found = (float(depths.min()) - 0.001, float(depths.max()) + 0.001)
    depth_range = depth_range_m or found
    if found[0] + 0.001 < depth_range[0] or found[1] - 0.001 > depth_range[1]:
        raise ValueError(f"depth_range_m is {depth_range}, but the parts of view {view.name!r} span {found}.")
    number = {row.id: row.index for row in rows}
    group = {g: i for i, g in enumerate(dict.fromkeys(body[p].group for p in drawn))}
    supersample = 1 if draft else 2
    size_px, rules = view.size_px, rules_for(view.pixel_m, depth_range, view.size_px)
    if draft:
        view = view.scaled(1 / DRAFT_PX)

    def drawn_layer(layer: Layer) -> SheetLayer:
        parts = [body[p] for p in layer.parts]
        g = rasterise([p.mesh for p in parts], view.scaled(supersample), MARGIN_PX * supersample)
        if g.part.size == 0:
            return _empty(layer)
        picture = ink(
            g,
            [look(p.tissue) for p in parts],
            [group[p.group] for p in parts],
            view.pixel_m / supersample,
            supersample,
            depth_range,
            layer.glass,
        )
        finished = _sheet_layer(layer, picture, [number[p.id] for p in parts], depth_range, view.size_px)
        return replace(finished, colour=look(parts[0].tissue).colour)

    with ThreadPoolExecutor(AT_ONCE) as pool:  # numpy lets go of the interpreter; more at once would need much memory
        images = list(pool.map(drawn_layer, layers))
    overlay = _overlay(areas, body, number, view, depth_range) if areas else None
    if draft:
        images = [_enlarged(image, size_px) for image in images]
        overlay = overlay and _enlarged(overlay, size_px)
    return Sheet(view.name, size_px, depth_range, tuple(images), rows, overlay, rules, draft)


def _enlarged(image: _Image, size_px: tuple[int, int]) -> _Image:
    """Return an image of a draft with each of its pixels as `DRAFT_PX` x `DRAFT_PX`, cut to the picture."""
    x, y, w, h = (DRAFT_PX * n for n in image.box)
    w, h = min(w, size_px[0] - x), min(h, size_px[1] - y)
    names = [name for name in ("rgba", "depth", "index") if hasattr(image, name)]
    large = {n: getattr(image, n).repeat(DRAFT_PX, 0).repeat(DRAFT_PX, 1)[:h, :w] for n in names}
    return replace(image, box=(x, y, w, h), **large)


def _drawn(layers: Sequence[Layer], body: Mapping[str, Any]) -> dict[str, str]:
    """Return part id to layer id, checked."""
    drawn: dict[str, str] = {}
    for layer in layers:
        for part in layer.parts:
            if part not in body:
                raise UnknownName("part of the body", part, body)
            if part in drawn:
                raise ValueError(f"Part {part!r} is in layer {drawn[part]!r} and in layer {layer.id!r}; name it once.")
            drawn[part] = layer.id
    if not drawn:
        raise ValueError("A plate needs at least one part to draw.")
    return drawn


def _rows(drawn: Mapping[str, str], areas: Sequence[Any], body: Mapping[str, Any]) -> tuple[PartRow, ...]:
    rows = []
    for i, (part_id, layer_id) in enumerate(drawn.items(), 1):
        p, k = body[part_id], look(body[part_id].tissue)
        rows.append(PartRow(i, p.id, p.structure, p.side, _name(p.structure), layer_id, None, k.lit, k.hard))
    known = attachments()
    for i, a in enumerate(areas, len(rows) + 1):
        entry = known.get(a.attachment)
        tint = AREA_COLOURS.get(entry.kind, OTHER_AREA) if entry else OTHER_AREA
        name = entry.text if entry else a.attachment.replace("_", " ")
        structure = entry.muscle if entry else a.attachment
        rows.append(PartRow(i, a.id, structure, a.side, name, drawn[a.parent], a.parent, tint, True))
    return tuple(rows)


def _name(structure_id: str) -> str:
    known = structures().get(structure_id)
    return known.name if known else structure_id.replace("_", " ")


def _steps(depth_m: NDArray[np.float32], depth_range: tuple[float, float]) -> NDArray[np.uint16]:
    """Return depth as 1 (far) .. `DEPTH_STEPS` + 1 (near)."""
    far, near = depth_range
    return (np.clip((depth_m - far) / (near - far), 0, 1) * DEPTH_STEPS + 1.5).astype(np.uint16)


def _coarse(steps: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Return depths in steps of `GLASS_STEPS`: glass hides nothing, and its depth packs in fewer bytes so."""
    return steps - (steps - 1) % np.uint16(GLASS_STEPS)


def _sheet_layer(
    layer: Layer, picture: InkImage, numbers: Sequence[int], depth_range: tuple[float, float], size_px: tuple[int, int]
) -> SheetLayer:
    """Crop a finished layer to what shows on the sheet."""
    x, y = picture.origin_px
    w, h = size_px
    some = picture.rgba[..., 3] > 0
    some[: max(0, -y)] = False
    some[:, : max(0, -x)] = False
    some[max(0, h - y) :] = False
    some[:, max(0, w - x) :] = False
    box, cut = _cropped(some, x, y)
    number_of = np.array([0, *numbers], np.uint8)
    shown = some[cut]
    steps = _steps(picture.depth_m[cut], depth_range)
    return SheetLayer(
        layer.id,
        layer.name,
        box,
        picture.rgba[cut] * shown[..., None],
        np.where(shown, _coarse(steps) if layer.glass else steps, 0).astype(np.uint16),
        np.where(shown, number_of[picture.part[cut] + 1], 0).astype(np.uint8),
        layer.on,
        layer.locked,
        layer.glass,
        layer.ghost,
        layer.sentence,
    )


def _empty(layer: Layer) -> SheetLayer:
    rgba, depth, index = np.zeros((0, 0, 4), np.uint8), np.zeros((0, 0), np.uint16), np.zeros((0, 0), np.uint8)
    flags = (layer.on, layer.locked, layer.glass, layer.ghost, layer.sentence)
    return SheetLayer(layer.id, layer.name, (0, 0, 0, 0), rgba, depth, index, *flags)


def _cropped(some: NDArray[np.bool_], x: int, y: int) -> tuple[Box, tuple[slice, slice]]:
    rows, cols = np.flatnonzero(some.any(1)), np.flatnonzero(some.any(0))
    if len(rows) == 0:
        return (0, 0, 0, 0), (slice(0, 0), slice(0, 0))
    r0, r1, c0, c1 = int(rows[0]), int(rows[-1]) + 1, int(cols[0]), int(cols[-1]) + 1
    return (x + c0, y + r0, c1 - c0, r1 - r0), (slice(r0, r1), slice(c0, c1))


def _overlay(
    areas: Sequence[Any],
    body: Mapping[str, Any],
    number: Mapping[str, int],
    view: View,
    depth_range: tuple[float, float],
) -> Overlay | None:
    """Find the areas on the picture: draw the triangles around them and ask each pixel's point which area it is in.

    What faces the viewer and what faces away is drawn apart, so that the front of a process is also found from behind;
    where several areas lie behind each other the nearest one is kept.
    """
    by_parent: dict[str, list[Any]] = {}
    for a in areas:
        by_parent.setdefault(a.parent, []).append(a)
    w, h = view.size_px
    index, depth = np.zeros((h, w), np.uint8), np.zeros((h, w), np.uint16)
    for parent, members in by_parent.items():
        mesh = body[parent].mesh
        near = np.max([a.inside(mesh.v) for a in members], axis=0) > -AREA_MARGIN_M
        faces = near[mesh.f].any(1)
        corners = mesh.v[mesh.f]
        towards = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]) @ view.matrix[2] > 0
        numbers = np.array([number[a.id] for a in members], np.uint8)
        for chosen in (faces & towards, faces & ~towards):
            if not chosen.any():
                continue
            g = rasterise([replace(submesh(mesh, chosen), sheet=True)], view)
            py, px = np.nonzero(g.part >= 0)
            x, y = px + g.origin_px[0], py + g.origin_px[1]
            value = np.stack([a.inside(view.unproject(x + 0.5, y + 0.5, g.depth[py, px])) for a in members])
            steps = _steps(g.depth[py, px], depth_range)
            nearest = (value.max(0) > 0) & (steps > depth[y, x])
            index[y[nearest], x[nearest]] = numbers[value.argmax(0)[nearest]]
            depth[y[nearest], x[nearest]] = steps[nearest]
    if not index.any():
        return None
    box, cut = _cropped(index > 0, 0, 0)
    return Overlay(box, depth[cut], index[cut])
