"""The rows of a device's tables by name: which are read, and what they are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from sys import intern
from weakref import WeakValueDictionary

from hisconsole.plan.profiles import Join, Only, Reading, Table
from hisconsole.plan.targets import VALUE, is_link, key_part
from hisconsole.probes.convert import NAME_LIMIT, Raw, words
from hisconsole.probes.snmp import Device, Engine
from hisconsole.text import printable
from hisconsole.values import dataclass

Columns = Mapping[str, Mapping[str, Raw]]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Row:
    """One row that is read: its readings with their keys and labels; shared by all devices that have it."""

    readings: tuple[tuple[Reading, str, str], ...]
    link: bool
    """It must be up: the target's links name it."""
    judged: bool
    """Limits for links count here: it is one, or the target names none."""


_rows: WeakValueDictionary[object, Row] = WeakValueDictionary()


def _shared(readings: tuple[tuple[Reading, str, str], ...], *, link: bool, judged: bool) -> Row:
    """The one row that is like this: a thousand switches call their ports alike."""
    # A reading that is in a row lives as long, so that its id is nobody else's.
    place = (tuple((id(reading), key, label) for reading, key, label in readings), link, judged)
    row = _rows.get(place)
    if row is None:
        row = _rows[place] = Row(readings, link, judged)
    return row


def static_columns(table: Table) -> tuple[str, ...]:
    """The columns that say which rows are read and how they are called."""
    only = [table.only, *(reading.only for reading in table.readings)]
    filters = [each.oid for each in only if each is not None]
    return tuple(dict.fromkeys([*table.names, *([table.alias] if table.alias else []), *filters]))


async def read_rows(
    engine: Engine,
    device: Device,
    table: Table,
    *,
    static: Sequence[str],
    answer: Columns,
    links: tuple[str, ...],
) -> dict[str, Row | None]:
    """Read names and filters, and make a row of each index of `answer`; None for those left out."""
    said: Columns = await engine.table(device, static) if static and answer else {}
    kept = [index for index in answer if _passes(table.only, said.get(index, {}))]
    names = {index: _name(table, index, said) for index in kept}
    kept = [index for index in kept if not any(fnmatchcase(names[index], each) for each in table.skip)]
    twins = Counter(names[index] for index in kept)
    rows: dict[str, Row | None] = dict.fromkeys(map(intern, answer))
    for index in kept:
        name = names[index]
        part = key_part(f"{name}.{index}" if twins[name] > 1 else name)
        if table.by_index:
            part = index
        alias = printable(words(said.get(_joined(table, index), {}).get(table.alias)), limit=NAME_LIMIT)
        shown = f"{name} ({alias})" if alias and alias != name else name
        rows[index] = _shared(
            tuple(
                (reading, intern(_key(table, part, reading)), intern(_label(table, shown, reading)))
                for reading in table.readings
                if _passes(reading.only, said.get(index, {}))
            ),
            link=bool(links) and is_link(name, links),
            judged=is_link(name, links),
        )
    return rows


def _passes(only: Only | None, said: Mapping[str, Raw]) -> bool:
    """Whether the filter lets a row in; one that the device leaves blank is in only where any may be."""
    if only is None:
        return True
    raw = said.get(only.oid)
    return not only.keep if raw is None else (words(raw) in only.values) is only.keep


def _joined(table: Table, index: str) -> str:
    head, _dot, tail = index.rpartition(".")
    return {Join.WHOLE: index, Join.HEAD: head, Join.TAIL: tail}[table.join]


def _name(table: Table, index: str, said: Columns) -> str:
    row = said.get(_joined(table, index), {})
    for column in table.names:
        name = words(row.get(column))
        if table.until:
            name = name.partition(table.until)[0].strip()
        if name:
            tail = f" {index.rpartition('.')[2]}" if table.join is Join.HEAD else ""
            return printable(name, limit=NAME_LIMIT) + tail
    return index


def _key(table: Table, part: str, reading: Reading) -> str:
    return f"{table.id}/{part}" if reading.id == VALUE else f"{table.id}/{part}/{reading.id}"


def _label(table: Table, name: str, reading: Reading) -> str:
    return f"{name} {reading.label}" if table.names else f"{reading.label} {name}"
