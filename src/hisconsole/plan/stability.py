"""How an incident is handed over: stable, watcher or unstable (I-PASS), and why (domain 3.2).

Our rules. Unstable is what may get worse in the receiver's first hour, watcher what may come back or is not
finished, stable the rest; of several rules that hold the worst counts, and all of its rank are told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from hisconsole.plan import manual
from hisconsole.plan.category import treated_as
from hisconsole.plan.document import Plan
from hisconsole.plan.due import GATE, Due, duties
from hisconsole.plan.elapsed import is_over
from hisconsole.plan.escalation import standing
from hisconsole.plan.feedback import unreached
from hisconsole.plan.incident import Incident
from hisconsole.plan.words import Category, Confidence, State, YesNo
from hisconsole.text import _
from hisconsole.values import dataclass

COMES_BACK = timedelta(hours=24)
"""What recovered without a known cause is watched for so long (domain 5.9)."""

OFTEN = 2
"""Reopened so many times, it does not hold."""


class Stability(StrEnum):
    """How it may go on."""

    STABLE = "stable"
    WATCHER = "watcher"
    UNSTABLE = "unstable"


@dataclass(frozen=True, slots=True)
class Stance:
    """How an incident is handed over, and the reasons of that rank."""

    stability: Stability
    why: tuple[str, ...] = ()


def stance(incident: Incident, plan: Plan | None, *, now: datetime) -> Stance:
    """How an incident stands at `now` under its edition of the plan, or without one."""
    owed = duties(incident, plan)
    for stability, rules in ((Stability.UNSTABLE, _unstable), (Stability.WATCHER, _watcher)):
        why = tuple(rules(incident, plan, owed, now))
        if why:
            return Stance(stability, why)
    return Stance(Stability.STABLE)


def counts_as_one(incident: Incident, plan: Plan | None, *, now: datetime) -> bool:
    """Whether it is Category I, or treated as such since nobody classified it in time (domain 5.4)."""
    if incident.category is not Category.UNCLASSIFIED or plan is None:
        return incident.category is Category.I
    late = incident.zero + timedelta(seconds=plan.unclassified_after_s)
    return now >= late and not is_over(incident) and treated_as(incident, plan) is Category.I


def _unstable(incident: Incident, plan: Plan | None, owed: Sequence[Due], now: datetime) -> Iterator[str]:
    if incident.reopened >= OFTEN and not is_over(incident):
        yield _("reopened {n} times").format(n=incident.reopened)
    if is_over(incident):
        return
    if incident.paralysis == YesNo.YES:
        yield _("the network as a whole has failed")
    if manual.by_hand(incident):
        yield _("departments work on paper")
    estimate = incident.estimate
    if estimate is not None and estimate.latest <= now:
        yield _("its ETA has passed")
    if counts_as_one(incident, plan, now=now) and incident.state is not State.MITIGATED:
        if incident.confidence is not Confidence.CONFIRMED:
            yield _("Category I without a confirmed cause")
        elif estimate is None:
            yield _("Category I without an ETA")
    if plan is not None:
        yield from _unstable_by_plan(incident, plan, owed, now)


def _unstable_by_plan(incident: Incident, plan: Plan, owed: Sequence[Due], now: datetime) -> Iterator[str]:
    stands = standing(incident, plan)
    if stands.due_at is not None and stands.due_at <= now:
        yield _("the leading group is to be told, or somebody is to say not yet")
    if any(due.duty == GATE and due.at <= now for due in owed):
        yield _("a gate has passed and departments were not told")
    if not incident.acknowledged_by and stands.serious.holds_from is not None:
        yield _("serious, and nobody has taken it")


def _watcher(incident: Incident, plan: Plan | None, owed: Sequence[Due], now: datetime) -> Iterator[str]:
    if incident.category is Category.I or counts_as_one(incident, plan, now=now):
        yield _("Category I")
    if not incident.owner:
        yield _("nobody owns it")
    if not incident.verification:
        yield _("not verified")
    if incident.category is Category.UNCLASSIFIED and not is_over(incident):
        yield _("not classified")
    if incident.state is State.MITIGATED:
        yield _("mitigated, the fault is still there")
    if incident.reopened:
        yield _("it has come back before")
    if incident.failed_at and not is_over(incident):
        yield _("a fix has failed")
    yield from _unfinished(incident, owed, now)


def _unfinished(incident: Incident, owed: Sequence[Due], now: datetime) -> Iterator[str]:
    recovered = incident.recovered_at
    unknown = incident.confidence is not Confidence.CONFIRMED
    if recovered is not None and unknown and now - recovered < COMES_BACK:
        yield _("recovered without a known cause")
    if manual.open_entries(incident):
        yield _("paper is still to be entered")
    if unreached(incident):
        yield _("not all were told")
    if any(due.at <= now for due in owed):
        yield _("something is overdue")


def stability_label(stability: str) -> str:
    """How it may go on, in words."""
    return {
        Stability.STABLE: _("STABLE"),
        Stability.WATCHER: _("WATCHER"),
        Stability.UNSTABLE: _("UNSTABLE"),
    }[Stability(stability)]
