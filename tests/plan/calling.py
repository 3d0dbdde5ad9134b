"""An order of calls and calls made by it, in minutes after the beginning, for tests of the call tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hisconsole.plan.incident import Decided, Incident
from hisconsole.plan.outreach import (
    Called,
    CallOutcome,
    Decision,
    Dialling,
    NumberKind,
    Ordered,
    Purpose,
)
from tests.plan.play import LI, WANG
from tests.plan.small_plan import minutes, serious

CHEN, FANG, DUTY = "chen.hao", "fang.min", "duty.office"
MEMBERS = ("gao.lei", "lin.fang", "zhou.ping")
TOLD = 20.0
"""When it was decided that the leading group is to be told."""

MOBILE, OFFICE, ALTERNATE = NumberKind
NUMBERS: Mapping[str, tuple[NumberKind, ...]] = {
    LI: (MOBILE,),
    WANG: (MOBILE,),
    CHEN: (MOBILE, OFFICE),
    FANG: (MOBILE, OFFICE),
    DUTY: (OFFICE,),
    **dict.fromkeys(MEMBERS, (MOBILE,)),
}
ORDER = (
    Ordered(0, "duty", (DUTY,), NUMBERS),
    Ordered(0, "director", (CHEN,), NUMBERS, {CHEN: LI}),
    Ordered(1, "deputy", (FANG,), NUMBERS),
    Ordered(2, "members", MEMBERS, NUMBERS),
)
IN_TURN = (
    Ordered(0, "administrator", (LI, WANG), NUMBERS),
    Ordered(1, "director", (CHEN,), NUMBERS, {CHEN: LI}),
    Ordered(2, "deputy", (FANG,), NUMBERS),
    Ordered(3, "members", MEMBERS, NUMBERS),
)

Short = tuple[float, str, str]
"""When, who, and what came of it, perhaps with the number: `busy office`."""


def a_call(at: float, contact: str, outcome: str, entry: int = 0, **changes: object) -> Called:
    """One attempt, on the mobile unless the outcome names another number behind it."""
    what, _, number = outcome.partition(" ")
    call = Called(
        entry=entry,
        contact=contact,
        number=NumberKind(number) if number else NUMBERS.get(contact, (MOBILE,))[0],
        purpose=Purpose.ESCALATION,
        outcome=CallOutcome(what),
        at=minutes(at),
        by=LI,
        took="",
        read_back=False,
        decision=Decision.NONE,
        text="",
    )
    return replace(call, **changes)  # type: ignore[arg-type]


def escalated(
    *calls: Short,
    order: Sequence[Ordered] = ORDER,
    by: str = "zhao.min",
    dialling: tuple[Dialling, ...] = (),
    **changes: object,
) -> Incident:
    """A Category I whose leading group was to be told at minute 20, with the calls made since."""
    made = tuple(a_call(*call, entry=100 + number) for number, call in enumerate(calls))
    return serious(
        decided=Decided(held=False, at=minutes(TOLD), by=by, reason=""),
        order=tuple(order),
        calls=made,
        dialling=dialling,
        **changes,
    )
