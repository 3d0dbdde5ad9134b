"""Frames on their way, by moments that the test gives."""

from __future__ import annotations

import pytest

from hisconsole.console.pace import ASK_AGAIN_S, FIRST, TICK, Pace


def answering(*, delay: float = 0.2) -> Pace:
    """The pace of a terminal that has answered once."""
    pace = Pace(asks=True, now=0.0)
    assert pace.sent(40, now=0.0)
    pace.answered(now=delay)
    return pace


def test_data_has_one_frame_on_its_way_and_a_key_one_more() -> None:
    pace = answering()
    assert pace.wait(now=1.0, keyed=False) == 0
    pace.sent(300, now=1.0)
    assert pace.wait(now=1.01, keyed=False) > 0
    assert pace.wait(now=1.01, keyed=True) == 0
    pace.sent(300, now=1.01)
    assert pace.wait(now=1.02, keyed=True) > 0
    pace.answered(now=1.4)
    assert pace.wait(now=1.4, keyed=True) == 0
    assert pace.wait(now=1.4, keyed=False) > 0
    pace.answered(now=1.6)
    assert pace.wait(now=1.6, keyed=False) == 0
    assert pace.under_way == 0


def test_on_a_quick_but_far_line_typing_does_not_wait_for_echoes() -> None:
    pace = answering(delay=0.6)
    pace.sent(4000, now=1.0)
    pace.answered(now=1.61)
    for number in range(5):
        assert pace.wait(now=2.0 + number / 100, keyed=True) == 0
        pace.sent(30, now=2.0 + number / 100)
    assert pace.wait(now=2.05, keyed=False) > 0


def test_what_one_frame_may_take_follows_from_the_line() -> None:
    pace = answering()
    assert pace.room() == FIRST
    for at in (1.0, 4.0, 7.0):
        pace.sent(1500, now=at)
        pace.answered(now=at + 0.2 + 1.5)
    assert pace.rate is not None
    assert 900 < pace.rate < 1100
    assert pace.room() == 400
    pace.sent(400, now=10.0)
    pace.answered(now=10.21)
    assert (pace.room() or 0) > 2000


def test_data_keeps_a_thin_line_busy_without_queueing_on_it() -> None:
    pace = answering()
    for at in (1.0, 4.0, 7.0):
        pace.sent(1500, now=at)
        pace.answered(now=at + 0.2 + 1.5)
    pace.sent(400, now=10.0)
    wait = pace.wait(now=10.0, keyed=False)
    assert 0.35 < wait < 0.45  # as long as the line carries it, but not until its echo is back
    assert pace.wait(now=10.0 + wait, keyed=False) == 0
    pace.sent(400, now=10.0 + wait)
    assert pace.wait(now=10.5, keyed=False) > 0
    pace.answered(now=10.62)
    assert pace.wait(now=10.85, keyed=False) == 0


def test_a_terminal_that_never_answers_gets_frames_by_the_clock_and_is_asked_no_more() -> None:
    pace = Pace(asks=True, now=0.0)
    assert not pace.echoes
    asked = 0
    now = 0.0
    for number in range(400):
        now = number / 20
        assert pace.wait(now=now, keyed=False) == 0
        asked += pace.sent(100, now=now)
        assert 0 < pace.wait(now=now + 0.001, keyed=False) <= TICK
        assert pace.wait(now=now + 0.001, keyed=True) == 0
    assert asked < 60
    assert pace.room() is None
    assert pace.sent(100, now=now + ASK_AGAIN_S)
    pace.answered(now=now + ASK_AGAIN_S + 0.1)
    assert pace.echoes


def test_a_terminal_that_would_print_the_question_is_not_asked() -> None:
    pace = Pace(asks=False, now=0.0)
    assert not pace.sent(100, now=1.0)
    assert pace.room() is None
    assert 0 < pace.wait(now=1.01, keyed=False) <= TICK


def test_a_lost_echo_holds_nothing_up_for_ever() -> None:
    pace = answering()
    pace.sent(100, now=1.0)
    wait = pace.wait(now=1.0, keyed=False)
    assert 0 < wait <= 2.0
    assert pace.wait(now=1.0 + wait, keyed=False) == 0
    assert pace.echoes


def test_a_slow_line_is_told_without_flicker() -> None:
    pace = answering(delay=0.1)
    assert pace.slow(now=1.0) is None
    pace.sent(300, now=1.0)
    assert pace.slow(now=2.2) == pytest.approx(1.2)
    pace.answered(now=2.3)
    first = pace.slow(now=2.3)
    assert first is None or first > 0.5
    for at in (3.0, 5.0, 7.0):
        pace.sent(300, now=at)
        pace.answered(now=at + 1.1)
    told = pace.slow(now=9.0)
    assert told is not None
    pace.sent(300, now=10.0)
    pace.answered(now=11.2)
    assert pace.slow(now=11.2) == told
    for at in (12.0, 13.0, 14.0, 15.0):
        pace.sent(300, now=at)
        pace.answered(now=at + 0.1)
    assert pace.slow(now=16.0) is None
