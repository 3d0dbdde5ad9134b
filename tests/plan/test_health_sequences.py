"""Whatever is measured in whatever order: what the status never does."""

from __future__ import annotations

import json
from datetime import timedelta
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hisconsole.plan.flap import SLOTS
from hisconsole.plan.health import Policy, Status, TargetHealth, begin, due_in, seen, step
from hisconsole.plan.health_plain import from_plain, reading_from_plain, reading_to_plain, to_plain
from hisconsole.plan.reach import reach
from hisconsole.plan.reading import Judged, Round
from hisconsole.plan.status import worse
from hisconsole.plan.strikes import outcome
from hisconsole.plan.threshold import Threshold, parse_thresholds
from tests.hostile import HOSTILE
from tests.plan.rounds import LETTERS, NOON, POLICY, after, at, found, judged, path
from tests.shares import tries

OK, WARN, DOWN, UNKNOWN = (LETTERS[key] for key in "owdu")
ROUNDS = st.text("owucd", min_size=1, max_size=40)
TURNS = st.lists(st.tuples(st.sampled_from(["snmp", "ssh"]), st.sampled_from("owucd")), max_size=30)

quick = settings(max_examples=tries(60), deadline=None)


def _played(turns: list[tuple[str, str]]) -> TargetHealth:
    health = begin("db-1", ["snmp", "ssh"], now=NOON)
    for count, (probe, kind) in enumerate(turns):
        round_ = found(kind, seconds=count * 30, probe=probe)
        health = step(health, round_, policy=POLICY, now=at(count * 30))
    return health


@quick
@given(ROUNDS)
def test_unknown_is_never_ok_and_never_down(rounds: str) -> None:
    for kind, health in zip(rounds, path(rounds), strict=True):
        if kind in "ud":
            assert health.status is not OK
        if kind == "u" and health.hard is not DOWN:
            assert health.status is not DOWN
        assert health.status is not DOWN or health.hard is DOWN
        assert not worse(health.hard, health.status)


@quick
@given(TURNS)
def test_several_probes_are_never_ok_over_a_bad_round_and_down_only_together(
    turns: list[tuple[str, str]],
) -> None:
    health = _played(turns)
    if any(probe.latest is not OK for probe in health.probes):
        assert health.status is not OK
    if health.status is DOWN:
        assert all(probe.hard is DOWN for probe in health.probes)
    assert not worse(health.hard, health.status)
    assert health.status is OK or health.worst
    assert (health.begun is None) is (health.status is OK or health.checked_at is None)


@quick
@given(ROUNDS)
def test_a_problem_ends_exactly_after_two_good_rounds(rounds: str) -> None:
    before = None
    for count, health in enumerate(path(rounds)):
        hard = health.probes[0].hard
        if before is not None and before is not OK:
            assert (hard is OK) is (count > 0 and rounds[count - 1 : count + 1] == "oo")
        elif before is OK:
            strikes = rounds[max(0, count - 2) : count + 1]
            assert (hard is not OK) is (len(strikes) == 3 and "o" not in strikes)
        before = hard


@quick
@given(ROUNDS, st.sampled_from("owucd"))
def test_what_stays_the_same_becomes_firm_and_stops_flapping(rounds: str, kind: str) -> None:
    settled = after(rounds + kind * (SLOTS + 3))
    assert not settled.flapping
    assert settled.hard is settled.status is LETTERS[kind]
    assert due_in(settled, "snmp", policy=POLICY, cadence_s=30) == 30


@quick
@given(ROUNDS, st.lists(st.integers(-100_000, 100_000), min_size=40, max_size=40))
def test_a_clock_that_jumps_breaks_nothing(rounds: str, jumps: list[int]) -> None:
    health = begin("sw-1", ["snmp"], now=NOON)
    clock = 0
    for kind, jump in zip(rounds, jumps, strict=False):
        clock += jump
        before = health
        health = step(health, found(kind, seconds=clock), policy=POLICY, now=at(clock))
        assert health.since <= at(clock)
        assert health.hard_since <= at(clock)
        assert health is not before or jump == 0
        shown = seen(health, now=at(clock + 76), limit=timedelta(seconds=75))
        assert shown is Status.STALE


@quick
@given(
    st.lists(st.floats(0, 100), min_size=1, max_size=40),
    st.booleans(),
    st.floats(0, 20),
)
@example([80, 79, 80, 79, 80], True, 10)
def test_hysteresis_has_no_chatter(values: list[float], above: bool, gap: float) -> None:
    enter = 50.0
    clear = enter - gap if above else enter + gap
    threshold = Threshold(WARN, above, enter, clear)
    before: Judged | None = None
    for value in values:
        now = judged(value, (threshold,), before=before)
        if threshold.entered(value):
            assert now.status is WARN
        elif threshold.cleared(value):
            assert now.status is OK
        else:
            assert now.status is (before.status if before else OK)
        before = now


