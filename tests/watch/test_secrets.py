"""Secrets in use: a real watch on a real server, and afterwards none of them is found anywhere."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from hisconsole.cli import main
from hisconsole.paths import Server
from hisconsole.store.readings_reader import Reader
from tests.hospital import Laid
from tests.postgres import GUARDED, Postgres
from tests.probes.snmpd import ADDRESS, AUTH_PASSWORD, PRIV_PASSWORD, running
from tests.probes.sshd import new_key
from tests.ptys import SRC
from tests.watch.fakes import lay_site

DATABASE, WRONG, SEALED = "canary-db-51c0", "canary-auth-93fe", "canary-pass-7d21"
CANARIES = (DATABASE, WRONG, SEALED, AUTH_PASSWORD, PRIV_PASSWORD)

NAMES = ("one", "two", "three", "four")
HOW = ("right", "wrong", "old")

CREDENTIALS = """\
right:
  kind: snmp3
  user: sha256-aes128
  auth: sha256
  auth_password_file: auth
  priv: aes128
  priv_password_file: priv
wrong:
  kind: snmp3
  user: sha256-aes128
  auth: sha256
  auth_password_file: wrong
  priv: aes128
  priv_password_file: wrong
old:
  kind: snmp2c
  community_file: wrong
  insecure: yes
shell:
  kind: ssh
  user: practice
  key_file: key
  passphrase_file: sealed
"""


def _entry(id_: str, *more: str) -> str:
    lines = (f"name: {id_}", f"address: {ADDRESS}", "kind: server", "every: 5", *more)
    return f"{id_}:\n" + "".join(f"  {line}\n" for line in lines)


@pytest.fixture
def guarded(on_postgres: Callable[[bool], Server], postgres: Postgres) -> Iterator[Server]:
    """A record whose account needs a password."""
    server = on_postgres(True)
    postgres.execute(f"CREATE ROLE {GUARDED} SUPERUSER LOGIN PASSWORD '{DATABASE}'")
    yield Server(GUARDED, server.hosts, server.name, "database.secret")
    postgres.execute(f"DROP OWNED BY {GUARDED}", database=server.name)
    postgres.execute(f"DROP ROLE {GUARDED}")


@dataclass
class Place(Laid):
    """A hospital of four targets, of which one lets us in, and its secrets as systemd hands them over."""

    server: Server

    @property
    def handed(self) -> Path:
        return self.folder / "handed"

    def lay_secrets(self) -> None:
        self.handed.mkdir(mode=0o700)
        texts = {"auth": AUTH_PASSWORD, "priv": PRIV_PASSWORD, "wrong": WRONG, "sealed": SEALED}
        for name, text in {**texts, "database.secret": DATABASE}.items():
            (self.handed / name).write_text(f"{text}\n")
            (self.handed / name).chmod(0o400)
        new_key(self.handed / "key", "-N", SEALED)

    def lay_config(self, port: int) -> None:
        agent = (f"port: {port}", "profiles: net-snmp")
        targets = (
            *(_entry(name, *agent, f"credential: {how}") for name, how in zip(NAMES, HOW, strict=False)),
            _entry(NAMES[3], "profiles: ssh-linux", "login: shell", "login_port: 9"),
        )
        lay_site(self.config, "".join(targets))
        (self.config / "credentials.yaml").write_text(CREDENTIALS)
        ((host, port),) = self.server.hosts
        where = f"postgresql+psycopg://{GUARDED}@{host}:{port}/{self.server.name}"
        with (self.config / "site.yaml").open("a") as site:
            site.write(f"database: {where}\ndatabase_password_file: database.secret\n")


@pytest.fixture
def place(guarded: Server, need: Callable[[str], str], tmp_path: Path) -> Iterator[Place]:
    need("ssh-keygen")
    found = Place(tmp_path, guarded)
    found.data.mkdir(mode=0o700)
    found.lay_secrets()
    with running(need("snmpd"), tmp_path / "snmpd") as agent:
        found.lay_config(agent.port)
        assert main(["check", str(found.config)]) == 0
        yield found


def _processes(pid: int) -> Iterator[Path]:
    """A process and what it has started."""
    yield Path(f"/proc/{pid}")
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from _processes(int(child))


def _held(postgres: Postgres, database: str) -> str:
    """Every row of every table of ours on the server."""
    listed = "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('record', 'readings')"
    tables = [name for (name,) in postgres.execute(listed, database=database)]
    assert len(tables) > 8
    return "".join(
        str(postgres.execute(f"SELECT t::text FROM {name} AS t", database=database)) for name in tables
    )


def _watched(place: Place) -> tuple[bytes, str]:
    """A real watch, until each target was tried: its command lines and environments, and what it printed."""
    env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    env |= {"PYTHONPATH": str(SRC), "CREDENTIALS_DIRECTORY": str(place.handed)}
    told, seen = place.folder / "told", b""
    with told.open("wb") as out:
        words = [sys.executable, "-m", "hisconsole", *place.words, "watch"]
        watch = subprocess.Popen(words, env=env, stdout=out, stderr=out)
    try:
        with closing(Reader(place.data)) as reader:
            end = time.monotonic() + 40
            while not all(_is_tried(reader, name) for name in NAMES):
                assert time.monotonic() < end, told.read_text()
                assert watch.poll() is None, told.read_text()
                time.sleep(0.1)
            assert reader.readings(NAMES[0]), "the right secret lets us in"
        for process in _processes(watch.pid):
            seen += (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
    finally:
        watch.send_signal(signal.SIGTERM)
        watch.wait(20)
    return seen, told.read_text()


def _is_tried(reader: Reader, name: str) -> bool:
    health = reader.latest().healths.get(name)
    return health is not None and health.checked_at is not None


@pytest.mark.slow
def test_no_secret_that_is_in_use_is_found_anywhere(
    place: Place, postgres: Postgres, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Record, readings, logs, what is printed, command lines and environments; some are wrong on purpose."""
    seen, said = _watched(place)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(place.handed))
    copy = place.folder / "copy.db"
    asked = [("status", "--json"), ("targets", "list"), ("ready", "--json"), ("log", "--json"), ("verify",)]
    asked += [("metrics",), *(("targets", "try", name) for name in NAMES), ("backup", str(copy))]
    for words in asked:
        main([*place.words, "--operator", "li.na", *words])
    said += "".join(capfd.readouterr()) + _held(postgres, place.server.name)
    files = [copy, *place.data.rglob("*"), *place.config.rglob("*")]
    assert copy.exists()
    assert ADDRESS in said, "nothing was said at all"
    assert b"CREDENTIALS_DIRECTORY" in seen
    for canary in CANARIES:
        assert canary.encode() not in seen
        assert canary not in said
        assert [each for each in files if each.is_file() and canary.encode() in each.read_bytes()] == []
