"""The status of a target or a reading, and which of several is the worst."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from hisconsole.text import _


class Status(StrEnum):
    """What is known of a target; UNKNOWN is neither OK nor DOWN, and STALE was once something else.

    A probe finds OK to UNKNOWN. UNREACHABLE, STALE and SILENCED are laid over that when it is shown.
    """

    OK = "ok"
    WARNING = "warning"
    CRITICAL = "critical"
    DOWN = "down"
    UNKNOWN = "unknown"
    UNREACHABLE = "unreachable"
    STALE = "stale"
    SILENCED = "silenced"


RANK = {
    Status.OK: 0,
    Status.SILENCED: 1,
    Status.WARNING: 2,
    Status.STALE: 3,
    Status.UNKNOWN: 4,
    Status.UNREACHABLE: 5,
    Status.CRITICAL: 6,
    Status.DOWN: 7,
}
"""How bad each is: what cannot be seen may hide anything, so it outranks a warning, but it never
covers a critical value that was really measured."""


def worst(statuses: Iterable[Status]) -> Status:
    """The worst of some statuses; nothing at all is UNKNOWN."""
    return max(statuses, key=RANK.__getitem__, default=Status.UNKNOWN)


def mildest(statuses: Iterable[Status]) -> Status:
    """The least bad of some statuses; nothing at all is UNKNOWN."""
    return min(statuses, key=RANK.__getitem__, default=Status.UNKNOWN)


def worse(one: Status, other: Status) -> bool:
    """Whether `one` is worse than `other`."""
    return RANK[one] > RANK[other]


def status_label(status: str) -> str:
    """A status in words."""
    return {
        Status.OK: _("ok"),
        Status.WARNING: _("warning"),
        Status.CRITICAL: _("critical"),
        Status.DOWN: _("down"),
        Status.UNKNOWN: _("unknown"),
        Status.UNREACHABLE: _("unreachable"),
        Status.STALE: _("stale"),
        Status.SILENCED: _("silenced"),
    }[Status(status)]
