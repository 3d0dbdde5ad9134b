"""What is shown of all targets: health, age, reachability and silences laid over one another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from hisconsole.plan.health import CHANGES_FOR, Change, TargetHealth, seen
from hisconsole.plan.reach import OwnPath, Parents, in_doubt, reach, subtree
from hisconsole.plan.reading import fresh
from hisconsole.plan.status import RANK, Status, worse
from hisconsole.plan.strikes import ProbeHealth
from hisconsole.text import _
from hisconsole.values import dataclass

Carries = Mapping[str, Sequence[str]]
"""The hospital's services that each target carries."""
NONE: Carries = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Silence:
    """Agreed quiet for a target, or with `whole` for all that hangs on it alone; always with an end.

    One with a `service` is for what carries that service, and `target` is empty.
    """

    id: str
    target: str
    whole: bool
    start: datetime
    end: datetime
    reason: str
    by: str
    service: str = ""
    maintenance: int = 0
    """The planned stop whose quiet it is; 0 for one that somebody agreed on by itself."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A target as it is shown; `under` is its status without a silence, and the one that is counted.

    `firm` is a problem that is no longer soft; `rings` one that somebody must hear now; `wavering` is firm,
    but was not found so the last time.
    """

    target: str
    status: Status
    under: Status
    since: datetime
    words: str
    firm: bool
    rings: bool
    attempt: int
    flapping: bool
    begun: datetime | None
    checked_at: datetime | None
    good_at: datetime | None
    silence: Silence | None
    wavering: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """How many targets are in each status below any silence; `silenced` are among them, not beside."""

    total: int
    by: Mapping[Status, int]
    silenced: int
    firm: int
    ringing: int


def show(
    healths: Mapping[str, TargetHealth],
    *,
    parents: Parents,
    limits: Mapping[str, timedelta],
    silences: Iterable[Silence],
    path: OwnPath,
    now: datetime,
    carries: Carries = NONE,
) -> dict[str, Shown]:
    """Every target as it is shown now; `limits` say after how long each is stale.

    Only what is fresh counts for reachability: an old DOWN blames nobody.
    """
    views = {
        target: seen(health, now=now, limit=limits[target], isolated=path.isolated)
        for target, health in healths.items()
    }
    recent = {
        target: health
        for target, health in healths.items()
        if views[target] is not Status.STALE and health.checked_at
    }
    reached = reach(recent, parents)
    quiet = silenced(silences, parents, now=now, carries=carries)
    return {
        target: _one(
            health,
            under=Status.UNREACHABLE if reached.get(target) is Status.UNREACHABLE else views[target],
            silence=quiet.get(target),
            asking=bool(path.strikes)
            or (target in recent and bool(in_doubt(target, recent, parents, reached))),
            parents=parents.get(target, ()),
        )
        for target, health in healths.items()
    }


def _one(
    health: TargetHealth, *, under: Status, silence: Silence | None, asking: bool, parents: Sequence[str]
) -> Shown:
    of_now = under not in (Status.UNREACHABLE, Status.STALE)
    firm = health.hard is not Status.OK and health.checked_at is not None and under is not Status.UNREACHABLE
    loud = health.hard in (Status.CRITICAL, Status.DOWN) or any(map(_loud, health.probes))
    words = health.worst
    if under is Status.UNREACHABLE:
        words = _("behind {parents}").format(parents=", ".join(parents))
    return Shown(
        target=health.target,
        status=Status.SILENCED if silence and under is not Status.OK else under,
        under=under,
        since=health.since,
        words=words,
        firm=firm,
        rings=firm and loud and of_now and silence is None and not asking,
        attempt=0 if under is Status.UNREACHABLE else health.attempt,
        flapping=health.flapping,
        begun=health.begun,
        checked_at=health.checked_at,
        good_at=health.good_at,
        silence=silence,
        wavering=health.wavering,
    )


def _loud(probe: ProbeHealth) -> bool:
    """What is no firm CRITICAL or DOWN and is heard all the same: another identity, and grave flapping."""
    grave = any(worse(status, Status.WARNING) for status in probe.recent)
    return probe.fault == "identity" or (probe.flapping and grave)


def silenced(
    silences: Iterable[Silence], parents: Parents, *, now: datetime, carries: Carries = NONE
) -> dict[str, Silence]:
    """The silence in force for each target that has one; of several the one that ends last.

    What carries several services is quiet only while each of them is: it still works for the others.
    """
    found: dict[str, Silence] = {}
    of_service: dict[str, Silence] = {}
    for silence in sorted(silences, key=_ends):
        if not silence.start <= now < silence.end:
            continue
        if silence.service:
            of_service[silence.service] = silence
        else:
            covered = subtree(silence.target, parents) if silence.whole else (silence.target,)
            found.update(dict.fromkeys(covered, silence))
    for target, services in carries.items() if of_service else ():
        if services and all(service in of_service for service in services):
            first = min((of_service[service] for service in services), key=_ends)
            found[target] = max(found.get(target, first), first, key=_ends)
    return found


def _ends(silence: Silence) -> tuple[datetime, str]:
    return silence.end, silence.id


def counts(shown: Iterable[Shown]) -> Counts:
    """Count what is shown; a silence hides nothing here."""
    rows = list(shown)
    by = Counter(row.under for row in rows)
    return Counts(
        total=len(rows),
        by={status: by[status] for status in Status if status is not Status.SILENCED},
        silenced=sum(row.status is Status.SILENCED for row in rows),
        firm=sum(row.firm for row in rows),
        ringing=sum(row.rings for row in rows),
    )


def problems(shown: Iterable[Shown]) -> tuple[Shown, ...]:
    """The firm problems, what rings first, then the worst, then the oldest."""
    rows = [row for row in shown if row.firm]
    return tuple(
        sorted(rows, key=lambda row: (not row.rings, -RANK[row.under], row.begun or row.since, row.target))
    )


def recent_changes(
    healths: Iterable[TargetHealth], *, now: datetime, within: timedelta = CHANGES_FOR
) -> tuple[Change, ...]:
    """What changed in the last hour, the newest first; at most the latest dozen of each target."""
    found = [
        change for health in healths for change in health.changes if fresh(change.at, now=now, limit=within)
    ]
    return tuple(sorted(found, key=lambda change: (change.at, change.target), reverse=True))
