"""The gate: one writer at a time, fair, and never an endless wait."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from hisconsole.desk import calls
from hisconsole.desk.desk import Desk
from hisconsole.errors import Busy
from hisconsole.store import database
from hisconsole.store.gate import gate
from tests.hospital import ADOPTED
from tests.store.processes import Processes, grasp, hold


def test_one_at_a_time(tmp_path: Path) -> None:
    path, inside, most = tmp_path / "lock", 0, 0
    mutex = threading.Lock()

    def enter() -> None:
        nonlocal inside, most
        for _ in range(20):
            with gate(path):
                with mutex:
                    inside += 1
                    most = max(most, inside)
                time.sleep(0.0005)
                with mutex:
                    inside -= 1

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (inside, most) == (0, 1)


def test_it_opens_again_when_the_block_raises(tmp_path: Path) -> None:
    with pytest.raises(KeyError), gate(tmp_path / "lock"):
        raise KeyError
    with gate(tmp_path / "lock", wait=0.1):
        pass


def test_a_stopped_holder_gives_a_sentence_and_a_killed_one_opens(
    tmp_path: Path, processes: Processes
) -> None:
    path = tmp_path / "lock"
    holder = processes.start(hold, path=str(path))
    processes.until("held", count=1)
    os.kill(holder, signal.SIGSTOP)
    files = _open_files()
    began = time.monotonic()
    with pytest.raises(Busy, match="nothing was written") as refusal, gate(path, wait=0.3):
        pytest.fail("two held it")
    assert 0.3 <= time.monotonic() - began < 3
    assert str(path) in str(refusal.value)
    assert refusal.value.exit_code == 3
    processes.kill(holder)
    for _ in range(3):
        with gate(path, wait=5):
            pass
    _wait_for(lambda: not _waiting())
    assert _open_files() == files


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def _waiting() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "gate"]


def _wait_for(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not done():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_desk_that_waits_in_vain_writes_nothing_and_can_still_read(
    desk: Desk, processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls.take_call(desk, {"workstation": "reg-01", "symptom": "3"})
    holder = processes.start(hold, path=str(desk.database.data / "record.lock"))
    processes.until("held", count=1)
    os.kill(holder, signal.SIGSTOP)
    monkeypatch.setattr(database, "gate", partial(gate, wait=0.2))
    with pytest.raises(Busy):
        desk.perform("acknowledge", 1)
    with desk.database.read() as connection:
        assert database.Connection is type(connection)
    processes.kill(holder)
    monkeypatch.setattr(database, "gate", partial(gate, wait=5))
    assert desk.perform("acknowledge", 1).seq == ADOPTED + 3


def test_nobody_is_starved(tmp_path: Path, processes: Processes) -> None:
    for _ in range(4):
        processes.start(grasp, path=str(tmp_path / "lock"), seconds=1.0)
    times = [int(line[1]) for line in processes.until("times", count=4)]
    assert min(times) * 10 >= max(times), times
