"""What happened after a summary was frozen: the receiver acknowledges that too, incident by incident."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hisconsole.plan.events import SITE, Event, Kind
from hisconsole.plan.turn import stream
from hisconsole.values import dataclass

_SITE_UNTOLD = frozenset(
    {
        Kind.REVEALED,
        Kind.CONTACT_VERIFIED,
        Kind.PLAN_ADOPTED,
        Kind.PACK_PRINTED,
        Kind.NOT_ALLOWED,
        Kind.PIN,
    }
)
"""What happens at the site and needs nobody's attention at a handover."""
_TURN_TOLD = frozenset({Kind.SHIFT_NOTED, Kind.ROUTINE, Kind.FELL_DUE})
"""What a turn tells besides the steps of the handover itself."""


@dataclass(frozen=True, slots=True)
class Delta:
    """The events of one incident, of the turn or of the site since the summary; `seq` is the newest."""

    incident: int
    seq: int
    events: tuple[Event, ...]


def since(events: Iterable[Event], *, turn: int, receiver: str) -> tuple[Delta, ...]:
    """The events behind a summary, in groups; what the receiver did is no news to the receiver."""
    groups: dict[int, list[Event]] = {}
    for event in events:
        if event.actor != receiver and _matters(event, turn):
            groups.setdefault(event.incident, []).append(event)
    return tuple(Delta(number, found[-1].seq, tuple(found)) for number, found in sorted(groups.items()))


def _matters(event: Event, turn: int) -> bool:
    if event.incident > SITE:
        return True
    if event.incident == SITE:
        return event.kind not in _SITE_UNTOLD
    return event.incident == stream(turn) and event.kind in _TURN_TOLD


def unseen(deltas: Iterable[Delta], seen: Mapping[int, int]) -> tuple[Delta, ...]:
    """The groups with something that was not acknowledged yet."""
    return tuple(delta for delta in deltas if delta.seq > seen.get(delta.incident, 0))
