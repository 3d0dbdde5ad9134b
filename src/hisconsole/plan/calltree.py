"""The call tree: whom to call next once the leading group is to be told (plan 2 and 3, domain 5.7).

All of it are moments, computed from the incident and its plan alone: whoever looks, after any restart,
finds the same list.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from hisconsole.plan.attempts import Attempts
from hisconsole.plan.callorder import Filling, filling
from hisconsole.plan.document import Plan
from hisconsole.plan.duty import Due
from hisconsole.plan.elapsed import is_over
from hisconsole.plan.incident import Incident
from hisconsole.plan.outreach import Called, Dialling, NumberKind
from hisconsole.plan.starting import bypass_at, own_authority_at, starters
from hisconsole.values import dataclass

CALL: Final = "call"
"""The duty to make the next call."""
OWN_AUTHORITY: Final = "own-authority"
"""The duty of the information center to begin manual work by itself, where nobody could be asked."""
DIAL: Final = "dial"
"""The act that says whom one calls just now."""
NOTICE: Final = "notice"
"""The act that announces manual work."""


class Turn(StrEnum):
    """Where a contact stands on the list."""

    PENDING = "pending"
    NEXT = "next"
    CALLING = "calling"
    RETRY = "retry"
    REACHED = "reached"
    DECLINED = "declined"
    WRONG = "wrong"
    """None of the numbers is right, or there is none: somebody has to find another way."""
    SPARED = "spared"
    """Another one who plays the same part was reached."""


@dataclass(frozen=True, slots=True)
class Row:
    """One contact of the tree; `by` is who calls, `number` which one to dial next.

    `at` is since when the turn is; of `retry` when it comes back, of `calling` when the claim ends, of
    `pending` when it becomes his turn by itself (None: not by itself).
    """

    contact: str
    role: str
    step: int
    turn: Turn
    at: datetime | None
    number: NumberKind | None
    attempts: int
    last: Called | None
    by: str
    deputy: str
    deputy_offered: bool
    may_start: bool

    @property
    def offered(self) -> bool:
        """Whether this one is to be called now."""
        return self.turn is Turn.NEXT


@dataclass(frozen=True, slots=True)
class Tree:
    """How the calls stand: `reached` of `wanted`, who is still owed one, and what follows if nobody answers.

    `silent` are steps and roles in which nobody could be reached; `bypass_at` is from when a stand-in may be
    called directly, `own_authority_at` from when the information center acts by itself (None: it does not).
    """

    rows: tuple[Row, ...]
    reached: int
    wanted: int
    owed: tuple[str, ...]
    silent: tuple[tuple[int, str], ...]
    next_at: datetime | None
    """When the next call is due."""
    bypass_at: datetime | None
    starters: tuple[str, ...]
    own_authority_at: datetime | None

    @property
    def next(self) -> tuple[str, ...]:
        """Whom to call now, in order."""
        return tuple(row.contact for row in self.rows if row.offered)

    @property
    def done(self) -> bool:
        """Whether nobody is owed a call any more."""
        return not self.owed

    def row(self, contact: str) -> Row | None:
        """The row of a contact."""
        return next((row for row in self.rows if row.contact == contact), None)


def runs(incident: Incident) -> bool:
    """Whether calls are to be made: the group is to be told, and the fault is not over."""
    decided = incident.decided
    return decided is not None and not decided.held and not is_over(incident)


def owed(incident: Incident, plan: Plan) -> Iterator[Due]:
    """The next call, and manual work on the center's own authority where nobody who may start it answers."""
    at = _next_at(filling(incident, plan)) if runs(incident) else None
    if at is not None:
        yield Due(incident.number, CALL, "", at, incident.owner, DIAL)
    alone = own_authority_at(incident, plan)
    if alone is not None and (OWN_AUTHORITY, "") not in incident.met:
        yield Due(incident.number, OWN_AUTHORITY, "", alone, incident.owner, NOTICE)


def tree(incident: Incident, plan: Plan, now: datetime) -> Tree:
    """How the calls of an incident stand at `now`; without rows where nobody is to be told."""
    filled = filling(incident, plan)
    going = runs(incident)
    return Tree(
        rows=tuple(_row(contact, filled, now) for contact in filled.tried),
        reached=sum(part.reached for part in filled.parts),
        wanted=sum(bool(part.contacts) for part in filled.parts),
        owed=filled.left if going else (),
        silent=_silent(filled, now),
        next_at=_next_at(filled) if going else None,
        bypass_at=bypass_at(incident, plan),
        starters=starters(plan, now),
        own_authority_at=own_authority_at(incident, plan),
    )


