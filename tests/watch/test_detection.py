"""How soon a cut is firm, played on a clock of numbers: the schedule and the model, without a socket."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from hisconsole.plan.health import Policy, Status
from hisconsole.plan.watching import slots
from hisconsole.watch.own_path import WAIT_S
from hisconsole.watch.schedule import Schedule
from hisconsole.watch.state import State
from tests.watch.fakes import a_target, good, infrastructure, lost

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
COMMIT_S, LOOK_S = 1.0, 0.5
"""Until it is written, and until a console looks."""


def firm_after(*, seed: int, profile: str, first_s: float, again_s: float, cut: float) -> float:
    """Seconds from a cut until it is firm, where the first silence and the later ones take so long."""
    watched = infrastructure(a_target("sw-1", profiles=profile))
    state, schedule = (
        State(Policy()),
        Schedule(limits={"snmp": 9, "ssh": 9, "net": 9}, uniform=Random(seed).uniform),
    )
    state.arrange(watched, now=NOON)
    schedule.arrange(slots(watched), now=0.0)
    now = 0.0
    while now < cut + 200:
        now = max(now, schedule.next_due)
        for slot in schedule.start(now):
            brief = state.silent(slot)
            now += 0.05 if now < cut else again_s if brief else first_s
            at = NOON + timedelta(seconds=now)
            make = lost if now > cut else good
            taken = state.take(make(slot.target, slot.probe, at=at), now=at, at_s=now, trusted=True)
            assert taken is not None
            if taken.health.hard is Status.DOWN:
                return now - cut
            schedule.ended(slot, now=now, in_s=taken.due_in_s)
    raise AssertionError("never firm")


@pytest.mark.parametrize(
    ("profile", "first_s", "again_s"),
    [
        pytest.param("snmp", 4.25, 2.0, id="SNMP: 2 s and one retry, then one small question"),
        pytest.param("linux", 5.0, 5.0, id="SSH: 5 s to connect"),
        pytest.param("tcp", 3.0, 3.0, id="net: ping and port"),
    ],
)
def test_a_silent_target_asked_every_30_s_is_firmly_down_on_the_screen_within_60(
    profile: str, first_s: float, again_s: float
) -> None:
    random = Random(7)
    found = [
        firm_after(seed=seed, profile=profile, first_s=first_s, again_s=again_s, cut=random.uniform(100, 190))
        for seed in range(400)
    ]
    worst = max(found) + COMMIT_S + LOOK_S
    print(f"{profile}: firm after {min(found):.1f} to {worst:.1f} s")
    assert min(found) > 10
    assert worst <= 60
    assert WAIT_S <= 5
