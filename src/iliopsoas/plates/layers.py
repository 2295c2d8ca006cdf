"""The drawn layers of one view as aligned images, and the constants by which they are put together.

A `Sheet` is all that a browser or a figure needs: any subset of its layers can be put together with right occlusion,
because each layer keeps its depth. How that is done is in `composite`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from iliopsoas.sources.errors import UnknownName

Box = tuple[int, int, int, int]
AREAS = "areas"  # id of the layer that has no picture of its own: it switches the attachment areas on
DEPTH_STEPS = 4094  # depth 1 is the farthest, 4095 the nearest, 0 means empty; a step is about a tenth of a millimetre


@dataclass(frozen=True)
class Layer:
    """What a plate asks to be drawn together, and how a reader meets it.

    Attributes
    ----------
    id, name : str
        Short id and what the reader calls it. The id "areas" is kept for the switch of the attachment areas.
    parts : tuple of str
        Part ids of the body.
    on : bool
        Shown at first.
    locked : bool
        Always shown.
    glass : bool
        A faint body with a firm outline that hides nothing.
    ghost : bool
        Where something lies in front, shown as a faint tint with a dashed contour.
    sentence : str
        What the alt text says of it when it is shown.
    """

    id: str
    name: str
    parts: tuple[str, ...] = ()
    on: bool = True
    locked: bool = False
    glass: bool = False
    ghost: bool = False
    sentence: str = ""


@dataclass(frozen=True)
class PartRow:
    """One number of the index images.

    Attributes
    ----------
    index : int
        1..255, the number in the images.
    id, structure, side, name : str
        Part or area id, structure id, "r" | "l" | "", and what a reader calls it.
    layer : str
        Layer that it is drawn in.
    parent : str or None
        For an area, the part that it lies on.
    tint : str
        "#rrggbb" that it takes when lit.
    hard : bool
        Bone, disc or cartilage.
    """

    index: int
    id: str
    structure: str
    side: str
    name: str
    layer: str
    parent: str | None
    tint: str
    hard: bool = False


@dataclass(frozen=True, eq=False)
class Overlay:
    """Depth and number of the attachment areas, cropped to `box` (x, y, width, height in pixels)."""

    box: Box
    depth: NDArray[np.uint16]
    index: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class SheetLayer:
    """One layer: its flags and three aligned images, cropped to `box`.

    Attributes
    ----------
    rgba : ndarray of uint8, shape (h, w, 4)
        Straight alpha.
    depth : ndarray of uint16, shape (h, w)
        0 empty, then 1 .. `DEPTH_STEPS` + 1 from far to near.
    index : ndarray of uint8, shape (h, w)
        Number of the nearest part; 0 empty.
    colour : str
        "#rrggbb" of its ghost.
    """

    id: str
    name: str
    box: Box
    rgba: NDArray[np.uint8]
    depth: NDArray[np.uint16]
    index: NDArray[np.uint8]
    on: bool = True
    locked: bool = False
    glass: bool = False
    ghost: bool = False
    sentence: str = ""
    colour: str = "#808080"


@dataclass(frozen=True)
class Ring:
    """One scale of the contact shadow, in cells of its grid and steps of depth."""

    r1: int
    r2: int
    range: int
    shift: tuple[int, int]


@dataclass(frozen=True)
class Rules:
    """Constants of `composite`, in pixels and steps of depth; they travel with every pack.

    Attributes
    ----------
    eps : int
        Something is hidden when more than this lies in front of it.
    seam_jump : int
        Two layers that meet with a smaller step than this get a soft line.
    rings : tuple of Ring
        Contact shadow.
    """

    eps: int
    seam_jump: int
    rings: tuple[Ring, ...]
    seam_strength: float = 0.5
    seam_gain: float = 0.22
    grid: int = 4
    low: float = 0.10
    strength: tuple[float, float, float] = (0.50, 0.54, 0.44)
    fill: tuple[float, float, float, float, float] = (0.0, 0.20, 0.38, 0.88, 0.95)
    edge: tuple[float, float, float, float, float] = (0.0, 0.75, 0.35, 0.85, 1.0)
    gain: float = 0.24
    line: float = 0.35
    lum: tuple[float, float] = (0.35, 0.72)
    hatch: tuple[float, ...] = (0.15, 0.15, 0.5, 1.0, 1.0, 1.0, 0.5, 0.15)
    fade: int = 36


# Contact shadow: reach and range of depth in metres, shift as a part of the reach (light comes from the upper left).
_RINGS_M = ((0.0035, 0.004, 0.4), (0.012, 0.011, 0.35))


def rules_for(pixel_m: float, depth_range_m: tuple[float, float], size_px: tuple[int, int]) -> Rules:
    """Return the constants for one view: `pixel_m` metres a pixel, depth from far to near in metres."""
    far, near = depth_range_m
    steps_per_m = DEPTH_STEPS / (near - far)
    grid = 4
    rings = []
    for reach, depth, shift in _RINGS_M:
        r1 = max(1, round(reach / pixel_m / grid))
        s = round(reach * shift / pixel_m / grid)
        rings.append(Ring(r1, max(1, r1 // 2), round(depth * steps_per_m), (s, s)))
    eps, jump = round(0.0015 * steps_per_m), round(0.004 * steps_per_m)
    return Rules(eps, jump, tuple(rings), grid=grid, fade=round(0.04 * min(size_px)))


@dataclass(frozen=True, eq=False)
class Sheet:
    """All layers of one view.

    Attributes
    ----------
    view : str
        Name of the view.
    size_px : (int, int)
        Width, height.
    depth_range_m : (float, float)
        Farthest and nearest depth, metres towards the viewer.
    layers : tuple of SheetLayer
        Bottom to top; the order decides only between equal depths.
    parts : tuple of PartRow
    areas : Overlay or None
        Attachment areas on their bones.
    rules : Rules
    draft : bool
        Drawn without supersampling.
    """

    view: str
    size_px: tuple[int, int]
    depth_range_m: tuple[float, float]
    layers: tuple[SheetLayer, ...]
    parts: tuple[PartRow, ...]
    areas: Overlay | None
    rules: Rules
    draft: bool = False
    _by_id: dict[str, PartRow] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        """Index the parts by id."""
        self._by_id.update({p.id: p for p in self.parts})

    @cached_property
    def peelable(self) -> tuple[str, ...]:
        """Ids of the layers a reader can take away, in order; the bits of label masks follow it."""
        return tuple(k.id for k in self.layers if not k.locked)

    def shown(self, on: Iterable[str] | None = None) -> frozenset[str]:
        """Return the ids of the layers shown: the locked ones, and `on` (default: those on at first).

        Raises
        ------
        UnknownName
            When `on` holds an id that no layer has.
        """
        ids = [k.id for k in self.layers]
        wanted = [k.id for k in self.layers if k.on] if on is None else list(on)
        for name in wanted:
            if name not in ids:
                raise UnknownName("layer", name, ids)
        return frozenset(wanted) | {k.id for k in self.layers if k.locked}

    def mask_of(self, on: Iterable[str] | None = None) -> int:
        """Return the bit mask of the peelable layers shown."""
        shown = self.shown(on)
        return sum(1 << i for i, name in enumerate(self.peelable) if name in shown)

    def shown_by_mask(self, mask: int) -> frozenset[str]:
        """Return the ids of the layers shown for a bit mask."""
        return self.shown(name for i, name in enumerate(self.peelable) if mask >> i & 1)

    def part(self, part_id: str) -> PartRow:
        """Return the row of a part or area; an unknown id raises `UnknownName`."""
        try:
            return self._by_id[part_id]
        except KeyError:
            raise UnknownName("part or area on this plate", part_id, self._by_id) from None

    def lit_table(self, lit: Iterable[str]) -> NDArray[np.bool_]:
        """Return which of the 256 index numbers are lit."""
        table = np.zeros(256, bool)
        for part_id in lit:
            table[self.part(part_id).index] = True
        return table

    def steps_of(self, depth_m: float) -> float:
        """Return a depth in metres as (fractional) steps."""
        far, near = self.depth_range_m
        return (depth_m - far) / (near - far) * DEPTH_STEPS + 1

    @property
    def steps_per_m(self) -> float:
        """Steps of depth in a metre."""
        return DEPTH_STEPS / (self.depth_range_m[1] - self.depth_range_m[0])

    def placed(self, image: NDArray, box: Box) -> NDArray:
        """Return a cropped image at its place on an empty sheet."""
        w, h = self.size_px
        x, y, bw, bh = box
        out = np.zeros((h, w, *image.shape[2:]), image.dtype)
        out[y : y + bh, x : x + bw] = image
        return out
