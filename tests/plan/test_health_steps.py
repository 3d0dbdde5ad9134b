"""Soft and hard: strikes, recoveries, several probes of one target, their timing, and age."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hisconsole.plan.health import (
    Outcome,
    Policy,
    Status,
    TargetHealth,
    begin,
    due_in,
    seen,
    stale_after,
    step,
)
from tests.plan.rounds import LETTERS, NOON, POLICY, after, at, found, letter, path

OK, WARN, CRIT, DOWN, UNKNOWN, STALE = (LETTERS[key] for key in "owcdus")


def _trail(healths: list[TargetHealth]) -> tuple[str, str]:
    """What is shown after each round, and what is firm."""
    return "".join(letter(health.status) for health in healths), "".join(
        letter(health.hard) for health in healths
    )


@pytest.mark.parametrize(
    ("rounds", "shown", "hard"),
    [
        # First contact.
        ("o", "o", "o"),
        ("w", "w", "w"),
        ("c", "c", "u"),
        ("d", "u", "u"),
        ("u", "u", "u"),
        ("ddd", "uud", "uud"),
        ("ccc", "ccc", "uuc"),
        ("doo", "uuo", "uuo"),
        # Three strikes.
        ("od", "ou", "oo"),
        ("odd", "ouu", "ooo"),
        ("oddd", "ouud", "oood"),
        ("occc", "occc", "oooc"),
        ("owww", "owww", "ooow"),
        ("ouuu", "ouuu", "ooou"),
        # A strike that is not followed is forgotten at once.
        ("odo", "ouo", "ooo"),
        ("oddodd", "ouuouu", "oooooo"),
        ("ocodow", "ocouow", "oooooo"),
        # Strikes of several kinds come to the mildest of the three.
        ("odcd", "oucc", "oooc"),
        ("odwd", "ouwu", "ooow"),
        ("ocdd", "ocuc", "oooc"),
        ("ocddd", "ocucd", "ooocd"),
        # Recovery after two.
        ("odddo", "ouudd", "ooodd"),
        ("odddoo", "ouuddo", "oooddo"),
        ("odddodo", "ouudddd", "ooodddd"),
        ("odddodoo", "ouuddddo", "oooddddo"),
        ("occcoo", "occcco", "ooocco"),
        ("owwwoo", "owwwwo", "ooowwo"),
        # Better, but not good.
        ("odddww", "ouuddw", "oooddw"),
        ("odddwo", "ouuddw", "oooddw"),
        ("odddwoo", "ouuddwo", "oooddwo"),
        ("occcwo", "occccw", "oooccw"),
        ("occcow", "occccw", "oooccw"),
        # Worse needs strikes of its own.
        ("owwwd", "owwwu", "oooww"),
        ("owwwddd", "owwwuud", "ooowwwd"),
        ("owwwc", "owwwc", "oooww"),
        ("owwwcww", "owwwcww", "ooowwww"),
        ("occcd", "occcc", "ooocc"),
        ("occcddd", "occcccd", "ooocccd"),
        # It answers, though not so that it can be judged: no longer down, nor OK.
        ("oddduu", "ouuddu", "oooddu"),
        ("odddudd", "ouudddd", "ooodddd"),
    ],
)
def test_three_strikes_and_two_recoveries(rounds: str, shown: str, hard: str) -> None:
    assert _trail(list(path(rounds))) == (shown, hard)


@pytest.mark.parametrize(
    ("policy", "rounds", "hard"),
    [
        (Policy(attempts=1, recoveries=1), "odo", "odo"),
        (Policy(attempts=1, recoveries=3), "odooo", "odddo"),
        (Policy(attempts=5, recoveries=2), "odddddoo", "oooooddo"),
        (Policy(attempts=2, recoveries=4), "oddoooo", "ooddddo"),
    ],
)
def test_other_policies(policy: Policy, rounds: str, hard: str) -> None:
    assert _trail(list(path(rounds, policy=policy)))[1] == hard


@pytest.mark.parametrize(
    ("before", "kind", "hard"), [("o", "u", UNKNOWN), ("occc", "w", CRIT), ("o", "c", CRIT)]
)
def test_what_is_sure_is_firm_at_once_but_never_betters(before: str, kind: str, hard: Status) -> None:
    found_ = found(kind, seconds=600, sure=True)
    assert step(after(before), found_, policy=POLICY, now=at(600)).hard is hard


@pytest.mark.parametrize(
    ("rounds", "soft", "attempt", "words"),
    [
        ("o", False, 0, ""),
        ("od", True, 1, "no answer"),
        ("odd", True, 2, "no answer"),
        ("oddd", False, 0, "no answer"),
        ("odddo", False, 0, "no answer"),
        ("odddoo", False, 0, ""),
        ("owwwd", True, 1, "no answer"),
        ("odc", True, 2, "archive volume 97 %"),
        ("ow", True, 1, "disk 85 %"),
    ],
)
def test_the_strike_and_the_words(rounds: str, soft: bool, attempt: int, words: str) -> None:
    health = after(rounds)
    assert (health.soft, health.attempt, health.worst) == (soft, attempt, words)


def _several(**rounds: str) -> TargetHealth:
    """A target whose probes each had these rounds, taken in turn."""
    health = begin("db-1", list(rounds), now=NOON)
    for turn in range(max(map(len, rounds.values()))):
        for probe, kinds in rounds.items():
            if turn < len(kinds):
                seconds = turn * 30
                health = step(
                    health, found(kinds[turn], seconds=seconds, probe=probe), policy=POLICY, now=at(seconds)
                )
    return health


@pytest.mark.parametrize(
    ("snmp", "ssh", "status", "hard", "words"),
    [
        ("o", "o", OK, OK, ""),
        ("oddd", "oooo", WARN, WARN, "SNMP agent silent"),
        ("oooo", "oddd", WARN, WARN, "SSH silent"),
        ("od", "oo", WARN, OK, "SNMP agent silent"),
        ("oddd", "oddd", DOWN, DOWN, "no answer"),
        ("oddd", "odd", UNKNOWN, WARN, "no answer"),
        ("od", "od", UNKNOWN, OK, "no answer"),
        ("oddd", "occc", CRIT, CRIT, "archive volume 97 %"),
        ("oddd", "owww", WARN, WARN, "SNMP agent silent"),
        ("oddd", "ouuu", UNKNOWN, UNKNOWN, "malformed answer"),
        ("owww", "occc", CRIT, CRIT, "archive volume 97 %"),
        ("owww", "ouuu", UNKNOWN, UNKNOWN, "malformed answer"),
        ("odddoo", "odddd", WARN, WARN, "SSH silent"),
        ("odddo", "oddddd", DOWN, DOWN, "no answer"),
        ("odddoo", "odddoo", OK, OK, ""),
        ("o", "", UNKNOWN, UNKNOWN, "not polled yet"),
        ("oddd", "", UNKNOWN, UNKNOWN, "not polled yet"),
    ],
)
def test_a_target_is_down_only_when_all_its_probes_are(
    snmp: str, ssh: str, status: Status, hard: Status, words: str
) -> None:
    health = _several(snmp=snmp, ssh=ssh)
    assert (health.status, health.hard, health.worst) == (status, hard, words)


def test_a_target_is_the_sum_of_its_probes() -> None:
    health = _several(snmp="oodododo", ssh="ood")
    assert (health.flapping, health.silent, health.attempt) == (True, False, 1)
    assert (health.hard, health.checked_at, health.good_at) == (WARN, at(210), at(210))
    health = _several(snmp="ood", ssh="oodododo")
    assert (health.flapping, health.silent, health.hard) == (True, False, WARN)
    assert (health.checked_at, health.good_at) == (at(210), at(210))
    assert _several(snmp="oodd", ssh="od").attempt == 2
    assert _several(snmp="od", ssh="od").silent


def test_another_probes_silence_has_words_too() -> None:
    assert _several(net="oddd", ssh="oooo").worst == "no answer to ping and ports"
    assert _several(modbus="oddd", ssh="oooo").worst == "modbus silent"


def test_a_target_not_polled_yet_is_unknown_and_no_change_is_told_of_its_first_contact() -> None:
    fresh = begin("db-1", ["snmp", "ssh"], now=NOON)
    assert (fresh.status, fresh.worst, fresh.soft) == (UNKNOWN, "not polled yet", False)
    assert (fresh.checked_at, fresh.good_at, fresh.begun, fresh.silent) == (None, None, None, False)
    assert _several(snmp="o", ssh="o").changes == ()
    assert begin("empty", [], now=NOON).silent is False


def test_an_edited_list_of_probes_keeps_what_is_known_of_the_rest() -> None:
    both = _several(snmp="oddd", ssh="oooo")
    assert begin("db-1", ["snmp", "ssh"], now=at(120), before=both) is both
    alone = begin("db-1", ["ssh"], now=at(120), before=both)
    assert (alone.status, [probe.probe for probe in alone.probes]) == (OK, ["ssh"])
    more = begin("db-1", ["ssh", "net"], now=at(120), before=alone)
    assert (more.status, more.worst) == (UNKNOWN, "not polled yet")
    late = found("d", seconds=150, probe="snmp")
    assert step(alone, late, policy=POLICY, now=at(150)) is alone


def test_when_it_began_is_when_it_was_last_ok_no_more() -> None:
    healths = list(path("oodddwoo"))
    begun = [health.begun for health in healths]
    assert begun == [None, None, at(60), at(60), at(60), at(60), at(60), None]
    assert [health.recovered_at for health in healths][4:] == [None, None, at(180), at(180)]
    assert [health.since for health in healths][2:5] == [at(60), at(60), at(120)]
    assert healths[4].hard_since == at(120)
    assert next(path("d")).begun == NOON


@pytest.mark.parametrize(("kinds", "good_at"), [("o", 0), ("od", 0), ("odu", 0), ("odw", 60), ("oc", 30)])
def test_checked_is_every_round_and_good_is_every_answer(kinds: str, good_at: int) -> None:
    health = after(kinds)
    assert (health.checked_at, health.good_at) == (at(30 * (len(kinds) - 1)), at(good_at))


@pytest.mark.parametrize(
    ("ended", "now", "counted"),
    [
        (60, 60, True),
        (31, 31, True),
        # Late: it was overtaken.
        (30, 60, False),
        (10, 60, False),
        # The clock was set back by an hour: the round already counted is of the future.
        (-3540, -3540, True),
        (29, 29, True),
    ],
)
def test_late_rounds_are_dropped_unless_the_clock_was_set_back(ended: int, now: int, counted: bool) -> None:
    before = after("oo")
    health = step(before, found("d", seconds=ended), policy=POLICY, now=at(now))
    assert (health is not before) is counted


def test_a_clock_set_back_leaves_no_moment_ahead() -> None:
    health = after("oddd")
    health = step(health, found("d", seconds=-3600), policy=POLICY, now=at(-3600))
    assert {health.since, health.hard_since, health.begun} == {at(-3600)}


@pytest.mark.parametrize(
    ("fault", "trusted", "counted"),
    [
        ("silent", False, False),
        ("timeout", False, False),
        ("refused", False, False),
        ("local", False, False),
        ("auth", False, True),
        ("malformed", False, True),
        ("", False, True),
        ("silent", True, True),
        ("local", True, True),
    ],
)
def test_silence_counts_only_while_our_own_path_is_trusted(fault: str, trusted: bool, counted: bool) -> None:
    before = after("oo")
    round_ = Outcome("snmp", DOWN if fault else OK, at(60), fault, fault)
    health = step(before, round_, policy=POLICY, now=at(60), trusted=trusted)
    assert (health is not before) is counted


@pytest.mark.parametrize(
    ("rounds", "seconds"),
    [
        ("o", 30),
        ("od", 5),
        ("odd", 5),
        ("oddd", 30),
        ("odddd", 30),
        ("odddo", 5),
        ("odddoo", 30),
        ("oc", 5),
        ("owwwd", 5),
        ("u", 30),
        ("uo", 5),
        # It flaps.
        ("odododo", 30),
        ("odododod", 30),
    ],
)
def test_what_is_open_is_asked_again_soon(rounds: str, seconds: float) -> None:
    assert due_in(after(rounds), "snmp", policy=POLICY, cadence_s=30) == seconds


def test_a_neighbour_that_falls_silent_asks_the_other_probes_at_once() -> None:
    assert due_in(_several(snmp="od", ssh="oo"), "ssh", policy=POLICY, cadence_s=60) == 5
    assert due_in(_several(snmp="oddd", ssh="oooo"), "ssh", policy=POLICY, cadence_s=60) == 60
    assert due_in(_several(snmp="oddd", ssh="oddd"), "ssh", policy=POLICY, cadence_s=60) == 60
    assert due_in(_several(snmp="o"), "ssh", policy=POLICY, cadence_s=60) == 60
    assert due_in(after("od"), "snmp", policy=POLICY, cadence_s=2) == 2


def _hard_down_after(cut_s: float, *, cadence_s: float, silence_s: float) -> tuple[float, int]:
    """Seconds from a cut until the target is firmly down, polled as `due_in` says, and the rounds it took."""
    health = begin("sw-1", ["snmp"], now=NOON)
    start, rounds = 0.0, 0
    while health.hard is not DOWN:
        dark = start >= cut_s
        end = start + (silence_s if dark else 0.05)
        rounds += dark
        health = step(health, found("d" if dark else "o", seconds=end), policy=POLICY, now=at(end))
        start = end + due_in(health, "snmp", policy=POLICY, cadence_s=cadence_s)
    return end - cut_s, rounds


@pytest.mark.parametrize("phase", range(0, 31, 3))
def test_a_cut_silent_target_polled_every_30_s_is_hard_down_within_60_s(phase: int) -> None:
    # Two tries of 2 s with 0.25 s of jitter, then 1 s to the store and 1 s to the screen.
    passed, rounds = _hard_down_after(60.06 + phase, cadence_s=30, silence_s=4.25)
    assert rounds == 3
    assert passed + 2 <= 60


@pytest.mark.parametrize(
    ("interval", "budget", "limit"),
    [(30, 24, 75), (60, 48, 150), (30, 60, 90), (10, 15, 25), (300, 240, 750)],
)
def test_how_old_a_round_may_be(interval: float, budget: float, limit: float) -> None:
    assert stale_after(interval_s=interval, budget_s=budget) == timedelta(seconds=limit)


@pytest.mark.parametrize(
    ("rounds", "age", "isolated", "status"),
    [
        ("o", 0, False, OK),
        ("o", 75, False, OK),
        ("o", 76, False, STALE),
        ("oddd", 75, False, DOWN),
        ("oddd", 76, False, STALE),
        ("occc", 76, False, STALE),
        ("o", 0, True, STALE),
        ("oddd", 0, True, STALE),
        ("", 0, False, UNKNOWN),
        ("", 3600, False, UNKNOWN),
        ("", 0, True, UNKNOWN),
        # The clock was set back: a little is nothing, much is no age at all.
        ("o", -10, False, OK),
        ("o", -3600, False, STALE),
    ],
)
def test_an_old_status_is_stale(rounds: str, age: int, isolated: bool, status: Status) -> None:
    now = at(30 * max(0, len(rounds) - 1) + age)
    assert seen(after(rounds), now=now, limit=timedelta(seconds=75), isolated=isolated) is status


@pytest.mark.parametrize(
    ("snmp", "ssh", "status"),
    [
        ("oooooo", "o", STALE),
        ("oooccc", "o", CRIT),
        ("owwwww", "o", STALE),
        ("oddddd", "o", STALE),
        ("oddddd", "ccc", STALE),
        ("oooooo", "oooo", OK),
    ],
)
def test_one_stale_probe_leaves_a_target_at_best_stale(snmp: str, ssh: str, status: Status) -> None:
    assert seen(_several(snmp=snmp, ssh=ssh), now=at(160), limit=timedelta(seconds=75)) is status


def test_a_health_is_a_value() -> None:
    assert after("odd") == after("odd")
    assert replace(after("odd"), target="other") != after("odd")
