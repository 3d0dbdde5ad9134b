"""What a shift hands over of the site itself: changes, contacts, routine duties and notes (domain 3.2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from hisconsole.plan.contacts import EVERYBODY, Trust
from hisconsole.plan.due import WRONG_NUMBER
from hisconsole.plan.events import Event, Kind
from hisconsole.plan.eyes import EYES
from hisconsole.plan.handover import Asks, Entry, Line, Part, Section
from hisconsole.plan.handover_parts import entry, joined, section
from hisconsole.plan.handover_sources import Maintenance, Person, Routine, Sources
from hisconsole.plan.pack import PACK
from hisconsole.plan.silences import SILENCE
from hisconsole.plan.story import tell
from hisconsole.plan.story_outreach import number_label
from hisconsole.text import _, ngettext

AHEAD = timedelta(hours=12)
"""How far ahead agreed work is handed over (domain 3.2)."""

GAPS = timedelta(days=14)
"""How far ahead a shift without people is handed over."""


def changes(sources: Sources) -> Section:
    """What runs, what comes in the next hours, and what was changed in the shift."""
    entries = (
        *(_work(sources, each) for each in sources.maintenance if _near(sources, each)),
        *(_change(sources, event) for event in sources.events if event.kind in _CHANGES),
    )
    none = _("None: nothing was changed, and no work is due in the next {hours} h.").format(
        hours=int(AHEAD.total_seconds() // 3600)
    )
    return section(sources, Part.CHANGES, entries, none=none)


def _near(sources: Sources, each: Maintenance) -> bool:
    return each.running or (each.start <= sources.now + AHEAD and each.end > sources.now)


def _work(sources: Sources, each: Maintenance) -> Entry:
    begun = each.running or each.start <= sources.now
    if begun and each.end <= sources.now:
        sentence = _("{what}: runs since {start}, OVERDUE since {end}")
    elif begun:
        sentence = _("{what}: runs since {start}, until {end}")
    else:
        sentence = _("{what}: from {start} to {end}")
    title = sentence.format(what=each.what, start=sources.at(each.start), end=sources.at(each.end))
    approved = each.approved_by and sources.call(each.approved_by)
    lines = (Line(_("Approved"), approved or _("by NOBODY"), brief=not approved),)
    asks = Asks.SILENCE if each.quiet else Asks.TAKE
    return entry(sources, f"maintenance:{each.id}", title, lines, asks=asks)


_CHANGES = frozenset({Kind.PLAN_ADOPTED, Kind.ENROLLED, Kind.PACK_PRINTED})


def _change(sources: Sources, event: Event) -> Entry:
    if event.kind is Kind.PACK_PRINTED:
        said = _("the downtime pack was printed")
    else:
        said = tell(event, clock=sources.at)
    title = f"{sources.at(event.at)} {said}"
    replaced = str(event.body.get("replaced") or "")
    lines = (
        Line(_("By"), sources.call(event.actor)),
        Line(_("Before"), replaced),
    )
    asks = Asks.TAKE if event.kind is Kind.PLAN_ADOPTED or replaced else Asks.NOTHING
    return entry(sources, f"change:{event.seq}", title, lines, asks=asks)


def contacts(sources: Sources) -> Section:
    """Who is away and who acts, wrong and old numbers, what was verified, shifts without people."""
    entries = (
        *(each for person in sources.people for each in _person(sources, person)),
        *_old(sources),
        *_verified(sources),
        *_rota(sources),
    )
    return section(sources, Part.CONTACTS, entries, none=_("None: everybody is there, every number stands."))


def _person(sources: Sources, person: Person) -> Iterator[Entry]:
    standing, name = person.standing, sources.call(person.id)
    if standing.acting is not None:
        acting = standing.acting
        title = _("{name} is away: {deputy} acts").format(name=name, deputy=sources.call(acting.deputy))
        until = sources.at(acting.until) or _("until they are back")
        lines = (
            Line(_("Until"), until),
            Line(_("Why"), acting.reason),
            Line(_("Since"), joined(sources.at(acting.since), sources.call(acting.by))),
        )
        yield entry(sources, f"acting:{person.id}", title, lines)
    if standing.wrong:
        numbers = ", ".join(number_label(each.number) for each in standing.wrong)
        title = _("{name}: {numbers} reaches somebody else").format(name=name, numbers=numbers)
        found = "; ".join(f"{sources.at(each.at)} {sources.call(each.by)}" for each in standing.wrong)
        due = next((d for d in sources.dues if d.duty == WRONG_NUMBER and d.key == person.id), None)
        by = Line(_("Right by"), sources.at(due.at) if due is not None else "")
        yield entry(sources, f"contact:{person.id}", title, (Line(_("Found"), found), by))


def _old(sources: Sources) -> Iterator[Entry]:
    """Numbers that nobody has tried for long: one thing, with those first who are in an order of calls."""
    doubtful = (Trust.STALE, Trust.NEVER)
    old = sorted(
        (each for each in sources.people if each.standing.trust in doubtful), key=lambda each: not each.needed
    )
    if not old:
        return
    needed = [each.id for each in old if each.needed]
    title = ngettext(
        "{n} contact not verified for {days} days", "{n} contacts not verified for {days} days", len(old)
    ).format(n=len(old), days=sources.stale_days)
    lines = (
        Line(_("To call"), sources.calls(needed), brief=True),
        Line(_("Others"), sources.calls(each.id for each in old if not each.needed)),
    )
    yield entry(sources, "contacts:old", title, lines)


def _verified(sources: Sources) -> Iterator[Entry]:
    """What became right in the shift, and that the whole roster was shown: to be read."""
    right = [event.body["contact"] for event in sources.events if event.kind is Kind.CONTACT_VERIFIED]
    if right:
        title = ngettext("{n} contact verified", "{n} contacts verified", len(right)).format(n=len(right))
        names = sources.calls(dict.fromkeys(right))
        yield entry(sources, "contacts:verified", title, (Line(_("Who"), names),), asks=Asks.NOTHING)
    shown = [
        event
        for event in sources.events
        if event.kind is Kind.REVEALED and event.body["contact"] == EVERYBODY
    ]
    if shown:
        by = sources.calls(dict.fromkeys(event.actor for event in shown))
        title = _("the numbers of the whole roster were shown or printed, by {who}").format(who=by)
        yield entry(sources, "contacts:shown", title, asks=Asks.NOTHING)


def _rota(sources: Sources) -> Iterator[Entry]:
    """Shifts to come that nobody is on."""
    for each in sources.rota:
        if not each.people and sources.now < each.end and each.start < sources.now + GAPS:
            title = _("NOBODY is on {shift}, {start} to {end}").format(
                shift=each.name, start=sources.at(each.start), end=sources.at(each.end)
            )
            yield entry(sources, f"rota:{int(each.start.timestamp())}:{each.name}", title)


def routine(sources: Sources) -> Section:
    """Routine duties, those not done first; what the site itself owes; the notes of the shift."""
    undone = sorted(sources.routine, key=lambda each: each.done_at is not None)
    entries = (
        *(_routine(sources, each) for each in undone),
        *_site(sources),
        *(
            entry(sources, f"note:{each.id}", f"{sources.at(each.at)} {sources.call(each.by)}: {each.text}")
            for each in sources.notes
        ),
    )
    return section(sources, Part.ROUTINE, entries, none=_("None: no routine duty is set, and no note taken."))


def _routine(sources: Sources, each: Routine) -> Entry:
    if each.done_at is not None:
        title = joined(
            _("{name}: done {when} by {who}").format(
                name=each.name, when=sources.at(each.done_at), who=sources.call(each.done_by)
            ),
            each.found,
        )
        return entry(sources, f"routine:{each.id}", title, asks=Asks.NOTHING)
    why = each.why_not or _("nobody has said why")
    title = _("{name}: NOT DONE, {why}").format(name=each.name, why=why)
    return entry(sources, f"routine:{each.id}", title, (Line(_("Due"), sources.at(each.due)),))


def _site(sources: Sources) -> Iterator[Entry]:
    """What the site owes besides silences and wrong numbers, which have parts of their own."""
    for due in sources.dues:
        if due.duty in (SILENCE, WRONG_NUMBER):
            continue
        what = {
            PACK: _("print the downtime pack"),
            EYES: _("settle what was kept and not recorded, entry {entry}").format(entry=due.key),
        }.get(due.duty, due.duty)
        when = sources.at(due.at)
        late = due.at <= sources.now
        sentence = _("{what}: OVERDUE since {when}") if late else _("{what}: due {when}")
        title = sentence.format(what=what, when=when)
        yield entry(sources, f"site:{due.duty}:{due.key}", title, asks=Asks.TAKE if late else Asks.NOTHING)
