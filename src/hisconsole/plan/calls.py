"""Taking a call and putting it right: new incident or further report, corrected, detached, moved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta

from hisconsole.errors import Refused
from hisconsole.plan.asking import Ask, Field
from hisconsole.plan.events import Kind, NewEvent
from hisconsole.plan.incident import Incident, Report
from hisconsole.plan.story_turn import subject
from hisconsole.plan.times import to_text
from hisconsole.plan.words import Scope, State, Symptom
from hisconsole.text import _
from hisconsole.values import dataclass

ALIKE_WINDOW = timedelta(minutes=30)
OLDEST = timedelta(days=30)
"""A call from paper may be this old; older is taken for a slip of the pen."""


def call_fields() -> tuple[Field, ...]:
    """What a call is asked (plan 3, domain 5.5), in the order of the form."""
    return (
        Field("workstation", _("Workstation"), required=True, limit=64),
        Field("symptom", _("Symptom"), Ask.CHOICE, True, tuple(Symptom)),
        Field("words", _("Words")),
        Field("reporter", _("Reporter"), limit=64),
        Field("callback", _("Call back"), limit=32),
        Field("scope", _("Who else"), Ask.CHOICE, False, tuple(Scope), Scope.UNKNOWN.value),
        Field("occurred", _("Since"), Ask.WHEN),
        Field("department", _("Department"), limit=64),
    )


@dataclass(frozen=True, slots=True)
class Alike:
    """An open incident that looks like the call being taken, with what it has in common."""

    number: int
    same: tuple[str, ...]


def body_of(report: Report) -> dict[str, object]:
    """A report as the body of an event."""
    body = {**asdict(report), "occurred": to_text(report.occurred)}
    del body["taken_at"]
    return body


def check_occurred(occurred: datetime, *, now: datetime) -> None:
    """Refuse a beginning that lies ahead or so far back that it must be a slip."""
    if occurred > now + timedelta(minutes=1):
        raise Refused(_("It cannot have begun later than now: correct *since*."))
    if now - occurred > OLDEST:
        raise Refused(
            _(
                "*Since* lies more than {days} days back: correct it; an older date goes into the words."
            ).format(days=OLDEST.days)
        )


def take(
    report: Report, *, incident: Incident | None, number: int, plan: str = "", now: datetime
) -> list[NewEvent]:
    """The events of a call: a new incident `number` under an edition of the plan, or a further report."""
    check_occurred(report.occurred, now=now)
    if incident is None:
        return [
            NewEvent(Kind.OPENED, number, now, {"plan": plan}),
            NewEvent(Kind.REPORTED, number, report.occurred, body_of(report)),
        ]
    if incident.state is State.CLOSED:
        raise Refused(
            _("{number} is closed: reopen it, or take the call as a new incident.").format(
                number=subject(incident.number)
            )
        )
    return [NewEvent(Kind.REPORTED, incident.number, report.occurred, body_of(report))]


def correct(
    incident: Incident, corrected: Report, *, now: datetime, rung_elsewhere: bool = False
) -> list[NewEvent]:
    """Put a report right; the first version stays in the record.

    `rung_elsewhere` says that another number was left, which the report itself does not hold.
    """
    was = incident.report(corrected.number)
    if was == corrected and not rung_elsewhere:
        raise Refused(_("Nothing was changed."))
    if was is None or was.occurred != corrected.occurred:
        check_occurred(corrected.occurred, now=now)
    return [NewEvent(Kind.CORRECTED, incident.number, now, body_of(corrected))]


def move(
    incident: Incident, report: Report, *, to: Incident | None, number: int, plan: str = "", now: datetime
) -> list[NewEvent]:
    """Take a report out of its incident: into another, or with `to` None into new `number`.

    An incident that loses its only report while nobody has verified it closes by that.
    """
    if to is not None and to.number == incident.number:
        raise Refused(_("It is in that incident already."))
    if to is not None and to.state is State.CLOSED:
        raise Refused(_("{number} is closed: reopen it first.").format(number=subject(to.number)))
    last = len(incident.reports) == 1
    if last and to is None:
        raise Refused(_("It is the incident's only report: correct it instead."))
    if last and incident.state not in (State.NEW, State.VERIFYING):
        raise Refused(
            _(
                "{number} is being worked and this is its only report: note what you found and close it."
            ).format(number=subject(incident.number))
        )
    target = to.number if to is not None else number
    events = [NewEvent(Kind.DETACHED, incident.number, now, {"report": report.number, "to": target})]
    if to is None:
        events.append(NewEvent(Kind.OPENED, target, now, {"plan": plan}))
    events.append(NewEvent(Kind.ATTACHED, target, now, {**body_of(report), "from": incident.number}))
    if last:
        if incident.state is State.NEW:
            events.append(NewEvent(Kind.ACKNOWLEDGED, incident.number, now, {}))
        reason = _("its only report went to {number}").format(number=subject(target))
        events.append(NewEvent(Kind.CLOSED, incident.number, now, {"reason": reason}))
    return events


def _hangs_on(incident: Incident, switch: str) -> bool:
    """Whether what the watch found in an incident cuts a workstation off."""
    detection = incident.detection
    return detection is not None and detection.standing and switch in detection.finding.switches


def alike(
    *,
    symptom: str,
    department: str,
    switch: str,
    workstation: str,
    incidents: Iterable[Incident],
    now: datetime,
) -> list[Alike]:
    """Open incidents that the call may belong to, most alike first (domain 5.9).

    Symptom, department and switch count for reports of the last 30 minutes, the workstation at any age,
    and before all that what the watch sees cut off.
    """
    found: list[tuple[int, datetime, Alike]] = []
    for incident in incidents:
        recent = [r for r in incident.reports if now - r.occurred <= ALIKE_WINDOW]
        same: list[str] = []
        if workstation and any(r.workstation == workstation for r in incident.reports):
            same.append(_("workstation"))
        if switch and any(r.switch == switch for r in recent):
            same.append(_("switch"))
        if department and any(r.department == department for r in recent):
            same.append(_("department"))
        if symptom and any(r.symptom == symptom for r in recent):
            same.append(_("symptom"))
        if _hangs_on(incident, switch):
            found.append((len(same) + 2, incident.t0, Alike(incident.number, (_("cause"), *same))))
        elif len(same) >= 2 or (same and not symptom) or same[:1] == [_("workstation")]:
            found.append((len(same), incident.t0, Alike(incident.number, tuple(same))))
    found.sort(key=lambda item: (-item[0], item[1]))
    return [item[2] for item in found]
