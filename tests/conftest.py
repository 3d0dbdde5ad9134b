"""What every test may ask for."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

import pytest
from hypothesis import is_hypothesis_test, settings

from hisconsole.paths import Server
from hisconsole.store.shared import Shared
from tests import hospital
from tests.postgres import EMPTY, MADE, POSTGRESQL, SQLITE, Postgres, binaries, running
from tests.postgres_pair import Pair, paired
from tests.shares import FEW

MOST_WORKERS = 4
"""Each takes half a gigabyte, and more of them would only wait for each other's terminals and servers."""


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """A worker for each processor; none where a file or folder is named: a few tests do not repay them."""
    if config.args_source is pytest.Config.ArgsSource.ARGS:
        return 0
    return min(len(os.sched_getaffinity(0)), MOST_WORKERS)


def _is_quick(config: pytest.Config) -> bool:
    return bool(config.option.markexpr == "not slow")


def pytest_configure(config: pytest.Config) -> None:
    """A property is tried with few examples in each run, and with all of them by the slow tests."""
    if _is_quick(config):
        settings.register_profile("few", settings.default, max_examples=FEW)
        settings.load_profile("few")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """So every property is one of the slow tests, too."""
    if not _is_quick(config):
        for item in items:
            if isinstance(item, pytest.Function) and is_hypothesis_test(item.obj):
                item.add_marker(pytest.mark.slow)


@pytest.fixture
def need() -> Callable[[str], str]:
    """Finds a program of the machine: required in CI; elsewhere its test skips with a line."""

    def find(program: str) -> str:
        found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
        if found is None:
            not_tested(f"{program} is not installed")
        return found

    return find


def not_tested(why: str) -> NoReturn:
    """What the machine lacks and could have: required in CI; elsewhere a skip that says so."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{why}, so this was NOT tested")


_CAP_SYS_ADMIN = 1 << 21


@pytest.fixture
def small_disk() -> Iterator[Callable[[Path, str], None]]:
    """Mounts a file system of a size on a folder, for as long as the test lasts.

    Required in CI wherever the account may mount at all; only where it may not, its test skips.
    """
    mounted: list[Path] = []

    def mount(folder: Path, size: str) -> None:
        rights = re.search(r"^CapEff:\s*(\w+)$", Path("/proc/self/status").read_text(), re.MULTILINE)
        if rights is None or not int(rights[1], 16) & _CAP_SYS_ADMIN:
            pytest.skip("this account may not mount, so a full disk was NOT tested")
        folder.mkdir(mode=0o700)
        words = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            not_tested(f"no small file system could be mounted ({done.stderr.strip()})")
        mounted.append(folder)

    yield mount
    for folder in mounted:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture(scope="session")
def postgres_programs() -> Path:
    """Where PostgreSQL's programs lie: required in CI; elsewhere its tests skip with a line."""
    return binaries() or not_tested("PostgreSQL is not installed")


@pytest.fixture(scope="session")
def postgres(postgres_programs: Path) -> Iterator[Postgres]:
    """A real server with a made record to copy."""
    with running(postgres_programs) as server, TemporaryDirectory() as folder:
        for name in (EMPTY, MADE):
            server.execute(f"CREATE DATABASE {name}")
            database = Shared(server.server(name), Path(folder))
            if name == MADE:
                hospital.adopt(database)
            database.close()
        yield server


@pytest.fixture
def pair(postgres_programs: Path) -> Iterator[Pair]:
    """A server with a made record, and its standby, for a test that may kill both."""
    with paired(postgres_programs) as pair, TemporaryDirectory() as folder:
        pair.primary.execute(f"CREATE DATABASE {MADE}")
        database = Shared(pair.primary.server(MADE), Path(folder))
        hospital.adopt(database)
        database.close()
        pair.caught_up()
        yield pair


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
