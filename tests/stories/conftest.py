"""Consoles on real terminals, each ended with its test."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest

from tests.console.app import ME, desk
from tests.ptys import Pty

Open = Callable[..., Pty]
Item = TypeVar("Item")
Done = TypeVar("Done")


def command(data: Path, operator: str = ME) -> list[str]:
    """What an operator's shell starts."""
    return [sys.executable, "-m", "hisconsole", "--data", str(data), "--operator", operator]


def side_by_side(work: Callable[[Item], Done], items: Iterable[Item]) -> list[Done]:
    """Tell the same story on several terminals at once: most of each is waiting."""
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(work, items))


def in_gusts(at: Pty, text: str) -> None:
    """Type far ahead, as keys arrive over a slow line; more than this in one go counts as a paste."""
    for start in range(0, len(text), 20):
        at.send(text[start : start + 20])
        at.taken()
        time.sleep(0.06)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Open]:
    """Open the console on a terminal of its own; the record is in `tmp_path` unless told otherwise."""
    opened: list[Pty] = []

    def start(
        data: Path = tmp_path,
        operator: str = ME,
        *,
        env: Mapping[str, str] | None = None,
        **how: object,
    ) -> Pty:
        desk(data).database.close()
        pty = Pty(command(data, operator), env, **how)  # type: ignore[arg-type]
        opened.append(pty)
        return pty

    yield start
    for pty in opened:
        pty.close()
