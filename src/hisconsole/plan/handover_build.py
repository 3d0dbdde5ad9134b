"""Making a handover: from what the desk gathered to the fourteen parts in their order (domain 3.2)."""

from __future__ import annotations

from collections.abc import Iterator

from hisconsole.plan.due import duties
from hisconsole.plan.events import Kind
from hisconsole.plan.handover import Asks, Counts, Handover, Header, Line, Part, Section, Side
from hisconsole.plan.handover_incidents import incidents
from hisconsole.plan.handover_manual import clocks, departments, notices, tickets
from hisconsole.plan.handover_parts import cases, entry, joined, section
from hisconsole.plan.handover_receiver import receiver
from hisconsole.plan.handover_site import changes, contacts, routine
from hisconsole.plan.handover_sources import Sources
from hisconsole.plan.handover_watching import gaps, silences, watch_items
from hisconsole.plan.paper import clean
from hisconsole.plan.picture import watching
from hisconsole.plan.replay import undone
from hisconsole.plan.shift_figures import figures, told
from hisconsole.plan.words import Category
from hisconsole.text import _, ngettext


def build(sources: Sources) -> Handover:
    """The handover as of `sources.now`: the same sources always make the same one."""
    counts = _counts(sources)
    found = (
        incidents(sources),
        departments(sources),
        watch_items(sources),
        silences(sources),
        gaps(sources),
        changes(sources),
        tickets(sources),
        contacts(sources),
        clocks(sources),
        notices(sources),
        routine(sources),
    )
    header, headline = _header(sources), _headline(sources, counts, found)
    sections = (_first(sources, header), _short(sources, headline), *found)
    return Handover(header, headline, counts, (*sections, receiver(sources, sections)))


def _header(sources: Sources) -> Header:
    return Header(
        site=clean(sources.site),
        prefix=clean(sources.prefix),
        zone=sources.zone,
        number=sources.number,
        edition=sources.edition,
        mark=clean(sources.mark),
        outgoing=_cleaned(sources.outgoing),
        incoming=_cleaned(sources.incoming),
        made=sources.now,
        data_as_of=sources.picture.newest if sources.picture is not None else None,
        seq=sources.seq,
        head=sources.head,
        health=tuple(map(clean, sources.health.values())),
        solo=clean(sources.solo),
        reason=clean(sources.reason),
    )


def _cleaned(side: Side) -> Side:
    others = tuple(map(clean, side.others))
    return Side(clean(side.person), clean(side.name), clean(side.shift), side.start, side.end, others)


def _counts(sources: Sources) -> Counts:
    by = [case.incident.category for case in sources.cases]
    gone = undone(sources.events)

    def of(kind: Kind) -> int:
        return len({e.incident for e in sources.events if e.kind is kind and e.act not in gone})

    late = sum(
        due.at <= sources.now for case in sources.cases for due in duties(case.incident, case.plan)
    ) + sum(due.at <= sources.now for due in sources.dues)
    return Counts(
        one=by.count(Category.I),
        two=by.count(Category.II),
        three=by.count(Category.III),
        other=by.count(Category.OTHER),
        unclassified=by.count(Category.UNCLASSIFIED),
        new=of(Kind.OPENED),
        closed=of(Kind.CLOSED),
        reopened=of(Kind.REOPENED),
        unverified=sum(not case.incident.verification for case in sources.cases),
        overdue=late,
    )


def _first(sources: Sources, header: Header) -> Section:
    """The header as a part: who to whom, and what ails the console, which the receiver takes over too."""
    title = _("{out} to {receiver}").format(
        out=_side(sources, header.outgoing), receiver=_side(sources, header.incoming)
    )
    lines = (
        Line(_("Made"), f"{sources.at(header.made)} {sources.zone}"),
        Line(_("Data as of"), sources.at(header.data_as_of) or _("not known: nothing was measured")),
        Line(_("Also there"), ", ".join((*header.outgoing.others, *header.incoming.others))),
    )
    ails = (entry(sources, f"health:{id_}", text) for id_, text in sources.health.items())
    entries = (entry(sources, "shift", title, lines, asks=Asks.NOTHING), *ails)
    picture = sources.picture
    sees = picture is not None and watching(picture, sources.now) and not picture.path.isolated
    notes = (
        _("Solo start, because {why}.").format(why=header.solo.rstrip(".")) if header.solo else "",
        _("With a Category I open, because {why}.").format(why=header.reason.rstrip("."))
        if header.reason
        else "",
        _("The console itself is well.") if sees and not sources.health else "",
    )
    return section(sources, Part.HEADER, entries, note=" ".join(filter(None, notes)))


def _side(sources: Sources, side: Side) -> str:
    name = side.name or _("nobody")
    if side.start is None or side.end is None:
        return joined(name, side.shift)
    return _("{name} ({shift} {start} - {end})").format(
        name=name, shift=side.shift, start=sources.at(side.start), end=sources.at(side.end)
    )


def _short(sources: Sources, headline: str) -> Section:
    every = [case.incident for case in cases(sources)]
    found = figures(sources.events, every, since=sources.begun, until=sources.now, zone=sources.zone_info)
    lines = [Line(name, text) for name, text in told(found, zone=sources.zone_info)]
    title = ngettext("The shift in figures: {n} call", "The shift in figures: {n} calls", found.calls)
    entries = (entry(sources, "figures", title.format(n=found.calls), lines, asks=Asks.NOTHING),)
    return section(sources, Part.HEADLINE, entries, note=headline)


def _headline(sources: Sources, counts: Counts, found: tuple[Section, ...]) -> str:
    """One sentence: the worst, then how much else there is; what nobody knows is said, too."""
    parts = {each.part: each for each in found}
    sentence = clean("; ".join(_said(sources, counts, parts)))
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _said(sources: Sources, counts: Counts, parts: dict[Part, Section]) -> Iterator[str]:
    open_ = parts[Part.INCIDENTS].entries
    if open_:
        yield ngettext("{n} incident open, {title}", "{n} incidents open, first {title}", len(open_)).format(
            n=len(open_), title=open_[0].title
        )
    else:
        yield _("no incident is open")
    paper = len(parts[Part.MANUAL].entries)
    if paper:
        yield ngettext(
            "{n} department stopped, on paper or with paper to enter",
            "{n} departments stopped, on paper or with paper to enter",
            paper,
        ).format(n=paper)
    if counts.overdue:
        yield ngettext("{n} duty overdue", "{n} duties overdue", counts.overdue).format(n=counts.overdue)
    watch, gap = parts[Part.WATCH], parts[Part.GAPS]
    if not watch.known:
        yield _("what is watched is not known")
    elif watch.entries:
        yield ngettext("{n} watch item", "{n} watch items", len(watch.entries)).format(n=len(watch.entries))
    elif watch.note and sources.picture is not None and not gap.entries:
        yield _("all that is watched is well")
    if gap.entries:
        yield ngettext("{n} blind spot", "{n} blind spots", len(gap.entries)).format(n=len(gap.entries))
