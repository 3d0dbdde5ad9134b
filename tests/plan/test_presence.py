"""Who else looks, in words: each person once, what they do, and never a lock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hisconsole.plan.presence import Looking, named, viewers, viewing, warning

NOW = datetime(2026, 11, 23, 6, 2, tzinfo=UTC)
DOING = Looking("li.na", 7, NOW - timedelta(minutes=5), "classify", NOW)
OTHERS = (
    Looking("wang.lei", 7, NOW),
    DOING,
    Looking("li.na", 7, NOW),
    Looking("zhao.yan", 8, NOW, "classify", NOW),
)


def at(moment: datetime) -> str:
    return moment.strftime("%H:%M")


def label(act: str) -> str:
    return act.title()


def test_each_person_counts_once_and_those_who_do_something_stand_first() -> None:
    found = viewers(OTHERS, 7)
    assert [each.operator for each in found] == ["li.na", "wang.lei"]
    assert viewing(found, label, at) == "2 others viewing; li.na: Classify since 06:02"
    assert named(found, label, at) == "Also looking at it: li.na: Classify since 06:02, wang.lei."


def test_nobody_else_is_told_in_no_words() -> None:
    assert viewing((), label, at) == ""
    assert viewing(viewers(OTHERS, 8), label, at).startswith("1 other viewing")


def test_a_warning_comes_before_the_same_act_only_and_says_that_one_may_go_on() -> None:
    found = viewers(OTHERS, 7)
    assert warning(found, "close", label, at) == ""
    told = warning(found, "classify", label, at)
    assert told == "li.na: Classify since 06:02. You can go on: whoever is second is told."
