"""What changed between two handovers, by the keys of what they hold: "what changed since I left"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from hisconsole.plan.handover import Entry, Handover, Header, Part
from hisconsole.plan.times import clock
from hisconsole.text import _, fit, wrap
from hisconsole.values import dataclass

_APART: Final = frozenset({Part.HEADER, Part.HEADLINE, Part.RECEIVER})
"""Parts that belong to one handover alone."""

_DAY: Final = re.compile(r"\b[0-9]{2}-[0-9]{2} (?=[0-9]{2}:[0-9]{2})")
"""The day before a time: it appears by itself once midnight has passed."""

_NAME: Final = 12


@dataclass(frozen=True, slots=True)
class Changed:
    """One thing that both hold and that is not the same; `facts` are name, old and new text."""

    old: Entry
    new: Entry
    facts: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What is new, gone, changed and the same from one handover to a later one, in the order of the parts."""

    before: Header
    after: Header
    new: tuple[Entry, ...]
    gone: tuple[Entry, ...]
    changed: tuple[Changed, ...]
    same: tuple[Entry, ...]


def difference(old: Handover, new: Handover) -> Difference:
    """What changed from `old` to `new`; what time alone changes does not count."""
    before, after = _held(old), _held(new)
    both = [(before[key], entry) for key, entry in after.items() if key in before]
    pairs = [(was, now, tuple(_facts(was, now))) for was, now in both]
    return Difference(
        before=old.header,
        after=new.header,
        new=tuple(entry for key, entry in after.items() if key not in before),
        gone=tuple(entry for key, entry in before.items() if key not in after),
        changed=tuple(Changed(was, now, facts) for was, now, facts in pairs if facts),
        same=tuple(now for _was, now, facts in pairs if not facts),
    )


def _held(handover: Handover) -> Mapping[str, Entry]:
    return {
        entry.key: entry
        for section in handover.sections
        if section.part not in _APART
        for entry in section.entries
    }


def _facts(old: Entry, new: Entry) -> Iterator[tuple[str, str, str]]:
    if _plain(old.title) != _plain(new.title):
        yield "", old.title, new.title
    was, now = _named(old), _named(new)
    for name in dict.fromkeys((*was, *now)):
        one, other = was.get(name, ""), now.get(name, "")
        if _plain(one) != _plain(other):
            yield name, one, other


def _named(entry: Entry) -> Mapping[str, str]:
    """The facts of an entry by name; several of one name are one, and what moves by itself is none."""
    found: dict[str, str] = {}
    for line in entry.lines:
        if not line.moves:
            found[line.name] = f"{found[line.name]} / {line.text}" if line.name in found else line.text
    return found


def _plain(text: str) -> str:
    return _DAY.sub("", text)


def told(found: Difference, width: int) -> list[str]:
    """What changed, in lines of at most `width` cells."""
    zone = found.after.clock
    head = _("What changed from handover {old} ({then}) to {new} ({now})").format(
        old=found.before.label,
        then=clock(found.before.made, zone=zone),
        new=found.after.label,
        now=clock(found.after.made, zone=zone),
    )
    made = wrap(head, width)
    if not (found.new or found.gone or found.changed):
        made += ["", *wrap(_("Nothing: the same things are handed over, and none has changed."), width)]
    made += _part(_("NEW"), found.new, width)
    if found.changed:
        made += ["", _("CHANGED ({n})").format(n=len(found.changed))]
        made += [line for each in found.changed for line in _changed(each, width)]
    made += _part(_("GONE"), found.gone, width)
    made += _part(_("THE SAME"), found.same, width)
    return made


def _part(title: str, entries: Iterable[Entry], width: int) -> list[str]:
    found = list(entries)
    if not found:
        return []
    lines = (f"  {line}" for each in found for line in _hanging(each.title, width - 2))
    return ["", f"{title} ({len(found)})", *lines]


def _hanging(text: str, width: int) -> list[str]:
    first, *rest = wrap(text, width)
    return [first, *(f"  {line}" for line in wrap(" ".join(rest), width - 2) if line)]


def _changed(each: Changed, width: int) -> Iterator[str]:
    titled = any(not name for name, _old, _new in each.facts)
    yield from (f"  {line}" for line in _hanging(each.old.title if titled else each.new.title, width - 2))
    for name, old, new in each.facts:
        said = f"-> {new}" if not name else f"{old or _('nothing')} -> {new or _('nothing')}"
        for place, text in enumerate(wrap(said, width - 4 - _NAME)):
            yield f"    {fit(name if place == 0 else '', _NAME - 1)} {text}".rstrip()
