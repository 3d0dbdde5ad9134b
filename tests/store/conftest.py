"""A desk on a fresh record, and processes that can be killed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hisconsole.desk.desk import Desk
from tests.hospital import Clock, lay_record, open_desk
from tests.postgres import on_both
from tests.store.processes import Processes

BOTH = {"test_races"}
"""What holds of both databases; the other tests are about SQLite's file, and `test_shared` about servers."""


@pytest.fixture(autouse=True)
def database(either: str) -> str:
    """The database that a test runs on."""
    return either


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.module.__name__.rpartition(".")[2] in BOTH:
        on_both(metafunc, slow=False)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def desk(data: Path, clock: Clock) -> Iterator[Desk]:
    desk = open_desk(lay_record(data), now=clock)
    yield desk
    desk.database.close()


@pytest.fixture
def processes() -> Iterator[Processes]:
    with Processes() as processes:
        yield processes
