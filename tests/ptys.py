"""A program on a real terminal, told as a story: what is typed, what is then on the screen.

    with Pty([sys.executable, "-m", "hisconsole"], env) as console:
        console.wait_for("12 open")
        console.key("enter")

The terminal's session leader is `pty_leader.py`: like a shell it outlives the program, which is how
a test sees what state the program leaves behind.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from unicodedata import combining

import pyte
from wcwidth import wcwidth

SRC = Path(__file__).parents[1] / "src"
LEADER = str(Path(__file__).with_name("pty_leader.py"))

PATIENCE_S = 30.0
"""How long anything may take before a test gives up: a machine that others use, too, holds a program up."""

TAKEN_S = 5.0

KEYS = {
    "enter": "\r",
    "esc": "\x1b",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "backspace": "\x7f",
    "delete": "\x1b[3~",
    "space": " ",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pgup": "\x1b[5~",
    "pgdn": "\x1b[6~",
    **{f"ctrl+{letter}": chr(ord(letter) & 0x1F) for letter in "abcdefghijklmnopqrstuvwxyz"},
}

# The closed grammar of what a full-screen program may send. Order matters: the first that fits.
_ALLOWED = re.compile(
    rb"[\x20-\x7e\r\n\x07]+"
    rb"|\x1b\[[0-9;]*[ABCDHJKLMm]|\x1b\[5n"
    rb"|\x1b\[\?(?:7|25|1049|2004)[hl]"
    rb"|\x1b\[\?(?:1000|1002|1003|1006|1015)l"
)
_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_MODE = re.compile(rb"\x1b\[(?:\?([0-9;]+)([hl])|([<>=])[0-9;]*u)")
_MOUSE = frozenset({9, 1000, 1002, 1003, 1005, 1006, 1015, 1016})


@dataclass(frozen=True, slots=True)
class Modes:
    """The state of a terminal that a program must leave as it found it."""

    alternate_screen: bool = False
    cursor: bool = True
    wrap: bool = True
    bracketed_paste: bool = False
    focus_reports: bool = False
    mouse: frozenset[int] = frozenset()
    kitty_keys: int = 0
    raw: bool = False


class Screen(pyte.Screen):
    """A screen that goes on after a mark of no width, where pyte's drops the rest of the text."""

    def draw(self, data: str) -> None:
        """Leave such a mark out."""
        super().draw("".join(char for char in data if wcwidth(char) or combining(char)))

    @property
    def display(self) -> list[str]:
        """The lines; half a wide character, between two writes, is a blank, where pyte's raises."""
        return [self._line(self.buffer[y]) for y in range(self.lines)]

    def _line(self, cells: Mapping[int, pyte.screens.Char]) -> str:
        found: list[str] = []
        wide = False
        for x in range(self.columns):
            data = cells[x].data
            if data or not wide:
                found.append(data or " ")
            wide = bool(data) and wcwidth(data[0]) == 2
        return "".join(found)


