"""From what is seen to incidents: what the record should hold, decided from the present alone.

Nothing here goes by the order in which things became known: the same facts, whenever and however often
they are looked at, come to the same open incidents. What changes is told; what is on record already is not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from hisconsole.plan.calls import ALIKE_WINDOW
from hisconsole.plan.clusters import Seen, findings, well
from hisconsole.plan.conditions import EVER
from hisconsole.plan.detection import BACK, SERIES, SIBLINGS, Detection, Finding
from hisconsole.plan.elapsed import OVER
from hisconsole.plan.incident import Incident
from hisconsole.plan.words import State, Verification, YesNo
from hisconsole.values import dataclass

GROWS_EVERY: Final = timedelta(seconds=10)
"""The rate fold: growth of an incident is told at most this often, with all that came until then."""
COUNTS_EVERY: Final = timedelta(minutes=1)
"""How often mere counts of changes are told."""
CALM: Final = timedelta(minutes=15)
"""How long what came back twice within this time must be well before it counts as over (domain 4.1)."""
UNSTABLE_AFTER: Final = 2
RECURRING: Final = "recurring"
"""The question of the plan that a series answers."""


class Move(StrEnum):
    """What is to be done about an incident."""

    OPEN = "open"
    JOIN = "join"
    """Calls came before polls: their incident takes the finding up."""
    GROW = "grow"
    WORSEN = "worsen"
    RETURN = "return"
    CLEAR = "clear"
    """It is well before anybody saw it; it stays in the queue until somebody has."""
    RECOVER = "recover"
    FOLD = "fold"
    """Another incident has the cause."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to record: about incident `number` (0: a new one), at the time it happened."""

    move: Move
    number: int
    finding: Finding
    at: datetime
    counted: frozenset[str] = frozenset()
    """Whose changes of status, not on record yet, are folded into this."""
    changes: int = 0
    into: int = 0

    @property
    def key(self) -> str:
        """What no two open incidents share."""
        return self.finding.key


def decide(
    seen: Seen, known: Iterable[Incident], *, found: Sequence[Finding] | None = None
) -> tuple[Change, ...]:
    """What to record so that each fault that is seen has exactly one open incident, the gravest first.

    `known` are the incidents with a detection that are open or closed within `SERIES`, and open ones with
    calls; `found` is what `findings` makes of what is seen, where that is known already. While we are
    blind nothing is decided: nothing is opened, and nothing taken for recovered.
    """
    if seen.blind:
        return ()
    held = sorted(known, key=lambda each: each.number)
    open_ = {each.number: each for each in held if each.state is not State.CLOSED}
    found = findings(seen) if found is None else found
    homes = _homes(seen, found, open_.values())
    paired = {number: finding for finding in found if (number := homes.get(finding.key)) is not None}
    rests = _rests(found, homes, [each for number, each in open_.items() if number not in paired])
    changes: list[Change] = []
    for finding in found:
        number = homes.get(finding.key)
        if number is not None:
            changes += _meets(seen, open_[number], finding, others=paired)
        elif finding.key not in rests:
            fresh = _in_series(finding, held, seen.at)
            changes.append(Change(Move.OPEN, 0, fresh, seen.at, finding.members))
    for number, incident in open_.items():
        if number not in paired and incident.detection is not None:
            changes += _left(seen, incident, incident.detection, paired)
    return tuple(_with_counts(changes, seen.changes))


def _with_counts(changes: Iterable[Change], counts: Mapping[str, int]) -> Iterator[Change]:
    """Each change with what it folds in; nothing is counted twice."""
    left = dict(counts)
    for change in changes:
        yield replace(change, changes=sum(left.pop(each, 0) for each in change.counted))


# -- whose fault is it -----------------------------------------------------------------------------


def _homes(seen: Seen, found: Iterable[Finding], open_: Collection[Incident]) -> Mapping[str, int]:
    """The incident that each finding belongs to, by key; at most one each."""
    ranked = sorted(
        (fit, finding.key, incident.number)
        for incident in open_
        for finding in found
        if (fit := _fit(seen, incident, finding)) is not None
    )
    homes: dict[str, int] = {}
    given: set[int] = set()
    for _fitting, key, number in ranked:
        if key not in homes and number not in given:
            homes[key] = number
            given.add(number)
    return homes


