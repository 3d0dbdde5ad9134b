"""What the watch sees, brought to the record: once, in one transaction, whoever else is at work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hisconsole.desk.calls import find_alike, take_call
from hisconsole.desk.correlating import BATCH, correlate
from hisconsole.desk.desk import Desk
from hisconsole.desk.duties import recompute
from hisconsole.plan.clusters import Place, Seen
from hisconsole.plan.correlation import Move
from hisconsole.plan.feedback import recipients
from hisconsole.plan.incident import Incident
from hisconsole.plan.shown import Shown
from hisconsole.plan.status import Status
from hisconsole.plan.targets import Kind, Target
from hisconsole.plan.words import Category, State
from hisconsole.store import projections
from hisconsole.store.verify import verify
from tests.hospital import SITE, START, Clock, lay_record, open_desk
from tests.plan.pictures import picture, shown, target

TARGETS = (
    target("core", "Core switch", Kind.SWITCH),
    target("sw-1", "Access switch 1", Kind.SWITCH, parents=("core",)),
    target("sw-2", "Access switch 2", Kind.SWITCH, parents=("core",)),
    target("his-db-1", "Database", Kind.DATABASE, parents=("core",), services=("his",)),
)
LOOK = picture(now=START, targets=TARGETS)
"""What the watch sees while calls are taken: all is well."""
PLACES = {
    switch: [
        Place(each.id, each.department, each.key_terminal)
        for each in SITE.workstations
        if each.switch == switch
    ]
    for switch in ("sw-1", "sw-2")
}


def seen(clock: Clock, *states: Shown, targets: tuple[Target, ...] = TARGETS, blind: bool = False) -> Seen:
    """What is seen now: all is well but for these."""
    made = picture(*states, now=clock(), targets=targets)
    return Seen(clock(), made.by_target, SITE.plan, PLACES, blind)


def down(id_: str, clock: Clock) -> Shown:
    return shown(id_, Status.DOWN, "no answer", now=clock(), since_s=20)


def incident(desk: Desk, number: int = 1) -> Incident:
    with desk.database.read() as connection:
        return desk.memory.look(connection, number)[0]


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


@pytest.fixture
def watch(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    desk = open_desk(lay_record(tmp_path / "data"), "watch", now=clock)
    yield desk
    desk.database.close()


@pytest.fixture
def desk(watch: Desk, tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    desk = open_desk(tmp_path / "data", now=clock)
    yield desk
    desk.database.close()


def test_a_fault_is_opened_once(watch: Desk, clock: Clock) -> None:
    (made,) = correlate(watch, seen(clock, down("sw-1", clock)))
    assert (made.move, made.key) == (Move.OPEN, "sw-1")
    assert correlate(watch, seen(clock, down("sw-1", clock))) == ()
    found = incident(watch)
    assert (found.state, found.owner, found.reports) == (State.NEW, "", ())
    assert found.t0 == clock() - timedelta(seconds=20)
    with watch.database.read() as connection:
        (row,) = projections.queue(connection)
    assert (row.words, row.scope, row.departments, row.critical) == ("sw-1 down", 2, 1, True)


def test_who_hangs_on_it_makes_it_serious(watch: Desk, clock: Clock) -> None:
    cut = [shown(each, Status.UNREACHABLE, now=clock()) for each in ("sw-1", "sw-2", "his-db-1")]
    correlate(watch, seen(clock, down("core", clock), *cut))
    with watch.database.read() as connection:
        (row,) = projections.queue(connection)
    assert (row.words, row.scope, row.departments) == ("core down, 3 behind it", 5, 3)
    assert (row.serious, row.treated) == (True, Category.I)
    assert recipients(incident(watch)) == ("dept:lab", "dept:reg", "dept:ward-3")


def test_of_two_watches_that_see_the_same_one_opens_it(watch: Desk, desk: Desk, clock: Clock) -> None:
    other = Desk(database=desk.database, site=SITE, actor=watch.actor, now=clock)
    assert len(correlate(watch, seen(clock, down("sw-1", clock)))) == 1
    assert correlate(other, seen(clock, down("sw-1", clock))) == ()


def test_a_fault_that_heals_waits_to_be_seen_and_then_recovers(watch: Desk, desk: Desk, clock: Clock) -> None:
    correlate(watch, seen(clock, down("his-db-1", clock)))
    clock.pass_(minutes=3)
    (cleared,) = correlate(watch, seen(clock))
    assert (cleared.move, incident(watch).state) == (Move.CLEAR, State.NEW)
    desk.perform("acknowledge", 1)
    (recovered,) = correlate(watch, seen(clock))
    found = incident(desk)
    assert (recovered.move, found.state, found.verified_how) == (Move.RECOVER, State.RECOVERED, "poll")
    with desk.database.read() as connection:
        (row,) = projections.queue(connection)
    assert (row.duty, incident(desk).owner) == ("feedback", desk.actor.operator)
    assert correlate(watch, seen(clock)) == ()


def test_graver_than_acknowledged_rings_again(watch: Desk, desk: Desk, clock: Clock) -> None:
    hot = shown("core", Status.CRITICAL, "cpu 99 %", now=clock(), since_s=20)
    correlate(watch, seen(clock, hot))
    desk.perform("acknowledge", 1)
    clock.pass_(minutes=1)
    (worse,) = correlate(watch, seen(clock, down("core", clock)))
    found = incident(desk)
    assert (worse.move, found.acknowledged_by, found.owner) == (Move.WORSEN, "", desk.actor.operator)
    desk.perform("acknowledge", 1)
    assert incident(desk).acknowledged_by == desk.actor.operator


def test_an_act_of_the_watch_does_not_stand_in_the_way_of_an_operator(
    watch: Desk, desk: Desk, clock: Clock
) -> None:
    cut = [shown(each, Status.UNREACHABLE, now=clock()) for each in ("sw-1", "sw-2")]
    correlate(watch, seen(clock, down("core", clock), cut[0]))
    version = incident(desk).version
    clock.pass_(minutes=1)
    (made,) = correlate(watch, seen(clock, down("core", clock), *cut))
    assert (made.move, incident(desk).version > version) == (Move.GROW, True)
    desk.perform("acknowledge", 1, expected=version)
    assert desk.perform("undo", 1).incident == 1
    assert incident(desk).state is State.NEW


def test_nothing_is_opened_while_we_are_blind_and_it_is_caught_up_with(watch: Desk, clock: Clock) -> None:
    assert correlate(watch, seen(clock, down("core", clock), blind=True)) == ()
    (made,) = correlate(watch, seen(clock, down("core", clock)))
    assert made.move is Move.OPEN


def test_a_flood_is_written_in_batches_the_gravest_first(watch: Desk, clock: Clock) -> None:
    many = tuple(target(f"alone-{n}", f"Alone {n}") for n in range(BATCH + 5))
    bad = [down(each.id, clock) for each in many]
    made = correlate(watch, seen(clock, *bad, targets=many))
    assert len(made) == BATCH
    assert len(correlate(watch, seen(clock, *bad, targets=many))) == 5
    assert correlate(watch, seen(clock, *bad, targets=many)) == ()


def test_the_record_can_be_built_again_and_verified(watch: Desk, desk: Desk, clock: Clock) -> None:
    correlate(watch, seen(clock, down("sw-1", clock)))
    clock.pass_(minutes=1)
    take_call(desk, {"workstation": "reg-01", "symptom": "no-network"}, picture=LOOK)
    correlate(watch, seen(clock, down("core", clock)))
    desk.perform("merge", 1)
    assert recompute(desk) == 0
    with desk.database.read() as connection:
        assert verify(connection).faults == ()


def test_a_caller_behind_what_is_down_is_shown_its_incident(watch: Desk, desk: Desk, clock: Clock) -> None:
    correlate(watch, seen(clock, down("sw-1", clock)))
    ((found, alike),) = find_alike(desk, workstation="reg-02", symptom="other")
    assert (found.number, alike.same) == (1, ("cause",))
    taken = take_call(desk, {"workstation": "reg-02", "symptom": "no-network"}, picture=LOOK)
    assert taken.incident == 2
    proposal = incident(desk).proposal
    assert proposal is not None
    assert (proposal.others, proposal.ancestors) == ((2,), ("sw-1",))


def test_calls_of_two_departments_are_proposed_merged_and_split_again(desk: Desk, clock: Clock) -> None:
    for workstation in ("reg-01", "lab-01"):
        take_call(desk, {"workstation": workstation, "symptom": "cannot-enter"}, picture=LOOK)
    proposal = incident(desk).proposal
    assert proposal is not None
    assert (proposal.others, proposal.ancestors, proposal.departments) == ((2,), ("core",), ("lab", "reg"))
    with desk.database.read() as connection:
        rows = {row.number: row for row in projections.queue(connection)}
    assert set(rows) == {1, 2}
    desk.perform("merge", 1)
    merged = incident(desk)
    assert ([each.workstation for each in merged.reports], merged.category) == (
        ["reg-01", "lab-01"],
        Category.I,
    )
    assert (incident(desk, 2).state, incident(desk, 2).merged_into) == (State.CLOSED, 1)
    desk.perform("split", 2)
    assert [each.workstation for each in incident(desk, 2).reports] == ["lab-01"]
    assert (incident(desk, 2).state, len(incident(desk).reports)) == (State.NEW, 1)
    take_call(desk, {"workstation": "lab-02", "symptom": "cannot-enter"}, picture=LOOK)
    again = incident(desk).proposal
    assert again is not None
    assert again.others == (3,)  # what somebody said is another fault is not proposed again
    assert recompute(desk) == 0


def test_several_are_merged_into_one_at_once(desk: Desk) -> None:
    for workstation in ("reg-01", "lab-01", "lab-02"):
        take_call(desk, {"workstation": workstation, "symptom": "cannot-enter"})
    desk.perform("merge", 1, {"others": "2, 3"})
    assert [each.workstation for each in incident(desk).reports] == ["reg-01", "lab-01", "lab-02"]
    assert [incident(desk, number).merged_into for number in (2, 3)] == [1, 1]
    desk.perform("split", 2)
    assert [each.workstation for each in incident(desk).reports] == ["reg-01", "lab-02"]
    with desk.database.read() as connection:
        assert verify(connection).faults == ()
