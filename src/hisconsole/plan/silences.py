"""Silences and enrolled host keys: facts about the site, recorded as events of no incident."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from hisconsole.errors import Refused
from hisconsole.plan.asking import Ask, Field
from hisconsole.plan.due import Due
from hisconsole.plan.events import SITE, Event, Kind, NewEvent
from hisconsole.plan.shown import Silence
from hisconsole.plan.times import from_text, to_text
from hisconsole.text import _

LONGEST = timedelta(hours=8)
"""A silence outlives no shift (domain 7, silence_max)."""


SILENCE = "silence"
"""The duty that is told when a silence ends."""


def silence_fields() -> tuple[Field, ...]:
    """What a silence is asked: it always has a reason and an end."""
    return (
        Field("until", _("Until"), Ask.AHEAD, True),
        Field("reason", _("Reason"), required=True),
    )


def silence(
    name: str, *, whole: bool = False, service: bool = False, end: datetime, reason: str, now: datetime
) -> NewEvent:
    """Agree on quiet for a target, with `whole` for all that hangs on it alone, or for a `service`."""
    if end <= now:
        raise Refused(_("A silence ends in the future: give a time to come."))
    if end - now > LONGEST:
        raise Refused(
            _("A silence lasts at most {hours} h; renew it, or agree on maintenance.").format(
                hours=int(LONGEST.total_seconds() // 3600)
            )
        )
    if whole and service:
        raise Refused(_("A service has nothing that hangs on it: silence a target with what hangs on it."))
    body: dict[str, object] = {"target": name, "whole": whole, "end": to_text(end), "reason": reason}
    if service:
        body |= {"target": "", "service": name}
    return NewEvent(Kind.SILENCED, SITE, now, body)


def lift(number: str, *, running: Iterable[Silence], now: datetime) -> NewEvent:
    """End a silence before its time."""
    found = next((each for each in running if each.id == number), None)
    if found is None:
        raise Refused(_("There is no such silence any more."))
    body = {"silence": number, "target": found.target}
    if found.service:
        body["service"] = found.service
    return NewEvent(Kind.UNSILENCED, SITE, now, body)


def lifted(events: Iterable[Event], number: str) -> Event | None:
    """Who ended a silence before its time, and when; None where nobody did."""
    of = (each for each in events if each.kind is Kind.UNSILENCED and each.body["silence"] == number)
    return next(of, None)


def running(events: Iterable[Event], *, now: datetime) -> tuple[Silence, ...]:
    """The silences in force, from the events of no incident."""
    found: dict[str, Silence] = {}
    for event in events:
        if event.kind is Kind.SILENCED:
            found[str(event.seq)] = Silence(
                id=str(event.seq),
                target=event.body["target"],
                whole=event.body["whole"],
                start=event.at,
                end=from_text(event.body["end"]),
                reason=event.body["reason"],
                by=event.actor,
                service=event.body.get("service", ""),
            )
        elif event.kind is Kind.UNSILENCED:
            found.pop(event.body["silence"], None)
    return tuple(each for each in found.values() if each.start <= now < each.end)


def owed(events: Iterable[Event]) -> tuple[Due, ...]:
    """The ends of the silences: each is told once, and then it is over."""
    ends: dict[str, Due] = {}
    for event in events:
        if event.kind is Kind.SILENCED:
            key = str(event.seq)
            end = from_text(event.body["end"])
            ends[key] = Due(SITE, SILENCE, key, end, event.actor, "silence")
        elif event.kind is Kind.UNSILENCED:
            ends.pop(event.body["silence"], None)
        elif event.kind is Kind.FELL_DUE and event.body["duty"] == SILENCE:
            ends.pop(event.body["key"], None)
    return tuple(ends.values())


def enrolled(target: str, *, fingerprint: str, replaced: str, now: datetime) -> NewEvent:
    """A person has looked at a host key and taken it for the target's; `replaced` is the one before."""
    body: Mapping[str, str] = {"target": target, "fingerprint": fingerprint, "replaced": replaced}
    return NewEvent(Kind.ENROLLED, SITE, now, body)
