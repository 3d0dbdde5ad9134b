"""What happens when: a scenario is steps on a time line, and its state at any moment is reckoned from them.

Pure: time is an argument, so the same scenario gives the same hospital at the same second.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hisconsole.practice.facets import Value
from hisconsole.values import dataclass

Place = tuple[str, str]
"""A target's id and the name of one of its facets."""


@dataclass(frozen=True, slots=True)
class Step:
    """From `at_s` on a facet moves to `value`, in a straight line over `over_s` seconds where given."""

    at_s: float
    place: Place
    value: Value
    over_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Said:
    """A line for those who watch the scenario."""

    at_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody phones the information center: which workstation, what is wrong, in which words, and who."""

    at_s: float
    workstation: str
    symptom: str
    words: str
    reporter: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """A story that the practice hospital plays; its parts are in the order of their time."""

    id: str
    name: str
    about: str
    steps: tuple[Step, ...]
    said: tuple[Said, ...]
    calls: tuple[Call, ...] = ()
    """Who phones in a drill; the practice hospital alone has no telephone."""

    @property
    def lasts_s(self) -> float:
        """When its last step has come to its value."""
        ends = [step.at_s + step.over_s for step in self.steps] + [each.at_s for each in self.said]
        return max(ends, default=0.0)

    @property
    def breaks_s(self) -> float:
        """When the first thing breaks: what a drill is measured from."""
        return min((step.at_s for step in self.steps), default=0.0)


def by_place(steps: Iterable[Step]) -> dict[Place, tuple[Step, ...]]:
    """The steps of each facet in the order of their time; of two at one time the later written wins."""
    found: dict[Place, list[Step]] = {}
    for step in steps:
        found.setdefault(step.place, []).append(step)
    return {place: tuple(sorted(each, key=lambda step: step.at_s)) for place, each in found.items()}


def value_at(steps: Iterable[Step], normal: Value, at_s: float) -> Value:
    """The value of one facet at a moment, by its own steps in order; a new step cuts a ramp short."""
    value, begun = normal, Step(0.0, ("", ""), normal)
    for step in steps:
        if step.at_s > at_s:
            break
        value, begun = _along(value, begun, step.at_s), step
    return _along(value, begun, at_s)


def changed_at(steps: Iterable[Step], normal: Value, at_s: float) -> float | None:
    """When the facet last came to another value by a step, or None where it never did."""
    value, last = normal, None
    for step in steps:
        if step.at_s > at_s:
            break
        if step.value != value:
            value, last = step.value, step.at_s
    return last


def values_at(
    steps: Mapping[Place, tuple[Step, ...]], normal: Mapping[Place, Value], at_s: float
) -> dict[Place, Value]:
    """The value at a moment of every facet that has steps; all others are normal."""
    return {place: value_at(each, normal[place], at_s) for place, each in steps.items()}


def said_between(scenario: Scenario, after_s: float, until_s: float) -> tuple[str, ...]:
    """The lines of a stretch of time, without its beginning and with its end."""
    return tuple(each.text for each in scenario.said if after_s < each.at_s <= until_s)


def _along(start: Value, step: Step, at_s: float) -> Value:
    """Where a step's ramp that began at `start` is by now."""
    if isinstance(start, str) or isinstance(step.value, str) or at_s >= step.at_s + step.over_s:
        return step.value
    done = (at_s - step.at_s) / step.over_s
    return start + (step.value - start) * max(0.0, done)
