"""How what is watched looks: pure functions from values to cells, nothing drawn here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hisconsole.console.looks import Role
from hisconsole.console.rows import Cell, Look
from hisconsole.console.show import WIDE
from hisconsole.console.table import Glyph
from hisconsole.plan.health import Change
from hisconsole.plan.maintenance import Maintenance, Stage, stage
from hisconsole.plan.maintenance_words import short_words
from hisconsole.plan.picture import StatusPicture, Watched, shown_now, watching
from hisconsole.plan.shown import Shown
from hisconsole.plan.status import RANK, Status, status_label
from hisconsole.plan.times import clock
from hisconsole.text import _, cell_len, clip, fit, ngettext, printable
from hisconsole.values import dataclass

Marks = Mapping[Status, Glyph]

LEVELS = ".:-=+*#"
"""From low to high; blocks and braille are two cells wide in some CJK terminals."""

QUIET_S = 3.0
"""For how long the readings may not be looked at before what is shown counts as old."""

WORD = 12
"""Cells for a status in words."""


def column(text: str, width: int) -> str:
    """A text from outside in a column of exactly `width` cells."""
    return fit(printable(text), width)


def age_text(moment: datetime | None, *, now: datetime) -> str:
    """How old something is, in at most four cells: `<1m`, `12m`, `7h`, `5d`; `-` is never."""
    if moment is None:
        return "-"
    minutes = int(max(timedelta(), now - moment).total_seconds() // 60)
    if minutes < 1:
        return "<1m"
    if minutes < 60:
        return f"{minutes}m"
    return f"{minutes // 60}h" if minutes < 48 * 60 else f"{min(minutes // 1440, 999)}d"


def sparkline(values: Sequence[float | None]) -> str:
    """One cell a value, scaled between the least and the largest; a blank is a value nobody has."""
    known = [value for value in values if value is not None]
    if not known:
        return " " * len(values)
    low, high = min(known), max(known)

    def level(value: float | None) -> str:
        if value is None:
            return " "
        if high <= low:
            return LEVELS[len(LEVELS) // 2]
        return LEVELS[min(int((value - low) / (high - low) * len(LEVELS)), len(LEVELS) - 1)]

    return "".join(map(level, values))


def weight(status: Status) -> Role:
    """How the texts of a row look beside its mark: what is old or quiet is dim."""
    return "dim" if status in (Status.STALE, Status.SILENCED) else "normal"


def status_words(row: Watched, shown: Shown, *, clock_of: Callable[[datetime], str]) -> str:
    """What is wrong with a target, or its reading to name, and how far that can be believed."""
    words = row.words
    if shown.under is Status.STALE:
        words = shown.words or _("was ok")
        when = clock_of(shown.checked_at) if shown.checked_at else _("never")
        words = _("{words}; last polled {when}").format(words=words, when=when)
    elif shown.attempt:
        words = _("{words} (strike {n})").format(words=words, n=shown.attempt)
    if shown.flapping:
        words = _("flapping: {words}").format(words=words)
    if shown.silence is not None:
        end, stop = clock_of(shown.silence.end), shown.silence.maintenance
        sentence = (
            _("maintenance {stop}, quiet until {end}: {words}")
            if stop
            else _("silenced until {end}: {words}")
        )
        words = sentence.format(stop=stop, end=end, words=words)
    return words


def _name_width(width: int) -> int:
    return 28 if width < WIDE else 44


def status_head(width: int) -> str:
    """The header over the columns of Status."""
    head = f"   {column(_('Status'), WORD)}{column(_('Target'), _name_width(width) + 1)}"
    head += f"{column(_('Age'), 5)}{column(_('Trend'), 7 if width < WIDE else 13)}"
    if width >= WIDE:
        head += column(_("Since"), 12)
    return head + _("What")


def draw_status(now: Callable[[], datetime], zone: ZoneInfo, marks: Marks) -> Callable[..., Sequence[Cell]]:
    """A target: mark, status, id and name, age, trend, and its worst reading in words."""

    def draw(row: Watched, width: int, look: Look) -> Sequence[Cell]:
        at = now()
        shown = shown_now(row, at)
        glyph, plain = marks[shown.status], weight(shown.status)

        def short(moment: datetime) -> str:
            return clock(moment, zone=zone, now=at)

        room = 6 if width < WIDE else 12
        loud: Role = "bold" if shown.firm and plain == "normal" else plain
        cells: list[Cell] = [
            ("*" if look.marked else "+" if look.new else " ", "bold"),
            (glyph.mark, glyph.look),
            (" ", plain),
            *_word(shown.status, glyph),
            (column(f"{row.target.id} {row.target.name}", _name_width(width)) + " ", loud),
            (fit(age_text(shown.checked_at, now=at), 5), "dim"),
            (sparkline(row.trend[-room:]).rjust(room) + " ", plain),
        ]
        if width >= WIDE:
            cells.append((fit(short(shown.since), 12), plain))
        cells.append((printable(status_words(row, shown, clock_of=short)), plain))
        return cells

    return draw


def _word(status: Status, glyph: Glyph) -> list[Cell]:
    """A status in words, marked as its glyph is, with plain blanks behind."""
    word = clip(status_label(status), WORD - 1)
    return [(word, glyph.look), (" " * (WORD - cell_len(word)), "normal")]


def status_cells(status: Status, marks: Marks) -> list[Cell]:
    """Mark and word of a status, as every list begins."""
    glyph = marks[status]
    return [(glyph.mark, glyph.look), (" ", "normal"), *_word(status, glyph)]


def counts_line(picture: StatusPicture, *, width: int, now: datetime) -> tuple[list[Cell], list[Cell]]:
    """How many targets are in each status, worst first, and at the right who keeps the readings fresh."""
    counts = picture.counts
    total = ngettext("{n} target", "{n} targets", counts.total).format(n=counts.total)
    cells: list[Cell] = [(f" {total}", "normal")]
    found = {**counts.by, Status.SILENCED: counts.silenced}
    for status in sorted(found, key=lambda status: -RANK[status]):
        if count := found[status]:
            role: Role = "bold" if status in (Status.DOWN, Status.CRITICAL) else weight(status)
            cells.append((f"  {count} {status_label(status)}", role))
    if watching(picture, now):
        if width < WIDE:
            return cells, []
        holder = clip(printable(picture.watch.holder), 18)
        return cells, [(_("watched by {holder}").format(holder=holder) + " ", "dim")]
    return cells, [(f" {no_watch(picture, now)} ", "alarm")]


def maintenance_line(
    stops: Iterable[Maintenance], *, now: datetime, clock_of: Callable[[datetime], str]
) -> list[Cell]:
    """The planned stops that run or begin soon, in one line; what is late stands out."""
    cells: list[Cell] = [(_(" Maintenance (M): "), "dim")]
    for each in stops:
        late = stage(each, now) in (Stage.LATE, Stage.OVERRUN)
        words = printable(short_words(each, now, clock=clock_of))
        cells += [(words, "reverse" if late else "normal"), ("  ", "normal")]
    return cells


def no_watch(picture: StatusPicture, now: datetime) -> str:
    """That nobody polls, and for how long."""
    beat = picture.watch.beat
    return _("NO WATCH {age}").format(age=age_text(beat, now=now)) if beat else _("NO WATCH")


def alarm_slot(picture: StatusPicture | None, *, quiet_s: float, record: str, now: datetime) -> str:
    """The one alarm about what we can see at all: ISOLATED, then STALE, then NO WATCH, then nothing.

    `record` is the alarm of the record, `quiet_s` how long the readings could not be looked at.
    Without a watch nobody knows whether we are isolated.
    """
    alive = picture is not None and watching(picture, now)
    if picture is not None and alive and picture.path.isolated:
        return _("ISOLATED")
    if record:
        return record
    if quiet_s > QUIET_S:
        return _("STALE {age}").format(age=age_text(now - timedelta(seconds=quiet_s), now=now))
    if picture is None or not picture.rows:
        return ""
    return _old_readings(picture, now) if alive else no_watch(picture, now)


def _old_readings(picture: StatusPicture, now: datetime) -> str:
    """A watch that lives and yet measures nothing."""
    if picture.newest is None or now - picture.newest <= picture.patience:
        return ""
    return _("STALE {age}").format(age=age_text(picture.newest, now=now))


@dataclass(frozen=True, slots=True)
class Tab:
    """One pane in the line of panes: its name for this width, its targets, and how many are problems."""

    name: str
    total: int
    problems: int


def tabs_line(tabs: Sequence[Tab], chosen: int) -> list[Cell]:
    """The panes side by side, each with its problems of its targets: `HIS 2/9`."""
    cells: list[Cell] = [(" ", "normal")]
    for at, tab in enumerate(tabs):
        count = f"{tab.problems}/{tab.total}" if tab.problems else f"{tab.total}"
        role: Role = "reverse" if at == chosen else "bold" if tab.problems else "normal"
        cells += [(f"{tab.name} {count}", role), ("  ", "normal")]
    return cells


def change_head(width: int) -> str:
    """The header over what changed."""
    when, target = column(_("When"), 7), column(_("Target"), _name_width(width) - 7)
    return f" {when}{target}{column(_('From'), WORD)}  {column(_('To'), WORD)}{_('What')}"


def draw_change(zone: ZoneInfo, marks: Marks, name: Callable[[str], str]) -> Callable[..., Sequence[Cell]]:
    """A firm status that became another; it is of the last hour, so the clock time says which."""

    def draw(change: Change, width: int, look: Look) -> Sequence[Cell]:
        glyph = marks[change.new]
        return [
            ("+" if look.new else " ", "bold"),
            (fit(clock(change.at, zone=zone, now=change.at), 7), "normal"),
            (column(f"{change.target} {name(change.target)}", _name_width(width) - 8) + " ", "normal"),
            (fit(status_label(change.old), WORD), "dim"),
            (glyph.mark, glyph.look),
            (" ", "normal"),
            *_word(change.new, glyph),
            (printable(change.words), "normal"),
        ]

    return draw


def problems_cell(picture: StatusPicture, now: datetime) -> tuple[int, Role] | None:
    """How many firm problems line 1 tells of, and how loud; None where nobody can say that there are none."""
    seen = watching(picture, now) and not picture.path.isolated
    if not seen:
        return (picture.problems, "dim") if picture.problems else None
    return picture.problems, "alarm" if picture.ringing else "bold" if picture.problems else "normal"
