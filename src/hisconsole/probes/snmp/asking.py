"""How a device is asked, whatever the engine: sizes that adapt, walks that end, answers that are bounded."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Protocol, TypeVar

from hisconsole.probes.snmp import faults
from hisconsole.probes.snmp.device import SMALL_GET, DeviceMemory, Found, Raw, Table, Value
from hisconsole.text import _

C = TypeVar("C")

_VALUE = (int, str, bytes)

ROWS = 4096
"""Rows of one column that are read."""

WALKED = 16384
"""Objects of one walk that are read."""

OCTETS = 4 << 20
"""Text that one table or walk may bring."""

SECONDS = 30.0
"""Time that one table or walk may take, however slowly its rows drip."""


class Session(Protocol[C]):
    """What an engine offers for one device; `tries` counts the first one. `C` is its place in a walk."""

    memory: DeviceMemory
    answered: bool

    @property
    def idle(self) -> bool:
        """Whether no question is under way."""

    def close(self) -> None:
        """Give back what is held open."""

    async def get(self, oids: Sequence[str], tries: int) -> dict[str, Raw]:
        """One GET; raises SnmpFault or TooMuchError."""

    def start(self, root: str, repetitions: int) -> C:
        """Stand before the first object below `root`."""

    async def rows(self, place: C, tries: int) -> list[tuple[str, Raw] | None]:
        """The next objects by one GETBULK; None or nothing at the end; raises like `get`."""


async def get(session: Session[C], oids: Sequence[str], tries: int) -> Found:
    """Every object of `oids` that the device has, in as few requests as it bears."""
    memory, found, errors = session.memory, Found(), 0
    parts = deque(_split(oids, memory.get_size))
    while parts:
        part = parts.popleft()
        try:
            answer, rest = await _get_part(session, part, tries)
        except faults.TooMuchError as fault:
            if len(part) == 1:
                errors += 1
                continue
            size = SMALL_GET if len(part) > SMALL_GET else len(part) // 2
            if fault.sure or size == SMALL_GET:
                memory.bears_get(size, sure=fault.sure)
            rest = _split(part, size)
        else:
            for oid in part:
                value = answer.get(oid)
                if isinstance(value, _VALUE):
                    found[oid] = value
        parts.extendleft(reversed(rest))
    if errors and not found:
        raise faults.malformed(
            _("it shows nothing: every answer is empty, an error, or too large to be read")
        )
    return found


async def _get_part(
    session: Session[C], part: Sequence[str], tries: int
) -> tuple[dict[str, Raw], list[Sequence[str]]]:
    """One GET; where silence meets a big one the retry is a small one, and the rest is left to do."""
    if len(part) <= SMALL_GET:
        return await session.get(part, tries), []
    try:
        answer = await session.get(part, 1)
    except faults.SnmpFault as fault:
        if fault.kind != "silent":
            raise
        small, *rest = _split(part, SMALL_GET)
        answer = await session.get(small, max(1, tries - 1))
        session.memory.bears_get(SMALL_GET, sure=False)
        return answer, rest
    session.memory.get_doubts = 0
    return answer, []


def _split(oids: Sequence[str], size: int) -> list[Sequence[str]]:
    return [oids[at : at + size] for at in range(0, len(oids), size)]


class _Budget:
    """What one table or walk may still cost."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.octets = OCTETS
        self.until = asyncio.get_running_loop().time() + SECONDS

    def cut(self, rows: int) -> str:
        """Why to stop here, "" to go on."""
        if rows >= self.most:
            return _("cut: more than {most} rows, the rest was not read").format(most=self.most)
        if self.octets < 0:
            return _("cut: more than {megabytes} MB, the rest was not read").format(megabytes=OCTETS >> 20)
        if asyncio.get_running_loop().time() > self.until:
            return _("cut: not read to its end within {seconds} s").format(seconds=int(SECONDS))
        return ""


class _Column:
    """The objects below one root, each after the one before."""

    def __init__(self, root: str, budget: _Budget) -> None:
        self.rows: dict[str, Value] = {}
        self.cut = ""
        self._prefix = root + "."
        self._skip = len(self._prefix)
        self._last: tuple[int, ...] = ()
        self._budget = budget

    def take(self, batch: Sequence[tuple[str, Raw] | None]) -> bool:
        """Add what one GETBULK brought; False at the end of the column, or where it is cut."""
        for item in batch:
            if item is None or not item[0].startswith(self._prefix):
                return False
            index, value = item[0][self._skip :], item[1]
            arcs = tuple(map(int, index.split(".")))
            if arcs <= self._last:
                raise faults.going_in_circles()
            self._last = arcs
            if not isinstance(value, _VALUE):
                continue
            self.rows[index] = value
            if not isinstance(value, int):
                self._budget.octets -= len(value)
            if len(self.rows) >= self._budget.most:
                break
        self.cut = self._budget.cut(len(self.rows))
        return bool(batch) and not self.cut


async def _column(session: Session[C], root: str, budget: _Budget, tries: int, expected: int) -> _Column:
    """Read one column; `expected` rows save asking for the neighbour's, 0 knows of none."""
    memory = session.memory
    repetitions = min(memory.repetitions, expected + 1) if expected else memory.repetitions
    column, place, doubted = _Column(root, budget), session.start(root, repetitions), False
    while True:
        # A device that has answered and is silent now may choke on the size; one that never did is down.
        ladder = session.answered and not column.rows and repetitions > 1
        try:
            batch = await session.rows(place, 1 if ladder else tries)
        except faults.TooMuchError as fault:
            if repetitions == 1:
                raise faults.malformed(_("its answers are errors, or too large to be read")) from None
            repetitions //= 2
            memory.bears_rows(repetitions, sure=fault.sure)
            column, place = _Column(root, budget), session.start(root, repetitions)
            continue
        except faults.SnmpFault as fault:
            if fault.kind != "silent" or not ladder:
                raise
            repetitions, doubted = max(1, repetitions // 4), True
            place = session.start(root, repetitions)
            continue
        if doubted:
            memory.bears_rows(repetitions, sure=False)
        elif repetitions >= memory.repetitions:
            memory.bulk_doubts = 0
        doubted = False
        if not column.take(batch):
            return column


async def table(session: Session[C], columns: Sequence[str], tries: int) -> Table:
    """Rows of a conceptual table by index, column after column."""
    found, budget, expected = Table(), _Budget(ROWS), 0
    for root in columns:
        column = await _column(session, root, budget, tries, expected)
        expected = expected or len(column.rows)
        for index, value in column.rows.items():
            row = found.get(index)
            if row is None:
                found[index] = row = {}
            row[root] = value
        found.cut = found.cut or column.cut
        if column.cut and len(column.rows) < ROWS:
            break  # Time or memory is used up, for the other columns too.
    return found


async def walk(session: Session[C], root: str, tries: int) -> Found:
    """Every object below `root`."""
    column = await _column(session, root, _Budget(WALKED), tries, 0)
    found = Found((f"{root}.{index}", value) for index, value in column.rows.items())
    found.cut = column.cut
    return found
