"""Real senders of traps and informs, net-snmp's, and a socket to hear them at."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hisconsole.probes.snmp import Device

LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
COMMUNITY, USER = "practice", "practice"
AUTH_PASSWORD, PRIV_PASSWORD = "practice-auth-1", "practice-priv-1"
ENGINE = bytes.fromhex("8000000001020304")

_AUTH = {"sha1": "SHA", "sha256": "SHA-256"}
_PRIV = {"aes128": "AES", "aes256": "AES-256"}

PORT = [".1.3.6.1.2.1.2.2.1.1.7", "i", "7", ".1.3.6.1.2.1.2.2.1.2.7", "s", "Gi0/0/7"]
"""What a link trap says of its port."""

Need = Callable[[str], str]


def plain(community: str = COMMUNITY) -> list[str]:
    """The words of version 2c."""
    return ["-v2c", "-c", community]


def secured(device: Device, *, level: str = "authPriv", engine: bytes = b"") -> list[str]:
    """The words of version 3 as this user."""
    words = ["-v3", "-u", device.user, "-l", level, "-a", _AUTH[device.auth], "-A", device.auth_key]
    words += ["-x", _PRIV[device.priv], "-X", device.priv_key]
    return [*words, "-e", f"0x{engine.hex()}"] if engine else words


def a_user(auth: str = "sha256", priv: str = "aes128", **other: object) -> Device:
    """A device of version 3 as the listener knows it."""
    keys = {"auth_key": AUTH_PASSWORD, "priv_key": PRIV_PASSWORD}
    how = {"version": "3", "user": USER, "auth": auth, "priv": priv}
    return Device(**{"address": "127.0.0.1", **how, **keys, **other})  # type: ignore[arg-type]


class Sending:
    """A sender at work; `wait` for its exit code, which an inform without an answer spoils."""

    def __init__(self, program: str, folder: Path, words: Sequence[str]) -> None:
        environment = {**os.environ, "MIBS": "", "SNMP_PERSISTENT_DIR": str(folder / "snmp")}
        command = [program, *words]
        self._process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def wait(self) -> int:
        try:
            return self._process.wait(10)
        finally:
            self._process.kill()


def send(
    need: Need,
    folder: Path,
    who: Sequence[str],
    port: int,
    *,
    inform: bool = False,
    kind: str = LINK_DOWN,
    values: Sequence[str] = PORT,
) -> Sending:
    """Start sending one trap or inform."""
    program = need("snmpinform" if inform else "snmptrap")
    once = ["-t", "1", "-r", "0"] if inform else []
    return Sending(program, folder, [*who, *once, f"127.0.0.1:{port}", "4200", f".{kind}", *values])


@contextmanager
def hearing() -> Iterator[tuple[socket.socket, int]]:
    """A socket on loopback that waits 5 s at most, and its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(5)
        yield sock, sock.getsockname()[1]
