"""The turn of duty without a screen: its summary, now or as of a time, and every step of handing it over."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from hisconsole import plain
from hisconsole.cli import acted
from hisconsole.cli.edge import Answer, Usage
from hisconsole.cli.files import new_file
from hisconsole.cli.opening import at_desk
from hisconsole.desk import handover as desk_handover
from hisconsole.desk import turns as desk_turns
from hisconsole.desk.desk import Desk, Outcome
from hisconsole.desk.handover import Looked
from hisconsole.desk.handover_sources import Seen
from hisconsole.desk.printing import print_text
from hisconsole.desk.standing import read_standing
from hisconsole.errors import HisError, Refused
from hisconsole.paths import config_dir, data_dir
from hisconsole.plan.frozen import plain as data_of
from hisconsole.plan.handover import Handover, to_data
from hisconsole.plan.handover_diff import difference
from hisconsole.plan.handover_diff import told as difference_told
from hisconsole.plan.handover_html import handover_page
from hisconsole.plan.handover_text import lines, printed
from hisconsole.plan.polling_gaps import gaps_of
from hisconsole.plan.times import parse_when, to_text
from hisconsole.plan.turn_acts import KEPT, LAPSES, TAKEN
from hisconsole.plan.watching import SELF
from hisconsole.text import _, fit
from hisconsole.wiring import Settings, open_pictures


def handover(asked: Namespace) -> Answer:
    """Carry out the verb, or without one show the summary."""
    verb = asked.verb
    if verb is None:
        return _figures(asked) if asked.figures else _show(asked)
    if verb == "list":
        return _list(asked)
    if verb == "diff":
        return _diff(asked)
    with at_desk(asked, writable=True, begin=verb == "begin") as desk:
        if verb == "offer":
            outcome = desk_handover.offer(
                desk, asked.to, _seen(asked, desk), reason=asked.reason, act=asked.id
            )
        else:
            outcome = _ACTS[verb](desk, asked)
    return Answer(
        acted.shape(outcome),
        [f"{outcome.sentence}."],
    )


def _take(desk: Desk, asked: Namespace) -> Outcome:
    deltas = read_standing(desk).deltas if asked.since else ()
    if not asked.keys and not asked.since:
        raise Usage(_("Name items, or say --since."))
    seen = {delta.incident: delta.seq for delta in deltas}
    return desk_turns.take(desk, dict.fromkeys(asked.keys, TAKEN), seen, act=asked.id)


def _answer(answer: str) -> Callable[[Desk, Namespace], Outcome]:
    return lambda desk, asked: desk_turns.take(desk, dict.fromkeys(asked.keys, answer), {}, act=asked.id)


def _restate(desk: Desk, asked: Namespace) -> Outcome:
    given = {"text": asked.text, "action": asked.next, "action_at": asked.when}
    return desk_turns.restate(desk, asked.key, given, act=asked.id)


def _routine(desk: Desk, asked: Namespace) -> Outcome:
    given = {"value": asked.value, "note": asked.note}
    return desk_turns.routine(desk, asked.routine, done=not asked.not_done, given=given, act=asked.id)


_ACTS: Mapping[str, Callable[[Desk, Namespace], Outcome]] = {
    "begin": lambda desk, asked: desk_turns.begin(desk, reason=asked.reason, act=asked.id),
    "withdraw": lambda desk, asked: desk_turns.withdraw(desk, act=asked.id),
    "take": _take,
    "keep": _answer(KEPT),
    "lapse": _answer(LAPSES),
    "restate": _restate,
    "confirm": lambda desk, asked: desk_turns.confirm(desk, act=asked.id),
    "object": lambda desk, asked: desk_turns.object_to(desk, asked.key, asked.text, act=asked.id),
    "return": lambda desk, asked: desk_turns.give_back(desk, asked.text, act=asked.id),
    "accept": lambda desk, asked: desk_handover.accept(desk, reason=asked.reason, act=asked.id),
    "note": lambda desk, asked: desk_turns.note(desk, asked.text, act=asked.id),
    "routine": _routine,
}


def _seen(asked: Namespace, desk: Desk) -> Seen:
    """What the watch sees; where it cannot be read, why."""
    settings = Settings(config_dir(asked.config), data_dir(asked.data), asked.operator)
    try:
        with closing(open_pictures(settings, desk.site)) as pictures:
            picture = pictures.newer(-1)
            reports = [at for at, *_values in pictures.history(SELF, "rate")]
    except HisError as fault:
        return Seen(None, str(fault))
    turn = read_standing(desk).turn
    if turn is None:
        return Seen(picture)
    return Seen(picture, gaps=gaps_of(reports, since=turn.since, until=desk.now()))


def _show(asked: Namespace) -> Answer:
    with at_desk(asked) as desk:
        document, looked = _document(asked, desk)
        language = desk.site.language
    told = lines(document)
    files = []
    if asked.html:
        files = [
            new_file(Path(asked.html), handover_page(document, language=language).encode("utf-8", "replace"))
        ]
        told = [_("{path}: {title}.").format(path=path, title=document.header.label) for path in files]
    if asked.print:
        told = [print_text(printed(document))]
    data = {"turn": _turn(looked), "summary": to_data(document), "files": [str(each) for each in files]}
    return Answer(data, told)


def _document(asked: Namespace, desk: Desk) -> tuple[Handover, Looked | None]:
    if asked.number is not None:
        return desk_handover.read_handover(desk, asked.number)[1], None
    if asked.at:
        at = _moment(asked.at, desk)
        return desk_handover.as_of(desk, at), None
    looked = desk_handover.look(desk, _seen(asked, desk))
    return looked.document, looked


def _moment(typed: str, desk: Desk) -> datetime:
    at = parse_when(typed, now=desk.now(), zone=desk.zone)
    if at > desk.now():
        raise Refused(_("That time is still to come: give one that is past."))
    return at


def _turn(looked: Looked | None) -> dict[str, Any] | None:
    turn = looked.standing.turn if looked else None
    if looked is None or turn is None:
        return None
    return {
        "number": turn.number,
        "person": turn.person,
        "since": to_text(turn.since),
        "until": to_text(turn.until) if turn.until else None,
        "shift": turn.shift,
        "offered_to": looked.offered.to if looked.offered else "",
        "missing": [item.key for item in looked.standing.missing],
    }


def _figures(asked: Namespace) -> Answer:
    with at_desk(asked) as desk:
        told = desk_handover.shift_figures(desk, width=plain.WIDTH)
    return Answer({"lines": told}, told)


def _list(asked: Namespace) -> Answer:
    with at_desk(asked) as desk:
        found = desk_handover.accepted(desk)
        clock = desk.clock
    data = [
        {
            "number": -each.incident,
            "edition": each.body["edition"],
            "at": to_text(each.at),
            "person": each.body["person"],
            "hash": each.body["hash"],
        }
        for each in found
    ]
    told = [
        f"T{-each.incident:<6}{each.body['edition']:<3}{fit(clock(each.at), 13)}"
        f"{fit(each.body['person'], 16)}{each.body['hash'][:16]}"
        for each in found
    ]
    return Answer(data, told or [_("No handover was accepted yet.")])


def _diff(asked: Namespace) -> Answer:
    with at_desk(asked) as desk:
        before = desk_handover.read_handover(desk, asked.before)[1]
        if asked.after is not None:
            after = desk_handover.read_handover(desk, asked.after)[1]
        else:
            after = desk_handover.draft(desk, _seen(asked, desk))
    found = difference(before, after)
    return Answer(data_of(found), difference_told(found, plain.WIDTH))
