"""Reading the rota, `shifts.yaml`: whole, or with every fault at its place."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import field, replace
from datetime import date, time

from hisconsole.config.plan_parts import PlanFields
from hisconsole.config.plan_words import DAY, MINUTE, stretch, unknown, week
from hisconsole.errors import Finding
from hisconsole.fields import shown
from hisconsole.plan.rota import Change, Holiday, Override, Rota, Routine, Shift, Staff, Stint, Swap
from hisconsole.plan.rota_clashes import LONGEST_CYCLE, Clash, clashes
from hisconsole.strict_yaml import Document
from hisconsole.text import _
from hisconsole.values import dataclass

SHIFTS = "shifts.yaml"

_WHOLE_DAY = "24 h later"
_NOBODY = "nobody"
_YEARS = range(2000, 2100)
_SOME_DAY = date(2000, 1, 1)
_FIGURE = re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class ShiftsDraft:
    """A rota that was read, and where its people stand."""

    rota: Rota
    people: list[tuple[PlanFields, str, int, str]] = field(default_factory=list)
    """For each id: the fields, the name of the field, the column in its value, the id."""


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the parts of the file stand that only the whole shows to be wrong."""

    people: list[tuple[PlanFields, str, int, str]] = field(default_factory=list)
    week: dict[int, PlanFields] = field(default_factory=dict)
    cycle: list[PlanFields] = field(default_factory=list)
    holidays: list[PlanFields] = field(default_factory=list)
    changes: list[PlanFields] = field(default_factory=list)


def shifts_of(document: Document | None, *, findings: list[Finding]) -> ShiftsDraft | None:
    """What a document says of the rota; with findings added it is of no use."""
    if document is None:
        return None
    if not isinstance(document.data, dict):
        findings.append(document.at_value((), _("write 'shifts:' and 'cycle:' or 'week:' here.")))
        return None
    before = len(findings)
    head = PlanFields(document, (), findings)
    places = _Places()
    shifts = tuple(_shift(id_, part) for id_, part in head.parts("shifts"))
    held = document.data.get("shifts")
    ids = tuple(held) if isinstance(held, dict) else ()
    head.findings = findings if ids else []  # without shifts each use of one would be told as well
    cycle, first = _cycle(head, ids, places)
    rota = Rota(
        shifts=shifts,
        week=_week(head, ids, places),
        cycle=cycle,
        first=first,
        holidays=_holidays(head, ids, places),
        changes=_changes(head, ids, places),
        routines=tuple(_routine(id_, part, ids, shifts) for id_, part in head.parts("routine", needed=False)),
    )
    head.findings = findings
    if ids and not head.given("cycle") and not head.given("week"):
        findings.append(document.at_key(("shifts",), _("nobody is on these shifts: add 'cycle' or 'week'.")))
    head.close()
    if len(findings) == before:
        _check_whole(rota, places)
    return ShiftsDraft(rota, places.people)


def check_shifts_across(
    draft: ShiftsDraft, *, contacts: Collection[str] | None, operators: Collection[str] | None
) -> None:
    """Refuse people whom the roster does not have, or not as operators; None: it has faults of its own."""
    for fields, name, col, person in draft.people:
        if contacts is not None and person not in contacts:
            fields.refuse(name, unknown(name, person, contacts, "roster.yaml"), col=col)
        elif operators and person not in operators:
            sentence = _("'{id}' may not hold the console: roster.yaml does not say 'operator: yes' of them.")
            fields.refuse(name, sentence.format(id=shown(person)), col=col)


def manned(draft: ShiftsDraft | None, operators: Collection[str]) -> Rota:
    """The rota with those who may hold the console; without a file one that misses nobody."""
    return replace(draft.rota, operators=frozenset(operators)) if draft is not None else Rota()


def _shift(id_: str, part: PlanFields) -> Shift:
    part.own_id()
    name = part.text("name", needed=True, longest=24)
    before = len(part.findings)
    start = part.minutes("start", needed=True)
    whole = part.text("end", needed=True) == _WHOLE_DAY
    end = start if whole else part.minutes("end")
    legible = len(part.findings) == before and part.given("start") and part.given("end")
    if legible and start == end and not whole:
        sentence = _("this shift ends as it begins: for a whole day write 'end: {words}'.")
        part.refuse("end", sentence.format(words=_WHOLE_DAY))
    return Shift(id_, name, time(*divmod(start, 60)), time(*divmod(end, 60)))


