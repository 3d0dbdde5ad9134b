"""One round of a host over SSH: one script, its answers taken apart and read."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import asyncssh

from hisconsole.plan.reading import Round, Sample
from hisconsole.probes.net.reach import Unreached
from hisconsole.probes.parse import read
from hisconsole.probes.parse.output import Ask, unknown
from hisconsole.probes.ssh.commands import arguments, refusal
from hisconsole.probes.ssh.connections import Connections, Line
from hisconsole.probes.ssh.hosts import Host
from hisconsole.probes.ssh.line import Heard, run
from hisconsole.probes.ssh.script import Answers, compose, split
from hisconsole.text import _, printable

TIMEOUT_S = 20.0


async def poll_ssh(
    connections: Connections, *, host: Host, asks: Sequence[Ask], timeout_s: float = TIMEOUT_S
) -> Round:
    """Ask a host everything in one round; it ends within `timeout_s`, whatever the host does.

    Nothing is sent when a question is not of the closed table, the host is not enrolled, or its key
    has changed. A round that was cut short keeps the answers that had come.
    """
    started = datetime.now(UTC)
    sentence = next(filter(None, map(refusal, asks)), "")
    if sentence:
        found: tuple[Sample, ...] | Unreached = Unreached("local", sentence)
    else:
        found = await _bounded(connections, host, asks, timeout_s)
    finished = datetime.now(UTC)
    if isinstance(found, Unreached):
        return Round(host.target, "ssh", started, finished, (), found.sentence, found.fault)
    return Round(host.target, "ssh", started, finished, found)


async def _bounded(
    connections: Connections, host: Host, asks: Sequence[Ask], timeout_s: float
) -> tuple[Sample, ...] | Unreached:
    line = connections.line(host)
    heard = Heard()
    began: list[float] = []
    broken: Unreached | None = None
    try:
        async with asyncio.timeout(timeout_s), line.session:
            broken = await _ask(connections, host, asks, heard, began)
    except TimeoutError:
        line.at_once = bool(began)
        if began:
            line.drop()
            broken = Unreached("timeout", _("no end within {count:.0f} s").format(count=timeout_s))
        else:
            broken = Unreached("timeout", _("no login within {count:.0f} s").format(count=timeout_s))
    if not began or (broken is not None and not heard.data):
        return broken or Unreached("malformed", _("nothing was answered"))
    return _understood(asks, heard, line, broken, asyncio.get_running_loop().time() - began[-1])


async def _ask(
    connections: Connections, host: Host, asks: Sequence[Ask], heard: Heard, began: list[float]
) -> Unreached | None:
    """Run the round; a kept connection that turns out to be dead is replaced once."""
    line = connections.line(host)
    command = compose(asks, at_once=line.at_once)
    for last in (False, True):
        kept = line.connection is not None
        connection = await connections.open(host)
        if isinstance(connection, Unreached):
            return connection
        began.append(asyncio.get_running_loop().time())
        try:
            await run(connection, command, heard)
        except asyncssh.ChannelOpenError as error:
            said = printable(error.reason, limit=100)
            problem = Unreached("refused", _("the host opens no session: {said}").format(said=said))
        except (asyncssh.Error, OSError) as error:
            said = printable(str(error), limit=100)
            problem = Unreached("refused", _("SSH broke off: {said}").format(said=said))
        else:
            if heard.ended or heard.data or heard.flooded:
                return None
            problem = Unreached("refused", _("SSH broke off before an answer"))
        line.drop()
        if last or not kept:
            return problem
    return None


def _understood(
    asks: Sequence[Ask], heard: Heard, line: Line, broken: Unreached | None, seconds: float
) -> tuple[Sample, ...] | Unreached:
    answers = split(heard.data, asks)
    if heard.flooded:
        line.drop()
    if not answers.framed:
        if broken is not None:
            return broken
        shown = (heard.data or heard.errors)[:400].decode("utf-8", "replace").strip()
        if heard.flooded:
            return Unreached("malformed", _("more than 64 KiB that are no answer of ours"))
        return Unreached(
            "malformed",
            _("the login answers something else: {said}").format(said=printable(shown, limit=160) or "-"),
        )
    line.at_once = not answers.ended
    samples: list[Sample] = []
    for index, ask in enumerate(asks):
        output = answers.outputs.get(index)
        if output is not None:
            samples += read(ask.name, output, arguments(ask))
        else:
            label = ask.name.replace("_", " ")
            samples.append(unknown(ask.name, label, ask.name, _missing(answers, heard, broken)))
    time = Sample("ssh/time", _("time of the round"), round(seconds, 3), "s", "ssh")
    return (*samples, time)


def _missing(answers: Answers, heard: Heard, broken: Unreached | None) -> str:
    if broken is not None:
        return broken.sentence
    if heard.flooded:
        return _("the answers were longer than 64 KiB")
    return _("the host left this answer out") if answers.ended else _("SSH broke off before this answer")
