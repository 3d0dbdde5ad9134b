"""Our own path first: before silence counts against a target, somebody else must have answered us.

An answer from any target within the last seconds is proof enough and costs nothing. Without one our
links, our gateways (this machine's and those that the site's files name) and the targets that hang on
nothing are asked, all at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice
from pathlib import Path

from hisconsole.plan.reach import OwnCheck, OwnPath, Role, isolated

PROOF_S = 3.0
"""How old an answer may be that clears our own path."""
AGAIN_S = 2.0
"""Between two verdicts while our path is in doubt."""
WAIT_S = 5.0
"""How long the targets asked may take; the gateways end by themselves within 3 s."""
VANTAGES = 4

SystemChecks = Callable[[], Awaitable[Sequence[OwnCheck]]]


class Own:
    """Whether we ourselves are cut off; of a whole watch.

    `vantages` are the targets to ask, the nearest first, and `ask` has one polled at once: its round is
    then told by `answered` or `silent`.
    """

    def __init__(
        self,
        *,
        system: SystemChecks,
        vantages: Callable[[], Mapping[str, Role]],
        ask: Callable[[str], None],
        now: Callable[[], datetime],
    ) -> None:
        self.path = OwnPath()
        self._system, self._vantages, self._ask, self._now = system, vantages, ask, now
        self._answered_at = -PROOF_S
        self._looked_at = -AGAIN_S
        self._said: dict[str, tuple[float, bool]] = {}
        self._heard = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    def answered(self, target: str) -> None:
        """A target has answered a round."""
        self._answered_at = asyncio.get_running_loop().time()
        self._say(target, answered=True)
        self.path = OwnPath()

    def silent(self, target: str) -> None:
        """A target has not answered a round."""
        self._say(target, answered=False)

    def _say(self, target: str, *, answered: bool) -> None:
        self._said[target] = (asyncio.get_running_loop().time(), answered)
        self._heard.set()

    async def look(self) -> OwnPath:
        """The verdict of now; those who ask at the same time share one look."""
        now = asyncio.get_running_loop().time()
        if now - self._answered_at < PROOF_S:
            return self.path
        if self._looking is None and (not self.path.strikes or now - self._looked_at >= AGAIN_S):
            self._looking = asyncio.create_task(self._look())
        if self._looking is not None:
            await asyncio.shield(self._looking)
        return self.path

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            asked = dict(islice(self._vantages().items(), VANTAGES))
            for target in asked:
                self._ask(target)
            system = await self._system()
            gateways = [check.answered for check in system if check.role is Role.GATEWAY]
            gateways += [False for role in asked.values() if role is Role.GATEWAY]
            if not any(gateways) and (False in gateways or len(asked) > 1):
                await self._wait_for(asked, since=began - PROOF_S)
            if self._answered_at >= began:
                return
            silent = [OwnCheck(role, target, answered=False) for target, role in asked.items()]
            self.path = isolated([*system, *silent], before=self.path, now=self._now())
        finally:
            self._looking = None
            self._looked_at = loop.time()

    async def _wait_for(self, asked: Collection[str], *, since: float) -> None:
        """Until one has answered, all are silent, or it takes too long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(WAIT_S):
                while any(self._said.get(target, (0.0, False))[0] < since for target in asked):
                    if self._answered_at >= since:
                        return
                    self._heard.clear()
                    await self._heard.wait()


class System:
    """The links and gateways of this machine; a gateway counts once it has answered a ping."""

    def __init__(self, *, ping: Callable[[str], Awaitable[bool | None]], folder: Path = Path("/")) -> None:
        """`ping` says whether an address answers, None where it could not be tried."""
        self._ping = ping
        self._folder = folder
        self._routes: dict[str, str] = {}
        self._known: set[str] = set()

    async def look(self) -> list[OwnCheck]:
        """All checks; nothing where there never was a gateway."""
        # A cable that is pulled takes its routes along: what was there before is still to be checked.
        self._routes.update(gateways(self._folder))
        links = [
            OwnCheck(Role.LINK, link, _carrier(self._folder, link))
            for link in sorted(set(self._routes.values()))
        ]
        answers = await asyncio.gather(*map(self._ping, self._routes))
        found = dict(zip(self._routes, answers, strict=True))
        self._known |= {gateway for gateway, answered in found.items() if answered}
        return links + [
            OwnCheck(Role.GATEWAY, gateway, answered if gateway in self._known else None)
            for gateway, answered in found.items()
        ]


def gateways(folder: Path) -> dict[str, str]:
    """The IPv4 gateways of this machine and the link that each lies on, from /proc/net/route."""
    try:
        text = (folder / "proc/net/route").read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return {}
    found: dict[str, str] = {}
    for line in text.splitlines()[1:]:
        fields = line.split()
        if len(fields) > 3 and int(fields[3], 16) & 2:
            octets = reversed(bytes.fromhex(fields[2]))
            found[".".join(map(str, octets))] = fields[0]
    return found


def _carrier(folder: Path, link: str) -> bool | None:
    """Whether a link has a carrier; one that is switched off has none."""
    try:
        return (folder / "sys/class/net" / link / "carrier").read_text(encoding="ascii").strip() == "1"
    except FileNotFoundError:
        return None
    except OSError:
        return False
