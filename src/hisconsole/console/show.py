"""How rows, events and incidents look: pure functions from values to cells, nothing drawn here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from hisconsole.config import Site
from hisconsole.console.looks import Role
from hisconsole.console.rows import Cell, Look
from hisconsole.console.table import Glyph
from hisconsole.plan.board import Board
from hisconsole.plan.due import Duty, duties, duty_label
from hisconsole.plan.events import Event
from hisconsole.plan.incident import Incident, Report
from hisconsole.plan.queue import Row, serious
from hisconsole.plan.story import tell
from hisconsole.plan.times import clock, countdown, span
from hisconsole.plan.words import (
    Category,
    Confidence,
    Method,
    Scope,
    State,
    Verification,
    label,
    symptom_label,
)
from hisconsole.text import _, fit, ngettext

Clock = Callable[[datetime], str]

WIDE = 100
"""Columns from which a list shows more of itself."""


def category_mark(category: Category) -> str:
    """The category for a narrow column; unclassified is a question."""
    return {Category.OTHER: _("Oth"), Category.UNCLASSIFIED: "?"}.get(category, category.value)


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
            (f" {row.number:04d} ", "bold" if look.new else weight),
            (fit(category_mark(row.category), 4), "bold" if row.category is Category.I else weight),
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
        cells.append((f"{what}: {row.words}" if row.words else what, weight))
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
            (f"{event.incident:04d} " if event.incident else "-    ", "bold"),
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


def summary(incident: Incident, site: Site, now: datetime) -> list[list[Cell]]:
    """The head of the incident screen, five lines."""
    zone = site.zone

    def short(moment: datetime) -> str:
        return clock(moment, zone=zone, now=now)

    first = incident.reports[0] if incident.reports else None
    over = incident.closed_at or incident.recovered_at
    top: list[Cell] = [
        (f" {incident.number:04d}  ", "bold"),
        (label(incident.category), "bold" if incident.category is Category.I else "normal"),
        (f"  {label(incident.state)}", "bold"),
        (
            "  "
            + _("since {when} ({length})").format(
                when=short(incident.t0), length=span((over or now) - incident.t0)
            ),
            "normal",
        ),
        ("  " + _("owner {who}").format(who=incident.owner or _("nobody")), "normal"),
    ]
    lines: list[list[Cell]] = [
        top,
        [(" " + _what(first), "normal")],
        [(" " + _place(incident, first, site), "normal")],
    ]
    lines.append([(" " + "  |  ".join(_known(incident, short)), "normal")])
    lines.append(_owed(incident, now, short))
    return lines


def _what(first: Report | None) -> str:
    if first is None:
        return _("All its reports went to other incidents.")
    what = symptom_label(first.symptom)
    return f"{what}: {first.words}" if first.words else what


def _place(incident: Incident, first: Report | None, site: Site) -> str:
    if first is None:
        return ""
    department = site.department(first.department)
    place = ", ".join(
        part for part in (first.workstation, department.name if department else "", first.room) if part
    )
    stations = len({report.workstation for report in incident.reports})
    others = {report.department for report in incident.reports if report.department}
    scope = ngettext("{n} workstation", "{n} workstations", stations).format(n=stations)
    if len(others) > 1:
        scope += " " + _("in {n} departments").format(n=len(others))
    if first.scope != Scope.UNKNOWN.value:
        scope += "; " + _("caller says: {scope}").format(scope=label(Scope(first.scope)))
    return f"{place}  ({scope})"


def _known(incident: Incident, short: Clock) -> list[str]:
    known: list[str] = []
    if incident.verification:
        known.append(
            _("{result} {how}, {who} {when}").format(
                result=label(Verification(incident.verification)),
                how=label(Method(incident.verified_how)),
                who=incident.verified_by,
                when=short(incident.verified_at or incident.opened),
            )
        )
    else:
        known.append(_("not verified"))
    if incident.cause:
        known.append(
            _("cause {sure}: {text}").format(
                sure=label(Confidence(incident.confidence or Confidence.SUSPECTED)),
                text=incident.cause,
            )
        )
    if incident.fixes:
        known.append(
            ngettext("{n} fix tried", "{n} fixes tried", len(incident.fixes)).format(n=len(incident.fixes))
        )
    return known


def _owed(incident: Incident, now: datetime, short: Clock) -> list[Cell]:
    cells: list[Cell] = [(" ", "normal")]
    estimate = incident.estimate
    if estimate is not None:
        window = " - ".join(dict.fromkeys((short(estimate.earliest), short(estimate.latest))))
        given = len(incident.estimates)
        told = _("ETA {window}").format(window=window)
        if given > 1:
            told += " " + _("(no {n})").format(n=given)
        cells.append((f"{told}  ", "normal"))
    for due in duties(incident):
        what = _("runs out") if due.duty is Duty.ETA else duty_label(due.duty)
        cells.append((f"{what} {countdown(due.at, now=now)}", "reverse" if due.at <= now else "normal"))
        cells.append(("  ", "normal"))
    if incident.state is State.CLOSED:
        cells.append(
            (
                _("closed {when}: {why}").format(
                    when=short(incident.closed_at or now), why=incident.close_reason
                ),
                "normal",
            )
        )
    return cells


def status_line(
    board: Board | None,
    *,
    alarms: Sequence[str],
    mark: str,
    now: datetime,
    problems: tuple[int, Role] | None = None,
) -> list[Cell]:
    """Line 1: whose data, counts, the next duty, and the alarms that concern the console itself."""
    cells: list[Cell] = [(f" {mark} ", "reverse" if mark else "normal"), (" ", "normal")]
    if board is None:
        cells.append((_("looking at the record ..."), "dim"))
    else:
        cells.append((_("{n} open").format(n=len(board.rows)), "normal"))
        cells.append(("  ", "normal"))
        fresh = _("{n} not taken").format(n=board.unclaimed)
        cells.append((fresh, "alarm" if board.ringing else "bold" if board.unclaimed else "normal"))
        cells.append(("  ", "normal"))
        late = _("{n} overdue").format(n=board.overdue)
        cells.append((late, "reverse" if board.overdue else "normal"))
    if problems is not None:
        count, role = problems
        cells += [("  ", "normal"), (ngettext("{n} problem", "{n} problems", count).format(n=count), role)]
    for alarm in alarms:
        cells += [("  ", "normal"), (f" {alarm} ", "alarm")]
    if board is not None and board.next_due is not None:
        row = board.next_due
        text = _("next {number} {duty} {left}").format(
            number=f"{row.number:04d}",
            duty=duty_label(row.duty),
            left=_left(row.due_at, now),
        )
        cells += [("  ", "normal"), (text, "normal")]
    return cells
