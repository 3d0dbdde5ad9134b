"""Thresholds as a hospital writes them: `warn >= 80 for 5m clear < 70, crit >= 95`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import isfinite

from hisconsole.errors import HisError
from hisconsole.plan.status import Status
from hisconsole.text import _
from hisconsole.values import dataclass

LONGEST_S = 86_400

_LEVELS = {
    "warn": Status.WARNING,
    "warning": Status.WARNING,
    "crit": Status.CRITICAL,
    "critical": Status.CRITICAL,
}
_WORDS = {Status.WARNING: "warn", Status.CRITICAL: "crit"}
_TOKEN = re.compile(r"[<>=!\u2264\u2265]+|[^\s<>=!\u2264\u2265]+")
_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?")
_LENGTH = re.compile(r"([0-9]{1,5})(s|sec|m|min|h)")
_SECONDS = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600}


@dataclass(frozen=True, slots=True)
class Threshold:
    """A value from which a reading is a warning or critical, and the value at which that ends.

    `above` is the side on which it raises. With `strict` the value `enter` itself does not raise,
    with `clear_strict` the value `clear` itself does not clear. It raises only after `seconds` of it.
    """

    level: Status
    above: bool
    enter: float
    clear: float
    seconds: int = 0
    strict: bool = False
    clear_strict: bool = True

    def entered(self, value: float) -> bool:
        """Whether `value` is on the bad side."""
        if value == self.enter:
            return not self.strict
        return (value > self.enter) is self.above

    def cleared(self, value: float) -> bool:
        """Whether `value` ends it; between `clear` and `enter` what was stays."""
        if value == self.clear:
            return not self.clear_strict
        return (value < self.clear) is self.above


def parse_thresholds(text: str, level: Status | None = None) -> tuple[Threshold, ...]:
    """Read thresholds separated by commas; each says `warn` or `crit` unless `level` says it for all.

    Raises HisError with a sentence that names the part and what would be right.
    """
    found = [_threshold(part.strip(), level) for part in text.split(",")]
    return checked(found)


def checked(thresholds: Iterable[Threshold]) -> tuple[Threshold, ...]:
    """Thresholds of one reading that make sense together; raises HisError with a sentence."""
    kept: dict[tuple[Status, bool], Threshold] = {}
    for threshold in thresholds:
        twin = kept.setdefault((threshold.level, threshold.above), threshold)
        if twin is not threshold:
            raise HisError(
                _("'{one}' and '{other}' are the same level on the same side: keep one.").format(
                    one=threshold_text(twin), other=threshold_text(threshold)
                )
            )
    _steps(kept)
    for high in (found for found in kept.values() if found.above):
        for low in (found for found in kept.values() if not found.above):
            if low.enter >= high.enter:
                raise HisError(
                    _("'{one}' and '{other}' leave no good value between them.").format(
                        one=threshold_text(low), other=threshold_text(high)
                    )
                )
    return tuple(kept.values())


def _steps(kept: dict[tuple[Status, bool], Threshold]) -> None:
    for above in (True, False):
        warn, crit = kept.get((Status.WARNING, above)), kept.get((Status.CRITICAL, above))
        if warn and crit and warn.enter != crit.enter and (warn.enter > crit.enter) is above:
            raise HisError(
                _("'{warn}' would come only after '{crit}': a warning comes first.").format(
                    warn=threshold_text(warn), crit=threshold_text(crit)
                )
            )


def threshold_text(threshold: Threshold) -> str:
    """A threshold as `parse_thresholds` reads it, in its shortest form."""
    enter = _compare(above=threshold.above, strict=threshold.strict, value=threshold.enter)
    text = f"{_WORDS[threshold.level]} {enter}"
    if threshold.seconds:
        text += f" for {length_text(threshold.seconds)}"
    if (threshold.clear, threshold.clear_strict) != (threshold.enter, not threshold.strict):
        clear = _compare(above=not threshold.above, strict=threshold.clear_strict, value=threshold.clear)
        text += f" clear {clear}"
    return text


def length_text(seconds: int) -> str:
    """A length of time in its shortest exact form: `90s`, `5m`, `1h`."""
    if seconds % 3600 == 0:
        return f"{seconds // 3600}h"
    return f"{seconds // 60}m" if seconds % 60 == 0 else f"{seconds}s"


def _compare(*, above: bool, strict: bool, value: float) -> str:
    return f"{'>' if above else '<'}{'' if strict else '='} {repr(value).removesuffix('.0')}"


def _threshold(part: str, level: Status | None) -> Threshold:
    tokens = iter([token.lower() for token in _TOKEN.findall(part)])
    first = next(tokens, "")
    if not first:
        raise HisError(_("A threshold is empty: write for example '>= 80 for 5m clear < 70'."))
    said = _LEVELS.get(first)
    if said is not None:
        first = next(tokens, "")
    if said is not None and level is not None and said is not level:
        raise HisError(_("'{part}' stands where the other level is set.").format(part=part))
    if said is None and level is None:
        raise HisError(
            _("'{part}' does not say its level: put 'warn' or 'crit' before it.").format(part=part)
        )
    above, strict = _side(first, part)
    enter = _number(next(tokens, ""), part)
    found = Threshold(
        level=said or level or Status.WARNING,
        above=above,
        enter=enter,
        clear=enter,
        strict=strict,
        clear_strict=not strict,
    )
    return _tail(found, tokens, part)


def _tail(found: Threshold, tokens: Iterator[str], part: str) -> Threshold:
    heard: set[str] = set()
    for word in tokens:
        if word in heard:
            raise HisError(_("'{part}' says '{word}' twice.").format(part=part, word=word))
        heard.add(word)
        if word == "for":
            found = replace(found, seconds=_length(next(tokens, ""), part))
        elif word == "clear":
            found = _clearing(found, next(tokens, ""), next(tokens, ""), part)
        else:
            raise HisError(
                _(
                    "'{word}' in '{part}' is not understood: after the number, without its unit, come only"
                    " 'for 5m' and 'clear < 70'."
                ).format(word=word, part=part)
            )
    return found


def _clearing(found: Threshold, comparison: str, number: str, part: str) -> Threshold:
    upward, strict = _side(comparison, part)
    clear = _number(number, part)
    if upward is found.above:
        raise HisError(
            _("'{part}' raises and clears on the same side: clear with {sign}.").format(
                part=part, sign="<" if found.above else ">"
            )
        )
    both = clear == found.enter and not strict and not found.strict
    if both or (clear != found.enter and (clear > found.enter) is found.above):
        raise HisError(_("'{part}' would raise and clear at one value.").format(part=part))
    return replace(found, clear=clear, clear_strict=strict)


def _side(token: str, part: str) -> tuple[bool, bool]:
    """Whether a comparison looks upward, and whether it leaves its limit out."""
    if token in (">", ">=", "<", "<="):
        return token[0] == ">", len(token) == 1
    if not token:
        raise HisError(_("'{part}' ends before its comparison.").format(part=part))
    raise HisError(
        _("'{token}' in '{part}' is not a comparison: use >=, >, <= or <.").format(token=token, part=part)
    )


def _number(token: str, part: str) -> float:
    if _NUMBER.fullmatch(token) and isfinite(float(token)):
        return float(token)
    if not token:
        raise HisError(_("'{part}' ends before its number.").format(part=part))
    raise HisError(
        _("'{token}' in '{part}' is not a number: write it like 80 or -16.5, without a unit.").format(
            token=token, part=part
        )
    )


def _length(token: str, part: str) -> int:
    match = _LENGTH.fullmatch(token)
    seconds = int(match[1]) * _SECONDS[match[2]] if match else 0
    if 0 < seconds <= LONGEST_S:
        return seconds
    raise HisError(
        _("'{token}' in '{part}' is not a length of time: write 30s, 5m or 1h, at most 24h.").format(
            token=token, part=part
        )
    )
