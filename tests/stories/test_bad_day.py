"""A bad link, a strange terminal, a bad day: the console lives or ends, and leaves no mess."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.console.app import call, desk
from tests.probes.sshd import Sshd, prepare
from tests.ptys import SRC, Modes, Pty
from tests.shares import part
from tests.stories.conftest import Open, command, side_by_side
from tests.stories.tmux import Tmux

SIZES = ((20, 5), (40, 10), (60, 18), (72, 20), (80, 24), (132, 43), (300, 100))


def leave(at: Pty) -> None:
    """Quit as an operator does."""
    at.key("q")
    at.wait_for("Leave the console?")
    at.key("2")


def sane(at: Pty) -> None:
    """The terminal is as it was, and nothing was sent to it that acts."""
    assert at.modes() == Modes()
    assert at.forbidden() == []


def gone(pid: int, within: float = 3.0) -> bool:
    """Whether a process has ended, or has only to be waited for."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("sizes", part([SIZES[1:5:3], SIZES], [SIZES[1:5:3]]), ids=len)
def test_every_size_of_window_is_drawn_or_says_why_not(
    terminal: Open, tmp_path: Path, sizes: tuple[tuple[int, int], ...]
) -> None:
    def visit(size: tuple[int, int]) -> None:
        cols, rows = size
        at = terminal(tmp_path / f"{cols}", cols=cols, rows=rows)
        at.wait_for("0 open" if cols < 72 or rows < 20 else "n Call")
        at.key("ctrl+l", "j", "?", "q")
        at.resize(80, 24)
        at.wait_for("? Keys")
        leave(at)
        assert at.exited() == 0
        sane(at)

    desk(tmp_path).database.close()
    side_by_side(visit, sizes)


@pytest.mark.slow
def test_two_hundred_resizes_end_in_the_right_picture(terminal: Open) -> None:
    at = terminal()
    at.wait_for("0 not taken")  # the record has been seen
    at.wait_for("ISOLATED", timeout=90)  # and so has all that the watch will ever see: line 1 rests
    for number in range(200):
        at.resize(*SIZES[number % len(SIZES)])
        time.sleep(0.003)
    at.resize(100, 30)
    at.settle(0.5)
    drawn = at.screen()
    assert "? Keys" in drawn[29]
    at.key("ctrl+l")
    at.settle(0.3)
    assert at.screen() == drawn
    leave(at)
    assert at.exited() == 0
    sane(at)


def test_what_a_slow_line_brings_at_once_acts_on_nothing_and_is_told(terminal: Open) -> None:
    at = terminal()
    at.wait_for("0 not taken")
    at.settle()
    at.signal(signal.SIGSTOP)
    at.send("nnicu01\r4monitors are dark\r")
    at.signal(signal.SIGCONT)
    at.wait_for("What came at once, like a paste, did nothing. If you typed it, type it again.")
    at.settle(0.3)  # what follows at once still belongs to it
    at.key("n")
    at.wait_for("New call")


@pytest.mark.parametrize("bracketed", part([True, False], {True}))
def test_a_megabyte_pasted_goes_into_the_field_and_acts_on_nothing(terminal: Open, bracketed: bool) -> None:
    at = terminal()
    at.wait_for("? Keys")
    at.key("n")
    at.wait_for("New call")
    at.type_in("lab01")
    at.wait_for("lab-01")
    at.key("enter", "4")
    text = "q2 x\rc1 登录 y\x0b" * 70_000
    if bracketed:
        at.paste(text)
    else:
        at.send(text.encode()[:1_000_000])
    at.settle(0.5, timeout=30)
    at.key("ctrl+l")
    at.settle(0.3)
    assert at.running
    assert at.cpu() < 20
    at.signal(signal.SIGTERM)
    assert at.exited(3) == 128 + signal.SIGTERM
    sane(at)


