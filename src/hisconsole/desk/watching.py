"""What an operator agrees on with the watch: silences, and the keys by which hosts are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from hisconsole.desk.desk import Desk, Outcome
from hisconsole.desk.keepable import keepable
from hisconsole.desk.transaction import Transaction
from hisconsole.errors import Refused
from hisconsole.plan import silences
from hisconsole.plan.asking import read_answers
from hisconsole.plan.events import SITE, NewEvent
from hisconsole.plan.shown import Silence
from hisconsole.store import events
from hisconsole.text import _


@keepable("silence")
def silence(
    desk: Desk,
    names: Sequence[str],
    given: Mapping[str, str],
    *,
    whole: bool = False,
    service: bool = False,
    act: str | None = None,
) -> Outcome:
    """Silence targets, or with `service` what carries these services, until a time, for a reason; one act."""
    now = desk.now()
    answers = read_answers(silences.silence_fields(), given, now=now, zone=desk.zone)
    end, reason = answers["until"], str(answers["reason"])
    assert isinstance(end, datetime)  # noqa: S101 - for mypy: a required moment

    def decide(_transaction: Transaction) -> list[NewEvent]:
        return [
            silences.silence(name, whole=whole, service=service, end=end, reason=reason, now=now)
            for name in names
        ]

    return desk.record(decide, doing="silence", act=act, now=now, sentence=_("Silenced"))


@keepable("lift")
def lift(desk: Desk, number: str, *, act: str | None = None) -> Outcome:
    """End a silence before its time."""
    now = desk.now()

    def decide(transaction: Transaction) -> list[NewEvent]:
        history = events.of_incident(transaction.connection, SITE)
        found = silences.running(history, now=now)
        if (first := silences.lifted(history, number)) is not None:
            sentence = _("There is no such silence any more: {who} lifted it at {when}.")
            raise Refused(sentence.format(who=first.actor, when=desk.clock(first.recorded)))
        return [silences.lift(number, running=found, now=now)]

    return desk.record(decide, doing="unsilence", act=act, now=now, sentence=_("Silence lifted"))


def running(desk: Desk) -> tuple[Silence, ...]:
    """The silences in force."""
    with desk.database.read() as connection:
        found = events.of_incident(connection, SITE)
    return silences.running(found, now=desk.now())


def enroll(
    desk: Desk, target: str, *, fingerprint: str, replaced: str = "", act: str | None = None
) -> Outcome:
    """Record that the operator took a host key for the target's."""
    now = desk.now()

    def decide(_transaction: Transaction) -> list[NewEvent]:
        return [silences.enrolled(target, fingerprint=fingerprint, replaced=replaced, now=now)]

    return desk.record(decide, doing="enroll", act=act, now=now, sentence=_("Host key enrolled"))
