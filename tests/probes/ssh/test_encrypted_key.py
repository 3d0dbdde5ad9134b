"""A key as `ssh-keygen` makes it with a passphrase, in OpenSSH's own form, logs in to a real sshd."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from hisconsole.plan.targets import Secret
from hisconsole.probes.parse.output import Ask
from hisconsole.probes.ssh.connections import Connections
from hisconsole.probes.ssh.hosts import KnownHosts
from hisconsole.probes.ssh.poll import poll_ssh
from tests.probes.sshd import Sshd, new_key


async def test_an_encrypted_key_logs_in_with_its_passphrase_file_and_not_with_another(
    need: Callable[[str], str], sshd: Sshd, known: Path, tmp_path: Path
) -> None:
    need("ssh-keygen")
    key = sshd.folder / "sealed_key"
    new_key(key, "-N", "open sesame")
    assert key.read_text().startswith("-----BEGIN OPENSSH PRIVATE KEY-----")
    authorized = sshd.folder / "authorized_keys"
    options = authorized.read_text().split(" ssh-ed25519 ")[0]
    authorized.write_text(f"{options} {key.with_name('sealed_key.pub').read_text()}")
    failures = []
    for text in ("open sesame\n", "another\n"):
        passphrase = tmp_path / "passphrase"
        passphrase.write_text(text)
        passphrase.chmod(0o600)
        host = replace(sshd.host(key="sealed_key"), passphrase=Secret(file=str(passphrase)))
        connections = Connections(KnownHosts(known))
        polled = await poll_ssh(connections, host=host, asks=[Ask("uptime")])
        await connections.close()
        failures.append((polled.fault, polled.failure))
    assert failures == [("", ""), ("local", f"{key}: the passphrase is missing or wrong")]
