"""A call before it is taken, as a value: what can be said of its way while the caller still speaks."""

from __future__ import annotations

from hisconsole.config import Site
from hisconsole.plan.conditions import EVER
from hisconsole.plan.incident import Report
from hisconsole.plan.words import Scope, Symptom
from hisconsole.text import printable


def supposed(site: Site, workstation: str, *, symptom: str, department: str) -> Report:
    """A call as far as it is known while nobody has taken it yet."""
    known = site.workstation(workstation)
    named = known.department if known else department
    place = site.department(named)
    return Report(
        number=0,
        workstation=known.id if known else printable(workstation, limit=64).strip(),
        department=named,
        room=known.room if known else "",
        reporter="",
        callback="",
        symptom=symptom or Symptom.OTHER.value,
        words="",
        scope=Scope.UNKNOWN.value,
        occurred=EVER,
        critical=bool(known and known.key_terminal) or bool(place and place.critical),
        switch=known.switch if known else "",
        taken_by="",
    )
