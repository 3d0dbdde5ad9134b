"""How rows, events and incidents look: pure functions from values to cells, nothing drawn here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from hisconsole.console.looks import Role
from hisconsole.console.rows import Cell, Look
from hisconsole.console.table import Glyph
from hisconsole.plan.board import Board, OnDuty
from hisconsole.plan.document import Plan
from hisconsole.plan.due import duty_label
from hisconsole.plan.events import Event
from hisconsole.plan.incident import Report
from hisconsole.plan.queue import Row, category_at, serious
from hisconsole.plan.story import tell
from hisconsole.plan.story_turn import subject
from hisconsole.plan.times import clock, countdown, span
from hisconsole.plan.words import Category, State, label, symptom_label
from hisconsole.text import _, fit, ngettext

Clock = Callable[[datetime], str]

WIDE = 100
"""Columns from which a list shows more of itself."""


def category_mark(category: Category) -> str:
    """The category for a narrow column; unclassified is a question."""
    return {Category.OTHER: _("Oth"), Category.UNCLASSIFIED: "?"}.get(category, category.value)


def _category(row: Row, at: datetime) -> str:
    """The same for a row; what nobody classified and counts as Category I by now says so."""
    treated = row.category is Category.UNCLASSIFIED and category_at(row, at) is Category.I
    return "?I" if treated else category_mark(row.category)


def _left(moment: datetime | None, now: datetime) -> str:
    return countdown(moment, now=now) if moment else ""


def queue_head(width: int) -> str:
    """The header over the queue's columns."""
    head = (
        f"   {_('No'):<5}{_('Cat'):<4}{_('State'):<11}{_('Age'):<6}{_('Due'):<7}{_('WS'):>3} {_('Where'):<9} "
    )
    if width >= WIDE:
        head += f"{_('Owner'):<10} {_('Since'):<12}"
    return head + _("What")


def draw_queue(
    now: Callable[[], datetime], zone: ZoneInfo, glyphs: Mapping[State, Glyph]
) -> Callable[[Row, int, Look], Sequence[Cell]]:
    """A row of the queue: mark, number, category, state, age, time left, scope, place, words."""

    def draw(row: Row, width: int, look: Look) -> Sequence[Cell]:
        at = now()
        glyph = glyphs[row.state]
        overdue = row.due_at is not None and row.due_at <= at
        role: Role = "alarm" if serious(row) and not row.acknowledged_by else glyph.look
        weight: Role = "dim" if glyph.look == "dim" else "normal"
        flag = "*" if look.marked else "+" if look.new else " "
        cells: list[Cell] = [
            (flag, "bold"),
            (glyph.mark, role),
            (f" {subject(row.number):<4} ", "bold" if look.new else weight),
            (fit(_category(row, at), 4), "bold" if category_at(row, at) is Category.I else weight),
            (fit(label(row.state), 11), role if role == "alarm" else weight),
            (fit(span(at - row.t0), 6), weight),
            (fit(_left(row.due_at, at), 7), "reverse" if overdue else weight),
            (f"{row.scope:>3} ", "bold" if row.scope > 1 else weight),
            (fit(row.workstation or "-", 9) + " ", weight),
        ]
        if width >= WIDE:
            cells.append((fit(row.owner or "-", 10) + " ", weight))
            cells.append((fit(clock(row.t0, zone=zone, now=at), 12), weight))
        what = symptom_label(row.symptom) if row.symptom else ""
        cells.append((": ".join(part for part in (what, row.words) if part), weight))
        return cells

    return draw


def log_head(width: int) -> str:
    """The header over the log's columns."""
    return f" {_('Entry'):<7}{_('Happened'):<12}{_('Recorded'):<12}{_('No'):<5}{_('Who'):<10}{_('What')}"


def draw_log(zone: ZoneInfo, now: Callable[[], datetime]) -> Callable[[Event, int, Look], Sequence[Cell]]:
    """A line of the log, with both times: when it happened and when it was written down."""

    def draw(event: Event, width: int, look: Look) -> Sequence[Cell]:
        at = now()

        def short(moment: datetime) -> str:
            return clock(moment, zone=zone, now=at)

        return [
            (f" {event.seq:<7}", "dim"),
            (fit(short(event.at), 12), "normal"),
            (fit(short(event.recorded), 12), "dim"),
            (f"{subject(event.incident):<4} ", "bold"),
            (fit(event.actor, 9) + " ", "normal"),
            (tell(event, clock=short), "normal"),
        ]

    return draw


