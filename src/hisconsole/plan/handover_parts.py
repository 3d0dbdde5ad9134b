"""How parts of a handover are put together: entries with their age, explicit "none", who owes what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from hisconsole.plan.due import GATE, Due, duty_label
from hisconsole.plan.handover import Asks, Entry, Line, Part, Section, part_title
from hisconsole.plan.handover_sources import Case, Sources
from hisconsole.plan.paper import clean
from hisconsole.text import _


def entry(
    sources: Sources, key: str, title: str, lines: Iterable[Line] = (), *, asks: Asks = Asks.TAKE
) -> Entry:
    """One thing with its age; lines that say nothing are left out."""
    kept = tuple(replace(each, text=clean(each.text)) for each in lines if each.text)
    return Entry(clean(key), clean(title), kept, sources.age(key), asks)


def section(
    sources: Sources, part: Part, entries: Iterable[Entry], *, none: str = "", note: str = ""
) -> Section:
    """One part; without entries it says `none`, or why nobody knows."""
    found = tuple(entries)
    why = sources.unknown.get(part, "")
    if why:
        unknown = _("Not known, because {why}.").format(why=clean(why).rstrip("."))
        return Section(part, part_title(part), found, unknown, known=False)
    return Section(part, part_title(part), found, note if found else none or _("None."))


def cases(sources: Sources) -> Iterator[Case]:
    """The open incidents, then those that were closed in the shift."""
    yield from sources.cases
    yield from sources.over


def owed(sources: Sources, case: Case, due: Due, *, full: bool = False) -> str:
    """A duty: what is to be done, by whom and when; `full` in the plan's whole sentence."""
    plan = case.plan
    what = duty_label(plan, due.duty, due.key)
    if plan is not None and due.duty == GATE and (gate := plan.gate(due.key)) is not None:
        what = gate.say
    elif plan is not None and full and (clock := plan.clock(due.duty)) is not None:
        what = clock.what.rstrip(".")
    who, when = owner(sources, case, due.owner), sources.at(due.at)
    if due.at <= sources.now:
        return _("OVERDUE since {when}, {who}: {what}").format(what=what, who=who, when=when)
    return _("by {when}, {who}: {what}").format(what=what, who=who, when=when)


def owner(sources: Sources, case: Case, id_: str) -> str:
    """Who owes something: a role of the plan, a person, or whoever is there."""
    role = case.plan.role(id_) if case.plan is not None else None
    if role is not None:
        return role.say
    return sources.call(id_) if id_ else _("whoever is on duty")


def joined(*parts: str) -> str:
    """Several facts in one line; those that say nothing are left out."""
    return "; ".join(part for part in parts if part)
