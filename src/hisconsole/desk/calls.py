"""Calls at the desk: taken, likened to what is open, corrected, detached, moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from hisconsole.config import Workstation
from hisconsole.desk import evidence
from hisconsole.desk.desk import Desk, Outcome
from hisconsole.desk.keepable import keepable
from hisconsole.desk.transaction import Transaction
from hisconsole.errors import NotFound, Refused
from hisconsole.plan import calls, likeness
from hisconsole.plan.asking import Answers, read_answers
from hisconsole.plan.calls import ALIKE_WINDOW, Alike, call_fields
from hisconsole.plan.contacts import masked
from hisconsole.plan.elapsed import OVER
from hisconsole.plan.events import PROVISIONAL, Event, Kind, NewEvent
from hisconsole.plan.incident import Incident, Report
from hisconsole.plan.picture import StatusPicture
from hisconsole.plan.reach import Parents
from hisconsole.plan.times import from_text
from hisconsole.plan.words import Scope
from hisconsole.store import projections
from hisconsole.store.database import Connection
from hisconsole.text import _, printable
from hisconsole.values import dataclass

OWN_PHONE = "workstation"
LEFT_NUMBER = "kept"


@dataclass(frozen=True, slots=True)
class Prefill:
    """What is known about a workstation before the caller has said a word."""

    workstation: Workstation | None
    reporter: str
    callback: str


def prefill(desk: Desk, workstation: str) -> Prefill:
    """The last reporter and the telephone of a workstation."""
    workstation = _named(workstation)
    known = desk.site.workstation(workstation)
    with desk.database.read() as connection:
        reporter = projections.last_reporter(connection, workstation)
    return Prefill(known, reporter, known.phone if known else "")


def find_alike(
    desk: Desk, *, workstation: str, symptom: str, department: str = ""
) -> list[tuple[Incident, Alike]]:
    """Open incidents the call may belong to, most alike first, for the form to show while typing."""
    now = desk.now()
    workstation = _named(workstation)
    known = desk.site.workstation(workstation)
    with desk.database.read() as connection:
        numbers = {
            *projections.recent(connection, since=now - ALIKE_WINDOW, workstation=workstation),
            *projections.monitored(connection, closed_since=now),
        }
        incidents = {number: desk.memory.look(connection, number)[0] for number in numbers}
    return [
        (incidents[found.number], found)
        for found in calls.alike(
            symptom=symptom,
            department=known.department if known else department,
            switch=known.switch if known else "",
            workstation=workstation,
            incidents=incidents.values(),
            now=now,
        )
    ]


def _named(workstation: str) -> str:
    """What was typed so far, as the record would keep it."""
    return printable(workstation, limit=64).strip()


@keepable("call", aside=("callback",), about="join")
def take_call(
    desk: Desk,
    given: Mapping[str, str],
    *,
    join: int | None = None,
    act: str | None = None,
    picture: StatusPicture | None = None,
) -> Outcome:
    """Record a call as a new incident, or as a further report of incident `join`.

    What `picture` shows of the caller's way is frozen with it; and by what hangs on what in it, calls that
    look like one fault are proposed as one.
    """
    now = desk.now()
    answers = read_answers(call_fields(), given, now=now, zone=desk.zone)

    def decide(transaction: Transaction) -> Sequence[NewEvent]:
        number, report_number = transaction.next_numbers(after=desk.site.numbered_after)
        report, left = _report(desk, answers, number=report_number, now=now)
        incident = transaction.look(join)[0] if join is not None else None
        transaction.keep_callback(report.number, left)
        plan = desk.site.plan.version
        taken = calls.take(report, incident=incident, number=number, plan=plan, now=now)
        # The call's own events come last but for the evidence: the outcome is about them.
        parents = picture.infrastructure.parents if picture is not None else None
        alike = _one_fault(transaction, report, join or number, parents, now=now) if parents else []
        return [*alike, *taken, *evidence.at_report(taken[-1].incident, report, picture, now)]

    return desk.record(decide, doing="call", act=act, now=now, sentence=_("Call taken"))


def _one_fault(
    transaction: Transaction, report: Report, home: int, parents: Parents, *, now: datetime
) -> list[NewEvent]:
    """That the call and others look like one fault, where that was not said yet: for somebody to answer."""
    connection = transaction.connection
    numbers = {
        *projections.recent(connection, since=now - ALIKE_WINDOW, workstation=report.workstation),
        *projections.monitored(connection, closed_since=now),
    }
    known = {number: transaction.look(number)[0] for number in numbers}
    before = known.get(home) or Incident(number=home, version=0, opened=now)
    known[home] = before.with_reports((*before.reports, report))
    found = likeness.proposed(known.values(), parents, now=now, over=OVER)
    return [
        NewEvent(Kind.PROPOSED, number, now, likeness.body_of(proposal)) for number, proposal in found.items()
    ]


@keepable("correct", aside=("callback",), report="number", seen=from_text)
def correct_report(
    desk: Desk,
    number: int,
    given: Mapping[str, str],
    *,
    seen: datetime | None = None,
    act: str | None = None,
) -> Outcome:
    """Put right what was taken down of a call; answers not given stay as they were.

    Raises Refused where somebody else put it right after `seen`, when the operator looked.
    """
    now = desk.now()

    def decide(transaction: Transaction) -> Sequence[NewEvent]:
        incident, report = _find(transaction, number)
        if seen is not None:
            _refuse_if_corrected(desk, transaction.look(incident.number)[1], number, seen)
        connection = transaction.connection
        was = answers_of(desk, connection, report)
        answers = read_answers(call_fields(), {**was, **given}, now=now, zone=desk.zone)
        moved = desk.site.workstation(str(answers["workstation"]))
        if report.callback == OWN_PHONE and "callback" not in given and moved:
            answers["callback"] = moved.phone  # the right place is rung at its own telephone
        corrected, left = _report(desk, answers, number=number, now=now)
        if given.get("occurred", was["occurred"]) == was["occurred"]:
            corrected = replace(corrected, occurred=report.occurred)
        if corrected.workstation == report.workstation and "department" not in given:
            corrected = replace(
                corrected,
                department=report.department,
                room=report.room,
                critical=report.critical,
                switch=report.switch,
            )
        corrected = replace(corrected, taken_by=report.taken_by)
        rung_elsewhere = left != projections.callbacks(connection, [number]).get(number, "")
        transaction.keep_callback(number, left)
        return calls.correct(incident, corrected, rung_elsewhere=rung_elsewhere, now=now)

    return desk.record(decide, doing="correct", act=act, now=now, sentence=_("Report corrected"))


def _refuse_if_corrected(desk: Desk, history: Sequence[Event], number: int, seen: datetime) -> None:
    for event in reversed(history):
        others = event.recorded > seen and event.actor != desk.actor.operator
        if event.kind is Kind.CORRECTED and event.body["number"] == number and others:
            sentence = _("Report {n} was corrected meanwhile by {who} at {when}. Look again, then decide.")
            raise Refused(sentence.format(n=number, who=event.actor, when=desk.clock(event.recorded)))


@keepable("move", report="number")
def move_report(desk: Desk, number: int, *, to: int | None, act: str | None = None) -> Outcome:
    """Move a report into incident `to`, or detach it into an incident of its own."""
    now = desk.now()

    def decide(transaction: Transaction) -> Sequence[NewEvent]:
        incident, report = _find(transaction, number)
        target = transaction.look(to)[0] if to is not None else None
        fresh, _report_number = transaction.next_numbers(after=desk.site.numbered_after)
        plan = desk.site.plan.version
        return calls.move(incident, report, to=target, number=fresh, plan=plan, now=now)

    sentence = _("Report detached") if to is None else _("Report moved")
    return desk.record(decide, doing="move", number=to or 0, act=act, now=now, sentence=sentence)


def report_answers(desk: Desk, report: Report) -> dict[str, str]:
    """A report as the answers that a form begins with."""
    with desk.database.read() as connection:
        return answers_of(desk, connection, report)


def answers_of(desk: Desk, connection: Connection, report: Report) -> dict[str, str]:
    """A report as the answers that a form shows; the number it refers to is looked up."""
    left = projections.callbacks(connection, [report.number]).get(report.number, "")
    known = desk.site.workstation(report.workstation)
    if report.callback == OWN_PHONE and known:
        left = known.phone
    if desk.site.covered:
        left = masked(left)
    return {
        "workstation": report.workstation,
        "symptom": report.symptom,
        "words": report.words,
        "reporter": report.reporter,
        "callback": left,
        "scope": report.scope,
        "occurred": report.occurred.isoformat(timespec="minutes"),
        "department": report.department,
    }


def _find(transaction: Transaction, number: int) -> tuple[Incident, Report]:
    home = transaction.incident_of_report(number)
    incident = transaction.look(home)[0] if home is not None else None
    report = incident.report(number) if incident else None
    if report is None and number > PROVISIONAL:
        raise Refused(_("This call was only kept here when you looked: look again, then decide."))
    if incident is None or report is None:
        raise NotFound(_("There is no report {number}.").format(number=number))
    return incident, report


def _report(desk: Desk, answers: Answers, *, number: int, now: datetime) -> tuple[Report, str]:
    """A report from the answers, and the number to keep when it is not the workstation's own."""
    name = str(answers["workstation"])
    known = desk.site.workstation(name)
    named = known.department if known else str(answers["department"])
    department = desk.site.department(named)
    callback = str(answers["callback"])
    occurred = answers["occurred"]
    reference = ""
    if callback:
        reference = OWN_PHONE if known and callback == known.phone else LEFT_NUMBER
    report = Report(
        number=number,
        workstation=known.id if known else name,
        department=named,
        room=known.room if known else "",
        reporter=str(answers["reporter"]),
        callback=reference,
        symptom=str(answers["symptom"]),
        words=str(answers["words"]),
        scope=str(answers["scope"] or Scope.UNKNOWN.value),
        occurred=occurred if isinstance(occurred, datetime) else now,
        critical=bool(known and known.key_terminal) or bool(department and department.critical),
        switch=known.switch if known else "",
        taken_by=desk.actor.operator,
    )
    return report, callback if reference == LEFT_NUMBER else ""
