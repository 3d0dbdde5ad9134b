"""A full disk, a damaged file, a file that somebody else holds: a sentence, and nothing is lost."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from hisconsole.desk import calls, reading
from hisconsole.desk.desk import Desk
from hisconsole.errors import Away, Busy, Damaged, StoreFault
from hisconsole.store import backup
from hisconsole.store.database import RECORD
from hisconsole.store.verify import verify
from tests.hospital import ADOPTED, Clock, lay_record, open_desk

CALL = {"workstation": "reg-01", "symptom": "3", "words": "cannot save"}


def _take_until_refused(desk: Desk) -> None:
    for _ in range(2000):
        calls.take_call(desk, {**CALL, "words": "x" * 2000})


def _fill(desk: Desk) -> None:
    with desk.database.read() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count = {pages + 2}"))


def test_a_full_disk_loses_nothing_and_recovers(desk: Desk) -> None:
    calls.take_call(desk, CALL)
    _fill(desk)
    with pytest.raises(StoreFault, match="The disk is full: nothing was written") as fault:
        _take_until_refused(desk)
    assert str(desk.database.path) in str(fault.value)
    assert (type(fault.value), fault.value.exit_code) == (Away, 3)
    with desk.database.read() as connection:
        proof = verify(connection)
        assert proof.faults == ()
        connection.execute(text("PRAGMA max_page_count = 1000000"))
    assert proof.head.seq == len(reading.read_log(desk, limit=10_000)) > ADOPTED + 2
    assert calls.take_call(desk, CALL).seq == proof.head.seq + 2


@pytest.mark.parametrize("goes_on", [False, True])
def test_what_is_written_together_is_there_whole_or_not_at_all(desk: Desk, goes_on: bool) -> None:
    def together() -> None:
        with desk.database.together():
            calls.take_call(desk, CALL)
            with pytest.raises(Away, match="The disk is full: nothing was written"):
                _take_until_refused(desk)
            with desk.database.read() as connection:
                connection.execute(text("PRAGMA max_page_count = 1000000"))
            if goes_on:
                calls.take_call(desk, CALL)

    calls.take_call(desk, CALL)
    _fill(desk)
    with pytest.raises(Away, match="has undone what was being written"):
        together()
    with desk.database.read() as connection:
        assert (verify(connection).faults, verify(connection).head.seq) == ((), ADOPTED + 2)
    assert calls.take_call(desk, CALL).seq == ADOPTED + 4


def test_a_disk_that_is_really_full(tmp_path: Path, small_disk: Callable[[Path, str], None]) -> None:
    folder = tmp_path / "small"
    small_disk(folder, "1m")
    desk = open_desk(lay_record(folder / "data"))
    try:
        with pytest.raises(Away, match="disk is full"):
            _take_until_refused(desk)
        done = (len(reading.read_log(desk, limit=10_000)) - ADOPTED) // 2
        with pytest.raises(StoreFault, match=r"full|No space left"):
            backup.backup(desk.database, folder / "one.db")
        assert not (folder / "one.db.partial").exists()
        os.system(f"mount -o remount,size=8m '{folder}'")
        assert calls.take_call(desk, CALL).incident == done + 1
        with desk.database.read() as connection:
            assert verify(connection).faults == ()
    finally:
        desk.database.close()


# ---- damage


def _page_size(path: Path) -> int:
    return int.from_bytes(path.read_bytes()[16:18], "big")


def _zero_header(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(bytes(100))


def _cut_in_half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _cut_to_nothing(path: Path) -> None:
    os.truncate(path, 0)


def _cut_within_the_first_page(path: Path) -> None:
    os.truncate(path, 1000)


def _flip_the_pages(path: Path) -> None:
    size = _page_size(path)
    with path.open("r+b") as file:
        for page in range(2, path.stat().st_size // size):
            file.seek(page * size)
            file.write(b"\xa5" * 64)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record of 150 calls, which takes longer to make than to damage, and its backup beside it."""
    folder = tmp_path_factory.mktemp("full")
    desk = open_desk(lay_record(folder), now=Clock())
    for _ in range(150):
        calls.take_call(desk, CALL)
    backup.backup(desk.database, folder / "one.db")
    desk.database.close()
    return folder


