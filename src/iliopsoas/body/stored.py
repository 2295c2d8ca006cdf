"""The soft parts of the standing body, and lines that rest on them, kept ready: reading them takes a few milliseconds.

``standing.npz`` is written by `python -m iliopsoas.body.stored` (and with it ``under_hand.json``, see
`iliopsoas.body.under_hand`) and says from which code and bones it was made. Where that no longer holds, as while
somebody changes a muscle, it is not used and they are built, which takes half a second.
Shapes that `hip_shapes` holds already, for all poses, are taken from there.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from iliopsoas.atlas.archive import npz_bytes, read_npz
from iliopsoas.atlas.mesh import FloatArray, Mesh

if TYPE_CHECKING:
    from iliopsoas.body.assemble import Part

HERE = Path(__file__).resolve().parent
ASSET = HERE / "standing.npz"
MADE_FROM = (HERE, HERE.parent / "atlas")
_LEVELS = 65535  # steps from the lowest to the highest coordinate of a part


@cache
def made_from() -> str:
    """Return a digest of everything that the soft parts are made from: code, numbers and bones."""
    digest = hashlib.sha256()
    for folder in MADE_FROM:
        for file in sorted(folder.iterdir()):
            if file.suffix in (".py", ".toml", ".npz") and file != ASSET:
                digest.update(f"{folder.name}/{file.name}\0".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def soft_parts() -> tuple[Part, ...] | None:
    """Return the right soft parts as stored; None where they were made from something else or cannot be read."""
    return _stored()[0]


def line(name: str, build: Callable[[], FloatArray]) -> FloatArray:
    """Return a line on the standing bones by its name, shape (n, 3) in metres: as stored, else as it is built."""
    kept = _stored()[1].get(name)
    return build() if kept is None else kept


@cache
def _stored() -> tuple[tuple[Part, ...] | None, Mapping[str, FloatArray]]:
    from iliopsoas.body.assemble import Part

    try:
        data = read_npz(io.BytesIO(ASSET.read_bytes()))
        if str(data["made_from"]) != made_from():
            return None, {}
        rows = [str(row).split("\t") for row in data["rows"]]
        posed = _posed_meshes()
        parts = tuple(
            Part(id, structure, side, tissue, _mesh(data, id) if f"{id}.values" in data else posed[id], group)
            for id, structure, side, tissue, group in rows
        )
        return parts, {name[5:]: data[name] for name in data if name.startswith("line.")}
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None, {}


def _posed_meshes() -> dict[str, Mesh]:
    """Return the standing meshes that are stored for all poses, by the id of their right part."""
    from iliopsoas.body import hip_shapes

    return {f"{name}_r": mesh for name, mesh in hip_shapes.meshes().items()}


def _mesh(data: Mapping[str, np.ndarray], id: str) -> Mesh:
    low, step = data[f"{id}.low"], data[f"{id}.step"]
    values = np.cumsum(data[f"{id}.values"], axis=0, dtype=np.uint16) * step + low
    faces = np.cumsum(data[f"{id}.faces"], axis=0, dtype=np.uint16).astype(np.int64)
    uv = values[:, 3:] if values.shape[1] > 3 else None
    return Mesh(np.ascontiguousarray(values[:, :3]), faces, uv, bool(data[f"{id}.sheet"]))


def packed(parts: Iterable[Part], lines: Mapping[str, FloatArray]) -> bytes:
    """Return the bytes of ``standing.npz``; the same parts and lines give the same bytes."""
    arrays: dict[str, np.ndarray] = {"made_from": np.array(made_from())}
    rows = []
    posed = _posed_meshes()
    for part in parts:
        rows.append("\t".join((part.id, part.structure, part.side, part.tissue, part.group)))
        m = part.mesh
        if part.id in posed and _same(posed[part.id], m):
            continue
        values = m.v if m.uv is None else np.concatenate([m.v, m.uv], axis=1)
        low = values.min(0)
        step = np.maximum(np.ptp(values, axis=0), 1e-12) / _LEVELS
        arrays[f"{part.id}.low"], arrays[f"{part.id}.step"] = low.astype("<f8"), step.astype("<f8")
        # Neighbours differ little, and differences pack better; both wrap round and come back by summing.
        arrays[f"{part.id}.values"] = _differences(np.round((values - low) / step).astype("<u2"))
        arrays[f"{part.id}.faces"] = _differences(m.f.astype("<u2"))
        arrays[f"{part.id}.sheet"] = np.array(m.sheet)
    arrays["rows"] = np.array(rows)
    arrays |= {f"line.{name}": one.astype("<f8") for name, one in lines.items()}
    return npz_bytes(arrays)


def _same(one: Mesh, other: Mesh) -> bool:
    """Return whether two meshes are the same within what storing rounds away."""
    return bool(np.array_equal(one.f, other.f)) and float(np.abs(one.v - other.v).max()) < 2e-5


def _differences(values: np.ndarray) -> np.ndarray:
    return np.diff(values, axis=0, prepend=np.zeros((1, values.shape[1]), values.dtype)).astype("<u2")


def main() -> None:
    """Build the soft parts, the lines and the readings of the palpation map and write them into the package."""
    from iliopsoas.body import under_hand
    from iliopsoas.body.areas import built_lines
    from iliopsoas.body.assemble import built_soft_parts

    data = packed(built_soft_parts(), built_lines())
    ASSET.write_bytes(data)
    print(f"{ASSET.name}: {len(data) / 1000:.0f} kB")
    text = under_hand.packed(under_hand.measured(under_hand.whole_body()))
    under_hand.ASSET.write_text(text, encoding="utf-8", newline="\n")
    print(f"{under_hand.ASSET.name}: {len(text) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