@quick
@given(st.lists(st.tuples(st.one_of(st.none(), st.floats(0, 100)), st.integers(1, 200)), max_size=40))
def test_for_five_minutes_is_never_early(samples: list[tuple[float | None, int]]) -> None:
    rules = parse_thresholds("warn >= 80 for 5m clear < 70")
    before: Judged | None = None
    clock, since, raised = 0, None, False
    for value, passed in samples:
        clock += passed
        if value is not None:
            since = (clock if since is None else since) if value >= 80 else None
        before = judged(value, rules, before=before, seconds=clock)
        now_raised = bool(before.marks) and before.marks[0].raised
        if now_raised and not raised:
            assert since is not None
            assert clock - since >= 300
        if value is not None:
            assert before.status is (WARN if now_raised else OK)
        raised = now_raised


GRAPHS = st.dictionaries(
    st.sampled_from("abcdefgh"), st.lists(st.sampled_from("abcdefghx"), max_size=3), max_size=8
)


@quick
@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(["oo", "ddd", "ood", "occc"])),
    GRAPHS,
    st.randoms(),
)
def test_reach_is_independent_of_order_and_always_blames_somebody(
    states: dict[str, str], graph: dict[str, list[str]], chance: Random
) -> None:
    healths = {target: after(rounds, target=target) for target, rounds in states.items()}
    statuses = reach(healths, graph)
    names = list(healths)
    chance.shuffle(names)
    mixed = {name: graph[name][::-1] for name in reversed(names) if name in graph}
    assert reach({name: healths[name] for name in names}, mixed) == statuses
    behind = [target for target, status in statuses.items() if status is Status.UNREACHABLE]
    for target in behind:
        assert graph[target]
        assert healths[target].silent
        for parent in graph[target]:
            assert healths[parent].hard is DOWN or statuses[parent] is Status.UNREACHABLE
    assert not behind or DOWN in statuses.values()


@quick
@given(TURNS, st.integers(1, 4), st.integers(1, 4))
def test_a_health_survives_the_store(turns: list[tuple[str, str]], attempts: int, recoveries: int) -> None:
    health = _played(turns)
    again = from_plain(json.loads(json.dumps(to_plain(health))))
    assert again == health
    policy = Policy(attempts=attempts, recoveries=recoveries)
    for kind in "doudo":
        round_ = found(kind, seconds=3600)
        assert step(again, round_, policy=policy, now=at(3600)) == step(
            health, round_, policy=policy, now=at(3600)
        )


@quick
@given(
    st.lists(
        st.one_of(
            st.none(), st.floats(allow_nan=True, allow_infinity=True), st.sampled_from(list(HOSTILE.values()))
        ),
        max_size=6,
    )
)
def test_a_reading_survives_the_store(values: list[float | str | None]) -> None:
    before: Judged | None = None
    for count, value in enumerate(values):
        rules = parse_thresholds("warn >= 80 for 1m clear < 70, crit >= 95")
        before = judged(value, rules, before=before, seconds=count * 60, hint=WARN, reason="said so")
        assert reading_from_plain(json.loads(json.dumps(reading_to_plain(before), allow_nan=False))) == before
        assert before.status is not OK
        outcome(Round("a", "ssh", NOON, NOON), [before])


@pytest.mark.parametrize(
    "damage",
    [
        {"target": None},
        {"status": "fine"},
        {"since": 7},
        {"since": "yesterday"},
        {"probes": None},
        {"probes": [{}]},
        {"probes": [7]},
        {"changes": [[]]},
        {"changes": [["x", "ok", "down", "words"]]},
        {"begun": []},
    ],
)
def test_a_damaged_row_is_a_value_error(damage: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not a stored health"):
        from_plain({**to_plain(after("oddd")), **damage})


@pytest.mark.parametrize(
    "damage", [{"key": 7}, {"value": []}, {"status": ""}, {"marks": [[1]]}, {"good_at": 5}, {"at_s": "x"}]
)
def test_a_damaged_reading_is_a_value_error(damage: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not a stored reading"):
        reading_from_plain({**reading_to_plain(judged(97)), **damage})


def test_a_row_without_a_field_is_a_value_error() -> None:
    for key in to_plain(after("oddd")):
        plain = to_plain(after("oddd"))
        del plain[key]
        with pytest.raises(ValueError, match=key):
            from_plain(plain)
