"""What sshd starts at a login: it hands its terminal to the door and waits for the end of the console.

It runs as a file, `python -I -S enter.py`, so that a login loads a little of the standard library and
nothing else, and no variable of the client's is obeyed. Where no door answers it becomes a console by
a plain start. Who the operator is says the key that sshd has proven (ExposeAuthInfo), never the client:
the line of that key in the file of keys names him. Its sentences are English, because the hospital's
language stands in files that it does not read.
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import socket
import struct
import sys
import termios
from collections.abc import Iterable, Mapping
from contextlib import suppress

SOCKET = "door.sock"
TAKEN, REFUSED, ENDED, KILLED = b"t", b"r", b"e", b"k"
"""How an answer of the door begins; behind it a sentence, an exit code, or a signal and a farewell."""
GO = b"\0"
"""The terminal is free: fork. Every other octet to the door is a signal for the console."""

OPERATOR = "HISCONSOLE_OPERATOR"
KEPT = ("TERM", "LANG", "LC_ALL", "LC_CTYPE", "SSH_CONNECTION")
"""What of the client's environment a console hears of."""
HOME = ("PATH", "HOME", "USER", "LOGNAME", "SHELL")
"""What a plain start needs beside."""

FORWARDED = (signal.SIGWINCH, signal.SIGHUP, signal.SIGTERM, signal.SIGCONT)
ANSWERS_S = 3.0
"""Seconds that a door may take to answer; then a plain start is surer."""
LONGEST = 16 * 1024
USAGE, UNAVAILABLE, NOT_ALLOWED, LOST = 2, 75, 77, 1
"""Exit codes, after sysexits.h where it has one."""


def refusal(environ: Mapping[str, str], *, terminal: bool) -> str:
    """Why there is no console for such a login; empty where there is one."""
    if environ.get("SSH_ORIGINAL_COMMAND"):
        return "here is the console and nothing else: log in without a command, and copy no files."
    if not terminal:
        return "the console needs a terminal: log in with 'ssh -t'."
    return ""


def operators_of(keys: Iterable[str], proven: str) -> set[str]:
    """Whom the keys belong to that sshd has proven: `proven` is what SSH_USER_AUTH's file says.

    A key whose line names nobody belongs to "", and so does a login without any key.
    """
    shown = {tuple(line.split()[1:3]) for line in proven.splitlines() if line.startswith("publickey ")}
    found = {operator for line in keys for operator, key in (_entry(line),) if key in shown}
    return found or {""}


def _entry(line: str) -> tuple[str, tuple[str, ...]]:
    """Operator and key of a line of authorized_keys, whose options may be quoted (sshd(8))."""
    line = line.strip()
    if not line or line.startswith("#"):
        return "", ()
    options: list[str] = []
    if not line.startswith(("ssh-", "ecdsa-", "sk-")):
        options, line = _options(line)
    mark = f'environment="{OPERATOR}='
    named = [each[len(mark) : -1] for each in options if each.lower().startswith(mark.lower())]
    return (named[0] if len(named) == 1 else ""), tuple(line.split()[:2])


def _options(line: str) -> tuple[list[str], str]:
    """The options at the head of a line, and what stands behind them."""
    options, quoted, begin = [], False, 0
    for at, char in enumerate(line):
        if char == '"' and line[at - 1 : at] != "\\":
            quoted = not quoted
        elif not quoted and char in ", \t":
            options.append(line[begin:at])
            begin = at + 1
            if char != ",":
                return options, line[begin:].strip()
    return [], ""


