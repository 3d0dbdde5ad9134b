"""The way of a caller: from the workstation over its switches to the system, and what is red in between.

Networks hang on one another as the files of the targets say it; where the way ends says `serves` there.
Several targets on one hop are alternatives. What cannot be seen (unknown, stale, behind something else)
is blind, never well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from hisconsole.plan.chain import levels
from hisconsole.plan.picture import StatusPicture, shown_now, watching
from hisconsole.plan.reach import OwnPath, Parents
from hisconsole.plan.status import Status
from hisconsole.plan.targets import EVERYBODY, Infrastructure, Kind, Target
from hisconsole.values import dataclass


class Part(StrEnum):
    """What a hop is on the way."""

    ACCESS = "access"
    AGGREGATION = "aggregation"
    CORE = "core"
    INNER = "inner"
    """Between the core and a server: a switch of the server room, a host of virtual machines."""
    APPLICATION = "application"
    DATABASE = "database"


class Way(StrEnum):
    """How a hop lets the caller through."""

    OPEN = "open"
    WEAK = "weak"
    """It lets through, yet an alternative is gone or not seen, or something warns."""
    ILL = "ill"
    """It answers and is critical: red, though not cut."""
    BLIND = "blind"
    """Nobody can say."""
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Device:
    """One target of a hop as it may be shown now, below any silence; not `watched`: no file names it.

    A switch that nobody knows has an empty id.
    """

    id: str
    name: str
    status: Status
    since: datetime | None
    words: str
    quiet: bool = False
    watched: bool = True


@dataclass(frozen=True, slots=True)
class Hop:
    """A step of the way; several devices are alternatives. `services` are those of an end."""

    part: Part
    devices: tuple[Device, ...]
    way: Way
    services: tuple[str, ...] = ()

    @property
    def end(self) -> bool:
        """Whether the way ends here: an application or a database."""
        return self.part in (Part.APPLICATION, Part.DATABASE)

    @property
    def ids(self) -> tuple[str, ...]:
        """The targets of it."""
        return tuple(each.id for each in self.devices)


@dataclass(frozen=True, slots=True)
class CallersPath:
    """The way of one workstation as of `at`.

    `broken` is the first hop that lets nothing through, `ill` those that are critical, `blind` those that
    nobody can see. `at` is None without any picture; `watched` says that a watch is at work; `own` is our
    own path, through which all of it is seen.
    """

    workstation: str
    switch: str
    hops: tuple[Hop, ...]
    at: datetime | None
    watched: bool
    own: OwnPath

    @property
    def broken(self) -> Hop | None:
        """The first hop that lets nothing through."""
        return next((hop for hop in self.hops if hop.way is Way.BROKEN), None)

    @property
    def ill(self) -> tuple[Hop, ...]:
        """The hops that answer and are critical."""
        return tuple(hop for hop in self.hops if hop.way is Way.ILL)

    @property
    def blind(self) -> tuple[Hop, ...]:
        """The hops of which nobody can say how they are."""
        return tuple(hop for hop in self.hops if hop.way is Way.BLIND)

    @property
    def red(self) -> Hop | None:
        """What is red between the caller and the system: what is broken, else what is critical first."""
        return self.broken or next(iter(self.ill), None)

    @property
    def targets(self) -> tuple[str, ...]:
        """Every target on it, from the caller on."""
        return tuple(dict.fromkeys(id_ for hop in self.hops for id_ in hop.ids if id_))

    @property
    def current(self) -> bool:
        """Whether what is shown is of now: there is a picture, a watch, and we are not cut off."""
        return self.at is not None and self.watched and not self.own.isolated


_UP = frozenset({Status.OK, Status.WARNING, Status.CRITICAL})
"""It answers, so what goes through it can get through."""

_NETWORK = frozenset({Kind.SWITCH, Kind.ROUTER, Kind.FIREWALL, Kind.WIRELESS})


def callers_path(
    workstation: str, switch: str, department: str, picture: StatusPicture | None, *, now: datetime
) -> CallersPath:
    """The way of a workstation on `switch` to what serves its department, as `picture` shows it now.

    A switch that is not watched is a blind hop, and without one the way begins at what the system hangs on.
    """
    if picture is None:
        return CallersPath(workstation, switch, (), None, watched=False, own=OwnPath())
    infrastructure = picture.infrastructure
    parents = infrastructure.parents
    ends = _ends(infrastructure, department)
    found = _network(switch, ends, infrastructure, parents) + _inner(switch, ends, parents)
    found = _named(found, infrastructure)
    found += [(part, tuple(each.id for each in group), group[0].services) for part, group in ends]
    hops = tuple(
        Hop(part, tuple(_device(id_, picture, now) for id_ in ids), Way.OPEN, services)
        for part, ids, services in found
    )
    return CallersPath(
        workstation,
        switch,
        _judged(hops, parents),
        picture.at,
        watched=watching(picture, now),
        own=picture.path,
    )


_Found = tuple[Part, tuple[str, ...], tuple[str, ...]]
_End = tuple[Part, tuple[Target, ...]]


def _ends(infrastructure: Infrastructure, department: str) -> list[_End]:
    """What serves a department, alternatives together, the applications of a service before its database."""
    groups: dict[tuple[tuple[str, ...], Part], list[Target]] = {}
    for each in infrastructure.targets:
        if EVERYBODY in each.serves or (department and department in each.serves):
            part = Part.DATABASE if each.kind is Kind.DATABASE else Part.APPLICATION
            groups.setdefault((each.services, part), []).append(each)
    order = list(dict.fromkeys(services for services, _part in groups))
    keys = sorted(groups, key=lambda key: (order.index(key[0]), key[1] is Part.DATABASE))
    return [(key[1], tuple(groups[key])) for key in keys]


def _network(
    switch: str, ends: Sequence[_End], infrastructure: Infrastructure, parents: Parents
) -> list[_Found]:
    """From the switch up to where every end is met; without ends up to the last that is not our own."""
    if switch not in parents:
        unseen: list[_Found] = [(Part.ACCESS, (switch,), ())]
        above = dict.fromkeys(up for _part, group in ends for each in group for up in each.parents)
        return [*unseen, (Part.CORE, tuple(above), ())] if above else unseen
    way = levels(switch, parents)[::-1]
    over = [_above(group, parents) for _part, group in ends]
    if over:
        meets = (next((at for at, level in enumerate(way) if each & {*level}), len(way)) for each in over)
        way = way[: max(meets) + 1]
        wanted = frozenset[str]().union(*over)
        way = (*way[:-1], tuple(id_ for id_ in way[-1] if id_ in wanted) or way[-1])
    else:
        own = {each.id for each in infrastructure.targets if each.gateway} - {switch}
        way = tuple(kept for level in way if (kept := tuple(id_ for id_ in level if id_ not in own)))
    top = len(way) - 1
    return [
        (Part.ACCESS if at == 0 else Part.CORE if at == top else Part.AGGREGATION, level, ())
        for at, level in enumerate(way)
    ]


def _above(group: Iterable[Target], parents: Parents) -> frozenset[str]:
    """All that some targets hang on."""
    every = (id_ for each in group for level in levels(each.id, parents) for id_ in level)
    return frozenset(every) - {each.id for each in group}


def _inner(switch: str, ends: Sequence[_End], parents: Parents) -> list[_Found]:
    """What stands between the meeting point and an end, the nearest to the caller first."""
    if switch not in parents:
        return []
    shared = {id_ for level in levels(switch, parents) for id_ in level}
    rows: dict[int, dict[str, None]] = {}
    for _part, group in ends:
        for each in group:
            for depth, level in enumerate(levels(each.id, parents)[::-1]):
                rows.setdefault(depth, {}).update(
                    dict.fromkeys(id_ for id_ in level if id_ not in shared and id_ != each.id)
                )
    served = {each.id for _part, group in ends for each in group}
    found = [(depth, tuple(id_ for id_ in rows[depth] if id_ not in served)) for depth in sorted(rows)]
    return [(Part.INNER, ids, ()) for _depth, ids in reversed(found) if ids]


def _named(found: list[_Found], infrastructure: Infrastructure) -> list[_Found]:
    """Where the caller's own switch carries the core, the first switch behind it is the core."""
    if any(part is Part.CORE for part, _ids, _services in found):
        return found
    for at, (part, ids, services) in enumerate(found):
        known = [infrastructure.target(id_) for id_ in ids]
        if part is Part.INNER and all(each is not None and each.kind in _NETWORK for each in known):
            return [*found[:at], (Part.CORE, ids, services), *found[at + 1 :]]
    return found


