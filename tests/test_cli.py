"""The command line: what it opens, what it writes into a learner's folder, what it says when something is wrong."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from iliopsoas.cli import console, doctor, folder, lab, lessons, main
from iliopsoas.cli.console import CourseError

PICTURE = "figures/start/anterior_names.png"


def markdown(text: str) -> dict:
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def code(text: str, outputs: tuple = ()) -> dict:
    return {
        "cell_type": "code",
        "metadata": {},
        "source": [text],
        "outputs": list(outputs),
        "execution_count": len(outputs) or None,
    }


def write_notebook(path: Path, *cells: dict) -> None:
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")


def read_cells(path: Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def text_of(path: Path) -> str:
    return "".join("".join(cell["source"]) for cell in read_cells(path))


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of two lessons, one with a picture, in place of ours."""
    home = tmp_path / "shipped" / "notebooks"
    home.mkdir(parents=True)
    write_notebook(home / "00_start_here.ipynb", markdown(f"# 00 Start here\n![A hip](../{PICTURE})"), code("1 + 1"))
    write_notebook(home / "02_attachments.ipynb", markdown("# 02 Attachments"), code("2 + 2"))
    picture = home.parent / PICTURE
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"first picture")
    monkeypatch.setattr(lessons, "home", lambda: home)
    return home


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "my lessons ä"


class TestChoosing:
    @pytest.mark.parametrize(
        "word",
        [
            "2",
            "02",
            "attachments",
            "ATTACHMENTS",
            "02_attachments",
            "02_attachments.ipynb",
            r"notebooks\02_attachments",
        ],
    )
    def test_every_way_to_name_a_lesson(self, shipped, word):
        assert lessons.choose(word).name == "02_attachments"

    def test_without_a_name_it_is_the_first(self, shipped):
        assert lessons.choose(None).name == "00_start_here"

    def test_titles_come_from_the_first_heading(self, shipped):
        assert [lesson.title for lesson in lessons.lessons()] == ["Start here", "Attachments"]

    @pytest.mark.parametrize("word", ["7", "attachment", "../secrets"])
    def test_an_unknown_lesson_names_the_valid_ones(self, shipped, word, capsys):
        assert main(["lab", word]) == 2
        said = capsys.readouterr().err
        assert word in said
        assert "00  start_here" in said and "02  attachments" in said

    def test_a_misspelt_lesson_is_guessed(self, shipped, capsys):
        main(["lab", "atachments"])
        assert "Did you mean 'attachments'?" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("words", "named"),
        [
            (["lab", "--brwser"], "--no-browser"),
            (["--brwser"], "--no-browser"),
            (["figures", "--chek"], "--check"),
            (["doktor"], "Did you mean 'doctor'?"),
        ],
    )
    def test_an_unknown_option_or_command_names_the_valid_ones(self, shipped, words, named, capsys):
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 2
        said = capsys.readouterr().err
        assert words[-1] in said and named in said


