"""Bony landmarks, endplates and transverse processes of the shipped bones, as points in the standing frame."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any, Literal

import numpy as np

from iliopsoas.atlas.bones import bones_record
from iliopsoas.atlas.endplate import Endplate
from iliopsoas.atlas.mesh import FloatArray

Side = Literal["r", "l"]


class UnknownLandmarkError(KeyError):
    """A landmark, vertebra or level that the bones do not have."""


def names() -> tuple[str, ...]:
    """Return the names that `landmark` knows."""
    return tuple(_recorded()["points"])


def landmark(name: str, side: Side = "r") -> FloatArray:
    """Return a named bony point, shape (3,), metres; ``side="l"`` mirrors it.

    Raises
    ------
    UnknownLandmarkError
        If there is no such point; the message lists close matches.
    """
    return _sided(_pick(_recorded()["points"], name, "landmark"), side)


def definition(name: str) -> str:
    """Return in words which point of the bone a landmark is."""
    return str(_pick(_recorded()["definitions"], name, "landmark"))


def line(name: Literal["iliac_crest", "pelvic_brim", "costal_arch"], side: Side = "r") -> FloatArray:
    """Return a bony line, shape (n, 3), metres.

    The crest runs from ASIS to PSIS, the brim from promontory to pubis, the costal arch from the tip of rib 10 to the
    xiphoid.
    """
    return _sided(_pick(_recorded()["lines"], name, "line"), side)


def endplate(vertebra: str, edge: Literal["upper", "lower"]) -> Endplate:
    """Return an endplate of "t6" .. "t12", "l1" .. "l5" or the upper one of "s1"."""
    found = _pick(_pick(_recorded()["endplates"], vertebra, "vertebra"), edge, f"edge of {vertebra}")
    return Endplate(np.array(found["centre"]), found["half_depth_m"], found["half_width_m"], found["tilt_deg"])


def transverse_process_tip(level: str, side: Side = "r") -> FloatArray:
    """Return the tip of the transverse process of "l1" .. "l5", shape (3,), metres."""
    return _sided(_pick(_recorded()["transverse_processes"], level, "level")["tip"], side)


def transverse_process_front(level: str, fraction: float, side: Side = "r") -> FloatArray:
    """Return a point in the middle of the front of a transverse process; fraction 0 is its root, 1 its tip."""
    if not 0 <= fraction <= 1:
        raise ValueError(f"fraction {fraction!r} is not within 0 (root) and 1 (tip)")
    line = np.array(_pick(_recorded()["transverse_processes"], level, "level")["front"])
    at = fraction * (len(line) - 1)
    return _sided([np.interp(at, np.arange(len(line)), line[:, k]) for k in range(3)], side)


def _recorded() -> dict[str, Any]:
    found: dict[str, Any] = bones_record()["landmarks"]
    return found


def _pick(table: dict[str, Any], key: str, what: str) -> Any:
    if key not in table:
        close = get_close_matches(key, table, n=3, cutoff=0.4) or list(table)
        raise UnknownLandmarkError(f"{what} {key!r} is not known; did you mean {', '.join(close)}?")
    return table[key]


def _sided(point: Any, side: str) -> FloatArray:
    if side not in ("r", "l"):
        raise ValueError(f"side {side!r} is neither 'r' nor 'l'")
    return np.array(point, float) * [1.0, 1.0, 1.0 if side == "r" else -1.0]
