"""Kept acts brought to the record: in order, through the ordinary acts, each exactly once by its own id."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime

from hisconsole.desk import calls, classifying, maintaining, roster, turns, watching
from hisconsole.desk.actor import Actor
from hisconsole.desk.desk import Desk, Outcome
from hisconsole.desk.keepable import KEEPABLE, with_numbers
from hisconsole.errors import HisError, NotFound, StoreFault
from hisconsole.plan import eyes
from hisconsole.plan.events import PROVISIONAL, SITE, Event, Kind
from hisconsole.store import events
from hisconsole.store.journal import File, Journal
from hisconsole.store.journal_lines import Done, Entry
from hisconsole.text import _, ngettext

ACTING = (calls, classifying, maintaining, roster, turns, watching)
"""The modules whose acts can be kept: imported, so that each is known by its name."""


TOGETHER = 20
"""Acts in one transaction: most of the time of an act is its wait for the disk."""


@dataclass(slots=True)
class Tally:
    """What came of kept acts so far, and which incidents they were about."""

    done: set[str] = field(default_factory=set)
    eyes: int = 0
    incidents: set[int] = field(default_factory=set)


def sentence_of(tally: Tally) -> str:
    """What came of it, for the operator."""
    count = len(tally.done) - tally.eyes
    parts = [
        ngettext("{n} kept act was recorded", "{n} kept acts were recorded", count).format(n=count),
    ]
    if tally.eyes:
        wanted = ngettext("{n} needs your eyes: press !", "{n} need your eyes: press !", tally.eyes)
        parts.append(wanted.format(n=tally.eyes))
    return "; ".join(parts) + "."


def replay(desk: Desk, file: File, tally: Tally, *, numbers: dict[int, int], until: float) -> bool:
    """Bring the acts of one file, until that time of the monotonic clock; True once none waits in it.

    `numbers` is filled with the real numbers of provisional ones. Raises StoreFault where the record
    cannot take them now; then they wait.
    """
    waiting, known = file.waiting()
    numbers.update(known)
    left = [entry for entry in waiting if entry.act not in tally.done]
    for start in range(0, len(left), TOGETHER):
        if time.monotonic() >= until:
            return False
        _bring_together(desk, left[start : start + TOGETHER], file, tally, numbers)
    return True


def _bring_together(
    desk: Desk, entries: Sequence[Entry], file: File, tally: Tally, numbers: dict[int, int]
) -> None:
    """Bring a few acts in one transaction, and mark them once it is committed."""
    real = dict(numbers)
    found: list[tuple[Entry, Outcome, bool]] = []
    try:
        with desk.database.together():
            for entry in entries:
                outcome, refused = bring(desk, entry, real)
                if entry.provisional and not refused:
                    real[entry.provisional] = outcome.incident
                found.append((entry, outcome, refused))
    except BaseException:
        desk.memory.forget()  # it has seen what was not committed
        raise
    numbers.update(real)
    for entry, outcome, refused in found:
        with suppress(OSError):  # without its mark it is brought again, and found to be there
            file.append(Done(entry.act, 0 if refused else outcome.incident), lasting=False)
        tally.done.add(entry.act)
        tally.incidents.add(outcome.incident)
        tally.eyes += refused


def replay_orphans(desk: Desk, journal: Journal, tally: Tally, *, until: float) -> bool:
    """Bring the acts of processes that are gone, and remove their files; True once there are none.

    Raises StoreFault.
    """
    numbers: dict[str, dict[int, int]] = defaultdict(dict)
    for file in journal.orphans():
        process = file.path.name.split("-")[1]
        whole = False
        try:
            whole = replay(desk, file, tally, numbers=numbers[process], until=until)
        finally:
            file.close(remove=whole)
        if not whole:
            return False
    return True


def bring(desk: Desk, entry: Entry, numbers: dict[int, int]) -> tuple[Outcome, bool]:
    """Carry one kept act out as whoever did it, at the time it was done; True where it needs eyes instead."""
    theirs = _theirs(desk, entry)
    try:
        act = KEEPABLE.get(entry.kind)
        if act is None:
            raise NotFound(_("This program knows no act '{kind}'.").format(kind=entry.kind))
        given = act.thawed(with_numbers(entry.given, numbers), entry.aside)
        outcome = act.carry_out(theirs, **given, act=entry.act)
        return outcome, outcome.repeated and _needs_eyes(desk, entry.act)
    except StoreFault:
        raise
    except HisError as refusal:
        return _set_out(theirs, entry, numbers, str(refusal)), True
    except Exception as error:  # noqa: BLE001 - a bug must neither drop an act nor hold up those behind it
        why = _("a fault of this program ({what})").format(what=type(error).__name__)
        return _set_out(theirs, entry, numbers, why), True


def _theirs(desk: Desk, entry: Entry) -> Desk:
    """The desk as it was: their name, their time; what is written down says also when that was."""
    theirs = copy(desk)
    # Who it was had been proven before the act was kept; a role that has changed since counts.
    theirs.actor = Actor(entry.operator, entry.os_user, entry.source, by_key=True, proved=True)
    theirs.now, theirs.written = _at(entry.at), desk.now
    theirs.keeping = None
    return theirs


def _at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def _set_out(desk: Desk, entry: Entry, numbers: dict[int, int], why: str) -> Outcome:
    """Put on record that it was wanted, under its own id, so that this is said once."""
    about = numbers.get(entry.incident, 0) if entry.incident > PROVISIONAL else entry.incident
    event = eyes.unplaced(
        label=entry.label,
        incident=about,
        given=entry.given,
        by=entry.operator,
        why=why,
        happened=entry.at,
    )
    return desk.record(
        lambda _transaction: [event], doing="set-out", act=entry.act, now=entry.at, sentence=entry.label
    )


def _needs_eyes(desk: Desk, act: str) -> bool:
    with desk.database.read() as connection:
        return any(event.kind is Kind.NEEDS_EYES for event in events.of_act(connection, act))


def settle(desk: Desk, entry: int, *, text: str, act: str | None = None) -> Outcome:
    """Somebody has seen to an act that was not recorded. Raises Refused, NotFound."""
    now = desk.now()
    return desk.record(
        lambda seen: [
            eyes.settle(events.of_incident(seen.connection, SITE), entry, text=text, now=now),
        ],
        doing="settle",
        act=act,
        now=now,
        sentence=_("Settled"),
    )


def unsettled(desk: Desk) -> tuple[Event, ...]:
    """The acts that need somebody's eyes, oldest first. Raises StoreFault."""
    with desk.database.read() as connection:
        return eyes.open_ones(events.of_incident(connection, SITE))
