"""A real server, the file of enrolled hosts with it in, and connections that are closed afterwards."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from hisconsole.probes.ssh.connections import Connections
from hisconsole.probes.ssh.hosts import KnownHosts
from tests.probes.sshd import Sshd, prepare


@pytest.fixture
def sshd(need: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sshd]:
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:/usr/sbin:/sbin")
    server = prepare(need, tmp_path / "sshd", address="127.0.0.31")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def known(sshd: Sshd, tmp_path: Path) -> Path:
    path = tmp_path / "known_hosts"
    path.write_text(sshd.line())
    return path


@pytest.fixture
async def connections(known: Path) -> AsyncIterator[Connections]:
    opened = Connections(KnownHosts(known))
    yield opened
    await opened.close()
