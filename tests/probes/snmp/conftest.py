"""Engines for the tests, closed at their end."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable

import pytest

from hisconsole.probes.snmp import Engine, open_engine
from tests.probes.snmpd import snmpd

__all__ = ["snmpd"]

os.environ["RUST_BACKTRACE"] = "0"  # Hostile messages make the decoder panic; its traces are slow and long.

Opened = Callable[[str], Engine]


@pytest.fixture
async def opened() -> AsyncIterator[Opened]:
    """Opens engines by name."""
    engines = []

    def open_one(name: str) -> Engine:
        engine = open_engine(name)
        assert engine.name == name
        engines.append(engine)
        return engine

    yield open_one
    for engine in engines:
        engine.close()


@pytest.fixture(params=["gufo", "pysnmp"])
async def engine(request: pytest.FixtureRequest, opened: Opened) -> Engine:
    """Each engine in turn."""
    return opened(request.param)


@pytest.fixture
async def gufo(opened: Opened) -> Engine:
    """The engine that polls."""
    return opened("gufo")
