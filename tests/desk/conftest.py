"""A desk on a made record, and a second one for a colleague."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hisconsole.desk.desk import Desk
from tests.hospital import OPERATORS, Clock, lay_record, open_desk


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    desk = open_desk(lay_record(tmp_path / "data"), now=clock)
    yield desk
    desk.database.close()


@pytest.fixture
def colleague(desk: Desk, clock: Clock) -> Iterator[Desk]:
    other = open_desk(desk.database.data, OPERATORS[1], now=clock)
    yield other
    other.database.close()
