"""Kept acts brought to the record: in order, through the ordinary acts, each exactly once by its own id."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime

from hisconsole.desk import calls, classifying, maintaining, roster, turns, watching
from hisconsole.desk.actor import Actor, good_id
from hisconsole.desk.desk import Desk, Outcome
from hisconsole.desk.keepable import KEEPABLE, with_numbers
from hisconsole.desk.transaction import Transaction
from hisconsole.errors import Away, Damaged, HisError, NotFound, Refused
from hisconsole.plan import eyes
from hisconsole.plan.contacts import masked
from hisconsole.plan.events import PROVISIONAL, SITE, Event, Kind, NewEvent
from hisconsole.plan.story import tell
from hisconsole.plan.story_turn import subject
from hisconsole.store import events, projections
from hisconsole.store.journal import File, Journal
from hisconsole.store.journal_lines import Done, Entry
from hisconsole.store.unread import UNREAD
from hisconsole.text import _, ngettext, printable

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
    with desk.memory.trying(), desk.permits.trying(), desk.database.together():
        for entry in entries:
            outcome, refused = bring(desk, entry, real)
            if refused:  # an older process may have had a call of that number
                real.pop(entry.provisional, None)
            elif entry.provisional:
                real[entry.provisional] = outcome.incident
            found.append((entry, outcome, refused))
    numbers.update(real)
    for entry, outcome, refused in found:
        with suppress(OSError):  # without its mark it is brought again, and found to be there
            file.append(Done(entry.act, 0 if refused else outcome.incident), lasting=False)
        tally.done.add(entry.act)
        tally.incidents.add(outcome.incident)
        tally.eyes += refused
        if refused:
            numbers.pop(entry.provisional, None)


def replay_orphans(desk: Desk, journal: Journal, tally: Tally, *, until: float) -> bool:
    """Bring the acts of processes that are gone, and remove their files; True once there are none.

    A file with lines that cannot be read stays under another name, and somebody is told. Raises StoreFault.
    """
    return all(_replay_family(desk, files, tally, until=until) for files in journal.families())


def _replay_family(desk: Desk, files: Sequence[File], tally: Tally, *, until: float) -> bool:
    """Bring the acts of one process; its files stay until all are whole, for the numbers in them."""
    numbers: dict[int, int] = {}
    spoilt: list[File] = []
    whole = False
    try:
        whole = all(replay(desk, file, tally, numbers=numbers, until=until) for file in files)
        if whole:
            spoilt = [file for file in files if _tell_unread(desk, file, tally)]
    finally:
        for file in files:
            if file in spoilt:
                with suppress(OSError):  # then it is found here again, and what was said is not said twice
                    file.put_by()
            else:
                file.close(remove=whole)
    return whole


def _tell_unread(desk: Desk, file: File, tally: Tally) -> bool:
    """Put on record once that lines of a file cannot be read; True where there are any."""
    lines, name = file.unread(), file.path.name + UNREAD
    if not lines:
        return False
    why = ngettext(
        "{n} line cannot be read. Look into {file} in {folder} on {host}, or ask who worked there then",
        "{n} lines cannot be read. Look into {file} in {folder} on {host}, or ask who worked there then",
        lines,
    )
    folder, host = str(file.path.parent), platform.node()
    event = eyes.unplaced(
        label=_("Kept acts"),
        incident=SITE,
        given={"file": name, "folder": folder, "host": host, "lines": lines},
        by=desk.actor.operator,
        why=why.format(n=lines, file=name, folder=folder, host=host),
        happened=desk.now(),
    )
    act = good_id(f"unread {name}")
    with desk.database.together():
        told = _write_out(desk, event, act=act, label=_("Kept acts"))
    if not told.repeated:
        tally.done.add(act)
        tally.eyes += 1
    return True


def bring(desk: Desk, entry: Entry, numbers: dict[int, int]) -> tuple[Outcome, bool]:
    """Carry one kept act out as whoever did it, at the time it was done; True where it needs eyes instead."""
    theirs = _theirs(desk, entry)
    try:
        act = KEEPABLE.get(entry.kind)
        if act is None:
            raise NotFound(_("This program knows no act '{kind}'.").format(kind=entry.kind))
        _refuse_another(desk, entry)
        given = act.thawed(with_numbers(entry.given, numbers), entry.aside)
        outcome = act.carry_out(theirs, **given, act=entry.act)
        return outcome, outcome.repeated and _needs_eyes(desk, entry.act)
    except (Away, Damaged):
        raise
    except HisError as refusal:  # a fault of the whole record is met again where this is set out
        return _set_out(theirs, entry, numbers, str(refusal))
    except Exception as error:  # noqa: BLE001 - a bug must neither drop an act nor hold up those behind it
        why = _("a fault of this program ({what})").format(what=type(error).__name__)
        return _set_out(theirs, entry, numbers, why)


def _refuse_another(desk: Desk, entry: Entry) -> None:
    """Refuse what was meant for another incident, of a record that is no longer this one. Raises Refused."""
    if not entry.opened or not SITE < entry.incident <= PROVISIONAL:
        return
    with desk.database.read() as connection:
        opened = desk.memory.first(connection, entry.incident)
    if opened.act != entry.opened:
        sentence = _(
            "{number} is another incident now than when this was done: the record was restored, or has"
            " lost its last acts. Find the right one, and do it there."
        )
        raise Refused(sentence.format(number=subject(entry.incident)))


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


def _set_out(desk: Desk, entry: Entry, numbers: dict[int, int], why: str) -> tuple[Outcome, bool]:
    """Put on record that it was wanted, under its own id, so that this is said once.

    False where it is on record itself, under that id: only its mark was lost.
    """
    about = numbers.get(entry.incident, 0) if entry.incident > PROVISIONAL else entry.incident
    event = eyes.unplaced(
        label=entry.label,
        incident=about,
        given=entry.given,
        by=entry.operator,
        why=why,
        happened=entry.at,
    )
    left = printable(entry.aside.get("callback", ""), limit=32)
    outcome = _write_out(desk, event, act=good_id(entry.act), label=entry.label, left=left)
    return outcome, not outcome.repeated or _needs_eyes(desk, outcome.act)


def _write_out(desk: Desk, event: NewEvent, *, act: str, label: str, left: str = "") -> Outcome:
    """Record once what needs eyes, and beside it the number a caller left, within `together`.

    It asks for no role: whoever wanted it may have none by now.
    """
    with desk.database.write() as connection:
        done = events.of_act(connection, act)
        if not done:
            moment = max(event.at, desk.written()) if desk.written else desk.now()
            desk.write_down([event], desk.actor, act=act, now=moment)
            (written,) = events.of_act(connection, act)
            projections.keep_callback(connection, -written.seq, left)
    return Outcome(act, done[-1].incident if done else SITE, 0, label, repeated=bool(done))


def _needs_eyes(desk: Desk, act: str) -> bool:
    with desk.database.read() as connection:
        return any(event.kind is Kind.NEEDS_EYES for event in events.of_act(connection, act))


def settle(desk: Desk, entry: int, *, text: str, act: str | None = None) -> Outcome:
    """Somebody has seen to an act that was not recorded: nobody needs its caller's number. Raises Refused."""
    now = desk.now()

    def decide(seen: Transaction) -> Sequence[NewEvent]:
        settled = eyes.settle(events.of_incident(seen.connection, SITE), entry, text=text, now=now)
        seen.keep_callback(-entry, "")
        return [settled]

    return desk.record(
        decide,
        doing="settle",
        act=act,
        now=now,
        sentence=_("Settled"),
    )


def unsettled(desk: Desk) -> tuple[Event, ...]:
    """The acts that need somebody's eyes, oldest first. Raises StoreFault."""
    with desk.database.read() as connection:
        return eyes.open_ones(events.of_incident(connection, SITE))


def told_unsettled(desk: Desk) -> list[tuple[Event, str]]:
    """Each in a sentence, with the number its caller left, masked for who only reads. Raises StoreFault."""
    found = unsettled(desk)
    with desk.database.read() as connection:
        left = projections.callbacks(connection, [-event.seq for event in found])
    told = []
    for event in found:
        sentence, phone = tell(event, clock=desk.clock), left.get(-event.seq, "")
        if phone:
            shown = masked(phone) if desk.site.covered else phone
            sentence += " " + _("Call back: {number}").format(number=shown)
        told.append((event, sentence))
    return told
