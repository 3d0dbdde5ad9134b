"""Walking a flow line by line, in any terminal or pipe: what a hospital tries its own wording with."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from hisconsole import plain
from hisconsole.cli.edge import Answer, Usage, deliver
from hisconsole.errors import ConfigFault, Refused
from hisconsole.flows import walk as walking
from hisconsole.flows.flow import UNKNOWN, Flow, Step, StepKind, plan_outcomes, with_outcomes
from hisconsole.flows.read import check_flow, load_flow
from hisconsole.flows.walk import Given, Walk
from hisconsole.paths import config_dir, data_dir
from hisconsole.plan.words import Category, label
from hisconsole.text import _, printable, wrap
from hisconsole.wiring import Settings, open_site

if TYPE_CHECKING:
    from hisconsole.plan.document import Plan

Tell = Callable[[str], None]


def flow(asked: Namespace) -> Answer:
    """Try a flow; nothing is recorded. With --json nothing is said before the end."""
    if not asked.file or "\0" in asked.file:
        raise Usage(_("A file is to be named."))
    path = Path(asked.file)
    tried = load_flow(path)
    plan: Plan | None = None
    if tried.by_plan:
        plan = open_site(Settings(config_dir(asked.config), data_dir(asked.data), "")).plan
        linted = check_flow(path, plan)
        if linted.faults:
            raise ConfigFault(linted.faults)
        tried = with_outcomes(tried, plan_outcomes(plan.rules))

    def tell(line: str) -> None:
        if not asked.json:
            deliver(Answer(None, wrap(line, plain.WIDTH)), as_json=False)

    _soften()
    tell(tried.title)
    tell(tried.purpose)
    tell(_("Answer with a digit; ? don't know, b back, s skip, q leave. An empty line keeps an answer."))
    walk = _walked(walking.begin(tried, {}), tell)
    return _come_to(walk, plan)


def _soften() -> None:
    """Let no byte that is no text end the walk; the walk itself makes it printable."""
    if reconfigure := getattr(sys.stdin, "reconfigure", None):
        reconfigure(errors="replace")


def _walked(walk: Walk, tell: Tell) -> Walk:
    """The walk after every question, or as it was left."""
    asked: tuple[Step, str] | None = None
    while (step := walking.current(walk)) is not None:
        if asked != (step, walk.at):  # a wrong answer does not have the question said again
            _ask(walk, step, tell)
            asked = (step, walk.at)
        line = sys.stdin.readline() if sys.stdin is not None else ""
        word = printable(line.strip())
        if not line or word == "q":
            return walk
        try:
            walk = _taken(walk, step, word, tell)
        except Refused as refused:
            tell(str(refused))
    return walk


def _ask(walk: Walk, step: Step, tell: Tell) -> None:
    tell("")
    tell(_(step.ask))
    if step.help:
        for line in wrap(_(step.help), plain.WIDTH - 2):
            tell(f"  {line}")
    kept = walking.kept(walk, step.id) if walk.at == step.id else None
    for number, choice in enumerate(step.choices, start=1):
        mark = ">" if kept is not None and kept.value == choice.value else " "
        tell(f"{mark} {number} {_(choice.say)}")
    if kept is not None and step.choice(kept.value) is None:
        tell(_("> {said}").format(said=_said(step, kept)))


def _taken(walk: Walk, step: Step, word: str, tell: Tell) -> Walk:
    """The walk after one line. Raises Refused."""
    if word == "b":
        before = walking.back(walk)
        if before == walk:
            tell(_("This is the first question."))
        return before
    if word == "?" or (word == "0" and step.kind is StepKind.CHOICE):
        return walking.unknown(walk)
    if word == "s" or (word.startswith("s ") and step.kind is not StepKind.TEXT):
        return walking.skip(walk, word[1:].strip() or _reason(tell))
    if not word and walk.at == step.id and walking.kept(walk, step.id) is not None:
        return walking.onward(walk)
    if step.kind is not StepKind.CHOICE:
        return walking.answer(walk, word)
    if word.isascii() and word.isdigit() and 1 <= int(word[:3]) <= len(step.choices):
        return walking.answer(walk, step.choices[int(word) - 1].value)
    raise Refused(
        _("Answer with a digit from 1 to {most}, or with ?, b, s or q.").format(most=len(step.choices))
    )


def _reason(tell: Tell) -> str:
    tell(_("Why is it skipped?"))
    return sys.stdin.readline().strip()


def _come_to(walk: Walk, plan: Plan | None) -> Answer:
    """The answers and what they come to."""
    lines = ["", _("Answers:")]
    given = walking.answers(walk)
    for id_, each in given.items():
        step = walk.flow.step(id_)
        lines.append(f"  {id_}: {_said(step, each)}" if step is not None else f"  {id_}: {each.value}")
    left = walking.current(walk) is not None
    outcome = None if left else walking.result(walk).outcome
    if left:
        lines.append(_("Left before the end: no outcome."))
    elif outcome is None:
        lines.append(_("No outcome holds with these answers."))
    else:
        lines += wrap(_outcome(walk.flow, outcome.result, outcome.say, plan), plain.WIDTH)
    data = {
        "flow": walk.flow.id,
        "answers": {id_: {"value": each.value, "reason": each.reason} for id_, each in given.items()},
        "outcome": None if outcome is None else outcome.result,
        "say": "" if outcome is None else outcome.say,
    }
    return Answer(data, lines, 1 if left else 0)


def _outcome(flow: Flow, result: str, say: str, plan: Plan | None) -> str:
    fault = plan.fault(result) if plan is not None else None
    if fault is None:
        return _("Outcome: {result}. {say}").format(result=result, say=_(say))
    category = label(Category(fault.category))
    sentence = _("Outcome: {category}, {fault}, because {why} ({clause}).")
    return sentence.format(category=category, fault=fault.say, why=say, clause=fault.clause)


def _said(step: Step, given: Given) -> str:
    """An answer as people read it."""
    if given.reason:
        return _("skipped: {reason}").format(reason=given.reason)
    if given.value == UNKNOWN:
        return _("don't know")
    choice = step.choice(given.value)
    return _(choice.say) if choice is not None else str(given.value)
