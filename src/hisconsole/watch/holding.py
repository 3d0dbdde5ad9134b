"""The time for which a process holds the lease: it polls, writes, and takes up changed files.

It meets consoles in the store only. Whatever it cannot do, it says in its own readings.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from random import Random
from typing import Protocol

from hisconsole.config.load import load_site
from hisconsole.config.targets import Signature, load_targets, targets_signature
from hisconsole.errors import ConfigFault, StoreFault
from hisconsole.plan.health import TargetHealth
from hisconsole.plan.profiles import Probe
from hisconsole.plan.reach import OwnCheck, OwnPath
from hisconsole.plan.reading import Judged, Round
from hisconsole.plan.targets import Infrastructure, Target
from hisconsole.plan.watching import SELF, Slot, slots
from hisconsole.probes.snmp.traps import Trap
from hisconsole.store.readings import Holder, Lost, Measured, Remade
from hisconsole.text import printable
from hisconsole.values import dataclass
from hisconsole.watch.ears import Ears
from hisconsole.watch.keeper import Keeper
from hisconsole.watch.own_path import WAIT_S, Own, System
from hisconsole.watch.report import Reporter, Troubles
from hisconsole.watch.runner import Runner
from hisconsole.watch.schedule import FIRST_A_SECOND, Schedule
from hisconsole.watch.sharing import Sharing
from hisconsole.watch.state import State, Suspicion
from hisconsole.watch.timing import Timing


class Pollers(Protocol):
    """What polls the targets; `pollers.Pollers` is the real one."""

    def arrange(self, infrastructure: Infrastructure) -> str:
        """Take up these targets; returns a sentence when there is not room for all."""

    async def __call__(self, target: Target, probe: Probe, brief: bool, /) -> Round:
        """Poll a target once."""

    async def ping(self, address: str) -> bool | None:
        """Whether an address answers; None where it cannot be tried."""

    def memories(self) -> Mapping[str, Mapping[str, int]]:
        """What devices were found to bear."""

    async def close(self) -> None:
        """End every connection."""


MakePollers = Callable[[Mapping[str, Mapping[str, object]]], Pollers]


@dataclass(frozen=True, slots=True)
class Known:
    """What the watch knows at one moment; `readings` are those of a target as last judged."""

    infrastructure: Infrastructure
    healths: Mapping[str, TargetHealth]
    path: OwnPath
    readings: Callable[[str], tuple[Judged, ...]]


class Holding:
    """One time of holding the lease; `run` it once. `broken` logs a bug and returns its name.

    Secrets lie in `data`.
    """

    def __init__(
        self,
        *,
        config: Path,
        data: Path,
        keeper: Keeper,
        holder: Holder,
        make_pollers: MakePollers,
        broken: Callable[[Exception], str],
        now: Callable[[], datetime],
        timing: Timing,
        sharing: Sharing | None = None,
    ) -> None:
        self._sharing = sharing
        self._polled: frozenset[str] | None = frozenset() if sharing else None
        self._trials: set[asyncio.Task[None]] = set()
        self._config, self._data, self._keeper, self._holder = config, data, keeper, holder
        self._make_pollers, self._broken = make_pollers, broken
        self._now, self._timing = now, timing
        self._state = State(timing.policy)
        self._schedule = Schedule(limits=timing.at_once, uniform=Random().uniform)  # noqa: S311 - spreads load, hides nothing
        self._signature: Signature | None = None
        self._troubles = Troubles()
        self._path = OwnPath()
        self._zone: tzinfo = UTC

    def say_of_backups(self, sentence: str) -> None:
        """What is wrong with the backups of the record; empty when nothing is."""
        self._troubles.backups = sentence

    def known(self) -> Known | None:
        """What is known now, for whoever looks on from another thread; None before the first files."""
        infrastructure = self._state.infrastructure
        if infrastructure is None:
            return None
        return Known(
            infrastructure=infrastructure,
            healths=dict(self._state.healths),
            path=self._own.path,
            readings=self._state.readings_of,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Poll and write until `stop` is set. Raises Lost when another process has the lease."""
        kept = await self._keeper.load()
        self._state.remember(kept.healths, kept.readings)
        self._pollers = self._make_pollers(kept.devices)
        system = System(ping=self._pollers.ping)
        self._own = Own(
            system=lambda: self._system_checks(system),
            vantages=lambda: self._state.vantages(now=self._now()),
            ask=self._ask,
            now=self._now,
        )
        self._runner = Runner(
            schedule=self._schedule,
            state=self._state,
            own=self._own,
            keeper=self._keeper,
            poll=self._pollers,
            now=self._now,
            broken=self._broken,
            told=self._sharing.add if self._sharing else _nobody_told,
        )
        self._ears = Ears(
            config=self._config,
            data=self._data,
            note=self._suspect,
            look=lambda target: self._hasten(target, anew=True),
        )
        self._reporter = Reporter(schedule=self._schedule, runner=self._runner, now=self._now)
        tasks = [
            asyncio.create_task(self._runner.run()),
            asyncio.create_task(self._reporter.measure_lag()),
            asyncio.create_task(self._every(self._timing.reload_s, self._reload)),
            asyncio.create_task(self._every(self._timing.reload_s, self._ears.follow)),
            asyncio.create_task(self._every(self._timing.report_s, self._report)),
        ]
        if self._sharing is not None:
            tasks.append(asyncio.create_task(self._every(self._timing.beat_s, self._share)))
        try:
            while not stop.is_set():
                await self._commit()
                await pause(stop, self._timing.commit_s)
        finally:
            await self._end(tasks)

    async def _end(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        """Cut what runs, write what was measured, give the lease back."""
        self._ears.close()
        for task in (*tasks, *self._trials):
            task.cancel()
        with suppress(TimeoutError, StoreFault):
            async with asyncio.timeout(self._timing.end_s):
                await self._runner.stop(self._timing.end_s / 3)
                await self._keeper.commit(self._holder)
                await self._keeper.release(self._holder)
        with suppress(TimeoutError):
            async with asyncio.timeout(self._timing.end_s / 3):
                if self._sharing is not None:
                    await self._sharing.close()
                await self._pollers.close()

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        """Do something now and then; a bug in it is logged and does not end the watch."""
        while True:
            try:
                await work()
            except Exception as error:  # noqa: BLE001 - as said above
                self._broken(error)
            await asyncio.sleep(seconds)

    async def _commit(self) -> None:
        if self._own.path != self._path:
            await self._take_up_path(self._own.path)
        try:
            asked = await self._keeper.commit(self._holder)
        except Remade as fault:
            self._broken(fault)
            if not await self._keeper.take(self._holder):
                raise Lost(str(fault)) from fault
            self._write_all()
            return
        for target in asked:
            self._hasten(target)
        if self._own.path.strikes:
            # Not waited for: the lease must be kept however long a look takes.
            self._looking = asyncio.create_task(self._own.look())

    async def _take_up_path(self, path: OwnPath) -> None:
        """Our own path is in doubt, cut, or good again; then everybody is asked soon."""
        freed = self._path.strikes > 0 and path.trusted
        self._path = path
        self._keeper.note(path=path)
        await self._report()
        if freed:
            within = max(5.0, len(self._state.healths) / FIRST_A_SECOND)
            for target in self._state.healths:
                self._runner.hasten(target, within=within)

    def _suspect(self, target: str, trap: Trap) -> None:
        """Keep what a trap says, by the hospital's clock."""
        now = self._now()
        words = f"{trap.words}, {now.astimezone(self._zone):%m-%d %H:%M:%S}"
        self._state.suspect(target, Suspicion(words, now, firm=trap.of_device))

    def _hasten(self, target: str, *, anew: bool = False) -> None:
        """Have a target polled at once, by whoever polls it."""
        if self._sharing is None or self._sharing.polls(target):
            self._runner.hasten(target, anew=anew)
        else:
            self._sharing.ask(target)

    def _ask(self, target: str) -> None:
        """Ask a target about our own path: one that another host polls is tried by the way."""
        if self._sharing is None or self._sharing.polls(target):
            self._runner.hasten(target)
        else:
            trial = asyncio.create_task(self._try(target))
            self._trials.add(trial)
            trial.add_done_callback(self._trials.discard)

    async def _try(self, target: str) -> None:
        found, health = self._state.target(target), self._state.healths.get(target)
        if found is None or health is None or not health.probes:
            return
        try:
            async with asyncio.timeout(WAIT_S):
                polled = await self._pollers(found, Probe(health.probes[0].probe), True)
        except TimeoutError:
            self._own.silent(target)
        except Exception as error:  # noqa: BLE001 - every failure of a probe is silence here
            self._broken(error)
            self._own.silent(target)
        else:
            (self._own.silent if polled.fault else self._own.answered)(target)

    async def _share(self) -> None:
        """Keep our part of the targets, and take up what other hosts have found of theirs."""
        infrastructure = self._state.infrastructure
        if self._sharing is None or infrastructure is None:
            return
        targets = [target.id for target in infrastructure.targets]
        heard = await self._sharing.beat(targets, cut_off=self._own.path.isolated)
        for told in heard.told:
            self._adopt(told.health, told.measured)
        if self._sharing.mine != self._polled:
            self._polled = self._sharing.mine
            self._arrange(infrastructure)
        for target in heard.asked:
            self._runner.hasten(target)

    def _adopt(self, health: TargetHealth, measured: Measured) -> None:
        """Take up a round of another host, its moments by our own clock."""
        ago_s = max(0.0, (self._now() - measured.at).total_seconds())
        newest = max((judged.at_s for judged in measured.readings), default=0.0)
        shift_s = asyncio.get_running_loop().time() - ago_s - newest
        readings = tuple(replace(each, at_s=each.at_s + shift_s) for each in measured.readings)
        slot = Slot(measured.target, measured.probe)
        taken = self._state.adopt(health, slot, readings, at=measured.at, now=self._now())
        if taken is not None:
            self._keeper.add(taken[0], [replace(measured, readings=readings)], taken[1])

    def _arrange(self, infrastructure: Infrastructure) -> None:
        """Poll what is ours to poll."""
        every, mine = slots(infrastructure), self._polled
        ours = every if mine is None else {slot: s for slot, s in every.items() if slot.target in mine}
        self._schedule.arrange(ours, now=asyncio.get_running_loop().time())

    def leads(self) -> bool:
        """Whether the record is ours to keep in step: of several watches one does."""
        return self._sharing is None or self._sharing.leads

    async def _system_checks(self, system: System) -> Sequence[OwnCheck]:
        """The checks of this machine; they say nothing about targets that are this machine itself."""
        infrastructure = self._state.infrastructure
        targets = infrastructure.targets if infrastructure else ()
        if all(ipaddress.ip_address(target.address).is_loopback for target in targets):
            return ()
        return await system.look()

    def _write_all(self) -> None:
        self._keeper.note(path=self._own.path, devices=self._pollers.memories())
        for health in self._state.healths.values():
            measured = [
                Measured(
                    health.target,
                    way.probe,
                    len(health.probes),
                    way.checked_at,
                    self._state.readings(Slot(health.target, way.probe)),
                )
                for way in health.probes
                if way.checked_at
            ]
            self._keeper.add(health, measured, ())

    async def _reload(self) -> None:
        """Take up changed files; a fault in them keeps the last good ones, and is told."""
        signature = await asyncio.to_thread(targets_signature, self._config)
        if signature == self._signature:
            return
        try:
            infrastructure, self._zone = await asyncio.to_thread(_load, self._config)
        except ConfigFault as fault:
            self._signature = signature
            more = f" (+{len(fault.findings) - 1})" if len(fault.findings) > 1 else ""
            self._troubles.files = printable(f"{fault.findings[0]}{more}")
            return
        self._signature = signature
        self._troubles.files = ""
        self._state.arrange(infrastructure, now=self._now())
        self._ears.arrange(infrastructure)
        self._troubles.room = self._pollers.arrange(infrastructure)
        self._arrange(infrastructure)
        self._keeper.note(present=frozenset([*self._state.healths, SELF]))
        for health in self._state.healths.values():
            self._keeper.add(health, (), ())

    async def _report(self) -> None:
        """Report on ourselves, as a round like any other."""
        if self._signature is None:
            return
        memories = self._pollers.memories()
        self._keeper.note(devices=memories)
        self._troubles.store = self._keeper.trouble or self._keeper.made
        self._troubles.path = self._own.path.words
        watched = self._state.infrastructure
        targets = len(watched.targets) if watched else 0
        self._keeper.add(
            *self._reporter.report(
                self._troubles,
                targets=targets,
                commit_s=self._keeper.took_s,
                traps=self._ears.samples(memories),
            )
        )


def _nobody_told(_health: TargetHealth, _measured: Measured) -> None:
    """Nobody else watches: nobody is told."""


def _load(config: Path) -> tuple[Infrastructure, tzinfo]:
    """What is watched, and the hospital's clock."""
    sample = False
    zone: tzinfo = UTC
    # A fault in the roster must not leave the network unwatched.
    with suppress(ConfigFault):
        site = load_site(config)
        sample, zone = site.sample, site.zone
    return load_targets(config, sample=sample), zone


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait so long, or until `stop` is set."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
