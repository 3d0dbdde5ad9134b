"""What can be done with a planned stop: plan, begin early, extend, end or cancel it; each is one event."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo

from hisconsole.errors import NotFound, Refused
from hisconsole.plan.asking import Ask, Field, read_answers
from hisconsole.plan.events import SITE, Event, Kind, NewEvent
from hisconsole.plan.maintenance import (
    ALL,
    NOBODY,
    OVER,
    Maintenance,
    Stage,
    held,
    stage,
)
from hisconsole.plan.times import to_text
from hisconsole.plan.words import YesNo
from hisconsole.text import _

LONGEST = timedelta(days=14)
"""A longer stop is a slip of the pen, or wants to be agreed on anew."""
LATEST_BEGIN = timedelta(minutes=1)
"""A stop that begins *now* may have been typed a moment ago."""

Clock = Callable[[datetime], str]


def plan_fields() -> tuple[Field, ...]:
    """What a planned stop is asked: the fields of its notice, and what the watch is to be quiet about."""
    return (
        Field("systems", _("What stops"), required=True, limit=200),
        Field("targets", _("Targets"), limit=1000),
        Field("services", _("Services"), limit=400),
        Field("whole", _("Subtree"), Ask.CHOICE, False, tuple(YesNo), YesNo.YES.value),
        Field("departments", _("Departments"), required=True, limit=1000),
        Field("start", _("From"), Ask.AHEAD, True),
        Field("until", _("Until"), Ask.AHEAD, True),
        Field("reason", _("Reason"), required=True, limit=400),
        Field("changes", _("Changes"), required=True, limit=400),
        Field("approved_by", _("Approved by"), required=True, limit=64),
        Field("contact", _("Contact"), required=True, limit=64),
    )


def extend_fields() -> tuple[Field, ...]:
    """What an extension is asked."""
    return (
        Field("until", _("Until"), Ask.AHEAD, True),
        Field("reason", _("Reason"), required=True, limit=400),
    )


def end_fields() -> tuple[Field, ...]:
    """What the end of a stop is asked."""
    return (Field("outcome", _("Outcome"), limit=400),)


def cancel_fields() -> tuple[Field, ...]:
    """What is asked of who cancels a stop."""
    return (Field("reason", _("Reason"), required=True, limit=400),)


def read_plan(given: Mapping[str, str], *, now: datetime, zone: tzinfo) -> dict[str, object]:
    """The answers to `plan_fields` as values. The end counts from the beginning: +2h is two hours of it.

    Raises Refused.
    """
    first = [each for each in plan_fields() if each.name != "until"]
    last = [each for each in plan_fields() if each.name == "until"]
    until = given.get("until", "")
    others = {name: text for name, text in given.items() if name != "until"}
    answers = read_answers(first, others, now=now, zone=zone)
    start = _moment(answers, "start")
    return {**answers, **read_answers(last, {"until": until}, now=start, zone=zone)}


def _moment(answers: Mapping[str, object], name: str) -> datetime:
    moment = answers[name]
    assert isinstance(moment, datetime)  # noqa: S101 - for mypy: a required moment
    return moment


def plan(
    answers: Mapping[str, object],
    *,
    found: Sequence[Maintenance],
    departments: Collection[str],
    now: datetime,
) -> NewEvent:
    """Plan a stop, from what `read_plan` gave; `departments` are the hospital's. Raises Refused, NotFound."""
    start, end = _moment(answers, "start"), _moment(answers, "until")
    if start < now - LATEST_BEGIN:
        raise Refused(_("A planned stop begins now or later: what stands still already is a fault."))
    if end <= start:
        raise Refused(_("It ends after it begins: say until when, or how long, as +2h."))
    if end - start > LONGEST:
        raise Refused(_("A planned stop lasts at most {days} days.").format(days=LONGEST.days))
    affected = _departments(str(answers["departments"]), departments)
    body: dict[str, object] = {
        "number": max((each.number for each in found), default=0) + 1,
        "targets": _names(answers["targets"]),
        "services": _names(answers["services"]),
        "whole": answers["whole"] != YesNo.NO.value,
        "departments": affected,
        "start": to_text(start),
        "end": to_text(end),
    }
    body |= {name: answers[name] for name in ("systems", "reason", "changes", "approved_by", "contact")}
    return NewEvent(Kind.MAINTENANCE, SITE, now, body)


def _names(typed: object) -> list[str]:
    return list(dict.fromkeys(str(typed or "").replace(",", " ").split()))


