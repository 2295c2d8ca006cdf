"""Where the viewer stands: orthographic views of the body, by name or by angle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from iliopsoas.sources.errors import UnknownName

Axes = tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]


def view_axes(azimuth_deg: float, elevation_deg: float = 0.0) -> Axes:
    """Return the screen axes of a viewer (rows: right, up, towards the viewer) in the body's frame.

    Parameters
    ----------
    azimuth_deg : float
        0 looks from the front, 90 from the right side, 180 from behind.
    elevation_deg : float
        Above 0 looks from above, below 0 from below.
    """
    a, e = np.radians([azimuth_deg, elevation_deg])
    towards = np.array([np.cos(a) * np.cos(e), np.sin(e), np.sin(a) * np.cos(e)])
    right = np.array([np.sin(a), 0.0, -np.cos(a)])
    rows = np.stack([right, np.cross(towards, right), towards])
    rows[np.abs(rows) < 1e-15] = 0.0
    return tuple(tuple(float(x) for x in row) for row in rows)  # type: ignore[return-value]


@dataclass(frozen=True)
class View:
    """An orthographic view.

    Attributes
    ----------
    name : str
        Short id, such as "anterior".
    axes : 3 x 3 floats
        Rows: screen right, screen up, towards the viewer, in the body's frame.
    centre_m : (float, float)
        Screen coordinates (right, up) of the picture's centre, metres.
    width_m : float
        Width of the picture, metres.
    size_px : (int, int)
        Width and height of the picture, pixels.
    title : str
        How a reader calls it, such as "From the front".
    sentence : str
        Opening sentence of the alt text.
    """

    name: str
    axes: Axes
    centre_m: tuple[float, float]
    width_m: float
    size_px: tuple[int, int] = (800, 900)
    title: str = ""
    sentence: str = ""

    @cached_property
    def matrix(self) -> NDArray[np.float64]:
        """The axes as an array, shape (3, 3)."""
        return np.array(self.axes, float)

    @property
    def pixel_m(self) -> float:
        """Size of one pixel on the body, metres."""
        return self.width_m / self.size_px[0]

    def project(self, points: ArrayLike) -> NDArray[np.float64]:
        """Project points of the body onto the picture.

        Parameters
        ----------
        points : array_like, shape (..., 3)
            Metres, body frame.

        Returns
        -------
        ndarray, shape (..., 3)
            Pixel x, pixel y (downwards; the first pixel covers 0..1), depth towards the viewer in metres.
        """
        s = np.asarray(points, float) @ self.matrix.T
        w, h = self.size_px
        x = (s[..., 0] - self.centre_m[0]) / self.pixel_m + w / 2
        y = h / 2 - (s[..., 1] - self.centre_m[1]) / self.pixel_m
        return np.stack([x, y, s[..., 2]], -1)

    def unproject(self, x_px: ArrayLike, y_px: ArrayLike, depth_m: ArrayLike) -> NDArray[np.float64]:
        """Return the body points, shape (..., 3) metres, at pixel positions and depths (the inverse of `project`)."""
        w, h = self.size_px
        right = (np.asarray(x_px, float) - w / 2) * self.pixel_m + self.centre_m[0]
        up = (h / 2 - np.asarray(y_px, float)) * self.pixel_m + self.centre_m[1]
        right, up, depth = np.broadcast_arrays(right, up, np.asarray(depth_m, float))
        return np.stack([right, up, depth], -1) @ self.matrix

    def scaled(self, factor: float) -> View:
        """Return the same view with `factor` times as many pixels each way."""
        w, h = self.size_px
        return replace(self, size_px=(round(w * factor), round(h * factor)))


def view_at(
    name: str,
    azimuth_deg: float,
    elevation_deg: float,
    centre: ArrayLike,
    width_m: float,
    size_px: tuple[int, int] = (800, 900),
    title: str = "",
    sentence: str = "",
) -> View:
    """Return the view from two angles that has the body point `centre` (metres) in the middle of the picture."""
    axes = view_axes(azimuth_deg, elevation_deg)
    c = np.array(axes) @ np.asarray(centre, float)
    return View(name, axes, (float(c[0]), float(c[1])), width_m, size_px, title, sentence)


# Name, azimuth, elevation (degrees), middle of the picture (metres), width (metres), title, opening of the alt text.
# Framing is a drawing choice: from T11, or what lies in front of it, to just below the lesser trochanter.
_NAMED = (
    ("anterior", 0, 0, (-0.05, 0.034, 0), 0.436, "From the front", "Seen from the front."),
    (
        "lateral_right",
        90,
        0,
        (-0.055, 0.034, 0),
        0.436,
        "From the right side",
        "Seen from the right side; the front of the body is on the right of the picture.",
    ),
    ("posterior", 180, 0, (-0.05, 0.034, 0), 0.436, "From behind", "Seen from behind."),
    (
        "anterolateral_right",
        35,
        0,
        (-0.05, 0.034, 0),
        0.436,
        "From the front and right",
        "Seen from the front and the right side, 35 degrees round.",
    ),
    (
        "inferior",
        0,
        -55,
        (-0.0705, -0.0145, 0),
        0.400,
        "From below and in front",
        "Seen from below and in front, as if looking up into the pelvis.",
    ),
)
_VIEWS = {
    name: view_at(name, azimuth, elevation, centre, width, title=title, sentence=sentence)
    for name, azimuth, elevation, centre, width, title, sentence in _NAMED
}


def view(name: str) -> View:
    """Return a named view: anterior, lateral_right, posterior, anterolateral_right or inferior.

    Raises
    ------
    UnknownName
        When no view has this name; the message says which ones there are.
    """
    try:
        return _VIEWS[name]
    except KeyError:
        raise UnknownName("view", name, _VIEWS) from None


def view_names() -> tuple[str, ...]:
    """Return the names of all views, in the order in which they are offered."""
    return tuple(_VIEWS)
