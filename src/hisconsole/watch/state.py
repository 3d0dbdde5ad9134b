"""What the watch knows: healths and readings, and what one more round makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hisconsole.plan.health import (
    Change,
    Policy,
    TargetHealth,
    begin,
    due_in,
    judge_round,
    outcome,
    seen,
    step,
)
from hisconsole.plan.profiles import Probe
from hisconsole.plan.reach import Role, above, in_doubt, reach
from hisconsole.plan.reading import Judged, Round, Sample
from hisconsole.plan.skew import ALIKE
from hisconsole.plan.status import Status
from hisconsole.plan.targets import Infrastructure, Kind, Rules, Target
from hisconsole.plan.watching import Slot, patience, probes_of
from hisconsole.text import _
from hisconsole.values import dataclass

UNTRIED = frozenset({"silent", "timeout", "refused", "local"})
"""Faults with which a target has said nothing: they may be our own."""

STARTING_S = 10.0
"""For how long a target that never answered may refuse us: what just got power does not listen yet."""
STARTING_RETRY_S = 1.0

CONFIRMING = timedelta(seconds=10)
"""For how long after a trap a round that sees something new needs no second one."""

TRAP = "trap"
"""The reading that says which trap of a target came last."""

_NETWORK = frozenset({Kind.SWITCH, Kind.ROUTER, Kind.FIREWALL, Kind.LINE})


@dataclass(frozen=True, slots=True)
class Taken:
    """What a round changed; `due_in_s` is when to ask this slot again.

    `doubted` are the targets to ask at once: the parents of what is silent, and the other ways to what is
    back; `freed` are the children to ask again soon, because it is back.
    """

    health: TargetHealth
    readings: tuple[Judged, ...]
    changes: tuple[Change, ...]
    due_in_s: float
    doubted: tuple[str, ...]
    freed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What the last trap of a target said; with `firm` a round that confirms it is believed at once."""

    words: str
    at: datetime
    firm: bool


@dataclass(frozen=True, slots=True)
class _Placed:
    """A silent target that is `behind` parents that are gone, or whose `doubted` parents are still asked."""

    behind: bool = False
    doubted: tuple[str, ...] = ()


def _news(change: Change, known: Sequence[Change]) -> bool:
    """Whether a change is later than those known, and none of them told again by a clock that is near."""
    if not known:
        return True
    again = (
        abs(change.at - each.at) <= ALIKE and (change.old, change.new) == (each.old, each.new)
        for each in known
    )
    return change.at > known[-1].at - ALIKE and not any(again)


def _rules_of(infrastructure: Infrastructure) -> dict[str, Rules]:
    """The rules of every target; those alike share them, because rules remember what they found by key."""
    alike: dict[object, Rules] = {}
    found: dict[str, Rules] = {}
    for target in infrastructure.targets:
        kind = (target.profiles, target.thresholds, target.links)
        if kind not in alike:
            alike[kind] = Rules(target, [infrastructure.profiles[each] for each in target.profiles])
        found[target.id] = alike[kind]
    return found


