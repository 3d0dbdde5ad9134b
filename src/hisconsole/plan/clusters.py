"""Findings: what is seen wrong now, put together by cause. A function of what is seen, of no order.

Only what rings makes a finding: firm, grave, of now, not silenced, and not in doubt. Unreachable, stale and
unknown targets never make one; they hang on one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from hisconsole.plan.detection import SIBLINGS, UNSTABLE, Finding, Level
from hisconsole.plan.document import Plan
from hisconsole.plan.evidence import answers_of, signs_on
from hisconsole.plan.picture import Watched
from hisconsole.plan.reach import top_down
from hisconsole.plan.shown import Shown
from hisconsole.plan.status import RANK, Status
from hisconsole.plan.targets import Kind
from hisconsole.values import dataclass

MANY: Final = 5
"""So many that hang on the same and fail within `AT_ONCE` of one another are one fault."""
AT_ONCE: Final = timedelta(minutes=10)
COUNTING: Final = timedelta(minutes=5)
"""Longer than strikes take to become firm."""

BACK_FOR: Final = timedelta(seconds=60)
"""Within so long all behind a parent that is back have been asked again."""

_ANSWERS = frozenset({Status.OK, Status.WARNING, Status.CRITICAL})


@dataclass(frozen=True, slots=True)
class Place:
    """A workstation as far as it counts here."""

    workstation: str
    department: str
    key: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """All that is watched as of `at`; `wrong` readings need only be known of rows that ring.

    `places` are the workstations by their switch; `blind` while our own path is in doubt or nobody watches;
    `changes` counts the changes of each target that are not on record yet.
    """

    at: datetime
    rows: Mapping[str, Watched]
    plan: Plan
    places: Mapping[str, Sequence[Place]] = field(default_factory=lambda: MappingProxyType({}))
    blind: bool = False
    changes: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


def well(row: Watched) -> bool:
    """Whether a target is seen to be all right: fresh, nothing grave, and it stays that way."""
    return row.shown.under in (Status.OK, Status.WARNING) and not row.shown.flapping


def proven(shown: Shown) -> Shown:
    """The same, but what was never seen well does not ring, nor what its last round did not find so.

    The first is a fault of the set-up, not an incident: a hospital that is just being written down, or a
    wrong secret, would open one for every target. The second is about to be well again, or to be worse, and
    until it is, it stays with what it was found with while both were bad.
    """
    quiet = shown.good_at is None or shown.wavering
    return replace(shown, rings=False) if quiet else shown


def patient(
    rows: Mapping[str, Watched], back_at: Mapping[str, datetime], *, now: datetime
) -> dict[str, Watched]:
    """The same rows, but what is silent behind a parent that is just back does not ring yet.

    A round that began before the parent was back may end after it, and says nothing about its target. What
    has been down for longer rings: a parent that comes and goes does not hide it.
    """
    just = {id_ for id_, at in back_at.items() if now - BACK_FOR < at <= now}

    def silent(row: Watched) -> bool:
        return row.shown.under is Status.DOWN and now - row.shown.since < BACK_FOR

    return {
        id_: replace(row, shown=replace(row.shown, rings=False))
        if row.shown.rings and silent(row) and not just.isdisjoint(row.target.parents)
        else row
        for id_, row in rows.items()
    }


def findings(seen: Seen) -> tuple[Finding, ...]:
    """Every fault that is seen, the gravest first; each target that rings is in exactly one."""
    rows = seen.rows
    tops = _tops(rows)
    groups, many, ends = _Groups(rows), _bursts(rows), dict(_link_ends(rows))
    hanging: dict[str, list[str]] = defaultdict(list)
    for target, over in tops.items():
        groups.join(over)
        if rows[target].shown.under is not Status.DOWN:
            for top in over:
                hanging[top].append(target)
    for above, children in many:
        groups.join([*children, *above])
    for parent, below in ends.items():
        groups.join((parent, *below))
    for together in (*_rooms(rows), *_lost_links(rows)):
        groups.join(together)
    found = (
        _finding(seen, group, tops=tops, hanging=hanging, many=many, ends=ends)
        for group in groups.all()
        if any(rows[each].shown.rings for each in group)
    )
    return tuple(sorted(found, key=lambda each: (-each.level, each.begun, each.key)))


class _Groups:
    """Disjoint sets of targets that ring or are dead."""

    def __init__(self, rows: Mapping[str, Watched]) -> None:
        held = (id_ for id_, row in rows.items() if row.shown.rings or row.shown.under is Status.DOWN)
        self._up = {id_: id_ for id_ in held}

    def _top(self, id_: str) -> str:
        while self._up[id_] != id_:
            self._up[id_] = id_ = self._up[self._up[id_]]
        return id_

    def join(self, ids: Iterable[str]) -> None:
        first, *rest = [self._top(id_) for id_ in ids if id_ in self._up] or [""]
        for other in rest:
            self._up[self._top(other)] = self._top(first)

    def all(self) -> Iterable[list[str]]:
        groups: dict[str, list[str]] = defaultdict(list)
        for id_ in sorted(self._up):
            groups[self._top(id_)].append(id_)
        return groups.values()


def _tops(rows: Mapping[str, Watched]) -> dict[str, frozenset[str]]:
    """The dead targets that each one which is cut off hangs on, those on top; a dead one is its own.

    Cut off is what hangs on dead or cut off parents only and has not answered since they fell.
    """
    parents = {id_: row.target.parents for id_, row in rows.items()}
    tops = {id_: frozenset({id_}) for id_, row in rows.items() if row.shown.under is Status.DOWN}
    for id_ in top_down(rows, parents):
        above = [tops.get(parent, frozenset()) for parent in parents[id_]]
        if id_ in tops or not above or not all(above):
            continue
        dead = frozenset().union(*above)
        if not _answered_since(rows[id_], max(_begun(rows[each]) for each in dead)):
            tops[id_] = dead
    return tops


def _begun(row: Watched) -> datetime:
    """When it fell: the first bad poll, unless it was merely not quite well for long before (domain 5.1)."""
    begun, since = row.shown.begun, row.shown.since
    return begun if begun is not None and since - begun <= COUNTING else since


def _answered_since(row: Watched, fallen: datetime) -> bool:
    checked = row.shown.checked_at
    return row.shown.under in _ANSWERS and checked is not None and checked > fallen


Burst = tuple[tuple[str, ...], frozenset[str]]


def _bursts(rows: Mapping[str, Watched]) -> list[Burst]:
    """What hangs on the same and fell within ten minutes, with what it hangs on, where that is many."""
    siblings: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for id_, row in rows.items():
        above = tuple(sorted(parent for parent in row.target.parents if parent in rows))
        if row.shown.rings and above:
            siblings[above].append(id_)
    found = []
    for above, children in siblings.items():
        children.sort(key=lambda id_: (_begun(rows[id_]), id_))
        together: set[str] = set()
        for first in range(len(children) - MANY + 1):
            window = children[first : first + MANY]
            if _begun(rows[window[-1]]) - _begun(rows[window[0]]) <= AT_ONCE:
                together.update(window)
        if together:
            found.append((above, frozenset(together)))
    return found


def _link_ends(rows: Mapping[str, Watched]) -> Iterator[tuple[str, list[str]]]:
    """A target with bad links only, and those below it whose end of these links that is."""
    below: dict[str, list[str]] = defaultdict(list)
    for id_, row in rows.items():
        if row.shown.rings and (row.shown.under is Status.DOWN or _only(row, _is_link)):
            for parent in row.target.parents:
                below[parent].append(id_)
    for parent, children in below.items():
        above = rows.get(parent)
        if above is not None and above.shown.rings and _only(above, _is_link):
            yield parent, children


def _lost_links(rows: Mapping[str, Watched]) -> Iterator[list[str]]:
    """What has bad links only, with the dead that it hangs on: that is where these links went."""
    for id_, row in rows.items():
        if row.shown.rings and _only(row, _is_link):
            dead = [each for each in row.target.parents if each in rows and rows[each].shown.rings]
            yield [id_, *(each for each in dead if rows[each].shown.under is Status.DOWN)]


def _rooms(rows: Mapping[str, Watched]) -> Iterator[list[str]]:
    """What stands in a room without power or cooling, and died or grew hot there."""
    by_room: dict[tuple[str, str], list[Watched]] = defaultdict(list)
    for row in rows.values():
        if row.shown.rings and row.target.room:
            by_room[row.target.building, row.target.room].append(row)
    for held in by_room.values():
        if any(_powers(row) or _cools(row) for row in held):
            yield [
                row.target.id
                for row in held
                if _powers(row) or _cools(row) or row.shown.under is Status.DOWN or _only(row, _is_heat)
            ]


def _powers(row: Watched) -> bool:
    """Whether it says that power fails: a UPS in need, or one that is off; not one that is merely hot."""
    return row.target.kind is Kind.UPS and not _only(row, _is_heat)


def _cools(row: Watched) -> bool:
    """Whether it says that a room is too hot; a sensor that is silent says nothing of its room."""
    return row.target.kind is Kind.ROOM and row.shown.under is Status.CRITICAL


def _is_link(key: str) -> bool:
    return key.partition("/")[0] in ("optic", "if")


def _is_heat(key: str) -> bool:
    parts = key.split("/")
    return parts[0] != "optic" and ("temperature" in parts or "humidity" in parts)


def _only(row: Watched, holds: Callable[[str], bool]) -> bool:
    """Whether it answers, and all that is critical of it is of one nature."""
    grave = [judged.sample.key for judged in row.wrong if judged.status is Status.CRITICAL]
    return row.shown.under is Status.CRITICAL and bool(grave) and all(holds(key) for key in grave)


def _finding(
    seen: Seen,
    group: Sequence[str],
    *,
    tops: Mapping[str, frozenset[str]],
    hanging: Mapping[str, Sequence[str]],
    many: Sequence[Burst],
    ends: Collection[str],
) -> Finding:
    rows = seen.rows
    dead = [id_ for id_ in group if rows[id_].shown.under is Status.DOWN]
    dark = {id_ for top in dead for id_ in hanging.get(top, ())}
    common = sorted({parent for above, children in many if children <= set(group) for parent in above})
    causes = _causes(rows, group, dead=dead, common=common, ends=ends)
    behind = sorted(({*group} | dark) - set(causes))
    ringing = sorted(
        (id_ for id_ in group if rows[id_].shown.rings),
        key=lambda id_: (id_ not in causes, -RANK[rows[id_].shown.under], id_),
    )
    switches = sorted({*dead, *dark})
    places = [place for switch in switches for place in seen.places.get(switch, ())]
    lead = rows[ringing[0]].shown
    signs = signs_on(seen.plan, [rows[id_] for id_ in ringing])
    hit = [*(id_ for id_ in causes if id_ in group), *behind]
    return Finding(
        key="+".join(causes),
        causes=causes,
        behind=tuple(behind),
        level=_level(dead, common, [tops[id_] for id_ in dark]),
        status=SIBLINGS
        if causes == tuple(common) and not set(causes) & set(ringing)
        else UNSTABLE
        if lead.flapping
        else lead.under.value,
        words=lead.words,
        begun=min(_begun(rows[id_]) for id_ in ringing),
        partners=_partners(rows, dead, tops) if causes == tuple(dead) else (),
        services=tuple(sorted({service for id_ in hit for service in rows[id_].target.services})),
        departments=tuple(sorted({place.department for place in places if place.department})),
        workstations=len(places),
        key_terminals=tuple(sorted(place.workstation for place in places if place.key)),
        switches=tuple(id_ for id_ in switches if id_ in seen.places),
        answers=MappingProxyType(
            {each.sign.question: each.sign.value for each in answers_of(seen.plan, {}, signs)}
        ),
    )


def _causes(
    rows: Mapping[str, Watched],
    group: Sequence[str],
    *,
    dead: Sequence[str],
    common: Sequence[str],
    ends: Collection[str],
) -> tuple[str, ...]:
    """What the rest comes from: power, then cooling, then what many hang on, then the dead, then the link."""
    ringing = [id_ for id_ in group if rows[id_].shown.rings]
    power = [id_ for id_ in ringing if _powers(rows[id_])]
    cooling = [id_ for id_ in ringing if _cools(rows[id_])]
    own = [id_ for id_ in ringing if id_ not in ends] or ringing
    fallen = [id_ for id_ in common if id_ in dead]
    return tuple(power or cooling or fallen or common or dead or own)


def _level(dead: Sequence[str], common: Sequence[str], above: Iterable[frozenset[str]]) -> Level:
    carried = list(above)
    if any(len(tops) > 1 for tops in carried):
        return Level.PAIR
    if carried:
        return Level.CARRYING
    if common:
        return Level.MANY
    return Level.DEAD if dead else Level.GRAVE


def _partners(
    rows: Mapping[str, Watched], dead: Sequence[str], tops: Mapping[str, frozenset[str]]
) -> tuple[str, ...]:
    """What carries alone now what the dead carried with it."""
    beside = {
        parent
        for row in rows.values()
        if not set(dead).isdisjoint(row.target.parents)
        for parent in row.target.parents
        if parent in rows and parent not in tops
    }
    return tuple(sorted(beside))
