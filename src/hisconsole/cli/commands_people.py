"""The commands about people: the roster and its lists, what is found out about a contact, the rota."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError

from hisconsole.cli.commands import Command, act_id, number
from hisconsole.config import ContactKind
from hisconsole.plan.outreach import NumberKind
from hisconsole.plan.roles import Role
from hisconsole.text import _

_ENTRY = (
    "contact, name, role, kind, department, step (of the order of calls, with --incident), mobile, office,"
    " alternate, masked, deputy, stand_in, acting (deputy, until, reason, by), operator, plan_role, order,"
    " contract, circuit, hours, note, verified, verified_by, trust (verified, stale, never, wrong),"
    " wrong (number, at, by)"
)
_IMPORT = "form, written, lines (line, name, outcome, contact, words, changes (field, before, after))"
_MOST_DAYS = 60
_OUTCOME = "act, seq, sentence, repeated, kept, contact"
_OPERATOR = "act, seq, sentence, repeated, operator"


def people_commands() -> tuple[Command, ...]:
    """The table of these commands, with its words in the language in force."""
    return (
        Command(
            "roster",
            _("The roster: find somebody, print it, import and export lists, put contacts right."),
            _("an array of ") + _ENTRY + "; " + _("see each VERB"),
            "hisconsole roster --find zhang\n  hisconsole roster --print --operator li.na > roster.txt",
            _roster,
            (
                Command(
                    "import",
                    _("Contacts from CSV or vCard: a verdict a line, what would change; --write does it."),
                    _IMPORT,
                    "hisconsole roster import people.csv\n  hisconsole roster import people.vcf --write",
                    _import,
                ),
                Command(
                    "export",
                    _("All contacts with their numbers, stamped CONFIDENTIAL, as CSV or vCard."),
                    "file, form, contacts, unrecorded",
                    "hisconsole roster export roster.csv --operator li.na",
                    lambda parser: parser.add_argument(
                        "file", metavar="FILE", help=_("a new file, NAME.csv or NAME.vcf")
                    ),
                ),
                Command(
                    "verify",
                    _("A contact's numbers were tried and are right."),
                    _OUTCOME,
                    "hisconsole roster verify zhang.jun --operator li.na",
                    _contact,
                ),
                Command(
                    "wrong",
                    _("A number of a contact reaches somebody else; a task stays open until it is verified."),
                    _OUTCOME,
                    "hisconsole roster wrong zhang.jun mobile --operator li.na",
                    _wrong,
                ),
                Command(
                    "acting",
                    _("Somebody answers in a contact's place."),
                    _OUTCOME,
                    "hisconsole roster acting sun.bo fang.min --until +8h --operator li.na",
                    _acting,
                ),
                Command(
                    "back",
                    _("A contact answers for themselves again."),
                    _OUTCOME,
                    "hisconsole roster back sun.bo --operator li.na",
                    _contact,
                ),
            ),
        ),
        Command(
            "operators",
            _("Who may sit at the console with which roles, and how each is known here."),
            _("an array of ") + "id, name, roles, given_by, given_at, pin, known_by; " + _("see each VERB"),
            "hisconsole operators\n  hisconsole operators acts",
            lambda parser: None,
            (
                Command(
                    "acts",
                    _("Every act, whose it is, and why."),
                    _("an array of ") + "act, roles, why",
                    "hisconsole operators acts",
                    lambda parser: None,
                ),
                Command(
                    "give",
                    _("A director gives an operator other roles; they count from the next act on."),
                    _OPERATOR,
                    "hisconsole operators give ma.chao engineer operator --operator wang.lei",
                    _give,
                ),
                Command(
                    "pin",
                    _("Set one's own PIN, or as a director another's; it is typed, never an argument."),
                    _OPERATOR,
                    "hisconsole operators pin li.na --operator li.na",
                    _pin,
                ),
                Command(
                    "past",
                    _("What became of roles and PINs, and what was refused, newest first."),
                    _("an array of ") + "seq, kind, recorded, actor, os_user, source, body",
                    "hisconsole operators past --last 50",
                    lambda parser: parser.add_argument(
                        "--last", type=number, metavar="N", default=50, help=_("so many (50)")
                    ),
                ),
            ),
        ),
        Command(
            "shifts",
            _("The rota: who is on duty, who comes next, the coming days, and where nobody is."),
            "at, on, next, shifts (each an array of shift, name, day, start, end, people, why),"
            " gaps (start, end, why) of the next 14 days",
            "hisconsole shifts --days 14",
            lambda parser: parser.add_argument(
                "--days", type=_days, metavar="N", default=7, help=_("the coming N days (7)")
            ),
        ),
    )


def _days(text: str) -> int:
    days = number(text)
    if not 1 <= days <= _MOST_DAYS:
        sentence = _("'{text}' is not between 1 and {most}")
        raise ArgumentTypeError(sentence.format(text=text, most=_MOST_DAYS))
    return days


def _give(parser: ArgumentParser) -> None:
    parser.add_argument("who", metavar="ID", help=_("the operator, by roster id"))
    parser.add_argument(
        "roles", metavar="ROLE", nargs="+", choices=[*Role], help=_("observer, engineer, operator, director")
    )
    act_id(parser)


def _pin(parser: ArgumentParser) -> None:
    parser.add_argument("who", metavar="ID", help=_("the operator, by roster id"))
    parser.add_argument("--clear", action="store_true", help=_("have none any more"))
    parser.add_argument(
        "--from-file", metavar="FILE", default="", help=_("read the new one from a file of mode 600")
    )
    parser.add_argument(
        "--from-fd", type=number, metavar="N", help=_("read the new one from an open descriptor")
    )


def _roster(parser: ArgumentParser) -> None:
    parser.add_argument("--find", metavar="TEXT", default="", help=_("who has all these words or digits"))
    parser.add_argument(
        "--incident", type=number, metavar="N", help=_("whom to call now for incident N, in order")
    )
    parser.add_argument(
        "--numbers", action="store_true", help=_("show numbers in full; it is recorded who saw them")
    )
    parser.add_argument(
        "--print", action="store_true", help=_("the paper copy, with numbers; it is recorded")
    )


def _import(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help=_("the list; - is standard input"))
    parser.add_argument(
        "--kind",
        metavar="KIND",
        choices=[kind.value for kind in ContactKind],
        default=ContactKind.STAFF.value,
        help=_("what new contacts are that do not say: %(choices)s"),
    )
    parser.add_argument(
        "--write", action="store_true", help=_("change roster.yaml, where no line is refused")
    )


def _contact(parser: ArgumentParser) -> None:
    parser.add_argument("contact", metavar="ID", help=_("the contact's id in the roster"))
    act_id(parser)


def _wrong(parser: ArgumentParser) -> None:
    parser.add_argument("contact", metavar="ID", help=_("the contact's id in the roster"))
    parser.add_argument("which", choices=[kind.value for kind in NumberKind], help=_("which number"))
    act_id(parser)


def _acting(parser: ArgumentParser) -> None:
    parser.add_argument("contact", metavar="ID", help=_("who is away"))
    parser.add_argument("deputy", metavar="DEPUTY", help=_("who answers instead"))
    parser.add_argument("--until", metavar="TIME", default="", help=_("as 18:00 or +8h; else until 'back'"))
    parser.add_argument("--reason", metavar="TEXT", default="", help=_("why"))
    act_id(parser)
