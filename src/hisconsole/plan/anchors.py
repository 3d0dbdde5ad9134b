"""Heads of the chain that were kept outside the record, and what they prove about it.

A chain alone proves only that it was made in one piece: whoever can write the file can make another.
A head that stands in a journal elsewhere or on paper cannot be made to fit (engineering C7).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from hisconsole.text import _
from hisconsole.values import dataclass

SHORTEST = 12
"""Characters of a hash that a person types from paper: 48 bits, which nobody makes to fit by chance."""

PRINTED = 16
"""Characters of a hash on a paper: few enough to be typed, with four to spare."""

_LINE = re.compile(r"\bseq=(?P<seq>\d{1,18})\s+head=(?P<hash>[0-9a-f]{12,64})\b")
_GIVEN = re.compile(r"(?P<hash>[0-9a-f]{12,64})(?:@(?P<seq>\d{1,18}))?")
_ON_PAPER = re.compile(r"(?<![0-9a-f])(?P<hash>[0-9a-f]{12,64})@(?P<seq>\d{1,18})\b")
_PRINTED = re.compile(r"(?P<hash>(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f]))")


@dataclass(frozen=True, slots=True, order=True)
class Anchor:
    """A head as it was remembered: `seq` 0 where only the hash is known; the hash may be its beginning."""

    seq: int
    hash: str

    def __str__(self) -> str:
        """As `--anchor` takes it."""
        return f"{self.hash}@{self.seq}" if self.seq else self.hash


def given(word: str) -> Anchor | None:
    """An anchor as a person gives it, HEAD or HEAD@SEQ; None where it is none."""
    found = _GIVEN.fullmatch(word.strip().lower())
    return Anchor(int(found["seq"] or 0), found["hash"]) if found else None


def found_in(text: str) -> tuple[Anchor, ...]:
    """The anchors in lines of a journal or on a printed page, each once, in the order of their events."""
    lines = {
        Anchor(int(found["seq"]), found["hash"])
        for shape in (_LINE, _ON_PAPER)
        for found in shape.finditer(text)
    }
    known = {each.hash for each in lines}
    bare = {Anchor(0, found["hash"]) for found in _PRINTED.finditer(text) if found["hash"] not in known}
    return tuple(sorted(lines | bare))


def head_line(site: str, seq: int, hash_: str, at: str) -> str:
    """The one line that goes to the journal of the machine."""
    return f"record {site} seq={seq} head={hash_} at={at}"


def paper_line(seq: int, hash_: str) -> str:
    """What a paper says of the record it was made beside; its last word is what `--anchor` takes.

    `seq` is 0 where nothing is on record yet.
    """
    if not seq:
        return _("Head of the record: none, nothing is on record yet.")
    return _("Head of the record: {anchor}").format(anchor=Anchor(seq, hash_[:PRINTED]))


def judge(
    anchors: Iterable[Anchor],
    *,
    hash_at: Callable[[int], str | None],
    seq_of: Callable[[str], int | None],
    last: int,
) -> Iterator[str]:
    """What the anchors have against a record that is whole in itself, the earliest first; nothing if it fits.

    `hash_at` tells the hash of an event, `seq_of` which event has a hash that begins so, `last` is the
    newest event. The first anchor that does not fit bounds where the record was written anew: after the
    last one that does.
    """
    fits = 0
    for anchor in sorted(anchors):
        if not anchor.seq:
            if seq_of(anchor.hash) is None:
                yield _(
                    "No event has the hash {hash}: the record was written anew, or ends before it."
                ).format(hash=anchor.hash)
            continue
        stored = hash_at(anchor.seq) if anchor.seq <= last else None  # a server has no event of any number
        if stored is not None and stored.startswith(anchor.hash):
            fits = anchor.seq
            continue
        if anchor.seq > last:
            yield _(
                "The record ends at event {last}, and event {seq} was known: {missing} or more are missing."
                " It was cut off, or this is an older copy."
            ).format(last=last, seq=anchor.seq, missing=anchor.seq - last)
        else:
            yield _(
                "Event {seq} is not the one that was known ({hash}): the record was written anew"
                " from event {first} to {seq}, wherever between them it began."
            ).format(seq=anchor.seq, hash=anchor.hash[:SHORTEST], first=fits + 1)
        return
