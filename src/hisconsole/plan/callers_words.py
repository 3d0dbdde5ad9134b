"""The way of a caller in words: one line while the caller waits, all of it on a page, and what to say now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from hisconsole.plan.callers_advice import Likely, OnPath
from hisconsole.plan.callers_path import CallersPath, Device, Hop, Part, Way
from hisconsole.plan.status import RANK, Status, status_label
from hisconsole.plan.times import span
from hisconsole.plan.words import Symptom
from hisconsole.text import _, cell_len, clip, printable
from hisconsole.values import dataclass

Short = Callable[[datetime], str]


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the line: text and, of a hop, how it stands."""

    text: str
    way: Way | None = None


BETWEEN = " - "
"""What stands between two hops of the line."""


def part_label(part: Part) -> str:
    """What a hop is, in words."""
    return {
        Part.ACCESS: _("access"),
        Part.AGGREGATION: _("aggregation"),
        Part.CORE: _("core"),
        Part.INNER: _("server side"),
        Part.APPLICATION: _("application"),
        Part.DATABASE: _("database"),
    }[part]


def way_label(way: Way) -> str:
    """How a hop stands, in words."""
    return {
        Way.OPEN: _("open"),
        Way.WEAK: _("open, weakened"),
        Way.ILL: _("critical"),
        Way.BLIND: _("not seen"),
        Way.BROKEN: _("broken"),
    }[way]


def chain_line(path: CallersPath, width: int, *, now: datetime) -> tuple[Piece, ...]:
    """The whole way in one line; too long, like hops are told together, then the open ones are `...`."""
    start = Piece(clip(printable(path.workstation, limit=64), 16))
    whole = (start, *(Piece(_hop_text(hop, now), hop.way) for hop in path.hops))
    if _fits(whole, width):
        return whole
    short = (start, *_together(path.hops, now))
    if _fits(short, width):
        return short
    return tuple(Piece("...", Way.OPEN) if each.way is Way.OPEN else each for each in short)


def _fits(line: Sequence[Piece], width: int) -> bool:
    return cell_len(BETWEEN.join(each.text for each in line)) <= width


def _together(hops: Sequence[Hop], now: datetime) -> Iterator[Piece]:
    """Neighbours that are all open, or all unseen in the same way, by their parts; the others one by one."""
    for (way, state), group in groupby(hops, lambda hop: (hop.way, _state(hop, now))):
        same = list(group)
        if way is Way.OPEN or (way is Way.BLIND and len(same) > 1):
            parts = dict.fromkeys(_part_short(hop.part) for hop in same)
            yield Piece(f"{', '.join(parts)} {state}", way)
        else:
            yield from (Piece(_hop_text(hop, now), way) for hop in same)


def _part_short(part: Part) -> str:
    """What a hop is, in a line that has little room."""
    return {
        Part.AGGREGATION: _("agg"),
        Part.INNER: _("inner"),
        Part.APPLICATION: _("app"),
        Part.DATABASE: _("db"),
    }.get(part) or part_label(part)


def _hop_text(hop: Hop, now: datetime) -> str:
    return f"{printable(_names(_bad(hop) if hop.way is Way.ILL else hop.ids))} {_state(hop, now)}"


def _names(ids: Sequence[str]) -> str:
    """`sw-core-1/2` for sw-core-1 and sw-core-2: what they have in common stands once."""
    if len(ids) < 2:
        return "".join(ids) or _("its switch")
    start = ids[0][: ids[0].rfind("-") + 1]
    if not all(id_.startswith(start) for id_ in ids):
        start = ""
    return start + "/".join(id_.removeprefix(start) for id_ in ids)


def _bad(hop: Hop) -> tuple[str, ...]:
    """The devices of a red hop that make it red; all of them where each alone would let through."""
    red = tuple(each.id for each in hop.devices if each.status in (Status.DOWN, Status.CRITICAL))
    return red or hop.ids


def _state(hop: Hop, now: datetime) -> str:
    """`OK`, `DOWN 00:04`, `1 of 2`; a hop that lets nothing through never reads like one that does."""
    if not hop.devices[0].watched:
        return _("NOT WATCHED")
    bad = max(hop.devices, key=lambda each: RANK[each.status])
    if hop.way is Way.WEAK and len(hop.devices) > 1 and bad.status is not Status.WARNING:
        good = sum(each.status in (Status.OK, Status.WARNING) for each in hop.devices)
        return _("{n} of {all}").format(n=good, all=len(hop.devices))
    word = status_label(bad.status).upper()
    if hop.way is Way.BROKEN and bad.status is not Status.DOWN:
        word = _("NO WAY")
    timed = hop.way in (Way.BROKEN, Way.ILL) and bad.since is not None
    return f"{word} {span(now - bad.since)}" if timed and bad.since is not None else word


def advice_line(
    path: CallersPath, near: Sequence[OnPath], likely: Likely | None, *, symptom: str, width: int
) -> str:
    """What is red, which incident and fault it may be, and what to tell the caller now, in one line."""
    words = say(path, near, symptom=symptom)[0]
    line = f"{_finding(path, near, likely)}. {_('Say')}: {words}"
    if cell_len(line) > width:  # what to say is worth more than the name of the fault
        line = f"{_finding(path, near, None)}. {_('Say')}: {words}"
    return clip(line, width)


