"""Rounds as strings: `oocd` is two good ones, a critical one and a silent one, oldest first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from hisconsole.plan.health import Outcome, Policy, TargetHealth, begin, step
from hisconsole.plan.reading import Judged, Sample, judge
from hisconsole.plan.status import Status
from hisconsole.plan.threshold import Threshold

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
POLICY = Policy()
LETTERS = {
    "o": Status.OK,
    "w": Status.WARNING,
    "u": Status.UNKNOWN,
    "c": Status.CRITICAL,
    "d": Status.DOWN,
    "r": Status.UNREACHABLE,
    "s": Status.STALE,
    "q": Status.SILENCED,
}
_FAULTS = {Status.DOWN: "silent", Status.UNKNOWN: "malformed"}


def letter(status: Status) -> str:
    return next(key for key, value in LETTERS.items() if value is status)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def found(kind: str, *, seconds: float, probe: str = "snmp", sure: bool = False) -> Outcome:
    status = LETTERS[kind]
    words = {
        "o": "",
        "w": "disk 85 %",
        "u": "malformed answer",
        "c": "archive volume 97 %",
        "d": "no answer",
    }[kind]
    return Outcome(probe, status, at(seconds), words, _FAULTS.get(status, ""), sure=sure)


def path(kinds: str, *, every: float = 30.0, policy: Policy = POLICY) -> Iterator[TargetHealth]:
    """A target with one probe after each of these rounds."""
    health = begin("sw-1", ["snmp"], now=NOON)
    for count, kind in enumerate(kinds):
        health = step(health, found(kind, seconds=count * every), policy=policy, now=at(count * every))
        yield health


def after(kinds: str, *, target: str = "sw-1") -> TargetHealth:
    """A target with one probe after all these rounds, 30 s apart."""
    health = begin(target, ["snmp"], now=NOON)
    for count, kind in enumerate(kinds):
        health = step(health, found(kind, seconds=count * 30), policy=POLICY, now=at(count * 30))
    return health


def a_sample(value: float | str | None, *, hint: Status | None = None, reason: str = "") -> Sample:
    return Sample("disk//var", "/var", value, "%", "df -P", hint, reason)


def judged(
    value: float | str | None,
    rules: tuple[Threshold, ...] = (),
    *,
    before: Judged | None = None,
    seconds: float = 0.0,
    clock: float | None = None,
    hint: Status | None = None,
    reason: str = "",
) -> Judged:
    """One sample judged at `seconds` of both clocks, or with `clock` on a wall that shows something else."""
    return judge(
        a_sample(value, hint=hint, reason=reason),
        probe="ssh",
        thresholds=rules,
        before=before,
        now=at(seconds if clock is None else clock),
        at_s=seconds,
        patience=timedelta(seconds=150),
    )
