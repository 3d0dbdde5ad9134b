"""Commands of manual operation, with their words in the language in force."""

from __future__ import annotations

from argparse import ArgumentParser

from hisconsole.cli.commands import Command, act_id, number
from hisconsole.text import _


def manual_commands() -> tuple[Command, ...]:
    """The table of commands around manual operation."""
    return (
        Command(
            "departments",
            _("How the departments stand in an incident: stopped, on paper, notices, back-entry."),
            "incident, state, on_paper, resume_from, next (kind, gate), departments (id, name, stopped,"
            " paper_since, resumed, gate, gate_at, notice, kind, repeated_by, repeated_at, block, entry"
            " (paper, entered, variance, owner, due, signed), entry_open), notices (number, kind, gate,"
            " departments, effective, at, by, authority, text, unread)",
            "hisconsole departments 42 --json",
            lambda parser: parser.add_argument("number", type=number, metavar="N", help=_("its number")),
        ),
        Command(
            "cards",
            _("The manual card of a department, or the list of all cards; needs no record."),
            "an array of id, title, departments, coordinator, entry, stops, during, after, forms, stock,"
            " lasts_s, numbers, blocks, clause",
            "hisconsole cards cashier",
            lambda parser: parser.add_argument(
                "department", metavar="DEPT", nargs="?", help=_("a department, or the id of a card")
            ),
        ),
        Command(
            "pack",
            _("The downtime pack, to be printed; --record puts on record that it was."),
            "hash, at, pages, file, recorded",
            "hisconsole pack --record --operator li.na | lp\n  hisconsole pack --out pack.txt",
            _pack,
        ),
    )


def _pack(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--out", metavar="FILE", help=_("write it there, page by page, for you alone to read")
    )
    parser.add_argument(
        "--record", action="store_true", help=_("it is printed now: consoles then know when it is stale")
    )
    act_id(parser)
