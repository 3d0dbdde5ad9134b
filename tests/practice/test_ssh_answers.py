"""Every command of the closed table is understood and answered so that our own readers read it."""

from __future__ import annotations

import shlex

import pytest

from hisconsole.plan.reading import Sample
from hisconsole.plan.status import Status
from hisconsole.plan.targets import Infrastructure
from hisconsole.practice.draft import Draft
from hisconsole.practice.facets import Value
from hisconsole.practice.hospital import Hospital
from hisconsole.practice.live import DeviceView, Live
from hisconsole.practice.scenario import Step
from hisconsole.practice.ssh.answers import PLAYED
from hisconsole.practice.ssh.asked import Asked
from hisconsole.practice.ssh.script import understood
from hisconsole.probes.parse import read
from hisconsole.probes.parse.output import Ask, Output
from hisconsole.probes.ssh.commands import COMMANDS, arguments, refusal
from hisconsole.probes.ssh.script import asked, compose
from tests.practice.conftest import Clock
from tests.probes.ssh.hostile_asks import FITTING, HOSTILE_ASKS

NOW = 1_763_900_000.0
ASKS = {
    **{name: Ask(name) for name in COMMANDS},
    "services": Ask("services", {"units": ("tomcat", "nginx")}),
    "smart": Ask("smart", {"device": ("/dev/sda",)}),
    "listening": Ask("listening", {"ports": ("1521", "8080")}),
    "oracle_listener": Ask("oracle_listener", {"home": ("/u01/db",)}),
    "oracle_instances": Ask("oracle_instances", {"instances": ("his1",)}),
    "backup": Ask("backup", {"files": ("/backup/a.dmp", "/备份/b.dmp")}),
    "backup_folder": Ask("backup_folder", {"folder": ("/backup",)}),
    "application": Ask("application", {"port": ("8080",), "path": ("/health",)}),
}
BROKEN: list[tuple[str, dict[str, Value], Status | None]] = [
    ("services", {"service/nginx": "failed"}, Status.CRITICAL),
    ("failed_units", {"service/nginx": "failed"}, Status.CRITICAL),
    ("sql_server", {"service/mssql-server": "failed"}, Status.CRITICAL),
    ("listening", {"listening/8080": "no"}, Status.CRITICAL),
    ("application", {"application": "503"}, Status.CRITICAL),
    ("application", {"application": "silent"}, Status.CRITICAL),
    ("oracle_listener", {"listener": "down"}, Status.CRITICAL),
    ("oracle_listener", {"instance/his1": "blocked"}, Status.CRITICAL),
    ("oracle_instances", {"instance/his1": "down"}, Status.CRITICAL),
    ("mysql", {"database": "down"}, Status.CRITICAL),
    ("postgresql", {"database": "down"}, Status.CRITICAL),
    ("iris", {"database": "down"}, Status.CRITICAL),
    ("mdstat", {"raid": "degraded"}, Status.CRITICAL),
    ("raid_volumes", {"raid": "degraded"}, Status.CRITICAL),
    ("raid_drives", {"raid": "degraded"}, Status.CRITICAL),
    ("smart_array", {"raid": "degraded"}, Status.CRITICAL),
    ("smart", {"smart": "failed"}, Status.CRITICAL),
    ("multipath", {"paths": "one"}, Status.WARNING),
    ("kernel", {"kernel": "disk-errors"}, Status.CRITICAL),
    ("backup", {"backup-size": 0.0}, Status.CRITICAL),
    ("backup_folder", {"backup-age": 400.0}, Status.CRITICAL),
]


@pytest.fixture(scope="module")
def one_of_all(infrastructure: Infrastructure) -> Hospital:
    """A hospital of one host that has everything."""
    target = infrastructure.target("his-app-1")
    assert target is not None
    draft = Draft(target, ())
    for name, ask in ASKS.items():
        PLAYED[name].prepare(draft, arguments(ask))
    device = draft.device()
    normal = {(target.id, facet.name): facet.normal for facet in device.facets.values()}
    return Hospital(
        {target.id: device}, {}, {target.id: ()}, {target.id: ()}, {**normal, ("console", "network"): "up"}
    )


