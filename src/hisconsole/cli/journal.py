"""What is kept on this machine while the record is away, brought to it, and settled where it did not fit."""

from __future__ import annotations

import time
from argparse import Namespace
from pathlib import Path

from hisconsole.cli import acted
from hisconsole.cli.edge import Answer, Usage
from hisconsole.cli.opening import at_desk
from hisconsole.desk import replaying
from hisconsole.desk.replaying import Tally, sentence_of
from hisconsole.errors import Away, StoreFault
from hisconsole.paths import config_dir, data_dir
from hisconsole.plan.events import Event
from hisconsole.plan.story_turn import subject
from hisconsole.plan.times import to_text
from hisconsole.store.journal import Journal, places
from hisconsole.store.journal_lines import Entry
from hisconsole.text import _, ngettext
from hisconsole.wiring import Settings, open_site

FOR_S = 3600.0
"""So long a replay may take that somebody asked for."""


def journal(asked: Namespace) -> Answer:
    """List what is kept here and what needs eyes; bring it to the record, or settle one."""
    if asked.settle is not None:
        return _settle(asked)
    if asked.text:
        raise Usage(_("--text goes with --settle."))
    return _replay(asked) if asked.replay else _list(asked)


def _journal(asked: Namespace) -> Journal:
    site = open_site(Settings(config_dir(asked.config), data_dir(asked.data), asked.operator))
    return Journal(places(data_dir(asked.data), named=Path(site.journal) if site.journal else None))


def _list(asked: Namespace) -> Answer:
    kept = _journal(asked).kept()
    count = sum(len(entries) for _path, entries in kept)
    lines = [ngettext("{n} act is kept here.", "{n} acts are kept here.", count).format(n=count)]
    for path, entries in kept:
        lines.append(f"{path}:")
        lines += [f"  {to_text(each.at)} {each.operator} {_about(each)} {each.label}" for each in entries]
    wanted, words = _wanting(asked)
    data = {
        "kept": [_shape(each, path) for path, entries in kept for each in entries],
        "eyes": [{"entry": each.seq, "at": to_text(each.at), **each.body} for each in wanted],
    }
    return Answer(data, [*lines, *words])


def _wanting(asked: Namespace) -> tuple[tuple[Event, ...], list[str]]:
    """What needs eyes, as far as the record can be asked."""
    try:
        with at_desk(asked) as desk:
            told = replaying.told_unsettled(desk)
            lines = [f"{each.seq:>6} {desk.clock(each.at)} {sentence}" for each, sentence in told]
            return tuple(each for each, _sentence in told), lines
    except StoreFault as fault:
        return (), [str(fault)]


def _about(entry: Entry) -> str:
    number = entry.provisional or entry.incident
    return subject(number) if number else "-"


def _shape(entry: Entry, path: Path) -> dict[str, object]:
    return {
        "file": str(path),
        "act": entry.act,
        "kind": entry.kind,
        "at": to_text(entry.at),
        "operator": entry.operator,
        "about": _about(entry),
        "sentence": entry.label,
    }


def _replay(asked: Namespace) -> Answer:
    """Bring what processes that are gone have kept; what a living console keeps is its own to bring."""
    tally = Tally()
    with at_desk(asked, writable=True, orphans=False) as desk:
        if desk.keeping is not None and desk.keeping.away:
            raise Away(desk.keeping.fault)
        replaying.replay_orphans(desk, _journal(asked), tally, until=time.monotonic() + FOR_S)
    data = {"recorded": len(tally.done) - tally.eyes, "eyes": tally.eyes}
    return Answer(data, [sentence_of(tally)])


def _settle(asked: Namespace) -> Answer:
    with at_desk(asked, writable=True) as desk:
        outcome = replaying.settle(desk, asked.settle, text=asked.text, act=asked.id)
    about = _("entry {entry}").format(entry=asked.settle)
    return Answer({**acted.shape(outcome), "entry": asked.settle}, [acted.told(outcome, about)])
