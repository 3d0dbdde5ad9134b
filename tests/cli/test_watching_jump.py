"""A host behind a jump host, both real OpenSSH servers: enrolled one after the other, then polled through."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hisconsole.config import init_site
from tests.cli.conftest import Run
from tests.probes.sshd import Sshd, prepare

Words = tuple[str, ...]
NET = f"127.{60 + os.getpid() % 190}.11"
TARGETS = """\
gate:
  name: Jump host
  kind: server
  address: {gate.address}
  login: door
  login_port: {gate.port}
  profiles: ssh-linux
inner:
  name: Database behind it
  kind: server
  address: {inner.address}
  login: vault
  login_port: {inner.port}
  jump: gate
  profiles: ssh-linux
"""
CREDENTIALS = """\
{name}:
  kind: ssh
  user: {user}
  key_file: {file}
"""


@pytest.fixture
def servers(need: Callable[[str], str], tmp_path: Path) -> Iterator[tuple[Sshd, Sshd]]:
    folder = tmp_path / "servers"
    gate = prepare(need, folder / "gate", address=f"{NET}.1")
    inner = prepare(need, folder / "inner", address=f"{NET}.2")
    # What a jump host is for: its key opens no shell, and leads to this one port.
    public = (gate.folder / "user_key.pub").read_text()
    leads = f'restrict,port-forwarding,permitopen="{inner.address}:{inner.port}"'
    forced = f'command="{gate.folder / "forced"}"'
    (gate.folder / "authorized_keys").write_text(f"{leads},{forced} {public}")
    try:
        gate.start()
        inner.start()
        yield gate, inner
    finally:
        gate.stop()
        inner.stop()


@pytest.fixture
def site(tmp_path: Path, servers: tuple[Sshd, Sshd]) -> Words:
    """A real site with both hosts; nobody has enrolled them yet."""
    folder, data = tmp_path / "site", tmp_path / "data"
    init_site(folder)
    gate, inner = servers
    (folder / "targets.yaml").write_text(TARGETS.format(gate=gate, inner=inner))
    logins = (("door", gate), ("vault", inner))
    (folder / "credentials.yaml").write_text(
        "".join(
            CREDENTIALS.format(name=name, user=getpass.getuser(), file=server.folder / "user_key")
            for name, server in logins
        )
    )
    return ("--config", str(folder), "--data", str(data))


def offered(run: Run, site: Words, host: str) -> str:
    """The fingerprint that a host shows."""
    shown = run("hosts", "enroll", host, "--json", *site)
    assert shown.code == 4, shown.err
    return str(shown.fault["error"].split("--accept ")[1].rstrip("."))


def test_a_host_behind_a_jump_host_is_enrolled_after_it_and_polled_through_it(
    run: Run, site: Words, servers: tuple[Sshd, Sshd]
) -> None:
    gate, inner = servers
    known = Path(site[3]) / "known_hosts"
    early = run("hosts", "enroll", "inner", "--json", *site)
    assert early.code == 1
    assert "jump host gate" in early.fault["error"]
    assert run("hosts", "enroll", "gate", "--accept", offered(run, site, "gate"), *site).code == 0
    fingerprint = offered(run, site, "inner")
    ran = run("hosts", "enroll", "inner", "--accept", fingerprint, "--json", *site)
    assert ran.code == 0, ran.err
    assert ran.json["fingerprint"] == fingerprint
    assert known.read_text() == gate.line() + inner.line()
    found = {each["target"]: each for each in run("watch", "--once", "--json", *site).json["targets"]}
    assert {each["key"] for each in found["inner"]["readings"]} >= {"disk//", "load/5"}
    assert len(inner.asked()) == 1
    through = gate.log().count("Accepted publickey for")
    assert through == 3, gate.log()  # Twice to see the key behind it; once to poll both over one connection.


def test_a_changed_key_of_the_jump_host_lets_nothing_through(
    run: Run, site: Words, servers: tuple[Sshd, Sshd]
) -> None:
    gate, inner = servers
    known = Path(site[3]) / "known_hosts"
    known.parent.mkdir(parents=True, exist_ok=True)
    known.write_text(gate.line().replace(gate.line().split()[2], inner.line().split()[2]) + inner.line())
    refused = run("hosts", "enroll", "inner", "--json", *site)
    assert refused.code == 1
    assert "jump host gate" in refused.fault["error"]
    polled = {each["target"]: each for each in run("watch", "--once", "--json", *site).json["targets"]}
    assert polled["inner"]["status"] == "unknown"
    assert "jump host gate" in polled["inner"]["words"]
    assert "Accepted publickey" not in gate.log() + inner.log()


def test_what_is_tried_over_snmp_goes_through_no_jump_host(
    run: Run, site: Words, servers: tuple[Sshd, Sshd]
) -> None:
    gate, inner = servers
    tried = run("targets", "try", "inner", *site)
    assert tried.code == 2
    assert "Name a credential" in tried.err
    assert "Accepted publickey" not in gate.log() + inner.log()
