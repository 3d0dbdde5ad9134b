"""Rates of counters: only from two good samples of one run of the device (RFC 2863, 3.1.5 and 3.1.6)."""

from __future__ import annotations

from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class Counter:
    """One sample of a counter that only grows, wraps at its size and starts anew with its device.

    `at_s` is read from a clock that does not jump. `uptime_s` is sysUpTime; `discontinuity` is
    ifCounterDiscontinuityTime as it came; None where the device has none.
    """

    value: int
    at_s: float
    bits: int
    uptime_s: float | None = None
    discontinuity: int | None = None


def rate(previous: Counter, current: Counter, *, ceiling: float | None = None) -> float | None:
    """Units a second between two samples, or None when they cannot be compared.

    They cannot after a restart of the device (sysUpTime went back; its own wrap after 497 days costs
    one rate), after a discontinuity, after a change of size, or when no time passed. A step back is a
    wrap only if what was counted meanwhile is at most half the counter's size, else a reset.
    `ceiling` is the most units a second that the thing can do: at that rate the counter must not
    be able to go round once between the samples, and a rate above it is a reset that looked like a wrap.
    """
    passed = current.at_s - previous.at_s
    if passed <= 0 or not _same_run(previous, current):
        return None
    size = 1 << current.bits
    if not (0 <= previous.value < size and 0 <= current.value < size):
        return None
    counted = (current.value - previous.value) % size
    if current.value < previous.value and counted > size // 2:
        return None
    found = counted / passed
    if ceiling is not None and (found > ceiling or ceiling * passed >= size):
        return None
    return found


def _same_run(previous: Counter, current: Counter) -> bool:
    if previous.bits != current.bits or previous.discontinuity != current.discontinuity:
        return False
    if previous.uptime_s is None or current.uptime_s is None:
        return previous.uptime_s is current.uptime_s
    return current.uptime_s >= previous.uptime_s
