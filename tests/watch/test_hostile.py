"""Targets that hang, break and lie: all others are polled on time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from random import Random

import pytest

from hisconsole.plan.health import Change, Policy, Status, TargetHealth
from hisconsole.plan.targets import Target
from hisconsole.plan.watching import slots
from hisconsole.store.readings import Measured
from hisconsole.watch import own_path, runner
from hisconsole.watch.own_path import Own
from hisconsole.watch.runner import Runner
from hisconsole.watch.schedule import Schedule
from hisconsole.watch.state import State
from tests.watch import fakes
from tests.watch.fakes import Behaviour, Script, a_target, infrastructure, until


class Kept:
    """Takes what would be written."""

    def __init__(self) -> None:
        self.healths: dict[str, TargetHealth] = {}
        self.changes: list[Change] = []

    def add(self, health: TargetHealth, measured: Iterable[Measured], changes: Iterable[Change]) -> None:
        self.healths[health.target] = health
        self.changes += changes


@dataclass
class Running:
    runner: Runner
    schedule: Schedule
    kept: Kept
    own: Own
    broken: list[Exception]


@asynccontextmanager
async def running(*targets: Target, script: Script, room: int = 50) -> AsyncIterator[Running]:
    """Targets under watch, with short times."""
    state, kept, broken = State(Policy(retry_s=0.05)), Kept(), []
    watched = infrastructure(*targets)
    state.arrange(watched, now=datetime.now(UTC))
    schedule = Schedule(limits={"snmp": room, "ssh": room, "net": room}, uniform=Random(1).uniform)
    schedule.arrange(slots(watched), now=asyncio.get_running_loop().time())

    async def nothing() -> tuple[()]:
        return ()

    def ask(target: str) -> None:
        found.runner.hasten(target)

    own = Own(
        system=nothing,
        vantages=lambda: state.vantages(now=datetime.now(UTC)),
        ask=ask,
        now=lambda: datetime.now(UTC),
    )

    def note(error: Exception) -> str:
        broken.append(error)
        return "cafe0001"

    found = Running(
        Runner(
            schedule=schedule,
            state=state,
            own=own,
            keeper=kept,  # type: ignore[arg-type]
            poll=script,
            now=lambda: datetime.now(UTC),
            broken=note,
        ),
        schedule,
        kept,
        own,
        broken,
    )
    task = asyncio.create_task(found.runner.run())
    try:
        yield found
    finally:
        task.cancel()
        await found.runner.stop(0.2)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "SWEEP_S", 0.02)
    monkeypatch.setattr(runner, "GRACE_S", 0.1)
    monkeypatch.setattr(own_path, "WAIT_S", 0.2)


CUT, BUG = "so the round was cut", "fault of this program"

HOSTILE: dict[str, tuple[Behaviour, Status, str]] = {
    "hangs": (fakes.hangs, Status.DOWN, CUT),
    "clings": (fakes.clings, Status.UNKNOWN, CUT),
    "breaks": (fakes.breaks, Status.UNKNOWN, BUG),
    "no-round": (fakes.rubbish, Status.UNKNOWN, BUG),
    "no-samples": (fakes.bad_samples, Status.UNKNOWN, BUG),
    "another": (fakes.someone_else, Status.UNKNOWN, BUG),
    "silent": (fakes.silent, Status.DOWN, "no answer"),
}


async def test_whatever_others_do_a_target_is_polled_on_time() -> None:
    """Five targets of each hostile kind beside twenty that are well."""
    bad = [a_target(f"{kind}-{number}", cadence_s=0.4) for kind in HOSTILE for number in range(5)]
    well = [a_target(f"well-{number}", cadence_s=0.4) for number in range(20)]
    script = Script({target.id: HOSTILE[target.id.rpartition("-")[0]][0] for target in bad})
    async with running(*bad, *well, script=script) as found:
        await asyncio.sleep(2.5)
        kept = dict(found.kept.healths)
    for target in well:
        times = script.times(target.id)
        gaps = [later - earlier for earlier, later in pairwise(times[1:])]
        assert max(gaps) < 0.4 * 1.1 + 0.15, (target.id, gaps)
        assert kept[target.id].status is Status.OK
    assert script.most == 1
    for target in bad:
        _behaviour, status, words = HOSTILE[target.id.rpartition("-")[0]]
        assert kept[target.id].status is status, target.id
        assert words in kept[target.id].worst


async def test_a_round_that_will_not_be_cut_blocks_its_own_slot_only_and_is_told() -> None:
    script = Script({"clings": fakes.clings})
    async with running(
        a_target("clings", cadence_s=0.2), a_target("well", cadence_s=0.2), script=script
    ) as found:
        await until(lambda: "clings" in found.kept.healths)
        assert "cut" in found.kept.healths["clings"].worst
        assert len(script.times("clings")) == 1
        await asyncio.sleep(0.5)
        assert len(script.times("clings")) == 1
        assert len(script.times("well")) > 4


async def test_who_was_silent_is_asked_briefly_until_he_answers() -> None:
    script = Script({"sw-1": fakes.silent})
    watched = [a_target("sw-1", cadence_s=0.3), a_target("well", cadence_s=0.1)]
    async with running(*watched, script=script) as found:
        await until(lambda: found.kept.healths.get("sw-1") and found.kept.healths["sw-1"].hard is Status.DOWN)
        assert script.briefs("sw-1")[:3] == [False, True, True]
        down = len(script.briefs("sw-1"))
        await asyncio.sleep(0.7)
        assert len(script.briefs("sw-1")) - down <= 3, "known down: one small question an interval"
        del script.behaviours["sw-1"]
        await until(lambda: found.kept.healths["sw-1"].hard is Status.OK)
        assert script.briefs("sw-1")[-1] is False
        assert [change.new for change in found.kept.changes if change.target == "sw-1"] == [
            Status.DOWN,
            Status.OK,
        ]


async def test_the_parent_of_a_silent_child_is_asked_at_once() -> None:
    core, edge = a_target("core", cadence_s=60), a_target("edge", cadence_s=60, parents=("core",))
    script = Script()
    async with running(core, edge, script=script) as found:
        await until(lambda: len(found.kept.healths) == 2)
        script.behaviours = {"core": fakes.silent, "edge": fakes.silent}
        before = len(script.times("core"))
        found.runner.hasten("edge")
        await until(lambda: len(script.times("core")) > before, 1.0)


async def test_when_we_are_cut_off_nothing_goes_down_and_afterwards_all_goes_on() -> None:
    watched = [a_target(f"t{number}", cadence_s=0.3) for number in range(10)]
    script = Script()
    own_path.PROOF_S, before = 0.05, own_path.PROOF_S
    try:
        async with running(*watched, script=script) as found:
            await until(lambda: len(found.kept.healths) == 10)
            script.behaviours = {target.id: fakes.silent for target in watched}
            await until(lambda: found.own.path.strikes)
            await asyncio.sleep(1.0)
            assert not [change for change in found.kept.changes if change.new is Status.DOWN]
            assert all(health.hard is Status.OK for health in found.kept.healths.values())
            script.behaviours.clear()
            await until(lambda: found.own.path.trusted)
    finally:
        own_path.PROOF_S = before


async def test_poll_now_does_not_wait_for_the_turn() -> None:
    script = Script()
    async with running(a_target("sw-1", cadence_s=60), script=script) as found:
        await until(lambda: found.kept.healths)
        found.runner.hasten("sw-1")
        found.runner.hasten("nobody")
        await until(lambda: len(script.times("sw-1")) == 2, 1.0)


async def test_more_that_hang_than_there_is_room_for_delay_nobody_for_ever() -> None:
    bad = [a_target(f"bad-{number}", cadence_s=0.5) for number in range(30)]
    script = Script({target.id: fakes.hangs for target in bad})
    async with running(*bad, a_target("well", cadence_s=0.5), script=script, room=20) as found:
        await asyncio.sleep(2)
        assert found.schedule.running <= 20
        assert len(script.times("well")) >= 2
