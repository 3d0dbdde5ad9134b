"""The practice hospital as a process: the hand on it, its files, its cost, its end."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hisconsole.errors import HisError, Refused
from hisconsole.practice.control import command
from tests.practice.conftest import sample_at
from tests.practice.playing import Playing, playing

TARGETS = 32


def test_the_hand_is_told_what_is_allowed(played: Playing) -> None:
    for words, sentence in (
        ([], "Say one of: break, mend, status, scenario."),
        (["burn"], "Say one of: break"),
        (["break"], "Say what to break"),
        (["break", "nobody"], "'nobody' is no target"),
        (["break", "ups-1", "sauce"], "did you mean 'source'?"),
        (["break", "ups-1", "source", "sun"], "one of mains, battery, bypass"),
        (["break", "ups-1", "charge", "1e9"], "a number from 0 to 100 %"),
        (["scenario", "nope"], "There are: archive"),
        (["status", "ups-1", "x"], "Name one target"),
        (["mend", "a", "b", "c"], "Say what to mend"),
    ):
        with pytest.raises(Refused, match=re.escape(sentence)):
            command(played.data_dir, words)
    assert f"{TARGETS} targets, no scenario" in command(played.data_dir, ["status"])
    assert "mains battery bypass" in command(played.data_dir, ["status", "ups-1"])
    assert "fibre" in command(played.data_dir, ["scenario"])


def test_a_scenario_is_played_and_told(played: Playing) -> None:
    command(played.data_dir, ["break", "ups-1"])
    assert "It takes 14 minutes." in command(played.data_dir, ["scenario", "ups"])
    assert "scenario ups at +0:0" in command(played.data_dir, ["status"])
    assert "ups-1" not in command(played.data_dir, ["status"])
    time.sleep(0.8)
    assert "All is well. The power company works in the street." in played.log.read_text()


def test_the_socket_bears_what_is_no_question(played: Playing) -> None:
    path = Path(played.data_dir, "practice")
    handle = os.open(path, os.O_PATH)
    try:
        for junk in (b"\n", b"[]\n", b"{}\n", b'{"words": 1}\n', b'{"words": [1]}\n', b"x" * 5000, b"\xff\n"):
            with socket.socket(socket.AF_UNIX) as sock:
                sock.settimeout(3)
                sock.connect(f"/proc/self/fd/{handle}/control")
                sock.sendall(junk)
                answer = sock.recv(1000)
                assert not answer or "refused" in json.loads(answer)
    finally:
        os.close(handle)
    assert f"{TARGETS} targets" in command(played.data_dir, ["status"])


def test_its_files_are_its_owners_alone(played: Playing) -> None:
    folder = played.data_dir / "practice"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {
        path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir() if path.name != "x"
    } == {**{path.name: 0o600 for path in folder.iterdir()}}
    names = {path.name for path in folder.iterdir()}
    assert {"control", "known_hosts", "watch_ed25519", "host_his-db-1"} <= names


def test_it_listens_on_loopback_only(played: Playing) -> None:
    inodes = set()
    for entry in Path(f"/proc/{played.process.pid}/fd").iterdir():
        name = str(entry.readlink())
        inodes |= {name[8:-1]} if name.startswith("socket:[") else set()
    seen = []
    for table in ("tcp", "udp", "tcp6", "udp6"):
        path = Path(f"/proc/net/{table}")
        rows = [row.split() for row in path.read_text().splitlines()[1:]] if path.exists() else []
        seen += [(table, row[1].split(":")[0]) for row in rows if row[9] in inodes]
    assert len(seen) >= 28 + 6 + 6
    # The kernel writes the address as a number of this machine's byte order: 127 is its last octet.
    assert all(not table.endswith("6") and address.endswith("7F") for table, address in seen)


def test_a_second_one_is_refused_and_so_is_a_port_that_is_taken(
    running: Playing, config: Path, tmp_path: Path
) -> None:
    with pytest.raises(pytest.fail.Exception, match="already runs with"), playing(config, running.data_dir):
        pass
    taken = r"port 2222 of 127\..* \(his-db-1\) is taken"
    with pytest.raises(pytest.fail.Exception, match=taken), playing(config, tmp_path):
        pass
    assert not (tmp_path / "practice" / "control").exists()
    running_still = command(running.data_dir, ["status"])
    assert f"{TARGETS} targets" in running_still


def test_nobody_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(HisError, match="No practice hospital answers"):
        command(tmp_path, ["status"])


def test_idle_it_costs_next_to_nothing(
    running: Playing, record_property: Callable[[str, object], None]
) -> None:
    before, started = running.cpu_s(), time.monotonic()
    time.sleep(2)
    percent = 100 * (running.cpu_s() - before) / (time.monotonic() - started)
    record_property("idle_percent", percent)
    record_property("megabytes", running.megabytes())
    assert percent <= 3
    assert running.megabytes() <= 130


def test_sigterm_ends_it_within_two_seconds_and_leaves_no_socket(config: Path, tmp_path: Path) -> None:
    folder = sample_at(tmp_path)
    text = (folder / "targets.yaml").read_text("utf-8")
    (folder / "targets.yaml").write_text(
        text.replace(": 1161", ": 1171").replace(": 2222", ": 2232").replace("port: 1", "port: 2"), "utf-8"
    )
    with playing(folder, tmp_path / "data", ["fibre"]) as hospital:
        hospital.process.send_signal(signal.SIGTERM)
        started = time.monotonic()
        assert hospital.process.wait(5) == 0
        assert time.monotonic() - started < 2
        assert not (hospital.data_dir / "practice" / "control").exists()
        assert "Traceback" not in hospital.log.read_text()
