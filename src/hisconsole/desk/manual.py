"""Manual operation at the desk: how the departments stand in an incident, and the numbers given out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from hisconsole.config import Site
from hisconsole.desk.desk import Desk
from hisconsole.desk.means import Numbers, means_of
from hisconsole.desk.pack import stale_pack
from hisconsole.plan.document import Plan
from hisconsole.plan.incident import Incident
from hisconsole.plan.manual import Means, Post, board, resume_from
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class Departments:
    """All that the departments board shows of an incident."""

    incident: Incident
    plan: Plan
    posts: tuple[Post, ...]
    numbers: tuple[Numbers, ...]
    resume_from: datetime | None
    """From when departments may resume; None while it has not recovered."""
    stale: str
    """Why the printed downtime pack cannot be relied on; empty while it can."""
    means: Means


def look(desk: Desk, number: int) -> Departments:
    """How the departments stand in an incident now. Raises NotFound."""
    with desk.database.read() as connection:
        incident, _history = desk.look_at(connection, number)
        plan = desk.memory.plan(connection, incident.plan) or desk.site.plan
        given = desk.memory.blocks_given(connection)
    return Departments(
        incident=incident,
        plan=plan,
        posts=board(incident, plan, [each.id for each in desk.site.departments]),
        numbers=register(desk.site, given),
        resume_from=resume_from(incident, plan),
        stale=stale_pack(desk),
        means=means_of(desk.site),
    )


def register(site: Site, given: Mapping[tuple[str, str], Numbers]) -> tuple[Numbers, ...]:
    """The register of number blocks: those of the cards, and those given out that no card has any more."""
    kept = {
        (block.department, block.text): Numbers(block.department, block.text, card.numbers)
        for card in site.cards.cards
        for block in card.blocks
    }
    named = {key: replace(each, what=kept[key].what if key in kept else "") for key, each in given.items()}
    return tuple({**kept, **named}.values())
