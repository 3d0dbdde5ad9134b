"""What is written in the fields of the plan: lengths of time, days, comparisons."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Literal, TypeAlias

from hisconsole.fields import closest, shown
from hisconsole.plan.conditions import Test
from hisconsole.text import _

Words: TypeAlias = "Mapping[str, frozenset[str] | Literal['count'] | None]"
"""The names a condition may use, with the words each may be; None: any word."""

MINUTE, HOUR, DAY = 60, 3600, 86400

_UNITS = {"s": 1, "min": MINUTE, "h": HOUR, "day": DAY, "days": DAY}
_DURATION = re.compile(r"([0-9]{1,5}) ?(s|min|h|days?)")
_DAYS = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:\.\.([0-9]{4}-[0-9]{2}-[0-9]{2}))?")
_LONGEST_HOLIDAY = 60
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def seconds(text: str) -> int | None:
    """A length of time such as 20 min, or at once; None when it is none."""
    match = _DURATION.fullmatch(text)
    if match:
        return int(match[1]) * _UNITS[match[2]]
    return 0 if text == "at once" else None


def length(of: int) -> str:
    """Seconds as the file writes them."""
    for name, unit in (("days", DAY), ("h", HOUR), ("min", MINUTE)):
        if of and of % unit == 0:
            return f"{of // unit} {name}"
    return f"{of} s"


def stretch(word: str) -> tuple[str, ...]:
    """A date, or all from the first to the last of first..last; none when it is neither."""
    match = _DAYS.fullmatch(word)
    try:
        first = date.fromisoformat(match[1]) if match else date.max
        days = (date.fromisoformat(match[2] or match[1]) - first).days if match else -1
    except ValueError:
        return ()
    if not 0 <= days <= _LONGEST_HOLIDAY:
        return ()
    return tuple((first + timedelta(each)).isoformat() for each in range(days + 1))


def week(word: str) -> frozenset[int]:
    """A day of the week (0 is Monday), or all from first to last as mon-fri; none when it is neither."""
    first, dash, last = word.partition("-")
    last = last if dash else first
    if first not in _WEEK or last not in _WEEK:
        return frozenset()
    return frozenset(range(_WEEK.index(first), _WEEK.index(last) + 1))


def unknown(name: str, value: str, ids: Collection[str], of: str) -> str:
    """The sentence about a value that is none of `ids`."""
    meant = closest(value, ids)
    hint = _(": did you mean '{meant}'?").format(meant=meant) if meant else "."
    sentence = _("'{name}' is '{value}', which is not among {of}{hint}")
    return sentence.format(name=name, value=shown(value), of=of, hint=hint)


def misuse(test: Test, words: Words) -> str:
    """What is wrong with one comparison, as a sentence; empty when nothing is."""
    if test.name not in words:
        meant = closest(test.name, words)
        hint = (
            _("did you mean '{meant}'?").format(meant=meant) if meant else _("nothing of that name is known.")
        )
        return _("'{name}' cannot be asked for here: {hint}").format(name=shown(test.name), hint=hint)
    values = words[test.name]
    if values == "count":
        wrong = [word for word in test.words if not (word.isdecimal() and word == str(int(word)))]
        sentence = _("'{name}' is a number, and '{value}' is none.")
        return sentence.format(name=test.name, value=shown(wrong[0])) if wrong else ""
    if test.how not in ("=", "!=", "in"):
        return _("'{name}' is a word: compare it with =, != or in.").format(name=test.name)
    for word in test.words:
        if values is not None and word not in values:
            meant = closest(word, values)
            hint = (
                _("did you mean '{meant}'?").format(meant=meant)
                if meant
                else _("it is one of {values}.").format(values=", ".join(sorted(values)))
            )
            sentence = _("'{name}' cannot be '{value}': {hint}")
            return sentence.format(name=test.name, value=shown(word), hint=hint)
    return ""


def place(text: str, test: Test) -> int:
    """Where a comparison stands in the text of its condition, counted from 1."""
    name, how, word = (re.escape(each) for each in (test.name, test.how, test.words[0]))
    match = re.search(rf"(?<![\w.-]){name}\s*{how}\s*\(?\s*{word}", text)
    match = match or re.search(rf"(?<![\w.-]){name}(?![\w.-])", text)
    return match.start() + 1 if match else 1
