"""What a summary of the turn is made of: gathered from the record, the files and what the watch sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from hisconsole.config import Site
from hisconsole.desk.desk import Desk
from hisconsole.desk.order import order_now
from hisconsole.desk.roster import entries
from hisconsole.plan import contacts, maintenance, silences
from hisconsole.plan.events import GENESIS, SITE, Event, Kind
from hisconsole.plan.fold import fold
from hisconsole.plan.handover import Part, Side
from hisconsole.plan.handover_sources import (
    Case,
    Earlier,
    Gap,
    Maintenance,
    Person,
    Question,
    Rostered,
    Routine,
    ShiftNote,
    Sources,
)
from hisconsole.plan.incident import Incident
from hisconsole.plan.picture import StatusPicture, watching
from hisconsole.plan.rota import next_after, on_now, rostered
from hisconsole.plan.site import duties_of_site
from hisconsole.plan.turn import OfferState, Turn, fold_turn
from hisconsole.plan.words import State
from hisconsole.store import events, projections, turns
from hisconsole.store.database import Connection
from hisconsole.text import _
from hisconsole.values import dataclass

REMEMBERED = 60
"""Handovers looked back upon for the age of what is handed over again: three a day for twenty days."""
CLOSED = 500
"""Incidents closed last that are looked through for those of this turn."""
AHEAD = timedelta(hours=24)
"""How far ahead the shifts to come are told."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the watch sees as a handover is made: a picture, or None and why; and when nobody watched."""

    picture: StatusPicture | None
    why: str = ""
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class _Record:
    """What the record says at one moment."""

    head: events.Head
    turn: Turn | None
    of_site: Sequence[Event]
    happened: Sequence[Event]
    """Since the turn began."""
    cases: tuple[Case, ...]
    over: tuple[Case, ...]
    """Closed in this turn."""
    earlier: tuple[Earlier, ...]


def gather(desk: Desk, seen: Seen, *, to: str = "", reason: str = "", at: datetime | None = None) -> Sources:
    """Everything that a summary says, as of now, or of the record alone as of a moment in the past."""
    now, site = at or desk.now(), desk.site
    with desk.database.read() as connection:
        record = _present(desk, connection) if at is None else _past(desk, connection, at)
    turn = record.turn
    return Sources(
        site=site.name,
        prefix=site.before_number,
        zone=site.timezone,
        now=now,
        outgoing=_side(site, turn.person if turn else "", now),
        incoming=_side(site, to, now, coming=True),
        seq=record.head.seq,
        head=record.head.hash,
        number=turn.number if turn else 0,
        edition=len(turn.offers) + 1 if turn else 1,
        mark=site.mark,
        since=turn.since if turn else None,
        solo=turn.solo if turn else "",
        reason=reason,
        health=_health(seen.picture, now),
        names=_names(site, seen.picture),
        cases=record.cases,
        over=record.over,
        events=tuple(record.happened),
        dues=duties_of_site(record.of_site)[0],
        picture=seen.picture,
        silences=silences.running(record.of_site, now=now),
        gaps=seen.gaps,
        maintenance=_maintenance(record.of_site, now),
        people=_people(site, record.of_site, now),
        stale_days=site.plan.reach.stale_days,
        routine=_routine(turn),
        notes=tuple(ShiftNote(each.entry, each.at, each.by, each.text) for each in turn.notes)
        if turn
        else (),
        rota=_rota(site, now),
        questions=_questions(turn),
        earlier=record.earlier,
        unknown=_unknown(seen),
    )


def _present(desk: Desk, connection: Connection) -> _Record:
    turn = turns.running(connection)
    happened = events.since(connection, turn.entry if turn else 0)
    closed = {row.number for row in projections.closed(connection, limit=CLOSED)}
    return _Record(
        events.head(connection),
        turn,
        events.of_incident(connection, SITE),
        happened,
        _cases(desk, connection, [row.number for row in projections.queue(connection)]),
        _cases(desk, connection, sorted(closed & {each.incident for each in happened})),
        tuple(map(_accepted, turns.accepted(connection, limit=REMEMBERED))),
    )


