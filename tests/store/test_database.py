"""The record's file: how it is opened, guarded, migrated and refused."""

from __future__ import annotations

import itertools
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from hisconsole.desk import calls, drafts, reading
from hisconsole.desk.desk import Desk
from hisconsole.errors import HisError, StoreFault
from hisconsole.store import backup, events, sqlite, tables
from hisconsole.store.database import RECORD, Database
from hisconsole.store.revision import HEAD
from hisconsole.store.verify import verify
from tests.conftest import not_tested
from tests.hospital import ADOPTED, Clock, lay_record, open_desk
from tests.store.processes import Processes, start, wal

CALL = {"workstation": "reg-01", "symptom": "3", "words": "cannot save"}


def _pretend(monkeypatch: pytest.MonkeyPatch, **what: Any) -> None:
    """Have this process take Python's own SQLite for another version, or connect otherwise."""
    module = SimpleNamespace(**{**vars(sqlite3), **what})
    monkeypatch.setattr(sqlite, "driver", lambda: module)


def _count(database: Database) -> int:
    with database.read() as connection:
        return events.count(connection)


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 7, 0), False),
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 44, 9), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 50, 99), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((3, 53, 4), True),
        ((4, 0, 0), True),
    ],
)
def test_which_sqlite_may_use_a_write_ahead_log(version: tuple[int, int, int], safe: bool) -> None:
    assert sqlite.wal_is_safe(version) is safe


def _drivers() -> list[ModuleType]:
    return list(dict.fromkeys((sqlite.driver(), sqlite3)))


