"""The after-action report of an incident, made from the record as it stands."""

from __future__ import annotations

from hisconsole.config import Site
from hisconsole.desk.desk import Desk
from hisconsole.plan.aftermath import Aftermath, aftermath
from hisconsole.plan.aftermath_names import Names
from hisconsole.plan.aftermath_words import report
from hisconsole.plan.paper import Paper
from hisconsole.store import events
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class Review:
    """What an incident came to, in values and in words; `seq` and `head` are the end of the chain."""

    found: Aftermath
    paper: Paper
    seq: int
    head: str


def read_review(desk: Desk, number: int) -> Review:
    """The report as of now. Raises NotFound."""
    with desk.database.read() as connection:
        incident, history = desk.look_at(connection, number)
        plan = desk.memory.plan(connection, incident.plan)
        end = events.head(connection)
    found = aftermath(incident, history, plan, now=desk.now())
    return Review(found, report(found, _names(desk), seq=end.seq, head=end.hash), end.seq, end.hash)


def _names(desk: Desk) -> Names:
    site: Site = desk.site

    def call(id_: str) -> str:
        known = site.contact(id_) or site.department(id_)
        return known.name if known is not None else id_

    return Names(site.name, site.before_number, desk.zone, site.timezone, call, mark=site.stamp)
