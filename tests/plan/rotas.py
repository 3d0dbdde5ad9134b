"""Rotas of five people, and the zones of clocks that change, or do not, each in its own way."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hisconsole.plan.rota import (
    Change,
    Holiday,
    Override,
    Rostered,
    Rota,
    Shift,
    Stint,
    Swap,
    rostered,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
HAVANA = ZoneInfo("America/Havana")
"""There clocks change at midnight."""
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
"""There they change by half an hour."""
APIA = ZoneInfo("Pacific/Apia")
"""There 30 December 2011 was left out."""
KATHMANDU = ZoneInfo("Asia/Kathmandu")
ZONES = (SHANGHAI, BERLIN, NEW_YORK, HAVANA, LORD_HOWE, APIA, KATHMANDU)

DAY = Shift("day", "Day", time(8), time(16))
EVENING = Shift("evening", "Evening", time(16), time(23))
NIGHT = Shift("night", "Night", time(23), time(8))
WHOLE = Shift("whole", "Whole day", time(8), time(8))
THREE = (DAY, EVENING, NIGHT)
EVERYBODY = frozenset("abcde")
ALWAYS = {"day": ("a",), "evening": ("b",), "night": ("c",)}
MONDAY = date(2026, 11, 23)


def rota(*changes: Change, holidays: tuple[Holiday, ...] = (), operators: frozenset[str] = EVERYBODY) -> Rota:
    """Day, evening and night by a cycle of five people, `a` on the day shift of Monday, 23 November 2026."""
    cycle = tuple(
        {"day": ("abcde"[at],), "evening": ("abcde"[at - 1],), "night": ("abcde"[at - 2],)} for at in range(5)
    )
    return Rota(THREE, cycle=cycle, first=MONDAY, holidays=holidays, changes=changes, operators=operators)


def at(text: str, zone: ZoneInfo = SHANGHAI, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def of(made: Rota, day: str, shift: str, *, zone: ZoneInfo = SHANGHAI) -> Rostered | None:
    """What is rostered for a shift of a day."""
    begins = at(f"{day} 00:00", zone)
    found = rostered(made, begins, begins + timedelta(days=2), zone=zone)
    wanted = (date.fromisoformat(day), shift)
    return next((each for each in found if (each.day, each.shift.id) == wanted), None)


def people(made: Rota, day: str, shift: str) -> str:
    found = of(made, day, shift)
    return "".join(found.people) if found else ""


NATIONAL = Holiday(
    "national", "National Day", (date(2026, 11, 24), date(2026, 11, 25)), {"day": ("d",), "evening": ("e",)}
)


def override(days: str, shifts: str, who: str, reason: str) -> Override:
    dates = tuple(date(2026, 11, int(each)) for each in days.split())
    return Override(dates, tuple(shifts.split()), tuple(who), reason)


def turn(person: str, day: int, shift: str) -> Stint:
    return Stint(person, date(2026, 11, day), shift)


def swap(one: Stint, other: Stint) -> Swap:
    return Swap(one, other, "wedding")