def _rests(found: Iterable[Finding], homes: Mapping[str, int], idle: Iterable[Incident]) -> Collection[str]:
    """Findings that are what is left of an incident whose own cause is seen no more: a partial return."""
    left = [
        each.detection.finding.members
        for each in idle
        if each.detection is not None and each.detection.standing and each.state not in OVER
    ]
    return {
        each.key
        for each in found
        if each.key not in homes and any(members.issuperset(each.causes) for members in left)
    }


Fit = tuple[int, int, int]


def _fit(seen: Seen, incident: Incident, finding: Finding) -> Fit | None:
    """How well a finding fits an incident, the better first; None where it is none of its affair.

    What stands goes before what is over, the same cause before one that became a symptom, and what people
    have taken before what nobody has.
    """
    detection = incident.detection
    touched = 0 if incident.acknowledged_by or incident.reports else 1
    if detection is None or detection.folded_into:
        return (0, 3, touched) if _called_about(incident, finding, seen.at) else None
    before = detection.finding
    over = 0 if detection.standing and incident.state not in OVER else 1
    if before.key == finding.key:
        return over, 0, touched
    if not set(before.causes).isdisjoint(finding.causes):
        return over, 1, touched
    if over:
        return None
    bad = _not_well(seen, before.members)
    takes_over = bool(bad) and finding.members.issuperset(bad)
    # A rest behind a cause that is back is no new cause of what is behind that.
    behind_only = set(finding.causes) <= set(before.behind)
    if not behind_only and (takes_over or not finding.members.isdisjoint(before.causes)):
        return over, 2, touched
    return None


def _called_about(incident: Incident, finding: Finding, now: datetime) -> bool:
    """Whether all calls of an incident come from workstations on what is dark: this is their fault."""
    if incident.state in OVER or not incident.reports:
        return False
    near = all(abs(now - report.occurred) <= ALIKE_WINDOW for report in incident.reports)
    return near and all(report.switch in finding.switches for report in incident.reports)


# -- what to tell of it ----------------------------------------------------------------------------


def _meets(
    seen: Seen, incident: Incident, finding: Finding, *, others: Mapping[int, Finding]
) -> Iterator[Change]:
    """What a finding brings about in the incident it belongs to."""
    now, detection, number = seen.at, incident.detection, incident.number
    members = finding.members | (detection.finding.members if detection else frozenset())
    if detection is None or detection.folded_into:
        yield Change(Move.JOIN, number, finding, now, finding.members)
        return
    if detection.cleared_at is not None:
        again = _serial(finding) if _comes_again(incident, detection, now) else finding
        yield Change(Move.RETURN, number, again, now, members)
        return
    merged = _with_rest(seen, detection, finding, elsewhere=_elsewhere(number, others))
    if merged.level > detection.finding.level:
        yield Change(Move.WORSEN, number, merged, now, members)
    elif incident.state not in OVER and _told(detection, merged, _tally(seen, members), now):
        yield Change(Move.GROW, number, merged, now, members)


def _elsewhere(number: int, paired: Mapping[int, Finding]) -> frozenset[str]:
    """What belongs to other incidents now."""
    return frozenset().union(*(each.members for home, each in paired.items() if home != number))


def _with_rest(seen: Seen, detection: Detection, finding: Finding, *, elsewhere: frozenset[str]) -> Finding:
    """A finding with those that were behind it before and are not seen well yet; its series goes on."""
    rest = _not_well(seen, detection.finding.members) - finding.members - elsewhere
    answers = {**detection.finding.answers, **finding.answers}
    behind = tuple(sorted({*finding.behind, *rest}))
    return replace(finding, behind=behind, answers=answers)


