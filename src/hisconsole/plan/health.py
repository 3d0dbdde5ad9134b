"""The health of a target: what its probes found, round by round, until it is firm.

Each probe of a target counts its own strikes. `status` is what is shown, at once; `hard` is what is
firm and may ring. A first lost poll shows UNKNOWN, never OK and never DOWN.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hisconsole.plan.reading import Judged, Round, Sample, fresh, judge, judge_round
from hisconsole.plan.status import RANK, Status, worse, worst
from hisconsole.plan.strikes import Outcome, Policy, ProbeHealth, counted, outcome
from hisconsole.plan.threshold import Threshold
from hisconsole.text import _
from hisconsole.values import dataclass

__all__ = [
    "Change",
    "Judged",
    "Outcome",
    "Policy",
    "ProbeHealth",
    "Round",
    "Sample",
    "Status",
    "TargetHealth",
    "Threshold",
    "begin",
    "due_in",
    "judge",
    "judge_round",
    "outcome",
    "seen",
    "stale_after",
    "step",
]

CHANGES_KEPT = 12
CHANGES_FOR = timedelta(hours=1)

_OWN_PATH = frozenset({"silent", "timeout", "refused", "local"})
"""Faults that may be our own."""


@dataclass(frozen=True, slots=True)
class Change:
    """A firm status that became another."""

    target: str
    at: datetime
    old: Status
    new: Status
    words: str


@dataclass(frozen=True, slots=True)
class TargetHealth:
    """A target as far as it is known; `begun` is when it was last OK no more, `worst` its words.

    `recovered_at` is when it was last down or unreachable no more, and answers for children that were not
    polled since.
    """

    target: str
    probes: tuple[ProbeHealth, ...]
    status: Status
    since: datetime
    hard: Status
    hard_since: datetime
    worst: str = ""
    begun: datetime | None = None
    recovered_at: datetime | None = None
    changes: tuple[Change, ...] = ()

    @property
    def soft(self) -> bool:
        """Whether strikes are still being counted."""
        return self.attempt > 0

    @property
    def attempt(self) -> int:
        """The strike that a soft target is at."""
        return max((probe.attempt for probe in self.probes), default=0)

    @property
    def flapping(self) -> bool:
        """Whether it comes and goes too often for any single status to be believed."""
        return any(probe.flapping for probe in self.probes)

    @property
    def silent(self) -> bool:
        """Whether no probe had an answer in its latest round."""
        return bool(self.probes) and all(probe.latest is Status.DOWN for probe in self.probes)

    @property
    def wavering(self) -> bool:
        """Whether it is firmly down or critical, and its latest rounds did not find it so; not what flaps."""
        if self.flapping:
            return False
        if self.hard is Status.DOWN:
            return not self.silent
        critical = any(probe.latest is Status.CRITICAL for probe in self.probes)
        return self.hard is Status.CRITICAL and not critical

    @property
    def checked_at(self) -> datetime | None:
        """When the latest round of any probe ended."""
        return max((probe.checked_at for probe in self.probes if probe.checked_at), default=None)

    @property
    def good_at(self) -> datetime | None:
        """When any probe last had an answer."""
        return max((probe.good_at for probe in self.probes if probe.good_at), default=None)


def begin(
    target: str, probes: Sequence[str], *, now: datetime, before: TargetHealth | None = None
) -> TargetHealth:
    """A target with exactly these probes: not polled yet, or what `before` knows of those it keeps."""
    kept = {probe.probe: probe for probe in before.probes} if before else {}
    ways = tuple(kept.get(probe) or ProbeHealth(probe) for probe in dict.fromkeys(probes))
    if before is None:
        unpolled = _("not polled yet")
        return TargetHealth(target, ways, Status.UNKNOWN, now, Status.UNKNOWN, now, unpolled)
    return before if ways == before.probes else _joined(before, ways, now)


def step(
    health: TargetHealth,
    found: Outcome,
    *,
    policy: Policy,
    now: datetime,
    trusted: bool = True,
    excused: bool = False,
) -> TargetHealth:
    """The target after one more round; `excused` is a silence that may be that of its parents.

    Such a round is the first strike, however many there were: nothing becomes firm by it.
    Dropped are a round that ended before the one already counted (unless that one is of the future,
    because the clock was set back), a round of a probe that the target no longer has, and silence
    while our own path is not `trusted`: it says nothing about the target, nor about its readings.
    """
    before = next((probe for probe in health.probes if probe.probe == found.probe), None)
    if before is None or (not trusted and found.fault in _OWN_PATH):
        return health
    if before.checked_at is not None and found.at <= before.checked_at <= now:
        return health
    after = counted(before, found, policy)
    if excused:
        after = replace(after, hard=before.hard, recent=after.recent[-1:])
    ways = tuple(after if probe is before else probe for probe in health.probes)
    return _joined(health, ways, now)


def _joined(before: TargetHealth, ways: tuple[ProbeHealth, ...], now: datetime) -> TargetHealth:
    hard = _whole([probe.hard for probe in ways])
    if any(probe.flapping for probe in ways):
        hard = worst((hard, Status.WARNING))
    back = before.recovered_at and min(before.recovered_at, now)
    status = worst((_shown(ways), hard))
    words = _words(ways, status)
    met = all(probe.checked_at for probe in before.probes)
    changes = before.changes
    if met and hard is not before.hard:
        kept = [change for change in changes if fresh(change.at, now=now, limit=CHANGES_FOR)]
        changes = (*kept, Change(before.target, now, before.hard, hard, words))[-CHANGES_KEPT:]
    return TargetHealth(
        target=before.target,
        probes=ways,
        status=status,
        since=min(before.since, now) if status is before.status else now,
        hard=hard,
        hard_since=min(before.hard_since, now) if hard is before.hard else now,
        worst=words,
        begun=None if status is Status.OK else min(before.begun or now, now),
        recovered_at=now if before.hard is Status.DOWN and hard is not Status.DOWN else back,
        changes=changes,
    )


def _whole(statuses: Sequence[Status]) -> Status:
    """DOWN only when every probe says so; one silent among others that answer is a WARNING."""
    if all(status is Status.DOWN for status in statuses):
        return Status.DOWN if statuses else Status.UNKNOWN
    return worst(Status.WARNING if status is Status.DOWN else status for status in statuses)


def _shown(ways: Sequence[ProbeHealth]) -> Status:
    whole = _whole([worst((probe.hard, probe.latest)) for probe in ways])
    if whole is Status.DOWN and any(probe.hard is not Status.DOWN for probe in ways):
        return Status.UNKNOWN
    return whole


def _words(ways: Sequence[ProbeHealth], status: Status) -> str:
    if status is Status.OK or not ways:
        return ""
    views = [(worst((probe.hard, probe.latest)), probe) for probe in ways]
    silent = [probe for view, probe in views if view is Status.DOWN]
    if len(silent) == len(ways):
        return silent[0].words
    bad, probe = max((pair for pair in views if pair[1] not in silent), key=lambda pair: RANK[pair[0]])
    if worse(bad, Status.WARNING):
        return probe.words or _("not polled yet")
    if silent:
        return _silent_words(silent[0].probe)
    return probe.words or _("unstable: it comes and goes")


def _silent_words(probe: str) -> str:
    return {
        "snmp": _("SNMP agent silent"),
        "ssh": _("SSH silent"),
        "net": _("no answer to ping and ports"),
    }.get(probe) or _("{probe} silent").format(probe=probe)


def due_in(health: TargetHealth, probe: str, *, policy: Policy, cadence_s: float) -> float:
    """Seconds from the end of a probe's round to its next: the cadence, or sooner while something is open.

    Sooner are a probe whose latest round differs from what is firm, and one whose neighbour on the
    same target just fell silent. What flaps is left at its cadence: it would be asked sooner for ever.
    """
    own = next((way for way in health.probes if way.probe == probe), None)
    if own is None or own.flapping:
        return cadence_s
    open_ = own.latest is not own.hard
    asked = any(way.latest is Status.DOWN and way.attempt for way in health.probes if way is not own)
    return min(policy.retry_s, cadence_s) if open_ or (asked and not own.attempt) else cadence_s


def stale_after(*, interval_s: float, budget_s: float) -> timedelta:
    """How old the latest round may be: the larger of 2.5 intervals and one interval with its budget."""
    return timedelta(seconds=max(2.5 * interval_s, interval_s + budget_s))


def seen(health: TargetHealth, *, now: datetime, limit: timedelta, isolated: bool = False) -> Status:
    """What may be shown of a target now: STALE where its latest rounds are older than `limit`.

    A probe that is not looked at hides what it would find, so a target with one stale probe is at
    best STALE. When we are `isolated`, nothing we know of it is of now.
    """
    if health.checked_at is None:
        return Status.UNKNOWN
    old = [
        probe.checked_at is not None and (isolated or not fresh(probe.checked_at, now=now, limit=limit))
        for probe in health.probes
    ]
    if not any(old):
        return health.status
    views = [
        Status.STALE if stale else worst((probe.hard, probe.latest))
        for stale, probe in zip(old, health.probes, strict=True)
    ]
    return _whole(views)
