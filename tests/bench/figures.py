"""Figures: what was measured, how much it scattered, what the peer did, and whether the goal is met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from statistics import median


@dataclass(frozen=True, slots=True)
class Peer:
    """What the same thing costs elsewhere, measured in the same run."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound on the value: the most it may be, or with `least` the least."""

    bound: float
    least: bool = False

    def met(self, found: float) -> bool:
        """Whether `found` keeps to the bound."""
        return found >= self.bound if self.least else found <= self.bound

    def shown(self, unit: str) -> str:
        """The goal as the table prints it."""
        sign = ">=" if self.least else "<="
        return f"{sign} {self.bound:,g} {unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: `value` out of `n` samples that lay between `low` and `high`."""

    row: str
    what: str
    unit: str
    value: float
    low: float
    high: float
    n: int
    peer: Peer | None = None
    goal: Goal | None = None

    @property
    def ratio(self) -> float | None:
        """How many times the peer's value it is."""
        return self.value / self.peer.value if self.peer and self.peer.value else None

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        return self.goal.met(self.value) if self.goal else None


def share(samples: Sequence[float], part: float) -> float:
    """The sample below which `part` of all samples lie (nearest rank)."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def figure(
    row: str,
    what: str,
    samples: Sequence[float],
    unit: str,
    *,
    value: float | None = None,
    peer: Peer | None = None,
    goal: Goal | None = None,
) -> Figure:
    """Put a figure together; the value is the median of the samples unless it is given."""
    return Figure(
        row=row,
        what=what,
        unit=unit,
        value=median(samples) if value is None else value,
        low=min(samples),
        high=max(samples),
        n=len(samples),
        peer=peer,
        goal=goal,
    )


def table(figures: Sequence[Figure]) -> str:
    """All figures in columns, each as wide as it needs to be."""
    head = ("row", "what", "ours", "min-max", "n", "peer", "theirs", "ratio", "goal", "met")
    lines = [head, *(_cells(each) for each in figures)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    numbers = {2, 3, 4, 6, 7}
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in numbers else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def plot(figures: Sequence[Figure], *, width: int = 60) -> str:
    """Ours beside every peer as bars, for each thing that was measured beside one; ten times is a third."""
    groups: dict[tuple[str, str, str], dict[str, float]] = {}
    for each in figures:
        if each.peer is not None:
            bars = groups.setdefault((each.row, each.what, each.unit), {"hisconsole": each.value})
            bars[each.peer.name] = each.peer.value
    lines: list[str] = []
    for (row, what, unit), bars in groups.items():
        lines += ["", f"{row}: {what} ({unit}, logarithmic)"]
        most = max(bars.values())
        for name, value in sorted(bars.items(), key=lambda bar: bar[1]):
            size = round(width * (1 + log10(value / most) / 3)) if value > 0 and most > 0 else 0
            lines.append(f"  {name:<22.22} {number(value):>9} {'#' * max(0, size)}")
    return "\n".join(lines)


def _cells(each: Figure) -> tuple[str, ...]:
    return (
        each.row,
        each.what,
        f"{number(each.value)} {each.unit}".rstrip(),
        f"{number(each.low)}-{number(each.high)}",
        str(each.n),
        each.peer.name if each.peer else "",
        f"{number(each.peer.value)} {each.unit}".rstrip() if each.peer else "",
        f"{each.ratio:.2f}" if each.ratio is not None else "",
        each.goal.shown(each.unit) if each.goal else "",
        {True: "yes", False: "NO", None: ""}[each.met],
    )


def number(value: float) -> str:
    """Three digits that count, and no more."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3f}" if abs(value) < 1 else f"{value:.2f}"
