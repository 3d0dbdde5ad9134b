"""The after-action report in words: what `aftermath` found, as the parts of a paper (domain 5.8)."""

from __future__ import annotations

from datetime import datetime, timedelta

from hisconsole.plan import aftermath_people as people
from hisconsole.plan.aftermath import Aftermath, Departure, Deviation
from hisconsole.plan.aftermath_names import Names
from hisconsole.plan.due import duty_label
from hisconsole.plan.events import Event, Kind
from hisconsole.plan.moments import Mark
from hisconsole.plan.paper import Column, Paper, Section, clean
from hisconsole.plan.replay import Fallen, Keeping, Kept
from hisconsole.plan.story import tell
from hisconsole.plan.story_outreach import notice_label
from hisconsole.plan.times import span
from hisconsole.plan.words import Category, Confidence, Result, label, symptom_label
from hisconsole.text import _, clip

SHORT = 200
"""Cells of what somebody did, where it only explains something else."""


def report(found: Aftermath, names: Names, *, seq: int, head: str) -> Paper:
    """The whole report; `seq` and `head` are the end of the record's chain when it was made."""
    incident = found.incident
    number = f"{names.prefix}{incident.number:04d}"
    drill = _("{mark}. Calls, messages and notices were practised: none of them was a real one.")
    notes = (
        *([drill.format(mark=names.mark)] if names.mark else []),
        _("CONFIDENTIAL. {hospital}, information center. Made {when}; times of {zone}.").format(
            hospital=names.hospital, when=names.day(found.made), zone=names.zone_name
        ),
        *([] if incident.closed_at is not None else [_("Not closed: it says how it stands so far.")]),
    )
    chain = _("Record up to entry {seq}, chain {head}").format(seq=seq, head=head)
    return Paper(
        title=_("After-action report, incident {number}").format(number=number),
        notes=notes,
        sections=(
            _in_short(found, names),
            _times(found, names),
            _gates(found, names),
            people.calls(found, names),
            people.summoned(found, names),
            _deviations(found, names),
            people.departments(found, names),
            people.messages(found, names),
            people.notices(found, names),
            _actions(found, names),
            _evidence(found, names),
            _timeline(found, names),
        ),
        foot=f"{number}  {chain}",
    )


def _in_short(found: Aftermath, names: Names) -> Section:
    incident, plan = found.incident, found.plan
    fault = plan.fault(incident.fault) if plan is not None else None
    first = incident.reports[0] if incident.reports else None
    why = "; ".join(
        filter(None, (fault.say if fault else "", incident.category_why, incident.category_reason))
    )
    stations = len({each.workstation for each in incident.reports})
    facts = [
        (_("Category"), ": ".join(filter(None, (label(incident.category), why)))),
        (_("State"), label(incident.state)),
        (_("Began"), names.day(incident.t0)),
        (_("Did not work"), span(found.down)),
        (
            _("Reports"),
            _("{n}, of {ws} workstations").format(n=len(incident.reports), ws=stations),
        ),
    ]
    if first is not None:
        said = (
            f"{symptom_label(first.symptom)}: {first.words}" if first.words else symptom_label(first.symptom)
        )
        facts.append((_("First report"), said))
    if incident.cause:
        sure = label(incident.confidence or Confidence.SUSPECTED)
        facts.append((_("Cause"), f"{sure}: {incident.cause}"))
    facts += [(_("Fix"), f"{label(Result(result))}: {text}") for text, result in incident.fixes]
    if incident.closed_at is not None:
        facts.append((_("Closed"), incident.close_reason))
    if plan is not None:
        facts.append((_("Plan"), f"{plan.edition} ({plan.version})"))
    return Section(_("In short"), (Column("", 14), Column("")), tuple(facts))


def mark_label(mark: Mark) -> str:
    """A moment in words."""
    return {
        Mark.BEGAN: _("It began"),
        Mark.DETECTED: _("First call taken (time to detect)"),
        Mark.ACKNOWLEDGED: _("Acknowledged"),
        Mark.VERIFIED: _("Verified"),
        Mark.DECLARED: _("Category declared"),
        Mark.PARALYSIS: _("Failure of the whole network confirmed"),
        Mark.ESCALATED: _("Leading group to be told"),
        Mark.LEADER: _("First report to a leader"),
        Mark.STARTED: _("Emergency plan started"),
        Mark.MESSAGE: _("First message to those who reported"),
        Mark.MITIGATED: _("Mitigated"),
        Mark.RECOVERED: _("Restored"),
        Mark.REOPENED: _("Reopened"),
        Mark.BACK_ENTRY: _("Back-entry begun"),
        Mark.REVIEW: _("Review begun"),
        Mark.CLOSED: _("Closed"),
    }[mark]


_ALWAYS = (
    Mark.DETECTED,
    Mark.ACKNOWLEDGED,
    Mark.VERIFIED,
    Mark.DECLARED,
    Mark.LEADER,
    Mark.MESSAGE,
    Mark.RECOVERED,
)
"""What a review asks for also where it never came about; a leader is told of a Category I only."""


def _times(found: Aftermath, names: Names) -> Section:
    rows = [
        (mark_label(each.mark), names.at(each.at), _after(each.after), names.call(each.by))
        for each in found.moments
    ]
    category = found.incident.category
    rows += [
        (mark_label(mark), _("never"), "", "")
        for mark in _ALWAYS
        if found.moment(mark) is None and (mark is not Mark.LEADER or category is Category.I)
    ]
    columns = (Column(_("What"), 38), Column(_("When"), 11), Column(_("After"), 7), Column(_("Through")))
    return Section(_("Times"), columns, tuple(rows))


