"""The attempts to reach one contact: rounds over the numbers, and when they are due again (domain 5.7).

A round tries each right number as often as the plan says, but for no longer than the plan allows; then
it is the next person's turn, and the missed one comes back after as long again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from hisconsole.plan.document import Reach
from hisconsole.plan.outreach import Called, CallOutcome, NumberKind
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class Attempts:
    """What came of calling one contact; moments in UTC, None for what has not happened.

    `let_go` is when the first round ended and others may be called, `ends` when the last one did or does;
    `spent` tells a round whose every attempt was used from one that only time ends.
    """

    count: int = 0
    first_at: datetime | None = None
    last: Called | None = None
    reached: Called | None = None
    declined: Called | None = None
    wrong_at: datetime | None = None
    """Since when none of the numbers is right."""
    let_go: datetime | None = None
    ends: datetime | None = None
    spent: bool = False
    number: NumberKind | None = None
    """Which number to dial next while the round lasts."""
    first_number: NumberKind | None = None
    """Which number the next round begins with."""

    def given_up(self, now: datetime) -> bool:
        """Whether nothing is to be expected of them for now: missed once, declined, or no number to try."""
        missed = self.let_go is not None and self.let_go <= now
        return missed or self.declined is not None or self.first_number is None

    def number_at(self, now: datetime) -> NumberKind | None:
        """Which number to dial at a moment."""
        lasts = self.ends is not None and not self.spent and now < self.ends
        return self.number if lasts else self.first_number


def attempts_of(
    contact: str, calls: Iterable[Called], numbers: tuple[NumberKind, ...], reach: Reach
) -> Attempts:
    """What `calls` come to for a contact with these numbers; whoever answered in his place counts for him."""
    mine = sorted(
        (
            call
            for call in calls
            if call.contact == contact or (call.instead_of == contact and call.outcome is CallOutcome.REACHED)
        ),
        key=lambda call: (call.at, call.entry),
    )
    reached = next((call for call in mine if call.outcome is CallOutcome.REACHED), None)
    declined = next((call for call in mine if call.outcome is CallOutcome.DECLINED), None)
    wrong = {call.number for call in mine if call.outcome is CallOutcome.WRONG_NUMBER}
    right = tuple(number for number in numbers if number not in wrong)
    missed = [call for call in mine if call.outcome not in (CallOutcome.REACHED, CallOutcome.DECLINED)]
    at_most = timedelta(seconds=reach.next_after_s)
    begun = ends = let_go = None
    spent, used, rounds = False, Counter[NumberKind](), 0
    bad: set[NumberKind] = set()
    for call in missed:
        if begun is None or ends is None or call.at >= ends:
            begun, used, rounds = call.at, Counter[NumberKind](), rounds + 1
        used[call.number] += 1
        if call.outcome is CallOutcome.WRONG_NUMBER:
            bad.add(call.number)
        left = (each for each in numbers if each not in bad)
        spent = call.outcome is CallOutcome.LEFT_WORD or all(used[each] >= reach.attempts for each in left)
        ends = call.at if spent else begun + at_most
        let_go = ends if rounds == 1 else let_go
    return Attempts(
        count=len(mine),
        first_at=mine[0].at if mine else None,
        last=mine[-1] if mine else None,
        reached=reached,
        declined=declined,
        wrong_at=_wrong_since(missed, right),
        let_go=let_go,
        ends=ends,
        spent=spent,
        number=next((each for each in right if used[each] < reach.attempts), None),
        first_number=next(iter(right), None),
    )


def _wrong_since(missed: Iterable[Called], right: tuple[NumberKind, ...]) -> datetime | None:
    """Since when no right number is left; None while there is one, or where there never was one to try."""
    if right:
        return None
    return max((call.at for call in missed if call.outcome is CallOutcome.WRONG_NUMBER), default=None)
