"""What an outage came to, for those who review it: times, gates, calls, deviations, departments (domain 5.8).

Everything is computed from the events and the plan they ran under; nothing is judged that is not on record.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from hisconsole.plan.calltree import tree
from hisconsole.plan.document import Plan
from hisconsole.plan.events import Event, Kind
from hisconsole.plan.feedback import DEPARTMENT
from hisconsole.plan.incident import Incident
from hisconsole.plan.manual import Paper, entry_of, on_paper
from hisconsole.plan.moments import Mark, Moment, down, moments
from hisconsole.plan.outreach import BackEntry, CallOutcome, Notice, NoticeKind, Receipt, Told
from hisconsole.plan.replay import Fallen, Kept, fallen, gates_kept, states, undone
from hisconsole.values import dataclass


class Departure(StrEnum):
    """A kind of deviation from the plan."""

    LATE = "late"
    HELD = "held"
    CATEGORY = "category"
    RESUMED = "resumed"
    ALONE = "alone"
    """Manual work began on the information center's own authority."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Deviation:
    """Where it did not go by the plan: the event that says so, of a late duty what met it."""

    kind: Departure
    at: datetime
    event: Event
    fallen: Fallen | None = None


Period = tuple[datetime, datetime | None]
"""From when to when; None: it still is so."""


@dataclass(frozen=True, slots=True)
class Hit:
    """What a department went through."""

    department: str
    stopped: tuple[Period, ...]
    paper: tuple[Period, ...]
    notices: tuple[tuple[Notice, Receipt | None], ...]
    """The notices that went to it, each with its first receipt."""
    told: Told | None
    """The first attempt with a message that reached it."""
    sent: int
    reached: int
    """How many messages were for it, and how many of these reached it."""
    entry: BackEntry | None


@dataclass(frozen=True, slots=True)
class Aftermath:
    """The whole of it; `down` is how long it did not work in all, up to `made` where it still does not."""

    incident: Incident
    plan: Plan | None
    made: datetime
    moments: tuple[Moment, ...]
    down: timedelta
    gates: tuple[Kept, ...]
    reached: int
    wanted: int
    silent: tuple[str, ...]
    """Roles that were to be called and in which nobody was reached."""
    deviations: tuple[Deviation, ...]
    departments: tuple[Hit, ...]
    timeline: tuple[Event, ...]
    """All events by the time they happened."""
    undone: frozenset[str]
    """The acts that were taken back; their events stand in the timeline and count for nothing."""

    def moment(self, mark: Mark) -> Moment | None:
        """The first moment of a kind."""
        return next((each for each in self.moments if each.mark is mark), None)


def aftermath(incident: Incident, history: Sequence[Event], plan: Plan | None, *, now: datetime) -> Aftermath:
    """What an incident came to; `history` are its events in the order of the record."""
    reached = moments(incident, history, plan)
    calls = tree(incident, plan, now) if plan is not None else None
    return Aftermath(
        incident=incident,
        plan=plan,
        made=now,
        moments=reached,
        down=down(incident, reached, now),
        gates=gates_kept(history, plan) if plan is not None else (),
        reached=calls.reached if calls is not None else 0,
        wanted=calls.wanted if calls is not None else 0,
        silent=_silent(incident),
        deviations=tuple(sorted(_deviations(history, plan), key=lambda each: (each.at, each.event.seq))),
        departments=_departments(incident, history),
        timeline=tuple(sorted(history, key=lambda event: (event.at, event.seq))),
        undone=undone(history),
    )


def _silent(incident: Incident) -> tuple[str, ...]:
    """The roles of the order of calls in which nobody was reached; a deputy speaks for who has one."""
    spoken = {
        who
        for call in incident.calls[incident.past_calls :]
        if call.outcome is CallOutcome.REACHED
        for who in (call.contact, call.instead_of)
    }
    by_role: dict[str, set[str]] = {}
    for each in incident.order:
        by_role.setdefault(each.role, set()).update(each.contacts)
    return tuple(role for role, contacts in by_role.items() if contacts and not contacts & spoken)


