"""What a PIN may be, and that guessing stays slow whatever the times of the tries are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hisconsole.errors import Refused
from hisconsole.plan.pins import FREE, LONGEST_PAUSE, Tries, check_pin, pause, wait_told

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
SECONDS = st.integers(0, 2000)


@pytest.mark.parametrize("pin", [b"4071", b"271828", b"999998888812"])
def test_digits_are_a_pin(pin: bytes) -> None:
    check_pin(pin)


@pytest.mark.parametrize(
    "pin", [b"", b"407", b"1234567890123", b"40a1", b"4071 ", "４０７１".encode(), b"1111", b"1234", b"9876"]
)
def test_what_is_no_pin_is_refused_and_not_repeated(pin: bytes) -> None:
    with pytest.raises(Refused) as caught:
        check_pin(pin)
    if len(pin) > 4:
        assert pin.decode() not in str(caught.value)


def test_five_wrong_ones_are_free_then_the_pause_doubles_up_to_a_quarter_of_an_hour() -> None:
    tries, waits = Tries(), []
    for _try in range(FREE + 6):
        tries = tries.after_wrong(NOW)
        waits.append(tries.wait(NOW))
    assert waits == [0, 0, 0, 0, 60, 120, 240, 480, 900, 900, 900]
    assert "60 s" in wait_told(waits[4])


@given(st.lists(SECONDS, max_size=60))
def test_in_any_order_of_times_no_more_tries_are_taken_than_the_pauses_leave(steps: list[int]) -> None:
    now, tries, taken = NOW, Tries(), []
    for step in steps:
        now += timedelta(seconds=step)
        wait = tries.wait(now)
        assert 0 <= wait <= LONGEST_PAUSE.total_seconds()
        if wait:
            assert tries.wait(now + timedelta(seconds=wait)) == 0
            continue
        tries = tries.after_wrong(now)
        taken.append(now)
    for at in range(FREE, len(taken)):
        assert taken[at] - taken[at - 1] >= pause(at)


@given(back=st.integers(1, 10**6), wrong=st.integers(FREE, 40))
def test_a_clock_that_is_set_back_lengthens_no_pause(back: int, wrong: int) -> None:
    tries = Tries(wrong, NOW + pause(wrong))
    now = NOW - timedelta(seconds=back)
    assert tries.wait(now) <= pause(wrong).total_seconds()
    tries = tries.clock_put_right(now)
    assert tries.wait(now) == pause(wrong).total_seconds()
    assert tries.wait(now + pause(wrong)) == 0


@given(ago=st.integers(0, 10**4), wrong=st.integers(0, 40))
def test_a_clock_that_goes_right_changes_no_pause(ago: int, wrong: int) -> None:
    tries = Tries(wrong, NOW + pause(wrong))
    assert tries.clock_put_right(NOW + timedelta(seconds=ago)) == tries
