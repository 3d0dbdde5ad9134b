"""A hospital with a door: its files, its operators' keys, the process that forks consoles."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hisconsole import enter
from hisconsole.cli.sshd import KEYS
from hisconsole.door import MOST
from hisconsole.paths import shipped
from hisconsole.sessions import FOLDER, Live, living
from tests.console.app import ME, OTHER, desk
from tests.hospital import Laid
from tests.ptys import PATIENCE_S, SRC

ENTER = str(Path(enter.__file__).resolve())
MADE_UP = {ME: "ssh-ed25519 AAAAmine", OTHER: "ssh-ed25519 AAAAother"}


@dataclass
class House(Laid):
    """One hospital and its record; `start` opens its door."""

    process: subprocess.Popen[bytes] | None = None

    @property
    def program(self) -> list[str]:
        """The program on this hospital."""
        return [sys.executable, "-P", "-m", "hisconsole", *self.words]

    def keys(self, *lines: str) -> None:
        """The file of the operators' keys."""
        (self.config / KEYS).write_text("".join(f"{line}\n" for line in lines))

    def client(self) -> list[str]:
        """What sshd starts."""
        run = self.data / FOLDER
        return [sys.executable, "-I", "-S", ENTER, str(run), str(self.config / KEYS), *self.program]

    def shown(self, operator: str) -> dict[str, str]:
        """The environment of a login by the made-up key of an operator, as sshd would leave it."""
        told = self.folder / f"auth-{operator}"
        if not told.exists():  # others may be reading it
            told.write_text(f"publickey {MADE_UP.get(operator, 'ssh-ed25519 AAAAnobody')}\n")
        return {"SSH_USER_AUTH": str(told), "SSH_CONNECTION": "192.0.2.7 50000 192.0.2.1 22"}

    def start(self, environ: Mapping[str, str] | None = None, *, most: int = MOST, before: str = "") -> None:
        """Open the door, for at most so many, in a process that does `before` first, and wait for it."""
        *python, _module, _name = self.program[:4]
        run = f"import hisconsole.door as d, hisconsole.cli as c; d.MOST = {most}; raise SystemExit(c.main())"
        clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        with (self.folder / "door.out").open("ab") as told:
            self.process = subprocess.Popen(
                [*python, "-c", f"{before}\n{run}", *self.program[4:], "door"],
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=told,
                env={**clean, "PYTHONPATH": str(SRC), "LANG": "C.UTF-8", **(environ or {})},
            )
        socket = self.data / FOLDER / enter.SOCKET
        self.until(socket.exists)

    def until(self, true: Callable[[], object], timeout: float = PATIENCE_S) -> None:
        """Wait until a function says so."""
        deadline = time.monotonic() + timeout
        while not true():
            if time.monotonic() > deadline:
                raise AssertionError(f"{true} did not come true; the door said: {self.said()}")
            time.sleep(0.02)

    def said(self) -> str:
        """What the door has said so far."""
        return (self.folder / "door.out").read_text()

    def consoles(self) -> list[Live]:
        """The consoles that live on this record."""
        return living(self.data)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the door; its exit code."""
        assert self.process is not None
        self.process.send_signal(how)
        code = self.process.wait(10)
        self.process = None
        return code

    def close(self) -> None:
        """End the door, and every console that lives."""
        for live in self.consoles():
            with contextlib.suppress(ProcessLookupError):
                os.kill(live.pid, signal.SIGKILL)
        if self.process is not None:
            self.process.kill()
            self.process.wait()


def house(folder: Path) -> House:
    """The sample hospital in a folder of its own, with an empty record and two made-up keys."""
    made = House(folder)
    shutil.copytree(shipped("config"), made.config)
    made.keys(*(f'restrict,pty,environment="{enter.OPERATOR}={who}" {key}' for who, key in MADE_UP.items()))
    desk(made.data).database.close()
    return made
