"""Acts that were kept while the record was away and that it would not take afterwards: somebody settles each.

Events of no incident, as what becomes of them is a person's to say; nothing of them is dropped in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from hisconsole.errors import NotFound, Refused
from hisconsole.plan.duty import Due
from hisconsole.plan.events import SITE, Event, Kind, NewEvent
from hisconsole.text import _

EYES: Final = "eyes"
"""The duty to settle one; the key is the seq of its event."""

SETTLE: Final = "settle"
"""The act that does."""


def unplaced(
    *, label: str, incident: int, given: Mapping[str, Any], by: str, why: str, happened: datetime
) -> NewEvent:
    """That an act was done at `happened` and could not be recorded: what was wanted, by whom, why not."""
    body = {"label": label, "incident": incident, "given": dict(given), "by": by, "why": why}
    return NewEvent(Kind.NEEDS_EYES, SITE, happened, body)


def open_ones(history: Iterable[Event]) -> tuple[Event, ...]:
    """Those that nobody has settled, oldest first, from the events of no incident."""
    found: dict[int, Event] = {}
    for event in history:
        if event.kind is Kind.NEEDS_EYES:
            found[event.seq] = event
        elif event.kind is Kind.SETTLED:
            found.pop(event.body["entry"], None)
    return tuple(found.values())


def owed(history: Iterable[Event]) -> tuple[Due, ...]:
    """A duty for each, due since it was recorded, of whoever did the act."""
    return tuple(
        Due(SITE, EYES, str(event.seq), event.recorded, event.body["by"], SETTLE)
        for event in open_ones(history)
    )


def settle(history: Iterable[Event], entry: int, *, text: str, now: datetime) -> NewEvent:
    """Somebody has seen to one, and says how. Raises Refused, NotFound."""
    if entry not in {event.seq for event in open_ones(history)}:
        raise NotFound(_("Entry {entry} needs nobody's eyes (any more).").format(entry=entry))
    if not text.strip():
        raise Refused(_("Say how it was settled."), needs="text")
    return NewEvent(Kind.SETTLED, SITE, now, {"entry": entry, "text": text.strip()})
