"""The little language of plan and flows: conditions over named facts, parsed and judged, never evaluated.

`symptom = no-network and (scope in (department, hospital) or departments >= 2)`, with `and`, `or`,
`not`, `=`, `!=`, `in`, `<`, `<=`, `>`, `>=` and `always`. A fact that is not known makes what hangs on it
unknown (Kleene's logic), and a condition that holds says since when.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from hisconsole.text import _
from hisconsole.values import dataclass

LONGEST = 1000
"""Characters of a condition."""
DEEPEST = 20
"""Brackets and nots inside one another."""

EVER = datetime.min.replace(tzinfo=UTC)
"""The moment of what has no beginning worth knowing."""


class ConditionFault(ValueError):
    """A condition that is none; `col` counts from 1 in its text."""

    def __init__(self, sentence: str, col: int) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.col = col


@dataclass(frozen=True, slots=True)
class Fact:
    """Something known: its value and since when; a count also knows when it reached each number."""

    value: str | int
    since: datetime = EVER
    reached: tuple[datetime, ...] = ()


Facts = Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Truth:
    """Whether a condition holds (None: not known), and since when."""

    value: bool | None
    since: datetime = EVER


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison: a name, how, and the words or the number it is compared with."""

    name: str
    how: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Join:
    """`and`, `or`, `not` over parts; `and` over none always holds."""

    how: str
    parts: tuple[Test | Join, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as it was written, and what it says."""

    text: str
    root: Test | Join

    def tests(self) -> Iterator[Test]:
        """Every comparison in it."""
        waiting: list[Test | Join] = [self.root]
        while waiting:
            part = waiting.pop()
            if isinstance(part, Test):
                yield part
            else:
                waiting += reversed(part.parts)

    @property
    def names(self) -> frozenset[str]:
        """The facts it asks for."""
        return frozenset(test.name for test in self.tests())


def known(values: Mapping[str, str | int]) -> dict[str, Fact]:
    """Plain values as facts without a beginning."""
    return {name: Fact(value) for name, value in values.items()}


def judge(condition: Condition, facts: Facts) -> Truth:
    """Whether a condition holds, and since when."""
    return _judge(condition.root, facts)


def _judge(part: Test | Join, facts: Facts) -> Truth:
    if isinstance(part, Test):
        return _compare(part, facts.get(part.name))
    truths = [_judge(each, facts) for each in part.parts]
    if part.how == "not":
        (truth,) = truths
        return truth if truth.value is None else Truth(not truth.value, truth.since)
    decides = part.how == "or"  # one True decides an `or`, one False an `and`
    deciding = [truth.since for truth in truths if truth.value is decides]
    if deciding:
        return Truth(decides, min(deciding))
    if any(truth.value is None for truth in truths):
        return Truth(None)
    return Truth(not decides, max((truth.since for truth in truths), default=EVER))


def _compare(test: Test, fact: Fact | None) -> Truth:
    if fact is None:
        return Truth(None)
    if test.how in ("=", "in"):
        return Truth(str(fact.value) in test.words, fact.since)
    if test.how == "!=":
        return Truth(str(fact.value) not in test.words, fact.since)
    if not isinstance(fact.value, int):
        return Truth(None)
    wanted = int(test.words[0])
    value, how = fact.value, test.how
    holds = value >= wanted if how == ">=" else value > wanted if how == ">" else None
    if holds is None:
        return Truth(value <= wanted if how == "<=" else value < wanted, fact.since)
    step = wanted - 1 if how == ">=" else wanted
    since = fact.reached[step] if holds and 0 <= step < len(fact.reached) else fact.since
    return Truth(holds, since)


_TOKEN = re.compile(r"\s*(?:(>=|<=|!=|[=<>(),])|([A-Za-z0-9][A-Za-z0-9._/-]*)|(\S))")
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_NUMBER = re.compile(r"[0-9]{1,6}")
_WORDS = frozenset({"and", "or", "not", "in", "always"})


def parse(text: str) -> Condition:
    """Read a condition. Raises ConditionFault with a sentence and the column."""
    if len(text) > LONGEST:
        raise ConditionFault(
            _("a condition has at most {n} characters: split it.").format(n=LONGEST), LONGEST + 1
        )
    reader = _Reader(text)
    root = reader.either(0)
    if reader.word:
        raise reader.fault(_("'{word}' does not belong here: join conditions with 'and' or 'or'."))
    return Condition(" ".join(text.split()), root)


class _Reader:
    """Reads a condition token by token from left to right."""

    def __init__(self, text: str) -> None:
        self._tokens: Sequence[tuple[str, int]] = [
            (match[1] or match[2] or match[3], match.start(match.lastindex or 0) + 1)
            for match in _TOKEN.finditer(text)
        ]
        self._at = 0
        self._end = len(text) + 1

    @property
    def word(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def fault(self, sentence: str) -> ConditionFault:
        col = self._tokens[self._at][1] if self._at < len(self._tokens) else self._end
        return ConditionFault(sentence.format(word=self.word), col)

    def next(self) -> str:
        token = self.word
        self._at += 1
        return token

    def either(self, depth: int) -> Test | Join:
        parts = [self._both(depth)]
        while self.word == "or":
            self.next()
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else Join("or", tuple(parts))

    def _both(self, depth: int) -> Test | Join:
        parts = [self._one(depth)]
        while self.word == "and":
            self.next()
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else Join("and", tuple(parts))

    def _one(self, depth: int) -> Test | Join:
        if depth > DEEPEST:
            raise self.fault(_("too many brackets inside one another: split the condition."))
        if self.word == "not":
            self.next()
            return Join("not", (self._one(depth + 1),))
        if self.word == "(":
            self.next()
            inner = self.either(depth + 1)
            self._take(")")
            return inner
        if self.word == "always":
            self.next()
            return Join("and", ())
        return self._test()

    def _test(self) -> Test:
        if not _NAME.fullmatch(self.word) or self.word in _WORDS:
            raise self.fault(
                _("a name is needed here, such as 'scope', not '{word}'.")
                if self.word
                else _("the condition ends too early: a name is needed here.")
            )
        name = self.next()
        if self.word not in ("=", "!=", "in", "<", "<=", ">", ">="):
            raise self.fault(_("after a name comes =, !=, in, <, <=, > or >=."))
        how = self.next()
        if how == "in":
            self._take("(")
            words = [self._word()]
            while self.word == ",":
                self.next()
                words.append(self._word())
            self._take(")")
            return Test(name, how, tuple(words))
        if how not in ("=", "!=") and not _NUMBER.fullmatch(self.word):
            raise self.fault(_("a whole number is needed here."))
        return Test(name, how, (self._word(),))

    def _word(self) -> str:
        if not self.word or not self.word[0].isalnum():
            raise self.fault(_("a value is needed here."))
        return self.next()

    def _take(self, sign: str) -> None:
        if self.word != sign:
            raise self.fault(_("'{sign}' is missing here.").replace("{sign}", sign))
        self.next()
