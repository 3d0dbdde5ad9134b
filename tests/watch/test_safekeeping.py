"""Backups and heads as the watch keeps them: on real files, by the real command, to a real socket."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hisconsole.config.backups import backups_in, named
from hisconsole.config.drills import MARKER
from hisconsole.desk import calls, handover, turns
from hisconsole.desk.handover_sources import Seen
from hisconsole.errors import StoreFault
from hisconsole.paths import shipped
from hisconsole.plan.anchors import found_in
from hisconsole.plan.handover import Asks
from hisconsole.store.backup import backup, prove, restore
from hisconsole.store.database import Database
from hisconsole.store.events import head
from hisconsole.store.leftover import in_use
from hisconsole.watch.safekeeping import Safekeeping, tell_journal
from hisconsole.watch.second_place import copy_proved
from tests.hospital import OPERATORS, START, Clock, lay_record, open_desk
from tests.postgres import MADE, url_of
from tests.postgres_pair import Pair
from tests.shares import part

LATER = START + timedelta(hours=2)
PATIENCE_S = 40.0
NOTHING = Seen(None, "no watch in this test")


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


def _call(data: Path) -> None:
    desk = open_desk(data, now=Clock())
    calls.take_call(desk, {"workstation": "reg-01", "symptom": "3"})
    desk.database.close()


def _hand_over(data: Path, clock: Clock) -> None:
    gives, takes = (open_desk(data, name, now=clock) for name in OPERATORS[:2])
    turns.begin(gives)
    handover.offer(gives, OPERATORS[1], NOTHING)
    offered = handover.look(takes, NOTHING).offered
    assert offered is not None
    turns.take(takes, {item.key: "taken" for item in offered.items if item.asked is Asks.TAKE}, {})
    handover.accept(takes)
    for desk in (gives, takes):
        desk.database.close()


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


def _two_places(config: Path, first: Path, second: Path) -> None:
    with (config / "site.yaml").open("a") as file:
        file.write(f"backup:\n  folder: {first}\n  copy: {second}\n  hourly: 48\n  daily: 3\n")


@pytest.mark.parametrize("away", part(["file", "off/copies"], {"file"}), ids=["file", "off"])
def test_no_second_place(config: Path, data: Path, tmp_path: Path, away: str) -> None:
    """It is told, and the first place is tidied all the same."""
    (tmp_path / "file").write_text("in the way")
    first, second = tmp_path / "first", tmp_path / away
    _two_places(config, first, second)
    first.mkdir()
    for days in range(1, 61):
        (first / named(LATER - timedelta(days=days))).write_text("old")
    kept = Kept(config, data)
    keep(kept, lambda: any(kept.said))
    assert kept.said[-1].startswith(f"the backup could not be copied to {second}")
    assert not (tmp_path / "off").exists()
    good = [LATER, LATER - timedelta(days=1), LATER - timedelta(days=2)]
    assert sorted(path.name for path in first.iterdir()) == sorted(named(each) for each in good)
    assert prove(first / named(LATER)).head.seq == 1


def test_what_a_second_place_missed_is_carried_when_it_is_back(
    config: Path, data: Path, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    _two_places(config, first, second)
    first.mkdir()
    (first / named(LATER - timedelta(hours=3))).write_text("missed")
    kept = Kept(config, data)

    def mounted() -> bool:
        if any(kept.said):
            second.mkdir(exist_ok=True)
            kept._now = lambda: LATER + timedelta(minutes=6)
        return len(list(second.glob("record-*.db"))) == 2

    keep(kept, mounted)
    assert sorted(each.name for each in second.iterdir()) == sorted(each.name for each in first.iterdir())
    assert len(list(first.iterdir())) == 2  # no other backup was made for it


@pytest.mark.slow
def test_a_second_place_on_the_same_disk_is_told(config: Path, data: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    _two_places(config, first, second)
    second.mkdir()
    kept = Kept(config, data)
    keep(kept, lambda: any(kept.said) and any(second.glob("record-*.db")))
    assert f"the copies of the backups in {second} lie on the same disk" in kept.said[-1]


@pytest.mark.slow
def test_a_backup_dated_ahead_does_not_have_another_made_at_each_try(
    config: Path, data: Path, tmp_path: Path
) -> None:
    folder = data / "backups"
    folder.mkdir()
    (folder / named(LATER + timedelta(days=90))).write_text("the clock was wrong")
    kept = Kept(config, data)
    keep(kept, lambda: len(list(backups_in(folder))) == 2)
    again = Kept(config, data, LATER + timedelta(minutes=10))
    looks = iter(range(8))
    keep(again, lambda: next(looks) == 7)
    assert len(list(backups_in(folder))) == 2


def test_a_record_that_has_gone_back_is_told_until_somebody_has_looked(
    config: Path, data: Path, tmp_path: Path
) -> None:
    looks = iter(range(8))
    older = tmp_path / "older.db"
    with closing(Database(data)) as database:
        backup(database, older)
    _call(data)
    keep(Kept(config, data, START), lambda: next(looks) == 7)
    assert ((data / "record.seen").stat().st_mode & 0o777) == 0o600
    for path in data.glob("record.db*"):
        path.unlink()
    shutil.copyfile(older, data / "record.db")
    for _start in range(2):
        kept = Kept(config, data, START)
        keep(kept, lambda kept=kept: any(kept.said))  # type: ignore[misc]
        assert "the record has gone back: event 3, which was seen here" in kept.said[-1]
    (data / "record.seen").unlink()
    again, looks = Kept(config, data, START), iter(range(8))
    keep(again, lambda: next(looks) == 7)
    assert not any(again.said)


@pytest.mark.slow
def test_an_old_server_that_came_back_beside_the_promoted_one_is_told(
    config: Path, tmp_path: Path, pair: Pair
) -> None:
    with (config / "site.yaml").open("a") as site:
        site.write(f"database: {url_of(pair.server(MADE))}\n")
    (tmp_path / "data").mkdir(mode=0o700)
    pair.primary.stop()
    pair.standby.promote()
    pair.primary.start()
    kept = Kept(config, tmp_path / "data", START)
    keep(kept, lambda: any(kept.said))
    assert (
        f"127.0.0.1:{pair.primary.port} still takes writes, though its standby was promoted" in kept.said[-1]
    )
    pair.primary.stop()
    keep(kept, lambda: not kept.said[-1])


def test_a_restore_on_purpose_is_no_record_that_has_gone_back(
    config: Path, data: Path, tmp_path: Path
) -> None:
    older = tmp_path / "older.db"
    with closing(Database(data)) as database:
        backup(database, older)
    _call(data)
    for restored in (False, True):
        if restored:
            restore(data, older, now=LATER)
        kept, looks = Kept(config, data, START), iter(range(8))
        keep(kept, lambda looks=looks: next(looks) == 7)  # type: ignore[misc]
        assert not any(kept.said)


@pytest.mark.slow
def test_a_handover_by_a_console_whose_clock_is_behind_is_kept_at_once(
    config: Path, data: Path, tmp_path: Path
) -> None:
    folder = data / "backups"
    keep(Kept(config, data), lambda: _newest(data) == 2)
    _hand_over(data, Clock(LATER - timedelta(minutes=10)))
    keep(Kept(config, data, LATER + timedelta(minutes=1)), lambda: len(list(backups_in(folder))) == 2)


def test_what_a_killed_backup_of_a_server_left_is_cleared_and_what_is_in_use_stays(
    config: Path, data: Path
) -> None:
    folder = data / "backups"
    for name in (".hisconsole-dead", ".hisconsole-living"):
        (folder / name).mkdir(parents=True)
        (folder / name / "record.db").write_text("half")
    torn = folder / (named(START) + ".partial")
    torn.touch()  # of one that a power cut ended
    with in_use(folder / ".hisconsole-living"):
        keep(Kept(config, data, START), lambda: not (folder / ".hisconsole-dead").exists())
        assert (folder / ".hisconsole-living" / "record.db").exists()
    assert not torn.exists()


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


@pytest.mark.parametrize("sample", [True, False])
def test_the_head_of_a_rehearsal_stands_in_no_journal(
    config: Path, data: Path, tmp_path: Path, *, sample: bool
) -> None:
    address = str(tmp_path / "log")
    if not sample:
        _be_real(config)
        (data / MARKER).write_text("{}")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as journal:
        journal.bind(address)
        looks = iter(range(8))
        keep(Kept(config, data, START, journal=address), lambda: next(looks) == 7)
        with pytest.raises(BlockingIOError):
            journal.recv(1)


def _be_real(config: Path) -> None:
    site = config / "site.yaml"
    site.write_text(site.read_text().replace("sample: yes", "sample: no"))


def test_the_head_goes_to_the_journal_first_and_last(config: Path, data: Path, tmp_path: Path) -> None:
    _be_real(config)
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
    with pytest.raises(StoreFault, match=r"could not be copied to .*/nowhere: No such file"):
        copy_proved(source, tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_names_of_backups_are_the_moments_they_were_made(tmp_path: Path) -> None:
    moment = datetime(2026, 11, 28, 1, 2, 3, tzinfo=UTC)
    for name in (named(moment), "record-.db", "record-2026.db", "other.db", named(moment) + ".partial"):
        (tmp_path / name).touch()
    assert dict(backups_in(tmp_path)) == {moment: tmp_path / "record-20261128T010203Z.db"}