def _past(desk: Desk, connection: Connection, at: datetime) -> _Record:
    """The same from the events that were recorded by then: the whole record is read once."""
    head, turn = events.Head(0, GENESIS), None
    of_site: list[Event] = []
    every: list[Event] = []
    incidents: list[Incident] = []
    earlier: list[Earlier] = []
    pairs = (
        (event, link) for event, link in events.stream(connection, by_incident=True) if event.recorded <= at
    )
    for number, group in groupby(pairs, key=lambda pair: pair[0].incident):
        found = list(group)
        history = [event for event, _link in found]
        every += history
        if (last := found[-1])[0].seq > head.seq:
            head = events.Head(last[0].seq, last[1])
        if number == SITE:
            of_site = history
        elif number < SITE:
            turn = turn or fold_turn(history)  # the latest turn comes first
            earlier += [_accepted(event) for event in history if event.kind is Kind.ACCEPTED]
        elif (incident := fold(history)) is not None:
            incidents.append(incident)
    since = turn.entry if turn else 0
    cases = [Case(each, desk.memory.plan(connection, each.plan)) for each in incidents]
    return _Record(
        head,
        turn,
        of_site,
        sorted((event for event in every if event.seq > since), key=lambda event: event.seq),
        tuple(case for case in cases if case.incident.state is not State.CLOSED),
        tuple(
            case for case in cases if case.incident.state is State.CLOSED and case.incident.version > since
        ),
        tuple(earlier[:REMEMBERED]),
    )


def _accepted(event: Event) -> Earlier:
    return Earlier(-event.incident, event.at, tuple(event.body["keys"]))


def _cases(desk: Desk, connection: Connection, numbers: Sequence[int]) -> tuple[Case, ...]:
    found = []
    for number in numbers:
        incident, _history = desk.memory.look(connection, number)
        found.append(Case(incident, desk.memory.plan(connection, incident.plan)))
    return tuple(found)


def _side(site: Site, person: str, now: datetime, *, coming: bool = False) -> Side:
    """One side with its shift by the rota; whoever comes is on the next shift, or on this one."""
    zone, rota = site.zone, site.rota
    current = on_now(rota, now, zone=zone)
    after = next_after(rota, now, zone=zone)
    shifts = [*after, *current] if coming else list(current)
    found = next((each for each in shifts if person in each.people), shifts[0] if shifts else None)
    contact = site.contact(person)
    name = contact.name if contact else person
    if found is None:
        return Side(person, name, "")
    others = tuple(each for each in found.people if each != person)
    return Side(person, name, found.shift.name, found.start, found.end, others)


def _names(site: Site, picture: StatusPicture | None) -> Mapping[str, str]:
    names = {each.id: each.name for each in site.departments} | {each.id: each.name for each in site.roster}
    if picture is not None:
        names |= {row.target.id: row.target.name for row in picture.rows if row.target.name}
    return names


def _health(picture: StatusPicture | None, now: datetime) -> Mapping[str, str]:
    found: dict[str, str] = {}
    if picture is not None and not watching(picture, now):
        found["watch"] = _("No watch is at work.")
    if picture is not None and picture.path.isolated:
        found["path"] = _("The console is isolated: {words}.").format(words=picture.path.words)
    return found


def _people(site: Site, of_site: Sequence[Event], now: datetime) -> tuple[Person, ...]:
    called = {contact for each in order_now(site, now) for contact in each.contacts}
    return tuple(
        Person(each.contact.id, each.standing, each.contact.id in called)
        for each in entries(site, contacts.known(of_site), now=now)
    )


def _maintenance(of_site: Sequence[Event], now: datetime) -> tuple[Maintenance, ...]:
    stops = maintenance.held(of_site)
    quiet = {each.maintenance for each in maintenance.quiet(stops, now=now)}
    return tuple(
        Maintenance(
            str(each.number),
            f"{each.systems}: {each.reason}",
            each.start,
            each.end,
            each.approved_by,
            each.start <= now,
            each.number in quiet,
        )
        for each in maintenance.present(stops, now)
    )


def _routine(turn: Turn | None) -> tuple[Routine, ...]:
    found = []
    for duty in turn.routines if turn else ():
        done = turn.done.get(duty.id) if turn else None
        if done is None:
            found.append(Routine(duty.id, duty.name, duty.due))
            continue
        value = f"{done.value:g} {duty.unit}" if done.value is not None else ""
        said = ", ".join(part for part in (value, done.note) if part)
        found.append(
            Routine(duty.id, duty.name, duty.due, done.at, done.by, said)
            if done.done
            else Routine(duty.id, duty.name, duty.due, None, done.by, "", done.note)
        )
    return tuple(found)


def _rota(site: Site, now: datetime) -> tuple[Rostered, ...]:
    coming = rostered(site.rota, now, now + AHEAD, zone=site.zone)
    return tuple(
        Rostered(each.shift.name, each.start, each.end, each.people) for each in coming if each.start > now
    )


def _questions(turn: Turn | None) -> tuple[Question, ...]:
    offers = turn.offers if turn else ()
    return tuple(
        Question(each.edition, each.to, each.at, each.questions)
        for each in offers
        if each.state is OfferState.RETURNED
    )


def _unknown(seen: Seen) -> Mapping[Part, str]:
    if seen.picture is not None:
        return {}
    why = seen.why or _("the watch has left no picture")
    return {Part.WATCH: why, Part.GAPS: why}
