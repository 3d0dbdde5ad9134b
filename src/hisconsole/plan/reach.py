"""Reachability: a target behind dead parents is not to blame, and our own path is checked first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter

from hisconsole.plan.health import TargetHealth
from hisconsole.plan.status import Status
from hisconsole.text import _
from hisconsole.values import dataclass

Parents = Mapping[str, Sequence[str]]
"""What each target hangs on; two parents are redundant."""

ISOLATED_AFTER = 2


def reach(healths: Mapping[str, TargetHealth], parents: Parents) -> dict[str, Status]:
    """The status of each target, UNREACHABLE for those that are silent behind parents all gone.

    A parent is gone when it is firmly down, unreachable itself, or back but the target was not
    polled since. A soft or unknown parent is not, nor one that is not in `healths`. What stands on or
    behind a circle of parents keeps its own status. The answer does not depend on any order.
    """
    statuses = {target: health.status for target, health in healths.items()}
    for target in top_down(healths, parents):
        above = parents.get(target, ())
        child = healths[target]
        if above and child.silent and all(_gone(parent, child, healths, statuses) for parent in above):
            statuses[target] = Status.UNREACHABLE
    return statuses


def _gone(
    parent: str, child: TargetHealth, healths: Mapping[str, TargetHealth], statuses: Mapping[str, Status]
) -> bool:
    health = healths.get(parent)
    if health is None:
        return False
    if health.hard is Status.DOWN or statuses[parent] is Status.UNREACHABLE:
        return True
    back, checked = health.recovered_at, child.checked_at
    return back is not None and checked is not None and checked <= back


def above(target: str, healths: Mapping[str, TargetHealth], parents: Parents) -> dict[str, TargetHealth]:
    """A target and all that it hangs on: enough for what `reach` and `in_doubt` say of it.

    On a circle it is alone: it would be in doubt for ever.
    """
    found: dict[str, TargetHealth] = {}
    waiting = [target]
    while waiting:
        each = waiting.pop()
        if each in healths and each not in found:
            found[each] = healths[each]
            waiting += parents.get(each, ())
            if target in waiting:
                return {target: healths[target]}
    return found


def in_doubt(
    target: str, healths: Mapping[str, TargetHealth], parents: Parents, reached: Mapping[str, Status]
) -> tuple[str, ...]:
    """The parents to ask before a silent target may ring: silent but not firm, or not polled since it fell.

    Empty when one parent answers (the blame is the target's own) or all are known to be gone, as
    `reached` has them.
    """
    child = healths[target]
    begun = child.begun
    if not child.silent or begun is None:
        return ()
    asked: list[str] = []
    for parent in parents.get(target, ()):
        health = healths.get(parent)
        if health is None or parent == target:
            return ()
        if health.hard is Status.DOWN or reached[parent] is Status.UNREACHABLE:
            continue
        if health.silent or health.checked_at is None or health.checked_at < begun:
            asked.append(parent)
        else:
            return ()
    return tuple(asked)


def top_down(targets: Collection[str], parents: Parents) -> Iterator[str]:
    """Targets after all their parents; those on or behind a circle never come."""
    sorter = TopologicalSorter(
        {target: [parent for parent in parents.get(target, ()) if parent in targets] for target in targets}
    )
    with suppress(CycleError):
        sorter.prepare()
    while sorter.is_active():
        ready = sorter.get_ready()
        yield from ready
        sorter.done(*ready)


def subtree(top: str, parents: Parents) -> frozenset[str]:
    """A target and all that hangs on it alone: what has a parent outside is served from there."""
    children: dict[str, list[str]] = {}
    for target, above in parents.items():
        for parent in above:
            children.setdefault(parent, []).append(target)
    inside = {top}
    waiting = [top]
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child not in inside and inside.issuperset(parents[child]):
                inside.add(child)
                waiting.append(child)
    return frozenset(inside)


class Role(StrEnum):
    """What a check of our own path looks at: our network card, our gateway, something beyond it."""

    LINK = "link"
    GATEWAY = "gateway"
    VANTAGE = "vantage"


@dataclass(frozen=True, slots=True)
class OwnCheck:
    """One check of our own path; `answered` is None when it could not be tried."""

    role: Role
    name: str
    answered: bool | None


@dataclass(frozen=True, slots=True)
class OwnPath:
    """Whether we ourselves are cut off: one finding instead of as many as there are targets."""

    strikes: int = 0
    since: datetime | None = None
    words: str = ""

    @property
    def isolated(self) -> bool:
        """Whether to show ISOLATED, and every target as STALE with its last values."""
        return self.strikes >= ISOLATED_AFTER

    @property
    def trusted(self) -> bool:
        """Whether silence may be held against a target; not from the first doubt on."""
        return self.strikes == 0


def isolated(checks: Iterable[OwnCheck], *, before: OwnPath, now: datetime) -> OwnPath:
    """Judge our own path: isolated at the second bad verdict in a row, free at the first good one.

    Bad is: no network card has a link; or no gateway answers, nor anything beyond; or, where no
    gateway is given, of at least two things beyond none. A check that could not be tried counts for nothing.
    """
    words = _cut(tuple(checks))
    if not words:
        return OwnPath()
    since = min(before.since or now, now)
    return OwnPath(strikes=min(before.strikes + 1, ISOLATED_AFTER), since=since, words=words)


def _cut(checks: Sequence[OwnCheck]) -> str:
    def tried(role: Role) -> list[bool]:
        return [check.answered for check in checks if check.role is role and check.answered is not None]

    def names(role: Role) -> str:
        return ", ".join(check.name for check in checks if check.role is role and check.answered is False)

    links, gateways, beyond = tried(Role.LINK), tried(Role.GATEWAY), tried(Role.VANTAGE)
    if any(beyond):
        return ""
    if links and not any(links):
        return _("our network card has no link: {names}").format(names=names(Role.LINK))
    if gateways:
        return (
            ""
            if any(gateways)
            else _("our gateway does not answer: {names}").format(names=names(Role.GATEWAY))
        )
    if len(beyond) >= 2:
        return _("nothing answers us: {names}").format(names=names(Role.VANTAGE))
    return ""
