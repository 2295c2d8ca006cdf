"""Drawn bytes kept on disk, so that a plate is drawn once and then only read.

An entry is valid as long as nothing that could change the drawing has changed: its name is a digest of every file of
this package, of the drawing libraries' versions, and of what is asked for. There is nothing to invalidate and nothing
to configure.

A cache may never be in the way: an entry that cannot be read, is cut short or does not match its own digest is drawn
again, and a disk that cannot be written to only loses the saving.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import re
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import platformdirs

PACKAGE = Path(__file__).resolve().parent.parent
DRAWN_WITH = ("numpy", "matplotlib", "pillow")
KEEP_OLD_DAYS = 30
_MAGIC = b"iliopsoas cache 1\n"
_DIGEST_BYTES = hashlib.sha256().digest_size


def cache_dir() -> Path:
    """Return the directory of the entries: ``ILIOPSOAS_CACHE`` if set, else the operating system's place for it."""
    chosen = os.environ.get("ILIOPSOAS_CACHE")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("iliopsoas", appauthor=False))


@functools.cache
def package_digest() -> str:
    """Return a digest of every file of the package and of the drawing libraries' versions (16 hex digits)."""
    digest = hashlib.sha256()
    files = [f for f in PACKAGE.rglob("*") if f.is_file() and "__pycache__" not in f.parts]
    for file in sorted(files, key=lambda f: f.relative_to(PACKAGE).as_posix()):
        digest.update(file.relative_to(PACKAGE).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    for library in DRAWN_WITH:
        digest.update(f"{library} {version(library)}\0".encode())
    return digest.hexdigest()[:16]


def entry_path(*what: str) -> Path:
    """Return where the entry for ``what`` (plate id, view, ink, kind, ... in order) lies, whether or not it exists."""
    name = hashlib.sha256("\0".join(what).encode()).hexdigest()[:24]
    return cache_dir() / package_digest() / f"{name}.bin"


def read(*what: str) -> bytes | None:
    """Return the entry for ``what``, or ``None`` where there is no whole one."""
    try:
        stored = entry_path(*what).read_bytes()
    except OSError:
        return None
    start = len(_MAGIC) + _DIGEST_BYTES
    payload = stored[start:]
    intact = stored.startswith(_MAGIC) and hashlib.sha256(payload).digest() == stored[len(_MAGIC) : start]
    return payload if intact else None


def write(payload: bytes, *what: str) -> bool:
    """Store ``payload`` under ``what`` in one step; a reader sees the old entry or the new one, never half of it.

    Returns
    -------
    bool
        ``False`` where the disk did not take it, which is no error: the next reader draws again.
    """
    path = entry_path(*what)
    partial: Path | None = None
    try:
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(OSError):
                _forget_old_packages()
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            partial = Path(file.name)
            file.write(_MAGIC + hashlib.sha256(payload).digest() + payload)
        partial.replace(path)
    except OSError:
        # Windows also refuses to replace a file that is being read; then the entry is there already.
        if partial is not None:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
        return False
    return True


def cached(draw: Callable[[], bytes], *what: str) -> bytes:
    """Return the entry for ``what``; drawn by ``draw()`` and stored where there is none; its errors pass through."""
    stored = read(*what)
    if stored is None:
        stored = draw()
        write(stored, *what)
    return stored


def _forget_old_packages() -> None:
    """Drop what earlier versions of the package left, once it has lain untouched for ``KEEP_OLD_DAYS``."""
    limit = time.time() - KEEP_OLD_DAYS * 86400
    for folder in cache_dir().iterdir():
        if not re.fullmatch("[0-9a-f]{16}", folder.name) or folder.name == package_digest():
            continue
        if folder.stat().st_mtime < limit:
            # Only our own kinds of file: the directory may have been chosen by hand.
            for entry in [*folder.glob("*.bin"), *folder.glob("*.part")]:
                entry.unlink(missing_ok=True)
            folder.rmdir()
