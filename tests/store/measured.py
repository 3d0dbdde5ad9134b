"""A file of readings to write and to read, and batches for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hisconsole.plan.reading import Judged
from hisconsole.plan.threshold import parse_thresholds
from hisconsole.store import readings_lease as lease
from hisconsole.store.readings import Batch, Measured, Readings
from hisconsole.store.readings_file import READINGS, connect
from hisconsole.store.readings_reader import Reader
from tests.plan.rounds import judged

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ME = lease.myself()
LIMITS = parse_thresholds("warn >= 80, crit >= 95")


@pytest.fixture
def readings(tmp_path: Path) -> Iterator[Readings]:
    found = Readings(tmp_path / "data")
    assert found.take(ME, now=NOON)
    yield found
    found.close()


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    found = Reader(tmp_path / "data")
    yield found
    found.close()


def named(key: str, value: float | str | None = 1.0, *, limits: bool = False) -> Judged:
    found = judged(value, LIMITS if limits else ())
    return replace(found, sample=replace(found.sample, key=key, label=key))


def measured(
    *found: Judged, at: datetime = NOON, target: str = "sw-1", probe: str = "snmp", ways: int = 1
) -> Batch:
    return Batch(measured=[Measured(target, probe, ways, at, found)])


def save(readings: Readings, batch: Batch, *, now: datetime = NOON) -> tuple[str, ...]:
    return readings.save(batch, ME, now=now)


def sqlite_of(folder: Path) -> sqlite3.Connection:
    connection: sqlite3.Connection = connect(folder / "data" / READINGS, writable=True)
    return connection
