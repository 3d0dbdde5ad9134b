"""Commands that only look: the queue, one incident, the log, and the plain view of it all."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from hisconsole import plain
from hisconsole.cli import shapes
from hisconsole.cli.edge import Answer, Usage
from hisconsole.cli.opening import NoRecord, at_desk
from hisconsole.desk.board import first_board
from hisconsole.desk.desk import Desk
from hisconsole.desk.duties import all_due
from hisconsole.desk.people import who_is_here
from hisconsole.desk.reading import File, read_closed, read_incident, read_log
from hisconsole.plan import snapshot_words
from hisconsole.plan.contacts import masked
from hisconsole.plan.events import Kind
from hisconsole.plan.queue import wanted
from hisconsole.text import _, wrap

CLOSED_SHOWN = 200
EVERY = 1_000_000_000
"""More than any record holds: a filter looks through all of them."""


def overview(asked: Namespace, reason: str, *, at_terminal: bool = False) -> Answer:
    """Counts, the queue and what is due; `reason` says why it is not the full screen.

    `at_terminal`: somebody sits there who would have met the lock, and what kind of terminal it is his client
    says; so he gives the PIN here too. Who has not shown who he is sees what the lock shows. Raises Refused.
    """
    why = ["", *wrap(reason, plain.WIDTH)]
    try:
        with at_desk(asked, proved=at_terminal or bool(asked.pin_file)) as desk:
            board = first_board(desk)
            owed = [each.due for each in all_due(desk)]
            if not _known(desk):
                board, owed = replace(board, rows=tuple(replace(row, words="") for row in board.rows)), []
    except NoRecord as none:
        if asked.json:
            raise
        return Answer(None, [*wrap(str(none), plain.WIDTH), *why])
    lines = plain.overview(board, owed, plan=desk.site.plan, zone=desk.zone)
    return Answer(shapes.board(board, owed), [*lines, *why])


def _known(desk: Desk) -> bool:
    """Whether who looks is known to be who he says; where roles count, nobody is not."""
    return who_is_here(desk).may_act and bool(desk.actor.operator or not desk.full_site.named)


def incidents(asked: Namespace) -> Answer:
    """The queue in the order of risk, and with --all the closed ones behind it."""
    if not asked.operator and {"is:mine", "owner:me"} & _parts(asked.filter):
        raise Usage(_("Say who you are for that filter, with --operator or HISCONSOLE_OPERATOR."))
    with at_desk(asked) as desk:
        board = first_board(desk)
        behind = EVERY if asked.filter else asked.limit or CLOSED_SHOWN
        closed = read_closed(desk, limit=behind) if asked.all else []
    test = wanted(asked.filter, me=asked.operator, now=board.at)
    over = [row for row in closed if test(row)]
    rows = [row for row in board.rows if test(row)]
    rows = [*rows, *over[:CLOSED_SHOWN]] if asked.limit is None else [*rows, *over][: asked.limit]
    lines = plain.queue_lines(rows, now=board.at, zone=desk.zone)
    return Answer([shapes.row(row, now=board.at) for row in rows], lines)


def _parts(expression: str) -> set[str]:
    return {part.lstrip("!") for part in expression.lower().split()}


def incident(asked: Namespace) -> Answer:
    """One incident in full, or its after-action report."""
    if asked.review:
        from hisconsole.cli.review import review

        return review(asked)
    if asked.html or asked.pdf:
        raise Usage(_("--html and --pdf go with --review."))
    with at_desk(asked, proved=asked.numbers) as desk:
        file = read_incident(desk, asked.number)
        now, known = desk.now(), who_is_here(desk).may_act
    numbers = None
    if asked.numbers:
        numbers = {each: phone if known else masked(phone) for each, phone in file.callbacks.items()}
    lines = plain.incident_lines(file, site=desk.site, now=now, numbers=numbers)
    if asked.evidence:
        lines += _evidence(file, desk.clock)
    return Answer(shapes.incident(file, now=now, clock=desk.clock, numbers=numbers), lines)


def _evidence(file: File, clock: Callable[[datetime], str]) -> list[str]:
    """Every frozen reading, snapshot by snapshot."""
    made = [each for each in file.history if each.kind is Kind.SNAPSHOT]
    lines = ["", _("Evidence:"), *([] if made else [_("Nothing that the watch saw was frozen.")])]
    for each in made:
        head, *readings = snapshot_words.lines(each.body, clock)
        lines += wrap(f"{each.seq}  {head}", plain.WIDTH)
        lines += [f"  {part}".rstrip() for line in readings for part in wrap(line, plain.WIDTH - 2)]
    return lines


def log(asked: Namespace) -> Answer:
    """Events, newest first."""
    with at_desk(asked) as desk:
        entries = read_log(
            desk, text=asked.text, incident=asked.incident, before=asked.before, limit=asked.limit
        )
        now = desk.now()
    lines = plain.log_lines(entries, now=now, zone=desk.zone) or [_("No entry has these words.")]
    return Answer([shapes.event(each, clock=desk.clock) for each in entries], lines)
