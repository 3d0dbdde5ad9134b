"""Hand control of a running practice hospital, over a socket in its data folder that only its owner may use.

One line of JSON with the words asks, one line answers: `{"said": ...}` or `{"refused": ...}`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from hisconsole.errors import HisError, Refused
from hisconsole.practice.folder import FOLDER
from hisconsole.text import _, printable

SOCKET = "control"
WAIT_S = 5.0
_LONGEST = 4096
_LARGEST = 1 << 18

Act = Callable[[Sequence[str]], str]
"""Does what the words say and tells what came of it; raises HisError with a sentence."""


@contextlib.contextmanager
def _short(folder: Path) -> Iterator[str]:
    """A way to the socket that is short enough for the kernel (107 octets), however deep the folder lies."""
    handle = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}/{SOCKET}"
    finally:
        os.close(handle)


def command(data_dir: Path, words: Sequence[str]) -> str:
    """Ask the practice hospital of that data folder, and return what it says.

    Raises HisError when none runs there, and Refused with its sentence when it will not.
    """
    line = json.dumps({"words": list(words)}).encode() + b"\n"
    try:
        with (
            _short(data_dir / FOLDER) as path,
            socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock,
        ):
            sock.settimeout(WAIT_S)
            sock.connect(path)
            sock.sendall(line)
            answer = _read(sock)
        said = json.loads(answer)
    except (OSError, ValueError) as fault:
        sentence = _("No practice hospital answers in {folder}: start one with 'hisconsole practice'.")
        raise HisError(sentence.format(folder=data_dir)) from fault
    if "refused" in said:
        raise Refused(printable(str(said["refused"]), lines=True))
    return printable(str(said.get("said", "")), limit=_LARGEST, lines=True)


def _read(sock: socket.socket) -> bytes:
    answer = b""
    while not answer.endswith(b"\n") and len(answer) < _LARGEST:
        part = sock.recv(65536)
        if not part:
            break
        answer += part
    return answer


class Control:
    """The socket's other end."""

    def __init__(self, act: Act) -> None:
        self._act = act
        self._server: asyncio.Server | None = None
        self._path: Path | None = None
        self._inode = 0

    async def start(self, data_dir: Path) -> None:
        """Listen; raises HisError when a practice hospital already runs with this data folder."""
        folder = data_dir / FOLDER
        if _answered(folder):
            sentence = _("A practice hospital already runs with {folder}: end it first.")
            raise HisError(sentence.format(folder=data_dir))
        self._path = folder / SOCKET
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._path.unlink(missing_ok=True)
            with _short(folder) as path:
                sock.bind(path)
            self._path.chmod(0o600)  # The folder is the owner's alone: nobody came in between.
            self._inode = self._path.stat().st_ino
        except OSError as fault:
            sock.close()
            raise HisError(_("{path} cannot be opened: {why}").format(path=self._path, why=fault)) from fault
        self._server = await asyncio.start_unix_server(self._one, sock=sock, limit=_LONGEST)

    def close(self) -> None:
        """Close the socket and take its name away."""
        if self._server is not None:
            self._server.close()
        if self._path is not None and self._inode:
            with contextlib.suppress(OSError):
                if self._path.stat().st_ino == self._inode:
                    self._path.unlink()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, TimeoutError, ValueError):
            async with asyncio.timeout(WAIT_S):
                line = await reader.readline()
                writer.write(json.dumps(self._answer(line)).encode() + b"\n")
                await writer.drain()
        writer.close()

    def _answer(self, line: bytes) -> dict[str, str]:
        try:
            words = json.loads(line)["words"]
            if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
                raise TypeError
            return {"said": self._act(words)}
        except HisError as refused:
            return {"refused": str(refused)}
        except (ValueError, KeyError, TypeError):
            return {"refused": _("that was no question of ours")}


def _answered(folder: Path) -> bool:
    try:
        with _short(folder) as path, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            sock.settimeout(1.0)
            sock.connect(path)
    except OSError:
        return False
    return True
