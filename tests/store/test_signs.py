"""Consoles of several hosts on one real server see what the others look at, and are forgotten."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hisconsole.desk import calls, presence
from hisconsole.desk.desk import Desk
from hisconsole.errors import Away
from hisconsole.paths import Server
from hisconsole.plan.presence import Looking
from hisconsole.store.grants import give
from hisconsole.store.shared import Shared
from tests.hospital import SITE, actor
from tests.hostile import HOSTILE
from tests.postgres import Postgres

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
LOOKING = Looking("wang.wei", 7, NOW, "classify", NOW)

Sit = Callable[[str], Shared]


@pytest.fixture
def server(on_postgres: Callable[[bool], Server]) -> Server:
    return on_postgres(True)


@pytest.fixture
def sit(server: Server, tmp_path: Path) -> Iterator[Sit]:
    """A console's record on a host with a data folder of its own."""
    with ExitStack() as opened:
        yield lambda host: opened.enter_context(closing(Shared(server, tmp_path / host)))


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """From now on this process is on that host."""
    return lambda host: monkeypatch.setattr(socket, "gethostname", lambda: host)


def test_a_console_of_another_host_is_seen_and_gone_when_it_leaves(
    sit: Sit, at: Callable[[str], None]
) -> None:
    a, b = sit("a"), sit("b")
    at("host-b")
    assert presence.others_of_all(b, now=NOW) == ()
    at("host-a")
    presence.show_all(a, LOOKING, now=NOW)
    assert presence.others_of_all(a, now=NOW) == ()  # one is no other to oneself
    at("host-b")
    ahead = NOW + timedelta(hours=1)  # the clock of a host that is wrong hides nobody
    assert presence.others_of_all(b, now=ahead) == (LOOKING,)
    at("host-a")
    presence.show_all(a, replace(LOOKING, incident=8), now=NOW)
    at("host-b")
    assert [each.incident for each in presence.others_of_all(b, now=NOW)] == [8]
    at("host-a")
    presence.leave_all(a)
    at("host-b")
    assert presence.others_of_all(b, now=NOW) == ()


def test_two_hosts_of_one_name_see_each_other(sit: Sit) -> None:
    a, b = sit("a"), sit("b")
    presence.show_all(a, LOOKING, now=NOW)
    presence.show_all(b, replace(LOOKING, operator="li.na"), now=NOW)
    assert [each.operator for each in presence.others_of_all(a, now=NOW)] == ["li.na"]
    assert [each.operator for each in presence.others_of_all(b, now=NOW)] == ["wang.wei"]


def test_one_that_ended_without_a_word_is_forgotten_in_a_minute(
    sit: Sit, at: Callable[[str], None], postgres: Postgres, server: Server
) -> None:
    a, b = sit("a"), sit("b")
    at("host-a")
    presence.show_all(a, LOOKING, now=NOW)
    at("host-b")
    for seconds, seen in ((55, 1), (61, 0)):
        postgres.execute(
            f"UPDATE readings.looking SET at = now() - interval '{seconds} s'", database=server.name
        )
        assert len(presence.others_of_all(b, now=NOW)) == seen


@contextmanager
def an_account(postgres: Postgres, server: Server) -> Iterator[Server]:
    postgres.execute("CREATE ROLE console LOGIN")
    yield replace(server, user="console")
    postgres.execute("DROP OWNED BY console", database=server.name)
    postgres.execute("DROP ROLE console")


def test_an_account_sees_others_once_it_is_granted_and_acts_all_the_same_before(
    sit: Sit, at: Callable[[str], None], postgres: Postgres, server: Server, tmp_path: Path
) -> None:
    owner = sit("a")
    with an_account(postgres, server) as small:
        give(owner, "console")
        postgres.execute("DROP TABLE readings.looking", database=server.name)  # as grants of old knew none
        with closing(Shared(small, tmp_path / "b")) as record:
            at("host-b")
            presence.show_all(record, LOOKING, now=NOW)
            assert presence.others_of_all(record, now=NOW) == ()
            desk = Desk(database=record, site=SITE, actor=actor())
            assert calls.take_call(desk, {"workstation": "reg-01", "symptom": "3"}).incident == 1
            give(owner, "console")
            presence.show_all(record, LOOKING, now=NOW)
            at("host-a")
            assert presence.others_of_all(owner, now=NOW) == (LOOKING,)


@pytest.mark.parametrize("text", list(HOSTILE.values())[::8], ids=list(HOSTILE)[::8])
def test_nothing_that_another_host_has_written_reaches_the_terminal_raw(
    sit: Sit, at: Callable[[str], None], text: str
) -> None:
    a, b = sit("a"), sit("b")
    at("host-a")
    presence.show_all(a, replace(LOOKING, operator=text, doing=text), now=NOW)
    with a.beside() as connection:
        for name, sign in (("odd", "{"), ("many", json.dumps({"incident": "many"})), ("long", "x" * 5000)):
            connection.exec_driver_sql(
                "INSERT INTO readings.looking VALUES (%s, 'host-c', %s, now())", (name, sign)
            )
    at("host-b")
    for found in presence.others_of_all(b, now=NOW):
        assert (found.operator + found.doing).isprintable()


def test_while_the_server_is_away_nobody_is_shown_as_being_there(
    sit: Sit, postgres: Postgres, server: Server
) -> None:
    a = sit("a")
    presence.show_all(a, LOOKING, now=NOW)
    postgres.drop(server)
    with pytest.raises(Away):
        presence.others_of_all(a, now=NOW)
    postgres.execute(f"CREATE DATABASE {server.name}")
