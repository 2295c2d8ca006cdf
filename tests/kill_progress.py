"""Kill programs while they write the progress file, and count whether an answer that was acknowledged is lost.

`python tests/kill_progress.py --kills 1000` prints what happened. A writer adds answers one after the other and prints
the id of each only after `Progress.add` has returned. It is killed (SIGKILL; TerminateProcess on Windows) at a moment
chosen at random; the next one goes on with the file as it was left. Every second writer hands its bytes to the system
in small pieces, so that many kills fall into the middle of a line.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from iliopsoas.learning.progress import Progress

WRITER = """
import itertools, sys, time
from datetime import UTC, datetime
from pathlib import Path
from iliopsoas.learning.events import event, new_id, next_order, written
from iliopsoas.learning.progress import Progress
class Piecemeal:
    def __init__(self, file):
        self.file = file
    def __getattr__(self, name):
        return getattr(self.file, name)
    def __enter__(self):
        return self
    def __exit__(self, *_):
        self.file.close()
    def write(self, content):
        piece = max(50, len(content) // 40)
        for k in range(0, len(content), piece):
            self.file.write(content[k:k + piece])
            self.file.flush()
            time.sleep(0.0002)
whole = Path.open
if sys.argv[2] == "piecemeal":
    Path.open = lambda self, *a, **k: Piecemeal(whole(self, *a, **k))
progress = Progress(Path(sys.argv[1]))
largest = progress.read().largest
print("ready", flush=True)
for n in itertools.count():
    now = datetime.now(UTC)
    largest = next_order(now, largest)
    one = event({"event": new_id(), "kind": "answer", "at": written(now), "order": largest, "device": "killed",
                 "question": "q001", "given": "x" * (n % 7 * 400), "right": True, "sure": None, "part": ""})
    progress.add([one])
    sys.stdout.write(one.id + "\\n")
    sys.stdout.flush()
    time.sleep(0.004)  # nobody answers without a pause, and the other writer shall have its turn
"""
GIVE_UP_S = 60


@dataclass(frozen=True)
class Outcome:
    """What was seen: kills, answers acknowledged, those of them that are gone, lines that had broken off."""

    kills: int
    acknowledged: int
    lost: int
    broken: int


def kill_writers(folder: Path, kills: int, seed: int = 1, at_once: int = 2) -> Outcome:
    """Start `at_once` writers at a time on one file and kill them, until `kills` were killed."""
    chance, acknowledged, notices, done = random.Random(seed), [], [], 0
    while done < kills:
        ways = ("whole", "piecemeal") * at_once
        writers = [_Writer(folder, way) for way in ways[: min(at_once, kills - done)]]
        for one in writers:
            one.await_ready()
        for one in writers:
            time.sleep(chance.uniform(0, 0.02))
            acknowledged += one.kill()
            done += 1
        if folder.joinpath("progress.jsonl").exists() and folder.joinpath("progress.jsonl").stat().st_size > 100_000:
            acknowledged = _new_file(folder, acknowledged, notices)
    progress = Progress(folder)
    kept = progress.read().ids
    for old in folder.glob("full_*.jsonl"):
        kept |= _ids(old)
    broken = len(list(folder.glob("progress_damaged_*")))
    assert not list(folder.glob("progress_unreadable_*"))
    return Outcome(done, len(acknowledged), len(set(acknowledged) - kept), broken)


def _new_file(folder: Path, acknowledged: list[str], notices: list[str]) -> list[str]:
    """Go on with an empty file, so that a thousand kills do not read a huge one again and again."""
    Progress(folder).read()
    folder.joinpath("progress.jsonl").rename(folder / f"full_{len(acknowledged)}.jsonl")
    return acknowledged


def _ids(path: Path) -> frozenset[str]:
    from iliopsoas.learning import history

    return history.read(path.read_bytes()).ids


class _Writer:
    def __init__(self, folder: Path, way: str) -> None:
        self.process = subprocess.Popen([sys.executable, "-c", WRITER, str(folder), way], stdout=subprocess.PIPE)
        self.lines: list[bytes] = []
        self.reader = threading.Thread(target=self._follow, daemon=True)
        self.reader.start()

    def _follow(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            if line.endswith(b"\n"):  # an id cut off by the kill was not acknowledged
                self.lines.append(line.strip())

    def await_ready(self) -> None:
        until = time.monotonic() + GIVE_UP_S
        while not self.lines:
            assert self.process.poll() is None and time.monotonic() < until, "the writer did not start"
            time.sleep(0.002)

    def kill(self) -> list[str]:
        self.process.kill()
        self.process.wait()
        self.reader.join()
        assert self.process.stdout
        self.process.stdout.close()
        return [line.decode() for line in self.lines[1:]]


def main() -> None:
    """Print the outcome; exit code 1 when an acknowledged answer is gone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = kill_writers(Path(folder), arguments.kills, arguments.seed)
    print(
        f"{found.kills} kills while writing, two writers at once: {found.acknowledged} answers acknowledged, "
        f"{found.lost} of them lost; {found.broken} times something had broken off and was put aside."
    )
    sys.exit(bool(found.lost))


if __name__ == "__main__":
    main()