def _cycle(head: PlanFields, ids: tuple[str, ...], places: _Places) -> tuple[tuple[Staff, ...], date]:
    part, _names = head.lines("cycle", needed=False)
    first = (part.day("first") if part.text("first", needed=True) else None) or _SOME_DAY
    _check_years(part, "first", first)
    staffs = []
    for line in part.listed("days"):
        staffs.append(_staff(line, ids, places))
        places.cycle.append(line)
    if len(staffs) > LONGEST_CYCLE:
        sentence = _("a cycle has at most {most} lines, and this has {count}.")
        part.refuse("days", sentence.format(most=LONGEST_CYCLE, count=len(staffs)))
    part.close()
    return tuple(staffs), first


def _week(head: PlanFields, ids: tuple[str, ...], places: _Places) -> dict[int, Staff]:
    found: dict[int, Staff] = {}
    for words, part in head.parts("week", needed=False):
        staff = _staff(part, ids, places)
        for word in words.split():
            days = week(word)
            if not days:
                sentence = _("'{value}' must be days such as mon-fri or sat.")
                part.refuse_name(sentence.format(value=shown(word)))
            elif days & found.keys():
                sentence = _("'{value}' has a day that stands above already: write each day once.")
                part.refuse_name(sentence.format(value=shown(word)))
            found.update(dict.fromkeys(days, staff))
            places.week.update(dict.fromkeys(days, part))
    return found


def _staff(part: PlanFields, ids: tuple[str, ...], places: _Places) -> Mapping[str, tuple[str, ...]]:
    """The people of the shifts that a line names."""
    return {id_: _people(part, id_, places) for id_ in ids}


def _people(part: PlanFields, name: str, places: _Places) -> tuple[str, ...]:
    people = part.references(name, needed=part.given(name))
    text = part.text(name, longest=400) if people else ""
    places.people.extend((part, name, _column(text, place), id_) for place, id_ in enumerate(people))
    return people


def _column(text: str, place: int) -> int:
    """The column of a word of a value, counted from 1, by its place among the words."""
    return [match.start() for match in re.finditer(r"\S+", text)][place] + 1


def _holidays(head: PlanFields, ids: tuple[str, ...], places: _Places) -> tuple[Holiday, ...]:
    found = []
    owners: dict[date, str] = {}
    for id_, part in head.parts("holidays", needed=False):
        days = _days(part)
        staff = part.part("staff")
        holiday = Holiday(
            part.own_id(), part.text("name", needed=True, longest=40), days, _staff(staff, ids, places)
        )
        staff.close()
        taken = next((day for day in days if owners.setdefault(day, id_) != id_), None)
        if taken is not None:
            sentence = _("{day} belongs to '{other}' already.")
            part.refuse("days", sentence.format(day=taken.isoformat(), other=shown(owners[taken])))
        found.append(holiday)
        places.holidays.append(part)
    return tuple(found)


def _days(part: PlanFields) -> tuple[date, ...]:
    written = part.days("days") if part.text("days", needed=True, longest=1000) else ()
    days = tuple(map(date.fromisoformat, written))
    _check_years(part, "days", *days)
    return days


def _check_years(part: PlanFields, name: str, *days: date, col: int = 1) -> None:
    """What lies far off is a slip, and the edges of the calendar have no day before or after."""
    wrong = next((day for day in days if day.year not in _YEARS), None)
    if wrong is not None:
        sentence = _("{day} is far off: write a day of the years {first} to {last}.")
        told = sentence.format(day=wrong.isoformat(), first=_YEARS[0], last=_YEARS[-1])
        part.refuse(name, told, col=col)


def _changes(head: PlanFields, ids: tuple[str, ...], places: _Places) -> tuple[Change, ...]:
    found: list[Change] = []
    for part in head.listed("changes", needed=False):
        reason = part.text("reason", needed=True, longest=120)
        if part.given("swap") or part.given("with"):
            swap = Swap(_turn(part, "swap", ids, places), _turn(part, "with", ids, places), reason)
            if (swap.one.day, swap.one.shift) == (swap.other.day, swap.other.shift):
                part.refuse("with", _("both turns are the same shift: there is nothing to swap."))
            found.append(swap)
        else:
            days = _days(part)
            shifts = part.several("shifts", ids, _("the shifts"))
            written = part.text("people", needed=True, longest=400)
            people = _people(part, "people", places) if written not in ("", _NOBODY) else ()
            found.append(Override(days, shifts, people, reason))
        places.changes.append(part)
    return tuple(found)