@pytest.mark.slow
def test_what_was_drawn_while_nobody_read_is_one_picture(terminal: Open) -> None:
    at = terminal()
    at.wait_for("? Keys")
    at.settle()
    before = len(at.raw)
    for _ in range(40):
        os.write(at._master, b"\x0c?q")  # nobody reads what this draws
        time.sleep(0.02)
    at.settle(0.5, timeout=30)
    assert len(at.raw) - before < 100_000
    assert "? Keys" in at.screen()[23]
    leave(at)
    assert at.exited() == 0
    sane(at)


@pytest.mark.parametrize("number", part([signal.SIGTERM, signal.SIGHUP], {signal.SIGHUP}))
def test_signals_end_it_within_two_seconds_also_while_nobody_reads(
    terminal: Open, number: signal.Signals
) -> None:
    at = terminal()
    at.wait_for("? Keys")
    for _ in range(200):
        os.write(at._master, b"\x0c")
        time.sleep(0.002)
    began = time.monotonic()
    at.signal(number)
    assert gone(at.pid, 2.5)
    assert time.monotonic() - began < 2
    assert at.exited() == 128 + number
    sane(at)


def test_a_killed_shell_takes_its_console_along(terminal: Open) -> None:
    at = terminal()
    at.wait_for("? Keys")
    os.kill(at._leader.pid, signal.SIGKILL)
    assert gone(at.pid, 2.5)


@pytest.mark.slow
def test_stopped_and_continued_it_comes_back_whole(terminal: Open) -> None:
    at = terminal()
    at.wait_for("? Keys")
    at.settle()
    picture = at.screen()
    for _ in range(3):
        at.signal(signal.SIGTSTP)
        at.settle(0.3)
        assert at.modes() == Modes()
        at.signal(signal.SIGCONT)
        at.wait_for(lambda screen: screen == picture)
    leave(at)
    assert at.exited() == 0
    sane(at)


def test_a_terminal_set_to_gb18030_reads_and_types_chinese(terminal: Open, tmp_path: Path) -> None:
    record = desk(tmp_path)
    call(record, "icu-01", "监护仪黑屏", symptom="no-network")
    record.database.close()
    words = [*command(tmp_path), "--encoding", "gb18030"]
    with Pty(words, allow=[char.encode("gb18030") for char in "监护仪黑屏挂号"]) as at:
        at.wait_for("icu-01")
        at.settle()
        assert "监护仪黑屏".encode("gb18030") in at.raw
        at.key("/")
        at.send("挂号".encode("gb18030"))
        at.settle(0.3)
        for word in "挂号":  # two frames may draw them apart
            assert word.encode("gb18030") in at.raw
        at.key("esc")
        at.settle(0.2)
        at.key("q")
        at.wait_for("Leave the console?")
        at.key("2")
        assert at.exited() == 0
        assert at.modes() == Modes()


def test_prettier_marks_where_they_are_asked_for(terminal: Open, tmp_path: Path) -> None:
    desk(tmp_path).database.close()
    with Pty([*command(tmp_path), "--unicode"], allow=[b"\x1b[6n"]) as at:
        at.wait_for("? Keys")
        at.key("?", "space", "space")
        at.wait_for("✓ recovered")
        at.key("q")
        leave(at)
        assert at.exited() == 0
        sane(at)


def test_script_records_it_and_gets_its_terminal_back(need: Callable[[str], str], tmp_path: Path) -> None:
    desk(tmp_path).database.close()
    inner = shlex.join(command(tmp_path))
    with Pty([need("script"), "-q", "-e", "-c", inner, str(tmp_path / "typescript")]) as at:
        at.wait_for("? Keys")
        leave(at)
        assert at.exited() == 0
        sane(at)
    assert b"\x1b[?1049l" in (tmp_path / "typescript").read_bytes()


