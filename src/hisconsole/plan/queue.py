"""The queue: one row an incident, in the order of risk and never by arrival alone (NIST 800-61r3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from hisconsole.plan.category import treated_as
from hisconsole.plan.document import Plan
from hisconsole.plan.due import Due, duties
from hisconsole.plan.escalation import standing
from hisconsole.plan.incident import Incident
from hisconsole.plan.words import Category, State
from hisconsole.values import dataclass

_CATEGORY_RANK = {
    Category.I: 0,
    Category.UNCLASSIFIED: 1,
    Category.II: 2,
    Category.OTHER: 3,
    Category.III: 4,
}
_STATE_RANK = {
    State.NEW: 0,
    State.VERIFYING: 1,
    State.ACTIVE: 2,
    State.MITIGATED: 3,
    State.RECOVERED: 4,
    State.BACK_ENTRY: 5,
    State.REVIEW: 6,
    State.CLOSED: 7,
}


@dataclass(frozen=True, slots=True)
class Row:
    """What the queue shows of an incident; `scope` counts workstations, `departments` departments.

    From `treated_at` on, an unclassified one is treated as `treated`; `duty` and `key` name what it owes
    first.
    """

    number: int
    version: int
    state: State
    category: Category
    treated: Category
    treated_at: datetime | None
    fault: str
    symptom: str
    words: str
    workstation: str
    department: str
    owner: str
    acknowledged_by: str
    t0: datetime
    opened: datetime
    due_at: datetime | None
    duty: str
    key_of_duty: str
    scope: int
    departments: int
    critical: bool
    serious: bool
    closed_at: datetime | None

    @property
    def key(self) -> int:
        """What selection and marks follow."""
        return self.number


def row_of(incident: Incident, plan: Plan | None, owed: Sequence[Due] | None = None) -> Row:
    """The queue's view of an incident, given what it owes; words and place are its first report's."""
    first = incident.reports[0] if incident.reports else None
    hit = incident.detection.finding if incident.detection and incident.detection.standing else None
    owed = duties(incident, plan) if owed is None else owed
    unclassified = plan is not None and incident.category is Category.UNCLASSIFIED
    return Row(
        number=incident.number,
        version=incident.version,
        state=incident.state,
        category=incident.category,
        treated=treated_as(incident, plan) if plan is not None else incident.category,
        treated_at=incident.zero + timedelta(seconds=plan.unclassified_after_s)
        if plan is not None and unclassified
        else None,
        fault=incident.fault,
        symptom=first.symptom if first else "",
        words=_words(incident),
        workstation=first.workstation if first else "",
        department=first.department if first else "",
        owner=incident.owner,
        acknowledged_by=incident.acknowledged_by,
        t0=incident.t0,
        opened=incident.opened,
        due_at=owed[0].at if owed else None,
        duty=owed[0].duty if owed else "",
        key_of_duty=owed[0].key if owed else "",
        scope=max(len({report.workstation for report in incident.reports}), hit.workstations if hit else 0),
        departments=len(
            {report.department for report in incident.reports if report.department}
            | set(hit.departments if hit else ())
        ),
        critical=any(report.critical for report in incident.reports) or bool(hit and hit.key_terminals),
        serious=plan is not None and standing(incident, plan).serious.holds_from is not None,
        closed_at=incident.closed_at,
    )


def _words(incident: Incident) -> str:
    """What the watch found, and what the first caller said."""
    said = incident.reports[0].words if incident.reports else ""
    found = incident.detection.headline if incident.detection else ""
    return " - ".join(part for part in (found, said) if part)


Risk = tuple[int, int, int, int, datetime, int]


def risk(row: Row, *, now: datetime) -> Risk:
    """Sort key, most urgent first: category, state, overdue duty, scope, age."""
    overdue = row.due_at is not None and row.due_at <= now
    return (
        _CATEGORY_RANK[category_at(row, now)],
        _STATE_RANK[row.state],
        0 if overdue else 1,
        -(row.scope + 5 * max(0, row.departments - 1)),
        row.t0,
        row.number,
    )


def category_at(row: Row, now: datetime) -> Category:
    """What an incident counts as: its category, or what it is treated as while nobody has classified it.

    Treated as a lower one than unclassified ranks, it stays where it is: only urgency rises by itself.
    """
    if row.treated_at is not None and now >= row.treated_at and row.treated is Category.I:
        return row.treated
    return row.category


def serious(row: Row) -> bool:
    """Whether an open incident rings until it is taken: serious by the plan, or at a key terminal."""
    return row.state is not State.CLOSED and (row.serious or row.critical)


_KEYS: dict[str, Callable[[Row], str]] = {
    "state": lambda row: row.state.value,
    "category": lambda row: row.category.value,
    "cat": lambda row: row.category.value,
    "owner": lambda row: row.owner,
    "dept": lambda row: row.department,
    "ws": lambda row: row.workstation,
    "symptom": lambda row: row.symptom,
}


class Haystacks:
    """The words of each row in which a filter looks, put together once while the row stays the same."""

    def __init__(self) -> None:
        self._held: dict[int, tuple[Row, str]] = {}

    def __call__(self, row: Row) -> str:
        """In lower case."""
        held = self._held.get(row.number)
        if held is not None and held[0] is row:
            return held[1]
        words = _haystack(row)
        self._held[row.number] = row, words
        return words

    def clear(self) -> None:
        """Forget them: nobody filters any more."""
        self._held.clear()


def wanted(
    expression: str, *, me: str, now: datetime, haystack: Callable[[Row], str] | None = None
) -> Callable[[Row], bool]:
    """The filter an operator types: words, `key:value`, `is:overdue|unclaimed|mine|serious`, `!` for not.

    All parts must hold. A key's value matches from its start, but categories and `owner:me` exactly.
    """
    look_in = haystack or _haystack
    tests: list[Callable[[Row], bool]] = [
        _test(part, me=me, now=now, haystack=look_in) for part in expression.lower().split() if part != "!"
    ]
    return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)


def _test(part: str, *, me: str, now: datetime, haystack: Callable[[Row], str]) -> Callable[[Row], bool]:
    if part.startswith("!"):
        inner = _test(part[1:], me=me, now=now, haystack=haystack)
        return lambda row: not inner(row)
    key, colon, value = part.partition(":")
    if colon and key == "is":
        return lambda row: _is(row, value, me=me, now=now)
    if colon and key in _KEYS:
        read = _KEYS[key]
        if key in ("category", "cat"):
            return lambda row: read(row).lower() == value
        if key == "owner":
            value = {"me": me, "none": ""}.get(value, value)
            return lambda row: read(row).lower() == value.lower()
        return lambda row: read(row).lower().startswith(value)
    return lambda row: part in haystack(row)


def _is(row: Row, value: str, *, me: str, now: datetime) -> bool:
    return {
        "overdue": row.due_at is not None and row.due_at <= now,
        "unclaimed": not row.acknowledged_by,
        "mine": bool(me) and row.owner == me,
        "serious": serious(row),
        "open": row.state is not State.CLOSED,
    }.get(value, False)


def _haystack(row: Row) -> str:
    return (
        f"{row.number:04d} {row.category.value} {row.state.value} {row.symptom} {row.workstation}"
        f" {row.department} {row.owner} {row.words}"
    ).lower()
