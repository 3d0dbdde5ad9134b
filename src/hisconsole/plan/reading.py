"""Readings: what a probe measured, and the judgement on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from math import isfinite

from hisconsole.plan.status import RANK, Status, worse
from hisconsole.plan.threshold import Threshold, length_text
from hisconsole.text import _
from hisconsole.values import dataclass

FORGET_AFTER = timedelta(days=1)
"""A reading that its device no longer reports stays this long, as unknown."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a probe measured, not judged yet.

    `key` is stable within a target, `label` is for people, `unit` is ASCII, `source` a MIB object or
    a command. `hint` is what the device itself says; `reason` its words, or why there is no value.
    """

    key: str
    label: str
    value: float | str | None
    unit: str
    source: str
    hint: Status | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """One poll of one target by one probe.

    `failure` is a sentence; `fault` its machine word: silent, timeout, refused, auth, identity,
    malformed, local, or empty. `remembered` says that nobody was asked: a result of before still stands.
    """

    target: str
    probe: str
    started: datetime
    finished: datetime
    samples: tuple[Sample, ...] = ()
    failure: str = ""
    fault: str = ""
    remembered: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a reading stands with one threshold; `held_s` is None while it is on the good side."""

    level: Status
    above: bool
    raised: bool
    held_s: float | None


@dataclass(frozen=True, slots=True)
class Judged:
    """A reading as it is stored and shown; `last` and `good_at` are its last real value and when.

    `at_s` is when on a clock that does not jump. `sure` says that the status needs no strikes,
    because its threshold has already waited.
    """

    sample: Sample
    probe: str
    status: Status
    since: datetime
    reason: str
    sure: bool
    last: float | str | None
    good_at: datetime | None
    at_s: float
    marks: tuple[Mark, ...] = ()


def fresh(then: datetime, *, now: datetime, limit: timedelta) -> bool:
    """Whether `then` lies within `limit` of `now`; what lies far in the future is of another clock."""
    return -limit <= now - then <= limit


def judge(
    sample: Sample,
    *,
    probe: str,
    thresholds: tuple[Threshold, ...],
    before: Judged | None,
    now: datetime,
    at_s: float,
    patience: timedelta,
) -> Judged:
    """Judge a sample by what its device says and by thresholds; no usable value is never OK.

    `at_s` is now on a clock that does not jump, in seconds. Of "for 5m" only the time between two
    samples counts that both clocks allow and that is at most `patience`, so neither a clock set
    forward nor an hour unseen raises anything.
    """
    if isinstance(sample.value, float) and not isfinite(sample.value):
        sample = replace(sample, value=None, reason=_("not a number"))
    if sample.value is None or (thresholds and isinstance(sample.value, str)):
        return _without_value(sample, probe, before, now)
    status, sure = sample.hint or Status.OK, False
    reason = "" if status is Status.OK else sample.reason
    marks: tuple[Mark, ...] = ()
    if thresholds and not isinstance(sample.value, str):
        marks = _marks(thresholds, before, sample.value, _passed(before, now, at_s, patience))
        for threshold, mark in zip(thresholds, marks, strict=True):
            if mark.raised and worse(threshold.level, status):
                status, sure = threshold.level, threshold.seconds > 0
                reason = _raised(threshold, sample)
    return Judged(
        sample=sample,
        probe=probe,
        status=status,
        since=_since(before, status, now),
        reason=reason,
        sure=sure,
        last=sample.value,
        good_at=now,
        at_s=at_s,
        marks=marks,
    )


def _passed(before: Judged | None, now: datetime, at_s: float, patience: timedelta) -> float:
    if before is None or before.good_at is None or before.sample.value is None:
        return 0.0
    passed = min(at_s - before.at_s, (now - before.good_at).total_seconds())
    return passed if 0.0 <= passed <= patience.total_seconds() else 0.0


def _marks(
    thresholds: tuple[Threshold, ...], before: Judged | None, value: float, passed_s: float
) -> tuple[Mark, ...]:
    """Marks follow level and side, so that an edited threshold goes on where the old one stood."""
    old = {(mark.level, mark.above): mark for mark in before.marks} if before is not None else {}
    return tuple(
        _mark(threshold, old.get((threshold.level, threshold.above)), value, passed_s)
        for threshold in thresholds
    )


def _mark(threshold: Threshold, before: Mark | None, value: float, passed_s: float) -> Mark:
    if before is not None and before.raised and not threshold.cleared(value):
        return before
    if not threshold.entered(value):
        return _at_rest(threshold.level, threshold.above)
    held = before.held_s + passed_s if before is not None and before.held_s is not None else 0.0
    return Mark(threshold.level, threshold.above, raised=held >= threshold.seconds, held_s=held)


