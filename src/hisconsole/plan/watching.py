"""What the watch has to do, derived from the targets: who is polled how often, and when it is stale."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from hisconsole.plan.health import stale_after
from hisconsole.plan.profiles import Probe
from hisconsole.plan.targets import Infrastructure, Target
from hisconsole.values import dataclass

SELF = "hisconsole-watch"
"""The target under which the watch reports on itself; its probe is called `watch`."""

SELF_PROBE = "watch"
SELF_S = 10.0
"""Seconds between two reports of the watch on itself."""

BUDGET = 0.8
"""The part of its interval that a round may take."""


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """One way to one target: what is polled, and never twice at once."""

    target: str
    probe: str


def probes_of(target: Target, infrastructure: Infrastructure) -> tuple[str, ...]:
    """The ways in which a target is measured, in a fixed order."""
    named = {infrastructure.profiles[profile].probe for profile in target.profiles}
    return tuple(probe.value for probe in Probe if probe in named)


def slots(infrastructure: Infrastructure) -> dict[Slot, float]:
    """Every slot and its interval in seconds."""
    return {
        Slot(target.id, probe): float(target.cadence_s)
        for target in infrastructure.targets
        for probe in probes_of(target, infrastructure)
    }


def patience(cadence_s: float) -> timedelta:
    """How old the readings of a target with that interval may be before they are stale."""
    return stale_after(interval_s=cadence_s, budget_s=BUDGET * cadence_s)


def limits(infrastructure: Infrastructure) -> Mapping[str, timedelta]:
    """After how long each target is stale, the watch's own report among them."""
    found = {target.id: patience(target.cadence_s) for target in infrastructure.targets}
    return {**found, SELF: patience(SELF_S)}
