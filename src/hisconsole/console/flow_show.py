"""How questions and answers of a flow look: pure functions from a walk to cells."""

from __future__ import annotations

from collections.abc import Callable

from hisconsole.console.lines import Text, columns, hanging
from hisconsole.console.rows import Cell
from hisconsole.flows import walk as walking
from hisconsole.flows.flow import UNKNOWN, Choice, Step, StepKind
from hisconsole.flows.walk import Given, Walk
from hisconsole.text import _, cell_len, fit

SOURCE = 12
"""Cells that are kept for where an answer comes from."""


def offered(step: Step) -> tuple[Choice, ...]:
    """The answers a step is offered with, don't know last."""
    if step.kind is not StepKind.CHOICE:
        return ()
    return (*step.choices, Choice(UNKNOWN, _("don't know")))


def question(step: Step, width: int, *, skipping: bool) -> Text:
    """The question and what helps to answer it."""
    if skipping:
        return hanging(" ", _("Why is it skipped? {ask}").format(ask=_(step.ask)), width, look="bold")
    lines = hanging(" ", _(step.ask), width, look="bold")
    if step.help:
        lines += hanging("   ", _(step.help), width, look="dim")
    return lines


def said_of(step: Step | None, given: Given) -> str:
    """An answer as people say it."""
    if given.reason:
        return _("skipped: {reason}").format(reason=given.reason)
    if given.value == UNKNOWN:
        return _("don't know")
    choice = step.choice(given.value) if step is not None else None
    return _(choice.say) if choice is not None else str(given.value)


def answer_lines(walk: Walk, width: int, *, numbered: bool = False, but: str = "") -> Text:
    """Every question answered, what with, and where that comes from; not that at hand (`but`)."""
    told = [
        (
            number,
            _(step.ask) if (step := walk.flow.step(id_)) is not None else id_,
            said_of(step, given),
            given,
        )
        for number, (id_, given) in enumerate(walking.answers(walk).items(), start=1)
        if id_ != but
    ]
    wide = max((cell_len(said) for _n, _a, said, _g in told), default=0)
    room = max((width - 3) * 21 // 50, width - 3 - wide - SOURCE)
    asked = min(room, max((cell_len(ask) for _n, ask, _s, _g in told), default=0) + 1)
    answered = min(max(14, width - 3 - asked - SOURCE), wide)
    lines: Text = []
    for number, ask, said, given in told:
        head = f" {number} " if numbered else "   "
        cells: list[Cell] = columns(
            [
                (head, 3, "bold"),
                (fit(ask, asked - 1), asked, "dim"),
                (said, answered, "normal"),
                (f" {given.source}", 0, "dim"),
            ]
        )
        lines.append(cells)
    return lines


def asked_again(walk: Walk, number: int) -> Callable[[Walk], Walk] | None:
    """How a walk goes back to the question of that number in `answer_lines`; None where there is none."""
    given = list(walking.answers(walk))
    if not 1 <= number <= len(given) or walk.flow.step(given[number - 1]) is None:
        return None
    return lambda later: walking.revise(later, given[number - 1])


def kept_value(walk: Walk | None, step: Step | None) -> str:
    """What the question was answered with before it was gone back to, or empty."""
    given = walking.kept(walk, step.id) if walk is not None and step is not None else None
    return "" if given is None else str(given.value)