def draw_entry(
    zone: ZoneInfo, now: Callable[[], datetime], pinned: Callable[[], frozenset[int]]
) -> Callable[[Event, int, Look], Sequence[Cell]]:
    """A line of an incident's timeline; `<` marks an entry dated back, `^` a pinned one."""

    def draw(event: Event, width: int, look: Look) -> Sequence[Cell]:
        at = now()

        def short(moment: datetime) -> str:
            return clock(moment, zone=zone, now=at)

        late = (event.recorded - event.at).total_seconds() >= 60
        return [
            ("^" if event.seq in pinned() else " ", "bold"),
            (fit(short(event.at), 11), "normal"),
            ("< " if late else "  ", "bold"),
            (f"{event.seq:<5} ", "dim"),
            (fit(event.actor, 9) + " ", "normal"),
            (tell(event, clock=short), "normal"),
        ]

    return draw


def draw_report(
    zone: ZoneInfo, now: Callable[[], datetime], callbacks: Callable[[], Mapping[int, str]]
) -> Callable[[Report, int, Look], Sequence[Cell]]:
    """A line of an incident's reports."""

    def draw(report: Report, width: int, look: Look) -> Sequence[Cell]:
        what = symptom_label(report.symptom)
        return [
            (f" {report.number:<6}", "dim"),
            (fit(clock(report.occurred, zone=zone, now=now()), 12), "normal"),
            (fit(report.workstation, 10) + (" K " if report.critical else "   "), "bold"),
            (fit(report.reporter or "-", 10) + " ", "normal"),
            (fit(callbacks().get(report.number, "-"), 12) + " ", "normal"),
            (f"{what}: {report.words}" if report.words else what, "normal"),
        ]

    return draw


def on_duty(board: Board | None, operator: str) -> str:
    """Who sits here, and behind it who has the duty where that is another; `>` while it is offered."""
    duty = board.on_duty if board is not None else OnDuty()
    held = f"{duty.person}>" if duty.offered_to else duty.person
    if not operator:
        return held or _("nobody on duty")
    return held if duty.person == operator else f"{operator} ({held})" if held else operator


def status_line(
    board: Board | None,
    *,
    alarms: Sequence[str],
    mark: str,
    now: datetime,
    away: bool = False,
    problems: tuple[int, Role] | None = None,
    plan: Plan | None = None,
) -> list[Cell]:
    """Line 1: whose data, counts, the next duty, and the alarms that concern the console itself.

    `away` is a record that cannot be read: a picture without any event of it is of what is kept here.
    """
    cells: list[Cell] = [(f" {mark} ", "reverse" if mark else "normal"), (" ", "normal")]
    if board is None:
        unseen = _("the record is not seen yet") if away else _("looking at the record ...")
        cells.append((unseen, "dim"))
    elif away and not board.seq:
        told = _("{n} open here, the record is not seen yet").format(n=len(board.rows))
        cells.append((told, "normal"))
    else:
        cells.append((_("{n} open").format(n=len(board.rows)), "normal"))
        cells.append(("  ", "normal"))
        fresh = _("{n} not taken").format(n=board.unclaimed)
        cells.append((fresh, "alarm" if board.ringing else "bold" if board.unclaimed else "normal"))
        cells.append(("  ", "normal"))
        late = _("{n} overdue").format(n=board.overdue)
        cells.append((late, "reverse" if board.overdue else "normal"))
    for alarm in alarms:  # before what may be cut off: how old the picture is, and how much is kept here
        cells += [("  ", "normal"), (f" {alarm} ", "alarm")]
    if problems is not None:
        count, role = problems
        cells += [("  ", "normal"), (ngettext("{n} problem", "{n} problems", count).format(n=count), role)]
    if board is not None and board.next_due is not None:
        due = board.next_due
        text = _("next {number} {duty} {left}").format(
            number=subject(due.incident),
            duty=duty_label(plan, due.duty, due.key),
            left=countdown(due.at, now=now),
        )
        cells += [("  ", "normal"), (text, "normal")]
    return cells
