"""The record on a real PostgreSQL server: what is kept, what is refused, and when the server goes away."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from hisconsole.config.server import password_of
from hisconsole.desk import calls, reading
from hisconsole.desk.desk import Desk
from hisconsole.errors import Away, Busy, HisError, StoreFault
from hisconsole.paths import Server
from hisconsole.store import backup, shared, tables
from hisconsole.store.database import RECORD, Database
from hisconsole.store.events import count
from hisconsole.store.grants import give
from hisconsole.store.moving import copy, to_a_file, to_the_server
from hisconsole.store.revision import HEAD
from hisconsole.store.shared import Shared
from hisconsole.store.verify import verify
from tests.hospital import ADOPTED, OPERATORS, SITE, Clock, actor, open_database
from tests.postgres import GUARDED, Postgres
from tests.store.processes import Processes, start

CALL = {"workstation": "reg-01", "symptom": "3", "words": "cannot save"}
Lay = Callable[[bool], Server]


@pytest.fixture
def server(on_postgres: Lay) -> Server:
    return on_postgres(True)


@pytest.fixture
def at_server(server: Server, data: Path, clock: Clock) -> Iterator[Desk]:
    desk = _sit(server, data, clock)
    yield desk
    desk.database.close()


def _sit(server: Server, data: Path, clock: Clock, operator: str = OPERATORS[0]) -> Desk:
    return Desk(database=Shared(server, data), site=SITE, actor=actor(operator), now=clock)


def _until(what: Callable[[], bool], *, seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_the_migrations_make_what_the_tables_say(at_server: Desk) -> None:
    with at_server.database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, tables.metadata) == []
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD
        kinds = connection.execute(
            text("SELECT DISTINCT collation_name FROM information_schema.columns WHERE table_name = 'due'")
        ).scalars()
        assert set(kinds) == {None, "C"}  # texts are in the order of their bytes; numbers have none


@pytest.mark.parametrize("statement", ["UPDATE event SET actor = 'x'", "DELETE FROM event", "TRUNCATE event"])
def test_events_cannot_be_changed(at_server: Desk, statement: str) -> None:
    calls.take_call(at_server, CALL)
    with (
        pytest.raises(StoreFault, match="events are never changed: record a correction"),
        at_server.database.write() as connection,
    ):
        connection.execute(text(statement))
    with at_server.database.read() as connection:
        assert verify(connection).head.seq == ADOPTED + 2
    assert at_server.perform("acknowledge", 1).seq == ADOPTED + 3


def test_what_is_opened_for_reading_is_only_read(at_server: Desk, server: Server, data: Path) -> None:
    with closing(Shared(server, data, writable=False)) as database:
        with pytest.raises(StoreFault, match="opened for reading only"), database.write():
            pytest.fail("it was opened")
        with pytest.raises(HisError, match="read-only"), database.read() as connection:
            connection.execute(text("DELETE FROM due"))


def test_an_empty_server_has_no_record_to_read(postgres: Postgres, data: Path) -> None:
    server = postgres.database()
    with pytest.raises(StoreFault, match=r"There is no record at .* at 127\.0\.0\.1"):
        Shared(server, data, writable=False)
    postgres.drop(server)


def test_a_newer_record_is_read_and_not_written(at_server: Desk, server: Server, data: Path) -> None:
    calls.take_call(at_server, CALL)
    with at_server.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    newer = _sit(server, data, Clock())
    with pytest.raises(StoreFault, match=r"written by a newer hisconsole.*Update this program"):
        newer.perform("acknowledge", 1)
    assert reading.read_incident(newer, 1).incident.version == ADOPTED + 2
    newer.database.close()


def test_an_upgrade_under_an_open_console_is_told_and_nothing_of_the_old_form_written(
    at_server: Desk, server: Server, postgres: Postgres
) -> None:
    calls.take_call(at_server, CALL)
    postgres.execute("UPDATE record.alembic_version SET version_num = '9999'", database=server.name)
    for _ in range(2):
        with pytest.raises(StoreFault, match="A newer hisconsole has brought the record up to date"):
            at_server.perform("acknowledge", 1)
    assert reading.read_incident(at_server, 1).incident.version == ADOPTED + 2


def test_five_first_starts_at_once_make_one_record(
    on_postgres: Lay, postgres: Postgres, data: Path, processes: Processes
) -> None:
    with closing(open_database(data)) as there:
        assert isinstance(there, Shared)
        there.close()
        postgres.execute("DROP SCHEMA record CASCADE", database=there.server.name)
    meet = time.monotonic() + 0.3
    for number in range(5):
        processes.start(start, data=str(data), operator=f"op-{number}", meet=meet)
    taken = [int(line[1]) for line in processes.until("taken", count=5)]
    assert sorted(taken) == [1, 2, 3, 4, 5]
    with closing(open_database(data)) as database, database.read() as connection:
        proof = verify(connection)
    assert (proof.faults, proof.incidents, proof.head.seq) == ((), 5, 1 + 5 * 2)


def test_what_others_write_is_heard_and_what_was_not_heard_is_found(
    at_server: Desk, server: Server, data: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = _sit(server, data, clock, OPERATORS[1])
    seen = other.database.data_version()
    calls.take_call(at_server, CALL)
    monkeypatch.setattr(shared, "LOOK_S", 3600.0)
    _until(lambda: other.database.data_version() != seen)
    assert isinstance(other.database, Shared)
    other.database._raw.execute("UNLISTEN *")
    seen = other.database.data_version()
    calls.take_call(at_server, CALL)
    assert other.database.data_version() == seen
    monkeypatch.setattr(shared, "LOOK_S", 0.0)
    assert other.database.data_version() != seen
    own = at_server.database.data_version()
    at_server.perform("acknowledge", 1)
    other.database.close()
    assert at_server.database.data_version() == own  # what one has written oneself is no news


def test_a_writer_that_holds_the_record_is_waited_for_and_then_named(
    at_server: Desk, server: Server, data: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hisconsole.store.postgres.GOES", 1)
    other = _sit(server, data, clock, OPERATORS[1])
    with (
        at_server.database.write(),
        pytest.raises(Busy, match=r"held by another writer .* nothing was written"),
    ):
        calls.take_call(other, CALL)
    assert calls.take_call(other, CALL).incident == 1
    other.database.close()


def _stop_while_another_acts(desk: Desk, other: Desk) -> None:
    with desk.database.write() as connection:
        connection.execute(text("DELETE FROM callback"))
        assert calls.take_call(other, CALL).incident == 1  # the server ends the idle one within its patience
        connection.execute(text("SELECT 1"))


@pytest.mark.slow
def test_a_writer_that_has_stopped_loses_its_turn(
    at_server: Desk, server: Server, data: Path, clock: Clock
) -> None:
    other = _sit(server, data, clock, OPERATORS[1])
    with pytest.raises(Busy, match="it had stopped; nothing was written"):
        _stop_while_another_acts(at_server, other)
    assert calls.take_call(at_server, CALL).incident == 2
    other.database.close()


def test_an_account_of_the_console_adds_events_and_changes_none(
    at_server: Desk, postgres: Postgres, server: Server, data: Path, clock: Clock
) -> None:
    postgres.execute("CREATE ROLE console LOGIN")
    assert isinstance(at_server.database, Shared)
    give(at_server.database, "console")
    small = Server("console", server.hosts, server.name)
    desk = _sit(small, data, clock)
    calls.take_call(desk, CALL)
    desk.perform("acknowledge", 1)
    for statement in (
        "UPDATE event SET actor = 'x'",
        "DELETE FROM event",
        "DROP TRIGGER event_stays ON event",
    ):
        with (
            pytest.raises(StoreFault, match=r"does not let console do this .*|must be owner"),
            desk.database.write() as connection,
        ):
            connection.execute(text(statement))
    with desk.database.read() as connection:
        assert verify(connection).faults == ()
    desk.database.close()
    postgres.execute("DROP OWNED BY console", database=server.name)
    postgres.execute("DROP ROLE console")


def test_a_record_goes_to_the_server_and_back_whole(
    on_postgres: Lay, data: Path, tmp_path: Path, clock: Clock
) -> None:
    local = Desk(database=Database(data), site=SITE, actor=actor(), now=clock)
    for number in range(20):
        calls.take_call(local, {**CALL, "words": f"号 {number} %s 'x'", "callback": "8001"})
    local.perform("verify", 1, {"result": "confirmed"})
    with local.database.read() as connection:
        head = verify(connection).head
    local.database.close()
    with closing(Shared(on_postgres(False), data)) as server:
        proof, kept = to_the_server(data, server, now=clock())
        assert (proof.head, proof.incidents) == (head, 20)
        assert kept.exists()
        assert not (data / RECORD).exists()
        with closing(Database.at(kept)) as old, pytest.raises(StoreFault, match="There are events in"):
            copy(old, server)
        one = tmp_path / "one.db"
        assert backup.backup(server, one).head == head
        back, path, closed = to_a_file(tmp_path / "back", server, now=clock())
        assert (back.head, path) == (head, tmp_path / "back" / RECORD)
        with pytest.raises(StoreFault, match="the record was moved away"):
            to_a_file(tmp_path / "back", server, now=clock())
        with server.beside() as connection:
            assert connection.exec_driver_sql(f"SELECT max(seq) FROM {closed}.event").scalar() == head.seq
    assert {each.name for each in tmp_path.iterdir()} == {"data", "one.db", "back"}
    desk = Desk(database=Database(tmp_path / "back"), site=SITE, actor=actor(), now=clock)
    assert desk.perform("acknowledge", 2).seq == head.seq + 1
    assert reading.read_incident(desk, 2).callbacks
    desk.database.close()


def test_a_record_that_was_taken_to_a_file_is_closed_to_whoever_has_it_open(
    at_server: Desk, server: Server, tmp_path: Path, clock: Clock, postgres: Postgres
) -> None:
    data = tmp_path / "data"
    postgres.execute("CREATE ROLE console LOGIN")
    small = Server("console", server.hosts, server.name)
    with closing(Shared(server, data)) as owner:
        give(owner, "console")
        desk = _sit(small, data, clock)
        for _ in range(7):  # so often that the server has the statements prepared
            calls.take_call(desk, CALL)
        with closing(Shared(small, data)) as stranger, pytest.raises(StoreFault, match="Name that account"):
            to_a_file(tmp_path / "back", stranger, now=clock())
        assert not (tmp_path / "back" / RECORD).exists()
        proof, _path, closed = to_a_file(tmp_path / "back", owner, now=clock())
    for open_ in (desk, at_server):
        with pytest.raises(StoreFault, match="does not hold what it did"):
            calls.take_call(open_, CALL)
    for user in (server, small):
        for writable in (True, False):
            with pytest.raises(StoreFault, match=f"was moved to a file, what is left there is {closed}"):
                Shared(user, data, writable=writable)
    (row,) = postgres.execute(
        f"SELECT max(seq), has_table_privilege('console', '{closed}.event', 'INSERT') FROM {closed}.event",
        database=server.name,
    )
    assert row == (proof.head.seq, False)
    desk.database.close()
    postgres.execute("DROP OWNED BY console", database=server.name)
    postgres.execute("DROP ROLE console")


def test_nothing_moves_where_something_does_not_prove(on_postgres: Lay, data: Path, clock: Clock) -> None:
    local = Desk(database=Database(data), site=SITE, actor=actor(), now=clock)
    calls.take_call(local, CALL)
    with local.database.write() as connection:
        connection.execute(text("UPDATE incident SET words = 'all is well'"))
    local.database.close()
    with closing(Shared(on_postgres(False), data)) as server:
        with pytest.raises(StoreFault, match="does not hold"):
            to_the_server(data, server, now=clock())
        with server.read() as connection:
            assert count(connection) == 0
    assert (data / RECORD).exists()


def test_the_password_is_read_from_its_file_and_shown_nowhere(
    at_server: Desk, postgres: Postgres, server: Server, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres.execute(f"CREATE ROLE {GUARDED} SUPERUSER LOGIN PASSWORD 'canary-7f3a'")
    data.mkdir(parents=True, exist_ok=True)
    secret = data / "database.secret"
    secret.write_text("canary-7f3a\n")
    secret.chmod(0o644)
    guarded = Server(GUARDED, server.hosts, server.name, "database.secret")
    with pytest.raises(HisError, match=r"can be read by others: 'chmod 600' it"):
        Shared(guarded, data, password=password_of(guarded, data=data))
    secret.chmod(0o600)
    Shared(guarded, data, password=password_of(guarded, data=data)).close()
    secret.write_text("canary-wrong\n")
    with pytest.raises(Away, match="password authentication failed") as caught:
        Shared(guarded, data, password=password_of(guarded, data=data))
    assert "canary" not in "".join(traceback.format_exception(caught.value))
    handed = data / "credentials"
    handed.mkdir()
    (handed / "database.secret").write_text("canary-7f3a")
    (handed / "database.secret").chmod(0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(handed))
    Shared(guarded, data, password=password_of(guarded, data=data)).close()
    assert "canary" not in repr(guarded)
    postgres.execute(f"DROP ROLE {GUARDED}")


def test_of_two_servers_the_one_that_takes_writes_is_found(server: Server, data: Path) -> None:
    pair = Server(server.user, (("127.0.0.1", 1), *server.hosts), server.name)
    with closing(Shared(pair, data)) as database, database.write() as connection:
        assert count(connection) == ADOPTED