class TestOwnFolder:
    def test_a_new_folder_gets_lessons_and_the_pictures_they_show(self, shipped, own):
        report = folder.bring_up_to_date(own)
        assert set(report.written) == {"00_start_here.ipynb", "02_attachments.ipynb", PICTURE}
        assert f"({PICTURE})" in text_of(own / "00_start_here.ipynb")
        assert (own / PICTURE).read_bytes() == b"first picture"

    def test_nothing_happens_the_second_time(self, shipped, own):
        folder.bring_up_to_date(own)
        before = {path: path.stat().st_mtime_ns for path in own.rglob("*.ipynb")}
        assert folder.bring_up_to_date(own) == folder.Report((), (), ())
        assert {path: path.stat().st_mtime_ns for path in own.rglob("*.ipynb")} == before

    def test_an_unchanged_older_copy_is_brought_up_to_date(self, shipped, own):
        folder.bring_up_to_date(own)
        write_notebook(shipped / "02_attachments.ipynb", markdown("# 02 Attachments, corrected"))
        (shipped.parent / PICTURE).write_bytes(b"second picture")
        assert set(folder.bring_up_to_date(own).updated) == {"02_attachments.ipynb", PICTURE}
        assert "corrected" in text_of(own / "02_attachments.ipynb")
        assert (own / PICTURE).read_bytes() == b"second picture"

    def test_a_lesson_that_was_only_run_counts_as_unchanged(self, shipped, own):
        folder.bring_up_to_date(own)
        path = own / "02_attachments.ipynb"
        ran = code("2 + 2", outputs=({"output_type": "stream", "name": "stdout", "text": ["4"]},))
        write_notebook(path, markdown("# 02 Attachments"), ran, code(""))
        write_notebook(shipped / "02_attachments.ipynb", markdown("# 02 Attachments, corrected"))
        assert folder.bring_up_to_date(own).updated == ("02_attachments.ipynb",)

    def test_a_changed_lesson_is_never_overwritten(self, shipped, own):
        folder.bring_up_to_date(own)
        path = own / "02_attachments.ipynb"
        write_notebook(path, markdown("# 02 Attachments"), code("2 + 2"), markdown("my own note"))
        mine = path.read_bytes()
        assert folder.bring_up_to_date(own) == folder.Report((), (), ()), "no newer version, so nothing to say"
        for edition in ("second", "third"):
            write_notebook(shipped / "02_attachments.ipynb", markdown(f"# 02 Attachments, {edition}"))
            assert folder.bring_up_to_date(own).kept == ("02_attachments.ipynb",)
            assert path.read_bytes() == mine

    @pytest.mark.parametrize("content", [b"", b"not a notebook", b'{"cells": 3}', b"\xff\xfe"])
    def test_a_broken_notebook_is_the_learners_too(self, shipped, own, content):
        folder.bring_up_to_date(own)
        (own / "02_attachments.ipynb").write_bytes(content)
        write_notebook(shipped / "02_attachments.ipynb", markdown("# 02 Attachments, corrected"))
        assert folder.bring_up_to_date(own).kept == ("02_attachments.ipynb",)
        assert (own / "02_attachments.ipynb").read_bytes() == content

    @pytest.mark.parametrize("record", [None, b"", b"[]", b'{"wrote": 7}'])
    def test_without_its_record_it_overwrites_nothing(self, shipped, own, record):
        folder.bring_up_to_date(own)
        if record is None:
            (own / folder.RECORD).unlink()
        else:
            (own / folder.RECORD).write_bytes(record)
        write_notebook(shipped / "02_attachments.ipynb", markdown("# 02 Attachments, corrected"))
        assert folder.bring_up_to_date(own).kept == ("02_attachments.ipynb",)
        assert "corrected" not in text_of(own / "02_attachments.ipynb")

    def test_a_deleted_lesson_comes_back_fresh(self, shipped, own):
        folder.bring_up_to_date(own)
        write_notebook(own / "02_attachments.ipynb", markdown("changed"))
        (own / "02_attachments.ipynb").unlink()
        assert folder.bring_up_to_date(own).written == ("02_attachments.ipynb",)
        assert "changed" not in text_of(own / "02_attachments.ipynb")

    def test_files_of_the_learner_are_left_alone(self, shipped, own):
        own.mkdir()
        (own / "notes.txt").write_text("mine", encoding="utf-8")
        folder.bring_up_to_date(own)
        assert (own / "notes.txt").read_text(encoding="utf-8") == "mine"

    def test_a_fresh_copy_goes_beside_and_never_over(self, shipped, own):
        folder.bring_up_to_date(own)
        lesson = lessons.choose("2")
        names = [folder.put_fresh_copy(own, lesson).name for _ in range(3)]
        assert names == [f"02_attachments_fresh{number}.ipynb" for number in ("", "_2", "_3")]

    def test_a_folder_that_cannot_be_made_names_path_and_remedy(self, shipped, own, capsys):
        own.write_text("a file is in the way", encoding="utf-8")
        assert main(["lab", "--folder", str(own), "--no-browser"]) == 1
        said = capsys.readouterr().err
        assert str(own) in said and "--folder PATH" in said

    def test_a_write_that_fails_leaves_the_old_file(self, own, monkeypatch):
        own.mkdir()
        path = own / "lesson.ipynb"
        path.write_bytes(b"old")

        def full(_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            folder.write_atomically(path, b"new")
        assert path.read_bytes() == b"old"
        assert list(own.iterdir()) == [path]


class TestOpening:
    def test_no_command_opens_the_course(self, monkeypatch):
        opened = []
        monkeypatch.setattr(lab, "open_course", lambda word, folder, **options: opened.append((word, options)) or 0)
        assert main([]) == main(["lab"]) == 0
        assert opened[0] == opened[1] == (None, {"fresh": False, "browser": True, "port": None, "warm": True})

    def test_the_learners_jupyter_is_left_alone(self, tmp_path):
        places = {
            name: value for name, value in lab.private_jupyter(tmp_path).items() if name != "JUPYTER_PREFER_ENV_PATH"
        }
        assert all(Path(value).is_relative_to(tmp_path) for value in places.values())

    def test_no_question_about_news_and_no_request_for_updates(self, tmp_path):
        lab.prepare_settings(tmp_path)
        (written,) = tmp_path.rglob("notification.jupyterlab-settings")
        assert json.loads(written.read_text(encoding="utf-8")) == {"fetchNews": "false", "checkForUpdates": False}
        written.write_text("{}", encoding="utf-8")
        lab.prepare_settings(tmp_path)
        assert written.read_text(encoding="utf-8") == "{}", "what the learner set since stays"

    def test_a_taken_port_says_so(self, own):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = str(other.getsockname()[1])
            done = run_iliopsoas("lab", "--no-browser", "--no-warm", "--folder", str(own), "--port", port)
        assert done.returncode == 1
        assert port in done.stderr and "--port" in done.stderr
        assert "Traceback" not in done.stderr

    @pytest.mark.skipif(sys.platform == "win32", reason="a Ctrl-C cannot be sent to one process alone on Windows")
    @pytest.mark.parametrize("stop", ["SIGINT", "SIGTERM"])
    def test_it_serves_the_copies_behind_a_token_and_ends_cleanly(self, own, stop):
        server = start_iliopsoas("lab", "attachments", "--no-browser", "--no-warm", "--folder", str(own))
        try:
            sentence = server.stdout.readline()
            address, token = re.search(
                r"(http://127\.0\.0\.1:\d+)/lab/tree/02_attachments\.ipynb\?token=(\w+)", sentence
            ).groups()
            assert str(own) in sentence and "Ctrl-C" in sentence

            def ask(path: str, content: dict | None = None) -> object:
                data = None if content is None else json.dumps(content).encode()
                request = urllib.request.Request(address + path, data, {"Authorization": f"token {token}"})
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return json.load(answer)

            served = {entry["name"] for entry in ask("/api/contents")["content"]}
            assert "02_attachments.ipynb" in served
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"{address}/api/contents", timeout=30)
            refused.value.close()
            assert refused.value.code == 403
            assert (
                ask("/lab/api/settings/@jupyterlab/apputils-extension:notification")["settings"]["fetchNews"] == "false"
            )

            ask("/api/kernels", {"name": "python3"})
            kernels = children(server.pid)
            assert kernels, "a kernel was started"
            server.send_signal(getattr(signal, stop))
            rest, complaints = server.communicate(timeout=30)
            assert server.returncode == 0
            assert "Closed." in rest and "iliopsoas" not in complaints
            assert not [pid for pid in kernels if is_running(pid)]
        finally:
            server.kill()
            server.communicate()

    def test_the_child_that_draws_ahead_is_ended(self, monkeypatch):
        sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        lab.stop(sleeper)
        assert sleeper.poll() is not None
        lab.stop(sleeper)
        lab.stop(None)


