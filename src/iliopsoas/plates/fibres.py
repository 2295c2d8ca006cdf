"""Fibre pattern of muscle and tendon: soft bundles in the shading, and single strokes as a pen would set them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]

# Drawing choices, metres across the fibres.
BUNDLE_M, FIBRE_M, STROKE_M = 0.0030, 0.0010, 0.0021
STROKE_HALF_PX = 0.34  # of a finished pixel
_RANDOM = np.random.default_rng(20).random(4096).astype(np.float32)


def _noise(x: NDArray[np.floating]) -> F32:
    """Return smooth value noise on a line, 0..1, one random value per unit."""
    whole = np.floor(x)
    f = x - whole
    f = f * f * (3 - 2 * f)
    i = whole.astype(np.int32) & 4095
    return (_RANDOM[i] * (1 - f) + _RANDOM[(i + 1) & 4095] * f).astype(np.float32)


def _fine_enough(v_rate: F32, period_m: float) -> F32:
    """Return 1 where one period spans several pixels, falling to 0 where it would only flicker."""
    return np.clip(1.6 - 4 * v_rate / np.float32(period_m), 0, 1)


def bundles(u: F32, v: F32, v_rate: F32) -> F32:
    """Return how much lighter (+) or darker (-) the surface is, about -0.6..0.6.

    Parameters
    ----------
    u, v : ndarray
        Fibre coordinates: 0..1 along, metres across.
    v_rate : ndarray
        Change of v, metres per pixel.
    """
    wide = (_noise(v / np.float32(BUNDLE_M) + 0.5 * np.sin(4 * u)) - 0.5) * _fine_enough(v_rate, BUNDLE_M)
    fine = (_noise(v / np.float32(FIBRE_M) + 0.8 * np.sin(6 * u) + 97) - 0.5) * _fine_enough(v_rate, FIBRE_M)
    return 0.62 * wide + 0.5 * fine


def strokes(u: F32, v: F32, v_rate: F32, supersample: int) -> tuple[F32, F32]:
    """Return the coverage, 0..1, of dark pen strokes and of light ones.

    A stroke runs along u, is about two thirds of a finished pixel wide whatever the distance, begins and ends softly,
    and stops where its neighbours would touch it.
    """
    c = v / np.float32(STROKE_M) + 0.12 * np.sin(9 * u)
    line = np.floor(c)
    i = line.astype(np.int32)
    offset = (_RANDOM[(i * 7 + 11) & 4095] - 0.5) * 0.5
    away_px = np.abs(c - line - 0.5 - offset) * np.float32(STROKE_M) / np.maximum(v_rate, 1e-9)
    cover = np.clip(STROKE_HALF_PX * supersample + 0.5 - away_px, 0, 1)
    t = u * np.float32(3.3) + 5 * _RANDOM[(i * 13 + 5) & 4095]
    piece = np.floor(t)
    lot = _RANDOM[(i * 31 + piece.astype(np.int32) * 577) & 4095]
    body = np.sqrt(np.clip(4 * (t - piece) * (1 - t + piece), 0, 1))
    cover *= body * _fine_enough(v_rate, STROKE_M * 1.2)
    return cover * (lot < 0.5), cover * (lot > 0.78)
