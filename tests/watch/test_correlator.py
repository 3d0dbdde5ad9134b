"""The watch's look from what it knows to the record: on a real record, through whatever goes wrong."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from hisconsole.config import load_site
from hisconsole.config.targets import load_targets
from hisconsole.desk.desk import Desk
from hisconsole.paths import shipped
from hisconsole.plan.health import Outcome, Policy, TargetHealth, begin, step
from hisconsole.plan.incident import Incident
from hisconsole.plan.reach import OwnPath
from hisconsole.plan.reading import Judged
from hisconsole.plan.status import Status
from hisconsole.plan.words import State
from hisconsole.store import projections
from hisconsole.store.database import RECORD, Database
from hisconsole.store.events import head
from hisconsole.store.shared import Shared
from hisconsole.watch.correlator import Correlator
from hisconsole.watch.due_clock import LastSeen
from hisconsole.watch.holding import Known
from tests.hospital import ADOPTED, START, Clock, actor
from tests.plan.pictures import judged
from tests.postgres import MADE, Postgres, url_of

SHIPPED = shipped("config")
SAMPLE = load_targets(SHIPPED, sample=True)
AT_ONCE = Policy(attempts=1, recoveries=1)
CUT_OFF = OwnPath(2, START, "our network card has no link")


class Watching:
    """What a watch knows of the sample hospital, and its correlator."""

    def __init__(self, data: Path, config: Path = SHIPPED, last: LastSeen | None = None) -> None:
        self.clock = Clock()
        self.data = data
        self.path = OwnPath()
        self.policy = AT_ONCE
        self.readings: dict[str, tuple[Judged, ...]] = {}
        self.faults: list[Exception] = []
        self.healths: Mapping[str, TargetHealth] = {
            each.id: begin(each.id, ("snmp",), now=self.clock()) for each in SAMPLE.targets
        }
        self.correlator = Correlator(
            config,
            data,
            known=self.known,
            every_s=0.01,
            now=self.clock,
            broken=self._broken,
            last=last,
        )

    def _broken(self, fault: Exception) -> str:
        self.faults.append(fault)
        return str(fault)

    def known(self) -> Known:
        return Known(SAMPLE, self.healths, self.path, lambda target: self.readings.get(target, ()))

    def poll(self, *silent: str, **critical: str) -> None:
        """A minute later all answer but the silent, and a reading is critical of some."""
        self.clock.pass_(minutes=1)
        bad = {id_.replace("_", "-"): key for id_, key in critical.items()}
        self.readings = {
            id_: (judged(key, 0, Status.CRITICAL, now=self.clock()),) for id_, key in bad.items()
        }

        def outcome(id_: str) -> Outcome:
            if id_ in silent:
                return Outcome("snmp", Status.DOWN, self.clock(), "no answer", "timeout")
            return Outcome("snmp", Status.CRITICAL if id_ in bad else Status.OK, self.clock())

        self.healths = {
            id_: step(health, outcome(id_), policy=self.policy, now=self.clock())
            for id_, health in self.healths.items()
        }

    def look(self) -> None:
        self.correlator.look(self.known())
        assert not self.faults

    def incidents(self) -> list[Incident]:
        desk = Desk(database=Database(self.data), site=load_site(shipped("config")), actor=actor())
        try:
            with desk.database.read() as connection:
                numbers = projections.monitored(connection, closed_since=START)
                return [desk.memory.look(connection, number)[0] for number in numbers]
        finally:
            desk.database.close()


@pytest.fixture
def watching(tmp_path: Path) -> Watching:
    return Watching(tmp_path / "data")


def test_a_record_is_begun_by_the_first_fault_only(watching: Watching) -> None:
    watching.poll()
    watching.look()
    assert not (watching.data / RECORD).exists()
    watching.poll("lis-1")
    watching.look()
    assert [each.detection and each.detection.headline for each in watching.incidents()] == ["lis-1 down"]


def test_what_changes_between_two_looks_is_counted(watching: Watching) -> None:
    watching.poll()
    watching.look()
    for _turn in range(2):
        watching.poll("lis-1")
        watching.poll()
    watching.poll("lis-1")
    watching.look()
    (found,) = watching.incidents()
    assert found.detection is not None
    assert found.detection.changes == 5


@pytest.mark.parametrize("first", ["sw-agg-1", "sw-opd-1f"])
def test_what_comes_back_with_its_cause_is_no_incident_of_its_own_meanwhile(
    watching: Watching, first: str
) -> None:
    watching.policy = Policy(attempts=1, recoveries=2)
    watching.poll()
    watching.poll("sw-opd-1f", sw_agg_1="if/GigabitEthernet0-0-1/link")
    watching.look()
    if first == "sw-agg-1":
        watching.poll("sw-opd-1f")
    else:
        watching.poll(sw_agg_1="if/GigabitEthernet0-0-1/link")
    watching.look()
    for _turn in range(3):
        assert [each.number for each in watching.incidents()] == [1]
        watching.poll()
        watching.look()
    (found,) = watching.incidents()
    assert found.detection is not None
    assert found.detection.cleared_at is not None


def test_while_the_console_is_isolated_nothing_is_opened_and_then_it_is_caught_up(watching: Watching) -> None:
    watching.poll()
    watching.path = CUT_OFF
    watching.poll("sw-agg-2")
    watching.look()
    assert not (watching.data / RECORD).exists()
    watching.path = OwnPath()
    watching.look()
    assert [each.state for each in watching.incidents()] == [State.NEW]


def test_it_looks_until_it_is_told_to_stop_and_begins_anew_after_a_fault(
    watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hisconsole.watch.correlator.AT_LEAST_S", 0.05)
    watching.poll()
    watching.poll("lis-1")

    async def run() -> None:
        stop = asyncio.Event()
        task = asyncio.create_task(watching.correlator.run(stop))
        async with asyncio.timeout(30):
            while not (watching.data / RECORD).exists():  # noqa: ASYNC110 - another thread begins it
                await asyncio.sleep(0.01)
        stop.set()
        await asyncio.wait_for(task, 30)

    watching.data.write_text("no folder")
    watching.correlator.look(watching.known())
    assert watching.faults
    watching.data.unlink()
    watching.clock.pass_(seconds=1)
    asyncio.run(run())
    assert len(watching.incidents()) == 1


def test_what_was_never_well_is_a_fault_of_the_set_up_and_opens_nothing(tmp_path: Path) -> None:
    watching = Watching(tmp_path)
    every = [each.id for each in SAMPLE.targets]
    watching.poll(*every)
    watching.poll(*every)
    watching.look()
    assert not (tmp_path / RECORD).exists()
    watching.poll()
    watching.poll("sw-agg-2")
    watching.look()
    (opened,) = watching.incidents()
    assert opened.detection is not None
    assert opened.detection.finding.causes == ("sw-agg-2",)


def test_a_servers_record_that_has_gone_back_is_not_written_to(postgres: Postgres, tmp_path: Path) -> None:
    server = postgres.database(template=MADE)
    config = tmp_path / "config"
    shutil.copytree(shipped("config"), config)
    with (config / "site.yaml").open("a") as file:
        file.write(f"database: {url_of(server)}\n")
    last = LastSeen()
    watching = Watching(tmp_path / "data", config, last)
    watching.poll()
    watching.poll("lis-1")
    watching.look()
    watching.correlator._close()
    assert last.head is not None
    postgres.drop(server)
    postgres.execute(f"CREATE DATABASE {server.name} TEMPLATE {MADE}")
    again = Watching(tmp_path / "data", config, last)  # the lease was lost, and is held again
    again.poll()
    again.poll("lis-1")
    for _look in range(2):
        again.correlator.look(again.known())
        again.poll()
        again.poll("lis-1")
    assert [f"event {last.head.seq}, which was seen here" in str(fault) for fault in again.faults] == [
        True
    ] * 2
    with closing(Shared(server, tmp_path / "data")) as database, database.read() as connection:
        assert head(connection).seq == ADOPTED
    again.correlator._close()
    postgres.drop(server)
