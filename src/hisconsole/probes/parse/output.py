"""What a command wrote, and the small parts that every reader of such text shares.

Text of a host is data from outside: readers see bounded lines, names go through `printable`, and a
line that no reader understands gives no reading rather than a wrong one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from types import MappingProxyType

from hisconsole.plan.reading import Sample
from hisconsole.plan.status import Status
from hisconsole.text import _, ngettext, printable
from hisconsole.values import dataclass

MOST_LINES = 400
LONGEST_LINE = 1000
MOST_SAMPLES = 64
"""Readings one command may give; what is beyond is counted, not kept."""

LONGEST_NAME = 60
_MARK, _TAIL = 6, 18
"""Of a longer one: hexadecimal digits of its hash, and characters of its end."""

Arguments = Mapping[str, tuple[str, ...]]
"""What the reader is told: the words of each parameter."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One check of a target: the name of a command or of a net check, and the words of its settings."""

    name: str
    arguments: Arguments = field(default_factory=lambda: MappingProxyType({}))


_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,18}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})(?:e[-+]?[0-9]{1,2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Output:
    """What one command wrote on the host, both streams, at most 8 KiB of it."""

    text: str
    code: int | None
    """Its exit code; None where the text was cut or the command was not run."""
    cut: bool = False
    now: int | None = None
    """The host's own clock, in seconds since 1970."""


def lines(text: str) -> Iterator[str]:
    """The lines that are worth reading: at most 400, each at most 1,000 characters, none empty."""
    for line in text[: MOST_LINES * LONGEST_LINE].split("\n", MOST_LINES)[:MOST_LINES]:
        short = line[:LONGEST_LINE].rstrip()
        if short:
            yield short


def number(text: str) -> float | None:
    """A decimal number, or None; never infinite, never not-a-number."""
    text = text.strip()
    return float(text) if _NUMBER.fullmatch(text) else None


def name(text: str) -> str:
    """A name given by the host, fit for a key and for the screen.

    A long one keeps its beginning, its end, and a part of its hash between them: two that begin alike are
    two readings, or one would hide the other.
    """
    whole = text.strip()
    shown = printable(whole)
    if len(shown) <= LONGEST_NAME:
        return shown
    mark = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:_MARK]
    return f"{shown[: LONGEST_NAME - _TAIL - _MARK - 2]}~{mark}~{shown[-_TAIL:]}"


def phrase(text: str) -> str:
    """What the host says of something: a state or a fault, which names nothing."""
    return printable(text.strip(), limit=LONGEST_NAME)


def unknown(key: str, label: str, source: str, reason: str) -> Sample:
    """A reading that could not be had, with the reason in words."""
    return Sample(key, label, None, "", source, Status.UNKNOWN, reason)


def said(output: Output) -> str:
    """The first line that a command wrote, for a reason."""
    return printable(next(lines(output.text), ""), limit=160)


def unclear(output: Output) -> str:
    """The reason where an answer was not understood."""
    shown = said(output)
    return _("not understood: {said}").format(said=shown) if shown else _("nothing was answered")


def bounded(samples: Iterable[Sample], *, key: str, source: str) -> tuple[Sample, ...]:
    """At most 64 readings, each key once; the first of two wins and the rest are counted."""
    kept: dict[str, Sample] = {}
    more = 0
    for sample in samples:
        if sample.key in kept:
            continue
        if len(kept) < MOST_SAMPLES:
            kept[sample.key] = sample
        else:
            more += 1
    if more:
        reason = ngettext("{count} more is not shown", "{count} more are not shown", more).format(count=more)
        kept[f"{key}/more"] = Sample(f"{key}/more", _("not shown"), None, "", source, Status.WARNING, reason)
    return tuple(kept.values())
