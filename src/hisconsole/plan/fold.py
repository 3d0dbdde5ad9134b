"""From events to the present: what each kind of event changes in an incident."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from hisconsole.plan.duty import ACTION
from hisconsole.plan.events import Event, Kind
from hisconsole.plan.fold_outreach import OUTREACH, ordered
from hisconsole.plan.fold_watch import WATCHED
from hisconsole.plan.incident import Action, Decided, Estimate, Incident, Obligation, Report
from hisconsole.plan.outlook import Contingency, RuledOut, Ticket
from hisconsole.plan.times import from_text
from hisconsole.plan.words import Category, Confidence, Result, State


def report_of(body: Mapping[str, Any], *, taken_at: datetime) -> Report:
    """Read a report from an event's body."""
    values = {each.name: body[each.name] for each in fields(Report) if each.name != "taken_at"}
    return Report(**{**values, "occurred": from_text(values["occurred"]), "taken_at": taken_at})


def fold(events: Iterable[Event]) -> Incident | None:
    """The present of one incident from all its events in order; an undone act counts for nothing."""
    history = list(events)
    if not history:
        return None
    undone = {event.body["act"] for event in history if event.kind is Kind.UNDONE}
    incident = None
    for event in history:
        if event.act not in undone:
            incident = apply(incident, event)
    last = history[-1]
    return incident and replace(incident, version=last.seq)


def apply(incident: Incident | None, event: Event) -> Incident:
    """The next present: one event applied to an incident (undo is `fold`'s affair)."""
    if event.kind is Kind.OPENED:
        incident = Incident(
            number=event.incident,
            version=event.seq,
            opened=event.recorded,
            plan=event.body.get("plan", ""),
        )
    elif incident is None:
        raise ValueError(f"event {event.seq} ({event.kind}) comes before its incident was opened")
    else:
        incident = replace(incident, **_CHANGES[event.kind](incident, event))
    if event.kind in _BY_ITSELF:
        return replace(incident, version=event.seq)
    if event.kind not in _NO_WORK:
        incident = replace(incident, touched_at=event.recorded)
    return replace(
        incident,
        version=event.seq,
        last_act=event.act,
        last_actor=event.actor,
        last_recorded=event.recorded,
    )


_BY_ITSELF = frozenset(
    {
        Kind.FELL_DUE,
        Kind.SNAPSHOT,
        Kind.DETECTED,
        Kind.SYMPTOMS,
        Kind.WORSENED,
        Kind.CLEARED,
        Kind.FOLDED,
        Kind.PROPOSED,
    }
)
"""What nobody has done, recorded beside the work: it is no act that somebody could take back, and no work."""

_NO_WORK = frozenset({Kind.OPENED, Kind.REPORTED, Kind.ATTACHED, Kind.DETACHED, Kind.CORRECTED, Kind.UNDONE})
"""What callers bring about, and taking back: nobody has worked on the incident by that."""


def _reported(incident: Incident, event: Event) -> dict[str, Any]:
    return {"reports": (*incident.reports, report_of(event.body, taken_at=event.recorded))}


def _corrected(incident: Incident, event: Event) -> dict[str, Any]:
    was = incident.report(event.body["number"])
    corrected = report_of(event.body, taken_at=was.taken_at if was else event.recorded)
    return {
        "reports": tuple(
            corrected if report.number == corrected.number else report for report in incident.reports
        )
    }


def _detached(incident: Incident, event: Event) -> dict[str, Any]:
    gone = event.body["report"]
    return {"reports": tuple(report for report in incident.reports if report.number != gone)}


def _acknowledged(incident: Incident, event: Event) -> dict[str, Any]:
    state = State.VERIFYING if incident.state is State.NEW else incident.state
    return {
        "state": state,
        "owner": event.actor,
        "acknowledged_by": event.actor,
        "acknowledged_at": event.recorded,
    }


def _assigned(incident: Incident, event: Event) -> dict[str, Any]:
    return {"owner": event.body["owner"]}


def _verified(incident: Incident, event: Event) -> dict[str, Any]:
    changes: dict[str, Any] = {
        "verification": event.body["result"],
        "verified_by": event.body["by"],
        "verified_how": event.body["how"],
        "verified_at": event.at,
    }
    if event.body["result"] == "confirmed" and incident.state is State.VERIFYING:
        changes["state"] = State.ACTIVE
    return changes


