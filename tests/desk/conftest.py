"""A desk on a made record, and a second one for a colleague."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hisconsole.desk.desk import Desk
from tests.hospital import OPERATORS, Clock, lay_record, open_desk
from tests.postgres import on_both

LOCAL = {
    "test_drafts",
    "test_keepable",
    "test_keeping",
    "test_kept_numbers",
    "test_presence",
    "test_promotion",
    "test_relief",
    "test_server_away",
    "test_worker_away",
}
"""What has to do with files of this host only or with no record, or brings a server of its own."""
LONG = {"test_evidence", "test_turns"}
"""Hundreds of records: on the server with the slow tests, and so is every hostile text."""
RULES = {
    *("test_calling", "test_correlating", "test_maintaining", "test_manual"),
    *("test_people", "test_permits", "test_roster", "test_telling"),
}
"""Who may do what and what follows: no database has a part in it, so on the server it is slow, too."""


@pytest.fixture(autouse=True)
def database(either: str) -> str:
    """Every test of the desk runs on both databases."""
    return either


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    module = metafunc.module.__name__.rpartition(".")[2]
    chosen = [mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")]
    if module not in LOCAL and "either" not in chosen:
        on_both(metafunc, slow=module in LONG | RULES or metafunc.definition.name.startswith("test_hostile"))


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
