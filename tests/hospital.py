"""A tiny hospital in code: what tests of plan, store and desk need of a site, and no file of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hisconsole.config import Contact, ContactKind, Department, Site, Workstation, load_site
from hisconsole.desk.actor import Actor
from hisconsole.desk.desk import Desk
from hisconsole.paths import Server, shipped
from hisconsole.plan.events import SITE as NO_INCIDENT
from hisconsole.plan.events import Kind, NewEvent
from hisconsole.plan.frozen import to_data
from hisconsole.store import events
from hisconsole.store.database import RECORD, Database

START = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
"""22:00 on the clock of the hospital."""

OPERATORS = ("li.na", "wang.wei", "zhao.min")


def _department(id_: str, name: str, *, critical: bool = False) -> Department:
    return Department(
        id=id_,
        name=name,
        critical=critical,
        phone="8000",
        head="",
        building="A",
        floor="1",
        find=(),
    )


def _workstation(id_: str, department: str, phone: str, switch: str, *, key: bool) -> Workstation:
    return Workstation(
        id=id_,
        department=department,
        room="1F 01",
        building="A",
        phone=phone,
        address="127.0.0.9",
        key_terminal=key,
        switch=switch,
        find=(),
    )


def _operator(id_: str) -> Contact:
    return Contact(
        id=id_,
        name=id_,
        role="line operator",
        kind=ContactKind.STAFF,
        department="it",
        mobile="",
        office="8100",
        alternate="",
        deputy="",
        operator=True,
        plan_role=None,
        order=None,
        contract="",
        circuit="",
        hours="",
        verified=None,
        note="",
        find=(),
    )


SITE = Site(
    name="Test Hospital",
    timezone="Asia/Shanghai",
    language="en",
    sample=True,
    prefix="T",
    departments=(
        _department("reg", "Registration", critical=True),
        _department("lab", "Laboratory"),
        _department("ward-3", "Ward 3"),
        _department("it", "Information center"),
    ),
    workstations=(
        _workstation("reg-01", "reg", "8001", "sw-1", key=True),
        _workstation("reg-02", "reg", "8002", "sw-1", key=False),
        _workstation("lab-01", "lab", "8011", "sw-2", key=False),
        _workstation("lab-02", "lab", "8012", "sw-2", key=False),
        _workstation("w3-01", "ward-3", "8031", "sw-2", key=False),
        _workstation("w3-02", "ward-3", "8032", "sw-3", key=False),
    ),
    roster=tuple(_operator(id_) for id_ in OPERATORS),
    plan=load_site(shipped("config")).plan,
    version="test",
)


@dataclass(slots=True)
class Clock:
    """A clock that tests set; it never runs by itself."""

    moment: datetime = START

    def __call__(self) -> datetime:
        return self.moment

    def pass_(self, **lengths: float) -> None:
        self.moment += timedelta(**lengths)


def actor(operator: str = OPERATORS[0]) -> Actor:
    return Actor(operator, "tester", "local no tty")


@cache
def _made() -> bytes:
    with TemporaryDirectory() as folder:
        database = Database(Path(folder))
        adopt(database)
        database.close()
        return (Path(folder) / RECORD).read_bytes()


ADOPTED = 1
"""The seq of the newest event in a record just laid: its plan is adopted, nothing else has happened."""


SERVERS: list[Callable[[bool], Server]] = []
"""While a test runs on PostgreSQL: what makes a database, with the plan adopted in it or without."""

_SERVER = "server.json"
"""In a data folder of tests: where its record lies, for this process and those that it starts."""


def lay_record(data: Path) -> Path:
    """Put a made record into a folder, so that not every test waits for the migrations."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if SERVERS:
        return _lay_server(data, made=True)
    (data / RECORD).write_bytes(_made())
    (data / RECORD).chmod(0o600)
    return data


def _lay_server(data: Path, *, made: bool) -> Path:
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    server = SERVERS[-1](made)
    (data / _SERVER).write_text(json.dumps([server.user, server.hosts, server.name]))
    return data


def adopt(database: Database) -> None:
    """Put the plan on record, as the first event."""
    body = {"version": SITE.plan.version, "edition": SITE.plan.edition, "plan": to_data(SITE.plan)}
    adopted = NewEvent(Kind.PLAN_ADOPTED, NO_INCIDENT, START, body)
    writer = events.Writer(OPERATORS[0], "tester", "local no tty")
    with database.write() as connection:
        events.append(
            connection, [adopted], after=events.head(connection), act="adopted", writer=writer, now=START
        )


def open_database(data: Path, *, writable: bool = True) -> Database:
    """The record in `data`, on the database that the test runs on."""
    if SERVERS and not (data / _SERVER).exists():
        _lay_server(data, made=False)
    if not (data / _SERVER).exists():
        return Database(data, writable=writable)
    from hisconsole.store.shared import Shared

    user, hosts, name = json.loads((data / _SERVER).read_text())
    return Shared(Server(user, tuple((host, port) for host, port in hosts), name), data, writable=writable)


def open_desk(data: Path, operator: str = OPERATORS[0], *, now: Callable[[], datetime] | None = None) -> Desk:
    """A desk on the record in `data`; close its database when done."""
    return Desk(database=open_database(data), site=SITE, actor=actor(operator), now=now or Clock())


@dataclass
class Laid:
    """A hospital of a test in one folder: its files and its record, and the words that name them."""

    folder: Path

    @property
    def config(self) -> Path:
        """Its files."""
        return self.folder / "config"

    @property
    def data(self) -> Path:
        """Its record."""
        return self.folder / "data"

    @property
    def words(self) -> list[str]:
        """Both, for a command."""
        return ["--config", str(self.config), "--data", str(self.data)]
