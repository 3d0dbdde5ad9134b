"""Getting to know a device: which profile fits, what it would show, and the entry to add."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from hisconsole.plan.profiles import Probe, Profile, Recognise
from hisconsole.plan.reading import Sample
from hisconsole.plan.target_text import entry_text, id_from
from hisconsole.plan.targets import SNMP_PORT
from hisconsole.probes.convert import NAME_LIMIT, words
from hisconsole.probes.profile import Memory, measure, questions
from hisconsole.probes.snmp import Device, Engine
from hisconsole.text import printable
from hisconsole.values import dataclass

DESCRIPTION = "1.3.6.1.2.1.1.1.0"
OBJECT_ID = "1.3.6.1.2.1.1.2.0"
NAME = "1.3.6.1.2.1.1.5.0"
LOCATION = "1.3.6.1.2.1.1.6.0"

ANY = "snmp"
"""The profile of a device that none other knows."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a device says it is, the profiles that fit it, best first, and how it would be watched."""

    profiles: tuple[str, ...]
    name: str
    description: str
    object_id: str
    entry: str
    """The text for targets.yaml."""
    samples: tuple[Sample, ...]


async def recognise(
    engine: Engine,
    device: Device,
    profiles: Mapping[str, Profile],
    *,
    at_s: float,
    credential: str = "",
) -> Proposal:
    """Ask a device who it is and take one round by the profile that fits best.

    Raises SnmpFault, whose sentence is fit for the operator, when it does not answer.
    """
    known = {id_: profile for id_, profile in profiles.items() if profile.probe is Probe.SNMP}
    asked = [DESCRIPTION, OBJECT_ID, NAME, LOCATION]
    asked += [oid for profile in known.values() for oid in profile.recognise.answers]
    answered = await engine.get(device, tuple(dict.fromkeys(asked)))
    description = words(answered.get(DESCRIPTION))
    object_id = words(answered.get(OBJECT_ID)).lstrip(".")
    found = fitting(known, description=description, object_id=object_id, answered=answered.keys())
    name = printable(words(answered.get(NAME)), limit=NAME_LIMIT)
    measured = await measure(engine, device, questions([known[found[0]]]), Memory(), at_s=at_s)
    entry = entry_text(
        id_from(name, device.address),
        {
            "name": name or known[found[0]].name,
            "kind": known[found[0]].kind,
            "address": device.address,
            "port": "" if device.port == SNMP_PORT else str(device.port),
            "room": printable(words(answered.get(LOCATION)), limit=NAME_LIMIT),
            "credential": credential,
            "profiles": found[0],
        },
    )
    return Proposal(
        profiles=found,
        name=name,
        description=printable(description, limit=300),
        object_id=printable(object_id, limit=100),
        entry=entry,
        samples=tuple(each.sample for each in measured),
    )


def fitting(
    profiles: Mapping[str, Profile], *, description: str, object_id: str, answered: Collection[str]
) -> tuple[str, ...]:
    """The profiles that fit, best first: the more is said and the longer the number, the better."""
    ranked = []
    for id_, profile in profiles.items():
        points = _points(profile.recognise, description.casefold(), object_id, answered)
        if points:
            ranked.append((-points, id_))
    return (*(id_ for _points, id_ in sorted(ranked)), *([ANY] if ANY in profiles else []))


def _points(recognise: Recognise, description: str, object_id: str, answered: Collection[str]) -> int:
    """How well a device fits; 0 where something that is asked for does not."""
    points = 0
    if recognise.objects:
        arcs = [each.count(".") + 1 for each in recognise.objects if f"{object_id}.".startswith(f"{each}.")]
        if not arcs:
            return 0
        points += 10 * max(arcs)
    if recognise.words:
        if not any(each.casefold() in description for each in recognise.words):
            return 0
        points += 2
    if recognise.answers:
        if not any(oid in answered for oid in recognise.answers):
            return 0
        points += 5
    return points
