"""The due clock of the watch on a real record: told by the watch, once, through whatever goes wrong."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from hisconsole.config import load_site
from hisconsole.desk import calls, maintaining, reading
from hisconsole.desk.actor import utc_now
from hisconsole.desk.desk import Desk
from hisconsole.desk.duties import all_due
from hisconsole.desk.keeping import Keeping
from hisconsole.errors import Away, Refused
from hisconsole.paths import shipped
from hisconsole.plan.events import Event, Kind
from hisconsole.plan.times import to_text
from hisconsole.store.database import RECORD, Database
from hisconsole.store.journal import Journal, places
from hisconsole.store.shared import Shared
from hisconsole.store.verify import verify
from hisconsole.watch import due_clock
from hisconsole.watch.due_clock import WATCH, DueClock
from tests.cli.watched import NET, lay, watch
from tests.hospital import actor
from tests.plan.stops import GIVEN
from tests.postgres import MADE, Postgres, url_of

CALL = {"workstation": "reg-01", "symptom": "3", "occurred": "-30"}
STOP = {**GIVEN, "departments": "none"}
EVERY_S = 0.02
LOOKS = 10
PATIENCE_S = 30.0


def _sit(data: Path) -> Desk:
    """A desk of the hospital that the watch reads, on the clock that the watch goes by."""
    return Desk(database=Database(data), site=load_site(shipped("config")), actor=actor(), now=utc_now)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = _sit(tmp_path / "data")
    yield desk
    desk.database.close()


class Watched(DueClock):
    """The due clock, with its looks counted."""

    looks = 0

    def _look(self) -> None:
        super()._look()
        self.looks += 1


async def _until(task: asyncio.Task[None], true: Callable[[], object]) -> None:
    end = asyncio.get_running_loop().time() + PATIENCE_S
    while not true():
        assert not task.done(), "the clock stands"
        assert asyncio.get_running_loop().time() < end, "it did not come to that"
        await asyncio.sleep(EVERY_S)


def _run(
    data: Path,
    *steps: Callable[[], object],
    faults: list[Exception] | None = None,
    config: Path | None = None,
) -> Watched:
    """Run a due clock until each step in turn has answered yes; what it logs goes to `faults`."""
    logged: list[Exception] = [] if faults is None else faults

    def broken(fault: Exception) -> str:
        logged.append(fault)
        return str(fault)

    async def watch() -> Watched:
        clock, stop = (
            Watched(config or shipped("config"), data, every_s=EVERY_S, broken=broken),
            asyncio.Event(),
        )
        task = asyncio.create_task(clock.run(stop))
        try:
            for step in steps:
                await _until(task, step)
        finally:
            stop.set()
            await asyncio.wait_for(task, PATIENCE_S)
        return clock

    clock = asyncio.run(watch())
    assert faults is not None or logged == []
    return clock


def test_a_servers_record_that_has_gone_back_is_not_written_to(postgres: Postgres, tmp_path: Path) -> None:
    config, data = tmp_path / "config", tmp_path / "data"
    server = postgres.database(template=MADE)
    shutil.copytree(shipped("config"), config)
    with (config / "site.yaml").open("a") as file:
        file.write(f"database: {url_of(server)}\n")
    site = load_site(config)
    desks = [Desk(database=Shared(server, data), site=site, actor=actor(), now=utc_now)]
    faults: list[Exception] = []

    def go_back() -> bool:
        desks.pop().database.close()
        postgres.drop(server)
        postgres.execute(f"CREATE DATABASE {server.name} TEMPLATE {MADE}")
        desks.append(Desk(database=Shared(server, data), site=site, actor=actor(), now=utc_now))
        calls.take_call(desks[0], CALL)
        return True

    def refused() -> bool:
        return sum("has gone back" in str(fault) for fault in faults) > 2

    calls.take_call(desks[0], CALL)
    _run(data, lambda: _told(desks[0]), go_back, refused, config=config, faults=faults)
    assert _told(desks[0]) == []
    _run(data, lambda: _told(desks[0]), config=config)  # one that is started then goes on with it
    desks[0].database.close()
    postgres.drop(server)


def _told(desk: Desk) -> list[Event]:
    return [event for event in reading.read_log(desk, limit=1000) if event.kind is Kind.FELL_DUE]


def _told_at_least(desk: Desk, wanted: int) -> Callable[[], bool]:
    return lambda: len(_told(desk)) >= wanted


def _a_while() -> Callable[[], bool]:
    """Time for some looks."""
    left = iter(range(LOOKS))
    return lambda: next(left, None) is None


def _overdue(desk: Desk) -> Counter[tuple[int, str, str, str]]:
    now = datetime.now(UTC)
    rows = (each.due for each in all_due(desk))
    return Counter((row.incident, row.duty, row.key, to_text(row.at)) for row in rows if row.at <= now)


def _deadlines(desk: Desk) -> Counter[tuple[int, str, str, str]]:
    return Counter(
        (event.incident, event.body["duty"], event.body["key"], event.body["deadline"])
        for event in _told(desk)
    )


def _holds(desk: Desk) -> None:
    with desk.database.read() as connection:
        assert verify(connection).faults == ()


def test_it_tells_what_has_passed_once_however_often_it_looks(desk: Desk) -> None:
    calls.take_call(desk, CALL)
    calls.take_call(desk, {**CALL, "workstation": "reg-02"})
    wanted = _overdue(desk)
    clock = _run(desk.database.data, _told_at_least(desk, wanted.total()), _a_while())
    assert clock.looks > 1
    assert _deadlines(desk) == wanted
    assert {event.actor for event in _told(desk)} == {WATCH}
    again = _run(desk.database.data, _a_while())
    assert again.looks > 0
    assert _deadlines(desk) == wanted
    _holds(desk)


def test_what_falls_due_while_it_looks_is_told(desk: Desk) -> None:
    calls.take_call(desk, {**CALL, "occurred": ""})

    def late_call() -> bool:
        calls.take_call(desk, CALL, join=1)  # it began earlier: its deadlines have passed already
        return True

    _run(desk.database.data, _a_while(), lambda: not _told(desk), late_call, lambda: _told(desk))
    assert _deadlines(desk) == _overdue(desk)
    _holds(desk)


def test_it_waits_for_a_record_that_nobody_has_begun(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    _run(data, _a_while())
    assert not (data / RECORD).exists()
    desks: list[Desk] = []

    def begin() -> bool:
        desks.append(_sit(data))
        calls.take_call(desks[0], CALL)
        return True

    _run(data, begin, lambda: _told(desks[0]))
    assert _deadlines(desks[0]) == _overdue(desks[0])
    _holds(desks[0])
    desks[0].database.close()


def test_it_puts_rows_right_before_it_looks_at_them(desk: Desk) -> None:
    calls.take_call(desk, CALL)
    wanted = _overdue(desk)
    with desk.database.write() as connection:
        connection.execute(text("DELETE FROM due"))
    assert _overdue(desk) == Counter()
    _run(desk.database.data, _told_at_least(desk, wanted.total()))
    assert _deadlines(desk) == wanted
    _holds(desk)


def test_a_record_that_goes_away_is_logged_and_followed_when_it_is_back(desk: Desk) -> None:
    calls.take_call(desk, CALL)
    wanted = _overdue(desk).total()
    faults: list[Exception] = []
    record = desk.database.path
    away = record.with_name("away.db")

    def take_away() -> bool:
        record.rename(away)
        return True

    def bring_back() -> bool:
        away.rename(record)
        calls.take_call(desk, CALL)
        return True

    _run(
        desk.database.data,
        _told_at_least(desk, wanted),
        take_away,
        lambda: faults,
        bring_back,
        _told_at_least(desk, 2 * wanted),
        faults=faults,
    )
    assert {"cannot be used" in str(fault) for fault in faults} == {True}
    assert _deadlines(desk) == _overdue(desk)
    _holds(desk)


def _paralysed(desk: Desk) -> None:
    """An outage for half an hour: the gate of the cashier has passed with its confirmation."""
    calls.take_call(desk, {**CALL, "workstation": "cash-01"})
    desk.perform("verify", 1, {"result": "confirmed"})
    desk.perform("paralysis", 1, {"confirmed": "yes"})


def _snapshots(desk: Desk) -> list[Event]:
    return [event for event in reading.read_log(desk, limit=1000) if event.kind is Kind.SNAPSHOT]


def test_what_the_watch_saw_is_frozen_beside_a_gate_and_a_notice(desk: Desk, tmp_path: Path) -> None:
    config = lay(
        tmp_path / "site",
        f"sw-opd-1f:\n  name: Access\n  kind: switch\n  address: {NET}.1\n  profiles: ping\n",
    )
    data = desk.database.data
    _paralysed(desk)

    def notice() -> bool:
        desk.perform("notice", 1, {"kind": "start", "departments": "registration"})
        return True

    with watch(config, data) as at:
        at.write("sw-opd-1f", [], failure="no answer")
        _run(
            data,
            lambda: len(_snapshots(desk)) == 1,
            notice,
            lambda: len(_snapshots(desk)) == 2,
            _a_while(),
            config=config,
        )
        again = _run(data, _a_while(), config=config)
    assert again.looks > 0
    told = [(event.actor, event.body["why"], event.body["of"]) for event in reversed(_snapshots(desk))]
    assert told == [(WATCH, "gate", "cashier"), (WATCH, "notice", "1")]
    assert _snapshots(desk)[0].body["readings"][0]["status"] == "down"
    _holds(desk)


def test_a_picture_that_cannot_be_made_holds_up_no_deadline(desk: Desk, tmp_path: Path) -> None:
    config = lay(tmp_path / "site", "sw-1:\n  kind: toaster\n")
    _paralysed(desk)
    wanted = _overdue(desk)
    faults: list[Exception] = []
    _run(desk.database.data, _told_at_least(desk, wanted.total()), faults=faults, config=config)
    assert _deadlines(desk) == wanted
    assert len(faults) == 1
    assert "toaster" in str(faults[0])
    assert _snapshots(desk) == []
    _holds(desk)


def test_a_damaged_record_does_not_end_it(desk: Desk) -> None:
    calls.take_call(desk, CALL)
    desk.database.close()
    path = desk.database.path
    good = path.read_bytes()
    path.write_bytes(b"this is no record" * 500)
    for end in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + end).unlink()
    faults: list[Exception] = []
    mended: list[Desk] = []

    def mend() -> bool:
        fresh = path.with_name("fresh.db")
        fresh.write_bytes(good)
        fresh.rename(path)
        mended.append(_sit(path.parent))
        return True

    _run(path.parent, lambda: len(faults) > 1, mend, lambda: _told(mended[0]), faults=faults)
    assert "is damaged" in str(faults[0])
    assert _deadlines(mended[0]) == _overdue(mended[0])
    mended[0].database.close()


def test_the_overrun_of_a_planned_stop_becomes_an_incident_once_by_the_watch(desk: Desk) -> None:
    """It was planned in the past, as a watch meets it that was away meanwhile."""
    began = datetime.now(UTC) - timedelta(hours=3)
    desk.now = lambda: began
    maintaining.add(desk, {**STOP, "start": "now", "until": "+2h"})
    desk.now = utc_now
    opened = lambda: maintaining.one(desk, 1).incident  # noqa: E731
    _run(desk.database.data, opened, _a_while())
    _run(desk.database.data, _a_while())
    found = [event for event in reading.read_log(desk, limit=1000) if event.kind is Kind.OPENED]
    assert [(event.incident, event.actor) for event in found] == [(1, WATCH)]
    assert reading.read_incident(desk, 1).incident.reports[0].reporter == "console"
    _holds(desk)


def test_an_incident_of_the_watch_begins_under_the_plan_in_force(tmp_path: Path) -> None:
    """The files changed while it ran: it goes by what they say now."""
    config, data = tmp_path / "config", tmp_path / "data"
    shutil.copytree(shipped("config"), config)
    at = Desk(database=Database(data), site=load_site(config), actor=actor(), now=utc_now)
    plan = config / "plan.yaml"

    def edit() -> bool:
        text = plan.read_text("utf-8")
        plan.write_text(
            text.replace("edition:", "# edited\nedition:", 1).replace("hold: 20m", "hold: 25m"), "utf-8"
        )
        began = datetime.now(UTC) - timedelta(hours=3)
        at.now = lambda: began
        maintaining.add(at, {**STOP, "start": "now", "until": "+2h"})
        at.now = utc_now
        return True

    _run(data, _a_while(), edit, lambda: maintaining.one(at, 1).incident, config=config)
    assert reading.read_incident(at, 1).incident.plan == load_site(config).plan.version
    at.database.close()


def test_what_a_console_that_is_gone_has_kept_is_put_on_record(desk: Desk) -> None:
    data = desk.database.data
    calls.take_call(desk, CALL)
    keeping = desk.keeping = Keeping(
        Journal(places(data)[:1]), data=desk.database.data, site=desk.site, actor=desk.actor, now=desk.now
    )
    keeping.went(Away("gone"))
    kept = desk.perform("acknowledge", 1)
    assert kept.kept
    keeping.close()
    desk.keeping = None
    _run(data, lambda: reading.read_incident(desk, 1).incident.acknowledged_by)
    events = [event for event in reading.read_log(desk) if event.act == kept.act]
    assert [(event.kind, event.actor) for event in events] == [(Kind.ACKNOWLEDGED, desk.actor.operator)]
    assert list((data / "kept").iterdir()) == []
    _holds(desk)


def test_the_clock_goes_on_when_a_record_that_went_away_is_back(desk: Desk) -> None:
    calls.take_call(desk, CALL)
    away = desk.database.path.with_name("elsewhere.db")
    faults: list[Exception] = []

    def take_away() -> bool:
        desk.database.path.rename(away)
        return True

    def bring_back() -> bool:
        away.rename(desk.database.path)
        return True

    _run(desk.database.data, take_away, _a_while(), bring_back, _told_at_least(desk, 1), faults=faults)
    assert {type(fault) for fault in faults} <= {Away}
    _holds(desk)


def test_kept_acts_that_cannot_be_brought_stop_no_clock_and_are_logged_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls.take_call(desk, CALL)
    wanted = _overdue(desk)

    def broken(*_args: object, **_how: object) -> bool:
        raise Refused("nobody may")

    monkeypatch.setattr(due_clock, "replay_orphans", broken)
    faults: list[Exception] = []
    clock = _run(desk.database.data, _told_at_least(desk, wanted.total()), _a_while(), faults=faults)
    assert clock.looks > 1
    assert _deadlines(desk) == wanted
    assert [str(fault) for fault in faults] == ["nobody may"]
