"""Readiness without a screen: what is to be done before the day when everything else is down."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from contextlib import suppress

from hisconsole.cli.edge import Answer
from hisconsole.cli.watching_text import hang
from hisconsole.errors import ConfigFault
from hisconsole.paths import config_dir, data_dir
from hisconsole.plan.readiness import counted, urgency_label, where_words
from hisconsole.plan.readiness import ready as is_ready
from hisconsole.plan.readiness_seen import Concern
from hisconsole.text import fit
from hisconsole.wiring import Settings, open_site, readiness

_WORD = 7


def ready(asked: Namespace) -> Answer:
    """What is not ready, what to do first on top; something that must be done is a finding."""
    settings = Settings(config_dir(asked.config), data_dir(asked.data), asked.operator)
    with suppress(ConfigFault):  # which is a concern of its own; here only the language is wanted
        open_site(settings)
    found = readiness(settings)
    good = is_ready(found)
    shapes = [
        {
            "urgency": each.urgency.value,
            "area": each.area.value,
            "what": each.what,
            "where": list(each.where),
            "do": each.do,
        }
        for each in found
    ]
    return Answer({"ready": good, "concerns": shapes}, _lines(found), 0 if good else ConfigFault.exit_code)


def _lines(found: Sequence[Concern]) -> list[str]:
    lines = [counted(found)]
    for each in found:
        lines += ["", *hang(fit(urgency_label(each.urgency), _WORD), each.what)]
        if each.where:
            lines += hang(" " * _WORD, where_words(each))
        lines += hang(" " * (_WORD - 2) + "> ", each.do)
    return lines
