"""How a target lets us in: its credential as a device to ask or a host to log in to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hisconsole.config.targets_credentials import secret_text
from hisconsole.paths import secret_file
from hisconsole.plan.targets import Credential, CredentialKind, Infrastructure, Secret, Target

if TYPE_CHECKING:
    from hisconsole.probes.snmp import Device
    from hisconsole.probes.ssh.hosts import Host


def known_hosts_path(data: Path, *, sample: bool) -> Path:
    """The file of the enrolled host keys; the practice hospital has one of its own, which it writes."""
    return data / "practice" / "known_hosts" if sample else data / "known_hosts"


def device_of(address: str, port: int, credential: Credential, *, data: Path) -> Device:
    """An SNMP agent, and how it lets us in; secrets lie in `data`. Raises HisError when one cannot be had."""
    from hisconsole.probes.snmp import Device

    secret = secret_text(credential.secret, data=data)
    if credential.kind is CredentialKind.SNMP2C:
        return Device(address=address, port=port, community=secret)
    return Device(
        address=address,
        port=port,
        version="3",
        user=credential.user,
        auth="sha256" if credential.auth == "sha256" else "sha1",
        auth_key=secret,
        priv="aes256" if credential.priv == "aes256" else "aes128",
        priv_key=secret_text(credential.priv_secret, data=data),
    )


def host_of(
    infrastructure: Infrastructure, target: Target, *, data: Path, through: Iterable[str] = ()
) -> Host:
    """An SSH host with its jump hosts, and the login there; `through` are those passed already."""
    from hisconsole.probes.ssh.hosts import Host

    credential = infrastructure.credentials[target.login]
    jump = infrastructure.target(target.jump)
    passed = (*through, target.id)
    further = jump if jump and jump.id not in passed else None
    return Host(
        target=target.id,
        address=target.address,
        user=credential.user,
        key=_placed(credential.secret, data),
        port=target.login_port,
        passphrase=_placed(credential.passphrase, data),
        jump=host_of(infrastructure, further, data=data, through=passed) if further else None,
    )


def _placed(secret: Secret, data: Path) -> Secret:
    """A secret with the full name of its file."""
    return replace(secret, file=str(secret_file(secret.file, data=data))) if secret.file else secret
