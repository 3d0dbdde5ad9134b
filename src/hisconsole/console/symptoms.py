"""What hangs on the cause of an incident, line by line: devices, services, departments, key terminals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from hisconsole.config import Site
from hisconsole.console.looks import Role
from hisconsole.console.rows import Cell, Look
from hisconsole.plan.detection import Detection
from hisconsole.plan.picture import StatusPicture
from hisconsole.plan.shift_figures import sparkline
from hisconsole.plan.status import status_label
from hisconsole.text import _, fit
from hisconsole.values import dataclass

STEP: Final = timedelta(minutes=5)
STEPS: Final = 12
"""An hour of changes."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that a fault hits; `kind` is what it is, in a word."""

    kind: str
    id: str
    cause: bool = False

    @property
    def key(self) -> str:
        """What the selection follows."""
        return f"{self.kind} {self.id}"


def hits(detection: Detection | None) -> tuple[Hit, ...]:
    """All that is hit, the causes first; nothing where the watch found nothing."""
    if detection is None:
        return ()
    found = detection.finding
    return (
        *(Hit(_("cause"), each, cause=True) for each in found.causes),
        *(Hit(_("service"), each) for each in found.services),
        *(Hit(_("department"), each) for each in found.departments),
        *(Hit(_("key terminal"), each) for each in found.key_terminals),
        *(Hit(_("device"), each) for each in found.behind),
    )


def spark_of(picture: StatusPicture, target: str) -> str:
    """How often a target changed in the last hour, in steps of five minutes, the latest last."""
    counts = [0] * STEPS
    for change in picture.changes:
        ago = (picture.at - change.at) // STEP
        if change.target == target and 0 <= ago < STEPS:
            counts[STEPS - 1 - ago] += 1
    return sparkline(counts, STEPS)


def draw_hit(
    site: Site, picture: Callable[[], StatusPicture | None]
) -> Callable[[Hit, int, Look], Sequence[Cell]]:
    """A line of what is hit: what it is, its id, how it is now, and its name."""

    def draw(hit: Hit, width: int, look: Look) -> Sequence[Cell]:
        seen = picture()
        watched = seen.by_target.get(hit.id) if seen is not None else None
        department, station = site.department(hit.id), site.workstation(hit.id)
        words, status = "", ""
        if seen is not None and watched is not None:
            words, status = f"{watched.target.name}  {watched.words}", status_label(watched.shown.status)
            if hit.cause and watched.shown.flapping:
                words = f"|{spark_of(seen, hit.id)}| {words}"
        elif department is not None:
            words = department.name
        elif station is not None:
            words = station.room
        weight: Role = "bold" if hit.cause else "normal"
        return [
            (f" {fit(hit.kind, 13)}", "dim"),
            (fit(hit.id, 17) + " ", weight),
            (fit(status, 12), weight),
            (words, "normal"),
        ]

    return draw
