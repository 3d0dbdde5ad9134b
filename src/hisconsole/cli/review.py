"""The after-action report without a screen: as text, JSON, HTML or PDF."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from hisconsole import plain
from hisconsole.cli import shapes
from hisconsole.cli.edge import Answer
from hisconsole.cli.files import new_file
from hisconsole.cli.opening import at_desk
from hisconsole.cli.review_html import page
from hisconsole.cli.review_pdf import document
from hisconsole.cli.shapes import Clock, Shape
from hisconsole.desk.review import Review, read_review
from hisconsole.plan.aftermath import Deviation, Hit, Period
from hisconsole.plan.events import Event
from hisconsole.plan.moments import Moment
from hisconsole.plan.paper import lines
from hisconsole.plan.replay import Kept
from hisconsole.plan.times import to_text
from hisconsole.text import _


def review(asked: Namespace) -> Answer:
    """The report of one incident, shown or written into new files."""
    with at_desk(asked) as desk:
        made = read_review(desk, asked.number)
        clock, language = desk.clock, desk.site.language
    pages: list[tuple[str, bytes]] = []
    if asked.html:
        pages.append((asked.html, page(made.paper, language=language).encode("utf-8", "replace")))
    if asked.pdf:
        pages.append((asked.pdf, document(made.paper, language=language)))
    files = [new_file(Path(name), content) for name, content in pages]
    told = [_("{path}: {title}.").format(path=path, title=made.paper.title) for path in files]
    return Answer(shape(made, files, clock), told or lines(made.paper, plain.WIDTH))


def shape(made: Review, files: Iterable[Path], clock: Clock) -> Shape:
    """What --json says of it."""
    found = made.found
    return {
        "incident": found.incident.number,
        "title": made.paper.title,
        "made": _time(found.made),
        "down_s": _seconds(found.down),
        "moments": [_moment(each) for each in found.moments],
        "gates": [_gate(each, found.made) for each in found.gates],
        "reached": found.reached,
        "wanted": found.wanted,
        "silent": list(found.silent),
        "deviations": [_deviation(each) for each in found.deviations],
        "departments": [_department(each) for each in found.departments],
        "actions": [shapes.action(each) for each in found.incident.actions],
        "timeline": [shapes.event(each, clock=clock) for each in found.timeline],
        "seq": made.seq,
        "head": made.head,
        "files": [str(each) for each in files],
    }


def _time(moment: datetime | None) -> str | None:
    return to_text(moment) if moment is not None else None


def _seconds(length: timedelta | None) -> int | None:
    return int(length.total_seconds()) if length is not None else None


def _entry(event: Event | None) -> int | None:
    return event.seq if event is not None else None


def _moment(each: Moment) -> Shape:
    return {"mark": each.mark.value, "at": _time(each.at), "after_s": _seconds(each.after), "by": each.by}


def _gate(kept: Kept, now: datetime) -> Shape:
    return {
        "gate": kept.gate.id,
        "at": _time(kept.at),
        "by": kept.by,
        "aggravators": list(kept.aggravators),
        "departments": list(kept.departments),
        "kept": kept.keeping(now).value,
        "late_s": _seconds(kept.late),
        "met": _entry(kept.met),
    }


def _deviation(each: Deviation) -> Shape:
    late = each.fallen
    met = late.met if late is not None else None
    return {
        "kind": each.kind.value,
        "at": _time(each.at),
        "event": each.event.seq,
        "duty": late.duty if late is not None else None,
        "key": late.key if late is not None else None,
        "owner": late.owner if late is not None else None,
        "met": _entry(met),
        "late_s": _seconds(met.at - each.at) if met is not None else None,
    }


def _periods(periods: Sequence[Period]) -> list[list[str | None]]:
    return [[_time(since), _time(until)] for since, until in periods]


def _department(hit: Hit) -> Shape:
    entry = hit.entry
    return {
        "id": hit.department,
        "stopped": _periods(hit.stopped),
        "paper": _periods(hit.paper),
        "notices": [
            {
                "number": notice.number,
                "kind": notice.kind.value,
                "repeated_at": _time(receipt.at) if receipt is not None else None,
                "repeated_by": receipt.person if receipt is not None else None,
            }
            for notice, receipt in hit.notices
        ],
        "messages": hit.sent,
        "reached": hit.reached,
        "first_told": _time(hit.told.at) if hit.told is not None else None,
        "entry": None
        if entry is None
        else {
            "paper": entry.paper,
            "entered": entry.entered,
            "variance": entry.variance,
            "signed": entry.signed,
        },
    }