def _departments(typed: str, known: Collection[str]) -> list[str]:
    names = _names(typed)
    if names in ([ALL], [NOBODY]):
        return names
    unknown = [name for name in names if name not in known]
    if unknown:
        raise NotFound(
            _("There is no department '{id}': name them by id, or say {all} or {none}.").format(
                id=unknown[0], all=ALL, none=NOBODY
            )
        )
    return names


def the(number: int, events: Iterable[Event]) -> Maintenance:
    """The stop of that number. Raises NotFound."""
    found = next((each for each in held(events) if each.number == number), None)
    if found is None:
        raise NotFound(_("There is no maintenance {number}.").format(number=number))
    return found


def begin(maintenance: Maintenance, *, now: datetime, clock: Clock) -> NewEvent:
    """Begin a stop before its time. Raises Refused."""
    _refuse_over(maintenance, now, clock)
    if stage(maintenance, now) is not Stage.PLANNED:
        raise Refused(
            _("Maintenance {number} runs already, since {when}.").format(
                number=maintenance.number, when=clock(maintenance.start)
            )
        )
    return NewEvent(Kind.MAINTENANCE_BEGUN, SITE, now, {"number": maintenance.number})


def extend(
    maintenance: Maintenance, *, until: datetime, reason: str, now: datetime, clock: Clock
) -> NewEvent:
    """Give a stop a later end; its quiet goes with it. Raises Refused."""
    _refuse_over(maintenance, now, clock)
    if until <= max(maintenance.end, now):
        raise Refused(
            _("It is to end at {when} already: give a later time, and one to come.").format(
                when=clock(maintenance.end)
            )
        )
    if until - maintenance.start > LONGEST:
        raise Refused(_("A planned stop lasts at most {days} days.").format(days=LONGEST.days))
    body = {"number": maintenance.number, "end": to_text(until), "reason": reason}
    return NewEvent(Kind.MAINTENANCE_EXTENDED, SITE, now, body)


def end(maintenance: Maintenance, *, outcome: str, now: datetime, clock: Clock) -> NewEvent:
    """What had stopped works again, or is to: its targets ring again. Raises Refused."""
    _refuse_over(maintenance, now, clock)
    if stage(maintenance, now) is Stage.PLANNED:
        raise Refused(
            _("Maintenance {number} has not begun: cancel it instead.").format(number=maintenance.number)
        )
    body = {"number": maintenance.number, "outcome": outcome}
    return NewEvent(Kind.MAINTENANCE_ENDED, SITE, now, body)


def cancel(maintenance: Maintenance, *, reason: str, now: datetime, clock: Clock) -> NewEvent:
    """A stop that has not begun will not be. Raises Refused."""
    _refuse_over(maintenance, now, clock)
    if stage(maintenance, now) is not Stage.PLANNED:
        raise Refused(_("Maintenance {number} runs: end it instead.").format(number=maintenance.number))
    body = {"number": maintenance.number, "reason": reason}
    return NewEvent(Kind.MAINTENANCE_CANCELLED, SITE, now, body)


def overrun(maintenance: Maintenance, incident: int, *, now: datetime) -> NewEvent:
    """The overrun of a stop has become this incident; a stop becomes one once in its life."""
    body = {"number": maintenance.number, "incident": incident}
    return NewEvent(Kind.MAINTENANCE_OVERRAN, SITE, now, body)


def lapse(found: Iterable[Maintenance], *, accepted: Collection[int], now: datetime) -> list[NewEvent]:
    """At a handover: the quiet of each stop that runs ends, but for those of the numbers `accepted` again.

    The stop itself goes on, and so do its duties; an extension agrees on its quiet anew.
    """
    return [
        NewEvent(Kind.MAINTENANCE_LAPSED, SITE, now, {"number": each.number})
        for each in found
        if stage(each, now) in (Stage.RUNNING, Stage.LATE)
        and each.lapsed_at is None
        and each.number not in accepted
    ]


def _refuse_over(maintenance: Maintenance, now: datetime, clock: Clock) -> None:
    """Tell the loser of a race who was first and when."""
    if stage(maintenance, now) not in OVER or maintenance.over_at is None:
        return
    sentence = (
        _("Maintenance {number} was cancelled at {when} by {who}.")
        if maintenance.cancelled
        else _("Maintenance {number} was ended at {when} by {who}.")
    )
    raise Refused(
        sentence.format(number=maintenance.number, when=clock(maintenance.over_at), who=maintenance.over_by)
    )
