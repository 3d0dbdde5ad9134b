"""How the calls about an incident stand, and who was summoned to help, in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from hisconsole.plan.calltree import tree
from hisconsole.plan.document import Plan
from hisconsole.plan.incident import Incident
from hisconsole.plan.outreach import Summoned
from hisconsole.text import _

Short = Callable[[datetime], str]


def calls_told(incident: Incident, plan: Plan | None, now: datetime, short: Short) -> str:
    """Reached so many of so many, and who started the plan; empty where nobody was to be told."""
    parts = []
    found = tree(incident, plan, now) if plan is not None else None
    if found is not None and found.wanted:
        parts.append(_("reached {n} of {all}").format(n=found.reached, all=found.wanted))
    if incident.started_at is not None:
        parts.append(
            _("plan started by {who} {when}").format(who=incident.started_by, when=short(incident.started_at))
        )
    return "; ".join(parts)


def help_told(incident: Incident, short: Short) -> str:
    """Everybody who was summoned, and how far they have come; empty where nobody was."""
    return "; ".join(_summoned(each, short) for each in incident.summoned)


def _summoned(each: Summoned, short: Short) -> str:
    if each.arrived_at is not None:
        how = _("there since {when}").format(when=short(each.arrived_at))
    elif each.promised is not None:
        how = _("promised for {when}").format(when=short(each.promised))
    elif each.answered_at is not None:
        how = _("answered {when}").format(when=short(each.answered_at))
    else:
        how = _("did not answer")
    ticket = f" ({each.ticket})" if each.ticket else ""
    return f"{each.contact} {how}{ticket}"
