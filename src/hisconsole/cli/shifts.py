"""The rota without a screen: who is on duty, who comes next, the coming days, and where nobody is."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from hisconsole import plain
from hisconsole.cli.edge import Answer
from hisconsole.cli.shapes import Shape
from hisconsole.config import Site
from hisconsole.config.shifts import SHIFTS
from hisconsole.desk.actor import utc_now
from hisconsole.paths import config_dir, data_dir
from hisconsole.plan.rota import GAP_DAYS, Gap, Rostered, gaps, next_after, on_now, rostered
from hisconsole.plan.times import clock, span, to_text
from hisconsole.text import _, cell_len, fit, ngettext, wrap
from hisconsole.wiring import Settings, open_site


def shifts(asked: Namespace) -> Answer:
    """Who is on duty now and on the coming days; the hospital's files are enough for it."""
    site = open_site(Settings(config_dir(asked.config), data_dir(asked.data), ""))
    return answer(site, now=utc_now(), days=asked.days)


def answer(site: Site, *, now: datetime, days: int) -> Answer:
    """The rota at a moment: its next `days` times 24 hours, and the gaps of the next 14 days."""
    rota, zone = site.rota, site.zone
    on, following = on_now(rota, now, zone=zone), next_after(rota, now, zone=zone)
    until = now + timedelta(days=days)
    coming = rostered(rota, now, until, zone=zone)
    missed = gaps(rota, now, zone=zone)
    data = {
        "at": to_text(now),
        "on": [_shape(each) for each in on],
        "next": [_shape(each) for each in following],
        "shifts": [_shape(each) for each in coming],
        "gaps": [_gap(each) for each in missed],
    }
    if not rota.shifts:
        sentence = _("This hospital has no rota: describe one in {file}, as the sample hospital does.")
        return Answer(data, wrap(sentence.format(file=SHIFTS), plain.WIDTH))
    lines = [*_on(site, on, now), *_next(site, following, now), ""]
    lines += _table(site, coming, gaps(rota, now, zone=zone, days=days))
    return Answer(data, [*lines, "", *_gaps(site, missed)])


def _shape(each: Rostered) -> Shape:
    return {
        "shift": each.shift.id,
        "name": each.shift.name,
        "day": each.day.isoformat(),
        "start": to_text(each.start),
        "end": to_text(each.end),
        "people": list(each.people),
        "why": each.why or None,
    }


def _gap(each: Gap) -> Shape:
    return {"start": to_text(each.start), "end": to_text(each.end), "why": each.why}


def _on(site: Site, on: Sequence[Rostered], now: datetime) -> list[str]:
    head = _("On now: ")
    if not on:
        return [head + _("NOBODY.")]
    sentence = _("{who}; {shift}, until {end}.")
    told = []
    for each in on:
        end = clock(each.end, zone=site.zone, now=now)
        told += _hang(head, sentence.format(who=_who(site, each), shift=each.shift.name, end=end))
    return told


def _next(site: Site, following: Sequence[Rostered], now: datetime) -> list[str]:
    head = _("Next:   ")
    if not following:
        return [head + _("nobody is written on any later shift.")]
    sentence = _("{who}; {shift}, from {start}.")
    told = []
    for each in following:
        start = clock(each.start, zone=site.zone, now=now)
        told += _hang(head, sentence.format(who=_who(site, each), shift=each.shift.name, start=start))
    return told


def _table(site: Site, coming: Iterable[Rostered], missed: Iterable[Gap]) -> list[str]:
    """A row a shift and a row a gap, by their beginning; a reason stands below who is there by it."""
    rows = [(each.start, each.end, each.shift.name, _who(site, each), each.why) for each in coming]
    rows += [(each.start, each.end, _("! NOBODY"), each.why, "") for each in missed]
    lines = [_row(_("Day"), _("Shift"), _("Hours"), _("Length")) + _("Who")]
    before = ""
    for start, end, shift, who, why in sorted(rows):
        begins, ends = start.astimezone(site.zone), end.astimezone(site.zone)
        day = f"{_weekdays()[begins.weekday()]} {begins:%m-%d}"
        hours = f"{begins:%H:%M}-{ends:%H:%M}"
        head = _row(day if day != before else "", shift, hours, span(end - start))
        lines += _hang(head, who)
        if why:
            lines += _hang(" " * cell_len(head), f"({why})")
        before = day
    return lines


def _row(day: str, shift: str, hours: str, length: str) -> str:
    return f"{fit(day, 9)}  {fit(shift, 20)}  {fit(hours, 11)}  {fit(length, 6)}  "


def _weekdays() -> tuple[str, ...]:
    return (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))


def _gaps(site: Site, missed: Sequence[Gap]) -> list[str]:
    if not missed:
        return [_("No gap in the next {n} days.").format(n=GAP_DAYS)]
    count = ngettext("{n} gap in the next {days} days:", "{n} gaps in the next {days} days:", len(missed))
    lines = [count.format(n=len(missed), days=GAP_DAYS)]
    for each in missed:
        start, end = (clock(moment, zone=site.zone) for moment in (each.start, each.end))
        head = _("  {start} to {end}  ").format(start=start, end=end)
        lines += _hang(head, each.why)
    return lines


def _who(site: Site, each: Rostered) -> str:
    found = ((id_, site.contact(id_)) for id_ in each.people)
    return ", ".join(contact.name if contact is not None else id_ for id_, contact in found)


def _hang(head: str, text: str) -> list[str]:
    """A text behind `head`, its further lines below its beginning."""
    first, *rest = wrap(text, plain.WIDTH - cell_len(head))
    return [head + first, *(" " * cell_len(head) + line for line in rest)]
