"""Calls that speak of one fault: several workstations or departments with like symptoms in a short time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from hisconsole.plan.chain import chain
from hisconsole.plan.reach import Parents
from hisconsole.plan.words import Symptom, symptom_label
from hisconsole.text import _, ngettext
from hisconsole.values import dataclass

if TYPE_CHECKING:
    from hisconsole.plan.incident import Incident, Report

WINDOW: Final = timedelta(minutes=30)
"""How near to one another calls come that may speak of one fault (domain 5.9)."""

_FAMILY: Mapping[str, str] = {
    Symptom.NO_NETWORK: "way",
    Symptom.DISCONTINUOUS: "way",
    Symptom.SLOW_DATABASE: "system",
    Symptom.CANNOT_ENTER: "system",
    Symptom.CANNOT_SAVE: "system",
}
"""Which symptoms are alike: the way to the system, or the system; `other` is like nothing."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """That the calls of `others` belong to an incident; `ancestors` is what all callers hang on.

    `apart` are those of which somebody said that they are another fault; they are proposed no more.
    """

    others: tuple[int, ...]
    ancestors: tuple[str, ...]
    departments: tuple[str, ...]
    workstations: int
    symptom: str
    at: datetime
    apart: tuple[int, ...] = ()


def proposed(
    incidents: Iterable[Incident], parents: Parents, *, now: datetime, over: Iterable[str]
) -> Mapping[int, Proposal]:
    """Which incidents' calls look like one fault, by the number of the incident to have them.

    That is one whose cause, as the watch sees it, the callers hang on; else the eldest with like symptoms.
    `over` are the states in which a fault is gone. Nothing is proposed again that is proposed already, or
    was said to be another fault.
    """
    gone = frozenset(over)
    known = sorted((each for each in incidents if each.state not in gone), key=lambda each: each.number)
    called = [each for each in known if _recent(each, now)]
    groups = [*_explained(known, called), *_alike(called)]
    found: dict[int, Proposal] = {}
    spoken: set[int] = set()
    for first, members in groups:
        before = first.proposal
        apart = before.apart if before else ()
        others = [each for each in members if each.number not in apart and each.number not in spoken]
        spoken.update(each.number for each in others)
        proposal = _proposal(first, others, parents, now, apart)
        if proposal is not None and not set(proposal.others) <= set(before.others if before else ()):
            found[first.number] = proposal
    return found


Group = tuple["Incident", "list[Incident]"]


def _explained(known: Iterable[Incident], called: Sequence[Incident]) -> Iterator[Group]:
    """What the watch sees, with the incidents whose callers all hang on it."""
    for first in known:
        detection = first.detection
        if detection is None or not detection.standing:
            continue
        dark = set(detection.finding.switches)
        members = [
            each
            for each in called
            if each is not first and each.detection is None and all(r.switch in dark for r in each.reports)
        ]
        if members:
            yield first, members


def _alike(called: Iterable[Incident]) -> Iterator[Group]:
    """The eldest of those with like symptoms, and the others."""
    families: dict[str, list[Incident]] = defaultdict(list)
    for incident in called:
        if family := _FAMILY.get(incident.reports[0].symptom):
            families[family].append(incident)
    for first, *members in families.values():
        if members:
            yield first, members


def _recent(incident: Incident, now: datetime) -> Sequence[Report]:
    return [each for each in incident.reports if now - each.occurred <= WINDOW]


def _proposal(
    first: Incident, others: Sequence[Incident], parents: Parents, now: datetime, apart: tuple[int, ...]
) -> Proposal | None:
    reports = [report for each in (first, *others) for report in _recent(each, now)]
    workstations = {report.workstation for report in reports}
    seen = first.detection.finding.causes if first.detection and first.detection.standing else ()
    if not others or (len(workstations) < 2 and not seen):
        return None
    switches = {report.switch for report in reports}
    return Proposal(
        others=tuple(each.number for each in others),
        ancestors=seen or (common_ancestors(switches, parents) if "" not in switches else ()),
        departments=tuple(sorted({report.department for report in reports if report.department})),
        workstations=len(workstations),
        symptom=reports[0].symptom,
        at=now,
        apart=apart,
    )


def common_ancestors(targets: Iterable[str], parents: Parents) -> tuple[str, ...]:
    """The lowest target that all of some hang on, themselves counted; redundant ones together.

    Empty where they have nothing in common, or one of them is not watched.
    """
    ways = [chain(target, parents).levels for target in sorted(set(targets)) if target in parents]
    if not ways or len(ways) < len(set(targets)):
        return ()
    shared = set.intersection(*({each for level in way for each in level} for way in ways))
    for level in reversed(ways[0]):
        if common := shared.intersection(level):
            return tuple(sorted(common))
    return ()


def body_of(proposal: Proposal) -> dict[str, Any]:
    """A proposal as the body of an event."""
    return {
        "others": list(proposal.others),
        "ancestors": list(proposal.ancestors),
        "departments": list(proposal.departments),
        "workstations": proposal.workstations,
        "symptom": proposal.symptom,
    }


def proposal_of(body: Mapping[str, Any], *, at: datetime, apart: tuple[int, ...]) -> Proposal:
    """The proposal in the body of an event."""
    return Proposal(
        others=tuple(body["others"]),
        ancestors=tuple(body["ancestors"]),
        departments=tuple(body["departments"]),
        workstations=body["workstations"],
        symptom=body["symptom"],
        at=at,
        apart=apart,
    )


def proposal_words(body: Mapping[str, Any]) -> str:
    """What is proposed, and why, in one sentence; takes the body of its event."""
    stations = ngettext("{n} workstation", "{n} workstations", body["workstations"])
    words = _("calls to {others} look like the same fault: {symptom}, {stations}, {departments}").format(
        others=", ".join(f"{number:04d}" for number in body["others"]),
        symptom=symptom_label(body["symptom"]),
        stations=stations.format(n=body["workstations"]),
        departments=", ".join(body["departments"]) or "-",
    )
    if body["ancestors"]:
        words += _("; all hang on {ancestors}").format(ancestors=" + ".join(body["ancestors"]))
    return words + _("; Category I for the time being if so")