def whoever(keys: str, environ: Mapping[str, str]) -> str:
    """The operator of this login. Raises PermissionError with a sentence where there is none."""
    try:
        with open(environ["SSH_USER_AUTH"], encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - pathlib would double the start
            proven = file.read(LONGEST)
    except (KeyError, OSError):
        raise PermissionError("sshd does not say which key this is: it needs 'ExposeAuthInfo yes'.") from None
    try:
        with open(keys, encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - as above
            found = operators_of(file, proven)
    except OSError as fault:
        raise PermissionError(f"the operators' keys in {keys} cannot be read: {fault.strerror}.") from None
    if found == {""} or len(found) != 1:
        raise PermissionError(f"{keys} names no operator for this key, or more than one.")
    return found.pop()


def passed(environ: Mapping[str, str]) -> dict[str, str]:
    """What of an environment goes along: few names, and no value that could do harm."""
    return {
        name: value
        for name in KEPT
        if (value := environ.get(name)) and len(value) <= 200 and value.isascii() and value.isprintable()
    }


def hand_over(folder: str, given: Mapping[str, str]) -> int | None:
    """Give the terminal to the door and wait; the console's exit code, or None where no door takes it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as door:
        try:
            # A folder's name may be longer than a socket's address can be.
            at = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
            door.settimeout(ANSWERS_S)
            door.connect(f"/proc/self/fd/{at}/{SOCKET}")
            os.close(at)
            if peer_uid(door) not in (0, os.geteuid()):
                return None
            socket.send_fds(door, ["\0".join("=".join(each) for each in given.items()).encode()], [0, 1, 2])
            answer = door.recv(LONGEST)
        except OSError:
            return None
        if answer[:1] == REFUSED:
            _say(answer[1:].decode(errors="replace"))
            return UNAVAILABLE
        return _wait(door) if answer == TAKEN else None


def peer_uid(line: socket.socket) -> int:
    """The account at the other end, as the kernel knows it."""
    told = line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", told)[1])


def _wait(door: socket.socket) -> int:
    """Pass signals on until the console has ended, and leave the terminal as it was found."""
    before = termios.tcgetattr(0)
    heard, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    if os.getsid(0) == os.getpid():
        # A terminal has one session. Freed by its leader, it becomes that of the console, to which
        # the kernel then tells hangups and sizes by itself; the leader is hung up on for a moment.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        fcntl.ioctl(0, termios.TIOCNOTTY)
    for number in FORWARDED:
        signal.signal(number, lambda *_: None)
    ready = select.poll()
    ready.register(door, select.POLLIN)
    ready.register(heard, select.POLLIN)
    last = b""
    try:
        door.settimeout(None)
        door.send(GO)
        while not last:
            for fd, _event in ready.poll():
                if fd == heard:
                    for sent in os.read(heard, 64):
                        door.send(bytes((sent,)))
                else:
                    last = door.recv(LONGEST) or REFUSED  # closed: the door was ended before the console
    except OSError:
        last = REFUSED
    return _take_back(before, last)


def _take_back(before: list[int | list[bytes | int]], last: bytes) -> int:
    """The terminal is ours again, whatever the console left on it; returns the exit code."""
    killed = last[:1] == KILLED
    if killed:
        with suppress(OSError):  # the line may be gone, and with it whom to tell
            os.write(1, last[2:])
    with suppress(termios.error):
        termios.tcsetattr(0, termios.TCSANOW, before)
    if killed:
        _say("the console was killed. What was typed into a form is kept: log in again.")
        return 128 + last[1]
    if last[:1] == REFUSED and last[1:]:
        _say(last[1:].decode(errors="replace"))
        return UNAVAILABLE
    return last[1] if last[:1] == ENDED else LOST


def _say(sentence: str) -> None:
    with suppress(OSError):
        sys.stderr.write(f"hisconsole: {sentence}\n")


def main(argv: list[str]) -> int:
    """RUN KEYS COMMAND...: the door's folder, the file of keys, and the words of a plain start."""
    if len(argv) < 4:
        _say("usage: enter.py RUN KEYS COMMAND...")
        return USAGE
    folder, keys, *command = argv[1:]
    why = refusal(os.environ, terminal=all(map(os.isatty, (0, 1, 2))))
    if why:
        _say(why)
        return USAGE
    try:
        operator = whoever(keys, os.environ)
    except PermissionError as fault:
        _say(str(fault))
        return NOT_ALLOWED
    given = passed(os.environ)
    code = hand_over(folder, {**given, OPERATOR: operator})
    return _plain(command, given, operator) if code is None else code


def _plain(command: list[str], given: dict[str, str], operator: str) -> int:
    """Become a console without a door."""
    given |= {name: os.environ[name] for name in HOME if name in os.environ}
    given["PYTHONPATH"] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - as above
    given[OPERATOR] = operator  # the key may stand for a PIN
    os.execve(command[0], [*command, "--operator", operator], given)  # noqa: S606 - words of root's


if __name__ == "__main__":
    raise SystemExit(main(sys.argv))
