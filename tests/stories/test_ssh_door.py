"""Operators log in with OpenSSH's own client at its own server, which has what the program prints for it."""

from __future__ import annotations

import getpass
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hisconsole import enter
from hisconsole.cli.sshd import sshd_config
from hisconsole.desk.reading import read_incident
from tests.console.app import ME, OTHER, desk, kept
from tests.doors import House, house
from tests.probes.sshd import Sshd, new_key, prepare
from tests.ptys import Modes, Pty
from tests.shares import part

SITE = """\
AcceptEnv *
PermitUserEnvironment yes
PasswordAuthentication yes
KbdInteractiveAuthentication yes
AllowAgentForwarding yes
AllowTcpForwarding yes
X11Forwarding yes
PermitTunnel yes
GatewayPorts yes
Subsystem sftp internal-sftp
MaxStartups 100
"""
"""A site that allows everything: what is printed must shut it by itself."""

WORDS = "halbes Wort, half a word: 断线"


@dataclass
class Bench:
    """A house behind a server, and the clients in front of it."""

    house: House
    server: Sshd
    opened: list[Pty] = field(default_factory=list)

    def words(self, key: str, *more: str, user: str = "", program: str = "ssh") -> list[str]:
        """A client's command line; nothing of this account's own configuration counts."""
        settings = {
            "StrictHostKeyChecking": "yes",
            "UserKnownHostsFile": str(self.server.folder / "known"),
            "IdentitiesOnly": "yes",
            "IdentityFile": str(self.server.folder / key),
            "NumberOfPasswordPrompts": "1",
        }
        options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
        port = "-p" if program == "ssh" else "-P"
        there = [f"{user or getpass.getuser()}@{self.server.address}"] if program == "ssh" else []
        return [program, "-F", "none", *options, port, str(self.server.port), *there, *more]

    def login(self, key: str = ME, *before: str, **how: object) -> Pty:
        """A terminal on which somebody has typed ssh."""
        first, *rest = self.words(key)
        env = {"LANG": "C.UTF-8", **how.pop("env", {})}  # type: ignore[dict-item]
        pty = Pty([first, *before, *rest], env, **how)  # type: ignore[arg-type]
        self.opened.append(pty)
        return pty

    def run(self, *words: str, timeout: float = 20) -> subprocess.CompletedProcess[str]:
        """A client without a terminal, to its end."""
        return subprocess.run(
            words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, check=False
        )

    def client(self) -> int:
        """What the server has started for the one who is logged in."""
        for pid in self.server.children():
            if enter.__file__.encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
        raise AssertionError("nobody is logged in")


@pytest.fixture
def bench(need: Callable[[str], str], tmp_path: Path) -> Iterator[Bench]:
    """A house with its door open, behind a server that has the printed block; and four keys."""
    need("ssh")
    made = house(tmp_path / "house")
    server = prepare(need, tmp_path / "sshd", address="127.0.0.37", settings=SITE)
    server.block = sshd_config(made.config, made.data)
    lines = []
    for who in (ME, OTHER, "stranger", "nobody"):
        new_key(server.folder / who)
        public = (server.folder / f"{who}.pub").read_text()
        if who in (ME, OTHER):
            lines.append(f'restrict,pty,environment="{enter.OPERATOR}={who}" {public}')
        elif who == "nobody":
            lines.append(public)  # a line without a name, and without any restriction
    made.keys(*lines)
    server.start()
    (server.folder / "known").write_text(server.line())
    made.start()
    found = Bench(made, server)
    yield found
    for pty in found.opened:
        pty.close()
    server.stop()
    made.close()


