"""Readings: what a device says itself, what it leaves out, and the words for people."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from hisconsole.plan.reading import Judged, Round, Sample, fresh, judge_round, reading_words, value_text
from hisconsole.plan.status import Status, mildest, worse, worst
from hisconsole.plan.status import status_label as label
from hisconsole.plan.strikes import outcome
from hisconsole.plan.threshold import Threshold, parse_thresholds
from tests.plan.rounds import LETTERS, at, judged, letter

OK, WARN, CRIT, DOWN, UNKNOWN = (LETTERS[key] for key in "owcdu")
RULES = parse_thresholds("warn >= 80 clear < 70, crit >= 95")


@pytest.mark.parametrize(
    ("value", "hint", "rules", "status", "reason"),
    [
        (50, None, (), OK, ""),
        (50, None, RULES, OK, ""),
        ("running", None, (), OK, ""),
        ("running", OK, (), OK, ""),
        (None, None, (), UNKNOWN, "the device said so"),
        (None, OK, RULES, UNKNOWN, "the device said so"),
        (None, CRIT, RULES, CRIT, "the device said so"),
        (None, DOWN, (), DOWN, "the device said so"),
        ("text", OK, RULES, UNKNOWN, "text where a number was expected"),
        ("text", CRIT, RULES, UNKNOWN, "text where a number was expected"),
        (float("nan"), OK, RULES, UNKNOWN, "not a number"),
        (50, WARN, RULES, WARN, "the device said so"),
        (50, UNKNOWN, RULES, UNKNOWN, "the device said so"),
        (85, UNKNOWN, RULES, UNKNOWN, "the device said so"),
        (97, UNKNOWN, RULES, CRIT, "95 % or more"),
        (85, OK, RULES, WARN, "80 % or more"),
        (97, WARN, RULES, CRIT, "95 % or more"),
        (85, CRIT, RULES, CRIT, "the device said so"),
        (5, None, parse_thresholds("<= 10 for 5m", WARN), OK, ""),
    ],
)
def test_the_device_and_the_thresholds_both_count(
    value: float | str | None, hint: Status | None, rules: tuple[Threshold, ...], status: Status, reason: str
) -> None:
    found = judged(value, rules, hint=hint, reason="the device said so")
    assert (found.status, found.reason) == (status, reason)


@pytest.mark.parametrize(
    ("rules", "values", "reason"),
    [
        ("warn >= 80", [85], "80 % or more"),
        ("warn > 80", [85], "above 80 %"),
        ("warn <= 10", [5], "10 % or less"),
        ("warn < 10", [5], "below 10 %"),
        ("warn >= 80 clear < 70", [85, 75], "not yet below 70 %"),
        ("warn <= 10 clear > 15", [5, 12], "not yet above 15 %"),
        ("warn >= 80 for 1m", [85, 85], "80 % or more for 1m"),
    ],
)
def test_the_reason_names_the_limit(rules: str, values: list[float], reason: str) -> None:
    before = None
    for count, value in enumerate(values):
        before = judged(value, parse_thresholds(rules), before=before, seconds=60 * count)
    assert before is not None
    assert before.reason == reason


def test_a_lost_value_keeps_the_last_one_and_its_time() -> None:
    good = judged(42, seconds=0)
    lost = judged(None, before=judged(None, before=good, seconds=60), seconds=120)
    assert (lost.sample.value, lost.last, lost.good_at) == (None, 42, at(0))
    assert (lost.since, lost.reason) == (at(60), "no value")


def test_since_moves_only_with_the_status_and_never_lies_ahead() -> None:
    first = judged(85, RULES, seconds=0)
    assert judged(90, RULES, before=first, seconds=60).since == at(0)
    assert judged(97, RULES, before=first, seconds=60).since == at(60)
    assert judged(90, RULES, before=first, seconds=60, clock=-3600).since == at(-3600)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (97, "%", "97 %"),
        (96.72, "%", "96.7 %"),
        (-16.54, "dBm", "-16.5 dBm"),
        (0.0123, "s", "0.0123 s"),
        (1234.5, "", "1234"),
        (99.96, "%", "100 %"),
        (100.4, "%", "100 %"),
        (1e15, "", "1e+15"),
        (0.0, "min", "0 min"),
        (1e300, "", "1e+300"),
        ("running", "", "running"),
        (None, "%", "-"),
    ],
)
def test_values_for_people(value: float | str | None, unit: str, text: str) -> None:
    assert value_text(value, unit) == text


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (judged(97, RULES), "/var 97 %"),
        (judged(None, reason="timed out"), "/var: timed out"),
        (judged(3, hint=CRIT, reason="on battery"), "/var 3 % (on battery)"),
        (judged(None, hint=CRIT, reason="no light"), "/var: no light"),
        (judged(97, RULES, reason="since reboot"), "/var 97 %"),
    ],
)
def test_readings_in_words(found: Judged, words: str) -> None:
    assert reading_words(found) == words


def _round(*samples: tuple[str, float | None], seconds: float, fault: str = "", failure: str = "") -> Round:
    made = tuple(Sample(key, key, value, "%", "df -P") for key, value in samples)
    return Round("db-1", "ssh", at(seconds - 1), at(seconds), made, failure, fault)


def _judge(polled: Round, before: tuple[Judged, ...] = ()) -> tuple[Judged, ...]:
    return judge_round(
        polled,
        rules=lambda key: RULES,
        before={judged.sample.key: judged for judged in before},
        at_s=polled.finished.timestamp(),
        patience=timedelta(seconds=150),
    )


def _brief(readings: tuple[Judged, ...]) -> str:
    return " ".join(f"{found.sample.key}={letter(found.status)}{found.last}" for found in readings)


def test_a_failed_round_makes_every_reading_unknown_and_keeps_the_last_values() -> None:
    good = _judge(_round(("a", 10), ("b", 97), seconds=0))
    lost = _judge(_round(seconds=60, fault="silent", failure="no answer"), good)
    assert _brief(lost) == "a=u10 b=u97"
    assert {found.reason for found in lost} == {"no answer"}
    again = _judge(_round(("a", 10), ("b", 92), seconds=120), lost)
    assert _brief(again) == "a=o10 b=w92"


def test_what_a_good_round_leaves_out_stays_then_is_unknown_then_forgotten() -> None:
    readings = _judge(_round(("a", 10), ("b", 20), seconds=0))
    seen = {}
    for seconds in (60, 150, 151, 3600, 86_400, 86_401):
        readings = _judge(_round(("a", 10), seconds=seconds), readings)
        seen[seconds] = _brief(readings)
    assert seen == {
        60: "a=o10 b=o20",
        150: "a=o10 b=o20",
        151: "a=o10 b=u20",
        3600: "a=o10 b=u20",
        86_400: "a=o10 b=u20",
        86_401: "a=o10",
    }


def test_what_stood_for_a_part_that_gave_no_answer_goes_once_that_part_answers_again() -> None:
    readings = _judge(_round(("if/1/link", 10), seconds=0))
    readings = _judge(_round(("if", None), seconds=60), readings)
    seen = {}
    for seconds in (120, 210, 211):
        readings = _judge(_round(("if/1/link", 10), seconds=seconds), readings)
        seen[seconds] = _brief(readings)
    assert seen == {120: "if/1/link=o10 if=uNone", 210: "if/1/link=o10 if=uNone", 211: "if/1/link=o10"}


def test_a_partial_round_loses_only_what_it_does_not_hold() -> None:
    readings = _judge(_round(("a", 10), ("b", 20), seconds=0))
    assert _brief(_judge(_round(("a", 11), seconds=60, fault="malformed"), readings)) == "a=o11 b=u20"


def test_of_two_samples_with_one_key_the_worse_stands() -> None:
    for pair in ((97, 10), (10, 97)):
        twins = _judge(_round(("a", pair[0]), ("a", pair[1]), seconds=0))
        assert _brief(twins) == "a=c97"


@pytest.mark.parametrize(
    ("samples", "fault", "failure", "status", "words", "sure"),
    [
        ([("a", 10)], "", "", OK, "", False),
        ([("a", 85), ("b", 10)], "", "", WARN, "a 85 %", False),
        ([("a", 85), ("b", None)], "", "", UNKNOWN, "b: no value", False),
        ([("a", 97), ("b", None)], "", "", CRIT, "a 97 %", False),
        ([], "", "", UNKNOWN, "answers, but gives no readings", False),
        ([], "silent", "no answer", DOWN, "no answer", False),
        ([], "timeout", "gave no answer in 20 s", DOWN, "gave no answer in 20 s", False),
        ([], "refused", "port 22 is closed", DOWN, "port 22 is closed", False),
        ([], "malformed", "answers, but malformed", UNKNOWN, "answers, but malformed", False),
        ([], "local", "no socket left here", UNKNOWN, "no socket left here", False),
        ([], "auth", "wrong password", UNKNOWN, "wrong password", True),
        ([], "identity", "identity changed", UNKNOWN, "identity changed", True),
        ([], "", "something else", UNKNOWN, "something else", False),
        ([], "silent", "", DOWN, "silent", False),
        ([("a", 97)], "malformed", "half an answer", UNKNOWN, "half an answer", False),
    ],
)
def test_what_a_round_comes_to(
    *,
    samples: list[tuple[str, float | None]],
    fault: str,
    failure: str,
    status: Status,
    words: str,
    sure: bool,
) -> None:
    polled = _round(*samples, seconds=0, fault=fault, failure=failure)
    found = outcome(polled, _judge(polled))
    assert (found.status, found.words, found.sure) == (status, words, sure)
    assert (found.probe, found.at) == ("ssh", at(0))


def test_a_failure_without_a_word_for_machines_is_malformed() -> None:
    assert outcome(_round(seconds=0, failure="something else"), []).fault == "malformed"
    assert outcome(_round(seconds=0, fault="silent"), []).fault == "silent"
    assert outcome(_round(("a", 1), seconds=0), []).fault == ""


def test_among_equals_the_sure_reading_speaks() -> None:
    rules = parse_thresholds("warn >= 80 for 1m")
    sure = judged(85, rules, before=judged(85, rules, seconds=0), seconds=60)
    first = judged(85, parse_thresholds("warn >= 80"))
    first = replace(first, sample=replace(first.sample, key="a", label="a"))
    assert outcome(_round(seconds=60), [first, sure]).sure
    assert outcome(_round(seconds=60), [sure, first]).words == "/var 85 %"


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, True), (60, True), (61, False), (-60, True), (-61, False)]
)
def test_how_far_from_now_is_fresh(seconds: float, expected: bool) -> None:
    assert fresh(at(0), now=at(seconds), limit=timedelta(seconds=60)) is expected


def test_a_reading_alone_is_critical_at_most() -> None:
    polled = _round(seconds=0)
    assert outcome(polled, [judged("down", hint=DOWN, reason="link is down")]).status is CRIT


def test_a_threshold_that_waited_needs_no_strikes() -> None:
    rules = parse_thresholds("crit >= 95 for 1m")
    waited = judged(97, rules, before=judged(97, rules, seconds=0), seconds=60)
    assert outcome(_round(seconds=60), [waited]).sure


def test_unknown_stands_between_warning_and_critical() -> None:
    order = [OK, WARN, LETTERS["s"], UNKNOWN, LETTERS["r"], CRIT, DOWN]
    assert all(worse(high, low) for low, high in pairwise(order))
    assert (worst([]), mildest([]), worst(order), mildest(order)) == (UNKNOWN, UNKNOWN, DOWN, OK)
    assert all(label(status) for status in Status)
