"""Flows that tests walk through."""

from __future__ import annotations

from functools import cache

from hisconsole.config import load_site
from hisconsole.errors import Finding
from hisconsole.flows import walk as walking
from hisconsole.flows.flow import Flow, plan_outcomes, with_outcomes
from hisconsole.flows.read import load_flow, read_flow
from hisconsole.flows.walk import Walk
from hisconsole.paths import shipped
from hisconsole.plan.document import Plan
from hisconsole.strict_yaml import read

FOLDER = shipped("screens") / "flows"
DELIVERED = tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))

SMALL = """\
id: small
title: A small flow
purpose: To be walked.
steps:
  colour:
    ask: Which colour?
    choices:
      red: Red
      green: Green
  shade:
    ask: Which shade?
    when: colour = red
    choices:
      light: Light
      dark: Dark
  count:
    ask: How many?
    kind: number
  note:
    ask: Anything else?
    kind: text
    when: colour = green
outcomes:
  deep:
    say: Deep red.
    when: colour = red and shade = dark
  many:
    say: Many.
    when: count >= 3
  rest:
    say: The rest.
    when: always
"""


def flow_of(text: str) -> Flow:
    """The flow that a text describes."""
    findings: list[Finding] = []
    flow = read_flow(read(text, source="flow.yaml"), findings)
    assert flow is not None, findings
    return flow


@cache
def sample_plan() -> Plan:
    """The plan of the sample hospital."""
    return load_site(shipped("config")).plan


@cache
def delivered(name: str) -> Flow:
    """A delivered flow, with the sample plan's rules where the plan decides."""
    flow = load_flow(FOLDER / f"{name}.yaml")
    return with_outcomes(flow, plan_outcomes(sample_plan().rules)) if flow.by_plan else flow


def walked(walk: Walk, said: str) -> Walk:
    """Answer in order: values with blanks between them; `b` goes back, `+` on, `name!` revises."""
    for word in said.split():
        if word == "b":
            walk = walking.back(walk)
        elif word == "+":
            walk = walking.onward(walk)
        elif word.endswith("!"):
            walk = walking.revise(walk, word[:-1])
        else:
            walk = walking.answer(walk, word)
    return walk


def at(walk: Walk) -> str:
    """The id of the question to put now; empty at the end."""
    step = walking.current(walk)
    return step.id if step is not None else ""


def came_to(walk: Walk) -> str:
    """The result of the outcome; empty where there is none."""
    outcome = walking.result(walk).outcome
    return outcome.result if outcome is not None else ""
