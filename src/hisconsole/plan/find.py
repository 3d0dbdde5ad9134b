"""Find as you type: a few letters of an id, a room, a number or a name, best answer first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from heapq import nsmallest

from hisconsole.values import dataclass

_PART = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Findable:
    """One thing that can be found, folded once so that each keypress only compares.

    Each string holds words with a blank before and behind each, so that one search of a string
    answers "is a word" and "begins a word".
    """

    key: str
    ids: str
    words: str
    initials: str
    everything: str


def findable(key: str, *texts: str, find: Iterable[str] = ()) -> Findable:
    """Prepare `key` to be found by its own spellings, by words of `texts` and by `find` words.

    `find` words are pinyin initials and the like; the initials of each text are added to them.
    """
    folded = fold(key)
    ids = _joined(_spellings(folded))
    words = _joined(word for text in (key, *texts) for word in _words(fold(text)))
    initials = _joined([*map(fold, find), *map(_initials, texts)])
    return Findable(key, ids, words, initials, ids + words + initials)


def fold(text: str) -> str:
    """One spelling for comparing: without case and without an input method's full-width forms."""
    return unicodedata.normalize("NFKC", text).casefold()


def find(query: str, entries: Sequence[Findable], *, limit: int = 8) -> tuple[str, ...]:
    """Keys of the entries that hold every word of `query`, best first, at most `limit`.

    A word counts, from best: it is the id; begins the id; begins a word; begins initials; stands
    anywhere. Ties go by key, so that the same letters always give the same list. An empty query
    gives the first entries as they stand.
    """
    words = tuple(dict.fromkeys(fold(query).split()))
    for word in words:
        entries = [each for each in entries if word in each.everything]
    if words:
        wanted = tuple((f" {word} ", f" {word}") for word in words)
        ranked = [(sum([_rank(pair, each) for pair in wanted]), each.key) for each in entries]
        return tuple(key for _, key in nsmallest(limit, ranked))
    return tuple(each.key for each in entries[:limit])


def _rank(wanted: tuple[str, str], each: Findable) -> int:
    whole, begun = wanted
    if begun in each.ids:
        return 0 if whole in each.ids else 1
    if begun in each.words:
        return 2
    return 3 if begun in each.initials else 4


def _joined(words: Iterable[str]) -> str:
    return f" {' '.join(dict.fromkeys(word for word in words if word))} "


def _spellings(key: str) -> tuple[str, ...]:
    """`cash-03` as people type it: cash-03, cash03, cash3."""
    parts = _PART.findall(key)
    return key, "".join(parts), "".join(part.lstrip("0") or "0" for part in parts)


def _words(text: str) -> Iterable[str]:
    """Words as written, their parts, and their parts run together, for numbers typed in one go."""
    for written in text.split():
        parts = _PART.findall(written)
        yield from (written, *parts, "".join(parts))


def _initials(text: str) -> str:
    return "".join(part[0] for part in _PART.findall(fold(text)) if part[0].isalpha())