def _after(length: timedelta) -> str:
    return f"-{span(-length)}" if length < timedelta() else span(length)


def _gates(found: Aftermath, names: Names) -> Section:
    rows = tuple(
        (each.gate.say, names.at(each.at), _kept(each, found.made), _how(each.met, names))
        for each in found.gates
    )
    columns = (Column(_("Gate"), 26), Column(_("Due"), 11), Column(_("Kept"), 14), Column(_("By")))
    return Section(_("Manual-operation gates"), columns, rows, _("No gate ran."))


def _kept(kept: Kept, now: datetime) -> str:
    return {
        Keeping.MET: _("in time"),
        Keeping.LATE: _("{length} late").format(length=span(kept.late or timedelta())),
        Keeping.MISSED: _("NOT KEPT"),
        Keeping.SPARED: _("did not come"),
        Keeping.AHEAD: _("still ahead"),
    }[kept.keeping(now)]


def _how(event: Event | None, names: Names) -> str:
    """What somebody did, and when."""
    return f"{names.at(event.at)} {_what(event, names)}" if event is not None else ""


def _what(event: Event, names: Names) -> str:
    """What somebody did in short; the timeline has it in full."""
    what = clip(clean(tell(event, clock=names.at)), SHORT)
    if event.kind is Kind.NOTICE:
        number, kind = event.body["number"], notice_label(event.body["kind"])
        what = _("notice {number} {kind}").format(number=number, kind=kind)
    return f"{names.call(event.actor)}: {what}"


def _deviations(found: Aftermath, names: Names) -> Section:
    columns = (Column(_("When"), 11), Column(_("Deviation"), 24), Column(_("What was done, and why")))
    rows = tuple(_deviation(each, found, names) for each in found.deviations)
    return Section(_("Deviations from the plan"), columns, rows, _("None: every deadline was kept."))


def _deviation(each: Deviation, found: Aftermath, names: Names) -> tuple[str, ...]:
    if each.fallen is not None:
        owed = duty_label(found.plan, each.fallen.duty, each.fallen.key)
        return names.at(each.at), _("late: {duty}").format(duty=owed), _met(each.fallen, found, names)
    kind = {
        Departure.HELD: _("not escalated"),
        Departure.CATEGORY: _("category against the rule"),
        Departure.RESUMED: _("notice against the rule"),
        Departure.ALONE: _("on the center's own authority"),
        Departure.CLOSED: _("closed against the rule"),
    }.get(each.kind, each.kind.value)
    said = each.event.body.get("override")
    by = _("by {who}").format(who=names.call(said)) + "; " if said else ""
    return names.at(each.at), kind, by + _what(each.event, names)


def _met(fallen: Fallen, found: Aftermath, names: Names) -> str:
    """How long it stayed open, and what ended that: it was met, or is owed no longer."""
    role = found.plan.role(fallen.owner) if found.plan is not None else None
    who = role.say if role is not None else names.call(fallen.owner)
    owner = _("owed by {who}").format(who=who) if who else ""
    if fallen.met is None:
        return "; ".join(filter(None, (_("open to this day"), owner)))
    late = fallen.met.at - fallen.deadline
    how = _("open for {length}").format(length=span(late))
    if late < timedelta():
        how = _("met in time, written down later")
    return "; ".join(filter(None, (how, owner, _how(fallen.met, names))))


def _actions(found: Aftermath, names: Names) -> Section:
    columns = (
        Column(_("No"), 3),
        Column(_("What is to be done")),
        Column(_("Owner"), 16),
        Column(_("Due"), 11),
        Column(_("Done"), 11),
    )
    rows = tuple(
        (
            str(each.number),
            "; ".join(filter(None, (each.text, each.how))),
            names.call(each.owner),
            names.at(each.due),
            names.at(each.done_at) or _("open"),
        )
        for each in found.incident.actions
    )
    return Section(_("Actions"), columns, rows, _("The review has named no action yet."))


def _evidence(found: Aftermath, names: Names) -> Section:
    """What was frozen of what the watch saw; the entry in the record has every reading."""
    columns = (Column(_("Frozen"), 11), Column(_("Entry"), 6), Column(_("What was seen, the worst first")))
    rows = tuple(
        (names.at(event.at), str(event.seq), tell(event, clock=names.at))
        for event in found.timeline
        if event.kind is Kind.SNAPSHOT and event.act not in found.undone
    )
    return Section(_("Evidence"), columns, rows, _("Nothing that the watch saw was frozen."))


def _timeline(found: Aftermath, names: Names) -> Section:
    columns = (
        Column(_("Happened"), 11),
        Column(_("Written"), 11),
        Column(_("Entry"), 6),
        Column(_("Who"), 10),
        Column(_("What")),
    )
    rows = tuple(
        (
            names.at(event.at),
            names.at(event.recorded),
            str(event.seq),
            event.actor,
            tell(event, clock=names.at) + (" " + _("(taken back)") if event.act in found.undone else ""),
        )
        for event in found.timeline
    )
    return Section(_("Timeline, by the time it happened"), columns, rows)
