"""The rota's file: the sample's is whole, and what is wrong in a file is told at its place."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from hisconsole.config import Site, check_site, init_site, load_site, signature
from hisconsole.config.shifts import SHIFTS
from hisconsole.plan.rota import Override, Rota, Routine, Swap, gaps, on_now, rostered
from tests.config.places import place, well_told
from tests.config.spoil import spoil

CHANGE = "  - days: 2026-12-10\n    shifts: evening\n    people: li.na\n"
SWAP = "swap: zhao.yan 2026-12-05 night"
NEW_YEAR = "    days: 2027-01-01..2027-01-03\n    staff: {long-day: li.na, long-night: wang.lei}\n"
TEMPERATURE = "    unit: °C\n    low: 15\n    high: 30\n"

FAULTS = {
    # what is replaced, by what, where in the new text the finding stands, words of it
    "a shift without a name": ("    name: Day 白班\n", "", "day:", "'name' is missing"),
    "a name too long for a table": ("Day 白班", "D" * 30, "D" * 30, "longer than 24"),
    "a shift without a start": ("    start: 17:00\n", "", "evening:", "'start' is missing"),
    "a start that is no time": ("start: 17:00", "start: 5 pm", "5 pm", "a clock time such as"),
    "an end past the day": ("end: 23:00", "end: 24:00", "24:00", "a clock time such as"),
    "a shift of no length": ("end: 23:00", "end: 17:00", "17:00\n  night", "write 'end: 24 h later'"),
    "a shift that is no id": ("  evening:\n", "  e v:\n", "e v:", "cannot be an id"),
    "a shift as text": (
        "  evening:\n    name",
        "  evening: late\n  late:\n    name",
        "evening: late",
        "fields below",
    ),
    "a shift with more": ("end: 23:00", "end: 23:00\n    colour: red", "colour", "is not known here"),
    "a shift twice": ("  evening:\n", "  day:\n", "day:\n    name: Evening", "stands here twice"),
    "no shifts": ("shifts:\n  day", "shift:\n  day", "shift:\n  day", "did you mean 'shifts'?"),
    "a first day that is none": ("first: 2026-01-05", "first: 2026-02-30", "2026-02-30", "a date such as"),
    "a first day before all calendars": ("first: 2026-01-05", "first: 0001-01-01", "0001", "2000 to 2099"),
    "a holiday after all calendars": ("2027-01-01..2027-01-03", "9999-12-31", "9999", "2000 to 2099"),
    "a swap after all calendars": (SWAP, "swap: zhao.yan 9999-12-31 night", "9999", "2000 to 2099"),
    "no first day": ("  first: 2026-01-05\n", "", "cycle:\n", "'first' is missing"),
    "no line": ("  days:\n    - {day: li.na,", "  dyas:\n    - {day: li.na,", "dyas", "did you mean 'days'?"),
    "a shift unknown to the cycle": ("{day: wang.lei,", "{dya: wang.lei,", "dya", "did you mean 'day'?"),
    "a stranger": ("{day: wang.lei,", "{day: wang.le,", "wang.le,", "did you mean 'wang.lei'?"),
    "a second stranger": ("{day: wang.lei,", "{day: li.na  wang.le,", "wang.le,", "did you mean 'wang.lei'?"),
    "one who is no operator": ("{day: wang.lei,", "{day: chen.hao,", "chen.hao", "may not hold the console"),
    "a person twice": ("{day: wang.lei,", "{day: wang.lei wang.lei,", "wang.lei wang", "stands twice"),
    "an empty shift": ("{day: wang.lei,", "{day: ,", "day: ,", "'day' is empty"),
    "a line as text": ("- {day: wang.lei, evening: li.na, night: tang.xin}", "- x", "x\n", "fields below it"),
    "twice at once in a line": (
        "{day: wang.lei,",
        "{long-night: li.na, day: wang.lei,",
        "li.na, day: wang.lei",
        "'li.na' is twice at once: evening of 2026-01-06 and long-night of 2026-01-06",
    ),
    "twice at once from the start": (
        "{day: wang.lei,",
        "{long-day: wang.lei, day: wang.lei,",
        "wang.lei, day: wang.lei",
        "'wang.lei' is twice at once: day of 2026-01-06 and long-day of 2026-01-06",
    ),
    "a holiday without a name": ("    name: New Year 元旦\n", "", "new-year-2027:", "'name' is missing"),
    "a holiday without days": (NEW_YEAR, NEW_YEAR[33:], "new-year-2027:", "'days' is missing"),
    "a holiday without people": (NEW_YEAR, NEW_YEAR[:33], "new-year-2027:", "'staff' is missing"),
    "a holiday backwards": (
        "2027-01-01..2027-01-03",
        "2027-01-03..2027-01-01",
        "2027-01-03..",
        "must be a date",
    ),
    "a holiday on a day that is none": ("2027-01-01..", "2027-02-29..", "2027-02-29", "must be a date"),
    "a day of two holidays": (
        "2027-02-09..2027-02-12",
        "2027-02-08..2027-02-12",
        "2027-02-08..2027-02-12",
        "2027-02-08 belongs to 'spring-festival-2027' already",
    ),
    "a shift unknown to a holiday": ("{long-day: li.na,", "{lon-day: li.na,", "lon-day", "mean 'long-day'?"),
    "a stranger on a holiday": ("{long-day: li.na,", "{long-day: li.no,", "li.no", "did you mean 'li.na'?"),
    "twice at once on a holiday": (
        "{long-day: li.na,",
        "{day: li.na, long-day: li.na,",
        "{day: li.na, long-day",
        "'li.na' is twice at once: day of 2027-01-01 and long-day of 2027-01-01",
    ),
    "twice at once at a holiday's edge": (
        "{long-day: li.na,",
        "{night: zhao.yan, long-night: zhao.yan, long-day: li.na,",
        "{night: zhao.yan",
        "twice at once",
    ),
    "a change without a reason": (
        CHANGE + "    reason: Ma Chao is at the network course\n",
        CHANGE,
        "days: 2026-12-10",
        "'reason' is missing",
    ),
    "a change with an empty reason": (
        "reason: Ma Chao is at the network course",
        "reason:",
        "reason:\n\n",
        "'reason' is empty",
    ),
    "a change on a day that is none": (
        "days: 2026-12-10",
        "days: 2026-11-31",
        "2026-11-31",
        "must be a date",
    ),
    "a change of no day": (
        CHANGE,
        "  - shifts: evening\n    people: li.na\n",
        "shifts: evening\n    people: li.na",
        "'days' is missing",
    ),
    "a change of an unknown shift": (
        "shifts: evening\n    people",
        "shifts: evning\n    people",
        "evning",
        "mean 'evening'?",
    ),
    "a change to a stranger": ("people: li.na", "people: li.n", "li.n\n", "did you mean 'li.na'?"),
    "a change to no operator": (
        "people: li.na",
        "people: duty-office",
        "duty-office\n",
        "may not hold the console",
    ),
    "a change to too many": ("people: li.na", f"people: li.na {'x ' * 200}", "li.na x", "longer than 400"),
    "a change on too many days": ("2026-12-10", "2026-12-10 " * 99, "2026-12-10 2026", "longer than 1000"),
    "a change to nobody said": ("    people: li.na\n", "", "days: 2026-12-10", "'people' is missing"),
    "a change to twice at once": (
        CHANGE,
        CHANGE.replace("evening", "evening long-night"),
        "li.na\n    reason: Ma",
        "'li.na' is twice at once: evening of 2026-12-10 and long-night of 2026-12-10",
    ),
    "half a swap": ("    with: wang.lei 2026-12-07 day\n", "", "swap: zhao", "'with' is missing"),
    "a swap without a day": (SWAP, "swap: zhao.yan night", "zhao.yan night", "a person, a day and a shift"),
    "a swap on a day that is none": (
        SWAP,
        "swap: zhao.yan 2026-12-32 night",
        "2026-12-32",
        "is not a day such as",
    ),
    "a swap on a day written otherwise": (
        SWAP,
        "swap: zhao.yan 20261205 night",
        "20261205",
        "is not a day such as",
    ),
    "a swap of an unknown shift": (SWAP, SWAP[:-5] + "nigth", "nigth", "did you mean 'night'?"),
    "a swap of a stranger": (SWAP, SWAP.replace("yan", "yang"), "zhao.yang", "did you mean 'zhao.yan'?"),
    "a swap with no operator": ("with: wang.lei", "with: sun.bo", "sun.bo", "may not hold the console"),
    "a swap of what is not theirs": (
        SWAP,
        "swap: ma.chao 2026-12-05 night",
        "ma.chao 2026-12-05",
        "'ma.chao' is not on that shift then; on it: zhao.yan",
    ),
    "a swap with what is not theirs": (
        "with: wang.lei 2026-12-07 day",
        "with: wang.lei 2026-12-08 long-day",
        "wang.lei 2026-12-08",
        "on it: nobody",
    ),
    "a swap of one shift": (
        "with: wang.lei 2026-12-07 day",
        "with: wang.lei 2026-12-05 night",
        "wang.lei 2026-12-05",
        "nothing to swap",
    ),
    "a routine without a name": (
        "    name: Self test of the UPS read\n",
        "",
        "ups-test:",
        "'name' is missing",
    ),
    "a routine of an unknown shift": (
        "shifts: evening long-day",
        "shifts: evening lon-day",
        "evening lon-day",
        "did you mean 'long-day'?",
    ),
    "a routine without a time": ("    after: 90 min\n", "", "ups-test:", "'after' is missing"),
    "a routine at a time that is none": ("after: 90 min", "after: soon", "soon", "must be a time such as"),
    "a routine by the second": ("after: 90 min", "after: 90 s", "90 s", "whole minutes"),
    "a routine after its shift": ("after: 2 h", "after: 6 h", "6 h", "'evening' is over by then"),
    "a value without its unit": (
        TEMPERATURE,
        "    low: 15\n    high: 30\n",
        "15\n    high: 30",
        "add 'unit'",
    ),
    "a bound that is no number": ("low: 15", "low: cold", "cold", "a number such as 15"),
    "bounds the wrong way round": ("high: 30", "high: 15", "15\n  room-humidity", "more than 'low'"),
}


@pytest.mark.parametrize("case", FAULTS.values(), ids=list(FAULTS))
def test_a_fault_is_told_where_it_stands(folder: Path, case: tuple[str, str, str, str]) -> None:
    old, new, at, words = case
    text = spoil(folder, SHIFTS, old, new)
    findings = check_site(folder)
    well_told(findings)
    assert len(set(findings)) == len(findings), "told once"
    told = [each for each in findings if words in each.sentence]
    assert told, [str(each) for each in findings]
    assert told[0].file == str(folder / SHIFTS)
    assert (told[0].line, told[0].col) == place(text, at), str(told[0])


def test_there_are_enough_such_cases() -> None:
    assert len(FAULTS) >= 50


def test_without_its_shifts_nothing_is_held_against_the_rest(folder: Path) -> None:
    spoil(folder, SHIFTS, "shifts:\n  day", "shift:\n  day")
    (finding,) = check_site(folder)
    assert "did you mean 'shifts'?" in finding.sentence


def test_somebody_must_be_on_a_shift(folder: Path) -> None:
    text = (folder / SHIFTS).read_text("utf-8")
    (folder / SHIFTS).write_text(text[: text.index("# The cycle:")], "utf-8")
    (finding,) = check_site(folder)
    assert finding.sentence == "nobody is on these shifts: add 'cycle' or 'week'."
    assert (finding.line, finding.col) == place(text, "shifts:\n")


def test_a_cycle_is_no_longer_than_the_check_looks(folder: Path) -> None:
    spoil(folder, SHIFTS, "  days:\n    - {day: li.na", "  days:\n" + "    - {}\n" * 52 + "    - {day: li.na")
    (finding,) = check_site(folder)
    assert finding.sentence == "a cycle has at most 56 lines, and this has 57."


WEEKS = [
    ("mon-fri: {day: li.na}\n  sat sun: {day: wang.lei}", "", ""),
    ("mon-fri: {day: li.na}\n  fri: {day: wang.lei}", "fri: {day: wang", "a day that stands above"),
    ("mon-fir: {day: li.na}", "mon-fir", "days such as mon-fri"),
    ("mon-fri: {dya: li.na}", "dya", "did you mean 'day'?"),
    ("mon-fri: {day: li.no}", "li.no", "did you mean 'li.na'?"),
    ("mon-fri: {day: li.na, long-day: li.na}", "li.na}", "'li.na' is twice at once"),
    ("mon-fri: li.na", "mon-fri", "fields below it"),
]


@pytest.mark.parametrize(("week", "at", "words"), WEEKS)
def test_a_week_is_read_or_told(folder: Path, week: str, at: str, words: str) -> None:
    """The sample has none, so it is given one in place of its cycle."""
    text = (folder / SHIFTS).read_text("utf-8")
    text = text[: text.index("# The cycle:")] + f"week:\n  {week}\n"
    (folder / SHIFTS).write_text(text, "utf-8")
    findings = check_site(folder)
    well_told(findings)
    assert bool(findings) is bool(words)
    for finding in findings:
        assert words in finding.sentence
        assert (finding.line, finding.col) == place(text, at)
    if not words:
        rota = load_site(folder).rota
        assert [rota.pattern(date(2026, 11, day), "day") for day in (27, 28)] == [("li.na",), ("wang.lei",)]


def test_a_whole_day_is_written_in_words(folder: Path) -> None:
    text = (folder / SHIFTS).read_text("utf-8")
    shift = "shifts:\n  all:\n    name: All\n    start: 08:00\n    end: 24 h later\n"
    (folder / SHIFTS).write_text(shift + "week:\n  mon-sun: {all: li.na}\n", "utf-8")
    assert check_site(folder) == []
    (each,) = load_site(folder).rota.shifts
    assert (each.start, each.end, each.over_midnight) == (time(8), time(8), True)
    (folder / SHIFTS).write_text(text, "utf-8")
    assert check_site(folder) == []


def test_a_hospital_without_the_file_has_no_rota_and_no_fault(folder: Path, sample: Site) -> None:
    before = signature(folder)
    (folder / SHIFTS).unlink()
    assert check_site(folder) == []
    site = load_site(folder)
    assert site.rota == Rota()
    assert site.version != sample.version
    assert signature(folder) != before


def test_faults_of_the_roster_are_not_held_against_the_rota(folder: Path) -> None:
    spoil(folder, "roster.yaml", "  operator: yes\n", "  operator: Yes\n")
    (finding,) = check_site(folder)
    assert finding.file == str(folder / "roster.yaml")
    (folder / "roster.yaml").write_text("a: 'b\n", "utf-8")
    assert {Path(each.file).name for each in check_site(folder)} == {"roster.yaml"}


def test_who_is_struck_from_the_operators_is_told_where_the_rota_has_them(folder: Path) -> None:
    text = (folder / "roster.yaml").read_text("utf-8")
    begin = text.index("tang.xin:\n")
    (folder / "roster.yaml").write_text(
        text[:begin] + text[begin:].replace("  operator: yes\n", "", 1), "utf-8"
    )
    findings = check_site(folder)
    assert len(findings) == (folder / SHIFTS).read_text("utf-8").count("tang.xin")
    assert all("'tang.xin' may not hold the console" in each.sentence for each in findings)


@pytest.mark.parametrize(
    "now",
    ["2020-02-29T12:00", "2026-11-28T16:00", "2026-12-31T23:59", "2027-02-05T00:00", "2040-07-01T03:00"],
)
def test_the_sample_has_somebody_on_duty_whatever_the_day(sample: Site, now: str) -> None:
    moment = datetime.fromisoformat(f"{now}+00:00")
    assert len(on_now(sample.rota, moment, zone=sample.zone)) == 1
    assert gaps(sample.rota, moment, zone=sample.zone, days=60) == ()
    assert sample.rota.operators == {each.id for each in sample.operators}


def test_the_sample_shows_what_a_rota_can_have(sample: Site) -> None:
    rota = sample.rota
    assert any(each.over_midnight for each in rota.shifts)
    assert {type(each) for each in rota.changes} == {Swap, Override}
    assert all(each.reason for each in rota.changes)
    assert (
        Routine(
            "room-temperature",
            "Temperature of the machine room read",
            ("day", "evening", "night", "long-day", "long-night"),
            30,
            "°C",
            15.0,
            30.0,
        )
        in rota.routines
    )
    due = {shift for each in rota.routines for shift in each.shifts}
    assert due == {each.id for each in rota.shifts}
    begin = datetime(2026, 12, 5, tzinfo=UTC)
    found = rostered(rota, begin, begin + timedelta(days=60), zone=sample.zone)
    assert {each.why for each in found} >= {"", "Zhao Yan is at a wedding", "New Year 元旦"}
    persons = {person for each in found for person in each.people}
    assert persons == {each.id for each in sample.operators}


def test_the_sample_gives_nobody_less_than_nine_hours_of_rest(sample: Site) -> None:
    begin = datetime(2026, 11, 1, tzinfo=UTC)
    found = rostered(sample.rota, begin, begin + timedelta(days=150), zone=sample.zone)
    for person in sample.rota.operators:
        own = [each for each in found if person in each.people]
        assert all(other.start - one.end >= timedelta(hours=9) for one, other in pairwise(own))


def test_a_new_hospital_begins_with_the_rota_of_the_sample(tmp_path: Path, sample: Site) -> None:
    init_site(tmp_path / "site")
    assert "SAMPLE" not in (tmp_path / "site" / SHIFTS).read_text("utf-8")
    assert load_site(tmp_path / "site").rota == sample.rota
