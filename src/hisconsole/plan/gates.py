"""Gates: from when the stopped departments of a paralysis work by hand (plan 5, domain 1.3, 5.1).

A gate compares the longer of elapsed time and forecast; what aggravates the outage moves it earlier.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from hisconsole.plan.document import Aggravator, Gate, Plan
from hisconsole.plan.elapsed import beyond, is_over
from hisconsole.plan.incident import Incident
from hisconsole.plan.words import YesNo
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class Armed:
    """A gate that runs: from when these departments work by hand, and what brought it about.

    `by` is `elapsed` or `forecast`; `aggravators` are the ids of those that moved it.
    """

    gate: Gate
    at: datetime
    departments: tuple[str, ...]
    by: str
    aggravators: tuple[str, ...]


def aggravated(incident: Incident, plan: Plan, moment: datetime) -> tuple[int, tuple[str, ...]]:
    """By how many seconds a prompt due at `moment` comes earlier, and the ids of what moves it.

    They do not add up: the strongest counts. None moves a prompt to the beginning or before it, so that
    the ten minutes of the cashier stay while 20, 30 and all later ones move (domain 5.1).
    """
    room = moment - incident.zero
    found = [
        each
        for each in plan.aggravators
        if timedelta(seconds=each.earlier_s) < room and _holds(each, incident, plan, moment)
    ]
    return max((each.earlier_s for each in found), default=0), tuple(each.id for each in found)


def _holds(aggravator: Aggravator, incident: Incident, plan: Plan, moment: datetime) -> bool:
    if aggravator.id in incident.aggravators:
        return True
    here = moment.astimezone(plan.zone)
    if here.date().isoformat() in aggravator.days:
        return True
    minute = here.hour * 60 + here.minute
    return here.weekday() in aggravator.weekdays and aggravator.start <= minute < aggravator.end


def moved(incident: Incident, plan: Plan, moment: datetime) -> datetime:
    """A prompt's moment, brought forward by what aggravates the outage; never later."""
    return moment - timedelta(seconds=aggravated(incident, plan, moment)[0])


def armed(incident: Incident, plan: Plan) -> tuple[Armed, ...]:
    """The gates that run, soonest first: in a confirmed paralysis, for departments that stand still.

    Nobody is sent to paper before the paralysis was confirmed and the department stopped.
    """
    confirmed = incident.paralysis_at
    if confirmed is None or incident.paralysis != YesNo.YES or is_over(incident):
        return ()
    found = []
    for gate in plan.gates:
        departments = tuple(
            id_ for id_ in incident.stopped if not gate.departments or id_ in gate.departments
        )
        if not departments:
            continue
        earlier, why = aggravated(incident, plan, incident.zero + timedelta(seconds=gate.after_s))
        limit = timedelta(seconds=gate.after_s - earlier)
        elapsed, foreseen = incident.zero + limit, beyond(incident, limit)
        by = "forecast" if foreseen is not None and foreseen < elapsed else "elapsed"
        at = elapsed if foreseen is None else min(elapsed, foreseen)
        stopped = min(incident.stopped[id_] for id_ in departments)
        found.append(Armed(gate, max(at, confirmed, stopped, incident.zero), departments, by, why))
    return tuple(sorted(found, key=lambda each: (each.at, each.gate.after_s, each.gate.id)))
