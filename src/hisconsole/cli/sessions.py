"""The consoles that live on this host: who sits where, and a polite end for one."""

from __future__ import annotations

from argparse import Namespace
from datetime import datetime

from hisconsole.cli.edge import Answer
from hisconsole.desk.actor import here, utc_now
from hisconsole.errors import NotFound, Refused
from hisconsole.paths import data_dir
from hisconsole.plan.times import span
from hisconsole.sessions import Live, end, living
from hisconsole.text import _


def sessions(asked: Namespace) -> Answer:
    """List them, or ask one to end."""
    data = data_dir(asked.data)
    found = living(data)
    now = utc_now()
    if not asked.end:
        lines = [_line(live, now) for live in found] or [_("No console lives on this host.")]
        return Answer([_shape(live, now) for live in found], lines)
    live = _named(asked.end, found)
    who = here(asked.operator)
    by = f"{who.operator or who.os_user} ({who.os_user}, {who.source})"  # a name alone is only a word here
    sentence = _("This console was ended by {who}. A form that was open is kept: log in again.")
    if not end(data, live.pid, sentence=sentence.format(who=by)):
        sentence = _("Console {pid} was told to end and did not. The last resort is: kill -9 {pid}")
        raise Refused(sentence.format(pid=live.pid))
    told = _("Console {pid} of {operator} has ended.").format(pid=live.pid, operator=_who(live))
    return Answer({"ended": _shape(live, now)}, [told])


def _named(word: str, found: list[Live]) -> Live:
    """The console of a process, or the only one of an operator."""
    named = [live for live in found if word in (str(live.pid), live.operator)]
    if not named:
        sentence = _("No console here is of '{word}': see 'hisconsole sessions'.")
        raise NotFound(sentence.format(word=word))
    if len(named) > 1:
        pids = ", ".join(str(live.pid) for live in named)
        raise Refused(_("{word} has several consoles here: name one of {pids}.").format(word=word, pids=pids))
    return named[0]


def _line(live: Live, now: datetime) -> str:
    told = _("here for {since}, {idle} min without a key")
    return (
        f"{live.pid:>8}  {_who(live):<16} {live.source or _('this host'):<15} {live.tty or '-':<12} "
        + told.format(since=span(now - live.since), idle=int(live.idle(now) // 60))
    )


def _who(live: Live) -> str:
    return live.operator or _("nobody yet")


def _shape(live: Live, now: datetime) -> dict[str, object]:
    return {
        "pid": live.pid,
        "operator": live.operator,
        "source": live.source,
        "tty": live.tty,
        "since": live.since.isoformat(timespec="seconds"),
        "idle_s": int(live.idle(now)),
    }
