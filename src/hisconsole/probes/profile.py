"""What to ask a device by its profiles, and how what it answers becomes samples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import NamedTuple

from hisconsole.plan.counters import Counter, rate
from hisconsole.plan.profiles import CONVERSIONS, COUNTERS, Combine, Profile, Reading, Table
from hisconsole.plan.reading import Sample
from hisconsole.plan.status import Status, worse
from hisconsole.plan.targets import table_pattern
from hisconsole.plan.threshold import threshold_text
from hisconsole.probes.convert import NOTHING, Converted, Raw, ceiling, convert, number, per_second
from hisconsole.probes.rows import Row, read_rows, static_columns
from hisconsole.probes.snmp import Device, Engine, SnmpFault
from hisconsole.text import _
from hisconsole.values import dataclass

UPTIME = "1.3.6.1.2.1.1.3.0"
NAMES_FOR_S = 3600.0
"""How long names, types and filters are believed; a restart of the device ends it at once."""


class Measured(NamedTuple):
    """A sample, and every object that went into it; a tuple, because hundreds are made in a round."""

    sample: Sample
    oids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Questions:
    """The profiles of one target as one round of questions; made once, when the files are read."""

    objects: tuple[str, ...]
    readings: tuple[Reading, ...]
    tables: tuple[tuple[Table, tuple[str, ...], tuple[str, ...]], ...]
    """Each with the columns that are read every round, and those that are read when they may have changed."""


def questions(profiles: Iterable[Profile]) -> Questions:
    """Put profiles together; of two readings or tables with one id the later stands."""
    readings = {each.id: each for profile in profiles for each in profile.readings}
    tables = {each.id: each for profile in profiles for each in profile.tables}
    objects = [UPTIME]
    for reading in readings.values():
        objects += [reading.oid, *reading.inputs.values(), *([reading.only.oid] if reading.only else [])]
    return Questions(
        objects=tuple(dict.fromkeys(objects)),
        readings=tuple(readings.values()),
        tables=tuple((table, _moving(table), static_columns(table)) for table in tables.values()),
    )


def _moving(table: Table) -> tuple[str, ...]:
    columns: list[str] = []
    for reading in table.readings:
        columns += [reading.oid, *reading.inputs.values()]
    return tuple(dict.fromkeys(columns))


@dataclass(slots=True)
class Memory:
    """What one round leaves for the next: counters, and what names and filters said."""

    uptime: float | None = None
    counters: dict[str, Counter] = field(default_factory=dict)
    rows: dict[str, dict[str, Row | None]] = field(default_factory=dict)
    named_at: dict[str, float] = field(default_factory=dict)


async def measure(
    engine: Engine,
    device: Device,
    asked: Questions,
    memory: Memory,
    *,
    at_s: float,
    links: tuple[str, ...] = (),
) -> list[Measured]:
    """Ask everything once; `at_s` is now on a clock that does not jump, `links` are the target's.

    Raises SnmpFault when the device answers nothing. A table that cannot be had gives one sample
    without a value that says why; after silence nothing more is asked in this round.
    """
    answered = await engine.get(device, asked.objects)
    uptime = number(answered.get(UPTIME))
    if uptime is not None and memory.uptime is not None and uptime < memory.uptime:
        memory.rows.clear()
    memory.uptime = uptime
    turn = _Turn(memory, uptime, at_s)
    found: list[Measured] = []
    for reading in asked.readings:
        found += turn.single(reading, answered)
    for table, moving, static in asked.tables:
        try:
            answer = await engine.table(device, moving)
            rows = memory.rows.get(table.id)
            old = at_s - memory.named_at.get(table.id, at_s) > NAMES_FOR_S
            if rows is None or old or any(index not in rows for index in answer):
                rows = await read_rows(engine, device, table, static=static, answer=answer, links=links)
                memory.rows[table.id], memory.named_at[table.id] = rows, at_s
        except SnmpFault as fault:
            found.append(_unknown(table.id, fault.sentence))
            if fault.kind == "silent":
                break
            continue
        if answer.cut:
            found.append(_unknown(table.id, answer.cut))
        found += turn.table(table, answer, rows)
    memory.counters = turn.counters
    if not found:
        found.append(_unknown("snmp", _("it answers, but shows none of these objects")))
    return found


def _unknown(key: str, reason: str) -> Measured:
    return Measured(Sample(key, key, None, "", "SNMP", Status.UNKNOWN, reason), ())


class _Turn:
    """One round of one device: the counters before it, and those that it leaves."""

    def __init__(self, memory: Memory, uptime: float | None, at_s: float) -> None:
        self._before = memory.counters
        self._uptime = None if uptime is None else uptime / 100
        self._at_s = at_s
        self.counters: dict[str, Counter] = {}

    def single(self, reading: Reading, answered: Mapping[str, Raw]) -> list[Measured]:
        found = self._value(reading, reading.id, answered)
        judged_here = reading.only is not None
        if found is None or (reading.rules and not judged_here and isinstance(found.value, str)):
            raw = number(answered.get(reading.oid))
            if raw is None or raw not in reading.invalid or (reading.rules and not judged_here):
                return []
            found = Converted(_("not measured"), Status.OK)
        if judged_here and _counts(reading, answered):
            found = _judged(reading, found)
        sample = _sample(reading, reading.id, reading.label, found)
        return [Measured(sample, (reading.oid, *reading.inputs.values()))]

    def table(
        self, table: Table, answer: Mapping[str, Mapping[str, Raw]], rows: Mapping[str, Row | None]
    ) -> list[Measured]:
        found: list[Measured] = []
        parts: dict[str, list[tuple[float, str]]] = {}
        for index, values in answer.items():
            row = rows.get(index)
            for reading, key, label in row.readings if row is not None else ():
                got = self._value(reading, key, values)
                if row is None or got is None or (reading.rules and isinstance(got.value, str)):
                    continue
                oid = f"{reading.oid}.{index}"
                if reading.combine is None:
                    sample = _sample(reading, key, label, _as_link(reading, row, got))
                    inputs = [f"{each}.{index}" for each in reading.inputs.values()]
                    found.append(Measured(sample, (oid, *inputs)))
                elif isinstance(got.value, float | int):
                    parts.setdefault(reading.id, []).append((got.value, oid))
        both = [(each, each.combine, parts.get(each.id)) for each in table.readings]
        return found + [_combined(table, each, way, values) for each, way, values in both if way and values]

    def _value(self, reading: Reading, key: str, values: Mapping[str, Raw]) -> Converted | None:
        raw = values.get(reading.oid)
        if raw is None or raw in reading.invalid:
            return None
        if reading.states:
            return _state(reading, raw)
        inputs = {role: values[oid] for role, oid in reading.inputs.items() if oid in values}
        if reading.convert:
            needed, _free = CONVERSIONS[reading.convert]
            if not needed <= inputs.keys():
                return None
        if reading.convert in COUNTERS:
            found = self._rate(reading, key, raw, inputs)
        else:
            found = convert(reading.convert, raw, reading.divide, inputs)
        return None if found is NOTHING else found

    def _rate(self, reading: Reading, key: str, raw: Raw, inputs: Mapping[str, Raw]) -> Converted:
        if inputs.get("link", 1) != 1:
            return Converted(0.0)
        limit = ceiling(reading.convert, inputs)
        rates: list[float | None] = []
        for name, value in ((key, raw), (f"{key}+", inputs.get("plus"))):
            if value is None:
                continue
            now = Counter(
                value=int(number(value) or 0),
                at_s=self._at_s,
                bits=64 if reading.convert == "octets_percent" else 32,
                uptime_s=self._uptime,
                discontinuity=_whole(inputs.get("discontinuity")),
            )
            before = self._before.get(name)
            self.counters[name] = now
            rates.append(rate(before, now, ceiling=limit) if before is not None else None)
        known = [each for each in rates if each is not None]
        return per_second(reading.convert, sum(known), inputs) if len(known) == len(rates) else NOTHING


def _as_link(reading: Reading, row: Row, got: Converted) -> Converted:
    """What depends on whether this interface is one that must be up."""
    if reading.convert == "link" and row.link and got.value not in ("up", None):
        return Converted(got.value, Status.CRITICAL)
    return Converted(got.value, None, got.reason) if reading.links and not row.judged else got


def _whole(raw: Raw | None) -> int | None:
    value = number(raw)
    return None if value is None else int(value)


def _state(reading: Reading, raw: Raw) -> Converted:
    value = number(raw)
    state = reading.states.get(int(value)) if value is not None else None
    if state is None:
        reason = _("a state that the profile does not know: {number}").format(number=_whole(raw))
        return Converted(None, Status.UNKNOWN, reason)
    return Converted(state.words, state.status)


def _counts(reading: Reading, answered: Mapping[str, Raw]) -> bool:
    """Whether the limits of a single object count now."""
    only = reading.only
    return only is not None and (str(answered.get(only.oid, "")) in only.values) is only.keep


def _judged(reading: Reading, found: Converted) -> Converted:
    hint, reason = Status.OK, ""
    for rule in reading.rules:
        if isinstance(found.value, float | int) and rule.entered(found.value) and worse(rule.level, hint):
            hint, reason = rule.level, threshold_text(rule)
    return Converted(found.value, hint, reason)


def _combined(table: Table, reading: Reading, way: Combine, parts: Sequence[tuple[float, str]]) -> Measured:
    values = [value for value, _oid in parts]
    value = {
        Combine.MEAN: sum(values) / len(values),
        Combine.SUM: sum(values),
        Combine.LARGEST: max(values),
    }[way]
    key = table_pattern(table.id, reading.id, combined=True)
    sample = _sample(reading, key, reading.label, Converted(round(value, 2)))
    return Measured(sample, tuple(oid for _value, oid in parts))


def _sample(reading: Reading, key: str, label: str, found: Converted) -> Sample:
    return Sample(key, label, found.value, reading.unit, reading.object, found.hint, found.reason)
