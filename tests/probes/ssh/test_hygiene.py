"""What our SSH never uses: the user's settings, agent and keys, forwarding, and trust without a key."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncssh
import pytest

import hisconsole.probes.ssh
from hisconsole.plan.targets import Secret
from hisconsole.probes.net.reach import Unreached
from hisconsole.probes.parse.output import Ask
from hisconsole.probes.ssh.connections import Connections
from hisconsole.probes.ssh.hosts import KnownHosts
from hisconsole.probes.ssh.keys import Keys, load
from hisconsole.probes.ssh.poll import poll_ssh
from tests.probes.sshd import Sshd, new_key

SOURCES = sorted(Path(next(iter(hisconsole.probes.ssh.__path__))).glob("*.py"))


def test_trust_without_a_key_is_nowhere_in_the_code() -> None:
    for path in SOURCES:
        text = path.read_text()
        assert not re.search(r"known_hosts\s*=\s*(None|\(\))", text), path
        assert not re.search(r"agent_forwarding\s*=\s*True|shell\s*=\s*True|os\.system|Popen", text), path
        assert text.count("asyncssh.connect(") == (1 if path.name == "connections.py" else 0)
        assert text.count("get_server_host_key(") == (1 if path.name == "hosts.py" else 0)


async def test_every_setting_of_a_connection_is_explicit(
    sshd: Sshd, connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, Any]] = []
    connect = asyncssh.connect

    def spy(*words: Any, **settings: Any) -> Any:
        seen.append(settings)
        return connect(*words, **settings)

    monkeypatch.setattr(asyncssh, "connect", spy)
    assert (await poll_ssh(connections, host=sshd.host(), asks=[Ask("load")])).fault == ""
    (settings,) = seen
    for name in ("config", "agent_path", "gss_host", "pkcs11_provider", "x509_trusted_certs"):
        assert settings[name] is None
    for name in (
        "agent_forwarding",
        "x11_forwarding",
        "password_auth",
        "kbdint_auth",
        "host_based_auth",
        "gss_auth",
    ):
        assert settings[name] is False
    keys, authorities, revoked = settings["known_hosts"]
    assert (len(keys), authorities, revoked) == (1, [], [])
    assert len(settings["client_keys"]) == 1
    assert settings["encryption_algs"][:2] == ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com")


async def test_the_users_own_settings_keys_and_agent_are_not_looked_at(
    sshd: Sshd, known: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_key(sshd.folder / "other_key")
    home = _home(tmp_path, sshd)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "agent"))
    connections = Connections(KnownHosts(known))
    polled = await poll_ssh(connections, host=sshd.host(key="other_key"), asks=[Ask("load")])
    assert polled.fault == "auth"
    strangers = Connections(KnownHosts(tmp_path / "empty"))
    assert (await poll_ssh(strangers, host=sshd.host(), asks=[Ask("load")])).fault == "identity"
    await connections.close()


def _home(folder: Path, sshd: Sshd) -> Path:
    """A home whose settings would let the wrong login in and trust the host."""
    settings = folder / "home" / ".ssh"
    settings.mkdir(parents=True)
    (settings / "id_ed25519").write_bytes((sshd.folder / "user_key").read_bytes())
    (settings / "id_ed25519").chmod(0o600)
    (settings / "known_hosts").write_text(sshd.line())
    (settings / "config").write_text(f"Host *\n  IdentityFile {settings}/id_ed25519\n  ForwardAgent yes\n")
    return folder / "home"


def test_a_key_file_that_others_may_read_is_not_used(need: Callable[[str], str], tmp_path: Path) -> None:
    need("ssh-keygen")
    new_key(tmp_path / "key")
    (tmp_path / "key").chmod(0o644)
    found = load(Secret(file=str(tmp_path / "key")), Secret())
    assert isinstance(found, Unreached)
    assert found.sentence == f"{tmp_path}/key may be read by others: chmod 600 it"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "cannot be used as a key"),
        ("secret nonsense", "cannot be used as a key"),
        (
            "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
            "cannot be used as a key",
        ),
    ],
)
def test_a_file_that_is_no_key_is_said_so_without_its_text(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(text)
    path.chmod(0o600)
    found = load(Secret(file=str(path)), Secret())
    assert isinstance(found, Unreached)
    assert (found.fault, words in found.sentence, "nonsense" in found.sentence) == ("local", True, False)


def test_a_missing_key_is_said_so(tmp_path: Path) -> None:
    found = load(Secret(file=str(tmp_path / "none")), Secret())
    assert isinstance(found, Unreached)
    assert found.sentence == f"{tmp_path}/none: No such file or directory"


async def test_an_encrypted_key_is_opened_once_and_a_wrong_passphrase_is_said_so(
    need: Callable[[str], str], tmp_path: Path
) -> None:
    need("ssh-keygen")
    path = tmp_path / "key"
    new_key(path, "-t", "ecdsa", "-m", "PKCS8", "-N", "open sesame")
    keys = Keys()
    key = await keys.get(Secret(file=str(path)), Secret(text="open sesame"))
    assert isinstance(key, asyncssh.SSHKey)
    assert await keys.get(Secret(file=str(path)), Secret(text="open sesame")) is key
    for passphrase in (Secret(text="wrong"), Secret()):
        wrong = await keys.get(Secret(file=str(path)), passphrase)
        assert isinstance(wrong, Unreached)
        assert "passphrase" in wrong.sentence
