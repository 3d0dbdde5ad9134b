"""The commands about the turn of duty: its summary, the way it is handed over, routines and notes."""

from __future__ import annotations

from argparse import ArgumentParser

from hisconsole.cli.commands import Command, act_id, number
from hisconsole.text import _

_OUTCOME = "act, seq, sentence, repeated, kept"
_SUMMARY = (
    "turn (number, person, since, until, shift, offered_to, missing), summary (header, headline, counts,"
    " sections (part, title, note, known, entries (key, title, lines, age, asks)))"
)


def shift_commands() -> tuple[Command, ...]:
    """The table of these commands, with its words in the language in force."""
    return (
        Command(
            "handover",
            _("The summary of the turn, offered or a draft; and every step of handing it over."),
            _SUMMARY,
            "hisconsole handover --at 07:30 --json\n  hisconsole handover offer wang.wei",
            _handover,
            (
                Command(
                    "list",
                    _("The handovers that were accepted, newest first."),
                    "number, edition, at, person, hash",
                    "hisconsole handover list",
                    lambda parser: None,
                ),
                Command(
                    "diff",
                    _("What changed between two handovers, or since one."),
                    "new, gone, changed, same",
                    "hisconsole handover diff 41\n  hisconsole handover diff 41 42",
                    _diff,
                ),
                Command(
                    "begin",
                    _("Take the duty where nobody has it, or alone with a reason."),
                    _OUTCOME,
                    "hisconsole handover begin --operator li.na",
                    _reason,
                ),
                Command(
                    "offer",
                    _("Freeze the summary and offer the duty to somebody."),
                    _OUTCOME,
                    "hisconsole handover offer wang.wei --operator li.na",
                    _offer,
                ),
                Command(
                    "withdraw",
                    _("Take the offer back."),
                    _OUTCOME,
                    "hisconsole handover withdraw --operator li.na",
                    act_id,
                ),
                Command(
                    "take",
                    _("Acknowledge items of the summary, or with --since all that happened since."),
                    _OUTCOME,
                    "hisconsole handover take incident:4 --since --operator wang.wei",
                    _take,
                ),
                Command(
                    "keep",
                    _("Take silences on."),
                    _OUTCOME,
                    "hisconsole handover keep silence:17 --operator wang.wei",
                    _keys,
                ),
                Command(
                    "lapse",
                    _("Let silences lapse."),
                    _OUTCOME,
                    "hisconsole handover lapse silence:17 --operator wang.wei",
                    _keys,
                ),
                Command(
                    "restate",
                    _("Say of an incident in own words how it stands, and what is next when."),
                    _OUTCOME,
                    'hisconsole handover restate incident:3 "..." --next "call the dean" --when 22:30',
                    _restate,
                ),
                Command(
                    "confirm",
                    _("All that was restated is right."),
                    _OUTCOME,
                    "hisconsole handover confirm --operator li.na",
                    act_id,
                ),
                Command(
                    "object",
                    _("Something was understood wrongly; it is restated."),
                    _OUTCOME,
                    'hisconsole handover object incident:3 "not the dean"',
                    _object,
                ),
                Command(
                    "return",
                    _("Return the summary with questions."),
                    _OUTCOME,
                    'hisconsole handover return "who is Zhao?"',
                    _text,
                ),
                Command(
                    "accept",
                    _("Take the duty over."),
                    _OUTCOME,
                    "hisconsole handover accept --operator wang.wei",
                    _reason,
                ),
                Command(
                    "note",
                    _("Write a note of the shift."),
                    _OUTCOME,
                    'hisconsole handover note "lift 2 is out of order"',
                    _text,
                ),
                Command(
                    "routine",
                    _("A routine of the shift was done, or with --not-done was not and why."),
                    _OUTCOME,
                    "hisconsole handover routine room --value 22.5",
                    _routine,
                ),
            ),
        ),
    )


def _handover(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--at", metavar="TIME", default="", help=_("as the record stood then: 07:30, -60, ISO 8601")
    )
    parser.add_argument(
        "--number", type=number, metavar="N", help=_("the summary that turn N was offered with")
    )
    parser.add_argument("--html", metavar="FILE", default="", help=_("write it into a new HTML file"))
    parser.add_argument("--print", action="store_true", help=_("print it through lp"))
    parser.add_argument("--figures", action="store_true", help=_("the figures of the shift instead"))


def _diff(parser: ArgumentParser) -> None:
    parser.add_argument("before", type=number, metavar="N", help=_("the earlier turn"))
    parser.add_argument(
        "after", type=number, metavar="M", nargs="?", help=_("the later one; else as it is now")
    )


def _reason(parser: ArgumentParser) -> None:
    parser.add_argument("--reason", metavar="TEXT", default="", help=_("why, where the rules ask for it"))
    act_id(parser)


def _offer(parser: ArgumentParser) -> None:
    parser.add_argument("to", metavar="OPERATOR", help=_("who takes over"))
    _reason(parser)


def _keys(parser: ArgumentParser) -> None:
    parser.add_argument("keys", metavar="KEY", nargs="+", help=_("items, as incident:4 or silence:17"))
    act_id(parser)


def _take(parser: ArgumentParser) -> None:
    parser.add_argument("keys", metavar="KEY", nargs="*", help=_("items, as incident:4"))
    parser.add_argument("--since", action="store_true", help=_("all that happened since the summary"))
    act_id(parser)


def _restate(parser: ArgumentParser) -> None:
    parser.add_argument("key", metavar="KEY", help=_("the item, as incident:3"))
    parser.add_argument("text", metavar="TEXT", help=_("how it stands, in own words"))
    parser.add_argument("--next", metavar="TEXT", required=True, help=_("the next action"))
    parser.add_argument("--when", metavar="TIME", required=True, help=_("its time, as 22:30 or +30"))
    act_id(parser)


def _object(parser: ArgumentParser) -> None:
    parser.add_argument("key", metavar="KEY", help=_("the item, as incident:3"))
    _text(parser)


def _text(parser: ArgumentParser) -> None:
    parser.add_argument("text", metavar="TEXT", help=_("in words"))
    act_id(parser)


def _routine(parser: ArgumentParser) -> None:
    parser.add_argument("routine", metavar="ID", help=_("the routine's id in shifts.yaml"))
    parser.add_argument("--value", metavar="NUMBER", default="", help=_("what was read"))
    parser.add_argument("--note", metavar="TEXT", default="", help=_("a note, or why it was not done"))
    parser.add_argument("--not-done", action="store_true", help=_("it was not done"))
    act_id(parser)
