"""Turns of duty told in words: who took it, what was offered, how it was answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hisconsole.plan.events import PROVISIONAL, SITE, Kind
from hisconsole.plan.times import from_text
from hisconsole.text import _, ngettext

Clock = Callable[..., str]
Body = Mapping[str, Any]


def subject(incident: int) -> str:
    """What an event is about, in five cells at most: an incident's number, a turn's as T12, or neither.

    A call that is only kept here has a number of its own, as K1, until the record gives it one.
    """
    if incident == SITE:
        return "-"
    if PROVISIONAL < incident < 2 * PROVISIONAL:  # more is a telephone in the wrong field
        return f"K{incident - PROVISIONAL}"
    return f"{incident:04d}" if incident > SITE else f"T{-incident}"


def number_of(word: str) -> int | None:
    """The incident that was typed, as its number or as K1; None where it is neither."""
    kept = word[:1] in ("K", "k")
    digits = word[1:] if kept else word
    if not (digits.isascii() and digits.isdigit() and len(digits) <= len(str(PROVISIONAL)) + 2):
        return None
    return int(digits) + PROVISIONAL if kept else int(digits)


def _begun(body: Body, clock: Clock) -> str:
    if body["solo"]:
        return _("{who} took the duty alone: {reason}").format(who=body["person"], reason=body["solo"])
    if body["before"]:
        return _("{who} has the duty, from {before}").format(who=body["person"], before=body["before"])
    return _("{who} took the duty").format(who=body["person"])


def _offered(body: Body, clock: Clock) -> str:
    sentence = _("summary {edition} offered to {to}").format(edition=body["edition"], to=body["to"])
    return f"{sentence}: {body['reason']}" if body["reason"] else sentence


def _taken(body: Body, clock: Clock) -> str:
    count = len(body["items"]) + len(body["seen"])
    return ngettext(
        "{n} item of the summary acknowledged", "{n} items of the summary acknowledged", count
    ).format(n=count)


def _restated(body: Body, clock: Clock) -> str:
    return _("{key} restated: {text}; next {action} at {when}").format(
        key=body["key"], text=body["text"], action=body["action"], when=clock(from_text(body["action_at"]))
    )


def _accepted(body: Body, clock: Clock) -> str:
    sentence = _("{who} accepted the duty").format(who=body["person"])
    if body["reason"]:
        sentence += _("; not confirmed: {reason}").format(reason=body["reason"])
    return sentence


def _routine(body: Body, clock: Clock) -> str:
    sentence = _("{routine} done") if body["done"] else _("{routine} NOT done")
    parts = [sentence.format(routine=body["routine"])]
    if body["value"] is not None:
        parts.append(f"{body['value']:g}")
    if body["note"]:
        parts.append(body["note"])
    return ", ".join(parts)


TELL_TURN: Mapping[Kind, Callable[[Body, Clock], str]] = {
    Kind.TURN_BEGUN: _begun,
    Kind.OFFERED: _offered,
    Kind.TAKEN: _taken,
    Kind.RESTATED: _restated,
    Kind.CONFIRMED: lambda body, clock: _("what was restated is right"),
    Kind.OBJECTED: lambda body, clock: _("{key} was understood wrongly: {text}").format(
        key=body["key"], text=body["text"]
    ),
    Kind.RETURNED: lambda body, clock: _("summary returned: {questions}").format(questions=body["questions"]),
    Kind.WITHDRAWN: lambda body, clock: _("offer withdrawn"),
    Kind.ACCEPTED: _accepted,
    Kind.RELIEVED: lambda body, clock: _("relieved by {who}: {reason}").format(
        who=body["person"], reason=body["reason"]
    ),
    Kind.SHIFT_NOTED: lambda body, clock: str(body["text"]),
    Kind.ROUTINE: _routine,
}
