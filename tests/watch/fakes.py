"""Targets in code, and pollers that do what a test says: answer, hang, break, or return rubbish."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from hisconsole.config import FILES
from hisconsole.paths import shipped
from hisconsole.plan.profiles import Probe, Profile, Recognise
from hisconsole.plan.reading import Round, Sample
from hisconsole.plan.targets import Engine, Infrastructure, Kind, Target

Behaviour = Callable[[Target, Probe, bool], Awaitable[Any]]


def a_target(
    id_: str, *, cadence_s: float = 30, parents: tuple[str, ...] = (), profiles: str = "tcp"
) -> Target:
    """A target on loopback; a fraction of a second as cadence keeps tests short."""
    return Target(
        id=id_,
        name=id_,
        kind=Kind.SWITCH,
        address="127.0.0.1",
        port=161,
        building="",
        room="",
        parents=parents,
        services=(),
        credential="",
        login="",
        login_port=22,
        profiles=tuple(profiles.split()),
        cadence_s=cadence_s,  # type: ignore[arg-type]
        thresholds=(),
        links=(),
        settings=MappingProxyType({}),
        engine=Engine.GUFO,
        jump="",
        find=(),
    )


def _profile(id_: str, probe: Probe) -> Profile:
    return Profile(id_, id_, probe, "server", Recognise((), (), ()), (), (), ())


PROFILES = {
    "tcp": _profile("tcp", Probe.NET),
    "snmp": _profile("snmp", Probe.SNMP),
    "linux": _profile("linux", Probe.SSH),
}


def infrastructure(*targets: Target, version: str = "1") -> Infrastructure:
    return Infrastructure(targets, MappingProxyType({}), MappingProxyType(PROFILES), version)


def good(target: str, probe: str, *samples: Sample, at: datetime | None = None) -> Round:
    at = at or datetime.now(UTC)
    return Round(target, probe, at, at, samples or (a_sample("up", 1.0),))


def lost(target: str, probe: str, fault: str = "silent", at: datetime | None = None) -> Round:
    at = at or datetime.now(UTC)
    return Round(target, probe, at, at, (), "no answer: down, filtered, or wrong community", fault)


def a_sample(key: str, value: float | str | None, unit: str = "") -> Sample:
    return Sample(key, key, value, unit, "fake")


async def answers(target: Target, probe: Probe, brief: bool) -> Round:
    return good(target.id, probe.value)


async def silent(target: Target, probe: Probe, brief: bool) -> Round:
    await asyncio.sleep(0.01)
    return lost(target.id, probe.value)


async def hangs(target: Target, probe: Probe, brief: bool) -> Round:
    await asyncio.Event().wait()
    raise AssertionError


async def clings(target: Target, probe: Probe, brief: bool) -> Round:
    """Will not be cancelled for a long time."""
    until = asyncio.get_running_loop().time() + 20
    while asyncio.get_running_loop().time() < until:
        try:
            await asyncio.sleep(1)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling() > 1:
                raise
    return good(target.id, probe.value)


async def breaks(target: Target, probe: Probe, brief: bool) -> Round:
    raise RuntimeError("a bug in a probe")


async def rubbish(target: Target, probe: Probe, brief: bool) -> object:
    return "\x1b[2J"


async def bad_samples(target: Target, probe: Probe, brief: bool) -> Round:
    now = datetime.now(UTC)
    return Round(target.id, probe.value, now, now, ("\x1b[2J",))  # type: ignore[arg-type]


async def someone_else(target: Target, probe: Probe, brief: bool) -> Round:
    return good("other", probe.value)


@dataclass
class Script:
    """Pollers that behave by target, else answer; `most` is how many rounds of one slot ran at once."""

    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    pings: dict[str, bool | None] = field(default_factory=dict)
    asked: list[tuple[str, str, bool, float]] = field(default_factory=list)
    most: int = 0
    closed: bool = False
    held: dict[str, dict[str, int]] = field(default_factory=dict)
    _running: Counter[tuple[str, str]] = field(default_factory=Counter)

    def arrange(self, infrastructure: Infrastructure) -> str:
        return ""

    async def __call__(self, target: Target, probe: Probe, brief: bool, /) -> Any:
        slot = (target.id, probe.value)
        self.asked.append((*slot, brief, asyncio.get_running_loop().time()))
        self._running[slot] += 1
        self.most = max(self.most, self._running[slot])
        try:
            return await self.behaviours.get(target.id, answers)(target, probe, brief)
        finally:
            self._running[slot] -= 1

    async def ping(self, address: str) -> bool | None:
        return self.pings.get(address)

    def memories(self) -> Mapping[str, Mapping[str, int]]:
        return self.held

    async def close(self) -> None:
        self.closed = True

    def times(self, target: str) -> list[float]:
        return [at for id_, _probe, _brief, at in self.asked if id_ == target]

    def briefs(self, target: str) -> list[bool]:
        return [brief for id_, _probe, brief, _at in self.asked if id_ == target]


async def until(true: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait for something that another task, thread or process brings about."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - what is waited for sets no event
            await asyncio.sleep(0.01)


def lay_site(folder: Path, targets: str, *, traps: int = 0) -> Path:
    """The sample hospital with these targets; it listens for traps only at a port of the test's own."""
    folder.mkdir(exist_ok=True)
    for name in FILES:
        (folder / name).write_bytes((shipped("config") / name).read_bytes())
    hear_at(folder, traps)
    (folder / "targets.yaml").write_text(targets, encoding="utf-8")
    return folder


def hear_at(folder: Path, port: int) -> None:
    """Have the watch of these files listen for traps there; 0 is nowhere."""
    path = folder / "site.yaml"
    text = path.read_text("utf-8").partition("\ntraps:")[0] + "\n"
    path.write_text(text + (f"traps:\n  address: 127.0.0.1\n  port: {port}\n" if port else ""), "utf-8")


def entries(*ids: str, every: int = 5) -> str:
    return "\n".join(
        f"{id_}:\n  name: {id_}\n  kind: service\n  address: 127.0.0.1\n  profiles: tcp\n"
        f"  settings:\n    tcp.port: 9\n  every: {every}\n"
        for id_ in ids
    )
