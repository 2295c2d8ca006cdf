"""The progress file: one readable file in the learner's folder, to which lines are only ever added.

An answer is acknowledged once its line has reached the disk. A line that broke off because the computer stopped is put
into a file of its own beside it, and said; a file in which nothing can be read is put aside whole. Nothing is ever
overwritten. A lock lets several windows write one file; it ends with the program that holds it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from iliopsoas.learning import history
from iliopsoas.learning.events import Event
from iliopsoas.learning.folder import default_folder, settle, write_atomically
from iliopsoas.learning.history import Fault, History, NewerProgressError, NotProgressError

NAME = "progress.jsonl"
_LOCK = ".progress.lock"
_WAIT_S = 10  # for another window that is writing
_LOOK_S = 0.01  # between looks whether it is done


class ProgressError(Exception):
    """Progress cannot be read or kept; says what is wrong and what to do about it."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem} {remedy}")
        self.problem = problem
        self.remedy = remedy


@dataclass(frozen=True)
class Merged:
    """What loading another progress file brought: events that were new, those known already, and unreadable lines."""

    new: int
    known: int
    faults: tuple[Fault, ...]

    def __str__(self) -> str:
        """Say it in a sentence or two."""
        read = f"{_counted(self.new, 'entry was', 'entries were')} added, {self.known} you had already."
        if not self.faults:
            return read
        return f"{read} {_counted(len(self.faults), 'line', 'lines')} of that file could not be read; it is unchanged."


class Progress:
    """The progress file of a folder.

    Parameters
    ----------
    folder : Path, optional
        The learner's folder; that of `default_folder` if none is given. Made when the first line is written.

    Attributes
    ----------
    path : Path
        The file.
    notices : list of str
        What a learner should be told since this object was made: what was put aside, and where it lies.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.path = (folder or default_folder()) / NAME
        self.notices: list[str] = []

    def read(self) -> History:
        """Return all that is kept, and put aside what cannot be read.

        Raises
        ------
        ProgressError
            When the file is of a newer version, or cannot be read or put right; it is then unchanged.
        """
        if not self.path.exists():
            return History()
        with self._locked():
            return self._load()

    def add(self, events: Iterable[Event]) -> int:
        """Write events that are not there yet; on return they are on the disk.

        Returns
        -------
        int
            How many were written.

        Raises
        ------
        ProgressError
            When nothing could be written; what was there before is unchanged.
        """
        wanted = tuple(events)
        with self._locked():
            return self._append(self._load(), wanted)

    def merge(self, content: bytes) -> Merged:
        """Add what another progress file holds and this one does not; nothing is lost on either side.

        Parameters
        ----------
        content : bytes
            The other file, as it was downloaded.

        Raises
        ------
        ProgressError
            When it is no progress file, or of a newer version; nothing is changed.
        """
        try:
            other = history.read(content)
        except (NewerProgressError, NotProgressError) as error:
            raise ProgressError(
                f"This file was not loaded: {_sentence(error)}",
                "Choose a file that you downloaded here, with a name such as progress.jsonl.",
            ) from error
        with self._locked():
            new = self._append(self._load(), other.events)
        return Merged(new, len(other.events) - new, other.faults)

    def content(self) -> bytes:
        """Return the file as it is to be downloaded: all that can be read, and nothing else."""
        return history.written(self.read())

    def delete(self) -> None:
        """Remove the file for good. Only the learner may ask for this."""
        with self._locked():
            self.path.unlink(missing_ok=True)
            settle(self.path.parent)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the file alone, and turn a refusal of the system into what to do about it."""
        folder = self.path.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with FileLock(folder / _LOCK, timeout=_WAIT_S, poll_interval=_LOOK_S):
                yield
        except Timeout as error:
            raise ProgressError(
                f"Another window has been writing {self.path} for {_WAIT_S} seconds.",
                "Close the other window of the course, then answer again or download your progress.",
            ) from error
        except (OSError, NotImplementedError) as error:
            why = getattr(error, "strerror", None) or error
            raise ProgressError(
                f"{self.path} cannot be read or written: {why}.",
                "Free some space or choose another folder with the environment variable ILIOPSOAS_FOLDER; until then "
                "download your progress before you close the page.",
            ) from error

    def _load(self) -> History:
        """Read the file and put aside what cannot be read; the lock is held."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return History()
        try:
            found = history.read(content)
        except NewerProgressError as error:
            raise ProgressError(
                f"{self.path} is left as it is: {_sentence(error)}",
                "Bring the course up to date, or download what you do here and load it there.",
            ) from error
        except NotProgressError as error:
            aside = self._free_name("unreadable")
            self.path.replace(aside)
            settle(self.path.parent)
            self.notices.append(
                f"Your progress file could not be read ({error}). It was not overwritten: it is kept as {aside}. "
                "A new one was begun; if you have a download of the old one, load it."
            )
            return History()
        if found.faults:
            self._put_aside(found)
        return found

    def _put_aside(self, found: History) -> None:
        """Move lines that cannot be read into a file of their own, then write the others anew in one step."""
        aside = self._free_name("damaged")
        write_atomically(aside, b"".join(fault.line + b"\n" for fault in found.faults))
        write_atomically(self.path, history.written(found))
        numbers = ", ".join(str(fault.number) for fault in found.faults[:5]) + (", …" if len(found.faults) > 5 else "")
        one = len(found.faults) == 1
        self.notices.append(
            f"{'Line' if one else 'Lines'} {numbers} of your progress file could not be read: {found.faults[0].why}. "
            f"{'It is' if one else 'They are'} kept in {aside}; everything else ({len(found.events)}) is there."
        )

    def _append(self, known: History, events: tuple[Event, ...]) -> int:
        """Add what is not known yet behind the last line; the lock is held, the last line is whole."""
        ids = known.ids
        fresh = [one for one in history.in_order(events) if one.id not in ids]
        if not fresh:
            return 0
        block = b"".join(one.line.removesuffix(b"\r") + b"\n" for one in fresh)
        is_new = not self.path.exists() or not self.path.stat().st_size
        if is_new:
            write_atomically(self.path, history.head(known.device) + b"\n" + block)
            return len(fresh)
        with self.path.open("r+b") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(end - 1)
            begin = b"" if file.read(1) == b"\n" else b"\n"  # an editor may have taken the last end of line away
            try:
                file.seek(end)
                file.write(begin + block)
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                with contextlib.suppress(OSError):  # a full disk: leave no half line behind
                    file.truncate(end)
                raise
        return len(fresh)

    def _free_name(self, what: str) -> Path:
        """Return a name beside the file that nothing has: what it holds, and when it was put aside."""
        stamp = datetime.now(UTC).strftime("%Y%m%d_%H%M%S")
        names = (f"progress_{what}_{stamp}{more}.jsonl" for more in ("", *(f"_{n}" for n in range(2, 10_000))))
        return next(path for path in map(self.path.with_name, names) if not path.exists())


def _sentence(error: Exception) -> str:
    text = str(error)
    return f"{text[0].upper()}{text[1:].rstrip('.')}."


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
