"""The list of acts: what can be done, on what, and what each asks."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace

from hisconsole import plain
from hisconsole.cli.edge import Answer
from hisconsole.plan.acts import all_acts
from hisconsole.plan.asking import Ask, Field
from hisconsole.plan.calls import call_fields
from hisconsole.text import _


def report_acts() -> dict[str, tuple[str, tuple[Field, ...]]]:
    """The acts on a report: what each is for and what it asks."""
    to = Field("to", _("To incident"), Ask.INCIDENT, required=True)
    every = tuple(replace(field, required=False, default="") for field in call_fields())
    return {
        "correct": (_("Put right what was taken down; the rest stays as it was."), every),
        "detach": (_("Take it out of its incident, into a new one."), ()),
        "move": (_("Move it to another incident."), (to,)),
    }


def acts(asked: Namespace) -> Answer:
    """Every act with its fields and their values; no record is opened for it."""
    every = [(act.name, "incident", act.help, act.asks) for act in all_acts().values()]
    every += [(name, "report", what, asks) for name, (what, asks) in report_acts().items()]
    data = [
        {"name": name, "on": on, "help": what, "fields": [_field(field) for field in asks]}
        for name, on, what, asks in every
    ]
    lines = [line for act in every for line in plain.act_lines(*act)]
    return Answer(data, [*lines, *plain.act_notes()])


def _field(field: Field) -> dict[str, object]:
    return {
        "name": field.name,
        "label": field.label,
        "kind": field.ask.value,
        "required": field.required,
        "choices": [choice.value for choice in field.choices],
        "default": field.default,
        "limit": field.limit,
    }
