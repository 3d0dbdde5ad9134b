"""The picture of all that is watched: one immutable value, the worst first, that grows old by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from hisconsole.plan.health import Change
from hisconsole.plan.maintenance import Maintenance
from hisconsole.plan.reach import OwnPath
from hisconsole.plan.reading import Judged, fresh, worst_reading
from hisconsole.plan.shown import Counts, Shown, counts
from hisconsole.plan.status import RANK, Status
from hisconsole.plan.targets import Engine, Infrastructure, Kind, Target
from hisconsole.plan.threshold import Threshold
from hisconsole.plan.watching import SELF, SELF_S
from hisconsole.text import _
from hisconsole.values import dataclass

WATCH_GONE = timedelta(seconds=15)
"""How old a heartbeat may be: a watch that was killed is noticed within this time."""

History = Sequence[tuple[datetime, float, float, float]]
"""The past of a reading, oldest first: when, and the least, mean and largest value until the next."""


@dataclass(frozen=True, slots=True)
class Watcher:
    """Whose the watch lease is, whether it is held now, and when that process was last heard."""

    holder: str = ""
    held: bool = False
    beat: datetime | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """One target of the picture; `limit` is how old its latest round may be.

    `headline` is the reading to name while nothing is wrong, in words; `trend` the latest values of
    the reading that is named (`named`), oldest first; `wrong` are those that are measured and not good.
    """

    target: Target
    shown: Shown
    limit: timedelta
    headline: str = ""
    trend: tuple[float, ...] = ()
    wrong: tuple[Judged, ...] = ()
    named: Judged | None = None

    @property
    def words(self) -> str:
        """The worst reading in words, or the one to name while nothing is wrong."""
        return self.shown.words or self.headline

    @property
    def problem(self) -> bool:
        """Whether it is a firm problem that nobody has silenced."""
        return self.shown.firm and self.shown.status is not Status.SILENCED


@dataclass(frozen=True, slots=True)
class StatusPicture:
    """All targets as of `at`, what rings first, then the worst, then as the files have them.

    `version` grows with each picture; `ringing` are the targets somebody must hear of now; `newest`
    is when the latest round of any target ended, `patience` the longest of their limits.
    """

    version: int
    at: datetime
    infrastructure: Infrastructure
    rows: tuple[Watched, ...]
    by_target: Mapping[str, Watched]
    counts: Counts
    problems: int
    ringing: tuple[str, ...]
    newest: datetime | None
    patience: timedelta
    path: OwnPath
    watch: Watcher
    changes: tuple[Change, ...]
    maintenance: tuple[Maintenance, ...] = ()
    """The planned stops that run or are to come."""


def picture_of(
    *,
    version: int,
    at: datetime,
    infrastructure: Infrastructure,
    rows: Iterable[Watched],
    path: OwnPath,
    watch: Watcher,
    changes: Iterable[Change],
    maintenance: tuple[Maintenance, ...] = (),
) -> StatusPicture:
    """A picture of these targets as of `at`, sorted and counted."""
    place = {each.id: number for number, each in enumerate(infrastructure.targets)}

    def urgency(row: Watched) -> tuple[bool, int, bool, int]:
        shown = row.shown
        return not shown.rings, -RANK[shown.status], not shown.firm, place.get(row.target.id, len(place))

    ordered = tuple(sorted(rows, key=urgency))
    return StatusPicture(
        version=version,
        at=at,
        infrastructure=infrastructure,
        rows=ordered,
        by_target=MappingProxyType({row.target.id: row for row in ordered}),
        counts=counts(row.shown for row in ordered),
        problems=sum(row.problem for row in ordered),
        ringing=tuple(row.target.id for row in ordered if row.shown.rings),
        newest=max((row.shown.checked_at for row in ordered if row.shown.checked_at), default=None),
        patience=max((row.limit for row in ordered), default=timedelta()),
        path=path,
        watch=watch,
        changes=tuple(changes),
        maintenance=maintenance,
    )


def shown_now(row: Watched, now: datetime) -> Shown:
    """A target as it may be shown now, however old the picture: it goes stale, and its silence ends."""
    shown = row.shown
    if shown.silence is not None and shown.silence.end <= now:
        shown = replace(shown, status=shown.under, silence=None)
    checked = shown.checked_at
    if shown.under is Status.STALE or checked is None or fresh(checked, now=now, limit=row.limit):
        return shown
    status = Status.SILENCED if shown.silence else Status.STALE
    return replace(shown, status=status, under=Status.STALE, rings=False)


def aged(picture: StatusPicture, now: datetime) -> StatusPicture:
    """The same picture as it may be shown now; the very same where nothing has grown old."""
    rows = [(row, shown_now(row, now)) for row in picture.rows]
    if all(shown is row.shown for row, shown in rows):
        return picture
    return picture_of(
        version=picture.version,
        at=picture.at,
        infrastructure=picture.infrastructure,
        rows=(row if shown is row.shown else replace(row, shown=shown) for row, shown in rows),
        path=picture.path,
        watch=picture.watch,
        changes=picture.changes,
        maintenance=picture.maintenance,
    )


def watching(picture: StatusPicture, now: datetime) -> bool:
    """Whether a watch is there: one that holds the lease and was heard within `WATCH_GONE`."""
    beat = picture.watch.beat
    return picture.watch.held and beat is not None and fresh(beat, now=now, limit=WATCH_GONE)


def own_target() -> Target:
    """The watch itself as a target, for its reports on itself; no file names it."""
    return Target(
        id=SELF,
        name=_("The watch itself"),
        kind=Kind.SERVICE,
        address="",
        port=0,
        building="",
        room="",
        parents=(),
        services=(),
        credential="",
        login="",
        login_port=0,
        profiles=(),
        cadence_s=int(SELF_S),
        thresholds=(),
        links=(),
        settings=MappingProxyType({}),
        engine=Engine.GUFO,
        jump="",
        find=(),
    )


def headline(readings: Iterable[Judged], rules: Callable[[str], tuple[Threshold, ...]]) -> Judged | None:
    """The reading to name first: the worst, and where all are good the one nearest to a limit."""
    known = list(readings)
    worst = worst_reading(known)
    if worst is None or worst.status is not Status.OK:
        return worst
    return max(known, key=lambda judged: _nearness(judged.last, rules(judged.sample.key)), default=None)


_WRONG = frozenset({Status.WARNING, Status.CRITICAL, Status.DOWN})


def wrong(readings: Iterable[Judged]) -> tuple[Judged, ...]:
    """The readings that say that something is wrong, the worst first; one that is missing says nothing."""
    found = [judged for judged in readings if judged.status in _WRONG]
    return tuple(sorted(found, key=lambda judged: (-RANK[judged.status], judged.sample.key)))


def _nearness(value: float | str | None, thresholds: Sequence[Threshold]) -> float:
    """How near a value is to its nearest limit: 1 is there, 0 far away, -1 where nothing limits it."""
    if value is None or isinstance(value, str):
        return -1.0
    return max((_share(value, threshold) for threshold in thresholds), default=-1.0)


def _share(value: float, threshold: Threshold) -> float:
    limit, part = (threshold.enter, value) if threshold.above else (value, threshold.enter)
    if limit > 0 and part >= 0:
        return part / limit
    return 1.0 / (1.0 + abs(limit - part))
