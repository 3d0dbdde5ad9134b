"""Drills on the real record: that one was held, when, and how long everything took in it (domain 1.6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from hisconsole.plan.events import SITE, Event, Kind, NewEvent
from hisconsole.plan.times import from_text, to_text
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """How long one thing took, all in seconds; None where it was not done, or has no clock.

    `after_s` counts from the first break of the scenario, `took_s` from where the plan counts, which allows
    `limit_s`; `kept` is the value of a `Keeping`, or empty where the plan has no clock for it.
    """

    key: str
    after_s: int | None
    took_s: int | None = None
    limit_s: int | None = None
    kept: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """One drill; `number` counts them on this record, `folder` holds its own record below the data folder."""

    number: int
    scenario: str
    began: datetime
    ended: datetime
    by: str
    folder: str
    incidents: int
    figures: tuple[Figure, ...]


def held(
    scenario: str,
    *,
    began: datetime,
    ended: datetime,
    folder: str,
    incidents: int,
    figures: Sequence[Figure],
) -> NewEvent:
    """A drill was held, with what it came to."""
    body = {
        "scenario": scenario,
        "began": to_text(began),
        "ended": to_text(ended),
        "folder": folder,
        "incidents": incidents,
        "figures": [asdict(each) for each in figures],
    }
    return NewEvent(Kind.DRILL_HELD, SITE, ended, body)


def held_drills(history: Iterable[Event]) -> tuple[Held, ...]:
    """Every drill among the events of no incident, the oldest first."""
    found = (event for event in history if event.kind is Kind.DRILL_HELD)
    return tuple(_held(number, event) for number, event in enumerate(found, start=1))


def last_held(history: Iterable[Event]) -> Held | None:
    """The newest drill; None where none was ever held."""
    return next(reversed(held_drills(history)), None)


def _held(number: int, event: Event) -> Held:
    body = event.body
    return Held(
        number=number,
        scenario=body["scenario"],
        began=from_text(body["began"]),
        ended=from_text(body["ended"]),
        by=event.actor,
        folder=body["folder"],
        incidents=body["incidents"],
        figures=tuple(Figure(**each) for each in body["figures"]),
    )
