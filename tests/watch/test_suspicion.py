"""A trap changes nothing; the round after it is believed at once, and says which trap came last."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hisconsole.plan.health import Policy, Status
from hisconsole.plan.reading import Round, Sample
from hisconsole.plan.watching import Slot
from hisconsole.watch.schedule import Schedule
from hisconsole.watch.state import CONFIRMING, TRAP, State, Suspicion, Taken
from tests.watch.fakes import a_sample, a_target, infrastructure, lost

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
WORDS = "link down: Gi0/0/7, 11-23 20:00:02"


class Play:
    """A switch whose rounds come when a test says so."""

    def __init__(self, state: State | None = None) -> None:
        self.state = state or State(Policy())
        self.state.arrange(infrastructure(a_target("sw-1", profiles="snmp tcp")), now=NOON)

    def suspect(self, at_s: float, *, firm: bool = True) -> None:
        self.state.suspect("sw-1", Suspicion(WORDS, NOON + timedelta(seconds=at_s), firm))

    def take(
        self, at_s: float, hint: Status | None = None, *, probe: str = "snmp", took_s: float = 0.1
    ) -> Taken:
        at = NOON + timedelta(seconds=at_s)
        link = replace(a_sample("if/Gi0-0-7/link", "down" if hint else "up"), hint=hint, reason="down")
        polled = Round("sw-1", probe, at - timedelta(seconds=took_s), at, (link,))
        return self.given(polled, at_s)

    def given(self, polled: Round, at_s: float) -> Taken:
        at = NOON + timedelta(seconds=at_s)
        taken = self.state.take(polled, now=at, at_s=at_s, trusted=True)
        assert taken is not None
        return taken

    def told(self) -> list[float | str | None]:
        readings = self.state.readings(Slot("sw-1", "snmp"))
        return [judged.last for judged in readings if judged.sample.key == TRAP]


def begun() -> Play:
    play = Play()
    play.take(1, probe="net")
    play.take(1)
    return play


def test_without_a_trap_a_problem_takes_its_strikes() -> None:
    play = begun()
    assert play.take(10, Status.CRITICAL).health.hard is Status.OK
    assert play.told() == []


def test_a_trap_alone_changes_no_status() -> None:
    play = begun()
    before = play.state.healths["sw-1"]
    play.suspect(2)
    play.state.suspect("nobody", Suspicion(WORDS, NOON, firm=True))
    assert play.state.healths == {"sw-1": before}
    assert play.take(3).health.hard is Status.OK


def test_what_a_round_after_a_trap_confirms_is_firm_at_once_and_so_is_its_end() -> None:
    play = begun()
    play.suspect(2)
    taken = play.take(3, Status.CRITICAL)
    assert taken.health.hard is Status.CRITICAL
    assert [change.new for change in taken.changes] == [Status.CRITICAL]
    play.suspect(20)
    assert play.take(21).health.hard is Status.OK


@pytest.mark.parametrize(
    ("at_s", "probe", "took_s", "firm"),
    [
        pytest.param(3, "snmp", 2.0, True, id="it began before the trap"),
        pytest.param(3 + CONFIRMING.total_seconds(), "snmp", 0.1, True, id="it came much later"),
        pytest.param(3, "net", 0.1, True, id="it saw something else"),
        pytest.param(3, "snmp", 0.1, False, id="the trap was about who had asked"),
    ],
)
def test_a_round_that_is_no_answer_to_the_trap_counts_as_ever(
    at_s: float, probe: str, took_s: float, firm: bool
) -> None:
    play = begun()
    play.suspect(2, firm=firm)
    assert play.take(at_s, Status.CRITICAL, probe=probe, took_s=took_s).health.hard is Status.OK


def test_silence_after_a_trap_confirms_nothing() -> None:
    play = begun()
    play.suspect(2)
    at = NOON + timedelta(seconds=3)
    assert play.given(lost("sw-1", "snmp", at=at), 3).health.hard is Status.OK


def test_the_last_trap_stays_among_the_readings_over_silence_and_a_restart() -> None:
    play = begun()
    play.suspect(2)
    assert play.take(3).readings[-1].sample == Sample(TRAP, "last trap", WORDS, "", "SNMPv2-MIB::snmpTrapOID")
    play.given(lost("sw-1", "snmp", at=NOON + timedelta(seconds=4)), 4)
    after = State(Policy())
    readings = play.state.readings(Slot("sw-1", "snmp"))
    after.remember(play.state.healths, {("sw-1", "snmp"): readings})
    again = Play(after)
    for at_s in (5, 500, 100_000):
        assert again.take(at_s).health.probes[0].latest is Status.OK
        assert again.told() == [WORDS]


def test_a_round_that_runs_is_followed_by_another_when_it_is_asked_for_anew() -> None:
    schedule = Schedule(limits={"snmp": 1}, uniform=lambda low, high: (low + high) / 2)
    slot = Slot("sw-1", "snmp")
    schedule.arrange({slot: 30.0}, now=0.0)
    (running,) = schedule.start(10.0)
    schedule.hasten(slot, now=10.1)
    schedule.ended(running, now=10.2)
    assert schedule.next_due > 11
    schedule.hasten(slot, now=11.0)
    assert list(schedule.start(11.0)) == [slot]
    schedule.hasten(slot, now=11.1, anew=True)
    assert list(schedule.start(11.1)) == []
    schedule.ended(slot, now=11.2)
    assert list(schedule.start(11.2)) == [slot]
    schedule.ended(slot, now=11.3)
    assert list(schedule.start(11.4)) == []