@pytest.fixture
def copy(full: Path, data: Path) -> Path:
    """That backup, and the record laid where a test may damage it."""
    lay_record(data)
    shutil.copyfile(full / RECORD, data / RECORD)
    return full / "one.db"


DAMAGES = (_zero_header, _cut_in_half, _cut_to_nothing, _cut_within_the_first_page, _flip_the_pages)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_record_gets_a_sentence_and_is_restored(
    damage: object, data: Path, clock: Clock, copy: Path
) -> None:
    assert callable(damage)
    damage(data / RECORD)
    broken = (data / RECORD).read_bytes()

    def use() -> None:
        desk = open_desk(data, now=clock)
        try:
            with desk.database.read() as connection:
                assert verify(connection).faults  # or it raises, where nothing can be read at all
            desk.perform("acknowledge", 1)
        finally:
            desk.database.close()

    with pytest.raises(Damaged) as fault:
        use()
    assert f"{data / RECORD} is damaged" in str(fault.value)
    assert "hisconsole restore FILE" in str(fault.value)
    assert fault.value.exit_code == 3

    proof, kept = backup.restore(data, copy, now=clock())
    assert (proof.incidents, proof.head.seq) == (150, ADOPTED + 300)
    assert kept is not None
    assert kept.read_bytes()[:1000] == broken[:1000]
    desk = open_desk(data, now=clock)
    assert desk.perform("acknowledge", 150).seq == ADOPTED + 301
    desk.database.close()


def _read_all(desk: Desk) -> None:
    for number in range(1, 151):
        reading.read_incident(desk, number)


def test_once_damage_is_seen_nothing_more_is_written(data: Path, clock: Clock, copy: Path) -> None:
    _flip_the_pages(data / RECORD)
    desk = open_desk(data, now=clock)
    with pytest.raises(Damaged):
        _read_all(desk)
    before = (data / RECORD).read_bytes()
    with pytest.raises(StoreFault, match="hisconsole restore FILE"):
        desk.perform("acknowledge", 1)
    with pytest.raises(StoreFault, match="hisconsole restore FILE"):
        calls.take_call(desk, CALL)
    assert (data / RECORD).read_bytes() == before
    backup.restore(data, copy, now=clock())
    assert desk.perform("acknowledge", 1).seq == ADOPTED + 301
    desk.database.close()


def test_a_record_that_was_taken_away_gets_a_sentence(desk: Desk) -> None:
    calls.take_call(desk, CALL)
    shutil.move(desk.database.path, desk.database.data / "elsewhere.db")
    with pytest.raises(Away, match=r"record\.db cannot be used: No such file"):
        desk.perform("acknowledge", 1)
    with pytest.raises(Away, match=r"record\.db cannot be used: No such file"):
        reading.read_log(desk)


def test_another_program_that_holds_the_file_gets_a_sentence(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls.take_call(desk, CALL)
    with desk.database.read() as connection:
        connection.execute(text("PRAGMA busy_timeout = 100"))
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    holder = context.Process(target=_hold_file, args=(str(desk.database.path), ready, done))
    holder.start()
    try:
        assert ready.wait(20)
        with pytest.raises(Busy, match="in use by another program; nothing was written"):
            desk.perform("acknowledge", 1)
    finally:
        done.set()
        holder.join(20)
    assert desk.perform("acknowledge", 1).seq == ADOPTED + 3


def _hold_file(path: str, ready: object, done: object) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    ready.set()  # type: ignore[attr-defined]
    done.wait(20)  # type: ignore[attr-defined]
    connection.execute("ROLLBACK")
    connection.close()
