"""One line of a journal: JSON with its own length and hash, so that a torn one is never taken for whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import datetime
from typing import Any, Final

from hisconsole.plan.times import from_text, to_text
from hisconsole.values import dataclass

MARK: Final = "hisj1"
_HASH = 32
"""Hex digits kept of a line's SHA-256: it finds accidents, a forger could write the file anew."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An act that was done while the record could not take it: what, with which answers, by whom, when.

    `aside` holds what events never hold (telephone numbers); it is no part of the journal's own line.
    `provisional` is the number under which a new incident is shown meanwhile, 0 for every other act.
    """

    act: str
    kind: str
    given: Mapping[str, Any]
    operator: str
    os_user: str
    source: str
    at: datetime
    label: str
    incident: int = 0
    provisional: int = 0
    aside: Mapping[str, str] = field(default_factory=dict)
    opened: str = ""
    """The act that opened the incident, as far as it was known: another record may have its number too."""


@dataclass(frozen=True, slots=True)
class Done:
    """That an act of the journal is on record, and the numbers it has there."""

    act: str
    incident: int


@dataclass(frozen=True, slots=True)
class Aside:
    """What belongs to an act and to no event."""

    act: str
    held: Mapping[str, str]


Line = Entry | Done | Aside


def framed(line: Line) -> bytes:
    """A line as it is written, its end included."""
    body = json.dumps(_data(line), separators=(",", ":")).encode("ascii")
    return b'["%s",%d,"%s",%s]\n' % (MARK.encode(), len(body), _hash(body), body)


def lines_of(data: bytes) -> Iterator[Line]:
    """Every whole line; what is torn, or no line of ours, is passed over and the next one found again."""
    for raw in data.split(b"\n")[:-1]:  # without its end a line is not whole
        found = _read(raw)
        if found is not None:
            yield found


def unread_in(data: bytes) -> int:
    """How many whole lines are none of ours, or no longer; one that was torn while it was written is none.

    A torn one was never said to be kept; somebody else has closed it with an end of line.
    """
    return sum(_read(raw) is None and not _torn(raw) for raw in data.split(b"\n")[:-1])


def _torn(raw: bytes) -> bool:
    """Whether it begins as ours do, and ends too soon."""
    begun = b'["%s",' % MARK.encode()
    if len(raw) <= len(begun):
        return begun.startswith(raw)
    length, quote, rest = raw.removeprefix(begun).partition(b',"')
    if not raw.startswith(begun) or begun in rest or not length.removesuffix(b",").isdigit():
        return False
    return not quote or len(rest) < _HASH + len(b'",]') + int(length)


def _read(raw: bytes) -> Line | None:
    head, comma, rest = raw.partition(b',"')
    digest, quote, tail = rest.partition(b'",')
    mark, _comma, length = head.partition(b",")
    if not (comma and quote and tail.endswith(b"]") and length.isdigit()):
        return None
    body = tail[:-1]
    whole = mark == b'["%s"' % MARK.encode() and int(length) == len(body) and digest == _hash(body)
    try:
        return _line(json.loads(body)) if whole else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _hash(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest()[:_HASH].encode()


def _data(line: Line) -> dict[str, Any]:
    if isinstance(line, Done):
        return {"done": line.act, "incident": line.incident}
    if isinstance(line, Aside):
        return {"aside": line.act, "held": dict(line.held)}
    return {
        "act": line.act,
        "kind": line.kind,
        "given": dict(line.given),
        "operator": line.operator,
        "os_user": line.os_user,
        "source": line.source,
        "at": to_text(line.at),
        "label": line.label,
        "incident": line.incident,
        "provisional": line.provisional,
        "opened": line.opened,
    }


def _line(held: Mapping[str, Any]) -> Line:
    if "done" in held:
        return Done(str(held["done"]), int(held["incident"]))
    if "aside" in held:
        return Aside(str(held["aside"]), {str(name): str(each) for name, each in held["held"].items()})
    return Entry(
        act=str(held["act"]),
        kind=str(held["kind"]),
        given=dict(held["given"]),
        operator=str(held["operator"]),
        os_user=str(held["os_user"]),
        source=str(held["source"]),
        at=from_text(str(held["at"])),
        label=str(held["label"]),
        incident=int(held["incident"]),
        provisional=int(held["provisional"]),
        opened=str(held.get("opened", "")),  # older programs did not write it
    )
