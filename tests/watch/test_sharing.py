"""Watches of several hosts on one real server: each polls its part, all know everything, one takes over."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hisconsole.config.server import load_server
from hisconsole.paths import Server
from hisconsole.plan.health import TargetHealth, begin
from hisconsole.store.readings import Holder, Measured, ask_poll
from hisconsole.store.readings_reader import Reader
from hisconsole.watch.loop import Watch
from hisconsole.watch.sharing import Sharing
from hisconsole.watch.timing import Timing
from tests.postgres import MADE, Postgres
from tests.postgres_pair import Pair
from tests.watch.fakes import Script, entries, lay_site, until
from tests.watch.lone import LEASE_S as LONE_LEASE_S

LEASE_S = 1.0
EVERY_S = 5
QUICK = Timing(
    lease_s=LEASE_S,
    standby_s=0.05,
    commit_s=0.05,
    reload_s=0.05,
    report_s=0.1,
    beat_s=0.1,
    correlate_s=3600,
    due_s=3600,
)
TARGETS = [f"his-{number}" for number in range(7)]


@pytest.fixture
def config(tmp_path: Path, on_postgres: Callable[[bool], Server]) -> Path:
    server = on_postgres(True)
    folder = lay_site(tmp_path / "config", entries(*TARGETS, every=EVERY_S))
    (host, port) = server.hosts[0]
    with (folder / "site.yaml").open("a") as site:
        site.write(f"database: postgresql+psycopg://{server.user}@{host}:{port}/{server.name}\n")
    return folder


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Host:
    """A watch with a data folder of its own, in a task that can be killed."""

    script: Script
    data: Path
    reader: Reader
    stop: asyncio.Event
    task: asyncio.Task[None]

    def polled(self) -> set[str]:
        return {target for target, _probe, _brief, _at in self.script.asked}

    def known(self) -> set[str]:
        healths = self.reader.latest().healths
        return {target for target in TARGETS if target in healths and healths[target].checked_at}


Open = Callable[[str], Host]


@pytest.fixture
def host(config: Path, tmp_path: Path) -> Iterator[Open]:
    readers: list[Reader] = []

    def begin(name: str) -> Host:
        data = tmp_path / name
        data.mkdir(mode=0o700)
        script, stop = Script(), asyncio.Event()
        watch = Watch(config=config, data=data, make_pollers=lambda _memories: script, now=_now, timing=QUICK)
        readers.append(Reader(data))
        return Host(script, data, readers[-1], stop, asyncio.create_task(watch.run(stop)))

    yield begin
    for reader in readers:
        reader.close()


async def _end(*hosts: Host) -> None:
    for each in hosts:
        each.stop.set()
    async with asyncio.timeout(5):
        await asyncio.gather(*(each.task for each in hosts))


async def test_two_watches_share_the_targets_and_both_know_all(host: Open) -> None:
    a, b = host("a"), host("b")
    await until(lambda: a.known() == b.known() == set(TARGETS))
    await until(lambda: a.polled() and b.polled())
    a.script.asked.clear()
    b.script.asked.clear()
    await until(lambda: a.polled() | b.polled() == set(TARGETS), EVERY_S * 2)
    assert a.polled() & b.polled() == set()
    assert {len(a.polled()), len(b.polled())} == {3, 4}
    assert {each.sample.key for each in a.reader.readings(next(iter(b.polled())))} == {"up"}
    await _end(a, b)


async def test_poll_now_reaches_the_host_that_polls_the_target(host: Open) -> None:
    a, b = host("a"), host("b")
    await until(lambda: a.known() == b.known() == set(TARGETS) and bool(a.polled()) and bool(b.polled()))
    await asyncio.sleep(0.3)
    a.script.asked.clear()
    b.script.asked.clear()
    ask_poll(a.data, TARGETS, now=_now())
    await until(lambda: a.polled() | b.polled() == set(TARGETS), 2.0)
    assert a.polled() & b.polled() == set()
    await _end(a, b)


@pytest.mark.slow
async def test_the_targets_of_one_that_ends_are_polled_by_the_other(host: Open) -> None:
    a, b = host("a"), host("b")
    await until(lambda: a.known() == b.known() == set(TARGETS) and bool(a.polled()) and bool(b.polled()))
    await _end(a)
    b.script.asked.clear()
    await until(lambda: b.polled() == set(TARGETS), LEASE_S + 2 * EVERY_S)
    await _end(b)


async def test_without_the_server_each_polls_everything(host: Open, config: Path) -> None:
    site = config / "site.yaml"
    site.write_text(site.read_text().rpartition("@")[0] + "@127.0.0.1:1/gone\n")
    a, b = host("a"), host("b")
    await until(lambda: a.polled() == b.polled() == set(TARGETS))
    await _end(a, b)


async def test_a_database_made_anew_and_filled_again_is_shared_without_a_new_start(
    config: Path, tmp_path: Path, postgres: Postgres
) -> None:
    server = load_server(config, tmp_path)
    assert server is not None
    faults: list[Exception] = []

    def broken(fault: Exception) -> str:
        faults.append(fault)
        return ""

    sharing = Sharing(
        server, tmp_path, holder=Holder("a", 1, 1, "here", "host-a"), lease_s=60, now=_now, broken=broken
    )
    led: list[bool] = []

    async def beat() -> None:
        await sharing.beat(TARGETS, cut_off=False)
        led.append(sharing.leads)

    await beat()
    postgres.drop(server)
    await beat()
    postgres.execute(f"CREATE DATABASE {server.name} TEMPLATE {MADE} STRATEGY file_copy")
    await beat()
    assert sharing.mine is not None
    assert set(TARGETS) <= sharing.mine
    assert len(faults) == 1
    postgres.execute("DROP SCHEMA readings CASCADE", database=server.name)
    await beat()
    await beat()
    assert led == [True, False, True, False, True]
    await sharing.close()


async def test_one_that_had_stopped_keeps_no_record_and_tells_nothing_of_what_others_poll(
    config: Path, tmp_path: Path
) -> None:
    server = load_server(config, tmp_path)
    assert server is not None
    a, b = _of(server, tmp_path, "a", lease_s=LEASE_S), _of(server, tmp_path, "b", lease_s=60)
    await a.beat(TARGETS, cut_off=False)
    a.add(*_round(TARGETS[0]))
    await a.beat(TARGETS, cut_off=False)
    led = [a.leads]
    await asyncio.sleep(LEASE_S + 0.1)  # as one does that is frozen
    assert [*led, a.leads] == [True, False]
    (heard,) = (await b.beat(TARGETS, cut_off=False)).told
    assert heard.measured.target == TARGETS[0]
    assert b.leads
    a.add(*_round(TARGETS[0]))  # was under way when it stopped, and is dated now
    await a.beat(TARGETS, cut_off=False)
    assert (await b.beat(TARGETS, cut_off=False)).told == ()
    await a.close()
    await b.close()


async def test_one_that_is_cut_off_keeps_the_record_until_another_is_there(
    config: Path, tmp_path: Path
) -> None:
    server = load_server(config, tmp_path)
    assert server is not None
    a, b = (_of(server, tmp_path, name, lease_s=60) for name in "ab")
    await a.beat(TARGETS, cut_off=False)
    await a.beat(TARGETS, cut_off=True)
    assert (a.leads, a.mine) == (True, None)
    await b.beat(TARGETS, cut_off=False)
    await a.beat(TARGETS, cut_off=True)
    assert (a.leads, b.leads) == (False, True)
    await b.close()
    await a.beat(TARGETS, cut_off=True)
    assert a.leads
    await a.close()


def _of(server: Server, data: Path, name: str, *, lease_s: float) -> Sharing:
    """The part of the watch of a host of that name."""
    holder = Holder(name, 1, 1, "here", f"host-{name}")
    return Sharing(server, data, holder=holder, lease_s=lease_s, now=_now, broken=str)


def _round(target: str) -> tuple[TargetHealth, Measured]:
    return begin(target, ["net"], now=_now()), Measured(target, "net", 1, _now(), ())


@pytest.mark.slow
async def test_a_watch_goes_over_to_the_promoted_standby(tmp_path: Path, pair: Pair) -> None:
    sharing = _of(pair.server(MADE), tmp_path, "a", lease_s=1)

    async def leads() -> bool:
        await sharing.beat(TARGETS, cut_off=False)
        return sharing.leads

    assert await leads()
    pair.caught_up()
    pair.primary.kill()
    assert not await leads()
    pair.standby.promote()
    end = time.monotonic() + 10
    while not await leads():
        assert time.monotonic() < end
        await asyncio.sleep(0.1)
    pair.primary.start()
    assert await leads()
    assert pair.standby.execute("SELECT max(host) FROM readings.watch", database=MADE) == [("host-a",)]
    await sharing.close()


@contextmanager
def _lone(config: Path, data: Path) -> Iterator[subprocess.Popen[bytes]]:
    data.mkdir(mode=0o700)
    watch = subprocess.Popen(
        [sys.executable, "-m", "tests.watch.lone", str(config), str(data)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    with watch:
        assert watch.stdout is not None
        os.set_blocking(watch.stdout.fileno(), False)
        try:
            yield watch
        finally:
            watch.kill()


def _said(watch: subprocess.Popen[bytes]) -> list[str]:
    assert watch.stdout is not None
    return (watch.stdout.read() or b"").decode().split()


@pytest.mark.slow
async def test_the_targets_of_one_that_is_killed_are_taken_over_and_polled_by_both_for_one_lease_at_most(
    config: Path, tmp_path: Path
) -> None:
    with _lone(config, tmp_path / "a") as a, _lone(config, tmp_path / "b") as b:
        seen: dict[str, set[str]] = {"a": set(), "b": set()}

        def shared() -> bool:
            """For a whole interval each has polled, and no target was polled by both."""
            return bool(seen["a"]) and bool(seen["b"]) and not seen["a"] & seen["b"]

        end = time.monotonic() + 30
        while not shared():
            assert time.monotonic() < end
            _said(a), _said(b)
            await asyncio.sleep(EVERY_S * 1.2)
            seen = {"a": set(_said(a)), "b": set(_said(b))}
        assert seen["a"] | seen["b"] == set(TARGETS)
        a.kill()
        killed = time.monotonic()
        a.wait()
        found: dict[str, float] = {}
        while set(found) < seen["a"]:
            for target in _said(b):
                found.setdefault(target, time.monotonic() - killed)
            assert time.monotonic() - killed < 2 * EVERY_S, (seen, found)
            await asyncio.sleep(0.02)


@pytest.mark.slow
async def test_one_that_was_frozen_polls_what_it_has_lost_for_one_lease_at_most(
    config: Path, tmp_path: Path
) -> None:
    with _lone(config, tmp_path / "a") as a, _lone(config, tmp_path / "b") as b:
        await until(lambda: set(_said(a)) and set(_said(b)), 30)
        await asyncio.sleep(EVERY_S)
        os.kill(a.pid, signal.SIGSTOP)
        _said(a), _said(b)
        taken: set[str] = set()
        end = time.monotonic() + LONE_LEASE_S + 2 * EVERY_S
        while taken != set(TARGETS):
            taken |= set(_said(b))
            assert time.monotonic() < end, taken
            await asyncio.sleep(0.05)
        os.kill(a.pid, signal.SIGCONT)
        await asyncio.sleep(LONE_LEASE_S)
        _said(a), _said(b)
        await asyncio.sleep(EVERY_S * 1.2)
        ours, theirs = set(_said(a)), set(_said(b))
        assert not ours & theirs
        assert ours | theirs == set(TARGETS)
