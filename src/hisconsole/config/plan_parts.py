"""The fields of an entry of the plan: durations, days, conditions, orders, and the parts below a name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from hisconsole.config.plan_words import Words, length, misuse, place, seconds, stretch, unknown, week
from hisconsole.errors import Finding
from hisconsole.fields import Fields, closest, shown
from hisconsole.plan.conditions import Condition, ConditionFault, parse
from hisconsole.strict_yaml import Path
from hisconsole.text import _
from hisconsole.values import dataclass

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_ANSWER = re.compile(r"[a-z][a-z0-9-]{0,31}")
_SLOT = re.compile(r"\{([^{}\n]*)\}|[{}]")


@dataclass(frozen=True, slots=True)
class Written:
    """A condition where it stands in the file, so that what only the whole plan shows can be told there."""

    fields: PlanFields
    name: str
    condition: Condition

    def refuse(self, sentence: str) -> None:
        """Note a fault of it."""
        self.fields.refuse(self.name, sentence)


class PlanFields(Fields):
    """The fields of one entry of the plan."""

    def parts(self, name: str, *, needed: bool = True) -> Iterator[tuple[str, PlanFields]]:
        """The parts below `name` by id, each with its fields; each is closed when the next is asked for."""
        sentence = _("'{name}' needs its entries below it, each under its id.")
        held = self._below(name, dict, sentence, needed=needed)
        for id_, each in held.items() if isinstance(held, dict) else ():
            yield from self._part((*self.path, name, id_), each)

    def listed(self, name: str, *, needed: bool = True) -> Iterator[PlanFields]:
        """The parts below `name` that begin with '-', in order."""
        sentence = _("'{name}' needs its entries below it, each beginning with '-'.")
        held = self._below(name, list, sentence, needed=needed)
        for number, each in enumerate(held if isinstance(held, list) else ()):
            yield from (part for _id, part in self._part((*self.path, name, number), each))

    def lines(self, name: str, *, needed: bool = True) -> tuple[PlanFields, tuple[str, ...]]:
        """The fields below `name` with their names, for those whose names are free."""
        sentence = _("'{name}' needs lines below it, each with a name, ':' and a text.")
        held = self._below(name, dict, sentence, needed=needed)
        told = self.findings if isinstance(held, dict) else []  # that it is not there was told already
        below = PlanFields(self.document, (*self.path, name), told)
        return below, tuple(held) if isinstance(held, dict) else ()

    def points(self, name: str, *, longest: int) -> tuple[str, ...]:
        """The lines below `name` that begin with '-', each one line of text; needed."""
        sentence = _("'{name}' needs lines below it, each beginning with '-'.")
        held = self._below(name, list, sentence)
        found = []
        for number, each in enumerate(held if isinstance(held, list) else ()):
            text = each.strip() if isinstance(each, str) else ""
            if not text or "\n" in text or len(text) > longest:
                wrong = _(
                    "this needs one line of text of at most {longest} characters; in quotes if ': ' is in it."
                )
                place = (*self.path, name, number)
                self.findings.append(self.document.at_value(place, wrong.format(longest=longest)))
            found.append(text)
        return tuple(found)

    def part(self, name: str) -> PlanFields:
        """The fields below `name`; close them."""
        below, _names = self.lines(name)
        return below

    def duration(self, name: str, *, least: int, most: int, needed: bool = True) -> int:
        """A length of time in seconds, from `least` to `most`."""
        text = self.text(name, needed=needed)
        if not text:
            return 0
        found = seconds(text)
        if found is None:
            sentence = _("'{name}' must be a time such as 20 min, 6 h or 2 days, not '{value}'.")
            self.refuse(name, sentence.format(name=name, value=shown(text)))
            return 0
        if not least <= found <= most:
            sentence = _("'{name}' must lie between {least} and {most}, not at {value}.")
            values = {"least": length(least), "most": length(most), "value": text}
            self.refuse(name, sentence.format(name=name, **values))
        return found

    def known(self, name: str, ids: Collection[str], of: str, *, needed: bool = True) -> str:
        """One of `ids`; `of` says what they are."""
        return next(iter(self._known(name, self.text(name, needed=needed).split(), ids, of, most=1)), "")

    def several(self, name: str, ids: Collection[str], of: str, *, needed: bool = True) -> tuple[str, ...]:
        """Some of `ids` with blanks between them."""
        words = self.text(name, needed=needed, longest=400).split()
        return self._known(name, words, ids, of, most=len(words))

    def references(self, name: str, *, needed: bool = False) -> tuple[str, ...]:
        """Ids of another file with blanks between them; whether they exist is checked with all files."""
        return self._known(name, self.text(name, needed=needed, longest=400).split(), None, "", most=99)

    def answers(self, name: str) -> tuple[str, ...]:
        """The answers that a question has, words with blanks between them."""
        words = self.text(name, needed=True, longest=400).split()
        strange = [word for word in (name, *words) if not _ANSWER.fullmatch(word)]
        if strange:
            sentence = _("'{value}' cannot be used in conditions: write it in small letters, digits and '-'.")
            self.refuse(name, sentence.format(value=shown(strange[0])))
        return self._known(name, words, None, "", most=99)

    def order(self, name: str, ids: Collection[str], of: str) -> tuple[tuple[str, ...], ...]:
        """Steps with commas between them, in each one or some of `ids`."""
        text = self.text(name, needed=True, longest=400)
        steps = [step.split() for step in text.split(",")] if text else []
        if not all(steps):
            self.refuse(name, _("'{name}' has a step without a role: take one comma out.").format(name=name))
        words = [word for step in steps for word in step]
        self._known(name, words, ids, of, most=len(words))
        return tuple(tuple(step) for step in steps if step)

    def count(self, name: str, *, most: int) -> int:
        """A whole number from 1; needed."""
        self.text(name, needed=True)
        return self.number(name, least=1, most=most) or 0

    def condition(self, name: str, words: Words) -> Written | None:
        """A condition over the names in `words`; needed."""
        text = self.text(name, needed=True, longest=1000)
        if not text:
            return None
        try:
            condition = parse(text)
        except ConditionFault as fault:
            self.refuse(name, fault.sentence, col=fault.col)
            return None
        wrong = [(test, sentence) for test in condition.tests() if (sentence := misuse(test, words))]
        for test, sentence in wrong:
            self.refuse(name, sentence, col=place(text, test))
        return None if wrong else Written(self, name, condition)

    def days(self, name: str) -> tuple[str, ...]:
        """Dates, and stretches of them as first..last, as ISO dates in order."""
        found: set[str] = set()
        for word in self.text(name, longest=1000).split():
            these = stretch(word)
            if not these:
                sentence = _(
                    "'{value}' in '{name}' must be a date such as 2026-10-01 or 2026-10-01..2026-10-07."
                )
                self.refuse(name, sentence.format(name=name, value=shown(word)))
                return ()
            found |= set(these)
        return tuple(sorted(found))

    def weekdays(self, name: str, *, needed: bool = False) -> tuple[int, ...]:
        """Days of the week, 0 is Monday, written as mon-fri or mon wed."""
        found: set[int] = set()
        for word in self.text(name, needed=needed).split():
            these = week(word)
            if not these:
                sentence = _("'{value}' in '{name}' must be days such as mon-fri or sat.")
                self.refuse(name, sentence.format(name=name, value=shown(word)))
                return ()
            found |= these
        return tuple(sorted(found))

    def minutes(self, name: str, *, needed: bool = False) -> int:
        """A clock time as minutes of the day."""
        text = self.text(name, needed=needed)
        match = _TIME.fullmatch(text)
        if text and not match:
            sentence = _("'{name}' must be a clock time such as 07:30, not '{value}'.")
            self.refuse(name, sentence.format(name=name, value=shown(text)))
        return int(match[1]) * 60 + int(match[2]) if match else 0

    def spoken(self, name: str, slots: Collection[str], *, lines: bool = False) -> str:
        """A text whose {names} are among `slots`; with `lines` it may have several lines."""
        text = (
            (self._held(name, needed=True) or "").strip()
            if lines
            else self.text(name, needed=True, longest=200)
        )
        for match in _SLOT.finditer(text):
            if match[1] in slots:
                continue
            if match[1] is None:
                sentence = _("'{value}' opens or closes no name here: write names as {{since}}.").format(
                    value=match[0]
                )
            else:
                meant = closest(match[1], slots)
                hint = (
                    _("did you mean '{meant}'?").format(meant=meant)
                    if meant
                    else _("it is one of {names}.").format(names=", ".join(slots))
                )
                sentence = _("'{value}' is not known here: {hint}").format(value=shown(match[1]), hint=hint)
            self.refuse(name, sentence)
        return text

    def refuse(self, name: str, sentence: str, *, col: int = 1) -> None:
        """Note a fault of this field's value from column `col` on, or of the entry where it is not given."""
        path = (*self.path, name)
        if path in self.document.values:
            found = self.document.at_value(path, sentence)
            self.findings.append(Finding(found.file, found.line, found.col + col - 1, sentence))
        else:
            self.findings.append(self.document.at_key(self.path, sentence))

    def refuse_name(self, sentence: str, *below: str) -> None:
        """Note a fault at the name of the entry, or of a line below it."""
        self.findings.append(self.document.at_key((*self.path, *below), sentence))

    def refuse_below(self, name: str, below: str, sentence: str) -> None:
        """Note a fault of the value of a line below the field `name`."""
        self.findings.append(self.document.at_value((*self.path, name, below), sentence))

    def _known(
        self, name: str, words: list[str], ids: Collection[str] | None, of: str, *, most: int
    ) -> tuple[str, ...]:
        if len(words) > most:
            self.refuse(name, _("'{name}' must be one of them, not several.").format(name=name))
            return ()
        for word in words:
            if words.count(word) > 1:
                self.refuse(
                    name, _("'{value}' stands twice in '{name}'.").format(name=name, value=shown(word))
                )
                return ()
            if ids is not None and word not in ids:
                self.refuse(name, unknown(name, word, ids, of))
                return ()
        return tuple(words)

    def _part(self, path: Path, held: object) -> Iterator[tuple[str, PlanFields]]:
        part = PlanFields(self.document, path, self.findings)
        if isinstance(held, dict):
            yield str(path[-1]), part
            part.close()
        else:
            sentence = _("this needs its fields below it, each on its own line, indented.")
            self.findings.append(self.document.at_key(path, sentence))

    def _below(self, name: str, kind: type, sentence: str, *, needed: bool = True) -> object:
        self._asked.append(name)
        entry = self._entry()
        if name not in entry:
            self._missing += [name] if needed else []
            return None
        held = entry[name]
        if not isinstance(held, kind) or not held:
            self.findings.append(self.document.at_key((*self.path, name), sentence.format(name=name)))
            return None
        return held

    def _entry(self) -> dict[str, object]:
        at: object = self.document.data
        for step in self.path:
            if isinstance(at, list) and isinstance(step, int):
                at = at[step]
            else:
                at = at.get(str(step)) if isinstance(at, dict) else {}
        return at if isinstance(at, dict) else {}
