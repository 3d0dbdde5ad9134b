"""The alarm slot of line 1: what is wrong with the console itself, and not with the hospital."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hisconsole.console.lookout import kept_here
from hisconsole.console.wire import slow_link
from hisconsole.plan.times import span
from hisconsole.text import _

if TYPE_CHECKING:
    from datetime import datetime

    from hisconsole.console.app import HisConsole

STALE_S = 3.0


def alarms(console: HisConsole) -> list[str]:
    """What is wrong with the console itself, worst first."""
    copied = console.start.copied
    if copied is not None:  # of a copy nothing else is to be said
        return [_("READ ONLY {age}").format(age=span(console.now() - copied))]
    quiet, record = console.desk_thread.silence(), ""
    if console.trouble is not None:
        record = _stale(console.trouble.since, console.now())
    elif quiet > STALE_S:
        record = _stale(console.now() - timedelta(seconds=quiet), console.now())
    record = kept_here(console.desk_thread.keeping, console.now()) or record
    worst = console.lookout.alarm(record)
    found = [worst] if worst else []
    if record and worst != record:  # the network that is gone may be why the record is: both count
        found.insert(0, record)  # in front, for 80 columns may cut the end, and it has the figures
    if not found and (slow := slow_link(console)):
        found.append(slow)
    if console.desk_thread.read_only_because:
        found.append(_("READ ONLY"))
    if console.config_fault:
        found.append(_("OLD CONFIG"))
    changes = console.place.held_changes() if console.place is not None else None
    if changes is not None:
        found.append(_("HELD +{n}").format(n=changes))
    if console.muted:
        found.append(_("MUTED"))
    return found


def _stale(since: datetime, now: datetime) -> str:
    """How old the picture of the queue is, in the words in which readings are old."""
    from hisconsole.console.status_show import age_text

    return _("STALE {age}").format(age=age_text(since, now=now))
