"""The order of calls as parts to be filled, and from when each contact may be called (plan 2, domain 5.7).

A role wants one of its contacts, asked in their order; the leading group wants each of its members. A step
opens when every part of the step before was filled, or everybody in it missed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from hisconsole.plan.attempts import Attempts, attempts_of
from hisconsole.plan.document import Plan
from hisconsole.plan.incident import Incident
from hisconsole.plan.outreach import Dialling, NumberKind, Ordered, Purpose
from hisconsole.plan.starting import bypass_at, contacts_of
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """Contacts of whom one is wanted, each with the moment from which it is their turn (None: not yet known).

    `ends` is when one was reached, or everybody in it missed for the first time; None while neither.
    """

    role: str
    step: int
    contacts: tuple[str, ...]
    opens: tuple[datetime | None, ...]
    reached: bool
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class Filling:
    """How far the parts are filled: attempts on each contact in the order of the list, turns, claims."""

    incident: Incident
    plan: Plan
    tried: Mapping[str, Attempts]
    parts: tuple[Part, ...]
    opens: Mapping[str, datetime | None]
    """Of each contact who is still wanted: from when he may be called."""
    claims: Mapping[str, Dialling]

    def reached_at(self, contact: str) -> datetime | None:
        """When a contact learned of it."""
        return _reached_at(self.incident, contact, self.tried[contact])

    def part_of(self, contact: str) -> Part:
        """The first part that a contact plays."""
        return next(part for part in self.parts if contact in part.contacts)

    @property
    def left(self) -> tuple[str, ...]:
        """Who neither was reached nor declined, of the parts that nobody fills yet."""
        wanted = (who for part in self.parts if not part.reached for who in part.contacts)
        return tuple(dict.fromkeys(who for who in wanted if self.tried[who].declined is None))


def filling(incident: Incident, plan: Plan) -> Filling:
    """The parts of an incident's order and who fills them; none where nobody is to be told."""
    decided = incident.decided
    claims = {each.contact: each for each in incident.dialling}
    if decided is None or decided.held:
        return Filling(incident, plan, {}, (), {}, claims)
    calls = [call for call in incident.calls[decided.calls :] if call.purpose is Purpose.ESCALATION]
    numbers = {who: kinds for each in incident.order for who, kinds in each.numbers.items()}
    order = dict.fromkeys(who for each in incident.order for who in each.contacts)
    tried = {who: attempts_of(who, calls, numbers.get(who, tuple(NumberKind)), plan.reach) for who in order}
    parts = _parts(incident, plan, tried, decided.at)
    return Filling(incident, plan, tried, parts, _opens(incident, plan, parts), claims)


def _parts(
    incident: Incident, plan: Plan, tried: Mapping[str, Attempts], told_at: datetime
) -> tuple[Part, ...]:
    opens: datetime | None = told_at
    found: list[Part] = []
    for step in sorted({each.step for each in incident.order}):
        here = [
            _part(incident, each, contacts, tried, opens)
            for each in incident.order
            if each.step == step
            for contacts in _wanted(each, plan)
        ]
        found += here
        ends = [part.ends for part in here]
        opens = None if opens is None or None in ends else max([opens, *(end for end in ends if end)])
    return tuple(found)


def _wanted(each: Ordered, plan: Plan) -> list[tuple[str, ...]]:
    """Of whom one is wanted: of a role any of its contacts, of the group every single member."""
    role = plan.role(each.role)
    if role is not None and role.group and each.contacts:
        return [(who,) for who in each.contacts]
    return [each.contacts]


def _part(
    incident: Incident,
    each: Ordered,
    contacts: tuple[str, ...],
    tried: Mapping[str, Attempts],
    opens: datetime | None,
) -> Part:
    reached = [at for who in contacts if (at := _reached_at(incident, who, tried[who])) is not None]
    turns: list[datetime | None] = []
    at = opens
    for who in contacts:
        turns.append(at)
        gone = _gone(tried[who], at)
        at = None if at is None or gone is None else max(at, gone)
    return Part(each.role, each.step, contacts, tuple(turns), bool(reached), min(reached, default=at))


def _reached_at(incident: Incident, contact: str, attempts: Attempts) -> datetime | None:
    """When a contact learned of it: from a call, or because he decided it at the console himself."""
    decided = incident.decided
    if decided is not None and contact == decided.by:
        return decided.at
    return attempts.reached.at if attempts.reached is not None else None


def _gone(attempts: Attempts, opens: datetime | None) -> datetime | None:
    """From when nobody need wait for a contact any longer who was not reached."""
    if attempts.declined is not None:
        return attempts.declined.at
    if attempts.first_number is None:
        return attempts.wrong_at or opens
    return attempts.let_go


def _opens(incident: Incident, plan: Plan, parts: tuple[Part, ...]) -> dict[str, datetime | None]:
    """Whose turn it is from when; stand-ins at the latest when the approver was tried for long enough."""
    around = bypass_at(incident, plan)
    direct = contacts_of(plan, plan.escalation.stand_ins)
    found: dict[str, datetime | None] = {}
    for part in parts:
        for who, at in zip(part.contacts, part.opens, strict=True):
            if not part.reached:
                turns = (at, found.get(who), around if who in direct else None)
                found[who] = min((each for each in turns if each is not None), default=None)
    return found
