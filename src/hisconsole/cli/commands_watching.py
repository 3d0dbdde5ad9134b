"""The commands about what is watched: the watch, its picture, targets, host keys, the practice hospital."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable

from hisconsole.cli.commands import Command, act_id, number
from hisconsole.plan.words import Symptom
from hisconsole.text import _

LONGEST_MINUTES = 240
"""Of a drill without a screen."""

_SILENCE = "id, target, service, maintenance, whole, start, end, reason, by"
_ROW = (
    "target, name, kind, building, status, under, words, since, firm, rings, attempt, flapping,"
    " checked_at, good_at, trend, silence ({silence}); under is the status below a silence"
)
_STATUS = (
    "at, version, watched, holder, beat, isolated, path, counts (total, by, silenced, firm, ringing),"
    " problems, changes (target, at, old, new, words), targets ({row})"
)
_PATH = (
    "workstation, switch, department, at, watched, isolated, hops (part, way, services, targets (target,"
    " name, status, since, words, silenced, watched)), broken, red, blind, incidents (number, target,"
    " red), fault, because, say; way is open, weak, ill, blind or broken"
)
_READING = "key, label, value, unit, status, reason, source, probe"
_TRIED = (
    "address, port, credential, name, description, object_id, profiles, entry,"
    " readings (key, label, value, unit, status, reason, source)"
)

_DRILL = (
    "drill, scenario, began, ended, by, folder, incidents, figures (key, after_s, took_s, limit_s, kept);"
    " --list: scenarios (scenario, name, calls), held; --compare: before, last, change_s"
)


def watching_commands() -> tuple[Command, ...]:
    """The table of these commands, with its words in the language in force."""
    array = _("an array of ")
    row = _ROW.format(silence=_SILENCE)
    return (
        Command(
            "watch",
            _("Keep the readings fresh until SIGTERM; stand by while another does."),
            _("with --once: ") + f"at, seconds, targets (target, status, words, readings ({_READING}))",
            "hisconsole watch --once\n"
            "  hisconsole --config /etc/hisconsole --data /var/lib/hisconsole watch --unit",
            _watch,
        ),
        Command(
            "status",
            _("What is watched, the worst first, as the watch last saw it."),
            _STATUS.format(row=row),
            "hisconsole status --problems",
            lambda parser: parser.add_argument(
                "--problems", action="store_true", help=_("only what is not well, or not known")
            ),
        ),
        Command(
            "path",
            _("The way from a workstation to the system, and what is red on it."),
            _PATH,
            "hisconsole path reg-01 --symptom no-network",
            _path,
        ),
        Command(
            "metrics",
            _("The latest readings in the text form of Prometheus."),
            "metrics",
            "hisconsole metrics > /var/lib/node_exporter/hisconsole.prom",
            lambda parser: None,
        ),
        Command(
            "silence",
            _("Agree on quiet for targets, with a reason and an end; or end a silence."),
            "act, seq, sentence, repeated, kept, targets, services, silence",
            "hisconsole silence ups-1 --until +2h --reason 'battery test' --operator li.na\n"
            "  hisconsole silence --service pacs --until +2h --reason moves --operator li.na\n"
            "  hisconsole silence --lift 7 --operator li.na",
            _silence,
        ),
        Command(
            "silences",
            _("The silences in force."),
            array + _SILENCE,
            "hisconsole silences",
            lambda parser: None,
        ),
        Command(
            "targets",
            _("The targets: list them, try a device, import a list."),
            _("see each VERB"),
            "hisconsole targets try 192.168.1.12 --credential hospital-v3",
            lambda parser: None,
            (
                Command(
                    "list",
                    _("What is watched, in the order of the files."),
                    array + "target, name, kind, address, building, room, parents, services, profiles, every",
                    "hisconsole targets list",
                    lambda parser: None,
                ),
                Command(
                    "try",
                    _("Get to know a device over SNMP: who it is, what it shows, its entry."),
                    _TRIED,
                    "hisconsole targets try 192.168.1.12 --credential hospital-v3",
                    _try,
                ),
                Command(
                    "import",
                    _("Targets from a CSV, an Ansible inventory or LibreNMS; first a preview."),
                    "form, written, entries, lines (line, name, outcome, words)",
                    "hisconsole targets import devices.csv --credential core-v3 --write",
                    _import,
                ),
            ),
        ),
        Command(
            "hosts",
            _("The keys by which SSH hosts are known: a person compares and enrolls them."),
            _("see each VERB"),
            "hisconsole hosts enroll his-db-1 --operator li.na",
            lambda parser: None,
            (
                Command(
                    "list",
                    _("The hosts and the fingerprints of their enrolled keys."),
                    array + "target, host, keys (algorithm, fingerprint)",
                    "hisconsole hosts list",
                    lambda parser: None,
                ),
                Command(
                    "enroll",
                    _("Show a host's key and, when a person has compared it, trust it."),
                    "target, host, algorithm, fingerprint, replaced, seq; " + _("needs --accept"),
                    "hisconsole hosts enroll his-db-1 --operator li.na",
                    _enroll,
                ),
            ),
        ),
        Command(
            "practice",
            _("The practice hospital: the sample's devices on loopback, to be broken."),
            "said",
            "hisconsole practice --scenario fibre\n  hisconsole practice break sw-core-2",
            lambda parser: parser.add_argument(
                "--scenario", metavar="NAME", default=None, help=_("begin with it; see practice list")
            ),
            _practice(),
        ),
        Command(
            "drill",
            _("A drill: the practice hospital with people who phone, on a record of its own."),
            _DRILL,
            "hisconsole drill fibre --operator li.na\n"
            "  hisconsole drill database --minutes 10 --operator li.na\n"
            "  hisconsole drill --compare",
            _drill,
        ),
    )


def _practice() -> tuple[Command, ...]:
    return (
        Command(
            "break",
            _("Break a target, or one facet of it."),
            "said",
            "hisconsole practice break sw-core-2\n  hisconsole practice break ups-1 load 95",
            _words("target", "facet?", "value?"),
        ),
        Command(
            "mend",
            _("Make a target normal again, or one facet of it, or everything."),
            "said",
            "hisconsole practice mend sw-core-2",
            _words("target?", "facet?"),
        ),
        Command(
            "status",
            _("What is not normal; of one target, every facet and what it can be."),
            "said",
            "hisconsole practice status ups-1",
            _words("target?"),
        ),
        Command(
            "scenario",
            _("Make everything normal and begin a scenario."),
            "said",
            "hisconsole practice scenario fibre",
            _words("name"),
        ),
        Command(
            "list",
            _("The scenarios."),
            _("an array of ") + "scenario, name, about, seconds",
            "hisconsole practice list",
            lambda parser: None,
        ),
    )


def _words(*names: str) -> Callable[[ArgumentParser], object]:
    """Positional words in that order; those with a question mark may be left out."""

    def options(parser: ArgumentParser) -> None:
        for name in names:
            plain = name.rstrip("?")
            parser.add_argument(plain, metavar=plain.upper(), nargs="?" if plain != name else None)

    return options


def _drill(parser: ArgumentParser) -> None:
    parser.add_argument("scenario", nargs="?", metavar="SCENARIO", help=_("what happens; see --list"))
    parser.add_argument(
        "--minutes", type=_minutes, metavar="N", help=_("without a screen, and at an end after so long")
    )
    parser.add_argument("--list", action="store_true", help=_("the scenarios, and the drills that were held"))
    parser.add_argument(
        "--report", nargs="?", type=number, const=0, metavar="N", help=_("the report of drill N, or the last")
    )
    parser.add_argument("--compare", action="store_true", help=_("the last drill beside the one before"))


def _minutes(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found <= LONGEST_MINUTES:
        sentence = _("'{text}' is no length in minutes, at most {most}")
        raise ArgumentTypeError(sentence.format(text=text, most=LONGEST_MINUTES))
    return found


def _path(parser: ArgumentParser) -> None:
    parser.add_argument("workstation", metavar="WORKSTATION")
    parser.add_argument(
        "--symptom",
        metavar="SYMPTOM",
        choices=[each.value for each in Symptom],
        help=_("what the caller says: %(choices)s"),
    )


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:6]) <= 65535:
        raise ArgumentTypeError(_("'{text}' is no port, 1 to 65535").format(text=text))
    return int(text)


def _watch(parser: ArgumentParser) -> None:
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--once", action="store_true", help=_("look once at every target, show it, keep nothing")
    )
    how.add_argument("--unit", action="store_true", help=_("print a systemd unit for this installation"))


def _silence(parser: ArgumentParser) -> None:
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=_("ids of targets"))
    parser.add_argument("--until", metavar="TIME", default="", help=_("its end: +2h, 23:30; at most 8 h"))
    parser.add_argument("--reason", metavar="TEXT", default="", help=_("why"))
    parser.add_argument(
        "--whole", action="store_true", help=_("with all that hangs on them and has no other way to us")
    )
    parser.add_argument(
        "--service",
        metavar="NAME",
        action="append",
        default=[],
        help=_("what carries this service, and no other that is not silenced too; may be repeated"),
    )
    parser.add_argument("--lift", metavar="ID", help=_("end this silence; see hisconsole silences"))
    act_id(parser)


def _try(parser: ArgumentParser) -> None:
    parser.add_argument("address", metavar="ADDRESS", help=_("an IP address, or the id of a target"))
    parser.add_argument("--credential", metavar="NAME", default="", help=_("one of credentials.yaml"))
    parser.add_argument("--port", type=_port, metavar="N", help=_("where its agent listens (161)"))
    parser.add_argument(
        "--engine", choices=("gufo", "pysnmp"), default="gufo", help=_("which SNMP engine asks (gufo)")
    )


def _import(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help=_("the list; - is standard input"))
    parser.add_argument(
        "--form",
        metavar="FORM",
        choices=("csv", "ansible-ini", "ansible-yaml", "librenms"),
        help=_("how it is written: %(choices)s"),
    )
    parser.add_argument("--credential", metavar="NAME", default="", help=_("for SNMP, where none is named"))
    parser.add_argument("--login", metavar="NAME", default="", help=_("for SSH, where none is named"))
    parser.add_argument(
        "--write", action="store_true", help=_("append to targets.yaml, where no line is refused")
    )


def _enroll(parser: ArgumentParser) -> None:
    parser.add_argument("host", metavar="TARGET|ADDRESS", help=_("the id of a target, or an IP address"))
    parser.add_argument("--port", type=_port, metavar="N", help=_("where its SSH listens (22)"))
    parser.add_argument(
        "--accept", metavar="FINGERPRINT", default="", help=_("trust it if it has this one; for scripts")
    )
    parser.add_argument(
        "--replace", action="store_true", help=_("in place of another key that is known for the host")
    )
    act_id(parser)
