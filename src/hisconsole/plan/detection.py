"""What the watch found wrong as one fault: its causes, what hangs on them, and how that went on.

A finding is what is so now, a function of what is seen; a detection is a finding on record, with what came
of it. Both are told in ids, so that they read the same in whatever language the console speaks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, field, replace
from datetime import datetime, timedelta
from enum import IntEnum
from types import MappingProxyType
from typing import Any, Final

from hisconsole.plan.times import from_text, to_text
from hisconsole.text import _, ngettext
from hisconsole.values import dataclass

SERIES: Final = timedelta(hours=24)
"""Within which what comes back is the same fault (domain 5.4 and 5.9)."""
RETURNS_KEPT: Final = 12

UNSTABLE: Final = "unstable"
"""The status of what comes and goes."""
SIBLINGS: Final = "siblings"
"""The status of a cause that seems well itself while many that hang on it failed at once."""
BACK: Final = "back"
"""The status of a cause that is well again while something behind it is not."""

_NONE: Mapping[str, str] = MappingProxyType({})


class Level(IntEnum):
    """How grave a finding is; a rise is news to whoever has acknowledged it."""

    GRAVE = 1
    """It answers, and something of it is critical; or it comes and goes."""
    DEAD = 2
    MANY = 3
    """Many that hang on the same failed at once."""
    CARRYING = 4
    """It is dead and something hangs on it alone."""
    PAIR = 5
    """All of a redundant group are dead."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault as it is seen now; `key` is its own among the open ones (made of its causes).

    `partners` carry alone what a dead cause carried with them; `answers` are what the plan's signs make
    of it.
    """

    key: str
    causes: tuple[str, ...]
    behind: tuple[str, ...]
    level: Level
    status: str
    words: str
    begun: datetime
    partners: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    workstations: int = 0
    key_terminals: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()
    """What is dark of the network: workstations on these are hit."""
    answers: Mapping[str, str] = field(default_factory=lambda: _NONE)

    @property
    def members(self) -> frozenset[str]:
        """Its causes and all behind them."""
        return frozenset((*self.causes, *self.behind))


@dataclass(frozen=True, slots=True)
class Detection:
    """A finding on record: `known_at` since when an incident has it, `told_at` when it was last told.

    `changes` counts the changes of status that were folded into it, `returned` when it came back after it
    was well; `cleared_at` while it is well, `folded_into` once another incident has it.
    """

    finding: Finding
    known_at: datetime
    told_at: datetime
    headline: str
    """What is so, in the hospital's language, as it was told last."""
    changes: int = 0
    returned: tuple[datetime, ...] = ()
    cleared_at: datetime | None = None
    folded_into: int = 0

    @property
    def standing(self) -> bool:
        """Whether it is this incident's affair, and not over."""
        return self.cleared_at is None and not self.folded_into

    def returns(self, now: datetime, within: timedelta = SERIES) -> int:
        """How often it came back in a length of time before `now`."""
        return sum(now - within <= at <= now for at in self.returned)


def body_of(finding: Finding, *, changes: int, times: int = 1, say: str = "") -> dict[str, Any]:
    """A finding as the body of an event, with how many changes were folded into it since the last.

    `times` is how often it came, this time counted; `say` how it came to be told, if not just seen.
    """
    words = headline(finding)
    body = asdict(replace(finding, answers=dict(finding.answers)))
    return {
        **{name: list(value) if isinstance(value, tuple) else value for name, value in body.items()},
        "level": int(finding.level),
        "begun": to_text(finding.begun),
        "changes": changes,
        "headline": _("{words} (time {n})").format(words=words, n=times) if times > 1 else words,
        "say": say,
    }


def finding_of(body: Mapping[str, Any]) -> Finding:
    """The finding in the body of an event."""
    lists = ("causes", "behind", "partners", "services", "departments", "key_terminals", "switches")
    return Finding(
        key=body["key"],
        level=Level(body["level"]),
        status=body["status"],
        words=body["words"],
        begun=from_text(body["begun"]),
        workstations=body["workstations"],
        answers=MappingProxyType(dict(body["answers"])),
        **{name: tuple(body[name]) for name in lists},
    )


def detected(before: Detection | None, body: Mapping[str, Any], at: datetime) -> Detection:
    """The detection after one more event that tells it; what was cleared has come back by that."""
    finding = finding_of(body)
    if before is None:
        return Detection(finding, at, at, body["headline"], changes=body["changes"])
    back = before.cleared_at is not None
    return replace(
        before,
        finding=replace(finding, begun=min(finding.begun, before.finding.begun)),  # T0 never moves on
        told_at=at,
        headline=body["headline"],
        changes=before.changes + body["changes"],
        returned=(*before.returned, at)[-RETURNS_KEPT:] if back else before.returned,
        cleared_at=None,
        folded_into=0,
    )


def headline(finding: Finding) -> str:
    """A fault in the few words of a row: what is down, and how much is behind it."""
    causes, many = ", ".join(finding.causes), len(finding.behind)
    if finding.status == BACK:
        return _("{causes} is back, {n} behind it not yet").format(causes=causes, n=many)
    if finding.status == SIBLINGS:
        return _("{n} behind {causes} in trouble at once").format(causes=" + ".join(finding.causes), n=many)
    if finding.level is Level.PAIR and len(finding.causes) > 1:
        return _("{causes} all down, nothing carries the {n} behind them").format(
            causes=" + ".join(finding.causes), n=many
        )
    words = _what(finding, causes)
    if finding.partners:
        partners = ", ".join(finding.partners)
        words = _("{words}, {partners} carries alone").format(words=words, partners=partners)
    return _("{words}, {n} behind it").format(words=words, n=many) if many else words


def hit_words(detection: Detection | None) -> str:
    """Who and what hangs on what is on record, in one line; empty where nothing is."""
    return hit_words_of(detection.finding) if detection is not None else ""


def hit_words_of(found: Finding) -> str:
    """Who and what hangs on a finding, in one line."""
    parts = []
    if found.services:
        parts.append(_("services {names}").format(names=", ".join(found.services)))
    if found.workstations:
        stations = ngettext("{n} workstation", "{n} workstations", found.workstations)
        parts.append(
            _("{stations} of {departments}").format(
                stations=stations.format(n=found.workstations),
                departments=", ".join(found.departments) or "-",
            )
        )
    if found.key_terminals:
        count = len(found.key_terminals)
        parts.append(ngettext("{n} key terminal", "{n} key terminals", count).format(n=count))
    return "; ".join(parts)


def _what(finding: Finding, causes: str) -> str:
    if finding.status == UNSTABLE:
        return _("{causes} comes and goes").format(causes=causes)
    if finding.status == "down":
        return _("{causes} down").format(causes=causes)
    return f"{causes}: {finding.words}" if finding.words else _("{causes} critical").format(causes=causes)