class State:
    """All targets as far as they are known; made of the files and of what was kept."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.infrastructure: Infrastructure | None = None
        self.healths: dict[str, TargetHealth] = {}
        self._readings: dict[Slot, tuple[Judged, ...]] = {}
        self._refused_at: dict[Slot, float] = {}
        self._suspicions: dict[str, Suspicion] = {}
        self._rules: dict[str, Rules] = {}
        self._parents: Mapping[str, Sequence[str]] = {}
        self._children: dict[str, list[str]] = {}

    def remember(
        self,
        healths: Mapping[str, TargetHealth],
        readings: Mapping[tuple[str, str], Iterable[Judged]],
    ) -> None:
        """Take up what was kept; it counts for the targets that `arrange` finds in the files."""
        self.healths = dict(healths)
        self._readings = {Slot(*place): tuple(held) for place, held in readings.items()}

    def arrange(self, infrastructure: Infrastructure, *, now: datetime) -> None:
        """Watch what these files say; targets that stay keep what is known of them."""
        self.infrastructure = infrastructure
        self._parents = infrastructure.parents
        self._children = {}
        for target, parents in self._parents.items():
            for parent in parents:
                self._children.setdefault(parent, []).append(target)
        probes = {target.id: probes_of(target, infrastructure) for target in infrastructure.targets}
        self._rules = _rules_of(infrastructure)
        self.healths = {
            id_: begin(id_, ways, now=now, before=self.healths.get(id_)) for id_, ways in probes.items()
        }
        self._suspicions = {id_: held for id_, held in self._suspicions.items() if id_ in probes}
        held = {Slot(id_, probe) for id_, ways in probes.items() for probe in ways}
        self._readings = {slot: found for slot, found in self._readings.items() if slot in held}

    def target(self, id_: str) -> Target | None:
        """A target by its id."""
        return self.infrastructure.target(id_) if self.infrastructure else None

    def vantages(self, *, now: datetime) -> dict[str, Role]:
        """The targets to ask about our own path: our gateways, then what hangs on nothing, networks first.

        Left out is what was down before.
        """
        targets = self.infrastructure.targets if self.infrastructure else ()
        near = [
            target
            for target in targets
            if (target.gateway or not target.parents) and not self._gone(self.healths[target.id], now)
        ]
        near.sort(key=lambda target: (not target.gateway, target.kind not in _NETWORK))
        return {target.id: Role.GATEWAY if target.gateway else Role.VANTAGE for target in near}

    def silent(self, slot: Slot) -> bool:
        """Whether a slot gave no answer the last time: a small question is enough to see that it is back."""
        return any(
            way.latest is Status.DOWN for way in self.healths[slot.target].probes if way.probe == slot.probe
        )

    def known_down(self, slot: Slot, *, now: datetime) -> bool:
        """Whether its silence is no news."""
        health = self.healths[slot.target]
        ways = [way for way in health.probes if way.probe == slot.probe]
        return any(way.hard is Status.DOWN for way in ways) or self._gone(health, now)

    def _gone(self, health: TargetHealth, now: datetime) -> bool:
        return health.hard is Status.DOWN or self._placed(health, now).behind

    def starting(self, polled: Round, *, at_s: float) -> bool:
        """Whether a refusal does not count: nothing is known of its slot yet, and it may be starting."""
        health = self.healths.get(polled.target)
        if polled.fault != "refused" or health is None:
            return False
        met = any(way.checked_at for way in health.probes if way.probe == polled.probe)
        slot = Slot(polled.target, polled.probe)
        return not met and at_s - self._refused_at.setdefault(slot, at_s) < STARTING_S

    def suspect(self, target: str, suspicion: Suspicion) -> None:
        """A trap of a target has come; its next round says whether anything is true of it."""
        if target in self.healths:
            self._suspicions[target] = suspicion

    def _policy(self, polled: Round, now: datetime) -> Policy:
        """The strikes to count by: what a trap has announced and an answer confirms needs no more of them."""
        suspicion = self._suspicions.get(polled.target)
        if suspicion is None or not suspicion.firm or polled.probe != Probe.SNMP or polled.fault:
            return self.policy
        if polled.started < suspicion.at or now - suspicion.at > CONFIRMING:
            return self.policy
        return replace(self.policy, attempts=1, recoveries=1)

    def _with_trap(self, polled: Round, held: Iterable[Judged]) -> Round:
        """An answer with the target's last trap among its readings, where it ever sent one."""
        if polled.probe != Probe.SNMP or polled.fault or polled.failure:
            return polled
        suspicion = self._suspicions.get(polled.target)
        kept = (judged.last for judged in held if judged.sample.key == TRAP)
        words = suspicion.words if suspicion else next(kept, None)
        if not words:
            return polled
        sample = Sample(TRAP, _("last trap"), words, "", "SNMPv2-MIB::snmpTrapOID")
        return replace(polled, samples=(*polled.samples, sample))

    def take(self, polled: Round, *, now: datetime, at_s: float, trusted: bool) -> Taken | None:
        """Count a round; None for a target or probe that is no longer watched.

        Without `trusted` silence changes nothing, neither health nor readings.
        """
        slot = Slot(polled.target, polled.probe)
        target, before = self.target(slot.target), self.healths.get(slot.target)
        if target is None or before is None or all(way.probe != slot.probe for way in before.probes):
            return None
        held = self.readings(slot)
        polled = self._with_trap(polled, held)
        if not trusted and polled.fault in UNTRIED:
            return Taken(before, held, (), target.cadence_s, (), ())
        readings = judge_round(
            polled,
            rules=self._rules[slot.target].of,
            before={judged.sample.key: judged for judged in held},
            at_s=at_s,
            patience=patience(target.cadence_s),
        )
        found, policy = outcome(polled, readings), self._policy(polled, now)
        after = step(before, found, policy=policy, now=now, trusted=trusted)
        placed = self._placed(after, now)
        if placed.behind or placed.doubted:
            after = step(before, found, policy=policy, now=now, trusted=trusted, excused=True)
        back = not after.silent and self._placed(before, now).behind
        if back:
            after = replace(after, recovered_at=now)
        self._readings[slot] = readings
        self.healths[slot.target] = after
        due_in_s = due_in(after, slot.probe, policy=self.policy, cadence_s=target.cadence_s)
        return Taken(
            health=after,
            readings=readings,
            changes=after.changes[-1:] if after.changes[-1:] != before.changes[-1:] else (),
            due_in_s=target.cadence_s if placed.behind else due_in_s,
            doubted=(after.target,) if back else placed.doubted,
            freed=self._freed(before, after),
        )

    def _placed(self, health: TargetHealth, now: datetime) -> _Placed:
        """Whether a silence may be that of the target's parents; of what answers it is not.

        A parent that nobody has looked at for long excuses nobody.
        """
        if not health.silent or not self._parents.get(health.target):
            return _Placed()
        near = above(health.target, {**self.healths, health.target: health}, self._parents)
        near = {id_: each for id_, each in near.items() if each is health or not self._old(each, now)}
        reached = reach(near, self._parents)
        return _Placed(
            behind=reached[health.target] is Status.UNREACHABLE,
            doubted=in_doubt(health.target, near, self._parents, reached),
        )

    def _old(self, health: TargetHealth, now: datetime) -> bool:
        target = self.target(health.target)
        return target is None or seen(health, now=now, limit=patience(target.cadence_s)) is Status.STALE

    def _freed(self, before: TargetHealth, after: TargetHealth) -> tuple[str, ...]:
        if before.recovered_at == after.recovered_at:
            return ()
        return tuple(child for child in self._children.get(after.target, ()) if self.healths[child].silent)

    def adopt(
        self, told: TargetHealth, slot: Slot, readings: Iterable[Judged], *, at: datetime, now: datetime
    ) -> tuple[TargetHealth, tuple[Change, ...]] | None:
        """Take up what another watch has found; None where that is not watched here, or is known better.

        Returns the health, and the changes that are news here.
        """
        before = self.healths.get(slot.target)
        if before is None or all(way.probe != slot.probe for way in before.probes):
            return None
        if before.checked_at is not None and at < before.checked_at <= now + ALIKE:
            return None
        after = begin(slot.target, [way.probe for way in before.probes], now=now, before=told)
        self.healths[slot.target] = after
        self._readings[slot] = tuple(readings)
        return after, tuple(each for each in after.changes if _news(each, before.changes))

    def readings_of(self, target: str) -> tuple[Judged, ...]:
        """The latest readings of a target by all its probes."""
        health = self.healths.get(target)
        ways = health.probes if health is not None else ()
        return tuple(judged for way in ways for judged in self.readings(Slot(target, way.probe)))

    def readings(self, slot: Slot) -> tuple[Judged, ...]:
        """The latest readings of a slot."""
        return self._readings.get(slot, ())