def _finding(path: CallersPath, near: Sequence[OnPath], likely: Likely | None) -> str:
    if not path.current:
        return doubt(path) or _("not current")
    red = path.red
    if red is not None:
        words = _("broken at {hop}") if red is path.broken else _("critical at {hop}")
        told = words.format(hop=printable(_names(_bad(red))))
        same = [each for each in near if each.red]
        told += f", {likely.fault.id}" if likely is not None else ""
        told += f", {same[0].number:04d}" if same else ""
        return told[:1].upper() + told[1:]
    if path.blind:
        return _("Not seen: {hop}").format(hop=printable(_names(path.blind[0].ids)))
    return _("Nothing red")


def doubt(path: CallersPath) -> str:
    """Why what is shown is not of now, in few words; empty where it is."""
    if path.at is None:
        return _("No picture")
    if path.own.isolated:
        return _("CONSOLE ISOLATED")
    return "" if path.watched else _("NO WATCH")


def doubt_sentence(path: CallersPath, short: Short) -> str:
    """The same as a sentence."""
    if path.at is None:
        return _("There is no picture of what is watched: nothing is known of the way.")
    if path.own.isolated:
        return _("This console itself is cut off ({why}): the way is shown as it was last seen.").format(
            why=printable(path.own.words)
        )
    if not path.watched:
        return _("No watch is at work: the way is shown as of {when}.").format(when=short(path.at))
    return ""


def say(path: CallersPath, near: Sequence[OnPath], *, symptom: str) -> tuple[str, ...]:
    """What to tell the caller now: one or two calm sentences that promise nothing (domain 5.6)."""
    known = any(each.red for each in near)
    if not path.current or (path.red is None and path.blind):
        return (
            _("It is on record; we call you back."),
            _("Please leave the computer as it is."),
        )
    red = path.red
    if red is None and symptom == Symptom.NO_NETWORK:
        return (
            _("Up to your floor it is well: is the cable lit?"),
            _("Please see whether the computer beside you works; we call you back."),
        )
    if red is None:
        return (
            _("From here it looks well; does a neighbour's work?"),
            _("I have it on record, and we call you back."),
        )
    if red.end:
        first = _("We know of it and are on it.") if known else _("I see a system fault.")
        return first, _("Your computer is in order, please do not restart it; we call you back.")
    first = _("We know of it and are on it.") if known else _("I see a network fault.")
    return first, _("Please leave the computer on and do not restart it; we call you back.")


def path_lines(
    path: CallersPath,
    near: Sequence[OnPath],
    likely: Likely | None,
    *,
    symptom: str,
    short: Short,
    now: datetime,
) -> list[str]:
    """All of it as sentences and lines, each device with its status, since when and its words."""
    lines = [doubt_sentence(path, short)]
    if not path.switch:
        lines.append(_("No switch is on record for this workstation: only the system's end is shown."))
    lines = [line for line in lines if line]
    for hop in path.hops:
        named = part_label(hop.part)
        if hop.services:
            named += f" ({printable(', '.join(hop.services))})"
        lines.append(f"{named}: {way_label(hop.way)}")
        lines += [f"  {_device_line(each, short, now)}" for each in hop.devices]
    if path.at is not None and not any(hop.end for hop in path.hops):
        lines.append(
            _("No target says that it serves this department (serves in targets.yaml): the way ends here.")
        )
    return [*lines, "", *conclusions(path, near, likely, symptom=symptom, short=short, now=now)]


def _device_line(each: Device, short: Short, now: datetime) -> str:
    if not each.watched:
        return _("{id}: not watched, nothing is known of it").format(id=printable(_names((each.id,))))
    named = each.id if each.name == each.id else f"{each.id} {each.name}"
    told = f"{printable(named)}: {status_label(each.status)}"
    if each.since is not None and each.status is not Status.OK:
        told += " " + _("since {when} ({length})").format(
            when=short(each.since), length=span(now - each.since)
        )
    if each.words:
        told += f", {printable(each.words, limit=300)}"
    return told + (" " + _("(silenced)") if each.quiet else "")


def conclusions(
    path: CallersPath,
    near: Sequence[OnPath],
    likely: Likely | None,
    *,
    symptom: str,
    short: Short,
    now: datetime,
) -> list[str]:
    """What it comes to: what is red, what nobody sees, the incident, the fault type, what to say."""
    lines: list[str] = []
    red = path.red
    if red is not None:
        bad = max(red.devices, key=lambda each: RANK[each.status])
        words = (
            _("Red between this caller and the system: {part} {names} lets nothing through.")
            if red is path.broken
            else _("Red between this caller and the system: {part} {names} is critical.")
        )
        told = words.format(part=part_label(red.part), names=printable(_names(_bad(red))))
        if bad.since is not None:
            told += " " + _("Since {when} ({length}).").format(
                when=short(bad.since), length=span(now - bad.since)
            )
        lines.append(told)
    elif path.hops and not path.blind and path.current:
        lines.append(_("Nothing is red between this caller and the system."))
    if path.blind:
        names = ", ".join(printable(_names(hop.ids)) for hop in path.blind)
        lines.append(_("Not seen, so neither well nor down: {names}.").format(names=names))
    if near:
        first = near[0]
        lines.append(
            _("Likely part of {number}, which lies at {target}.").format(
                number=f"{first.number:04d}", target=printable(first.target)
            )
        )
    if likely is not None:
        seen = "; ".join(printable(each.words, limit=200) for each in likely.signs)
        lines.append(
            _("Likely fault: {say} ({id}), because {seen}.").format(
                say=likely.fault.say, id=likely.fault.id, seen=seen
            )
        )
    return [*lines, _("Tell the caller: {words}").format(words=" ".join(say(path, near, symptom=symptom)))]