def _deviations(history: Sequence[Event], plan: Plan | None) -> Iterator[Deviation]:
    for each in fallen(history, plan):
        yield Deviation(Departure.LATE, each.deadline, each.told, each)
    for event, incident in states(history):
        body = event.body
        if event.kind is Kind.HELD:
            yield Deviation(Departure.HELD, event.at, event)
        elif event.kind is Kind.CLASSIFIED and _against_the_questions(event):
            yield Deviation(Departure.CATEGORY, event.at, event)
        elif event.kind is Kind.NOTICE and body.get("override"):
            yield Deviation(Departure.RESUMED, event.at, event)
        elif event.kind is Kind.NOTICE and _alone(event, incident):
            yield Deviation(Departure.ALONE, event.at, event)
        elif event.kind is Kind.CLOSED and (body.get("override") or body.get("accepted")):
            yield Deviation(Departure.CLOSED, event.at, event)


def _against_the_questions(event: Event) -> bool:
    """Whether somebody set another category than the questions came to, or lowered it by agreement."""
    body = event.body
    return bool(body.get("approved_by")) or body.get("found", body["category"]) != body["category"]


def _alone(event: Event, incident: Incident) -> bool:
    """Whether departments were sent to paper on nobody's word: no authority named, no plan started."""
    body = event.body
    return body["kind"] == NoticeKind.START and not body["authority"] and incident.started_at is None


def _departments(incident: Incident, history: Sequence[Event]) -> tuple[Hit, ...]:
    """Every department that called, stood still, or was told something, in that order."""
    called = (each.department for each in incident.reports if each.department)
    stops, papers = _stops(incident, history), _papers(incident)
    noticed = (id_ for notice in incident.notices for id_ in notice.departments)
    told = (
        to.removeprefix(DEPARTMENT)
        for message in incident.messages
        for to in message.recipients
        if to.startswith(DEPARTMENT)
    )
    ids = dict.fromkeys((*called, *stops, *noticed, *told))
    return tuple(_hit(id_, incident, stops.get(id_, ()), papers.get(id_, ())) for id_ in ids)


def _hit(id_: str, incident: Incident, stopped: Sequence[Period], paper: Sequence[Paper]) -> Hit:
    to = f"{DEPARTMENT}{id_}"
    sent = [message for message in incident.messages if to in message.recipients]
    attempts = (each for message in sent for each in message.told if each.recipient == to and each.reached)
    notices = (each for each in incident.notices if id_ in each.departments)
    return Hit(
        department=id_,
        stopped=tuple(stopped),
        paper=tuple((each.since, each.resumed) for each in paper),
        notices=tuple((each, _receipt(each, id_)) for each in notices),
        told=min(attempts, key=lambda each: each.at, default=None),
        sent=len(sent),
        reached=sum(to in message.reached for message in sent),
        entry=entry_of(incident, paper[-1]) if paper else None,
    )


def _receipt(notice: Notice, department: str) -> Receipt | None:
    return next((each for each in notice.receipts if each.department == department), None)


def _stops(incident: Incident, history: Sequence[Event]) -> dict[str, tuple[Period, ...]]:
    """When each department stood still; who still does when it works again is taken to have stopped then."""
    since: dict[str, datetime] = {}
    found: dict[str, list[Period]] = {}
    for event, then in states(history):
        over = event.kind in (Kind.RECOVERED, Kind.CLOSED)
        for id_ in [id_ for id_ in since if over or id_ not in then.stopped]:
            found.setdefault(id_, []).append((since.pop(id_), event.at))
        if event.kind in (Kind.STOPPED, Kind.REOPENED) and not over:
            for id_ in then.stopped:
                since.setdefault(id_, event.at)
    for id_, at in since.items():
        found.setdefault(id_, []).append((at, None))
    order = dict.fromkeys((*incident.stopped, *found))
    return {id_: tuple(found[id_]) for id_ in order if id_ in found}


def _papers(incident: Incident) -> dict[str, tuple[Paper, ...]]:
    """Every time that a department worked by hand; what was taken back before it began is none."""
    times: dict[tuple[str, int], Paper] = {}
    for count in range(1, len(incident.notices) + 1):
        so_far = replace(incident, notices=incident.notices[:count])
        times.update({(id_, paper.notice): paper for id_, paper in on_paper(so_far).items()})
    found: dict[str, tuple[Paper, ...]] = {}
    for (id_, _notice), paper in times.items():
        if paper.wrote:
            found[id_] = (*found.get(id_, ()), paper)
    return found
