"""How contacts look: a line of the roster, a contact's page; pure functions, nothing drawn here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from hisconsole.config import Site
from hisconsole.console.lines import Text, hanging
from hisconsole.console.rows import Cell, Look
from hisconsole.console.show import WIDE
from hisconsole.desk.roster import Entry, numbers_shown
from hisconsole.plan.contacts import Trust, trust_label
from hisconsole.plan.events import Event
from hisconsole.plan.story import tell
from hisconsole.plan.story_outreach import number_label
from hisconsole.text import _, fit

Clock = Callable[[datetime], str]

NAME, NUMBER, TRUST = 20, 18, 12
WIDEST = 140
"""Columns from which further numbers and hours stand beside."""


def roster_head(width: int) -> str:
    """The header over the roster's columns."""
    head = f"   {fit(_('Name'), NAME)} {fit(_('Number'), NUMBER)} {fit(_('Numbers'), TRUST)} "
    if width >= WIDEST:
        head += f"{fit(_('Further'), NUMBER)} {fit(_('Hours'), 12)} "
    if width >= WIDE:
        head += f"{fit(_('Deputy'), 13)} "
    return head + _("Role")


def draw_contact(
    hidden: Callable[[str], bool], steps: Callable[[], Mapping[str, int]]
) -> Callable[[Entry, int, Look], Sequence[Cell]]:
    """A line of the roster: step of the order, name, first number, whether it is right, who acts, role."""

    def draw(entry: Entry, width: int, look: Look) -> Sequence[Cell]:
        contact, standing = entry.contact, entry.standing
        numbers = [*numbers_shown(contact, hidden=hidden(contact.id)).values()]
        step = steps().get(contact.id)
        cells: list[Cell] = [
            (fit(str(step) if step else "", 2) + " ", "bold"),
            (fit(contact.name, NAME) + " ", "normal"),
            (fit(numbers[0], NUMBER) + " ", "bold" if not hidden(contact.id) else "normal"),
            (fit(trust_words(entry), TRUST), "reverse" if standing.trust is Trust.WRONG else "normal"),
            (" ", "normal"),
        ]
        if width >= WIDEST:
            cells.append((fit(" ".join(numbers[1:]), NUMBER) + " ", "normal"))
            cells.append((fit(contact.hours, 12) + " ", "normal"))
        if width >= WIDE:
            cells.append((fit(contact.deputy, 13) + " ", "dim"))
        if entry.stand_in is not None:
            cells.append((_("> {who}; ").format(who=entry.stand_in.name), "bold"))
        cells.append((contact.role, "normal"))
        return cells

    return draw


def trust_words(entry: Entry) -> str:
    """Whether the numbers are right, in a narrow column: what is doubtful says so, else the day."""
    standing = entry.standing
    day = f"{standing.verified:%m-%d}" if standing.verified else ""
    if standing.trust is Trust.VERIFIED:
        return day
    if standing.trust is Trust.STALE:
        return _("old {day}").format(day=day)
    return trust_label(standing.trust)


def contact_text(
    site: Site, entry: Entry, past: Sequence[Event], *, hidden: bool, clock: Clock, width: int
) -> Text:
    """A contact's page: numbers, who stands in, hours and contracts, what was found out about it."""
    contact, standing = entry.contact, entry.standing
    wrong = {each.number: each for each in standing.wrong}
    lines: Text = [[]]
    for kind, number in numbers_shown(contact, hidden=hidden).items():
        line: list[Cell] = [(f" {fit(number_label(kind).capitalize(), 13)}", "normal"), (number, "bold")]
        if kind in wrong:
            told = _("WRONG, said {who} {when}").format(who=wrong[kind].by, when=clock(wrong[kind].at))
            line += [("  ", "normal"), (f" {told} ", "reverse")]
        lines.append(line)
    lines.append([])
    for label, text in _about(site, entry, clock):
        if text:
            lines += hanging(f" {fit(label, 13)}", text, width)
    if past:
        lines += [[], [(f" {_('On record:')}", "bold")]]
        lines += [line for event in past for line in _told(event, clock, width)]
    return lines


def _about(site: Site, entry: Entry, clock: Clock) -> Iterator[tuple[str, str]]:
    contact, standing = entry.contact, entry.standing
    department, deputy = site.department(contact.department), site.contact(contact.deputy)
    yield _("Role"), contact.role
    yield _("Department"), department.name if department else contact.department
    yield _("Deputy"), f"{deputy.name} ({deputy.id})" if deputy else ""
    if standing.acting is not None and entry.stand_in is not None:
        until = standing.acting.until
        end = _("until {when}").format(when=clock(until)) if until else _("until back")
        yield _("Acts now"), "; ".join(filter(None, (entry.stand_in.name, end, standing.acting.reason)))
    yield _("Hours"), contact.hours
    yield _("Contract"), contact.contract
    yield _("Circuit"), contact.circuit
    verified = trust_label(standing.trust)
    if standing.verified is not None:
        day = standing.verified.isoformat()
        right = standing.trust is Trust.VERIFIED
        verified += f" {day}" if right else _(", last verified {day}").format(day=day)
    if standing.by:
        verified += " " + _("by {who}").format(who=standing.by)
    yield _("Numbers"), verified
    yield _("Note"), contact.note


def _told(event: Event, clock: Clock, width: int) -> Text:
    head = f"   {fit(clock(event.at), 12)} {fit(event.actor, 10)} "
    return hanging(head, tell(event, clock=clock), width)
