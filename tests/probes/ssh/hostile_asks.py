"""Questions that fit the table, 200 and more that try to become something else."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import cast

from hisconsole.probes.parse.output import Arguments, Ask
from hisconsole.probes.ssh.commands import COMMANDS
from tests.hostile import HOSTILE

_CURL = "curl -q -s -k -g -o /dev/null -m 5 --noproxy '*' -w '%{http_code}:%{time_total}'"

_HOME = "/u01/app/oracle/product/19.0.0/db_1"

FITTING = [
    (Ask("disk"), "df -Pl"),
    (
        Ask("services", {"units": ("nginx", "oracle@HIS1.service")}),
        "systemctl is-active -- nginx oracle@HIS1.service",
    ),
    (Ask("smart", {"device": ("/dev/sda",)}), "smartctl -H -d auto /dev/sda"),
    (
        Ask("smart", {"device": ("/dev/bus/0",), "type": ("megaraid,5",)}),
        "smartctl -H -d megaraid,5 /dev/bus/0",
    ),
    (
        Ask("oracle_listener", {"home": ("/u01/app/oracle/product/19.0.0/db_1",)}),
        f"env ORACLE_HOME={_HOME} {_HOME}/bin/lsnrctl status LISTENER",
    ),
    (Ask("listening", {"ports": ("1521", "8080")}), "ss -ltnH"),
    (
        Ask("backup", {"files": ("/backup/latest.dmp", "/备份/全量.dmp")}),
        "stat -c '%Y %s %n' -- /backup/latest.dmp '/备份/全量.dmp'",
    ),
    (
        Ask("backup_folder", {"folder": ("/backup",), "days": ("3",)}),
        r"find /backup -maxdepth 1 -type f -mtime -3 -printf '%T@:%s:%f\n'",
    ),
    (Ask("application", {"port": ("8080",)}), f"{_CURL} http://127.0.0.1:8080/"),
    (
        Ask("application", {"port": ("8443",), "scheme": ("https",), "path": ("/his/health?full=1&x=%20",)}),
        f"{_CURL} 'https://127.0.0.1:8443/his/health?full=1&x=%20'",
    ),
]

_TRICKS = (
    "; reboot",
    "&& reboot",
    "| reboot",
    "$(reboot)",
    "`reboot`",
    "\nreboot\n",
    "\rreboot",
    "' ; reboot ; '",
    '" ; reboot ; "',
    "x'$(reboot)'",
    ">/etc/passwd",
    "</etc/shadow",
    "--force",
    "-exec",
    "-delete",
    "-o ProxyCommand=reboot",
    "*",
    "~root",
    "${IFS}reboot",
    "a b",
    "a\tb",
    "a\x00b",
    "\\",
    "{units}",
    "{home}",
    "!reboot",
    "#",
    "％（reboot）",
    "ＲＥＢＯＯＴ",
    "",
    " ",
    "..",
)

_PATHS = (
    "/../../etc/shadow",
    "/backup/../../etc/shadow",
    "/.ssh/id_rsa",
    "/backup/-delete",
    "backup/latest",
    "//etc/shadow",
    "/backup/",
    "/x" * 200,
    "/backup/latest.dmp\n",
    "/backup/a b",
    "/backup/$(reboot)",
    "/dev/tcp/127.0.0.1/22;x",
    "/dev/../etc/shadow",
    "/",
)

_PLACES: tuple[tuple[str, str, Mapping[str, tuple[str, ...]]], ...] = (
    ("services", "units", {}),
    ("smart", "device", {}),
    ("smart", "type", {"device": ("/dev/sda",)}),
    ("raid_volumes", "controller", {}),
    ("listening", "ports", {}),
    ("oracle_listener", "home", {}),
    ("oracle_listener", "listener", {"home": ("/u01/db",)}),
    ("oracle_instances", "instances", {}),
    ("mysql", "port", {}),
    ("backup", "files", {}),
    ("backup_folder", "folder", {}),
    ("backup_folder", "days", {"folder": ("/backup",)}),
    ("application", "path", {"port": ("8080",)}),
    ("application", "scheme", {"port": ("8080",)}),
)

_WRONG_TYPES = (None, 5, "nginx", ["nginx"], (), ("x",) * 41, (5,), (None,), (("a",),), {"a": 1})


def _hostile() -> list[Ask]:
    asks: list[Ask] = []
    for command, setting, rest in _PLACES:
        asks += [Ask(command, {**rest, setting: (word,)}) for word in (*_TRICKS, *_PATHS)]
        asks += [Ask(command, cast("Arguments", {**rest, setting: value})) for value in _WRONG_TYPES]
    for text in HOSTILE.values():
        asks.append(Ask(text))
        asks.append(Ask("services", {"units": ("nginx", text)}))
        asks.append(Ask("disk", {text: ("x",)}))
    asks.append(Ask("disk; reboot"))
    asks.append(Ask("sh", {"c": ("reboot",)}))
    asks.append(Ask("services", {"units": ("nginx",), "extra": ("x",)}))
    asks.append(Ask("smart", {"device": ("/dev/sda", "/dev/sdb")}))
    asks.append(Ask("services"))
    return asks


HOSTILE_ASKS = _hostile()


_HOLE = re.compile(r"\{[a-z]+\}")
_HOLDS = r"""[^\s;|$`'"<>(){}*!#\\]+"""


def listed(label: str, text: str) -> bool:
    """Whether a line of a script is the command of the table that its label names, word by word."""
    name, _colon, position = label.partition(":")
    command = COMMANDS.get(name)
    if command is None or not position.isdigit():
        return False
    if command.privileged:
        text = text.removeprefix("$S ")
    if command.others:
        text = text.replace(f"$(p {shlex.join((command.words[0], *command.others))})", command.words[0], 1)
    words = shlex.split(text)
    shapes = [_HOLDS.join(map(re.escape, _HOLE.split(word))) for word in command.words]
    if command.words[-1].startswith("{"):
        shapes += shapes[-1:] * (len(words) - len(shapes))  # The last may be several.
    return len(words) == len(shapes) and all(map(re.fullmatch, shapes, words))
