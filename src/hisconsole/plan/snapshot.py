"""Evidence frozen into the record: what the watch saw when it mattered, each reading with its own time (5.5).

A snapshot is bounded and the worst comes first; what was left out is counted. What devices said is made
printable before it is frozen, since it can never be taken out again. `snapshot_words` tells it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from math import isfinite

from hisconsole.plan.events import Kind, NewEvent
from hisconsole.plan.picture import StatusPicture, Watched, shown_now, watching
from hisconsole.plan.reading import Judged
from hisconsole.plan.snapshot_words import Body, Why
from hisconsole.plan.status import RANK, Status, status_label
from hisconsole.plan.times import to_text
from hisconsole.text import printable

MOST = 40
"""Readings in one snapshot."""

_LABEL, _VALUE, _UNIT = 120, 200, 16
"""Characters that a device may put on record, whatever it says."""


def freeze(
    incident: int,
    why: Why,
    of: str,
    *,
    picture: StatusPicture | None,
    targets: Collection[str],
    now: datetime,
) -> list[NewEvent]:
    """The event that freezes what is known of `targets`; `of` says which report, gate or notice.

    Nothing where nothing was ever measured, or none of the targets is watched: there is no evidence then.
    """
    if picture is None or picture.newest is None:
        return []
    rows = [row for id_ in dict.fromkeys(targets) if (row := picture.by_target.get(id_)) is not None]
    readings = [each for place, row in enumerate(rows) for each in _readings(row, place, now)]
    if not readings:
        return []
    readings.sort(key=lambda each: each[0])
    body = {
        "why": why.value,
        "of": of,
        "seen": to_text(picture.at),
        "watched": watching(picture, now),
        "isolated": picture.path.isolated,
        "targets": len(rows),
        "readings": [reading for _rank, reading in readings[:MOST]],
        "left_out": max(0, len(readings) - MOST),
    }
    return [NewEvent(Kind.SNAPSHOT, incident, now, body)]


_Ranked = tuple[tuple[int, int, str, str], dict[str, object]]


def _readings(row: Watched, place: int, now: datetime) -> Iterator[_Ranked]:
    """A target itself, what is wrong of it, and the reading it is named by while nothing is."""
    shown, target = shown_now(row, now), row.target
    old = shown.under in (Status.STALE, Status.UNREACHABLE)
    yield _ranked(
        place,
        shown.under,
        target=target.id,
        key="",
        label=target.name,
        value=shown.words or status_label(shown.under),
        unit="",
        at=shown.checked_at,
    )
    named = () if row.named is None else (row.named,)
    judged: dict[tuple[str, str], Judged] = {
        (each.probe, each.sample.key): each for each in (*row.wrong, *named)
    }
    for each in judged.values():
        yield _ranked(
            place,
            shown.under if old else each.status,
            target=target.id,
            key=each.sample.key,
            label=each.sample.label,
            value=each.last if each.sample.value is None else each.sample.value,
            unit=each.sample.unit,
            at=each.good_at,
        )


def _ranked(
    place: int,
    status: Status,
    *,
    target: str,
    key: str,
    label: str,
    value: float | str | None,
    unit: str,
    at: datetime | None,
) -> _Ranked:
    if isinstance(value, str):
        value = printable(value, limit=_VALUE)
    elif value is not None and not isfinite(value):
        value = None
    clean = printable(key, limit=_LABEL)
    reading = {
        "target": printable(target, limit=_LABEL),
        "key": clean,
        "label": printable(label, limit=_LABEL),
        "value": value,
        "unit": printable(unit, limit=_UNIT),
        "status": status.value,
        "at": to_text(at) if at is not None else None,
    }
    return (-RANK[status], place, clean, reading["label"] or ""), reading  # type: ignore[return-value]  # a label is text


def already(events: Iterable[tuple[Kind, Body]], why: Why, of: str) -> bool:
    """Whether among these events there is a snapshot of that already."""
    return any(
        kind is Kind.SNAPSHOT and body.get("why") == why and body.get("of") == of for kind, body in events
    )
