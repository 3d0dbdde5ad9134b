"""The commands: for each what it does, what it answers to --json, an example, and its options."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable

from hisconsole.plan.words import Scope, Symptom
from hisconsole.text import _
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """One command as its help page tells it."""

    name: str
    what: str
    keys: str
    example: str
    options: Callable[[ArgumentParser], object]
    verbs: tuple[Command, ...] = ()
    """The commands below it, as `targets try`."""


LARGEST = 2**31 - 1
"""The largest number that both databases hold: an integer of PostgreSQL."""


def number(text: str) -> int:
    """A number of an incident, a report or an entry, as people write it: 42, 0042, #42, r7."""
    digits = text.lstrip("#rR")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 12 or int(digits) > LARGEST:
        raise ArgumentTypeError(_("'{text}' is not a number").format(text=text))
    return int(digits)


def _amount(text: str) -> int:
    amount = number(text)
    if not 1 <= amount <= 1_000_000:
        raise ArgumentTypeError(_("'{text}' is not between 1 and 1000000").format(text=text))
    return amount


_OUTCOME = (
    "act, seq, sentence, repeated, kept, incident, report; seq is the incident's new version, and 0 where"
    " the record is away and the act kept here"
)
_ROW = (
    "number, version, state, category, treated, treated_at, fault, symptom, words, workstation,"
    " department, owner, acknowledged_by, t0, opened, due_at, duty, key_of_duty, scope,"
    " departments, critical, closed_at, serious, overdue"
)
_EVENT = "seq, act, kind, incident, at, recorded, actor, os_user, source, body, text"
_INCIDENT = (
    "number, version, state, category, category_reason, owner, acknowledged_by, acknowledged_at,"
    " t0, opened, verification, verified_by, verified_how, verified_at, estimates (earliest,"
    " latest, by, at, why), cause, confidence, fixes (text, result),"
    " ruled_out (what, how, by, at), contingencies (if, then, by, at),"
    " tickets (contact, number, by, at, promised, text, done_at), mitigated_at, recovered_at,"
    " recovery_confirmed_by, closed_at, close_reason, reopened, pinned, fault, category_why,"
    " classified_by, classified_at, answers, plan, paralysis, stopped, aggravators, escalated"
    " (held, at, by, reason), feedback (recipient, message, attempts, reached_at, person, read_back),"
    " calls (contact, instead_of, number, purpose, outcome, at, by, took, read_back, decision, text),"
    " started_at, started_by, summoned (contact, at, by, answered_at, arrived_at, ticket, promised),"
    " due (see 'due'), reports (number, workstation, department, room,"
    " reporter, callback, number_to_call, symptom, words, scope, occurred, critical, switch,"
    " taken_by), timeline (see 'log'), actions (number, text, owner, due, by, at, done_at, how);"
    " number_to_call is null without --numbers; with --review: incident, title, made, down_s, moments (mark,"
    " at, after_s, by), gates (gate, at, by, aggravators, departments, kept, late_s, met), reached, wanted,"
    " silent, deviations (kind, at, event, duty, key, owner, met, late_s), departments (id, stopped, paper,"
    " notices, messages, reached, first_told, entry), actions, timeline, seq, head, files"
)


def all_commands() -> tuple[Command, ...]:
    """The table of commands, with its words in the language in force."""
    array = _("an array of ")
    return (
        Command(
            "report",
            _("Take a call: a new incident, or a further report of one."),
            _OUTCOME,
            "hisconsole report --operator li.na --workstation reg-01 --symptom cannot-save\n"
            "    --words='-- it says ORA-00257' --reporter 'Nurse Zhao' --occurred -10",
            _report,
        ),
        Command(
            "act",
            _("Carry out an act on an incident, or on a report (correct, detach, move)."),
            _OUTCOME + "; with --list an array of name, on, help, fields (name, label, kind, required,"
            " choices, default, limit)",
            "hisconsole act verify 42 result=confirmed how=remote --operator li.na\n"
            "  hisconsole act move 7 to=42 --operator li.na",
            _act,
        ),
        Command(
            "incidents",
            _("The queue: open incidents, the greatest risk first."),
            array + _ROW,
            "hisconsole incidents --filter 'is:overdue !cat:III' --json",
            _incidents,
        ),
        Command(
            "incident",
            _("One incident: what is known, its reports, its timeline."),
            _INCIDENT,
            "hisconsole incident 42 --json\n  hisconsole incident 42 --review --html review-42.html",
            _incident,
        ),
        Command(
            "log",
            _("The log: every event, newest first."),
            array + _EVENT,
            "hisconsole log --text 'archive log' --limit 20",
            _log,
        ),
        Command(
            "verify",
            _("Prove the record: the chain of its events, and all that is computed from them."),
            "holds, seq, hash, incidents, anchors, faults",
            "hisconsole verify --anchor /var/log/hisconsole-heads",
            _verify,
        ),
        Command(
            "backup",
            _("Copy the record to a new file while it is in use, and prove the copy."),
            "file, seq, hash, incidents, recorded",
            'hisconsole backup "/backup/record-$(date +%F).db"',
            _backup,
        ),
        Command(
            "restore",
            _("Put a proved backup in the record's place; the old record is kept beside it."),
            "file, kept, seq, hash, incidents; --drill: file, open, made, seq, hash, incidents, recorded",
            "hisconsole restore --drill",
            _restore,
        ),
        Command(
            "init",
            _("Copy the sample hospital to a new folder, to be rewritten for a real one."),
            "folder",
            "hisconsole init /etc/hisconsole",
            lambda parser: parser.add_argument("folder", metavar="DIR"),
        ),
        Command(
            "check",
            _("Check the hospital's files; a line a fault: file:line:col: sentence."),
            array + "file, line, col, sentence, level (fault, warning)",
            "hisconsole check /etc/hisconsole",
            lambda parser: parser.add_argument("folder", metavar="DIR", nargs="?"),
        ),
    )


