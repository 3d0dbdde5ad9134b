"""The lines of mode 4: what is handed over, what happened since, the routines and notes of the shift."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from enum import IntEnum
from typing import TypeAlias

from hisconsole.console.looks import Role
from hisconsole.console.rows import Cell, Look
from hisconsole.desk.handover import Looked
from hisconsole.plan.delta import Delta
from hisconsole.plan.handover import Asks, Entry, Section
from hisconsole.plan.story import tell
from hisconsole.plan.story_turn import subject
from hisconsole.plan.turn import Note, Offer, RoutineDone, RoutineDuty
from hisconsole.text import _, fit, ngettext
from hisconsole.values import dataclass

Short = Callable[[datetime], str]


class Page(IntEnum):
    """The pages of mode 4."""

    SUMMARY = 0
    SINCE = 1
    SHIFT = 2


@dataclass(frozen=True, slots=True)
class Head:
    """The title of a part of the summary, with the explicit "none" below it where it is empty."""

    section: Section

    @property
    def key(self) -> str:
        """What the cursor follows."""
        return f"part:{self.section.part.value}"


@dataclass(frozen=True, slots=True)
class Handed:
    """One item of the summary; once it is offered, how the receiver has answered it.

    `answer` is empty, taken, kept, lapses or restated.
    """

    entry: Entry
    offered: bool = False
    answer: str = ""
    objection: str = ""

    @property
    def key(self) -> str:
        """What the cursor follows."""
        return self.entry.key


@dataclass(frozen=True, slots=True)
class News:
    """What happened to one incident since the summary; `restate` where it is a new Category I."""

    delta: Delta
    seen: bool
    restate: bool

    @property
    def key(self) -> str:
        """What the cursor follows."""
        return f"delta:{self.delta.incident}"


@dataclass(frozen=True, slots=True)
class Duty:
    """A routine of the shift, done or not."""

    duty: RoutineDuty
    done: RoutineDone | None

    @property
    def key(self) -> str:
        """What the cursor follows."""
        return f"routine:{self.duty.id}"


@dataclass(frozen=True, slots=True)
class Written:
    """A note of the shift."""

    note: Note

    @property
    def key(self) -> str:
        """What the cursor follows."""
        return f"note:{self.note.entry}"


Row: TypeAlias = "Head | Handed | News | Duty | Written"


def rows_of(looked: Looked, page: Page) -> list[Row]:
    """The lines of a page."""
    turn = looked.standing.turn
    if page is Page.SUMMARY:
        return list(_summary(looked))
    if page is Page.SINCE:
        return list(_since(looked))
    if turn is None:
        return []
    routines = (Duty(each, turn.done.get(each.id)) for each in turn.routines)
    return [*routines, *(Written(note) for note in reversed(turn.notes))]


def _summary(looked: Looked) -> Iterator[Row]:
    offered = looked.offered
    for section in looked.document.sections:
        yield Head(section)
        for entry in section.entries:
            objection = offered.objections.get(entry.key, "") if offered else ""
            yield Handed(entry, offered is not None, _answer(offered, entry), objection)


def _answer(offered: Offer | None, entry: Entry) -> str:
    if offered is None:
        return ""
    if entry.asks is Asks.RESTATE:
        return "restated" if entry.key in offered.restated else ""
    return offered.taken.get(entry.key, "")


def _since(looked: Looked) -> Iterator[Row]:
    offered = looked.offered
    if offered is None:
        return
    wanted = {item.incident for item in looked.standing.missing if item.asked is Asks.RESTATE}
    for delta in looked.standing.deltas:
        seen = offered.seen.get(delta.incident, 0) >= delta.seq
        yield News(delta, seen, delta.incident in wanted)


def waits(row: Row) -> bool:
    """Whether a line of what is offered still waits for the receiver."""
    if isinstance(row, News):
        return not row.seen or row.restate
    return isinstance(row, Handed) and row.entry.asks is not Asks.NOTHING and not row.answer


def left(looked: Looked, page: Page) -> int:
    """How many lines of a page still wait for the receiver, or for whoever has the duty."""
    turn = looked.standing.turn
    if page is Page.SHIFT:
        return sum(each.id not in turn.done for each in turn.routines) if turn else 0
    if looked.offered is None:
        return 0
    deltas = sum(item.key.startswith("delta:") for item in looked.standing.missing)
    return deltas if page is Page.SINCE else len(looked.standing.missing) - deltas


def draw(short: Short, name: Callable[[str], str]) -> Callable[..., Sequence[Cell]]:
    """How a line looks: a box for what waits, a word for what it asks, the sentence, its age."""

    def one(row: Row, width: int, look: Look) -> Sequence[Cell]:
        flag = "*" if look.marked else "+" if look.new else " "
        if isinstance(row, Head):
            return _head(row, width)
        if isinstance(row, Handed):
            return [(flag, "bold"), *_handed(row, width)]
        if isinstance(row, News):
            return [(flag, "bold"), *_news(row, short)]
        if isinstance(row, Duty):
            return [(flag, "bold"), *_duty(row, short, name)]
        note = row.note
        return [
            (flag, "bold"),
            (f"    {short(note.at)} ", "dim"),
            (f"{name(note.by)}: {note.text}", "normal"),
        ]

    return one


def _head(row: Head, width: int) -> list[Cell]:
    cells: list[Cell] = [(f" {row.section.title}", "bold")]
    if row.section.note:
        role: Role = "dim" if row.section.known else "bold"
        cells.append((f": {row.section.note}", role))
    return cells


def _box(answered: bool, *, waiting: bool) -> Cell:
    return ("[x] ", "dim") if answered else ("[ ] ", "bold") if waiting else ("    ", "normal")


def _handed(row: Handed, width: int) -> list[Cell]:
    entry, waiting = row.entry, row.offered
    asks = entry.asks is not Asks.NOTHING
    word = {Asks.RESTATE: _("restate"), Asks.SILENCE: _("silence")}.get(entry.asks, "") if asks else ""
    if row.objection:
        word = _("AGAIN")
    elif row.answer in ("kept", "lapses"):
        word = _("kept") if row.answer == "kept" else _("lapses")
    age = ngettext("{n} handover", "{n} handovers", entry.age).format(n=entry.age) if entry.age else ""
    room = width - 17 - (len(age) + 2 if age else 0)
    cells = [
        _box(bool(row.answer), waiting=waiting and asks),
        (fit(word, 9), "bold" if waiting and asks and not row.answer else "dim"),
        (fit(entry.title, max(20, room)), "normal"),
    ]
    return [*cells, (f"  {age}", "dim")] if age else cells


def _news(row: News, short: Short) -> list[Cell]:
    last = row.delta.events[-1]
    count = len(row.delta.events)
    more = ngettext(" (+{n} more)", " (+{n} more)", count - 1).format(n=count - 1) if count > 1 else ""
    word = _("restate") if row.restate else ""
    return [
        _box(row.seen, waiting=True),
        (fit(word, 9), "bold"),
        (f"{subject(row.delta.incident):<5}", "bold"),
        (f"{short(last.at)} {tell(last, clock=short)}{more}", "normal"),
    ]


def _duty(row: Duty, short: Short, name: Callable[[str], str]) -> list[Cell]:
    duty, done = row.duty, row.done
    if done is None:
        return [("[ ] ", "bold"), (fit(short(duty.due), 12), "normal"), (duty.name, "normal")]
    value = f" {done.value:g} {duty.unit}" if done.value is not None else ""
    out = done.value is not None and (
        (duty.low is not None and done.value < duty.low) or (duty.high is not None and done.value > duty.high)
    )
    said = "".join((value, _(" OUT OF RANGE") if out else "", f" {done.note}" if done.note else ""))
    return [
        ("[x] " if done.done else "[-] ", "dim" if done.done and not out else "bold"),
        (fit(short(done.at), 12), "dim"),
        (f"{duty.name}{said}", "bold" if out or not done.done else "normal"),
        (f"  {name(done.by)}", "dim"),
    ]
