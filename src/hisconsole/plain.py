"""The plain view: rows, incidents and events as text of 80 cells, for pipes, printers and TERM=dumb.

Pure: values come in, lines go out. What comes from outside is made printable before it is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from hisconsole.plan.asking import Ask, Field
from hisconsole.plan.calling_words import calls_told, help_told
from hisconsole.plan.detection import hit_words
from hisconsole.plan.document import Plan
from hisconsole.plan.due import Due, duties, duty_label
from hisconsole.plan.events import Event
from hisconsole.plan.feedback_words import came_of_it
from hisconsole.plan.incident import Incident, Report
from hisconsole.plan.queue import Row, category_at, serious
from hisconsole.plan.story import tell
from hisconsole.plan.story_turn import subject
from hisconsole.plan.times import clock, countdown, span
from hisconsole.plan.words import (
    Category,
    Confidence,
    Method,
    Result,
    Scope,
    Verification,
    label,
    symptom_label,
)
from hisconsole.text import _, cell_len, clip, fit, ngettext, printable, wrap

if TYPE_CHECKING:  # values are shown here; the database they come from is not needed
    from hisconsole.config import Site
    from hisconsole.desk.reading import File
    from hisconsole.plan.board import Board

WIDTH = 80
DUE_SHOWN = 10

_LONGEST = 10_000
_INDENT = 12
_LATE = timedelta(minutes=1)
"""An entry recorded later than that after it happened says so."""

Short = Callable[[datetime], str]


def _safe(text: object) -> str:
    return printable(str(text).replace("\n", " / "), limit=_LONGEST)


def _hang(head: str, text: str) -> list[str]:
    """A text behind `head`, its further lines below its beginning."""
    first, *rest = wrap(text, WIDTH - cell_len(head))
    return [(head + first).rstrip(), *(" " * cell_len(head) + line for line in rest)]


def _short(zone: tzinfo, now: datetime) -> Short:
    return lambda moment: clock(moment, zone=zone, now=now)


def overview(board: Board, owed: Sequence[Due], *, plan: Plan, zone: tzinfo) -> list[str]:
    """Everything at a glance: counts, the queue, what is due."""
    return [
        _counts(board, zone),
        "",
        *queue_lines(board.rows, now=board.at, zone=zone),
        "",
        *due_lines(owed, plan=plan, now=board.at, zone=zone),
    ]


def _counts(board: Board, zone: tzinfo) -> str:
    parts = [
        board.at.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
        _("{n} open").format(n=len(board.rows)),
        _("{n} not taken").format(n=board.unclaimed),
        _("{n} overdue").format(n=board.overdue),
    ]
    return "  ".join(parts)


def queue_lines(rows: Sequence[Row], *, now: datetime, zone: tzinfo) -> list[str]:
    """Incidents, one a line; `!` marks a serious one that nobody has taken, `-` in Due what is late."""
    if not rows:
        return [_("No incident.")]
    head = (
        f"  {fit(_('No'), 5)}{fit(_('Cat'), 4)}{fit(_('State'), 11)}{fit(_('Age'), 7)}"
        f"{fit(_('Due'), 8)}{fit(_('WS'), 4)}{fit(_('Where'), 11)}{_('What')}"
    )
    return [clip(head, WIDTH), *(_row(row, now) for row in rows)]


def _row(row: Row, now: datetime) -> str:
    mark = "!" if serious(row) and not row.acknowledged_by else " "
    category = category_mark(row, now)
    due = countdown(row.due_at, now=now) if row.due_at is not None else ""
    age = span((row.closed_at or now) - row.t0)
    place = fit(_safe(row.workstation or "-"), 10)
    line = (
        f"{mark} {f'{row.number:04d}':<5}{fit(category, 4)}{fit(label(row.state), 11)}"
        f"{fit(age, 7)}{fit(due, 8)}{row.scope:<4}{place} {_what(row.symptom, row.words)}"
    )
    return clip(line, WIDTH).rstrip()


def category_mark(row: Row, now: datetime) -> str:
    """The category for a narrow column; unclassified is a question, and `?I` once it is treated as I."""
    if row.category is Category.UNCLASSIFIED:
        return "?I" if category_at(row, now) is Category.I else "?"
    return _("Oth") if row.category is Category.OTHER else row.category.value


def _what(symptom: str, words: str) -> str:
    what = symptom_label(symptom) if symptom else ""
    return f"{what}: {_safe(words)}" if words else what


def due_lines(
    owed: Sequence[Due], *, plan: Plan, now: datetime, zone: tzinfo, most: int | None = DUE_SHOWN
) -> list[str]:
    """Due rows, the longest overdue first; `plan` has the words."""
    if not owed:
        return [_("Nothing is due.")]
    short = _short(zone, now)
    lines = [_("Due:")]
    for due in owed[:most]:
        who = _safe(due.owner) or _("whoever is there")
        number = f"{due.incident:04d}" if due.incident else "-   "
        when = f"  {fit(short(due.at), 12)}{fit(countdown(due.at, now=now), 8)}{number}  "
        what = _safe(duty_label(plan, due.duty, due.key))
        lines.append(clip(f"{when}{what}, {who}", WIDTH))
    more = len(owed) - (most or len(owed))
    if more > 0:
        lines.append("  " + _("and {n} more").format(n=more))
    return lines


def log_lines(events: Iterable[Event], *, now: datetime, zone: tzinfo) -> list[str]:
    """Events: entry, when it happened, incident, who, what; and when it was written where later."""
    lines: list[str] = []
    for event in events:
        number = f"{subject(event.incident):<4}"
        head = _entry(event, _short(zone, now)) + f"{number} {fit(_safe(event.actor), 9)} "
        lines += _hang(head, _told(event, _short(zone, now)))
    return lines


def _entry(event: Event, short: Short) -> str:
    return f"{event.seq:<6} {fit(short(event.at), 12)}"


def _told(event: Event, short: Short) -> str:
    text = _safe(tell(event, clock=short))
    if event.recorded - event.at >= _LATE:
        text += " " + _("(written {when})").format(when=short(event.recorded))
    return text


def incident_lines(file: File, *, site: Site, now: datetime, numbers: Mapping[int, str] | None) -> list[str]:
    """One incident: what is known, its reports (with `numbers`, where to call back), its timeline."""
    known, short = file.incident, _short(site.zone, now)
    top = "  ".join((f"{known.number:04d}", label(known.category), label(known.state)))
    lines = [top]
    for name, text in _facts(known, file.plan, site, now, short):
        lines += _hang(fit(name, _INDENT), _safe(text))
    lines += ["", _("Reports:")]
    for report in known.reports:
        lines += _report(report, short, numbers)
    lines += ["", _("Timeline:")]
    for event in file.history:
        mark = "^ " if event.seq in known.pinned else "  "
        head = mark + _entry(event, short) + fit(_safe(event.actor), 9) + " "
        lines += _hang(head, _told(event, short))
    return lines


def _facts(
    incident: Incident, plan: Plan | None, site: Site, now: datetime, short: Short
) -> list[tuple[str, str]]:
    first = incident.reports[0] if incident.reports else None
    over = incident.closed_at or incident.recovered_at or now
    since = f"{short(incident.t0)} ({span(over - incident.t0)})"
    facts = [(_("Since"), since), (_("Owner"), incident.owner or _("nobody"))]
    facts += _category(incident, plan)
    if incident.detection is not None:
        facts.append((_("Seen"), _safe(incident.detection.headline)))
        if hit := hit_words(incident.detection):
            facts.append((_("Hit"), _safe(hit)))
    if first is None and incident.detection is None:
        facts.append((_("What"), _("All its reports went to other incidents.")))
    elif first is not None:
        facts.append((_("What"), _what(first.symptom, first.words)))
        facts.append((_("Where"), _where(incident, first, site)))
    facts += _course(incident, short)
    people = ((_("Calls"), calls_told(incident, plan, now, short)), (_("Help"), help_told(incident, short)))
    facts += [(name, told) for name, told in people if told]
    facts += [
        (
            _("Due"),
            f"{duty_label(plan, due.duty, due.key)} {short(due.at)} ({countdown(due.at, now=now)})",
        )
        for due in duties(incident, plan)
    ]
    return facts


def _category(incident: Incident, plan: Plan | None) -> list[tuple[str, str]]:
    """Why it is in its category, by whom, and under which edition of the plan."""
    facts = []
    fault = plan.fault(incident.fault) if plan is not None else None
    named = f"{fault.say} ({fault.clause})" if fault is not None else ""
    if why := "; ".join(part for part in (named, incident.category_why, incident.category_reason) if part):
        facts.append((_("Category"), why))
    if plan is not None:
        facts.append((_("Plan"), f"{plan.edition} ({plan.version})"))
    return facts


def _where(incident: Incident, first: Report, site: Site) -> str:
    department = site.department(first.department)
    named = department.name if department else first.department
    place = ", ".join(part for part in (first.workstation, named, first.room) if part)
    stations = len({report.workstation for report in incident.reports})
    others = len({report.department for report in incident.reports if report.department})
    scope = ngettext("{n} workstation", "{n} workstations", stations).format(n=stations)
    if others > 1:
        scope += " " + _("in {n} departments").format(n=others)
    if first.scope != Scope.UNKNOWN.value:
        scope += "; " + _("caller says: {scope}").format(scope=label(Scope(first.scope)))
    return f"{place} ({scope})"


def _course(incident: Incident, short: Short) -> list[tuple[str, str]]:
    """How it went so far."""
    facts = [(_("Verified"), _verified(incident, short))]
    for estimate in incident.given[-1:]:
        window = " - ".join(dict.fromkeys((short(estimate.earliest), short(estimate.latest))))
        facts.append((_("ETA"), f"{window} {estimate.why}".rstrip()))
    if incident.cause:
        sure = label(incident.confidence or Confidence.SUSPECTED)
        facts.append((_("Cause"), f"{sure}: {incident.cause}"))
    facts += [(_("Fix"), f"{label(Result(result))}: {text}") for text, result in incident.fixes]
    if feedback := came_of_it(incident):
        facts.append((_("Told"), feedback))
    if incident.recovered_at is not None:
        by = incident.recovery_confirmed_by
        confirmed = ", " + _("confirmed by {who}").format(who=by) if by else ""
        facts.append((_("Recovered"), short(incident.recovered_at) + confirmed))
    if incident.closed_at is not None:
        facts.append((_("Closed"), f"{short(incident.closed_at)}: {incident.close_reason}"))
    return facts


def _verified(incident: Incident, short: Short) -> str:
    if not incident.verification:
        return _("not yet")
    return _("{result} {how}, {who} {when}").format(
        result=label(Verification(incident.verification)),
        how=label(Method(incident.verified_how)),
        who=incident.verified_by,
        when=short(incident.verified_at or incident.opened),
    )


def _report(report: Report, short: Short, numbers: Mapping[int, str] | None) -> list[str]:
    head = (
        f"  {report.number:<5}{fit(short(report.occurred), 12)}"
        f"{fit(_safe(report.workstation), 10)} {fit(_safe(report.reporter or '-'), 12)} "
    )
    if numbers is not None:
        head += fit(_safe(numbers.get(report.number, "-")), 14) + " "
    return _hang(head, _what(report.symptom, report.words))


def act_lines(name: str, on: str, what: str, fields: Sequence[Field]) -> list[str]:
    """An act and its fields, as they are typed on a command line; `*` marks a needed one."""
    number = _("REPORT") if on == "report" else "N"
    lines = _hang(fit(f"{name} {number}", 18), what)
    for field in fields:
        typed = " | ".join(choice.value for choice in field.choices) or _KINDS[field.ask]()
        text = f"{field.name}={typed}" + (f" ({field.default})" if field.default else "")
        lines += _hang("    * " if field.required else "      ", text)
    return lines


def act_notes() -> list[str]:
    """What the signs in the list of acts mean."""
    return [
        "",
        _("* is needed; (...) is meant where nothing is given."),
        _("TIME: now, 22:41, -10 (ten minutes ago), +2h, 2026-11-23 22:41, or ISO 8601."),
    ]


_KINDS: Mapping[Ask, Callable[[], str]] = {
    Ask.TEXT: lambda: _("TEXT"),
    Ask.CHOICE: lambda: _("NAME"),
    Ask.WHEN: lambda: _("TIME"),
    Ask.AHEAD: lambda: _("TIME"),
    Ask.PERSON: lambda: _("PERSON"),
    Ask.INCIDENT: lambda: "N",
    Ask.REPORT: lambda: _("REPORT"),
    Ask.ENTRY: lambda: _("ENTRY"),
}
