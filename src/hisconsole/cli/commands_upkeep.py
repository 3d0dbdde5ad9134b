"""The commands about being ready: planned stops, and what is to be done before the day comes."""

from __future__ import annotations

from argparse import ArgumentParser

from hisconsole.cli.commands import Command, act_id, number
from hisconsole.text import _

_MAINTENANCE = (
    "number, stage (planned, running, late, overrun, ended, cancelled), systems, targets, services, whole,"
    " departments, start, end, quiet_until, reason, changes, approved_by, contact, by, planned_at, begun_by,"
    " extensions (until, reason, by, at), over_at, over_by, outcome, incident, lapsed_at"
)


def upkeep_commands() -> tuple[Command, ...]:
    """The table of these commands, with its words in the language in force."""
    array = _("an array of ")
    return (
        Command(
            "maintenance",
            _("Planned stops: list, plan, begin, extend, end or cancel them; their notices."),
            array
            + _MAINTENANCE
            + "; an act: act, seq, sentence, repeated, kept, maintenance; --notice: lines",
            "hisconsole maintenance add --systems 'HIS database' --targets his-db-1\n"
            "    --departments all --start 22:00 --until +2h --reason 'new disks'\n"
            "    --changes none --approved-by 'Dr Sun' --contact 8100 --operator li.na\n"
            "  hisconsole maintenance extend 3 --until +30 --reason slow --operator li.na\n"
            "  hisconsole maintenance 3 --notice",
            _maintenance,
        ),
        Command(
            "ready",
            _("What is not ready for the day when everything is down, what to do first on top."),
            "ready, concerns (urgency (now, soon, note), area, what, where, do)",
            "hisconsole ready",
            lambda parser: None,
        ),
        Command(
            "db",
            _("The record on PostgreSQL: what an account may do to it; moving it there, or back."),
            "grants: role, statements; move: seq, hash, incidents, kept",
            "hisconsole db grants hisconsole\n"
            "  hisconsole db grants hisconsole --execute --owner hisconsole_owner\n"
            "  hisconsole db move server",
            _db,
        ),
        Command(
            "journal",
            _("Acts kept here while the record was away, and those that need somebody's eyes."),
            "kept (file, act, kind, at, operator, about, sentence), eyes (entry, at, label, incident, given,"
            " by, why); --replay: recorded, eyes; --settle: act, seq, sentence, repeated, kept, entry",
            "hisconsole journal\n  hisconsole journal --replay --operator li.na\n"
            "  hisconsole journal --settle 812 --text 'done again by hand' --operator li.na",
            _journal,
        ),
    )


def _db(parser: ArgumentParser) -> None:
    parser.usage = (
        "hisconsole db [options] grants ROLE [--execute]\n       hisconsole db [options] move server|file"
    )
    parser.add_argument("words", nargs="*", metavar="WORD", help=_("what to do"))
    parser.add_argument("--execute", action="store_true", help=_("grants: carry them out"))
    parser.add_argument(
        "--owner", metavar="ROLE", default="", help=_("the account that owns the record on the server")
    )


def _journal(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--replay", action="store_true", help=_("bring to the record what ended processes have kept")
    )
    parser.add_argument("--settle", type=number, metavar="ENTRY", help=_("it has been seen to"))
    parser.add_argument("--text", metavar="TEXT", default="", help=_("with --settle: how"))
    act_id(parser)


def _maintenance(parser: ArgumentParser) -> None:
    parser.usage = (
        "hisconsole maintenance [options] [list | N]\n"
        "       hisconsole maintenance [options] add\n"
        "       hisconsole maintenance [options] begin|extend|end|cancel N"
    )
    parser.add_argument("words", nargs="*", metavar="VERB N", help=_("what to do, and with which one"))
    parser.add_argument("--all", action="store_true", help=_("list those that are over, too"))
    parser.add_argument("--notice", action="store_true", help=_("its notice, to be printed or read out"))
    for name, metavar, told in (
        ("systems", "TEXT", _("add: what stops, in words for those who are told")),
        ("targets", "IDS", _("add: targets that are quiet meanwhile, separated by blanks")),
        ("services", "NAMES", _("add: services that are quiet meanwhile")),
        ("whole", "yes|no", _("add: also what hangs on these targets alone (yes)")),
        ("departments", "IDS", _("add: departments affected, or all, or none")),
        ("start", "TIME", _("add: from when: now, 22:00, 11-25 22:00")),
        ("until", "TIME", _("add, extend: until when; of add +2h counts from its start")),
        ("reason", "TEXT", _("add, extend, cancel: why")),
        ("changes", "TEXT", _("add: what will be different afterwards")),
        ("approved-by", "TEXT", _("add: who has approved it")),
        ("contact", "TEXT", _("add: whom to ask about it")),
        ("outcome", "TEXT", _("end: what it came to")),
    ):
        parser.add_argument(f"--{name}", metavar=metavar, default="", help=told)
    act_id(parser)
