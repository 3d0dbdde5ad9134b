"""Echo: the ping program, the kernel's ping socket, and what each says when nobody answers."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hisconsole.probes.net import ping as module
from hisconsole.probes.net.checks import Net
from hisconsole.probes.net.ping import Echoes, by_program, read_program
from hisconsole.probes.net.poll import poll_net
from hisconsole.probes.net.reach import Unreached
from hisconsole.probes.parse.output import Ask

ROOT = Path(__file__).parents[3]


async def test_a_host_that_answers(need: Callable[[str], str]) -> None:
    need("ping")
    polled = await poll_net(Net(), target="t", address="127.0.0.52", asks=[Ask("ping")])
    assert polled.failure == ""
    loss, took = polled.samples
    assert (loss.key, loss.value, loss.unit) == ("ping/loss", 0.0, "%")
    assert isinstance(took.value, float)
    assert 0 <= took.value < 1000


async def test_the_ping_program_by_itself(need: Callable[[str], str]) -> None:
    need("ping")
    echoes = await by_program("127.0.0.52")
    assert isinstance(echoes, Echoes)
    assert echoes.received == 3


async def test_without_the_program_it_is_our_fault_not_the_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr(module, "_echo_socket", lambda address: None)
    polled = await poll_net(Net(), target="t", address="127.0.0.52", asks=[Ask("ping")])
    assert polled.fault == "local"


async def test_a_program_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stub = tmp_path / "ping"
    stub.write_text("#!/bin/sh\nexec sleep 30\n")
    stub.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(module, "WAIT_S", 0.1)
    assert await by_program("127.0.0.52") == Echoes(0, None)


GOOD = b"""PING 10.0.0.1 (10.0.0.1) 56(84) bytes of data.

--- 10.0.0.1 ping statistics ---
3 packets transmitted, 3 received, 0% packet loss, time 403ms
rtt min/avg/max/mdev = 0.017/0.045/0.090/0.031 ms
"""


@pytest.mark.parametrize(
    ("output", "echoes"),
    [
        (GOOD, Echoes(3, 0.045)),
        (GOOD.replace(b"3 received", b"1 received"), Echoes(1, 0.045)),
        (b"3 packets transmitted, 0 received, +3 errors, 100% packet loss, time 2040ms\n", Echoes(0, None)),
        (
            b"3 packets transmitted, 3 packets received\nround-trip min/avg/max = 0.1/12.5/20 ms\n",
            Echoes(3, 12.5),
        ),
        (b"ping: connect: Network is unreachable\n", Echoes(0, None)),
        (b"3 packets transmitted, 999 received\n", Echoes(3, None)),
    ],
)
def test_what_ping_programs_write(output: bytes, echoes: Echoes) -> None:
    assert read_program(output) == echoes


@pytest.mark.parametrize(
    "output", [b"", b"\x1b[2J", b"ping: socket: Operation not permitted\n", b"\x00" * 10_000_000]
)
def test_what_is_no_count_is_our_fault(output: bytes) -> None:
    found = read_program(output)
    assert isinstance(found, Unreached)
    assert (found.fault, found.sentence.isprintable()) == ("local", True)


_ECHO = """
import asyncio, json, sys
from hisconsole.probes.net import ping
async def main():
    found = {}
    for address in ("127.0.0.52", "192.0.2.1"):
        opened = ping._echo_socket(address)
        if opened is None:
            print(json.dumps("none"))
            return
        with opened:
            echoes = await ping.by_socket(opened, address)
        found[address] = [echoes.received, echoes.mean_ms]
    print(json.dumps(found))
asyncio.run(main())
"""


async def test_the_kernels_own_ping_socket_in_a_network_of_our_own(need: Callable[[str], str]) -> None:
    """A namespace of our own lets the sysctl be set without touching the machine."""
    words = 'ip link set lo up; echo 0 0 >/proc/sys/net/ipv4/ping_group_range; exec "$@"'
    done = await asyncio.to_thread(
        subprocess.run,
        [need("unshare"), "-rn", "sh", "-c", words, "sh", sys.executable, "-c", _ECHO],
        check=False,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"},
        timeout=20,
    )
    if done.returncode:
        pytest.skip("no network namespace here, so the kernel's ping socket was NOT tested")
    found = json.loads(done.stdout)
    if found == "none":
        pytest.skip("no ping socket here, so it was NOT tested")
    received, mean_ms = found["127.0.0.52"]
    assert received == 3
    assert mean_ms < 1000
    assert found["192.0.2.1"] == [0, None]  # No route there.
