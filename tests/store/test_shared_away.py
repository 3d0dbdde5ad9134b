"""A real PostgreSQL server killed, frozen, in doubt or set back: what a desk is told, and how soon."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from hisconsole.desk import calls, reading
from hisconsole.desk.desk import Desk
from hisconsole.errors import Away, StoreFault
from hisconsole.paths import Server
from hisconsole.plan.events import Kind
from hisconsole.store import shared
from hisconsole.store.postgres import PATIENCE_S
from hisconsole.store.shared import Shared
from hisconsole.store.verify import verify
from tests.hospital import ADOPTED, SITE, Clock, actor
from tests.postgres import MADE, Postgres, running

CALL = {"workstation": "reg-01", "symptom": "3", "words": "cannot save"}


def _sit(server: Server, data: Path, clock: Clock) -> Desk:
    return Desk(database=Shared(server, data), site=SITE, actor=actor(), now=clock)


def _until(what: Callable[[], bool], *, seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.fixture(scope="module")
def _breakable(postgres_programs: Path) -> Iterator[Postgres]:
    with running(postgres_programs) as server:
        yield server


@pytest.fixture
def breakable(_breakable: Postgres) -> Iterator[Postgres]:
    """A server that this test may kill."""
    yield _breakable
    _breakable.stop()
    _breakable.start()


def _refused(desk: Desk) -> Away:
    with pytest.raises(Away) as caught:
        calls.take_call(desk, CALL)
    return caught.value


def _until_back(desk: Desk) -> None:
    def taken() -> bool:
        try:
            calls.take_call(desk, CALL)
        except Away:
            return False
        return True

    _until(taken)


def test_a_killed_server_is_away_at_once_and_then_back(breakable: Postgres, data: Path, clock: Clock) -> None:
    desk = _sit(breakable.database(), data, clock)
    calls.take_call(desk, CALL)
    version = desk.database.data_version()
    breakable.stop(3)
    before = time.monotonic()
    fault = _refused(desk)
    assert "cannot be reached" in str(fault)
    assert str(fault).endswith("Nothing was written.")
    assert not fault.doubtful
    with pytest.raises(Away):
        desk.database.data_version()
    assert time.monotonic() - before < PATIENCE_S
    breakable.start()
    _until_back(desk)
    assert desk.database.data_version() != version
    assert desk.database.swaps == 0
    with desk.database.read() as connection:
        proof = verify(connection)
    assert (proof.faults, proof.incidents) == ((), 2)
    desk.database.close()


def test_a_frozen_server_is_given_up_in_time_and_leaves_no_thread(
    breakable: Postgres, data: Path, clock: Clock
) -> None:
    desk = _sit(breakable.database(), data, clock)
    calls.take_call(desk, CALL)
    threads = threading.active_count()
    breakable.freeze()
    before = time.monotonic()
    assert "no answer within 3 s" in str(_refused(desk))
    assert time.monotonic() - before < PATIENCE_S + 0.5
    before = time.monotonic()
    for _ in range(20):
        _refused(desk)
        with pytest.raises(Away):
            desk.database.data_version()
    assert time.monotonic() - before < 0.5  # nobody waits twice
    assert threading.active_count() == threads
    breakable.thaw()
    _until_back(desk)
    with desk.database.read() as connection:
        assert verify(connection).faults == ()
    desk.database.close()


@pytest.mark.slow
def test_the_look_itself_finds_a_frozen_server(
    breakable: Postgres, data: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = _sit(breakable.database(), data, clock)
    monkeypatch.setattr(shared, "LOOK_S", 0.0)
    breakable.freeze()
    with pytest.raises(Away, match="no answer within 2 s"):
        desk.database.data_version()
    breakable.thaw()
    desk.database.close()


def test_a_commit_without_an_answer_is_in_doubt_and_repeats_harmlessly(
    breakable: Postgres, data: Path, clock: Clock
) -> None:
    desk = _sit(breakable.database(), data, clock)
    event.listen(desk.database._engine, "commit", lambda _connection: breakable.freeze(), once=True)
    with pytest.raises(Away, match="look whether it is there") as caught:
        calls.take_call(desk, CALL, act="once")
    assert caught.value.doubtful
    breakable.thaw()
    _until(lambda: _repeated(desk))
    with desk.database.read() as connection:
        assert verify(connection).incidents == 1
    desk.database.close()


def _repeated(desk: Desk) -> bool:
    try:
        return calls.take_call(desk, CALL, act="once").incident == 1
    except Away:
        return False


def _with_an_older_backup(postgres: Postgres, data: Path, clock: Clock) -> tuple[Server, Desk]:
    """A server that was given a backup of before the first call, and a desk that has seen the call."""
    server = postgres.database(template=MADE)
    desk = _sit(server, data, clock)
    calls.take_call(desk, CALL)
    desk.database.data_version()
    postgres.drop(server)
    postgres.execute(f"CREATE DATABASE {server.name} TEMPLATE {MADE}")
    return server, desk


def test_a_server_with_an_older_backup_is_found_out(postgres: Postgres, data: Path, clock: Clock) -> None:
    server, desk = _with_an_older_backup(postgres, data, clock)
    _until(lambda: "has gone back" in _trouble(desk))
    assert _trouble(desk) == ""  # it is said once, and the record shown as it is
    with pytest.raises(
        StoreFault, match=rf"has gone back: event {ADOPTED + 2}, .* no longer in it, its newest is 1"
    ):
        calls.take_call(desk, CALL)
    assert [row.kind for row in reading.read_log(desk)] == [Kind.PLAN_ADOPTED]
    assert desk.database.swaps == 1
    desk.database.close()
    again = _sit(server, data, clock)
    assert calls.take_call(again, CALL).incident == 1
    again.database.close()
    postgres.drop(server)


def test_an_older_backup_that_was_worked_on_is_found_out_by_the_chain(
    postgres: Postgres, data: Path, tmp_path: Path, clock: Clock
) -> None:
    server, desk = _with_an_older_backup(postgres, data, clock)
    other = _sit(server, tmp_path / "other", clock)
    for _ in range(3):  # so that no number is missing
        calls.take_call(other, {**CALL, "words": "of another history"})
    _until(lambda: f"event {ADOPTED + 2}" in _trouble(desk))
    with pytest.raises(StoreFault, match=rf"event {ADOPTED + 2}"):
        desk.perform("acknowledge", 1)
    assert {each.body.get("words") for each in reading.read_log(desk)} == {None, "of another history"}
    with other.database.read() as connection:
        assert verify(connection).head.seq == ADOPTED + 6
    desk.database.close()
    other.database.close()
    postgres.drop(server)


def _trouble(desk: Desk) -> str:
    """What a look at the record comes to: empty where it is well."""
    try:
        desk.database.data_version()
    except StoreFault as fault:
        return str(fault)
    return ""
