"""Fields that hold more than a line of text: parts with fields of their own, pairs, object numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hisconsole.errors import HisError
from hisconsole.fields import Fields, closest, shown
from hisconsole.plan.status import Status
from hisconsole.plan.threshold import Threshold, checked, parse_thresholds
from hisconsole.text import _

NONE = "none"

_OID = re.compile(r"[012](\.(0|[1-9][0-9]{0,9})){3,80}")
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}(/[A-Za-z0-9][A-Za-z0-9._-]{0,39}){0,3}")
_OBJECT = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}::[A-Za-z][A-Za-z0-9.-]{0,63}")
_INTEGER = re.compile(r"-?[0-9]{1,20}")


class PartFields(Fields):
    """The fields of an entry that may have parts below it."""

    def parts(self, name: str) -> Iterator[tuple[str, PartFields]]:
        """The named parts below `name`, each with its fields; close each when it is read."""
        for id_ in self._below(name):
            part = PartFields(self.document, (*self.path, name, id_), self.findings)
            held = self._entry()[name]
            if not _PART.fullmatch(id_):
                sentence = _("'{id}' cannot name a part: use letters, digits, '-', '.', '_' and '/'.")
                self.findings.append(self.document.at_key(part.path, sentence.format(id=shown(id_))))
            elif isinstance(held, dict) and isinstance(held[id_], dict):
                yield id_, part
            else:
                sentence = _("'{id}' needs its fields below it, each on its own line, indented.")
                self.findings.append(self.document.at_key(part.path, sentence.format(id=shown(id_))))

    def part(self, name: str) -> PartFields | None:
        """The fields below `name`; None where it is not given."""
        return PartFields(self.document, (*self.path, name), self.findings) if self._below(name) else None

    def pairs(self, name: str) -> tuple[dict[str, str], PartFields]:
        """Names and texts below `name`, and the fields by which a wrong one is refused."""
        below = PartFields(self.document, (*self.path, name), self.findings)
        return {id_: below.text(id_, needed=True, longest=200) for id_ in self._below(name)}, below

    def listed(self, name: str, *, longest: int = 400) -> tuple[str, ...]:
        """Texts with commas between them."""
        text = self.text(name, longest=longest)
        return tuple(part for part in (each.strip() for each in text.split(",")) if part)

    def references(self, name: str, *, needed: bool = False) -> tuple[str, ...]:
        """Ids with blanks between them, none twice."""
        ids = tuple(self.text(name, needed=needed, longest=200).split())
        for id_ in ids:
            if not re.fullmatch("[A-Za-z0-9][A-Za-z0-9._-]{0,31}", id_):
                sentence = _("'{value}' in '{name}' cannot be an id: write ids with blanks between them.")
                self.refuse(name, sentence.format(name=name, value=shown(id_)))
                return ()
            if ids.count(id_) > 1:
                self.refuse(name, _("'{value}' stands twice in '{name}'.").format(name=name, value=id_))
                return ()
        return ids

    def oid(self, name: str, *, needed: bool = False) -> str:
        """One object identifier."""
        text = self.text(name, needed=needed, longest=400)
        return text if not text or self._is_oid(name, text) else ""

    def oids(self, name: str) -> tuple[str, ...]:
        """Object identifiers with blanks between them."""
        words = tuple(self.text(name, longest=800).split())
        return words if all(self._is_oid(name, word) for word in words) else ()

    def mib_object(self, name: str) -> str:
        """The name of an object with that of its MIB."""
        text = self.text(name, needed=True)
        if text and not _OBJECT.fullmatch(text):
            sentence = _("'{name}' must be MIB::object, such as IF-MIB::ifOperStatus, not '{value}'.")
            return self._wrong(name, sentence.format(name=name, value=shown(text)))
        return text

    def integers(self, name: str) -> frozenset[int]:
        """Whole numbers with blanks between them."""
        words = self.text(name).split()
        for word in words:
            if not _INTEGER.fullmatch(word):
                sentence = _("'{value}' in '{name}' is not a whole number.")
                self.refuse(name, sentence.format(name=name, value=shown(word)))
                return frozenset()
        return frozenset(map(int, words))

    def positive(self, name: str, *, otherwise: float) -> float:
        """A number above nought."""
        text = self.text(name)
        if not text:
            return otherwise
        if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text) and float(text) > 0:
            return float(text)
        sentence = _("'{name}' must be a number above 0, not '{value}'.")
        self._wrong(name, sentence.format(name=name, value=shown(text)))
        return otherwise

    def limits(self) -> tuple[Threshold, ...]:
        """The thresholds that `warn` and `crit` set."""
        found: list[Threshold] = []
        for name, level in (("warn", Status.WARNING), ("crit", Status.CRITICAL)):
            text = self.text(name)
            if text:
                found += self.thresholds(name, text, level)
        try:
            return checked(found)
        except HisError as fault:
            self.refuse("crit", str(fault))
            return ()

    def limits_by_pattern(self, name: str) -> dict[str, tuple[Threshold, ...]]:
        """Thresholds by the pattern of the readings that they judge; `none` stands for no limits."""
        pairs, below = self.pairs(name)
        found: dict[str, tuple[Threshold, ...]] = {}
        for pattern, text in pairs.items():
            if text:
                found[pattern] = () if text == NONE else below.thresholds(pattern, text)
        return found

    def thresholds(self, name: str, text: str, level: Status | None = None) -> tuple[Threshold, ...]:
        """The thresholds that a text sets; a fault is told of the field `name`."""
        try:
            return parse_thresholds(text, level)
        except HisError as fault:
            self.refuse(name, str(fault))
            return ()

    def unknown_part(self, name: str, value: str, known: tuple[str, ...]) -> None:
        """Refuse the value of `name`, which is none of the `known` words."""
        meant = closest(value, known)
        hint = _("did you mean '{meant}'?").format(meant=meant) if meant else _("none of that name is known.")
        sentence = _("'{name}' is '{value}': {hint}")
        self.refuse(name, sentence.format(name=name, value=shown(value), hint=hint))

    def _is_oid(self, name: str, text: str) -> bool:
        if _OID.fullmatch(text):
            return True
        sentence = _("'{name}' must be object numbers such as 1.3.6.1.2.1.1.3.0, not '{value}'.")
        self.refuse(name, sentence.format(name=name, value=shown(text)))
        return False

    def _below(self, name: str) -> tuple[str, ...]:
        self._asked.append(name)
        held = self._entry().get(name)
        if isinstance(held, dict):
            return tuple(held)
        if name in self._entry():
            sentence = _("'{name}' needs its parts below it, each on its own line, indented.")
            self.findings.append(self.document.at_key((*self.path, name), sentence.format(name=name)))
        return ()