def start_iliopsoas(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "iliopsoas", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=os.environ | {"PYTHONUTF8": "1"},
    )


def run_iliopsoas(*words: str) -> subprocess.CompletedProcess[str]:
    process = start_iliopsoas(*words)
    out, err = process.communicate(timeout=60)
    return subprocess.CompletedProcess(words, process.returncode, out, err)


def children(pid: int) -> list[int]:
    import psutil  # ipykernel needs it, so it is always there

    return [child.pid for child in psutil.Process(pid).children(recursive=True)]


def is_running(pid: int) -> bool:
    import psutil

    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


class TestDoctor:
    @pytest.fixture(autouse=True)
    def our_environment(self, monkeypatch):
        """The doctor looks with the course's own Jupyter settings; other tests must not see them."""
        monkeypatch.setattr(os, "environ", os.environ.copy())

    def test_all_is_well_here(self, own, capsys):
        assert main(["doctor", "--folder", str(own)]) == 0
        said = capsys.readouterr().out
        for name in (
            "Python",
            "jupyterlab",
            "anywidget in browser",
            "Notebook kernel",
            "Font",
            "Bones",
            "A plate",
            "port",
        ):
            assert re.search(rf"^\[  ok \] .*{name}", said, re.MULTILINE), name
        assert "FAULT" not in said
        assert "\x1b" not in said, "no colour codes where there is no terminal"

    def test_each_fault_says_what_to_do(self, own, capsys, monkeypatch):
        own.write_text("a file is in the way", encoding="utf-8")
        monkeypatch.setattr(doctor, "FONT", "No Such Font")
        monkeypatch.setattr(doctor, "requires", lambda name: ["numpy>=99", "no-such-package>=1"])
        monkeypatch.setattr(doctor, "_extension_version", lambda name, roots: None)
        monkeypatch.setattr(doctor, "bones_row", lambda: 1 / 0)
        assert main(["doctor", "--folder", str(own)]) == 1
        said = capsys.readouterr().out
        faults = re.findall(r"^\[FAULT\] (.+?)  +.*\n +do this: (.+)$", said, re.MULTILINE)
        assert [name for name, _ in faults] == [
            "numpy",
            "no-such-package",
            "Your lessons",
            "anywidget in browser",
            "jupyterlab-manager in browser",
            "Font",
            "Bones",
        ]
        assert all(remedy for _, remedy in faults)
        assert "7 to put right" in said

    def test_a_front_end_of_another_version_is_a_fault(self, monkeypatch):
        monkeypatch.setattr(doctor, "_extension_version", lambda name, roots: "0.1.0")
        assert all("0.1.0, but" in row.found and row.remedy for row in doctor.front_end_rows())


