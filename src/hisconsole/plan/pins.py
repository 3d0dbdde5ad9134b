"""PINs by rule: what one may be, and how long after wrong ones the next try has to wait."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from hisconsole.errors import Refused
from hisconsole.text import _
from hisconsole.values import dataclass

LEAST, MOST = 4, 12
FREE: Final = 5
"""Wrong tries in a row before the first pause (bar 33)."""
FIRST_PAUSE: Final = timedelta(seconds=60)
LONGEST_PAUSE: Final = timedelta(minutes=15)
"""A pause doubles up to this: a colleague or a director can help sooner than it ends."""


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong tries in a row, and until when there is no further one."""

    wrong: int = 0
    until: datetime | None = None

    def wait(self, now: datetime) -> int:
        """Whole seconds until a try is taken again; a clock that was set back lengthens no pause."""
        if self.until is None or self.until <= now:
            return 0
        return -(-min(self.until - now, pause(self.wrong)) // timedelta(seconds=1))

    def clock_put_right(self, now: datetime) -> Tries:
        """The same, with no pause that begins later than now: a clock may have run ahead."""
        latest = now + pause(self.wrong)
        return Tries(self.wrong, latest) if self.until is not None and self.until > latest else self

    def after_wrong(self, now: datetime) -> Tries:
        """What a wrong try makes of it."""
        wrong = self.wrong + 1
        length = pause(wrong)
        return Tries(wrong, now + length if length else None)


def pause(wrong: int) -> timedelta:
    """How long the pause is that the last of `wrong` tries in a row brings."""
    if wrong < FREE:
        return timedelta(0)
    doublings = min(wrong - FREE, 10)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


def check_pin(pin: bytes) -> None:
    """Refuse what cannot be a PIN; the sentence never holds it. Raises Refused."""
    if not (LEAST <= len(pin) <= MOST and pin.isdigit()):
        raise Refused(_("A PIN is {least} to {most} digits.").format(least=LEAST, most=MOST))
    steps = {(after - before) % 10 for before, after in pairwise(pin)}
    if len(steps) == 1 and steps <= {0, 1, 9}:
        raise Refused(_("That PIN is the first one anybody tries: neither 1111 nor 1234."))


def wait_told(seconds: int) -> str:
    """That there is a pause, and how long it lasts."""
    return _("Too many wrong PINs: the next try is taken in {seconds} s.").format(seconds=seconds)
