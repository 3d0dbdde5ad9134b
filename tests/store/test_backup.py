"""Backups while others write, and restoring while others look."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hisconsole.desk import calls, reading
from hisconsole.desk.board import first_board, newer_board
from hisconsole.desk.desk import Desk
from hisconsole.errors import StoreFault
from hisconsole.store import backup as backup_module
from hisconsole.store import sqlite
from hisconsole.store.backup import backup, prove, restore
from hisconsole.store.database import Database
from hisconsole.store.verify import verify
from tests.hospital import ADOPTED, Clock, lay_record, open_desk
from tests.store.processes import Processes, back_up, work

CALL = {"workstation": "reg-01", "symptom": "3", "callback": "13800000000"}


def _acts(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection, connection:
        return {act for (act,) in connection.execute("SELECT DISTINCT act FROM event")}


def test_a_backup_holds_all_that_was_done_before_it(desk: Desk, processes: Processes, tmp_path: Path) -> None:
    for operator in ("one", "two"):
        processes.start(work, data=str(desk.database.data), operator=operator)
    done: set[str] = set()
    for number in range(4):
        done |= {line[1] for line in processes.until("done", count=20)}
        target = tmp_path / f"{number}.db"
        proof = backup(desk.database, target)
        assert done <= _acts(target)
        assert (proof.faults, prove(target)) == ((), proof)
    assert not [line for line in processes.lines(0) if line[0] == "died"]
    assert {path.name for path in tmp_path.glob("*.db*")} == {f"{n}.db" for n in range(4)}


def test_a_backup_never_takes_the_place_of_a_file(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "one.db").write_text("mine")
    with pytest.raises(StoreFault, match=r"one\.db exists already: name a new file"):
        backup(desk.database, tmp_path / "one.db")
    assert (tmp_path / "one.db").read_text() == "mine"


@pytest.mark.parametrize("folder", ["nowhere", "file"])
def test_a_backup_that_cannot_be_written_gets_a_sentence(desk: Desk, tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreFault, match=rf"{folder}/one\.db\.partial cannot be used: "):
        backup(desk.database, tmp_path / folder / "one.db")
    assert calls.take_call(desk, CALL).incident == 1


def test_a_backup_that_was_killed_has_no_name(desk: Desk, processes: Processes, tmp_path: Path) -> None:
    calls.take_call(desk, CALL)
    pid = processes.start(back_up, data=str(desk.database.data), target=str(tmp_path / "one.db"))
    while Path(f"/proc/{pid}").exists():
        pass
    assert not (tmp_path / "one.db").exists()
    assert (tmp_path / "one.db.partial").exists()
    assert backup(desk.database, tmp_path / "one.db").head.seq == ADOPTED + 2
    assert not (tmp_path / "one.db.partial").exists()


def test_a_record_opened_for_reading_can_be_backed_up(desk: Desk, tmp_path: Path) -> None:
    calls.take_call(desk, CALL)
    reader = Database(desk.database.data, writable=False)
    assert backup(reader, tmp_path / "one.db").head.seq == ADOPTED + 2
    with reader.read() as connection:
        assert connection.exec_driver_sql("PRAGMA query_only").scalar() == 1
    reader.close()


def test_restoring_brings_back_and_keeps_what_it_replaces(desk: Desk, clock: Clock, tmp_path: Path) -> None:
    calls.take_call(desk, CALL)
    backup(desk.database, tmp_path / "one.db")
    desk.perform("acknowledge", 1)
    calls.take_call(desk, CALL)
    proof, kept = restore(desk.database.data, tmp_path / "one.db", now=clock())
    assert (proof.head.seq, proof.incidents) == (ADOPTED + 2, 1)
    assert kept is not None
    assert kept.name == "record.db.before-20261123T140000"
    assert prove(kept).head.seq == ADOPTED + 5
    assert reading.read_incident(desk, 1).callbacks == {1: "13800000000"}


def test_two_restores_in_one_second_keep_both(desk: Desk, clock: Clock, tmp_path: Path) -> None:
    backup(desk.database, tmp_path / "one.db")
    calls.take_call(desk, CALL)
    _proof, first = restore(desk.database.data, tmp_path / "one.db", now=clock())
    calls.take_call(desk, CALL)
    desk.perform("acknowledge", 1)
    _proof, second = restore(desk.database.data, tmp_path / "one.db", now=clock())
    assert first is not None
    assert second is not None
    assert (prove(first).head.seq, prove(second).head.seq) == (ADOPTED + 2, ADOPTED + 3)


def test_open_desks_follow_a_restore(data: Path, clock: Clock, tmp_path: Path) -> None:
    lay_record(data)
    desks = [open_desk(data, name, now=clock) for name in ("li.na", "wang.wei")]
    calls.take_call(desks[0], CALL)
    backup(desks[0].database, tmp_path / "one.db")
    calls.take_call(desks[1], CALL)
    boards = [first_board(desk) for desk in desks]
    versions = [desk.database.data_version() for desk in desks]
    restore(data, tmp_path / "one.db", now=clock())
    for desk, board, version in zip(desks, boards, versions, strict=True):
        assert desk.database.data_version() != version
        newer = newer_board(desk, board)
        assert [row.number for row in newer.rows] == [1]
        assert newer == first_board(desk)
    clock.pass_(minutes=1)
    assert calls.take_call(desks[1], CALL).incident == 2
    assert desks[0].perform("acknowledge", 2).seq == ADOPTED + 5
    for desk in desks:
        with desk.database.read() as connection:
            assert verify(connection).faults == ()
            assert verify(connection).head.seq == ADOPTED + 5
        desk.database.close()
    again = open_desk(data, now=clock)
    assert [event.seq for event in reading.read_log(again)] == [*range(ADOPTED + 5, 0, -1)]
    again.database.close()


def test_a_record_put_in_the_place_of_a_damaged_one_is_compared_with_what_was_seen(
    data: Path, clock: Clock, tmp_path: Path
) -> None:
    lay_record(data)
    at = open_desk(data, now=clock)
    calls.take_call(at, CALL)
    backup(at.database, tmp_path / "one.db")
    calls.take_call(at, CALL)
    assert at.database.look_back() == ""
    with at.database.read() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    with (data / "record.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"x" * 40_960)
    restore(data, tmp_path / "one.db", now=clock())
    assert f"event {ADOPTED + 4} to {ADOPTED + 2}" in at.database.look_back()
    assert at.database.look_back() == "", "once"
    at.database.close()


def _longer(folder: Path, clock: Clock) -> Path:
    """A backup of another record, which has more events."""
    clock.pass_(minutes=1)
    other = open_desk(folder / "other", now=clock)
    for _call in range(3):
        calls.take_call(other, CALL)
    backup(other.database, folder / "two.db")
    other.database.close()
    return folder / "two.db"


def test_another_record_in_place_is_told_also_where_it_is_longer(
    data: Path, clock: Clock, tmp_path: Path
) -> None:
    at = open_desk(data, now=clock)
    calls.take_call(at, CALL)
    assert at.database.look_back() == ""
    longer = _longer(tmp_path, clock)
    restore(data, longer, now=clock())
    assert at.database.look_back().startswith("ANOTHER RECORD IS IN PLACE, without event")
    assert calls.take_call(at, CALL).incident == 4
    assert at.database.look_back() == ""
    at.database.close()


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_record_that_is_copied_into_place_by_hand_is_followed_once_it_is_whole(
    share: float, data: Path, clock: Clock, tmp_path: Path
) -> None:
    at = open_desk(data, now=clock)
    calls.take_call(at, CALL)
    at.perform("acknowledge", 1)
    assert at.database.look_back() == ""
    longer = _longer(tmp_path, clock)
    whole = longer.read_bytes()
    sqlite.remove(data / "record.db")
    with (data / "record.db").open("wb") as file:
        file.write(whole[: int(share * len(whole))])
        file.flush()
        with pytest.raises(StoreFault, match="damaged"):
            at.database.data_version()
        file.write(whole[int(share * len(whole)) :])
    at.database.data_version()
    assert at.database.look_back().startswith("ANOTHER RECORD IS IN PLACE, without event")
    assert reading.read_incident(at, 1).incident.owner == ""
    assert calls.take_call(at, CALL).incident == 4
    at.database.close()


def test_who_never_looked_misses_nothing(data: Path, clock: Clock, tmp_path: Path) -> None:
    lay_record(data)
    at = open_desk(data, now=clock)
    backup(at.database, tmp_path / "one.db")
    calls.take_call(at, CALL)
    restore(data, tmp_path / "one.db", now=clock())
    assert at.database.look_back() == ""
    at.database.close()


def test_writers_go_on_through_a_restore(
    desk: Desk, clock: Clock, processes: Processes, tmp_path: Path
) -> None:
    """What is done after the restore is there, whoever had the old file open (its log is not theirs)."""
    calls.take_call(desk, CALL)
    backup(desk.database, tmp_path / "one.db")
    for operator in ("one", "two"):
        processes.start(work, data=str(desk.database.data), operator=operator, pause=0.002)
    for _ in range(3):
        processes.until("done", count=20)
        restore(desk.database.data, tmp_path / "one.db", now=clock())
        clock.pass_(seconds=1)
        processes.lines(0)  # may have been done before the restore
    processes.until("done", count=4)
    done = {line[1] for line in processes.until("done", count=40)}
    for pid in list(processes.alive):
        processes.kill(pid)
    assert not [line for line in processes.lines(0) if line[0] == "died"]
    assert done <= _acts(desk.database.path)
    with desk.database.read() as connection:
        assert verify(connection).faults == ()


def test_the_log_of_a_copied_record_comes_along(data: Path, clock: Clock, tmp_path: Path) -> None:
    """Somebody copied record.db with its -wal: what only the log holds is restored too."""
    desk = open_desk(lay_record(data), now=clock)
    calls.take_call(desk, CALL)
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in data.glob("record.db*"):
        (copy / path.name).write_bytes(path.read_bytes())
    desk.database.close()
    proof, _kept = restore(tmp_path / "other", copy / "record.db", now=clock())
    assert proof.head.seq == ADOPTED + 2


def _garbage(path: Path) -> None:
    path.write_bytes(b"this is no record" * 100)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _changed(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TRIGGER event_no_update")
        connection.execute("UPDATE event SET actor = 'somebody' WHERE seq = 1")
    connection.close()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_garbage, "one.db is damaged"),
        (_empty, "one.db is damaged"),
        (_changed, "one.db does not hold: Event 1 does not fit the chain"),
        (Path.unlink, "There is no record at .*one.db"),
    ],
)
def test_a_backup_that_does_not_hold_replaces_nothing(
    spoil: object, sentence: str, desk: Desk, clock: Clock, tmp_path: Path
) -> None:
    assert callable(spoil)
    calls.take_call(desk, CALL)
    backup(desk.database, tmp_path / "one.db")
    spoil(tmp_path / "one.db")
    with pytest.raises(StoreFault, match=sentence):
        restore(desk.database.data, tmp_path / "one.db", now=clock())
    assert desk.perform("acknowledge", 1).seq == ADOPTED + 3
    assert {path.name for path in desk.database.data.glob("*.incoming*")} == set()
    assert list(desk.database.data.glob("*.before*")) == []


def test_a_restore_that_is_cut_short_leaves_the_old_record(
    desk: Desk, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls.take_call(desk, CALL)
    backup(desk.database, tmp_path / "one.db")
    desk.perform("acknowledge", 1)

    def fail(*_given: object, **_named: object) -> Path:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(backup_module, "set_aside", fail)
        with pytest.raises(StoreFault, match="cannot be used: No space left on device"):
            restore(desk.database.data, tmp_path / "one.db", now=clock())
    assert desk.perform("note", 1, {"text": "still here"}).seq == ADOPTED + 4


def test_a_new_machine_starts_from_a_backup(desk: Desk, clock: Clock, tmp_path: Path) -> None:
    calls.take_call(desk, CALL)
    backup(desk.database, tmp_path / "one.db")
    clock.pass_(days=1)
    proof, kept = restore(tmp_path / "new" / "data", tmp_path / "one.db", now=clock())
    assert (proof.incidents, kept) == (1, None)
    fresh = open_desk(tmp_path / "new" / "data", now=clock)
    assert fresh.perform("acknowledge", 1).seq == ADOPTED + 3
    fresh.database.close()
