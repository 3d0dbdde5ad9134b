"""Frozen evidence in words: one line for timelines, every reading for a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum

from hisconsole.plan.reading import value_text
from hisconsole.plan.status import Status, status_label
from hisconsole.plan.times import from_text
from hisconsole.text import _, ngettext

TOLD = 3
"""How many readings a line of the timeline names."""

Body = Mapping[str, object]
Clock = Callable[[datetime], str]


class Why(StrEnum):
    """At what a snapshot was taken."""

    REPORT = "report"
    CLASSIFICATION = "classification"
    GATE = "gate"
    """A gate fell due."""
    NOTICE = "notice"
    """Departments were sent to paper."""


def occasion(body: Body) -> str:
    """At what a snapshot was taken, in words."""
    words = {
        Why.REPORT: _("report {of}"),
        Why.CLASSIFICATION: _("the classification"),
        Why.GATE: _("the gate {of}"),
        Why.NOTICE: _("notice {of}"),
    }[Why(str(body["why"]))]
    return words.format(of=body["of"])


def told(body: Body, clock: Clock) -> str:
    """A snapshot in one line: how much, as of when, and the worst of it."""
    readings = _held(body)
    sentence = _("evidence at {what}: {readings} of {targets}, as seen {when}").format(
        what=occasion(body),
        readings=ngettext("{n} reading", "{n} readings", len(readings)).format(n=len(readings)),
        targets=ngettext("{n} target", "{n} targets", _number(body["targets"])).format(n=body["targets"]),
        when=clock(from_text(str(body["seen"]))),
    )
    bad = [each for each in readings if each["status"] != Status.OK]
    parts = [doubt(body), *(reading_told(each) for each in bad[:TOLD])]
    if not bad:
        parts.append(_("all well"))
    if len(bad) > TOLD:
        parts.append(_("and {n} more").format(n=len(bad) - TOLD))
    return "; ".join((sentence, *filter(None, parts)))


def lines(body: Body, clock: Clock) -> list[str]:
    """A snapshot in full, a reading a line, the worst first."""
    head = _("Evidence at {what}, as seen {when}").format(
        what=occasion(body), when=clock(from_text(str(body["seen"])))
    )
    made = [head, *filter(None, [doubt(body)]), ""]
    for each in _held(body):
        at = each["at"]
        when = clock(from_text(str(at))) if at is not None else _("never")
        made.append(_("{reading}, measured {when}").format(reading=reading_told(each), when=when))
    left = _number(body["left_out"])
    if left:
        made.append(_("... and {n} more, left out: the worst are here.").format(n=left))
    return made


def doubt(body: Body) -> str:
    """Why a snapshot may not have been of its own time; empty where it was."""
    if body["isolated"]:
        return _("the console was cut off")
    return "" if body["watched"] else _("no watch was at work")


def reading_told(reading: Body) -> str:
    """One frozen reading: target, status, label and value."""
    value = reading["value"]
    text = value_text(value if isinstance(value, float | int | str) else None, str(reading["unit"]))
    label = f"{reading['label']} " if reading["key"] else ""
    return f"{reading['target']} {status_label(str(reading['status']))}: {label}{text}"


def _held(body: Body) -> list[Body]:
    held = body["readings"]
    return held if isinstance(held, list) else []


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