def _pinned(incident: Incident, event: Event) -> dict[str, Any]:
    return {"pinned": incident.pinned ^ {event.body["entry"]}}


def _classified(incident: Incident, event: Event) -> dict[str, Any]:
    category = Category(event.body["category"])
    kept = category is incident.category and category is not Category.UNCLASSIFIED
    return {
        "category": category,
        "kept_since": incident.in_category_since if kept else None,
        "category_reason": event.body["reason"],
        "fault": event.body.get("fault", ""),
        "category_why": event.body.get("why", ""),
        "classified_by": event.actor,
        "classified_at": event.at,
        "answers": MappingProxyType(dict(event.body.get("answers", incident.answers))),
        **({"plan": event.body["plan"]} if event.body.get("plan") else {}),
    }


def _paralysis(incident: Incident, event: Event) -> dict[str, Any]:
    return {"paralysis": event.body["confirmed"], "paralysis_at": event.at}


def _stopped(incident: Incident, event: Event) -> dict[str, Any]:
    stopped = {each: incident.stopped.get(each, event.at) for each in event.body["departments"]}
    return {"stopped": MappingProxyType(stopped)}


def _decided(incident: Incident, event: Event) -> dict[str, Any]:
    by = event.body.get("by") or event.actor
    held = event.kind is Kind.HELD
    reason = event.body.get("reason", "")
    decided = Decided(held=held, at=event.at, by=by, reason=reason, calls=len(incident.calls))
    return {"decided": decided, "order": incident.order if held else ordered(event.body)}


def _met(incident: Incident, event: Event) -> dict[str, Any]:
    of = (event.body["duty"], event.body["key"])
    met = {"met": MappingProxyType({**incident.met, of: event.at})}
    if of[0] != ACTION:
        return met
    done = {"done_at": event.at, "how": event.body["text"]}
    actions = (replace(each, **done) if str(each.number) == of[1] else each for each in incident.actions)
    return {**met, "actions": tuple(actions)}


def _action(incident: Incident, event: Event) -> dict[str, Any]:
    body = event.body
    due = from_text(body["due"])
    action = Action(body["number"], body["text"], body["owner"], due, event.actor, event.at)
    return {"actions": (*incident.actions, action)}


def _summarised(incident: Incident, event: Event) -> dict[str, Any]:
    of = (f"summary-{event.body['audience']}", "")
    return {"met": MappingProxyType({**incident.met, of: event.at})}


def _owed_again(incident: Incident, duty: str) -> Mapping[Obligation, datetime]:
    """What stays met by hand when something new brings a duty back."""
    return MappingProxyType({of: at for of, at in incident.met.items() if of != (duty, "")})


def _fell_due(incident: Incident, event: Event) -> dict[str, Any]:
    of = (event.body["duty"], event.body["key"])
    return {"fallen": MappingProxyType({**incident.fallen, of: from_text(event.body["deadline"])})}


def _estimated(incident: Incident, event: Event) -> dict[str, Any]:
    estimate = Estimate(
        earliest=from_text(event.body["earliest"]),
        latest=from_text(event.body["latest"]),
        by=event.actor,
        at=event.at,
        why=event.body["why"],
    )
    return {"estimates": (*incident.estimates, estimate), "met": _owed_again(incident, "eta")}


def _cause(incident: Incident, event: Event) -> dict[str, Any]:
    return {
        "cause": event.body["text"],
        "confidence": Confidence(event.body["confidence"]),
        "cause_at": event.at,
    }


def _fix(incident: Incident, event: Event) -> dict[str, Any]:
    changes: dict[str, Any] = {"fixes": (*incident.fixes, (event.body["text"], event.body["result"]))}
    if event.body["result"] == Result.FAILED:
        changes["failed_at"] = (*incident.failed_at, event.at)
    return changes


def _ruled_out(incident: Incident, event: Event) -> dict[str, Any]:
    ruled = RuledOut(event.body["text"], event.body["how"], event.actor, event.at)
    return {"ruled_out": (*incident.ruled_out, ruled)}


