"""The head of the incident screen: what is known, how it is classified, what is decided and owed."""

from __future__ import annotations

from datetime import datetime, timedelta

from hisconsole.config import Site
from hisconsole.console.decision import decision
from hisconsole.console.rows import Cell
from hisconsole.console.show import Clock
from hisconsole.plan.calling_words import calls_told, help_told
from hisconsole.plan.category import treated_as
from hisconsole.plan.detection import hit_words
from hisconsole.plan.document import Plan
from hisconsole.plan.due import ESCALATE, ETA, duties, duty_label
from hisconsole.plan.escalation import standing
from hisconsole.plan.incident import Incident, Report
from hisconsole.plan.story_turn import subject
from hisconsole.plan.times import clock, countdown, span
from hisconsole.plan.words import (
    Category,
    Confidence,
    Method,
    Scope,
    State,
    Verification,
    YesNo,
    label,
    symptom_label,
)
from hisconsole.text import _, ngettext


def summary(incident: Incident, plan: Plan | None, site: Site, now: datetime) -> list[list[Cell]]:
    """The head of the incident screen, seven lines."""
    zone = site.zone

    def short(moment: datetime) -> str:
        return clock(moment, zone=zone, now=now)

    first = incident.reports[0] if incident.reports else None
    over = incident.closed_at or incident.recovered_at
    top: list[Cell] = [
        (f" {subject(incident.number)}  ", "bold"),
        (label(incident.category), "bold" if incident.category is Category.I else "normal"),
        (_treated(incident, plan, now), "bold"),
        (f"  {label(incident.state)}", "bold"),
        (
            "  "
            + _("since {when} ({length})").format(
                when=short(incident.t0), length=span((over or now) - incident.t0)
            ),
            "normal",
        ),
        ("  " + _("owner {who}").format(who=incident.owner or _("nobody")), "normal"),
    ]
    lines: list[list[Cell]] = [
        top,
        [(" " + _what(incident, first), "normal")],
        [(" " + _place(incident, first, site), "normal")],
        _classified(incident, plan),
        [(" " + "  |  ".join(_known(incident, short)), "normal")],
        _escalation(incident, plan, now, short),
        _owed(incident, plan, now, short),
    ]
    return lines


def _treated(incident: Incident, plan: Plan | None, now: datetime) -> str:
    """What an incident that nobody classified counts as by now, where that is Category I."""
    if plan is None or incident.category is not Category.UNCLASSIFIED:
        return ""
    since = incident.zero + timedelta(seconds=plan.unclassified_after_s)
    if now < since or treated_as(incident, plan) is not Category.I:
        return ""
    return _(", treated as {category}").format(category=label(Category.I))


def _classified(incident: Incident, plan: Plan | None) -> list[Cell]:
    """Fault type and why, and the edition of the plan it runs under."""
    if plan is None:
        return [(f" {incident.category_reason}", "normal"), (f"  {_('no edition of the plan')}", "dim")]
    edition: Cell = (f"  {_('plan {edition}').format(edition=plan.edition)}", "dim")
    fault = plan.fault(incident.fault)
    why = "; ".join(part for part in (incident.category_why, incident.category_reason) if part)
    if fault is not None:
        return [(f" {fault.say}", "bold"), edition, (f"  {why} ({fault.clause})", "normal")]
    if incident.category is Category.UNCLASSIFIED:
        return [(f" {_('not classified: c asks the questions')}", "normal"), edition]
    return [(edition[0][1:], "dim"), (f"  {why or '-'}", "normal")]


def _escalation(incident: Incident, plan: Plan | None, now: datetime, short: Clock) -> list[Cell]:
    """How it stands towards the leading group, and the time left to decide."""
    if plan is None:
        return []
    words, look = decision(standing(incident, plan), now, short)
    words = "; ".join(part for part in (words, calls_told(incident, plan, now, short)) if part)
    return [(" ", "normal"), (words, "normal" if look == "bold" else look)]


def _what(incident: Incident, first: Report | None) -> str:
    found = incident.detection.headline if incident.detection else ""
    if found:
        return f"{found}  ({symptom_label(first.symptom)})" if first else found
    if first is None:
        return _("All its reports went to other incidents.")
    what = symptom_label(first.symptom)
    return f"{what}: {first.words}" if first.words else what


def _place(incident: Incident, first: Report | None, site: Site) -> str:
    if first is None:
        return hit_words(incident.detection)
    department = site.department(first.department)
    place = ", ".join(
        part for part in (first.workstation, department.name if department else "", first.room) if part
    )
    stations = len({report.workstation for report in incident.reports})
    others = {report.department for report in incident.reports if report.department}
    scope = ngettext("{n} workstation", "{n} workstations", stations).format(n=stations)
    if len(others) > 1:
        scope += " " + _("in {n} departments").format(n=len(others))
    if first.scope != Scope.UNKNOWN.value:
        scope += "; " + _("caller says: {scope}").format(scope=label(Scope(first.scope)))
    return f"{place}  ({scope})"


def _known(incident: Incident, short: Clock) -> list[str]:
    known: list[str] = []
    if incident.verification:
        known.append(
            _("{result} {how}, {who} {when}").format(
                result=label(Verification(incident.verification)),
                how=label(Method(incident.verified_how)),
                who=incident.verified_by,
                when=short(incident.verified_at or incident.opened),
            )
        )
    else:
        known.append(_("not verified"))
    if incident.paralysis == YesNo.YES:
        still = len(incident.stopped)
        known.append(
            ngettext(
                "the whole network is down, {n} department stands still",
                "the whole network is down, {n} departments stand still",
                still,
            ).format(n=still)
        )
    if incident.cause:
        known.append(
            _("cause {sure}: {text}").format(
                sure=label(Confidence(incident.confidence or Confidence.SUSPECTED)),
                text=incident.cause,
            )
        )
    if incident.fixes:
        known.append(
            ngettext("{n} fix tried", "{n} fixes tried", len(incident.fixes)).format(n=len(incident.fixes))
        )
    if summoned := help_told(incident, short):
        known.append(summoned)
    return known


def _owed(incident: Incident, plan: Plan | None, now: datetime, short: Clock) -> list[Cell]:
    cells: list[Cell] = [(" ", "normal")]
    estimate = incident.estimate
    if estimate is not None:
        window = " - ".join(dict.fromkeys((short(estimate.earliest), short(estimate.latest))))
        given = len(incident.estimates)
        told = _("ETA {window}").format(window=window)
        if given > 1:
            told += " " + _("(no {n})").format(n=given)
        cells.append((f"{told}  ", "normal"))
    for due in duties(incident, plan):
        if due.duty == ESCALATE:
            continue  # the line above says it
        what = _("runs out") if due.duty == ETA else duty_label(plan, due.duty, due.key)
        cells.append((f"{what} {countdown(due.at, now=now)}", "reverse" if due.at <= now else "normal"))
        cells.append(("  ", "normal"))
    if incident.state is State.CLOSED:
        cells.append(
            (
                _("closed {when}: {why}").format(
                    when=short(incident.closed_at or now), why=incident.close_reason
                ),
                "normal",
            )
        )
    return cells
