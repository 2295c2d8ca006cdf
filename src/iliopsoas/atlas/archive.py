"""Arrays as a ``.npz`` file whose bytes depend on nothing but the arrays."""

from __future__ import annotations

import io
import lzma
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np


def npz_bytes(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return the bytes of a compressed ``.npz`` file, as `numpy.load` reads it.

    `numpy.savez_compressed` writes the time and the operating system into the file. Here members are sorted by name and
    carry neither, so that a file that is built anew can be compared with the one that is stored. LZMA makes shapes a
    sixth smaller than the usual deflate does, and so does writing an array by columns where that packs smaller (x of
    all points, then y, then z); the wheel has to stay small.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        By the names under which they are read; no objects, which would have to be pickled.

    Raises
    ------
    ValueError
        An array holds objects.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as archive:
        for key in sorted(arrays):
            array = arrays[key]
            member = min((_member(a) for a in (array, np.asfortranarray(array))), key=lambda m: len(lzma.compress(m)))
            info = zipfile.ZipInfo(f"{key}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type, info.create_system = zipfile.ZIP_LZMA, 0
            archive.writestr(info, member)
    return buffer.getvalue()


def _member(array: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, array, allow_pickle=False)
    return out.getvalue()


def read_npz(source: Path | io.BytesIO) -> dict[str, np.ndarray]:
    """Return the arrays of such a file by name, each in the usual order of rows however it was written."""
    with np.load(source, allow_pickle=False) as data:
        return {name: np.asarray(data[name], order="C") for name in data.files}