def _turn(part: PlanFields, name: str, ids: tuple[str, ...], places: _Places) -> Stint:
    """A person, a day and a shift, as a swap names them."""
    text = part.text(name, needed=True)
    words = text.split()
    if len(words) != len(("person", "day", "shift")):
        if text:
            sentence = _("'{name}' must be a person, a day and a shift, as li.na 2026-12-01 day.")
            part.refuse(name, sentence.format(name=name))
        return Stint("", _SOME_DAY, name)
    person, written, shift = words
    places.people.append((part, name, 1, person))
    if shift not in ids:
        part.refuse(name, unknown(name, shift, ids, _("the shifts")), col=_column(text, 2))
    days = stretch(written)
    if len(days) != 1:
        sentence = _("'{value}' is not a day such as 2026-11-23.").format(value=shown(written))
        part.refuse(name, sentence, col=_column(text, 1))
        return Stint(person, _SOME_DAY, shift)
    day = date.fromisoformat(days[0])
    _check_years(part, name, day, col=_column(text, 1))
    return Stint(person, day, shift)


def _routine(id_: str, part: PlanFields, ids: tuple[str, ...], shifts: tuple[Shift, ...]) -> Routine:
    part.own_id()
    name = part.text("name", needed=True, longest=60)
    due = part.several("shifts", ids, _("the shifts"))
    after = part.duration("after", least=0, most=DAY)
    if after % MINUTE:
        part.refuse("after", _("'after' must be whole minutes."))
    for shift in shifts:
        start, end = shift.walls(_SOME_DAY)
        if shift.id in due and after >= (end - start).total_seconds():
            sentence = _("'{shift}' is over by then: a routine is due within its shift.")
            part.refuse("after", sentence.format(shift=shift.id))
            break
    unit, low, high = part.text("unit", longest=12), _figure(part, "low"), _figure(part, "high")
    if not unit and part.given("low") | part.given("high"):
        part.refuse("low" if part.given("low") else "high", _("say what is read: add 'unit'."))
    if low is not None and high is not None and low >= high:
        part.refuse("high", _("'high' must be more than 'low'."))
    return Routine(id_, name, due, after // MINUTE, unit, low, high)


def _figure(part: PlanFields, name: str) -> float | None:
    text = part.text(name)
    if text and not _FIGURE.fullmatch(text):
        sentence = _("'{name}' must be a number such as 15 or -2.5, not '{value}'.")
        part.refuse(name, sentence.format(name=name, value=shown(text)))
        return None
    return float(text) if text else None


def _check_whole(rota: Rota, places: _Places) -> None:
    """Refuse swaps that cannot be, and one person twice at once; each place is told of one clash."""
    for swap, turn in rota.unheld:
        part = places.changes[rota.changes.index(swap)]
        there = rota.fill(turn.day, turn.shift).people
        sentence = (
            _("the other one is on that shift already.")
            if turn.person in there
            else _("'{person}' is not on that shift then; on it: {people}.")
        )
        values = {"person": shown(turn.person), "people": ", ".join(there) or _("nobody")}
        part.refuse("swap" if turn is swap.one else "with", sentence.format(**values))
    told = set()
    for clash in clashes(rota):
        part, name = _blamed(rota, places, clash)
        if (part.path, name) not in told:
            told.add((part.path, name))
            sentence = _("'{person}' is twice at once: {one} of {day} and {other} of {then}.")
            one, other = clash.earlier, clash.later
            values = {"person": one.person, "one": one.shift, "day": one.day.isoformat()}
            part.refuse(name, sentence.format(**values, other=other.shift, then=other.day.isoformat()))


def _blamed(rota: Rota, places: _Places, clash: Clash) -> tuple[PlanFields, str]:
    """Where a clash is to be told: at what brought it about, or where the later shift is written."""
    match clash.by:
        case Holiday():
            part = places.holidays[rota.holidays.index(clash.by)]
            return part, "staff"
        case Override():
            return places.changes[rota.changes.index(clash.by)], "people"
        case Swap():
            return places.changes[rota.changes.index(clash.by)], "swap"
    person, day, shift = clash.later.person, clash.later.day, clash.later.shift
    if rota.cycle:
        place = (day - rota.first).days % len(rota.cycle)
        if person in rota.cycle[place].get(shift, ()):
            return places.cycle[place], shift
    return places.week[day.weekday()], shift