@pytest.fixture
def behind() -> Iterator[socket.socket]:
    """Something on this machine that a forwarding would lead to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def _port_of(server: socket.socket) -> int:
    return int(server.getsockname()[1])


def is_on_duty(at: Pty, who: str) -> None:
    at.wait_for(" open", timeout=20)
    at.wait_for(re.compile(rf"^ PRACTICE .*{re.escape(who)} +\d\d:\d\d$", re.MULTILINE))
    at.settle()


def test_a_key_leads_into_the_console_and_a_report_is_worked_to_its_close(bench: Bench) -> None:
    at = bench.login()
    is_on_duty(at, ME)
    (live,) = bench.house.consoles()
    assert (live.operator, live.source) == (ME, bench.server.address.rpartition(".")[0] + ".1")
    # The kernel knows the terminal as the console's own.
    session, *_rest = Path(f"/proc/{live.pid}/stat").read_text().rpartition(")")[2].split()[3:5]
    assert int(session) == live.pid
    at.resize(120, 40)
    at.wait_for(lambda lines: len(lines) == 40 and "n Call" in lines[-1])
    at.resize(80, 24)
    at.wait_for(lambda lines: len(lines) == 24 and "n Call" in lines[-1])
    at.key("n")
    at.wait_for("New call")
    at.type_in("lab01")
    at.wait_for("lab-01")
    at.key("enter", "4")
    at.type_in("no link")
    at.wait_for("no link")
    at.key("enter")
    at.wait_for("0001: Call taken")
    at.key("v")
    at.wait_for("Verify 0001")
    at.key("3", "1", "enter")
    at.type_in("plugged it in")
    at.key("enter", "enter")
    at.wait_for("0001: Verify")
    at.key("x")
    at.wait_for("Close 0001")
    at.type_in("the plug")
    at.key("enter", "enter")
    at.wait_for("Close 0001?")
    at.key("2")
    at.wait_for("0 open")
    at.settle()
    at.key("q")
    at.wait_for("Leave the console?")
    at.key("2")
    assert at.exited() == 0
    assert at.modes() == Modes()
    record = desk(bench.house.data)
    history = read_incident(record, 1).history
    record.database.close()
    assert {event.actor for event in history} == {ME}
    assert all(event.source.startswith(f"{live.source} /dev/pts/") for event in history)
    assert history[-1].kind == "closed"


@pytest.mark.parametrize("how", part(["client", "server"], {"server"}))
def test_a_line_that_is_dropped_in_mid_form_leads_back_to_the_draft(bench: Bench, how: str) -> None:
    at = bench.login()
    is_on_duty(at, ME)
    (live,) = bench.house.consoles()
    at.key("n")
    at.wait_for("New call")
    at.type_in("lab01")
    at.wait_for("lab-01")
    at.key("enter", "4")
    at.type_in(WORDS)
    at.wait_for("断线")
    at.settle()
    began = time.monotonic()
    if how == "client":
        at.signal(signal.SIGKILL)
    else:
        # What speaks for the line at the server: the parent of what it has started.
        client = bench.client()
        parent = int(Path(f"/proc/{client}/stat").read_text().rpartition(")")[2].split()[1])
        os.kill(parent, signal.SIGKILL)
    bench.house.until(lambda: not Path(f"/proc/{live.pid}").exists(), timeout=3)
    assert time.monotonic() - began < 2
    at.exited()
    bench.house.until(lambda: f"console {live.pid} ended: {128 + signal.SIGHUP}" in bench.house.said())
    assert [draft["answers"]["words"] for draft in kept(bench.house.data).values()] == [WORDS]
    at = bench.login()
    at.wait_for("was not finished: n opens it again.", timeout=20)
    at.key("n")
    at.wait_for("A call was not finished")
    at.key("1")
    at.wait_for("Draft of")
    at.wait_for("断线")
    at.settle()
    at.key("enter")
    at.wait_for("0001: Call taken")
    # The draft of one operator is nothing to another.
    other = bench.login(OTHER)
    is_on_duty(other, OTHER)
    assert not any("was not finished" in line for line in other.screen())


TRICKS = (
    f"{enter.OPERATOR}={OTHER} SSH_USER_AUTH=/tmp/forged"
    " PYTHONPATH=/tmp PYTHONSTARTUP=/tmp/x PYTHONHOME=/tmp PYTHONINSPECT=1"
    " LD_PRELOAD=/tmp/x.so BASH_ENV=/tmp/x ENV=/tmp/x HISCONSOLE_DATA=/tmp HISCONSOLE_CONFIG=/tmp"
    f" LC_OPERATOR={OTHER} TERM_PROGRAM=x SSH_ORIGINAL_COMMAND=/bin/sh"
)


@pytest.mark.parametrize("door", [True, False])
def test_no_client_chooses_who_it_is(bench: Bench, door: bool) -> None:
    if not door:
        bench.house.stop()
    named = [each.partition("=") for each in TRICKS.split()]
    send = ["-o", f"SendEnv={' '.join(name for name, _equals, _value in named)}"]
    at = bench.login(ME, "-o", f"SetEnv={TRICKS}", *send)
    is_on_duty(at, ME)
    assert [live.operator for live in bench.house.consoles()] == [ME]
    environ = Path(f"/proc/{bench.client() if door else bench.house.consoles()[0].pid}/environ").read_bytes()
    for name, _equals, value in named:
        assert f"\0{name}={value}\0".encode() not in b"\0" + environ


def test_not_even_a_server_that_takes_every_variable_is_deceived(bench: Bench) -> None:
    bench.server.stop()
    bench.server.block = re.sub("AcceptEnv .*", "AcceptEnv *", bench.server.block)
    bench.server.start()
    forged = bench.server.folder / "forged"
    forged.write_text("publickey " + " ".join((bench.server.folder / f"{OTHER}.pub").read_text().split()[:2]))
    trick = f"SSH_USER_AUTH={forged} {enter.OPERATOR}={OTHER} USER={OTHER} LET_IN=yes"
    at = bench.login(ME, "-o", f"SetEnv={trick}")
    is_on_duty(at, ME)
    assert b"\0LET_IN=yes\0" in Path(f"/proc/{bench.client()}/environ").read_bytes()
    assert [live.operator for live in bench.house.consoles()] == [ME]


def test_who_has_no_key_of_an_operator_stays_outside(bench: Bench) -> None:
    strange = bench.run(*bench.words("stranger", "-o", "BatchMode=yes"))
    assert strange.returncode == 255
    assert "Permission denied (publickey)" in strange.stderr
    unknown = bench.run(*bench.words(ME, "-o", "BatchMode=yes", user="no-such-user"))
    assert unknown.returncode == 255
    assert "Permission denied" in unknown.stderr
    # Of a key whose line names nobody there is no console either, whatever else it might do.
    bare = bench.login("nobody", cols=160)
    assert bare.exited() == enter.NOT_ALLOWED
    bare.wait_for("names no operator for this key")
    # Nobody is even asked for a password.
    at = bench.login("stranger", "-o", "PreferredAuthentications=password,keyboard-interactive")
    assert at.exited() == 255
    assert "assword" not in "\n".join(at.screen()).replace("Permission denied", "")
    assert bench.house.consoles() == []


def test_no_command_runs(bench: Bench) -> None:
    for command in ("id", "/bin/sh", "hisconsole --help", "internal-sftp", "scp -t /tmp"):
        for terminal in ("-T", "-tt"):
            first, *rest = bench.words(ME, command)
            ended = bench.run(first, terminal, *rest)
            assert ended.returncode == enter.USAGE, (terminal, command)
            assert "here is the console and nothing else" in ended.stdout + ended.stderr
            assert "uid=" not in ended.stdout
            assert bench.house.consoles() == []


def test_no_file_is_copied_and_no_console_is_without_a_terminal(
    bench: Bench, need: Callable[[str], str]
) -> None:
    loot = bench.server.folder / "loot"
    there = f"{getpass.getuser()}@{bench.server.address}"
    for program, more in (("scp", []), ("scp", ["-O"])):
        words = bench.words(ME, program=need(program))
        ended = bench.run(*words, *more, f"{there}:/etc/hostname", str(loot))
        assert ended.returncode != 0
        ended = bench.run(*words, *more, "/etc/hostname", f"{there}:{loot}")
        assert ended.returncode != 0
    assert bench.run(*bench.words(ME, program=need("sftp")), there).returncode != 0
    assert not loot.exists()
    first, *rest = bench.words(ME)
    ended = bench.run(first, "-T", *rest)
    assert ended.returncode == enter.USAGE
    assert "needs a terminal" in ended.stderr


def test_nothing_is_forwarded(bench: Bench, behind: socket.socket) -> None:
    there = f"127.0.0.1:{_port_of(behind)}"
    # Asked for at the server, each is refused.
    refused = bench.run(*bench.words(ME, "-N", "-o", "ExitOnForwardFailure=yes", "-R", f"0:{there}"))
    assert refused.returncode == 255
    assert "remote port forwarding failed" in refused.stderr
    refused = bench.run(*bench.words(ME, "-W", there))
    assert refused.returncode == 255
    assert "administratively prohibited" in refused.stderr
    refused = bench.run(*bench.words(ME, "-N", "-o", "ExitOnForwardFailure=yes", "-w", "9:9"))
    assert refused.returncode == 255
    # Opened at the client, they lead nowhere.
    with socket.create_server(("127.0.0.1", 0)) as free, socket.create_server(("127.0.0.1", 0)) as more:
        ours, socks = _port_of(free), _port_of(more)
    at = bench.login(ME, "-L", f"{ours}:{there}", "-D", str(socks), cols=160)
    is_on_duty(at, ME)
    to_it = b"\x05\x01\x00\x05\x01\x00\x01\x7f\x00\x00\x01" + _port_of(behind).to_bytes(2, "big")  # RFC 1928
    for port, hello in ((ours, b"hello"), (socks, to_it)):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as line, suppress(ConnectionError):
            line.sendall(hello)
            while line.recv(100):
                pass
    with pytest.raises(BlockingIOError):
        behind.accept()


def test_neither_agent_nor_screen_comes_along(bench: Bench, need: Callable[[str], str]) -> None:
    agent = subprocess.Popen([need("ssh-agent"), "-D", "-a", str(bench.server.folder / "agent")])
    try:
        env = {"SSH_AUTH_SOCK": str(bench.server.folder / "agent"), "DISPLAY": "127.0.0.1:9"}
        at = bench.login(ME, "-A", "-Y", env=env)
        is_on_duty(at, ME)
        environ = Path(f"/proc/{bench.client()}/environ").read_bytes()
        assert b"SSH_USER_AUTH=" in environ
        assert b"SSH_AUTH_SOCK=" not in environ
        assert b"DISPLAY=" not in environ
    finally:
        agent.kill()
        agent.wait()


def test_with_the_door_gone_the_same_key_leads_to_a_plain_start(bench: Bench) -> None:
    bench.house.stop()
    at = bench.login()
    is_on_duty(at, ME)
    at.signal(signal.SIGKILL)
    (live,) = bench.house.consoles()
    bench.house.until(lambda: not Path(f"/proc/{live.pid}").exists(), timeout=3)
