"""A program in tmux, driven and read as `ptys.Pty` is: a second, independent judge of what is seen."""

from __future__ import annotations

import re
import shlex
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

from tests.ptys import PATIENCE_S, SRC

NAMES = {"enter": "Enter", "esc": "Escape", "tab": "Tab", "space": "Space", "backspace": "BSpace"}


class Tmux:
    """One window of a tmux server of its own."""

    def __init__(
        self, tmux: str, argv: Sequence[str], env: Mapping[str, str], *, socket: Path, size: tuple[int, int]
    ) -> None:
        """Start `argv` in a window of so many columns and lines."""
        self._base = [tmux, "-S", str(socket), "-f", "/dev/null"]
        told = " ".join(f"{name}={shlex.quote(value)}" for name, value in env.items())
        inside = f"{told} PYTHONPATH={SRC} {shlex.join(argv)}; echo exit code $?; sleep 600"
        columns, lines = map(str, size)
        self._tmux("new-session", "-d", "-x", columns, "-y", lines, inside)
        self._tmux("set-option", "-s", "escape-time", "5")

    def _tmux(self, *words: str) -> str:
        done = subprocess.run([*self._base, *words], capture_output=True, text=True, check=True, timeout=10)
        return done.stdout

    def key(self, *names: str) -> None:
        """Press keys by name, or by the character itself."""
        for name in names:
            self._tmux("send-keys", *([NAMES[name]] if name in NAMES else ["-l", "--", name]))
            time.sleep(0.05)

    def type_in(self, text: str) -> None:
        """Type words; more than this at once would count as a paste."""
        for start in range(0, len(text), 20):
            self._tmux("send-keys", "-l", "--", text[start : start + 20])
            time.sleep(0.06)

    def screen(self) -> list[str]:
        """The lines of the window."""
        return [line.rstrip() for line in self._tmux("capture-pane", "-p").split("\n")]

    def wait_for(
        self, what: str | re.Pattern[str] | Callable[[list[str]], object], timeout: float = PATIENCE_S
    ) -> None:
        """Wait until the window holds a text, matches a pattern or satisfies a function."""
        deadline = time.monotonic() + timeout
        while not _holds(what, self.screen()):
            if time.monotonic() > deadline:
                raise AssertionError(f"{what!r} did not come:\n" + "\n".join(self.screen()))
            time.sleep(0.05)

    def __enter__(self) -> Self:
        """The story begins."""
        return self

    def __exit__(self, *fault: object) -> None:
        """End the server and all in it."""
        subprocess.run([*self._base, "kill-server"], check=False, capture_output=True)


def _holds(what: str | re.Pattern[str] | Callable[[list[str]], object], screen: list[str]) -> bool:
    if isinstance(what, str):
        return any(what in line for line in screen)
    if isinstance(what, re.Pattern):
        return bool(what.search("\n".join(screen)))
    return bool(what(screen))
