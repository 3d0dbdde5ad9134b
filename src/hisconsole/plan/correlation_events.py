"""A change as the events that record it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from hisconsole.plan.correlation import Change, Move
from hisconsole.plan.detection import body_of, headline
from hisconsole.plan.elapsed import OVER
from hisconsole.plan.events import Kind, NewEvent
from hisconsole.plan.incident import Incident
from hisconsole.plan.words import Method, State, Verification
from hisconsole.text import _


def events_of(
    change: Change, incident: Incident | None, *, number: int, plan: str, actor: str
) -> Sequence[NewEvent]:
    """What to record; `number` is the incident's, and `plan` the edition of a new one.

    What happened is dated when the watch saw it. The act is the watch's (`actor`).
    """
    return _EVENTS[change.move](change, incident, number, plan, actor)


def _told(kind: Kind, change: Change, incident: Incident | None, number: int, say: str = "") -> NewEvent:
    times = len(incident.detection.returned) + 1 if incident and incident.detection else 1
    if change.move is Move.RETURN:
        times += 1
    return NewEvent(
        kind, number, change.at, body_of(change.finding, changes=change.changes, times=times, say=say)
    )


def _opened(change: Change, _none: Incident | None, number: int, plan: str, actor: str) -> list[NewEvent]:
    return [
        NewEvent(Kind.OPENED, number, change.at, {"plan": plan}),
        _told(Kind.DETECTED, change, None, number),
    ]


def _joined(change: Change, incident: Incident | None, number: int, plan: str, actor: str) -> list[NewEvent]:
    return [_told(Kind.DETECTED, change, None, number, _("the watch sees why"))]


def _grown(change: Change, incident: Incident | None, number: int, plan: str, actor: str) -> list[NewEvent]:
    return [_told(Kind.SYMPTOMS, change, incident, number)]


def _worse(change: Change, incident: Incident | None, number: int, plan: str, actor: str) -> list[NewEvent]:
    return [_told(Kind.WORSENED, change, incident, number), *_again(change, incident, number)]


def _returned(
    change: Change, incident: Incident | None, number: int, plan: str, actor: str
) -> list[NewEvent]:
    told = _told(Kind.DETECTED, change, incident, number, _("it is back"))
    return [told, *_again(change, incident, number)]


def _again(change: Change, incident: Incident | None, number: int) -> list[NewEvent]:
    """What was taken for gone, or worked around, is active again."""
    if incident is None or incident.state not in (*OVER, State.MITIGATED):
        return []
    reason = _("the watch sees it again: {words}").format(words=headline(change.finding))
    return [NewEvent(Kind.REOPENED, number, change.at, {"reason": reason})]


def _cleared(change: Change, incident: Incident | None, number: int, plan: str, actor: str) -> list[NewEvent]:
    body = {
        "key": change.key,
        "causes": list(change.finding.causes),
        "changes": change.changes,
        "headline": _("well again: {words}").format(words=headline(change.finding)),
    }
    return [NewEvent(Kind.CLEARED, number, change.at, body)]


def _recovered(
    change: Change, incident: Incident | None, number: int, plan: str, actor: str
) -> list[NewEvent]:
    """Well again and seen by a person: where nobody has said so, the poll is what verified it."""
    events: list[NewEvent] = []
    if incident is None or incident.detection is None or incident.detection.cleared_at is None:
        events += _cleared(change, incident, number, plan, actor)
    if incident is not None and incident.state is State.VERIFYING:
        body = {
            "result": Verification.CONFIRMED.value,
            "how": Method.POLL.value,
            "by": actor,
            "text": headline(change.finding),
        }
        events.append(NewEvent(Kind.VERIFIED, number, change.at, body))
    events.append(NewEvent(Kind.RECOVERED, number, change.at, {"confirmed_by": ""}))
    return events


def _folded(change: Change, incident: Incident | None, number: int, plan: str, actor: str) -> list[NewEvent]:
    """Another incident has the cause; one that nobody has touched and nobody phoned about closes by that."""
    into = f"{change.into:04d}"
    body = {
        "into": change.into,
        "causes": list(change.finding.causes),
        "headline": _("part of {number}: {words}").format(number=into, words=headline(change.finding)),
    }
    events = [NewEvent(Kind.FOLDED, number, change.at, body)]
    if incident is not None and incident.state is State.NEW and not incident.reports:
        reason = _("it is part of {number}").format(number=into)
        events.append(NewEvent(Kind.ACKNOWLEDGED, number, change.at, {}))
        events.append(NewEvent(Kind.CLOSED, number, change.at, {"reason": reason}))
    return events


_EVENTS: Mapping[Move, Callable[[Change, Incident | None, int, str, str], list[NewEvent]]] = {
    Move.OPEN: _opened,
    Move.JOIN: _joined,
    Move.GROW: _grown,
    Move.WORSEN: _worse,
    Move.RETURN: _returned,
    Move.CLEAR: _cleared,
    Move.RECOVER: _recovered,
    Move.FOLD: _folded,
}