def _told(detection: Detection, finding: Finding, changes: int, now: datetime) -> bool:
    """Whether a standing fault is told again: at once where its cause is another, else at its pace."""
    before, passed = detection.finding, now - detection.told_at
    if finding.key != before.key:
        return True
    if _substance(finding) != _substance(before):
        return passed >= GROWS_EVERY
    return changes > 0 and passed >= COUNTS_EVERY


def _substance(finding: Finding) -> Finding:
    """A finding without what changes with every poll."""
    return replace(finding, words="", begun=EVER, answers=dict(finding.answers))


def _left(
    seen: Seen, incident: Incident, detection: Detection, paired: Mapping[int, Finding]
) -> Iterator[Change]:
    """What becomes of an incident whose cause is not seen to be bad, or is another's symptom."""
    now, number, finding = seen.at, incident.number, detection.finding
    if detection.folded_into:
        return
    if detection.cleared_at is not None:
        if incident.state not in (State.NEW, *OVER) and _may_recover(incident):
            yield Change(Move.RECOVER, number, finding, detection.cleared_at)
        return
    bad = _not_well(seen, finding.members)
    left = bad - _elsewhere(number, paired)
    if left and incident.state not in OVER:
        rest = _rest(finding, left)
        if _told(detection, rest, _tally(seen, finding.members), now):
            yield Change(Move.GROW, number, rest, now, finding.members)
    elif bad and incident.state not in OVER:
        into = next(home for home, each in sorted(paired.items()) if not each.members.isdisjoint(bad))
        yield Change(Move.FOLD, number, finding, now, into=into)
    elif not bad:
        yield from _cleared(seen, incident, detection)


def _rest(finding: Finding, left: Collection[str]) -> Finding:
    """What is left of a finding when some of it is well again."""
    back = finding.status != SIBLINGS and not set(finding.causes) & set(left)
    behind = tuple(sorted(set(left) - set(finding.causes)))
    return replace(finding, behind=behind, status=BACK if back else finding.status)


def _cleared(seen: Seen, incident: Incident, detection: Detection) -> Iterator[Change]:
    now, finding = seen.at, detection.finding
    since = max((seen.rows[each].shown.since for each in finding.members if each in seen.rows), default=now)
    if detection.returns(now, CALM) >= UNSTABLE_AFTER and now - since < CALM:
        return
    recovers = incident.state not in (State.NEW, *OVER) and _may_recover(incident)
    at = max(min(since, now), detection.told_at)
    yield Change(Move.RECOVER if recovers else Move.CLEAR, incident.number, finding, at, finding.members)


def _may_recover(incident: Incident) -> bool:
    """Whether the watch may say that it recovered; not where a person found no fault."""
    return incident.state in (State.ACTIVE, State.MITIGATED) or (
        incident.state is State.VERIFYING and incident.verification in ("", Verification.CONFIRMED)
    )


def _not_well(seen: Seen, members: Iterable[str]) -> set[str]:
    """Those that are watched and not seen well; what the files no longer name is nobody's fault any more."""
    return {each for each in members if each in seen.rows and not well(seen.rows[each])}


def _tally(seen: Seen, members: Iterable[str]) -> int:
    return sum(seen.changes.get(each, 0) for each in members)


# -- series ----------------------------------------------------------------------------------------


def _comes_again(incident: Incident, detection: Detection, now: datetime) -> bool:
    """Whether what came back is a series: it was taken for recovered, or came back unseen time and again."""
    recovered = incident.recovered_at
    if incident.state in OVER and recovered is not None and now - recovered <= SERIES:
        return True
    return detection.returns(now) + 1 >= UNSTABLE_AFTER or RECURRING in detection.finding.answers


def _in_series(finding: Finding, held: Iterable[Incident], now: datetime) -> Finding:
    """A new fault, recurring where the same one was closed within the last day."""
    before = (
        each.detection
        for each in held
        if each.state is State.CLOSED and each.closed_at is not None and now - each.closed_at <= SERIES
    )
    again = any(
        each is not None and not each.folded_into and each.finding.key == finding.key for each in before
    )
    return _serial(finding) if again else finding


def _serial(finding: Finding) -> Finding:
    return replace(finding, answers={**finding.answers, RECURRING: YesNo.YES.value})
