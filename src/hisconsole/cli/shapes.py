"""What --json says, by stable keys: the names are those of the record, times are RFC 3339 in UTC."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from hisconsole.desk.reading import File
from hisconsole.plan.board import Board
from hisconsole.plan.due import Due, duties
from hisconsole.plan.events import Event
from hisconsole.plan.feedback import Recipient, told_of
from hisconsole.plan.incident import Action, Decided, Estimate, Report
from hisconsole.plan.outlook import Contingency, RuledOut, Ticket
from hisconsole.plan.outreach import Called, Summoned
from hisconsole.plan.queue import Row, serious
from hisconsole.plan.story import tell
from hisconsole.plan.times import to_text

Shape = dict[str, object]
Clock = Callable[[datetime], str]


def _time(moment: datetime | None) -> str | None:
    return to_text(moment) if moment is not None else None


def row(row: Row, *, now: datetime) -> Shape:
    """A row of the queue; `scope` counts workstations, `departments` departments."""
    return {
        "number": row.number,
        "version": row.version,
        "state": row.state.value,
        "category": row.category.value,
        "treated": row.treated.value,
        "treated_at": _time(row.treated_at),
        "fault": row.fault,
        "symptom": row.symptom,
        "words": row.words,
        "workstation": row.workstation,
        "department": row.department,
        "owner": row.owner,
        "acknowledged_by": row.acknowledged_by,
        "t0": _time(row.t0),
        "opened": _time(row.opened),
        "due_at": _time(row.due_at),
        "duty": row.duty,
        "key_of_duty": row.key_of_duty,
        "scope": row.scope,
        "departments": row.departments,
        "critical": row.critical,
        "closed_at": _time(row.closed_at),
        "serious": serious(row),
        "overdue": row.due_at is not None and row.due_at <= now,
    }


def board(board: Board, owed: Iterable[Due]) -> Shape:
    """The plain view: counts, the queue by risk, what is due by time."""
    return {
        "at": _time(board.at),
        "seq": board.seq,
        "open": len(board.rows),
        "unclaimed": board.unclaimed,
        "overdue": board.overdue,
        "ringing": list(board.ringing),
        "queue": [row(each, now=board.at) for each in board.rows],
        "due": [due_row(each, now=board.at) for each in owed],
    }


def due_row(owed: Due, *, now: datetime) -> Shape:
    """A due row; incident 0 is the site itself."""
    return {
        "incident": owed.incident,
        "duty": owed.duty,
        "key": owed.key,
        "at": _time(owed.at),
        "owner": owed.owner,
        "act": owed.act,
        "overdue": owed.at <= now,
    }


def event(event: Event, *, clock: Clock) -> Shape:
    """A recorded fact; `text` tells it in words, on the hospital's clock."""
    return {
        "seq": event.seq,
        "act": event.act,
        "kind": event.kind.value,
        "incident": event.incident,
        "at": _time(event.at),
        "recorded": _time(event.recorded),
        "actor": event.actor,
        "os_user": event.os_user,
        "source": event.source,
        "body": dict(event.body),
        "text": tell(event, clock=clock),
    }


