"""What every test may ask for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from hisconsole.paths import Server
from hisconsole.store.shared import Shared
from tests import hospital
from tests.postgres import EMPTY, MADE, POSTGRESQL, SQLITE, Postgres, binaries, running

MOST_WORKERS = 4
"""Each takes half a gigabyte, and more of them would only wait for each other's terminals and servers."""


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """A worker for each processor; none where a file or folder is named: a few tests do not repay them."""
    if config.args_source is pytest.Config.ArgsSource.ARGS:
        return 0
    return min(len(os.sched_getaffinity(0)), MOST_WORKERS)


@pytest.fixture
def need() -> Callable[[str], str]:
    """Finds a program of the machine: required in CI; elsewhere its test skips with a line."""

    def find(program: str) -> str:
        found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
        if found is None:
            sentence = f"{program} is not installed, so this was NOT tested"
            if os.environ.get("CI"):
                pytest.fail(sentence)
            pytest.skip(sentence)
        return found

    return find


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real server with a made record to copy: required in CI; elsewhere its tests skip with a line."""
    programs = binaries()
    if programs is None:
        sentence = "PostgreSQL is not installed, so this was NOT tested"
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    with running(programs) as server, TemporaryDirectory() as folder:
        for name in (EMPTY, MADE):
            server.execute(f"CREATE DATABASE {name}")
            database = Shared(server.server(name), Path(folder))
            if name == MADE:
                hospital.adopt(database)
            database.close()
        yield server


@pytest.fixture
def on_postgres(postgres: Postgres) -> Iterator[Callable[[bool], Server]]:
    """While it lasts, records are laid on the server; `SERVERS` is what lays them."""
    laid: list[Server] = []

    def lay(made: bool) -> Server:
        laid.append(postgres.database(template=MADE if made else EMPTY))
        return laid[-1]

    hospital.SERVERS.append(lay)
    yield lay
    hospital.SERVERS.pop()
    for server in laid:
        postgres.drop(server)


@pytest.fixture
def either(request: pytest.FixtureRequest) -> str:
    """The database a test runs on; `on_both` has it run on the one and on the other."""
    kind: str = getattr(request, "param", SQLITE)
    if kind == POSTGRESQL:
        request.getfixturevalue("on_postgres")
    return kind
