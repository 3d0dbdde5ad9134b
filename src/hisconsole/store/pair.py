"""Of several servers the one that has the record: it takes writes, and no standby was promoted after it.

A standby takes no writes. A server that comes back after its standby was promoted takes them as before, and
what is written to it is lost: it is known by its timeline, which a promotion counts up (PostgreSQL manual,
"Timelines"). Only servers that answer are asked, so that a dead one costs nobody its deadline.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

import psycopg

from hisconsole.errors import HisError
from hisconsole.paths import host_name
from hisconsole.store.knock import Host, Knock
from hisconsole.store.postgres import CONNECT_S, Bounded, first_line
from hisconsole.store.seen import Timeline
from hisconsole.text import _, printable
from hisconsole.values import dataclass

ROUND_S = 10.0
"""How often the other servers are asked."""

_LOOK_S = 0.002
_STATE = (
    "SELECT current_setting('transaction_read_only') = 'on', pg_postmaster_start_time(),"
    " system_identifier::text, CASE WHEN NOT pg_is_in_recovery()"
    " THEN ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer ELSE 0 END"
    " FROM pg_control_system()"
)


class Nowhere(psycopg.OperationalError):
    """No server that could be reached has the record."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A connection to the server that has the record."""

    host: Host
    connection: Bounded
    timeline: Timeline
    rivals: tuple[Host, ...] = ()
    """Servers that take writes too, and must not: a standby was promoted in their place."""


@dataclass(frozen=True, slots=True)
class _Writer:
    host: Host
    connection: Bounded
    timeline: Timeline
    started: datetime


def who_answers(hosts: Sequence[Host]) -> tuple[Host, ...]:
    """Who of several answers, after a moment for each; a single one is not asked before."""
    if len(hosts) == 1:
        return tuple(hosts)
    end = time.monotonic() + CONNECT_S
    with closing(Knock(hosts, wait_s=0.0)) as knock:
        while not (found := knock.answered()) and not knock.refused and time.monotonic() < end:
            time.sleep(_LOOK_S)
    return found


def meet(
    hosts: Sequence[Host],
    answering: Sequence[Host],
    connect: Callable[[Host], Bounded],
    *,
    since: Timeline | None,
    kept: Path,
) -> Meeting:
    """Connect to the one that has the record, of no timeline before `since`, which is `kept` in that file.

    Raises psycopg.Error, of which Nowhere says of each host why it is not the one.
    """
    writers: list[_Writer] = []
    why = {host: _not_the_one(_("{host} does not answer"), host) for host in hosts}
    faults: list[psycopg.Error] = []
    try:
        for host in answering:
            try:
                _ask(host, connect, writers, why)
            except psycopg.Error as fault:
                faults.append(fault)
                why[host] = f"{host_name(*host)}: {first_line(fault)}"
        if len(faults) == len(hosts):
            raise faults[-1]
        return _chosen(writers, why, since, kept)
    except BaseException:
        for each in writers:
            each.connection.close()
        raise


def _ask(
    host: Host, connect: Callable[[Host], Bounded], writers: list[_Writer], why: dict[Host, str]
) -> None:
    connection = connect(host)
    try:
        reads, started, cluster, number = connection.execute(_STATE).fetchall()[0]
    except BaseException:
        connection.close()
        raise
    if reads:
        connection.close()
        sentence = _("{host} is a standby, which takes no writes until it is promoted (pg_ctl promote)")
        why[host] = _not_the_one(sentence, host)
    else:
        writers.append(_Writer(host, connection, Timeline(cluster, number), started))


def _chosen(writers: Sequence[_Writer], why: dict[Host, str], since: Timeline | None, kept: Path) -> Meeting:
    newest = max((each.timeline.number for each in writers), default=0)
    found = [each for each in writers if each.timeline.number == newest and not each.timeline.before(since)]
    related = len({each.timeline.cluster for each in writers}) == 1
    alone = related and len({each.started for each in found}) == 1  # even with two addresses of one server
    if not alone:
        replaced = _(
            "{host} was replaced by its standby and has come back: stop it (to go on with it all the same,"
            " remove {file} and start again)"
        )
        rival = _("{host} takes writes and is not alone: stop the one that is not the record")
        for each in writers:
            sentence = replaced if related and each not in found else rival
            why[each.host] = _not_the_one(sentence, each.host, file=printable(str(kept)))
        raise Nowhere("; ".join(why.values()))
    for each in writers:
        if each is not found[0]:
            each.connection.close()
    rivals = tuple(each.host for each in writers if each not in found)
    return Meeting(found[0].host, found[0].connection, found[0].timeline, rivals)


class Rounds:
    """Asks the other servers now and then whether one of them was promoted while ours lives on.

    It waits for no answer but of a server that has just given one.
    """

    def __init__(self, hosts: Sequence[Host], connect: Callable[[Host], Bounded]) -> None:
        self._hosts, self._connect = hosts, connect
        self._met: Meeting | None = None
        self._knock: Knock | None = None
        self._since = 0.0

    def begin(self, met: Meeting) -> None:
        """Go round from now on, for as long as that is our server."""
        self.close()
        self._met, self._since = met, time.monotonic()

    def close(self) -> None:
        """Ask no more, for now."""
        if self._knock is not None:
            self._knock.close()
            self._knock = None

    def found(self) -> bool:
        """Whether another one was promoted."""
        met, now = self._met, time.monotonic()
        if met is None or len(self._hosts) == 1:
            return False
        if self._knock is None:
            if now - self._since < ROUND_S:
                return False
            self._knock = Knock([each for each in self._hosts if each != met.host], wait_s=0.0)
            self._since = now
        answering = self._knock.answered()
        if not answering and not self._knock.refused and now - self._since < CONNECT_S:
            return False
        self.close()
        return any(self._is_promoted(host, met.timeline) for host in answering)

    def _is_promoted(self, host: Host, ours: Timeline) -> bool:
        writers: list[_Writer] = []
        with suppress(psycopg.Error, HisError):  # what is wrong with another is not wrong with ours
            _ask(host, self._connect, writers, {})
        for each in writers:
            each.connection.close()
        return any(ours.before(each.timeline) for each in writers)


def _not_the_one(sentence: str, host: Host, *, file: str = "") -> str:
    return sentence.format(host=host_name(*host), file=file)
