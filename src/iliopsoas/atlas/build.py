"""Make bones.npz and leg.npz from the two pinned data packages: `python -m iliopsoas.atlas.build --wheels FOLDER`.

Only numpy is needed, and the packages' files. The result is the same bytes every time. What was changed from the
sources, and why, is written into the file as its record.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import numpy as np

from iliopsoas.atlas import _build_landmarks, _build_leg, _build_pelvis, _build_sacrum, _build_spine, _build_thorax
from iliopsoas.atlas._build_record import record
from iliopsoas.atlas._build_sources import Sources, SourcesMissingError, read_stl
from iliopsoas.atlas.archive import npz_bytes
from iliopsoas.atlas.bones import ASSET, LEG, edges_of, refined_faces
from iliopsoas.atlas.mesh import IntArray, Mesh

MESHES = "musclemimic_models/model/meshes"
VERTEBRAE = {f"l{k}": f"lumbar{k}" for k in range(1, 6)} | {f"t{k}": f"thoracic{k}_s" for k in range(6, 13)}


def bones(sources: Sources) -> tuple[dict[str, Mesh], dict[str, object]]:
    """Return right-sided and midline bones in the standing frame, and their record."""
    stl = {name: Mesh(*read_stl(sources.read("opensim", f"{MESHES}/{file}.stl"))) for name, file in VERTEBRAE.items()}
    out = _build_pelvis.pelvis(sources)
    out["sacrum"] = _build_sacrum.sacrum(out["sacrum"])
    out["femur_r"] = _build_pelvis.femur(sources)
    out["pubic_symphysis"] = _build_pelvis.symphysis()
    out["coccyx"] = _build_sacrum.coccyx()
    s1 = _build_sacrum.S1
    spine, plates = _build_spine.standing(stl, s1)
    out |= spine
    below, name_below = s1, "s1"
    for name in _build_spine.ORDER:  # a disc is named by the bone above it, then the one below
        out[f"disc_{name}_{name_below}"] = _build_spine.disc(plates[name][1], below)
        below, name_below = plates[name][0], name
    thorax, arch = _build_thorax.thorax(*read_stl(sources.read("opensim", f"{MESHES}/thorax.stl")), plates)
    out = dict(sorted((out | thorax).items()))
    return out, record(sources, _build_landmarks.landmarks(out, plates, s1, {"costal_arch": arch}))


def coarsened(faces: IntArray, vertices: int) -> tuple[IntArray, list[int]]:
    """Undo `refined_faces` as often as it was applied; return the coarse triangles and the vertex counts to redo it."""
    counts: list[int] = []
    while len(faces) % 4 == 0:
        quarter = len(faces) // 4
        coarse = np.stack([faces[k * quarter : (k + 1) * quarter, 0] for k in range(3)], 1)
        count = int(coarse.max()) + 1
        if count + len(edges_of(coarse)[0]) != vertices or not np.array_equal(refined_faces(coarse, count), faces):
            break
        faces, vertices = coarse, count
        counts.insert(0, count)
    return faces, counts


# What the grid of the stored vertices spans: the bones from the thigh to the lower ribs. Those above have corners of
# their own, so that bones which were there before them keep every bit.
GRID = ("femur_r", "hip_bone_r", "rib_9_r", "sacrum", "t9")


def packed(meshes: dict[str, Mesh], written: dict[str, object]) -> bytes:
    """Return the bytes of an asset: vertices on a common 16-bit grid, equal triangle lists stored once.

    The grid spans the bones of `GRID`; where they are not among them, as in the leg, all there are.
    """
    spanned = np.vstack([meshes[name].v for name in (GRID if set(GRID) <= set(meshes) else meshes)])
    low, step = spanned.min(0), float(np.ptp(spanned, axis=0).max()) / 65535
    arrays: dict[str, np.ndarray] = {"low": low.astype("<f8"), "step": np.array(step, "<f8")}
    same: dict[bytes, str] = {}
    for name, m in meshes.items():
        corner = low
        if (m.v < low).any() or (m.v > low + 65535 * step).any():
            arrays[f"{name}.low"] = corner = m.v.min(0).astype("<f8")
        arrays[f"{name}.v"] = np.round((m.v - corner) / step).astype("<u2")
        coarse, counts = coarsened(m.f, len(m.v))
        faces = coarse.astype("<u2")
        first = same.setdefault(faces.tobytes(), name)
        arrays[f"{name}.f"] = faces if first == name else np.array(first)
        arrays[f"{name}.n"] = np.array(counts, "<u2")
    arrays["record"] = np.array(json.dumps(written, sort_keys=True))
    return npz_bytes(arrays)


def build(wheels: Path | None = None) -> bytes:
    """Return the bytes of bones.npz, made from wheels in a folder or from the installed packages."""
    return packed(*bones(Sources(wheels)))


def build_leg(wheels: Path | None = None) -> bytes:
    """Return the bytes of leg.npz, made from wheels in a folder or from the installed packages."""
    return packed(*_build_leg.leg(Sources(wheels)))


def main(argv: list[str] | None = None) -> int:
    """Build and write both assets; return 0, or leave with 1 and a sentence when the packages are missing."""
    parser = argparse.ArgumentParser(prog="python -m iliopsoas.atlas.build", description=__doc__.splitlines()[0])
    parser.add_argument("--wheels", type=Path, default=os.environ.get("ILIOPSOAS_WHEELS"), help="folder of the wheels")
    parser.add_argument(
        "--out", type=Path, default=ASSET, help="where bones.npz goes (default: the package), leg.npz beside it"
    )
    given = parser.parse_args(argv)
    try:
        wheels = Path(given.wheels) if given.wheels else None
        written = {given.out: build(wheels), given.out.with_name(LEG.name): build_leg(wheels)}
    except SourcesMissingError as missing:
        parser.exit(1, f"{missing}\n")
    for path, data in written.items():
        path.write_bytes(data)
        print(f"{path.name}: {len(data) / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
