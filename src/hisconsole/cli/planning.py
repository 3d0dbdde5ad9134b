"""Commands of the plan: classify, escalation, due, summary."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from hisconsole import plain
from hisconsole.cli.edge import Answer, Usage
from hisconsole.cli.opening import at_desk, picture_for
from hisconsole.cli.shapes import Shape, due_row
from hisconsole.config import Site
from hisconsole.desk import classifying, escalating
from hisconsole.desk.duties import all_due
from hisconsole.errors import ConfigFault, NotFound, Refused
from hisconsole.flows.walk import Given
from hisconsole.paths import config_dir, data_dir
from hisconsole.plan.category import Verdict, verdict, what_would_change
from hisconsole.plan.conditions import Fact, Facts
from hisconsole.plan.document import Plan
from hisconsole.plan.escalation import Predicate
from hisconsole.plan.facts import COUNT, FACTS, UNKNOWN
from hisconsole.plan.gates import armed
from hisconsole.plan.summary import leader_summary, team_summary
from hisconsole.plan.times import countdown, to_text
from hisconsole.plan.words import Audience, Category, label
from hisconsole.strict_yaml import load
from hisconsole.text import _, printable, wrap
from hisconsole.wiring import Settings, open_site, questions


def classify(asked: Namespace) -> Answer:
    """What answers come to, and on demand its record."""
    answers = _answers(Path(asked.answers))
    if asked.record and asked.incident is None:
        raise Usage(_("--record goes with --incident N."))
    if asked.category and asked.category not in list(Category):
        raise Usage(_("There is no category '{name}'.").format(name=printable(asked.category, limit=40)))
    if asked.incident is None:
        site = open_site(Settings(config_dir(asked.config), data_dir(asked.data), ""))
        _refuse_unknown(site.plan, answers)
        facts: Facts = {name: Fact(value) for name, value in answers.items()}
        found = verdict(site.plan, facts)
        return _judged(site, site.plan, found, facts, incident=None, act=None, recorded=None)
    with at_desk(asked, writable=asked.record) as desk:
        known = classifying.prefilled(desk, asked.incident, None)
        picture = picture_for(asked, desk) if asked.record else None
        _refuse_unknown(known.plan, answers)
        full = {**{name: str(each.value) for name, each in known.filled.items()}, **answers}
        found = classifying.judge_answers(desk, asked.incident, full)
        act = recorded = None
        if asked.record:
            recorded = Category(asked.category) if asked.category else found.category
            given = {name: Given(each.value, each.source) for name, each in known.filled.items()}
            given |= {name: Given(value) for name, value in answers.items()}
            act = classifying.classify(
                desk,
                asked.incident,
                given,
                override=recorded if asked.category else None,
                reason=asked.reason,
                approved_by=asked.approved_by,
                tried=asked.tried,
                act=asked.id,
                picture=picture,
            ).act
        facts = {name: Fact(value) for name, value in {**known.facts, **full}.items()}
        return _judged(
            desk.site, known.plan, found, facts, incident=asked.incident, act=act, recorded=recorded
        )


def _answers(path: Path) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            raw = file.read(65_537)
    except OSError as fault:
        raise NotFound(
            _("{path} cannot be read: {why}.").format(path=path, why=fault.strerror or fault)
        ) from None
    document = load(raw, source=printable(str(path)))
    data = document.data
    if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
        raise ConfigFault([document.at_value((), _("write one answer a line, as 'scope: one'."))])
    return {name: str(value) for name, value in data.items()}


def _refuse_unknown(plan: Plan, answers: Mapping[str, str]) -> None:
    """Refuse what no question asks: a script that misspells would be told 'unclassified'."""
    asked = {name: set(values) for name, values in questions(plan).items()}
    for sign in plan.signs:
        asked.setdefault(sign.question, set()).add(sign.value)
    for name, value in answers.items():
        values = asked.get(name) or FACTS.get(name)
        known = {"name": printable(name, limit=40), "value": printable(value, limit=40)}
        if values is None:
            raise Refused(
                _("The plan asks no question '{name}'. It asks: {names}.").format(
                    **known, names=", ".join(asked)
                )
            )
        if values == COUNT:
            if not (value.isascii() and value.isdecimal()):
                raise Refused(_("{name}: '{value}' is not a number.").format(**known))
        elif value not in (*values, UNKNOWN):
            raise Refused(
                _("{name}: '{value}' is none of {values}.").format(
                    **known, values=", ".join([*sorted(values), UNKNOWN])
                )
            )


def _judged(
    site: Site,
    plan: Plan,
    found: Verdict,
    facts: Facts,
    *,
    incident: int | None,
    act: str | None,
    recorded: Category | None,
) -> Answer:
    handling = plan.handling_of(found.category)
    changes = what_would_change(plan, facts, questions(plan))
    data = {
        "incident": incident,
        "category": found.category.value,
        "fault": found.fault.id if found.fault else None,
        "why": found.why,
        "clause": found.fault.clause if found.fault else None,
        "provisional": found.provisional,
        "sentence": found.sentence,
        "owner": handling.owner if handling else None,
        "reports_to": handling.reports_to if handling else None,
        "undecided": [rule.fault for rule in found.undecided],
        "would_change": [
            {
                "question": each.question,
                "value": each.value,
                "category": each.category.value,
                "fault": each.fault.id,
            }
            for each in changes
        ],
        "act": act,
        "recorded": recorded.value if recorded is not None else None,
    }
    lines = [f"{label(found.category)}: {found.fault.say}" if found.fault else label(found.category)]
    lines += wrap(found.sentence, plain.WIDTH)
    if handling is not None:
        lines += wrap(handling.how, plain.WIDTH)
    lines += [
        _("{question} = {value} would make it {category} ({fault})").format(
            question=each.question,
            value=each.value,
            category=label(each.category),
            fault=each.fault.say,
        )
        for each in changes
    ]
    if recorded is not None:
        lines.append(_("On record: {category}").format(category=label(recorded)))
    return Answer(data, lines)


def escalation(asked: Namespace) -> Answer:
    """How an incident stands towards the leading group."""
    with at_desk(asked) as desk:
        seen = escalating.look(desk, asked.number)
        clock = desk.clock
    standing, now = seen.standing, seen.now
    predicates = (standing.serious, standing.unknown, standing.not_short, standing.immediate)
    gates = armed(seen.incident, seen.plan)
    decided = standing.decided
    data: Shape = {
        "incident": asked.number,
        "now": to_text(now),
        **{each.id.replace("-", "_"): _predicate(each, now) for each in predicates},
        "mandatory_at": _time(standing.mandatory_at),
        "director_at": _time(standing.director_at),
        "due_at": _time(standing.due_at),
        "overdue": standing.due_at is not None and standing.due_at <= now,
        "decided": decided
        and {"held": decided.held, "at": _time(decided.at), "by": decided.by, "reason": decided.reason},
        "order": [
            [{"role": step.role, "people": [each.id for each in step.people]} for step in steps]
            for steps in seen.steps
        ],
        "gates": [
            {
                "gate": each.gate.id,
                "at": _time(each.at),
                "departments": list(each.departments),
                "by": each.by,
                "aggravators": list(each.aggravators),
            }
            for each in gates
        ],
        "script": seen.script,
    }
    lines = [_line(each, now, clock) for each in predicates]
    if standing.due_at is not None:
        lines.append(
            _("Decision due {when} ({left})").format(
                when=clock(standing.due_at), left=countdown(standing.due_at, now=now)
            )
        )
    for place, steps in enumerate(seen.steps, start=1):
        people = "; ".join(
            f"{step.role}: {', '.join(each.name for each in step.people) or _('nobody named')}"
            for step in steps
        )
        lines += wrap(f"{place}. {people}", plain.WIDTH)
    lines += ["", *wrap(seen.script, plain.WIDTH)]
    return Answer(data, lines)


def _predicate(predicate: Predicate, now: datetime) -> Shape:
    since = predicate.holds_from
    return {"holds": since is not None and since <= now, "from": _time(since), "why": list(predicate.why)}


def _line(predicate: Predicate, now: datetime, clock: object) -> str:
    since = predicate.holds_from
    if since is None:
        return f"{predicate.id}: {_('no')}"
    left = _("yes") if since <= now else _("in {left}").format(left=countdown(since, now=now))
    return f"{predicate.id}: {left}; {'; '.join(predicate.why)}"


def _time(moment: datetime | None) -> str | None:
    return to_text(moment) if moment is not None else None


def due(asked: Namespace) -> Answer:
    """Everything that is owed, soonest first."""
    with at_desk(asked) as desk:
        owed = [each.due for each in all_due(desk)]
        now = desk.now()
    lines = plain.due_lines(owed, plan=desk.site.plan, now=now, zone=desk.zone, most=None)
    return Answer([due_row(each, now=now) for each in owed], lines)


def summary(asked: Namespace) -> Answer:
    """A summary to be read aloud."""
    with at_desk(asked) as desk:
        seen = escalating.look(desk, asked.number)
        make = leader_summary if asked.audience == Audience.LEADER else team_summary
        lines = make(
            seen.incident,
            seen.plan,
            seen.history,
            seen.now,
            desk.clock,
            name=desk.site.name,
            call=lambda id_: known.name if (known := desk.site.department(id_)) is not None else id_,
            mark=desk.site.stamp,
        )
    return Answer({"incident": asked.number, "audience": asked.audience, "lines": lines}, lines)
