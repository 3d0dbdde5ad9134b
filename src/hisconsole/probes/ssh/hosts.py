"""Whom we speak to: the host, and the keys by which a person has vouched for it.

The file is OpenSSH's known_hosts, plain names only, so `ssh-keygen -l` reads it. Nothing but `accept`
writes it, and only a person calls that (engineering bar 20).
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path

import asyncssh

from hisconsole.errors import HisError, Refused
from hisconsole.plan.targets import SSH_PORT, Secret
from hisconsole.probes.net.reach import Unreached, connect
from hisconsole.text import _, printable
from hisconsole.values import dataclass

ENROLL_S = 10.0
_LARGEST = 4_000_000

ALGORITHMS: Mapping[str, tuple[str, ...]] = {
    "ssh-ed25519": ("ssh-ed25519",),
    "ecdsa-sha2-nistp256": ("ecdsa-sha2-nistp256",),
    "ecdsa-sha2-nistp384": ("ecdsa-sha2-nistp384",),
    "ecdsa-sha2-nistp521": ("ecdsa-sha2-nistp521",),
    "ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"),
}
"""Kinds of host keys and the signatures they may give; servers before OpenSSH 7.2 know `ssh-rsa` only."""


@dataclass(frozen=True, slots=True)
class Host:
    """A host to be polled over SSH, and the login there; `jump` is the host to go through."""

    target: str
    address: str
    user: str
    key: Secret
    port: int = SSH_PORT
    passphrase: Secret = field(default_factory=Secret)
    jump: Host | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """The key that a host showed and proved to hold; a person compares the fingerprint and accepts."""

    address: str
    port: int
    algorithm: str
    fingerprint: str
    line: str
    """The line for known_hosts."""


def place(address: str, port: int) -> str:
    """The name of a host in known_hosts."""
    return address if port == SSH_PORT else f"[{address}]:{port}"


class KnownHosts:
    """The enrolled host keys, read again when the file changes; a missing file holds none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, ...] = ()
        self._keys: dict[str, tuple[asyncssh.SSHKey, ...]] = {}

    def keys(self, address: str, port: int) -> tuple[asyncssh.SSHKey, ...]:
        """The keys enrolled for a host; none where the file cannot be read."""
        try:
            state = self.path.stat()
            seen = (state.st_mtime_ns, state.st_size, state.st_ino)
            if seen != self._seen:
                text = self.path.read_bytes()[:_LARGEST].decode("utf-8", "replace")
                self._seen, self._keys = seen, read_keys(text)
        except OSError:
            self._seen, self._keys = (), {}
        return self._keys.get(place(address, port), ())


def read_keys(text: str) -> dict[str, tuple[asyncssh.SSHKey, ...]]:
    """The keys of a known_hosts text by host; `@revoked` keys and lines that are not plain are left out."""
    keys: dict[str, list[asyncssh.SSHKey]] = {}
    revoked: list[asyncssh.SSHKey] = []
    for line in text.splitlines():
        words = line.split()
        marker = words.pop(0) if words and words[0].startswith("@") else ""
        if len(words) < 3 or words[0].startswith(("#", "|")) or marker not in ("", "@revoked"):
            continue
        try:
            key = asyncssh.import_public_key(f"{words[1]} {words[2]}")
        except (asyncssh.KeyImportError, ValueError):
            continue
        if marker:
            revoked.append(key)
            continue
        for name in words[0].split(","):
            keys.setdefault(name, []).append(key)
    return {name: tuple(key for key in held if key not in revoked) for name, held in keys.items()}


def algorithms(keys: Sequence[asyncssh.SSHKey]) -> list[str]:
    """Signatures to ask a host for: of its enrolled keys first, so that it shows the one we can compare.

    The others follow, because a host that can no longer show the enrolled kind has changed its key,
    and that must be seen as such.
    """
    first = [name for key in keys for name in ALGORITHMS.get(key.algorithm.decode("ascii"), ())]
    return list(dict.fromkeys([*first, *(name for names in ALGORITHMS.values() for name in names)]))


async def enroll(
    address: str, port: int = SSH_PORT, *, through: asyncssh.SSHClientConnection | None = None
) -> Offer | Unreached:
    """Ask a host for its key, for a person to compare; no user name and no command is sent.

    The host proves that it holds the key. `through` is the kept connection to its jump host.
    """
    opened = None if through else await connect(address, port, wait_s=ENROLL_S)
    if isinstance(opened, Unreached):
        return opened
    way = {"sock": opened} if opened else {"tunnel": through}
    try:
        async with asyncio.timeout(ENROLL_S):
            key = await asyncssh.get_server_host_key(
                address if through else "",
                port if through else (),
                config=None,
                server_host_key_algs=algorithms(()),
                **way,
            )
    except TimeoutError:
        return Unreached("silent", _("port {port} greets nobody: no SSH, or stuck").format(port=port))
    except (OSError, asyncssh.Error) as error:
        said = printable(getattr(error, "reason", "") or str(error), limit=120)
        return Unreached("malformed", _("no SSH on port {port}: {said}").format(port=port, said=said))
    finally:
        if opened is not None:
            opened.close()
    if key is None:
        return Unreached("malformed", _("the host showed no key"))
    words = key.export_public_key("openssh").decode("ascii").split()[:2]
    line = f"{place(address, port)} {words[0]} {words[1]}"
    return Offer(address, port, words[0], key.get_fingerprint("sha256"), line)


def accept(path: Path, offer: Offer, *, replace: bool = False) -> None:
    """Write an offered key into known_hosts, in one piece, readable by the owner only.

    Raises Refused when another key is enrolled for the host and `replace` is not said; that is for a
    person who knows why the key changed. Raises HisError when the file cannot be written.
    """
    name = place(offer.address, offer.port)
    try:
        old = path.read_text("utf-8").splitlines() if path.exists() else []
        held = [line for line in old if name in line.split(" ", 1)[0].split(",")]
        if offer.line in held:
            return
        if held and not replace:
            raise Refused(
                _(
                    "{host} is enrolled with another key. Find out why it changed before you replace it."
                ).format(host=name)
            )
        kept = [*(_without(line, name) for line in old), offer.line]
        text = "".join(f"{line}\n" for line in kept if line)
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except (OSError, UnicodeDecodeError) as error:
        raise HisError(_("{path} cannot be written: {error}").format(path=path, error=error)) from error


def _without(line: str, name: str) -> str:
    """The line without one of its host names; empty when no other is left."""
    names, blank, rest = line.partition(" ")
    if line.startswith(("#", "@")) or name not in names.split(","):
        return line
    left = ",".join(each for each in names.split(",") if each != name)
    return f"{left}{blank}{rest}" if left else ""
