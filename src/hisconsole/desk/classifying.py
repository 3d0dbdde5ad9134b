"""Guided classification at the desk: what is known before a question is put, and what the answers come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from hisconsole.desk import evidence
from hisconsole.desk.desk import Desk, Outcome
from hisconsole.desk.keepable import keepable
from hisconsole.desk.transaction import Transaction
from hisconsole.flows.walk import Filled, Given, Value
from hisconsole.plan.asking import Ask, Field, read_answers
from hisconsole.plan.category import Verdict, verdict
from hisconsole.plan.correlation import RECURRING
from hisconsole.plan.document import Plan
from hisconsole.plan.events import NewEvent
from hisconsole.plan.evidence import Found, answers_of
from hisconsole.plan.facts import facts_of
from hisconsole.plan.incident import Incident
from hisconsole.plan.measures import classify_guided
from hisconsole.plan.picture import StatusPicture
from hisconsole.plan.recurrence import WINDOW, recurring
from hisconsole.plan.times import from_text
from hisconsole.plan.words import Category, YesNo
from hisconsole.store import projections
from hisconsole.text import _, ngettext
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class Prefilled:
    """What is known before the first question: answers with their source, and facts that are not asked."""

    incident: Incident
    plan: Plan
    filled: Mapping[str, Filled]
    facts: Mapping[str, Value]
    found: tuple[Found, ...]
    picture: StatusPicture | None
    """What the signs were seen in: the evidence that is frozen with the answers."""
    seen_at: datetime
    """When it was looked at; the questions take their time."""


def prefilled(desk: Desk, number: int, picture: StatusPicture | None) -> Prefilled:
    """What reports, record and watch say of an incident's questions; earlier answers stand before them."""
    with desk.database.read() as connection:
        incident = desk.look_at(connection, number)[0]
        plan = desk.memory.plan(connection, incident.plan) or desk.site.plan
        calls = projections.calls_since(connection, desk.now() - WINDOW)
        faults = projections.faults_since(connection, desk.now() - WINDOW)
    signs = evidence.signs_of(plan, incident, picture)
    filled: dict[str, Filled] = {}
    for each in answers_of(plan, {}, signs):
        source = _("{words} since {when}").format(words=each.words, when=desk.clock(each.since))
        row = picture.by_target.get(each.target) if picture is not None else None
        if row is not None and row.shown.checked_at is not None:
            source = _("{source}, polled {when}").format(source=source, when=desk.clock(row.shown.checked_at))
        filled[each.sign.question] = Filled(each.sign.value, source)
    back, words = recurring(calls, incident, faults=faults, now=desk.now())
    words = _("{words}, record of {when}").format(words=words, when=desk.clock(desk.now()))
    if incident.detection is not None and RECURRING in incident.detection.finding.answers:
        back, words = True, incident.detection.headline
    filled["recurring"] = Filled((YesNo.YES if back else YesNo.NO).value, words)
    facts = facts_of(replace(incident, answers={}), plan)
    if incident.reports:
        first = incident.reports[0]
        told = _("report {number}, {when}").format(number=first.number, when=desk.clock(first.taken_at))
        filled["symptom"] = Filled(first.symptom, told)
    if "scope" in facts:
        count = len({report.workstation for report in incident.reports})
        said = ngettext(
            "{n} workstation, and what callers said by {when}",
            "{n} workstations, and what callers said by {when}",
            count,
        )
        last = max(report.taken_at for report in incident.reports)
        filled["scope"] = Filled(facts["scope"].value, said.format(n=count, when=desk.clock(last)))
    if incident.classified_at is not None:
        before = _("{who}, {when}").format(
            who=incident.classified_by, when=desk.clock(incident.classified_at)
        )
        filled |= {name: Filled(value, before) for name, value in incident.answers.items()}
    return Prefilled(
        incident, plan, filled, {name: fact.value for name, fact in facts.items()}, signs, picture, desk.now()
    )


def judge_answers(desk: Desk, number: int, answers: Mapping[str, Value]) -> Verdict:
    """What answers come to by the plan the incident runs under. Raises NotFound."""
    with desk.database.read() as connection:
        incident = desk.look_at(connection, number)[0]
        plan = desk.memory.plan(connection, incident.plan) or desk.site.plan
    return _verdict(desk, incident, plan, _texts(answers))


def _verdict(desk: Desk, incident: Incident, plan: Plan, answers: Mapping[str, str]) -> Verdict:
    return verdict(plan, facts_of(replace(incident, answers=answers, classified_at=desk.now()), plan))


def _texts(answers: Mapping[str, Value]) -> dict[str, str]:
    return {name: str(value) for name, value in answers.items()}


def _given(written: Mapping[str, Mapping[str, Value]]) -> dict[str, Given]:
    """The answers as a journal kept them."""
    return {
        name: Given(each["value"], str(each["source"]), str(each["reason"])) for name, each in written.items()
    }


@keepable("classify", about="number", given=_given, override=Category, seen_at=from_text)
def classify(
    desk: Desk,
    number: int,
    given: Mapping[str, Given],
    *,
    override: Category | None = None,
    reason: str = "",
    approved_by: str = "",
    tried: str = "",
    expected: int | None = None,
    act: str | None = None,
    picture: StatusPicture | None = None,
    seen_at: datetime | None = None,
) -> Outcome:
    """Record what the answers come to, or with a reason another category; judged anew in the transaction.

    What `picture` showed of the incident's targets, at `seen_at` or now, is frozen with it.

    Raises Refused: without a reason for another category, and without the approver's word for leaving
    Category I.
    """
    now = desk.now()
    asked = (
        Field("reason", _("Reason")),
        Field("approved_by", _("Agreed by"), Ask.PERSON, limit=64),
        Field("tried", _("Director tried since"), Ask.WHEN),
    )
    typed = {"reason": reason, "approved_by": approved_by, "tried": tried}
    answers = read_answers(asked, typed, now=now, zone=desk.zone)
    texts = _texts({name: each.value for name, each in given.items()})
    sources = {name: text for name, each in given.items() if (text := each.source or each.reason)}

    def decide(transaction: Transaction) -> list[NewEvent]:
        incident, history = transaction.look(number)
        desk.refuse_if_changed(incident, history, expected)
        plan = transaction.plan(incident) or desk.site.plan
        decided = classify_guided(
            desk.setting(transaction, number, answers, now),
            _verdict(desk, incident, plan, texts),
            answers=texts,
            sources=sources,
            override=override,
        )
        return [*decided, *evidence.beside(decided, incident, plan, picture, seen_at or now)]

    return desk.record(decide, doing="classify", number=number, act=act, now=now, sentence=_("Classified"))
