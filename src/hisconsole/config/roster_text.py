"""Changing roster.yaml as a person would: a line a field, everything else and every comment as it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from hisconsole.config.roster_forms import FIELDS
from hisconsole.plan.target_text import entry_text, value_text
from hisconsole.strict_yaml import Document, Mark
from hisconsole.text import _
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """What becomes of one entry: fields that get another value, and those that go (value None)."""

    id: str
    fields: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands: its own line, the line and column of each field, the line behind it."""

    line: int
    fields: dict[str, Mark]
    end: int


def places(document: Document, text: str) -> dict[str, Place]:
    """Where each entry of the file stands."""
    own = {str(path[0]): mark[0] for path, mark in document.keys.items() if len(path) == 1}
    fields: dict[str, dict[str, Mark]] = {id_: {} for id_ in own}
    for path, mark in document.keys.items():
        if len(path) == 2:
            fields[str(path[0])][str(path[1])] = mark
    ends = [*list(own.values())[1:], text.count("\n") + 2]
    return {id_: Place(line, fields[id_], end) for (id_, line), end in zip(own.items(), ends, strict=True)}


def stubborn(place: Place, lines: Sequence[str]) -> str:
    """Why an entry cannot be changed line by line; empty where it can. `lines` are those of the file."""
    starts = [place.line, *sorted(line for line, _col in place.fields.values()), place.end]
    for start, end in pairwise(starts):
        between = lines[start : end - 1]
        if start == end or any(line.strip() and not line.lstrip().startswith("#") for line in between):
            return _("roster.yaml has this entry in a form of its own: change it there by hand")
    return ""


def edited(found: Mapping[str, Place], text: str, edits: Iterable[Edit]) -> str:
    """The text of the file with `edits` made; none of their entries may be `stubborn`."""
    lines: list[str | None] = [*text.split("\n")]
    behind: dict[int, list[str]] = {}
    for edit in edits:
        place = found[edit.id]
        held = place.fields
        indent = " " * (min(col for _line, col in held.values()) - 1)
        for name, value in edit.fields.items():
            if value is None:
                lines[held[name][0] - 1] = None
            elif name in held:
                lines[held[name][0] - 1] = f"{indent}{name}: {value_text(value)}"
            else:
                before = FIELDS[: FIELDS.index(name)]
                at = max((held[each][0] for each in before if each in held), default=place.line)
                behind.setdefault(at, []).append(f"{indent}{name}: {value_text(value)}")
    kept: list[str] = []
    for number, line in enumerate(lines, start=1):
        kept += [] if line is None else [line]
        kept += behind.get(number, [])
    return "\n".join(kept)


def appended(text: str, entries: list[tuple[str, Mapping[str, str]]]) -> str:
    """The text of the file with new entries at its end."""
    return "\n".join([text.rstrip("\n") + "\n", *(entry_text(id_, fields) for id_, fields in entries)])
