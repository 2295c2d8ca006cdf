"""Make hip_shapes.npz: `python -m iliopsoas.body.hip_shapes_build`. It builds the flesh in 72 poses; some minutes.

To be run again when a module that shapes psoas, iliacus or their tendon has changed; a test compares poses of the grid
with what those modules build.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from itertools import product
from pathlib import Path

import numpy as np
from tqdm import tqdm

from iliopsoas.atlas.archive import npz_bytes
from iliopsoas.atlas.mesh import FloatArray
from iliopsoas.body.hip_shapes import (
    ADDUCTION_DEG,
    ASSET,
    BELLY_ROWS,
    FLEXION_DEG,
    LOFTS,
    ROTATION_DEG,
    SLABS,
    bends_of,
    bent,
)
from iliopsoas.body.hips import STANDING, Hips, least_rotation_deg
from iliopsoas.body.iliacus import FOSSA_ROWS, iliacus
from iliopsoas.body.psoas_belly import belly
from iliopsoas.body.psoas_line import ROWS
from iliopsoas.body.psoas_minor import psoas_minor
from iliopsoas.body.psoas_slips import arches, deep, superficial
from iliopsoas.body.psoas_tendon import iliopsoas_tendon

MOST_MODES, RIGHT_WITHIN_M = 40, 0.0004  # modes are added until every vertex is right within this in all poses
FEW_MODES, FEW_WITHIN_M = 6, 0.0005  # likewise for what lies above the brim
GRID_M = 0.00002  # standing shapes are stored on such a grid

Shapes = Mapping[str, FloatArray]


def shapes_of(hips: Hips) -> dict[str, FloatArray]:
    """Return the vertices of every part that the hips change, as the modules of this package build them."""
    b = belly(hips)
    flesh = b.mesh.v.reshape(b.flesh_rows, LOFTS["psoas_major"], 3)
    out = {
        "psoas_major": _rows(flesh, BELLY_ROWS).reshape(-1, 3),
        "iliopsoas_tendon": iliopsoas_tendon(b).v,
        "iliacus": iliacus(hips).mesh.v,
        "psoas_middle": b.middle,
        "psoas_minor": psoas_minor(b).v,
    }
    out |= {f"psoas_slip_{k}": slip.mesh.v for k, slip in superficial(b).items()}
    out |= {f"psoas_deep_{k}": slip.mesh.v for k, slip in deep(b).items()}
    out |= {f"psoas_arch_{k}": mesh.v for k, mesh in arches(b).items()}
    return out


def _rows(rings: FloatArray, rows: int) -> FloatArray:
    """Return rings at so many even places along them."""
    at = np.linspace(0, len(rings) - 1, rows)
    low = np.minimum(at.astype(int), len(rings) - 2)
    part = (at - low)[:, None, None]
    return (1 - part) * rings[low] + part * rings[low + 1]


def bends() -> dict[str, FloatArray]:
    """Return what part of the femur's turn the points of each part make; none for a part that is not named."""
    b = belly()
    first, last = b.station_row["eminence"], ROWS - 1
    per_row = (b.flesh_rows - 1) / (BELLY_ROWS - 1)
    tendon = ROWS - round(b.tendon_row)
    slab = bends_of(_iliacus_rows(), SLABS["iliacus"], FOSSA_ROWS, _iliacus_rows() - 1)
    return {
        "psoas_major": bends_of(BELLY_ROWS, LOFTS["psoas_major"], first / per_row, last / per_row),
        "psoas_middle": bends_of(ROWS, 1, first, last),
        "iliopsoas_tendon": bends_of(tendon, LOFTS["iliopsoas_tendon"], first - b.tendon_row, last - b.tendon_row),
        "iliacus": np.concatenate([slab, slab]),
    }


def _iliacus_rows() -> int:
    return len(iliacus().mesh.v) // 2 // SLABS["iliacus"]


def built_at(flexion_deg: float, adduction_deg: float, rotation_deg: float) -> tuple[float, float, float]:
    """Return the pose in which the flesh of a pose of the grid is built: turned out no farther than bone lets."""
    return flexion_deg, adduction_deg, max(rotation_deg, least_rotation_deg(flexion_deg, adduction_deg))


