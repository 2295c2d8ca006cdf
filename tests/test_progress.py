"""The progress file: whatever happens to it, no acknowledged answer is lost, nothing is overwritten, and it is said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iliopsoas.learning import history
from iliopsoas.learning.events import MOST, LineError, event, new_id, next_order, opened, read_event, sealed, written
from iliopsoas.learning.history import NewerProgressError, NotProgressError
from iliopsoas.learning.progress import Progress, ProgressError
from kill_progress import kill_writers

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
texts = st.text(max_size=30)
answers_given = st.one_of(st.none(), texts, st.integers(-99, 99), st.lists(texts, max_size=4))


def answer(question="q001", right=True, sure=None, at=NOON, order=1, **more):
    data = {"event": new_id(), "kind": "answer", "at": written(at), "order": order, "device": "test"}
    return event(data | {"question": question, "given": "x", "right": right, "sure": sure, "part": ""} | more)


@st.composite
def events(draw):
    return answer(
        draw(st.sampled_from(["q001", "q002", "q003"])),
        draw(st.booleans()),
        draw(st.sampled_from([None, True, False])),
        NOON + timedelta(seconds=draw(st.integers(-(10**8), 10**8))),
        draw(st.integers(0, MOST)),
        given=draw(answers_given),
    )


many = st.lists(events(), max_size=12)


@pytest.fixture
def progress(tmp_path):
    return Progress(tmp_path / "own folder – ä")


# ---------------------------------------------------------------- a line


@given(events())
def test_a_line_says_what_was_written_and_is_readable_json(one):
    again = read_event(one.line)
    assert again == one
    assert b"\n" not in one.line
    assert json.loads(one.line)["question"] == one.data["question"]


@given(events(), st.data())
def test_a_line_that_was_altered_anywhere_is_noticed(one, data):
    """One byte changed, or the line cut short: never another answer, always an error with words."""
    at = data.draw(st.integers(0, len(one.line) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != one.line[at]))
    for line in (one.line[:at] + bytes([other]) + one.line[at + 1 :], one.line[:at]):
        try:
            found = read_event(line)
        except LineError as error:
            assert str(error)
        else:  # white space before the sum does not matter
            assert found.data == one.data


def test_half_a_character_from_a_browser_can_be_kept():
    one = answer(given="psoas \ud83d")
    assert read_event(one.line).data["given"] == "psoas \ud83d"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("event", "x"), ("event", 7), ("kind", None), ("at", "yesterday"), ("at", "2026-03-01T12:00:00"),
        ("order", -1), ("order", True), ("order", 1.5), ("order", MOST + 1), ("device", None),
        ("question", None), ("right", None), ("right", 1), ("sure", "yes"), ("part", 3),
    ],
)  # fmt: skip
def test_a_field_that_may_not_be_is_named_with_its_value(field, value):
    with pytest.raises(LineError) as error:
        event({**answer().data, field: value})
    assert field in str(error.value) and repr(value) in str(error.value) and "allowed" in str(error.value)


@given(st.lists(st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1)), min_size=2, max_size=20))
def test_order_rises_whatever_the_clock_does(clock):
    largest, orders = 0, []
    for at in clock:
        largest = next_order(at.replace(tzinfo=UTC), largest)
        orders.append(largest)
    assert orders == sorted(set(orders))


# ---------------------------------------------------------------- a history


@given(many, many, many)
def test_merging_is_a_union_in_whatever_order(one, other, third):
    a, b, c = (history.History(history.in_order(each)) for each in (one, other, third))
    every = history.merged(a, b, c)
    assert every.ids == a.ids | b.ids | c.ids
    assert every.events == history.merged(c, a, b).events == history.merged(history.merged(b, c), a).events
    assert history.merged(every, every).events == every.events


@given(many)
def test_a_history_survives_being_written_and_read(found):
    before = history.History(history.in_order(found), "test")
    after = history.read(history.written(before))
    assert (after.events, after.device, after.faults) == (before.events, "test", ())


@given(many.filter(bool), st.data())
def test_damage_costs_only_the_lines_it_hits(found, data):
    """Any bytes overwritten anywhere: every other line is read, and no line reads as something else."""
    content = bytearray(history.written(history.History(history.in_order(found), "test")))
    begin = data.draw(st.integers(0, len(content) - 1))
    junk = data.draw(st.binary(min_size=1, max_size=60))
    whole = bytes(content)
    content[begin : begin + len(junk)] = junk
    lines = whole.split(b"\n")
    hit, at = set(), 0
    for k, line in enumerate(lines):
        if at <= begin + len(junk) and at + len(line) + 1 >= begin:
            hit.add(k)
        at += len(line) + 1
    untouched = {read_event(line).id for k, line in enumerate(lines[1:-1], 1) if k not in hit}
    try:
        after = history.read(bytes(content))
    except NotProgressError as error:
        assert not untouched or 0 in hit
        assert str(error)
        return
    known = {one.id: one.data for one in history.in_order(found)}
    assert untouched <= after.ids <= set(known)
    assert all(one.data == known[one.id] for one in after.events)


@given(st.binary(max_size=300))
def test_any_file_is_read_or_refused_in_words(content):
    try:
        assert history.read(content).events == ()
    except NotProgressError as error:
        assert "can be read" in str(error)


def test_a_file_of_an_editor_on_windows_is_read(progress):
    one, other = answer(order=1), answer(order=2)
    content = history.written(history.History((one, other), "test"))
    found = history.read(b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n"))
    assert found.events == (one, other) and not found.faults


def test_what_a_later_version_adds_within_the_schema_is_kept(progress):
    later = event({"event": "later", "kind": "painting", "at": written(NOON), "order": 5, "device": "x", "score": 0.5})
    progress.add([later])
    progress.add([answer(order=6)])
    assert later.line in progress.content()


# ---------------------------------------------------------------- the file


def test_nothing_is_made_before_there_is_something_to_keep(progress):
    assert progress.read().events == ()
    assert not progress.path.exists()


def test_answers_are_there_again_and_only_once(progress):
    one, other = answer(order=1), answer(order=2)
    assert progress.add([one]) == 1
    before = progress.path.read_bytes()
    assert progress.add([one, other]) == 1
    assert progress.path.read_bytes().startswith(before), "lines are only ever added"
    assert Progress(progress.path.parent).read().events == (one, other)
    assert progress.notices == []


@pytest.mark.parametrize("cut", [1, 2, 20, 100])
def test_a_line_that_broke_off_is_put_aside_and_said(progress, cut):
    one, torn, after = answer(order=1), answer(order=2), answer(order=3)
    progress.add([one])
    progress.add([torn])
    whole = progress.path.read_bytes()
    progress.path.write_bytes(whole[: -cut - 1])
    progress.add([after])
    assert progress.read().events == (one, after)
    (notice,) = progress.notices
    (aside,) = progress.path.parent.glob("progress_damaged_*")
    assert str(aside) in notice and "Line 3" in notice and "breaks off" in notice
    assert aside.read_bytes() == torn.line[:-cut] + b"\n"
    assert Progress(progress.path.parent).read().events == (one, after)
    again = Progress(progress.path.parent)
    again.read()
    assert again.notices == [], "it is said once"


def test_a_last_line_without_its_end_is_whole(progress):
    one, other = answer(order=1), answer(order=2)
    progress.add([one])
    progress.path.write_bytes(progress.path.read_bytes().rstrip(b"\n"))
    progress.add([other])
    assert progress.read().events == (one, other)
    assert progress.notices == []


@pytest.mark.parametrize("content", [b"\0" * 300, b"not progress at all", b"{}\n{}\n", os.urandom(200)])
def test_an_unreadable_file_is_kept_aside_and_never_overwritten(progress, content):
    progress.path.parent.mkdir(parents=True)
    progress.path.write_bytes(content)
    one = answer()
    progress.add([one])
    (aside,) = progress.path.parent.glob("progress_unreadable_*")
    assert aside.read_bytes() == content
    (notice,) = progress.notices
    assert str(aside) in notice and "not overwritten" in notice
    assert progress.read().events == (one,)


def test_a_second_unreadable_file_gets_a_name_of_its_own(progress):
    progress.path.parent.mkdir(parents=True)
    for content in (b"first", b"second"):
        progress.path.write_bytes(content)
        progress.read()
    asides = sorted(path.read_bytes() for path in progress.path.parent.glob("progress_unreadable_*"))
    assert asides == [b"first", b"second"]


def test_a_file_of_a_newer_version_is_left_as_it_is(progress):
    content = sealed({"iliopsoas": "progress", "schema": 2, "device": "x"}) + b"\nwho knows\n"
    progress.path.parent.mkdir(parents=True)
    progress.path.write_bytes(content)
    with pytest.raises(ProgressError, match="newer version of the course") as error:
        progress.add([answer()])
    assert "Bring the course up to date" in error.value.remedy
    with pytest.raises(NewerProgressError, match=r"schema is 2, this version reads 1"):
        history.read(content)
    assert progress.path.read_bytes() == content
    assert {path.name for path in progress.path.parent.iterdir()} <= {progress.path.name, ".progress.lock"}


def test_a_folder_that_cannot_be_used_is_named_with_what_to_do(tmp_path):
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    with pytest.raises(ProgressError, match="taken") as error:
        Progress(tmp_path / "taken").add([answer()])
    assert "ILIOPSOAS_FOLDER" in error.value.remedy and "download" in error.value.remedy


def test_a_full_disk_leaves_no_half_line(progress, monkeypatch):
    one = answer(order=1)
    progress.add([one])
    before = progress.path.read_bytes()
    full = OSError(28, "No space left on device")

    def refuse(_):
        raise full

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", refuse)
        with pytest.raises(ProgressError, match="No space left"):
            progress.add([answer(order=2)])
    assert progress.path.read_bytes() == before
    assert progress.read().events == (one,)


def test_two_machines_merge_without_loss(tmp_path):
    here, there = Progress(tmp_path / "here"), Progress(tmp_path / "there")
    shared = answer(order=1)
    here.add([shared, answer(order=2), answer(order=5)])
    there.add([shared, answer(order=3)])
    merged = here.merge(there.content())
    assert (merged.new, merged.known) == (1, 1)
    assert str(merged) == "1 entry was added, 1 you had already."
    there.merge(here.content())
    assert here.read().events == there.read().events
    assert [one.order for one in here.read().events] == [1, 2, 3, 5]
    assert here.read().device != there.read().device


@pytest.mark.parametrize("content", [b"a photo", b"\xff\xd8\xff", b"[1, 2]"])
def test_loading_something_else_changes_nothing_and_says_so(progress, content):
    progress.add([answer()])
    before = progress.path.read_bytes()
    with pytest.raises(ProgressError, match="was not loaded") as error:
        progress.merge(content)
    assert "progress.jsonl" in error.value.remedy
    assert progress.path.read_bytes() == before


def test_what_can_be_read_of_a_damaged_download_is_loaded(progress):
    one, other = answer(order=1), answer(order=2)
    content = history.written(history.History((one, other), "x"))[:-30]
    merged = progress.merge(content)
    assert progress.read().events == (one,)
    assert "1 line of that file could not be read" in str(merged)


def test_delete_removes_the_file_and_nothing_else(progress):
    progress.path.parent.mkdir(parents=True)
    mine = progress.path.parent / "02_attachments.ipynb"
    mine.write_text("mine", encoding="utf-8")
    progress.add([answer()])
    progress.delete()
    assert not progress.path.exists() and mine.exists()
    assert progress.read().events == ()


class _Steps:
    """What may happen to a progress file: answers through two objects, reloads, merges, damage, a clock going back."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.largest, self.acknowledged, self.clock = folder, 0, {}, NOON
        self.writers = [Progress(folder), Progress(folder)]
        self.copy = b""

    def answer(self, who: int, by_s: int) -> None:
        self.clock += timedelta(seconds=by_s)
        self.largest = next_order(self.clock, self.writers[who].read().largest)
        one = answer(order=self.largest, at=self.clock)
        self.writers[who].add([one])
        self.acknowledged[one.id] = one

    def reload(self, who: int) -> None:
        self.writers[who] = Progress(self.folder)

    def download(self, who: int) -> None:
        self.copy = self.writers[who].content()

    def load(self, who: int) -> None:
        if self.copy:
            self.writers[who].merge(self.copy)

    def tear(self, junk: bytes) -> None:
        """End in the middle of a line that was never acknowledged."""
        path = self.folder / "progress.jsonl"
        if path.exists():
            path.write_bytes(path.read_bytes() + junk.replace(b"\n", b" "))


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("answer"), st.integers(0, 1), st.integers(-(10**7), 10**7)),
            st.tuples(st.just("reload"), st.integers(0, 1)),
            st.tuples(st.just("download"), st.integers(0, 1)),
            st.tuples(st.just("load"), st.integers(0, 1)),
            st.tuples(st.just("tear"), st.binary(min_size=1, max_size=40)),
        ),
        max_size=15,
    )
)
def test_any_sequence_of_answers_reloads_merges_and_damage_loses_nothing(tmp_path_factory, steps):
    did = _Steps(tmp_path_factory.mktemp("any"))
    for name, *values in steps:
        getattr(did, name)(*values)
    found = Progress(did.folder).read()
    assert found.ids == set(did.acknowledged)
    assert [one.id for one in found.events] == list(did.acknowledged), "in the order in which they were given"
    for one in did.writers:
        assert all("progress_damaged_" in notice for notice in one.notices)


