"""Arrays as a ``.npz`` file whose bytes depend on nothing but the arrays."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import numpy as np


def npz_bytes(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return the bytes of a compressed ``.npz`` file, as `numpy.load` reads it.

    `numpy.savez_compressed` writes the time and the operating system into the file. Here members are sorted by name and
    carry neither, so that a file that is built anew can be compared with the one that is stored. LZMA makes shapes a
    sixth smaller than the usual deflate does, and the wheel has to stay small.

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
            member = io.BytesIO()
            np.save(member, arrays[key], allow_pickle=False)
            info = zipfile.ZipInfo(f"{key}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type, info.create_system = zipfile.ZIP_LZMA, 0
            archive.writestr(info, member.getvalue())
    return buffer.getvalue()
