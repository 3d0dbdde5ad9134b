"""Commands that write into the record: a call taken, and every act."""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace
from collections.abc import Mapping, Sequence

from hisconsole.cli import acted
from hisconsole.cli.commands import number
from hisconsole.cli.edge import Answer, Usage
from hisconsole.cli.listing import report_acts
from hisconsole.cli.opening import at_desk, picture_for
from hisconsole.desk import calls
from hisconsole.desk.desk import Desk, Outcome
from hisconsole.desk.reading import read_log
from hisconsole.plan.asking import read_answers
from hisconsole.plan.calls import call_fields
from hisconsole.plan.story_turn import subject
from hisconsole.text import _

_FREEZING = frozenset({"classify", "paralysis", "notice"})
"""Acts that put evidence on record; for the others no picture is read."""


def report(asked: Namespace) -> Answer:
    """Take a call."""
    given = {field.name: getattr(asked, field.name) for field in call_fields()}
    with at_desk(asked, writable=True, begin=asked.join is None) as desk:
        picture = picture_for(asked, desk)
        outcome = calls.take_call(desk, given, join=asked.join, act=asked.id, picture=picture)
        if outcome.kept:
            return _answer(outcome, None)
        last = read_log(desk, incident=outcome.incident, before=outcome.seq + 1, limit=2)
    return _answer(outcome, next((each.body["number"] for each in last if "number" in each.body), None))


def act(asked: Namespace) -> Answer:
    """Carry out one act."""
    if len(asked.words) < 2:
        raise Usage(_("Name an act and a number: hisconsole act NAME NUMBER [FIELD=VALUE ...]."))
    name, numbered, *pairs = asked.words
    try:
        about = number(numbered)
    except ArgumentTypeError as fault:
        raise Usage(f"{fault}.") from None
    given = _given(pairs)
    on_report = name in report_acts()
    if on_report and asked.expect is not None:
        sentence = _("--expect goes with acts on incidents; '{act}' is one on a report.")
        raise Usage(sentence.format(act=name))
    with at_desk(asked, writable=True) as desk:
        if on_report:
            return _answer(_on_report(desk, name, about, given, asked.id), about)
        picture = picture_for(asked, desk) if name in _FREEZING else None
        outcome = desk.perform(name, about, given, expected=asked.expect, act=asked.id, picture=picture)
    return _answer(outcome, None)


def _given(pairs: Sequence[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise Usage(_("'{word}' is no FIELD=VALUE.").format(word=pair))
        if name in given:
            raise Usage(_("'{name}' is given twice.").format(name=name))
        given[name] = value
    return given


def _on_report(desk: Desk, name: str, about: int, given: Mapping[str, str], act_id: str | None) -> Outcome:
    if name == "correct":
        return calls.correct_report(desk, about, given, act=act_id)
    answers = read_answers(report_acts()[name][1], given, now=desk.now(), zone=desk.zone)
    to = answers.get("to")
    return calls.move_report(desk, about, to=to if isinstance(to, int) else None, act=act_id)


def _answer(outcome: Outcome, report_number: object) -> Answer:
    data = {**acted.shape(outcome), "incident": outcome.incident, "report": report_number}
    about = subject(outcome.incident)
    if report_number is not None:
        about += _(", report {number}").format(number=report_number)
    return Answer(data, [acted.told(outcome, about)])
