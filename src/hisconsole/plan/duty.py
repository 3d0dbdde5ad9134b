"""A timed obligation as a value: what is owed, by when, by whom, and the act that meets it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from hisconsole.values import dataclass

ACTION: Final = "action"
"""The act of a review, and the duty to do what it came to; the key is the action's number."""


@dataclass(frozen=True, slots=True)
class Due:
    """One obligation of an incident: what (`key` says which gate), by when (UTC), and the act that meets it.

    `duty` is one of the names in `due` or the id of a clock of the plan. `owner` is a person where the plan's
    role has one who owns the incident, else the role's id; empty: whoever is there.
    """

    incident: int
    duty: str
    key: str
    at: datetime
    owner: str
    act: str
