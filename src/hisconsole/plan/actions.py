"""What a review came to and is still to be done: one due row for each action, also once it is closed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hisconsole.plan.duty import ACTION, Due
from hisconsole.plan.incident import Incident

_MET: Final = "met"
"""An action is done outside the record: a note that says how meets it."""


def owed(incident: Incident) -> Iterator[Due]:
    """The actions that nobody has said are done."""
    for each in incident.actions:
        if each.done_at is None:
            yield Due(incident.number, ACTION, str(each.number), each.due, each.owner, _MET)
