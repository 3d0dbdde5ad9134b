"""The closed table of net checks, and what each of them measures.

Ports are connected to and closed again: nothing is ever sent to an interface engine or a database.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from hisconsole.plan.profiles import NET_CHECKS
from hisconsole.plan.reading import Sample
from hisconsole.plan.status import Status
from hisconsole.probes.net.dns import RCODES, resolve
from hisconsole.probes.net.http import certificate, get
from hisconsole.probes.net.ping import COUNT, ping
from hisconsole.probes.net.reach import Unreached, connect
from hisconsole.probes.parse.output import Ask
from hisconsole.text import _, printable
from hisconsole.values import dataclass

MLLP_EVERY_S = 60.0
"""Some interface engines take a connection that brings no message for a serious failure (domain 4.3)."""

TCP_WAIT_S = 3.0
_PROGRAMS = 16

Found = tuple[Sample, ...] | Unreached
"""What a check measured, or why it was not answered."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a check measured before, where it is not to be repeated so soon."""

    samples: tuple[Sample, ...]


class Net:
    """What the net checks of one watch share: the ping programs at once, and when MLLP was last touched."""

    def __init__(self) -> None:
        self._programs = asyncio.Semaphore(_PROGRAMS)
        self._touched: dict[tuple[str, str], tuple[float, tuple[Sample, ...]]] = {}

    async def ping(self, address: str, given: Mapping[str, str]) -> Found:
        """Echo: loss in percent and the mean time."""
        echoes = await ping(address, programs=self._programs)
        if isinstance(echoes, Unreached):
            return echoes
        if not echoes.received:
            return Unreached("silent", _("no answer to {count} pings").format(count=COUNT))
        loss = round(100 * (COUNT - echoes.received) / COUNT, 1)
        return (
            Sample("ping/loss", _("ping loss"), loss, "%", "icmp", None, ""),
            Sample("ping/time", _("ping time"), echoes.mean_ms, "ms", "icmp", None, ""),
        )

    async def tcp(self, address: str, given: Mapping[str, str]) -> Found:
        """Connect to a port and close again."""
        return await _touch(address, int(given["port"]), "tcp")

    async def mllp(self, address: str, given: Mapping[str, str]) -> Found | Remembered:
        """As `tcp`, connected at most once a minute a port: in between that stands. No message is sent."""
        now = asyncio.get_running_loop().time()
        where = (address, given["port"])
        then, held = self._touched.get(where, (-MLLP_EVERY_S, ()))
        if now - then < MLLP_EVERY_S:
            return Remembered(held)
        found = await _touch(address, int(given["port"]), "mllp")
        if not isinstance(found, Unreached):
            self._touched[where] = (now, found)
        return found

    async def tls(self, address: str, given: Mapping[str, str]) -> Found:
        """Days until the certificate of a TLS port ends; it has ended below 0."""
        found = await certificate(address, int(given["port"]), host=given.get("name", address))
        if isinstance(found, Unreached):
            return found
        days = round((found.ends - datetime.now(UTC)).total_seconds() / 86400, 1)
        label = _("certificate of port {port}").format(port=given["port"])
        hint = Status.CRITICAL if days < 0 else None
        reason = ""
        if hint:
            reason = _("the certificate of {subject} ended {day}").format(
                subject=found.subject, day=found.ends.strftime("%Y-%m-%d")
            )
        return (Sample(f"tls/{given['port']}", label, days, "d", "certificate", hint, reason),)

    async def dns(self, address: str, given: Mapping[str, str]) -> Found:
        """Ask the target, a DNS server, for a name that it must know."""
        wanted = given["name"]
        found = await resolve(address, int(given["port"]), wanted)
        if isinstance(found, Unreached):
            return found
        reason = ""
        if found.code:
            word = RCODES.get(found.code, str(found.code))
            reason = _("{name}: the server answers {word}").format(name=wanted, word=word)
        elif not found.addresses:
            reason = _("{name}: the server knows no address").format(name=wanted)
        value = ", ".join(found.addresses[:4]) or RCODES.get(found.code, "-")
        hint = Status.CRITICAL if reason else Status.OK
        return (
            Sample(f"dns/{wanted}", wanted, value, "", "DNS", hint, reason),
            Sample(f"dns_time/{wanted}", _("DNS time"), found.ms, "ms", "DNS", None, ""),
        )

    async def http(self, address: str, given: Mapping[str, str]) -> Found:
        """GET a page: its status and the time it took."""
        where = f"{given['port']}{given['path']}"
        page = await get(
            address,
            int(given["port"]),
            scheme=given["scheme"],
            path=given["path"],
            host=given.get("host", address),
        )
        if isinstance(page, Unreached):
            return page
        good = 200 <= page.status < 400
        reason = "" if good else _("the page answers {status}").format(status=page.status)
        hint = Status.OK if good else Status.CRITICAL
        return (
            Sample(
                f"http/{where}",
                _("page {where}").format(where=where),
                str(page.status),
                "",
                "GET",
                hint,
                reason,
            ),
            Sample(f"http_time/{where}", _("page time"), page.seconds, "s", "GET", None, ""),
        )


async def _touch(address: str, port: int, kind: str) -> Found:
    loop = asyncio.get_running_loop()
    started = loop.time()
    opened = await connect(address, port, wait_s=TCP_WAIT_S)
    if isinstance(opened, Unreached):
        return opened
    opened.close()
    took = round(1000 * (loop.time() - started), 3)
    label = _("port {port}").format(port=port)
    return (
        Sample(f"{kind}/{port}", label, "open", "", "connect", Status.OK, ""),
        Sample(f"{kind}_time/{port}", _("connect time"), took, "ms", "connect", None, ""),
    )


Run = Callable[[Net, str, Mapping[str, str]], Awaitable[Found | Remembered]]

CHECKS: Mapping[str, tuple[Run, Mapping[str, str]]] = MappingProxyType(
    {
        "ping": (Net.ping, {}),
        "tcp": (Net.tcp, {}),
        "mllp": (Net.mllp, {"port": "2575"}),
        "tls": (Net.tls, {"port": "443"}),
        "dns": (Net.dns, {"port": "53"}),
        "http": (Net.http, {"scheme": "http", "path": "/"}),
    }
)
"""The closed table of net checks: how each is run, and what stands where nothing is set."""

_WEB_PORTS = {"http": "80", "https": "443"}


def given(ask: Ask) -> dict[str, str]:
    """The settings of a check, defaults in place."""
    _run, defaults = CHECKS[ask.name]
    words = {**defaults, **{setting: found[0] for setting, found in ask.arguments.items()}}
    if ask.name == "http":
        words.setdefault("port", _WEB_PORTS[words["scheme"]])
    return words


def refusal(ask: Ask) -> str:
    """Why this check must not be run, in words; empty when it may be."""
    if ask.name not in CHECKS:
        return _("{name} is not a net check.").format(name=repr(printable(ask.name, limit=60)))
    settings = NET_CHECKS[ask.name]
    known = {**settings.needed, **settings.free}
    for setting, words in ask.arguments.items():
        fits = setting in known and len(words) == 1 and re.fullmatch(known[setting], words[0])
        if not fits:
            return _("{check}: {words} is not allowed as {setting}.").format(
                check=ask.name,
                words=repr(printable(" ".join(map(str, words)), limit=60)),
                setting=printable(str(setting), limit=40),
            )
    missing = [setting for setting in settings.needed if setting not in ask.arguments]
    return _("{check} needs {setting}.").format(check=ask.name, setting=missing[0]) if missing else ""
