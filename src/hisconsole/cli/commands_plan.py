"""The commands of the plan: classification, escalation, what is due, summaries, flows."""

from __future__ import annotations

from argparse import ArgumentParser

from hisconsole.cli.commands import Command, act_id, number
from hisconsole.plan.words import Audience, Category
from hisconsole.text import _

_VERDICT = (
    "incident, category, fault, why, clause, provisional, sentence, owner, reports_to, undecided,"
    " would_change (question, value, category, fault), act, recorded (a category; both null unless --record)"
)
_STANDING = (
    "incident, now, serious, unknown, not_short, immediate (each: holds, from, why), mandatory_at,"
    " director_at, due_at, overdue, decided (held, at, by, reason), order (an array of steps, a step an"
    " array of role, people), gates (gate, at, departments, by, aggravators), script"
)
_DUE = "incident, duty, key, at, owner, act, overdue; incident 0 is the site itself"


def plan_commands() -> tuple[Command, ...]:
    """The table of these commands, with its words in the language in force."""
    return (
        Command(
            "classify",
            _("What answers come to by the plan; with --record it is put on record."),
            _VERDICT,
            "hisconsole classify --answers answers.yaml --json\n"
            "  hisconsole classify --incident 42 --answers answers.yaml --record --operator li.na",
            _classify,
        ),
        Command(
            "escalation",
            _("How an incident stands towards the leading group: predicates, next decision, whom to call."),
            _STANDING,
            "hisconsole escalation 42 --json",
            _numbered,
        ),
        Command(
            "due",
            _("Everything that is owed, soonest first."),
            _("an array of ") + _DUE,
            "hisconsole due --json",
            lambda parser: None,
        ),
        Command(
            "summary",
            _("A summary to be read aloud: for the team, or three lines for the leader."),
            "incident, audience, lines",
            "hisconsole summary 42 --for leader",
            _summary,
        ),
        Command(
            "flow",
            _("Guided screens: try one in the terminal."),
            _("see its verb"),
            "hisconsole flow try screens/flows/classify.yaml",
            lambda parser: None,
            (
                Command(
                    "try",
                    _("Walk a flow line by line; nothing is recorded."),
                    "flow, answers, outcome, say",
                    "hisconsole flow try screens/flows/classify.yaml",
                    lambda parser: parser.add_argument("file", metavar="FILE"),
                ),
            ),
        ),
    )


def _numbered(parser: ArgumentParser) -> None:
    parser.add_argument("number", type=number, metavar="N", help=_("its number"))


def _classify(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--answers", metavar="FILE", required=True, help=_("YAML or JSON: a line 'question: value' each")
    )
    parser.add_argument(
        "--incident", type=number, metavar="N", help=_("with what is known of this incident, by its plan")
    )
    parser.add_argument("--record", action="store_true", help=_("put it on the incident's record"))
    parser.add_argument("--category", metavar="NAME", default="", help=", ".join(Category))
    parser.add_argument("--reason", metavar="TEXT", default="", help=_("why another category than the plan"))
    parser.add_argument("--approved-by", metavar="ID", default="", help=_("who agreed to leave Category I"))
    parser.add_argument("--tried", metavar="TIME", default="", help=_("since when the director was tried"))
    act_id(parser)


def _summary(parser: ArgumentParser) -> None:
    _numbered(parser)
    parser.add_argument(
        "--for",
        dest="audience",
        metavar="WHOM",
        choices=[each.value for each in Audience],
        default=Audience.TEAM.value,
        help=", ".join(Audience),
    )
