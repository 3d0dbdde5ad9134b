"""The way of a caller without a screen: from a workstation to the system, and what is red in between."""

from __future__ import annotations

from argparse import Namespace

from hisconsole import plain
from hisconsole.cli.edge import Answer
from hisconsole.cli.opening import NoRecord, at_desk
from hisconsole.cli.shapes import Shape
from hisconsole.desk.actor import utc_now
from hisconsole.desk.callers import SeenFrom, seen_from
from hisconsole.desk.supposed import supposed
from hisconsole.errors import NotFound
from hisconsole.paths import config_dir, data_dir
from hisconsole.plan.callers_advice import likely_fault
from hisconsole.plan.callers_path import Device, Hop, callers_path
from hisconsole.plan.callers_words import BETWEEN, chain_line, path_lines, say
from hisconsole.plan.times import clock, to_text
from hisconsole.text import _, printable, wrap
from hisconsole.wiring import Settings, status_picture


def path(asked: Namespace) -> Answer:
    """The way of one workstation as the watch last saw it; incidents are named where there is a record."""
    site, picture = status_picture(Settings(config_dir(asked.config), data_dir(asked.data), ""))
    if site.workstation(asked.workstation) is None:
        sentence = _("There is no workstation '{id}' in workstations.yaml.")
        raise NotFound(sentence.format(id=printable(asked.workstation, limit=64)))
    report = supposed(site, asked.workstation, symptom=asked.symptom or "", department="")
    now = utc_now()
    try:
        with at_desk(asked) as desk:
            seen = seen_from(desk, report, picture)
    except NoRecord:
        way = callers_path(report.workstation, report.switch, report.department, picture, now=now)
        seen = SeenFrom(way, (), likely_fault(way, report, site.plan, picture, now=now))
    line = BETWEEN.join(piece.text for piece in chain_line(seen.path, plain.WIDTH, now=now))
    told = path_lines(
        seen.path,
        seen.near,
        seen.likely,
        symptom=report.symptom,
        short=lambda moment: clock(moment, zone=site.zone, now=now),
        now=now,
    )
    lines = [line, "", *(part for each in told for part in _wrapped(each))]
    return Answer(_shape(seen, department=report.department, symptom=report.symptom), lines)


def _wrapped(line: str) -> list[str]:
    """A line of at most 80 cells, its further ones as far in as it begins."""
    inside = " " * (len(line) - len(line.lstrip()))
    return [inside + part for part in wrap(line.lstrip(), plain.WIDTH - len(inside))]


def _shape(seen: SeenFrom, *, department: str, symptom: str) -> Shape:
    way, likely = seen.path, seen.likely
    return {
        "workstation": way.workstation,
        "switch": way.switch,
        "department": department,
        "at": to_text(way.at) if way.at is not None else None,
        "watched": way.watched,
        "isolated": way.own.isolated,
        "hops": [_hop(each) for each in way.hops],
        "broken": list(way.broken.ids) if way.broken is not None else None,
        "red": list(way.red.ids) if way.red is not None else None,
        "blind": [id_ for hop in way.blind for id_ in hop.ids],
        "incidents": [{"number": each.number, "target": each.target, "red": each.red} for each in seen.near],
        "fault": likely.fault.id if likely is not None else None,
        "because": [each.words for each in likely.signs] if likely is not None else [],
        "say": list(say(way, seen.near, symptom=symptom)),
    }


def _hop(hop: Hop) -> Shape:
    return {
        "part": hop.part.value,
        "way": hop.way.value,
        "services": list(hop.services),
        "targets": [_device(each) for each in hop.devices],
    }


def _device(each: Device) -> Shape:
    return {
        "target": each.id,
        "name": each.name,
        "status": each.status.value,
        "since": to_text(each.since) if each.since is not None else None,
        "words": each.words,
        "silenced": each.quiet,
        "watched": each.watched,
    }
