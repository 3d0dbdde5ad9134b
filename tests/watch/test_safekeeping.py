"""Backups and heads as the watch keeps them: on real files, by the real command, to a real socket."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hisconsole.config.backups import backups_in, named
from hisconsole.errors import StoreFault
from hisconsole.paths import shipped
from hisconsole.plan.anchors import found_in
from hisconsole.store.backup import prove
from hisconsole.store.database import Database
from hisconsole.store.events import head
from hisconsole.watch.safekeeping import Safekeeping, copy_proved, tell_journal
from tests.hospital import START, lay_record

LATER = START + timedelta(hours=2)
PATIENCE_S = 40.0


@pytest.fixture
def config(tmp_path: Path) -> Path:
    config = tmp_path / "config"
    shutil.copytree(shipped("config"), config)
    return config


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return lay_record(tmp_path / "data")


class Kept(Safekeeping):
    """What a watch would be told, in a list."""

    def __init__(self, config: Path, data: Path, now: datetime = LATER, *, journal: str = "/nowhere") -> None:
        self.said: list[str] = []
        self.bugs: list[Exception] = []

        def broken(error: Exception) -> str:
            self.bugs.append(error)
            return "1"

        super().__init__(
            config,
            data,
            now=lambda: now,
            every_s=0.05,
            trouble=self.said.append,
            broken=broken,
            journals=(journal,),
        )


def keep(kept: Kept, until: Callable[[], object]) -> None:
    """Run it until that is so."""

    async def run() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(kept.run(stop))
        end = asyncio.get_running_loop().time() + PATIENCE_S
        while not until():
            assert asyncio.get_running_loop().time() < end, (kept.said, kept.bugs)
            await asyncio.sleep(0.05)
        stop.set()
        await running

    asyncio.run(run())
    assert not kept.bugs


def _newest(data: Path) -> int:
    database = Database(data, writable=False)
    with database.read() as connection:
        seq = head(connection).seq
    database.close()
    return seq


def test_an_old_record_is_backed_up_once_and_proved(config: Path, data: Path) -> None:
    keep(Kept(config, data), lambda: _newest(data) == 2)
    ((made, path),) = backups_in(data / "backups")
    assert made == LATER.replace(microsecond=0)
    assert prove(path).head.seq == 1
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_young_record_waits_and_none_at_all_is_no_fault(config: Path, data: Path, tmp_path: Path) -> None:
    for kept in (Kept(config, data, START + timedelta(minutes=59)), Kept(config, tmp_path / "none")):
        looks = iter(range(8))
        keep(kept, lambda looks=looks: next(looks) == 7)  # type: ignore[misc]
        assert not any(kept.said)
    assert not (data / "backups").exists()


def test_it_goes_to_a_second_place_and_old_ones_go(config: Path, data: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    with (config / "site.yaml").open("a") as file:
        file.write(f"backup:\n  folder: {first}\n  copy: {second}\n  hourly: 2\n  daily: 1\n")
    for folder in (first, second):
        folder.mkdir()
        for hours in (5, 30):
            (folder / named(LATER - timedelta(hours=hours))).write_text("old")
        (folder / "record-of-somebody.db").write_text("his")
    keep(Kept(config, data), lambda: len(list(first.iterdir())) == 2)
    for folder in (first, second):
        assert sorted(each.name for each in folder.iterdir()) == [named(LATER), "record-of-somebody.db"]
        assert prove(folder / named(LATER)).head.seq == 1


def test_what_fails_is_told_and_old_backups_stay(config: Path, data: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    first = tmp_path / "first"
    first.mkdir()
    (first / named(LATER - timedelta(days=400))).write_text("old")
    with (config / "site.yaml").open("a") as file:
        file.write(f"backup:\n  folder: {first}\n  copy: {blocked}\n")
    kept = Kept(config, data)
    keep(kept, lambda: any(kept.said))
    assert kept.said[-1].startswith(f"the backup could not be copied to {blocked}")
    assert (first / named(LATER - timedelta(days=400))).exists()


def test_a_damaged_record_is_no_backup_and_the_reason_is_told(config: Path, data: Path) -> None:
    with Database(data).write() as connection:
        connection.exec_driver_sql("DROP TRIGGER event_no_update")
        connection.exec_driver_sql("UPDATE event SET actor = 'somebody'")
    (data / "backups").mkdir()
    (data / "backups" / (named(START) + ".partial")).touch()  # of one that was ended
    kept = Kept(config, data)
    keep(kept, lambda: any(kept.said))
    assert "Event 1 does not fit the chain" in kept.said[-1]
    assert list(backups_in(data / "backups")) == []
    assert [each.name for each in (data / "backups").iterdir()] == []


def test_files_that_are_faulty_just_now_keep_no_backup_from_being_made(config: Path, data: Path) -> None:
    class Edited(Kept):
        async def _look(self, stop: asyncio.Event) -> None:
            await super()._look(stop)
            (config / "roster.yaml").write_text("li.na: [half")
            self._now = lambda: LATER

    kept = Edited(config, data, START)
    keep(kept, lambda: any(backups_in(data / "backups")))


def test_the_head_goes_to_the_journal_first_and_last(config: Path, data: Path, tmp_path: Path) -> None:
    address = str(tmp_path / "log")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
        journal.bind(address)
        journal.settimeout(10)
        kept = Kept(config, data, START, journal=address)
        looks = iter(range(8))
        keep(kept, lambda: next(looks) == 7)
        lines = [journal.recv(4096).decode() for _ in range(2)]
        journal.setblocking(False)
        with pytest.raises(BlockingIOError):
            journal.recv(1)
    with Database(data).read() as connection:
        end = head(connection)
    for line in lines:
        assert line.startswith(f"<109>hisconsole[{os.getpid()}]: record Hexi People's Hospital")
        assert [(each.seq, each.hash) for each in found_in(line)] == [(end.seq, end.hash)]


def test_no_journal_is_no_fault(tmp_path: Path) -> None:
    assert not tell_journal("x", (str(tmp_path / "none"),))


def test_a_copy_on_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    source = tmp_path / "record.db"
    source.write_bytes(b"x" * 4096)
    folder = tmp_path / "copies"
    folder.mkdir()
    (folder / "record.db.partial").symlink_to("/dev/full")  # where others may write: it is not followed
    assert copy_proved(source, folder).read_bytes() == source.read_bytes()
    with pytest.raises(StoreFault, match="could not be copied to /proc/nowhere"):
        copy_proved(source, Path("/proc/nowhere"))


def test_names_of_backups_are_the_moments_they_were_made(tmp_path: Path) -> None:
    moment = datetime(2026, 11, 28, 1, 2, 3, tzinfo=UTC)
    for name in (named(moment), "record-.db", "record-2026.db", "other.db", named(moment) + ".partial"):
        (tmp_path / name).touch()
    assert dict(backups_in(tmp_path)) == {moment: tmp_path / "record-20261128T010203Z.db"}
