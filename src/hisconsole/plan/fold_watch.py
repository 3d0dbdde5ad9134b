"""What the watch tells of an incident, and what becomes of several that are one: part of the fold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from hisconsole.plan.detection import Detection, detected
from hisconsole.plan.events import Event, Kind
from hisconsole.plan.incident import Incident
from hisconsole.plan.likeness import proposal_of
from hisconsole.plan.words import State

Changes = dict[str, Any]


def _detected(incident: Incident, event: Event) -> Changes:
    return {"detection": detected(incident.detection, event.body, event.at)}


def _worsened(incident: Incident, event: Event) -> Changes:
    """Graver than when it was acknowledged: it rings again, whoever owns it."""
    return {**_detected(incident, event), "acknowledged_by": "", "acknowledged_at": None}


def _cleared(incident: Incident, event: Event) -> Changes:
    detection = _on_record(incident)
    changes = detection.changes + event.body["changes"]
    return {
        "detection": replace(
            detection,
            cleared_at=event.at,
            told_at=event.at,
            changes=changes,
            headline=event.body["headline"],
        )
    }


def _folded(incident: Incident, event: Event) -> Changes:
    detection = _on_record(incident)
    return {
        "detection": replace(
            detection,
            folded_into=event.body["into"],
            told_at=event.at,
            headline=event.body["headline"],
        )
    }


def _on_record(incident: Incident) -> Detection:
    if incident.detection is None:
        raise ValueError(f"incident {incident.number}: nothing was detected")
    return incident.detection


def _proposed(incident: Incident, event: Event) -> Changes:
    apart = incident.proposal.apart if incident.proposal else ()
    return {"proposal": proposal_of(event.body, at=event.at, apart=apart)}


def _apart(incident: Incident, event: Event) -> Changes:
    return _answered(incident, event, event.body["others"])


def _merged(incident: Incident, event: Event) -> Changes:
    if "into" not in event.body:
        return _answered(incident, event, ())
    return {
        "state": State.CLOSED,
        "closed_at": event.at,
        "close_reason": event.body["reason"],
        "merged_into": event.body["into"],
    }


def _unmerged(incident: Incident, event: Event) -> Changes:
    return {
        "state": State(event.body["state"]),
        "closed_at": None,
        "close_reason": "",
        "merged_into": 0,
    }


def _answered(incident: Incident, event: Event, apart: object) -> Changes:
    """Those that an answer names are proposed no more."""
    proposal = incident.proposal
    named = tuple(apart) if isinstance(apart, list | tuple) else ()
    if proposal is None:
        body = {"others": (), "ancestors": (), "departments": (), "workstations": 0, "symptom": "other"}
        return {"proposal": proposal_of(body, at=event.at, apart=named)}
    left = tuple(each for each in proposal.others if each not in event.body["others"])
    return {"proposal": replace(proposal, others=left, apart=tuple({*proposal.apart, *named}))}


WATCHED: Mapping[Kind, Callable[[Incident, Event], Changes]] = {
    Kind.DETECTED: _detected,
    Kind.SYMPTOMS: _detected,
    Kind.WORSENED: _worsened,
    Kind.CLEARED: _cleared,
    Kind.FOLDED: _folded,
    Kind.PROPOSED: _proposed,
    Kind.APART: _apart,
    Kind.MERGED: _merged,
    Kind.UNMERGED: _unmerged,
}
