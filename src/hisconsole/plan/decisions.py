"""What each act comes to: it sees the incident, the answers, who acts and the time, and decides.

A decision is pure: it returns events, or raises Refused with a sentence that says why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from typing import Any

from hisconsole.errors import NotFound, Refused
from hisconsole.plan.asking import Answers
from hisconsole.plan.document import Plan
from hisconsole.plan.events import Event, Kind, NewEvent
from hisconsole.plan.feedback import unreached_departments
from hisconsole.plan.incident import MOVES, REOPENABLE, Incident
from hisconsole.plan.manual import Means, open_entries
from hisconsole.plan.outreach import Ordered
from hisconsole.plan.story_turn import subject
from hisconsole.plan.times import to_text
from hisconsole.plan.words import (
    Category,
    State,
    label,
)
from hisconsole.text import _
from hisconsole.values import dataclass

UNDO_WINDOW = timedelta(seconds=10)

UNDOABLE_NOT = frozenset(
    {
        Kind.OPENED,
        Kind.REPORTED,
        Kind.ATTACHED,
        Kind.DETACHED,
        Kind.CORRECTED,
        Kind.MERGED,
        Kind.UNMERGED,
    }
)
"""Acts on calls are corrected, not undone: incidents and call-back numbers hang on them."""


def nowhere(number: int) -> Incident:
    """Where there is no other incident to look at. Raises NotFound."""
    raise NotFound(_("There is no incident {number}.").format(number=subject(number)))


@dataclass(frozen=True, slots=True)
class Setting:
    """What a decision sees: the incident and its events, the answers, the actor and the time (UTC)."""

    incident: Incident
    history: Sequence[Event]
    answers: Answers
    actor: str
    now: datetime
    clock: Callable[[datetime], str]
    plan: Plan | None = None
    """The edition the incident runs under."""
    present: Plan | None = None
    """The edition in force now: who plays which part, and what an incident without one takes up."""
    departments: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    """Everybody in the roster, by id."""
    kinds: Mapping[str, str] = field(default_factory=dict)
    """What each of them is to the roster: staff, supplier, ..."""
    order: tuple[Ordered, ...] = ()
    """Whom to call now, in which order, if the leading group is to be told."""
    means: Means = field(default_factory=Means)
    """What a notice to departments is made with."""
    look: Callable[[int], Incident] = nowhere
    """Another incident, as it is in the same transaction. Raises NotFound."""

    def text(self, name: str) -> str:
        """A text answer."""
        return str(self.answers.get(name) or "")

    def when(self, name: str) -> datetime:
        """A moment that was answered, or now; the future is refused, for it has not happened."""
        moment = self.answers.get(name)
        if not isinstance(moment, datetime):
            return self.now
        if moment > self.now + timedelta(minutes=1):
            raise Refused(
                _("{when} has not come yet: give the time it happened.").format(when=self.clock(moment))
            )
        return moment

    def moment(self, name: str, default: datetime | None = None) -> datetime:
        """A moment that must be answered, or has a default; it may lie ahead."""
        moment = self.answers.get(name) or default
        if not isinstance(moment, datetime):
            raise Refused(_("A time is needed."))
        return moment

    def event(self, kind: Kind, at: datetime | None = None, /, **body: Any) -> NewEvent:
        """An event about this incident."""
        return NewEvent(kind, self.incident.number, at or self.now, body)

    def move(self, to: State) -> None:
        """Refuse an illegal change of state, saying what is legal from here."""
        state = self.incident.state
        if to in MOVES[state]:
            return
        ways = " ".join(_HINTS[target]() for target in State if target in MOVES[state])
        raise Refused(
            _("{number} is {state} and cannot become {to} from there. {ways}").format(
                number=subject(self.incident.number), state=label(state), to=label(to), ways=ways
            )
        )


_HINTS: Mapping[State, Callable[[], str]] = {
    State.NEW: lambda: "",
    State.VERIFYING: lambda: _("Acknowledge it first."),
    State.ACTIVE: lambda: _("Verify it, or reopen it."),
    State.MITIGATED: lambda: _("It can be mitigated."),
    State.RECOVERED: lambda: _("Record that it recovered."),
    State.BACK_ENTRY: lambda: "",
    State.REVIEW: lambda: _("A Category I goes through review."),
    State.CLOSED: lambda: _("It can be closed."),
}


def refuse_closed(setting: Setting) -> None:
    """Refuse an act on what is closed."""
    if setting.incident.state is State.CLOSED:
        raise Refused(
            _("{number} was closed at {when}. Reopen it first.").format(
                number=subject(setting.incident.number),
                when=setting.clock(setting.incident.closed_at or setting.now),
            )
        )


def acknowledge(setting: Setting) -> Sequence[NewEvent]:
    """Take it, once: the loser of a race learns who has it and since when."""
    refuse_closed(setting)
    incident = setting.incident
    if incident.acknowledged_by:
        when = setting.clock(incident.acknowledged_at or setting.now)
        who = _("you") if incident.acknowledged_by == setting.actor else incident.acknowledged_by
        raise Refused(_("Already taken by {who} at {when}.").format(who=who, when=when))
    return [setting.event(Kind.ACKNOWLEDGED)]


def assign(setting: Setting) -> Sequence[NewEvent]:
    """Give it to another owner."""
    refuse_closed(setting)
    owner = setting.text("owner") or setting.actor
    if owner == setting.incident.owner:
        raise Refused(_("{owner} owns it already.").format(owner=owner))
    return [setting.event(Kind.ASSIGNED, owner=owner, reason=setting.text("reason"))]


def verify(setting: Setting) -> Sequence[NewEvent]:
    """Record what looking into it came to; whoever verifies an untaken one has taken it."""
    refuse_closed(setting)
    events: list[NewEvent] = []
    if setting.incident.state is State.NEW:
        events.append(setting.event(Kind.ACKNOWLEDGED))
    events.append(
        setting.event(
            Kind.VERIFIED,
            setting.when("at"),
            result=setting.text("result"),
            how=setting.text("how"),
            by=setting.text("by") or setting.actor,
            text=setting.text("text"),
        )
    )
    return events


def note(setting: Setting) -> Sequence[NewEvent]:
    """Write into the timeline, of a closed incident too."""
    return [setting.event(Kind.NOTED, setting.when("at"), text=setting.text("text"))]


def pin(setting: Setting) -> Sequence[NewEvent]:
    """Keep an entry on top, or let it go."""
    entry = setting.answers["entry"]
    if entry not in {event.seq for event in setting.history}:
        raise Refused(
            _("Entry {entry} is not in the timeline of {number}.").format(
                entry=entry, number=subject(setting.incident.number)
            )
        )
    return [setting.event(Kind.PINNED, entry=entry)]


def estimate(setting: Setting) -> Sequence[NewEvent]:
    """Record an ETA: a window of clock times whose end is still to come."""
    refuse_closed(setting)
    earliest = setting.moment("earliest")
    latest = setting.moment("latest", earliest)
    if latest < earliest:
        raise Refused(
            _("The latest end {latest} lies before the earliest {earliest}.").format(
                latest=setting.clock(latest), earliest=setting.clock(earliest)
            )
        )
    if latest <= setting.now:
        raise Refused(
            _("{latest} is past: an ETA is a clock time to come.").format(latest=setting.clock(latest))
        )
    return [
        setting.event(
            Kind.ESTIMATED,
            earliest=to_text(earliest),
            latest=to_text(latest),
            why=setting.text("why"),
        )
    ]


def cause(setting: Setting) -> Sequence[NewEvent]:
    """Record the cause and how sure it is."""
    refuse_closed(setting)
    return [setting.event(Kind.CAUSE_FOUND, text=setting.text("text"), confidence=setting.text("confidence"))]


def fix(setting: Setting) -> Sequence[NewEvent]:
    """Record a fix and what it came to."""
    refuse_closed(setting)
    return [
        setting.event(
            Kind.FIX_TRIED,
            setting.when("at"),
            text=setting.text("text"),
            result=setting.text("result"),
        )
    ]


def mitigated(setting: Setting) -> Sequence[NewEvent]:
    """Record that work goes on around the fault."""
    setting.move(State.MITIGATED)
    return [setting.event(Kind.MITIGATED, setting.when("at"), text=setting.text("text"))]


def recovered(setting: Setting) -> Sequence[NewEvent]:
    """Record that it works again."""
    setting.move(State.RECOVERED)
    return [setting.event(Kind.RECOVERED, setting.when("at"), confirmed_by=setting.text("confirmed_by"))]


def review(setting: Setting) -> Sequence[NewEvent]:
    """Begin the review of a Category I."""
    setting.move(State.REVIEW)
    if setting.incident.category is not Category.I:
        raise Refused(
            _("{number} is {category}; only a Category I goes through review. Close it.").format(
                number=subject(setting.incident.number), category=label(setting.incident.category)
            )
        )
    return [setting.event(Kind.REVIEWED, text=setting.text("text"))]


def reopen(setting: Setting) -> Sequence[NewEvent]:
    """Make it active again."""
    if setting.incident.state not in REOPENABLE:
        raise Refused(
            _("{number} is {state}: there is nothing to reopen.").format(
                number=subject(setting.incident.number), state=label(setting.incident.state)
            )
        )
    return [setting.event(Kind.REOPENED, reason=setting.text("reason"))]


def close(setting: Setting) -> Sequence[NewEvent]:
    """Close what was verified and is over; a Category I only from review."""
    incident = setting.incident
    refuse_closed(setting)
    setting.move(State.CLOSED)
    if incident.category is Category.I and incident.state is not State.REVIEW:
        if incident.state is State.VERIFYING:
            raise Refused(_("It is classified Category I: verify it, or lower the category, then close it."))
        raise Refused(_("A Category I is closed from review: start its review first."))
    if incident.state is State.VERIFYING and incident.verification in ("", "confirmed"):
        raise Refused(_("Nobody has said how it was verified: verify it first, then close it."))
    override, accepted = _override(setting), _accepted(setting)
    body = {
        "reason": setting.text("reason"),
        **({"override": override} if override else {}),
        **({"accepted": accepted} if accepted else {}),
    }
    return [setting.event(Kind.CLOSED, setting.when("at"), **body)]


def _accepted(setting: Setting) -> str:
    """Who accepts that paper of a department is not entered or not signed for (domain 5.8)."""
    left = open_entries(setting.incident)
    if not left:
        return ""
    who = setting.text("accepted")
    if not who:
        raise Refused(
            _("Paper is not entered and signed for: {who}. Enter it, or name who accepts that.").format(
                who=", ".join(setting.means.call(each) for each in left)
            ),
            needs="accepted",
        )
    if setting.people and who not in setting.people:
        raise Refused(_("'{who}' is nobody in the roster: give an id, such as li.na.").format(who=who))
    return who


def _override(setting: Setting) -> str:
    """Who says that a Category I is closed although a department has not been reached (domain 5.6)."""
    incident = setting.incident
    owed = unreached_departments(incident) if incident.category is Category.I else ()
    if not owed:
        return ""
    who = setting.text("override")
    if not who:
        names = ", ".join(owed[:6]) + (" ..." if len(owed) > 6 else "")
        raise Refused(
            _(
                "Not reached yet: {departments}. Tell them (t), or name who has it closed all the same."
            ).format(departments=names),
            needs="override",
        )
    if setting.people and who not in setting.people:
        raise Refused(_("'{who}' is not in the roster: name somebody who is.").format(who=who))
    return who


def undo(setting: Setting) -> Sequence[NewEvent]:
    """Take back the actor's own last act while it is fresh."""
    incident = setting.incident
    last = [event for event in setting.history if event.act == incident.last_act]
    if not last or last[0].kind is Kind.UNDONE:
        raise Refused(_("The last act was an undo; there is nothing more to undo."))
    if incident.last_actor != setting.actor:
        raise Refused(
            _("The last act on it was {who}'s, not yours: only its author can undo it.").format(
                who=incident.last_actor
            )
        )
    if {event.kind for event in last} & UNDOABLE_NOT:
        raise Refused(
            _("A call once taken stays on record: correct, detach or move it, or close the incident.")
        )
    age = setting.now - last[-1].recorded
    if age > UNDO_WINDOW:
        raise Refused(
            _("The last act is {seconds} s old; undo works for {window} s. Record the opposite.").format(
                seconds=int(age.total_seconds()), window=int(UNDO_WINDOW.total_seconds())
            )
        )
    return [setting.event(Kind.UNDONE, act=incident.last_act)]
