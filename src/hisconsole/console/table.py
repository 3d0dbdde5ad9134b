"""What is read from `screens/`: which key does what, the marks of states, the saved views."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from unicodedata import east_asian_width

from hisconsole.console.looks import ROLES, Role
from hisconsole.errors import ConfigFault, Finding, HisError
from hisconsole.plan.acts import all_acts
from hisconsole.plan.panes import Pane, target_test
from hisconsole.plan.status import Status
from hisconsole.plan.words import State
from hisconsole.strict_yaml import Data, Document, load
from hisconsole.text import _, cell_len
from hisconsole.values import dataclass

NEVER = frozenset({f"ctrl+{key}" for key in "imjhsqz"} | {"ctrl+backslash"})
"""Keys that terminals send as something else, or keep for themselves."""

_LOST = re.compile(r"alt\+|ctrl\+(?!([a-z]|up|down|left|right|home|end|pageup|pagedown)$)")
"""Alt is a pause on a slow line, and few keyboards send punctuation with ctrl."""

_PLACES = (
    "queue",
    "incident",
    "log",
    "status",
    "target",
    "duties",
    "roster",
    "tell",
    "departments",
    "handover",
)

COMMANDS = frozenset(
    [
        "call",
        "more",
        "filter",
        "keys",
        "palette",
        "queue",
        "status",
        "log",
        "roster",
        "handover",
        "take",
        "hand",
        "skip",
        "right",
        "reveal",
        "duties",
        "maintenance",
        "ready",
        "departments",
        "announce",
        "repeated",
        "entered",
        "stop",
        "team",
        "leader",
        "aftermath",
        "views",
        "problems",
        "changes",
        "poll",
        "mark",
        "tab",
        "tab_back",
        "pause",
        "mute",
        "diagnostics",
        "copy",
        "redraw",
        "back",
        "quit",
        "down",
        "up",
        "first",
        "last",
        "page_down",
        "page_up",
        "half_down",
        "half_up",
        "open",
        "reached",
        "read_back",
        "unreached",
        "rest",
        "everybody",
    ]
)
"""What a key can be for beside the acts."""


@dataclass(frozen=True, slots=True)
class Key:
    """One act or move: its name, the keys for it, where they work, its words for footer and help."""

    name: str
    keys: tuple[str, ...]
    on: frozenset[str]
    footer: str
    help: str

    def works_on(self, place: str) -> bool:
        """Whether it works at a place; every place has a list."""
        return bool(self.on & {"all", "list", place})

    @property
    def shown(self) -> str:
        """The first of its keys as it is printed on a keyboard."""
        return self.all_shown[0]

    @property
    def all_shown(self) -> tuple[str, ...]:
        """All its keys as they are printed on a keyboard."""
        return tuple(_SHOWN.get(key, key) for key in self.keys)


_SHOWN = {
    "full_stop": ".",
    "slash": "/",
    "question_mark": "?",
    "exclamation_mark": "!",
    "colon": ":",
    "minus": "-",
    "right_square_bracket": "]",
    "left_square_bracket": "[",
    "space": "Space",
    "enter": "Enter",
    "escape": "Esc",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "up": "Up",
    "down": "Down",
    "home": "Home",
    "end": "End",
}


@dataclass(frozen=True, slots=True)
class Glyph:
    """How a state is marked: one cell, and a look that does not rest on colour."""

    mark: str
    look: Role


@dataclass(frozen=True, slots=True)
class View:
    """A saved filter of the queue."""

    name: str
    filter: str


@dataclass(frozen=True, slots=True)
class Screens:
    """All that `screens/` says."""

    keys: Sequence[Key]
    glyphs: Mapping[State, Glyph]
    marks: Mapping[Status, Glyph]
    views: Sequence[View]
    panes: Sequence[Pane]


def load_screens(folder: Path, *, unicode: bool = False) -> Screens:
    """Read the folder, `unicode` with its prettier marks. Raises ConfigFault with every fault found."""
    findings: list[Finding] = []
    keys = _keys(_read(folder / "keys.yaml"), findings)
    glyphs = _glyphs(_read(folder / "glyphs.yaml"), findings, unicode=unicode)
    views = _views(_read(folder / "views.yaml"), findings)
    panes = _panes(_read(folder / "panes.yaml"), findings)
    if findings:
        raise ConfigFault(findings)
    return Screens(
        keys=keys,
        glyphs={state: glyphs[state] for state in State},
        marks={status: glyphs[status] for status in Status},
        views=views,
        panes=panes,
    )


def _read(path: Path) -> Document:
    try:
        return load(path.read_bytes(), source=str(path))
    except OSError as error:
        raise ConfigFault(
            [Finding(str(path), 1, 1, _("cannot be read: {why}.").format(why=error.strerror))]
        ) from error


def _mapping(document: Document, findings: list[Finding]) -> Mapping[str, Mapping[str, Data]]:
    if not isinstance(document.data, dict):
        findings.append(document.at_value((), _("here belongs a list of `name: {...}`.")))
        return {}
    entries: dict[str, Mapping[str, Data]] = {}
    for name, entry in document.data.items():
        if isinstance(entry, dict):
            entries[name] = entry
        else:
            findings.append(document.at_value((name,), _("here belongs `{name: value, ...}`.")))
    return entries


def _words(value: Data) -> tuple[str, ...]:
    return tuple(part.strip() for part in str(value or "").split(",") if part.strip())


def _keys(document: Document, findings: list[Finding]) -> Sequence[Key]:
    keys: list[Key] = []
    taken: dict[tuple[str, str], str] = {}
    for name, entry in _mapping(document, findings).items():
        findings += [
            document.at_key(
                (name, extra), _("'{key}' is not known here: keys, on, footer, help.").format(key=extra)
            )
            for extra in sorted(set(entry) - {"keys", "on", "footer", "help"})
        ]
        key = Key(
            name=name,
            keys=_words(entry.get("keys")),
            on=frozenset(_words(entry.get("on")) or ("all",)),
            footer=str(entry.get("footer") or ""),
            help=str(entry.get("help") or ""),
        )
        findings += _meaning_faults(document, key)
        for pressed in key.keys:
            if pressed in NEVER or _LOST.match(pressed):
                sentence = _("{key} never arrives as such from a terminal: choose another.")
                findings.append(document.at_value((name, "keys"), sentence.format(key=pressed)))
            others = {taken.setdefault((pressed, place), name) for place in _PLACES if key.works_on(place)}
            for other in sorted(others - {name}):
                sentence = _("{key} is taken by {other}.").format(key=pressed, other=other)
                findings.append(document.at_value((name, "keys"), sentence))
        keys.append(key)
    return tuple(keys)


def _meaning_faults(document: Document, key: Key) -> Iterator[Finding]:
    if key.name not in COMMANDS and key.name not in all_acts():
        yield document.at_key((key.name,), _("there is nothing called '{name}'.").format(name=key.name))
    if not key.keys:
        yield document.at_key((key.name,), _("no key is named: write `keys: n`."))
    if not key.help:
        yield document.at_key((key.name,), _("say what it does: write `help: ...`."))
    for place in sorted(key.on - {"all", "list", *_PLACES}):
        yield document.at_value((key.name, "on"), _("there is no place '{place}'.").format(place=place))


def _glyphs(document: Document, findings: list[Finding], *, unicode: bool) -> Mapping[str, Glyph]:
    """The marks of states and statuses, by their names, which they do not share."""
    names = [*(state.value for state in State), *(status.value for status in Status)]
    entries = _mapping(document, findings)
    glyphs: dict[str, Glyph] = {}
    for name, entry in entries.items():
        mark, look = str(entry.get("mark") or ""), str(entry.get("look") or "normal")
        pretty = str(entry.get("unicode") or mark)
        if name not in names:
            findings.append(document.at_value((name,), _("there is no state '{name}'.").format(name=name)))
        elif cell_len(mark) != 1:
            findings.append(document.at_value((name, "mark"), _("a mark is one cell wide.")))
        elif pretty != mark and not one_cell_everywhere(pretty):
            sentence = _("a unicode mark is one character that is one cell wide in every terminal.")
            findings.append(document.at_value((name, "unicode"), sentence))
        elif look not in ROLES:
            findings.append(
                document.at_value(
                    (name, "look"), _("a look is one of {looks}.").format(looks=", ".join(ROLES))
                )
            )
        else:
            glyphs[name] = Glyph(pretty if unicode else mark, ROLES[ROLES.index(look)])
    findings += [
        document.at_value((), _("the state {state} has no mark.").format(state=name))
        for name in names
        if name not in entries
    ]
    return glyphs


def one_cell_everywhere(mark: str) -> bool:
    """Whether a mark takes one cell also where ambiguous characters take two (Unicode TR 11)."""
    return len(mark) == 1 and cell_len(mark) == 1 and east_asian_width(mark) in ("N", "Na", "H")


def _views(document: Document, findings: list[Finding]) -> Sequence[View]:
    if not isinstance(document.data, list):
        findings.append(document.at_value((), _("here belongs a list of `- {name: ..., filter: ...}`.")))
        return ()
    views: list[View] = []
    for place, entry in enumerate(document.data):
        if isinstance(entry, dict) and entry.get("name"):
            views.append(View(str(entry["name"]), str(entry.get("filter") or "")))
        else:
            findings.append(document.at_value((place,), _("a view has a name and a filter.")))
    return tuple(views)


def _panes(document: Document, findings: list[Finding]) -> Sequence[Pane]:
    if not isinstance(document.data, list):
        findings.append(document.at_value((), _("here belongs a list of `- {name: ..., filter: ...}`.")))
        return ()
    panes: list[Pane] = []
    for place, entry in enumerate(document.data):
        if not (isinstance(entry, dict) and entry.get("name") and entry.get("filter")):
            findings.append(document.at_value((place,), _("a pane has a name and a filter.")))
            continue
        name = str(entry["name"])
        pane = Pane(name, str(entry.get("short") or name), str(entry["filter"]))
        try:
            target_test(pane.filter)
        except HisError as error:
            findings.append(document.at_value((place, "filter"), str(error)))
        panes.append(pane)
    return tuple(panes)
