"""Whether a fault is a recurring one (plan 4, Category I), as far as the record of the last day tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from hisconsole.plan.incident import Incident
from hisconsole.plan.words import Symptom, symptom_label
from hisconsole.text import _
from hisconsole.values import dataclass

WINDOW = timedelta(hours=24)
"""Within which faults of one kind belong together (domain 5.4)."""
TIMES = 3
"""So many of one kind are recurring, this one counted."""


@dataclass(frozen=True, slots=True)
class Call:
    """What the record of calls tells of one: to which incident it came, from where, what, since when."""

    incident: int
    workstation: str
    department: str
    symptom: str
    occurred: datetime


def recurring(
    calls: Iterable[Call], incident: Incident, *, faults: Mapping[int, str], now: datetime
) -> tuple[bool, str]:
    """Whether an incident is one of a series in the 24 h before `now`, and what the record shows of it.

    It is the third in its department (or at its workstation, where the symptom is `other` and so says
    nothing), or its fault (`faults`: fault type by incident) came with the same symptom in another
    department. Incidents are counted and not calls: ten calls about one fault are one fault.
    """
    known = [call for call in calls if now - WINDOW <= call.occurred <= now]
    own = [
        Call(incident.number, report.workstation, report.department, report.symptom, report.occurred)
        for report in incident.reports
    ]
    known += [call for call in own if now - WINDOW <= call.occurred <= now]
    series: dict[tuple[str, str], set[int]] = {_kind(call): set() for call in own}
    for call in known:
        series.get(_kind(call), set()).add(call.incident)
    if not series:
        return False, _("nobody has called")
    (symptom, place), numbers = max(series.items(), key=lambda item: len(item[1]))
    words = _("{n} in 24 h: {symptom}, {place}").format(
        n=len(numbers), symptom=symptom_label(symptom), place=place
    )
    if len(numbers) >= TIMES:
        return True, words
    elsewhere = _elsewhere(known, own, incident, faults)
    if elsewhere:
        return True, _("the same fault in 24 h: {places}").format(places=", ".join(elsewhere))
    return False, words


def _kind(call: Call) -> tuple[str, str]:
    return call.symptom, call.workstation if call.symptom == Symptom.OTHER else call.department


def _elsewhere(
    known: Iterable[Call], own: Iterable[Call], incident: Incident, faults: Mapping[int, str]
) -> list[str]:
    """The other departments to which the same fault came with the same symptom."""
    here = {call.department for call in own}
    symptoms = {call.symptom for call in own} - {Symptom.OTHER}
    found = {
        call.department: None
        for call in known
        if incident.fault
        and call.incident != incident.number
        and faults.get(call.incident) == incident.fault
        and call.symptom in symptoms
        and call.department not in here
    }
    return list(found)
