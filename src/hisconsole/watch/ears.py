"""The ears of a watch: where it listens for traps by the files, what they lead to, what is told of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from hisconsole.config.documents import Signature
from hisconsole.config.listening import Listening, listening_signature, load_listening
from hisconsole.errors import ConfigFault
from hisconsole.plan.reading import Sample
from hisconsole.plan.status import Status
from hisconsole.plan.targets import Infrastructure
from hisconsole.probes.snmp.traps import Trap
from hisconsole.text import _, printable
from hisconsole.watch.suspicions import Suspicions
from hisconsole.watch.trap_gate import trap_samples
from hisconsole.watch.traps import Intake


class Ears:
    """Hears traps for a watch; `note` keeps what one says of a target, and `look` has it polled soon."""

    def __init__(
        self, *, config: Path, data: Path, note: Callable[[str, Trap], None], look: Callable[[str], None]
    ) -> None:
        self._config, self._note = config, note
        self._suspicions = Suspicions(look=look)
        self._intake = Intake(data=data, suspect=self._suspected)
        self._signature: Signature | None = None
        self._where: Listening | None = None
        self._fault = ""
        self._arranged = False
        self._told = replace(self._intake.counts)

    def arrange(self, infrastructure: Infrastructure) -> None:
        """Believe these targets."""
        self._intake.arrange(infrastructure)
        self._suspicions.forget(frozenset(target.id for target in infrastructure.targets))
        self._arranged = True

    async def follow(self) -> None:
        """Listen where the files say now; a fault in them leaves everything as it is, and is told."""
        signature = await asyncio.to_thread(listening_signature, self._config)
        if signature != self._signature:
            self._signature = signature
            try:
                self._where, self._fault = await asyncio.to_thread(load_listening, self._config), ""
            except ConfigFault as fault:
                self._fault = printable(str(fault.findings[0]))
        if self._arranged:
            self._intake.listen(self._where)

    def samples(self, memories: Mapping[str, Mapping[str, int]]) -> Iterator[Sample]:
        """What is to be told of traps, nothing where none are wanted; `memories` are what polls found."""
        intake = self._intake
        intake.learn(memories)
        intake.count_lost()
        trouble = self._fault or intake.trouble
        if not intake.listening and not trouble:
            return
        hint = Status.WARNING if trouble else None
        yield Sample("traps", _("traps"), trouble or _("good"), "", "watch", hint, trouble)
        yield from trap_samples(intake.counts, self._told)
        self._told = replace(intake.counts)

    def close(self) -> None:
        """Hear nothing any more."""
        self._intake.close()
        self._suspicions.close()

    def _suspected(self, target: str, trap: Trap) -> None:
        self._note(target, trap)
        self._suspicions.arise(target, seldom=not trap.of_device)
