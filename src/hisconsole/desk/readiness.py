"""Readiness as it is looked up: the record, the hospital's files, the readings and the disk as values.

Looking takes a second or more: it is for a command, or for a thread of its own.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from hisconsole.config import PlanRole, Site
from hisconsole.config.backups import backups_in, place_of
from hisconsole.config.plan_file import check_signs
from hisconsole.config.server import load_server
from hisconsole.config.targets import Checked, check_targets
from hisconsole.desk import pins, roster
from hisconsole.desk.order import order_of
from hisconsole.desk.pack import pack_of
from hisconsole.desk.record import begun, open_record
from hisconsole.errors import Finding
from hisconsole.plan import contacts, pack
from hisconsole.plan.drills import last_held
from hisconsole.plan.events import SITE, Event
from hisconsole.plan.operators import pins_kept
from hisconsole.plan.readiness_seen import (
    Backup,
    Certificate,
    Kept,
    Lint,
    Lookout,
    Probed,
    Reachable,
    Room,
    Rota,
    Seen,
    Signing,
    Station,
)
from hisconsole.plan.reading import Judged, fresh
from hisconsole.plan.rota import gaps
from hisconsole.plan.status import Status
from hisconsole.plan.targets import Infrastructure, Target
from hisconsole.plan.upkeep import BackedUp, last_backup, last_restore
from hisconsole.plan.watching import SELF, SELF_S, patience, probes_of
from hisconsole.store import events
from hisconsole.store.journal import places as journal_places
from hisconsole.store.lasting import Lies, lies, takes_acts
from hisconsole.store.readings_reader import Picture, Reader
from hisconsole.text import printable
from hisconsole.values import dataclass

TLS = "tls/"
"""How the keys of certificates begin; the rest is the port."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the hospital, its data and its enrolled host keys lie."""

    config: Path
    data: Path
    known_hosts: Path


def _rota(site: Site, now: datetime) -> Rota | None:
    """The times in which nobody is rostered; None where the hospital has no shifts."""
    if not site.rota.shifts:
        return None
    return tuple((each.start, each.end, each.why) for each in gaps(site.rota, now, zone=site.zone))


def look(site: Site, places: Places, *, now: datetime) -> Seen:
    """Look at everything that readiness is judged by. Raises StoreFault where the record cannot be read."""
    history = _history(places)
    checked = check_targets(places.config, sample=site.sample)
    with closing(Reader(places.data)) as reader:
        latest, readings = reader.latest(), reader.all_readings()
    watched = checked.infrastructure
    printed, drill = pack.last_printed(history), last_held(history)
    return Seen(
        lookout=_lookout(latest, now),
        room=_room(places.data),
        lint=_lint(places.config, checked),
        backup=_backup(_newest(last_backup(history), site, places.data), places.data, site.backups.copy),
        restore=last_restore(history),
        contacts=_contacts(site, contacts.known(history), now),
        seats=_seats(site),
        rota=_rota(site, now),
        probes=tuple(_probes(watched, latest)) if watched else (),
        unenrolled=_unenrolled(watched, places.known_hosts) if watched else (),
        stations=tuple(Station(each.id, each.switch, each.key_terminal) for each in site.workstations),
        watched=frozenset(each.id for each in watched.targets) if watched else frozenset(),
        certificates=tuple(_certificates(watched, readings)) if watched else (),
        pack=pack.stale(printed, content=pack_of(site).hash, days=site.plan.reach.stale_days, now=now),
        packed=printed is not None,
        drill=drill.ended if drill is not None else None,
        signing=_signing(site, places.data, history),
        kept=_kept(site, places),
    )


def unusable(findings: Sequence[Finding]) -> tuple[Lint, ...]:
    """The faults that keep the hospital's files from being used."""
    return tuple(_of_finding(each, fault=True) for each in findings)


def _of_finding(finding: Finding, *, fault: bool) -> Lint:
    return Lint(fault, f"{Path(finding.file).name}:{finding.line}:{finding.col}", finding.sentence)


def _history(places: Places) -> list[Event]:
    """What is on record about the site; nothing where nobody has begun a record."""
    if not begun(places.config, places.data):
        return []
    opened = open_record(places.config, places.data, writable=False)
    with closing(opened) as database, database.read() as connection:
        return events.of_incident(connection, SITE)


def _signing(site: Site, data: Path, history: Sequence[Event]) -> Signing:
    """Who of the operators has a PIN by the record and none on this host, and whether that is all of them.

    Whoever has an account or a key of his own needs none.
    """
    known, operators = pins_kept(history), [each.id for each in site.operators]
    elsewhere = tuple(each for each in operators if known.get(each) and not pins.has_pin(data, each))
    named = site.named_by_id
    own = {each for each in elsewhere if each in named and (named[each].accounts or named[each].key_accounts)}
    return Signing(elsewhere, nobody=bool(elsewhere) and not own and len(elsewhere) == len(operators))


