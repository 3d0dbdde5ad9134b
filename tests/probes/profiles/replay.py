"""Recordings of real devices, served as an SNMP engine in memory.

The recordings are GPL test data that lie beside the project and are read where they lie.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path

from hisconsole.probes.snmp import Answers, Device, DeviceMemory, Found, Table, Value

RECORDINGS = Path(__file__).resolve().parents[3].parent / "shared" / "snmprec"

Oid = tuple[int, ...]


def names() -> list[str]:
    """The recordings there are; empty where the folder is absent."""
    return sorted(path.stem for path in (RECORDINGS / "open").glob("*.snmprec"))


def value(tag: str, text: str) -> Value | None:
    """One value with the type that an engine gives it; None where the line is malformed."""
    try:
        if tag.endswith("x"):
            return bytes.fromhex(text)
        match int(tag):
            case 2 | 65 | 66 | 67 | 70:
                return int(text)
            case 6:
                return text.lstrip(".")
            case 64:
                return text
            case 4 | 68:
                return text.encode()
    except ValueError:
        pass
    return None


def oid(text: str) -> Oid | None:
    try:
        return tuple(map(int, text.strip().lstrip(".").split(".")))
    except ValueError:
        return None


class Replay:
    """An SNMP engine that answers from a recording; its counters stand still unless `moved` says more."""

    name = "replay"

    def __init__(self, path: Path) -> None:
        self.memories: dict[str, DeviceMemory] = {}
        self.values: dict[str, Value] = {}
        self.skipped = 0
        self.questions = 0
        for line in path.read_text("utf-8", "surrogateescape").split("\n"):
            parts = line.split("|", 2)
            at = oid(parts[0]) if len(parts) == 3 else None
            held = (
                value(parts[1], parts[2].encode("utf-8", "surrogateescape").decode("latin-1")) if at else None
            )
            if at is None or held is None:
                self.skipped += bool(line.strip())
                continue
            if not parts[1].endswith("x") and isinstance(held, bytes):
                held = parts[2].encode("utf-8", "surrogateescape")
            self.values[".".join(map(str, at))] = held
        self._sort()

    def _sort(self) -> None:
        self._order = sorted((each for each in map(oid, self.values) if each), key=lambda each: each)

    async def get(self, device: Device, oids: Sequence[str]) -> Found:
        self.questions += 1
        return Answers({each: self.values[each] for each in oids if each in self.values})

    async def table(self, device: Device, columns: Sequence[str]) -> Table:
        self.questions += 1
        rows: Table = Answers()
        for column in columns:
            for at, held in (await self.walk(device, column)).items():
                rows.setdefault(at[len(column) + 1 :], {})[column] = held
        return rows

    async def walk(self, device: Device, root: str) -> Found:
        first = oid(root)
        assert first is not None
        found: Found = Answers()
        for at in self._order[bisect_left(self._order, first) :]:
            if at[: len(first)] != first:
                break
            if len(at) > len(first):
                name = ".".join(map(str, at))
                found[name] = self.values[name]
        return found

    def close(self) -> None:
        pass
