"""Rounds against a real sshd whose key is restricted to a forced command, also when that misbehaves."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from hisconsole.plan.status import Status
from hisconsole.probes.parse.output import Ask
from hisconsole.probes.ssh.commands import refusal
from hisconsole.probes.ssh.connections import Connections
from hisconsole.probes.ssh.hosts import KnownHosts
from hisconsole.probes.ssh.poll import poll_ssh
from hisconsole.probes.ssh.script import asked
from tests.probes.ssh.hostile_asks import HOSTILE_ASKS, listed
from tests.probes.sshd import Sshd, new_key

ASKS = [Ask("load"), Ask("memory"), Ask("disk")]


async def test_one_login_serves_many_rounds(sshd: Sshd, connections: Connections) -> None:
    for _round in range(3):
        polled = await poll_ssh(connections, host=sshd.host(), asks=ASKS)
        assert (polled.fault, polled.failure, polled.target) == ("", "", "db-1")
        keys = {sample.key for sample in polled.samples}
        assert {"load/15", "load/core", "memory/available", "disk//", "ssh/time"} <= keys
    assert sshd.log().count("Accepted publickey for") == 1
    assert len(sshd.asked()) == 3


async def test_200_hostile_questions_make_the_server_see_no_command_outside_the_table(
    sshd: Sshd, connections: Connections
) -> None:
    sshd.behave("exit")  # What was asked is written down; it need not be run.
    sent = [ask for ask in HOSTILE_ASKS if not refusal(ask)]
    refused = [ask for ask in HOSTILE_ASKS if refusal(ask)]
    assert len(refused) > 200
    for ask in refused:
        polled = await poll_ssh(connections, host=sshd.host(), asks=[Ask("load"), ask])
        assert polled.fault == "local"
    assert sshd.asked() == []
    for ask in sent:
        await poll_ssh(connections, host=sshd.host(), asks=[ask])
    seen = [line for command in sshd.asked() for line in asked(command)]
    assert len(seen) == len(sent)
    assert [line for line in seen if not listed(*line)] == []


async def test_a_key_that_is_not_accepted_is_said_so(sshd: Sshd, connections: Connections) -> None:
    new_key(sshd.folder / "other_key")
    host = sshd.host(key="other_key")
    polled = await poll_ssh(connections, host=host, asks=ASKS)
    assert polled.fault == "auth"
    assert "not let in" in polled.failure
    assert sshd.asked() == []
    logins = sshd.log().count("Connection from")
    again = await poll_ssh(connections, host=host, asks=ASKS)
    assert (again.fault, sshd.log().count("Connection from")) == ("auth", logins)
    assert "next try in" in again.failure


async def test_a_login_that_hangs_ends_with_the_round_and_the_next_one_is_good(
    sshd: Sshd, connections: Connections
) -> None:
    sshd.behave("exec sleep 3")
    started = time.monotonic()
    polled = await poll_ssh(connections, host=sshd.host(), asks=ASKS, timeout_s=1)
    assert time.monotonic() - started < 2
    assert polled.fault == "timeout"
    sshd.behave("")
    assert (await poll_ssh(connections, host=sshd.host(), asks=ASKS)).fault == ""


async def test_a_command_that_hangs_hides_only_itself_once_it_is_known(
    sshd: Sshd, connections: Connections
) -> None:
    hang = "SSH_ORIGINAL_COMMAND=$(printf %s \"$SSH_ORIGINAL_COMMAND\" | sed 's/df -Pl/sleep 3/')"
    sshd.behave(hang)
    assert (await poll_ssh(connections, host=sshd.host(), asks=ASKS, timeout_s=0.8)).fault == "timeout"
    polled = await poll_ssh(connections, host=sshd.host(), asks=ASKS, timeout_s=0.8)
    assert polled.fault == ""
    samples = {sample.key: sample for sample in polled.samples}
    assert samples["load/15"].value is not None
    assert samples["disk"].hint is Status.UNKNOWN
    assert "no end within 1 s" in samples["disk"].reason


async def test_a_flood_is_cut_at_64_kib(sshd: Sshd, connections: Connections) -> None:
    sshd.behave("yes | head -c 50M; exit")
    started = time.monotonic()
    polled = await poll_ssh(connections, host=sshd.host(), asks=ASKS, timeout_s=5)
    assert time.monotonic() - started < 3
    assert polled.fault == "malformed"
    assert "64 KiB" in polled.failure
    sshd.behave("yes | head -c 50M >&2; exit")
    polled = await poll_ssh(connections, host=sshd.host(), asks=ASKS, timeout_s=5)
    assert polled.fault == "malformed"
    assert len(polled.failure) < 300


async def test_a_trickle_ends_with_the_round(sshd: Sshd, connections: Connections) -> None:
    sshd.behave("for i in 1 2 3; do printf x; sleep 0.5; done; exit")
    started = time.monotonic()
    polled = await poll_ssh(connections, host=sshd.host(), asks=ASKS, timeout_s=1)
    assert time.monotonic() - started < 2
    assert polled.fault == "timeout"


async def test_a_dead_peer_ends_with_the_round_and_is_reached_again(
    sshd: Sshd, connections: Connections
) -> None:
    assert (await poll_ssh(connections, host=sshd.host(), asks=ASKS)).fault == ""
    frozen = sshd.children()
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    started = time.monotonic()
    polled = await poll_ssh(connections, host=sshd.host(), asks=ASKS, timeout_s=1)
    assert time.monotonic() - started < 2
    assert polled.fault == "timeout"
    # The listening server forks a new process for the next login.
    assert (await poll_ssh(connections, host=sshd.host(), asks=ASKS)).fault == ""


async def test_a_restarted_server_is_reached_in_the_same_round(sshd: Sshd, connections: Connections) -> None:
    assert (await poll_ssh(connections, host=sshd.host(), asks=ASKS)).fault == ""
    sshd.stop()
    sshd.start()
    assert (await poll_ssh(connections, host=sshd.host(), asks=ASKS)).fault == ""


async def test_a_stopped_server_refuses_in_words(sshd: Sshd, connections: Connections) -> None:
    sshd.stop()
    polled = await poll_ssh(connections, host=sshd.host(), asks=ASKS)
    assert (polled.fault, polled.failure) == ("refused", f"port {sshd.port} refuses: nothing listens there")


@pytest.mark.parametrize(
    ("behave", "words"),
    [
        (
            "echo 'This account is currently not available.'; exit 1",
            "This account is currently not available.",
        ),
        ("printf '\\033[2J\\033]0;owned\\007hello'; exit", "?[2J?]0;owned?hello"),
        ("echo broken >&2; exit 1", "broken"),
        ("exit 0", "-"),
    ],
)
async def test_a_login_that_answers_something_else_is_said_so(
    sshd: Sshd, connections: Connections, behave: str, words: str
) -> None:
    sshd.behave(behave)
    polled = await poll_ssh(connections, host=sshd.host(), asks=ASKS)
    assert (polled.fault, polled.failure) == ("malformed", f"the login answers something else: {words}")


async def test_two_rounds_of_a_host_never_run_at_once(sshd: Sshd, connections: Connections) -> None:
    busy, overlap = sshd.folder / "busy", sshd.folder / "overlap"
    sshd.behave(f"mkdir '{busy}' || touch '{overlap}'; sleep 0.2; rmdir '{busy}'")
    both = (poll_ssh(connections, host=sshd.host(), asks=[Ask("load")]) for _ in range(3))
    assert [polled.fault for polled in await asyncio.gather(*both)] == ["", "", ""]
    assert not overlap.exists()


async def test_a_host_behind_a_jump_host_shares_its_connection(sshd: Sshd, connections: Connections) -> None:
    keys = sshd.folder / "authorized_keys"
    keys.write_text(keys.read_text().replace("restrict,", "restrict,port-forwarding,"))
    first = replace(sshd.host(), jump=sshd.host(target="jump"))
    second = replace(first, target="db-2")
    for host in (first, second, first):
        assert (await poll_ssh(connections, host=host, asks=ASKS)).failure == ""
    assert sshd.log().count("Accepted publickey for") == 3  # The jump host once, each host once.
    offer = await connections.enroll(first)
    assert f"{getattr(offer, 'line', offer)}\n" == sshd.line()
    lost = replace(first, jump=replace(sshd.host(target="jump"), port=1))
    polled = await poll_ssh(connections, host=lost, asks=ASKS)
    assert polled.fault == "identity"
    assert polled.failure.startswith("jump host jump:")


async def test_what_is_no_longer_watched_is_let_go(sshd: Sshd, connections: Connections) -> None:
    await poll_ssh(connections, host=sshd.host(), asks=ASKS)
    connection = connections.line(sshd.host()).connection
    assert connection is not None
    connections.keep([sshd.host()])
    assert not connection.is_closed()
    connections.keep([])
    await asyncio.sleep(0.05)
    assert connection.is_closed()


async def test_the_pauses_between_failed_logins_grow(sshd: Sshd, known: Path) -> None:
    new_key(sshd.folder / "other_key")
    host = sshd.host(key="other_key")
    connections = Connections(KnownHosts(known), jitter=lambda least, most: most)
    pauses = []
    for _try in range(8):
        line = connections.line(host)
        line.not_before = 0.0
        await poll_ssh(connections, host=host, asks=ASKS)
        pauses.append(round(line.not_before - asyncio.get_running_loop().time()))
    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300]
    await connections.close()