def test_detached_and_attached_again_it_goes_on(need: Callable[[str], str], tmp_path: Path) -> None:
    tmux = need("tmux")
    desk(tmp_path / "data").database.close()
    socket_ = tmp_path / "tmux"
    with Tmux(tmux, command(tmp_path / "data"), {"LANG": "C.UTF-8"}, socket=socket_, size=(80, 24)) as at:
        at.wait_for("? Keys")
        for size in ((80, 24), (120, 40)):
            with Pty([tmux, "-S", str(socket_), "attach"], cols=size[0], rows=size[1]) as client:
                client.wait_for("? Keys")
                client.send("?")
                client.wait_for("Take a call")
                client.send("q")
                client.settle(0.3)
                client.send("\x02d")  # tmux's own key for it
                client.exited()
        at.key("?")
        at.wait_for("Take a call")
        at.key("q")
        at.key("q")
        at.wait_for("Leave the console?")
        at.key("2")
        at.wait_for("exit code 0")


@pytest.mark.slow
def test_nested_multiplexers_show_the_same(need: Callable[[str], str], tmp_path: Path) -> None:
    tmux = need("tmux")
    desk(tmp_path / "data").database.close()
    inner = [tmux, "-S", str(tmp_path / "inner"), "-f", "/dev/null", "new-session"]
    inner += [shlex.join(["env", f"PYTHONPATH={SRC}", *command(tmp_path / "data")])]
    env = {"LANG": "C.UTF-8", "TMUX": ""}
    with Tmux(tmux, inner, env, socket=tmp_path / "outer", size=(100, 31)) as at:
        at.wait_for("? Keys")
        at.key("?")
        at.wait_for("Take a call")
        at.key("q")
        at.key("q")
        at.wait_for("Leave the console?")
        at.key("2")
        at.wait_for("exit code 0")


# -- over ssh, with a line that can be cut ----------------------------------------------------------


class Cable:
    """A TCP connection to a port that can be cut."""

    def __init__(self, address: str, port: int) -> None:
        self._target = (address, port)
        self._listener = socket.create_server((address, 0))
        self.port: int = self._listener.getsockname()[1]
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            near, _ = self._listener.accept()
            far = socket.create_connection(self._target)
            self._ends += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)

    def cut(self) -> None:
        """Drop the connection at both ends."""
        self._listener.close()
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@pytest.fixture
def server(need: Callable[[str], str], tmp_path: Path) -> Iterator[Sshd]:
    found = prepare(need, tmp_path / "sshd", address="127.0.0.1")
    keys = found.folder / "authorized_keys"
    keys.write_text(keys.read_text().replace("restrict,", "restrict,pty,"))
    data = tmp_path / "data"
    desk(data).database.close()
    run = shlex.join(["env", f"PYTHONPATH={SRC}", "LANG=C.UTF-8", *command(data)])
    (found.folder / "forced").write_text(f"#!/bin/sh\nexec {run}\n")
    found.start()
    yield found
    found.stop()


def _ssh(need: Callable[[str], str], server: Sshd, port: int) -> list[str]:
    options = ("-F", "none", "-tt", "-e", "none", "-p", str(port), "-i", str(server.folder / "user_key"))
    quiet = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR")
    return [need("ssh"), *options, *(word for each in quiet for word in ("-o", each)), "127.0.0.1"]


@pytest.mark.slow
def test_over_ssh_it_is_left_as_it_was(need: Callable[[str], str], server: Sshd) -> None:
    with Pty(_ssh(need, server, server.port)) as at:
        at.wait_for("? Keys", timeout=20)
        leave(at)
        assert at.exited() == 0
        sane(at)


def test_a_dropped_connection_leaves_no_process_behind(need: Callable[[str], str], server: Sshd) -> None:
    cable = Cable("127.0.0.1", server.port)
    with Pty(_ssh(need, server, cable.port)) as at:
        at.wait_for("? Keys", timeout=20)
        at.key("n")
        at.wait_for("New call")
        at.type_in("lab01")
        at.wait_for("lab-01")
        consoles = [pid for pid in server.children() if _is_console(pid)]
        assert consoles
        cable.cut()
        assert all(gone(pid, 4) for pid in consoles)
    assert list((server.folder.parent / "data").glob("drafts/*.json"))


def _is_console(pid: int) -> bool:
    with contextlib.suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return b"hisconsole" in words and b"watch" not in words and words[0] == sys.executable.encode()
    return False
