"""What sshd starts: whom a key belongs to, what goes along, who is turned away."""

from __future__ import annotations

from pathlib import Path

import pytest

from hisconsole import enter
from tests.hostile import HOSTILE

MINE, OTHERS = "ssh-ed25519 AAAAmine", "ssh-ed25519 AAAAother"


def named(operator: str, key: str, *, options: str = "restrict,pty,", comment: str = "") -> str:
    return f'{options}environment="HISCONSOLE_OPERATOR={operator}" {key} {comment}\n'


KEYS = [
    "# operators\n",
    "\n",
    named("li.na", MINE, comment="li.na@laptop"),
    named("wang.lei", OTHERS, options='from="10.0.0.0/8,!10.0.0.9",restrict,pty,command="echo \\"a b\\"",'),
    "ssh-ed25519 AAAAbare nobody\n",
    'environment="HISCONSOLE_OPERATOR=a",environment="HISCONSOLE_OPERATOR=b" ssh-ed25519 AAAAtwo\n',
    'ENVIRONMENT="HISCONSOLE_OPERATOR=zhou.ming" ecdsa-sha2-nistp256 AAAAloud\n',
    'environment="HISCONSOLE_OPERATOR=open ssh-ed25519 AAAAunclosed\n',
]


@pytest.mark.parametrize(
    ("proven", "operators"),
    [
        (f"publickey {MINE}\n", {"li.na"}),
        (f"publickey {OTHERS}", {"wang.lei"}),
        ("publickey ecdsa-sha2-nistp256 AAAAloud", {"zhou.ming"}),
        (f"publickey {MINE}\npublickey {OTHERS}\n", {"li.na", "wang.lei"}),
        ("publickey ssh-ed25519 AAAAbare", {""}),
        ("publickey ssh-ed25519 AAAAtwo", {""}),
        ("publickey ssh-ed25519 AAAAunclosed", {""}),
        ("publickey ssh-ed25519 AAAAstranger", {""}),
        ("publickey ssh-rsa AAAAmine", {""}),
        ("publickey", {""}),
        ("password", {""}),
        ("", {""}),
    ],
)
def test_a_key_belongs_to_whom_its_line_names(proven: str, operators: set[str]) -> None:
    assert enter.operators_of(KEYS, proven) == operators


def test_a_key_on_two_lines_is_nobodys(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    told = tmp_path / "told"
    told.write_text(f"publickey {MINE}\n")
    environ = {"SSH_USER_AUTH": str(told)}
    keys.write_text(named("li.na", MINE))
    assert enter.whoever(str(keys), environ) == "li.na"
    keys.write_text(named("li.na", MINE) + named("wang.lei", MINE))
    with pytest.raises(PermissionError, match="or more than one"):
        enter.whoever(str(keys), environ)
    keys.unlink()
    with pytest.raises(PermissionError, match="cannot be read: No such file"):
        enter.whoever(str(keys), environ)
    with pytest.raises(PermissionError, match="ExposeAuthInfo yes"):
        enter.whoever(str(keys), {})


def test_the_client_chooses_nothing_but_its_terminal() -> None:
    client = {
        "TERM": "xterm",
        "LANG": "zh_CN.UTF-8",
        "LC_CTYPE": "C",
        "SSH_CONNECTION": "192.0.2.7 1 192.0.2.1 22",
        **dict.fromkeys(("HISCONSOLE_OPERATOR", "PYTHONPATH", "LD_PRELOAD", "TEXTUAL_DRIVER", "PATH"), "x"),
    }
    given = enter.passed(client)
    assert given == {name: client[name] for name in ("TERM", "LANG", "LC_CTYPE", "SSH_CONNECTION")}


@pytest.mark.parametrize("text", [*HOSTILE, "", "x" * 201, "a\0b", "a\nHISCONSOLE_OPERATOR=b"])
def test_a_value_that_could_do_harm_stays_outside(text: str) -> None:
    for value in enter.passed({"TERM": text}).values():
        assert value.isascii()
        assert value.isprintable()
        assert len(value) <= 200


def test_only_a_terminal_without_a_command_gets_a_console() -> None:
    assert enter.refusal({}, terminal=True) == ""
    assert "without a command" in enter.refusal({"SSH_ORIGINAL_COMMAND": "id"}, terminal=True)
    assert "ssh -t" in enter.refusal({}, terminal=False)
