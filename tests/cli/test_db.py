"""Commands about the record on a server, on a real one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from hisconsole import wiring
from hisconsole.config import init_site, load_site
from hisconsole.config.operators import OPERATORS
from hisconsole.paths import Server
from hisconsole.store.database import RECORD
from hisconsole.store.shared import Shared
from tests.cli.conftest import Ran, Run
from tests.postgres import GUARDED, Postgres
from tests.ptys import Pty

CALL = ("report", "--workstation", "reg-01", "--symptom", "cannot-save", "--json")


@pytest.fixture
def server(on_postgres: Callable[[bool], Server]) -> Server:
    return on_postgres(False)


@pytest.fixture
def shared(run: Run, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on a site whose record is on the server."""
    monkeypatch.setattr(wiring, "load_site", load_site)
    folder = tmp_path / "site"
    init_site(folder)
    ((host, port),) = server.hosts
    with (folder / "site.yaml").open("a") as site:
        site.write(f"database: postgresql+psycopg://{server.user}@{host}:{port}/{server.name}\n")

    def ran(*words: str, operator: str = "li.na") -> Ran:
        return run("--config", str(folder), *words, operator=operator)

    return ran


def test_every_command_works_on_the_server(shared: Run, data: Path, tmp_path: Path) -> None:
    number = str(shared(*CALL).json["incident"])
    assert shared("act", "acknowledge", number).code == 0
    assert [row["owner"] for row in shared("incidents", "--json").json] == ["li.na"]
    proof = shared("verify", "--json", operator="").json
    assert (proof["holds"], proof["incidents"]) == (True, 1)
    made = shared("backup", str(tmp_path / "one.db"), "--json").json
    assert (made["hash"], made["recorded"]) == (proof["hash"], True)
    assert shared("ready", "--json").code in (0, 1)
    assert not (data / RECORD).exists()


def test_a_role_that_was_given_on_the_server_covers_what_is_printed_from_files(
    shared: Run, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    (site / OPERATORS).write_text("wang.lei:\n  roles: director\n", "utf-8")
    number = load_site(site).roster[0].mobile
    assert number in shared("pack").out
    assert shared("operators", "give", "li.na", "observer", operator="wang.lei").code == 0
    assert shared("pack").code == 0
    assert number not in shared("pack").out
    assert number in shared("pack", operator="wang.lei").out


def test_there_and_back(run: Run, shared: Run, data: Path) -> None:
    assert run(*CALL).code == 0
    before = run("verify", "--json").json
    there = shared("db", "move", "server", "--json").json
    assert (there["seq"], there["hash"]) == (before["seq"], before["hash"])
    assert Path(there["kept"]).exists()
    assert shared("verify", "--json").json == before
    again = shared("db", "move", "server")
    assert (again.code, "There is no record at" in again.err) == (3, True)
    assert shared("act", "acknowledge", "1").code == 0
    after = shared("verify", "--json").json
    back = shared("db", "move", "file", "--json").json
    assert back["hash"] == after["hash"]
    assert run("verify", "--json").json == after
    again = shared("db", "move", "file")
    assert (again.code, "was moved to a file" in again.err) == (3, True)
    assert (data / RECORD).exists()


def test_a_backup_is_restored_into_an_empty_database_and_never_over_a_record(
    run: Run, shared: Run, server: Server, tmp_path: Path
) -> None:
    assert run(*CALL).code == 0
    made = run("backup", str(tmp_path / "one.db"), "--json").json
    restored = shared("restore", str(tmp_path / "one.db"))
    assert (
        f"repeat 'hisconsole db grants ROLE --execute --owner {server.user}'" in restored.out.splitlines()[-1]
    )
    assert shared("verify", "--json").json["hash"] == made["hash"]
    with closing(Shared(server, tmp_path)) as record, record.beside() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM readings.share").scalar() == 0
    second = shared("restore", str(tmp_path / "one.db"))
    assert (second.code, "There are events in" in second.err) == (3, True)


def test_grants_are_printed_or_carried_out(shared: Run, postgres: Postgres, server: Server) -> None:
    told = shared("db", "grants", "small")
    assert 'GRANT SELECT, INSERT ON record.event TO "small";' in told.out.splitlines()
    assert not any(
        "event" in line and "DELETE" in line and "callback" not in line for line in told.out.splitlines()
    )
    postgres.execute("CREATE ROLE small LOGIN")
    assert shared("db", "grants", "small", "--execute", "--owner", server.user).code == 0
    small = Server("small", server.hosts, server.name)
    with closing(Shared(small, Path("/nonexistent"))) as record, record.write() as connection:
        assert (
            connection.exec_driver_sql("SELECT has_table_privilege('record.event', 'UPDATE')").scalar()
            is False
        )
    postgres.execute("DROP OWNED BY small", database=server.name)
    postgres.execute("DROP ROLE small")


def test_the_owners_password_is_typed_and_kept_nowhere(
    shared: Run, postgres: Postgres, server: Server, data: Path, tmp_path: Path
) -> None:
    postgres.execute(f"CREATE ROLE {GUARDED} SUPERUSER LOGIN PASSWORD 'canary-7f3a'")
    postgres.execute("CREATE ROLE small LOGIN")
    words = (sys.executable, "-m", "hisconsole", "db", "grants", "small", "--execute", "--owner", GUARDED)
    for typed, told in (
        ("canary-wrong", "password authentication failed"),
        ("canary-7f3a", "small may read"),
    ):
        with Pty((*words, "--config", str(tmp_path / "site"), "--data", str(data)), cols=120) as at:
            at.wait_for(f"Password of {GUARDED}")
            at.send(f"{typed}\r")
            at.wait_for(told)
            assert "canary" not in at.raw.decode()
    for role in ("small", GUARDED):
        postgres.execute(f"DROP OWNED BY {role}", database=server.name)
        postgres.execute(f"DROP ROLE {role}")


@pytest.mark.parametrize(
    "words", [(), ("grants",), ("move",), ("move", "away"), ("grants", "x; DROP"), ("grants", "x", "y")]
)
def test_other_words_are_refused(shared: Run, words: tuple[str, ...]) -> None:
    assert shared("db", *words).code == 2


def test_a_number_that_no_database_holds_is_told_alike_by_both(run: Run, shared: Run) -> None:
    for ran in (run, shared):
        assert ran(*CALL).code == 0
        assert [ran("act", "acknowledge", number).code for number in ("2147483647", "2147483648")] == [5, 2]


def test_without_a_server_there_is_nothing_to_move_to(run: Run) -> None:
    ran = run("db", "move", "server")
    assert (ran.code, "no line 'database" in ran.err) == (2, True)


def test_a_server_that_is_gone_is_said_in_one_sentence(shared: Run, tmp_path: Path) -> None:
    site = tmp_path / "site" / "site.yaml"
    site.write_text(site.read_text().rpartition("@")[0] + "@127.0.0.1:1/gone\n")
    kept = shared(*CALL)
    assert (kept.code, "KEPT HERE" in kept.out) == (0, True)
    for words in (("incidents",), ("verify",), ("ready",)):
        ran = shared(*words)
        assert ran.code == 3
        assert "gone at 127.0.0.1:1 cannot be reached" in ran.err
        assert ran.err.count("\n") == 1
