"""Feedback at the desk: whom a message goes to, where each is rung, and what to say (domain 5.6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from hisconsole.config import Site
from hisconsole.desk.desk import Desk
from hisconsole.desk.reading import read_incident
from hisconsole.plan.feedback import DEPARTMENT, WORKSTATION, Recipient, standing_messages, told_of
from hisconsole.plan.feedback_words import drafted, spoken
from hisconsole.plan.incident import Incident
from hisconsole.plan.outreach import Message
from hisconsole.plan.story_outreach import status_label
from hisconsole.text import _
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One recipient of the list: how he is called, where he is rung, and what came of it."""

    to: Recipient
    name: str
    phone: str

    @property
    def key(self) -> str:
        """What the cursor follows."""
        return self.to.id


@dataclass(frozen=True, slots=True)
class Telling:
    """The feedback of an incident: the messages that count by number, as read out, and everybody owed one."""

    incident: Incident
    messages: Mapping[int, Message]
    texts: Mapping[int, str]
    lines: tuple[Line, ...]
    draft: Mapping[str, str]
    """The next message as far as the record can word it."""
    now: datetime

    @property
    def owed(self) -> tuple[Line, ...]:
        """Who is still to be reached."""
        return tuple(each for each in self.lines if each.to.reached is None)


def look(desk: Desk, number: int) -> Telling:
    """How the feedback of an incident stands. Raises NotFound."""
    file, site, now = read_incident(desk, number), desk.site, desk.now()
    incident = file.incident
    phones = _phones(site, incident, file.callbacks)
    sent = standing_messages(incident)
    return Telling(
        incident=incident,
        messages={each.number: each for each in sent},
        texts={
            each.number: spoken(
                each,
                incident.number,
                hospital=site.name,
                status=status_label(each.status),
                clock=desk.clock,
                mark=site.stamp,
            )
            for each in sent
        },
        lines=tuple(Line(each, _name(site, each.id), phones.get(each.id, "")) for each in told_of(incident)),
        draft=drafted(
            incident,
            file.plan or site.plan,
            now=now,
            clock=desk.clock,
            call=lambda department: _department(site, department),
        ),
        now=now,
    )


def _department(site: Site, id_: str) -> str:
    known = site.department(id_)
    return known.name if known is not None else id_


def _name(site: Site, recipient: str) -> str:
    """A recipient as operators call him."""
    if recipient.startswith(DEPARTMENT):
        return _department(site, recipient.removeprefix(DEPARTMENT))
    id_ = recipient.removeprefix(WORKSTATION)
    known = site.workstation(id_)
    return (
        _("{workstation}, {room}").format(workstation=id_, room=known.room) if known and known.room else id_
    )


def _phones(site: Site, incident: Incident, left: Mapping[int, str]) -> dict[str, str]:
    """Where each is rung: the number the caller left, else the workstation's own, the department's."""
    phones: dict[str, str] = {}
    for report in incident.reports:
        known = site.workstation(report.workstation)
        rung = left.get(report.number) or (known.phone if known else "")
        if rung:
            phones[f"{WORKSTATION}{report.workstation}"] = rung
    departments = {*(each.department for each in incident.reports), *incident.stopped}
    for message in incident.messages:
        departments |= {
            each.removeprefix(DEPARTMENT) for each in message.recipients if each.startswith(DEPARTMENT)
        }
    for id_ in departments:
        known_department = site.department(id_)
        if known_department is not None and known_department.phone:
            phones[f"{DEPARTMENT}{id_}"] = known_department.phone
    return phones
