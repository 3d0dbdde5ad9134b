"""How the departments board looks: pure functions from values to cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from hisconsole.console.looks import Role
from hisconsole.console.rows import Cell, Look
from hisconsole.desk.manual import Departments
from hisconsole.desk.means import Numbers
from hisconsole.plan.elapsed import is_over
from hisconsole.plan.manual import Post, by_hand, open_entries, unread
from hisconsole.plan.outreach import Notice
from hisconsole.plan.story_outreach import notice_label
from hisconsole.plan.story_turn import subject
from hisconsole.plan.times import countdown
from hisconsole.text import _, fit, ngettext, printable

Clock = Callable[[datetime], str]

PAGES = 4
"""The board, back-entry, notices, numbers."""


def tabs(seen: Departments) -> tuple[str, ...]:
    """What the pages are called, with how much is on them."""
    incident = seen.incident
    left = len(open_entries(incident))
    free = sum(1 for each in seen.numbers if not each.incident)
    return (
        _("Board"),
        _("Back-entry, {n} open").format(n=left),
        _("Notices, {n}").format(n=len(incident.notices)),
        _("Numbers, {n} left").format(n=free),
    )


def head(page: int, width: int) -> str:
    """The header over the columns of a page."""
    if page == 0:
        return (
            f"  {_('Department'):<{_name(width)}}{_('Stop'):<6}{_('Paper'):<12}{_('Gate, left'):<16}"
            f"{_('Notice'):<12}{_('Repeated')}"
        )
    if page == 1:
        return (
            f"  {_('Department'):<{_name(width)}}{_('Turn'):<5}{_('Papers'):>6}{_('Entered'):>8} "
            f"{_('Differs'):<12}{_('Owner'):<10}{_('Due'):<6}{_('Signed')}"
        )
    if page == 2:
        return f"   {_('No'):<4}{_('Kind'):<10}{_('From'):<12}{_('Said'):<12}{_('Repeated'):<9}{_('For')}"
    return f"   {_('Department'):<{_name(width)}}{_('Block'):<18}{_('Given out'):<20}{_('Numbers')}"


def title(seen: Departments, now: datetime, clock: Clock) -> str:
    """How many stand still, are on paper, have to repeat; from when they may resume."""
    incident = seen.incident
    silent = {id_ for notice in incident.notices for id_ in unread(incident, notice)}
    stopped = 0 if is_over(incident) else len(incident.stopped)
    parts = [
        *([ngettext("{n} stopped", "{n} stopped", stopped).format(n=stopped)] if stopped else []),
        ngettext("{n} on paper", "{n} on paper", len(by_hand(incident))).format(n=len(by_hand(incident))),
        ngettext("{n} to repeat", "{n} to repeat", len(silent)).format(n=len(silent)),
    ]
    if seen.resume_from is not None and by_hand(incident):
        when = _("resume from {when}") if seen.resume_from > now else _("may resume since {when}")
        parts.append(when.format(when=clock(seen.resume_from)))
    return _("Departments {number}: {parts}").format(number=subject(incident.number), parts=", ".join(parts))


def draw_post(
    post: Post, name: str, width: int, look: Look, *, now: datetime, clock: Clock
) -> Sequence[Cell]:
    """A department on the board: stopped, on paper since, next gate, notice, who repeated it."""
    weight: Role = "normal" if post.hit else "dim"
    gate = f"{post.gate.gate.id} {countdown(post.gate.at, now=now)}" if post.gate is not None else ""
    late = post.gate is not None and post.gate.at <= now
    notice = f"{post.notice.number} {notice_label(post.notice.kind)}" if post.notice is not None else ""
    return [
        (_flag(look), "bold"),
        (fit(name, _name(width) - 1) + " ", "bold" if post.hit else "dim"),
        (fit(clock(post.stopped) if post.stopped else "", 5) + " ", weight),
        (fit(paper_words(post, now, clock), 11) + " ", "bold" if _on_paper(post) else weight),
        (fit(gate, 15), "reverse" if late else weight),
        (" ", "normal"),
        (fit(notice, 11) + " ", weight),
        repeated_words(post, clock),
    ]


def paper_words(post: Post, now: datetime, clock: Clock) -> str:
    """Since when it works on paper, from when it will, or since when it does no more."""
    if post.paper is None:
        return ""
    if post.paper.resumed is not None:
        return _("back {when}").format(when=clock(post.paper.resumed))
    words = _("from {when}") if post.paper.since > now else _("since {when}")
    return words.format(when=clock(post.paper.since))


def repeated_words(post: Post, clock: Clock) -> Cell:
    """Who repeated the last notice, or that nobody has."""
    if post.notice is None:
        return "", "normal"
    if post.receipt is None:
        return _("NOT YET"), "bold"
    how = "" if post.receipt.read_back else _("not read back: ")
    return printable(f"{how}{post.receipt.person} {clock(post.receipt.at)}"), "normal"


def draw_entry(post: Post, name: str, width: int, look: Look, *, order: int, clock: Clock) -> Sequence[Cell]:
    """A department's back-entry: papers, entered, what differs, who owns it, due, signed."""
    entry = post.entry
    done = not post.entry_open
    if entry is None:
        known = _("on paper still") if _on_paper(post) else _("nothing said yet")
        cells: list[Cell] = [(known, "normal" if _on_paper(post) else "bold")]
    else:
        due = clock(entry.due) if entry.due is not None else "-"
        cells = [
            (f"{entry.paper:>6}{entry.entered:>8} ", "normal" if done else "bold"),
            (fit(entry.variance or "-", 11) + " ", "normal"),
            (fit(entry.owner or "-", 9) + " ", "normal"),
            (fit(due, 5) + " ", "normal"),
            (entry.signed or "-", "normal"),
        ]
    return [
        (_flag(look), "bold"),
        (fit(name, _name(width) - 1) + " ", "dim" if done else "normal"),
        (f"{order or '-':<5}", "normal"),
        *cells,
    ]


def draw_notice(notice: Notice, names: str, clock: Clock) -> Sequence[Cell]:
    """A notice: number, kind, from when, when it was said, how many repeated it, for whom."""
    taken = len(notice.departments) - len(notice.unread)
    whole = taken == len(notice.departments)
    return [
        (f"   {notice.number:<4}", "bold"),
        (fit(notice_label(notice.kind), 9) + " ", "bold"),
        (fit(clock(notice.effective), 11) + " ", "normal"),
        (fit(clock(notice.at), 11) + " ", "normal"),
        (fit(f"{taken}/{len(notice.departments)}", 8) + " ", "normal" if whole else "bold"),
        (names, "normal"),
    ]


def draw_numbers(numbers: Numbers, name: str, width: int, clock: Clock) -> Sequence[Cell]:
    """A block of the register: free, or given out by which notice."""
    given = _("free")
    if numbers.incident and numbers.at is not None:
        given = f"{numbers.incident:04d}/{numbers.notice} {clock(numbers.at)}"
    return [
        (f"   {fit(name, _name(width) - 1)} ", "dim" if numbers.incident else "normal"),
        (fit(numbers.block, 17) + " ", "dim" if numbers.incident else "bold"),
        (fit(given, 19) + " ", "normal"),
        (numbers.what, "dim"),
    ]


def _on_paper(post: Post) -> bool:
    return post.paper is not None and post.paper.by_hand


def _flag(look: Look) -> str:
    return f"{'*' if look.marked else '+' if look.new else ' '} "


def _name(width: int) -> int:
    """Cells for a department's name."""
    return max(20, min(36, width - 59))
