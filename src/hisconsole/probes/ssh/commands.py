"""The closed table of what may be run on a host over SSH: read-only commands, by name.

Law 10: nothing outside this table is ever sent. A command is a tuple of words; a parameter is one
whole word or a part of one, must match its pattern from end to end (the patterns are plan.profiles',
so that `check` refuses the file already), and is quoted for the shell besides. Only fixed texts,
without parameters, are given to `sh -c`. What a site wants beyond this is a change of this file,
seen in review.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType

from hisconsole.plan.profiles import COMMANDS as SETTINGS
from hisconsole.probes.parse.output import Arguments, Ask
from hisconsole.text import _, printable
from hisconsole.values import dataclass

MOST_WORDS = 40
"""Units, ports or files that one question may name."""


@dataclass(frozen=True, slots=True)
class Command:
    """One read-only command; `{name}` in its words stands for a parameter."""

    words: tuple[str, ...]
    defaults: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    reads: frozenset[str] = frozenset()
    """Parameters that only the reader of the answer is told (expected ports); never sent to the host."""
    others: tuple[str, ...] = ()
    """The same program under other names; the first that the host has is run."""
    privileged: bool = False
    """Needs root: run by `sudo -n`, for which the host grants this one command."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_TIME = "chronyc -c tracking 2>/dev/null || timedatectl show --property=NTPSynchronized"
_LOAD = "cat /proc/loadavg; nproc"

COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        # -l leaves network file systems out: a dead NFS server would hang the question.
        "disk": Command(("df", "-Pl")),
        "inodes": Command(("df", "-Pil")),
        "load": Command(("sh", "-c", _LOAD)),
        "memory": Command(("cat", "/proc/meminfo")),
        # grep writes the file's name before each line; cat would not say whose line it is.
        "pressure": Command(
            ("grep", "some", "/proc/pressure/cpu", "/proc/pressure/io", "/proc/pressure/memory")
        ),
        "uptime": Command(("cat", "/proc/uptime")),
        "services": Command(("systemctl", "is-active", "--", "{units}")),
        "failed_units": Command(("systemctl", "--failed", "--no-legend", "--plain", "--no-pager")),
        "mdstat": Command(("cat", "/proc/mdstat")),
        "raid_volumes": Command(
            ("storcli64", "/c{controller}/vall", "show"),
            defaults={"controller": "0"},
            others=("storcli", "perccli64", "/opt/MegaRAID/storcli/storcli64"),
            privileged=True,
        ),
        "raid_drives": Command(
            ("storcli64", "/c{controller}/eall/sall", "show"),
            defaults={"controller": "0"},
            others=("storcli", "perccli64", "/opt/MegaRAID/storcli/storcli64"),
            privileged=True,
        ),
        "smart_array": Command(
            ("ssacli", "ctrl", "all", "show", "config"), others=("hpssacli",), privileged=True
        ),
        "smart": Command(
            ("smartctl", "-H", "-d", "{type}", "{device}"),
            defaults={"type": "auto"},
            privileged=True,
        ),
        "multipath": Command(("multipath", "-ll"), privileged=True),
        "time": Command(("sh", "-c", _TIME)),
        "listening": Command(("ss", "-ltnH"), reads=frozenset({"ports"})),
        "kernel": Command(
            _words("journalctl -k -q --priority=3 --output=cat --no-pager --since=-15min --lines=40")
        ),
        "oracle_listener": Command(
            ("env", "ORACLE_HOME={home}", "{home}/bin/lsnrctl", "status", "{listener}"),
            defaults={"listener": "LISTENER"},
        ),
        "oracle_instances": Command(("pgrep", "-fa", "^ora_pmon_"), reads=frozenset({"instances"})),
        "sql_server": Command(("systemctl", "is-active", "--", "mssql-server")),
        "mysql": Command(
            ("mysqladmin", "--connect-timeout=3", "--host=127.0.0.1", "--port={port}", "ping"),
            defaults={"port": "3306"},
            others=("mariadb-admin",),
        ),
        "postgresql": Command(
            ("pg_isready", "-t", "3", "-h", "127.0.0.1", "-p", "{port}"),
            defaults={"port": "5432"},
            others=("sys_isready",),
        ),
        # Only list: the same programs can stop and force an instance.
        "iris": Command(("iris", "list"), others=("ccontrol",)),
        "backup": Command(("stat", "-c", "%Y %s %n", "--", "{files}")),
        "backup_folder": Command(
            _words(r"find {folder} -maxdepth 1 -type f -mtime -{days} -printf %T@:%s:%f\n"),
            defaults={"days": "7"},
        ),
        "application": Command(
            _words(
                "curl -q -s -k -g -o /dev/null -m 5 --noproxy * -w %{http_code}:%{time_total}"
                " {scheme}://127.0.0.1:{port}{path}"
            ),
            defaults={"scheme": "http", "path": "/"},
        ),
    }
)

_HOLE = re.compile(r"\{([a-z]+)\}")


def refusal(ask: Ask) -> str:
    """Why this question must not be sent, in words; empty when it may be."""
    if ask.name not in COMMANDS:
        return _("{name} is not a command of the table.").format(name=_shown(ask.name))
    settings = SETTINGS[ask.name]
    known = {**settings.needed, **settings.free}
    for name, given_words in ask.arguments.items():
        words: object = given_words  # A file may hold anything: the types are looked at here too.
        if name not in known:
            return _("{command} takes no {name}.").format(command=ask.name, name=_shown(name))
        most = MOST_WORDS if name in settings.many else 1
        if not isinstance(words, tuple) or not 1 <= len(words) <= most:
            return _("{command}: {name} needs 1 to {most} words.").format(
                command=ask.name, name=name, most=most
            )
        for word in words:
            if not isinstance(word, str) or re.fullmatch(known[name], word) is None:
                return _("{command}: {word} is not allowed as {name}.").format(
                    command=ask.name, word=_shown(word), name=name
                )
    missing = [name for name in settings.needed if name not in ask.arguments]
    return _("{command} needs {name}.").format(command=ask.name, name=missing[0]) if missing else ""


def argv(ask: Ask) -> tuple[str, ...]:
    """The words of the command with its parameters in place; a refused question is a bug by now."""
    sentence = refusal(ask)
    if sentence:
        raise ValueError(sentence)
    filled: list[str] = []
    known = {name: given(ask, name) for name in _names(ask) - COMMANDS[ask.name].reads}
    for word in COMMANDS[ask.name].words:
        whole = _HOLE.fullmatch(word)
        if whole is not None and whole[1] in known:
            filled += known[whole[1]]
        else:
            filled.append(_HOLE.sub(lambda hole: known[hole[1]][0] if hole[1] in known else hole[0], word))
    return tuple(filled)


def given(ask: Ask, name: str) -> tuple[str, ...]:
    """The words given for a parameter, or its default."""
    default = COMMANDS[ask.name].defaults.get(name)
    return ask.arguments.get(name, (default,) if default is not None else ())


def arguments(ask: Ask) -> Arguments:
    """The words of every parameter, defaults in place, for the reader of the answer."""
    return {name: given(ask, name) for name in _names(ask)}


def _names(ask: Ask) -> set[str]:
    settings = SETTINGS[ask.name]
    return {*settings.needed, *settings.free}


def _shown(value: object) -> str:
    return repr(printable(str(value), limit=60))
