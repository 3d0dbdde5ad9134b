"""The open incidents of a handover, by I-PASS: how stable, summary, actions, if and then (domain 3.2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from hisconsole.plan import manual
from hisconsole.plan.calling_words import calls_told, help_told
from hisconsole.plan.category import rank, treated_as
from hisconsole.plan.due import Due, duties
from hisconsole.plan.elapsed import is_over
from hisconsole.plan.escalation import standing
from hisconsole.plan.feedback import next_word, standing_messages
from hisconsole.plan.feedback_words import came_of_it
from hisconsole.plan.gates import Armed, armed
from hisconsole.plan.handover import Asks, Entry, Line, Part, Section
from hisconsole.plan.handover_parts import entry, joined, owed, owner, section
from hisconsole.plan.handover_sources import Case, Sources
from hisconsole.plan.incident import Incident
from hisconsole.plan.stability import Stability, Stance, counts_as_one, stability_label, stance
from hisconsole.plan.summary import spoken
from hisconsole.plan.times import span
from hisconsole.plan.words import Category, Method, Result, Verification, YesNo, label
from hisconsole.text import _
from hisconsole.values import dataclass

NEXT = 3
"""Duties that an incident tells of."""

_ORDER = (Stability.UNSTABLE, Stability.WATCHER, Stability.STABLE)


def incident_key(number: int) -> str:
    """The key of an open incident."""
    return f"incident:{number}"


@dataclass(frozen=True, slots=True)
class Weighed:
    """An open incident as it is handed over: how it stands, whether it is restated, what it owes."""

    case: Case
    stance: Stance
    one: bool
    """Whether it is Category I, or treated as such."""
    owed: tuple[Due, ...]

    @property
    def restated(self) -> bool:
        """Whether the receiver has to restate it: Category I, treated as I, or unstable (domain 3.3)."""
        return self.one or self.stance.stability is Stability.UNSTABLE

    @property
    def urgency(self) -> tuple[bool, int, int, int]:
        """What must be restated first, then by stability, category and number."""
        incident = self.case.incident
        return (
            not self.restated,
            _ORDER.index(self.stance.stability),
            rank(incident.category),
            incident.number,
        )


def weighed(case: Case, now: datetime) -> Weighed:
    """How an incident is handed over at `now`."""
    incident, plan = case.incident, case.plan
    return Weighed(
        case,
        stance(incident, plan, now=now),
        counts_as_one(incident, plan, now=now),
        duties(incident, plan),
    )


def incidents(sources: Sources) -> Section:
    """Every open incident: what must be restated first, then by stability and category."""
    found = sorted((weighed(case, sources.now) for case in sources.cases), key=lambda each: each.urgency)
    entries = (_incident(sources, each) for each in found)
    return section(sources, Part.INCIDENTS, entries, none=_("None: no incident is open."))


def _incident(sources: Sources, weighed: Weighed) -> Entry:
    case, stood = weighed.case, weighed.stance
    incident, plan, now = case.incident, case.plan, sources.now
    said = spoken(incident, plan, now=now, clock=sources.at, name=sources.site, call=sources.call)
    places = [each.department for each in incident.reports if each.department]
    title = _("{number} {category}, {stability}, {state}, since {since}: {what}{where}").format(
        number=sources.number_of(incident.number),
        category=_category(weighed),
        stability=stability_label(stood.stability),
        state=label(incident.state),
        since=sources.at(incident.zero),
        what=said["what"] or _("nobody has called about it"),
        where=f", {sources.call(places[0])}" if places and incident.paralysis != YesNo.YES else "",
    )
    lines = (
        Line(_("Why so"), "; ".join(stood.why)),
        Line(_("Owner"), sources.call(incident.owner) if incident.owner else _("NOBODY has taken it")),
        Line(_("Answers"), _answers(case)),
        Line(_("Clock"), _clock(sources, case), moves=True),
        Line(_("Hit"), said["scope"]),
        Line(_("Cause"), said["cause"]),
        Line(_("Evidence"), _evidence(sources, incident)),
        Line(_("Ruled out"), "; ".join(f"{each.what} ({each.how})" for each in incident.ruled_out)),
        Line(_("Tried"), "; ".join(f"{text} ({label(Result(came))})" for text, came in incident.fixes)),
        Line(_("Ends"), said["eta"]),
        *(Line(_("Next"), text, brief=place == 0) for place, text in enumerate(_next(sources, weighed))),
        *(Line(_("If, then"), text, brief=place == 0) for place, text in enumerate(_ifs(sources, case))),
        Line(_("Feedback"), _feedback(sources, case)),
        Line(_("Leaders"), _leaders(sources, case)),
        Line(_("Help"), help_told(incident, sources.at)),
    )
    asks = Asks.RESTATE if weighed.restated else Asks.TAKE
    return entry(sources, incident_key(incident.number), title, lines, asks=asks)


def _category(weighed: Weighed) -> str:
    category = weighed.case.incident.category
    if category is Category.UNCLASSIFIED and weighed.one:
        return _("unclassified, treated as I")
    return label(category)


def _answers(case: Case) -> str:
    """Who answers for its category and to whom, by the plan; while unclassified for what it is treated as."""
    plan = case.plan
    if plan is None:
        return ""
    handling = plan.handling_of(treated_as(case.incident, plan))
    if handling is None:
        return ""
    names = [
        role.say for id_ in (handling.owner, handling.reports_to) if (role := plan.role(id_)) is not None
    ]
    if len(names) < 2:
        return "".join(names)
    return _("{who}, who reports to: {whom}").format(who=names[0], whom=names[1])


def _clock(sources: Sources, case: Case) -> str:
    incident = case.incident
    parts = [
        _("T0 {t0}, {elapsed} ago").format(
            t0=sources.at(incident.t0), elapsed=span(sources.now - incident.t0)
        )
    ]
    if incident.restarted_at is not None:
        parts.append(_("reopened {when}").format(when=sources.at(incident.restarted_at)))
    if incident.recovered_at is not None:
        parts.append(_("recovered {when}").format(when=sources.at(incident.recovered_at)))
    gate = next_gate(case)
    if gate is not None:
        parts.append(_("next gate {when}: {what}").format(when=sources.at(gate.at), what=gate.gate.say))
    return "; ".join(parts)


def next_gate(case: Case) -> Armed | None:
    """The first gate that runs and asks something of a department that it has not been told."""
    if case.plan is None:
        return None
    running = armed(case.incident, case.plan)
    return next((each for each in running if manual.uncovered(case.incident, case.plan, each)), None)


def _evidence(sources: Sources, incident: Incident) -> str:
    said = ""
    if incident.verification:
        said = _("{result} {how} by {who}, {when}").format(
            result=label(Verification(incident.verification)),
            how=label(Method(incident.verified_how)),
            who=sources.call(incident.verified_by),
            when=sources.at(incident.verified_at),
        )
    why = incident.category_why or incident.category_reason
    return joined(said or _("not verified"), why)


def _next(sources: Sources, weighed: Weighed) -> Iterator[str]:
    """What is to be done, with owner and time; an incident that owes nothing says so."""
    case = weighed.case
    for place, due in enumerate(weighed.owed[:NEXT]):
        yield owed(sources, case, due, full=place == 0)
    if not weighed.owed:
        who = owner(sources, case, case.incident.owner)
        yield _("nothing falls due by itself: {who} says what comes next, and when").format(who=who)


def _ifs(sources: Sources, case: Case) -> Iterator[str]:
    """What to do if: what was recorded, then what the plan has ahead."""
    incident, plan = case.incident, case.plan
    for each in incident.contingencies:
        yield _("if {condition}: {action} ({who})").format(
            condition=each.condition, action=each.action, who=sources.call(each.by)
        )
    gate = next_gate(case)
    if gate is not None and gate.at > sources.now:
        yield _("if it is not back by {when}: {what}").format(when=sources.at(gate.at), what=gate.gate.say)
    if plan is not None and (at := standing(incident, plan).due_at) is not None and at > sources.now:
        yield _("if neither cause nor a near end is known by {when}: tell the leading group").format(
            when=sources.at(at)
        )
    if is_over(incident):
        yield _("if it comes back: reopen it, then it is a recurring fault")


def _feedback(sources: Sources, case: Case) -> str:
    incident = case.incident
    sent = standing_messages(incident)
    if not sent:
        return _("NOBODY was told yet")
    last = sent[-1]
    coming = last.next_at or _promised(case, last.at)
    return joined(
        _("last {when}, {came}").format(when=sources.at(last.at), came=came_of_it(incident)),
        _("next by {when}").format(when=sources.at(coming)) if coming and not is_over(incident) else "",
    )


def _promised(case: Case, sent: datetime) -> datetime | None:
    return next_word(case.incident, case.plan, now=sent) if case.plan is not None else None


def _leaders(sources: Sources, case: Case) -> str:
    incident, decided = case.incident, case.incident.decided
    if decided is None:
        return _("leading group not told")
    told = (
        _("not told yet, on the word of {who}, {when}: {why}")
        if decided.held
        else _("to be told since {when}, {who}: {why}")
    ).format(who=sources.call(decided.by), when=sources.at(decided.at), why=decided.reason or _("no reason"))
    return joined(told, calls_told(incident, case.plan, sources.now, sources.at))