def _device(id_: str, picture: StatusPicture, now: datetime) -> Device:
    row = picture.by_target.get(id_)
    if row is None:
        return Device(id_, id_, Status.UNKNOWN, None, "", watched=False)
    shown = shown_now(row, now)
    bad = shown.under is not Status.OK
    since = (shown.begun or shown.since) if bad else shown.since
    return Device(id_, row.target.name, shown.under, since, row.words, quiet=shown.silence is not None)


def _judged(hops: tuple[Hop, ...], parents: Parents) -> tuple[Hop, ...]:
    """Each hop by its devices; then the first of the network that nothing gets through is broken.

    Alternatives are followed one by one: two hops that are each half gone may leave no way at all.
    """
    sure, may = _through(hops, parents, _UP), _through(hops, parents, frozenset(Status) - {Status.DOWN})
    judged = [replace(hop, way=_alone(hop)) for hop in hops]
    net = [at for at, hop in enumerate(hops) if not hop.end]
    for at in net:
        if may.intersection(hops[at].ids):
            continue
        if any(may.intersection(hops[later].ids) for later in net if later > at):
            judged[at] = replace(hops[at], way=Way.WEAK)  # there is a way round it
        else:
            judged[at] = replace(hops[at], way=Way.BROKEN)
            return tuple(judged)
    for at in net:
        if any(sure.intersection(hops[later].ids) for later in net if later >= at):
            continue
        if all(judged[before].way is not Way.BLIND for before in net if before <= at):
            judged[at] = replace(hops[at], way=Way.BLIND)  # seen itself, yet nobody sees a way to it
        break
    return tuple(judged)


def _through(hops: Sequence[Hop], parents: Parents, passing: frozenset[Status]) -> frozenset[str]:
    """What can be got to over devices in one of these states; where the way is not known, it begins anew."""
    reached: set[str] = set()
    before: set[str] = set()
    for hop in hops:
        for each in hop.devices:
            links = {
                id_ for id_ in before if id_ in parents.get(each.id, ()) or each.id in parents.get(id_, ())
            }
            if each.status in passing and (not links or links & reached):
                reached.add(each.id)
        before.update(hop.ids)
    return frozenset(reached)


def _alone(hop: Hop) -> Way:
    """How a hop is by its own devices."""
    statuses = [each.status for each in hop.devices]
    if all(status is Status.DOWN for status in statuses):
        return Way.BROKEN
    if Status.CRITICAL in statuses:
        return Way.ILL
    if not _UP.intersection(statuses):
        return Way.BLIND
    return Way.OPEN if all(status is Status.OK for status in statuses) else Way.WEAK
