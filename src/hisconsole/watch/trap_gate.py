"""What a datagram has to pass before anybody looks into it: who sent it, how large it is, how many there are.

Pure, the time is an argument. What is remembered is bounded by the number of targets: an address that no
target has costs one look into a table, however many of them a flood invents.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hisconsole.plan.reading import Sample
from hisconsole.plan.status import Status
from hisconsole.probes.snmp.traps import LARGEST
from hisconsole.text import _, ngettext

A_SECOND, AT_ONCE = 20.0, 64.0
"""Datagrams of one source; a switch that restarts tells of each of its ports."""
ALL_A_SECOND, ALL_AT_ONCE = 100.0, 400.0
"""Datagrams of all sources together: each costs at most a quarter of a millisecond."""


@dataclass(slots=True)
class Counts:
    """Datagrams since the watch began, by what became of them; `stranger` is the last unknown source."""

    received: int = 0
    taken: int = 0
    of_no_kind: int = 0
    unknown_source: int = 0
    too_large: int = 0
    too_fast: int = 0
    malformed: int = 0
    wrong_secret: int = 0
    replayed: int = 0
    introduced: int = 0
    lost: int = 0
    """Dropped by the system before we saw them, because its buffer was full."""
    stranger: str = ""


@dataclass(slots=True)
class _Bucket:
    """Tokens that fill up with time."""

    rate: float
    most: float
    left: float
    at_s: float

    def takes(self, now_s: float) -> bool:
        """Whether there is one more, which is then gone."""
        self.left = min(self.most, self.left + max(0.0, now_s - self.at_s) * self.rate)
        self.at_s = now_s
        if self.left < 1:
            return False
        self.left -= 1
        return True


class Gate:
    """Lets through what may be looked into, and counts what it does not."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._all = _Bucket(ALL_A_SECOND, ALL_AT_ONCE, ALL_AT_ONCE, 0.0)
        self._sources: dict[str, _Bucket] = {}

    def arrange(self, sources: Iterable[str]) -> None:
        """Know these addresses and no others; who stays keeps what he has used up."""
        before = self._sources
        self._sources = {
            source: before.get(source) or _Bucket(A_SECOND, AT_ONCE, AT_ONCE, 0.0) for source in sources
        }

    def lets(self, source: str, size: int, now_s: float) -> bool:
        """Whether a datagram of `size` octets from `source` is to be looked into."""
        counts = self._counts
        counts.received += 1
        bucket = self._sources.get(source)
        if bucket is None:
            counts.unknown_source += 1
            counts.stranger = source
        elif size > LARGEST:
            counts.too_large += 1
        elif not bucket.takes(now_s) or not self._all.takes(now_s):
            counts.too_fast += 1
        else:
            return True
        return False


def trap_samples(counts: Counts, before: Counts) -> Iterator[Sample]:
    """The counts as readings of the watch; more that was too much than `before` is a warning."""
    stranger = _("the last from {address}").format(address=counts.stranger) if counts.stranger else ""
    yield _sample("received", _("traps: received"), counts.received)
    yield _sample("taken", _("traps: taken"), counts.taken)
    yield _sample("other", _("traps: of no kind known here"), counts.of_no_kind)
    yield _sample("unknown", _("traps: from an unknown source"), counts.unknown_source, reason=stranger)
    yield _sample("large", _("traps: too large"), counts.too_large)
    yield _sample("fast", _("traps: too fast"), counts.too_fast, dropped=counts.too_fast - before.too_fast)
    yield _sample("malformed", _("traps: malformed"), counts.malformed)
    yield _sample("secret", _("traps: with a wrong secret"), counts.wrong_secret)
    yield _sample("replayed", _("traps: of another time or engine"), counts.replayed)
    yield _sample("introduced", _("traps: senders introduced"), counts.introduced)
    yield _sample(
        "lost", _("traps: lost before they were read"), counts.lost, dropped=counts.lost - before.lost
    )


def _sample(key: str, label: str, value: int, *, dropped: int = 0, reason: str = "") -> Sample:
    hint = None
    if dropped:
        hint = Status.WARNING
        reason = ngettext(
            "a flood: {count} dropped since the last report",
            "a flood: {count} dropped since the last report",
            dropped,
        ).format(count=dropped)
    return Sample(f"traps/{key}", label, float(value), "", "watch", hint, reason)
