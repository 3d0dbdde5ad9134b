"""The strikes of one probe: how many rounds make a problem firm, and how many end it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from hisconsole.plan.flap import flaps, turned
from hisconsole.plan.reading import Judged, Round, reading_words, worst_reading
from hisconsole.plan.status import Status, mildest, worse, worst
from hisconsole.text import _
from hisconsole.values import dataclass

_FAULTS = {"silent": Status.DOWN, "timeout": Status.DOWN, "refused": Status.DOWN}
"""Every other fault is UNKNOWN: the target answers, but not so that it can be judged, or we failed."""
_AT_ONCE = frozenset({"auth", "identity"})


@dataclass(frozen=True, slots=True)
class Policy:
    """How many rounds make a problem firm, how soon they follow, and how many end it."""

    attempts: int = 3
    retry_s: float = 5.0
    recoveries: int = 2


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one round of one probe came to; `sure` needs no further strikes."""

    probe: str
    status: Status
    at: datetime
    words: str = ""
    fault: str = ""
    sure: bool = False


@dataclass(frozen=True, slots=True)
class ProbeHealth:
    """One way to a target: its firm status and its latest rounds, the newest last."""

    probe: str
    hard: Status = Status.UNKNOWN
    recent: tuple[Status, ...] = ()
    words: str = ""
    fault: str = ""
    checked_at: datetime | None = None
    good_at: datetime | None = None
    ring: int = 0
    flapping: bool = False

    @property
    def latest(self) -> Status:
        """What the latest round found."""
        return self.recent[-1] if self.recent else Status.UNKNOWN

    @property
    def attempt(self) -> int:
        """How many rounds in a row were worse than what is firm."""
        count = 0
        for status in reversed(self.recent):
            if not worse(status, self.hard):
                break
            count += 1
        return count


def outcome(polled: Round, readings: Iterable[Judged]) -> Outcome:
    """What a round came to: its failure, or the worst of its readings.

    A reading alone makes a target CRITICAL at most: DOWN is a target that does not answer.
    """
    if polled.fault or polled.failure:
        return Outcome(
            probe=polled.probe,
            status=_FAULTS.get(polled.fault, Status.UNKNOWN),
            at=polled.finished,
            words=polled.failure or polled.fault,
            fault=polled.fault or "malformed",
            sure=polled.fault in _AT_ONCE,
        )
    bad = worst_reading(readings)
    if bad is None:
        return Outcome(polled.probe, Status.UNKNOWN, polled.finished, _("answers, but gives no readings"))
    status = mildest((bad.status, Status.CRITICAL))
    words = "" if status is Status.OK else reading_words(bad)
    return Outcome(polled.probe, status, polled.finished, words, sure=bad.sure)


def counted(before: ProbeHealth, found: Outcome, policy: Policy) -> ProbeHealth:
    """The probe after one more round."""
    recent = (*before.recent, found.status)[-max(policy.attempts, policy.recoveries) :]
    changed = bool(before.recent) and found.status is not before.latest
    ring = turned(before.ring, changed=changed)
    hard = _firm(before.hard, recent, policy=policy, sure=found.sure, first=not before.recent)
    words = found.words
    if found.status is Status.OK:
        words = "" if hard is Status.OK else before.words
    return ProbeHealth(
        probe=before.probe,
        hard=hard,
        recent=recent,
        words=words,
        fault=found.fault,
        checked_at=found.at,
        good_at=before.good_at if found.fault else found.at,
        ring=ring,
        flapping=flaps(ring, before=before.flapping),
    )


def _firm(hard: Status, recent: Sequence[Status], *, policy: Policy, sure: bool, first: bool) -> Status:
    """It worsens to the mildest of the last `attempts`, and betters to the worst of the last `recoveries`."""
    latest = recent[-1]
    if (sure and worse(latest, hard)) or (first and worse(hard, latest)):
        return latest
    strikes, goods = recent[-policy.attempts :], recent[-policy.recoveries :]
    if len(strikes) == policy.attempts and worse(mildest(strikes), hard):
        return mildest(strikes)
    if len(goods) == policy.recoveries and worse(hard, worst(goods)):
        return worst(goods)
    return hard
