"""What is due: every timed obligation of an incident, computed from the incident alone (domain 5.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hisconsole.plan.incident import Incident
from hisconsole.plan.words import State
from hisconsole.text import _

ACKNOWLEDGE_AFTER = timedelta(minutes=2)
VERIFY_AFTER = timedelta(minutes=5)


class Duty(StrEnum):
    """The kinds of obligation."""

    ACKNOWLEDGE = "acknowledge"
    VERIFY = "verify"
    ETA = "eta"


@dataclass(frozen=True, slots=True)
class Due:
    """One obligation: what, for which incident, by when (UTC), and who owes it (empty: whoever is there)."""

    incident: int
    duty: Duty
    at: datetime
    owner: str


def duties(incident: Incident) -> tuple[Due, ...]:
    """Everything an incident owes now, soonest first."""
    owed: list[Due] = []
    number, owner = incident.number, incident.owner
    if incident.state is State.NEW:
        owed.append(Due(number, Duty.ACKNOWLEDGE, incident.t0 + ACKNOWLEDGE_AFTER, owner))
    if incident.state in (State.NEW, State.VERIFYING) and not incident.verification:
        owed.append(Due(number, Duty.VERIFY, incident.t0 + VERIFY_AFTER, owner))
    if incident.state in (State.ACTIVE, State.MITIGATED) and incident.estimate:
        owed.append(Due(number, Duty.ETA, incident.estimate.latest, owner))
    return tuple(sorted(owed, key=lambda due: due.at))


def duty_label(duty: str) -> str:
    """A duty in words."""
    return {
        Duty.ACKNOWLEDGE: _("ack"),
        Duty.VERIFY: _("verify"),
        Duty.ETA: _("ETA"),
    }[Duty(duty)]
