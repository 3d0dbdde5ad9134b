"""A real OpenSSH server on loopback: unprivileged settings in a folder of its own, ended by its pid.

The key is `restrict`ed to a forced command, which writes down what the client asked for and then does
what the file `behave` says: run it (the default), or misbehave.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hisconsole.plan.targets import Secret
from hisconsole.probes.ssh.hosts import Host

_FORCED = """\
#!/bin/sh
printf '%s\\0' "$SSH_ORIGINAL_COMMAND" >>'{folder}/asked'
[ -r '{folder}/behave' ] && . '{folder}/behave'
exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"
"""

_CONFIG = """\
ListenAddress {address}:{port}
HostKey {folder}/host_key
PidFile none
AuthorizedKeysFile {folder}/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
PrintMotd no
LogLevel VERBOSE
"""


@dataclass
class Sshd:
    """A running server, its folder, and the account that polls it."""

    address: str
    port: int
    folder: Path
    program: str
    settings: str = ""
    """Before what every server here is told; of two the first counts."""
    block: str = ""
    """Behind it, where a Match may stand."""
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it listens."""
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)  # Where sshd, as root, shuts itself in.
        config = self.folder / "sshd_config"
        known = _CONFIG.format(address=self.address, port=self.port, folder=self.folder)
        config.write_text(self.settings + known + self.block)
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.program, "-D", "-e", "-f", str(config)], stdin=subprocess.DEVNULL, stderr=log
            )
        for _try in range(100):
            with socket.socket() as probe:
                if probe.connect_ex((self.address, self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError((self.folder / "log").read_text())

    def stop(self) -> None:
        """End the server and the sessions it has forked, by their pids."""
        if self.process is not None:
            for pid in self.children():
                _signal(pid, signal.SIGCONT)
                _signal(pid, signal.SIGKILL)
            self.process.kill()
            self.process.wait()
            self.process = None

    def children(self) -> list[int]:
        """All processes below the server."""
        assert self.process is not None
        found, new = [], [self.process.pid]
        while new:
            parent = new.pop()
            with contextlib.suppress(OSError):  # It may have ended by now.
                listed = Path(f"/proc/{parent}/task/{parent}/children").read_text()
                below = [int(pid) for pid in listed.split()]
                found += below
                new += below
        return found

    def behave(self, shell: str) -> None:
        """From now on the forced command runs this text of the shell first."""
        (self.folder / "behave").write_text(shell)

    def asked(self) -> list[str]:
        """The command lines that clients have sent."""
        path = self.folder / "asked"
        return path.read_text().split("\0")[:-1] if path.exists() else []

    def log(self) -> str:
        """What the server has logged."""
        return (self.folder / "log").read_text()

    def line(self) -> str:
        """Its host key, as a line for known_hosts."""
        kind, key = (self.folder / "host_key.pub").read_text().split()[:2]
        return f"[{self.address}]:{self.port} {kind} {key}\n"

    def host(self, *, key: str = "user_key", target: str = "db-1") -> Host:
        """It as a host to be polled."""
        return Host(
            target=target,
            address=self.address,
            port=self.port,
            user=getpass.getuser(),
            key=Secret(file=str(self.folder / key)),
        )


def new_key(path: Path, *words: str) -> None:
    """Make a key pair with OpenSSH's own tool."""
    for old in (path, path.with_name(path.name + ".pub")):
        old.unlink(missing_ok=True)
    passphrase = () if "-N" in words else ("-N", "")
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", *passphrase, *words, "-f", str(path)],
        check=True,
        stdin=subprocess.DEVNULL,
    )


def prepare(need: Callable[[str], str], folder: Path, *, address: str, settings: str = "") -> Sshd:
    """The folder of a server: keys, the forced command, the authorized key; not started yet."""
    program = need("sshd")
    need("ssh-keygen")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("host_key", "user_key"):
        new_key(folder / name)
    forced = folder / "forced"
    forced.write_text(_FORCED.format(folder=folder))
    forced.chmod(0o755)
    public = (folder / "user_key.pub").read_text()
    (folder / "authorized_keys").write_text(f'restrict,command="{forced}" {public}')
    return Sshd(address, _free_port(address), folder, program, settings)


def _free_port(address: str) -> int:
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
