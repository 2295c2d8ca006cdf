"""Read the two data packages, from wheels in a folder, unpacked in a folder, or installed (build time only)."""

from __future__ import annotations

import hashlib
import importlib.metadata
import io
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from iliopsoas.atlas.mesh import FloatArray, IntArray


@dataclass(frozen=True)
class Package:
    """One pinned data package: what it is called, where it comes from and under which licence."""

    name: str
    version: str
    wheel: str
    sha256: str
    licence: str
    origin: str
    url: str


PACKAGES = {
    "llp26": Package(
        "musculoskeletal-models",
        "0.2.4",
        "musculoskeletal_models-0.2.4-py3-none-any.whl",
        "4600abcc919bbb5e07252a0652de2b778b62450e18192979ecc3ac23b23b0fab",
        "MPL-2.0",
        "LLP26 mean pelvis and femur, Auckland Bioengineering Institute (GIAS3 / Musculoskeletal Atlas Project)",
        "https://github.com/musculoskeletal/models",
    ),
    "opensim": Package(
        "musclemimic-models",
        "1.0.6",
        "musclemimic_models-1.0.6-py3-none-any.whl",
        "88b096fe072bd5d2cfcc88ec43ffef27a73bc5a54e6699d3bda0e92a76a03bea",
        "Apache-2.0; bone geometry CC-BY-3.0 (OpenSim project)",
        "OpenSim bone geometry of vertebrae and ribs, as carried by MyoHub/myo_sim and MuscleMimic Models",
        "https://github.com/amathislab/musclemimic_models",
    ),
}


class SourcesMissingError(RuntimeError):
    """The data packages that the bones are made from were not found."""


@dataclass
class Sources:
    """Files of the two packages, and a running checksum of everything that was read."""

    wheels: Path | None = None
    digests: dict[str, str] = field(default_factory=dict)
    checked: set[str] = field(default_factory=set)

    def read(self, package: str, path: str) -> bytes:
        """Return one file's bytes (`path` as inside the wheel) and note its SHA-256."""
        data = self._read(PACKAGES[package], path)
        self.digests[path] = hashlib.sha256(data).hexdigest()
        return data

    def _check(self, package: Package, wheel: Path) -> None:
        if package.name in self.checked:
            return
        found = hashlib.sha256(wheel.read_bytes()).hexdigest()
        if found != package.sha256:
            raise SourcesMissingError(
                f"{wheel} is not the file the bones were made from: its SHA-256 is {found}, not {package.sha256}. "
                + how_to_get()
            )
        self.checked.add(package.name)

    def _read(self, package: Package, path: str) -> bytes:
        if self.wheels is not None:
            wheel = self.wheels / package.wheel
            if wheel.is_file():
                self._check(package, wheel)
                with zipfile.ZipFile(wheel) as archive:
                    return archive.read(path)
            if (self.wheels / path).is_file():
                return (self.wheels / path).read_bytes()
            raise SourcesMissingError(f"{self.wheels} holds neither {package.wheel} nor {path}. {how_to_get()}")
        try:
            found = importlib.metadata.distribution(package.name)
        except importlib.metadata.PackageNotFoundError:
            raise SourcesMissingError(f"{package.name} is not installed. {how_to_get()}") from None
        if found.version != package.version:
            raise SourcesMissingError(
                f"{package.name} is installed as {found.version}, but the bones are made from {package.version}. "
                + how_to_get()
            )
        return Path(str(found.locate_file(path))).read_bytes()


def how_to_get() -> str:
    """Return the sentence that tells how to obtain the data packages."""
    pins = " ".join(f"{p.name}=={p.version}" for p in PACKAGES.values())
    return (
        f"Install them without their dependencies: `uv pip install --no-deps {pins}`, "
        f"or `pip download --no-deps {pins} -d FOLDER` and name the folder with --wheels or ILIOPSOAS_WHEELS."
    )


def read_stl(data: bytes) -> tuple[FloatArray, IntArray]:
    """Return the welded vertices (metres) and triangles of a binary STL, vertices in order of appearance."""
    count = int.from_bytes(data[80:84], "little")
    raw = np.frombuffer(data, offset=84, count=count, dtype=[("n", "<f4", 3), ("v", "<f4", (3, 3)), ("a", "<u2")])
    corners = raw["v"].reshape(-1, 3)
    unique, inverse = np.unique(corners, axis=0, return_inverse=True)
    inverse = inverse.ravel()
    first = np.full(len(unique), len(inverse))
    np.minimum.at(first, inverse, np.arange(len(inverse)))
    order = np.argsort(first)
    rank = np.empty(len(unique), int)
    rank[order] = np.arange(len(unique))
    return unique[order].astype(float), rank[inverse].reshape(-1, 3)


NODES = {"quad44": (4, 4), "quad54": (5, 4), "quad55": (5, 5), "tri10": (4,), "tri15": (5,)}


def read_lattice(geof: bytes, ens: bytes, mesh: bytes) -> tuple[FloatArray, IntArray]:
    """Return nodes (as stored, mm) and triangles of an LLP26 atlas mesh.

    The surface is a set of quadrilateral and triangular elements of Lagrange nodes; nodes of neighbouring elements
    are joined by the mesh file's connectivity, and each element's node lattice is cut into triangles.
    """
    field_, ensemble, topology = (json.load(io.BytesIO(b)) for b in (geof, ens, mesh))
    points = field_["field_parameters"]
    nodes = np.array([[float(points[k][f"dim {d}"]) for d in range(3)] for k in sorted(points)])
    elements = sorted((int(k), v.split()[1]) for k, v in topology["elements"].items())
    number = _number_nodes(elements, topology["connectivity"])
    custom = ensemble.get("custom_map")
    if custom:
        renumber = {int(a): b for a, b in custom.items()}
        number = {k: renumber[v] for k, v in number.items()}
    triangles: list[tuple[int, int, int]] = []
    for element, kind in elements:
        triangles += _lattice_triangles(element, NODES[kind], number)
    return nodes, np.array([t for t in triangles if len(set(t)) == 3])


def _number_nodes(elements: list[tuple[int, str]], connected: dict[str, str]) -> dict[tuple[int, int], int]:
    number: dict[tuple[int, int], int] = {}
    following = 0
    for element, kind in elements:
        size = NODES[kind]
        count = size[0] * size[1] if len(size) == 2 else size[0] * (size[0] + 1) // 2
        for n in range(count):
            if (element, n) in number:
                continue
            number[element, n] = following
            todo = [(element, n)]
            while todo:
                a, b = todo.pop()
                for other in connected.get(f"{a}_{b}", "").split():
                    key = (int(other.split("_")[0]), int(other.split("_")[1]))
                    if key not in number:
                        number[key] = following
                        todo.append(key)
            following += 1
    return number


def _lattice_triangles(
    element: int, size: tuple[int, ...], number: dict[tuple[int, int], int]
) -> list[tuple[int, int, int]]:
    out = []
    if len(size) == 2:
        across, along = size
        for j in range(along - 1):
            for i in range(across - 1):
                square = ((i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1))
                a, b, c, d = (number[element, q * across + p] for p, q in square)
                out += [(a, b, c), (a, c, d)]
        return out
    n = size[0]
    start = np.r_[0, np.cumsum([n - k for k in range(n)])]
    for j in range(n - 1):
        for i in range(n - 1 - j):
            a, b, c = (number[element, int(start[q] + p)] for p, q in ((i, j), (i + 1, j), (i, j + 1)))
            out.append((a, b, c))
            if i + j < n - 2:
                out.append((b, number[element, int(start[j + 1] + i + 1)], c))
    return out
