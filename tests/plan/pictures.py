"""A small infrastructure in code, and pictures of it as a test has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from hisconsole.plan.health import Change
from hisconsole.plan.maintenance import Maintenance
from hisconsole.plan.picture import StatusPicture, Watched, Watcher, picture_of
from hisconsole.plan.reach import OwnPath
from hisconsole.plan.reading import Judged, Sample
from hisconsole.plan.shown import Shown, Silence
from hisconsole.plan.status import RANK, Status
from hisconsole.plan.targets import Engine, Infrastructure, Kind, Override, Target
from hisconsole.plan.threshold import parse_thresholds

LIMIT = timedelta(seconds=75)


def target(
    id_: str,
    name: str = "",
    kind: Kind = Kind.SERVER,
    *,
    parents: tuple[str, ...] = (),
    services: tuple[str, ...] = (),
    building: str = "Building 4",
    room: str = "Room 405",
    limits: Mapping[str, str] = MappingProxyType({}),
    serves: tuple[str, ...] = (),
    gateway: bool = False,
) -> Target:
    return Target(
        id=id_,
        name=name or id_,
        kind=kind,
        address="127.0.0.9",
        port=161,
        building=building,
        room=room,
        parents=parents,
        services=services,
        credential="",
        login="",
        login_port=22,
        profiles=(),
        cadence_s=30,
        thresholds=tuple(Override(match, parse_thresholds(text)) for match, text in limits.items()),
        links=(),
        settings={},
        engine=Engine.GUFO,
        jump="",
        find=(),
        gateway=gateway,
        serves=serves,
    )


CORES = ("sw-core-1", "sw-core-2")
TARGETS = (
    target(CORES[0], "Core switch A", Kind.SWITCH),
    target(CORES[1], "Core switch B", Kind.SWITCH),
    target("sw-agg-1", "Aggregation switch, outpatients", Kind.SWITCH, parents=CORES, building="Building 1"),
    target("sw-opd-1f", "Access switch, hall", Kind.SWITCH, parents=("sw-agg-1",), building="Building 1"),
    target("prn-cash-1", "Invoice printer", Kind.PRINTER, parents=("sw-opd-1f",), building="Building 1"),
    target("prn-cash-2", "Second printer", Kind.PRINTER, parents=("sw-opd-1f",), building="Building 1"),
    target(
        "his-db-1", "HIS database A", Kind.DATABASE, parents=CORES, services=("his", "lis"),
        limits={"disk//arch": "warn >= 80 clear < 78, crit >= 90", "cpu": "warn >= 80 for 5m"},
    ),
    target("ups-1", "UPS A", Kind.UPS, parents=CORES, services=("power",)),
    target("nas-1", "Backup storage", Kind.BACKUP, parents=CORES, services=("backup",), building=""),
)  # fmt: skip


def infrastructure(targets: Sequence[Target] = TARGETS, version: str = "1") -> Infrastructure:
    return Infrastructure(targets=tuple(targets), credentials={}, profiles={}, version=version)


def shown(
    target: str,
    status: Status = Status.OK,
    words: str = "",
    *,
    now: datetime,
    under: Status | None = None,
    age_s: float = 5,
    firm: bool | None = None,
    rings: bool | None = None,
    attempt: int = 0,
    flapping: bool = False,
    since_s: float = 600,
    silence: Silence | None = None,
) -> Shown:
    """A target as it is shown; a problem is firm, and rings from CRITICAL on, unless it is said."""
    bad = RANK[status] > 0 and status not in (Status.UNREACHABLE, Status.STALE, Status.SILENCED)
    sure = (bad and not attempt) if firm is None else firm
    loud = sure and status in (Status.CRITICAL, Status.DOWN)
    return Shown(
        target=target,
        status=status,
        under=under or status,
        since=now - timedelta(seconds=since_s),
        words=words,
        firm=sure,
        rings=loud if rings is None else rings,
        attempt=attempt,
        flapping=flapping,
        begun=now - timedelta(seconds=since_s) if bad else None,
        checked_at=now - timedelta(seconds=age_s),
        good_at=now - timedelta(seconds=age_s),
        silence=silence,
    )


def quiet(target: str, *, now: datetime, minutes: float = 60, id_: str = "7") -> Silence:
    return Silence(
        id=id_,
        target=target,
        whole=False,
        start=now - timedelta(minutes=5),
        end=now + timedelta(minutes=minutes),
        reason="new disks",
        by="wang.lei",
    )


def picture(
    *found: Shown,
    now: datetime,
    version: int = 0,
    targets: Sequence[Target] = TARGETS,
    held: bool = True,
    beat_s: float | None = 2,
    path: OwnPath | None = None,
    changes: Iterable[Change] = (),
    trends: Mapping[str, tuple[float, ...]] = MappingProxyType({}),
    headlines: Mapping[str, str] = MappingProxyType({}),
    files: str = "1",
    maintenance: tuple[Maintenance, ...] = (),
) -> StatusPicture:
    """All `targets` well, but for those in `found`."""
    known = {each.target: each for each in found}
    rows = [
        Watched(
            each,
            known.get(each.id) or shown(each.id, now=now),
            LIMIT,
            headlines.get(each.id, ""),
            trends.get(each.id, ()),
        )
        for each in targets
    ]
    return picture_of(
        version=version,
        at=now,
        infrastructure=infrastructure(targets, files),
        rows=rows,
        path=path or OwnPath(),
        watch=Watcher("hx-info", held, None if beat_s is None else now - timedelta(seconds=beat_s)),
        changes=tuple(changes),
        maintenance=maintenance,
    )


def judged(
    key: str,
    value: float | str | None,
    status: Status = Status.OK,
    *,
    now: datetime,
    label: str = "",
    unit: str = "%",
    reason: str = "",
    last: float | str | None = None,
    source: str = "HOST-RESOURCES-MIB::hrStorageUsed",
    probe: str = "snmp",
    minutes: float = 12,
) -> Judged:
    return Judged(
        sample=Sample(key, label or key, value, unit, source),
        probe=probe,
        status=status,
        since=now - timedelta(minutes=minutes),
        reason=reason,
        sure=False,
        last=value if value is not None else last,
        good_at=now,
        at_s=0.0,
    )
