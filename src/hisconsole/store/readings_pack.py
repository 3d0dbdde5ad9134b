"""The readings of one round as two texts: what stays (names, units) and what moves (values, moments).

What stays is written only when it changes, because it is two thirds of a switch's readings. A reading
that is simply good is a pair; marks that hold nothing are left out, they mean what none means.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from hisconsole.plan.reach import OwnPath
from hisconsole.plan.reading import Judged, Mark, Sample
from hisconsole.plan.status import Status

_dump = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


def likeness(readings: Sequence[Judged]) -> int:
    """A number that changes with what stays; good for as long as this process lives."""
    return hash(
        tuple(
            [
                (sample.key, sample.label, sample.unit, sample.source)
                for sample in [judged.sample for judged in readings]
            ]
        )
    )


def shape(readings: Sequence[Judged]) -> str:
    """What stays of a round's readings."""
    samples = [judged.sample for judged in readings]
    return _dump([(sample.key, sample.label, sample.unit, sample.source) for sample in samples])


def values(readings: Sequence[Judged]) -> str:
    """What moves of a round's readings, in the order of their shape."""
    good_at = max((judged.good_at for judged in readings if judged.good_at), default=None)
    at_s = max((judged.at_s for judged in readings), default=0.0)
    seconds: dict[datetime, float] = {}
    rows: list[Any] = []
    for judged in readings:
        since = seconds.get(judged.since)
        if since is None:
            since = seconds[judged.since] = judged.since.timestamp()
        sample = judged.sample
        if (
            judged.status is Status.OK
            and judged.good_at == good_at
            and judged.at_s == at_s
            and sample.hint is None
            and not sample.reason
            and sample.value is not None
            and not (judged.marks and any(map(_holds, judged.marks)))
        ):
            rows.append((sample.value, since))
        else:
            rows.append(_whole(judged, since))
    return _dump([good_at.timestamp() if good_at else None, at_s, rows])


def _holds(mark: Mark) -> bool:
    return mark.raised or mark.held_s is not None


def _whole(judged: Judged, since: float) -> list[Any]:
    sample = judged.sample
    return [
        sample.value,
        since,
        judged.status,
        judged.reason,
        sample.hint,
        sample.reason,
        judged.sure,
        judged.last,
        judged.good_at.timestamp() if judged.good_at else None,
        judged.at_s,
        [(mark.level, mark.above, mark.raised, mark.held_s) for mark in judged.marks if _holds(mark)],
    ]


def unpacked(shape: str, values: str, *, probe: str) -> tuple[Judged, ...]:
    """Read back a round's readings; raises ValueError where the two texts are something else."""
    try:
        good_at, at_s, rows = json.loads(values)
        names = json.loads(shape)
        return tuple(
            _reading(name, row, probe, moment(good_at), float(at_s))
            for name, row in zip(names, rows, strict=True)
        )
    except (TypeError, KeyError, IndexError, AttributeError, OverflowError) as fault:
        raise ValueError(f"no stored readings: {fault!r}") from fault


def _reading(name: Any, row: Any, probe: str, good_at: datetime | None, at_s: float) -> Judged:
    key, label, unit, source = name
    value, since, *more = row
    if not more:
        more = [Status.OK, "", None, "", False, value, None, at_s, []]
    else:
        good_at = moment(more[6])
    status, reason, hint, words, sure, last, _good_at, at_s, marks = more
    return Judged(
        sample=Sample(key, label, value, unit, source, Status(hint) if hint else None, words),
        probe=probe,
        status=Status(status),
        since=datetime.fromtimestamp(since, UTC),
        reason=reason,
        sure=sure,
        last=last,
        good_at=good_at,
        at_s=float(at_s),
        marks=tuple(Mark(Status(level), above, raised, held) for level, above, raised, held in marks),
    )


def path_text(path: OwnPath) -> str:
    """Our own path as it is kept."""
    return _dump([path.strikes, path.since.timestamp() if path.since else None, path.words])


def path_of(text: str) -> OwnPath:
    """Read back what `path_text` wrote; what is not that says nothing against our path."""
    try:
        strikes, since, words = json.loads(text)
        return OwnPath(int(strikes), moment(since), str(words))
    except (TypeError, ValueError):
        return OwnPath()


def moment(seconds: float | None) -> datetime | None:
    """A moment from seconds since 1970; None stays None."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
