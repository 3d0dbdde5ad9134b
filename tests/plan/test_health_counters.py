"""Rates: only from two good samples of one run of the device."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hisconsole.plan.counters import Counter, rate

TOP32, TOP64 = 1 << 32, 1 << 64


def _pair(before: int, now: int, bits: int, *, seconds: float = 10.0) -> tuple[Counter, Counter]:
    return Counter(before, 100.0, bits, 5000.0, 0), Counter(now, 100.0 + seconds, bits, 5000.0 + seconds, 0)


@pytest.mark.parametrize(
    ("before", "now", "bits", "expected"),
    [
        (0, 0, 32, 0.0),
        (0, 100, 32, 10.0),
        (1000, 1100, 64, 10.0),
        (TOP32 - 50, 50, 32, 10.0),
        (TOP64 - 50, 50, 64, 10.0),
        (TOP32 - 1, 0, 32, 0.1),
        (0, TOP32 - 1, 32, (TOP32 - 1) / 10),
        # Half a round back is the last that may be a wrap.
        (TOP32 // 2, 0, 32, TOP32 / 20),
        (TOP32 // 2 - 1, 0, 32, None),
        (1_000_000_000, 100, 32, None),
        (1_000_000_000_000, 100, 64, None),
        # No value of such a counter.
        (0, TOP32, 32, None),
        (TOP32, 0, 32, None),
        (-1, 5, 64, None),
        (5, -1, 64, None),
        (0, TOP64, 64, None),
    ],
)
def test_rates_and_wraps(before: int, now: int, bits: int, expected: float | None) -> None:
    assert rate(*_pair(before, now, bits)) == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("previous", "current", "expected"),
    [
        ({}, {}, 10.0),
        ({"uptime_s": None}, {"uptime_s": None}, 10.0),
        ({"discontinuity": None}, {"discontinuity": None}, 10.0),
        ({}, {"uptime_s": 5.0}, None),
        ({}, {"uptime_s": None}, None),
        ({"uptime_s": None}, {}, None),
        ({}, {"uptime_s": 5000.0}, 10.0),
        ({}, {"discontinuity": 77}, None),
        ({"discontinuity": 77}, {"discontinuity": 77}, 10.0),
        ({"discontinuity": None}, {}, None),
        ({}, {"bits": 64}, None),
        ({}, {"at_s": 100.0}, None),
        ({}, {"at_s": 90.0}, None),
    ],
)
def test_two_runs_of_a_device_give_no_rate(
    previous: dict[str, float | int | None], current: dict[str, float | int | None], expected: float | None
) -> None:
    before, now = _pair(0, 100, 32)
    assert rate(replace(before, **previous), replace(now, **current)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "now", "seconds", "ceiling", "expected"),
    [
        (0, 1000, 10.0, 100.0, 100.0),
        (0, 1001, 10.0, 100.0, None),
        # A reset that looks like a wrap.
        (3_000_000_000, 100, 10.0, 125_000_000.0, None),
        # A gigabit fills 32 bits of octets in 34 s: after that nobody knows how often it went round.
        (0, 1000, 30.0, 125_000_000.0, 1000 / 30),
        (0, 1000, 35.0, 125_000_000.0, None),
        (0, 1000, 16.0, TOP32 / 16, None),
    ],
)
def test_what_a_thing_cannot_do_is_no_rate(
    before: int, now: int, seconds: float, ceiling: float, expected: float | None
) -> None:
    found = rate(*_pair(before, now, 32, seconds=seconds), ceiling=ceiling)
    assert found == (None if expected is None else pytest.approx(expected))


@given(
    st.sampled_from([32, 64]), st.integers(0, TOP64 - 1), st.integers(0, TOP32 // 2 - 1), st.floats(0.1, 1e6)
)
def test_a_wrap_changes_no_rate(bits: int, start: int, counted: int, seconds: float) -> None:
    size = 1 << bits
    before, now = _pair(start % size, (start + counted) % size, bits, seconds=seconds)
    assert rate(before, now) == pytest.approx(counted / (now.at_s - before.at_s))