def _contingency(incident: Incident, event: Event) -> dict[str, Any]:
    new = Contingency(event.body["condition"], event.body["action"], event.actor, event.at)
    others = tuple(each for each in incident.contingencies if each.condition != new.condition)
    return {"contingencies": (*others, new)}


def _ticket(incident: Incident, event: Event) -> dict[str, Any]:
    body, of = event.body, (event.body["contact"], event.body["number"])
    was = next((each for each in incident.tickets if (each.contact, each.number) == of), None)
    promised = from_text(body["promised"]) if body["promised"] else was.promised if was else None
    new = Ticket(
        *of,
        at=was.at if was else event.at,
        by=was.by if was else event.actor,
        promised=promised,
        text=body["text"] or (was.text if was else ""),
        done_at=event.at if body["done"] else None,
    )
    others = tuple(each for each in incident.tickets if (each.contact, each.number) != of)
    return {"tickets": (*others, new)}


def _recovered(incident: Incident, event: Event) -> dict[str, Any]:
    return {
        "state": State.RECOVERED,
        "recovered_at": event.at,
        "recovery_confirmed_by": event.body["confirmed_by"],
    }


def _reopened(incident: Incident, event: Event) -> dict[str, Any]:
    over = incident.state is not State.MITIGATED
    return {
        **(_afresh(incident, event) if over else {}),
        "state": State.ACTIVE,
        "reopened": incident.reopened + 1,
        "recovered_at": None,
        "recovery_confirmed_by": "",
        "closed_at": None,
        "close_reason": "",
    }


def _afresh(incident: Incident, event: Event) -> dict[str, Any]:
    """A new course of the fault: what was decided, met, expected and tried in the old one counts no more.

    It goes by the order of events, not by their times: the clock may be set back in between.
    """
    return {
        "restarted_at": event.at,
        "past_estimates": len(incident.estimates),
        "past_messages": len(incident.messages),
        "past_notices": len(incident.notices),
        "past_calls": len(incident.calls),
        "dialling": (),
        "started_at": None,
        "started_by": "",
        "failed_at": (),
        "ruled_out": (),
        "contingencies": (),
        "paralysis": "",
        "paralysis_at": None,
        "decided": None,
        "met": MappingProxyType({}),
    }


def _closed(incident: Incident, event: Event) -> dict[str, Any]:
    return {
        "state": State.CLOSED,
        "closed_at": event.at,
        "close_reason": event.body["reason"],
    }


_CHANGES: Mapping[Kind, Callable[[Incident, Event], dict[str, Any]]] = {
    Kind.REPORTED: _reported,
    Kind.ATTACHED: _reported,
    Kind.CORRECTED: _corrected,
    Kind.DETACHED: _detached,
    Kind.ACKNOWLEDGED: _acknowledged,
    Kind.ASSIGNED: _assigned,
    Kind.VERIFIED: _verified,
    Kind.NOTED: lambda incident, event: {},
    Kind.UNDONE: lambda incident, event: {},
    Kind.PINNED: _pinned,
    Kind.CLASSIFIED: _classified,
    Kind.ESTIMATED: _estimated,
    Kind.CAUSE_FOUND: _cause,
    Kind.FIX_TRIED: _fix,
    Kind.RULED_OUT: _ruled_out,
    Kind.CONTINGENCY: _contingency,
    Kind.TICKET: _ticket,
    Kind.MITIGATED: lambda incident, event: {
        "state": State.MITIGATED,
        "mitigated_at": event.at,
    },
    Kind.RECOVERED: _recovered,
    Kind.REVIEWED: lambda incident, event: {"state": State.REVIEW},
    Kind.PARALYSIS: _paralysis,
    Kind.STOPPED: _stopped,
    Kind.AGGRAVATED: lambda incident, event: {"aggravators": tuple(event.body["aggravators"])},
    Kind.ESCALATED: _decided,
    Kind.HELD: _decided,
    Kind.MET: _met,
    Kind.FELL_DUE: _fell_due,
    Kind.SNAPSHOT: lambda incident, event: {},
    Kind.SUMMARISED: _summarised,
    **OUTREACH,
    **WATCHED,
    Kind.ACTION: _action,
    Kind.REOPENED: _reopened,
    Kind.CLOSED: _closed,
}
