"""Events: the immutable facts of the record, and the chain that shows when one was touched."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from hisconsole.plan.times import to_text
from hisconsole.values import dataclass

GENESIS = "0" * 64

SITE = 0
"""The number that events carry which are about no incident: silences, maintenance, editions of the plan.

Below it stand the turns of duty: turn 12 is told by the events that carry -12.
"""

PROVISIONAL = 1_000_000_000
"""Above it stand incidents that no record knows yet: a call taken while it was away, shown as K1, K2."""


class Kind(StrEnum):
    """What can have happened."""

    OPENED = "opened"
    REPORTED = "reported"
    CORRECTED = "corrected"
    DETACHED = "detached"
    ATTACHED = "attached"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    VERIFIED = "verified"
    NOTED = "noted"
    PINNED = "pinned"
    CLASSIFIED = "classified"
    ESTIMATED = "estimated"
    CAUSE_FOUND = "cause"
    FIX_TRIED = "fix"
    RULED_OUT = "ruled-out"
    CONTINGENCY = "contingency"
    TICKET = "ticket"
    MITIGATED = "mitigated"
    RECOVERED = "recovered"
    REVIEWED = "review"
    REOPENED = "reopened"
    CLOSED = "closed"
    UNDONE = "undone"
    SILENCED = "silenced"
    UNSILENCED = "unsilenced"
    ENROLLED = "enrolled"
    PLAN_ADOPTED = "plan"
    PARALYSIS = "paralysis"
    STOPPED = "stopped"
    AGGRAVATED = "aggravated"
    ESCALATED = "escalated"
    HELD = "held"
    MET = "met"
    FELL_DUE = "due"
    SUMMARISED = "summary"
    DIALLED = "dialled"
    CALLED = "called"
    SUMMONED = "summoned"
    ARRIVED = "arrived"
    MESSAGE = "message"
    TOLD = "told"
    NOTICE = "notice"
    RECEIPT = "receipt"
    BACK_ENTRY = "back-entry"
    BACK_ENTERED = "back-entered"
    ACTION = "action"
    CONTACT_VERIFIED = "contact-verified"
    CONTACT_WRONG = "contact-wrong"
    REVEALED = "revealed"
    ACTING = "acting"
    PACK_PRINTED = "pack"
    TURN_BEGUN = "turn"
    OFFERED = "offered"
    TAKEN = "taken"
    RESTATED = "restated"
    CONFIRMED = "confirmed"
    OBJECTED = "objected"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    ACCEPTED = "accepted"
    RELIEVED = "relieved"
    SHIFT_NOTED = "shift-note"
    ROUTINE = "routine"
    SNAPSHOT = "snapshot"
    DETECTED = "detected"
    SYMPTOMS = "symptoms"
    WORSENED = "worsened"
    CLEARED = "cleared"
    FOLDED = "folded"
    PROPOSED = "proposed"
    APART = "apart"
    MERGED = "merged"
    UNMERGED = "unmerged"
    MAINTENANCE = "maintenance"
    MAINTENANCE_BEGUN = "maintenance-begun"
    MAINTENANCE_EXTENDED = "maintenance-extended"
    MAINTENANCE_ENDED = "maintenance-ended"
    MAINTENANCE_CANCELLED = "maintenance-cancelled"
    MAINTENANCE_OVERRAN = "maintenance-overran"
    MAINTENANCE_LAPSED = "maintenance-lapsed"
    BACKED_UP = "backup"
    RESTORE_TRIED = "restore-tried"
    DRILL_HELD = "drill"
    NEEDS_EYES = "needs-eyes"
    SETTLED = "settled"
    ROLES = "roles"
    NOT_ALLOWED = "not-allowed"
    PIN = "pin"


@dataclass(frozen=True, slots=True)
class NewEvent:
    """A fact an act wants recorded: what, about which incident, when it happened."""

    kind: Kind
    incident: int
    at: datetime
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """A recorded fact: `at` is when it happened, `recorded` when it was written down (both UTC)."""

    seq: int
    act: str
    kind: Kind
    incident: int
    at: datetime
    recorded: datetime
    actor: str
    os_user: str
    source: str
    body: Mapping[str, Any]


def canonical(event: Event) -> str:
    """The one text form of an event: JSON, keys sorted, nothing but ASCII."""
    return json.dumps(
        {
            "seq": event.seq,
            "act": event.act,
            "kind": event.kind.value,
            "incident": event.incident,
            "at": to_text(event.at),
            "recorded": to_text(event.recorded),
            "actor": event.actor,
            "os_user": event.os_user,
            "source": event.source,
            "body": event.body,
        },
        sort_keys=True,
        separators=(",", ":"),
    )


def link(previous: str, seq: int, text: str) -> str:
    """Hash of one link: SHA-256("hisc1" || previous || seq || SHA-256(canonical)), in hex."""
    inner = hashlib.sha256(text.encode()).hexdigest()
    return hashlib.sha256(f"hisc1{previous}{seq}{inner}".encode()).hexdigest()
