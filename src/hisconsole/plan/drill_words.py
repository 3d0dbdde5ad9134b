"""The report of a drill in words, and two drills side by side."""

from __future__ import annotations

from collections.abc import Sequence

from hisconsole.plan.aftermath_names import Names
from hisconsole.plan.aftermath_words import mark_label
from hisconsole.plan.document import Plan
from hisconsole.plan.drill_figures import WATCH
from hisconsole.plan.drills import Figure, Held
from hisconsole.plan.due import GATE
from hisconsole.plan.moments import Mark
from hisconsole.plan.paper import Column, Paper, Section
from hisconsole.plan.replay import Keeping
from hisconsole.text import _


def report(held: Held, plan: Plan, names: Names, *, head: str) -> Paper:
    """One drill against the plan's clocks; `head` says where the chain of the real record stands."""
    return Paper(
        title=_("DRILL {number}: {scenario}").format(number=held.number, scenario=held.scenario),
        notes=(*_notes(names), _when(held, names), _incidents(held)),
        sections=(
            Section(
                _("Times"),
                (
                    Column(""),
                    Column(_("from break"), 10),
                    Column(_("took"), 8),
                    Column(_("plan"), 8),
                    Column(_("kept"), 9),
                ),
                tuple(_row(each, plan) for each in held.figures),
            ),
        ),
        foot="  ".join((_("DRILL. Its own record: {folder}").format(folder=held.folder), head)),
    )


def comparison(last: Held, before: Held, plan: Plan, names: Names, *, head: str) -> Paper:
    """The last drill beside one before it, from the first break on; another scenario is said."""
    then = {each.key: each for each in before.figures}
    now = {each.key: each for each in last.figures}
    notes = [*_notes(names), _when(before, names), _when(last, names)]
    if last.scenario != before.scenario:
        notes.append(_("These were two different scenarios: compare with care."))
    columns = (
        Column(""),
        Column(str(before.number), 10),
        Column(str(last.number), 10),
        Column(_("change"), 10),
    )
    keys = tuple(dict.fromkeys((*now, *then)))
    rows = tuple(_beside(key, then.get(key), now.get(key), plan) for key in keys)
    title = _("DRILL {last} against DRILL {before}").format(last=last.number, before=before.number)
    foot = f"{_('DRILL')}  {head}"
    return Paper(title, tuple(notes), (Section(_("From the first break"), columns, rows),), foot)


def difference(then: Figure | None, now: Figure | None) -> int | None:
    """How many seconds later a thing was done than the time before, negative for sooner; None if not both."""
    if then is None or now is None or then.after_s is None or now.after_s is None:
        return None
    return now.after_s - then.after_s


def figure_label(key: str, plan: Plan) -> str:
    """What a figure measures; a gate in the plan's words."""
    if key == WATCH:
        return _("Seen by the watch")
    head, _colon, id_ = key.partition(":")
    if head == GATE:
        gate = plan.gate(id_)
        return _("Notices: {gate}").format(gate=gate.say if gate is not None else id_)
    return mark_label(Mark(key))


def kept_label(kept: str) -> str:
    """Whether the plan's clock was kept; empty where it has none."""
    return {
        Keeping.MET.value: _("in time"),
        Keeping.LATE.value: _("LATE"),
        Keeping.MISSED.value: _("NOT KEPT"),
        Keeping.SPARED.value: _("spared"),
        Keeping.AHEAD.value: _("ahead"),
    }.get(kept, "")


def length(seconds: int | None) -> str:
    """`4:07`, from an hour on `1:04:07`; `-` for what was not done or has no limit."""
    if seconds is None:
        return "-"
    minutes, rest = divmod(abs(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
    return f"-{text}" if seconds < 0 else text


def _notes(names: Names) -> Sequence[str]:
    return (_("CONFIDENTIAL. {hospital}, information center.").format(hospital=names.hospital),)


def _when(held: Held, names: Names) -> str:
    took_s = round((held.ended - held.began).total_seconds())
    return _("{number}: {scenario}, {when} ({zone}), {length} long, by {who}.").format(
        number=held.number,
        scenario=held.scenario,
        when=names.day(held.began),
        zone=names.zone_name,
        length=length(took_s),
        who=names.call(held.by),
    )


def _incidents(held: Held) -> str:
    sentence = _("Incidents: {count}. 'from break' counts from the first break, 'took' as the plan counts.")
    return sentence.format(count=held.incidents)


def _row(figure: Figure, plan: Plan) -> tuple[str, ...]:
    return (
        figure_label(figure.key, plan),
        length(figure.after_s),
        length(figure.took_s),
        length(figure.limit_s),
        kept_label(figure.kept),
    )


def _beside(key: str, then: Figure | None, now: Figure | None, plan: Plan) -> tuple[str, ...]:
    by = difference(then, now)
    change = "-" if by is None else f"+{length(by)}" if by > 0 else length(by)
    return (
        figure_label(key, plan),
        length(then.after_s if then is not None else None),
        length(now.after_s if now is not None else None),
        change,
    )
