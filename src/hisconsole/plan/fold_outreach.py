"""What each event of reaching people changes in an incident."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from hisconsole.plan.events import Event, Kind
from hisconsole.plan.incident import Incident
from hisconsole.plan.outreach import (
    BackEntry,
    Called,
    CallOutcome,
    Channel,
    Decision,
    Dialling,
    Message,
    MessageStatus,
    Notice,
    NoticeKind,
    NumberKind,
    Ordered,
    Purpose,
    Receipt,
    Summoned,
    Told,
)
from hisconsole.plan.times import from_text
from hisconsole.plan.words import State

Changes = dict[str, Any]


def ordered(body: Mapping[str, Any]) -> tuple[Ordered, ...]:
    """The order of calls as an escalation froze it."""
    return tuple(
        Ordered(
            step,
            each["role"],
            tuple(each["contacts"]),
            {who: tuple(map(NumberKind, kinds)) for who, kinds in each.get("numbers", {}).items()},
            dict(each.get("deputies", {})),
        )
        for step, roles in enumerate(body.get("order", ()))
        for each in roles
    )


def _moment(text: Any) -> datetime | None:
    return from_text(text) if text else None


def _dialled(incident: Incident, event: Event) -> Changes:
    contact, deputy = event.body["contact"], event.body["deputy"]
    others = tuple(each for each in incident.dialling if each.contact != contact)
    return {"dialling": (*others, Dialling(contact, event.actor, event.at, deputy))}


def _called(incident: Incident, event: Event) -> Changes:
    body = event.body
    call = Called(
        entry=event.seq,
        contact=body["contact"],
        number=NumberKind(body["number"]),
        purpose=Purpose(body["purpose"]),
        outcome=CallOutcome(body["outcome"]),
        at=event.at,
        by=event.actor,
        took=body["took"],
        read_back=body["read_back"],
        decision=Decision(body["decision"]),
        text=body["text"],
        instead_of=body.get("instead_of", ""),
        kind=body.get("kind", ""),
    )
    changes: Changes = {
        "calls": (*incident.calls, call),
        "dialling": tuple(
            each for each in incident.dialling if each.contact not in (call.contact, call.instead_of)
        ),
    }
    if call.decision is Decision.START and incident.started_at is None:
        changes |= {"started_at": event.at, "started_by": call.took or call.contact}
    return changes


def _summoned(incident: Incident, event: Event) -> Changes:
    known = next((each for each in incident.summoned if each.contact == event.body["contact"]), None)
    if known is None:
        fresh = Summoned(event.body["contact"], event.at, event.actor)
        return {"summoned": (*incident.summoned, _updated(fresh, event))}
    return {"summoned": tuple(_updated(each, event) if each is known else each for each in incident.summoned)}


def _updated(summoned: Summoned, event: Event) -> Summoned:
    body = event.body
    return replace(
        summoned,
        answered_at=_moment(body.get("answered")) or summoned.answered_at,
        arrived_at=_moment(body.get("arrived")) or summoned.arrived_at,
        ticket=body.get("ticket") or summoned.ticket,
        promised=_moment(body.get("promised")) or summoned.promised,
    )


def _message(incident: Incident, event: Event) -> Changes:
    body = event.body
    message = Message(
        number=body["number"],
        at=event.at,
        by=event.actor,
        status=MessageStatus(body["status"]),
        affected=body["affected"],
        do=body["do"],
        dont=body["dont"],
        eta=body["eta"],
        next_at=_moment(body["next"]),
        recipients=tuple(body["recipients"]),
    )
    return {"messages": (*incident.messages, message)}


def _told(incident: Incident, event: Event) -> Changes:
    body = event.body
    attempts = tuple(
        Told(
            recipient=recipient,
            at=event.at,
            by=event.actor,
            reached=body["reached"],
            channel=Channel(body["channel"]),
            person=body["person"],
            read_back=body["read_back"],
        )
        for recipient in body["recipients"]
    )
    return {
        "messages": tuple(
            replace(each, told=(*each.told, *attempts)) if each.number == body["number"] else each
            for each in incident.messages
        )
    }


def _notice(incident: Incident, event: Event) -> Changes:
    body = event.body
    notice = Notice(
        number=body["number"],
        kind=NoticeKind(body["kind"]),
        gate=body["gate"],
        departments=tuple(body["departments"]),
        effective=from_text(body["effective"]),
        at=event.at,
        by=event.actor,
        stops=body["stops"],
        forms=body["forms"],
        authority=body["authority"],
        text=body["text"],
        blocks=tuple((department, block) for department, block in body["blocks"]),
    )
    return {"notices": (*incident.notices, notice)}


def _receipt(incident: Incident, event: Event) -> Changes:
    body = event.body
    receipt = Receipt(body["department"], event.at, body["person"], body["read_back"])
    return {
        "notices": tuple(
            replace(each, receipts=(*each.receipts, receipt)) if each.number == body["number"] else each
            for each in incident.notices
        )
    }


def _back_entered(incident: Incident, event: Event) -> Changes:
    body = event.body
    entry = BackEntry(
        department=body["department"],
        at=event.at,
        paper=body["paper"],
        entered=body["entered"],
        variance=body["variance"],
        owner=body["owner"],
        due=_moment(body["due"]),
        signed=body["signed"],
    )
    others = tuple(each for each in incident.back_entries if each.department != entry.department)
    return {"back_entries": (*others, entry)}


OUTREACH: Mapping[Kind, Callable[[Incident, Event], Changes]] = {
    Kind.DIALLED: _dialled,
    Kind.CALLED: _called,
    Kind.SUMMONED: _summoned,
    Kind.ARRIVED: _summoned,
    Kind.MESSAGE: _message,
    Kind.TOLD: _told,
    Kind.NOTICE: _notice,
    Kind.RECEIPT: _receipt,
    Kind.BACK_ENTRY: lambda incident, event: {"state": State.BACK_ENTRY},
    Kind.BACK_ENTERED: _back_entered,
}
