"""The schedule as a table of times: no clock runs here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from math import inf
from random import Random

import pytest

from hisconsole.plan.watching import Slot
from hisconsole.watch.schedule import Schedule, phase


def a_schedule(seed: int = 1, **limits: int) -> Schedule:
    return Schedule(limits={"snmp": 512, "ssh": 150, "net": 150, **limits}, uniform=Random(seed).uniform)


def slot(name: str, probe: str = "snmp") -> Slot:
    return Slot(name, probe)


def play(
    schedule: Schedule, *, until: float, takes: float = 0.0, step: float = 0.05
) -> Iterator[tuple[float, Slot]]:
    """Starts as they come, each round ending `takes` seconds later."""
    ends: list[tuple[float, Slot]] = []
    for tick in range(int(until / step)):
        now = tick * step
        for at, ended in [pair for pair in ends if pair[0] <= now]:
            schedule.ended(ended, now=now)
            ends.remove((at, ended))
        for started in schedule.start(now):
            ends.append((now + takes, started))
            yield now, started


def test_two_rounds_lie_nine_to_eleven_tenths_of_the_interval_apart() -> None:
    schedule = a_schedule()
    schedule.arrange({slot(f"t{number}"): 30.0 for number in range(50)}, now=0.0)
    starts: dict[Slot, list[float]] = {}
    for now, started in play(schedule, until=400, takes=0.2):
        starts.setdefault(started, []).append(now)
    gaps = [later - earlier for times in starts.values() for earlier, later in pairwise(times[1:])]
    assert len(starts) == 50
    assert 27 - 0.1 <= min(gaps) < 29
    assert 31 < max(gaps) <= 33 + 0.1


def test_slots_are_spread_over_the_interval_and_keep_their_place_in_every_process() -> None:
    tenths = Counter(int(phase(slot(f"switch-{number}"), 60.0) / 6) for number in range(1000))
    assert all(70 <= tenths[tenth] <= 130 for tenth in range(10))
    assert (
        phase(slot("sw-core-1"), 30.0)
        == phase(slot("sw-core-1"), 30.0)
        != phase(slot("sw-core-1", "ssh"), 30.0)
    )


@pytest.mark.parametrize(("targets", "within"), [(10, 1.0), (500, 10.0)])
def test_the_first_rounds_come_soon_but_not_all_at_once(targets: int, within: float) -> None:
    schedule = a_schedule()
    schedule.arrange({slot(f"t{number}"): 300.0 for number in range(targets)}, now=100.0)
    early = len(list(schedule.start(100.0 + within / 2)))
    late = len(list(schedule.start(100.0 + within)))
    assert early + late == targets
    assert targets / 5 < early < targets * 4 / 5


def test_no_slot_runs_twice_and_what_a_slow_round_misses_is_counted() -> None:
    schedule = a_schedule()
    schedule.arrange({slot("slow"): 30.0}, now=0.0)
    for each in schedule.start(1.0):
        schedule.ended(each, now=1.0)
    due = schedule.next_due
    assert list(schedule.start(due)) == [slot("slow")]
    assert list(schedule.start(due + 60)) == []
    schedule.ended(slot("slow"), now=due + 100)
    assert schedule.skipped == 3
    assert list(schedule.start(due + 133)) == [slot("slow")]


def test_a_round_that_fits_into_its_interval_misses_nothing() -> None:
    schedule = a_schedule()
    schedule.arrange({slot(f"t{number}"): 30.0 for number in range(20)}, now=0.0)
    list(play(schedule, until=600, takes=20))
    assert schedule.skipped == 0


def test_one_probe_without_room_does_not_hold_up_another() -> None:
    schedule = a_schedule(ssh=2)
    schedule.arrange({slot(f"h{number}", "ssh"): 60.0 for number in range(5)} | {slot("s"): 60.0}, now=0.0)
    started = list(schedule.start(1.0))
    assert Counter(each.probe for each in started) == {"ssh": 2, "snmp": 1}
    assert (schedule.waiting, schedule.running) == (3, 3)
    schedule.ended(next(each for each in started if each.probe == "ssh"), now=4.0)
    assert len(list(schedule.start(4.0))) == 1
    assert schedule.late_s > 2


def test_a_retry_comes_soon_and_the_grid_stays() -> None:
    schedule = a_schedule()
    schedule.arrange({slot("t"): 60.0}, now=0.0)
    place = phase(slot("t"), 60.0)
    (started,) = schedule.start(60.0)
    schedule.ended(started, now=60.0 + place, in_s=5.0)
    assert 4.75 <= schedule.next_due - 60.0 - place <= 5.25
    (again,) = schedule.start(60.0 + place + 6)
    schedule.ended(again, now=60.0 + place + 6)
    assert list(schedule.start(60.0 + place + 56)) == []
    assert list(schedule.start(60.0 + place + 63)) == [slot("t")]


def test_what_is_asked_for_goes_before_what_waits() -> None:
    schedule = a_schedule(snmp=1)
    schedule.arrange({slot(f"t{number}"): 60.0 for number in range(4)}, now=0.0)
    (running,) = schedule.start(1.0)
    wanted = slot("t9")
    schedule.arrange({**{slot(f"t{number}"): 60.0 for number in range(4)}, wanted: 60.0}, now=1.0)
    schedule.hasten(wanted, now=1.0)
    schedule.ended(running, now=1.5)
    assert list(schedule.start(1.5)) == [wanted]
    schedule.hasten(wanted, now=1.5)
    schedule.ended(wanted, now=1.6)
    assert list(schedule.start(1.6)) != [wanted]


def test_what_is_asked_for_within_a_time_is_spread() -> None:
    schedule = a_schedule()
    slots = [slot(f"t{number}") for number in range(100)]
    schedule.arrange(dict.fromkeys(slots, 600.0), now=0.0)
    for each in schedule.start(5.0):
        schedule.ended(each, now=5.0)
    for each in slots:
        schedule.hasten(each, now=6.0, within=40.0)
    # Those whose own turn comes sooner keep it.
    assert 30 <= len(list(schedule.start(26.0))) <= 70


def test_slots_come_go_and_change_while_others_keep_their_turn() -> None:
    schedule = a_schedule()
    schedule.arrange({slot("stays"): 60.0, slot("goes"): 60.0, slot("runs"): 60.0}, now=0.0)
    for each in schedule.start(1.0):
        if each != slot("runs"):
            schedule.ended(each, now=1.0)
    schedule.arrange({slot("stays"): 5.0, slot("new"): 60.0}, now=2.0)
    assert set(schedule.start(8.0)) == {slot("stays"), slot("new")}
    schedule.ended(slot("runs"), now=9.0)
    schedule.ended(slot("goes"), now=9.0)
    assert schedule.running == 2
    schedule.arrange({}, now=10.0)
    assert (schedule.running, schedule.waiting) == (0, 0)
    assert list(schedule.start(1000.0)) == []
    assert schedule.next_due == inf
