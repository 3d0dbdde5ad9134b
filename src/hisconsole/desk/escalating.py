"""Escalation at the desk: how an incident stands, whom to call in which order, and what to say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hisconsole.config import Contact, Site
from hisconsole.desk.desk import Desk
from hisconsole.desk.order import order_now
from hisconsole.plan.document import Plan
from hisconsole.plan.escalation import Standing, script, stamped, standing
from hisconsole.plan.events import Event
from hisconsole.plan.incident import Incident
from hisconsole.plan.outreach import Ordered
from hisconsole.plan.picture import StatusPicture
from hisconsole.plan.summary import spoken, working
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """Whom to call at the same time: what part they play, and who that is now."""

    role: str
    people: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class Escalation:
    """All that the decision needs; `steps` come one after the other."""

    incident: Incident
    plan: Plan
    standing: Standing
    steps: tuple[tuple[Step, ...], ...]
    script: str
    history: tuple[Event, ...]
    now: datetime


def look(desk: Desk, number: int, picture: StatusPicture | None = None) -> Escalation:
    """How an incident stands towards the leading group; `picture` says what works. Raises NotFound."""
    now = desk.now()
    with desk.database.read() as connection:
        incident, history = desk.look_at(connection, number)
        plan = desk.memory.plan(connection, incident.plan) or desk.site.plan
    return Escalation(
        incident=incident,
        plan=plan,
        standing=standing(incident, plan),
        steps=people(desk.site, order_now(desk.site, now)),
        script=stamped(
            script(plan, "escalation", spoken_of(desk, incident, plan, now, works=working(picture))),
            desk.site.stamp,
        ),
        history=tuple(history),
        now=now,
    )


def spoken_of(desk: Desk, incident: Incident, plan: Plan, now: datetime, *, works: str) -> dict[str, str]:
    """What the scripts of the plan say of an incident, by the operator at this desk."""
    site = desk.site
    caller = site.contact(desk.actor.operator)

    def name(department: str) -> str:
        known = site.department(department)
        return known.name if known is not None else department

    return spoken(
        incident,
        plan,
        now=now,
        clock=desk.clock,
        name=site.name,
        operator=caller.name if caller is not None else desk.actor.operator,
        works=works,
        call=name,
    )


def people(site: Site, order: Sequence[Ordered]) -> tuple[tuple[Step, ...], ...]:
    """Who plays the parts of an order, step by step."""
    found: dict[int, list[Step]] = {}
    for each in order:
        role = site.plan.role(each.role)
        known = tuple(contact for id_ in each.contacts if (contact := site.contact(id_)))
        found.setdefault(each.step, []).append(Step(role.say if role else each.role, known))
    return tuple(tuple(found[step]) for step in sorted(found))
