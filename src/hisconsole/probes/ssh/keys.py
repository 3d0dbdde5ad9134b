"""Our own keys: read once, in a thread, because an encrypted one costs up to a second of the processor."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncssh

from hisconsole.paths import is_open
from hisconsole.plan.targets import Secret
from hisconsole.probes.net.reach import Unreached
from hisconsole.text import _, printable

_LARGEST = 65536


class Keys:
    """The private keys in use, each loaded once; a failed load is tried again the next time."""

    def __init__(self) -> None:
        self._loading: dict[tuple[Secret, Secret], asyncio.Task[asyncssh.SSHKey | Unreached]] = {}

    async def get(self, key: Secret, passphrase: Secret) -> asyncssh.SSHKey | Unreached:
        """The key, or why there is none; several who ask at once wait for one load."""
        which = (key, passphrase)
        task = self._loading.get(which)
        if task is None:
            task = asyncio.create_task(asyncio.to_thread(load, key, passphrase))
            self._loading[which] = task
        found = await asyncio.shield(task)
        if isinstance(found, Unreached) and self._loading.get(which) is task:
            del self._loading[which]
        return found


def load(key: Secret, passphrase: Secret) -> asyncssh.SSHKey | Unreached:
    """Read a private key, decrypting it where it is encrypted; its text is never in a sentence."""
    where = key.file or _("the key in the file")
    try:
        text = _read(key)
        opener = _read(passphrase).rstrip("\r\n") if passphrase else None
        return asyncssh.import_private_key(text, opener)
    except _Open as error:
        return Unreached("local", str(error))
    except OSError as error:
        return Unreached("local", _("{file}: {error}").format(file=error.filename, error=error.strerror))
    except (asyncssh.KeyEncryptionError, asyncssh.KeyImportError, ValueError) as error:
        said = printable(str(error), limit=80)
        if "decrypt" in said or "assphrase" in said:
            return Unreached("local", _("{file}: the passphrase is missing or wrong").format(file=where))
        return Unreached("local", _("{file} cannot be used as a key: {said}").format(file=where, said=said))


class _Open(Exception):
    """A secret that others on this machine could read."""


def _read(secret: Secret) -> str:
    if not secret.file:
        return secret.text
    path = Path(secret.file)
    if is_open(path):
        raise _Open(_("{file} may be read by others: chmod 600 it").format(file=path))
    return path.read_bytes()[:_LARGEST].decode("utf-8")
