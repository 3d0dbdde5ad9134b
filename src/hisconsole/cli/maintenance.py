"""Planned stops without a screen: what runs and is to come, each act on one, and the notice to read out."""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace
from collections.abc import Callable, Mapping
from datetime import datetime

from hisconsole.cli import acted
from hisconsole.cli.commands import number as number_of
from hisconsole.cli.edge import Answer, Usage
from hisconsole.cli.naming import load_infrastructure, service_of, target_of
from hisconsole.cli.opening import at_desk
from hisconsole.cli.shapes import Shape
from hisconsole.cli.watching_text import hang
from hisconsole.desk import maintaining
from hisconsole.desk.desk import Desk, Outcome
from hisconsole.paths import config_dir, data_dir
from hisconsole.plan.maintenance import Maintenance, stage, unfinished
from hisconsole.plan.maintenance_acts import cancel_fields, end_fields, extend_fields, plan_fields
from hisconsole.plan.maintenance_words import affected, filing, quiet_words, stage_label, when_words
from hisconsole.plan.times import to_text
from hisconsole.text import _, fit
from hisconsole.wiring import Settings

Given = Mapping[str, str]
_WIDTH = 14


def maintenance(asked: Namespace) -> Answer:
    """Carry out the verb; a number alone shows that stop."""
    words = [*asked.words]
    verb = words.pop(0) if words and not _is_number(words[0]) else ""
    numbers = [_number(word) for word in words]
    given = {name: text for name in _OPTIONS if (text := getattr(asked, name))}
    if verb not in ("", "list", "add", *_ACTS):
        verbs = ("list", "add", *_ACTS)
        raise Usage(
            _("Say which: hisconsole {command} {verbs}.").format(command="maintenance", verbs="|".join(verbs))
        )
    wanted = 1 if verb in _ACTS or (not verb and numbers) else 0
    if len(numbers) != wanted:
        raise Usage(
            _("Name one by its number: hisconsole maintenance {verb} N.").format(verb=verb or "")
            if wanted
            else _("'{verb}' takes no number.").format(verb=verb or "list")
        )
    asks = _ASKS.get(verb, frozenset())
    unasked = sorted(set(given) - asks)
    if unasked:
        option = unasked[0].replace("_", "-")
        raise Usage(_("--{option} does not go with this.").format(option=option))
    if asked.notice and (verb or not numbers):
        raise Usage(_("Name one by its number: hisconsole maintenance {verb} N.").format(verb="--notice"))
    if verb == "add":
        return _add(asked, given)
    if verb in _ACTS:
        return _act(asked, _ACTS[verb], numbers[0], given)
    return _show(asked, numbers[0]) if numbers else _list(asked)


_OPTIONS = (
    "systems", "targets", "services", "whole", "departments", "start", "until", "reason", "changes",
    "approved_by", "contact", "outcome",
)  # fmt: skip
_ASKS: Mapping[str, frozenset[str]] = {
    "add": frozenset(each.name for each in plan_fields()),
    "extend": frozenset(each.name for each in extend_fields()),
    "end": frozenset(each.name for each in end_fields()),
    "cancel": frozenset(each.name for each in cancel_fields()),
}
_ACTS: Mapping[str, Callable[[Desk, int, Given, str | None], Outcome]] = {
    "begin": lambda desk, number, given, act: maintaining.begin(desk, number, act=act),
    "extend": lambda desk, number, given, act: maintaining.extend(desk, number, given, act=act),
    "end": lambda desk, number, given, act: maintaining.end(desk, number, given, act=act),
    "cancel": lambda desk, number, given, act: maintaining.cancel(desk, number, given, act=act),
}


def _is_number(word: str) -> bool:
    return word.lstrip("#").isdecimal()


def _number(word: str) -> int:
    try:
        return number_of(word)
    except ArgumentTypeError as fault:
        raise Usage(f"{fault}.") from None


def _add(asked: Namespace, given: Given) -> Answer:
    settings = Settings(config_dir(asked.config), data_dir(asked.data), asked.operator)
    infrastructure = load_infrastructure(settings)[1]
    for id_ in given.get("targets", "").replace(",", " ").split():
        target_of(infrastructure, id_)  # the quiet of a slip of the pen would be no quiet
    for name in given.get("services", "").replace(",", " ").split():
        service_of(infrastructure, name)
    with at_desk(asked, writable=True, begin=True) as desk:
        return _done(desk, maintaining.add(desk, given, act=asked.id))


