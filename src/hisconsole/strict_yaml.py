"""The one reader of YAML: every value stays text, and what could mislead or harm is refused.

Ordinary YAML turns `0571` into 377, `no` into false and `12:30` into 750, merges entries given
twice and lets ten lines grow into gigabytes (engineering bar 28). Here a file is text in names and
lists, with the line and column of each, and each refusal is a sentence for the person who edits.
"""

from __future__ import annotations

import unicodedata
from dataclasses import field
from typing import NoReturn, Protocol, TypeAlias

import yaml
from yaml import events

from hisconsole.errors import ConfigFault, Finding
from hisconsole.text import _, printable
from hisconsole.values import dataclass

MAX_BYTES = 512 * 1024
MAX_DEPTH = 20
MAX_NODES = 50_000
MAX_FINDINGS = 100

Data: TypeAlias = "str | list[Data] | dict[str, Data] | None"
Path: TypeAlias = tuple[str | int, ...]
Mark: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a file is read, in octets and in names and values; a larger one is refused."""

    octets: int
    nodes: int


USUAL = Bounds(MAX_BYTES, MAX_NODES)
LARGE = Bounds(16 * 1024 * 1024, 1_000_000)
"""For the one file whose length goes by the number of devices: 10,000 targets take 1.3 MB."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, where each name and value stands, and every fault found while reading.

    `whole` is false when reading had to stop: `data` then lacks what comes after the last finding.
    """

    source: str
    data: Data
    keys: dict[Path, Mark]
    values: dict[Path, Mark]
    findings: tuple[Finding, ...]
    whole: bool

    def at_value(self, path: Path, sentence: str) -> Finding:
        """Say `sentence` of the value at `path`."""
        return Finding(self.source, *self.values.get(path, (1, 1)), sentence)

    def at_key(self, path: Path, sentence: str) -> Finding:
        """Say `sentence` of the name at `path`, or of its value where it has no name."""
        return Finding(self.source, *self.keys.get(path, self.values.get(path, (1, 1))), sentence)


def load(raw: bytes | str, *, source: str, bounds: Bounds = USUAL) -> Document:
    """Read `raw`; raises ConfigFault with every finding when there is one."""
    document = read(raw, source=source, bounds=bounds)
    if document.findings:
        raise ConfigFault(document.findings)
    return document


def read(raw: bytes | str, *, source: str, bounds: Bounds = USUAL) -> Document:
    """Read `raw` as far as it can be understood, with the findings beside the data."""
    tree = _Tree(source, bounds)
    whole = True
    try:
        tree.grow(_visible_text(_decoded(raw, tree), tree))
    except _StopError:
        whole = False
    return Document(source, tree.root, tree.keys, tree.values, tuple(tree.findings), whole)


class _StopError(Exception):
    """Reading cannot go on; the reason is the last finding."""


def _decoded(raw: bytes | str, tree: _Tree) -> str:
    data = raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw
    most = tree.bounds.octets
    if len(data) > most:
        sentence = _("the file is too large: only {size} are read.").format(size=_size(most))
        tree.stop(_place_of(data, most), sentence)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as fault:
        mark = _place_of(data, fault.start)
        tree.stop(mark, _("these bytes are not UTF-8 text: save the file as UTF-8, not as GBK."))
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def _size(octets: int) -> str:
    return f"{octets >> 10} KiB" if octets < 1 << 20 else f"{octets >> 20} MiB"


def _place_of(data: bytes, offset: int) -> Mark:
    start = data.rfind(b"\n", 0, offset) + 1
    before = data[start:offset].decode("utf-8", "replace").removeprefix("\ufeff")
    return data.count(b"\n", 0, offset) + 1, len(before) + 1


def _visible_text(text: str, tree: _Tree) -> str:
    """Refuse tabs and unseen characters; blanked, they let the rest be checked in the same pass."""
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        if _visible(line):
            continue
        chars = list(line)
        for col, char in enumerate(line, start=1):
            if not _visible(char):
                tree.say((number, col), _unseen(char))
                chars[col - 1] = " "
        lines[number - 1] = "".join(chars)
    return "\n".join(lines)


def _unseen(char: str) -> str:
    if char == "\t":
        return _("a tab stands here: use blanks instead.")
    return _("the character U+{code:04X} ({name}) cannot be shown safely: delete it.").format(
        code=ord(char), name=unicodedata.name(char, _("no letter"))
    )


def _visible(value: str, *, lines: bool = False) -> bool:
    if value.isascii() and value.isprintable():
        return True
    return printable(value, limit=len(value), lines=lines) == unicodedata.normalize("NFC", value)


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not come yet; without a path it is read but not kept."""

    into: dict[str, Data] | list[Data]
    path: Path | None
    name: str | None = None
    child: Path | None = None
    lines: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Tree:
    """One reading of one file, from the first event to the last."""

    source: str
    bounds: Bounds
    root: Data = None
    keys: dict[Path, Mark] = field(default_factory=dict)
    values: dict[Path, Mark] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    nodes: int = 0

    def say(self, mark: Mark, sentence: str) -> None:
        """Note a fault and read on, unless there are too many to be of use."""
        self.findings.append(Finding(self.source, *mark, sentence))
        if len(self.findings) >= MAX_FINDINGS:
            self.stop(mark, _("there are more faults than are listed: correct these first."))

    def stop(self, mark: Mark, sentence: str) -> NoReturn:
        """Note a fault after which nothing can be understood."""
        self.findings.append(Finding(self.source, *mark, sentence))
        raise _StopError

    def grow(self, text: str) -> None:
        """Build the data out of the parser's events, which come one by one and bring no bomb."""
        blanked = bool(self.findings)
        try:
            for event in yaml.parse(text, Loader=yaml.CSafeLoader):
                self._take(event)
        except yaml.YAMLError as fault:
            if blanked:  # Then this may be no more than the echo of a tab.
                raise _StopError from None
            self.stop(*_misread(fault))

    def _take(self, event: events.Event) -> None:
        match event:
            case events.ScalarEvent():
                self._scalar(event)
            case events.MappingStartEvent():
                self._open(event, {})
            case events.SequenceStartEvent():
                self._open(event, [])
            case events.CollectionEndEvent():
                self.stack.pop()
            case events.AliasEvent():
                mark = self._node(event)
                self.say(mark, _("a reference with '*': put text that begins with '*' in quotes."))
                self._place(None, mark)
            case events.DocumentStartEvent():
                self._begin(event)

    def _begin(self, event: events.DocumentStartEvent) -> None:
        mark = _line_col(event.start_mark)
        if self.values:
            self.stop(mark, _("a second part begins with this '---': a file has only one."))
        if event.version or event.tags:
            self.stop(mark, _("the '%' line above this is not allowed: delete it."))

    def _scalar(self, event: events.ScalarEvent) -> None:
        mark = self._node(event)
        value = unicodedata.normalize("NFC", event.value)
        top = self.stack[-1] if self.stack else None
        if top is not None and isinstance(top.into, dict) and top.name is None:
            self._name(top, value, mark)
            return
        plain = not event.style
        if plain and _line_col(event.end_mark)[0] != mark[0]:
            self.say(mark, _("this text runs on into the next line: a ':' may be missing."))
        if not _visible(value, lines=True):
            self.say(mark, _("this text holds a character that cannot be shown: delete it."))
        self._place(None if plain and not value else value, mark)

    def _name(self, top: _Open, name: str, mark: Mark) -> None:
        """Take the name before a colon; what hangs on a refused one is read but not kept."""
        top.name, top.child = name, None
        if not name:
            self.say(mark, _("a name is missing before ':'."))
        elif not _visible(name):
            self.say(mark, _("this name holds a character that cannot be shown: delete it."))
        elif name == "<<":
            self.say(mark, _("'<<' is not allowed: write the entry out in full."))
        elif name in top.lines:
            sentence = _("'{name}' stands here twice, first in line {line}: keep one of them.")
            self.say(mark, sentence.format(name=printable(name, limit=60), line=top.lines[name]))
        else:
            top.lines[name] = mark[0]
            if top.path is not None:
                top.child = (*top.path, name)
                self.keys[top.child] = mark

    def _node(self, event: events.NodeEvent) -> Mark:
        """Count a node and refuse what none may carry; its line and column counted from 1."""
        mark = _line_col(event.start_mark)
        self.nodes += 1
        if self.nodes > self.bounds.nodes:
            sentence = _("the file has more than {nodes:,} entries: shorten it.")
            self.stop(mark, sentence.format(nodes=self.bounds.nodes))
        if isinstance(event, events.ScalarEvent | events.CollectionStartEvent):
            if event.anchor is not None:
                self.say(mark, _("a mark with '&': put text that begins with '&' in quotes."))
            if event.tag is not None:
                self.say(mark, _("a mark with '!': put text that begins with '!' in quotes."))
        return mark

    def _open(self, event: events.CollectionStartEvent, into: dict[str, Data] | list[Data]) -> None:
        mark = self._node(event)
        if len(self.stack) >= MAX_DEPTH:
            self.stop(mark, _("entries lie more than 20 levels inside one another here."))
        self.stack.append(_Open(into, self._place(into, mark)))

    def _place(self, value: Data, mark: Mark) -> Path | None:
        """Put a value where it belongs; returns its path, or None where it is not kept."""
        path: Path | None = ()
        if not self.stack:
            self.root = value
        else:
            top = self.stack[-1]
            if isinstance(top.into, list):
                path = None if top.path is None else (*top.path, len(top.into))
                top.into.append(value)
            elif top.name is None:
                self.stop(mark, _("before ':' stands a list or a reference: write a plain name."))
            else:
                path = top.child
                if path is not None:
                    top.into[top.name] = value
                top.name = None
        if path is not None:
            self.values[path] = mark
        return path


