"""Values behave as the standard library's frozen slots, whichever of their methods is called first."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, asdict, field, fields, replace
from typing import Any

import pytest

from hisconsole import values

Make = Callable[[type], type]


def family(make: Make) -> tuple[type, type]:
    """A class of every kind of field, made by `make`, and one that inherits from it."""

    class Row:
        """A row."""

        number: int
        words: str = "none"
        marks: list[str] = field(default_factory=list)
        hidden: int = field(default=0, repr=False, compare=False)
        name: Mapping[str, int] = field(default_factory=dict)
        twice: int = field(init=False)

        def __post_init__(self) -> None:
            if self.number < 0:
                raise ValueError(self.number)
            object.__setattr__(self, "twice", 2 * self.number)

    made: Any = make(Row)

    class Wide(made):  # type: ignore[misc] # it is a class, made a line above
        """A wide row."""

        width: int = 80

    return made, make(Wide)


@pytest.fixture
def ours() -> tuple[Any, Any]:
    return family(values.dataclass(frozen=True, slots=True))


@pytest.fixture
def theirs() -> tuple[Any, Any]:
    return family(dataclasses.dataclass(frozen=True, slots=True))


USES: dict[str, Callable[[Any], object]] = {
    "repr": lambda row: repr(row(1, "two", ["three"], 4)),
    "defaults": lambda row: repr(row(number=1)),
    "equal": lambda row: (row(1) == row(1, hidden=5), row(1) == row(2), row(1) == 1),
    "unequal": lambda row: (row(1) != row(1), row(1) != row(2)),
    "hash": lambda row: hash(row(1, "two", (), 4, ())) == hash(row(1, "two", (), 5, ())),
    "worked out": lambda row: row(7).twice,
    "no list of its own is shared": lambda row: row(1).marks is row(1).marks,
    "replace": lambda row: repr(replace(row(1, "two"), number=3)),
    "asdict": lambda row: asdict(row(1, "two")),
    "fields": lambda row: [(each.name, each.type) for each in fields(row)],
    "match": lambda row: row.__match_args__,
    "slots": lambda row: hasattr(row(1), "__dict__"),
}
WRONG: dict[str, Callable[[Any], object]] = {
    "missing": lambda row: row(),
    "too much": lambda row: row(1, "two", [], 4, {}, 80, 6),
    "unknown": lambda row: row(1, color="red"),
    "refused by the class": lambda row: row(-1),
    "no hash of a list": lambda row: hash(row(1)),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize("which", [0, 1], ids=["itself", "inherited"])
def test_as_the_standard_library(
    use: Callable[[Any], object], which: int, ours: tuple[Any, Any], theirs: tuple[Any, Any]
) -> None:
    assert use(ours[which]) == use(theirs[which])
    assert use(ours[which]) == use(theirs[which])  # again, now that it is written


@pytest.mark.parametrize("use", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_wrong_in_the_same_words(
    use: Callable[[Any], object], ours: tuple[Any, Any], theirs: tuple[Any, Any]
) -> None:
    with pytest.raises(Exception) as told:  # noqa: PT011 - compared below
        use(theirs[0])
    with pytest.raises(told.type) as found:
        use(ours[0])
    assert str(found.value).split(".")[-1] == str(told.value).split(".")[-1]


def test_nothing_of_it_changes(ours: tuple[Any, Any]) -> None:
    row = ours[1](1)
    with pytest.raises(FrozenInstanceError):
        row.number = 2
    with pytest.raises(FrozenInstanceError):
        del row.number
    with pytest.raises((FrozenInstanceError, TypeError)):
        row.more = 1
    assert row.number == 1


def test_two_threads_may_call_first(ours: tuple[Any, Any]) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(ours[0], range(64)))
    assert made == [ours[0](number) for number in range(64)]


def test_another_kind_is_the_standard_librarys_own() -> None:
    @values.dataclass(slots=True)
    class Count:
        """It changes."""

        at: int = 0

    count = Count()
    count.at += 1
    assert count == Count(1)


def test_all_is_written_before_a_fork(ours: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "_at_once", [])
    before = vars(ours[0])["__init__"]
    values.write_at_once()
    assert vars(ours[0])["__init__"] is not before
    later = family(values.dataclass(frozen=True, slots=True))
    assert not values._unwritten
    assert repr(later[1](1)) == repr(ours[1](1))
