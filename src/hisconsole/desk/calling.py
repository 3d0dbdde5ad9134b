"""Calling people at the desk: how the call tree of an incident stands, who the people are, what to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from hisconsole.config import Contact
from hisconsole.desk.desk import Desk
from hisconsole.desk.escalating import spoken_of
from hisconsole.plan.calltree import Tree, tree
from hisconsole.plan.document import Plan
from hisconsole.plan.escalation import script, stamped
from hisconsole.plan.incident import Incident
from hisconsole.plan.picture import StatusPicture
from hisconsole.plan.summary import working
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class CallList:
    """All that the calls about one incident need; `people` are those of the tree and their deputies."""

    incident: Incident
    plan: Plan
    tree: Tree
    people: Mapping[str, Contact]
    script: str
    now: datetime

    def name(self, contact: str) -> str:
        """A contact by name; the id where the roster has lost it since."""
        known = self.people.get(contact)
        return known.name if known is not None else contact


def look(desk: Desk, number: int, picture: StatusPicture | None = None) -> CallList:
    """How the calls about an incident stand; `picture` says what works. Raises NotFound."""
    now = desk.now()
    with desk.database.read() as connection:
        incident, _history = desk.look_at(connection, number)
        plan = desk.memory.plan(connection, incident.plan) or desk.site.plan
    untold = replace(incident, decided=None)  # what is asked is what is asked of those who do not know yet
    return CallList(
        incident=incident,
        plan=plan,
        tree=tree(incident, plan, now),
        people={each.id: each for each in desk.site.roster},
        script=stamped(
            script(plan, "escalation", spoken_of(desk, untold, plan, now, works=working(picture))),
            desk.site.stamp,
        ),
        now=now,
    )
