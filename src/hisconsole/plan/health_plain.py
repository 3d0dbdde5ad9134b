"""Healths and readings as plain values for the readings file, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from hisconsole.plan.health import Change, TargetHealth
from hisconsole.plan.reading import Judged, Mark, Sample
from hisconsole.plan.status import Status
from hisconsole.plan.strikes import ProbeHealth
from hisconsole.plan.times import from_text, to_text

_Read = TypeVar("_Read")

Plain = dict[str, Any]
"""JSON's own kinds of value only."""


def to_plain(health: TargetHealth) -> Plain:
    """A health as a plain dict."""
    return {
        "target": health.target,
        "probes": [_from_probe(probe) for probe in health.probes],
        "status": health.status.value,
        "since": to_text(health.since),
        "hard": health.hard.value,
        "hard_since": to_text(health.hard_since),
        "worst": health.worst,
        "begun": _moment(health.begun),
        "recovered_at": _moment(health.recovered_at),
        "changes": [
            [to_text(change.at), change.old.value, change.new.value, change.words]
            for change in health.changes
        ],
    }


def from_plain(plain: Mapping[str, Any]) -> TargetHealth:
    """Read back what `to_plain` wrote; raises ValueError when it is something else."""
    with _shape("health"):
        target = _text(plain["target"])
        return TargetHealth(
            target=target,
            probes=tuple(_to_probe(probe) for probe in plain["probes"]),
            status=Status(plain["status"]),
            since=from_text(plain["since"]),
            hard=Status(plain["hard"]),
            hard_since=from_text(plain["hard_since"]),
            worst=_text(plain["worst"]),
            begun=_maybe(from_text, plain["begun"]),
            recovered_at=_maybe(from_text, plain["recovered_at"]),
            changes=tuple(
                Change(target, from_text(at), Status(old), Status(new), _text(words))
                for at, old, new, words in plain["changes"]
            ),
        )


def reading_to_plain(judged: Judged) -> Plain:
    """A reading as a plain dict."""
    sample = judged.sample
    return {
        "key": sample.key,
        "label": sample.label,
        "value": sample.value,
        "unit": sample.unit,
        "source": sample.source,
        "hint": sample.hint.value if sample.hint else None,
        "words": sample.reason,
        "probe": judged.probe,
        "status": judged.status.value,
        "since": to_text(judged.since),
        "reason": judged.reason,
        "sure": judged.sure,
        "last": judged.last,
        "good_at": _moment(judged.good_at),
        "at_s": judged.at_s,
        "marks": [[mark.level.value, mark.above, mark.raised, mark.held_s] for mark in judged.marks],
    }


def reading_from_plain(plain: Mapping[str, Any]) -> Judged:
    """Read back what `reading_to_plain` wrote; raises ValueError when it is something else."""
    with _shape("reading"):
        return Judged(
            sample=Sample(
                key=_text(plain["key"]),
                label=_text(plain["label"]),
                value=_value(plain["value"]),
                unit=_text(plain["unit"]),
                source=_text(plain["source"]),
                hint=_maybe(Status, plain["hint"]),
                reason=_text(plain["words"]),
            ),
            probe=_text(plain["probe"]),
            status=Status(plain["status"]),
            since=from_text(plain["since"]),
            reason=_text(plain["reason"]),
            sure=bool(plain["sure"]),
            last=_value(plain["last"]),
            good_at=_maybe(from_text, plain["good_at"]),
            at_s=float(plain["at_s"]),
            marks=tuple(
                Mark(Status(level), bool(above), bool(raised), _maybe(float, held))
                for level, above, raised, held in plain["marks"]
            ),
        )


def _from_probe(probe: ProbeHealth) -> Plain:
    return {
        "probe": probe.probe,
        "hard": probe.hard.value,
        "recent": [status.value for status in probe.recent],
        "words": probe.words,
        "fault": probe.fault,
        "checked_at": _moment(probe.checked_at),
        "good_at": _moment(probe.good_at),
        "ring": probe.ring,
        "flapping": probe.flapping,
    }


def _to_probe(plain: Mapping[str, Any]) -> ProbeHealth:
    return ProbeHealth(
        probe=_text(plain["probe"]),
        hard=Status(plain["hard"]),
        recent=tuple(Status(status) for status in plain["recent"]),
        words=_text(plain["words"]),
        fault=_text(plain["fault"]),
        checked_at=_maybe(from_text, plain["checked_at"]),
        good_at=_maybe(from_text, plain["good_at"]),
        ring=int(plain["ring"]),
        flapping=bool(plain["flapping"]),
    )


@contextmanager
def _shape(name: str) -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, AttributeError, ValueError) as fault:
        raise ValueError(f"not a stored {name}: {fault!r}") from fault


def _moment(moment: datetime | None) -> str | None:
    return to_text(moment) if moment else None


def _maybe(read: Callable[[Any], _Read], value: Any) -> _Read | None:
    return None if value is None else read(value)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise TypeError(type(value))


def _value(value: Any) -> float | str | None:
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(type(value))
