"""The door: one process that has everything loaded and forks a console onto each terminal it is handed.

A login then costs a fork instead of a start. The process itself opens no record, reads no secret, and
runs no thread and no loop of Textual's; what is at its socket must be of its own account, by the word
of the kernel. The other end is `enter.py`.
"""

from __future__ import annotations

import fcntl
import gc
import os
import select
import signal
import socket
import sys
import termios
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import field
from importlib import import_module
from pathlib import Path

from hisconsole.enter import (
    ENDED,
    FORWARDED,
    GO,
    KEPT,
    KILLED,
    LONGEST,
    LOST,
    OPERATOR,
    REFUSED,
    SOCKET,
    TAKEN,
    peer_uid,
)
from hisconsole.errors import Busy, HisError
from hisconsole.sessions import FOLDER
from hisconsole.text import _
from hisconsole.values import dataclass, write_at_once

MOST = 64
"""Consoles at once: about a gigabyte."""
WAITS_S = 5.0
"""Seconds after which a caller who says nothing is shut out."""
WAITING = 32
"""Callers at once who have not come through yet."""
KILLED_AFTER_S = 10.0
"""Seconds that a console has to end after its line is gone; one that hangs must keep no seat."""

LOADED = (
    *("hisconsole.cli.arguments", "hisconsole.cli.reading", "hisconsole.console.app"),
    *("hisconsole.console.ahead", "hisconsole.console.driver", "hisconsole.console.table"),
    *("hisconsole.desk.desk", "hisconsole.desk.keeping", "hisconsole.desk.pictures"),
    *("hisconsole.desk.readiness", "hisconsole.desk.watching", "hisconsole.store.ahead"),
    *("hisconsole.store.database", "hisconsole.store.glance", "hisconsole.watch.process", "pwd"),
)
"""What a console needs, sooner or later."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """In a forked console: who has come."""

    operator: str


@dataclass(slots=True)
class _Caller:
    """Somebody at the door: his line, and once he has asked, his terminal and what he said."""

    line: socket.socket
    since: float
    terminal: list[int] = field(default_factory=list)
    given: Mapping[str, str] = field(default_factory=dict)

    def close(self) -> None:
        """Forget him."""
        self.line.close()
        for fd in self.terminal:
            os.close(fd)
        self.terminal = []


def preload(config: Path) -> str:
    """Load what a console needs in the hospital of `config`; returns how a terminal is cleared after one."""
    write_at_once()
    from hisconsole.console.terminal import decide

    # Textual reads these while it is imported; of them only NO_COLOR differs between terminals.
    usual = decide({"TERM": "xterm", "LANG": "C.UTF-8"}, stdin_tty=True, stdout_tty=True)
    os.environ.update(usual.environment)
    for name in LOADED:
        import_module(name)
    from hisconsole.console.wire import LEAVE
    from hisconsole.wiring import read_ahead

    read_ahead(config)
    return LEAVE


class Door:
    """Its life: `open` makes the socket, `serve` forks until SIGTERM, `close` takes the socket away."""

    def __init__(self, data: Path, *, farewell: str, tell: Callable[[str], None]) -> None:
        """Of the data in `data`; `tell` gets a line whenever somebody comes, goes or is refused."""
        self._folder = data / FOLDER
        self._farewell = farewell.encode()
        self._tell = tell
        self._poll = select.poll()
        self._callers: dict[int, _Caller] = {}
        self._consoles: dict[int, socket.socket] = {}
        self._doomed: dict[int, float] = {}
        self._over = False

    def open(self) -> None:
        """Listen. Raises Busy where another door does, and HisError where the folder cannot be had."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._at = os.open(self._folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
            flags = os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
            self._lock = os.open(self._folder / "door.lock", flags, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._listener = self._listen()
        except BlockingIOError:
            raise Busy(_("Another door is open in {folder}.").format(folder=self._folder)) from None
        except OSError as fault:
            sentence = _("The door cannot listen in {folder}: {why}.")
            raise HisError(sentence.format(folder=self._folder, why=fault.strerror or fault)) from fault
        self._heard, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        for fd in (self._listener.fileno(), self._heard):
            self._poll.register(fd, select.POLLIN)
        gc.collect()
        gc.freeze()  # a collection in a console would copy what it shares with us

    def _listen(self) -> socket.socket:
        early = f"{SOCKET}.early"
        (self._folder / early).unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        before = os.umask(0o177)
        try:
            # By the folder's descriptor: its name may be longer than an address can be.
            listener.bind(f"/proc/self/fd/{self._at}/{early}")
        finally:
            os.umask(before)
        listener.listen(MOST)
        listener.setblocking(False)
        (self._folder / early).rename(self._folder / SOCKET)  # who finds it is never refused
        return listener

    def serve(self) -> Visitor | None:
        """Fork consoles until SIGTERM. Returns twice: to us None at the end, to each console its visitor."""
        while not self._over:
            for fd, _event in self._poll.poll(self._patience()):
                if fd == self._heard:
                    self._signals()
                elif fd == self._listener.fileno():
                    self._accept()
                elif fd in self._callers:
                    visitor = self._hear(self._callers[fd])
                    if visitor is not None:
                        return visitor
                else:
                    self._pass_on(fd)
            self._overdue()
        return None

    def close(self) -> None:
        """Listen no more; consoles go on, and end with their lines."""
        (self._folder / SOCKET).unlink(missing_ok=True)
        self._leave()

    def _leave(self) -> None:
        """Close all that is ours and not a console's."""
        signal.set_wakeup_fd(-1)
        for caller in self._callers.values():
            caller.close()
        for line in (*self._consoles.values(), self._listener):
            line.close()
        for fd in (self._at, self._lock, self._heard, self._wake):
            os.close(fd)

    # -- at the door -----------------------------------------------------------------------------

    def _accept(self) -> None:
        with suppress(OSError):
            line, _name = self._listener.accept()
            line.setblocking(False)
            uid = peer_uid(line)
            if uid not in (0, os.geteuid()) or len(self._callers) >= WAITING:
                self._tell(_("shut out: a process of account {uid}").format(uid=uid))
                line.close()
                return
            self._callers[line.fileno()] = _Caller(line, time.monotonic())
            self._poll.register(line, select.POLLIN)

    def _hear(self, caller: _Caller) -> Visitor | None:
        """A caller says something: first what he wants, then that his terminal is free."""
        try:
            if not caller.terminal:
                self._ask(caller)
                return None
            if caller.line.recv(1) == GO:
                return self._fork(caller)
        except BlockingIOError:
            return None
        except (OSError, ValueError) as fault:
            self._tell(_("shut out: {why}").format(why=fault))
        self._forget(caller)
        return None

    def _ask(self, caller: _Caller) -> None:
        """Take the request. Raises ValueError where it is none, OSError where the line is gone."""
        said, fds, flags, _address = socket.recv_fds(caller.line, LONGEST, 3)
        caller.terminal = fds
        if len(fds) != 3 or flags & (socket.MSG_TRUNC | socket.MSG_CTRUNC) or not all(map(os.isatty, fds)):
            raise ValueError(_("no terminal was handed over"))
        named = dict(each.split("=", 1) for each in said.decode().split("\0"))
        caller.given = {name: named[name] for name in (*KEPT, OPERATOR) if name in named}
        if not caller.given.get(OPERATOR):
            raise ValueError(_("no operator was named"))
        if len(self._consoles) >= MOST:
            sentence = _(
                "{n} consoles are open here, the most there can be: 'hisconsole sessions' lists them."
            )
            caller.line.send(REFUSED + sentence.format(n=MOST).encode())
            raise ValueError(_("the house is full"))
        caller.line.send(TAKEN)

    def _forget(self, caller: _Caller) -> None:
        fd = caller.line.fileno()
        self._poll.unregister(fd)
        del self._callers[fd]
        caller.close()

    def _fork(self, caller: _Caller) -> Visitor | None:
        operator, source = caller.given[OPERATOR], caller.given.get("SSH_CONNECTION", "").partition(" ")[0]
        ours = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
        signal.pthread_sigmask(signal.SIG_BLOCK, ours)  # until a console has handlers of its own
        try:
            pid = os.fork()
            if pid == 0:
                self._become_or_die(caller)
                return Visitor(operator)
        except OSError as fault:
            sentence = _("this host has no room for one more console: {why}.").format(why=fault.strerror)
            caller.line.send(REFUSED + sentence.encode())
            # EAGAIN, which it mostly is, would be taken for that of a line.
            raise ValueError(sentence) from fault
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ours)
        self._consoles[pid] = caller.line
        del self._callers[caller.line.fileno()]
        for fd in caller.terminal:
            os.close(fd)
        told = _("{operator} from {source}: console {pid}")
        self._tell(told.format(operator=operator, source=source or _("this host"), pid=pid))
        return None

    # -- in the forked console -------------------------------------------------------------------

    def _become_or_die(self, caller: _Caller) -> None:
        """As below; whatever goes wrong there, a console never goes on as a second door."""
        try:
            self._become(caller)
        except BaseException as fault:  # noqa: BLE001 - as it says
            self._tell(_("no console: {why}").format(why=fault))
            os._exit(LOST)

    def _become(self, caller: _Caller) -> None:
        """Leave the door behind, and sit down at the terminal as a process that was started there."""
        del self._callers[caller.line.fileno()]
        os.dup(caller.line.fileno())  # never closed: it tells the client that there is a console
        for fd, given in enumerate(caller.terminal):
            os.dup2(given, fd)
        self._leave()
        caller.close()
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.setsid()
        with suppress(OSError):  # not where the client's session keeps it; it passes signals on then
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        for name in (*KEPT, "NO_COLOR", OPERATOR):
            os.environ.pop(name, None)
        # The operator too: sshd has proven the key, which may stand for a PIN (operators.yaml).
        os.environ.update({name: caller.given[name] for name in (*KEPT, OPERATOR) if name in caller.given})
        for fd, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
            stream = open(fd, mode, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115 - never closed
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)

    # -- while consoles live ---------------------------------------------------------------------

    def _pass_on(self, fd: int) -> None:
        """A client passes a signal on, or is gone, and its console must not outlive it."""
        pid = next((pid for pid, line in self._consoles.items() if line.fileno() == fd), 0)
        if not pid:
            return
        try:
            said = self._consoles[pid].recv(1)
        except BlockingIOError:
            return
        except OSError:
            said = b""
        if not said:
            self._poll.unregister(fd)
            self._doomed[pid] = time.monotonic() + KILLED_AFTER_S
        number = said[0] if said else signal.SIGHUP
        if number in (signal.SIGHUP, signal.SIGTERM):
            os.kill(pid, signal.SIGCONT)  # one that was stopped must hear what follows
        if number in FORWARDED:
            os.kill(pid, number)  # ours, and not reaped: its number is nobody else's

    def _signals(self) -> None:
        heard = os.read(self._heard, 1024)
        if signal.SIGTERM in heard or signal.SIGINT in heard:
            self._over = True
        for pid in list(self._consoles):
            found, status = os.waitpid(pid, os.WNOHANG)
            if found:
                self._ended(pid, os.waitstatus_to_exitcode(status))

    def _ended(self, pid: int, code: int) -> None:
        line = self._consoles.pop(pid)
        self._doomed.pop(pid, None)
        with suppress(KeyError):  # it is out already where the client went first
            self._poll.unregister(line.fileno())
        with suppress(OSError):
            line.send(ENDED + bytes((code,)) if code >= 0 else KILLED + bytes((-code,)) + self._farewell)
        line.close()
        how = _("console {pid} ended: {code}") if code >= 0 else _("console {pid} was killed: {code}")
        self._tell(how.format(pid=pid, code=abs(code)))

    def _patience(self) -> float | None:
        """Milliseconds until somebody has waited too long; None where nobody waits."""
        ends = [*self._doomed.values(), *(each.since + WAITS_S for each in self._callers.values())]
        return max(0.0, min(ends) - time.monotonic()) * 1000 + 1 if ends else None

    def _overdue(self) -> None:
        now = time.monotonic()
        for caller in [each for each in self._callers.values() if now > each.since + WAITS_S]:
            self._forget(caller)
        for pid in [pid for pid, end in self._doomed.items() if now > end]:
            del self._doomed[pid]
            os.kill(pid, signal.SIGKILL)
