"""The SSH keys of the played hosts and of the watch that visits them: made at the first start, then kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import asyncssh

from hisconsole.errors import HisError
from hisconsole.practice.folder import known_hosts_path, write_private
from hisconsole.probes.ssh.hosts import place
from hisconsole.text import _

_KIND = "ssh-ed25519"


def key(path: Path) -> asyncssh.SSHKey:
    """The private key of that file, made where there is none yet; raises HisError when it cannot be had."""
    try:
        if path.exists():
            return asyncssh.read_private_key(path)
        made = asyncssh.generate_private_key(_KIND, comment="PRACTICE")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, made.export_private_key())
    except (OSError, asyncssh.KeyImportError) as fault:
        sentence = _("the key {path} cannot be used: {why}. Delete it and start again.")
        raise HisError(sentence.format(path=path, why=fault)) from fault
    return made


def write_known_hosts(data_dir: Path, hosts: Mapping[tuple[str, int], asyncssh.SSHKey]) -> None:
    """Write the keys of all played hosts, so that nobody has to enroll machines that do not exist."""
    lines = []
    for (address, port), host_key in hosts.items():
        public = host_key.export_public_key("openssh").decode("ascii").split()[:2]
        lines.append(f"{place(address, port)} {' '.join(public)} PRACTICE\n")
    write_private(known_hosts_path(data_dir), "".join(lines).encode())
