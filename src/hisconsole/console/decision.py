"""How it stands with the decision to tell the leading group, in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from hisconsole.console.lines import Text, hanging
from hisconsole.console.looks import Role
from hisconsole.plan.escalation import Predicate, Standing
from hisconsole.plan.times import countdown
from hisconsole.text import _, fit

Short = Callable[[datetime], str]


def decision(standing: Standing, now: datetime, short: Short) -> tuple[str, Role]:
    """What was decided, or what has to be by when; and how loud."""
    decided, due = standing.decided, standing.due_at
    if decided is not None:
        told = (
            _("Not yet, said {who} at {when}")
            if decided.held
            else _("The leading group is told: {who}, {when}")
        )
        words = told.format(who=decided.by, when=short(decided.at))
        words += f" - {decided.reason}" if decided.reason else ""
        if due is None:
            return words, "bold"
        again = _("to be decided again {when} ({left})")
        return f"{words}; {again.format(when=short(due), left=countdown(due, now=now))}", _loud(due, now)
    if due is None:
        return _("Nothing has to be decided; it can be escalated at any time."), "normal"
    by_director = due == standing.director_at and due not in (
        standing.mandatory_at,
        standing.immediate.holds_from,
    )
    what = (
        _("the director decides whether the leading group is told")
        if by_director
        else _("the leading group must be told, or the director says not yet")
    )
    left = countdown(due, now=now)
    words = _("By {when} ({left}): {what}") if due > now else _("Overdue since {when} ({left}): {what}")
    return words.format(when=short(due), left=left, what=what), _loud(due, now)


def _loud(due: datetime, now: datetime) -> Role:
    return "reverse" if due <= now else "bold"


def predicate_label(id_: str) -> str:
    """One of the plan's words for why it must be escalated."""
    return {
        "serious": _("serious"),
        "unknown": _("cause unknown"),
        "not-short": _("not short-term"),
        "immediate": _("at once"),
    }[id_]


def predicate_lines(predicate: Predicate, now: datetime, short: Short, width: int) -> Text:
    """One of the three words, since or from when it holds, and why."""
    since = predicate.holds_from
    if since is None:
        when, look = _("no"), "dim"
    elif since <= now:
        when, look = _("since {when}").format(when=short(since)), "bold"
    else:
        when, look = (
            _("from {when} ({left})").format(when=short(since), left=countdown(since, now=now)),
            "normal",
        )
    mark = "+" if look == "bold" else "."
    head = f" {mark} {fit(predicate_label(predicate.id), 15)} {fit(when, 20)} "
    strong: Role = "bold" if look == "bold" else "dim" if look == "dim" else "normal"
    return hanging(head, "; ".join(predicate.why), width, strong=strong)