def incident(file: File, *, now: datetime, clock: Clock, numbers: Mapping[int, str] | None) -> Shape:
    """One incident in full; `numbers` are those its callers left, None where they stay hidden."""
    known = file.incident
    return {
        "number": known.number,
        "version": known.version,
        "state": known.state.value,
        "category": known.category.value,
        "category_reason": known.category_reason,
        "owner": known.owner,
        "acknowledged_by": known.acknowledged_by,
        "acknowledged_at": _time(known.acknowledged_at),
        "t0": _time(known.t0),
        "opened": _time(known.opened),
        "verification": known.verification,
        "verified_by": known.verified_by,
        "verified_how": known.verified_how,
        "verified_at": _time(known.verified_at),
        "estimates": [_estimate(each) for each in known.estimates],
        "cause": known.cause,
        "confidence": known.confidence.value if known.confidence else None,
        "fixes": [{"text": text, "result": result} for text, result in known.fixes],
        "ruled_out": [_ruled_out(each) for each in known.ruled_out],
        "contingencies": [_contingency(each) for each in known.contingencies],
        "tickets": [_ticket(each) for each in known.tickets],
        "mitigated_at": _time(known.mitigated_at),
        "recovered_at": _time(known.recovered_at),
        "recovery_confirmed_by": known.recovery_confirmed_by,
        "closed_at": _time(known.closed_at),
        "close_reason": known.close_reason,
        "reopened": known.reopened,
        "pinned": sorted(known.pinned),
        "fault": known.fault,
        "category_why": known.category_why,
        "classified_by": known.classified_by,
        "classified_at": _time(known.classified_at),
        "answers": dict(known.answers),
        "plan": known.plan,
        "paralysis": known.paralysis,
        "stopped": {department: _time(since) for department, since in known.stopped.items()},
        "aggravators": list(known.aggravators),
        "escalated": _decided(known.decided),
        "feedback": [_recipient(each) for each in told_of(known)],
        "calls": [_call(each) for each in known.calls],
        "started_at": _time(known.started_at),
        "started_by": known.started_by,
        "summoned": [_summoned(each) for each in known.summoned],
        "due": [due_row(due, now=now) for due in duties(known, file.plan)],
        "reports": [_report(each, numbers) for each in known.reports],
        "timeline": [event(each, clock=clock) for each in file.history],
        "actions": [action(each) for each in known.actions],
    }


def action(action: Action) -> Shape:
    """What a review came to."""
    return {
        "number": action.number,
        "text": action.text,
        "owner": action.owner,
        "due": _time(action.due),
        "by": action.by,
        "at": _time(action.at),
        "done_at": _time(action.done_at),
        "how": action.how,
    }


def _call(call: Called) -> Shape:
    return {
        "contact": call.contact,
        "instead_of": call.instead_of,
        "number": call.number.value,
        "purpose": call.purpose.value,
        "outcome": call.outcome.value,
        "at": _time(call.at),
        "by": call.by,
        "took": call.took,
        "read_back": call.read_back,
        "decision": call.decision.value,
        "text": call.text,
    }


def _summoned(each: Summoned) -> Shape:
    return {
        "contact": each.contact,
        "at": _time(each.at),
        "by": each.by,
        "answered_at": _time(each.answered_at),
        "arrived_at": _time(each.arrived_at),
        "ticket": each.ticket,
        "promised": _time(each.promised),
    }


def _recipient(to: Recipient) -> Shape:
    reached = to.reached
    return {
        "recipient": to.id,
        "message": to.message,
        "attempts": len(to.attempts),
        "reached_at": _time(reached.at) if reached is not None else None,
        "person": reached.person if reached is not None else "",
        "read_back": to.read_back,
    }


def _decided(decided: Decided | None) -> Shape | None:
    if decided is None:
        return None
    return {
        "held": decided.held,
        "at": _time(decided.at),
        "by": decided.by,
        "reason": decided.reason,
    }


def _estimate(estimate: Estimate) -> Shape:
    return {
        "earliest": _time(estimate.earliest),
        "latest": _time(estimate.latest),
        "by": estimate.by,
        "at": _time(estimate.at),
        "why": estimate.why,
    }


def _ruled_out(each: RuledOut) -> Shape:
    return {"what": each.what, "how": each.how, "by": each.by, "at": _time(each.at)}


def _contingency(each: Contingency) -> Shape:
    return {"if": each.condition, "then": each.action, "by": each.by, "at": _time(each.at)}


def _ticket(each: Ticket) -> Shape:
    return {
        "contact": each.contact,
        "number": each.number,
        "by": each.by,
        "at": _time(each.at),
        "promised": _time(each.promised),
        "text": each.text,
        "done_at": _time(each.done_at),
    }


def _report(report: Report, numbers: Mapping[int, str] | None) -> Shape:
    return {
        "number": report.number,
        "workstation": report.workstation,
        "department": report.department,
        "room": report.room,
        "reporter": report.reporter,
        "callback": report.callback,
        "number_to_call": numbers.get(report.number) if numbers is not None else None,
        "symptom": report.symptom,
        "words": report.words,
        "scope": report.scope,
        "occurred": _time(report.occurred),
        "critical": report.critical,
        "switch": report.switch,
        "taken_by": report.taken_by,
    }
