"""What a round changes, and whom it has asked next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hisconsole.plan.health import Policy, Status
from hisconsole.plan.reach import OwnPath, Role
from hisconsole.plan.shown import show
from hisconsole.plan.skew import health_moved
from hisconsole.plan.targets import Override
from hisconsole.plan.threshold import Threshold
from hisconsole.plan.watching import SELF, Slot, limits, patience, probes_of, slots
from hisconsole.watch.state import State, Taken
from tests.watch.fakes import a_sample, a_target, good, infrastructure, lost

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Play:
    """A state whose rounds come 5 s apart."""

    def __init__(self, *targets: object) -> None:
        self.state = State(Policy())
        self.state.arrange(infrastructure(*targets), now=NOON)  # type: ignore[arg-type]
        self.seconds = 0.0

    @property
    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)

    def take(self, target: str, *, up: bool, probe: str = "net", trusted: bool = True) -> Taken:
        self.seconds += 5
        at = self.now
        polled = (good if up else lost)(target, probe, at=at)
        taken = self.state.take(polled, now=at, at_s=self.seconds, trusted=trusted)
        assert taken is not None
        return taken


def test_silence_is_asked_about_again_after_5_s_and_firm_after_three() -> None:
    play = Play(a_target("sw-1"))
    assert play.take("sw-1", up=True).due_in_s == 30
    first = play.take("sw-1", up=False)
    assert (first.due_in_s, first.health.status, first.changes) == (5.0, Status.UNKNOWN, ())
    play.take("sw-1", up=False)
    third = play.take("sw-1", up=False)
    assert third.health.hard is Status.DOWN
    assert [change.new for change in third.changes] == [Status.DOWN]
    assert third.due_in_s == 30
    assert play.state.known_down(Slot("sw-1", "net"), now=play.now)
    assert play.state.silent(Slot("sw-1", "net"))


def test_the_parents_of_a_silent_child_are_asked_before_it_is_firm() -> None:
    play = Play(a_target("core"), a_target("agg", parents=("core",)), a_target("edge", parents=("agg",)))
    for target in ("core", "agg", "edge"):
        play.take(target, up=True)
    assert play.take("edge", up=False).doubted == ("agg",)
    assert play.take("agg", up=False).doubted == ("core",)
    assert play.take("core", up=True).doubted == ()


def test_children_are_asked_again_when_their_parent_is_back() -> None:
    play = Play(a_target("core"), a_target("edge", parents=("core",)), a_target("well", parents=("core",)))
    for _count in range(3):
        play.take("core", up=False)
        play.take("edge", up=False)
    play.take("well", up=True)
    play.take("core", up=True)
    assert play.take("core", up=True).freed == ("edge",)


def _edge_behind_core() -> Play:
    play = Play(a_target("core"), a_target("edge", parents=("core",)), a_target("leaf", parents=("edge",)))
    for target in ("core", "edge", "leaf"):
        play.take(target, up=True)
    return play


def test_what_is_silent_behind_another_is_the_first_strike_however_often() -> None:
    play = _edge_behind_core()
    for _count in range(3):
        edge = play.take("edge", up=False)
        assert (edge.health.hard, edge.health.attempt, edge.due_in_s) == (Status.OK, 1, 5.0)
        play.take("core", up=False)
    edge = play.take("edge", up=False)
    assert (edge.health.hard, edge.health.attempt, edge.due_in_s) == (Status.OK, 1, 30)
    assert edge.doubted == ()
    assert play.take("leaf", up=False).doubted == ()
    assert play.state.known_down(Slot("leaf", "net"), now=play.now)


def test_the_first_answer_from_behind_another_is_believed_and_has_its_children_asked() -> None:
    play = _edge_behind_core()
    for _count in range(4):
        for target in ("core", "edge", "leaf"):
            play.take(target, up=False)
    edge = play.take("edge", up=True)
    assert (edge.health.hard, edge.health.status, edge.changes) == (Status.OK, Status.OK, ())
    assert (edge.freed, edge.doubted) == (("leaf",), ("edge",))
    assert play.state.healths["core"].hard is Status.DOWN


def test_what_stays_silent_once_its_parent_answers_is_down_after_two_more_rounds() -> None:
    play = _edge_behind_core()
    for _count in range(4):
        play.take("core", up=False)
        play.take("edge", up=False)
    play.take("core", up=True)
    play.take("core", up=True)
    attempts = [play.take("edge", up=False).health.attempt for _count in range(2)]
    assert attempts == [2, 0]
    assert play.state.healths["edge"].hard is Status.DOWN


def test_what_was_down_before_its_parent_stays_down() -> None:
    play = _edge_behind_core()
    for _count in range(3):
        play.take("edge", up=False)
        play.take("core", up=True)
    for _count in range(4):
        play.take("core", up=False)
        assert play.take("edge", up=False).health.hard is Status.DOWN
    assert play.take("edge", up=True).health.hard is Status.DOWN
    assert play.take("edge", up=True).health.hard is Status.OK


def test_a_parent_that_nobody_looks_at_any_more_excuses_nobody() -> None:
    play = _edge_behind_core()
    play.take("core", up=False)  # its next round hangs, and none can be begun
    for _count in range(3):
        assert play.take("edge", up=False).health.hard is Status.OK
    play.seconds += 80
    for _count in range(2):
        edge = play.take("edge", up=False)
    assert edge.health.hard is Status.DOWN


def test_a_return_that_lies_ahead_because_the_clock_was_set_back_hides_nobody() -> None:
    play = _edge_behind_core()
    play.seconds = 1000.0
    for up in (False, False, False, True, True):
        play.take("core", up=up)
    play.seconds = 100.0
    play.take("edge", up=True)
    for _count in range(3):
        edge = play.take("edge", up=False)
        play.take("core", up=True)
    assert edge.health.hard is Status.DOWN


def test_a_gateway_that_is_cut_off_itself_is_no_vantage() -> None:
    ours = replace(a_target("ours", parents=("core",)), gateway=True)
    play = Play(a_target("core"), a_target("core-2"), ours)
    for _count in range(3):
        play.take("core", up=False)
        play.take("ours", up=False)
    assert list(play.state.vantages(now=play.now)) == ["core-2"]


HANGS = {"a": (), "b": ("a",), "c": ("a",), "d": ("b", "c"), "e": ("b",), "f": ("d",), "g": ()}
"""A small hospital: what hangs on what."""


def _alive(target: str, dead: str) -> bool:
    ways = HANGS[target]
    return target != dead and (not ways or any(_alive(each, dead) for each in ways))


@given(
    dead=st.sampled_from(sorted(HANGS)),
    before=st.lists(st.sampled_from(sorted(HANGS))),
    during=st.lists(st.sampled_from(sorted(HANGS)), max_size=60),
    later=st.lists(st.sampled_from(sorted(HANGS)), max_size=60),
)
def test_only_what_failed_rings_in_whatever_order_it_is_polled_and_none_once_all_is_back(
    dead: str, before: list[str], during: list[str], later: list[str]
) -> None:
    play = Play(*(a_target(each, parents=ways) for each, ways in HANGS.items()))
    rounds = [*HANGS] * 4

    def ringing() -> set[str]:
        shown = show(
            play.state.healths,
            parents=HANGS,
            limits=dict.fromkeys(HANGS, timedelta(days=1)),
            silences=(),
            path=OwnPath(),
            now=play.now,
        )
        return {each for each, row in shown.items() if row.rings}

    for each in [*HANGS, *before]:
        play.take(each, up=True)
    for each in [*during, *rounds]:
        play.take(each, up=_alive(each, dead))
        assert ringing() <= {dead}
    assert ringing() == {dead}
    for each in [*later, *rounds]:
        play.take(each, up=True)
        assert ringing() <= {dead}
    assert ringing() == set()


def test_silence_says_nothing_while_our_own_path_is_in_doubt() -> None:
    play = Play(a_target("sw-1"))
    before = play.take("sw-1", up=True)
    for _count in range(5):
        taken = play.take("sw-1", up=False, trusted=False)
        assert taken.health == before.health
        assert taken.readings == before.readings
        assert taken.due_in_s == 30
    assert play.take("sw-1", up=True, trusted=False).health.hard is Status.OK


def test_files_that_change_keep_what_is_known_of_the_targets_that_stay() -> None:
    play = Play(a_target("stays"), a_target("goes"))
    for target in ("stays", "goes"):
        play.take(target, up=True)
    play.state.arrange(infrastructure(a_target("stays", profiles="tcp snmp"), a_target("new")), now=NOON)
    assert set(play.state.healths) == {"stays", "new"}
    assert [way.latest for way in play.state.healths["stays"].probes] == [Status.UNKNOWN, Status.OK]
    assert play.state.readings(Slot("stays", "net"))
    assert play.state.readings(Slot("goes", "net")) == ()
    late = play.state.take(good("goes", "net"), now=NOON, at_s=1.0, trusted=True)
    assert late is None


def test_a_limit_of_its_own_judges_no_other_target_of_the_same_profile() -> None:
    limit = Threshold(level=Status.WARNING, above=True, enter=5.0, clear=5.0, seconds=0, strict=False)
    own = replace(a_target("sw-2"), thresholds=(Override("up", (limit,)),))
    play = Play(a_target("sw-1"), own, a_target("sw-3"))
    found = {}
    for target in ("sw-1", "sw-2", "sw-3"):
        polled = good(target, "net", a_sample("up", 5.0), at=NOON)
        taken = play.state.take(polled, now=NOON, at_s=0.0, trusted=True)
        assert taken is not None
        found[target] = taken.readings[0].status
    assert found == {"sw-1": Status.OK, "sw-2": Status.WARNING, "sw-3": Status.OK}


def test_what_was_kept_is_gone_on_with() -> None:
    play = Play(a_target("sw-1"))
    for _count in range(3):
        play.take("sw-1", up=False)
    fresh = State(Policy())
    fresh.remember(
        {"sw-1": play.state.healths["sw-1"], "gone": play.state.healths["sw-1"]},
        {("sw-1", "net"): play.state.readings(Slot("sw-1", "net")), ("gone", "net"): ()},
    )
    fresh.arrange(infrastructure(a_target("sw-1")), now=NOON)
    assert fresh.healths == play.state.healths


def test_vantages_are_what_hangs_on_nothing_and_was_not_down() -> None:
    play = Play(a_target("core-1"), a_target("core-2"), a_target("edge", parents=("core-1",)))
    assert list(play.state.vantages(now=play.now)) == ["core-1", "core-2"]
    for _count in range(3):
        play.take("core-1", up=False)
    assert play.state.vantages(now=play.now) == {"core-2": Role.VANTAGE}


def test_our_gateways_are_asked_first_also_where_they_hang_on_something() -> None:
    ours = replace(a_target("ours", parents=("core",)), gateway=True)
    play = Play(a_target("core"), ours)
    assert list(play.state.vantages(now=play.now).items()) == [("ours", Role.GATEWAY), ("core", Role.VANTAGE)]


@pytest.mark.parametrize(
    ("fault", "at_s", "known", "starting"),
    [
        pytest.param("refused", (3.0, 4.0, 12.9), "", (True, True, True), id="it may be starting"),
        pytest.param(
            "refused", (3.0, 12.9, 13.0, 14.0), "", (True, True, False, False), id="10 s are enough"
        ),
        pytest.param("silent", (3.0,), "", (False,), id="silence is no refusal"),
        pytest.param("refused", (9.0,), "sw-1", (False,), id="it has answered before"),
        pytest.param("refused", (9.0,), "sw-2", (True,), id="another has answered"),
    ],
)
def test_what_refuses_before_anything_is_known_of_it_may_be_starting(
    fault: str, at_s: tuple[float, ...], known: str, starting: tuple[bool, ...]
) -> None:
    play = Play(a_target("sw-1"), a_target("sw-2"))
    if known:
        play.take(known, up=True)
    polled = replace(lost("sw-1", "net", at=NOON), fault=fault)
    assert tuple(play.state.starting(polled, at_s=each) for each in at_s) == starting


def test_what_there_is_to_do_follows_from_the_files() -> None:
    watched = infrastructure(a_target("a", profiles="tcp snmp linux"), a_target("b", cadence_s=300))
    assert probes_of(watched.targets[0], watched) == ("snmp", "ssh", "net")
    assert slots(watched) == {
        Slot("a", "snmp"): 30.0,
        Slot("a", "ssh"): 30.0,
        Slot("a", "net"): 30.0,
        Slot("b", "net"): 300.0,
    }
    assert limits(watched) == {"a": patience(30), "b": patience(300), SELF: timedelta(seconds=25)}
    assert patience(30) == timedelta(seconds=75)


def test_a_reading_keeps_its_last_value_when_its_target_falls_silent() -> None:
    play = Play(a_target("sw-1"))
    at = NOON + timedelta(seconds=1)
    play.state.take(good("sw-1", "net", a_sample("x", 42.0), at=at), now=at, at_s=1.0, trusted=True)
    (judged,) = play.take("sw-1", up=False).readings
    assert (judged.sample.value, judged.last, judged.status) == (None, 42.0, Status.UNKNOWN)


def _elsewhere(*rounds: bool) -> Taken:
    """What another host has found of the same target."""
    play = Play(a_target("sw-1"))
    return [play.take("sw-1", up=up) for up in rounds][-1]


def test_what_another_host_has_found_is_taken_up_with_its_changes() -> None:
    here, slot = Play(a_target("sw-1")), Slot("sw-1", "net")
    here.take("sw-1", up=True)
    theirs = _elsewhere(True, False, False, False)
    at = NOON + timedelta(seconds=20)
    adopted = here.state.adopt(theirs.health, slot, theirs.readings, at=at, now=at)
    assert adopted is not None
    health, changes = adopted
    assert health.hard is here.state.healths["sw-1"].hard is Status.DOWN
    assert [change.new for change in changes] == [Status.DOWN]
    assert here.state.readings(slot) == theirs.readings
    here.seconds = 20.0
    assert here.take("sw-1", up=False).changes == ()  # it goes on from there
    again = here.state.adopt(theirs.health, slot, theirs.readings, at=at, now=at)
    assert again is None  # what was found here since is newer


def test_a_round_of_the_future_makes_nobody_deaf_and_a_change_told_twice_is_no_news() -> None:
    here, slot = Play(a_target("sw-1")), Slot("sw-1", "net")
    theirs = _elsewhere(True, False, False, False)
    at = NOON + timedelta(seconds=20)
    future = health_moved(theirs.health, timedelta(minutes=10))
    assert here.state.adopt(future, slot, theirs.readings, at=at + timedelta(minutes=10), now=at)
    assert here.state.adopt(theirs.health, slot, theirs.readings, at=at, now=at)
    assert here.state.healths["sw-1"].checked_at == theirs.health.checked_at
    trembling = health_moved(theirs.health, timedelta(seconds=1))
    adopted = here.state.adopt(trembling, slot, theirs.readings, at=at, now=at)
    assert adopted is not None
    assert adopted[1] == ()


@pytest.mark.parametrize("slot", [Slot("sw-2", "net"), Slot("sw-1", "snmp")])
def test_what_is_not_watched_here_is_not_taken_up(slot: Slot) -> None:
    here, theirs = Play(a_target("sw-1")), _elsewhere(True)
    assert here.state.adopt(theirs.health, slot, theirs.readings, at=NOON, now=NOON) is None
    assert set(here.state.healths) == {"sw-1"}
