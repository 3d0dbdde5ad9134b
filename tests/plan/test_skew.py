"""Clocks that differ: what is taken for the same time, and what is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hisconsole.plan.health import begin
from hisconsole.plan.skew import health_moved, skew

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MINUTES = timedelta(minutes=10)


def test_clocks_that_are_near_are_one_and_a_known_difference_does_not_tremble() -> None:
    none = timedelta()
    assert skew(NOON + timedelta(seconds=4), NOON, before=none) == none
    assert skew(NOON + MINUTES, NOON, before=none) == MINUTES
    assert skew(NOON + MINUTES + timedelta(seconds=1), NOON, before=MINUTES) == MINUTES
    assert skew(NOON, NOON, before=MINUTES) == none


def test_a_health_is_moved_there_and_back() -> None:
    health = begin("sw-1", ["net"], now=NOON)
    moved = health_moved(health, MINUTES)
    assert moved.since == moved.hard_since == NOON + MINUTES
    assert health_moved(moved, -MINUTES) == health
