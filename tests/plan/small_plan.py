"""A plan in code, small enough to see through, and incidents that stand anywhere in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hisconsole.plan.conditions import parse
from hisconsole.plan.document import (
    Aggravator,
    Clock,
    Escalation,
    Gate,
    Limits,
    Plan,
    Reach,
    Reason,
    Role,
    Since,
)
from hisconsole.plan.events import Event, Kind
from hisconsole.plan.fold import apply
from hisconsole.plan.incident import Estimate, Incident
from hisconsole.plan.words import Category, Confidence, State
from tests.hospital import START
from tests.plan.play import LI, a_report

MINUTE = 60
HOUR = 60 * MINUTE


def minutes(count: float, *, after: datetime = START) -> datetime:
    """So many minutes after an incident began."""
    return after + timedelta(minutes=count)


def a_clock(id_: str, when: str, after: int, since: Since = Since.START, **changes: object) -> Clock:
    """A clock of the operator's that runs while `when` holds; `after` in minutes."""
    clock = Clock(
        id_, f"say {id_}", "what", "operator", since, after * MINUTE, parse(when), "met", "our rule"
    )
    return replace(clock, **changes)  # type: ignore[arg-type]


OPEN = "state in (new, verifying, active, mitigated)"

PLAN = Plan(
    version="0123456789ab",
    edition="test",
    title="A plan to test with",
    timezone="Asia/Shanghai",
    critical_infrastructure=False,
    unclassified_after_s=10 * MINUTE,
    confirm_after_s=5 * MINUTE,
    lowering=Category.I,
    key_departments=(),
    care_departments=("icu",),
    roles=(
        Role("operator", "operator"),
        Role("director", "director", ("chen.hao",)),
        Role("deputy", "deputy leader", ("fang.min",)),
        Role("duty", "general duty officer", ("duty.office",)),
        Role("administrator", "administrator", (LI, "wang.wei")),
        Role("members", "leading group", group=True),
    ),
    handling=(),
    faults=(),
    rules=(),
    signs=(),
    serious=(
        Reason(parse("category = I"), "Category I"),
        Reason(parse("departments >= 2"), "two departments"),
        Reason(parse("care = yes"), "care is hit"),
    ),
    not_short=(Reason(parse("component = fibre"), "a fibre must be repaired on site"),),
    suspect=(Reason(parse("burst >= 3"), "three departments within 10 min"),),
    limits=Limits(20 * MINUTE, 30 * MINUTE, 30 * MINUTE, 20 * MINUTE, 2),
    escalation=Escalation(
        mandatory=parse("serious = yes and (unknown = yes or not-short = yes)"),
        immediate=(
            Reason(parse("paralysis = yes"), "the whole network has failed"),
            Reason(parse("data = attack"), "an attack is suspected"),
        ),
        otherwise_after_s=60 * MINUTE,
        hold_s=30 * MINUTE,
        bypass_s=10 * MINUTE,
        approver="director",
        stand_ins=("deputy", "duty"),
        in_hours=(("director",), ("deputy",)),
        off_hours=(("duty", "director"), ("deputy",)),
        weekdays=(0, 1, 2, 3, 4),
        start=8 * 60,
        end=17 * 60 + 30,
        holidays=("2026-10-01",),
    ),
    reach=Reach(
        attempts=2,
        next_after_s=5 * MINUTE,
        claim_s=3 * MINUTE,
        starters=("deputy",),
        starters_off_hours=("deputy", "duty"),
        own_authority_after_s=30 * MINUTE,
        prompt_s=5 * MINUTE,
        green_s=15 * MINUTE,
        stale_days=30,
    ),
    clocks=(
        a_clock("acknowledge", "acknowledged = no and state = new", 2, act="acknowledge"),
        a_clock("verify", "verified = no and state in (new, verifying)", 5, act="verify"),
        a_clock("report", f"{OPEN} and confirmed = yes", 240, Since.VERIFIED, owner="director"),
        a_clock("summary-leader", f"{OPEN} and category = I", 60, every_s=HOUR, act="summary"),
        a_clock("summon", OPEN, 15, earlier=True, owner="administrator"),
        a_clock("entry", "state = back-entry", 24 * 60, Since.RECOVERED, owner="members"),
    ),
    gates=(
        Gate("cashier", "cashier by hand", 10 * MINUTE, ("cashier",), "sibling"),
        Gate("first", "registration by hand", 30 * MINUTE, ("registration", "pharmacy"), "plan"),
        Gate("second", "wards by hand", 6 * HOUR, ("ward",), "plan"),
        Gate("third", "all by hand", 24 * HOUR, (), "plan"),
    ),
    aggravators=(
        Aggravator("holiday", "holiday", 10 * MINUTE, days=("2026-10-01",)),
        Aggravator("peak", "peak clinic", 10 * MINUTE, weekdays=(0, 1, 2, 3, 4), start=450, end=690),
        Aggravator("event", "major event", 10 * MINUTE),
        Aggravator("away", "staff away", 5 * MINUTE),
    ),
    scripts={"escalation": "{what} since {since}; cause {cause}; {what-is-asked}."},
)

