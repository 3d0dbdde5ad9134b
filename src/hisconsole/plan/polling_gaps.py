"""Times in which nobody watched: the holes in the watch's own reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from hisconsole.plan.handover_sources import Gap
from hisconsole.plan.watching import SELF_S
from hisconsole.text import _

HOLE: Final = timedelta(seconds=6 * SELF_S)
"""So long without a report is a gap: a watch that was taken over by another leaves less."""


def gaps_of(reports: Sequence[datetime], *, since: datetime, until: datetime) -> tuple[Gap, ...]:
    """The holes between reports from `since` to `until`; the last one lasts where there is none after it."""
    known = [since, *(at for at in reports if since < at <= until)]
    found = [
        Gap(before, after, _("nobody watched")) for before, after in pairwise(known) if after - before > HOLE
    ]
    if until - known[-1] > HOLE:
        found.append(Gap(known[-1], None, _("nobody watches")))
    return tuple(found)
