"""The way of a caller at the desk: beside the picture it knows the open incidents and the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hisconsole.desk.calls import find_alike
from hisconsole.desk.desk import Desk
from hisconsole.desk.supposed import supposed
from hisconsole.plan.callers_advice import OPEN, Likely, OnPath, likely_fault, on_path
from hisconsole.plan.callers_path import CallersPath, callers_path
from hisconsole.plan.calls import Alike
from hisconsole.plan.incident import Incident, Report
from hisconsole.plan.picture import StatusPicture
from hisconsole.store import projections
from hisconsole.text import _
from hisconsole.values import dataclass

MOST = 200
"""Open incidents that are looked at, the newest first; there are rarely more than a few dozen."""


FIRST = 2
"""Of those at the red at most so many are offered before what is alike: the form has little room."""


@dataclass(frozen=True, slots=True)
class SeenFrom:
    """The way of a caller, the incidents on it, the fault it may be, and the incidents to offer."""

    path: CallersPath
    near: tuple[OnPath, ...]
    likely: Likely | None
    alike: tuple[tuple[Incident, Alike], ...] = ()


def belongs(
    desk: Desk, *, workstation: str, symptom: str, department: str, picture: StatusPicture | None
) -> SeenFrom:
    """What a call that is being taken may belong to: what lies at the red of its way, then what is alike."""
    seen = seen_from(desk, supposed(desk.site, workstation, symptom=symptom, department=department), picture)
    alike = find_alike(desk, workstation=workstation, symptom=symptom, department=department)
    at = {incident.number: (incident, same) for incident, same in alike}
    first: list[tuple[Incident, Alike]] = []
    with desk.database.read() as connection:
        for each in seen.near[:FIRST]:
            if each.red:
                met = _("the way: {target}").format(target=each.target)
                held = at.pop(each.number, None)
                incident = held[0] if held else desk.memory.look(connection, each.number)[0]
                first.append((incident, Alike(each.number, (met, *(held[1].same if held else ())))))
    return replace(seen, alike=(*first, *at.values()))


def seen_from(desk: Desk, report: Report, picture: StatusPicture | None, *, but: int = 0) -> SeenFrom:
    """The way of a report with what it suggests; its own incident `but` is not suggested."""
    now = desk.now()
    path = callers_path(report.workstation, report.switch, report.department, picture, now=now)
    if picture is None:
        return SeenFrom(path, (), None)
    with desk.database.read() as connection:
        open_ = [row.number for row in projections.queue(connection) if row.state in OPEN]
        numbers = sorted((number for number in open_ if number != but), reverse=True)[:MOST]
        incidents = [desk.memory.look(connection, number)[0] for number in numbers]
    near = on_path(path, incidents, picture.infrastructure.parents)
    return SeenFrom(path, near, likely_fault(path, report, desk.site.plan, picture, now=now))


def paths_of(
    desk: Desk, reports: Sequence[Report], picture: StatusPicture | None, *, but: int
) -> list[tuple[Report, SeenFrom]]:
    """The ways of reports, one for each place in the network, in the order in which they called."""
    first: dict[tuple[str, str], Report] = {}
    for each in reports:
        first.setdefault((each.switch or each.workstation, each.department), each)
    return [(each, seen_from(desk, each, picture, but=but)) for each in first.values()]
