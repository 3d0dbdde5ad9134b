"""What the door prints for sshd and systemd, as these programs read it; and the list of consoles."""

from __future__ import annotations

import getpass
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hisconsole import enter
from hisconsole.sessions import FOLDER, Live, Session
from tests.cli.conftest import Run

CLOSED = {
    "passwordauthentication": "no",
    "kbdinteractiveauthentication": "no",
    "gssapiauthentication": "no",
    "hostbasedauthentication": "no",
    "pubkeyauthentication": "yes",
    "authenticationmethods": "publickey",
    "exposeauthinfo": "yes",
    "disableforwarding": "yes",
    "allowagentforwarding": "no",
    "allowtcpforwarding": "no",
    "allowstreamlocalforwarding": "no",
    "x11forwarding": "no",
    "permittunnel": "no",
    "permituserrc": "no",
    "permittty": "yes",
    "maxsessions": "1",
    "clientaliveinterval": "15",
    "clientalivecountmax": "3",
    "maxstartups": "60:30:120",
    "compression": "yes",
}


@pytest.fixture
def effective(need: Callable[[str], str], run: Run, tmp_path: Path) -> Callable[[str], dict[str, list[str]]]:
    """What sshd makes of the printed block for a login of an account, on a site that allows everything."""
    sshd = need("sshd")
    subprocess.run(
        [need("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "host_key")], check=True
    )
    config = tmp_path / "sshd_config"
    block = run("door", "--sshd-config").out
    before = "AcceptEnv *\nPasswordAuthentication yes\nX11Forwarding yes\nPermitTunnel yes\n"
    config.write_text(f"{before}HostKey {tmp_path}/host_key\n{block}")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)

    def ask(user: str) -> dict[str, list[str]]:
        asked = f"user={user},host=192.0.2.7,addr=192.0.2.7"
        ended = subprocess.run(
            [sshd, "-T", "-f", str(config), "-C", asked], capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stderr
        found: dict[str, list[str]] = {}
        for line in ended.stdout.splitlines():
            name, _blank, value = line.partition(" ")
            found.setdefault(name.lower(), []).append(value)
        return found

    return ask


def test_sshd_takes_the_block_and_it_shuts_all_that_a_site_has_open(
    effective: Callable[[str], dict[str, list[str]]], data: Path
) -> None:
    found = effective(getpass.getuser())
    assert {name: found[name] for name in CLOSED} == {name: [value] for name, value in CLOSED.items()}
    assert found["acceptenv"] == ["LANG", "LC_ALL", "LC_CTYPE"]
    (command,) = found["forcecommand"]
    words = shlex.split(command)
    assert words[:4] == ["exec", sys.executable, "-I", "-S"]
    assert Path(words[4]).samefile(enter.__file__)
    assert words[5] == str(data / FOLDER)
    assert words[7:] == [sys.executable, "-P", "-m", "hisconsole", "--config", words[12], "--data", str(data)]
    assert found["authorizedkeysfile"] == [words[6]]
    # No other account hears of it.
    other = effective("somebody-else")
    assert other["forcecommand"] == ["none"]
    assert other["passwordauthentication"] == ["yes"]
    assert other["x11forwarding"] == ["yes"]


@pytest.mark.parametrize("odd", ["a b", "a#b", 'a"b', "a'b", "a%b", "a\\b", "a\nb"])
def test_what_sshd_could_misread_is_refused(run: Run, tmp_path: Path, odd: str) -> None:
    ran = run("door", "--sshd-config", "--data", str(tmp_path / odd))
    assert ran.code == 2
    assert "sshd's configuration cannot name this" in ran.err


def test_the_options_of_the_screen_go_along(run: Run) -> None:
    block = run("--unicode", "--encoding", "gb18030", "door", "--sshd-config").out
    assert re.search(r"--data \S+ --unicode --encoding gb18030$", block, re.MULTILINE)
    unit = run("--unicode", "door", "--unit").out
    assert re.search(r"^ExecStart=.* --unicode door$", unit, re.MULTILINE)
    assert run("door", "--unit", "--sshd-config").code == 2


@pytest.mark.parametrize("command", ["watch", "door"])
def test_systemd_takes_the_units_and_finds_little_exposed(
    run: Run, need: Callable[[str], str], tmp_path: Path, command: str
) -> None:
    unit = tmp_path / f"hisconsole-{command}.service"
    text = run(command, "--unit").out
    unit.write_text(re.sub(r"^User=.*$", "User=daemon", text, flags=re.MULTILINE))
    analyze = need("systemd-analyze")
    verified = subprocess.run(
        [analyze, "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False, timeout=30
    )
    assert (verified.returncode, verified.stderr) == (0, "")
    words = [analyze, "security", "--offline=true", "--no-pager", "--threshold=20", str(unit)]
    judged = subprocess.run(words, capture_output=True, text=True, check=False, timeout=30)
    assert judged.returncode == 0, judged.stdout[-300:]  # at most 2.0 of 10


def test_a_restart_of_the_door_ends_no_console(run: Run) -> None:
    lines = run("door", "--unit").out.splitlines()
    assert {"KillMode=process", "OOMPolicy=continue", "Restart=always"} <= set(lines)


def test_what_is_kept_in_memory_outlives_a_service(run: Run) -> None:
    # systemd.exec(5): RemoveIPC empties /dev/shm of the account's files when its last unit stops.
    for command in ("watch", "door"):
        assert "RemoveIPC" not in run(command, "--unit").out


def test_the_watch_is_handed_secrets_that_only_root_may_read(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "site"
    (config / "secrets").mkdir(parents=True)
    line = f"LoadCredential=secrets:{config}/secrets"
    assert line in run("watch", "--unit", "--config", str(config)).out.splitlines()
    # Consoles need none, so the door is handed none.
    assert "LoadCredential" not in run("door", "--unit", "--config", str(config)).out
    assert "LoadCredential" not in run("watch", "--unit").out


def test_the_list_says_who_sits_where(run: Run, data: Path) -> None:
    assert run("sessions").out == "No console lives on this host.\n"
    live = Live(os.getpid(), "li.na", "192.0.2.7", "/dev/pts/99", datetime.now(UTC))
    with closing(Session(data, live)):
        out = run("sessions").out
        assert re.search(rf"^ *{os.getpid()}  li\.na +192\.0\.2\.7 +/dev/pts/99 +here for ", out)
        (told,) = run("sessions", "--json").json
        assert told == {
            "pid": os.getpid(),
            "operator": "li.na",
            "source": "192.0.2.7",
            "tty": "/dev/pts/99",
            "since": live.since.isoformat(timespec="seconds"),
            "idle_s": 0,
        }
        assert run("sessions", "--end", "wang.lei").code == 5
        second = data / FOLDER / "1.json"
        with closing(Session(data, Live(1, "li.na", "local", "no tty", live.since))):
            assert second.exists()
            refused = run("sessions", "--end", "li.na")
            assert refused.code == 4
            assert f"name one of 1, {os.getpid()}" in refused.err
    assert json.loads(run("sessions", "--json").out) == []