@cache
def _at_rest(level: Status, above: bool) -> Mark:
    """The mark of nearly every reading, shared: there are four of them."""
    return Mark(level, above, raised=False, held_s=None)


def _without_value(sample: Sample, probe: str, before: Judged | None, now: datetime) -> Judged:
    status = sample.hint if sample.hint not in (None, Status.OK) else Status.UNKNOWN
    reason = sample.reason or _("no value")
    if sample.value is not None:
        status, reason = Status.UNKNOWN, _("text where a number was expected")
    return Judged(
        sample=sample,
        probe=probe,
        status=status,
        since=_since(before, status, now),
        reason=reason,
        sure=False,
        last=before.last if before else None,
        good_at=before.good_at if before else None,
        at_s=before.at_s if before else 0.0,
        marks=before.marks if before else (),
    )


def _since(before: Judged | None, status: Status, now: datetime) -> datetime:
    return min(before.since, now) if before is not None and before.status is status else now


def judge_round(
    polled: Round,
    *,
    rules: Callable[[str], tuple[Threshold, ...]],
    before: Mapping[str, Judged],
    at_s: float,
    patience: timedelta,
) -> tuple[Judged, ...]:
    """Judge a whole round against the readings `before` it, those of the same target and probe, by key.

    What a failed round could not measure is unknown at once, with its last value. What a good round
    leaves out stays until it is older than `patience` (a slow class is not in each round), is then
    unknown and after a day forgotten; what never had a value is forgotten then, because it stood for what
    could not be measured once. Of two samples with one key the worse stands.
    """
    now = polled.finished
    found: dict[str, Judged] = {}
    for sample in polled.samples:
        judged = judge(
            sample,
            probe=polled.probe,
            thresholds=rules(sample.key),
            before=before.get(sample.key),
            now=now,
            at_s=at_s,
            patience=patience,
        )
        twin = found.get(sample.key)
        if twin is None or worse(judged.status, twin.status):
            found[sample.key] = judged
    failed = polled.failure or polled.fault
    for key, old in before.items():
        if key in found:
            continue
        seen = old.good_at or old.since
        if failed:
            found[key] = _lost(old, failed, now)
        elif fresh(seen, now=now, limit=patience):
            found[key] = old
        elif old.good_at is not None and fresh(seen, now=now, limit=FORGET_AFTER):
            found[key] = _lost(old, _("no longer reported"), now)
    return tuple(found.values())


def _lost(old: Judged, reason: str, now: datetime) -> Judged:
    return _without_value(replace(old.sample, value=None, hint=None, reason=reason), old.probe, old, now)


def worst_reading(readings: Iterable[Judged]) -> Judged | None:
    """The reading to name first: the worst, among equals one that is sure, then by key."""
    return min(
        readings, key=lambda judged: (-RANK[judged.status], not judged.sure, judged.sample.key), default=None
    )


def value_text(value: float | str | None, unit: str) -> str:
    """A value for people with three figures and its unit: `97 %`, `-16.5 dBm`; `-` is none."""
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    whole = 100 <= abs(value) < 1e15 or (abs(value) < 100 and value == int(value))
    figures = f"{value:.0f}" if whole else f"{value:.3g}"
    return f"{figures} {unit}".rstrip()


def reading_words(judged: Judged) -> str:
    """A reading in words: `archive volume 97 %`, and where there is no value the reason."""
    sample = judged.sample
    if sample.value is None or judged.status is Status.UNKNOWN:
        return f"{sample.label}: {judged.reason}"
    text = f"{sample.label} {value_text(sample.value, sample.unit)}"
    return f"{text} ({sample.reason})" if sample.reason and judged.reason == sample.reason else text


def _raised(threshold: Threshold, sample: Sample) -> str:
    """Why a threshold stands: its limit, or for a value between the two what would end it."""
    if isinstance(sample.value, float | int) and not threshold.entered(sample.value):
        clear = value_text(threshold.clear, sample.unit)
        return (_("not yet below {limit}") if threshold.above else _("not yet above {limit}")).format(
            limit=clear
        )
    limit = value_text(threshold.enter, sample.unit)
    if threshold.strict:
        words = _("above {limit}") if threshold.above else _("below {limit}")
    else:
        words = _("{limit} or more") if threshold.above else _("{limit} or less")
    words = words.format(limit=limit)
    if threshold.seconds:
        return _("{limit} for {length}").format(limit=words, length=length_text(threshold.seconds))
    return words
