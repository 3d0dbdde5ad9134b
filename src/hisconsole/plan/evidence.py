"""Evidence for the classification: what the watch sees wrong, read by the plan's signs as answers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import product

from hisconsole.plan.category import rank, verdict
from hisconsole.plan.conditions import Fact, Facts, judge
from hisconsole.plan.document import Plan, Sign
from hisconsole.plan.picture import StatusPicture, Watched
from hisconsole.plan.reading import Judged, reading_words
from hisconsole.plan.status import Status
from hisconsole.plan.words import YesNo
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """A sign that was seen: on which target, in words what was measured there, and since when."""

    sign: Sign
    target: str
    words: str
    since: datetime


def found(plan: Plan, picture: StatusPicture, *, near: Collection[str]) -> tuple[Found, ...]:
    """The plan's signs as they are seen now, in the plan's order, the worst target first.

    Only targets in `near` (the caller's switch and what it hangs on) and those that carry a service count:
    a switch elsewhere is no evidence for this call. What is still being counted (soft) counts for nothing;
    what is silenced does count, because a silence says that it is known and not that it is well.
    """
    return signs_on(plan, [row for row in picture.rows if row.target.id in near or row.target.services])


def signs_on(plan: Plan, rows: Sequence[Watched]) -> tuple[Found, ...]:
    """The plan's signs that are seen on some targets, in the plan's order and then in theirs."""
    seen = (_seen(sign, row) for sign in plan.signs for row in rows if _settled(row))
    return tuple(each for each in seen if each is not None)


def answers_of(plan: Plan, facts: Facts, signs: Sequence[Found]) -> tuple[Found, ...]:
    """Of the signs that were seen those to answer with: one a question, and none that is answered already.

    Of all ways to choose, it is the one with the highest category, so that a further sign never lowers it;
    then the one that answers most, then the plan's order.
    """
    questions: dict[str, dict[str, Found]] = {}
    for each in signs:
        if each.sign.question not in facts:
            questions.setdefault(each.sign.question, {}).setdefault(each.sign.value, each)
    ways = product(*((*values.values(), None) for values in questions.values()))
    chosen = [tuple(each for each in way if each is not None) for way in ways]
    return min(chosen, key=lambda way: (_rank_with(plan, facts, way), -len(way)))


def _rank_with(plan: Plan, facts: Facts, signs: Sequence[Found]) -> int:
    answers = {each.sign.question: Fact(each.sign.value, each.since) for each in signs}
    return rank(verdict(plan, {**facts, **answers}).category)


def _settled(row: Watched) -> bool:
    """Whether its state may be taken for what it is: firm, cut off by others, or known not to settle."""
    return row.shown.firm or row.shown.flapping or row.shown.under is Status.UNREACHABLE


def _seen(sign: Sign, row: Watched) -> Found | None:
    for judged, facts in _views(row):
        if judge(sign.when, facts).value:
            measured = row.words if judged is None else reading_words(judged)
            since = (row.shown.begun or row.shown.since) if judged is None else judged.since
            say = sign.say.replace("{target}", row.target.name)
            return Found(sign, row.target.id, f"{say} ({measured})" if measured else say, since)
    return None


def _views(row: Watched) -> Iterator[tuple[Judged | None, dict[str, Fact]]]:
    """A target as signs see it: with each of its services, with none and each reading that is wrong."""
    shown, target = row.shown, row.target
    flapping = YesNo.YES if shown.flapping else YesNo.NO
    itself = {
        "target": Fact(target.id),
        "kind": Fact(target.kind.value),
        "status": Fact(shown.under.value),
        "flapping": Fact(flapping.value),
    }
    old = shown.under in (Status.STALE, Status.UNREACHABLE)
    readings: list[tuple[Judged | None, dict[str, Fact]]] = [(None, {})]
    for judged in () if old else row.wrong:
        level = Fact(judged.status.value)
        readings += [(judged, {"reading": Fact(word), "level": level}) for word in _spelt(judged)]
    services = [{"service": Fact(service)} for service in target.services] or [{}]
    for (read, of_it), service in product(readings, services):
        yield read, {**itself, **of_it, **service}


def _spelt(judged: Judged) -> tuple[str, str]:
    """How a sign may call a reading: `if` or `if/link` for if/GE1-0-1/link, and `disk` for disk//var."""
    head, _slash, rest = judged.sample.key.partition("/")
    end = "" if rest.startswith("/") else rest.rpartition("/")[2]
    return head, f"{head}/{end}" if end else head
