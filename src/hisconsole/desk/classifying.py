"""Guided classification at the desk: what is known before a question is put, and what the answers come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hisconsole.desk.desk import Desk, Outcome, Transaction
from hisconsole.flows.walk import Filled, Given, Value
from hisconsole.plan.asking import Ask, Field, read_answers
from hisconsole.plan.category import Verdict, verdict
from hisconsole.plan.chain import chain
from hisconsole.plan.document import Plan
from hisconsole.plan.events import NewEvent
from hisconsole.plan.evidence import Found, answers_of, found
from hisconsole.plan.facts import facts_of
from hisconsole.plan.incident import Incident
from hisconsole.plan.measures import classify_guided
from hisconsole.plan.picture import StatusPicture
from hisconsole.plan.recurrence import WINDOW, recurring
from hisconsole.plan.words import Category, YesNo
from hisconsole.store import projections
from hisconsole.text import _, ngettext


@dataclass(frozen=True, slots=True)
class Prefilled:
    """What is known before the first question: answers with their source, and facts that are not asked."""

    incident: Incident
    plan: Plan
    filled: Mapping[str, Filled]
    facts: Mapping[str, Value]
    found: tuple[Found, ...]


def prefilled(desk: Desk, number: int, picture: StatusPicture | None) -> Prefilled:
    """What reports, record and watch say of an incident's questions; earlier answers stand before them."""
    with desk.database.read() as connection:
        incident = desk.memory.look(connection, number)[0]
        plan = desk.memory.plan(connection, incident.plan) or desk.site.plan
        calls = projections.calls_since(connection, desk.now() - WINDOW)
        faults = projections.faults_since(connection, desk.now() - WINDOW)
    signs = _signs(plan, incident, picture)
    filled: dict[str, Filled] = {}
    for each in answers_of(plan, {}, signs):
        source = _("{words} since {when}").format(words=each.words, when=desk.clock(each.since))
        filled[each.sign.question] = Filled(each.sign.value, source)
    back, words = recurring(calls, incident, faults=faults, now=desk.now())
    filled["recurring"] = Filled((YesNo.YES if back else YesNo.NO).value, words)
    facts = facts_of(replace(incident, answers={}), plan)
    if incident.reports:
        first = incident.reports[0]
        told = _("report {number}").format(number=first.number)
        filled["symptom"] = Filled(first.symptom, told)
    if "scope" in facts:
        count = len({report.workstation for report in incident.reports})
        filled["scope"] = Filled(
            facts["scope"].value,
            ngettext(
                "{n} workstation, and what callers said", "{n} workstations, and what callers said", count
            ).format(n=count),
        )
    if incident.classified_at is not None:
        before = _("{who}, {when}").format(
            who=incident.classified_by, when=desk.clock(incident.classified_at)
        )
        filled |= {name: Filled(value, before) for name, value in incident.answers.items()}
    return Prefilled(incident, plan, filled, {name: fact.value for name, fact in facts.items()}, signs)


def _signs(plan: Plan, incident: Incident, picture: StatusPicture | None) -> tuple[Found, ...]:
    if picture is None:
        return ()
    parents = picture.infrastructure.parents
    switches = {report.switch for report in incident.reports if report.switch}
    way = (chain(switch, parents).levels for switch in switches if switch in parents)
    near = {each for levels in way for level in levels for each in level}
    core = {target for target, above in parents.items() if not above}
    return found(plan, picture, near=near | core)


def judge_answers(desk: Desk, number: int, answers: Mapping[str, Value]) -> Verdict:
    """What answers come to by the plan the incident runs under. Raises NotFound."""
    with desk.database.read() as connection:
        incident = desk.memory.look(connection, number)[0]
        plan = desk.memory.plan(connection, incident.plan) or desk.site.plan
    return _verdict(desk, incident, plan, _texts(answers))


def _verdict(desk: Desk, incident: Incident, plan: Plan, answers: Mapping[str, str]) -> Verdict:
    return verdict(plan, facts_of(replace(incident, answers=answers, classified_at=desk.now()), plan))


def _texts(answers: Mapping[str, Value]) -> dict[str, str]:
    return {name: str(value) for name, value in answers.items()}


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
) -> Outcome:
    """Record what the answers come to, or with a reason another category; judged anew in the transaction.

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
        return list(
            classify_guided(
                desk.setting(transaction, number, answers, now),
                _verdict(desk, incident, plan, texts),
                answers=texts,
                sources=sources,
                override=override,
            )
        )

    return desk.record(decide, number=number, act=act, now=now, sentence=_("Classified"))
