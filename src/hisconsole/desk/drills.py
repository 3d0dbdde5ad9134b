"""Drills at the desk: scripted calls, what the drill's record came to, and one line on the real one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from itertools import groupby

from hisconsole.desk.calls import find_alike, take_call
from hisconsole.desk.desk import Desk, Outcome
from hisconsole.plan import drills
from hisconsole.plan.drill_figures import Case, figures
from hisconsole.plan.drills import Figure, Held
from hisconsole.plan.events import SITE
from hisconsole.plan.fold import fold
from hisconsole.plan.picture import StatusPicture
from hisconsole.plan.status import Status
from hisconsole.store import events
from hisconsole.store.readings_reader import Reader
from hisconsole.text import _

COLLEAGUE = "drill"
"""Who takes the scripted calls: nobody of the roster, so that nobody is taken for having done it."""

_WRONG = frozenset({Status.WARNING, Status.CRITICAL, Status.DOWN})


def take_scripted(desk: Desk, given: Mapping[str, str], *, picture: StatusPicture | None) -> Outcome:
    """Take a call as a colleague would: it joins the incident that is most like it, where there is one."""
    alike = find_alike(desk, workstation=given["workstation"], symptom=given["symptom"])
    return take_call(desk, given, join=alike[0][0].number if alike else None, picture=picture)


def measured(desk: Desk, *, broke: datetime, ended: datetime) -> tuple[tuple[Figure, ...], int]:
    """The figures of the drill whose record this is, and how many incidents it had."""
    cases = list(_cases(desk))
    seen = _first_seen(desk, broke, ended)
    return figures(cases, desk.site.plan, broke=broke, seen=seen, ended=ended), len(cases)


def record_drill(
    desk: Desk,
    scenario: str,
    *,
    began: datetime,
    ended: datetime,
    folder: str,
    incidents: int,
    found: Sequence[Figure],
) -> Outcome:
    """Put on the real record that a drill was held; nothing else of a drill gets there."""
    event = drills.held(scenario, began=began, ended=ended, folder=folder, incidents=incidents, figures=found)
    return desk.record(
        lambda _transaction: [event], doing="drill", act=None, now=desk.now(), sentence=_("Drill held")
    )


def read_drills(desk: Desk) -> tuple[Held, ...]:
    """Every drill on record, the oldest first."""
    with desk.database.read() as connection:
        return drills.held_drills(events.of_incident(connection, SITE))


def _cases(desk: Desk) -> Iterator[Case]:
    with desk.database.read() as connection:
        pairs = events.stream(connection, by_incident=True)
        for number, group in groupby((event for event, _link in pairs), key=lambda event: event.incident):
            history = tuple(group)
            incident = fold(history) if number > SITE else None
            if incident is not None:
                yield Case(incident, history, desk.memory.plan(connection, incident.plan))


def _first_seen(desk: Desk, broke: datetime, ended: datetime) -> datetime | None:
    """When the watch first saw something go wrong for good, after the first break."""
    with closing(Reader(desk.database.data)) as reader:
        changes = reader.changes(now=ended, within=ended - broke)
    known = [each for each in changes if each.old is not Status.UNKNOWN]  # a first look discovers nothing
    return min((each.at for each in known if each.new in _WRONG and each.at >= broke), default=None)
