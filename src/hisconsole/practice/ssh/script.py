"""What a command line asks: understood only when it is, to the last sign, one that the watch composes."""

from __future__ import annotations

import re
import shlex

from hisconsole.plan.profiles import COMMANDS as SETTINGS
from hisconsole.plan.profiles import Setting
from hisconsole.probes.parse.output import Arguments, Ask
from hisconsole.probes.ssh.commands import COMMANDS, refusal
from hisconsole.probes.ssh.script import asked, compose

LONGEST = 65536

_HOLE = re.compile(r"\{([a-z]+)\}")
_PROGRAM = re.compile(r"(?:\$S )?(?:\$\(p [^()]*\)|\S+) ?(.*)", re.DOTALL)
_ANY = {Setting.PORT: "1", Setting.ORACLE_NAME: "X"}
"""Words in place of those parameters that are never sent, because only the reader of answers needs them."""


def understood(command_line: str) -> tuple[Ask, ...] | None:
    """The questions of a script of the closed table; None of anything else, which is not answered."""
    try:
        lines = asked(command_line) if len(command_line) <= LONGEST else ()
        asks = tuple(_ask(label.partition(":")[0], words) for label, words in lines)
        made = [compose(asks, at_once=at_once) for at_once in (False, True)]
    except (ValueError, KeyError, IndexError):
        return None
    return asks if command_line in made else None


def _ask(name: str, words: str) -> Ask:
    """The question whose words these are; raises KeyError or ValueError when it is none of the table."""
    found = _PROGRAM.fullmatch(words)
    if found is None:
        raise ValueError(name)
    command = COMMANDS[name]
    given = [command.words[0], *shlex.split(found[1])]
    arguments: dict[str, tuple[str, ...]] = {}
    for place, word in enumerate(command.words):
        hole = _HOLE.fullmatch(word)
        if hole is not None and hole[1] in SETTINGS[name].many:
            arguments[hole[1]] = tuple(given[place:])
        elif _HOLE.search(word) and place < len(given):
            arguments |= _holes(name, word, given[place])
    known = {**SETTINGS[name].needed, **SETTINGS[name].free}
    arguments |= {each: (_ANY[known[each]],) for each in command.reads}
    ask = Ask(name, arguments)
    if refusal(ask):
        raise ValueError(refusal(ask))
    return ask


def _holes(command: str, word: str, given: str) -> Arguments:
    """What stands in the holes of one word; `%{...}` of curl is no hole."""
    known = {**SETTINGS[command].needed, **SETTINGS[command].free}
    parts = _HOLE.split(word)
    pattern = "".join(
        re.escape(part) if place % 2 == 0 else f"(?P<{part}>{known[part]})"
        for place, part in enumerate(parts)
    )
    found = re.fullmatch(pattern, given)
    return {name: (found[name],) for name in parts[1::2]} if found else {}
