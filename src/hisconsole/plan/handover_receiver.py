"""The receiver's part of a handover: what is to be restated, what was asked, who signs (domain 3.2, 3.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, tzinfo

from hisconsole.plan.handover import Asks, Entry, Handover, Header, Line, Part, Section, part_title
from hisconsole.plan.handover_sources import Question, Sources
from hisconsole.plan.paper import clean
from hisconsole.plan.times import clock
from hisconsole.text import _, ngettext
from hisconsole.values import dataclass

BLANK = "_" * 40
"""Where a person writes by hand."""

SIGN = "_" * 20
"""Where a person signs by hand."""

SIGNED_BY = "sign"
"""The key of the line that is signed."""


@dataclass(frozen=True, slots=True)
class Restatement:
    """The receiver's own words for one entry: next action, its time, whether the other side agreed."""

    key: str
    text: str
    at: datetime
    correct: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """What the receiver made of a handover: accepted, or returned with questions.

    `kept` are the keys of silences accepted again, `later` what came after the offer and was acknowledged.
    """

    by: str
    at: datetime
    accepted: bool
    restated: tuple[Restatement, ...] = ()
    questions: tuple[Question, ...] = ()
    kept: tuple[str, ...] = ()
    later: tuple[str, ...] = ()


def receiver(sources: Sources, others: tuple[Section, ...]) -> Section:
    """The part as it is offered: blanks to be filled, and the questions of an earlier return."""
    wanted = [entry for section in others for entry in section.entries if entry.asks is Asks.RESTATE]
    entries = (
        *(_blank(entry) for entry in wanted),
        *(_question(each, sources.zone_info, sources.now) for each in sources.questions),
        _sign(_sides(sources), ""),
    )
    return Section(Part.RECEIVER, part_title(Part.RECEIVER), entries, _asked(len(wanted)))


def _asked(wanted: int) -> str:
    if not wanted:
        return _("Nothing is to be restated.")
    return ngettext(
        "{n} incident is to be restated: next action and its time, in the receiver's own words.",
        "{n} incidents are to be restated: next action and its time, in the receiver's own words.",
        wanted,
    ).format(n=wanted)


def _head(entry: Entry) -> str:
    """What an entry is about: its title up to the first comma or colon."""
    return re.split(", |: ", entry.title, maxsplit=1)[0]


def _blank(entry: Entry) -> Entry:
    title = f"{_head(entry)}: {BLANK}"
    return Entry(f"restate:{entry.key}", title, asks=Asks.NOTHING)


def _question(each: Question, zone: tzinfo, now: datetime) -> Entry:
    title = _("Question {n}, {who} {when}: {text}").format(
        n=each.number, who=each.by, when=clock(each.at, zone=zone, now=now), text=clean(each.text)
    )
    answer = Line(_("Answer"), clean(each.answer) or _("NOT ANSWERED"), brief=True)
    return Entry(f"question:{each.number}", clean(title), (answer,), asks=Asks.NOTHING)


def _sides(sources: Sources) -> str:
    return _("handed over by {out}, taken by {receiver}").format(
        out=sources.outgoing.name or _("nobody"), receiver=sources.incoming.name or _("nobody")
    )


def _sign(sides: str, signed: str) -> Entry:
    title = f"{sides}: {signed or SIGN}"
    return Entry(SIGNED_BY, clean(title), asks=Asks.NOTHING)


def signed(handover: Handover, signature: Signature) -> Handover:
    """The handover with what the receiver made of it, for print; what was frozen stays as it is."""
    section = Section(
        Part.RECEIVER,
        part_title(Part.RECEIVER),
        tuple(_signed(handover, signature)),
        _asked(len(handover.asking(Asks.RESTATE))),
    )
    others = (section if each.part is Part.RECEIVER else each for each in handover.sections)
    return replace(handover, sections=tuple(others))


def _signed(handover: Handover, signature: Signature) -> Iterator[Entry]:
    header = handover.header
    said = {each.key: each for each in signature.restated}
    for entry in handover.asking(Asks.RESTATE):
        own = said.get(entry.key)
        if own is None:
            yield _blank(entry)
            continue
        title = f"{_head(entry)}: {clean(own.text)}"
        lines = (
            Line(_("By"), _at(header, own.at), brief=True),
            Line(_("Agreed"), _("yes") if own.correct else _("not yet")),
        )
        yield Entry(f"restate:{entry.key}", title, lines, asks=Asks.NOTHING)
    for each in signature.questions:
        yield _question(each, header.clock, header.made)
    for entry in handover.asking(Asks.SILENCE):
        came = _("accepted again") if entry.key in signature.kept else _("lapsed")
        yield Entry(f"again:{entry.key}", f"{_head(entry)}: {came}", asks=Asks.NOTHING)
    for place, text in enumerate(signature.later, 1):
        yield Entry(
            f"later:{place}", _("after the offer: {what}").format(what=clean(text)), asks=Asks.NOTHING
        )
    came = _("ACCEPTED") if signature.accepted else _("RETURNED")
    sides = _("{came} by {who}, {when}").format(came=came, who=signature.by, when=_at(header, signature.at))
    head = f"{header.seq} {header.head}"
    yield _sign(sides, _("record up to entry {head}").format(head=head))


def _at(header: Header, moment: datetime) -> str:
    return clock(moment, zone=header.clock, now=header.made)
