"""Flapping as Icinga 2 measures it: the last twenty rounds, a change or none, the newest counts most."""

from __future__ import annotations

SLOTS = 20
START_ABOVE = 30.0
STOP_AT = 25.0

_FULL = (1 << SLOTS) - 1
_WEIGHTS = tuple(80 + 2 * slot for slot in range(SLOTS))
"""Oldest first, in hundredths (0.80 to 1.18): whole numbers, so that the limits are met exactly."""


def turned(ring: int, *, changed: bool) -> int:
    """The ring after one more round; its lowest bit is the newest."""
    return (ring << 1 | changed) & _FULL


def change_percent(ring: int) -> float:
    """How much a ring changes, 0 to 99 %: five newest changes make 28.5 %, six 33.9 %."""
    return sum(weight for slot, weight in enumerate(reversed(_WEIGHTS)) if ring >> slot & 1) / SLOTS


def flaps(ring: int, *, before: bool) -> bool:
    """Whether this ring flaps: it starts above 30 % and ends at 25 %, so that flapping does not flap."""
    percent = change_percent(ring)
    return percent > STOP_AT if before else percent > START_ABOVE
