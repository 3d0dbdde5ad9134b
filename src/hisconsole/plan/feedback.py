"""Feedback: who is owed an answer, which message it is, and whom it has not reached yet (plan 3, domain 5.6).

Every workstation that reported and every department that is hit is a recipient: `ws:ID` or `dept:ID`. What
was sent before a reopening counts no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from hisconsole.plan.conditions import Facts, judge
from hisconsole.plan.document import Plan
from hisconsole.plan.duty import Due
from hisconsole.plan.elapsed import is_over
from hisconsole.plan.facts import facts_of
from hisconsole.plan.incident import Incident
from hisconsole.plan.outreach import Message, Told
from hisconsole.values import dataclass

MESSAGE: Final = "message"
"""The act that sends one; it meets the clocks of the plan that name it."""
TOLD: Final = "told"
"""The act that says whom it reached."""
TELL: Final = "tell"
"""The duty to reach those a message has not reached; its key is the message's number."""
UPDATE: Final = "update"
"""The duty to send the next message by the time that the last one named."""

WORKSTATION: Final = "ws:"
DEPARTMENT: Final = "dept:"


@dataclass(frozen=True, slots=True)
class Recipient:
    """One who is owed a message: by its number, since when, and every attempt to reach him with it."""

    id: str
    message: int
    since: datetime
    attempts: tuple[Told, ...] = ()

    @property
    def reached(self) -> Told | None:
        """The first attempt that reached him."""
        return next((each for each in self.attempts if each.reached), None)

    @property
    def read_back(self) -> bool:
        """Whether he has repeated it."""
        return any(each.read_back for each in self.attempts)

    @property
    def last_at(self) -> datetime:
        """When he was tried last; before that, since when it is owed."""
        return self.attempts[-1].at if self.attempts else self.since


def recipients(incident: Incident) -> tuple[str, ...]:
    """Everybody who is owed an answer: who reported, departments hit and those that stand still."""
    workstations = [f"{WORKSTATION}{each.workstation}" for each in incident.reports if each.workstation]
    reporting = [each.department for each in incident.reports if each.department]
    hit = _hit(incident)
    departments = [f"{DEPARTMENT}{each}" for each in (*reporting, *hit, *sorted(incident.stopped))]
    return tuple(dict.fromkeys([*workstations, *departments]))


def _hit(incident: Incident) -> tuple[str, ...]:
    """The departments that hang on what the watch found: nobody need have phoned (domain 5.9)."""
    detection = incident.detection
    return detection.finding.departments if detection is not None and not detection.folded_into else ()


def standing_messages(incident: Incident) -> tuple[Message, ...]:
    """The messages that count: all since the beginning, or since the reopening."""
    return incident.messages[incident.past_messages :]


def last_sent(incident: Incident) -> datetime | None:
    """When the last message that counts was sent."""
    sent = standing_messages(incident)
    return sent[-1].at if sent else None


def next_number(incident: Incident) -> int:
    """The number of the next message."""
    return max((each.number for each in incident.messages), default=0) + 1


def told_of(incident: Incident) -> tuple[Recipient, ...]:
    """Everybody who is owed a message that was sent, each with the latest one that names him.

    Who reported after the last message was sent is owed that one.
    """
    sent = standing_messages(incident)
    if not sent:
        return ()
    owed: dict[str, tuple[Message, datetime]] = {}
    for message in sent:
        for id_ in message.recipients:
            owed[id_] = (message, message.at)
    for id_, since in _late(incident, sent[-1], owed):
        owed[id_] = (sent[-1], since)
    attempts: dict[tuple[str, int], list[Told]] = {}
    for message in sent:
        for told in message.told:
            attempts.setdefault((told.recipient, message.number), []).append(told)
    return tuple(
        Recipient(id_, message.number, since, tuple(attempts.get((id_, message.number), ())))
        for id_, (message, since) in owed.items()
    )


def _late(
    incident: Incident, last: Message, named: dict[str, tuple[Message, datetime]]
) -> Iterator[tuple[str, datetime]]:
    """Who came after the last message was sent, and when; no message names him."""
    for id_ in recipients(incident):
        if id_ not in named:
            yield id_, max(last.at, _known_since(incident, id_))


def _known_since(incident: Incident, id_: str) -> datetime:
    kind, _colon, of = id_.partition(":")
    by_call = [
        each.taken_at
        for each in incident.reports
        if of == (each.workstation if f"{kind}:" == WORKSTATION else each.department)
    ]
    stopped = incident.stopped.get(of) if f"{kind}:" == DEPARTMENT else None
    seen = incident.detection.known_at if incident.detection and of in _hit(incident) else None
    return min([*by_call, *(each for each in (stopped, seen) if each is not None)])


def unreached(incident: Incident) -> tuple[Recipient, ...]:
    """Whom the messages that were sent have not reached yet."""
    return tuple(each for each in told_of(incident) if each.reached is None)


def unreached_departments(incident: Incident) -> tuple[str, ...]:
    """The departments that are hit and were not reached; all of them where nothing was sent."""
    owed = [each.id for each in unreached(incident)] if standing_messages(incident) else recipients(incident)
    return tuple(each.removeprefix(DEPARTMENT) for each in owed if each.startswith(DEPARTMENT))


def owed(incident: Incident, plan: Plan) -> Iterator[Due]:
    """What sending a message has brought about: reaching all of its recipients, and the next one in time.

    Who was missed comes up again `plan.reach.prompt_s` after the last attempt on him, or after a note that
    says how it was met by hand.
    """
    prompt = timedelta(seconds=plan.reach.prompt_s)
    soonest: dict[int, datetime] = {}
    for each in unreached(incident):
        soonest[each.message] = min(soonest.get(each.message, each.last_at), each.last_at)
    for number, tried in soonest.items():
        noted = incident.met.get((TELL, str(number)))
        at = max(tried, noted) if noted is not None else tried
        yield Due(incident.number, TELL, str(number), at + prompt, incident.owner, TOLD)
    promised = _promised(incident, plan)
    if promised is not None:
        yield Due(incident.number, UPDATE, "", promised, incident.owner, MESSAGE)


def _promised(incident: Incident, plan: Plan) -> datetime | None:
    """By when the next word was promised, where no clock of the plan asks for it by then."""
    sent = standing_messages(incident)
    if not sent or sent[-1].next_at is None or is_over(incident):
        return None
    noted = incident.met.get((UPDATE, ""))
    if noted is not None and noted >= sent[-1].at:
        return None
    every = _every(plan, facts_of(incident, plan))
    by_plan = sent[-1].at + timedelta(seconds=every) if every else None
    return sent[-1].next_at if by_plan is None or sent[-1].next_at < by_plan else None


def _every(plan: Plan, facts: Facts) -> int:
    """How often the plan wants word sent now, in seconds; 0 where it does not say."""
    running = (
        each.every_s
        for each in plan.clocks
        if each.act == MESSAGE and each.every_s and judge(each.when, facts).value
    )
    return min(running, default=0)


def next_word(incident: Incident, plan: Plan, *, now: datetime) -> datetime | None:
    """When the next word is due if one is sent now; None where the plan asks for no further one."""
    every = 0 if is_over(incident) else _every(plan, facts_of(incident, plan))
    return now + timedelta(seconds=every) if every else None
