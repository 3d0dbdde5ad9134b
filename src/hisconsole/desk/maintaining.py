"""Planned stops at the desk: each act on them, and the incident that an overrun becomes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from hisconsole.config import Site
from hisconsole.desk.desk import Desk, Outcome
from hisconsole.desk.keepable import keepable
from hisconsole.desk.transaction import Transaction
from hisconsole.plan import calls, maintenance_acts
from hisconsole.plan.asking import read_answers
from hisconsole.plan.events import SITE, Event, NewEvent
from hisconsole.plan.incident import Report
from hisconsole.plan.maintenance import ALL, NOBODY, Maintenance, held, overran
from hisconsole.plan.maintenance_words import Clock, notice, overrun_words
from hisconsole.plan.words import Scope, Symptom
from hisconsole.store import events, projections
from hisconsole.text import _

REPORTER: Final = "console"
"""Who reports what the console itself has found (domain 5.9)."""


def every(desk: Desk) -> tuple[Maintenance, ...]:
    """Every stop on record, in the order of their numbers."""
    return held(_history(desk))


def one(desk: Desk, number: int) -> Maintenance:
    """The stop of that number. Raises NotFound."""
    return maintenance_acts.the(number, _history(desk))


def of_act(desk: Desk, outcome: Outcome) -> Maintenance:
    """The stop that an act on record was about, also where the act was only repeated."""
    with desk.database.read() as connection:
        (written,) = events.of_act(connection, outcome.act)
    return one(desk, written.body["number"])


def notice_lines(site: Site, found: Maintenance, *, now: datetime, clock: Clock) -> list[str]:
    """The notice of a stop as it is to be read out now."""

    def call(id_: str) -> str:
        department = site.department(id_)
        return department.name if department is not None else id_

    mark = _("SAMPLE, NOT A REAL HOSPITAL") if site.sample else ""
    return notice(found, now, hospital=site.name, mark=mark, clock=clock, call=call)


@keepable("maintenance-add")
def add(desk: Desk, given: Mapping[str, str], *, act: str | None = None) -> Outcome:
    """Plan a stop; `given` answers `plan_fields`. Raises Refused, NotFound."""
    now = desk.now()
    answers = maintenance_acts.read_plan(given, now=now, zone=desk.zone)
    departments = [each.id for each in desk.site.departments]

    def decide(transaction: Transaction) -> list[NewEvent]:
        found = held(events.of_incident(transaction.connection, SITE))
        return [maintenance_acts.plan(answers, found=found, departments=departments, now=now)]

    return desk.record(decide, doing="maintenance-plan", act=act, now=now, sentence=_("Maintenance planned"))


@keepable("maintenance-begin")
def begin(desk: Desk, number: int, *, act: str | None = None) -> Outcome:
    """Begin a stop before its time. Raises Refused, NotFound."""

    def decide(found: Maintenance, now: datetime) -> NewEvent:
        return maintenance_acts.begin(found, now=now, clock=desk.clock)

    return _about(desk, number, decide, "maintenance-begin", _("Maintenance begun"), act=act)


@keepable("maintenance-extend")
def extend(desk: Desk, number: int, given: Mapping[str, str], *, act: str | None = None) -> Outcome:
    """Give a stop a later end; `given` answers `extend_fields`. Raises Refused, NotFound."""
    answers = read_answers(maintenance_acts.extend_fields(), given, now=desk.now(), zone=desk.zone)
    until, reason = answers["until"], str(answers["reason"])
    assert isinstance(until, datetime)  # noqa: S101 - for mypy: a required moment

    def decide(found: Maintenance, now: datetime) -> NewEvent:
        return maintenance_acts.extend(found, until=until, reason=reason, now=now, clock=desk.clock)

    return _about(desk, number, decide, "maintenance-extend", _("Maintenance extended"), act=act)


@keepable("maintenance-end")
def end(desk: Desk, number: int, given: Mapping[str, str], *, act: str | None = None) -> Outcome:
    """A stop is over; `given` answers `end_fields`. Raises Refused, NotFound."""
    answers = read_answers(maintenance_acts.end_fields(), given, now=desk.now(), zone=desk.zone)

    def decide(found: Maintenance, now: datetime) -> NewEvent:
        return maintenance_acts.end(found, outcome=str(answers["outcome"]), now=now, clock=desk.clock)

    return _about(desk, number, decide, "maintenance-end", _("Maintenance ended"), act=act)


@keepable("maintenance-cancel")
def cancel(desk: Desk, number: int, given: Mapping[str, str], *, act: str | None = None) -> Outcome:
    """A stop that has not begun will not be; `given` answers `cancel_fields`. Raises Refused, NotFound."""
    answers = read_answers(maintenance_acts.cancel_fields(), given, now=desk.now(), zone=desk.zone)

    def decide(found: Maintenance, now: datetime) -> NewEvent:
        return maintenance_acts.cancel(found, reason=str(answers["reason"]), now=now, clock=desk.clock)

    return _about(desk, number, decide, "maintenance-cancel", _("Maintenance cancelled"), act=act)


def overruns(desk: Desk, transaction: Transaction, history: Sequence[Event]) -> Iterator[NewEvent]:
    """The incident of each stop whose overrun has become a fault, and that it has become one.

    It is for the transaction that tells the deadline: both are recorded, or neither is. A stop becomes an
    incident once in its life, however often its deadline moves and passes.
    """
    now = desk.now()
    found = overran(held(history), now=now)
    if not found:
        return
    number, report = projections.next_numbers(transaction.connection, after=desk.site.numbered_after)
    for at, each in enumerate(found):
        called = _report(desk, each, number=report + at, now=now)
        yield from calls.take(called, incident=None, number=number + at, plan=desk.site.plan.version, now=now)
        yield maintenance_acts.overrun(each, number + at, now=now)


def _report(desk: Desk, found: Maintenance, *, number: int, now: datetime) -> Report:
    """What the console reports; until its overrun was a fault nobody had a duty about it, so T0 is then."""
    named = [each for each in found.departments if each not in (ALL, NOBODY)]
    affected = [each for each in desk.site.departments if each.id in named or found.departments == (ALL,)]
    return Report(
        number=number,
        workstation=found.targets[0] if found.targets else "",
        department=named[0] if named else "",
        room="",
        reporter=REPORTER,
        callback="",
        symptom=Symptom.OTHER.value,
        words=overrun_words(found, clock=desk.clock),
        scope=Scope.UNKNOWN.value,
        occurred=max(found.quiet_until, now - calls.OLDEST),
        critical=any(each.critical for each in affected),
        switch="",
        taken_by=desk.actor.operator,
    )


def _about(
    desk: Desk,
    number: int,
    decide: Callable[[Maintenance, datetime], NewEvent],
    doing: str,
    sentence: str,
    *,
    act: str | None,
) -> Outcome:
    now = desk.now()

    def decided(transaction: Transaction) -> list[NewEvent]:
        history = events.of_incident(transaction.connection, SITE)
        return [decide(maintenance_acts.the(number, history), now)]

    return desk.record(decided, doing=doing, act=act, now=now, sentence=sentence)


def _history(desk: Desk) -> list[Event]:
    with desk.database.read() as connection:
        return events.of_incident(connection, SITE)
