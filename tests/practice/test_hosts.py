"""The hosts and ports of the whole practice hospital, asked by our own probes and by OpenSSH."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hisconsole.plan.profiles import Probe
from hisconsole.plan.reading import Sample
from hisconsole.plan.status import Status
from hisconsole.plan.targets import Infrastructure, Target
from hisconsole.practice.control import command
from hisconsole.practice.folder import known_hosts_path
from hisconsole.probes.net.checks import Net
from hisconsole.probes.net.poll import poll_net
from hisconsole.probes.parse.output import Ask
from hisconsole.probes.ssh.connections import Connections
from hisconsole.probes.ssh.hosts import KnownHosts
from hisconsole.probes.ssh.poll import poll_ssh
from tests.practice.playing import Playing, asks_of, host_of, target_of


async def test_hosts_answer_over_ssh_and_nobody_enrolls_them(
    played: Playing, infrastructure: Infrastructure
) -> None:
    connections = Connections(KnownHosts(known_hosts_path(played.data_dir)))
    ids = [target.id for target in infrastructure.targets if target.login]
    try:
        for id_ in ids:
            asks = asks_of(infrastructure, id_, Probe.SSH)
            host = host_of(infrastructure, id_, played.data_dir)
            polled = await poll_ssh(connections, host=host, asks=asks)
            assert (id_, polled.failure) == (id_, "")
            bad = {one.key for one in polled.samples if one.hint not in (None, Status.OK)}
            assert (id_, bad) == (id_, set())
        command(played.data_dir, ["break", "his-db-1", "instance/his1", "blocked"])
        command(played.data_dir, ["break", "nas-1", "backup-age", "31"])
        for id_, key, value in (
            ("his-db-1", "oracle/his1/his1", "BLOCKED"),
            ("nas-1", "backup//volume1/backup/his", 31),
        ):
            asks = asks_of(infrastructure, id_, Probe.SSH)
            host = host_of(infrastructure, id_, played.data_dir)
            polled = await poll_ssh(connections, host=host, asks=asks)
            found = {one.key: one.value for one in polled.samples}
            assert found[key] == (value if isinstance(value, str) else pytest.approx(value, abs=0.1))
    finally:
        await connections.close()


async def test_a_host_without_power_hangs_up_and_is_silent(
    played: Playing, infrastructure: Infrastructure
) -> None:
    connections = Connections(KnownHosts(known_hosts_path(played.data_dir)))
    host = host_of(infrastructure, "his-app-1", played.data_dir)
    page = target_of(infrastructure, "his-app-1")
    try:
        assert (await poll_ssh(connections, host=host, asks=[Ask("load")])).fault == ""
        command(played.data_dir, ["break", "his-app-1"])
        await asyncio.sleep(0.8)
        polled = await poll_ssh(connections, host=host, asks=[Ask("load")], timeout_s=0.8)
        assert polled.fault in ("timeout", "silent")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await asyncio.open_connection(page.address, 18080)
        command(played.data_dir, ["mend", "his-app-1"])
        await asyncio.sleep(0.8)
        assert (await poll_ssh(connections, host=host, asks=[Ask("load")])).fault == ""
    finally:
        await connections.close()


def _ssh(need: Callable[[str], str], played: Playing, target: Target, key: Path, *words: str) -> str:
    command_line = [need("ssh"), "-F", "none", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes"]
    command_line += ["-o", f"UserKnownHostsFile={known_hosts_path(played.data_dir)}"]
    command_line += ["-i", str(key), "-p", str(target.login_port), f"practice@{target.address}", *words]
    done = subprocess.run(
        command_line, capture_output=True, check=False, timeout=15, stdin=subprocess.DEVNULL
    )
    return f"{done.returncode} {(done.stdout + done.stderr).decode('utf-8', 'replace')}"


def test_openssh_gets_in_with_the_key_only_and_gets_nothing_but_the_table(
    played: Playing, infrastructure: Infrastructure, need: Callable[[str], str], tmp_path: Path
) -> None:
    target = target_of(infrastructure, "his-db-1")
    key = played.data_dir / "practice" / "watch_ed25519"
    assert _ssh(need, played, target, key, "cat /etc/passwd").startswith(
        "126 PRACTICE: this host answers only"
    )
    assert "root:" not in _ssh(need, played, target, key, "cat /etc/passwd")
    shell = _ssh(need, played, target, key)
    assert not shell.startswith("0 ")
    other = tmp_path / "other"
    subprocess.run([need("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", str(other)], check=True)
    assert "Permission denied" in _ssh(need, played, target, other, "true")


async def test_ports_and_pages_answer_as_they_are_set(
    played: Playing, infrastructure: Infrastructure
) -> None:
    ids = ("insurance-front", "his-app-1", "lis-1", "pacs-1", "engine-1")

    async def polled(id_: str) -> dict[str, Sample]:
        target = target_of(infrastructure, id_)
        asks = asks_of(infrastructure, id_, Probe.NET)
        found = await poll_net(Net(), target=id_, address=target.address, asks=asks, timeout_s=5)
        return {one.key: one for one in found.samples}

    for id_ in ids:
        assert all(one.hint in (None, Status.OK) for one in (await polled(id_)).values())
    command(played.data_dir, ["break", "his-app-1", "page/18080", "503"])
    assert (await polled("his-app-1"))["http/18080/health"].hint is Status.CRITICAL
    command(played.data_dir, ["break", "engine-1", "port/12575"])
    await asyncio.sleep(0.8)
    closed = (await polled("engine-1"))["mllp/12575"]
    assert (closed.hint, closed.value) == (Status.CRITICAL, None)
