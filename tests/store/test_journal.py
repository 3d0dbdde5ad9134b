"""The journal of this machine: whole lines or none, one holder a file, another place where one is full."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import signal
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hisconsole.errors import StoreFault
from hisconsole.store import journal as journal_module
from hisconsole.store.journal import ASIDE, END, File, Journal, Place, places
from hisconsole.store.journal_lines import Aside, Done, Entry, Line, framed, lines_of, unread_in
from tests.hostile import HOSTILE

AT = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def entry(act: str = "a-1", **changes: object) -> Entry:
    values = {
        "act": act,
        "kind": "act",
        "given": {"name": "note", "number": 1, "given": {"text": "words"}},
        "operator": "li.na",
        "os_user": "tester",
        "source": "local no tty",
        "at": AT,
        "label": "Note",
    }
    return Entry(**{**values, **changes})  # type: ignore[arg-type]


_TEXTS = st.text(max_size=60)
_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=6,
)
_ENTRIES = st.builds(
    Entry,
    act=_TEXTS,
    kind=_TEXTS,
    given=st.dictionaries(_TEXTS, _PLAIN, max_size=4),
    operator=_TEXTS,
    os_user=_TEXTS,
    source=_TEXTS,
    at=st.datetimes(timezones=st.just(UTC), min_value=datetime(1970, 1, 2)),  # noqa: DTZ001 - given its zone beside
    label=_TEXTS,
    incident=st.integers(0, 2**40),
    provisional=st.integers(0, 2**40),
)
_LINES = st.lists(
    _ENTRIES
    | st.builds(Done, _TEXTS, st.integers(0, 2**40))
    | st.builds(Aside, _TEXTS, st.dictionaries(_TEXTS, _TEXTS, max_size=3)),
    min_size=1,
    max_size=4,
)


@settings(deadline=None)
@given(_LINES)
def test_what_is_written_is_read_back(lines: list[Line]) -> None:
    assert list(lines_of(b"".join(map(framed, lines)))) == lines


@settings(deadline=None)
@given(_LINES)
def test_torn_at_any_byte_only_whole_lines_are_left(lines: list[Line]) -> None:
    raw = [framed(each) for each in lines]
    data = b"".join(raw)
    ends = [sum(map(len, raw[: place + 1])) for place in range(len(raw))]
    for cut in range(len(data) + 1):
        whole = sum(end <= cut for end in ends)
        assert list(lines_of(data[:cut])) == lines[:whole], cut


@settings(deadline=None)
@given(_LINES, st.data())
def test_a_byte_that_changed_costs_its_own_line_at_most(lines: list[Line], data: st.DataObject) -> None:
    raw = bytearray(b"".join(map(framed, lines)))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    found = list(lines_of(bytes(raw)))
    # An end of a line that is lost takes the next with it; nothing is ever read that was not written.
    assert len(lines) - 2 <= len(found) <= len(lines)
    assert all(each in lines for each in found)


@settings(deadline=None)
@given(_LINES)
def test_a_line_that_was_torn_and_closed_is_nothing_unread(lines: list[Line]) -> None:
    data = b"".join(map(framed, lines))
    for cut in range(len(data) + 1):
        assert unread_in(data[:cut] + b"\n") == 0, cut


@settings(deadline=None)
@given(_ENTRIES, st.data())
def test_a_whole_line_in_which_a_byte_changed_is_told(line: Entry, data: st.DataObject) -> None:
    raw = bytearray(framed(line))
    body = raw.index(b",{") + 1
    at = data.draw(st.integers(body, len(raw) - 3))
    raw[at] ^= data.draw(st.integers(1, 255).filter(lambda bits: raw[at] ^ bits != 10))
    assert unread_in(framed(entry()) + bytes(raw) + framed(entry("a-2"))) == 1


@pytest.mark.parametrize(
    "line",
    [b"rubbish\n", framed(entry()).replace(b"hisj1", b"hisj2"), framed(entry())[:-30] + framed(entry("a-2"))],
    ids=["no line of ours", "another mark", "two run together"],
)
def test_what_is_no_line_of_ours_is_told(line: bytes) -> None:
    assert list(lines_of(line)) == []
    assert unread_in(line) == 1


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_rubbish_is_no_line(rubbish: bytes) -> None:
    assert list(lines_of(rubbish + b"\n")) == []


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_line_is_json_in_ascii_whatever_was_typed(text: str) -> None:
    line = framed(entry(given={"text": text}))
    mark, length, digest, body = json.loads(line.decode("ascii"))
    assert (mark, len(digest)) == ("hisj1", 32)
    assert length == len(line) - len(f'["hisj1",{length},"{digest}",') - len("]\n")
    assert body["given"]["text"] == text


def test_what_is_kept_is_ours_alone_and_goes_when_it_is_done(tmp_path: Path) -> None:
    journal = Journal([Place(tmp_path / "kept")])
    journal.keep(entry(aside={"callback": "13800"}))
    (file,) = journal.files
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.path.with_suffix(ASIDE).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o700
    assert b"13800" not in file.path.read_bytes()
    assert file.waiting() == ([entry(aside={"callback": "13800"})], {})
    file.append(Done("a-1", 7))
    assert file.waiting() == ([], {})
    journal.close()
    assert list((tmp_path / "kept").iterdir()) == []


def test_the_number_of_a_call_that_was_recorded_is_remembered(tmp_path: Path) -> None:
    journal = Journal([Place(tmp_path)])
    journal.keep(entry("a-1", provisional=1_000_000_001))
    journal.keep(entry("a-2"))
    journal.files[0].append(Done("a-1", 42))
    assert journal.files[0].waiting() == ([entry("a-2")], {1_000_000_001: 42})
    journal.close()
    assert [len(entries) for _path, entries in Journal([Place(tmp_path)]).kept()] == [1]


def test_a_file_whose_process_lives_is_nobody_elses(tmp_path: Path) -> None:
    mine, other = Journal([Place(tmp_path)]), Journal([Place(tmp_path)])
    mine.keep(entry())
    assert list(other.orphans()) == []
    assert [entries for _path, entries in other.kept()] == [[entry()]]
    mine.close()
    (orphan,) = other.orphans()
    assert orphan.waiting()[0] == [entry()]
    assert list(Journal([Place(tmp_path)]).orphans()) == []
    orphan.close(remove=True)
    assert list(tmp_path.iterdir()) == []


def _keep_and_die(folder: Path) -> None:
    journal = Journal([Place(folder)])
    journal.keep(entry())
    journal.keep(entry("a-2"))
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_was_killed_leaves_an_orphan_and_a_torn_line_costs_nothing_else(
    tmp_path: Path,
) -> None:
    died = multiprocessing.get_context("spawn").Process(target=_keep_and_die, args=(tmp_path,))
    died.start()
    died.join(60)
    assert died.exitcode == -signal.SIGKILL
    (path,) = tmp_path.glob(f"*{END}")
    with path.open("ab") as torn:
        torn.write(framed(entry("a-3"))[:-20])
    (orphan,) = Journal([Place(tmp_path)]).orphans()
    assert orphan.waiting()[0] == [entry(), entry("a-2")]
    orphan.append(Done("a-1", 1))
    assert orphan.waiting()[0] == [entry("a-2")]
    orphan.close()


def test_a_place_that_takes_nothing_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    journal = Journal(
        [Place(tmp_path / "file" / "kept"), Place(tmp_path / "second"), Place(tmp_path, lasting=False)]
    )
    journal.keep(entry())
    assert journal.files[0].path.parent == tmp_path / "second"
    assert journal.lasting
    journal.close()


def test_a_disk_that_fills_up_sends_the_next_act_to_the_next_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal([Place(tmp_path / "one"), Place(tmp_path / "two", lasting=False)])
    journal.keep(entry())
    write, full = journal_module._write, journal.files[0]._handle

    def fills_up(handle: int, data: bytes) -> None:
        if handle == full:
            os.write(handle, data[:9])
            raise OSError(errno.ENOSPC, "full")
        write(handle, data)

    monkeypatch.setattr(journal_module, "_write", fills_up)
    journal.keep(entry("a-2"))
    assert [file.waiting()[0] for file in journal.files] == [[entry()], [entry("a-2")]]
    assert not journal.lasting


def test_where_no_place_takes_it_the_operator_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreFault, match=r"could not be kept here either .*file/kept: .*write it on paper"):
        Journal([Place(tmp_path / "file" / "kept")]).keep(entry())
    with pytest.raises(StoreFault, match="there is no place for it"):
        Journal([]).keep(entry())


def test_a_folder_that_others_can_write_into_is_not_believed(tmp_path: Path) -> None:
    journal = Journal([Place(tmp_path)])
    journal.keep(entry())
    journal.close()
    tmp_path.chmod(0o777)
    assert list(journal.orphans()) == []
    with pytest.raises(StoreFault, match="could not be kept here"):
        Journal([Place(tmp_path)]).keep(entry())


def test_the_places_of_a_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    named, beside, state, memory = places(tmp_path / "data", named=tmp_path / "named")
    assert beside == Place(tmp_path / "data" / "kept")
    assert named.folder.parent == tmp_path / "named"
    assert state.folder.parent == tmp_path / "state" / "hisconsole"
    assert (memory.lasting, memory.folder.parent.name) == (False, f"hisconsole-{os.getuid()}")
    of_another = places(tmp_path / "other")
    assert not {each.folder for each in of_another} & {
        named.folder,
        beside.folder,
        state.folder,
        memory.folder,
    }


def test_a_file_taken_for_an_orphan_before_it_was_locked_is_begun_anew(tmp_path: Path) -> None:
    file = File.new(Place(tmp_path))
    file.path.unlink()
    assert File.orphan(file.path, Place(tmp_path)) is None
    file.close()


def test_a_folder_that_was_hidden_takes_no_more_and_what_is_in_it_is_still_read(tmp_path: Path) -> None:
    journal = Journal([Place(tmp_path / "one"), Place(tmp_path / "two")])
    journal.keep(entry("a-1", aside={"callback": "8000"}))
    (tmp_path / "one").rename(tmp_path / "hidden")
    (tmp_path / "one").mkdir(mode=0o700)
    journal.keep(entry("a-2"))
    found = [[each.act for each in file.waiting()[0]] for file in journal.files]
    assert found == [["a-1"], ["a-2"]]
    assert journal.files[0].waiting()[0][0].aside == {"callback": "8000"}
    assert journal.files[1].path.parent == tmp_path / "two"
    journal.close()
    assert [path for path, _entries in journal.kept()] == [*(tmp_path / "two").glob(f"*{END}")]
    assert len(list((tmp_path / "hidden").glob(f"*{END}"))) == 1


def test_a_torn_number_spoils_none_that_comes_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal([Place(tmp_path / "one")])
    journal.keep(entry("a-1", aside={"callback": "8000"}))
    write, full = journal_module._write, [True]

    def torn(handle: int, data: bytes) -> None:
        if full.pop() if full else False:
            os.write(handle, data[:9])
            raise OSError(errno.ENOSPC, "full")
        write(handle, data)

    monkeypatch.setattr(journal_module, "_write", torn)
    with pytest.raises(StoreFault):
        journal.keep(entry("a-2", aside={"callback": "8001"}))
    journal.keep(entry("a-3", aside={"callback": "8002"}))
    assert [each.aside for each in journal.files[0].waiting()[0]] == [
        {"callback": "8000"},
        {"callback": "8002"},
    ]
    journal.close()


def test_a_mark_beside_an_act_that_is_being_written_costs_no_act_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One thread marks what was brought while another keeps: no line of the other is cut off later."""
    file = File.new(Place(tmp_path))
    sync, held, go, full = os.fsync, threading.Event(), threading.Event(), threading.Event()

    def slow(handle: int) -> None:
        if full.is_set():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if not held.is_set():
            held.set()
            assert go.wait(20)
        sync(handle)

    monkeypatch.setattr(os, "fsync", slow)
    one = threading.Thread(target=file.append, args=(entry("a"),))
    other = threading.Thread(target=file.append, args=(entry("b", given={"text": "x" * 4000}),))
    one.start()
    assert held.wait(20)
    other.start()
    other.join(0.2)  # without a lock it is through by now
    go.set()
    one.join(20)
    other.join(20)
    full.set()
    with pytest.raises(OSError, match="No space"):
        file.append(entry("c"))
    assert [each.act for each in lines_of(file.path.read_bytes()) if isinstance(each, Entry)] == ["a", "b"]
    file.close()