class TestConsole:
    class Terminal:
        def isatty(self) -> bool:
            return True

    def test_colour_only_on_a_terminal_that_wants_it(self, monkeypatch):
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.delenv("NO_COLOR", raising=False)
        assert "\x1b" in console.coloured("ok", "green", self.Terminal())
        monkeypatch.setenv("NO_COLOR", "1")
        assert console.coloured("ok", "green", self.Terminal()) == "ok"

    def test_an_old_console_prints_what_it_can(self, tmp_path):
        code = (
            "from iliopsoas.cli.console import prepare_streams; prepare_streams(); print('T12\u2013L1 \u2192 52\u00b0')"
        )
        env = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=env, check=True)
        assert done.stdout.strip() == b"T12?L1 ? 52?"

    def test_an_error_is_two_sentences(self):
        error = CourseError("The problem.", "The remedy.", exit_code=2)
        assert str(error) == "The problem.\nThe remedy." and error.exit_code == 2


class TestShippedLessons:
    def test_ours_can_be_copied(self, own):
        """The lessons of this checkout, not the two made up above."""
        folder.bring_up_to_date(own)
        for lesson in lessons.lessons():
            assert (own / f"{lesson.name}.ipynb").is_file()
            assert all((own / "figures" / name).is_file() for name in lesson.pictures)
            assert "../figures" not in text_of(own / f"{lesson.name}.ipynb")
