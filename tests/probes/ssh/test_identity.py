"""Who the host is: enrolled by a person, strictly checked, and nothing is said to a stranger."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from hisconsole.errors import HisError, Refused
from hisconsole.probes.net.reach import Unreached
from hisconsole.probes.parse.output import Ask
from hisconsole.probes.ssh.connections import Connections
from hisconsole.probes.ssh.hosts import KnownHosts, Offer, accept, enroll, place, read_keys
from hisconsole.probes.ssh.poll import poll_ssh
from tests.probes.sshd import Sshd, new_key

ASKS = [Ask("load")]


def put(path: Path, text: str) -> None:
    path.write_text(text)


async def offered(sshd: Sshd) -> Offer:
    offer = await enroll(sshd.address, sshd.port)
    assert isinstance(offer, Offer)
    return offer


async def test_an_unknown_host_is_not_even_connected_to(sshd: Sshd, tmp_path: Path) -> None:
    before = sshd.log().count("Connection from")
    connections = Connections(KnownHosts(tmp_path / "none"))
    polled = await poll_ssh(connections, host=sshd.host(), asks=ASKS)
    assert polled.fault == "identity"
    assert "not enrolled" in polled.failure
    assert sshd.asked() == []
    assert sshd.log().count("Connection from") == before


async def test_a_person_enrolls_a_host_by_its_fingerprint(sshd: Sshd, tmp_path: Path) -> None:
    offer = await offered(sshd)
    assert offer.fingerprint.startswith("SHA256:")
    assert f"{offer.line}\n" == sshd.line()
    assert "user " not in sshd.log()  # No login was tried.
    path = tmp_path / "data" / "known_hosts"
    accept(path, offer)
    accept(path, offer)
    assert path.read_text() == sshd.line()
    assert path.stat().st_mode & 0o777 == 0o600
    connections = Connections(KnownHosts(path))
    polled = await poll_ssh(connections, host=sshd.host(), asks=ASKS)
    assert polled.failure == ""
    await connections.close()


async def test_a_changed_key_is_its_own_fault_within_a_second_and_nothing_is_sent(
    sshd: Sshd, connections: Connections, known: Path
) -> None:
    assert (await poll_ssh(connections, host=sshd.host(), asks=ASKS)).fault == ""
    sshd.stop()
    (sshd.folder / "asked").unlink()
    new_key(sshd.folder / "host_key")
    (sshd.folder / "log").write_text("")
    sshd.start()
    started = time.monotonic()
    polled = await poll_ssh(connections, host=sshd.host(), asks=ASKS)
    assert time.monotonic() - started < 1
    assert polled.fault == "identity"
    assert "identity changed" in polled.failure
    assert "nothing was sent" in polled.failure
    assert polled.samples == ()
    assert sshd.asked() == []
    assert "publickey" not in sshd.log()

    # It stays so without a new handshake, until a person enrolls the new key.
    again = await poll_ssh(connections, host=sshd.host(), asks=ASKS)
    assert again.fault == "identity"
    assert "next try" in again.failure
    offer = await offered(sshd)
    with pytest.raises(Refused, match="another key"):
        accept(known, offer)
    accept(known, offer, replace=True)
    assert (await poll_ssh(connections, host=sshd.host(), asks=ASKS)).fault == ""


async def test_another_kind_of_key_is_a_changed_key_too(sshd: Sshd, connections: Connections) -> None:
    sshd.stop()
    new_key(sshd.folder / "host_key", "-t", "ecdsa")
    sshd.start()
    polled = await poll_ssh(connections, host=sshd.host(), asks=ASKS)
    assert polled.fault == "identity"
    assert "identity changed" in polled.failure


async def test_a_host_with_several_keys_shows_the_enrolled_kind(sshd: Sshd, tmp_path: Path) -> None:
    sshd.stop()
    new_key(sshd.folder / "rsa", "-t", "rsa", "-b", "2048")
    sshd.settings = f"HostKey {sshd.folder}/rsa\n"
    sshd.start()
    kind, key = (sshd.folder / "rsa.pub").read_text().split()[:2]
    path = tmp_path / "rsa_hosts"
    path.write_text(f"{place(sshd.address, sshd.port)} {kind} {key}\n")
    connections = Connections(KnownHosts(path))
    assert (await poll_ssh(connections, host=sshd.host(), asks=ASKS)).failure == ""
    await connections.close()


async def test_taking_a_host_off_the_list_ends_its_connection(
    sshd: Sshd, connections: Connections, known: Path
) -> None:
    assert (await poll_ssh(connections, host=sshd.host(), asks=ASKS)).fault == ""
    put(known, "# none\n")
    assert (await poll_ssh(connections, host=sshd.host(), asks=ASKS)).fault == "identity"
    assert len(sshd.asked()) == 1


async def test_a_port_that_refuses_and_one_that_speaks_no_ssh_cannot_be_enrolled(sshd: Sshd) -> None:
    refused = await enroll(sshd.address, 1)
    assert isinstance(refused, Unreached)
    assert refused.fault == "refused"


KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKcr8XW8IOrKRXAqRHHiYen/EL8YkCTNhTtoVAbUMqv/"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (f"10.0.0.1 {KEY}\n", {"10.0.0.1"}),
        (f"10.0.0.1,[10.0.0.1]:2222 {KEY} a comment\n", {"10.0.0.1", "[10.0.0.1]:2222"}),
        (f"# 10.0.0.1 {KEY}\n", set()),
        (f"|1|hash|hash {KEY}\n", set()),
        (f"@cert-authority *.hospital {KEY}\n", set()),
        ("10.0.0.1 ssh-ed25519 AAAA\n10.0.0.1\n\n\x00\n", set()),
        ("10.0.0.1 ssh-ed25519 not-base64\n", set()),
    ],
)
def test_only_plain_lines_enroll(text: str, names: set[str]) -> None:
    assert set(read_keys(text)) == names


def test_a_revoked_key_is_of_no_use() -> None:
    assert read_keys(f"10.0.0.1 {KEY}\n@revoked * {KEY}\n") == {"10.0.0.1": ()}


def test_a_key_enrolled_for_one_port_is_not_the_key_of_another(tmp_path: Path) -> None:
    path = tmp_path / "known_hosts"
    path.write_text(f"10.0.0.1 {KEY}\n")
    known = KnownHosts(path)
    assert len(known.keys("10.0.0.1", 22)) == 1
    assert known.keys("10.0.0.1", 2222) == ()
    path.unlink()
    assert known.keys("10.0.0.1", 22) == ()


def test_a_file_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    offer = Offer("10.0.0.1", 22, "ssh-ed25519", "SHA256:x", f"10.0.0.1 {KEY}")
    (tmp_path / "file").write_text("")
    with pytest.raises(HisError, match="cannot be written"):
        accept(tmp_path / "file" / "known_hosts", offer)


def test_replacing_a_key_leaves_the_other_names_of_its_line(tmp_path: Path) -> None:
    path = tmp_path / "known_hosts"
    other = KEY.replace("IKcr", "IKcs")
    path.write_text(f"# by hand\n10.0.0.1,10.0.0.2 {other}\n")
    accept(path, Offer("10.0.0.1", 22, "ssh-ed25519", "SHA256:x", f"10.0.0.1 {KEY}"), replace=True)
    assert path.read_text() == f"# by hand\n10.0.0.2 {other}\n10.0.0.1 {KEY}\n"