def test_two_programs_writing_at_once_lose_nothing(tmp_path):
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[2])\n"
        "from test_progress import answer; from iliopsoas.learning.progress import Progress\n"
        "progress = Progress(Path(sys.argv[1]))\n"
        "for order in range(40):\n"
        "    one = answer(order=order); progress.add([one]); print(one.id)\n"
    )
    here = str(Path(__file__).parent)
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), here], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    ids = [line for one in running for line in one.communicate(timeout=60)[0].split()]
    assert len(ids) == 80
    assert Progress(tmp_path).read().ids == set(ids)


def test_no_acknowledged_answer_is_lost_when_writers_are_killed(tmp_path):
    found = kill_writers(tmp_path, kills=40)
    assert found.kills == 40
    assert found.acknowledged > 40, "the kills fell before anything was written"
    assert found.lost == 0
    assert found.broken, "no kill fell into a line"


def test_the_sum_is_the_crc_of_everyone():
    """The check value of CRC-32 is that of the text 123456789; the browser's is tested against this one."""
    assert zlib.crc32(b"123456789") == 0xCBF43926
    assert sealed({"a": "psoas"}) == b'{"a": "psoas", "sum": "%08x"}' % zlib.crc32(b'{"a": "psoas"')
    with pytest.raises(LineError, match="altered"):
        opened(sealed({"a": "psoas"}).replace(b"psoas", b"pSoas"))
