"""The commands about logging in: the door for operators who come over SSH, and who is there."""

from __future__ import annotations

from argparse import ArgumentParser

from hisconsole.cli.commands import Command
from hisconsole.text import _


def door_commands() -> tuple[Command, ...]:
    """The table of these commands, with its words in the language in force."""
    return (
        Command(
            "door",
            _("Wait for operators who log in over SSH, and give each a console at once."),
            _("with --unit: ") + "unit; " + _("with --sshd-config: ") + "sshd_config",
            "hisconsole --config /etc/hisconsole --data /var/lib/hisconsole door --unit\n"
            "  hisconsole --config /etc/hisconsole --data /var/lib/hisconsole door --sshd-config",
            _door,
        ),
        Command(
            "sessions",
            _("The consoles that live on this host; end one."),
            _("an array of ") + "pid, operator, source, tty, since, idle_s; --end: ended",
            "hisconsole sessions\n  hisconsole sessions --end 4711",
            lambda parser: parser.add_argument(
                "--end",
                metavar="PID|ID",
                default="",
                help=_("ask a console to end, by its process or its operator; what was typed is kept"),
            ),
        ),
    )


def _door(parser: ArgumentParser) -> None:
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--unit", action="store_true", help=_("print a systemd unit for this installation"))
    how.add_argument("--sshd-config", action="store_true", help=_("print the block for sshd's configuration"))