def packed(keys: Mapping[tuple[float, float, float], Shapes]) -> bytes:
    """Return the bytes of hip_shapes.npz for the shapes of every pose of the grid, each as `built_at` says."""
    poses = list(product(FLEXION_DEG, ADDUCTION_DEG, ROTATION_DEG))
    first = keys[0.0, 0.0, 0.0]
    names, counts = list(first), [len(v) for v in first.values()]
    part = bends()
    bend = np.concatenate([part.get(n, np.zeros(c)) for n, c in zip(names, counts, strict=True)])
    standing = np.concatenate(list(first.values()))
    low = standing.min(0)
    steps = np.round((standing - low) / GRID_M).astype("<u2")
    exact = steps * GRID_M + low
    apart = np.stack(
        [bent(np.concatenate([keys[p][n] for n in names]), bend, *built_at(*p), back=True) - exact for p in poses]
    )  # poses, n, 3
    apart[poses.index((0.0, 0.0, 0.0))] = 0
    arrays: dict[str, np.ndarray] = {
        "names": np.array(names),
        "counts": np.array(counts, "<i4"),
        "standing": steps,
        "low": low,
        "step": np.array(GRID_M),
        "bends": bend.astype("<f4"),
    }
    moving = int(sum(c for n, c in zip(names, counts, strict=True) if n in part))
    spans: list[tuple[int, int]] = []
    scales: list[float] = []
    weights: list[FloatArray] = []
    for begin, end, most, within in (
        (0, moving, MOST_MODES, RIGHT_WITHIN_M),
        (moving, len(bend), FEW_MODES, FEW_WITHIN_M),
    ):
        for mode, scale, much in _modes(apart[:, begin:end], most, within):
            arrays[f"mode_{len(spans)}"] = np.diff(mode, axis=0, prepend=0).astype("<i2")
            spans.append((begin, end))
            scales.append(scale)
            weights.append(much)
    arrays["spans"], arrays["scale"] = np.array(spans, "<i4"), np.array(scales, "<f4")
    grid = (len(FLEXION_DEG), len(ADDUCTION_DEG), len(ROTATION_DEG))
    arrays["weights"] = np.stack(weights, -1).reshape(*grid, -1).astype("<f4")
    return npz_bytes(arrays)


def _modes(apart: FloatArray, most: int, within_m: float) -> list[tuple[np.ndarray, float, FloatArray]]:
    """Return the ways in which shapes differ, as whole numbers with what one of them is, and how much of each."""
    flat = apart.reshape(len(apart), -1)
    u, s, vt = np.linalg.svd(flat, full_matrices=False)
    left, out = flat.copy(), []
    for k in range(min(most, len(s))):
        if np.linalg.norm(left.reshape(apart.shape), axis=2).max() < within_m:
            break
        sign = np.sign(vt[k][np.argmax(np.abs(vt[k]))])  # the sign that svd gives is anybody's guess
        much = u[:, k] * s[k] * sign
        # Weights are at most 1, so the mode is in metres; steps of 40 micrometres are enough.
        size = np.abs(much).max()
        scale = 4e-5
        mode = np.round(vt[k] * sign * size / scale).reshape(apart.shape[1:]).astype(np.int32)
        left -= np.outer(much / size, mode.reshape(-1) * scale)
        out.append((mode, scale, much / size))
    return out


def main(argv: list[str] | None = None) -> int:
    """Build and write the asset."""
    parser = argparse.ArgumentParser(
        prog="python -m iliopsoas.body.hip_shapes_build", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--out", type=Path, default=ASSET, help="where to write (default: the package)")
    out = parser.parse_args(argv).out
    poses = list(product(FLEXION_DEG, ADDUCTION_DEG, ROTATION_DEG))
    keys = {p: shapes_of(STANDING if not any(p) else Hips(*built_at(*p))) for p in tqdm(poses, unit="pose")}
    out.write_bytes(packed(keys))
    print(f"{out.name}: {out.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
