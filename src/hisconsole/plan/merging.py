"""Several incidents that are one fault: merged, kept apart, and split again; their calls move with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hisconsole.errors import Refused
from hisconsole.plan.act import Act
from hisconsole.plan.asking import Field
from hisconsole.plan.calls import body_of
from hisconsole.plan.category import verdict
from hisconsole.plan.decisions import Setting, refuse_closed
from hisconsole.plan.events import Kind, NewEvent
from hisconsole.plan.facts import facts_of
from hisconsole.plan.incident import Incident, Report
from hisconsole.plan.likeness import body_of as body_of_proposal
from hisconsole.plan.likeness import proposal_words
from hisconsole.plan.story_turn import number_of, subject
from hisconsole.plan.words import Category, State
from hisconsole.text import _

MERGE = "merge"


def merging_acts() -> tuple[Act, ...]:
    """The acts by which several incidents become one, and one several again."""
    others = Field("others", _("Which others"), limit=200)
    return (
        Act(
            MERGE,
            _("Merge others into it"),
            _("Other incidents are the same fault; empty takes those proposed."),
            merge,
            (others,),
            confirm=True,
        ),
        Act(
            "apart",
            _("Keep apart"),
            _("Those proposed are other faults; empty means all of them."),
            apart,
            (others, Field("reason", _("Reason"))),
        ),
        Act(
            "split",
            _("Split it off again"),
            _("It was merged by mistake: it takes its calls back."),
            split,
            (Field("reason", _("Reason")),),
            confirm=True,
        ),
    )


def merge(setting: Setting) -> Sequence[NewEvent]:
    """Take the calls of others over; where nobody classified it, the plan's rules do for the time being."""
    refuse_closed(setting)
    incident, now = setting.incident, setting.now
    others = [setting.look(number) for number in _numbers(setting)]
    for other in others:
        if other.number == incident.number:
            raise Refused(_("An incident cannot be merged into itself."))
        if other.state is State.CLOSED:
            raise Refused(_("{number} is closed: reopen it first.").format(number=subject(other.number)))
    events: list[NewEvent] = []
    for other in others:
        events += _carried(other.reports, other.number, incident.number, setting)
        body = {
            "into": incident.number,
            "state": other.state.value,
            "reason": _("the same fault as {number}").format(number=subject(incident.number)),
            "reports": [report.number for report in other.reports],
        }
        events.append(NewEvent(Kind.MERGED, other.number, now, body))
    events.append(setting.event(Kind.MERGED, others=[other.number for other in others]))
    return [*events, *_provisional(setting, others)]


def apart(setting: Setting) -> Sequence[NewEvent]:
    """Say of proposed ones that they are other faults; they are proposed no more."""
    refuse_closed(setting)
    return [setting.event(Kind.APART, others=_numbers(setting), reason=setting.text("reason"))]


def split(setting: Setting) -> Sequence[NewEvent]:
    """Undo a merge: it stands where it stood, with the calls that came from it."""
    incident = setting.incident
    merged = next(
        (each for each in reversed(setting.history) if each.kind is Kind.MERGED and "into" in each.body), None
    )
    if not incident.merged_into or merged is None:
        raise Refused(_("{number} was not merged into another.").format(number=subject(incident.number)))
    home = setting.look(incident.merged_into)
    reports = [report for report in home.reports if report.number in merged.body["reports"]]
    body = {"from": home.number, "state": merged.body["state"], "reason": setting.text("reason")}
    return [
        *_carried(reports, home.number, incident.number, setting),
        setting.event(Kind.UNMERGED, **body),
        NewEvent(Kind.APART, home.number, setting.now, {"others": [incident.number], "reason": ""}),
    ]


def _numbers(setting: Setting) -> list[int]:
    """The incidents that were named, or those proposed."""
    words = setting.text("others").replace(",", " ").split()
    named = [(number_of(word), word) for word in words]
    if wrong := next((word for number, word in named if number is None), ""):
        raise Refused(_("'{word}' is no number of an incident.").format(word=wrong))
    proposal = setting.incident.proposal
    proposed = list(proposal.others if proposal else ())
    numbers = [number for number, _word in named if number is not None] or proposed
    if not numbers:
        raise Refused(_("Nothing is proposed for it: give the numbers of the other incidents."))
    return list(dict.fromkeys(numbers))


def _carried(reports: Iterable[Report], source: int, target: int, setting: Setting) -> list[NewEvent]:
    events = []
    for report in reports:
        gone = {"report": report.number, "to": target}
        events.append(NewEvent(Kind.DETACHED, source, setting.now, gone))
    for report in reports:
        come = {**body_of(report), "from": source}
        events.append(NewEvent(Kind.ATTACHED, target, setting.now, come))
    return events


def _provisional(setting: Setting, others: Iterable[Incident]) -> list[NewEvent]:
    """Category I for the time being where the plan's rules come to it (domain 5.4 rule 3)."""
    incident, plan = setting.incident, setting.plan or setting.present
    if plan is None or incident.category is not Category.UNCLASSIFIED:
        return []
    reports = (*incident.reports, *(report for other in others for report in other.reports))
    found = verdict(plan, facts_of(incident.with_reports(reports), plan))
    if found.category is not Category.I:
        return []
    proposal = incident.proposal
    event = setting.event(
        Kind.CLASSIFIED,
        category=found.category.value,
        reason=proposal_words(body_of_proposal(proposal)) if proposal and proposal.others else "",
        fault=found.fault.id if found.fault else "",
        why=found.why,
        found=found.category.value,
        provisional=True,
        answers=dict(incident.answers),
        sources={},
        plan=setting.present.version if setting.plan is None and setting.present else "",
    )
    return [event]