FAR = replace(PLAN, serious=(), aggravators=())
"""The same, where nothing is serious by itself and nothing makes it worse."""


def an_incident(*departments: str, zero: datetime = START, **changes: object) -> Incident:
    """A confirmed fault of these departments, each of which called as it began."""
    reports = tuple(
        replace(
            a_report(
                number,
                department=department,
                workstation=f"{department}-{number}",
                critical=False,
                occurred=zero,
            ),
            taken_at=zero,
        )
        for number, department in enumerate(departments or ("registration",), 1)
    )
    standing = Incident(
        number=1,
        version=9,
        opened=zero,
        state=State.ACTIVE,
        reports=reports,
        owner=LI,
        acknowledged_by=LI,
        acknowledged_at=minutes(1, after=zero),
        verification="confirmed",
        verified_by=LI,
        verified_at=minutes(4, after=zero),
        plan=PLAN.version,
        touched_at=minutes(4, after=zero),
    )
    return replace(standing, **changes)  # type: ignore[arg-type]


def serious(**changes: object) -> Incident:
    """One of Category I, known to be so from the third minute on."""
    of_it = {"category": Category.I, "classified_at": minutes(3), "fault": "server-down"}
    return an_incident(**{**of_it, **changes})  # type: ignore[arg-type]


def paralysed(*departments: str, zero: datetime = START, **changes: object) -> Incident:
    """A confirmed failure of the whole network, in which these departments stand still from the start."""
    of_it: dict[str, object] = {
        "paralysis": "yes",
        "paralysis_at": minutes(2, after=zero),
        "stopped": dict.fromkeys(departments, zero),
    }
    return an_incident(zero=zero, **{**of_it, **changes})


def came_back(incident: Incident, at: float) -> Incident:
    """The same, recovered and then reopened so many minutes after the beginning."""
    reopening = Event(
        seq=incident.version + 1,
        act="reopening",
        kind=Kind.REOPENED,
        incident=incident.number,
        at=minutes(at),
        recorded=minutes(at),
        actor=LI,
        os_user="tester",
        source="local",
        body={"reason": "it is back"},
    )
    return apply(replace(incident, state=State.RECOVERED), reopening)


def an_eta(earliest: float, latest: float, at: float, *, after: datetime = START) -> Estimate:
    """An ETA in minutes after the beginning: from, to, and when it was given."""
    return Estimate(
        minutes(earliest, after=after), minutes(latest, after=after), LI, minutes(at, after=after), ""
    )


def with_etas(incident: Incident, *etas: Sequence[float]) -> Incident:
    """The same with these ETAs given one after the other."""
    return replace(incident, estimates=tuple(an_eta(*each, after=incident.zero) for each in etas))


SUSPECTED, CONFIRMED = Confidence.SUSPECTED, Confidence.CONFIRMED
