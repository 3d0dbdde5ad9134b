"""One round of a target's net checks."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Sequence
from datetime import UTC, datetime

from hisconsole.plan.reading import Round, Sample
from hisconsole.plan.status import Status
from hisconsole.probes.net.checks import CHECKS, Found, Net, Remembered, given, refusal
from hisconsole.probes.net.reach import Unreached
from hisconsole.probes.parse.output import Ask
from hisconsole.text import _, ngettext, printable


async def poll_net(
    net: Net, *, target: str, address: str, asks: Sequence[Ask], timeout_s: float = 15.0
) -> Round:
    """Run a target's net checks side by side; the round has failed when not one of them was answered."""
    started = datetime.now(UTC)
    found = await asyncio.gather(*(_one(net, address, ask, timeout_s) for ask in asks))
    samples: list[Sample] = []
    lost: list[Unreached] = []
    for ask, each in zip(asks, found, strict=True):
        result = each.samples if isinstance(each, Remembered) else each
        if isinstance(result, Unreached):
            lost.append(result)
            samples.append(_lost(ask, result))
        else:
            samples += result
    failed = lost[0] if lost and len(lost) == len(asks) else Unreached("", "")
    return Round(
        target,
        "net",
        started,
        datetime.now(UTC),
        tuple(samples),
        failed.sentence,
        failed.fault,
        remembered=all(isinstance(each, Remembered) for each in found),
    )


async def _one(net: Net, address: str, ask: Ask, timeout_s: float) -> Found | Remembered:
    sentence = refusal(ask)
    if sentence:
        return Unreached("local", sentence)
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return Unreached(
            "local", _("{address} is no IP address").format(address=repr(printable(address, limit=60)))
        )
    run, _defaults = CHECKS[ask.name]
    try:
        async with asyncio.timeout(timeout_s):
            return await run(net, address, given(ask))
    except TimeoutError:
        seconds = ngettext("no end within {count} second", "no end within {count} seconds", int(timeout_s))
        return Unreached("timeout", seconds.format(count=int(timeout_s)))


def _lost(ask: Ask, why: Unreached) -> Sample:
    """A check that was not answered: critical where the peer is at fault, unknown where we are."""
    words = {} if refusal(ask) else given(ask)
    which = words.get("name", "") if ask.name == "dns" else words.get("port", "") + words.get("path", "")
    which = "loss" if ask.name == "ping" else which
    key = printable(f"{ask.name}/{which}" if which else ask.name, limit=200)
    hint = Status.UNKNOWN if why.fault == "local" else Status.CRITICAL
    if ask.name == "ping" and why.fault == "silent":
        return Sample(key, _("ping loss"), 100.0, "%", "icmp", hint, why.sentence)
    return Sample(key, key.replace("/", " "), None, "", ask.name, hint, why.sentence)