def _report(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--workstation", metavar="ID", required=True, help=_("its id; an unknown one is kept as is")
    )
    parser.add_argument(
        "--symptom", metavar="NAME", required=True, help=", ".join(Symptom) + _("; or 1 to 6")
    )
    parser.add_argument("--words", metavar="TEXT", default="", help=_("the caller's own words"))
    parser.add_argument("--reporter", metavar="TEXT", default="", help=_("who calls"))
    parser.add_argument("--callback", metavar="TEXT", default="", help=_("the number to call back"))
    parser.add_argument("--scope", metavar="NAME", default="", help=", ".join(Scope))
    parser.add_argument(
        "--occurred", metavar="TIME", default="", help=_("since when: 22:41, -10, 2026-11-23 22:41")
    )
    parser.add_argument(
        "--department", metavar="TEXT", default="", help=_("for a workstation that is not known")
    )
    parser.add_argument("--join", type=number, metavar="N", help=_("a further report of incident N"))
    act_id(parser)


def _act(parser: ArgumentParser) -> None:
    parser.usage = "hisconsole act [options] NAME NUMBER [FIELD=VALUE ...]\n       hisconsole act --list"
    parser.add_argument(
        "words", nargs="*", metavar="NAME NUMBER FIELD=VALUE", help=_("see hisconsole act --list")
    )
    parser.add_argument("--list", action="store_true", help=_("every act, its fields and their values"))
    parser.add_argument(
        "--expect",
        type=number,
        metavar="VERSION",
        help=_("refuse where somebody changed the incident since that version"),
    )
    act_id(parser)


def act_id(parser: ArgumentParser) -> None:
    """The option by which a script repeats an act without doing it twice."""
    parser.add_argument("--id", metavar="ACTID", help=_("the act's own id; repeating it changes nothing"))


def _incidents(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--all", action="store_true", help=_("closed ones too, behind the open ones, newest first")
    )
    parser.add_argument(
        "--filter",
        metavar="EXPR",
        default="",
        help=_(
            "words and state: cat: owner: dept: ws: symptom:"
            " is:overdue|unclaimed|mine|serious|open, '!' for not"
        ),
    )
    parser.add_argument(
        "--limit",
        type=_amount,
        metavar="N",
        help=_("at most N (otherwise all that are open, and 200 closed)"),
    )


def _incident(parser: ArgumentParser) -> None:
    parser.add_argument("number", type=number, metavar="N", help=_("its number"))
    parser.add_argument("--numbers", action="store_true", help=_("show the numbers that callers left"))
    parser.add_argument(
        "--evidence", action="store_true", help=_("every reading that was frozen into the record")
    )
    parser.add_argument(
        "--review", action="store_true", help=_("its after-action report: times, calls, deviations, actions")
    )
    parser.add_argument(
        "--html", metavar="FILE", default="", help=_("with --review: as a page, to be printed on A4")
    )
    parser.add_argument(
        "--pdf", metavar="FILE", default="", help=_("with --review: as PDF (hisconsole[pdf])")
    )


def _backup(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE")
    parser.add_argument(
        "--daily", action="store_true", help=_("put it on record only where none of this day is there yet")
    )


def _restore(parser: ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", nargs="?", help=_("with --drill the newest that the watch made")
    )
    parser.add_argument(
        "--drill",
        action="store_true",
        help=_("restore it beside the record, prove and read it, and take it away again"),
    )


def _verify(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--anchor",
        action="append",
        default=[],
        metavar="HEAD[@SEQ]|FILE",
        help=_(
            "a head of the chain kept elsewhere, or a file with such: lines of the journal, a printed page;"
            " may be given again"
        ),
    )


def _log(parser: ArgumentParser) -> None:
    parser.add_argument("--text", metavar="WORDS", default="", help=_("entries with all these words"))
    parser.add_argument("--incident", type=number, metavar="N", help=_("entries of one incident"))
    parser.add_argument("--limit", type=_amount, metavar="N", default=200, help=_("at most N entries (200)"))
    parser.add_argument("--before", type=number, metavar="ENTRY", help=_("entries older than that"))
