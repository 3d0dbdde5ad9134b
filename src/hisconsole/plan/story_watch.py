"""What the watch found, and incidents that are one fault, told in words: part of the story."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hisconsole.plan.detection import finding_of, headline, hit_words_of
from hisconsole.plan.events import Kind
from hisconsole.plan.likeness import proposal_words
from hisconsole.text import _, ngettext

Clock = Callable[..., str]
Body = Mapping[str, Any]


def _with_hit(sentence: str, body: Body) -> str:
    """What was found, what is hit by it, and how many changes were folded into this one entry."""
    finding = finding_of(body)
    parts = [sentence, headline(finding)]
    if body["words"] and body["words"] not in parts[1]:
        parts[1] += f" ({body['words']})"
    if hit := hit_words_of(finding):
        parts.append(hit)
    told = "; ".join(parts[1:])
    return f"{parts[0]}: {told}{_folded_in(body)}"


def _folded_in(body: Body) -> str:
    count = body["changes"]
    if not count:
        return ""
    return " - " + ngettext("{n} change of status", "{n} changes of status", count).format(n=count)


def _numbers(body: Body) -> str:
    return ", ".join(f"{number:04d}" for number in body["others"])


def _merged(body: Body, clock: Clock) -> str:
    if "into" in body:
        return _("merged into {number}, and closed by that").format(number=f"{body['into']:04d}")
    return _("the same fault: {others} merged into it").format(others=_numbers(body))


def _apart(body: Body, clock: Clock) -> str:
    sentence = _("kept apart from {others}").format(others=_numbers(body))
    return f"{sentence}: {body['reason']}" if body["reason"] else sentence


TELL_WATCH: Mapping[Kind, Callable[[Body, Clock], str]] = {
    Kind.DETECTED: lambda body, clock: _with_hit(body["say"] or _("found by the watch"), body),
    Kind.SYMPTOMS: lambda body, clock: _with_hit(_("seen now"), body),
    Kind.WORSENED: lambda body, clock: _with_hit(_("graver than before"), body),
    Kind.CLEARED: lambda body, clock: (
        _("seen well again: {causes}").format(causes=", ".join(body["causes"])) + _folded_in(body)
    ),
    Kind.FOLDED: lambda body, clock: _("{causes} is part of {number}").format(
        causes=", ".join(body["causes"]), number=f"{body['into']:04d}"
    ),
    Kind.PROPOSED: lambda body, clock: proposal_words(body),
    Kind.APART: _apart,
    Kind.MERGED: _merged,
    Kind.UNMERGED: lambda body, clock: _("split off again from {number}").format(
        number=f"{body['from']:04d}"
    ),
}