def _read(hospital: Hospital, clock: Clock, name: str, changes: dict[str, Value]) -> tuple[Sample, ...]:
    live = Live(hospital, clock=clock)
    ((id_, device),) = hospital.devices.items()
    live.do(Step(0, (id_, facet), value) for facet, value in changes.items())
    view: DeviceView = live.views[id_]
    text, code = PLAYED[name].answer(view, Asked(arguments(ASKS[name]), device.facets, NOW))
    return read(name, Output(text, code, now=int(NOW)), arguments(ASKS[name]))


def test_every_command_of_the_table_is_played() -> None:
    assert PLAYED.keys() == COMMANDS.keys() == ASKS.keys()


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_healthy_host_reads_well(name: str, one_of_all: Hospital, clock: Clock) -> None:
    samples = _read(one_of_all, clock, name, {})
    assert samples
    assert [sample for sample in samples if sample.hint not in (None, Status.OK)] == []
    assert all(sample.value is not None for sample in samples)


@pytest.mark.parametrize(("name", "changes", "worst"), BROKEN)
def test_what_is_broken_is_read(
    name: str, changes: dict[str, Value], worst: Status, one_of_all: Hospital, clock: Clock
) -> None:
    assert worst in [sample.hint for sample in _read(one_of_all, clock, name, changes)]


@pytest.mark.parametrize(
    ("name", "facet", "value", "key"),
    [
        ("disk", "disk//", 97.0, "disk//"),
        ("load", "load", 3.0, "load/core"),
        ("memory", "memory", 91.0, "memory/available"),
        ("pressure", "iowait", 44.0, "pressure/io"),
        ("time", "clock", 2.5, "time/offset"),
        ("backup_folder", "backup-age", 31.0, "backup//backup"),
    ],
)
def test_a_number_that_is_set_is_the_number_that_is_read(
    name: str, facet: str, value: float, key: str, *, one_of_all: Hospital, clock: Clock
) -> None:
    found = {sample.key: sample.value for sample in _read(one_of_all, clock, name, {facet: value})}
    expected = 100 - value if name == "memory" else value
    assert found[key] == pytest.approx(expected, rel=0.25 if name == "load" else 0.01)


def test_a_script_is_understood_whatever_it_asks() -> None:
    for asks in ([ask] for ask in ASKS.values()):
        assert _names(compose(asks)) == [asks[0].name]
    everything = list(ASKS.values())
    for at_once in (False, True):
        assert _names(compose(everything, at_once=at_once)) == [ask.name for ask in everything]
    for ask, _words in FITTING:
        found = understood(compose([ask]))
        assert found is not None
        assert asked(compose(found)) == asked(compose([ask]))


def _names(command_line: str) -> list[str] | None:
    found = understood(command_line)
    return None if found is None else [ask.name for ask in found]


SCRIPT = compose([ASKS["services"], ASKS["disk"]])


@pytest.mark.parametrize(
    "command_line",
    [
        "",
        "df -Pl",
        "uname -a",
        "sh -c 'df -Pl'",
        SCRIPT + "; reboot",
        SCRIPT.replace("df -Pl", "df -Pl; reboot"),
        SCRIPT.replace("df -Pl", "cat /etc/shadow"),
        SCRIPT.replace("nginx", "nginx;reboot"),
        SCRIPT.replace("r disk:1", "r disk:2"),
        SCRIPT.replace("r disk:1", "r reboot:1"),
        SCRIPT.replace("timeout -k 2 20", "timeout -k 2 999"),
        SCRIPT.replace("LC_ALL=C", "LC_ALL=C;reboot"),
        "'" * 9,
        "x" * 200_000,
        shlex.quote(SCRIPT),
    ],
)
def test_anything_else_is_not_understood(command_line: str) -> None:
    assert command_line != SCRIPT
    assert understood(command_line) is None


def test_hostile_questions_are_never_understood_as_others() -> None:
    for ask in HOSTILE_ASKS:
        if not refusal(ask):
            found = understood(compose([ask]))
            assert found is not None
            assert compose(found) == compose([ask])
