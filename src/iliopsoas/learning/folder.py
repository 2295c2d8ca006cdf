"""The folder that a learner owns, and writing into it without leaving half a file."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from pathlib import Path

SETTING = "ILIOPSOAS_FOLDER"
_TRIES = 5  # Windows refuses to replace a file that a virus scanner is just reading


def default_folder() -> Path:
    """Give the folder used when none is named.

    Returns
    -------
    Path
        That of the environment variable ``ILIOPSOAS_FOLDER``, or ``Iliopsoas`` in the home folder.
    """
    return Path(os.environ.get(SETTING) or Path.home() / "Iliopsoas").expanduser().absolute()


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never half of it, even if the machine stops.

    Parameters
    ----------
    path : Path
        Where to; its folder is made if it is missing.
    content : bytes
        The whole file.

    Raises
    ------
    OSError
        When it cannot be written; what was there before is untouched.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _replace(temporary, path)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    settle(path.parent)


def settle(folder: Path) -> None:
    """Have the names in a folder reach the disk, where the system can do that (Windows cannot, and need not)."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _replace(temporary: Path, path: Path) -> None:
    for left in range(_TRIES - 1, -1, -1):
        try:
            temporary.replace(path)
        except PermissionError:
            if not left or os.name != "nt":
                raise
            time.sleep(0.05)
        else:
            return
