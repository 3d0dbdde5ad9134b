"""A record taken from one database to the other where something comes between; whom rights are given to."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from hisconsole.desk import calls
from hisconsole.desk.desk import Desk
from hisconsole.errors import StoreFault
from hisconsole.paths import Server
from hisconsole.store import backup
from hisconsole.store.database import RECORD, Database
from hisconsole.store.grants import give
from hisconsole.store.leftover import PRIVATE
from hisconsole.store.moving import copy, to_a_file, to_the_server
from hisconsole.store.shared import Shared
from tests.hospital import SITE, Clock, actor
from tests.postgres import Postgres

CALL = {"workstation": "reg-01", "symptom": "3", "words": "cannot save"}
Lay = Callable[[bool], Server]


@pytest.fixture
def server(on_postgres: Lay) -> Server:
    return on_postgres(True)


def test_a_newer_record_is_not_copied_into_an_older_form(
    server: Server, on_postgres: Lay, postgres: Postgres, tmp_path: Path, clock: Clock
) -> None:
    newer = "UPDATE {}alembic_version SET version_num = '9999'"
    postgres.execute(newer.format("record."), database=server.name)
    with (
        closing(Shared(server, tmp_path, writable=False)) as record,
        pytest.raises(StoreFault, match="this one cannot copy all of it"),
    ):
        backup.backup(record, tmp_path / "one.db")
    assert not list(tmp_path.glob("*.db*"))
    file = tmp_path / "file"
    Database(file).close()
    with closing(sqlite3.connect(file / RECORD)) as raw:
        raw.execute(newer.format(""))
        raw.commit()
    with (
        closing(Shared(on_postgres(False), file)) as empty,
        pytest.raises(StoreFault, match="this one cannot copy all of it"),
    ):
        to_the_server(file, empty, now=clock())
    assert (file / RECORD).exists()


def test_the_owner_is_given_nothing_and_loses_nothing(postgres: Postgres, server: Server, data: Path) -> None:
    with (
        closing(Shared(server, data)) as record,
        pytest.raises(StoreFault, match=r"hisconsole is the owner of the record on .*: nothing was granted"),
    ):
        give(record, "hisconsole")
    (row,) = postgres.execute(
        "SELECT relacl FROM pg_class WHERE oid = 'record.alembic_version'::regclass", database=server.name
    )
    assert row == (None,)


def test_a_move_that_was_cut_short_is_ended_by_another(
    on_postgres: Lay, data: Path, tmp_path: Path, clock: Clock
) -> None:
    local = Desk(database=Database(data), site=SITE, actor=actor(), now=clock)
    calls.take_call(local, CALL)
    local.database.close()
    with closing(Shared(on_postgres(False), data)) as server, closing(Database(data)) as source:
        copy(source, server)  # and there it was killed
        there = Desk(database=server, site=SITE, actor=actor(), now=clock)
        calls.take_call(there, CALL)
        proof, kept = to_the_server(data, server, now=clock())
        assert (proof.incidents, kept.exists(), (data / RECORD).exists()) == (2, True, False)
        back = tmp_path / "back"
        backup.backup(server, tmp_path / "one.db")
        back.mkdir()
        (tmp_path / "one.db").rename(back / RECORD)  # its file in place, and then it was killed
        (back / f"{PRIVATE}dead").mkdir()
        calls.take_call(there, CALL)
        proof, path, _closed = to_a_file(back, server, now=clock())
    assert (proof.incidents, backup.prove(path)) == (3, proof)
    assert {each.name for each in back.iterdir()} == {
        RECORD,
        f"{RECORD}.before-{clock():%Y%m%dT%H%M%S}",
        "record.lock",
    }


def test_a_file_with_an_act_that_the_server_lacks_is_never_put_aside(
    on_postgres: Lay, data: Path, clock: Clock
) -> None:
    local = Desk(database=Database(data), site=SITE, actor=actor(), now=clock)
    calls.take_call(local, CALL)
    with closing(Shared(on_postgres(False), data)) as server:
        copy(local.database, server)
        calls.take_call(local, CALL)  # by a console that went on with the file
        local.database.close()
        with pytest.raises(StoreFault, match="There are events in"):
            to_the_server(data, server, now=clock())
        with pytest.raises(StoreFault, match="There is a record in"):
            to_a_file(data, server, now=clock())
    assert (data / RECORD).exists()
