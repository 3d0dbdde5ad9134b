"""Deadlines that have passed, each told once: by incidents, turns of duty and the site alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from hisconsole.plan.duty import Due
from hisconsole.plan.events import Kind, NewEvent
from hisconsole.plan.times import to_text

Fallen = Mapping[tuple[str, str], datetime]
"""The last deadline of each obligation that was told."""


def untold(owed: Iterable[Due], fallen: Fallen, *, now: datetime) -> list[NewEvent]:
    """The deadlines that have passed and were not told yet.

    What was told of a moment still to come was told before the clock was set back, of an older deadline.
    """
    return [
        NewEvent(
            Kind.FELL_DUE,
            due.incident,
            due.at,
            {"duty": due.duty, "key": due.key, "deadline": to_text(due.at), "owner": due.owner},
        )
        for due in owed
        if due.at <= now and not ((told := fallen.get((due.duty, due.key))) and due.at <= told <= now)
    ]
