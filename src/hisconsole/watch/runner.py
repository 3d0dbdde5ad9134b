"""The rounds under way: started by the schedule, cut at their deadline, counted, and never two of a slot.

Nothing that one target does reaches another: a round that hangs is cut, one that breaks is a reading
without a value and a line in the log, and one that will not even be cut blocks its own slot only.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime
from math import inf
from typing import Protocol

from hisconsole.plan.health import TargetHealth
from hisconsole.plan.profiles import Probe
from hisconsole.plan.reading import Round
from hisconsole.plan.targets import Target
from hisconsole.plan.watching import BUDGET, Slot
from hisconsole.store.readings import Measured
from hisconsole.text import _
from hisconsole.values import dataclass
from hisconsole.watch.keeper import Keeper
from hisconsole.watch.own_path import Own
from hisconsole.watch.schedule import Schedule
from hisconsole.watch.state import STARTING_RETRY_S, UNTRIED, State

SWEEP_S = 0.25
GRACE_S = 2.0
"""How long a round that was cut may take to end."""
FREED_S = 60.0
"""Children of a parent that is back are asked within a random part of this."""
REMEMBERED = 2000
"""Ends of rounds kept, for the report on ourselves."""


class Poller(Protocol):
    """Takes one round; the third argument says that the target was silent: ask little until it answers."""

    async def __call__(self, target: Target, probe: Probe, brief: bool, /) -> Round:
        """Poll a target once; failures are in the round."""


@dataclass(slots=True)
class _Flight:
    """A round under way; `deadline` is on the loop's clock."""

    began: datetime
    began_s: float
    deadline: float
    task: asyncio.Task[None] | None = None
    cut: bool = False
    counted: bool = False


@dataclass(frozen=True, slots=True)
class End:
    """A round that is over: when on the loop's clock, how long it took, and whether it was cut."""

    slot: Slot
    at_s: float
    took_s: float
    cut: bool


