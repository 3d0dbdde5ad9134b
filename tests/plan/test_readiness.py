"""Readiness: each thing that is not as it must be, how urgent it is, and what comes first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hisconsole.plan.contacts import Trust
from hisconsole.plan.events import SITE, Event, Kind
from hisconsole.plan.readiness import concerns, counted, in_files, ready, where_words
from hisconsole.plan.readiness_seen import (
    Area,
    Backup,
    Certificate,
    Concern,
    Kept,
    Lint,
    Lookout,
    Probed,
    Reachable,
    Room,
    Seen,
    Signing,
    Station,
    Urgency,
)
from hisconsole.plan.status import Status
from hisconsole.plan.upkeep import backed_up, last_backup
from tests.plan.stops import clock_at

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
MUST, SOON, NOTE = Urgency.NOW, Urgency.SOON, Urgency.NOTE
WELL = Seen(
    lookout=Lookout(held=True, beat=NOW, isolated="", trouble=""),
    room=Room(50e9, 100e9),
    lint=(),
    backup=Backup(NOW - timedelta(hours=1), "/backup/a.db", there=True, beside=False),
    restore=NOW - timedelta(days=30),
    contacts=(
        Reachable("dean", Trust.VERIFIED, 2, called=True),
        Reachable("shop", Trust.VERIFIED, 1, called=False),
    ),
    seats={"leader": ("dean",)},
    rota=(),
    probes=(Probed("sw-1", "snmp", tried=True, answered=True),),
    unenrolled=(),
    stations=(Station("reg-01", "sw-1", key=True),),
    watched=frozenset({"sw-1"}),
    certificates=(Certificate("web", "443", 200.0, Status.OK),),
    pack="",
    packed=True,
    drill=NOW - timedelta(days=100),
    signing=Signing(),
    kept=Kept(takes="/var/lib/hisconsole/kept"),
)


def found(seen: Seen) -> list[tuple[Urgency, Area]]:
    return [(each.urgency, each.area) for each in concerns(seen, now=NOW, clock=clock_at(NOW))]


def one(seen: Seen) -> Concern:
    (only,) = concerns(seen, now=NOW, clock=clock_at(NOW))
    return only


def ago(**length: float) -> datetime:
    return NOW - timedelta(**length)


def person(trust: Trust, *, called: bool, numbers: int = 1) -> tuple[Reachable, ...]:
    return (*WELL.contacts, Reachable("chen", trust, numbers, called=called))


def backup(age: timedelta, *, there: bool = True, beside: bool = False) -> Backup:
    return Backup(NOW - age, "/backup/a.db", there=there, beside=beside)


def ends(days: float, status: Status = Status.OK) -> tuple[Certificate, ...]:
    return (Certificate("web", "443", days, status),)


def test_where_all_is_well_nothing_is_said() -> None:
    assert concerns(WELL, now=NOW, clock=clock_at(NOW)) == ()
    assert counted(()) == "Everything is ready."


NO_WATCH = Lookout(held=False, beat=ago(minutes=5), isolated="", trouble="")
CASES: dict[str, tuple[Seen, Urgency, Area, str]] = {
    "no watch": (replace(WELL, lookout=NO_WATCH), MUST, Area.WATCH, "Nobody watches since 21:55"),
    "never a watch": (
        replace(WELL, lookout=replace(NO_WATCH, beat=None)),
        MUST,
        Area.WATCH,
        "Nobody has ever watched",
    ),
    "cut off": (
        replace(WELL, lookout=replace(WELL.lookout, isolated="no link")),
        MUST,
        Area.WATCH,
        "cut off: no link",
    ),
    "lag": (replace(WELL, lookout=replace(WELL.lookout, trouble="lag 3 s")), SOON, Area.WATCH, "lag 3 s"),
    "disk full": (replace(WELL, room=Room(499e6, 1e12)), MUST, Area.DISK, "499 MB left"),
    "disk fills": (replace(WELL, room=Room(1.9e9, 1e12)), SOON, Area.DISK, "1900 MB left"),
    "a fault in a file": (
        replace(WELL, lint=(Lint(True, "plan.yaml:3:1", "is bad."),)),
        MUST,
        Area.FILES,
        "bad",
    ),
    "a warning": (replace(WELL, lint=(Lint(False, "plan.yaml:3:1", "is odd."),)), SOON, Area.FILES, "odd"),
    "no backup": (replace(WELL, backup=None), MUST, Area.BACKUP, "never backed up"),
    "old backup": (
        replace(WELL, backup=backup(timedelta(hours=3))),
        SOON,
        Area.BACKUP,
        "The newest backup is of",
    ),
    "restore never tried": (replace(WELL, restore=None), SOON, Area.BACKUP, "ever tried"),
    "old restore": (replace(WELL, restore=NOW - timedelta(days=93)), SOON, Area.BACKUP, "last tried"),
    "lost backup": (replace(WELL, backup=backup(timedelta(days=8))), MUST, Area.BACKUP, "of 11-15 22:00"),
    "beside the record": (replace(WELL, backup=backup(timedelta(), beside=True)), SOON, Area.BACKUP, "both"),
    "carried away": (replace(WELL, backup=backup(timedelta(), there=False)), NOTE, Area.BACKUP, "no longer"),
    "never tried, called": (
        replace(WELL, contacts=person(Trust.NEVER, called=True)),
        MUST,
        Area.CONTACTS,
        "1 contact whom the plan calls was never tried",
    ),
    "never tried": (
        replace(WELL, contacts=person(Trust.NEVER, called=False)),
        SOON,
        Area.CONTACTS,
        "1 contact was never tried",
    ),
    "old, called": (
        replace(WELL, contacts=person(Trust.STALE, called=True)),
        SOON,
        Area.CONTACTS,
        "whom the plan calls was last tried too long ago",
    ),
    "old": (
        replace(WELL, contacts=person(Trust.STALE, called=False)),
        SOON,
        Area.CONTACTS,
        "1 contact was last tried too long ago",
    ),
    "wrong": (
        replace(WELL, contacts=person(Trust.WRONG, called=False)),
        MUST,
        Area.CONTACTS,
        "1 contact has a wrong number",
    ),
    "no number": (
        replace(WELL, contacts=person(Trust.NEVER, called=True, numbers=0)),
        MUST,
        Area.CONTACTS,
        "1 contact has no number",
    ),
    "empty seat": (
        replace(WELL, seats={**WELL.seats, "finance": ()}),
        MUST,
        Area.SEATS,
        "1 seat of the leading group is empty",
    ),
    "no rota": (replace(WELL, rota=None), SOON, Area.ROTA, "There is no rota"),
    "a gap tonight": (
        replace(WELL, rota=((NOW + timedelta(hours=2), NOW + timedelta(hours=10), "night"),)),
        MUST,
        Area.ROTA,
        "Nobody is on duty from 11-24 00:00 to 11-24 08:00",
    ),
    "a gap now": (
        replace(WELL, rota=((ago(hours=1), NOW + timedelta(hours=1), ""),)),
        MUST,
        Area.ROTA,
        "21:00",
    ),
    "a gap next week": (
        replace(WELL, rota=((NOW + timedelta(days=7), NOW + timedelta(days=8), "day"),)),
        SOON,
        Area.ROTA,
        "from 11-30 22:00",
    ),
    "never answered": (
        replace(WELL, probes=(Probed("db", "ssh", tried=True, answered=False),)),
        MUST,
        Area.PROBES,
        "1 probe has never had an answer",
    ),
    "never tried yet": (
        replace(WELL, probes=(Probed("db", "ssh", tried=False, answered=False),)),
        SOON,
        Area.PROBES,
        "1 probe was never tried",
    ),
    "not enrolled": (replace(WELL, unenrolled=("db", "app")), MUST, Area.KEYS, "2 hosts are asked over SSH"),
    "a blind key terminal": (
        replace(WELL, stations=(Station("reg-01", "sw-9", key=True),)),
        MUST,
        Area.WORKSTATIONS,
        "1 key terminal",
    ),
    "a blind workstation": (
        replace(WELL, stations=(Station("w3-01", "", key=False),)),
        SOON,
        Area.WORKSTATIONS,
        "1 workstation",
    ),
    "a certificate that has ended": (
        replace(WELL, certificates=ends(-0.2)),
        MUST,
        Area.CERTIFICATES,
        "has ended 1 d ago",
    ),
    "in its last week": (replace(WELL, certificates=ends(6.9)), MUST, Area.CERTIFICATES, "ends in 6 d"),
    "in its last month": (replace(WELL, certificates=ends(29.9)), SOON, Area.CERTIFICATES, "ends in 29 d"),
    "by its own limits": (
        replace(WELL, certificates=ends(80, Status.WARNING)),
        SOON,
        Area.CERTIFICATES,
        "ends in 80 d",
    ),
    "pack never printed": (replace(WELL, pack="never", packed=False), MUST, Area.PACK, "never"),
    "pack old": (replace(WELL, pack="old"), SOON, Area.PACK, "old"),
    "a PIN that is not here": (
        replace(WELL, signing=Signing(("li.na",))),
        SOON,
        Area.OPERATORS,
        "1 operator has a PIN on another host and none on this one",
    ),
    "no PIN here at all": (
        replace(WELL, signing=Signing(("li.na", "sun.bo"), nobody=True)),
        MUST,
        Area.OPERATORS,
        "Nobody could sign on at this host",
    ),
    "no place for acts": (
        replace(WELL, kept=Kept()),
        MUST,
        Area.KEPT,
        "No folder of this host takes acts",
    ),
    "acts in memory": (
        replace(WELL, kept=replace(WELL.kept, takes_lasts=False)),
        MUST,
        Area.KEPT,
        "Acts kept while the record is away lie in memory",
    ),
    "files in memory": (
        replace(WELL, kept=replace(WELL.kept, files_in_memory="/run/site")),
        MUST,
        Area.KEPT,
        "Roster, plan and cards lie in memory",
    ),
    "files on a share": (
        replace(WELL, kept=replace(WELL.kept, files_afar="/srv/site")),
        MUST,
        Area.KEPT,
        "Roster, plan and cards lie on a network share",
    ),
    "data in memory": (
        replace(WELL, kept=replace(WELL.kept, data_in_memory="/run/data")),
        MUST,
        Area.KEPT,
        "The data folder lies in memory",
    ),
    "incidents in memory": (
        replace(WELL, kept=replace(WELL.kept, incidents_in_memory=True)),
        NOTE,
        Area.KEPT,
        "Incidents are known only to consoles that run",
    ),
    "no drill": (replace(WELL, drill=None), SOON, Area.DRILL, "No drill"),
    "old drill": (replace(WELL, drill=ago(days=184)), SOON, Area.DRILL, "05-23 22:00"),
}


@pytest.mark.parametrize(("seen", "urgency", "area", "words"), CASES.values(), ids=list(CASES))
def test_what_is_not_ready(seen: Seen, urgency: Urgency, area: Area, words: str) -> None:
    concern = one(seen)
    assert (concern.urgency, concern.area) == (urgency, area)
    assert words in concern.what
    assert concern.do.endswith(".")


@pytest.mark.parametrize(
    "seen",
    [
        replace(WELL, room=None),
        replace(WELL, room=Room(2e9, 1e12)),
        replace(WELL, backup=backup(timedelta(hours=2))),
        replace(WELL, rota=((ago(hours=3), ago(hours=1), "over"),)),
        replace(WELL, certificates=ends(30)),
        replace(WELL, drill=ago(days=183)),
    ],
    ids=["unknown room", "room enough", "last night's", "a gap that is over", "a month", "half a year"],
)
def test_what_is_ready_just_so(seen: Seen) -> None:
    assert found(seen) == []


def test_a_seat_whose_holder_cannot_be_rung_is_told_beside_the_number() -> None:
    seen = replace(WELL, contacts=(Reachable("dean", Trust.WRONG, 1, called=True),))
    assert found(seen) == [(MUST, Area.CONTACTS), (MUST, Area.SEATS)]


def test_a_seat_with_a_second_holder_can_be_reached() -> None:
    two = (Reachable("a", Trust.WRONG, 1, called=True), Reachable("b", Trust.STALE, 1, called=True))
    seen = replace(WELL, contacts=two, seats={"deputy_leader": ("a", "b")})
    assert Area.SEATS not in {area for _urgency, area in found(seen)}


@pytest.mark.parametrize("lookout", [NO_WATCH, replace(WELL.lookout, isolated="no link")])
def test_what_nobody_can_see_is_one_finding_and_not_hundreds(lookout: Lookout) -> None:
    probes = tuple(Probed(f"t-{n}", "snmp", tried=False, answered=False) for n in range(300))
    assert found(replace(WELL, lookout=lookout, probes=probes)) == [(MUST, Area.WATCH)]


def test_what_to_do_first_is_on_top() -> None:
    worst = replace(
        WELL,
        lookout=NO_WATCH,
        backup=backup(timedelta(), there=False),
        drill=None,
        pack="never",
        packed=False,
        contacts=person(Trust.WRONG, called=True),
        rota=None,
    )
    assert found(worst) == [
        (MUST, Area.WATCH),
        (MUST, Area.CONTACTS),
        (MUST, Area.PACK),
        (SOON, Area.ROTA),
        (SOON, Area.DRILL),
        (NOTE, Area.BACKUP),
    ]
    all_ = concerns(worst, now=NOW, clock=clock_at(NOW))
    assert counted(all_) == "3 must be done, 2 soon."
    assert not ready(all_)
    assert ready(all_[3:])


CHANGES = [{name: getattr(seen, name) for name in Seen.__slots__} for seen, *_rest in CASES.values()]


@given(st.lists(st.sampled_from(CHANGES), max_size=6))
def test_the_order_is_by_urgency_and_then_by_area_whatever_comes_together(
    changes: list[dict[str, object]],
) -> None:
    seen = WELL
    for change in changes:
        differs = {name: value for name, value in change.items() if value != getattr(WELL, name)}
        seen = replace(seen, **differs)  # type: ignore[arg-type]  # each from a whole Seen
    order, areas = list(Urgency), list(Area)
    ranks = [(order.index(urgency), areas.index(area)) for urgency, area in found(seen)]
    assert ranks == sorted(ranks)
    assert bool(ranks) is bool(changes)


def test_where_nobody_could_sign_on_it_names_the_command_that_ends_it() -> None:
    concern = one(replace(WELL, signing=Signing(("li.na", "sun.bo"), nobody=True)))
    assert concern.where == ("li.na", "sun.bo")
    assert "hisconsole --operator li.na operators pin li.na" in concern.do


def test_many_places_are_counted_and_all_of_them_are_held() -> None:
    names = tuple(f"ws-{n}" for n in range(20))
    concern = one(replace(WELL, stations=tuple(Station(name, "", key=False) for name in names)))
    assert concern.where == names
    assert where_words(concern, most=2) == "ws-0, ws-1 and 18 more"
    assert where_words(concern, most=20) == ", ".join(names)


def test_a_hospital_that_cannot_be_read_is_told_by_its_faults() -> None:
    (concern,) = in_files([Lint(True, "roster.yaml:3:1", "nobody is there.")])
    assert (concern.urgency, concern.where, concern.what) == (MUST, ("roster.yaml:3:1",), "nobody is there.")


def _event(seq: int, kind: Kind, at: datetime, /, **body: object) -> Event:
    return Event(seq, f"act-{seq}", kind, SITE, at, at, "backup", "u", "s", body)


def test_the_newest_backup_is_read_from_the_record() -> None:
    assert last_backup([]) is None
    made = backed_up("/b/2.db", seq=9, head="ab", now=NOW)
    history = [
        _event(1, Kind.BACKED_UP, ago(days=1), file="/b/1.db", seq=4, hash="aa"),
        _event(3, made.kind, made.at, **made.body),
    ]
    last = last_backup(history)
    assert last is not None
    assert (last.at, last.file, last.seq, last.hash) == (NOW, "/b/2.db", 9, "ab")
