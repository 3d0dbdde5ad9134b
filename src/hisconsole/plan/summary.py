"""Summaries to be read aloud: what an incident comes to, in sentences, for the scripts of the plan (plan 2).

The plan words the scripts, this fills them: from the incident, its plan and its history, as of a moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from hisconsole.plan.document import Plan
from hisconsole.plan.due import GATE, duties, duty_label
from hisconsole.plan.elapsed import is_over
from hisconsole.plan.escalation import Standing, fill, stamped, standing
from hisconsole.plan.events import Event, Kind
from hisconsole.plan.incident import Incident
from hisconsole.plan.picture import StatusPicture
from hisconsole.plan.status import Status
from hisconsole.plan.story import tell
from hisconsole.plan.words import Category, Confidence, Symptom, label, symptom_label
from hisconsole.text import _, ngettext

Clock = Callable[[datetime], str]
Names = Callable[[str], str]

TOLD = 3
"""Acts, and duties to come, that one summary speaks of."""
PLACES = 6
"""Departments that are called by name."""
_DONE = frozenset({Kind.FIX_TRIED, Kind.CAUSE_FOUND, Kind.MITIGATED, Kind.RECOVERED, Kind.ESCALATED})


def team_summary(
    incident: Incident,
    plan: Plan | None,
    history: Sequence[Event],
    at: datetime,
    clock: Clock,
    *,
    name: str = "",
    call: Names = str,
    mark: str = "",
) -> list[str]:
    """Conditions, actions and needs, for the team. `name` is the hospital's, `call` names departments.

    `mark` is DRILL in a drill.
    """
    values = spoken(incident, plan, now=at, clock=clock, name=name, call=call)
    values |= {
        "conditions": _conditions(values, incident),
        "actions": _actions(incident, history, clock),
        "needs": _needs(incident, plan, clock),
    }
    unplanned = _("Incident {number}. Conditions: {conditions}\nActions: {actions}\nNeeds: {needs}")
    return stamped(fill(_script(plan, "team") or unplanned, values), mark).splitlines()


def leader_summary(
    incident: Incident,
    plan: Plan | None,
    history: Sequence[Event],
    at: datetime,
    clock: Clock,
    *,
    name: str = "",
    call: Names = str,
    mark: str = "",
) -> list[str]:
    """Three lines for the leader: what, since when and where; what is done and the ETA; what is asked."""
    values = spoken(incident, plan, now=at, clock=clock, name=name, call=call)
    values["actions"] = _actions(incident, history, clock)
    unplanned = _(
        "{what}, since {since}, now {elapsed}; hit are {scope}.\n{actions} It will end {eta}.\n{asked}"
    )
    return stamped(fill(_script(plan, "leader") or unplanned, values), mark).splitlines()


def spoken(
    incident: Incident,
    plan: Plan | None,
    *,
    now: datetime,
    clock: Clock,
    name: str,
    operator: str = "",
    works: str = "",
    call: Names = str,
) -> dict[str, str]:
    """What the scripts of the plan may ask for; what nobody knows is missing, and is read out as `?`."""
    return {
        "hospital": name,
        "operator": operator,
        "number": f"{incident.number:04d}",
        "category": _category(incident),
        "what": _what(incident, plan),
        "since": clock(incident.zero),
        "elapsed": _length(now - incident.zero),
        "scope": _scope(incident, call),
        "works": works or _("not known"),
        "cause": _cause(incident),
        "eta": _eta(incident, now, clock),
        "asked": _asked(incident, plan, now, clock),
    }


def working(picture: StatusPicture | None) -> str:
    """The services whose every watched target is well, for the ear; empty where nobody watches."""
    if picture is None or picture.watch.beat is None:
        return ""
    well: dict[str, bool] = {}
    for row in picture.rows:
        for service in row.target.services:
            well[service] = well.get(service, True) and row.shown.under in (Status.OK, Status.WARNING)
    names = [service for service, fine in well.items() if fine]
    return ", ".join(names[:PLACES])


def _script(plan: Plan | None, name: str) -> str:
    return plan.scripts.get(name, "") if plan is not None else ""


def _flat(text: str) -> str:
    return " / ".join(text.splitlines())


def _what(incident: Incident, plan: Plan | None) -> str:
    fault = plan.fault(incident.fault) if plan is not None else None
    if fault is not None:
        return fault.say
    first = incident.reports[0] if incident.reports else None
    if incident.detection is not None:
        return _flat(incident.detection.headline)
    if first is None:
        return ""
    return (
        _flat(first.words) if first.symptom == Symptom.OTHER and first.words else symptom_label(first.symptom)
    )


def _category(incident: Incident) -> str:
    why = _flat(incident.category_why or incident.category_reason)
    return f"{label(incident.category)} ({why})" if why else label(incident.category)


def _length(length: timedelta) -> str:
    minutes = max(0, int(length.total_seconds() // 60))
    if minutes < 60:
        return _("{minutes} min").format(minutes=minutes)
    return _("{hours} h {minutes:02d} min").format(hours=minutes // 60, minutes=minutes % 60)


def _scope(incident: Incident, call: Names) -> str:
    stations = len({report.workstation for report in incident.reports})
    hit = ngettext("{n} workstation", "{n} workstations", stations).format(n=stations)
    where = _listed([report.department for report in incident.reports], call)
    if where:
        hit = _("{workstations} in {departments}").format(workstations=hit, departments=where)
    stopped = _listed(incident.stopped, call)
    return _("{hit}, standing still: {departments}").format(hit=hit, departments=stopped) if stopped else hit


def _listed(departments: Iterable[str], call: Names) -> str:
    names = [call(each) for each in dict.fromkeys(departments) if each]
    more = len(names) - PLACES
    if more > 0:
        names[PLACES:] = [ngettext("{n} more", "{n} more", more).format(n=more)]
    return ", ".join(names)


def _cause(incident: Incident) -> str:
    if not incident.cause:
        return _("unknown")
    cause = _flat(incident.cause)
    if incident.confidence is Confidence.CONFIRMED:
        return _("known: {cause}").format(cause=cause)
    return _("not certain, suspected is: {cause}").format(cause=cause)


def _eta(incident: Incident, now: datetime, clock: Clock) -> str:
    if incident.recovered_at is not None:
        return _("at {when}: it has recovered").format(when=clock(incident.recovered_at))
    estimate = incident.estimate
    if estimate is None:
        return _("at a time nobody knows yet")
    if estimate.latest <= now:
        return _("later than said: the ETA of {when} has passed").format(when=clock(estimate.latest))
    if estimate.earliest == estimate.latest:
        return _("at {when}").format(when=clock(estimate.latest))
    return _("between {earliest} and {latest}").format(
        earliest=clock(estimate.earliest), latest=clock(estimate.latest)
    )


def _asked(incident: Incident, plan: Plan | None, now: datetime, clock: Clock) -> str:
    """The decision that is due, and the manual work that is ahead."""
    if plan is None or is_over(incident):
        return _("Nothing is asked now.")
    sentences = [_decision(standing(incident, plan), now, clock)]
    ahead = next((due for due in duties(incident, plan) if due.duty == GATE), None)
    gate = plan.gate(ahead.key) if ahead is not None else None
    if ahead is not None and gate is not None:
        sentences.append(_("Manual work from {when}: {what}.").format(when=clock(ahead.at), what=gate.say))
    return " ".join(sentences)


def _decision(stands: Standing, now: datetime, clock: Clock) -> str:
    if stands.due_at is None:
        if stands.decided is None:
            return _("Nothing is asked now.")
        return _("The leading group was told at {when}; nothing new is asked.").format(
            when=clock(stands.decided.at)
        )
    if stands.immediate.holds_from is not None:
        why = stands.immediate.why
    else:
        why = (*stands.serious.why, *stands.unknown.why, *stands.not_short.why)
    late = stands.due_at <= now
    if stands.immediate.holds_from is None and stands.mandatory_at is None:
        sentence = (
            _("The director decides now whether the leading group is told: {why}.")
            if late
            else _("The director decides by {when} whether the leading group is told: {why}.")
        )
    else:
        sentence = (
            _("Decide now whether the leading group takes over: {why}.")
            if late
            else _("Decide by {when} whether the leading group takes over: {why}.")
        )
    return sentence.format(when=clock(stands.due_at), why="; ".join(why))


def _conditions(values: dict[str, str], incident: Incident) -> str:
    return _(
        "{what}, since {since}, now {elapsed}; hit are {scope}. It is {category}, {state}."
        " The cause is {cause}. It will end {eta}."
    ).format_map({**values, "state": label(incident.state)})


def _actions(incident: Incident, history: Sequence[Event], clock: Clock) -> str:
    """What was done in this course of the fault, the latest last; an undone act was not done."""
    undone = {event.body["act"] for event in history if event.kind is Kind.UNDONE}
    begun = max((event.seq for event in history if _restarts(incident, event)), default=0)
    done = [
        _("{when} {what}").format(when=clock(event.at), what=tell(event, clock=clock))
        for event in history
        if event.kind in _DONE and event.act not in undone and event.seq > begun
    ]
    if done:
        return _("{acts}.").format(acts="; ".join(done[-TOLD:]))
    if incident.owner:
        return _("{owner} works on it; nothing was tried yet.").format(owner=incident.owner)
    return _("Nobody has taken it yet.")


def _restarts(incident: Incident, event: Event) -> bool:
    return event.kind is Kind.REOPENED and event.at == incident.restarted_at


def _needs(incident: Incident, plan: Plan | None, clock: Clock) -> str:
    """What is missing, and what is due next."""
    missing = [
        what
        for is_missing, what in (
            (not incident.owner, _("an owner")),
            (not incident.verification, _("verification")),
            (incident.category is Category.UNCLASSIFIED, _("a category")),
            (incident.confidence is not Confidence.CONFIRMED, _("a confirmed cause")),
            (incident.estimate is None, _("an ETA")),
        )
        if is_missing and not is_over(incident)
    ]
    owed = [f"{duty_label(plan, due.duty, due.key)} {clock(due.at)}" for due in duties(incident, plan)[:TOLD]]
    parts = []
    if missing:
        parts.append(_("Missing: {what}.").format(what=", ".join(missing)))
    if owed:
        parts.append(_("Due: {what}.").format(what=", ".join(owed)))
    return " ".join(parts) or _("Nothing.")