class Runner:
    """Runs the rounds of a watch on one loop; `broken` logs a bug and returns its name."""

    def __init__(
        self,
        *,
        schedule: Schedule,
        state: State,
        own: Own,
        keeper: Keeper,
        poll: Poller,
        now: Callable[[], datetime],
        broken: Callable[[Exception], str],
        told: Callable[[TargetHealth, Measured], None] = lambda _health, _measured: None,
    ) -> None:
        self._told = told
        self._schedule, self._state, self._own, self._keeper = schedule, state, own, keeper
        self._poll, self._now, self._broken = poll, now, broken
        self._flights: dict[Slot, _Flight] = {}
        self._wake = asyncio.Event()
        self.ends: deque[End] = deque(maxlen=REMEMBERED)

    async def run(self) -> None:
        """Start and cut rounds until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            self._sweep(loop.time())
            for slot in self._schedule.start(loop.time()):
                self._launch(slot, loop.time())
            wait = max(0.0, min(SWEEP_S, self._schedule.next_due - loop.time()))
            if wait:
                try:
                    async with asyncio.timeout(wait):
                        await self._wake.wait()
                except TimeoutError:
                    continue
            else:
                await asyncio.sleep(0)

    def hasten(self, target: str, *, within: float = 0.0, anew: bool = False) -> None:
        """Poll every slot of a target soon; with `anew` once more where a round is under way."""
        now = asyncio.get_running_loop().time()
        health = self._state.healths.get(target)
        for way in health.probes if health else ():
            self._schedule.hasten(Slot(target, way.probe), now=now, within=within, anew=anew)
        self._wake.set()

    async def stop(self, wait_s: float) -> None:
        """Cut every round and wait a little for their ends."""
        tasks = [flight.task for flight in self._flights.values() if flight.task]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=wait_s)

    def _launch(self, slot: Slot, now: float) -> None:
        target = self._state.target(slot.target)
        if target is None or slot in self._flights:
            # A target that left the files and came back finds its old round still under way.
            self._schedule.ended(slot, now=now, in_s=GRACE_S)
            return
        flight = _Flight(self._now(), now, now + BUDGET * target.cadence_s)
        self._flights[slot] = flight
        flight.task = asyncio.create_task(self._fly(slot, target, flight))

    def _sweep(self, now: float) -> None:
        for slot, flight in self._flights.items():
            if now < flight.deadline or flight.task is None:
                continue
            if not flight.cut:
                flight.cut = True
                flight.task.cancel()
            elif not flight.counted and now >= flight.deadline + GRACE_S:
                flight.counted = True
                self._take(_cut(slot, flight, self._now()))

    async def _fly(self, slot: Slot, target: Target, flight: _Flight) -> None:
        due_in_s = inf
        loop = asyncio.get_running_loop()
        try:
            polled = await self._polled(slot, target, flight)
            if not flight.counted:
                flight.counted = True
                flight.deadline = inf
                if self._state.starting(polled, at_s=loop.time()):
                    self._own.silent(slot.target)
                    due_in_s = STARTING_RETRY_S
                else:
                    await self._look(slot, polled)
                    due_in_s = self._take(polled)
        except Exception as error:  # noqa: BLE001 - what a probe returns may be no readings at all
            due_in_s = self._take(self._failed(slot, flight, error))
        finally:
            self._flights.pop(slot, None)
            now = loop.time()
            self.ends.append(End(slot, now, now - flight.began_s, flight.cut))
            self._schedule.ended(slot, now=now, in_s=due_in_s)
            self._wake.set()

    async def _polled(self, slot: Slot, target: Target, flight: _Flight) -> Round:
        """The round, whatever happens in it."""
        brief = self._state.silent(slot)
        try:
            polled = await self._poll(target, Probe(slot.probe), brief)
            if (polled.target, polled.probe) != (slot.target, slot.probe):
                raise ValueError(f"asked for {slot}, came {polled.target} {polled.probe}")
            return polled
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not flight.cut or task is None or task.uncancel():
                raise
            return _cut(slot, flight, self._now())
        except Exception as error:  # noqa: BLE001 - every failure of a probe is a value
            return self._failed(slot, flight, error)

    def _failed(self, slot: Slot, flight: _Flight, error: Exception) -> Round:
        sentence = _("a fault of this program (error {id}), not of the target")
        sentence = sentence.format(id=self._broken(error))
        return Round(slot.target, slot.probe, flight.began, self._now(), (), sentence, "local")

    async def _look(self, slot: Slot, polled: Round) -> None:
        """Before new silence counts, see whether we can hear anybody at all."""
        if polled.remembered:
            return
        if polled.fault not in UNTRIED:
            if not polled.fault:
                self._own.answered(slot.target)
            return
        self._own.silent(slot.target)
        if slot.target in self._state.healths and not self._state.known_down(slot, now=self._now()):
            await self._own.look()

    def _take(self, polled: Round) -> float:
        """Count a round and have it written; returns when its slot is due again."""
        loop = asyncio.get_running_loop()
        trusted = self._own.path.trusted
        taken = self._state.take(polled, now=self._now(), at_s=loop.time(), trusted=trusted)
        if taken is None:
            return inf
        ways = len(taken.health.probes)
        measured = Measured(polled.target, polled.probe, ways, polled.finished, taken.readings)
        self._keeper.add(taken.health, [measured], taken.changes)
        self._told(taken.health, measured)
        for parent in taken.doubted:
            self.hasten(parent)
        for child in taken.freed:
            target = self._state.target(child)
            self.hasten(child, within=min(FREED_S, target.cadence_s) if target else FREED_S)
        return taken.due_in_s


def _cut(slot: Slot, flight: _Flight, now: datetime) -> Round:
    seconds = flight.deadline - flight.began_s
    sentence = _("no end within {seconds:.0f} s, so the round was cut").format(seconds=seconds)
    return Round(slot.target, slot.probe, flight.began, now, (), sentence, "timeout")
