"""Who else looks at an incident, and what they are about to do with it: told, and never in anybody's way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from hisconsole.text import _, ngettext
from hisconsole.values import dataclass

FORGOTTEN: Final = timedelta(seconds=60)
"""After it without a sign of life nobody is taken to look any more."""
BEAT: Final = timedelta(seconds=20)
"""How often a console shows that it lives."""

Clock = Callable[[datetime], str]


@dataclass(frozen=True, slots=True)
class Looking:
    """A console that looks at an incident since `since`; `doing` is the act whose form is open there."""

    operator: str
    incident: int
    since: datetime
    doing: str = ""
    doing_since: datetime | None = None


def viewers(others: Iterable[Looking], incident: int) -> tuple[Looking, ...]:
    """Who else looks at an incident, each person once, those first who are doing something."""
    found: dict[str, Looking] = {}
    for each in sorted(others, key=lambda one: (not one.doing, one.since)):
        if each.incident == incident:
            found.setdefault(each.operator, each)
    return tuple(found.values())


def viewing(found: tuple[Looking, ...], label: Callable[[str], str], clock: Clock) -> str:
    """How many others look, and what they are doing; empty where nobody does."""
    if not found:
        return ""
    count = ngettext("{n} other viewing", "{n} others viewing", len(found)).format(n=len(found))
    return "; ".join((count, *(claimed(each, label, clock) for each in found if each.doing)))


def claimed(one: Looking, label: Callable[[str], str], clock: Clock) -> str:
    """What somebody is doing, and since when; it is no lock."""
    return _("{who}: {act} since {when}").format(
        who=one.operator, act=label(one.doing), when=clock(one.doing_since or one.since)
    )


def named(found: tuple[Looking, ...], label: Callable[[str], str], clock: Clock) -> str:
    """Who they are and what they are doing, in a sentence; empty where nobody looks."""
    names = ", ".join(claimed(each, label, clock) if each.doing else each.operator for each in found)
    return _("Also looking at it: {names}.").format(names=names) if names else ""


def warning(found: tuple[Looking, ...], doing: str, label: Callable[[str], str], clock: Clock) -> str:
    """That somebody does the same just now, before one does it as well; empty where nobody does."""
    same = [claimed(each, label, clock) for each in found if each.doing == doing]
    return (
        _("{claims}. You can go on: whoever is second is told.").format(claims="; ".join(same))
        if same
        else ""
    )