def _kept(site: Site, places: Places) -> Kept:
    """What this host keeps for itself, and whether it would outlast a restart."""
    named = Path(site.journal) if site.journal else None
    place = takes_acts(journal_places(places.data, named=named))
    files, data = lies(places.config), lies(places.data)
    return Kept(
        takes=str(place.folder) if place is not None else "",
        takes_lasts=place is not None and place.lasting and lies(place.folder) is not Lies.MEMORY,
        files_in_memory=str(places.config) if files is Lies.MEMORY else "",
        files_afar=str(places.config) if files is Lies.AFAR else "",
        data_in_memory=str(places.data) if data is Lies.MEMORY else "",
        incidents_in_memory=load_server(places.config, places.data) is not None,
    )


def _lookout(latest: Picture, now: datetime) -> Lookout:
    """The watch as it was last heard; its report on itself counts while it is of now."""
    own = latest.healths.get(SELF)
    trouble = ""
    if own is not None and own.checked_at is not None:
        recent = fresh(own.checked_at, now=now, limit=patience(SELF_S))
        trouble = own.worst if recent and own.status is not Status.OK else ""
    beat = latest.watch.beat_at if latest.watch is not None else None
    if beat is None and own is not None:  # the lease was given back: it was heard when it last reported
        beat = own.checked_at
    isolated = latest.path.words if latest.path.isolated else ""
    return Lookout(latest.watched, beat, isolated, trouble)


def _room(data: Path) -> Room | None:
    """The space where the data lie, or are to lie; None where that cannot be asked."""
    folder = next((each for each in (data, *data.parents) if each.exists()), None)
    try:
        usage = shutil.disk_usage(folder) if folder is not None else None
    except OSError:
        return None
    return Room(usage.free, usage.total) if usage is not None else None


def _lint(config: Path, checked: Checked) -> tuple[Lint, ...]:
    signs = check_signs(config, checked.infrastructure) if checked.infrastructure is not None else []
    faults = [_of_finding(each, fault=True) for each in checked.faults]
    return (*faults, *(_of_finding(each, fault=False) for each in (*checked.warnings, *signs)))


def _newest(last: BackedUp | None, site: Site, data: Path) -> BackedUp | None:
    """The newest backup: the one on record, or a later one that the watch has made since."""
    made = dict(backups_in(place_of(site.backups, data)))
    newest = max(made, default=None)
    if newest is None or (last is not None and last.at >= newest):
        return last
    return BackedUp(newest, str(made[newest]), 0, "")


def _backup(last: BackedUp | None, data: Path, copy: str) -> Backup | None:
    """The newest backup; one that was carried to the second place is as good as where it lies best."""
    if last is None:
        return None
    path = Path(last.file)
    places = [path, *([Path(copy) / path.name] if copy else [])]
    disks = {disk for each in places if (disk := _disk(each)) is not None}
    return Backup(last.at, last.file, there=bool(disks), beside=disks == {_disk(data)})


def _disk(path: Path) -> int | None:
    """The device a file or folder lies on; None where there is none."""
    try:
        return path.stat().st_dev
    except (OSError, ValueError):
        return None


def _contacts(site: Site, known: roster.Knowns, now: datetime) -> tuple[Reachable, ...]:
    escalation = site.plan.escalation
    order = (*order_of(site, escalation.in_hours), *order_of(site, escalation.off_hours))
    called = {id_ for each in order for id_ in each.contacts}
    return tuple(
        Reachable(
            id=each.contact.id,
            trust=each.standing.trust,
            numbers=len(each.contact.numbers),
            called=each.contact.id in called,
        )
        for each in roster.entries(site, known, now=now)
    )


def _seats(site: Site) -> Mapping[str, tuple[str, ...]]:
    """The seats of the plan's clause 2(1) with who holds them; other departments are as many as there are."""
    return {
        role.value: tuple(each.id for each in site.leading_group if each.plan_role is role)
        for role in PlanRole
        if role is not PlanRole.MEMBER
    }


def _probes(watched: Infrastructure, latest: Picture) -> Iterator[Probed]:
    for target in watched.targets:
        health = latest.healths.get(target.id)
        held = {each.probe: each for each in health.probes} if health is not None else {}
        for probe in probes_of(target, watched):
            found = held.get(probe)
            tried = found is not None and found.checked_at is not None
            yield Probed(target.id, probe, tried, found is not None and found.good_at is not None)


def _unenrolled(watched: Infrastructure, known_hosts: Path) -> tuple[str, ...]:
    """The targets with a login whose host no person has enrolled."""
    asked = [target for target in watched.targets if target.login]
    if not asked:
        return ()
    from hisconsole.probes.ssh.hosts import place, read_keys

    try:
        keys = read_keys(known_hosts.read_text("utf-8", "replace"))
    except OSError:
        keys = {}
    return tuple(each.id for each in asked if not keys.get(place(each.address, each.login_port)))


def _certificates(watched: Infrastructure, readings: Mapping[str, Sequence[Judged]]) -> Iterator[Certificate]:
    for target in watched.targets:
        for judged in readings.get(target.id, ()):
            if judged.sample.key.startswith(TLS) and isinstance(judged.last, int | float):
                yield _certificate(target, judged, float(judged.last))


def _certificate(target: Target, judged: Judged, days: float) -> Certificate:
    name = printable(judged.sample.key.removeprefix(TLS), limit=64)
    return Certificate(target.id, name, days, judged.status)