@pytest.fixture(params=_drivers(), ids=lambda module: f"{module.__name__}-{module.sqlite_version}")
def driver(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module: ModuleType = request.param
    monkeypatch.setattr(sqlite, "driver", lambda: module)
    return module


def test_what_holds_on_the_live_connection(driver: ModuleType, desk: Desk) -> None:
    safe = sqlite.wal_is_safe(driver.sqlite_version_info)
    wanted = {
        "journal_mode": "wal" if safe else "persist",
        "synchronous": 2 if safe else 3,
        "busy_timeout": 5000,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "mmap_size": 0,
        "query_only": 0,
    }
    calls.take_call(desk, CALL)
    with desk.database.read() as connection:
        assert connection.execute(text("SELECT sqlite_version()")).scalar() == driver.sqlite_version
        for pragma, value in wanted.items():
            found = connection.execute(text(f"PRAGMA {pragma}")).scalar()
            assert found == value or (pragma == "mmap_size" and found is None), pragma
        assert verify(connection).faults == ()


def test_a_vulnerable_sqlite_writes_to_no_write_ahead_log(
    data: Path, processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not sqlite.wal_is_safe(sqlite.driver().sqlite_version_info):
        not_tested("no SQLite here is safe with a write-ahead log")
    _pretend(monkeypatch, sqlite_version_info=(3, 51, 2))
    early = open_desk(lay_record(data))
    other = processes.start(wal, data=str(data))
    processes.until("taken", count=1)
    with pytest.raises(StoreFault, match="would not be safe"):
        calls.take_call(early, CALL)
    assert [row.incident for row in reading.read_log(early, incident=1)] == [1, 1]
    early.database.close()
    with pytest.raises(StoreFault, match=r"would not be safe|in use by another program"):
        open_desk(data)
    processes.kill(other)
    alone = open_desk(data)
    assert calls.take_call(alone, CALL).incident == 2
    alone.database.close()


def test_events_cannot_be_changed(desk: Desk) -> None:
    calls.take_call(desk, CALL)
    for statement in ("UPDATE event SET actor = 'x'", "DELETE FROM event"):
        with (
            pytest.raises(StoreFault, match="events are never changed: record a correction"),
            desk.database.write() as connection,
        ):
            connection.execute(text(statement))
    assert _count(desk.database) == ADOPTED + 2
    assert desk.perform("acknowledge", 1).seq == ADOPTED + 3


def test_a_write_that_raises_leaves_nothing(desk: Desk) -> None:
    def give_up() -> None:
        with desk.database.write() as connection:
            connection.execute(text("INSERT INTO callback VALUES (1, '1')"))
            raise KeyError

    with pytest.raises(KeyError):
        give_up()
    with desk.database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM callback")).scalar() == 0


def test_a_connection_that_cannot_even_roll_back_is_made_anew_for_the_next_look(desk: Desk) -> None:
    def fails() -> None:
        with desk.database.read() as connection:
            connection.execute(text("SELECT 1"))
            raw: Any = connection.connection.driver_connection
            raw.set_authorizer(lambda _action, word, *_more: sqlite3.SQLITE_DENY if word == "ROLLBACK" else 0)

    assert desk.database.data_version() > 0
    with pytest.raises(StoreFault, match="not authorized"):
        fails()
    assert desk.database.data_version() > 0


@pytest.fixture(params=[0, 0o022], ids=["umask 0", "umask 022"])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_every_file_is_private(tmp_path: Path, clock: Clock, driver: ModuleType) -> None:
    top = tmp_path / "deep"
    data, safe = top / "down" / "data", top / "backups"
    desk = open_desk(data, now=clock)
    safe.mkdir(mode=0o700)
    calls.take_call(desk, CALL)
    saved = drafts.Draft("call", 0, "a-1", {"words": "x"}, "li.na", "now", drafts.process_id())
    drafts.save(data, saved)
    backup.backup(desk.database, safe / "one.db")
    found = _modes(top)
    backup.restore(data, safe / "one.db", now=clock())
    calls.take_call(desk, CALL)
    found |= _modes(top)
    desk.database.close()
    found |= _modes(top)
    assert {path: mode for path, mode in found.items() if mode not in ("drwx------", "-rw-------")} == {}
    names = {path.name for path in found}
    assert {RECORD, "record.lock", "one.db", "drafts", "a-1.json"} <= names
    assert any(name.startswith("record.db-") for name in names)


def _modes(top: Path) -> dict[Path, str]:
    return {path: stat.filemode(path.stat().st_mode) for path in (top, *top.rglob("*"))}


def test_nothing_is_left_lying_beside_the_record(desk: Desk, clock: Clock, tmp_path: Path) -> None:
    calls.take_call(desk, CALL)
    backup.backup(desk.database, tmp_path / "one.db")
    _proof, kept = backup.restore(desk.database.data, tmp_path / "one.db", now=clock())
    desk.perform("acknowledge", 1)
    desk.database.close()
    assert kept is not None
    left = {path.name for path in desk.database.data.iterdir()}
    assert left - {f"{kept.name}{end}" for end in sqlite.COMPANIONS} - {"record.db-journal"} == {
        RECORD,
        "record.lock",
        kept.name,
    }
    assert {path.name for path in tmp_path.iterdir()} == {"data", "one.db"}


MOUNTS = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:26 / /tmp rw - tmpfs tmpfs rw
31 22 0:40 / /srv/share rw - nfs4 10.0.0.1:/share rw
32 31 0:41 / /srv/share/local rw - xfs /dev/sdb rw
33 22 0:42 / /mnt/two\\040words rw - cifs //nas/x rw
34 22 0:43 / /home rw - fuse.sshfs host:/ rw
35 22 0:44 / /over rw - ext4 /dev/sdc rw
36 22 0:45 / /over rw - 9p share rw
broken line
"""


@pytest.mark.parametrize(
    ("path", "kind", "refused"),
    [
        ("/var/lib/hisconsole", "ext4", False),
        ("/tmp/x", "tmpfs", False),
        ("/srv/share", "nfs4", True),
        ("/srv/share/data", "nfs4", True),
        ("/srv/shared", "ext4", False),
        ("/srv/share/local/data", "xfs", False),
        ("/mnt/two words/data", "cifs", True),
        ("/home/li", "fuse.sshfs", True),
        ("/over/data", "9p", True),
    ],
)
def test_a_network_file_system_is_refused(
    path: str, kind: str, refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sqlite.filesystem_of(Path(path), MOUNTS) == kind
    monkeypatch.setattr(Path, "read_text", lambda *_args, **_named: MOUNTS)
    if refused:
        with pytest.raises(StoreFault, match=r"network file system .*--data"):
            sqlite.refuse_network(Path(path))
    else:
        sqlite.refuse_network(Path(path))


def test_a_first_start_on_a_share_makes_nothing(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "filesystem_of", lambda *_given: "nfs4")
    with pytest.raises(StoreFault, match="network file system"):
        Database(data)
    assert not data.exists()


@pytest.mark.parametrize("name", ["plain", "a b", "what?mode=ro", "50%25", "#1", "信息"])
def test_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    desk = open_desk(tmp_path / name)
    assert calls.take_call(desk, CALL).incident == 1
    desk.database.close()
    assert (tmp_path / name / RECORD).stat().st_size > 0


def test_a_folder_that_cannot_be_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreFault, match=r"file.* cannot be used: "):
        Database(tmp_path / "file" / "data")
    with pytest.raises(StoreFault, match="There is no record at"):
        Database(tmp_path / "nowhere", writable=False)


def test_a_record_opened_for_reading_is_only_read(desk: Desk) -> None:
    calls.take_call(desk, CALL)
    database = Database(desk.database.data, writable=False)
    assert _count(database) == ADOPTED + 2
    with pytest.raises(StoreFault, match="opened for reading only"), database.write():
        pytest.fail("it was opened")
    with pytest.raises(HisError), database.read() as connection:
        connection.execute(text("DELETE FROM due"))
    database.close()


def test_a_newer_record_is_read_and_not_written(data: Path) -> None:
    desk = open_desk(lay_record(data))
    calls.take_call(desk, CALL)
    with desk.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    desk.database.close()
    newer = open_desk(data)
    with pytest.raises(StoreFault, match=r"written by a newer hisconsole.*Update this program"):
        newer.perform("acknowledge", 1)
    assert reading.read_incident(newer, 1).incident.version == ADOPTED + 2
    assert len(reading.read_log(newer)) == ADOPTED + 2
    newer.database.close()


def test_an_upgrade_under_an_open_console_is_told_and_nothing_of_the_old_form_written(data: Path) -> None:
    desk = open_desk(lay_record(data))
    calls.take_call(desk, CALL)
    with desk.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for _ in range(2):
        with pytest.raises(StoreFault, match="A newer hisconsole has brought the record up to date"):
            desk.perform("acknowledge", 1)
    assert reading.read_incident(desk, 1).incident.version == ADOPTED + 2
    desk.database.close()


def test_the_migrations_make_what_the_tables_say(desk: Desk) -> None:
    with desk.database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
        triggers = connection.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
        ).scalars()
        assert list(triggers) == ["event_no_delete", "event_no_update"]
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        assert version == HEAD


def test_a_migration_that_fails_leaves_no_record(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_given: object) -> None:
        raise RuntimeError("half way")

    with monkeypatch.context() as broken:
        broken.setattr("alembic.op.execute", fail)
        with pytest.raises(RuntimeError, match="half way"):
            Database(data)
    assert not (data / RECORD).exists()
    desk = open_desk(data)
    assert calls.take_call(desk, CALL).incident == 1
    desk.database.close()


def test_a_migration_that_fails_leaves_an_old_record_as_it_was(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data.mkdir()
    with closing(sqlite3.connect(data / RECORD)) as old, old:
        old.execute("CREATE TABLE event_of_old (x)")
        old.execute("INSERT INTO event_of_old VALUES (1)")
    old.close()

    def fail(*_given: object) -> None:
        raise RuntimeError("half way")

    with monkeypatch.context() as broken:
        broken.setattr("alembic.op.execute", fail)
        with pytest.raises(RuntimeError, match="half way"):
            Database(data)
    with closing(sqlite3.connect(data / RECORD)) as old, old:
        names = [name for (name,) in old.execute("SELECT name FROM sqlite_master")]
        assert names == ["event_of_old"]
        assert old.execute("SELECT x FROM event_of_old").fetchall() == [(1,)]
    old.close()
    database = Database(data)
    assert _count(database) == 0
    database.close()


def test_five_first_starts_at_once_make_one_record(data: Path, processes: Processes) -> None:
    meet = time.monotonic() + 0.3
    for number in range(5):
        processes.start(start, data=str(data), operator=f"op-{number}", meet=meet)
    taken = [int(line[1]) for line in processes.until("taken", count=5)]
    assert sorted(taken) == [1, 2, 3, 4, 5]
    database = Database(data)
    with database.read() as connection:
        proof = verify(connection)
    assert (proof.faults, proof.incidents, proof.head.seq) == ((), 5, 1 + 5 * 2)  # the plan is adopted once
    database.close()
    assert not (data / "record.db.new").exists()


def test_two_that_would_change_the_mode_at_once_do_not_wait_for_each_other(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both, opened = threading.Barrier(2), itertools.count()

    def connect(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = sqlite3.connect(*args, **kwargs)
        connection.execute("SELECT count(*) FROM event").fetchone()
        if next(opened) < 2:
            both.wait(5)
        return connection

    _pretend(monkeypatch, sqlite_version_info=(3, 51, 3))
    lay_record(data)
    _pretend(monkeypatch, sqlite_version_info=(3, 51, 2), connect=connect)
    with ThreadPoolExecutor(2) as pool:
        for database in pool.map(lambda _each: Database(data), range(2)):
            assert _count(database)
            database.close()
