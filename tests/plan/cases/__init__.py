"""Described cases of the sample hospital's plan: what is known of an incident, what the plan makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

TABLES = ("categories", "escalations", "gates", "clocks")


@dataclass(frozen=True, slots=True)
class Case:
    """One incident and what is expected of it; every moment is minutes after it began.

    `calls` are `department@minute`, with `*n` for n workstations and `!` for a key one. `answers` and
    `seen` (answered by what is watched) are `question=value`; `etas` are `earliest-latest@given`; `decided`
    is `told@m` or `held@m`. `makes` is fault type, category and the role that owns it; `tell` when the
    leading group must be told or held off; `gates` those that run; `due` what comes next after `elapsed`.
    """

    id: str
    cites: str
    calls: str
    symptom: str
    makes: str
    tell: float | None
    answers: str = ""
    gates: str = ""
    due: str = "feedback@10"
    elapsed: float = 5
    scope: str = "unknown"
    seen: str = ""
    classified: float = 3
    state: str = "active"
    etas: str = ""
    cause: str = ""
    failed: str = ""
    paralysis: str = ""
    stopped: str = ""
    worse: str = ""
    decided: str = ""
    met: str = ""
    recovered: float | None = None
    reopened: float | None = None
    critical: bool = False
    """Whether the hospital is critical infrastructure; the sample is not."""
    began: str = "2026-11-23 22:00"
    """On the hospital's clock; a Monday evening unless told otherwise."""


def read_cases() -> tuple[Case, ...]:
    """Every case of the tables beside this file."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # C is ten times faster where it is there
    folder = Path(__file__).parent
    tables = (yaml.load((folder / f"{name}.yaml").read_text("utf-8"), loader) for name in TABLES)
    return tuple(Case(**entry) for table in tables for entry in table)
