"""What an act came to, as commands tell it: on record, done before, or kept on this machine."""

from __future__ import annotations

from hisconsole.desk.desk import Outcome
from hisconsole.text import _


def shape(outcome: Outcome) -> dict[str, object]:
    """An outcome for --json; of one that is kept seq is 0."""
    return {
        "act": outcome.act,
        "seq": outcome.seq,
        "sentence": outcome.sentence,
        "repeated": outcome.repeated,
        "kept": outcome.kept,
    }


def told(outcome: Outcome, about: str) -> str:
    """An outcome in a line."""
    if outcome.kept:
        return _("{about}: {act}.").format(act=outcome.sentence, about=about)
    line = _("{act}: {about}, entry {seq}.").format(act=outcome.sentence, about=about, seq=outcome.seq)
    if outcome.repeated:
        line += " " + _("It was done before; nothing was changed.")
    return line