def _row(contact: str, filled: Filling, now: datetime) -> Row:
    attempts, part = filled.tried[contact], filled.part_of(contact)
    turn, at = _turn(contact, filled, now)
    deputies = {who: deputy for each in filled.incident.order for who, deputy in each.deputies.items()}
    deputy = deputies.get(contact, "")
    missed = attempts.let_go is not None and attempts.let_go <= now
    return Row(
        contact=contact,
        role=part.role,
        step=part.step,
        turn=turn,
        at=at,
        number=attempts.number_at(now),
        attempts=attempts.count,
        last=attempts.reached or attempts.last,
        by=filled.claims[contact].by if turn is Turn.CALLING else "",
        deputy=deputy,
        deputy_offered=bool(deputy) and (turn is Turn.WRONG or (missed and turn in (Turn.NEXT, Turn.RETRY))),
        may_start=contact in starters(filled.plan, now),
    )


def _turn(contact: str, filled: Filling, now: datetime) -> tuple[Turn, datetime | None]:
    """Where a contact stands, and the moment that belongs to it."""
    attempts, claim = filled.tried[contact], filled.claims.get(contact)
    if (reached := filled.reached_at(contact)) is not None:
        return Turn.REACHED, reached
    if claim is not None and claim_holds(claim, filled.plan, now):
        return Turn.CALLING, claim_ends(claim, filled.plan)
    if contact not in filled.opens:
        return Turn.SPARED, filled.part_of(contact).ends
    if attempts.declined is not None:
        return Turn.DECLINED, attempts.declined.at
    if attempts.first_number is None:
        return Turn.WRONG, attempts.wrong_at
    return _wanted(attempts, filled.opens[contact], filled.plan, now)


def _wanted(
    attempts: Attempts, opens: datetime | None, plan: Plan, now: datetime
) -> tuple[Turn, datetime | None]:
    """Whether it is the turn of somebody who can be called; whoever was tried early is on the list."""
    since = min((each for each in (opens, attempts.first_at) if each is not None), default=None)
    if since is None or since > now:
        return Turn.PENDING, since
    if attempts.last is None or attempts.ends is None:
        return Turn.NEXT, since
    if now < attempts.ends:
        return Turn.NEXT, attempts.last.at
    back = attempts.ends + timedelta(seconds=plan.reach.next_after_s)
    return Turn.RETRY if now < back else Turn.NEXT, back


def claim_ends(claim: Dialling, plan: Plan) -> datetime:
    """How long somebody who dials keeps others from calling the same person."""
    return claim.at + timedelta(seconds=plan.reach.claim_s)


def claim_holds(claim: Dialling, plan: Plan, now: datetime) -> bool:
    """Whether somebody is calling just now."""
    return now < claim_ends(claim, plan)


def _silent(filled: Filling, now: datetime) -> tuple[tuple[int, str], ...]:
    """Steps and roles in which everybody was tried and nobody reached: announced, not silently skipped."""
    people: dict[tuple[int, str], list[str]] = {}
    filled_roles = {(part.step, part.role) for part in filled.parts if part.reached}
    for part in filled.parts:
        people.setdefault((part.step, part.role), []).extend(part.contacts)
    return tuple(
        role
        for role, contacts in people.items()
        if role not in filled_roles and all(filled.tried[who].given_up(now) for who in contacts)
    )


def _next_at(filled: Filling) -> datetime | None:
    """When the next call is due; None when nobody is owed one."""
    wait = timedelta(seconds=filled.plan.reach.next_after_s)
    moments = [_due_at(who, filled, wait) for who in filled.left]
    soonest = min((each for each in moments if each is not None), default=None)
    met = filled.incident.met.get((CALL, ""))
    return max(soonest, met + wait) if soonest is not None and met is not None else soonest


def _due_at(contact: str, filled: Filling, wait: timedelta) -> datetime | None:
    """When a contact who is owed a call is to be called; the same at whatever time one looks."""
    attempts, opens = filled.tried[contact], filled.opens.get(contact)
    if contact in filled.claims:
        return claim_ends(filled.claims[contact], filled.plan)
    if attempts.first_number is None:
        begun = attempts.wrong_at or opens
        return begun and begun + wait
    if attempts.last is None or attempts.ends is None:
        return opens
    return attempts.ends + wait if attempts.spent else attempts.last.at
