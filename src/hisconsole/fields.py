"""The fields of one entry, read by name and kind; each fault becomes a finding at its place."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from hisconsole.errors import Finding
from hisconsole.strict_yaml import Document, Path
from hisconsole.text import _, printable

Choice = TypeVar("Choice", bound=StrEnum)

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_PHONE = re.compile(r"\+?[0-9*#]([0-9*# ()-]{0,22}[0-9*#])?( (ext|转) ?[0-9]{1,6})?")
_PREFIX = re.compile(r"[A-Z0-9]{1,6}")
_LINE = 80


class Fields:
    """The fields of one entry; ask for each, then call `close`, which refuses all others.

    A field that is missing or wrong gives a finding and an empty value in its place, so that one
    pass finds every fault; what was built with findings is thrown away by the caller.
    """

    def __init__(self, document: Document, path: Path, findings: list[Finding]) -> None:
        self.document = document
        self.path = path
        self.findings = findings
        self._asked: list[str] = []
        self._missing: list[str] = []

    def own_id(self) -> str:
        """The name the entry stands under, which is its id."""
        id_ = str(self.path[-1])
        if not _ID.fullmatch(id_):
            sentence = _(
                "'{id}' cannot be an id: use up to 32 letters, digits, '-', '.' and '_', "
                "beginning with a letter or digit."
            )
            found = self.document.at_key(self.path, sentence.format(id=shown(id_)))
            self.findings.append(found)
        return id_

    def text(self, name: str, *, needed: bool = False, longest: int = _LINE) -> str:
        """One line of text, at most `longest` characters; empty where it is not given."""
        held = self._held(name, needed=needed)
        if held is None:
            return ""
        text = held.strip()
        if "\n" in text:
            return self._wrong(name, _("'{name}' must be one line of text.").format(name=name))
        if len(text) > longest:
            sentence = _("'{name}' is longer than {longest} characters: shorten it.")
            return self._wrong(name, sentence.format(name=name, longest=longest))
        return text

    def words(self, name: str) -> tuple[str, ...]:
        """Words with blanks between them."""
        return tuple(self.text(name).split())

    def reference(self, name: str, *, needed: bool = False) -> str:
        """The id of something else; whether it exists is checked when all files are read."""
        id_ = self.text(name, needed=needed)
        if id_ and not _ID.fullmatch(id_):
            sentence = _("'{name}' must be an id such as sw-opd-1f, not '{value}'.")
            return self._wrong(name, sentence.format(name=name, value=shown(id_)))
        return id_

    def flag(self, name: str) -> bool:
        """Yes or no; no where it is not given."""
        text = self.text(name) or "no"
        if text not in ("yes", "no"):
            sentence = _("'{name}' must be yes or no, not '{value}'.")
            self._wrong(name, sentence.format(name=name, value=shown(text)))
        return text == "yes"

    def choice(self, name: str, kind: type[Choice], *, needed: bool = False) -> Choice | None:
        """One of the words of `kind`; None where it is not given."""
        text = self.text(name, needed=needed)
        if not text:
            return None
        try:
            return kind(text)
        except ValueError:
            words = [each.value for each in kind]
            sentence = _("'{name}' cannot be '{value}'{meant}: it is one of {words}.").format(
                name=name, value=shown(text), meant=_meant(text, words), words=", ".join(words)
            )
            self._wrong(name, sentence)
            return None

    def one_of(self, name: str, words: tuple[str, ...]) -> str:
        """One of `words`; needed."""
        text = self.text(name, needed=True)
        if text and text not in words:
            sentence = _("'{name}' must be one of {words}, not '{value}'.")
            sentence = sentence.format(name=name, words=", ".join(words), value=shown(text))
            return self._wrong(name, sentence)
        return text

    def phone(self, name: str) -> str:
        """A number to dial, kept as written; empty where it is not given."""
        text = self.text(name)
        if text and not _PHONE.fullmatch(text):
            sentence = _(
                "'{name}' is not a number to dial: use digits, blanks, '-', '+' and 'ext 12', not '{value}'."
            )
            return self._wrong(name, sentence.format(name=name, value=shown(text)))
        return text

    def prefix(self, name: str) -> str:
        """The letters before an incident's number."""
        text = self.text(name, needed=True)
        if text and not _PREFIX.fullmatch(text):
            sentence = _("'{name}' must be 1 to 6 capital letters or digits, not '{value}'.")
            return self._wrong(name, sentence.format(name=name, value=shown(text)))
        return text

    def folder(self, name: str) -> str:
        """A folder of this machine, from its root on; empty where it is not given."""
        text = self.text(name)
        if text and not text.startswith("/"):
            sentence = _("'{name}' must be a folder from the root on, as /var/lib/hisconsole, not '{value}'.")
            return self._wrong(name, sentence.format(name=name, value=shown(text)))
        return text

    def address(self, name: str) -> str:
        """The IP address of one machine; never a name, because DNS may be what failed (law 9)."""
        text = self.text(name, needed=True)
        if not text:
            return ""
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            sentence = _("'{name}' must be an IP address such as 10.1.2.3, not '{value}'.")
            return self._wrong(name, sentence.format(name=name, value=shown(text)))
        if address.is_multicast or address.is_unspecified or address == _BROADCAST:
            sentence = _("{value} is not the address of one machine.")
            return self._wrong(name, sentence.format(value=text))
        return str(address)

    def number(self, name: str, *, least: int, most: int) -> int | None:
        """A whole number in a range; None where it is not given."""
        text = self.text(name)
        if not text:
            return None
        if re.fullmatch("[0-9]{1,9}", text) and least <= int(text) <= most:
            return int(text)
        sentence = _("'{name}' must be a whole number from {least} to {most}, not '{value}'.")
        sentence = sentence.format(name=name, least=least, most=most, value=shown(text))
        self._wrong(name, sentence)
        return None

    def day(self, name: str) -> date | None:
        """A date; None where it is not given."""
        text = self.text(name)
        try:
            if not text or re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
                return date.fromisoformat(text) if text else None
        except ValueError:
            pass
        sentence = _("'{name}' must be a date such as 2026-11-23, not '{value}'.")
        self._wrong(name, sentence.format(name=name, value=shown(text)))
        return None

    def timezone(self, name: str) -> str:
        """A name of the IANA time zone database."""
        text = self.text(name, needed=True)
        if not text:
            return ""
        try:
            return ZoneInfo(text).key
        except (KeyError, ValueError, OSError):
            sentence = _("'{name}' must be a time zone such as Asia/Shanghai, not '{value}'.")
            return self._wrong(name, sentence.format(name=name, value=shown(text)))

    def given(self, name: str) -> bool:
        """Whether the file gives this field, rightly or wrongly."""
        return name in self._entry()

    def refuse(self, name: str, sentence: str) -> None:
        """Note a fault of this field's value, or of the entry where the field is not given."""
        path = (*self.path, name)
        if path in self.document.values:
            self.findings.append(self.document.at_value(path, sentence))
        else:
            self.findings.append(self.document.at_key(self.path, sentence))

    def close(self) -> None:
        """Refuse names that nobody asked for, and say which needed ones are not there."""
        for name, meant in self._unknown():
            if meant in self._missing:
                self._missing.remove(meant)
            hint = (
                _("did you mean '{meant}'?").format(meant=meant)
                if meant
                else _("allowed here: {names}.").format(names=", ".join(self._asked))
            )
            sentence = _("'{name}' is not known here: {hint}").format(name=shown(name), hint=hint)
            self.findings.append(self.document.at_key((*self.path, name), sentence))
        for name in self._missing:
            sentence = _("'{name}' is missing here: add it.").format(name=name)
            self.findings.append(self.document.at_key(self.path, sentence))

    def _unknown(self) -> Iterator[tuple[str, str]]:
        entry = self._entry()
        free = [name for name in self._asked if name not in entry]
        for name in entry:
            if name not in self._asked:
                yield name, closest(name, free) or closest(name, self._asked)

    def _entry(self) -> dict[str, object]:
        at: object = self.document.data
        for step in self.path:
            at = at[step] if isinstance(at, dict) else {}
        return at if isinstance(at, dict) else {}

    def _held(self, name: str, *, needed: bool) -> str | None:
        self._asked.append(name)
        entry = self._entry()
        held = entry.get(name)
        if isinstance(held, list | dict):
            self._wrong(name, _("'{name}' needs one line of text here.").format(name=name))
            return None
        if isinstance(held, str) and held.strip():
            return held
        if needed and name in entry:
            sentence = _("'{name}' is empty: give it a value.").format(name=name)
            self.findings.append(self.document.at_key((*self.path, name), sentence))
        elif needed:
            self._missing.append(name)
        return None

    def _wrong(self, name: str, sentence: str) -> str:
        self.refuse(name, sentence)
        return ""


_BROADCAST = ipaddress.IPv4Address("255.255.255.255")


def shown(text: str) -> str:
    """What somebody wrote, short enough to stand in a sentence."""
    return printable(text, limit=40)


def closest(word: str, words: Iterable[str]) -> str:
    """The one of `words` most like `word`, or empty; asked only about faults, so loaded late."""
    import difflib

    return next(iter(difflib.get_close_matches(word, [*words], n=1)), "")


def _meant(word: str, words: list[str]) -> str:
    meant = closest(word, words)
    return _(" (did you mean '{meant}'?)").format(meant=meant) if meant else ""