class Pty:
    """One program on a terminal of its own."""

    def __init__(
        self,
        argv: Sequence[str],
        env: Mapping[str, str] | None = None,
        *,
        cols: int = 80,
        rows: int = 24,
        term: str = "xterm-256color",
        cwd: Path | None = None,
        ignore_hup: bool = False,
        allow: Sequence[bytes] = (),
    ) -> None:
        """Start `argv`; `ignore_hup` as under nohup, `allow` names sequences sent on purpose."""
        self.screen_ = Screen(cols, rows)
        self._stream = pyte.ByteStream(self.screen_)
        self.raw = b""
        self.output_at = 0.0
        self._allow = tuple(allow)
        self._ended: dict[str, Any] | None = None
        self._open = True
        self._master, slave = os.openpty()
        termios.tcsetwinsize(self._master, (rows, cols))
        self.attrs_before = termios.tcgetattr(self._master)
        told, tell = os.pipe()
        clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self._leader = subprocess.Popen(
            [sys.executable, "-I", "-S", LEADER, str(tell), str(int(ignore_hup)), *argv],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**clean, "PYTHONPATH": str(SRC), "LANG": "C.UTF-8", **(env or {}), "TERM": term},
            cwd=cwd,
            pass_fds=[tell],
            start_new_session=True,
        )
        self._tty = os.ttyname(slave)
        os.close(slave)
        os.close(tell)
        self._told = os.fdopen(told, "rb")
        self.pid: int = json.loads(self._told.readline())["pid"]

    # -- the story -------------------------------------------------------------------------------

    def send(self, text: str | bytes) -> None:
        """Type `text` as fast as a machine; the program's output is read meanwhile."""
        data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
        deadline = time.monotonic() + 20
        while data:
            if time.monotonic() > deadline:
                raise AssertionError(self._story("the program does not read its keys"))
            self._pump(0)
            if select.select([], [self._master], [], 0.05)[1]:
                data = data[os.write(self._master, data[:512]) :]

    def type_in(self, text: str) -> None:
        """Type `text` key by key, as a person does."""
        for char in text:
            self.send(char)
            self.taken()
            self._pump(0.004)

    def taken(self) -> None:
        """Wait until the program has read what was typed: two keys read at once may be another thing.

        One that reads nothing, because it is stopped or hangs, is not waited for.
        """
        deadline = time.monotonic() + TAKEN_S
        tty = os.open(self._tty, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            while int.from_bytes(fcntl.ioctl(tty, termios.FIONREAD, bytes(4)), sys.byteorder):
                if time.monotonic() > deadline or self._ended is not None:
                    return
                self._pump(0.002)
                self._hear(0)
        finally:
            os.close(tty)

    def key(self, *names: str) -> None:
        """Press keys by name, or by the character itself, and let each take effect."""
        for name in names:
            self.send(KEYS.get(name, name))
            self.taken()
            self.settle(0.03)

    def paste(self, text: str) -> None:
        """Paste as a terminal does that was asked for bracketed paste."""
        self.send(f"\x1b[200~{text}\x1b[201~")

    def wait_for(
        self, what: str | re.Pattern[str] | Callable[[list[str]], object], timeout: float = PATIENCE_S
    ) -> None:
        """Wait until the screen holds a text, matches a pattern or satisfies a function."""
        deadline = time.monotonic() + timeout
        while not _holds(what, self.screen()):
            if time.monotonic() > deadline:
                raise AssertionError(self._story(f"{what!r} did not come in {timeout} s"))
            if self._ended is not None and not self._pump(0):
                raise AssertionError(self._story(f"the program ended before {what!r} came"))
            self._pump(0.05)
            self._hear(0)

    def settle(self, quiet: float = 0.15, timeout: float = PATIENCE_S) -> None:
        """Wait until the program has written nothing for `quiet` seconds."""
        deadline = time.monotonic() + timeout
        while self._pump(quiet):
            if time.monotonic() > deadline:
                raise AssertionError(self._story(f"the program never rests for {quiet} s"))

    def screen(self) -> list[str]:
        """The lines of the screen as a person reads them."""
        return [line.rstrip() for line in self.screen_.display]

    def resize(self, cols: int, rows: int) -> None:
        """Change the size of the window."""
        self.screen_.resize(rows, cols)
        termios.tcsetwinsize(self._master, (rows, cols))

    def signal(self, number: int) -> None:
        """Send the program a signal."""
        os.kill(self.pid, number)

    def hangup(self) -> None:
        """Drop the line: the terminal is gone."""
        if self._open:
            self._pump(0)
            self._open = False
            os.close(self._master)

    def exited(self, timeout: float = PATIENCE_S) -> int:
        """Wait for the end; return the exit code, or the signal that killed it as a negative."""
        deadline = time.monotonic() + timeout
        while self._ended is None:
            if time.monotonic() > deadline:
                raise AssertionError(self._story(f"the program still runs after {timeout} s"))
            self._pump(0.02)
            self._hear(0.02)
        while self._pump(0.02):
            pass
        return int(self._ended["code"])

    @property
    def running(self) -> bool:
        """Whether the program has not ended."""
        self._hear(0)
        return self._ended is None

    # -- what it wrote and left ------------------------------------------------------------------

    def modes(self) -> Modes:
        """The modes of the terminal, from all that was written to it and from its driver."""
        self._pump(0)
        on: set[int] = {7, 25}
        kitty = 0
        for match in _MODE.finditer(self.raw):
            numbers, switch, push = match.groups()
            if numbers is None:
                kitty += {b">": 1, b"<": -1}.get(push, 0)
                continue
            for number in map(int, numbers.split(b";")):
                (on.add if switch == b"h" else on.discard)(number)
        return Modes(
            alternate_screen=bool(on & {47, 1047, 1049}),
            cursor=25 in on,
            wrap=7 in on,
            bracketed_paste=2004 in on,
            focus_reports=1004 in on,
            mouse=frozenset(on & _MOUSE),
            kitty_keys=kitty,
            raw=self._attrs() != self.attrs_before,
        )

    def _attrs(self) -> list[Any]:
        if self._ended is not None and self._ended["attrs_kept"] is not None:
            return self.attrs_before if self._ended["attrs_kept"] else []
        return termios.tcgetattr(self._master) if self._open else []

    def forbidden(self) -> list[tuple[int, bytes]]:
        """Every place in the output that no full-screen program has a reason to send."""
        self._pump(0)
        found: list[tuple[int, bytes]] = []
        at = 0
        while at < len(self.raw):
            size = self._allowed(at)
            if not size:
                found.append((at, self.raw[at : at + 16]))
                size = 1
            at += size
        return found

    def _allowed(self, at: int) -> int:
        """Length of the allowed piece of output at `at`, 0 where it is forbidden."""
        for sequence in self._allow:
            if self.raw.startswith(sequence, at):
                return len(sequence)
        if match := _ALLOWED.match(self.raw, at):
            return len(match.group())
        if match := _UTF8.match(self.raw, at):
            with contextlib.suppress(UnicodeDecodeError):
                return len(match.group()) if match.group().decode().isprintable() else 0
        return 0

    def cpu(self) -> float:
        """Seconds of processor the program has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    # -- behind it -------------------------------------------------------------------------------

    def _pump(self, wait: float) -> bool:
        """Read what the program wrote; whether it wrote anything within `wait` seconds."""
        if not self._open or not select.select([self._master], [], [], wait)[0]:
            if not self._open and wait:
                time.sleep(wait)
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:
            return False
        self.raw += data
        self.output_at = time.monotonic()
        self._stream.feed(data)
        return bool(data)

    def _hear(self, wait: float) -> None:
        if self._ended is None and select.select([self._told], [], [], wait)[0]:
            line = self._told.readline()
            self._ended = json.loads(line) if line else {"code": 255, "attrs_kept": None}

    def _story(self, what: str) -> str:
        width = self.screen_.columns
        lines = "\n".join(f"|{line.ljust(width)}|" for line in self.screen())
        rule = "+" + "-" * width + "+"
        return f"{what}\n{rule}\n{lines}\n{rule}\nlast bytes: {self.raw[-200:]!r}"

    def close(self) -> None:
        """End the program and its terminal, whatever state they are in."""
        self._hear(0)
        for pid, gone in ((self.pid, self._ended is not None), (self._leader.pid, False)):
            if not gone:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self._leader.wait(10)
        self._told.close()
        if self._open:
            self._open = False
            os.close(self._master)

    def __enter__(self) -> Self:
        """The story begins."""
        return self

    def __exit__(self, *fault: object) -> None:
        """The story ends, and so does the program."""
        self.close()


def _holds(what: str | re.Pattern[str] | Callable[[list[str]], object], screen: list[str]) -> bool:
    if isinstance(what, str):
        return any(what in line for line in screen)
    if isinstance(what, re.Pattern):
        return bool(what.search("\n".join(screen)))
    return bool(what(screen))
