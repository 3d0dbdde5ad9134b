"""Whether somebody said it in their own words: what is copied out of a summary proves nothing."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LEAST: Final = 20
"""Characters a restatement has at least (domain 3.3)."""
RUN: Final = 6
"""So many words in the order of the summary are taken from it; in Chinese each character counts as one."""

_TOKEN = re.compile(r"[\u3400-\u9fff]|\w+")


def copied(text: str, summary: str) -> bool:
    """Whether more than half of a text stands, six words or more in a row, in the summary.

    Case, punctuation and line ends do not count. A text too short to hold such a run is copied where
    all of it stands in the summary.
    """
    said, told = _tokens(text), _tokens(summary)
    run = min(RUN, len(said))
    if not run:
        return False
    known = {tuple(told[start : start + run]) for start in range(len(told) - run + 1)}
    held = set[int]()
    for start in range(len(said) - run + 1):
        if tuple(said[start : start + run]) in known:
            held.update(range(start, start + run))
    return len(held) * 2 > len(said)


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())