def _act(
    asked: Namespace, act: Callable[[Desk, int, Given, str | None], Outcome], number: int, given: Given
) -> Answer:
    with at_desk(asked, writable=True) as desk:
        return _done(desk, act(desk, number, given, asked.id))


def _done(desk: Desk, outcome: Outcome) -> Answer:
    if outcome.kept:
        return Answer({**acted.shape(outcome), "maintenance": None}, [f"{outcome.sentence}."])
    found, now = maintaining.of_act(desk, outcome), desk.now()
    told = _("{act}: {number}, {when}, entry {seq}.").format(
        act=outcome.sentence,
        number=found.number,
        when=when_words(found, now, clock=desk.clock),
        seq=outcome.seq,
    )
    if outcome.repeated:
        told += " " + _("It was done before; nothing was changed.")
    data = {**acted.shape(outcome), "maintenance": _shape(found, now)}
    lines = [told] if found.over_at is not None else [told, *filter(None, [filing(found)])]
    return Answer(data, lines)


def _list(asked: Namespace) -> Answer:
    with at_desk(asked) as desk:
        every, now, clock = maintaining.every(desk), desk.now(), desk.clock
    found = every if asked.all else unfinished(every)
    lines: list[str] = []
    for each in found:
        head = f"{each.number:>4} {fit(stage_label(stage(each, now)), 10)}"
        lines += hang(head, f"{when_words(each, now, clock=clock)}: {each.systems} ({each.reason})")
    return Answer([_shape(each, now) for each in found], lines or [_("No stop is planned.")])


def _show(asked: Namespace, number: int) -> Answer:
    with at_desk(asked) as desk:
        found, now = maintaining.one(desk, number), desk.now()
        lines = maintaining.notice_lines(desk.site, found, now=now, clock=desk.clock)
        if asked.notice:
            return Answer(
                {"number": number, "lines": lines}, [row for each in lines for row in hang("", each)]
            )
        names = {each.id: each.name for each in desk.site.departments}
        when = when_words(found, now, clock=desk.clock)
    pairs = (
        (_("Stop"), f"{found.number} {stage_label(stage(found, now))}, {when}"),
        (_("What stops"), found.systems),
        (_("Departments"), affected(found, lambda id_: names.get(id_, id_))),
        (_("Quiet"), quiet_words(found)),
        (_("Reason"), found.reason),
        (_("Changes"), found.changes),
        (_("Approved by"), found.approved_by),
        (_("Contact"), found.contact),
        (_("Planned by"), found.by),
        (_("Outcome"), found.outcome),
        (_("Incident"), f"{found.incident:04d}" if found.incident else ""),
        (_("To be filed"), filing(found)),
    )
    return Answer(
        _shape(found, now), [row for name, text in pairs if text for row in hang(fit(name, _WIDTH), text)]
    )


def _time(moment: datetime | None) -> str | None:
    return to_text(moment) if moment is not None else None


def _shape(found: Maintenance, now: datetime) -> Shape:
    return {
        "number": found.number,
        "stage": stage(found, now).value,
        "systems": found.systems,
        "targets": list(found.targets),
        "services": list(found.services),
        "whole": found.whole,
        "departments": list(found.departments),
        "start": to_text(found.start),
        "end": to_text(found.end),
        "quiet_until": to_text(found.quiet_until),
        "reason": found.reason,
        "changes": found.changes,
        "approved_by": found.approved_by,
        "contact": found.contact,
        "by": found.by,
        "planned_at": to_text(found.planned_at),
        "begun_by": found.begun_by or None,
        "extensions": [
            {"until": to_text(each.until), "reason": each.reason, "by": each.by, "at": to_text(each.at)}
            for each in found.extensions
        ],
        "over_at": _time(found.over_at),
        "over_by": found.over_by or None,
        "outcome": found.outcome or None,
        "incident": found.incident or None,
        "lapsed_at": _time(found.lapsed_at),
    }
