"""Planned stops in words: a line for lists, the notice that is read out, what its incident says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from hisconsole.plan.maintenance import ALL, NOBODY, Maintenance, Stage, stage
from hisconsole.plan.times import span
from hisconsole.text import _

Clock = Callable[[datetime], str]
Call = Callable[[str], str]
"""A department's id as its name."""

FILED = timedelta(days=1)
FILED_AHEAD = timedelta(days=3)
"""A stop of a day or more is filed with the insurance center so long before (domain 1.4)."""


def stage_label(at: str) -> str:
    """How far a stop has come, in words."""
    return {
        Stage.PLANNED: _("planned"),
        Stage.RUNNING: _("running"),
        Stage.LATE: _("late"),
        Stage.OVERRUN: _("OVERRUN"),
        Stage.ENDED: _("ended"),
        Stage.CANCELLED: _("cancelled"),
    }[Stage(at)]


def when_words(maintenance: Maintenance, now: datetime, *, clock: Clock) -> str:
    """From when until when, as far as that still matters."""
    at = stage(maintenance, now)
    if at is Stage.PLANNED:
        return _("from {start} until {end}").format(
            start=clock(maintenance.start), end=clock(maintenance.end)
        )
    if at is Stage.RUNNING:
        return _("until {end}").format(end=clock(maintenance.end))
    if maintenance.over_at is not None:
        return _("at {when} by {who}").format(when=clock(maintenance.over_at), who=maintenance.over_by)
    late = span(now - maintenance.end)
    words = _("was to end at {end}, {late} ago").format(end=clock(maintenance.end), late=late)
    if maintenance.incident:
        words += _("; incident {number}").format(number=f"{maintenance.incident:04d}")
    return words


def short_words(maintenance: Maintenance, now: datetime, *, clock: Clock) -> str:
    """A stop in the few words of a status line."""
    at = stage(maintenance, now)
    sentence = {
        Stage.PLANNED: _("{number} from {start} {systems}"),
        Stage.RUNNING: _("{number} until {end} {systems}"),
        Stage.LATE: _("{number} LATE since {end} {systems}"),
    }.get(at, _("{number} OVERRUN since {end} {systems}"))
    return sentence.format(
        number=maintenance.number,
        start=clock(maintenance.start),
        end=clock(maintenance.end),
        systems=maintenance.systems,
    )


def affected(maintenance: Maintenance, call: Call) -> str:
    """The departments by name."""
    named = {ALL: _("all departments"), NOBODY: _("no department")}
    return ", ".join(named.get(each) or call(each) for each in maintenance.departments)


def quiet_words(maintenance: Maintenance) -> str:
    """What the watch is quiet about while it runs."""
    parts = list(maintenance.targets)
    if parts and maintenance.whole:
        parts[-1] += _(" and what hangs on them alone")
    parts += [_("service {name}").format(name=service) for service in maintenance.services]
    words = ", ".join(parts) or _("nothing that is watched")
    return words + _("; not accepted at the handover") if maintenance.lapsed_at is not None else words


def notice(
    maintenance: Maintenance, now: datetime, *, hospital: str, mark: str, clock: Clock, call: Call
) -> list[str]:
    """The notice of a planned stop (JCI MOI.14), to be printed or read out; `mark` says whose data it is.

    It says what is true now: a stop that was cancelled, extended or ended is told as that.
    """
    number, at = maintenance.number, stage(maintenance, now)
    head = {
        Stage.CANCELLED: _("PLANNED STOP {number} IS CANCELLED"),
        Stage.ENDED: _("PLANNED STOP {number} IS OVER"),
        Stage.OVERRUN: _("PLANNED STOP {number} TAKES LONGER THAN PLANNED"),
    }.get(at, _("PLANNED STOP {number}")).format(number=number)
    lines = [*([mark] if mark else []), hospital, head, ""]
    length = span(maintenance.end - maintenance.start)
    lines += [
        _("What stops: {systems}").format(systems=maintenance.systems),
        _("Where: {departments}").format(departments=affected(maintenance, call)),
        _("From: {start}").format(start=clock(maintenance.start)),
        _("Until about: {end} (it takes {length})").format(end=clock(maintenance.end), length=length),
        _("Why: {reason}").format(reason=maintenance.reason),
        _("Afterwards: {changes}").format(changes=maintenance.changes),
        _("Approved by: {who}").format(who=maintenance.approved_by),
        _("Questions to: {contact}").format(contact=maintenance.contact),
    ]
    for each in maintenance.extensions:
        told = _("Extended until {end}: {reason}")
        lines.append(told.format(end=clock(each.until), reason=each.reason))
    if maintenance.over_at is not None:
        told = _("Cancelled at {when}: {words}") if maintenance.cancelled else _("Ended at {when}: {words}")
        words = maintenance.outcome or _("it works again")
        lines.append(told.format(when=clock(maintenance.over_at), words=words))
    return lines


def filing(maintenance: Maintenance) -> str:
    """What a long stop asks for besides; empty for a short one."""
    if maintenance.end - maintenance.start < FILED:
        return ""
    sentence = _("A stop of a day or more: file it with the insurance center {days} days ahead.")
    return sentence.format(days=FILED_AHEAD.days)


def overrun_words(maintenance: Maintenance, *, clock: Clock) -> str:
    """What the incident of an overrun is about."""
    sentence = _(
        "Maintenance {number} has overrun: {systems} was to work again at {end} ({reason}; {contact})"
    )
    return sentence.format(
        number=maintenance.number,
        systems=maintenance.systems,
        end=clock(maintenance.end),
        reason=maintenance.reason,
        contact=maintenance.contact,
    )
