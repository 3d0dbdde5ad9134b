"""The sample hospital, at addresses of this test run's own, and what is asked of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hisconsole.config.targets import load_targets
from hisconsole.paths import shipped
from hisconsole.plan.targets import Infrastructure
from hisconsole.practice.control import command
from hisconsole.practice.hospital import Hospital, build
from hisconsole.practice.live import Live
from tests.practice.playing import Playing, playing


def sample_at(folder: Path) -> Path:
    """The sample's targets in a folder of their own, at addresses that no other run uses."""
    net = f"127.{60 + os.getpid() % 190}."
    for name in ("targets.yaml", "credentials.yaml"):
        text = (shipped("config") / name).read_text("utf-8")
        (folder / name).write_text(text.replace("127.30.", net), "utf-8")
    return folder


@pytest.fixture(scope="session")
def infrastructure(tmp_path_factory: pytest.TempPathFactory) -> Infrastructure:
    return load_targets(sample_at(tmp_path_factory.mktemp("sample")), sample=True)


@pytest.fixture(scope="session")
def hospital(infrastructure: Infrastructure) -> Hospital:
    return build(infrastructure)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now

    def to(self, at_s: float) -> None:
        self.now = 1_000.0 + at_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def live(hospital: Hospital, clock: Clock) -> Live:
    return Live(hospital, clock=clock)


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_at(tmp_path_factory.mktemp("played"))


@pytest.fixture(scope="session")
def running(config: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playing]:
    deep = tmp_path_factory.mktemp("data") / ("a-folder-that-lies-deep-" * 4)
    deep.mkdir()
    with playing(config, deep) as hospital:
        yield hospital


@pytest.fixture
def played(running: Playing) -> Iterator[Playing]:
    """The running hospital, mended afterwards."""
    yield running
    command(running.data_dir, ["mend"])