def _line_col(mark: _ParserMark | None) -> Mark:
    return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)


class _ParserMark(Protocol):
    line: int
    column: int


def _misread(fault: yaml.YAMLError) -> tuple[Mark, str]:
    """The place of a fault of form and a sentence in the editor's words, not the parser's."""
    problem = str(getattr(fault, "problem", ""))
    place = getattr(fault, "problem_mark", None)
    sentence = _("this does not fit here: check the indentation, the ':' and the quotes.")
    for words, where, better in (
        ("could not find expected ':'", "context_mark", _("a ':' is missing after this name.")),
        ("end of stream", "context_mark", _("the quote that opens here is never closed.")),
        ("document indicator", "context_mark", _("the quote that opens here is never closed.")),
        ("expected ',' or", "context_mark", _("the bracket that opens here is never closed.")),
        ("sequence entries", "problem_mark", _("a list with '-' begins on a line of its own.")),
        ("escape", "problem_mark", _("a backslash in double quotes: use single quotes instead.")),
        ("any token", "problem_mark", _("put text that begins with this character in quotes.")),
        ("alphabetic", "context_mark", _("put text that begins with this character in quotes.")),
    ):
        if words in problem:
            place, sentence = getattr(fault, where, None) or place, better
            break
    return _line_col(place), sentence
