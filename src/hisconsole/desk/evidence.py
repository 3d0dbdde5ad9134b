"""Evidence at the desk: which targets an incident rests on, and the snapshot of them that goes on record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from hisconsole.plan.callers_advice import touched
from hisconsole.plan.callers_path import callers_path
from hisconsole.plan.chain import chain
from hisconsole.plan.document import Plan
from hisconsole.plan.due import GATE
from hisconsole.plan.events import Event, Kind, NewEvent
from hisconsole.plan.evidence import Found, found
from hisconsole.plan.incident import Incident, Report
from hisconsole.plan.outreach import NoticeKind
from hisconsole.plan.picture import StatusPicture
from hisconsole.plan.snapshot import already, freeze
from hisconsole.plan.snapshot_words import Why
from hisconsole.store import events
from hisconsole.text import _

if TYPE_CHECKING:
    from hisconsole.desk.desk import Desk
    from hisconsole.desk.transaction import Transaction

LATE = timedelta(minutes=5)
"""A snapshot taken longer after a notice than this would be no evidence of it."""

Look = Callable[[], StatusPicture | None]
"""Gives the picture of now when it is needed; None where there is none."""


def signs_of(plan: Plan, incident: Incident, picture: StatusPicture | None) -> tuple[Found, ...]:
    """The plan's signs near the reports of an incident, as they are seen now."""
    if picture is None:
        return ()
    parents = picture.infrastructure.parents
    switches = {report.switch for report in incident.reports if report.switch}
    if incident.detection is not None:
        switches |= set(incident.detection.finding.causes)
    way = (chain(switch, parents).levels for switch in switches if switch in parents)
    near = {each for levels in way for level in levels for each in level}
    core = {target for target, above in parents.items() if not above}
    return found(plan, picture, near=near | core)


def at_report(incident: int, report: Report, picture: StatusPicture | None, now: datetime) -> list[NewEvent]:
    """What the way of a caller looked like when the call was taken."""
    targets = [*_ways([report], picture, now), report.switch, report.workstation]
    return freeze(incident, Why.REPORT, str(report.number), picture=picture, targets=targets, now=now)


def of_incident(
    incident: Incident, plan: Plan | None, at: tuple[Why, str], picture: StatusPicture | None, now: datetime
) -> list[NewEvent]:
    """What an incident rests on, frozen `at` something: the signs that were seen, the ways of its reports."""
    signs = signs_of(plan, incident, picture) if plan is not None else ()
    targets = [each.target for each in signs]
    targets += [*_ways(incident.reports, picture, now), *sorted(touched(incident))]
    return freeze(incident.number, *at, picture=picture, targets=targets, now=now)


def _ways(reports: Iterable[Report], picture: StatusPicture | None, now: datetime) -> list[str]:
    places = dict.fromkeys((report.switch, report.department) for report in reports)
    return [id_ for place in places for id_ in callers_path("", *place, picture, now=now).targets]


def beside(
    decided: Sequence[NewEvent],
    incident: Incident,
    plan: Plan | None,
    picture: StatusPicture | None,
    now: datetime,
) -> list[NewEvent]:
    """The snapshot that goes with what was decided: a category, departments sent to paper, a gate passed."""
    gates = [event.body["key"] for event in decided if _a_gate(event)]
    if gates:
        return of_incident(incident, plan, (Why.GATE, ", ".join(gates)), picture, now)
    for event in decided:
        body = event.body
        if event.kind is Kind.CLASSIFIED:
            return of_incident(incident, plan, (Why.CLASSIFICATION, body["category"]), picture, now)
        if event.kind is Kind.NOTICE and body["kind"] == NoticeKind.START:
            return of_incident(incident, plan, (Why.NOTICE, str(body["number"])), picture, now)
    return []


def _a_gate(event: NewEvent) -> bool:
    return event.kind is Kind.FELL_DUE and event.body["duty"] == GATE


def freeze_notices(desk: Desk, look: Look, *, after: int) -> int:
    """Freeze what was seen when departments were sent to paper, where the act itself could not.

    It looks at what was recorded after seq `after` and returns the end of the record, to go on from there.
    Repeating it changes nothing.
    """
    now = desk.now()
    with desk.database.read() as connection:
        end = events.head(connection).seq
        if end == after:
            return after
        sent = [
            event for event in events.of_kind(connection, Kind.NOTICE, after=after) if _of_now(event, now)
        ]
        sent = [
            event for event in sent if not _frozen(desk.memory.look(connection, event.incident)[1], event)
        ]
    picture = look() if sent else None
    if picture is None:
        return end

    def decide(transaction: Transaction) -> list[NewEvent]:
        made: list[NewEvent] = []
        for event in sent:
            incident, history = transaction.look(event.incident)
            if not _frozen(history, event):
                made += beside([_again(event)], incident, transaction.plan(incident), picture, now)
        return made

    desk.record(decide, doing="evidence", act=None, now=now, sentence=_("Evidence frozen"))
    return end


def _of_now(event: Event, now: datetime) -> bool:
    return event.body["kind"] == NoticeKind.START and now - event.recorded <= LATE


def _frozen(history: Sequence[Event], event: Event) -> bool:
    number = str(event.body["number"])
    return already(((each.kind, each.body) for each in history), Why.NOTICE, number)


def _again(event: Event) -> NewEvent:
    return NewEvent(event.kind, event.incident, event.at, event.body)
