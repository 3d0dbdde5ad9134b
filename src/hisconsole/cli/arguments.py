"""Reading a command line: what stands everywhere, and the commands of the table."""

from __future__ import annotations

import argparse
import os
from argparse import Namespace
from collections.abc import Sequence
from textwrap import fill
from typing import Any, NoReturn

from hisconsole import __version__
from hisconsole.cli.commands import Command, all_commands
from hisconsole.cli.commands_door import door_commands
from hisconsole.cli.commands_manual import manual_commands
from hisconsole.cli.commands_people import people_commands
from hisconsole.cli.commands_plan import plan_commands
from hisconsole.cli.commands_shift import shift_commands
from hisconsole.cli.commands_upkeep import upkeep_commands
from hisconsole.cli.commands_watching import watching_commands
from hisconsole.cli.edge import Answer, Usage
from hisconsole.text import _


class _Help(Exception):
    """Somebody asked for a help page."""


class _Parser(argparse.ArgumentParser):
    """An ArgumentParser that prints nothing and ends nothing by itself."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(
            allow_abbrev=False,  # a script must not change its meaning when an option is added
            formatter_class=argparse.RawDescriptionHelpFormatter,
            **settings,
        )

    def error(self, message: str) -> NoReturn:
        """Raise Usage with the fault and where to read on."""
        raise Usage(_("{fault}; see '{command} --help'.").format(fault=message, command=self.prog))

    def print_help(self, file: object = None) -> NoReturn:
        """Raise the page, so that it leaves by the same door as every answer."""
        raise _Help(self.format_help())


def read(words: Sequence[str]) -> Namespace | Answer:
    """Read a command line; help and version are answers already. Raises Usage."""
    every = _commands()
    try:
        # First with what is named alone: each other command would cost a third of a millisecond.
        return _read(words, _parser(words, [each for each in every if each.name in words]))
    except (Usage, _Help):
        try:
            return _read(words, _parser(words, every))
        except _Help as page:
            return Answer(None, str(page).splitlines())


def _read(words: Sequence[str], parser: _Parser) -> Namespace | Answer:
    asked, rest = parser.parse_known_args(words)
    if asked.version:
        return Answer({"version": __version__}, [f"hisconsole {__version__}"])
    words_only = not any(word.startswith("-") for word in rest)
    if asked.command in ("act", "maintenance") and words_only:
        asked.words += rest  # argparse loses count of words on both sides of an option
    elif asked.command == "silence" and words_only:
        asked.targets += rest
    elif rest:
        parser.error(_("unknown: {words}").format(words=" ".join(rest)))
    return asked


def _commands() -> tuple[Command, ...]:
    return (
        *all_commands(),
        *plan_commands(),
        *people_commands(),
        *manual_commands(),
        *shift_commands(),
        *watching_commands(),
        *upkeep_commands(),
        *door_commands(),
    )


def _parser(words: Sequence[str], known: Sequence[Command]) -> _Parser:
    parser = _Parser(
        prog="hisconsole",
        description=_(
            "The console of a hospital's information center. Without a command it opens the\n"
            "full screen; where there is no terminal for that, it shows counts, the queue and\n"
            "what is due as text."
        ),
        epilog=_(
            "exit codes: 0 done (or KEPT HERE), 1 findings, 2 usage, 3 the store, 4 refused,\n"
            "  5 not found, 70 a fault of this program, 74 the answer could not be written,\n"
            "  130 Ctrl+C\n"
            "with --json: faults are on stderr: error, code; without a command:\n"
            "  at, seq, open, unclaimed, overdue, ringing, queue (see 'incidents'),\n"
            "  due (incident, duty, at, owner, overdue)\n"
            "example:\n  hisconsole --data /var/lib/hisconsole --operator li.na"
        ),
    )
    parser.add_argument("--version", action="store_true", help=_("print the version"))
    screen = parser.add_argument_group(_("the full screen"))
    screen.add_argument(
        "--unicode", action="store_true", help=_("prettier marks, where the terminal shows them")
    )
    screen.add_argument(
        "--encoding",
        default="",
        metavar="NAME",
        help=_("what the terminal is set to, as gb18030; unnamed, what the locale says, else UTF-8"),
    )
    _common(parser, first=True)
    if not known:
        parser.set_defaults(command=None)
        return parser
    commands = parser.add_subparsers(dest="command", metavar=_("COMMAND"), parser_class=_Parser)
    for command in known:
        _add(commands, command, words)
    return parser


def _add(commands: Any, command: Command, words: Sequence[str]) -> None:
    told = _("with --json: {keys}").format(keys=command.keys)
    told = fill(told, 79, subsequent_indent="  ", break_on_hyphens=False)
    added = commands.add_parser(
        command.name,
        help=command.what,
        description=command.what,
        epilog=_("{keys}\nexample:\n  {example}").format(keys=told, example=command.example),
    )
    if command.name not in words:  # what is not named is not asked for: this takes milliseconds
        return
    _common(added, first=False)
    command.options(added)
    if command.verbs:
        verbs = added.add_subparsers(dest="verb", metavar=_("VERB"))
        for verb in command.verbs:
            _add(verbs, verb, words)


def _common(parser: argparse.ArgumentParser, *, first: bool) -> None:
    """The options that may stand before or after the command; the later one counts."""

    def default(value: object) -> object:
        return value if first else argparse.SUPPRESS

    group = parser.add_argument_group(_("everywhere"))
    group.add_argument(
        "--config",
        metavar="DIR",
        default=default(None),
        help=_("the hospital's files (HISCONSOLE_CONFIG)"),
    )
    group.add_argument(
        "--data",
        metavar="DIR",
        default=default(None),
        help=_("the folder of the record (HISCONSOLE_DATA)"),
    )
    group.add_argument(
        "--read-only",
        action="store_true",
        default=default(False),
        help=_("--data names a copy or a backup: look at it, and write nothing there"),
    )
    group.add_argument(
        "--operator",
        metavar="ID",
        default=default(os.environ.get("HISCONSOLE_OPERATOR", "")),
        help=_("who acts, by roster id (HISCONSOLE_OPERATOR)"),
    )
    group.add_argument(
        "--pin-file",
        metavar="FILE",
        default=default(""),
        help=_("a file of mode 600 with the PIN of who acts; else it is asked at the terminal"),
    )
    group.add_argument(
        "--json",
        action="store_true",
        default=default(False),
        help=_("answer in JSON; times are ISO 8601 in UTC"),
    )
